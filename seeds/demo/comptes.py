"""The accounts of the demonstration: who may sign in, and everyone else who only has a name."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from argon2 import PasswordHasher

from marketplace.comptes.models import Affectation, Organisation, TypeOrganisation, Utilisateur
from marketplace.comptes.roles import LIBELLES, Role
from marketplace.valeurs import cle
from seeds.demo.atelier import Atelier
from seeds.demo.noms import NOMS, PRENOMS_F, PRENOMS_M, PRESCRIPTEURS

MOT_DE_PASSE_DEMO = "Demonstration-34-Clauses"
SECRET_TOTP_DEMO = "PLACEDESCLAUSESDEMONSTRATION2345"  # noqa: S105
"""Shared by every demonstration account that needs a second factor: public on purpose, fictitious data only."""

ROLES_A_SECOND_FACTEUR = frozenset({Role.FACILITATEUR, Role.ADMINISTRATEUR})


@dataclass(frozen=True, slots=True)
class CompteDemo:
    """One account to sign in with. `organisation`: where its hats are, by name."""

    courriel: str
    prenom: str
    nom: str
    roles: tuple[Role, ...]
    organisation: str
    note: str


CELLULE = "Cellule achats responsables (exemple)"
TITULAIRE_DEMO = "Bâtisseurs Exemple"
ETTI_DEMO = "Intérim Insertion Exemple"
ACHETEUR_DEMO = "Conseil départemental de l'Hérault"
SDI_DEMO = "SDI Montpelliérain (exemple)"
PLIE_DEMO = "PLIE Exemple Est Héraultais"

COMPTES = (
    CompteDemo(
        "facilitateur@demo.invalid",
        "Lison",
        "Garrigue",
        (Role.FACILITATEUR,),
        CELLULE,
        "tout le territoire ; code à six chiffres demandé",
    ),
    CompteDemo(
        "employeur@demo.invalid",
        "Marin",
        "Calcaire",
        (Role.EMPLOYEUR,),
        TITULAIRE_DEMO,
        "titulaire de quatre marchés, des heures à déclarer",
    ),
    CompteDemo(
        "siae@demo.invalid",
        "Salomé",
        "Bruyère",
        (Role.EMPLOYEUR,),
        ETTI_DEMO,
        "entreprise de travail temporaire d'insertion",
    ),
    CompteDemo(
        "referent@demo.invalid",
        "Élia",
        "Romarin",
        (Role.REFERENT,),
        SDI_DEMO,
        "suit une quarantaine de personnes",
    ),
    CompteDemo(
        "acheteur@demo.invalid",
        "Anatole",
        "Micocoulier",
        (Role.ACHETEUR,),
        ACHETEUR_DEMO,
        "les marchés de son organisme, sans aucun nom",
    ),
    CompteDemo(
        "admin@demo.invalid",
        "Garance",
        "Tramontane",
        (Role.ADMINISTRATEUR,),
        CELLULE,
        "réglages et comptes ; code à six chiffres demandé",
    ),
    CompteDemo(
        "plie@demo.invalid",
        "Naïs",
        "Tamaris",
        (Role.REFERENT, Role.FACILITATEUR),
        PLIE_DEMO,
        "deux casquettes ; code à six chiffres demandé",
    ),
)


def comptes_de_demonstration() -> list[tuple[str, str, str, str]]:
    """(roles in French, e-mail, password, note) of each account, to print after seeding and on the login page."""
    return [
        (" et ".join(LIBELLES[r] for r in c.roles).capitalize(), c.courriel, MOT_DE_PASSE_DEMO, c.note) for c in COMPTES
    ]


def telephone_fictif(n: int, mobile: bool = False) -> str:
    """A number of the ranges that the regulator keeps for fiction."""
    chiffres = f"{'063998' if mobile else '046571'}{n % 10_000:04d}"
    return " ".join(chiffres[i : i + 2] for i in range(0, 10, 2))


def _utilisateur(a: Atelier, courriel: str, prenom: str, nom: str, mot_de_passe: str | None) -> Utilisateur:
    a.compteurs["utilisateurs"] += 1
    return Utilisateur(
        courriel=courriel,
        prenom=prenom,
        nom=nom,
        telephone=telephone_fictif(a.compteurs["utilisateurs"]),
        mot_de_passe=mot_de_passe,
        jeton_session=secrets.token_urlsafe(32),
        demonstration=True,
        cree_le=a.instant(a.jour(420), 9),
    )


def _affecter(a: Atelier, utilisateur: Utilisateur, role: Role, organisation: Organisation) -> Affectation:
    return Affectation(
        utilisateur_id=utilisateur.id,
        role=role,
        organisation_id=organisation.id,
        territoire_id=a.territoire_id,
        depuis=a.jour(420),
    )


def semer_organisations_de_suivi(a: Atelier) -> dict[str, Organisation]:
    """The cell of the facilitateurs and the services that follow people, all fictitious."""
    lignes = [(CELLULE, TypeOrganisation.OPCS, "34172")]
    lignes += [(nom, TypeOrganisation.PRESCRIPTEUR, insee) for nom, insee, _, _ in PRESCRIPTEURS]
    organisations = [
        Organisation(
            territoire_id=a.territoire_id,
            type=type_,
            nom=nom,
            cle=cle(nom),
            code_insee=insee,
            telephone=telephone_fictif(9_000 + n),
            courriel=f"accueil{n}@exemple.invalid",
            verifiee_le=a.instant(a.jour(420), 10),
            source="démonstration",
            source_le=a.le,
            fictive=True,
            cree_le=a.instant(a.jour(420), 9),
        )
        for n, (nom, type_, insee) in enumerate(lignes)
    ]
    a.numeroter(organisations, "ORG")
    return {o.nom: o for o in organisations}


def semer_comptes(a: Atelier) -> None:
    """The accounts one signs in with, colleagues, référents and the contact of each fictitious employer."""
    services = semer_organisations_de_suivi(a)
    connues = {**services, **a.firmes, **a.structures, **a.acheteurs}
    empreinte = PasswordHasher().hash(MOT_DE_PASSE_DEMO)
    utilisateurs = {c.courriel: _utilisateur(a, c.courriel, c.prenom, c.nom, empreinte) for c in COMPTES}
    for compte in COMPTES:
        if ROLES_A_SECOND_FACTEUR & set(compte.roles):
            utilisateurs[compte.courriel].totp_secret = SECRET_TOTP_DEMO
    pris = {(c.prenom, c.nom) for c in COMPTES}

    def inconnu(n: int) -> tuple[str, str]:
        while True:
            qui = (a.parmi((*PRENOMS_F, *PRENOMS_M)), a.parmi(NOMS))
            if qui not in pris:
                pris.add(qui)
                return qui

    collegues = [_utilisateur(a, f"collegue{n}@exemple.invalid", *inconnu(n), None) for n in range(2)]
    places = [(nom, sdi) for nom, _, sdi, nombre in PRESCRIPTEURS for _ in range(nombre)]
    titulaires = {SDI_DEMO: "referent@demo.invalid", PLIE_DEMO: "plie@demo.invalid"}
    suiveurs: list[tuple[Utilisateur, str, str]] = []
    for n, (nom, sdi) in enumerate(places):
        courriel = titulaires.pop(nom, None)
        qui = utilisateurs[courriel] if courriel else None
        suiveurs.append((qui or _utilisateur(a, f"referent{n}@exemple.invalid", *inconnu(n), None), nom, sdi))
    employeurs = {**a.firmes, **a.structures}
    comptes_employeurs = {c.organisation: c.courriel for c in COMPTES if Role.EMPLOYEUR in c.roles}
    contacts = {
        nom: utilisateurs[comptes_employeurs[nom]]
        if nom in comptes_employeurs
        else _utilisateur(a, f"contact{n}@exemple.invalid", *inconnu(n), None)
        for n, nom in enumerate(employeurs)
    }
    tous = {id(u): u for u in (*utilisateurs.values(), *collegues, *(q for q, _, _ in suiveurs), *contacts.values())}
    a.garder(tous.values())
    affectations = [
        _affecter(a, utilisateurs[c.courriel], role, connues[c.organisation]) for c in COMPTES for role in c.roles
    ]
    affectations += [_affecter(a, u, Role.FACILITATEUR, services[CELLULE]) for u in collegues]
    affectations += [
        _affecter(a, qui, Role.REFERENT, services[nom]) for qui, nom, _ in suiveurs if not _a_un_compte(qui)
    ]
    affectations += [
        _affecter(a, u, Role.EMPLOYEUR, employeurs[nom]) for nom, u in contacts.items() if not _a_un_compte(u)
    ]
    a.garder(affectations)
    a.equipe.facilitateurs = [
        utilisateurs["facilitateur@demo.invalid"],
        utilisateurs["plie@demo.invalid"],
        *collegues,
    ]
    a.equipe.referents = [(qui, services[nom], sdi) for qui, nom, sdi in suiveurs]
    a.equipe.contacts = {employeurs[nom].id: u for nom, u in contacts.items()}


def _a_un_compte(utilisateur: Utilisateur) -> bool:
    return utilisateur.mot_de_passe is not None

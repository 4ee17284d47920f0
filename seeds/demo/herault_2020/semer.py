"""The year 2020, replayed: a fictitious ledger whose report has the figures published for the Hérault.

Firms, people and marchés are invented; only the totals are real (annexe 9 of the PDI 2022-2025). The tables of this
folder hold who worked where; `fabriquer.py` made them.
"""

from __future__ import annotations

import csv
import secrets
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.bilans.models import CorrespondanceBilan, DimensionBilan, OperationExceptionnelle
from marketplace.comptes.models import Affectation, Organisation, TypeOrganisation, Utilisateur
from marketplace.comptes.roles import Role
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.heures.models import (
    Contrat,
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
    LigneReprise,
    Modalite,
)
from marketplace.heures.registre import contenu
from marketplace.heures.rules.chaine import ORIGINE, empreinte
from marketplace.marches.models import (
    Clause,
    EtatMarche,
    Marche,
    NatureMarche,
    Operation,
    RegimeMarche,
    Reservation,
    TypeAcheteur,
)
from marketplace.personnes.models import EtatValidation, OuiNonAVerifier, Personne, Validation
from marketplace.referentiel import referentiels_charges
from marketplace.territoire.models import Commune, Reglage, Territoire
from marketplace.valeurs import ajouter_mois, cle, dernier_du_mois
from seeds.demo.comptes import MOT_DE_PASSE_DEMO, SECRET_TOTP_DEMO, telephone_fictif
from seeds.demo.noms import NOMS, PRENOMS_F, PRENOMS_M
from seeds.referentiels import NOMS_DES_LOTS

NOM = "herault-2020"
COURRIEL = "facilitateur-2020@demo.invalid"
DOSSIER = Path(__file__).resolve().parent
OUVERTURE = date(2017, 1, 2)
CLOTURE = date(2021, 6, 30)
SOURCE = "annexe 9 du PDI 2022-2025 de l'Hérault, chiffres publiés"
T = TypeVar("T")

TOTAL_2017 = Decimal(55085)
EMPLOYEURS: dict[str, tuple[TypeOrganisation, int, str]] = {
    "embauche_directe": (TypeOrganisation.ENTREPRISE, 40, "Entreprise Exemple"),
    "mad_etti": (TypeOrganisation.ETTI, 4, "ETTI Exemple"),
    "mad_ai": (TypeOrganisation.AI, 4, "AI Exemple"),
    "mad_geiq": (TypeOrganisation.GEIQ, 4, "GEIQ Exemple"),
    "sous_traitance": (TypeOrganisation.EI, 5, "EI Exemple"),
    "ett": (TypeOrganisation.ETT, 2, "Intérim Exemple"),
}
TYPES_CONTRAT = {
    "embauche_directe": "cdd",
    "mad_etti": "mission",
    "mad_ai": "cdd_usage",
    "mad_geiq": "professionnalisation",
    "sous_traitance": "cddi",
    "ett": "mission",
}
RESERVES: tuple[tuple[str, str | None, TypeOrganisation, bool, int, Decimal], ...] = (
    # What, reservation, kind of holder, ESS, number, total in euros TTC.
    ("Entretien réservé", "handicap", TypeOrganisation.ESAT, False, 22, Decimal("413222.60")),
    ("Chantier réservé", "insertion", TypeOrganisation.ACI, False, 3, Decimal("701789.70")),
    ("Service réservé", "ess", TypeOrganisation.ENTREPRISE, True, 3, Decimal("101289.70")),
    ("Travaux attribués", None, TypeOrganisation.EI, False, 6, Decimal("537470.90")),
    ("Fournitures attribuées", None, TypeOrganisation.EA, False, 1, Decimal("8675.00")),
    ("Service attribué", None, TypeOrganisation.ENTREPRISE, True, 2, Decimal("12036.90")),
)
SECTEURS = {"Travaux publics": "Travaux Publics", "Travaux publics numériques": "Travaux Publics numériques"}
LOTS = {
    "Bâtiment": ("Gros œuvre", "Peinture", "Cloisons et doublages", "Électricité", "Plomberie", "Menuiseries"),
    "Travaux publics": ("Voirie", "Réseaux", "Terrassement", "Ouvrages d'art"),
    "Travaux publics numériques": ("Déploiement de la fibre optique",),
    "Propreté": ("Nettoyage des locaux",),
    "Espaces verts": ("Entretien des espaces verts",),
    "Restauration": ("Restauration collective",),
}


def lire(nom: str) -> list[dict[str, str]]:
    """One table of this folder."""
    with (DOSSIER / nom).open(encoding="utf-8", newline="") as fichier:
        return list(csv.DictReader(fichier, strict=True))


def instant(jour: date, heure: int = 9) -> datetime:
    """A moment of that day."""
    return datetime.combine(jour, time(heure), UTC)


class Atelier2020:
    """One session and what was made so far."""

    def __init__(self, s: Session) -> None:
        self.s = s
        self.rng = Random(NOM)
        self.territoire_id = 0
        self.acheteurs: dict[str, Organisation] = {}
        self.employeurs: dict[str, list[Organisation]] = {}
        self.operations: dict[int, Operation] = {}
        self.marches: dict[int, Marche] = {}
        self.personnes: dict[int, Personne] = {}
        self.statuts: dict[int, list[str]] = {}
        self.validations: dict[int, Validation] = {}
        self.communes: dict[str, list[str]] = {}

    def garder(self, objets: Sequence[T], prefixe: str = "") -> Sequence[T]:
        """Store rows; with a prefix, each gets the reference the acts give."""
        if prefixe:
            for n, objet in enumerate(objets):
                objet.ref = f"?{prefixe}{n}"  # type: ignore[attr-defined]
        self.s.add_all(objets)
        self.s.flush()
        if prefixe:
            for objet in objets:
                objet.ref = f"{prefixe}-{objet.id:06d}"  # type: ignore[attr-defined]
            self.s.flush()
        return objets


def semer(ctx: Contexte, _le: date) -> dict[str, Any]:
    """Build the ledger of 2020, in one transaction; what was made, by kind. It does not depend on the day.

    Raises RegleViolee when the reference data is missing or when this base already holds it.
    """
    with ctx.transaction() as s:
        if s.scalar(select(Territoire.id).where(Territoire.code == NOM)) is not None:
            raise RegleViolee(
                "Cette base contient déjà l'année 2020 rejouée : pour la refaire, choisissez une base vide."
            )
        if not referentiels_charges(s, NOMS_DES_LOTS):
            raise RegleViolee("Les données de référence manquent : lancez d'abord « marketplace seed --referentiels ».")
        a = Atelier2020(s)
        _territoire(a)
        _organisations(a)
        _marches(a)
        _reserves(a)
        _personnes(a)
        contrats = _contrats(a)
        lignes = _registre(a, contrats)
        reprises = _reprises(a)
        return {
            "opérations": len(a.operations),
            "marchés": len(a.marches),
            "personnes": len(a.personnes),
            "contrats": len(contrats),
            "lignes d'heures": lignes,
            "lignes reprises": reprises,
        }


def _territoire(a: Atelier2020) -> None:
    territoire = Territoire(
        code=NOM,
        nom="Hérault, année 2020 rejouée",
        departements=["34"],
        contact_nom="L'équipe des facilitateurs (exemple)",
        contact_courriel="clauses@exemple.invalid",
        contact_telephone=telephone_fictif(3434),
        demonstration=NOM,
        cree_le=instant(OUVERTURE),
    )
    a.garder([territoire])
    a.territoire_id = territoire.id
    reglages = (
        ("heures_par_etp", "1607", OUVERTURE, "1 607 h par équivalent temps plein"),
        ("etp_decimales", 0, OUVERTURE, "ETP publiés à l'unité"),
        ("etp_decimales", 1, date(2019, 1, 1), "ETP publiés au dixième"),
    )
    a.garder(
        [
            Reglage(
                territoire_id=territoire.id,
                cle=c,
                valeur=v,
                a_partir_du=d,
                source=f"{SOURCE} : {source}",
                cree_le=instant(OUVERTURE),
            )
            for c, v, d, source in reglages
        ]
    )
    for code in a.s.scalars(
        select(Commune.code_insee).where(Commune.code_departement == "34").order_by(Commune.code_insee)
    ):
        a.communes.setdefault("34", []).append(code)


def _organisation(a: Atelier2020, nom: str, type_: TypeOrganisation, n: int, *, ess: bool = False) -> Organisation:
    return Organisation(
        territoire_id=a.territoire_id,
        type=type_,
        nom=nom,
        cle=cle(nom),
        code_insee=a.rng.choice(a.communes["34"]),
        telephone=telephone_fictif(5_000 + n),
        effectif=a.rng.choice(("moins_de_10", "10_a_49", "10_a_49", "50_a_249", "250_et_plus")),
        ess=ess,
        verifiee_le=instant(OUVERTURE),
        source="démonstration",
        source_le=OUVERTURE,
        fictive=True,
        cree_le=instant(OUVERTURE),
    )


def _organisations(a: Atelier2020) -> None:
    groupes = ("BRL", "CD34", "Conseil Régional", "Hérault Energie", "Hérault Logement", "Autres")
    noms = {nom: _organisation(a, f"{nom} (exemple)", TypeOrganisation.ACHETEUR, n) for n, nom in enumerate(groupes)}
    a.garder(list(noms.values()), "ORG")
    a.acheteurs = {**noms, "CD34 DSP THD": noms["CD34"]}
    n = 100
    for modalite, (type_, nombre, nom) in EMPLOYEURS.items():
        liste = [_organisation(a, f"{nom} n° {i + 1}", type_, n + i) for i in range(nombre)]
        n += nombre
        a.employeurs[modalite] = list(a.garder(liste, "ORG"))
    a.garder(
        [
            CorrespondanceBilan(
                territoire_id=a.territoire_id,
                dimension=dimension,
                valeur=valeur,
                libelle=libelle,
                principal=libelle == "CD34",
                a_partir_du=OUVERTURE,
                source=SOURCE,
                cree_le=instant(OUVERTURE),
            )
            for dimension, valeur, libelle in (
                *((DimensionBilan.ACHETEUR, o.ref, nom) for nom, o in noms.items() if nom != "Autres"),
                *((DimensionBilan.SECTEUR, v, libelle) for v, libelle in SECTEURS.items()),
            )
        ]
    )
    cellule = _organisation(a, "Cellule achats responsables 2020 (exemple)", TypeOrganisation.OPCS, 900)
    a.garder([cellule], "ORG")
    compte = Utilisateur(
        courriel=COURRIEL,
        prenom="Agathe",
        nom="Cigale",
        mot_de_passe=PasswordHasher().hash(MOT_DE_PASSE_DEMO),
        totp_secret=SECRET_TOTP_DEMO,
        jeton_session=secrets.token_urlsafe(32),
        demonstration=True,
        cree_le=instant(OUVERTURE),
    )
    a.garder([compte])
    a.garder(
        [
            Affectation(
                utilisateur_id=compte.id,
                role=Role.FACILITATEUR,
                organisation_id=cellule.id,
                territoire_id=a.territoire_id,
                depuis=OUVERTURE,
            )
        ]
    )


def _marche(a: Atelier2020, intitule: str, acheteur: Organisation, titulaire: Organisation, **champs: Any) -> Marche:
    valeurs: dict[str, Any] = {
        "secteur": "Bâtiment",
        "nature": NatureMarche.TRAVAUX,
        "etat": EtatMarche.SOLDE,
        "gestionnaire": "Départemental",
    } | champs
    return Marche(
        territoire_id=a.territoire_id,
        intitule=intitule,
        cle=cle(intitule),
        objet="Marché fictif de l'année 2020 rejouée",
        acheteur_id=acheteur.id,
        titulaire_id=titulaire.id,
        code_insee=a.rng.choice(a.communes["34"]),
        fictif=True,
        maj_le=instant(CLOTURE),
        cree_le=instant(OUVERTURE),
        **valeurs,
    )


def _marches(a: Atelier2020) -> None:
    lignes = lire("marches.csv")
    for r in lignes:
        n = int(r["operation"])
        if n not in a.operations:
            a.operations[n] = Operation(
                territoire_id=a.territoire_id,
                intitule=f"Opération fictive n° {n + 1} ({r['acheteur']})",
                acheteur_id=a.acheteurs[r["acheteur"]].id,
                fictive=True,
                cree_le=instant(OUVERTURE),
            )
    a.garder(list(a.operations.values()), "OP")
    concession = next(int(r["operation"]) for r in lignes if r["acheteur"] == "CD34 DSP THD")
    a.garder(
        [
            OperationExceptionnelle(
                operation_id=a.operations[concession].id,
                code="dsp_thd",
                libelle="CD34 DSP THD",
                motif="Délégation de service public de la fibre optique : plus du quart des heures de l'année",
                cree_le=instant(OUVERTURE),
            )
        ]
    )
    for r in lignes:
        programme = date.fromisoformat(r["programme_le"])
        notifie = programme + timedelta(days=14)
        derniere = int(r["derniere"])
        fin = CLOTURE if derniere == 2020 else date(derniere, 12, 15)
        lot = a.rng.choice(LOTS[r["secteur"]])
        a.marches[int(r["numero"])] = _marche(
            a,
            f"{lot}, lot fictif n° {int(r['numero']) + 1}",
            a.acheteurs[r["acheteur"]],
            a.rng.choice(a.employeurs["embauche_directe"]),
            operation_id=a.operations[int(r["operation"])].id,
            numero_lot=str(int(r["numero"]) + 1),
            gestionnaire=r["gestionnaire"],
            secteur=r["secteur"],
            nature=NatureMarche.CONCESSION if r["acheteur"] == "CD34 DSP THD" else _nature(r["secteur"]),
            programme_le=programme,
            date_notification=notifie,
            date_debut=notifie,
            date_fin=fin,
            fin_suivi=fin,
        )
    a.garder(list(a.marches.values()), "M")
    heures = _heures_par_marche()
    a.garder(
        [
            Clause(
                marche_id=m.id,
                heures_prevues=max(Decimal(70), heures.get(n, Decimal(0)).quantize(Decimal(10))),
                lien_objet="Les travaux emploient de la main-d'œuvre (exemple).",
                a_partir_du=m.date_notification,
                motif="notification",
                cree_le=instant(OUVERTURE),
            )
            for n, m in a.marches.items()
        ]
    )


def _nature(secteur: str) -> NatureMarche:
    return NatureMarche.TRAVAUX if secteur in {"Bâtiment", "Travaux publics"} else NatureMarche.SERVICES


def _heures_par_marche() -> dict[int, Decimal]:
    totaux: defaultdict[int, Decimal] = defaultdict(Decimal)
    for r in lire("contrats.csv"):
        totaux[int(r["marche"])] += sum((h for _, h in _mois(r["heures"])), Decimal(0))
    for r in lire("reprises.csv"):
        totaux[int(r["marche"])] += Decimal(r["heures"])
    return totaux


def _mois(texte: str) -> list[tuple[date, Decimal]]:
    """« 6:107.72 7:8.97 » → months of 2020 and their hours."""
    paires = (mot.split(":") for mot in texte.split())
    return [(date(2020, int(m), 1), Decimal(h)) for m, h in paires]


def _reserves(a: Atelier2020) -> None:
    """Reserved contracts of 2020 and those won unreserved: none had an hours target that year."""
    acheteur = a.acheteurs["CD34"]
    marches: list[tuple[Marche, str | None]] = []
    for nom, reservation, type_, ess, nombre, total in RESERVES:
        titulaire = _organisation(a, f"Titulaire Exemple, {nom.lower()}", type_, 950 + len(marches), ess=ess)
        a.garder([titulaire], "ORG")
        parts = [(total / nombre).quantize(Decimal("0.01"))] * (nombre - 1)
        for i, montant in enumerate((*parts, total - sum(parts, Decimal(0)))):
            jour = date(2020, 1 + i % 12, 10)
            marches.append(
                (
                    _marche(
                        a,
                        f"{nom} n° {i + 1}",
                        acheteur,
                        titulaire,
                        nature=NatureMarche.SERVICES,
                        secteur="Autres services",
                        montant_ttc=montant,
                        date_notification=jour,
                        date_debut=jour,
                        date_fin=CLOTURE,
                    ),
                    reservation,
                )
            )
    a.garder([m for m, _ in marches], "M")
    a.garder(
        [
            RegimeMarche(
                marche_id=m.id,
                type_acheteur=TypeAcheteur.AUTRE_POUVOIR,
                reservation=Reservation(reservation),
                leviers=["marche_reserve"],
                decide_le=m.date_notification,
            )
            for m, reservation in marches
            if reservation
        ]
    )


def _personnes(a: Atelier2020) -> None:
    for r in lire("personnes.csv"):
        prenom, nom = a.rng.choice(PRENOMS_F if r["sexe"] == "F" else PRENOMS_M), a.rng.choice(NOMS)
        n = int(r["numero"])
        a.personnes[n] = Personne(
            ref=f"P-H20{n:04d}",
            territoire_id=a.territoire_id,
            prenom=prenom,
            nom=nom,
            cle=cle(f"{nom} {prenom}"),
            date_naissance=date.fromisoformat(r["naissance"]),
            sexe=r["sexe"],
            code_insee=a.rng.choice(a.communes["34"]),
            qpv=OuiNonAVerifier(r["qpv"]),
            qpv_le=date(2020, 1, 15),
            qpv_source="démonstration",
            niveau=a.rng.choice(("infra_3", "infra_3", "3", "3", "4", "5", None)),
            information_le=date(2019, 12, 2),
            information_version="2018-05",
            information_canal="entretien",
            fictive=True,
            cree_le=instant(date(2019, 12, 2)),
        )
        a.statuts[n] = r["statuts"].split()
    a.garder(list(a.personnes.values()))
    actifs = sorted({int(r["personne"]) for r in lire("contrats.csv")})
    a.validations = {
        n: Validation(
            ref=f"?V{n}",
            territoire_id=a.territoire_id,
            personne_id=a.personnes[n].id,
            poste="Poste d'exécution",
            etat=EtatValidation.OUI,
            demandee_le=instant(date(2020, 1, 6)),
            repondue_le=instant(date(2020, 1, 20)),
            fenetre_debut=date(2020, 2, 1),
            fenetre_fin=date(2022, 1, 31),
            categories=a.statuts[n],
        )
        for n in actifs
    }
    a.garder(list(a.validations.values()), "V")


def _contrats(a: Atelier2020) -> list[tuple[Contrat, list[tuple[date, Decimal]]]]:
    lignes = []
    for r in lire("contrats.csv"):
        n, modalite = int(r["personne"]), r["modalite"]
        marche, mois = a.marches[int(r["marche"])], _mois(r["heures"])
        employeurs = a.employeurs[modalite]
        employeur_id = marche.titulaire_id if modalite == "embauche_directe" else employeurs[n % len(employeurs)].id
        personne = a.personnes[n]
        contrat = Contrat(
            territoire_id=a.territoire_id,
            personne_id=personne.id,
            employeur_id=employeur_id,
            marche_id=marche.id,
            validation_id=a.validations[n].id,
            modalite=Modalite(modalite),
            type_contrat=TYPES_CONTRAT[modalite],
            poste="Poste d'exécution",
            debut=mois[0][0],
            fin=dernier_du_mois(mois[-1][0]),
            motif_fin="fin_de_contrat",
            heures_hebdo=Decimal(35),
            statuts=a.statuts[n],
            qpv=personne.qpv.value,
            code_insee=personne.code_insee,
            niveau=personne.niveau,
            cree_le=instant(mois[0][0]),
        )
        lignes.append((contrat, mois))
    a.garder([c for c, _ in lignes], "CT")
    return lignes


def _registre(a: Atelier2020, contrats: list[tuple[Contrat, list[tuple[date, Decimal]]]]) -> int:
    """Declarations signed, lines chained marché by marché, decisions that count every hour."""
    groupes: defaultdict[tuple[date, int, int], list[tuple[Contrat, Decimal]]] = defaultdict(list)
    for contrat, mois in contrats:
        for m, heures in mois:
            groupes[m, contrat.marche_id or 0, contrat.employeur_id].append((contrat, heures))
    declarations = {}
    for (m, marche_id, employeur_id), _ in sorted(groupes.items(), key=lambda g: g[0]):
        signee = instant(ajouter_mois(m, 1) + timedelta(days=5))
        declarations[m, marche_id, employeur_id] = Declaration(
            territoire_id=a.territoire_id,
            employeur_id=employeur_id,
            marche_id=marche_id,
            mois=m,
            etat=EtatDeclaration.VALIDEE,
            ouverte_le=instant(ajouter_mois(m, 1)),
            signee_le=signee,
            signataire="Signataire (exemple)",
            validee_le=signee + timedelta(days=4),
        )
    a.garder(list(declarations.values()))
    fins: dict[int, str] = {}
    lignes: list[LigneHeures] = []
    for cle_, declaration in declarations.items():
        for contrat, heures in groupes[cle_]:
            ligne = LigneHeures(
                declaration_id=declaration.id,
                contrat_id=contrat.id,
                marche_id=declaration.marche_id,
                mois=declaration.mois,
                travaillees=heures,
                formation=Decimal(0),
                motif="",
                cree_le=declaration.signee_le,
            )
            ligne.empreinte_precedente = fins.get(ligne.marche_id, ORIGINE)
            ligne.empreinte = fins[ligne.marche_id] = empreinte(ligne.empreinte_precedente, contenu(ligne))
            lignes.append(ligne)
    a.garder(lignes)
    par_id = {d.id: d for d in declarations.values()}
    a.garder(
        [
            DecisionLigne(
                ligne_id=ligne.id,
                en_vigueur=True,
                etat=EtatLigne.COMPTEE,
                explication="",
                creditees=ligne.travaillees,
                formation=Decimal(0),
                coefficient=Decimal(1),
                valorisees=ligne.travaillees,
                quand=par_id[ligne.declaration_id].validee_le,
            )
            for ligne in lignes
        ]
    )
    return len(lignes)


def _reprises(a: Atelier2020) -> int:
    """Hours of 2018 and 2019 as the former spreadsheet gave them, and the total of 2017, which named nobody."""
    lignes = [
        LigneReprise(
            territoire_id=a.territoire_id,
            marche_id=a.marches[int(r["marche"])].id,
            personne_id=a.personnes[int(r["personne"])].id,
            modalite=Modalite(r["modalite"]) if r["modalite"] else None,
            depuis=date(int(r["annee"]), 2, 1),
            mois=date(int(r["annee"]), 11, 1),
            heures=Decimal(r["heures"]),
            source=f"tableur {r['annee']}",
            cree_le=instant(date(2020, 1, 6)),
        )
        for r in lire("reprises.csv")
    ]
    fin = date(2017, 12, 31)
    ancien = _marche(
        a,
        "Heures de 2017, reprises en un total",
        a.acheteurs["Autres"],
        a.employeurs["embauche_directe"][0],
        date_notification=OUVERTURE,
        date_debut=OUVERTURE,
        date_fin=fin,
        fin_suivi=fin,
    )
    a.garder([ancien], "M")
    a.garder(
        [
            Clause(
                marche_id=ancien.id,
                heures_prevues=TOTAL_2017,
                a_partir_du=OUVERTURE,
                motif="reprise",
                cree_le=instant(OUVERTURE),
            )
        ]
    )
    lignes.append(
        LigneReprise(
            territoire_id=a.territoire_id,
            marche_id=ancien.id,
            depuis=date(2017, 1, 1),
            mois=date(2017, 12, 1),
            heures=TOTAL_2017,
            source="bilan 2017",
            cree_le=instant(date(2020, 1, 6)),
        )
    )
    a.garder(lignes)
    return len(lignes)

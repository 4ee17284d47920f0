"""A ledger of any size for the bench of the catalogue: fictitious, skewed as real ones are, written in bulk.

Few buyers hold most marchés, big towns too; four in ten are live; titles share their words; some hours are done.
The same seed gives the same ledger on both engines.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.contexte import Contexte
from marketplace.heures.bench import par_paquets
from marketplace.heures.models import (
    Contrat,
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
    Modalite,
)
from marketplace.marches.models import Clause, Marche, NatureMarche
from marketplace.marches.rules.etats import EtatMarche
from marketplace.offres.models import EtatOffre, Offre, TypeContrat
from marketplace.personnes.models import Personne
from marketplace.territoire.models import Commune, Territoire
from marketplace.valeurs import ajouter_mois, cle, premier_du_mois

PERSONNES = 200
ACHETEURS, TITULAIRES, STRUCTURES = 250, 400, 2_075
TRAVAUX = ("Réhabilitation", "Construction", "Extension", "Rénovation énergétique", "Entretien", "Mise aux normes")
LOTS = {
    "Bâtiment": (
        "F1703",
        ("gros œuvre", "peinture", "menuiserie", "couverture", "plomberie", "électricité", "cloisons"),
    ),
    "Travaux publics": ("F1702", ("voirie", "réseaux", "enrobés", "assainissement")),
    "Propreté": ("K2204", ("nettoyage", "vitrerie", "désinfection")),
    "Espaces verts": ("A1203", ("tonte", "élagage", "plantations")),
    "Restauration": ("G1603", ("repas", "plonge")),
    "Gardiennage": ("K2503", ("accueil", "surveillance")),
    "Transport": ("N4105", ("livraison", "navettes")),
}
LIEUX = ("collège", "lycée", "école", "gymnase", "médiathèque", "mairie", "crèche", "piscine", "résidence", "zone")
NOMS = (
    "des Garrigues",
    "du Lez",
    "de la Mosson",
    "des Aiguerelles",
    "du Salagou",
    "des Cévennes",
    "de l'Orb",
    "du Pont",
)
ETATS = (
    [EtatMarche.EN_COURS] * 34
    + [EtatMarche.NOTIFIE] * 6
    + [EtatMarche.SOLDE] * 40
    + [EtatMarche.TERMINE] * 12
    + [EtatMarche.A_ETUDIER] * 5
    + [EtatMarche.RESILIE] * 3
)


def _rang(r: random.Random, n: int) -> int:
    """A rank from 0 to n - 1, small ones far more often: the n-th power law of buyers and towns."""
    return min(n - 1, int(n ** r.random()) - 1) if n > 1 else 0


def remplir(ctx: Contexte, marches: int, graine: int = 20261122) -> dict[str, int]:
    """Fill a base that has its reference tables. Returns how many marchés and how many live ones it holds."""
    r, jour, quand = random.Random(graine), ctx.aujourdhui(), ctx.horloge()  # noqa: S311 - nothing secret
    with ctx.transaction() as s:
        territoire = Territoire(code="banc", nom="Banc", departements=["34"], cree_le=quand)
        s.add(territoire)
        s.flush()
        requete = select(Commune.code_insee).where(Commune.code_departement == "34").order_by(Commune.population.desc())
        communes = list(s.scalars(requete))
        par_paquets(s, Organisation, _organisations(r, territoire.id, communes, quand))
        acheteurs = _ids(s, TypeOrganisation.ACHETEUR)
        titulaires = _ids(s, TypeOrganisation.ENTREPRISE)
        structures = _ids(s, TypeOrganisation.EI)
        lignes = list(_marches(r, marches, territoire.id, (communes, acheteurs, titulaires), jour, quand))
        par_paquets(s, Marche, iter(lignes))
        vivants = [m for m in lignes if m["etat"] in {EtatMarche.EN_COURS, EtatMarche.NOTIFIE}]
        par_paquets(s, Clause, _clauses(r, lignes, quand))
        _heures(s, r, vivants, jour, quand)
        par_paquets(s, Offre, _offres(r, max(10, marches // 20), territoire.id, communes, structures, jour, quand))
    return {"marches": len(lignes), "vivants": len(vivants)}


def _ids(s: Session, type_: TypeOrganisation) -> list[int]:
    return list(s.scalars(select(Organisation.id).where(Organisation.type == type_).order_by(Organisation.id)))


def _organisations(
    r: random.Random, territoire_id: int, communes: Sequence[str], quand: datetime
) -> Iterator[dict[str, Any]]:
    genres: list[tuple[TypeOrganisation, str, int]] = [(TypeOrganisation.ACHETEUR, "Collectivité exemple", ACHETEURS)]
    genres.append((TypeOrganisation.ENTREPRISE, "Entreprise exemple", TITULAIRES))
    genres.append((TypeOrganisation.EI, "Insertion exemple", STRUCTURES))
    numero = 0
    for type_, debut, nombre in genres:
        for n in range(nombre):
            numero += 1
            nom = f"{debut} {r.choice(NOMS)} {n}"
            yield {
                "ref": f"ORG-{numero:06d}",
                "territoire_id": territoire_id,
                "type": type_,
                "nom": nom,
                "cle": cle(nom),
                "activites": r.choice(list(LOTS)),
                "code_insee": communes[_rang(r, len(communes))],
                "verifiee_le": quand,
                "fictive": True,
                "cree_le": quand,
            }


def _marches(
    r: random.Random,
    nombre: int,
    territoire_id: int,
    lieux: tuple[Sequence[str], Sequence[int], Sequence[int]],
    jour: date,
    quand: datetime,
) -> Iterator[dict[str, Any]]:
    communes, acheteurs, titulaires = lieux
    secteurs = list(LOTS)
    for i in range(1, nombre + 1):
        secteur = secteurs[_rang(r, len(secteurs))]
        code_rome, lots = LOTS[secteur]
        intitule = f"{r.choice(TRAVAUX)}, {r.choice(LIEUX)} {r.choice(NOMS)} : {r.choice(lots)} (lot {i % 90 + 1})"
        debut = jour - timedelta(days=r.randrange(30, 700))
        yield {
            "id": i,
            "ref": f"M-{i:06d}",
            "territoire_id": territoire_id,
            "intitule": intitule,
            "cle": cle(intitule),
            "objet": "",
            "acheteur_id": acheteurs[_rang(r, len(acheteurs))],
            "titulaire_id": titulaires[_rang(r, len(titulaires))],
            "secteur": secteur,
            "code_rome": code_rome,
            "nature": NatureMarche.TRAVAUX,
            "code_insee": communes[_rang(r, len(communes))],
            "etat": r.choice(ETATS),
            "date_notification": debut,
            "date_debut": debut,
            "date_fin": debut + timedelta(days=r.randrange(720, 1500)),
            "fictif": True,
            "maj_le": quand,
            "cree_le": quand,
            "version": 1,
        }


def _clauses(r: random.Random, marches: Sequence[dict[str, Any]], quand: datetime) -> Iterator[dict[str, Any]]:
    for m in marches:
        yield {
            "marche_id": m["id"],
            "numero": 1,
            "heures_prevues": Decimal(int(r.lognormvariate(6.2, 0.9)) + 35),
            "publics": [],
            "calcul": {},
            "a_partir_du": m["date_debut"],
            "cree_le": quand,
        }


def _heures(s: Session, r: random.Random, vivants: Sequence[dict[str, Any]], jour: date, quand: datetime) -> None:
    """Two months of validated hours on half of the live marchés, for a handful of people."""
    personnes = (
        {
            "id": i,
            "ref": f"P-{i:06d}",
            "territoire_id": vivants[0]["territoire_id"] if vivants else 1,
            "prenom": "Camille",
            "nom": f"Exemple {i}",
            "cle": f"exemple {i}",
            "information_le": jour,
            "fictive": True,
            "cree_le": quand,
            "version": 1,
        }
        for i in range(1, PERSONNES + 1)
    )
    par_paquets(s, Personne, personnes)
    servis = [m for m in vivants if r.random() < 0.5]
    mois = [ajouter_mois(premier_du_mois(jour), -n) for n in (2, 1)]
    par_paquets(s, Contrat, (_contrat(m, quand) for m in servis))
    par_paquets(s, Declaration, (_declaration(m, k, d, quand) for m in servis for k, d in enumerate(mois)))
    par_paquets(s, LigneHeures, (_ligne(m, k, d, quand) for m in servis for k, d in enumerate(mois)))
    par_paquets(s, DecisionLigne, (_decision(m, k, quand) for m in servis for k, _ in enumerate(mois)))


def _contrat(m: dict[str, Any], quand: datetime) -> dict[str, Any]:
    return {
        "id": m["id"],
        "ref": f"CT-{m['id']:06d}",
        "territoire_id": m["territoire_id"],
        "personne_id": m["id"] % PERSONNES + 1,
        "employeur_id": m["titulaire_id"],
        "marche_id": m["id"],
        "modalite": Modalite.EMBAUCHE_DIRECTE,
        "type_contrat": "cdd",
        "poste": "",
        "debut": m["date_debut"],
        "heures_hebdo": Decimal(35),
        "statuts": [],
        "cree_le": quand,
        "version": 1,
    }


def _declaration(m: dict[str, Any], k: int, mois: date, quand: datetime) -> dict[str, Any]:
    return {
        "id": m["id"] * 2 + k,
        "territoire_id": m["territoire_id"],
        "employeur_id": m["titulaire_id"],
        "marche_id": m["id"],
        "mois": mois,
        "etat": EtatDeclaration.VALIDEE,
        "brouillon": {},
        "ouverte_le": quand,
        "signee_le": quand,
        "version": 1,
    }


def _ligne(m: dict[str, Any], k: int, mois: date, quand: datetime) -> dict[str, Any]:
    numero = m["id"] * 2 + k
    return {
        "id": numero,
        "declaration_id": numero,
        "contrat_id": m["id"],
        "marche_id": m["id"],
        "mois": mois,
        "travaillees": Decimal(10 + m["id"] % 25),
        "formation": Decimal(0),
        "cree_le": quand,
        "empreinte_precedente": f"{numero - 1:064d}",
        "empreinte": f"{numero:064d}",
    }


def _decision(m: dict[str, Any], k: int, quand: datetime) -> dict[str, Any]:
    heures = Decimal(10 + m["id"] % 25)
    return {
        "ligne_id": m["id"] * 2 + k,
        "en_vigueur": True,
        "etat": EtatLigne.COMPTEE,
        "explication": "",
        "creditees": heures,
        "formation": Decimal(0),
        "coefficient": Decimal(1),
        "valorisees": heures,
        "malgre_tout": False,
        "motif": "",
        "quand": quand,
    }


def _offres(
    r: random.Random,
    nombre: int,
    territoire_id: int,
    communes: Sequence[str],
    structures: Sequence[int],
    jour: date,
    quand: datetime,
) -> Iterator[dict[str, Any]]:
    for i in range(1, nombre + 1):
        secteur = list(LOTS)[_rang(r, len(LOTS))]
        intitule = f"Agent exemple, {r.choice(LOTS[secteur][1])}"
        yield {
            "ref": f"O-{i:06d}",
            "territoire_id": territoire_id,
            "organisation_id": structures[_rang(r, len(structures))],
            "intitule": intitule,
            "cle": cle(intitule),
            "code_rome": LOTS[secteur][0],
            "code_insee": communes[_rang(r, len(communes))],
            "heures_hebdo": Decimal(r.choice((20, 26, 35))),
            "type_contrat": TypeContrat.CDDI,
            "debut": jour + timedelta(days=r.randrange(5, 90)),
            "places": r.randrange(1, 4),
            "permis": [],
            "caces": [],
            "etat": EtatOffre.PUBLIEE,
            "publiee_le": quand,
            "confirmee_le": quand,
            "cree_le": quand,
        }

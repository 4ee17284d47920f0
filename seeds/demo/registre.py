"""The ledger of the demonstration: opérations, marchés in every phase, clauses and their versions, stops."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from marketplace.comptes.models import Organisation
from marketplace.marches.models import Clause, Marche, Operation
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.regime import NatureMarche
from marketplace.valeurs import ajouter_mois, arrondir, cle
from seeds.demo.atelier import DOSSIER, Atelier
from seeds.demo.avenants import semer_arrets, semer_cotraitants, semer_versions
from seeds.demo.comptes import TITULAIRE_DEMO
from seeds.demo.noms import FIRMES

PROFILS = ("avance", "temps", "temps", "surveiller", "temps", "retard", "temps", "avance", "retard", "surveiller")
PROFILS_TITULAIRE_DEMO = ("temps", "retard", "avance", "surveiller")
ETATS = {
    "notifie": EtatMarche.NOTIFIE,
    "suspendu": EtatMarche.SUSPENDU,
    "consultation": EtatMarche.EN_CONSULTATION,
    "programme": EtatMarche.PROGRAMME,
    "etude": EtatMarche.A_ETUDIER,
    "etudie": EtatMarche.ETUDIE,
    "infructueux": EtatMarche.INFRUCTUEUX,
    "sans_suite": EtatMarche.SANS_SUITE,
    "resilie": EtatMarche.RESILIE,
    "transfere": EtatMarche.TRANSFERE,
}
SANS_TITULAIRE = frozenset(
    {
        EtatMarche.EN_CONSULTATION,
        EtatMarche.PROGRAMME,
        EtatMarche.A_ETUDIER,
        EtatMarche.ETUDIE,
        EtatMarche.INFRUCTUEUX,
        EtatMarche.SANS_SUITE,
    }
)
HEURES = {"Bâtiment": (250, 2200), "Travaux publics": (300, 2600), "Propreté": (900, 3600)}
HEURES_AUTRES = (400, 2200)
HEURES_FIBRE = Decimal(12000)
PARTS = {"Bâtiment": "0.45", "Travaux publics": "0.30", "Propreté": "0.82", "Espaces verts": "0.75"}
FIRMES_PAR_METIER = {
    "F1703": ("Maçonnerie Exemple du Thym", "Gros Œuvre Exemple Sud", "Rénovation Exemple Garrigue"),
    "F1701": ("Ouvrages Exemple", "Gros Œuvre Exemple Sud", "Déconstruction Exemple"),
    "F1606": ("Peintures Exemple", "Rénovation Exemple Garrigue"),
    "F1604": ("Plâtrerie Exemple du Cade", "Isolation Exemple", "Menuiseries Exemple"),
    "F1602": ("Élec Exemple Littoral",),
    "F1603": ("Plomberie Exemple des Cistes",),
    "F1608": ("Carrelages Exemple",),
    "F1611": ("Façades Exemple", "Réhabilitation Exemple Thau"),
    "F1503": ("Charpentes Exemple du Caroux",),
    "F1613": ("Étanchéité Exemple",),
    "F1610": ("Élec Exemple Littoral", "Isolation Exemple"),
    "F1702": ("Routes Exemple", "VRD Exemple Cœur d'Hérault", "Pavages Exemple"),
    "F1705": ("Canalisations Exemple", "Réseaux Exemple du Lez"),
    "F1302": ("Terrassement Exemple Biterrois",),
    "A1208": ("Paysages Exemple", "Jardins Exemple de l'Orb"),
    "A1203": ("Paysages Exemple", "Espaces Verts Exemple Lunel", "Jardins Exemple de l'Orb"),
    "A1202": ("Jardins Exemple de l'Orb", "Espaces Verts Exemple Lunel"),
}


@dataclass(frozen=True, slots=True)
class _Lot:
    """One line of the ledger before it is dated."""

    phase: str
    acheteur: str
    intitule: str
    code_insee: str
    secteur: str
    nature: str
    code_rome: str
    cpv: str = ""
    operation: Operation | None = None
    numero: int | None = None


def _lire(nom: str) -> list[dict[str, str]]:
    with (DOSSIER / nom).open(encoding="utf-8", newline="") as fichier:
        return list(csv.DictReader(fichier, delimiter=";", strict=True))


def _lots(a: Atelier) -> list[_Lot]:
    """Every lot of the opérations, then the marchés that stand alone."""
    lots: list[_Lot] = []
    operations: list[Operation] = []
    for r in _lire("operations.csv"):
        lieu = a.lieux[r["lieu"]] if r["lieu"] else a.commune()
        operation = Operation(
            territoire_id=a.territoire_id,
            intitule=r["intitule"].format(commune=lieu.nom),
            acheteur_id=a.acheteurs[r["acheteur"]].id,
            code_insee=lieu.code_insee,
            fictive=True,
            cree_le=a.instant(a.jour(a.rng.randint(420, 480))),
        )
        operations.append(operation)
        for numero, brut in enumerate(r["lots"].split(","), start=1):
            nom, code = brut.split(":")
            intitule = f"{nom}, {operation.intitule[:1].lower()}{operation.intitule[1:]} (lot {numero})"
            lots.append(
                _Lot(
                    r["phase"],
                    r["acheteur"],
                    intitule,
                    lieu.code_insee,
                    r["secteur"] if code[0] == "F" else "Espaces verts",
                    r["nature"],
                    code,
                    operation=operation,
                    numero=numero,
                )
            )
    a.numeroter(operations, "OP")
    lots += [
        _Lot(r["phase"], r["acheteur"], r["intitule"], r["lieu"], r["secteur"], r["nature"], r["code_rome"], r["cpv"])
        for r in _lire("marches_isoles.csv")
    ]
    return lots


def _dates(a: Atelier, lot: _Lot, profil: str, decalage: int) -> tuple[date | None, date | None, date | None]:
    """(notification, start, end) that suit the phase; a marché that lags has run long enough to lag."""
    r, phase = a.rng, lot.phase
    if phase in {"consultation", "programme", "etude", "infructueux", "sans_suite", "etudie"}:
        return None, None, None
    if phase == "fin":
        debut = a.jour(r.randint(400, 425) - decalage)
        fin = a.jour(r.randint(20, 150))
    elif phase == "notifie":
        debut = a.jour(-r.randint(8, 50))
        fin = ajouter_mois(debut, r.choice((8, 12, 24)))
    elif phase in {"resilie", "transfere"}:
        debut, fin = a.jour(r.randint(280, 330)), a.jour(-r.randint(30, 120))
    else:
        plus_jeune = {"retard": 270, "surveiller": 190}.get(profil, 80)
        debut = a.jour(max(plus_jeune, r.randint(plus_jeune, 385) - decalage))
        mois = r.choice((9, 11, 14, 18)) if lot.nature == "travaux" else r.choice((18, 24, 36))
        fin = max(ajouter_mois(debut, mois), a.jour(-r.randint(50, 160)))
        if profil in {"retard", "surveiller"}:
            fin = min(fin, a.jour(-r.randint(70, 200)))
    notification = debut - timedelta(days=r.randint(12, 45))
    return min(notification, a.jour(1)), debut, fin


def _titulaire(a: Atelier, lot: _Lot) -> Organisation:
    noms = FIRMES_PAR_METIER.get(lot.code_rome)
    if not noms:
        noms = tuple(nom for nom, secteur in FIRMES if secteur == lot.secteur) or ("Multiservices Exemple",)
    return a.firmes[a.rng.choice(noms)]


def _objectif(a: Atelier, lot: _Lot) -> Decimal:
    if lot.nature == "concession":
        return HEURES_FIBRE
    bas, haut = HEURES.get(lot.secteur, HEURES_AUTRES)
    return arrondir(Decimal(round(a.rng.triangular(bas, haut, bas + (haut - bas) * 0.3))), Decimal(10))


def _marche(a: Atelier, lot: _Lot, profil: str, titulaire: Organisation | None) -> Marche:
    phase = lot.phase
    notification, debut, fin = _dates(a, lot, profil, 8 * ((lot.numero or 1) - 1))
    if phase == "fin":
        etat = EtatMarche.SOLDE if fin is not None and (a.le - fin).days > 75 else EtatMarche.TERMINE
    else:
        etat = ETATS.get(phase, EtatMarche.EN_COURS)
    lieu = a.lieux[lot.code_insee]
    cree = a.jour(a.rng.randint(20, 90)) if debut is None else min(debut - timedelta(days=90), a.jour(60))
    departemental = lot.acheteur.startswith("Conseil") and a.rng.random() < 0.5
    return Marche(
        territoire_id=a.territoire_id,
        operation_id=lot.operation.id if lot.operation else None,
        numero_lot=str(lot.numero) if lot.numero else None,
        intitule=lot.intitule[:200],
        cle=cle(f"{lot.intitule} {lieu.nom} {lot.acheteur}"),
        objet="Marché fictif de la démonstration.",
        acheteur_id=a.acheteurs[lot.acheteur].id,
        titulaire_id=titulaire.id if titulaire and etat not in SANS_TITULAIRE else None,
        facilitateur_id=a.rng.choice(a.equipe.facilitateurs).id,
        gestionnaire="Départemental" if departemental else _nom_sdi(lieu.sdi),
        secteur=lot.secteur,
        code_rome=lot.code_rome or None,
        cpv=lot.cpv or None,
        nature=NatureMarche(lot.nature),
        procedure="Appel d'offres ouvert" if a.rng.random() < 0.6 else "Procédure adaptée",
        code_insee=lot.code_insee,
        etat=etat,
        date_notification=notification,
        date_debut=debut,
        date_fin=fin,
        fictif=True,
        maj_le=a.instant(a.jour(a.rng.randint(1, 9))),
        cree_le=a.instant(cree),
    )


def _nom_sdi(code: str) -> str:
    noms = {"montpellierain": "SDI Montpelliérain", "est-heraultais": "SDI Est Héraultais"}
    return noms.get(code, "SDI Piémont Biterrois")


def _clause(a: Atelier, marche: Marche, lot: _Lot) -> Clause:
    """The first version, sized by R13 from an amount that gives these hours."""
    heures = _objectif(a, lot)
    part, taux, cout = Decimal(PARTS.get(lot.secteur, "0.50")), Decimal(a.rng.choice((5, 7, 10))) / 100, Decimal(38)
    marche.montant_ht = arrondir(heures * cout / (part * taux), Decimal(100))
    return Clause(
        marche_id=marche.id,
        numero=1,
        heures_prevues=arrondir(marche.montant_ht * part * taux / cout),
        lien_objet="Les prestations demandent une main-d'œuvre que des personnes en insertion peuvent apprendre.",
        publics=[],
        calcul={
            "montant_ht": str(marche.montant_ht),
            "part_main_oeuvre": str(part),
            "taux_effort": str(taux),
            "cout_horaire": str(cout),
        },
        a_partir_du=marche.date_notification or a.jour(15),
        auteur_id=marche.facilitateur_id,
        cree_le=marche.cree_le,
    )


def semer_registre(a: Atelier) -> None:
    """Opérations, marchés, clauses, versions, stops, cotraitants."""
    lots = _lots(a)
    demo = iter(PROFILS_TITULAIRE_DEMO)
    rang = 0
    couples: list[tuple[Marche, _Lot]] = []
    for lot in lots:
        profil = PROFILS[rang % len(PROFILS)]
        rang += lot.phase == "cours"
        titulaire = _titulaire(a, lot)
        if lot.phase == "cours" and lot.code_rome == "F1703" and (voulu := next(demo, None)):
            titulaire, profil = a.firmes[TITULAIRE_DEMO], voulu
        couples.append((_marche(a, lot, profil, titulaire), lot))
        a.profils[id(couples[-1][0])] = profil
    a.marches = [marche for marche, _ in couples]
    profils = [a.profils.pop(id(marche)) for marche in a.marches]
    a.numeroter(a.marches, "M")
    a.profils = {marche.id: profil for marche, profil in zip(a.marches, profils, strict=True)}
    clauses = [_clause(a, m, lot) for m, lot in couples if m.etat is not EtatMarche.ETUDIE]
    a.garder(clauses)
    a.clauses = {c.marche_id: c for c in clauses}
    semer_versions(a)
    semer_arrets(a)
    semer_cotraitants(a)

"""Rows of marchés made into marchés to enter, and found again by the rows of people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date

from rapidfuzz import fuzz

from marketplace.erreurs import LigneRefusee, RegleViolee
from marketplace.marches.rules.etats import EtatMarche, verifier_dates
from marketplace.marches.rules.regime import NatureMarche
from marketplace.reprise.connus import Connus, clef_marche
from marketplace.reprise.plan import MarchePrevu, Plan
from marketplace.reprise.rules.listes import etat_par_defaut, secteur_vers_nature
from marketplace.reprise.rules.rapprochement import (
    IGNORER,
    Cible,
    Rapprochement,
    Sorte,
    squelette,
)
from marketplace.reprise.rules.source import Enregistrement, intitule_du_lot, lot_normalise
from marketplace.reprise.valeurs_lues import Valeurs
from marketplace.valeurs import cle

SECTEUR_INCONNU = "Autres services"
SUR = 92
DOUTE = 70
ECART = 6
"""How far ahead of the second the best marché must be to be taken without a question."""


def planifier_marches(
    plan: Plan, rangees: Sequence[Enregistrement], valeurs: Valeurs, connus: Connus, jour: date
) -> None:
    """One marché per row. A row that repeats another, whose dates contradict each other or whose words wait for a
    decision is refused with its reason.
    """
    doubles = Counter(_clef(e, valeurs) for e in rangees)
    for e in rangees:
        try:
            prevu = _prevoir(e, valeurs, jour)
            if doubles[prevu.cle] > 1:
                prevu.cle += f"|{squelette(valeurs.libelle('entreprise', e.texte('titulaire')))}"
            if prevu.cle in plan.marches:
                deja = plan.marches[prevu.cle].source.ligne
                raise RegleViolee(f"Ce marché est déjà à la ligne {deja} : même acheteur, même opération, même lot.")
        except RegleViolee as refus:
            plan.refuses.append(LigneRefusee(e.ligne, e.feuille or "fichier", refus.message))
            plan.refusees.setdefault(_clef(e, valeurs), e)
            continue
        sans_numero = clef_marche(
            valeurs.libelle("acheteur", e.texte("acheteur")),
            valeurs.libelle("operation", e.texte("operation")),
            prevu.lot,
            prevu.intitule,
        )
        prevu.existant = connus.marches_par_cle.get(prevu.cle) or connus.marches_par_cle.get(sans_numero)
        plan.marches[prevu.cle] = prevu


def _clef(e: Enregistrement, valeurs: Valeurs) -> str:
    numero = cle(e.texte("numero"))
    if numero:
        return f"n {numero}|{lot_normalise(e.texte('lot'))}"
    return clef_marche(
        valeurs.libelle("acheteur", e.texte("acheteur")),
        valeurs.libelle("operation", e.texte("operation")),
        e.texte("lot"),
        _intitule(e),
    )


def _intitule(e: Enregistrement) -> str:
    return e.texte("intitule") or intitule_du_lot(e.texte("lot")) or e.texte("operation")


def _prevoir(e: Enregistrement, valeurs: Valeurs, jour: date) -> MarchePrevu:
    intitule = " ".join(_intitule(e).split())[:200]
    if not intitule:
        raise RegleViolee("Ce marché n'a ni intitulé, ni opération.")
    for champ, groupe in (
        ("acheteur", "acheteur"),
        ("titulaire", "entreprise"),
        ("operation", "operation"),
        ("secteur", "secteur"),
        ("etat", "etat"),
    ):
        if valeurs.a_decider(groupe, e.texte(champ)):
            raise RegleViolee(f"« {e.texte(champ)} » attend une décision : dites ce que c'est.")
    acheteur = valeurs.cible("acheteur", e.texte("acheteur"))
    if not acheteur:
        raise RegleViolee("Ce marché n'a pas d'acheteur.")
    notification, debut, fin = (e.dates.get(c) for c in ("date_notification", "date_debut", "date_fin"))
    verifier_dates(notification, debut, fin)
    titulaire = valeurs.cible("entreprise", e.texte("titulaire"))
    secteur = valeurs.cible("secteur", e.texte("secteur")) or SECTEUR_INCONNU
    etat = valeurs.cible("etat", e.texte("etat"))
    nature = valeurs.cible("nature", e.texte("nature"))
    attribue = bool(titulaire or e.faites)
    return MarchePrevu(
        cle=_clef(e, valeurs),
        source=e,
        existant=None,
        intitule=intitule,
        lot=(lot_normalise(e.texte("lot")) or e.texte("lot"))[:20],
        acheteur=acheteur,
        titulaire=titulaire,
        operation=valeurs.cible("operation", e.texte("operation")),
        gestionnaire=e.texte("gestionnaire")[:200],
        secteur=secteur,
        nature=NatureMarche(nature) if nature else secteur_vers_nature(secteur),
        etat=EtatMarche(etat) if etat else etat_par_defaut(debut or notification, fin, attribue, jour),
        commune=valeurs.cible("commune", e.texte("commune")),
        metier=valeurs.cible("metier", e.texte("metier")),
        prevues=e.prevues,
        titulaire_siret=e.siret,
        notification=notification,
        debut=debut,
        fin=fin,
        montant=e.montant,
        numero=e.texte("numero"),
    )


class Repertoire:
    """The marchés a row of people may name: those of the workbook, then those of the ledger."""

    def __init__(self, plan: Plan, valeurs: Valeurs, connus: Connus) -> None:
        self.valeurs = valeurs
        self.par_numero: defaultdict[str, list[str]] = defaultdict(list)
        self.par_lot: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self.par_intitule: defaultdict[str, list[str]] = defaultdict(list)
        self.libelles: dict[str, str] = {}
        self.refs: dict[str, str] = {}
        for m in plan.marches.values():
            operation = valeurs.libelle("operation", m.source.texte("operation"))
            self._ajouter(m.cle, operation, m.lot, m.intitule, cle(m.numero))
            if m.existant is not None:
                self.refs[connus.marches[m.existant].ref] = m.cle
        for clef, e in plan.refusees.items():
            if clef not in plan.marches:
                operation = valeurs.libelle("operation", e.texte("operation"))
                self._ajouter(clef, operation, e.texte("lot"), _intitule(e), cle(e.texte("numero")))
        repris = {m.existant for m in plan.marches.values()}
        for id_, c in connus.marches.items():
            if id_ not in repris:
                self._ajouter(f"={id_}", c.operation, c.lot, c.intitule, "")
                self.refs[c.ref] = f"={id_}"

    def _ajouter(self, clef: str, operation: str, lot: str, intitule: str, numero: str) -> None:
        if numero:
            self.par_numero[numero].append(clef)
        if operation or lot:
            self.par_lot[squelette(operation), lot_normalise(lot)].append(clef)
        self.par_intitule[squelette(intitule)].append(clef)
        self.libelles[clef] = " ".join(t for t in (operation, f"lot {lot}" if lot else "", intitule) if t)

    def nom(self, e: Enregistrement) -> str:
        """How a row names its marché."""
        lot = e.texte("lot")
        parts = (
            e.texte("numero"),
            e.texte("operation"),
            f"lot {lot_normalise(lot)}" if lot else "",
            e.texte("intitule"),
        )
        return " · ".join(p for p in parts if p)[:200]

    def trouver(self, e: Enregistrement) -> str:
        """The one marché that a row names exactly; empty when none or several."""
        operation = squelette(self.valeurs.libelle("operation", e.texte("operation")))
        lot = lot_normalise(e.texte("lot"))
        essais = [
            self.par_numero.get(cle(e.texte("numero")), []) if e.texte("numero") else [],
            self.par_lot.get((operation, lot), []) if operation or lot else [],
            self.par_intitule.get(squelette(e.texte("intitule")), []) if e.texte("intitule") else [],
        ]
        remplis = [set(x) for x in essais if x]
        commun = set.intersection(*remplis) if remplis else set()
        if len(commun) == 1:
            return commun.pop()
        return next((next(iter(x)) for x in remplis if len(x) == 1), "")

    def rapprocher(self, nom: str, nombre: int, retenues: dict[str, str]) -> Rapprochement:
        """What a name that no marché bears exactly may mean: decided before, surely near, or asked."""
        retenue = retenues.get(cle(nom)[:200])
        if retenue is not None:
            clef = self.refs.get(retenue, retenue)
            if clef in self.libelles or clef == IGNORER:
                return Rapprochement("marche", nom, nombre, Sorte.RETENUE, clef, self.libelles.get(clef, ""))
        notes = sorted(
            ((fuzz.token_sort_ratio(cle(nom), cle(libelle)), clef) for clef, libelle in self.libelles.items()),
            reverse=True,
        )[:4]
        proches = tuple(Cible(clef, self.libelles[clef]) for note, clef in notes if note >= DOUTE)
        seul = len(notes) < 2 or notes[0][0] - notes[1][0] >= ECART
        if proches and notes[0][0] >= SUR and seul:
            return Rapprochement("marche", nom, nombre, Sorte.PROCHE, proches[0].code, proches[0].libelle)
        cible = proches[0] if proches else Cible(IGNORER, "")
        return Rapprochement("marche", nom, nombre, Sorte.A_DECIDER, cible.code, cible.libelle, proches)

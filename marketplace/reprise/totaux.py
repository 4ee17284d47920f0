"""The totals of the source beside what would be written: announced, read, in the product afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.phrases import heures_en_texte
from marketplace.reprise.heures_lues import Heures
from marketplace.reprise.plan import Plan
from marketplace.reprise.rules.cellules import lire_heures_source
from marketplace.reprise.rules.champs import MARCHES, PERSONNES
from marketplace.reprise.rules.grille import Grille, LigneTotal
from marketplace.reprise.rules.source import Lecture
from marketplace.valeurs import cle, somme

TOLERANCE = Decimal("0.5")
"""Published totals are rounded to the hour."""


@dataclass(frozen=True, slots=True)
class Total:
    """One figure: what the totals rows announce (None: they do not), what the rows hold, what will be here."""

    libelle: str
    annonce: Decimal | None
    lu: Decimal
    apres: Decimal
    heures: bool

    @property
    def ecart(self) -> Decimal:
        """What the source says more than what will be here; 0 when they agree."""
        ecart = (self.lu if self.annonce is None else self.annonce) - self.apres
        return Decimal(0) if abs(ecart) <= (TOLERANCE if self.heures else 0) else ecart

    @property
    def egal(self) -> bool:
        """Whether source and product agree."""
        return not self.ecart


def totaux(lectures: Sequence[Lecture], plan: Plan, heures: Heures) -> tuple[Total, ...]:
    """Marchés, hours due, hours done (by marché and by person), people."""
    marches = [x for x in lectures if x.grille.genre == MARCHES]
    personnes = [x for x in lectures if x.grille.genre == PERSONNES]
    lignes: list[Total] = []
    if marches:
        prevus = list(plan.marches.values())
        lus = [e for x in marches for e in x.bons]
        lignes.append(
            Total(
                "Marchés",
                _annonces(marches, r"march|lots?\b"),
                Decimal(len(lus) + sum(len(x.refuses) for x in marches)),
                Decimal(len(prevus)),
                False,
            )
        )
        lignes.append(
            Total(
                "Heures prévues",
                _annoncees(marches, "heures_prevues"),
                somme(e.prevues for e in lus if e.prevues),
                somme(m.prevues for m in prevus if m.prevues),
                True,
            )
        )
        if any(x.grille.rangs("heures_faites") for x in marches):
            lignes.append(
                Total(
                    "Heures faites, feuille des marchés",
                    _annoncees(marches, "heures_faites"),
                    somme(e.total_fait for e in lus),
                    somme(heures.apres(m) for m in prevus),
                    True,
                )
            )
    if personnes:
        lus = [e for x in personnes for e in x.bons]
        lignes.append(
            Total(
                "Heures faites, feuille des personnes",
                _annoncees(personnes, "heures_faites"),
                somme(h for e in lus for _, h in e.faites),
                heures.des_personnes,
                True,
            )
        )
        datees = {(cle(f"{e.texte('nom')} {e.texte('prenom')}"), e.dates.get("date_naissance")) for e in lus}
        nes = {nom for nom, naissance in datees if naissance}
        noms = {(nom, naissance) for nom, naissance in datees if naissance or nom not in nes}
        lignes.append(
            Total(
                "Personnes",
                _annonces(personnes, r"salari|personne|participant|bénéficiaire"),
                Decimal(len(noms)),
                Decimal(len(plan.personnes)),
                False,
            )
        )
    return tuple(lignes)


def _generaux(grille: Grille) -> list[LigneTotal]:
    """The rows that close the whole sheet; the partial ones together when there is none."""
    generaux = [t for t in grille.totaux if not t.partiel]
    return generaux[-1:] or list(grille.totaux)


def _annoncees(lectures: Iterable[Lecture], champ: str) -> Decimal | None:
    trouvees = [h for x in lectures for t in _generaux(x.grille) if (h := _cellules(x.grille, t, champ)) is not None]
    return somme(trouvees) if trouvees else None


def _cellules(grille: Grille, total: LigneTotal, champ: str) -> Decimal | None:
    """The figure of a totals row for a field: its running total, else its months together."""
    lues: list[tuple[bool, Decimal]] = []
    for colonne in grille.colonnes:
        if colonne.champ == champ and colonne.rang in total.cellules:
            try:
                heures = lire_heures_source(total.cellules[colonne.rang])
            except RegleViolee:
                continue
            if heures is not None:
                lues.append((colonne.periode is None, heures))
    cumuls = [h for cumul, h in lues if cumul]
    return max(cumuls) if cumuls else somme(h for _, h in lues) if lues else None


def _annonces(lectures: Iterable[Lecture], mots: str) -> Decimal | None:
    """« TOTAL 311 marchés »: a number said in words in a totals row."""
    for x in lectures:
        dits = [t for total in _generaux(x.grille) for t in (total.texte, *total.cellules.values())]
        for texte in (*dits, *(t for _, t in x.grille.intertitres)):
            if trouve := re.search(rf"(\d[\d \u00a0]*)\s*(?:{mots})", texte.lower()):
                return Decimal(re.sub(r"\D", "", trouve.group(1)))
    return None


def sous_totaux_faux(lecture: Lecture) -> list[str]:
    """The partial totals of a sheet that do not sum the rows above them: the source contradicts itself."""
    faux = []
    grille = lecture.grille
    for champ, nom in (("heures_prevues", "heures prévues"), ("heures_faites", "heures faites")):
        depuis = 0
        for total in grille.totaux:
            if not total.partiel:
                continue
            annonce = _cellules(grille, total, champ)
            rangs = [e for e in lecture.bons if depuis < e.ligne < total.numero]
            lu = somme(e.prevues or Decimal(0) if champ == "heures_prevues" else e.total_fait for e in rangs)
            refusees = any(depuis < r.ligne < total.numero for r in lecture.refuses)
            depuis = total.numero
            if annonce is not None and not refusees and abs(annonce - lu) > TOLERANCE:
                faux.append(
                    f"{grille.nom or 'Fichier'}, ligne {total.numero} : « {total.texte} » dit "
                    f"{heures_en_texte(annonce)} en {nom}, les lignes au-dessus font {heures_en_texte(lu)}."
                )
    return faux

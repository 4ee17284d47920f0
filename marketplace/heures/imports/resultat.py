"""What a file gave, or would give: for the pages, for the command line and its JSON."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from marketplace.erreurs import LigneRefusee
from marketplace.heures.imports.annuaire import Annuaire
from marketplace.heures.imports.constats import ADecider, Lecture, LigneFausse
from marketplace.heures.imports.tableau import Tableau
from marketplace.valeurs import dernier_du_mois, somme


class Sort(enum.StrEnum):
    """What becomes of the hours of one marché and month."""

    REMPLIR = "remplir"
    INCHANGE = "inchange"
    REPRENDRE = "reprendre"
    GARDER = "garder"
    LAISSER = "laisser"
    REFUSER = "refuser"


@dataclass(frozen=True, slots=True)
class HeuresDePersonne:
    """One contrat of a month: what is written already, and what the file makes of it."""

    contrat_ref: str
    nom: str
    avant: Decimal | None
    travaillees: Decimal
    formation: Decimal


@dataclass(frozen=True, slots=True)
class Groupe:
    """The hours of one marché for one month. `reprenable`: it is signed, and may still be taken back."""

    marche_ref: str
    marche: str
    mois: date
    sort: Sort
    personnes: tuple[HeuresDePersonne, ...]
    reprenable: bool = False

    @property
    def travaillees(self) -> Decimal:
        """Hours worked."""
        return somme(p.travaillees for p in self.personnes)

    @property
    def formation(self) -> Decimal:
        """Hours of training."""
        return somme(p.formation for p in self.personnes)


ECRITS = frozenset({Sort.REMPLIR, Sort.REPRENDRE, Sort.GARDER, Sort.INCHANGE})


@dataclass(slots=True)
class Resultat:
    """What a file gave. `applique` is False after a dry run, a refusal or while a choice is missing."""

    tableau: Tableau
    lecture: Lecture
    annuaire: Annuaire
    groupes: list[Groupe] = field(default_factory=list)
    fausses: list[LigneFausse] = field(default_factory=list)
    applique: bool = False
    fichier_id: int | None = None

    @property
    def colonnes_ecartees(self) -> list[str]:
        """Columns dropped because they hold social security numbers."""
        return list(self.tableau.ecartees)

    @property
    def a_decider(self) -> dict[str, int]:
        """Clients and chantiers nobody decided about, with their number of lines."""
        return {a.texte: a.lignes for a in self.lecture.clients.values()}

    @property
    def personnes_a_decider(self) -> list[ADecider]:
        """People of our marchés nobody knows."""
        return list(self.lecture.personnes.values())

    @property
    def refuses(self) -> list[LigneRefusee]:
        """Wrong rows of ours."""
        return [LigneRefusee(f.numero, f.repere, f.motif) for f in self.fausses]

    @property
    def correspondances_completes(self) -> bool:
        """Whether every word of the file is understood or set aside."""
        lecture = self.lecture
        return not (self.tableau.manques or lecture.clients or lecture.personnes or lecture.rubriques)

    @property
    def complet(self) -> bool:
        """Whether nothing is left to correct or to decide."""
        return self.correspondances_completes and not self.fausses and not self.lecture.minutes_douteuses

    @property
    def retenus(self) -> list[Groupe]:
        """The months whose hours are taken."""
        return [g for g in self.groupes if g.sort in ECRITS]

    @property
    def declarations(self) -> int:
        """How many declarations are filled."""
        return sum(1 for g in self.groupes if g.sort in {Sort.REMPLIR, Sort.REPRENDRE, Sort.INCHANGE})

    @property
    def change(self) -> bool:
        """Whether writing would change anything."""
        return any(g.sort in {Sort.REMPLIR, Sort.REPRENDRE, Sort.GARDER} for g in self.groupes)

    @property
    def heures(self) -> Decimal:
        """Hours worked that are taken."""
        return somme(g.travaillees for g in self.retenus)

    @property
    def formation(self) -> Decimal:
        """Hours of training that are taken."""
        return somme(g.formation for g in self.retenus)

    @property
    def par_mois(self) -> dict[str, Decimal]:
        """Hours worked by month."""
        mois: dict[str, Decimal] = {}
        for g in self.retenus:
            mois[f"{g.mois:%Y-%m}"] = mois.get(f"{g.mois:%Y-%m}", Decimal(0)) + g.travaillees
        return mois

    @property
    def sans_heures(self) -> list[str]:
        """People whose contrat runs in a month that is filled, and whom the file does not name."""
        absents = {
            k.nom
            for g in self.groupes
            if g.sort is Sort.REMPLIR
            for k in self.annuaire.contrats
            if k.marche_ref == g.marche_ref
            and k.couvre(g.mois, dernier_du_mois(g.mois))
            and (k.ref, g.mois) not in self.lecture.heures
        }
        return sorted(absents)

    def en_dict(self) -> dict[str, Any]:
        """As JSON."""
        lecture = self.lecture
        return {
            "applique": self.applique,
            "lus": lecture.lus,
            "retenues": lecture.retenues,
            "ecartees": lecture.ecartees,
            "declarations": self.declarations,
            "heures": str(self.heures),
            "formation": str(self.formation),
            "par_mois": {m: str(h) for m, h in self.par_mois.items()},
            "par_marche": [
                {"marche": g.marche_ref, "mois": f"{g.mois:%Y-%m}", "heures": str(g.travaillees), "sort": str(g.sort)}
                for g in self.groupes
            ],
            "non_comptees": {str(n): str(h) for n, h in lecture.non_comptees.items()},
            "a_cheval": lecture.a_cheval,
            "totaux_faux": [
                {"ligne": t.numero, "annonce": str(t.annonce), "lu": str(t.lu)} for t in lecture.totaux if not t.juste
            ],
            "colonnes": dict(self.tableau.colonnes),
            "colonnes_manquantes": list(self.tableau.manques),
            "colonnes_ecartees": self.colonnes_ecartees,
            "a_decider": [{"chantier": c, "lignes": n} for c, n in self.a_decider.items()],
            "personnes_a_decider": [
                {"personne": a.texte, "marche": a.marche_ref, "lignes": a.lignes} for a in self.personnes_a_decider
            ],
            "rubriques_a_decider": [{"rubrique": a.texte, "lignes": a.lignes} for a in lecture.rubriques.values()],
            "minutes_douteuses": lecture.minutes_douteuses,
            "refuses": [{"ligne": r.ligne, "id": r.id, "motif": r.motif} for r in self.refuses],
        }

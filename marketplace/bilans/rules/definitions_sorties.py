"""Named definitions of exits: what each territory calls durable, dynamic or a step forward, dated and sourced.

Three départements say « durable » and mean three things: a figure is never shown without the name of its definition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from marketplace.bilans.rules.sorties import Classe
from marketplace.erreurs import RegleViolee
from marketplace.valeurs import arrondir

DIXIEME = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Definition:
    """How a territory classes what became of people.

    `classes`: situation of D6 → class, for those that need no length. `longue`, `six`, `courte`: class of a CDD or a
    mission of more than, exactly, or less than six months. `dynamiques`: the classes of its own « dynamic » rate.
    """

    code: str
    nom: str
    a_partir_du: date
    source: str
    classes: Mapping[str, Classe]
    longue: Classe
    six: Classe
    courte: Classe
    dynamiques: frozenset[Classe]

    def classer(self, situation: str, duree: str | None) -> Classe:
        """Class of one answer. A CDD or a mission of unknown length is never counted as durable."""
        if situation in {"cdd", "mission"}:
            return {"plus_de_6": self.longue, "six_exactement": self.six}.get(duree or "", self.courte)
        return self.classes.get(situation, Classe.AUTRE)


_D, _T, _P, _A, _R = Classe.DURABLE, Classe.TRANSITION, Classe.POSITIVE, Classe.AUTRE, Classe.RETIREE
_SANS_TRAVAIL: Mapping[str, Classe] = {
    "chomage": _A,
    "inactif": _A,
    "sans_nouvelle": _A,
    "deces": _R,
    "demenagement": _R,
    "rupture_essai": _R,
}
_NATIONALES: Mapping[str, Classe] = {
    **_SANS_TRAVAIL,
    "cdi": _D,
    "cdi_non_aide_structure": _D,
    "fonction_publique": _D,
    "creation_entreprise": _D,
    "contrat_aide_hors_iae": _T,
    "formation_qualifiante": _P,
    "formation_prequalifiante": _P,
    "embauche_autre_siae": _P,
}
_TOUTES = frozenset({_D, _T, _P})

DEFINITIONS: Mapping[str, Definition] = {
    d.code: d
    for d in (
        Definition(
            "nationale",
            "Définition nationale de l'IAE, six mois compris",
            date(2012, 1, 1),
            "R92 et R93 : durable, transition et positive font la sortie dynamique",
            _NATIONALES,
            _D,
            _D,
            _T,
            _TOUTES,
        ),
        Definition(
            "nationale-stricte",
            "Définition nationale de l'IAE, plus de six mois",
            date(2012, 1, 1),
            "R93 : « plus de six mois » lu à la lettre",
            _NATIONALES,
            _D,
            _T,
            _T,
            _TOUTES,
        ),
        Definition(
            "herault-2018",
            "Bilan de l'insertion de l'Hérault",
            date(2018, 1, 1),
            "PDI 2022-2025, définitions du bilan : la formation qualifiante compte avec l'insertion durable",
            {**_NATIONALES, "formation_qualifiante": _D, "formation_prequalifiante": _T, "embauche_autre_siae": _T},
            _D,
            _D,
            _T,
            frozenset({_D, _T}),
        ),
        Definition(
            "sarthe-2021",
            "Bilans de la Sarthe 2019-2021",
            date(2019, 1, 1),
            "durable : CDI, CDD de plus de six mois, création, fonction publique ; dynamique : toute suite effective",
            _NATIONALES,
            _D,
            _T,
            _T,
            _TOUTES,
        ),
        Definition(
            "lot-et-garonne-2021",
            "Bilans du Lot-et-Garonne",
            date(2019, 1, 1),
            "« sortie positive » : CDD de six mois, CDI ou création d'entreprise, rien d'autre",
            {
                **_SANS_TRAVAIL,
                "cdi": _D,
                "cdi_non_aide_structure": _D,
                "creation_entreprise": _D,
                "fonction_publique": _A,
                "contrat_aide_hors_iae": _A,
                "formation_qualifiante": _A,
                "formation_prequalifiante": _A,
                "embauche_autre_siae": _A,
            },
            _D,
            _D,
            _A,
            frozenset({_D}),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Suites:
    """Answers of one moment. Unknown situations are counted apart, never as a bad exit (R95)."""

    attendues: int
    connues: int
    par_classe: Mapping[Classe, int]
    taux_dynamique: Decimal | None
    taux_durable: Decimal | None


def definition(code: str) -> Definition:
    """The definition of that code. Raises RegleViolee when there is none."""
    if code not in DEFINITIONS:
        raise RegleViolee(f"La définition des sorties « {code} » n'existe pas : {', '.join(DEFINITIONS)}.")
    return DEFINITIONS[code]


def compter_suites(reponses: list[tuple[str | None, str | None]], regle: Definition) -> Suites:
    """Counts and rates of (situation, length) pairs; a rate is None when nobody counts (R94, T21)."""
    classes = [regle.classer(situation, duree) for situation, duree in reponses if situation]
    nombre = {c: classes.count(c) for c in Classe}
    retenues = len(classes) - nombre[Classe.RETIREE]

    def taux(parmi: int) -> Decimal | None:
        return arrondir(Decimal(parmi) * 100 / retenues, DIXIEME) if retenues else None

    return Suites(
        len(reponses),
        len(classes),
        nombre,
        taux(sum(nombre[c] for c in regle.dynamiques)),
        taux(nombre[Classe.DURABLE]),
    )

"""The week's plan of a territory: which propositions to make so that most people get a first one.

One person, one offre and one structure are never flooded; clauses that lag come first. Solved exactly
(`scipy.optimize.milp`); nothing is sent: the facilitateur ticks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from marketplace.matching.valeurs import ErreurMatching


@dataclass(frozen=True, slots=True)
class Possible:
    """A proposition that could be made: within reach, allowed, scored between 0 and 1."""

    personne: str
    poste: str
    structure: str
    score: float
    clause: str | None = None
    proximite: str = "proche"


@dataclass(frozen=True, slots=True)
class Conseil:
    """A proposition of the plan and why it is there."""

    personne: str
    poste: str
    structure: str
    score: float
    clause: str | None
    raison: str


@dataclass(frozen=True, slots=True)
class Limites:
    """How many propositions one week may bring."""

    par_personne: int = 2
    par_poste: int = 3
    par_structure: int = 10
    prime_premiere: float = 1.0
    prime_retard: float = 0.5
    score_min: float = 0.10


def plan(
    possibles: Sequence[Possible],
    *,
    retards: Mapping[str, float] | None = None,
    deja_proposees: Mapping[str, int] | None = None,
    limites: Limites | None = None,
) -> tuple[Conseil, ...]:
    """Best set of propositions, sorted by person then offre.

    `retards`: lag of a clause between 0 (on time) and 1 (nothing done). `deja_proposees`: propositions a
    person already received; she no longer counts as waiting for a first one.
    """
    regles = limites or Limites()
    retards, deja = retards or {}, deja_proposees or {}
    garde = sorted(
        {(p.personne, p.poste): p for p in possibles if p.score >= regles.score_min}.values(),
        key=lambda p: (p.personne, p.poste),
    )
    if not garde:
        return ()
    n = len(garde)
    personnes = sorted({p.personne for p in garde})
    postes = sorted({p.poste for p in garde})
    structures = sorted({p.structure for p in garde})
    rang_personne = {x: i for i, x in enumerate(personnes)}
    rang_poste = {x: i for i, x in enumerate(postes)}
    rang_structure = {x: i for i, x in enumerate(structures)}
    qui = np.array([rang_personne[p.personne] for p in garde])
    valeur = np.array(
        [p.score + regles.prime_retard * min(1.0, max(0.0, retards.get(p.clause or "", 0.0))) for p in garde]
    )
    premiere = np.array([regles.prime_premiere if deja.get(x, 0) == 0 else 0.0 for x in personnes])
    cout = -np.concatenate([valeur, premiere])
    colonnes = np.arange(n)

    def groupe(rangs: Sequence[int], combien: int) -> sparse.csr_matrix:
        return sparse.csr_matrix((np.ones(n), (rangs, colonnes)), shape=(combien, n + len(personnes)))

    par_personne = groupe([rang_personne[p.personne] for p in garde], len(personnes))
    par_poste = groupe([rang_poste[p.poste] for p in garde], len(postes))
    par_structure = groupe([rang_structure[p.structure] for p in garde], len(structures))
    recue = sparse.hstack(
        [
            sparse.csr_matrix((-np.ones(n), (qui, colonnes)), shape=(len(personnes), n)),
            sparse.identity(len(personnes)),
        ]
    )
    contraintes = [
        LinearConstraint(par_personne, -np.inf, regles.par_personne),
        LinearConstraint(par_poste, -np.inf, regles.par_poste),
        LinearConstraint(par_structure, -np.inf, regles.par_structure),
        LinearConstraint(recue, -np.inf, 0.0),
    ]
    solution = milp(cout, constraints=contraintes, integrality=np.ones(len(cout)), bounds=Bounds(0, 1))
    if solution.x is None:
        raise ErreurMatching(f"Le plan n'a pas pu être calculé ({solution.message}).")
    retenues = [p for p, x in zip(garde, solution.x[:n], strict=True) if x > 0.5]
    return tuple(
        Conseil(p.personne, p.poste, p.structure, p.score, p.clause, _raison(p, retards, deja)) for p in retenues
    )


def _raison(p: Possible, retards: Mapping[str, float], deja: Mapping[str, int]) -> str:
    morceaux = []
    if deja.get(p.personne, 0) == 0:
        morceaux.append("première proposition pour cette personne")
    if retards.get(p.clause or "", 0.0) > 0:
        morceaux.append("la clause est en retard")
    morceaux.append(f"profil {p.proximite} du poste")
    texte = ", ".join(morceaux)
    return texte[0].upper() + texte[1:] + "."

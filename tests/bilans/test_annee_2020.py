"""The year 2020, replayed: the report of the fictitious ledger equals every published cell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from marketplace.bilans.perimetre import Perimetre
from marketplace.bilans.presentation import en_json
from marketplace.bilans.queries import bilan, empreinte_registre
from marketplace.bilans.rules.periode import annee
from marketplace.contexte import Contexte
from marketplace.heures.registre import verifier_chaine
from marketplace.territoire.models import Territoire

PUBLIE: dict[str, Any] = json.loads(
    (Path(__file__).parent / "donnees" / "bilan-clauses-2020.json").read_text(encoding="utf-8")
)
CELLULES_PUBLIEES = 216


def comparer(chemin: str, publie: Any, calcule: Any) -> Iterator[tuple[str, Any, Any]]:
    """Every published cell and what the report says in its place; a list of rows is read by its label."""
    if isinstance(publie, dict):
        for cle, valeur in publie.items():
            yield from comparer(f"{chemin}/{cle}", valeur, calcule.get(cle) if isinstance(calcule, dict) else None)
    elif isinstance(publie, list) and publie and isinstance(publie[0], dict):
        libelle = next(c for c, v in publie[0].items() if isinstance(v, str))
        lignes = {ligne[libelle]: ligne for ligne in calcule}
        for ligne in publie:
            yield from comparer(f"{chemin}/{ligne[libelle]}", ligne, lignes.get(ligne[libelle]))
    else:
        yield chemin, publie, calcule


def test_chaque_case_publiee_est_retrouvee(ctx_2020: Contexte) -> None:
    with ctx_2020.lecture() as s:
        territoire = s.query(Territoire).filter_by(code="herault-2020").one()
        perimetre = Perimetre(territoire.id)
        calcule = en_json(bilan(s, perimetre, annee(2020)))
        assert verifier_chaine(s) == []
        assert len(empreinte_registre(s, perimetre)) == 64
    cellules = [
        c
        for cle, valeur in PUBLIE.items()
        if cle not in {"source", "lecture"}
        for c in comparer(cle, valeur, calcule[cle])
    ]
    ecarts = [(chemin, publie, trouve) for chemin, publie, trouve in cellules if publie != trouve]
    assert sum(not isinstance(publie, list) for _, publie, _ in cellules) == CELLULES_PUBLIEES
    # 126 348 h ÷ 1 607 = 78,62: the source printed 78,7 (`domaine-herault` §4.2, I7); a tenth is its own tolerance.
    assert ecarts == [("totaux/2020/etp", 78.7, 78.6)]


def test_sans_l_operation_exceptionnelle_le_bilan_la_dit_ecartee(ctx_2020: Contexte) -> None:
    with ctx_2020.lecture() as s:
        territoire = s.query(Territoire).filter_by(code="herault-2020").one()
        entier = bilan(s, Perimetre(territoire.id), annee(2020))
        sans = bilan(s, Perimetre(territoire.id, sans_exceptionnelles=True), annee(2020))
    (concession,) = entier.exceptionnelles
    assert round(concession.part) == 27
    assert sans.exceptionnelles == ()
    assert entier.totaux[0].heures - sans.totaux[0].heures == concession.heures == Decimal(34000)
    assert sans.totaux[0].marches == 310

"""Wordings written apart: slang, slips, gestures, other languages, vague answers, skills in one's own words."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from marketplace.matching import Ranker
from marketplace.matching.clarte import cadre
from marketplace.matching.texte import plier

DONNEES = Path(__file__).parent / "data"


def lire(nom: str) -> list[dict[str, str]]:
    with (DONNEES / nom).open(encoding="utf-8", newline="") as flux:
        return list(csv.DictReader(flux))


@pytest.mark.parametrize(("liste", "premier", "cinq", "demande"), [("a", 0.93, 0.97, 0.95), ("b", 0.80, 0.93, 0.80)])
def test_les_libelles_ecrits_a_part_sont_compris_et_les_vagues_questionnes(
    moteur: Ranker, liste: str, premier: float, cinq: float, demande: float
) -> None:
    lus = [
        (set(x["codes_acceptables"].split()), moteur.metiers(x["libelle"])) for x in lire(f"libelles_tenus_{liste}.csv")
    ]
    clairs = [(ok, s, [y.code_rome for y in s.suggestions]) for ok, s in lus if ok]
    assert np.mean([bool(codes) and codes[0] in ok for ok, _, codes in clairs]) >= premier
    assert np.mean([bool(ok & set(codes)) for ok, _, codes in clairs]) >= cinq
    assert np.mean([s.vague for _, s, _ in clairs]) <= 0.05
    assert np.mean([s.vague for ok, s in lus if not ok]) >= demande
    assert all(len(codes) == len(set(codes)) for _, _, codes in clairs)


@pytest.mark.parametrize(("liste", "premier", "cinq"), [("a", 0.88, 0.95), ("b", 0.78, 0.90)])
def test_ce_qu_on_dit_savoir_faire_retrouve_une_competence(
    moteur: Ranker, liste: str, premier: float, cinq: float
) -> None:
    justes = [
        [bool(re.search(x["attendu"], plier(c.libelle))) for c in moteur.competences(x["dit"], 5)]
        for x in lire("savoirs_tenus.csv")
        if x["liste"] == liste
    ]
    assert np.mean([bool(j) and j[0] for j in justes]) >= premier
    assert np.mean([any(j) for j in justes]) >= cinq


@pytest.mark.parametrize("texte", ["أبحث عن عمل", "я шукаю роботу", "我想工作", "שלום", "🙂🧹"])
def test_une_autre_ecriture_est_questionnee_sans_metier_invente(moteur: Ranker, texte: str) -> None:
    lu = moteur.metiers(texte)
    assert lu.vague
    assert lu.question


@pytest.mark.parametrize(
    ("texte", "reste"),
    [
        ("j ai travaille comme macon pendant 3 ans", "macon"),
        ("recherche poste de cuisinier cdi temps plein", "cuisinier"),
        ("je cherche un travail", "je cherche un travail"),
    ],
)
def test_le_tour_de_phrase_tombe_et_le_metier_reste(texte: str, reste: str) -> None:
    assert cadre(texte) == reste

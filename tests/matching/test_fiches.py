"""The model card and the data sheet in docs/ are what the files say; simulated decisions hold what was promised."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from marketplace.matching import ErreurMatching
from marketplace.matching.artefacts import charger
from marketplace.matching.decision import (
    CoucheDecision,
    apprendre,
    ece,
    ece_sans_hasard,
    empreinte_couche,
    evaluer,
    lire_couche,
)
from marketplace.matching.entrainement.decisions import mesurer, simuler
from marketplace.matching.fiche import MODELES, carte
from marketplace.matching.fiche_donnees import fiche_de_donnees

RACINE = Path(__file__).resolve().parents[2]
REFERENTIELS, DOSSIER = RACINE / "seeds" / "referentiels", RACINE / "seeds" / "modeles"
CONSEIL = "Relancez « marketplace model card --dossier docs »."


def test_les_fiches_de_docs_sont_celles_des_fichiers() -> None:
    lues = {nom: (RACINE / "docs" / nom).read_text(encoding="utf-8") for nom in ("modele.md", "donnees-du-modele.md")}
    assert lues["modele.md"] == carte(DOSSIER), CONSEIL
    assert lues["donnees-du-modele.md"] == fiche_de_donnees(REFERENTIELS, DOSSIER), CONSEIL
    for nom in MODELES:
        fiche = charger(DOSSIER, nom).fiche
        assert fiche["donnees"] in lues["modele.md"]
        assert fiche["empreinte"][:16] in lues["donnees-du-modele.md"]


def test_sans_decision_rien_ne_se_perd_deux_cents_gagnent_mille_calibrent() -> None:
    par_nombre = {m.decisions: m for m in mesurer()}
    assert par_nombre[0].gain == 0.0
    assert par_nombre[50].gain_min > 0
    assert par_nombre[200].gain_min > 0.05
    assert par_nombre[1000].ece <= 0.02
    pertes = [par_nombre[n].perte for n in sorted(par_nombre)]
    assert pertes == sorted(pertes, reverse=True)


def test_la_mesure_se_fait_sur_des_decisions_jamais_vues() -> None:
    """On pure chance there is nothing to learn: measured on what it saw, a layer would seem to gain."""
    hasard = np.random.default_rng(3)
    lot = simuler(60, 5)
    au_hasard = [type(d)(d.pertinence, d.ecart_heures, d.retard_semaines, bool(hasard.random() < 0.5),
                         "competences") for d in lot]  # fmt: skip
    lue = evaluer(au_hasard)
    assert lue.auc is not None
    assert abs(lue.auc - 0.5) < 0.2
    assert evaluer([]).nombre == 0
    assert evaluer(lot) == evaluer(lot)


def test_le_calibrage_retire_ce_que_le_hasard_y_met() -> None:
    hasard = np.random.default_rng(1)
    p = hasard.random(1000)
    bruts, nets = [], []
    for _ in range(20):
        y = (hasard.random(1000) < p).astype(float)
        bruts.append(ece(p, y))
        nets.append(ece_sans_hasard(p, y))
    assert np.mean(bruts) > 0.025  # a perfect layer: chance alone
    assert np.mean(nets) < 0.015
    faux = np.clip(p + 0.15, 0, 1)
    assert ece_sans_hasard(faux, (hasard.random(1000) < p).astype(float)) > 0.08


def test_le_pourcentage_attend_mille_decisions_et_le_calibrage() -> None:
    couche = apprendre(simuler(1200, 8))
    assert not couche.pourcentage_permis
    assert couche.approuver("rapport 1").pourcentage_permis
    assert not apprendre(simuler(900, 8)).approuver("rapport 1").pourcentage_permis
    mauvaise = CoucheDecision(nombre=5000, ece=0.2).approuver("rapport 1")
    assert not mauvaise.pourcentage_permis


def test_une_couche_alteree_inversee_ou_d_ailleurs_est_refusee() -> None:
    bonne = apprendre(simuler(200, 2)).ecrire()
    lue = lire_couche(bonne, empreinte_couche(bonne), nombre=200, ece=0.01)
    assert not lue.active
    for abimee in (
        bonne | {"poids": [-1.0, -0.1, -0.1]},
        bonne | {"poids": [1.0, -0.1]},
        bonne | {"poids": [float("nan"), -0.1, -0.1]},
        bonne | {"traits": ["sexe", "ecart_heures", "retard_semaines"]},
    ):
        with pytest.raises(ErreurMatching):
            lire_couche(abimee, empreinte_couche(abimee), nombre=200, ece=None)
        with pytest.raises(ErreurMatching, match="empreinte"):
            lire_couche(abimee, empreinte_couche(bonne), nombre=200, ece=None)

"""A model file that was tampered with, cut, or made for another version: one French line, never a crash."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask

from marketplace import app as application
from marketplace.contexte import Contexte
from marketplace.erreurs import ErreurExploitation
from marketplace.matching import ErreurMatching, Ranker
from marketplace.matching.artefacts import charger, empreinte, enregistrer

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
Tableaux = dict[str, Any]


@pytest.fixture
def modeles(tmp_path: Path) -> Path:
    dossier = tmp_path / "modeles"
    shutil.copytree(SEEDS / "modeles", dossier)
    return dossier


def _sans(cle: str) -> Callable[[Tableaux], Tableaux]:
    return lambda t: {k: v for k, v in t.items() if k != cle}


def _cycle(tableaux: Tableaux) -> Tableaux:
    return tableaux | {"gauche": np.zeros_like(tableaux["gauche"]), "feuille": np.zeros_like(tableaux["feuille"])}


def _hors(tableaux: Tableaux) -> Tableaux:
    return tableaux | {"droite": np.full_like(tableaux["droite"], 250)}


def _infini(tableaux: Tableaux) -> Tableaux:
    return tableaux | {"valeur": np.full_like(tableaux["valeur"], np.nan)}


def _autre_forme(tableaux: Tableaux) -> Tableaux:
    return tableaux | {"prior": tableaux["prior"][:7]}


@pytest.mark.parametrize(
    ("nom", "piege"),
    [
        ("pertinence", _sans("seuil")),
        ("pertinence", _cycle),
        ("pertinence", _hors),
        ("pertinence", _infini),
        ("lecteur", _sans("prior")),
        ("lecteur", _autre_forme),
    ],
)
def test_un_modele_empoisonne_bien_signe_est_refuse_en_francais(
    modeles: Path, nom: str, piege: Callable[[Tableaux], Tableaux]
) -> None:
    tableaux = piege(dict(charger(modeles, nom).tableaux))
    enregistrer(modeles, nom, tableaux, version="9", le=date(2026, 1, 1), donnees="x", mesures={})
    with pytest.raises(ErreurMatching, match=f"Modèle « {nom} »"):
        Ranker.ouvrir(SEEDS / "referentiels", modeles)


def test_une_archive_coupee_meme_resignee_est_refusee(modeles: Path) -> None:
    coupe = (modeles / "pertinence.npz").read_bytes()[:-200]
    (modeles / "pertinence.npz").write_bytes(coupe)
    fiche = json.loads((modeles / "pertinence.json").read_text(encoding="utf-8"))
    (modeles / "pertinence.json").write_text(json.dumps(fiche | {"empreinte": empreinte(coupe)}), encoding="utf-8")
    with pytest.raises(ErreurMatching, match="illisible"):
        charger(modeles, "pertinence")


def test_la_fiche_dit_version_date_donnees_et_mesures() -> None:
    for nom in ("lecteur", "pertinence"):
        fiche = charger(SEEDS / "modeles", nom).fiche
        assert {"version", "date", "donnees", "empreinte", "mesures"} <= set(fiche)
        assert fiche["mesures"]


def test_le_site_dit_que_le_classement_est_arrete(
    ctx: Contexte, app: Flask, modeles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (modeles / "lecteur.npz").write_bytes(b"rien")
    monkeypatch.setattr(application, "DOSSIER_MODELES", modeles)
    ctx.obtenir_ranker = application._ranker_paresseux()
    with pytest.raises(ErreurExploitation, match="modifié depuis son entraînement") as panne:
        ctx.ranker.metiers("maçon")
    with app.test_request_context("/"):
        reponse = app.make_response(app.handle_user_exception(panne.value))
    assert reponse.status_code == 503
    assert "prévenez son administrateur" in reponse.get_data(as_text=True)

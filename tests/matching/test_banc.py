"""What the bench of the ranking prints: every ratio, from one run, and who was faster or not there."""

from __future__ import annotations

import json

import pytest

from marketplace.cli import main
from marketplace.cli import matching as commande
from marketplace.matching import Ranker, banc
from marketplace.matching.pairs_de_banc import PAIRS, Corpus


class Absent:
    def __init__(self, corpus: Corpus) -> None:
        raise LookupError("pas installé ici")


def test_le_banc_dit_chaque_rapport_et_qui_est_plus_rapide(
    moteur: Ranker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commande, "_ouvrir", moteur.jumeau)
    monkeypatch.setattr(banc, "MODELES", 120)
    pairs = {nom: PAIRS[nom] for nom in ("sqlite_fts5", "rapidfuzz", "bm25s", "faiss_flat")} | {"autre": Absent}
    monkeypatch.setattr(banc, "PAIRS", pairs)
    assert main(["bench", "matching", "--personnes", "400", "--offres", "6", "--json"]) == 0
    mesures = json.loads(capsys.readouterr().out)
    assert mesures["personnes"] == 400
    assert mesures["plancher"]["non_nuls"] > 400
    for mesure in ("classement", "plancher", "classement_avec_masque", "mise_a_jour", "classement_juste_apres"):
        assert 0 < mesures[mesure]["p50_ms"] <= mesures[mesure]["p95_ms"], mesure
    for rapport in ("plancher", "plancher_processeur", "lot_plancher_processeur", "p95_p50", "mise_a_jour_lecture"):
        assert mesures[f"rapport_{rapport}"] > 0, rapport
    assert 0 < mesures["octets_par_personne"] <= 300
    dits = mesures["qui_est_plus_rapide"]
    assert dits["absents"] == ["autre"]
    assert mesures["pairs"]["autre"] == {"absent": "pas installé ici"}
    assert len(dits["plus_vite_que_nous"]) + len(dits["moins_vite_que_nous"]) == 8
    assert all("sans filtre" in phrase for phrase in dits["plus_vite_que_nous"])


def test_une_mise_a_jour_mesuree_ne_laisse_personne_de_plus(moteur: Ranker) -> None:
    seul = moteur.jumeau()
    seul.charger(banc.gens(moteur, 60))
    banc.mettre_a_jour(seul)
    assert len(seul) == 60

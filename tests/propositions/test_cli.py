"""`marketplace rank`: JSON alone on stdout, references only, one line when the reference is wrong."""

from __future__ import annotations

import json

import pytest

from marketplace.cli import classement, decisions, main
from tests.propositions.test_decisions import simuler
from tests.propositions.test_parcours import Scene


@pytest.fixture
def scene(fabrique, ctx, monkeypatch):
    monkeypatch.setattr(classement, "creer_contexte", lambda: ctx)
    return Scene(fabrique)


def test_rank_offre_donne_les_personnes_avec_leurs_raisons(scene, fabrique, capsys):
    loin = fabrique.personne(scene.chapeau_referent, code_insee="34032", trajet_max_minutes=20)
    fabrique.personne(scene.chapeau_referent, categorie=None)
    assert main(["rank", "--offre", scene.offre.ref, "--json"]) == 0
    objet = json.loads(capsys.readouterr().out)
    assert objet["offre"] == scene.offre.ref
    assert objet["metier"] == "Maçon"
    ligne = objet["personnes"][0]
    assert ligne["ref"] == scene.samira.ref
    assert ligne["rang"] == 1
    assert 0 < ligne["score"] <= 1
    assert isinstance(ligne["trajet_minutes"], int)
    assert {"critere", "texte", "contribution"} <= set(ligne["raisons"][0])
    assert [h["ref"] for h in objet["hors_de_portee"]] == [loin.ref]
    assert objet["hors_de_portee"][0]["manque"]
    assert objet["ecartes"]["non_eligible"] == 1


def test_rank_personne_donne_les_offres(scene, fabrique, capsys):
    assert main(["rank", "--personne", scene.samira.ref, "--json", "--limit", "1"]) == 0
    objet = json.loads(capsys.readouterr().out)
    assert [o["ref"] for o in objet["offres"]] == [scene.offre.ref]
    autre = fabrique.personne(scene.chapeau_referent, categorie=None)
    assert main(["rank", "--personne", autre.ref, "--json"]) == 0
    objet = json.loads(capsys.readouterr().out)
    assert objet["offres"] == []
    assert objet["ecartes"]["non_eligible"] == 1


@pytest.mark.parametrize("arguments", [["--offre", "O-999999"], ["--personne", "P-INCONNU"]])
def test_une_reference_inconnue_se_dit_en_une_ligne(scene, capsys, arguments):
    assert main(["rank", *arguments, "--json"]) == 1
    sortie = capsys.readouterr()
    assert sortie.out == ""
    assert len(sortie.err.strip().splitlines()) == 1
    assert arguments[1] in sortie.err


def test_train_decisions_apprend_et_dit_ou_decider(fabrique, ctx, monkeypatch, capsys):
    monkeypatch.setattr(decisions, "creer_contexte", lambda: ctx)
    scene = Scene(fabrique)
    assert main(["train", "decisions"]) == 1
    assert "il en faut au moins" in capsys.readouterr().err
    simuler(ctx, scene, fabrique, 80)
    assert main(["train", "decisions", "--territoire", "ailleurs"]) == 1
    assert "Aucun territoire" in capsys.readouterr().err
    assert main(["train", "decisions", "--json"]) == 0
    objet = json.loads(capsys.readouterr().out)
    assert (objet["couche"], objet["nouvelle"], objet["etat"]) == ("CD-000001", True, "a_examiner")
    assert objet["decisions"] == objet["mesures"]["nombre"] == 80
    assert main(["train", "decisions", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["nouvelle"] is False
    assert main(["train", "decisions"]) == 0
    assert "ne compte pas encore" in capsys.readouterr().err

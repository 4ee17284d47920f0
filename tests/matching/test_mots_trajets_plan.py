"""Wordings to ROME, journeys, the week's plan, model files, the evaluation command."""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from marketplace.cli import matching as commandes
from marketplace.matching import ErreurMatching, Ranker
from marketplace.matching.artefacts import charger
from marketplace.matching.plan import Limites, Possible, plan
from marketplace.matching.reperes import CorrectionReperes
from marketplace.matching.trajets import Trajets

DONNEES = Path(__file__).parent / "data"
MODELES = Path(__file__).resolve().parents[2] / "seeds" / "modeles"


def test_les_anciens_libelles_officiels_retrouvent_leur_metier(moteur: Ranker) -> None:
    with (DONNEES / "appellations_variantes_dev.csv").open(encoding="utf-8") as flux:
        lignes = list(csv.DictReader(flux))
    codes = [[s.code_rome for s in moteur.metiers(x["libelle_ancien"]).suggestions] for x in lignes]
    premiers = np.mean([c[:1] == [x["code_rome4"]] for c, x in zip(codes, lignes, strict=True)])
    cinq = np.mean([x["code_rome4"] in c for c, x in zip(codes, lignes, strict=True)])
    assert premiers >= 0.97
    assert cinq >= 0.995


def test_les_libelles_familiers_sont_compris_et_les_vagues_questionnes(moteur: Ranker) -> None:
    with (DONNEES / "libelles_familiers_dev.csv").open(encoding="utf-8") as flux:
        lignes = list(csv.DictReader(flux))
    lues = [(x, moteur.metiers(x["libelle"])) for x in lignes]
    clairs = [(set(x["codes_acceptables"].split()), s) for x, s in lues if x["type"] == "metier"]
    assert np.mean([s.suggestions[0].code_rome in ok for ok, s in clairs if s.suggestions]) >= 0.87
    assert np.mean([bool(ok & {y.code_rome for y in s.suggestions}) for ok, s in clairs]) >= 0.96
    assert np.mean([s.vague for _, s in clairs]) <= 0.05
    vagues = [s for x, s in lues if x["type"] == "vague"]
    assert np.mean([s.vague for s in vagues]) >= 0.80
    assert all(s.question for s in vagues if s.vague)


@pytest.mark.parametrize(
    "texte", ["", "   ", "🙂🙂", "我是厨师", "x" * 10_000, "électricien " * 2_000, "\x00\x01", "n/a"]
)
def test_un_libelle_etrange_ne_fait_jamais_tomber_la_suggestion(moteur: Ranker, texte: str) -> None:
    lue = moteur.metiers(texte, 5)
    codes = [s.code_rome for s in lue.suggestions]
    assert len(codes) == len(set(codes))
    assert lue.vague or codes
    assert len(moteur.competences(texte, 3)) <= 3


def test_une_competence_dite_simplement_trouve_son_libelle(moteur: Ranker) -> None:
    assert any("carrelage" in s.libelle.lower() for s in moteur.competences("poser du carrelage"))


# -- journeys --------------------------------------------------------------------------------------


def test_montpellier_beziers_prend_environ_une_heure_en_voiture(moteur: Ranker) -> None:
    minutes = moteur.trajet("34172", "34032", "voiture")
    assert minutes is not None
    assert 45 <= minutes <= 80
    marche = moteur.trajet("34172", "34032", "marche")
    assert marche is None or marche > 250
    assert moteur.trajet("34172", "99999", "voiture") is None
    assert moteur.trajet("34172", "34032", "fusée") is None


def test_la_densite_se_calcule_partout_sans_contour(moteur: Ranker) -> None:
    """People within a few km, from positions and populations only: the outlines of a département change nothing."""
    t: Trajets = moteur.trajets
    sans_contour = Trajets(replace(t.communes, surface_km2=np.full(len(t.communes.codes), np.nan)))
    np.testing.assert_array_equal(t.log_densite, sans_contour.log_densite)
    assert np.isfinite(t.log_densite).all()
    rang = t.communes.rang
    assert t.log_densite[rang["34172"]] > 3  # Montpellier
    riveraine = rang["34116"]  # a town beside Montpellier: its roads are busier than its own people say
    assert 10 ** t.log_densite[riveraine] > t.densite[riveraine]
    vide = replace(t.communes, population=np.zeros(len(t.communes.codes)))
    assert (Trajets(vide).log_densite == 0).all()


def test_des_reperes_routes_rapprochent_les_minutes_de_la_verite(moteur: Ranker) -> None:
    """A made-up country whose roads are 40 % slower in the east: landmarks must see it."""
    t: Trajets = moteur.trajets
    rang = t.communes.rang
    communes = np.array([rang[c] for c in t.communes.codes if c.startswith("34")][:160])
    est = np.clip((t.communes.lon[communes] - 3.0) * 0.4, 0, 0.5)
    vrai = np.stack([t.voiture_paires(np.full(len(communes), c), communes) for c in communes])
    vrai = vrai * (1 + (est[:, None] + est[None, :]) / 2)
    reperes = np.arange(0, 160, 6)
    correction = CorrectionReperes(t, communes, communes[reperes], vrai[:, reperes])
    i, j = np.triu_indices(160, 1)
    garde = ~np.isin(i, reperes) & ~np.isin(j, reperes)
    i, j = i[garde][::7], j[garde][::7]
    avant = np.median(np.abs(t.voiture_paires(communes[i], communes[j]) - vrai[i, j]))
    apres = np.median(np.abs(correction.voiture(communes[i], communes[j]) - vrai[i, j]))
    assert apres < 0.5 * avant
    with pytest.raises(ErreurMatching):
        CorrectionReperes(t, communes, communes[:3], vrai[:, :3])


# -- plan ------------------------------------------------------------------------------------------


def test_le_plan_donne_une_premiere_proposition_au_plus_grand_nombre_sans_inonder_personne() -> None:
    possibles = [
        Possible(f"p{i}", f"o{k}", "s1" if k < 2 else "s2", 0.9 - 0.1 * k, f"c{k}") for i in range(6) for k in range(3)
    ]
    conseils = plan(possibles, limites=Limites(par_personne=1, par_poste=2, par_structure=4))
    assert {c.personne for c in conseils} == {f"p{i}" for i in range(6)}
    assert max(sum(c.poste == f"o{k}" for c in conseils) for k in range(3)) <= 2
    assert sum(c.structure == "s1" for c in conseils) <= 4
    assert all("première proposition" in c.raison.lower() for c in conseils)
    assert plan(possibles, limites=Limites(par_personne=1, par_poste=2, par_structure=4)) == conseils


def test_une_clause_en_retard_passe_devant() -> None:
    possibles = [Possible("p", "a", "s", 0.6, "en_avance"), Possible("p", "b", "s", 0.5, "en_retard")]
    seul = plan(possibles, limites=Limites(par_personne=1))
    assert [c.poste for c in seul] == ["a"]
    conseils = plan(possibles, retards={"en_retard": 0.8}, limites=Limites(par_personne=1))
    assert [c.poste for c in conseils] == ["b"]
    assert "retard" in conseils[0].raison
    assert plan([]) == ()


# -- model files and commands ----------------------------------------------------------------------


def test_un_modele_modifie_absent_ou_d_un_autre_format_est_refuse(tmp_path: Path) -> None:
    for nom in ("pertinence.npz", "pertinence.json"):
        shutil.copy(MODELES / nom, tmp_path / nom)
    assert charger(tmp_path, "pertinence").fiche["version"]
    contenu = bytearray((tmp_path / "pertinence.npz").read_bytes())
    contenu[len(contenu) // 2] ^= 1
    (tmp_path / "pertinence.npz").write_bytes(bytes(contenu))
    with pytest.raises(ErreurMatching, match="modifié"):
        charger(tmp_path, "pertinence")
    fiche = json.loads((tmp_path / "pertinence.json").read_text(encoding="utf-8"))
    (tmp_path / "pertinence.json").write_text(json.dumps(fiche | {"format": 99}), encoding="utf-8")
    with pytest.raises(ErreurMatching, match="autre version"):
        charger(tmp_path, "pertinence")
    with pytest.raises(ErreurMatching, match="absent"):
        charger(tmp_path, "lecteur")


def test_un_pickle_glisse_dans_un_modele_est_refuse(tmp_path: Path) -> None:
    import hashlib
    import io

    tampon = io.BytesIO()
    np.savez(tampon, piege=np.array([{"objet": 1}], dtype=object))
    (tmp_path / "lecteur.npz").write_bytes(tampon.getvalue())
    fiche = {"format": 1, "empreinte": hashlib.sha256(tampon.getvalue()).hexdigest(), "tableaux": {}}
    (tmp_path / "lecteur.json").write_text(json.dumps(fiche), encoding="utf-8")
    with pytest.raises(ErreurMatching, match="illisible"):
        charger(tmp_path, "lecteur")


def test_les_modeles_pesent_moins_de_dix_megaoctets() -> None:
    assert sum(f.stat().st_size for f in MODELES.iterdir() if f.is_file()) < 10_000_000


def test_evaluate_ecrit_un_classement_que_noter_sait_noter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moteur: Ranker
) -> None:
    for nom in ("profils.jsonl", "postes.jsonl"):
        with gzip.open(DONNEES / "jeu_extrait" / f"{nom}.gz", "rb") as flux:
            (tmp_path / nom).write_bytes(flux.read())
    monkeypatch.setattr(commandes, "_ouvrir", lambda: moteur)
    args = argparse.Namespace(jeu=str(tmp_path), sortie=str(tmp_path / "c.jsonl"), json=False)
    assert commandes.evaluate_matching(args) == 0
    shutil.copy(DONNEES / "jeu_extrait" / "pertinence.csv.gz", tmp_path / "pertinence.csv.gz")
    noter = Path(__file__).parent / "noter.py"
    sortie = subprocess.run(
        [sys.executable, str(noter), str(tmp_path), str(tmp_path / "c.jsonl")],
        capture_output=True,
        text=True,
        check=True,
    )
    notes = json.loads(sortie.stdout)
    assert notes["ndcg@10"] >= 0.80
    assert notes["recall@50"] >= 0.80


def test_metier_rend_des_codes_distincts_en_json(
    monkeypatch: pytest.MonkeyPatch, moteur: Ranker, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commandes, "_ouvrir", lambda: moteur)
    args = argparse.Namespace(texte="chauffeur poids lourd", fichier=None, sortie=None, limit=5, json=True)
    assert commandes.metier(args) == 0
    objet = json.loads(capsys.readouterr().out)
    codes = [s["code_rome"] for s in objet["suggestions"]]
    assert codes[0] == "N4101"
    assert len(set(codes)) == len(codes) == 5
    assert objet["vague"] is False


def test_les_commandes_se_lancent_comme_les_autres(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lecteur = argparse.ArgumentParser()
    commandes.ajouter(lecteur.add_subparsers())
    args = lecteur.parse_args(["model", "show", "--json"])
    assert args.action(args) == 0
    assert {f["nom"] for f in json.loads(capsys.readouterr().out)} == {"lecteur", "pertinence"}
    args = lecteur.parse_args(["model", "card", "--sortie", str(tmp_path / "fiche.md")])
    assert args.action(args) == 0
    assert "Qualité mesurée" in (tmp_path / "fiche.md").read_text(encoding="utf-8")
    args = lecteur.parse_args(["metier", "--fichier", str(tmp_path / "absent.csv"), "--sortie", str(tmp_path / "r")])
    capsys.readouterr()
    assert args.action(args) == 1
    sortie = capsys.readouterr()
    assert sortie.out == ""
    assert "absent.csv" in sortie.err

"""What each partner receives: nothing small, nothing named, nothing that subtraction gives back."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from marketplace.bilans.correspondances import definitions_au
from marketplace.bilans.packs import PACKS, fabriquer
from marketplace.bilans.packs.a_venir import part_a_venir
from marketplace.bilans.packs.comite import HORS_PERSONNES, INTERDITS, lignes_secretes
from marketplace.bilans.perimetre import Perimetre
from marketplace.bilans.queries import lire_faits
from marketplace.bilans.rules.axes import axe
from marketplace.bilans.rules.periode import annee
from marketplace.bilans.rules.tableaux import Registre
from marketplace.bilans.vue import BilanVu
from marketplace.cli import main
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.territoire.models import Territoire

A2020 = annee(2020)
JOUR = date(2026, 11, 21)
SEUIL = 5


def pack(ctx: Contexte, code: str, periode: object = A2020) -> BilanVu:
    with ctx.lecture() as s:
        territoire = s.scalars(select(Territoire)).one()
        return fabriquer(s, code, Perimetre(territoire.id), periode, JOUR)  # type: ignore[arg-type]


def attaquer(visibles: Mapping[str, int], secretes: frozenset[str], total: int) -> dict[str, set[int]]:
    """Values each hidden row may still have, for who knows the others, the total, and that nobody hides a zero."""
    reste = total - sum(visibles.values())
    noms = sorted(secretes)
    possibles: dict[str, set[int]] = {n: set() for n in noms}
    if len(noms) > 3:
        return {n: {1, 2} for n in noms}  # three unknowns and one equation: never fixed
    for valeurs in itertools.product(range(1, reste + 1), repeat=max(len(noms) - 1, 0)):
        dernier = reste - sum(valeurs)
        if dernier >= 1:
            for n, v in zip(noms, (*valeurs, dernier), strict=True):
                possibles[n].add(v)
    return possibles


def test_le_dossier_du_comite_ne_livre_aucun_petit_effectif(ctx_2020: Contexte) -> None:
    vu = pack(ctx_2020, "comite")
    with ctx_2020.lecture() as s:
        territoire = s.scalars(select(Territoire)).one()
        f = lire_faits(s, Perimetre(territoire.id), A2020)
        registre = Registre(f, definitions_au(s, territoire.id, f.periodes))
    assert not {t.code for t in vu.tableaux} & INTERDITS
    caches = 0
    for t in vu.tableaux:
        if t.code in HORS_PERSONNES:
            continue
        effectifs = {
            nom: int(n)
            for (nom, rang), n in registre.distincts_par(axe(registre, t.code), "personne").items()
            if rang == 0
        }
        for ligne in t.lignes:
            for colonne, case in zip(t.colonnes, ligne.cases, strict=True):
                if colonne.rang == 0 and colonne.mesure not in {"marches", "operations"}:
                    petit = 0 < effectifs.get(ligne.libelle, 0) < SEUIL
                    assert not petit or case is None, (t.code, ligne.libelle, colonne.libelle)
                    caches += case is None
    assert caches > 0
    statut = vu.tableau("statut")
    assert statut is not None
    secrets = {li.libelle for li in statut.lignes if li.cases[0] is None}
    assert {"Justice", "Réfugié", "ASS"} <= secrets


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 30), min_size=2, max_size=6))
def test_aucune_ligne_secrete_ne_se_retrouve_par_soustraction(effectifs: dict[str, int]) -> None:
    secretes, total_secret = lignes_secretes(effectifs, SEUIL)
    assert {n for n, v in effectifs.items() if 0 < v < SEUIL} <= secretes
    if total_secret:
        return
    visibles = {n: v for n, v in effectifs.items() if n not in secretes}
    for nom, valeurs in attaquer(visibles, secretes, sum(effectifs.values())).items():
        petit = 0 < effectifs[nom] < SEUIL
        assert not (petit and len(valeurs) == 1), (effectifs, secretes, nom)


def test_un_total_qui_livrerait_ses_lignes_est_secret_lui_aussi() -> None:
    assert lignes_secretes({"a": 1, "b": 1}, SEUIL) == (frozenset({"a", "b"}), True)
    assert lignes_secretes({"a": 3, "b": 40, "c": 50}, SEUIL) == (frozenset({"a", "b"}), False)
    assert lignes_secretes({"a": 8, "b": 40}, SEUIL) == (frozenset(), False)


def test_la_consolidation_nationale_imprime_son_diviseur_et_compte_le_reel(ctx_2020: Contexte) -> None:
    vu = pack(ctx_2020, "ave")
    assert "1600" in vu.phrases[0]
    valeurs = {li.libelle: li.cases[0] for li in vu.tableaux[0].lignes}
    assert valeurs["Heures d'insertion"] == Decimal("126348.20")
    assert valeurs["Marchés avec clause"] == 236
    assert valeurs["Participants"] == 377
    assert vu.tableaux[0].texte(vu.tableaux[0].lignes[3], 0) == "78,97"


def test_un_dossier_sans_matiere_dit_pourquoi(ctx_2020: Contexte) -> None:
    with pytest.raises(RegleViolee, match="second compteur"):
        pack(ctx_2020, "anru")
    with pytest.raises(RegleViolee, match="douze mois"):
        pack(ctx_2020, "a-venir")
    with pytest.raises(RegleViolee, match="n'existe pas"):
        pack(ctx_2020, "ministere")
    with pytest.raises(RegleViolee):
        pack(ctx_2020, "comite", annee(2024))


def test_les_dossiers_de_la_demonstration_se_lisent(ctx_demo: Contexte) -> None:
    for code in ("comite", "ave", "spaser", "a-venir"):
        vu = pack(ctx_demo, code, annee(2026))
        assert vu.tableaux
        assert all(t.lignes for t in vu.tableaux)
    spaser = pack(ctx_demo, "spaser", annee(2026)).tableaux[0]
    assert spaser.lignes[0].libelle == "Ensemble"


@pytest.mark.parametrize(
    ("reste", "fin", "attendu"),
    [
        ("100", date(2027, 3, 1), "100"),
        ("100", None, "100"),
        ("100", date(2028, 11, 19), "50.00"),
        ("0", date(2027, 3, 1), "0"),
        ("100", date(2026, 1, 1), "100"),
    ],
)
def test_les_heures_a_venir_s_etalent_jusqu_a_la_fin(reste: str, fin: date | None, attendu: str) -> None:
    assert part_a_venir(Decimal(reste), date(2026, 11, 20), fin, date(2027, 11, 20)) == Decimal(attendu)


def test_la_commande_ecrit_les_fichiers(
    base_2020: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", base_2020)
    monkeypatch.setenv("CLE_SECRETE", "cle-de-test-seulement-0123456789abcdef")
    assert main(["bilan", "--annee", "2020", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["totaux"]["2020"]["marches"] == 311
    assert main(["bilan", "--annee", "2020", "--xlsx", str(tmp_path / "b.xlsx")]) == 0
    assert main(["bilan", "--annee", "2020", "--pdf", str(tmp_path / "b.pdf")]) == 0
    assert main(["bilan", "--annee", "2020", "--csv", str(tmp_path / "csv")]) == 0
    assert (tmp_path / "b.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "csv" / "heures.csv").exists()
    capsys.readouterr()
    assert main(["bilan", "--annee", "2020", "--pack", "ave", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tableaux"][0]["code"] == "indicateurs"
    assert main(["bilan", "--annee", "2024"]) == 1
    assert "rien à publier" in capsys.readouterr().err
    assert main(["bilan", "--debut", "2020-05-01", "--fin", "2020-04-30"]) == 1
    assert main(["bilan", "--annee", "2020", "--arrete", "2021-02-01"]) == 1
    assert main(["bilan", "--annee", "2020", "--arrete", "2021-13-45"]) == 1
    assert main(["bilan", "--annee", "2020", "--arrete", "B-000009"]) == 1
    assert main(["bilan", "--annee", "2020", "--perimetre", "acheteur:ORG-999999"]) == 1
    assert set(PACKS) == {"comite", "ave", "anru", "spaser", "suites", "a-venir"}

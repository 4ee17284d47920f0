"""The index equals brute force, ranking is deterministic, a batch equals one by one, parts equal the whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from marketplace.matching import Experience, Poste, Profil, Ranker
from marketplace.matching.banc import gens, multiplier, postes
from marketplace.matching.noyau import PRESELECTION, premier_score, premier_score_force_brute
from marketplace.matching.vivier import BIT, MOTIFS, hacher, melanger

RACINE = Path(__file__).resolve().parents[2]


def force_brute(moteur: Ranker, poste: Poste, limit: int) -> tuple[list[str], dict[str, int]]:
    """Everybody examined one after the other, no index, no shortcut."""
    v = moteur.vivier
    lecture = moteur.interprete.poste(poste)
    score = premier_score_force_brute(v, moteur.noyau.graphe, lecture)
    examen = v.examiner(poste, moteur.reglages.delai_disponibilite_jours)
    rates = v.rates(examen, np.arange(v.taille))
    ecartes = dict.fromkeys(MOTIFS, 0)
    for r in rates[rates > 0]:
        ecartes[next(m for m in MOTIFS if r & BIT[m])] += 1
    sel = hacher(poste.ref)
    cles = melanger(v.hash[: v.taille], sel)
    admis = sorted(np.flatnonzero(rates == 0), key=lambda p: (-score[p], cles[p]))[: max(PRESELECTION, limit)]
    un_par_un = {p: moteur.noyau._pertinences(v, poste, lecture, np.array([p]))[0] for p in admis}
    assert np.allclose(list(un_par_un.values()), moteur.noyau._pertinences(v, poste, lecture, np.array(admis)))
    classement = moteur.rank(poste, limit=limit)
    rendus = {x.ref: x.score for x in classement.lignes}
    ordre = sorted((p for p in admis if v.refs[p] in rendus), key=lambda p: (-rendus[v.refs[p]], cles[p]))
    exclus = [p for p in admis if v.refs[p] not in rendus]
    plancher = min(rendus.values(), default=0.0)
    assert all(round(un_par_un[p] * (1 - moteur.reglages.part_trajet), 6) <= plancher + 1e-6 for p in exclus)
    return [v.refs[p] for p in ordre], ecartes


@pytest.mark.parametrize(("personnes", "offres"), [(1_000, 30), (50_000, 12)])
def test_l_index_rend_exactement_la_force_brute(moteur: Ranker, personnes: int, offres: int) -> None:
    moteur.charger(gens(moteur, min(personnes, 1_000), graine=5))
    if personnes > 1_000:
        multiplier(moteur, personnes)
    for poste in postes(moteur, offres):
        lecture = moteur.interprete.poste(poste)
        index = premier_score(moteur.vivier, moteur.noyau.graphe, lecture)
        brut = premier_score_force_brute(moteur.vivier, moteur.noyau.graphe, lecture)
        assert np.array_equal(index, brut)
        refs, ecartes = force_brute(moteur, poste, 20)
        classement = moteur.rank(poste, limit=20)
        assert [x.ref for x in classement.lignes] == refs
        assert {m: classement.ecartes[m] for m in MOTIFS} == ecartes


def test_deux_calculs_et_deux_ordres_d_entree_donnent_la_meme_liste(moteur: Ranker) -> None:
    tous = gens(moteur, 600, graine=6)
    liste = postes_apres(moteur, tous)
    avant = [moteur.rank(p) for p in liste]
    assert [moteur.rank(p) for p in liste] == avant
    moteur.charger(reversed(tous))
    assert [[x.ref for x in moteur.rank(p).lignes] for p in liste] == [[x.ref for x in c.lignes] for c in avant]


def postes_apres(moteur: Ranker, tous: list[Profil]) -> list[Poste]:
    moteur.charger(tous)
    return postes(moteur, 15)


def test_les_ex_aequo_suivent_une_cle_neutre_propre_a_chaque_offre(moteur: Ranker) -> None:
    moteur.charger(Profil(ref=f"p{i}", experiences=(Experience("maçon"),)) for i in range(30))
    ordres = {
        tuple(x.ref for x in moteur.rank(Poste(ref=f"o{k}", intitule="maçon", code_rome="F1703"), limit=30).lignes)
        for k in range(4)
    }
    assert len(ordres) == 4


def test_un_lot_vaut_une_offre_apres_l_autre(moteur: Ranker) -> None:
    moteur.charger(gens(moteur, 400, graine=8))
    liste = postes(moteur, 12)
    assert moteur.rank_lot(liste) == [moteur.rank(p) for p in liste]
    assert [moteur.ordonner(p, limit=10) for p in liste] == [[x.ref for x in moteur.rank(p).lignes] for p in liste]


@pytest.mark.parametrize("backend", ["sequential", "loky"])
def test_les_parts_d_un_vivier_rendent_la_liste_du_tout(moteur: Ranker, tmp_path: Path, backend: str) -> None:
    from marketplace.matching.partition import classer, partager

    tous = gens(moteur, 500, graine=10)
    ailleurs = ["30007", "11262", "34172", "12145"]
    tous = [p if i % 3 else _a(p, ailleurs[i % 4]) for i, p in enumerate(tous)]
    moteur.charger(tous)
    parts = partager(tous, tmp_path, RACINE / "seeds" / "referentiels", RACINE / "seeds" / "modeles")
    assert len(parts) == 4
    if backend == "loky":
        parts = [parts[-1]]  # one worker process is enough to show that tasks travel
        tous = [p for p in tous if (p.code_insee or "").startswith("34")]
        moteur.charger(tous)
    exclus = frozenset(p.ref for p in tous[::7])
    for poste in postes(moteur, 6 if backend == "sequential" else 1):
        tout = moteur.rank(poste, parmi=~moteur.masque(exclus), limit=15)
        assert (
            classer(
                parts, poste, exclus=exclus, limit=15, backend=backend, processus=1 if backend == "sequential" else 2
            )
            == tout
        )


def _a(profil: Profil, code_insee: str) -> Profil:
    from dataclasses import replace

    return replace(profil, code_insee=code_insee, modes=frozenset({"voiture"}), trajet_max_minutes=120)


def test_moins_de_trois_cents_octets_par_personne(moteur: Ranker) -> None:
    moteur.charger(gens(moteur, 2_000, graine=3))
    assert moteur.vivier.octets() / 2_000 <= 200

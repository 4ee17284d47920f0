"""The index equals brute force, ranking is deterministic, a batch equals one by one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from marketplace.matching import Experience, Poste, Profil, Ranker
from marketplace.matching.banc import gens, multiplier, postes
from marketplace.matching.noyau import PRESELECTION, premier_score, premier_score_force_brute
from marketplace.matching.pertinence import marge_trajet
from marketplace.matching.vivier import BIT, INCONNU, MOTIFS, RECUPERABLES, hacher, melanger


@dataclass
class ForceBrute:
    """Everybody examined one after the other, no index, no shortcut."""

    lignes: list[tuple[str, float]]
    hors: list[tuple[str, float]]
    ecartes: dict[str, int]


def force_brute(moteur: Ranker, poste: Poste, limit: int, parmi: NDArray[np.bool_] | None = None) -> ForceBrute:
    v, reglages = moteur.vivier, moteur.reglages
    lecture = moteur.interprete.poste(poste)
    score = premier_score_force_brute(v, moteur.noyau.graphe, lecture)
    examen = v.examiner(poste, reglages.delai_disponibilite_jours)
    gens = [p for p in range(v.taille) if v.vivant[p] and (parmi is None or parmi[p])]
    rates = dict(zip(gens, v.rates(examen, np.array(gens)).tolist(), strict=True))
    ecartes = {"non_eligible": v.vivants - len(gens)} | dict.fromkeys(MOTIFS, 0)
    for r in rates.values():
        if r:
            ecartes[next(m for m in MOTIFS if r & BIT[m])] += 1
    cles = melanger(v.hash[: v.taille], hacher(poste.ref)).tolist()
    admis = sorted((p for p in gens if rates[p] == 0), key=lambda p: (-score[p], cles[p]))[: max(PRESELECTION, limit)]
    lignes = []
    for p in admis:
        pertinence = moteur.noyau._pertinences(v, lecture, np.array([p]))
        porte = v.porte[[p]]
        marge = marge_trajet(examen.minutes[porte], v.portes.tableau()[porte, 2], reglages.part_trajet, INCONNU)
        lignes.append((-float(np.round(pertinence * marge, 6)[0]), cles[p], v.refs[p]))
    un_seul = {BIT[m] for m in RECUPERABLES}
    presque = [p for p in gens if rates[p] in un_seul and score[p] > reglages.seuils_proximite[2]]
    presque = sorted(presque, key=lambda p: (-score[p], cles[p]))[: reglages.hors_de_portee_max]
    hors = sorted((-round(min(1.0, float(score[p])), 6), cles[p], v.refs[p]) for p in presque)
    return ForceBrute([(r, -s) for s, _, r in sorted(lignes)[:limit]], [(r, -s) for s, _, r in hors], ecartes)


@pytest.mark.parametrize(("personnes", "offres"), [(1_000, 30), (50_000, 6)])
def test_l_index_rend_exactement_la_force_brute(moteur: Ranker, personnes: int, offres: int) -> None:
    moteur.charger(gens(moteur, min(personnes, 1_000), graine=5))
    if personnes > 1_000:
        multiplier(moteur, personnes)
    hasard = np.random.default_rng(1)
    moteur.appliquer([], [moteur.vivier.refs[i] for i in hasard.integers(0, personnes, 20) if moteur.vivier.refs[i]])
    for k, poste in enumerate([*postes(moteur, offres), Poste(ref="muet", intitule="?", permis=frozenset({"B"}))]):
        lecture = moteur.interprete.poste(poste)
        index = premier_score(moteur.vivier, moteur.noyau.graphe, lecture)
        brut = premier_score_force_brute(moteur.vivier, moteur.noyau.graphe, lecture)
        assert np.array_equal(index, brut)
        parmi = hasard.random(personnes) < 0.6 if k % 2 else None
        attendu = force_brute(moteur, poste, 20, parmi)
        classement = moteur.rank(poste, parmi=parmi, limit=20)
        assert [(x.ref, x.score) for x in classement.lignes] == attendu.lignes
        assert sorted((x.ref, x.score) for x in classement.hors_de_portee) == sorted(attendu.hors)
        assert classement.ecartes == attendu.ecartes


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


def test_moins_de_trois_cents_octets_par_personne(moteur: Ranker) -> None:
    moteur.charger(gens(moteur, 2_000, graine=3))
    assert moteur.vivier.octets() / 2_000 <= 200

"""What would change a rank is what the whole engine says once the change is made; who is never shown, counted once."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from marketplace.matching import Experience, Poste, Profil, Ranker, Reglages
from marketplace.matching.contrefactuel import contrefactuels
from marketplace.matching.decision import CoucheDecision
from marketplace.matching.exposition import exposer
from marketplace.matching.jeu import lire_jeu

JEU = Path(__file__).parent / "data" / "jeu_extrait"
MONTPELLIER, BEZIERS = "34172", "34032"


@pytest.fixture(scope="module")
def peuple(moteur: Ranker) -> Ranker:
    """The extract, and one person for whom everything is nearly there."""
    profils, _ = lire_jeu(JEU)
    moteur.charger([*profils, AICHA])
    yield moteur
    moteur.charger([])


AICHA = Profil(
    "AICHA",
    (Experience("caissière en grande surface", None, 30),),
    ("tenir une caisse",),
    code_insee=MONTPELLIER,
    modes=frozenset({"voiture"}),
    trajet_max_minutes=30,
    heures_max=24,
)
CAISSE = Poste(
    "O-TEST",
    "hôte de caisse",
    "D1505",
    competences_requises=("encaisser le paiement d'un client", "mettre en rayon"),
    permis=frozenset({"B"}),
    code_insee=MONTPELLIER,
    heures_hebdo=24,
)


def rang_de(moteur: Ranker, poste: Poste, ref: str) -> int | None:
    lignes = moteur.rank(poste, limit=len(moteur)).lignes
    return next((x.rang for x in lignes if x.ref == ref), None)


def test_avec_le_permis_elle_prend_le_rang_que_le_moteur_lui_donnerait(peuple: Ranker) -> None:
    vu = contrefactuels(peuple, CAISSE, np.ones(peuple.vivier.taille, bool), AICHA)
    assert vu.rang is None
    assert rang_de(peuple, CAISSE, "AICHA") is None
    permis = next(c for c in vu.changements if c.critere == "permis")
    assert permis.phrase.startswith("Avec le permis B : ")
    assert "au lieu de hors de portée" in permis.phrase
    peuple.appliquer([dataclasses.replace(AICHA, permis=frozenset({"B"}))], [])
    try:
        assert rang_de(peuple, CAISSE, "AICHA") == permis.apres
    finally:
        peuple.appliquer([AICHA], [])


def test_chaque_changement_annonce_est_celui_du_moteur_entier(peuple: Ranker) -> None:
    """Minutes, hours, code confirmed: each one applied for good gives the rank that was announced."""
    poste = dataclasses.replace(CAISSE, permis=frozenset(), code_insee=BEZIERS, heures_hebdo=30)
    essais = {
        "trajet": {"trajet_max_minutes": 200},
        "heures": {"heures_max": 30},
    }
    for critere, voulus in essais.items():
        champs = dict(voulus)
        depart = dataclasses.replace(AICHA, **{k: v for e in essais.values() for k, v in e.items()})
        depart = dataclasses.replace(depart, **{k: getattr(AICHA, k) for k in champs})
        peuple.appliquer([depart], [])
        try:
            vu = contrefactuels(peuple, poste, np.ones(peuple.vivier.taille, bool), depart)
            assert vu.rang == rang_de(peuple, poste, "AICHA")
            trouve = next(c for c in vu.changements if c.critere == critere)
            if critere == "trajet":
                de_plus = int(trouve.texte.split()[1])
                champs = {"trajet_max_minutes": depart.trajet_max_minutes + de_plus}
            peuple.appliquer([dataclasses.replace(depart, **champs)], [])
            assert rang_de(peuple, poste, "AICHA") == trouve.apres
        finally:
            peuple.appliquer([AICHA], [])


def test_rien_de_ce_qui_ne_changerait_rien_n_est_annonce(peuple: Ranker) -> None:
    pret = dataclasses.replace(AICHA, permis=frozenset({"B"}), experiences=(Experience("caissière", "D1505", 30),))
    vu = contrefactuels(peuple, CAISSE, np.ones(peuple.vivier.taille, bool), pret)
    assert vu.rang is not None
    assert all(c.apres < vu.rang for c in vu.changements)
    assert not [c for c in vu.changements if c.critere in {"permis", "heures"}]


def test_un_territoire_ne_change_pas_les_reglages_d_un_autre(peuple: Ranker) -> None:
    poste = dataclasses.replace(CAISSE, permis=frozenset())
    avant = peuple.rank(poste, limit=20).lignes
    a_la_main = peuple.sous(Reglages(part_trajet=0.0, poids_a_la_main=True, poids_metier=(1.0, 0.1, 0.0)))
    autre = a_la_main.rank(poste, limit=20).lignes
    assert [x.score for x in autre] != [x.score for x in avant]
    assert all(abs(r.contribution) <= 1e-6 for x in autre for r in x.raisons if r.critere == "trajet")
    assert peuple.rank(poste, limit=20).lignes == avant
    with pytest.raises(ValueError, match="30 %"):
        peuple.sous(Reglages(part_trajet=0.31))


def test_les_contributions_font_le_score_avec_ou_sans_la_seconde_couche(peuple: Ranker) -> None:
    couche = CoucheDecision((1.4, -0.2, -0.6), -0.3, 1_200, 0.01).approuver("rapport 1")
    poste = dataclasses.replace(CAISSE, permis=frozenset(), heures_hebdo=20)
    for moteur in (peuple, peuple.sous(Reglages(), couche)):
        lignes = moteur.rank(poste, limit=30).lignes
        for x in lignes:
            assert sum(r.contribution for r in x.raisons) == pytest.approx(x.score, abs=2e-6)
        assert all((x.pourcentage is None) == (moteur is peuple) for x in lignes)
    assert any(r.critere == "decisions" for x in lignes for r in x.raisons)
    # words follow the trade, not the layer: the same person is as near as before
    avant = {x.ref: x.proximite for x in peuple.rank(poste, limit=200).lignes}
    assert all(avant[x.ref] == x.proximite for x in lignes if x.ref in avant)


def test_qui_n_est_jamais_montre_compte_une_fois_et_une_seule_raison(peuple: Ranker) -> None:
    _, postes = lire_jeu(JEU)
    masque = np.ones(peuple.vivier.taille, bool)
    vu = exposer(peuple, [(p, masque) for p in [*postes[:30], CAISSE]])
    montres = {ref for liste in vu.listes for ref in liste}
    assert sum(vu.pourquoi.values()) == len(vu.personnes) - len(montres)
    assert vu.pourquoi["rang"] > 0
    assert not montres & vu.hors_de_portee
    assert list(vu.listes[0]) == [x.ref for x in peuple.rank(postes[0], limit=10).lignes]
    seule = np.zeros(peuple.vivier.taille, bool)
    seule[peuple.vivier.place["AICHA"]] = True
    assert exposer(peuple, [(CAISSE, seule)]).pourquoi == {"permis": 1}

"""The door of the engine: what a page may count on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from marketplace.matching import Experience, Poste, Profil, Ranker


def profil(ref: str, intitule: str = "maçon", **autres: object) -> Profil:
    valeurs: dict[str, object] = {
        "experiences": (Experience(intitule, None, 24),),
        "competences": ("monter un mur",),
        "permis": frozenset({"B"}),
        "code_insee": "34172",
        "modes": frozenset({"voiture"}),
        "trajet_max_minutes": 45,
        "heures_min": 20,
        "heures_max": 35,
        "nuit": False,
        "weekend": True,
        "disponible_le": date(2027, 1, 1),
    } | autres
    return Profil(ref=ref, **valeurs)  # type: ignore[arg-type]


POSTE = Poste(
    ref="o1",
    intitule="Maçon / Maçonne",
    code_rome="F1703",
    competences_requises=("monter un mur",),
    permis=frozenset({"B"}),
    code_insee="34172",
    heures_hebdo=35,
    debut=date(2027, 1, 15),
)


def test_le_macon_passe_devant_le_boulanger(moteur: Ranker) -> None:
    moteur.charger([profil("boulanger", "boulanger"), profil("macon")])
    classement = moteur.rank(POSTE)
    assert [x.ref for x in classement.lignes] == ["macon", "boulanger"]
    premiere = classement.lignes[0]
    assert "même métier" in premiere.raisons[0].texte
    assert "2 ans" in premiere.raisons[0].texte
    assert sum(r.contribution for r in premiere.raisons) == pytest.approx(premiere.score, abs=1e-5)


def test_chaque_personne_ecartee_est_comptee_une_fois_sous_sa_raison(moteur: Ranker) -> None:
    gens = [
        profil("ok"),
        profil("sans_permis", permis=frozenset()),
        profil("loin", code_insee="34032", modes=frozenset({"marche"})),
        profil("tard", disponible_le=date(2027, 6, 1)),
        profil("heures", heures_max=20),
        profil("masque"),
    ]
    moteur.charger(gens)
    classement = moteur.rank(POSTE, parmi=moteur.masque([p.ref for p in gens if p.ref != "masque"]))
    assert [x.ref for x in classement.lignes] == ["ok"]
    assert classement.ecartes["non_eligible"] == 1
    for motif in ("permis", "trajet", "disponibilite", "heures"):
        assert classement.ecartes[motif] == 1, motif
    assert len(classement.lignes) + sum(classement.ecartes.values()) == len(gens)
    assert {h.ref for h in classement.hors_de_portee} == {"sans_permis", "loin", "heures"}
    assert all(h.aide and h.manque for h in classement.hors_de_portee)


@pytest.mark.parametrize(
    "bizarre",
    [
        {"experiences": (), "competences": ()},
        {"code_insee": "99999"},
        {"code_insee": None, "modes": frozenset()},
        {"experiences": (Experience("x" * 10_000, None, None),)},
        {"experiences": (Experience("🙂🙂🙂", None, 3),), "competences": ()},
        {"experiences": (Experience("我是一名厨师", None, 3),), "competences": ()},
    ],
)
def test_un_profil_etrange_reste_visible_et_marque_a_completer(moteur: Ranker, bizarre: dict[str, object]) -> None:
    moteur.charger([profil("etrange", **bizarre), profil("macon")])  # type: ignore[arg-type]
    lignes = {x.ref: x for x in moteur.rank(POSTE).lignes}
    assert "etrange" in lignes
    if "intitule" not in bizarre and bizarre.get("experiences", ((),)) == ():
        assert lignes["etrange"].incomplet
        assert lignes["etrange"].score > 0


@pytest.mark.parametrize(
    "bizarre",
    [
        {"intitule": "", "code_rome": None, "competences_requises": ()},
        {"intitule": "🙂🙂🙂", "code_rome": None},
        {"intitule": "我们需要一名厨师", "code_rome": None, "competences_requises": ()},
        {"intitule": "x" * 10_000, "code_rome": None, "description": "lorem ipsum, " * 800},
        {"intitule": "Looking for a bricklayer", "code_rome": "Z9999"},
        {"code_insee": "99999"},
        {"competences_requises": ("é" * 10_000,) * 30},
        {"intitule": "\ud800\x00 maçon", "code_rome": None},
    ],
)
def test_une_offre_etrange_classe_quand_meme_tout_le_monde(moteur: Ranker, bizarre: dict[str, object]) -> None:
    moteur.charger([profil("a"), profil("b", "boulanger"), profil("muet", experiences=(), competences=())])
    offre = replace(POSTE, **bizarre)  # type: ignore[arg-type]
    classement = moteur.rank(offre)
    assert {x.ref for x in classement.lignes} == {"a", "b", "muet"}
    assert all(0 < x.score <= 1 and x.raisons for x in classement.lignes if x.ref == "muet")
    miroir = moteur.rank_postes(profil("a"), [offre])
    assert [x.ref for x in miroir.lignes] == [offre.ref]


def test_une_mise_a_jour_vaut_un_rechargement(moteur: Ranker) -> None:
    gens = [profil(f"p{i}", m) for i, m in enumerate(["maçon", "cuisinier", "carreleur", "plombier"])]
    moteur.charger(gens)
    moteur.appliquer([profil("p1", "maçon"), profil("neuf", "coffreur")], ["p3"])
    vivant = moteur.rank(POSTE)
    moteur.charger([gens[0], profil("p1", "maçon"), gens[2], profil("neuf", "coffreur")])
    neuf = moteur.rank(POSTE)
    assert vivant.lignes == neuf.lignes


def test_un_masque_d_avant_une_mise_a_jour_ne_laisse_entrer_personne_de_plus(moteur: Ranker) -> None:
    moteur.charger([profil("a"), profil("b")])
    masque = moteur.masque(["a"])
    moteur.appliquer([profil("c")], ["a"])
    assert moteur.rank(POSTE, parmi=masque).lignes == ()
    assert isinstance(masque, np.ndarray)


def test_le_miroir_donne_le_meme_score(moteur: Ranker) -> None:
    moteur.charger([profil("a")])
    ligne = moteur.rank(POSTE).lignes[0]
    autre = Poste(ref="o2", intitule="Boulanger", code_rome="D1102", code_insee="34172")
    miroir = moteur.rank_postes(profil("a"), [autre, POSTE])
    assert [x.ref for x in miroir.lignes] == ["o1", "o2"]
    assert miroir.lignes[0].score == ligne.score
    assert miroir.lignes[0].raisons == ligne.raisons

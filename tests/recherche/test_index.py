"""The index: exact first, typos when nothing holds the words, counts by label, changes in place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.recherche.index import Fiche, Index, Question


def fiche(id_: int, texte: str, secteur: str = "Bâtiment", heures: int = 100, **etiquettes: tuple[str, ...]) -> Fiche:
    return Fiche(id_, -id_, (texte,), {"secteur": (secteur,), **etiquettes}, {"heures": heures})


@pytest.fixture
def index() -> Index:
    plein = Index(("heures",))
    plein.poser(
        [
            fiche(1, "peinture du college", "Bâtiment", 300),
            fiche(2, "maconnerie lycee lunel", "Bâtiment", 500),
            fiche(3, "nettoyage du college", "Propreté", 200),
            fiche(4, "espaces verts lunel", "Espaces verts", 50),
        ]
    )
    return plein


@pytest.mark.parametrize(
    ("mots", "attendus", "approche"),
    [
        (["college"], [3, 1], False),
        (["macon"], [2], False),
        (["college", "nettoyage"], [3], False),
        (["lunele"], [4, 2], True),
        (["peintrue", "college"], [1], True),
        (["xylophone"], [], False),
        (["du"], [3, 1], False),
        (["d"], [], False),
        (["lunel", "college"], [], False),
    ],
)
def test_les_mots_exacts_d_abord_les_fautes_seulement_si_rien_ne_les_porte(index, mots, attendus, approche):
    reponse = index.chercher(Question(mots))
    assert reponse.ids() == attendus
    assert reponse.approche is approche


def test_les_comptes_d_une_facette_ignorent_son_propre_choix_et_gardent_les_autres(index):
    reponse = index.chercher(Question(["college"], {"secteur": ["Propreté"]}))
    assert reponse.ids() == [3]
    assert reponse.comptes("secteur") == {"Bâtiment": 1, "Propreté": 1}
    assert index.chercher(Question(au_moins={"heures": 200})).comptes("secteur") == {"Bâtiment": 2, "Propreté": 1}


def test_les_bornes_et_les_sommes_par_etiquette(index):
    reponse = index.chercher(Question(au_moins={"heures": 100}, au_plus={"heures": 300}))
    assert reponse.ids() == [3, 1]
    assert reponse.sommes("secteur", "heures") == {"Bâtiment": (1, 300), "Propreté": (1, 200)}
    assert reponse.somme("heures") == 500


def test_une_chose_changee_est_trouvee_autrement_et_une_retiree_ne_l_est_plus(index):
    index.poser([fiche(1, "toiture du gymnase", "Bâtiment", 10)], [2])
    assert index.chercher(Question(["peinture"])).ids() == []
    assert index.chercher(Question(["gymnase"])).ids() == [1]
    assert index.chercher(Question()).ids() == [4, 3, 1]
    assert index.chercher(Question()).comptes("secteur") == {"Bâtiment": 1, "Propreté": 1, "Espaces verts": 1}
    assert "maconnerie" not in index.lexique()
    assert (len(index), index.poids_mort) == (3, 2)


def test_les_mots_entiers_passent_devant_dans_la_recherche_unique():
    plein = Index(("heures",))
    plein.poser([fiche(1, "macon"), fiche(2, "maconnerie"), fiche(3, "aide macon")])
    assert plein.chercher(Question(["macon"])).meilleurs(3) == [3, 1, 2]


def test_le_plus_proche_d_abord_puis_l_ordre_de_la_liste():
    plein = Index(("heures",))
    plein.poser([fiche(i, "x", commune=(c,)) for i, c in ((1, "A"), (2, "B"), (3, "A"), (4, "C"))])
    reponse = plein.chercher(Question(etiquettes={"commune": {"A": 4.5, "B": 0.25}}))
    assert reponse.ids_par("commune", {"A": 4.5, "B": 0.25}) == [2, 3, 1]


MOTS = st.sampled_from(["toit", "mur", "sol", "pont", "quai", "parc"])
FICHES = st.lists(
    st.tuples(st.integers(1, 12), st.lists(MOTS, min_size=1, max_size=3), st.sampled_from("AB"), st.integers(0, 9)),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(FICHES, st.lists(MOTS, max_size=2), st.sampled_from(["", "A", "B"]), st.integers(0, 9))
def test_l_index_repond_comme_une_lecture_une_a_une(posees, mots, secteur, borne):
    index, tenues = Index(("heures",)), {}
    for id_, textes, lettre, heures in posees:
        index.poser([fiche(id_, " ".join(textes), lettre, heures)])
        tenues[id_] = (set(textes), lettre, heures)

    def garde(id_: int, avec_secteur: bool = True) -> bool:
        textes, lettre, heures = tenues[id_]
        convient = not secteur or lettre == secteur or not avec_secteur
        return all(any(m in t for t in textes) for m in mots) and heures >= borne and convient

    question = Question(mots, {"secteur": [secteur]} if secteur else {}, {"heures": borne})
    reponse = index.chercher(question)
    if not reponse.approche:
        assert reponse.ids() == sorted((i for i in tenues if garde(i)), reverse=True)
        comptes = {}
        for i in tenues:
            if garde(i, avec_secteur=False):
                comptes[tenues[i][1]] = comptes.get(tenues[i][1], 0) + 1
        assert reponse.comptes("secteur") == comptes

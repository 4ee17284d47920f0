import pytest

from marketplace.recherche import marches as catalogue
from marketplace.recherche.lieux import lire_lieu
from marketplace.recherche.marches import FiltresMarches, marches_publics
from marketplace.recherche.textes import corriger, mots


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Les Maçons de l'Hérault", ["macon", "herault"]),
        ("PEINTURES   écoles", ["peinture", "ecole"]),
        ("", []),
        ("% _ '", []),
        ("un deux trois quatre cinq six sept huit", ["deux", "troi", "quatre", "cinq", "six", "sept"]),
    ],
)
def test_les_mots_utiles_sont_replies_et_bornes(texte, attendu):
    assert mots(texte) == attendu


def test_une_faute_est_rapprochee_et_un_mot_inconnu_ne_propose_rien():
    vocabulaire = ["peinture du college", "macon lunel"]
    assert corriger(["peintrue", "lunel"], lambda: vocabulaire) == [("peinture",), ("lunel",)]
    assert corriger(["xylophone"], lambda: vocabulaire) is None


def test_le_vocabulaire_n_est_lu_que_si_l_exact_n_a_rien_donne(ctx, fabrique, monkeypatch):
    fabrique.marche(intitule="Peinture du collège")
    lus = []
    monkeypatch.setattr(catalogue, "_vocabulaire", lambda *_: lus.append(1) or ["peinture"])
    with ctx.lecture() as s:
        assert marches_publics(s, fabrique.territoire().id, FiltresMarches(texte="peinture")).total == 1
        assert lus == []
        assert marches_publics(s, fabrique.territoire().id, FiltresMarches(texte="peintrue")).approche
    assert lus == [1]


def test_au_dela_du_compte_la_page_dit_plus_de(ctx, fabrique, monkeypatch):
    monkeypatch.setattr(catalogue, "COMPTE_AU_PLUS", 30)
    for _ in range(32):
        fabrique.marche()
    with ctx.lecture() as s:
        page = marches_publics(s, fabrique.territoire().id, FiltresMarches(), page=2)
        derniere = marches_publics(s, fabrique.territoire().id, FiltresMarches(), page=99)
    assert (page.total, page.plus, page.pages, len(page.lignes)) == (30, True, 2, 5)
    assert derniere.page == 2


def test_une_commune_mal_ecrite_est_lue_et_dite(ctx, fabrique):
    fabrique.territoire()
    with ctx.lecture() as s:
        assert lire_lieu(s, "Lunel (34)", 0, ["34"]).phrase == "à Lunel"
        approche = lire_lieu(s, "Lunell", 10, ["34"])
        assert approche.distances is not None
        assert "lu comme Lunel (34)" in approche.erreur
        inconnue = lire_lieu(s, "qqqqqqq", 10, ["34"])
    assert inconnue.distances is None
    assert "Aucune commune" in inconnue.erreur

import pytest

from marketplace.recherche.lieux import lire_lieu
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
    lexique = ["college", "du", "lunel", "macon", "peinture"]
    assert corriger(["peintrue", "lunel"], lexique) == [("peinture",), ("lunel",)]
    assert corriger(["xylophone"], lexique) is None


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

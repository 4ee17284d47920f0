import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.personnes.rules.parcours import ecrire_experience, lire_competences, lire_experience, lire_experiences


@pytest.mark.parametrize(
    ("ligne", "intitule", "mois"),
    [
        ("maçon, 2 ans", "maçon", 24),
        ("maçon 2 ans", "maçon", 24),
        ("ménage chez des gens (6 mois)", "ménage chez des gens", 6),
        ("peintre - 1 an et 3 mois", "peintre", 15),
        ("peintre pendant 2 ans et demi", "peintre", 30),
        ("caissière", "caissière", None),
        ("cariste R489 cat 3", "cariste R489 cat 3", None),
        ("aide à domicile 1,5 an", "aide à domicile", 18),
        ("2 ans", "2 ans", None),
    ],
)
def test_un_metier_se_lit_comme_on_l_ecrit(ligne: str, intitule: str, mois: int | None) -> None:
    lue = lire_experience(ligne)
    assert lue is not None
    assert (lue.intitule, lue.mois) == (intitule, mois)


def test_les_lignes_vides_et_les_doublons_ne_comptent_pas() -> None:
    assert [e.intitule for e in lire_experiences("maçon\n\n  \nMaçon, 2 ans\nserveur")] == ["Maçon", "serveur"]
    assert [c.libelle for c in lire_competences("poser\n poser \n\npeindre")] == ["poser", "peindre"]


@given(st.sampled_from(["maçon", "agent d'entretien", "aide-soignante"]), st.integers(1, 600))
def test_ce_qui_est_ecrit_se_relit(intitule: str, mois: int) -> None:
    lue = lire_experience(ecrire_experience(intitule, mois))
    assert lue is not None
    assert (lue.intitule, lue.mois) == (intitule, mois)

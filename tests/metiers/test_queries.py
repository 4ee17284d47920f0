import pytest

from marketplace.contexte import Contexte
from marketplace.metiers.queries import (
    chercher_appellations,
    chercher_cpv,
    chercher_naf,
    competences_coeur,
    competences_du_metier,
    cpv,
    libelles_metiers,
    metier,
    naf,
)


def test_la_fiche_d_un_metier_dit_ses_competences_et_ses_voisins(ctx_reference: Contexte) -> None:
    with ctx_reference.lecture() as s:
        fiche = metier(s, "F1703")
        assert metier(s, "Z9999") is None
        toutes = competences_du_metier(s, "F1703")
    assert fiche is not None
    assert fiche.libelle == "Maçon / Maçonne"
    assert fiche.appellations[0] == "Maçon / Maçonne"
    assert fiche.definition
    assert fiche.competences_coeur
    assert all(c.coeur for c in fiche.competences_coeur)
    assert len(toutes) > len(fiche.competences_coeur)
    assert [p.rang for p in fiche.proches] == list(range(1, len(fiche.proches) + 1))


def test_les_competences_de_coeur_viennent_en_premier(ctx_reference: Contexte) -> None:
    with ctx_reference.lecture() as s:
        toutes = competences_du_metier(s, "A1203")
        coeur = competences_coeur(s, "A1203")
    assert toutes[: len(coeur)] == coeur
    assert not any(c.coeur for c in toutes[len(coeur) :])


@pytest.mark.parametrize(
    ("tape", "code"),
    [
        ("maçon", "F1703"),
        ("macon", "F1703"),
        ("peintre batiment", "F1606"),
        ("aide soigante", "J1501"),
        ("cariste", "N1101"),
        ("cuisiniere", "G1609"),
    ],
)
def test_une_appellation_se_trouve_sans_accent_et_avec_des_fautes(
    ctx_reference: Contexte, tape: str, code: str
) -> None:
    with ctx_reference.lecture() as s:
        trouvees = chercher_appellations(s, tape, 5)
    assert trouvees[0].code_rome == code
    assert len({t.code_rome for t in trouvees}) == len(trouvees) <= 5


@pytest.mark.parametrize("tape", ["", "x", "???", "🙂🙂"])
def test_un_texte_sans_lettres_ne_donne_aucune_appellation(ctx_reference: Contexte, tape: str) -> None:
    with ctx_reference.lecture() as s:
        assert chercher_appellations(s, tape) == ()


def test_sans_referentiel_la_recherche_ne_donne_rien(ctx: Contexte) -> None:
    with ctx.lecture() as s:
        assert chercher_appellations(s, "maçon") == ()


def test_les_libelles_se_lisent_par_lot(ctx_reference: Contexte) -> None:
    with ctx_reference.lecture() as s:
        assert libelles_metiers(s, ["F1703", "Z9999"]) == {"F1703": "Maçon / Maçonne"}
        assert libelles_metiers(s, ()) == {}


def test_un_cpv_se_trouve_par_son_code_avec_ou_sans_cle_et_par_ses_mots(ctx_reference: Contexte) -> None:
    with ctx_reference.lecture() as s:
        par_code = cpv(s, "90911000-6")
        assert par_code is not None
        assert par_code == cpv(s, "90911000")
        assert [c.code for c in chercher_cpv(s, "909110", 3)] == ["90911000"]
        assert any(c.code == "90911200" for c in chercher_cpv(s, "nettoyage batiments", 5))
        assert cpv(s, "00000000") is None
        assert chercher_cpv(s, "") == ()


def test_un_naf_se_trouve_avec_ou_sans_point(ctx_reference: Contexte) -> None:
    with ctx_reference.lecture() as s:
        avec, sans = naf(s, "81.21Z"), naf(s, "8121z")
        assert avec is not None
        assert avec == sans
        assert [n.code for n in chercher_naf(s, "8121")] == ["81.21", "81.21Z"]
        assert any(n.code == "81.30Z" for n in chercher_naf(s, "amenagement paysager"))

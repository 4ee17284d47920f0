import pytest

from marketplace.contexte import Contexte
from marketplace.territoire.cartes import carte
from marketplace.territoire.models import TypeZone
from marketplace.territoire.queries import (
    chercher_communes,
    commune,
    communes_dans_un_rayon,
    communes_par_sdi,
    communes_voisines,
    distance_km,
    noms_des_communes,
    qpv_de_la_commune,
    sdi_de_la_commune,
)


@pytest.mark.parametrize(
    ("tape", "attendue"),
    [
        ("Béziers", "34032"),
        ("beziers", "34032"),
        ("BEZIERS ", "34032"),
        ("monpelier", "34172"),
        ("séte", "34301"),
        ("st jean de vedas", "34270"),
        ("Saint Jean-de-Védas", "34270"),
        ("clermont l herault", "34079"),
        ("castelnau le lé", "34057"),
        ("lunl", "34145"),
        ("ville neuve les maguelone", "34337"),
        ("34145", "34145"),
    ],
)
def test_la_recherche_pardonne_accents_fautes_et_abreviations(
    ctx_reference: Contexte, tape: str, attendue: str
) -> None:
    with ctx_reference.lecture() as s:
        assert chercher_communes(s, tape, 5, departements=["34"])[0].code_insee == attendue


def test_un_code_postal_donne_ses_communes(ctx_reference: Contexte) -> None:
    with ctx_reference.lecture() as s:
        trouvees = chercher_communes(s, "34400", 10)
    assert {"Lunel", "Entre-Vignes"} <= {c.nom for c in trouvees}
    assert all("34400" in c.codes_postaux for c in trouvees)


def test_le_departement_du_territoire_passe_avant_les_autres(ctx_reference: Contexte) -> None:
    with ctx_reference.lecture() as s:
        sans = chercher_communes(s, "saint-martin", 3)
        avec = chercher_communes(s, "saint-martin", 3, departements=["34"])
    assert {c.code_departement for c in sans} != {"34"}
    assert avec[0].code_departement == "34"


@pytest.mark.parametrize("tape", ["", "  ", "!!", "zzqxw kjhgf"])
def test_ce_qui_ne_ressemble_a_rien_ne_donne_rien(ctx_reference: Contexte, tape: str) -> None:
    with ctx_reference.lecture() as s:
        assert chercher_communes(s, tape, 5) == ()


def test_un_texte_demesure_ne_casse_rien(ctx_reference: Contexte) -> None:
    with ctx_reference.lecture() as s:
        chercher_communes(s, "montpellier " * 5000, 5)


def test_un_ancien_code_mene_a_la_commune_actuelle(ctx_reference: Contexte) -> None:
    with ctx_reference.lecture() as s:
        ancienne = commune(s, "34330")
        assert ancienne is not None
        assert (ancienne.code_insee, ancienne.nom) == ("34246", "Entre-Vignes")
        assert commune(s, "99999") is None


def test_un_rayon_de_zero_ne_garde_que_la_commune(ctx_reference: Contexte) -> None:
    with ctx_reference.lecture() as s:
        assert communes_dans_un_rayon(s, "34172", 0) == {"34172": 0.0}


def test_un_rayon_garde_toutes_les_communes_assez_proches(ctx_reference: Contexte) -> None:
    with ctx_reference.lecture() as s:
        proches = communes_dans_un_rayon(s, "34172", 12)
        centre = commune(s, "34172")
        assert centre is not None
        for code in ("34057", "34129", "34032"):
            autre = commune(s, code)
            assert autre is not None
            km = distance_km(centre.lat or 0, centre.lon or 0, autre.lat or 0, autre.lon or 0)
            assert (code in proches) is (km <= 12)
        assert list(proches.values()) == sorted(proches.values())
        assert communes_dans_un_rayon(s, "00000", 12) == {}


def test_montpellier_est_a_une_soixantaine_de_kilometres_de_beziers() -> None:
    assert distance_km(43.6109, 3.8761, 43.3475, 3.2190) == pytest.approx(60.5, abs=1)


def test_les_voisines_se_voient_dans_les_deux_sens(ctx_reference: Contexte) -> None:
    with ctx_reference.lecture() as s:
        voisines = communes_voisines(s, "34172")
        assert "34057" in voisines
        assert all("34172" in communes_voisines(s, code) for code in voisines)


def test_chaque_commune_de_l_herault_a_un_sdi_et_un_seul(ctx_reference: Contexte) -> None:
    with ctx_reference.lecture() as s:
        par_sdi = communes_par_sdi(s)
        assert len(par_sdi) == 341
        assert set(par_sdi.values()) == {"montpellierain", "est-heraultais", "piemont-biterrois"}
        beziers, sete = sdi_de_la_commune(s, "34032"), sdi_de_la_commune(s, "34301")
        assert beziers is not None
        assert sete is not None
        assert (beziers.nom, sete.nom) == ("SDI Piémont Biterrois", "SDI Est Héraultais")
        assert sdi_de_la_commune(s, "75056") is None


def test_les_qpv_d_une_commune_disent_leur_generation(ctx_reference: Contexte) -> None:
    with ctx_reference.lecture() as s:
        assert {z.nom for z in qpv_de_la_commune(s, "34301")} == {"Ile De Thau", "Centre Ville - Ile Sud"}
        anciens = qpv_de_la_commune(s, "34301", TypeZone.QPV_2015)
        assert all(z.code.startswith("QP034") for z in anciens)
        assert qpv_de_la_commune(s, "34116") == ()


def test_les_noms_se_lisent_par_lot(ctx_reference: Contexte) -> None:
    with ctx_reference.lecture() as s:
        assert noms_des_communes(s, ["34145", "34032", "00000"]) == {"34145": "Lunel", "34032": "Béziers"}
        assert noms_des_communes(s, []) == {}


def test_la_carte_contient_chaque_commune_dans_son_cadre(ctx_reference: Contexte) -> None:
    with ctx_reference.lecture() as s:
        dessin = carte(s, "34", largeur=600)
        assert carte(s, "99") is None
    assert dessin is not None
    assert len(dessin.chemins) == 341
    assert all(c.d.startswith("M") and c.d.endswith("Z") for c in dessin.chemins)
    assert all(0 <= c.x <= dessin.largeur and 0 <= c.y <= dessin.hauteur for c in dessin.chemins)
    montpellier = next(c for c in dessin.chemins if c.code_insee == "34172")
    x, y = dessin.placer(43.6109, 3.8761)
    assert abs(x - montpellier.x) < 15
    assert abs(y - montpellier.y) < 15

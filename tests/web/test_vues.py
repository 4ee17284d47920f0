"""Named views: kept by a user, one click each, hers alone."""

from __future__ import annotations

import re

import pytest

from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.recherche.vues import (
    VUES_AU_PLUS,
    enregistrer_vue,
    filtres_lus,
    ouvrir_par_defaut,
    renommer_vue,
    supprimer_vue,
    vues_de,
)


def vues(ctx, acteur, liste=None):
    with ctx.lecture() as s:
        return vues_de(s, acteur.utilisateur_id, liste)


def test_une_vue_garde_ses_filtres_se_renomme_et_se_supprime(ctx, fabrique):
    moi = fabrique.acteur(fabrique.facilitateur())
    vue = enregistrer_vue(
        ctx, moi, "registre", "  Béziers,  à relancer ", "page=3&relance=1&commune=B%C3%A9ziers&tout=1"
    )
    assert [(v.nom, v.filtres, v.par_defaut) for v in vues(ctx, moi)] == [
        ("Béziers, à relancer", "commune=B%C3%A9ziers&relance=1", False)
    ]
    renommer_vue(ctx, moi, vue, "Béziers")
    renommer_vue(ctx, moi, vue, "béziers")
    assert vues(ctx, moi)[0].nom == "béziers"
    supprimer_vue(ctx, moi, vue)
    assert vues(ctx, moi) == ()


def test_une_seule_vue_s_ouvre_en_premier(ctx, fabrique):
    moi = fabrique.acteur(fabrique.facilitateur())
    a, b = (enregistrer_vue(ctx, moi, "registre", nom, f"q={nom}") for nom in "ab")
    ouvrir_par_defaut(ctx, moi, a, True)
    ouvrir_par_defaut(ctx, moi, b, True)
    assert [v.par_defaut for v in vues(ctx, moi)] == [False, True]
    ouvrir_par_defaut(ctx, moi, b, False)
    assert [v.par_defaut for v in vues(ctx, moi)] == [False, False]


@pytest.mark.parametrize("nom", ["", "   ", "x" * 61, "Lunel", "LUNEL"])
def test_un_nom_vide_trop_long_ou_deja_pris_est_refuse(ctx, fabrique, nom):
    moi = fabrique.acteur(fabrique.facilitateur())
    enregistrer_vue(ctx, moi, "marches", "Lunel", "commune=Lunel")
    with pytest.raises(RegleViolee):
        enregistrer_vue(ctx, moi, "marches", nom, "q=x")
    assert len(vues(ctx, moi)) == 1


def test_la_vue_d_une_autre_personne_n_existe_pas(ctx, fabrique):
    moi, autre = (fabrique.acteur(fabrique.facilitateur()) for _ in range(2))
    vue = enregistrer_vue(ctx, moi, "marches", "Lunel", "commune=Lunel")
    enregistrer_vue(ctx, autre, "marches", "Lunel", "commune=Lunel")
    for acte in (
        lambda: renommer_vue(ctx, autre, vue, "Prise"),
        lambda: supprimer_vue(ctx, autre, vue),
        lambda: ouvrir_par_defaut(ctx, autre, vue, True),
        lambda: enregistrer_vue(ctx, moi, "personnes", "Lunel", ""),
    ):
        with pytest.raises(Introuvable):
            acte()


def test_une_liste_garde_vingt_vues_au_plus(ctx, fabrique):
    moi = fabrique.acteur(fabrique.facilitateur())
    for n in range(VUES_AU_PLUS):
        enregistrer_vue(ctx, moi, "marches", f"Vue {n}", f"q={n}")
    with pytest.raises(RegleViolee, match="supprimez-en"):
        enregistrer_vue(ctx, moi, "marches", "De trop", "q=x")


def test_les_filtres_sont_les_memes_dans_un_autre_ordre():
    assert filtres_lus("b=2&a=1&page=4") == filtres_lus("a=1&b=2") == "a=1&b=2"


def test_la_liste_du_registre_propose_la_vue_puis_l_ouvre_en_premier(ctx, fabrique, connecter):
    affectation = fabrique.facilitateur()
    fabrique.marche(intitule="Peinture à Lunel", code_insee="34145")
    fabrique.marche(intitule="Toiture à Béziers", code_insee="34032", secteur="Propreté")
    navigateur = connecter(affectation)
    page = navigateur.get("/facilitateur/marches?secteur=Propreté").text
    assert "Garder ces filtres sous un nom" in page
    filtres = re.search(r'name="filtres" value="([^"]+)"', page)[1].replace("&amp;", "&")
    reponse = navigateur.post("/mes-vues", data={"liste": "registre", "nom": "Propre", "filtres": filtres})
    assert reponse.status_code == 302
    page = navigateur.get(reponse.headers["Location"]).text
    assert "Propre</a>" in page
    assert "Garder ces filtres" not in page
    moi = fabrique.acteur(affectation)
    ouvrir_par_defaut(ctx, moi, vues(ctx, moi)[0].id, True)
    suite = navigateur.get("/facilitateur/marches")
    assert suite.status_code == 302
    page = navigateur.get(suite.headers["Location"]).text
    assert "Toiture à Béziers" in page
    assert "Peinture à Lunel" not in page
    assert "Peinture à Lunel" in navigateur.get("/facilitateur/marches?tout=1").text


def test_les_facettes_du_registre_comptent_sans_leur_propre_filtre(fabrique, connecter):
    fabrique.marche(intitule="Peinture")
    fabrique.marche(intitule="Ménage", secteur="Propreté")
    page = connecter(fabrique.facilitateur()).get("/facilitateur/marches?secteur=Propreté").text
    facettes = page[page.index('class="facettes"') :]
    assert re.search(r"<span>Bâtiment</span> <span class=\"num\">1</span>", facettes)
    assert "Propreté<span" in facettes
    assert "Peinture" not in page


def test_mes_vues_se_gerent_sur_une_page(ctx, fabrique, connecter):
    affectation = fabrique.employeur()
    moi = fabrique.acteur(affectation)
    vue = enregistrer_vue(ctx, moi, "offres", "Lunel", "commune=Lunel")
    enregistrer_vue(ctx, moi, "offres", "Sète", "commune=S%C3%A8te")
    navigateur = connecter(affectation)
    page = navigateur.get("/mes-vues").text
    assert "Lunel" in page
    assert "Marchés du registre" not in page
    refus = navigateur.post(f"/mes-vues/{vue}/nom", data={"nom": "Sète"})
    assert refus.status_code == 422
    assert "déjà une vue" in refus.text
    navigateur.post(f"/mes-vues/{vue}/nom", data={"nom": "Petite Camargue"})
    navigateur.post(f"/mes-vues/{vue}/ouverture", data={"oui": "1"})
    assert (
        "s&#39;ouvre en premier" in navigateur.get("/mes-vues").text
        or "s'ouvre en premier" in navigateur.get("/mes-vues").text
    )
    assert navigateur.get("/offres").status_code == 302
    navigateur.post(f"/mes-vues/{vue}/suppression")
    assert [v.nom for v in vues(ctx, moi)] == ["Sète"]
    assert connecter(fabrique.employeur()).post(f"/mes-vues/{vue}/suppression").status_code == 404

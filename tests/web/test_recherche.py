"""One search for everything that can be found."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.comptes.services import tenir_annuaire
from marketplace.erreurs import RegleViolee
from marketplace.marches.rules.etats import EtatMarche


def test_une_seule_recherche_trouve_marches_offres_et_structures(fabrique, client):
    fabrique.marche(intitule="Élagage du parc exemple")
    aci = fabrique.organisation(TypeOrganisation.ACI, nom="Jardins exemple", activites="Élagage, tonte")
    fabrique.offre(aci, intitule="Élagueur")
    page = client.get("/recherche?q=elagage").text
    assert "Élagage du parc exemple" in page
    assert "Jardins exemple" in page
    assert "voici ce qui s'en approche" not in page
    page = client.get("/recherche?q=elageur").text
    assert "voici ce qui s'en approche" in page
    assert "Élagueur" in page


def test_une_recherche_vide_de_resultat_dit_quoi_faire(fabrique, client):
    fabrique.marche(intitule="Peinture")
    page = client.get("/recherche?q=xylophoniste").text
    assert "Rien ne correspond" in page
    assert "Essayez un seul mot" in page
    assert "clauses@exemple.invalid" in page
    assert "Rien ne correspond" not in client.get("/recherche").text
    for etrange in ("?q=%25", "?q=' OR 1=1", "?q=" + "a" * 500):
        assert client.get("/recherche" + etrange).status_code == 200


def test_chacun_trouve_aussi_ses_propres_marches_meme_clos(fabrique, connecter, client):
    titulaire = fabrique.organisation(nom="Gros Œuvre Exemple")
    clos = fabrique.marche(titulaire=titulaire, intitule="Gymnase clos", etat=EtatMarche.SOLDE)
    assert "Gymnase clos" not in client.get("/recherche?q=gymnase").text
    page = connecter(fabrique.facilitateur()).get("/recherche?q=gymnase").text
    assert f"/facilitateur/marches/{clos.ref}" in page
    assert "Dans votre registre" in page
    assert f"/employeur/marches/{clos.ref}" in connecter(fabrique.employeur(titulaire)).get("/recherche?q=gymnase").text
    assert "Gymnase clos" not in connecter(fabrique.employeur()).get("/recherche?q=gymnase").text
    assert connecter(fabrique.referent()).get("/recherche?q=gymnase").status_code == 200


def test_une_reference_se_cherche(fabrique, client):
    marche = fabrique.marche(intitule="Peinture")
    fabrique.marche(intitule="Toiture")
    page = client.get("/recherche", query_string={"q": marche.ref}).text
    assert "Peinture" in page
    assert "Toiture" not in page


def test_les_structures_se_voient_sur_la_carte_et_par_activite(ctx, fabrique, client):
    fabrique.organisation(TypeOrganisation.ACI, nom="Jardins exemple", activites="Espaces verts", code_insee="34145")
    fabrique.organisation(
        TypeOrganisation.EI, nom="Propre exemple", activites="Nettoyage", code_insee="34145", capacite=12
    )
    page = client.get("/structures?vue=carte").text
    assert "Par commune" in page
    assert ">2</td>" in page
    page = client.get("/structures", query_string={"activite": "Propreté et entretien"}).text
    assert "Propre exemple" in page
    assert "Jardins exemple" not in page
    page = client.get("/structures?q=propre").text
    assert "Propre exemple" in page


def test_l_annuaire_va_de_la_plus_proche_a_la_plus_lointaine_et_dit_ce_qui_date(ctx, fabrique, client):
    for nom, code in (("A Sète", "34301"), ("B Montpellier", "34172"), ("C Lunel", "34145")):
        fabrique.organisation(TypeOrganisation.EI, nom=nom, code_insee=code)
    page = client.get("/structures?commune=Lunel&rayon=50").text
    noms = [page.index(nom) for nom in ("C Lunel", "B Montpellier", "A Sète")]
    assert noms == sorted(noms)
    assert "à vérifier" not in page
    with ctx.transaction() as s:
        for o in s.scalars(select(Organisation)):
            o.verifiee_le = None
    assert "à vérifier" in client.get("/structures").text


def test_le_facilitateur_tient_la_fiche_d_annuaire_et_la_date(ctx, fabrique, connecter, client, horloge):
    ei = fabrique.organisation(TypeOrganisation.EI, nom="Propre exemple", telephone="04 00 00 00 01")
    navigateur = connecter(fabrique.facilitateur())
    horloge.avancer(days=400)
    assert "à vérifier" in client.get("/structures").text
    navigateur = connecter(fabrique.facilitateur())
    adresse = f"/facilitateur/organisations/{ei.ref}/annuaire"
    assert "04 00 00 00 01" in navigateur.get(adresse).text
    saisie = {"activites": "Nettoyage, vitrerie", "capacite": "dix", "telephone": "04 00 00 00 02"}
    refus = navigateur.post(adresse, data=saisie)
    assert refus.status_code == 422
    assert "Nettoyage, vitrerie" in refus.text
    assert navigateur.post(adresse, data=saisie | {"capacite": "12"}).status_code == 302
    page = client.get("/structures?q=vitrerie").text
    assert "Propre exemple" in page
    assert "à vérifier" not in page
    fiche = client.get(f"/structures/{ei.ref}").text
    assert "12 places" in fiche
    assert "04 00 00 00 02" in fiche
    prescripteur = fabrique.organisation(TypeOrganisation.PRESCRIPTEUR)
    assert navigateur.get(f"/facilitateur/organisations/{prescripteur.ref}/annuaire").status_code == 404


def test_une_structure_pas_encore_verifiee_le_reste_quand_on_tient_sa_fiche(ctx, fabrique):
    ei = fabrique.organisation(TypeOrganisation.EI, verifiee_le=None)
    vide = dict.fromkeys(("activites", "adresse", "telephone", "courriel", "site"), "")
    tenir_annuaire(ctx, fabrique.acteur(fabrique.facilitateur()), ei.ref, **vide, capacite=None)
    with ctx.lecture() as s:
        lue = s.get_one(Organisation, ei.id)
    assert lue.verifiee_le is None
    assert lue.source_le == ctx.aujourdhui()
    with pytest.raises(RegleViolee):
        tenir_annuaire(ctx, fabrique.acteur(fabrique.facilitateur()), ei.ref, **vide, capacite=-1)

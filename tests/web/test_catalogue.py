from datetime import timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import event

from marketplace.comptes.models import TypeOrganisation
from marketplace.heures.models import (
    DecisionLigne,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
)
from marketplace.heures.registre import ajouter_lignes
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.services import changer_etat
from marketplace.offres.models import EtatOffre
from marketplace.territoire.models import ContourCommune, Reglage
from marketplace.valeurs import premier_du_mois


@pytest.fixture
def requetes(ctx):
    ordres = []
    event.listen(ctx.sessions.kw["bind"], "before_cursor_execute", lambda *a: ordres.append(a[2]))
    return ordres


def valider_heures(ctx, fabrique, marche, titulaire, heures):
    """Hours validated on a marché, as a facilitateur would have left them."""
    contrat = fabrique.contrat(fabrique.personne(), titulaire, marche)
    mois = premier_du_mois(ctx.aujourdhui() - timedelta(days=40))
    declaration = fabrique.declaration(
        titulaire,
        marche,
        mois,
        etat=EtatDeclaration.VALIDEE,
        signee_le=ctx.horloge(),
        validee_le=ctx.horloge(),
    )
    with ctx.transaction() as s:
        ligne = LigneHeures(
            declaration_id=declaration.id,
            contrat_id=contrat.id,
            marche_id=marche.id,
            mois=mois,
            travaillees=heures,
            formation=Decimal(0),
            cree_le=ctx.horloge(),
        )
        ajouter_lignes(s, [ligne])
        s.add(
            DecisionLigne(
                ligne_id=ligne.id,
                etat=EtatLigne.COMPTEE,
                creditees=heures,
                valorisees=heures,
                quand=ctx.horloge(),
            )
        )


def test_le_catalogue_est_ouvert_a_tous_et_ne_dit_ni_titulaire_ni_retard(ctx, fabrique, client):
    titulaire = fabrique.organisation(nom="Gros Œuvre Exemple Sud")
    marche = fabrique.marche(titulaire=titulaire, date_fin=ctx.aujourdhui() + timedelta(days=5))
    for adresse in ("/marches", f"/marches/{marche.ref}"):
        page = client.get(adresse).text
        assert marche.intitule in page
        assert "Gros Œuvre Exemple Sud" not in page
        assert "1\u202f000" in page
        for mot in ("retard", "surveiller", "manque", "À ce rythme"):
            assert mot not in page.lower()


def test_un_compte_professionnel_lit_le_titulaire_et_les_heures_restantes(ctx, fabrique, connecter):
    titulaire = fabrique.organisation(nom="Gros Œuvre Exemple Sud")
    marche = fabrique.marche(1000, titulaire=titulaire)
    valider_heures(ctx, fabrique, marche, titulaire, Decimal(150))
    navigateur = connecter(fabrique.employeur())
    for adresse in ("/marches", f"/marches/{marche.ref}"):
        page = navigateur.get(adresse).text
        assert "Gros Œuvre Exemple Sud" in page
        assert "850" in page


def test_le_territoire_peut_tout_montrer_a_tous(ctx, fabrique, client):
    titulaire = fabrique.organisation(nom="Gros Œuvre Exemple Sud")
    marche = fabrique.marche(titulaire=titulaire)
    fabrique.garder(
        Reglage(
            territoire_id=marche.territoire_id,
            cle="catalogue_detaille",
            valeur=True,
            a_partir_du=ctx.aujourdhui(),
            source="essai",
            cree_le=ctx.horloge(),
        )
    )
    assert "Gros Œuvre Exemple Sud" in client.get(f"/marches/{marche.ref}").text


def test_un_marche_clos_ou_dont_les_heures_sont_faites_disparait_aussitot(ctx, fabrique, client):
    titulaire = fabrique.organisation()
    fait = fabrique.marche(100, titulaire=titulaire, intitule="Peinture faite")
    clos = fabrique.marche(100, intitule="Toiture close")
    assert "Peinture faite" in client.get("/marches").text
    valider_heures(ctx, fabrique, fait, titulaire, Decimal(100))
    changer_etat(ctx, fabrique.acteur(fabrique.facilitateur()), clos.ref, EtatMarche.RESILIE, motif="Liquidation")
    page = client.get("/marches").text
    assert "Peinture faite" not in page
    assert "Toiture close" not in page
    assert client.get(f"/marches/{fait.ref}").status_code == 404
    assert client.get(f"/marches/{clos.ref}").status_code == 404


def test_un_marche_sans_clause_ou_en_preparation_n_est_pas_public(fabrique, client):
    fabrique.marche(0, intitule="Sans heures")
    fabrique.marche(500, intitule="En consultation", etat=EtatMarche.EN_CONSULTATION)
    page = client.get("/marches").text
    assert "Sans heures" not in page
    assert "En consultation" not in page


@pytest.mark.parametrize(
    ("cherche", "approche"),
    [("PEINTURE collège", False), ("peintures lunel", False), ("macon", False), ("pinture", True), ("lunele", True)],
)
def test_la_recherche_pardonne_les_accents_les_pluriels_et_les_fautes(fabrique, client, cherche, approche):
    fabrique.marche(intitule="Peinture du collège exemple", code_insee="34145")
    page = client.get("/marches", query_string={"q": cherche}).text
    assert "Peinture du collège exemple" in page
    assert ("ce qui s&#39;en approche" in page or "ce qui s'en approche" in page) is approche


def test_une_recherche_sans_reponse_le_dit(fabrique, client):
    fabrique.marche(intitule="Peinture du collège exemple")
    page = client.get("/marches?q=xylophoniste").text
    assert "Aucun marché ne correspond" in page


def test_les_filtres_disent_le_lieu_et_le_metier(ctx, fabrique, client):
    fabrique.marche(intitule="À Lunel", code_insee="34145")
    fabrique.marche(intitule="À Béziers", code_insee="34032")
    page = client.get("/marches?commune=Lunel&rayon=10").text
    assert "à moins de 10 km de Lunel" in page
    assert "À Lunel" in page
    assert "À Béziers" not in page
    loin = (ctx.aujourdhui() + timedelta(days=900)).isoformat()
    assert "Aucun marché ne correspond" in client.get(f"/marches?encore_le={loin}").text
    for etrange in ("?page=zz&rayon=abc&encore_le=x&heures_min=y&secteur=zzz", "?q=%25%5f", "?page=999999"):
        assert client.get("/marches" + etrange).status_code == 200
    assert client.get("/marches?commune=%00").status_code == 400


def test_la_carte_et_sa_liste_disent_la_meme_chose(ctx, fabrique, client):
    fabrique.marche(300, code_insee="34145")
    fabrique.marche(200, code_insee="34145")
    with ctx.transaction() as s:
        s.add(
            ContourCommune(
                code_insee="34145",
                geometrie={
                    "type": "Polygon",
                    "coordinates": [[[4.0, 43.5], [4.3, 43.5], [4.3, 43.8], [4.0, 43.8], [4.0, 43.5]]],
                },
            )
        )
    page = client.get("/marches?vue=carte").text
    assert page.count("carte-point") == 1
    assert "Lunel : 2 marchés, 500" in page
    assert '<th scope="row"><a href="/marches?vue=&amp;rayon=0&amp;commune=Lunel">Lunel</a>' in page


def test_les_offres_se_filtrent_par_heures_structure_et_date(ctx, fabrique, client):
    aci = fabrique.organisation(TypeOrganisation.ACI, nom="Jardins exemple")
    fabrique.offre(aci, intitule="Ouvrier des espaces verts", heures_hebdo=Decimal(26), exemple=True)
    fabrique.offre(intitule="Maçon", debut=ctx.aujourdhui() + timedelta(days=90))
    fabrique.offre(intitule="Fermée", etat=EtatOffre.FERMEE)

    def noms(**filtres):
        page = client.get("/offres", query_string=filtres).text
        return {n for n in ("Ouvrier des espaces verts", "Maçon</a>", "Fermée") if n in page}

    assert noms() == {"Ouvrier des espaces verts", "Maçon</a>"}
    assert noms(heures_max="30") == {"Ouvrier des espaces verts"}
    assert noms(type="entreprise") == {"Maçon</a>"}
    bientot = (ctx.aujourdhui() + timedelta(days=30)).isoformat()
    assert noms(debut_avant=bientot) == {"Ouvrier des espaces verts"}
    assert noms(q="jardin") == {"Ouvrier des espaces verts"}
    assert "exemple</span>" in client.get("/offres").text


def test_une_offre_fermee_n_a_plus_de_page(fabrique, client):
    ouverte = fabrique.offre()
    fermee = fabrique.offre(etat=EtatOffre.FERMEE)
    assert client.get(f"/offres/{ouverte.ref}").status_code == 200
    assert client.get(f"/offres/{fermee.ref}").status_code == 404


def test_l_offre_d_un_titulaire_ne_le_trahit_pas_aupres_des_visiteurs(fabrique, client, connecter):
    titulaire = fabrique.organisation(nom="Gros Œuvre Exemple Sud")
    marche = fabrique.marche(titulaire=titulaire)
    offre = fabrique.offre(titulaire, marche)
    assert marche.ref not in client.get(f"/offres/{offre.ref}").text
    assert offre.ref not in client.get(f"/marches/{marche.ref}").text
    navigateur = connecter(fabrique.referent())
    assert marche.ref in navigateur.get(f"/offres/{offre.ref}").text
    assert offre.ref in navigateur.get(f"/marches/{marche.ref}").text


def test_les_structures_se_trouvent_par_activite_et_distance(fabrique, client):
    verte = fabrique.organisation(
        TypeOrganisation.ACI, nom="Régie exemple", activites="Espaces verts, élagage", code_insee="34145"
    )
    fabrique.organisation(TypeOrganisation.ETTI, nom="Intérim exemple", code_insee="34032")
    fabrique.organisation(nom="Entreprise ordinaire")
    page = client.get("/structures?q=elagages").text
    assert "Régie exemple" in page
    assert "Intérim exemple" not in page
    page = client.get("/structures?commune=Montpellier&rayon=50").text
    assert "Régie exemple" in page
    assert "km" in page
    tout = client.get("/structures").text
    assert "Entreprise ordinaire" not in tout
    assert client.get(f"/structures/{verte.ref}").status_code == 200
    assert client.get("/structures/ORG-404").status_code == 404


def test_le_catalogue_fait_un_nombre_constant_de_requetes(fabrique, client, requetes):
    def compter(adresse):
        del requetes[:]
        assert client.get(adresse).status_code == 200
        return len(requetes)

    adresses = ("/marches", "/offres", "/structures", "/marches?vue=carte", "/marches?q=gros&commune=Montpellier")

    def peupler(nombre):
        for _ in range(nombre):
            structure = fabrique.organisation(TypeOrganisation.EI)
            fabrique.offre(structure, fabrique.marche())

    def mesurer(nombre):
        """What each page asks once the process knows of the changes."""
        peupler(nombre)
        for adresse in adresses:
            client.get(adresse)
        return [compter(a) for a in adresses]

    avant = mesurer(2)
    assert mesurer(10) == avant
    assert max(avant[:3]) <= 13
    assert max(avant) <= 16


def test_les_listes_se_suivent_par_un_flux_qui_ne_dit_pas_plus_qu_elles(fabrique, client):
    titulaire = fabrique.organisation(nom="Gros Œuvre Exemple Sud")
    fabrique.marche(titulaire=titulaire, intitule="Peinture & sols <lot 1>", code_insee="34145")
    fabrique.marche(intitule="Toiture", code_insee="34032")
    fabrique.offre(intitule="Maçon")
    reponse = client.get("/marches.atom?commune=Lunel&rayon=10")
    assert reponse.mimetype == "application/atom+xml"
    flux = ET.fromstring(reponse.data)
    titres = [e.text for e in flux.iter("{http://www.w3.org/2005/Atom}title")]
    assert titres[1:] == ["Peinture & sols <lot 1>"]
    assert "Gros Œuvre Exemple Sud" not in reponse.text
    offres = ET.fromstring(client.get("/offres.atom").data)
    assert len(list(offres.iter("{http://www.w3.org/2005/Atom}entry"))) == 1
    assert "/marches.atom" in client.get("/marches").text

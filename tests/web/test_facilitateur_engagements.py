"""The pages of what is dated around a marché, as a facilitateur uses them."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from marketplace.comptes.models import TypeOrganisation
from marketplace.marches.rules.etats import EtatMarche


@pytest.fixture
def page(fabrique, connecter):
    fabrique.territoire()
    return connecter(fabrique.facilitateur())


def lire(page, adresse):
    reponse = page.get(adresse)
    assert reponse.status_code == 200, adresse
    return reponse.get_data(as_text=True)


def envoyer(page, adresse, **champs):
    """What the browser does: the version of the form, then the fields typed; the page one lands on."""
    version = re.search(r'name="version" type="hidden" value="(\d+)"', lire(page, adresse))
    depart = {"version": version[1]} if version else {}
    return page.post(adresse, data=depart | champs, follow_redirects=True)


def poster(page, adresse):
    return page.post(adresse, follow_redirects=True).get_data(as_text=True)


def test_un_accord_cadre_se_declare_puis_recoit_ses_bons(fabrique, page):
    marche = fabrique.marche(0, montant_ht=None)
    adresse = f"/facilitateur/marches/{marche.ref}"
    assert "bon-de-commande" not in lire(page, adresse)
    envoyer(page, f"{adresse}/forme", forme="bons_de_commande", heures_par_millier="1,2")
    jour = fabrique.jour.isoformat()
    bon = f"{adresse}/engagements/bon-de-commande/nouveau"
    reponse = envoyer(page, bon, numero="BC 7", compte_le=jour, montant_ht="412 500", lieu="Lunel")
    texte = reponse.get_data(as_text=True)
    assert "Bon de commande n° BC 7" in texte
    assert "1,2\u202fh" in texte.replace("\u00a0", "\u202f").replace("1,2 h", "1,2\u202fh")
    assert "495" in texte
    refus = envoyer(page, bon, numero="BC 7", compte_le=jour, montant_ht="10")
    assert refus.status_code == 422
    assert "déjà pris" in refus.get_data(as_text=True)
    assert 'value="BC 7"' in refus.get_data(as_text=True)


def test_une_reconduction_s_ajoute_se_decide_et_se_retire(fabrique, page):
    marche = fabrique.marche(600)
    adresse = f"/facilitateur/marches/{marche.ref}"
    debut = marche.date_fin + timedelta(days=1)
    champs = {"numero": "2", "debut": debut.isoformat(), "fin": (debut + timedelta(days=364)).isoformat()}
    texte = envoyer(page, f"{adresse}/engagements/reconduction/nouveau", heures="600", **champs).get_data(as_text=True)
    assert "Pas encore reconduite : ne compte pas" in texte
    lien = texte.split(f'href="{adresse}/engagements/')[1].split('"')[0]
    decidee = {"heures": "600", "compte_le": fabrique.jour.isoformat()}
    texte = envoyer(page, f"{adresse}/engagements/{lien}", **champs, **decidee).get_data(as_text=True)
    assert "Reconduite le" in texte
    assert "1\u202f200" in texte
    texte = poster(page, f"{adresse}/engagements/{lien}/retirer")
    assert "Reconduite le" not in texte
    assert "a retiré : reconduction n° 2" in texte


def test_un_avenant_muet_dit_que_l_objectif_ne_change_pas(fabrique, page):
    marche = fabrique.marche(800, montant_ht=Decimal(1_000_000))
    adresse = f"/facilitateur/marches/{marche.ref}"
    champs = {"signe_le": fabrique.jour.isoformat(), "document": "avenant1.pdf", "montant_apres": "1150000"}
    texte = envoyer(page, f"{adresse}/avenants/nouveau", effet="muet", **champs).get_data(as_text=True)
    assert "reste le même" in texte
    assert "Avenant n° 1" in texte
    texte = envoyer(page, f"{adresse}/avenants/nouveau", effet="prorata", **champs).get_data(as_text=True)
    assert "800\u202fh devient" in texte.replace("\u00a0", "\u202f") or "Avenant n° 2" in texte
    refus = envoyer(page, f"{adresse}/avenants/nouveau", effet="fixe", signe_le=fabrique.jour.isoformat(), document="a")
    assert refus.status_code == 422
    assert "nouvel objectif" in refus.get_data(as_text=True)


def test_un_transfert_ouvre_le_marche_qui_continue(fabrique, page):
    marche = fabrique.marche(1000)
    adresse = f"/facilitateur/marches/{marche.ref}"
    champs = {"jour": fabrique.jour.isoformat(), "cause": "liquidation", "document": "jugement"}
    texte = envoyer(page, f"{adresse}/transfert", titulaire="Repreneur exemple", **champs).get_data(as_text=True)
    assert "Repreneur exemple" in texte
    assert "Suite du" in texte
    assert "Transféré le" in lire(page, adresse)
    assert "Transférer ce marché" not in lire(page, adresse)


def test_une_intervention_se_prevoit_et_se_corrige(fabrique, page):
    marche = fabrique.marche(1000)
    adresse = f"/facilitateur/marches/{marche.ref}"
    champs = {"debut": marche.date_debut.isoformat(), "fin": marche.date_fin.isoformat(), "personnes": "2"}
    texte = envoyer(page, f"{adresse}/interventions/nouvelle", heures="900", **champs).get_data(as_text=True)
    assert "Interventions prévues" in texte
    lien = texte.split(f'href="{adresse}/interventions/')[1].split('"')[0]
    texte = envoyer(page, f"{adresse}/interventions/{lien}", heures="950", **champs).get_data(as_text=True)
    assert "950" in texte
    refus = envoyer(page, f"{adresse}/interventions/{lien}", heures="-1", **champs)
    assert refus.status_code == 422


def test_les_etapes_disent_ce_qui_vient_et_se_cochent(fabrique, page):
    jour = fabrique.jour - timedelta(days=40)
    marche = fabrique.marche(500, date_notification=jour, date_debut=jour)
    adresse = f"/facilitateur/marches/{marche.ref}"
    assert "En retard" in lire(page, adresse)
    texte = poster(page, f"{adresse}/etapes/titulaire_contacte")
    assert "✓ Titulaire contacté" in texte
    assert "a coché « Titulaire contacté »" in lire(page, adresse)
    texte = poster(page, f"{adresse}/etapes/titulaire_contacte/decocher")
    assert "○ Titulaire contacté" in texte
    assert page.post(f"{adresse}/etapes/rien").status_code == 404


def test_le_second_compteur_se_lit_a_cote_de_l_objectif(fabrique, page):
    marche = fabrique.marche(1500)
    adresse = f"/facilitateur/marches/{marche.ref}"
    texte = envoyer(page, f"{adresse}/npnru", volet="travaux", heures_travaillees="20000").get_data(as_text=True)
    assert "Habitants de quartiers prioritaires" in texte
    assert "sur 1\u202f000" in texte.replace("\u00a0", " ").replace("1 000", "1\u202f000")


def test_l_etude_demande_sa_conclusion_et_la_notification_son_titulaire(fabrique, page):
    marche = fabrique.marche(0, etat=EtatMarche.A_ETUDIER, date_notification=None, titulaire_id=None)
    adresse = f"/facilitateur/marches/{marche.ref}"
    assert 'name="titulaire"' not in lire(page, f"{adresse}/etat")
    champs = {"etat": "etudie", "jour": fabrique.jour.isoformat(), "clausable": "non", "motif": "Trop court"}
    texte = envoyer(page, f"{adresse}/etat", **champs).get_data(as_text=True)
    assert "non clausable" in texte
    consulte = fabrique.marche(300, etat=EtatMarche.EN_CONSULTATION, date_notification=None, titulaire_id=None)
    adresse = f"/facilitateur/marches/{consulte.ref}"
    champs = {"etat": "notifie", "jour": fabrique.jour.isoformat()}
    refus = envoyer(page, f"{adresse}/etat", titulaire="", **champs)
    assert refus.status_code == 422
    assert 'id="titulaire-erreur"' in refus.get_data(as_text=True)
    texte = envoyer(page, f"{adresse}/etat", titulaire="Gros œuvre exemple", **champs).get_data(as_text=True)
    assert "Gros œuvre exemple" in texte
    assert "Noter l&#39;ordre de démarrage" in texte


def test_le_montant_ttc_reste_a_part_et_ne_passe_pas_sous_le_ht(fabrique, page):
    ville = fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Ville exemple")
    champs = {"intitule": "Lot", "acheteur": ville.nom, "secteur": "Bâtiment", "nature": "travaux", "etat": "a_etudier"}
    refus = envoyer(page, "/facilitateur/marches/nouveau", montant_ht="100", montant_ttc="80", **champs)
    assert refus.status_code == 422
    assert 'id="montant_ttc-erreur"' in refus.get_data(as_text=True)
    texte = envoyer(page, "/facilitateur/marches/nouveau", montant_ht="100", montant_ttc="120", **champs)
    assert "120\u202f€ TTC" in texte.get_data(as_text=True).replace("\u00a0", "\u202f")


def test_un_arret_note_par_erreur_se_retire(ctx, fabrique, page):
    marche = fabrique.marche()
    adresse = f"/facilitateur/marches/{marche.ref}"
    jour = fabrique.jour - timedelta(days=20)
    texte = envoyer(page, f"{adresse}/arret", debut=jour.isoformat(), fin=fabrique.jour.isoformat(), motif="Erreur")
    lien = texte.get_data(as_text=True).split(f'action="{adresse}/arrets/')[1].split('"')[0]
    texte = poster(page, f"{adresse}/arrets/{lien}")
    assert "Arrêt retiré." in texte
    assert "<h3>Arrêts</h3>" not in texte
    suspendu = fabrique.marche()
    adresse = f"/facilitateur/marches/{suspendu.ref}"
    champs = {"etat": "suspendu", "jour": fabrique.jour.isoformat(), "motif": "Intempéries"}
    texte = envoyer(page, f"{adresse}/etat", **champs).get_data(as_text=True)
    lien = texte.split(f'action="{adresse}/arrets/')[1].split('"')[0]
    assert "Le marché est suspendu" in poster(page, f"{adresse}/arrets/{lien}")

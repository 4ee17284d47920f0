"""What a browser that came by a link may open: the declarations of its firm. Everywhere else it is a visitor."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.heures.models import EtatDeclaration
from marketplace.heures.taches import ouvrir_declarations
from marketplace.web.socle.acces import PUBLIC
from tests.architecture.test_routes import adresse, regles, roles
from tests.conftest import Horloge, MessagerTemoin
from tests.heures.conftest import Chantier
from tests.heures.conftest import chantier as chantier  # noqa: PLC0414
from tests.heures.test_liens import code_recu, lien_du_dernier_courriel

# One's own file is another way to declare: its pages are in reach too, and nothing else is.
OUVERTES = {
    "employeur_declarations.liste",
    "employeur_declarations.saisir",
    "employeur_declarations.envoyer",
    "employeur_declarations.reprendre_saisie",
    "employeur_pieces.deposer",
    "employeur_pieces.montrer",
    "public_connexion.etat_session",
    "public_connexion.deconnexion",
}


@pytest.fixture
def par_lien(chantier: Chantier, client: FlaskClient, messager: MessagerTemoin) -> FlaskClient:
    """A visitor who followed the mail, asked for the code and typed it."""
    chantier.contrat = chantier.salarie()
    ouvrir_declarations(chantier.ctx, date(2026, 11, 1))
    lien = f"/declarer/{lien_du_dernier_courriel(chantier)}"
    accueil = client.get(lien)
    assert "Bâti Exemple" in accueil.text
    assert not messager.envoyes
    assert client.post(f"{lien}/code").headers["Location"].endswith("/code")
    assert "Tapez le code" in client.get(f"{lien}/code").text
    faux = client.post(lien, data={"code": "12"})
    assert faux.status_code == 422
    assert "essais" in unescape(faux.text)
    ouverte = client.post(lien, data={"code": code_recu(messager)})
    assert ouverte.headers["Location"].endswith("/employeur/declarations?premiere=1")
    seule = client.get(ouverte.headers["Location"])
    assert f"/{chantier.marche.ref}/2026-10" in seule.headers["Location"]
    assert client.get(seule.headers["Location"]).status_code == 200
    return client


def test_le_lien_ouvre_la_declaration_et_la_signe(chantier: Chantier, par_lien: FlaskClient) -> None:
    page = unescape(par_lien.get("/employeur/declarations").text)
    assert "Octobre 2026" in page
    assert "Mon compte" not in page
    assert "Confier les déclarations" not in page
    menu = re.findall(r'<li><a href="([^"]+)"', page.partition("<main")[0])
    assert set(menu) == {"/employeur/declarations"}
    grille = f"/employeur/declarations/{chantier.marche.ref}/2026-10"
    assert par_lien.get(grille).status_code == 200
    envoi = {f"h-{chantier.contrat.ref}": "70", "signataire": "D. Exemple", "version": "1"}
    assert par_lien.post(grille, data=envoi).status_code == 302
    (ligne,) = chantier.lignes()
    assert chantier.lire(ligne.declaration_id).etat is EtatDeclaration.DECLAREE


def test_aucune_autre_page_ne_s_ouvre(app: Flask, par_lien: FlaskClient) -> None:
    """Every route of the product, one by one."""
    vues = {r.endpoint for r in regles(app) if getattr(app.view_functions[r.endpoint], "par_lien", False)}
    assert {v for v in vues if not v.startswith("employeur_fichier_heures.")} == OUVERTES
    for regle in regles(app):
        if regle.endpoint in vues or roles(app, regle) == PUBLIC:
            continue
        methode = "GET" if "GET" in (regle.methods or ()) else "POST"
        reponse = par_lien.open(adresse(regle), method=methode)
        assert reponse.status_code == 302, regle
        assert "/connexion" in reponse.headers["Location"], regle


def test_sur_les_pages_publiques_c_est_un_visiteur(par_lien: FlaskClient) -> None:
    page = par_lien.get("/").text
    assert "Se déconnecter" not in page
    assert "Se connecter" in page


def test_le_marche_d_un_autre_reste_introuvable(chantier: Chantier, par_lien: FlaskClient) -> None:
    autre = chantier.fabrique.organisation()
    marche = chantier.fabrique.marche(titulaire=autre)
    chantier.salarie(employeur=autre, marche=marche)
    chantier.declaration(employeur=autre, marche=marche)
    assert par_lien.get(f"/employeur/declarations/{marche.ref}/2026-10").status_code == 404


def test_se_deconnecter_ferme_l_acces_sur_le_serveur(par_lien: FlaskClient) -> None:
    with par_lien.session_transaction() as session:
        secret = session["lien"]
    par_lien.post("/deconnexion")
    with par_lien.session_transaction() as session:
        session["lien"], session["debut"], session["vu"] = secret, 1795248000, 1795248000
    assert "/connexion" in par_lien.get("/employeur/declarations").headers["Location"]


def test_l_acces_se_ferme_sans_activite_et_le_dit(par_lien: FlaskClient, horloge: Horloge) -> None:
    horloge.avancer(minutes=31)
    reponse = par_lien.get("/employeur/declarations", follow_redirects=True)
    assert "Rouvrez le lien du courriel" in reponse.text


def test_un_lien_ferme_le_dit(client: FlaskClient) -> None:
    for methode, chemin in (("GET", "/declarer/x"), ("POST", "/declarer/x/code"), ("GET", "/declarer/x/code")):
        reponse = client.open(chemin, method=methode)
        assert reponse.status_code == 410
        assert "n'est plus valable" in unescape(reponse.text)


def test_l_employeur_nomme_et_retire_un_delegue(chantier: Chantier, connecter) -> None:
    chantier.salarie()
    client = connecter(chantier.chapeau_employeur)
    envoi = {"nom": "Compta Exemple", "courriel": "compta@exemple.invalid", "marches": [chantier.marche.ref]}
    assert client.post("/employeur/delegues", data=envoi).status_code == 302
    page = unescape(client.get("/employeur/delegues").text)
    assert "Retirer Compta Exemple" in page
    assert chantier.marche.intitule in page
    adresse_retrait = re.search(r'action="(/employeur/delegues/\d+/retirer)"', page)[1]
    autre = connecter(chantier.fabrique.employeur())
    assert autre.post(adresse_retrait).status_code == 404
    client.post(adresse_retrait)
    assert "Vous seul déclarez" in unescape(client.get("/employeur/delegues").text)
    refus = client.post("/employeur/delegues", data={"nom": "X", "courriel": "x"})
    assert refus.status_code == 422
    assert "n'est pas complète" in unescape(refus.text)


def test_le_facilitateur_change_le_rythme_d_un_marche(chantier: Chantier, connecter) -> None:
    client = connecter(chantier.chapeau_facilitateur)
    chemin = f"/facilitateur/marches/{chantier.marche.ref}/declarations"
    assert "tous les mois" in client.get(chemin).text
    assert client.post(chemin, data={"rythme": "fin", "pieces": "", "mois": "2026-10-01"}).status_code == 422
    assert client.post(chemin, data={"rythme": "trimestriel", "pieces": "vue", "mois": "2026-11-01"}).status_code == 302
    page = unescape(client.get(chemin).text)
    assert "tous les trois mois" in page
    assert "Novembre 2026" in page


def test_le_facilitateur_renvoie_le_lien_une_fois_par_jour(chantier: Chantier, connecter, horloge: Horloge) -> None:
    chantier.salarie()
    declaration = chantier.declaration()
    client = connecter(chantier.chapeau_facilitateur)
    page = f"/facilitateur/heures/{declaration.id}"
    assert "Envoyer le lien pour déclarer" in client.get(page).text
    assert "Lien envoyé à 1 adresse" in unescape(client.post(f"{page}/lien", follow_redirects=True).text)
    assert "déjà parti" in unescape(client.post(f"{page}/lien", follow_redirects=True).text)
    assert lien_du_dernier_courriel(chantier)
    horloge.avancer(minutes=5)
    assert connecter(chantier.chapeau_employeur).post(f"{page}/lien").status_code == 404

"""The pages of signing in, of one's account, of acting for somebody."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.comptes import mots_de_passe, services
from marketplace.comptes.models import Affectation, TypeOrganisation, Utilisateur
from marketplace.comptes.roles import Role
from marketplace.contexte import Contexte
from marketplace.journal.models import Courriel
from tests.conftest import Horloge
from tests.fabrique import Fabrique

BON = "Grue#Verte82Xy!"
AUTRE = "Pelle&Bleue39Kz?"
EMPREINTE = mots_de_passe.hacher(BON)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def compte(fabrique: Fabrique, *roles: Role, **champs: object) -> Utilisateur:
    utilisateur = fabrique.utilisateur(**({"mot_de_passe": EMPREINTE} | champs))
    for role in roles or (Role.EMPLOYEUR,):
        fabrique.affectation(role, utilisateur=utilisateur)
    return utilisateur


def identifier(client: FlaskClient, utilisateur: Utilisateur, mot_de_passe: str = BON, **champs: str) -> object:
    return client.post("/connexion", data={"courriel": utilisateur.courriel, "mot_de_passe": mot_de_passe, **champs})


def code(ctx: Contexte, secret: str, dernier: int | None = None) -> str:
    return mots_de_passe.code_utilisable(secret, ctx.horloge(), dernier) or ""


def test_un_employeur_entre_et_sort(client: FlaskClient, fabrique: Fabrique) -> None:
    reponse = identifier(client, compte(fabrique))
    assert reponse.headers["Location"] == "/chez-moi"
    assert client.get("/mon-compte").status_code == 200
    cookie = client.get_cookie("place")
    assert cookie is not None
    client.post("/deconnexion")
    assert client.get("/mon-compte").status_code == 302
    client.set_cookie("place", cookie.value)
    assert client.get("/mon-compte").status_code == 302, "an old cookie must not open again"


def test_une_erreur_garde_l_adresse_et_ne_dit_pas_laquelle(client: FlaskClient, fabrique: Fabrique) -> None:
    utilisateur = compte(fabrique)
    reponse = identifier(client, utilisateur, "faux")
    assert reponse.status_code == 422
    page = reponse.text
    assert utilisateur.courriel in page
    assert "Adresse ou mot de passe inconnus" in page
    assert "faux" not in page


def test_on_revient_ou_on_allait(client: FlaskClient, fabrique: Fabrique) -> None:
    utilisateur = compte(fabrique)
    envoi = client.get("/mon-compte?x=1")
    assert envoi.headers["Location"] == "/connexion?suite=/mon-compte?x%3D1"
    assert identifier(client, utilisateur, suite="/mon-compte?x=1").headers["Location"] == "/mon-compte?x=1"


@pytest.mark.parametrize(
    "piege",
    [
        "https://ailleurs.invalid/",
        "//ailleurs.invalid/",
        "/\\ailleurs.invalid",
        "\\\\ailleurs.invalid",
        "javascript:alert(1)",
        "http:ailleurs.invalid",
        "/\tailleurs",
        " //ailleurs.invalid",
        "https:///ailleurs.invalid",
        "http://localhost.ailleurs.invalid/",
    ],
)
def test_aucune_redirection_ne_sort_du_site(client: FlaskClient, fabrique: Fabrique, piege: str) -> None:
    reponse = identifier(client, compte(fabrique), suite=piege)
    assert reponse.headers["Location"] == "/chez-moi"
    page = client.get("/connexion", query_string={"suite": piege})
    assert page.headers["Location"] == "/chez-moi"


def test_le_second_facteur_est_demande_avant_d_ouvrir(client: FlaskClient, ctx: Contexte, fabrique: Fabrique) -> None:
    utilisateur = compte(fabrique, Role.FACILITATEUR, totp_secret=SECRET)
    assert identifier(client, utilisateur).headers["Location"] == "/connexion/second-facteur"
    assert client.get("/mon-compte").status_code == 302
    assert client.post("/connexion/second-facteur", data={"code": "000000"}).status_code == 422
    assert client.get("/mon-compte").status_code == 302
    assert client.post("/connexion/second-facteur", data={"code": code(ctx, SECRET)}).status_code == 302
    assert client.get("/mon-compte").status_code == 200


def test_le_code_se_tape_dans_les_dix_minutes(
    client: FlaskClient, ctx: Contexte, fabrique: Fabrique, horloge: Horloge
) -> None:
    identifier(client, compte(fabrique, Role.FACILITATEUR, totp_secret=SECRET))
    horloge.avancer(minutes=11)
    reponse = client.post("/connexion/second-facteur", data={"code": code(ctx, SECRET)})
    assert reponse.headers["Location"] == "/connexion"
    assert client.get("/mon-compte").status_code == 302


def test_la_premiere_connexion_d_un_facilitateur_pose_son_second_facteur(
    client: FlaskClient, ctx: Contexte, fabrique: Fabrique
) -> None:
    utilisateur = compte(fabrique, Role.FACILITATEUR)
    identifier(client, utilisateur)
    page = client.get("/connexion/second-facteur").text
    assert "<svg" in page
    trouve = re.search(r'class="code">([A-Z2-7 ]+)<', page)
    assert trouve is not None
    secret = trouve.group(1).replace(" ", "")
    client.post("/connexion/second-facteur", data={"code": code(ctx, secret)})
    assert client.get("/mon-compte").status_code == 200
    with ctx.lecture() as s:
        assert s.get_one(Utilisateur, utilisateur.id).totp_secret == secret


def test_plusieurs_roles_se_choisissent_puis_se_changent(client: FlaskClient, fabrique: Fabrique) -> None:
    utilisateur = compte(fabrique, Role.REFERENT, Role.EMPLOYEUR)
    assert identifier(client, utilisateur).headers["Location"] == "/choisir-mon-role"
    assert client.get("/mon-compte").status_code == 302
    page = client.get("/choisir-mon-role").text
    hats = re.findall(r'name="affectation" value="(\d+)"', page)
    assert len(hats) == 2
    client.post("/choisir-mon-role", data={"affectation": hats[0]})
    assert '<span class="chapeau">Référent' in client.get("/mon-compte").text
    client.post("/choisir-mon-role", data={"affectation": hats[1]})
    assert '<span class="chapeau">Employeur' in client.get("/mon-compte").text


def test_le_role_d_un_autre_ne_se_prend_pas(client: FlaskClient, fabrique: Fabrique) -> None:
    autre = fabrique.facilitateur()
    identifier(client, compte(fabrique))
    assert client.post("/choisir-mon-role", data={"affectation": autre.id}).status_code == 404
    assert '<span class="chapeau">Employeur' in client.get("/mon-compte").text


def test_agir_pour_se_voit_sur_chaque_page_et_se_quitte(
    connecter: Callable[[Affectation], FlaskClient], fabrique: Fabrique
) -> None:
    employeur = fabrique.organisation(nom="Maçons du Lez (exemple)")
    client = connecter(fabrique.facilitateur())
    client.post("/agir-pour", data={"organisation": employeur.ref, "source": "telephone"})
    page = client.get("/mon-compte").text
    assert "Vous agissez pour le compte de" in page
    assert "Maçons du Lez (exemple)" in page
    assert "(téléphone)" in page
    assert client.post("/agir-pour", data={"organisation": employeur.ref, "source": "papier"}).status_code == 404
    client.post("/revenir-a-mon-role")
    assert "Vous agissez pour le compte de" not in client.get("/mon-compte").text


def test_agir_pour_un_referent_le_nomme(
    connecter: Callable[[Affectation], FlaskClient], ctx: Contexte, fabrique: Fabrique
) -> None:
    referent = fabrique.referent()
    with ctx.lecture() as s:
        nom = s.get_one(Utilisateur, referent.utilisateur_id).nom
    client = connecter(fabrique.facilitateur())
    client.post("/agir-pour", data={"affectation": referent.id, "source": "papier"})
    assert f"<strong>Camille {nom} (" in client.get("/mon-compte").text


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.FACILITATEUR])
def test_agir_pour_n_existe_que_pour_le_facilitateur(
    connecter: Callable[[Affectation], FlaskClient], fabrique: Fabrique, role: Role
) -> None:
    client = connecter(fabrique.affectation(role))
    ref = fabrique.organisation().ref
    assert client.post("/agir-pour", data={"organisation": ref, "source": "papier"}).status_code == 404


def test_une_organisation_d_ailleurs_est_introuvable(
    connecter: Callable[[Affectation], FlaskClient], fabrique: Fabrique
) -> None:
    client = connecter(fabrique.facilitateur())
    ref = fabrique.organisation(territoire_id=fabrique.territoire("gard", nom="Gard").id).ref
    assert client.post("/agir-pour", data={"organisation": ref, "source": "papier"}).status_code == 404


def test_la_session_se_ferme_apres_trente_minutes_et_le_dit(
    client: FlaskClient, fabrique: Fabrique, horloge: Horloge
) -> None:
    identifier(client, compte(fabrique))
    horloge.avancer(minutes=29)
    assert client.get("/mon-compte").status_code == 200
    horloge.avancer(minutes=29)
    assert client.get("/mon-compte").status_code == 200
    horloge.avancer(minutes=31)
    assert client.get("/session").json == {"ouverte": False, "reste": 0, "csrf": ""}
    reponse = client.get("/mon-compte", follow_redirects=True)
    assert "Se connecter" in reponse.text


def test_l_expiration_est_dite_sur_la_page_de_connexion(
    client: FlaskClient, fabrique: Fabrique, horloge: Horloge
) -> None:
    identifier(client, compte(fabrique))
    horloge.avancer(minutes=31)
    page = client.get("/mon-compte", follow_redirects=True).text
    assert "Votre session s&#39;est fermée" in page


def test_la_session_dure_douze_heures_au_plus(client: FlaskClient, fabrique: Fabrique, horloge: Horloge) -> None:
    identifier(client, compte(fabrique))
    for _ in range(25):
        horloge.avancer(minutes=28)
        assert client.get("/mon-compte").status_code == 200
    horloge.avancer(minutes=25)
    assert client.get("/mon-compte").status_code == 302


def test_la_page_sait_combien_de_temps_il_reste(client: FlaskClient, fabrique: Fabrique) -> None:
    identifier(client, compte(fabrique))
    assert 'data-session-minutes="30"' in client.get("/mon-compte").text
    etat = client.get("/session").json
    assert etat is not None
    assert (etat["ouverte"], etat["reste"]) == (True, 1800)


def test_un_compte_desactive_sort_a_la_page_suivante(client: FlaskClient, ctx: Contexte, fabrique: Fabrique) -> None:
    utilisateur = compte(fabrique)
    identifier(client, utilisateur)
    admin = fabrique.acteur(fabrique.administrateur())
    services.desactiver(ctx, admin, utilisateur.id)
    assert client.get("/mon-compte").status_code == 302


def test_le_lien_oublie_s_ouvre_et_ne_sert_qu_une_fois(client: FlaskClient, ctx: Contexte, fabrique: Fabrique) -> None:
    utilisateur = compte(fabrique)
    textes = {
        client.post("/mot-de-passe-oublie", data={"courriel": c}, follow_redirects=True).text
        for c in (utilisateur.courriel, "inconnu@exemple.invalid")
    }
    assert len(textes) == 1
    with ctx.lecture() as s:
        corps = s.scalars(select(Courriel.corps)).one()
    chemin = re.search(r"(/mot-de-passe/\S+)", corps)
    assert chemin is not None
    lien = chemin.group(1)
    assert client.get(lien).status_code == 200
    assert client.get(lien).status_code == 200, "looking does not spend it"
    faible = client.post(lien, data={"mot_de_passe": "court", "encore": "court"})
    assert faible.status_code == 422
    assert "il en faut au moins 14" in faible.text
    assert client.post(lien, data={"mot_de_passe": AUTRE, "encore": BON}).status_code == 422
    assert client.post(lien, data={"mot_de_passe": AUTRE, "encore": AUTRE}).status_code == 302
    assert client.post(lien, data={"mot_de_passe": BON, "encore": BON}).status_code == 410
    assert client.get(lien).status_code == 410
    assert identifier(client, utilisateur, AUTRE).headers["Location"] == "/chez-moi"


def test_changer_son_mot_de_passe_garde_sa_session(app: Flask, client: FlaskClient, fabrique: Fabrique) -> None:
    utilisateur = compte(fabrique)
    ailleurs = app.test_client()
    identifier(client, utilisateur)
    identifier(ailleurs, utilisateur)
    reponse = client.post("/mon-compte", data={"ancien": "faux", "mot_de_passe": AUTRE, "encore": AUTRE})
    assert reponse.status_code == 422
    assert "mot de passe actuel" in reponse.text
    client.post("/mon-compte", data={"ancien": BON, "mot_de_passe": AUTRE, "encore": AUTRE})
    assert client.get("/mon-compte").status_code == 200
    assert ailleurs.get("/mon-compte").status_code == 302


def test_mettre_en_place_son_second_facteur(client: FlaskClient, ctx: Contexte, fabrique: Fabrique) -> None:
    utilisateur = compte(fabrique)
    identifier(client, utilisateur)
    page = client.get("/mon-compte/second-facteur").text
    trouve = re.search(r'class="code">([A-Z2-7 ]+)<', page)
    assert trouve is not None
    secret = trouve.group(1).replace(" ", "")
    refus = client.post("/mon-compte/second-facteur", data={"code": code(ctx, secret), "mot_de_passe": "faux"})
    assert refus.status_code == 422
    client.post("/mon-compte/second-facteur", data={"code": code(ctx, secret), "mot_de_passe": BON})
    with ctx.lecture() as s:
        assert s.get_one(Utilisateur, utilisateur.id).totp_secret == secret


def test_la_demonstration_offre_ses_comptes_en_un_clic(
    app: Flask, ctx: Contexte, client: FlaskClient, fabrique: Fabrique
) -> None:
    demo = compte(fabrique, Role.FACILITATEUR, demonstration=True, totp_secret=SECRET)
    vrai = compte(fabrique)
    assert demo.courriel not in client.get("/connexion").text
    assert client.post("/connexion/demonstration", data={"utilisateur": demo.id}).status_code == 404
    ctx.config = replace(ctx.config, mode_demo=True)
    page = client.get("/connexion").text
    assert demo.courriel in page
    assert vrai.courriel not in page
    assert client.post("/connexion/demonstration", data={"utilisateur": vrai.id}).status_code == 404
    assert client.post("/connexion/demonstration", data={"utilisateur": "zut"}).status_code == 404
    assert client.post("/connexion/demonstration", data={"utilisateur": demo.id}).status_code == 302
    assert client.get("/mon-compte").status_code == 200
    autre = app.test_client()
    identifier(autre, demo)
    montre = re.search(r'<strong class="code">(\d{6})</strong>', autre.get("/connexion/second-facteur").text)
    assert montre is not None
    assert autre.post("/connexion/second-facteur", data={"code": montre.group(1)}).status_code == 302
    ctx.config = replace(ctx.config, mode_demo=False)
    assert client.get("/mon-compte").status_code == 302, "out of demonstration mode, an open session closes"


def test_le_code_ne_s_affiche_jamais_pour_un_vrai_compte(
    ctx: Contexte, client: FlaskClient, fabrique: Fabrique
) -> None:
    ctx.config = replace(ctx.config, mode_demo=True)
    identifier(client, compte(fabrique, Role.FACILITATEUR, totp_secret=SECRET))
    assert 'class="code"' not in client.get("/connexion/second-facteur").text


def test_une_organisation_non_verifiee_entre_sans_voir_personne(
    connecter: Callable[[Affectation], FlaskClient], fabrique: Fabrique, ctx: Contexte
) -> None:
    hat = fabrique.affectation(Role.EMPLOYEUR, fabrique.organisation(TypeOrganisation.GEIQ, verifiee_le=None))
    client = connecter(hat)
    assert client.get("/mon-compte").status_code == 200
    with client.session_transaction() as session:
        acteur = services.acteur_de_session(ctx, dict(session))
    assert acteur is not None
    assert not acteur.organisation_verifiee

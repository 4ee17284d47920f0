"""Headers, CSRF, cookies, rate limits, health."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from marketplace.app import create_app, creer_contexte
from marketplace.config import Config
from marketplace.contexte import Contexte
from marketplace.journal.models import BattementPlanificateur
from tests.conftest import Horloge, MessagerTemoin
from tests.fabrique import Fabrique


@pytest.fixture
def stricte(ctx: Contexte) -> Flask:
    """The application with CSRF on."""
    application = create_app(ctx)
    application.config.update(TESTING=True)
    return application


def test_la_politique_de_contenu_est_stricte(client: FlaskClient, fabrique: Fabrique) -> None:
    fabrique.territoire()
    politiques = [client.get("/").headers["Content-Security-Policy"] for _ in range(2)]
    for morceau in (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ):
        assert morceau in politiques[0]
    assert "unsafe" not in politiques[0]
    assert politiques[0] != politiques[1], "a nonce serves once"
    entetes = client.get("/").headers
    assert entetes["X-Content-Type-Options"] == "nosniff"
    assert entetes["Referrer-Policy"] == "same-origin"


def test_rien_ne_vient_d_ailleurs_et_aucun_style_en_ligne(client: FlaskClient, fabrique: Fabrique) -> None:
    fabrique.territoire()
    for adresse in (
        "/",
        "/connexion",
        "/clause-sociale",
        "/accessibilite",
        "/donnees-personnelles",
        "/contact",
        "/sources",
    ):
        page = client.get(adresse)
        assert page.status_code == 200, adresse
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page.text), adresse
        assert " style=" not in page.text, adresse
        assert not re.search(r"<script(?![^>]*src=)", page.text), adresse


def test_un_formulaire_sans_jeton_recoit_une_page_en_francais(stricte: Flask) -> None:
    reponse = stricte.test_client().post("/connexion", data={"courriel": "a@b.fr", "mot_de_passe": "x"})
    assert reponse.status_code == 400
    assert "Page restée ouverte trop longtemps" in reponse.text


def test_avec_son_jeton_le_formulaire_passe(stricte: Flask) -> None:
    client = stricte.test_client()
    jeton = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/connexion").text)
    assert jeton is not None
    donnees = {"courriel": "a@b.fr", "mot_de_passe": "x", "csrf_token": jeton.group(1)}
    assert client.post("/connexion", data=donnees).status_code == 422


def test_apres_une_expiration_le_meme_compte_peut_envoyer_ce_qu_il_avait_ecrit(
    stricte: Flask, ctx: Contexte, fabrique: Fabrique, horloge: Horloge
) -> None:
    """Back in the browser's history, the form of before the expiry is still accepted."""
    from marketplace.comptes import mots_de_passe

    mot = "Grue#Verte82Xy!"
    utilisateur = fabrique.utilisateur(mot_de_passe=mots_de_passe.hacher(mot))
    fabrique.employeur(utilisateur=utilisateur)
    client = stricte.test_client()

    def jeton(adresse: str) -> str:
        trouve = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(adresse).text)
        assert trouve is not None
        return trouve.group(1)

    def entrer() -> None:
        donnees = {"courriel": utilisateur.courriel, "mot_de_passe": mot, "csrf_token": jeton("/connexion")}
        assert client.post("/connexion", data=donnees).status_code == 302

    entrer()
    ecrit = {"ancien": mot, "mot_de_passe": "court", "encore": "court", "csrf_token": jeton("/mon-compte")}
    horloge.avancer(minutes=31)
    tardif = client.post("/mon-compte", data=ecrit, headers={"Referer": "http://localhost/mon-compte"})
    assert tardif.headers["Location"] == "/connexion?suite=/mon-compte"
    entrer()
    assert client.post("/mon-compte", data=ecrit).status_code == 422


def test_le_temoin_de_connexion_est_protege(config: Config, ctx: Contexte, fabrique: Fabrique) -> None:
    fabrique.territoire()
    ctx.config = replace(config, https=True)
    reponse = create_app(ctx).test_client().get("/connexion", base_url="https://localhost")
    temoin = reponse.headers["Set-Cookie"]
    assert "HttpOnly" in temoin
    assert "Secure" in temoin
    assert "SameSite=Lax" in temoin
    assert "max-age=31536000" in reponse.headers["Strict-Transport-Security"]


def test_une_page_connectee_ne_reste_pas_en_cache(connecter, fabrique: Fabrique) -> None:
    assert connecter(fabrique.employeur()).get("/mon-compte").headers["Cache-Control"] == "no-store"


def test_les_debits_se_comptent_ensemble_entre_deux_processus(
    ctx: Contexte, config: Config, horloge: Horloge, messager: MessagerTemoin
) -> None:
    """Two applications with their own engines on one base: what one counts, the other sees."""
    ctx.config = replace(config, limites_actives=True)
    autre = creer_contexte(ctx.config, maintenant=horloge, messager=messager)
    clients = []
    for contexte in (ctx, autre):
        application = create_app(contexte)
        application.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        clients.append(application.test_client())
    codes = [
        clients[i % 2].post("/mot-de-passe-oublie", data={"courriel": "a@exemple.invalid"}).status_code
        for i in range(6)
    ]
    assert codes == [302] * 5 + [429]
    page = clients[0].post("/mot-de-passe-oublie", data={"courriel": "a@exemple.invalid"})
    assert "Trop d&#39;essais" in page.text
    horloge.avancer(minutes=15, seconds=1)
    assert clients[1].post("/mot-de-passe-oublie", data={"courriel": "a@exemple.invalid"}).status_code == 302
    autre.sessions.kw["bind"].dispose()


def test_la_connexion_est_limitee(ctx: Contexte, config: Config) -> None:
    ctx.config = replace(config, limites_actives=True)
    application = create_app(ctx)
    application.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    client = application.test_client()
    codes = {client.post("/connexion", data={}).status_code for _ in range(30)}
    assert codes == {422}
    assert client.post("/connexion", data={}).status_code == 429


def test_la_recherche_publique_est_limitee_pas_la_liste(ctx: Contexte, config: Config, fabrique: Fabrique) -> None:
    fabrique.territoire()
    ctx.config = replace(config, limites_actives=True)
    application = create_app(ctx)
    application.config.update(TESTING=True)
    client = application.test_client()
    assert [client.get("/offres?q=macon").status_code for _ in range(120)] == [200] * 120
    assert client.get("/offres?q=macon").status_code == 429
    assert client.get("/offres").status_code == 200


def test_une_page_inconnue_est_en_francais(client: FlaskClient) -> None:
    reponse = client.get("/nulle-part")
    assert reponse.status_code == 404
    assert "Page introuvable" in reponse.text
    assert client.get("/deconnexion").status_code == 405


def test_l_icone_repond(client: FlaskClient) -> None:
    reponse = client.get("/favicon.ico")
    assert (reponse.status_code, reponse.mimetype) == (200, "image/svg+xml")
    assert reponse.data.startswith(b"<svg")


def test_la_sante_se_lit(client: FlaskClient, ctx: Contexte, horloge: Horloge) -> None:
    assert client.get("/healthz").json == {"etat": "ok"}
    reponse = client.get("/readyz")
    assert (reponse.status_code, reponse.json["planificateur"]) == (503, "silencieux")
    with ctx.transaction() as s:
        s.add(BattementPlanificateur(id=1, quand=ctx.horloge()))
    assert client.get("/readyz").status_code == 200
    horloge.avancer(minutes=4)
    assert client.get("/readyz").status_code == 503
    ctx.config = replace(ctx.config, mode_demo=True)
    assert client.get("/readyz").status_code == 200


def test_une_base_d_une_autre_version_n_est_pas_prete(client: FlaskClient, ctx: Contexte) -> None:
    ctx.config = replace(ctx.config, mode_demo=True)
    with ctx.transaction() as s:
        s.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        s.execute(text("INSERT INTO alembic_version VALUES ('0000_autre')"))
    reponse = client.get("/readyz")
    assert (reponse.status_code, reponse.json["migrations"]) == (503, "à mettre à jour")


def test_les_suggestions_de_communes_sont_en_json(client: FlaskClient, fabrique: Fabrique) -> None:
    fabrique.territoire()
    assert client.get("/suggestions/communes?q=lun").json[0] == {"valeur": "34145", "libelle": "Lunel (34)"}
    assert client.get("/suggestions/communes").json == []
    assert client.get("/suggestions/communes", query_string={"q": "😀" * 500}).json == []

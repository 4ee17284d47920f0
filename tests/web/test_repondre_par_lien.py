"""The link of the mail: it shows without a name, opening it changes nothing, one click answers, then it closes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.comptes.models import Affectation
from marketplace.journal.models import Courriel, Evenement, LecturePersonne
from marketplace.propositions.models import EtatProposition, Proposition
from marketplace.propositions.rules import Transition
from marketplace.propositions.services import annuler, proposer, repondre
from tests.web.test_propositions_parcours import INTERDITS, texte

pytestmark = pytest.mark.usefixtures("vrai_moteur")


class Scene:
    def __init__(self, ctx, fabrique):
        self.ctx = ctx
        self.organisation = fabrique.organisation(nom="Bâtir exemple")
        self.offre = fabrique.offre(self.organisation)
        self.chapeau = fabrique.employeur(self.organisation)
        self.employeur = fabrique.acteur(self.chapeau)
        referent = fabrique.referent()
        self.referent = fabrique.acteur(referent)
        self.samira = fabrique.personne(referent, telephone="06 00 00 00 01", code_insee="34145")
        self.creneau = ctx.horloge() + timedelta(days=4)
        self.ref = self.proposer()

    def proposer(self):
        return proposer(
            self.ctx,
            self.referent,
            self.offre.ref,
            self.samira.ref,
            accord_canal="entretien",
            creneau=self.creneau,
            lieu="Base vie",
            mot="Samira est motivée",
        )

    def lien(self):
        with self.ctx.lecture() as s:
            corps = s.scalars(select(Courriel.corps).order_by(Courriel.id.desc())).first()
        return re.search(r"(/repondre/\S+)", corps).group(1)

    def etat(self):
        with self.ctx.lecture() as s:
            return s.scalar(select(Proposition.etat))


@pytest.fixture
def scene(ctx, fabrique):
    return Scene(ctx, fabrique)


def version(page):
    return re.search(r'name="version" value="(\d+)"', page.get_data(as_text=True)).group(1)


def test_ouvrir_le_lien_ne_repond_pas_et_ne_nomme_personne(scene, client, ctx):
    lien = scene.lien()
    for methode in (client.get, client.head):
        assert methode(lien).status_code == 200
    page = client.get(lien)
    lu = texte(page)
    assert scene.etat() is EtatProposition.PROPOSEE
    assert "Maçon" in lu
    assert "mercredi 25 novembre" in lu
    for interdit in ("Samira", scene.samira.nom, "06 00 00 00 01", "Lunel", "motivée"):
        assert interdit not in page.get_data(as_text=True)
    assert not INTERDITS.search(lu)
    with ctx.lecture() as s:
        lectures = s.scalars(select(LecturePersonne).where(LecturePersonne.finalite.contains("lien du courriel"))).all()
    assert lectures
    assert not any(x.nommee for x in lectures)


def test_un_clic_accepte_le_rendez_vous_propose(scene, client, ctx):
    lien = scene.lien()
    donnees = {"reponse": "rencontrer", "garder": "oui", "version": version(client.get(lien))}
    assert client.post(lien, data=donnees).status_code == 302
    assert scene.etat() is EtatProposition.RENCONTRE
    assert "Rencontre prévue" in texte(client.get(lien))
    with ctx.lecture() as s:
        note = s.scalars(select(Evenement).where(Evenement.action == "rencontrer_proposition")).one()
        assert s.scalar(select(Proposition.creneau)) == scene.creneau
    assert (note.acteur_id, note.source) == (scene.employeur.utilisateur_id, "courriel")


def test_decliner_demande_une_raison_et_un_seul_clic(scene, client):
    lien = scene.lien()
    donnees = {"reponse": "decliner", "version": version(client.get(lien))}
    refuse = client.post(lien, data=donnees | {"motif": ""})
    assert refuse.status_code == 422
    assert 'id="motif-erreur"' in refuse.get_data(as_text=True)
    assert client.post(lien, data=donnees | {"motif": "plus_de_poste"}).status_code == 302
    assert client.post(lien, data=donnees | {"motif": "plus_de_poste"}).status_code == 302
    assert scene.etat() is EtatProposition.DECLINEE


def test_un_autre_jour_ou_une_date_passee(scene, client, ctx):
    lien = scene.lien()
    donnees = {"reponse": "rencontrer", "version": version(client.get(lien)), "lieu": "Dépôt"}
    hier = (ctx.horloge() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    refuse = client.post(lien, data=donnees | {"creneau": hier})
    assert refuse.status_code == 422
    assert "Dépôt" in refuse.get_data(as_text=True)
    demain = (ctx.horloge() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert client.post(lien, data=donnees | {"creneau": demain}).status_code == 302
    assert scene.etat() is EtatProposition.RENCONTRE


@pytest.mark.parametrize("reponse", ["accepter", "embaucher", "annuler", "clore", "", "<script>"])
def test_le_lien_ne_fait_rien_d_autre(scene, client, reponse):
    lien = scene.lien()
    client.post(lien, data={"reponse": reponse, "version": version(client.get(lien))})
    assert scene.etat() is EtatProposition.PROPOSEE


def test_deux_reponses_la_seconde_lit_que_tout_a_change(scene, client, ctx):
    lien = scene.lien()
    vue = version(client.get(lien))
    repondre(ctx, scene.employeur, scene.ref, Transition.ETUDIER)
    page = client.post(lien, data={"reponse": "decliner", "motif": "autre", "version": vue})
    assert page.status_code == 409
    assert scene.etat() is EtatProposition.ETUDE


def test_un_lien_truque_ou_d_une_autre_page_est_ferme(scene, client, fabrique, ctx):
    lien = scene.lien()
    numero, utilisateur, moment, marque = lien.rsplit("/", 1)[1].split("-")
    autre = fabrique.acteur(fabrique.employeur())
    for faux in (
        f"{numero}-{autre.utilisateur_id}-{moment}-{marque}",
        f"{int(numero) + 1}-{utilisateur}-{moment}-{marque}",
        f"{numero}-{utilisateur}-{moment}-{'0' * 32}",
        f"{numero}-{utilisateur}-{moment}-é{marque}",
        f"{numero}-{utilisateur}-{marque}",
        "n-importe-quoi-ici",
        "-",
    ):
        for methode in (client.get, client.post):
            assert methode(f"/repondre/{faux}").status_code == 410, faux
            assert methode(f"/offre-actuelle/{faux}").status_code == 410, faux
    assert scene.etat() is EtatProposition.PROPOSEE


def test_le_lien_se_ferme_avec_le_temps_le_depart_ou_une_nouvelle_proposition(scene, client, ctx, horloge):
    lien = scene.lien()
    with ctx.transaction() as s:
        s.get_one(Affectation, scene.chapeau.id).jusqu_au = ctx.aujourdhui() - timedelta(days=1)
    assert client.get(lien).status_code == 410
    with ctx.transaction() as s:
        s.get_one(Affectation, scene.chapeau.id).jusqu_au = None
    assert client.get(lien).status_code == 200
    annuler(ctx, scene.referent, scene.ref)
    horloge.avancer(minutes=5)
    scene.proposer()
    assert client.get(lien).status_code == 410
    nouveau = scene.lien()
    assert nouveau != lien
    assert client.get(nouveau).status_code == 200
    horloge.avancer(days=31)
    assert client.get(nouveau).status_code == 410


def test_sans_jeton_de_formulaire_rien_ne_part(scene, app, client):
    lien = scene.lien()
    app.config.update(WTF_CSRF_ENABLED=True)
    try:
        reponse = client.post(lien, data={"reponse": "etudier", "version": "1"})
    finally:
        app.config.update(WTF_CSRF_ENABLED=False)
    assert reponse.status_code == 400
    assert scene.etat() is EtatProposition.PROPOSEE

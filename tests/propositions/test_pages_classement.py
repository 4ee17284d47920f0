"""Pages: what was learned is read then decided, fairness is read by two hats, a rank is explained to the person."""

from __future__ import annotations

from html import unescape

import pytest
from sqlalchemy import select

from marketplace.journal.models import Evenement, LecturePersonne
from marketplace.propositions.decisions.models import CoucheApprise, DecisionClassement, EtatCouche
from marketplace.propositions.decisions.services import apprendre_des_decisions, approuver_couche
from marketplace.propositions.models import PassageClassement
from marketplace.propositions.services import classer
from tests.propositions.test_decisions import MOT, simuler
from tests.propositions.test_parcours import Scene


@pytest.fixture
def scene(fabrique):
    scene = Scene(fabrique)
    scene.chapeau_admin = fabrique.administrateur()
    scene.admin = fabrique.acteur(scene.chapeau_admin)
    return scene


def etat(ctx):
    with ctx.lecture() as s:
        return s.scalars(select(CoucheApprise.etat).order_by(CoucheApprise.id.desc())).first()


def test_de_l_apprentissage_a_l_extinction_par_les_pages(ctx, scene, fabrique, connecter):
    simuler(ctx, scene, fabrique, 120)
    admin = connecter(scene.chapeau_admin)
    assert "120 décisions peuvent apprendre" in admin.get("/admin/classement").text
    page = admin.post("/admin/classement/apprendre", follow_redirects=True)
    assert "À examiner" in page.text
    assert "hasard retiré" in page.text
    adresse = "/admin/classement/couches/CD-000001"
    vide = admin.post(adresse, data={"approuver": "1", "mot": "", "version": "1"})
    assert vide.status_code in (409, 422)
    with ctx.lecture() as s:
        version = str(s.scalars(select(CoucheApprise.version)).one())
    refus = admin.post(adresse, data={"approuver": "1", "mot": "ok", "version": version})
    assert refus.status_code == 422
    assert "Dites en une phrase" in refus.text
    assert admin.post(adresse, data={"approuver": "1", "mot": MOT, "version": "999"}).status_code == 409
    assert etat(ctx) is EtatCouche.A_EXAMINER
    page = admin.post(adresse, data={"approuver": "1", "mot": MOT, "version": version}, follow_redirects=True)
    assert "La couche CD-000001 compte" in page.text
    assert MOT in unescape(page.text)
    public = admin.get("/comment-on-classe").text
    assert "couche CD-000001, apprise de 120 décisions" in public
    admin.post(adresse + "/eteindre", follow_redirects=True)
    assert etat(ctx) is EtatCouche.ETEINTE
    assert "Aucune réponse passée d'employeur ne compte" in admin.get("/comment-on-classe").text
    with ctx.lecture() as s:
        actes = set(s.scalars(select(Evenement.action).where(Evenement.objet_type == "couche_apprise")))
        assert actes == {"apprendre", "approuver", "eteindre"}


def test_un_rang_s_explique_avec_ses_points_et_ce_qui_le_changerait(ctx, scene, fabrique, connecter):
    loin = fabrique.personne(
        scene.chapeau_referent, code_insee="34142", modes=["marche"], trajet_max_minutes=90, permis=["B"]
    )
    client = connecter(scene.chapeau_referent)
    liste = client.get(f"/referent/offres/{scene.offre.ref}").text
    adresse = f"/referent/offres/{scene.offre.ref}/pourquoi/"
    assert adresse + scene.samira.ref in liste
    page = client.get(adresse + scene.samira.ref).text
    rang = next(
        x.rang
        for x in classer(ctx, scene.referent, scene.offre.ref, limit=100).lignes
        if x.personne_ref == scene.samira.ref
    )
    assert f"{'1re' if rang == 1 else f'{rang}e'} sur " in page
    assert "points sur 100" in page
    assert "L311-3-1" in page
    assert "Aucune réponse passée d'employeur n'y entre" in " ".join(page.split())
    hors = " ".join(client.get(adresse + loin.ref).text.split())
    assert "Hors de portée aujourd'hui" in hors
    assert "Avec un véhicule prêté" in hors
    assert "au lieu de hors de portée" in hors
    assert connecter(fabrique.referent()).get(adresse + loin.ref).status_code == 404
    with ctx.lecture() as s:
        assert s.scalars(select(LecturePersonne).where(LecturePersonne.finalite.startswith("Raisons d'un rang"))).all()
        assert [p.filtres["tache"] for p in s.scalars(select(PassageClassement)) if "tache" in p.filtres]


def test_un_avis_sur_un_rang_se_note_et_ne_bouge_pas_la_liste(ctx, scene, fabrique, connecter):
    client = connecter(scene.chapeau_referent)
    adresse = f"/referent/offres/{scene.offre.ref}/pourquoi/{scene.samira.ref}"
    avant = [x.score for x in classer(ctx, scene.referent, scene.offre.ref).lignes]
    assert client.post(adresse, data={"sens": "plus_bas"}).status_code == 422
    page = client.post(adresse, data={"sens": "plus_bas", "motif": "competences"}, follow_redirects=True).text
    assert "elle devrait être plus bas" in " ".join(page.split())
    with ctx.lecture() as s:
        assert s.scalars(select(DecisionClassement.favorable)).one() is False
    assert [x.score for x in classer(ctx, scene.referent, scene.offre.ref).lignes] == avant


def test_le_pourcentage_ne_se_montre_qu_apres_mille_decisions_calibrees(ctx, scene, fabrique, connecter):
    simuler(ctx, scene, fabrique, 1200)
    client = connecter(scene.chapeau_referent)
    adresse = f"/referent/offres/{scene.offre.ref}/pourquoi/{scene.samira.ref}"
    assert "sur 100 ont reçu un oui" not in client.get(adresse).text
    approuver_couche(ctx, scene.admin, apprendre_des_decisions(ctx, scene.admin).ref, MOT, alerte_lue=True)
    page = " ".join(client.get(adresse).text.split())
    assert "sur 100 ont reçu un oui" in page
    assert "Réponses passées" in page
    vu = classer(ctx, scene.referent, scene.offre.ref).lignes[0]
    assert vu.pourcentage is not None
    assert f"{vu.proximite.capitalize()}, {vu.pourcentage}" in client.get(f"/referent/offres/{scene.offre.ref}").text


def test_l_equite_se_lit_par_l_administrateur_et_le_facilitateur_seuls(ctx, scene, fabrique, connecter):
    admin = connecter(scene.chapeau_admin)
    assert "Aucun rapport encore" in admin.get("/admin/classement/equite").text
    page = admin.post("/admin/classement/equite", follow_redirects=True)
    assert "Offres classées" in page.text
    assert "Pas encore assez de monde" in page.text
    facilitateur = connecter(fabrique.facilitateur())
    assert "Qui n'est jamais montré" in facilitateur.get("/facilitateur/equite").text.replace("&#39;", "'")
    assert facilitateur.get("/facilitateur/equite/999").status_code == 404
    for chapeau in (fabrique.referent(), fabrique.employeur()):
        assert connecter(chapeau).get("/facilitateur/equite").status_code == 404

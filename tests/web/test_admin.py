"""The administrator's pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from marketplace.comptes.models import Affectation, Organisation, TypeOrganisation, Utilisateur
from marketplace.comptes.roles import Role
from marketplace.contexte import Contexte
from marketplace.journal.models import EtatPassage, Evenement, LecturePersonne, Passage
from marketplace.territoire.models import Reglage
from tests.fabrique import Fabrique


@pytest.fixture
def admin(connecter: Callable[[Affectation], FlaskClient], fabrique: Fabrique) -> FlaskClient:
    """A client wearing an administrator's hat."""
    fabrique.territoire()
    return connecter(fabrique.administrateur())


PAGES = (
    "/admin/membres/",
    "/admin/membres/inviter",
    "/admin/organisations/",
    "/admin/organisations/nouvelle",
    "/admin/reglages/",
    "/admin/taches/",
    "/admin/journal/",
    "/admin/journal/lectures",
)


@pytest.mark.parametrize("adresse", PAGES)
def test_chaque_page_s_ouvre_a_l_administrateur_seul(
    admin: FlaskClient, connecter: Callable[[Affectation], FlaskClient], fabrique: Fabrique, adresse: str
) -> None:
    assert admin.get(adresse).status_code == 200
    assert admin.get(adresse + "?page=zut&q=%F0%9F%98%80&role=x&etat=y&du=hier").status_code == 200
    assert connecter(fabrique.facilitateur()).get(adresse).status_code == 404


def test_inviter_depuis_la_page_montre_le_lien_une_fois(admin: FlaskClient, fabrique: Fabrique, ctx: Contexte) -> None:
    organisation = fabrique.organisation()
    donnees = {
        "courriel": "nora@exemple.invalid",
        "prenom": "Nora",
        "nom": "Exemple",
        "role": "employeur",
        "organisation": organisation.ref,
    }
    page = admin.post("/admin/membres/inviter", data=donnees)
    lien = re.search(r'value="http://127\.0\.0\.1:8000(/mot-de-passe/[^"]+)"', page.text)
    assert lien is not None
    assert admin.get(lien.group(1)).status_code == 200
    liste = admin.get("/admin/membres/?q=nora").text
    assert "Nora Exemple" in liste
    assert "◆ Invité" in liste
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(Evenement).where(Evenement.action == "inviter")) == 1


def test_une_erreur_d_invitation_garde_ce_qui_est_tape(admin: FlaskClient, fabrique: Fabrique) -> None:
    donnees = {
        "courriel": "nora@exemple.invalid",
        "prenom": "Nora",
        "nom": "Exemple",
        "role": "facilitateur",
        "organisation": fabrique.organisation().ref,
    }
    page = admin.post("/admin/membres/inviter", data=donnees)
    assert page.status_code == 422
    assert "choisissez un autre rôle" in page.text
    assert 'value="Nora"' in page.text
    page = admin.post("/admin/membres/inviter", data=donnees | {"organisation": "ORG-ailleurs"})
    assert page.status_code == 422
    assert "Choisissez une organisation de la liste" in page.text


def test_desactiver_reactiver_terminer_depuis_la_liste(admin: FlaskClient, fabrique: Fabrique, ctx: Contexte) -> None:
    hat = fabrique.employeur()
    for geste, desactive in (("desactiver", True), ("reactiver", False)):
        admin.post(f"/admin/membres/{hat.utilisateur_id}/{geste}")
        with ctx.lecture() as s:
            assert (s.get_one(Utilisateur, hat.utilisateur_id).desactive_le is not None) is desactive
    admin.post(f"/admin/membres/roles/{hat.id}/terminer")
    with ctx.lecture() as s:
        assert s.get_one(Affectation, hat.id).jusqu_au == ctx.aujourdhui() - timedelta(days=1)
    assert admin.post("/admin/membres/999999/desactiver").status_code == 404


def test_verifier_une_organisation(admin: FlaskClient, fabrique: Fabrique, ctx: Contexte) -> None:
    organisation = fabrique.organisation(verifiee_le=None)
    page = admin.get(f"/admin/organisations/{organisation.ref}").text
    assert "aucune personne" in page
    admin.post(f"/admin/organisations/{organisation.ref}/verifier", data={"verifiee": "oui"})
    with ctx.lecture() as s:
        assert s.get_one(Organisation, organisation.id).verifiee_le is not None
    assert "● Vérifiée" in admin.get(f"/admin/organisations/{organisation.ref}").text
    assert admin.get("/admin/organisations/ORG-nulle").status_code == 404


def test_une_organisation_d_un_autre_territoire_est_introuvable(admin: FlaskClient, fabrique: Fabrique) -> None:
    ailleurs = fabrique.organisation(territoire_id=fabrique.territoire("gard", nom="Gard").id)
    assert admin.get(f"/admin/organisations/{ailleurs.ref}").status_code == 404
    assert admin.post(f"/admin/organisations/{ailleurs.ref}/verifier").status_code == 404
    assert ailleurs.nom not in admin.get("/admin/organisations/").text


def test_inscrire_puis_corriger_une_organisation(admin: FlaskClient, ctx: Contexte) -> None:
    donnees = {"nom": "Jardins Exemple", "type_": "aci", "siret": "123", "commune": "Lunel (34)"}
    page = admin.post("/admin/organisations/nouvelle", data=donnees)
    assert page.status_code == 422
    assert "14 chiffres" in page.text
    assert 'value="Lunel (34)"' in page.text
    page = admin.post("/admin/organisations/nouvelle", data=donnees | {"siret": "", "commune": "Nulleville"})
    assert "Commune inconnue" in page.text
    reponse = admin.post("/admin/organisations/nouvelle", data=donnees | {"siret": ""})
    adresse = reponse.headers["Location"]
    admin.post(adresse, data={"nom": "Jardins Exemple du Lez", "telephone": "04 00 00 00 00"})
    with ctx.lecture() as s:
        cree = s.scalars(select(Organisation).where(Organisation.type == TypeOrganisation.ACI)).one()
    assert (cree.nom, cree.code_insee, cree.telephone) == ("Jardins Exemple du Lez", "34145", "04 00 00 00 00")


def test_les_organisations_se_filtrent_et_se_paginent(admin: FlaskClient, fabrique: Fabrique) -> None:
    for _ in range(27):
        fabrique.organisation(TypeOrganisation.ESAT)
    fabrique.organisation(TypeOrganisation.ESAT, nom="Élan Vert", verifiee_le=None)
    assert "Page 1 sur 2" in admin.get("/admin/organisations/?type=esat").text
    page = admin.get("/admin/organisations/?q=elan&etat=a_verifier").text
    assert "Élan Vert" in page
    assert "1 organisation<" in page
    assert page.count('<th scope="row">') == 1


def test_un_reglage_s_ajoute_avec_sa_date_et_sa_source(admin: FlaskClient, ctx: Contexte) -> None:
    demain = (ctx.aujourdhui() + timedelta(days=1)).isoformat()
    page = admin.get("/admin/reglages/cout_horaire")
    assert page.status_code == 200
    donnees = {"valeur": "39,5", "a_partir_du": demain, "source": "délibération 12"}
    for faux, message in (
        ({"valeur": "cher"}, "pas un nombre"),
        ({"valeur": "5000"}, "entre"),
        ({"source": ""}, "Dites d&#39;où vient"),
        ({"a_partir_du": "2020-01-01"}, "passé"),
    ):
        reponse = admin.post("/admin/reglages/cout_horaire", data=donnees | faux)
        assert reponse.status_code == 422, faux
        assert message in reponse.text, faux
    assert admin.post("/admin/reglages/cout_horaire", data=donnees).status_code == 302
    with ctx.lecture() as s:
        pose = s.scalars(select(Reglage)).one()
    assert (pose.valeur, pose.source, pose.auteur_id is not None) == ("39.5", "délibération 12", True)
    assert "puis 39,5" in admin.get("/admin/reglages/").text
    assert admin.get("/admin/reglages/inconnu").status_code == 404


def test_chaque_reglage_se_repose_tel_quel(admin: FlaskClient, ctx: Contexte) -> None:
    """What the form offers can be sent back: every kind of setting is read as it is written."""
    from marketplace.territoire.parametres import PARAMETRES
    from marketplace.territoire.queries import reglages_en_vigueur
    from marketplace.web.admin.reglages import texte_a_saisir

    jour = ctx.aujourdhui().isoformat()
    with ctx.lecture() as s:
        avant = {r.parametre.cle: r.valeur for r in reglages_en_vigueur(s, 1, ctx.aujourdhui())}
    for p in PARAMETRES:
        donnees = {"valeur": texte_a_saisir(p, avant[p.cle]), "a_partir_du": jour, "source": "essai"}
        reponse = admin.post(f"/admin/reglages/{p.cle}", data=donnees)
        assert reponse.status_code == 302, (p.cle, reponse.text)
    with ctx.lecture() as s:
        apres = {r.parametre.cle: r.valeur for r in reglages_en_vigueur(s, 1, ctx.aujourdhui())}
    assert apres == avant


def test_les_taches_montrent_leurs_passages(admin: FlaskClient, ctx: Contexte) -> None:
    assert "Aucune tâche" in admin.get("/admin/taches/").text
    with ctx.transaction() as s:
        for i in range(30):
            s.add(
                Passage(
                    tache="suivre_clauses",
                    periode=f"2026-11-{i + 1:02d}",
                    etat=EtatPassage.ECHOUE if i == 29 else EtatPassage.REUSSI,
                    commence_le=ctx.horloge() + timedelta(minutes=i),
                    resume={"vus": i},
                    erreur="base occupée" if i == 29 else None,
                )
            )
    page = admin.get("/admin/taches/").text
    assert "base occupée" in page
    assert "30 passages" in page
    assert "Page 1 sur 2" in page
    assert "vus : 29" in page
    assert "1 passage<" in admin.get("/admin/taches/?etat=echoue").text


def test_le_journal_se_lit_et_se_filtre_dans_son_territoire(
    admin: FlaskClient, fabrique: Fabrique, ctx: Contexte
) -> None:
    organisation = fabrique.organisation(verifiee_le=None, nom="Maçons du Lez")
    admin.post(f"/admin/organisations/{organisation.ref}/verifier", data={"verifiee": "oui"})
    assert "vérifie Maçons du Lez" in admin.get("/admin/journal/").text
    assert "vérifie Maçons du Lez" in admin.get("/admin/journal/?action=verifier_organisation").text
    hier = (ctx.aujourdhui() - timedelta(days=1)).isoformat()
    assert "vérifie Maçons du Lez" not in admin.get(f"/admin/journal/?au={hier}").text
    assert "Aucun acte" in admin.get("/admin/journal/?q=zzz").text


def test_le_journal_d_un_autre_territoire_ne_se_voit_pas(
    admin: FlaskClient, fabrique: Fabrique, connecter: Callable[[Affectation], FlaskClient]
) -> None:
    organisation = fabrique.organisation(verifiee_le=None, nom="Maçons du Lez")
    admin.post(f"/admin/organisations/{organisation.ref}/verifier", data={"verifiee": "oui"})
    gard = fabrique.territoire("gard", nom="Gard")
    equipe = fabrique.organisation(TypeOrganisation.OPCS, territoire_id=gard.id)
    ailleurs = connecter(fabrique.affectation(Role.ADMINISTRATEUR, equipe))
    assert "Maçons du Lez" not in ailleurs.get("/admin/journal/").text
    assert "Camille" not in re.sub(r"(?s)<header.*?</header>", "", ailleurs.get("/admin/journal/").text)


def test_les_lectures_nomment_la_personne_par_sa_reference(
    admin: FlaskClient, fabrique: Fabrique, ctx: Contexte
) -> None:
    personne = fabrique.personne()
    lecteur = fabrique.referent()
    with ctx.transaction() as s:
        s.add(
            LecturePersonne(
                quand=ctx.horloge(),
                acteur_id=lecteur.utilisateur_id,
                role="referent",
                organisation_id=lecteur.organisation_id,
                personne_id=personne.id,
                finalite="suivi",
            )
        )
    page = admin.get("/admin/journal/lectures").text
    assert personne.ref in page
    assert personne.nom not in page
    assert "suivi" in page
    assert "Aucune lecture" in admin.get("/admin/journal/lectures?personne=P-RIEN").text

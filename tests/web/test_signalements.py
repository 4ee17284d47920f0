"""Pages that tell of a person on the national platform, for a référent and a facilitateur, without JavaScript."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from marketplace.app import DOSSIER_MODELES, DOSSIER_REFERENTIELS
from marketplace.comptes.models import TypeOrganisation
from marketplace.matching import Ranker
from marketplace.offres.models import OffreExterne
from marketplace.propositions.signalements.models import Signalement
from marketplace.propositions.signalements.rules import ResultatSignalement


@pytest.fixture(scope="module")
def moteur():
    return Ranker.ouvrir(DOSSIER_REFERENTIELS, DOSSIER_MODELES)


@pytest.fixture
def ctx(ctx, moteur):
    ctx.obtenir_ranker = lambda: moteur
    return ctx


@pytest.fixture
def scene(fabrique, connecter):
    class Scene:
        structure = fabrique.organisation(TypeOrganisation.ACI, nom="Chantier exemple", code_insee="34145")
        offre = fabrique.offre(structure, intitule="Maçon en chantier d'insertion")
        referent = fabrique.referent()
        samira = fabrique.personne(referent, code_insee="34145")

    scene = Scene()
    fabrique.garder(
        OffreExterne(
            territoire_id=scene.offre.territoire_id,
            source="emplois_inclusion",
            identifiant="77",
            offre_id=scene.offre.id,
            empreinte="",
            vue_le=scene.offre.cree_le,
        )
    )
    scene.page = connecter(scene.referent)
    scene.facilitateur = connecter(fabrique.facilitateur())
    return scene


def lire(reponse):
    assert reponse.status_code == 200
    return re.sub(r"\s+", " ", reponse.get_data(as_text=True))


def test_les_signalements_s_ouvrent_depuis_les_propositions(scene):
    for page, role in ((scene.page, "referent"), (scene.facilitateur, "facilitateur")):
        assert f'href="/{role}/signalements"' in lire(page.get(f"/{role}/propositions"))


def test_du_poste_importe_on_signale_au_lieu_de_proposer(scene):
    html = lire(scene.page.get(f"/referent/offres/{scene.offre.ref}"))
    adresse = f"/referent/signalements/nouveau/{scene.samira.ref}?offre={scene.offre.ref}"
    assert adresse in html
    assert "Signaler Samira" in html or f"Signaler {scene.samira.prenom}" in html
    assert "/proposer/" not in html
    ancien = scene.page.get(f"/referent/offres/{scene.offre.ref}/proposer/{scene.samira.ref}")
    assert ancien.headers["Location"].endswith(adresse)


@pytest.mark.parametrize("chapeau", ["referent", "facilitateur"])
def test_ouvrir_la_plateforme_copier_noter_puis_dire_la_suite(scene, ctx, chapeau):
    page = scene.page if chapeau == "referent" else scene.facilitateur
    debut = f"/{chapeau}/signalements"
    html = lire(page.get(f"{debut}/nouveau/{scene.samira.ref}?offre={scene.offre.ref}"))
    assert "/company/job_description/77/card" in html
    champs = re.findall(r'<(?:input|textarea)[^>]*id="copie-\d+"[^>]*>', html)
    assert len(champs) >= 3
    assert all("readonly" in c for c in champs)
    refus = page.post(f"{debut}/nouveau/{scene.samira.ref}", data={"offre": scene.offre.ref})
    assert refus.status_code == 422
    assert "donné son accord" in refus.get_data(as_text=True)
    suite = page.post(
        f"{debut}/nouveau/{scene.samira.ref}", data={"offre": scene.offre.ref, "accord_canal": "telephone"}
    )
    fiche = suite.headers["Location"]
    assert "À suivre" in lire(page.get(fiche))
    refus = page.post(f"{fiche}/resultat", data={"resultat": "embauche", "resultat_le": "2030-01-01", "version": "2"})
    assert refus.status_code in {409, 422}
    page.post(f"{fiche}/resultat", data={"resultat": "sans_suite", "version": version(ctx)})
    html = lire(page.get(fiche))
    assert "Sans suite" in html
    assert not re.search(r"\b(absente?|refus\w*)\b", re.sub(r"<[^>]+>", " ", html), re.IGNORECASE)
    with ctx.lecture() as s:
        assert s.scalars(select(Signalement.resultat)).one() is ResultatSignalement.SANS_SUITE


def version(ctx):
    with ctx.lecture() as s:
        return str(s.scalars(select(Signalement.version)).one())


def test_de_sa_fiche_on_choisit_la_structure_et_on_y_relit_la_suite(scene):
    fiche = f"/referent/personnes/{scene.samira.ref}"
    assert f"/referent/signalements/nouveau/{scene.samira.ref}" in lire(scene.page.get(fiche))
    choix = lire(scene.page.get(f"/referent/signalements/nouveau/{scene.samira.ref}?q=chantier lunel"))
    assert f"structure={scene.structure.ref}" in choix
    assert f"offre={scene.offre.ref}" in choix
    rien = lire(scene.page.get(f"/referent/signalements/nouveau/{scene.samira.ref}?q=100%25"))
    assert "Aucune structure ne correspond" in rien
    scene.page.post(
        f"/referent/signalements/nouveau/{scene.samira.ref}",
        data={"structure": scene.structure.ref, "accord_canal": "entretien"},
    )
    assert "Candidature spontanée" in lire(scene.page.get(fiche))
    assert "Candidature spontanée" in lire(scene.page.get(f"{fiche}/donnees"))
    assert "Chantier exemple" in scene.page.get(f"{fiche}/donnees.json").get_data(as_text=True)
    deja = lire(scene.page.get(f"/referent/signalements/nouveau/{scene.samira.ref}?offre={scene.offre.ref}"))
    assert "une seule candidature à la fois" in deja
    assert "Signalée : à suivre" in lire(scene.page.get(f"/referent/offres/{scene.offre.ref}"))


def test_le_signalement_d_un_autre_n_existe_pas(scene, fabrique, connecter, ctx):
    scene.page.post(
        f"/referent/signalements/nouveau/{scene.samira.ref}",
        data={"offre": scene.offre.ref, "accord_canal": "entretien"},
    )
    with ctx.lecture() as s:
        ref = s.scalars(select(Signalement.ref)).one()
    autre = connecter(fabrique.referent())
    assert autre.get(f"/referent/signalements/{ref}").status_code == 404
    assert autre.post(f"/referent/signalements/{ref}/resultat", data={"resultat": "embauche"}).status_code == 404
    assert autre.get(f"/referent/signalements/nouveau/{scene.samira.ref}?offre={scene.offre.ref}").status_code == 404
    assert "Aucun signalement" in lire(autre.get("/referent/signalements"))
    assert "1 signalement" in lire(scene.facilitateur.get("/facilitateur/signalements"))


def test_la_structure_dit_ses_places_libres_comment_travailler_avec_elle_et_sa_derniere_mise_a_jour(scene, client):
    html = lire(client.get(f"/structures/{scene.structure.ref}"))
    assert "Places libres" in html
    assert "Travailler avec elle" in html
    assert "Dernière mise à jour" in html
    poste = lire(client.get(f"/offres/{scene.offre.ref}"))
    assert "sur les emplois de l" in poste
    assert "Elle propose votre candidature" not in poste

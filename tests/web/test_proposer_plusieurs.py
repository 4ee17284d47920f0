"""Several people for an offre, several offres for a person: the pages, without JavaScript, nothing typed lost."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from sqlalchemy import select

from marketplace.contexte import PARIS
from marketplace.personnes.models import MobilitePersonne, Personne
from marketplace.propositions.models import Proposition
from tests.web.test_propositions_parcours import texte

pytestmark = pytest.mark.usefixtures("vrai_moteur")


@pytest.fixture
def scene(fabrique, connecter):
    class Scene:
        organisation = fabrique.organisation(nom="Bâtir exemple")
        offre = fabrique.offre(organisation)
        referent = fabrique.referent()
        samira = fabrique.personne(referent, prenom="Samira", telephone="06 00 00 00 01")
        idir = fabrique.personne(referent, prenom="Idir")

    scene = Scene()
    scene.page = connecter(scene.referent)
    scene.facilitateur = connecter(fabrique.facilitateur())
    scene.employeur = connecter(fabrique.employeur(scene.organisation))
    return scene


def saisie(html):
    """What the form of this page would send as it stands."""
    champs = {}
    for balise in re.findall(r"<input[^>]*>", html):
        nom = re.search(r'name="(lignes-[^"]+)"', balise)
        if nom and ('type="checkbox"' not in balise or "checked" in balise):
            champs[nom.group(1)] = re.search(r'value="([^"]*)"', balise).group(1)
    return champs


def test_cocher_deux_personnes_repartir_les_rendez_vous_puis_tout_envoyer(scene, ctx):
    liste = scene.page.get(f"/referent/offres/{scene.offre.ref}").get_data(as_text=True)
    assert liste.count('name="personne"') == 2
    adresse = f"/referent/offres/{scene.offre.ref}/proposer"
    page = scene.page.get(f"{adresse}?personne={scene.samira.ref}&personne={scene.idir.ref}")
    html = page.get_data(as_text=True)
    assert "Proposer 2 personnes" in texte(page)
    donnees = saisie(html)
    creneaux = [donnees[f"lignes-{n}-creneau"] for n in (0, 1)]
    assert creneaux[0] != creneaux[1]

    donnees |= {"premier": "2026-11-30T14:00", "duree": "20", "lieu_commun": "Base vie"}
    page = scene.page.post(adresse, data=donnees | {"action": "repartir", "lignes-0-mot": "Motivée"})
    donnees = saisie(page.get_data(as_text=True))
    assert [donnees[f"lignes-{n}-creneau"] for n in (0, 1)] == ["2026-11-30T14:00", "2026-11-30T14:20"]
    assert "Motivée" in page.get_data(as_text=True)

    donnees |= {"lieu_commun": "Base vie", "duree": "20", "action": "proposer", "lignes-0-accord_canal": "entretien"}
    faux = scene.page.post(adresse, data=donnees)
    assert faux.status_code == 422
    html = faux.get_data(as_text=True)
    assert 'id="lignes-1-accord_canal-erreur"' in html
    assert 'id="lignes-0-accord_canal-erreur"' not in html
    assert re.search(r'<option selected value="entretien">', html)
    with ctx.lecture() as s:
        assert s.scalars(select(Proposition)).all() == []

    fait = scene.page.post(adresse, data=donnees | {"lignes-1-accord_canal": "telephone"})
    assert fait.status_code == 302
    with ctx.lecture() as s:
        faites = s.scalars(select(Proposition).order_by(Proposition.id)).all()
    assert [p.creneau.astimezone(PARIS) for p in faites] == [
        datetime(2026, 11, 30, 14, 0, tzinfo=PARIS),
        datetime(2026, 11, 30, 14, 20, tzinfo=PARIS),
    ]
    assert {p.lieu for p in faites} == {"Base vie"}
    remises = scene.page.get(fait.location)
    lu = texte(remises)
    assert "2 fiches à remettre" in lu
    assert "Comptez" in lu
    assert 'href="sms:0600000001?body=Bonjour' in remises.get_data(as_text=True)


def test_une_ligne_decochee_ne_part_pas_et_tout_decocher_se_dit(scene, ctx):
    adresse = f"/facilitateur/offres/{scene.offre.ref}/proposer"
    page = scene.facilitateur.get(f"{adresse}?personne={scene.samira.ref}&personne={scene.idir.ref}")
    donnees = saisie(page.get_data(as_text=True)) | {"action": "proposer", "duree": "30"}
    rien = {k: v for k, v in donnees.items() if not k.endswith("retenue")}
    page = scene.facilitateur.post(adresse, data=rien)
    assert page.status_code == 422
    assert "Cochez au moins une ligne" in texte(page)
    garde = rien | {"lignes-1-retenue": "y", "lignes-1-accord_canal": "courriel"}
    assert scene.facilitateur.post(adresse, data=garde).status_code == 302
    with ctx.lecture() as s:
        assert s.scalars(select(Proposition.personne_id)).all() == [scene.idir.id]


def test_deja_proposee_ou_pas_encore_informee_se_lit_avant_d_ecrire(scene, fabrique):
    ignorante = fabrique.personne(scene.referent, information_le=None, prenom="Nadia")
    base = f"/referent/offres/{scene.offre.ref}/proposer"
    scene.page.post(f"{base}/{scene.samira.ref}", data={"accord_canal": "entretien"})
    page = scene.page.get(f"{base}?personne={scene.samira.ref}&personne={ignorante.ref}&personne={scene.idir.ref}")
    lu = texte(page)
    assert "Proposer 1 personne" in lu
    assert "déjà proposée" in lu
    assert "Informez d" in lu


def test_une_seule_personne_cochee_ouvre_sa_page_et_aucune_le_dit(scene):
    base = f"/referent/offres/{scene.offre.ref}/proposer"
    assert scene.page.get(f"{base}?personne={scene.idir.ref}").location.endswith(f"/proposer/{scene.idir.ref}")
    assert scene.page.get(base).location.endswith(f"/referent/offres/{scene.offre.ref}")


def test_plusieurs_offres_pour_une_personne(scene, fabrique, ctx):
    autre = fabrique.offre(fabrique.organisation(nom="Voirie exemple"), intitule="Maçonne voirie")
    page = scene.page.get(f"/referent/offres/pour/{scene.samira.ref}")
    assert page.get_data(as_text=True).count('name="offre"') == 2
    adresse = f"/referent/offres/pour/{scene.samira.ref}/proposer"
    page = scene.page.get(f"{adresse}?offre={scene.offre.ref}&offre={autre.ref}")
    assert "Proposer Samira à 2 offres" in texte(page)
    donnees = saisie(page.get_data(as_text=True)) | {"action": "proposer", "duree": "30"}
    donnees |= {f"lignes-{n}-accord_canal": "entretien" for n in (0, 1)}
    assert scene.page.post(adresse, data=donnees).status_code == 302
    with ctx.lecture() as s:
        faites = s.scalars(select(Proposition)).all()
    assert {p.offre_id for p in faites} == {scene.offre.id, autre.id}
    assert len({p.creneau for p in faites}) == 2


def test_chacun_chez_soi_pour_plusieurs(scene, fabrique, connecter):
    voisine = connecter(fabrique.referent())
    for adresse in (
        f"/referent/offres/pour/{scene.samira.ref}",
        f"/referent/offres/{scene.offre.ref}/proposer?personne={scene.samira.ref}&personne={scene.idir.ref}",
        f"/referent/offres/pour/{scene.samira.ref}/proposer?offre={scene.offre.ref}&offre=O-999999",
    ):
        assert voisine.get(adresse).status_code == 404, adresse
        assert scene.employeur.get(adresse).status_code == 404, adresse
    envoi = {"lignes-0-personne": scene.samira.ref, "lignes-0-retenue": "y", "lignes-0-accord_canal": "entretien"}
    assert voisine.post(f"/referent/offres/{scene.offre.ref}/proposer", data=envoi | {"duree": "30"}).status_code == 404


def test_du_classement_a_la_proposition_en_trois_clics(scene, ctx):
    """« Proposer », l'accord, « envoyer » : le rendez-vous est déjà rempli."""
    liste = scene.page.get(f"/referent/offres/{scene.offre.ref}").get_data(as_text=True)
    proposer = f"/referent/offres/{scene.offre.ref}/proposer/{scene.samira.ref}"
    assert f'href="{proposer}"' in liste
    html = scene.page.get(proposer).get_data(as_text=True)
    obligatoires = set(re.findall(r'<(?:input|select)[^>]*name="(\w+)"[^>]*required', html))
    assert obligatoires <= {"accord_canal"}
    creneau = re.search(r'name="creneau"[^>]*value="([^"]+)"', html).group(1)
    assert creneau == "2026-11-25T09:30"
    fait = scene.page.post(proposer, data={"accord_canal": "entretien", "creneau": creneau})
    assert fait.status_code == 302
    lu = texte(scene.page.get("/referent/propositions"))
    assert "100 % de vos propositions portent un rendez-vous" in lu


def test_hors_de_portee_la_page_demande_pourquoi_elle(scene, fabrique, ctx):
    offre = fabrique.offre(scene.organisation, permis=["C"], intitule="Chauffeuse")
    proposer = f"/referent/offres/{offre.ref}/proposer/{scene.samira.ref}"
    assert "Pourquoi elle ?" in texte(scene.page.get(proposer))
    refuse = scene.page.post(proposer, data={"accord_canal": "entretien", "mot": "Prépare le permis C"})
    assert refuse.status_code == 422
    assert 'id="motif_choix-erreur"' in refuse.get_data(as_text=True)
    assert "Prépare le permis C" in refuse.get_data(as_text=True)
    donnees = {"accord_canal": "entretien", "motif_choix": "trajet_resolu"}
    assert scene.page.post(proposer, data=donnees).status_code == 302
    assert "Pourquoi elle ?" not in texte(
        scene.page.get(f"/referent/offres/{scene.offre.ref}/proposer/{scene.idir.ref}")
    )
    assert "100 % choisies plus loin dans la liste" in texte(scene.page.get("/referent/propositions"))


def test_ce_que_la_personne_a_dit_se_lit_la_ou_l_on_decide(scene, fabrique):
    """Limits, days and hours: facts for those who propose, on each page before the decision."""
    fabrique.garder(
        MobilitePersonne(
            personne_id=scene.samira.id,
            permis_etat="aucun",
            jours=["lundi", "mardi"],
            creneaux=["9h_16h30"],
            notee_le=fabrique.jour,
        )
    )
    with fabrique.ctx.transaction() as s:
        s.get_one(Personne, scene.samira.id).limites = ["charges"]
    dits = "Pas de port de charges lourdes · Jours possibles : lundi, mardi · Horaires possibles : de 9 h à 16 h 30"
    offre, samira = f"/referent/offres/{scene.offre.ref}", scene.samira.ref
    for adresse in (
        offre,
        f"{offre}/proposer/{samira}",
        f"{offre}/proposer?personne={samira}&personne={scene.idir.ref}",
        f"/referent/offres/pour/{samira}",
    ):
        assert texte(scene.page.get(adresse)).count(dits) == 1, adresse
    assert "Pas de port" not in texte(scene.employeur.get(f"/employeur/offres/{scene.offre.ref}/classement"))


def test_quand_rien_n_est_proche_on_le_dit(scene, fabrique):
    autre = fabrique.personne(scene.referent, prenom="Nour", code_rome="A1203")
    phrase = "Aucune offre proche aujourd'hui ; voici les moins éloignées."
    for adresse in (f"/referent/personnes/{autre.ref}", f"/referent/offres/pour/{autre.ref}"):
        html = texte(scene.page.get(adresse))
        assert "Éloigné" in html
        assert phrase in html
    assert phrase not in texte(scene.page.get(f"/referent/personnes/{scene.samira.ref}"))

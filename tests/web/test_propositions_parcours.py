"""The pages from an offre to a contrat, without JavaScript: three hats, and nothing an employer may not read."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.offres.models import EtatOffre, Offre
from marketplace.propositions.models import EtatProposition, Proposition, SouhaitRencontre

pytestmark = pytest.mark.usefixtures("vrai_moteur")

INTERDITS = re.compile(
    r"\b(RSA|ASS|AAH|TH|QPV|BRSA|handicap\w*|bénéficiaire\w*|allocataire\w*|freins?|chômage|née? le|1990)\b",
    re.IGNORECASE,
)


@pytest.fixture
def scene(fabrique, connecter):
    class Scene:
        organisation = fabrique.organisation()
        marche = fabrique.marche(titulaire=organisation)
        referent = fabrique.referent()
        samira = fabrique.personne(referent, code_insee="34145", telephone="06 00 00 00 01")

    scene = Scene()
    scene.employeur = connecter(fabrique.employeur(scene.organisation))
    scene.page_referent = connecter(scene.referent)
    scene.facilitateur = connecter(fabrique.facilitateur())
    return scene


def texte(reponse):
    """Visible text of a page, scripts, tags and header left out."""
    html = reponse.get_data(as_text=True)
    html = re.sub(r"<header.*?</header>|<script.*?</script>|<footer.*?</footer>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def saisie(fabrique, **champs):
    return {
        "intitule": "Maçon",
        "commune": "Montpellier",
        "heures_hebdo": "35",
        "type_contrat": "cdd",
        "debut": (fabrique.jour + timedelta(days=20)).isoformat(),
        "duree_mois": "6",
        "places": "1",
        "prerequis": "aucun",
    } | champs


def publier(scene, fabrique, ctx, **champs):
    reponse = scene.employeur.post("/employeur/offres/nouvelle", data=saisie(fabrique, **champs))
    assert reponse.status_code == 302, texte(reponse)
    reponse = scene.employeur.post(reponse.location, data={"code_rome": "F1703", "action": "publier"})
    assert reponse.status_code == 302, texte(reponse)
    with ctx.lecture() as s:
        return s.scalars(select(Offre).order_by(Offre.id.desc())).first()


def test_une_offre_se_publie_en_huit_champs(scene, fabrique, ctx):
    page = scene.employeur.get("/employeur/offres/nouvelle")
    formulaire = page.get_data(as_text=True).split('data-brouillon="offre-nouvelle"')[1].split("<details")[0]
    champs = set(re.findall(r'name="(\w+)"', formulaire)) - {"csrf_token", "version"}
    assert len(champs) == 8
    offre = publier(scene, fabrique, ctx, marche_ref=scene.marche.ref)
    assert offre.etat is EtatOffre.PUBLIEE
    assert offre.code_rome == "F1703"
    assert offre.marche_id == scene.marche.id
    fiche = texte(scene.employeur.get(f"/employeur/offres/{offre.ref}"))
    assert "à la clause de" in fiche


def test_sans_heures_ni_prerequis_l_offre_ne_part_pas_et_rien_n_est_perdu(scene, fabrique, ctx):
    reponse = scene.employeur.post(
        "/employeur/offres/nouvelle", data=saisie(fabrique, heures_hebdo="", prerequis="", intitule="Maçon coffreur")
    )
    assert reponse.status_code == 422
    html = reponse.get_data(as_text=True)
    assert 'id="heures_hebdo-erreur"' in html
    assert 'id="prerequis-erreur"' in html
    assert "Maçon coffreur" in html
    reponse = scene.employeur.post("/employeur/offres/nouvelle", data=saisie(fabrique, duree_mois=""))
    assert reponse.status_code == 422
    assert 'id="duree_mois-erreur"' in reponse.get_data(as_text=True)
    with ctx.lecture() as s:
        assert s.scalars(select(Offre)).all() == []


def test_une_commune_inconnue_se_dit_a_cote_du_champ(scene, fabrique):
    reponse = scene.employeur.post("/employeur/offres/nouvelle", data=saisie(fabrique, commune="Xyzzy"))
    assert reponse.status_code == 422
    assert 'id="commune-erreur"' in reponse.get_data(as_text=True)


def test_le_parcours_entier_sans_javascript(scene, fabrique, ctx):
    offre = publier(scene, fabrique, ctx, marche_ref=scene.marche.ref)
    pages = [scene.employeur.get(f"/employeur/offres/{offre.ref}/classement")]
    cle = re.search(r'name="carte" value="(\w+)"', pages[0].get_data(as_text=True)).group(1)
    assert scene.samira.ref not in pages[0].get_data(as_text=True)
    for mot in ("Samira", scene.samira.nom, "Lunel", "34145"):
        assert mot not in texte(pages[0])
    assert scene.employeur.post(f"/employeur/offres/{offre.ref}/rencontrer", data={"carte": cle}).status_code == 302
    with ctx.lecture() as s:
        assert s.scalars(select(SouhaitRencontre)).one()

    liste = texte(scene.page_referent.get("/referent/offres"))
    assert "Samira" in liste
    assert "1 demande d'employeur" in liste.replace("&#39;", "'")
    fiche = scene.page_referent.get(f"/referent/offres/{offre.ref}")
    assert "Proposer Samira" in texte(fiche)
    proposer = f"/referent/offres/{offre.ref}/proposer/{scene.samira.ref}"
    assert scene.page_referent.get(proposer).status_code == 200
    sans_accord = scene.page_referent.post(proposer, data={})
    assert sans_accord.status_code == 422
    fait = scene.page_referent.post(proposer, data={"accord_canal": "entretien", "mot": "Motivée"})
    assert fait.status_code == 302
    assert scene.page_referent.get(fait.location).status_code == 200
    ref = fait.location.rsplit("/", 1)[1]

    pages.append(scene.employeur.get("/employeur/propositions"))
    fiche = scene.employeur.get(f"/employeur/propositions/{ref}")
    pages.append(fiche)
    assert "Samira" in texte(fiche)
    assert "06 00 00 00 01" not in texte(fiche)
    version = re.search(r'name="version" value="(\d+)"', fiche.get_data(as_text=True)).group(1)
    quand = (ctx.horloge() + timedelta(days=4)).strftime("%Y-%m-%dT%H:%M")
    reponse = scene.employeur.post(
        f"/employeur/propositions/{ref}/rencontrer", data={"creneau": quand, "lieu": "Chantier", "version": version}
    )
    assert reponse.status_code == 302, texte(reponse)
    fiche = scene.employeur.get(f"/employeur/propositions/{ref}")
    pages.append(fiche)
    assert "06 00 00 00 01" in texte(fiche)
    perime = scene.employeur.post(f"/employeur/propositions/{ref}/accepter", data={"version": version})
    assert perime.status_code == 409
    version = re.search(r'name="version" value="(\d+)"', fiche.get_data(as_text=True)).group(1)
    reponse = scene.employeur.post(f"/employeur/propositions/{ref}/accepter", data={"version": version})
    assert reponse.status_code == 302
    embauche = scene.employeur.get(f"/employeur/propositions/{ref}/embaucher")
    pages.append(embauche)
    html = embauche.get_data(as_text=True)
    champs = dict(re.findall(r'name="(debut|fin|heures_hebdo|modalite|version)"[^>]*value="([^"]*)"', html))
    champs |= {"type_contrat": "cdd", "modalite": "embauche_directe"}
    attente = scene.employeur.post(f"/employeur/propositions/{ref}/embaucher", data=champs, follow_redirects=True)
    assert "facilitateur doit" in texte(attente)
    fabrique.validation(scene.samira)
    html = scene.employeur.get(f"/employeur/propositions/{ref}/embaucher").get_data(as_text=True)
    champs |= dict(re.findall(r'name="(version)"[^>]*value="([^"]*)"', html))
    fini = scene.employeur.post(f"/employeur/propositions/{ref}/embaucher", data=champs, follow_redirects=True)
    assert "a son contrat" in texte(fini)
    pages.append(fini)
    pages.append(scene.employeur.get(f"/employeur/offres/{offre.ref}"))
    for page in pages:
        assert not INTERDITS.search(texte(page)), INTERDITS.search(texte(page)).group(0)
    with ctx.lecture() as s:
        assert s.scalars(select(Proposition.etat)).one() is EtatProposition.EMBAUCHEE

    referent = texte(scene.page_referent.get(f"/referent/propositions/{ref}"))
    assert "Embauchée" in referent


def test_ce_que_lit_le_referent_ne_dit_ni_absence_ni_refus(scene, fabrique, ctx):
    offre = publier(scene, fabrique, ctx)
    proposer = f"/referent/offres/{offre.ref}/proposer/{scene.samira.ref}"
    ref = scene.page_referent.post(proposer, data={"accord_canal": "entretien"}).location.rsplit("/", 1)[1]
    fiche = scene.employeur.get(f"/employeur/propositions/{ref}").get_data(as_text=True)
    version = re.search(r'name="version" value="(\d+)"', fiche).group(1)
    scene.employeur.post(f"/employeur/propositions/{ref}/decliner", data={"motif": "absent", "version": version})
    for adresse in (
        "/referent/offres",
        f"/referent/offres/{offre.ref}",
        "/referent/propositions?groupe=finies",
        f"/referent/propositions/{ref}",
    ):
        lu = texte(scene.page_referent.get(adresse))
        assert not re.search(r"absen[ct]|refus|déclin", lu, re.IGNORECASE), adresse
    assert "Sans suite, à revoir avec la personne" in lu


def test_la_fiche_a_remettre_dit_ou_quand_et_qui_demander(scene, fabrique, ctx):
    offre = publier(scene, fabrique, ctx)
    proposer = f"/referent/offres/{offre.ref}/proposer/{scene.samira.ref}"
    quand = (ctx.horloge() + timedelta(days=4)).strftime("%Y-%m-%dT%H:%M")
    donnees = {"accord_canal": "entretien", "creneau": quand, "lieu": "Base vie du chantier"}
    ref = scene.page_referent.post(proposer, data=donnees).location.rsplit("/", 1)[1]
    fiche = scene.page_referent.get(f"/referent/propositions/{ref}/a-remettre")
    lu = texte(fiche)
    assert "mercredi 25 novembre" in lu
    assert "Base vie du chantier" in lu
    assert "Demandez Camille Exemple" in lu
    assert "min de trajet" in lu
    assert not INTERDITS.search(lu)
    assert scene.employeur.get(f"/referent/propositions/{ref}/a-remettre").status_code == 404


def test_le_facilitateur_classe_propose_et_lit(scene, fabrique, ctx):
    offre = publier(scene, fabrique, ctx)
    assert offre.intitule in texte(scene.facilitateur.get("/facilitateur/offres"))
    assert "Samira" in texte(scene.facilitateur.get(f"/facilitateur/offres/{offre.ref}?ordre=alphabetique"))
    proposer = f"/facilitateur/offres/{offre.ref}/proposer/{scene.samira.ref}"
    fait = scene.facilitateur.post(proposer, data={"accord_canal": "telephone"})
    assert fait.status_code == 302
    assert scene.facilitateur.get(fait.location).status_code == 200
    assert "Samira" in texte(scene.facilitateur.get("/facilitateur/propositions"))


def test_chacun_chez_soi(scene, fabrique, ctx, client, connecter):
    offre = publier(scene, fabrique, ctx)
    proposer = f"/referent/offres/{offre.ref}/proposer/{scene.samira.ref}"
    ref = scene.page_referent.post(proposer, data={"accord_canal": "entretien"}).location.rsplit("/", 1)[1]
    autre_employeur = connecter(fabrique.employeur())
    autre_referent = connecter(fabrique.referent())
    for qui, adresse in (
        (autre_employeur, f"/employeur/offres/{offre.ref}"),
        (autre_employeur, f"/employeur/offres/{offre.ref}/classement"),
        (autre_employeur, f"/employeur/offres/{offre.ref}/modifier"),
        (autre_employeur, f"/employeur/propositions/{ref}"),
        (autre_referent, f"/referent/propositions/{ref}"),
        (autre_referent, proposer),
        (scene.employeur, f"/referent/offres/{offre.ref}"),
        (scene.employeur, f"/facilitateur/offres/{offre.ref}"),
        (scene.page_referent, f"/employeur/offres/{offre.ref}/classement"),
        (scene.facilitateur, f"/employeur/propositions/{ref}"),
    ):
        assert qui.get(adresse).status_code == 404, adresse
    assert client.get(f"/employeur/offres/{offre.ref}").status_code == 302


def test_une_offre_se_confirme_se_modifie_et_se_ferme(scene, fabrique, ctx):
    offre = publier(scene, fabrique, ctx)
    base = f"/employeur/offres/{offre.ref}"
    assert scene.employeur.post(f"{base}/confirmer").status_code == 302
    html = scene.employeur.get(f"{base}/modifier").get_data(as_text=True)
    version = re.search(r'name="version"[^>]*value="(\d+)"', html).group(1)
    reponse = scene.employeur.post(f"{base}/modifier", data=saisie(fabrique, places="2", version=version))
    assert reponse.status_code == 302
    perime = scene.employeur.post(f"{base}/modifier", data=saisie(fabrique, places="3", version=version))
    assert perime.status_code == 409
    assert 'value="3"' in perime.get_data(as_text=True)
    assert scene.employeur.post(f"{base}/fermer", data={"raison": "fermee"}).status_code == 302
    with ctx.lecture() as s:
        fermee = s.get_one(Offre, offre.id)
        assert fermee.etat is EtatOffre.FERMEE
        assert fermee.places == 2


def test_une_organisation_a_verifier_publie_mais_ne_voit_personne(scene, fabrique, connecter, ctx):
    neuve = fabrique.organisation(verifiee_le=None)
    scene.employeur = connecter(fabrique.employeur(neuve))
    offre = publier(scene, fabrique, ctx)
    for adresse in (f"/employeur/offres/{offre.ref}/classement", "/employeur/propositions"):
        page = scene.employeur.get(adresse)
        assert page.status_code == 200
        assert "pas encore vérifiée" in texte(page)
        assert "Personne 1" not in texte(page)

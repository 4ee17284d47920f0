import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.comptes.models import Affectation, Organisation
from marketplace.contexte import Contexte
from marketplace.journal.models import Notification
from marketplace.personnes.models import Personne, Suivi
from tests.fabrique import Fabrique
from tests.web.temoins import CHEMINS, MoteurTemoin, texte


@pytest.fixture
def ctx(ctx: Contexte) -> Contexte:
    ctx.obtenir_ranker = MoteurTemoin  # type: ignore[assignment,return-value]
    return ctx


@pytest.fixture
def referente(fabrique: Fabrique) -> Affectation:
    return fabrique.referent()


@pytest.fixture
def page(connecter: Callable[[Affectation], FlaskClient], referente: Affectation) -> FlaskClient:
    return connecter(referente)


def test_se_retirer_puis_revenir(page: FlaskClient, fabrique: Fabrique, referente: Affectation) -> None:
    fabrique.offre(intitule="Coffreur du lundi")
    personne = fabrique.personne(referente)
    adresse = f"/referent/personnes/{personne.ref}"
    page.post(f"{adresse}/retirer")
    html = texte(page.get(adresse))
    assert "Ne souhaite plus rien recevoir" in html
    assert "Coffreur du lundi" not in html
    page.post(f"{adresse}/remettre", data={"information_canal": "entretien"})
    assert "Coffreur du lundi" in texte(page.get(adresse))


def test_transmettre_le_suivi_ferme_la_fiche(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, referente: Affectation, connecter: Callable[..., FlaskClient]
) -> None:
    personne, autre = fabrique.personne(referente), fabrique.referent()
    reponse = page.post(
        f"/referent/personnes/{personne.ref}/suivi",
        data={"referent": str(autre.utilisateur_id), "sens": "transmettre"},
    )
    assert reponse.location.endswith("/referent/personnes")
    assert page.get(f"/referent/personnes/{personne.ref}").status_code == 404
    assert connecter(autre).get(f"/referent/personnes/{personne.ref}").status_code == 200
    with ctx.lecture() as s:
        assert s.scalars(select(Suivi.jusqu_au).order_by(Suivi.id)).all() == [ctx.aujourdhui(), None]


def test_une_organisation_non_verifiee_ne_voit_aucun_nom(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, referente: Affectation
) -> None:
    personne = fabrique.personne(referente, nom="Introuvable-Nom")
    with ctx.transaction() as s:
        s.get_one(Organisation, referente.organisation_id).verifiee_le = None
    for adresse in ("/referent/", "/referent/personnes"):
        html = texte(page.get(adresse))
        assert "pas encore vérifiée" in html
        assert "Introuvable-Nom" not in html
    assert page.get(f"/referent/personnes/{personne.ref}").status_code == 404


def test_l_accueil_dit_ce_qui_attend(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, referente: Affectation
) -> None:
    assert "Rien n'attend de vous" in texte(page.get("/referent/"))
    jour = ctx.aujourdhui()
    ancienne = fabrique.personne(referente, nom="Ancienne", dernier_contact_le=jour - timedelta(days=50))
    fabrique.personne(referente, information_le=None, information_version="")
    entreprise = fabrique.organisation(nom="Maçonnerie exemple")
    fabrique.contrat(ancienne, entreprise, fabrique.marche(titulaire=entreprise), fin=jour + timedelta(days=30))
    html = texte(page.get("/referent/"))
    assert "Ancienne" in html
    assert "il y a 50 jours" in html
    assert "1 personne</strong> à informer" in html
    assert "chez Maçonnerie exemple" in html


def test_les_messages_lus_se_rangent(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, referente: Affectation
) -> None:
    autre = fabrique.referent()
    for affectation in (referente, autre):
        fabrique.garder(
            Notification(
                utilisateur_id=affectation.utilisateur_id,
                cle="n",
                texte="3 nouvelles offres pour vos personnes",
                lien="/referent/offres",
                creee_le=ctx.horloge(),
            )
        )
    assert "3 nouvelles offres" in texte(page.get("/referent/"))
    with ctx.lecture() as s:
        numeros = list(s.scalars(select(Notification.id)))
    page.post("/referent/messages-lus", data={"id": numeros})
    assert "3 nouvelles offres" not in texte(page.get("/referent/"))
    with ctx.lecture() as s:
        restantes = s.scalars(select(Notification.utilisateur_id).where(Notification.lue_le.is_(None))).all()
    assert restantes == [autre.utilisateur_id]


def test_un_visiteur_est_envoye_se_connecter(client: FlaskClient, fabrique: Fabrique) -> None:
    reponse = client.get("/referent/personnes")
    assert reponse.status_code == 302
    assert "connexion" in reponse.location


def test_ce_qui_est_ecrit_se_lit_se_copie_et_s_efface(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, referente: Affectation
) -> None:
    personne = fabrique.personne(referente)
    adresse = f"/referent/personnes/{personne.ref}"
    html = texte(page.get(f"{adresse}/donnees"))
    assert "Allocataire du RSA" in html
    assert "Référent, " in html
    copie = page.get(f"{adresse}/donnees.json")
    assert copie.headers["Content-Disposition"] == f'attachment; filename="donnees-{personne.ref}.json"'
    assert copie.get_json()["fiche"]["prenom"] == "Samira"
    assert page.post(f"{adresse}/effacer").location.endswith("/donnees")
    assert page.get(adresse).status_code == 200
    assert page.post(f"{adresse}/effacer", data={"confirme": "oui"}).location.endswith("/referent/personnes")
    assert page.get(adresse).status_code == 404


def envoyer(page: FlaskClient, contenu: bytes, nom: str = "file.csv") -> Any:
    return page.post(
        "/referent/personnes/importer",
        data={"fichier": (io.BytesIO(contenu), nom)},
        content_type="multipart/form-data",
    )


def test_un_fichier_se_verifie_puis_s_importe_et_tous_s_informent(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique
) -> None:
    fabrique.territoire()
    verifie = envoyer(page, b"Nom;Prenom;Ville\nExemple;Nadia;Lunel\nExemple;;Lunel\nCorrect;Paul;Nulle-Part\n")
    html = texte(verifie)
    assert "Enregistrer 1 personne" in html
    assert "Donnez le prénom" in html
    assert "Nulle-Part" in html
    jeton = re.search(r'name="jeton" value="([^"]+)"', html)
    assert jeton is not None
    with ctx.lecture() as s:
        assert s.scalar(select(Personne.id)) is None
    donnees = {"jeton": jeton[1], "nom": "file.csv", "information_canal": ""}
    suite = page.post("/referent/personnes/importer/ecrire", data=donnees)
    with ctx.lecture() as s:
        personne = s.scalars(select(Personne)).one()
    assert 'href="/referent/personnes/a-informer"' in texte(page.get(suite.location))
    a_informer = "/referent/personnes/a-informer"
    assert "Exemple Nadia" in texte(page.get(a_informer))
    page.post(a_informer, data={"ref": personne.ref, "information_canal": "courrier"})
    with ctx.lecture() as s:
        assert s.get_one(Personne, personne.id).information_canal == "courrier"
    seconde_fois = page.post("/referent/personnes/importer/ecrire", data=donnees, follow_redirects=True)
    assert "envoyez-le de nouveau" in texte(seconde_fois)
    with ctx.lecture() as s:
        assert len(s.scalars(select(Personne.id)).all()) == 1


def test_le_fichier_d_une_autre_ne_se_reprend_pas(
    page: FlaskClient, fabrique: Fabrique, connecter: Callable[[Affectation], FlaskClient]
) -> None:
    fabrique.territoire()
    html = texte(envoyer(page, b"Nom;Prenom\nExemple;Nadia\n"))
    jeton = re.search(r'name="jeton" value="([^"]+)"', html)
    assert jeton is not None
    autre = connecter(fabrique.referent())
    for essai in (jeton[1], "../../etc/passwd", "x" * 30):
        suite = autre.post("/referent/personnes/importer/ecrire", data={"jeton": essai}, follow_redirects=True)
        assert "envoyez-le de nouveau" in texte(suite)


def test_un_fichier_illisible_se_dit_a_cote_du_champ(page: FlaskClient, fabrique: Fabrique) -> None:
    fabrique.territoire()
    for contenu, mot in ((b"", "vide"), (b"a;b\n1;2\n", "Colonne introuvable"), (b"PK\x03\x04x", "abîmé")):
        reponse = envoyer(page, contenu)
        assert reponse.status_code == 422
        assert mot in texte(reponse)
    assert page.post("/referent/personnes/importer").status_code == 422


def test_aucune_page_du_referent_ne_parle_de_refus_ni_d_absence(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, referente: Affectation
) -> None:
    fabrique.offre()
    personne = fabrique.personne(referente)
    adresses = [f"/referent/personnes/{personne.ref}{chemin}" for chemin in CHEMINS if not chemin.endswith(".pdf")]
    adresses += ["/referent/", "/referent/personnes", "/referent/personnes/nouvelle", "/referent/personnes/a-informer"]
    adresses += ["/referent/personnes/situations", "/referent/personnes/fins"]
    pages = [texte(page.get(adresse)) for adresse in (*adresses, "/referent/personnes/importer")]
    pages.append(texte(envoyer(page, b"Nom;Prenom\nExemple;\n")))
    for html in pages:
        visible = re.sub(r"<script.*?</script>|<[^>]+>", " ", html, flags=re.DOTALL).lower()
        assert "refus" not in visible
        assert "absent" not in visible

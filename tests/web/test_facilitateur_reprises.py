"""A workbook through the pages: sent, checked, answered, taken over, undone, without JavaScript."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from marketplace.comptes.models import Affectation
from marketplace.contexte import Contexte
from marketplace.heures.models import LigneReprise
from marketplace.marches.models import EtatMarche, Marche
from tests.fabrique import Fabrique
from tests.reprise.conftest import ENTETES, classeur

GENS = ["Nom", "Prénom", "Opération", "Lot", "Structure", "Modalité", "N° SS", "Heures"]
CONTENU = classeur(
    Suivi=[
        ["Suivi au 31/12/2025"],
        [*ENTETES, "État"],
        ["BRL", "Canal", "1", "Gros œuvre", "Serrurerie Jaurelle", 500, 120, "zorglub"],
        ["BRL", "Canal", "2", "Sols", "Serrurerie Jaurelet", 300, 60, "en cours"],
        ["TOTAL", "", "", "", "", 800, 180],
    ],
    Gens=[GENS, ["Exemple", "Alina", "Canal", "2", "Pil'emploi", "ETTI", "290053417210012", 60]],
)


@pytest.fixture
def navigateur(ctx: Contexte, fabrique: Fabrique, connecter: Callable[[Affectation], FlaskClient]) -> FlaskClient:
    fabrique.territoire()
    return connecter(fabrique.facilitateur())


def envoyer(navigateur: FlaskClient, contenu: bytes = CONTENU, nom: str = "suivi.xlsx") -> str:
    reponse = navigateur.post("/facilitateur/reprises/examiner", data={"fichier": (io.BytesIO(contenu), nom)})
    assert reponse.status_code == 200
    return reponse.text


def formulaire(page: str, **reponses: str) -> dict[str, str]:
    """What a browser sends back: every field as it is shown, then what somebody changed."""
    champs = {}
    for balise in re.findall(r"<input[^>]*>", page):
        nom, valeur = re.search(r'name="([^"]*)"', balise), re.search(r'value="([^"]*)"', balise)
        if nom and 'type="file"' not in balise:
            champs[nom[1]] = html.unescape(valeur[1]) if valeur else ""
    for nom, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        choisie = re.search(r'<option value="([^"]*)" selected', options)
        champs[nom] = html.unescape(choisie[1]) if choisie else ""
    return champs | reponses


def test_le_parcours_entier_sans_javascript(navigateur: FlaskClient, ctx: Contexte) -> None:
    page = envoyer(navigateur)
    assert "Rien n'est encore écrit" in html.unescape(page)
    assert "2 questions" in page.replace("\xa0", " ")
    assert page.count("égal") == 5
    assert "Jamais lue" in page
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(Marche)) == 0
    champ_etat = re.search(r'name="(valeur-etat-\d+)"[^>]*>(?=<option value="">Laisser)', page)
    assert champ_etat is not None
    recalculee = navigateur.post(
        "/facilitateur/reprises/examiner", data=formulaire(page, **{champ_etat[1]: "suspendu"})
    ).text
    assert "t-questions" not in recalculee
    assert recalculee.count("égal") == 5
    reponse = navigateur.post("/facilitateur/reprises/reprendre", data=formulaire(recalculee), follow_redirects=True)
    assert "Classeur repris : 2 marchés" in html.unescape(reponse.text).replace("\xa0", " ")
    with ctx.lecture() as s:
        marches = list(s.scalars(select(Marche).order_by(Marche.id)))
        assert [m.etat for m in marches] == [EtatMarche.SUSPENDU, EtatMarche.EN_COURS]
        assert marches[0].titulaire_id == marches[1].titulaire_id
        assert s.scalar(select(func.sum(LigneReprise.heures))) == Decimal(180)
    fiche = navigateur.get(f"/facilitateur/marches/{marches[0].ref}").text
    assert "Dont reprise" in fiche
    adresse = reponse.request.path
    assert "Annuler la reprise" in reponse.text
    apres = navigateur.post(f"{adresse}/annuler", follow_redirects=True).text
    assert "2 marchés retirés" in apres.replace("\xa0", " ")
    assert "Annuler la reprise" not in apres
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(Marche)) == 0


def test_une_reponse_ecrite_separe_deux_noms_rapproches(navigateur: FlaskClient, ctx: Contexte) -> None:
    page = envoyer(navigateur)
    question = re.search(r'id="(valeur-entreprise-\d+)"[^>]*value="Serrurerie Jaurel', page)
    assert question is not None
    champs = formulaire(page, **{question[1]: "Serrurerie Jaurelet et fils"})
    page = navigateur.post("/facilitateur/reprises/examiner", data=champs).text
    navigateur.post("/facilitateur/reprises/reprendre", data=formulaire(page))
    with ctx.lecture() as s:
        titulaires = set(s.scalars(select(Marche.titulaire_id)))
    assert len(titulaires) == 2


def test_un_fichier_refuse_garde_la_page_et_dit_pourquoi(navigateur: FlaskClient) -> None:
    for contenu, nom, motif in ((b"", "vide.xlsx", "vide"), (b"PK\x03\x04zzz", "casse.xlsx", "abîmé")):
        reponse = navigateur.post("/facilitateur/reprises/examiner", data={"fichier": (io.BytesIO(contenu), nom)})
        assert reponse.status_code == 422
        assert motif in reponse.text
    assert navigateur.post("/facilitateur/reprises/examiner", data={}).status_code == 422


def test_un_fichier_depose_n_est_qu_a_celui_qui_l_envoie(
    navigateur: FlaskClient, fabrique: Fabrique, connecter: Callable[[Affectation], FlaskClient]
) -> None:
    champs = formulaire(envoyer(navigateur))
    autre = connecter(fabrique.facilitateur())
    reponse = autre.post("/facilitateur/reprises/reprendre", data=champs)
    assert reponse.status_code == 302
    assert reponse.headers["Location"].endswith("/facilitateur/reprises")


def test_la_reprise_d_un_autre_territoire_est_introuvable(
    navigateur: FlaskClient, fabrique: Fabrique, connecter: Callable[[Affectation], FlaskClient]
) -> None:
    page = envoyer(navigateur)
    adresse = navigateur.post("/facilitateur/reprises/reprendre", data=formulaire(page)).headers["Location"]
    from marketplace.comptes.models import TypeOrganisation

    ailleurs = fabrique.territoire("ailleurs", nom="Ailleurs", departements=["30"])
    opcs = fabrique.organisation(TypeOrganisation.OPCS, territoire_id=ailleurs.id)
    etranger = connecter(fabrique.facilitateur(organisation=opcs))
    assert etranger.get(adresse).status_code == 404
    assert etranger.post(f"{adresse}/annuler").status_code == 404


def test_la_liste_vide_des_marches_propose_de_reprendre_un_classeur(navigateur: FlaskClient) -> None:
    assert "/facilitateur/reprises" in navigateur.get("/facilitateur/marches").text

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.comptes.models import Affectation, Organisation
from marketplace.contexte import Contexte
from marketplace.personnes import services
from marketplace.personnes.models import Personne, Validation
from tests.fabrique import Fabrique

MOTS_INTERDITS = re.compile(
    r"\b(rsa|ass|aah|th|qpv|deld|handicap\w*|b[ée]n[ée]ficiaires?|allocataires?|allocations?|quartiers?|freins?|invalidit[ée])\b",
    re.IGNORECASE,
)


@pytest.fixture
def entreprise(fabrique: Fabrique) -> Organisation:
    return fabrique.organisation(nom="Maçonnerie exemple")


@pytest.fixture
def page(connecter: Callable[[Affectation], FlaskClient], fabrique: Fabrique, entreprise: Organisation) -> FlaskClient:
    return connecter(fabrique.employeur(entreprise))


def texte(reponse: Any) -> str:
    """What is read on a page: its text, and the values, labels and titles of its elements."""
    html = re.sub(r"<script.*?</script>|<svg.*?</svg>", " ", reponse.get_data(as_text=True), flags=re.DOTALL)
    attributs = re.findall(r'(?:value|placeholder|aria-label|title|alt|content)="([^"]*)"', html)
    return unescape(re.sub(r"<[^>]+>", " ", html) + " ".join(attributs))


def donnees(ctx: Contexte, marche_ref: str, **champs: Any) -> dict[str, Any]:
    valeurs = {
        "prenom": "Karim",
        "nom": "Exemple",
        "date_naissance": "1988-04-12",
        "telephone": "0612345678",
        "marche": marche_ref,
        "poste": "Maçon",
        "debut": (ctx.aujourdhui() + timedelta(days=5)).isoformat(),
        "personne_informee": "y",
    }
    return valeurs | champs


def test_une_demande_se_fait_en_une_page_et_se_suit(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, entreprise: Organisation
) -> None:
    marche = fabrique.marche(titulaire=entreprise)
    assert marche.intitule in texte(page.get("/employeur/validations/nouvelle"))
    suite = page.post("/employeur/validations/nouvelle", data=donnees(ctx, marche.ref), follow_redirects=True)
    html = texte(suite)
    assert "Karim Exemple" in html
    assert "En attente" in html


def test_aucune_page_de_l_employeur_ne_porte_de_situation_ni_de_naissance(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, entreprise: Organisation
) -> None:
    marche = fabrique.marche(titulaire=entreprise)
    facilitatrice = fabrique.acteur(fabrique.facilitateur())
    for numero, reponse in enumerate(("oui", "non", "attente")):
        page.post("/employeur/validations/nouvelle", data=donnees(ctx, marche.ref, prenom=f"Karim{'abc'[numero]}"))
        with ctx.lecture() as s:
            ref = s.scalars(select(Validation.ref).order_by(Validation.id.desc()).limit(1)).one()
        if reponse == "attente":
            continue
        services.repondre_validation(
            ctx,
            facilitatrice,
            ref,
            oui=reponse == "oui",
            preuve=services.PreuveVue("rsa", "attestation_rsa", ctx.aujourdhui()),
            note="Note pour l'équipe : travailleur handicapé",
        )
    for adresse in ("/employeur/validations", "/employeur/validations/nouvelle", "/employeur/validations/notice"):
        html = texte(page.get(adresse))
        assert not MOTS_INTERDITS.search(html), (adresse, MOTS_INTERDITS.search(html))
        for interdit in ("1988", "12 avril", "12/04", "Note pour l'équipe"):
            assert interdit not in html
    html = texte(page.get("/employeur/validations"))
    assert "Oui, jusqu'au 25 novembre 2028" in html
    assert "Non" in html


def test_un_refus_garde_ce_qui_est_tape(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, entreprise: Organisation
) -> None:
    marche = fabrique.marche(titulaire=entreprise)
    cas = {
        "date_naissance": "2030-01-01",
        "debut": "2020-01-01",
        "personne_informee": "",
        "nom": "1 85 05 78 006 084 36",
        "telephone": "abc",
        "poste": "",
    }
    for champ, valeur in cas.items():
        reponse = page.post("/employeur/validations/nouvelle", data=donnees(ctx, marche.ref, **{champ: valeur}))
        assert reponse.status_code == 422, champ
        assert f'href="#{champ}"' in reponse.get_data(as_text=True), champ
        assert "Karim" in texte(reponse)
    with ctx.lecture() as s:
        assert s.scalar(select(Personne.id)) is None


def test_le_marche_d_un_autre_est_refuse(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, entreprise: Organisation
) -> None:
    fabrique.marche(titulaire=entreprise)
    autre = fabrique.marche()
    assert page.post("/employeur/validations/nouvelle", data=donnees(ctx, autre.ref)).status_code == 422


def test_une_organisation_non_verifiee_ne_demande_rien(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, entreprise: Organisation
) -> None:
    marche = fabrique.marche(titulaire=entreprise)
    page.post("/employeur/validations/nouvelle", data=donnees(ctx, marche.ref))
    with ctx.transaction() as s:
        s.get_one(Organisation, entreprise.id).verifiee_le = None
    assert "Karim" not in texte(page.get("/employeur/validations"))
    assert (
        page.post("/employeur/validations/nouvelle", data=donnees(ctx, marche.ref, prenom="Autre")).status_code == 404
    )


def test_une_demande_s_annule_par_celle_qui_l_a_faite(
    ctx: Contexte,
    page: FlaskClient,
    fabrique: Fabrique,
    entreprise: Organisation,
    connecter: Callable[[Affectation], FlaskClient],
) -> None:
    marche = fabrique.marche(titulaire=entreprise)
    page.post("/employeur/validations/nouvelle", data=donnees(ctx, marche.ref))
    with ctx.lecture() as s:
        ref = s.scalars(select(Validation.ref)).one()
    autre = connecter(fabrique.employeur())
    assert autre.post(f"/employeur/validations/{ref}/annuler").status_code == 404
    assert "Annulée" in texte(page.post(f"/employeur/validations/{ref}/annuler", follow_redirects=True))


def test_la_date_de_naissance_est_gardee_pour_le_facilitateur(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, entreprise: Organisation
) -> None:
    marche = fabrique.marche(titulaire=entreprise)
    page.post("/employeur/validations/nouvelle", data=donnees(ctx, marche.ref))
    with ctx.lecture() as s:
        assert s.scalars(select(Personne.date_naissance)).one() == date(1988, 4, 12)

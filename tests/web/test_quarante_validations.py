"""Show 4: forty validations asked, proven and answered; the employer never reads a status word."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.comptes.models import Affectation
from marketplace.contexte import Contexte
from marketplace.journal.envoi import envoyer_courriels
from marketplace.journal.models import LecturePersonne, Notification
from marketplace.personnes import services
from marketplace.personnes.models import EtatValidation, Validation
from tests.conftest import MessagerTemoin
from tests.fabrique import Fabrique
from tests.web.test_employeur_validations import MOTS_INTERDITS, texte

PIECES = (
    ("attestation_rsa", "rsa"),
    ("avis_situation_ft", "detld"),
    ("rqth_boeth", "th"),
    ("justif_domicile", "qpv"),
)
LETTRES = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN"


@pytest.fixture(autouse=True)
def sans_moteur(ctx: Contexte) -> None:
    """No ranking is needed here."""


def toutes_les_pages(app: Flask, client: FlaskClient) -> dict[str, str]:
    """Every page of the employer that can be opened without an object, and every page they link to."""
    vues: dict[str, str] = {}
    a_lire = [r.rule for r in app.url_map.iter_rules() if r.rule.startswith("/employeur") and "<" not in r.rule]
    while a_lire:
        adresse = a_lire.pop()
        if adresse in vues or len(vues) > 120:
            continue
        reponse = client.get(adresse)
        if reponse.status_code != 200 or reponse.mimetype != "text/html":
            continue
        vues[adresse] = texte(reponse)
        html = reponse.get_data(as_text=True)
        a_lire += [lien for lien in re.findall(r'href="(/employeur[^"#]*)"', html) if lien not in vues]
    return vues


def test_quarante_validations_demandees_prouvees_et_repondues(
    ctx: Contexte,
    app: Flask,
    fabrique: Fabrique,
    messager: MessagerTemoin,
    connecter: Callable[[Affectation], FlaskClient],
) -> None:
    entreprise = fabrique.organisation(nom="Maçonnerie exemple")
    employeur, facilitateur = fabrique.employeur(entreprise), fabrique.facilitateur()
    marche = fabrique.marche(titulaire=entreprise)
    for rang in range(40):
        services.demander_validation(
            ctx,
            fabrique.acteur(employeur),
            prenom=f"Camille{LETTRES[rang] * 2}",
            nom="Exemple",
            date_naissance=ctx.aujourdhui() - timedelta(days=9000 + rang),
            telephone="06 12 34 56 78",
            poste="Maçon",
            debut=ctx.aujourdhui() + timedelta(days=5),
            marche_ref=marche.ref,
            personne_informee=True,
        )
    page = connecter(facilitateur)
    file = "/facilitateur/personnes/a-valider"
    with ctx.lecture() as s:
        refs = list(s.scalars(select(Validation.ref).order_by(Validation.id)))
    assert texte(page.get(file)).count("Réponse pour Camille") == 40

    # One page, one button: forty proofs are asked.
    demande = {"ref": refs} | {f"reponse-{ref}": "preuve" for ref in refs}
    assert "40 justificatifs demandés" in texte(page.post(file, data=demande, follow_redirects=True))
    remis = services.lire_remise(ctx, fabrique.acteur(facilitateur))
    assert len(remis) == 40

    # Forty people answer by their link: no account, no name shown.
    visiteur = app.test_client()
    for rang, t in enumerate(remis):
        ouverte = visiteur.get(f"/document/{t.jeton}")
        assert ouverte.status_code == 200
        assert "Camille" not in texte(ouverte)
        reponse = visiteur.post(
            f"/document/{t.jeton}",
            data={
                "preuve_type": PIECES[rang % 4][0],
                "preuve_le": (ctx.aujourdhui() - timedelta(days=10)).isoformat(),
                "remise": "facilitateur",
            },
        )
        assert "Merci, votre réponse est envoyée" in texte(reponse)
        assert visiteur.get(f"/document/{t.jeton}").status_code == 410

    # One page again: thirty-eight yes with the proof seen, two no.
    html = texte(page.get(file))
    assert html.count("La personne annonce") == 40
    lot: dict[str, Any] = {"ref": refs}
    par_ref = {t.validation_ref: rang for rang, t in enumerate(remis)}
    for ref in refs:
        piece, categorie = PIECES[par_ref[ref] % 4]
        lot |= {
            f"reponse-{ref}": "non" if ref in refs[:2] else "oui",
            f"categorie-{ref}": categorie,
            f"piece-{ref}": piece,
            f"date-{ref}": (ctx.aujourdhui() - timedelta(days=10)).isoformat(),
        }
    # A very long unemployment needs its first day: those ten are left, as typed, with their reason.
    laisses = page.post(file, data=lot)
    assert laisses.status_code == 422
    html = texte(laisses)
    assert "La condition n'est pas remplie" in html
    with ctx.lecture() as s:
        restantes = list(s.scalars(select(Validation.ref).where(Validation.etat == EtatValidation.A_TRAITER)))
    assert {PIECES[par_ref[ref] % 4][1] for ref in restantes} == {"detld"}
    suite = {"ref": restantes} | {f"reponse-{ref}": "oui" for ref in restantes}
    suite |= {f"categorie-{ref}": "rsa" for ref in restantes} | {f"piece-{ref}": "attestation_rsa" for ref in restantes}
    suite |= {f"date-{ref}": (ctx.aujourdhui() - timedelta(days=10)).isoformat() for ref in restantes}
    assert f"{len(restantes)} réponses envoyées" in texte(page.post(file, data=suite, follow_redirects=True))
    with ctx.lecture() as s:
        etats = list(s.scalars(select(Validation.etat)))
        fenetres = set(s.scalars(select(Validation.fenetre_fin).where(Validation.etat == EtatValidation.OUI)))
    assert (etats.count(EtatValidation.OUI), etats.count(EtatValidation.NON)) == (38, 2)
    assert len(fenetres) == 1

    # What the employer reads, on every page and in every mail.
    pages = toutes_les_pages(app, connecter(employeur))
    assert "Oui, jusqu'au 25 novembre 2028" in pages["/employeur/validations"]
    for adresse, lu in pages.items():
        assert not MOTS_INTERDITS.search(lu), (adresse, MOTS_INTERDITS.search(lu))
        assert "justificatif du" not in lu
    envoyer_courriels(ctx, ctx.aujourdhui())
    assert messager.envoyes
    for courriel in messager.envoyes:
        lu = f"{courriel['sujet']} {courriel['corps']}"
        assert not MOTS_INTERDITS.search(lu)
        assert "Camille" not in lu
    with ctx.lecture() as s:
        notifications = s.scalars(
            select(Notification.texte).where(Notification.utilisateur_id == employeur.utilisateur_id)
        ).all()
        lues = set(s.scalars(select(LecturePersonne.personne_id)))
    assert not any(MOTS_INTERDITS.search(t) for t in notifications)
    assert len(lues) == 40

"""The pages where a structure prepares the next job of its salariés."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.comptes.models import TypeOrganisation
from marketplace.propositions.models import EtatProposition, Proposition
from marketplace.valeurs import ajouter_mois
from tests.web.test_proposer_plusieurs import saisie
from tests.web.test_propositions_parcours import INTERDITS, texte

pytestmark = pytest.mark.usefixtures("vrai_moteur")


def test_du_salarie_a_la_proposition_puis_a_son_retrait(ctx, fabrique, connecter):
    structure = fabrique.organisation(TypeOrganisation.ACI, nom="Chantier exemple")
    idir = fabrique.personne(fabrique.referent(), prenom="Idir", information_version="validation-1")
    fabrique.contrat(idir, structure, fabrique.marche(), fin=ajouter_mois(fabrique.jour, 3))
    offre = fabrique.offre(fabrique.organisation(nom="Toits exemple"), debut=fabrique.jour + timedelta(days=60))
    cip = connecter(fabrique.employeur(structure))
    pages = [cip.get("/employeur/salaries")]
    assert "1 contrat ou parcours finit dans les six mois" in texte(pages[0])
    assert cip.get(f"/employeur/suites/{idir.ref}").location.endswith("/employeur/suites")
    pages.append(cip.get("/employeur/suites"))
    assert "J'ai remis la notice à Idir" in texte(pages[1]).replace("&#39;", "'")
    fait = cip.post(f"/employeur/suites/{idir.ref}/informer", data={"canal": "entretien"})
    pages.append(cip.get(fait.location))
    assert "Toits exemple" in texte(pages[2])
    adresse = f"/employeur/suites/{idir.ref}/proposer"
    pages.append(cip.get(f"{adresse}?offre={offre.ref}"))
    donnees = saisie(pages[3].get_data(as_text=True)) | {"duree": "30", "action": "proposer"}
    refuse = cip.post(adresse, data=donnees)
    assert refuse.status_code == 422
    assert "lignes-0-accord_canal-erreur" in refuse.get_data(as_text=True)
    envoi = cip.post(adresse, data=donnees | {"lignes-0-accord_canal": "entretien"})
    assert envoi.status_code == 302
    pages.append(cip.get(envoi.location))
    ref = re.search(r"ref=(PR-\d+)", envoi.location).group(1)
    assert "Toits exemple" in texte(pages[4])
    pages.append(cip.get(f"/employeur/suites/propositions/{ref}"))
    assert "Envoyée, réponse attendue" in texte(pages[5])
    assert cip.get(f"/employeur/propositions/{ref}").status_code == 404
    for page in pages:
        assert page.status_code == 200
        assert not INTERDITS.search(texte(page))
    version = re.search(r'name="version"[^>]*value="(\d+)"', pages[5].get_data(as_text=True)).group(1)
    assert cip.post(f"/employeur/suites/propositions/{ref}/retirer", data={"version": "0"}).status_code == 409
    assert cip.post(f"/employeur/suites/propositions/{ref}/retirer", data={"version": version}).status_code == 302
    with ctx.lecture() as s:
        assert s.scalar(select(Proposition.etat)) is EtatProposition.ANNULEE


def test_une_entreprise_n_a_pas_cette_page(fabrique, connecter):
    employeur = connecter(fabrique.employeur())
    assert employeur.get("/employeur/suites").status_code == 404
    assert "Préparer la suite" not in texte(employeur.get("/employeur/salaries"))

"""The pages of delays: a definition beside the figures, a file, and nobody else's cases."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from tests.fabrique import Fabrique
from tests.web.test_employeur_validations import MOTS_INTERDITS, texte


def test_le_facilitateur_lit_la_definition_et_emporte_le_tableau(
    fabrique: Fabrique, connecter: Callable[..., FlaskClient]
) -> None:
    organisation = fabrique.organisation(nom="=Chantier")
    fabrique.offre(organisation)
    navigateur = connecter(fabrique.facilitateur())
    page = navigateur.get("/facilitateur/propositions/delais?du=2026-01-01").text
    assert "Communes rurales" in page
    assert "moins de 5 000 habitants" in page
    assert "INSEE" in page
    assert "Aucune structure n'a encore cinq cas." in page.replace("&#39;", "'")
    csv = navigateur.get("/facilitateur/propositions/delais?format=csv")
    lignes = csv.get_data(as_text=True).splitlines()
    assert lignes[0].startswith("\ufeffOffres;Publiées;Sans proposition")
    assert lignes[1].startswith("Toutes les offres;1;1;0;;")
    assert not any("=Chantier" in ligne for ligne in lignes)


def test_l_employeur_lit_les_siens_a_cote_du_territoire(
    fabrique: Fabrique, connecter: Callable[..., FlaskClient]
) -> None:
    organisation = fabrique.organisation(nom="Chantier exemple")
    fabrique.offre(organisation)
    fabrique.offre(fabrique.organisation(nom="Une autre"))
    reponse = connecter(fabrique.employeur(organisation)).get("/employeur/delais?du=2027-01-01&au=2026-01-01")
    assert reponse.status_code == 200
    assert "Vos offres" in reponse.text
    assert "Une autre" not in reponse.text
    assert not MOTS_INTERDITS.search(texte(reponse))

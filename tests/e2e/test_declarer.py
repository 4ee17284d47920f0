"""Thirty salariés declared on a phone, by keyboard alone: eight keystrokes each, with or without JavaScript."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from marketplace.comptes.models import Affectation, Organisation, Utilisateur
from marketplace.contexte import Contexte
from marketplace.heures.models import Declaration, EtatDeclaration, LigneHeures
from marketplace.territoire.models import Territoire
from marketplace.valeurs import ajouter_mois, premier_du_mois
from tests.e2e.conftest import TELEPHONE, Poste
from tests.fabrique import Fabrique

EMPLOYEUR = "employeur@demo.invalid"
SALARIES = 30


class Clavier:
    """Types and counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.touches = page, 0

    def taper(self, texte: str) -> None:
        """One keystroke a character."""
        self.page.keyboard.type(texte)
        self.touches += len(texte)

    def presser(self, touche: str, fois: int = 1) -> None:
        """Press a key."""
        for _ in range(fois):
            self.page.keyboard.press(touche)
            self.touches += 1


def preparer(place: Contexte, mois: date) -> tuple[str, int]:
    """Thirty people at work on a new marché of the demonstration's employer; its reference, the declaration's id."""
    fabrique = Fabrique(place)
    fabrique._n = itertools.count(900_001 + mois.month * 1000)
    with place.lecture() as s:
        fabrique._territoire = s.scalars(select(Territoire)).one()
        employeur = s.scalars(
            select(Organisation)
            .join(Affectation, Affectation.organisation_id == Organisation.id)
            .join(Utilisateur, Utilisateur.id == Affectation.utilisateur_id)
            .where(Utilisateur.courriel == EMPLOYEUR)
        ).one()
    marche = fabrique.marche(heures=40_000, titulaire=employeur, intitule=f"Grand chantier exemple {mois:%m}")
    for i in range(SALARIES):
        personne = fabrique.personne(nom=f"Exemple {i:02d}")
        validation = fabrique.validation(personne, fenetre_debut=mois - timedelta(days=10))
        fabrique.contrat(personne, employeur, marche, debut=mois, fin=None, validation=validation)
    return marche.ref, fabrique.declaration(employeur, marche, mois).id


@pytest.mark.parametrize(("javascript", "recul"), [(True, 1), (False, 2)])
def test_trente_salaries_se_declarent_au_clavier_en_huit_touches_chacun(
    place: Contexte, asseoir: Callable[..., Poste], javascript: bool, recul: int
) -> None:
    mois = ajouter_mois(premier_du_mois(place.aujourdhui()), -recul)
    ref, declaration_id = preparer(place, mois)
    poste = asseoir(taille=TELEPHONE, javascript=javascript)
    page = poste.se_connecter(EMPLOYEUR)
    poste.aller(f"/employeur/declarations/{ref}/{mois:%Y-%m}")
    if javascript:
        poste.montrer("declarer-360")
    premier = page.locator("input[name^='h-']").first
    premier.focus()
    clavier = Clavier(page)
    for _ in range(SALARIES):
        clavier.taper("151,67")
        clavier.presser("Tab", 2)
    assert clavier.touches / SALARIES <= 8
    if javascript:
        expect(page.locator("[data-total='h-']")).to_have_text("4 550,1 h".replace(" ", "\u202f"))
    expect(page.get_by_role("button", name="Garder sans signer")).to_be_focused()
    clavier.presser("Tab", 4)  # no hour, last declaration, somebody left: none here
    expect(page.get_by_label("Votre nom")).to_be_focused()
    clavier.presser("Tab")
    clavier.presser("Enter")
    expect(page.get_by_text("Heures déclarées et signées")).to_be_visible()
    with place.lecture() as s:
        assert s.get_one(Declaration, declaration_id).etat is EtatDeclaration.DECLAREE
        lignes = s.scalars(select(LigneHeures).where(LigneHeures.declaration_id == declaration_id)).all()
    assert [ligne.travaillees for ligne in lignes] == [Decimal("151.67")] * SALARIES

"""A finished contrat enters the journey of the person in one click."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.comptes.models import Affectation
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.models import Contrat
from marketplace.heures.services.experiences import ajouter_contrat_au_parcours
from marketplace.journal.models import Evenement
from marketplace.personnes.models import Experience, Personne
from marketplace.personnes.rules.saisie import EXPERIENCES_MAX
from marketplace.valeurs import ajouter_mois
from tests.fabrique import Fabrique


class Scene:
    """A mason of Montpellier who also worked three months as an electrician, and finished."""

    def __init__(self, fabrique: Fabrique) -> None:
        self.fabrique = fabrique
        self.referent = fabrique.referent()
        self.personne: Personne = fabrique.personne(self.referent, prenom="Leïla")
        self.entreprise = fabrique.organisation(nom="Électricité exemple")
        self.marche = fabrique.marche(titulaire=self.entreprise)

    def contrat(self, **champs: Any) -> Contrat:
        fin = self.fabrique.jour - timedelta(days=10)
        valeurs = {"debut": ajouter_mois(fin, -3), "fin": fin, "poste": "Électricien bâtiment", "code_rome": "A1203"}
        return self.fabrique.contrat(self.personne, self.entreprise, self.marche, **(valeurs | champs))

    def parcours(self, ctx: Contexte) -> list[tuple[str, str | None, int | None]]:
        with ctx.lecture() as s:
            requete = select(Experience).where(Experience.personne_id == self.personne.id).order_by(Experience.id)
            return [(e.intitule, e.code_rome, e.mois) for e in s.scalars(requete)]


@pytest.fixture
def scene(fabrique: Fabrique) -> Scene:
    return Scene(fabrique)


def test_un_contrat_fini_s_ajoute_au_parcours_en_un_clic(
    ctx: Contexte, scene: Scene, connecter: Callable[[Affectation], FlaskClient]
) -> None:
    contrat = scene.contrat()
    client = connecter(scene.referent)
    adresse = f"/referent/personnes/{scene.personne.ref}"
    assert "Ajouter à son parcours : Électricien bâtiment, 3 mois" in client.get(adresse).text
    page = client.post(f"{adresse}/contrats/{contrat.ref}/parcours", follow_redirects=True).text
    assert "Ajouté à son parcours : Électricien bâtiment, 3 mois." in page
    assert "Ajouter à son parcours" not in page
    assert scene.parcours(ctx) == [("maçon", "F1703", 24), ("Électricien bâtiment", "A1203", 3)]
    with ctx.lecture() as s:
        (fait,) = s.scalars(select(Evenement).where(Evenement.action == "ajouter_experience"))
        assert fait.objet_id == scene.personne.id
    client.post(f"{adresse}/contrats/{contrat.ref}/parcours")
    assert len(scene.parcours(ctx)) == 2


def test_un_contrat_en_cours_ou_deja_au_parcours_ne_s_ajoute_pas(ctx: Contexte, scene: Scene) -> None:
    referente = scene.fabrique.acteur(scene.referent)
    en_cours = scene.contrat(fin=scene.fabrique.jour)
    deja = scene.contrat(poste="Maçon", code_rome="F1703")
    autre = scene.contrat()
    for contrat in (en_cours, deja):
        with pytest.raises(RegleViolee):
            ajouter_contrat_au_parcours(ctx, referente, scene.personne.ref, contrat.ref)
    with pytest.raises(Introuvable):
        ajouter_contrat_au_parcours(
            ctx, scene.fabrique.acteur(scene.fabrique.referent()), scene.personne.ref, autre.ref
        )
    for n in range(EXPERIENCES_MAX - 1):
        scene.fabrique.garder(Experience(personne_id=scene.personne.id, intitule=f"métier {n}"))
    with pytest.raises(RegleViolee, match="au plus"):
        ajouter_contrat_au_parcours(ctx, referente, scene.personne.ref, autre.ref)

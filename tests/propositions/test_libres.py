"""The people « combler l'écart » counts are exactly those its link leads to."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.contexte import Contexte
from marketplace.journal.models import LecturePersonne
from marketplace.propositions.libres import lire_libres, nombre_de_libres
from tests.fabrique import Fabrique


def test_le_lien_mene_a_exactement_ceux_qui_sont_comptes(
    ctx: Contexte, fabrique: Fabrique, connecter: Callable[..., FlaskClient]
) -> None:
    chapeau = fabrique.facilitateur()
    libre, au_travail = (fabrique.personne(prenom=p) for p in ("Libre", "Occupée"))
    for personne in (libre, libre, au_travail):
        fabrique.validation(personne)
    entreprise = fabrique.organisation()
    marche = fabrique.marche(titulaire=entreprise)
    fabrique.contrat(au_travail, entreprise, marche, debut=ctx.aujourdhui() - timedelta(days=3), fin=None)
    fabrique.personne(prenom="Jamais validée")
    acteur = fabrique.acteur(chapeau)
    with ctx.lecture() as s:
        assert nombre_de_libres(s, acteur.territoire_id, ctx.aujourdhui()) == 1
    assert [x.ref for x in lire_libres(ctx, acteur)] == [libre.ref]
    with ctx.lecture() as s:
        assert list(s.scalars(select(LecturePersonne.personne_id))) == [libre.id]
    navigateur = connecter(chapeau)
    lien = re.search(
        r'href="([^"]+)">1 personne validée est libre', navigateur.get(f"/facilitateur/marches/{marche.ref}/ecart").text
    )
    assert lien
    page = navigateur.get(lien[1]).text
    assert "Libre" in page
    assert "Occupée" not in page

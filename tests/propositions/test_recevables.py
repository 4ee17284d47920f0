"""Offres out of reach today and the aid that would bring people in, counted for a facilitateur."""

from __future__ import annotations

import pytest

from marketplace.erreurs import Introuvable
from marketplace.propositions.recevables import offres_recevables
from tests.propositions.test_parcours import Scene


@pytest.fixture
def scene(fabrique):
    return Scene(fabrique)


def test_les_offres_sans_personne_proche_viennent_d_abord_avec_leur_aide(ctx, scene, fabrique):
    fabrique.personne(scene.chapeau_referent)
    poids_lourd = fabrique.offre(scene.organisation, permis=["C"])
    vues = offres_recevables(ctx, scene.facilitateur)
    assert [x.offre.ref for x in vues.offres] == [poids_lourd.ref]
    (ligne,) = vues.offres
    assert (ligne.proches, ligne.avec_une_aide) == (0, 2)
    assert sum(n for _, n in ligne.aides) == 2
    (aide,) = vues.aides
    assert (aide.offres_sans_personne, aide.offres, aide.personnes) == (1, 1, 2)
    assert "Samira" not in repr(vues)


def test_sans_rien_hors_de_portee_la_page_est_vide(ctx, scene):
    assert offres_recevables(ctx, scene.facilitateur).offres == ()


def test_seul_le_facilitateur_la_lit(ctx, scene):
    for acteur in (scene.referent, scene.employeur):
        with pytest.raises(Introuvable):
            offres_recevables(ctx, acteur)

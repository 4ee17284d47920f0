"""Nothing here serves a sanction (R88): a no-show or a no stays a total and never lowers a score."""

from __future__ import annotations

from datetime import timedelta

import pytest

from marketplace.propositions.queries import motifs_agreges, propositions
from marketplace.propositions.rules import MOTIFS, Transition
from marketplace.propositions.services import classer, classer_offres, lire_fiche, proposer, repondre
from marketplace.propositions.services.droits_de_la_personne import en_clair, lire_donnees
from tests.propositions.test_parcours import Scene


@pytest.fixture
def scene(fabrique):
    return Scene(fabrique)


def rang_et_score(ctx, scene, offre):
    return [(x.personne_ref, x.rang, x.score) for x in classer(ctx, scene.referent, offre.ref, limit=50).lignes]


def test_aucune_reponse_negative_ne_baisse_le_score_de_la_personne(ctx, scene, fabrique):
    fabrique.personne(scene.chapeau_referent)
    temoin = fabrique.offre(scene.organisation)
    avant = rang_et_score(ctx, scene, temoin)
    offres_avant = classer_offres(ctx, scene.referent, scene.samira.ref, limit=50)
    du_temoin = {x.offre.ref: x.score for x in offres_avant.lignes}[temoin.ref]
    for motif in MOTIFS:
        offre = fabrique.offre(scene.organisation)
        ref = proposer(ctx, scene.referent, offre.ref, scene.samira.ref, accord_canal="entretien")
        repondre(ctx, scene.employeur, ref, Transition.DECLINER, motif=motif)
    assert rang_et_score(ctx, scene, temoin) == avant
    apres = classer_offres(ctx, scene.referent, scene.samira.ref, limit=50)
    assert {x.offre.ref: x.score for x in apres.lignes}[temoin.ref] == du_temoin


def test_ni_la_fiche_ni_la_liste_ni_la_copie_ne_portent_la_raison(ctx, scene):
    ref = scene.proposer()
    repondre(ctx, scene.employeur, ref, Transition.DECLINER, motif="absent")
    with ctx.lecture() as s:
        liste = propositions(s, scene.referent, ctx.aujourdhui(), groupe="toutes")
    copie = en_clair(lire_donnees(ctx, scene.referent, scene.samira.ref))
    for lu in (repr(lire_fiche(ctx, scene.referent, ref)), repr(liste), repr(copie)):
        for mot in ("absent", MOTIFS["absent"], "refus", "déclin"):
            assert mot not in lu


def test_une_raison_ne_se_lit_qu_a_partir_de_cinq(ctx, scene, fabrique):
    depuis = ctx.horloge() - timedelta(days=1)
    for numero in range(5):
        qui = fabrique.personne(scene.chapeau_referent)
        ref = proposer(ctx, scene.referent, scene.offre.ref, qui.ref, accord_canal="entretien", motif_choix="autre")
        repondre(ctx, scene.employeur, ref, Transition.DECLINER, motif="absent")
        with ctx.lecture() as s:
            lus = motifs_agreges(s, scene.offre.territoire_id, depuis)
        assert lus == ({"absent": 5} if numero == 4 else {})

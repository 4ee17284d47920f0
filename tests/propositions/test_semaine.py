"""Monday morning: what a référent finds, and links that lead to exactly that."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.journal.models import LecturePersonne
from marketplace.propositions.rules import Transition
from marketplace.propositions.semaine import lire_semaine
from marketplace.propositions.services import repondre
from marketplace.propositions.taches import annoncer_offres
from tests.propositions.test_parcours import Scene


@pytest.fixture
def scene(fabrique):
    return Scene(fabrique)


def test_la_semaine_compte_offres_reponses_et_attentes(ctx, scene, fabrique, horloge):
    seule = fabrique.personne(scene.chapeau_referent, prenom="Nadia", information_le=ctx.aujourdhui())
    fabrique.personne(scene.chapeau_referent, prenom="Plus tard", disponible_le=ctx.aujourdhui() + timedelta(days=90))
    horloge.avancer(days=40)
    ref = scene.proposer()
    fabrique.offre(scene.organisation, scene.marche, intitule="Maçon coffreur")
    annoncer_offres(ctx, ctx.aujourdhui())
    repondre(ctx, scene.employeur, ref, Transition.ETUDIER)
    repondre(ctx, scene.employeur, ref, Transition.METTRE_AU_VIVIER)
    vue = lire_semaine(ctx, scene.referent)
    assert [o.intitule for o in vue.offres] == ["Maçon coffreur"]
    assert [(r.ref, r.nom_complet.split()[0]) for r in vue.reponses] == [(ref, "Samira")]
    assert [a.ref for a in vue.attentes] == [seule.ref]
    assert vue.plus_longue >= 40
    with ctx.lecture() as s:
        lues = set(s.scalars(select(LecturePersonne.personne_id).where(LecturePersonne.finalite.contains("semaine"))))
    assert lues == {scene.samira.id, seule.id}
    horloge.avancer(days=8)
    assert (lire_semaine(ctx, scene.referent).offres, lire_semaine(ctx, scene.referent).reponses) == ((), ())


def test_les_personnes_d_un_autre_referent_ne_s_y_trouvent_pas(ctx, scene, fabrique, horloge):
    fabrique.personne(scene.chapeau_referent, prenom="Nadia")
    horloge.avancer(days=40)
    autre = lire_semaine(ctx, fabrique.acteur(fabrique.referent()))
    assert (autre.offres, autre.reponses, autre.attentes) == ((), (), ())


def test_l_accueil_dit_la_semaine_et_mene_a_exactement_cela(ctx, scene, fabrique, horloge, connecter):
    fabrique.personne(scene.chapeau_referent, prenom="Nadia", nom="Exemple-Attente")
    horloge.avancer(days=40)
    navigateur = connecter(scene.chapeau_referent)
    page = navigateur.get("/referent/").text
    lien = re.search(r'href="(/referent/semaine#attentes)">([^<]+)<', page)
    assert lien
    assert "attend" in lien[2]
    semaine = navigateur.get(lien[1].partition("#")[0]).text
    assert 'id="attentes"' in semaine
    assert "Exemple-Attente" in semaine
    chiffres = navigateur.get("/referent/chiffres?du=2026-01-01&au=oups")
    assert chiffres.status_code == 200
    csv = navigateur.get("/referent/chiffres?format=csv")
    assert csv.mimetype == "text/csv"
    assert "Propositions" in csv.get_data(as_text=True).splitlines()[0]

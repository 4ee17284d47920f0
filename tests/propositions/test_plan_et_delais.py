"""The week's plan advises, the facilitateur ticks, the référents are told; delays are medians of enough cases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marketplace.erreurs import Introuvable
from marketplace.journal.models import Courriel, LecturePersonne, Notification
from marketplace.propositions.chiffres import chiffres_du_referent
from marketplace.propositions.delais import Mesure, delais, delais_de_la_structure
from marketplace.propositions.models import Proposition
from marketplace.propositions.queries import motifs_agreges
from marketplace.propositions.rules import Transition, mediane
from marketplace.propositions.services import plan_de_la_semaine, proposer, repondre, suggerer
from tests.propositions.test_parcours import Scene


@pytest.fixture
def scene(fabrique):
    return Scene(fabrique)


def test_le_plan_donne_a_chacun_une_premiere_proposition(ctx, scene, fabrique):
    autres = [fabrique.personne(scene.chapeau_referent) for _ in range(3)]
    fabrique.offre(scene.organisation, scene.marche)
    plan = plan_de_la_semaine(ctx, scene.facilitateur)
    assert {c.personne_ref for c in plan.conseils} == {p.ref for p in autres} | {scene.samira.ref}
    assert plan.premieres == plan.personnes == 4
    par_offre = [c.offre.ref for c in plan.conseils]
    assert max(par_offre.count(ref) for ref in par_offre) <= 2
    assert all(c.raison for c in plan.conseils)


def test_le_plan_ne_conseille_pas_ce_qui_est_deja_propose(ctx, scene):
    scene.proposer()
    assert plan_de_la_semaine(ctx, scene.facilitateur).conseils == ()


def test_ce_qui_est_coche_part_une_fois_au_referent_et_jamais_a_l_employeur(ctx, scene):
    cles = [c.cle for c in plan_de_la_semaine(ctx, scene.facilitateur).conseils]
    assert suggerer(ctx, scene.facilitateur, cles) == 1
    assert suggerer(ctx, scene.facilitateur, cles) == 0
    assert suggerer(ctx, scene.facilitateur, ["O-999999|P-NON", "n'importe quoi", ""]) == 0
    with ctx.lecture() as s:
        assert s.scalars(select(Notification.utilisateur_id)).all() == [scene.referent.utilisateur_id]
        assert s.scalar(select(func.count()).select_from(Courriel)) == 0
        assert s.scalar(select(func.count()).select_from(Proposition)) == 0
    assert plan_de_la_semaine(ctx, scene.facilitateur).conseils[0].deja_suggere


def test_le_plan_est_au_facilitateur_seul(ctx, scene):
    for acteur in (scene.employeur, scene.referent):
        with pytest.raises(Introuvable):
            plan_de_la_semaine(ctx, acteur)
        with pytest.raises(Introuvable):
            suggerer(ctx, acteur, [])


def test_les_delais_se_mesurent_de_la_publication_a_la_rencontre(ctx, scene, fabrique, horloge):
    offres = [fabrique.offre(scene.organisation, scene.marche) for _ in range(5)]
    horloge.avancer(days=4)
    refs = [proposer(ctx, scene.referent, o.ref, scene.samira.ref, accord_canal="entretien") for o in offres]
    horloge.avancer(days=2)
    for ref in refs:
        repondre(ctx, scene.employeur, ref, Transition.RENCONTRER, creneau=ctx.horloge() + timedelta(days=1))
    debut, jour = fabrique.jour - timedelta(days=30), ctx.aujourdhui()
    with ctx.lecture() as s:
        vus = delais(s, scene.offre.territoire_id, debut, jour)
        sien = delais_de_la_structure(s, scene.offre.territoire_id, scene.organisation.id, debut, jour)
        ailleurs = delais_de_la_structure(s, scene.offre.territoire_id, fabrique.organisation().id, debut, jour)
        hier = delais(s, scene.offre.territoire_id, debut, debut + timedelta(days=1))
        chiffres = chiffres_du_referent(s, scene.referent, debut, jour)
        avant = chiffres_du_referent(s, scene.referent, debut, debut + timedelta(days=1))
    toutes = vus.ensemble
    assert (toutes.offres, toutes.sans_proposition, toutes.propositions) == (6, 1, 5)
    assert toutes.jusqu_a_la_proposition == Mesure(5, 4.0)
    assert toutes.jusqu_a_la_reponse == Mesure(5, 2.0)
    assert toutes.jusqu_a_la_rencontre == Mesure(5, 2.0)
    assert toutes.jusqu_au_premier_jour == Mesure(None, None)
    assert [d.jusqu_a_la_reponse for d in vus.lieux] == [Mesure(5, 2.0), Mesure(None, None)]
    assert [d.groupe for d in vus.structures] == [scene.organisation.nom]
    assert (sien.offres, sien.jusqu_a_la_reponse, ailleurs.offres, hier.ensemble.offres) == (6, Mesure(5, 2.0), 0, 0)
    c = chiffres.ensemble
    assert (c.personnes, c.propositions, c.reponses, c.rencontres, c.jours_de_reponse) == (1, 5, 5, 5, 2.0)
    assert [m.propositions for m in chiffres.mois] == [5]
    assert (avant.ensemble.propositions, avant.mois) == (0, ())


def test_sous_cinq_cas_rien_ne_se_lit_sauf_pour_la_structure_elle_meme(ctx, scene, fabrique, horloge):
    horloge.avancer(days=3)
    scene.proposer()
    debut, jour = fabrique.jour - timedelta(days=30), ctx.aujourdhui()
    with ctx.lecture() as s:
        vus = delais(s, scene.offre.territoire_id, debut, jour)
        sien = delais_de_la_structure(s, scene.offre.territoire_id, scene.organisation.id, debut, jour)
    assert vus.ensemble.jusqu_a_la_proposition == Mesure(None, None)
    assert vus.structures == ()
    assert sien.jusqu_a_la_proposition == Mesure(1, 3.0)


def test_une_mediane_de_trop_peu_de_cas_ne_se_dit_pas():
    assert mediane([1.0, 2.0, 9.0], 5) is None
    assert mediane([], 0) is None
    assert mediane([1.0, 2.0, 9.0], 3) == 2.0


def test_les_raisons_ne_se_lisent_qu_en_nombre(ctx, scene, fabrique):
    def decliner(nombre):
        for _ in range(nombre):
            qui = fabrique.personne(scene.chapeau_referent)
            ref = proposer(ctx, scene.referent, scene.offre.ref, qui.ref, accord_canal="entretien", motif_choix="autre")
            repondre(ctx, scene.employeur, ref, Transition.DECLINER, motif="mobilite")

    decliner(4)
    with ctx.lecture() as s:
        assert motifs_agreges(s, scene.offre.territoire_id, ctx.horloge() - timedelta(days=1)) == {}
    decliner(1)
    with ctx.lecture() as s:
        assert motifs_agreges(s, scene.offre.territoire_id, ctx.horloge() - timedelta(days=1)) == {"mobilite": 5}


def test_le_plan_se_lit_par_pages_et_ne_note_que_les_personnes_montrees(ctx, scene, fabrique, monkeypatch):
    from marketplace.propositions.services import plan as module

    for _ in range(3):
        fabrique.personne(scene.chapeau_referent)
        fabrique.offre(fabrique.organisation(), scene.marche)
    monkeypatch.setattr(module, "PAR_PAGE", 2)
    premiere = plan_de_la_semaine(ctx, scene.facilitateur)
    assert len(premiere.conseils) == 2 < premiere.nombre
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(LecturePersonne)) == 2
    lues = {
        c.cle for n in range(1, premiere.pages + 1) for c in plan_de_la_semaine(ctx, scene.facilitateur, n).conseils
    }
    assert len(lues) == premiere.nombre
    assert plan_de_la_semaine(ctx, scene.facilitateur, 99).page == premiere.pages

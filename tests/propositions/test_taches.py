"""What the nights of the marketplace do, once, and what stops them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marketplace.journal.models import Alerte, Courriel, Notification
from marketplace.offres.models import EtatOffre, Offre
from marketplace.propositions.models import EtatProposition, Proposition
from marketplace.propositions.rules import Transition
from marketplace.propositions.services import classer_sans_noms, demander_rencontre, repondre
from marketplace.propositions.taches import (
    annoncer_offres,
    fermer_offres,
    relancer_offres,
    suivre_place,
    suivre_propositions,
)
from tests.propositions.test_parcours import Scene


@pytest.fixture
def scene(fabrique):
    return Scene(fabrique)


def compter(ctx, table, *conditions):
    with ctx.lecture() as s:
        return s.scalar(select(func.count()).select_from(table).where(*conditions))


def etat_offre(ctx, scene):
    with ctx.lecture() as s:
        return s.get_one(Offre, scene.offre.id).etat


def test_une_nouvelle_offre_se_dit_une_fois_au_referent_dont_une_personne_est_proche(ctx, scene, fabrique):
    voisin = fabrique.acteur(fabrique.referent())
    assert annoncer_offres(ctx, ctx.aujourdhui(), dry_run=True)["annonces"] == 0
    assert compter(ctx, Notification) == 0
    assert annoncer_offres(ctx, ctx.aujourdhui())["annonces"] == 1
    assert annoncer_offres(ctx, ctx.aujourdhui())["annonces"] == 0
    assert compter(ctx, Notification, Notification.utilisateur_id == scene.referent.utilisateur_id) == 1
    assert compter(ctx, Notification, Notification.utilisateur_id == voisin.utilisateur_id) == 0
    # Nobody waits for her: the mail of Monday tells of it.
    assert compter(ctx, Courriel) == 0


def test_une_personne_deja_proposee_ne_fait_pas_annoncer_l_offre(ctx, scene):
    scene.proposer()
    assert annoncer_offres(ctx, ctx.aujourdhui())["annonces"] == 0


def test_une_personne_gardee_pour_plus_tard_est_rappelee_a_la_nouvelle_offre(ctx, scene, fabrique):
    ref = scene.proposer()
    repondre(ctx, scene.employeur, ref, Transition.METTRE_AU_VIVIER)
    nouvelle = fabrique.offre(scene.organisation, scene.marche, intitule="Maçon coffreur")
    ailleurs = fabrique.offre(fabrique.organisation(), intitule="Maçonne ailleurs")
    annoncer_offres(ctx, ctx.aujourdhui())
    annoncer_offres(ctx, ctx.aujourdhui())
    with ctx.lecture() as s:
        rappels = s.scalars(select(Notification).where(Notification.texte.contains("gardé Samira"))).all()
    assert [r.lien for r in rappels] == [f"/referent/offres/{nouvelle.ref}/proposer/{scene.samira.ref}"]
    assert ailleurs.ref not in rappels[0].lien


def test_chaque_semaine_on_demande_si_l_offre_est_toujours_d_actualite(ctx, scene, horloge):
    assert relancer_offres(ctx, ctx.aujourdhui())["vus"] == 0
    horloge.avancer(days=8)
    assert relancer_offres(ctx, ctx.aujourdhui())["faits"] == 1
    assert relancer_offres(ctx, ctx.aujourdhui())["faits"] == 0
    horloge.avancer(days=7)
    assert relancer_offres(ctx, ctx.aujourdhui())["faits"] == 1


def test_une_offre_que_personne_ne_confirme_se_ferme_et_ses_propositions_avec_elle(ctx, scene, horloge):
    ref = scene.proposer()
    horloge.avancer(days=28)
    assert fermer_offres(ctx, ctx.aujourdhui())["faits"] == 0
    horloge.avancer(days=1)
    assert fermer_offres(ctx, ctx.aujourdhui(), dry_run=True)["vus"] == 1
    assert etat_offre(ctx, scene) is EtatOffre.PUBLIEE
    assert fermer_offres(ctx, ctx.aujourdhui())["faits"] == 1
    assert etat_offre(ctx, scene) is EtatOffre.FERMEE
    assert scene.etat(ref) is EtatProposition.OBSOLETE
    assert fermer_offres(ctx, ctx.aujourdhui())["vus"] == 0


def test_sans_reponse_on_rappelle_deux_fois_puis_la_proposition_se_ferme(ctx, scene, horloge):
    ref = scene.proposer()
    faits = []
    for _ in range(32):
        faits.append(suivre_propositions(ctx, ctx.aujourdhui())["faits"])
        horloge.avancer(days=1)
    assert sum(faits) == 3
    assert scene.etat(ref) is EtatProposition.SANS_SUITE


def test_une_rencontre_prevue_arrete_les_rappels(ctx, scene, horloge):
    ref = scene.proposer()
    repondre(ctx, scene.employeur, ref, Transition.RENCONTRER, creneau=ctx.horloge() + timedelta(days=40))
    horloge.avancer(days=35)
    assert suivre_propositions(ctx, ctx.aujourdhui())["vus"] == 0
    assert scene.etat(ref) is EtatProposition.RENCONTRE


def test_ce_qui_attend_fait_une_alerte_et_la_reponse_la_ferme(ctx, scene, horloge):
    carte = classer_sans_noms(ctx, scene.employeur, scene.offre.ref).cartes[0]
    demander_rencontre(ctx, scene.employeur, scene.offre.ref, carte.cle)
    horloge.avancer(days=16)
    suivre_place(ctx, ctx.aujourdhui())
    with ctx.lecture() as s:
        ouvertes = set(s.scalars(select(Alerte.type).where(Alerte.fermee_le.is_(None))))
    assert ouvertes == {"offre_sans_proposition", "souhait_sans_reponse"}
    scene.proposer()
    assert suivre_place(ctx, ctx.aujourdhui())["fermees"] == 2
    horloge.avancer(days=16)
    suivre_place(ctx, ctx.aujourdhui())
    with ctx.lecture() as s:
        ouverte = s.scalars(select(Alerte).where(Alerte.fermee_le.is_(None))).one()
        assert ouverte.type == "proposition_sans_reponse"
        assert "Samira" not in ouverte.message
        p = s.scalars(select(Proposition)).one()
    repondre(ctx, scene.employeur, p.ref, Transition.DECLINER, motif="plus_de_poste")
    suivre_place(ctx, ctx.aujourdhui())
    assert compter(ctx, Alerte, Alerte.fermee_le.is_(None)) == 0

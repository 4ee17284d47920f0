"""Hired somewhere: the rest closes at once, whatever the way, and two employers never hire the same person at once."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from marketplace.comptes.models import TypeOrganisation
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.heures.models import Contrat, Modalite
from marketplace.propositions import rules
from marketplace.propositions.models import EtatProposition, Proposition, TransitionProposition
from marketplace.propositions.rules import Partie, Transition
from marketplace.propositions.services import embaucher, embaucher_directement, proposer, repondre
from marketplace.propositions.signalements.models import Signalement
from marketplace.propositions.signalements.rules import ResultatSignalement
from marketplace.propositions.signalements.services import signaler
from marketplace.propositions.taches import suivre_propositions
from marketplace.valeurs import ajouter_mois
from tests.propositions.test_parcours import Scene, compter


@pytest.fixture
def scene(fabrique):
    return Scene(fabrique)


def directement(ctx, acteur, scene, validation):
    return embaucher_directement(
        ctx,
        acteur,
        validation.ref,
        modalite=Modalite.EMBAUCHE_DIRECTE,
        poste="Maçon",
        debut=scene.offre.debut,
        fin=ajouter_mois(scene.offre.debut, 6),
        heures_hebdo=Decimal(35),
        type_contrat="cdd",
    )


def test_une_embauche_directe_chez_un_autre_ferme_ce_qui_etait_propose(ctx, scene, fabrique):
    ref = scene.proposer()
    autre = fabrique.organisation()
    marche = fabrique.marche(titulaire=autre)
    validation = fabrique.validation(scene.samira, demandeur_id=autre.id, marche_id=marche.id)
    directement(ctx, fabrique.acteur(fabrique.employeur(autre)), scene, validation)
    assert scene.etat(ref) is EtatProposition.OBSOLETE
    with ctx.lecture() as s:
        derniere = s.scalars(select(TransitionProposition).order_by(TransitionProposition.id.desc())).first()
    assert (derniere.de, derniere.vers) == ("proposee", "obsolete")


def test_une_embauche_ferme_les_candidatures_faites_ailleurs(ctx, scene, fabrique):
    structure = fabrique.organisation(TypeOrganisation.ACI)
    signalement = signaler(
        ctx, scene.referent, scene.samira.ref, accord_canal="entretien", organisation_ref=structure.ref
    )
    ref = scene.proposer()
    repondre(ctx, scene.employeur, ref, Transition.ACCEPTER)
    fabrique.validation(scene.samira)
    scene.embaucher(ref)
    with ctx.lecture() as s:
        suite = s.scalar(select(Signalement.resultat).where(Signalement.ref == signalement))
    assert suite is ResultatSignalement.SANS_SUITE


def test_une_embauche_directe_apres_l_acceptation_garde_la_proposition_pour_origine(ctx, scene, fabrique):
    ref = scene.proposer()
    validation = fabrique.validation(scene.samira, demandeur_id=scene.organisation.id, marche_id=scene.marche.id)
    repondre(ctx, scene.employeur, ref, Transition.ACCEPTER)
    directement(ctx, scene.employeur, scene, validation)
    assert scene.etat(ref) is EtatProposition.EMBAUCHEE
    with ctx.lecture() as s:
        contrat = s.scalars(select(Contrat)).one()
        assert contrat.proposition_id == s.scalar(select(Proposition.id).where(Proposition.ref == ref))


def test_un_contrat_venu_d_un_fichier_ferme_le_reste_dans_la_nuit(ctx, scene, fabrique, horloge):
    ref = scene.proposer()
    ancienne = fabrique.personne(scene.chapeau_referent)
    fabrique.contrat(ancienne, fabrique.organisation(), fabrique.marche(), cree_le=ctx.horloge())
    horloge.avancer(hours=1)
    garde = proposer(
        ctx, scene.referent, fabrique.offre().ref, ancienne.ref, accord_canal="entretien", motif_choix="autre"
    )
    fabrique.contrat(scene.samira, fabrique.organisation(), fabrique.marche(), cree_le=ctx.horloge())
    suivre_propositions(ctx, ctx.aujourdhui(), dry_run=True)
    assert scene.etat(ref) is EtatProposition.PROPOSEE
    suivre_propositions(ctx, ctx.aujourdhui())
    suivre_propositions(ctx, ctx.aujourdhui())
    assert scene.etat(ref) is EtatProposition.OBSOLETE
    assert scene.etat(garde) is EtatProposition.PROPOSEE


def test_deux_employeurs_embauchent_la_meme_personne_a_la_meme_seconde_un_seul_l_obtient(ctx, scene, fabrique):
    fabrique.validation(scene.samira)
    autre = fabrique.organisation()
    voisine = fabrique.offre(autre, fabrique.marche(titulaire=autre), debut=scene.offre.debut)
    employeurs = {
        scene.proposer(): scene.employeur,
        proposer(ctx, scene.referent, voisine.ref, scene.samira.ref, accord_canal="entretien"): fabrique.acteur(
            fabrique.employeur(autre)
        ),
    }
    for ref, acteur in employeurs.items():
        repondre(ctx, acteur, ref, Transition.ACCEPTER)
    barriere, faites, refus = threading.Barrier(2), [], []

    def signer(ref, acteur):
        barriere.wait()
        try:
            faites.append(
                embaucher(
                    ctx,
                    acteur,
                    ref,
                    debut=scene.offre.debut,
                    fin=scene.offre.debut + timedelta(days=90),
                    heures_hebdo=Decimal(35),
                    type_contrat="cdd",
                )
            )
        except RegleViolee as e:
            refus.append(e)

    fils = [threading.Thread(target=signer, args=x) for x in employeurs.items()]
    [fil.start() for fil in fils]
    [fil.join() for fil in fils]
    assert len(faites) == 1
    assert len(refus) == 1
    assert isinstance(refus[0], RegleViolee | ModifieEntreTemps)
    assert compter(ctx, Contrat) == 1
    with ctx.lecture() as s:
        etats = sorted(s.scalars(select(Proposition.etat)))
        vues = s.scalar(select(func.count()).where(TransitionProposition.vers == "embauchee"))
    assert etats == [EtatProposition.EMBAUCHEE, EtatProposition.OBSOLETE]
    assert vues == 1


def test_la_table_des_etats_dit_tout_ce_que_dit_la_reference():
    """The states of les-emplois, with what clauses change: agreement first, no way back from a hire."""

    def sources(transition):
        return rules.TRANSITIONS[transition].depuis

    e = EtatProposition
    assert sources(Transition.ETUDIER) >= {e.PROPOSEE, e.VIVIER, e.PRE_EMBAUCHE}
    assert sources(Transition.RENCONTRER) >= {e.PROPOSEE, e.VIVIER, e.ETUDE}
    assert sources(Transition.ACCEPTER) == {e.PROPOSEE, e.VIVIER, e.ETUDE, e.RENCONTRE, e.PRE_EMBAUCHE}
    assert sources(Transition.DECLINER) >= {e.PROPOSEE, e.VIVIER, e.ETUDE, e.PRE_EMBAUCHE, e.RENCONTRE}
    assert sources(Transition.METTRE_AU_VIVIER) >= {e.PROPOSEE, e.ETUDE, e.RENCONTRE}
    assert sources(Transition.RENDRE_OBSOLETE) == rules.OUVERTS
    assert sources(Transition.REPROPOSER) == {e.ANNULEE, e.OBSOLETE, e.SANS_SUITE}
    assert not rules.possibles(e.EMBAUCHEE, Partie.PROPOSANT)
    assert all(passage.parties for passage in rules.TRANSITIONS.values())

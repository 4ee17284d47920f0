"""No path reaches a contrat without eligibility, information and agreement: every sequence of acts is tried."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from marketplace.erreurs import RegleViolee
from marketplace.heures.models import Contrat, Modalite
from marketplace.personnes.models import EtatValidation, Personne, Statut, Validation
from marketplace.propositions import rules
from marketplace.propositions.models import Proposition
from marketplace.propositions.rules import Conditions, EtatProposition, Partie, Transition
from marketplace.propositions.services import annuler, embaucher, embaucher_directement, proposer, repondre
from tests.propositions.test_parcours import Scene

REPONSES = (
    Transition.ETUDIER,
    Transition.RENCONTRER,
    Transition.PRE_EMBAUCHER,
    Transition.ACCEPTER,
    Transition.DECLINER,
    Transition.METTRE_AU_VIVIER,
)
ACTES = st.lists(
    st.one_of(
        st.sampled_from(["proposer", "annuler", "embaucher", "valider", "informer", "directement"]),
        st.sampled_from(REPONSES),
    ),
    max_size=9,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actes=ACTES, informee=st.booleans(), eligible=st.booleans(), accord=st.booleans())
def test_aucun_chemin_ne_mene_au_contrat_sans_eligibilite_information_et_accord(
    ctx, fabrique, actes, informee, eligible, accord
):
    scene = Scene(fabrique)
    qui = fabrique.personne(
        scene.chapeau_referent,
        categorie="RSA" if eligible else None,
        information_le=fabrique.jour if informee else None,
    )
    demande = fabrique.validation(
        qui,
        etat=EtatValidation.A_TRAITER,
        demandeur_id=scene.organisation.id,
        marche_id=scene.marche.id,
        fenetre_debut=None,
        fenetre_fin=None,
        repondue_le=None,
    )
    ref = None
    validee = False
    for acte in actes:
        with contextlib.suppress(RegleViolee):
            if acte == "proposer":
                ref = proposer(
                    ctx, scene.referent, scene.offre.ref, qui.ref, accord_canal="entretien" if accord else ""
                )
            elif acte == "valider":
                with ctx.transaction() as s:
                    question = s.get_one(Validation, demande.id)
                    question.etat, question.repondue_le = EtatValidation.OUI, ctx.horloge()
                    question.fenetre_debut = fabrique.jour
                    question.fenetre_fin = fabrique.jour + timedelta(days=700)
                validee = True
            elif acte == "informer":
                with ctx.transaction() as s:
                    personne = s.get_one(Personne, qui.id)
                    personne.information_le, personne.information_version = fabrique.jour, "1"
                informee = True
            elif acte == "directement":
                embaucher_directement(
                    ctx,
                    scene.employeur,
                    demande.ref,
                    modalite=Modalite.EMBAUCHE_DIRECTE,
                    poste="Maçon",
                    debut=scene.offre.debut,
                    fin=scene.offre.debut + timedelta(days=100),
                    heures_hebdo=Decimal(35),
                    type_contrat="cdd",
                )
            elif ref is None:
                continue
            elif acte == "annuler":
                annuler(ctx, scene.referent, ref)
            elif acte == "embaucher":
                embaucher(
                    ctx,
                    scene.employeur,
                    ref,
                    debut=scene.offre.debut,
                    fin=scene.offre.debut + timedelta(days=100),
                    heures_hebdo=Decimal(35),
                    type_contrat="cdd",
                )
            else:
                creneau = ctx.horloge() + timedelta(days=2) if acte is Transition.RENCONTRER else None
                repondre(ctx, scene.employeur, ref, acte, motif="autre", creneau=creneau)
    with ctx.lecture() as s:
        contrat = s.scalar(select(Contrat).where(Contrat.personne_id == qui.id))
        proposition = s.scalar(select(Proposition).where(Proposition.personne_id == qui.id))
    if contrat is None:
        return
    assert informee
    assert validee
    assert contrat.validation_id is not None
    if contrat.proposition_id is not None:
        assert accord
        assert proposition is not None
        assert proposition.accord_canal == "entretien"
        assert proposition.etat is EtatProposition.EMBAUCHEE
    elif proposition is not None:
        assert proposition.etat not in rules.OUVERTS


def test_le_bon_chemin_existe_et_le_retrait_de_l_eligibilite_le_coupe(ctx, fabrique):
    scene = Scene(fabrique)
    ref = scene.proposer()
    validation = fabrique.validation(scene.samira)
    repondre(ctx, scene.employeur, ref, Transition.ACCEPTER)
    with ctx.transaction() as s:
        s.delete(s.get_one(Validation, validation.id))
        for statut in s.scalars(select(Statut).where(Statut.personne_id == scene.samira.id)):
            s.delete(statut)
    with pytest.raises(RegleViolee, match="éligibilité"):
        scene.embaucher(ref)
    fabrique.validation(scene.samira)
    assert scene.embaucher(ref).contrat_ref


@given(
    etats=st.lists(st.sampled_from(list(Transition)), max_size=12),
    parties=st.lists(st.sampled_from(list(Partie)), min_size=12, max_size=12),
)
def test_la_table_ne_mene_a_l_embauche_que_depuis_l_acceptation(etats, parties):
    etat = EtatProposition.PROPOSEE
    for transition, partie in zip(etats, parties, strict=False):
        avant = etat
        with contextlib.suppress(RegleViolee):
            etat = rules.suivant(etat, transition, partie)
        if etat is EtatProposition.EMBAUCHEE and avant is not etat:
            assert avant is EtatProposition.ACCEPTEE
            assert partie is Partie.EMPLOYEUR
    if etat is EtatProposition.EMBAUCHEE:
        assert not rules.possibles(etat, Partie.EMPLOYEUR)


@given(informee=st.booleans(), eligible=st.booleans(), canal=st.sampled_from(["", "entretien"]))
def test_proposer_demande_les_trois(informee, eligible, canal):
    from datetime import date

    jour = date(2026, 11, 21)
    conditions = Conditions(informee, eligible, jour, canal)
    if informee and eligible and canal:
        rules.exiger_proposable(conditions, offre_ouverte=True, jour=jour)
    else:
        with pytest.raises(RegleViolee):
            rules.exiger_proposable(conditions, offre_ouverte=True, jour=jour)

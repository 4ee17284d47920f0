"""From the answers recorded to a layer that counts only once a human approved its report of fairness (R127, R128)."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy.special import expit
from sqlalchemy import func, select, update

from marketplace.comptes.roles import Role
from marketplace.comptes.services import poser_reglage
from marketplace.erreurs import Interdit, ModifieEntreTemps, RegleViolee
from marketplace.journal.models import Notification
from marketplace.matching.decision import POIDS_A_LA_MAIN, apprendre, tableau
from marketplace.propositions.classement import mettre_a_jour, selon_le_territoire
from marketplace.propositions.decisions.models import CoucheApprise, DecisionClassement, EtatCouche, OrigineDecision
from marketplace.propositions.decisions.queries import couche, couche_en_vigueur, couches, decisions_du_territoire
from marketplace.propositions.decisions.services import (
    MINIMUM,
    apprendre_des_decisions,
    approuver_couche,
    donner_avis,
    eteindre_couche,
    refuser_couche,
)
from marketplace.propositions.decisions.taches import apprendre_chaque_mois
from marketplace.propositions.equite.models import RapportEquite
from marketplace.propositions.rules import MOTIFS, Transition
from marketplace.propositions.services import classer, proposer, repondre
from tests.propositions.test_parcours import Scene

MOT = "J'ai lu le rapport, rien ne s'y oppose."


@pytest.fixture
def scene(fabrique):
    scene = Scene(fabrique)
    scene.admin = fabrique.acteur(fabrique.administrateur())
    return scene


def lues(ctx, scene):
    with ctx.lecture() as s:
        return decisions_du_territoire(s, scene.offre.territoire_id)


def simuler(ctx, scene, fabrique, nombre, graine=1):
    """Words of référents on ranks: relevance and lateness count more than the weights set by hand say."""
    rng = np.random.default_rng(graine)
    offres = [fabrique.offre(scene.organisation, scene.marche).id for _ in range(-(-nombre // 10))]
    personnes = [fabrique.personne(scene.chapeau_referent).id for _ in range(10)]
    with ctx.transaction() as s:
        for k in range(nombre):
            p, h, r = float(rng.beta(2, 2)), float(rng.exponential(5)), float(rng.exponential(2))
            z = tableau(np.array([p]), np.array([h]), np.array([r]))[0] @ np.array([1.6, -0.3, -0.7]) - 0.2
            s.add(
                DecisionClassement(
                    territoire_id=scene.offre.territoire_id,
                    origine=OrigineDecision.AVIS,
                    offre_id=offres[k // 10],
                    personne_id=personnes[k % 10],
                    favorable=bool(rng.random() < expit(z)),
                    motif="competences",
                    pertinence=p,
                    ecart_heures=h,
                    retard_semaines=r,
                    version_modele="essai",
                    quand=ctx.horloge(),
                )
            )


def test_une_proposition_garde_ce_que_le_moteur_voyait_ce_jour_la(ctx, scene, fabrique):
    vu = classer(ctx, scene.referent, scene.offre.ref).lignes[0]
    scene.proposer()
    with ctx.lecture() as s:
        gardee = s.scalars(select(DecisionClassement)).one()
        assert gardee.pertinence == pytest.approx(
            sum(r.contribution for r in vu.raisons if r.critere in {"metier", "competences"}), abs=1e-5
        )
        assert gardee.version_modele == ctx.ranker.version
    assert lues(ctx, scene).en_attente == 1


def test_seuls_un_oui_et_un_refus_sur_le_metier_peuvent_apprendre(ctx, scene, fabrique):
    refs = {}
    paires = [
        (fabrique.personne(scene.chapeau_referent), fabrique.offre(scene.organisation, scene.marche)) for _ in MOTIFS
    ]
    for motif, (qui, offre) in zip(MOTIFS, paires, strict=True):
        refs[motif] = proposer(ctx, scene.referent, offre.ref, qui.ref, accord_canal="entretien", motif_choix="attente")
        repondre(ctx, scene.employeur, refs[motif], Transition.DECLINER, motif=motif)
    repondre(ctx, scene.employeur, scene.proposer(), Transition.ACCEPTER)
    apres = lues(ctx, scene)
    assert (apres.oui, apres.refus_du_metier, apres.refus_tus) == (1, 1, len(MOTIFS) - 1)
    assert {d.motif for d in apres.decisions} == {None, "competences"}
    # whatever they weighed, the refusals left out change nothing to what is learned
    depart = apprendre(apres.decisions)
    with ctx.transaction() as s:
        tus = [ref for motif, ref in refs.items() if motif != "competences_manquantes"]
        s.execute(
            update(DecisionClassement)
            .where(DecisionClassement.proposition_id.in_(ids_de(s, tus)))
            .values(pertinence=0.99, ecart_heures=0.0, retard_semaines=0.0)
        )
    assert lues(ctx, scene).empreinte == apres.empreinte
    assert apprendre(lues(ctx, scene).decisions) == depart


def ids_de(s, refs):
    from marketplace.propositions.models import Proposition

    return list(s.scalars(select(Proposition.id).where(Proposition.ref.in_(refs))))


def test_hors_de_portee_rien_n_est_garde_donc_rien_ne_s_apprend_de_la_distance(ctx, scene, fabrique):
    loin = fabrique.personne(scene.chapeau_referent, code_insee="34142", modes=["marche"], trajet_max_minutes=20)
    proposer(ctx, scene.referent, scene.offre.ref, loin.ref, accord_canal="entretien", motif_choix="trajet_resolu")
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(DecisionClassement)) == 0


def test_un_avis_sur_un_rang_n_apprend_que_s_il_parle_du_metier(ctx, scene):
    for motif, attendu in (("trajet", 0), ("autre", 0), ("competences", 1)):
        for favorable in (True, False):
            donner_avis(ctx, scene.referent, scene.offre.ref, scene.samira.ref, favorable=favorable, motif=motif)
            assert lues(ctx, scene).retenues == attendu
    with pytest.raises(RegleViolee):
        donner_avis(ctx, scene.referent, scene.offre.ref, scene.samira.ref, favorable=True, motif="freins")
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(DecisionClassement)) == 1


def test_sous_le_minimum_rien_ne_s_apprend(ctx, scene, fabrique):
    simuler(ctx, scene, fabrique, MINIMUM - 1)
    with pytest.raises(RegleViolee, match=str(MINIMUM)):
        apprendre_des_decisions(ctx, scene.admin)


def test_une_couche_ne_compte_qu_approuvee_et_s_eteint_aussitot(ctx, scene, fabrique, horloge):
    simuler(ctx, scene, fabrique, 240)
    tard = fabrique.personne(scene.chapeau_referent, disponible_le=date(2027, 1, 20))

    def scores():
        return {x.personne_ref: x.score for x in classer(ctx, scene.referent, scene.offre.ref, limit=100).lignes}

    avant = scores()
    fait = apprendre_des_decisions(ctx, scene.admin)
    assert (fait.nouvelle, fait.nombre) == (True, 240)
    assert apprendre_des_decisions(ctx, scene.admin).ref == fait.ref  # same decisions, same layer
    assert scores() == avant
    with ctx.lecture() as s:
        vue = couche(s, scene.offre.territoire_id, fait.ref)
        assert vue.etat is EtatCouche.A_EXAMINER
        assert vue.mesures["perte"] < vue.mesures["perte_a_la_main"]
        assert s.get_one(RapportEquite, vue.rapport_id).contenu["offres"] > 0
        assert couche_en_vigueur(s, scene.offre.territoire_id) is None
    with pytest.raises(RegleViolee, match="phrase"):
        approuver_couche(ctx, scene.admin, fait.ref, "ok")
    with pytest.raises(ModifieEntreTemps):
        approuver_couche(ctx, scene.admin, fait.ref, MOT, version=99)
    approuver_couche(ctx, scene.admin, fait.ref, MOT, version=vue.version)
    apres = scores()
    assert apres != avant
    assert apres[tard.ref] < avant[tard.ref]
    vu = classer(ctx, scene.referent, scene.offre.ref, limit=100)
    assert vu.version.endswith(f"+{fait.ref}")
    assert any(r.critere == "decisions" for x in vu.lignes for r in x.raisons)
    with ctx.lecture() as s:
        vue = couche(s, scene.offre.territoire_id, fait.ref)
        assert (vue.decideur, vue.mot) == (scene.admin.nom, MOT)
    eteindre_couche(ctx, scene.admin, fait.ref)
    eteindre_couche(ctx, scene.admin, fait.ref)
    assert scores() == avant
    approuver_couche(ctx, scene.admin, fait.ref, MOT)  # switched on again, with a new word
    assert scores() == apres


def test_une_couche_refusee_ou_remplacee_ne_compte_plus(ctx, scene, fabrique, horloge):
    simuler(ctx, scene, fabrique, 60)
    premiere = apprendre_des_decisions(ctx, scene.admin).ref
    simuler(ctx, scene, fabrique, 60, graine=2)
    horloge.avancer(days=1)
    seconde = apprendre_des_decisions(ctx, scene.admin).ref
    with ctx.lecture() as s:
        assert [c.etat for c in couches(s, scene.offre.territoire_id)] == [EtatCouche.A_EXAMINER, EtatCouche.REMPLACEE]
    refuser_couche(ctx, scene.admin, seconde, "Trop peu de décisions pour juger.")
    for ref in (premiere, seconde):
        with pytest.raises(RegleViolee, match="décision"):
            approuver_couche(ctx, scene.admin, ref, MOT)


def test_une_couche_qui_prevoit_moins_bien_ou_qu_on_a_changee_ne_peut_pas_compter(ctx, scene, fabrique):
    simuler(ctx, scene, fabrique, 60)
    ref = apprendre_des_decisions(ctx, scene.admin).ref

    def changer(**valeurs):
        with ctx.transaction() as s:
            for champ, valeur in valeurs.items():
                setattr(s.scalars(select(CoucheApprise).where(CoucheApprise.ref == ref)).one(), champ, valeur)

    with ctx.lecture() as s:
        mesures = dict(couche(s, scene.offre.territoire_id, ref).mesures)
    changer(mesures=mesures | {"perte": 2.0, "perte_a_la_main": 0.6})
    with pytest.raises(RegleViolee, match="moins bien"):
        approuver_couche(ctx, scene.admin, ref, MOT)
    changer(mesures=mesures | {"perte": 0.5, "perte_a_la_main": 0.6})
    approuver_couche(ctx, scene.admin, ref, MOT)
    changer(poids={"traits": ["pertinence", "ecart_heures", "retard_semaines"], "poids": [-9, 0, 0], "biais": 0})
    with ctx.lecture() as s:  # poisoned in the base: left aside, the ranking goes on without it
        assert couche_en_vigueur(s, scene.offre.territoire_id) is None
        assert selon_le_territoire(ctx, s, scene.offre.territoire_id).version == ctx.ranker.version
        assert not couche(s, scene.offre.territoire_id, ref).lisible


def test_un_rapport_qui_alerte_doit_avoir_ete_lu(ctx, scene, fabrique):
    simuler(ctx, scene, fabrique, 240)
    ref = apprendre_des_decisions(ctx, scene.admin).ref
    with ctx.transaction() as s:
        s.execute(update(RapportEquite).values(alerte=True))
    with pytest.raises(RegleViolee, match="groupe"):
        approuver_couche(ctx, scene.admin, ref, MOT)
    approuver_couche(ctx, scene.admin, ref, MOT, alerte_lue=True)


def test_seul_l_administrateur_apprend_et_decide(ctx, scene, fabrique):
    simuler(ctx, scene, fabrique, 60)
    ref = apprendre_des_decisions(ctx, scene.admin).ref
    for acteur in (scene.referent, scene.employeur, scene.facilitateur):
        assert acteur.role is not Role.ADMINISTRATEUR
        for acte in (
            lambda a=acteur: apprendre_des_decisions(ctx, a),
            lambda a=acteur: approuver_couche(ctx, a, ref, MOT),
            lambda a=acteur: refuser_couche(ctx, a, ref, MOT),
            lambda a=acteur: eteindre_couche(ctx, a, ref),
        ):
            with pytest.raises(Interdit):
                acte()


def test_les_reglages_du_territoire_pesent_sur_ses_classements(ctx, scene, fabrique):
    admin = fabrique.acteur(fabrique.administrateur())
    for cle, valeur in (("part_trajet_max", "0"), ("poids_a_la_main", True)):
        poser_reglage(ctx, admin, cle=cle, valeur=valeur, a_partir_du=ctx.aujourdhui(), source="essai")
    with ctx.lecture() as s:
        moteur = mettre_a_jour(ctx, s, scene.offre.territoire_id)
    assert moteur.reglages.part_trajet == 0.0
    assert moteur.reglages.poids_a_la_main
    trajets = [
        r.contribution for x in classer(ctx, scene.referent, scene.offre.ref).lignes for r in x.raisons
        if r.critere == "trajet"
    ]  # fmt: skip
    assert trajets
    assert all(abs(t) < 1e-6 for t in trajets)
    assert POIDS_A_LA_MAIN[0] == 1.0


def test_la_tache_du_mois_apprend_une_couche_a_examiner_qui_ne_compte_pas(ctx, scene, fabrique):
    assert apprendre_chaque_mois(ctx, ctx.aujourdhui())["trop_peu"] >= 1
    simuler(ctx, scene, fabrique, 120)
    assert apprendre_chaque_mois(ctx, ctx.aujourdhui(), dry_run=True)["apprises"] == 0
    assert apprendre_chaque_mois(ctx, ctx.aujourdhui())["apprises"] == 1
    with ctx.lecture() as s:
        assert couche_en_vigueur(s, scene.offre.territoire_id) is None
        (apprise,) = couches(s, scene.offre.territoire_id)
        recus = s.scalars(select(Notification).where(Notification.cle == f"couche:{apprise.ref}")).all()
    assert apprise.etat is EtatCouche.A_EXAMINER
    assert {r.utilisateur_id for r in recus} == {scene.admin.utilisateur_id}
    assert recus[0].lien == f"/admin/classement/couches/{apprise.ref}"
    assert apprendre_chaque_mois(ctx, ctx.aujourdhui())["deja_apprises"] == 1
    with ctx.lecture() as s:
        assert len(couches(s, scene.offre.territoire_id)) == 1

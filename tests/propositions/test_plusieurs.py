"""Several propositions in one go: all or none, each with its agreement, its slot and, if need be, its reason."""

from __future__ import annotations

import sys
import threading

import pytest
from sqlalchemy import func, select

from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.models import Evenement
from marketplace.offres.models import EtatOffre, Offre, OffreExterne
from marketplace.propositions.mesures import mesures
from marketplace.propositions.models import EtatProposition, PassageClassement, Proposition
from marketplace.propositions.rules import Transition
from marketplace.propositions.services import (
    LIGNES_MAX,
    LigneAProposer,
    LignesRefusees,
    apercus,
    classer,
    classer_sans_noms,
    clore_offre,
    demander_rencontre,
    proposer,
    proposer_plusieurs,
    repondre,
)
from tests.propositions.test_parcours import Scene, compter


@pytest.fixture
def scene(fabrique):
    return Scene(fabrique)


def lignes(scene, personnes, **champs):
    return [LigneAProposer(scene.offre.ref, p.ref, "entretien", **champs) for p in personnes]


def test_trois_personnes_se_proposent_d_un_seul_envoi(ctx, scene, fabrique):
    equipe = [scene.samira, *(fabrique.personne(scene.chapeau_referent) for _ in range(2))]
    refs = proposer_plusieurs(ctx, scene.referent, lignes(scene, equipe))
    assert len(set(refs)) == 3
    with ctx.lecture() as s:
        par_personne = dict(s.execute(select(Proposition.personne_id, Proposition.rang)).all())
    assert set(par_personne) == {p.id for p in equipe}
    assert sorted(par_personne.values()) == [1, 2, 3]
    assert proposer_plusieurs(ctx, scene.referent, lignes(scene, equipe)) == refs
    assert compter(ctx, Proposition) == 3


def test_une_ligne_fausse_retient_toutes_les_autres_et_dit_laquelle(ctx, scene, fabrique):
    ignorante = fabrique.personne(scene.chapeau_referent, information_le=None)
    with pytest.raises(LignesRefusees) as refus:
        proposer_plusieurs(ctx, scene.referent, lignes(scene, [scene.samira, ignorante]))
    assert list(refus.value.erreurs) == [1]
    assert "Informez" in refus.value.erreurs[1].message
    assert compter(ctx, Proposition) == 0
    assert compter(ctx, PassageClassement) == 0


def test_une_personne_hors_du_perimetre_ne_dit_rien_d_elle(ctx, scene, fabrique):
    d_une_autre = fabrique.personne(fabrique.referent())
    with pytest.raises(Introuvable):
        proposer_plusieurs(ctx, scene.referent, lignes(scene, [scene.samira, d_une_autre]))
    with pytest.raises(Introuvable):
        apercus(ctx, scene.referent, [(scene.offre.ref, d_une_autre.ref)])
    assert compter(ctx, Proposition) == 0


def test_plusieurs_offres_pour_une_personne(ctx, scene, fabrique):
    autre = fabrique.offre(fabrique.organisation())
    deux = [LigneAProposer(o.ref, scene.samira.ref, "telephone", depuis="personne") for o in (scene.offre, autre)]
    assert len(proposer_plusieurs(ctx, scene.referent, deux)) == 2
    with ctx.lecture() as s:
        assert sorted(s.scalars(select(Proposition.rang))) == [1, 2]
        runs = s.scalars(select(PassageClassement)).all()
    assert {r.personne_id for r in runs} == {scene.samira.id}
    assert sorted(r.choix[0][0] for r in runs) == sorted([scene.offre.ref, autre.ref])


def test_rien_ou_trop_a_la_fois_se_dit(ctx, scene):
    with pytest.raises(RegleViolee, match="Cochez"):
        proposer_plusieurs(ctx, scene.referent, [])
    with pytest.raises(RegleViolee, match="Au plus"):
        proposer_plusieurs(ctx, scene.referent, lignes(scene, [scene.samira]) * (LIGNES_MAX + 1))


def test_deux_envois_au_meme_instant_n_ecrivent_qu_une_fois(ctx, scene, fabrique):
    equipe = [scene.samira, fabrique.personne(scene.chapeau_referent)]
    barriere, refs, erreurs = threading.Barrier(2), [], []

    def envoyer():
        barriere.wait()
        try:
            refs.append(tuple(proposer_plusieurs(ctx, scene.referent, lignes(scene, equipe))))
        except Exception as e:  # noqa: BLE001 - any failure is reported by the assertion below
            erreurs.append(e)

    fils = [threading.Thread(target=envoyer) for _ in range(2)]
    [fil.start() for fil in fils]
    [fil.join() for fil in fils]
    assert erreurs == []
    assert len(set(refs)) == 1
    assert compter(ctx, Proposition) == 2


def test_hors_de_portee_se_propose_avec_une_raison_gardee_en_total(ctx, scene, fabrique):
    offre = fabrique.offre(scene.organisation, permis=["C"])
    with pytest.raises(RegleViolee) as refus:
        proposer(ctx, scene.referent, offre.ref, scene.samira.ref, accord_canal="entretien")
    assert refus.value.champ == "motif_choix"
    proposer(ctx, scene.referent, offre.ref, scene.samira.ref, accord_canal="entretien", motif_choix="trajet_resolu")
    scene.proposer()
    with ctx.lecture() as s:
        gardees = dict(s.execute(select(Proposition.offre_id, Proposition.motif_choix)).all())
        runs = s.scalars(select(PassageClassement).order_by(PassageClassement.id)).all()
        vues = mesures(s, scene.referent, ctx.aujourdhui())
        details = s.scalars(select(Evenement.details).where(Evenement.action == "proposer")).all()
    assert gardees == {offre.id: "trajet_resolu", scene.offre.id: None}
    assert runs[0].choix == [[scene.samira.ref, None, "trajet_resolu"]]
    assert runs[1].choix == [[scene.samira.ref, 1, None]]
    assert details[0]["motif_choix"] == "trajet_resolu"
    assert (vues.propositions, vues.classees, vues.hors_tete, vues.part_hors_tete) == (2, 2, 1, 50)
    assert vues.motifs == ()


def test_au_dela_du_premier_ecran_la_raison_est_demandee(ctx, scene, fabrique):
    for _ in range(13):
        fabrique.personne(scene.chapeau_referent)
    derniere = classer(ctx, scene.referent, scene.offre.ref, limit=50).lignes[-1]
    vu = apercus(ctx, scene.referent, [(scene.offre.ref, derniere.personne_ref)])[0]
    assert vu.motif_a_dire
    with pytest.raises(RegleViolee, match="parmi les premières"):
        proposer(ctx, scene.referent, scene.offre.ref, derniere.personne_ref, accord_canal="entretien")


def test_le_souhait_de_l_employeur_est_une_raison(ctx, scene, fabrique):
    for _ in range(13):
        fabrique.personne(scene.chapeau_referent)
    derniere = classer(ctx, scene.referent, scene.offre.ref, limit=50).lignes[-1]
    for ligne in classer(ctx, scene.referent, scene.offre.ref, limit=50).lignes[:12]:
        proposer(ctx, scene.referent, scene.offre.ref, ligne.personne_ref, accord_canal="entretien")
    for carte in classer_sans_noms(ctx, scene.employeur, scene.offre.ref).cartes:
        demander_rencontre(ctx, scene.employeur, scene.offre.ref, carte.cle)
    proposer(ctx, scene.referent, scene.offre.ref, derniere.personne_ref, accord_canal="entretien")
    with ctx.lecture() as s:
        assert s.scalar(select(Proposition.motif_choix).order_by(Proposition.id.desc())) == "demande_employeur"


def test_deux_personnes_ne_recoivent_pas_la_meme_heure(ctx, scene, fabrique):
    autre = fabrique.personne(scene.chapeau_referent)
    vus = apercus(ctx, scene.referent, [(scene.offre.ref, p.ref) for p in (scene.samira, autre)])
    assert vus[0].creneau < vus[1].creneau
    scene.proposer(creneau=vus[0].creneau)
    ensuite = apercus(ctx, scene.referent, [(scene.offre.ref, autre.ref)])[0]
    assert ensuite.creneau == vus[1].creneau


def test_la_part_des_propositions_avec_un_rendez_vous(ctx, scene, fabrique):
    autre = fabrique.personne(fabrique.referent())
    vu = apercus(ctx, scene.referent, [(scene.offre.ref, scene.samira.ref)])[0]
    scene.proposer(creneau=vu.creneau)
    proposer(ctx, scene.facilitateur, scene.offre.ref, autre.ref, accord_canal="telephone")
    with ctx.lecture() as s:
        assert mesures(s, scene.referent, ctx.aujourdhui()).part_rendez_vous == 100
        assert mesures(s, scene.facilitateur, ctx.aujourdhui()).part_rendez_vous == 50
        with pytest.raises(Introuvable):
            mesures(s, scene.employeur, ctx.aujourdhui())


def test_une_offre_fermee_pendant_qu_on_ecrit_ne_recoit_rien(ctx, scene, monkeypatch):
    acte = sys.modules["marketplace.propositions.services.proposer"]

    creer = acte._creer

    def fermer_d_abord(s, *reste):
        proposition = creer(s, *reste)
        s.execute(Offre.__table__.update().where(Offre.id == scene.offre.id).values(etat=EtatOffre.FERMEE.value))
        return proposition

    monkeypatch.setattr(acte, "_creer", fermer_d_abord)
    with pytest.raises(RegleViolee, match="plus ouverte"):
        scene.proposer()
    assert compter(ctx, Proposition) == 0


def test_une_offre_close_ferme_ce_qui_etait_propose(ctx, scene):
    ref = scene.proposer()
    clore_offre(ctx, scene.employeur, scene.offre.ref, pourvue=False, motif="autre")
    assert scene.etat(ref) is EtatProposition.OBSOLETE
    with pytest.raises(RegleViolee):
        repondre(ctx, scene.employeur, ref, Transition.ACCEPTER)
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).where(Proposition.etat == EtatProposition.PROPOSEE)) == 0


def test_un_poste_de_la_plateforme_nationale_ne_se_propose_pas_ici(ctx, scene, fabrique):
    fabrique.garder(
        OffreExterne(
            territoire_id=scene.offre.territoire_id,
            source="emplois",
            identifiant="poste-1",
            offre_id=scene.offre.id,
            empreinte="0" * 64,
            vue_le=ctx.horloge(),
        )
    )
    vu = apercus(ctx, scene.referent, [(scene.offre.ref, scene.samira.ref)])[0]
    assert "plateforme nationale" in vu.empechement
    with pytest.raises(RegleViolee, match="plateforme nationale"):
        scene.proposer()
    assert compter(ctx, Proposition) == 0

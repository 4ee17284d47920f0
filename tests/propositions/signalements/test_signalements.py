"""Telling of a person on the national platform: agreed to, never twice, its end kept in words that accuse nobody."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from marketplace.comptes.models import TypeOrganisation
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.journal.models import Evenement, LecturePersonne
from marketplace.offres.models import EtatOffre, Offre, OffreExterne
from marketplace.propositions import alertes
from marketplace.propositions.services import proposer
from marketplace.propositions.services.doublons import reunir_fiches
from marketplace.propositions.services.droits_de_la_personne import effacer_personne, lire_donnees, retirer_personne
from marketplace.propositions.signalements.models import Signalement
from marketplace.propositions.signalements.rules import (
    LIBELLES,
    OUVERTS,
    ResultatSignalement,
    Situation,
    exiger_resultat,
    exiger_signalable,
)
from marketplace.propositions.signalements.services import (
    lire_signalements,
    noter_resultat,
    preparer,
    signaler,
)
from marketplace.propositions.signalements.taches import reconnaitre_embauches


def externe(fabrique, offre, identifiant="77"):
    """This offre came from the national platform."""
    return fabrique.garder(
        OffreExterne(
            territoire_id=offre.territoire_id,
            source="emplois_inclusion",
            identifiant=identifiant,
            offre_id=offre.id,
            empreinte="",
            vue_le=offre.cree_le,
        )
    )


@pytest.fixture
def scene(ctx, fabrique):
    class Scene:
        structure = fabrique.organisation(TypeOrganisation.ACI, nom="Chantier exemple", code_insee="34145")
        offre = fabrique.offre(structure, intitule="Ouvrier espaces verts")
        referent = fabrique.referent()
        samira = fabrique.personne(referent)

    scene = Scene()
    externe(fabrique, scene.offre)
    scene.acteur = fabrique.acteur(scene.referent)
    return scene


def faire(ctx, scene, **champs):
    valeurs = {"offre_ref": scene.offre.ref, "accord_canal": "entretien"} | champs
    return signaler(ctx, scene.acteur, scene.samira.ref, **valeurs)


def lu(ctx, ref):
    with ctx.lecture() as s:
        return s.scalars(select(Signalement).where(Signalement.ref == ref)).one()


def compter(ctx):
    with ctx.lecture() as s:
        return s.scalar(select(func.count()).select_from(Signalement))


# -- rules ---------------------------------------------------------------------------------------------------------


BONNE = Situation(informee=True, structure_presente=True, poste_ouvert=True, deja_proposee=None, en_contrat=False)
CANAUX = frozenset({"entretien"})


@pytest.mark.parametrize(
    ("changement", "dit"),
    [
        ({"informee": False}, "Informez"),
        ({"structure_presente": False}, "proposez la personne ici"),
        ({"poste_ouvert": False}, "plus ouvert"),
        ({"deja_proposee": "PR-000001"}, "une seule candidature"),
        ({"en_contrat": True}, "travaille déjà"),
    ],
)
def test_ce_qui_manque_empeche_de_signaler(fabrique, changement, dit):
    exiger_signalable(BONNE, fabrique.jour, "entretien", CANAUX, fabrique.jour)
    with pytest.raises(RegleViolee, match=dit):
        exiger_signalable(replace(BONNE, **changement), fabrique.jour, "entretien", CANAUX, fabrique.jour)


@given(avant=st.sampled_from(ResultatSignalement), vers=st.sampled_from(ResultatSignalement), contrat=st.booleans())
def test_un_signalement_clos_ne_se_rouvre_pas_et_un_contrat_ne_se_dement_pas(avant, vers, contrat):
    from datetime import date

    jour = date(2026, 11, 21)
    try:
        assert exiger_resultat(avant, vers.value, jour, jour, jour, contrat=contrat) is vers
    except RegleViolee:
        assert (contrat and vers is not ResultatSignalement.EMBAUCHE) or (avant not in OUVERTS and vers in OUVERTS)
    else:
        assert not (contrat and vers is not ResultatSignalement.EMBAUCHE)
        assert avant in OUVERTS or vers not in OUVERTS


def test_les_mots_n_accusent_personne():
    assert not {"absent", "refus"} & set(" ".join(LIBELLES.values()).lower().split())


# -- acts ----------------------------------------------------------------------------------------------------------


def test_on_lit_le_lien_et_les_champs_puis_l_accord_se_garde(ctx, scene):
    vu = preparer(ctx, scene.acteur, scene.samira.ref, offre_ref=scene.offre.ref)
    assert vu.adresse.endswith("/company/job_description/77/card")
    champs = dict(vu.champs)
    assert champs["Nom"] == scene.samira.nom
    assert "Ouvrier espaces verts" in champs["Message pour la structure"]
    assert vu.empechement is None
    ref = faire(ctx, scene)
    assert lu(ctx, ref).accord_le == ctx.aujourdhui()
    assert lu(ctx, ref).accord_canal == "entretien"
    with ctx.lecture() as s:
        evenement = s.scalars(select(Evenement).where(Evenement.action == "signaler")).one()
        finalites = set(s.scalars(select(LecturePersonne.finalite)))
    assert evenement.objet_ref == scene.samira.ref
    assert "Signalement à Chantier exemple" in finalites
    assert "Avant un signalement à Chantier exemple" in finalites


def test_une_structure_sans_poste_se_cherche_par_sa_commune(ctx, scene):
    vu = preparer(ctx, scene.acteur, scene.samira.ref, organisation_ref=scene.structure.ref)
    assert vu.adresse.endswith("/search/employers/results?city=lunel-34&kinds=ACI")
    assert vu.offre is None


def test_jamais_deux_candidatures_pour_la_meme_structure(ctx, scene, fabrique):
    ref = faire(ctx, scene)
    autre = fabrique.offre(scene.structure, intitule="Agent de propreté")
    externe(fabrique, autre, "78")
    assert faire(ctx, scene) == ref
    assert faire(ctx, scene, offre_ref=autre.ref) == ref
    assert faire(ctx, scene, offre_ref=None, organisation_ref=scene.structure.ref) == ref
    assert compter(ctx) == 1
    noter_resultat(ctx, scene.acteur, ref, "sans_suite")
    assert faire(ctx, scene, offre_ref=autre.ref) != ref
    assert compter(ctx) == 2


def test_deux_clics_au_meme_instant_ne_font_qu_un_signalement(ctx, scene):
    trouves, depart = [], threading.Barrier(2)

    def cliquer():
        depart.wait()
        trouves.append(faire(ctx, scene))

    fils = [threading.Thread(target=cliquer) for _ in range(2)]
    for f in fils:
        f.start()
    for f in fils:
        f.join()
    assert len(trouves) == 2
    assert len(set(trouves)) == 1
    assert compter(ctx) == 1


def test_un_poste_de_la_plateforme_ne_se_propose_pas_ici(ctx, scene):
    with pytest.raises(RegleViolee, match="signalez-lui la personne"):
        proposer(ctx, scene.acteur, scene.offre.ref, scene.samira.ref, accord_canal="entretien")


def test_une_personne_signalee_ne_se_propose_pas_en_plus_a_la_meme_structure(ctx, scene, fabrique):
    d_ici = fabrique.offre(scene.structure, intitule="Encadrant")
    faire(ctx, scene)
    with pytest.raises(RegleViolee, match="déjà signalée"):
        proposer(ctx, scene.acteur, d_ici.ref, scene.samira.ref, accord_canal="entretien")


def test_une_personne_proposee_ici_ne_se_signale_pas_en_plus(ctx, scene, fabrique):
    d_ici = fabrique.offre(scene.structure, intitule="Encadrant")
    proposer(ctx, scene.acteur, d_ici.ref, scene.samira.ref, accord_canal="entretien")
    with pytest.raises(RegleViolee, match="déjà proposée"):
        faire(ctx, scene)
    assert compter(ctx) == 0


@pytest.mark.parametrize(
    ("champs", "champ"),
    [({"accord_canal": "telepathie"}, "accord_canal"), ({"accord_canal": ""}, "accord_canal")],
)
def test_l_accord_se_dit(ctx, scene, champs, champ):
    with pytest.raises(RegleViolee) as refus:
        faire(ctx, scene, **champs)
    assert refus.value.champ == champ
    with pytest.raises(RegleViolee) as refus:
        faire(ctx, scene, accord_le=ctx.aujourdhui() + timedelta(days=1))
    assert refus.value.champ == "accord_le"


def test_une_personne_non_informee_ou_un_poste_ferme_ne_se_signale_pas(ctx, scene, fabrique):
    muette = fabrique.personne(scene.referent, prenom="Nadia", information_le=None)
    with pytest.raises(RegleViolee, match="Informez"):
        signaler(ctx, scene.acteur, muette.ref, offre_ref=scene.offre.ref, accord_canal="entretien")
    with ctx.transaction() as s:
        s.get_one(Offre, scene.offre.id).etat = EtatOffre.FERMEE
    with pytest.raises(RegleViolee, match="plus ouvert"):
        faire(ctx, scene)
    assert "plus ouvert" in (preparer(ctx, scene.acteur, scene.samira.ref, offre_ref=scene.offre.ref).empechement or "")


def test_un_autre_referent_un_employeur_ou_une_entreprise_n_y_ont_pas_droit(ctx, scene, fabrique):
    ref = faire(ctx, scene)
    for intrus in (fabrique.acteur(fabrique.referent()), fabrique.acteur(fabrique.employeur(scene.structure))):
        with pytest.raises(Introuvable):
            signaler(ctx, intrus, scene.samira.ref, offre_ref=scene.offre.ref, accord_canal="entretien")
        with pytest.raises(Introuvable):
            noter_resultat(ctx, intrus, ref, "rencontre")
    entreprise = fabrique.offre(fabrique.organisation(), intitule="Maçon")
    with pytest.raises(RegleViolee, match="proposez la personne ici"):
        faire(ctx, scene, offre_ref=entreprise.ref)


# -- what comes of it ------------------------------------------------------------------------------------------------


def test_le_resultat_se_note_se_date_et_ne_se_note_pas_deux_fois(ctx, scene, horloge):
    ref = faire(ctx, scene)
    horloge.avancer(days=16)
    assert lire_signalements(ctx, scene.acteur).lignes[0].a_relancer
    lue = lu(ctx, ref).version
    noter_resultat(ctx, scene.acteur, ref, "rencontre", le=ctx.aujourdhui() + timedelta(days=3), version=lue)
    assert not lire_signalements(ctx, scene.acteur).lignes[0].a_relancer
    with pytest.raises(ModifieEntreTemps):
        noter_resultat(ctx, scene.acteur, ref, "sans_suite", version=lue)
    noter_resultat(ctx, scene.acteur, ref, "sans_suite")
    noter_resultat(ctx, scene.acteur, ref, "sans_suite")
    assert lire_signalements(ctx, scene.acteur).total == 0
    assert lire_signalements(ctx, scene.acteur, groupe="finis").lignes[0].libelle == "Sans suite"
    with ctx.lecture() as s:
        resumes = s.scalars(
            select(Evenement.resume).where(Evenement.action == "noter_resultat_signalement").order_by(Evenement.id)
        ).all()
    assert [r.split(" : ")[1] for r in resumes] == ["rencontre prévue", "sans suite"]


def test_un_contrat_commence_depuis_est_reconnu_et_ne_se_dement_plus(ctx, scene, fabrique, horloge):
    ref = faire(ctx, scene)
    marche = fabrique.marche(titulaire=scene.structure)
    debut = ctx.aujourdhui() + timedelta(days=5)
    contrat = fabrique.contrat(scene.samira, scene.structure, marche, debut=debut, fin=debut + timedelta(days=90))
    assert reconnaitre_embauches(ctx, ctx.aujourdhui())["faits"] == 0
    horloge.avancer(days=6)
    assert reconnaitre_embauches(ctx, ctx.aujourdhui(), dry_run=True)["faits"] == 0
    assert lu(ctx, ref).resultat is ResultatSignalement.A_SUIVRE
    assert reconnaitre_embauches(ctx, ctx.aujourdhui())["faits"] == 1
    assert reconnaitre_embauches(ctx, ctx.aujourdhui())["faits"] == 0
    assert (lu(ctx, ref).resultat, lu(ctx, ref).resultat_le, lu(ctx, ref).contrat_id) == (
        ResultatSignalement.EMBAUCHE,
        debut,
        contrat.id,
    )
    with pytest.raises(RegleViolee, match="contrat"):
        noter_resultat(ctx, scene.acteur, ref, "sans_suite")
    with pytest.raises(RegleViolee, match="travaille déjà"):
        faire(ctx, scene)


def test_une_embauche_ailleurs_clot_le_signalement_celle_de_la_structure_non(ctx, scene, fabrique, horloge):
    ref = faire(ctx, scene)
    horloge.avancer(hours=1)
    bientot = ctx.aujourdhui() + timedelta(days=5)
    chez_elle = fabrique.contrat(scene.samira, scene.structure, fabrique.marche(), debut=bientot)
    fabrique.contrat(scene.samira, fabrique.organisation(), fabrique.marche())
    assert reconnaitre_embauches(ctx, ctx.aujourdhui())["faits"] == 0
    with ctx.transaction() as s:
        s.delete(s.get_one(type(chez_elle), chez_elle.id))
    assert reconnaitre_embauches(ctx, ctx.aujourdhui(), dry_run=True)["faits"] == 0
    assert lu(ctx, ref).resultat is ResultatSignalement.A_SUIVRE
    assert reconnaitre_embauches(ctx, ctx.aujourdhui())["faits"] == 1
    assert reconnaitre_embauches(ctx, ctx.aujourdhui())["faits"] == 0
    assert (lu(ctx, ref).resultat, lu(ctx, ref).resultat_le) == (ResultatSignalement.SANS_SUITE, ctx.aujourdhui())


def test_un_poste_importe_pour_lequel_on_signale_n_alerte_pas(ctx, scene, fabrique, horloge):
    autre = fabrique.offre(scene.structure, intitule="Agent de tri")
    externe(fabrique, autre, "78")
    faire(ctx, scene)
    horloge.avancer(days=60)
    with ctx.lecture() as s:
        dues = alertes.dues(s, scene.offre.territoire_id, ctx.aujourdhui())
    assert [a.objet_ref for a in dues] == [autre.ref]


# -- rights ----------------------------------------------------------------------------------------------------------


def test_son_dossier_dit_ses_candidatures_et_son_retrait_les_ferme(ctx, scene):
    ref = faire(ctx, scene)
    donnees = lire_donnees(ctx, scene.acteur, scene.samira.ref)
    assert [(x.organisation, x.objet) for x in donnees.signalements] == [("Chantier exemple", "Ouvrier espaces verts")]
    retirer_personne(ctx, scene.acteur, scene.samira.ref)
    assert lu(ctx, ref).resultat is ResultatSignalement.SANS_SUITE


def test_son_effacement_la_retire_des_listes_et_garde_les_comptes(ctx, scene):
    faire(ctx, scene)
    effacer_personne(ctx, scene.acteur, scene.samira.ref)
    assert compter(ctx) == 1
    for groupe in ("en_cours", "finis"):
        assert lire_signalements(ctx, scene.acteur, groupe=groupe).total == 0


def test_une_fiche_en_double_qui_porte_un_signalement_ne_s_efface_pas(ctx, scene, fabrique):
    jumelle = fabrique.personne(scene.referent, prenom=scene.samira.prenom, nom=scene.samira.nom)
    with ctx.transaction() as s:
        for p in (scene.samira, jumelle):
            s.get_one(type(p), p.id).empreinte = "meme"
    faire(ctx, scene)
    with pytest.raises(RegleViolee, match="gardez celle-là"):
        reunir_fiches(ctx, fabrique.acteur(fabrique.facilitateur()), jumelle.ref, scene.samira.ref)

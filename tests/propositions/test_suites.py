"""A SIAE or a GEIQ proposes its own salariés, in their last six months, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marketplace.comptes.models import TypeOrganisation
from marketplace.comptes.roles import Role
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.heures.models import Contrat
from marketplace.journal.models import Evenement, LecturePersonne, Notification
from marketplace.personnes.models import PassIAE, Personne
from marketplace.propositions.models import EtatProposition, Proposition
from marketplace.propositions.rules import Transition
from marketplace.propositions.services import LigneAProposer, lire_fiche, repondre
from marketplace.propositions.services.suites import (
    apercus_salarie,
    classer_pour_salarie,
    informer_salarie,
    lire_presentee,
    lire_salaries,
    proposer_salarie,
    retirer_presentee,
)
from marketplace.valeurs import ajouter_mois


class Chantier:
    """An EI with Idir, whose contrat ends in two months; an employer with an offre, elsewhere."""

    def __init__(self, fabrique):
        self.f = fabrique
        self.structure = fabrique.organisation(TypeOrganisation.EI, nom="Insertion exemple")
        self.marche = fabrique.marche()
        self.cip = fabrique.acteur(fabrique.employeur(self.structure))
        self.chapeau_referent = fabrique.referent()
        self.referent = fabrique.acteur(self.chapeau_referent)
        self.idir = fabrique.personne(self.chapeau_referent, prenom="Idir")
        self.contrat = self.employer(self.idir, mois=2)
        self.entreprise = fabrique.organisation(nom="Maçonnerie exemple")
        self.offre = fabrique.offre(self.entreprise, debut=fabrique.jour + timedelta(days=70))
        self.employeur = fabrique.acteur(fabrique.employeur(self.entreprise))

    def employer(self, personne, mois, **champs):
        fin = None if mois is None else ajouter_mois(self.f.jour, mois)
        return self.f.contrat(personne, champs.pop("chez", self.structure), self.marche, fin=fin, **champs)

    def ligne(self, **champs):
        return LigneAProposer(self.offre.ref, self.idir.ref, "entretien", depuis="personne", **champs)

    def proposer(self):
        return proposer_salarie(self.f.ctx, self.cip, self.idir.ref, [self.ligne()])[0]


@pytest.fixture
def chantier(fabrique):
    return Chantier(fabrique)


def test_la_structure_propose_son_salarie_et_l_employeur_repond_comme_d_habitude(ctx, chantier):
    vus = lire_salaries(ctx, chantier.cip)
    assert [v.personne_ref for v in vus] == [chantier.idir.ref]
    classement, fin = classer_pour_salarie(ctx, chantier.cip, chantier.idir.ref, limit=10)
    assert [x.offre.ref for x in classement.lignes] == [chantier.offre.ref]
    assert fin == chantier.contrat.fin
    ref = chantier.proposer()
    assert chantier.proposer() == ref
    lue = lire_fiche(ctx, chantier.employeur, ref)
    assert lue.prenom == "Idir"
    assert lue.referents[0].organisation == "Insertion exemple"
    repondre(ctx, chantier.employeur, ref, Transition.RENCONTRER, creneau=ctx.horloge() + timedelta(days=2))
    suivie = lire_presentee(ctx, chantier.cip, ref)
    assert suivie.libelle == "Rencontre prévue"
    with ctx.lecture() as s:
        proposition = s.scalars(select(Proposition)).one()
        textes = dict(s.execute(select(Notification.utilisateur_id, Notification.lien)).all())
    assert proposition.presentee_par_id == chantier.structure.id
    assert (proposition.rang, proposition.accord_canal) == (1, "entretien")
    assert textes[chantier.cip.utilisateur_id] == f"/employeur/suites/propositions/{ref}"
    assert textes[chantier.referent.utilisateur_id] == f"/referent/propositions/{ref}"


@pytest.mark.parametrize("mois", [7, None])
def test_plus_de_six_mois_avant_la_fin_la_structure_ne_propose_pas(ctx, chantier, fabrique, mois):
    nadia = fabrique.personne(chantier.chapeau_referent, prenom="Nadia")
    chantier.employer(nadia, mois=mois)
    assert nadia.ref not in {v.personne_ref for v in lire_salaries(ctx, chantier.cip)}
    with pytest.raises(Introuvable):
        classer_pour_salarie(ctx, chantier.cip, nadia.ref, limit=5)
    with pytest.raises(Introuvable):
        proposer_salarie(ctx, chantier.cip, nadia.ref, [chantier.ligne()])


def test_un_contrat_sans_fin_compte_quand_le_parcours_finit_bientot(ctx, chantier, fabrique):
    nadia = fabrique.personne(chantier.chapeau_referent, prenom="Nadia")
    chantier.employer(nadia, mois=None)
    fabrique.garder(
        PassIAE(
            personne_id=nadia.id,
            debut=ajouter_mois(fabrique.jour, -22),
            fin=ajouter_mois(fabrique.jour, 2),
            releve_le=fabrique.jour,
            source="plateforme",
            note_le=ctx.horloge(),
        )
    )
    vue = next(v for v in lire_salaries(ctx, chantier.cip) if v.personne_ref == nadia.ref)
    assert vue.fin_parcours == ajouter_mois(fabrique.jour, 2)


@pytest.mark.parametrize("type_", [TypeOrganisation.ENTREPRISE, TypeOrganisation.ETT, TypeOrganisation.ESAT])
def test_seules_une_siae_et_un_geiq_preparent_des_suites(ctx, chantier, fabrique, type_):
    autre = fabrique.organisation(type_)
    chantier.employer(chantier.idir, mois=2, chez=autre)
    acteur = fabrique.acteur(fabrique.employeur(autre))
    with pytest.raises(Introuvable):
        lire_salaries(ctx, acteur)
    with pytest.raises(Introuvable):
        proposer_salarie(ctx, acteur, chantier.idir.ref, [chantier.ligne()])


def test_personne_d_autre_ne_propose_ses_salaries(ctx, chantier, fabrique):
    voisine = fabrique.organisation(TypeOrganisation.GEIQ)
    autre = fabrique.acteur(fabrique.employeur(voisine))
    ref = chantier.proposer()
    assert lire_salaries(ctx, autre) == ()
    non_verifiee = fabrique.acteur(fabrique.employeur(chantier.structure), organisation_verifiee=False)
    for acteur in (
        autre,
        non_verifiee,
        chantier.employeur,
        chantier.referent,
        fabrique.acteur(fabrique.facilitateur()),
    ):
        for lire in (
            lambda a: classer_pour_salarie(ctx, a, chantier.idir.ref, limit=5),
            lambda a: apercus_salarie(ctx, a, chantier.idir.ref, [chantier.offre.ref]),
            lambda a: proposer_salarie(ctx, a, chantier.idir.ref, [chantier.ligne()]),
            lambda a: informer_salarie(ctx, a, chantier.idir.ref, canal="entretien"),
            lambda a: lire_presentee(ctx, a, ref),
            lambda a: retirer_presentee(ctx, a, ref),
        ):
            with pytest.raises(Introuvable):
                lire(acteur)


def test_un_ancien_salarie_n_est_plus_propose_par_la_structure(ctx, chantier):
    with ctx.transaction() as s:
        s.get_one(Contrat, chantier.contrat.id).fin = ctx.aujourdhui() - timedelta(days=1)
    with pytest.raises(Introuvable):
        chantier.proposer()


def test_la_structure_ne_propose_pas_a_elle_meme(ctx, chantier, fabrique):
    sienne = fabrique.offre(chantier.structure)
    classement, _ = classer_pour_salarie(ctx, chantier.cip, chantier.idir.ref, limit=10)
    assert sienne.ref not in {x.offre.ref for x in classement.lignes}
    with pytest.raises(Introuvable):
        apercus_salarie(ctx, chantier.cip, chantier.idir.ref, [sienne.ref])
    with pytest.raises(Introuvable):
        proposer_salarie(
            ctx, chantier.cip, chantier.idir.ref, [LigneAProposer(sienne.ref, chantier.idir.ref, "entretien")]
        )


def test_sans_notice_rien_ne_se_classe_puis_la_remise_se_note(ctx, chantier):
    with ctx.transaction() as s:
        s.get_one(Personne, chantier.idir.id).information_le = None
    assert not lire_salaries(ctx, chantier.cip)[0].informee
    with pytest.raises(RegleViolee, match="Informez"):
        classer_pour_salarie(ctx, chantier.cip, chantier.idir.ref, limit=5)
    with pytest.raises(RegleViolee):
        chantier.proposer()
    with pytest.raises(RegleViolee):
        informer_salarie(ctx, chantier.cip, chantier.idir.ref, canal="pigeon")
    informer_salarie(ctx, chantier.cip, chantier.idir.ref, canal="entretien")
    assert chantier.proposer()
    with ctx.lecture() as s:
        note = s.scalars(select(Evenement).where(Evenement.action == "informer")).one()
    assert note.organisation_id == chantier.structure.id


def test_qui_s_est_retire_des_listes_n_y_revient_pas_par_sa_structure(ctx, chantier):
    with ctx.transaction() as s:
        s.get_one(Personne, chantier.idir.id).retiree_le = ctx.horloge()
    assert lire_salaries(ctx, chantier.cip)[0].retiree
    with pytest.raises(RegleViolee):
        informer_salarie(ctx, chantier.cip, chantier.idir.ref, canal="entretien")
    with pytest.raises(RegleViolee):
        chantier.proposer()


def test_la_structure_ne_lit_ni_statut_ni_date_de_naissance(ctx, chantier):
    lus = repr(lire_salaries(ctx, chantier.cip))
    lus += repr(classer_pour_salarie(ctx, chantier.cip, chantier.idir.ref, limit=5))
    lus += repr(lire_presentee(ctx, chantier.cip, chantier.proposer()))
    for interdit in ("rsa", "RSA", "1990", "qpv", "34172"):
        assert interdit not in lus


def test_chaque_lecture_par_la_structure_est_notee(ctx, chantier):
    lire_salaries(ctx, chantier.cip)
    classer_pour_salarie(ctx, chantier.cip, chantier.idir.ref, limit=5)
    with ctx.lecture() as s:
        notees = s.scalar(
            select(func.count())
            .select_from(LecturePersonne)
            .where(
                LecturePersonne.personne_id == chantier.idir.id,
                LecturePersonne.role == Role.EMPLOYEUR.value,
                LecturePersonne.organisation_id == chantier.structure.id,
                LecturePersonne.nommee.is_(True),
            )
        )
    assert notees == 2


def test_une_reponse_negative_ne_dit_pas_pourquoi_a_la_structure(ctx, chantier):
    ref = chantier.proposer()
    repondre(ctx, chantier.employeur, ref, Transition.DECLINER, motif="absent")
    vue = lire_presentee(ctx, chantier.cip, ref)
    assert vue.libelle == "Sans suite, à revoir avec la personne"
    assert "absent" not in repr(vue)


def test_la_structure_retire_sa_proposition_et_seulement_la_version_lue(ctx, chantier):
    ref = chantier.proposer()
    version = lire_presentee(ctx, chantier.cip, ref).version
    repondre(ctx, chantier.employeur, ref, Transition.ETUDIER)
    with pytest.raises(ModifieEntreTemps):
        retirer_presentee(ctx, chantier.cip, ref, version=version)
    retirer_presentee(ctx, chantier.cip, ref)
    with ctx.lecture() as s:
        assert s.scalar(select(Proposition.etat)) is EtatProposition.ANNULEE

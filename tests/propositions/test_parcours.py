"""From an offre to a contrat, and everything that may not happen on the way."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.heures.models import Contrat
from marketplace.journal.models import Courriel, LecturePersonne, Notification
from marketplace.offres.models import EtatOffre, Offre
from marketplace.personnes.models import EtatValidation, Personne, Validation
from marketplace.propositions.models import (
    EtatProposition,
    EtatSouhait,
    PassageClassement,
    Proposition,
    SouhaitRencontre,
    TransitionProposition,
)
from marketplace.propositions.rules import Transition
from marketplace.propositions.services import (
    annuler,
    classer,
    classer_offres,
    classer_sans_noms,
    demander_rencontre,
    embaucher,
    proposer,
    repondre,
)
from tests.fabrique import Fabrique


class Scene:
    """An employer with a marché and an offre, a référent with Samira, a facilitateur."""

    def __init__(self, fabrique: Fabrique) -> None:
        self.f = fabrique
        self.organisation = fabrique.organisation()
        self.marche = fabrique.marche(titulaire=self.organisation)
        self.offre = fabrique.offre(self.organisation, self.marche)
        self.employeur = fabrique.acteur(fabrique.employeur(self.organisation))
        self.chapeau_referent = fabrique.referent()
        self.referent = fabrique.acteur(self.chapeau_referent)
        self.facilitateur = fabrique.acteur(fabrique.facilitateur())
        self.samira = fabrique.personne(self.chapeau_referent)

    def proposer(self, **kw):
        return proposer(
            self.f.ctx, kw.pop("acteur", self.referent), self.offre.ref, self.samira.ref, accord_canal="entretien", **kw
        )

    def embaucher(self, ref, **kw):
        debut = self.offre.debut
        valeurs = {
            "debut": debut,
            "fin": debut + timedelta(days=180),
            "heures_hebdo": Decimal(35),
            "type_contrat": "cdd",
        } | kw
        return embaucher(self.f.ctx, self.employeur, ref, **valeurs)

    def etat(self, ref):
        with self.f.ctx.lecture() as s:
            return s.scalar(select(Proposition.etat).where(Proposition.ref == ref))


@pytest.fixture
def scene(fabrique):
    return Scene(fabrique)


def compter(ctx, table, *conditions):
    with ctx.lecture() as s:
        return s.scalar(select(func.count()).select_from(table).where(*conditions))


def test_le_referent_classe_propose_l_employeur_accepte_et_embauche(ctx, scene, fabrique):
    vu = classer(ctx, scene.referent, scene.offre.ref)
    assert [x.personne_ref for x in vu.lignes] == [scene.samira.ref]
    assert vu.lignes[0].raisons
    assert vu.lignes[0].proposition_ref is None
    ref = scene.proposer()
    assert scene.etat(ref) is EtatProposition.PROPOSEE
    repondre(ctx, scene.employeur, ref, Transition.ETUDIER)
    repondre(
        ctx, scene.employeur, ref, Transition.RENCONTRER, creneau=ctx.horloge() + timedelta(days=3), lieu="Chantier"
    )
    repondre(ctx, scene.employeur, ref, Transition.ACCEPTER)
    with ctx.lecture() as s:
        validation = s.scalars(select(Validation)).one()
        assert validation.etat is EtatValidation.A_TRAITER
        assert validation.marche_id == scene.marche.id
    attente = scene.embaucher(ref)
    assert attente.contrat_ref is None
    assert attente.validation_ref == validation.ref
    assert compter(ctx, Contrat) == 0
    fabrique.validation(scene.samira)
    faite = scene.embaucher(ref)
    assert faite.contrat_ref is not None
    assert scene.etat(ref) is EtatProposition.EMBAUCHEE
    assert scene.embaucher(ref).contrat_ref == faite.contrat_ref
    with ctx.lecture() as s:
        assert s.get_one(Offre, scene.offre.id).etat is EtatOffre.POURVUE
        vers = s.scalars(select(TransitionProposition.vers).order_by(TransitionProposition.id)).all()
    assert list(vers) == ["proposee", "etude", "rencontre", "acceptee", "embauchee"]


def test_un_double_clic_sur_proposer_ne_propose_qu_une_fois(ctx, scene):
    assert scene.proposer() == scene.proposer()
    assert compter(ctx, Proposition) == 1
    assert compter(ctx, TransitionProposition) == 1


def test_deux_clics_au_meme_instant_ne_proposent_qu_une_fois(ctx, scene):
    refs, erreurs = [], []
    barriere = threading.Barrier(2)

    def cliquer():
        barriere.wait()
        try:
            refs.append(scene.proposer())
        except Exception as e:  # noqa: BLE001 - any failure is reported by the assertion below
            erreurs.append(e)

    fils = [threading.Thread(target=cliquer) for _ in range(2)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert erreurs == []
    assert len(set(refs)) == 1
    assert compter(ctx, Proposition) == 1


def test_deux_reponses_en_meme_temps_la_seconde_lit_que_tout_a_change(ctx, scene):
    ref = scene.proposer()
    with ctx.lecture() as s:
        version = s.scalar(select(Proposition.version).where(Proposition.ref == ref))
    repondre(ctx, scene.employeur, ref, Transition.ETUDIER, version=version)
    with pytest.raises(ModifieEntreTemps):
        repondre(ctx, scene.employeur, ref, Transition.DECLINER, motif="autre", version=version)
    assert scene.etat(ref) is EtatProposition.ETUDE


def test_on_ne_propose_pas_une_personne_qui_n_a_pas_ete_informee(ctx, scene, fabrique):
    ignorante = fabrique.personne(scene.chapeau_referent, information_le=None)
    with pytest.raises(RegleViolee, match="Informez"):
        proposer(ctx, scene.referent, scene.offre.ref, ignorante.ref, accord_canal="entretien")


def test_on_ne_propose_pas_une_personne_dont_l_eligibilite_n_est_pas_prouvee(ctx, scene, fabrique):
    autre = fabrique.personne(scene.chapeau_referent, categorie=None)
    assert autre.ref not in {x.personne_ref for x in classer(ctx, scene.referent, scene.offre.ref).lignes}
    with pytest.raises(RegleViolee, match="éligibilité"):
        proposer(ctx, scene.referent, scene.offre.ref, autre.ref, accord_canal="entretien")


def test_on_ne_propose_pas_sans_accord(ctx, scene):
    with pytest.raises(RegleViolee) as refus:
        proposer(ctx, scene.referent, scene.offre.ref, scene.samira.ref, accord_canal="")
    assert refus.value.champ == "accord_canal"
    assert compter(ctx, Proposition) == 0


def test_on_ne_propose_pas_la_personne_d_un_autre_referent(ctx, scene, fabrique):
    voisine = fabrique.acteur(fabrique.referent())
    with pytest.raises(Introuvable):
        scene.proposer(acteur=voisine)
    assert classer(ctx, voisine, scene.offre.ref).lignes == ()


def test_l_employeur_ne_propose_pas_et_le_referent_ne_repond_pas(ctx, scene):
    with pytest.raises(Introuvable):
        scene.proposer(acteur=scene.employeur)
    ref = scene.proposer()
    with pytest.raises(Introuvable):
        repondre(ctx, scene.referent, ref, Transition.ACCEPTER)


def test_un_autre_employeur_ne_voit_rien_de_la_proposition(ctx, scene, fabrique):
    ref = scene.proposer()
    voisin = fabrique.acteur(fabrique.employeur())
    with pytest.raises(Introuvable):
        repondre(ctx, voisin, ref, Transition.ACCEPTER)
    with pytest.raises(Introuvable):
        classer_sans_noms(ctx, voisin, scene.offre.ref)


def test_une_organisation_non_verifiee_ne_voit_personne(ctx, scene, fabrique):
    douteux = fabrique.acteur(fabrique.employeur(scene.organisation), organisation_verifiee=False)
    with pytest.raises(Introuvable):
        classer_sans_noms(ctx, douteux, scene.offre.ref)


def test_l_employeur_lit_dix_cartes_sans_nom_au_plus_et_ses_lectures_sont_notees(ctx, scene, fabrique):
    for _ in range(12):
        fabrique.personne(scene.chapeau_referent)
    vu = classer_sans_noms(ctx, scene.employeur, scene.offre.ref)
    assert len(vu.cartes) == 10
    assert compter(ctx, LecturePersonne, LecturePersonne.nommee.is_(False)) == 10
    assert compter(ctx, PassageClassement, PassageClassement.role == "employeur") == 1
    texte = repr(vu)
    for interdit in ("Samira", "Exemple", "P-0", "Montpellier", "34172", "RSA", "voiture"):
        assert interdit not in texte


def test_demander_a_rencontrer_previent_le_referent_une_seule_fois(ctx, scene):
    carte = classer_sans_noms(ctx, scene.employeur, scene.offre.ref).cartes[0]
    demander_rencontre(ctx, scene.employeur, scene.offre.ref, carte.cle)
    demander_rencontre(ctx, scene.employeur, scene.offre.ref, carte.cle)
    assert compter(ctx, SouhaitRencontre) == 1
    assert compter(ctx, Notification, Notification.utilisateur_id == scene.referent.utilisateur_id) == 1
    scene.proposer()
    with ctx.lecture() as s:
        assert s.scalars(select(SouhaitRencontre.etat)).one() is EtatSouhait.PROPOSE
    assert classer_sans_noms(ctx, scene.employeur, scene.offre.ref).cartes == ()


def test_une_carte_inventee_ou_d_une_autre_offre_n_ouvre_rien(ctx, scene, fabrique):
    autre = fabrique.offre(scene.organisation, scene.marche)
    carte = classer_sans_noms(ctx, scene.employeur, autre.ref).cartes[0]
    classer_sans_noms(ctx, scene.employeur, scene.offre.ref)
    for cle in (carte.cle, "0" * 32, scene.samira.ref):
        with pytest.raises(Introuvable):
            demander_rencontre(ctx, scene.employeur, scene.offre.ref, cle)


def test_les_courriels_ne_disent_rien_de_la_personne(ctx, scene):
    carte = classer_sans_noms(ctx, scene.employeur, scene.offre.ref).cartes[0]
    demander_rencontre(ctx, scene.employeur, scene.offre.ref, carte.cle)
    ref = scene.proposer()
    repondre(ctx, scene.employeur, ref, Transition.ACCEPTER)
    with ctx.lecture() as s:
        courriels = s.scalars(select(Courriel)).all()
    assert len(courriels) >= 3
    for courriel in courriels:
        texte = courriel.sujet + courriel.corps
        assert "Samira" not in texte
        assert scene.samira.nom not in texte


def test_ce_que_lit_le_referent_d_une_reponse_negative_ne_dit_pas_pourquoi(ctx, scene):
    ref = scene.proposer()
    repondre(ctx, scene.employeur, ref, Transition.DECLINER, motif="absent")
    with ctx.lecture() as s:
        textes = s.scalars(
            select(Notification.texte).where(Notification.utilisateur_id == scene.referent.utilisateur_id)
        ).all()
    assert any("sans suite, à revoir avec la personne" in t for t in textes)
    assert not any("absent" in t or "refus" in t for t in textes)


def test_decliner_demande_une_raison_de_la_liste(ctx, scene):
    ref = scene.proposer()
    for motif in (None, "", "mauvaise tête"):
        with pytest.raises(RegleViolee) as refus:
            repondre(ctx, scene.employeur, ref, Transition.DECLINER, motif=motif)
        assert refus.value.champ == "motif"


def test_une_personne_retiree_sort_aussitot_de_toutes_les_listes(ctx, scene):
    assert classer(ctx, scene.referent, scene.offre.ref).lignes
    with ctx.transaction() as s:
        s.get_one(Personne, scene.samira.id).retiree_le = ctx.horloge()
    assert classer(ctx, scene.referent, scene.offre.ref).lignes == ()
    assert classer_sans_noms(ctx, scene.employeur, scene.offre.ref).cartes == ()


def test_quand_la_personne_est_embauchee_le_reste_se_ferme(ctx, scene, fabrique):
    autre = fabrique.offre(fabrique.organisation())
    seconde = proposer(ctx, scene.referent, autre.ref, scene.samira.ref, accord_canal="telephone")
    ref = scene.proposer()
    fabrique.validation(scene.samira)
    repondre(ctx, scene.employeur, ref, Transition.ACCEPTER)
    scene.embaucher(ref)
    assert scene.etat(seconde) is EtatProposition.OBSOLETE


def test_on_peut_reproposer_apres_un_retrait_mais_pas_apres_une_reponse_negative(ctx, scene):
    ref = scene.proposer()
    annuler(ctx, scene.referent, ref)
    assert scene.proposer() == ref
    assert scene.etat(ref) is EtatProposition.PROPOSEE
    repondre(ctx, scene.employeur, ref, Transition.DECLINER, motif="plus_de_poste")
    with pytest.raises(RegleViolee):
        scene.proposer()


def test_les_offres_se_classent_pour_une_personne(ctx, scene, fabrique):
    fabrique.offre(scene.organisation, intitule="Agent de propreté", code_rome="K2204")
    vu = classer_offres(ctx, scene.referent, scene.samira.ref)
    assert vu.lignes[0].offre.ref == scene.offre.ref
    assert vu.eligible
    with pytest.raises(Introuvable):
        classer_offres(ctx, fabrique.acteur(fabrique.referent()), scene.samira.ref)


def test_une_personne_modifiee_est_classee_selon_son_nouveau_profil(ctx, scene):
    from marketplace.personnes.services.vivier import noter_changement

    offre = scene.f.offre(scene.organisation, permis=["C"])
    assert classer(ctx, scene.referent, offre.ref).lignes == ()
    with ctx.transaction() as s:
        s.get_one(Personne, scene.samira.id).permis = ["B", "C"]
        noter_changement(s, ctx.horloge(), scene.samira.id)
    assert [x.personne_ref for x in classer(ctx, scene.referent, offre.ref).lignes] == [scene.samira.ref]


def test_qui_n_a_pas_le_permis_demande_reste_visible_avec_l_aide(ctx, scene):
    offre = scene.f.offre(scene.organisation, permis=["C"])
    vu = classer(ctx, scene.referent, offre.ref)
    assert [h.personne_ref for h in vu.hors_de_portee] == [scene.samira.ref]
    assert vu.hors_de_portee[0].aide

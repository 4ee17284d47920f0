from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.comptes.models import Affectation
from marketplace.comptes.roles import Acteur, Source
from marketplace.comptes.services import agir_pour
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.models import Evenement, LecturePersonne, Notification
from marketplace.personnes import services
from marketplace.personnes.models import DemandeSuivi, Personne, Suivi
from marketplace.personnes.rules.identite import empreinte
from marketplace.personnes.rules.suivis import CONSEILLER_EMPLOI
from marketplace.propositions.services.droits_de_la_personne import effacer_personne
from tests.conftest import Horloge
from tests.fabrique import Fabrique

NAISSANCE = date(1991, 3, 2)


@pytest.fixture
def referente(fabrique: Fabrique) -> Affectation:
    return fabrique.referent()


@pytest.fixture
def conseillere(fabrique: Fabrique) -> Affectation:
    return fabrique.referent()


@pytest.fixture
def personne(ctx: Contexte, fabrique: Fabrique, referente: Affectation) -> Personne:
    return fabrique.personne(
        referente,
        prenom="Nadia",
        nom="Exemple",
        date_naissance=NAISSANCE,
        empreinte=empreinte(ctx.config.cle_secrete, "Nadia", "Exemple", NAISSANCE),
    )


def statuts(ctx: Contexte, acteur: Acteur, personne: Personne) -> bool:
    return services.lire_fiche(ctx, acteur, personne.ref, "essai").fiche.eligibilite.statuts is not None


def test_un_conseiller_emploi_suit_sans_lire_la_situation(
    ctx: Contexte, fabrique: Fabrique, referente: Affectation, conseillere: Affectation, personne: Personne
) -> None:
    principale, seconde = fabrique.acteur(referente), fabrique.acteur(conseillere)
    services.suivre(ctx, principale, personne.ref, conseillere.utilisateur_id, CONSEILLER_EMPLOI)
    lue = services.lire_fiche(ctx, seconde, personne.ref, "essai").fiche
    assert [(r.utilisateur_id, r.role, r.depuis) for r in lue.referents] == [
        (referente.utilisateur_id, "referent", lue.referents[0].depuis),
        (conseillere.utilisateur_id, "conseiller_emploi", ctx.aujourdhui()),
    ]
    assert lue.eligibilite.statuts is None
    assert lue.parcours is None
    assert lue.eligibilite.reponse == "oui"
    assert statuts(ctx, principale, personne)
    services.noter_contact(ctx, seconde, personne.ref)
    with pytest.raises(Introuvable):
        services.ajouter_statut(ctx, seconde, personne.ref, categorie="rsa")
    for acte in (
        lambda: services.suivre(ctx, seconde, personne.ref, referente.utilisateur_id),
        lambda: services.transferer(ctx, seconde, personne.ref, referente.utilisateur_id),
        lambda: effacer_personne(ctx, seconde, personne.ref),
    ):
        with pytest.raises(RegleViolee, match="Seul son référent"):
            acte()


def test_la_situation_s_ouvre_au_conseiller_apres_une_validation(
    ctx: Contexte, fabrique: Fabrique, referente: Affectation, conseillere: Affectation, personne: Personne
) -> None:
    services.suivre(ctx, fabrique.acteur(referente), personne.ref, conseillere.utilisateur_id, CONSEILLER_EMPLOI)
    fabrique.validation(personne)
    assert statuts(ctx, fabrique.acteur(conseillere), personne)


def test_la_fin_d_un_co_suivi_ferme_la_fiche_le_jour_meme(
    ctx: Contexte, fabrique: Fabrique, referente: Affectation, conseillere: Affectation, personne: Personne
) -> None:
    principale, seconde = fabrique.acteur(referente), fabrique.acteur(conseillere)
    services.suivre(ctx, principale, personne.ref, conseillere.utilisateur_id, CONSEILLER_EMPLOI)
    services.fin_de_suivi(ctx, principale, personne.ref, conseillere.utilisateur_id)
    with pytest.raises(Introuvable):
        services.lire_fiche(ctx, seconde, personne.ref, "essai")
    with pytest.raises(RegleViolee):
        services.fin_de_suivi(ctx, principale, personne.ref, conseillere.utilisateur_id)
    lue = services.lire_fiche(ctx, principale, personne.ref, "essai").fiche
    assert [(r.utilisateur_id, r.jusqu_au) for r in lue.anciens] == [(conseillere.utilisateur_id, ctx.aujourdhui())]


def test_transmettre_ferme_l_ancien_acces_le_jour_meme_et_garde_le_conseiller(
    ctx: Contexte, fabrique: Fabrique, referente: Affectation, conseillere: Affectation, personne: Personne
) -> None:
    suivante = fabrique.referent()
    services.suivre(ctx, fabrique.acteur(referente), personne.ref, conseillere.utilisateur_id, CONSEILLER_EMPLOI)
    services.transferer(ctx, fabrique.acteur(referente), personne.ref, suivante.utilisateur_id)
    with pytest.raises(Introuvable):
        services.lire_fiche(ctx, fabrique.acteur(referente), personne.ref, "essai")
    lue = services.lire_fiche(ctx, fabrique.acteur(suivante), personne.ref, "essai").fiche
    assert {r.utilisateur_id for r in lue.referents} == {suivante.utilisateur_id, conseillere.utilisateur_id}


def test_un_conseiller_devient_referent_sans_suivre_deux_fois(
    ctx: Contexte, fabrique: Fabrique, referente: Affectation, conseillere: Affectation, personne: Personne
) -> None:
    services.suivre(ctx, fabrique.acteur(referente), personne.ref, conseillere.utilisateur_id, CONSEILLER_EMPLOI)
    services.suivre(ctx, fabrique.acteur(referente), personne.ref, conseillere.utilisateur_id)
    lue = services.lire_fiche(ctx, fabrique.acteur(conseillere), personne.ref, "essai").fiche
    assert [r.role for r in lue.referents if r.utilisateur_id == conseillere.utilisateur_id] == ["referent"]
    with pytest.raises(RegleViolee, match="déjà"):
        services.suivre(ctx, fabrique.acteur(referente), personne.ref, conseillere.utilisateur_id)


def test_le_facilitateur_lit_la_situation_de_son_vivier_et_ne_s_y_invite_pas(
    ctx: Contexte, fabrique: Fabrique, personne: Personne
) -> None:
    facilitatrice = fabrique.facilitateur()
    elle = fabrique.acteur(facilitatrice)
    sienne = fabrique.personne(facilitatrice)
    assert statuts(ctx, elle, sienne)
    assert not statuts(ctx, elle, personne)
    for acte in (services.suivre, services.transferer):
        with pytest.raises(RegleViolee, match="a un référent"):
            acte(ctx, elle, personne.ref, facilitatrice.utilisateur_id)
    seule = fabrique.personne()
    services.suivre(ctx, elle, seule.ref, facilitatrice.utilisateur_id)
    assert statuts(ctx, elle, seule)


def test_agir_pour_un_referent_n_ouvre_pas_la_situation(
    ctx: Contexte, fabrique: Fabrique, referente: Affectation, personne: Personne
) -> None:
    from marketplace.comptes.services.acces import _porter

    elle = fabrique.acteur(fabrique.facilitateur())
    agir_pour(ctx, elle, source=Source.TELEPHONE, affectation_id=referente.id)
    with ctx.lecture() as s:
        pour = _porter(s, elle, ctx.aujourdhui(), Source.TELEPHONE, None, referente.id)
    assert not statuts(ctx, pour, personne)
    with pytest.raises(Introuvable):
        services.ajouter_statut(ctx, pour, personne.ref, categorie="aah")
    with ctx.lecture() as s:
        assert s.scalars(select(LecturePersonne.finalite)).all() == ["essai, par un facilitateur pour son compte"]


def test_demander_a_suivre_ne_dit_rien_et_passe_par_le_facilitateur(
    ctx: Contexte, fabrique: Fabrique, horloge: Horloge, conseillere: Affectation, personne: Personne
) -> None:
    elle = fabrique.acteur(conseillere)
    qui: dict[str, Any] = {"prenom": "Exemple", "nom": "Nadia", "date_naissance": NAISSANCE}
    facilitatrice = fabrique.facilitateur()
    services.demander_suivi(ctx, elle, **qui, role=CONSEILLER_EMPLOI)
    with pytest.raises(RegleViolee, match="déjà"):
        services.demander_suivi(ctx, elle, **qui)
    with pytest.raises(RegleViolee, match="Personne n'est"):
        services.demander_suivi(ctx, elle, prenom="Autre", nom="Nom", date_naissance=NAISSANCE)
    with pytest.raises(Introuvable):
        services.lire_fiche(ctx, elle, personne.ref, "essai")
    (vue,) = services.lire_demandes_suivi(ctx, fabrique.acteur(facilitatrice))
    assert (vue.nom_complet, vue.role) == ("Nadia Exemple", "Co-référent conseiller emploi")
    services.repondre_demande_suivi(ctx, fabrique.acteur(facilitatrice), vue.id, accepter=True)
    assert not statuts(ctx, elle, personne)
    with pytest.raises(RegleViolee, match="déjà sa réponse"):
        services.repondre_demande_suivi(ctx, fabrique.acteur(facilitatrice), vue.id, accepter=False)
    with ctx.lecture() as s:
        textes = " ".join(s.scalars(select(Notification.texte)).all())
        resumes = " ".join(s.scalars(select(Evenement.resume)).all())
    assert "Nadia" not in textes
    assert "Nadia" not in resumes


def test_un_administrateur_rattache_sans_lire_de_nom(
    ctx: Contexte, fabrique: Fabrique, conseillere: Affectation, personne: Personne
) -> None:
    services.demander_suivi(ctx, fabrique.acteur(conseillere), prenom="Nadia", nom="Exemple", date_naissance=NAISSANCE)
    administrateur = fabrique.acteur(fabrique.administrateur())
    (vue,) = services.lire_demandes_suivi(ctx, administrateur)
    assert (vue.nom_complet, vue.personne_ref) == ("", personne.ref)
    services.repondre_demande_suivi(ctx, administrateur, vue.id, accepter=False)
    with ctx.lecture() as s:
        assert s.scalars(select(LecturePersonne.id)).all() == []
        assert s.scalars(select(Suivi.referent_id)).all() != [conseillere.utilisateur_id]
    for autre in (fabrique.employeur(), fabrique.acheteur(), conseillere):
        with pytest.raises(Introuvable):
            services.repondre_demande_suivi(ctx, fabrique.acteur(autre), vue.id, accepter=True)


def test_l_effacement_emporte_la_demande(
    ctx: Contexte, fabrique: Fabrique, referente: Affectation, conseillere: Affectation, personne: Personne
) -> None:
    services.demander_suivi(ctx, fabrique.acteur(conseillere), prenom="Nadia", nom="Exemple", date_naissance=NAISSANCE)
    effacer_personne(ctx, fabrique.acteur(referente), personne.ref)
    with ctx.lecture() as s:
        assert s.scalars(select(DemandeSuivi.id)).all() == []

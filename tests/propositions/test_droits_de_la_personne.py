import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.models import Contrat
from marketplace.heures.queries.personne import contrats_de_la_personne
from marketplace.journal.models import Evenement, LecturePersonne, Notification
from marketplace.personnes import queries
from marketplace.personnes.models import (
    CompetencePersonne,
    EtatValidation,
    Experience,
    OuiNonAVerifier,
    Personne,
    Statut,
    Suivi,
    Validation,
)
from marketplace.personnes.rules.eligibilite import age_au
from marketplace.personnes.rules.identite import naissance_arrondie
from marketplace.propositions.conservation import purger_personnes
from marketplace.propositions.models import EtatProposition, EtatSouhait, Proposition, SouhaitRencontre
from marketplace.propositions.services.droits_de_la_personne import (
    effacer_personne,
    en_clair,
    lire_donnees,
    retirer_personne,
)
from tests.fabrique import Fabrique


def proposition(ctx: Contexte, fabrique: Fabrique, personne: Personne, **champs: Any) -> Proposition:
    valeurs: dict[str, Any] = {
        "ref": f"PR-{personne.id:06d}",
        "territoire_id": personne.territoire_id,
        "offre_id": fabrique.offre().id,
        "personne_id": personne.id,
        "etat": EtatProposition.PROPOSEE,
        "accord_le": ctx.aujourdhui(),
        "accord_canal": "entretien",
        "mot": "Samira est motivée",
        "raisons": [{"critere": "metier", "texte": "2 ans de maçonnerie", "contribution": 0.8, "signe": "plus"}],
        "proposee_le": ctx.horloge(),
        "echeance_le": ctx.aujourdhui() + timedelta(days=15),
    }
    return fabrique.garder(Proposition(**(valeurs | champs)))


def relire(ctx: Contexte, personne: Personne) -> Personne:
    with ctx.lecture() as s:
        return s.get_one(Personne, personne.id)


def test_le_retrait_ferme_aussi_propositions_et_demandes(ctx: Contexte, fabrique: Fabrique) -> None:
    referente = fabrique.referent()
    personne = fabrique.personne(referente)
    ouverte = proposition(ctx, fabrique, personne)
    fabrique.garder(SouhaitRencontre(offre_id=ouverte.offre_id, personne_id=personne.id, demande_le=ctx.horloge()))
    retirer_personne(ctx, fabrique.acteur(referente), personne.ref)
    with ctx.lecture() as s:
        assert s.scalars(select(Proposition.etat)).all() == [EtatProposition.OBSOLETE]
        assert s.scalars(select(SouhaitRencontre.etat)).all() == [EtatSouhait.DECLINE]
        assert queries.profils_de_classement(s, personne.territoire_id) == []
    with pytest.raises(RegleViolee):
        retirer_personne(ctx, fabrique.acteur(referente), personne.ref)


def test_l_effacement_ne_laisse_rien_de_la_personne(ctx: Contexte, fabrique: Fabrique) -> None:
    referente = fabrique.referent()
    personne = fabrique.personne(
        referente, telephone="06 12 34 56 78", courriel="s@exemple.invalid", empreinte="e" * 64
    )
    fabrique.garder(CompetencePersonne(personne_id=personne.id, libelle="Monter un mur"))
    fabrique.validation(personne, etat=EtatValidation.A_TRAITER, note="une note", repondue_le=None)
    proposition(ctx, fabrique, personne)
    for lien in (f"/referent/personnes/{personne.ref}", f"/referent/propositions/PR-{personne.id:06d}"):
        fabrique.garder(
            Notification(
                utilisateur_id=referente.utilisateur_id,
                cle=lien,
                texte="Samira a une réponse",
                lien=lien,
                creee_le=ctx.horloge(),
            )
        )
    effacer_personne(ctx, fabrique.acteur(referente), personne.ref)
    effacee = relire(ctx, personne)
    assert (effacee.prenom, effacee.telephone, effacee.courriel, effacee.empreinte) == ("", "", "", None)
    assert (effacee.date_naissance, effacee.sexe, effacee.code_insee) == (None, None, None)
    assert effacee.anonymisee_le is not None
    with ctx.lecture() as s:
        for table in (Experience, CompetencePersonne, Statut):
            assert s.scalar(select(table.id)) is None, table
        assert not [texte for texte in s.scalars(select(Notification.texte)) if "Samira" in texte]
        assert s.scalars(select(Proposition.mot)).one() == ""
        assert s.scalars(select(Validation)).one().etat is EtatValidation.ANNULEE
        assert s.scalars(select(Validation.note)).one() == ""
        assert s.scalars(select(Suivi.jusqu_au)).one() == ctx.aujourdhui()
    with pytest.raises(Introuvable):
        lire_donnees(ctx, fabrique.acteur(referente), personne.ref)


def test_l_effacement_garde_les_totaux(ctx: Contexte, fabrique: Fabrique) -> None:
    referente = fabrique.referent()
    entreprise = fabrique.organisation()
    marche = fabrique.marche(titulaire=entreprise)
    personne = fabrique.personne(referente, date_naissance=date(1976, 11, 30), qpv=OuiNonAVerifier.OUI)
    contrat = fabrique.contrat(personne, entreprise, marche, debut=date(2026, 3, 2), fin=date(2026, 8, 31))
    effacer_personne(ctx, fabrique.acteur(referente), personne.ref)
    effacee = relire(ctx, personne)
    assert (effacee.prenom, effacee.nom) == ("", "Personne effacée")
    assert (effacee.sexe, effacee.code_insee, effacee.qpv) == ("F", "34172", OuiNonAVerifier.OUI)
    assert effacee.date_naissance is not None
    assert effacee.date_naissance != date(1976, 11, 30)
    assert age_au(effacee.date_naissance, date(2026, 3, 2)) == 49
    with ctx.lecture() as s:
        (vu,) = contrats_de_la_personne(s, personne.id, ctx.aujourdhui())
        assert s.scalars(select(Contrat.statuts)).one() == ["rsa"]
    assert (vu.ref, vu.heures) == (contrat.ref, Decimal(0))


def test_un_contrat_en_cours_empeche_l_effacement(ctx: Contexte, fabrique: Fabrique) -> None:
    referente, entreprise = fabrique.referent(), fabrique.organisation()
    personne = fabrique.personne(referente)
    fabrique.contrat(personne, entreprise, fabrique.marche(titulaire=entreprise))
    with pytest.raises(RegleViolee) as refus:
        effacer_personne(ctx, fabrique.acteur(referente), personne.ref)
    assert "contrat est en cours" in refus.value.message
    assert relire(ctx, personne).anonymisee_le is None


def test_seul_qui_suit_la_personne_efface_ou_exporte(ctx: Contexte, fabrique: Fabrique) -> None:
    personne = fabrique.personne(fabrique.referent())
    for affectation in (fabrique.referent(), fabrique.employeur(), fabrique.acheteur()):
        for acte in (effacer_personne, lire_donnees, retirer_personne):
            with pytest.raises(Introuvable):
                acte(ctx, fabrique.acteur(affectation), personne.ref)


def test_l_export_dit_tout_et_se_relit(ctx: Contexte, fabrique: Fabrique) -> None:
    referente = fabrique.referent()
    personne = fabrique.personne(referente)
    proposition(ctx, fabrique, personne)
    lues = lire_donnees(ctx, fabrique.acteur(referente), personne.ref, export=True)
    relu = json.loads(json.dumps(en_clair(lues), ensure_ascii=False))
    assert relu["fiche"]["nom"] == personne.nom
    assert relu["fiche"]["date_naissance"] == "1990-05-17"
    assert relu["fiche"]["heures_max"] == "39.00"
    assert relu["fiche"]["eligibilite"]["statuts"][0]["libelle"] == "Allocataire du RSA"
    assert relu["propositions"][0]["raisons"] == ["2 ans de maçonnerie"]
    assert relu["lectures"][0]["finalite"] == "Exercice des droits de la personne"
    with ctx.lecture() as s:
        assert "exporter" in set(s.scalars(select(Evenement.action)))
        assert s.scalar(select(LecturePersonne.finalite)) == "Exercice des droits de la personne"


def test_le_facilitateur_n_exporte_pas_une_situation_qui_lui_est_fermee(ctx: Contexte, fabrique: Fabrique) -> None:
    personne = fabrique.personne(fabrique.referent())
    facilitatrice = fabrique.acteur(fabrique.facilitateur())
    assert lire_donnees(ctx, facilitatrice, personne.ref).fiche.eligibilite.statuts is None


def test_deux_ans_apres_le_dernier_contact_la_fiche_s_efface(ctx: Contexte, fabrique: Fabrique) -> None:
    jour = ctx.aujourdhui()
    a_terme = fabrique.personne(dernier_contact_le=jour - timedelta(days=730))
    veille = fabrique.personne(dernier_contact_le=jour - timedelta(days=729))
    entreprise = fabrique.organisation()
    en_contrat = fabrique.personne(dernier_contact_le=jour - timedelta(days=900))
    fabrique.contrat(en_contrat, entreprise, fabrique.marche(titulaire=entreprise))
    essai = purger_personnes(ctx, jour, dry_run=True)
    assert essai == {"a_terme": 1, "effacees": 0, "refusees": []}
    assert relire(ctx, a_terme).anonymisee_le is None
    assert purger_personnes(ctx, jour) == {"a_terme": 1, "effacees": 1, "refusees": []}
    assert relire(ctx, a_terme).nom == "Personne effacée"
    assert relire(ctx, veille).anonymisee_le is None
    assert relire(ctx, en_contrat).anonymisee_le is None
    assert purger_personnes(ctx, jour)["a_terme"] == 0


@given(
    naissance=st.dates(date(1945, 1, 1), date(2008, 12, 31)),
    jour=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
)
def test_l_annee_gardee_laisse_l_age_compte(naissance: date, jour: date) -> None:
    gardee = naissance_arrondie(naissance, [jour])
    assert gardee is not None
    assert gardee.year == naissance.year
    assert (gardee.month, gardee.day) in {(1, 1), (12, 31)}
    if (jour.month, jour.day) != (12, 31) or (naissance.month, naissance.day) == (12, 31):
        assert age_au(gardee, jour) == age_au(naissance, jour)
    assert naissance_arrondie(None, [jour]) is None

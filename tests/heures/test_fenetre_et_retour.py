"""R33, R34, R50: what opens a window, what runs inside it without a new validation, what a return needs."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.comptes.models import TypeOrganisation
from marketplace.erreurs import RegleViolee
from marketplace.heures.models import Contrat, Modalite
from marketplace.personnes import services
from marketplace.personnes.models import PassIAE, Personne, Statut, Validation
from marketplace.personnes.queries.eligibilite import fenetre_proposee
from tests.conftest import Horloge
from tests.heures.conftest import Chantier
from tests.heures.test_contrats import inscrire


@pytest.fixture
def validee(chantier: Chantier) -> Personne:
    personne = chantier.fabrique.personne()
    chantier.fabrique.validation(personne)
    return personne


@pytest.mark.parametrize(
    "suite",
    [
        {"debut": date(2027, 5, 1), "fin": date(2027, 5, 20)},
        {"debut": date(2027, 5, 1), "fin": None, "type_contrat": "cdi"},
        {"debut": date(2027, 4, 20), "fin": date(2027, 5, 20), "autre_marche": True},
        {"debut": date(2027, 5, 1), "fin": date(2027, 5, 15), "etti": True},
    ],
    ids=["renouvellement", "cdi", "autre marché", "mission"],
)
def test_dans_la_fenetre_la_suite_ne_demande_aucune_nouvelle_validation(
    chantier: Chantier, validee: Personne, suite: dict[str, Any]
) -> None:
    premier = inscrire(chantier, validee)
    champs = dict(suite)
    if champs.pop("autre_marche", False):
        champs["marche_id"] = chantier.fabrique.marche(titulaire=chantier.titulaire).id
    if champs.pop("etti", False):
        etti = chantier.fabrique.organisation(TypeOrganisation.ETTI)
        champs |= {"employeur_id": etti.id, "modalite": Modalite.MAD_ETTI, "type_contrat": "mission"}
    second = inscrire(chantier, validee, **champs)
    assert second.validation_id == premier.validation_id
    with chantier.ctx.lecture() as s:
        assert len(s.scalars(select(Validation.id)).all()) == 1


def test_les_statuts_photographies_ne_bougent_plus_quand_la_personne_change(
    chantier: Chantier, validee: Personne
) -> None:
    contrat = inscrire(chantier, validee)
    with chantier.ctx.lecture() as s:
        statut = s.scalars(select(Statut).where(Statut.personne_id == validee.id)).one()
    services.retirer_statut(chantier.ctx, chantier.facilitateur, validee.ref, statut.id)
    services.ajouter_statut(
        chantier.ctx,
        chantier.facilitateur,
        validee.ref,
        categorie="th",
        preuve_type="rqth_boeth",
        preuve_le=chantier.ctx.aujourdhui(),
    )
    second = inscrire(chantier, validee, debut=date(2027, 5, 1), fin=date(2027, 5, 20))
    with chantier.ctx.lecture() as s:
        assert s.get_one(Contrat, contrat.id).statuts == ["rsa"]
        # R34: fixed at the entry, the window's photograph goes on for what follows inside it.
        assert s.get_one(Contrat, second.id).statuts == ["rsa"]
        assert s.scalars(select(Validation.categories)).one() == ["rsa"]


class Retour:
    """Somebody whose window is over, asked for again on a day."""

    def __init__(self, chantier: Chantier, categorie: str) -> None:
        self.chantier = chantier
        jour = chantier.ctx.aujourdhui()
        self.personne = chantier.fabrique.personne(categorie=None, date_naissance=date(1966, 1, 1))
        chantier.fabrique.validation(
            self.personne,
            fenetre_debut=jour - timedelta(days=900),
            fenetre_fin=jour - timedelta(days=190),
            categories=[categorie],
        )
        chantier.fabrique.garder(
            Statut(
                personne_id=self.personne.id,
                categorie=categorie,
                preuve_type="piece_identite",
                preuve_le=jour - timedelta(days=1200),
                vue_le=jour - timedelta(days=900),
            )
        )

    def proposer(self, debut: date) -> tuple[date, date]:
        jour = self.chantier.ctx.aujourdhui()
        with self.chantier.ctx.lecture() as s:
            demande = Validation(
                id=999_999,
                personne_id=self.personne.id,
                territoire_id=self.personne.territoire_id,
                debut_prevu=debut,
            )
            fenetre, _ = fenetre_proposee(s, demande, s.get_one(Personne, self.personne.id), jour)
        return fenetre.debut, fenetre.fin


def test_apres_la_coupure_une_ancienne_preuve_ne_suffit_pas_meme_sans_age(chantier: Chantier) -> None:
    retour = Retour(chantier, "senior")
    jour = chantier.ctx.aujourdhui()
    with pytest.raises(RegleViolee) as refus:
        retour.proposer(jour)
    assert "vu depuis la fin" in refus.value.message
    services.ajouter_statut(
        chantier.ctx,
        chantier.facilitateur,
        retour.personne.ref,
        categorie="senior",
        preuve_type="piece_identite",
        preuve_le=jour - timedelta(days=1200),
    )
    assert retour.proposer(jour) == (jour, date(2028, 11, 20))


def test_avant_la_fin_de_la_coupure_la_date_de_retour_est_dite(chantier: Chantier, horloge: Horloge) -> None:
    retour = Retour(chantier, "senior")
    horloge.avancer(days=-30)
    with pytest.raises(RegleViolee) as refus:
        retour.proposer(chantier.ctx.aujourdhui())
    assert "6 mois de coupure" in refus.value.message


def test_le_salarie_d_une_structure_a_la_fenetre_de_son_pass(chantier: Chantier) -> None:
    structure = chantier.fabrique.organisation(TypeOrganisation.EI)
    personne = chantier.fabrique.personne()
    jour = chantier.ctx.aujourdhui()
    chantier.fabrique.garder(
        PassIAE(
            personne_id=personne.id,
            debut=jour - timedelta(days=30),
            fin=date(2027, 10, 3),
            releve_le=jour,
            source="plateforme",
            note_le=chantier.ctx.horloge(),
        )
    )
    for demandeur, fin in ((structure, date(2027, 10, 3)), (chantier.titulaire, date(2028, 11, 20))):
        demande = chantier.fabrique.validation(
            personne,
            etat="a_traiter",
            demandeur_id=demandeur.id,
            debut_prevu=jour,
            repondue_le=None,
            fenetre_debut=None,
            fenetre_fin=None,
            categories=[],
        )
        with chantier.ctx.lecture() as s:
            fenetre, _ = fenetre_proposee(s, demande, s.get_one(Personne, personne.id), jour)
        assert fenetre.fin == fin


def test_une_alternance_a_la_fenetre_de_son_contrat(chantier: Chantier) -> None:
    personne = chantier.fabrique.personne()
    demande = chantier.fabrique.validation(
        personne,
        etat="a_traiter",
        demandeur_id=chantier.titulaire.id,
        debut_prevu=chantier.ctx.aujourdhui(),
        repondue_le=None,
        fenetre_debut=None,
        fenetre_fin=None,
        categories=[],
    )
    services.repondre_validation(
        chantier.ctx,
        chantier.facilitateur,
        demande.ref,
        oui=True,
        type_contrat="apprentissage",
        fin_contrat=date(2028, 8, 31),
    )
    with chantier.ctx.lecture() as s:
        assert s.get_one(Validation, demande.id).fenetre_fin == date(2028, 8, 31)

"""Missions of an ETTI and an AI: one contrat for an unbroken series, and the counters that go with them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.inscription import inscrire_contrat
from marketplace.heures.models import Contrat, Mission, Modalite
from marketplace.heures.queries.missions import missions_du_contrat
from marketplace.heures.rules.ligne import CompteurAI, ReglagesCredit
from marketplace.heures.rules.missions import compteur_entreprise, compteur_parcours, continue_la_serie
from marketplace.heures.services.missions import ajouter_mission, prolonger_mission
from tests.heures.conftest import Chantier
from tests.heures.test_validation import regler

D = Decimal
DEBUT, FIN = date(2026, 9, 1), date(2026, 9, 30)


@pytest.fixture
def etti(chantier: Chantier) -> Organisation:
    return chantier.structure(TypeOrganisation.ETTI)


def embaucher(chantier: Chantier, structure: Organisation, modalite: Modalite, **champs: object) -> Contrat:
    personne = chantier.fabrique.personne()
    valeurs: dict[str, object] = {"debut": DEBUT, "fin": FIN, "type_contrat": "mission"}
    with chantier.ctx.transaction() as s:
        return inscrire_contrat(
            s,
            chantier.ctx,
            chantier.facilitateur,
            personne_id=personne.id,
            employeur_id=structure.id,
            marche_id=chantier.marche.id,
            modalite=modalite,
            poste="Manœuvre",
            heures_hebdo=D(35),
            **(valeurs | champs),  # type: ignore[arg-type]
        )


def missions(chantier: Chantier) -> list[tuple[str, date, date]]:
    with chantier.ctx.lecture() as s:
        requete = select(Contrat.ref, Mission.debut, Mission.fin).join(Contrat, Contrat.id == Mission.contrat_id)
        return [tuple(x) for x in s.execute(requete.order_by(Mission.debut))]


def fin_du(chantier: Chantier, ref: str) -> date | None:
    with chantier.ctx.lecture() as s:
        return s.scalar(select(Contrat.fin).where(Contrat.ref == ref))


@pytest.mark.parametrize(
    ("debut", "ecart", "suite"),
    [
        (date(2026, 10, 1), 0, True),
        (date(2026, 10, 2), 0, False),
        (date(2026, 10, 31), 30, True),
        (date(2026, 11, 1), 30, False),
    ],
)
def test_une_mission_continue_la_serie_si_l_ecart_est_court(debut: date, ecart: int, suite: bool) -> None:
    assert continue_la_serie(FIN, debut, ecart) is suite


def test_le_contrat_commence_par_une_mission_chez_le_titulaire(chantier: Chantier, etti: Organisation) -> None:
    contrat = embaucher(chantier, etti, Modalite.MAD_ETTI)
    assert contrat.utilisatrice_id == chantier.titulaire.id
    assert missions(chantier) == [(contrat.ref, DEBUT, FIN)]


def test_une_embauche_directe_n_a_pas_de_mission(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    with pytest.raises(RegleViolee, match="prête du personnel"):
        ajouter_mission(chantier.ctx, chantier.facilitateur, contrat.ref, debut=date(2027, 5, 3), fin=date(2027, 5, 7))


def test_une_nouvelle_mission_proche_reste_dans_le_contrat(chantier: Chantier, etti: Organisation) -> None:
    contrat = embaucher(chantier, etti, Modalite.MAD_ETTI)
    ref = ajouter_mission(
        chantier.ctx, chantier.acteur_de(etti), contrat.ref, debut=date(2026, 10, 12), fin=date(2026, 11, 6)
    )
    assert ref == contrat.ref
    assert fin_du(chantier, ref) == date(2026, 11, 6)
    assert len(missions(chantier)) == 2


def test_une_mission_apres_une_longue_coupure_ouvre_un_contrat(chantier: Chantier, etti: Organisation) -> None:
    contrat = embaucher(chantier, etti, Modalite.MAD_ETTI)
    ref = ajouter_mission(
        chantier.ctx,
        chantier.acteur_de(etti),
        contrat.ref,
        debut=date(2026, 11, 16),
        fin=date(2026, 11, 20),
        numero="26-118",
    )
    assert ref != contrat.ref
    assert fin_du(chantier, contrat.ref) == FIN
    assert missions(chantier)[-1] == (ref, date(2026, 11, 16), date(2026, 11, 20))


def test_l_ecart_est_un_reglage_du_territoire(chantier: Chantier, etti: Organisation) -> None:
    regler(chantier, "ecart_missions_jours", 5)
    contrat = embaucher(chantier, etti, Modalite.MAD_ETTI)
    ref = ajouter_mission(
        chantier.ctx, chantier.acteur_de(etti), contrat.ref, debut=date(2026, 10, 12), fin=date(2026, 11, 6)
    )
    assert ref != contrat.ref


def test_deux_missions_ne_se_chevauchent_pas(chantier: Chantier, etti: Organisation) -> None:
    contrat = embaucher(chantier, etti, Modalite.MAD_ETTI)
    with pytest.raises(RegleViolee, match="court déjà") as refus:
        ajouter_mission(
            chantier.ctx, chantier.facilitateur, contrat.ref, debut=date(2026, 9, 28), fin=date(2026, 10, 9)
        )
    assert refus.value.champ == "debut"


def test_une_mission_se_prolonge_et_le_contrat_avec_elle(chantier: Chantier, etti: Organisation) -> None:
    contrat = embaucher(chantier, etti, Modalite.MAD_ETTI)
    with chantier.ctx.lecture() as s:
        vue = missions_du_contrat(s, contrat.territoire_id, contrat.ref, chantier.ctx.aujourdhui())
    assert vue is not None
    assert vue.missions[0].prolongeable
    prolonger_mission(chantier.ctx, chantier.acteur_de(etti), contrat.ref, vue.missions[0].id, fin=date(2026, 10, 16))
    assert fin_du(chantier, contrat.ref) == date(2026, 10, 16)
    with pytest.raises(RegleViolee, match="après la fin actuelle"):
        prolonger_mission(
            chantier.ctx, chantier.acteur_de(etti), contrat.ref, vue.missions[0].id, fin=date(2026, 10, 2)
        )


def test_les_missions_ne_depassent_pas_24_mois(chantier: Chantier, etti: Organisation) -> None:
    contrat = embaucher(chantier, etti, Modalite.MAD_ETTI)
    with pytest.raises(RegleViolee, match="24 mois"):
        ajouter_mission(
            chantier.ctx, chantier.facilitateur, contrat.ref, debut=date(2026, 10, 1), fin=date(2028, 9, 30)
        )


def test_une_autre_structure_ne_touche_pas_aux_missions(chantier: Chantier, etti: Organisation) -> None:
    contrat = embaucher(chantier, etti, Modalite.MAD_ETTI)
    with pytest.raises(Introuvable):
        ajouter_mission(chantier.ctx, chantier.employeur, contrat.ref, debut=date(2026, 10, 1), fin=date(2026, 10, 9))


# --- counters
# -----------------------------------------------------------------------------------------------------


def test_le_compteur_de_480_h_dit_ce_qui_reste_puis_le_plafond() -> None:
    reglages = ReglagesCredit()
    jour = date(2026, 11, 21)
    vide = compteur_entreprise(None, jour, reglages)
    assert "Aucune heure" in vide.phrase
    en_cours = compteur_entreprise(CompteurAI(date(2025, 12, 1), D(470)), jour, reglages)
    assert en_cours.phrase == "470 h sur 480 h en entreprise : il reste 10 h d'ici au 30 novembre 2027.".replace(
        " h", "\u00a0h"
    )
    plein = compteur_entreprise(CompteurAI(date(2025, 12, 1), D(480)), jour, reglages)
    assert plein.atteint
    assert "ne comptent pas" in plein.phrase
    avertit = compteur_entreprise(CompteurAI(date(2025, 12, 1), D(500)), jour, ReglagesCredit(ai_refuse=False))
    assert avertit.depasse
    assert "avec un avertissement" in avertit.phrase


def test_le_compteur_repart_apres_24_mois() -> None:
    ancien = CompteurAI(date(2024, 11, 1), D(480))
    assert "Aucune heure" in compteur_entreprise(ancien, date(2026, 11, 1), ReglagesCredit()).phrase


@pytest.mark.parametrize(("heures", "atteint"), [("149", False), ("149.99", False), ("150", True), ("151", True)])
def test_le_repere_de_150_h_d_une_ai(heures: str, atteint: bool) -> None:
    assert compteur_parcours(D(heures), D(150)).atteint is atteint


def test_la_page_d_un_salarie_d_ai_montre_ses_compteurs(chantier: Chantier) -> None:
    ai = chantier.structure(TypeOrganisation.AI)
    contrat = chantier.salarie(employeur=ai, modalite=Modalite.MAD_AI, type_contrat="cdd_usage")
    chantier.valider(chantier.declarer({contrat: "100"}, employeur=ai, acteur=chantier.acteur_de(ai)))
    with chantier.ctx.lecture() as s:
        vue = missions_du_contrat(s, contrat.territoire_id, contrat.ref, chantier.ctx.aujourdhui())
    assert vue is not None
    entreprise, parcours = vue.compteurs
    assert (entreprise.heures, entreprise.repere) == (D(100), D(480))
    assert (parcours.heures, parcours.repere, parcours.atteint) == (D(100), D(150), False)

"""The settings of a territory as the rules of this room take them."""

from __future__ import annotations

from decimal import Decimal

from marketplace.heures.rules.avancement import ReglagesAvancement
from marketplace.heures.rules.ligne import ReglagesCredit
from marketplace.heures.rules.modalites import ReglagesModalites
from marketplace.personnes.rules.fenetre import ReglagesFenetre
from marketplace.territoire.reglages import Reglages


def pour_avancement(reglages: Reglages) -> ReglagesAvancement:
    """Thresholds of the states."""
    return ReglagesAvancement(
        points_orange=Decimal(reglages.alerte_orange_points),
        points_rouge=Decimal(reglages.alerte_rouge_points),
    )


def pour_credit(reglages: Reglages) -> ReglagesCredit:
    """Coefficients and caps of crediting."""
    return ReglagesCredit(
        coef_formation=reglages.coef_formation,
        plafond_formation=reglages.plafond_formation,
        coef_valorisation=reglages.coef_valorisation,
        plafond_ai=reglages.plafond_ai,
        ai_refuse=reglages.ai_refuse,
        heures_jour_max=reglages.heures_jour_max,
        heures_semaine_max=reglages.heures_semaine_max,
        heures_mois_max=reglages.heures_mois_max,
        tolerance_marche_jours=reglages.tolerance_marche_jours,
    )


def pour_modalites(reglages: Reglages) -> ReglagesModalites:
    """What the territory admits beyond the matrix."""
    return ReglagesModalites(
        ett_admise=reglages.ett_admise,
        eiti_admise=reglages.eiti_admise,
        prison_admise=reglages.prison_admise,
    )


def pour_fenetre(reglages: Reglages) -> ReglagesFenetre:
    """Lengths and delays of the window."""
    return ReglagesFenetre(
        mois_cdd=reglages.fenetre_mois_cdd,
        mois_cdi=reglages.fenetre_mois_cdi,
        coupure_mois=reglages.coupure_mois,
        redemarre_nouveau_marche=reglages.fenetre_redemarre,
        delai_regularisation_jours=reglages.delai_regularisation_jours,
        anteriorite_mois=reglages.anteriorite_mois,
    )

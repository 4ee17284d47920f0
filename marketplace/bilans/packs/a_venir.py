"""Hours to come over twelve months, by trade and place: what GEIQ, ETTI and training bodies prepare for."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.bilans.packs.tables import ZERO, tableau
from marketplace.bilans.perimetre import Perimetre
from marketplace.bilans.rules.definitions import NON_RENSEIGNE
from marketplace.bilans.rules.periode import Periode
from marketplace.bilans.vue import BilanVu, Colonne
from marketplace.erreurs import RegleViolee
from marketplace.heures.queries import avancements
from marketplace.marches.models import ETATS_VIVANTS, Marche
from marketplace.metiers.models import Metier
from marketplace.territoire.models import Commune
from marketplace.valeurs import CENTIEME, ajouter_mois

MOIS = 12
HEURES = (Colonne("heures", "Heures à faire", 0, "h"), Colonne("marches", "Marchés"))


def pack_a_venir(s: Session, perimetre: Perimetre, _periode: Periode, jour: date) -> BilanVu:
    """What is left of each live clause, spread evenly to its end, cut at twelve months from `jour`.

    Raises RegleViolee when no live marché lacks hours.
    """
    requete = (
        select(Marche.id, Marche.secteur, Metier.libelle, Commune.nom, Marche.date_fin)
        .outerjoin(Metier, Metier.code_rome == Marche.code_rome)
        .outerjoin(Commune, Commune.code_insee == Marche.code_insee)
        .where(
            Marche.territoire_id == perimetre.territoire_id,
            Marche.etat.in_(ETATS_VIVANTS),
            *perimetre.conditions_marche(Marche.id),
        )
        .order_by(Marche.id)
    )
    marches = s.execute(requete).all()
    restes = avancements(s, [m.id for m in marches], jour)
    horizon = ajouter_mois(jour, MOIS)
    cumuls: dict[str, defaultdict[str, list[Decimal]]] = {
        nom: defaultdict(lambda: [ZERO, ZERO]) for nom in ("secteur", "metier", "lieu", "croise")
    }
    for m in marches:
        a_faire = part_a_venir(restes[m.id].reste, jour, m.date_fin, horizon)
        if not a_faire:
            continue
        metier, lieu = m.libelle or NON_RENSEIGNE, m.nom or NON_RENSEIGNE
        for nom, ligne in (
            ("secteur", m.secteur),
            ("metier", metier),
            ("lieu", lieu),
            ("croise", f"{metier}, {lieu}"),
        ):
            cumuls[nom][ligne][0] += a_faire
            cumuls[nom][ligne][1] += 1
    if not cumuls["secteur"]:
        raise RegleViolee("Aucune heure ne reste à faire dans les douze mois qui viennent.", champ="pack")
    titres = (
        ("secteur", "Par secteur", "Secteur"),
        ("metier", "Par métier", "Métier"),
        ("lieu", "Par commune", "Commune"),
        ("croise", "Par métier et commune", "Métier et commune"),
    )
    return BilanVu(
        "Heures à venir sur douze mois",
        jour.isoformat(),
        horizon.isoformat(),
        "Clauses en cours",
        ("Ce qui reste de chaque clause, réparti jusqu'à la fin du marché. C'est une estimation.",),
        tuple(tableau(nom, titre, entete, HEURES, _ranger(cumuls[nom]), total=True) for nom, titre, entete in titres),
    )


def _ranger(cumul: dict[str, list[Decimal]]) -> list[tuple[str, list[Decimal]]]:
    """Most hours first."""
    return sorted(cumul.items(), key=lambda v: (-v[1][0], v[0]))


def part_a_venir(reste: Decimal, jour: date, fin: date | None, horizon: date) -> Decimal:
    """Hours of `reste` before the horizon, spread evenly to the end; all of them when the end is near or past."""
    if reste <= 0:
        return ZERO
    if fin is None or fin <= horizon:
        return reste
    return (reste * (horizon - jour).days / (fin - jour).days).quantize(CENTIEME)

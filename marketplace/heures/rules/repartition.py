"""One hour is credited once: sharing a line between marchés, and the few hours that come from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.phrases import heures_en_texte, nombre_en_texte
from marketplace.valeurs import CENTIEME, arrondir, somme

AGE_APPRENTI = (16, 29)
"""Code du travail L6222-1: age at the start of an apprenticeship, both inclusive."""


def verifier_repartition(heures: Decimal, repartition: Mapping[str, Decimal], accords: Iterable[str] = ()) -> None:
    """Refuse an allotment of one line's hours that counts an hour twice (R27) or lacks an agreement (R28).

    `repartition`: hours by marché; `accords`: marchés whose buyer agreed to share, needed from two marchés
    on. Raises RegleViolee.
    """
    if any(part < 0 for part in repartition.values()):
        raise RegleViolee("Une part d'heures ne peut pas être négative.", champ="repartition")
    exces = somme(repartition.values()) - heures
    if exces > 0:
        raise RegleViolee(
            f"Une heure ne compte qu'une fois : {heures_en_texte(exces)} de trop pour "
            f"{heures_en_texte(heures)} travaillées.",
            champ="repartition",
        )
    servis = [marche for marche, part in repartition.items() if part > 0]
    if len(servis) > 1 and (manquants := set(servis) - set(accords)):
        raise RegleViolee(
            "Partager des heures entre plusieurs marchés demande l'accord de chaque acheteur. "
            f"Accords manquants : {', '.join(sorted(manquants))}.",
            champ="repartition",
        )


def verifier_cle(parts: Mapping[str, Decimal]) -> None:
    """Refuse a split key that does not share every hour once: shares by marché, each in ]0;1], summing to 1 (R28).

    Raises RegleViolee with the sum that was found.
    """
    if len(parts) < 2:
        raise RegleViolee("Un partage demande au moins deux marchés.", champ="parts")
    if any(not 0 < part <= 1 for part in parts.values()):
        raise RegleViolee("Chaque part va de 0 à 100 %.", champ="parts")
    total = somme(parts.values())
    if total != 1:
        raise RegleViolee(
            f"Les parts font {nombre_en_texte(total * 100)}\u00a0% : elles doivent faire 100\u00a0%.", champ="parts"
        )


def allouer(heures: Decimal, parts: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """Share out hours (two decimals) by a key: the shares sum exactly to `heures`, whatever the roundings.

    Each marché gets its share rounded down; the hundredths left go to the largest remainders, then to the smallest id,
    so that the same hours and the same key always give the same allotment.
    """
    exactes = {marche: heures * part for marche, part in parts.items()}
    allouees = {marche: exacte.quantize(CENTIEME, ROUND_FLOOR) for marche, exacte in exactes.items()}
    reste = int((heures - somme(allouees.values())) / CENTIEME)
    for marche in sorted(parts, key=lambda m: (allouees[m] - exactes[m], m))[:reste]:
        allouees[marche] += CENTIEME
    return allouees


def heures_estimees(montant_facture: Decimal, part_main_oeuvre: Decimal, cout_horaire: Decimal) -> Decimal:
    """Hours estimated from an invoice (€ HT), kept as estimated and out of the national export (R38)."""
    if not 0 < part_main_oeuvre <= 1:
        raise RegleViolee("La part de main d'œuvre est comprise entre 0 et 100 %.", champ="part_main_oeuvre")
    if cout_horaire <= 0 or montant_facture < 0:
        raise RegleViolee("Le montant et le coût horaire doivent être positifs.", champ="montant_facture")
    return arrondir(montant_facture * part_main_oeuvre / cout_horaire, CENTIEME)


def age_apprenti_admis(naissance: date, debut: date) -> bool:
    """True when the apprentice is 16 to 29 years old at the start of the contract (R40)."""
    age = debut.year - naissance.year - ((debut.month, debut.day) < (naissance.month, naissance.day))
    return AGE_APPRENTI[0] <= age <= AGE_APPRENTI[1]

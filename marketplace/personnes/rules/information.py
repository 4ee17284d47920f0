"""Information of the person before any ranking, agreement before any proposition, withdrawal (R109, R110)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from marketplace.erreurs import RegleViolee


class Canal(StrEnum):
    """How the person was told."""

    ENTRETIEN = "entretien"
    COURRIER = "courrier"
    COURRIEL = "courriel"
    TELEPHONE = "telephone"
    LIEN = "lien"
    EMPLOYEUR = "employeur"


VERSION_NOTICE = "1"
"""Wording of the notice on matching now in use. A new wording is a new version, the former stays."""

VERSION_NOTICE_VALIDATION = "validation-1"
"""Wording of the notice an employer hands over with a validation: it covers that, never the ranking."""


@dataclass(frozen=True)
class Information:
    """When, with which version of the notice and how the person was informed; empty date when she was not."""

    remise_le: date | None = None
    version: str = ""
    canal: str = ""
    retiree_le: date | None = None


def est_informee(information: Information, le: date) -> bool:
    """True when ranking and propositions are open on that day: told before, and not withdrawn since
    (R109).
    """
    if information.remise_le is None or information.remise_le > le or not information.version:
        return False
    return information.retiree_le is None or information.retiree_le > le


def verifier_information(information: Information, le: date) -> None:
    """Refuse to rank or propose somebody who was not told, or who withdrew (R109, L1221-8). Raises
    RegleViolee.
    """
    if information.retiree_le is not None and information.retiree_le <= le:
        raise RegleViolee("Cette personne a demandé à ne plus être proposée.")
    if not est_informee(information, le):
        raise RegleViolee("Informez d'abord la personne, puis notez la date et le moyen.", champ="information_le")


def noter_information(remise_le: date, version: str, canal: str, aujourdhui: date) -> Information:
    """The information as recorded. Raises RegleViolee for a date to come, no notice version or no known
    channel.
    """
    if remise_le > aujourdhui:
        raise RegleViolee("La date d'information ne peut pas être à venir.", champ="information_le")
    if not version.strip():
        raise RegleViolee("Dites quelle notice a été remise.", champ="information_version")
    if canal not in set(Canal):
        raise RegleViolee("Dites comment la personne a été informée.", champ="information_canal")
    return Information(remise_le, version.strip(), canal)

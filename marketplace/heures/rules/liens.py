"""The link of a mail and its short code: how long they live, how many tries they bear. Only hashes are compared."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

DUREE_CODE = timedelta(minutes=10)
ESSAIS_PAR_CODE = 5
CODES_PAR_HEURE = 5
"""By link, and by address: twenty-five guesses an hour at most against a million codes."""
DUREE_SESSION = timedelta(hours=2)
CHIFFRES = 6


class EtatLien(StrEnum):
    """What a link is worth on a day."""

    OUVERT = "ouvert"
    PERIME = "perime"
    REVOQUE = "revoque"


class ReponseCode(StrEnum):
    """What a typed code is worth."""

    BON = "bon"
    FAUX = "faux"
    PERIME = "perime"
    EPUISE = "epuise"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class CodeGarde:
    """What is kept of a code that was sent."""

    empreinte: str
    expire_le: datetime
    essais: int


def etat_du_lien(expire_le: datetime, revoque_le: datetime | None, maintenant: datetime) -> EtatLien:
    """Taken back wins over too old; the last instant is already too old."""
    if revoque_le is not None:
        return EtatLien.REVOQUE
    return EtatLien.OUVERT if maintenant < expire_le else EtatLien.PERIME


def empreinte(clair: str) -> str:
    """What is kept of a long random secret (a link, a session)."""
    return hashlib.sha256(clair.encode()).hexdigest()


def empreinte_code(cle_secrete: str, lien_id: int, code: str) -> str:
    """What is kept of a code: six digits are soon guessed from a plain hash, so the server's key is mixed in."""
    return hmac.new(cle_secrete.encode(), f"code-declaration:{lien_id}:{code}".encode(), hashlib.sha256).hexdigest()


def code_tape(texte: str) -> str:
    """The digits of what was typed: blanks and dashes forgiven."""
    return re.sub(r"[\s\u00a0\u202f.\-]", "", texte)


def juger_code(garde: CodeGarde | None, tentee: str, maintenant: datetime) -> ReponseCode:
    """What a code is worth, `tentee` being its hash: the tries are counted before the code is compared."""
    if garde is None:
        return ReponseCode.ABSENT
    if garde.essais >= ESSAIS_PAR_CODE:
        return ReponseCode.EPUISE
    if maintenant >= garde.expire_le:
        return ReponseCode.PERIME
    return ReponseCode.BON if hmac.compare_digest(garde.empreinte, tentee) else ReponseCode.FAUX

"""Passwords as they are kept (argon2id) and the codes of the second factor (TOTP)."""

from __future__ import annotations

from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

EMETTEUR = "La Place des clauses"
PAS_SECONDES = 30

_hacheur = PasswordHasher()
# Checked for an unknown address, so that the answer takes as long as for a known one.
_LEURRE = _hacheur.hash("personne-n-a-ce-mot-de-passe")


def hacher(mot_de_passe: str) -> str:
    """The argon2id hash to keep."""
    return _hacheur.hash(mot_de_passe)


def verifier(empreinte: str | None, mot_de_passe: str) -> bool:
    """Whether the password fits; takes as long when there is no hash."""
    try:
        return _hacheur.verify(empreinte or _LEURRE, mot_de_passe) and empreinte is not None
    except (Argon2Error, InvalidHashError):
        return False


def a_rehacher(empreinte: str) -> bool:
    """Whether the hash was made with older settings."""
    return _hacheur.check_needs_rehash(empreinte)


def nouveau_secret() -> str:
    """A fresh secret for an authenticator."""
    return pyotp.random_base32()


def adresse_otpauth(secret: str, courriel: str) -> str:
    """What the QR code carries."""
    return pyotp.TOTP(secret).provisioning_uri(name=courriel, issuer_name=EMETTEUR)


def _pas(quand: datetime) -> int:
    return int(quand.timestamp()) // PAS_SECONDES


def code_au_pas(secret: str, pas: int) -> str:
    """The code of one step of 30 seconds."""
    return pyotp.TOTP(secret).at(pas * PAS_SECONDES)


def pas_du_code(secret: str, code: str, quand: datetime, dernier_pas: int | None) -> int | None:
    """The step this code belongs to, among the present one and its neighbours; None when wrong or already used."""
    chiffres = "".join(c for c in code if c.isdigit())
    for pas in (_pas(quand), _pas(quand) - 1, _pas(quand) + 1):
        if (dernier_pas is None or pas > dernier_pas) and pyotp.utils.strings_equal(code_au_pas(secret, pas), chiffres):
            return pas
    return None


def code_utilisable(secret: str, quand: datetime, dernier_pas: int | None) -> str | None:
    """The code that would be accepted now, for the accounts of a demonstration; None when all were used."""
    for pas in (_pas(quand), _pas(quand) + 1):
        if dernier_pas is None or pas > dernier_pas:
            return code_au_pas(secret, pas)
    return None

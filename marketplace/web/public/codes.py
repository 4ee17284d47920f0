"""The QR code of an authenticator, drawn on the server."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from markupsafe import Markup

from marketplace.comptes import mots_de_passe


@dataclass(frozen=True, slots=True)
class ImageDuCode:
    """What sets an authenticator up: the drawing, and the same thing to type."""

    svg: Markup
    secret: str


def image_du_code(secret: str, courriel: str) -> ImageDuCode:
    """The QR code of a secret, as inline SVG, and the secret in groups of four."""
    code = segno.make(mots_de_passe.adresse_otpauth(secret, courriel), error="m")
    svg = code.svg_inline(omitsize=True, border=2, title="Code à photographier avec votre application")
    groupes = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return ImageDuCode(Markup(svg), groupes)  # noqa: S704 - made by segno from our own secret

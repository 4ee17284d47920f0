"""Référents who ask to follow somebody already known: a facilitateur or an administrator links them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.personnes import services
from marketplace.web.socle.acces import acteur, contexte


def rattachements() -> Any:
    """What waits. An administrator reads references, not names."""
    return render_template(
        "socle/personnes/rattachements.html",
        demandes=services.lire_demandes_suivi(contexte(), acteur()),
        nommees=acteur().role is Role.FACILITATEUR,
    )


def accepter(demande_id: int) -> Any:
    """Link."""
    return _repondre(demande_id, "Rattachement noté : la fiche lui est ouverte.", accepter=True)


def decliner(demande_id: int) -> Any:
    """Do not link."""
    return _repondre(demande_id, "C'est noté : la fiche ne lui est pas ouverte.", accepter=False)


def _repondre(demande_id: int, fait: str, *, accepter: bool) -> Any:
    try:
        services.repondre_demande_suivi(contexte(), acteur(), demande_id, accepter=accepter)
    except RegleViolee as refus:
        flash(refus.message, "warning")
    else:
        flash(fait)
    return redirect(url_for(".rattachements"))

"""The page of a contrat and its end, for an employer and a facilitateur: what each may do is decided by the acts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for

from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.heures.libelles import MODALITES
from marketplace.heures.queries.missions import missions_du_contrat
from marketplace.heures.rules.contrats import MotifFin
from marketplace.heures.services.contrats import LIBELLES_FIN, finir_contrat
from marketplace.offres.libelles import CONTRATS
from marketplace.offres.models import TypeContrat
from marketplace.web.socle.acces import acteur, contexte
from marketplace.web.socle.formulaires_contrats import FormulaireFin

Page = Callable[[str, FormulaireFin, int], Any]
"""The page of the contrat of that reference, with the form of its end as typed, and its code."""


def page_du_contrat(gabarit: str, c: Any, ref: str, form: FormulaireFin, code: int, **de_plus: Any) -> Any:
    """One contrat already read behind its door: its missions, its words, and how to say that it ended."""
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        missions = missions_du_contrat(s, moi.territoire_id, ref, ctx.aujourdhui())
    page = render_template(
        gabarit,
        c=c,
        missions=missions,
        form=form,
        modalites=MODALITES,
        contrat=CONTRATS.get(TypeContrat(c.type_contrat), ""),
        motif_fin=LIBELLES_FIN[MotifFin(c.motif_fin)] if c.motif_fin else "",
        **de_plus,
    )
    return page, code


def noter_la_fin(ref: str, relire: Page) -> Any:
    """Say when and why a contrat ended; refused, the page again with what was typed."""
    form = FormulaireFin()
    if not form.validate_on_submit() or form.fin.data is None:
        return relire(ref, form, 422)
    try:
        finir_contrat(contexte(), acteur(), ref, fin=form.fin.data, motif=form.motif_fin.data)
    except (ModifieEntreTemps, RegleViolee) as erreur:
        form.poser_erreur(erreur)
        return relire(ref, form, 409 if isinstance(erreur, ModifieEntreTemps) else 422)
    flash("Fin de contrat enregistrée.")
    return redirect(url_for(".fiche", ref=ref))

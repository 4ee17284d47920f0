"""The retention job of people (R108, T27): two years after the last contact, who she was is erased, totals stay."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from marketplace.comptes.roles import systeme
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.personnes.models import Personne
from marketplace.personnes.rules.conservation import Donnee, a_terme
from marketplace.propositions.services.droits_de_la_personne import effacer, personnes_a_terme
from marketplace.territoire.queries import territoires
from marketplace.territoire.reglages import reglages_au


def purger_personnes(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Erase the files at their term. Returns {"a_terme", "effacees", "refusees": [{"ref", "motif"}]}.

    Idempotent. One transaction a person: a refusal leaves the others.
    """
    bilan: dict[str, Any] = {"a_terme": 0, "effacees": 0, "refusees": []}
    with ctx.lecture() as s:
        cibles = []
        for territoire in territoires(s):
            jours = reglages_au(s, territoire.id, le).conservation_jours
            cibles += [
                (territoire.id, p.id, p.ref)
                for p in personnes_a_terme(s, territoire.id, le - timedelta(days=jours))
                if p.dernier_contact_le and a_terme(Donnee.PERSONNE, p.dernier_contact_le, le, jours=jours)
            ]
    bilan["a_terme"] = len(cibles)
    if dry_run:
        return bilan
    for territoire_id, personne_id, ref in cibles:
        try:
            with ctx.transaction() as s:
                personne = s.get_one(Personne, personne_id)
                effacer(ctx, s, systeme(territoire_id), personne, "purger", "Fiche effacée à son terme")
            bilan["effacees"] += 1
        except RegleViolee as refus:
            bilan["refusees"].append({"ref": ref, "motif": refus.message})
    return bilan

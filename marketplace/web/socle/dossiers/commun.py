"""What the pages of a file share: why it is read, whether statuses open, how an act answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash

from marketplace.comptes.roles import Role
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.personnes import services
from marketplace.personnes.rules.proteges import avertir
from marketplace.personnes.services.lectures import DossierLu
from marketplace.propositions.accords import a_donne_un_accord
from marketplace.web.socle.acces import acteur, contexte
from marketplace.web.socle.formulaires import Formulaire

ACCOMPAGNEMENT = "Accompagnement"
VERIFICATION = "Suivi des clauses"
CANAUX_TOUS = [(c.value, libelle) for c, libelle in services.CANAUX.items()]


def finalite() -> str:
    """Why this hat reads the file, as the person will read it."""
    return VERIFICATION if acteur().role is Role.FACILITATEUR else ACCOMPAGNEMENT


def accord(ref: str) -> bool:
    """Whether the person agreed to a proposition: it opens her statuses to those who are not her référent."""
    with contexte().lecture() as s:
        return a_donne_un_accord(s, acteur().territoire_id, ref)


def lire(ref: str) -> DossierLu:
    """The file, noted as read."""
    return services.lire_fiche(contexte(), acteur(), ref, finalite(), accord_proposition=accord(ref))


def agir(form: Formulaire, acte: Callable[[], Any]) -> int:
    """Run an act from a form; 0 when it worked, else the HTTP code of the page to show again as typed."""
    if not form.validate_on_submit():
        return 422
    try:
        acte()
    except ModifieEntreTemps as erreur:
        form.poser_erreur(erreur)
        return 409
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return 422
    return 0


def prevenir_mots(*textes: str) -> None:
    """Warn about words on health, family, origin… without refusing them (R107)."""
    if avis := avertir(" ".join(textes)):
        flash(avis, "warning")

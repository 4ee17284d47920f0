"""Acts on a territory. Who may do them is checked by the callers: `comptes` stands above this room."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.territoire.models import Commune, Reglage, Territoire
from marketplace.territoire.parametres import parametre
from marketplace.territoire.reglages import ecrire_valeur, lire_valeur

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def creer_territoire(
    ctx: Contexte,
    *,
    code: str,
    nom: str,
    departements: Sequence[str],
    contact_nom: str = "",
    contact_courriel: str = "",
    contact_telephone: str = "",
) -> int:
    """Open a territory of one or more départements; its id. For the command line.

    Raises RegleViolee: unreadable or taken code, empty name, a département that has no commune.
    """
    if not _CODE.fullmatch(code) or len(code) > 40:
        raise RegleViolee("Le code ne porte que des minuscules, des chiffres et des tirets.", champ="code")
    if not nom.strip():
        raise RegleViolee("Donnez un nom au territoire.", champ="nom")
    voulus = list(dict.fromkeys(departements))
    if not voulus:
        raise RegleViolee("Donnez au moins un département, par exemple 34.", champ="departements")
    with ctx.transaction() as s:
        if s.scalar(select(Territoire.id).where(Territoire.code == code)) is not None:
            raise RegleViolee(f"Le territoire « {code} » existe déjà.", champ="code")
        if s.scalar(select(func.count()).select_from(Commune)) == 0:
            raise RegleViolee("Chargez d'abord les données de référence : marketplace seed --referentiels.")
        connus = set(s.scalars(select(Commune.code_departement).where(Commune.code_departement.in_(voulus)).distinct()))
        if inconnus := [d for d in voulus if d not in connus]:
            raise RegleViolee(f"Département inconnu : {', '.join(inconnus)}.", champ="departements")
        territoire = Territoire(
            code=code,
            nom=nom.strip(),
            departements=voulus,
            contact_nom=contact_nom.strip(),
            contact_courriel=contact_courriel.strip(),
            contact_telephone=contact_telephone.strip(),
            cree_le=ctx.horloge(),
        )
        s.add(territoire)
        s.flush()
        return territoire.id


def inscrire_reglage(
    s: Session,
    quand: datetime,
    aujourdhui: date,
    *,
    territoire_id: int,
    cle: str,
    valeur: Any,
    a_partir_du: date,
    source: str,
    auteur_id: int | None,
) -> Reglage:
    """Add one dated value of a setting, inside the caller's transaction: the past is never rewritten.

    Raises RegleViolee: unknown setting, value out of bounds, no source, a day before today or already set;
    Introuvable: unknown territory.
    """
    p = parametre(cle)
    lue = lire_valeur(p, valeur)
    if not source.strip():
        raise RegleViolee("Dites d'où vient cette valeur.", champ="source")
    if a_partir_du < aujourdhui:
        raise RegleViolee(
            "Une valeur ne change pas le passé : choisissez aujourd'hui ou plus tard.", champ="a_partir_du"
        )
    if s.get(Territoire, territoire_id) is None:
        raise Introuvable()
    deja = select(Reglage.id).where(
        Reglage.territoire_id == territoire_id, Reglage.cle == cle, Reglage.a_partir_du == a_partir_du
    )
    if s.scalar(deja) is not None:
        raise RegleViolee("Une valeur commence déjà ce jour-là : choisissez un autre jour.", champ="a_partir_du")
    reglage = Reglage(
        territoire_id=territoire_id,
        cle=cle,
        valeur=ecrire_valeur(lue),
        a_partir_du=a_partir_du,
        source=source.strip(),
        auteur_id=auteur_id,
        cree_le=quand,
    )
    s.add(reglage)
    s.flush()
    return reglage

"""Who is told about hours: those who declare for a firm, by mail without any personal detail (N21)."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.contexte import Contexte
from marketplace.heures.acces import Declarant, declarants
from marketplace.heures.models import LienDeclaration
from marketplace.heures.rules.liens import empreinte
from marketplace.journal.messages import pied
from marketplace.journal.models import Courriel
from marketplace.journal.services import poster
from marketplace.territoire.reglages import reglages_au

PAGE = "/employeur/declarations"


def prevenir_employeurs(
    s: Session,
    ctx: Contexte,
    employeurs: Iterable[int],
    *,
    cle: str,
    sujet: str,
    corps: str,
    lien: str = PAGE,
    marches: Mapping[int, Collection[int]] | None = None,
) -> int:
    """One mail to each of those who declare for these firms; `cle` keeps a second call silent. How many were written.

    The mail of a declaration carries a link of its own, that opens it after a short code. `marches`: by firm, what
    the mail is about; a delegate of other marchés is not told.
    """
    ids = set(employeurs)
    lus = s.execute(select(Organisation.id, Organisation.territoire_id).where(Organisation.id.in_(ids)))
    territoires = {ligne.id: ligne.territoire_id for ligne in lus}
    jours = {t: reglages_au(s, t, ctx.aujourdhui()).liens_jours for t in set(territoires.values())}
    ecrits = 0
    for organisation_id, siens in sorted(declarants(s, ids, ctx.aujourdhui()).items()):
        for declarant in siens:
            if not _concerne(declarant, (marches or {}).get(organisation_id)):
                continue
            sienne = f"{cle}:{organisation_id}:{declarant.cle}"[:160]
            if s.scalar(select(Courriel.id).where(Courriel.cle == sienne)) is not None:
                continue
            territoire_id = territoires[organisation_id]
            ecrits += poster(
                s,
                ctx.horloge(),
                cle=sienne,
                destinataire=declarant.courriel,
                sujet=sujet,
                corps=_corps(s, ctx, declarant, corps, lien, territoire_id, jours[territoire_id]),
            )
    return ecrits


def _concerne(declarant: Declarant, marches: Collection[int] | None) -> bool:
    return declarant.marches is None or marches is None or bool(declarant.marches & set(marches))


def _corps(
    s: Session, ctx: Contexte, declarant: Declarant, corps: str, lien: str, territoire_id: int, jours: int
) -> str:
    racine = ctx.config.adresse_publique
    fin = pied(ctx, declarant.utilisateur_id) if declarant.utilisateur_id is not None else ""
    if lien != PAGE:
        return f"{corps}\n\n{racine}{lien}\n{fin}"
    adresse = emettre_lien(s, ctx, declarant, territoire_id, jours)
    avec_compte = f"Vous avez un compte ? {racine}{PAGE}\n" if declarant.utilisateur_id is not None else ""
    return (
        f"{corps}\n\nPour déclarer, sans mot de passe, avec un code que nous envoyons à cette adresse :\n{adresse}\n\n"
        f"Ce lien sert {jours} jours. Ne le transmettez pas : il est à vous.\n{avec_compte}{fin}"
    )


def emettre_lien(s: Session, ctx: Contexte, declarant: Declarant, territoire_id: int, jours: int) -> str:
    """A new link for this address and this firm; only its hash is kept."""
    clair = secrets.token_urlsafe(32)
    maintenant = ctx.horloge()
    s.add(
        LienDeclaration(
            territoire_id=territoire_id,
            organisation_id=declarant.organisation_id,
            courriel=declarant.courriel,
            empreinte=empreinte(clair),
            cree_le=maintenant,
            expire_le=maintenant + timedelta(days=jours),
        )
    )
    return f"{ctx.config.adresse_publique}/declarer/{clair}"

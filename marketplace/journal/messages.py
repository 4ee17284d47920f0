"""How often each user is written to, family by family, and the mail of one message. Mails name nobody (N21)."""

from __future__ import annotations

import enum
import hashlib
import hmac
import re
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from marketplace.contexte import Contexte
from marketplace.journal.models import ChoixDeMessage
from marketplace.journal.services import notifier, poster

ACCUEIL = "/mes-messages"
"""Where messages wait, whatever the hat."""
_PERSONNE = re.compile(r"/P-[A-Z0-9]{6}\b")
SIGNATURE = "\n\nLa Place des clauses"


class Famille(enum.StrEnum):
    """What a message is about."""

    OFFRES = "offres"
    PROPOSITIONS = "propositions"
    PERSONNES = "personnes"
    MARCHES = "marches"


LIBELLES: Mapping[Famille, str] = {
    Famille.OFFRES: "Offres",
    Famille.PROPOSITIONS: "Propositions et réponses",
    Famille.PERSONNES: "Suivi des personnes",
    Famille.MARCHES: "Marchés",
}


class Frequence(enum.StrEnum):
    """How often a mail tells of the messages of a family."""

    IMMEDIAT = "immediat"
    QUOTIDIEN = "quotidien"
    HEBDOMADAIRE = "hebdomadaire"
    AUCUN = "aucun"


def frequence(choisie: str | None, *, attendu: bool = False) -> Frequence:
    """What a user wants. Without a choice: one mail a week, and at once when somebody waits for an answer."""
    if choisie is not None:
        return Frequence(choisie)
    return Frequence.IMMEDIAT if attendu else Frequence.HEBDOMADAIRE


def choix_de(s: Session, utilisateurs: Collection[int]) -> dict[int, dict[str, str]]:
    """{user: {family: rhythm}} of those who chose something."""
    lus: dict[int, dict[str, str]] = {}
    for c in s.scalars(select(ChoixDeMessage).where(ChoixDeMessage.utilisateur_id.in_(list(utilisateurs)))):
        lus.setdefault(c.utilisateur_id, {})[c.famille] = c.rythme
    return lus


def lire_choix(ctx: Contexte, utilisateur_id: int) -> dict[str, str]:
    """{family: rhythm} that this user chose."""
    with ctx.lecture() as s:
        return choix_de(s, [utilisateur_id]).get(utilisateur_id, {})


def choisir(ctx: Contexte, utilisateur_id: int, choix: Mapping[str, str]) -> None:
    """Keep one's choices; an empty one goes back to the default. Unknown families and rhythms are left out."""
    with ctx.transaction() as s:
        s.execute(
            delete(ChoixDeMessage).where(
                ChoixDeMessage.utilisateur_id == utilisateur_id, ChoixDeMessage.famille.in_(list(choix))
            )
        )
        s.add_all(
            ChoixDeMessage(utilisateur_id=utilisateur_id, famille=famille, rythme=rythme, choisi_le=ctx.horloge())
            for famille, rythme in choix.items()
            if famille in list(Famille) and rythme in list(Frequence)
        )


def avertir(
    s: Session,
    ctx: Contexte,
    *,
    utilisateur_id: int,
    courriel: str,
    cle: str,
    texte: str,
    lien: str,
    famille: Famille = Famille.PERSONNES,
    sujet: str | None = None,
    corps: str = "",
    attendu: bool = False,
) -> bool:
    """Leave a message to one user, and write to her at once if she wants so; whether the message is new.

    `corps` holds no personal detail: the link leads to the rest. `attendu`: somebody waits for her answer. Others
    wait for the mail that gathers them.
    """
    quand = ctx.horloge()
    choisie = choix_de(s, [utilisateur_id]).get(utilisateur_id, {}).get(famille)
    ecrire = frequence(choisie, attendu=attendu) is Frequence.IMMEDIAT and "@" in courriel
    nouveau = notifier(
        s,
        quand,
        utilisateur_id=utilisateur_id,
        cle=cle,
        texte=texte,
        lien=lien,
        famille=famille.value,
        recapitulee_le=quand if ecrire else None,
    )
    if ecrire and nouveau:
        _ecrire(s, ctx, quand, utilisateur_id, courriel, cle, sujet, corps, lien, famille)
    return nouveau


def _ecrire(
    s: Session,
    ctx: Contexte,
    quand: datetime,
    utilisateur_id: int,
    courriel: str,
    cle: str,
    sujet: str | None,
    corps: str,
    lien: str,
    famille: Famille,
) -> None:
    dit = corps or f"Un message vous attend : {LIBELLES[famille].lower()}."
    poster(
        s,
        quand,
        cle=f"{cle}:{utilisateur_id}"[:160],
        destinataire=courriel,
        sujet=sujet or f"Un message : {LIBELLES[famille].lower()}",
        corps=(
            f"Bonjour,\n\n{dit}\n\n{ctx.config.adresse_publique}{_sans_personne(lien)}{SIGNATURE}"
            f"{pied(ctx, utilisateur_id)}"
        ),
    )


def _sans_personne(lien: str) -> str:
    """The page to open from a mail: the reference of a person stays inside the product, where the message waits."""
    return ACCUEIL if _PERSONNE.search(lien) else lien


def pied(ctx: Contexte, utilisateur_id: int) -> str:
    """The end of each mail to a user: where she chooses what she receives, without signing in."""
    return (
        "\n\n--\nChoisir vos courriels, ou ne plus en recevoir : "
        f"{ctx.config.adresse_publique}/messages/{jeton(ctx.config.cle_secrete, utilisateur_id)}\n"
    )


def jeton(cle_secrete: str, utilisateur_id: int) -> str:
    """The signed name of a user in that link: it opens her choices of mails, and nothing else."""
    marque = hmac.new(cle_secrete.encode(), f"messages:{utilisateur_id}".encode(), hashlib.sha256).hexdigest()
    return f"{utilisateur_id}-{marque[:32]}"


def utilisateur_du_jeton(cle_secrete: str, presente: str) -> int | None:
    """Whose link this is; None when the signature is not ours."""
    numero, _, _ = presente.partition("-")
    if not numero.isascii() or not numero.isdigit() or len(numero) > 18:
        return None
    return int(numero) if hmac.compare_digest(jeton(cle_secrete, int(numero)), presente) else None

"""The link of a mail: a short code to the same address, then a session that declares the hours of one firm."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from marketplace.comptes import compteurs
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.heures.acces import Declarant, declarants
from marketplace.heures.models import LienDeclaration
from marketplace.heures.rules.liens import (
    CHIFFRES,
    CODES_PAR_HEURE,
    DUREE_CODE,
    DUREE_SESSION,
    ESSAIS_PAR_CODE,
    CodeGarde,
    EtatLien,
    ReponseCode,
    code_tape,
    empreinte,
    empreinte_code,
    etat_du_lien,
    juger_code,
)
from marketplace.journal.envoi import envoyer_maintenant
from marketplace.journal.services import journaliser, poster

LIEN_FERME = "Ce lien n'est plus valable. Prenez celui du dernier courriel, ou appelez votre facilitateur."
TROP_DE_CODES = "Trop de codes demandés : attendez une heure, ou appelez votre facilitateur."
REFUS = {
    ReponseCode.PERIME: "Ce code a plus de dix minutes : demandez-en un autre.",
    ReponseCode.EPUISE: "Trop d'essais avec ce code : demandez-en un autre.",
    ReponseCode.ABSENT: "Demandez d'abord un code.",
}


@dataclass(frozen=True, slots=True)
class LienVu:
    """What the page of a link shows before any code: the firm, and the address half hidden."""

    organisation: str
    adresse: str


def _masquer(courriel: str) -> str:
    nom, _, domaine = courriel.partition("@")
    return f"{nom[:2]}…@{domaine}"


def _charger(s: Session, ctx: Contexte, clair: str) -> tuple[LienDeclaration, Organisation, Declarant]:
    """The link, its firm and who holds it today. Raises RegleViolee when it opens nothing any more."""
    lien = s.scalar(select(LienDeclaration).where(LienDeclaration.empreinte == empreinte(clair)))
    if lien is None or etat_du_lien(lien.expire_le, lien.revoque_le, ctx.horloge()) is not EtatLien.OUVERT:
        raise RegleViolee(LIEN_FERME)
    return lien, s.get_one(Organisation, lien.organisation_id), _declarant(s, ctx, lien)


def _declarant(s: Session, ctx: Contexte, lien: LienDeclaration) -> Declarant:
    """Who the address is for the firm today: a delegate taken back or a user who left opens nothing."""
    tous = declarants(s, [lien.organisation_id], ctx.aujourdhui(), courriel=lien.courriel)
    siens = tous.get(lien.organisation_id)
    if not siens:
        raise RegleViolee(LIEN_FERME)
    return siens[0]


def _acteur(lien: LienDeclaration, organisation: Organisation, declarant: Declarant) -> Acteur:
    return Acteur(
        utilisateur_id=declarant.utilisateur_id,
        nom=declarant.nom,
        role=Role.EMPLOYEUR,
        organisation_id=organisation.id,
        territoire_id=lien.territoire_id,
        organisation_verifiee=organisation.verifiee_le is not None,
        organisation_nom=organisation.nom,
        par_lien=lien.id,
        marches=declarant.marches,
    )


def lire_lien(ctx: Contexte, clair: str) -> LienVu:
    """What to show of a link. Raises RegleViolee when it is closed."""
    with ctx.lecture() as s:
        lien, organisation, _ = _charger(s, ctx, clair)
        return LienVu(organisation.nom, _masquer(lien.courriel))


def demander_code(ctx: Contexte, clair: str) -> str | None:
    """Send a new code to the address of the link, at once; the former code opens nothing any more.

    The code itself comes back in demonstration mode only, for a fictitious firm: its mails go nowhere. Raises
    RegleViolee: link closed, too many codes asked in an hour for this link or this address.
    """
    instant = ctx.horloge().timestamp()
    with ctx.transaction() as s:
        lien, organisation, _ = _charger(s, ctx, clair)
        trop = [
            compteurs.incrementer(s, cle, instant, 3600) > CODES_PAR_HEURE
            for cle in (f"code-lien:{lien.id}", f"code-adresse:{empreinte(lien.courriel)[:40]}")
        ]
        code = f"{secrets.randbelow(10**CHIFFRES):0{CHIFFRES}d}"
        cle = f"code-declaration:{lien.id}:{secrets.token_hex(8)}"
        if not any(trop):
            lien.code_empreinte = empreinte_code(ctx.config.cle_secrete, lien.id, code)
            lien.code_expire_le, lien.code_essais = ctx.horloge() + DUREE_CODE, 0
            poster(
                s,
                ctx.horloge(),
                cle=cle,
                destinataire=lien.courriel,
                sujet="Votre code pour déclarer des heures",
                corps=(
                    f"Bonjour,\n\nVotre code : {code}\n\nIl sert une fois, pendant dix minutes. "
                    "Ne le donnez à personne, même au téléphone.\n"
                    "Vous n'avez rien demandé ? Ne faites rien : sans ce code, le lien n'ouvre rien.\n"
                ),
            )
        montrer = ctx.config.mode_demo and organisation.fictive
    if any(trop):
        raise RegleViolee(TROP_DE_CODES)
    envoyer_maintenant(ctx, cle)
    return code if montrer else None


def ouvrir_par_code(ctx: Contexte, clair: str, tape: str) -> str:
    """Open a session with the right code, which is spent; the secret the cookie carries. Journaled, failures too.

    Raises RegleViolee: link closed, code wrong (with the tries left), too old or used up. A failure counts even
    though the act is refused.
    """
    with ctx.transaction() as s:
        lien, organisation, declarant = _charger(s, ctx, clair)
        garde = _garde(lien)
        tentee = empreinte_code(ctx.config.cle_secrete, lien.id, code_tape(tape))
        reponse = juger_code(garde, tentee, ctx.horloge())
        essais = _compter(s, lien) if reponse in {ReponseCode.BON, ReponseCode.FAUX} else None
        if essais is None and reponse in {ReponseCode.BON, ReponseCode.FAUX}:
            reponse = ReponseCode.EPUISE  # another request spent the last try, or the code, meanwhile
        acteur = _acteur(lien, organisation, declarant)
        secret = secrets.token_urlsafe(32)
        if reponse is ReponseCode.BON:
            lien.code_empreinte = lien.code_expire_le = None
            lien.session_empreinte = empreinte(secret)
            lien.session_expire_le = ctx.horloge() + DUREE_SESSION
            journaliser(s, ctx.horloge(), acteur, "ouvrir_lien", lien, f"{acteur.nom} ouvre le lien de déclaration")
        else:
            journaliser(
                s, ctx.horloge(), acteur, "code_refuse", lien, f"Code refusé sur le lien de {acteur.organisation_nom}"
            )
    if reponse is ReponseCode.BON:
        return secret
    if reponse is ReponseCode.FAUX and essais is not None and essais < ESSAIS_PAR_CODE:
        reste = ESSAIS_PAR_CODE - essais
        raise RegleViolee(f"Ce code ne convient pas : il reste {reste} essai{'s' if reste > 1 else ''}.", champ="code")
    raise RegleViolee(REFUS.get(reponse, REFUS[ReponseCode.EPUISE]), champ="code")


def _garde(lien: LienDeclaration) -> CodeGarde | None:
    if lien.code_empreinte is None or lien.code_expire_le is None:
        return None
    return CodeGarde(lien.code_empreinte, lien.code_expire_le, lien.code_essais)


def _compter(s: Session, lien: LienDeclaration) -> int | None:
    """One try more, decided by the row: None when no try is left, or when the code was spent meanwhile."""
    return s.scalar(
        update(LienDeclaration)
        .where(
            LienDeclaration.id == lien.id,
            LienDeclaration.code_empreinte == lien.code_empreinte,
            LienDeclaration.code_essais < ESSAIS_PAR_CODE,
        )
        .values(code_essais=LienDeclaration.code_essais + 1)
        .returning(LienDeclaration.code_essais)
    )


def acteur_du_lien(ctx: Contexte, secret: str) -> Acteur | None:
    """Who a session opened by a code is, as rights stand now; None when it opens nothing any more."""
    maintenant = ctx.horloge()
    with ctx.lecture() as s:
        lien = s.scalar(select(LienDeclaration).where(LienDeclaration.session_empreinte == empreinte(secret)))
        if lien is None or lien.revoque_le is not None:
            return None
        if lien.session_expire_le is None or maintenant >= lien.session_expire_le:
            return None
        try:
            declarant = _declarant(s, ctx, lien)
        except RegleViolee:
            return None
        return _acteur(lien, s.get_one(Organisation, lien.organisation_id), declarant)


def fermer_lien(ctx: Contexte, secret: str) -> None:
    """End the session a code opened; the link itself stays good, for another code."""
    with ctx.transaction() as s:
        s.execute(
            update(LienDeclaration)
            .where(LienDeclaration.session_empreinte == empreinte(secret))
            .values(session_empreinte=None, session_expire_le=None)
        )


def effacer_liens(ctx: Contexte, *, dry_run: bool = False) -> int:
    """Forget the links that have been closed for a month; how many."""
    vieux = LienDeclaration.expire_le < ctx.horloge() - timedelta(days=30)
    with ctx.transaction() as s:
        nombre = s.scalar(select(func.count()).select_from(LienDeclaration).where(vieux)) or 0
        if not dry_run:
            s.execute(delete(LienDeclaration).where(vieux))
    return nombre


def revoquer_liens(s: Session, ctx: Contexte, organisation_id: int, courriel: str | None = None) -> int:
    """Close every link of this firm (of one address), sessions included, in the caller's transaction; how many."""
    siens = [LienDeclaration.organisation_id == organisation_id, LienDeclaration.revoque_le.is_(None)]
    if courriel is not None:
        siens.append(LienDeclaration.courriel == courriel)
    fermes = s.scalars(
        update(LienDeclaration)
        .where(*siens)
        .values(revoque_le=ctx.horloge(), session_empreinte=None, session_expire_le=None, code_empreinte=None)
        .returning(LienDeclaration.id)
    ).all()
    return len(fermes)

"""Signing in: password, wait after failures, second factor."""

from __future__ import annotations

import enum
import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.comptes import compteurs, mots_de_passe
from marketplace.comptes.models import Affectation, Organisation, Utilisateur
from marketplace.comptes.queries import en_vigueur
from marketplace.comptes.roles import Role
from marketplace.comptes.rules import FENETRE_ESSAIS, attente_apres, second_facteur_exige
from marketplace.comptes.services.acces import acteur_de
from marketplace.contexte import PARIS, Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import journaliser

REFUS = "Adresse ou mot de passe inconnus : vérifiez, ou demandez un nouveau mot de passe."
REFUS_CODE = "Ce code ne convient pas, ou il a déjà servi : attendez le suivant, puis recommencez."


class Etape(enum.StrEnum):
    """What is left to do once the password fits."""

    OUVRIR = "ouvrir"
    CODE = "code"
    ENROLER = "enroler"


@dataclass(frozen=True, slots=True)
class Identifie:
    """A user whose password fits."""

    utilisateur_id: int
    etape: Etape


def normaliser_courriel(texte: str) -> str:
    """An address as it is kept: lower case, no blanks around."""
    return texte.strip().lower()


def _cles(courriel: str) -> tuple[str, str]:
    empreinte = hashlib.sha256(courriel.encode()).hexdigest()[:40]
    return f"echecs:{empreinte}", f"attente:{empreinte}"


def nouveau_jeton() -> str:
    """A session token."""
    return secrets.token_urlsafe(32)


def roles_de(s: Session, ctx: Contexte, utilisateur_id: int) -> set[Role]:
    """The roles held today."""
    requete = select(Affectation.role).where(Affectation.utilisateur_id == utilisateur_id, en_vigueur(ctx.aujourdhui()))
    return set(s.scalars(requete))


def _refuser_si_attente(s: Session, courriel: str, maintenant: datetime) -> None:
    en_attente, fin = compteurs.lire(s, _cles(courriel)[1], maintenant.timestamp())
    if en_attente:
        reprise = datetime.fromtimestamp(fin, UTC).astimezone(PARIS)
        raise RegleViolee(
            f"Trop d'essais : recommencez à {reprise.hour} h {reprise.minute:02d} min {reprise.second:02d} s."
        )


def _compter_echec(s: Session, courriel: str, maintenant: datetime) -> None:
    """One failure more; the sixth in 15 minutes and the next ones make one wait (T29). Same for unknown addresses."""
    cle_echecs, cle_attente = _cles(courriel)
    instant = maintenant.timestamp()
    echecs = compteurs.incrementer(s, cle_echecs, instant, FENETRE_ESSAIS.total_seconds())
    attente = attente_apres(echecs)
    if attente:
        compteurs.poser(s, cle_attente, instant, attente.total_seconds())
    s.execute(
        update(Utilisateur)
        .where(Utilisateur.courriel == courriel)
        .values(essais_rates=echecs, bloque_jusqu_a=maintenant + attente if attente else None)
    )


def oublier_echecs(s: Session, utilisateur: Utilisateur) -> None:
    """Back to no failure."""
    for cle in _cles(utilisateur.courriel):
        compteurs.effacer(s, cle)
    utilisateur.essais_rates, utilisateur.bloque_jusqu_a = 0, None


def _admis(ctx: Contexte, utilisateur: Utilisateur | None) -> bool:
    return (
        utilisateur is not None
        and utilisateur.desactive_le is None
        and (ctx.config.mode_demo or not utilisateur.demonstration)
    )


def connecter(ctx: Contexte, courriel: str, mot_de_passe: str) -> Identifie:
    """Check an address and a password; what is left to do.

    Raises RegleViolee, in the same words and the same time whether the account exists or not. A failure counts even
    though the act is refused.
    """
    courriel, maintenant = normaliser_courriel(courriel), ctx.horloge()
    with ctx.transaction() as s:
        _refuser_si_attente(s, courriel, maintenant)
        utilisateur = s.scalar(select(Utilisateur).where(Utilisateur.courriel == courriel))
        connu = utilisateur is not None and _admis(ctx, utilisateur)
        bon = mots_de_passe.verifier(utilisateur.mot_de_passe if utilisateur and connu else None, mot_de_passe)
        if not bon or utilisateur is None:
            _compter_echec(s, courriel, maintenant)
            reponse = None
        else:
            roles = roles_de(s, ctx, utilisateur.id)
            if utilisateur.mot_de_passe and mots_de_passe.a_rehacher(utilisateur.mot_de_passe):
                utilisateur.mot_de_passe = mots_de_passe.hacher(mot_de_passe)
            if utilisateur.totp_secret:
                etape = Etape.CODE
            elif second_facteur_exige(roles):
                etape = Etape.ENROLER
            else:
                etape = Etape.OUVRIR
                oublier_echecs(s, utilisateur)
            reponse = Identifie(utilisateur.id, etape)
    if reponse is None:
        raise RegleViolee(REFUS)
    return reponse


def _depenser_code(s: Session, utilisateur_id: int, pas: int) -> bool:
    """Mark a step as used; False when another request did it first (the row decides, not what was read)."""
    libre = (Utilisateur.totp_dernier_pas.is_(None)) | (Utilisateur.totp_dernier_pas < pas)
    ordre = (
        update(Utilisateur)
        .where(Utilisateur.id == utilisateur_id, libre)
        .values(totp_dernier_pas=pas)
        .returning(Utilisateur.id)
    )
    return s.scalar(ordre) is not None


def accepter_code(ctx: Contexte, utilisateur_id: int, code: str) -> None:
    """Check the code of the second factor; one code serves once. Raises RegleViolee; a failure counts."""
    maintenant = ctx.horloge()
    with ctx.transaction() as s:
        utilisateur = s.get(Utilisateur, utilisateur_id)
        if utilisateur is None or not _admis(ctx, utilisateur) or not utilisateur.totp_secret:
            raise Introuvable()
        _refuser_si_attente(s, utilisateur.courriel, maintenant)
        pas = mots_de_passe.pas_du_code(utilisateur.totp_secret, code, maintenant, utilisateur.totp_dernier_pas)
        pris = pas is not None and _depenser_code(s, utilisateur_id, pas)
        if pris:
            oublier_echecs(s, utilisateur)
        else:
            _compter_echec(s, utilisateur.courriel, maintenant)
    if not pris:
        raise RegleViolee(REFUS_CODE, champ="code")


def enroler(ctx: Contexte, utilisateur_id: int, secret: str, code: str, *, mot_de_passe: str | None = None) -> None:
    """Keep a new second factor, once a first code shows that the authenticator has it.

    Replacing one asks for the password again. Raises RegleViolee.
    """
    with ctx.transaction() as s:
        utilisateur = s.get(Utilisateur, utilisateur_id)
        if utilisateur is None or not _admis(ctx, utilisateur):
            raise Introuvable()
        if utilisateur.totp_secret and utilisateur.demonstration:
            raise RegleViolee("Le second facteur d'un compte de démonstration ne change pas.", champ="code")
        demande = utilisateur.totp_secret is not None or mot_de_passe is not None
        if demande and not mots_de_passe.verifier(utilisateur.mot_de_passe, mot_de_passe or ""):
            raise RegleViolee("Ce n'est pas votre mot de passe : retapez-le.", champ="mot_de_passe")
        pas = mots_de_passe.pas_du_code(secret, code, ctx.horloge(), None)
        if pas is None:
            raise RegleViolee(
                "Ce code ne correspond pas : vérifiez l'heure de votre téléphone, puis tapez le code affiché.",
                champ="code",
            )
        utilisateur.totp_secret, utilisateur.totp_dernier_pas = secret, pas
        oublier_echecs(s, utilisateur)
        journaliser_compte(s, ctx, utilisateur, "second_facteur", "met en place son second facteur")


def ouvrir(ctx: Contexte, utilisateur_id: int) -> tuple[str, list[int]]:
    """Sign in: the session token and the ids of the hats held today. Journaled.

    Raises RegleViolee when the user holds no hat any more.
    """
    with ctx.transaction() as s:
        utilisateur = s.get(Utilisateur, utilisateur_id)
        if utilisateur is None or not _admis(ctx, utilisateur):
            raise Introuvable()
        hats = list(
            s.scalars(
                select(Affectation.id)
                .where(Affectation.utilisateur_id == utilisateur_id, en_vigueur(ctx.aujourdhui()))
                .order_by(Affectation.id)
            )
        )
        if not hats:
            raise RegleViolee("Votre compte n'a plus de rôle : appelez votre facilitateur.")
        utilisateur.derniere_connexion = ctx.horloge()
        journaliser_compte(s, ctx, utilisateur, "connexion", "se connecte")
        return utilisateur.jeton_session, hats


def entrer_en_demonstration(ctx: Contexte, utilisateur_id: int) -> Identifie:
    """Sign in without a password as one of the demonstration's accounts.

    Raises Introuvable outside demonstration mode, and for any account that is not of the demonstration.
    """
    with ctx.lecture() as s:
        utilisateur = s.get(Utilisateur, utilisateur_id)
        permis = ctx.config.mode_demo and utilisateur is not None and utilisateur.demonstration
        if not permis or not _admis(ctx, utilisateur):
            raise Introuvable()
        return Identifie(utilisateur_id, Etape.OUVRIR)


def fermer_sessions(ctx: Contexte, utilisateur_id: int) -> None:
    """Sign out everywhere: the token of every open session stops being good. Journaled."""
    with ctx.transaction() as s:
        utilisateur = s.get(Utilisateur, utilisateur_id)
        if utilisateur is None:
            raise Introuvable()
        utilisateur.jeton_session = nouveau_jeton()
        journaliser_compte(s, ctx, utilisateur, "deconnexion", "se déconnecte")


def journaliser_compte(s: Session, ctx: Contexte, utilisateur: Utilisateur, action: str, verbe: str) -> None:
    """One line of the journal about a user's own account, under the first hat held."""
    ligne = s.execute(
        select(Affectation, Organisation)
        .join(Organisation, Organisation.id == Affectation.organisation_id)
        .where(Affectation.utilisateur_id == utilisateur.id)
        .order_by(Affectation.jusqu_au.is_not(None), Affectation.id)
        .limit(1)
    ).first()
    if ligne is not None:
        acteur = acteur_de(utilisateur, *ligne)
        journaliser(s, ctx.horloge(), acteur, action, utilisateur, f"{acteur.nom} {verbe}")

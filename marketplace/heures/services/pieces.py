"""Acts on the pieces of declared hours: show one, send one, look at it, refuse it. Hours that waited count at once."""

from __future__ import annotations

import logging
import os
import re
import secrets
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.acces import etablissements
from marketplace.heures.destinataires import prevenir_employeurs
from marketplace.heures.models import Declaration, EtatDeclaration, PieceHeures, TypePiece
from marketplace.heures.pieces import Pieces, pieces_de
from marketplace.heures.rules.phrases import de_mois_en_texte
from marketplace.heures.rules.pieces import LIBELLES_PIECE, TYPES_MIME, preparer_piece, refuser_fiche_de_paie
from marketplace.heures.services.declarations import charger_declaration
from marketplace.heures.services.validation import recrediter
from marketplace.journal.services import journaliser
from marketplace.marches.rules.consignes import ModePieces
from marketplace.territoire.models import Territoire
from marketplace.territoire.reglages import reglages_au
from marketplace.valeurs import ajouter_mois

PIECES_MAX = 10
"""By declaration (choice of the product): a photo a page is enough."""
_NOM = re.compile(r"[A-Za-z0-9_-]{20,64}")
journal = logging.getLogger(__name__)


def _dossier(ctx: Contexte) -> Path:
    dossier = ctx.config.dossier_var / "pieces"
    dossier.mkdir(parents=True, exist_ok=True, mode=0o700)
    return dossier


def _type(texte: str) -> TypePiece:
    try:
        return TypePiece(texte)
    except ValueError:
        raise RegleViolee("Choisissez la pièce dans la liste.", champ="type") from None


def lire_pieces(ctx: Contexte, acteur: Acteur, declaration_id: int) -> Pieces:
    """The pieces of a declaration, for its employer or a facilitateur. Raises Introuvable."""
    with ctx.lecture() as s:
        declaration = s.get(Declaration, declaration_id)
        if declaration is None or declaration.territoire_id != acteur.territoire_id:
            raise Introuvable()
        _exiger(s, acteur, declaration)
        return pieces_de(s, declaration)


def _exiger(s: Session, acteur: Acteur, declaration: Declaration) -> None:
    action = Action.VALIDER_HEURES if acteur.role is Role.FACILITATEUR else Action.DECLARER_HEURES
    exiger(acteur, action, Portee(declaration.territoire_id, etablissements(s, declaration.employeur_id)))
    if acteur.marches is not None and declaration.marche_id not in acteur.marches:
        raise Introuvable()


def deposer_piece(ctx: Contexte, acteur: Acteur, declaration_id: int, *, type_: str, nom: str, contenu: bytes) -> None:
    """Send a photo or a PDF with signed hours, where the marché takes files. A photo loses its metadata.

    Raises RegleViolee: no file asked, a payslip, another format, too big, too many.
    """
    refuser_fiche_de_paie(nom)
    genre = _type(type_)
    extension, garde = preparer_piece(contenu)
    nom_garde = secrets.token_urlsafe(32)
    fichier = _dossier(ctx) / nom_garde
    try:
        with ctx.transaction() as s:
            declaration = charger_declaration(s, acteur, Action.DECLARER_HEURES, declaration_id)
            if pieces_de(s, declaration).mode is not ModePieces.FICHIER:
                raise RegleViolee("Ce marché ne demande pas de fichier : montrez la pièce à votre facilitateur.")
            deja = s.scalar(select(func.count()).where(PieceHeures.declaration_id == declaration.id)) or 0
            if deja >= PIECES_MAX:
                raise RegleViolee(f"{PIECES_MAX} pièces au plus par déclaration.", champ="fichier")
            piece = PieceHeures(
                declaration_id=declaration.id,
                type=genre,
                fichier=nom_garde,
                format=extension,
                taille=len(garde),
                depose_le=ctx.horloge(),
                depose_par=acteur.nom,
            )
            s.add(piece)
            descripteur = os.open(fichier, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descripteur, "wb") as sortie:
                sortie.write(garde)
            journaliser(
                s,
                ctx.horloge(),
                acteur,
                "deposer_piece",
                declaration,
                f"{LIBELLES_PIECE[genre]} joint aux heures {de_mois_en_texte(declaration.mois)}",
            )
    except BaseException:
        fichier.unlink(missing_ok=True)
        raise


def ouvrir_piece(ctx: Contexte, acteur: Acteur, piece_id: int) -> tuple[bytes, str, str]:
    """(content, MIME type, file name) of a piece, for its firm or a facilitateur; the opening is journaled.

    Raises Introuvable: absent, out of reach, erased.
    """
    with ctx.transaction() as s:
        piece, declaration = _charger(s, acteur, piece_id)
        _exiger(s, acteur, declaration)
        fichier = _dossier(ctx) / piece.fichier if piece.fichier and _NOM.fullmatch(piece.fichier) else None
        if fichier is None or not fichier.is_file():
            raise Introuvable()
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "ouvrir_piece",
            declaration,
            f"Pièce des heures {de_mois_en_texte(declaration.mois)} ouverte : {LIBELLES_PIECE[piece.type].lower()}",
            piece=piece.id,
        )
        return fichier.read_bytes(), TYPES_MIME[piece.format], f"piece-{piece.id}.{piece.format}"


def _charger(s: Session, acteur: Acteur, piece_id: int) -> tuple[PieceHeures, Declaration]:
    trouve = s.execute(
        select(PieceHeures, Declaration)
        .join(Declaration, Declaration.id == PieceHeures.declaration_id)
        .where(PieceHeures.id == piece_id, Declaration.territoire_id == acteur.territoire_id)
    ).first()
    if trouve is None:
        raise Introuvable()
    return trouve[0], trouve[1]


def noter_piece_vue(ctx: Contexte, acteur: Acteur, declaration_id: int, *, type_: str, precision: str = "") -> int:
    """A facilitateur saw a piece, on paper or on a screen: its kind, who and when are kept, not the piece.

    How many lines that waited for it count now.
    """
    genre = _type(type_)
    with ctx.transaction() as s:
        declaration = charger_declaration(s, acteur, Action.VALIDER_HEURES, declaration_id)
        s.add(
            PieceHeures(
                declaration_id=declaration.id,
                type=genre,
                precision=precision.strip()[:200],
                vue_le=ctx.horloge(),
                vue_par_id=acteur.utilisateur_id,
            )
        )
        return _liberer(s, ctx, acteur, declaration, genre)


def accepter_piece(ctx: Contexte, acteur: Acteur, piece_id: int) -> int:
    """A facilitateur looked at a file and takes it; how many lines that waited count now."""
    with ctx.transaction() as s:
        piece, declaration = _charger(s, acteur, piece_id)
        exiger(acteur, Action.VALIDER_HEURES, Portee(declaration.territoire_id))
        if piece.vue_le is not None or piece.refusee_le is not None:
            raise RegleViolee("Cette pièce a déjà eu sa réponse.")
        piece.vue_le, piece.vue_par_id = ctx.horloge(), acteur.utilisateur_id
        return _liberer(s, ctx, acteur, declaration, piece.type)


def _liberer(s: Session, ctx: Contexte, acteur: Acteur, declaration: Declaration, genre: TypePiece) -> int:
    """Credit what waited, on this month and on those signed with it."""
    journaliser(
        s,
        ctx.horloge(),
        acteur,
        "voir_piece",
        declaration,
        f"{LIBELLES_PIECE[genre]} vu pour les heures {de_mois_en_texte(declaration.mois)}",
    )
    ensemble = s.scalars(
        select(Declaration).where(
            Declaration.employeur_id == declaration.employeur_id,
            Declaration.marche_id == declaration.marche_id,
            Declaration.signee_le == declaration.signee_le,
            Declaration.etat == EtatDeclaration.VALIDEE,
        )
    ).all()
    return sum(recrediter(s, ctx, acteur, d) for d in ensemble)


def refuser_piece(ctx: Contexte, acteur: Acteur, piece_id: int, *, motif: str) -> None:
    """A facilitateur cannot use a file, and says why; the firm is told and sends another."""
    if not motif.strip():
        raise RegleViolee("Dites pourquoi : l'employeur lit cette phrase.", champ="motif")
    with ctx.transaction() as s:
        piece, declaration = _charger(s, acteur, piece_id)
        exiger(acteur, Action.VALIDER_HEURES, Portee(declaration.territoire_id))
        if piece.vue_le is not None or piece.refusee_le is not None:
            raise RegleViolee("Cette pièce a déjà eu sa réponse.")
        piece.refusee_le, piece.motif_refus = ctx.horloge(), motif.strip()[:200]
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "refuser_piece",
            declaration,
            f"Pièce refusée pour les heures {de_mois_en_texte(declaration.mois)}",
            piece=piece.id,
        )
        prevenir_employeurs(
            s,
            ctx,
            [declaration.employeur_id],
            cle=f"declaration-piece:{piece.id}",
            sujet=f"Une pièce de vos heures {de_mois_en_texte(declaration.mois)} est à renvoyer",
            corps=(
                f"Bonjour,\n\nLa pièce jointe à vos heures {de_mois_en_texte(declaration.mois)} ne peut pas servir. "
                "La raison est écrite sur la page : une photo lisible suffit."
            ),
            marches={declaration.employeur_id: [declaration.marche_id]},
        )


def effacer_pieces(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, Any]:
    """Erase the files kept longer than the territory says; what was seen, by whom and when stays.

    Also erases files that no piece names any more. Returns {"vus", "faits", "orphelins"}.
    """
    resume: dict[str, Any] = {"vus": 0, "faits": 0, "orphelins": 0}
    with ctx.lecture() as s:
        territoires = s.scalars(select(Territoire.id).order_by(Territoire.id)).all()
    for territoire_id in territoires:
        with ctx.transaction() as s:
            mois = reglages_au(s, territoire_id, le).pieces_conservation_mois
            avant = ajouter_mois(le, -mois)
            gardees = s.execute(
                select(PieceHeures)
                .join(Declaration, Declaration.id == PieceHeures.declaration_id)
                .where(Declaration.territoire_id == territoire_id, PieceHeures.fichier.is_not(None))
            ).scalars()
            vieilles = [p for p in gardees if p.depose_le is not None and p.depose_le.date() < avant]
            resume["vus"] += len(vieilles)
            if dry_run:
                continue
            for piece in vieilles:
                piece.fichier, piece.efface_le = None, ctx.horloge()
            resume["faits"] += len(vieilles)
    with ctx.lecture() as s:
        connus = set(s.scalars(select(PieceHeures.fichier).where(PieceHeures.fichier.is_not(None))))
    limite = ctx.horloge().timestamp() - 3600
    for fichier in _dossier(ctx).iterdir():
        # A file younger than an hour may belong to an act that is not committed yet.
        if fichier.name not in connus and fichier.stat().st_mtime < limite:
            resume["orphelins"] += 1
            if not dry_run:
                fichier.unlink(missing_ok=True)
    return resume

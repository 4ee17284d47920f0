"""Pieces of declared hours: what a marché asks, what was shown or sent, which declarations still wait for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Utilisateur
from marketplace.heures.models import Declaration, PieceHeures, TypePiece
from marketplace.heures.rules.pieces import LIBELLES_PIECE
from marketplace.marches.queries.consignes import LectureConsignes
from marketplace.marches.rules.consignes import ModePieces, Rythme

PIECE_ATTENDUE = LIBELLES_PIECE[TypePiece.RELEVE].lower()


@dataclass(frozen=True, slots=True)
class PieceVue:
    """One piece: its kind, its file if it still has one, who saw it and when, why it was refused."""

    id: int
    type: TypePiece
    precision: str
    format: str
    a_un_fichier: bool
    depose_le: datetime | None
    depose_par: str
    vue_le: datetime | None
    vue_par: str
    refusee_le: datetime | None
    motif_refus: str

    @property
    def a_regarder(self) -> bool:
        """Whether the facilitateur has still to look at it."""
        return self.vue_le is None and self.refusee_le is None


@dataclass(frozen=True, slots=True)
class Pieces:
    """What the declaration of a month is asked and has."""

    mode: ModePieces
    liste: tuple[PieceVue, ...]

    @property
    def attendue(self) -> bool:
        """Whether a piece has still to come, or to be sent again."""
        return self.mode is not ModePieces.AUCUNE and all(p.refusee_le is not None for p in self.liste)

    @property
    def a_regarder(self) -> bool:
        """Whether one was sent that nobody has looked at."""
        return any(p.a_regarder for p in self.liste)


def _signees_ensemble(s: Session, declarations: Collection[Declaration]) -> dict[int, list[int]]:
    """By declaration, those signed with it (itself included): a piece of one month of a quarter is good for all."""
    groupees = [d for d in declarations if d.rythme is not Rythme.MENSUEL and d.signee_le is not None]
    ensembles = {d.id: [d.id] for d in declarations}
    if not groupees:
        return ensembles
    soeurs: defaultdict[tuple[Any, ...], list[int]] = defaultdict(list)
    for id_, employeur_id, marche_id, signee_le in s.execute(
        select(Declaration.id, Declaration.employeur_id, Declaration.marche_id, Declaration.signee_le).where(
            Declaration.marche_id.in_({d.marche_id for d in groupees}), Declaration.rythme != Rythme.MENSUEL
        )
    ):
        soeurs[employeur_id, marche_id, signee_le].append(id_)
    for d in groupees:
        ensembles[d.id] = soeurs[d.employeur_id, d.marche_id, d.signee_le]
    return ensembles


def pieces_de(s: Session, declaration: Declaration) -> Pieces:
    """The pieces of a declaration, oldest first."""
    consignes = LectureConsignes(s, declaration.territoire_id, [declaration.marche_id])
    lues = s.execute(
        select(PieceHeures, Utilisateur.prenom, Utilisateur.nom)
        .outerjoin(Utilisateur, Utilisateur.id == PieceHeures.vue_par_id)
        .where(PieceHeures.declaration_id.in_(_signees_ensemble(s, [declaration])[declaration.id]))
        .order_by(PieceHeures.id)
    )
    return Pieces(
        consignes.au(declaration.marche_id, declaration.mois).pieces,
        tuple(
            PieceVue(
                id=p.id,
                type=p.type,
                precision=p.precision,
                format=p.format,
                a_un_fichier=p.fichier is not None,
                depose_le=p.depose_le,
                depose_par=p.depose_par,
                vue_le=p.vue_le,
                vue_par=f"{prenom} {nom}" if nom else "",
                refusee_le=p.refusee_le,
                motif_refus=p.motif_refus,
            )
            for p, prenom, nom in lues
        ),
    )


def declarations_sans_piece(s: Session, declaration_ids: Collection[int]) -> frozenset[int]:
    """Among these, those whose marché asked for a piece that nobody has seen yet."""
    declarations = s.scalars(select(Declaration).where(Declaration.id.in_(set(declaration_ids)))).all()
    par_territoire: defaultdict[int, list[Declaration]] = defaultdict(list)
    for d in declarations:
        par_territoire[d.territoire_id].append(d)
    demandees: list[Declaration] = []
    for territoire_id, siennes in par_territoire.items():
        consignes = LectureConsignes(s, territoire_id, {d.marche_id for d in siennes})
        demandees += [d for d in siennes if consignes.au(d.marche_id, d.mois).pieces is not ModePieces.AUCUNE]
    if not demandees:
        return frozenset()
    ensembles = _signees_ensemble(s, demandees)
    vues = set(
        s.scalars(
            select(PieceHeures.declaration_id).where(
                PieceHeures.declaration_id.in_({i for ids in ensembles.values() for i in ids}),
                PieceHeures.vue_le.is_not(None),
                PieceHeures.refusee_le.is_(None),
            )
        )
    )
    return frozenset(d.id for d in demandees if not vues & set(ensembles[d.id]))

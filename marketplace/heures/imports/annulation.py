"""Undoing a file that was written: drafts become what they were, until somebody answered them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.models import Contrat, Declaration, DeclarationRemplie, EtatDeclaration, FichierHeures
from marketplace.heures.rules.phrases import mois_en_texte
from marketplace.heures.saisie import champ_formation, champ_travaillees, texte_heures
from marketplace.heures.services.declarations import etat_apres, lignes_en_vigueur
from marketplace.journal.services import journaliser
from marketplace.marches.models import Marche

OUVERTES = frozenset({EtatDeclaration.A_FAIRE, EtatDeclaration.BROUILLON, EtatDeclaration.A_CORRIGER})


@dataclass(frozen=True, slots=True)
class FichierDepose:
    """A file that was written, as its employer sees it. `annulable` until somebody answered one of its months."""

    id: int
    ecrit_le: datetime
    heures: Decimal
    formation: Decimal
    retenues: int
    ecartees: int
    signe: bool
    annule_le: datetime | None
    annulable: bool
    mois: tuple[tuple[date, str, str], ...]
    """(month, marché reference, marché)."""


def fichiers_deposes(
    s: Session, employeur_id: int, limite: int = 12, *, marches: frozenset[int] | None = None
) -> list[FichierDepose]:
    """The latest files of an employer, newest first. `marches`: those in reach of a delegate; None is all of them."""
    fichiers = s.scalars(
        select(FichierHeures)
        .where(FichierHeures.employeur_id == employeur_id)
        .order_by(FichierHeures.id.desc())
        .limit(limite)
    ).all()
    remplies: defaultdict[int, list[tuple[Declaration, Marche]]] = defaultdict(list)
    for fichier_id, declaration, marche in s.execute(
        select(DeclarationRemplie.fichier_id, Declaration, Marche)
        .join(Declaration, Declaration.id == DeclarationRemplie.declaration_id)
        .join(Marche, Marche.id == Declaration.marche_id)
        .where(DeclarationRemplie.fichier_id.in_([f.id for f in fichiers]))
        .order_by(Declaration.mois, Marche.intitule)
    ):
        remplies[fichier_id].append((declaration, marche))
    couvertes: set[int] = set()
    vus = []
    for f in fichiers:
        siennes = {d.id for d, _ in remplies[f.id]}
        ouvertes = all(d.etat in OUVERTES | {EtatDeclaration.DECLAREE} for d, _ in remplies[f.id])
        vus.append(
            FichierDepose(
                f.id,
                f.ecrit_le,
                f.heures,
                f.formation,
                f.retenues,
                f.ecartees,
                f.signe,
                f.annule_le,
                f.annule_le is None and ouvertes and not siennes & couvertes,
                tuple((d.mois, m.ref, m.intitule) for d, m in remplies[f.id]),
            )
        )
        if marches is not None and not {d.marche_id for d, _ in remplies[f.id]} <= marches:
            vus.pop()
        if f.annule_le is None:
            couvertes |= siennes
    return vus


def annuler_fichier(ctx: Contexte, acteur: Acteur, fichier_id: int) -> None:
    """Give back to each declaration what it held before this file. What somebody typed over it since is kept.

    Raises Introuvable out of reach; RegleViolee when it is undone already, when a later file wrote on it, or when a
    month was confirmed or validated since.
    """
    with ctx.transaction() as s:
        fichier = s.scalar(
            select(FichierHeures)
            .where(FichierHeures.id == fichier_id, FichierHeures.territoire_id == acteur.territoire_id)
            .with_for_update()
        )
        if fichier is None:
            raise Introuvable()
        exiger(acteur, Action.DECLARER_HEURES, Portee(fichier.territoire_id, frozenset({fichier.employeur_id})))
        if fichier.annule_le is not None:
            raise RegleViolee("Ce dépôt est déjà annulé.")
        remplies = s.execute(
            select(DeclarationRemplie, Declaration)
            .join(Declaration, Declaration.id == DeclarationRemplie.declaration_id)
            .where(DeclarationRemplie.fichier_id == fichier.id)
            .order_by(Declaration.id)
        ).all()
        if acteur.marches is not None and not {d.marche_id for _, d in remplies} <= acteur.marches:
            raise Introuvable()
        _refuser_si_recouvert(s, fichier, [d.id for _, d in remplies])
        for remplie, declaration in remplies:
            _rendre(s, acteur, declaration, remplie)
        fichier.annule_le = ctx.horloge()
        fichier.annule_par_id = acteur.utilisateur_id
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "annuler_fichier_heures",
            fichier,
            "Dépôt d'un fichier d'heures annulé",
            declarations=len(remplies),
        )


def _refuser_si_recouvert(s: Session, fichier: FichierHeures, declarations: list[int]) -> None:
    plus_recent = s.scalar(
        select(FichierHeures.id)
        .join(DeclarationRemplie, DeclarationRemplie.fichier_id == FichierHeures.id)
        .where(
            FichierHeures.id > fichier.id,
            FichierHeures.annule_le.is_(None),
            DeclarationRemplie.declaration_id.in_(declarations),
        )
        .limit(1)
    )
    if plus_recent is not None:
        raise RegleViolee("Un fichier plus récent a rempli les mêmes mois : annulez-le d'abord.")


def _rendre(s: Session, acteur: Acteur, declaration: Declaration, remplie: DeclarationRemplie) -> None:
    avant, apres = dict(remplie.brouillon_avant), dict(remplie.brouillon_apres)
    signee = declaration.etat not in OUVERTES
    if signee and declaration.etat is not EtatDeclaration.DECLAREE:
        raise RegleViolee(
            f"Les heures de {mois_en_texte(declaration.mois)} ont reçu une réponse : "
            "demandez une correction à votre facilitateur."
        )
    if signee:
        declaration.etat = etat_apres(declaration, "reprendre", acteur)
    signes = _signes(s, declaration.id)
    courant = signes if signee else {**signes, **declaration.brouillon}
    rendu = dict(courant)
    for champ in {**avant, **apres}:
        if courant.get(champ, "") == apres.get(champ, ""):
            rendu[champ] = avant.get(champ, "")
    # A blank hides the number signed under it; elsewhere it says nothing.
    declaration.brouillon = {c: t for c, t in rendu.items() if (t or c in signes) and t != signes.get(c, "")}
    if not signes:
        intact = declaration.brouillon == {c: t for c, t in avant.items() if t}
        declaration.etat = remplie.etat_avant if intact and remplie.etat_avant in OUVERTES else declaration.etat
    elif remplie.etat_avant is EtatDeclaration.A_CORRIGER:
        declaration.etat = EtatDeclaration.A_CORRIGER
    declaration.motif_correction = declaration.motif_correction or remplie.motif_avant


def _signes(s: Session, declaration_id: int) -> dict[str, str]:
    """The fields of the lines signed, which stay in the ledger whatever is undone."""
    lignes = lignes_en_vigueur(s, declaration_id)
    refs = {
        id_: ref for id_, ref in s.execute(select(Contrat.id, Contrat.ref).where(Contrat.id.in_(set(lignes)))) if lignes
    }
    champs: dict[str, str] = {}
    for contrat_id, ligne in lignes.items():
        champs[champ_travaillees(refs[contrat_id])] = texte_heures(ligne.travaillees)
        champs[champ_formation(refs[contrat_id])] = texte_heures(ligne.formation)
    return champs

"""One signature for the months that are declared together: a month, a quarter, or a whole marché."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.models import Contrat, Declaration, EtatDeclaration
from marketplace.heures.rules.contrats import MotifFin
from marketplace.heures.rules.declaration import ETATS_EN_ATTENTE_EMPLOYEUR
from marketplace.heures.rules.phrases import jour_en_texte, mois_en_texte
from marketplace.heures.saisie import SaisieRefusee, avec_mois, est_vide, sans_mois
from marketplace.heures.services.contrats import terminer
from marketplace.heures.services.declarations import charger_declaration, garder_brouillon, signer
from marketplace.valeurs import dernier_du_mois


@dataclass(frozen=True, slots=True)
class MoisSigne:
    """One month of a page: its declaration, and the version that was on the page."""

    declaration_id: int
    version: int | None


@dataclass(frozen=True, slots=True)
class Depart:
    """Contrats that ended in the last month, with their last day (the end of the month when it is not said)."""

    contrats: tuple[str, ...] = ()
    dernier_jour: date | None = None


def _charger(s: Session, acteur: Acteur, mois: Sequence[MoisSigne]) -> list[Declaration]:
    """The declarations of a page, oldest first, of one employer and one marché. Raises Introuvable."""
    declarations = [charger_declaration(s, acteur, Action.DECLARER_HEURES, m.declaration_id, m.version) for m in mois]
    if len({(d.employeur_id, d.marche_id) for d in declarations}) != 1:
        raise Introuvable()
    return sorted(declarations, key=lambda d: d.mois)


def _saisies(declarations: Sequence[Declaration], typee: Mapping[str, str]) -> list[dict[str, str]]:
    plusieurs = len(declarations) > 1
    return [sans_mois(typee, d.mois if plusieurs else None) for d in declarations]


def garder_periode(ctx: Contexte, acteur: Acteur, mois: Sequence[MoisSigne], typee: Mapping[str, str]) -> None:
    """Keep what was typed on a page of one or several months, as typed."""
    with ctx.transaction() as s:
        declarations = _charger(s, acteur, mois)
        for declaration, saisie in zip(declarations, _saisies(declarations, typee), strict=True):
            garder_brouillon(declaration, acteur, saisie)


def declarer_periode(
    ctx: Contexte,
    acteur: Acteur,
    mois: Sequence[MoisSigne],
    typee: Mapping[str, str],
    *,
    signataire: str,
    aucune_heure: bool = False,
    derniere: bool = False,
    depart: Depart | None = None,
) -> None:
    """Sign the months of a page together, all or none. A month left empty beside others has no hour.

    `derniere`: the firm's part of the marché is over after the last month. Raises SaisieRefusee with every field that
    is wrong, named as on the page.
    """
    with ctx.transaction() as s:
        declarations = _charger(s, acteur, mois)
        saisies = _saisies(declarations, typee)
        plusieurs = len(declarations) > 1
        derniere_du_lot = declarations[-1]
        erreurs: dict[str, str] = {}
        if derniere:
            erreurs |= _refus_derniere(s, derniere_du_lot)
        if depart is not None and depart.contrats:
            erreurs |= _finir(s, ctx, acteur, derniere_du_lot, depart)
        toutes_vides = all(est_vide(saisie) for saisie in saisies)
        for declaration, saisie in zip(declarations, saisies, strict=True):
            try:
                signer(
                    s,
                    ctx,
                    acteur,
                    declaration,
                    saisie,
                    signataire=signataire,
                    aucune_heure=aucune_heure or (plusieurs and not toutes_vides and est_vide(saisie)),
                    derniere=derniere and declaration is derniere_du_lot,
                )
            except SaisieRefusee as refus:
                prefixe = declaration.mois if plusieurs else None
                erreurs |= {avec_mois(champ, prefixe): message for champ, message in refus.erreurs.items()}
        if erreurs:
            raise SaisieRefusee(erreurs)


def _refus_derniere(s: Session, declaration: Declaration) -> dict[str, str]:
    """A later month that is already open is signed first, or nobody would know it is not due."""
    suivante = s.scalar(
        select(Declaration.mois)
        .where(
            Declaration.employeur_id == declaration.employeur_id,
            Declaration.marche_id == declaration.marche_id,
            Declaration.mois > declaration.mois,
            Declaration.etat.in_([EtatDeclaration(e.value) for e in ETATS_EN_ATTENTE_EMPLOYEUR]),
        )
        .order_by(Declaration.mois.desc())
    )
    if suivante is None:
        return {}
    return {"derniere": f"Cochez-la plutôt sur {mois_en_texte(suivante)} : ce mois attend aussi."}


def _finir(s: Session, ctx: Contexte, acteur: Acteur, declaration: Declaration, depart: Depart) -> dict[str, str]:
    debut, fin_du_mois = declaration.mois, dernier_du_mois(declaration.mois)
    fin = depart.dernier_jour or fin_du_mois
    if not debut <= fin <= fin_du_mois:
        return {
            "dernier_jour": f"Choisissez un jour entre le {jour_en_texte(debut, repere=fin_du_mois)} "
            f"et le {jour_en_texte(fin_du_mois)}."
        }
    trouves = {c.ref: c for c in _contrats(s, declaration, depart.contrats)}
    erreurs = {}
    for ref in depart.contrats:
        if ref not in trouves:
            raise Introuvable()
        try:
            terminer(s, ctx, acteur, trouves[ref], fin, MotifFin.FIN_DE_CHANTIER)
        except RegleViolee as refus:
            erreurs["dernier_jour"] = refus.message
    s.flush()
    return erreurs


def _contrats(s: Session, declaration: Declaration, refs: Collection[str]) -> Sequence[Contrat]:
    return s.scalars(
        select(Contrat).where(
            Contrat.ref.in_(set(refs)),
            Contrat.employeur_id == declaration.employeur_id,
            Contrat.marche_id == declaration.marche_id,
        )
    ).all()

"""Sharing the hours of a contrat between marchés by a dated key (R28): declared once, allotted at the validation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.heures.inscription import situer
from marketplace.heures.models import ClePartage, Contrat, Declaration, EtatDeclaration, LigneHeures, PartCle
from marketplace.heures.registre import ajouter_lignes
from marketplace.heures.rules.phrases import mois_en_texte, nombre_en_texte
from marketplace.heures.rules.repartition import allouer, verifier_cle
from marketplace.heures.services.contrats import charger_contrat
from marketplace.journal.services import journaliser
from marketplace.marches.models import ETATS_OUVERTS_AUX_HEURES, Marche
from marketplace.valeurs import premier_du_mois

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class PartDemandee:
    """The share asked for one marché (0 to 1), with who agreed for its buyer, and when."""

    marche_ref: str
    part: Decimal
    accord_par: str
    accord_le: date | None


def definir_cle(
    ctx: Contexte, acteur: Acteur, contrat_ref: str, *, a_partir_du: date, parts: Sequence[PartDemandee], motif: str
) -> None:
    """Share the hours of a contrat from a month on; without parts, end the sharing.

    The shares sum to 100 %, each buyer agreed, the employer stands on each marché. Months already validated keep the
    key they had: a new key starts after them. A key of the same month, not used yet, is replaced; the journal keeps
    both. Raises RegleViolee with its field, Introuvable out of reach.
    """
    mois = premier_du_mois(a_partir_du)
    with ctx.transaction() as s:
        contrat = charger_contrat(s, acteur, Action.VALIDER_HEURES, contrat_ref)
        if not motif.strip():
            raise RegleViolee("Écrivez la raison : elle reste dans l'historique.", champ="motif")
        _refuser_mois_valides(s, contrat, mois)
        marches = _marches(s, ctx, acteur, contrat, parts)
        s.execute(delete(PartCle).where(PartCle.cle_id.in_(_cles(contrat.id, mois))))
        s.execute(delete(ClePartage).where(ClePartage.id.in_(_cles(contrat.id, mois))))
        cle = ClePartage(
            contrat_id=contrat.id,
            a_partir_du=mois,
            motif=motif.strip(),
            auteur_id=acteur.utilisateur_id,
            cree_le=ctx.horloge(),
        )
        s.add(cle)
        s.flush()
        s.add_all(
            PartCle(
                cle_id=cle.id,
                marche_id=marches[demandee.marche_ref].id,
                part=demandee.part,
                accord_par=demandee.accord_par.strip(),
                accord_le=demandee.accord_le,
            )
            for demandee in parts
        )
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "partager_heures",
            contrat,
            f"Heures du contrat {contrat.ref} {_en_mots(parts)} à partir de {mois_en_texte(mois)} : {motif.strip()}",
            parts={d.marche_ref: str(d.part) for d in parts},
            accords={d.marche_ref: f"{d.accord_par.strip()}, {d.accord_le}" for d in parts},
        )


def _cles(contrat_id: int, mois: date) -> Select[int]:
    return select(ClePartage.id).where(ClePartage.contrat_id == contrat_id, ClePartage.a_partir_du == mois)


def _en_mots(parts: Sequence[PartDemandee]) -> str:
    if not parts:
        return "sans partage"
    return "partagées (" + ", ".join(f"{nombre_en_texte(d.part * 100)} % {d.marche_ref}" for d in parts) + ")"


def _refuser_mois_valides(s: Session, contrat: Contrat, mois: date) -> None:
    dernier = s.scalar(
        select(LigneHeures.mois)
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .where(
            LigneHeures.contrat_id == contrat.id,
            LigneHeures.mois >= mois,
            Declaration.etat == EtatDeclaration.VALIDEE,
        )
        .order_by(LigneHeures.mois.desc())
        .limit(1)
    )
    if dernier is not None:
        raise RegleViolee(
            f"Les heures de {mois_en_texte(dernier)} sont déjà validées : partez du mois suivant, "
            "ou réaffectez ces heures une par une.",
            champ="a_partir_du",
        )


def _marches(
    s: Session, ctx: Contexte, acteur: Acteur, contrat: Contrat, parts: Sequence[PartDemandee]
) -> dict[str, Marche]:
    """The marchés of a key, each checked. Raises RegleViolee."""
    if not parts:
        return {}
    refs = [d.marche_ref for d in parts]
    if len(set(refs)) != len(refs):
        raise RegleViolee("Le même marché est écrit deux fois : réunissez ses parts.", champ="parts")
    verifier_cle({d.marche_ref: d.part for d in parts})
    employeur = s.get_one(Organisation, contrat.employeur_id)
    marches = {
        m.ref: m
        for m in s.scalars(select(Marche).where(Marche.ref.in_(refs), Marche.territoire_id == acteur.territoire_id))
    }
    for demandee in parts:
        marche = marches.get(demandee.marche_ref)
        if marche is None or marche.etat not in ETATS_OUVERTS_AUX_HEURES:
            raise RegleViolee("Choisissez des marchés en cours.", champ="parts")
        if not demandee.accord_par.strip() or demandee.accord_le is None:
            raise RegleViolee(
                f"Il manque l'accord de l'acheteur du marché « {marche.intitule} » : qui, et quand.", champ="parts"
            )
        if demandee.accord_le > ctx.aujourdhui():
            raise RegleViolee("La date d'un accord ne peut pas être à venir.", champ="parts")
        situer(s, marche, employeur, contrat.modalite)
    return marches


def cles_en_vigueur(
    s: Session, contrat_ids: Collection[int], mois: Collection[date]
) -> dict[tuple[int, date], dict[int, Decimal]]:
    """Shares by marché of each (contrat, month) that is shared; the others are absent. One query."""
    if not contrat_ids:
        return {}
    cles: defaultdict[int, dict[date, dict[int, Decimal]]] = defaultdict(dict)
    requete = (
        select(ClePartage.contrat_id, ClePartage.a_partir_du, PartCle.marche_id, PartCle.part)
        .outerjoin(PartCle, PartCle.cle_id == ClePartage.id)
        .where(ClePartage.contrat_id.in_(contrat_ids))
        .order_by(ClePartage.a_partir_du, PartCle.marche_id)
    )
    for contrat_id, depuis, marche_id, part in s.execute(requete):
        parts = cles[contrat_id].setdefault(depuis, {})
        if marche_id is not None:
            parts[marche_id] = part
    resultat = {}
    for contrat_id, datees in cles.items():
        for m in mois:
            connues = [d for d in datees if d <= m]
            if connues and datees[max(connues)]:
                resultat[contrat_id, m] = datees[max(connues)]
    return resultat


def repartir_lignes(s: Session, ctx: Contexte, acteur: Acteur, lignes: Sequence[LigneHeures]) -> list[LigneHeures]:
    """Allot the lines of shared contrats, in the caller's transaction; the lines to credit instead of those given.

    A declared line is corrected down to the share of its own marché, and each other marché gets a line: in the same
    declaration, in its own chain, with the share said in words. Every hour is allotted once.
    """
    cles = cles_en_vigueur(s, {x.contrat_id for x in lignes}, {x.mois for x in lignes})
    if not cles:
        return list(lignes)
    ids = {id_ for parts in cles.values() for id_ in parts}
    intitules = {m.id: m.intitule for m in s.execute(select(Marche.id, Marche.intitule).where(Marche.id.in_(ids)))}
    a_crediter: list[LigneHeures] = []
    nouvelles: list[LigneHeures] = []
    for ligne in lignes:
        parts = cles.get((ligne.contrat_id, ligne.mois))
        if not parts or ligne.travaillees + ligne.formation == 0:
            a_crediter.append(ligne)
            continue
        suites = _parts_de_ligne(ctx, acteur, ligne, parts, intitules)
        nouvelles += suites
        a_crediter += suites
    ajouter_lignes(s, nouvelles)
    return a_crediter


def _parts_de_ligne(
    ctx: Contexte, acteur: Acteur, ligne: LigneHeures, parts: Mapping[int, Decimal], intitules: Mapping[int, str]
) -> list[LigneHeures]:
    travaillees, formation = allouer(ligne.travaillees, parts), allouer(ligne.formation, parts)
    suites = []
    for marche_id in sorted({ligne.marche_id, *parts}, key=lambda m: (m != ligne.marche_id, m)):
        sien = marche_id == ligne.marche_id
        part = parts.get(marche_id, Decimal(0))
        suites.append(
            LigneHeures(
                declaration_id=ligne.declaration_id,
                contrat_id=ligne.contrat_id,
                marche_id=marche_id,
                mois=ligne.mois,
                travaillees=travaillees.get(marche_id, ZERO),
                formation=formation.get(marche_id, ZERO),
                corrige_id=ligne.id if sien else None,
                motif=(
                    f"Heures partagées : {nombre_en_texte(part * 100)} % pour "
                    + ("ce marché." if sien else f"« {intitules[marche_id]} ».")
                ),
                auteur_id=acteur.utilisateur_id,
                cree_le=ctx.horloge(),
            )
        )
    return suites

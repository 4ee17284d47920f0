"""Our marchés as essential data of public procurement (v2 schema), with their social considerations (R100 to R103).

What the ledger does not hold (type of price, offers received…) is never invented: a contract published before keeps
its published record; another goes out with what is known, and what the buyer must still fill is listed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.config import RACINE
from marketplace.marches.models import (
    Clause,
    Intervenant,
    Marche,
    MarcheDecp,
    NatureMarche,
    RegimeMarche,
    RoleIntervenant,
    VersionDecp,
)
from marketplace.marches.rules.considerations import Levier, vers_decp
from marketplace.valeurs import siret_valide

SCHEMA = RACINE / "seeds" / "referentiels" / "schema_decp_v2.0.4.json"
OBJET_MAX = 1000
IDENTIFIANT_MAX = 16


@dataclass(frozen=True, slots=True)
class LigneExport:
    """One marché told apart: why it is left out, or which required fields its buyer must still fill."""

    ref: str
    intitule: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExportDecp:
    """The file, and what is to be said of it."""

    contenu: Mapping[str, Any]
    exportes: int
    incomplets: tuple[LigneExport, ...]
    ecartes: tuple[LigneExport, ...]

    def octets(self) -> bytes:
        """The JSON file, readable."""
        return json.dumps(self.contenu, ensure_ascii=False, indent=1).encode()


@cache
def obligatoires(concession: bool) -> tuple[str, ...]:
    """Required fields of a record, read from the official schema."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return tuple(schema["definitions"]["contrat-concession" if concession else "marche"]["required"])


@cache
def procedures(concession: bool) -> tuple[str, ...]:
    """Procedures that the official schema knows."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    definition = schema["definitions"]["contrat-concession" if concession else "marche"]
    return tuple(definition["properties"]["procedure"]["enum"])


def exporter_decp(
    s: Session, acteur: Acteur, jour: date, *, annee: int | None = None, acheteur_siret: str | None = None
) -> ExportDecp:
    """The notified marchés of a territory in DECP form, of one year or one buyer when asked. Five queries.

    Left out, with the reason: no SIRET of the buyer, nobody studied its social considerations (that is not « none »).
    Raises Interdit for anyone but a facilitateur, an administrator or the system.
    """
    exiger(acteur, Action.IMPORTER_MARCHES, Portee(acteur.territoire_id))
    lignes = _lignes(s, acteur.territoire_id, annee, acheteur_siret)
    ids = [ligne.Marche.id for ligne in lignes]
    publies, firmes = _publies(s, ids), _intervenants(s, ids)
    marches: list[dict[str, Any]] = []
    concessions: list[dict[str, Any]] = []
    incomplets: list[LigneExport] = []
    ecartes: list[LigneExport] = []
    for ligne in lignes:
        m: Marche = ligne.Marche
        motif = _motif(ligne)
        if motif:
            ecartes.append(LigneExport(m.ref, m.intitule, (motif,)))
            continue
        concession = m.nature is NatureMarche.CONCESSION
        valeurs = _valeurs(ligne, concession)
        if m.id in publies:
            fiche = _republier(publies[m.id], valeurs, jour)
        else:
            fiche = _fiche(ligne, firmes.get(m.id, ()), valeurs, jour, concession=concession)
            manquants = tuple(c for c in obligatoires(concession) if c not in fiche)
            if manquants:
                incomplets.append(LigneExport(m.ref, m.intitule, manquants))
        (concessions if concession else marches).append(fiche)
    contenu = {"marches": {"marche": marches, "contrat-concession": concessions}}
    return ExportDecp(contenu, len(marches) + len(concessions), tuple(incomplets), tuple(ecartes))


def _lignes(s: Session, territoire_id: int, annee: int | None, acheteur_siret: str | None) -> Sequence[Any]:
    acheteur, titulaire = aliased(Organisation), aliased(Organisation)
    requete = (
        select(
            Marche,
            acheteur.siret.label("acheteur_siret"),
            titulaire.siret.label("titulaire_siret"),
            Clause.heures_prevues,
            RegimeMarche,
        )
        .join(acheteur, acheteur.id == Marche.acheteur_id)
        .outerjoin(titulaire, titulaire.id == Marche.titulaire_id)
        .outerjoin(Clause, and_(Clause.marche_id == Marche.id, Clause.remplacee_le.is_(None)))
        .outerjoin(RegimeMarche, RegimeMarche.marche_id == Marche.id)
        .where(Marche.territoire_id == territoire_id, Marche.date_notification.is_not(None))
        .order_by(Marche.date_notification, Marche.id)
    )
    if annee is not None:
        requete = requete.where(Marche.date_notification.between(date(annee, 1, 1), date(annee, 12, 31)))
    if acheteur_siret:
        requete = requete.where(acheteur.siret == acheteur_siret)
    return s.execute(requete).all()


def _publies(s: Session, ids: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    """The record in force of the marchés that were published before."""
    requete = (
        select(MarcheDecp.marche_id, VersionDecp.contenu)
        .join(VersionDecp, and_(VersionDecp.decp_id == MarcheDecp.id, VersionDecp.empreinte == MarcheDecp.empreinte))
        .where(MarcheDecp.marche_id.in_(list(ids)))
    )
    return {marche_id: contenu for marche_id, contenu in s.execute(requete) if marche_id is not None}


def _intervenants(s: Session, ids: Iterable[int]) -> dict[int, list[tuple[RoleIntervenant, str | None]]]:
    """Role and SIRET of the other firms of each marché."""
    requete = (
        select(Intervenant.marche_id, Intervenant.role, Organisation.siret)
        .join(Organisation, Organisation.id == Intervenant.organisation_id)
        .where(Intervenant.marche_id.in_(list(ids)))
        .order_by(Intervenant.id)
    )
    firmes: dict[int, list[tuple[RoleIntervenant, str | None]]] = {}
    for marche_id, role, siret in s.execute(requete):
        firmes.setdefault(marche_id, []).append((role, siret))
    return firmes


def _motif(ligne: Any) -> str:
    """Why a marché cannot go out at all; empty when it can."""
    if not ligne.acheteur_siret or not siret_valide(ligne.acheteur_siret):
        return "L'acheteur n'a pas de SIRET valide : complétez sa fiche."
    if ligne.RegimeMarche is None and not ligne.heures_prevues:
        return "Personne n'a étudié ses considérations sociales : décidez son régime légal."
    return ""


def _valeurs(ligne: Any, concession: bool) -> tuple[str, ...]:
    """Published values of its levers; a clause with hours is a condition of performance by itself (R4, R101)."""
    regime: RegimeMarche | None = ligne.RegimeMarche
    leviers = {Levier(levier) for levier in (regime.leviers if regime else ())}
    if ligne.heures_prevues:
        leviers.add(Levier.CONDITION_EXECUTION)
    if regime is not None and regime.reservation is not None:
        leviers.add(Levier.MARCHE_RESERVE)
    return vers_decp(leviers, concession=concession)


def _republier(publie: Mapping[str, Any], valeurs: tuple[str, ...], jour: date) -> dict[str, Any]:
    """The record as it was published, its considerations put right, and dated when they changed."""
    dedans = publie.get("marche", publie)
    fiche = dict(dedans if isinstance(dedans, Mapping) else publie)
    avant = fiche.get("considerationsSociales")
    if not isinstance(avant, Mapping) or list(avant.get("considerationSociale") or ()) != list(valeurs):
        fiche["considerationsSociales"] = {"considerationSociale": list(valeurs)}
        fiche["datePublicationDonnees"] = jour.isoformat()
    return fiche


def _nombre(montant: Decimal) -> int | float:
    return int(montant) if montant == montant.to_integral_value() else float(montant)


def _fiche(
    ligne: Any,
    firmes: Sequence[tuple[RoleIntervenant, str | None]],
    valeurs: tuple[str, ...],
    jour: date,
    *,
    concession: bool,
) -> dict[str, Any]:
    """What the ledger knows of a marché, in the words of the schema; unknown fields are absent."""
    m: Marche = ligne.Marche
    notifie = m.date_notification
    assert notifie is not None
    fiche: dict[str, Any] = {
        "id": m.ref[:IDENTIFIANT_MAX],
        "autoriteConcedante" if concession else "acheteur": {"id": ligne.acheteur_siret},
        "objet": (m.objet or m.intitule)[:OBJET_MAX],
        "datePublicationDonnees": jour.isoformat(),
        "dateSignature" if concession else "dateNotification": notifie.isoformat(),
        "considerationsSociales": {"considerationSociale": list(valeurs)},
    }
    if not concession:
        fiche["nature"] = "Marché"
        if m.cpv:
            fiche["codeCPV"] = m.cpv
        fiche["sousTraitanceDeclaree"] = any(role is RoleIntervenant.SOUS_TRAITANT for role, _ in firmes)
        if not any(role is RoleIntervenant.COTRAITANT for role, _ in firmes):
            fiche["typeGroupementOperateurs"] = "Pas de groupement"
        if m.code_insee:
            fiche["lieuExecution"] = {"code": m.code_insee, "typeCode": "Code commune"}
    elif m.date_debut:
        fiche["dateDebutExecution"] = m.date_debut.isoformat()
    if m.procedure in procedures(concession):
        fiche["procedure"] = m.procedure
    if m.date_debut and m.date_fin:
        fiche["dureeMois"] = max(1, round(((m.date_fin - m.date_debut).days + 1) / 30.44))
    if m.montant_ht is not None and m.montant_ht >= 1:
        fiche["valeurGlobale" if concession else "montant"] = _nombre(m.montant_ht)
    sirets = [ligne.titulaire_siret, *(siret for role, siret in firmes if role is RoleIntervenant.COTRAITANT)]
    connus = [{"typeIdentifiant": "SIRET", "id": siret} for siret in dict.fromkeys(filter(None, sirets))]
    if ligne.titulaire_siret and connus:
        nom = "concessionnaire" if concession else "titulaire"
        fiche["concessionnaires" if concession else "titulaires"] = [{nom: titulaire} for titulaire in connus]
    return fiche

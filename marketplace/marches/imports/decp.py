"""Import of essential data of public procurement: parse, check, then one transaction (R100 to R103)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, tuple_, update
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import FichierRefuse, LigneRefusee, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.marches.imports.fiche_decp import FicheDecp, enregistrements, lire_fiche
from marketplace.marches.models import EtatPiste, MarcheDecp, VersionDecp
from marketplace.territoire.models import Territoire

PAQUET = 400
"""Keys asked at once: two parameters each, under what every engine binds."""

Cle = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ResultatImport:
    """What an import did. `pistes`: marchés of the portfolio's buyers that carry a social clause, new to qualify."""

    lus: int
    crees: int
    mis_a_jour: int
    inchanges: int
    pistes: int
    refuses: tuple[LigneRefusee, ...]


class _EssaiABlanc(Exception):
    """Leaves the transaction without writing."""


@dataclass(slots=True)
class _Connu:
    """State of one contract while the file is read: its row when it has one, its versions seen, its latest."""

    id: int | None
    rang: tuple[Any, int]
    piste: EtatPiste
    derniere: FicheDecp | None = None
    nouvelles: list[FicheDecp] = field(default_factory=list)
    vues: set[str] = field(default_factory=set)


def importer_decp(
    ctx: Contexte, acteur: Acteur, contenu: bytes, *, dry_run: bool = False, strict: bool = False
) -> ResultatImport:
    """Import every valid record of a file in one transaction; the others are listed with number and reason.

    A version already seen changes nothing; a newer one updates the contract, the older stays in its history.
    `strict` refuses the whole file on the first error. `dry_run` writes nothing.
    Raises FichierRefuse for a file that cannot be read, Interdit for anyone but a facilitateur or an administrator.
    """
    exiger(acteur, Action.IMPORTER_MARCHES, Portee(acteur.territoire_id))
    bruts = enregistrements(contenu)
    fiches, refuses = _lire(bruts, strict)
    resultat: list[ResultatImport] = []
    try:
        with ctx.transaction() as s:
            resultat.append(_ecrire(s, ctx, acteur, fiches, refuses, len(bruts)))
            if dry_run:
                raise _EssaiABlanc
    except _EssaiABlanc:
        pass
    return resultat[0]


def _lire(bruts: Sequence[Any], strict: bool) -> tuple[list[FicheDecp], list[LigneRefusee]]:
    fiches: list[FicheDecp] = []
    refuses: list[LigneRefusee] = []
    for numero, brut in enumerate(bruts, 1):
        try:
            fiches.append(lire_fiche(brut))
        except RegleViolee as refus:
            ligne = LigneRefusee(numero, _identifiant(brut), refus.message)
            if strict:
                raise FichierRefuse("Rien n'est importé : un enregistrement est refusé.", [ligne]) from None
            refuses.append(ligne)
    return fiches, refuses


def _identifiant(brut: Any) -> str:
    """What names a refused record, for the list."""
    dedans = brut.get("marche", brut) if isinstance(brut, dict) else {}
    valeur = dedans.get("id", "") if isinstance(dedans, dict) else ""
    return str(valeur)[:100]


def _paquets(cles: Sequence[Cle]) -> Iterable[Sequence[Cle]]:
    for debut in range(0, len(cles), PAQUET):
        yield cles[debut : debut + PAQUET]


def _connus(s: Session, territoire_id: int, cles: Sequence[Cle]) -> dict[Cle, _Connu]:
    """What the base knows of these contracts: two queries per packet."""
    connus: dict[Cle, _Connu] = {}
    par_id: dict[int, _Connu] = {}
    cle = tuple_(MarcheDecp.acheteur_siret, MarcheDecp.identifiant)
    for paquet in _paquets(cles):
        ids = []
        for ligne in s.execute(
            select(
                MarcheDecp.id,
                MarcheDecp.acheteur_siret,
                MarcheDecp.identifiant,
                MarcheDecp.publie_le,
                MarcheDecp.modifications,
                MarcheDecp.piste,
            ).where(MarcheDecp.territoire_id == territoire_id, cle.in_(paquet))
        ):
            connu = _Connu(ligne.id, (ligne.publie_le or date.min, ligne.modifications), ligne.piste)
            connus[ligne.acheteur_siret, ligne.identifiant] = par_id[ligne.id] = connu
            ids.append(ligne.id)
        versions = select(VersionDecp.decp_id, VersionDecp.empreinte).where(VersionDecp.decp_id.in_(ids))
        for decp_id, empreinte in s.execute(versions):
            par_id[decp_id].vues.add(empreinte)
    return connus


def _portefeuille(s: Session, territoire_id: int) -> frozenset[str]:
    """SIREN of the buyers of the portfolio: a service publishes under any of its establishments."""
    sirets = s.scalars(
        select(Organisation.siret).where(
            Organisation.territoire_id == territoire_id,
            Organisation.type == TypeOrganisation.ACHETEUR,
            Organisation.siret.is_not(None),
        )
    )
    return frozenset(siret[:9] for siret in sirets if siret)


def _ecrire(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    fiches: Sequence[FicheDecp],
    refuses: Sequence[LigneRefusee],
    lus: int,
) -> ResultatImport:
    cles = list(dict.fromkeys((f.acheteur_siret, f.identifiant) for f in fiches))
    connus = _connus(s, acteur.territoire_id, cles)
    suivis = _portefeuille(s, acteur.territoire_id)
    crees = mis_a_jour = inchanges = pistes = 0
    for fiche in fiches:
        cle = (fiche.acheteur_siret, fiche.identifiant)
        connu = connus.get(cle)
        if connu is None:
            connu = connus[cle] = _Connu(None, fiche.rang, EtatPiste.AUCUNE, fiche)
            crees += 1
        elif fiche.empreinte in connu.vues:
            inchanges += 1
            continue
        elif fiche.rang < connu.rang:
            # An older version found late: kept in the history, the current one stays.
            inchanges += 1
        else:
            connu.rang, connu.derniere = fiche.rang, fiche
            mis_a_jour += 1
        connu.vues.add(fiche.empreinte)
        connu.nouvelles.append(fiche)
        if connu.piste is EtatPiste.AUCUNE and fiche.clausee and fiche.acheteur_siret[:9] in suivis:
            connu.piste = EtatPiste.A_QUALIFIER
            pistes += 1
    _stocker(s, connus, acteur.territoire_id, ctx.horloge())
    if crees or mis_a_jour:
        resume = f"a importé {crees} marchés publiés, en a mis {mis_a_jour} à jour ; {pistes} pistes à qualifier"
        territoire = s.get_one(Territoire, acteur.territoire_id)
        journaliser(s, ctx.horloge(), acteur, "importer_decp", territoire, resume, refuses=len(refuses))
    return ResultatImport(lus, crees, mis_a_jour, inchanges, pistes, tuple(refuses))


def _colonnes(fiche: FicheDecp, piste: EtatPiste, quand: datetime) -> dict[str, Any]:
    return {
        "nature": fiche.nature,
        "objet": fiche.objet,
        "cpv": fiche.cpv,
        "montant": fiche.montant,
        "notifie_le": fiche.notifie_le,
        "duree_mois": fiche.duree_mois,
        "lieu": fiche.lieu,
        "titulaires": [{"id": t.id, "type": t.type, "nom": t.nom} for t in fiche.titulaires],
        "considerations": list(fiche.considerations),
        "publie_le": fiche.publie_le,
        "modifications": fiche.modifications,
        "empreinte": fiche.empreinte,
        "piste": piste,
        "maj_le": quand,
    }


def _stocker(s: Session, connus: dict[Cle, _Connu], territoire_id: int, quand: datetime) -> None:
    """Write new contracts, updated ones and every new version, in bulk."""
    table: Any = MarcheDecp.__table__
    nouveaux = {cle: c for cle, c in connus.items() if c.id is None and c.derniere is not None}
    if nouveaux:
        lignes = [
            {
                "territoire_id": territoire_id,
                "acheteur_siret": siret,
                "identifiant": identifiant,
                "importe_le": quand,
                "motif": "",
                **_colonnes(c.derniere, c.piste, quand),
            }
            for (siret, identifiant), c in nouveaux.items()
            if c.derniere is not None
        ]
        s.execute(insert(table), lignes)
        for ligne in _relire(s, territoire_id, list(nouveaux)):
            nouveaux[ligne[1], ligne[2]].id = ligne[0]
    changes = [c for cle, c in connus.items() if cle not in nouveaux and c.derniere is not None]
    if changes:
        valeurs = [{"k_id": c.id, **_prefixer(_colonnes(c.derniere, c.piste, quand))} for c in changes if c.derniere]
        champs: dict[str, Any] = {cle[2:]: bindparam(cle) for cle in valeurs[0] if cle.startswith("v_")}
        s.connection().execute(update(table).where(table.c.id == bindparam("k_id")).values(champs), valeurs)
    versions = [
        {"decp_id": c.id, "empreinte": f.empreinte, "contenu": dict(f.brut), "importe_le": quand}
        for c in connus.values()
        for f in c.nouvelles
    ]
    if versions:
        s.execute(insert(VersionDecp), versions)


def _prefixer(valeurs: dict[str, Any]) -> dict[str, Any]:
    """Bound values of an UPDATE, under names that are not those of the columns."""
    return {f"v_{champ}": valeur for champ, valeur in valeurs.items()}


def _relire(s: Session, territoire_id: int, cles: Sequence[Cle]) -> Iterable[Any]:
    """(id, SIRET, identifier) of rows just written."""
    cle = tuple_(MarcheDecp.acheteur_siret, MarcheDecp.identifiant)
    for paquet in _paquets(cles):
        yield from s.execute(
            select(MarcheDecp.id, MarcheDecp.acheteur_siret, MarcheDecp.identifiant).where(
                MarcheDecp.territoire_id == territoire_id, cle.in_(paquet)
            )
        )

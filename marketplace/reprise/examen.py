"""A workbook read against the base: sheets, columns, values, what would be written, what is refused, the totals."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import FichierRefuse, LigneRefusee
from marketplace.heures.models import Reprise
from marketplace.personnes.rules.proteges import colonnes_nir, contient_nir
from marketplace.reprise.connus import Connus, lire_connus, metiers_connus
from marketplace.reprise.heures_lues import Heures
from marketplace.reprise.marches_lus import planifier_marches
from marketplace.reprise.plan import Plan
from marketplace.reprise.reponses import Reponses
from marketplace.reprise.rules.cellules import jour_annonce
from marketplace.reprise.rules.champs import IGNOREE, MARCHES, PERSONNES
from marketplace.reprise.rules.grille import ENTETE_AVANT, Grille, comprendre
from marketplace.reprise.rules.rapprochement import Rapprochement
from marketplace.reprise.rules.source import Enregistrement, Lecture, lire
from marketplace.reprise.totaux import Total, sous_totaux_faux, totaux
from marketplace.reprise.valeurs_lues import Valeurs, rapprocher_valeurs
from marketplace.tableur import Feuille, lire_feuilles
from marketplace.valeurs import premier_du_mois

CLASSEUR_MAX = 200_000_000
"""Bytes. Above, the file is refused before it is read."""


@dataclass(frozen=True, slots=True)
class Examen:
    """What a workbook holds and what taking it over would do. Nothing is written yet."""

    fichier: str
    empreinte: str
    grilles: tuple[Grille, ...]
    valeurs: Valeurs
    plan: Plan
    totaux: tuple[Total, ...]
    solde_au: date
    solde_annonce: bool
    reportes: int
    deja_repris: str
    reponses: Reponses

    @property
    def decisions(self) -> tuple[Rapprochement, ...]:
        """The questions left."""
        return self.valeurs.decisions

    @property
    def refuses(self) -> tuple[LigneRefusee, ...]:
        """Rows that would not be written, in the order of the sheets."""
        return tuple(sorted(self.plan.refuses, key=lambda r: (r.id, r.ligne)))

    @property
    def retirees(self) -> tuple[str, ...]:
        """Columns never read, with why: national numbers (R106), health (R107)."""
        pourquoi = {"nir": "numéro de sécurité sociale", "sante": "santé"}
        return tuple(
            f"{c.entete or f'colonne {c.rang + 1}'} ({pourquoi[c.sensible]})"
            for g in self.grilles
            for c in g.colonnes
            if c.sensible
        )


def examiner_classeur(
    ctx: Contexte,
    s: Session,
    acteur: Acteur,
    contenu: bytes,
    nom: str,
    reponses: Reponses,
    *,
    accepter: bool = False,
) -> Examen:
    """Read a whole workbook; `accepter`: as if each question had its proposed answer.

    Raises FichierRefuse when nothing of it can be used.
    """
    if len(contenu) >= CLASSEUR_MAX:
        raise FichierRefuse("Ce fichier pèse 200 Mo ou plus : découpez-le, puis recommencez.")
    if contient_nir(nom):
        raise FichierRefuse("Le nom du fichier contient un numéro de sécurité sociale : renommez-le.")
    connus = lire_connus(s, acteur.territoire_id)
    grilles = tuple(_comprendre(f, connus, reponses) for f in lire_feuilles(contenu, nom))
    utiles = [g for g in grilles if g.genre != IGNOREE]
    if not utiles:
        raise FichierRefuse(
            "Aucune feuille ne ressemble à une liste de marchés ou de personnes : nommez les colonnes "
            "(acheteur, opération, lot, titulaire, heures prévues…), puis recommencez."
        )
    jour = ctx.aujourdhui()
    lectures = [lire(g, jour) for g in utiles]
    annonce = jour_annonce([t for g in utiles for t in (*g.titres, *(c.entete for c in g.colonnes), g.nom)] + [nom])
    # Nobody says it: the figures of a workbook are those of the last whole month.
    solde_au = min(reponses.solde_au or annonce or premier_du_mois(jour) - timedelta(days=1), jour)
    metiers = metiers_connus(s) if any(g.rangs("metier") for g in utiles) else []
    valeurs = rapprocher_valeurs(lectures, connus, reponses, metiers, accepter=accepter)
    plan = Plan()
    for x in lectures:
        plan.refuses += x.refuses
        plan.avertissements += [*x.avertissements, *sous_totaux_faux(x)]
    planifier_marches(plan, _bons(lectures, MARCHES), valeurs, connus, jour)
    heures = Heures(plan, valeurs, connus, solde_au=solde_au, jour=jour, cle_secrete=ctx.config.cle_secrete)
    personnes = _bons(lectures, PERSONNES)
    retenues = {**connus.retenues.get("marche", {}), **reponses.valeurs.get("marche", {})}
    heures.rapprocher_marches(personnes, retenues)
    heures.prendre_personnes(personnes)
    heures.ecarter_le_deja_repris()
    heures.prendre_soldes()
    empreinte = hashlib.sha256(contenu).hexdigest()
    return Examen(
        fichier=nom[:200],
        empreinte=empreinte,
        grilles=grilles,
        valeurs=valeurs,
        plan=plan,
        totaux=totaux(lectures, plan, heures),
        solde_au=solde_au,
        solde_annonce=annonce is not None,
        reportes=sum(x.reportes for x in lectures),
        deja_repris=_deja(s, acteur.territoire_id, empreinte),
        reponses=reponses,
    )


def _bons(lectures: Sequence[Lecture], genre: str) -> list[Enregistrement]:
    return [e for x in lectures if x.grille.genre == genre for e in x.bons]


def _comprendre(feuille: Feuille, connus: Connus, reponses: Reponses) -> Grille:
    """A sheet understood with what was answered and what was decided for the territory before."""
    imposees = {
        genre: {**connus.retenues.get(f"colonne.{genre}", {}), **reponses.colonnes.get(genre, {})}
        for genre in (MARCHES, PERSONNES)
    }
    tete = [ligne.cellules for ligne in feuille.lignes[:ENTETE_AVANT]]
    nommees = {rang for cellules in tete for rang in colonnes_nir(cellules, ())}
    interdites = nommees | set(colonnes_nir((), [ligne.cellules for ligne in feuille.lignes]))
    return comprendre(feuille, genre=reponses.genres.get(feuille.nom), imposees=imposees, nir=frozenset(interdites))


def _deja(s: Session, territoire_id: int, empreinte: str) -> str:
    """Reference of the takeover that already took this very file, if it stands."""
    return (
        s.scalars(
            select(Reprise.ref).where(
                Reprise.territoire_id == territoire_id,
                Reprise.empreinte == empreinte,
                Reprise.annulee_le.is_(None),
            )
        ).first()
        or ""
    )

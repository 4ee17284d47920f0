"""Hours that came in a file, period by period: the weeks of one month may arrive in two files (R42).

Those of a month that is not to be declared yet are kept here, and fill its declaration the day it opens.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.heures.imports.lignes import Periode
from marketplace.heures.models import (
    Contrat,
    Declaration,
    DeclarationRemplie,
    EtatDeclaration,
    FichierHeures,
    LigneFichierHeures,
)
from marketplace.heures.saisie import champ_formation, champ_travaillees, texte_heures
from marketplace.valeurs import somme

ParContratEtMois = dict[tuple[int, date], list[Periode]]


def fusionner(anciennes: Iterable[Sequence[Periode]], nouvelles: Sequence[Periode]) -> list[Periode]:
    """What stands of the periods of several files, oldest first, then of a new one: a file replaces the days it
    speaks of, and leaves the others.
    """
    retenues: list[Periode] = []
    for fichier in (*anciennes, nouvelles):
        retenues = [p for p in retenues if not any(p.du <= n.au and n.du <= p.au for n in fichier)]
        retenues += fichier
    return retenues


def periodes_gardees(
    s: Session, contrats: Collection[int], mois: Collection[date]
) -> dict[tuple[int, date], list[list[Periode]]]:
    """Periods of the files not undone, by contrat and month, file by file in order."""
    requete = (
        select(LigneFichierHeures)
        .join(FichierHeures, FichierHeures.id == LigneFichierHeures.fichier_id)
        .where(
            FichierHeures.annule_le.is_(None),
            LigneFichierHeures.contrat_id.in_(set(contrats)),
            LigneFichierHeures.mois.in_(set(mois)),
        )
        .order_by(LigneFichierHeures.fichier_id, LigneFichierHeures.id)
    )
    par_fichier: defaultdict[tuple[int, date], defaultdict[int, list[Periode]]] = defaultdict(lambda: defaultdict(list))
    for x in s.scalars(requete):
        par_fichier[x.contrat_id, x.mois][x.fichier_id].append(Periode(x.du, x.au, x.travaillees, x.formation))
    return {cle: list(fichiers.values()) for cle, fichiers in par_fichier.items()}


def sommes(periodes: Iterable[Periode]) -> tuple[Decimal, Decimal]:
    """(worked, training)."""
    liste = list(periodes)
    return somme(p.travaillees for p in liste), somme(p.formation for p in liste)


def remplir_a_l_ouverture(s: Session, declarations: Iterable[Declaration]) -> None:
    """Put into declarations that just opened the hours that files brought before, so that an undo takes them back."""
    for declaration in declarations:
        requete = select(Contrat).where(
            Contrat.employeur_id == declaration.employeur_id, Contrat.marche_id == declaration.marche_id
        )
        refs = {c.id: c.ref for c in s.scalars(requete)}
        gardees = periodes_gardees(s, refs, {declaration.mois})
        if not gardees:
            continue
        dernier = s.scalar(
            select(func.max(LigneFichierHeures.fichier_id))
            .join(FichierHeures, FichierHeures.id == LigneFichierHeures.fichier_id)
            .where(
                FichierHeures.annule_le.is_(None),
                LigneFichierHeures.contrat_id.in_(set(refs)),
                LigneFichierHeures.mois == declaration.mois,
            )
        )
        brouillon: dict[str, str] = {}
        for (contrat_id, _), fichiers in gardees.items():
            travaillees, formation = sommes(fusionner(fichiers, ()))
            brouillon[champ_travaillees(refs[contrat_id])] = texte_heures(travaillees)
            brouillon[champ_formation(refs[contrat_id])] = texte_heures(formation)
        apres = {champ: texte for champ, texte in brouillon.items() if texte}
        s.add(
            DeclarationRemplie(
                fichier_id=dernier,
                declaration_id=declaration.id,
                etat_avant=declaration.etat,
                brouillon_avant={},
                brouillon_apres=apres,
            )
        )
        declaration.brouillon = apres
        declaration.etat = EtatDeclaration.BROUILLON

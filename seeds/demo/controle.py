"""A firm whose accountant declares, a marché that will declare by the quarter, a control half done: all fictitious."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from marketplace.comptes.models import Affectation, Utilisateur
from marketplace.heures.models import Contrat, Controle, Delegation, LigneControle, LigneHeures, ResultatControle
from marketplace.heures.queries.controles import lignes_controlables
from marketplace.heures.rules.controle import METHODE, tirer
from marketplace.marches.models import ConsigneDeclaration, Marche
from marketplace.marches.rules.consignes import ModePieces, Rythme
from marketplace.valeurs import ajouter_mois, premier_du_mois
from seeds.demo.atelier import Atelier

EMPLOYEUR = "employeur@demo.invalid"
TAILLE = 8
CONFORMES = 3


def semer_controle(a: Atelier) -> None:
    """One delegate of the demonstration's employer, the rhythm of its latest marché, one control."""
    employeur_id = a.s.scalars(
        select(Contrat.employeur_id)
        .join(Affectation, Affectation.organisation_id == Contrat.employeur_id)
        .join(Utilisateur, Utilisateur.id == Affectation.utilisateur_id)
        .where(Utilisateur.courriel == EMPLOYEUR)
        .limit(1)
    ).one()
    # A marché of somebody else declares by quarter: the account one tries first keeps the usual month.
    marche_id = a.s.scalars(
        select(Contrat.marche_id)
        .join(Marche, Marche.id == Contrat.marche_id)
        .where(Marche.titulaire_id != employeur_id)
        .order_by(Contrat.debut.desc(), Contrat.id)
        .limit(1)
    ).one()
    mois = premier_du_mois(a.le)
    a.garder(
        [
            Delegation(
                territoire_id=a.territoire_id,
                organisation_id=employeur_id,
                courriel="comptable@exemple.invalid",
                nom="Maud Exemple",
                fonction="comptable",
                depuis=a.jour(60),
                cree_le=a.instant(a.jour(60), 9),
            )
        ]
    )
    a.garder(
        [
            ConsigneDeclaration(
                marche_id=marche_id,
                a_partir_du=ajouter_mois(mois, 1),
                rythme=Rythme.TRIMESTRIEL,
                pieces=ModePieces.VUE,
                cree_le=a.instant(a.jour(2), 9),
            )
        ]
    )
    _tirer(a)


def _tirer(a: Atelier) -> None:
    """Eight lines of a closed quarter, the first ones found right."""
    fin = ajouter_mois(premier_du_mois(a.le), -2)
    debut, tire_le = ajouter_mois(fin, -2), a.instant(a.jour(1), 9)
    population = lignes_controlables(a.s, a.territoire_id, debut, fin, tire_le)
    graine = f"{a.le:%Y-%m}-exemple"
    tirees = tirer(graine, population, TAILLE)
    qui = a.equipe.facilitateurs[0]
    (controle,) = a.garder(
        [
            Controle(
                ref="CO-000001",
                territoire_id=a.territoire_id,
                debut=debut,
                fin=fin,
                graine=graine,
                methode=METHODE,
                taille=len(tirees),
                population=len(population),
                tire_le=tire_le,
                auteur_id=qui.id,
                auteur_nom=f"{qui.prenom} {qui.nom}",
            )
        ]
    )
    lignes = [
        LigneControle(controle_id=controle.id, rang=rang, ligne_id=ligne) for rang, ligne in enumerate(tirees, start=1)
    ]
    for ligne in lignes[:CONFORMES]:
        ligne.resultat, ligne.constatees = ResultatControle.CONFORME, _heures(a, ligne.ligne_id)
        ligne.releve_le, ligne.releve_par_id = tire_le, qui.id
    a.garder(lignes)


def _heures(a: Atelier, ligne_id: int) -> Decimal:
    ligne = a.s.get_one(LigneHeures, ligne_id)
    return ligne.travaillees + ligne.formation

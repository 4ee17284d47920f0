"""What the buyers of the demonstration deposited: an award, an avenant that waits, a penalty already dealt with."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marketplace.marches.models import DecisionPenalite, DepotAcheteur, GenreDepot, Marche
from marketplace.marches.rules.etats import EtatMarche
from marketplace.valeurs import arrondir
from seeds.demo.atelier import Atelier
from seeds.demo.comptes import ACHETEUR_DEMO
from seeds.demo.structures import siret_fictif


def semer_depots(a: Atelier) -> None:
    """Three deposits of the buyer who opens the demonstration, or of the first one."""
    enchantier = [m for m in a.marches if m.etat is EtatMarche.EN_COURS and m.date_notification and m.titulaire_id]
    consultes = [m for m in a.marches if m.etat is EtatMarche.EN_CONSULTATION]
    acheteur = a.acheteurs[ACHETEUR_DEMO].id
    enchantier.sort(key=lambda m: m.acheteur_id != acheteur)
    consultes.sort(key=lambda m: m.acheteur_id != acheteur)
    depots = [
        _depot(
            a,
            m,
            12,
            GenreDepot.ATTRIBUTION,
            montant=m.montant_ht or Decimal(120_000),
            titulaire="Titulaire Exemple",
            siret=siret_fictif(999),
        )
        for m in consultes[:1]
    ]
    for m in enchantier[:1]:
        nouveau = arrondir((m.montant_ht or Decimal(100_000)) * Decimal("1.08"))
        motif = "Reprise des abords, demandée en cours de chantier"
        depots.append(_depot(a, m, 6, GenreDepot.AVENANT, montant=nouveau, numero=2, motif=motif))
    for m in enchantier[1:2]:
        penalite = _depot(
            a,
            m,
            30,
            GenreDepot.PENALITE,
            montant=Decimal("0.00"),
            decision=DecisionPenalite.LEVEE,
            motif="Aucun candidat proposé pendant deux mois : la recherche est prouvée",
        )
        penalite.pris_en_compte_le, penalite.pris_en_compte_par_id = a.instant(a.jour(28), 10), m.facilitateur_id
        depots.append(penalite)
    a.garder(depots)


def _depot(a: Atelier, marche: Marche, il_y_a: int, genre: GenreDepot, **champs: Any) -> DepotAcheteur:
    contact = a.equipe.contacts.get(marche.acheteur_id)
    return DepotAcheteur(
        marche_id=marche.id,
        genre=genre,
        jour=a.jour(il_y_a + 3),
        auteur_id=contact.id if contact else None,
        auteur_nom=f"{contact.prenom} {contact.nom}" if contact else "Service des marchés",
        cree_le=a.instant(a.jour(il_y_a), 9),
        **champs,
    )

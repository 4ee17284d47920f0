"""What happens to marchés on their way: avenants, stops of the works, other firms beside the titulaire."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from marketplace.marches.models import Arret, Clause, Intervenant, RoleIntervenant
from marketplace.marches.rules.etats import EtatMarche
from marketplace.valeurs import arrondir
from seeds.demo.atelier import Atelier
from seeds.demo.comptes import TITULAIRE_DEMO


def semer_versions(a: Atelier) -> None:
    """A few avenants: the new version replaces the old one, which stays."""
    vivants = [m for m in a.marches if m.etat is EtatMarche.EN_COURS and m.montant_ht and m.date_debut]
    nouvelles = []
    for marche in a.rng.sample([m for m in vivants if m.date_debut and m.date_debut < a.jour(150)], 6):
        ancienne = a.clauses[marche.id]
        jour = a.jour(a.rng.randint(20, 90))
        ancienne.remplacee_le = jour
        nouvelles.append(
            Clause(
                marche_id=marche.id,
                numero=2,
                heures_prevues=arrondir(ancienne.heures_prevues * Decimal("1.15")),
                lien_objet=ancienne.lien_objet,
                publics=[],
                calcul=ancienne.calcul,
                a_partir_du=jour,
                motif=f"Avenant n° 1 du {jour:%d/%m/%Y} : montant augmenté de 15 %, objectif au prorata",
                auteur_id=marche.facilitateur_id,
                cree_le=a.instant(jour),
            )
        )
    a.garder(nouvelles)
    a.clauses |= {c.marche_id: c for c in nouvelles}


def semer_arrets(a: Atelier) -> None:
    """Works that stand still today, and some that did and started again."""
    suspendus = [m for m in a.marches if m.etat is EtatMarche.SUSPENDU]
    arrets = [
        Arret(marche_id=m.id, debut=a.jour(a.rng.randint(20, 60)), motif="Arrêt de chantier : découverte de réseaux")
        for m in suspendus
    ]
    anciens = [m for m in a.marches if m.etat is EtatMarche.EN_COURS and m.date_debut and m.date_debut < a.jour(200)]
    for marche in a.rng.sample(anciens, 5):
        debut = a.jour(a.rng.randint(110, 150))
        arrets.append(Arret(marche_id=marche.id, debut=debut, fin=debut + timedelta(days=18), motif="Intempéries"))
    a.garder(arrets)


def semer_cotraitants(a: Atelier) -> None:
    """Some lots are shared with another fictitious firm."""
    vivants = [m for m in a.marches if m.etat is EtatMarche.EN_COURS and m.titulaire_id and m.secteur == "Bâtiment"]
    firmes = [o for o in a.firmes.values() if o.nom != TITULAIRE_DEMO]
    lignes = []
    for marche in a.rng.sample(vivants, 8):
        autre = a.rng.choice([o for o in firmes if o.id != marche.titulaire_id])
        role = a.rng.choice((RoleIntervenant.COTRAITANT, RoleIntervenant.SOUS_TRAITANT))
        part = Decimal(a.rng.choice((15, 20, 30))) / 100
        lignes.append(Intervenant(marche_id=marche.id, organisation_id=autre.id, role=role, part=part))
    a.garder(lignes)

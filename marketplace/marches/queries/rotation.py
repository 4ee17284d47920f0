"""Direct purchases of a buyer in a trade: who was served, how often, for how much (S7, N12)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import STRUCTURES_INSERTION, Organisation
from marketplace.marches.models import Forme, FormeMarche, Marche
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.formes import Achat, Rotation, cumul_excessif
from marketplace.marches.rules.regime import alerte_rotation
from marketplace.valeurs import ajouter_mois, somme

MOIS = 12


def achats_directs(
    s: Session, acheteur_id: int, secteur: str, jour: date, *, sauf_id: int | None = None
) -> tuple[Achat, ...]:
    """Direct purchases of that buyer in that trade over the last twelve months, oldest first. One query."""
    quand = func.coalesce(Marche.date_notification, Marche.date_debut)
    requete = (
        select(quand, Organisation.nom, Marche.montant_ht)
        .join(FormeMarche, FormeMarche.marche_id == Marche.id)
        .join(Organisation, Organisation.id == Marche.titulaire_id)
        .where(
            FormeMarche.forme == Forme.ACHAT_DIRECT,
            Marche.acheteur_id == acheteur_id,
            Marche.secteur == secteur,
            Marche.etat.notin_((EtatMarche.SANS_SUITE, EtatMarche.INFRUCTUEUX)),
            quand > ajouter_mois(jour, -MOIS),
            quand <= jour,
            Marche.montant_ht.isnot(None),
        )
        .order_by(quand, Marche.id)
    )
    if sauf_id is not None:
        requete = requete.where(Marche.id != sauf_id)
    return tuple(Achat(le, nom, montant) for le, nom, montant in s.execute(requete) if montant is not None)


def autres_structures(s: Session, territoire_id: int, fournisseur: str) -> int:
    """How many other structures of insertion or of the adapted sector the territory knows. One query."""
    requete = select(func.count()).where(
        Organisation.territoire_id == territoire_id,
        Organisation.type.in_(STRUCTURES_INSERTION),
        Organisation.nom != fournisseur,
    )
    return s.scalar(requete) or 0


def rotation_du_marche(s: Session, marche_id: int, jour: date) -> Rotation | None:
    """What to say of a direct purchase beside the others of its buyer; None for any other marché."""
    ligne = s.execute(
        select(Marche, Organisation.nom)
        .join(FormeMarche, FormeMarche.marche_id == Marche.id)
        .outerjoin(Organisation, Organisation.id == Marche.titulaire_id)
        .where(Marche.id == marche_id, FormeMarche.forme == Forme.ACHAT_DIRECT)
    ).first()
    if ligne is None or ligne[1] is None:
        return None
    marche, fournisseur = ligne
    le = marche.date_notification or marche.date_debut or jour
    autres = achats_directs(s, marche.acheteur_id, marche.secteur, le, sauf_id=marche.id)
    tous = (*autres, Achat(le, fournisseur, marche.montant_ht or somme(())))
    avertissements = (
        alerte_rotation(
            [a.fournisseur for a in autres], fournisseur, autres_structures(s, marche.territoire_id, fournisseur)
        ),
        cumul_excessif(tous, fournisseur, le),
    )
    siens = [a for a in tous if a.fournisseur == fournisseur]
    return Rotation(fournisseur, len(siens), somme(a.montant_ht for a in siens), tuple(a for a in avertissements if a))

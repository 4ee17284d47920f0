"""Who follows with whom: a co-référent, a request to follow; where people may work, and the basics a job needs."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.comptes.models import Affectation, Utilisateur
from marketplace.comptes.roles import Role
from marketplace.offres.models import EtatOffre, Offre
from marketplace.personnes.models import (
    BasePersonne,
    DemandeSuivi,
    MobilitePersonne,
    Personne,
    RoleSuivi,
    Suivi,
)
from marketplace.personnes.models.mobilite import EtatPermis
from seeds.demo.atelier import Atelier

SUIVI_DEPUIS = 25
SAVOIRS = "Lire une consigne écrite et remplir un bon de livraison."


def semer_rattachements(a: Atelier) -> None:
    """A few rows for the two demonstration référents, so that none of these pages is empty."""
    elia, nais = _compte(a, "referent@demo.invalid"), _compte(a, "plie@demo.invalid")
    d_elia, de_nais = _suivies(a, elia.utilisateur_id), _suivies(a, nais.utilisateur_id)
    a.garder(
        Suivi(
            personne_id=personne.id,
            referent_id=avec.utilisateur_id,
            organisation_id=avec.organisation_id,
            role=RoleSuivi.CONSEILLER_EMPLOI,
            depuis=a.jour(SUIVI_DEPUIS),
        )
        for personne, avec in ((d_elia[0], nais), (de_nais[0], elia))
    )
    a.garder(
        DemandeSuivi(
            territoire_id=a.territoire_id,
            personne_id=personne.id,
            demandeur_id=qui.utilisateur_id,
            organisation_id=qui.organisation_id,
            role=RoleSuivi.CONSEILLER_EMPLOI,
            demandee_le=a.instant(a.jour(2), 11),
        )
        for personne, qui in ((de_nais[1], elia), (d_elia[1], nais))
    )
    _ce_qu_elles_disent(a, d_elia[1:4])
    _savoirs_d_une_offre(a, d_elia)


def _compte(a: Atelier, courriel: str) -> Affectation:
    requete = (
        select(Affectation)
        .join(Utilisateur, Utilisateur.id == Affectation.utilisateur_id)
        .where(Utilisateur.courriel == courriel, Affectation.role == Role.REFERENT)
    )
    return a.s.scalars(requete).one()


def _suivies(a: Atelier, referent_id: int) -> list[Personne]:
    requete = (
        select(Personne)
        .join(Suivi, Suivi.personne_id == Personne.id)
        .where(
            Suivi.referent_id == referent_id,
            Suivi.jusqu_au.is_(None),
            Personne.retiree_le.is_(None),
            Personne.information_le.is_not(None),
        )
        .order_by(Personne.id.desc())
    )
    return list(a.s.scalars(requete))


def _ce_qu_elles_disent(a: Atelier, personnes: list[Personne]) -> None:
    """Days and hours of three people; wide enough to keep them in the lists."""
    dits: tuple[tuple[list[str], list[str]], ...] = (
        (["lundi", "mardi", "jeudi", "vendredi"], []),
        ([], ["7h_9h", "9h_16h30"]),
        ([], ["9h_16h30", "16h30_19h"]),
    )
    a.garder(
        MobilitePersonne(
            personne_id=p.id,
            permis_etat=EtatPermis.OBTENU if "B" in p.permis else EtatPermis.AUCUN,
            permis_le=a.jour(900) if "B" in p.permis else None,
            vehicule="voiture" in p.modes,
            jours=jours,
            creneaux=creneaux,
            notee_le=a.jour(12),
        )
        for p, (jours, creneaux) in zip(personnes, dits, strict=False)
    )


def _savoirs_d_une_offre(a: Atelier, personnes: list[Personne]) -> None:
    """One open offre asks for a basic; those of its trade who were asked answered."""
    par_code: dict[str, list[Personne]] = {}
    for p in personnes:
        for code in a.codes[p.id]:
            par_code.setdefault(code, []).append(p)
    ouvertes = a.s.scalars(select(Offre).where(Offre.etat == EtatOffre.PUBLIEE, Offre.exemple).order_by(Offre.id))
    offre = next((o for o in ouvertes if len(par_code.get(o.code_rome or "", [])) > 1), None)
    if offre is None or offre.code_rome is None:
        return
    offre.prerequis = SAVOIRS
    premieres = dict.fromkeys(p.id for p in par_code[offre.code_rome])
    a.garder(
        BasePersonne(personne_id=numero, code="lire_ecrire", acquise=rang == 0, notee_le=a.jour(10))
        for rang, numero in enumerate(list(premieres)[:2])
    )

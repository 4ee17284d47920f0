"""Writing how a person gets about; a licence obtained enters the ranking at once."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.journal.services import journaliser
from marketplace.personnes.models import EtatPermis, MobilitePersonne
from marketplace.personnes.portee import personne_du_perimetre
from marketplace.personnes.rules.mobilite import JOURS, MobiliteSaisie, controler_mobilite
from marketplace.personnes.services.vivier import noter_changement


def noter_mobilite(ctx: Contexte, acteur: Acteur, ref: str, saisie: MobiliteSaisie) -> None:
    """Keep licence, vehicle, aids and hours. A licence obtained is added to those of the profile.

    Raises Introuvable, RegleViolee (field named).
    """
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, jour)
        controler_mobilite(saisie, personne.permis, jour)
        mobilite = s.scalar(select(MobilitePersonne).where(MobilitePersonne.personne_id == personne.id))
        if mobilite is None:
            mobilite = MobilitePersonne(personne_id=personne.id, permis_etat=EtatPermis.AUCUN, notee_le=jour)
            s.add(mobilite)
        mobilite.permis_etat = EtatPermis(saisie.permis_etat)
        mobilite.permis_le = saisie.permis_le if saisie.permis_etat != "aucun" else None
        mobilite.vehicule = saisie.vehicule
        mobilite.aides, mobilite.creneaux = list(saisie.aides), list(saisie.creneaux)
        mobilite.jours = [j for j in JOURS if j in saisie.jours]
        mobilite.horaires = {mode: horaire for mode, horaire in saisie.horaires.items() if horaire}
        mobilite.notee_le = jour
        if saisie.permis_etat == "obtenu" and "B" not in personne.permis:
            personne.permis = [*personne.permis, "B"]
        noter_changement(s, quand, personne.id)
        journaliser(s, quand, acteur, "noter_mobilite", personne, "Mobilité mise à jour")

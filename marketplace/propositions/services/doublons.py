"""Two files of one person brought together, or told apart, by the facilitateur alone (N3)."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.models import Contrat, LigneReprise
from marketplace.journal.services import journaliser, noter_lectures
from marketplace.personnes.models import Personne, Suivi, Validation
from marketplace.personnes.portee import suivi_en_cours
from marketplace.personnes.queries.doublons import FicheJumelle, doublons
from marketplace.personnes.services.effacement import effacer_fiche
from marketplace.personnes.services.vivier import noter_changement
from marketplace.propositions.models import Proposition, SouhaitRencontre
from marketplace.propositions.signalements.models import Signalement


def lire_doublons(ctx: Contexte, acteur: Acteur) -> tuple[tuple[FicheJumelle, ...], ...]:
    """Files that may be one person's; each name shown is noted."""
    exiger(acteur, Action.VALIDER_PERSONNE, Portee(acteur.territoire_id))
    with ctx.transaction() as s:
        groupes = doublons(s, acteur.territoire_id, ctx.aujourdhui())
        numeros = [fiche.id for groupe in groupes for fiche in groupe]
        noter_lectures(s, ctx.horloge(), acteur, numeros, "Vérification des fiches en double")
    return groupes


def _jumelles(s: Session, acteur: Acteur, ref: str, autre_ref: str) -> tuple[Personne, Personne]:
    exiger(acteur, Action.VALIDER_PERSONNE, Portee(acteur.territoire_id))
    trouvees = {
        p.ref: p
        for p in s.scalars(
            select(Personne).where(
                Personne.ref.in_([ref, autre_ref]),
                Personne.territoire_id == acteur.territoire_id,
                Personne.anonymisee_le.is_(None),
            )
        )
    }
    if len(trouvees) != 2:
        raise Introuvable()
    if trouvees[ref].empreinte is None or trouvees[ref].empreinte != trouvees[autre_ref].empreinte:
        raise RegleViolee("Ces deux fiches ne portent pas le même nom et la même date de naissance.")
    return trouvees[ref], trouvees[autre_ref]


def reunir_fiches(ctx: Contexte, acteur: Acteur, gardee_ref: str, doublon_ref: str) -> None:
    """Keep one file: those who followed the other follow it now, and the other is erased.

    Raises Introuvable; RegleViolee when the file to erase carries contrats, propositions or validations.
    """
    jour, quand = ctx.aujourdhui(), ctx.horloge()
    with ctx.transaction() as s:
        gardee, doublon = _jumelles(s, acteur, gardee_ref, doublon_ref)
        for table in (Contrat, Proposition, Signalement, SouhaitRencontre, Validation):
            if s.scalar(select(table.id).where(table.personne_id == doublon.id).limit(1)) is not None:
                raise RegleViolee(
                    "La fiche à effacer porte déjà un contrat, une proposition ou une validation : gardez celle-là."
                )
        deja = set(s.scalars(select(Suivi.referent_id).where(Suivi.personne_id == gardee.id, suivi_en_cours(jour))))
        for suivi in s.scalars(select(Suivi).where(Suivi.personne_id == doublon.id, suivi_en_cours(jour))).all():
            if suivi.referent_id not in deja:
                s.add(
                    Suivi(
                        personne_id=gardee.id,
                        referent_id=suivi.referent_id,
                        organisation_id=suivi.organisation_id,
                        depuis=jour,
                    )
                )
        s.execute(update(LigneReprise).where(LigneReprise.personne_id == doublon.id).values(personne_id=gardee.id))
        effacer_fiche(s, quand, doublon)
        noter_changement(s, quand, gardee.id)
        journaliser(s, quand, acteur, "reunir_fiches", gardee, f"Fiche en double réunie : {doublon.ref}")
        journaliser(s, quand, acteur, "reunir_fiches", doublon, f"Fiche en double effacée, gardée : {gardee.ref}")


def distinguer_fiches(ctx: Contexte, acteur: Acteur, ref: str, autre_ref: str) -> None:
    """Two people who bear the same name and were born the same day: the second stops being flagged."""
    with ctx.transaction() as s:
        une, autre = _jumelles(s, acteur, ref, autre_ref)
        autre.empreinte = None
        journaliser(s, ctx.horloge(), acteur, "distinguer_fiches", autre, f"Personne distincte de {une.ref}")

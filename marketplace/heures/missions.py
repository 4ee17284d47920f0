"""Missions inside a transaction: for the pages, the hire, and the files of a structure."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.heures.inscription import examiner_contrat, inscrire_contrat
from marketplace.heures.models import Contrat, Mission
from marketplace.heures.ouverture import ouvrir_mois_passes
from marketplace.heures.rules.ligne import Periode
from marketplace.heures.rules.missions import MODALITES_A_MISSIONS, continue_la_serie, verifier_mission
from marketplace.journal.services import journaliser
from marketplace.personnes.models import ChangementVivier
from marketplace.territoire.reglages import reglages_au


def a_missions(contrat: Contrat) -> bool:
    """Whether this contrat is a series of missions."""
    return contrat.modalite in MODALITES_A_MISSIONS


def missions_de(s: Session, contrat_id: int) -> list[Mission]:
    """The missions of a contrat, in order."""
    return list(s.scalars(select(Mission).where(Mission.contrat_id == contrat_id).order_by(Mission.debut)))


def ajouter_mission(
    s: Session, ctx: Contexte, acteur: Acteur, contrat: Contrat, *, debut: date, fin: date, numero: str = ""
) -> Contrat:
    """Add a mission after a contrat, in the caller's transaction; the contrat that holds it.

    Soon enough after the last one, it continues the series: the same contrat, whose end moves. Later, or once the end
    of the contrat was said with its reason, it opens a new contrat with the same employer, marché and job: inside the
    window of the person no new validation is needed (R33). Raises RegleViolee with its field.
    """
    if not a_missions(contrat):
        raise RegleViolee("Seule une structure qui prête du personnel ajoute des missions.", champ="debut")
    serie = missions_de(s, contrat.id)
    verifier_mission(debut, fin, [Periode(m.debut, m.fin) for m in serie], contrat.debut)
    ecart = reglages_au(s, contrat.territoire_id, ctx.aujourdhui()).ecart_missions_jours
    dernier = max([m.fin for m in serie], default=contrat.fin)
    close = contrat.motif_fin is not None and contrat.fin is not None and fin > contrat.fin
    if close or (dernier is not None and debut > dernier and not continue_la_serie(dernier, debut, ecart)):
        return _nouveau_contrat(s, ctx, acteur, contrat, debut, fin, numero)
    _etendre(s, contrat, fin)
    s.add(_mission(ctx, acteur, contrat, debut, fin, numero))
    _conclure(s, ctx, acteur, contrat, f"Mission du {debut:%d/%m/%Y} au {fin:%d/%m/%Y} ajoutée", numero)
    return contrat


def prolonger_mission(
    s: Session, ctx: Contexte, acteur: Acteur, contrat: Contrat, mission_id: int, *, fin: date
) -> None:
    """Move the end of a mission later, in the caller's transaction. Raises RegleViolee with its field."""
    serie = missions_de(s, contrat.id)
    mission = next((m for m in serie if m.id == mission_id), None)
    if mission is None:
        raise RegleViolee("Cette mission n'est plus là : relisez la page.", champ="fin")
    if fin <= mission.fin:
        raise RegleViolee("Choisissez un jour après la fin actuelle de la mission.", champ="fin")
    if contrat.motif_fin is not None:
        raise RegleViolee("Ce contrat est terminé : ajoutez plutôt une mission.", champ="fin")
    autres = [Periode(m.debut, m.fin) for m in serie if m.id != mission_id]
    verifier_mission(mission.debut, fin, autres, contrat.debut)
    _etendre(s, contrat, fin)
    avant, mission.fin = mission.fin, fin
    _conclure(s, ctx, acteur, contrat, f"Mission prolongée du {avant:%d/%m/%Y} au {fin:%d/%m/%Y}", mission.numero)


def _mission(ctx: Contexte, acteur: Acteur, contrat: Contrat, debut: date, fin: date, numero: str) -> Mission:
    return Mission(
        contrat_id=contrat.id,
        debut=debut,
        fin=fin,
        numero=numero.strip()[:40],
        source=acteur.source,
        cree_le=ctx.horloge(),
    )


def _etendre(s: Session, contrat: Contrat, fin: date) -> None:
    """The contrat ends with its last mission; the law bounds the whole series (R74)."""
    if contrat.fin is not None and fin > contrat.fin:
        examiner_contrat(s, contrat, fin)
        contrat.fin = fin


def _conclure(s: Session, ctx: Contexte, acteur: Acteur, contrat: Contrat, resume: str, numero: str) -> None:
    s.flush()
    ouvrir_mois_passes(s, ctx, contrat)
    s.add(ChangementVivier(personne_id=contrat.personne_id, quand=ctx.horloge()))
    journaliser(s, ctx.horloge(), acteur, "ajouter_mission", contrat, f"{resume} ({contrat.ref})", numero=numero)


def _nouveau_contrat(
    s: Session, ctx: Contexte, acteur: Acteur, ancien: Contrat, debut: date, fin: date, numero: str
) -> Contrat:
    contrat = inscrire_contrat(
        s,
        ctx,
        acteur,
        personne_id=ancien.personne_id,
        employeur_id=ancien.employeur_id,
        marche_id=ancien.marche_id,
        modalite=ancien.modalite,
        derogation_modalite=ancien.derogation_modalite,
        type_contrat=ancien.type_contrat,
        poste=ancien.poste,
        code_rome=ancien.code_rome,
        debut=debut,
        fin=fin,
        heures_hebdo=ancien.heures_hebdo,
        utilisatrice_id=ancien.utilisatrice_id,
    )
    for mission in missions_de(s, contrat.id):
        mission.numero = numero.strip()[:40]
    return contrat

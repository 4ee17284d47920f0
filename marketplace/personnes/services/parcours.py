"""Acts on the paths of the IAE and of the GEIQ: criteria with their proofs, the PASS as the platform gives it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.personnes.models import CritereParcours, Dispositif, PassIAE, Personne, SuspensionPass
from marketplace.personnes.portee import personne_du_perimetre
from marketplace.personnes.rules import geiq
from marketplace.personnes.rules.criteres import CRITERES_GEIQ, CRITERES_IAE
from marketplace.personnes.rules.pass_iae import Suspension
from marketplace.personnes.rules.releves import ReleveLu, controler_releve, controler_suspension
from marketplace.personnes.services.statuts import statuts_ouverts

CATALOGUES = {Dispositif.IAE: CRITERES_IAE, Dispositif.GEIQ: CRITERES_GEIQ}


def _personne(s: Session, ctx: Contexte, acteur: Acteur, ref: str, *, accord_proposition: bool) -> Personne:
    """The person, where this hat may read and write her situation (CASF L133-5). Raises Introuvable."""
    jour = ctx.aujourdhui()
    personne = personne_du_perimetre(s, acteur, Action.VOIR_STATUT, ref, jour)
    if not statuts_ouverts(s, acteur, personne, jour, accord_proposition=accord_proposition):
        raise Introuvable()
    return personne


def poser_criteres(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    dispositif: Dispositif,
    criteres: Mapping[str, date | None],
    *,
    accord_proposition: bool = False,
) -> None:
    """Say which criteria of the IAE or of the GEIQ she meets: code → date of the proof seen, None while it is not.

    A proof already noted with the same date keeps who saw it. Raises Introuvable, RegleViolee (unknown or
    contradictory criteria, date to come).
    """
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    if inconnus := set(criteres) - set(CATALOGUES[dispositif]):
        raise RegleViolee(f"Critère inconnu : {', '.join(sorted(inconnus))}.", champ="criteres")
    if dispositif is Dispositif.GEIQ:
        geiq.examiner(criteres, jour)
    if any(le is not None and le > jour for le in criteres.values()):
        raise RegleViolee("La date d'un justificatif est dans le futur.", champ="criteres")
    with ctx.transaction() as s:
        personne = _personne(s, ctx, acteur, ref, accord_proposition=accord_proposition)
        connus = {
            c.code: c
            for c in s.scalars(
                select(CritereParcours).where(
                    CritereParcours.personne_id == personne.id, CritereParcours.dispositif == dispositif
                )
            )
        }
        for code, ecrit in connus.items():
            if code not in criteres:
                s.delete(ecrit)
        for code, preuve_le in criteres.items():
            critere = connus.get(code)
            if critere is None:
                critere = CritereParcours(personne_id=personne.id, dispositif=dispositif, code=code)
                s.add(critere)
            if critere.preuve_le != preuve_le:
                critere.preuve_le = preuve_le
                critere.vue_par_id = acteur.utilisateur_id if preuve_le else None
                critere.vue_le = jour if preuve_le else None
        journaliser(s, quand, acteur, "poser_criteres", personne, "Critères de parcours mis à jour")


def noter_pass(ctx: Contexte, acteur: Acteur, ref: str, releve: ReleveLu, *, accord_proposition: bool = False) -> None:
    """Keep the PASS as read that day; former readings stay. Raises Introuvable, RegleViolee (field named)."""
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    numero = controler_releve(releve, jour)
    if releve.debut is None or releve.fin is None or releve.releve_le is None:
        raise ValueError("a reading is checked before it is kept")
    with ctx.transaction() as s:
        personne = _personne(s, ctx, acteur, ref, accord_proposition=accord_proposition)
        s.add(
            PassIAE(
                personne_id=personne.id,
                numero=numero,
                debut=releve.debut,
                fin=releve.fin,
                releve_le=releve.releve_le,
                source=releve.source,
                note_par_id=acteur.utilisateur_id,
                note_le=quand,
            )
        )
        journaliser(s, quand, acteur, "noter_pass", personne, "Dates de parcours relevées")


def dernier_pass(s: Session, personne_id: int) -> PassIAE | None:
    """The last reading."""
    return s.scalar(
        select(PassIAE)
        .where(PassIAE.personne_id == personne_id)
        .order_by(PassIAE.releve_le.desc(), PassIAE.id.desc())
        .limit(1)
    )


def suspensions_de(s: Session, pass_id: int) -> list[Suspension]:
    """Stops written since that reading."""
    requete = select(SuspensionPass.debut, SuspensionPass.fin).where(SuspensionPass.pass_id == pass_id)
    return [Suspension(debut, fin) for debut, fin in s.execute(requete.order_by(SuspensionPass.debut))]


def noter_suspension(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    *,
    debut: date | None,
    fin: date | None,
    accord_proposition: bool = False,
) -> None:
    """Write a stop that the reading does not hold yet: it only moves what is shown « à vérifier » (R68).

    Raises Introuvable, RegleViolee (no PASS read, too short, too long, outside).
    """
    with ctx.transaction() as s:
        personne = _personne(s, ctx, acteur, ref, accord_proposition=accord_proposition)
        lu = dernier_pass(s, personne.id)
        if lu is None:
            raise RegleViolee("Relevez d'abord les dates du PASS.", champ="debut")
        nouvelle = controler_suspension(debut, fin, lu.debut, lu.fin, suspensions_de(s, lu.id))
        s.add(SuspensionPass(pass_id=lu.id, debut=nouvelle.debut, fin=nouvelle.fin))
        journaliser(s, ctx.horloge(), acteur, "noter_suspension", personne, "Arrêt de parcours noté")


def retirer_suspension(
    ctx: Contexte, acteur: Acteur, ref: str, suspension_id: int, *, accord_proposition: bool = False
) -> None:
    """Erase a stop written by mistake, or that a new reading now holds."""
    with ctx.transaction() as s:
        personne = _personne(s, ctx, acteur, ref, accord_proposition=accord_proposition)
        trouvee = s.scalar(
            select(SuspensionPass)
            .join(PassIAE, PassIAE.id == SuspensionPass.pass_id)
            .where(SuspensionPass.id == suspension_id, PassIAE.personne_id == personne.id)
        )
        if trouvee is None:
            raise Introuvable()
        s.execute(delete(SuspensionPass).where(SuspensionPass.id == trouvee.id))
        journaliser(s, ctx.horloge(), acteur, "retirer_suspension", personne, "Arrêt de parcours retiré")

"""Acts of the control afterwards: draw lines anyone can draw again, note what was found, correct what must be."""

from __future__ import annotations

import secrets
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.destinataires import prevenir_employeurs
from marketplace.heures.models import Controle, Declaration, LigneControle, LigneHeures, ResultatControle
from marketplace.heures.queries.controles import ControleVu, controle_vu, lignes_controlables
from marketplace.heures.rules.controle import LIBELLES_RESULTAT, METHODE, heures_apres_controle, tirer
from marketplace.heures.rules.phrases import de_mois_en_texte, heures_en_texte
from marketplace.heures.services.corrections import corriger
from marketplace.journal.services import journaliser, noter_lectures
from marketplace.valeurs import premier_du_mois


def tirer_controle(ctx: Contexte, acteur: Acteur, *, debut: date, fin: date, taille: int, graine: str = "") -> str:
    """Draw lines among those validated for these months, and keep the draw; its reference.

    Without a `graine` one is drawn and kept. Raises RegleViolee with its field: nothing to draw, size out of bounds.
    """
    exiger(acteur, Action.VALIDER_HEURES, Portee(acteur.territoire_id))
    debut, fin = premier_du_mois(debut), premier_du_mois(fin)
    if fin < debut:
        raise RegleViolee("Le dernier mois vient avant le premier : échangez-les.", champ="fin")
    graine = graine.strip() or f"{ctx.aujourdhui():%Y-%m-%d}-{secrets.token_hex(4)}"
    if len(graine) > 64:
        raise RegleViolee("Cette graine est trop longue : 64 signes au plus.", champ="graine")
    with ctx.transaction() as s:
        population = lignes_controlables(s, acteur.territoire_id, debut, fin, ctx.horloge())
        tirees = tirer(graine, population, taille)
        controle = Controle(
            ref="",
            territoire_id=acteur.territoire_id,
            debut=debut,
            fin=fin,
            graine=graine,
            methode=METHODE,
            taille=len(tirees),
            population=len(population),
            tire_le=ctx.horloge(),
            auteur_id=acteur.utilisateur_id,
            auteur_nom=acteur.nom,
        )
        s.add(controle)
        s.flush()
        controle.ref = f"CO-{controle.id:06d}"
        s.add_all(
            LigneControle(controle_id=controle.id, rang=rang, ligne_id=ligne_id)
            for rang, ligne_id in enumerate(tirees, start=1)
        )
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "tirer_controle",
            controle,
            f"Contrôle {controle.ref} : {len(tirees)} lignes tirées sur {len(population)}",
            graine=graine,
            methode=METHODE,
        )
        return controle.ref


def lire_controle(ctx: Contexte, acteur: Acteur, ref: str) -> ControleVu:
    """One control with the names of the people drawn, recorded as read. Raises Introuvable."""
    exiger(acteur, Action.VALIDER_HEURES, Portee(acteur.territoire_id))
    with ctx.transaction() as s:
        vu = controle_vu(s, acteur.territoire_id, ref)
        noter_lectures(s, ctx.horloge(), acteur, (x.personne_id for x in vu.lignes), f"contrôle {ref}")
    return vu


def relever(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    rang: int,
    *,
    resultat: str,
    constatees: Decimal | None = None,
    constat: str = "",
) -> bool:
    """Write what was found for one line, once; a difference is a correction line with its reason. Whether there is one.

    Raises RegleViolee: already written, no number, no word on a difference. Introuvable out of reach.
    """
    try:
        trouve = ResultatControle(resultat)
    except ValueError:
        raise RegleViolee("Choisissez le résultat dans la liste.", champ="resultat") from None
    if trouve is not ResultatControle.CONFORME and not constat.strip():
        raise RegleViolee("Écrivez ce que vous avez constaté : l'employeur le lira.", champ="constat")
    with ctx.transaction() as s:
        controle, tiree, ligne = _charger(s, acteur, ref, rang)
        if tiree.resultat is not None:
            raise RegleViolee("Le résultat de cette ligne est déjà écrit : il ne change plus.")
        debout = _ligne_debout(s, ligne)
        declarees = debout.travaillees + debout.formation
        restent, corrige = heures_apres_controle(trouve, declarees, constatees)
        tiree.resultat, tiree.constatees, tiree.constat = trouve, restent, constat.strip()
        tiree.releve_le, tiree.releve_par_id = ctx.horloge(), acteur.utilisateur_id
        if corrige:
            formation = min(debout.formation, restent)
            tiree.correction_id = corriger(
                s,
                ctx,
                acteur,
                debout.id,
                travaillees=restent - formation,
                formation=formation,
                motif=f"Contrôle {controle.ref} : {constat.strip()}",
            )
            _prevenir(s, ctx, controle, tiree, ligne)
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "relever_controle",
            controle,
            f"Contrôle {controle.ref}, ligne {rang} : {LIBELLES_RESULTAT[trouve].lower()}, "
            f"{heures_en_texte(restent)} sur {heures_en_texte(declarees)}",
            ligne=ligne.id,
        )
        return corrige


def _charger(s: Session, acteur: Acteur, ref: str, rang: int) -> tuple[Controle, LigneControle, LigneHeures]:
    exiger(acteur, Action.VALIDER_HEURES, Portee(acteur.territoire_id))
    trouve = s.execute(
        select(Controle, LigneControle, LigneHeures)
        .join(LigneControle, LigneControle.controle_id == Controle.id)
        .join(LigneHeures, LigneHeures.id == LigneControle.ligne_id)
        .where(Controle.ref == ref, Controle.territoire_id == acteur.territoire_id, LigneControle.rang == rang)
        .with_for_update(of=LigneControle)
    ).first()
    if trouve is None:
        raise Introuvable()
    return trouve[0], trouve[1], trouve[2]


def _ligne_debout(s: Session, ligne: LigneHeures) -> LigneHeures:
    """The line that replaced it since the draw, if any."""
    while (suite := s.scalar(select(LigneHeures).where(LigneHeures.corrige_id == ligne.id))) is not None:
        ligne = suite
    return ligne


def _prevenir(s: Session, ctx: Contexte, controle: Controle, tiree: LigneControle, ligne: LigneHeures) -> None:
    declaration = s.get_one(Declaration, ligne.declaration_id)
    prevenir_employeurs(
        s,
        ctx,
        [declaration.employeur_id],
        cle=f"declaration-controle:{tiree.id}",
        sujet=f"Vos heures {de_mois_en_texte(ligne.mois)} sont corrigées après un contrôle",
        corps=(
            f"Bonjour,\n\nUn contrôle tiré au sort ({controle.ref}) a corrigé une ligne de vos heures "
            f"{de_mois_en_texte(ligne.mois)}. La raison est écrite sur la page. "
            "Vous n'êtes pas d'accord ? Appelez votre facilitateur."
        ),
        marches={declaration.employeur_id: [declaration.marche_id]},
    )

"""Acts on hours already validated: a correction is a new line, a derogation a second decision. Nothing is erased."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, exiger
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.heures.calcul import calculer
from marketplace.heures.models import Contrat, DecisionLigne, Declaration, EtatDeclaration, EtatLigne, LigneHeures
from marketplace.heures.portee import portee_declaration
from marketplace.heures.registre import ajouter_lignes
from marketplace.heures.rules.credit import crediter_malgre_tout as regle_malgre_tout
from marketplace.heures.rules.ligne import CodeRejet, Credit, Motif
from marketplace.heures.rules.phrases import de_mois_en_texte, heures_en_texte
from marketplace.heures.saisie import ContratDuMois, lire_lignes
from marketplace.heures.services.declarations import charger_declaration, contrats_du_mois, lignes_en_vigueur
from marketplace.heures.services.validation import decision, reconcilier
from marketplace.journal.services import journaliser
from marketplace.territoire.reglages import reglages_au

ZERO = Decimal("0.00")


def charger_ligne(s: Session, acteur: Acteur, ligne_id: int) -> tuple[LigneHeures, Declaration]:
    """A line that stands in a validated declaration, locked with it. Raises Introuvable, RegleViolee."""
    trouve = s.execute(
        select(LigneHeures, Declaration)
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .where(LigneHeures.id == ligne_id, Declaration.territoire_id == acteur.territoire_id)
        .with_for_update(of=Declaration)
    ).first()
    if trouve is None:
        raise Introuvable()
    ligne, declaration = trouve
    exiger(acteur, Action.VALIDER_HEURES, portee_declaration(declaration))
    if declaration.etat is not EtatDeclaration.VALIDEE:
        raise RegleViolee("Cette déclaration n'est pas validée : demandez plutôt une correction à l'employeur.")
    if s.scalar(select(LigneHeures.id).where(LigneHeures.corrige_id == ligne.id)) is not None:
        raise ModifieEntreTemps("Cette ligne vient d'être corrigée : relisez la page, puis recommencez.")
    return ligne, declaration


def decisions_de(s: Session, ligne_id: int) -> Sequence[DecisionLigne]:
    """The decisions in force on a line."""
    return s.scalars(
        select(DecisionLigne).where(DecisionLigne.ligne_id == ligne_id, DecisionLigne.en_vigueur.is_(True))
    ).all()


def exiger_motif(motif: str) -> str:
    """The reason, trimmed. Raises RegleViolee without one."""
    if not motif.strip():
        raise RegleViolee("Écrivez la raison : elle reste dans l'historique.", champ="motif")
    return motif.strip()


def corriger_ligne(
    ctx: Contexte,
    acteur: Acteur,
    ligne_id: int,
    *,
    travaillees: Decimal,
    formation: Decimal = ZERO,
    motif: str,
) -> int:
    """Replace a validated line by a new one with its reason; the id of the new line.

    The former decisions stand no longer but stay readable. The new line is credited by the rules at once, a
    derogation has to be given again. Raises RegleViolee: no reason, nothing changed, hours the month cannot hold.
    """
    with ctx.transaction() as s:
        return corriger(s, ctx, acteur, ligne_id, travaillees=travaillees, formation=formation, motif=motif)


def corriger(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    ligne_id: int,
    *,
    travaillees: Decimal,
    formation: Decimal = ZERO,
    motif: str,
) -> int:
    """`corriger_ligne` inside the caller's transaction."""
    ligne, declaration = charger_ligne(s, acteur, ligne_id)
    raison = exiger_motif(motif)
    if (travaillees, formation) == (ligne.travaillees, ligne.formation):
        raise RegleViolee("Ces heures sont déjà celles de la ligne.", champ="travaillees")
    contrat = s.get_one(Contrat, ligne.contrat_id)
    nouvelle = _inscrire(s, ctx, acteur, declaration, contrat, (travaillees, formation), raison, ligne)
    for ancienne in decisions_de(s, ligne.id):
        ancienne.en_vigueur = False
    _decider(s, ctx, acteur, declaration, nouvelle, raison, ligne)
    return nouvelle.id


def ajouter_ligne(
    ctx: Contexte,
    acteur: Acteur,
    declaration_id: int,
    contrat_ref: str,
    *,
    travaillees: Decimal,
    formation: Decimal = ZERO,
    motif: str,
) -> int:
    """Add to a validated declaration the line of a contrat that was forgotten; the id of the line."""
    with ctx.transaction() as s:
        declaration = charger_declaration(s, acteur, Action.VALIDER_HEURES, declaration_id)
        if declaration.etat is not EtatDeclaration.VALIDEE:
            raise RegleViolee("Cette déclaration n'est pas validée : demandez plutôt une correction à l'employeur.")
        raison = exiger_motif(motif)
        trouve = next((c for c in contrats_du_mois(s, declaration) if c.ref == contrat_ref), None)
        if trouve is None:
            raise RegleViolee("Ce contrat ne couvre pas ce mois : choisissez-le dans la liste.", champ="contrat")
        if trouve.id in lignes_en_vigueur(s, declaration.id):
            raise RegleViolee("Ce contrat a déjà une ligne ce mois-ci : corrigez-la.", champ="contrat")
        contrat = s.get_one(Contrat, trouve.id)
        nouvelle = _inscrire(s, ctx, acteur, declaration, contrat, (travaillees, formation), raison, None)
        _decider(s, ctx, acteur, declaration, nouvelle, raison, None)
        return nouvelle.id


def _inscrire(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    declaration: Declaration,
    contrat: Contrat,
    heures: tuple[Decimal, Decimal],
    motif: str,
    ancienne: LigneHeures | None,
) -> LigneHeures:
    travaillees, formation = heures
    reglages = reglages_au(s, declaration.territoire_id, ctx.aujourdhui())
    lire_lignes(
        [ContratDuMois(contrat.id, "", contrat.debut, contrat.fin)],
        {"h-": str(travaillees), "f-": str(formation)},
        declaration.mois,
        reglages,
    )
    nouvelle = LigneHeures(
        declaration_id=declaration.id,
        contrat_id=contrat.id,
        marche_id=ancienne.marche_id if ancienne else declaration.marche_id,
        mois=declaration.mois,
        travaillees=travaillees,
        formation=formation,
        corrige_id=ancienne.id if ancienne else None,
        motif=motif,
        auteur_id=acteur.utilisateur_id,
        cree_le=ctx.horloge(),
    )
    ajouter_lignes(s, [nouvelle])
    return nouvelle


def _decider(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    declaration: Declaration,
    nouvelle: LigneHeures,
    motif: str,
    ancienne: LigneHeures | None,
) -> None:
    jour = ctx.aujourdhui()
    ignorees = {ancienne.id} if ancienne else set()
    calcul = calculer(s, [nouvelle], reglages_au(s, declaration.territoire_id, jour), jour, ignorees=ignorees)
    s.add(decision(ctx, calcul[nouvelle.id], acteur.utilisateur_id, motif))
    # The row is written so that its version moves: two corrections at once cannot both pass.
    declaration.validee_le = ctx.horloge()
    journaliser(
        s,
        ctx.horloge(),
        acteur,
        "corriger_heures",
        declaration,
        f"Heures {de_mois_en_texte(declaration.mois)} corrigées : {motif}",
        avant=str(ancienne.travaillees + ancienne.formation) if ancienne else "0",
        apres=str(nouvelle.travaillees + nouvelle.formation),
        ligne=nouvelle.id,
    )
    reconcilier(s, ctx, declaration.territoire_id, [declaration], {nouvelle.marche_id})


def crediter_malgre_tout(ctx: Contexte, acteur: Acteur, ligne_id: int, *, heures: Decimal, motif: str) -> None:
    """Credit refused hours of a validated line with a written reason; they keep their own line in reports.

    Raises RegleViolee without a reason, or beyond what was refused.
    """
    with ctx.transaction() as s:
        ligne, declaration = charger_ligne(s, acteur, ligne_id)
        en_vigueur = decisions_de(s, ligne.id)
        regle = next((d for d in en_vigueur if not d.malgre_tout), None)
        if regle is None:
            raise RegleViolee("Cette ligne n'a pas encore de décision : validez d'abord la déclaration.")
        accordee = next((d for d in en_vigueur if d.malgre_tout), None)
        jour = ctx.aujourdhui()
        calcul = calculer(s, [ligne], reglages_au(s, declaration.territoire_id, jour), jour)[ligne.id]
        code = CodeRejet(regle.code) if regle.code else CodeRejet.NON_CREDITABLE
        refusees = ligne.travaillees + ligne.formation - regle.creditees
        apres = regle_malgre_tout(
            calcul.ligne,
            Credit(
                statut=EtatLigne(regle.etat.value),
                travaillees=regle.creditees - regle.formation,
                formation=regle.formation,
                refusees=refusees,
                derogatoires=accordee.creditees if accordee else ZERO,
                motifs=(Motif(code, refusees, regle.explication),),
            ),
            heures,
            motif,
        )
        if accordee is not None:
            accordee.en_vigueur = False
        s.add(
            DecisionLigne(
                ligne_id=ligne.id,
                etat=EtatLigne.COMPTEE,
                code=regle.code,
                explication="Heures comptées sur décision motivée du facilitateur.",
                creditees=apres.derogatoires,
                formation=ZERO,
                coefficient=Decimal(1),
                valorisees=apres.derogatoires,
                malgre_tout=True,
                motif=motif.strip(),
                auteur_id=acteur.utilisateur_id,
                quand=ctx.horloge(),
            )
        )
        declaration.validee_le = ctx.horloge()
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "crediter_malgre_tout",
            declaration,
            f"{heures_en_texte(heures)} comptées malgré la règle : {motif.strip()}",
            ligne=ligne.id,
            heures=str(heures),
        )
        reconcilier(s, ctx, declaration.territoire_id, [declaration], {ligne.marche_id})

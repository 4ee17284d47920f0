"""Acts of the facilitateur on a signed declaration: validate it, ask for a correction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Utilisateur
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.heures import alertes
from marketplace.heures.calcul import LigneCalculee, calculer
from marketplace.heures.destinataires import prevenir_employeurs
from marketplace.heures.models import DecisionLigne, Declaration, EtatDeclaration, EtatLigne, LigneHeures
from marketplace.heures.portee import portee_declaration
from marketplace.heures.rules.declaration import MotifCorrection
from marketplace.heures.rules.phrases import de_mois_en_texte
from marketplace.heures.services.declarations import charger_declaration, etat_apres, lignes_en_vigueur
from marketplace.heures.services.partage import repartir_lignes
from marketplace.journal.services import journaliser
from marketplace.territoire.reglages import reglages_au

ZERO = Decimal("0.00")

LIBELLES_MOTIF = {
    MotifCorrection.HEURES_INVRAISEMBLABLES: "Les heures semblent fausses",
    MotifCorrection.PERSONNE_MANQUANTE: "Il manque une personne",
    MotifCorrection.PERSONNE_EN_TROP: "Une personne n'a pas travaillé sur ce marché",
    MotifCorrection.MAUVAIS_MARCHE: "Ces heures concernent un autre marché",
    MotifCorrection.DATES_CONTRAT: "Les dates du contrat sont à revoir",
    MotifCorrection.PIECE_ILLISIBLE: "La pièce jointe est illisible",
    MotifCorrection.CONTESTATION_TITULAIRE: "Le titulaire conteste",
    MotifCorrection.AUTRE: "Autre raison",
}


@dataclass(frozen=True, slots=True)
class Bilan:
    """What a validation did: declarations, hours credited and refused (real hours)."""

    declarations: int
    creditees: Decimal
    refusees: Decimal


def decision(ctx: Contexte, calculee: LigneCalculee, auteur_id: int | None, motif: str = "") -> DecisionLigne:
    """The decision of the rules on a line, ready to be stored."""
    credit = calculee.credit
    phrases = [m.phrase for m in credit.motifs] + list(credit.avertissements)
    reelles = credit.reelles
    return DecisionLigne(
        ligne_id=calculee.ligne_id,
        en_vigueur=True,
        etat=EtatLigne(credit.statut.value),
        code=credit.motifs[0].code.value if credit.motifs else None,
        explication=" ".join(phrases),
        creditees=reelles,
        formation=credit.formation,
        coefficient=(credit.valorisees / reelles).quantize(Decimal("0.01")) if reelles else Decimal(1),
        valorisees=credit.valorisees,
        malgre_tout=False,
        motif=motif,
        auteur_id=auteur_id,
        quand=ctx.horloge(),
    )


def reconcilier(
    s: Session,
    ctx: Contexte,
    territoire_id: int,
    declarations: Sequence[Declaration],
    autres_marches: Collection[int] = (),
) -> None:
    """Open, refresh and close the alertes of the marchés these declarations feed, in the caller's transaction.

    `autres_marches`: those that get a share of the hours without being the marché of the declaration.
    """
    marches = sorted({d.marche_id for d in declarations} | set(autres_marches))
    alertes.reconcilier_marches(s, ctx.horloge(), territoire_id, marches, ctx.aujourdhui())


def valider(
    ctx: Contexte,
    acteur: Acteur,
    declaration_ids: Sequence[int],
    *,
    versions: Mapping[int, int] | None = None,
    motif: str = "",
) -> Bilan:
    """Validate signed declarations: each line is credited by the rules and keeps its decision and its reason.

    All or none, in one transaction, the alertes of their marchés reconciled in it. Raises ModifieEntreTemps when
    somebody else answered one of them since the page was read, Introuvable out of reach.
    """
    if not declaration_ids:
        raise RegleViolee("Choisissez au moins une déclaration.")
    with ctx.transaction() as s:
        declarations = s.scalars(
            select(Declaration)
            .where(Declaration.id.in_(set(declaration_ids)), Declaration.territoire_id == acteur.territoire_id)
            .order_by(Declaration.id)
            .with_for_update()
        ).all()
        if len(declarations) != len(set(declaration_ids)):
            raise Introuvable()
        for declaration in declarations:
            exiger(acteur, Action.VALIDER_HEURES, portee_declaration(declaration))
            _refuser_si_change(s, declaration, versions)
            declaration.etat = etat_apres(declaration, "valider", acteur, motif=motif)
        lignes: list[LigneHeures] = []
        for declaration in declarations:
            lignes += lignes_en_vigueur(s, declaration.id).values()
        declarees = {ligne.id for ligne in lignes}
        lignes = repartir_lignes(s, ctx, acteur, lignes)
        reglages = reglages_au(s, acteur.territoire_id, ctx.aujourdhui())
        calculees = calculer(s, lignes, reglages, ctx.aujourdhui())
        decisions = [
            # The share of a shared line is its reason; what the employer wrote about a correction is not ours.
            decision(ctx, calculees[x.id], acteur.utilisateur_id, x.motif if x.id not in declarees else "")
            for x in lignes
        ]
        s.add_all(decisions)
        for declaration in declarations:
            declaration.validee_le, declaration.validee_par_id = ctx.horloge(), acteur.utilisateur_id
            siennes = [c for c in calculees.values() if c.declaration_id == declaration.id]
            _conclure(s, ctx, acteur, declaration, siennes, motif)
        reconcilier(s, ctx, acteur.territoire_id, declarations, {x.marche_id for x in lignes})
        return Bilan(
            len(declarations),
            sum((d.creditees for d in decisions), ZERO),
            sum((c.credit.refusees for c in calculees.values()), ZERO),
        )


def _refuser_si_change(s: Session, declaration: Declaration, versions: Mapping[int, int] | None) -> None:
    """The loser of two simultaneous answers is told who won."""
    if declaration.etat is EtatDeclaration.VALIDEE:
        qui = s.get(Utilisateur, declaration.validee_par_id) if declaration.validee_par_id else None
        par = f" par {qui.prenom} {qui.nom}" if qui else ""
        raise ModifieEntreTemps(f"Cette déclaration vient d'être validée{par} : il n'y a plus rien à faire.")
    if versions is not None and versions.get(declaration.id, declaration.version) != declaration.version:
        raise ModifieEntreTemps()


def _conclure(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    declaration: Declaration,
    calculees: Sequence[LigneCalculee],
    motif: str,
) -> None:
    creditees = sum((c.credit.reelles for c in calculees), ZERO)
    refusees = sum((c.credit.refusees for c in calculees), ZERO)
    journaliser(
        s,
        ctx.horloge(),
        acteur,
        "valider_heures",
        declaration,
        f"Heures {de_mois_en_texte(declaration.mois)} validées",
        creditees=str(creditees),
        refusees=str(refusees),
        motif=motif,
    )
    if refusees:
        prevenir_employeurs(
            s,
            ctx,
            [declaration.employeur_id],
            marches={declaration.employeur_id: [declaration.marche_id]},
            cle=f"declaration-validee:{declaration.id}",
            sujet=f"Vos heures {de_mois_en_texte(declaration.mois)} sont validées, certaines ne comptent pas",
            corps=(
                f"Bonjour,\n\nVos heures {de_mois_en_texte(declaration.mois)} sont validées. Certaines ne "
                "comptent pas encore : la raison est écrite sur chaque ligne."
            ),
        )


def demander_correction(
    ctx: Contexte,
    acteur: Acteur,
    declaration_id: int,
    *,
    motif: str,
    precision: str = "",
    version: int | None = None,
) -> None:
    """Send a signed declaration back to its employer, with a coded reason and, if useful, a few words."""
    with ctx.transaction() as s:
        declaration = charger_declaration(s, acteur, Action.VALIDER_HEURES, declaration_id)
        _refuser_si_change(s, declaration, {declaration_id: version} if version is not None else None)
        try:
            code = MotifCorrection(motif)
        except ValueError:
            raise RegleViolee("Choisissez la raison dans la liste.", champ="motif") from None
        if code == MotifCorrection.AUTRE and not precision.strip():
            raise RegleViolee("Écrivez en quelques mots ce qui ne va pas.", champ="precision")
        declaration.etat = etat_apres(declaration, "demander_correction", acteur, motif=code.value)
        phrase = LIBELLES_MOTIF[code] + (f" : {precision.strip()}" if precision.strip() else "")
        declaration.motif_correction = phrase
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "demander_correction",
            declaration,
            f"Correction demandée sur les heures {de_mois_en_texte(declaration.mois)} : {LIBELLES_MOTIF[code]}",
            motif=code.value,
        )
        prevenir_employeurs(
            s,
            ctx,
            [declaration.employeur_id],
            marches={declaration.employeur_id: [declaration.marche_id]},
            cle=f"declaration-a-corriger:{declaration.id}:{declaration.version}",
            sujet=f"Vos heures {de_mois_en_texte(declaration.mois)} sont à corriger",
            corps=(
                f"Bonjour,\n\nVotre facilitateur demande une correction sur vos heures "
                f"{de_mois_en_texte(declaration.mois)}. La raison est écrite sur la page : rien n'est perdu."
            ),
        )


def recalculer_attentes(ctx: Contexte, acteur: Acteur, declaration_id: int) -> int:
    """Credit again the lines of a validated declaration that were waiting, now that the answer may be known.

    How many lines changed. A counted line is never touched: only a correction changes it.
    """
    with ctx.transaction() as s:
        declaration = charger_declaration(s, acteur, Action.VALIDER_HEURES, declaration_id)
        return recrediter(s, ctx, acteur, declaration)


def recrediter(s: Session, ctx: Contexte, acteur: Acteur, declaration: Declaration) -> int:
    """`recalculer_attentes` inside the caller's transaction, for the nightly job too."""
    attentes = s.execute(
        select(LigneHeures, DecisionLigne)
        .join(DecisionLigne, DecisionLigne.ligne_id == LigneHeures.id)
        .where(
            LigneHeures.declaration_id == declaration.id,
            DecisionLigne.en_vigueur.is_(True),
            DecisionLigne.malgre_tout.is_(False),
            DecisionLigne.etat.in_((EtatLigne.ATTENTE_ELIGIBILITE, EtatLigne.ATTENTE_PIECE)),
        )
        .order_by(LigneHeures.id)
    ).all()
    if declaration.etat is not EtatDeclaration.VALIDEE or not attentes:
        return 0
    reglages = reglages_au(s, declaration.territoire_id, ctx.aujourdhui())
    calculees = calculer(s, [ligne for ligne, _ in attentes], reglages, ctx.aujourdhui())
    changees = 0
    for ligne, ancienne in attentes:
        nouvelle = decision(ctx, calculees[ligne.id], acteur.utilisateur_id)
        if nouvelle.etat is ancienne.etat:
            continue
        ancienne.en_vigueur = False
        s.add(nouvelle)
        changees += 1
    if changees:
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "recalculer_heures",
            declaration,
            f"Heures {de_mois_en_texte(declaration.mois)} recalculées : la réponse attendue est arrivée",
            lignes=changees,
        )
        reconcilier(s, ctx, declaration.territoire_id, [declaration])
    return changees


def portee_du_territoire(acteur: Acteur) -> Portee:
    """Reach of a page that lists a whole territory."""
    return Portee(acteur.territoire_id)

"""Acts on contrats: hire a validated person, end a contrat."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.inscription import inscrire_contrat
from marketplace.heures.models import Contrat, LigneHeures, Modalite
from marketplace.heures.portee import portee_contrat
from marketplace.heures.rules.contrats import MotifFin, verifier_fin
from marketplace.journal.services import journaliser
from marketplace.marches.models import Marche
from marketplace.personnes.models import ChangementVivier, EtatValidation, Validation
from marketplace.valeurs import premier_du_mois

LIBELLES_FIN = {
    MotifFin.FIN_DE_CONTRAT: "Fin prévue du contrat",
    MotifFin.RUPTURE_ESSAI: "Rupture pendant l'essai",
    MotifFin.DEMISSION: "Démission",
    MotifFin.LICENCIEMENT: "Licenciement",
    MotifFin.ABANDON: "Abandon de poste",
    MotifFin.FIN_DE_CHANTIER: "Fin du chantier",
    MotifFin.EMBAUCHE_DURABLE: "Embauche durable",
    MotifFin.FIN_DE_FENETRE: "Fin de la période de validation",
    MotifFin.AUTRE: "Autre",
}


def embaucher_validee(ctx: Contexte, acteur: Acteur, validation_ref: str, **contrat: Any) -> str:
    """Hire a person answered « oui », without a proposition; its ref. The terms are those of `inscrire_validee`.

    The employer is the one that asked; a facilitateur may name another one (`employeur_ref`) when nobody asked.
    The marché is the one of the question unless `marche_ref` names another. `derogation_modalite`, a facilitateur's
    only, says why a pair structure × modality out of R26 is accepted. Past months open at once for declaration.
    Raises RegleViolee with its field; Introuvable outside the caller's perimeter.
    """
    with ctx.transaction() as s:
        return inscrire_validee(s, ctx, acteur, validation_ref, **contrat).ref


def inscrire_validee(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    validation_ref: str,
    *,
    modalite: Modalite,
    type_contrat: str,
    poste: str,
    debut: date,
    fin: date | None,
    heures_hebdo: Decimal,
    code_rome: str | None = None,
    marche_ref: str | None = None,
    employeur_ref: str | None = None,
    derogation_modalite: str = "",
) -> Contrat:
    """`embaucher_validee` inside the caller's transaction."""
    validation = s.scalar(
        select(Validation).where(Validation.ref == validation_ref, Validation.territoire_id == acteur.territoire_id)
    )
    if validation is None:
        raise Introuvable()
    employeur_id = _employeur(s, acteur, validation, employeur_ref)
    exiger(acteur, Action.EMBAUCHER, Portee(validation.territoire_id, frozenset({employeur_id})))
    if validation.etat is not EtatValidation.OUI:
        raise RegleViolee("Cette personne n'est pas encore validée : attendez la réponse du facilitateur.")
    return inscrire_contrat(
        s,
        ctx,
        acteur,
        personne_id=validation.personne_id,
        employeur_id=employeur_id,
        marche_id=_marche(s, acteur, validation, marche_ref),
        validation_id=validation.id,
        modalite=modalite,
        type_contrat=type_contrat,
        poste=poste or validation.poste,
        code_rome=code_rome,
        debut=debut,
        fin=fin,
        heures_hebdo=heures_hebdo,
        derogation_modalite=derogation_modalite if acteur.role is Role.FACILITATEUR else "",
    )


def _employeur(s: Session, acteur: Acteur, validation: Validation, ref: str | None) -> int:
    if ref:
        if acteur.role is not Role.FACILITATEUR:
            raise Introuvable()
        trouve = s.scalar(
            select(Organisation.id).where(Organisation.ref == ref, Organisation.territoire_id == acteur.territoire_id)
        )
        if trouve is None:
            raise RegleViolee("Cet employeur n'existe pas : choisissez-le dans la liste.", champ="employeur")
        return trouve
    if acteur.role is Role.EMPLOYEUR and validation.demandeur_id != acteur.organisation_id:
        raise Introuvable()
    if validation.demandeur_id is None:
        raise RegleViolee("Choisissez l'employeur qui signe le contrat.", champ="employeur")
    return validation.demandeur_id


def _marche(s: Session, acteur: Acteur, validation: Validation, ref: str | None) -> int:
    if ref:
        trouve = s.scalar(select(Marche.id).where(Marche.ref == ref, Marche.territoire_id == acteur.territoire_id))
        if trouve is None:
            raise RegleViolee("Ce marché n'existe pas : choisissez-le dans la liste.", champ="marche")
        return trouve
    if validation.marche_id is None:
        raise RegleViolee("Choisissez le marché qui comptera ces heures.", champ="marche")
    return validation.marche_id


def charger_contrat(s: Session, acteur: Acteur, action: Action, ref: str) -> Contrat:
    """The contrat of that reference, for this act. Raises Introuvable when absent or out of reach."""
    contrat = s.scalar(select(Contrat).where(Contrat.ref == ref, Contrat.territoire_id == acteur.territoire_id))
    if contrat is None:
        raise Introuvable()
    exiger(acteur, action, portee_contrat(contrat))
    return contrat


def finir_contrat(ctx: Contexte, acteur: Acteur, ref: str, *, fin: date, motif: str) -> None:
    """Say when a contrat ended and why (R60). Hours already declared after that month refuse the date."""
    with ctx.transaction() as s:
        contrat = charger_contrat(s, acteur, Action.EMBAUCHER, ref)
        terminer(s, ctx, acteur, contrat, fin, verifier_fin(motif))


def terminer(s: Session, ctx: Contexte, acteur: Acteur, contrat: Contrat, fin: date, raison: MotifFin) -> None:
    """`finir_contrat` inside the caller's transaction, on a contrat already loaded and allowed."""
    if fin < contrat.debut:
        raise RegleViolee("Le contrat finit avant de commencer : vérifiez la date.", champ="fin")
    apres = s.scalar(
        select(LigneHeures.id).where(
            LigneHeures.contrat_id == contrat.id,
            LigneHeures.mois > premier_du_mois(fin),
            LigneHeures.travaillees + LigneHeures.formation > 0,
        )
    )
    if apres is not None:
        raise RegleViolee("Des heures sont déjà déclarées après cette date : corrigez-les d'abord.", champ="fin")
    contrat.fin, contrat.motif_fin = fin, raison.value
    s.add(ChangementVivier(personne_id=contrat.personne_id, quand=ctx.horloge()))
    journaliser(
        s,
        ctx.horloge(),
        acteur,
        "finir_contrat",
        contrat,
        f"Contrat {contrat.ref} terminé : {LIBELLES_FIN[raison].lower()}",
        fin=fin.isoformat(),
        motif=raison.value,
    )

"""Writing a contrat, whatever the way it came: a proposition accepted, or a person validated directly."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.models import Contrat, Mission, Modalite
from marketplace.heures.ouverture import ouvrir_mois_passes
from marketplace.heures.reglages import pour_fenetre, pour_modalites
from marketplace.heures.rules import contrats as regles_contrats
from marketplace.heures.rules import modalites as regles_modalites
from marketplace.heures.rules.missions import MODALITES_A_MISSIONS
from marketplace.heures.rules.modalites import Voie, voie_eligibilite
from marketplace.heures.rules.repartition import age_apprenti_admis
from marketplace.journal.services import journaliser
from marketplace.marches.models import ETATS_OUVERTS_AUX_HEURES, Intervenant, Marche, RoleIntervenant
from marketplace.offres.models import TypeContrat
from marketplace.personnes.models import ChangementVivier, EtatValidation, Personne, Statut, Suivi, Validation
from marketplace.personnes.rules.fenetre import embauche_anterieure_admise
from marketplace.territoire.reglages import Reglages, reglages_au

HEURES_SEMAINE_MAX = Decimal(48)
"""Code du travail L3121-20: no week is longer."""

_ROLES = {
    Modalite.SOUS_TRAITANCE: RoleIntervenant.SOUS_TRAITANT,
    Modalite.COTRAITANCE: RoleIntervenant.COTRAITANT,
}


def inscrire_contrat(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    *,
    personne_id: int,
    employeur_id: int,
    marche_id: int | None,
    validation_id: int | None = None,
    proposition_id: int | None = None,
    modalite: Modalite,
    type_contrat: str,
    poste: str,
    code_rome: str | None = None,
    debut: date,
    fin: date | None,
    heures_hebdo: Decimal,
    utilisatrice_id: int | None = None,
    derogation_modalite: str = "",
) -> Contrat:
    """Store a contrat inside the caller's transaction, once every rule of the hire holds; it has its ref.

    Checked: the person was informed and did not withdraw; the employer stands on the marché (a structure that
    lends or subcontracts is added to it); the pair structure × modality (R26); an eligibility that covers
    the first day (R33, R34: validation given or found, or the structure's own attestation); the law of the
    contract (R72 to R79); no other contrat of hers at the same place and time. Its finished months open for
    declaration at once. A contrat of a structure that lends by missions starts with one, at `utilisatrice_id`: the
    titulaire of the marché unless told otherwise. `derogation_modalite` is the written reason of a facilitateur
    for a pair out of R26: the caller sees to it that nobody else writes it. Raises RegleViolee with the field.
    """
    employeur = s.scalar(
        select(Organisation).where(Organisation.id == employeur_id, Organisation.territoire_id == acteur.territoire_id)
    )
    if employeur is None:
        raise Introuvable()
    exiger(acteur, Action.EMBAUCHER, Portee(employeur.territoire_id, frozenset({employeur.id})))
    personne = s.scalar(
        select(Personne).where(
            Personne.id == personne_id,
            Personne.territoire_id == acteur.territoire_id,
            Personne.anonymisee_le.is_(None),
        )
    )
    if personne is None:
        raise Introuvable()
    if personne.retiree_le is not None:
        raise RegleViolee(
            "Cette personne ne peut plus être embauchée par ce moyen : appelez votre facilitateur.", champ="personne"
        )
    if personne.information_le is None:
        raise RegleViolee("Informez d'abord la personne de ce qui est écrit sur elle.", champ="personne")
    _verifier_saisie(type_contrat, debut, fin, heures_hebdo)
    jour = ctx.aujourdhui()
    reglages = reglages_au(s, acteur.territoire_id, jour)
    structure = regles_modalites.TypeStructure(employeur.type.value)
    derogation = derogation_modalite.strip()[:500]
    regles_modalites.verifier_modalite(
        structure,
        regles_modalites.Modalite(modalite.value),
        debut,
        pour_modalites(reglages),
        motif_derogation=derogation,
    )
    marche = _marche_ouvert(s, acteur, marche_id, debut)
    if marche is not None:
        situer(s, marche, employeur, modalite)
        if modalite is Modalite.EMBAUCHE_DIRECTE and marche.date_notification is not None:
            _verifier_anteriorite(debut, marche.date_notification, reglages)
    validation = _validation(s, personne, validation_id, debut)
    if validation is None and voie_eligibilite(structure, pour_modalites(reglages)) != Voie.STRUCTURE:
        raise RegleViolee(
            "Cette personne n'est pas validée pour ce jour : demandez sa validation avant l'embauche.",
            champ="debut",
        )
    _refuser_doublon(s, personne_id=personne.id, employeur_id=employeur.id, marche_id=marche_id, debut=debut, fin=fin)
    remarques = _examiner(
        s, personne, employeur, type_contrat=type_contrat, debut=debut, fin=fin, heures_hebdo=heures_hebdo
    )
    contrat = Contrat(
        ref="",
        territoire_id=acteur.territoire_id,
        personne_id=personne.id,
        employeur_id=employeur.id,
        marche_id=marche_id,
        validation_id=validation.id if validation else None,
        proposition_id=proposition_id,
        utilisatrice_id=_utilisatrice(s, acteur, marche, employeur, modalite, utilisatrice_id),
        modalite=modalite,
        derogation_modalite=derogation,
        type_contrat=type_contrat,
        poste=poste.strip(),
        code_rome=code_rome,
        debut=debut,
        fin=fin,
        heures_hebdo=heures_hebdo,
        statuts=list(validation.categories) if validation else _statuts(s, personne.id, debut),
        qpv=personne.qpv.value,
        code_insee=personne.code_insee,
        niveau=personne.niveau,
        prescripteur_id=_prescripteur(s, personne.id, debut),
        cree_le=ctx.horloge(),
    )
    s.add(contrat)
    s.flush()
    contrat.ref = f"CT-{contrat.id:06d}"
    if modalite in MODALITES_A_MISSIONS and fin is not None:
        s.add(Mission(contrat_id=contrat.id, debut=debut, fin=fin, source=acteur.source, cree_le=ctx.horloge()))
    ouvrir_mois_passes(s, ctx, contrat)
    s.add(ChangementVivier(personne_id=personne.id, quand=ctx.horloge()))
    journaliser(
        s,
        ctx.horloge(),
        acteur,
        "embaucher",
        contrat,
        f"Contrat {contrat.ref} enregistré chez {employeur.nom}",
        remarques=remarques,
        **({"derogation": derogation} if derogation else {}),
    )
    return contrat


def _utilisatrice(
    s: Session,
    acteur: Acteur,
    marche: Marche | None,
    employeur: Organisation,
    modalite: Modalite,
    demandee: int | None,
) -> int | None:
    """The firm where the person works, for staff lent by missions; nobody for the others."""
    if modalite not in MODALITES_A_MISSIONS:
        return None
    if demandee is None:
        return marche.titulaire_id if marche is not None and marche.titulaire_id != employeur.id else None
    trouvee = s.scalar(
        select(Organisation.id).where(Organisation.id == demandee, Organisation.territoire_id == acteur.territoire_id)
    )
    if trouvee is None:
        raise RegleViolee("Cette entreprise n'existe pas : choisissez-la dans la liste.", champ="utilisatrice")
    return trouvee


def examiner_contrat(s: Session, contrat: Contrat, fin: date) -> list[str]:
    """What the law says of a contrat that would end on `fin`: its first error raised, its warnings returned."""
    return _examiner(
        s,
        s.get_one(Personne, contrat.personne_id),
        s.get_one(Organisation, contrat.employeur_id),
        type_contrat=contrat.type_contrat,
        debut=contrat.debut,
        fin=fin,
        heures_hebdo=contrat.heures_hebdo,
    )


def _verifier_saisie(type_contrat: str, debut: date, fin: date | None, heures_hebdo: Decimal) -> None:
    if type_contrat not in {t.value for t in TypeContrat}:
        raise RegleViolee("Choisissez le type de contrat dans la liste.", champ="type_contrat")
    if fin is not None and fin < debut:
        raise RegleViolee("Le contrat finit avant de commencer : vérifiez les dates.", champ="fin")
    if not 0 < heures_hebdo <= HEURES_SEMAINE_MAX:
        raise RegleViolee("Indiquez entre 1 et 48 heures par semaine.", champ="heures_hebdo")


def _marche_ouvert(s: Session, acteur: Acteur, marche_id: int | None, debut: date) -> Marche | None:
    if marche_id is None:
        return None
    marche = s.scalar(select(Marche).where(Marche.id == marche_id, Marche.territoire_id == acteur.territoire_id))
    if marche is None:
        raise Introuvable()
    if marche.etat not in ETATS_OUVERTS_AUX_HEURES:
        raise RegleViolee("Ce marché ne prend pas d'heures aujourd'hui : il n'est pas en cours.", champ="marche")
    if marche.date_fin is not None and debut > marche.date_fin:
        raise RegleViolee("Le contrat commence après la fin du marché.", champ="debut")
    return marche


def situer(s: Session, marche: Marche, employeur: Organisation, modalite: Modalite) -> None:
    """The employer must stand on the marché; a structure that lends or subcontracts is added to it."""
    if marche.titulaire_id == employeur.id:
        return
    connu = s.scalar(
        select(Intervenant.id).where(Intervenant.marche_id == marche.id, Intervenant.organisation_id == employeur.id)
    )
    if connu is not None:
        return
    if modalite is Modalite.EMBAUCHE_DIRECTE:
        raise RegleViolee(
            "Cette entreprise n'intervient pas sur ce marché : ajoutez-la d'abord comme sous-traitante.",
            champ="marche",
        )
    role = _ROLES.get(modalite, RoleIntervenant.MISE_A_DISPOSITION)
    s.add(Intervenant(marche_id=marche.id, organisation_id=employeur.id, role=role))


def _verifier_anteriorite(debut: date, notification: date, reglages: Reglages) -> None:
    if not embauche_anterieure_admise(debut, notification, pour_fenetre(reglages)):
        raise RegleViolee(
            f"Embauche trop ancienne : au plus {reglages.anteriorite_mois} mois avant la notification du marché.",
            champ="debut",
        )


def _validation(s: Session, personne: Personne, validation_id: int | None, debut: date) -> Validation | None:
    """The « oui » that covers the first day: the one named, else any of hers (R33: no new one is needed)."""
    requete = select(Validation).where(
        Validation.personne_id == personne.id,
        Validation.etat == EtatValidation.OUI,
        Validation.fenetre_debut <= debut,
        Validation.fenetre_fin >= debut,
    )
    if validation_id is not None:
        trouvee = s.scalar(requete.where(Validation.id == validation_id))
        if trouvee is None:
            raise RegleViolee("La validation de cette personne ne couvre pas ce jour.", champ="debut")
        return trouvee
    return s.scalar(requete.order_by(Validation.fenetre_fin.desc(), Validation.id.desc()).limit(1))


def _refuser_doublon(
    s: Session,
    *,
    personne_id: int,
    employeur_id: int,
    marche_id: int | None,
    debut: date,
    fin: date | None,
) -> None:
    requete = select(Contrat.ref).where(
        Contrat.personne_id == personne_id,
        Contrat.employeur_id == employeur_id,
        Contrat.marche_id == marche_id if marche_id is not None else Contrat.marche_id.is_(None),
        or_(Contrat.fin.is_(None), Contrat.fin >= debut),
    )
    if fin is not None:
        requete = requete.where(Contrat.debut <= fin)
    autre = s.scalar(requete.limit(1))
    if autre is not None:
        raise RegleViolee(f"Cette personne a déjà un contrat sur ce marché à ces dates ({autre}).", champ="debut")


def _statuts(s: Session, personne_id: int, jour: date) -> list[str]:
    """Photograph of the proven categories on the first day, for a hire attested by the structure."""
    requete = (
        select(Statut.categorie)
        .where(
            Statut.personne_id == personne_id,
            or_(Statut.depuis.is_(None), Statut.depuis <= jour),
            or_(Statut.jusqu_au.is_(None), Statut.jusqu_au >= jour),
        )
        .order_by(Statut.categorie)
    )
    return list(dict.fromkeys(s.scalars(requete)))


def _prescripteur(s: Session, personne_id: int, jour: date) -> int | None:
    """The organisation of the référent who followed her that day, the latest come when there are several."""
    return s.scalar(
        select(Suivi.organisation_id)
        .where(
            Suivi.personne_id == personne_id,
            Suivi.depuis <= jour,
            or_(Suivi.jusqu_au.is_(None), Suivi.jusqu_au >= jour),
        )
        .order_by(Suivi.depuis.desc(), Suivi.id.desc())
        .limit(1)
    )


def _examiner(
    s: Session,
    personne: Personne,
    employeur: Organisation,
    *,
    type_contrat: str,
    debut: date,
    fin: date | None,
    heures_hebdo: Decimal,
) -> list[str]:
    """Raise the first error of the law on this contract; the warnings are returned, for the journal."""
    naissance = personne.date_naissance
    if type_contrat == TypeContrat.APPRENTISSAGE and naissance and not age_apprenti_admis(naissance, debut):
        raise RegleViolee("L'apprentissage commence entre 16 et 29 ans.", champ="type_contrat")
    age = None
    if naissance is not None:
        age = debut.year - naissance.year - ((debut.month, debut.day) < (naissance.month, naissance.day))
    anciens = s.execute(
        select(Contrat.debut, Contrat.fin).where(
            Contrat.personne_id == personne.id,
            Contrat.employeur_id == employeur.id,
            Contrat.type_contrat == type_contrat,
            Contrat.fin < debut,
        )
    ).all()
    cumul = sum(round(((f - d).days + 1) / 30.4375) for d, f in anciens if f is not None)
    constats = regles_contrats.examiner(
        regles_contrats.Contrat(
            type_contrat=type_contrat,
            type_structure=employeur.type.value,
            debut=debut,
            fin=fin,
            heures_semaine=heures_hebdo,
            cumul_mois=cumul,
            age=age,
        ),
        regles_contrats.ReglagesContrats(),
    )
    for constat in constats:
        if constat.gravite == regles_contrats.Gravite.ERREUR:
            champ = "heures_hebdo" if constat.champ == "heures_semaine" else constat.champ
            raise RegleViolee(constat.phrase, champ=champ)
    return [c.phrase for c in constats]

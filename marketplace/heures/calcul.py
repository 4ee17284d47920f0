"""What crediting needs to know around lines, read from the tables, and the outcome of the rules on them.

The same computation serves the preview of a page, the validation and a correction: it writes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.contexte import PARIS
from marketplace.heures.avancement import objectifs_au
from marketplace.heures.models import (
    Contrat,
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
    Modalite,
)
from marketplace.heures.pieces import PIECE_ATTENDUE, declarations_sans_piece
from marketplace.heures.plafonds import levees_plafond
from marketplace.heures.reglages import pour_credit, pour_fenetre, pour_modalites
from marketplace.heures.rules.credit import crediter_en_ordre
from marketplace.heures.rules.derogations import plafond_leve
from marketplace.heures.rules.ligne import (
    Cadre,
    CompteurAI,
    Compteurs,
    Credit,
    Ligne,
    Periode,
    ReglagesCredit,
)
from marketplace.heures.rules.modalites import TypeStructure, Voie, couple_admis, voie_eligibilite
from marketplace.heures.rules.phrases import heures_en_texte
from marketplace.heures.rules.plausibilite import anomalies
from marketplace.heures.saisie import periode_du_mois
from marketplace.marches.models import Arret, Marche
from marketplace.personnes.models import EtatValidation, Validation
from marketplace.personnes.rules.fenetre import (
    Fenetre,
    ReglagesFenetre,
    ouvrir_fenetre,
    premier_jour_credite,
)
from marketplace.territoire.reglages import Reglages

ZERO = Decimal("0.00")
PUBLIQUES = (TypeOrganisation.ACHETEUR, TypeOrganisation.OPCS, TypeOrganisation.PRESCRIPTEUR)
"""User bodies that are no companies: hours lent to them stay out of the 480 h of an AI (R75, L2211-1)."""
DEPASSEMENT_CONTRAT = Decimal("1.5")
"""Over this many times the weekly hours of the contrat, hours are looked at first."""


@dataclass(frozen=True, slots=True)
class LigneCalculee:
    """One line with what surrounds it and what the rules say of it."""

    ligne_id: int
    declaration_id: int
    contrat_id: int
    contrat_ref: str
    personne_id: int
    marche_id: int
    ligne: Ligne
    cadre: Cadre
    credit: Credit
    anomalies: tuple[str, ...]

    @property
    def propre(self) -> bool:
        """Whether nothing deserves a look: all counted, nothing unlikely."""
        return not (self.credit.motifs or self.credit.avertissements or self.anomalies)


def calculer(
    s: Session,
    lignes: Sequence[LigneHeures],
    reglages: Reglages,
    jour: date,
    *,
    ignorees: Collection[int] = (),
) -> dict[int, LigneCalculee]:
    """What the rules say of these lines together, by line id; a dozen queries whatever their number.

    Earlier decisions feed the counters (AI hours, training share), except those of `lignes` themselves and of
    the lines `ignorees` (the ones a correction replaces).
    """
    if not lignes:
        return {}
    regles_credit = pour_credit(reglages)
    contrats = _contrats(s, {ligne.contrat_id for ligne in lignes})
    marches = _marches(s, {ligne.marche_id for ligne in lignes}, jour)
    fenetres = _Fenetres(s, contrats, reglages)
    a_part = {ligne.id for ligne in lignes} | set(ignorees)
    compteurs = _compteurs(s, contrats, marches, a_part, regles_credit)
    sans_piece = declarations_sans_piece(s, {ligne.declaration_id for ligne in lignes})
    levees = levees_plafond(s, {c.employeur_id for c in contrats.values() if c.structure is TypeOrganisation.AI})
    ailleurs = _autres_heures(s, contrats, {ligne.mois for ligne in lignes})
    demandes: dict[int, tuple[Ligne, Cadre]] = {}
    for ligne in lignes:
        contrat = contrats[ligne.contrat_id]
        debut, fin = periode_du_mois(ligne.mois, contrat.debut, contrat.fin)
        valeur = Ligne(
            ref=str(ligne.id),
            # The rank of the contrat, not that of the row: the order in which hours came in changes nothing.
            numero=contrat.id,
            personne=str(contrat.personne_id),
            clause=str(ligne.marche_id),
            debut=min(debut, fin),
            fin=fin,
            travaillees=ligne.travaillees,
            formation=ligne.formation,
            type_structure=contrat.structure.value,
            type_contrat=contrat.type_contrat,
            utilisateur_entreprise=contrat.modalite is Modalite.MAD_AI and contrat.utilisatrice not in PUBLIQUES,
        )
        cadre = replace(
            marches[ligne.marche_id],
            contrat=Periode(contrat.debut, contrat.fin),
            piece_manquante=PIECE_ATTENDUE if ligne.declaration_id in sans_piece else "",
            modalite_refusee=_modalite_refusee(contrat),
            plafond_ai_leve=plafond_leve(valeur.debut, valeur.fin, levees.get(contrat.employeur_id, ())),
        )
        demandes[ligne.id] = (valeur, fenetres.completer(cadre, contrat, valeur))
    credits_ = crediter_en_ordre(list(demandes.values()), compteurs, regles_credit)
    resultat = {}
    for ligne in lignes:
        contrat = contrats[ligne.contrat_id]
        valeur, cadre = demandes[ligne.id]
        total = ligne.travaillees + ligne.formation
        autres = ailleurs[contrat.personne_id, ligne.mois] - total if total else ZERO
        resultat[ligne.id] = LigneCalculee(
            ligne_id=ligne.id,
            declaration_id=ligne.declaration_id,
            contrat_id=contrat.id,
            contrat_ref=contrat.ref,
            personne_id=contrat.personne_id,
            marche_id=ligne.marche_id,
            ligne=valeur,
            cadre=cadre,
            credit=credits_[str(ligne.id)],
            anomalies=anomalies(valeur, max(ZERO, autres), regles_credit) + _depassement(valeur, contrat),
        )
    return resultat


@dataclass(frozen=True, slots=True)
class _ContratLu:
    id: int
    ref: str
    personne_id: int
    employeur_id: int
    structure: TypeOrganisation
    modalite: Modalite
    derogation_modalite: str
    type_contrat: str
    debut: date
    fin: date | None
    heures_hebdo: Decimal
    validation_id: int | None
    utilisatrice: TypeOrganisation | None


def _contrats(s: Session, ids: Collection[int]) -> dict[int, _ContratLu]:
    utilisatrice = aliased(Organisation)
    requete = (
        select(
            Contrat.id,
            Contrat.ref,
            Contrat.personne_id,
            Contrat.employeur_id,
            Organisation.type.label("structure"),
            Contrat.modalite,
            Contrat.derogation_modalite,
            Contrat.type_contrat,
            Contrat.debut,
            Contrat.fin,
            Contrat.heures_hebdo,
            Contrat.validation_id,
            utilisatrice.type.label("utilisatrice"),
        )
        .join(Organisation, Organisation.id == Contrat.employeur_id)
        .outerjoin(utilisatrice, utilisatrice.id == Contrat.utilisatrice_id)
        .where(Contrat.id.in_(ids))
    )
    return {ligne.id: _ContratLu(**ligne._mapping) for ligne in s.execute(requete)}


def _modalite_refusee(contrat: _ContratLu) -> str:
    """Why hours produced in this way do not count (R26), or nothing: the pair is looked at again at each crediting,
    since a contrat may have been carried over, or the kind of its employer corrected, after the hire.
    """
    if contrat.derogation_modalite or couple_admis(TypeStructure(contrat.structure.value), contrat.modalite):
        return ""
    return "Cette structure ne peut pas intervenir de cette façon : appelez votre facilitateur."


def _marches(s: Session, ids: Collection[int], jour: date) -> dict[int, Cadre]:
    """The part of the frame that comes from each marché; the contrat's own dates are put in later."""
    suspensions: dict[int, list[Periode]] = defaultdict(list)
    for marche_id, arret, reprise in s.execute(
        select(Arret.marche_id, Arret.debut, Arret.fin).where(Arret.marche_id.in_(ids))
    ):
        suspensions[marche_id].append(Periode(arret, reprise))
    objectifs = objectifs_au(s, list(ids), jour)
    cadres = {}
    for marche_id, notification, debut, fin in s.execute(
        select(Marche.id, Marche.date_notification, Marche.date_debut, Marche.date_fin).where(Marche.id.in_(ids))
    ):
        connus = [d for d in (notification, debut) if d is not None]
        premier = min(connus, default=date.min)
        cadres[marche_id] = Cadre(
            contrat=Periode(date.min),
            marche=Periode(premier, fin),
            objectif=objectifs.get(marche_id, ZERO),
            suspensions=tuple(suspensions[marche_id]),
        )
    return cadres


class _Fenetres:
    """The windows of the people of some contrats: the « oui » of a facilitateur, or the structure's attestation."""

    def __init__(self, s: Session, contrats: dict[int, _ContratLu], reglages: Reglages) -> None:
        self.regles: ReglagesFenetre = pour_fenetre(reglages)
        self.modalites = pour_modalites(reglages)
        self.par_personne: dict[int, list[tuple[int, Fenetre, date]]] = defaultdict(list)
        self.refusees: set[int] = set()
        requete = (
            select(
                Validation.id,
                Validation.personne_id,
                Validation.etat,
                Validation.fenetre_debut,
                Validation.fenetre_fin,
                Validation.repondue_le,
            )
            .where(
                Validation.personne_id.in_({c.personne_id for c in contrats.values()}),
                Validation.etat.in_((EtatValidation.OUI, EtatValidation.NON)),
            )
            .order_by(Validation.fenetre_debut, Validation.id)
        )
        for id_, personne_id, etat, debut, fin, repondue_le in s.execute(requete):
            if etat is EtatValidation.NON:
                self.refusees.add(id_)
            elif debut is not None and fin is not None and repondue_le is not None:
                le = repondue_le.astimezone(PARIS).date()
                self.par_personne[personne_id].append((id_, Fenetre(debut, fin), le))

    def completer(self, cadre: Cadre, contrat: _ContratLu, ligne: Ligne) -> Cadre:
        """The frame with the window that applies to this line (R33 to R35)."""
        connues = self.par_personne[contrat.personne_id]
        choisie = next((f for f in connues if f[0] == contrat.validation_id), None)
        if choisie is None or ligne.debut > choisie[1].fin:
            couvrant = [f for f in connues if f[1].debut <= ligne.fin and ligne.debut <= f[1].fin]
            choisie = couvrant[-1] if couvrant else choisie
        if choisie is not None:
            _, fenetre, validee_le = choisie
            depuis = premier_jour_credite(contrat.debut, validee_le, fenetre.debut <= contrat.debut, self.regles)
            return replace(cadre, fenetre=fenetre, creditee_depuis=depuis)
        structure = TypeStructure(contrat.structure.value)
        if voie_eligibilite(structure, self.modalites) == Voie.STRUCTURE:
            fenetre = ouvrir_fenetre(
                contrat.debut,
                contrat.type_contrat,
                self.regles,
                type_structure=structure.value,
                fin_contrat=contrat.fin,
            )
            return replace(cadre, fenetre=fenetre)
        return replace(cadre, eligibilite_refusee=contrat.validation_id in self.refusees)


def _decisions_comptees(ignorees: Collection[int]) -> tuple[ColumnElement[bool], ...]:
    conditions = [
        DecisionLigne.en_vigueur.is_(True),
        DecisionLigne.etat == EtatLigne.COMPTEE,
        Declaration.etat == EtatDeclaration.VALIDEE,
    ]
    if ignorees:
        conditions.append(LigneHeures.id.not_in(ignorees))
    return tuple(conditions)


def _compteurs(
    s: Session,
    contrats: dict[int, _ContratLu],
    marches: Collection[int],
    ignorees: Collection[int],
    reglages: ReglagesCredit,
) -> Compteurs:
    """What decisions in force already used of the caps (R31, R75)."""
    formation = {
        str(marche_id): heures
        for marche_id, heures in s.execute(
            select(LigneHeures.marche_id, func.sum(DecisionLigne.formation))
            .join(DecisionLigne, DecisionLigne.ligne_id == LigneHeures.id)
            .join(Declaration, Declaration.id == LigneHeures.declaration_id)
            .where(LigneHeures.marche_id.in_(marches), *_decisions_comptees(ignorees))
            .group_by(LigneHeures.marche_id)
        )
    }
    placees = {c.personne_id for c in contrats.values() if c.structure is TypeOrganisation.AI}
    return Compteurs(ai=compteurs_ai(s, placees, ignorees, reglages), formation=formation)


def compteurs_ai(
    s: Session, personne_ids: Collection[int], ignorees: Collection[int], reglages: ReglagesCredit
) -> dict[str, CompteurAI]:
    """Hours of these people already credited in companies since their first placement by an AI (R75), by id."""
    ai: dict[str, CompteurAI] = {}
    if not personne_ids:
        return ai
    utilisatrice = aliased(Organisation)
    requete = (
        select(
            Contrat.personne_id,
            LigneHeures.mois,
            Contrat.debut,
            DecisionLigne.creditees,
            DecisionLigne.formation,
        )
        .join(LigneHeures, LigneHeures.contrat_id == Contrat.id)
        .join(DecisionLigne, DecisionLigne.ligne_id == LigneHeures.id)
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .outerjoin(utilisatrice, utilisatrice.id == Contrat.utilisatrice_id)
        .where(
            Contrat.personne_id.in_(personne_ids),
            Contrat.modalite == Modalite.MAD_AI,
            or_(utilisatrice.id.is_(None), utilisatrice.type.not_in(PUBLIQUES)),
            *_decisions_comptees(ignorees),
        )
        .order_by(LigneHeures.mois, LigneHeures.id)
    )
    for personne_id, mois, debut, creditees, part_formation in s.execute(requete):
        personne, jour = str(personne_id), max(mois, debut)
        courant = ai[personne].au(jour, reglages) if personne in ai else CompteurAI(jour, ZERO)
        ai[personne] = replace(courant, heures=courant.heures + creditees - part_formation)
    return ai


def _autres_heures(
    s: Session, contrats: dict[int, _ContratLu], mois: Collection[date]
) -> defaultdict[tuple[int, date], Decimal]:
    """Hours of each person in each month on every line that stands, all employers together."""
    suite = aliased(LigneHeures)
    requete = (
        select(
            Contrat.personne_id,
            LigneHeures.mois,
            func.sum(LigneHeures.travaillees),
            func.sum(LigneHeures.formation),
        )
        .join(Contrat, Contrat.id == LigneHeures.contrat_id)
        .where(
            Contrat.personne_id.in_({c.personne_id for c in contrats.values()}),
            LigneHeures.mois.in_(mois),
            ~select(suite.id).where(suite.corrige_id == LigneHeures.id).exists(),
        )
        .group_by(Contrat.personne_id, LigneHeures.mois)
    )
    totaux: defaultdict[tuple[int, date], Decimal] = defaultdict(lambda: ZERO)
    for personne_id, jour, travaillees, formation in s.execute(requete):
        totaux[personne_id, jour] = travaillees + formation
    return totaux


def _depassement(ligne: Ligne, contrat: _ContratLu) -> tuple[str, ...]:
    semaines = Decimal((ligne.fin - ligne.debut).days + 1) / 7
    prevues = contrat.heures_hebdo * semaines
    if ligne.travaillees + ligne.formation <= prevues * DEPASSEMENT_CONTRAT:
        return ()
    phrase = (
        f"Le contrat prévoit {heures_en_texte(contrat.heures_hebdo)} par semaine, "
        f"soit {heures_en_texte(prevues)} sur la période : vérifiez les heures."
    )
    return (phrase,)

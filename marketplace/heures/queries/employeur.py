"""What an employer's pages show: its declarations, its grid, its salariés, its marchés. Never a status."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from marketplace.comptes.models import Organisation
from marketplace.contexte import PARIS
from marketplace.erreurs import Introuvable
from marketplace.heures.avancement import Avancement, avancements
from marketplace.heures.models import (
    Contrat,
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
    Modalite,
)
from marketplace.heures.ouverture import actifs_au_mois, echeance_de
from marketplace.heures.rules.declaration import ETATS_EN_ATTENTE_EMPLOYEUR
from marketplace.heures.rules.ecart import Besoin, combler, semaines_restantes
from marketplace.heures.saisie import champ_formation, champ_travaillees, periode_du_mois
from marketplace.marches.models import ETATS_OUVERTS_AUX_HEURES, Intervenant, Marche
from marketplace.personnes.models import Personne, Validation
from marketplace.territoire.reglages import reglages_au
from marketplace.valeurs import ajouter_mois

ZERO = Decimal("0.00")
A_REPONDRE = frozenset(EtatDeclaration(e.value) for e in ETATS_EN_ATTENTE_EMPLOYEUR)


@dataclass(frozen=True, slots=True)
class DeclarationEmployeur:
    """One month of one marché, as its employer sees it."""

    id: int
    marche_ref: str
    marche: str
    mois: date
    etat: EtatDeclaration
    echeance: date
    en_retard: bool
    personnes: int
    heures: Decimal
    motif_correction: str
    aucune_heure: bool

    @property
    def a_repondre(self) -> bool:
        """Whether the employer still has something to do."""
        return self.etat in A_REPONDRE


def declarations_de(s: Session, employeur_id: int, jour: date) -> tuple[DeclarationEmployeur, ...]:
    """Every declaration of an employer: what waits first, oldest first; then the others, newest first."""
    lignes = s.execute(
        select(Declaration, Marche.ref, Marche.intitule, Marche.date_fin)
        .join(Marche, Marche.id == Declaration.marche_id)
        .where(Declaration.employeur_id == employeur_id)
        .order_by(Declaration.mois, Marche.intitule)
    ).all()
    if not lignes:
        return ()
    reglages = reglages_au(s, lignes[0][0].territoire_id, jour)
    contrats = _periodes_de_contrat(s, employeur_id)
    heures = _heures_par_declaration(s, employeur_id)
    vues = []
    for d, ref, intitule, fin in lignes:
        limite = echeance_de(d.mois, reglages, fin)
        vues.append(
            DeclarationEmployeur(
                id=d.id,
                marche_ref=ref,
                marche=intitule,
                mois=d.mois,
                etat=d.etat,
                echeance=limite,
                en_retard=d.etat in A_REPONDRE and jour > limite,
                personnes=_actifs(contrats[d.marche_id], d.mois),
                heures=heures.get(d.id, ZERO),
                motif_correction=d.motif_correction,
                aucune_heure=d.aucune_heure,
            )
        )
    attendues = [v for v in vues if v.a_repondre]
    autres = [v for v in reversed(vues) if not v.a_repondre]
    return tuple(attendues + autres)


def _periodes_de_contrat(s: Session, employeur_id: int) -> defaultdict[int | None, list[Any]]:
    par_marche: defaultdict[int | None, list[Any]] = defaultdict(list)
    for ligne in s.execute(
        select(Contrat.marche_id, Contrat.debut, Contrat.fin).where(Contrat.employeur_id == employeur_id)
    ):
        par_marche[ligne.marche_id].append(ligne)
    return par_marche


def _actifs(contrats: list[Any], mois: date) -> int:
    fin_mois = ajouter_mois(mois, 1)
    return sum(1 for c in contrats if c.debut < fin_mois and (c.fin is None or c.fin >= mois))


def _heures_par_declaration(s: Session, employeur_id: int) -> dict[int, Decimal]:
    suite = aliased(LigneHeures)
    requete = (
        select(LigneHeures.declaration_id, func.sum(LigneHeures.travaillees), func.sum(LigneHeures.formation))
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .where(
            Declaration.employeur_id == employeur_id,
            ~select(suite.id).where(suite.corrige_id == LigneHeures.id).exists(),
        )
        .group_by(LigneHeures.declaration_id)
    )
    return {id_: travaillees + formation for id_, travaillees, formation in s.execute(requete)}


@dataclass(frozen=True, slots=True)
class AConfirmer:
    """Hours that another firm declares on a marché this one holds: totals only, no name."""

    id: int
    version: int
    employeur: str
    marche: str
    mois: date
    personnes: int
    heures: Decimal
    repondre_avant: date


def a_confirmer(s: Session, titulaire_id: int | None, jour: date) -> tuple[AConfirmer, ...]:
    """What waits for the titulaire's word, the oldest first."""
    suite = aliased(LigneHeures)
    lignes = s.execute(
        select(
            Declaration,
            Organisation.nom,
            Marche.intitule,
            func.count(LigneHeures.id),
            func.sum(LigneHeures.travaillees),
            func.sum(LigneHeures.formation),
        )
        .join(Marche, Marche.id == Declaration.marche_id)
        .join(Organisation, Organisation.id == Declaration.employeur_id)
        .join(LigneHeures, LigneHeures.declaration_id == Declaration.id)
        .where(
            Marche.titulaire_id == titulaire_id,
            Declaration.employeur_id != titulaire_id,
            Declaration.etat == EtatDeclaration.DECLAREE,
            ~select(suite.id).where(suite.corrige_id == LigneHeures.id).exists(),
        )
        .group_by(Declaration.id, Organisation.nom, Marche.intitule)
        .order_by(Declaration.mois, Declaration.id)
    ).all()
    if not lignes:
        return ()
    delai = reglages_au(s, lignes[0][0].territoire_id, jour).silence_titulaire_jours
    return tuple(
        AConfirmer(
            id=d.id,
            version=d.version,
            employeur=nom,
            marche=marche,
            mois=d.mois,
            personnes=personnes,
            heures=travaillees + formation,
            repondre_avant=d.signee_le.astimezone(PARIS).date() + timedelta(days=delai),
        )
        for d, nom, marche, personnes, travaillees, formation in lignes
        if d.signee_le is not None
    )


@dataclass(frozen=True, slots=True)
class LigneGrille:
    """One salarié of the month: what is typed for her, and what was decided once it is."""

    contrat_ref: str
    personne_id: int
    nom: str
    poste: str
    du: date
    au: date
    mois_entier: bool
    heures_hebdo: Decimal
    champ_h: str
    champ_f: str
    texte_h: str
    texte_f: str
    declarees: Decimal | None
    comptees: Decimal | None
    etat: EtatLigne | None
    explication: str


@dataclass(frozen=True, slots=True)
class Grille:
    """The month of an employer on a marché, already filled."""

    id: int
    version: int
    marche_ref: str
    marche: str
    mois: date
    etat: EtatDeclaration
    echeance: date
    en_retard: bool
    motif_correction: str
    signataire: str
    signataire_propose: str
    signee_le: Any
    aucune_heure: bool
    copiable: bool
    lignes: tuple[LigneGrille, ...]

    @property
    def modifiable(self) -> bool:
        """Whether hours may be typed."""
        return self.etat in A_REPONDRE


def texte_heures(heures: Decimal) -> str:
    """Hours as one types them: « 7,5 »; nothing for zero."""
    return f"{heures.normalize():f}".replace(".", ",") if heures else ""


def grille(
    s: Session,
    employeur_id: int | None,
    marche_ref: str,
    mois: date,
    jour: date,
    *,
    copier: bool = False,
) -> Grille:
    """The grid of a month. Typed text comes from the draft, else from the lines signed before, else (`copier`) from
    the month before. Raises Introuvable when this employer has no such month.
    """
    trouve = s.execute(
        select(Declaration, Marche.ref, Marche.intitule, Marche.date_fin)
        .join(Marche, Marche.id == Declaration.marche_id)
        .where(Declaration.employeur_id == employeur_id, Marche.ref == marche_ref, Declaration.mois == mois)
    ).first()
    if trouve is None:
        raise Introuvable()
    d, ref, intitule, fin = trouve
    limite = echeance_de(mois, reglages_au(s, d.territoire_id, jour), fin)
    contrats = s.execute(
        select(Contrat, Personne.id, Personne.prenom, Personne.nom)
        .join(Personne, Personne.id == Contrat.personne_id)
        .where(Contrat.employeur_id == d.employeur_id, Contrat.marche_id == d.marche_id, *actifs_au_mois(mois))
        .order_by(Personne.nom, Personne.prenom, Contrat.id)
    ).all()
    signees = _lignes_signees(s, d.id)
    avant, nom_avant = _mois_d_avant(s, d)
    brouillon = {} if copier else dict(d.brouillon or {})
    lignes = []
    for contrat, personne_id, prenom, nom in contrats:
        du, au = periode_du_mois(mois, contrat.debut, contrat.fin)
        ligne, decision = signees.get(contrat.id, (None, None))
        source = avant.get(contrat.id) if copier else ligne
        champ_h, champ_f = champ_travaillees(contrat.ref), champ_formation(contrat.ref)
        lignes.append(
            LigneGrille(
                contrat_ref=contrat.ref,
                personne_id=personne_id,
                nom=f"{prenom} {nom}",
                poste=contrat.poste,
                du=du,
                au=au,
                mois_entier=(du, au) == periode_du_mois(mois, date.min, None),
                heures_hebdo=contrat.heures_hebdo,
                champ_h=champ_h,
                champ_f=champ_f,
                texte_h=brouillon.get(champ_h, texte_heures(source.travaillees) if source else ""),
                texte_f=brouillon.get(champ_f, texte_heures(source.formation) if source else ""),
                declarees=ligne.travaillees + ligne.formation if ligne else None,
                comptees=decision[0] if decision else None,
                etat=decision[1] if decision else None,
                explication=decision[2] if decision else "",
            )
        )
    return Grille(
        id=d.id,
        version=d.version,
        marche_ref=ref,
        marche=intitule,
        mois=mois,
        etat=d.etat,
        echeance=limite,
        en_retard=d.etat in A_REPONDRE and jour > limite,
        motif_correction=d.motif_correction,
        signataire=d.signataire,
        signataire_propose=brouillon.get("signataire", d.signataire or nom_avant),
        signee_le=d.signee_le,
        aucune_heure=d.aucune_heure or bool(brouillon.get("aucune_heure")),
        copiable=bool(avant),
        lignes=tuple(lignes),
    )


def _lignes_signees(s: Session, declaration_id: int) -> dict[int, tuple[LigneHeures, Any]]:
    """By contrat: the line that stands and (hours counted, state, sentence) of what was decided, if anything."""
    suite = aliased(LigneHeures)
    requete = (
        select(LigneHeures, DecisionLigne)
        .outerjoin(
            DecisionLigne,
            (DecisionLigne.ligne_id == LigneHeures.id) & DecisionLigne.en_vigueur.is_(True),
        )
        .where(
            LigneHeures.declaration_id == declaration_id,
            ~select(suite.id).where(suite.corrige_id == LigneHeures.id).exists(),
        )
        .order_by(LigneHeures.id, DecisionLigne.id)
    )
    resultat: dict[int, tuple[LigneHeures, Any]] = {}
    for ligne, decision in s.execute(requete):
        if decision is None:
            resultat[ligne.contrat_id] = (ligne, None)
            continue
        deja = resultat.get(ligne.contrat_id, (ligne, None))[1]
        if deja is None:
            resume = (decision.creditees, decision.etat, decision.explication)
        else:
            phrases = " ".join(p for p in (deja[2], decision.explication) if p)
            resume = (deja[0] + decision.creditees, EtatLigne.COMPTEE, phrases)
        resultat[ligne.contrat_id] = (ligne, resume)
    return resultat


def _mois_d_avant(s: Session, declaration: Declaration) -> tuple[dict[int, LigneHeures], str]:
    """Lines signed the month before for the same marché, by contrat, and who signed them."""
    avant = s.scalar(
        select(Declaration).where(
            Declaration.employeur_id == declaration.employeur_id,
            Declaration.marche_id == declaration.marche_id,
            Declaration.mois == ajouter_mois(declaration.mois, -1),
        )
    )
    if avant is None:
        return {}, ""
    return {c: ligne for c, (ligne, _) in _lignes_signees(s, avant.id).items()}, avant.signataire


@dataclass(frozen=True, slots=True)
class SalarieVu:
    """A salarié of the employer. `validee_jusqu_au` is all it learns of her eligibility."""

    ref: str
    personne_id: int
    nom: str
    marche_ref: str | None
    marche: str | None
    modalite: Modalite
    type_contrat: str
    poste: str
    debut: date
    fin: date | None
    motif_fin: str | None
    heures_hebdo: Decimal
    validee_jusqu_au: date | None
    heures_comptees: Decimal
    en_cours: bool


def salaries_de(s: Session, employeur_id: int | None, jour: date, *, ref: str | None = None) -> tuple[SalarieVu, ...]:
    """Contrats of an employer, those in progress first; one of them when `ref` is given."""
    requete = (
        select(
            Contrat,
            Personne.prenom,
            Personne.nom,
            Marche.ref.label("marche_ref"),
            Marche.intitule,
            Validation.fenetre_fin,
        )
        .join(Personne, Personne.id == Contrat.personne_id)
        .outerjoin(Marche, Marche.id == Contrat.marche_id)
        .outerjoin(Validation, Validation.id == Contrat.validation_id)
        .where(Contrat.employeur_id == employeur_id)
        .order_by(Personne.nom, Personne.prenom, Contrat.debut)
    )
    if ref is not None:
        requete = requete.where(Contrat.ref == ref)
    lignes = s.execute(requete).all()
    heures = heures_par_contrat(s, [ligne[0].id for ligne in lignes])
    vues = [
        SalarieVu(
            ref=c.ref,
            personne_id=c.personne_id,
            nom=f"{prenom} {nom}",
            marche_ref=marche_ref,
            marche=intitule,
            modalite=c.modalite,
            type_contrat=c.type_contrat,
            poste=c.poste,
            debut=c.debut,
            fin=c.fin,
            motif_fin=c.motif_fin,
            heures_hebdo=c.heures_hebdo,
            validee_jusqu_au=fenetre_fin,
            heures_comptees=heures.get(c.id, ZERO),
            en_cours=(c.debut <= jour and (c.fin is None or c.fin >= jour)) or c.debut > jour,
        )
        for c, prenom, nom, marche_ref, intitule, fenetre_fin in lignes
    ]
    return tuple(sorted(vues, key=lambda v: not v.en_cours))


def heures_par_contrat(s: Session, contrat_ids: list[int]) -> Mapping[int, Decimal]:
    """Real hours counted in validated declarations, by contrat."""
    requete = (
        select(LigneHeures.contrat_id, func.sum(DecisionLigne.creditees))
        .join(DecisionLigne, DecisionLigne.ligne_id == LigneHeures.id)
        .join(Declaration, Declaration.id == LigneHeures.declaration_id)
        .where(
            LigneHeures.contrat_id.in_(contrat_ids),
            DecisionLigne.en_vigueur.is_(True),
            DecisionLigne.etat == EtatLigne.COMPTEE,
            Declaration.etat == EtatDeclaration.VALIDEE,
        )
        .group_by(LigneHeures.contrat_id)
    )
    return {ligne[0]: ligne[1] for ligne in s.execute(requete)}


@dataclass(frozen=True, slots=True)
class MarcheEmployeur:
    """A marché where the employer works, how far it is, what would finish it."""

    ref: str
    intitule: str
    avancement: Avancement
    besoin: Besoin | None
    titulaire: bool


def marches_de(s: Session, employeur_id: int | None, jour: date) -> tuple[MarcheEmployeur, ...]:
    """Marchés in progress that the employer holds or works on; those that lack the most first."""
    intervient = (
        select(Intervenant.id)
        .where(Intervenant.marche_id == Marche.id, Intervenant.organisation_id == employeur_id)
        .exists()
    )
    marches = s.execute(
        select(Marche.id, Marche.ref, Marche.intitule, Marche.titulaire_id).where(
            Marche.etat.in_(ETATS_OUVERTS_AUX_HEURES), or_(Marche.titulaire_id == employeur_id, intervient)
        )
    ).all()
    progres = avancements(s, [m.id for m in marches], jour)
    vues = []
    for m in marches:
        a = progres[m.id]
        semaines = semaines_restantes(jour, a.fin) if a.fin else 0
        reste = max(ZERO, a.reste - a.declarees)
        vues.append(MarcheEmployeur(m.ref, m.intitule, a, combler(reste, semaines), m.titulaire_id == employeur_id))
    return tuple(sorted(vues, key=lambda v: (-v.avancement.manque, v.intitule)))


def personnes_par_mois(declarations: tuple[DeclarationEmployeur, ...]) -> list[tuple[date, int, date]]:
    """(month, people, due day) of what waits, oldest first: the first line of the employer's home."""
    comptes: Counter[date] = Counter()
    limites: dict[date, date] = {}
    for d in declarations:
        if d.a_repondre:
            comptes[d.mois] += d.personnes
            limites[d.mois] = min(d.echeance, limites.get(d.mois, d.echeance))
    return [(mois, comptes[mois], limites[mois]) for mois in sorted(comptes)]

"""One declaration for the facilitateur, line by line, with the rule that applies."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation, Utilisateur
from marketplace.erreurs import Introuvable
from marketplace.heures.avancement import ETATS_SIGNES
from marketplace.heures.calcul import LigneCalculee, calculer
from marketplace.heures.models import (
    Contrat,
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
    Modalite,
)
from marketplace.heures.ouverture import actifs_au_mois
from marketplace.heures.queries.declarations import A_REPONDRE
from marketplace.heures.queries.facilitateur import remarques
from marketplace.marches.models import Marche
from marketplace.personnes.models import Personne
from marketplace.territoire.reglages import reglages_au

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class LigneVue:
    """One line of a declaration for the facilitateur, with the rule that applies, decided or to come."""

    id: int | None
    contrat_ref: str
    personne_id: int
    nom: str
    modalite: Modalite
    poste: str
    travaillees: Decimal
    formation: Decimal
    comptees: Decimal
    refusees: Decimal
    malgre_tout: Decimal
    etat: EtatLigne | None
    phrases: tuple[str, ...]
    motif: str
    corrigeable: bool


@dataclass(frozen=True, slots=True)
class LigneAncienne:
    """A line that was replaced: kept, and shown."""

    nom: str
    travaillees: Decimal
    formation: Decimal
    quand: datetime
    remplacee_le: datetime
    motif: str


@dataclass(frozen=True, slots=True)
class DeclarationVue:
    """A declaration, line by line."""

    id: int
    version: int
    employeur_id: int
    employeur_ref: str
    employeur: str
    employeur_telephone: str
    employeur_courriel: str
    marche_ref: str
    marche: str
    mois: date
    etat: EtatDeclaration
    echeance: date
    en_retard: bool
    signee_le: datetime | None
    signataire: str
    source: str | None
    aucune_heure: bool
    motif_correction: str
    validee_le: datetime | None
    validee_par: str
    lignes: tuple[LigneVue, ...]
    anciennes: tuple[LigneAncienne, ...]
    oubliables: tuple[tuple[str, str], ...]

    @property
    def a_valider(self) -> bool:
        """Whether it waits for the facilitateur."""
        return self.etat in ETATS_SIGNES

    @property
    def validee(self) -> bool:
        """Whether it is settled: only a correction line changes it."""
        return self.etat is EtatDeclaration.VALIDEE


def declaration_vue(s: Session, territoire_id: int, declaration_id: int, jour: date) -> DeclarationVue:
    """One declaration. Raises Introuvable outside the territory."""
    trouve = s.execute(
        select(Declaration, Organisation, Marche, Utilisateur)
        .join(Organisation, Organisation.id == Declaration.employeur_id)
        .join(Marche, Marche.id == Declaration.marche_id)
        .outerjoin(Utilisateur, Utilisateur.id == Declaration.validee_par_id)
        .where(Declaration.id == declaration_id, Declaration.territoire_id == territoire_id)
    ).first()
    if trouve is None:
        raise Introuvable()
    d, employeur, marche, valideur = trouve
    contrats = {
        c.id: (c, f"{prenom} {nom}")
        for c, prenom, nom in s.execute(
            select(Contrat, Personne.prenom, Personne.nom)
            .join(Personne, Personne.id == Contrat.personne_id)
            .where(
                Contrat.employeur_id == d.employeur_id,
                Contrat.marche_id == d.marche_id,
                or_(
                    Contrat.id.in_(select(LigneHeures.contrat_id).where(LigneHeures.declaration_id == d.id)),
                    _actif(d.mois),
                ),
            )
            .order_by(Personne.nom, Personne.prenom)
        )
    }
    toutes = s.scalars(select(LigneHeures).where(LigneHeures.declaration_id == d.id).order_by(LigneHeures.id)).all()
    corrections = {ligne.corrige_id: ligne for ligne in toutes if ligne.corrige_id}
    debout = [ligne for ligne in toutes if ligne.id not in corrections]
    signee = d.etat in ETATS_SIGNES
    calculees = calculer(s, debout, reglages_au(s, territoire_id, jour), jour) if signee else {}
    decisions = _decisions_par_ligne(s, [ligne.id for ligne in debout])
    validee = d.etat is EtatDeclaration.VALIDEE
    lignes = [
        _ligne_vue(ligne, contrats[ligne.contrat_id], decisions, calculees, validee=validee)
        for ligne in sorted(debout, key=lambda x: list(contrats).index(x.contrat_id))
    ]
    anciennes = tuple(
        LigneAncienne(
            contrats[ligne.contrat_id][1],
            ligne.travaillees,
            ligne.formation,
            ligne.cree_le,
            corrections[ligne.id].cree_le,
            corrections[ligne.id].motif,
        )
        for ligne in toutes
        if ligne.id in corrections
    )
    presents = {ligne.contrat_id for ligne in debout}
    return DeclarationVue(
        id=d.id,
        version=d.version,
        employeur_id=employeur.id,
        employeur_ref=employeur.ref,
        employeur=employeur.nom,
        employeur_telephone=employeur.telephone,
        employeur_courriel=employeur.courriel,
        marche_ref=marche.ref,
        marche=marche.intitule,
        mois=d.mois,
        etat=d.etat,
        echeance=d.echeance,
        en_retard=d.etat in A_REPONDRE and jour > d.echeance,
        signee_le=d.signee_le,
        signataire=d.signataire,
        source=d.source,
        aucune_heure=d.aucune_heure,
        motif_correction=d.motif_correction,
        validee_le=d.validee_le,
        validee_par=f"{valideur.prenom} {valideur.nom}" if valideur else "",
        lignes=tuple(lignes),
        anciennes=anciennes,
        oubliables=tuple((c.ref, nom) for id_, (c, nom) in contrats.items() if id_ not in presents and validee),
    )


def _actif(mois: date) -> ColumnElement[bool]:
    return and_(*actifs_au_mois(mois))


def _decisions_par_ligne(s: Session, ligne_ids: list[int]) -> dict[int, list[DecisionLigne]]:
    groupes: defaultdict[int, list[DecisionLigne]] = defaultdict(list)
    for decision in s.scalars(
        select(DecisionLigne)
        .where(DecisionLigne.ligne_id.in_(ligne_ids), DecisionLigne.en_vigueur.is_(True))
        .order_by(DecisionLigne.malgre_tout, DecisionLigne.id)
    ):
        groupes[decision.ligne_id].append(decision)
    return groupes


def _ligne_vue(
    ligne: LigneHeures,
    qui: tuple[Contrat, str],
    decisions: dict[int, list[DecisionLigne]],
    calculees: dict[int, LigneCalculee],
    *,
    validee: bool,
) -> LigneVue:
    contrat, nom = qui
    total = ligne.travaillees + ligne.formation
    siennes = decisions.get(ligne.id, []) if validee else []
    calculee = calculees.get(ligne.id)
    comptees, motif = ZERO, ""
    etat: EtatLigne | None = None
    phrases: tuple[str, ...] = ()
    malgre_tout = sum((d.creditees for d in siennes if d.malgre_tout), ZERO)
    if siennes:
        comptees = sum((d.creditees for d in siennes), ZERO)
        etat = siennes[-1].etat
        phrases = tuple(d.explication for d in siennes if d.explication)
        motif = " ".join(d.motif for d in siennes if d.motif)
    elif calculee is not None:
        comptees = calculee.credit.reelles
        etat = EtatLigne(calculee.credit.statut.value)
        phrases = remarques(calculee)
    return LigneVue(
        id=ligne.id,
        contrat_ref=contrat.ref,
        personne_id=contrat.personne_id,
        nom=nom,
        modalite=contrat.modalite,
        poste=contrat.poste,
        travaillees=ligne.travaillees,
        formation=ligne.formation,
        comptees=comptees,
        refusees=total - comptees,
        malgre_tout=malgre_tout,
        etat=etat,
        phrases=phrases,
        motif=motif,
        corrigeable=validee,
    )

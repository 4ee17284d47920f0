"""The month of an employer on a marché, already filled: what is typed, what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from marketplace.erreurs import Introuvable
from marketplace.heures.models import (
    Contrat,
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
)
from marketplace.heures.ouverture import actifs_au_mois, echeance_de
from marketplace.heures.queries.declarations import A_REPONDRE
from marketplace.heures.saisie import champ_formation, champ_travaillees, periode_du_mois
from marketplace.marches.models import Marche
from marketplace.personnes.models import Personne
from marketplace.territoire.reglages import reglages_au
from marketplace.valeurs import ajouter_mois


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

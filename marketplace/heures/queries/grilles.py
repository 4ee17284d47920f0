"""The months of an employer on a marché, already filled: what is typed, what was decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from marketplace.comptes.models import Organisation
from marketplace.erreurs import Introuvable
from marketplace.heures.models import (
    Contrat,
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
)
from marketplace.heures.ouverture import actifs_au_mois
from marketplace.heures.queries.declarations import A_REPONDRE
from marketplace.heures.rules.declaration import meme_periode
from marketplace.heures.rules.equipe import EN_EQUIPE
from marketplace.heures.saisie import (
    CHAMP_EQUIPE_F,
    CHAMP_EQUIPE_H,
    avec_mois,
    champ_formation,
    champ_presence,
    champ_travaillees,
    periode_du_mois,
    texte_heures,
)
from marketplace.marches.models import Marche
from marketplace.marches.rules.consignes import Rythme
from marketplace.personnes.models import Personne
from marketplace.valeurs import ajouter_mois, somme


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
    champ_p: str
    texte_h: str
    texte_f: str
    presente: bool
    declarees: Decimal | None
    comptees: Decimal | None
    etat: EtatLigne | None
    explication: str


@dataclass(frozen=True, slots=True)
class Grille:
    """The month of an employer on a marché, already filled."""

    id: int
    version: int
    marche_id: int
    marche_ref: str
    marche: str
    employeur_id: int
    employeur_ref: str
    employeur: str
    equipe_possible: bool
    mois: date
    rythme: Rythme
    etat: EtatDeclaration
    echeance: date
    en_retard: bool
    motif_correction: str
    signataire: str
    signataire_propose: str
    signee_le: Any
    aucune_heure: bool
    derniere: bool
    copiable: bool
    equipe: bool
    texte_equipe: tuple[str, str]
    lignes: tuple[LigneGrille, ...]

    @property
    def modifiable(self) -> bool:
        """Whether hours may be typed."""
        return self.etat in A_REPONDRE


@dataclass(frozen=True, slots=True)
class LigneBloc:
    """One salarié over the months shown side by side; None where her contrat does not cover the month."""

    contrat_ref: str
    nom: str
    poste: str
    heures_hebdo: Decimal
    cellules: tuple[LigneGrille | None, ...]


@dataclass(frozen=True, slots=True)
class Bloc:
    """Up to three months side by side."""

    grilles: tuple[Grille, ...]
    lignes: tuple[LigneBloc, ...]


@dataclass(frozen=True, slots=True)
class Periode:
    """What one signature covers: the months, oldest first, that an employer still owes together for a marché."""

    grilles: tuple[Grille, ...]

    @property
    def une(self) -> Grille:
        """The last month: what the months have in common is read there."""
        return self.grilles[-1]

    @property
    def mois(self) -> tuple[date, ...]:
        """The months."""
        return tuple(g.mois for g in self.grilles)

    @property
    def plusieurs(self) -> bool:
        """Whether fields carry their month in their name."""
        return len(self.grilles) > 1

    @property
    def modifiable(self) -> bool:
        """Whether hours may be typed."""
        return self.une.modifiable

    @property
    def echeance(self) -> date:
        """The first due day."""
        return min(g.echeance for g in self.grilles)

    @property
    def en_retard(self) -> bool:
        """Whether one of the months is late."""
        return any(g.en_retard for g in self.grilles)

    @property
    def equipe(self) -> bool:
        """Whether one number is given for the team."""
        return self.une.equipe

    @property
    def contrats(self) -> tuple[LigneGrille, ...]:
        """Every contrat once, by name."""
        return tuple({x.contrat_ref: x for g in self.grilles for x in g.lignes}.values())

    @property
    def blocs(self) -> tuple[Bloc, ...]:
        """The months three by three, each with the contrats it touches."""
        return tuple(_bloc(self.grilles[i : i + 3]) for i in range(0, len(self.grilles), 3))


def _bloc(grilles: tuple[Grille, ...]) -> Bloc:
    par_mois = [{x.contrat_ref: x for x in g.lignes} for g in grilles]
    tous = {x.contrat_ref: x for g in grilles for x in g.lignes}
    return Bloc(
        grilles,
        tuple(
            LigneBloc(ref, x.nom, x.poste, x.heures_hebdo, tuple(m.get(ref) for m in par_mois))
            for ref, x in tous.items()
        ),
    )


def periode(
    s: Session,
    employeurs: Collection[int],
    marche_ref: str,
    mois: date,
    jour: date,
    *,
    copier: bool = False,
    detail: bool = False,
    etablissement: str = "",
    marches: Collection[int] | None = None,
    prefere: int | None = None,
) -> Periode:
    """The months signed with `mois`: itself alone once signed, else every month of its quarter, or of a marché « à la
    fin », that still waits.

    Typed text comes from the draft, else from the lines signed before, else (`copier`) from the month before. A team's
    structure gives one number unless `detail`. Two establishments on the same marché: `prefere` unless `etablissement`
    (its reference) says which. Raises Introuvable when none of these employers has such a month.
    """
    requete = (
        select(Declaration, Marche.ref, Marche.intitule, Organisation)
        .join(Marche, Marche.id == Declaration.marche_id)
        .join(Organisation, Organisation.id == Declaration.employeur_id)
        .where(Declaration.employeur_id.in_(set(employeurs)), Marche.ref == marche_ref)
        .order_by(Declaration.mois)
    )
    if etablissement:
        requete = requete.where(Organisation.ref == etablissement)
    if marches is not None:
        requete = requete.where(Declaration.marche_id.in_(set(marches)))
    lues = s.execute(requete).all()
    visees = sorted((x for x in lues if x[0].mois == mois), key=lambda x: x[0].employeur_id != prefere)
    if not visees:
        raise Introuvable()
    visee = visees[0]
    declaration = visee[0]
    ensemble = [visee]
    if declaration.etat in A_REPONDRE and declaration.rythme is not Rythme.MENSUEL:
        ensemble = [
            x
            for x in lues
            if x[0].employeur_id == declaration.employeur_id
            and x[0].rythme is declaration.rythme
            and x[0].etat in A_REPONDRE
            and meme_periode(x[0].mois, mois, declaration.rythme)
        ]
    plusieurs = len(ensemble) > 1
    return Periode(
        tuple(
            _grille(s, d, ref, intitule, employeur, jour, copier=copier, detail=detail, plusieurs=plusieurs)
            for d, ref, intitule, employeur in ensemble
        )
    )


def _grille(
    s: Session,
    d: Declaration,
    ref: str,
    intitule: str,
    employeur: Organisation,
    jour: date,
    *,
    copier: bool,
    detail: bool,
    plusieurs: bool,
) -> Grille:
    contrats = s.execute(
        select(Contrat, Personne.id, Personne.prenom, Personne.nom)
        .join(Personne, Personne.id == Contrat.personne_id)
        .where(Contrat.employeur_id == d.employeur_id, Contrat.marche_id == d.marche_id, *actifs_au_mois(d.mois))
        .order_by(Personne.nom, Personne.prenom, Contrat.id)
    ).all()
    signees = _lignes_signees(s, d.id)
    avant, nom_avant = _mois_d_avant(s, d)
    brouillon = {} if copier else dict(d.brouillon or {})
    equipe = employeur.type in EN_EQUIPE and not detail and not _detaillee(brouillon)
    sources = avant if copier else {c: ligne for c, (ligne, _) in signees.items()}
    presents = {c for c, ligne in (sources or avant).items() if ligne.travaillees + ligne.formation}
    prefixe = d.mois if plusieurs else None
    lignes = []
    for contrat, personne_id, prenom, nom in contrats:
        du, au = periode_du_mois(d.mois, contrat.debut, contrat.fin)
        ligne, decision = signees.get(contrat.id, (None, None))
        source = sources.get(contrat.id)
        champ_h, champ_f = champ_travaillees(contrat.ref), champ_formation(contrat.ref)
        champ_p = champ_presence(contrat.ref)
        lignes.append(
            LigneGrille(
                contrat_ref=contrat.ref,
                personne_id=personne_id,
                nom=f"{prenom} {nom}",
                poste=contrat.poste,
                du=du,
                au=au,
                mois_entier=(du, au) == periode_du_mois(d.mois, date.min, None),
                heures_hebdo=contrat.heures_hebdo,
                champ_h=avec_mois(champ_h, prefixe),
                champ_f=avec_mois(champ_f, prefixe),
                champ_p=avec_mois(champ_p, prefixe),
                texte_h=brouillon.get(champ_h, texte_heures(source.travaillees) if source else ""),
                texte_f=brouillon.get(champ_f, texte_heures(source.formation) if source else ""),
                presente=bool(brouillon.get(champ_p))
                if "equipe" in brouillon
                else contrat.id in presents or not presents,
                declarees=ligne.travaillees + ligne.formation if ligne else None,
                comptees=decision[0] if decision else None,
                etat=decision[1] if decision else None,
                explication=decision[2] if decision else "",
            )
        )
    return Grille(
        id=d.id,
        version=d.version,
        marche_id=d.marche_id,
        marche_ref=ref,
        marche=intitule,
        employeur_id=employeur.id,
        employeur_ref=employeur.ref,
        employeur=employeur.nom,
        equipe_possible=employeur.type in EN_EQUIPE,
        mois=d.mois,
        rythme=d.rythme,
        etat=d.etat,
        echeance=d.echeance,
        en_retard=d.etat in A_REPONDRE and jour > d.echeance,
        motif_correction=d.motif_correction,
        signataire=d.signataire,
        signataire_propose=brouillon.get("signataire", d.signataire or nom_avant),
        signee_le=d.signee_le,
        aucune_heure=d.aucune_heure or bool(brouillon.get("aucune_heure")),
        derniere=d.derniere or bool(brouillon.get("derniere")),
        copiable=bool(avant),
        equipe=equipe,
        texte_equipe=(
            brouillon.get(CHAMP_EQUIPE_H, texte_heures(somme(x.travaillees for x in sources.values()))),
            brouillon.get(CHAMP_EQUIPE_F, texte_heures(somme(x.formation for x in sources.values()))),
        ),
        lignes=tuple(lignes),
    )


def _detaillee(brouillon: Mapping[str, str]) -> bool:
    """Whether a draft holds each person's hours (typed, or filled from a file)."""
    return "equipe" not in brouillon and any(c[:2] in {"h-", "f-"} for c in brouillon)


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

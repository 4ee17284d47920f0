"""What is dated around one marché: parts, avenants, transfers, interventions, second counter, study, checklist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.journal.models import Relance
from marketplace.marches.models import (
    Avenant,
    Composante,
    CompteurNpnru,
    EtapeFaite,
    Etude,
    FormeMarche,
    InterventionPrevue,
    Marche,
    RegimeMarche,
    Transfert,
)
from marketplace.marches.queries.delais import delais_demarrage
from marketplace.marches.queries.fiche import FicheMarche
from marketplace.marches.queries.objectifs import objectifs
from marketplace.marches.queries.regimes import LIBELLES_RESERVATION
from marketplace.marches.queries.reservations import verifier_reservation
from marketplace.marches.rules.avenants import EffetHeures
from marketplace.marches.rules.considerations import Levier
from marketplace.marches.rules.etapes import (
    OBJECTIF_CALIBRE,
    PREMIERE_EMBAUCHE,
    REGIME_DECIDE,
    TITULAIRE_CONTACTE,
    PointEtape,
    points,
)
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.formes import CauseTransfert, Forme, GenreComposante, genres_possibles
from marketplace.marches.rules.npnru import VoletNpnru
from marketplace.marches.rules.regime import ARTICLES
from marketplace.metiers.models import Metier
from marketplace.territoire.models import Commune


@dataclass(frozen=True, slots=True)
class ComposanteVue:
    """A tranche, a period, an order, or the hours a transfer moved."""

    id: int
    genre: GenreComposante
    numero: str
    libelle: str
    debut: date | None
    fin: date | None
    montant_ht: Decimal | None
    heures: Decimal
    compte_le: date | None
    lieu: str | None
    titulaire: str | None


@dataclass(frozen=True, slots=True)
class AvenantVu:
    """An avenant and what it changed."""

    id: int
    numero: int
    signe_le: date
    document: str
    objet: str
    effet: EffetHeures
    montant_avant: Decimal | None
    montant_apres: Decimal | None
    heures_avant: Decimal | None
    heures_apres: Decimal | None
    fin_apres: date | None
    dernier: bool


@dataclass(frozen=True, slots=True)
class TransfertVu:
    """A transfer: towards another marché, or from it."""

    vers: bool
    autre_ref: str
    autre_titulaire: str | None
    jour: date
    cause: CauseTransfert
    document: str
    heures: Decimal


@dataclass(frozen=True, slots=True)
class InterventionVue:
    """An intervention foreseen."""

    id: int
    debut: date
    fin: date
    personnes: int
    heures: Decimal
    metier: str | None
    code_rome: str | None
    note: str


@dataclass(frozen=True, slots=True)
class SubsequentVu:
    """A marché subséquent of this accord-cadre, with its own target."""

    ref: str
    intitule: str
    titulaire: str | None
    etat: EtatMarche
    objectif: Decimal | None


@dataclass(frozen=True, slots=True)
class CompteurVu:
    """The second counter: hours for inhabitants of a QPV."""

    volet: VoletNpnru
    heures_travaillees: Decimal
    heures: Decimal


@dataclass(frozen=True, slots=True)
class EtudeVue:
    """What the study concluded."""

    clausable: bool
    motif: str
    decidee_le: date


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything dated around a marché, as its page shows it. `genres`: the parts that may be added today."""

    forme: Forme | None
    heures_par_millier: Decimal | None
    accord_cadre: tuple[str, str] | None
    genres: tuple[GenreComposante, ...]
    composantes: tuple[ComposanteVue, ...]
    subsequents: tuple[SubsequentVu, ...]
    avenants: tuple[AvenantVu, ...]
    transferts: tuple[TransfertVu, ...]
    interventions: tuple[InterventionVue, ...]
    compteur: CompteurVu | None
    etude: EtudeVue | None
    etapes: tuple[PointEtape, ...]
    reserve: tuple[str, ...]
    considerations: tuple[str, ...]

    @property
    def montant_commande(self) -> Decimal:
        """€ HT ordered so far."""
        bons = (c.montant_ht for c in self.composantes if c.genre is GenreComposante.BON_DE_COMMANDE)
        return sum((m for m in bons if m is not None), Decimal(0))

    @property
    def heures_subsequents(self) -> Decimal:
        """Hours of the marchés subséquents, which count for themselves."""
        return sum((m.objectif for m in self.subsequents if m.objectif is not None), Decimal(0))


def dossier_marche(s: Session, fiche: FicheMarche, jour: date, *, embauches: bool = False) -> Dossier:
    """Everything dated around this marché, in a constant number of queries.

    `embauches`: whether somebody was hired on it, which a higher room knows.
    """
    contrat = s.get(FormeMarche, fiche.id)
    forme = None if contrat is None else contrat.forme
    cadre = None
    if contrat is not None and contrat.accord_cadre_id is not None:
        ref, intitule = s.execute(select(Marche.ref, Marche.intitule).where(Marche.id == contrat.accord_cadre_id)).one()
        cadre = (ref, intitule)
    compteur = s.get(CompteurNpnru, fiche.id)
    etude = s.get(Etude, fiche.id)
    return Dossier(
        forme=forme,
        heures_par_millier=None if contrat is None else contrat.heures_par_millier,
        accord_cadre=cadre,
        genres=genres_possibles(forme, fiche.etat),
        composantes=_composantes(s, fiche.id),
        subsequents=_subsequents(s, fiche.id, jour) if forme is Forme.MARCHES_SUBSEQUENTS else (),
        avenants=_avenants(s, fiche.id),
        transferts=_transferts(s, fiche.id),
        interventions=interventions_du_marche(s, fiche.id),
        compteur=None if compteur is None else CompteurVu(compteur.volet, compteur.heures_travaillees, compteur.heures),
        etude=None if etude is None else EtudeVue(etude.clausable, etude.motif, etude.decidee_le),
        etapes=etapes_du_marche(s, fiche, jour, embauches=embauches),
        considerations=_considerations(s.get(RegimeMarche, fiche.id)),
        reserve=verifier_reservation(s, fiche.id, None if fiche.titulaire is None else fiche.titulaire.id),
    )


def _considerations(regime: RegimeMarche | None) -> tuple[str, ...]:
    """What the marché carries besides its hours, in words (R4, R5)."""
    if regime is None:
        return ()
    dites = [_LEVIERS[levier] for levier in regime.leviers if levier in _LEVIERS]
    if regime.reservation is not None:
        dites.append(f"réservé : {LIBELLES_RESERVATION[regime.reservation]} ({ARTICLES[regime.reservation]})")
    return tuple(dites)


_LEVIERS = {
    Levier.CONDITION_EXECUTION.value: "condition d'exécution sociale",
    Levier.CRITERE_ATTRIBUTION.value: "critère d'attribution social",
    Levier.OBJET_INSERTION.value: "marché d'insertion : l'insertion en est l'objet",
}


def _composantes(s: Session, marche_id: int) -> tuple[ComposanteVue, ...]:
    c = Composante
    requete = (
        select(c, Commune.nom, Organisation.nom)
        .outerjoin(Commune, Commune.code_insee == c.code_insee)
        .outerjoin(Organisation, Organisation.id == c.titulaire_id)
        .where(c.marche_id == marche_id)
        .order_by(c.genre, c.compte_le.is_(None), c.debut, c.compte_le, c.id)
    )
    return tuple(
        ComposanteVue(
            x.id,
            x.genre,
            x.numero,
            x.libelle,
            x.debut,
            x.fin,
            x.montant_ht,
            x.heures,
            x.compte_le,
            lieu,
            titulaire,
        )
        for x, lieu, titulaire in s.execute(requete)
    )


def composante_vue(s: Session, marche_id: int, composante_id: int) -> ComposanteVue | None:
    """One part of a marché, to correct it; None when it is not one of its."""
    return next((c for c in _composantes(s, marche_id) if c.id == composante_id), None)


def _subsequents(s: Session, marche_id: int, jour: date) -> tuple[SubsequentVu, ...]:
    lignes = s.execute(
        select(Marche.id, Marche.ref, Marche.intitule, Organisation.nom, Marche.etat)
        .join(FormeMarche, FormeMarche.marche_id == Marche.id)
        .outerjoin(Organisation, Organisation.id == Marche.titulaire_id)
        .where(FormeMarche.accord_cadre_id == marche_id)
        .order_by(Marche.id)
    ).all()
    dus = objectifs(s, [ligne.id for ligne in lignes], jour)
    return tuple(SubsequentVu(ref, intitule, nom, etat, dus.get(id_)) for id_, ref, intitule, nom, etat in lignes)


def _avenants(s: Session, marche_id: int) -> tuple[AvenantVu, ...]:
    lignes = list(s.scalars(select(Avenant).where(Avenant.marche_id == marche_id).order_by(Avenant.numero.desc())))
    return tuple(
        AvenantVu(
            a.id,
            a.numero,
            a.signe_le,
            a.document,
            a.objet,
            a.effet,
            a.montant_avant,
            a.montant_apres,
            a.heures_avant,
            a.heures_apres,
            a.fin_apres,
            rang == 0,
        )
        for rang, a in enumerate(lignes)
    )


def _transferts(s: Session, marche_id: int) -> tuple[TransfertVu, ...]:
    vus: list[TransfertVu] = []
    requete = select(Transfert).where(or_(Transfert.marche_id == marche_id, Transfert.vers_id == marche_id))
    for t in s.scalars(requete.order_by(Transfert.jour)).all():
        vers = t.marche_id == marche_id
        ref, nom = s.execute(
            select(Marche.ref, Organisation.nom)
            .outerjoin(Organisation, Organisation.id == Marche.titulaire_id)
            .where(Marche.id == (t.vers_id if vers else t.marche_id))
        ).one()
        vus.append(TransfertVu(vers, ref, nom, t.jour, t.cause, t.document, t.heures))
    return tuple(vus)


def interventions_du_marche(s: Session, marche_id: int) -> tuple[InterventionVue, ...]:
    """The interventions foreseen on one marché, in order."""
    i = InterventionPrevue
    requete = (
        select(i, Metier.libelle)
        .outerjoin(Metier, Metier.code_rome == i.code_rome)
        .where(i.marche_id == marche_id)
        .order_by(i.debut, i.id)
    )
    return tuple(
        InterventionVue(x.id, x.debut, x.fin, x.personnes, x.heures, metier, x.code_rome, x.note)
        for x, metier in s.execute(requete)
    )


def etapes_du_marche(s: Session, fiche: FicheMarche, jour: date, *, embauches: bool = False) -> tuple[PointEtape, ...]:
    """The checklist of a marché: what was ticked, and what the ledger itself shows done."""
    faites = {
        code: (faite_le, note, auteur)
        for code, faite_le, note, auteur in s.execute(
            select(EtapeFaite.code, EtapeFaite.faite_le, EtapeFaite.note, EtapeFaite.auteur_nom).where(
                EtapeFaite.marche_id == fiche.id
            )
        )
    }
    appel = s.scalar(
        select(func.max(Relance.quand)).where(Relance.objet_type == "marche", Relance.objet_id == fiche.id)
    )
    constatees: set[str] = set()
    if s.get(RegimeMarche, fiche.id) is not None:
        constatees.add(REGIME_DECIDE)
    if any(v.calcul for v in fiche.versions):
        constatees.add(OBJECTIF_CALIBRE)
    if appel is not None and fiche.date_notification is not None and appel.date() >= fiche.date_notification:
        constatees.add(TITULAIRE_CONTACTE)
    if embauches:
        constatees.add(PREMIERE_EMBAUCHE)
    delais = delais_demarrage(s, fiche.territoire_id, jour)
    return points(faites, constatees, le=jour, notification=fiche.date_notification, delais=delais)

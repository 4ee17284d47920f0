"""One person, as her référent or a facilitateur reads her. The reading itself is noted by the act that calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation, Utilisateur
from marketplace.marches.models import Marche
from marketplace.metiers.queries import libelles_metiers
from marketplace.personnes.models import (
    BasePersonne,
    CompetencePersonne,
    EtatValidation,
    Experience,
    OuiNonAVerifier,
    Personne,
    Suivi,
    Validation,
)
from marketplace.personnes.portee import suivi_en_cours
from marketplace.personnes.queries.mobilite import MobiliteVue, mobilite_vue
from marketplace.personnes.queries.parcours import ParcoursVu, parcours_vu
from marketplace.personnes.queries.situation import EligibiliteVue, eligibilite_vue
from marketplace.personnes.rules.bases import BASES
from marketplace.personnes.rules.eligibilite import age_au
from marketplace.personnes.rules.etapes import TEXTES, Etape, Situation, prochaine_etape
from marketplace.personnes.rules.information import VERSION_NOTICE_VALIDATION
from marketplace.personnes.rules.parcours import ecrire_duree
from marketplace.personnes.rules.saisie import LIMITES, MODES
from marketplace.personnes.rules.suivis import REFERENT, ROLES
from marketplace.territoire.queries import commune


@dataclass(frozen=True, slots=True)
class ExperienceVue:
    """A past job, with what ROME calls it once confirmed."""

    id: int
    intitule: str
    code_rome: str | None
    metier: str | None
    mois: int | None

    @property
    def duree(self) -> str:
        """« 2 ans 3 mois », empty when not said."""
        return ecrire_duree(self.mois)


@dataclass(frozen=True, slots=True)
class CompetenceVue:
    """A skill in her words; `code_ogr` once she said which compétence of ROME it is."""

    id: int
    libelle: str
    code_ogr: str | None


@dataclass(frozen=True, slots=True)
class BaseVue:
    """A language or a basic she answered about: hers, or under work."""

    code: str
    libelle: str
    acquise: bool


@dataclass(frozen=True, slots=True)
class ReferentVu:
    """Somebody who follows the person, or did until `jusqu_au`."""

    utilisateur_id: int
    nom: str
    organisation: str
    depuis: date
    role: str = REFERENT
    jusqu_au: date | None = None

    @property
    def titre(self) -> str:
        """« Co-référent conseiller emploi »."""
        return ROLES[self.role]


@dataclass(frozen=True, slots=True)
class ValidationVue:
    """A question asked about the person."""

    ref: str
    demandeur: str
    marche: str
    poste: str
    etat: str
    debut_prevu: date | None
    fenetre_fin: date | None
    demandee_le: datetime


@dataclass(frozen=True, slots=True)
class FichePersonne:
    """Everything a référent or a facilitateur may read of one person; `qpv` and `parcours` are None where her
    situation is closed to the reader.
    """

    id: int
    ref: str
    prenom: str
    nom: str
    date_naissance: date | None
    age: int | None
    sexe: str | None
    niveau: str | None
    telephone: str
    courriel: str
    code_insee: str | None
    commune: str | None
    qpv: OuiNonAVerifier | None
    qpv_le: date | None
    qpv_source: str
    modes: tuple[str, ...]
    trajet_max_minutes: int
    permis: tuple[str, ...]
    caces: tuple[str, ...]
    heures_min: Decimal
    heures_max: Decimal
    nuit: bool
    weekend: bool
    disponible_le: date | None
    limites: tuple[str, ...]
    experiences: tuple[ExperienceVue, ...]
    competences_dites: tuple[CompetenceVue, ...]
    bases: tuple[BaseVue, ...]
    information_le: date | None
    information_canal: str
    information_version: str
    informee: bool
    dernier_contact_le: date | None
    retiree_le: datetime | None
    fictive: bool
    version: int
    referents: tuple[ReferentVu, ...]
    anciens: tuple[ReferentVu, ...]
    eligibilite: EligibiliteVue
    validations: tuple[ValidationVue, ...]
    etape: Etape
    parcours: ParcoursVu | None
    mobilite: MobiliteVue | None

    @property
    def nom_complet(self) -> str:
        """« Samira Exemple »."""
        return f"{self.prenom} {self.nom}"

    @property
    def competences(self) -> tuple[str, ...]:
        """Skills, in her words."""
        return tuple(c.libelle for c in self.competences_dites)

    @property
    def etape_texte(self) -> str:
        """The next step, in words."""
        return TEXTES[self.etape]

    @property
    def modes_libelles(self) -> tuple[str, ...]:
        """Ways of travelling, in words."""
        return tuple(MODES[m] for m in MODES if m in self.modes)

    @property
    def limites_libelles(self) -> tuple[str, ...]:
        """What to avoid, in words."""
        return tuple(LIMITES.get(code, code) for code in self.limites)


ETATS_VALIDATION = {
    EtatValidation.A_TRAITER: "en attente",
    EtatValidation.OUI: "oui",
    EtatValidation.NON: "non",
    EtatValidation.ANNULEE: "annulée",
}


def fiche(s: Session, personne: Personne, jour: date, *, statuts_ouverts: bool) -> FichePersonne:
    """The file of this person on `jour`."""
    experiences = list(
        s.scalars(select(Experience).where(Experience.personne_id == personne.id).order_by(Experience.id))
    )
    metiers = libelles_metiers(s, [e.code_rome for e in experiences if e.code_rome])
    competences = tuple(
        CompetenceVue(c.id, c.libelle, c.code_ogr)
        for c in s.scalars(
            select(CompetencePersonne)
            .where(CompetencePersonne.personne_id == personne.id)
            .order_by(CompetencePersonne.id)
        )
    )
    lieu = commune(s, personne.code_insee) if personne.code_insee else None
    eligibilite = eligibilite_vue(s, personne, jour, statuts_ouverts=statuts_ouverts)
    informee = est_classable(personne)
    situation = Situation(
        retiree=personne.retiree_le is not None,
        informee=informee,
        metiers=len(experiences),
        metiers_a_confirmer=sum(1 for e in experiences if e.code_rome is None),
        commune=lieu is not None,
        modes=bool(personne.modes),
        eligible=eligibilite.oui,
        dernier_contact=personne.dernier_contact_le,
    )
    return FichePersonne(
        id=personne.id,
        ref=personne.ref,
        prenom=personne.prenom,
        nom=personne.nom,
        date_naissance=personne.date_naissance,
        age=age_au(personne.date_naissance, jour) if personne.date_naissance else None,
        sexe=personne.sexe,
        niveau=personne.niveau,
        telephone=personne.telephone,
        courriel=personne.courriel,
        code_insee=personne.code_insee,
        commune=lieu.nom if lieu else None,
        qpv=personne.qpv if statuts_ouverts else None,
        qpv_le=personne.qpv_le if statuts_ouverts else None,
        qpv_source=personne.qpv_source if statuts_ouverts else "",
        modes=tuple(personne.modes),
        trajet_max_minutes=personne.trajet_max_minutes,
        permis=tuple(personne.permis),
        caces=tuple(personne.caces),
        heures_min=personne.heures_min,
        heures_max=personne.heures_max,
        nuit=personne.nuit,
        weekend=personne.weekend,
        disponible_le=personne.disponible_le,
        limites=tuple(personne.limites),
        experiences=tuple(
            ExperienceVue(e.id, e.intitule, e.code_rome, metiers.get(e.code_rome or ""), e.mois) for e in experiences
        ),
        competences_dites=competences,
        bases=_bases(s, personne.id),
        information_le=personne.information_le,
        information_canal=personne.information_canal,
        information_version=personne.information_version,
        informee=informee,
        dernier_contact_le=personne.dernier_contact_le,
        retiree_le=personne.retiree_le,
        fictive=personne.fictive,
        version=personne.version,
        referents=referents(s, [personne.id], jour).get(personne.id, ()),
        anciens=anciens_referents(s, personne.id, jour),
        eligibilite=eligibilite,
        validations=_validations(s, personne.id),
        etape=prochaine_etape(situation, jour),
        parcours=parcours_vu(s, personne.id, jour) if statuts_ouverts else None,
        mobilite=mobilite_vue(s, personne.id),
    )


def est_classable(personne: Personne) -> bool:
    """Whether the person was told of the ranking (a notice handed with a validation does not cover it)."""
    return personne.information_le is not None and personne.information_version != VERSION_NOTICE_VALIDATION


def referents(s: Session, ids: Sequence[int], jour: date) -> dict[int, tuple[ReferentVu, ...]]:
    """Those who follow these people on `jour`, référents first."""
    return _suivis(s, ids, suivi_en_cours(jour))


def anciens_referents(s: Session, personne_id: int, jour: date) -> tuple[ReferentVu, ...]:
    """Those who followed her before, the last first."""
    passes = _suivis(s, [personne_id], Suivi.jusqu_au <= jour).get(personne_id, ())
    return tuple(sorted(passes, key=lambda r: r.jusqu_au or jour, reverse=True))


def _suivis(s: Session, ids: Sequence[int], condition: ColumnElement[bool]) -> dict[int, tuple[ReferentVu, ...]]:
    requete = (
        select(Suivi, Utilisateur.prenom, Utilisateur.nom, Organisation.nom)
        .join(Utilisateur, Utilisateur.id == Suivi.referent_id)
        .join(Organisation, Organisation.id == Suivi.organisation_id)
        .where(Suivi.personne_id.in_(ids), condition)
        .order_by(Suivi.role.desc(), Suivi.depuis, Suivi.id)
    )
    vus: dict[int, list[ReferentVu]] = {}
    for suivi, prenom, nom, organisation in s.execute(requete):
        vus.setdefault(suivi.personne_id, []).append(
            ReferentVu(
                suivi.referent_id, f"{prenom} {nom}", organisation, suivi.depuis, suivi.role.value, suivi.jusqu_au
            )
        )
    return {numero: tuple(liste) for numero, liste in vus.items()}


def _bases(s: Session, personne_id: int) -> tuple[BaseVue, ...]:
    notees = {b.code: b.acquise for b in s.scalars(select(BasePersonne).where(BasePersonne.personne_id == personne_id))}
    return tuple(BaseVue(code, base.libelle, notees[code]) for code, base in BASES.items() if code in notees)


def _validations(s: Session, personne_id: int) -> tuple[ValidationVue, ...]:
    requete = (
        select(Validation, Organisation.nom, Marche.intitule)
        .outerjoin(Organisation, Organisation.id == Validation.demandeur_id)
        .outerjoin(Marche, Marche.id == Validation.marche_id)
        .where(Validation.personne_id == personne_id)
        .order_by(Validation.demandee_le.desc(), Validation.id.desc())
    )
    return tuple(
        ValidationVue(
            v.ref,
            demandeur or "le facilitateur",
            marche or "",
            v.poste,
            ETATS_VALIDATION[v.etat],
            v.debut_prevu,
            v.fenetre_fin,
            v.demandee_le,
        )
        for v, demandeur, marche in s.execute(requete)
    )

"""What pages and other rooms ask about accounts, as plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Affectation, Organisation, TypeOrganisation, Utilisateur
from marketplace.comptes.roles import Role
from marketplace.territoire.models import Commune
from marketplace.valeurs import cle

LIBELLES_TYPES = {
    TypeOrganisation.ENTREPRISE: "Entreprise",
    TypeOrganisation.EI: "Entreprise d'insertion (EI)",
    TypeOrganisation.ETTI: "Entreprise de travail temporaire d'insertion (ETTI)",
    TypeOrganisation.AI: "Association intermédiaire (AI)",
    TypeOrganisation.ACI: "Atelier et chantier d'insertion (ACI)",
    TypeOrganisation.EITI: "Entreprise d'insertion par le travail indépendant (EITI)",
    TypeOrganisation.GEIQ: "Groupement d'employeurs (GEIQ)",
    TypeOrganisation.EA: "Entreprise adaptée (EA)",
    TypeOrganisation.EATT: "Entreprise adaptée de travail temporaire (EATT)",
    TypeOrganisation.ESAT: "Établissement d'aide par le travail (ESAT)",
    TypeOrganisation.REGIE: "Régie de quartier",
    TypeOrganisation.SEP: "Travail en prison (SEP)",
    TypeOrganisation.ETT: "Entreprise de travail temporaire",
    TypeOrganisation.OPCS: "Équipe de facilitateurs",
    TypeOrganisation.ACHETEUR: "Acheteur, maître d'ouvrage",
    TypeOrganisation.PRESCRIPTEUR: "Service prescripteur",
}
PAR_PAGE = 25
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OrganisationVue:
    """An organisation of the directory."""

    id: int
    ref: str
    type: TypeOrganisation
    type_libelle: str
    nom: str
    siret: str | None
    activites: str
    adresse: str
    code_insee: str | None
    commune: str
    telephone: str
    courriel: str
    site: str
    verifiee_le: datetime | None
    source: str
    source_le: date | None
    fictive: bool
    membres: int
    capacite: int | None = None
    effectif: str | None = None
    siret_a_verifier: bool = False


@dataclass(frozen=True, slots=True)
class AffectationVue:
    """A hat, with the names a page shows."""

    id: int
    utilisateur_id: int
    utilisateur_nom: str
    role: Role
    organisation_id: int
    organisation_ref: str
    organisation_nom: str
    territoire_id: int
    depuis: date
    jusqu_au: date | None


@dataclass(frozen=True, slots=True)
class MembreVu:
    """A member as the administrator sees them."""

    id: int
    nom: str
    courriel: str
    second_facteur: bool
    invite: bool
    bloque_jusqu_a: datetime | None
    derniere_connexion: datetime | None
    desactive_le: datetime | None
    demonstration: bool
    affectations: tuple[AffectationVue, ...]


@dataclass(frozen=True, slots=True)
class CompteVu:
    """One's own account."""

    id: int
    nom: str
    courriel: str
    telephone: str
    second_facteur: bool
    demonstration: bool
    derniere_connexion: datetime | None
    totp_secret: str | None
    totp_dernier_pas: int | None


@dataclass(frozen=True, slots=True)
class CompteDemonstration:
    """A demonstration account offered on the sign-in page."""

    utilisateur_id: int
    nom: str
    courriel: str
    roles: tuple[Role, ...]
    organisations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageDe(Generic[T]):
    """One page of a list."""

    lignes: tuple[T, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages."""
        return max(1, -(-self.total // PAR_PAGE))


def en_vigueur(jour: date) -> Any:
    """SQL condition: a hat held on that day."""
    return (Affectation.depuis <= jour) & ((Affectation.jusqu_au.is_(None)) | (Affectation.jusqu_au >= jour))


def _vue(o: Organisation, commune: str | None, membres: int) -> OrganisationVue:
    return OrganisationVue(
        id=o.id,
        ref=o.ref,
        type=o.type,
        type_libelle=LIBELLES_TYPES[o.type],
        nom=o.nom,
        siret=o.siret,
        activites=o.activites,
        adresse=o.adresse,
        code_insee=o.code_insee,
        commune=commune or "",
        telephone=o.telephone,
        courriel=o.courriel,
        site=o.site,
        verifiee_le=o.verifiee_le,
        source=o.source,
        source_le=o.source_le,
        fictive=o.fictive,
        membres=membres,
        capacite=o.capacite,
        effectif=o.effectif,
        siret_a_verifier=o.siret is not None and not o.siret_valide,
    )


_MEMBRES = (
    select(func.count(func.distinct(Affectation.utilisateur_id)))
    .where(Affectation.organisation_id == Organisation.id, Affectation.jusqu_au.is_(None))
    .correlate(Organisation)
    .scalar_subquery()
)


def organisation(s: Session, territoire_id: int, ref: str) -> OrganisationVue | None:
    """One organisation of a territory; None outside it."""
    ligne = s.execute(
        select(Organisation, Commune.nom, _MEMBRES)
        .outerjoin(Commune, Commune.code_insee == Organisation.code_insee)
        .where(Organisation.ref == ref, Organisation.territoire_id == territoire_id)
    ).first()
    return None if ligne is None else _vue(*ligne)


def organisations(
    s: Session,
    territoire_id: int,
    *,
    types: Iterable[TypeOrganisation] | None = None,
    texte: str = "",
    verifiees: bool | None = None,
    page: int = 1,
    par_page: int | None = PAR_PAGE,
) -> PageDe[OrganisationVue]:
    """Organisations of a territory by name; `par_page=None` gives them all."""
    conditions: list[Any] = [Organisation.territoire_id == territoire_id]
    if types is not None:
        conditions.append(Organisation.type.in_(list(types)))
    if texte.strip():
        motif = cle(texte)
        chiffres = "".join(c for c in texte if c.isdigit())
        cherche = [Organisation.cle.contains(motif, autoescape=True)] if motif else []
        if len(chiffres) >= 9:
            cherche.append(Organisation.siret.startswith(chiffres))
        if cherche:
            conditions.append(or_(*cherche))
    if verifiees is not None:
        conditions.append(Organisation.verifiee_le.is_not(None) if verifiees else Organisation.verifiee_le.is_(None))
    total = s.scalar(select(func.count()).select_from(Organisation).where(*conditions)) or 0
    requete = (
        select(Organisation, Commune.nom, _MEMBRES)
        .outerjoin(Commune, Commune.code_insee == Organisation.code_insee)
        .where(*conditions)
        .order_by(Organisation.cle, Organisation.id)
    )
    if par_page is not None:
        requete = requete.limit(par_page).offset((page - 1) * par_page)
    return PageDe(tuple(_vue(*ligne) for ligne in s.execute(requete)), total, page)


def _affectation(a: Affectation, u: Utilisateur, o: Organisation) -> AffectationVue:
    return AffectationVue(
        a.id, u.id, f"{u.prenom} {u.nom}", a.role, o.id, o.ref, o.nom, a.territoire_id, a.depuis, a.jusqu_au
    )


def affectations(s: Session, utilisateur_id: int, jour: date) -> tuple[AffectationVue, ...]:
    """The hats a user holds on that day."""
    requete = (
        select(Affectation, Utilisateur, Organisation)
        .join(Utilisateur, Utilisateur.id == Affectation.utilisateur_id)
        .join(Organisation, Organisation.id == Affectation.organisation_id)
        .where(Affectation.utilisateur_id == utilisateur_id, en_vigueur(jour))
        .order_by(Affectation.id)
    )
    return tuple(_affectation(*ligne) for ligne in s.execute(requete))


def affectations_de_l_organisation(s: Session, territoire_id: int, ref: str, jour: date) -> tuple[AffectationVue, ...]:
    """Who wears which hat in an organisation on that day (« agir pour » needs the référents')."""
    requete = (
        select(Affectation, Utilisateur, Organisation)
        .join(Utilisateur, Utilisateur.id == Affectation.utilisateur_id)
        .join(Organisation, Organisation.id == Affectation.organisation_id)
        .where(
            Organisation.ref == ref,
            Organisation.territoire_id == territoire_id,
            Utilisateur.desactive_le.is_(None),
            en_vigueur(jour),
        )
        .order_by(Utilisateur.nom, Utilisateur.prenom, Affectation.id)
    )
    return tuple(_affectation(*ligne) for ligne in s.execute(requete))


def membres(
    s: Session, territoire_id: int, jour: date, *, texte: str = "", role: Role | None = None, page: int = 1
) -> PageDe[MembreVu]:
    """Users who hold, or held, a hat in this territory."""
    hats = select(Affectation.utilisateur_id).where(Affectation.territoire_id == territoire_id)
    if role is not None:
        hats = hats.where(Affectation.role == role, en_vigueur(jour))
    conditions: list[Any] = [Utilisateur.id.in_(hats)]
    for mot in texte.lower().split():
        motif = f"%{mot}%"
        conditions.append(
            or_(
                func.lower(Utilisateur.nom).like(motif),
                func.lower(Utilisateur.prenom).like(motif),
                Utilisateur.courriel.like(motif),
            )
        )
    total = s.scalar(select(func.count()).select_from(Utilisateur).where(*conditions)) or 0
    utilisateurs = s.scalars(
        select(Utilisateur)
        .where(*conditions)
        .order_by(Utilisateur.nom, Utilisateur.prenom, Utilisateur.id)
        .limit(PAR_PAGE)
        .offset((page - 1) * PAR_PAGE)
    ).all()
    par_utilisateur: dict[int, list[AffectationVue]] = {u.id: [] for u in utilisateurs}
    requete = (
        select(Affectation, Utilisateur, Organisation)
        .join(Utilisateur, Utilisateur.id == Affectation.utilisateur_id)
        .join(Organisation, Organisation.id == Affectation.organisation_id)
        .where(
            Affectation.utilisateur_id.in_(par_utilisateur),
            Affectation.territoire_id == territoire_id,
            en_vigueur(jour),
        )
        .order_by(Affectation.id)
    )
    for ligne in s.execute(requete):
        par_utilisateur[ligne[1].id].append(_affectation(*ligne))
    lignes = tuple(
        MembreVu(
            u.id,
            f"{u.prenom} {u.nom}",
            u.courriel,
            u.totp_secret is not None,
            u.mot_de_passe is None,
            u.bloque_jusqu_a,
            u.derniere_connexion,
            u.desactive_le,
            u.demonstration,
            tuple(par_utilisateur[u.id]),
        )
        for u in utilisateurs
    )
    return PageDe(lignes, total, page)


def compte(s: Session, utilisateur_id: int) -> CompteVu | None:
    """One's own account."""
    u = s.get(Utilisateur, utilisateur_id)
    if u is None:
        return None
    return CompteVu(
        u.id,
        f"{u.prenom} {u.nom}",
        u.courriel,
        u.telephone,
        u.totp_secret is not None,
        u.demonstration,
        u.derniere_connexion,
        u.totp_secret,
        u.totp_dernier_pas,
    )


def comptes_de_demonstration(s: Session, jour: date) -> tuple[CompteDemonstration, ...]:
    """The demonstration's accounts that can sign in, by role; shown in demonstration mode only."""
    requete = (
        select(Utilisateur, Affectation.role, Organisation.nom)
        .join(Affectation, Affectation.utilisateur_id == Utilisateur.id)
        .join(Organisation, Organisation.id == Affectation.organisation_id)
        .where(
            Utilisateur.demonstration.is_(True),
            Utilisateur.mot_de_passe.is_not(None),
            Utilisateur.desactive_le.is_(None),
            en_vigueur(jour),
        )
        .order_by(Affectation.id)
    )
    ordre = list(Role)
    par_compte: dict[int, tuple[Utilisateur, list[Role], list[str]]] = {}
    for u, role, nom in s.execute(requete):
        _, roles, noms = par_compte.setdefault(u.id, (u, [], []))
        roles.append(role)
        if nom not in noms:
            noms.append(nom)
    comptes = [
        CompteDemonstration(u.id, f"{u.prenom} {u.nom}", u.courriel, tuple(roles), tuple(noms))
        for u, roles, noms in par_compte.values()
    ]
    return tuple(sorted(comptes, key=lambda c: (len(c.roles) > 1, ordre.index(c.roles[0]))))

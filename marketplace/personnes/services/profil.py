"""Acts on the profile: registering, correcting, confirming what a wording means, noting a contact."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.metiers.models import Metier
from marketplace.metiers.queries import libelles_metiers
from marketplace.personnes.models import (
    CompetencePersonne,
    Experience,
    Personne,
    Suivi,
)
from marketplace.personnes.portee import personne_du_perimetre
from marketplace.personnes.rules.identite import empreinte
from marketplace.personnes.rules.saisie import (
    EXPERIENCES_MAX,
    CompetenceSaisie,
    ExperienceSaisie,
    ProfilSaisi,
    controler_profil,
    lire_telephone,
)
from marketplace.personnes.services.information import inscrire_information
from marketplace.personnes.services.vivier import noter_changement
from marketplace.territoire.queries import commune
from marketplace.valeurs import cle


class DoublonPossible(RegleViolee):
    """Somebody with the same name and birth date is already registered. Never says who follows her."""

    def __init__(self) -> None:
        super().__init__(
            "Une personne de même nom, née le même jour, est déjà enregistrée sur ce territoire. "
            "Si c'est elle, demandez à la suivre. Sinon, cochez « C'est une autre personne ».",
            champ="autre_personne",
        )


@dataclass(frozen=True, slots=True)
class Information:
    """The notice given to the person: when, and how it reached her (R109)."""

    le: date
    canal: str


def nouvelle_ref() -> str:
    """A reference that cannot be guessed: « P-7K2M9Q »."""
    return "P-" + base64.b32encode(secrets.token_bytes(5)).decode("ascii")[:6]


def commune_resolue(s: Session, code_insee: str | None) -> str | None:
    """The commune in force for this code, an old code being followed to what it became.

    Raises RegleViolee when it names none.
    """
    if not code_insee:
        return None
    trouvee = commune(s, code_insee)
    if trouvee is None:
        raise RegleViolee(
            "Cette commune est inconnue : choisissez-la dans la liste ou donnez son code postal.",
            champ="commune",
        )
    return trouvee.code_insee


def jumeaux(s: Session, territoire_id: int, marque: str | None, sauf: int | None = None) -> list[int]:
    """Ids of the people of this territory who bear the same keyed hash."""
    if marque is None:
        return []
    requete = select(Personne.id).where(
        Personne.territoire_id == territoire_id,
        Personne.empreinte == marque,
        Personne.anonymisee_le.is_(None),
        Personne.id != (sauf or 0),
    )
    return list(s.scalars(requete))


def _codes_connus(s: Session, experiences: tuple[ExperienceSaisie, ...]) -> set[str]:
    voulus = {e.code_rome for e in experiences if e.code_rome}
    return set(s.scalars(select(Metier.code_rome).where(Metier.code_rome.in_(voulus)))) if voulus else set()


def _poser_profil(s: Session, personne: Personne, saisie: ProfilSaisi, cle_secrete: str) -> None:
    """Copy the checked values on the row. Raises RegleViolee for the phone and the commune."""
    personne.prenom, personne.nom = saisie.prenom.strip(), saisie.nom.strip()
    personne.cle = cle(f"{saisie.nom} {saisie.prenom}")
    personne.date_naissance = saisie.date_naissance
    personne.empreinte = empreinte(cle_secrete, saisie.prenom, saisie.nom, saisie.date_naissance)
    personne.sexe = saisie.sexe or None
    personne.niveau = saisie.niveau or None
    personne.telephone = lire_telephone(saisie.telephone)
    personne.courriel = saisie.courriel.strip()
    personne.code_insee = commune_resolue(s, saisie.code_insee)
    personne.modes, personne.permis = list(saisie.modes), list(saisie.permis)
    personne.caces, personne.limites = list(saisie.caces), list(saisie.limites)
    personne.trajet_max_minutes = saisie.trajet_max_minutes
    personne.heures_min, personne.heures_max = saisie.heures_min, saisie.heures_max
    personne.nuit, personne.weekend = saisie.nuit, saisie.weekend
    personne.disponible_le = saisie.disponible_le


def remplacer_competences(s: Session, personne_id: int, competences: Sequence[CompetenceSaisie]) -> None:
    """Replace the skills. A wording already confirmed keeps its compétence when it comes back unconfirmed."""
    siennes = select(CompetencePersonne).where(CompetencePersonne.personne_id == personne_id)
    confirmees = {cle(c.libelle): c.code_ogr for c in s.scalars(siennes)}
    s.execute(delete(CompetencePersonne).where(CompetencePersonne.personne_id == personne_id))
    s.add_all(
        CompetencePersonne(
            personne_id=personne_id,
            libelle=c.libelle.strip(),
            code_ogr=c.code_ogr or confirmees.get(cle(c.libelle)),
        )
        for c in competences
        if c.libelle.strip()
    )


def _poser_parcours(
    s: Session,
    personne: Personne,
    experiences: tuple[ExperienceSaisie, ...],
    competences: tuple[CompetenceSaisie, ...],
) -> None:
    """Replace the journey. A wording already confirmed keeps its métier when it comes back unconfirmed."""
    confirmes = {
        cle(e.intitule): e.code_rome
        for e in s.scalars(select(Experience).where(Experience.personne_id == personne.id))
        if e.code_rome
    }
    s.execute(delete(Experience).where(Experience.personne_id == personne.id))
    _ajouter_parcours(s, personne, experiences, (), confirmes)
    remplacer_competences(s, personne.id, competences)


def _ajouter_parcours(
    s: Session,
    personne: Personne,
    experiences: tuple[ExperienceSaisie, ...],
    competences: tuple[CompetenceSaisie, ...],
    confirmes: Mapping[str, str | None],
) -> None:
    connus = _codes_connus(s, experiences)
    for e in experiences:
        if e.intitule.strip():
            code = e.code_rome if e.code_rome in connus else confirmes.get(cle(e.intitule))
            s.add(Experience(personne_id=personne.id, intitule=e.intitule.strip(), code_rome=code, mois=e.mois))
    for c in competences:
        if c.libelle.strip():
            s.add(CompetencePersonne(personne_id=personne.id, libelle=c.libelle.strip(), code_ogr=c.code_ogr))


def ajouter_experience(
    s: Session, quand: datetime, personne: Personne, intitule: str, code_rome: str | None, mois: int
) -> None:
    """One more past job, inside the caller's transaction. Raises RegleViolee when the journey is full."""
    deja = select(func.count()).select_from(Experience).where(Experience.personne_id == personne.id)
    if (s.scalar(deja) or 0) >= EXPERIENCES_MAX:
        raise RegleViolee(f"{EXPERIENCES_MAX} expériences au plus : retirez-en une, puis recommencez.")
    s.add(Experience(personne_id=personne.id, intitule=intitule, code_rome=code_rome, mois=mois))
    noter_changement(s, quand, personne.id)


def inscrire_personnes(
    ctx: Contexte,
    s: Session,
    acteur: Acteur,
    saisies: Sequence[ProfilSaisi],
    information: Information | None,
    *,
    refs_prises: Collection[str] = (),
) -> list[Personne]:
    """Add checked profiles and their suivi by the actor, inside the caller's transaction, in few orders."""
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    prises, personnes = set(refs_prises), []
    for saisie in saisies:
        while (ref := nouvelle_ref()) in prises:
            continue
        prises.add(ref)
        personne = Personne(ref=ref, territoire_id=acteur.territoire_id, dernier_contact_le=jour, cree_le=quand)
        with s.no_autoflush:
            _poser_profil(s, personne, saisie, ctx.config.cle_secrete)
        if information is not None:
            inscrire_information(personne, information.le, information.canal, jour)
        personnes.append(personne)
    s.add_all(personnes)
    s.flush()
    with s.no_autoflush:
        for personne, saisie in zip(personnes, saisies, strict=True):
            _ajouter_parcours(s, personne, saisie.experiences, saisie.competences, {})
            if acteur.referent_id is not None and acteur.organisation_id is not None:
                s.add(
                    Suivi(
                        personne_id=personne.id,
                        referent_id=acteur.referent_id,
                        organisation_id=acteur.organisation_id,
                        depuis=jour,
                    )
                )
            noter_changement(s, quand, personne.id)
    s.flush()
    return personnes


def enregistrer_personne(
    ctx: Contexte,
    acteur: Acteur,
    saisie: ProfilSaisi,
    *,
    information: Information | None = None,
    autre_personne: bool = False,
) -> str:
    """Register a person in the caseload of the actor; her reference.

    Without `information` she is kept but neither ranked nor proposed (R109).
    Raises RegleViolee (field named), DoublonPossible unless `autre_personne` says it is somebody else.
    """
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        referents = frozenset({acteur.referent_id} if acteur.referent_id is not None else ())
        exiger(acteur, Action.SUIVRE_PERSONNE, Portee(acteur.territoire_id, referents=referents))
        controler_profil(saisie, jour)
        marque = empreinte(ctx.config.cle_secrete, saisie.prenom, saisie.nom, saisie.date_naissance)
        if not autre_personne and jumeaux(s, acteur.territoire_id, marque):
            raise DoublonPossible()
        (personne,) = inscrire_personnes(ctx, s, acteur, [saisie], information)
        journaliser(s, quand, acteur, "enregistrer_personne", personne, "Personne enregistrée")
        return personne.ref


def modifier_personne(
    ctx: Contexte, acteur: Acteur, ref: str, saisie: ProfilSaisi, *, version: int | None = None
) -> None:
    """Correct a profile. `version` is the one that was read.

    Raises Introuvable, RegleViolee (field named), ModifieEntreTemps when somebody changed it since.
    """
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, jour)
        if version is not None and personne.version != version:
            raise ModifieEntreTemps()
        controler_profil(saisie, jour)
        champs = _champs(personne)
        _poser_profil(s, personne, saisie, ctx.config.cle_secrete)
        _poser_parcours(s, personne, saisie.experiences, saisie.competences)
        personne.dernier_contact_le = jour
        noter_changement(s, quand, personne.id)
        changes = sorted(nom for nom, avant in champs.items() if getattr(personne, nom) != avant)
        journaliser(s, quand, acteur, "modifier_personne", personne, "Fiche mise à jour", champs=changes)


_SUIVIS_AU_JOURNAL = [
    "prenom",
    "nom",
    "date_naissance",
    "sexe",
    "niveau",
    "telephone",
    "courriel",
    "code_insee",
    "modes",
    "permis",
    "caces",
    "limites",
    "trajet_max_minutes",
    "heures_min",
    "heures_max",
    "nuit",
    "weekend",
    "disponible_le",
]


def _champs(personne: Personne) -> dict[str, object]:
    return {nom: getattr(personne, nom) for nom in _SUIVIS_AU_JOURNAL}


def confirmer_metiers(ctx: Contexte, acteur: Acteur, ref: str, choix: Mapping[int, str | None]) -> int:
    """Keep what the person said her past jobs are: experience id → ROME code, None for « je ne sais pas ».

    Number of jobs confirmed. Raises Introuvable for an experience of somebody else, RegleViolee for an
    unknown code.
    """
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, jour)
        experiences = {e.id: e for e in s.scalars(select(Experience).where(Experience.personne_id == personne.id))}
        voulus = {code for code in choix.values() if code}
        connus = libelles_metiers(s, voulus)
        if voulus - set(connus):
            raise RegleViolee("Ce métier n'existe pas : choisissez dans la liste.")
        for numero, code in choix.items():
            if numero not in experiences:
                raise RegleViolee("Cette expérience n'est plus dans la fiche : rechargez la page.")
            experiences[numero].code_rome = code or None
        noter_changement(s, quand, personne.id)
        confirmes = sum(1 for code in choix.values() if code)
        journaliser(s, quand, acteur, "confirmer_metiers", personne, f"Métiers confirmés : {confirmes}")
        return confirmes


def noter_contact(ctx: Contexte, acteur: Acteur, ref: str) -> None:
    """Note that the person was seen or called today: she leaves the list of those without news."""
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, jour)
        personne.dernier_contact_le = jour
        journaliser(s, quand, acteur, "noter_contact", personne, "Contact noté")

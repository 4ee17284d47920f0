"""Acts on offres: draft, publish, change, confirm, fill, close."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import PARIS, Contexte
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.metiers.models import Metier
from marketplace.offres import rules
from marketplace.offres.libelles import SANS_TERME, contrats_possibles
from marketplace.offres.models import CompetenceOffre, EtatOffre, Offre, OffreExterne, TypeContrat
from marketplace.offres.portee import portee_offre
from marketplace.offres.queries import charger_offre, marches_liables
from marketplace.territoire.models import Commune
from marketplace.valeurs import cle

LONGUEUR_TEXTE = 4000
SAISIS = (
    "marche_id", "intitule", "code_insee", "heures_hebdo", "type_contrat", "debut", "duree_mois", "places",
    "prerequis", "conditions", "description", "heure_debut", "permis", "caces", "nuit", "weekend",
)  # fmt: skip
DOUBLE_ENVOI = timedelta(minutes=10)
"""Within this time, the same words sent again are the same draft: a second click, a page sent back."""


@dataclass(frozen=True, slots=True)
class CompetenceVoulue:
    """A skill the offre asks for; `code_ogr` when it comes from ROME."""

    libelle: str
    code_ogr: str | None = None
    requise: bool = True


@dataclass(frozen=True, slots=True)
class SaisieOffre:
    """What the form of an offre holds. Only the first eight are asked before publication."""

    intitule: str
    code_insee: str | None
    heures_hebdo: Decimal | None
    type_contrat: TypeContrat | None
    debut: date | None
    duree_mois: int | None
    places: int | None
    prerequis: str
    conditions: str = ""
    description: str = ""
    heure_debut: time | None = None
    permis: tuple[str, ...] = ()
    caces: tuple[str, ...] = ()
    nuit: bool = False
    weekend: bool = False
    marche_ref: str | None = None


def _contenu(saisie: SaisieOffre) -> rules.ContenuOffre:
    return rules.ContenuOffre(
        intitule=saisie.intitule,
        code_insee=saisie.code_insee,
        heures_hebdo=saisie.heures_hebdo,
        type_contrat=saisie.type_contrat,
        sans_terme=saisie.type_contrat in SANS_TERME,
        debut=saisie.debut,
        duree_mois=saisie.duree_mois,
        places=saisie.places,
        prerequis=saisie.prerequis,
    )


def _marche_id(s: Session, organisation_id: int, ref: str | None) -> int | None:
    if not ref:
        return None
    for marche in marches_liables(s, organisation_id):
        if marche.ref == ref:
            return marche.id
    raise RegleViolee("Ce marché n'est pas l'un des vôtres : choisissez-le dans la liste.", champ="marche_ref")


def _ecrire(s: Session, offre: Offre, organisation: Organisation, saisie: SaisieOffre, jour: date) -> None:
    """Check and write everything the form holds. Raises RegleViolee with the field it belongs to."""
    contenu = _contenu(saisie)
    if offre.debut is not None and saisie.debut == offre.debut and offre.publiee_le is not None:
        # an offre already out keeps its first day, even once it is past
        rules.exiger_publiable(contenu, min(jour, offre.debut))
    else:
        rules.exiger_publiable(contenu, jour)
    assert saisie.heures_hebdo is not None
    assert saisie.type_contrat is not None
    assert saisie.debut is not None
    assert saisie.places is not None
    if s.get(Commune, saisie.code_insee) is None:
        raise RegleViolee("Cette commune n'est pas connue : choisissez-la dans la liste.", champ="commune")
    if saisie.type_contrat not in contrats_possibles(organisation.type):
        raise RegleViolee("Votre structure ne peut pas proposer ce contrat.", champ="type_contrat")
    for champ in ("prerequis", "conditions", "description"):
        if len(getattr(saisie, champ)) > LONGUEUR_TEXTE:
            raise RegleViolee(f"{LONGUEUR_TEXTE} caractères au plus : raccourcissez ce texte.", champ=champ)
    if len(saisie.intitule) > 200:
        raise RegleViolee("200 caractères au plus : raccourcissez le nom du poste.", champ="intitule")
    offre.marche_id = _marche_id(s, organisation.id, saisie.marche_ref)
    offre.intitule = saisie.intitule.strip()
    offre.code_insee = saisie.code_insee or ""
    offre.heures_hebdo = saisie.heures_hebdo
    offre.type_contrat = saisie.type_contrat
    offre.debut = saisie.debut
    offre.duree_mois = None if saisie.type_contrat in SANS_TERME else saisie.duree_mois
    offre.places = saisie.places
    offre.prerequis = saisie.prerequis.strip()
    offre.conditions = saisie.conditions.strip()
    offre.description = saisie.description.strip()
    offre.heure_debut = saisie.heure_debut
    offre.permis = sorted({p.strip().upper() for p in saisie.permis if p.strip()})
    offre.caces = sorted({c.strip().upper() for c in saisie.caces if c.strip()})
    offre.nuit, offre.weekend = saisie.nuit, saisie.weekend
    commune = s.get_one(Commune, saisie.code_insee)
    offre.cle = cle(f"{offre.intitule} {commune.nom} {offre.description}")


def _organisation(s: Session, acteur: Acteur) -> Organisation:
    """The organisation in whose name the actor posts."""
    organisation = s.get(Organisation, acteur.organisation_id) if acteur.organisation_id else None
    if organisation is None:
        raise Introuvable()
    return organisation


def _trouver(s: Session, acteur: Acteur, ref: str, version: int | None = None) -> Offre:
    """The offre of an actor who may change it. Raises ModifieEntreTemps when `version` is an old one."""
    offre = charger_offre(s, acteur.territoire_id, ref)
    exiger(acteur, Action.PUBLIER_OFFRE, portee_offre(offre))
    if version is not None and offre.version != version:
        raise ModifieEntreTemps()
    return offre


def _metier(s: Session, offre: Offre, code_rome: str | None) -> None:
    if code_rome and s.get(Metier, code_rome) is None:
        raise RegleViolee("Ce métier n'est pas connu : choisissez-le dans la liste.", champ="code_rome")
    offre.code_rome = code_rome or None


def _competences(s: Session, offre: Offre, competences: Sequence[CompetenceVoulue]) -> None:
    s.execute(delete(CompetenceOffre).where(CompetenceOffre.offre_id == offre.id))
    vues: set[str] = set()
    for c in competences:
        libelle = c.libelle.strip()
        if libelle and cle(libelle) not in vues:
            vues.add(cle(libelle))
            s.add(CompetenceOffre(offre_id=offre.id, libelle=libelle[:200], code_ogr=c.code_ogr, requise=c.requise))


def _preparer(s: Session, ctx: Contexte, organisation: Organisation, saisie: SaisieOffre) -> Offre:
    """A draft, not in the base yet. Raises RegleViolee next to the field."""
    offre = Offre(
        ref=f"O-{secrets.token_hex(8)}",
        territoire_id=organisation.territoire_id,
        organisation_id=organisation.id,
        etat=EtatOffre.BROUILLON,
        cree_le=ctx.horloge(),
    )
    _ecrire(s, offre, organisation, saisie, ctx.aujourdhui())
    return offre


def _garder(s: Session, offre: Offre) -> Offre:
    """Write a new offre; its reference is drawn from its number."""
    s.add(offre)
    s.flush()
    offre.ref = f"O-{offre.id:06d}"
    return offre


def _deja_redigee(s: Session, nouvelle: Offre) -> Offre | None:
    """The draft these very words already made a moment ago, if the form was sent twice."""
    recentes = s.scalars(
        select(Offre)
        .where(
            Offre.organisation_id == nouvelle.organisation_id,
            Offre.etat == EtatOffre.BROUILLON,
            Offre.cree_le >= nouvelle.cree_le - DOUBLE_ENVOI,
        )
        .order_by(Offre.id)
    )
    return next((o for o in recentes if all(getattr(o, c) == getattr(nouvelle, c) for c in SAISIS)), None)


def rediger(ctx: Contexte, acteur: Acteur, saisie: SaisieOffre, *, ref: str | None = None) -> str:
    """Keep a draft of an offre, complete but for its métier; nobody else sees it. Returns its reference.

    The same form sent twice makes one draft.
    """
    with ctx.transaction() as s:
        if ref is None:
            organisation = _organisation(s, acteur)
            exiger(
                acteur,
                Action.PUBLIER_OFFRE,
                Portee(organisation.territoire_id, frozenset({organisation.id})),
            )
            offre = _preparer(s, ctx, organisation, saisie)
            if (jumelle := _deja_redigee(s, offre)) is not None:
                return jumelle.ref
            _garder(s, offre)
        else:
            offre = _trouver(s, acteur, ref)
            if offre.etat is not EtatOffre.BROUILLON:
                raise RegleViolee("Cette offre est déjà publiée : modifiez-la depuis sa fiche.")
            organisation = s.get_one(Organisation, offre.organisation_id)
            intitule = offre.intitule
            _ecrire(s, offre, organisation, saisie, ctx.aujourdhui())
            if offre.intitule != intitule:
                offre.code_rome = None
        journaliser(s, ctx.horloge(), acteur, "rediger_offre", offre, f"Offre « {offre.intitule} » préparée.")
        return offre.ref


def publier_brouillon(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    *,
    code_rome: str | None,
    competences: Sequence[CompetenceVoulue] = (),
) -> str:
    """Publish a draft under the métier its author recognised. A second call changes nothing."""
    with ctx.transaction() as s:
        offre = _trouver(s, acteur, ref)
        if offre.etat is EtatOffre.PUBLIEE:
            return offre.ref
        if offre.etat is not EtatOffre.BROUILLON:
            raise RegleViolee("Cette offre est fermée : créez-en une nouvelle.")
        _metier(s, offre, code_rome)
        _competences(s, offre, competences)
        _mettre_en_ligne(s, ctx, acteur, offre)
        return offre.ref


def _mettre_en_ligne(s: Session, ctx: Contexte, acteur: Acteur, offre: Offre) -> None:
    maintenant = ctx.horloge()
    offre.etat, offre.publiee_le, offre.confirmee_le = EtatOffre.PUBLIEE, maintenant, maintenant
    journaliser(s, maintenant, acteur, "publier_offre", offre, f"Offre « {offre.intitule} » publiée.")


def publier(
    ctx: Contexte,
    acteur: Acteur,
    saisie: SaisieOffre,
    *,
    code_rome: str | None = None,
    competences: Sequence[CompetenceVoulue] = (),
) -> str:
    """Write and publish an offre in one act. Returns its reference.

    Raises RegleViolee next to the field when hours, length, prerequisites or place are missing (N13, N39).
    """
    with ctx.transaction() as s:
        organisation = _organisation(s, acteur)
        exiger(acteur, Action.PUBLIER_OFFRE, Portee(organisation.territoire_id, frozenset({organisation.id})))
        offre = _garder(s, _preparer(s, ctx, organisation, saisie))
        _metier(s, offre, code_rome)
        _competences(s, offre, competences)
        _mettre_en_ligne(s, ctx, acteur, offre)
        return offre.ref


def modifier(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    saisie: SaisieOffre,
    *,
    code_rome: str | None,
    competences: Sequence[CompetenceVoulue] | None = None,
    version: int | None = None,
) -> str:
    """Change an offre, which confirms it too. Raises ModifieEntreTemps when someone else did meanwhile."""
    with ctx.transaction() as s:
        offre = _trouver(s, acteur, ref, version)
        if offre.etat in (EtatOffre.POURVUE, EtatOffre.FERMEE):
            raise RegleViolee("Cette offre est fermée : créez-en une nouvelle.")
        if s.scalar(select(OffreExterne.id).where(OffreExterne.offre_id == offre.id)) is not None:
            raise RegleViolee(
                "Ce poste vient des emplois de l'inclusion : changez-le là-bas, le prochain import le reprend ici."
            )
        organisation = s.get_one(Organisation, offre.organisation_id)
        _ecrire(s, offre, organisation, saisie, ctx.aujourdhui())
        _metier(s, offre, code_rome)
        if competences is not None:
            _competences(s, offre, competences)
        if offre.etat is EtatOffre.PUBLIEE:
            offre.confirmee_le = ctx.horloge()
        journaliser(s, ctx.horloge(), acteur, "modifier_offre", offre, f"Offre « {offre.intitule} » modifiée.")
        return offre.ref


def confirmer(ctx: Contexte, acteur: Acteur, ref: str) -> None:
    """« Toujours d'actualité » : the offre stays open. Raises RegleViolee when it is no longer."""
    with ctx.transaction() as s:
        offre = _trouver(s, acteur, ref)
        if offre.etat is not EtatOffre.PUBLIEE:
            raise RegleViolee("Cette offre est fermée : créez-en une nouvelle.")
        if (
            offre.confirmee_le
            and offre.confirmee_le.astimezone(PARIS).date() == ctx.aujourdhui()
            and offre.confirmee_le != offre.publiee_le
        ):
            return
        offre.confirmee_le = ctx.horloge()
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "confirmer_offre",
            offre,
            f"Offre « {offre.intitule} » : toujours d'actualité.",
        )


def fermer(ctx: Contexte, acteur: Acteur, ref: str, *, motif: str = "") -> None:
    """Close an offre. A second call changes nothing."""
    with ctx.transaction() as s:
        fermer_en_transaction(s, ctx, acteur, _trouver(s, acteur, ref), motif)


def fermer_en_transaction(s: Session, ctx: Contexte, acteur: Acteur, offre: Offre, motif: str) -> None:
    """Close an offre inside the act that does it."""
    if offre.etat in (EtatOffre.POURVUE, EtatOffre.FERMEE):
        return
    offre.etat, offre.fermee_le = EtatOffre.FERMEE, ctx.horloge()
    suite = f" ({motif.strip()[:200]})" if motif.strip() else ""
    journaliser(s, ctx.horloge(), acteur, "fermer_offre", offre, f"Offre « {offre.intitule} » fermée{suite}.")


def pourvoir(ctx: Contexte, acteur: Acteur, ref: str) -> None:
    """Say that every place is taken."""
    with ctx.transaction() as s:
        pourvoir_en_transaction(s, ctx, acteur, _trouver(s, acteur, ref))


def pourvoir_en_transaction(s: Session, ctx: Contexte, acteur: Acteur, offre: Offre) -> None:
    """Mark an offre as filled inside the act that fills it."""
    if offre.etat is not EtatOffre.PUBLIEE:
        return
    offre.etat, offre.fermee_le = EtatOffre.POURVUE, ctx.horloge()
    journaliser(s, ctx.horloge(), acteur, "pourvoir_offre", offre, f"Offre « {offre.intitule} » pourvue.")

"""What the base says of marchés, offres and structures, as things to find. A few queries for any number of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from marketplace.comptes.models import STRUCTURES_INSERTION, Organisation
from marketplace.comptes.queries import LIBELLES_TYPES
from marketplace.heures.restes import objectifs_et_validees
from marketplace.marches.models import ETATS_VIVANTS, Marche, Operation
from marketplace.marches.queries.objectifs import parmi
from marketplace.metiers.models import Metier
from marketplace.offres.models import EtatOffre, Offre
from marketplace.recherche.activites import familles
from marketplace.recherche.index import Fiche
from marketplace.territoire.models import Commune
from marketplace.valeurs import cle

SANS_FIN = date.max.toordinal()
"""End of a marché that has none: later than any day asked for."""

NOMBRES_MARCHES = ("heures", "fin")
NOMBRES_OFFRES = ("heures_hebdo", "debut", "places")
NOMBRES_STRUCTURES = ("offres", "capacite")

_Acheteur = aliased(Organisation, name="acheteur")


def _centiemes(heures: Decimal | None) -> int:
    return int((heures or Decimal(0)) * 100)


@lru_cache(maxsize=1024)
def _cle_connue(texte: str) -> str:
    """The key of a wording that many things share: a sector, an opération."""
    return cle(texte)


def _cle_ref(ref: str) -> str:
    """The key of a reference: « M-000123 » → « m 000123 »."""
    return ref.lower().replace("-", " ")


def _textes(*textes: str | None) -> tuple[str, ...]:
    return tuple(t for t in textes if t)


def _etiquettes(**valeurs: Any) -> dict[str, tuple[str, ...]]:
    """Labels by kind; what is empty has none."""
    lues = {genre: v if isinstance(v, tuple) else (str(v),) for genre, v in valeurs.items() if v not in (None, "")}
    return {genre: v for genre, v in lues.items() if v}


def encore_a_faire(s: Session, ids: Collection[int], jour: date) -> dict[int, tuple[Decimal, Decimal]]:
    """(objectif, hours left) of those that have hours left to do on that day."""
    lus = objectifs_et_validees(s, ids, jour)
    return {i: (objectif, objectif - validees) for i, (objectif, validees) in lus.items() if objectif > validees}


def fiches_marches(s: Session, territoire_id: int, jour: date, ids: Collection[int] | None = None) -> list[Fiche]:
    """Live marchés with hours left: closed or done, one is in no list. Nobody finds one by its titulaire."""
    requete = (
        select(
            Marche.id,
            Marche.ref,
            Marche.cle,
            Marche.secteur,
            Marche.code_rome,
            Marche.code_insee,
            Marche.date_fin,
            Marche.acheteur_id,
            _Acheteur.cle.label("acheteur"),
            Commune.cle.label("commune"),
            Metier.cle.label("metier"),
            Operation.intitule.label("operation"),
        )
        .join(_Acheteur, _Acheteur.id == Marche.acheteur_id)
        .outerjoin(Commune, Commune.code_insee == Marche.code_insee)
        .outerjoin(Metier, Metier.code_rome == Marche.code_rome)
        .outerjoin(Operation, Operation.id == Marche.operation_id)
        .where(Marche.territoire_id == territoire_id, Marche.etat.in_(ETATS_VIVANTS))
    )
    if ids is not None:
        requete = requete.where(parmi(Marche.id, ids))
    lignes = s.execute(requete).all()
    heures = encore_a_faire(s, [m.id for m in lignes], jour)
    return [
        Fiche(
            m.id,
            -m.id,
            _textes(
                m.cle,
                m.acheteur,
                m.commune,
                m.metier,
                _cle_connue(m.secteur),
                _cle_ref(m.ref),
                m.operation and _cle_connue(m.operation),
            ),
            _etiquettes(secteur=m.secteur, metier=m.code_rome, commune=m.code_insee, acheteur=m.acheteur_id),
            {
                "heures": _centiemes(heures[m.id][0]),
                "fin": SANS_FIN if m.date_fin is None else m.date_fin.toordinal(),
            },
        )
        for m in lignes
        if m.id in heures
    ]


def fiches_offres(s: Session, territoire_id: int, ids: Collection[int] | None = None) -> list[Fiche]:
    """Published openings, newest first."""
    requete = (
        select(
            Offre.id,
            Offre.ref,
            Offre.cle,
            Offre.code_rome,
            Offre.code_insee,
            Offre.heures_hebdo,
            Offre.type_contrat,
            Offre.debut,
            Offre.places,
            Offre.publiee_le,
            Organisation.cle.label("organisation"),
            Organisation.type,
            Commune.cle.label("commune"),
            Metier.cle.label("metier"),
        )
        .join(Organisation, Organisation.id == Offre.organisation_id)
        .join(Commune, Commune.code_insee == Offre.code_insee)
        .outerjoin(Metier, Metier.code_rome == Offre.code_rome)
        .where(Offre.territoire_id == territoire_id, Offre.etat == EtatOffre.PUBLIEE)
    )
    if ids is not None:
        requete = requete.where(parmi(Offre.id, ids))
    return [
        Fiche(
            o.id,
            -int(o.publiee_le.timestamp()) * 1000 - o.id % 1000 if o.publiee_le else 0,
            _textes(o.cle, o.organisation, o.commune, o.metier, _cle_ref(o.ref)),
            _etiquettes(
                type=o.type.value,
                metier=o.code_rome,
                commune=o.code_insee,
                contrat=o.type_contrat.value,
                temps=tranche_horaire(o.heures_hebdo),
            ),
            {"heures_hebdo": _centiemes(o.heures_hebdo), "debut": o.debut.toordinal(), "places": o.places},
        )
        for o in s.execute(requete)
    ]


TRANCHES = (
    ("plein", "35 h et plus", Decimal(35)),
    ("grand", "24 à 35 h", Decimal(24)),
    ("petit", "Moins de 24 h", Decimal(0)),
)


def tranche_horaire(heures: Decimal | None) -> str:
    """The band of weekly hours of an opening; empty when it does not say."""
    return "" if heures is None else next(code for code, _, depuis in TRANCHES if heures >= depuis)


def fiches_structures(s: Session, territoire_id: int) -> list[Fiche]:
    """The directory, by name: type, families of activity, trades it recruits in."""
    ouvertes: defaultdict[int, list[tuple[str | None, int]]] = defaultdict(list)
    postes = select(Offre.organisation_id, Offre.code_rome, Offre.places).where(
        Offre.territoire_id == territoire_id, Offre.etat == EtatOffre.PUBLIEE
    )
    for organisation_id, code, places in s.execute(postes):
        ouvertes[organisation_id].append((code, places))
    requete = (
        select(
            Organisation.id,
            Organisation.cle,
            Organisation.type,
            Organisation.activites,
            Organisation.capacite,
            Organisation.code_insee,
            Commune.cle.label("commune"),
        )
        .outerjoin(Commune, Commune.code_insee == Organisation.code_insee)
        .where(Organisation.territoire_id == territoire_id, Organisation.type.in_(STRUCTURES_INSERTION))
        .order_by(Organisation.cle, Organisation.id)
    )
    return [_fiche_structure(rang, o, ouvertes[o.id]) for rang, o in enumerate(s.execute(requete))]


def _fiche_structure(rang: int, o: Any, postes: Iterable[tuple[str | None, int]]) -> Fiche:
    listes = list(postes)
    nombre = sum(places for _, places in listes)
    familles_lues = familles(o.activites)
    return Fiche(
        o.id,
        rang,
        _textes(o.cle, cle(o.activites), o.commune, _cle_connue(LIBELLES_TYPES[o.type]), cle(" ".join(familles_lues))),
        _etiquettes(
            type=o.type.value,
            activite=familles_lues,
            metier=tuple({code for code, _ in listes if code}),
            commune=o.code_insee,
            recrute="oui" if nombre else "",
        ),
        {"offres": nombre, "capacite": o.capacite or 0},
    )

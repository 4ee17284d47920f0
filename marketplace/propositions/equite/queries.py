"""Reports of fairness as pages read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.erreurs import Introuvable
from marketplace.propositions.choix import MOTIFS_CHOIX
from marketplace.propositions.equite.models import GenreRapport, RapportEquite

POURQUOI = {
    "rang": "À portée et proches, mais d'autres passent avant",
    "metier": "À portée, sans expérience proche des offres ouvertes",
    "a_completer": "À portée, mais leur parcours reste à écrire",
    "trajet": "Trop loin de toutes les offres",
    "permis": "Il leur manque un permis demandé",
    "caces": "Il leur manque un CACES demandé",
    "heures": "Pas assez ou trop d'heures par rapport à leurs souhaits",
    "nuit": "Travail de nuit demandé",
    "weekend": "Travail le week-end demandé",
    "horaires": "Heure de prise de poste",
    "disponibilite": "Disponibles plus tard",
}
"""Why somebody is never among the first, one reason a person."""

REMEDES = {
    "trajet": "Aides à la mobilité, offres plus proches",
    "permis": "Financement du permis",
    "caces": "Formation CACES",
    "heures": "Horaires à aménager avec les employeurs",
    "a_completer": "Compléter les fiches avec les personnes",
    "metier": "Prospecter d'autres métiers, former",
}


@dataclass(frozen=True, slots=True)
class EcartVu:
    """One group against the others. `hasard`: what chance alone gives 19 times in 20."""

    critere: str
    groupe: str
    effectif: int
    taux: float
    selection: float
    hasard: tuple[float, float]
    exposition: float
    hasard_exposition: tuple[float, float]
    rang: float
    a_portee: float | None
    """The same for as many offres within reach."""
    alerte: bool

    @property
    def dans_le_hasard(self) -> bool:
        """Whether chance alone explains the ratio."""
        return self.hasard[0] <= self.selection <= self.hasard[1]


@dataclass(frozen=True, slots=True)
class RaisonDeNonMontre:
    """Why some are never shown, and what would help."""

    code: str
    libelle: str
    nombre: int
    remede: str


@dataclass(frozen=True, slots=True)
class RapportVu:
    """One report."""

    id: int
    genre: GenreRapport
    jour: date
    version_modele: str
    alerte: bool
    seuil: float
    longueur: int
    offres: int
    considerees: int
    non_eligibles: int
    jamais: int
    concentration: float
    groupes_tus: int
    ecarts: tuple[EcartVu, ...]
    pourquoi: tuple[RaisonDeNonMontre, ...]
    passages: Mapping[str, int]
    propositions: int
    contre_la_liste: tuple[tuple[str, int], ...]

    @property
    def criteres(self) -> tuple[str, ...]:
        """Criteria with at least one group big enough to be shown."""
        return tuple(dict.fromkeys(e.critere for e in self.ecarts))

    @property
    def nombre_contre(self) -> int:
        """Choices made against the list."""
        return sum(n for _, n in self.contre_la_liste)


@dataclass(frozen=True, slots=True)
class RapportLigne:
    """One report of a list."""

    id: int
    genre: GenreRapport
    jour: date
    alerte: bool


def rapports(s: Session, acteur: Acteur, limite: int = 60) -> tuple[RapportLigne, ...]:
    """Reports of the caller's territory, the last one first: five years of months."""
    exiger(acteur, Action.VOIR_BILAN, Portee(acteur.territoire_id))
    lues = s.execute(
        select(RapportEquite.id, RapportEquite.genre, RapportEquite.jour, RapportEquite.alerte)
        .where(RapportEquite.territoire_id == acteur.territoire_id)
        .order_by(RapportEquite.jour.desc(), RapportEquite.id.desc())
        .limit(limite)
    )
    return tuple(RapportLigne(*ligne) for ligne in lues)


def rapport(s: Session, acteur: Acteur, rapport_id: int | None = None) -> RapportVu | None:
    """One report of the caller's territory, the last of a month by default; None when none was made yet.

    Raises Introuvable for one of another territory.
    """
    exiger(acteur, Action.VOIR_BILAN, Portee(acteur.territoire_id))
    requete = select(RapportEquite).where(RapportEquite.territoire_id == acteur.territoire_id)
    if rapport_id is None:
        requete = requete.where(RapportEquite.genre == GenreRapport.MENSUEL)
        ligne = s.scalar(requete.order_by(RapportEquite.jour.desc(), RapportEquite.id.desc()).limit(1))
        return None if ligne is None else vue(ligne)
    ligne = s.scalar(requete.where(RapportEquite.id == rapport_id))
    if ligne is None:
        raise Introuvable()
    return vue(ligne)


CRITERES_PUBLICS = frozenset({"Sexe", "Âge", "Trajets"})
"""Employers read the public page too: it names no reason why somebody is eligible, even counted."""


def dernier_public(s: Session, territoire_id: int) -> RapportVu | None:
    """The last monthly report of a territory, by the criteria that everybody may read; the others stay inside."""
    ligne = s.scalar(
        select(RapportEquite)
        .where(RapportEquite.territoire_id == territoire_id, RapportEquite.genre == GenreRapport.MENSUEL)
        .order_by(RapportEquite.jour.desc(), RapportEquite.id.desc())
        .limit(1)
    )
    if ligne is None:
        return None
    entier = vue(ligne)
    return replace(entier, ecarts=tuple(e for e in entier.ecarts if e.critere in CRITERES_PUBLICS))


def vue(ligne: RapportEquite) -> RapportVu:
    """A kept report as it is read."""
    c = ligne.contenu
    return RapportVu(
        id=ligne.id,
        genre=ligne.genre,
        jour=ligne.jour,
        version_modele=ligne.version_modele,
        alerte=ligne.alerte,
        seuil=c["seuil"],
        longueur=c["longueur"],
        offres=c["offres"],
        considerees=c["considerees"],
        non_eligibles=c["non_eligibles"],
        jamais=c["jamais"],
        concentration=c["concentration"],
        groupes_tus=c["groupes_tus"],
        ecarts=tuple(
            EcartVu(
                critere=e["critere"],
                groupe=e["groupe"],
                effectif=e["effectif"],
                taux=e["taux"],
                selection=e["selection"],
                hasard=(e["hasard"][0], e["hasard"][1]),
                exposition=e["exposition"],
                hasard_exposition=(e["hasard_exposition"][0], e["hasard_exposition"][1]),
                rang=e["rang"],
                a_portee=e["a_portee"],
                alerte=e["alerte"],
            )
            for e in c["ecarts"]
        ),
        pourquoi=tuple(
            RaisonDeNonMontre(code, POURQUOI[code], c["pourquoi"][code], REMEDES.get(code, ""))
            for code in sorted(c["pourquoi"], key=lambda x: -c["pourquoi"][x])
        ),
        passages=c["passages"],
        propositions=c["propositions"],
        contre_la_liste=tuple(
            (MOTIFS_CHOIX.get(motif, motif), nombre)
            for motif, nombre in sorted(c["choix_contre_la_liste"].items(), key=lambda x: (-x[1], x[0]))
        ),
    )

"""How a person gets about, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.personnes.models import MobilitePersonne, Personne
from marketplace.personnes.rules.mobilite import AIDES, CRENEAUX, ETATS_PERMIS, JOURS, ecrire_horaire
from marketplace.personnes.rules.saisie import LIMITES, MODES


@dataclass(frozen=True, slots=True)
class MobiliteVue:
    """Licence as a dated state, vehicle, aids under way, hours."""

    permis_etat: str
    permis_le: date | None
    vehicule: bool
    aides: tuple[str, ...]
    creneaux: tuple[str, ...]
    notee_le: date
    jours: tuple[str, ...] = ()
    horaires: Mapping[str, str] = field(default_factory=dict)

    @property
    def permis_libelle(self) -> str:
        """« Permis en cours »."""
        return ETATS_PERMIS[self.permis_etat]

    @property
    def aides_libelles(self) -> tuple[str, ...]:
        """Aids, in words."""
        return tuple(AIDES[code] for code in AIDES if code in self.aides)

    @property
    def jours_libelles(self) -> tuple[str, ...]:
        """Days, in words."""
        return tuple(JOURS[code] for code in JOURS if code in self.jours)

    @property
    def horaires_libelles(self) -> tuple[str, ...]:
        """« En transports en commun, de 6 h 30 à 20 h »."""
        return tuple(f"{MODES[m]}, {ecrire_horaire(self.horaires[m])}" for m in MODES if m in self.horaires)

    @property
    def creneaux_libelles(self) -> tuple[str, ...]:
        """Hours, in words."""
        return tuple(CRENEAUX[code] for code in CRENEAUX if code in self.creneaux)


def mobilite_vue(s: Session, personne_id: int) -> MobiliteVue | None:
    """What is written of her mobility; None while nothing is."""
    m = s.scalar(select(MobilitePersonne).where(MobilitePersonne.personne_id == personne_id))
    if m is None:
        return None
    return MobiliteVue(
        m.permis_etat.value,
        m.permis_le,
        m.vehicule,
        tuple(m.aides),
        tuple(m.creneaux),
        m.notee_le,
        tuple(m.jours),
        dict(m.horaires),
    )


def faits_a_savoir(s: Session, ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """By person, what she said of the work she can do, to weigh before proposing: never a point more or less.

    « Pas de port de charges lourdes », « Jours possibles : lundi, mardi ». Those who said nothing are not there.
    """
    requete = (
        select(Personne.id, Personne.limites, MobilitePersonne.jours, MobilitePersonne.creneaux)
        .outerjoin(MobilitePersonne, MobilitePersonne.personne_id == Personne.id)
        .where(Personne.id.in_(list(ids)))
    )
    vus: dict[int, tuple[str, ...]] = {}
    for numero, limites, jours, creneaux in s.execute(requete):
        faits = [libelle for code, libelle in LIMITES.items() if code in limites]
        for titre, libelles, codes in (("Jours", JOURS, jours), ("Horaires", CRENEAUX, creneaux)):
            dits = [libelle.lower() for code, libelle in libelles.items() if code in (codes or ())]
            faits += [f"{titre} possibles : {', '.join(dits)}"] if dits else []
        if faits:
            vus[numero] = tuple(faits)
    return vus

"""Tables of real journeys between communes, and the correction they bring to the estimates."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.trajets import IMPOSSIBLE, Coefficients, Trajets
from marketplace.matching.valeurs import ErreurMatching

PAS_PREMIERE = 5  # minutes of the day a unit of `premiere`: 5:30 is 66
JAMAIS = 255


@dataclass(frozen=True)
class Releve:
    """Journeys between `communes` (INSEE codes): whole minutes, rows are homes, columns workplaces.

    `voiture`: routed or corrected car minutes. `transports`: public transport, door to door, 255 when there is
    none. `premiere`: first possible arrival of the day, in steps of five minutes, 255 when there is none.
    `formule`: constant, power of distance and weight of density fitted on the routed rows.
    """

    communes: tuple[str, ...]
    voiture: NDArray[np.uint8] | None = None
    transports: NDArray[np.uint8] | None = None
    premiere: NDArray[np.uint8] | None = None
    formule: tuple[float, float, float] | None = None

    def en_octets(self) -> bytes:
        """Arrays without any object inside, compressed."""
        flux = io.BytesIO()
        tableaux: dict[str, Any] = {"communes": np.array(self.communes, dtype="U5")}
        for nom in ("voiture", "transports", "premiere"):
            if (t := getattr(self, nom)) is not None:
                tableaux[nom] = t
        if self.formule is not None:
            tableaux["formule"] = np.array(self.formule, np.float64)
        np.savez_compressed(flux, **tableaux)
        return flux.getvalue()

    @classmethod
    def depuis(cls, octets: bytes) -> Releve:
        """The table kept; ErreurMatching when the bytes are not one."""
        try:
            with np.load(io.BytesIO(octets), allow_pickle=False) as lu:
                t = {nom: lu[nom] for nom in lu.files}
            communes = tuple(str(c) for c in t["communes"])
            carres = {nom: t[nom].astype(np.uint8) for nom in ("voiture", "transports", "premiere") if nom in t}
            if any(c.shape != (len(communes), len(communes)) for c in carres.values()):
                raise ValueError("taille")
            formule = tuple(float(x) for x in t["formule"]) if "formule" in t else None
            if formule is not None and len(formule) != 3:
                raise ValueError("formule")
        except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as erreur:
            raise ErreurMatching("Relevé de trajets illisible : importez-le de nouveau.") from erreur
        return cls(communes, **carres, formule=formule)


class TableTrajets:
    """The tables in force, all territories together: what `Trajets.corriger` takes."""

    def __init__(self, trajets: Trajets, releves: Sequence[Releve]) -> None:
        self.trajets = trajets
        self._routes: list[tuple[NDArray[np.int32], Releve, Coefficients]] = []
        self._horaires: list[tuple[NDArray[np.int32], Releve]] = []
        for releve in releves:
            rang = np.full(len(trajets.communes.codes), -1, np.int32)
            for i, code in enumerate(releve.communes):
                if (j := trajets.communes.rang.get(code)) is not None:
                    rang[j] = i
            if releve.voiture is not None:
                self._routes.append((rang, releve, self._coefficients(releve)))
            if releve.transports is not None and releve.premiere is not None:
                self._horaires.append((rang, releve))

    def _coefficients(self, releve: Releve) -> Coefficients:
        if releve.formule is None:
            return self.trajets.coefficients
        constante, distance, densite = releve.formule
        return replace(self.trajets.coefficients, constante=constante, distance=distance, densite=densite)

    def voiture(self, depuis: NDArray[np.intp], vers: NDArray[np.intp]) -> NDArray[np.float64]:
        """Car minutes of pairs of communes (numbers in Communes): the table, else the formula fitted there."""
        minutes = self.trajets.voiture_paires(depuis, vers)
        for rang, releve, coefficients in self._routes:
            i, j = rang[depuis], rang[vers]
            un_bout = np.flatnonzero((i >= 0) | (j >= 0))
            if len(un_bout) and releve.formule is not None:
                minutes[un_bout] = self.trajets.voiture_paires(depuis[un_bout], vers[un_bout], coefficients)
            dedans = np.flatnonzero((i >= 0) & (j >= 0) & (depuis != vers))
            if len(dedans) and releve.voiture is not None:
                minutes[dedans] = releve.voiture[i[dedans], j[dedans]]
        return minutes

    def transports(
        self, lieu: int, communes: NDArray[np.intp], estime: NDArray[np.float64], arrivee: int | None
    ) -> NDArray[np.float64]:
        """Minutes by public transport from homes to a workplace; `estime` stays where no timetable is known.

        `arrivee` is the minute of the day of the first shift: whoever cannot be there has no public transport.
        """
        minutes = estime.copy()
        for rang, releve in self._horaires:
            j, i = int(rang[lieu]), rang[communes]
            if j < 0 or releve.transports is None or releve.premiere is None:
                continue
            connus = np.flatnonzero(i >= 0)
            lus = releve.transports[i[connus], j].astype(float)
            premieres = releve.premiere[i[connus], j]
            possible = (lus < IMPOSSIBLE) & (premieres < JAMAIS)
            if arrivee is not None:
                possible &= premieres.astype(int) * PAS_PREMIERE <= arrivee
            minutes[connus] = np.where(possible, lus, np.inf)
        return minutes

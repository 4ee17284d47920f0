"""ROME 4.0 and communes as the engine needs them: plain arrays and dictionaries, read from seeds/referentiels."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.valeurs import ErreurMatching

PROCHE_MAX = 3  # mobilités 1 to 3 are near, the following ones far


def lire_csv(dossier: Path, nom: str) -> Iterator[dict[str, str]]:
    """Rows of `nom`.csv or `nom`.csv.gz; ErreurMatching when neither exists."""
    clair, serre = dossier / f"{nom}.csv", dossier / f"{nom}.csv.gz"
    if clair.exists():
        brut = clair.read_bytes()
    elif serre.exists():
        brut = gzip.decompress(serre.read_bytes())
    else:
        raise ErreurMatching(f"Référentiel absent : {clair} (ou .gz). Lancez « marketplace seed --referentiels ».")
    lecteur = csv.reader(io.StringIO(brut.decode("utf-8"), newline=""))
    entete = next(lecteur)
    for ligne in lecteur:
        yield dict(zip(entete, ligne, strict=False))


@dataclass(frozen=True)
class Rome:
    """The trades, their names, their compétences and the graph between them."""

    codes: tuple[str, ...]
    rang: dict[str, int]
    libelles: tuple[str, ...]
    definitions: tuple[str, ...]
    parents: NDArray[np.int16]
    parent_codes: tuple[str, ...]
    domaines: tuple[str, ...]
    appellations: tuple[tuple[str, str, int, bool, bool], ...]  # long, court, code, principale, peu usité
    appellation_ogr: tuple[str, ...]
    competence_ogr: tuple[str, ...]
    competence_libelle: tuple[str, ...]
    competence_type: tuple[str, ...]
    lien_metier: NDArray[np.int16]
    lien_competence: NDArray[np.int32]
    lien_coeur: NDArray[np.int8]
    relation: NDArray[np.int8]  # relation[job held, job wanted] in 0..3
    ordre_mobilite: NDArray[np.int8]

    @property
    def nombre(self) -> int:
        """How many trades."""
        return len(self.codes)


def lire_rome(dossier: Path) -> Rome:
    """Read the ROME tables of a folder (plain or gzipped)."""
    metiers = list(lire_csv(dossier, "rome4_metiers"))
    codes = tuple(m["code_rome"] for m in metiers)
    rang = {c: i for i, c in enumerate(codes)}
    parent_codes = tuple(sorted({m["code_rome_parent"] for m in metiers}))
    rang_parent = {c: i for i, c in enumerate(parent_codes)}
    parents = np.array([rang_parent[m["code_rome_parent"]] for m in metiers], np.int16)
    appellations, ogr = [], []
    for a in lire_csv(dossier, "rome4_appellations"):
        if a["code_rome"] in rang:
            appellations.append(
                (
                    a["libelle_appellation_long"],
                    a["libelle_appellation_court"],
                    rang[a["code_rome"]],
                    a["classification"] == "PRINCIPALE",
                    a["peu_usite"] == "O",
                )
            )
            ogr.append(a["code_ogr"])
    comp_ogr: list[str] = []
    comp_lib: list[str] = []
    comp_type: list[str] = []
    rang_comp: dict[str, int] = {}
    for c in lire_csv(dossier, "rome4_competences"):
        if c["code_ogr"] not in rang_comp:
            rang_comp[c["code_ogr"]] = len(comp_ogr)
            comp_ogr.append(c["code_ogr"])
            comp_lib.append(c["libelle"])
            comp_type.append(c["type"])
    lm, lc, lk = [], [], []
    for lien in lire_csv(dossier, "rome4_metier_competences"):
        j = rang_comp.get(lien["code_ogr"])
        if j is not None and lien["code_rome"] in rang:
            lm.append(rang[lien["code_rome"]])
            lc.append(j)
            lk.append(1 if lien["coeur_metier"] else 0)
    n = len(codes)
    ordre = np.zeros((n, n), np.int8)
    for m in lire_csv(dossier, "rome4_mobilites"):
        i, j = rang.get(m["code_rome"]), rang.get(m["code_rome_cible"])
        if i is not None and j is not None:
            ordre[i, j] = int(m["numero_ordre"])
    relation = np.zeros((n, n), np.int8)
    relation[ordre > PROCHE_MAX] = 1
    relation[(ordre > 0) & (ordre <= PROCHE_MAX)] = 2
    relation[parents[:, None] == parents[None, :]] = 2
    np.fill_diagonal(relation, 3)
    return Rome(
        codes=codes,
        rang=rang,
        libelles=tuple(m["libelle_rome"] for m in metiers),
        definitions=tuple(m["definition"] for m in metiers),
        parents=parents,
        parent_codes=parent_codes,
        domaines=tuple(m["code_domaine"] for m in metiers),
        appellations=tuple(appellations),
        appellation_ogr=tuple(ogr),
        competence_ogr=tuple(comp_ogr),
        competence_libelle=tuple(comp_lib),
        competence_type=tuple(comp_type),
        lien_metier=np.array(lm, np.int16),
        lien_competence=np.array(lc, np.int32),
        lien_coeur=np.array(lk, np.int8),
        relation=relation,
        ordre_mobilite=ordre,
    )


@dataclass(frozen=True)
class Communes:
    """Position and people of each commune; `surface_km2` is nan where no outline is known."""

    codes: tuple[str, ...]
    rang: dict[str, int]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    population: NDArray[np.float64]
    surface_km2: NDArray[np.float64]
    departements: tuple[str, ...]


def _surface_km2(geometrie: dict[str, object]) -> float:
    """Area of a GeoJSON polygon or multipolygon on a sphere, by a local flat projection."""
    brut = geometrie["coordinates"]
    polygones = [brut] if geometrie["type"] == "Polygon" else brut
    total = 0.0
    for polygone in polygones:  # type: ignore[attr-defined]
        for rang, anneau in enumerate(polygone):
            points = np.array(anneau, float)
            lat0 = np.radians(points[:, 1].mean())
            x, y = points[:, 0] * 111.320 * np.cos(lat0), points[:, 1] * 110.574
            aire = abs(float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))) / 2
            total += aire if rang == 0 else -aire
    return total


def lire_contours(dossier: Path) -> dict[str, float]:
    """Area in km2 by commune for every outline file of the folder."""
    surfaces: dict[str, float] = {}
    for chemin in sorted(dossier.glob("communes_*_contours.geojson*")):
        brut = gzip.decompress(chemin.read_bytes()) if chemin.suffix == ".gz" else chemin.read_bytes()
        for trait in json.loads(brut)["features"]:
            surfaces[trait["properties"]["code_insee"]] = _surface_km2(trait["geometry"])
    return surfaces


def lire_communes(dossier: Path) -> Communes:
    """Read the communes; a former commune answers at the position of the one that absorbed it."""
    codes, lat, lon, pop, dep = [], [], [], [], []
    for c in lire_csv(dossier, "communes_france"):
        if not c["lat"] or not c["lon"]:
            continue
        codes.append(c["code_insee"])
        lat.append(float(c["lat"]))
        lon.append(float(c["lon"]))
        pop.append(float(c["population"] or 0))
        dep.append(c["code_departement"])
    rang = {c: i for i, c in enumerate(codes)}
    surfaces = lire_contours(dossier)
    try:
        for ancienne in lire_csv(dossier, "communes_deleguees_associees"):
            actuelle = rang.get(ancienne["code_actuelle"])
            if actuelle is not None:
                rang.setdefault(ancienne["code_ancienne"], actuelle)
    except ErreurMatching:
        pass  # the table of former communes is a courtesy, not a need
    return Communes(
        codes=tuple(codes),
        rang=rang,
        lat=np.array(lat),
        lon=np.array(lon),
        population=np.array(pop),
        surface_km2=np.array([surfaces.get(c, np.nan) for c in codes]),
        departements=tuple(dep),
    )

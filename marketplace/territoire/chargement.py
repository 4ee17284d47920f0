"""The lots of communes and zones: what is read from which file of `seeds/referentiels/`."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from marketplace.referentiel import Ligne, Lot, lire_csv
from marketplace.territoire.models import (
    Commune,
    CommuneAncienne,
    CommuneVoisine,
    ContourCommune,
    TypeZone,
    Zone,
    ZoneCommune,
)
from marketplace.valeurs import cle

COMMUNES = "communes_france.csv.gz"
ANCIENNES = "communes_deleguees_associees.csv"
VOISINES = "communes_herault_adjacence.csv"
CONTOURS = "communes_herault_contours.geojson.gz"
QPV_2015 = "qpv_2015_herault.csv"
QPV_2024 = "qpv_2024_herault.csv"
SDI = "sdi_herault_epci.csv"
DEBUT_QPV_2015 = date(2015, 1, 1)
DEBUT_QPV_2024 = date(2024, 1, 1)
DEPARTEMENT_SDI = "34"


def _nombre(texte: str) -> float | None:
    return float(texte) if texte else None


def communes(dossier: Path) -> Iterator[Ligne]:
    """The communes of the COG."""
    for r in lire_csv(dossier / COMMUNES):
        yield {
            "code_insee": r["code_insee"],
            "nom": r["nom"],
            "cle": cle(r["nom"]),
            "code_departement": r["code_departement"],
            "codes_postaux": r["codes_postaux"],
            "population": int(r["population"]) if r["population"] else None,
            "lat": _nombre(r["lat"]),
            "lon": _nombre(r["lon"]),
            "code_epci": r["code_epci"] or None,
            "nom_epci": r["nom_epci"] or None,
        }


def communes_anciennes(dossier: Path) -> Iterator[Ligne]:
    """Codes that ended; a commune déléguée that kept the code of the whole is no old code."""
    for r in lire_csv(dossier / ANCIENNES):
        if r["code_ancienne"] != r["code_actuelle"]:
            yield {
                "code_ancien": r["code_ancienne"],
                "nom": r["nom_ancienne"],
                "code_insee": r["code_actuelle"],
            }


def communes_voisines(dossier: Path) -> Iterator[Ligne]:
    """Pairs of communes that share a border."""
    for r in lire_csv(dossier / VOISINES):
        yield {
            "code_a": r["code_insee_a"],
            "code_b": r["code_insee_b"],
            "distance_km": _nombre(r["distance_centres_km"]),
        }


def contours(dossier: Path) -> Iterator[Ligne]:
    """Outlines, GeoJSON geometries as published."""
    collection = json.loads(gzip.decompress((dossier / CONTOURS).read_bytes()))
    for objet in collection["features"]:
        yield {"code_insee": objet["properties"]["code_insee"], "geometrie": objet["geometry"]}


def zones(dossier: Path) -> Iterator[Ligne]:
    """QPV of both generations, then the SDI. The codes of 2024 are not public: ours is made of the name."""
    for r in lire_csv(dossier / QPV_2015):
        yield _zone(TypeZone.QPV_2015, r["code_qp"], r["nom_qp"], r["code_insee"], DEBUT_QPV_2015)
    for r in lire_csv(dossier / QPV_2024):
        code = f"{r['code_insee']}-{cle(r['nom_qp']).replace(' ', '-')}"[:40]
        yield _zone(TypeZone.QPV_2024, code, r["nom_qp"], r["code_insee"], DEBUT_QPV_2024)
    for code, nom in dict.fromkeys((r["code_sdi"], r["nom_sdi"]) for r in lire_csv(dossier / SDI)):
        yield _zone(TypeZone.SDI, code, nom, None, None)


def _zone(type_: TypeZone, code: str, nom: str, code_insee: str | None, valable_du: date | None) -> Ligne:
    return {"type": type_, "code": code, "nom": nom, "code_insee": code_insee, "valable_du": valable_du}


def zones_communes(dossier: Path) -> Iterator[Ligne]:
    """Each commune of the Hérault in the SDI of its EPCI: approximate, since no list by commune is public."""
    par_epci = {r["code_epci"]: r["code_sdi"] for r in lire_csv(dossier / SDI)}
    for r in lire_csv(dossier / COMMUNES):
        if r["code_departement"] == DEPARTEMENT_SDI:
            yield {"type": TypeZone.SDI, "code_zone": par_epci[r["code_epci"]], "code_insee": r["code_insee"]}


LOTS = (
    Lot("communes", Commune, ("code_insee",), (COMMUNES,), communes),
    Lot("communes anciennes", CommuneAncienne, ("code_ancien",), (ANCIENNES,), communes_anciennes, True),
    Lot("communes voisines", CommuneVoisine, ("code_a", "code_b"), (VOISINES,), communes_voisines, True),
    Lot("contours", ContourCommune, ("code_insee",), (CONTOURS,), contours, True),
    Lot("zones", Zone, ("type", "code"), (QPV_2015, QPV_2024, SDI), zones),
    Lot(
        "communes des zones",
        ZoneCommune,
        ("type", "code_zone", "code_insee"),
        (SDI, COMMUNES),
        zones_communes,
        True,
    ),
)

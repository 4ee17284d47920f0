"""What pages and other rooms ask about places: communes, distances, zones, territories."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.config import RACINE
from marketplace.territoire.models import (
    Commune,
    CommuneAncienne,
    CommuneVoisine,
    Reglage,
    Territoire,
    TypeZone,
    Zone,
    ZoneCommune,
)
from marketplace.territoire.parametres import PARAMETRES, Parametre
from marketplace.territoire.recherche import CommuneTrouvee, chercher_communes
from marketplace.territoire.reglages import Reglages, lire_valeur, reglages_au

__all__ = [
    "CommuneTrouvee",
    "FicheCommune",
    "ReglageEnVigueur",
    "Reglages",
    "Source",
    "TerritoireVu",
    "ZoneVue",
    "chercher_communes",
    "commune",
    "communes_dans_un_rayon",
    "communes_par_sdi",
    "communes_voisines",
    "distance_km",
    "noms_des_communes",
    "qpv_de_la_commune",
    "reglages_au",
    "reglages_en_vigueur",
    "sdi_de_la_commune",
    "sources",
    "territoire_de_code",
    "territoires",
]

RAYON_TERRE_KM = 6371.0


@dataclass(frozen=True, slots=True)
class FicheCommune:
    """A commune in force."""

    code_insee: str
    nom: str
    code_departement: str
    codes_postaux: tuple[str, ...]
    population: int | None
    lat: float | None
    lon: float | None
    nom_epci: str | None


@dataclass(frozen=True, slots=True)
class ZoneVue:
    """A zone and the generation it belongs to."""

    type: TypeZone
    code: str
    nom: str
    valable_du: date | None


@dataclass(frozen=True, slots=True)
class TerritoireVu:
    """A territory and how to reach its facilitateurs."""

    id: int
    code: str
    nom: str
    departements: tuple[str, ...]
    contact_nom: str
    contact_courriel: str
    contact_telephone: str
    demonstration: str | None


@dataclass(frozen=True, slots=True)
class ReglageEnVigueur:
    """One setting with its value of the day; `a_partir_du` is empty while the default applies."""

    parametre: Parametre
    valeur: Any
    a_partir_du: date | None
    source: str
    a_venir: tuple[tuple[date, Any], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A reference file: what it is, who makes it, under which licence, as of when."""

    fichier: str
    contenu: str
    producteur: str
    licence: str
    date: str


def distance_km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Great-circle distance in kilometres between two points in degrees."""
    fi_a, fi_b = math.radians(lat_a), math.radians(lat_b)
    delta = math.radians(lon_b - lon_a)
    h = math.sin((fi_b - fi_a) / 2) ** 2 + math.cos(fi_a) * math.cos(fi_b) * math.sin(delta / 2) ** 2
    return 2 * RAYON_TERRE_KM * math.asin(math.sqrt(min(1.0, h)))


def _fiche(c: Commune) -> FicheCommune:
    return FicheCommune(
        c.code_insee,
        c.nom,
        c.code_departement,
        tuple(c.codes_postaux.split()),
        c.population,
        c.lat,
        c.lon,
        c.nom_epci,
    )


def commune(s: Session, code_insee: str) -> FicheCommune | None:
    """The commune of that code, or the one an old code became; None when neither exists."""
    trouvee = s.get(Commune, code_insee)
    if trouvee is None:
        ancienne = s.get(CommuneAncienne, code_insee)
        trouvee = s.get(Commune, ancienne.code_insee) if ancienne is not None else None
    return None if trouvee is None else _fiche(trouvee)


def noms_des_communes(s: Session, codes: Iterable[str]) -> dict[str, str]:
    """Names of these communes by code, for lists."""
    voulus = set(codes)
    if not voulus:
        return {}
    requete = select(Commune.code_insee, Commune.nom).where(Commune.code_insee.in_(voulus))
    return {c.code_insee: c.nom for c in s.execute(requete)}


def communes_dans_un_rayon(s: Session, code_insee: str, km: float) -> dict[str, float]:
    """Communes whose centre lies within `km` of this one's (itself at 0), and how far; {} if unknown."""
    centre = commune(s, code_insee)
    if centre is None:
        return {}
    if centre.lat is None or centre.lon is None:
        return {centre.code_insee: 0.0}
    d_lat = math.degrees(km / RAYON_TERRE_KM) + 1e-9
    d_lon = d_lat / max(0.01, math.cos(math.radians(centre.lat)))
    requete = select(Commune.code_insee, Commune.lat, Commune.lon).where(
        Commune.lat.between(centre.lat - d_lat, centre.lat + d_lat),
        Commune.lon.between(centre.lon - d_lon, centre.lon + d_lon),
    )
    distances = {
        code: distance_km(centre.lat, centre.lon, lat, lon)
        for code, lat, lon in s.execute(requete)
        if lat is not None and lon is not None
    }
    return {c: d for c, d in sorted(distances.items(), key=lambda x: (x[1], x[0])) if d <= km}


def communes_voisines(s: Session, code_insee: str) -> tuple[str, ...]:
    """Codes of the communes that share a border with this one (known around the Hérault)."""
    a = select(CommuneVoisine.code_b).where(CommuneVoisine.code_a == code_insee)
    b = select(CommuneVoisine.code_a).where(CommuneVoisine.code_b == code_insee)
    return tuple(sorted(set(s.scalars(a)) | set(s.scalars(b))))


def qpv_de_la_commune(s: Session, code_insee: str, generation: TypeZone = TypeZone.QPV_2024) -> tuple[ZoneVue, ...]:
    """QPV of a commune: they say that an address *may* be in one, never that it is (no polygon is public)."""
    requete = select(Zone).where(Zone.type == generation, Zone.code_insee == code_insee).order_by(Zone.nom)
    return tuple(ZoneVue(z.type, z.code, z.nom, z.valable_du) for z in s.scalars(requete))


def sdi_de_la_commune(s: Session, code_insee: str) -> ZoneVue | None:
    """The SDI of a commune of the Hérault, after its EPCI (approximation); None elsewhere."""
    requete = (
        select(Zone)
        .join(ZoneCommune, (ZoneCommune.type == Zone.type) & (ZoneCommune.code_zone == Zone.code))
        .where(Zone.type == TypeZone.SDI, ZoneCommune.code_insee == code_insee)
    )
    zone = s.scalar(requete)
    return None if zone is None else ZoneVue(zone.type, zone.code, zone.nom, zone.valable_du)


def communes_par_sdi(s: Session) -> dict[str, str]:
    """Code of the SDI of each commune that has one."""
    requete = select(ZoneCommune.code_insee, ZoneCommune.code_zone).where(ZoneCommune.type == TypeZone.SDI)
    return {z.code_insee: z.code_zone for z in s.execute(requete)}


def _territoire(t: Territoire) -> TerritoireVu:
    return TerritoireVu(
        t.id,
        t.code,
        t.nom,
        tuple(t.departements),
        t.contact_nom,
        t.contact_courriel,
        t.contact_telephone,
        t.demonstration,
    )


def territoires(s: Session) -> tuple[TerritoireVu, ...]:
    """Every territory of this base, by name."""
    return tuple(_territoire(t) for t in s.scalars(select(Territoire).order_by(Territoire.nom)))


def territoire_de_code(s: Session, code: str) -> TerritoireVu | None:
    """The territory of that code."""
    trouve = s.scalar(select(Territoire).where(Territoire.code == code))
    return None if trouve is None else _territoire(trouve)


def reglages_en_vigueur(s: Session, territoire_id: int, jour: date) -> tuple[ReglageEnVigueur, ...]:
    """Every setting with its value on `jour`, since when and why, and the changes already planned."""
    requete = select(Reglage).where(Reglage.territoire_id == territoire_id).order_by(Reglage.a_partir_du, Reglage.id)
    par_cle: dict[str, list[Reglage]] = {}
    for reglage in s.scalars(requete):
        par_cle.setdefault(reglage.cle, []).append(reglage)
    lignes = []
    for p in PARAMETRES:
        poses = par_cle.get(p.cle, [])
        passes = [r for r in poses if r.a_partir_du <= jour]
        a_venir = tuple((r.a_partir_du, lire_valeur(p, r.valeur)) for r in poses if r.a_partir_du > jour)
        if passes:
            dernier = passes[-1]
            valeur = lire_valeur(p, dernier.valeur)
            lignes.append(ReglageEnVigueur(p, valeur, dernier.a_partir_du, dernier.source, a_venir))
        else:
            lignes.append(ReglageEnVigueur(p, p.defaut, None, p.source, a_venir))
    return tuple(lignes)


@lru_cache(maxsize=1)
def sources() -> tuple[Source, ...]:
    """The reference files with producer, licence and date, for the « Sources » page."""
    with (RACINE / "seeds" / "referentiels" / "SOURCES.csv").open(encoding="utf-8", newline="") as fichier:
        return tuple(Source(**ligne) for ligne in csv.DictReader(fichier, strict=True))

"""A tiny timetable of three communes of the Hérault, made here: one line, four trips a morning."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from marketplace.matching.referentiels import Communes

MONTPELLIER, SETE, BEZIERS = "34172", "34301", "34032"
CALENDRIER = (
    "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "SEMAINE,1,1,1,1,1,0,0,20260901,20261231\nDIMANCHE,0,0,0,0,0,0,1,20260901,20261231\n"
)
HORAIRES = (
    ("T1", "BEZ", "05:20:00", 1),
    ("T1", "SET", "06:05:00", 2),
    ("T1", "MTP", "06:40:00", 3),
    ("T2", "BEZ", "06:50:00", 1),
    ("T2", "SET", "07:35:00", 2),
    ("T2", "MTP", "08:10:00", 3),
    ("D1", "SET", "04:00:00", 1),
    ("D1", "MTP", "04:30:00", 2),
)


def gtfs(communes: Communes, **autres: str | None) -> bytes:
    """The archive; a keyword (`stop_times="…"`) replaces a file, None leaves it out."""
    arrets = ["stop_id,stop_name,stop_lat,stop_lon"]
    for nom, code in (("MTP", MONTPELLIER), ("SET", SETE), ("BEZ", BEZIERS)):
        rang = communes.rang[code]
        arrets.append(f"{nom},Gare,{communes.lat[rang]},{communes.lon[rang]}")
    fichiers: Mapping[str, str | None] = {
        "stops": "\n".join(arrets),
        "trips": "route_id,service_id,trip_id\nR,SEMAINE,T1\nR,SEMAINE,T2\nR,DIMANCHE,D1\n",
        "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        + "\n".join(f"{course},{heure},{heure},{arret},{rang}" for course, arret, heure, rang in HORAIRES),
        "calendar": CALENDRIER,
    } | autres
    flux = io.BytesIO()
    with zipfile.ZipFile(flux, "w") as archive:
        for nom, texte in fichiers.items():
            if texte is not None:
                archive.writestr(f"{nom}.txt", texte)
    return flux.getvalue()


def reperes(communes: Communes, minutes: object, nombre: int = 60, colonnes: int = 10) -> str:
    """A matrix of communes of the Hérault by landmarks; `minutes(a, b)` gives each time."""
    tous = [c for c, d in zip(communes.codes, communes.departements, strict=True) if d == "34"]
    codes = sorted({*tous[:: len(tous) // nombre], MONTPELLIER, SETE, BEZIERS})
    voulus = codes[:: max(1, len(codes) // colonnes)][:colonnes]
    lignes = ["code_insee;" + ";".join(voulus)]
    for code in codes:
        lignes.append(f"{code};" + ";".join(str(minutes(code, r)).replace(".", ",") for r in voulus))  # type: ignore[operator]
    return "\n".join(lignes)

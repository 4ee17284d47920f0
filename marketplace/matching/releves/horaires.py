"""A GTFS extract: stops put in communes, one ordinary weekday, journeys between communes.

Only what a journey needs is read: stops, trips, stop_times, calendar or calendar_dates. The day kept is the
Tuesday or Thursday on which most trips run. Times past 11:00 are left: they bring nobody to work.
"""

from __future__ import annotations

import io
import itertools
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
from scipy.spatial import cKDTree

from marketplace.matching.releves.lecture import OCTETS_MAX, Lu, lignes_csv, texte_de
from marketplace.matching.releves.reseau import Connexions, parcourir
from marketplace.matching.releves.table import Releve
from marketplace.matching.trajets import RAYON_TERRE_KM, Trajets

FICHIERS = {
    "stops.txt": ("stop_id", "stop_lat", "stop_lon"),
    "trips.txt": ("trip_id", "service_id"),
    "stop_times.txt": ("trip_id", "stop_id", "stop_sequence"),
}
CALENDRIERS = ("calendar.txt", "calendar_dates.txt")
JOURS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DERNIERE_MINUTE = 11 * 60
COMMUNE_KM = 12.0  # a stop farther than this from every commune of the territory is another's
ARRETS_MAX, COMMUNES_MAX = 30_000, 1500
Ligne = dict[str, str]


def lire_gtfs(contenu: bytes, trajets: Trajets, departements: tuple[str, ...], fichier: str = "gtfs.zip") -> Lu:
    """Journeys between the communes of some départements. Everything wrong is a line of `problemes`."""
    lu = Lu()
    tables = _tables(contenu, fichier, lu)
    if lu.bloque:
        return lu
    arrets = _arrets(tables, lu)
    courses, jour = _courses(tables, lu)
    if lu.bloque:
        return lu
    passages = _passages(tables, arrets, courses, lu)
    if lu.bloque:
        return lu
    _calculer(lu, trajets, departements, arrets, passages, fichier)
    if jour is not None:
        lu.resume["jour"] = jour.isoformat()
    return lu


def _tables(contenu: bytes, fichier: str, lu: Lu) -> dict[str, bytes]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(contenu))
        infos = {i.filename.rsplit("/", 1)[-1]: i for i in archive.infolist()}
        if sum(i.file_size for n, i in infos.items() if n in FICHIERS or n in CALENDRIERS) > OCTETS_MAX:
            lu.noter(fichier, None, "Extrait trop gros : 200 Mo au plus. Gardez les lignes de votre territoire.")
            return {}
        tables = {n: archive.read(i) for n, i in infos.items() if n in FICHIERS or n in CALENDRIERS}
    except (zipfile.BadZipFile, RuntimeError, OSError, NotImplementedError, EOFError):
        lu.noter(fichier, None, "Ce n'est pas une archive ZIP lisible : donnez l'archive GTFS telle quelle.")
        return {}
    for nom in FICHIERS:
        if nom not in tables:
            lu.noter(nom, None, f"Il manque {nom} dans l'archive.")
    if not any(nom in tables for nom in CALENDRIERS):
        lu.noter(
            "calendar.txt", None, "Il manque calendar.txt ou calendar_dates.txt : aucun jour de service n'est dit."
        )
    return tables


def _lire(tables: dict[str, bytes], nom: str, colonnes: tuple[str, ...], lu: Lu) -> Iterator[tuple[int, Ligne]]:
    lignes = lignes_csv(texte_de(tables[nom]))
    entete = [c.lower() for c in next(lignes, (1, []))[1]]
    absentes = [c for c in colonnes if c not in entete]
    if absentes:
        lu.noter(nom, 1, f"Colonne absente : {', '.join(absentes)}.")
        return
    for numero, cellules in lignes:
        yield numero, dict(zip(entete, cellules, strict=False))


def _arrets(tables: dict[str, bytes], lu: Lu) -> dict[str, tuple[float, float]]:
    """Position of each stop."""
    arrets: dict[str, tuple[float, float]] = {}
    for numero, x in _lire(tables, "stops.txt", FICHIERS["stops.txt"], lu):
        try:
            lat, lon = float(x["stop_lat"]), float(x["stop_lon"])
            if not (-90 <= lat <= 90 and -180 <= lon <= 180):
                raise ValueError
        except (ValueError, KeyError):
            lu.noter("stops.txt", numero, f"Arrêt « {x.get('stop_id', '')} » sans position lisible : laissé.", False)
            continue
        arrets[x["stop_id"]] = (lat, lon)
    if not arrets and not lu.bloque:
        lu.noter("stops.txt", None, "Aucun arrêt lisible.")
    if len(arrets) > ARRETS_MAX:
        lu.noter("stops.txt", None, f"{len(arrets)} arrêts : {ARRETS_MAX} au plus. Gardez ceux de votre territoire.")
    return arrets


def _jour(texte: str) -> date:
    return date(int(texte[:4]), int(texte[4:6]), int(texte[6:8]))


def _services(tables: dict[str, bytes], courses: Counter[str], lu: Lu) -> tuple[set[str], date | None]:
    """Services that run on the chosen weekday."""
    ouverts: dict[date, set[str]] = defaultdict(set)
    if "calendar.txt" in tables:
        for numero, x in _lire(tables, "calendar.txt", ("service_id", "start_date", "end_date", *JOURS), lu):
            try:
                debut, fin = _jour(x["start_date"]), _jour(x["end_date"])
            except (ValueError, KeyError):
                lu.noter("calendar.txt", numero, "Dates illisibles : AAAAMMJJ attendu.")
                continue
            fin = min(fin, debut + timedelta(days=400))
            for n in range((fin - debut).days + 1):
                jour = debut + timedelta(days=n)
                if jour.weekday() in (1, 3) and x.get(JOURS[jour.weekday()]) == "1":
                    ouverts[jour].add(x["service_id"])
    if "calendar_dates.txt" in tables:
        for numero, x in _lire(tables, "calendar_dates.txt", ("service_id", "date", "exception_type"), lu):
            try:
                jour = _jour(x["date"])
            except (ValueError, KeyError):
                lu.noter("calendar_dates.txt", numero, "Date illisible : AAAAMMJJ attendu.")
                continue
            if jour.weekday() in (1, 3):
                (ouverts[jour].add if x["exception_type"] == "1" else ouverts[jour].discard)(x["service_id"])
    if not ouverts:
        if not lu.bloque:
            lu.noter(
                "calendar.txt", None, "Aucun service le mardi ni le jeudi : donnez un extrait d'une semaine ordinaire."
            )
        return set(), None
    choisi = max(sorted(ouverts), key=lambda j: sum(courses[x] for x in ouverts[j]))
    return ouverts[choisi], choisi


def _courses(tables: dict[str, bytes], lu: Lu) -> tuple[set[str], date | None]:
    """Trips of the chosen weekday."""
    services: dict[str, str] = {}
    for _, x in _lire(tables, "trips.txt", FICHIERS["trips.txt"], lu):
        services[x["trip_id"]] = x["service_id"]
    ouverts, jour = _services(tables, Counter(services.values()), lu)
    return {course for course, service in services.items() if service in ouverts}, jour


def _minute(texte: str) -> int | None:
    """« 7:05:00 » in minutes of the day; hours may pass 24."""
    morceaux = texte.split(":")
    if len(morceaux) not in (2, 3) or not all(m.strip().isdigit() for m in morceaux):
        return None
    return int(morceaux[0]) * 60 + int(morceaux[1])


Passage = tuple[int, str, int, int]  # sequence, stop, arrival, departure


def _passages(
    tables: dict[str, bytes], arrets: dict[str, tuple[float, float]], courses: set[str], lu: Lu
) -> dict[str, list[Passage]]:
    """Calls of each trip kept, in order."""
    passages: dict[str, list[Passage]] = defaultdict(list)
    for numero, x in _lire(tables, "stop_times.txt", FICHIERS["stop_times.txt"], lu):
        if x["trip_id"] not in courses:
            continue
        if x["stop_id"] not in arrets:
            lu.noter(
                "stop_times.txt", numero, f"Arrêt « {x['stop_id']} » inconnu de stops.txt : passage laissé.", False
            )
            continue
        brut_a, brut_d = x.get("arrival_time", ""), x.get("departure_time", "")
        if not brut_a and not brut_d:
            continue  # a call without a time is allowed by the format
        arrivee, depart = _minute(brut_a or brut_d), _minute(brut_d or brut_a)
        if arrivee is None or depart is None or not x["stop_sequence"].isdigit():
            lu.noter("stop_times.txt", numero, f"Horaire illisible : « {brut_a} », « {brut_d} ». HH:MM:SS attendu.")
            continue
        passages[x["trip_id"]].append((int(x["stop_sequence"]), x["stop_id"], arrivee, depart))
    if not passages and not lu.bloque:
        lu.noter("stop_times.txt", None, "Aucun passage le jour choisi : vérifiez le calendrier de l'extrait.")
    return {course: sorted(liste) for course, liste in passages.items()}


def _calculer(
    lu: Lu,
    trajets: Trajets,
    departements: tuple[str, ...],
    arrets: dict[str, tuple[float, float]],
    passages: dict[str, list[Passage]],
    fichier: str,
) -> None:
    communes = np.flatnonzero([d in departements for d in trajets.communes.departements])
    if not 0 < len(communes) <= COMMUNES_MAX:
        lu.noter(fichier, None, f"{len(communes)} communes dans le territoire : entre 1 et {COMMUNES_MAX} attendues.")
        return
    noms = sorted(arrets)
    positions = np.array([arrets[n] for n in noms])
    lieux = _plan(positions[:, 0], positions[:, 1])
    distances, proches = cKDTree(_plan(trajets.communes.lat[communes], trajets.communes.lon[communes])).query(lieux)
    commune_arret = np.where(distances <= COMMUNE_KM, proches, -1)
    rang = {n: i for i, n in enumerate(noms)}
    connexions = []
    for numero, course in enumerate(sorted(passages)):
        liste = passages[course]
        for (_, a, _, depart), (_, b, arrivee, _) in itertools.pairwise(liste):
            if depart <= arrivee <= DERNIERE_MINUTE:
                connexions.append((depart, arrivee, rang[a], rang[b], numero))
    if not connexions:
        lu.noter(fichier, None, "Aucun trajet avant 11 h ce jour-là : rien à tirer de cet extrait.")
        return
    reseau = Connexions(np.array(sorted(connexions), np.int32), lieux, commune_arret, len(passages))
    transports, premiere = parcourir(reseau, len(communes))
    relies = transports < 255
    np.fill_diagonal(relies, False)
    if not relies.any():
        lu.noter(fichier, None, "Cet extrait ne relie pas deux communes de votre territoire.")
        return
    lu.resume = {
        "arrets": int((commune_arret >= 0).sum()),
        "arrets_ailleurs": int((commune_arret < 0).sum()),
        "courses": len(passages),
        "communes_desservies": len(np.unique(commune_arret[commune_arret >= 0])),
        "communes": len(communes),
        "paires": int(relies.sum()),
        "laissees": sum(not p.bloquant for p in lu.problemes),
    }
    lu.releve = Releve(tuple(trajets.communes.codes[c] for c in communes), transports=transports, premiere=premiere)


def _plan(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Kilometres on a flat map, good enough within a territory."""
    lat_r, lon_r = np.radians(lat), np.radians(lon)
    return np.stack([RAYON_TERRE_KM * lon_r * np.cos(np.radians(46.0)), RAYON_TERRE_KM * lat_r], axis=1)

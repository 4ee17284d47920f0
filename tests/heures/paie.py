"""A payroll export of an ETTI, as ugly as they come, always the same for the same arguments. Everybody is invented.

Two header rows with merged titles, codes and spellings of clients that vary, weekly lines, some astride two months,
codes of absence and of bonuses, a column of social security numbers, totals, dates as text, French decimals.
"""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from openpyxl import Workbook

RUBRIQUES_TRAVAIL = (("010", "Heures normales"), ("012", "Heures suppl. 25 %"))
ABSENCES = (
    ("210", "Congés payés"),
    ("220", "Absence maladie"),
    ("230", "Férié chômé"),
    ("240", "Intempéries"),
    ("250", "Activité partielle"),
)
PRIME = ("510", "Prime panier")
INCONNUE = ("033", "Hres de nuit")
FORMATION = ("060", "Formation")


@dataclass(frozen=True)
class Salarie:
    """A person of the payroll, under the spelling of the payroll."""

    matricule: str
    nom: str
    prenom: str


@dataclass
class Client:
    """A client: its code, the spellings of its name, its people."""

    code: str
    noms: Sequence[str]
    salaries: list[Salarie] = field(default_factory=list)


@dataclass
class Paie:
    """The file and what it should give."""

    contenu: bytes
    lignes: int
    travaillees: dict[str, Decimal]
    """By matricule of ours."""
    etrangers: list[str]
    """Names, matricules and social security numbers that must never be kept."""


def nir(n: int) -> str:
    """A number of that shape; nobody's."""
    return f"2 {50 + n % 49:02d} 0{1 + n % 9} 99 {100 + n % 800:03d} {1 + n % 990:03d} {1 + n % 97:02d}"


def clients_etrangers(combien: int, par_client: int) -> list[Client]:
    """Clients of the ETTI that have nothing to do with our clauses."""
    return [
        Client(
            f"X{700 + i}",
            (f"Société Cliente {i:02d}", f"STE CLIENTE {i:02d}", f"Societe Cliente {i:02d} SAS"),
            [Salarie(f"ZQ{i:02d}{j:02d}", f"Tiersnom{i:02d}{j:02d}", "Jeanne") for j in range(par_client)],
        )
        for i in range(combien)
    ]


def paie(nos_clients: Sequence[Client], lundi: date, semaines: int, *, lignes: int = 2000, graine: int = 7) -> Paie:
    """The export of `semaines` weeks from a Monday: our clients among forty."""
    alea = random.Random(graine)
    clients = [*nos_clients, *clients_etrangers(40 - len(nos_clients), 7)]
    etrangers = [mot for c in clients[len(nos_clients) :] for mot in (*c.noms, *(s.matricule for s in c.salaries))]
    etrangers += [s.nom for c in clients[len(nos_clients) :] for s in c.salaries]
    classeur = Workbook()
    feuille = classeur.active
    feuille.append(["EXPORT RELEVÉS D'HEURES", None, None, f"Édité le {lundi + timedelta(weeks=semaines):%d/%m/%Y}"])
    feuille.append([])
    feuille.append(["Client", None, "Salarié", None, None, None, "Période", None, "Rubrique", None, "Heures", "Taux"])
    feuille.append(
        [
            "Code client",
            "Raison sociale",
            "Matricule",
            "N° Sécu",
            "Nom",
            "Prénom",
            "Du",
            "Au",
            "Code",
            "Libellé",
            "Nb",
            "",
        ]
    )
    for plage in ("A3:B3", "C3:F3", "G3:H3", "I3:J3"):
        feuille.merge_cells(plage)
    nos_matricules = {s.matricule for c in nos_clients for s in c.salaries}
    travaillees: dict[str, Decimal] = {}
    ecrites, n, general = 0, 0, Decimal(0)
    corps: list[tuple[Client, list[list[object]], list[Decimal]]] = []
    for client in clients:
        siennes: list[list[object]] = []
        durees: list[Decimal] = []
        for salarie in client.salaries:
            n += 1
            for k in range(semaines):
                debut = lundi + timedelta(weeks=k)
                for code, libelle, heures in _semaine(alea, k):
                    siennes.append(
                        [
                            client.code,
                            alea.choice(client.noms),
                            salarie.matricule,
                            nir(n),
                            salarie.nom.upper(),
                            salarie.prenom,
                            _jour(alea, debut),
                            _jour(alea, debut + timedelta(days=6)),
                            code,
                            libelle,
                            _heures(alea, heures),
                            "13,20",
                        ]
                    )
                    durees.append(Decimal(0) if code == PRIME[0] else heures)
                    if salarie.matricule in nos_matricules and code in {c for c, _ in (*RUBRIQUES_TRAVAIL, INCONNUE)}:
                        travaillees[salarie.matricule] = travaillees.get(salarie.matricule, Decimal(0)) + heures
        corps.append((client, siennes, durees))
    places = lignes - sum(len(x) for c, x, _ in corps if c in nos_clients)
    part = -(-places // (len(clients) - len(nos_clients)))
    for client, siennes, durees in corps:
        garde = len(siennes) if client in nos_clients else max(0, min(places, len(siennes), part))
        places -= 0 if client in nos_clients else garde
        for ligne in siennes[:garde]:
            feuille.append(ligne)
        ecrites += garde
        total = sum(durees[:garde], Decimal(0))
        general += total
        if garde:
            feuille.append([f"Total {client.noms[0]}", *[None] * 9, float(total), None])
    feuille.append(["TOTAL GÉNÉRAL", *[None] * 9, float(general), None])
    tampon = io.BytesIO()
    classeur.save(tampon)
    return Paie(tampon.getvalue(), ecrites, travaillees, [*etrangers, *(nir(i) for i in range(1, n + 1))])


def _semaine(alea: random.Random, k: int) -> list[tuple[str, str, Decimal]]:
    """What one person did in one week: work, and now and then something else."""
    lignes = [(*RUBRIQUES_TRAVAIL[0], Decimal(28))]
    tirage = alea.random()
    if tirage < 0.3:
        lignes.append((*RUBRIQUES_TRAVAIL[1], Decimal("2.5")))
    elif tirage < 0.6:
        lignes.append((*alea.choice(ABSENCES), Decimal(7)))
    elif tirage < 0.7:
        lignes.append((*PRIME, Decimal(4)))
    elif tirage < 0.8:
        lignes.append((*INCONNUE, Decimal("3.5")))
    if k == 1 and tirage < 0.5:
        lignes.append((*FORMATION, Decimal("3.5")))
    return lignes


def _jour(alea: random.Random, jour: date) -> object:
    return alea.choice([jour, f"{jour:%d/%m/%Y}", f"{jour:%d/%m/%y}"])


def _heures(alea: random.Random, heures: Decimal) -> object:
    entier, minutes = int(heures), int((heures % 1) * 60)
    return alea.choice(
        [float(heures), f"{heures:.2f}".replace(".", ","), f"{entier}h{minutes:02d}", f"{entier}:{minutes:02d}"]
    )

"""Makes the tables of this folder: a fictitious ledger that has the totals published for 2018, 2019 and 2020.

Run once, its results are committed: `python -m seeds.demo.herault_2020.fabriquer`. The published margins are
constraints on whole numbers, solved exactly (hours in hundredths); inside them everything is drawn at random.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

DOSSIER = Path(__file__).resolve().parent
GRAINE = 2020

ACHETEURS = ("BRL", "CD34", "CD34 DSP THD", "Conseil Régional", "Hérault Energie", "Hérault Logement", "Autres")
GESTIONNAIRES = ("Départemental", "SDI Est Héraultais", "SDI Montpelliérain", "SDI Piémont Biterrois")
SECTEURS = ("Bâtiment", "Travaux publics", "Travaux publics numériques", "Propreté", "Espaces verts", "Restauration")
DSP = (2, 0, 2)
"""The fibre concession: its own buyer's row, managed by the département, in digital works."""

# Published margins of 2020: opérations, marchés suivis, hours. The hours end in .20, .20 and .03 so that each column's
# parts miss its total exactly as published (126 347 for 126 348).
OPERATIONS = ((9, 53, 1, 13, 3, 14, 9), (34, 33, 13, 22), (32, 61, 1, 2, 4, 2))
MARCHES = ((11, 127, 1, 101, 21, 29, 21), (97, 55, 83, 76), (199, 97, 1, 3, 9, 2))
HEURES = (
    (933_703, 4_115_403, 3_400_000, 2_339_903, 369_003, 898_603, 578_205),
    (8_349_705, 1_059_905, 1_318_705, 1_906_505),
    (4_715_324, 3_537_024, 3_400_000, 467_324, 440_024, 75_124),
)
TOTAL = 12_634_820
AVANT: Mapping[str, tuple[int, int, int, int]] = {
    # marchés 2018 and 2019, hours 2018 and 2019
    "BRL": (2, 8, 3345, 6274),
    "CD34": (58, 109, 23896, 34408),
    "CD34 DSP THD": (1, 1, 25841, 50796),
    "Conseil Régional": (37, 76, 13939, 15357),
    "Hérault Energie": (11, 11, 6228, 3298),
    "Hérault Logement": (45, 25, 23309, 15833),
    "Autres": (4, 18, 2206, 1321),
}
NOUVEAUX_CD34 = {2018: 38, 2019: 78, 2020: 49}
SALARIES_AVANT = {2018: 170, 2019: 302}
PARTS_2019 = {
    "embauche_directe": 501,
    "mad_etti": 218,
    "mad_ai": 53,
    "mad_geiq": 132,
    "sous_traitance": 30,
    "ett": 28,
    "": 38,
}
"""Thousandths of the hours of 2019; the last share has no modality in the source."""

SALARIES = 377
# Hours of 2020 in hundredths, by modality; the first one is split between the concession and the rest.
DIRECTE_DSP = 3_248_000
MODALITES_2020 = {
    "embauche_directe": 6_302_805,
    "mad_etti": 3_649_404,
    "mad_ai": 1_144_204,
    "mad_geiq": 1_046_503,
    "sous_traitance": 339_002,
    "ett": 152_902,
}
EFFECTIFS_2020 = {
    "embauche_directe": 118,
    "mad_geiq": 31,
    "ett": 6,
    "mad_etti": 148,
    "mad_ai": 56,
    "sous_traitance": 18,
}
"""155 people outside IAE, 222 in it: published; the split inside each is drawn."""
IAE = ("mad_etti", "mad_ai", "sous_traitance")
AGES = {"jeune": (95, 4_020_840), "adulte": (217, 6_512_540), "senior": (65, 2_101_440)}
QPV = {"non": (242, 8_598_610), "oui": (135, 4_036_210)}
STATUTS = {
    "rsa": (126, 4_042_900),
    "jeune_sq": (69, 2_895_400),
    "deld": (79, 2_568_800),
    "th": (23, 938_700),
    "suite_parcours": (9, 192_400),
    "ass": (4, 106_200),
    "justice": (3, 30_600),
    "refugie_protection": (1, 24_800),
}
CONTRATS_RSA = 179
FEMMES = 50
CAPACITE_MOIS = 15_000
"""At most 150 h a person and month, from February to December."""


@dataclass
class Individu:
    """A person of 2020 before she has a name."""

    numero: int
    modalite: str
    age: str
    qpv: str
    sexe: str
    statuts: tuple[str, ...]
    heures: int = 0
    places: list[tuple[int, int]] = field(default_factory=list)


def resoudre(
    couts: Sequence[float],
    lignes: Sequence[Mapping[int, float]],
    cibles: Sequence[float],
    bas: Sequence[float],
    haut: Sequence[float],
    positives: Sequence[Mapping[int, float]] = (),
) -> list[int]:
    """Whole numbers x, bas ≤ x ≤ haut, of least cost, with Σ ligne·x = cible and Σ positive·x ≥ 0 for each line."""
    toutes = [*lignes, *positives]
    matrice = np.zeros((len(toutes), len(couts)))
    for i, ligne in enumerate(toutes):
        for j, v in ligne.items():
            matrice[i, j] = v
    mini = np.array([*cibles, *(0.0 for _ in positives)])
    maxi = np.array([*cibles, *(np.inf for _ in positives)])
    r = milp(
        np.array(couts, dtype=float),
        constraints=LinearConstraint(matrice, mini, maxi),
        integrality=np.ones(len(couts)),
        bounds=Bounds(np.array(bas, dtype=float), np.array(haut, dtype=float)),
        options={"mip_rel_gap": 0.05, "time_limit": 60},
    )
    if r.x is None:
        raise SystemExit(f"no ledger has these totals: {r.message}")
    x = [round(v) for v in r.x]
    for ligne, cible in zip(lignes, cibles, strict=True):
        ecart = sum(v * x[j] for j, v in ligne.items()) - cible
        if ecart:
            raise SystemExit(f"a total is missed by {ecart}")
    return x


def cellules(rng: Random) -> list[tuple[tuple[int, int, int], int, int, int]]:
    """(buyer, gestionnaire, sector), opérations, marchés, hundredths of hours: a table with every published margin."""
    cases = [
        (b, g, t)
        for b in range(7)
        for g in range(4)
        for t in range(6)
        if ((b, g, t) == DSP) or (b != DSP[0] and t != DSP[2])
    ]
    n = len(cases)
    lignes: list[dict[int, float]] = []
    cibles: list[float] = []
    for decalage, marges in ((0, OPERATIONS), (n, MARCHES), (2 * n, HEURES)):
        for axe in range(3):
            for valeur, cible in enumerate(marges[axe]):
                lignes.append({decalage + i: 1.0 for i, c in enumerate(cases) if c[axe] == valeur})
                cibles.append(float(cible))
    positives: list[dict[int, float]] = []
    for i, c in enumerate(cases):
        positives.append({n + i: 1.0, i: -1.0})
        positives.append({i: 40.0, n + i: -1.0})
        positives.append({2 * n + i: 1.0, n + i: -1_500.0})
        plafond = 3_500_000.0 if c == DSP else 250_000.0
        positives.append({n + i: plafond, 2 * n + i: -1.0})
    couts = [rng.random() for _ in range(2 * n)] + [rng.random() / 1e5 for _ in range(n)]
    x = resoudre(couts, lignes, cibles, [0] * 3 * n, [40] * n + [160] * n + [6_000_000] * n, positives)
    return [(c, x[i], x[n + i], x[2 * n + i]) for i, c in enumerate(cases) if x[i]]


def partager(rng: Random, total: int, n: int, mini: int = 0) -> list[int]:
    """`total` in n whole parts of at least `mini`, uneven."""
    poids = [rng.uniform(0.3, 1.7) for _ in range(n)]
    libre = total - mini * n
    parts = [mini + int(libre * p / sum(poids)) for p in poids]
    parts[0] += total - sum(parts)
    return parts


def individus(rng: Random) -> list[Individu]:
    """377 people whose counts and hours by modality, age, QPV, sex and status are those published."""
    modalites = [m for m, n in EFFECTIFS_2020.items() for _ in range(n)]
    ages = [a for a, (n, _) in AGES.items() for _ in range(n)]
    qpv = [q for q, (n, _) in QPV.items() for _ in range(n)]
    sexes = ["F"] * FEMMES + ["M"] * (SALARIES - FEMMES)
    for liste in (modalites, ages, qpv, sexes):
        rng.shuffle(liste)
    statuts: list[list[str]] = [["iae"] if m in IAE else (["geiq"] if m == "mad_geiq" else []) for m in modalites]
    for i, age in enumerate(ages):
        if age == "senior":
            statuts[i].append("senior")
    restants = {statut: nombre for statut, (nombre, _) in STATUTS.items()}

    def donner(i: int, statut: str) -> None:
        statuts[i].append(statut)
        restants[statut] -= 1

    # Nobody enters without a status; then each status is completed at random.
    for i in range(SALARIES):
        if not statuts[i]:
            choix = [c for c in ("rsa", "deld", *(("jeune_sq",) if ages[i] == "jeune" else ())) if restants[c]]
            donner(i, rng.choices(choix, [restants[c] * (0.3 if c == "rsa" else 1) for c in choix])[0])
    for statut in STATUTS:
        admis = [
            i for i in range(SALARIES) if statut not in statuts[i] and (statut != "jeune_sq" or ages[i] == "jeune")
        ]
        for i in rng.sample(admis, restants[statut]):
            donner(i, statut)
    groupe = [Individu(i, modalites[i], ages[i], qpv[i], sexes[i], tuple(statuts[i])) for i in range(SALARIES)]
    _repartir_les_heures(rng, groupe)
    return groupe


def _repartir_les_heures(rng: Random, groupe: list[Individu]) -> None:
    """Hours by person, in hundredths: near a drawn wish, and exact on every published margin."""
    souhaits = [min(140_000, int(rng.lognormvariate(10.2, 0.6))) for _ in groupe]
    lignes: list[dict[int, float]] = []
    cibles: list[float] = []

    def marge(choix: Iterable[int], cible: int) -> None:
        indices = list(choix)
        # x = wish + more − less, all three whole.
        lignes.append({**{SALARIES_PLUS + i: 1.0 for i in indices}, **{SALARIES_MOINS + i: -1.0 for i in indices}})
        cibles.append(float(cible - sum(souhaits[i] for i in indices)))

    for modalite, cible in MODALITES_2020.items():
        marge((p.numero for p in groupe if p.modalite == modalite), cible)
    for age, (_, cible) in AGES.items():
        marge((p.numero for p in groupe if p.age == age), cible)
    for qpv, (_, cible) in QPV.items():
        marge((p.numero for p in groupe if p.qpv == qpv), cible)
    for statut, (_, cible) in STATUTS.items():
        marge((p.numero for p in groupe if statut in p.statuts), cible)
    plus = [150_000 - s for s in souhaits]
    moins = [max(0, s - 700) for s in souhaits]
    x = resoudre([1.0] * (2 * SALARIES), lignes, cibles, [0] * (2 * SALARIES), [max(0, p) for p in plus] + moins)
    for p in groupe:
        p.heures = souhaits[p.numero] + x[SALARIES_PLUS + p.numero] - x[SALARIES_MOINS + p.numero]


SALARIES_PLUS, SALARIES_MOINS = 0, SALARIES


@dataclass
class Lot:
    """A marché before it has a name. `suivi`: the years its clause was followed; `heures` of 2020, in hundredths."""

    acheteur: str
    gestionnaire: str
    secteur: str
    operation: int
    programme: date
    suivi: tuple[int, ...]
    heures: int = 0


def lots(rng: Random, table: Sequence[tuple[tuple[int, int, int], int, int, int]]) -> list[Lot]:
    """The 311 marchés of 2020, then those that were only followed before."""
    resultat: list[Lot] = []
    operation = 0
    for (b, g, t), operations, marches, heures in table:
        operation += operations
        rangs = [operation - operations + i for i in range(operations)]
        rangs += rng.choices(rangs, k=marches - operations)
        parts = _heures_des_lots(rng, heures, marches)
        for rang, part in zip(sorted(rangs), parts, strict=True):
            resultat.append(Lot(ACHETEURS[b], GESTIONNAIRES[g], SECTEURS[t], rang, date(2020, 1, 6), (2020,), part))
    for b, nom in enumerate(ACHETEURS):
        resultat += _dater(rng, nom, [m for m in resultat if m.acheteur == nom], MARCHES[0][b])
    return resultat


def _heures_des_lots(rng: Random, heures: int, marches: int) -> list[int]:
    """Three marchés in four have hours in the year; all of them when they are few."""
    actifs = marches if marches < 4 else max(3, round(marches * 0.75))
    parts = partager(rng, heures, actifs, 600) + [0] * (marches - actifs)
    rng.shuffle(parts)
    return parts


def _dater(rng: Random, nom: str, de_2020: list[Lot], n20: int) -> list[Lot]:
    """Give each marché of 2020 the year it began; return those that ended before, so that each year has its count."""
    n18, n19, _, _ = AVANT[nom]
    suites = (min(n18, n19), min(n19, n20))
    if nom == "CD34":
        suites = (n19 - NOUVEAUX_CD34[2019], n20 - NOUVEAUX_CD34[2020])
    trois_ans = max(suites[0] + suites[1] - n19, int(0.6 * min(suites)))
    anciens = n18 - NOUVEAUX_CD34[2018] if nom == "CD34" else n18 // 2
    rng.shuffle(de_2020)
    operation = de_2020[0].operation
    de_2018: list[tuple[int, ...]] = [(2018, 2019, 2020)] * trois_ans
    de_2018 += [(2018, 2019)] * (suites[0] - trois_ans) + [(2018,)] * (n18 - suites[0])
    annees: list[tuple[int, ...]] = [*de_2018, *[(2019, 2020)] * (suites[1] - trois_ans)]
    annees += [(2019,)] * (n19 - suites[0] - suites[1] + trois_ans)
    modeles = iter(de_2020)
    finis: list[Lot] = []
    for rang, suivi in enumerate(annees):
        programme = date(suivi[0], 1, 8) if suivi[0] > 2018 or rang >= anciens else date(2017, 9, 4)
        if suivi[-1] == 2020:
            lot = next(modeles)
            lot.suivi, lot.programme = suivi, programme
        else:
            modele = rng.choice(de_2020)
            finis.append(Lot(nom, modele.gestionnaire, modele.secteur, operation, programme, suivi))
    return finis


def placer(rng: Random, groupe: list[Individu], tous: list[Lot]) -> None:
    """Who worked where in 2020: each marché gets its hours, and RSA recipients hold exactly the published contrats."""
    dsp = next(i for i, m in enumerate(tous) if m.acheteur == ACHETEURS[DSP[0]] and 2020 in m.suivi)
    restes = {p.numero: p.heures for p in groupe}
    sans_rsa = [p for p in groupe if "rsa" not in p.statuts]
    for modalite, voulu in (("embauche_directe", DIRECTE_DSP), ("mad_etti", tous[dsp].heures - DIRECTE_DSP)):
        besoin = voulu
        for p in sorted((p for p in sans_rsa if p.modalite == modalite), key=lambda p: -p.heures):
            pris = min(besoin, restes[p.numero])
            if pris:
                p.places.append((dsp, pris))
                restes[p.numero] -= pris
                besoin -= pris
        if besoin:
            raise SystemExit(f"the concession lacks {besoin} hundredths of {modalite}")
    ouverts = [i for i, m in enumerate(tous) if m.heures and i != dsp]
    rsa = [p for p in groupe if "rsa" in p.statuts]
    autres = [p for p in sans_rsa if restes[p.numero]]
    for _ in range(5_000):
        rng.shuffle(rsa)
        rng.shuffle(autres)
        ordre = _ordre(rng, ouverts, tous, sum(p.heures for p in rsa))
        places = _en_escalier(
            [(p.numero, restes[p.numero]) for p in (*rsa, *autres)], [(i, tous[i].heures) for i in ordre]
        )
        numeros = {p.numero for p in rsa}
        if sum(n in numeros for n, _, _ in places) == CONTRATS_RSA and min(h for _, _, h in places) >= 100:
            break
    else:
        raise SystemExit("no placement found")
    for numero, marche, heures in places:
        groupe[numero].places.append((marche, heures))


def _ordre(rng: Random, ouverts: list[int], tous: list[Lot], heures_rsa: int) -> list[int]:
    """Marchés in an order where the people with RSA cross as many ends of marché as they hold contrats in excess."""
    passages = CONTRATS_RSA - STATUTS["rsa"][0]
    grands = sorted(ouverts, key=lambda i: -tous[i].heures)
    while True:
        premiers = rng.sample(grands[: 2 * passages], passages)
        manque = heures_rsa - sum(tous[i].heures for i in premiers)
        suite = [i for i in ouverts if i not in set(premiers)]
        charniere = [i for i in suite if tous[i].heures > manque > 0]
        if charniere:
            c = rng.choice(charniere)
            suite.remove(c)
            rng.shuffle(suite)
            return [*premiers, c, *suite]


def _en_escalier(offres: list[tuple[int, int]], besoins: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """(person, marché, hundredths), each in turn: the staircase of a transport table."""
    places: list[tuple[int, int, int]] = []
    suite = iter(besoins)
    marche, manque = next(suite)
    for numero, reste in offres:
        libre = reste
        while libre:
            if not manque:
                marche, manque = next(suite)
            pris = min(libre, manque)
            places.append((numero, marche, pris))
            libre -= pris
            manque -= pris
    return places


def mois_par_mois(rng: Random, p: Individu) -> list[tuple[int, dict[int, int]]]:
    """The contrats of a person: (marché, month → hundredths), one after the other, never over 150 h a month."""
    cadence = max(rng.randint(6_000, CAPACITE_MOIS), -(-p.heures // 11))
    duree = -(-p.heures // cadence)
    mois = rng.randint(2, 13 - duree)
    libre = cadence
    contrats: list[tuple[int, dict[int, int]]] = []
    for marche, heures in p.places:
        reste = heures
        tableau: defaultdict[int, int] = defaultdict(int)
        while reste:
            if not libre:
                mois, libre = mois + 1, cadence
            pris = min(reste, libre)
            tableau[mois] += pris
            reste -= pris
            libre -= pris
        contrats.append((marche, dict(tableau)))
    return contrats


def reprises(rng: Random, annee: int, tous: list[Lot], premier: int) -> tuple[list[tuple[int, int, str, int]], int]:
    """(person, marché, modality, hundredths) of a year before the product, and how many new people it took."""
    rang = annee - 2018
    besoins: list[tuple[int, int]] = []
    for nom in ACHETEURS:
        suivis = [i for i, m in enumerate(tous) if m.acheteur == nom and annee in m.suivi]
        for i, h in zip(suivis, partager(rng, AVANT[nom][2 + rang] * 100, len(suivis), 1_000), strict=True):
            besoins.append((i, h))
    total = sum(h for _, h in besoins)
    parts = PARTS_2019 if annee == 2019 else {m: v for m, v in PARTS_2019.items() if m}
    heures = {m: total * v // sum(parts.values()) for m, v in parts.items()}
    heures["embauche_directe"] += total - sum(heures.values())
    # A third of the people of 2019 are still there in 2020; the others are only known by that year.
    anciens = rng.sample(range(SALARIES), SALARIES_AVANT[annee] // 3)
    nouveaux = SALARIES_AVANT[annee] - len(anciens)
    gens = [*anciens, *range(premier, premier + nouveaux)]
    rng.shuffle(gens)
    offres: list[tuple[int, int]] = []
    modalites: dict[int, str] = {}
    curseur = 0
    for n, (modalite, h) in enumerate(heures.items()):
        reste = len(gens) - curseur
        nombre = reste if n == len(heures) - 1 else max(1, round(SALARIES_AVANT[annee] * h / total))
        for numero, part in zip(gens[curseur : curseur + nombre], partager(rng, h, nombre, 500), strict=True):
            offres.append((numero, part))
            modalites[numero] = modalite
        curseur += nombre
    rng.shuffle(offres)
    rng.shuffle(besoins)
    return [(n, m, modalites[n], h) for n, m, h in _en_escalier(offres, besoins)], nouveaux


NAISSANCES = {"jeune": (1996, 2001), "adulte": (1973, 1992), "senior": (1958, 1968)}


def naissance(rng: Random, age: str) -> date:
    """A birth date well inside the band of 2020."""
    premiere, derniere = NAISSANCES[age]
    return date(rng.randint(premiere, derniere), 1, 1) + timedelta(days=rng.randint(0, 364))


def ecrire(nom: str, entete: Sequence[str], lignes: Iterable[Sequence[Any]]) -> None:
    """One table of this folder."""
    with (DOSSIER / nom).open("w", encoding="utf-8", newline="") as fichier:
        sortie = csv.writer(fichier, lineterminator="\n")
        sortie.writerow(entete)
        sortie.writerows(lignes)


def fabriquer() -> None:
    """Make every table."""
    rng = Random(GRAINE)
    tous = lots(rng, cellules(rng))
    groupe = individus(rng)
    placer(rng, groupe, tous)
    ecrire(
        "marches.csv",
        ("numero", "operation", "acheteur", "gestionnaire", "secteur", "programme_le", "premiere", "derniere"),
        (
            (i, m.operation, m.acheteur, m.gestionnaire, m.secteur, m.programme, m.suivi[0], m.suivi[-1])
            for i, m in enumerate(tous)
        ),
    )
    contrats = [(p, marche, mois) for p in groupe for marche, mois in mois_par_mois(rng, p)]
    ecrire(
        "contrats.csv",
        ("personne", "marche", "modalite", "heures"),
        (
            (p.numero, marche, p.modalite, " ".join(f"{m}:{h / 100:.2f}" for m, h in mois.items()))
            for p, marche, mois in contrats
        ),
    )
    avant: list[tuple[int, int, str, int, int]] = []
    premier = SALARIES
    for annee in SALARIES_AVANT:
        lignes, nouveaux = reprises(rng, annee, tous, premier)
        premier += nouveaux
        avant += [(n, m, modalite, h, annee) for n, m, modalite, h in lignes]
    ecrire(
        "reprises.csv",
        ("personne", "marche", "modalite", "heures", "annee"),
        ((n, m, modalite, f"{h / 100:.2f}", annee) for n, m, modalite, h, annee in avant),
    )
    gens = [(p.numero, p.sexe, naissance(rng, p.age), p.qpv, " ".join(p.statuts)) for p in groupe]
    for n in range(SALARIES, premier):
        age = rng.choices(list(NAISSANCES), (25, 58, 17))[0]
        gens.append(
            (n, "F" if rng.random() < 0.14 else "M", naissance(rng, age), rng.choice(("oui", "non", "non")), "")
        )
    ecrire("personnes.csv", ("numero", "sexe", "naissance", "qpv", "statuts"), gens)


if __name__ == "__main__":
    fabriquer()

"""A workbook as ugly as real ones, made from the published figures of 2020: everybody in it is fictitious.

Same seed, same workbook. Merged headers on two rows, titles, sub-totals, blank rows, dates and decimals as text, names
written in several ways, a column of national numbers, notes, colours, a third sheet of lists.
"""

from __future__ import annotations

import io
import json
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill

FIGURES = json.loads((Path(__file__).parents[1] / "donnees" / "reprise_2020.json").read_text(encoding="utf-8"))
MOIS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip

ACHETEURS = {
    "BRL": ("BRL", "B.R.L", "BRL "),
    "CD34": (
        "Conseil Départemental de l'Hérault",
        "Conseil départemental de l’Herault",
        "CONSEIL DEPARTEMENTAL DE L'HERAULT",
    ),
    "CD34 DSP THD": ("CD34 DSP THD",),
    "Conseil Régional": ("Conseil Régional", "CONSEIL REGIONAL", "Conseil  régional"),
    "Hérault Energie": ("Hérault Energie", "Hérault Energies", "Herault Énergie"),
    "Hérault Logement": ("Hérault Logement", "Herault logement", "HERAULT LOGEMENT"),
}
AUTRES = (
    ("Commune de Lunel", "commune de lunel"), ("Commune de Saint-Pons", "Commune de St Pons"),
    ("Agglomération Exemple", "Agglo Exemple"), ("Office du Canal", "Office du canal"),
    ("Port de Sète", "PORT DE SETE"),
)  # fmt: skip
TITULAIRES = (
    ("Maçonnerie Arnavel", "SARL Maçonnerie Arnavel", "MACONNERIE ARNAVEL"), ("Bâti Sorgue", "Bati-Sorgue"),
    ("Peintures du Larzac", "Peinture du Larzac"), ("Électricité Corvane", "Electricite Corvane SAS"),
    ("Toitures Mirandole", "Toitures Mirandolle"), ("Routes et Réseaux d'Oc", "Routes & Réseaux d'Oc"),
    ("Terrassements Vidourle", "Terassements Vidourle"), ("Menuiserie Calvesse", "Menuiseries Calvesse"),
    ("Plâtrerie Ganjaud", "Platrerie Ganjaud"), ("Carrelages Tourbaux", "Carrelage Tourbaux"),
    ("Étanchéité Bramefan", "Etancheite Bramefan"), ("Plomberie Rastouble", "Plomberie Rastoubles"),
    ("Fibre Garrigue", "Fibre Garrigue SA"), ("Paysages Orbiel", "Paysage Orbiel"), ("Net Exemple", "Net'Exemple"),
    ("Cuisines Lodevoises", "Cuisine Lodévoise"), ("Charpentes Escandorgue", "Charpente Escandorgue"),
    ("Génie Civil Salagou", "Genie civil Salagou"), ("Ascenseurs Pézenel", "Ascenseurs Pezenel"),
    ("Isolation Thaurac", "Isolations Thaurac"), ("Voirie Hérépien", "Voirie Herepian"),
    ("Canalisations Lez", "Canalisation Lez"),
    ("Sols Minervois", "Sol Minervois"), ("Serrurerie Jaurel", "Serrurerie Jaurelle"),
)  # fmt: skip
STRUCTURES = {
    "ETTI": (("Pil'emploi", "Pill'Emploi"), ("MobilEco", "Mobileco"), ("Intérim Tremplin Exemple",)),
    "AI": (("Feuille d'Érable", "Feuille d'Erable"), ("St Pons Services", "Saint Pons Services")),
    "GEIQ": (("GEIQ Exemple Bâtiment", "Geiq Exemple Batiment"),),
    "Sous-traitance / co-traitance IAE ou secteur adapté": (
        ("Re'n'art", "Ren'art"), ("Vigne(s) de Cocagne", "Vignes de Cocagne"), ("Hygie Sphère", "Hygie-Sphère"),
    ),
}  # fmt: skip
MODALITES = {
    "Embauche Directe": ("Embauche Directe", "embauche directe", "Directe"),
    "ETTI": ("ETTI", "Interim d'insertion"),
    "AI": ("AI", "Association intermédiaire"),
    "GEIQ": ("GEIQ",),
    "Sous-traitance / co-traitance IAE ou secteur adapté": ("Sous-traitance", "sous traitance"),
    "Autre (suite de parcours, ETT)": ("Autre (suite de parcours, ETT)",),
}
SECTEURS = {
    "Bâtiment": ("Bâtiment", "BATIMENT", "Batiment"),
    "Travaux Publics": ("Travaux Publics", "TP"),
    "Travaux Publics numériques": ("Travaux Publics numériques",),
}
LOTS = (
    "Gros œuvre",
    "Charpente",
    "Couverture",
    "Menuiseries",
    "Plâtrerie",
    "Électricité",
    "Plomberie",
    "Peinture",
    "Sols",
    "VRD",
)
COMMUNES = ("Montpellier", "Béziers", "Lunel", "Sète", "Lodève", "MONTPELLIER", "Sete")
PRENOMS_F = ("Alina", "Maëlle", "Samia", "Ilona", "Nadège", "Perrine")
PRENOMS_H = (
    "Bilel",
    "Corentin",
    "Driss",
    "Evan",
    "Ferdinand",
    "Gaël",
    "Hugo",
    "Ismaël",
    "Jordi",
    "Kévin",
    "Loan",
    "Moussa",
)
SYLLABES = ("bel", "cor", "dun", "far", "gal", "lor", "mar", "nev", "pol", "ros", "tal", "ver", "zan")
FINS = ("avin", "ignol", "ouste", "evard", "ancel", "orin", "ubert", "essac")
POSTES = ("Maçon", "Agent de propreté de locaux", "Ouvrier des espaces verts")


@dataclass
class MarcheExemple:
    acheteur: str
    gestionnaire: str
    operation: str
    lot: str
    secteur: str
    titulaire: tuple[str, ...]
    intitule: str
    prevues: Decimal
    faites: Decimal
    debut: date
    fin: date


@dataclass
class PersonneExemple:
    nom: str
    prenom: str
    naissance: date
    sexe: str
    qpv: str
    statuts: list[str] = field(default_factory=list)


@dataclass
class LigneExemple:
    personne: PersonneExemple
    marche: MarcheExemple
    modalite: str
    heures: Decimal


@dataclass
class Exemple:
    """The content before it is made ugly: what the takeover must find again."""

    annee: int
    marches: list[MarcheExemple]
    personnes: list[PersonneExemple]
    lignes: list[LigneExemple]

    @property
    def heures(self) -> Decimal:
        return sum((m.faites for m in self.marches), Decimal(0))

    @property
    def prevues(self) -> Decimal:
        return sum((m.prevues for m in self.marches), Decimal(0))


def _partager(hasard: random.Random, total: Decimal, nombre: int) -> list[Decimal]:
    """`total` hours in `nombre` shares to the quarter of an hour, the last one taking what is left: an exact sum."""
    poids = [hasard.uniform(0.3, 1.7) for _ in range(nombre)]
    parts = [max(Decimal(1), Decimal(int(float(total) * p / sum(poids) * 4)) / 4) for p in poids[:-1]]
    return [*parts, total - sum(parts, Decimal(0))]


def exemple(annee: int = 2020, part: Decimal = Decimal(1)) -> Exemple:
    """The marchés, people and hours of 2020; another year keeps marchés and people, with `part` of the hours."""
    hasard = random.Random(34)
    secteurs = [s["secteur"] for s in FIGURES["par_secteur"] for _ in range(s["marches"])]
    secteurs.remove("Travaux Publics numériques")
    gestionnaires = [g["gestionnaire"] for g in FIGURES["par_gestionnaire"] for _ in range(g["marches"])]
    marches: list[MarcheExemple] = []
    for mo in FIGURES["par_maitre_ouvrage"]:
        heures = _partager(hasard, Decimal(mo["heures"]), mo["marches"])
        for n in range(mo["marches"]):
            rang = n % mo["operations"]
            nom = mo["maitre_ouvrage"] if mo["maitre_ouvrage"] != "Autres" else AUTRES[rang % len(AUTRES)][0]
            lot = n // mo["operations"] + 1
            debut = date(2018, 1, 8) + timedelta(days=hasard.randrange(700))
            metier = LOTS[(n + lot) % len(LOTS)]
            thd = mo["maitre_ouvrage"] == "CD34 DSP THD"
            marches.append(
                MarcheExemple(
                    nom, gestionnaires[len(marches)], f"Opération {nom} n° {rang + 1}", str(lot),
                    "Travaux Publics numériques" if thd else secteurs.pop(0),
                    TITULAIRES[hasard.randrange(len(TITULAIRES))],
                    metier, heures[n] + Decimal(hasard.randrange(20, 900)), heures[n], debut,
                    debut + timedelta(days=500 + hasard.randrange(900)),
                )
            )  # fmt: skip
    personnes = _personnes(hasard)
    lignes = _lignes(hasard, marches, personnes)
    if part != 1:
        for ligne in lignes:
            ligne.heures = (ligne.heures * part).quantize(Decimal("0.25")) or Decimal("0.25")
        for m in marches:
            m.faites = sum((li.heures for li in lignes if li.marche is m), Decimal(0))
    return Exemple(annee, marches, personnes, lignes)


def _personnes(hasard: random.Random) -> list[PersonneExemple]:
    noms = [f"{a}{b}{c}".capitalize() for a in SYLLABES for b in SYLLABES for c in FINS]
    hasard.shuffle(noms)
    femmes = next(g["salaries"] for g in FIGURES["par_genre"] if g["genre"] == "F")
    qpv = next(q["salaries"] for q in FIGURES["par_qpv"] if q["qpv"] == "OUI")
    personnes = []
    for n in range(FIGURES["totaux"]["salaries"]):
        sexe = "F" if n < femmes else "H"
        prenom = hasard.choice(PRENOMS_F if sexe == "F" else PRENOMS_H)
        naissance = date(1962, 1, 1) + timedelta(days=hasard.randrange(14_000))
        personnes.append(PersonneExemple(noms[n], prenom, naissance, sexe, "OUI" if n % 377 < qpv else "NON"))
    hasard.shuffle(personnes)
    for s in FIGURES["par_statut"]:
        for p in hasard.sample(personnes, s["salaries"]):
            p.statuts.append(s["statut"])
    return personnes


def _lignes(
    hasard: random.Random, marches: list[MarcheExemple], personnes: list[PersonneExemple]
) -> list[LigneExemple]:
    """Every hour of a marché is somebody's, under one modality; the hours of each modality are those published."""
    restes = {m["modalite"]: Decimal(m["heures"]) for m in FIGURES["par_modalite"]}
    lignes: list[LigneExemple] = []
    rang = 0
    for m in marches:
        nombre = max(1, min(60, int(m.faites // 220)))
        for part in _partager(hasard, m.faites, nombre):
            heures = part
            while heures > 0:
                modalite = next(k for k, v in restes.items() if v > 0)
                prises = min(heures, restes[modalite])
                restes[modalite] -= prises
                lignes.append(LigneExemple(personnes[rang % len(personnes)], m, modalite, prises))
                heures -= prises
                rang += 1
    return lignes


# --- made ugly


def _heures(hasard: random.Random, valeur: Decimal) -> Any:
    texte = f"{valeur:,.2f}".replace(",", " ").replace(".", ",").rstrip("0").rstrip(",")
    return hasard.choice([float(valeur), float(valeur), texte, f"{texte} h"])


def _jour(hasard: random.Random, jour: date) -> Any:
    formes = (
        jour,
        jour.strftime("%d/%m/%Y"),
        jour.strftime("%d.%m.%y"),
        f"{jour.day} {MOIS[jour.month - 1]} {jour.year}",
    )
    return hasard.choice(formes)


def classeur(e: Exemple) -> bytes:
    """The workbook of an example, as a facilitateur would send it."""
    hasard = random.Random(e.annee)
    livre = Workbook()
    _feuille_marches(livre.active, e, hasard)
    _feuille_personnes(livre.create_sheet("Salariés " + str(e.annee)), e, hasard)
    listes = livre.create_sheet("Listes")
    for modalite in MODALITES:
        listes.append([modalite])
    octets = io.BytesIO()
    livre.save(octets)
    return octets.getvalue()


def _feuille_marches(f: Any, e: Exemple, hasard: random.Random) -> None:
    f.title = f"Suivi marchés {e.annee}"
    f.append([f"SUIVI DES CLAUSES SOCIALES – situation au 31/12/{e.annee}"])
    f.merge_cells("A1:N1")
    f["A1"].font = Font(bold=True, size=16)
    f.append([])
    f.append(
        ["MARCHE", None, None, None, None, None, "EXECUTION", None, None, "HEURES D'INSERTION", None, None, None, None]
    )
    for plage in ("A3:F3", "G3:I3", "J3:M3"):
        f.merge_cells(plage)
    f.append(
        ["Maître d'ouvrage", "Opération", "N° lot", "Intitulé", "Corps d'état", "Entreprise titulaire", "Etat",
         "Démarrage", "Fin prévisionnelle", "Prévues", f"Réalisées {e.annee}", "Reste", "% réalisé", "Observations"]
    )  # fmt: skip
    for cellule in f[4]:
        cellule.fill = PatternFill("solid", fgColor="FFC000")
    par_gestionnaire: dict[str, list[MarcheExemple]] = {}
    for m in e.marches:
        par_gestionnaire.setdefault(m.gestionnaire, []).append(m)
    for gestionnaire, marches in par_gestionnaire.items():
        f.append([gestionnaire.upper()])
        f.merge_cells(start_row=f.max_row, end_row=f.max_row, start_column=1, end_column=14)
        marches.sort(key=lambda m: (m.acheteur, m.operation, int(m.lot)))
        avant = ("", "")
        for m in marches:
            variantes = dict(AUTRES_VARIANTES) | ACHETEURS
            ici = (m.acheteur, m.operation)
            fini = m.fin < date(e.annee, 12, 31)
            f.append(
                [
                    hasard.choice(variantes[m.acheteur]) if ici != avant else None,
                    m.operation if ici != avant else None,
                    hasard.choice([int(m.lot), f"Lot {m.lot}", f"lot n°{m.lot.zfill(2)}"]),
                    m.intitule,
                    hasard.choice(SECTEURS.get(m.secteur, (m.secteur,))),
                    hasard.choice(m.titulaire),
                    hasard.choice(["Terminé", "terminé", "TERMINE"] if fini else ["En cours", "en cours ", "Encours"]),
                    _jour(hasard, m.debut),
                    _jour(hasard, m.fin),
                    _heures(hasard, m.prevues),
                    _heures(hasard, m.faites),
                    float(m.prevues - m.faites),
                    f"{round(m.faites / m.prevues * 100)} %",
                    hasard.choice([None, None, "relancer", "vu avec le conducteur de travaux", "cf mail"]),
                ]
            )
            avant = ici
        f.append(_total(f"Sous-total {gestionnaire}", marches))
        f.append([])
    f.append(_total(f"TOTAL GENERAL : {len(e.marches)} marchés", e.marches))


def _total(libelle: str, marches: list[MarcheExemple]) -> list[Any]:
    prevues = sum((m.prevues for m in marches), Decimal(0))
    faites = sum((m.faites for m in marches), Decimal(0))
    return [libelle, *[None] * 8, float(prevues), float(faites), float(prevues - faites)]


AUTRES_VARIANTES = {nom: (nom, *autres) for nom, *autres in AUTRES}


def _feuille_personnes(f: Any, e: Exemple, hasard: random.Random) -> None:
    f.append([f"Salariés en insertion {e.annee} (fichier du service)"])
    f.append([])
    entetes = ["NOM", "Prénom", "N° SS", "Né(e) le", "H/F", "Commune", "QPV", "Statut", "RQTH", "Structure employeuse",
               "Modalité", "Opération", "Lot", "Poste occupé", f"Heures réalisées {e.annee}", "Remarques"]  # fmt: skip
    f.append(entetes)
    for n, li in enumerate(e.lignes):
        if n and n % 150 == 0:
            f.append([])
            f.append(entetes)
        p = li.personne
        structures = STRUCTURES.get(li.modalite)
        rang = int(p.naissance.toordinal())
        employeur = structures[rang % len(structures)] if structures else li.marche.titulaire
        f.append(
            [
                p.nom.upper() if hasard.random() < 0.5 else p.nom,
                p.prenom,
                f"{1 if p.sexe == 'H' else 2}{p.naissance:%y%m}34172{rang % 900 + 100}",
                _jour(hasard, p.naissance),
                p.sexe,
                hasard.choice(COMMUNES),
                hasard.choice([p.qpv, p.qpv.lower()]),
                " / ".join(p.statuts) or None,
                "oui" if "TH" in p.statuts else None,
                hasard.choice(employeur),
                hasard.choice(MODALITES[li.modalite]),
                li.marche.operation.replace("n° ", hasard.choice(["n° ", "n°"])),
                hasard.choice([int(li.marche.lot), f"Lot {li.marche.lot}"]),
                hasard.choice(POSTES),
                _heures(hasard, li.heures),
                hasard.choice([None, None, "CDD renouvelé", "à revoir"]),
            ]
        )
    f.append(["TOTAL", *[None] * 13, float(sum((li.heures for li in e.lignes), Decimal(0)))])
    f.append([f"{len({id(li.personne) for li in e.lignes})} salariés"])

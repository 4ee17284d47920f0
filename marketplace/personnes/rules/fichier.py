"""A caseload as a file: what its columns may be called and how their cells are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from marketplace.erreurs import RegleViolee
from marketplace.personnes.rules.parcours import lire_experience
from marketplace.personnes.rules.saisie import (
    PERMIS,
    CompetenceSaisie,
    ExperienceSaisie,
    ProfilSaisi,
    lire_telephone,
)
from marketplace.valeurs import cle, lire_heures

COLONNES: Mapping[str, tuple[str, ...]] = {
    "prenom": ("prenom", "prenoms", "prenom usuel"),
    "nom": ("nom", "nom de famille", "nom usuel", "nom d usage", "nom marital"),
    "date_naissance": ("date de naissance", "naissance", "date naissance", "ne le", "nee le", "ddn"),
    "sexe": ("sexe", "genre", "civilite"),
    "telephone": (
        "telephone",
        "tel",
        "portable",
        "mobile",
        "tel portable",
        "telephone portable",
        "numero de telephone",
    ),
    "courriel": ("courriel", "email", "mail", "e mail", "adresse mail", "adresse electronique"),
    "commune": ("commune", "ville", "code postal", "commune de residence", "lieu de residence", "code insee"),
    "metier": ("metier", "metiers", "emploi", "profession", "metier recherche", "experience", "experiences", "poste"),
    "competences": ("competences", "savoir faire", "competence"),
    "modes": ("mobilite", "moyens de transport", "moyen de transport", "transport", "deplacement", "locomotion"),
    "permis": ("permis", "permis de conduire"),
    "heures_max": ("heures", "heures par semaine", "temps de travail", "duree hebdomadaire"),
    "disponible_le": ("disponible le", "disponibilite", "disponible a partir du", "date de disponibilite"),
}
LIBELLES: Mapping[str, str] = {
    "prenom": "Prénom",
    "nom": "Nom",
    "date_naissance": "Date de naissance",
    "sexe": "Sexe",
    "telephone": "Téléphone",
    "courriel": "Courriel",
    "commune": "Commune",
    "metier": "Métiers",
    "competences": "Savoir-faire",
    "modes": "Moyens de transport",
    "permis": "Permis",
    "heures_max": "Heures par semaine",
    "disponible_le": "Disponible le",
}
OBLIGATOIRES = ("prenom", "nom")

_DATE = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T].*)?")
_MODES = {
    "voiture": ("voiture", "vehicule", "auto", "automobile", "vl"),
    "deux_roues": ("scooter", "moto", "cyclo", "deux roues", "2 roues", "mobylette", "50cc"),
    "transports": ("bus", "tram", "tramway", "train", "transport", "transports", "tc", "car", "commun"),
    "velo": ("velo", "trottinette", "vae"),
    "marche": ("pied", "pieds", "marche", "pieton"),
}
_SEXES = {"f": "F", "femme": "F", "mme": "F", "madame": "F", "feminin": "F", "mlle": "F"}
_SEXES |= {"m": "M", "h": "M", "homme": "M", "monsieur": "M", "mr": "M", "masculin": "M"}


def lire_date(texte: str, champ: str) -> date | None:
    """« 12/04/1988 », « 1988-04-12 »; None when empty. Raises RegleViolee otherwise."""
    texte = texte.strip()
    if not texte:
        return None
    trouve, iso = _DATE.fullmatch(texte), _ISO.fullmatch(texte)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if trouve:
            return date(int(trouve[3]), int(trouve[2]), int(trouve[1]))
    except ValueError:
        pass
    raise RegleViolee(f"« {texte} » n'est pas une date : écrivez jour/mois/année, comme 12/04/1988.", champ=champ)


def lire_modes(texte: str) -> tuple[str, ...]:
    """Ways of travelling named in a cell; unknown words are left out."""
    mots = cle(texte)
    if "sans" in mots.split() or mots in {"non", "aucun", "aucune"}:
        return ("marche",)
    return tuple(mode for mode, noms in _MODES.items() if any(re.search(rf"\b{n}\b", mots) for n in noms))


def lire_permis(texte: str) -> tuple[str, ...]:
    """Licences named in a cell: « B », « oui » (B), « permis B et C »."""
    plat = cle(texte)
    if plat in {"oui", "o", "x", "vrai"}:
        return ("B",)
    if plat.startswith(("non", "sans", "aucun", "en cours")):
        return ()
    lettres = {m.upper() for m in plat.split()}
    return tuple(p for p in PERMIS if p in lettres)


def lire_experiences_cellule(texte: str) -> tuple[ExperienceSaisie, ...]:
    """Past jobs of one cell, separated by a semicolon, a slash between blanks, a bar or a line break."""
    lues = (lire_experience(m) for m in re.split(r"[;|\n]| / ", texte))
    return tuple(e for e in lues if e is not None)


def lire_saisie(cellules: Mapping[str, str], code_insee: str | None) -> ProfilSaisi:
    """The profile of one row. Raises RegleViolee, with the field, on the first cell that cannot be read."""
    heures = cellules.get("heures_max", "").strip()
    return ProfilSaisi(
        prenom=cellules.get("prenom", "").strip(),
        nom=cellules.get("nom", "").strip(),
        date_naissance=lire_date(cellules.get("date_naissance", ""), "date_naissance"),
        sexe=_SEXES.get(cle(cellules.get("sexe", ""))),
        telephone=_telephone(cellules.get("telephone", "")),
        courriel=cellules.get("courriel", "").strip(),
        code_insee=code_insee,
        modes=lire_modes(cellules.get("modes", "")),
        permis=lire_permis(cellules.get("permis", "")),
        heures_max=lire_heures(heures, champ="heures_max") if heures else Decimal(35),
        disponible_le=lire_date(cellules.get("disponible_le", ""), "disponible_le"),
        experiences=lire_experiences_cellule(cellules.get("metier", "")),
        competences=tuple(
            CompetenceSaisie(m.strip()) for m in re.split(r"[;|\n]", cellules.get("competences", "")) if m.strip()
        ),
    )


def _telephone(texte: str) -> str:
    """A phone whose leading zero the spreadsheet ate comes back whole."""
    chiffres = re.sub(r"\D", "", texte)
    if len(chiffres) == 9 and chiffres[0] in "1234567":
        return lire_telephone("0" + chiffres)
    return lire_telephone(texte)

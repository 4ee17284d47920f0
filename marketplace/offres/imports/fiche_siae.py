"""Reading structures and their posts: JSON pages of the public API of les emplois de l'inclusion, or the CSV.

Facts met in the wild and kept here: `recrutement_ouvert` is a text, `rome` is a code, « libellé (CODE) » or an object
with both, the address is spelt `addresse_ligne_1`, a post that is filled simply disappears.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.comptes.models import TypeOrganisation
from marketplace.erreurs import FichierRefuse, LigneRefusee, RegleViolee
from marketplace.marches.imports.fichiers import decoder
from marketplace.offres.models import TypeContrat
from marketplace.valeurs import cle, siret_valide

_CODE_ROME = re.compile(r"\b([A-Z]\d{4})\b")
TYPES = {
    "ACI": TypeOrganisation.ACI,
    "EI": TypeOrganisation.EI,
    "AI": TypeOrganisation.AI,
    "ETTI": TypeOrganisation.ETTI,
    "EITI": TypeOrganisation.EITI,
    "GEIQ": TypeOrganisation.GEIQ,
    "EA": TypeOrganisation.EA,
    "EATT": TypeOrganisation.EATT,
}
_CONTRATS = (
    ("inclusion", TypeContrat.CDI_INCLUSION),
    ("usage", TypeContrat.CDD_USAGE),
    ("tremplin", TypeContrat.CDD_TREMPLIN),
    ("insertion", TypeContrat.CDDI),
    ("professionnalisation", TypeContrat.PROFESSIONNALISATION),
    ("apprentissage", TypeContrat.APPRENTISSAGE),
    ("mission", TypeContrat.MISSION),
    ("temporaire", TypeContrat.MISSION),
    ("interim", TypeContrat.MISSION),
    ("cdi", TypeContrat.CDI),
    ("cdd", TypeContrat.CDD),
)
_PAR_TYPE = {
    TypeOrganisation.ETTI: TypeContrat.MISSION,
    TypeOrganisation.EATT: TypeContrat.MISSION,
    TypeOrganisation.AI: TypeContrat.CDD_USAGE,
    TypeOrganisation.GEIQ: TypeContrat.PROFESSIONNALISATION,
    TypeOrganisation.EA: TypeContrat.CDD_TREMPLIN,
}


@dataclass(frozen=True, slots=True)
class FichePoste:
    """One post of a structure. `ouvert` is false when the API says that recruiting stopped."""

    identifiant: str
    intitule: str
    code_rome: str | None
    description: str
    profil: str
    contrat: TypeContrat
    places: int
    code_insee: str | None
    commune: str
    ouvert: bool

    @property
    def empreinte(self) -> str:
        """Fingerprint of what was read, to know whether it changed."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class FicheStructure:
    """One structure. `postes` is None when the file holds none at all (CSV), empty when it says there is none."""

    ligne: int
    nom: str
    type: TypeOrganisation
    siret: str | None
    siret_valide: bool
    adresse: str
    code_postal: str
    ville: str
    code_insee: str | None
    telephone: str
    courriel: str
    site: str
    activites: str
    lat: float | None
    lon: float | None
    source: str
    maj: date | None
    postes: tuple[FichePoste, ...] | None
    postes_illisibles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lecture:
    """What files hold. `complete`: every page of the set was given, so what is absent is really gone."""

    structures: tuple[FicheStructure, ...]
    refuses: tuple[LigneRefusee, ...]
    complete: bool


def lire_fichiers(contenus: Sequence[tuple[str, bytes]]) -> Lecture:
    """Every structure of these files, (name, bytes). Raises FichierRefuse when one cannot be read at all."""
    structures: list[FicheStructure] = []
    refuses: list[LigneRefusee] = []
    pages: list[dict[str, Any]] = []
    de_l_api: set[str] = set()
    for nom, contenu in contenus:
        texte = decoder(contenu)
        if not texte.strip():
            raise FichierRefuse(f"{nom} est vide.")
        if texte.lstrip()[0] in "[{":
            for page in _pages(nom, texte):
                pages.append(page)
                rang = len(de_l_api)
                de_l_api |= {_identite(b, f"{rang}+{i}") for i, b in enumerate(page["results"])}
                _lire_tout(page["results"], _de_l_api, structures, refuses, len(structures) + len(refuses))
        else:
            _lire_tout(_lignes_csv(nom, texte), _du_csv, structures, refuses, 1)
    return Lecture(tuple(structures), tuple(refuses), _complete(pages, len(de_l_api)))


def _complete(pages: Sequence[dict[str, Any]], lues: int) -> bool:
    """Last page seen (`next` empty), and as many structures as the API announces."""
    if not pages or not any("next" in p and p["next"] is None for p in pages):
        return False
    annonces = [p["count"] for p in pages if isinstance(p.get("count"), int)]
    return not annonces or lues >= max(annonces)


def _identite(brut: Any, sinon: str) -> str:
    """What makes a result one and the same when two pages overlap."""
    return _texte(brut.get("id")) or sinon if isinstance(brut, dict) else sinon


def _pages(nom: str, texte: str) -> list[dict[str, Any]]:
    try:
        objet = json.loads(texte)
    except (ValueError, RecursionError):
        raise FichierRefuse(f"{nom} n'est pas un JSON lisible : reprenez le fichier de l'API.") from None
    if isinstance(objet, dict):
        objets = [objet]
    elif objet and all(isinstance(p, dict) and "results" in p for p in objet):
        objets = objet
    else:
        objets = [{"results": objet}]
    for page in objets:
        if not isinstance(page.get("results"), list):
            raise FichierRefuse(f"{nom} ne contient aucune structure : attendu les pages de l'API des SIAE.")
    return objets


def _lignes_csv(nom: str, texte: str) -> list[dict[str, str]]:
    premiere = texte.splitlines()[0]
    separateur = max(",;\t", key=premiere.count)
    lecteur = csv.DictReader(io.StringIO(texte, newline=""), delimiter=separateur)
    try:
        if not {"nom", "type"} <= set(lecteur.fieldnames or ()):
            raise FichierRefuse(f"{nom} : colonnes « nom » et « type » attendues.")
        return [{k: (v or "").strip() for k, v in ligne.items() if isinstance(k, str)} for ligne in lecteur]
    except csv.Error:
        raise FichierRefuse(
            f"{nom}, ligne {lecteur.line_num} : illisible. Une case est trop longue, ou un guillemet n'est pas refermé."
        ) from None


def _lire_tout(
    lignes: Iterable[Any],
    lire: Any,
    structures: list[FicheStructure],
    refuses: list[LigneRefusee],
    depart: int,
) -> None:
    for numero, brut in enumerate(lignes, depart + 1):
        try:
            if not isinstance(brut, dict):
                raise RegleViolee("Ligne illisible.")
            structures.append(lire(numero, brut))
        except RegleViolee as refus:
            nom = str(brut.get("siret") or brut.get("id") or "")[:60] if isinstance(brut, dict) else ""
            refuses.append(LigneRefusee(numero, nom, refus.message))


def _texte(valeur: Any, longueur: int = 200) -> str:
    return " ".join(str(valeur).split())[:longueur] if valeur not in (None, "None") else ""


def _siret(brut: Any) -> tuple[str | None, bool]:
    """(what identifies the firm, whether its key holds): a wrong number is kept and flagged, never dropped."""
    chiffres = re.sub(r"\D", "", str(brut or ""))
    if not chiffres:
        return None, False
    return chiffres[:14], siret_valide(chiffres)


def _oui(brut: Any) -> bool:
    """A yes, as a boolean or as the text « True » of the API."""
    return cle(str(brut)) in {"true", "1", "oui", "vrai"}


def _type(brut: Any) -> TypeOrganisation:
    type_ = TYPES.get(_texte(brut).upper())
    if type_ is None:
        raise RegleViolee(f"Type de structure inconnu : « {_texte(brut, 40)} ».")
    return type_


def _nombre(brut: Any) -> float | None:
    try:
        return float(brut)
    except (TypeError, ValueError):
        return None


def _jour(brut: Any) -> date | None:
    try:
        return date.fromisoformat(str(brut)[:10])
    except ValueError:
        return None


def _nom(*valeurs: Any) -> str:
    nom = next((t for t in map(_texte, valeurs) if t), "")
    if not nom:
        raise RegleViolee("Structure sans nom.")
    return nom


def _du_csv(numero: int, b: dict[str, str]) -> FicheStructure:
    siret, valide = _siret(b.get("siret"))
    return FicheStructure(
        ligne=numero,
        nom=_nom(b.get("enseigne"), b.get("nom")),
        type=_type(b.get("type")),
        siret=siret,
        siret_valide=valide,
        adresse=_texte(b.get("adresse")),
        code_postal=_texte(b.get("code_postal"), 5),
        ville=_texte(b.get("ville")),
        code_insee=_texte(b.get("code_insee"), 5) or None,
        telephone="",
        courriel="",
        site=_texte(b.get("site_web")),
        activites="",
        lat=_nombre(b.get("lat")),
        lon=_nombre(b.get("lon")),
        source=_texte(b.get("source")) or "Fichier des structures",
        maj=_jour(b.get("maj")),
        postes=None,
    )


def _de_l_api(numero: int, b: dict[str, Any]) -> FicheStructure:
    siret, valide = _siret(b.get("siret"))
    type_ = _type(b.get("type"))
    postes, illisibles = _postes(b.get("postes"), type_, _oui(b.get("bloque_candidatures", False)))
    return FicheStructure(
        ligne=numero,
        nom=_nom(b.get("enseigne"), b.get("raison_sociale")),
        type=type_,
        siret=siret,
        siret_valide=valide,
        adresse=_texte(f"{b.get('addresse_ligne_1') or ''} {b.get('addresse_ligne_2') or ''}"),
        code_postal=_texte(b.get("code_postal"), 5),
        ville=_texte(b.get("ville")),
        code_insee=None,
        telephone=_texte(b.get("telephone"), 30),
        courriel=_texte(b.get("courriel")),
        site=_texte(b.get("site_web")),
        activites=_texte(b.get("description"), 2000),
        lat=None,
        lon=None,
        source="Les emplois de l'inclusion",
        maj=_jour(b.get("mis_a_jour_le")),
        postes=postes,
        postes_illisibles=illisibles,
    )


def _postes(
    bruts: Any, type_: TypeOrganisation, bloquee: bool
) -> tuple[tuple[FichePoste, ...] | None, tuple[str, ...]]:
    """Posts of a structure, and what is wrong with the others. None when the answer holds no list of posts at all."""
    if bruts is None:
        return (), ()
    if not isinstance(bruts, list):
        return None, ("Ses postes sont illisibles : aucun n'est touché.",)
    lus: list[FichePoste] = []
    illisibles: list[str] = []
    for rang, b in enumerate(bruts, 1):
        if not isinstance(b, dict) or not _texte(b.get("id"), 60):
            illisibles.append(f"Poste n° {rang} sans identifiant : laissé de côté.")
            continue
        lus.append(_poste(b, type_, bloquee))
    return tuple(lus), tuple(illisibles)


def _rome(brut: Any) -> tuple[str | None, str]:
    """(code, label) of a post's trade, from « libellé (CODE) », a bare code, or an object that holds both."""
    if isinstance(brut, dict):
        textes = {cle(str(k)): _texte(v) for k, v in brut.items()}
        libelle = next((textes[k] for k in ("libelle", "name", "nom", "label", "intitule") if textes.get(k)), "")
        brut = f"{libelle} ({textes.get('code') or textes.get('code rome') or ''})"
    texte = _texte(brut)
    code = _CODE_ROME.search(texte.upper())
    libelle = re.sub(r"\s*\(?\b[A-Z]\d{4}\b\)?\s*$|\s*\(\)\s*$", "", texte).strip()
    return (code.group(1) if code else None), libelle


def _poste(b: dict[str, Any], type_: TypeOrganisation, bloquee: bool) -> FichePoste:
    code, libelle = _rome(b.get("rome"))
    lieu = b.get("lieu") if isinstance(b.get("lieu"), dict) else {}
    try:
        places = min(50, max(1, int(b.get("nombre_postes_ouverts") or 1)))
    except (TypeError, ValueError):
        places = 1
    return FichePoste(
        identifiant=_texte(b["id"], 60),
        intitule=_texte(b.get("appellation_modifiee")) or libelle or "Poste à préciser",
        code_rome=code,
        description=_texte(b.get("description"), 4000),
        profil=_texte(b.get("profil_recherche"), 4000),
        contrat=_contrat(b.get("type_contrat"), type_),
        places=places,
        code_insee=_texte((lieu or {}).get("code_insee"), 5) or None,
        commune=_texte((lieu or {}).get("nom")),
        ouvert=not bloquee and _oui(b.get("recrutement_ouvert", True)),
    )


def _contrat(brut: Any, type_: TypeOrganisation) -> TypeContrat:
    texte = cle(_texte(brut))
    for mot, contrat in _CONTRATS:
        if mot in texte:
            return contrat
    return _PAR_TYPE.get(type_, TypeContrat.CDDI)

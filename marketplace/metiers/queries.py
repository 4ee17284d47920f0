"""What pages and other rooms ask of ROME, CPV and NAF."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.metiers.frappe import Frappe
from marketplace.metiers.models import (
    Appellation,
    Competence,
    ContexteTravail,
    Cpv,
    Metier,
    MetierCompetence,
    MetierContexte,
    Mobilite,
    Naf,
)
from marketplace.referentiel import ReferentielCharge
from marketplace.valeurs import cle


@dataclass(frozen=True, slots=True)
class CompetenceVue:
    """A compétence of a métier; `coeur` when ROME calls it a main one."""

    code_ogr: str
    libelle: str
    type: str
    coeur: bool


@dataclass(frozen=True, slots=True)
class MetierProche:
    """A métier near another, 1 being the nearest."""

    code_rome: str
    libelle: str
    rang: int


@dataclass(frozen=True, slots=True)
class FicheMetier:
    """A métier of ROME 4.0 with what a page shows of it."""

    code_rome: str
    libelle: str
    definition: str
    domaine: str
    grand_domaine: str
    appellations: tuple[str, ...]
    competences_coeur: tuple[CompetenceVue, ...]
    proches: tuple[MetierProche, ...]
    contextes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AppellationTrouvee:
    """One answer of the trade combobox; distinct métiers, best appellation of each."""

    code_ogr: str
    libelle: str
    code_rome: str
    libelle_metier: str


@dataclass(frozen=True, slots=True)
class CodeNomenclature:
    """A CPV or NAF code and its label."""

    code: str
    libelle: str


def metier(s: Session, code_rome: str) -> FicheMetier | None:
    """The métier of that code, with its appellations, core compétences, neighbours and contexts."""
    trouve = s.get(Metier, code_rome)
    if trouve is None:
        return None
    appellations = s.scalars(
        select(Appellation.libelle)
        .where(Appellation.code_rome == code_rome)
        .order_by(Appellation.principale.desc(), Appellation.cle)
    )
    proches = s.execute(
        select(Mobilite.code_rome_cible, Metier.libelle, Mobilite.rang)
        .join(Metier, Metier.code_rome == Mobilite.code_rome_cible)
        .where(Mobilite.code_rome == code_rome)
        .order_by(Mobilite.rang)
    )
    contextes = s.scalars(
        select(ContexteTravail.libelle)
        .join(MetierContexte, MetierContexte.code_ogr == ContexteTravail.code_ogr)
        .where(MetierContexte.code_rome == code_rome)
        .order_by(ContexteTravail.libelle)
    )
    return FicheMetier(
        trouve.code_rome,
        trouve.libelle,
        trouve.definition,
        trouve.domaine,
        trouve.grand_domaine,
        tuple(appellations),
        competences_coeur(s, code_rome),
        tuple(MetierProche(*ligne) for ligne in proches),
        tuple(contextes),
    )


def _competences(s: Session, code_rome: str, seulement_coeur: bool) -> tuple[CompetenceVue, ...]:
    requete = (
        select(Competence.code_ogr, Competence.libelle, Competence.type, MetierCompetence.coeur)
        .join(MetierCompetence, MetierCompetence.code_ogr == Competence.code_ogr)
        .where(MetierCompetence.code_rome == code_rome)
        .order_by(MetierCompetence.coeur.desc(), Competence.type, Competence.libelle)
    )
    if seulement_coeur:
        requete = requete.where(MetierCompetence.coeur.is_(True))
    return tuple(CompetenceVue(*ligne) for ligne in s.execute(requete))


def competences_coeur(s: Session, code_rome: str) -> tuple[CompetenceVue, ...]:
    """The main compétences of a métier."""
    return _competences(s, code_rome, seulement_coeur=True)


def competences_du_metier(s: Session, code_rome: str) -> tuple[CompetenceVue, ...]:
    """Every compétence of a métier, the main ones first."""
    return _competences(s, code_rome, seulement_coeur=False)


def libelles_metiers(s: Session, codes: Iterable[str]) -> dict[str, str]:
    """Labels of these métiers by code, for lists."""
    voulus = set(codes)
    if not voulus:
        return {}
    requete = select(Metier.code_rome, Metier.libelle).where(Metier.code_rome.in_(voulus))
    return {m.code_rome: m.libelle for m in s.execute(requete)}


class _Lexique:
    """Every appellation, held once per process for one state of the base."""

    def __init__(self, empreinte: str, lignes: Any, familiers: Sequence[tuple[str, str]]) -> None:
        self.empreinte, self.familiers = empreinte, familiers
        textes: list[str] = []
        self.lignes: list[AppellationTrouvee] = []
        principales: dict[str, AppellationTrouvee] = {}
        for ogr, libelle, court, forme, principale, rome, libelle_metier in lignes:
            vue = AppellationTrouvee(ogr, libelle, rome, libelle_metier)
            formes = {forme, cle(court)}
            textes += formes
            self.lignes += [vue] * len(formes)
            if principale:
                principales[rome] = vue
        for rome, mots in familiers:
            if rome in principales and (forme := cle(mots)):
                textes.append(forme)
                self.lignes.append(principales[rome])
        self.frappe = Frappe(textes, [ligne.code_rome for ligne in self.lignes])


_lexiques: WeakKeyDictionary[Any, _Lexique] = WeakKeyDictionary()


def _lexique(s: Session, familiers: Sequence[tuple[str, str]]) -> _Lexique:
    moteur = s.get_bind().engine
    empreinte = s.scalar(select(ReferentielCharge.empreinte).where(ReferentielCharge.nom == "appellations")) or ""
    connu = _lexiques.get(moteur)
    if connu is None or connu.empreinte != empreinte or (familiers and connu.familiers is not familiers):
        requete = (
            select(
                Appellation.code_ogr,
                Appellation.libelle,
                Appellation.libelle_court,
                Appellation.cle,
                Appellation.principale,
                Appellation.code_rome,
                Metier.libelle,
            )
            .join(Metier, Metier.code_rome == Appellation.code_rome)
            .order_by(Appellation.code_ogr)
        )
        connu = _Lexique(empreinte, s.execute(requete).all(), familiers)
        _lexiques[moteur] = connu
    return connu


@dataclass(frozen=True, slots=True)
class Saisie:
    """What one typed may be. `sure`: the first is what was meant; `finie`: a whole wording, not a word under way."""

    trouvees: tuple[AppellationTrouvee, ...]
    sure: bool
    finie: bool


def lire_saisie(s: Session, texte: str, limite: int = 8, familiers: Sequence[tuple[str, str]] = ()) -> Saisie:
    """Trades that the words typed so far may name (accents and typos forgiven), one appellation each, best first.

    `familiers`: (ROME code, wording) pairs beside the official labels, the same object at each call.
    """
    if len(cle(texte[:120])) < 2:
        return Saisie((), sure=False, finie=False)
    lexique = _lexique(s, familiers)
    lue = lexique.frappe.chercher(texte, limite)
    return Saisie(tuple(lexique.lignes[r] for r in lue.rangs), lue.sure, lue.finie)


def chercher_appellations(s: Session, texte: str, limite: int = 8) -> tuple[AppellationTrouvee, ...]:
    """Official job titles close to the text, one per métier, best first.

    A plain list to choose from; reading people's own words is matching's business.
    """
    return lire_saisie(s, texte, limite).trouvees


def _code_naf(brut: str) -> str:
    """« 8121Z » → « 81.21Z », as the NAF writes it."""
    return f"{brut[:2]}.{brut[2:]}" if len(brut) > 2 and "." not in brut else brut


def _chercher(s: Session, table: type[Cpv] | type[Naf], texte: str, limite: int) -> tuple[CodeNomenclature, ...]:
    """Codes that start so, or whose label holds every word; accents are folded in Python on both engines."""
    mots = cle(texte).split()
    if not mots:
        return ()
    if texte.strip()[:1].isdigit():
        debut = texte.strip().split("-")[0].upper()
        if table is Naf:
            debut = _code_naf(debut)
        requete = (
            select(table.code, table.libelle)
            .where(table.code.startswith(debut, autoescape=True))
            .order_by(table.code)
            .limit(limite)
        )
        return tuple(CodeNomenclature(*ligne) for ligne in s.execute(requete))
    trouves = [
        CodeNomenclature(code, libelle)
        for code, libelle in s.execute(
            select(table.code, table.libelle).order_by(func.length(table.libelle), table.code)
        )
        if all(mot in cle(libelle) for mot in mots)
    ]
    return tuple(trouves[:limite])


def cpv(s: Session, code: str) -> CodeNomenclature | None:
    """The CPV of that code, with or without its check digit."""
    trouve = s.get(Cpv, code.split("-", maxsplit=1)[0])
    return None if trouve is None else CodeNomenclature(trouve.code, trouve.libelle)


def chercher_cpv(s: Session, texte: str, limite: int = 10) -> tuple[CodeNomenclature, ...]:
    """CPV codes for a start of code or words of the label."""
    return _chercher(s, Cpv, texte, limite)


def naf(s: Session, code: str) -> CodeNomenclature | None:
    """The NAF of that code, with or without its dot (« 81.21Z », « 8121Z »)."""
    trouve = s.get(Naf, _code_naf(code.strip().upper()))
    return None if trouve is None else CodeNomenclature(trouve.code, trouve.libelle)


def chercher_naf(s: Session, texte: str, limite: int = 10) -> tuple[CodeNomenclature, ...]:
    """NAF codes for a start of code or words of the label."""
    return _chercher(s, Naf, texte, limite)

"""From rows to hours by contrat and month: whose chantier, whose name, which month. Pure but for the names given."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from rapidfuzz import fuzz, process

from marketplace.erreurs import LigneRefusee, RegleViolee
from marketplace.heures.imports.tableau import LigneLue
from marketplace.heures.rules.plausibilite import jours_ouvres
from marketplace.valeurs import CENTIEME, arrondir, cle, lire_decimal, lire_heures, premier_du_mois

SEUIL_CHANTIER = 92
SEUIL_NOM = 92
TOUT_LE_RESTE = "*"
"""In the mapping, what to do with the chantiers nobody named: null sets them all aside, by an explicit choice."""

_MOIS = tuple(
    cle(mois)
    for mois in (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    )
)
_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y")


@dataclass(frozen=True, slots=True)
class ContratConnu:
    """A contrat of the employer that rows may speak of."""

    ref: str
    nom: str
    marche_ref: str
    debut: date
    fin: date | None


@dataclass(frozen=True, slots=True)
class MarcheConnu:
    """A marché the employer works on, and the words that may name it in a file."""

    ref: str
    noms: tuple[str, ...]


@dataclass(slots=True)
class Correspondance:
    """What was decided once and is remembered: columns, chantiers → marché (None: not ours), people → contrat."""

    colonnes: dict[str, str] = field(default_factory=dict)
    chantiers: dict[str, str | None] = field(default_factory=dict)
    personnes: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Lecture:
    """Outcome of the rows. `heures`: (contrat ref, month) → (worked, training). `a_decider`: chantiers unknown."""

    lus: int = 0
    retenues: int = 0
    ecartees: int = 0
    heures: dict[tuple[str, date], tuple[Decimal, Decimal]] = field(default_factory=dict)
    refuses: list[LigneRefusee] = field(default_factory=list)
    a_decider: dict[str, int] = field(default_factory=dict)
    lignes_de: dict[tuple[str, date], int] = field(default_factory=dict)


def lire_mois(texte: str) -> date:
    """First day of « octobre 2026 », « 10/2026 », « 2026-10 » or of any date. Raises RegleViolee."""
    plat = cle(texte)
    mots = plat.split()
    for nom in _MOIS:
        if mots and (mots[0] == nom or (len(mots[0]) >= 3 and nom.startswith(mots[0]) and mots[0].isalpha())):
            annee = next((int(m) for m in mots[1:] if re.fullmatch(r"20\d\d", m)), None)
            if annee is not None:
                return date(annee, _MOIS.index(nom) + 1, 1)
    for motif, ordre in ((r"(\d{1,2})[/\-. ](20\d\d)", (2, 1)), (r"(20\d\d)[/\-. ]?(\d{1,2})", (1, 2))):
        trouve = re.fullmatch(motif, texte.strip())
        if trouve and 1 <= int(trouve[ordre[1]]) <= 12:
            return date(int(trouve[ordre[0]]), int(trouve[ordre[1]]), 1)
    return premier_du_mois(lire_jour(texte))


def lire_jour(texte: str) -> date:
    """A day written in one of the usual ways. Raises RegleViolee."""
    brut = texte.strip().split(" ")[0].split("T")[0]
    for forme in _FORMATS:
        try:
            return datetime.strptime(brut, forme).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    raise RegleViolee(f"« {texte.strip()} » n'est pas une date lisible : écrivez par exemple 31/10/2026.")


def lire_nombre(texte: str) -> Decimal:
    """Hours of a cell; more than two decimals are those of a computation and are rounded half up."""
    try:
        return lire_heures(texte)
    except RegleViolee:
        valeur = lire_decimal(texte.rstrip("hH "))
        if valeur < 0:
            raise
        return valeur.quantize(CENTIEME, ROUND_HALF_UP)


def repartir(heures: Decimal, debut: date, fin: date) -> dict[date, Decimal]:
    """Hours of a period shared between its months by working day, summing exactly to `heures`."""
    jours = jours_ouvres(debut, fin)
    parts: dict[date, int] = {}
    for jour in jours:
        parts[premier_du_mois(jour)] = parts.get(premier_du_mois(jour), 0) + 1
    resultat: dict[date, Decimal] = {}
    reste, jours_restants = heures, len(jours)
    for mois, nombre in parts.items():
        resultat[mois] = arrondir(reste * nombre / jours_restants, CENTIEME)
        reste, jours_restants = reste - resultat[mois], jours_restants - nombre
    return resultat


def trouver_marche(texte: str, marches: Sequence[MarcheConnu]) -> str | None:
    """The one marché a chantier names, by its reference, its title or a near one; None when none or several do."""
    plat = cle(texte)
    for marche in marches:
        if cle(marche.ref) in plat:
            return marche.ref
    candidats: dict[str, float] = {}
    for marche in marches:
        noms = [cle(n) for n in marche.noms if n]
        proche = process.extractOne(plat, noms, scorer=fuzz.token_sort_ratio, score_cutoff=SEUIL_CHANTIER)
        if proche is not None:
            candidats[marche.ref] = proche[1]
    if not candidats:
        return None
    meilleur = max(candidats.values())
    gagnants = [ref for ref, note in candidats.items() if note == meilleur]
    return gagnants[0] if len(gagnants) == 1 else None


def lire_lignes_du_fichier(
    lignes: Sequence[LigneLue],
    marches: Sequence[MarcheConnu],
    contrats: Sequence[ContratConnu],
    correspondance: Correspondance,
) -> Lecture:
    """Read every row. A row of a chantier set aside is counted and forgotten; any other wrong row is refused."""
    lecture = Lecture()
    vues: set[tuple[str, ...]] = set()
    for ligne in lignes:
        if _total(ligne):
            continue
        lecture.lus += 1
        chantier = ligne.cellules.get("chantier", "")
        marche_ref = _marche(chantier, marches, correspondance)
        if marche_ref is None:
            lecture.ecartees += 1
            continue
        if not marche_ref:
            lecture.a_decider[chantier] = lecture.a_decider.get(chantier, 0) + 1
            continue
        signature = tuple(f"{role}={texte}" for role, texte in sorted(ligne.cellules.items()))
        try:
            if signature in vues:
                raise RegleViolee("Cette ligne est en double : une heure ne compte qu'une fois.")
            vues.add(signature)
            _prendre(ligne, marche_ref, contrats, correspondance, lecture)
        except RegleViolee as refus:
            lecture.refuses.append(LigneRefusee(ligne.numero, _qui(ligne), refus.message))
    return lecture


def _total(ligne: LigneLue) -> bool:
    """A total row of the export: nobody and « total » somewhere."""
    mots = " ".join(cle(v) for v in ligne.cellules.values())
    return "total" in mots.split() and not (ligne.cellules.get("matricule") or ligne.cellules.get("prenom"))


def _qui(ligne: LigneLue) -> str:
    return ligne.cellules.get("matricule", "") or "ligne"


def _marche(chantier: str, marches: Sequence[MarcheConnu], c: Correspondance) -> str | None:
    """Ref of the marché; None when the chantier is set aside; empty when somebody has to decide."""
    for connu, ref in c.chantiers.items():
        if connu != TOUT_LE_RESTE and cle(connu) == cle(chantier):
            return ref
    trouve = trouver_marche(chantier, marches) if chantier else None
    if trouve is not None:
        return trouve
    return None if TOUT_LE_RESTE in c.chantiers and c.chantiers[TOUT_LE_RESTE] is None else ""


def _prendre(
    ligne: LigneLue, marche_ref: str, contrats: Sequence[ContratConnu], c: Correspondance, lecture: Lecture
) -> None:
    travaillees = lire_nombre(ligne.cellules.get("heures", "") or "0")
    formation = lire_nombre(ligne.cellules.get("formation", "") or "0")
    if not travaillees + formation:
        return
    debut, fin = _periode(ligne)
    par_mois = repartir(travaillees, debut, fin)
    formation_par_mois = repartir(formation, debut, fin)
    for mois in par_mois:
        contrat = _contrat(ligne, marche_ref, contrats, c, mois)
        avant = lecture.heures.get((contrat.ref, mois), (Decimal(0), Decimal(0)))
        lecture.heures[contrat.ref, mois] = (avant[0] + par_mois[mois], avant[1] + formation_par_mois[mois])
        lecture.lignes_de.setdefault((contrat.ref, mois), ligne.numero)
    lecture.retenues += 1


def _periode(ligne: LigneLue) -> tuple[date, date]:
    du = ligne.cellules.get("du", "")
    if du:
        debut = lire_jour(du)
        fin = lire_jour(ligne.cellules["au"]) if ligne.cellules.get("au") else debut + timedelta(days=6)
        if fin < debut:
            raise RegleViolee("La période finit avant de commencer : vérifiez les dates.")
        return debut, fin
    mois = lire_mois(ligne.cellules.get("mois", ""))
    return mois, mois.replace(day=calendar.monthrange(mois.year, mois.month)[1])


def _contrat(
    ligne: LigneLue, marche_ref: str, contrats: Sequence[ContratConnu], c: Correspondance, mois: date
) -> ContratConnu:
    fin_mois = mois.replace(day=calendar.monthrange(mois.year, mois.month)[1])
    possibles = [
        k for k in contrats if k.marche_ref == marche_ref and k.debut <= fin_mois and (k.fin is None or k.fin >= mois)
    ]
    for repere in (ligne.cellules.get("matricule", ""), _nom(ligne)):
        connu = next((ref for texte, ref in c.personnes.items() if repere and cle(texte) == cle(repere)), None)
        if connu is not None:
            trouve = next((k for k in possibles if k.ref == connu), None)
            if trouve is None:
                raise RegleViolee(f"Le contrat {connu} n'est pas de ce marché, ou ne couvre pas ce mois.")
            return trouve
    nom = " ".join(sorted(cle(_nom(ligne)).split()))
    notes = {k.ref: fuzz.ratio(nom, " ".join(sorted(cle(k.nom).split()))) for k in possibles} if nom else {}
    bons = [ref for ref, note in notes.items() if note >= SEUIL_NOM and note == max(notes.values())]
    if len(bons) == 1:
        return next(k for k in possibles if k.ref == bons[0])
    if len(bons) > 1:
        raise RegleViolee("Plusieurs contrats portent ce nom : indiquez lequel dans le fichier de correspondance.")
    raise RegleViolee("Cette personne n'a pas de contrat sur ce marché ce mois-là : ses heures ne peuvent pas compter.")


def _nom(ligne: LigneLue) -> str:
    return f"{ligne.cellules.get('nom', '')} {ligne.cellules.get('prenom', '')}".strip()


def lire_correspondance(objet: Mapping[str, object]) -> Correspondance:
    """The remembered decisions, from the JSON of the mapping file. Raises RegleViolee when it is malformed."""
    parts: dict[str, dict[str, str | None]] = {}
    for nom in ("colonnes", "chantiers", "personnes"):
        valeur = objet.get(nom, {})
        if not isinstance(valeur, dict) or any(v is not None and not isinstance(v, str) for v in valeur.values()):
            raise RegleViolee(f"Fichier de correspondance : « {nom} » doit associer des textes à des textes.")
        parts[nom] = {str(k): v for k, v in valeur.items()}
    return Correspondance(
        colonnes={k: v for k, v in parts["colonnes"].items() if v},
        chantiers=parts["chantiers"],
        personnes={k: v for k, v in parts["personnes"].items() if v},
    )

"""Who is eligible to a clause: categories of D1, proofs and their age (R44 to R49, R51)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from marketplace.erreurs import RegleViolee
from marketplace.territoire.parametres import AGES_PREUVE
from marketplace.valeurs import ajouter_mois


class Categorie(StrEnum):
    """D1, in the default order that chooses the main category (R51)."""

    RSA = "rsa"
    DELD = "deld"
    DETLD = "detld"
    ASS = "ass"
    AAH = "aah"
    TH = "th"
    INVALIDITE = "invalidite"
    JEUNE_SQ = "jeune_sq"
    JEUNE_DIPLOME = "jeune_diplome"
    SENIOR = "senior"
    QPV = "qpv"
    FRR_ZRR = "frr_zrr"
    PLIE = "plie"
    PACEA_CEJ = "pacea_cej"
    SMA_SMV = "sma_smv"
    E2C_EPIDE = "e2c_epide"
    REFUGIE_PROTECTION = "refugie_protection"
    JUSTICE = "justice"
    PARENT_ISOLE = "parent_isole"
    ASE = "ase"
    HEBERGEMENT = "hebergement"
    FLE = "fle"
    IAE = "iae"
    GEIQ = "geiq"
    EA_EATT = "ea_eatt"
    ESAT = "esat"
    REGIE = "regie"
    AVIS_MOTIVE = "avis_motive"
    SUITE_PARCOURS = "suite_parcours"


PAR_LA_STRUCTURE = frozenset(
    {
        Categorie.IAE,
        Categorie.GEIQ,
        Categorie.EA_EATT,
        Categorie.ESAT,
        Categorie.REGIE,
        Categorie.E2C_EPIDE,
    }
)
"""List A (R44): the structure's attestation is the only proof."""

PREUVES: Mapping[Categorie, str] = {
    Categorie.RSA: "une attestation de la CAF ou de la MSA",
    Categorie.DELD: "un avis de situation de France Travail",
    Categorie.DETLD: "un avis de situation de France Travail",
    Categorie.ASS: "une attestation de France Travail",
    Categorie.AAH: "une attestation de la CAF ou de la MSA",
    Categorie.TH: "une décision en cours de validité",
    Categorie.INVALIDITE: "une décision en cours de validité",
    Categorie.JEUNE_SQ: "une pièce d'identité et une attestation de niveau",
    Categorie.JEUNE_DIPLOME: "une pièce d'identité et un diplôme",
    Categorie.SENIOR: "une pièce d'identité",
    Categorie.QPV: "un justificatif de domicile",
    Categorie.FRR_ZRR: "un justificatif de domicile",
    Categorie.PLIE: "une attestation du PLIE",
    Categorie.PACEA_CEJ: "une attestation de la mission locale",
    Categorie.SMA_SMV: "une attestation du service militaire adapté ou volontaire",
    Categorie.E2C_EPIDE: "une attestation de l'école",
    Categorie.REFUGIE_PROTECTION: "un titre en cours de validité",
    Categorie.JUSTICE: "une attestation du service qui suit la personne",
    Categorie.PARENT_ISOLE: "une attestation de la CAF ou de la MSA",
    Categorie.ASE: "une attestation du Département",
    Categorie.HEBERGEMENT: "une attestation d'hébergement",
    Categorie.FLE: "un test de langue",
    Categorie.IAE: "un PASS IAE ou l'attestation de la structure",
    Categorie.GEIQ: "l'attestation du GEIQ",
    Categorie.EA_EATT: "l'attestation de l'entreprise adaptée",
    Categorie.ESAT: "l'attestation de l'ESAT",
    Categorie.REGIE: "l'attestation de la régie",
    Categorie.AVIS_MOTIVE: "un avis motivé, signé et daté",
    Categorie.SUITE_PARCOURS: "le contrat précédent sous clause",
}
"""D1: the default proof of each category, as the person reads it."""

AGE_JEUNE = 26
AGE_SENIOR = 50
MOIS_SORTIE_ECOLE = 6
MOIS_DETLD = 24


@dataclass(frozen=True)
class ReglagesEligibilite:
    """Territory settings (R47, R48): months of DELD and whether more than them, categories on, proof ages
    (months).
    """

    deld_mois: int = 12
    deld_strict: bool = True
    categories_actives: frozenset[str] = frozenset(c.value for c in Categorie)
    ages_preuve: Mapping[str, int] = field(default_factory=lambda: AGES_PREUVE)


@dataclass(frozen=True)
class Statut:
    """One category claimed by the person.

    `depuis`: registration as job seeker, leaving school, start of the right; `jusqu_au`: end of a decision
    or of a residence permit; `preuve_le`: date written on the proof, None while it has not been seen.
    """

    categorie: Categorie
    depuis: date | None = None
    jusqu_au: date | None = None
    preuve_le: date | None = None


class Decision(StrEnum):
    """R47: outcome for a person and a clause."""

    ELIGIBLE = "eligible"
    EN_ATTENTE = "en_attente"
    NON_ELIGIBLE = "non_eligible"


@dataclass(frozen=True)
class Examen:
    """One category examined: whether it is met, whether its proof holds, and what is missing (facilitateur
    only).
    """

    categorie: Categorie
    remplie: bool
    prouvee: bool
    manque: str = ""
    preuve_jusqu_au: date | None = None


@dataclass(frozen=True)
class Eligibilite:
    """Decision and the examination behind it. An employer only ever sees yes or no and the window (R47)."""

    decision: Decision
    examens: tuple[Examen, ...]

    @property
    def categories(self) -> tuple[Categorie, ...]:
        """Categories met and proven."""
        return tuple(e.categorie for e in self.examens if e.remplie and e.prouvee)


def age_au(naissance: date, jour: date) -> int:
    """Age in full years on `jour`; somebody born on 29 February grows older on 1 March in common years."""
    return jour.year - naissance.year - ((jour.month, jour.day) < (naissance.month, naissance.day))


def preuve_valable(statut: Statut, reference: date, reglages: ReglagesEligibilite) -> bool:
    """True when the proof holds on the reference day (R48, T30).

    « Moins de 3 mois » is strict: a statement of 20 August no longer holds on 20 November. A proof written
    after the reference day proves nothing about it. Decisions and permits hold until their end.
    """
    if statut.preuve_le is None or statut.preuve_le > reference:
        return False
    if statut.jusqu_au is not None and statut.jusqu_au < reference:
        return False
    mois = reglages.ages_preuve.get(statut.categorie)
    return mois is None or ajouter_mois(statut.preuve_le, mois) > reference


def dernier_jour_de_preuve(statut: Statut, reglages: ReglagesEligibilite) -> date | None:
    """Last day on which the proof still holds (R48); None without a proof, or when nothing ends it."""
    if statut.preuve_le is None:
        return None
    mois = reglages.ages_preuve.get(statut.categorie)
    fins = [statut.jusqu_au, ajouter_mois(statut.preuve_le, mois) - timedelta(days=1) if mois else None]
    return min((fin for fin in fins if fin is not None), default=None)


def condition_remplie(statut: Statut, naissance: date | None, reference: date, reglages: ReglagesEligibilite) -> bool:
    """True when the facts behind the category hold on the reference day, whatever the proof (R45, R47)."""
    depuis = statut.depuis
    age = None if naissance is None else age_au(naissance, reference)
    remplie = (depuis is None or depuis <= reference) and (statut.jusqu_au is None or statut.jusqu_au >= reference)
    if not remplie:
        return False
    if statut.categorie == Categorie.DELD and depuis is not None:
        seuil = ajouter_mois(depuis, reglages.deld_mois)
        return reference > seuil or (reference == seuil and not reglages.deld_strict)
    if statut.categorie in {Categorie.DELD, Categorie.DETLD}:
        return depuis is not None and reference >= ajouter_mois(depuis, MOIS_DETLD)
    if statut.categorie in {Categorie.JEUNE_SQ, Categorie.JEUNE_DIPLOME}:
        sorti = depuis is not None and reference >= ajouter_mois(depuis, MOIS_SORTIE_ECOLE)
        return sorti and age is not None and age < AGE_JEUNE
    if statut.categorie == Categorie.SENIOR:
        return age is not None and age >= AGE_SENIOR
    return True


def examiner(
    statuts: Sequence[Statut],
    naissance: date | None,
    reference: date,
    reglages: ReglagesEligibilite,
    *,
    publics_de_la_clause: Sequence[str] = (),
) -> Eligibilite:
    """Decide at the hiring date (R34, R47). An empty `publics_de_la_clause` admits every active category.

    ELIGIBLE needs one category met with a proof valid that day; EN_ATTENTE is a category met whose proof
    lacks or is out of date; otherwise NON_ELIGIBLE.
    """
    admises = reglages.categories_actives
    if publics_de_la_clause:
        admises = admises & frozenset(publics_de_la_clause)
    examens = tuple(
        _examiner_un(statut, naissance, reference, reglages) for statut in statuts if statut.categorie in admises
    )
    if any(e.remplie and e.prouvee for e in examens):
        decision = Decision.ELIGIBLE
    elif any(e.remplie for e in examens):
        decision = Decision.EN_ATTENTE
    else:
        decision = Decision.NON_ELIGIBLE
    return Eligibilite(decision, examens)


def _examiner_un(statut: Statut, naissance: date | None, reference: date, reglages: ReglagesEligibilite) -> Examen:
    remplie = condition_remplie(statut, naissance, reference, reglages)
    prouvee = preuve_valable(statut, reference, reglages)
    piece = PREUVES[statut.categorie]
    if not remplie:
        manque = "La condition n'est pas remplie à la date d'embauche."
    elif prouvee:
        manque = ""
    elif statut.preuve_le is None:
        manque = f"Il manque {piece}."
    elif statut.preuve_le > reference:
        manque = f"La preuve est postérieure à l'embauche : il faut {piece} plus ancienne."
    else:
        mois = reglages.ages_preuve.get(statut.categorie)
        delai = f" de moins de {mois} mois" if mois else ""
        manque = f"La preuve n'est plus valable : il faut {piece}{delai}."
    return Examen(statut.categorie, remplie, prouvee, manque, dernier_jour_de_preuve(statut, reglages))


PRIORITE = tuple(categorie.value for categorie in Categorie)
"""Default order of R51: RSA first."""


def categorie_principale(categories: Sequence[Categorie], priorite: Sequence[str] = PRIORITE) -> Categorie | None:
    """The one category under which statistics count the person (R51); None without any."""
    rangs = {code: rang for rang, code in enumerate(priorite)}
    return min(categories, key=lambda c: (rangs.get(c, len(rangs)), c.value), default=None)


@dataclass(frozen=True)
class AvisMotive:
    """Reasoned opinion for somebody out of the list (R46)."""

    auteur: str
    organisme: str
    date_avis: date | None
    texte: str


EMETTEURS: Mapping[str, str] = {
    "france_travail": "France Travail",
    "maison_emploi": "Maison de l'emploi",
    "plie": "PLIE",
    "mission_locale": "Mission locale",
    "cap_emploi": "Cap emploi",
    "mdph": "MDPH",
    "departement": "Département",
}
"""Who may give a reasoned opinion (R46; the Département for its own services)."""

EMETTEURS_AVIS = frozenset(EMETTEURS)


def verifier_avis(avis: AvisMotive, reference: date) -> None:
    """Refuse an opinion without author, habilitated organisation, date or text (R46). Raises RegleViolee."""
    if avis.organisme not in EMETTEURS_AVIS:
        raise RegleViolee("Cet organisme ne peut pas donner d'avis motivé.", champ="organisme")
    for champ, phrase in (
        ("auteur", "Dites qui donne l'avis."),
        ("texte", "Écrivez les raisons de l'avis."),
    ):
        if not getattr(avis, champ).strip():
            raise RegleViolee(phrase, champ=champ)
    if avis.date_avis is None or avis.date_avis > reference:
        raise RegleViolee("L'avis porte une date, au plus tard celle de l'embauche.", champ="date_avis")


# --- places
# ----------------------------------------------------------------------------------------------------

QPV_2024_A_PARTIR_DU = date(2024, 1, 1)
"""Decree of 28 December 2023 (metropolitan France)."""

FRR_A_PARTIR_DU = date(2024, 7, 1)
FRR_PLUS_A_PARTIR_DU = date(2025, 1, 1)


def perimetre_qpv(embauche: date) -> str:
    """Generation of the QPV perimeter that applies to a hire: « 2015 » before 2024, « 2024 » since (R49)."""
    return "2024" if embauche >= QPV_2024_A_PARTIR_DU else "2015"


def zonage_rural(jour: date) -> str:
    """Name of the rural zoning in force: ZRR, then FRR since July 2024, FRR+ added in January 2025 (R49)."""
    if jour < FRR_A_PARTIR_DU:
        return "ZRR"
    return "FRR+" if jour >= FRR_PLUS_A_PARTIR_DU else "FRR"

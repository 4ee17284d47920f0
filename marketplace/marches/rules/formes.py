"""Forms of contracts and what their parts owe: bons de commande, tranches, reconductions, direct purchases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from marketplace.erreurs import RegleViolee
from marketplace.marches.rules.dimensionnement import MILLE
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.regime import SEUIL_ACHAT_DIRECT
from marketplace.valeurs import CENTIEME, arrondir, somme

ZERO = Decimal(0)


class Forme(StrEnum):
    """Form of a marché. An ordinary one is the absence of any of these."""

    BONS_DE_COMMANDE = "bons_de_commande"
    MARCHES_SUBSEQUENTS = "marches_subsequents"
    MARCHE_SUBSEQUENT = "marche_subsequent"
    ACHAT_DIRECT = "achat_direct"


LIBELLES_FORME = {
    Forme.BONS_DE_COMMANDE: "accord-cadre à bons de commande",
    Forme.MARCHES_SUBSEQUENTS: "accord-cadre à marchés subséquents",
    Forme.MARCHE_SUBSEQUENT: "marché subséquent",
    Forme.ACHAT_DIRECT: "achat direct, de gré à gré",
}

ACCORDS_CADRES = frozenset({Forme.BONS_DE_COMMANDE, Forme.MARCHES_SUBSEQUENTS})
"""Their clause is an estimate: what is due comes from the orders, or from the marchés subséquents (R19)."""


class GenreComposante(StrEnum):
    """Part of a contract whose hours are due from a day on."""

    TRANCHE = "tranche"
    RECONDUCTION = "reconduction"
    BON_DE_COMMANDE = "bon_de_commande"
    TRANSFERT = "transfert"


LIBELLES_GENRE = {
    GenreComposante.TRANCHE: "tranche optionnelle",
    GenreComposante.RECONDUCTION: "reconduction",
    GenreComposante.BON_DE_COMMANDE: "bon de commande",
    GenreComposante.TRANSFERT: "heures transférées",
}

COMPTEE_QUAND = {
    GenreComposante.TRANCHE: "affermie",
    GenreComposante.RECONDUCTION: "reconduite",
    GenreComposante.BON_DE_COMMANDE: "émis",
    GenreComposante.TRANSFERT: "transférées",
}


class CauseTransfert(StrEnum):
    """Why a contract passes to another firm."""

    CESSION = "cession"
    LIQUIDATION = "liquidation"


LIBELLES_CAUSE = {CauseTransfert.CESSION: "cession du contrat", CauseTransfert.LIQUIDATION: "liquidation du titulaire"}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a contract as the target reads it: hours, due from a day, or not yet decided."""

    heures: Decimal
    compte_le: date | None


def objectif_du_marche(clause: Decimal | None, forme: Forme | None, parts: Iterable[Part], le: date) -> Decimal | None:
    """Hours due on a day: the clause in force, and the parts decided by then (R17, R19, R21, reconductions).

    On an accord-cadre the clause is only an estimate: what is due comes from the bons de commande (R19), or is
    carried by the marchés subséquents, which count for themselves. None when there is no clause to follow.
    """
    if forme in ACCORDS_CADRES:
        base = ZERO
    elif clause is None:
        return None
    else:
        base = clause
    return max(ZERO, base + somme(p.heures for p in parts if p.compte_le is not None and p.compte_le <= le))


def heures_du_bon(montant_ht: Decimal, heures_par_millier: Decimal) -> Decimal:
    """Hours due by an order, to the hundredth: ratio × amount ÷ 1 000 (R19, T4)."""
    if montant_ht < 0 or heures_par_millier < 0:
        raise RegleViolee("Le ratio et le montant ne peuvent pas être négatifs.", champ="montant_ht")
    return arrondir(montant_ht * heures_par_millier / MILLE, CENTIEME)


FORMES_DU_GENRE: dict[GenreComposante, tuple[Forme | None, ...]] = {
    GenreComposante.TRANCHE: (None, Forme.MARCHE_SUBSEQUENT),
    GenreComposante.RECONDUCTION: (
        None,
        Forme.BONS_DE_COMMANDE,
        Forme.MARCHES_SUBSEQUENTS,
        Forme.MARCHE_SUBSEQUENT,
    ),
    GenreComposante.BON_DE_COMMANDE: (Forme.BONS_DE_COMMANDE,),
}
"""Where each part makes sense; nothing else is offered on the page of a marché."""

E = EtatMarche
ETATS_DU_GENRE: dict[GenreComposante, frozenset[EtatMarche]] = {
    GenreComposante.TRANCHE: frozenset(E) - {E.TRANSFERE, E.RESILIE, E.SOLDE, E.SANS_SUITE},
    GenreComposante.RECONDUCTION: frozenset(E) - {E.TRANSFERE, E.RESILIE, E.SOLDE, E.SANS_SUITE},
    GenreComposante.BON_DE_COMMANDE: frozenset({E.NOTIFIE, E.EN_COURS, E.SUSPENDU, E.TERMINE}),
}
"""An order is issued on a notified contract; a tranche or a period is written as soon as it is studied."""


def genres_possibles(forme: Forme | None, etat: EtatMarche) -> tuple[GenreComposante, ...]:
    """The parts that may be added to a marché of that form, in that state."""
    return tuple(g for g, formes in FORMES_DU_GENRE.items() if forme in formes and etat in ETATS_DU_GENRE[g])


def verifier_composante(
    genre: GenreComposante,
    forme: Forme | None,
    etat: EtatMarche,
    *,
    heures: Decimal,
    debut: date | None,
    fin: date | None,
    montant_ht: Decimal | None,
    compte_le: date | None,
    notification: date | None,
    aujourdhui: date,
) -> None:
    """Refuse a part that does not fit its contract. Raises RegleViolee next to the field."""
    if forme not in FORMES_DU_GENRE.get(genre, ()):
        raise RegleViolee(f"Ce marché n'a pas de {LIBELLES_GENRE[genre]} : vérifiez sa forme.")
    if etat not in ETATS_DU_GENRE[genre]:
        quoi = {
            GenreComposante.BON_DE_COMMANDE: "Un bon de commande s'émet sur un marché notifié.",
            GenreComposante.TRANCHE: "Ce marché est clos : ses tranches ne changent plus.",
            GenreComposante.RECONDUCTION: "Ce marché est clos : il ne se reconduit plus.",
        }
        raise RegleViolee(quoi[genre])
    if heures < 0:
        raise RegleViolee("Les heures ne peuvent pas être négatives.", champ="heures")
    if montant_ht is not None and montant_ht < 0:
        raise RegleViolee("Un montant ne peut pas être négatif.", champ="montant_ht")
    if debut is not None and fin is not None and fin < debut:
        raise RegleViolee("La fin précède le début : vérifiez les dates.", champ="fin")
    if genre is GenreComposante.BON_DE_COMMANDE and compte_le is None:
        raise RegleViolee("Donnez la date du bon de commande.", champ="compte_le")
    if compte_le is not None and compte_le > aujourdhui:
        raise RegleViolee("Cette décision est à venir : notez-la quand elle est prise.", champ="compte_le")
    if compte_le is not None and notification is not None and compte_le < notification:
        raise RegleViolee("Cette date précède la notification du marché.", champ="compte_le")


def verifier_suite(precedentes: Iterable[tuple[date | None, date | None]], debut: date | None) -> None:
    """Periods of reconduction follow one another. Raises RegleViolee when one starts inside another."""
    for d, f in precedentes:
        if debut is not None and d is not None and f is not None and d <= debut <= f:
            raise RegleViolee("Cette période recoupe une période déjà notée.", champ="debut")


# --- amounts ---------------------------------------------------------------------------------------------------


def verifier_montants(ht: Decimal | None, ttc: Decimal | None) -> None:
    """HT and TTC are two figures, never one for the other. Raises RegleViolee next to the second."""
    if ht is not None and ht < 0:
        raise RegleViolee("Un montant ne peut pas être négatif.", champ="montant_ht")
    if ttc is not None and ttc < 0:
        raise RegleViolee("Un montant ne peut pas être négatif.", champ="montant_ttc")
    if ht is not None and ttc is not None and ttc < ht:
        raise RegleViolee("Le montant TTC est inférieur au montant HT : les avez-vous inversés ?", champ="montant_ttc")


def verifier_achat_direct(montant_ht: Decimal | None, le: date) -> None:
    """A direct purchase stays under its threshold (S7). Raises RegleViolee next to the amount."""
    seuil = SEUIL_ACHAT_DIRECT.au(le)
    if montant_ht is None:
        raise RegleViolee("Donnez le montant HT : un achat direct se juge sur lui.", champ="montant_ht")
    if montant_ht >= seuil:
        texte = f"{seuil:,.0f}".replace(",", "\u202f")
        raise RegleViolee(f"Un achat direct reste sous {texte} € HT : passez par une consultation.", champ="montant_ht")


@dataclass(frozen=True, slots=True)
class Achat:
    """A direct purchase of a buyer in a trade: when, from whom, for how much."""

    jour: date
    fournisseur: str
    montant_ht: Decimal


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a buyer's direct purchases in a trade look like over a period, and what to say about them."""

    fournisseur: str
    achats: int
    total_ht: Decimal
    avertissements: tuple[str, ...]


def cumul_excessif(achats: Iterable[Achat], fournisseur: str, le: date) -> str:
    """Warning when the purchases from one supplier, together, go beyond what one may buy without consultation."""
    total = somme(a.montant_ht for a in achats if a.fournisseur == fournisseur)
    seuil = SEUIL_ACHAT_DIRECT.au(le)
    if total < seuil:
        return ""
    montants = [f"{m:,.0f}".replace(",", "\u202f") for m in (total, seuil)]
    return f"{montants[0]} € HT en douze mois avec ce fournisseur : au-delà de {montants[1]} € HT, il faut consulter."

"""« Quelle modalité d'achat ? » (N8): from a few answers to the ways of buying, each with the rule behind it.

Levers are not exclusive (R4): several may come out, the most direct first. Thresholds are dated tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from marketplace.erreurs import RegleViolee
from marketplace.marches.rules.phrases import nombre_en_texte
from marketplace.marches.rules.regime import (
    SEUIL_ACHAT_DIRECT,
    NatureMarche,
    Regime,
    TypeAcheteur,
    regime_applicable,
    seuil_europeen,
)


class Reponse(StrEnum):
    """An answer; « ne sait pas » is one."""

    OUI = "oui"
    NON = "non"
    NE_SAIT_PAS = "ne_sait_pas"


class Voie(StrEnum):
    """A way of buying, or what to do when none fits."""

    ACHAT_DIRECT = "achat_direct"
    MARCHE_RESERVE = "marche_reserve"
    RESERVE_ESS = "reserve_ess"
    MARCHE_INSERTION = "marche_insertion"
    CLAUSE = "clause"
    CRITERE = "critere"
    DEROGATION = "derogation"
    SANS_CLAUSE = "sans_clause"


class Suite(StrEnum):
    """The next step; the page knows its address."""

    STRUCTURES = "structures"
    CALCULETTE = "calculette"
    CONTACT = "contact"


@dataclass(frozen=True)
class Besoin:
    """What is asked. Amount in € HT; duration in months; `le`: day the consultation starts."""

    acheteur: TypeAcheteur
    nature: NatureMarche
    montant_ht: Decimal
    le: date
    duree_mois: int | None = None
    main_oeuvre: Reponse = Reponse.NE_SAIT_PAS
    structures: Reponse = Reponse.NE_SAIT_PAS
    objet_insertion: Reponse = Reponse.NON
    sante_social_culture: Reponse = Reponse.NON
    lots: Reponse = Reponse.NE_SAIT_PAS
    defense_securite: bool = False


@dataclass(frozen=True)
class Conseil:
    """One answer: what to do, why here, the rule in words with its article, what to mind, the next step."""

    voie: Voie
    titre: str
    pourquoi: str
    regle: str
    article: str
    attention: tuple[str, ...]
    suite: Suite


def conseiller(b: Besoin, *, plancher_mois: int = 2) -> tuple[Conseil, ...]:
    """The ways that fit, most direct first; never empty. Raises RegleViolee for an absurd amount or duration.

    `plancher_mois`: duration under which the territory advises against hours (R24).
    """
    if b.montant_ht <= 0:
        raise RegleViolee("Donnez un montant positif, même approché.", champ="montant")
    if b.duree_mois is not None and b.duree_mois <= 0:
        raise RegleViolee("La durée compte au moins un mois.", champ="duree")
    public = b.acheteur is not TypeAcheteur.PRIVE
    concession = b.nature is NatureMarche.CONCESSION
    conseils: list[Conseil] = []
    if public and not concession and b.montant_ht < SEUIL_ACHAT_DIRECT.au(b.le) and b.structures is not Reponse.NON:
        conseils.append(_achat_direct(b))
    if public and b.objet_insertion is Reponse.OUI and not concession:
        conseils.append(_insertion())
    if public and b.structures is not Reponse.NON:
        conseils.append(_reserve(b))
    if public and not concession and b.sante_social_culture is Reponse.OUI:
        conseils.append(_ess())
    court = b.duree_mois is not None and b.duree_mois < plancher_mois
    obligatoire = _obligatoire(b)
    if b.main_oeuvre is not Reponse.NON and not court:
        conseils.append(_clause(b, obligatoire=obligatoire))
        if public:
            conseils.append(_critere(concession=concession))
    elif obligatoire:
        conseils.append(_derogation(b))
    if not conseils:
        conseils.append(_sans(court=court))
    return tuple(conseils)


def _obligatoire(b: Besoin) -> bool:
    regime = regime_applicable(b.acheteur, b.nature, b.montant_ht, b.le, defense_securite=b.defense_securite)
    return regime is Regime.OBLIGATOIRE


def _achat_direct(b: Besoin) -> Conseil:
    seuil = nombre_en_texte(SEUIL_ACHAT_DIRECT.au(b.le))
    return Conseil(
        Voie.ACHAT_DIRECT,
        "Acheter directement à une structure d'insertion ou du handicap, sur devis",
        f"Votre besoin est estimé sous {seuil}\u00a0€ HT.",
        f"Sous {seuil}\u00a0€ HT, un marché peut se passer sans publicité ni mise en concurrence.",
        "article R. 2122-8 du code de la commande publique",
        (
            "Choisissez une offre pertinente et faites bon usage de l'argent public.",
            "Ne prenez pas toujours la même structure quand plusieurs peuvent répondre.",
            "Estimez tout le besoin : le découper pour rester sous le seuil est interdit.",
        ),
        Suite.STRUCTURES,
    )


def _reserve(b: Besoin) -> Conseil:
    concession = b.nature is NatureMarche.CONCESSION
    part = "un lot" if b.lots is Reponse.OUI else "la concession" if concession else "le marché ou un lot"
    pourquoi = (
        "Des structures peuvent faire ce travail elles-mêmes."
        if b.structures is Reponse.OUI
        else "À vérifier : des structures peuvent peut-être faire ce travail elles-mêmes."
    )
    return Conseil(
        Voie.MARCHE_RESERVE,
        f"Réserver {part} aux structures d'insertion, du handicap, ou aux deux",
        pourquoi,
        "Un contrat peut être réservé aux structures où au moins 50\u00a0% des travailleurs sont handicapés ou "
        "défavorisés.",
        "articles L. 3113-1 et L. 3113-2 du code de la commande publique"
        if concession
        else "articles L. 2113-12, L. 2113-13 et R. 2113-7 du code de la commande publique",
        (
            "Vérifiez d'abord que plusieurs structures peuvent répondre.",
            "La réservation est annoncée dans l'avis de publicité.",
            "Des heures d'insertion peuvent aussi être demandées dans un marché réservé.",
        ),
        Suite.STRUCTURES,
    )


def _ess() -> Conseil:
    return Conseil(
        Voie.RESERVE_ESS,
        "Réserver à l'économie sociale et solidaire",
        "Le besoin relève de la santé, du social ou de la culture.",
        "Certains de ces services peuvent être réservés aux entreprises de l'économie sociale et solidaire.",
        "articles L. 2113-15 et L. 2113-16 du code de la commande publique",
        ("La durée ne dépasse pas trois ans.", "Le service doit être sur la liste fixée par le code (R. 2113-8)."),
        Suite.STRUCTURES,
    )


def _insertion() -> Conseil:
    return Conseil(
        Voie.MARCHE_INSERTION,
        "Passer un marché dont l'insertion est l'objet",
        "Vous achetez d'abord un service d'insertion ; le travail réalisé en est le support.",
        "Les services sociaux se passent en procédure adaptée, quel que soit leur montant.",
        "article R. 2123-1 du code de la commande publique, 3°",
        ("Le prix porte sur l'accompagnement des personnes, pas seulement sur le travail produit.",),
        Suite.CONTACT,
    )


def _clause(b: Besoin, *, obligatoire: bool) -> Conseil:
    concession = b.nature is NatureMarche.CONCESSION
    article = "L. 3114-2" if concession else "L. 2112-2"
    attention = [
        "Écrivez le lien de la clause avec l'objet du contrat.",
        "L'entreprise choisit comment faire : embaucher, faire appel à une structure, sous-traiter.",
        "Écrivez le nombre d'heures, les publics et le contact du facilitateur.",
    ]
    if b.acheteur is TypeAcheteur.PRIVE:
        return Conseil(
            Voie.CLAUSE,
            "Écrire une clause d'insertion dans votre contrat",
            "Un acheteur privé peut demander des heures d'insertion à son entreprise.",
            "Le code de la commande publique ne s'applique pas : la clause vaut parce que le contrat la prévoit.",
            "liberté des contrats, article 1102 du code civil",
            tuple(attention[1:]),
            Suite.CALCULETTE,
        )
    if obligatoire:
        seuil = nombre_en_texte(seuil_europeen(b.acheteur, b.nature, b.le) or Decimal(0))
        return Conseil(
            Voie.CLAUSE,
            "Mettre une clause d'insertion : une condition sociale est obligatoire",
            f"Votre besoin atteint le seuil européen ({seuil}\u00a0€ HT).",
            "Depuis le 22 août 2026, un contrat à partir de ce seuil porte une condition sociale, sauf dérogation "
            "motivée.",
            f"articles {article} et {article}-1 du code de la commande publique",
            (*attention, "Sans clause, il faut une des quatre dérogations, motivée et gardée au registre."),
            Suite.CALCULETTE,
        )
    pourquoi = (
        "Le travail demande de la main-d'œuvre."
        if b.main_oeuvre is Reponse.OUI
        else "À vérifier : le travail demande peut-être assez de main-d'œuvre."
    )
    return Conseil(
        Voie.CLAUSE,
        "Mettre une clause d'insertion (condition d'exécution)",
        pourquoi,
        "L'acheteur peut imposer des conditions d'exécution sociales, liées à l'objet du contrat.",
        f"article {article} du code de la commande publique",
        tuple(attention),
        Suite.CALCULETTE,
    )


def _critere(*, concession: bool) -> Conseil:
    return Conseil(
        Voie.CRITERE,
        "Noter aussi la qualité de l'insertion (critère d'attribution)",
        "En plus de la clause, pour départager les offres.",
        "L'insertion professionnelle des publics en difficulté peut être un critère, s'il est lié à l'objet.",
        "articles L. 3124-5 et R. 3124-4 du code de la commande publique"
        if concession
        else "articles L. 2152-7 et R. 2152-7 du code de la commande publique",
        ("Notez la qualité de l'accompagnement, pas seulement le nombre d'heures.", "Annoncez sa pondération."),
        Suite.CONTACT,
    )


def _derogation(b: Besoin) -> Conseil:
    motifs = [
        "le besoin est couvert par une solution immédiatement disponible",
        "la condition n'a pas de lien suffisant avec l'objet",
        "elle restreindrait la concurrence ou rendrait l'exécution trop difficile",
    ]
    if b.nature is NatureMarche.TRAVAUX:
        motifs.append("les travaux durent moins de six mois")
    article = "L. 3114-2-1" if b.nature is NatureMarche.CONCESSION else "L. 2112-2-1"
    return Conseil(
        Voie.DEROGATION,
        "Trouver une autre condition sociale, ou motiver une dérogation",
        "Une condition sociale est obligatoire, mais des heures d'insertion conviennent mal ici.",
        "La condition sociale peut être autre chose que des heures ; sinon, une dérogation est possible si "
        f"{' ; si '.join(motifs)}.",
        f"article {article} du code de la commande publique",
        ("Écrivez le motif : il est gardé au registre des dérogations.",),
        Suite.CONTACT,
    )


def _sans(*, court: bool) -> Conseil:
    pourquoi = (
        "Le marché est trop court pour recruter et accompagner." if court else "Le travail demande peu de main-d'œuvre."
    )
    return Conseil(
        Voie.SANS_CLAUSE,
        "Ne pas mettre de clause, et garder la trace de cette décision",
        pourquoi,
        "Une clause n'est pas obligatoire ici. Étudier chaque besoin reste la bonne pratique.",
        "plan national pour des achats durables",
        ("Notez la décision et son motif : le besoin compte comme analysé.",),
        Suite.CONTACT,
    )

"""The settings a territory may change (regles.md §3): default, bounds, unit, and where each comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marketplace.erreurs import RegleViolee

PARTS_MAIN_OEUVRE: Mapping[str, Decimal] = {
    "Gros œuvre": Decimal("0.475"),
    "Travaux publics": Decimal("0.30"),
    "Couverture et étanchéité": Decimal("0.40"),
    "Charpente bois": Decimal("0.40"),
    "Charpente métallique": Decimal("0.20"),
    "Menuiseries extérieures": Decimal("0.275"),
    "Menuiseries intérieures": Decimal("0.40"),
    "Plâtrerie et isolation": Decimal("0.575"),
    "Plomberie et chauffage": Decimal("0.375"),
    "Électricité": Decimal("0.425"),
    "Carrelage et sols": Decimal("0.45"),
    "Peinture": Decimal("0.70"),
    "Bâtiment": Decimal("0.50"),
    "Espaces verts": Decimal("0.75"),
    "Propreté": Decimal("0.825"),
    "Gardiennage": Decimal("0.875"),
    "Déchets": Decimal("0.55"),
    "Restauration": Decimal("0.45"),
    "Prestations intellectuelles": Decimal("0.75"),
}
"""R14: labour share by trade, middle of the published or usual range."""

AGES_PREUVE: Mapping[str, int] = {
    "rsa": 3,
    "ass": 3,
    "aah": 3,
    "deld": 3,
    "detld": 3,
    "parent_isole": 3,
    "hebergement": 3,
    "jeune_sq": 3,
    "jeune_diplome": 3,
    "qpv": 6,
    "frr_zrr": 6,
    "justice": 6,
    "fle": 6,
    "ase": 12,
}
"""R48: a proof is refused from this age in months; a category that is absent has no age limit."""

CATEGORIES: tuple[str, ...] = (
    "rsa",
    "deld",
    "detld",
    "ass",
    "aah",
    "th",
    "invalidite",
    "jeune_sq",
    "jeune_diplome",
    "senior",
    "qpv",
    "frr_zrr",
    "plie",
    "pacea_cej",
    "sma_smv",
    "e2c_epide",
    "refugie_protection",
    "justice",
    "parent_isole",
    "ase",
    "hebergement",
    "fle",
    "iae",
    "geiq",
    "ea_eatt",
    "esat",
    "regie",
    "avis_motive",
    "suite_parcours",
)
"""D1, in the order that chooses the main category of somebody who has several (R51)."""


@dataclass(frozen=True, slots=True)
class Parametre:
    """One setting: how it is called, its default and bounds, its unit and its source, in words.

    `nature`: decimal, entier, oui_non, choix, liste (of choices or whole numbers) or table (name → number).
    """

    cle: str
    libelle: str
    nature: str
    defaut: Any
    source: str
    unite: str = ""
    mini: Decimal | None = None
    maxi: Decimal | None = None
    choix: tuple[str, ...] = ()
    vide_permis: bool = False
    entiers: bool = False


_USAGE = "usage constaté, à confirmer par le territoire"
_CHOIX = "choix du produit, modifiable"
_PRUDENCE = "prudence du Marché de l'inclusion"
_PARCOURS = "programmes départementaux d'insertion, sur 12 à 24 mois"
_CONTRAT = "le contrat seul la fixe (R58)"


def _nombre(
    cle: str, libelle: str, defaut: str | None, bornes: tuple[str, str], source: str, *, unite: str = ""
) -> Parametre:
    mini, maxi = map(Decimal, bornes)
    valeur = None if defaut is None else Decimal(defaut)
    return Parametre(cle, libelle, "decimal", valeur, source, unite, mini=mini, maxi=maxi, vide_permis=defaut is None)


def _entier(cle: str, libelle: str, defaut: int, bornes: tuple[int, int], source: str, *, unite: str = "") -> Parametre:
    mini, maxi = map(Decimal, bornes)
    return Parametre(cle, libelle, "entier", defaut, source, unite, mini=mini, maxi=maxi)


def _oui_non(cle: str, libelle: str, defaut: bool, source: str) -> Parametre:
    return Parametre(cle, libelle, "oui_non", defaut, source)


def _choix(cle: str, libelle: str, choix: tuple[str, ...], source: str) -> Parametre:
    return Parametre(cle, libelle, "choix", choix[0], source, choix=choix)


def _entiers(
    cle: str, libelle: str, defaut: tuple[int, ...], bornes: tuple[int, int], source: str, *, unite: str = ""
) -> Parametre:
    mini, maxi = map(Decimal, bornes)
    return Parametre(cle, libelle, "liste", defaut, source, unite, mini=mini, maxi=maxi)


def _categories(cle: str, libelle: str, source: str) -> Parametre:
    return Parametre(cle, libelle, "liste", CATEGORIES, source, choix=CATEGORIES)


PARAMETRES: tuple[Parametre, ...] = (
    _nombre("cout_horaire", "Coût horaire chargé", "38", ("12.02", "80"), _USAGE, unite="€/h"),
    Parametre(
        "parts_main_oeuvre",
        "Part de main d'œuvre par corps d'état",
        "table",
        PARTS_MAIN_OEUVRE,
        "guides de dimensionnement (R14)",
        mini=Decimal("0.01"),
        maxi=Decimal(1),
    ),
    Parametre(
        "couts_par_corps",
        "Coût horaire chargé par corps d'état",
        "table",
        None,
        "vide : le coût horaire du territoire partout (R16)",
        "€/h",
        mini=Decimal("12.02"),
        maxi=Decimal(80),
        vide_permis=True,
    ),
    _entiers("taux_effort", "Taux d'effort proposés", (5, 7, 10, 15, 20), (1, 100), "pratiques (R15)", unite="%"),
    _nombre("arrondi_pas", "Arrondi de l'objectif", "1", ("1", "10"), _CHOIX, unite="h"),
    _choix("arrondi_mode", "Sens de l'arrondi", ("demi_superieur", "plancher"), _CHOIX),
    _nombre(
        "heures_par_etp",
        "Heures d'un équivalent temps plein",
        "1600",
        ("1505", "1820"),
        "AVE 2021 (R97)",
        unite="h",
    ),
    _entier(
        "etp_decimales", "Décimales d'un équivalent temps plein", 1, (0, 2), "annexe 9 du PDI : unité, puis dixième"
    ),
    _entier("deld_mois", "Ancienneté du chômage de longue durée", 12, (6, 24), "R45", unite="mois"),
    _oui_non("deld_strict", "Plus de (et non au moins) cette ancienneté", True, "R47 : les sources disent les deux"),
    _categories("categories_actives", "Publics admis", "CCAG 2021, listes A et B"),
    _categories("priorite_categories", "Ordre du public principal", _CHOIX),
    Parametre(
        "ages_preuve",
        "Âge auquel une preuve est refusée",
        "table",
        AGES_PREUVE,
        "arrêté du 1er septembre 2021 modifié",
        "mois",
        mini=Decimal(1),
        maxi=Decimal(36),
        entiers=True,
    ),
    _entier("fenetre_mois_cdd", "Durée de validation, hors CDI", 24, (6, 60), _USAGE, unite="mois"),
    _entier("fenetre_mois_cdi", "Durée de validation, CDI", 36, (6, 60), _USAGE, unite="mois"),
    _oui_non("fenetre_redemarre", "Un nouveau marché ouvre une nouvelle durée", False, _USAGE),
    _entier("coupure_mois", "Coupure avant une nouvelle validation", 6, (0, 24), _CHOIX, unite="mois"),
    _entier("anteriorite_mois", "Embauche admise avant le marché", 6, (0, 12), _USAGE, unite="mois"),
    _entier("delai_regularisation_jours", "Validation tardive admise", 30, (0, 60), _CHOIX, unite="jours"),
    _nombre("coef_formation", "Coefficient des heures de formation", "1", ("0", "1.5"), "CCAG et pratiques (R31)"),
    _nombre("plafond_formation", "Part de formation dans l'objectif", "0.5", ("0", "1"), _CHOIX),
    _nombre("coef_valorisation", "Coefficient de valorisation", "1", ("1", "2"), "R41 : jamais exporté"),
    _nombre(
        "plafond_ai",
        "Plafond d'une AI en entreprise",
        "480",
        ("0", "960"),
        "code du travail, L5132-9",
        unite="h",
    ),
    _oui_non("ai_refuse", "Refuser les heures au-delà de ce plafond", True, _CHOIX),
    _entier(
        "ecart_missions_jours",
        "Jours admis entre deux missions d'un même contrat",
        30,
        (0, 120),
        _CHOIX,
        unite="jours",
    ),
    _nombre("parcours_ai", "Heures de parcours visées en AI", "150", ("0", "1000"), _PARCOURS, unite="h"),
    _nombre("parcours_etti", "Heures de parcours visées en ETTI", "300", ("0", "2000"), _PARCOURS, unite="h"),
    _oui_non("ett_admise", "Admettre l'intérim classique", False, _USAGE),
    _oui_non("eiti_admise", "Admettre les EITI", False, _PRUDENCE),
    _oui_non("prison_admise", "Admettre le travail en détention", False, _PRUDENCE),
    _entier("tolerance_marche_jours", "Jours admis après la fin du marché", 0, (0, 90), _CHOIX, unite="jours"),
    _nombre("heures_jour_max", "Heures par jour à vérifier au-delà de", "10", ("7", "12"), "R42", unite="h"),
    _nombre("heures_semaine_max", "Heures par semaine à vérifier au-delà de", "48", ("35", "60"), "R42", unite="h"),
    _nombre("heures_mois_max", "Heures par mois à vérifier au-delà de", "220", ("152", "260"), "R42", unite="h"),
    _choix("rythme_declaration", "Rythme des déclarations", ("mensuel", "trimestriel", "fin"), _USAGE),
    _choix("pieces_declaration", "Pièce jointe aux heures", ("aucune", "vue", "fichier"), "R55 : selon le contrat"),
    _entier("pieces_conservation_mois", "Pièce déposée, effacée après", 12, (1, 36), _CHOIX, unite="mois"),
    _entier("liens_jours", "Durée du lien d'un courriel de déclaration", 30, (1, 60), _CHOIX, unite="jours"),
    _entier("jour_echeance", "Jour limite du mois suivant", 10, (1, 28), _USAGE),
    _entiers("relances_jours", "Rappels après la date limite", (5, 15, 30), (1, 90), "R53", unite="jours"),
    _entier("silence_titulaire_jours", "Silence du titulaire valant accord", 7, (1, 30), _CHOIX, unite="jours"),
    _entier("contact_jours", "Titulaire appelé après la notification", 14, (1, 60), _USAGE, unite="jours"),
    _entier("modalite_jours", "Modalité annoncée après la notification", 30, (1, 80), _USAGE, unite="jours"),
    _entier("embauche_jours", "Première embauche après la notification", 60, (1, 85), _USAGE, unite="jours"),
    _nombre("penalite_unitaire", "Pénalité par heure manquante", None, ("1", "120"), _CONTRAT, unite="€/h"),
    _nombre("penalite_plafond", "Plafond de pénalité, part du montant", None, ("0.001", "1"), _CONTRAT),
    _entier("penalite_preavis_jours", "Délai après mise en demeure", 15, (1, 90), _CHOIX, unite="jours"),
    _entier("alerte_orange_points", "Retard qui alerte (orange)", 20, (5, 60), "R57", unite="points"),
    _entier("alerte_rouge_points", "Retard qui alerte (rouge)", 40, (10, 90), "R57", unite="points"),
    _entier(
        "sortie_durable_mois",
        "Durée d'une sortie durable",
        6,
        (6, 7),
        "R93 : borne non tranchée",
        unite="mois",
    ),
    _choix(
        "definition_sorties",
        "Définition des sorties",
        ("nationale", "nationale-stricte", "herault-2018", "sarthe-2021", "lot-et-garonne-2021"),
        "R92, R93 et bilans des départements : « durable » n'a pas partout le même sens",
    ),
    _entiers(
        "suivis_sortie_mois",
        "Points de situation après la sortie",
        (0, 3, 6, 12),
        (0, 36),
        "R95",
        unite="mois",
    ),
    _entiers(
        "suivis_embauche_mois",
        "Points de suivi après l'embauche",
        (1, 3, 6),
        (1, 12),
        "N23",
        unite="mois",
    ),
    _entier("fins_sous_jours", "Fins de fenêtre et de PASS annoncées avant", 90, (30, 180), "N22", unite="jours"),
    _entier("lien_preuve_jours", "Durée d'un lien pour montrer un document", 21, (3, 60), _CHOIX, unite="jours"),
    _oui_non("preuves_fichiers", "Recevoir les justificatifs en fichier", False, "R134 : au choix du territoire"),
    _entier("petit_effectif", "Effectif sous lequel une case est masquée", 5, (5, 11), "R98", unite="personnes"),
    _nombre(
        "plancher_heures",
        "Objectif sous lequel déconseiller une clause",
        "70",
        ("0", "500"),
        _CHOIX,
        unite="h",
    ),
    _entier("plancher_mois", "Durée sous laquelle déconseiller une clause", 2, (0, 12), _CHOIX, unite="mois"),
    _entier(
        "conservation_jours",
        "Fiche après le dernier contact",
        730,
        (90, 730),
        "CNIL : deux ans au plus",
        unite="jours",
    ),
    _nombre("part_trajet_max", "Poids maximal du trajet dans le classement", "0.3", ("0", "0.3"), "R119"),
    _oui_non(
        "poids_a_la_main", "Classer avec des poids posés à la main", False, "R120 : à la place de ce qui est appris"
    ),
    _nombre("poids_metier_proche", "Poids d'un métier proche (même métier : 1)", "0.43", ("0", "1"), _CHOIX),
    _nombre("poids_metier_voisin", "Poids d'un métier voisin (même métier : 1)", "0.14", ("0", "1"), _CHOIX),
    _entier("personnes_montrees", "Personnes montrées à un employeur", 10, (3, 10), _CHOIX),
    _nombre("equite_alerte", "Rapport de sélection qui alerte", "0.8", ("0.5", "1"), "R124 : un indicateur"),
    _entier(
        "delai_reponse_jours",
        "Délai de réponse à une proposition",
        15,
        (3, 45),
        "pratique nationale",
        unite="jours",
    ),
    _entier(
        "offre_sans_proposition_jours",
        "Offre sans proposition : alerte après",
        15,
        (3, 60),
        "N6",
        unite="jours",
    ),
    _oui_non("catalogue_detaille", "Montrer à tous les heures restantes et le titulaire", False, _CHOIX),
)

PAR_CLE: Mapping[str, Parametre] = {p.cle: p for p in PARAMETRES}


def parametre(cle: str) -> Parametre:
    """The setting of that key. Raises RegleViolee when there is none."""
    if cle not in PAR_CLE:
        raise RegleViolee(f"Le réglage « {cle} » n'existe pas.")
    return PAR_CLE[cle]

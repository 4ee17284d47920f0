"""What a structure sells, read from the words it describes itself with: the families of the directory.

Registers give a free sentence or the wording of a NAF code; a buyer looks for « espaces verts ». Each family is a
list of beginnings of folded words; a structure may belong to several, or to none.
"""

from __future__ import annotations

from marketplace.valeurs import cle

FAMILLES: dict[str, tuple[str, ...]] = {
    "Bâtiment et travaux": (
        "batiment",
        "btp",
        "construction",
        "maconn",
        "gros oeuvre",
        "second oeuvre",
        "peint",
        "platr",
        "menuis",
        "charpent",
        "couvert",
        "plomb",
        "electric",
        "carrel",
        "renov",
        "travaux publics",
        "travaux de",
        "terrassement",
        "demolition",
        "isolation",
    ),
    "Espaces verts et environnement": (
        "espaces verts",
        "paysag",
        "elag",
        "jardin",
        "environnement",
        "debroussaill",
        "riviere",
        "foret",
        "forest",
        "sylvic",
        "espaces naturels",
    ),
    "Propreté et entretien": ("proprete", "nettoy", "menage", "entretien", "desinfection", "hygiene"),
    "Recyclage et réemploi": (
        "dechet",
        "recycl",
        "reemploi",
        "ressourcer",
        "tri ",
        "collecte",
        "recuperation",
        "compost",
        "occasion",
    ),
    "Agriculture et maraîchage": ("maraich", "agric", "viti", "vign", "legume", "cultures", "elevage", "horticult"),
    "Restauration et alimentation": ("restaur", "traiteur", "cuisin", "aliment", "boulang", "epicerie", "repas"),
    "Textile et blanchisserie": ("textile", "coutur", "blanchiss", "laverie", "vetement", "habill", "repass"),
    "Transport, logistique et mobilité": (
        "transport",
        "logist",
        "mobilite",
        "demenag",
        "livraison",
        "entrepos",
        "garage",
        "automobile",
        "velo",
    ),
    "Industrie et conditionnement": (
        "condition",
        "sous traitance industr",
        "fabrication",
        "assemblage",
        "mecan",
        "metal",
        "soud",
        "imprim",
        "bois",
    ),
    "Numérique et administratif": (
        "numer",
        "informat",
        "administr",
        "secretar",
        "saisie",
        "archiv",
        "bureau",
        "centre d appel",
    ),
    "Services à la personne": (
        "aide a domicile",
        "services a la personne",
        "a la personne",
        "garde d enfant",
        "aide a la",
    ),
    "Mise à disposition de personnel": (
        "interim",
        "travail temporaire",
        "mise a disposition",
        "placement",
        "ressources humaines",
        "groupement d employeurs",
    ),
    "Tourisme, culture et animation": ("touris", "cultur", "animation", "heberg", "spectacle", "patrimoine", "sport"),
    "Conciergerie et gardiennage": ("concierg", "gardien", "securite", "accueil", "mediation"),
}


def familles(activites: str) -> tuple[str, ...]:
    """The families of a description, in the order of the table. « Gestionnaire : … » describes nothing."""
    plat = f" {cle(activites)} "
    if plat.startswith(" gestionnaire "):
        return ()
    return tuple(nom for nom, debuts in FAMILLES.items() if any(f" {debut}" in plat for debut in debuts))

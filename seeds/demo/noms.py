"""Invented names: plants, winds and stones of the garrigue for people, « Exemple » for firms. Nobody real."""

from __future__ import annotations

from seeds.demo.atelier import lire_table

_LISTES = {r["liste"]: tuple(r["valeurs"].split()) for r in lire_table("noms.csv")}
PRENOMS_F, PRENOMS_M, NOMS = _LISTES["prenoms_f"], _LISTES["prenoms_m"], _LISTES["noms"]
FIRMES = (
    ("Bâtisseurs Exemple", "Bâtiment"),
    ("Maçonnerie Exemple du Thym", "Bâtiment"),
    ("Gros Œuvre Exemple Sud", "Bâtiment"),
    ("Rénovation Exemple Garrigue", "Bâtiment"),
    ("Peintures Exemple", "Bâtiment"),
    ("Plâtrerie Exemple du Cade", "Bâtiment"),
    ("Élec Exemple Littoral", "Bâtiment"),
    ("Plomberie Exemple des Cistes", "Bâtiment"),
    ("Carrelages Exemple", "Bâtiment"),
    ("Façades Exemple", "Bâtiment"),
    ("Charpentes Exemple du Caroux", "Bâtiment"),
    ("Étanchéité Exemple", "Bâtiment"),
    ("Menuiseries Exemple", "Bâtiment"),
    ("Isolation Exemple", "Bâtiment"),
    ("Déconstruction Exemple", "Bâtiment"),
    ("Réhabilitation Exemple Thau", "Bâtiment"),
    ("Routes Exemple", "Travaux publics"),
    ("Terrassement Exemple Biterrois", "Travaux publics"),
    ("VRD Exemple Cœur d'Hérault", "Travaux publics"),
    ("Canalisations Exemple", "Travaux publics"),
    ("Réseaux Exemple du Lez", "Travaux publics"),
    ("Ouvrages Exemple", "Travaux publics"),
    ("Pavages Exemple", "Travaux publics"),
    ("Fibre Exemple Hérault", "Travaux publics numériques"),
    ("Propreté Exemple", "Propreté"),
    ("Nettoyage Exemple Service", "Propreté"),
    ("Hygiène Exemple Locaux", "Propreté"),
    ("Paysages Exemple", "Espaces verts"),
    ("Jardins Exemple de l'Orb", "Espaces verts"),
    ("Espaces Verts Exemple Lunel", "Espaces verts"),
    ("Restauration Exemple Collèges", "Restauration"),
    ("Cuisine Exemple Centrale", "Restauration"),
    ("Sécurité Exemple", "Gardiennage"),
    ("Collecte Exemple", "Déchets"),
    ("Transports Exemple", "Transport"),
    ("Archives Exemple", "Gestion documentaire"),
    ("Conciergerie Exemple", "Conciergerie"),
    ("Multiservices Exemple", "Autres services"),
)
"""Fictitious firms with their trade."""

STRUCTURES = (
    ("Intérim Insertion Exemple", "etti", "Intérim d'insertion : bâtiment, travaux publics, propreté", "34172"),
    ("Tremplin Intérim Exemple", "etti", "Intérim d'insertion tous métiers", "34032"),
    ("Coup de Main Exemple", "ai", "Mise à disposition : propreté, manutention, espaces verts", "34301"),
    ("Ensemble Exemple", "ai", "Mise à disposition : propreté, bâtiment", "34145"),
    ("GEIQ Exemple BTP", "geiq", "Bâtiment et travaux publics", "34172"),
    ("Entreprise d'Insertion Exemple", "ei", "Second œuvre, propreté", "34172"),
    ("Chantier Vert Exemple", "aci", "Espaces verts et naturels", "34142"),
    ("Ateliers Adaptés Exemple", "ea", "Espaces verts, conditionnement", "34032"),
)
"""Fictitious structures: name, kind, activities, commune."""

PRESCRIPTEURS = (
    ("SDI Montpelliérain (exemple)", "34172", "montpellierain", 4),
    ("SDI Est Héraultais (exemple)", "34301", "est-heraultais", 3),
    ("SDI Piémont Biterrois (exemple)", "34032", "piemont-biterrois", 3),
    ("Mission locale Exemple du Littoral", "34301", "est-heraultais", 2),
    ("Mission locale Exemple de la Plaine", "34032", "piemont-biterrois", 2),
    ("PLIE Exemple Est Héraultais", "34145", "est-heraultais", 1),
    ("CCAS Exemple", "34172", "montpellierain", 1),
    ("Cap emploi Exemple", "34172", "montpellierain", 1),
)
"""Fictitious services that follow people: name, commune, SDI, number of référents."""

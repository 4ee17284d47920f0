"""A fictitious structure whose posts came from the national platform, and people told of to it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from marketplace.comptes.models import Organisation, TypeOrganisation, Utilisateur
from marketplace.offres.imports.siae import PREREQUIS_INCONNU, SOURCE
from marketplace.offres.models import EtatOffre, Offre, OffreExterne, TypeContrat
from marketplace.personnes.models import Personne, Suivi
from marketplace.propositions.signalements.models import Signalement
from marketplace.propositions.signalements.rules import ResultatSignalement
from marketplace.valeurs import cle
from seeds.demo.atelier import Atelier
from seeds.demo.structures import siret_fictif

LUNEL = "34145"
STRUCTURE = "Chantier Passerelle Exemple"
POSTES = (("Ouvrier d'entretien des espaces verts", "A1203"), ("Valoriste en ressourcerie", "K2304"))
SUITES = (
    (18, ResultatSignalement.A_SUIVRE, None),
    (9, ResultatSignalement.RENCONTRE, -2),
    (40, ResultatSignalement.SANS_SUITE, 22),
)
"""Days since each was told of, what came of it, days since then (negative: a meeting to come)."""


def semer_signalements(a: Atelier) -> None:
    """Posts of the platform, and three of the demonstration référent's people told of to their structure."""
    structure = Organisation(
        ref="",
        territoire_id=a.territoire_id,
        type=TypeOrganisation.ACI,
        nom=STRUCTURE,
        cle=cle(STRUCTURE),
        siret=siret_fictif(9001),
        activites="Espaces verts, ressourcerie",
        code_insee=LUNEL,
        source="Les emplois de l'inclusion (exemple)",
        source_le=a.jour(3),
        fictive=True,
        cree_le=a.instant(a.jour(60), 9),
    )
    a.numeroter([structure], "ORG")
    offres = [
        Offre(
            ref="",
            territoire_id=a.territoire_id,
            organisation_id=structure.id,
            intitule=intitule,
            cle=cle(f"{intitule} {STRUCTURE}"),
            code_rome=code,
            code_insee=LUNEL,
            heures_hebdo=None,
            type_contrat=TypeContrat.CDDI,
            debut=a.jour(60),
            prerequis=PREREQUIS_INCONNU,
            etat=EtatOffre.PUBLIEE,
            publiee_le=a.instant(a.jour(60), 9),
            confirmee_le=a.instant(a.jour(3), 9),
            exemple=True,
            cree_le=a.instant(a.jour(60), 9),
        )
        for intitule, code in POSTES
    ]
    a.numeroter(offres, "O")
    a.garder(
        OffreExterne(
            territoire_id=a.territoire_id,
            source=SOURCE,
            identifiant=str(900001 + rang),
            offre_id=o.id,
            empreinte="",
            vue_le=a.instant(a.jour(3), 9),
        )
        for rang, o in enumerate(offres)
    )
    siennes = a.s.execute(
        select(Personne.id, Suivi.referent_id)
        .join(Suivi, Suivi.personne_id == Personne.id)
        .join(Utilisateur, Utilisateur.id == Suivi.referent_id)
        .where(
            Utilisateur.courriel == "referent@demo.invalid",
            Suivi.jusqu_au.is_(None),
            Personne.retiree_le.is_(None),
            Personne.information_le.is_not(None),
        )
        .order_by(Personne.id)
        .limit(len(SUITES))
    ).all()
    signalements = [
        Signalement(
            ref="",
            territoire_id=a.territoire_id,
            personne_id=personne_id,
            organisation_id=structure.id,
            offre_id=offres[rang % 2].id,
            auteur_id=referent_id,
            accord_le=a.jour(depuis),
            accord_canal="entretien",
            signale_le=a.instant(a.jour(depuis), 10),
            resultat=resultat,
            resultat_le=None if quand is None else a.le - timedelta(days=quand),
        )
        for rang, ((personne_id, referent_id), (depuis, resultat, quand)) in enumerate(
            zip(siennes, SUITES, strict=False)
        )
    ]
    a.numeroter(signalements, "S")

"""An ETTI at work on six marchés, whose payroll names them in its own way: what the tests of its file start from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import String, Text, inspect, select
from sqlalchemy.types import JSON

from marketplace import tables
from marketplace.comptes.models import Affectation, Organisation, TypeOrganisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.heures.models import Contrat, Modalite
from marketplace.marches.models import Marche
from tests.heures.conftest import OCTOBRE, SEPTEMBRE, Chantier
from tests.heures.paie import Client, Paie, Salarie, paie

LUNDI_OCTOBRE = date(2026, 9, 28)
LUNDI_NOVEMBRE = date(2026, 11, 2)
NOMS = ("Alizé", "Belvédère", "Cigale", "Dauphin", "Écluse", "Falaise")


@dataclass
class Etti:
    """An ETTI at work on six marchés, and how its payroll names them."""

    organisation: Organisation
    chapeau: Affectation
    acteur: Acteur
    marches: list[Marche]
    contrats: list[Contrat]
    clients: list[Client]

    def premiere(self) -> Paie:
        return paie(self.clients, LUNDI_OCTOBRE, 5)

    def seconde(self) -> Paie:
        return paie(self.clients, LUNDI_NOVEMBRE, 5, graine=8)


@pytest.fixture
def etti(chantier: Chantier) -> Etti:
    """Two clients go by a name we do not know; one person by a name that changed, one is not ours at all."""
    organisation = chantier.structure(TypeOrganisation.ETTI)
    marches, contrats, clients = [], [], []
    for i, nom in enumerate(NOMS):
        titulaire = chantier.fabrique.organisation(nom=f"Bâti {nom}")
        marche = chantier.fabrique.marche(titulaire=titulaire, intitule=f"Chantier {nom}, lot {i + 1}")
        noms = (f"BÂTI {nom.upper()}", f"Bati {nom} SAS") if i < 4 else (f"AGENCE TRAVAUX {i}", f"Agce travaux {i}")
        salaries = [Salarie(f"M{i}{j}", f"Salarie{i}{j} Exemple", "Inès") for j in range(4)]
        for s in salaries:
            nom_du_contrat = "Salarie00 Martinez" if s.matricule == "M00" else s.nom
            contrats.append(
                chantier.salarie(
                    employeur=organisation,
                    marche=marche,
                    personne=chantier.fabrique.personne(prenom=s.prenom, nom=nom_du_contrat),
                    modalite=Modalite.MAD_ETTI,
                    type_contrat="mission",
                )
            )
        if i == 1:
            salaries.append(Salarie("ZQ9999", "Tiersnom9999", "Jeanne"))
        clients.append(Client(f"C{i:03d}", noms, salaries))
        marches.append(marche)
        for mois in (SEPTEMBRE, OCTOBRE):
            chantier.declaration(mois, employeur=organisation, marche=marche)
    chapeau = chantier.fabrique.employeur(organisation)
    return Etti(organisation, chapeau, chantier.fabrique.acteur(chapeau), marches, contrats, clients)


def tout_texte(ctx: Contexte) -> str:
    """Every text kept in the database."""
    moteur = ctx.sessions.kw["bind"]
    with moteur.connect() as connexion:
        presentes = set(inspect(connexion).get_table_names())
        morceaux = []
        for table in tables.metadata.sorted_tables:
            colonnes = [c for c in table.columns if isinstance(c.type, String | Text | JSON)]
            if table.name in presentes and colonnes:
                morceaux += [str(v) for ligne in connexion.execute(select(*colonnes)) for v in ligne]
    return "\n".join(morceaux).lower()


def retrouves(ctx: Contexte, mots: Iterable[str]) -> list[str]:
    garde = tout_texte(ctx)
    return [mot for mot in mots if mot.lower() in garde or mot.replace(" ", "") in garde]

"""A big ledger to measure on: marchés a year long, people at work, hours validated from January on."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.config import Config
from marketplace.contexte import Contexte
from marketplace.db import creer_moteur, creer_sessions
from marketplace.heures.models import (
    Contrat,
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
    Modalite,
)
from marketplace.marches.models import Clause, Marche, NatureMarche
from marketplace.marches.rules.etats import EtatMarche
from marketplace.metiers import models as metiers
from marketplace.personnes.models import Personne
from marketplace.territoire.models import Territoire
from marketplace.valeurs import ajouter_mois

LE = date(2026, 11, 21)
MAINTENANT = datetime(2026, 11, 21, 1, tzinfo=UTC)
DEBUT = date(2026, 1, 1)
PAQUET = 5000


TABLES_VISEES = metiers.Base.metadata
"""The whole metadata: contrats point to métiers."""


class _Muet:
    """No mail leaves a bench."""

    def envoyer(self, *, destinataire: str, sujet: str, corps: str, message_id: str) -> None:
        """Drop it."""


def _sans_moteur() -> Any:
    raise RuntimeError("the follow-up ranks nobody")


def contexte_de_banc(url: str) -> Contexte:
    """A Contexte on `url` with the clock of the bench."""
    moteur = creer_moteur(url)
    TABLES_VISEES.create_all(moteur)
    return Contexte(
        config=Config(database_url=url, cle_secrete=secrets.token_hex()),
        sessions=creer_sessions(moteur),
        horloge=lambda: MAINTENANT,
        messager=_Muet(),
        obtenir_ranker=_sans_moteur,
    )


def par_paquets(s: Session, table: Any, lignes: Iterator[dict[str, Any]]) -> None:
    """Rows written in bulk, a packet at a time."""
    paquet: list[dict[str, Any]] = []
    for ligne in lignes:
        paquet.append(ligne)
        if len(paquet) == PAQUET:
            s.execute(insert(table), paquet)
            paquet = []
    if paquet:
        s.execute(insert(table), paquet)


def remplir(ctx: Contexte, marches: int, contrats: int, lignes: int) -> None:
    """A ledger of that size, spread evenly: every marché a year long, lines from January to October."""
    with ctx.transaction() as s:
        s.add(Territoire(id=1, code="banc", nom="Banc", departements=["34"], cree_le=MAINTENANT))
        s.flush()
        s.add_all(
            Organisation(
                id=i,
                ref=f"ORG-{i:06d}",
                territoire_id=1,
                type=TypeOrganisation.ENTREPRISE,
                nom=f"Organisation {i}",
                cle=f"organisation {i}",
                cree_le=MAINTENANT,
            )
            for i in range(1, 301)
        )
        s.flush()
        par_paquets(s, Marche, _marches(marches))
        par_paquets(s, Clause, _clauses(marches))
        par_paquets(s, Personne, _personnes(contrats))
        par_paquets(s, Contrat, _contrats(contrats, marches))
        mois = max(1, -(-lignes // contrats))
        par_paquets(s, Declaration, _declarations(marches, mois))
        par_paquets(s, LigneHeures, _lignes(lignes, contrats, marches, mois))
        par_paquets(s, DecisionLigne, _decisions(lignes))


def _employeur(marche: int) -> int:
    return marche % 300 + 1


def _marches(n: int) -> Iterator[dict[str, Any]]:
    for i in range(1, n + 1):
        yield {
            "id": i,
            "ref": f"M-{i:06d}",
            "territoire_id": 1,
            "intitule": f"Marché {i}",
            "cle": f"marche {i}",
            "objet": "",
            "acheteur_id": 1,
            "titulaire_id": _employeur(i),
            "gestionnaire": "",
            "secteur": "Bâtiment",
            "nature": NatureMarche.TRAVAUX,
            "procedure": "",
            "etat": EtatMarche.EN_COURS,
            "date_notification": DEBUT,
            "date_debut": DEBUT,
            "date_fin": date(2027, 6, 30),
            "fictif": True,
            "maj_le": MAINTENANT,
            "cree_le": MAINTENANT,
            "version": 1,
        }


def _clauses(n: int) -> Iterator[dict[str, Any]]:
    for i in range(1, n + 1):
        yield {
            "marche_id": i,
            "numero": 1,
            "heures_prevues": 700 + i % 900,
            "lien_objet": "",
            "publics": [],
            "calcul": {},
            "a_partir_du": DEBUT,
            "motif": "",
            "cree_le": MAINTENANT,
        }


def _personnes(n: int) -> Iterator[dict[str, Any]]:
    for i in range(1, n + 1):
        yield {
            "id": i,
            "ref": f"P-{i:06d}",
            "territoire_id": 1,
            "prenom": "Camille",
            "nom": f"Exemple {i}",
            "cle": f"exemple {i}",
            "information_le": DEBUT,
            "fictive": True,
            "cree_le": MAINTENANT,
            "version": 1,
        }


def _contrats(n: int, marches: int) -> Iterator[dict[str, Any]]:
    for i in range(1, n + 1):
        marche = i % marches + 1
        yield {
            "id": i,
            "ref": f"CT-{i:06d}",
            "territoire_id": 1,
            "personne_id": i,
            "employeur_id": _employeur(marche),
            "marche_id": marche,
            "modalite": Modalite.EMBAUCHE_DIRECTE,
            "type_contrat": "cdd",
            "poste": "",
            "debut": DEBUT,
            "fin": date(2027, 6, 30),
            "heures_hebdo": 35,
            "statuts": [],
            "cree_le": MAINTENANT,
            "version": 1,
        }


def _declarations(marches: int, mois: int) -> Iterator[dict[str, Any]]:
    for m in range(mois):
        for i in range(1, marches + 1):
            yield {
                "id": m * marches + i,
                "territoire_id": 1,
                "employeur_id": _employeur(i),
                "marche_id": i,
                "mois": ajouter_mois(DEBUT, m),
                "etat": EtatDeclaration.VALIDEE,
                "brouillon": {},
                "aucune_heure": False,
                "ouverte_le": MAINTENANT,
                "signee_le": MAINTENANT,
                "signataire": "",
                "motif_correction": "",
                "version": 1,
            }


def _lignes(n: int, contrats: int, marches: int, mois: int) -> Iterator[dict[str, Any]]:
    for i in range(n):
        contrat, m = i % contrats + 1, i // contrats
        marche = contrat % marches + 1
        yield {
            "id": i + 1,
            "declaration_id": min(m, mois - 1) * marches + marche,
            "contrat_id": contrat,
            "marche_id": marche,
            "mois": ajouter_mois(DEBUT, m),
            "travaillees": 60 + i % 80,
            "formation": 0,
            "motif": "",
            "cree_le": MAINTENANT,
            "empreinte_precedente": f"{i:064d}",
            "empreinte": f"{i + 1:064d}",
        }


def _decisions(n: int) -> Iterator[dict[str, Any]]:
    for i in range(n):
        yield {
            "ligne_id": i + 1,
            "en_vigueur": True,
            "etat": EtatLigne.COMPTEE,
            "explication": "",
            "creditees": 60 + i % 80,
            "formation": 0,
            "coefficient": 1,
            "valorisees": 60 + i % 80,
            "malgre_tout": False,
            "motif": "",
            "quand": MAINTENANT,
        }

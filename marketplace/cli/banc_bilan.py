"""bench bilan: the report of a year on a big ledger, against the reads without which none of its tables can be made."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.app import create_app
from marketplace.bilans.faits import COLONNES_CONTRAT, requete_lignes
from marketplace.bilans.perimetre import Perimetre
from marketplace.bilans.photo import bilan_vu, calculer
from marketplace.bilans.queries import periodes_comparees
from marketplace.bilans.rules.periode import annee
from marketplace.cli.sortie import dire
from marketplace.comptes.models import Affectation, Organisation, TypeOrganisation, Utilisateur
from marketplace.comptes.roles import Role
from marketplace.contexte import Contexte
from marketplace.db import Base
from marketplace.heures.bench import LE, MAINTENANT, contexte_de_banc, remplir
from marketplace.heures.models import Contrat
from marketplace.marches.models import Clause, Marche
from marketplace.personnes.models import Personne

PERIODE = annee(LE.year)
PERIMETRE = Perimetre(1)
PLAFOND_CALCUL = 3.0
PLAFOND_PAGE = 2.0


def _plancher(s: Session) -> int:
    """The bare reads: hours by contrat and marché (one GROUP BY), then the columns that name the rows of the tables."""
    lues = len(s.execute(requete_lignes(PERIMETRE, periodes_comparees(PERIODE))).all())
    for requete in (
        select(*COLONNES_CONTRAT).where(Contrat.territoire_id == 1),
        select(Personne.id, Personne.sexe, Personne.date_naissance).where(Personne.territoire_id == 1),
        select(
            Marche.id,
            Marche.operation_id,
            Marche.acheteur_id,
            Marche.gestionnaire,
            Marche.secteur,
            Marche.nature,
            Marche.date_notification,
            Marche.fin_suivi,
            Clause.a_partir_du,
        )
        .join(Clause, Clause.marche_id == Marche.id)
        .where(Marche.territoire_id == 1),
    ):
        lues += len(s.execute(requete).all())
    return lues


@contextmanager
def _base(url: str | None) -> Iterator[Contexte]:
    with tempfile.TemporaryDirectory(prefix="banc-bilan-") as dossier:
        ctx = contexte_de_banc(url or f"sqlite:///{Path(dossier) / 'banc.db'}")
        try:
            yield ctx
        finally:
            moteur = ctx.sessions.kw["bind"]
            if url:
                Base.metadata.drop_all(moteur)
            moteur.dispose()


def _mediane(mesurer: Callable[[], Any], tours: int) -> float:
    durees = []
    for _ in range(tours):
        depart = time.perf_counter()
        mesurer()
        durees.append(time.perf_counter() - depart)
    return statistics.median(durees)


def _facilitateur(ctx: Contexte) -> tuple[int, str]:
    """A hat to open pages with: (affectation id, session token)."""
    with ctx.transaction() as s:
        cellule = Organisation(
            id=900_001,  # the bulk insert gave its own ids: no sequence moved
            ref="ORG-900001",
            territoire_id=1,
            type=TypeOrganisation.OPCS,
            nom="Cellule du banc",
            cle="cellule du banc",
            verifiee_le=MAINTENANT,
            cree_le=MAINTENANT,
        )
        qui = Utilisateur(
            courriel="banc@exemple.invalid", prenom="Banc", nom="Essai", jeton_session="banc", cree_le=MAINTENANT
        )
        s.add_all((cellule, qui))
        s.flush()
        chapeau = Affectation(
            utilisateur_id=qui.id,
            role=Role.FACILITATEUR,
            organisation_id=cellule.id,
            territoire_id=1,
            depuis=date(2020, 1, 1),
        )
        s.add(chapeau)
        s.flush()
        return chapeau.id, qui.jeton_session


def banc_bilan(marches: int, contrats: int, lignes: int, *, base: str | None = None, tours: int = 5) -> dict[str, Any]:
    """Seconds and ratios, each pair taken in turn in the same run. `tenu`: both ratios are under what is promised.

    The photograph served is compared with a report computed anew: `photo_exacte`.
    """
    with _base(base) as ctx:
        dire(f"Registre de {marches} marchés, {contrats} contrats, {lignes} lignes…")
        remplir(ctx, marches, contrats, lignes)

        def plancher() -> None:
            with ctx.lecture() as s:
                _plancher(s)

        def calcul() -> Any:
            with ctx.lecture() as s:
                return calculer(s, PERIMETRE, PERIODE, "Tout")

        plancher()
        vu = calcul()
        nus, entiers = [], []
        for _ in range(tours):
            nus.append(_mediane(plancher, 1))
            entiers.append(_mediane(calcul, 1))
        servi = bilan_vu(ctx, PERIMETRE, PERIODE, "Tout")
        relu = bilan_vu(ctx, PERIMETRE, PERIODE, "Tout")
        pages = _pages(ctx, tours)
        rapport = statistics.median(entiers) / statistics.median(nus)
        return {
            "moteur": ctx.sessions.kw["bind"].dialect.name,
            "lectures_nues_s": round(statistics.median(nus), 3),
            "bilan_s": round(statistics.median(entiers), 3),
            "rapport": round(rapport, 2),
            "plafond": PLAFOND_CALCUL,
            "photo_exacte": vu == servi == relu,
            **pages,
            "tenu": rapport <= PLAFOND_CALCUL and vu == relu and pages["rapport_page"] <= PLAFOND_PAGE,
        }


def _pages(ctx: Contexte, tours: int) -> dict[str, Any]:
    """The page of the report served from its photograph, and the ordinary list of marchés, in turn."""
    chapeau, jeton = _facilitateur(ctx)
    application = create_app(ctx)
    application.config.update(WTF_CSRF_ENABLED=False)
    client = application.test_client()
    with client.session_transaction() as session:
        session["jeton"], session["affectation"] = jeton, chapeau
        session["vu"] = session["debut"] = int(ctx.horloge().timestamp())

    def ouvrir(adresse: str) -> None:
        reponse = client.get(adresse)
        if reponse.status_code != 200:
            raise RuntimeError(f"{adresse}: {reponse.status_code}")

    bilan, liste = f"/facilitateur/bilan?annee={PERIODE.debut.year}", "/facilitateur/marches"
    ouvrir(bilan)
    ouvrir(liste)
    durees: dict[str, list[float]] = {bilan: [], liste: []}
    for _ in range(max(tours, 5)):
        for adresse, mesures in durees.items():
            mesures.append(_mediane(lambda a=adresse: ouvrir(a), 1))  # type: ignore[misc]
    page, ordinaire = statistics.median(durees[bilan]), statistics.median(durees[liste])
    return {
        "page_bilan_ms": round(page * 1000, 1),
        "page_marches_ms": round(ordinaire * 1000, 1),
        "rapport_page": round(page / ordinaire, 2),
        "plafond_page": PLAFOND_PAGE,
    }

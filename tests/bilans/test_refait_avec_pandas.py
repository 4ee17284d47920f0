"""The figures of the report, counted again from its CSV files with plain pandas, on ledgers drawn at random."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from marketplace.bilans.correspondances import definitions_au
from marketplace.bilans.exports.tableur_csv import fichiers_du_registre
from marketplace.bilans.perimetre import Perimetre
from marketplace.bilans.queries import lire_faits
from marketplace.bilans.rules.bilan import Bilan, dresser
from marketplace.bilans.rules.definitions import Definitions
from marketplace.bilans.rules.periode import annee
from marketplace.bilans.rules.registre import Faits
from marketplace.bilans.rules.tableaux import Registre
from marketplace.contexte import Contexte
from marketplace.territoire.models import Territoire
from tests.bilans.rules.test_bilan import contrat, faits, marche

COLONNES = {
    "acheteur": "acheteur",
    "gestionnaire": "gestionnaire",
    "secteur": "secteur",
    "nature": "nature",
    "genre": "genre",
    "age": "age",
    "qpv": "qpv",
    "niveau": "niveau",
    "epci": "epci",
    "modalite": "modalite",
    "type_contrat": "type_contrat",
    "taille": "taille",
}


def lire_csv(contenu: bytes) -> Any:
    """As a French spreadsheet reads it; hours in hundredths, so that sums stay exact."""
    cadre = pd.read_csv(io.BytesIO(contenu), sep=";", decimal=",", encoding="utf-8-sig", dtype={"heures": str})
    if "heures" in cadre:
        cadre["heures"] = (cadre["heures"].str.replace(",", ".").map(Decimal) * 100).astype(int)
    return cadre


def effectif(cadre: Any, cle: str) -> int:
    """Distinct values whose hours, corrections made, stay above zero."""
    sommes = cadre[cadre[cle].notna()].groupby(cle)["heures"].sum()
    return int((sommes > 0).sum())


def comparer(f: Faits, definitions: Definitions, bilan: Bilan) -> None:
    fichiers = fichiers_du_registre(Registre(f, definitions))
    heures, marches = lire_csv(fichiers["heures.csv"]), lire_csv(fichiers["marches.csv"])
    for rang, p in enumerate(f.periodes[:3]):
        h = heures[heures["periode"].astype(str) == p.libelle]
        m = marches[marches["periode"].astype(str) == p.libelle]
        t = bilan.totaux[rang]
        assert t.heures == Decimal(int(h["heures"].sum())) / 100
        assert t.salaries == effectif(h, "salarie")
        assert t.contrats == effectif(h, "contrat")
        assert t.marches_actifs == effectif(h, "marche")
        assert t.marches == m["marche"].nunique()
        assert t.operations == m[m["a_une_operation"] == "oui"]["operation"].nunique()
    h, m = (c[c["periode"].astype(str) == f.periodes[0].libelle] for c in (heures, marches))
    for code, colonne in COLONNES.items():
        for ligne in bilan.tableaux[code].lignes:
            dedans = h[h[colonne] == ligne.libelle]
            assert ligne.valeur("heures") == Decimal(int(dedans["heures"].sum())) / 100, (code, ligne.libelle)
            if "salaries" in bilan.tableaux[code].mesures:
                assert ligne.valeur("salaries") == effectif(dedans, "salarie"), (code, ligne.libelle)
            if "marches" in bilan.tableaux[code].mesures:
                assert ligne.valeur("marches") == m[m[colonne] == ligne.libelle]["marche"].nunique()
    eclates = h.assign(statut=h["statuts"].str.split(" | ", regex=False)).explode("statut")
    for ligne in bilan.tableaux["statut"].lignes:
        dedans = eclates[eclates["statut"] == ligne.libelle]
        assert ligne.valeur("heures") == Decimal(int(dedans["heures"].sum())) / 100
        assert ligne.valeur("salaries") == effectif(dedans, "salarie")
        assert ligne.valeur("contrats") == effectif(dedans, "contrat")


@st.composite
def registres(draw: st.DrawFn) -> Faits:
    """Up to eight people, a few contrats each, lines that corrections may bring below zero."""
    modalites = st.sampled_from(["embauche_directe", "mad_etti", "mad_geiq", "ett"])
    statuts = st.lists(st.sampled_from(["rsa", "th", "aah", "iae", "senior"]), unique=True, max_size=3)
    contrats = [
        contrat(
            i + 1,
            draw(st.integers(1, 8)),
            draw(modalites),
            statuts=tuple(draw(statuts)),
            qpv=draw(st.sampled_from(["oui", "non", "a_verifier", None])),
            niveau=draw(st.sampled_from(["3", "infra_3", None])),
            debut=date(2020, draw(st.integers(1, 12)), 1),
        )
        for i in range(draw(st.integers(1, 10)))
    ]
    marches = [
        marche(
            i + 1,
            draw(st.sampled_from([1, 2, None])),
            secteur=draw(st.sampled_from(["Bâtiment", "Propreté"])),
            gestionnaire=draw(st.sampled_from(["Départemental", "SDI Est", ""])),
            debut_suivi=draw(st.sampled_from([None, date(2018, 1, 1), date(2020, 6, 1)])),
            fin_suivi=draw(st.sampled_from([None, date(2019, 6, 30)])),
        )
        for i in range(draw(st.integers(1, 5)))
    ]
    cles = st.tuples(st.integers(0, 2), st.integers(1, len(contrats)), st.integers(1, len(marches)))
    lignes = draw(st.dictionaries(cles, st.integers(-20_000, 40_000), min_size=1, max_size=20))
    return faits([(*cle, h) for cle, h in lignes.items()], contrats, marches)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(registres())
def test_n_importe_quel_registre_se_recompte(f: Faits) -> None:
    definitions = Definitions(acheteurs={60: "CD34"}, principal="CD34")
    comparer(f, definitions, dresser(f, definitions))


def test_l_annee_2020_se_recompte(ctx_2020: Contexte) -> None:
    with ctx_2020.lecture() as s:
        territoire = s.scalars(select(Territoire)).one()
        f = lire_faits(s, Perimetre(territoire.id), annee(2020))
        definitions = definitions_au(s, territoire.id, f.periodes)
    comparer(f, definitions, dresser(f, definitions))


def test_un_texte_qui_serait_une_formule_est_desarme() -> None:
    f = faits([(0, 1, 1, 100)], [contrat(1, 1)], [marche(1, gestionnaire="=1+1")])
    contenu = fichiers_du_registre(Registre(f, Definitions()))["heures.csv"].decode("utf-8-sig")
    assert "'=1+1" in contenu
    assert ";=1+1" not in contenu


@pytest.mark.parametrize("nom", ["heures.csv", "marches.csv"])
def test_aucun_nom_ne_sort_dans_les_lignes(ctx_2020: Contexte, nom: str) -> None:
    with ctx_2020.lecture() as s:
        territoire = s.scalars(select(Territoire)).one()
        f = lire_faits(s, Perimetre(territoire.id), annee(2020))
        contenu = fichiers_du_registre(Registre(f, definitions_au(s, territoire.id, f.periodes)))[nom]
    assert b"P-H20" not in contenu
    assert b"1996-" not in contenu

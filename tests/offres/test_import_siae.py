"""Structures and posts of the public API and of the CSV: idempotent, nothing duplicated, nothing left open."""

from __future__ import annotations

import copy
import gzip
import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import systeme
from marketplace.config import RACINE
from marketplace.erreurs import FichierRefuse, Introuvable
from marketplace.offres.imports.siae import importer_siae
from marketplace.offres.models import EtatOffre, Offre, TypeContrat

PAGES = [
    json.loads(p.read_text(encoding="utf-8")) for p in sorted((Path(__file__).parent / "donnees").glob("siae_*.json"))
]


@pytest.fixture
def importer(ctx, fabrique):
    acteur = systeme(fabrique.territoire().id)

    def lancer(*pages, **kw):
        contenus = [(f"page{i}.json", json.dumps(p).encode()) for i, p in enumerate(pages)]
        return importer_siae(ctx, acteur, contenus, **kw)

    return lancer


def ouvertes(ctx):
    with ctx.lecture() as s:
        return {o.intitule: o for o in s.scalars(select(Offre).where(Offre.etat == EtatOffre.PUBLIEE))}


def test_les_pages_de_l_api_s_importent_puis_ne_changent_plus_rien(ctx, importer):
    r = importer(*PAGES)
    assert (r.lus, r.crees, r.mis_a_jour, r.inchanges) == (3, 3, 0, 0)
    assert (r.offres.lus, r.offres.crees) == (4, 3)
    offres = ouvertes(ctx)
    assert set(offres) == {"Ouvrier espaces verts", "Maçon / Maçonne", "Agent de propreté (mission)"}
    assert offres["Ouvrier espaces verts"].code_rome == "A1203"
    assert offres["Maçon / Maçonne"].code_rome == "F1703"
    assert offres["Ouvrier espaces verts"].type_contrat is TypeContrat.CDDI
    assert offres["Agent de propreté (mission)"].type_contrat is TypeContrat.MISSION
    assert offres["Ouvrier espaces verts"].heures_hebdo is None
    assert offres["Ouvrier espaces verts"].code_insee == "34032"
    encore = importer(*PAGES)
    assert (encore.crees, encore.mis_a_jour, encore.inchanges) == (0, 0, 3)
    assert (encore.offres.crees, encore.offres.mis_a_jour, encore.fermes) == (0, 0, 0)


def test_un_siret_faux_est_garde_et_signale(ctx, importer):
    r = importer(*PAGES)
    assert [(x.ligne, x.id) for x in r.signales] == [(2, "12345678901234")]
    with ctx.lecture() as s:
        assert s.scalar(select(Organisation.siret_valide).where(Organisation.siret == "12345678901234")) is False


def test_un_poste_disparu_d_une_serie_complete_se_ferme(ctx, importer):
    importer(*PAGES)
    suite = copy.deepcopy(PAGES)
    suite[0]["results"][0]["postes"] = []
    assert importer(*suite).fermes == 1
    assert "Ouvrier espaces verts" not in ouvertes(ctx)
    assert importer(*suite).fermes == 0
    importer(*PAGES)
    assert "Ouvrier espaces verts" in ouvertes(ctx)


def test_une_serie_incomplete_ne_ferme_rien(ctx, importer):
    importer(*PAGES)
    suite = copy.deepcopy(PAGES)
    suite[0]["results"][0]["postes"] = []
    assert importer(suite[0]).fermes == 0
    suite[1]["next"] = "https://exemple.invalid/?page=3"
    assert importer(*suite).fermes == 0
    assert len(ouvertes(ctx)) == 3


def test_une_structure_absente_de_la_serie_garde_ses_postes(ctx, importer):
    importer(*PAGES)
    autres = {"count": 1, "next": None, "previous": None, "results": PAGES[1]["results"]}
    assert importer(autres).fermes == 0
    assert len(ouvertes(ctx)) == 3


def test_un_recrutement_clos_ferme_le_poste_et_une_modification_se_lit(ctx, importer):
    importer(*PAGES)
    suite = copy.deepcopy(PAGES)
    poste = suite[0]["results"][0]["postes"][0]
    poste["nombre_postes_ouverts"] = 5
    assert importer(*suite).offres.mis_a_jour == 1
    assert ouvertes(ctx)["Ouvrier espaces verts"].places == 5
    poste["recrutement_ouvert"] = "False"
    assert importer(*suite).fermes == 1


def test_l_essai_a_blanc_n_ecrit_rien(ctx, importer):
    assert importer(*PAGES, dry_run=True).crees == 3
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(Organisation)) == 0


def test_une_ligne_illisible_est_refusee_les_autres_entrent(importer):
    page = {"count": 4, "next": None, "results": [*PAGES[1]["results"], {"type": "XYZ", "enseigne": "A"}, 7, {}]}
    r = importer(page)
    assert r.crees == 1
    assert [x.ligne for x in r.refuses] == [2, 3, 4]
    assert "XYZ" in r.refuses[0].motif


@pytest.mark.parametrize(
    "contenu",
    [
        b"",
        b"{",
        b'{"results": 3}',
        b"a;b\n1;2\n",
        b"[" * 3000,
        b"nom;type\n" + b"a" * 200_000 + b";EI\n",
        b"nom;type;" + b"a" * 200_000 + b"\n",
    ],
    ids=lambda contenu: contenu[:9].decode() or "vide",
)
def test_un_fichier_illisible_est_refuse_en_une_phrase(ctx, fabrique, contenu):
    with pytest.raises(FichierRefuse) as refus:
        importer_siae(ctx, systeme(fabrique.territoire().id), [("f", contenu)])
    assert "\n" not in refus.value.message
    assert "limit" not in refus.value.message


def test_les_2075_structures_reelles_s_importent_deux_fois_sans_doublon(ctx, fabrique):
    contenu = gzip.decompress((RACINE / "seeds/referentiels/siae_geiq_structures.csv.gz").read_bytes())
    acteur = systeme(fabrique.territoire().id)
    r = importer_siae(ctx, acteur, [("structures.csv", contenu)])
    assert r.lus == 2075
    assert r.refuses == []
    assert len(r.signales) >= 5
    with ctx.lecture() as s:
        nombre = s.scalar(select(func.count()).select_from(Organisation))
        cles = s.scalar(
            select(func.count()).select_from(select(Organisation.siret, Organisation.type).distinct().subquery())
        )
    assert nombre == cles == r.crees
    encore = importer_siae(ctx, acteur, [("structures.csv", contenu)])
    assert (encore.crees, encore.mis_a_jour, encore.inchanges) == (0, 0, 2075)


def test_seul_un_facilitateur_ou_un_administrateur_importe(ctx, fabrique):
    with pytest.raises(Introuvable):
        importer_siae(ctx, fabrique.acteur(fabrique.referent()), [("f", json.dumps(PAGES[1]).encode())])

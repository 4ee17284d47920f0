"""A whole set of the public API, in three pages (fictitious): imported twice, nothing doubled, nothing left open."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from marketplace.cli import main
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import systeme
from marketplace.offres.imports.siae import importer_siae
from marketplace.offres.models import EtatOffre, Offre, OffreExterne
from tests.fabrique import Fabrique

FICHIERS = sorted((Path(__file__).parent / "donnees" / "serie").glob("page*.json"))
PAGES = [json.loads(f.read_text(encoding="utf-8")) for f in FICHIERS]
STRUCTURES, POSTES = 49, 63  # one post more has no identifier


@pytest.fixture
def ctx(ctx_reference_neuf):
    return ctx_reference_neuf


@pytest.fixture
def acteur(ctx):
    return systeme(Fabrique(ctx).territoire().id)


@pytest.fixture
def importer(ctx, acteur):
    def lancer(pages=PAGES, **kw):
        contenus = [(f"page{i}.json", json.dumps(p).encode()) for i, p in enumerate(pages)]
        return importer_siae(ctx, acteur, contenus, **kw)

    return lancer


def compter(ctx, *conditions):
    with ctx.lecture() as s:
        return s.scalar(select(func.count()).select_from(Offre).where(*conditions))


def test_la_serie_entiere_entre_deux_fois_sans_doublon(ctx, importer):
    r = importer()
    assert r.lus == STRUCTURES
    assert [x.motif for x in r.refuses] == ["Type de structure inconnu : « OPCS »."]
    assert r.crees == STRUCTURES - 1
    assert r.offres.lus == POSTES
    assert r.offres.crees == compter(ctx, Offre.etat == EtatOffre.PUBLIEE) < POSTES  # some no longer recruit
    motifs = " ".join(x.motif for x in r.signales)
    assert motifs.count("clé est fausse") == 2
    assert motifs.count("SIRET absent") == 1
    assert "Poste n° " in motifs
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(Organisation).where(Organisation.siret_valide.is_(False))) == 3
        doubles = select(OffreExterne.identifiant).group_by(OffreExterne.identifiant).having(func.count() > 1)
        assert s.scalars(doubles).all() == []
    encore = importer()
    assert (encore.crees, encore.mis_a_jour, encore.offres.crees, encore.offres.mis_a_jour, encore.fermes) == (0,) * 5
    assert encore.inchanges == STRUCTURES - 1
    assert [x.ligne for x in encore.signales if "SIRET" in x.motif] == [
        x.ligne for x in r.signales if "SIRET" in x.motif
    ]


def test_les_trois_formes_du_metier_donnent_le_meme_code_et_un_nom_lisible(ctx, importer):
    importer()
    with ctx.lecture() as s:
        codes = set(s.scalars(select(Offre.code_rome).where(Offre.code_rome.is_not(None))))
        noms = list(s.scalars(select(Offre.intitule)))
    assert {"A1203", "K2204", "F1703"} <= codes
    assert not [n for n in noms if "{" in n or "code" in n.lower() or n.endswith(")")]


def test_ce_qui_disparait_d_une_serie_complete_se_ferme_et_rouvre_s_il_revient(ctx, importer):
    ouverts = importer().offres.crees
    suite = copy.deepcopy(PAGES)
    porteuse = next(b for b in suite[0]["results"] if [p for p in b["postes"] if p.get("recrutement_ouvert") == "True"])
    partis = [p for p in porteuse["postes"] if p.get("recrutement_ouvert") == "True"]
    porteuse["postes"] = []
    assert importer(suite[:2]).fermes == 0  # the last page is not there: nothing is known to be gone
    assert importer(suite).fermes == len(partis)
    assert compter(ctx, Offre.etat == EtatOffre.PUBLIEE) == ouverts - len(partis)
    importer()
    assert compter(ctx, Offre.etat == EtatOffre.PUBLIEE) == ouverts


def test_une_structure_dont_les_postes_sont_illisibles_garde_les_siens(ctx, importer):
    importer()
    suite = copy.deepcopy(PAGES)
    porteuse = next(b for b in suite[0]["results"] if b["postes"])
    porteuse["postes"] = "panne"
    r = importer(suite)
    assert r.fermes == 0
    assert "illisibles" in " ".join(x.motif for x in r.signales)


def test_un_csv_sans_poste_n_en_ferme_aucun_meme_avec_une_serie(ctx, acteur, importer):
    ouverts = importer().offres.crees
    premiere = PAGES[0]["results"][0]
    csv = f"siret,nom,type,code_postal,ville\n{premiere['siret']},{premiere['raison_sociale']},{premiere['type']},,\n"
    assert importer_siae(ctx, acteur, [("structures.csv", csv.encode())]).fermes == 0
    assert compter(ctx, Offre.etat == EtatOffre.PUBLIEE) == ouverts


def test_la_commande_importe_plusieurs_pages_d_un_coup(ctx, acteur, capsys, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", ctx.config.database_url)
    monkeypatch.setenv("DOSSIER_VAR", str(ctx.config.dossier_var))
    pages = [str(f) for f in FICHIERS]
    assert main(["import", "siae", *pages, "--dry-run", "--json"]) == 0
    essai = json.loads(capsys.readouterr().out)
    assert essai["crees"] == STRUCTURES - 1
    assert compter(ctx) == 0
    assert {"lus", "crees", "mis_a_jour", "inchanges", "pistes", "refuses"} <= set(essai)
    assert main(["import", "siae", *pages]) == 0
    assert f"{STRUCTURES} lus, {STRUCTURES - 1} créés" in capsys.readouterr().out
    assert main(["import", "siae", *pages, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["inchanges"] == STRUCTURES - 1


def test_une_commande_mal_appelee_dit_quoi_faire(ctx, acteur, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", ctx.config.database_url)
    monkeypatch.setenv("DOSSIER_VAR", str(ctx.config.dossier_var))
    illisible = tmp_path / "page.json"
    illisible.write_text("{", encoding="utf-8")
    for fichier in (illisible, tmp_path / "absent.json"):
        assert main(["import", "siae", str(fichier)]) != 0
        assert "Traceback" not in capsys.readouterr().err

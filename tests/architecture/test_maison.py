"""Rules of the house that a reader should not have to check. When one fails, its docstring says what to do."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

import pytest

from marketplace.config import RACINE
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.scheduler.jobs import TACHES

pytestmark = pytest.mark.sans_base

SOURCES = sorted((RACINE / "marketplace").rglob("*.py"))
TESTS = sorted((RACINE / "tests").rglob("*.py"))
GABARITS = sorted((RACINE / "marketplace" / "web" / "templates").rglob("*.html"))


@functools.cache
def arbre(chemin: Path) -> ast.Module:
    return ast.parse(chemin.read_text(encoding="utf-8"))


def relatif(chemin: Path) -> str:
    return str(chemin.relative_to(RACINE))


def test_l_heure_ne_se_lit_qu_a_un_endroit() -> None:
    """Take `ctx.horloge()` or a date argument: only app.py asks the machine what time it is."""
    interdits = {"now", "utcnow", "today"}
    fautifs = []
    for chemin in SOURCES:
        if chemin.name == "app.py":
            continue
        for noeud in ast.walk(arbre(chemin)):
            if (
                isinstance(noeud, ast.Call)
                and isinstance(noeud.func, ast.Attribute)
                and noeud.func.attr in interdits
                and isinstance(noeud.func.value, ast.Name | ast.Attribute)
            ):
                fautifs.append(f"{relatif(chemin)}:{noeud.lineno}")
    assert fautifs == []


def test_seuls_les_actes_ouvrent_une_transaction() -> None:
    """Commit in a service: pages, queries and rules only read."""
    permis = re.compile(
        r"/(services|taches|inscription|envoi|process|imports|alertes|classement|referentiel)\b|/services/"
    )
    fautifs = []
    for chemin in SOURCES:
        texte = chemin.read_text(encoding="utf-8")
        if "/web/" in relatif(chemin) or chemin.name in {"queries.py", "rules.py"}:
            if ".transaction()" in texte or ".commit()" in texte:
                fautifs.append(relatif(chemin))
        elif ".commit()" in texte and not permis.search("/" + relatif(chemin).removesuffix(".py")):
            fautifs.append(relatif(chemin))
    assert [f for f in fautifs if f != "marketplace/cli/base.py"] == []


def test_ce_qui_est_hors_de_portee_traverse_la_page_sans_y_etre_dit() -> None:
    """Let `Introuvable` pass: it is no refusal of a rule, and the table of web/socle/erreurs.py answers it."""
    assert not issubclass(Introuvable, RegleViolee)
    relances_inutiles = [
        f"{relatif(chemin)}:{noeud.lineno}"
        for chemin in SOURCES
        for noeud in ast.walk(arbre(chemin))
        if isinstance(noeud, ast.ExceptHandler)
        and isinstance(noeud.type, ast.Name)
        and noeud.type.id in {"Introuvable", "Interdit"}
        and isinstance(noeud.body[0], ast.Raise)
        and noeud.body[0].exc is None
    ]
    assert relances_inutiles == []


def test_aucun_gabarit_ne_porte_de_style_ni_de_script_en_ligne() -> None:
    """The CSP refuses them: put the style in place.css and the behaviour in place.js."""
    motif = re.compile(r"\sstyle=|<style(?![^>]*nonce)|<script(?![^>]*(src=|nonce))|\son\w+=", re.IGNORECASE)
    fautifs = [relatif(g) for g in GABARITS if motif.search(g.read_text(encoding="utf-8"))]
    assert fautifs == []


def test_chaque_formulaire_qui_ecrit_porte_son_jeton() -> None:
    """Add the csrf_token field (macro, form.csrf_token or hidden input) to each POST form."""
    fautifs = []
    for gabarit in GABARITS:
        texte = gabarit.read_text(encoding="utf-8")
        for forme in re.findall(r"<form\b.*?</form>", texte, re.DOTALL | re.IGNORECASE):
            if re.search(r"method=[\"']post", forme, re.IGNORECASE) and not re.search(r"csrf_token|hidden_tag", forme):
                fautifs.append(relatif(gabarit))
    assert fautifs == []


def test_chaque_gabarit_sert() -> None:
    """Delete a template that nothing renders, extends or includes."""
    textes = "\n".join(p.read_text(encoding="utf-8") for p in [*SOURCES, *GABARITS])
    dossier = RACINE / "marketplace" / "web" / "templates"
    orphelins = [relatif(g) for g in GABARITS if str(g.relative_to(dossier)) not in textes]
    assert orphelins == []


def test_chaque_tache_est_dans_le_guide_d_exploitation() -> None:
    """Add a line for the job to docs/exploitation.md."""
    guide = (RACINE / "docs" / "exploitation.md").read_text(encoding="utf-8")
    assert [t.nom for t in TACHES if f"`{t.nom}`" not in guide] == []


def test_chaque_reglage_de_l_environnement_est_dans_le_guide_d_exploitation() -> None:
    """Add a line for the variable to docs/exploitation.md."""
    guide = (RACINE / "docs" / "exploitation.md").read_text(encoding="utf-8")
    code = (RACINE / "marketplace" / "config.py").read_text(encoding="utf-8")
    noms = set(re.findall(r"env(?:\.get\(|\[)\"([A-Z_]+)\"", code)) | set(
        re.findall(r"_entier\(env, \"([A-Z_]+)\"", code)
    )
    assert noms
    assert [n for n in sorted(noms) if f"`{n}`" not in guide] == []


def test_aucun_fichier_ne_devient_un_fourre_tout() -> None:
    """Split a file that grows past 400 lines into a folder named after its nouns."""
    longs = [relatif(p) for p in [*SOURCES, *TESTS] if len(p.read_text(encoding="utf-8").splitlines()) > 400]
    assert longs == []


def test_le_glossaire_connait_chaque_table() -> None:
    """Add the word to docs/glossaire.md: one word per thing, with the words it replaces."""
    import marketplace.tables as tables

    glossaire = (RACINE / "docs" / "glossaire.md").read_text(encoding="utf-8")
    mots = set(re.findall(r"`([a-z_]+)`", glossaire))
    assert sorted(set(tables.metadata.tables) - mots) == []


def test_le_glossaire_ne_nomme_pas_deux_fois_la_meme_chose() -> None:
    """A word listed as replaced must not be used as a term of its own."""
    lignes = [
        li for li in (RACINE / "docs" / "glossaire.md").read_text(encoding="utf-8").splitlines() if li.startswith("| ")
    ]
    termes = [li.split("|")[1].strip().lower() for li in lignes[1:] if "---" not in li]
    remplaces = {
        mot.strip().lower()
        for li in lignes[1:]
        if "---" not in li
        for mot in li.split("|")[4].split(",")
        if mot.strip()
    }
    assert sorted(set(termes) & remplaces) == []
    assert len(termes) == len(set(termes))


def test_les_verrous_ne_nomment_aucun_depot() -> None:
    """Recompute them with `make verrous`."""
    for nom in ("requirements.lock", "requirements-dev.lock"):
        texte = (RACINE / nom).read_text(encoding="utf-8")
        assert "://" not in texte
        assert "--hash=sha256:" in texte

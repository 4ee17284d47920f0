"""Every setting, read once from the environment. Only DATABASE_URL is required; the rest has a safe default."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from marketplace.erreurs import ErreurExploitation

RACINE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of one process. Names of the environment variables are in `docs/exploitation.md`."""

    database_url: str
    cle_secrete: str = field(repr=False)
    mode_demo: bool = False
    adresse_publique: str = "http://127.0.0.1:8000"
    https: bool = False
    dossier_var: Path = RACINE / "var"
    smtp_hote: str = ""
    smtp_port: int = 25
    smtp_utilisateur: str = ""
    smtp_mot_de_passe: str = field(default="", repr=False)
    smtp_tls: bool = False
    expediteur: str = "ne-pas-repondre@place-des-clauses.invalid"
    session_inactive_minutes: int = 30
    session_absolue_heures: int = 12
    limites_actives: bool = True
    journal_json: bool = False

    @property
    def sqlite(self) -> bool:
        """Whether the database is a SQLite file."""
        return self.database_url.startswith("sqlite")


def _oui(texte: str) -> bool:
    return texte.strip().lower() in {"1", "oui", "true", "yes", "on"}


def _entier(env: Mapping[str, str], nom: str, defaut: int) -> int:
    brut = env.get(nom, "").strip()
    if not brut:
        return defaut
    try:
        return int(brut)
    except ValueError:
        raise ErreurExploitation(f"{nom} doit être un nombre entier : « {brut} » ne convient pas.") from None


def _cle_secrete(env: Mapping[str, str], dossier: Path) -> str:
    """SECRET_KEY, or one drawn once and kept readable by its owner only, so that sessions outlive a restart."""
    if env.get("SECRET_KEY"):
        return env["SECRET_KEY"]
    fichier = dossier / "cle-secrete"
    try:
        dossier.mkdir(parents=True, exist_ok=True)
        try:
            descripteur = os.open(fichier, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return fichier.read_text(encoding="ascii").strip()
        with os.fdopen(descripteur, "w", encoding="ascii") as sortie:
            cle = secrets.token_urlsafe(48)
            sortie.write(cle)
        return cle
    except OSError as erreur:
        raise ErreurExploitation(
            f"Impossible d'écrire dans {dossier} ({erreur.strerror}) : donnez SECRET_KEY ou un autre DOSSIER_VAR."
        ) from None


def url_normalisee(url: str) -> str:
    """DATABASE_URL with the driver spelt out (psycopg 3), checked. Raises ErreurExploitation in French."""
    if not url.strip():
        raise ErreurExploitation("DATABASE_URL manque : par exemple DATABASE_URL=sqlite:///var/place.db")
    try:
        lue = make_url(url.strip())
    except ArgumentError:
        raise ErreurExploitation(
            "DATABASE_URL est illisible : attendu sqlite:///chemin/place.db ou postgresql://hote/base."
        ) from None
    if lue.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        lue = lue.set(drivername="postgresql+psycopg")
    elif lue.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise ErreurExploitation(
            f"DATABASE_URL : « {lue.drivername} » n'est pas pris en charge, seulement sqlite et postgresql."
        )
    return lue.render_as_string(hide_password=False)


def lire_config(env: Mapping[str, str] | None = None) -> Config:
    """The Config of this environment. Raises ErreurExploitation with one French line when a value is wrong."""
    env = os.environ if env is None else env
    dossier = Path(env.get("DOSSIER_VAR") or RACINE / "var")
    return Config(
        database_url=url_normalisee(env.get("DATABASE_URL", "")),
        cle_secrete=_cle_secrete(env, dossier),
        mode_demo=_oui(env.get("MODE_DEMO", "")),
        adresse_publique=env.get("ADRESSE_PUBLIQUE", "http://127.0.0.1:8000").rstrip("/"),
        https=_oui(env.get("HTTPS", "")),
        dossier_var=dossier,
        smtp_hote=env.get("SMTP_HOTE", ""),
        smtp_port=_entier(env, "SMTP_PORT", 25),
        smtp_utilisateur=env.get("SMTP_UTILISATEUR", ""),
        smtp_mot_de_passe=env.get("SMTP_MOT_DE_PASSE", ""),
        smtp_tls=_oui(env.get("SMTP_TLS", "")),
        expediteur=env.get("EXPEDITEUR") or "ne-pas-repondre@place-des-clauses.invalid",
        session_inactive_minutes=_entier(env, "SESSION_INACTIVE_MINUTES", 30),
        session_absolue_heures=_entier(env, "SESSION_ABSOLUE_HEURES", 12),
        limites_actives=not env.get("LIMITES") or _oui(env["LIMITES"]),
        journal_json=_oui(env.get("JOURNAL_JSON", "")),
    )

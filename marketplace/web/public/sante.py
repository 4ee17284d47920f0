"""Whether the process lives, and whether it may receive visitors."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import lru_cache
from typing import Any

from alembic.config import Config as ConfigAlembic
from alembic.script import ScriptDirectory
from flask import Blueprint, jsonify
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from marketplace.config import RACINE
from marketplace.journal.models import BattementPlanificateur
from marketplace.web.socle.acces import contexte, public

bp = Blueprint("public_sante", __name__)

SILENCE_PERMIS = timedelta(minutes=3)


@lru_cache(maxsize=1)
def _revision_du_code() -> str | None:
    config = ConfigAlembic()
    config.set_main_option("script_location", str(RACINE / "migrations"))
    return ScriptDirectory.from_config(config).get_current_head()


@bp.get("/healthz")
@public
def vivant() -> Any:
    """The process answers."""
    return jsonify(etat="ok")


@bp.get("/readyz")
@public
def pret() -> Any:
    """The base answers, at the revision of the code; the scheduler beat lately (said, and required outside a demo)."""
    ctx = contexte()
    base, migrations, planificateur = "ok", "ok", "ok"
    try:
        with ctx.lecture() as s:
            s.execute(text("SELECT 1"))
            if inspect(s.connection()).has_table("alembic_version"):
                en_base = s.scalar(text("SELECT version_num FROM alembic_version"))
                migrations = "ok" if en_base == _revision_du_code() else "à mettre à jour"
            battement = s.scalar(select(BattementPlanificateur.quand))
            if battement is None or ctx.horloge() - battement > SILENCE_PERMIS:
                planificateur = "silencieux"
    except SQLAlchemyError:
        logging.getLogger(__name__).exception("readyz")
        base = "injoignable"
    bloquant = base != "ok" or migrations != "ok" or (planificateur != "ok" and not ctx.config.mode_demo)
    reponse = jsonify(etat="non" if bloquant else "ok", base=base, migrations=migrations, planificateur=planificateur)
    reponse.headers["Cache-Control"] = "no-store"
    return reponse, 503 if bloquant else 200

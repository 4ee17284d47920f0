"""The only place that knows everything: config → engine → ranker → services → Flask app."""

from __future__ import annotations

import logging
import smtplib
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage

from flask import Flask

from marketplace.config import RACINE, Config, lire_config
from marketplace.contexte import Classeur, Contexte, Messager
from marketplace.db import creer_moteur, creer_sessions
from marketplace.erreurs import ErreurExploitation
from marketplace.recherche.changements import suivre
from marketplace.web import enregistrer_pages

DOSSIER_REFERENTIELS = RACINE / "seeds" / "referentiels"
DOSSIER_MODELES = RACINE / "seeds" / "modeles"


def horloge() -> datetime:
    """The real time: the one call to now() of the product."""
    return datetime.now(UTC)


class MessagerSmtp:
    """Sends through the relay of the settings."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def envoyer(self, *, destinataire: str, sujet: str, corps: str, message_id: str) -> None:
        """Send one plain-text message. Raises OSError (smtplib's errors are OSErrors) when the relay refuses."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._config.expediteur, destinataire, sujet
        message["Message-ID"] = message_id
        message.set_content(corps)
        with smtplib.SMTP(self._config.smtp_hote, self._config.smtp_port, timeout=20) as relais:
            if self._config.smtp_tls:
                relais.starttls()
            if self._config.smtp_utilisateur:
                relais.login(self._config.smtp_utilisateur, self._config.smtp_mot_de_passe)
            relais.send_message(message)


class MessagerJournal:
    """Without a relay (demonstration, development): the message is only logged, body left out."""

    def envoyer(self, *, destinataire: str, sujet: str, corps: str, message_id: str) -> None:
        """Log the subject."""
        logging.getLogger("marketplace.courriel").info("courriel non relayé (SMTP_HOTE vide) : %s", sujet)


def _ouvrir_ranker() -> Classeur:
    from marketplace.matching import ErreurMatching, Ranker  # scikit-learn costs a second: only those who rank pay

    try:
        return Ranker.ouvrir(DOSSIER_REFERENTIELS, DOSSIER_MODELES)
    except ErreurMatching as erreur:
        raise ErreurExploitation(str(erreur)) from erreur


def _ranker_paresseux() -> Callable[[], Classeur]:
    """Opens the ranking engine once, at first use, whatever the thread."""
    verrou = threading.Lock()
    ouvert: list[Classeur] = []

    def obtenir() -> Classeur:
        if not ouvert:
            with verrou:
                if not ouvert:
                    ouvert.append(_ouvrir_ranker())
        return ouvert[0]

    return obtenir


def creer_contexte(
    config: Config | None = None,
    *,
    maintenant: Callable[[], datetime] = horloge,
    messager: Messager | None = None,
) -> Contexte:
    """The Contexte of this process. Raises ErreurExploitation when a setting or the database is wrong."""
    config = config or lire_config()
    if messager is None:
        messager = MessagerSmtp(config) if config.smtp_hote else MessagerJournal()
    sessions = creer_sessions(creer_moteur(config.database_url))
    suivre(sessions)
    return Contexte(
        config=config,
        sessions=sessions,
        horloge=maintenant,
        messager=messager,
        obtenir_ranker=_ranker_paresseux(),
    )


def create_app(ctx: Contexte | None = None) -> Flask:
    """The web application."""
    ctx = ctx or creer_contexte()
    app = Flask("marketplace.web", root_path=str(RACINE / "marketplace" / "web"))
    enregistrer_pages(app, ctx)
    return app

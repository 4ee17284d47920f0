"""Entry point of the web server: `gunicorn wsgi:app`."""

import threading

from marketplace.app import create_app, creer_contexte

contexte = creer_contexte()
app = create_app(contexte)
# Each worker opens the ranking engine by itself, beside its first requests, so that nobody waits for it.
threading.Thread(target=contexte.obtenir_ranker, daemon=True).start()

"""Entry point of the web server: `gunicorn wsgi:app`."""

from marketplace.app import create_app

app = create_app()

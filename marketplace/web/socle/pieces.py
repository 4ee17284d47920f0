"""How a kept file is handed over: as a download, by its own type, never stored by the browser."""

from __future__ import annotations

from io import BytesIO

from flask import Response, send_file


def envoyer_fichier(piece: tuple[bytes, str, str]) -> Response:
    """The answer that carries (content, MIME type, name)."""
    contenu, mime, nom = piece
    reponse = send_file(BytesIO(contenu), mimetype=mime, as_attachment=True, download_name=nom)
    reponse.headers["Cache-Control"] = "no-store"
    return reponse

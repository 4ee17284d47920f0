"""The text of a notice out of the file people have: plain text, CSV, web page or Word. A PDF is pasted by hand."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from marketplace.erreurs import FichierRefuse

LONGUEUR_MAX = 200_000
"""Characters read: a notice is far shorter; a whole CCAP holds in it."""
FORMATS = ".txt, .csv, .html ou .docx"
_BLOCS = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "td", "th", "section"})
_MUETS = frozenset({"script", "style", "head", "title"})


class _Lecteur(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.morceaux: list[str] = []
        self._muet = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._muet += tag in _MUETS
        if tag in _BLOCS:
            self.morceaux.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._muet = max(0, self._muet - (tag in _MUETS))

    def handle_data(self, data: str) -> None:
        if not self._muet:
            self.morceaux.append(re.sub(r"\s+", " ", data))


def texte_html(source: str) -> str:
    """What a reader sees of a web page, one block a line."""
    lecteur = _Lecteur()
    lecteur.feed(source)
    lecteur.close()
    return "\n".join(filter(None, (ligne.strip() for ligne in "".join(lecteur.morceaux).split("\n"))))


def decoder(brut: bytes) -> str:
    """Text of these bytes: UTF-8, UTF-16 when it says so, else what older French software writes."""
    if brut.startswith((b"\xff\xfe", b"\xfe\xff")):
        return brut.decode("utf-16", errors="replace")
    try:
        return brut.decode("utf-8-sig")
    except UnicodeDecodeError:
        return brut.decode("cp1252", errors="replace")


def texte_du_fichier(nom: str, contenu: bytes) -> str:
    """The text of an uploaded notice. Raises FichierRefuse with what to do instead."""
    extension = nom.lower().rpartition(".")[2]
    if contenu.startswith(b"%PDF") or extension == "pdf":
        raise FichierRefuse("Un PDF ne se lit pas ici : ouvrez-le, copiez le texte, collez-le dans la page.")
    if extension == "docx" or contenu.startswith(b"PK\x03\x04"):
        from marketplace.marches.documents.remplissage import texte_de  # python-docx: only who uploads Word pays

        texte = texte_de(contenu)
    elif b"\0" in contenu[:10_000] and not contenu.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FichierRefuse(f"Ce fichier ne se lit pas comme un texte : donnez un fichier {FORMATS}.")
    else:
        texte = decoder(contenu)
        if extension in {"html", "htm"} or re.match(r"\s*<(?:!doctype|html)", texte[:200], re.IGNORECASE):
            texte = texte_html(texte)
    texte = texte.replace("\0", "").strip()
    if not texte:
        raise FichierRefuse("Ce fichier ne contient aucun texte.")
    return texte[:LONGUEUR_MAX]

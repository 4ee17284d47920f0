"""The words an employer and a référent must never read, in whatever the product shows, sends or lets download.

Every page a test opens under one of these hats is read here, and every message a test leaves in the base.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pypdf
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.comptes.models import Affectation, Utilisateur
from marketplace.comptes.roles import Role
from marketplace.contexte import Contexte
from marketplace.journal.models import Courriel, Notification

_MOIS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
MOTS_DE_STATUT = re.compile(
    r"\b(?:B?RSA|ASS|AAH|RQTH|TH|QPV|DELD|(?i:handicap\w*|bénéficiaires?|allocataires?|freins?|chômeurs?|chômage|"
    r"demandeurs? d.emploi|minima sociaux|née? le)"
    # A day of the last century, or of the first years of this one, is somebody's birth date.
    rf"|\d{{1,2}}(?:er)?(?:/\d{{2}}/|[  ](?:{_MOIS})[  ])(?:19\d\d|200\d)|(?:19\d\d|200\d)-\d\d-\d\d)\b"
)
MOTS_D_ECHEC = re.compile(r"\b(?:absente?s?|absences?|refus\w*)\b", re.IGNORECASE)
INTERDITS = {Role.EMPLOYEUR: MOTS_DE_STATUT, Role.REFERENT: MOTS_D_ECHEC}
"""What each hat must not read: the situation of people (R121, N16); a « no » held against somebody (R88, R128)."""

POUR_TOUS = re.compile(
    r"/(?:clause-sociale|calculette|quelle-modalite|donnees-personnelles|accessibilite|sources|contact|connexion|"
    r"static|bootstrap|marches|offres|structures|flux|assistant|verifier)?(?:[/?.-]|$)"
)
"""Pages that say the same to everybody: there the law is explained, with its words."""


DEBUTS = {
    "/employeur": Role.EMPLOYEUR,
    "/declarer": Role.EMPLOYEUR,
    "/repondre": Role.EMPLOYEUR,
    "/referent": Role.REFERENT,
}
"""Whose pages begin so, the two that a mail opens without a password included."""


def audience(chemin: str) -> Role | None:
    """Whose page this is, by its address."""
    for debut, role in DEBUTS.items():
        if chemin == debut or chemin.startswith(f"{debut}/"):
            return role
    return None


def lus(role: Role | None, texte: str) -> list[str]:
    """The forbidden words of this hat found in a text, each with what stands around it."""
    motif = INTERDITS.get(role) if role is not None else None
    if motif is None:
        return []
    return [" ".join(texte[max(0, m.start() - 40) : m.end() + 40].split()) for m in motif.finditer(texte)]


class _Lecteur(HTMLParser):
    """What is seen or said aloud; not what the user typed in a field."""

    DITS = ("aria-label", "title", "alt", "placeholder", "data-confirmer")

    def __init__(self) -> None:
        super().__init__()
        self.morceaux: list[str] = []
        self._tus: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style", "template", "textarea"}:
            self._tus.append(tag)
        self.morceaux += [valeur for nom, valeur in attrs if nom in self.DITS and valeur]

    def handle_endtag(self, tag: str) -> None:
        if self._tus and self._tus[-1] == tag:
            self._tus.pop()

    def handle_data(self, data: str) -> None:
        if not self._tus:
            self.morceaux.append(data)


def texte_de_page(html: str) -> str:
    """The visible text of a page."""
    lecteur = _Lecteur()
    lecteur.feed(html)
    return " ".join(lecteur.morceaux)


def texte_de_fichier(contenu: bytes, mime: str) -> str:
    """The text of a page, a PDF, a spreadsheet, a document, or of anything that is text already."""
    if mime == "text/html":
        return texte_de_page(contenu.decode())
    if mime == "application/pdf":
        return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(contenu)).pages)
    if contenu[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
            parties = [archive.read(nom).decode() for nom in archive.namelist() if nom.endswith(".xml")]
        return re.sub(r"<[^>]+>", " ", " ".join(parties))
    return contenu.decode("utf-8", "replace")


class Visiteur(FlaskClient):
    """A client that reads what it is given, and fails at a word its hat must not read."""

    chapeau: Role | None = None

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Open the page, then read it."""
        reponse = super().open(*args, **kwargs)
        chemin = reponse.request.path
        role = audience(chemin) or (self.chapeau if not POUR_TOUS.match(chemin) else None)
        if role in INTERDITS:
            fautes = lus(role, texte_de_fichier(reponse.get_data(), reponse.mimetype))
            assert fautes == [], f"{role} lit sur {chemin} : {fautes}"
        return reponse


def messages_interdits(ctx: Contexte) -> Iterator[str]:
    """The mails and notices of the base that say to an employer or a référent what they must not."""
    with ctx.lecture() as s:
        roles: dict[object, set[Role]] = defaultdict(set)
        for identifiant, courriel, role in s.execute(
            select(Utilisateur.id, Utilisateur.courriel, Affectation.role).join(
                Affectation, Affectation.utilisateur_id == Utilisateur.id
            )
        ):
            roles[identifiant].add(Role(role))
            roles[courriel].add(Role(role))
        ecrits = [
            (f"courriel {c.cle}", roles.get(c.destinataire, set()), f"{c.sujet}\n{c.corps}")
            for c in s.scalars(select(Courriel))
        ] + [(f"message {n.cle}", roles.get(n.utilisateur_id, set()), n.texte) for n in s.scalars(select(Notification))]
    for nom, siens, texte in ecrits:
        # One without an account is written to as whom its link leads to; one of two hats, as the hat it is about.
        menes = {role for debut, role in DEBUTS.items() if f"{debut}/" in texte}
        for role in menes or siens:
            yield from (f"{nom} dit à {role} : {faute}" for faute in lus(role, texte))

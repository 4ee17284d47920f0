"""Every page a hat can reach by its links: axe clean, no wider than the screen, nothing in the console, no status word
on an employer's page.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.e2e.conftest import BUREAU, TELEPHONE, Poste

COMPTES = {
    "visiteur": None,
    "facilitateur": "facilitateur@demo.invalid",
    "employeur": "employeur@demo.invalid",
    "siae": "siae@demo.invalid",
    "referent": "referent@demo.invalid",
    "acheteur": "acheteur@demo.invalid",
    "administrateur": "admin@demo.invalid",
}
A_SOI = {"siae": "/employeur", "administrateur": "/admin"}
"""Where a hat's own pages are, when the address does not carry its name."""
LISENT_TOUT = frozenset({"visiteur", "facilitateur"})
"""The hats whose visit has axe read the pages open to all: two examples of a template, signed in and not."""
FICHIER = re.compile(r"\.(csv|xlsx|pdf|json|ics|xml|docx)(\?|$)|/fichier/|[?&]format=")
MOTS_DE_STATUT = re.compile(
    r"\b(?:RSA|ASS|AAH|RQTH|TH|QPV|(?i:handicap\w*|bénéficiaires?|allocataires?|freins?|chômeurs?))\b"
)
MOTS_INTERDITS_AU_REFERENT = re.compile(r"\b(absents?|absences?|refus\w*)\b", re.IGNORECASE)


def forme(chemin: str) -> str:
    """The page whatever the object: one of each is looked at."""
    return re.sub(r"/(?:[A-Z]{1,3}-[A-Z0-9]+|\d{4}-\d{2}|\d+|[\w=-]{24,}[\w.=-]*)(?=/|$)", "/*", urlsplit(chemin).path)


def parcourir(poste: Poste, depart: str, nom: str, visiter: Callable[[str], None]) -> list[str]:
    """Follow the links from `depart`, once per form of page; the forms seen."""
    attente, vues = deque([depart]), set()
    while attente:
        chemin = attente.popleft()
        cle = forme(chemin)
        if cle in vues:
            continue
        vues.add(cle)
        reponse = poste.page.goto(poste.site + chemin)
        assert reponse is not None
        assert reponse.status < 400, f"{nom} : {chemin} répond {reponse.status}"
        if "text/html" not in (reponse.headers.get("content-type") or ""):
            continue
        visiter(cle)
        liens = poste.page.eval_on_selector_all("a[href]", "as => as.map(a => a.getAttribute('href'))")
        for lien in liens:
            adresse = urlsplit(lien)
            if not adresse.netloc and adresse.path.startswith("/") and not FICHIER.search(adresse.geturl()):
                attente.append(adresse.path + (f"?{adresse.query}" if adresse.query else ""))
    return sorted(vues)


@pytest.mark.parametrize("nom", list(COMPTES))
def test_chaque_page_atteinte_par_les_liens_est_saine(nom: str, asseoir: Callable[..., Poste]) -> None:
    poste = asseoir()
    depart = "/"
    courriel = COMPTES[nom]
    if courriel:
        poste.se_connecter(courriel)
        depart = urlsplit(poste.page.url).path
    fautes: list[str] = []

    def visiter(cle: str) -> None:
        image = f"pages/{nom}-{cle.strip('/').replace('/', '_') or 'accueil'}"
        try:
            poste.page.set_viewport_size(TELEPHONE)
            poste.tenir_dans_l_ecran()
            poste.photographier(f"{image}-360")
            poste.page.set_viewport_size(BUREAU)
            poste.montrer(f"{image}-1280", axe=nom in LISENT_TOUT or cle.startswith(A_SOI.get(nom, f"/{nom}")))
        except AssertionError as faute:
            fautes.append(str(faute).split("\n")[0][:400])
            poste.ennuis.clear()
        texte = poste.page.inner_text("body")
        if cle.startswith("/employeur") and (mots := set(MOTS_DE_STATUT.findall(texte))):
            fautes.append(f"{cle} montre {sorted(mots)}")
        if cle.startswith("/referent") and (mots := set(MOTS_INTERDITS_AU_REFERENT.findall(texte))):
            fautes.append(f"{cle} montre {sorted(mots)}")

    vues = parcourir(poste, depart, nom, visiter)
    assert fautes == []
    assert len(vues) >= 5, vues

"""Every page a hat can reach by its links: axe clean, no wider than the screen, nothing in the console, no status word
on an employer's page.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests import mots
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


def forme(chemin: str) -> str:
    """The page whatever the object: one of each is looked at."""
    return re.sub(r"/(?:[A-Z]{1,3}-[A-Z0-9]+|\d{4}-\d{2}|\d+|[\w=-]{24,}[\w.=-]*)(?=/|$)", "/*", urlsplit(chemin).path)


def liens_de(poste: Poste) -> list[str]:
    """The addresses of this site that the page links to."""
    liens = poste.page.eval_on_selector_all("a[href]", "as => as.map(a => a.getAttribute('href'))")
    lues = [urlsplit(lien) for lien in liens]
    return [a.path + (f"?{a.query}" if a.query else "") for a in lues if not a.netloc and a.path.startswith("/")]


def fichiers_de(poste: Poste) -> dict[str, str]:
    """The files the page offers, one of each form."""
    return {forme(lien): lien for lien in liens_de(poste) if FICHIER.search(lien) and not lien.startswith("/static")}


def lire_fichier(poste: Poste, chemin: str) -> str:
    """The text of a file, as the one who downloads it reads it."""
    reponse = poste.page.request.get(poste.site + chemin)
    assert reponse.ok, f"{chemin} répond {reponse.status}"
    return mots.texte_de_fichier(reponse.body(), reponse.headers["content-type"].split(";")[0])


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
        attente.extend(lien for lien in liens_de(poste) if not FICHIER.search(lien))
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
    telecharges: set[str] = set()

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
        role = mots.audience(cle)
        dits = [poste.page.inner_text("body"), poste.page.title()]
        if role is not None:
            # Folded parts too, and what the page lets download.
            dits.append(mots.texte_de_page(poste.page.content()))
            nouveaux = {f: lien for f, lien in fichiers_de(poste).items() if f not in telecharges}
            dits += [lire_fichier(poste, lien) for lien in nouveaux.values()]
            telecharges.update(nouveaux)
        fautes.extend(f"{cle} montre « {faute} »" for texte in dits for faute in mots.lus(role, texte))

    vues = parcourir(poste, depart, nom, visiter)
    assert fautes == []
    assert len(vues) >= 5, vues

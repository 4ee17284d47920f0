"""Show 6: every page or file that shows the name of a person notes that it was read, and no other page does.

The same walk looks for the situation of people who agreed to nothing yet: nobody but their référent reads it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select
from sqlalchemy.engine import URL

from marketplace.app import create_app
from marketplace.comptes.models import Affectation, Utilisateur
from marketplace.comptes.roles import Role
from marketplace.contexte import Contexte
from marketplace.journal.models import LecturePersonne
from marketplace.personnes.models import AvisMotive, PassIAE, Personne, Statut, Validation
from marketplace.personnes.rules.pieces import LIBELLES_CATEGORIES, PIECES
from marketplace.propositions.models import Proposition
from tests.donnees import contexte_de, copier_base

COMPTES = {
    "facilitateur": Role.FACILITATEUR,
    "facilitateur pour un référent": Role.FACILITATEUR,
    "employeur": Role.EMPLOYEUR,
    "siae": Role.EMPLOYEUR,
    "referent": Role.REFERENT,
    "acheteur": Role.ACHETEUR,
    "admin": Role.ADMINISTRATEUR,
}
PAR_FORME = 2
"""Objects of each kind that are opened: a marché with its contrats, another without."""
SANS_PERSONNE = re.compile(r"/(static|marches|offres|structures|calculette|clause-sociale|agenda)(?=[/?.]|$)")
"""The public catalogue: it knows nobody."""
OBJET = re.compile(r"/(?:[A-Z]{1,3}-[A-Z0-9]+|\d{4}-\d{2}|\d+|[\w=-]{24,}[\w.=-]*)(?=[/.]|$)")
LIEN = re.compile(r'<a\b[^>]*?\bhref="([^"]+)"')
OPTION = re.compile(r"<option\b.*?</option>", re.DOTALL)
MARQUE, NUMERO_PASS = "SITUATION-FERMEE", "FERME0000001"
SITUATIONS = (MARQUE, NUMERO_PASS, "sma_smv", LIBELLES_CATEGORIES["sma_smv"], PIECES["attest_spip_pjj"])
"""What a page that leaks would show; the choices of a list say nothing of anybody."""
FERMEES = dict.fromkeys(Role, SITUATIONS) | {Role.REFERENT: (), Role.ADMINISTRATEUR: (MARQUE, NUMERO_PASS)}
"""A référent reads her own people; an administrator sets which categories the territory takes."""
BALISE = re.compile(r"<[^>]+>")


@pytest.fixture(scope="module")
def ctx_lu(serveur: URL | None, base_demo: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contexte]:
    """A copy of the demonstration that this module reads, and whose journal it fills."""
    dossier = tmp_path_factory.mktemp("lectures")
    ctx = contexte_de(copier_base(serveur, base_demo, dossier), dossier)
    ctx.config = replace(ctx.config, mode_demo=True)
    marquer_les_situations_fermees(ctx)
    yield ctx
    ctx.sessions.kw["bind"].dispose()


def marquer_les_situations_fermees(ctx: Contexte) -> None:
    """People nobody asked to validate and who agreed to no proposition get a situation one cannot miss on a page."""
    with ctx.transaction() as s:
        ouvertes = set(s.scalars(select(Validation.personne_id))) | set(s.scalars(select(Proposition.personne_id)))
        fermees = list(s.scalars(select(Personne).where(Personne.id.not_in(ouvertes))))
        assert len(fermees) > 50
        s.execute(delete(Statut).where(Statut.categorie == "sma_smv"))
        jour = ctx.aujourdhui()
        for p in fermees:
            p.qpv_source = MARQUE
            statut = s.scalars(select(Statut).where(Statut.personne_id == p.id)).first()
            if statut is None:
                statut = Statut(personne_id=p.id, preuve_le=jour, vue_le=jour)
                s.add(statut)
            statut.categorie, statut.preuve_type = "sma_smv", "attest_spip_pjj"
            s.flush()
            s.execute(delete(AvisMotive).where(AvisMotive.statut_id == statut.id))
            s.add(AvisMotive(statut_id=statut.id, auteur=MARQUE, organisme="ccas", rendu_le=jour, texte=MARQUE))
            s.add(
                PassIAE(
                    personne_id=p.id,
                    numero=NUMERO_PASS,
                    debut=jour,
                    fin=jour + timedelta(days=30),
                    releve_le=jour,
                    source="plateforme",
                    note_le=ctx.horloge(),
                )
            )


@pytest.fixture(scope="module")
def application(ctx_lu: Contexte) -> Flask:
    app = create_app(ctx_lu)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app


@pytest.fixture(scope="module")
def noms(ctx_lu: Contexte) -> dict[str, frozenset[int]]:
    """« Prénom Nom » and « Nom Prénom » of each person → those who bear it, accounts left out."""
    with ctx_lu.lecture() as s:
        comptes = {f"{p} {n}" for p, n in s.execute(select(Utilisateur.prenom, Utilisateur.nom))}
        trouves: dict[str, set[int]] = {}
        for p in s.scalars(select(Personne).where(Personne.anonymisee_le.is_(None))):
            for nom in {f"{p.prenom} {p.nom}", f"{p.nom} {p.prenom}"} - comptes:
                trouves.setdefault(nom, set()).add(p.id)
    return {nom: frozenset(ids) for nom, ids in trouves.items()}


@pytest.fixture(scope="module")
def familles(ctx_lu: Contexte) -> dict[int, tuple[str, str]]:
    """Family name and reference of each person: what a file in columns, or the address of a page, shows of her."""
    with ctx_lu.lecture() as s:
        return {p.id: (p.nom, p.ref) for p in s.scalars(select(Personne))}


def fautes_de(
    chemin: str, texte: str, lues: frozenset[int], noms: dict[str, frozenset[int]], familles: dict[int, tuple[str, str]]
) -> tuple[list[str], int]:
    """What this page shows without noting it, or notes without showing it; and how many names it shows."""
    vus = {nom: ids for nom, ids in noms.items() if nom in texte}
    fautes = []
    if tues := sorted(nom for nom, ids in vus.items() if not ids & lues):
        fautes.append(f"{chemin} montre sans le noter : {', '.join(tues[:3])} ({len(tues)})")
    if tues := [ref for numero, (_, ref) in familles.items() if ref in urlsplit(chemin).path and numero not in lues]:
        fautes.append(f"{chemin} ouvre sans le noter : {tues[0]}")
    if trop := [n for n in lues if familles[n][0].casefold() not in texte.casefold() and familles[n][1] not in chemin]:
        fautes.append(f"{chemin} note sans montrer : {len(trop)}")
    return fautes, len(vus)


def ouvrir_chapeau(app: Flask, ctx: Contexte, compte: str) -> FlaskClient:
    client = app.test_client()
    with ctx.lecture() as s:
        courriel = f"{compte.split(maxsplit=1)[0]}@demo.invalid"
        utilisateur = s.scalars(select(Utilisateur).where(Utilisateur.courriel == courriel)).one()
        pour = s.scalars(
            select(Affectation.id)
            .join(Utilisateur, Utilisateur.id == Affectation.utilisateur_id)
            .where(Utilisateur.courriel == "referent@demo.invalid", Affectation.role == Role.REFERENT)
        ).first()
        affectation = s.scalars(
            select(Affectation.id)
            .where(Affectation.utilisateur_id == utilisateur.id, Affectation.role == COMPTES[compte])
            .order_by(Affectation.id)
        ).first()
    with client.session_transaction() as session:
        session["jeton"] = utilisateur.jeton_session
        session["affectation"] = affectation
        session["vu"] = session["debut"] = int(ctx.horloge().timestamp())
        if "pour" in compte:
            session["pour"] = {"nom": "", "source": "telephone", "organisation": None, "affectation": pour}
    return client


def texte_de(corps: bytes, mime: str) -> str:
    """The words of an answer, whatever its kind."""
    if mime == "text/html":
        return " ".join(unescape(BALISE.sub(" ␟ ", OPTION.sub(" ", corps.decode()))).split())
    if mime == "application/pdf":
        return " ".join(" ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(corps)).pages).split())
    if corps[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(corps)) as archive:
            feuilles = [archive.read(n).decode() for n in archive.namelist() if n.endswith(".xml")]
        return " ".join(unescape(BALISE.sub(" ␟ ", " ".join(feuilles))).split())
    return " ".join(corps.decode("utf-8", "replace").replace(";", " ").replace('"', " ").split())


def lues_depuis(ctx: Contexte, numero: int) -> tuple[int, frozenset[int]]:
    """(last reading, people read with their name since `numero`)."""
    with ctx.lecture() as s:
        dernier = s.scalar(select(func.max(LecturePersonne.id))) or 0
        ids = s.scalars(select(LecturePersonne.personne_id).where(LecturePersonne.id > numero, LecturePersonne.nommee))
        return dernier, frozenset(ids)


def visiter(app: Flask, ctx: Contexte, compte: str) -> Iterator[tuple[str, Any]]:
    """Every page and file a hat reaches by its links, some objects of each kind."""
    client, attente = ouvrir_chapeau(app, ctx, compte), deque(["/chez-moi"])
    vues: set[str] = set()
    formes: Counter[str] = Counter()
    while attente:
        chemin = attente.popleft()
        forme = OBJET.sub("/*", urlsplit(chemin).path)
        if chemin in vues or formes[forme] >= PAR_FORME or "deconnexion" in chemin:
            continue
        vues.add(chemin)
        formes[forme] += 1
        reponse = client.get(chemin)
        yield chemin, reponse
        if 300 <= reponse.status_code < 400:
            attente.append(reponse.location)
        if reponse.mimetype != "text/html":
            continue
        for lien in LIEN.findall(reponse.get_data(as_text=True)):
            adresse = urlsplit(unescape(lien))
            if adresse.netloc or not adresse.path.startswith("/"):
                continue
            if not SANS_PERSONNE.match(adresse.path):
                attente.append(adresse.path + (f"?{adresse.query}" if adresse.query else ""))


@pytest.mark.parametrize("compte", list(COMPTES))
def test_chaque_nom_montre_est_une_lecture_notee(
    application: Flask,
    ctx_lu: Contexte,
    noms: dict[str, frozenset[int]],
    familles: dict[int, tuple[str, str]],
    compte: str,
) -> None:
    numero, _ = lues_depuis(ctx_lu, 0)
    fautes: list[str] = []
    montres = pages = 0
    for chemin, reponse in visiter(application, ctx_lu, compte):
        assert reponse.status_code < 400, (compte, chemin, reponse.status_code)
        numero, lues = lues_depuis(ctx_lu, numero)
        if reponse.status_code < 300:
            texte = texte_de(reponse.get_data(), reponse.mimetype)
            celles_ci, combien = fautes_de(chemin, texte, lues, noms, familles)
            fautes += celles_ci
            montres += combien
            pages += 1
            fautes += [f"{chemin} dit {mot}" for mot in FERMEES[COMPTES[compte]] if mot in texte]
    assert fautes == []
    assert pages >= 12
    assert (montres > 0) is (COMPTES[compte] not in {Role.ACHETEUR, Role.ADMINISTRATEUR})

"""Messages: gathered once a week by default, at once when somebody waits, as each user chose; mails name nobody."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

import marketplace
from marketplace.comptes.models import Affectation, Utilisateur
from marketplace.comptes.recapitulatif import recapituler_la_journee, recapituler_la_semaine
from marketplace.contexte import Contexte
from marketplace.journal.messages import (
    Famille,
    Frequence,
    avertir,
    choisir,
    frequence,
    jeton,
    lire_choix,
    utilisateur_du_jeton,
)
from marketplace.journal.models import Courriel, Notification
from marketplace.journal.notifications import marquer_lues
from tests.conftest import Horloge
from tests.fabrique import Fabrique

LUNDI = date(2026, 11, 23)


class Boite:
    """A référent and what she is told."""

    def __init__(self, ctx: Contexte, fabrique: Fabrique) -> None:
        self.ctx, self.fabrique = ctx, fabrique
        self.affectation: Affectation = fabrique.referent()
        self.numero = self.affectation.utilisateur_id
        with ctx.lecture() as s:
            self.adresse = s.get_one(Utilisateur, self.numero).courriel

    def dire(self, cle: str, famille: Famille = Famille.PROPOSITIONS, **champs: Any) -> bool:
        valeurs: dict[str, Any] = {"texte": "Leïla Exemple commence lundi.", "lien": "/referent/propositions/PR-000001"}
        valeurs |= {"courriel": self.adresse, "famille": famille} | champs
        with self.ctx.transaction() as s:
            return avertir(s, self.ctx, utilisateur_id=self.numero, cle=cle, **valeurs)

    def courriels(self) -> list[Courriel]:
        with self.ctx.lecture() as s:
            return list(s.scalars(select(Courriel).order_by(Courriel.id)))


@pytest.fixture
def boite(ctx: Contexte, fabrique: Fabrique) -> Boite:
    return Boite(ctx, fabrique)


@pytest.mark.parametrize(
    ("choisie", "attendu", "voulue"),
    [
        (None, False, Frequence.HEBDOMADAIRE),
        (None, True, Frequence.IMMEDIAT),
        ("aucun", True, Frequence.AUCUN),
        ("quotidien", True, Frequence.QUOTIDIEN),
        ("immediat", False, Frequence.IMMEDIAT),
    ],
)
def test_le_choix_l_emporte_sur_l_usage(choisie: str | None, attendu: bool, voulue: Frequence) -> None:
    assert frequence(choisie, attendu=attendu) is voulue


def test_une_semaine_tient_en_un_courriel_sans_nom(boite: Boite, ctx: Contexte) -> None:
    assert boite.dire("a")
    assert boite.dire("b", Famille.OFFRES)
    assert not boite.dire("a")
    assert boite.courriels() == []
    assert recapituler_la_journee(ctx, LUNDI)["courriels"] == 0
    assert recapituler_la_semaine(ctx, LUNDI, dry_run=True) == {"utilisateurs": 1, "messages": 2, "courriels": 0}
    assert recapituler_la_semaine(ctx, LUNDI) == {"utilisateurs": 1, "messages": 2, "courriels": 1}
    assert recapituler_la_semaine(ctx, LUNDI) == {"utilisateurs": 0, "messages": 0, "courriels": 0}
    (courriel,) = boite.courriels()
    assert courriel.sujet == "2 messages vous attendent"
    assert "- Offres : 1\n- Propositions et réponses : 1" in courriel.corps
    assert "Leïla" not in courriel.corps
    assert f"/messages/{boite.numero}-" in courriel.corps


def test_ce_qu_on_attend_part_tout_de_suite_et_une_seule_fois(boite: Boite, ctx: Contexte) -> None:
    boite.dire("a", attendu=True, sujet="Une personne vous est proposée", corps="Répondez en une minute.")
    boite.dire("a", attendu=True, sujet="Une personne vous est proposée", corps="Répondez en une minute.")
    (courriel,) = boite.courriels()
    assert "/referent/propositions/PR-000001" in courriel.corps
    assert recapituler_la_semaine(ctx, LUNDI)["messages"] == 0


def test_la_reference_d_une_personne_ne_quitte_pas_le_produit(boite: Boite) -> None:
    boite.dire("a", attendu=True, lien="/referent/personnes/P-ABC234/situation")
    (courriel,) = boite.courriels()
    assert "P-ABC234" not in courriel.corps
    assert "/mes-messages" in courriel.corps


@pytest.mark.parametrize(
    ("rythme", "tout_de_suite", "jour", "semaine"),
    [
        ("immediat", 1, 0, 0),
        ("quotidien", 0, 1, 0),
        ("hebdomadaire", 0, 0, 1),
        ("aucun", 0, 0, 0),
    ],
)
def test_chacun_recoit_au_rythme_choisi(
    boite: Boite, ctx: Contexte, rythme: str, tout_de_suite: int, jour: int, semaine: int
) -> None:
    choisir(ctx, boite.numero, {"offres": rythme, "inconnue": "aucun"})
    assert lire_choix(ctx, boite.numero) == {"offres": rythme}
    boite.dire("a", Famille.OFFRES)
    assert len(boite.courriels()) == tout_de_suite
    assert recapituler_la_journee(ctx, LUNDI)["courriels"] == jour
    assert recapituler_la_semaine(ctx, LUNDI)["courriels"] == semaine
    choisir(ctx, boite.numero, {"offres": ""})
    assert lire_choix(ctx, boite.numero) == {}


def test_rien_pour_ce_qui_est_lu_ni_pour_qui_est_parti_ou_sans_adresse(boite: Boite, ctx: Contexte) -> None:
    boite.dire("lue")
    with ctx.lecture() as s:
        lues = list(s.scalars(select(Notification.id)))
    marquer_lues(ctx, boite.numero, lues)
    assert recapituler_la_semaine(ctx, LUNDI)["courriels"] == 0
    boite.dire("sans adresse", courriel="", attendu=True)
    assert boite.courriels() == []
    with ctx.transaction() as s:
        s.get_one(Affectation, boite.affectation.id).jusqu_au = LUNDI - timedelta(days=3)
    assert recapituler_la_semaine(ctx, LUNDI)["courriels"] == 0


def test_un_lundi_manque_se_rattrape(boite: Boite, ctx: Contexte, horloge: Horloge) -> None:
    boite.dire("a")
    horloge.avancer(days=9)
    assert recapituler_la_semaine(ctx, LUNDI + timedelta(days=7))["messages"] == 1


@pytest.mark.parametrize("faux", ["", "1", "1-", "abc-def", "2-{marque}", "９-x", "9" * 30 + "-x"])
def test_un_lien_qui_n_est_pas_signe_n_ouvre_rien(faux: str) -> None:
    marque = jeton("cle", 1).partition("-")[2]
    assert utilisateur_du_jeton("cle", faux.format(marque=marque)) is None
    assert utilisateur_du_jeton("cle", jeton("cle", 1)) == 1
    assert utilisateur_du_jeton("autre", jeton("cle", 1)) is None


def test_du_courriel_aux_choix_sans_se_connecter(
    boite: Boite, ctx: Contexte, client: FlaskClient, connecter: Callable[..., FlaskClient]
) -> None:
    boite.dire("a", attendu=True)
    lien = re.search(r"(/messages/\S+)", boite.courriels()[0].corps)
    assert lien
    assert "Suivi des personnes" in client.get(lien[1]).text
    assert boite.adresse not in client.get(lien[1]).text
    saisie = dict.fromkeys(("offres", "personnes", "marches"), "") | {"propositions": "aucun"}
    assert client.post(lien[1], data=saisie).status_code == 302
    assert lire_choix(ctx, boite.numero) == {"propositions": "aucun"}
    assert client.post(lien[1], data=saisie | {"offres": "jamais"}).status_code == 422
    assert client.get("/messages/1-faux").status_code == 404
    page = connecter(boite.affectation).get("/mon-compte/messages").text
    assert re.search(r'<option selected value="aucun">', page)


PRENOMS = re.compile(r"\b(prenom|nom_complet|personne|salarie|beneficiaire|date_naissance|statut|telephone)\b")
ENVOIS = {"poster", "avertir", "prevenir", "prevenir_proposants", "prevenir_employeurs"}


def _textes_de_courriel() -> Iterator[tuple[str, str]]:
    """(where, source) of every subject and body given to an act that writes a mail."""
    racine = Path(marketplace.__file__).parent
    for fichier in racine.rglob("*.py"):
        for appel in ast.walk(ast.parse(fichier.read_text(encoding="utf-8"))):
            if not isinstance(appel, ast.Call):
                continue
            nom = appel.func.attr if isinstance(appel.func, ast.Attribute) else getattr(appel.func, "id", "")
            if nom in ENVOIS:
                for argument in appel.keywords:
                    if argument.arg in {"sujet", "corps"}:
                        yield f"{fichier.relative_to(racine)}:{appel.lineno}", ast.unparse(argument.value)


def test_aucun_courriel_ne_prend_un_nom_dans_son_texte() -> None:
    """Whatever is put between braces in a subject or a body is no field of a person (N21)."""
    textes = list(_textes_de_courriel())
    assert len(textes) > 20
    valeurs = [(ou, v) for ou, t in textes for v in re.findall(r"\{([^{}]*)\}", t)]
    assert [x for x in valeurs if PRENOMS.search(x[1])] == []


def test_chacun_lit_ses_messages_sous_son_role_puis_les_range(
    boite: Boite, fabrique: Fabrique, connecter: Callable[..., FlaskClient]
) -> None:
    boite.dire("a")
    boite.dire("b", lien="/employeur/propositions/PR-000002")
    navigateur = connecter(boite.affectation)
    page = navigateur.get("/mes-messages").text
    assert "1 message à lire" in page
    assert "/referent/propositions/PR-000001" in page
    assert "1 message attend dans un autre de vos rôles" in page
    numero = re.search(r'name="id" value="(\d+)"', page)
    assert numero
    ailleurs = connecter(fabrique.facilitateur())
    assert ailleurs.post("/mes-messages/lus", data={"id": numero[1]}).status_code == 302
    assert "1 message à lire" in navigateur.get("/mes-messages").text
    assert navigateur.post("/mes-messages/lus", data={"id": [numero[1], "x"]}).status_code == 302
    assert "Aucun message à lire" in navigateur.get("/mes-messages").text

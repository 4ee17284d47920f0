"""From the offre to the answer, as three people live it: on a phone, by the keyboard alone, without JavaScript.

Counted and printed: the keys of a référent's first profile, the clicks of a proposition, the fields of an offre.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from marketplace.contexte import Contexte
from marketplace.journal.models import Courriel
from marketplace.offres.models import EtatOffre, Offre
from marketplace.personnes.models import Personne
from marketplace.propositions.models import EtatProposition, Proposition
from tests import mots
from tests.e2e.conftest import Poste
from tests.e2e.gestes import Gestes, Maniere

EMPLOYEUR, REFERENT = "employeur@demo.invalid", "referent@demo.invalid"
CHAMPS_D_UNE_OFFRE, CLICS_D_UNE_PROPOSITION, CLICS_D_UNE_REPONSE = 8, 3, 1
TOUCHES_D_UN_PROFIL = 120
PRENOMS = {Maniere.TELEPHONE: "Ambre", Maniere.CLAVIER: "Basile", Maniere.SANS_SCRIPT: "Clovis"}
NOM = "Parcours-Fictif"


@pytest.mark.parametrize("maniere", list(Maniere))
def test_de_l_offre_a_la_reponse(maniere: Maniere, place: Contexte, asseoir: Callable[..., Poste]) -> None:
    employeur, referent, boite = (asseoir(**maniere.reglages) for _ in range(3))
    offre = publier_une_offre(place, employeur, maniere)
    premier_profil(place, referent, maniere, PRENOMS[maniere])
    proposition = proposer(place, referent, maniere, offre)
    repondre_depuis_le_courriel(place, boite, maniere, proposition)
    for poste in (employeur, referent, boite):
        assert poste.ennuis == []


def publier_une_offre(place: Contexte, poste: Poste, maniere: Maniere) -> str:
    """The employer's offre, from the home page; its reference. At most eight fields asked."""
    page = poste.se_connecter(EMPLOYEUR)
    poste.aller("/employeur/offres")
    g = Gestes(poste, maniere)
    g.presser(page.get_by_role("link", name=re.compile("offre", re.IGNORECASE)).and_(page.locator("main .btn")).first)
    demandes = g.champs_visibles()
    intitule = f"Maçon, équipe {maniere.value.replace('_', ' ')}"
    g.remplir("Quel poste ?", intitule)
    g.remplir("Dans quelle commune ?", "Montpellier")
    g.remplir("Heures par semaine", "28")
    g.choisir("Type de contrat", "cdd")
    g.dater("Premier jour de travail", place.aujourdhui() + timedelta(days=16))
    g.remplir("Durée, en mois", "4")
    g.remplir(re.compile("^Ce qu'il faut savoir"), "aucun")
    g.presser(page.get_by_role("button", name=re.compile("^Continuer")))
    metier = page.locator("main").get_by_role("radio")
    expect(metier.first).to_be_visible()
    demandes += ["code_rome"]
    macon = page.locator("main").get_by_role("radio", name=re.compile("^Maçon", re.IGNORECASE)).first
    g.cocher(macon if macon.count() else metier.first)
    g.presser(page.get_by_role("button", name="Publier l'offre"))
    print(f"\n{maniere} : offre publiée, {len(demandes)} champs ({', '.join(demandes)}), {g.clics} clics")
    assert len(demandes) <= CHAMPS_D_UNE_OFFRE, demandes
    with place.lecture() as s:
        publiee = s.scalars(select(Offre).where(Offre.intitule == intitule)).one()
    assert publiee.etat is EtatOffre.PUBLIEE
    assert mots.lus(mots.Role.EMPLOYEUR, page.inner_text("body")) == []
    return publiee.ref


def premier_profil(place: Contexte, poste: Poste, maniere: Maniere, prenom: str) -> None:
    """The référent's first profile: a name and five answers, then what suits her at once."""
    page = poste.se_connecter(REFERENT)
    poste.aller("/referent/personnes")
    g = Gestes(poste, maniere)
    g.presser(page.get_by_role("link", name=re.compile("ouvelle personne|Ajouter|Enregistrer une personne")).first)
    g.remplir("Prénom", prenom)
    g.remplir(re.compile(r"^Nom\b"), NOM)
    g.remplir("Métiers déjà exercés", "maçon, 3 ans")
    g.remplir("Commune de résidence", "Montpellier")
    g.cocher(page.get_by_role("group", name="Moyens de transport").get_by_role("checkbox").first)
    g.remplir("Téléphone", "0600000001")
    g.cocher(page.get_by_role("group", name=re.compile("^Information")).get_by_role("radio").nth(1))
    g.presser(page.get_by_role("button", name="Enregistrer la personne"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(prenom)
    print(f"{maniere} : premier profil, {g.touches} touches, {g.clics} clics, {g.champs} champs remplis")
    assert g.touches <= TOUCHES_D_UN_PROFIL
    with place.lecture() as s:
        inscrite = s.scalars(select(Personne).where(Personne.prenom == prenom, Personne.nom == NOM)).one()
    assert inscrite.information_le is not None
    assert page.locator("main").get_by_role("link", name=re.compile("^(Proposer|Voir|Toutes)")).count() >= 1
    assert mots.lus(mots.Role.REFERENT, page.inner_text("body")) == []


def proposer(place: Contexte, poste: Poste, maniere: Maniere, offre: str) -> str:
    """From the ranking of the offre to the proposition, in three clicks; the reference of the proposition."""
    page = poste.aller(f"/referent/offres/{offre}")
    g = Gestes(poste, maniere)
    lien = page.get_by_role("link", name=re.compile("^Proposer ")).first
    prenom = lien.inner_text().split()[1]
    g.presser(lien)
    g.cocher(page.get_by_role("radio").first)
    g.presser(page.get_by_role("button", name=re.compile(f"^Proposer {prenom}")))
    expect(page.get_by_role("status").first).to_be_visible()
    print(f"{maniere} : proposition, {g.clics} clics depuis le classement")
    assert g.clics <= CLICS_D_UNE_PROPOSITION
    with place.lecture() as s:
        faite = s.scalars(select(Proposition).join(Offre, Offre.id == Proposition.offre_id).where(Offre.ref == offre))
        proposition = faite.one()
    assert proposition.etat is EtatProposition.PROPOSEE
    assert mots.lus(mots.Role.REFERENT, page.inner_text("body")) == []
    return proposition.ref


def repondre_depuis_le_courriel(place: Contexte, poste: Poste, maniere: Maniere, ref: str) -> None:
    """The employer opens the mail's link, without a password and without a name on the page, and answers."""
    with place.lecture() as s:
        lettres = s.scalars(select(Courriel).where(Courriel.destinataire == EMPLOYEUR, Courriel.corps.contains(ref)))
        lettre = max(lettres, key=lambda c: c.id)
        proposition = s.scalars(select(Proposition).where(Proposition.ref == ref)).one()
        personne = s.get_one(Personne, proposition.personne_id)
    assert mots.lus(mots.Role.EMPLOYEUR, f"{lettre.sujet}\n{lettre.corps}") == []
    assert not {personne.prenom, personne.nom} & set(re.findall(r"[\w-]+", lettre.corps))
    lien = re.search(r"/repondre/\S+", lettre.corps)
    assert lien is not None
    page = poste.aller(lien.group())
    poste.tenir_dans_l_ecran()
    lu = page.inner_text("body")
    assert mots.lus(mots.Role.EMPLOYEUR, lu) == []
    assert personne.nom not in lu
    g = Gestes(poste, maniere)
    g.presser(page.get_by_role("button", name=re.compile("^(C'est d'accord|Étudier la proposition)")).first)
    expect(page.get_by_role("status").first).to_be_visible()
    print(f"{maniere} : réponse depuis le courriel, {g.clics} clic")
    assert g.clics <= CLICS_D_UNE_REPONSE
    with place.lecture() as s:
        suite = s.scalars(select(Proposition.etat).where(Proposition.ref == ref)).one()
    assert suite in {EtatProposition.RENCONTRE, EtatProposition.ETUDE}

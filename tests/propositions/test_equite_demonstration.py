"""T25 over the whole demonstration: eligibility held fixed, everything the law protects is shuffled at once."""

from __future__ import annotations

import random
from datetime import date

import pytest
from sqlalchemy import select

from marketplace.comptes.roles import Acteur, Role
from marketplace.offres.models import EtatOffre, Offre
from marketplace.personnes.models import ChangementVivier, OuiNonAVerifier, Personne, Statut
from marketplace.personnes.queries.classement import ids_eligibles
from marketplace.propositions import classement
from marketplace.propositions.decisions.services import apprendre_des_decisions, approuver_couche
from marketplace.propositions.services import classer_pour_l_exploitant
from tests.donnees import contexte_de, copier_base


@pytest.fixture
def ctx(serveur, base_demo, tmp_path, moteur):
    contexte = contexte_de(copier_base(serveur, base_demo, tmp_path), tmp_path)
    contexte.obtenir_ranker = lambda: moteur
    yield contexte
    contexte.sessions.kw["bind"].dispose()


def admin_de(ctx):
    with ctx.lecture() as s:
        territoire = s.scalar(select(Offre.territoire_id))
    return Acteur(1, "Essai", Role.ADMINISTRATEUR, 1, territoire)


def test_sur_toute_la_demonstration_les_classements_ne_bougent_pas(ctx, monkeypatch):
    with ctx.lecture() as s:
        refs = s.scalars(select(Offre.ref).where(Offre.etat == EtatOffre.PUBLIEE).order_by(Offre.ref)).all()
        territoire = s.scalar(select(Offre.territoire_id))
        eligibles = ids_eligibles(s, territoire, ctx.aujourdhui())
    monkeypatch.setattr(classement, "ids_eligibles", lambda *_: eligibles)

    def photographier():
        vues = {}
        for ref in refs:
            _, brut = classer_pour_l_exploitant(ctx, ref, 100)
            vues[ref] = (
                [(x.ref, x.score, [r.texte for r in x.raisons], x.manques) for x in brut.lignes],
                [(h.ref, h.manque) for h in brut.hors_de_portee],
                brut.ecartes,
            )
        return vues

    # The learned layer, approved, must hold it as well as the engine alone does.
    administrateur = admin_de(ctx)
    appris = apprendre_des_decisions(ctx, administrateur)
    approuver_couche(ctx, administrateur, appris.ref, "Rapport lu, pour cet essai.", alerte_lue=True)
    avant = photographier()
    assert len(avant) >= 80
    assert any(
        "Ajustement appris" in r for lignes, _, _ in avant.values() for _, _, raisons, _ in lignes for r in raisons
    )
    assert sum(len(lignes) for lignes, _, _ in avant.values()) > 1000
    hasard = random.Random(25)
    with ctx.transaction() as s:
        personnes = s.scalars(select(Personne).order_by(Personne.id)).all()
        noms = [(p.prenom, p.nom) for p in personnes]
        hasard.shuffle(noms)
        for personne, (prenom, nom) in zip(personnes, noms, strict=True):
            personne.prenom, personne.nom = prenom, nom
            personne.sexe = hasard.choice(["F", "M", None])
            personne.date_naissance = date(hasard.randrange(1962, 2009), hasard.randrange(1, 13), 5)
            personne.qpv = hasard.choice(list(OuiNonAVerifier))
        statuts = s.scalars(select(Statut).order_by(Statut.id)).all()
        categories = [x.categorie for x in statuts]
        hasard.shuffle(categories)
        for statut, categorie in zip(statuts, categories, strict=True):
            statut.categorie = categorie
        s.add_all(ChangementVivier(personne_id=p.id, quand=ctx.horloge()) for p in personnes)
    assert photographier() == avant

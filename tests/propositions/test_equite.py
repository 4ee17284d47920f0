"""T25: with eligibility held fixed, what the law protects changes neither score nor order (R117, R118)."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from marketplace.personnes.models import OuiNonAVerifier, Personne, Statut, Validation
from marketplace.propositions.services import classer, classer_sans_noms
from tests.propositions.test_parcours import Scene


@pytest.fixture
def scene(fabrique):
    scene = Scene(fabrique)
    hasard = random.Random(25)
    communes = ("34172", "34032", "34145", "34301", "34142")
    metiers = ("F1703", "A1203", "K2204")
    scene.personnes = [
        fabrique.personne(
            scene.chapeau_referent,
            code_rome=hasard.choice(metiers),
            code_insee=hasard.choice(communes),
            modes=hasard.choice((["voiture"], ["transports", "marche"], ["velo"])),
            heures_max=Decimal(hasard.choice((24, 35, 39))),
            trajet_max_minutes=hasard.choice((45, 60, 90)),
        )
        for _ in range(40)
    ]
    for personne in scene.personnes:
        fabrique.validation(personne)  # eligibility is held by the validation, whatever the statuses below
    return scene


def photographie(ctx, scene):
    vu = classer(ctx, scene.referent, scene.offre.ref, limit=200)
    cartes = classer_sans_noms(ctx, scene.employeur, scene.offre.ref).cartes
    return (
        [(x.personne_ref, x.rang, x.score, x.raisons, x.manques) for x in vu.lignes],
        [(h.personne_ref, h.manque) for h in vu.hors_de_portee],
        [(c.cle, c.rang, c.proximite, c.raisons) for c in cartes],
        dict(vu.ecartes),
    )


@pytest.mark.parametrize("attribut", ["sexe", "naissance", "qpv", "statuts", "nom"])
def test_echanger_un_attribut_protege_ne_change_ni_le_score_ni_l_ordre(ctx, scene, attribut):
    avant = photographie(ctx, scene)
    assert len(avant[0]) > 10
    with ctx.transaction() as s:
        for i, personne in enumerate(s.scalars(select(Personne).order_by(Personne.id))):
            if attribut == "sexe":
                personne.sexe = "M" if i % 2 else None
            elif attribut == "naissance":
                personne.date_naissance = date(1962 + i % 45, 1 + i % 12, 3)
            elif attribut == "qpv":
                personne.qpv = OuiNonAVerifier.OUI if i % 2 else OuiNonAVerifier.NON
            elif attribut == "nom":
                personne.prenom, personne.nom = f"Prenom{97 - i}", f"Nom{97 - i}"
            else:
                for statut in s.scalars(select(Statut).where(Statut.personne_id == personne.id)):
                    statut.categorie = ("TH", "DELD", "SENIOR", "JEUNE_SANS_QUALIF")[i % 4]
        s.flush()
    assert photographie(ctx, scene) == avant


def test_l_eligibilite_est_un_filtre_pas_un_point(ctx, scene, fabrique):
    avant = photographie(ctx, scene)[0]
    ecartee = avant[0][0]
    with ctx.transaction() as s:
        personne = s.scalar(select(Personne).where(Personne.ref == ecartee))
        for table in (Statut, Validation):
            for ligne in s.scalars(select(table).where(table.personne_id == personne.id)):
                s.delete(ligne)
    apres = photographie(ctx, scene)[0]
    assert [(ref, score) for ref, _, score, _, _ in apres] == [(ref, score) for ref, _, score, _, _ in avant[1:]]

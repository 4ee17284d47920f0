"""Who is shown, who is not and why: small groups hidden, an alerte beyond chance, reports kept five years."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from marketplace.comptes.services import poser_reglage
from marketplace.erreurs import Interdit, Introuvable
from marketplace.journal.models import Alerte
from marketplace.personnes.models import OuiNonAVerifier, Personne
from marketplace.propositions.equite.models import RapportEquite
from marketplace.propositions.equite.queries import POURQUOI, rapport, rapports
from marketplace.propositions.equite.services import refaire_le_rapport
from marketplace.propositions.equite.taches import mesurer_equite
from marketplace.propositions.models import PassageClassement
from marketplace.propositions.services import classer
from tests.propositions.test_parcours import Scene


@pytest.fixture
def scene(fabrique):
    """Seventy people; half of them live too far without a car, and those are the women."""
    scene = Scene(fabrique)
    scene.admin = fabrique.acteur(fabrique.administrateur())
    hasard = random.Random(4)
    for k in range(70):
        loin = k % 2 == 0
        fabrique.personne(
            scene.chapeau_referent,
            sexe="F" if loin else "M",
            qpv=OuiNonAVerifier.OUI if k < 20 else OuiNonAVerifier.NON,
            code_insee="34142" if loin else "34172",
            modes=["marche"] if loin else ["voiture"],
            trajet_max_minutes=30,
            heures_max=Decimal(35),
            code_rome=hasard.choice(("F1703", "A1203")),
        )
    for _ in range(7):
        fabrique.offre(scene.organisation, scene.marche, code_insee="34172")
    return scene


def dernier(ctx, scene, acteur=None):
    with ctx.lecture() as s:
        return rapport(s, acteur or scene.admin)


def test_un_groupe_ecarte_par_le_trajet_alerte_et_la_raison_se_lit(ctx, scene):
    assert dernier(ctx, scene) is None
    mesurer_equite(ctx, ctx.aujourdhui())
    vu = dernier(ctx, scene)
    femmes = next(e for e in vu.ecarts if e.groupe == "Femmes")
    assert femmes.selection < 0.8
    assert femmes.selection < femmes.hasard[0]
    assert femmes.alerte
    assert vu.alerte
    assert {x.code: x.nombre for x in vu.pourquoi}["trajet"] >= 30
    assert sum(x.nombre for x in vu.pourquoi) == vu.jamais
    assert femmes.a_portee is None or femmes.a_portee > femmes.selection
    with ctx.lecture() as s:
        alerte = s.scalars(select(Alerte).where(Alerte.type == "equite")).one()
        assert alerte.fermee_le is None
        assert "Femmes" in alerte.message
    # once everybody may drive, the alerte closes by itself
    with ctx.transaction() as s:
        s.execute(update(Personne).values(modes=["voiture"], code_insee="34172"))
    with ctx.transaction() as s:
        from marketplace.personnes.models import ChangementVivier

        s.add_all(ChangementVivier(personne_id=i, quand=ctx.horloge()) for i in s.scalars(select(Personne.id)).all())
    mesurer_equite(ctx, ctx.aujourdhui())
    with ctx.lecture() as s:
        assert s.scalars(select(Alerte).where(Alerte.type == "equite")).one().fermee_le is not None
        assert s.scalar(select(func.count()).select_from(RapportEquite)) == 1  # one a month


def test_un_groupe_de_moins_de_trente_personnes_ne_se_lit_pas(ctx, scene):
    mesurer_equite(ctx, ctx.aujourdhui())
    vu = dernier(ctx, scene)
    assert not [e for e in vu.ecarts if e.critere == "Quartier prioritaire"]
    assert vu.groupes_tus >= 2
    assert all(e.effectif >= 30 for e in vu.ecarts)


def test_le_rapport_garde_ne_nomme_personne(ctx, scene):
    mesurer_equite(ctx, ctx.aujourdhui())
    with ctx.lecture() as s:
        garde = json.dumps(s.scalars(select(RapportEquite)).one().contenu)
        for personne in s.scalars(select(Personne)):
            assert personne.ref not in garde
            assert personne.nom not in garde
    assert set(json.loads(garde)["pourquoi"]) <= set(POURQUOI)


def test_le_seuil_d_alerte_est_celui_du_territoire(ctx, scene):
    poser_reglage(
        ctx, scene.admin, cle="equite_alerte", valeur="0.5", a_partir_du=ctx.aujourdhui(), source="décision du comité"
    )
    refaire_le_rapport(ctx, scene.admin)
    vu = dernier(ctx, scene)
    assert vu.seuil == 0.5
    assert all(e.selection < 0.5 for e in vu.ecarts if e.alerte)


def test_les_classements_d_un_an_et_les_rapports_de_cinq_ans_s_effacent(ctx, scene, horloge):
    classer(ctx, scene.referent, scene.offre.ref)
    mesurer_equite(ctx, ctx.aujourdhui())
    vu = dernier(ctx, scene)
    assert vu.passages == {"referent": 1}
    horloge.avancer(days=300)
    assert mesurer_equite(ctx, ctx.aujourdhui())["passages_effaces"] == 0
    horloge.avancer(days=80)
    essai = mesurer_equite(ctx, ctx.aujourdhui(), dry_run=True)
    assert (essai["passages_effaces"], essai["faits"]) == (1, 0)
    assert mesurer_equite(ctx, ctx.aujourdhui())["passages_effaces"] == 1
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(PassageClassement)) == 0
        avant = s.scalar(select(func.count()).select_from(RapportEquite))
    assert avant == 3
    horloge.avancer(days=5 * 365 - 370)
    assert mesurer_equite(ctx, ctx.aujourdhui())["rapports_effaces"] == 1


def test_le_rapport_est_a_l_administrateur_et_au_facilitateur_de_ce_territoire(ctx, scene, fabrique):
    numero = refaire_le_rapport(ctx, scene.admin)
    with ctx.lecture() as s:
        assert rapport(s, scene.facilitateur, numero).id == numero
        assert [x.id for x in rapports(s, scene.facilitateur)] == [numero]
        for acteur in (scene.referent, scene.employeur):
            with pytest.raises(Interdit):
                rapport(s, acteur, numero)
        ailleurs = fabrique.territoire("lozere")
        autre = fabrique.acteur(fabrique.administrateur(organisation=fabrique.organisation(territoire_id=ailleurs.id)))
        with pytest.raises(Introuvable):
            rapport(s, autre, numero)
    with pytest.raises(Interdit):
        refaire_le_rapport(ctx, scene.facilitateur)
    assert ctx.aujourdhui() - timedelta(days=1) < dernier(ctx, scene, scene.facilitateur).jour


def test_la_page_publique_ne_dit_pas_ce_qui_rend_eligible(ctx, scene, client):
    with ctx.transaction() as s:
        s.execute(update(Personne).values(qpv=OuiNonAVerifier.OUI))
        s.execute(update(Personne).where(Personne.sexe == "F").values(qpv=OuiNonAVerifier.NON))
    mesurer_equite(ctx, ctx.aujourdhui())
    assert "Quartier prioritaire" in dernier(ctx, scene).criteres
    page = client.get("/comment-on-classe").text
    assert "femmes" in page
    assert "Quartier prioritaire" not in page

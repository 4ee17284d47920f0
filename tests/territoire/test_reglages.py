from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.territoire.models import Reglage
from marketplace.territoire.parametres import PAR_CLE, PARAMETRES
from marketplace.territoire.queries import reglages_au, reglages_en_vigueur, territoire_de_code, territoires
from marketplace.territoire.reglages import DEFAUTS, Reglages, lire_valeur
from marketplace.territoire.services import creer_territoire, inscrire_reglage
from tests.fabrique import Fabrique


def _regler(ctx: Contexte, territoire_id: int, cle: str, valeur: Any, le: date, source: str = "délibération") -> None:
    with ctx.transaction() as s:
        inscrire_reglage(
            s,
            ctx.horloge(),
            ctx.aujourdhui(),
            territoire_id=territoire_id,
            cle=cle,
            valeur=valeur,
            a_partir_du=le,
            source=source,
            auteur_id=None,
        )


def test_chaque_reglage_a_un_defaut_valable_et_une_source() -> None:
    assert set(PAR_CLE) == set(Reglages.__slots__)
    for p in PARAMETRES:
        assert p.libelle
        assert p.source
        assert lire_valeur(p, p.defaut) == p.defaut


def test_sans_rien_de_pose_les_defauts_s_appliquent(ctx: Contexte, fabrique: Fabrique) -> None:
    with ctx.lecture() as s:
        assert reglages_au(s, fabrique.territoire().id, fabrique.jour) == DEFAUTS
    assert DEFAUTS.cout_horaire == Decimal(38)
    assert DEFAUTS.fenetre_mois_cdd == 24


def test_une_valeur_vaut_a_partir_de_son_jour_et_le_passe_ne_change_pas(ctx: Contexte, fabrique: Fabrique) -> None:
    territoire, jour = fabrique.territoire(), fabrique.jour
    _regler(ctx, territoire.id, "cout_horaire", "36.50", jour)
    _regler(ctx, territoire.id, "cout_horaire", "40", jour + timedelta(days=30))
    with ctx.lecture() as s:

        def cout(le: date) -> Decimal:
            return reglages_au(s, territoire.id, le).cout_horaire

        assert cout(jour - timedelta(days=1)) == Decimal(38)
        assert cout(jour) == Decimal("36.50")
        assert cout(jour + timedelta(days=29)) == Decimal("36.50")
        assert cout(jour + timedelta(days=30)) == Decimal(40)
        vu = next(r for r in reglages_en_vigueur(s, territoire.id, jour) if r.parametre.cle == "cout_horaire")
    assert (vu.valeur, vu.a_partir_du, vu.source) == (Decimal("36.50"), jour, "délibération")
    assert vu.a_venir == ((jour + timedelta(days=30), Decimal(40)),)


def test_un_reglage_ne_touche_pas_le_territoire_voisin(ctx: Contexte, fabrique: Fabrique) -> None:
    autre = fabrique.territoire("gard", nom="Gard", departements=["30"])
    _regler(ctx, fabrique.territoire().id, "ett_admise", True, fabrique.jour)
    with ctx.lecture() as s:
        assert reglages_au(s, fabrique.territoire().id, fabrique.jour).ett_admise is True
        assert reglages_au(s, autre.id, fabrique.jour).ett_admise is False


@pytest.mark.parametrize(
    ("cle", "valeur"),
    [
        ("cout_horaire", "11.99"),
        ("cout_horaire", "trente"),
        ("cout_horaire", "NaN"),
        ("cout_horaire", None),
        ("plafond_formation", "1.2"),
        ("fenetre_mois_cdd", "24.5"),
        ("jour_echeance", 31),
        ("ett_admise", "oui"),
        ("rythme_declaration", "hebdomadaire"),
        ("taux_effort", []),
        ("taux_effort", "5"),
        ("categories_actives", ["rsa", "inconnue"]),
        ("parts_main_oeuvre", {"Peinture": "1.5"}),
        ("parts_main_oeuvre", {}),
        ("ages_preuve", {"rsa": "3.5"}),
        ("inconnu", 1),
    ],
)
def test_une_valeur_hors_bornes_est_refusee(ctx: Contexte, fabrique: Fabrique, cle: str, valeur: Any) -> None:
    with pytest.raises(RegleViolee):
        _regler(ctx, fabrique.territoire().id, cle, valeur, fabrique.jour)
    with ctx.lecture() as s:
        assert s.query(Reglage).count() == 0


@pytest.mark.parametrize(
    ("cle", "valeur", "lue"),
    [
        ("parts_main_oeuvre", {"Peinture": "0.65"}, {"Peinture": Decimal("0.65")}),
        ("taux_effort", [5, 10], (5, 10)),
        ("categories_actives", ["rsa", "deld"], ("rsa", "deld")),
        ("penalite_unitaire", "45.5", Decimal("45.5")),
        ("penalite_unitaire", "", None),
        ("ages_preuve", {"rsa": 4}, {"rsa": 4}),
    ],
)
def test_une_valeur_relue_est_celle_qui_fut_posee(
    ctx: Contexte, fabrique: Fabrique, cle: str, valeur: Any, lue: Any
) -> None:
    _regler(ctx, fabrique.territoire().id, cle, valeur, fabrique.jour)
    with ctx.lecture() as s:
        assert getattr(reglages_au(s, fabrique.territoire().id, fabrique.jour), cle) == lue


def test_un_reglage_dit_d_ou_il_vient_et_ne_remonte_pas_le_temps(ctx: Contexte, fabrique: Fabrique) -> None:
    id_, jour = fabrique.territoire().id, fabrique.jour
    with pytest.raises(RegleViolee) as sans_source:
        _regler(ctx, id_, "cout_horaire", "36", jour, source=" ")
    assert sans_source.value.champ == "source"
    with pytest.raises(RegleViolee) as passe:
        _regler(ctx, id_, "cout_horaire", "36", jour - timedelta(days=1))
    assert passe.value.champ == "a_partir_du"
    _regler(ctx, id_, "cout_horaire", "36", jour)
    with pytest.raises(RegleViolee):
        _regler(ctx, id_, "cout_horaire", "37", jour)
    with pytest.raises(Introuvable):
        _regler(ctx, 9_999, "cout_horaire", "36", jour)


def test_un_territoire_se_cree_avec_ses_departements(ctx_reference_neuf: Contexte) -> None:
    ctx = ctx_reference_neuf
    creer_territoire(ctx, code="aude", nom=" Aude ", departements=["11", "11"], contact_nom="Équipe")
    with ctx.lecture() as s:
        vu = territoire_de_code(s, "aude")
        assert vu is not None
        assert (vu.nom, vu.departements, vu.demonstration) == ("Aude", ("11",), None)
        assert [t.code for t in territoires(s)] == ["aude"]
    for champs in (
        {"code": "aude", "nom": "Aude", "departements": ["11"]},
        {"code": "L'Aude", "nom": "Aude", "departements": ["11"]},
        {"code": "gard", "nom": " ", "departements": ["30"]},
        {"code": "gard", "nom": "Gard", "departements": []},
        {"code": "gard", "nom": "Gard", "departements": ["99"]},
    ):
        with pytest.raises(RegleViolee):
            creer_territoire(ctx, **champs)  # type: ignore[arg-type]


def test_un_territoire_attend_les_communes(ctx: Contexte) -> None:
    with pytest.raises(RegleViolee, match="--referentiels"):
        creer_territoire(ctx, code="gard", nom="Gard", departements=["30"])

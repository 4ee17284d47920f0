from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.contrats import (
    Contrat,
    Gravite,
    MotifFin,
    MotifProlongation,
    ReglagesContrats,
    controler_formation,
    examiner,
    part_formation,
    part_handicap_admise,
    verifier_fin,
)
from marketplace.heures.rules.immersions import Immersion, ReglagesImmersion, verifier_immersion

D = Decimal
R = ReglagesContrats()
CDDI = Contrat("cddi", "ei", date(2026, 1, 1), date(2026, 6, 30), D(26))


@pytest.mark.parametrize(
    ("contrat", "gravite"),
    [
        (CDDI, None),
        (replace(CDDI, fin=date(2026, 3, 31)), Gravite.ERREUR),
        (replace(CDDI, fin=date(2026, 4, 30)), None),
        (replace(CDDI, fin=date(2026, 3, 31), amenagement_peine=True), None),
        (replace(CDDI, cumul_mois=20), Gravite.ERREUR),
        (replace(CDDI, cumul_mois=18), None),
        (replace(CDDI, cumul_mois=20, motif_prolongation=MotifProlongation.FORMATION), None),
        (replace(CDDI, cumul_mois=20, motif_prolongation=MotifProlongation.DIFFICULTES), Gravite.ERREUR),
        (
            replace(CDDI, type_structure="aci", cumul_mois=20, motif_prolongation=MotifProlongation.DIFFICULTES),
            None,
        ),
        (
            replace(CDDI, type_structure="aci", cumul_mois=55, motif_prolongation=MotifProlongation.DIFFICULTES),
            Gravite.ERREUR,
        ),
        (replace(CDDI, cumul_mois=20, motif_prolongation=MotifProlongation.SENIOR, age=49), Gravite.ERREUR),
        (replace(CDDI, heures_semaine=D(18)), Gravite.AVERTISSEMENT),
        (replace(CDDI, heures_semaine=D(36)), Gravite.ERREUR),
        (replace(CDDI, type_structure="etti"), Gravite.ERREUR),
        (replace(CDDI, fin=None), Gravite.ERREUR),
    ],
)
def test_un_cddi_suit_le_code_du_travail(contrat: Contrat, gravite: Gravite | None) -> None:
    constats = examiner(contrat, R)
    assert (constats[0].gravite if constats else None) is gravite


def test_vingt_six_mois_de_cddi_sans_motif_sont_refuses() -> None:
    constats = examiner(replace(CDDI, fin=date(2028, 2, 29)), R)
    assert [c.gravite for c in constats] == [Gravite.ERREUR]


@pytest.mark.parametrize(
    ("contrat", "erreurs"),
    [
        (Contrat("cdi_inclusion", "ei", date(2026, 6, 1), None, age=57, debut_parcours=date(2025, 6, 1)), 0),
        (Contrat("cdi_inclusion", "ei", date(2026, 5, 31), None, age=57, debut_parcours=date(2025, 6, 1)), 1),
        (Contrat("cdi_inclusion", "etti", date(2026, 6, 1), None, age=56), 2),
        (Contrat("mission", "etti", date(2026, 1, 1), date(2027, 12, 31)), 0),
        (Contrat("mission", "etti", date(2026, 1, 1), date(2028, 1, 1)), 1),
        (Contrat("mission", "ei", date(2026, 1, 1), date(2026, 2, 1)), 1),
        (Contrat("cdd_tremplin", "ea", date(2026, 1, 1), date(2027, 12, 31)), 0),
        (Contrat("cdd_tremplin", "ei", date(2026, 1, 1), date(2028, 12, 31)), 2),
        (Contrat("professionnalisation", "geiq", date(2026, 1, 1), date(2027, 6, 30)), 1),
        (
            Contrat("professionnalisation", "geiq", date(2026, 1, 1), date(2027, 6, 30), public_prioritaire=True),
            0,
        ),
        (Contrat("professionnalisation", "geiq", date(2026, 1, 1), date(2026, 5, 31)), 1),
        (Contrat("cdd", "entreprise", date(2026, 1, 1), date(2026, 1, 2)), 0),
    ],
)
def test_les_autres_contrats(contrat: Contrat, erreurs: int) -> None:
    assert len(examiner(contrat, R)) == erreurs


def test_un_contrat_qui_finit_avant_de_commencer_est_refuse() -> None:
    with pytest.raises(RegleViolee):
        examiner(replace(CDDI, fin=date(2025, 12, 31)), R)


def test_un_contrat_pro_de_910_heures_demande_150_heures_de_formation() -> None:
    constats = controler_formation(D(910), D(140), R)
    assert [c.gravite for c in constats] == [Gravite.AVERTISSEMENT]
    assert "150" in constats[0].phrase
    assert controler_formation(D(910), D(150), R) == ()


def test_un_contrat_pro_d_un_an_prevoit_de_273_a_455_heures() -> None:
    assert part_formation(D(1820), R) == (D(273), D(455))
    assert controler_formation(D(1820), D(456), R) != ()


def test_un_contrat_pro_calcule_sa_duree_des_dates_et_de_la_semaine() -> None:
    contrat = Contrat(
        "professionnalisation",
        "geiq",
        date(2026, 1, 1),
        date(2026, 12, 31),
        D(35),
        heures_formation=D(200),
    )
    assert [c.champ for c in examiner(contrat, R)] == ["heures_formation"]


# --- immersions
# ----------------------------------------------------------------------------------------------

REGLES_IMMERSION = ReglagesImmersion()


def test_une_immersion_du_10_janvier_finit_le_9_fevrier() -> None:
    verifier_immersion(Immersion(date(2026, 1, 10), date(2026, 2, 9), "métier"), (), REGLES_IMMERSION)
    with pytest.raises(RegleViolee, match="9 février"):
        verifier_immersion(Immersion(date(2026, 1, 10), date(2026, 2, 10), "métier"), (), REGLES_IMMERSION)


def test_35_jours_puis_30_chez_le_meme_accueil_sont_refuses() -> None:
    """T18."""
    deja = (
        Immersion(date(2026, 1, 1), date(2026, 1, 20), "découvrir"),
        Immersion(date(2026, 2, 1), date(2026, 2, 15), "découvrir"),
    )
    assert sum(i.jours for i in deja) == 35
    with pytest.raises(RegleViolee, match="65 jours"):
        verifier_immersion(Immersion(date(2026, 6, 1), date(2026, 6, 30), "initier"), deja, REGLES_IMMERSION)
    verifier_immersion(Immersion(date(2026, 6, 1), date(2026, 6, 25), "initier"), deja, REGLES_IMMERSION)
    verifier_immersion(Immersion(date(2027, 3, 1), date(2027, 3, 30), "initier"), deja, REGLES_IMMERSION)


def test_une_immersion_se_renouvelle_une_fois_et_sert_deux_objets_au_plus() -> None:
    deja = (
        Immersion(date(2026, 1, 1), date(2026, 1, 5), "découvrir"),
        Immersion(date(2026, 2, 1), date(2026, 2, 5), "découvrir"),
        Immersion(date(2026, 3, 1), date(2026, 3, 5), "initier"),
    )
    with pytest.raises(RegleViolee, match="renouvelle"):
        verifier_immersion(Immersion(date(2026, 4, 1), date(2026, 4, 5), "découvrir"), deja, REGLES_IMMERSION)
    with pytest.raises(RegleViolee, match="2 immersions"):
        verifier_immersion(Immersion(date(2026, 4, 1), date(2026, 4, 5), "confirmer"), deja, REGLES_IMMERSION)
    verifier_immersion(Immersion(date(2026, 4, 1), date(2026, 4, 5), "initier"), deja, REGLES_IMMERSION)


@pytest.mark.parametrize(("part", "admise"), [("0.54", False), ("0.55", True), ("1", True), ("1.01", False)])
def test_une_entreprise_adaptee_compte_55_a_100_pour_cent_de_travailleurs_handicapes(part: str, admise: bool) -> None:
    assert part_handicap_admise(D(part), R) is admise


def test_le_motif_de_depart_est_obligatoire() -> None:
    assert verifier_fin("demission") is MotifFin.DEMISSION
    for absent in ("", "parti"):
        with pytest.raises(RegleViolee, match="pourquoi"):
            verifier_fin(absent)

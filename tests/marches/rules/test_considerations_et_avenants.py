from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.erreurs import RegleViolee
from marketplace.marches.rules.avenants import (
    Avenant,
    EffetHeures,
    Reconduction,
    objectif_reconductions,
    objectif_transfere,
    reviser,
    verifier_avenant,
)
from marketplace.marches.rules.considerations import (
    Consideration,
    Levier,
    depuis_decp,
    lire,
    manques_de_la_clause,
    vers_decp,
)

D = Decimal
LE = date(2026, 11, 21)


def test_pas_de_consideration_sociale_ne_va_avec_aucune_autre() -> None:
    with pytest.raises(RegleViolee):
        lire(["Clause sociale", "Pas de considération sociale"])


@pytest.mark.parametrize(
    ("valeurs", "lues"),
    [
        (["Clause sociale", "Critère social"], {Consideration.CLAUSE, Consideration.CRITERE}),
        ("Clause sociale", {Consideration.CLAUSE}),
        ("Sans objet", {Consideration.AUCUNE}),
        (["CritÃ¨re social"], {Consideration.CRITERE}),
        (["MARCHE RESERVE"], {Consideration.RESERVE}),
        (["Concession réservée", ""], {Consideration.CONCESSION_RESERVEE}),
        (None, set()),
        ([], set()),
    ],
)
def test_les_considerations_se_lisent_meme_abimees(valeurs: str | list[str] | None, lues: set[Consideration]) -> None:
    assert lire(valeurs) == lues


def test_une_consideration_inconnue_est_refusee() -> None:
    with pytest.raises(RegleViolee, match="Clause verte"):
        lire(["Clause verte"])


@pytest.mark.parametrize(
    ("leviers", "concession", "valeurs"),
    [
        ([], False, ("Pas de considération sociale",)),
        ([Levier.CONDITION_EXECUTION], False, ("Clause sociale",)),
        ([Levier.OBJET_INSERTION], False, ("Clause sociale",)),
        ([Levier.MARCHE_RESERVE, Levier.CRITERE_ATTRIBUTION], False, ("Critère social", "Marché réservé")),
        ([Levier.MARCHE_RESERVE], True, ("Concession réservée",)),
    ],
)
def test_les_leviers_se_publient_dans_le_schema_officiel(
    leviers: list[Levier], concession: bool, valeurs: tuple[str, ...]
) -> None:
    assert vers_decp(leviers, concession=concession) == valeurs


@given(
    st.sets(st.sampled_from([Levier.CONDITION_EXECUTION, Levier.CRITERE_ATTRIBUTION, Levier.MARCHE_RESERVE])),
    st.booleans(),
)
def test_ce_qui_est_publie_se_relit(leviers: set[Levier], concession: bool) -> None:
    assert depuis_decp(lire(vers_decp(leviers, concession=concession))) == leviers


def test_une_clause_ne_s_active_que_complete() -> None:
    manques = manques_de_la_clause(
        perimetre="", contact_facilitateur="Clauses 34", publics=[], heures=D(0), lien_objet="Travaux"
    )
    assert len(manques) == 3
    assert not manques_de_la_clause(
        perimetre="Le lot", contact_facilitateur="Clauses 34", publics=["rsa"], heures=D(80), lien_objet="Travaux"
    )


PRORATA = Avenant(LE, "Avenant 1", EffetHeures.PRORATA, D(1_000_000), D(1_150_000))


def test_un_avenant_au_prorata_porte_800_heures_a_920() -> None:
    assert reviser(D(800), PRORATA).apres == 920


def test_un_avenant_muet_garde_l_objectif_et_alerte() -> None:
    muet = Avenant(LE, "Avenant 1", EffetHeures.MUET, D(1_000_000), D(1_150_000))
    revision = reviser(D(800), muet)
    assert (revision.avant, revision.apres) == (800, 800)
    assert "ne dit rien des heures" in revision.alerte
    assert reviser(D(800), Avenant(LE, "Avenant 2", EffetHeures.MUET, D(10), D(10))).alerte == ""


def test_un_avenant_fixe_dit_le_nouvel_objectif() -> None:
    assert reviser(D(800), Avenant(LE, "Avenant 1", EffetHeures.FIXE, heures=D(600))).apres == 600


@pytest.mark.parametrize(
    ("avenant", "champ"),
    [
        (Avenant(date(2026, 11, 22), "Avenant 1", EffetHeures.MUET), "signe_le"),
        (Avenant(LE, " ", EffetHeures.MUET), "document"),
        (Avenant(LE, "Avenant 1", EffetHeures.PRORATA, D(0), D(10)), "montant_apres"),
        (Avenant(LE, "Avenant 1", EffetHeures.FIXE), "heures"),
        (Avenant(LE, "Avenant 1", EffetHeures.MUET, D(-1), D(10)), "montant_apres"),
    ],
)
def test_un_avenant_incomplet_est_refuse_a_son_champ(avenant: Avenant, champ: str) -> None:
    with pytest.raises(RegleViolee) as refus:
        verifier_avenant(avenant, LE)
    assert refus.value.champ == champ


def test_un_avenant_complet_passe_et_un_incomplet_ne_se_calcule_pas() -> None:
    verifier_avenant(PRORATA, LE)
    with pytest.raises(RegleViolee):
        reviser(D(800), Avenant(LE, "Avenant 1", EffetHeures.PRORATA))
    with pytest.raises(RegleViolee):
        reviser(D(800), Avenant(LE, "Avenant 1", EffetHeures.FIXE))


def test_une_reconduction_compte_une_fois_le_jour_venu() -> None:
    reconductions = [Reconduction(D(100), LE), Reconduction(D(100), None), Reconduction(D(100), date(2027, 11, 21))]
    assert objectif_reconductions(D(300), reconductions, LE) == 400
    assert objectif_reconductions(D(300), reconductions, date(2026, 11, 20)) == 300


def test_une_cession_transmet_ce_qui_reste() -> None:
    assert objectif_transfere(D(800), D(300)) == 500
    assert objectif_transfere(D(800), D(900)) == 0

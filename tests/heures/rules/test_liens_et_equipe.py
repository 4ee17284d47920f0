"""Codes, shares of a team, draws: by tables and by properties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.controle import ResultatControle, heures_apres_controle, rang_de_tirage, tirer
from marketplace.heures.rules.equipe import repartir_equipe
from marketplace.heures.rules.liens import (
    DUREE_CODE,
    ESSAIS_PAR_CODE,
    CodeGarde,
    EtatLien,
    ReponseCode,
    code_tape,
    empreinte_code,
    etat_du_lien,
    juger_code,
)

T = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
CLE = "cle-de-test"
BON = empreinte_code(CLE, 7, "123456")


@pytest.mark.parametrize(
    ("garde", "tentee", "quand", "attendu"),
    [
        (None, BON, T, ReponseCode.ABSENT),
        (CodeGarde(BON, T + DUREE_CODE, 0), BON, T, ReponseCode.BON),
        (CodeGarde(BON, T + DUREE_CODE, 0), "x", T, ReponseCode.FAUX),
        (CodeGarde(BON, T + DUREE_CODE, 4), BON, T, ReponseCode.BON),
        (CodeGarde(BON, T + DUREE_CODE, ESSAIS_PAR_CODE), BON, T, ReponseCode.EPUISE),
        (CodeGarde(BON, T, 0), BON, T, ReponseCode.PERIME),
        (CodeGarde(BON, T, ESSAIS_PAR_CODE), BON, T, ReponseCode.EPUISE),
    ],
)
def test_un_code_se_juge(garde: CodeGarde | None, tentee: str, quand: datetime, attendu: ReponseCode) -> None:
    assert juger_code(garde, tentee, quand) is attendu


@pytest.mark.parametrize(
    ("revoque", "decalage", "attendu"),
    [
        (None, -1, EtatLien.OUVERT),
        (None, 0, EtatLien.PERIME),
        (None, 1, EtatLien.PERIME),
        (T, -1, EtatLien.REVOQUE),
        (T, 1, EtatLien.REVOQUE),
    ],
)
def test_un_lien_s_ouvre_se_perime_ou_se_retire(revoque: datetime | None, decalage: int, attendu: EtatLien) -> None:
    assert etat_du_lien(T, revoque, T + timedelta(seconds=decalage)) is attendu


@given(st.integers(0, 999_999), st.integers(0, 999_999), st.integers(1, 50), st.integers(1, 50))
@settings(max_examples=60, deadline=None)
def test_une_empreinte_ne_vaut_que_pour_son_code_et_son_lien(a: int, b: int, lien: int, autre: int) -> None:
    egales = empreinte_code(CLE, lien, f"{a:06d}") == empreinte_code(CLE, autre, f"{b:06d}")
    assert egales == ((a, lien) == (b, autre))
    assert empreinte_code("autre-cle", lien, f"{a:06d}") != empreinte_code(CLE, lien, f"{a:06d}")


def test_un_code_se_tape_avec_ou_sans_blancs() -> None:
    assert {code_tape(t) for t in ("123456", "123 456", " 12-34-56 ", "123\u00a0456")} == {"123456"}


@given(
    st.decimals(0, 2000, places=2),
    st.lists(st.decimals(1, 500, places=2), min_size=1, max_size=12),
)
@settings(max_examples=100, deadline=None)
def test_les_parts_d_une_equipe_font_le_total_au_centieme(total: Decimal, poids: list[Decimal]) -> None:
    parts = repartir_equipe(total, poids)
    assert sum(parts) == total
    assert all(p >= 0 and p == p.quantize(Decimal("0.01")) for p in parts)
    exactes = [total * p / sum(poids) for p in poids]
    assert all(abs(p - e) < Decimal("0.01") for p, e in zip(parts, exactes, strict=True))


def test_sans_personne_rien_ne_se_repartit() -> None:
    for poids in ([], [Decimal(0)], [Decimal(3), Decimal(-1)]):
        with pytest.raises(RegleViolee):
            repartir_equipe(Decimal(10), poids)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=60, unique=True), st.integers(1, 60), st.randoms())
@settings(max_examples=60, deadline=None)
def test_un_tirage_se_refait_dans_n_importe_quel_ordre(lignes: list[int], taille: int, hasard) -> None:
    melees = list(lignes)
    hasard.shuffle(melees)
    tirees = tirer("graine", lignes, taille)
    assert tirer("graine", melees, taille) == tirees
    assert len(tirees) == min(taille, len(lignes)) == len(set(tirees))
    assert tirer("graine", lignes, min(60, taille + 5))[: len(tirees)] == tirees


def test_le_rang_d_une_ligne_se_verifie_avec_n_importe_quel_outil() -> None:
    # printf '%s' '2026-11:42' | sha256sum
    assert rang_de_tirage("2026-11", 42) == "87a618e959d3e47ae9375b5acb03f1f2b4544160abff419666d67ef44cabc20e"


@pytest.mark.parametrize(
    ("resultat", "constatees", "attendu"),
    [
        (ResultatControle.CONFORME, None, (Decimal(70), False)),
        (ResultatControle.ECART, Decimal(62), (Decimal(62), True)),
        (ResultatControle.NON_JUSTIFIEE, None, (Decimal(0), True)),
    ],
)
def test_un_constat_dit_les_heures_qui_restent(
    resultat: ResultatControle, constatees: Decimal | None, attendu: tuple[Decimal, bool]
) -> None:
    assert heures_apres_controle(resultat, Decimal(70), constatees) == attendu


@pytest.mark.parametrize("constatees", [None, Decimal(70), Decimal(-1)])
def test_un_ecart_dit_son_nombre(constatees: Decimal | None) -> None:
    with pytest.raises(RegleViolee):
        heures_apres_controle(ResultatControle.ECART, Decimal(70), constatees)

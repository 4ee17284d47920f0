from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from marketplace.heures.rules.chaine import ORIGINE, Maillon, canonique, empreinte, verifier


def enchainer(heures: list[Decimal]) -> list[Maillon]:
    maillons, precedente = [], ORIGINE
    for n, valeur in enumerate(heures):
        contenu = {"personne": f"p{n}", "mois": date(2026, 3, 1), "heures": valeur, "motif": None}
        courante = empreinte(precedente, contenu)
        maillons.append(Maillon(str(n), contenu, precedente, courante))
        precedente = courante
    return maillons


HEURES = st.lists(st.decimals(0, 200, places=2), min_size=2, max_size=8)


def test_la_meme_ligne_relue_garde_son_empreinte() -> None:
    assert canonique({"a": Decimal("7.50"), "b": 1}) == canonique({"b": 1, "a": Decimal("7.5")})
    assert canonique({"a": Decimal(100)}) == canonique({"a": Decimal("1E+2")})
    assert canonique({"a": Decimal("0.00")}) == canonique({"a": Decimal(0)})


def test_le_zero_et_l_absence_ne_se_confondent_pas() -> None:
    assert canonique({"a": Decimal(0)}) != canonique({"a": None})


@given(HEURES)
def test_une_chaine_intacte_tient(heures: list[Decimal]) -> None:
    assert verifier(enchainer(heures)) == ()


@given(HEURES, st.data())
def test_changer_une_ligne_designe_cette_ligne(heures: list[Decimal], data: st.DataObject) -> None:
    maillons = enchainer(heures)
    n = data.draw(st.integers(0, len(maillons) - 1))
    maillons[n] = replace(maillons[n], contenu={**maillons[n].contenu, "heures": heures[n] + 1})
    assert [r.ref for r in verifier(maillons)] == [str(n)]


@given(HEURES, st.data())
def test_retirer_une_ligne_au_milieu_rompt_la_chaine(heures: list[Decimal], data: st.DataObject) -> None:
    maillons = enchainer(heures)
    n = data.draw(st.integers(0, len(maillons) - 2))
    del maillons[n]
    assert [r.ref for r in verifier(maillons)] == [str(n + 1)]

"""Numbers are written as Babel writes them in French."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_decimal
from hypothesis import example, given, settings
from hypothesis import strategies as st

from marketplace.web.socle.filtres import nombre


@settings(max_examples=200, deadline=None)
@given(
    st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False, allow_infinity=False),
    st.sampled_from([None, 0, 1, 2]),
)
@example(Decimal("0.125"), 2)
@example(Decimal("0.5"), 0)
@example(Decimal(1000), None)
@example(Decimal("1E+3"), None)
def test_un_nombre_s_ecrit_comme_le_veut_le_francais(valeur, decimales):
    motif = "#,##0.##" if decimales is None else "#,##0" + ("." + "0" * decimales if decimales else "")
    assert nombre(valeur, decimales) == format_decimal(valeur, format=motif, locale="fr")


def test_un_nombre_absent_et_un_nombre_a_virgule_flottante():
    assert nombre(None) == "–"
    assert nombre(12.5) == "12,5"
    assert nombre(3) == "3"

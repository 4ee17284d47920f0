from datetime import date
from decimal import Decimal

import pytest

from marketplace.erreurs import RegleViolee
from marketplace.marches.rules.regime import (
    SEUIL_ACHAT_DIRECT,
    Derogation,
    NatureMarche,
    Regime,
    Reservation,
    TypeAcheteur,
    alerte_rotation,
    part_analysee,
    part_sociale,
    regime_applicable,
    seuil_europeen,
    spaser_obligatoire,
    verifier_regime,
    verifier_titulaire_reserve,
)

D = Decimal
EN_VIGUEUR = date(2026, 8, 22)
COLLECTIVITE = TypeAcheteur.AUTRE_POUVOIR


@pytest.mark.parametrize(
    ("acheteur", "nature", "valeur", "le", "regime"),
    [
        (COLLECTIVITE, NatureMarche.SERVICES, "215999.99", EN_VIGUEUR, Regime.FACULTATIF),
        (COLLECTIVITE, NatureMarche.SERVICES, "216000", EN_VIGUEUR, Regime.OBLIGATOIRE),
        (COLLECTIVITE, NatureMarche.SERVICES, "216000", date(2026, 8, 21), Regime.FACULTATIF),
        (COLLECTIVITE, NatureMarche.TRAVAUX, "5000000", EN_VIGUEUR, Regime.FACULTATIF),
        (COLLECTIVITE, NatureMarche.TRAVAUX, "5404000", EN_VIGUEUR, Regime.OBLIGATOIRE),
        (COLLECTIVITE, NatureMarche.CONCESSION, "5404000", EN_VIGUEUR, Regime.OBLIGATOIRE),
        (TypeAcheteur.ETAT, NatureMarche.FOURNITURES, "140000", EN_VIGUEUR, Regime.OBLIGATOIRE),
        (TypeAcheteur.ENTITE, NatureMarche.SERVICES, "216000", EN_VIGUEUR, Regime.FACULTATIF),
        (TypeAcheteur.PRIVE, NatureMarche.TRAVAUX, "90000000", EN_VIGUEUR, Regime.FACULTATIF),
    ],
)
def test_la_condition_sociale_est_obligatoire_au_dessus_des_seuils_depuis_le_22_aout_2026(
    acheteur: TypeAcheteur, nature: NatureMarche, valeur: str, le: date, regime: Regime
) -> None:
    assert regime_applicable(acheteur, nature, D(valeur), le) is regime


def test_un_marche_de_defense_reste_facultatif() -> None:
    regime = regime_applicable(TypeAcheteur.ETAT, NatureMarche.SERVICES, D(10**7), EN_VIGUEUR, defense_securite=True)
    assert regime is Regime.FACULTATIF


def test_les_seuils_changent_avec_leur_date() -> None:
    assert seuil_europeen(COLLECTIVITE, NatureMarche.SERVICES, date(2025, 12, 31)) == 221_000
    assert seuil_europeen(COLLECTIVITE, NatureMarche.SERVICES, date(2026, 1, 1)) == 216_000


def test_un_marche_obligatoire_demande_une_condition_ou_une_derogation_motivee() -> None:
    verifier_regime(Regime.OBLIGATOIRE, NatureMarche.SERVICES, a_une_condition_sociale=True)
    verifier_regime(Regime.FACULTATIF, NatureMarche.SERVICES, a_une_condition_sociale=False)
    with pytest.raises(RegleViolee, match="seuil européen"):
        verifier_regime(Regime.OBLIGATOIRE, NatureMarche.SERVICES, a_une_condition_sociale=False)
    with pytest.raises(RegleViolee, match="pourquoi"):
        verifier_regime(
            Regime.OBLIGATOIRE,
            NatureMarche.SERVICES,
            a_une_condition_sociale=False,
            derogation=Derogation.SANS_LIEN,
        )
    verifier_regime(
        Regime.OBLIGATOIRE,
        NatureMarche.SERVICES,
        a_une_condition_sociale=False,
        derogation=Derogation.SANS_LIEN,
        motivation="Achat de licences",
    )


def test_la_derogation_des_travaux_courts_ne_vaut_pas_pour_des_services() -> None:
    with pytest.raises(RegleViolee, match="travaux"):
        verifier_regime(
            Regime.OBLIGATOIRE,
            NatureMarche.SERVICES,
            a_une_condition_sociale=False,
            derogation=Derogation.TRAVAUX_COURTS,
            motivation="Quatre mois",
        )


@pytest.mark.parametrize(
    ("reservation", "structure", "part", "avertissements"),
    [
        (Reservation.INSERTION, "ei", "0.50", 0),
        (Reservation.INSERTION, "geiq", "0.80", 1),
        (Reservation.INSERTION, "esat", "1", 1),
        (Reservation.HANDICAP, "esat", "1", 0),
        (Reservation.HANDICAP_ET_INSERTION, "aci", "0.6", 0),
        (Reservation.INSERTION, "ei", None, 1),
        (Reservation.ESS, "entreprise", None, 0),
        (Reservation.PENITENTIAIRE, "sep", None, 0),
        (Reservation.PENITENTIAIRE, "ei", None, 1),
    ],
)
def test_qui_peut_tenir_un_marche_reserve(
    reservation: Reservation, structure: str, part: str | None, avertissements: int
) -> None:
    constats = verifier_titulaire_reserve(reservation, structure, None if part is None else D(part))
    assert len(constats) == avertissements


def test_48_pour_cent_de_travailleurs_concernes_ne_suffisent_pas() -> None:
    with pytest.raises(RegleViolee, match="50"):
        verifier_titulaire_reserve(Reservation.HANDICAP, "ea", D("0.48"))


@pytest.mark.parametrize(
    ("achats", "le", "obligatoire"),
    [
        (50_000_000, date(2026, 1, 1), False),
        (50_000_001, date(2026, 1, 1), True),
        (99_000_000, date(2022, 12, 31), False),
        (100_000_001, date(2022, 12, 31), True),
    ],
)
def test_le_spaser_est_du_au_dela_de_50_millions(achats: int, le: date, obligatoire: bool) -> None:
    assert spaser_obligatoire(D(achats), le) is obligatoire


def test_37_contrats_sur_120_font_30_8_pour_cent_et_tiennent_la_cible() -> None:
    indicateur = part_sociale(37, 120, date(2026, 1, 1))
    assert (indicateur.pourcentage, indicateur.atteint) == (D("30.8"), True)


def test_une_cible_se_juge_avant_l_arrondi() -> None:
    indicateur = part_sociale(2996, 10_000, date(2026, 1, 1))
    assert (indicateur.pourcentage, indicateur.atteint) == (D("30.0"), False)


def test_tous_les_besoins_doivent_etre_analyses() -> None:
    assert part_analysee(120, 120).atteint
    assert not part_analysee(119, 120).atteint
    assert not part_analysee(0, 0).atteint
    with pytest.raises(RegleViolee):
        part_analysee(121, 120)


def test_le_meme_fournisseur_trois_fois_de_suite_avertit() -> None:
    assert "3e fois" in alerte_rotation(["A", "B", "B"], "B", autres_possibles=2)
    assert alerte_rotation(["B", "B", "A"], "B", autres_possibles=2) == ""
    assert alerte_rotation(["B", "B"], "B", autres_possibles=0) == ""


def test_un_achat_direct_reste_sous_40_000_euros() -> None:
    assert SEUIL_ACHAT_DIRECT.au(date(2026, 11, 21)) == 40_000

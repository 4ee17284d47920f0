"""The tables of the report, from facts written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from marketplace.bilans.presentation import arrondie, en_json, exacte
from marketplace.bilans.rules.axes import axe
from marketplace.bilans.rules.bilan import dresser
from marketplace.bilans.rules.definitions import Definitions
from marketplace.bilans.rules.periode import Periode, annee, periode
from marketplace.bilans.rules.registre import (
    ContratLu,
    Faits,
    MarcheLu,
    OperationNommee,
    OrganisationLue,
    PersonneLue,
)
from marketplace.bilans.rules.tableaux import Registre
from marketplace.erreurs import RegleViolee

D = Decimal
NOMS = {60: "Ville A", 61: "Ville B"}
A2020 = annee(2020)
PERIODES = tuple(A2020.avant(n) if n else A2020 for n in range(4))


def contrat(identifiant: int, personne: int, modalite: str = "embauche_directe", **champs: object) -> ContratLu:
    valeurs: dict[str, object] = {
        "type_contrat": "cdd",
        "debut": date(2020, 2, 10),
        "statuts": ("rsa",),
        "qpv": "oui",
        "code_insee": "34172",
        "niveau": "3",
        "prescripteur_id": None,
    } | champs
    return ContratLu(identifiant, f"CT-{identifiant}", personne, 50, modalite, **valeurs)  # type: ignore[arg-type]


def marche(identifiant: int, operation: int | None = 1, **champs: object) -> MarcheLu:
    valeurs: dict[str, object] = {
        "acheteur_id": 60,
        "titulaire_id": 50,
        "gestionnaire": "Départemental",
        "secteur": "Bâtiment",
        "nature": "travaux",
        "notifie_le": date(2019, 5, 1),
        "programme_le": date(2019, 3, 1),
        "debut_suivi": date(2019, 5, 1),
        "fin_suivi": None,
        "clause": True,
        "montant_ttc": None,
        "reservation": None,
    } | champs
    return MarcheLu(identifiant, f"M-{identifiant}", "Lot", operation, **valeurs)  # type: ignore[arg-type]


def faits(
    lignes: Sequence[tuple[int, int, int, int]], contrats: Sequence[ContratLu], marches: Sequence[MarcheLu]
) -> Faits:
    """`lignes`: (rank of the year, contrat, marché, hundredths of an hour)."""
    par_id = {c.id: c for c in contrats}
    n = len(lignes)
    zeros = np.zeros(n, dtype=np.int64)
    return Faits(
        PERIODES,
        np.array([li[0] for li in lignes], dtype=np.int64),
        np.array([li[1] for li in lignes], dtype=np.int64),
        np.array([par_id[li[1]].personne_id if li[1] else 0 for li in lignes], dtype=np.int64),
        np.array([li[2] for li in lignes], dtype=np.int64),
        np.array([li[3] for li in lignes], dtype=np.int64),
        zeros,
        zeros,
        zeros,
        np.array([date(2020 - li[0], 3, 1).toordinal() for li in lignes], dtype=np.int64),
        tuple(par_id[li[1]].modalite if li[1] else None for li in lignes),
        par_id,
        {c.personne_id: PersonneLue("F" if c.personne_id % 2 else "M", date(1994, 3, 1)) for c in contrats},
        {m.id: m for m in marches},
        {
            50: OrganisationLue("ORG-50", "Entreprise", "entreprise", None, False),
            60: OrganisationLue("ORG-60", "CD", "acheteur", None, False),
        },
        {},
        {1: "Alco 2", 2: "Fibre"},
        {"34172": "Montpellier Méditerranée Métropole"},
    )


def test_une_personne_sur_trois_marches_compte_une_fois() -> None:
    b = dresser(
        faits(
            [(0, 1, 1, 10_000), (0, 1, 2, 5_000), (0, 2, 3, 2_550)],
            [contrat(1, 7), contrat(2, 7)],
            [marche(1), marche(2), marche(3, None)],
        ),
        Definitions(),
    )
    t = b.totaux[0]
    assert (t.salaries, t.contrats, t.marches, t.marches_actifs, t.operations) == (1, 2, 3, 3, 1)
    assert t.heures == D("175.50")


def test_une_correction_qui_ramene_a_zero_ne_compte_plus_personne() -> None:
    b = dresser(
        faits([(0, 1, 1, 1_000), (0, 2, 1, -1_000)], [contrat(1, 7), contrat(2, 7)], [marche(1)]), Definitions()
    )
    assert b.totaux[0].salaries == 0
    assert b.totaux[0].heures == 0


def test_chaque_case_est_l_arrondi_de_sa_propre_valeur() -> None:
    """Three parts of 0.40 each make a total of 1.20: the column reads 0 + 0 + 0 = 1, as the published one does."""
    contrats = [contrat(i, i, m) for i, m in ((1, "mad_etti"), (2, "mad_ai"), (3, "mad_geiq"))]
    b = dresser(faits([(0, i, 1, 40) for i in (1, 2, 3)], contrats, [marche(1)]), Definitions())
    j = en_json(b)
    assert [li["heures"] for li in j["par_modalite"]] == [0, 0, 0]
    assert j["totaux"]["2020"]["heures"] == 1
    assert j["exact"]["totaux"]["2020"]["heures"] == "1.2"


def test_les_statuts_sont_multivalues_et_l_absence_a_sa_ligne() -> None:
    contrats = [contrat(1, 1, statuts=("rsa", "th", "aah")), contrat(2, 2, statuts=())]
    b = dresser(faits([(0, 1, 1, 100), (0, 2, 1, 200)], contrats, [marche(1)]), Definitions())
    t = b.tableaux["statut"]
    assert t.multivalue
    assert {li.libelle: li.valeur("heures") for li in t.lignes} == {"RSA": D(1), "TH": D(1), "Non renseigné": D(2)}
    assert t.lignes[-1].libelle == "Non renseigné"
    assert b.contrats_sans_statut == 1


def test_une_operation_exceptionnelle_est_nommee_et_pesee() -> None:
    f = faits([(0, 1, 1, 3_000), (0, 2, 2, 1_000)], [contrat(1, 1), contrat(2, 2)], [marche(1, 2), marche(2, 1)])
    f = replace(f, exceptionnelles={2: OperationNommee("dsp_thd", "CD34 DSP THD")})
    b = dresser(f, Definitions(acheteurs={60: "CD34"}, principal="CD34"))
    (e,) = b.exceptionnelles
    assert (e.heures, e.part, e.embauche_directe) == (D(30), D(75), D(30))
    assert {li.libelle: li.valeur("heures") for li in b.tableaux["acheteur"].lignes} == {
        "CD34": D(10),
        "CD34 DSP THD": D(30),
    }
    assert en_json(b)["par_modalite"][0]["dont_dsp_thd"] == 30


def test_sans_ligne_nommee_chaque_acheteur_garde_son_nom_et_le_reste_devient_autres_des_qu_il_y_en_a() -> None:
    f = faits([(0, 1, 1, 100), (0, 2, 2, 200)], [contrat(1, 1), contrat(2, 2)], [marche(1), marche(2)])
    f = replace(
        f,
        marches={**f.marches, 2: replace(f.marches[2], acheteur_id=61)},
        organisations={n: OrganisationLue(f"ORG-{n}", nom, "acheteur", None, False) for n, nom in NOMS.items()},
    )
    lus = [li.libelle for li in dresser(f, Definitions()).tableaux["acheteur"].lignes]
    assert sorted(lus) == ["Ville A", "Ville B"]
    b = dresser(f, Definitions(acheteurs={60: "CD34"}))
    assert [li.libelle for li in b.tableaux["acheteur"].lignes] == ["CD34", "Autres"]


def test_un_marche_suivi_un_jour_compte_meme_sans_heure() -> None:
    suivis = [
        marche(1, fin_suivi=date(2020, 1, 1)),
        marche(2, fin_suivi=date(2019, 12, 31)),
        marche(3, debut_suivi=None, clause=False),
    ]
    b = dresser(faits([], [], suivis), Definitions())
    assert b.totaux[0].marches == 1
    assert b.totaux[1].marches == 2
    assert not b.vide


def test_les_marches_reserves_se_comptent_en_euros_ttc() -> None:
    marches = [
        marche(
            1,
            None,
            clause=False,
            debut_suivi=None,
            reservation="handicap",
            montant_ttc=D("100.40"),
            notifie_le=date(2020, 6, 1),
        ),
        marche(
            2,
            None,
            clause=False,
            debut_suivi=None,
            montant_ttc=D("50.30"),
            notifie_le=date(2020, 6, 1),
            titulaire_id=51,
        ),
        marche(
            3, None, clause=False, debut_suivi=None, reservation="ess", montant_ttc=D(9), notifie_le=date(2019, 6, 1)
        ),
    ]
    f = faits([], [], marches)
    f = replace(f, organisations={**f.organisations, 51: OrganisationLue("ORG-51", "Chantier", "aci", None, False)})
    j = en_json(dresser(f, Definitions()))
    assert j["marches_reserves_total"] == {"montant_ttc": 151, "marches": 2}
    assert j["reserves_par_secteur"] == {"Insertion": 50, "Handicap": 100}
    assert j["marches_reserves"][1]["dont"] == {"Insertion": 50}


def test_cinquante_ans_revolus_comptent_dans_la_troisieme_tranche() -> None:
    f = faits([(0, 1, 1, 100), (0, 2, 1, 100)], [contrat(1, 1), contrat(2, 2)], [marche(1)])
    f = replace(f, personnes={1: PersonneLue("F", date(1970, 3, 1)), 2: PersonneLue("M", date(1970, 3, 2))})
    lignes = dresser(f, Definitions()).tableaux["age"].lignes
    assert [(li.libelle, li.valeur("salaries")) for li in lignes] == [("26/49 ans", D(1)), ("> 50 ans", D(1))]


def test_l_etp_garde_son_diviseur_et_ses_decimales() -> None:
    definitions = Definitions(etp=((D(1607), 1), (D(1607), 1), (D(1607), 0), (D(1607), 0)))
    f = faits([(0, 1, 1, 12_634_800), (2, 1, 1, 9_876_400)], [contrat(1, 1)], [marche(1)])
    totaux = en_json(dresser(f, definitions))["totaux"]
    assert totaux["2020"]["etp"] == pytest.approx(78.6)
    assert totaux["2018"]["etp"] == 61
    assert totaux["2020"]["heures_par_etp"] == 1607


def test_l_ordre_des_lignes_ne_change_rien() -> None:
    lignes = [(0, 1, 1, 100), (0, 2, 2, 300), (1, 1, 1, 50)]
    args = [contrat(1, 1), contrat(2, 2, "mad_etti", statuts=("iae",))], [marche(1), marche(2)]
    assert en_json(dresser(faits(lignes, *args), Definitions())) == en_json(
        dresser(faits(lignes[::-1], *args), Definitions())
    )


@pytest.mark.parametrize(
    ("debut", "fin", "champ"),
    [
        (date(2020, 5, 1), date(2020, 4, 30), "fin"),
        (date(2020, 5, 2), date(2020, 6, 30), "debut"),
        (date(2020, 5, 1), date(2020, 6, 29), "fin"),
        (date(2020, 5, 1), date(2021, 12, 31), "fin"),
    ],
)
def test_une_periode_mal_bornee_est_refusee(debut: date, fin: date, champ: str) -> None:
    with pytest.raises(RegleViolee) as refus:
        periode(debut, fin)
    assert refus.value.champ == champ


def test_la_meme_periode_un_an_plus_tot() -> None:
    assert periode(date(2024, 2, 1), date(2024, 2, 29)).avant(1) == Periode(date(2023, 2, 1), date(2023, 2, 28))


def test_arrondi_et_exact() -> None:
    assert arrondie(D("0.5")) == 1
    assert exacte(D("12.50")) == "12.5"
    assert exacte(D(1) / 3) == "0.333333333333"


def test_le_public_principal_suit_l_ordre_du_territoire() -> None:
    """Somebody who has several categories counts once, under the first of the territory's order (R51)."""
    plusieurs, sans = contrat(1, 1, statuts=("qpv", "rsa", "deld")), contrat(2, 2, statuts=())
    lus = faits([(0, 1, 100, 100)], [plusieurs, sans], [marche(100)])
    usage = Registre(lus, Definitions())
    choisi = Registre(lus, Definitions(priorite=("qpv", "deld", "rsa")))
    assert (usage.public_principal(plusieurs), usage.public_principal(sans)) == ("RSA", "Non renseigné")
    assert choisi.public_principal(plusieurs) == choisi.definitions.statuts["qpv"]
    colonne = axe(choisi, "public_principal")
    assert [colonne.libelles[i] for i in colonne.codes] == [choisi.definitions.statuts["qpv"]]

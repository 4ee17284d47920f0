from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.erreurs import RegleViolee
from marketplace.marches.rules.etapes import (
    ETAPES,
    MODALITE_ANNONCEE,
    PREMIERE_EMBAUCHE,
    TITULAIRE_CONTACTE,
    DelaisDemarrage,
    points,
)
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.formes import (
    Achat,
    Forme,
    GenreComposante,
    Part,
    cumul_excessif,
    genres_possibles,
    heures_du_bon,
    objectif_du_marche,
    verifier_montants,
)
from marketplace.marches.rules.interventions import heures_prevues
from marketplace.marches.rules.npnru import point_npnru
from marketplace.marches.rules.parts import Noeud, verifier_parts

D = Decimal
LE = date(2026, 11, 21)
HEURES = st.decimals(min_value=0, max_value=9999, places=2)
PARTS = st.lists(st.builds(Part, HEURES, st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31))), max_size=6)


@pytest.mark.parametrize(
    ("clause", "forme", "parts", "du"),
    [
        ("500", None, [Part(D(200), None)], "500"),
        ("500", None, [Part(D(200), LE)], "700"),
        ("500", None, [Part(D(200), LE + timedelta(days=1))], "500"),
        ("900", Forme.BONS_DE_COMMANDE, [Part(D(495), LE)], "495"),
        ("900", Forme.MARCHES_SUBSEQUENTS, [], "0"),
        ("240", Forme.MARCHE_SUBSEQUENT, [], "240"),
        ("1000", None, [Part(D(-620), LE)], "380"),
        ("100", None, [Part(D(-620), LE)], "0"),
    ],
)
def test_l_objectif_compte_ce_qui_est_decide(clause: str, forme: Forme | None, parts: list[Part], du: str) -> None:
    assert objectif_du_marche(D(clause), forme, parts, LE) == D(du)


def test_sans_clause_il_n_y_a_rien_a_suivre_sauf_sur_un_accord_cadre() -> None:
    assert objectif_du_marche(None, None, [Part(D(10), LE)], LE) is None
    assert objectif_du_marche(None, Forme.BONS_DE_COMMANDE, [Part(D(10), LE)], LE) == 10


@settings(max_examples=40)
@given(HEURES, PARTS, st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_l_objectif_ne_baisse_jamais_quand_le_temps_passe_et_ne_depend_pas_de_l_ordre(
    clause: Decimal, parts: list[Part], le: date
) -> None:
    avant = objectif_du_marche(clause, None, parts, le)
    apres = objectif_du_marche(clause, None, parts, le + timedelta(days=30))
    assert avant is not None
    assert apres is not None
    assert clause <= avant <= apres
    assert avant == objectif_du_marche(clause, None, parts[::-1], le)


def test_t4_un_bon_doit_ses_heures_par_millier() -> None:
    assert heures_du_bon(D(412_500), D("1.2")) == 495
    with pytest.raises(RegleViolee):
        heures_du_bon(D(-1), D("1.2"))


def test_chaque_forme_n_offre_que_ce_qui_lui_sert() -> None:
    g = GenreComposante
    assert genres_possibles(None, EtatMarche.EN_COURS) == (g.TRANCHE, g.RECONDUCTION)
    assert genres_possibles(Forme.BONS_DE_COMMANDE, EtatMarche.EN_COURS) == (g.RECONDUCTION, g.BON_DE_COMMANDE)
    assert genres_possibles(Forme.BONS_DE_COMMANDE, EtatMarche.PROGRAMME) == (g.RECONDUCTION,)
    assert genres_possibles(Forme.ACHAT_DIRECT, EtatMarche.EN_COURS) == ()
    assert genres_possibles(None, EtatMarche.SOLDE) == ()


def test_ht_et_ttc_ne_se_melangent_pas() -> None:
    verifier_montants(D(100), D(120))
    verifier_montants(None, D(120))
    for ht, ttc, champ in ((D(100), D(80), "montant_ttc"), (D(-1), None, "montant_ht"), (None, D(-1), "montant_ttc")):
        with pytest.raises(RegleViolee) as refus:
            verifier_montants(ht, ttc)
        assert refus.value.champ == champ


def test_les_achats_d_un_fournisseur_se_cumulent() -> None:
    achats = [Achat(LE, "A", D(25_000)), Achat(LE, "B", D(39_000)), Achat(LE, "A", D(15_000))]
    assert "40\u202f000" in cumul_excessif(achats, "A", LE)
    assert cumul_excessif(achats, "B", LE) == ""


def test_les_parts_se_lisent_dans_l_arbre() -> None:
    tronc = [Noeud(1, "A", None, D("0.5")), Noeud(2, "B", None, None), Noeud(3, "C", 2, D("0.5"))]
    verifier_parts(tronc)
    with pytest.raises(RegleViolee, match="100 %"):
        verifier_parts([*tronc, Noeud(4, "D", 2, D("0.1"))])
    with pytest.raises(RegleViolee, match="dépasseraient"):
        verifier_parts([*tronc, Noeud(4, "D", 1, D("0.6"))])


def test_une_intervention_sans_heures_en_compte_35_par_semaine() -> None:
    assert heures_prevues(date(2027, 3, 1), date(2027, 3, 14), 2) == 140


def test_le_second_compteur_se_lit_a_part() -> None:
    point = point_npnru(D(1000), D(250))
    assert (point.reste, point.pourcentage) == (750, 25)


def test_une_etape_en_retard_s_oublie_apres_trois_mois() -> None:
    def etat(jours: int) -> bool:
        lus = points({}, (), le=LE, notification=LE - timedelta(days=jours))
        return next(p.en_retard for p in lus if p.etape.code == MODALITE_ANNONCEE)

    assert [etat(j) for j in (10, 30, 31, 90, 91)] == [False, False, True, True, False]
    assert len({e.code for e in ETAPES}) == len(ETAPES)


def test_les_delais_des_premieres_semaines_sont_ceux_du_territoire() -> None:
    def attendues(delais: DelaisDemarrage) -> dict[str, int]:
        lus = points({}, (), le=LE, notification=LE, delais=delais)
        return {p.etape.code: (p.echeance - LE).days for p in lus if p.echeance is not None}

    usage = attendues(DelaisDemarrage())
    assert (usage[TITULAIRE_CONTACTE], usage[MODALITE_ANNONCEE], usage[PREMIERE_EMBAUCHE]) == (14, 30, 60)
    ici = attendues(DelaisDemarrage(contact=7, modalite=21, embauche=45))
    assert (ici[TITULAIRE_CONTACTE], ici[MODALITE_ANNONCEE], ici[PREMIERE_EMBAUCHE]) == (7, 21, 45)

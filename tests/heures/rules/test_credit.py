from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.credit import crediter, crediter_en_ordre, crediter_malgre_tout, plafonner_ai
from marketplace.heures.rules.ligne import (
    Cadre,
    CodeRejet,
    CompteurAI,
    Compteurs,
    Credit,
    EtatLigne,
    Ligne,
    Periode,
    ReglagesCredit,
)
from marketplace.heures.rules.plausibilite import anomalies
from marketplace.heures.rules.repartition import (
    age_apprenti_admis,
    heures_estimees,
    verifier_repartition,
)
from marketplace.personnes.rules.fenetre import Fenetre

D = Decimal
R = ReglagesCredit()
LIGNE = Ligne("l1", 1, "p1", "c1", date(2026, 3, 1), date(2026, 3, 31), D("151.67"))
CADRE = Cadre(
    contrat=Periode(date(2026, 1, 1)),
    marche=Periode(date(2026, 1, 1), date(2027, 12, 31)),
    objectif=D(1000),
    fenetre=Fenetre(date(2026, 1, 1), date(2027, 12, 31)),
)


def donner(
    ligne: Ligne = LIGNE, cadre: Cadre = CADRE, compteurs: Compteurs | None = None, r: ReglagesCredit = R
) -> Credit:
    return crediter(ligne, cadre, compteurs or Compteurs(), r)[0]


def test_un_mois_ordinaire_compte_en_entier() -> None:
    credit = donner()
    assert (credit.statut, credit.reelles, credit.refusees) == (EtatLigne.COMPTEE, D("151.67"), D(0))
    assert credit.motifs == ()


def test_151_67_heures_ne_se_partagent_pas_en_100_et_60() -> None:
    with pytest.raises(RegleViolee, match=r"8,33"):
        verifier_repartition(D("151.67"), {"A": D(100), "B": D(60)}, accords=("A", "B"))


def test_151_67_heures_se_partagent_entre_trois_marches_d_accord() -> None:
    parts = {"A": D(60), "B": D(50), "C": D("41.67")}
    verifier_repartition(D("151.67"), parts, accords=("A", "B", "C"))
    with pytest.raises(RegleViolee, match="accord"):
        verifier_repartition(D("151.67"), parts, accords=("A", "B"))


def test_un_seul_marche_se_passe_d_accord() -> None:
    verifier_repartition(D(100), {"A": D(100), "B": D(0)})


def test_une_part_negative_est_refusee() -> None:
    with pytest.raises(RegleViolee, match="négative"):
        verifier_repartition(D(100), {"A": D(120), "B": D(-20)})


def test_sept_heures_apres_la_fenetre_donnent_zero_et_une_phrase() -> None:
    cadre = replace(CADRE, fenetre=Fenetre(date(2026, 3, 15), date(2028, 3, 14)), marche=Periode(date(2026, 1, 1)))
    jour = date(2028, 3, 15)
    credit = donner(replace(LIGNE, debut=jour, fin=jour, travaillees=D(7)), cadre)
    assert (credit.statut, credit.reelles, credit.refusees) == (EtatLigne.ECARTEE, D(0), D(7))
    assert credit.motifs[0].code is CodeRejet.HORS_FENETRE
    assert "14 mars 2028" in credit.motifs[0].phrase


def test_une_association_intermediaire_a_470_heures_n_en_place_plus_que_10() -> None:
    compteur = CompteurAI(date(2026, 1, 5), D(470))
    assert plafonner_ai(D(16), date(2026, 6, 1), compteur, R)[:2] == (D(10), D(6))
    credit = donner(replace(LIGNE, type_structure="ai", travaillees=D(16)), compteurs=Compteurs(ai={"p1": compteur}))
    assert (credit.travaillees, credit.refusees) == (D(10), D(6))
    assert credit.motifs[0].code is CodeRejet.PLAFOND_AI


def test_le_compteur_de_l_ai_repart_24_mois_et_un_jour_apres_la_premiere_mise_a_disposition() -> None:
    compteur = CompteurAI(date(2026, 1, 5), D(480))
    assert plafonner_ai(D(8), date(2028, 1, 4), compteur, R)[0] == 0
    assert plafonner_ai(D(8), date(2028, 1, 5), compteur, R)[0] == D(8)


@pytest.mark.parametrize(
    ("ligne", "cadre"),
    [
        (replace(LIGNE, type_structure="ai", utilisateur_entreprise=False), CADRE),
        (replace(LIGNE, type_structure="ai"), replace(CADRE, plafond_ai_leve=True)),
        (replace(LIGNE, type_structure="etti"), CADRE),
    ],
)
def test_le_plafond_de_480_heures_ne_vise_que_les_ai_en_entreprise(ligne: Ligne, cadre: Cadre) -> None:
    compteurs = Compteurs(ai={"p1": CompteurAI(date(2026, 1, 5), D(480))})
    assert donner(ligne, cadre, compteurs).reelles == D("151.67")


def test_un_territoire_peut_seulement_avertir_du_plafond_ai() -> None:
    compteurs = Compteurs(ai={"p1": CompteurAI(date(2026, 1, 5), D(480))})
    credit = donner(replace(LIGNE, type_structure="ai"), compteurs=compteurs, r=ReglagesCredit(ai_refuse=False))
    assert credit.reelles == D("151.67")
    assert "480" in credit.avertissements[0]


def test_cent_heures_valorisees_a_1_20_donnent_120_et_exportent_100() -> None:
    credit = donner(replace(LIGNE, travaillees=D(100)), r=ReglagesCredit(coef_valorisation=D("1.20")))
    assert (credit.valorisees, credit.reelles) == (D("120.00"), D(100))


@pytest.mark.parametrize("coef", ["0.99", "2.01"])
def test_un_coefficient_reste_entre_1_et_2(coef: str) -> None:
    with pytest.raises(RegleViolee):
        ReglagesCredit(coef_valorisation=D(coef))


def test_la_formation_est_plafonnee_a_la_moitie_de_l_objectif() -> None:
    compteurs = Compteurs(formation={"c1": D(480)})
    credit = donner(replace(LIGNE, travaillees=D(50), formation=D(70)), compteurs=compteurs)
    assert (credit.travaillees, credit.formation, credit.refusees) == (D(50), D(20), D(50))
    assert credit.motifs[0].code is CodeRejet.PLAFOND_FORMATION


def test_un_bonus_de_formation_ne_gonfle_que_la_colonne_valorisee() -> None:
    credit = donner(replace(LIGNE, travaillees=D(0), formation=D(40)), r=ReglagesCredit(coef_formation=D("1.5")))
    assert (credit.formation, credit.valorisees) == (D(40), D("60.00"))


def test_une_formation_comptee_a_moitie_le_dit() -> None:
    credit = donner(replace(LIGNE, travaillees=D(0), formation=D(40)), r=ReglagesCredit(coef_formation=D("0.5")))
    assert (credit.formation, credit.refusees) == (D("20.00"), D("20.00"))
    assert credit.motifs[0].code is CodeRejet.NON_CREDITABLE


def test_les_heures_du_tuteur_ne_comptent_pas_par_defaut_et_jamais_comme_reelles() -> None:
    ligne = replace(LIGNE, travaillees=D(100), accompagnement=D(20))
    assert donner(ligne).valorisees == D("100.00")
    credit = donner(ligne, r=ReglagesCredit(coef_accompagnement=D("0.5")))
    assert (credit.reelles, credit.valorisees) == (D(100), D("110.00"))


def test_les_conges_ne_comptent_que_si_la_clause_compte_les_heures_payees() -> None:
    ligne = replace(LIGNE, travaillees=D(100), heures_payees_non_travaillees=D(35))
    assert donner(ligne).reelles == D(100)
    assert donner(ligne, r=ReglagesCredit(base_payees=True)).reelles == D(135)


@pytest.mark.parametrize(
    ("cadre", "statut", "code"),
    [
        (replace(CADRE, fenetre=None), EtatLigne.ATTENTE_ELIGIBILITE, CodeRejet.NON_VALIDE),
        (replace(CADRE, eligibilite_refusee=True), EtatLigne.ECARTEE, CodeRejet.NON_VALIDE),
        (
            replace(CADRE, piece_manquante="le contrat de travail"),
            EtatLigne.ATTENTE_PIECE,
            CodeRejet.PIECE_MANQUANTE,
        ),
        (replace(CADRE, modalite_refusee="Modalité refusée."), EtatLigne.ECARTEE, CodeRejet.MODALITE),
        (replace(CADRE, marche=Periode(date(2026, 4, 1))), EtatLigne.ECARTEE, CodeRejet.HORS_MARCHE),
        (replace(CADRE, contrat=Periode(date(2026, 4, 1))), EtatLigne.ECARTEE, CodeRejet.INCOHERENCE),
        (
            replace(CADRE, suspensions=(Periode(date(2026, 2, 1)),)),
            EtatLigne.ECARTEE,
            CodeRejet.HORS_MARCHE,
        ),
        (replace(CADRE, creditee_depuis=date(2026, 4, 2)), EtatLigne.ECARTEE, CodeRejet.NON_VALIDE),
    ],
)
def test_une_ligne_qui_ne_compte_pas_dit_pourquoi(cadre: Cadre, statut: EtatLigne, code: CodeRejet) -> None:
    credit = donner(cadre=cadre)
    assert (credit.statut, credit.reelles, credit.refusees) == (statut, D(0), D("151.67"))
    assert credit.motifs[0].code is code
    assert credit.motifs[0].phrase.endswith(".")


def test_une_ligne_a_cheval_sur_la_fin_de_la_fenetre_est_partagee_par_jour_ouvre() -> None:
    cadre = replace(CADRE, fenetre=Fenetre(date(2026, 1, 1), date(2026, 3, 13)))
    credit = donner(replace(LIGNE, travaillees=D(110)), cadre)
    assert (credit.reelles, credit.refusees) == (D("50.00"), D("60.00"))


def test_la_tolerance_apres_la_reception_est_un_reglage() -> None:
    cadre = replace(CADRE, marche=Periode(date(2026, 1, 1), date(2026, 2, 28)))
    assert donner(cadre=cadre).reelles == 0
    assert donner(cadre=cadre, r=ReglagesCredit(tolerance_marche_jours=31)).reelles == D("151.67")


def test_une_ligne_deja_enregistree_est_un_doublon_que_rien_ne_rattrape() -> None:
    ligne = replace(LIGNE, empreinte="abc")
    premiere, compteurs = crediter(ligne, CADRE, Compteurs(), R)
    seconde, _ = crediter(replace(ligne, ref="l2"), CADRE, compteurs, R)
    assert premiere.statut is EtatLigne.COMPTEE
    assert seconde.motifs[0].code is CodeRejet.DOUBLON
    with pytest.raises(RegleViolee, match="doublon"):
        crediter_malgre_tout(ligne, seconde, D(1), "Accord")


def test_vingt_cinq_heures_dans_un_jour_sont_impossibles() -> None:
    jour = date(2026, 3, 2)
    credit = donner(replace(LIGNE, debut=jour, fin=jour, travaillees=D(25)))
    assert (credit.statut, credit.motifs[0].code) == (EtatLigne.ECARTEE, CodeRejet.INCOHERENCE)


def test_une_immersion_ne_produit_aucune_heure() -> None:
    assert donner(replace(LIGNE, type_contrat="pmsmp")).motifs[0].code is CodeRejet.NON_CREDITABLE


def test_des_heures_negatives_sont_refusees_a_la_saisie() -> None:
    with pytest.raises(RegleViolee) as refus:
        replace(LIGNE, formation=D(-1))
    assert refus.value.champ == "formation"


def test_le_facilitateur_accorde_des_heures_refusees_avec_un_motif_ecrit() -> None:
    credit = donner(cadre=replace(CADRE, marche=Periode(date(2026, 4, 1))))
    accorde = crediter_malgre_tout(LIGNE, credit, D(100), "Chantier commencé plus tôt")
    assert (accorde.statut, accorde.derogatoires, accorde.reelles) == (EtatLigne.COMPTEE, D(100), D(0))
    with pytest.raises(RegleViolee, match="51,67"):
        crediter_malgre_tout(LIGNE, accorde, D(60), "Encore")
    with pytest.raises(RegleViolee, match="pourquoi"):
        crediter_malgre_tout(LIGNE, credit, D(10), " ")


@pytest.mark.parametrize(
    ("heures", "autres", "mot"),
    [(D(230), D(0), "par jour"), (D(219), D(0), "par semaine"), (D(120), D(101), "tous employeurs")],
)
def test_des_heures_invraisemblables_sont_signalees(heures: D, autres: D, mot: str) -> None:
    assert any(mot in phrase for phrase in anomalies(replace(LIGNE, travaillees=heures), autres, R))


def test_un_temps_plein_n_a_rien_d_invraisemblable() -> None:
    assert anomalies(LIGNE, D(0), R) == ()


def test_une_facture_de_12_000_euros_donne_300_heures_estimees() -> None:
    assert heures_estimees(D(12000), D("0.80"), D(32)) == D("300.00")


@pytest.mark.parametrize(
    ("naissance", "admis"),
    [
        (date(2010, 9, 1), True),
        (date(2010, 9, 2), False),
        (date(1996, 9, 2), True),
        (date(1996, 9, 1), False),
    ],
)
def test_un_apprenti_a_de_16_a_29_ans(naissance: date, admis: bool) -> None:
    assert age_apprenti_admis(naissance, date(2026, 9, 1)) is admis


# --- properties
# ----------------------------------------------------------------------------------------------

HEURES = st.decimals(0, 300, places=2)
JOUR = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@st.composite
def periodes(draw: st.DrawFn) -> Periode:
    debut = draw(JOUR)
    fin = draw(st.none() | st.integers(0, 500).map(lambda n: debut + timedelta(days=n)))
    return Periode(debut, fin)


@st.composite
def lignes(draw: st.DrawFn, numero: int = 1) -> Ligne:
    debut = draw(JOUR)
    return Ligne(
        ref=f"l{numero}",
        numero=numero,
        personne=draw(st.sampled_from(["p1", "p2"])),
        clause=draw(st.sampled_from(["c1", "c2"])),
        debut=debut,
        fin=debut + timedelta(days=draw(st.integers(0, 30))),
        travaillees=draw(HEURES),
        formation=draw(HEURES),
        accompagnement=draw(HEURES),
        type_structure=draw(st.sampled_from(["entreprise", "ai", "etti"])),
        type_contrat=draw(st.sampled_from(["cdd", "cdi", "pmsmp"])),
    )


@st.composite
def cadres(draw: st.DrawFn) -> Cadre:
    debut = draw(JOUR)
    return Cadre(
        contrat=draw(periodes()),
        marche=draw(periodes()),
        objectif=draw(st.decimals(0, 2000, places=2)),
        suspensions=tuple(draw(st.lists(periodes(), max_size=2))),
        fenetre=draw(st.none() | st.just(Fenetre(debut, debut + timedelta(days=300)))),
        creditee_depuis=draw(st.none() | JOUR),
    )


REGLAGES = st.builds(
    ReglagesCredit,
    coef_formation=st.decimals(0, D("1.5"), places=2),
    plafond_formation=st.decimals(0, 1, places=2),
    coef_accompagnement=st.decimals(0, D("0.5"), places=2),
    coef_valorisation=st.decimals(1, 2, places=2),
)


@given(lignes(), cadres(), REGLAGES)
def test_on_ne_credite_jamais_plus_que_travaille_et_forme(ligne: Ligne, cadre: Cadre, r: ReglagesCredit) -> None:
    credit = donner(ligne, cadre, r=r)
    assert 0 <= credit.travaillees <= ligne.travaillees
    assert 0 <= credit.formation <= ligne.formation
    assert credit.reelles + credit.refusees == ligne.travaillees + ligne.formation


@given(lignes(), cadres(), REGLAGES)
def test_chaque_heure_refusee_a_son_motif(ligne: Ligne, cadre: Cadre, r: ReglagesCredit) -> None:
    credit = donner(ligne, cadre, r=r)
    assert sum((m.heures for m in credit.motifs), D(0)) == credit.refusees


@given(st.data(), st.lists(st.integers(), min_size=6, max_size=6, unique=True))
def test_l_ordre_d_import_ne_change_pas_les_credits(data: st.DataObject, cles: list[int]) -> None:
    demandes = [(data.draw(lignes(n)), CADRE) for n in range(6)]
    melange = [d for _, d in sorted(zip(cles, demandes, strict=True), key=lambda couple: couple[0])]
    assert crediter_en_ordre(demandes, Compteurs(), R) == crediter_en_ordre(melange, Compteurs(), R)


@given(st.data())
def test_une_personne_ne_depasse_jamais_480_heures_par_une_ai(data: st.DataObject) -> None:
    demandes = [
        (
            replace(
                data.draw(lignes(n)),
                personne="p1",
                type_structure="ai",
                debut=date(2026, 3, n + 1),
                fin=date(2026, 3, 31),
            ),
            CADRE,
        )
        for n in range(5)
    ]
    total = sum((c.travaillees for c in crediter_en_ordre(demandes, Compteurs(), R).values()), D(0))
    assert total <= 480

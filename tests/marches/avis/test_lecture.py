"""What is read in a notice, trap by trap."""

from __future__ import annotations

from decimal import Decimal

import pytest

from marketplace.marches.avis import AvisLu, Genre, lire_avis, lire_plusieurs
from marketplace.marches.avis.nombres import en_nombre, en_toutes_lettres
from marketplace.marches.avis.texte import phrases, plier


def heures(avis: AvisLu) -> list[tuple[str, Decimal]]:
    return [(h.lot, h.heures) for h in avis.heures]


def test_les_heures_se_lisent_par_lot() -> None:
    avis = lire_avis("Clause sociale d'insertion. Lot 1 : 1 200 heures, lot n°3 : 80 h.")
    assert avis.clause
    assert not avis.reserve
    assert heures(avis) == [("1", Decimal(1200)), ("3", Decimal(80))]
    assert avis.genre is Genre.INSERTION


@pytest.mark.parametrize("espace", [" ", "\xa0", "\u202f", "."])
def test_les_milliers_se_lisent_quel_que_soit_le_separateur(espace: str) -> None:
    avis = lire_avis(f"Le titulaire réalise un minimum de 2{espace}400 heures d'insertion.")
    assert heures(avis) == [("", Decimal(2400))]


def test_le_numero_du_lot_n_entre_pas_dans_le_nombre() -> None:
    assert heures(lire_avis("Heures d'insertion imposées : lot 1 150 heures, lot 2 60 heures.")) == [
        ("1", Decimal(150)),
        ("2", Decimal(60)),
    ]


def test_un_taux_par_tranche_n_est_pas_un_nombre_d_heures() -> None:
    avis = lire_avis("Clause d'insertion : 5h par tranche de 10 000 € HT de travaux.")
    assert avis.clause
    assert avis.heures == ()
    assert [t.texte for t in avis.taux] == ["5h par tranche de 10 000 € HT"]


def test_un_pourcentage_d_effort_est_un_taux_et_une_retenue_de_garantie_non() -> None:
    avis = lire_avis("Clause sociale : 7 % des heures travaillées. Retenue de garantie de 5 %.")
    assert [t.texte for t in avis.taux] == ["7 %"]


def test_les_horaires_et_les_delais_ne_sont_pas_des_heures_d_insertion() -> None:
    avis = lire_avis(
        "Clause d'insertion : 220 heures. Accueil de 9h à 17h, réponse sous 48 heures. Visite le 3 mars à 14h00."
    )
    assert heures(avis) == [("", Decimal(220))]


def test_un_total_et_ses_tranches_ne_se_comptent_pas_deux_fois() -> None:
    avis = lire_avis("Clause d'insertion (250 heures, soit 120 heures en tranche ferme et 130 heures optionnelles).")
    assert heures(avis) == [("", Decimal(250))]


def test_un_total_laisse_la_place_aux_lots() -> None:
    avis = lire_avis("Insertion : lot 1 : 150 heures ; lot 2 : 80 heures ; soit un total de 230 heures.")
    assert heures(avis) == [("1", Decimal(150)), ("2", Decimal(80))]


def test_une_somme_fortuite_entre_lots_n_est_pas_un_total() -> None:
    avis = lire_avis("Action d'insertion : lot 3 (105 heures), lot 6 (70 heures), lot 11 (35 heures).")
    assert heures(avis) == [("3", Decimal(105)), ("6", Decimal(70)), ("11", Decimal(35))]


def test_sans_clause_aucune_heure() -> None:
    avis = lire_avis("Quantité estimée : 1 200 heures de nettoyage par an.")
    assert not avis.clause
    assert avis.heures == ()
    assert avis.extrait == ""


def test_sous_reserve_n_est_pas_une_reservation() -> None:
    assert not lire_avis("Le marché est reconductible sous réserve du vote des crédits.").reserve


def test_une_procedure_reservee_aux_operateurs_europeens_n_est_pas_une_reservation() -> None:
    assert not lire_avis("La présente procédure est réservée aux opérateurs économiques européens.").reserve


def test_une_reservation_seule_n_est_pas_une_clause() -> None:
    avis = lire_avis("Marché réservé aux entreprises adaptées et ESAT (article L. 2113-12).")
    assert avis.reserve
    assert not avis.clause
    assert avis.genre is Genre.RESERVE
    assert "réservé" in avis.extrait


def test_un_critere_seul_n_est_pas_une_clause() -> None:
    avis = lire_avis("Critères d'attribution : prix 60 %, insertion des publics en difficulté 40 %.")
    assert not avis.clause
    assert avis.genre is Genre.CRITERE


def test_une_condition_environnementale_seule_n_est_pas_une_clause() -> None:
    avis = lire_avis("Consultation comportant des conditions d'exécution à caractère environnemental.")
    assert not avis.clause
    assert avis.genre is Genre.ENVIRONNEMENT


def test_un_stage_est_une_clause_de_formation() -> None:
    avis = lire_avis("Le titulaire s'engage à accueillir un apprenti pendant la durée du marché.")
    assert avis.clause
    assert avis.genre is Genre.FORMATION


def test_l_interdiction_de_reserves_ne_nie_pas_la_clause() -> None:
    avis = lire_avis(
        "Les candidats ne sont pas autorisés à formuler des réserves sur la clause obligatoire d'insertion."
    )
    assert avis.clause
    assert not avis.reserve


def test_l_extrait_est_un_morceau_du_texte_et_sa_place_est_juste() -> None:
    texte = "Avance de 5 %.Clause sociale : présent lot : 100 heuresLes modalités sont dans le CCAP."
    avis = lire_avis(texte)
    assert avis.texte[avis.debut : avis.fin] == avis.extrait
    assert "100 heures" in avis.extrait
    assert avis.texte[avis.heures[0].debut : avis.heures[0].fin] == "100 heures"


@pytest.mark.parametrize("vide", ["", "   ", "\n", "…", "0"])
def test_un_texte_vide_ne_dit_rien(vide: str) -> None:
    avis = lire_avis(vide)
    assert not avis.clause
    assert not avis.reserve
    assert 0 <= avis.proba < 0.5


def test_une_phrase_au_milieu_d_un_long_cahier_des_charges_est_lue() -> None:
    remplissage = "Le titulaire remet ses plans sous trente jours et tient le chantier propre. " * 60
    avis = lire_avis(remplissage + "Il réserve 350 heures d'insertion à des demandeurs d'emploi. " + remplissage)
    assert avis.clause
    assert heures(avis) == [("", Decimal(350))]


def test_lire_ensemble_ou_un_par_un_donne_la_meme_chose() -> None:
    textes = ["Clause sociale", "Sans objet", "Marché réservé aux SIAE, article L. 2113-13."]
    assert lire_plusieurs(textes) == [lire_avis(t) for t in textes]
    assert lire_plusieurs([]) == []


@pytest.mark.parametrize("texte", ["Œuvre ½ é’– a", "e\u0301t\u0301\u0301", "ﬁn ß \u200b", "日本 \U0001f600"])
def test_plier_garde_la_longueur(texte: str) -> None:
    assert len(plier(texte)) == len(texte)
    for p in phrases(texte):
        assert texte[p.debut : p.fin] == p.brut


@pytest.mark.parametrize(
    ("ecrit", "valeur"),
    [("cent cinq ", 105), ("quatre-vingts ", 80), ("mille deux cents ", 1200), ("vingt et un ", 21)],
)
def test_les_nombres_en_lettres(ecrit: str, valeur: int) -> None:
    assert en_toutes_lettres(ecrit) == valeur
    assert en_nombre("1 200,5") == Decimal("1200.5")


@pytest.mark.parametrize(
    "texte",
    [
        "Clause d&#39;insertion &eacute;tablie &agrave; 500&nbsp;heures pour le march&amp;eacute;.",
        "<p>Clause d&rsquo;insertion</p><ul><li><b>500 heures</b> d&rsquo;insertion</li></ul>",
        "Le titulaire s'en-\ngage à réaliser une ac-\ntion d'insertion de\n500 heures de travail.",
        "LE MARCHE COMPORTE UNE CLAUSE D INSERTION DE 500 HEURES",
        "Clause d'inssertion profesionnelle : 500 heures",
    ],
)
def test_un_texte_abime_par_un_portail_ou_un_pdf_se_lit_quand_meme(texte: str) -> None:
    avis = lire_avis(texte)
    assert avis.clause
    assert [h for _, h in heures(avis)] == [Decimal(500)]
    assert avis.texte[avis.debut : avis.fin] == avis.extrait


def test_un_tableau_copie_case_par_case_garde_ses_lots() -> None:
    avis = lire_avis("Lot\nIntitulé\nHeures d'insertion\n1\nGros oeuvre\n300\n2\nPeinture\n150")
    assert heures(avis) == [("1", Decimal(300)), ("2", Decimal(150))]


def test_la_base_d_un_taux_et_la_tranche_de_montant_ne_sont_pas_des_heures_dues() -> None:
    avis = lire_avis("Taux d'insertion de 5 % appliqué à 26 000 heures de main-d'œuvre, soit 1 300 heures à réaliser.")
    assert heures(avis) == [("", Decimal(1300))]
    assert heures(lire_avis("Chaque tranche de 30 000 euros HT génère 35 heures d'insertion.")) == []


@pytest.mark.parametrize("reponse", ["n'en comporte pas", "n'en prévoit aucune"])
def test_une_phrase_peut_nier_celle_d_avant(reponse: str) -> None:
    assert not lire_avis(f"Les marchés de la ville ont souvent une clause sociale. Le présent marché {reponse}.").clause
    assert not lire_avis("Clause sociale ?\nNon.").clause

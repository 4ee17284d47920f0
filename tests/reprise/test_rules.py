"""How cells, headers and names of workbooks are read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.erreurs import RegleViolee
from marketplace.reprise.rules.cellules import (
    Mois,
    jour_annonce,
    lire_heures_source,
    lire_jour_source,
    lire_periode,
)
from marketplace.reprise.rules.champs import MARCHES, PERSONNES, est_sante, reconnaitre
from marketplace.reprise.rules.grille import comprendre
from marketplace.reprise.rules.listes import FERMEES, etat_par_defaut
from marketplace.reprise.rules.rapprochement import Cible, Sorte, rapprocher, ressemblance, squelette
from marketplace.reprise.rules.source import intitule_du_lot, lot_normalise
from marketplace.tableur import Feuille, LigneTableau

D = Decimal


@pytest.mark.parametrize(
    ("texte", "heures"),
    [
        ("1 234,5 h", "1234.50"), ("120h30", "120.50"), ("35 heures", "35.00"), ("1.234,5", "1234.50"),
        ("1\u202f234", "1234.00"), ("12.345678901", "12.35"), ("7h", "7.00"), ("0", "0.00"), ("1,234.5", "1234.50"),
    ],
)  # fmt: skip
def test_des_heures_ecrites_a_la_main_se_lisent(texte: str, heures: str) -> None:
    assert lire_heures_source(texte) == D(heures)


@pytest.mark.parametrize("texte", ["", "-", " – ", "néant", "NC", "sans objet"])
def test_une_cellule_qui_ne_dit_rien_ne_donne_pas_d_heures(texte: str) -> None:
    assert lire_heures_source(texte) is None


@pytest.mark.parametrize("texte", ["-12", "douze", "12h75", "20000000", "#REF!", "12/13"])
def test_des_heures_impossibles_sont_refusees(texte: str) -> None:
    with pytest.raises(RegleViolee):
        lire_heures_source(texte)


@given(st.decimals(min_value=0, max_value=9_999_999, places=2, allow_nan=False))
@settings(max_examples=60)
def test_un_nombre_ecrit_en_francais_revient_entier(valeur: D) -> None:
    texte = f"{valeur:,.2f}".replace(",", "\u202f").replace(".", ",")
    assert lire_heures_source(f"{texte} h") == valeur


@pytest.mark.parametrize(
    ("texte", "jour"),
    [
        ("12/03/2020", date(2020, 3, 12)), ("12.03.20", date(2020, 3, 12)), ("12 mars 2020", date(2020, 3, 12)),
        ("1er avril 2020", date(2020, 4, 1)), ("mars-20", date(2020, 3, 1)), ("43902", date(2020, 3, 12)),
        ("2020-03-12 00:00", date(2020, 3, 12)), ("03/2020", date(2020, 3, 1)), ("à définir", None),
    ],
)  # fmt: skip
def test_une_date_en_texte_se_lit(texte: str, jour: date | None) -> None:
    assert lire_jour_source(texte) == jour


@pytest.mark.parametrize("texte", ["31/02/2020", "32 mars 2020", "2020/13/01", "T1 2020"])
def test_un_jour_qui_n_existe_pas_est_refuse(texte: str) -> None:
    with pytest.raises(RegleViolee):
        lire_jour_source(texte)


def test_un_entete_de_mois_ou_d_annee_donne_ses_mois() -> None:
    mars = Mois(date(2020, 3, 1), date(2020, 3, 1))
    assert lire_periode("mars-20") == lire_periode("03/2020") == lire_periode("Mars", 2020) == mars
    assert lire_periode("Heures réalisées 2020") == Mois(date(2020, 1, 1), date(2020, 12, 1))
    assert lire_periode("mars") is None


def test_le_titre_dit_a_quel_jour_les_totaux_sont_arretes() -> None:
    assert jour_annonce(["Suivi", "situation au 30 juin 2021"]) == date(2021, 6, 30)
    assert jour_annonce(["Bilan 2020"]) == date(2020, 12, 31)
    assert jour_annonce(["Suivi des marchés"]) is None


@pytest.mark.parametrize(
    ("genre", "entete", "champ"),
    [
        (MARCHES, "Maître d'Ouvrage", "acheteur"), (MARCHES, "N° lot", "lot"),
        (MARCHES, "Volume horaire", "heures_prevues"),
        (MARCHES, "Nb heures d'insertion prévues", "heures_prevues"),
        (MARCHES, "Heures réalisées au 31/12/2020", "heures_faites"),
        (MARCHES, "Reste à faire", ""), (MARCHES, "% réalisé", ""), (MARCHES, "Observations", ""),
        (MARCHES, "Entreprise atributaire", "titulaire"), (PERSONNES, "Né(e) le", "date_naissance"),
        (PERSONNES, "Nom et prénom", "nom_prenom"), (PERSONNES, "janv.-20", "heures_faites"),
        (PERSONNES, "H/F", "sexe"),
    ],
)  # fmt: skip
def test_un_entete_dit_son_champ(genre: str, entete: str, champ: str) -> None:
    assert reconnaitre([[entete]], genre)[0].champ == champ


def test_une_colonne_de_sante_se_reconnait() -> None:
    assert est_sante("RQTH")
    assert est_sante("Restrictions médicales")
    assert not est_sante("Statut")


@pytest.mark.parametrize(
    ("un", "autre"),
    [
        ("Pil'emploi", "Pill'Emploi"), ("Feuille d'Érable", "Feuille d'Erable"), ("Re'n'art", "Ren'art"),
        ("MobilEco", "Mobileco"), ("Vigne(s) de Cocagne", "Vignes de Cocagne"), ("St Pons", "Saint-Pons"),
        ("Hygie Sphère", "Hygie-Sphère"), ("B.R.L", "BRL"), ("SARL Maçonnerie Arnavel", "Maçonneries Arnavel"),
    ],
)  # fmt: skip
def test_les_variantes_d_un_nom_sont_un_seul_nom(un: str, autre: str) -> None:
    """The list of domaine-herault I28."""
    assert squelette(un) == squelette(autre)


@pytest.mark.parametrize(
    ("un", "autre"),
    [("Collège Exemple 1", "Collège Exemple 2"), ("SDI Est Héraultais", "SDI Cœur Héraultais"), ("BRL", "BTL"),
     ("Lot 3", "Lot 13")],
)  # fmt: skip
def test_deux_noms_differents_ne_sont_jamais_confondus_sans_question(un: str, autre: str) -> None:
    fait = rapprocher("entreprise", {un: 3, autre: 2}, (), {}, creer=True)
    assert fait[0].cible != fait[1].cible or fait[1].a_decider
    assert squelette(un) != squelette(autre)


def test_un_nom_proche_pose_une_question_avec_la_meilleure_reponse() -> None:
    connues = [Cible("ORG-1", "Serrurerie Jaurelle"), Cible("ORG-2", "Toitures Mirandole")]
    (fait,) = rapprocher("entreprise", {"Serrurerie Jaurelet": 4}, connues, {}, creer=True)
    assert fait.a_decider
    assert fait.cible == "ORG-1"
    assert ressemblance("Serrurerie Jaurelet", "Toitures Mirandole") < 60


def test_une_valeur_deja_decidee_n_est_plus_demandee() -> None:
    (fait,) = rapprocher("modalite", {"Autre (ETT)": 4}, FERMEES["modalite"], {"autre ett": "ett"}, creer=False)
    assert (fait.sorte, fait.cible) == (Sorte.RETENUE, "ett")


def test_un_lot_se_lit_de_plusieurs_facons() -> None:
    assert {lot_normalise(t) for t in ("Lot n°03", "3", "3 - Gros œuvre", "lot 3")} == {"3"}
    assert intitule_du_lot("Lot 3 : Gros œuvre") == "Gros œuvre"
    assert lot_normalise("4A") == lot_normalise("lot 4 a") == "4a"


def test_un_marche_sans_etat_prend_celui_de_ses_dates() -> None:
    jour = date(2026, 11, 21)
    assert etat_par_defaut(date(2025, 1, 1), date(2026, 1, 1), True, jour) == "termine"
    assert etat_par_defaut(date(2026, 1, 1), None, True, jour) == "en_cours"
    assert etat_par_defaut(date(2027, 1, 1), None, True, jour) == "notifie"
    assert etat_par_defaut(None, None, False, jour) == "a_etudier"


def test_l_entete_sur_deux_lignes_les_titres_et_les_totaux_sont_reconnus() -> None:
    lignes = (
        ("Suivi 2020",), ("MARCHE", "", "HEURES", ""), ("Acheteur", "Intitulé", "Prévues", "Réalisées"),
        ("SDI EST",), ("BRL", "Canal", "100", "40"), ("Acheteur", "Intitulé", "Prévues", "Réalisées"),
        ("BRL", "Digue", "50", "10"), ("Sous-total BRL", "", "150", "50"), ("", "", "150", "50"),
        ("TOTAL", "", "150", "50"),
    )  # fmt: skip
    g = comprendre(Feuille("Suivi", tuple(LigneTableau(n, c) for n, c in enumerate(lignes, 1))))
    assert g.genre == MARCHES
    assert [c.champ for c in g.colonnes] == ["acheteur", "intitule", "heures_prevues", "heures_faites"]
    assert [ligne.numero for ligne in g.lignes] == [5, 7]
    assert [(t.numero, t.partiel) for t in g.totaux] == [(8, True), (9, False), (10, False)]
    assert g.intertitres == ((4, "SDI EST"),)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.erreurs import RegleViolee
from marketplace.personnes.rules.proteges import (
    avertir,
    colonnes_nir,
    contient_nir,
    mots_sensibles,
    refuser_nir,
)


@pytest.mark.parametrize(
    "texte",
    [
        "1 85 05 78 006 084 36",
        "185057800608436",
        "1850578006084",
        "1-85-05-78-006-084-36",
        "1.85.05.78.006.084.36",
        "2\u00a085\u202f05 78 006 084",
        "2 85 05 2A 004 084",
        "285052B004084 12",
        "Son numéro est le 1850578006084, à noter",
        "sécu:185057800608436.",
        "dossier_1850578006084.pdf",
        "12 rue Haute, 1850578006084",
        "１８５０５７８００６０８４",
        "1 85 05 99 006 084",
    ],
)
def test_un_numero_de_securite_sociale_est_refuse_partout(texte: str) -> None:
    assert contient_nir(texte)
    with pytest.raises(RegleViolee, match="sécurité sociale") as refus:
        refuser_nir(texte, champ="note")
    assert refus.value.champ == "note"


@pytest.mark.parametrize(
    "texte",
    [
        "",
        "06 12 34 56 78",
        "06 12 34 56 78 / 07 98 76 54 32",
        "0612345678 0498765432",
        "12345678200010",
        "123 456 782 00010",
        "SIRET 185 057 800 60843",
        "4 000 000 000 000",
        "1700000000000",
        "Le 12/03/2026 à 8 h 30",
        "FR76 3000 6000 0112 3456 7890 189",
        "20000000000017-2026VOIRIE07",
        "151,67 h et 1 234,5 h",
        "18505780060843612",
    ],
)
def test_un_siret_un_telephone_ou_une_date_ne_sont_pas_des_numeros_de_securite_sociale(texte: str) -> None:
    assert not contient_nir(texte)
    assert refuser_nir(texte) == texte


CHIFFRES = "0123456789"


@given(st.text(CHIFFRES, min_size=14, max_size=14))
def test_un_siret_de_14_chiffres_n_est_jamais_pris_pour_un_nir(siret: str) -> None:
    assert not contient_nir(siret)
    assert not contient_nir(f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}")
    assert not contient_nir(f"Établissement {siret}, à Lunel.")


@given(
    sexe=st.sampled_from("12"),
    annee=st.integers(0, 99),
    mois=st.integers(1, 12),
    departement=st.integers(1, 95),
    commune=st.integers(1, 990),
    ordre=st.integers(1, 999),
    cle=st.none() | st.integers(1, 97),
    separateur=st.sampled_from(["", " ", ".", "-", "\u00a0", " - "]),
    avant=st.sampled_from(["", "NIR ", "n° "]),
)
def test_un_nir_bien_forme_est_toujours_vu(
    sexe: str,
    annee: int,
    mois: int,
    departement: int,
    commune: int,
    ordre: int,
    cle: int | None,
    separateur: str,
    avant: str,
) -> None:
    morceaux = [sexe, f"{annee:02}", f"{mois:02}", f"{departement:02}", f"{commune:03}", f"{ordre:03}"]
    if cle is not None:
        morceaux.append(f"{cle:02}")
    assert contient_nir(avant + separateur.join(morceaux))


def test_la_colonne_nir_d_un_fichier_est_ecartee_par_son_nom_ou_par_son_contenu() -> None:
    entetes = ["Nom", "N° de sécurité sociale", "Note", "SIRET"]
    lignes = [
        ["Exemple", "", "rien", "12345678200010"],
        ["Modèle", "", "1 85 05 78 006 084", "12345678200028"],
    ]
    assert colonnes_nir(entetes, lignes) == (1, 2)


def test_un_mot_sensible_avertit_sans_refuser() -> None:
    assert mots_sensibles("Suivi pour dépression, sort de prison ; dépression ancienne") == ("depression", "prison")
    assert "depression" in avertir("Dépression.")
    assert avertir("Sait poser un carrelage, a le permis B.") == ""

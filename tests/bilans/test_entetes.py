from marketplace.bilans.vue import Colonne


def test_une_entete_de_tableur_dit_son_unite_une_seule_fois():
    assert Colonne("heures", "Heures 2026", 0, "h").entete == "Heures 2026 (h)"
    assert Colonne("part", "% des heures", 0, "%").entete == "% des heures"
    assert Colonne("salaries", "Salariés").entete == "Salariés"

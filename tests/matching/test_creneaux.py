"""The hours of the day somebody said she may start at bind the ranking; nothing said binds nothing."""

from __future__ import annotations

from datetime import time

import pytest

from marketplace.matching import Experience, Poste, Profil, Ranker

MONTPELLIER = "34172"


def personne(ref: str, *creneaux: str) -> Profil:
    modes = frozenset({"voiture"})
    return Profil(
        ref, (Experience("maçon", "F1703"),), code_insee=MONTPELLIER, modes=modes, creneaux=frozenset(creneaux)
    )


@pytest.fixture
def rangs(moteur: Ranker) -> Ranker:
    seul = moteur.jumeau()
    tot, jour = personne("tot", "avant_7h", "7h_9h"), personne("jour", "9h_16h30", "samedi")
    seul.charger([tot, jour, personne("samedi", "samedi"), personne("rien")])
    return seul


@pytest.mark.parametrize(
    ("heure", "retenues"),
    [
        (time(5, 30), {"tot", "samedi", "rien"}),
        (time(7, 0), {"tot", "samedi", "rien"}),
        (time(9, 0), {"jour", "samedi", "rien"}),
        (time(16, 29), {"jour", "samedi", "rien"}),
        (time(22, 0), {"samedi", "rien"}),
        (None, {"tot", "jour", "samedi", "rien"}),
    ],
)
def test_l_heure_de_prise_de_poste_exclut_qui_a_dit_ne_pas_pouvoir(
    rangs: Ranker, heure: time | None, retenues: set[str]
) -> None:
    rang = rangs.rank(Poste("O", "Maçon", code_rome="F1703", code_insee=MONTPELLIER, heure_debut=heure))
    assert {ligne.ref for ligne in rang.lignes} == retenues
    assert rang.ecartes["horaires"] == 4 - len(retenues)


def test_le_miroir_et_la_mise_a_jour_suivent_les_horaires_dits(rangs: Ranker) -> None:
    poste = Poste("O", "Maçon", code_rome="F1703", code_insee=MONTPELLIER, heure_debut=time(6))
    assert rangs.rank_postes(personne("jour", "9h_16h30"), [poste]).ecartes["horaires"] == 1
    rangs.appliquer([personne("jour", "avant_7h")], [])
    assert "jour" in {ligne.ref for ligne in rangs.rank(poste).lignes}

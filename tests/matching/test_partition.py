"""Parts of a pool, in one process, by loky or on a dask LocalCluster, give the list of the whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from marketplace.matching import Classement, ErreurMatching, Poste, Profil, Ranker, partition
from marketplace.matching.banc import gens, postes
from marketplace.matching.partition import Part, classer, partager

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
AILLEURS = ("30007", "11262", "34172", "12145")


def _d_ailleurs(profil: Profil, code_insee: str) -> Profil:
    return replace(profil, code_insee=code_insee, modes=frozenset({"voiture"}), trajet_max_minutes=120)


@dataclass
class Pays:
    """Four départements in one engine, and the same people in four files."""

    parts: list[Part]
    offres: list[Poste]
    exclus: frozenset[str]
    tout: Callable[[Poste], Classement]


@pytest.fixture(scope="module")
def pays(moteur: Ranker, tmp_path_factory: pytest.TempPathFactory) -> Pays:
    ranker = moteur.jumeau()
    tous = [p if i % 3 else _d_ailleurs(p, AILLEURS[i % 4]) for i, p in enumerate(gens(moteur, 300, graine=10))]
    ranker.charger(tous)
    parts = partager(tous, tmp_path_factory.mktemp("parts"), SEEDS / "referentiels", SEEDS / "modeles")
    assert len(parts) == 4
    exclus = frozenset(p.ref for p in tous[::7])
    return Pays(
        parts,
        postes(ranker, 6),
        exclus,
        lambda poste: ranker.rank(poste, parmi=~ranker.masque(exclus), limit=15),
    )


@pytest.fixture
def socle_partage(pays: Pays, moteur: Ranker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts read by this process take the engine already open."""
    monkeypatch.setattr(partition, "_SOCLES", {(pays.parts[0].referentiels, pays.parts[0].modeles): moteur})


@pytest.mark.usefixtures("socle_partage")
def test_les_parts_lues_par_un_processus_rendent_la_liste_du_tout(pays: Pays) -> None:
    for poste in pays.offres:
        rendu = classer(pays.parts, poste, exclus=pays.exclus, limit=15, backend="sequential", processus=1)
        assert rendu == pays.tout(poste)
        assert len(rendu.lignes) + len(rendu.hors_de_portee) > 3
        assert not pays.exclus & {x.ref for x in (*rendu.lignes, *rendu.hors_de_portee)}


def test_les_parts_d_une_grappe_dask_rendent_la_liste_du_tout(pays: Pays, monkeypatch: pytest.MonkeyPatch) -> None:
    from dask.distributed import Client, LocalCluster

    monkeypatch.setattr(partition, "_OUVERTS", {})
    with (  # one process of two threads: with one thread in all, joblib would not leave this process
        LocalCluster(n_workers=1, threads_per_worker=2, processes=True, dashboard_address=None) as grappe,
        Client(grappe),
    ):
        for poste in pays.offres[:3]:
            assert classer(pays.parts, poste, exclus=pays.exclus, limit=15, backend="dask") == pays.tout(poste)
    assert not partition._OUVERTS


@pytest.mark.usefixtures("socle_partage")
def test_une_part_lue_par_loky_rend_la_meme_liste_qu_ici(pays: Pays) -> None:
    une, poste = pays.parts[-1:], pays.offres[0]
    ici = classer(une, poste, limit=15, backend="sequential", processus=1)
    assert ici.lignes
    assert classer(une, poste, limit=15, backend="loky", processus=2) == ici


def test_sans_grappe_ouverte_le_refus_dit_quoi_faire(pays: Pays) -> None:
    with pytest.raises(ErreurMatching, match="Client dask"):
        classer(pays.parts, pays.offres[0], backend="dask")

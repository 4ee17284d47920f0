"""Real journeys: routed rows and timetables, what they change in the engine, what is said of a bad file."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import time

import numpy as np
import pytest

from marketplace.matching import ErreurMatching, Experience, Poste, Profil, Ranker
from marketplace.matching.releves import Releve, TableTrajets, lire_gtfs, lire_reperes
from marketplace.matching.trajets import Trajets
from tests.matching.gtfs import BEZIERS, CALENDRIER, MONTPELLIER, SETE, gtfs, reperes

GANGES = "34111"


@pytest.fixture
def trajets(moteur: Ranker) -> Trajets:
    return Trajets(moteur.trajets.communes)


@pytest.fixture
def lent(trajets: Trajets) -> bytes:
    """Roads half as slow again as the estimate."""

    def minutes(a: str, b: str) -> float:
        return round((trajets.minutes(a, b, "voiture") or 0) * 1.5, 1)

    return reperes(trajets.communes, minutes).encode()


@pytest.fixture
def moteur_neuf(moteur: Ranker) -> Iterator[Ranker]:
    autre = moteur.jumeau()
    yield autre
    autre.recevoir_trajets([])


def test_des_temps_routes_remplacent_l_estimation_la_ou_ils_sont_donnes(trajets: Trajets, lent: bytes) -> None:
    lu = lire_reperes(lent, trajets)
    assert not lu.problemes
    assert lu.releve is not None
    assert 60 <= lu.resume["communes"] <= 75  # type: ignore[operator]
    assert lu.resume["erreur_apres"] < lu.resume["erreur_avant"] / 2  # type: ignore[operator]
    a, b = lu.releve.communes[3], lu.releve.communes[41]
    avant, ailleurs = trajets.minutes(a, b, "voiture"), trajets.minutes("38185", "38053", "voiture")
    trajets.corriger(TableTrajets(trajets, [Releve.depuis(lu.releve.en_octets())]))
    assert trajets.minutes(a, b, "voiture") == pytest.approx(1.5 * (avant or 0), rel=0.1)
    assert trajets.minutes(a, b, "deux_roues") == pytest.approx(1.25 * 1.5 * (avant or 0), rel=0.12)
    assert trajets.minutes("38185", "38053", "voiture") == ailleurs
    trajets.corriger(None)
    assert trajets.minutes(a, b, "voiture") == avant


def test_une_liste_de_paires_vaut_un_tableau(trajets: Trajets, lent: bytes) -> None:
    lignes = [ligne.split(";") for ligne in lent.decode().splitlines()]
    paires = "depart,arrivee,minutes\n" + "\n".join(
        f"{x[0]},{repere},{t.replace(',', '.')}"
        for x in lignes[1:]
        for repere, t in zip(lignes[0][1:], x[1:], strict=True)
    )
    un, deux = lire_reperes(lent, trajets), lire_reperes(gzip.compress(paires.encode()), trajets)
    assert un.releve is not None
    assert deux.releve is not None
    assert un.releve.communes == deux.releve.communes
    assert un.releve.voiture is not None
    assert deux.releve.voiture is not None
    assert np.abs(un.releve.voiture.astype(int) - deux.releve.voiture).max() <= 1


@pytest.mark.parametrize(
    ("contenu", "dit"),
    [
        (b"", "vide"),
        (b"bonjour", "Titres attendus"),
        (b"code_insee;34172;34032\n34301;25;50", "il en faut au moins 8"),
        (b"depart,arrivee,minutes\n34172,34032,vite", "« vite » n'est pas un temps"),
        (b"\x1f\x8babc", "abîmé"),
    ],
)
def test_un_fichier_de_routes_mauvais_dit_pourquoi(trajets: Trajets, contenu: bytes, dit: str) -> None:
    lu = lire_reperes(contenu, trajets)
    assert lu.releve is None
    assert lu.bloque
    assert any(dit in p.texte for p in lu.problemes)


def test_une_commune_inconnue_est_laissee_avec_sa_ligne(trajets: Trajets, lent: bytes) -> None:
    lu = lire_reperes(lent + b"\n99999" + b";12" * 10, trajets)
    assert lu.releve is not None
    assert [(p.ligne, p.bloquant) for p in lu.problemes] == [(len(lent.splitlines()) + 1, False)]


def test_les_horaires_donnent_les_minutes_et_la_premiere_arrivee(trajets: Trajets) -> None:
    lu = lire_gtfs(gtfs(trajets.communes), trajets, ("34",))
    assert not lu.problemes
    assert lu.resume["courses"] == 2
    assert lu.resume["jour"] == "2026-09-01"
    assert lu.releve is not None
    trajets.corriger(TableTrajets(trajets, [Releve.depuis(lu.releve.en_octets())]))
    minutes = trajets.minutes(SETE, MONTPELLIER, "transports")
    assert minutes is not None
    assert 35 <= minutes <= 70
    assert trajets.minutes(MONTPELLIER, SETE, "transports") is None  # no train back in the morning
    assert trajets.minutes(GANGES, MONTPELLIER, "transports") is None  # no stop there
    la, lieu = np.array([trajets.communes.rang[SETE]]), trajets.communes.rang[MONTPELLIER]
    a_l_heure = [trajets.minutes_tous_modes(lieu, la, h * 60 + m)[2, 0] for h, m in ((6, 0), (6, 40), (6, 50), (8, 0))]
    assert np.isinf(a_l_heure[0])
    assert np.isinf(a_l_heure[1])
    assert np.isfinite(a_l_heure[2])
    assert np.isfinite(a_l_heure[3])


def test_sans_bus_a_l_heure_de_prise_de_poste_la_personne_est_hors_de_portee(moteur_neuf: Ranker) -> None:
    m = moteur_neuf
    lu = lire_gtfs(gtfs(m.trajets.communes), m.trajets, ("34",))
    assert lu.releve is not None
    m.charger(
        [Profil("S", (Experience("maçon"),), code_insee=SETE, modes=frozenset({"transports"}), trajet_max_minutes=75)]
    )
    m.recevoir_trajets([lu.releve])
    for heure, dedans in ((time(5, 30), False), (time(6, 30), False), (time(7, 0), True), (None, True)):
        poste = Poste("O", "maçon", code_rome="F1703", code_insee=MONTPELLIER, heure_debut=heure)
        rang = m.rank(poste)
        assert bool(rang.lignes) is dedans, heure
        assert bool(rang.hors_de_portee) is not dedans, heure


@pytest.mark.parametrize(
    ("autres", "fichier", "dit"),
    [
        ({"stops": None}, "stops.txt", "Il manque"),
        ({"calendar": None}, "calendar.txt", "aucun jour"),
        ({"calendar": CALENDRIER.replace("20260901", "bientôt")}, "calendar.txt", "AAAAMMJJ"),
        ({"trips": "route_id,trip_id\nR,T1\n"}, "trips.txt", "Colonne absente : service_id"),
        ({"stop_times": "trip_id,stop_id,stop_sequence,arrival_time\nT1,MTP,1,tôt\n"}, "stop_times.txt", "illisible"),
    ],
)
def test_une_archive_gtfs_mauvaise_dit_quel_fichier_et_quelle_ligne(
    trajets: Trajets, autres: dict[str, str | None], fichier: str, dit: str
) -> None:
    lu = lire_gtfs(gtfs(trajets.communes, **autres), trajets, ("34",))
    assert lu.releve is None
    assert any(p.fichier == fichier and dit in p.texte for p in lu.problemes)


def test_ce_qui_n_est_pas_une_archive_ou_pas_un_releve_est_refuse(trajets: Trajets) -> None:
    assert lire_gtfs(b"PK pas un zip", trajets, ("34",)).bloque
    for octets in (b"", b"abc", b"PK\x03\x04"):
        with pytest.raises(ErreurMatching):
            Releve.depuis(octets)


def test_un_arret_inconnu_est_laisse_avec_sa_ligne(trajets: Trajets) -> None:
    bonnes = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    bonnes += "T1,06:00:00,06:00:00,SET,1\nT1,06:30:00,06:30:00,MTP,2\nT1,06:40:00,06:40:00,LUNE,3\n"
    lu = lire_gtfs(gtfs(trajets.communes, stop_times=bonnes), trajets, ("34",))
    assert lu.releve is not None
    assert [(p.fichier, p.ligne, p.bloquant) for p in lu.problemes] == [("stop_times.txt", 4, False)]
    assert BEZIERS in lu.releve.communes

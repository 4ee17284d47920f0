"""Speed of a ranking against the bare product of its own index, and against peers, in the same process.

People beyond `MODELES` are copies of made-up ones, moved and renamed: reading a wording is timed apart.
"""

from __future__ import annotations

import os
import random
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from marketplace.matching.entrainement import bruit
from marketplace.matching.pairs_de_banc import PAIRS, Corpus, Pair
from marketplace.matching.ranker import Ranker
from marketplace.matching.texte import formes
from marketplace.matching.valeurs import Experience, Poste, Profil
from marketplace.matching.vivier import Vivier, hacher

MODELES = 20_000
OFFRES_PAIRS = 40
BUDGET_PAIR_S = 20.0
AUTRES = 300  # offres on which the other ways of ranking are timed


def gens(ranker: Ranker, nombre: int, graine: int = 1) -> list[Profil]:
    """Made-up people: one to three trades and skills in hurried words, places of one département."""
    hasard = random.Random(graine)  # noqa: S311 - a benchmark
    rome = ranker.rome
    communes = [c for c in ranker.trajets.communes.codes if c.startswith("34")] or list(ranker.trajets.communes.codes)
    noms: list[list[str]] = [[] for _ in rome.codes]
    for long, _court, code, _principale, _rare in rome.appellations:
        noms[code].append(formes(long)[hasard.randrange(2) % len(formes(long))])
    competences: list[list[int]] = [[] for _ in rome.codes]
    for m, c in zip(rome.lien_metier, rome.lien_competence, strict=True):
        competences[m].append(int(c))
    modes = (frozenset({"voiture"}), frozenset({"transports", "marche"}), frozenset({"velo", "transports"}))
    courants = hasard.sample(range(rome.nombre), 150)
    sortie = []
    for i in range(nombre):
        codes = [
            hasard.choice(courants) if hasard.random() < 0.75 else hasard.randrange(rome.nombre)
            for _ in range(hasard.choice((1, 1, 2, 2, 3)))
        ]
        lies = competences[codes[0]]
        sortie.append(
            Profil(
                ref=f"b{i}",
                experiences=tuple(
                    Experience(bruit.titre(hasard.choice(noms[c]), hasard, 0.6), None, hasard.randint(1, 80))
                    for c in codes
                ),
                competences=tuple(
                    bruit.tache(rome.competence_libelle[c], hasard, 0.6, court=False)
                    for c in hasard.sample(lies, min(len(lies), hasard.randint(0, 5)))
                ),
                permis=frozenset({"B"}) if hasard.random() < 0.5 else frozenset(),
                code_insee=hasard.choice(communes),
                modes=hasard.choice(modes),
                trajet_max_minutes=hasard.choice((20, 30, 45, 60, 90)),
                heures_min=hasard.choice((10, 15, 20, 26)),
                heures_max=hasard.choice((26, 30, 35, 39)),
                nuit=hasard.random() < 0.3,
                weekend=hasard.random() < 0.5,
                disponible_le=date(2027, 1, 1 + hasard.randrange(28)),
            )
        )
    return sortie


def multiplier(ranker: Ranker, nombre: int, graine: int = 2) -> None:
    """Copy the people held until there are `nombre`, each at somebody else's place and wishes."""
    vivier = ranker.vivier
    base = vivier.taille
    modeles = [ranker.profil(r) for r in vivier.refs]
    rng = np.random.default_rng(graine)
    source = np.concatenate([np.arange(base), rng.integers(0, base, nombre - base)])
    ailleurs = np.concatenate([np.arange(base), rng.integers(0, base, nombre - base)])
    for nom in ("vivant", "neutre", "codes", "croyances"):
        setattr(vivier, nom, getattr(vivier, nom)[source])
    for nom in ("classe", "classe_octet", "porte", "dispo"):
        setattr(vivier, nom, getattr(vivier, nom)[ailleurs])
    vivier.refs = [f"b{i}" for i in range(nombre)]
    vivier.place = {r: i for i, r in enumerate(vivier.refs)}
    vivier.hash = np.array([hacher(r) for r in vivier.refs], np.uint64)
    vivier.taille = vivier.vivants = nombre
    vivier.oublier_resumes()
    vivier.batir()
    for ref, i in zip(vivier.refs[base:], source[base:], strict=True):
        ranker.retenir(replace(modeles[i], ref=ref))


def postes(ranker: Ranker, nombre: int, graine: int = 3) -> list[Poste]:
    """Made-up openings whose trades follow those of the people held."""
    rng = np.random.default_rng(graine)
    v = ranker.vivier
    communes = [c for c in ranker.trajets.communes.codes if c.startswith("34")] or list(ranker.trajets.communes.codes)
    sortie = []
    for i in range(nombre):
        code = int(v.codes[int(rng.integers(v.taille)), 0])
        code = code if code < ranker.rome.nombre else 0
        sortie.append(
            Poste(
                ref=f"o{i}",
                intitule=formes(ranker.rome.libelles[code])[0],
                code_rome=ranker.rome.codes[code],
                competences_requises=("Respecter les règles de sécurité", "Travailler en équipe"),
                permis=frozenset({"B"}) if rng.random() < 0.4 else frozenset(),
                code_insee=communes[int(rng.integers(len(communes)))],
                heures_hebdo=int(rng.choice([20, 26, 30, 35])),
                nuit=bool(rng.random() < 0.1),
                weekend=bool(rng.random() < 0.2),
                debut=date(2027, 1, 10),
            )
        )
    return sortie


def matrice(vivier: Vivier, nombre_codes: int) -> sparse.csr_matrix:
    """The index's own non-zeros as a CSR matrix of float32: the floor is its product with a vector."""
    n = vivier.taille
    presents = vivier.codes[:n] != 65535
    pointeurs = np.concatenate([[0], np.cumsum(presents.sum(axis=1))]).astype(np.int32)
    valeurs = (vivier.croyances[:n][presents] / 255).astype(np.float32)
    return sparse.csr_matrix((valeurs, vivier.codes[:n][presents].astype(np.int32), pointeurs), shape=(n, nombre_codes))


def chronometrer(fonction: Callable[[Any], object], arguments: Sequence[Any]) -> NDArray[np.float64]:
    """Milliseconds of each call."""
    durees = []
    for x in arguments:
        debut = time.perf_counter()
        fonction(x)
        durees.append((time.perf_counter() - debut) * 1000)
    return np.array(durees)


def en_alternance(
    fonctions: Mapping[str, Callable[[Poste], object]], liste: Sequence[Poste]
) -> dict[str, dict[str, float]]:
    """Each function on each offre in turn: p50 and p95, elapsed and of the processor time of this thread.

    On a machine that others use, only the ratios of processor times hold still.
    """
    ecoule: dict[str, list[float]] = {nom: [] for nom in fonctions}
    processeur: dict[str, list[float]] = {nom: [] for nom in fonctions}
    for poste in liste:
        for nom, fonction in fonctions.items():
            debut, calcul = time.perf_counter(), time.thread_time()
            fonction(poste)
            processeur[nom].append((time.thread_time() - calcul) * 1000)
            ecoule[nom].append((time.perf_counter() - debut) * 1000)
    return {
        nom: _p(np.array(ecoule[nom])) | {f"processeur_{k}": v for k, v in _p(np.array(processeur[nom])).items()}
        for nom in fonctions
    }


def lire_un(ranker: Ranker, profil: Profil) -> object:
    """The cost of the words alone, for one new person."""
    ranker.interprete.preparer([profil])
    return ranker.interprete.profil(profil)


def _p(durees: NDArray[np.float64]) -> dict[str, float]:
    return {"p50_ms": round(float(np.percentile(durees, 50)), 3), "p95_ms": round(float(np.percentile(durees, 95)), 3)}


def peupler(ranker: Ranker, personnes: int) -> tuple[list[Profil], dict[str, float]]:
    """Load the people; those who were read, and what it cost."""
    profils = gens(ranker, min(personnes, MODELES))
    ranker.interprete.oublier()
    debut = time.perf_counter()
    ranker.charger(profils)
    construction = (time.perf_counter() - debut) / max(1, len(profils))
    if personnes > len(profils):
        multiplier(ranker, personnes)
    debut = time.perf_counter()
    ranker.vivier.batir()
    return profils, {
        "construction_us_par_personne": round(construction * 1e6, 1),
        "construction_index_s": round(time.perf_counter() - debut, 2),
    }


def mettre_a_jour(ranker: Ranker) -> dict[str, Any]:
    """One person changed, at once searchable: against the cost of reading her words, and the ranking that follows."""
    neuf = [replace(p, ref=f"n{i}") for i, p in enumerate(gens(ranker, 90, graine=9))]
    suivant = postes(ranker, 30, graine=11)
    lecture = chronometrer(lambda p: lire_un(ranker, p), neuf[:30])
    mise_a_jour, apres = [], []
    for profil, poste in zip(neuf[30:60], suivant, strict=True):
        mise_a_jour.append(chronometrer(lambda p: ranker.appliquer([p], []), [profil])[0])
        apres.append(chronometrer(ranker.rank, [poste])[0])
    ranker.appliquer([], [p.ref for p in neuf])
    return {
        "mise_a_jour": _p(np.array(mise_a_jour)),
        "lecture_d_une_personne": _p(lecture),
        "rapport_mise_a_jour_lecture": round(float(np.median(mise_a_jour) / np.median(lecture)), 2),
        "classement_juste_apres": _p(np.array(apres)),
    }


def mesurer(ranker: Ranker, personnes: int, offres: int, pairs: bool = True) -> dict[str, Any]:
    """Everything `bench matching` prints; rankings and floor are timed in turn, one thread."""
    charge = os.getloadavg()[0]
    profils, construction = peupler(ranker, personnes)
    liste = postes(ranker, offres)
    creuse = matrice(ranker.vivier, ranker.rome.nombre)
    rng = np.random.default_rng(4)
    vecteur = rng.random(ranker.rome.nombre).astype(np.float32)
    eligibles = rng.random(ranker.vivier.taille) < 0.7
    ranker.rank(liste[0])
    mesures = en_alternance({"classement": ranker.rank, "plancher": lambda _p: creuse @ vecteur}, liste)
    autres = en_alternance(
        {
            "classement_avec_masque": lambda p: ranker.rank(p, parmi=eligibles),
            "classement_sans_raisons": lambda p: ranker.ordonner(p, limit=10),
        },
        liste[:AUTRES],
    )
    complet, sol = mesures["classement"], mesures["plancher"]
    calcul = time.thread_time()
    lot = float(chronometrer(ranker.rank_lot, [liste])[0]) / len(liste)
    lot_processeur = (time.thread_time() - calcul) * 1000 / len(liste)
    sortie: dict[str, Any] = {
        "personnes": personnes,
        "offres": offres,
        "charge_machine": [round(charge, 1), round(os.getloadavg()[0], 1)],
        **mesures,
        "plancher": sol | {"non_nuls": int(creuse.nnz)},
        **autres,
        "rapport_plancher": round(complet["p50_ms"] / sol["p50_ms"], 3),
        "rapport_plancher_processeur": round(complet["processeur_p50_ms"] / sol["processeur_p50_ms"], 3),
        "rapport_p95_p50": round(complet["p95_ms"] / complet["p50_ms"], 2),
        "rapport_p95_p50_processeur": round(complet["processeur_p95_ms"] / complet["processeur_p50_ms"], 2),
        "lot_ms_par_offre": round(lot, 3),
        "rapport_lot_plancher": round(lot / sol["p50_ms"], 3),
        "rapport_lot_plancher_processeur": round(lot_processeur / sol["processeur_p50_ms"], 3),
        "octets_par_personne": round(ranker.vivier.octets() / max(1, ranker.vivier.taille), 1),
        **construction,
        **mettre_a_jour(ranker),
        "memoire_max_mo": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    if pairs:
        sortie["pairs"] = comparer(ranker, profils, liste[:OFFRES_PAIRS])
        sortie["qui_est_plus_rapide"] = _verdict(sortie["pairs"])
    return sortie


def _verdict(pairs: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """In words: who answers sooner than a full ranking, who later, who was not there."""
    plus_vite: list[str] = []
    moins_vite: list[str] = []
    for nom, p in pairs.items():
        for quoi, rapport in (("l'offre entière", p.get("rapport")), ("l'intitulé seul", p.get("rapport_intitule"))):
            if rapport is not None:
                (plus_vite if rapport < 1 else moins_vite).append(
                    f"{nom}, {quoi} : {rapport} fois notre temps ({p['portee']})"
                )
    absents = [nom for nom, p in pairs.items() if "absent" in p]
    return {"plus_vite_que_nous": plus_vite, "moins_vite_que_nous": moins_vite, "absents": absents}


def _contre(ranker: Ranker, pair: Pair, demandes: Sequence[tuple[Poste, str]]) -> tuple[NDArray[np.float64], float]:
    """Times of a peer, each taken beside a full ranking of the same offre, and the ratio of both medians."""
    durees, notres = [], []
    fin = time.perf_counter() + BUDGET_PAIR_S / 2
    pair.chercher(demandes[0][1])
    for poste, requete in demandes:
        durees.append(chronometrer(pair.chercher, [requete])[0])
        notres.append(chronometrer(ranker.rank, [poste])[0])
        if len(durees) >= 5 and time.perf_counter() > fin:
            break
    return np.array(durees), round(float(np.median(durees) / np.median(notres)), 3)


def comparer(ranker: Ranker, profils: list[Profil], liste: list[Poste]) -> dict[str, Any]:
    """Peers as they are, on the same people, on the whole wording of an offre then on its title alone."""
    v = ranker.vivier
    textes = [" ".join([*(e.intitule for e in p.experiences), *p.competences]) for p in profils]
    rng = np.random.default_rng(5)
    choix = rng.integers(0, len(textes), v.taille)
    corpus = Corpus([textes[i] for i in choix], v.codes[: v.taille], v.croyances[: v.taille], ranker.rome.nombre)
    entieres = [(p, f"{p.intitule} {' '.join(p.competences_requises)}") for p in liste]
    titres = [(p, p.intitule) for p in liste]
    sortie: dict[str, Any] = {}
    for nom, fabrique in PAIRS.items():
        debut = time.perf_counter()
        try:
            pair = fabrique(corpus)
        except Exception as erreur:  # noqa: BLE001 - a peer that is not there is said, not fatal
            sortie[nom] = {"absent": str(erreur).splitlines()[0][:120]}
            continue
        construction = time.perf_counter() - debut
        durees, rapport = _contre(ranker, pair, entieres)
        durees_titre, rapport_titre = _contre(ranker, pair, titres)
        sortie[nom] = _p(durees) | {
            "rapport": rapport,
            "intitule_p50_ms": round(float(np.median(durees_titre)), 3),
            "rapport_intitule": rapport_titre,
            "requetes": len(durees),
            "construction_s": round(construction, 1),
            "filtres": pair.filtres,
            "portee": pair.portee,
        }
        pair.fermer()
    return sortie

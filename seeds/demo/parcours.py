"""What is written of a person beside her row: past jobs and skills in her words, statuses, who follows her."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.personnes.models import CompetencePersonne, Experience, Personne, Statut, Suivi
from seeds.demo.atelier import Atelier, Lieu, MetierDemo

PREUVES = {
    "rsa": "attestation_rsa",
    "deld": "avis_situation_ft",
    "detld": "avis_situation_ft",
    "ass": "avis_situation_ft",
    "th": "rqth_boeth",
    "jeune_sq": "diplome_ou_honneur",
    "senior": "piece_identite",
    "pacea_cej": "attest_plie_ml",
    "plie": "attest_plie_ml",
    "refugie_protection": "titre_sejour",
    "justice": "attest_spip_pjj",
    "qpv": "justif_domicile",
    "avis_motive": "avis_motive",
}


@dataclass(frozen=True, slots=True)
class Profil:
    """What is drawn before the row is written."""

    sexe: str
    prenom: str
    nom: str
    naissance: date
    lieu: Lieu
    metiers: tuple[str, ...]
    categories: tuple[str, ...]


def _libelle(a: Atelier, code: str, sexe: str) -> str:
    """Her own words for the trade; the official title for a near trade nobody worded."""
    metier = a.metiers.get(code)
    if metier is not None:
        return a.rng.choice(metier.libelles)
    formes = a.appellations.get(code, code).split(" / ")
    return formes[1 if sexe == "F" and len(formes) > 1 else 0].strip().lower()


def experiences(a: Atelier, personne: Personne, profil: Profil) -> list[object]:
    """One to three past jobs; two in three are confirmed by her."""
    lignes: list[object] = []
    for code in profil.metiers:
        mois = a.parmi((None, a.rng.randint(1, 11), a.rng.randint(12, 47), a.rng.randint(48, 160)), (12, 38, 34, 16))
        confirme = code if a.rng.random() < 0.62 else None
        lignes.append(
            Experience(personne_id=personne.id, intitule=_libelle(a, code, profil.sexe), code_rome=confirme, mois=mois)
        )
    return lignes


def competences(a: Atelier, personne: Personne, profil: Profil) -> list[object]:
    """Skills in her words, some confirmed in those of ROME; one in five has none written."""
    if a.rng.random() < 0.2:
        return []
    connus: list[MetierDemo] = [a.metiers[c] for c in dict.fromkeys(profil.metiers) if c in a.metiers]
    dites = [c for m in connus for c in a.rng.sample(m.competences, min(len(m.competences), a.rng.randint(1, 4)))]
    lignes: list[object] = [CompetencePersonne(personne_id=personne.id, libelle=mot) for mot in dict.fromkeys(dites)]
    coeur = a.coeurs.get(profil.metiers[0], ())
    if coeur and a.rng.random() < 0.35:
        for ogr, libelle in a.rng.sample(coeur, min(2, len(coeur))):
            lignes.append(CompetencePersonne(personne_id=personne.id, libelle=libelle[:200], code_ogr=ogr))
    return lignes


def statuts(a: Atelier, personne: Personne, profil: Profil) -> list[object]:
    """Her categories; most proofs were seen, some are old."""
    r = a.rng
    lignes: list[object] = []
    for categorie in profil.categories:
        anciennete = {"detld": (740, 1300), "deld": (380, 720)}.get(categorie, (60, 900))
        vue = r.random() < 0.82
        preuve = a.jour(int(r.triangular(3, 120, 15)))
        lignes.append(
            Statut(
                personne_id=personne.id,
                categorie=categorie,
                depuis=None if categorie in {"senior", "qpv"} else a.jour(r.randint(*anciennete)),
                jusqu_au=a.jour(-r.randint(60, 900)) if categorie in {"th", "refugie_protection"} else None,
                preuve_type=PREUVES[categorie] if vue else None,
                preuve_le=preuve if vue else None,
                vue_par_id=r.choice(a.equipe.facilitateurs).id if vue else None,
                vue_le=preuve + timedelta(days=2) if vue else None,
            )
        )
    return lignes


def suivi(a: Atelier, personne: Personne, profil: Profil) -> list[object]:
    """A référent of her part of the territory; one in ten is followed by nobody (found by an employer)."""
    if a.rng.random() < 0.1:
        return []
    proches = [r for r in a.equipe.referents if r[2] == profil.lieu.sdi]
    if "plie" in profil.categories:
        proches = [r for r in proches if r[1].nom.startswith("PLIE")] or proches
    utilisateur, organisation, _ = a.rng.choice(proches)
    a.suivis[personne.id] = (utilisateur, organisation)
    depuis = min(personne.cree_le.date(), a.jour(2))
    return [Suivi(personne_id=personne.id, referent_id=utilisateur.id, organisation_id=organisation.id, depuis=depuis)]

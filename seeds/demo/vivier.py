"""The people of the demonstration: invented names, mixed careers, their own words, varied mobility, proofs."""

from __future__ import annotations

import base64
from datetime import timedelta
from decimal import Decimal
from random import Random

from marketplace.personnes.models import ChangementVivier, OuiNonAVerifier, Personne
from marketplace.personnes.rules.identite import empreinte
from marketplace.personnes.rules.information import VERSION_NOTICE
from marketplace.territoire.models import TypeZone
from marketplace.territoire.queries import qpv_de_la_commune
from marketplace.valeurs import ajouter_mois, cle
from seeds.demo.atelier import Atelier, Lieu
from seeds.demo.comptes import telephone_fictif
from seeds.demo.noms import NOMS, PRENOMS_F, PRENOMS_M
from seeds.demo.parcours import Profil, competences, experiences, statuts, suivi

NOMBRE = 600
PART_VOITURE = 0.43
METIERS_PLUTOT_FEMININS = frozenset({"K2205", "K1302", "K1304", "G1607", "M1602", "M1601", "B1803", "D1507", "H3302"})
NIVEAUX = ("infra_3", "3", "infra_3", "3", "4", "3", "infra_3", "5", "4", "3", "6", "infra_3", None)
"""Levels of education; a few are not known."""
LIMITES = ("charges", "hauteur", "debout", "froid", "poussiere", "ecrans", "seul")


def _ref(rng: Random, prises: set[str]) -> str:
    """A reference drawn as the product draws them."""
    while True:
        ref = "P-" + base64.b32encode(rng.randbytes(5)).decode("ascii")[:6]
        if ref not in prises:
            prises.add(ref)
            return ref


def _categories(a: Atelier, age: int, rsa: bool, plie: bool, qpv: bool) -> tuple[str, ...]:
    """Statuses of somebody of that age; a few have none that counts."""
    r = a.rng
    choix = ["rsa"] if rsa else []
    if age < 26 and r.random() < 0.75:
        choix.append(r.choice(("jeune_sq", "jeune_sq", "pacea_cej")))
    if age >= 50:
        choix.append("senior")
    if age >= 22 and r.random() < (0.35 if rsa else 0.55):
        choix.append("detld" if r.random() < 0.35 else "deld")
    for categorie, chance in (("th", 0.08), ("refugie_protection", 0.03), ("justice", 0.02)):
        if r.random() < chance:
            choix.append(categorie)
    if not rsa and r.random() < 0.04:
        choix.append("ass")
    if plie:
        choix.append("plie")
    if qpv and r.random() < 0.4:
        choix.append("qpv")
    if not choix and r.random() < 0.75:
        choix.append("avis_motive" if r.random() < 0.3 else "deld")
    return tuple(choix)


def _carriere(a: Atelier, sexe: str) -> tuple[str, ...]:
    """One to three trades: the same, a near one of ROME, or another altogether."""
    r = a.rng
    metiers = list(a.metiers.values())
    poids = [m.poids * (2.2 if (m.code_rome in METIERS_PLUTOT_FEMININS) == (sexe == "F") else 0.6) for m in metiers]
    premier = a.parmi(metiers, poids).code_rome
    codes = [premier]
    for _ in range(a.parmi((0, 1, 2), (35, 45, 20))):
        tirage = r.random()
        if tirage < 0.45 and a.proches.get(premier):
            codes.append(r.choice(a.proches[premier][:6]))
        elif tirage < 0.65:
            codes.append(premier)
        else:
            codes.append(a.parmi(metiers, poids).code_rome)
    return tuple(codes)


def _mobilite(a: Atelier, lieu: Lieu, voiture: bool) -> tuple[list[str], list[str], int]:
    """(means of travel, licences, longest journey in minutes)."""
    r = a.rng
    ville = lieu.population > 20_000
    permis = ["B"] if voiture or r.random() < 0.16 else []
    if permis and r.random() < 0.05:
        permis.append("C")
    modes = ["voiture"] if voiture else []
    if r.random() < (0.85 if ville else 0.35) or not (voiture or ville):
        modes.append("transports")
    if not voiture and r.random() < 0.14:
        modes.append("deux_roues")
        permis.append("AM")
    if r.random() < (0.35 if ville else 0.15):
        modes.append("velo")
    modes.append("marche")
    return modes, permis, a.parmi((20, 30, 45, 60, 75, 90), (8, 20, 32, 25, 8, 7))


def _tirer(a: Atelier, n: int, pris: set[tuple[str, str]], qpv: dict[str, bool]) -> Profil:
    r = a.rng
    sexe = "F" if r.random() < 0.42 else "M"
    while True:
        prenom, nom = r.choice(PRENOMS_F if sexe == "F" else PRENOMS_M), r.choice(NOMS)
        if (prenom, nom) not in pris:
            pris.add((prenom, nom))
            break
    age = a.parmi((r.randint(18, 25), r.randint(26, 49), r.randint(50, 62)), (24, 56, 20))
    naissance = ajouter_mois(a.le, -12 * age) - timedelta(days=r.randint(1, 360))
    sdi = a.parmi(("montpellierain", "est-heraultais", "piemont-biterrois"), (44, 27, 29))
    lieu = a.commune(sdi)
    habite_qpv = qpv[lieu.code_insee] and r.random() < 0.45
    categories = _categories(a, age, n % 3 == 0, sdi == "est-heraultais" and r.random() < 0.12, habite_qpv)
    return Profil(sexe, prenom, nom, naissance, lieu, _carriere(a, sexe), categories)


def _disponibilites(a: Atelier) -> tuple[Decimal, Decimal]:
    bas, haut = a.parmi(
        ((0, 35), (20, 35), (26, 35), (30, 39), (15, 24), (20, 28), (35, 42)), (14, 22, 14, 18, 8, 12, 12)
    )
    return Decimal(bas), Decimal(haut)


def _personne(a: Atelier, profil: Profil, n: int, qpv: bool, voiture: bool) -> Personne:
    r = a.rng
    modes, permis, trajet = _mobilite(a, profil.lieu, voiture)
    codes = [a.metiers[c] for c in profil.metiers if c in a.metiers]
    if any("C" in m.permis for m in codes) and "C" not in permis:
        permis = [*permis, "C"]
    caces = sorted({c for m in codes for c in m.caces if r.random() < 0.55})
    bas, haut = _disponibilites(a)
    cree = a.jour(r.randint(30, 430))
    informee = r.random() > 0.06
    zone = OuiNonAVerifier.NON
    if qpv:
        zone = OuiNonAVerifier.OUI if "qpv" in profil.categories else OuiNonAVerifier.A_VERIFIER
    vue = zone is OuiNonAVerifier.OUI
    contact = a.jour(min((a.le - cree).days, int(r.triangular(1, 160, 12))))
    return Personne(
        territoire_id=a.territoire_id,
        prenom=profil.prenom,
        nom=profil.nom,
        cle=cle(f"{profil.nom} {profil.prenom}"),
        empreinte=empreinte(a.ctx.config.cle_secrete, profil.prenom, profil.nom, profil.naissance),
        date_naissance=profil.naissance,
        sexe=profil.sexe,
        telephone=telephone_fictif(n, mobile=True),
        courriel=f"personne{n}@exemple.invalid" if r.random() < 0.6 else "",
        code_insee=profil.lieu.code_insee,
        qpv=zone,
        niveau=NIVEAUX[n * 7 % len(NIVEAUX)],
        qpv_le=a.jour(r.randint(20, 150)) if vue else None,
        qpv_source="justificatif de domicile" if vue else "",
        modes=modes,
        trajet_max_minutes=trajet,
        permis=permis,
        caces=caces,
        heures_min=bas,
        heures_max=haut,
        nuit=r.random() < 0.18,
        weekend=r.random() < 0.32,
        disponible_le=a.le if r.random() < 0.7 else a.jour(-r.randint(3, 60)),
        limites=[r.choice(LIMITES)] if r.random() < 0.12 else [],
        information_le=min(cree + timedelta(days=r.randint(0, 20)), a.jour(1)) if informee else None,
        information_version=VERSION_NOTICE if informee else "",
        information_canal=r.choice(("entretien", "entretien", "courrier", "telephone")) if informee else "",
        dernier_contact_le=contact,
        fictive=True,
        cree_le=a.instant(cree),
    )


def semer_vivier(a: Atelier) -> None:
    """People, their careers and skills in their words, their statuses with proofs, who follows them."""
    avec_qpv = {code: bool(qpv_de_la_commune(a.s, code, TypeZone.QPV_2024)) for code in a.lieux}
    pris: set[tuple[str, str]] = set()
    profils = [_tirer(a, n, pris, avec_qpv) for n in range(NOMBRE)]
    en_voiture = set(a.rng.sample(range(NOMBRE), round(NOMBRE * PART_VOITURE)))
    a.personnes = [_personne(a, p, n, avec_qpv[p.lieu.code_insee], n in en_voiture) for n, p in enumerate(profils)]
    refs: set[str] = set()
    for personne in a.personnes:
        personne.ref = _ref(a.rng, refs)
    a.garder(a.personnes)
    parcours: list[object] = []
    for personne, profil in zip(a.personnes, profils, strict=True):
        a.codes[personne.id], a.categories[personne.id] = profil.metiers, profil.categories
        parcours += experiences(a, personne, profil)
        parcours += competences(a, personne, profil)
        parcours += statuts(a, personne, profil)
        parcours += suivi(a, personne, profil)
        parcours.append(ChangementVivier(personne_id=personne.id, quand=personne.cree_le))
    a.garder(parcours)


def retirer_quelques_personnes(a: Atelier) -> None:
    """Some asked to be proposed no more; drawn among those nobody hired or proposed."""
    libres = [p for p in a.personnes if p.id not in a.occupees and p.id not in a.validations and p.information_le]
    for personne in a.rng.sample(libres, 12):
        personne.retiree_le = a.instant(a.jour(a.rng.randint(2, 60)))
    a.s.flush()

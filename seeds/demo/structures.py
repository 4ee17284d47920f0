"""Who buys, who works, who includes: the real directory of the Hérault beside fictitious firms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.metiers.models import Naf
from marketplace.referentiel import lire_csv
from marketplace.valeurs import cle, siret_valide
from seeds.demo.atelier import Atelier, lire_table
from seeds.demo.comptes import telephone_fictif
from seeds.demo.noms import FIRMES, STRUCTURES
from seeds.referentiels import DOSSIER as REFERENTIELS

DEPARTEMENT = "34"
SOURCE_ANNEXE = "Plan départemental d'insertion 2022-2025 de l'Hérault, annexe 8"
SOURCE_ASP = "Registre de l'Agence de services et de paiement"
SOURCE_GEIQ = "Fédération française des GEIQ"
SOURCE_FINESS = "FINESS"
SOURCE_BOAMP = "Avis de marchés du BOAMP, 1er trimestre 2021"
DATE_ANNEXE = date(2022, 4, 11)
DATE_FINESS = date(2021, 1, 1)
DATE_BOAMP = date(2021, 3, 31)
EFFECTIFS = ("moins_de_10", "10_a_49", "50_a_249", "10_a_49", "moins_de_10", "250_et_plus")
_PETITS_MOTS = frozenset(
    ["de", "du", "des", "d", "l", "la", "le", "les", "et", "en", "pour", "par", "sur", "aux", "au"]
)


def siret_fictif(n: int) -> str:
    """A SIRET whose key holds, in a range nobody is given (its SIREN starts with 00)."""

    def avec_cle(chiffres: str) -> str:
        total = 0
        for rang, chiffre in enumerate(reversed(chiffres)):
            v = int(chiffre) * (1 if rang % 2 else 2)
            total += v - 9 if v > 9 else v
        return chiffres + str(-total % 10)

    return avec_cle(avec_cle(f"0034{n:04d}") + "0001")


_SIGLES = frozenset({"GEIQ", "ESAT", "ETTI", "SCIC", "SARL", "APF"})


def nom_lisible(brut: str) -> str:
    """« LA FEUILLE D ERABLE » → « La Feuille d Erable »: the register writes in capitals, without accents."""
    mots = [m.lower() if m.lower() in _PETITS_MOTS else m.capitalize() for m in brut.replace(".", " ").split()]
    texte = " ".join(m.upper() if m.upper() in _SIGLES else m for m in mots)
    return texte[:1].upper() + texte[1:]


def _organisation(a: Atelier, nom: str, type_: TypeOrganisation, **champs: Any) -> Organisation:
    siret = champs.pop("siret", None) or None
    valeurs = {"telephone": "", "activites": "", "adresse": "", "cree_le": a.instant(a.jour(420), 9), **champs}
    return Organisation(
        territoire_id=a.territoire_id,
        type=type_,
        nom=nom[:200],
        cle=cle(nom),
        siret=siret,
        siret_valide=siret is None or siret_valide(siret),
        verifiee_le=a.instant(a.jour(420), 10),
        **valeurs,
    )


def _reelles(a: Atelier) -> Iterator[Organisation]:
    """Real SIAE, GEIQ and ESAT: the names of annexe 8 first, then the registers for the others."""
    nafs = {code.replace(".", ""): libelle for code, libelle in a.s.execute(select(Naf.code, Naf.libelle))}
    registre = {
        r["siret"]: r for r in lire_csv(REFERENTIELS / "siae_geiq_structures.csv.gz") if r["departement"] == DEPARTEMENT
    }
    for r in lire_table("structures_herault.csv"):
        connu = registre.pop(r["siret"], None) if r["siret"] else None
        yield _organisation(
            a,
            r["nom"],
            TypeOrganisation(r["type"]),
            siret=r["siret"],
            activites=r["activites"],
            code_insee=r["code_insee"],
            adresse=connu["adresse"][:200] if connu else "",
            source=SOURCE_ANNEXE,
            source_le=DATE_ANNEXE,
        )
    for r in registre.values():
        yield _organisation(
            a,
            nom_lisible(r["enseigne"] or r["nom"]),
            TypeOrganisation(r["type"].lower()),
            siret=r["siret"],
            activites=nafs.get(r["naf"], ""),
            code_insee=r["code_insee"] or None,
            adresse=r["adresse"][:200],
            source=SOURCE_GEIQ if r["source"] == "GEIQ" else SOURCE_ASP,
            source_le=date.fromisoformat(r["maj"]),
        )
    for r in lire_csv(REFERENTIELS / "esat_france.csv.gz"):
        if r["departement"] == DEPARTEMENT:
            yield _organisation(
                a,
                nom_lisible(r["nom"]),
                TypeOrganisation.ESAT,
                siret=r["siret"],
                activites=f"Gestionnaire : {r['gestionnaire']}" if r["gestionnaire"] else "",
                code_insee=r["code_insee"] or None,
                adresse=r["adresse"][:200],
                capacite=int(r["capacite"]) if r["capacite"].isdigit() else None,
                source=SOURCE_FINESS,
                source_le=DATE_FINESS,
            )


def semer_structures(a: Atelier) -> None:
    """The directory. Real organisations carry their source and its date; fictitious ones say so."""
    a.reelles = list(_reelles(a))
    acheteurs = [
        _organisation(
            a,
            r["nom"],
            TypeOrganisation.ACHETEUR,
            siret=r["siret"],
            code_insee=r["code_insee"],
            source=SOURCE_BOAMP,
            source_le=DATE_BOAMP,
        )
        for r in lire_table("acheteurs_herault.csv")
    ]
    fictives: list[tuple[str, str, str, str | None]] = [(nom, "entreprise", secteur, None) for nom, secteur in FIRMES]
    fictives += [(nom, type_, activites, insee) for nom, type_, activites, insee in STRUCTURES]
    exemples = [
        _organisation(
            a,
            nom,
            TypeOrganisation(type_),
            siret=siret_fictif(n),
            activites=activites,
            code_insee=insee or a.commune().code_insee,
            telephone=telephone_fictif(n),
            courriel=f"contact{n}@exemple.invalid",
            effectif=EFFECTIFS[n % len(EFFECTIFS)],
            source="démonstration",
            source_le=a.le,
            fictive=True,
        )
        for n, (nom, type_, activites, insee) in enumerate(fictives, start=1)
    ]
    a.numeroter([*a.reelles, *acheteurs, *exemples], "ORG")
    a.acheteurs = {o.nom: o for o in acheteurs}
    a.firmes = {o.nom: o for o in exemples if o.type is TypeOrganisation.ENTREPRISE}
    a.structures = {o.nom: o for o in exemples if o.type is not TypeOrganisation.ENTREPRISE}

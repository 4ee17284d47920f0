"""Filters of the list of marchés, from its address and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from marketplace.comptes.roles import Acteur
from marketplace.erreurs import RegleViolee
from marketplace.marches.queries import FiltresMarches
from marketplace.marches.queries.facettes import CompteFacette
from marketplace.marches.queries.liste import GROUPES, TRIS
from marketplace.marches.rules.etats import LIBELLES, EtatMarche
from marketplace.marches.services.saisie import lire_commune_saisie
from marketplace.recherche.facettes import Facette, facette
from marketplace.territoire.queries import communes_dans_un_rayon, noms_des_communes

GROUPES_LIBELLES = {"vivants": "En cours", "preparation": "En préparation", "clos": "Finis", "tous": "Tous"}
RAYONS = (0, 10, 20, 30, 50)


@dataclass(frozen=True, slots=True)
class VueListe:
    """What the page shows of its own filters."""

    filtres: FiltresMarches
    page: int
    parametres: Mapping[str, str]
    phrase: str
    erreur: str
    etats: Mapping[str, str]
    tris: Mapping[str, str]
    rayons: tuple[int, ...]


def entier(texte: str, defaut: int) -> int:
    """A whole number of the address; `defaut` when it is none."""
    return int(texte) if texte.isdigit() and len(texte) < 7 else defaut


def lire_filtres(s: Session, args: Mapping[str, str], moi: Acteur, jour: date) -> VueListe:
    """Filters and their sentence. An unknown value filters nothing; an unknown commune says so."""
    groupe = args.get("etat", "vivants")
    etats: tuple[EtatMarche, ...] = GROUPES.get(groupe, ())
    if groupe in set(EtatMarche):
        etats = (EtatMarche(groupe),)
    elif groupe not in GROUPES_LIBELLES:
        groupe, etats = "vivants", GROUPES["vivants"]
    commune, rayon = args.get("commune", "").strip(), entier(args.get("rayon", "20"), 20)
    communes, erreur, ou = None, "", ""
    if commune:
        try:
            code = lire_commune_saisie(s, moi.territoire_id, commune)
            communes = tuple(communes_dans_un_rayon(s, code or "", rayon))
            nom = noms_des_communes(s, [code or ""]).get(code or "", commune)
            ou = f"à moins de {rayon} km de {nom}" if rayon else f"à {nom}"
        except RegleViolee as refus:
            erreur = refus.message
    tri = args.get("tri", "fin")
    filtres = FiltresMarches(
        texte=args.get("q", "")[:100],
        etats=etats,
        secteur=args.get("secteur", ""),
        acheteur_ref=args.get("acheteur", ""),
        communes=communes,
        en_alerte=args.get("alerte") == "1",
        a_relancer=jour if args.get("relance") == "1" else None,
        facilitateur_id=moi.utilisateur_id if args.get("miens") == "1" else None,
        tri=tri if tri in TRIS else "fin",
    )
    morceaux = [
        ou,
        f"secteur {filtres.secteur.lower()}" if filtres.secteur else "",
        "avec une alerte" if filtres.en_alerte else "",
        "à rappeler" if filtres.a_relancer else "",
        "suivis par moi" if filtres.facilitateur_id else "",
    ]
    libelles = GROUPES_LIBELLES | {e.value: LIBELLES[e].capitalize() for e in EtatMarche}
    return VueListe(
        filtres,
        entier(args.get("page", "1"), 1),
        {k: v for k, v in args.items() if v and k not in {"page", "tout"}} | {"etat": groupe},
        ", ".join(m for m in morceaux if m),
        erreur,
        libelles,
        TRIS,
        RAYONS,
    )


def facettes_du_registre(comptes: Mapping[str, tuple[CompteFacette, ...]], vue: VueListe) -> tuple[Facette, ...]:
    """State, sector and buyer beside the list, with what each would leave."""
    etats = {e.value: LIBELLES[e].capitalize() for e in EtatMarche}
    acheteurs = {c.code: c.libelle for c in comptes["acheteur"]}
    choisi = vue.parametres.get("etat", "")
    lues = (
        facette("etat", "État", _nombres(comptes["etat"]), etats, choisi if choisi in etats else "", len(etats)),
        facette("secteur", "Secteur", _nombres(comptes["secteur"]), {}, vue.filtres.secteur),
        facette("acheteur", "Acheteur", _nombres(comptes["acheteur"]), acheteurs, vue.filtres.acheteur_ref),
    )
    return tuple(f for f in lues if f.valeurs)


def _nombres(valeurs: tuple[CompteFacette, ...]) -> dict[str, int]:
    return {v.code: v.nombre for v in valeurs}

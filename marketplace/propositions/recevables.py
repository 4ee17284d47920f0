"""« Recevable si mobilité »: offres nobody can reach today, or few, and which aid would bring people in (N15).

A count by territory: nobody is named. The engine says what is missing and the aid that would help, as on the page of
one offre; here the lines are put together by aid, and by offre.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.offres.models import Offre
from marketplace.offres.queries import OffreLigne, offres_par_ref, postes_de_classement
from marketplace.propositions.classement import Vivier, mettre_a_jour
from marketplace.propositions.services.classer import PROCHES, lancer_poste

PROCHES_MAX = 50
"""Close people counted for one offre."""
OFFRES_MAX = 200
"""Offres looked at: those of a clause first, then the nearest starts. One takes about 20 ms for 600 people."""
PAR_PAGE = 25


@dataclass(frozen=True, slots=True)
class OffreRecevable:
    """An open offre, who can take it today, and who could with each aid. Counts of people.

    `aides`: (aid to ask for, people it brings in), the most useful first. The engine shows at most its own limit of
    people out of reach an offre: a count at that limit reads « at least ».
    """

    offre: OffreLigne
    proches: int
    avec_une_aide: int
    aides: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class AideUtile:
    """One aid over the territory: offres it opens that nobody close can take today, and people it brings in."""

    aide: str
    offres_sans_personne: int
    offres: int
    personnes: int


@dataclass(frozen=True, slots=True)
class Recevables:
    """Offres with somebody out of reach, those without anybody close first; then the aids, most useful first."""

    offres: tuple[OffreRecevable, ...]
    aides: tuple[AideUtile, ...]
    total: int
    regardees: int
    page: int
    pages: int


def offres_recevables(ctx: Contexte, acteur: Acteur, page: int = 1) -> Recevables:
    """Every open offre of the territory against its people. One ranking an offre; nobody is named, nothing is kept.

    Raises Interdit for any hat but the facilitateur's.
    """
    exiger(acteur, Action.GERER_MARCHE, Portee(acteur.territoire_id))
    with ctx.lecture() as s:
        vivier = Vivier(s, acteur.territoire_id, ctx.aujourdhui(), acteur)
        ranker = mettre_a_jour(ctx, s, acteur.territoire_id)
        postes = postes_de_classement(s, acteur.territoire_id)
        ouvertes = {o.id: o for o in s.scalars(select(Offre).where(Offre.id.in_([p.offre_id for p in postes])))}
        postes.sort(key=lambda p: (ouvertes[p.offre_id].marche_id is None, p.debut, p.offre_id))
        postes = postes[:OFFRES_MAX]
        vues = offres_par_ref(s, acteur.territoire_id, [p.ref for p in postes])
        lignes = []
        par_aide: dict[str, set[str]] = defaultdict(set)
        offres_par_aide: dict[str, list[OffreRecevable]] = defaultdict(list)
        for poste in postes:
            brut = lancer_poste(ranker, poste, vivier.pour(ouvertes[poste.offre_id]), PROCHES_MAX)
            aides: dict[str, int] = defaultdict(int)
            for h in brut.hors_de_portee:
                if h.aide:
                    aides[h.aide] += 1
                    par_aide[h.aide].add(h.ref)
            if not aides:
                continue
            ligne = OffreRecevable(
                vues[poste.ref],
                sum(x.proximite in PROCHES for x in brut.lignes),
                len(brut.hors_de_portee),
                tuple(sorted(aides.items(), key=lambda a: (-a[1], a[0]))),
            )
            lignes.append(ligne)
            for aide in aides:
                offres_par_aide[aide].append(ligne)
    utiles = [
        AideUtile(aide, sum(not x.proches for x in ouvre), len(ouvre), len(par_aide[aide]))
        for aide, ouvre in offres_par_aide.items()
    ]
    lignes.sort(key=lambda x: (x.proches > 0, -x.avec_une_aide, x.offre.debut, x.offre.ref))
    pages = max(1, -(-len(lignes) // PAR_PAGE))
    page = min(max(1, page), pages)
    return Recevables(
        tuple(lignes[(page - 1) * PAR_PAGE : page * PAR_PAGE]),
        tuple(sorted(utiles, key=lambda a: (-a.offres_sans_personne, -a.personnes, a.aide))),
        len(lignes),
        len(postes),
        page,
        pages,
    )

"""Where one person stands in the list she is chosen from: the same list as its page, made once for several choices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.offres.models import Offre
from marketplace.offres.queries import postes_de_classement
from marketplace.personnes.models import Personne
from marketplace.personnes.queries.classement import profils_de_classement
from marketplace.propositions.choix import PREMIERS, en_tete
from marketplace.propositions.classement import Perimetre, Vivier, poste_de, profil_de, selon_le_territoire
from marketplace.propositions.services.classer import lancer, noter_passage
from marketplace.propositions.vues import ClassementBrut

DEPUIS_OFFRE, DEPUIS_PERSONNE = "offre", "personne"


@dataclass(frozen=True, slots=True)
class Place:
    """One person against one offre: her line or what she lacks, and her place in the list."""

    rang: int | None
    ligne: Any | None
    hors: Any | None
    version: str

    @property
    def suggeree(self) -> bool:
        """Whether the list itself put her among the first ones."""
        return self.ligne is not None and en_tete(self.rang, self.ligne.proximite)


class Places:
    """Places in the lists of one hat on one day. Each list is made once."""

    def __init__(self, ctx: Contexte, s: Session, acteur: Acteur, jour: date) -> None:
        self._ctx, self._s, self._acteur, self._jour = ctx, s, acteur, jour
        self._vivier: Vivier | None = None
        self._par_offre: dict[int, ClassementBrut] = {}
        self._par_personne: dict[int, Any] = {}

    def place(self, offre: Offre, personne: Personne, depuis: str) -> Place:
        """Her place among the people of the perimeter, or the place of the offre among those for her."""
        seule = lancer(self._ctx, self._s, offre, Perimetre({personne.ref: personne.id}, 0, 0), 1)
        ligne = next(iter(seule.lignes), None)
        hors = next((h for h in seule.hors_de_portee if h.ref == personne.ref), None)
        if depuis == DEPUIS_PERSONNE:
            rangs = {x.ref: x.rang for x in self._offres_de(personne).lignes}
            return Place(rangs.get(offre.ref), ligne, hors, seule.version)
        rangs = {x.ref: x.rang for x in self._personnes_pour(offre).lignes}
        return Place(rangs.get(personne.ref), ligne, hors, seule.version)

    def _personnes_pour(self, offre: Offre) -> ClassementBrut:
        if offre.id not in self._par_offre:
            self._vivier = self._vivier or Vivier(self._s, offre.territoire_id, self._jour, self._acteur)
            qui = self._vivier.pour(offre)
            self._par_offre[offre.id] = lancer(self._ctx, self._s, offre, qui, len(qui.candidats))
        return self._par_offre[offre.id]

    def _offres_de(self, personne: Personne) -> Any:
        if personne.id not in self._par_personne:
            profil = profil_de(profils_de_classement(self._s, personne.territoire_id, [personne.id])[0])
            postes = [poste_de(p) for p in postes_de_classement(self._s, personne.territoire_id)]
            self._par_personne[personne.id] = selon_le_territoire(
                self._ctx, self._s, personne.territoire_id
            ).rank_postes(profil, postes, limit=len(postes))
        return self._par_personne[personne.id]

    def noter(self, offre: Offre, personne: Personne, place: Place, depuis: str, motif: str | None) -> None:
        """Log the run behind a choice, with the choice and its reason (R123)."""
        d_offre = depuis != DEPUIS_PERSONNE
        vu = self._personnes_pour(offre) if d_offre else self._offres_de(personne)
        noter_passage(
            self._s,
            self._ctx,
            self._acteur,
            offre_id=offre.id if d_offre else None,
            personne_id=None if d_offre else personne.id,
            version=place.version,
            filtres={"tache": "proposer", "en_tete": place.suggeree},
            ordre=[(x.ref, x.score) for x in vu.lignes[:PREMIERS]],
            choix=[(personne.ref if d_offre else offre.ref, place.rang, motif)],
        )

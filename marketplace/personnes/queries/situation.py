"""Whether a person counts, and the statuses behind it for those who may read them (R47, CASF L133-5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Utilisateur
from marketplace.personnes.models import (
    AvisMotive,
    EtatValidation,
    Personne,
    Statut,
    Validation,
)
from marketplace.personnes.queries.eligibilite import decider, regles_eligibilite
from marketplace.personnes.rules.eligibilite import EMETTEURS, Decision, Eligibilite
from marketplace.personnes.rules.pieces import libelle_categorie, libelle_piece
from marketplace.territoire.reglages import reglages_au


@dataclass(frozen=True, slots=True)
class AvisVu:
    """A reasoned opinion, as those who may read it read it (R46)."""

    auteur: str
    organisme: str
    rendu_le: date
    texte: str


@dataclass(frozen=True, slots=True)
class StatutVu:
    """A category as those who may see it read it: the proof, and what is missing."""

    id: int
    categorie: str
    libelle: str
    depuis: date | None
    jusqu_au: date | None
    piece: str
    preuve_le: date | None
    vue_le: date | None
    vue_par: str
    compte: bool
    manque: str
    preuve_jusqu_au: date | None = None
    avis: AvisVu | None = None


@dataclass(frozen=True, slots=True)
class EligibiliteVue:
    """Yes, waiting or no, with what is missing and the window if there is one. `statuts` is None where the
    reader may not see them.
    """

    reponse: str
    phrase: str
    fenetre_debut: date | None
    fenetre_fin: date | None
    statuts: tuple[StatutVu, ...] | None
    manques: tuple[str, ...]

    @property
    def oui(self) -> bool:
        """Whether the person counts today."""
        return self.reponse == "oui"


def eligibilite_vue(s: Session, personne: Personne, jour: date, *, statuts_ouverts: bool) -> EligibiliteVue:
    """Whether the person counts on `jour`, with the statuses behind it where they may be read."""
    statuts = list(s.scalars(select(Statut).where(Statut.personne_id == personne.id).order_by(Statut.id)))
    fenetres = s.execute(
        select(Validation.fenetre_debut, Validation.fenetre_fin)
        .where(Validation.personne_id == personne.id, Validation.etat == EtatValidation.OUI)
        .order_by(Validation.fenetre_fin.desc())
    ).all()
    ouverte = next(((d, f) for d, f in fenetres if d and f and d <= jour <= f), None)
    examen = decider(
        statuts,
        personne.date_naissance,
        jour,
        regles_eligibilite(reglages_au(s, personne.territoire_id, jour)),
    )
    reponse, phrase = _reponse(examen, ouverte is not None, bool(statuts))
    return EligibiliteVue(
        reponse=reponse,
        phrase=phrase,
        fenetre_debut=ouverte[0] if ouverte else None,
        fenetre_fin=ouverte[1] if ouverte else None,
        statuts=statuts_vus(statuts, examen, noms_des_voyeurs(s, statuts), avis_motives(s, [st.id for st in statuts]))
        if statuts_ouverts
        else None,
        manques=tuple(dict.fromkeys(e.manque for e in examen.examens if e.remplie and e.manque))
        if statuts_ouverts and reponse != "oui"
        else (),
    )


def _reponse(examen: Eligibilite, fenetre_ouverte: bool, a_des_statuts: bool) -> tuple[str, str]:
    if fenetre_ouverte:
        return "oui", "Compte dans une clause : elle est validée."
    if examen.decision is Decision.ELIGIBLE:
        return "oui", "Peut compter dans une clause : un justificatif valable a été vu."
    if examen.decision is Decision.EN_ATTENTE:
        return "en attente", "Comptera dans une clause dès qu'un justificatif valable sera vu."
    if a_des_statuts:
        return "non", "Ne compte pas dans une clause aujourd'hui."
    return "à compléter", "Rien n'est encore noté sur sa situation."


def noms_des_voyeurs(s: Session, statuts: Sequence[Statut]) -> dict[int, str]:
    """Names of those who saw the proofs."""
    voyeurs = {n for st in statuts if (n := st.vue_par_id) is not None}
    return {
        numero: f"{prenom} {nom}"
        for numero, prenom, nom in s.execute(
            select(Utilisateur.id, Utilisateur.prenom, Utilisateur.nom).where(Utilisateur.id.in_(voyeurs))
        )
    }


def avis_motives(s: Session, statut_ids: Sequence[int]) -> dict[int, AvisVu]:
    """The reasoned opinion of each status that stands on one (R46)."""
    return {
        a.statut_id: AvisVu(a.auteur, EMETTEURS.get(a.organisme, a.organisme), a.rendu_le, a.texte)
        for a in s.scalars(select(AvisMotive).where(AvisMotive.statut_id.in_(statut_ids)))
    }


def statuts_vus(
    statuts: Sequence[Statut],
    examen: Eligibilite,
    noms: Mapping[int, str],
    avis: Mapping[int, AvisVu] = MappingProxyType({}),
) -> tuple[StatutVu, ...]:
    """The categories as those who may see them read them."""
    par_code = {e.categorie.value: e for e in examen.examens}
    vus = []
    for statut in statuts:
        code = statut.categorie.lower()
        examine = par_code.get(code)
        vus.append(
            StatutVu(
                id=statut.id,
                categorie=code,
                libelle=libelle_categorie(code),
                depuis=statut.depuis,
                jusqu_au=statut.jusqu_au,
                piece=libelle_piece(statut.preuve_type),
                preuve_le=statut.preuve_le,
                vue_le=statut.vue_le,
                vue_par=noms.get(statut.vue_par_id or 0, ""),
                compte=examine is not None and examine.remplie and examine.prouvee,
                manque=examine.manque if examine else "Ce public n'est pas admis sur ce territoire.",
                preuve_jusqu_au=examine.preuve_jusqu_au if examine else None,
                avis=avis.get(statut.id),
            )
        )
    return tuple(vus)

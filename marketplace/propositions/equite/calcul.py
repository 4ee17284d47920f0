"""The report of fairness of a territory: every open offre ranked, then read by groups the engine never sees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from marketplace.contexte import PARIS, Classeur, Contexte
from marketplace.offres.models import EtatOffre, Offre
from marketplace.offres.queries import postes_de_classement
from marketplace.personnes.models import OuiNonAVerifier, Personne, Statut
from marketplace.personnes.rules.eligibilite import age_au
from marketplace.propositions.classement import Vivier, poste_de
from marketplace.propositions.decisions.queries import nombre_d_avis
from marketplace.propositions.models import PassageClassement, Proposition
from marketplace.territoire.reglages import reglages_au

SEXES = {"F": "Femmes", "M": "Hommes"}
AGES = ((26, "Moins de 26 ans"), (50, "26 à 49 ans"), (200, "50 ans et plus"))
MODES = (
    ("voiture", "Voiture"),
    ("deux_roues", "Deux-roues"),
    ("transports", "Transports en commun"),
    ("velo", "Vélo ou marche"),
    ("marche", "Vélo ou marche"),
)
"""Somebody counts once, under the quickest she has."""
FENETRE_JOURS = 365
"""Runs and choices are counted over the time they are kept (R123)."""


def dresser(ctx: Contexte, s: Session, territoire_id: int, jour: date, ranker: Classeur) -> dict[str, Any]:
    """Counts and ratios of a day, as they are kept: no person, no reference, no group under thirty."""
    from marketplace.matching.equite import rapport  # scipy: only those who rank pay
    from marketplace.matching.exposition import exposer

    reglages = reglages_au(s, territoire_id, jour)
    vivier = Vivier(s, territoire_id, jour)
    moteur: Any = ranker
    vu = exposer(moteur, _postes(s, ranker, vivier, territoire_id), longueur=reglages.personnes_montrees)
    lu = rapport(
        vu.listes,
        vu.personnes,
        _groupes(s, territoire_id, jour),
        longueur=reglages.personnes_montrees,
        hors_de_portee=vu.hors_de_portee,
        seuil=float(reglages.equite_alerte),
        portees=vu.portees,
    )
    return {
        "seuil": float(reglages.equite_alerte),
        "longueur": lu.longueur,
        "offres": lu.listes,
        "considerees": lu.considerees,
        "non_eligibles": sum(i not in vivier.eligibles for i in vivier.presents),
        "jamais": lu.jamais_montres,
        "jamais_hors_de_portee": lu.jamais_montres_hors_de_portee,
        "pourquoi": vu.pourquoi,
        "concentration": round(lu.concentration, 3),
        "groupes_tus": lu.groupes_tus,
        "ecarts": [
            {
                "critere": e.critere,
                "groupe": e.groupe,
                "effectif": e.effectif,
                "taux": round(e.taux_selection, 3),
                "selection": round(e.rapport_selection, 3),
                "hasard": [round(v, 3) for v in e.intervalle_hasard],
                "exposition": round(e.rapport_exposition, 3),
                "hasard_exposition": [round(v, 3) for v in e.hasard_exposition],
                "rang": round(e.ecart_rang_moyen, 2),
                "a_portee": None if e.rapport_a_portee is None else round(e.rapport_a_portee, 3),
                "alerte": e.alerte,
            }
            for e in lu.ecarts
        ],
        **_usages(s, territoire_id, jour),
    }


def _postes(s: Session, ranker: Classeur, vivier: Vivier, territoire_id: int) -> Iterator[tuple[Any, Any]]:
    """Every open offre and who may be considered for it; people of one start are read once."""
    ouvertes = select(Offre.id, Offre.debut).where(
        Offre.territoire_id == territoire_id, Offre.etat == EtatOffre.PUBLIEE
    )
    debuts = {ligne.id: ligne.debut for ligne in s.execute(ouvertes)}
    masques: dict[date, Any] = {}
    for poste in postes_de_classement(s, territoire_id):
        debut = max(debuts[poste.offre_id], vivier.jour)
        if debut not in masques:
            masques[debut] = ranker.masque(vivier.a_partir_du(debut).candidats)
        yield poste_de(poste), masques[debut]


def _groupes(s: Session, territoire_id: int, jour: date) -> Mapping[str, Mapping[str, str]]:
    """By criterion, the group of each person, by reference; what is not known is left out."""
    groupes: dict[str, dict[str, str]] = {"Sexe": {}, "Âge": {}, "Quartier prioritaire": {}, "Trajets": {}}
    for ref, sexe, naissance, qpv, modes in s.execute(
        select(Personne.ref, Personne.sexe, Personne.date_naissance, Personne.qpv, Personne.modes).where(
            Personne.territoire_id == territoire_id, Personne.anonymisee_le.is_(None)
        )
    ):
        if sexe in SEXES:
            groupes["Sexe"][ref] = SEXES[sexe]
        if naissance is not None:
            age = age_au(naissance, jour)
            groupes["Âge"][ref] = next(libelle for borne, libelle in AGES if age < borne)
        if qpv is not OuiNonAVerifier.A_VERIFIER:
            groupes["Quartier prioritaire"][ref] = "Y habite" if qpv is OuiNonAVerifier.OUI else "N'y habite pas"
        mode = next((libelle for code, libelle in MODES if code in modes), None)
        if mode is not None:
            groupes["Trajets"][ref] = mode
    groupes["Handicap reconnu"] = _reconnus(s, territoire_id, jour)
    return groupes


def _reconnus(s: Session, territoire_id: int, jour: date) -> dict[str, str]:
    """People with a recognised disability, against those whose statuses are known without it."""
    lus: dict[str, set[str]] = {}
    for ref, categorie in s.execute(
        select(Personne.ref, Statut.categorie)
        .join(Statut, Statut.personne_id == Personne.id)
        .where(
            Personne.territoire_id == territoire_id,
            Personne.anonymisee_le.is_(None),
            or_(Statut.jusqu_au.is_(None), Statut.jusqu_au >= jour),
        )
    ):
        lus.setdefault(ref, set()).add(categorie.lower())
    return {ref: "Oui" if categories & {"th", "aah", "invalidite"} else "Non" for ref, categories in lus.items()}


def _usages(s: Session, territoire_id: int, jour: date) -> dict[str, Any]:
    """How the lists were used: runs by hat, orders chosen, choices made against the list (R120)."""
    depuis = datetime.combine(jour - timedelta(days=FENETRE_JOURS), time(), tzinfo=PARIS)
    roles: Counter[str] = Counter()
    ordres: Counter[str] = Counter()
    passages = select(PassageClassement.role, PassageClassement.filtres).where(
        PassageClassement.quand >= depuis,
        or_(
            PassageClassement.offre_id.in_(select(Offre.id).where(Offre.territoire_id == territoire_id)),
            PassageClassement.personne_id.in_(select(Personne.id).where(Personne.territoire_id == territoire_id)),
        ),
    )
    for role, filtres in s.execute(passages):
        roles[role] += 1
        if filtres.get("ordre"):
            ordres[str(filtres["ordre"])] += 1
    du_territoire = (Proposition.territoire_id == territoire_id, Proposition.proposee_le >= depuis)
    motifs = s.execute(
        select(Proposition.motif_choix, func.count()).where(*du_territoire).group_by(Proposition.motif_choix)
    )
    choix = {motif or "": int(nombre) for motif, nombre in motifs}
    return {
        "passages": dict(roles),
        "ordres": dict(ordres),
        "propositions": sum(choix.values()),
        "choix_contre_la_liste": {motif: nombre for motif, nombre in choix.items() if motif},
        "avis_sur_un_rang": nombre_d_avis(s, territoire_id),
    }

"""What people and employers said to each other: propositions in every state, wishes to meet, questions asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from marketplace.heures.models import Contrat
from marketplace.offres.models import EtatOffre, Offre
from marketplace.personnes.models import Personne
from marketplace.propositions.creneaux import creneau_propose
from marketplace.propositions.models import (
    EtatProposition,
    EtatSouhait,
    Proposition,
    SouhaitRencontre,
    TransitionProposition,
)
from marketplace.propositions.rules import MOTIFS, echeance
from seeds.demo.atelier import Atelier
from seeds.demo.comptes import ETTI_DEMO, TITULAIRE_DEMO
from seeds.demo.demandes import demander_pour_les_acceptees

E = EtatProposition
CHEMINS: dict[EtatProposition, tuple[EtatProposition, ...]] = {
    E.PROPOSEE: (E.PROPOSEE,),
    E.ETUDE: (E.PROPOSEE, E.ETUDE),
    E.RENCONTRE: (E.PROPOSEE, E.ETUDE, E.RENCONTRE),
    E.PRE_EMBAUCHE: (E.PROPOSEE, E.RENCONTRE, E.PRE_EMBAUCHE),
    E.ACCEPTEE: (E.PROPOSEE, E.RENCONTRE, E.ACCEPTEE),
    E.EMBAUCHEE: (E.PROPOSEE, E.RENCONTRE, E.ACCEPTEE, E.EMBAUCHEE),
    E.DECLINEE: (E.PROPOSEE, E.ETUDE, E.DECLINEE),
    E.ANNULEE: (E.PROPOSEE, E.ANNULEE),
    E.OBSOLETE: (E.PROPOSEE, E.ETUDE, E.OBSOLETE),
    E.VIVIER: (E.PROPOSEE, E.ETUDE, E.VIVIER),
    E.SANS_SUITE: (E.PROPOSEE, E.SANS_SUITE),
}
REPONSES_EMPLOYEUR = frozenset({E.ETUDE, E.RENCONTRE, E.PRE_EMBAUCHE, E.ACCEPTEE, E.DECLINEE, E.VIVIER, E.EMBAUCHEE})
JEU_D_ETATS = (
    *(E.PROPOSEE,) * 8,
    *(E.ETUDE,) * 4,
    *(E.RENCONTRE,) * 3,
    *(E.DECLINEE,) * 3,
    E.PRE_EMBAUCHE,
    E.ACCEPTEE,
    E.ANNULEE,
    E.OBSOLETE,
    E.VIVIER,
    E.SANS_SUITE,
)
"""Dealt again and again in a shuffled order, so that every state is always there."""
CANAUX = ("entretien", "entretien", "telephone", "courriel")
MOTS = (
    "",
    "",
    "Motivée et ponctuelle, elle a déjà travaillé sur un chantier.",
    "Il peut commencer tout de suite et connaît le quartier.",
    "A fait une immersion chez un voisin du secteur, très bon retour.",
)
CHOIX = ("savoir_faire", "projet")


@dataclass(frozen=True, slots=True)
class _Pas:
    """One change of state, before it is stored."""

    de: EtatProposition | None
    vers: EtatProposition
    quand: datetime
    acteur_id: int | None


def _pas(a: Atelier, etat: EtatProposition, debut: date, auteur_id: int, employeur_id: int, fin: date) -> list[_Pas]:
    """The path to a state, in order, between two days."""
    etapes = CHEMINS[etat]
    duree = max(0, (fin - debut).days)
    jours = sorted(a.rng.randint(0, duree) for _ in etapes[1:])
    quand = a.instant(debut, 9)
    liste = [_Pas(None, E.PROPOSEE, quand, auteur_id)]
    for de, vers, n in zip(etapes, etapes[1:], jours, strict=False):
        quand = max(quand, a.instant(debut + timedelta(days=n)))
        acteur = {E.ANNULEE: auteur_id, E.OBSOLETE: None, E.SANS_SUITE: None}.get(vers, employeur_id)
        liste.append(_Pas(de, vers, quand, acteur))
    return liste


def _proposition(
    a: Atelier, offre: Offre, personne: Personne, etat: EtatProposition, debut: date, pas: list[_Pas], auteur_id: int
) -> Proposition:
    reponses = [p.quand for p in pas if p.vers in REPONSES_EMPLOYEUR]
    rencontre = etat in {E.RENCONTRE, E.PRE_EMBAUCHE}
    jour_rencontre = a.jour(-a.rng.randint(1, 12))
    numero = offre.id + personne.id  # no draw: those of the other rooms stay what they were
    offert = creneau_propose(pas[0].quand, offre.debut) if numero % 6 else None
    return Proposition(
        territoire_id=a.territoire_id,
        offre_id=offre.id,
        personne_id=personne.id,
        auteur_id=auteur_id,
        etat=etat,
        accord_le=debut,
        accord_canal=a.rng.choice(CANAUX),
        creneau=_creneau(a, jour_rencontre) if rencontre else offert,
        lieu="Sur le chantier, demander le chef d'équipe" if rencontre else "",
        mot=a.rng.choice(MOTS),
        motif=a.rng.choice(sorted(MOTIFS)) if etat is E.DECLINEE else None,
        score=Decimal(a.rng.randint(420_000, 930_000)).scaleb(-6),
        raisons=_raisons(a, offre, personne),
        rang=1 + numero % 9,
        motif_choix=CHOIX[numero % 2] if numero % 13 == 0 else None,
        proposee_le=pas[0].quand,
        repondue_le=max(reponses) if reponses else None,
        echeance_le=echeance(debut, a.reglages.delai_reponse_jours),
    )


def _creneau(a: Atelier, jour: date) -> datetime:
    """A meeting to come, in working hours: the one instant that lies after the day of the demonstration."""
    while jour.weekday() > 4:
        jour += timedelta(days=1)
    return a.maintenant + timedelta(days=(jour - a.le).days, hours=a.rng.randint(1, 8))


def _raisons(a: Atelier, offre: Offre, personne: Personne) -> list[dict[str, str]]:
    codes = a.codes[personne.id]
    if offre.code_rome in codes:
        return [{"critere": "metier", "texte": "A déjà fait ce métier", "signe": "plus"}]
    return [{"critere": "metier", "texte": "Vient d'un métier proche", "signe": "plus"}]


def semer_propositions(a: Atelier) -> None:
    """Open propositions on live openings, and the ones behind part of the contrats."""
    lots: list[tuple[Proposition, list[_Pas]]] = []
    pris: set[tuple[int, int]] = set()
    etats = _etats(a)
    for offre in [o for o in a.offres if o.etat is EtatOffre.PUBLIEE and o.organisation_id in a.equipe.contacts]:
        lots += _pour_offre(a, offre, pris, etats)
    retenues = list(_embauches(a, pris))
    lots += [(proposition, pas) for proposition, pas, _ in retenues]
    a.numeroter([p for p, _ in lots], "PR")
    a.garder(
        TransitionProposition(
            proposition_id=p.id,
            de=pas.de.value if pas.de else None,
            vers=pas.vers.value,
            quand=pas.quand,
            acteur_id=pas.acteur_id,
            motif=p.motif if pas.vers is E.DECLINEE else None,
        )
        for p, chemin in lots
        for pas in chemin
    )
    for proposition, _, contrat in retenues:
        contrat.proposition_id = proposition.id
    a.s.flush()
    _souhaits(a, pris)
    demander_pour_les_acceptees(a, [p for p, _ in lots if p.etat is E.ACCEPTEE])


def _etats(a: Atelier) -> Iterator[EtatProposition]:
    while True:
        yield from a.rng.sample(JEU_D_ETATS, len(JEU_D_ETATS))


def _pour_offre(
    a: Atelier, offre: Offre, pris: set[tuple[int, int]], etats: Iterator[EtatProposition]
) -> list[tuple[Proposition, list[_Pas]]]:
    contact = a.equipe.contacts[offre.organisation_id]
    vedette = offre.organisation_id in {a.firmes[TITULAIRE_DEMO].id, a.structures[ETTI_DEMO].id}
    nombre = a.rng.randint(3, 5) if vedette else a.parmi((0, 1, 2, 3, 4), (18, 24, 28, 20, 10))
    assert offre.publiee_le is not None
    publiee = offre.publiee_le.date()
    lots = []
    for rang, personne in enumerate(_proches(a, offre, nombre)):
        etat = (E.PROPOSEE, E.RENCONTRE)[rang] if vedette and rang < 2 else next(etats)
        age = a.rng.randint(1, max(1, (a.le - publiee).days))
        if etat in {E.PROPOSEE, E.ETUDE}:
            age = min(age, 13 if a.rng.random() < 0.85 else 20)
        if etat is E.SANS_SUITE:
            age = max(age, min(16, max(1, (a.le - publiee).days)))
        debut = a.jour(age)
        auteur = a.suivis[personne.id][0].id
        pas = _pas(a, etat, debut, auteur, contact.id, a.jour(1))
        lots.append((_proposition(a, offre, personne, etat, debut, pas, auteur), pas))
        pris.add((offre.id, personne.id))
    return lots


def _proches(a: Atelier, offre: Offre, nombre: int) -> list[Personne]:
    """People a référent would propose: of the trade or near it, free, informed."""
    code = offre.code_rome or ""
    poids = []
    for personne in a.personnes:
        suivie = personne.id in a.suivis and personne.information_le and a.categories[personne.id]
        if not suivie or not a.libre(personne.id, a.le, a.jour(-90)):
            poids.append(0.0)
            continue
        codes = a.codes[personne.id]
        poids.append(1.0 if code in codes else 0.2 if any(c[:3] == code[:3] for c in codes) else 0.003)
    if sum(poids) <= 0 or not nombre:
        return []
    choisies = a.rng.choices(a.personnes, weights=poids, k=3 * nombre)
    return list({p.id: p for p in choisies}.values())[:nombre]


def _embauches(a: Atelier, pris: set[tuple[int, int]]) -> Iterator[tuple[Proposition, list[_Pas], Contrat]]:
    """(proposition, path, contrat) of the contrats that came through an opening."""
    par_couple = {(o.organisation_id, o.marche_id): o for o in a.offres if o.etat is EtatOffre.POURVUE}
    par_personne = {p.id: p for p in a.personnes}
    for contrat in a.contrats:
        offre = par_couple.get((contrat.employeur_id, contrat.marche_id))
        if offre is None or contrat.personne_id not in a.suivis or (offre.id, contrat.personne_id) in pris:
            continue
        pris.add((offre.id, contrat.personne_id))
        yield (*_embauche(a, offre, par_personne[contrat.personne_id], contrat), contrat)


def _embauche(a: Atelier, offre: Offre, personne: Personne, contrat: Contrat) -> tuple[Proposition, list[_Pas]]:
    assert offre.publiee_le is not None
    debut = max(offre.publiee_le.date(), contrat.debut - timedelta(days=a.rng.randint(8, 28)))
    auteur = a.suivis[personne.id][0].id
    contact = a.equipe.contacts[contrat.employeur_id]
    pas = _pas(a, E.EMBAUCHEE, debut, auteur, contact.id, contrat.debut)
    return _proposition(a, offre, personne, E.EMBAUCHEE, debut, pas, auteur), pas


def _souhaits(a: Atelier, pris: set[tuple[int, int]]) -> None:
    """Employers ask to meet somebody of their ranking; most wait for an answer."""
    ouvertes = [o for o in a.offres if o.etat is EtatOffre.PUBLIEE and o.organisation_id in a.equipe.contacts]
    lignes = []
    for offre in a.rng.sample(ouvertes, 9):
        for personne in _proches(a, offre, 2)[:1]:
            if (offre.id, personne.id) in pris:
                continue
            decline = a.rng.random() < 0.2
            demande = a.instant(a.jour(a.rng.randint(1, 9)))
            lignes.append(
                SouhaitRencontre(
                    offre_id=offre.id,
                    personne_id=personne.id,
                    demandeur_id=a.equipe.contacts[offre.organisation_id].id,
                    etat=EtatSouhait.DECLINE if decline else EtatSouhait.OUVERT,
                    demande_le=demande,
                    repondu_le=max(demande, a.instant(a.jour(1))) if decline else None,
                )
            )
    a.garder(lignes)

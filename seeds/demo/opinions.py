"""What people said at the end of their contrats, and sheets still to hand over. All of it is made up."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from marketplace.heures.models import QuestionnaireFin, ReponseFin
from marketplace.heures.rules.questionnaire import (
    ANCIENNETE_MAX,
    ECHELLE,
    EDITION,
    OUVERTURE,
    QUESTIONS,
    contrats_a_interroger,
    empreinte_reponse,
)
from marketplace.valeurs import ajouter_mois
from seeds.demo.atelier import Atelier

PART_DE_REPONSES = 0.6
POIDS = {"accueil": (6, 4, 2, 1, 1), "respect": (8, 4, 1, 1, 0), "suite": (3, 4, 4, 2, 2)}
AUTRES_POIDS = (5, 4, 2, 1, 1)
MOTS = (
    "Avoir le planning une semaine avant",
    "Des gants à ma taille",
    "Plus de temps avec le tuteur au début",
    "Un vestiaire sur le chantier",
    "Savoir plus tôt si le contrat continue",
    "Rien, c'était bien",
    "Un bus le matin",
)


def semer_opinions(a: Atelier) -> None:
    """Its own dice. Answers of the year, each in the month after the end; sheets of the last weeks still wait."""
    de = Random(f"opinions:{a.le.isoformat()}")
    par_personne: dict[int, list[tuple[int, int, date, date | None]]] = {}
    for c in a.contrats:
        par_personne.setdefault(c.personne_id, []).append((c.id, c.employeur_id, c.debut, c.fin))
    finis = {n for siens in par_personne.values() for n in contrats_a_interroger(siens, a.le, anciennete=False)}
    fiches: list[QuestionnaireFin] = []
    reponses: list[ReponseFin] = []
    for c in sorted((c for c in a.contrats if c.id in finis and c.fin), key=lambda c: c.id):
        assert c.fin is not None
        if c.fin < ajouter_mois(a.le, -12):
            continue
        repondu = c.fin < a.le - timedelta(days=20) and de.random() < PART_DE_REPONSES
        if repondu or c.fin >= a.le - ANCIENNETE_MAX:
            fiches.append(
                QuestionnaireFin(
                    territoire_id=a.territoire_id,
                    contrat_id=c.id,
                    cree_le=c.fin,
                    expire_le=c.fin + OUVERTURE,
                    remis_le=c.fin + timedelta(days=3) if repondu else None,
                    repondu=repondu,
                )
            )
        if repondu:
            reponses.append(_reponse(a, de, c.employeur_id, c.marche_id, c.fin))
    a.garder(fiches)
    a.garder(reponses)


def _reponse(a: Atelier, de: Random, employeur_id: int, marche_id: int | None, fin: date) -> ReponseFin:
    notes = {q: de.choices(list(ECHELLE), POIDS.get(q, AUTRES_POIDS))[0] for q in QUESTIONS}
    return ReponseFin(
        cle=empreinte_reponse(a.ctx.config.cle_secrete, f"{de.getrandbits(64):016X}"),
        territoire_id=a.territoire_id,
        employeur_id=employeur_id,
        marche_id=marche_id,
        mois=(fin + timedelta(days=10)).replace(day=1),
        edition=EDITION,
        notes=notes,
        mots=de.choice(MOTS) if de.random() < 0.25 else "",
    )

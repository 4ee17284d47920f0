"""The questionnaire of the end of a contrat: five plain questions, a code, what may be shown of the answers (N18)."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.erreurs import RegleViolee
from marketplace.personnes.rules.proteges import mots_sensibles, refuser_nir
from marketplace.valeurs import cle

EDITION = "2026"
"""Kept with each answer: other questions, another year, are never added to these."""

QUESTIONS: Mapping[str, str] = {
    "accueil": "À mon arrivée, on m'a bien expliqué le travail.",
    "respect": "On m'a parlé avec respect.",
    "apprentissage": "J'ai appris des choses utiles.",
    "appui": "En cas de difficulté, quelqu'un m'a aidé.",
    "suite": "La suite a été préparée avec moi.",
}

ECHELLE: Mapping[str, str] = {
    "oui": "Oui",
    "plutot_oui": "Plutôt oui",
    "plutot_non": "Plutôt non",
    "non": "Non",
    "sans_avis": "Je ne sais pas",
}

MOTS_MAX = 500
MINIMUM = 5
"""Answers below which nothing is shown; they are also shown by lots of that size."""
OUVERTURE = timedelta(days=90)
"""Days a code opens its questionnaire. Convention of the product."""
ANCIENNETE_MAX = timedelta(days=60)
"""A contrat that ended before is not asked about: nobody expects it any more. Convention of the product."""
CONTINUITE = timedelta(days=30)
"""The next contrat with the same employer, begun sooner, goes on with the same employment (D3)."""
MOIS_DES_MOTS = 24
"""Months the words in one's own hand are kept; the ticked answers, which name nobody, stay."""

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Thirty-two signs nobody mistakes for another."""
LONGUEUR = 10


@dataclass(frozen=True, slots=True)
class Decompte:
    """How many said what, question by question: {question: {answer: number}}, over `nombre` answers."""

    nombre: int
    par_question: Mapping[str, Mapping[str, int]]


def code_lu(tape: str) -> str:
    """The code as it is kept, out of what was typed: blanks, dashes and case forgiven."""
    return re.sub(r"[\s\u00a0\u202f.\-–]", "", tape).upper()


def code_montre(code: str) -> str:
    """« ABCDE-FGHJK »."""
    return f"{code[:5]}-{code[5:]}"


def empreinte_question(cle_secrete: str, code: str) -> str:
    """What is kept beside the contrat."""
    return _marque(cle_secrete, f"questionnaire-fin:{code_lu(code)}")


def empreinte_reponse(cle_secrete: str, code: str) -> str:
    """What is kept beside the answer: another hash, which only the code joins to the first."""
    return _marque(cle_secrete, f"reponse-fin:{code_lu(code)}")


def _marque(cle_secrete: str, texte: str) -> str:
    return hmac.new(cle_secrete.encode(), texte.encode(), hashlib.sha256).hexdigest()


def lire_notes(saisies: Mapping[str, str | None]) -> dict[str, str]:
    """The answers ticked, known questions only. Raises RegleViolee on an unknown answer, or when nothing is ticked."""
    notes = {}
    for question in QUESTIONS:
        reponse = saisies.get(question) or ""
        if reponse and reponse not in ECHELLE:
            raise RegleViolee("Choisissez une réponse de la liste.", champ=question)
        if reponse:
            notes[question] = reponse
    if not notes:
        raise RegleViolee("Répondez à une question au moins.", champ=next(iter(QUESTIONS)))
    return notes


def lire_mots(texte: str, noms: Sequence[str] = ()) -> str:
    """The words in one's own hand. Raises RegleViolee: a NIR (R106), too long, or one of these names in it."""
    ecrit = refuser_nir(texte.strip(), champ="mots")
    if len(ecrit) > MOTS_MAX:
        raise RegleViolee(f"Écrivez {MOTS_MAX} signes au plus.", champ="mots")
    ecrits = set(cle(ecrit).split())
    if any(ecrits & set(cle(nom).split()) for nom in noms):
        raise RegleViolee("Votre nom est dans le texte : retirez-le, la réponse reste sans nom.", champ="mots")
    return ecrit


def mots_a_relire(texte: str) -> str:
    """What to say before such words leave, empty when there is nothing to say (R107)."""
    mots = mots_sensibles(texte)
    if not mots:
        return ""
    return (
        f"Vous avez écrit « {' », « '.join(mots)} ». Une équipe lira ces mots, sans votre nom. "
        "Changez-les, ou envoyez quand même."
    )


def contrats_a_interroger(
    fins: Sequence[tuple[int, int, date, date | None]], jour: date, *, anciennete: bool = True
) -> set[int]:
    """Among the contrats of one person (id, employer, first day, last day), those over that nothing went on from.

    `anciennete=False` keeps those that ended long ago: what was asked stays asked.
    """

    def continue_(numero: int, employeur: int, fin: date) -> bool:
        return any(
            chez == employeur and debut <= fin + CONTINUITE and (terme is None or (terme, autre) > (fin, numero))
            for autre, chez, debut, terme in fins
            if autre != numero
        )

    return {
        numero
        for numero, employeur, _, fin in fins
        if fin is not None
        and fin <= jour
        and (not anciennete or fin >= jour - ANCIENNETE_MAX)
        and not continue_(numero, employeur, fin)
    }


def lot_montrable(reponses: Iterable[tuple[date, str]], jour: date) -> list[str]:
    """Keys of the answers (month, key) that may be counted: months that are over, by whole lots of MINIMUM.

    One answer more never changes a figure alone: nobody reads the last one by difference.
    """
    closes = sorted((mois, marque) for mois, marque in reponses if mois < jour.replace(day=1))
    return [marque for _, marque in closes[: len(closes) - len(closes) % MINIMUM]]


def compter(notes: Sequence[Mapping[str, str]]) -> Decompte:
    """How many said what; a question left blank counts as « Je ne sais pas »."""
    par_question = {}
    for question in QUESTIONS:
        vus = Counter(n.get(question, "sans_avis") for n in notes)
        par_question[question] = {reponse: vus[reponse] for reponse in ECHELLE}
    return Decompte(len(notes), par_question)

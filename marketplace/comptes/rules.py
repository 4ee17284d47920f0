"""What a password must be, how long to wait after failures, who needs a second factor (R130, R131)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.valeurs import cle

LONGUEUR_MINIMALE = 14
CLASSES_MINIMALES = 3
MOTS_D_UNE_PHRASE = 7
ESSAIS_LIBRES = 5
FENETRE_ESSAIS = timedelta(minutes=15)
ATTENTE_MAXIMALE = timedelta(minutes=15)

# What is typed first when one guesses, in France; read without accents, case, digits standing for letters.
COURANTS = tuple(
    """
    motdepasse passe password azerty azertyuiop qwerty qwertyuiop qsdfgh qsdfghjklm wxcvbn
    administrateur admin bonjour bonsoir bienvenue soleil chocolat doudou loulou marseille montpellier
    herault paris france lyon toulouse beziers lunel sete occitanie jetaime amour coucou chouchou
    princesse nicolas julien camille thomas caroline isabelle sandrine sophie pierre martin bernard
    maison famille vacances football rugby liberte pompier internet ordinateur secret connexion
    utilisateur facilitateur insertion clause clauses clausesociale departement placedesclauses
    placedemarche janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre
    printemps automne hiver lundi mardi mercredi jeudi vendredi samedi dimanche letmein welcome
    """.split()  # noqa: SIM905 - a list to read and to add to
)
_SUITES = ("0123456789012345", "9876543210987654", "abcdefghijklmnopqrstuvwxyz", "azertyuiopqsdfghjklmwxcvbn")
_LETTRES_DEGUISEES = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"})
_LONGUEUR_HORS_COURANTS = 8


def _classes(texte: str) -> int:
    familles = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
    return sum(any(famille(c) for c in texte) for famille in familles)


def _sans_suites(texte: str) -> str:
    """Without runs of 4 or more neighbours of a keyboard or of the alphabet, nor one character repeated."""
    texte = re.sub(r"(.)\1{2,}", r"\1", texte)
    for suite in _SUITES:
        for longueur in range(len(suite), 3, -1):
            for debut in range(len(suite) - longueur + 1):
                texte = texte.replace(suite[debut : debut + longueur], "")
    return texte


def _trop_courant(texte: str, personnels: Iterable[str]) -> bool:
    """Whether too little is left once common words, the person's own names and keyboard runs are taken away."""
    plie = texte.lower().translate(_LETTRES_DEGUISEES)
    plie = cle(plie).replace(" ", "") + "".join(c for c in texte if not c.isalnum())
    brut = cle(texte).replace(" ", "") + "".join(c for c in texte if not c.isalnum())
    mots = sorted({*COURANTS, *(cle(p).replace(" ", "") for p in personnels if len(p) > 3)}, key=len, reverse=True)
    restes = []
    for lu in (plie, brut):
        reste = _sans_suites(lu)
        for mot in mots:
            reste = reste.replace(mot, "")
        restes.append((len(reste), len(lu)))
    return any(reste < total and reste < _LONGUEUR_HORS_COURANTS for reste, total in restes)


def verifier_mot_de_passe(texte: str, personnels: Iterable[str] = ()) -> None:
    """R130: 14 characters of three kinds, or a phrase of seven words; nothing that is guessed first.

    `personnels` are the person's names and address. Raises RegleViolee.
    """
    champ = "mot_de_passe"
    if len(texte) > 200:
        raise RegleViolee("Ce mot de passe est trop long : 200 caractères au plus.", champ=champ)
    phrase = len(texte.split()) >= MOTS_D_UNE_PHRASE and len(texte) >= 2 * LONGUEUR_MINIMALE
    if not phrase and len(texte) < LONGUEUR_MINIMALE:
        raise RegleViolee(
            f"Ce mot de passe compte {len(texte)} caractères : il en faut au moins {LONGUEUR_MINIMALE}.", champ=champ
        )
    if not phrase and _classes(texte) < CLASSES_MINIMALES:
        raise RegleViolee(
            "Mêlez au moins trois sortes de caractères : minuscules, majuscules, chiffres, signes. "
            "Une phrase de sept mots convient aussi.",
            champ=champ,
        )
    if _trop_courant(texte, personnels):
        raise RegleViolee("Ce mot de passe se devine trop vite : évitez les mots courants et votre nom.", champ=champ)


def attente_apres(echecs: int) -> timedelta:
    """How long to wait after that many failures in 15 minutes: none for five, then 1, 2, 4, 8, 15 minutes."""
    if echecs <= ESSAIS_LIBRES:
        return timedelta(0)
    return min(timedelta(minutes=2 ** min(echecs - ESSAIS_LIBRES - 1, 10)), ATTENTE_MAXIMALE)


def second_facteur_exige(roles: Iterable[Role]) -> bool:
    """R131: facilitateurs and administrateurs sign in with a second factor."""
    return any(role in {Role.FACILITATEUR, Role.ADMINISTRATEUR} for role in roles)


def role_dans(type_organisation: str) -> Role:
    """The hat worn in an organisation of that type: buyers, prescribers (référents), else employers."""
    return {"acheteur": Role.ACHETEUR, "prescripteur": Role.REFERENT, "opcs": Role.FACILITATEUR}.get(
        type_organisation, Role.EMPLOYEUR
    )

"""What may never be written: the NIR (R106), and words that call for a warning in a note (R107)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import cle

_CORSE = re.compile(r"(?<=\d)([\s._\-/]{0,3})2([ABab])(?=[\s._\-/]{0,3}\d)")
_GROUPES = re.compile(r"\d+")
_SEPARATEURS = re.compile(r"[\s._\-/\u2010-\u2015']{1,3}")
_NIR = re.compile(
    r"[12378]"
    r"\d{2}"
    r"(?:0[1-9]|1[0-2]|2\d|3\d|4[0-2]|[5-9]\d)"
    r"(?:0[1-9]|[1-9]\d)"
    r"(?!000)\d{3}"
    r"(?!000)\d{3}"
    r"(?:\d{2})?"
)
"""Sex, year, month (with the codes of unknown months), département, commune, order, optional key."""

_LONGUEURS = frozenset({13, 15})

_ENTETES_NIR = frozenset(
    {
        "nir",
        "numero nir",
        "n nir",
        "num nir",
        "securite sociale",
        "numero securite sociale",
        "numero de securite sociale",
        "n securite sociale",
        "n de securite sociale",
        "no securite sociale",
        "num secu",
        "numero secu",
        "numero de secu",
        "n secu",
        "n ss",
        "num ss",
        "numero ss",
        "numero insee",
        "n insee",
        "immatriculation ss",
        "matricule ss",
    }
)


def contient_nir(texte: str) -> bool:
    """True when the text holds a NIR of 13 or 15 digits, alone or inside, with spaces, dots or dashes (R106,
    T24).

    The digits are read by whole groups: a SIRET of 14 digits, written in one go or as 3-3-3-5, is never
    taken for one. The key is not checked: a NIR with a wrong key is still somebody's number.
    """
    plat = unicodedata.normalize("NFKC", texte)
    # Corsica: 2A and 2B stand for 19 and 18 in the arithmetic of the number.
    plat = _CORSE.sub(lambda m: m[1] + ("19" if m[2] in "Aa" else "18"), plat)
    groupes = list(_GROUPES.finditer(plat))
    for debut, premier in enumerate(groupes):
        chiffres = premier.group()
        fin = premier.end()
        for suivant in [None, *groupes[debut + 1 : debut + 15]]:
            if suivant is not None:
                if not _SEPARATEURS.fullmatch(plat, fin, suivant.start()):
                    break
                chiffres += suivant.group()
                fin = suivant.end()
            if len(chiffres) in _LONGUEURS and _NIR.fullmatch(chiffres):
                return True
            if len(chiffres) > max(_LONGUEURS):
                break
    return False


def refuser_nir(texte: str, *, champ: str | None = None) -> str:
    """The text itself when it holds no NIR. Raises RegleViolee otherwise (R106)."""
    if contient_nir(texte):
        raise RegleViolee(
            "Ce texte contient un numéro de sécurité sociale : effacez-le, il ne doit pas être enregistré ici.",
            champ=champ,
        )
    return texte


def colonnes_de_nir(entetes: Sequence[str], lignes: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """As `colonnes_nir`, but a column where fewer than half the cells hold one is kept: those lines are refused.

    One number typed in the wrong cell does not cost everybody her jobs or her name.
    """
    interdites = []
    for rang in colonnes_nir(entetes, lignes):
        cellules = [ligne[rang] for ligne in lignes if rang < len(ligne) and ligne[rang].strip()]
        if cle(entetes[rang]) in _ENTETES_NIR or sum(map(contient_nir, cellules)) * 2 >= len(cellules):
            interdites.append(rang)
    return tuple(interdites)


def colonnes_nir(entetes: Sequence[str], lignes: Iterable[Sequence[str]]) -> tuple[int, ...]:
    """Ranks of the columns of a file to drop: named like a NIR, or holding at least one (R106)."""
    interdites = {rang for rang, entete in enumerate(entetes) if cle(entete) in _ENTETES_NIR}
    for ligne in lignes:
        interdites.update(rang for rang, valeur in enumerate(ligne) if rang not in interdites and contient_nir(valeur))
    return tuple(sorted(interdites))


_LISTE = """
alcool alcoolique alcoolisme addiction addictions drogue drogues toxicomane toxicomanie cannabis
depression depressif depressive bipolaire schizophrenie schizophrene psychiatrie psychiatrique psychologique
cancer diabete epilepsie vih sida hepatite maladie maladies malade traitement hospitalisation hospitalise
hospitalisee enceinte grossesse handicap handicape handicapee invalidite invalide medical medicale medicament
medicaments religion religieux religieuse musulman musulmane islam chretien chretienne catholique protestant
protestante juif juive voile ramadan origine origines gitan gitane tzigane manouche maghrebin maghrebine
africain africaine arabe etranger etrangere nationalite race divorce divorcee separe separee veuf
veuve violences conjugales prison detention detenu detenue incarceration incarcere incarceree bracelet
casier condamnation condamne condamnee justice probation syndicat syndique syndiquee homosexuel homosexuelle
lesbienne gay transgenre
"""
_MOTS_SENSIBLES = frozenset(_LISTE.split())
"""Whole words without accents. A warning, never a refusal: « voile » also lives on building
sites.
"""


def mots_sensibles(texte: str) -> tuple[str, ...]:
    """Words of the text that may tell health, family, religion, origin or justice, in order, once each
    (R107).
    """
    return tuple(dict.fromkeys(mot for mot in cle(texte).split() if mot in _MOTS_SENSIBLES))


def avertir(texte: str) -> str:
    """The warning to show beside a note, empty when there is nothing to say (R107)."""
    mots = mots_sensibles(texte)
    if not mots:
        return ""
    return (
        f"Attention : « {' », « '.join(mots)} ». N'écrivez rien sur la santé, la famille, la religion, "
        "l'origine "
        "ou la justice. La personne peut lire cette note."
    )

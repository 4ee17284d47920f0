"""From the text of a notice to what the product proposes; the person who pasted it confirms or corrects."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from marketplace.marches.avis.extraction import lire_heures, lire_taux
from marketplace.marches.avis.indices import Indices, indices_suivis
from marketplace.marches.avis.texte import Phrase, passages, phrases, plier, recoller
from marketplace.marches.avis.valeurs import AvisLu, Genre, HeuresLues

EXTRAIT_MAX = 600


def _genre(lues: Sequence[Indices], *, clause: bool, reserve: bool) -> Genre:
    if clause:
        affirmes = [i for i in lues if i.affirme] or list(lues)
        if any(i.formation for i in affirmes) and not any(i.public or i.insertion for i in affirmes):
            return Genre.FORMATION
        return Genre.INSERTION if any(i.public or i.insertion or i.confie for i in lues) else Genre.SOCIALE_GENERIQUE
    if reserve:
        return Genre.RESERVE
    if any(i.critere and (i.social or i.public) for i in lues):
        return Genre.CRITERE
    return Genre.ENVIRONNEMENT if any(i.environnement for i in lues) else Genre.AUTRE


def _phrase_cle(
    lues: Sequence[tuple[Phrase, Indices]], heures: Sequence[HeuresLues], *, clause: bool, reserve: bool
) -> Phrase | None:
    """The sentence to highlight: with the hours, else stating the condition, else the reservation."""
    preferences: list[Callable[[Phrase, Indices], bool]] = []
    if clause:
        premiere = heures[0].debut if heures else -1
        preferences += [
            lambda p, _: p.debut <= premiere < p.fin,
            lambda _, i: i.affirme and i.clause,
            lambda _, i: i.affirme,
            lambda _, i: (i.social or i.public or i.formation) and not i.negation,
        ]
    if reserve:
        preferences.append(lambda _, i: i.reservation)
    if clause or reserve:
        preferences.append(lambda *_: True)
    return next((p for voulue in preferences for p, i in lues if voulue(p, i)), None)


def lire_plusieurs(textes: Sequence[str]) -> list[AvisLu]:
    """Read notices together (one pass of the classifier); the answer keeps the order."""
    # scikit-learn takes a second to import: only who reads a notice pays for it.
    from marketplace.marches.avis.classement import classeur

    propres = [recoller(t) for t in textes]
    decoupes = [phrases(t) for t in propres]
    groupes = [[g for g in passages(d) if g] for d in decoupes]
    probas = iter(classeur().probabilites([g for groupe in groupes for g in groupe]))
    lus = []
    for texte, decoupe, groupe in zip(propres, decoupes, groupes, strict=True):
        notes = [next(probas) for _ in groupe]
        lus.append(
            _assembler(texte, decoupe, max((c for c, _ in notes), default=0.0), max((r for _, r in notes), default=0.0))
        )
    return lus


def _assembler(texte: str, decoupe: list[Phrase], proba: float, proba_reserve: float) -> AvisLu:
    from marketplace.marches.avis.classement import SEUIL

    lues = list(zip(decoupe, indices_suivis(decoupe), strict=True))
    clause, reserve = proba >= SEUIL, proba_reserve >= SEUIL
    heures = lire_heures(plier(texte), lues) if clause else ()
    cle = _phrase_cle(lues, heures, clause=clause, reserve=reserve)
    extrait = cle.brut[:EXTRAIT_MAX] if cle else ""
    return AvisLu(
        texte=texte,
        clause=clause,
        reserve=reserve,
        proba=round(proba, 4),
        proba_reserve=round(proba_reserve, 4),
        genre=_genre([i for _, i in lues], clause=clause, reserve=reserve),
        heures=heures,
        taux=lire_taux(lues) if clause else (),
        extrait=extrait,
        debut=cle.debut if cle else 0,
        fin=cle.debut + len(extrait) if cle else 0,
    )


def lire_avis(texte: str) -> AvisLu:
    """Read one notice or one extract of a CCAP."""
    return lire_plusieurs([texte])[0]

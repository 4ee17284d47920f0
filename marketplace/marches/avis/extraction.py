"""Hours of insertion by lot, and rates, out of a notice; what looks like hours and is not, left aside.

A number of hours counts when its sentence, or the list it belongs to, speaks of insertion. Opening hours, visits,
delays, weekly schedules, quantities ordered and rates (« 5h par tranche de 10 000 € ») never do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.marches.avis.indices import FORMATION, Indices
from marketplace.marches.avis.nombres import CHIFFRES, LETTRES, LETTRES_SEULES, en_nombre, en_toutes_lettres
from marketplace.marches.avis.texte import Phrase, corriger
from marketplace.marches.avis.valeurs import HeuresLues, TauxLu

_UNITE = r"(?:[Hh]eures?|HEURES?|[Hh]eurs|[Hh]rs?\b|H(?![A-Za-zÀ-ÿ0-9])|h(?![a-zà-ÿ0-9]))(?![a-zà-ÿ])"
_ESPACES = str.maketrans({"\xa0": " ", "\u202f": " ", "\u2009": " ", "\t": " "})
# A bullet « o » glued by the portal: « 295 heuresoTranche 2 ».
_PUCE = re.compile(r"(?<=heures)o(?![a-zà-ÿ])|(?<=[A-Z)])o(?=[A-Z][a-zà-ÿ])")
_HEURES = re.compile(rf"({CHIFFRES})[\s)]{{0,4}}(?:\([A-Za-zà-ÿ\s-]{{3,60}}\)\s{{0,3}})?{_UNITE}")
_LETTRES_HEURES = re.compile(rf"({LETTRES})heures?\b")
_PAS_DES_HEURES = r"(?!\s*(?:h|%|€|eur|lot|mois|ans?\b|jours?|semaines?|personnes?|[.,/:]\d|\d))"
_ENTETE = re.compile(
    rf"(?:nombre (?:\w+ )?d'heures|heures d'insertion|volume (?:\w+ )?(?:d'insertion|d'heures)"
    rf"|heures)[^.;:\d]{{0,70}}"
    rf"(?:[:=]\s*|\((?=\d{{2}}))({CHIFFRES}){_PAS_DES_HEURES}"
)
# « un volume d'heures d'insertion fixé à 1 400 », « un nombre d'heures supérieur ou égal à 140 »
_FIXEES = re.compile(
    rf"(?:nombre|volume|quota|total|minimum) (?:\w+ )?(?:d'|de )(?:heures|insertion)[^.;:\d]{{0,60}}"
    rf"\b(?:a|de|est|moins|minimum) ({CHIFFRES}){_PAS_DES_HEURES}"
    rf"|\bheures? (?:d'insertion )?a (?:realiser|effectuer|reserver|prevoir) ({CHIFFRES}){_PAS_DES_HEURES}"
)
# « 500 heures pour la tranche ferme, 200 pour la tranche optionnelle 1 »: the unit is said once.
_SANS_UNITE = re.compile(
    rf"(?:,|;|\bet|\bpuis|/) ({CHIFFRES}) (?:pour|au titre de|sur|en) (?:la |le |les |l')?(?:tranche|lot"
    rf"|periode|phase|annee)"
)
_ENTETE_LETTRES = re.compile(rf"\bheures\b[^.;:\d]{{0,60}}[:=] *({LETTRES_SEULES})(?= *(?:[.;,(]|$))")
_NOMBRE_PUIS_HEURES = re.compile(rf"({CHIFFRES}) (?:le|comme) (?:nombre|volume) (?:\w+ )?d'heures")
_LOT_NOMBRE = re.compile(
    rf"\blots? *(?:n ?[°o]? ?)?(\w{{1,4}})\b[^:=;]{{0,60}}[:=]\s*({CHIFFRES})(?!\s*(?:h|%|€|eur|[.,/:]\d|\d))"
)
# A row of a table under « Heures d'insertion »: « 02 Gros œuvre 840 ».
_LIGNE_TABLEAU = re.compile(
    r"^(?:lots? *)?(?:n ?[°o]? ?)?(\d{1,2}[a-z]?)\b[ .:|-]+[a-z'][^:=;|\d]{2,60}[ |:-]+"
    r"((?:\d{1,3} )?\d{2,5}) ?(?:h|heures?)?[ .;|]*$"
)
_AVEC_HEURES = re.compile(r"\d ?h(?:eures?)?\b")
_CES_HEURES = re.compile(
    r"(?:ces|ce|cet|cette|ledit|lesdites) (?:\w+ ){0,2}?(?:heures?|volume|nombre|minimum|objectif)"
)
_LOT = re.compile(r"\blots? *(?:n ?[°o] ?s?\.? ?|numero )?(\d{1,3} ?[a-z]?\b|[a-z]\b|unique)", re.IGNORECASE)
# « L'entreprise du lot 1 réalise une action. Ainsi, le nombre d'heures est de 260. »
_ANAPHORE = re.compile(
    r"ainsi\b|soit\b|cette |cet |ce |cela |il |elle |(?:le )?(?:nombre|volume|minimum) |l'engagement "
)
_LOT_JUSTE_AVANT = re.compile(r"\blots? *(?:n ?[°o]? ?)?$")
_LOT_APRES = re.compile(
    r"^\s*(?:d'insertion |de travail |minimum )*(?:\(|pour le |sur le |au titre du "
    r"|- )lot *(?:n ?[°o] ?)?(\w{1,4})\b"
)

_INSERTION = re.compile(
    r"insertion|clauses? sociale|caractere social|publics?\b|eloigne|difficulte|demandeurs? d'emploi"
    r"|habitants|sans emploi"
    r"|apprenti|stagiaire|chomage|l'exclusion|engagement|promotion de l'emploi|statut scolaire|personnes"
    r"|\bgeiq\b|\betti\b|\bplie\b|\bsiae\b|\brsa\b|peu qualifie|sans qualification|decrocheur|clause sociale"
    rf"|alternan|professionnalisation|{FORMATION.pattern}"
)
_SUITE = re.compile(
    r"\blots?\b|tranche|minim|a realiser|soit\b|nombre|volume|s'eleve|represente|engagement|titulaire doit"
    r"|objectif|total"
    r"|obligation|fixe|au moins|phase|periode|annee"
)
_TAUX_APRES = re.compile(
    r"^\s*(?:d'insertion |de travail |d'insertion sociale )?(?:\w+ ){0,2}?(?:par tranches?|pour (?:une "
    r"|chaque )?tranches?"
    r"|(?:par|pour|/) ?(?:chaque )?(?:\d|mille|million|millier|k€)|par euros?|sur \d+(?! ?(?:mois|ans|annees"
    r"|semaines|jours))\b|[x×*] ?\d)"
)
# « Chaque tranche de 30 000 euros donne lieu à 35 heures » is a rate as well.
_TAUX_AVANT = re.compile(
    rf"(?:tranches? de|par|chaque|tous les) {CHIFFRES} ?(?:k?€|euros?|eur)(?: ?h\.?t\.?)?"
    r"(?:(?!minim|moins|plancher|soit|total)[^.;,:]){0,60}$"
)
_HORAIRE_AVANT = re.compile(r"(?:\ba|\bentre|\bde|\bavant|\bapres|\bdes|\bjusqu'a|\bvers|\(|-|\bet|\d ?h? ?-)\s*$")
_FIXE_AVANT = re.compile(
    r"(?:est|sont|sera|seront) (?:de|d')\s*$"
    r"|(?:s'eleve|s'elevent|fixee?s?|portee?s?|egale?s?|estimee?s?|hauteur|minimum|volume|total|engagement"
    r"|clause|insertion"
    r"|action|objectif|part|moins|nombre|correspond|tenue?|limitee?) (?:a|de|d')\s*$|insertion \(\s*$"
    r"|clause \(\s*$"
)
_JOUR_AVANT = re.compile(
    r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|visites?|horaires?|remise des|rendez-vous"
    r"|reunions?|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre)\b[^.;]{0,30}$"
)
_HORAIRE_APRES = re.compile(r"^\s*(?:(?:a|et|-|/)\s*\d{1,2}\s*(?:h|heures)\b|\d{2}\b)")
_DUREE_APRES = re.compile(
    r"^\s*(?:non (?:realis|effectu|execut)|(?:par|/) ?(?:semaine|jour\b|agent|stagiaire|session|intervention)"
    r"|hebdo|quotidien|mensuel"
    r"|a l'avance|avant\b"
    r"|apres\b|ouvre|/ ?24|maximum (?:apres|suivant)|de (?:nettoyage|vitrerie|menage|prestation|maintenance"
    r"|conduite|cours)"
    r"|de formation (?:obligatoire|initiale|prealable))"
)
_DUREE_AVANT = re.compile(
    r"(?:delais?|\bsous|dans les|urgence|astreinte|sessions?|entretiens?|ateliers?|preavis|duree environ"
    r"|mensuelle|masse horaire"
    r"|quantites?|estimee? a|formation amiante|dure|intervention|prestation)[^.;]{0,40}$"
)
_PART_AVANT = re.compile(
    r"(?:\bdont|y compris|\bbase(?: de)?|\betp (?:de|=)) (?:au moins |au minimum |un minimum de )?$"
)
_REPARTITION_AVANT = re.compile(r"(?:semaines?|jours?|mois|journees?|postes?|seances?|sessions?) (?:de|a|x|par) $")
_POURCENT = re.compile(rf"{CHIFFRES}\s*(?:%|pour ?cents?\b)")
_TAUX_HEURES = re.compile(
    rf"{CHIFFRES}\s*(?:h\b|heures?)[^.;:]{{0,30}}?(?:par tranches? de|pour (?:une tranche de )?|par|/)\s*"
    rf"(?:{CHIFFRES}|mille|million)\s*(?:k?€|euros?|eur\b)?(?: ?h\.?t\b)?"
)
_SUITE_TAUX = re.compile(r"clause|taux|effort|heures|temps de travail|main-d'|effectif|minimum")
_FAUX_POURCENT = re.compile(
    r"critere|ponder|note|prix\b|garantie|avance|acompte|remise|tva|penalite|proportion|emploie\w* "
    r"|travailleurs|subvention"
    r"|financ|reemploi|recycl"
)
_REDITE = re.compile(r"\s*(?:minimum|au minimum|au moins|d'insertion|de travail)?,? *(?:\(|soit ?:? ?)\s*")
_PARTIES = re.compile(r"\b(?:soit|dont|repart\w*|ventil\w*|decompos\w*|comme suit|a raison)\b|:|\(")


JOURNEE = 24


@dataclass(frozen=True, slots=True)
class _Trouvee:
    heures: Decimal
    lot: str
    debut: int
    fin: int
    phrase: int


# « au lieu de 500 heures, lire 650 », « 5 % x 4 500 heures = 225 heures »
_REMPLACEE_AVANT = re.compile(r"(?:au lieu (?:de |des )|et non (?:pas )?(?:de )?|precedemment |auparavant )$")
_PRODUIT_AVANT = re.compile(r"[x×*] ?$")
_EGALE_APRES = re.compile(r"^\s*(?:d'insertion|de travail)? ?=")
# « 5 % des 26 000 heures, soit 1 300 »: what the rate applies to.
_BASE_DU_TAUX = re.compile(
    r"(?:%|pour ?cents?) (?:(?!soit|corresp|represent|equiv|estim|qui)\w+ ){0,3}(?:a|de|des|sur|les) $"
)
_DONT = re.compile(r"\b(?:dont|parmi lesquelles)(?: au moins| au minimum| un minimum de)? $")
_POUR_INSERTION = re.compile(
    r"^\s*(?:d'insertion|au profit|au benefice|reserve\w*|consacre\w*|dediee\w*|confiee\w*|en insertion"
    r"|(?:realise|effectue|execute)\w* par|pour (?:des|les) (?:personnes|publics)|par (?:des"
    r"|les) (?:personnes|publics))"
)
_TOTAL_TRAVAILLE = re.compile(
    r"^\s*(?:de travail|travaille\w*|de main[- ]d'\w+|de production|au total|totales?)?,? *\(?"
    r"(?:dont|parmi lesquelles) [^.;\d]{0,30}\d[\d ,.]*(?:h|heures?) *(?:d'insertion|au profit|au benefice|reserve"
    r"|consacre|dediee|confiee|en insertion|(?:realise|effectue|execute)\w* par|pour d?les|par des)"
)


def _exclue(valeur: Decimal, avant: str, apres: str, *, forte: bool) -> bool:
    """Whether this « N heures » is a rate, a time of day, a delay, a quantity."""
    if _TAUX_APRES.match(apres) or valeur == 0 or _TOTAL_TRAVAILLE.match(apres):
        return True
    dont = _DONT.search(avant) and _POUR_INSERTION.match(apres) and not _INSERTION.search(avant)
    if (
        _REMPLACEE_AVANT.search(avant)
        or (_PRODUIT_AVANT.search(avant) and _EGALE_APRES.match(apres))
        or (_PART_AVANT.search(avant) and not dont)
    ):
        return True
    pris = bool(_FIXE_AVANT.search(avant))
    if (
        _BASE_DU_TAUX.search(avant)
        or _TAUX_AVANT.search(avant)
        or (valeur <= JOURNEE and _JOUR_AVANT.search(avant) and not pris)
    ):
        return True
    if valeur <= JOURNEE and (_HORAIRE_APRES.match(apres) or (_HORAIRE_AVANT.search(avant) and not pris)):
        return True
    if _DUREE_APRES.match(apres) or _REPARTITION_AVANT.search(avant):
        return True
    return not forte and not pris and bool(_DUREE_AVANT.search(avant))


def _lot(plie: str, debut: int, fin: int, courant: str) -> str:
    apres = _LOT_APRES.match(plie[fin:])
    if apres:
        return apres[1].strip().upper()
    derniers = [n for n in _LOT.findall(plie[:debut]) if n != "unique"]
    return derniers[-1].strip().upper() if derniers else courant


def _de_phrase(phrase: Phrase, rang: int, courant: str, *, annonce: bool) -> list[_Trouvee]:
    brut = _PUCE.sub(" ", phrase.brut.translate(_ESPACES))
    plie = phrase.plie
    trouvees: list[_Trouvee] = []
    for m in [*_HEURES.finditer(brut), *_LETTRES_HEURES.finditer(plie)]:
        avant, apres = plie[max(0, m.start() - 120) : m.start()], plie[m.end() : m.end() + 60]
        ecrit, debut = m[1], m.start(1)
        if _LOT_JUSTE_AVANT.search(avant) and " " in ecrit:
            # « Lot 1 150 heures » is lot 1 and 150 hours, not 1,150.
            debut += ecrit.index(" ") + 1
            ecrit = ecrit.partition(" ")[2]
        valeur = en_nombre(ecrit) if ecrit[0].isdigit() else Decimal(en_toutes_lettres(ecrit))
        forte = bool(_INSERTION.search(avant) or _INSERTION.search(plie[m.end() : m.end() + 60]))
        if not ecrit[0].isdigit() and valeur < 5:
            continue
        if not _exclue(valeur, avant, apres, forte=forte):
            lot = _lot(plie, debut, m.end(), courant)
            trouvees.append(_Trouvee(valeur, lot, phrase.debut + debut, phrase.debut + m.end(), rang))
    if trouvees:
        deja = min(t.debut for t in trouvees) - phrase.debut
        trouvees += [
            _Trouvee(
                en_nombre(m[1]),
                _lot(plie, m.start(1), m.end(1), ""),
                phrase.debut + m.start(1),
                phrase.debut + m.end(1),
                rang,
            )
            for m in _SANS_UNITE.finditer(plie, deja)
        ]
    tableau = _LIGNE_TABLEAU.match(plie) if annonce and not trouvees else None
    if tableau is not None:
        a, b = phrase.debut + tableau.start(2), phrase.debut + tableau.end(2)
        trouvees.append(_Trouvee(en_nombre(tableau[2]), tableau[1].lstrip("0").upper(), a, b, rang))
    if not trouvees and (annonce or "heure" in plie or "volume" in plie):
        trouvees += [
            _Trouvee(en_nombre(m[2]), m[1].upper(), phrase.debut + m.start(2), phrase.debut + m.end(2), rang)
            for m in _LOT_NOMBRE.finditer(plie)
        ]
        motifs = (_ENTETE, _FIXEES, _NOMBRE_PUIS_HEURES, _ENTETE_LETTRES)
        for m in [] if trouvees else [m for motif in motifs for m in motif.finditer(plie)]:
            lot = _lot(plie, m.start(), m.end(), courant)
            ecrit = next(g for g in m.groups() if g)
            valeur = en_nombre(ecrit) if ecrit[0].isdigit() else Decimal(en_toutes_lettres(ecrit))
            if valeur < (1 if m.re is _ENTETE else 10):
                continue
            trouvees.append(_Trouvee(valeur, lot, phrase.debut + m.start(1), phrase.debut + m.end(1), rang))
    trouvees.sort(key=lambda t: t.debut)
    # « trois cents heures (300 h) » is said twice and due once.
    return [
        t
        for avant, t in zip([None, *trouvees], trouvees, strict=False)
        if not (
            avant
            and avant.heures == t.heures
            and _REDITE.fullmatch(plie, avant.fin - phrase.debut, t.debut - phrase.debut)
        )
    ]


def _sans_total(trouvees: list[_Trouvee], plie: str) -> list[_Trouvee]:
    """A total and its parts are one fact: keep the parts when they name lots, the total otherwise."""
    for i, total in enumerate(trouvees):
        autres = trouvees[i + 1 :] or trouvees[:i]
        if len(autres) < 2 or sum(a.heures for a in autres) != total.heures:
            continue
        if total.lot and total.lot not in {a.lot for a in autres}:
            continue  # a lot of its own: the sum is a coincidence
        if all(a.lot for a in autres) and len({a.lot for a in autres}) > 1:
            return [t for t in trouvees if t is not total]
        if _PARTIES.search(plie, min(total.fin, autres[0].debut), max(total.debut, autres[-1].debut)):
            return [t for t in trouvees if t not in autres]
    return trouvees


def _sans_redite(trouvees: list[_Trouvee]) -> list[_Trouvee]:
    """The same figure said again in another sentence is not a second obligation."""
    gardees: list[_Trouvee] = []
    for t in trouvees:
        deja = [g for g in gardees if g.heures == t.heures and g.phrase != t.phrase]
        if not any(t.lot in {"", g.lot} or not g.lot for g in deja):
            gardees.append(t)
    return gardees


def _annoncees_apres(lues: Sequence[tuple[Phrase, Indices]], rang: int) -> bool:
    """Whether a list of hours is said of insertion further on: « Lot 2 : 35 heures. Ces heures sont à réserver à… »."""
    par_lot = lues[rang][0].plie.startswith("lot") and bool(_AVEC_HEURES.search(lues[rang][0].plie))
    for phrase, _ in lues[rang + 1 : rang + 15]:
        if _CES_HEURES.match(phrase.plie):
            return bool(_INSERTION.search(phrase.plie))
        if par_lot and phrase.plie.startswith("lot") and _INSERTION.search(phrase.plie):
            return True
        if not _AVEC_HEURES.search(phrase.plie):
            return False
    return False


def lire_heures(texte_plie: str, lues: Sequence[tuple[Phrase, Indices]]) -> tuple[HeuresLues, ...]:
    """Every number of hours of insertion, in reading order."""
    trouvees: list[_Trouvee] = []
    depuis, lot, annonce = 99, "", False
    for rang, (phrase, signes) in enumerate(lues):
        parle = bool(_INSERTION.search(corriger(phrase.plie))) and not signes.critere and not signes.objet
        parle = parle or (not signes.critere and _annoncees_apres(lues, rang))
        if parle and not signes.negation:
            depuis = 0
        else:
            depuis += 1
        suite = depuis <= 2 and (bool(_SUITE.search(phrase.plie)) or len(phrase.brut) < 60)
        if depuis == 0 or suite:
            repris = lot if depuis or _ANAPHORE.match(phrase.plie) else ""
            nouvelles = _de_phrase(phrase, rang, repris, annonce=annonce)
            if depuis and "tranche" not in phrase.plie and not _LOT.search(phrase.plie):
                # Said after a sentence on insertion, but not of it: a few hours are a time of day or a delay.
                nouvelles = [t for t in nouvelles if t.heures > JOURNEE]
            trouvees += nouvelles
            if nouvelles:
                depuis = 0
        # « Heures d'insertion », then one line per lot with a bare number.
        annonce = (annonce and depuis <= 2) or (depuis <= 2 and bool(re.search(r"heures|volume", phrase.plie)))
        lots = [n for n in _LOT.findall(phrase.plie) if n != "unique"]
        lot = lots[-1].strip().upper() if lots else lot
    trouvees = _sans_redite(_sans_total(trouvees, texte_plie))
    return tuple(HeuresLues(t.heures, t.lot, t.debut, t.fin) for t in trouvees)


def lire_taux(lues: Sequence[tuple[Phrase, Indices]]) -> tuple[TauxLu, ...]:
    """Rates of effort: a share of the hours, or hours per amount."""
    trouves: list[TauxLu] = []
    depuis = 99
    for phrase, signes in lues:
        parle = bool(_INSERTION.search(phrase.plie)) and not signes.critere
        depuis = 0 if parle else depuis + 1
        if depuis == 0 or (depuis <= 2 and _SUITE_TAUX.search(phrase.plie)):
            for motif in (_TAUX_HEURES, _POURCENT):
                for m in motif.finditer(phrase.plie):
                    avant = phrase.plie[max(0, m.start() - 40) : m.start()]
                    if motif is _TAUX_HEURES or not _FAUX_POURCENT.search(avant):
                        a, b = phrase.debut + m.start(), phrase.debut + m.end()
                        trouves.append(TauxLu(phrase.brut[m.start() : m.end()].strip(), a, b))
    return tuple(sorted(trouves, key=lambda t: t.debut))

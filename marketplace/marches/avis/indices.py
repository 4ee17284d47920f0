"""What can be said of one sentence of a notice by its words: the rule half of the classifier's features.

Patterns read folded text (lower case, no accents, « ' » for every apostrophe).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from marketplace.marches.avis.texte import Phrase, corriger

# Words that carry « social » or « insertion » and say nothing of the contract's performance.
_BRUIT = re.compile(
    r"logements? (?:locatifs? )?socia(?:l|ux)|habitat social|parc social|bailleurs? socia(?:l|ux)"
    r"|centres? (?:\w+ et )?socia(?:l|ux)(?: et \w+)?|(?:siege|capital|objet) social|raison sociale"
    r"|securite sociale"
    r"|(?:protection|action|aide|cohesion|mixite) sociales?(?! d'insertion)(?: et des familles)?|minima sociaux"
    r"|(?:charges|certificats|attestations|obligations|cotisations|declarations"
    r"|organismes) (?:fiscales? et )?socia\w+"
    r"|(?:fiscaux|fiscales) et socia\w+|socia\w+ et (?:fiscaux|fiscales)"
    r"|conditions sociales de (?:remuneration|travail|l'emploi)|economie sociale et solidaire|medico-socia\w+"
    r"|services? socia\w+(?: et culturels)?|sociaux ou culturels"
    r"|reseaux? socia\w+|partenaires sociaux|travailleurs? socia\w+|dialogue social|bilan social|plan social"
    r"|insertion (?:paysagere|urbaine|architecturale|du (?:batiment|projet)|dans (?:le|son) (?:site"
    r"|environnement|paysage))"
    r"|insertions? publicitaires?|insertion (?:au|dans le) (?:bulletin|journal)"
    r"|insertions? d(?:e |es |')(?:panneaux|annonces?|publicit\w+|mobilier|images?|liens?|vegeta\w+|encarts?"
    r"|plant\w+)"
    r"|charge\w* (?:de mission )?d(?:e l'|'|e )insertion|conseill\w+ (?:en |d'|a l')insertion|(?:service"
    r"|pole|direction) (?:de l')?insertion"
    r"|insertion par le (?:logement|sport)"
    r"|(?:a jour|regularite|respect\w*|obligations? (?:relatives? |d'))[^.]{0,60}travailleurs handicapes"
    r"(?: ?\(doeth\))?"
    r"|(?:maison|bureau) de l'emploi et de la formation|\bservices? (?:de l'|d')?insertion"
    r"|(?:declar|attest|certif)\w*[^.]{0,80}emploi d\w+ [^.]{0,20}travailleurs handicapes"
)
_STRUCTURES = re.compile(
    r"(?:structures?|entreprises?|ateliers?|associations?|operateurs?|organismes?|chantiers?) (?:\w+ )?(?:d'"
    r"|de l')insertion"
    r"(?: par l'activite economique)?(?: \(?siae\)?)?|\bsiae\b|insertion par l'activite economique mentionnees?"
    r"|integration sociale et professionnelle"
)
_SOCIAL = re.compile(
    r"\binsertions?\b|clauses?[^.:]{0,40}\bsociales?\b|caract\w+ socia\w+|(?:elements?|considerations?|dimensions?"
    r"|aspects?|volets?|mesures?"
    r"|dispositions?|criteres?|exigences?|engagements?|actions?|objectifs?) (?:\w+ ){0,3}?socia(?:l|le|les"
    r"|ux)\b"
    r"|conditions? (?:\w+ )?(?:d'execution )?(?:\w+ ){0,2}?sociales?|(?:condition|consideration"
    r"|clause)[^.]{0,160}(?:domaine|matiere) sociale?\b|socialement responsable"
    r"|execution[^.]{0,30}[:(,] *(?:environnement\w* (?:et|,) )?sociale?s?\b"
    r"|\bsociales? et (?:environnementales?|societales?)|environnementales? et sociales?"
)
_INSERTION = re.compile(r"\binsertions?\b")
_PUBLIC = re.compile(
    r"eloigne\w* (?:de l'emploi|du marche du travail|durablement)|difficultes? (?:sociales?|d'insertion"
    r"|d'acces|particulieres)"
    r"|personnes? (?:\w+ )?en (?:grande )?difficulte|publics? (?:en difficulte|prioritaires?|eloignes?"
    r"|en insertion|cibles?)"
    r"|sans emploi|demandeurs? d'emploi|retour a l'emploi|acces a l'emploi|contre le chomage|contre l'exclusion"
    r"|combattre l'exclusion|\brsa\b|revenu de solidarite|quartiers? prioritaires?|jeunes? (?:\w+ )?(?:peu"
    r"|sans|decrocheurs|du (?:territoire|quartier|bassin)|de moins de|suivis?|en (?:difficulte|recherche|parcours))"
    r"|sous main de justice"
    r"|(?:emploi|recrutement|embauche|insertion) (?:de |des )(?:personnes|travailleurs)"
    r" (?:en situation de handicap|handicape)"
    r"|longue duree|peu diplome\w*|sans diplome"
    r"|parcours d'insertion|(?:promotion de|promouvoir) l'emploi|chomeurs|salaries en insertion"
    r"|travailleurs? defavorises?"
    r"|peu qualifies|sans qualification|issus? d(?:'un|es) quartiers?|\bplie\b|\bgeiq\b|\betti\b|\banru\b"
    r"|\bnpnru\b|missions? locales?\b"
)
FORMATION = re.compile(
    r"\bapprenti(?:e|s|es)?\b|apprentissage|stagiaires?|\bstages?\b|alternan\w+"
    r"|\bpfmp\b|milieu professionnel|mises? en situation|situation de travail|lycees? professionnels?"
    r"|deuxieme chance|2e chance|tutor\w+|tuteurs?"
    r"|\bcfa\b|\bafpa\b|\bepide\b|service civique"
    r"|contrats? de professionnalisation"
    r"|\b(?:eleves?|etudiants?|lyceens?) (?:en|de) (?:stage|formation|cap\b|bac\b|bts\b)"
    r"|(?:volet|titre de la|engagement de|action de) formation"
    r"|statut scolaire|immersion|decrocheurs|clause (?:\w+ )?de formation"
)
_ALTERNANCE = re.compile(
    r"\bapprenti(?:e|s|es)?\b|apprentissage(?! (?:de|du|des) )|alternan\w+|de professionnalisation"
)
_EXECUTION = re.compile(
    r"execut\w+|titulaires?|attributaires?|entreprises?|entrepreneur|soumissionnaires?|s'(?:engage|oblige)\w*"
    r"|devr\w+"
    r"|obligat\w+|comport\w+|compren\w+|contien\w+|inclu\w+|prevoi\w+|prevue?s?|integr\w+|impos\w+|soumis\w*"
    r"|applica\w+"
    r"|facultati\w+|appliqu\w+|exige\w*|demande\w*|fait l'objet|s'applique|realis\w+|lots? "
)
_CLAUSE = re.compile(
    r"clauses?\b[^.]{0,60}?(?:sociales?\b|insertion|apprentissage|formation sous)|caract\w+ sociale?s?\b"
    r"|actions? (?:\w+ ){0,4}d'insertion|(?:engagements?|efforts?|dispositif|objectifs?|volume\w*|heures?|obligation"
    r"|demarche) (?:\w+ ){0,3}"
    r"(?:d'|a l')insertion|l'insertion un minimum|consideration\w* sociales? *: *oui"
    r"|charte (?:\w+ )?d'insertion|(?:^|- )insertion(?: [\w&/]+){0,5} ?:|(?:part|taux|pourcentage"
    r"|quota)s? (?:\w+ )?d'insertion"
    r"|\d ?h d'insertion|engagement\w* [^.]{0,40}en faveur de l'(?:emploi|insertion)|chantiers?[- ]ecoles?"
    r"|conditions? [^.]{0,20}d'execution[^.]{0,40}(?:apprenti|alternance|formation de(?:s)? jeunes)"
    r"|(?:recrut|embauch)\w+ au titre de la clause"
    r"|conditions? (?:\w+ )?(?:d'execution )?(?:\w+ ){0,2}?sociales?|conditions?[^.]{0,60}insertion"
    r"|insertion[^.]{0,80}condition d'execution"
    r"|(?:social\w*|insertion|apprentissage|emploi)[^.:]{0,60}: *(?:oui|o\b(?!')|obligatoires?|exigee?s?|voir|cf)\b"
    # Hours in hundreds, or as a minimum, in a sentence on insertion: an obligation, whatever its verb.
    r"|insertion[^.]{0,80}(?:\d{3,}|\d \d{3}|minimum de \d+) ?h(?:eure|\b)"
    r"|insertion[^.]{0,60}\d{2,} ?h(?:eures?)? minim"
    r"|(?:\d{3,}|\d \d{3}) ?h(?:eures?)?\b[^.]{0,60}insertion"
)
_CODE_2112 = re.compile(r"l\.? ?2112-[24]|2111-[13]\b|article (?:14|38)\b|articles? 14 ")
_CODE_2113 = re.compile(r"[lr]\.? ?2113-(?:1[2-6]|7|8)|article 36\b|article 15 du code|articles? 36 ")
_NEGATION = re.compile(
    r"\bn(?:e |')(?:\w+ )?(?:comporte|contien|compren|prevoi|fait l'objet|est (?:pas )?(?:soumis|concern"
    r"|prevu|assorti))"
    r"|aucune? (?!reserve)(?:\w+ ){0,3}?(?:d'|a l'|de l')?insertion|aucune? (?:engagement|effort|quota|volume)"
    r"|aucune? (?:\w+ ){0,2}?(?:clause|condition|consideration|action|heure|disposition|obligation|exigence|mesure"
    r"|insertion|volet)"
    r"|pas (?:de |d'|soumis|concerne|prevu|applicable)[^.]{0,30}|sans (?:clause|condition|consideration|objet)"
    r"|(?:social\w*|insertion|condition\w*|particulieres?|execution)[^.:]{0,40}: *(?:non\b|n\b(?!')|sans objet|neant"
    r"|aucune?\b)"
    r"|\bneant\b|ni (?:de )?clause|\b(?:non|hors|sans) (?:concerne|soumis|applicable|assujetti)\w*"
    r"|(?:est|sont|ete) (?:\w+ )?(?:supprim|retir|annul|abandonn|ecart)ee?s?\b"
    r"|(?:a|ont) (?:\w+ )?(?:supprime|retire|annule|abandonne|ecarte|renonce a) (?:[\w']+ ){0,3}?"
    r"(?:clauses?|d'insertion|l'insertion)"
)
# « Le présent marché n'en comporte pas. », « Clause sociale ? Non. »
_RENIE = re.compile(r"\bn'en \w+ (?:pas|aucune?)\b|^\W*(?:non|neant|aucune?|sans objet|pas de)\W*$")
_NE_PAS = re.compile(r"\bn(?:e |')(?:[\w']+ ){0,2}?(?:pas|aucune?)\b")
# « Une offre qui ne respecterait pas la clause », « ne sont pas autorisés à émettre des réserves »: the clause stands.
_FAUSSE_NEGATION = re.compile(
    r"respect|satisf|autoris|formul|reserve|modifi|dispens|exoner|exclu|limit"
    r"|saurai|conform"
)
_MEMBRES = re.compile(
    r"[,;]|/ ?(?=lots?\b)|(?<=[\w)-]) (?=lots? ?(?:n ?[°o] ?)?\d+ ?[:=])|\bmais\b|\btoutefois\b"
    r"|\ben revanche\b|\bet (?=(?:il |elle |qui )?(?:comport|compren|contien|inclu"
    r"|prevoi|impos|integr))"
)
_H = r"(?:\d{2,}|cents?|mille|vingts?|trente|quarante|cinquante|soixante) ?h(?:eures?)?\b"
_HEURES_DU_LOT = re.compile(rf"{_H}[^.]{{0,20}}\b(?:lot|tranche)|(?:lot|tranche)[^.]{{0,30}}{_H}")
_REPRISE = re.compile(r"^\s*(?:de|d'|ni|aucune?|sociale|environnementale)\b")
_CRITERE = re.compile(
    r"criteres?\b|note[es]* sur|\bnotes? (?:sociale|technique|environnementale|insertion)|(?:est|sera|sont"
    r"|seront) (?:notee?s?|jugee?s?|evaluee?s?|classee?s?)\b|\d+ (?:points?|pts)\b"
    r"|\b\d+ ?/ ?(?:20|100)\b|ponder\w+|jugement des offres|performances? en matiere"
    r"|analyse des offres"
    r"|sera apprecie|memoire technique decrit|plus avantageuse|bareme"
)
_OBJET = re.compile(
    r"objet du marche|prestations? d'(?:accompagnement|insertion)|accompagnement (?:a|vers|socio)"
    r"|evaluation du dispositif"
    r"|marche d[e'] ?(?:la )?(?:formation|prestations? d'insertion)"
    r"|formation(?:s)? professionnelle(?:s)? des agents"
    r"|politique rse|demarche rse"
    r"|(?:prestations?|missions?|marche|consultation|lot) (?:consiste\w*|a pour (?:objet|but)|ont pour (?:objet"
    r"|but)|vise\w*|porte\w* sur) [^.]{0,25}(?:former|formation|accompagn|evalu|orient)"
)
_A_POUR_OBJET = re.compile(r"\b(?:a|ont) pour (?:objet|but)\b|\bobjet (?:du marche|de la consultation)? ?:")
_ENVIRONNEMENT = re.compile(
    r"environnement\w*|dechets|recycl\w+|ecolog\w+|eco-?label\w*|developpement durable|biodiversite|carbone"
    r"|vehicules propres"
    r"|reemploi|ecoresponsable|chantier propre|faibles? nuisances"
)
_RESERVE = re.compile(r"\breserv(?:ee?s?|er|ation|ations|ant)\b")
# Masked before looking for a reservation: what is left says that the contract itself is reserved.
_FAUSSE_RESERVE = re.compile(
    r"sous(?: la)? reserve|se reserv\w+|(?:des|de|une|aucune|sans|les|ses) reserves?\b"
    r"|\b(?:part|partie|heures?|minimum|temps|volume)\b[^.,;]{0,80}reserv\w+"
    r"|reserv\w+ (?:(?:au moins |un |une |son |ses )+(?:minimum|part|partie|quota|nombre|temps|heures)"
    r"|a l'insertion|au moins|\d|une\b)"
    r"|(?:places?|stationnement|salle|acces au|emplacement|parking|voie|sanitaire|creneau|seance|tarif"
    r"|cheminement|entree|zone|local|bureau)\w*[^.;]{0,40}reserv\w+"
    r"|reserv\w+ [^.;]{0,80}(?:europeen|espace economique)"
    r"|(?:ne?|non|n'est|n'etant|sont|est) (?:pas |non )(?:un )?(?:\w+ )?reserv\w+|non reserv\w+"
    r"|pas (?:d'un )?(?:marche )?reserv\w+"
    r"|reserv\w* *(?:\([^)]*\) *)?[^.;:]{0,50}: *(?:non|neant|sans objet)"
)
_BENEFICIAIRES = re.compile(
    r"entreprises? adaptee|\besat\b|\bea\b|aide par le travail|accompagnement par le travail|ateliers? proteg"
    r"|travail protege"
    r"|handicap\w*"
    r"|(?:structures?|entreprises?|ateliers?|chantiers?|associations?) (?:\w+ )?(?:d'|de l')insertion"
    r"|\bsiae\b|activite economique|2113-1[2-6]"
    r"|r\.? ?2113-7|article 36|defavorise|economie sociale et solidaire|\bess\b|article 15 du code"
    r"|structures? equivalentes?|\biae\b|5132-4\b|5213-13|344-2\b|travailleurs? handicap"
    r"|etablissements? penitentiaires?|emplois? proteges?|\be\.s\.a\.t|\be\.a\."
)
_ACCUEILLIES = (
    r"(?:entreprises? adaptee|\besat\b|\bea\b"
    r"|(?:structures?|entreprises?|ateliers?|associations?|chantiers?) d'insertion"
    r"|insertion par l'activite|ateliers? proteg|\bsiae\b|\biae\b|travail protege|par le travail|handicap|defavorise"
    r"|economie sociale|\bess\b|344-2\b|5132-4\b|5213-13\b|2113-1[2-6])"
)
_PARTICIPER = r"(?:repon\w+|soumission\w+|particip\w+|candidat\w*|admis\w*|autoris\w+|present\w+|postul\w+|concour\w+)"
_SEULES = re.compile(
    rf"(?:seule?s|uniquement|exclusivement)[^.]{{0,120}}{_ACCUEILLIES}[^.]{{0,200}}{_PARTICIPER}"
    rf"|(?:seule?s|uniquement|exclusivement)[^.]{{0,40}}{_PARTICIPER}[^.]{{0,120}}{_ACCUEILLIES}"
    r"|(?:uniquement|exclusivement)[^.]{0,40}(?:destine|ouvert|accessible|attribue|adresse|dedie|limite|confie)\w*[^.]{0,80}"
    rf"{_ACCUEILLIES}"
    r"|(?:destine|adresse|reserve|ouvert|accessible|dedie|limite|confie)\w* "
    rf"(?:uniquement|exclusivement|seulement|aux seule?s)[^.]{{0,60}}{_ACCUEILLIES}"
    r"|(?:uniquement|exclusivement|execute\w*)[^.]{0,40}programmes? d'emplois? proteges?"
    rf"|\bne (?:peu\w+|pourr\w+|ser\w+|sont) [^.]{{0,40}}{_PARTICIPER}[^.]{{0,30}} qu(?:'|e )[^.]{{0,60}}{_ACCUEILLIES}"
    rf"|ne (?:peu\w+|pourr\w+|ser\w+) (?:etre )?(?:attribue\w*|confie\w*|passe\w*) qu'a[^.]{{0,60}}{_ACCUEILLIES}"
)
# A rate of effort: hours for an amount, a share of the hours worked.
_EFFORT = re.compile(
    r"\d ?h(?:eures?)?\b[^.;:]{0,30}(?:par tranche|(?:par|pour|/) ?(?:chaque |une )?"
    r"(?:tranche|\d[\d ]* ?(?:k?€|euros?|eur\b)))"
    r"|(?:\d ?%|\d+ ?/ ?\d+\w*|pour ?cent) [^.;:]{0,25}"
    r"(?:heures|temps (?:de travail|total)|main[- ]d'|masse salariale|effectif)"
)
_CONFIE = re.compile(
    r"(?:confi\w+|sous-trait\w+|cotrait\w+|mise a disposition|recour\w+|embauch\w+|recrut\w+"
    r"|emplo(?:yer|ie\w*)\b|prendr\w+|prenne\w*|accueil\w*|form(?:er|era|ent)\b|propos\w+|mobilis\w+"
    r"|associ(?:e|er|era|ent)\b|appel a|rece(?:voir|vra)\b|presence d'|recoi\w+|integrer\w*|affect\w+|consacr\w+"
    r"|interven(?:ir|tion)\b|interviend\w+)[^.]{0,110}"
    rf"(?:insertion|eloigne|quartiers?|pole emploi|france travail|{FORMATION.pattern}|{_PUBLIC.pattern})"
    r"|(?:realis|execut|assur|effectu|men[ae])\w* [^.]{0,60}\bpar (?:une?|des|les|le|la) [^.]{0,30}"
    r"(?:insertion|apprenti|eloigne)"
    r"|(?:confi\w+|sous-trait\w+|cotrait\w+)[^.]{0,110}(?:\besat\b|\bea\b|entreprises? adaptees?"
    r"|travail protege)"
    r"|(?:\d{3,}|\d \d{3}) ?h(?:eures?)?\b[^.]{0,80}insertion"
    r"|(?:reserv|consacr|dedi)\w+ [^.;]{0,60}(?:personnes?|publics?|demandeurs?|jeunes|salaries|allocataires"
    r"|beneficiaires|habitants)[^.;]{0,60}(?:insertion|eloigne|emploi|difficulte|\brsa\b|prioritaire|quartier)"
    r"|(?:\d+ ?%|\d+/\d+\w*|pour ?cent) (?:\w+ )?(?:des|du|de la|d')[^.;]{0,30}(?:heures|temps|main[- ]d'"
    r"|effectif|montant)"
    r"[^.;]{0,90}(?:insertion|eloigne|demandeurs? d'emploi|en difficulte|prioritaire)"
    r"|\d{2,} ?h(?:eures?)?\b[^.;]{0,80}(?:eloigne\w* (?:de l'emploi|du marche)|demandeurs? d'emploi|en difficulte"
    r"|publics? (?:prioritaires?|en insertion|cibles?)|personnes en insertion)"
    r"|(?:employer|emploie\w*|embauche\w*|recrute\w*|l'emploi) [^.]{0,70}(?:personnes handicapees"
    r"|travailleurs handicapes"
    r"|obligation d'emploi)"
)


@dataclass(frozen=True, slots=True)
class Indices:
    """The signs found in one sentence."""

    social: bool
    public: bool
    insertion: bool
    formation: bool
    alternance: bool
    execution: bool
    clause: bool
    effort: bool
    confie: bool
    code_2112: bool
    code_2113: bool
    negation: bool
    critere: bool
    objet: bool
    environnement: bool
    reserve: bool
    beneficiaires: bool
    renie: bool

    @property
    def affirme(self) -> bool:
        """The sentence states a social condition of performance."""
        if self.negation or self.critere or self.objet:
            return False
        dit = (
            self.clause
            or self.confie
            or (self.effort and (self.insertion or self.social or self.public))
            or (self.social and self.execution)
            or (self.public and self.execution)
        )
        return (dit and not (self.reservation and not self.clause)) or (
            self.formation and self.execution and (self.public or self.social)
        )

    @property
    def reservation(self) -> bool:
        """The sentence reserves the contract or a lot to structures of the field."""
        return self.reserve and self.beneficiaires


# The raw word « réservé » is left to the words of the classifier: alone, it says nothing.
NOMS = tuple(f.name for f in fields(Indices) if f.name not in {"reserve", "renie"})


def _masquer(motif: re.Pattern[str], texte: str) -> str:
    return motif.sub(lambda m: "x" * len(m.group()), texte)


def _nie(net: str) -> bool:
    """Whether what the sentence says of social matters is denied, member by member.

    « obligatoire pour les lots 1 à 4, elle n'est pas applicable au lot 5 » still states a clause.
    """
    if not (_NEGATION.search(net) or _NE_PAS.search(net)):
        return False
    avant = False
    for membre in _MEMBRES.split(net):
        ne_pas = bool(_NE_PAS.search(membre)) and not _FAUSSE_NEGATION.search(membre)
        nie = ne_pas or bool(_NEGATION.search(membre)) or (avant and bool(_REPRISE.match(membre)))
        avant = avant or nie
        if not nie and any(m.search(membre) for m in (_SOCIAL, _PUBLIC, FORMATION, _HEURES_DU_LOT)):
            return False
    return True


def indices(phrase: Phrase) -> Indices:
    """Look for every sign in a sentence."""
    plie = corriger(phrase.plie)
    net = _masquer(_BRUIT, plie)
    sans_structures = _masquer(_STRUCTURES, net)
    seules = bool(_SEULES.search(plie))
    return Indices(
        social=bool(_SOCIAL.search(sans_structures)),
        public=bool(_PUBLIC.search(sans_structures)),
        insertion=bool(_INSERTION.search(sans_structures)),
        formation=bool(FORMATION.search(net)),
        alternance=bool(_ALTERNANCE.search(net)),
        execution=bool(_EXECUTION.search(net)),
        clause=bool(_CLAUSE.search(sans_structures)),
        effort=bool(_EFFORT.search(net)),
        confie=bool(_CONFIE.search(net)),
        code_2112=bool(_CODE_2112.search(plie)),
        code_2113=bool(_CODE_2113.search(plie)),
        negation=_nie(net),
        critere=bool(_CRITERE.search(net)),
        objet=bool(_OBJET.search(net)) or (bool(_A_POUR_OBJET.search(net)) and not _CLAUSE.search(sans_structures)),
        environnement=bool(_ENVIRONNEMENT.search(net)),
        reserve=bool(_RESERVE.search(_masquer(_FAUSSE_RESERVE, plie))) or seules,
        beneficiaires=bool(_BENEFICIAIRES.search(plie)),
        renie=bool(_RENIE.search(plie)),
    )


def indices_suivis(lues: Sequence[Phrase]) -> list[Indices]:
    """The signs of consecutive sentences; one that says « no » to the sentence before denies it."""
    signes = [indices(p) for p in lues]
    for rang in range(1, len(signes)):
        if signes[rang].renie:
            signes[rang - 1] = replace(signes[rang - 1], negation=True)
    return signes


def ligne_indices(lues: Sequence[Indices]) -> list[float]:
    """One row of the feature matrix: each sign anywhere in the passage, then what whole sentences say."""
    presents = [float(any(getattr(i, nom) for i in lues)) for nom in NOMS]
    return [
        *presents,
        float(any(i.affirme for i in lues)),
        float(any(i.reservation for i in lues)),
        float(any((i.social or i.public) and i.negation for i in lues)),
        float(any((i.social or i.public) and i.critere for i in lues)),
    ]

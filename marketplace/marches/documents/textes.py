"""The words of the product's models. Bold between two stars; fields between braces.

Sources, by part: link with the object L2112-2 (R1), mandatory condition L2112-2-1 (R2), free choice of the way (R3,
R25), four contents of a clause (R9, CCAG 2021), facilitateur (R10), change by avenant only (R12), call-off (R19),
tranches (R21), groupement and subcontracting (R22), one hour once (R27, R28), hours that count (R30, R31), window
(R33), eligibility fixed at hire and before work (R34, R47), follow-up (R53 to R55), penalty after notice and for hours
missing through the titulaire's fault (R58), difficulties (R59, R60, R63), certificate (R61), minimal data (R105, R106).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.marches.models.document import GenreDocument


@dataclass(frozen=True, slots=True)
class Bloc:
    """One block of a paper: titre, h1, h2, p, puce, or tableau with its rows and widths in centimetres."""

    genre: str
    texte: str = ""
    lignes: tuple[tuple[str, ...], ...] = ()
    largeurs: tuple[float, ...] = ()


def _t(texte: str) -> Bloc:
    return Bloc("titre", texte)


def _h(texte: str) -> Bloc:
    return Bloc("h1", texte)


def _p(texte: str) -> Bloc:
    return Bloc("p", texte)


def _u(texte: str) -> Bloc:
    return Bloc("puce", texte)


def _tableau(largeurs: tuple[float, ...], *lignes: tuple[str, ...]) -> Bloc:
    return Bloc("tableau", lignes=lignes, largeurs=largeurs)


_NOTE = (
    _t("Note de calibrage de la clause d'insertion"),
    _p("**{{ marche }}** – {{ acheteur }}"),
    _p("Résultat proposé : **{{ engagement }}**."),
    _h("Le besoin"),
    _tableau(
        (5.5, 10.5),
        ("Rubrique", "Ce qui est connu"),
        ("Objet", "{{ objet }}"),
        ("Nature", "{{ nature }}"),
        ("Lieu", "{{ commune }}"),
        ("Procédure", "{{ procedure }}"),
        ("Montant du marché", "{{ montant }}"),
        ("Durée", "{{ duree }}"),
    ),
    _h("Le calcul"),
    _p("Ce qui est calculé : {{ cas_de_calcul }}."),
    _tableau((8.0, 8.0), ("Donnée", "Valeur retenue"), ("{{ donnee }}", "{{ valeur }}")),
    _p("Formule : {{ formule }}."),
    _p("Résultat exact : {{ exact }}. Arrondi {{ arrondi }}. Version de la formule : {{ version_formule }}."),
    _u("{{ precisions }}"),
    _p(
        "La part de main d'œuvre dépend du corps d'état. Le taux d'effort est la part des heures de travail que "
        "l'acheteur réserve à l'insertion. Le coût horaire est le coût salarial chargé."
    ),
    _h("La faisabilité"),
    _u("{{ faisabilite }}"),
    _h("Le cadre"),
    _p(
        "La clause est une condition d'exécution, prise en application {{ fondement }}. Elle est liée à l'objet du "
        "marché : {{ lien_objet }}."
    ),
    _p("{{ reservation }} {{ critere }}"),
    _h("Qui contacter"),
    _p("Facilitateur des clauses sociales : {{ facilitateur }}, {{ facilitateur_contact }}."),
    _p("Note établie le {{ date }} par {{ auteur }}. Elle aide à décider ; seul le contrat engage les parties."),
)

_CCAP = (
    _t("Article du CCAP – Clause sociale d'insertion"),
    _p("{{ marche }} – {{ acheteur }}"),
    _h("1. Objet de la clause"),
    _p(
        "En application {{ fondement }}, l'acheteur fait de l'insertion professionnelle des personnes éloignées de "
        "l'emploi une condition d'exécution du marché. Cette condition est liée à l'objet du marché : {{ lien_objet }}."
    ),
    _p("Elle s'impose au titulaire, qui l'accepte sans réserve en signant l'acte d'engagement. {{ critere }}"),
    _h("2. Engagement du titulaire"),
    _p("Sur la durée du marché, le titulaire fait réaliser {{ engagement }} par les personnes définies au point 3."),
    _u("{{ precisions }}"),
    _p(
        "Les heures peuvent être réparties sur toute l'opération et sur toute la durée du marché, dès sa notification. "
        "L'engagement ne change que par avenant. Un avenant qui modifie le montant sans parler des heures laisse "
        "l'engagement inchangé."
    ),
    _p(
        "En cas de groupement, les membres répartissent les heures entre eux ; la somme des parts fait l'engagement. "
        "En cas de sous-traitance, le titulaire reste seul tenu envers l'acheteur."
    ),
    _h("3. Publics éligibles"),
    _p("Une personne relève de la clause si elle se trouve, le jour de son embauche, dans l'une de ces situations :"),
    _u("{{ publics }}"),
    _p(
        "Une seule situation suffit. Le facilitateur vérifie l'éligibilité avant le début du travail ; sa réponse est "
        "oui ou non. Une fois validée, l'éligibilité reste acquise pendant {{ duree_validation }}, même si la "
        "situation de la personne change."
    ),
    _h("4. Façons de réaliser les heures"),
    _p("Le titulaire choisit librement, et peut combiner :"),
    _u("{{ modalites }}"),
    _p("{{ reservation }}"),
    _h("5. Heures prises en compte"),
    _u("Comptent les heures de travail effectif des personnes validées, sur ce marché."),
    _u(
        "Comptent aussi les heures de formation payées pendant le contrat de travail, dans la limite de "
        "{{ plafond_formation }}\u00a0% de l'engagement."
    ),
    _u("Ne comptent pas : congés, arrêts maladie, jours fériés chômés, intempéries, activité partielle, stages."),
    _u(
        "Une heure n'est comptée qu'une fois. À la demande du titulaire et avec l'accord écrit des acheteurs "
        "concernés, les heures d'une même personne peuvent être réparties entre plusieurs marchés."
    ),
    _h("6. Le facilitateur"),
    _p("L'acheteur met à disposition un facilitateur : {{ facilitateur }}, {{ facilitateur_contact }}."),
    _p(
        "Il informe le titulaire, l'aide à définir les postes, propose des candidats et des structures, valide "
        "l'éligibilité, suit les personnes et rend compte à l'acheteur. Il ne se substitue pas à l'employeur."
    ),
    _p("Dès la notification, le titulaire prend contact avec le facilitateur et désigne un correspondant."),
    _h("7. Suivi et contrôle"),
    _u(
        "Le titulaire déclare les heures {{ rythme_declaration }}, au plus tard le {{ jour_echeance }} du mois qui "
        "suit la période, y compris quand il n'y en a aucune."
    ),
    _u(
        "Il déclare aussi celles de ses sous-traitants et des structures qui lui prêtent du personnel, ou les confirme."
    ),
    _u(
        "Il tient à disposition les contrats de travail ou de mise à disposition et les relevés d'heures. Aucun "
        "bulletin de paie ni numéro de sécurité sociale n'est demandé."
    ),
    _u("Il prévient le facilitateur de toute fin de contrat et de son motif, et étudie un remplacement."),
    _u("À la fin du marché, un bilan est établi avec le facilitateur ; il donne lieu à une attestation sans nom."),
    _h("8. Difficultés d'exécution"),
    _p(
        "Le titulaire signale sans attendre toute difficulté. L'acheteur, le titulaire et le facilitateur cherchent "
        "ensemble une solution. Par décision écrite et datée, l'acheteur peut neutraliser des heures ou suspendre "
        "l'engagement : activité partielle, licenciement économique, procédure collective, arrêt du chantier, force "
        "majeure, ou absence de candidat malgré une recherche réelle et prouvée."
    ),
    _h("9. Pénalités"),
    _p(
        "Si des heures manquent par le fait du titulaire, et après une mise en demeure restée sans effet pendant "
        "{{ preavis }}\u00a0jours, l'acheteur peut appliquer une pénalité de {{ penalite }} d'insertion non réalisée. "
        "{{ penalite_plafond }}"
    ),
    _p(
        "Le titulaire présente ses observations avant toute décision. Les heures neutralisées ne donnent lieu à "
        "aucune pénalité."
    ),
    _h("10. Données personnelles"),
    _p(
        "L'acheteur ne reçoit que des données sans nom. Le titulaire ne reçoit que la réponse oui ou non et la durée "
        "de validation : il ne demande ni ne conserve aucun justificatif de situation sociale. Chacun respecte le "
        "règlement (UE) 2016/679."
    ),
    _h("11. Articulation avec le CCAG"),
    _p(
        "Si le marché se réfère à un CCAG, le présent article complète ses stipulations sur l'insertion. Celles "
        "auxquelles il déroge sont récapitulées au dernier article du CCAP."
    ),
)

_REGLEMENT = (
    _t("Règlement de la consultation – Clause sociale d'insertion"),
    _p("{{ marche }} – {{ acheteur }}"),
    _p(
        "En application {{ fondement }}, le marché comporte une condition d'exécution à caractère social : le "
        "titulaire fait réaliser {{ engagement }} par des personnes éloignées de l'emploi."
    ),
    _u("{{ precisions }}"),
    _p("{{ reservation }}"),
    _p("Le titulaire choisit librement sa façon de faire, et peut combiner :"),
    _u("{{ modalites }}"),
    _p(
        "Les publics éligibles, le suivi, le contrôle et les pénalités sont décrits dans l'article du CCAP consacré à "
        "la clause sociale d'insertion."
    ),
    _p(
        "Cette condition s'impose à tous les candidats. Une offre qui la refuse, ou qui l'assortit d'une réserve, est "
        "irrégulière. {{ critere }} Le candidat remet avec son offre l'annexe à l'acte d'engagement consacrée à "
        "l'insertion."
    ),
    _p(
        "Pour préparer leur réponse, les candidats peuvent interroger le facilitateur : {{ facilitateur }}, "
        "{{ facilitateur_contact }}. Ses réponses sont données à tous dans les mêmes termes."
    ),
)

_ANNEXE = (
    _t("Annexe à l'acte d'engagement – Insertion"),
    _tableau(
        (5.5, 10.5),
        ("Rubrique", "Contenu"),
        ("Marché", "{{ marche }}"),
        ("Acheteur", "{{ acheteur }}"),
        ("Candidat (nom, SIRET)", ""),
        ("Représenté par (nom, qualité)", ""),
    ),
    _h("1. Engagement"),
    _p(
        "Le candidat déclare avoir pris connaissance de la clause sociale d'insertion du CCAP. S'il est retenu, il "
        "s'engage à faire réaliser {{ engagement }}, dans les conditions de cette clause."
    ),
    _u("{{ precisions }}"),
    _h("2. Façons de faire envisagées"),
    _p("{{ critere }} Ce tableau peut être modifié pendant l'exécution, avec le facilitateur."),
    _tableau(
        (7.0, 3.0, 6.0),
        ("Façon de faire", "Heures", "Postes, périodes, structures envisagées"),
        ("Embauche directe", "", ""),
        ("Mise à disposition (ETTI, AI, GEIQ, EATT)", "", ""),
        ("Sous-traitance ou cotraitance (EI, ACI, EA, ESAT, régie)", "", ""),
        ("Total", "", ""),
    ),
    _h("3. En cas de groupement"),
    _tableau(
        (8.0, 4.0, 4.0),
        ("Membre du groupement", "Part, en %", "Heures"),
        ("Mandataire :", "", ""),
        ("Cotraitant :", "", ""),
        ("Cotraitant :", "", ""),
    ),
    _h("4. Correspondant insertion du candidat"),
    _tableau(
        (5.5, 10.5),
        ("Rubrique", "À compléter"),
        ("Nom et fonction", ""),
        ("Téléphone", ""),
        ("Courriel", ""),
    ),
    _p("Facilitateur à contacter dès la notification : {{ facilitateur }}, {{ facilitateur_contact }}."),
    _p("Fait à …………………………, le …………………"),
    _p("Signature du candidat (du mandataire en cas de groupement)"),
)

TEXTES: Mapping[GenreDocument, tuple[Bloc, ...]] = {
    GenreDocument.NOTE: _NOTE,
    GenreDocument.CCAP: _CCAP,
    GenreDocument.REGLEMENT: _REGLEMENT,
    GenreDocument.ANNEXE: _ANNEXE,
}

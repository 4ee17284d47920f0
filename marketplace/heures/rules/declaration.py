"""The two transition tables, of the declaration and of the line, and the calendar of declarations (R53,
R56).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.ligne import EtatLigne
from marketplace.marches.rules.consignes import Rythme as Rythme  # noqa: PLC0414 - read from here too
from marketplace.valeurs import ajouter_mois, dernier_du_mois, mois_entre, premier_du_mois


class EtatDeclaration(StrEnum):
    """State of a declaration; « en retard » is computed, never stored."""

    A_FAIRE = "a_faire"
    BROUILLON = "brouillon"
    DECLAREE = "declaree"
    CONFIRMEE = "confirmee"
    CONTESTEE = "contestee"
    NON_CONTESTEE = "non_contestee"
    VALIDEE = "validee"
    A_CORRIGER = "a_corriger"


class Partie(StrEnum):
    """Who acts. The facilitateur may also act for an employeur or a titulaire: the service marks it."""

    EMPLOYEUR = "employeur"
    TITULAIRE = "titulaire"
    FACILITATEUR = "facilitateur"
    HORLOGE = "horloge"


class MotifCorrection(StrEnum):
    """Coded reasons of a request for correction."""

    HEURES_INVRAISEMBLABLES = "heures_invraisemblables"
    PERSONNE_MANQUANTE = "personne_manquante"
    PERSONNE_EN_TROP = "personne_en_trop"
    MAUVAIS_MARCHE = "mauvais_marche"
    DATES_CONTRAT = "dates_contrat"
    PIECE_ILLISIBLE = "piece_illisible"
    CONTESTATION_TITULAIRE = "contestation_titulaire"
    AUTRE = "autre"


@dataclass(frozen=True)
class Transition:
    """One act on a declaration: states it may start from, state it leads to, who may do it."""

    depuis: frozenset[EtatDeclaration]
    vers: EtatDeclaration
    par: frozenset[Partie]


_E = EtatDeclaration
_DECLARANTS = frozenset({Partie.EMPLOYEUR, Partie.FACILITATEUR})
_CONFIRMANTS = frozenset({Partie.TITULAIRE, Partie.FACILITATEUR})
_FACILITATEUR = frozenset({Partie.FACILITATEUR})
_ATTEND_VALIDATION = frozenset({_E.DECLAREE, _E.CONFIRMEE, _E.CONTESTEE, _E.NON_CONTESTEE})

TRANSITIONS: dict[str, Transition] = {
    "commencer": Transition(frozenset({_E.A_FAIRE}), _E.BROUILLON, _DECLARANTS),
    "signer": Transition(frozenset({_E.A_FAIRE, _E.BROUILLON, _E.A_CORRIGER}), _E.DECLAREE, _DECLARANTS),
    "reprendre": Transition(frozenset({_E.DECLAREE}), _E.BROUILLON, _DECLARANTS),
    "confirmer": Transition(frozenset({_E.DECLAREE, _E.CONTESTEE}), _E.CONFIRMEE, _CONFIRMANTS),
    "contester": Transition(frozenset({_E.DECLAREE, _E.NON_CONTESTEE}), _E.CONTESTEE, _CONFIRMANTS),
    "constater_silence": Transition(
        frozenset({_E.DECLAREE}), _E.NON_CONTESTEE, frozenset({Partie.HORLOGE, Partie.FACILITATEUR})
    ),
    "valider": Transition(_ATTEND_VALIDATION, _E.VALIDEE, _FACILITATEUR),
    "demander_correction": Transition(_ATTEND_VALIDATION, _E.A_CORRIGER, _FACILITATEUR),
}
"""VALIDEE leads nowhere: what was wrong is corrected by a new line with its reason (R56)."""

ETATS_EN_ATTENTE_EMPLOYEUR = frozenset({_E.A_FAIRE, _E.BROUILLON, _E.A_CORRIGER})
ETATS_EN_ATTENTE_FACILITATEUR = _ATTEND_VALIDATION


def actes_possibles(etat: EtatDeclaration, partie: Partie) -> tuple[str, ...]:
    """Acts this party may do now, in the order of the table."""
    return tuple(nom for nom, t in TRANSITIONS.items() if etat in t.depuis and partie in t.par)


def appliquer(
    acte: str,
    etat: EtatDeclaration,
    partie: Partie,
    *,
    confirmation_attendue: bool = False,
    motif: str = "",
) -> EtatDeclaration:
    """State after the act. Raises RegleViolee when the table forbids it, or a reason or a confirmation lacks.

    `confirmation_attendue`: the employer lends or subcontracts, so the titulaire is asked first. A contested
    declaration is validated only with the facilitateur's written reason.
    """
    transition = TRANSITIONS.get(acte)
    if transition is None:
        raise RegleViolee("Cette action n'existe pas.")
    if etat == EtatDeclaration.VALIDEE:
        raise RegleViolee("Cette déclaration est validée : elle ne se modifie plus. Ajoutez une ligne de correction.")
    if partie not in transition.par:
        raise RegleViolee("Cette action ne vous revient pas.")
    if etat not in transition.depuis:
        raise RegleViolee("Cette action n'est pas possible à cette étape de la déclaration.")
    if acte == "valider" and etat == EtatDeclaration.DECLAREE and confirmation_attendue:
        raise RegleViolee("Le titulaire n'a pas encore répondu : attendez sa réponse ou la fin du délai.")
    if acte in {"contester", "demander_correction"} and not motif.strip():
        raise RegleViolee("Dites ce qui ne va pas.", champ="motif")
    if acte == "valider" and etat == EtatDeclaration.CONTESTEE and not motif.strip():
        raise RegleViolee("Le titulaire conteste : écrivez pourquoi vous validez.", champ="motif")
    return transition.vers


def silence_acquis(declaree_le: date, aujourdhui: date, delai_jours: int = 7) -> bool:
    """True once the titulaire's delay is over: silence never blocks."""
    return aujourdhui >= declaree_le + timedelta(days=delai_jours)


# --- lines
# -----------------------------------------------------------------------------------------------------

_S = EtatLigne

TRANSITIONS_LIGNE: dict[EtatLigne, frozenset[EtatLigne]] = {
    _S.ATTENTE_ELIGIBILITE: frozenset({_S.ATTENTE_PIECE, _S.COMPTEE, _S.ECARTEE}),
    _S.ATTENTE_PIECE: frozenset({_S.ATTENTE_ELIGIBILITE, _S.COMPTEE, _S.ECARTEE}),
    _S.COMPTEE: frozenset({_S.ATTENTE_ELIGIBILITE, _S.ATTENTE_PIECE, _S.ECARTEE}),
    _S.ECARTEE: frozenset({_S.COMPTEE}),
}
"""A line set aside comes back only by the facilitateur's written reason."""


def changer_statut_ligne(
    statut: EtatLigne, vers: EtatLigne, *, declaration_validee: bool, motif: str = ""
) -> EtatLigne:
    """Status after the change. Raises RegleViolee when the table forbids it or the reason lacks.

    Once the declaration is validated a counted line is settled: only a correction line changes the totals. A
    line that waits may still be counted or set aside, since it has never been in a total.
    """
    if vers not in TRANSITIONS_LIGNE[statut]:
        raise RegleViolee("Ce changement n'est pas possible pour cette ligne.")
    if declaration_validee and statut == EtatLigne.COMPTEE:
        raise RegleViolee("Cette ligne est comptée et validée : corrigez-la par une nouvelle ligne.")
    if statut == EtatLigne.ECARTEE and not motif.strip():
        raise RegleViolee("Écrivez pourquoi cette ligne compte malgré la règle.", champ="motif")
    return vers


def entre_dans_les_totaux(etat: EtatDeclaration, statut: EtatLigne) -> bool:
    """Totals count the lines that are counted in a declaration that is validated, nothing else (R56)."""
    return etat == EtatDeclaration.VALIDEE and statut == EtatLigne.COMPTEE


# --- calendar
# --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PeriodeDeclaree:
    """First and last day of what one declaration covers."""

    debut: date
    fin: date


def periodes(debut: date, fin: date, rythme: Rythme) -> tuple[PeriodeDeclaree, ...]:
    """Periods to declare between two days of the marché: calendar months, civil quarters, or one at the
    end.
    """
    if rythme == Rythme.FIN:
        return (PeriodeDeclaree(debut, fin),) if debut <= fin else ()
    mois = mois_entre(debut, fin)
    if rythme == Rythme.MENSUEL:
        return tuple(PeriodeDeclaree(m, dernier_du_mois(m)) for m in mois)
    trimestres = dict.fromkeys(premier_du_mois(m.replace(month=(m.month - 1) // 3 * 3 + 1)) for m in mois)
    return tuple(PeriodeDeclaree(t, dernier_du_mois(ajouter_mois(t, 2))) for t in trimestres)


def echeance(fin_periode: date, jour: int = 10) -> date:
    """Due day: the `jour` of the month after the period, the last day of a shorter month (R53)."""
    if not 1 <= jour <= 31:
        raise RegleViolee("Le jour d'échéance va de 1 à 31.", champ="jour")
    mois_suivant = ajouter_mois(premier_du_mois(fin_periode), 1)
    return mois_suivant.replace(day=min(jour, dernier_du_mois(mois_suivant).day))


def fin_de_periode(mois: date, rythme: Rythme, fin_marche: date | None = None) -> date:
    """Last day of the period a month is declared with: the month, its quarter, or the marché."""
    if rythme is Rythme.TRIMESTRIEL:
        return dernier_du_mois(mois.replace(month=(mois.month - 1) // 3 * 3 + 3))
    if rythme is Rythme.FIN and fin_marche is not None:
        return max(dernier_du_mois(mois), fin_marche)
    return dernier_du_mois(mois)


def meme_periode(mois: date, autre: date, rythme: Rythme) -> bool:
    """Whether two months are signed together: the same month, the same quarter, or any two of a marché « à la fin »."""
    if rythme is Rythme.FIN:
        return True
    return fin_de_periode(mois, rythme) == fin_de_periode(autre, rythme)


def dernier_jour_declare(aujourdhui: date, rythme: Rythme, jour: int = 10) -> date | None:
    """Last day of the last period whose due day has passed; None when hours are only declared at the end."""
    if rythme == Rythme.FIN:
        return None
    pas = 1 if rythme == Rythme.MENSUEL else 3
    debut = premier_du_mois(aujourdhui)
    debut = debut.replace(month=(debut.month - 1) // pas * pas + 1)
    fin = debut - timedelta(days=1)
    if aujourdhui <= echeance(fin, jour):
        fin = ajouter_mois(debut, -pas) - timedelta(days=1)
    return fin


def en_retard(etat: EtatDeclaration, echeance_le: date, aujourdhui: date) -> bool:
    """True when the employer still has to act after the due day, the due day itself being in time (R53)."""
    return etat in ETATS_EN_ATTENTE_EMPLOYEUR and aujourdhui > echeance_le


def relances_dues(
    etat: EtatDeclaration, echeance_le: date, aujourdhui: date, delais: tuple[int, ...] = (5, 15, 30)
) -> tuple[int, ...]:
    """Reminders (days after the due day) that should have left by today; empty once declared (R53).

    The caller sends the last one it has not sent yet: nobody gets three mails after three days of outage.
    """
    if etat not in ETATS_EN_ATTENTE_EMPLOYEUR:
        return ()
    return tuple(d for d in delais if aujourdhui >= echeance_le + timedelta(days=d))

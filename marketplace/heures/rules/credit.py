"""Crediting: from one declared line to credited and refused hours, each refusal with a code and a sentence.

R27 to R32, R35, R37, R40 to R43, R75. Real hours are computed first and never exceed what was worked and
trained; coefficients only ever touch the valued column (R41).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.ligne import (
    CONTRATS_SANS_HEURE,
    UN,
    ZERO,
    Cadre,
    CodeRejet,
    CompteurAI,
    Compteurs,
    Credit,
    EtatLigne,
    Ligne,
    Motif,
    Periode,
    ReglagesCredit,
)
from marketplace.heures.rules.phrases import heures_en_texte, jour_en_texte
from marketplace.heures.rules.plausibilite import impossible, jours_ouvres
from marketplace.valeurs import CENTIEME, arrondir


def _rejet_du_jour(jour: date, cadre: Cadre, reglages: ReglagesCredit) -> CodeRejet | None:
    if not cadre.contrat.contient(jour):
        return CodeRejet.INCOHERENCE
    fin_marche = cadre.marche.fin
    if fin_marche is not None:
        fin_marche += timedelta(days=reglages.tolerance_marche_jours)
    if not Periode(cadre.marche.debut, fin_marche).contient(jour):
        return CodeRejet.HORS_MARCHE
    if any(suspension.contient(jour) for suspension in cadre.suspensions):
        return CodeRejet.HORS_MARCHE
    if cadre.fenetre is not None and not cadre.fenetre.contient(jour):
        return CodeRejet.HORS_FENETRE
    if cadre.creditee_depuis is not None and jour < cadre.creditee_depuis:
        return CodeRejet.NON_VALIDE
    return None


def _phrase_jours(code: CodeRejet, cadre: Cadre, heures: Decimal) -> str:
    quantite = heures_en_texte(heures)
    if code == CodeRejet.INCOHERENCE:
        return f"{quantite} déclarées en dehors des dates du contrat de travail : vérifiez les dates."
    if code == CodeRejet.HORS_MARCHE:
        return f"{quantite} en dehors des dates du marché, ou pendant sa suspension : elles ne comptent pas."
    if code == CodeRejet.HORS_FENETRE and cadre.fenetre is not None:
        return (
            f"{quantite} en dehors de la période de validation de cette personne, "
            f"qui va du {jour_en_texte(cadre.fenetre.debut)} au {jour_en_texte(cadre.fenetre.fin)}."
        )
    return f"{quantite} travaillées avant la validation de cette personne : elles ne comptent pas."


def _jours_perdus(ligne: Ligne, cadre: Cadre, reglages: ReglagesCredit) -> tuple[int, dict[CodeRejet, int]]:
    """(working days of the line, days lost to each reason).

    A line straddling a limit is shared out by working day: the employer may declare exact dates instead.
    """
    jours = jours_ouvres(ligne.debut, ligne.fin)
    comptes: dict[CodeRejet, int] = {}
    for jour in jours:
        code = _rejet_du_jour(jour, cadre, reglages)
        if code is not None:
            comptes[code] = comptes.get(code, 0) + 1
    return len(jours), comptes


def _refus_par_jour(
    heures: Decimal, total_jours: int, perdus: dict[CodeRejet, int]
) -> tuple[Decimal, dict[CodeRejet, Decimal]]:
    """(hours kept, hours lost to each reason), summing exactly to `heures` whatever the roundings."""
    jours_gardes = total_jours - sum(perdus.values())
    gardees = arrondir(heures * jours_gardes / total_jours, CENTIEME)
    refus: dict[CodeRejet, Decimal] = {}
    reste, jours_restants = heures - gardees, sum(perdus.values())
    for code, jours in perdus.items():
        refus[code] = arrondir(reste * jours / jours_restants, CENTIEME)
        reste, jours_restants = reste - refus[code], jours_restants - jours
    return gardees, refus


def plafonner_ai(
    heures: Decimal, jour: date, compteur: CompteurAI | None, reglages: ReglagesCredit
) -> tuple[Decimal, Decimal, CompteurAI]:
    """(accepted, refused, counter after) for hours of an AI's staff lent to a company (R75, T12)."""
    courant = CompteurAI(jour, ZERO) if compteur is None else compteur.au(jour, reglages)
    reste = max(ZERO, reglages.plafond_ai - courant.heures)
    acceptees = min(heures, reste)
    return acceptees, heures - acceptees, replace(courant, heures=courant.heures + acceptees)


def crediter(ligne: Ligne, cadre: Cadre, compteurs: Compteurs, reglages: ReglagesCredit) -> tuple[Credit, Compteurs]:
    """Credit one line and return the counters the next line starts from.

    Promise: travaillees + formation of the result ≤ those of the line (paid hours included where the clause
    is based on them); credited + refused = declared; every refused hour has a Motif. Nothing is raised: a
    line that cannot count is kept, with its status.
    """
    base = ligne.travaillees + (ligne.heures_payees_non_travaillees if reglages.base_payees else ZERO)
    declarees = base + ligne.formation
    refus = _refus_global(ligne, cadre, compteurs, declarees)
    if refus is not None:
        return refus, compteurs

    motifs: list[Motif] = []
    avertissements: list[str] = []
    total_jours, perdus = _jours_perdus(ligne, cadre, reglages)
    travaillees, refus_travaillees = _refus_par_jour(base, total_jours, perdus)
    formation, refus_formation = _refus_par_jour(ligne.formation, total_jours, perdus)
    for code in perdus:
        perte = refus_travaillees[code] + refus_formation[code]
        if perte > 0:
            motifs.append(Motif(code, perte, _phrase_jours(code, cadre, perte)))

    ai = dict(compteurs.ai)
    if ligne.type_structure == "ai" and ligne.utilisateur_entreprise:
        acceptees, refusees, compteur = plafonner_ai(travaillees, ligne.debut, ai.get(ligne.personne), reglages)
        if refusees > 0 and cadre.plafond_ai_leve:
            # Worked under the préfet's act: counted in full, and part of what was done since the first placement.
            compteur = replace(compteur, heures=compteur.heures + refusees)
        elif refusees > 0:
            phrase = (
                f"{heures_en_texte(refusees)} au-delà des {heures_en_texte(reglages.plafond_ai)} "
                "qu'une association intermédiaire "
                f"peut faire travailler en entreprise sur {reglages.periode_ai_mois} mois."
            )
            if reglages.ai_refuse:
                motifs.append(Motif(CodeRejet.PLAFOND_AI, refusees, phrase))
                travaillees = acceptees
            else:
                avertissements.append(phrase)
                compteur = replace(compteur, heures=compteur.heures + refusees)
        ai[ligne.personne] = compteur

    deja_formation = compteurs.formation.get(ligne.clause, ZERO)
    plafond = (cadre.objectif * reglages.plafond_formation).quantize(CENTIEME, ROUND_FLOOR)
    admises = min(formation, max(ZERO, plafond - deja_formation))
    if formation > admises:
        motifs.append(
            Motif(
                CodeRejet.PLAFOND_FORMATION,
                formation - admises,
                f"{heures_en_texte(formation - admises)} de formation au-delà de la part prévue "
                f"par la clause ({heures_en_texte(plafond)} au total).",
            )
        )
    formation = admises
    formation_reelle = arrondir(formation * min(reglages.coef_formation, UN), CENTIEME)
    if formation_reelle < formation:
        motifs.append(
            Motif(
                CodeRejet.NON_CREDITABLE,
                formation - formation_reelle,
                f"{heures_en_texte(formation - formation_reelle)} de formation non retenues : "
                "ce territoire n'en compte qu'une partie.",
            )
        )

    deja_appui = compteurs.accompagnement.get(ligne.clause, ZERO)
    reste_appui = max(ZERO, cadre.objectif * reglages.plafond_accompagnement - deja_appui)
    appui = min(ligne.accompagnement * reglages.coef_accompagnement, reste_appui) if travaillees > 0 else ZERO
    bonus_formation = formation * max(reglages.coef_formation - UN, Decimal(0))
    valorisees = arrondir(
        (travaillees + formation_reelle) * reglages.coef_valorisation + bonus_formation + appui, CENTIEME
    )

    reelles = travaillees + formation_reelle
    credit = Credit(
        statut=EtatLigne.COMPTEE if reelles > 0 or declarees == 0 else EtatLigne.ECARTEE,
        travaillees=travaillees,
        formation=formation_reelle,
        valorisees=valorisees,
        refusees=declarees - reelles,
        motifs=tuple(motifs),
        avertissements=tuple(avertissements),
    )
    suite = Compteurs(
        ai=ai,
        formation={**compteurs.formation, ligne.clause: deja_formation + formation},
        accompagnement={**compteurs.accompagnement, ligne.clause: deja_appui + appui},
        empreintes=compteurs.empreintes | {ligne.empreinte} if ligne.empreinte else compteurs.empreintes,
    )
    return credit, suite


def _refus_global(ligne: Ligne, cadre: Cadre, compteurs: Compteurs, declarees: Decimal) -> Credit | None:
    """The whole line waits or is set aside, or None when it may be credited."""
    en_attente = "ses heures compteront dès la réponse du facilitateur."
    cas: tuple[tuple[bool, EtatLigne, CodeRejet, str], ...] = (
        (
            bool(ligne.empreinte) and ligne.empreinte in compteurs.empreintes,
            EtatLigne.ECARTEE,
            CodeRejet.DOUBLON,
            "Cette ligne est déjà enregistrée : une heure ne compte qu'une fois.",
        ),
        (
            impossible(ligne),
            EtatLigne.ECARTEE,
            CodeRejet.INCOHERENCE,
            "Plus d'heures que la période n'en contient : corrigez les heures ou les dates.",
        ),
        (
            ligne.type_contrat in CONTRATS_SANS_HEURE,
            EtatLigne.ECARTEE,
            CodeRejet.NON_CREDITABLE,
            "Une immersion, un stage ou du bénévolat ne produit pas d'heures d'insertion.",
        ),
        (bool(cadre.modalite_refusee), EtatLigne.ECARTEE, CodeRejet.MODALITE, cadre.modalite_refusee),
        (
            cadre.eligibilite_refusee,
            EtatLigne.ECARTEE,
            CodeRejet.NON_VALIDE,
            "Cette personne n'a pas été validée : ses heures ne comptent pas.",
        ),
        (
            cadre.fenetre is None,
            EtatLigne.ATTENTE_ELIGIBILITE,
            CodeRejet.NON_VALIDE,
            f"La validation de cette personne est en cours : {en_attente}",
        ),
        (
            bool(cadre.piece_manquante),
            EtatLigne.ATTENTE_PIECE,
            CodeRejet.PIECE_MANQUANTE,
            f"Il manque une pièce : {cadre.piece_manquante}. Les heures compteront dès sa réception.",
        ),
    )
    for vrai, statut, code, phrase in cas:
        if vrai:
            return Credit(statut, refusees=declarees, motifs=(Motif(code, declarees, phrase),))
    return None


def crediter_en_ordre(
    demandes: Sequence[tuple[Ligne, Cadre]], compteurs: Compteurs, reglages: ReglagesCredit
) -> dict[str, Credit]:
    """Credit many lines, by date worked then line number whatever the order received; result by line ref.

    Caps are therefore shared out the same way however the file was sorted.
    """
    resultats: dict[str, Credit] = {}
    for ligne, cadre in sorted(demandes, key=lambda d: (d[0].debut, d[0].numero, d[0].ref)):
        resultats[ligne.ref], compteurs = crediter(ligne, cadre, compteurs, reglages)
    return resultats


def crediter_malgre_tout(ligne: Ligne, credit: Credit, heures: Decimal, motif: str) -> Credit:
    """The facilitateur resultats refused hours with a written reason: they stay apart in every report.

    Never for a duplicate (one hour counts once) and never beyond the hours that were refused. Raises
    RegleViolee.
    """
    if not motif.strip():
        raise RegleViolee("Écrivez pourquoi ces heures comptent malgré la règle.", champ="motif")
    if any(m.code == CodeRejet.DOUBLON for m in credit.motifs):
        raise RegleViolee("Cette ligne est un doublon : une heure ne compte qu'une fois.", champ="motif")
    reste = credit.refusees - credit.derogatoires
    if impossible(ligne) or not 0 < heures <= reste:
        raise RegleViolee(
            f"Vous pouvez accorder au plus {heures_en_texte(ZERO if impossible(ligne) else reste)} sur cette ligne.",
            champ="heures",
        )
    return replace(credit, statut=EtatLigne.COMPTEE, derogatoires=credit.derogatoires + heures)

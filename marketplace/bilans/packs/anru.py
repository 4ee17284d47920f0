"""Urban renewal: hours due and done by marché and opération, those of QPV inhabitants apart (R18)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from marketplace.bilans.correspondances import definitions_au
from marketplace.bilans.packs.tables import ZERO, tableau
from marketplace.bilans.perimetre import Perimetre
from marketplace.bilans.queries import lire_faits
from marketplace.bilans.rules.periode import Periode
from marketplace.bilans.rules.registre import ContratLu
from marketplace.bilans.rules.tableaux import Registre, heures
from marketplace.bilans.vue import BilanVu, Colonne, TableauVu
from marketplace.comptes.models import Organisation
from marketplace.erreurs import RegleViolee
from marketplace.heures.models import Contrat, Moment, PointDeSuivi
from marketplace.heures.rules.situations import SITUATIONS
from marketplace.marches.models import CompteurNpnru, Marche, Operation
from marketplace.marches.queries.objectifs import objectifs
from marketplace.marches.rules.npnru import LIBELLES_VOLET

DUREES = ((3, "Moins de 3 mois"), (6, "De 3 à 6 mois"), (12, "De 6 à 12 mois"), (10_000, "12 mois et plus"))
_MESURES = (
    Colonne("dues", "Heures dues", 0, "h"),
    Colonne("faites", "Heures faites", 0, "h"),
    Colonne("dues_qpv", "Dues pour des habitants", 0, "h"),
    Colonne("faites_qpv", "Faites par des habitants", 0, "h"),
)


def pack_anru(s: Session, perimetre: Perimetre, periode: Periode, _jour: date) -> BilanVu:
    """Hours by project and porteur, part, modality and length of contrats, and what became of people.

    Raises RegleViolee when no marché of the perimeter has the second counter.
    """
    faits = lire_faits(s, perimetre, periode)
    registre = Registre(faits, definitions_au(s, perimetre.territoire_id, faits.periodes))
    compteurs = {c.marche_id: c for c in s.scalars(_compteurs(perimetre))}
    if not compteurs:
        raise RegleViolee(
            "Aucun marché n'a de second compteur : fixez-le sur la page d'un marché de renouvellement urbain.",
            champ="pack",
        )
    faites: defaultdict[int, int] = defaultdict(int)
    habitants: defaultdict[int, int] = defaultdict(int)
    par_modalite: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    par_duree: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    contrats: set[int] = set()
    for i, (rang, contrat, marche, h) in enumerate(
        zip(faits.rang.tolist(), faits.contrat.tolist(), faits.marche.tolist(), faits.heures.tolist(), strict=True)
    ):
        if rang != 0 or marche not in compteurs:
            continue
        c = faits.contrats.get(contrat)
        habite = h if c is not None and c.qpv == "oui" else 0
        faites[marche] += h
        habitants[marche] += habite
        cumul = par_modalite[registre.nom_modalite(faits.modalite[i])]
        cumul[0] += h
        cumul[1] += habite
        if c is not None:
            contrats.add(contrat)
    durees = _durees(s, contrats, periode)
    for contrat, nom in durees.items():
        par_duree[nom][0] += 1
        par_duree[nom][1] += int(faits.contrats[contrat].qpv == "oui")
    return BilanVu(
        f"Renouvellement urbain {periode.libelle}",
        periode.debut.isoformat(),
        periode.fin.isoformat(),
        "Marchés avec un second compteur",
        ("L'heure d'une personne qui habite ailleurs compte pour le marché, jamais pour le second compteur.",),
        (
            _par_projet(s, compteurs, faites, habitants),
            _par_volet(compteurs, faites, habitants),
            _deux_colonnes("modalite", "Par modalité", "Modalité", par_modalite, "Heures", "dont habitants"),
            _effectifs("duree", "Durée des contrats", "Durée", par_duree),
            _effectifs("situations", "Situation après", "Situation", _situations(s, faits.contrats, contrats)),
        ),
    )


def _compteurs(perimetre: Perimetre) -> Select[Any]:
    return (
        select(CompteurNpnru)
        .join(Marche, Marche.id == CompteurNpnru.marche_id)
        .where(Marche.territoire_id == perimetre.territoire_id, *perimetre.conditions_marche(Marche.id))
    )


def _par_projet(
    s: Session, compteurs: dict[int, CompteurNpnru], faites: dict[int, int], habitants: dict[int, int]
) -> TableauVu:
    dus = objectifs(s, list(compteurs), date.max)
    lignes: dict[str, list[Decimal]] = {}
    requete = (
        select(Marche.id, Operation.intitule, Organisation.nom)
        .outerjoin(Operation, Operation.id == Marche.operation_id)
        .join(Organisation, Organisation.id == Marche.acheteur_id)
        .where(Marche.id.in_(compteurs))
        .order_by(Operation.intitule, Organisation.nom, Marche.id)
    )
    for marche_id, projet, porteur in s.execute(requete):
        cases = lignes.setdefault(f"{projet or 'Sans opération'}, {porteur}", [ZERO] * 4)
        for j, v in enumerate(
            (
                dus.get(marche_id, ZERO),
                heures(faites.get(marche_id, 0)),
                compteurs[marche_id].heures,
                heures(habitants.get(marche_id, 0)),
            )
        ):
            cases[j] += v
    return tableau("projet", "Par projet et porteur", "Projet", _MESURES, lignes.items(), total=True)


def _par_volet(compteurs: dict[int, CompteurNpnru], faites: dict[int, int], habitants: dict[int, int]) -> TableauVu:
    lignes: dict[str, list[Decimal]] = {}
    for marche_id, c in compteurs.items():
        cases = lignes.setdefault(LIBELLES_VOLET[c.volet].capitalize(), [ZERO] * 3)
        for j, v in enumerate((heures(faites.get(marche_id, 0)), c.heures, heures(habitants.get(marche_id, 0)))):
            cases[j] += v
    return tableau("volet", "Travaux, ingénierie, gestion urbaine", "Volet", _MESURES[1:], lignes.items(), total=True)


def _deux_colonnes(
    code: str, titre: str, entete: str, valeurs: dict[str, list[int]], premiere: str, seconde: str
) -> TableauVu:
    colonnes = (Colonne("heures", premiere, 0, "h"), Colonne("heures_qpv", seconde, 0, "h"))
    lignes = [(nom, [heures(a), heures(b)]) for nom, (a, b) in sorted(valeurs.items(), key=lambda v: -v[1][0])]
    return tableau(code, titre, entete, colonnes, lignes, total=True)


def _effectifs(code: str, titre: str, entete: str, valeurs: dict[str, list[int]]) -> TableauVu:
    colonnes = (Colonne("contrats", "Contrats"), Colonne("contrats_qpv", "dont habitants"))
    return tableau(code, titre, entete, colonnes, [(n, [Decimal(a), Decimal(b)]) for n, (a, b) in valeurs.items()])


def _durees(s: Session, contrats: set[int], periode: Periode) -> dict[int, str]:
    """Length of each contrat, up to the end of the period when it goes on."""
    noms: dict[int, str] = {}
    for identifiant, debut, fin in s.execute(
        select(Contrat.id, Contrat.debut, Contrat.fin).where(Contrat.id.in_(contrats))
    ):
        mois = ((fin or periode.fin) - debut).days / 30.44
        noms[identifiant] = next(nom for plafond, nom in DUREES if mois < plafond)
    return noms


def _situations(s: Session, lus: Mapping[int, ContratLu], contrats: set[int]) -> dict[str, list[int]]:
    """The last answer known after the end of each contrat; no answer is unknown (R95)."""
    dernieres: dict[int, str] = {}
    for contrat, situation in s.execute(
        select(PointDeSuivi.contrat_id, PointDeSuivi.situation)
        .where(
            PointDeSuivi.contrat_id.in_(contrats),
            PointDeSuivi.moment == Moment.APRES_LA_FIN,
            PointDeSuivi.situation.is_not(None),
        )
        .order_by(PointDeSuivi.mois)
    ):
        dernieres[contrat] = situation or ""
    resultat: dict[str, list[int]] = {}
    for contrat in sorted(contrats):
        nom = SITUATIONS.get(dernieres.get(contrat, ""), "Pas encore connue")
        resultat.setdefault(nom, [0, 0])[0] += 1
        if lus[contrat].qpv == "oui":
            resultat[nom][1] += 1
    return resultat

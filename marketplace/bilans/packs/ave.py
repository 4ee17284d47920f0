"""National consolidation of the Alliance Villes Emploi: indicators of a calendar year and territory (R96, R97)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from marketplace.bilans.correspondances import definitions_au
from marketplace.bilans.packs.tables import ZERO, tableau
from marketplace.bilans.perimetre import Perimetre
from marketplace.bilans.queries import lire_faits
from marketplace.bilans.rules.bilan import Bilan, dresser
from marketplace.bilans.rules.periode import Periode
from marketplace.bilans.rules.registre import Faits
from marketplace.bilans.vue import BilanVu, Colonne, LigneVue, TableauVu
from marketplace.erreurs import RegleViolee
from marketplace.valeurs import Bareme, Valeur

HEURES_PAR_ETP: Bareme[Decimal] = Bareme(
    Valeur(Decimal(1600), date(2021, 1, 1), "AVE 2021 : 25 124 684 h pour 15 703 ETP (R97)")
)
"""The divisor of the network, whatever the territory's own."""
CENTIEME = Decimal("0.01")
MODALITE_INCONNUE = "Non renseigné"


def pack_ave(s: Session, perimetre: Perimetre, periode: Periode, _jour: date) -> BilanVu:
    """The indicators, their definitions beside them. Real hours only (R41). Raises RegleViolee when there are none."""
    faits = lire_faits(s, perimetre, periode)
    bilan = dresser(faits, definitions_au(s, perimetre.territoire_id, faits.periodes))
    if bilan.vide:
        raise RegleViolee(f"Aucun marché suivi ni aucune heure sur {periode.libelle}.", champ="annee")
    diviseur = HEURES_PAR_ETP.au(periode.fin)
    return BilanVu(
        f"Consolidation nationale {periode.libelle}",
        periode.debut.isoformat(),
        periode.fin.isoformat(),
        "Heures réelles, à la date travaillée",
        (
            f"ETP : {diviseur} heures par équivalent temps plein.",
            "Un marché compte s'il a au moins une heure validée dans l'année ; un participant, au moins une heure.",
            "Un contrat compte chaque année où il a des heures ; la dernière ligne ne le compte qu'une fois.",
        ),
        (
            _indicateurs(bilan, faits, diviseur),
            *(
                _repartition(bilan, code)
                for code in ("modalite", "genre", "age", "statut", "niveau", "type_contrat", "secteur", "taille")
            ),
        ),
    )


def _indicateurs(bilan: Bilan, faits: Faits, diviseur: Decimal) -> TableauVu:
    actifs = {int(m) for m, rang in zip(faits.marche, faits.rang, strict=True) if rang == 0 and m}
    marches = [faits.marches[m] for m in actifs if m in faits.marches]
    employeurs = {
        faits.contrats[int(c)].employeur_id for c, r in zip(faits.contrat, faits.rang, strict=True) if r == 0 and c
    }
    firmes = {m.titulaire_id for m in marches if m.titulaire_id} | employeurs
    entreprises = {f for f in firmes if f in faits.organisations and faits.organisations[f].type == "entreprise"}
    t = bilan.totaux[0]
    nouveaux = {
        int(c)
        for c, r in zip(faits.contrat, faits.rang, strict=True)
        if r == 0 and c and faits.contrats[int(c)].debut >= faits.periodes[0].debut
    }
    lignes: tuple[tuple[str, Decimal, Decimal], ...] = (
        ("Marchés avec clause", t.marches_actifs, Decimal(1)),
        ("Heures d'insertion", t.heures, Decimal(1)),
        ("dont formation", t.formation, Decimal(1)),
        (f"ETP ({diviseur} h)", t.heures / diviseur, CENTIEME),
        ("Contrats", t.contrats, Decimal(1)),
        ("Participants", t.salaries, Decimal(1)),
        ("Maîtres d'ouvrage", Decimal(len({m.acheteur_id for m in marches})), Decimal(1)),
        ("Entreprises", Decimal(len(entreprises)), Decimal(1)),
        ("Structures employeuses", Decimal(len(employeurs - entreprises)), Decimal(1)),
        ("Contrats commencés dans l'année", Decimal(len(nouveaux)), Decimal(1)),
    )
    return TableauVu(
        "indicateurs",
        "Indicateurs",
        "Indicateur",
        (Colonne("total", bilan.periodes[0]),),
        tuple(LigneVue(nom, nom, (valeur,), (pas,)) for nom, valeur, pas in lignes),
    )


def _repartition(bilan: Bilan, code: str) -> TableauVu:
    t = bilan.tableaux[code]
    colonnes = [Colonne("heures", "Heures", 0, "h")]
    if "salaries" in t.mesures:
        colonnes.append(Colonne("salaries", "Participants"))
    return tableau(
        code,
        t.titre,
        t.entete,
        colonnes,
        [(li.libelle, [li.valeur(c.mesure) for c in colonnes]) for li in t.lignes if li.valeur("heures") != ZERO],
        note=t.note,
    )

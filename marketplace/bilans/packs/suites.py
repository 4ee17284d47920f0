"""What became of people at the end of their contrat, then three, six and twelve months after (R91 to R95)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from marketplace.bilans.packs.comite import MASQUE
from marketplace.bilans.perimetre import Perimetre
from marketplace.bilans.presentation import DIXIEME
from marketplace.bilans.rules.definitions_sorties import Suites, compter_suites, definition
from marketplace.bilans.rules.periode import Periode
from marketplace.bilans.rules.sorties import Classe
from marketplace.bilans.vue import BilanVu, Colonne, LigneVue, TableauVu
from marketplace.erreurs import RegleViolee
from marketplace.heures.models import Moment
from marketplace.heures.queries.situations import situations
from marketplace.marches.models import Marche
from marketplace.territoire.reglages import reglages_au

NOMS = {
    Classe.DURABLE: "Emploi durable",
    Classe.TRANSITION: "Emploi de transition",
    Classe.POSITIVE: "Sortie positive (formation, autre structure)",
    Classe.AUTRE: "Autre situation",
    Classe.RETIREE: "Retirées du calcul",
}


def pack_suites(s: Session, perimetre: Perimetre, periode: Periode, _jour: date) -> BilanVu:
    """One column by moment; the definition is named. Raises RegleViolee when no question fell due in the period."""
    reglages = reglages_au(s, perimetre.territoire_id, periode.fin)
    regle = definition(reglages.definition_sorties)
    lues = [
        p
        for p in situations(s, perimetre.territoire_id, periode.debut, periode.fin)
        if p.moment == Moment.APRES_LA_FIN.value
    ]
    if not perimetre.entier:
        dedans = set(s.scalars(select_marches(perimetre)))
        lues = [p for p in lues if p.marche_id in dedans]
    moments = sorted({p.mois for p in lues})
    if not moments:
        raise RegleViolee(f"Aucune situation n'était à connaître sur {periode.libelle}.", champ="pack")
    par_moment = {m: compter_suites([(p.situation, p.duree) for p in lues if p.mois == m], regle) for m in moments}
    return BilanVu(
        f"Ce que les personnes sont devenues, {periode.libelle}",
        periode.debut.isoformat(),
        periode.fin.isoformat(),
        "Contrats finis",
        (
            f"Définition : {regle.nom}. {regle.source}.",
            "Sans réponse, la situation reste inconnue : ce n'est jamais une mauvaise sortie.",
            f"Sous {reglages.petit_effectif} réponses, le détail est marqué « {MASQUE} ».",
        ),
        (_tableau(par_moment, reglages.petit_effectif),),
    )


def select_marches(perimetre: Perimetre) -> Select[Any]:
    """The marchés of a perimeter."""
    return select(Marche.id).where(
        Marche.territoire_id == perimetre.territoire_id, *perimetre.conditions_marche(Marche.id)
    )


def _tableau(par_moment: dict[int, Suites], seuil: int) -> TableauVu:
    colonnes = tuple(
        Colonne(f"m{m}", "À la fin" if m == 0 else f"{m} mois après", rang) for rang, m in enumerate(par_moment)
    )
    suites = list(par_moment.values())
    # A small class is hidden by hiding them all: two classes shown would give the third.
    secrets = [any(0 < n < seuil for n in x.par_classe.values()) for x in suites]

    def ligne(nom: str, cases: list[Decimal | None], pas: Decimal = Decimal(1)) -> LigneVue:
        return LigneVue(nom, nom, tuple(cases), (pas,) * len(cases))

    lignes = [
        ligne("Situations à connaître", [Decimal(x.attendues) for x in suites]),
        ligne("Situations connues", [Decimal(x.connues) for x in suites]),
    ]
    lignes += [
        ligne(nom, [None if secret else Decimal(x.par_classe[c]) for x, secret in zip(suites, secrets, strict=True)])
        for c, nom in NOMS.items()
    ]
    for nom, taux in (("Sorties dynamiques (%)", "taux_dynamique"), ("Sorties durables (%)", "taux_durable")):
        valeurs = [None if secret else getattr(x, taux) for x, secret in zip(suites, secrets, strict=True)]
        lignes.append(ligne(nom, valeurs, DIXIEME))
    return TableauVu("suites", "Situation après le contrat", "Situation", colonnes, tuple(lignes), vide=MASQUE)

"""What the months left behind: missions under the contrats lent, and each clause as every month left it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from marketplace.heures.avancement import Avancement, avancements
from marketplace.heures.models import LigneHeures, Mission, Photographie
from marketplace.heures.reglages import pour_avancement
from marketplace.heures.rules.avancement import ReglagesAvancement, Suivi, avancer
from marketplace.heures.rules.chaine import ORIGINE
from marketplace.heures.rules.missions import MODALITES_A_MISSIONS
from marketplace.marches.models import Marche
from marketplace.valeurs import ajouter_mois, dernier_du_mois, premier_du_mois
from seeds.demo.atelier import Atelier

MOIS = 8
"""Months of history of the demonstration."""


def semer_historiques(s: Session, a: Atelier) -> None:
    """Missions of the ETTI's and the AI's people; photographs of the last months, as the follow-up would have said."""
    _missions(s, a)
    titulaires = {m.id: m.titulaire_id for m in s.execute(select(Marche.id, Marche.titulaire_id))}
    for contrat in a.contrats:
        if contrat.modalite in MODALITES_A_MISSIONS and contrat.marche_id is not None:
            contrat.utilisatrice_id = titulaires[contrat.marche_id]
    s.flush()
    chaines = s.execute(select(LigneHeures.marche_id, LigneHeures.empreinte).order_by(LigneHeures.id))
    empreintes = {maillon.marche_id: maillon.empreinte for maillon in chaines}
    reglages = pour_avancement(a.reglages)
    photos: list[dict[str, Any]] = []
    for marche_id, progres in avancements(s, titulaires, a.le).items():
        photos += _photos(a, marche_id, progres, reglages, empreintes.get(marche_id, ORIGINE))
    if photos:
        s.execute(insert(Photographie), photos)


def _missions(s: Session, a: Atelier) -> None:
    """A contrat longer than ten weeks is two missions a week apart, a shorter one is one."""
    for contrat in a.contrats:
        if contrat.modalite not in MODALITES_A_MISSIONS or contrat.fin is None:
            continue
        coupes = [(contrat.debut, contrat.fin)]
        if (contrat.fin - contrat.debut).days > 70:
            milieu = contrat.debut + (contrat.fin - contrat.debut) // 2
            coupes = [(contrat.debut, milieu), (milieu + timedelta(days=7), contrat.fin)]
        s.add_all(Mission(contrat_id=contrat.id, debut=d, fin=f, cree_le=contrat.cree_le) for d, f in coupes)


def _photos(
    a: Atelier, marche_id: int, progres: Avancement, reglages: ReglagesAvancement, empreinte: str
) -> list[dict[str, Any]]:
    if progres.debut is None or progres.fin is None or progres.objectif <= 0:
        return []
    photos = []
    for recul in range(MOIS, 0, -1):
        mois = ajouter_mois(premier_du_mois(a.le), -recul)
        jour = dernier_du_mois(mois)
        connus = [h for m, h in progres.par_mois if m < mois]
        if jour < progres.debut or not connus:
            continue
        validees = sum(connus, Decimal("0.00"))
        vu = avancer(
            Suivi(
                objectif=progres.objectif,
                validees=validees,
                debut=progres.debut,
                fin=progres.fin,
                par_mois=tuple(connus),
                mesure=mois - timedelta(days=1),
            ),
            jour,
            reglages,
        )
        photos.append(
            {
                "territoire_id": a.territoire_id,
                "marche_id": marche_id,
                "mois": mois,
                "jour": jour,
                "objectif": progres.objectif,
                "validees": validees,
                "reelles": validees,
                "declarees": Decimal("0.00"),
                "prevues_a_terme": vu.prevision.a_terme,
                "attendues": (progres.objectif * vu.pourcentage_attendu / 100).quantize(Decimal("0.01")),
                "etat": vu.etat.value,
                "empreinte": empreinte,
                "prise_le": a.instant(jour + timedelta(days=1), 1),
            }
        )
    return photos

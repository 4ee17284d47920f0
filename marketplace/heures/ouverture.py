"""Opening declarations: one per employer, marché and month that holds an active contrat, when its period is over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from marketplace.contexte import Contexte
from marketplace.heures.imports.gardees import remplir_a_l_ouverture
from marketplace.heures.models import Contrat, Declaration, EtatDeclaration
from marketplace.heures.rules.declaration import ETATS_EN_ATTENTE_EMPLOYEUR, echeance, fin_de_periode
from marketplace.marches.models import ETATS_OUVERTS_AUX_HEURES, ConsigneDeclaration, Marche
from marketplace.marches.queries.consignes import LectureConsignes
from marketplace.marches.rules.consignes import Rythme
from marketplace.marches.rules.etats import EtatMarche
from marketplace.territoire.reglages import reglages_au
from marketplace.valeurs import ajouter_mois, dernier_du_mois, mois_entre, premier_du_mois

ETATS_A_DECLARER = tuple(ETATS_OUVERTS_AUX_HEURES | {EtatMarche.TERMINE})
"""A marché that has ended still owes the hours of its last months; one that is settled owes nothing."""

_SIGNEES = tuple(e for e in EtatDeclaration if e not in {EtatDeclaration(x.value) for x in ETATS_EN_ATTENTE_EMPLOYEUR})


@dataclass(frozen=True, slots=True)
class MoisAOuvrir:
    """One month that an employer now owes for a marché, with the rhythm and the due day it will keep."""

    employeur_id: int
    marche_id: int
    mois: date
    rythme: Rythme
    echeance: date


def actifs_au_mois(mois: date) -> tuple[ColumnElement[bool], ...]:
    """SQL conditions: the contrat touches that month and feeds a marché."""
    return (
        Contrat.marche_id.is_not(None),
        Contrat.debut <= dernier_du_mois(mois),
        or_(Contrat.fin.is_(None), Contrat.fin >= mois),
    )


@dataclass(frozen=True, slots=True)
class _Candidat:
    employeur_id: int
    marche_id: int
    mois: date
    date_fin: date | None
    etat: EtatMarche

    def fini(self, jour: date) -> bool:
        return self.etat is EtatMarche.TERMINE or (self.date_fin is not None and self.date_fin < jour)


def mois_a_ouvrir(s: Session, territoire_id: int, jour: date) -> list[MoisAOuvrir]:
    """What opens on `jour`: the month before where hours are monthly, the quarter that just ended where they are
    quarterly, every month of a marché that is over where they are declared once.
    """
    dernier = ajouter_mois(premier_du_mois(jour), -1)
    mois = [dernier] if dernier.month % 3 else [ajouter_mois(dernier, -2), ajouter_mois(dernier, -1), dernier]
    candidats = [c for m in mois for c in _candidats_du_mois(s, territoire_id, m)]
    if _declare_a_la_fin(s, territoire_id, jour):
        connus = set(candidats)
        candidats += [c for c in _candidats_de_fin(s, territoire_id, dernier) if c not in connus]
    consignes = LectureConsignes(s, territoire_id, {c.marche_id for c in candidats})
    jour_limite = reglages_au(s, territoire_id, jour).jour_echeance
    retenus = []
    for c in candidats:
        rythme = consignes.au(c.marche_id, c.mois).rythme
        fin = fin_de_periode(c.mois, rythme, c.date_fin)
        ouvre = c.fini(jour) if rythme is Rythme.FIN else fin == dernier_du_mois(dernier)
        if ouvre:
            retenus.append(MoisAOuvrir(c.employeur_id, c.marche_id, c.mois, rythme, echeance(fin, jour_limite)))
    return sorted(
        _sans_les_parts_finies(s, territoire_id, retenus), key=lambda x: (x.employeur_id, x.marche_id, x.mois)
    )


def _sans_declaration(mois: date) -> ColumnElement[bool]:
    return ~(
        select(Declaration.id)
        .where(
            Declaration.employeur_id == Contrat.employeur_id,
            Declaration.marche_id == Contrat.marche_id,
            Declaration.mois == mois,
        )
        .exists()
    )


def _candidats_du_mois(s: Session, territoire_id: int, mois: date) -> list[_Candidat]:
    requete = (
        select(Contrat.employeur_id, Contrat.marche_id, Marche.date_fin, Marche.etat)
        .join(Marche, Marche.id == Contrat.marche_id)
        .where(
            Contrat.territoire_id == territoire_id,
            *actifs_au_mois(mois),
            Marche.etat.in_(ETATS_A_DECLARER),
            _sans_declaration(mois),
        )
        .distinct()
    )
    return [_Candidat(e, m, mois, fin, etat) for e, m, fin, etat in s.execute(requete) if m is not None]


def _declare_a_la_fin(s: Session, territoire_id: int, jour: date) -> bool:
    """Whether anybody here declares once, at the end: only then is the past looked at."""
    if reglages_au(s, territoire_id, jour).rythme_declaration == Rythme.FIN.value:
        return True
    requete = (
        select(ConsigneDeclaration.id)
        .join(Marche, Marche.id == ConsigneDeclaration.marche_id)
        .where(Marche.territoire_id == territoire_id, ConsigneDeclaration.rythme == Rythme.FIN)
        .limit(1)
    )
    return s.scalar(requete) is not None


def _candidats_de_fin(s: Session, territoire_id: int, dernier: date) -> list[_Candidat]:
    """Every month without a declaration, up to `dernier`, of the marchés that are over by then."""
    fin_du_mois = dernier_du_mois(dernier)
    requete = (
        select(Contrat.employeur_id, Contrat.marche_id, Contrat.debut, Contrat.fin, Marche.date_fin, Marche.etat)
        .join(Marche, Marche.id == Contrat.marche_id)
        .where(
            Contrat.territoire_id == territoire_id,
            Contrat.debut <= fin_du_mois,
            Marche.etat.in_(ETATS_A_DECLARER),
            or_(Marche.etat == EtatMarche.TERMINE, Marche.date_fin <= fin_du_mois),
        )
    )
    dus: dict[_Candidat, None] = {}
    for employeur_id, marche_id, debut, fin, date_fin, etat in s.execute(requete):
        if marche_id is None:
            continue
        for mois in mois_entre(debut, min(d for d in (fin, date_fin, fin_du_mois) if d is not None)):
            dus[_Candidat(employeur_id, marche_id, mois, date_fin, etat)] = None
    connues = {
        tuple(ligne)
        for ligne in s.execute(
            select(Declaration.employeur_id, Declaration.marche_id, Declaration.mois).where(
                Declaration.territoire_id == territoire_id, Declaration.marche_id.in_({c.marche_id for c in dus})
            )
        )
    }
    return [c for c in dus if (c.employeur_id, c.marche_id, c.mois) not in connues]


def _sans_les_parts_finies(s: Session, territoire_id: int, dus: Collection[MoisAOuvrir]) -> list[MoisAOuvrir]:
    """Without the months that follow a signed « dernière déclaration », unless somebody was hired after it."""
    if not dus:
        return []
    dernieres = {
        (e, m): mois
        for e, m, mois in s.execute(
            select(Declaration.employeur_id, Declaration.marche_id, func.max(Declaration.mois))
            .where(
                Declaration.territoire_id == territoire_id,
                Declaration.derniere.is_(True),
                Declaration.etat.in_(_SIGNEES),
            )
            .group_by(Declaration.employeur_id, Declaration.marche_id)
        )
    }
    embauches: defaultdict[tuple[int, int], list[date]] = defaultdict(list)
    if dernieres:
        for e, m, debut in s.execute(
            select(Contrat.employeur_id, Contrat.marche_id, Contrat.debut).where(
                Contrat.territoire_id == territoire_id, Contrat.marche_id.in_({m for _, m in dernieres})
            )
        ):
            embauches[e, m or 0].append(debut)
    gardes = []
    for du in dus:
        couple = du.employeur_id, du.marche_id
        derniere = dernieres.get(couple)
        repris = derniere is not None and any(
            dernier_du_mois(derniere) < debut <= dernier_du_mois(du.mois) for debut in embauches[couple]
        )
        if derniere is None or du.mois <= derniere or repris:
            gardes.append(du)
    return gardes


def ouvrir(s: Session, ctx: Contexte, territoire_id: int, dus: Iterable[MoisAOuvrir]) -> int:
    """Store the declarations of months that have no such row yet; how many."""
    nouvelles = [
        Declaration(
            territoire_id=territoire_id,
            employeur_id=du.employeur_id,
            marche_id=du.marche_id,
            mois=du.mois,
            rythme=du.rythme,
            echeance=du.echeance,
            etat=EtatDeclaration.A_FAIRE,
            ouverte_le=ctx.horloge(),
        )
        for du in dus
    ]
    s.add_all(nouvelles)
    s.flush()
    remplir_a_l_ouverture(s, nouvelles)
    return len(nouvelles)


def ouvrir_mois_passes(s: Session, ctx: Contexte, contrat: Contrat) -> int:
    """Open the months of a contrat written late whose period is over, so that its hours can be declared at once."""
    jour = ctx.aujourdhui()
    dernier = ajouter_mois(premier_du_mois(jour), -1)
    fin = min(contrat.fin, dernier_du_mois(dernier)) if contrat.fin else dernier_du_mois(dernier)
    if contrat.marche_id is None or contrat.debut > fin:
        return 0
    marche = s.get_one(Marche, contrat.marche_id)
    connus = set(
        s.scalars(
            select(Declaration.mois).where(
                Declaration.employeur_id == contrat.employeur_id, Declaration.marche_id == contrat.marche_id
            )
        )
    )
    consignes = LectureConsignes(s, contrat.territoire_id, [marche.id])
    jour_limite = reglages_au(s, contrat.territoire_id, jour).jour_echeance
    dus = []
    for mois in mois_entre(contrat.debut, fin):
        rythme = consignes.au(marche.id, mois).rythme
        limite = fin_de_periode(mois, rythme, marche.date_fin)
        if mois not in connus and (limite < jour or marche.etat is EtatMarche.TERMINE):
            dus.append(MoisAOuvrir(contrat.employeur_id, marche.id, mois, rythme, echeance(limite, jour_limite)))
    return ouvrir(s, ctx, contrat.territoire_id, dus)

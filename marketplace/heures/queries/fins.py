"""What ends soon for people: contrat, window, PASS, proof; what already has its next step is left out (N22)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.heures.models import Contrat
from marketplace.personnes.models import EtatValidation, PassIAE, Personne, Statut, SuitePrevue, Validation
from marketplace.personnes.queries import regles_eligibilite
from marketplace.personnes.rules.eligibilite import Categorie, dernier_jour_de_preuve
from marketplace.personnes.rules.eligibilite import Statut as StatutRegle
from marketplace.territoire.reglages import reglages_au

LIBELLES_FINS = {
    "contrat": "Fin de contrat",
    "fenetre": "Fin de la fenêtre de validation",
    "pass": "Fin du PASS IAE",
    "preuve": "Justificatif à renouveler",
}


@dataclass(frozen=True, slots=True)
class FinProche:
    """One end, for one person: what ends, when, and where."""

    personne_id: int
    personne_ref: str
    nom_complet: str
    objet: str
    echeance: date
    precision: str

    @property
    def libelle(self) -> str:
        """« Fin de contrat »."""
        return LIBELLES_FINS[self.objet]


def fins_a_preparer(
    s: Session,
    territoire_id: int,
    jour: date,
    *,
    personne_ids: Collection[int] | None = None,
    situation_lue: Collection[int] = (),
) -> tuple[FinProche, ...]:
    """Ends within the territory's delay, the nearest first, of these people or of the whole territory.

    A PASS or a proof tells a situation: only of those whose référent the reader is (`situation_lue`); everybody
    else reads the PASS of those who have a validation, and no proof (CASF L133-5).
    """
    reglages = reglages_au(s, territoire_id, jour)
    avant = jour + timedelta(days=reglages.fins_sous_jours)
    ouvertes = [Personne.territoire_id == territoire_id, Personne.anonymisee_le.is_(None)]
    if personne_ids is not None:
        ouvertes.append(Personne.id.in_(personne_ids))
    trouvees: list[tuple[int, str, date, str]] = []
    contrats = (
        select(Contrat.personne_id, Contrat.fin, Organisation.nom)
        .join(Personne, Personne.id == Contrat.personne_id)
        .join(Organisation, Organisation.id == Contrat.employeur_id)
        .where(*ouvertes, Contrat.fin.between(jour, avant), Contrat.debut <= jour)
    )
    trouvees += [(numero, "contrat", fin, employeur) for numero, fin, employeur in s.execute(contrats) if fin]
    fenetres = (
        select(Validation.personne_id, func.max(Validation.fenetre_fin))
        .join(Personne, Personne.id == Validation.personne_id)
        .where(*ouvertes, Validation.etat == EtatValidation.OUI)
        .group_by(Validation.personne_id)
        .having(func.max(Validation.fenetre_fin).between(jour, avant))
    )
    trouvees += [(numero, "fenetre", fin, "") for numero, fin in s.execute(fenetres) if fin]
    trouvees += [(numero, "pass", fin, "") for numero, fin in _pass(s, ouvertes, jour, avant, situation_lue)]
    trouvees += [(numero, "preuve", fin, "") for numero, fin in _preuves(s, territoire_id, situation_lue, jour, avant)]
    return _sans_suite(s, trouvees)


def _pass(
    s: Session, ouvertes: Sequence[ColumnElement[bool]], jour: date, avant: date, situation_lue: Collection[int]
) -> list[tuple[int, date]]:
    requete = (
        select(PassIAE.personne_id, PassIAE.fin)
        .join(Personne, Personne.id == PassIAE.personne_id)
        .where(
            *ouvertes,
            or_(PassIAE.personne_id.in_(select(Validation.personne_id)), PassIAE.personne_id.in_(situation_lue)),
        )
        .order_by(PassIAE.releve_le, PassIAE.id)
    )
    derniers = {ligne.personne_id: ligne.fin for ligne in s.execute(requete)}
    return [(numero, fin) for numero, fin in derniers.items() if jour <= fin <= avant]


def _preuves(
    s: Session, territoire_id: int, personne_ids: Collection[int], jour: date, avant: date
) -> list[tuple[int, date]]:
    """People whose last good proof ends soon and whom no window covers: a hire would find them without one (R48)."""
    if not personne_ids:
        return []
    regles = regles_eligibilite(reglages_au(s, territoire_id, jour))
    couvertes = set(
        s.scalars(
            select(Validation.personne_id).where(
                Validation.personne_id.in_(personne_ids),
                Validation.etat == EtatValidation.OUI,
                Validation.fenetre_fin >= jour,
            )
        )
    )
    codes = {c.value for c in Categorie}
    fins: dict[int, date | None] = {}
    requete = select(Statut).where(
        Statut.personne_id.in_(personne_ids), or_(Statut.jusqu_au.is_(None), Statut.jusqu_au >= jour)
    )
    for statut in s.scalars(requete):
        code = statut.categorie.lower()
        if statut.personne_id in couvertes or code not in codes or statut.preuve_le is None:
            continue
        lu = StatutRegle(Categorie(code), statut.depuis, statut.jusqu_au, statut.preuve_le)
        fin = dernier_jour_de_preuve(lu, regles)
        if fin is not None and fin < jour:
            continue
        autre = fins.get(statut.personne_id, date.min)
        fins[statut.personne_id] = None if fin is None or autre is None else max(fin, autre)
    return [(numero, fin) for numero, fin in fins.items() if fin is not None and jour <= fin <= avant]


def _sans_suite(s: Session, trouvees: list[tuple[int, str, date, str]]) -> tuple[FinProche, ...]:
    numeros = {numero for numero, *_ in trouvees}
    if not numeros:
        return ()
    decidees = {
        (x.personne_id, x.objet, x.echeance)
        for x in s.scalars(select(SuitePrevue).where(SuitePrevue.personne_id.in_(numeros)))
    }
    noms = {p.id: (p.ref, f"{p.prenom} {p.nom}") for p in s.scalars(select(Personne).where(Personne.id.in_(numeros)))}
    restantes = [t for t in dict.fromkeys(trouvees) if t[:3] not in decidees]
    return tuple(
        FinProche(numero, *noms[numero], objet, echeance, precision)
        for numero, objet, echeance, precision in sorted(restantes, key=lambda t: (t[2], t[0], t[1]))
    )

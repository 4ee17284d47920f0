"""The ranking engine, kept up to date with the people of the base, and who may be considered by whom.

Each process holds its own engine. Every act that changes how a person ranks adds a ChangementVivier in its
transaction; before a ranking, the changes written since the last one are applied. PostgreSQL may show a change
after one with a higher number: the last MARGE numbers are looked at again, those already applied are known.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Classeur, Contexte
from marketplace.heures.models import Contrat
from marketplace.offres.models import Offre
from marketplace.offres.queries import PosteLu
from marketplace.personnes.models import ChangementVivier, Personne, Suivi
from marketplace.personnes.portee import suivi_en_cours
from marketplace.personnes.queries.classement import ProfilLu, classables, ids_eligibles, profils_de_classement
from marketplace.propositions.decisions.queries import couche_en_vigueur
from marketplace.propositions.trajets import suivre_les_trajets
from marketplace.territoire.reglages import reglages_au

MARGE = 1000


@dataclass(slots=True)
class _Etat:
    """What one engine holds: of which base, up to which change, which journeys, whom."""

    verrou: threading.RLock = field(default_factory=threading.RLock)
    base: Any = None
    numero: int = 0
    appliques: set[int] = field(default_factory=set)
    releves: tuple[int, ...] = ()
    refs: dict[int, dict[int, str]] = field(default_factory=dict)


_etats: WeakKeyDictionary[Any, _Etat] = WeakKeyDictionary()
_verrou_etats = threading.Lock()


def profil_de(lu: ProfilLu) -> Any:
    """A person as the engine takes her."""
    from marketplace.matching import Experience, Profil  # scikit-learn: only those who rank pay

    return Profil(
        ref=lu.ref,
        experiences=tuple(Experience(e.intitule, e.code_rome, e.mois) for e in lu.experiences),
        competences=lu.competences,
        permis=lu.permis,
        caces=lu.caces,
        code_insee=lu.code_insee,
        modes=lu.modes,
        trajet_max_minutes=lu.trajet_max_minutes,
        heures_min=lu.heures_min,
        heures_max=lu.heures_max,
        nuit=lu.nuit,
        weekend=lu.weekend,
        disponible_le=lu.disponible_le,
        limites=lu.limites,
        creneaux=lu.creneaux,
    )


def poste_de(lu: PosteLu) -> Any:
    """An offre as the engine takes it."""
    from marketplace.matching import Poste  # scikit-learn: only those who rank pay

    return Poste(
        ref=lu.ref,
        intitule=lu.intitule,
        code_rome=lu.code_rome,
        description=lu.description,
        competences_requises=lu.competences_requises,
        competences_souhaitees=lu.competences_souhaitees,
        permis=frozenset(lu.permis),
        caces=frozenset(lu.caces),
        code_insee=lu.code_insee,
        heures_hebdo=lu.heures_hebdo,
        nuit=lu.nuit,
        weekend=lu.weekend,
        debut=lu.debut,
        heure_debut=lu.heure_debut,
    )


def _etat(ranker: Classeur) -> _Etat:
    with _verrou_etats:
        return _etats.setdefault(ranker, _Etat())


def poids_du_territoire(ctx: Contexte, s: Session, territoire_id: int) -> Any:
    """The weights a territory set by hand, as the engine takes them."""
    from marketplace.matching import Reglages as Poids  # scikit-learn: only those who rank pay

    reglages = reglages_au(s, territoire_id, ctx.aujourdhui())
    proche = float(reglages.poids_metier_proche)
    return Poids(
        part_trajet=float(reglages.part_trajet_max),
        poids_a_la_main=reglages.poids_a_la_main,
        poids_metier=(1.0, proche, min(proche, float(reglages.poids_metier_voisin))),
    )


def selon_le_territoire(ctx: Contexte, s: Session, territoire_id: int, ranker: Classeur | None = None) -> Classeur:
    """The engine under the settings of a territory and the layer it approved, if any. Two queries."""
    moteur = ranker or ctx.ranker
    poids = poids_du_territoire(ctx, s, territoire_id)
    apprise = couche_en_vigueur(s, territoire_id)
    if apprise is None:
        return moteur.sous(poids)
    return moteur.sous(poids, apprise.couche, f"{moteur.version}+{apprise.ref}")


def mettre_a_jour(ctx: Contexte, s: Session, territoire_id: int) -> Classeur:
    """The engine, holding the people of this territory as they are in the base now, under its settings.

    Safe between threads.
    """
    ranker = ctx.ranker
    etat = _etat(ranker)
    with etat.verrou:
        if etat.base is not ctx.sessions:
            ranker.charger([])
            if etat.releves:
                ranker.recevoir_trajets([])
                etat.releves = ()
            etat.base, etat.numero, etat.appliques, etat.refs = ctx.sessions, 0, set(), {}
            etat.numero = s.scalar(select(func.max(ChangementVivier.id))) or 0
            recents = select(ChangementVivier.id).where(ChangementVivier.id > etat.numero - MARGE)
            etat.appliques = set(s.scalars(recents))
        etat.releves = suivre_les_trajets(s, ranker, etat.releves)
        if territoire_id not in etat.refs:
            lus = profils_de_classement(s, territoire_id)
            profils = [profil_de(p) for p in lus]
            if etat.refs:
                ranker.appliquer(profils, [])
            else:
                ranker.charger(profils)
            etat.refs[territoire_id] = {p.id: p.ref for p in lus}
        _appliquer_changements(s, ranker, etat)
    return selon_le_territoire(ctx, s, territoire_id, ranker)


def _appliquer_changements(s: Session, ranker: Classeur, etat: _Etat) -> None:
    lus = s.execute(
        select(ChangementVivier.id, ChangementVivier.personne_id).where(ChangementVivier.id > etat.numero - MARGE)
    ).all()
    nouveaux = [(numero, personne) for numero, personne in lus if numero not in etat.appliques]
    if not nouveaux:
        return
    touches = {personne for _, personne in nouveaux}
    for territoire_id, refs in etat.refs.items():
        profils = profils_de_classement(s, territoire_id, touches)
        presents = {p.id for p in profils}
        partis = [refs.pop(i) for i in touches - presents if i in refs]
        ranker.appliquer([profil_de(p) for p in profils], partis)
        refs.update({p.id: p.ref for p in profils})
    etat.numero = max(etat.numero, *(numero for numero, _ in nouveaux))
    etat.appliques |= {numero for numero, _ in nouveaux}
    etat.appliques = {numero for numero in etat.appliques if numero > etat.numero - MARGE}


@dataclass(frozen=True, slots=True)
class Perimetre:
    """Who may be considered for an offre, by reference; the others are counted by the filter that left them out."""

    candidats: dict[str, int]
    non_eligibles: int
    en_poste: int


class Vivier:
    """Who this hat may rank in a territory on a day, read once for any number of offres (R109, R118).

    Informed, not withdrawn people: a référent's own caseload, the territory for the others. Ids come from the
    base, never from the engine: a withdrawal empties every list at once.
    """

    def __init__(self, s: Session, territoire_id: int, jour: date, acteur: Acteur | None = None) -> None:
        self.jour = jour
        self._perimetres: dict[date, Perimetre] = {}
        informees = classables(select(Personne.id, Personne.ref)).where(Personne.territoire_id == territoire_id)
        self.presents: dict[int, str] = {ligne.id: ligne.ref for ligne in s.execute(informees)}
        if acteur is not None and acteur.role is Role.REFERENT:
            suivies = select(Suivi.personne_id).where(Suivi.referent_id == acteur.referent_id, suivi_en_cours(jour))
            siennes = set(s.scalars(suivies))
            self.presents = {i: ref for i, ref in self.presents.items() if i in siennes}
        self.eligibles = ids_eligibles(s, territoire_id, jour)
        self._contrats = [
            (ligne.personne_id, ligne.debut, ligne.fin)
            for ligne in s.execute(
                select(Contrat.personne_id, Contrat.debut, Contrat.fin).where(
                    Contrat.territoire_id == territoire_id, or_(Contrat.fin.is_(None), Contrat.fin > jour)
                )
            )
        ]

    def pour(self, offre: Offre, sauf: Iterable[int] = ()) -> Perimetre:
        """Those who may be considered for this offre: eligible, and not at work past its start.

        `sauf` leaves out ids without counting them.
        """
        return self.a_partir_du(offre.debut, sauf)

    def a_partir_du(self, debut: date, sauf: Iterable[int] = ()) -> Perimetre:
        """Those who may be considered for work that starts that day; a start already asked for is not read again."""
        depuis = max(debut, self.jour)
        if depuis not in self._perimetres:
            self._perimetres[depuis] = self._perimetre(depuis)
        tous = self._perimetres[depuis]
        exclus = {i for i in sauf if i in self.presents and i in self.eligibles}
        if not exclus:
            return tous
        partis = {self.presents[i] for i in exclus} & tous.candidats.keys()
        return Perimetre(
            candidats={ref: i for ref, i in tous.candidats.items() if ref not in partis},
            non_eligibles=tous.non_eligibles,
            en_poste=tous.en_poste - (len(exclus) - len(partis)),
        )

    def _perimetre(self, depuis: date) -> Perimetre:
        occupees = {
            personne for personne, debut, fin in self._contrats if debut <= depuis and (fin is None or fin > depuis)
        }
        retenus = {i: ref for i, ref in self.presents.items() if i in self.eligibles}
        return Perimetre(
            candidats={ref: i for i, ref in retenus.items() if i not in occupees},
            non_eligibles=sum(i not in self.eligibles for i in self.presents),
            en_poste=sum(i in occupees for i in retenus),
        )

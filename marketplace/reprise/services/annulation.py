"""Undo a takeover, for thirty days: what it made goes, except where somebody acted since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.models import Declaration, EtatDeclaration, LigneReprise, Reprise
from marketplace.journal.models import Evenement
from marketplace.journal.services import journaliser
from marketplace.marches.models import Marche, Operation
from marketplace.marches.services.marches import retirer_marche
from marketplace.personnes.models import CompetencePersonne, Experience, Personne, Statut
from marketplace.personnes.services.vivier import noter_changement
from marketplace.reprise.models import CorrespondanceReprise, ObjetRepris

JOURS_ANNULATION = 30


@dataclass(slots=True)
class BilanAnnulation:
    """What an undo took away, and the marchés it left with why."""

    marches: int = 0
    personnes: int = 0
    restent: list[tuple[str, str]] = field(default_factory=list)


def annuler_reprise(ctx: Contexte, acteur: Acteur, ref: str) -> BilanAnnulation:
    """Take away what a takeover made. A marché with validated hours or any act since stays, with its hours and why.

    Raises Interdit, Introuvable; RegleViolee when it is undone already, or older than thirty days.
    """
    portee = Portee(acteur.territoire_id)
    exiger(acteur, Action.GERER_MARCHE, portee)
    exiger(acteur, Action.VALIDER_PERSONNE, portee)
    with ctx.transaction() as s:
        reprise = s.scalar(select(Reprise).where(Reprise.ref == ref, Reprise.territoire_id == acteur.territoire_id))
        if reprise is None:
            raise Introuvable()
        if reprise.annulee_le is not None:
            raise RegleViolee("Cette reprise est déjà annulée.")
        if ctx.horloge() > reprise.faite_le + timedelta(days=JOURS_ANNULATION):
            raise RegleViolee(f"Cette reprise a plus de {JOURS_ANNULATION} jours : elle ne s'annule plus.")
        bilan = _Annulation(ctx, s, acteur, reprise).tout()
        reprise.annulee_le, reprise.annulee_par = ctx.horloge(), acteur.nom
        reprise.totaux = reprise.totaux | {
            "annulation": {
                "marches": bilan.marches,
                "personnes": bilan.personnes,
                "restent": [{"ref": r, "motif": m} for r, m in bilan.restent],
            }
        }
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "annuler_reprise",
            reprise,
            f"a annulé la reprise de « {reprise.fichier} » : {bilan.marches} marchés et {bilan.personnes} personnes "
            f"retirés, {len(bilan.restent)} marchés gardés",
        )
        return bilan


class _Annulation:
    """The steps of an undo, in the order foreign keys allow."""

    def __init__(self, ctx: Contexte, s: Session, acteur: Acteur, reprise: Reprise) -> None:
        self.ctx, self.s, self.acteur, self.reprise = ctx, s, acteur, reprise
        self.bilan = BilanAnnulation()
        self.partis: list[int] = []
        self.objets: dict[str, list[ObjetRepris]] = {}
        for objet in s.scalars(
            select(ObjetRepris).where(ObjetRepris.reprise_id == reprise.id).order_by(ObjetRepris.id)
        ):
            self.objets.setdefault(objet.type, []).append(objet)

    def tout(self) -> BilanAnnulation:
        """Hours and marchés, then people, then names nobody uses."""
        crees = {o.objet_id: o for o in self.objets.get("marche", [])}
        requete = select(LigneReprise.marche_id).where(LigneReprise.reprise_id == self.reprise.id).distinct()
        touches = {i for i in self.s.scalars(requete) if i is not None} | set(crees)
        agis = self._agis("marche", crees)
        valides = self._valides(touches)
        for marche in self.s.scalars(select(Marche).where(Marche.id.in_(touches)).order_by(Marche.id)).all():
            self._marche(marche, crees.get(marche.id), agis, valides)
        self._personnes()
        self._noms("operation", Operation)
        self._noms("organisation", Organisation)
        # An engine may give the id of a removed row to a new one: nothing may still point at it.
        self.s.execute(
            delete(ObjetRepris).where(ObjetRepris.id.in_(self.partis)), execution_options={"synchronize_session": False}
        )
        return self.bilan

    def _agis(self, type_: str, crees: Any) -> dict[int, str]:
        """The last act on each object since the takeover, from the journal."""
        requete = (
            select(Evenement.objet_id, Evenement.resume)
            .where(
                Evenement.objet_type == type_,
                Evenement.objet_id.in_(list(crees)),
                Evenement.quand >= self.reprise.faite_le,
                Evenement.action.not_in(("reprendre_marche", "reprendre_personnes")),
            )
            .order_by(Evenement.id)
        )
        return {objet_id: resume for objet_id, resume in self.s.execute(requete) if objet_id is not None}

    def _valides(self, marches: set[int]) -> set[int]:
        """Marchés with hours validated since."""
        return set(
            self.s.scalars(
                select(Declaration.marche_id).where(
                    Declaration.marche_id.in_(list(marches)),
                    Declaration.etat == EtatDeclaration.VALIDEE,
                    Declaration.validee_le >= self.reprise.faite_le,
                )
            )
        )

    def _marche(self, marche: Marche, cree: ObjetRepris | None, agis: dict[int, str], valides: set[int]) -> None:
        ref = marche.ref
        if marche.id in valides:
            self.bilan.restent.append((ref, "Des heures y ont été validées depuis."))
            return
        if cree is None:
            self._annuler_lignes(marche.id)
            return
        if marche.id in agis or cree.version != marche.version:
            quoi = f" ({agis[marche.id]})" if marche.id in agis else ""
            self.bilan.restent.append((ref, f"Quelqu'un y a travaillé depuis{quoi}."))
            return

        def retirer() -> None:
            self._annuler_lignes(marche.id)
            journaliser(
                self.s,
                self.ctx.horloge(),
                self.acteur,
                "supprimer_marche",
                marche,
                f"a retiré le marché « {marche.intitule} » en annulant la reprise {self.reprise.ref}",
            )
            retirer_marche(self.s, marche)

        if self._essayer(retirer):
            self.bilan.marches += 1
            self.partis.append(cree.id)
        else:
            self.bilan.restent.append((ref, "Il porte des contrats, des déclarations ou des offres."))

    def _annuler_lignes(self, marche_id: int) -> None:
        self.s.execute(
            update(LigneReprise)
            .where(LigneReprise.reprise_id == self.reprise.id, LigneReprise.marche_id == marche_id)
            .values(annulee=True, marche_id=None, personne_id=None, employeur_id=None)
            .execution_options(synchronize_session=False)
        )

    def _personnes(self) -> None:
        objets = {o.objet_id: o for o in self.objets.get("personne", [])}
        agis = self._agis("personne", objets)
        gardees = set(
            self.s.scalars(
                select(LigneReprise.personne_id).where(
                    LigneReprise.personne_id.in_(list(objets)), LigneReprise.annulee.is_(False)
                )
            )
        )
        for personne in self.s.scalars(select(Personne).where(Personne.id.in_(list(objets)))).all():
            if personne.id in agis or personne.id in gardees or personne.version != objets[personne.id].version:
                continue

            def retirer(personne: Personne = personne) -> None:
                for table in (Experience, CompetencePersonne, Statut):
                    self.s.execute(
                        delete(table).where(table.personne_id == personne.id),
                        execution_options={"synchronize_session": False},
                    )
                noter_changement(self.s, self.ctx.horloge(), personne.id)
                self.s.delete(personne)
                self.s.flush()

            if self._essayer(retirer):
                self.bilan.personnes += 1
                self.partis.append(objets[personne.id].id)

    def _noms(self, type_: str, table: Any) -> None:
        """Opérations and organisations that nothing uses any more, and what was remembered of them."""
        for objet in self.objets.get(type_, []):
            ligne = self.s.get(table, objet.objet_id)
            if ligne is None or getattr(ligne, "verifiee_le", None) is not None:
                continue
            ref = ligne.ref

            def retirer(ligne: Any = ligne) -> None:
                self.s.delete(ligne)
                self.s.flush()

            if self._essayer(retirer):
                self.partis.append(objet.id)
                self.s.execute(
                    delete(CorrespondanceReprise).where(
                        CorrespondanceReprise.territoire_id == self.acteur.territoire_id,
                        CorrespondanceReprise.cible == ref,
                    ),
                    execution_options={"synchronize_session": False},
                )

    def _essayer(self, acte: Callable[[], None]) -> bool:
        """Run one removal; False when the store holds something built on it, and nothing of it is kept."""
        try:
            with self.s.begin_nested():
                acte()
        except IntegrityError:
            return False
        return True

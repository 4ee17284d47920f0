"""A plan made into rows, inside the transaction of the takeover: names first, then marchés, people, hours."""

from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.comptes.roles import Acteur
from marketplace.comptes.services.organisations import ajouter_organisation
from marketplace.contexte import Contexte
from marketplace.heures.models import LigneReprise, Reprise
from marketplace.journal.services import journaliser
from marketplace.marches.models import Marche, Operation
from marketplace.marches.services.clauses import ecrire_premiere_clause
from marketplace.marches.services.saisie import SaisieClause, ref_provisoire
from marketplace.personnes.models import OuiNonAVerifier, Personne, Statut
from marketplace.personnes.services.profil import inscrire_personnes
from marketplace.reprise.models import ObjetRepris
from marketplace.reprise.plan import MarchePrevu, PersonnePrevue, Plan
from marketplace.reprise.rules.rapprochement import CREER
from marketplace.valeurs import cle, siret_valide

SOURCE = "reprise d'un classeur"


class Ecriture:
    """Writes a plan. `refs` gives, for each target that was made, the reference it received."""

    def __init__(self, s: Session, ctx: Contexte, acteur: Acteur, reprise: Reprise, plan: Plan) -> None:
        self.s, self.ctx, self.acteur, self.reprise, self.plan = s, ctx, acteur, reprise, plan
        self.refs: dict[str, str] = {}
        self.organisations = _par_ref(s, Organisation, acteur.territoire_id)
        self.operations = _par_ref(s, Operation, acteur.territoire_id)
        self.marches: dict[str, int] = {m.cle: m.existant for m in plan.marches.values() if m.existant is not None}
        self.personnes: dict[str, int] = {
            p.cle: p.existante for p in plan.personnes.values() if p.existante is not None
        }

    def tout(self) -> None:
        """Everything, in the order references need."""
        for marche in self.plan.nouveaux:
            self._marche(marche)
        self._personnes()
        self._lignes()
        self.s.flush()

    def _noter(self, type_: str, objet_id: int, clef: str = "", version: int | None = None) -> None:
        self.s.add(
            ObjetRepris(
                territoire_id=self.acteur.territoire_id,
                reprise_id=self.reprise.id,
                type=type_,
                objet_id=objet_id,
                cle=clef,
                version=version,
            )
        )

    def _organisation(self, cible: str, champ: str, siret: str = "") -> int | None:
        """The id of a target, made when it is new."""
        if not cible:
            return None
        if not cible.startswith(CREER):
            return self.organisations[cible]
        deja = self.refs.get(f"{champ}:{cible}")
        if deja is None:
            type_ = TypeOrganisation.ACHETEUR
            if champ == "entreprise":
                type_ = TypeOrganisation(self.plan.types.get(cible, TypeOrganisation.ENTREPRISE.value))
            cree = ajouter_organisation(
                self.s,
                self.ctx,
                self.acteur,
                type_=type_,
                nom=cible.removeprefix(CREER),
                siret=siret if siret_valide(siret) else "",
                source=SOURCE,
                source_le=self.ctx.aujourdhui(),
            )
            deja = self.refs[f"{champ}:{cible}"] = cree.ref
            self.organisations[cree.ref] = cree.id
            self._noter("organisation", cree.id)
        return self.organisations[deja]

    def _operation(self, cible: str, acheteur_id: int, commune: str) -> int | None:
        if not cible:
            return None
        if not cible.startswith(CREER):
            return self.operations[cible]
        deja = self.refs.get(f"operation:{cible}")
        if deja is None:
            operation = Operation(
                ref=ref_provisoire(),
                territoire_id=self.acteur.territoire_id,
                intitule=cible.removeprefix(CREER),
                acheteur_id=acheteur_id,
                code_insee=commune or None,
                cree_le=self.ctx.horloge(),
            )
            self.s.add(operation)
            self.s.flush()
            deja = operation.ref = f"OP-{operation.id:06d}"
            self.refs[f"operation:{cible}"] = deja
            self.operations[deja] = operation.id
            self._noter("operation", operation.id)
        return self.operations[deja]

    def _marche(self, m: MarchePrevu) -> None:
        """A marché in the state of the workbook, with its clause: no transition, what was is taken as it is."""
        quand = self.reprise.faite_le
        acheteur_id = self._organisation(m.acheteur, "acheteur")
        if acheteur_id is None:
            return
        marche = Marche(
            ref=ref_provisoire(),
            territoire_id=self.acteur.territoire_id,
            operation_id=self._operation(m.operation, acheteur_id, m.commune),
            numero_lot=m.lot or None,
            intitule=m.intitule,
            cle=cle(f"{m.intitule} {m.lot}"),
            objet=f"Numéro d'origine : {m.numero}" if m.numero else "",
            acheteur_id=acheteur_id,
            titulaire_id=self._organisation(m.titulaire, "entreprise", m.titulaire_siret),
            facilitateur_id=self.acteur.utilisateur_id,
            gestionnaire=m.gestionnaire,
            secteur=m.secteur,
            code_rome=m.metier or None,
            nature=m.nature,
            montant_ht=m.montant,
            code_insee=m.commune or None,
            etat=m.etat,
            date_notification=m.notification,
            date_debut=m.debut,
            date_fin=m.fin,
            maj_le=quand,
            cree_le=quand,
        )
        self.s.add(marche)
        self.s.flush()
        marche.ref = f"M-{marche.id:06d}"
        if m.prevues is not None:
            ecrire_premiere_clause(self.s, self.ctx, self.acteur, marche, SaisieClause(m.prevues))
        journaliser(
            self.s,
            quand,
            self.acteur,
            "reprendre_marche",
            marche,
            f"a repris le marché « {marche.intitule} » d'un classeur ({self.reprise.ref})",
        )
        self.s.flush()
        self.marches[m.cle] = marche.id
        self.refs[m.cle] = marche.ref
        self._noter("marche", marche.id, m.cle, marche.version)

    def _personnes(self) -> None:
        """People without a référent and still to be informed; their retention runs from their last month worked."""
        nouvelles = self.plan.a_inscrire
        prises = set(self.s.scalars(select(Personne.ref)))
        # Without an organisation nobody becomes their référent by the mere fact of sending a file.
        acteur = replace(self.acteur, organisation_id=None)
        creees = inscrire_personnes(self.ctx, self.s, acteur, [p.profil for p in nouvelles], None, refs_prises=prises)
        for prevue, personne in zip(nouvelles, creees, strict=True):
            self._completer(prevue, personne)
        self.s.flush()
        for prevue, personne in zip(nouvelles, creees, strict=True):
            self.personnes[prevue.cle] = personne.id
            self._noter("personne", personne.id, version=personne.version)
        if creees:
            journaliser(
                self.s,
                self.ctx.horloge(),
                self.acteur,
                "reprendre_personnes",
                self.reprise,
                f"{len(creees)} personnes inscrites d'un classeur",
                refs=[p.ref for p in creees],
            )

    def _completer(self, prevue: PersonnePrevue, personne: Personne) -> None:
        jour = self.ctx.aujourdhui()
        if prevue.qpv:
            personne.qpv = OuiNonAVerifier(prevue.qpv)
            personne.qpv_source = SOURCE
        if prevue.dernier_mois is not None:
            personne.dernier_contact_le = min(jour, _fin_du_mois(prevue.dernier_mois))
        for categorie in prevue.categories:
            self.s.add(Statut(personne_id=personne.id, categorie=categorie))

    def _lignes(self) -> None:
        quand = self.ctx.horloge()
        for clef, ligne in self.plan.lignes.items():
            marche_id = self.marches[clef.marche] if clef.marche in self.marches else int(clef.marche.lstrip("="))
            self.s.add(
                LigneReprise(
                    territoire_id=self.acteur.territoire_id,
                    marche_id=marche_id,
                    personne_id=self.personnes.get(clef.personne),
                    employeur_id=self._organisation(clef.employeur, "entreprise"),
                    modalite=clef.modalite,
                    code_rome=ligne.metier or None,
                    mois=clef.mois,
                    depuis=clef.depuis,
                    heures=ligne.heures,
                    source=ligne.source,
                    reprise_id=self.reprise.id,
                    cree_le=quand,
                )
            )


def _par_ref(s: Session, table: Any, territoire_id: int) -> dict[str, int]:
    requete = select(table.ref, table.id).where(table.territoire_id == territoire_id)
    return {ligne.ref: ligne.id for ligne in s.execute(requete)}


def _fin_du_mois(mois: date) -> date:
    return mois.replace(day=calendar.monthrange(mois.year, mois.month)[1])

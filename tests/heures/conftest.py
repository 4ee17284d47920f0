"""A marché, its titulaire, its facilitateur and people at work: what the tests of hours start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.comptes.models import Affectation, Organisation, TypeOrganisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.heures.models import Contrat, DecisionLigne, Declaration, LigneHeures
from marketplace.heures.queries import Avancement, avancements
from marketplace.heures.services.declarations import declarer
from marketplace.heures.services.validation import Bilan, valider
from marketplace.marches.models import Marche
from marketplace.personnes.models import Personne
from tests.fabrique import Fabrique

D = Decimal
OCTOBRE = date(2026, 10, 1)
SEPTEMBRE = date(2026, 9, 1)


@dataclass
class Chantier:
    """One marché of 1 000 h, in progress from 21 May 2026 to 21 May 2027."""

    ctx: Contexte
    fabrique: Fabrique
    marche: Marche
    titulaire: Organisation
    employeur: Acteur
    facilitateur: Acteur
    chapeau_employeur: Affectation
    chapeau_facilitateur: Affectation

    def salarie(self, **champs: Any) -> Contrat:
        """A person validated in time, hired since 1 September by the titulaire unless told otherwise."""
        employeur = champs.pop("employeur", self.titulaire)
        marche = champs.pop("marche", self.marche)
        personne = champs.pop("personne", None) or self.fabrique.personne()
        debut = champs.pop("debut", SEPTEMBRE)
        validation = champs.pop("validation", None)
        if validation is None:
            validation = self.fabrique.validation(
                personne,
                fenetre_debut=debut,
                fenetre_fin=champs.pop("fenetre_fin", date(2028, 8, 31)),
                repondue_le=champs.pop("repondue_le", datetime(2026, 8, 20, 8, tzinfo=UTC)),
            )
        valeurs = {"fin": date(2027, 4, 30), "validation": validation}
        return self.fabrique.contrat(personne, employeur, marche, debut=debut, **(valeurs | champs))

    def personne(self, contrat: Contrat) -> Personne:
        with self.ctx.lecture() as s:
            return s.get_one(Personne, contrat.personne_id)

    def declaration(self, mois: date = OCTOBRE, **champs: Any) -> Declaration:
        employeur = champs.pop("employeur", self.titulaire)
        marche = champs.pop("marche", self.marche)
        return self.fabrique.declaration(employeur, marche, mois, **champs)

    def declarer(
        self,
        heures: Mapping[Contrat, str | tuple[str, str]],
        mois: date = OCTOBRE,
        *,
        acteur: Acteur | None = None,
        declaration: Declaration | None = None,
        **champs: Any,
    ) -> int:
        """Sign the hours of a month, as typed; the id of the declaration."""
        declaration = declaration or self.declaration(mois, **champs)
        saisie = {}
        for contrat, texte in heures.items():
            travaillees, formation = texte if isinstance(texte, tuple) else (texte, "")
            saisie |= {f"h-{contrat.ref}": travaillees, f"f-{contrat.ref}": formation}
        declarer(self.ctx, acteur or self.employeur, declaration.id, saisie, signataire="Dominique Exemple")
        return declaration.id

    def valider(self, *ids: int) -> Bilan:
        return valider(self.ctx, self.facilitateur, ids)

    def avancement(self, marche: Marche | None = None) -> Avancement:
        marche = marche or self.marche
        with self.ctx.lecture() as s:
            return avancements(s, [marche.id], self.ctx.aujourdhui())[marche.id]

    def lignes(self) -> list[LigneHeures]:
        with self.ctx.lecture() as s:
            return list(s.scalars(select(LigneHeures).order_by(LigneHeures.id)))

    def decisions(self, en_vigueur: bool = True) -> list[DecisionLigne]:
        with self.ctx.lecture() as s:
            requete = select(DecisionLigne).order_by(DecisionLigne.id)
            if en_vigueur:
                requete = requete.where(DecisionLigne.en_vigueur)
            return list(s.scalars(requete))

    def lire(self, declaration_id: int) -> Declaration:
        with self.ctx.lecture() as s:
            return s.get_one(Declaration, declaration_id)

    def acteur_de(self, organisation: Organisation) -> Acteur:
        return self.fabrique.acteur(self.fabrique.employeur(organisation))

    def structure(self, type_: TypeOrganisation) -> Organisation:
        return self.fabrique.organisation(type_)


@pytest.fixture
def chantier(ctx: Contexte, fabrique: Fabrique) -> Chantier:
    titulaire = fabrique.organisation(nom="Bâti Exemple")
    employeur = fabrique.employeur(titulaire)
    facilitateur = fabrique.facilitateur()
    marche = fabrique.marche(titulaire=titulaire, facilitateur_id=facilitateur.utilisateur_id)
    return Chantier(
        ctx,
        fabrique,
        marche,
        titulaire,
        fabrique.acteur(employeur),
        fabrique.acteur(facilitateur),
        employeur,
        facilitateur,
    )

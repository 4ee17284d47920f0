"""The form of an offre: seven fields then the métier, the rest folded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.comptes.models import TypeOrganisation
from marketplace.marches.services.saisie import lire_commune_saisie
from marketplace.offres.libelles import CONTRATS, contrats_possibles
from marketplace.offres.models import TypeContrat
from marketplace.offres.queries import MarcheLiable, OffreVue
from marketplace.offres.rules import PLACES_MAX
from marketplace.offres.services import SaisieOffre
from marketplace.web.socle.formulaires import ChampHeures, ChampSuggestions, Formulaire, options, sans_nir

PERMIS = ("B", "BE", "C", "CE", "D", "A")


class FormulaireOffre(Formulaire):
    """An offre. `code_rome` is the métier picked in the list as one types; the next page asks for it otherwise."""

    intitule = ChampSuggestions(
        "Quel poste ?",
        [InputRequired("Donnez le nom du poste, par exemple « maçon »."), Length(max=200)],
        source="/suggestions/metiers",
        description="Avec vos mots : « maçon », « agent d'entretien », « aide-cuisinier ».",
        render_kw={"data-suggestions-cible": "code_rome"},
    )
    code_rome = HiddenField()
    commune = ChampSuggestions(
        "Dans quelle commune ?",
        [InputRequired("Choisissez la commune où l'on travaille.")],
        source="/suggestions/communes",
        description="Là où l'on travaille, pas le siège.",
    )
    heures_hebdo = ChampHeures(
        "Heures par semaine",
        [InputRequired("Indiquez les heures par semaine.")],
        render_kw={"type": "text", "inputmode": "decimal"},
        description="Par exemple 35, 24 ou 17,5.",
    )
    type_contrat = SelectField("Type de contrat", [InputRequired("Choisissez le type de contrat.")])
    debut = DateField("Premier jour de travail", [InputRequired("Indiquez le premier jour de travail.")])
    duree_mois = IntegerField(
        "Durée, en mois",
        [Optional(), NumberRange(1, 60, "Entre 1 et 60 mois.")],
        description="À laisser vide pour un CDI.",
        render_kw={"inputmode": "numeric"},
    )
    prerequis = TextAreaField(
        "Ce qu'il faut savoir et accepter, ou « aucun »",
        [InputRequired("S'il ne faut rien de particulier, écrivez « aucun »."), Length(max=4000), sans_nir],
        description="Prérequis et conditions de travail : débutant accepté, dehors, port de charges.",
        render_kw={"rows": 3},
    )

    places = IntegerField(
        "Nombre de places",
        [InputRequired("Indiquez le nombre de places."), NumberRange(1, PLACES_MAX, f"De 1 à {PLACES_MAX}.")],
        default=1,
        render_kw={"inputmode": "numeric"},
    )
    heure_debut = TimeField(
        "Heure de la première prise de poste",
        [Optional()],
        description="Elle décide des transports : à 5 h 30, il n'y a pas de bus.",
    )
    marche_ref = SelectField("Pour quel marché ?", [Optional()])
    permis = SelectMultipleField(
        "Permis : vraiment nécessaire ?",
        [Optional()],
        choices=options((p, f"Permis {p}") for p in PERMIS),
        description="Cochez seulement si le poste demande de conduire. Venir au travail se fait autrement.",
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    caces = StringField(
        "CACES : vraiment nécessaire dès le premier jour ?",
        [Optional(), Length(max=200)],
        description="Par exemple : R482-A, R489-3. À laisser vide si vous formez.",
    )
    nuit = BooleanField("Travail de nuit")
    weekend = BooleanField("Travail le week-end")
    conditions = TextAreaField("Précisions sur les conditions", [Optional(), Length(max=4000), sans_nir])
    description = TextAreaField("Le poste en quelques phrases", [Optional(), Length(max=4000), sans_nir])
    version = HiddenField()

    def preparer(
        self, type_organisation: TypeOrganisation, marches: Sequence[MarcheLiable], actuel: TypeContrat | None = None
    ) -> FormulaireOffre:
        """Fill the lists that depend on the organisation."""
        possibles = contrats_possibles(type_organisation)
        if actuel is not None and actuel not in possibles:
            possibles = (actuel, *possibles)
        self.type_contrat.choices = options([("", "Choisissez"), *((t.value, CONTRATS[t]) for t in possibles)])
        self.marche_ref.choices = options([("", "Aucun"), *((m.ref, m.intitule) for m in marches)])
        return self

    def saisie(self, s: Session, territoire_id: int) -> SaisieOffre:
        """What was typed, as the services take it. Raises RegleViolee when the commune is not recognised."""
        return SaisieOffre(
            intitule=self.intitule.data or "",
            code_insee=lire_commune_saisie(s, territoire_id, self.commune.data or ""),
            heures_hebdo=self.heures_hebdo.data,
            type_contrat=TypeContrat(self.type_contrat.data) if self.type_contrat.data else None,
            debut=self.debut.data,
            duree_mois=self.duree_mois.data,
            places=self.places.data,
            prerequis=self.prerequis.data or "",
            conditions=self.conditions.data or "",
            description=self.description.data or "",
            heure_debut=self.heure_debut.data,
            permis=tuple(self.permis.data or ()),
            caces=tuple((self.caces.data or "").replace(";", ",").split(",")),
            nuit=self.nuit.data,
            weekend=self.weekend.data,
            marche_ref=self.marche_ref.data or None,
        )


class FormulaireMetier(Formulaire):
    """The métier recognised, and the skills ticked. Its choices come from the page."""


def valeurs_de(offre: OffreVue) -> dict[str, Any]:
    """What the form shows for an existing offre."""
    return {
        "intitule": offre.intitule,
        "commune": f"{offre.commune} ({offre.code_insee[:2]})",
        "heures_hebdo": offre.heures_hebdo,
        "type_contrat": offre.type_contrat.value,
        "debut": offre.debut,
        "duree_mois": offre.duree_mois,
        "places": offre.places,
        "prerequis": offre.prerequis,
        "marche_ref": offre.marche_ref or "",
        "heure_debut": offre.heure_debut,
        "permis": list(offre.permis),
        "caces": ", ".join(offre.caces),
        "nuit": offre.nuit,
        "weekend": offre.weekend,
        "conditions": offre.conditions,
        "description": offre.description,
        "version": str(offre.version),
    }

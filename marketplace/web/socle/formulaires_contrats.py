"""Forms of a contrat, the same for the employer and for the facilitateur."""

from __future__ import annotations

from typing import Any

from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.comptes.models import TypeOrganisation
from marketplace.heures.libelles import MODALITES
from marketplace.heures.models import Modalite
from marketplace.heures.rules.contrats import MotifFin
from marketplace.heures.rules.modalites import TypeStructure, modalites_possibles
from marketplace.heures.services.contrats import LIBELLES_FIN
from marketplace.offres.libelles import CONTRATS, contrats_possibles
from marketplace.web.socle.formulaires import ChampHeures, ChampSuggestions, Formulaire, options, sans_nir


class FormulaireContrat(Formulaire):
    """The contract of a validated person."""

    poste = StringField(
        "Poste", [InputRequired("Indiquez le poste."), Length(max=200), sans_nir], render_kw={"autocomplete": "off"}
    )
    marche = SelectField("Marché qui comptera ces heures", [InputRequired("Choisissez le marché.")])
    type_contrat = SelectField("Type de contrat", [InputRequired("Choisissez le type de contrat.")])
    modalite = SelectField("De quelle façon ?", [InputRequired("Choisissez la façon.")])
    debut = DateField("Premier jour", [InputRequired("Indiquez le premier jour.")])
    fin = DateField("Dernier jour", [Optional()], description="À laisser vide pour un CDI.")
    heures_hebdo = ChampHeures(
        "Heures par semaine",
        [InputRequired("Indiquez les heures par semaine.")],
        description="Par exemple 35, 28 ou 17,5.",
        render_kw={"type": "text", "inputmode": "decimal"},
    )

    def preparer(self, marches: tuple[tuple[str, str], ...], type_employeur: TypeOrganisation | None) -> None:
        """Fill the lists: marchés that take hours, contracts and ways open to this kind of employer."""
        self.marche.choices = options([("", "Choisissez"), *marches])
        if type_employeur is None:
            contrats, modalites = list(CONTRATS), list(Modalite)
        else:
            contrats = list(contrats_possibles(type_employeur))
            modalites = [Modalite(m.value) for m in modalites_possibles(TypeStructure(type_employeur.value))]
        self.type_contrat.choices = options([("", "Choisissez"), *((t.value, CONTRATS[t]) for t in contrats)])
        facons = [(m.value, MODALITES[m]) for m in modalites]
        if len(facons) > 1:
            facons.insert(0, ("", "Choisissez"))
        self.modalite.choices = options(facons)


class FormulaireContratFacilitateur(FormulaireContrat):
    """The same, with the ways out of the matrix, which only a facilitateur may accept, in writing (R26)."""

    derogation_modalite = StringField(
        "Votre accord pour une façon inhabituelle",
        [Optional(), Length(max=500), sans_nir],
        description="Seulement si cette structure n'intervient pas ainsi d'ordinaire : écrivez pourquoi vous acceptez.",
    )

    def preparer(self, marches: tuple[tuple[str, str], ...], type_employeur: TypeOrganisation | None) -> None:
        """The usual ways of this kind of employer first, then the others."""
        super().preparer(marches, type_employeur)
        if type_employeur is None:
            return
        usuelles = modalites_possibles(TypeStructure(type_employeur.value))
        autres = [(m.value, f"{MODALITES[m]} (avec votre accord écrit)") for m in Modalite if m not in usuelles]
        self.modalite.choices = [*(self.modalite.choices or []), *options(autres)]


class FormulaireContratEmployeur(FormulaireContratFacilitateur):
    """The same, with the employer to choose: nobody asked for this person."""

    employeur = ChampSuggestions(
        "Employeur",
        [InputRequired("Choisissez l'employeur qui signe le contrat.")],
        source="/facilitateur/organisations/suggestions",
        description="Commencez à taper son nom.",
    )


class FormulaireFin(Formulaire):
    """When and why a contrat ended."""

    fin = DateField("Dernier jour travaillé", [InputRequired("Indiquez le dernier jour.")])
    motif_fin = SelectField(
        "Pourquoi ?",
        [InputRequired("Choisissez une raison.")],
        choices=options([("", "Choisissez"), *((m.value, LIBELLES_FIN[m]) for m in MotifFin)]),
    )


def valeurs_contrat(form: Any) -> dict[str, Any]:
    """What was typed, as the act takes it."""
    accord = {"derogation_modalite": form.derogation_modalite.data or ""} if "derogation_modalite" in form else {}
    return accord | {
        "modalite": Modalite(form.modalite.data),
        "type_contrat": form.type_contrat.data,
        "poste": form.poste.data,
        "marche_ref": form.marche.data,
        "debut": form.debut.data,
        "fin": form.fin.data,
        "heures_hebdo": form.heures_hebdo.data,
    }

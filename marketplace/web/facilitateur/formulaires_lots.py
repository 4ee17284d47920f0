"""The form of an opération with its lots as rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from wtforms import DateField, FieldList, Form, FormField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.erreurs import RegleViolee
from marketplace.marches.rules.etats import LIBELLES, EtatMarche
from marketplace.marches.rules.lots import Lot
from marketplace.marches.rules.regime import NatureMarche
from marketplace.marches.secteurs import SECTEURS
from marketplace.marches.services import SaisieOperation
from marketplace.marches.services.lots import LOTS_MAX
from marketplace.marches.services.saisie import ETATS_DE_DEPART
from marketplace.web.facilitateur.formulaires_marches import NATURES, SUGGESTIONS
from marketplace.web.socle.formulaires import ChampDecimal, ChampHeures, ChampSuggestions, Formulaire, options

OBLIGATOIRE = InputRequired("Remplissez ce champ.")
DECIMAL = {"type": "text", "inputmode": "decimal"}
LIGNES = 3
"""Rows offered at first, and added by the button."""


class FormulaireLot(Form):
    """One lot: a row. Empty cells take what is above."""

    class Meta(Formulaire.Meta):
        """French messages; the token is that of the whole page."""

        csrf = False

    intitule = StringField("Lot", [Optional(), Length(max=200)])
    secteur = SelectField("Secteur", choices=options([("", "Idem"), *((x, x) for x in SECTEURS)]), default="")
    montant_ht = ChampDecimal("Montant HT", [Optional()], render_kw=DECIMAL)
    heures = ChampHeures("Heures", [Optional()], render_kw=DECIMAL)
    titulaire = StringField("Titulaire", [Optional(), Length(max=200)])
    commune = StringField("Commune", [Optional()])
    debut = DateField("Début", [Optional()])
    fin = DateField("Fin", [Optional()])

    def lot(self) -> Lot:
        """The row as the services take it."""
        return Lot(
            intitule=self.intitule.data or "",
            secteur=self.secteur.data or "",
            montant_ht=self.montant_ht.data,
            heures=self.heures.data,
            titulaire=self.titulaire.data or "",
            commune=self.commune.data or "",
            debut=self.debut.data,
            fin=self.fin.data,
        )


class FormulaireOperationLots(Formulaire):
    """An opération, what its lots share, and the lots."""

    intitule = StringField("Intitulé de l'opération", [OBLIGATOIRE, Length(max=200)], render_kw={"autofocus": True})
    acheteur = ChampSuggestions("Acheteur", [OBLIGATOIRE], source=f"{SUGGESTIONS}?type=acheteur")
    commune = ChampSuggestions("Commune", [Optional()], source="/suggestions/communes")
    secteur = SelectField(
        "Secteur des lots", choices=options([("", "Choisissez"), *((x, x) for x in SECTEURS)]), default="Bâtiment"
    )
    nature = SelectField("Nature", choices=options(NATURES.items()), default=NatureMarche.TRAVAUX.value)
    etat = SelectField(
        "Où en est-elle ?",
        choices=options((e, LIBELLES[e].capitalize()) for e in ETATS_DE_DEPART),
        default=EtatMarche.A_ETUDIER.value,
    )
    debut = DateField("Début", [Optional()])
    fin = DateField("Fin", [Optional()])
    taux = ChampDecimal("Taux d'effort, en %", [Optional()], render_kw=DECIMAL)
    cout = ChampDecimal("Coût horaire chargé, en euros", [Optional()], render_kw=DECIMAL)
    procedure = StringField("Procédure", [Optional(), Length(max=200)])
    lien_objet = StringField(
        "Lien de la clause avec l'objet du marché",
        [Optional()],
        description="Une phrase pour tous les lots : exigée pour lancer la consultation.",
    )
    lots = FieldList(FormField(FormulaireLot), min_entries=LIGNES, max_entries=LOTS_MAX)

    def saisie(self) -> SaisieOperation:
        """What the lots share, as the services take it."""
        return SaisieOperation(
            intitule=self.intitule.data or "",
            acheteur=self.acheteur.data or "",
            commune=self.commune.data or "",
            secteur=self.secteur.data or "",
            nature=NatureMarche(self.nature.data),
            etat=EtatMarche(self.etat.data),
            debut=self.debut.data,
            fin=self.fin.data,
            procedure=self.procedure.data or "",
            lien_objet=self.lien_objet.data or "",
            taux=None if self.taux.data is None else Decimal(self.taux.data) / 100,
            cout=self.cout.data,
        )

    def lignes(self) -> list[Lot]:
        """The rows as the services take them, empty ones included: they keep their place in error messages."""
        return [ligne.form.lot() for ligne in self.lots]

    def ajouter_des_lignes(self) -> None:
        """More empty rows, for a page without JavaScript."""
        for _ in range(min(LIGNES, LOTS_MAX - len(self.lots))):
            self.lots.append_entry()

    def poser_erreur(self, erreur: RegleViolee) -> None:
        """The refusal next to its cell when it names one: « lots-2-montant_ht »."""
        morceaux = (erreur.champ or "").split("-")
        if len(morceaux) == 3 and morceaux[1].isdigit() and int(morceaux[1]) < len(self.lots):
            champ: Any = self.lots[int(morceaux[1])].form._fields.get(morceaux[2])
            if champ is not None:
                champ.errors = [*champ.errors, erreur.message]
                return
        super().poser_erreur(erreur)

    def erreurs_resumees(self) -> list[tuple[str, str]]:
        """Errors of the opération, then those of each row."""
        return self._erreurs_communes() + [
            (champ.id, str(m)) for ligne in self.lots for champ in ligne.form for m in champ.errors
        ]

    def _erreurs_communes(self) -> list[tuple[str, str]]:
        lignes = [("", str(m)) for m in self.form_errors]
        for champ in self:
            if champ.name != "lots":
                lignes += [(champ.id, str(m)) for m in champ.errors]
        return lignes

"""One small form per kind of deposit, its fields named apart so that several stand on one page."""

from __future__ import annotations

from datetime import date

from wtforms import DateField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.marches.models import EtatMarche, GenreDepot
from marketplace.marches.rules.depots import LIBELLES_DECISION, DecisionPenalite, SaisieDepot, genres_possibles
from marketplace.web.socle.formulaires import ChampDecimal, ChampHeures, Formulaire, options, sans_nir

OBLIGATOIRE = InputRequired("Remplissez ce champ.")
DECIMAL = {"type": "text", "inputmode": "decimal"}
ENTIER = {"type": "text", "inputmode": "numeric"}


class FormulaireAttribution(Formulaire):
    """Who won, when, for how much."""

    genre = GenreDepot.ATTRIBUTION
    jour = DateField("Date d'attribution", [OBLIGATOIRE])
    titulaire = StringField("Nom du titulaire", [OBLIGATOIRE, Length(max=200)])
    siret = StringField(
        "SIRET du titulaire",
        [OBLIGATOIRE, Length(max=40)],
        description="14 chiffres.",
        render_kw={"inputmode": "numeric"},
    )
    montant = ChampDecimal("Montant HT, en euros", [OBLIGATOIRE], render_kw=DECIMAL)

    def saisie(self) -> SaisieDepot:
        """The deposit as the service takes it."""
        return SaisieDepot(
            self.genre,
            self.jour.data or date.min,
            self.montant.data,
            titulaire=self.titulaire.data or "",
            siret=self.siret.data or "",
        )


class FormulaireAvenantDepose(Formulaire):
    """What an avenant says."""

    genre = GenreDepot.AVENANT
    numero = IntegerField("Numéro de l'avenant", [OBLIGATOIRE], render_kw=ENTIER)
    jour = DateField("Signé le", [OBLIGATOIRE])
    montant = ChampDecimal("Nouveau montant HT, en euros", [Optional()], render_kw=DECIMAL)
    heures = ChampHeures(
        "Nouvel objectif, en heures",
        [Optional()],
        render_kw=DECIMAL,
        description="Laissez vide si l'avenant ne dit rien des heures.",
    )
    motif = TextAreaField("Ce qu'il change", [Optional(), Length(max=500), sans_nir], render_kw={"rows": 2})

    def saisie(self) -> SaisieDepot:
        """The deposit as the service takes it."""
        return SaisieDepot(
            self.genre,
            self.jour.data or date.min,
            self.montant.data,
            numero=self.numero.data,
            heures=self.heures.data,
            motif=self.motif.data or "",
        )


class FormulairePenalite(Formulaire):
    """What was decided of a penalty of the titulaire."""

    genre = GenreDepot.PENALITE
    jour = DateField("Date de la décision", [OBLIGATOIRE])
    decision = RadioField("Décision", [OBLIGATOIRE], choices=options(LIBELLES_DECISION.items()))
    montant = ChampDecimal(
        "Montant retenu, en euros",
        [Optional()],
        render_kw=DECIMAL,
        description="Ce que le titulaire doit après votre décision. Vide si la pénalité est levée.",
    )
    motif = TextAreaField(
        "Pourquoi",
        [OBLIGATOIRE, Length(max=500), sans_nir],
        render_kw={"rows": 2},
        description="Une pénalité vise le titulaire. N'écrivez le nom d'aucun salarié.",
    )

    def saisie(self) -> SaisieDepot:
        """The deposit as the service takes it."""
        return SaisieDepot(
            self.genre,
            self.jour.data or date.min,
            self.montant.data,
            decision=DecisionPenalite(self.decision.data) if self.decision.data else None,
            motif=self.motif.data or "",
        )


FormulaireDepot = FormulaireAttribution | FormulaireAvenantDepose | FormulairePenalite

FORMULAIRES: dict[GenreDepot, type[FormulaireDepot]] = {
    GenreDepot.ATTRIBUTION: FormulaireAttribution,
    GenreDepot.AVENANT: FormulaireAvenantDepose,
    GenreDepot.PENALITE: FormulairePenalite,
}


def formulaire_recu(genre: GenreDepot) -> FormulaireDepot:
    """The form that was sent."""
    return FORMULAIRES[genre](prefix=genre.value)


def formulaires_de_depot(etat: EtatMarche, refuse: FormulaireDepot | None = None) -> list[FormulaireDepot]:
    """The forms a marché in that state offers, blank; the refused one as it was typed."""
    possibles = genres_possibles(etat)
    if refuse is not None and refuse.genre not in possibles:
        possibles = (*possibles, refuse.genre)
    return [
        refuse
        if refuse is not None and refuse.genre is genre
        else FORMULAIRES[genre](formdata=None, prefix=genre.value)
        for genre in possibles
    ]

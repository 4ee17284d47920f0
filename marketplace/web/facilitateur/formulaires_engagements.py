"""Forms of what is dated around a contract. A field that this kind of marché does not need is not there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.marches.queries.dossier import ComposanteVue, InterventionVue
from marketplace.marches.rules.avenants import EffetHeures
from marketplace.marches.rules.formes import LIBELLES_CAUSE, LIBELLES_FORME, CauseTransfert, Forme, GenreComposante
from marketplace.marches.rules.npnru import LIBELLES_VOLET, VoletNpnru
from marketplace.marches.services import SaisieAvenant, SaisieComposante, SaisieIntervention, SaisieTransfert
from marketplace.web.socle.formulaires import ChampDecimal, ChampHeures, ChampSuggestions, Formulaire, options

OBLIGATOIRE = InputRequired("Remplissez ce champ.")
DECIMAL = {"type": "text", "inputmode": "decimal"}
ENTIER = {"type": "text", "inputmode": "numeric"}
ENTREPRISES = "/facilitateur/organisations/suggestions?type=entreprise"
G = GenreComposante


class FormulaireForme(Formulaire):
    """What kind of contract it is."""

    forme = RadioField(
        "Forme du contrat",
        choices=options([("", "Marché ordinaire"), *((f, li.capitalize()) for f, li in LIBELLES_FORME.items())]),
        validate_choice=True,
    )
    heures_par_millier = ChampDecimal(
        "Heures d'insertion pour 1 000 € HT commandés",
        [Optional()],
        render_kw=DECIMAL,
        description="Seulement pour des bons de commande.",
    )
    accord_cadre = StringField(
        "Accord-cadre d'origine",
        [Optional()],
        description="Seulement pour un marché subséquent : sa référence (M-000123) ou son intitulé.",
    )

    def forme_choisie(self) -> Forme | None:
        """The form as the services take it."""
        return Forme(self.forme.data) if self.forme.data else None


class FormulaireTranche(Formulaire):
    """An optional tranche."""

    numero = StringField("Numéro", [Optional(), Length(max=40)])
    libelle = StringField("Ce qu'elle couvre", [Optional(), Length(max=200)])
    heures = ChampHeures("Heures d'insertion", [OBLIGATOIRE], render_kw=DECIMAL)
    montant_ht = ChampDecimal("Montant HT, en euros", [Optional()], render_kw=DECIMAL)
    compte_le = DateField(
        "Affermie le", [Optional()], description="Laissez vide tant que l'acheteur ne l'a pas affermie."
    )


class FormulaireReconduction(Formulaire):
    """A period that may be renewed."""

    numero = StringField("Période", [Optional(), Length(max=40)], description="Par exemple 2, pour la deuxième année.")
    debut = DateField("Début de la période", [OBLIGATOIRE])
    fin = DateField("Fin de la période", [OBLIGATOIRE])
    heures = ChampHeures("Heures d'insertion de la période", [OBLIGATOIRE], render_kw=DECIMAL)
    compte_le = DateField("Reconduite le", [Optional()], description="Laissez vide tant que rien n'est décidé.")


class FormulaireBon(Formulaire):
    """A bon de commande."""

    numero = StringField("Numéro du bon", [Optional(), Length(max=40)])
    compte_le = DateField("Émis le", [OBLIGATOIRE])
    montant_ht = ChampDecimal("Montant HT, en euros", [Optional()], render_kw=DECIMAL)
    heures = ChampHeures(
        "Heures d'insertion",
        [Optional()],
        render_kw=DECIMAL,
        description="Vide : calculées avec le montant et le ratio du marché.",
    )
    lieu = ChampSuggestions("Commune", [Optional()], source="/suggestions/communes")
    titulaire = ChampSuggestions(
        "Titulaire qui le reçoit", [Optional()], source=ENTREPRISES, description="Si l'accord-cadre en a plusieurs."
    )


FORMULAIRES = {G.TRANCHE: FormulaireTranche, G.RECONDUCTION: FormulaireReconduction, G.BON_DE_COMMANDE: FormulaireBon}


def saisie_composante(form: Formulaire) -> SaisieComposante:
    """A part as the services take it: the fields that its form has."""
    donnees: dict[str, Any] = {c.name: c.data for c in form}
    return SaisieComposante(
        numero=donnees.get("numero") or "",
        libelle=donnees.get("libelle") or "",
        debut=donnees.get("debut"),
        fin=donnees.get("fin"),
        montant_ht=donnees.get("montant_ht"),
        heures=donnees.get("heures"),
        compte_le=donnees.get("compte_le"),
        lieu=donnees.get("lieu") or "",
        titulaire=donnees.get("titulaire") or "",
    )


def valeurs_composante(c: ComposanteVue) -> dict[str, object]:
    """Fields of the form of a part already there."""
    return {
        "numero": c.numero,
        "libelle": c.libelle,
        "debut": c.debut,
        "fin": c.fin,
        "montant_ht": c.montant_ht,
        "heures": c.heures,
        "compte_le": c.compte_le,
        "lieu": c.lieu or "",
        "titulaire": c.titulaire or "",
    }


class FormulaireAvenant(Formulaire):
    """An avenant, or a decision that prolongs the contract."""

    signe_le = DateField("Signé le", [OBLIGATOIRE])
    document = StringField(
        "Document", [OBLIGATOIRE, Length(max=200)], description="Nom ou référence de la pièce signée."
    )
    objet = StringField("Ce qu'il change", [Optional(), Length(max=500)])
    montant_apres = ChampDecimal("Nouveau montant HT, en euros", [Optional()], render_kw=DECIMAL)
    fin_apres = DateField("Nouvelle fin du marché", [Optional()])
    effet = RadioField(
        "Ce qu'il dit des heures",
        choices=options(
            [
                (EffetHeures.MUET, "Rien : l'objectif ne change pas"),
                (EffetHeures.PRORATA, "Elles suivent le montant, au prorata"),
                (EffetHeures.FIXE, "Il fixe un nouvel objectif"),
            ]
        ),
        default=EffetHeures.MUET.value,
    )
    heures = ChampHeures("Nouvel objectif, en heures", [Optional()], render_kw=DECIMAL)
    version = HiddenField()

    def saisie(self) -> SaisieAvenant:
        """The avenant as the services take it."""
        return SaisieAvenant(
            signe_le=self.signe_le.data or date.min,
            document=self.document.data or "",
            effet=EffetHeures(self.effet.data or EffetHeures.MUET),
            objet=self.objet.data or "",
            montant_apres=self.montant_apres.data,
            heures=self.heures.data,
            fin_apres=self.fin_apres.data,
        )


class FormulaireTransfert(Formulaire):
    """A contract that passes to another firm."""

    titulaire = ChampSuggestions("Nouveau titulaire", [OBLIGATOIRE], source=ENTREPRISES)
    jour = DateField("Depuis le", [OBLIGATOIRE])
    cause = RadioField(
        "Pourquoi",
        [OBLIGATOIRE],
        choices=options((c, li.capitalize()) for c, li in LIBELLES_CAUSE.items()),
        default=CauseTransfert.CESSION.value,
    )
    document = StringField("Document", [Optional(), Length(max=200)], description="Avenant de transfert ou jugement.")
    version = HiddenField()

    def saisie(self) -> SaisieTransfert:
        """The transfer as the services take it."""
        return SaisieTransfert(
            self.titulaire.data or "",
            self.jour.data or date.min,
            CauseTransfert(self.cause.data),
            self.document.data or "",
        )


class FormulaireIntervention(Formulaire):
    """A period when people in insertion are expected."""

    debut = DateField("Du", [OBLIGATOIRE])
    fin = DateField("Au", [OBLIGATOIRE])
    metier = ChampSuggestions("Métier", [Optional()], source="/suggestions/metiers")
    personnes = IntegerField("Personnes", [OBLIGATOIRE], default=1, render_kw=ENTIER)
    heures = ChampHeures(
        "Heures en tout", [Optional()], render_kw=DECIMAL, description="Vide : 35 h par semaine et par personne."
    )
    note = StringField("Note", [Optional(), Length(max=200)])

    def saisie(self) -> SaisieIntervention:
        """The intervention as the services take it."""
        return SaisieIntervention(
            self.debut.data or date.min,
            self.fin.data or date.min,
            self.personnes.data or 0,
            self.heures.data,
            self.metier.data or "",
            self.note.data or "",
        )


def valeurs_intervention(i: InterventionVue) -> dict[str, object]:
    """Fields of the form of an intervention already there."""
    return {
        "debut": i.debut,
        "fin": i.fin,
        "metier": f"{i.metier} ({i.code_rome})" if i.code_rome else "",
        "personnes": i.personnes,
        "heures": i.heures,
        "note": i.note,
    }


class FormulaireDemarrage(Formulaire):
    """The order to start the works."""

    jour = DateField("Ordre de démarrage du", [OBLIGATOIRE])
    debut = DateField("Début des travaux", [Optional()], description="Vide : le jour de l'ordre.")


class FormulaireNpnru(Formulaire):
    """The second counter."""

    volet = SelectField(
        "Volet",
        [Optional()],
        choices=options([("", "Pas de second compteur"), *((v, li.capitalize()) for v, li in LIBELLES_VOLET.items())]),
    )
    heures_travaillees = ChampHeures(
        "Toutes les heures travaillées du marché",
        [Optional()],
        render_kw=DECIMAL,
        description="La charte en demande 5 %, ou 10 % pour la gestion urbaine de proximité.",
    )

    def volet_choisi(self) -> VoletNpnru | None:
        """The side of the charter, None to close the counter."""
        return VoletNpnru(self.volet.data) if self.volet.data else None

    def travaillees(self) -> Decimal:
        """All the hours of the marché; 0 when nothing was typed."""
        return self.heures_travaillees.data or Decimal(0)

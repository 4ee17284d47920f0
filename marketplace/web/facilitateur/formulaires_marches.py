"""Forms of the clause ledger. Few fields first; the rest can wait."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.marches.models import RoleIntervenant
from marketplace.marches.queries import FicheMarche
from marketplace.marches.rules.etats import LIBELLES, MOTIF_OBLIGATOIRE, EtatMarche
from marketplace.marches.rules.formes import LIBELLES_FORME, Forme
from marketplace.marches.rules.regime import NatureMarche
from marketplace.marches.secteurs import SECTEURS
from marketplace.marches.services import SaisieMarche
from marketplace.marches.services.intervenants import LIBELLES_ROLES
from marketplace.marches.services.saisie import ETATS_DE_DEPART
from marketplace.web.socle.formulaires import ChampDecimal, ChampHeures, ChampSuggestions, Formulaire, options

NATURES = {
    NatureMarche.TRAVAUX: "Travaux",
    NatureMarche.FOURNITURES: "Fournitures",
    NatureMarche.SERVICES: "Services",
    NatureMarche.CONCESSION: "Concession",
}
SUGGESTIONS = "/facilitateur/organisations/suggestions"
OBLIGATOIRE = InputRequired("Remplissez ce champ.")
DECIMAL = {"type": "text", "inputmode": "decimal"}


class FormulaireMarche(Formulaire):
    """A marché: what a spreadsheet row would hold."""

    intitule = StringField("Intitulé du marché", [OBLIGATOIRE, Length(max=200)])
    acheteur = ChampSuggestions(
        "Acheteur",
        [OBLIGATOIRE],
        source=f"{SUGGESTIONS}?type=acheteur",
        description="Le maître d'ouvrage : commencez à taper son nom.",
    )
    secteur = SelectField("Secteur", [OBLIGATOIRE], choices=options([("", "Choisissez"), *((x, x) for x in SECTEURS)]))
    titulaire = ChampSuggestions(
        "Titulaire",
        [Optional()],
        source=f"{SUGGESTIONS}?type=entreprise",
        description="L'entreprise qui a gagné le lot. Un nom nouveau est ajouté à l'annuaire.",
    )
    commune = ChampSuggestions("Commune des travaux", [Optional()], source="/suggestions/communes")
    date_debut = DateField("Début", [Optional()])
    date_fin = DateField("Fin", [Optional()])
    nature = SelectField("Nature", choices=options(NATURES.items()))
    montant_ht = ChampDecimal("Montant HT, en euros", [Optional()], render_kw=DECIMAL)
    montant_ttc = ChampDecimal(
        "Montant TTC, en euros",
        [Optional()],
        render_kw=DECIMAL,
        description="À part du montant HT : rien ne passe de l'un à l'autre.",
    )
    gestionnaire = StringField(
        "Gestionnaire",
        [Optional(), Length(max=200)],
        description="Le service qui suit, par exemple un service départemental d'insertion.",
    )
    metier = ChampSuggestions("Métier principal", [Optional()], source="/suggestions/metiers")
    operation = ChampSuggestions("Opération", [Optional()], source="/facilitateur/operations/suggestions")
    numero_lot = StringField("Lot", [Optional(), Length(max=20)])
    date_notification = DateField("Notification", [Optional()])
    procedure = StringField("Procédure", [Optional(), Length(max=200)])
    cpv = StringField("Code CPV", [Optional()], description="8 chiffres.")
    objet = TextAreaField("Objet", [Optional()])
    version = HiddenField()

    def saisie(self) -> SaisieMarche:
        """What was typed, as the services take it."""
        return SaisieMarche(
            intitule=self.intitule.data or "",
            acheteur=self.acheteur.data or "",
            secteur=self.secteur.data or "",
            nature=NatureMarche(self.nature.data),
            objet=self.objet.data or "",
            titulaire=self.titulaire.data or "",
            operation=self.operation.data or "",
            numero_lot=self.numero_lot.data or "",
            commune=self.commune.data or "",
            metier=self.metier.data or "",
            cpv=self.cpv.data or "",
            procedure=self.procedure.data or "",
            montant_ht=self.montant_ht.data,
            montant_ttc=self.montant_ttc.data,
            gestionnaire=self.gestionnaire.data or "",
            date_notification=self.date_notification.data,
            date_debut=self.date_debut.data,
            date_fin=self.date_fin.data,
        )


class FormulaireNouveauMarche(FormulaireMarche):
    """A marché entered for the first time, with its hours."""

    heures_prevues = ChampHeures(
        "Heures d'insertion", [Optional()], render_kw=DECIMAL, description="L'objectif de la clause."
    )
    etat = SelectField("Où en est-il ?", choices=options((e, LIBELLES[e].capitalize()) for e in ETATS_DE_DEPART))
    lien_objet = StringField(
        "Lien de la clause avec l'objet du marché",
        [Optional()],
        description="Une phrase. Elle est exigée pour lancer la consultation.",
    )
    forme = SelectField(
        "Forme du contrat",
        [Optional()],
        choices=options([("", "Marché ordinaire"), *((f, li.capitalize()) for f, li in LIBELLES_FORME.items())]),
    )
    heures_par_millier = ChampDecimal(
        "Heures pour 1 000 € HT commandés",
        [Optional()],
        render_kw=DECIMAL,
        description="Seulement pour des bons de commande.",
    )
    accord_cadre = StringField(
        "Accord-cadre d'origine", [Optional()], description="Seulement pour un marché subséquent : sa référence."
    )

    def saisie(self) -> SaisieMarche:
        """What was typed, with the form of the contract."""
        return replace(
            super().saisie(),
            forme=Forme(self.forme.data) if self.forme.data else None,
            heures_par_millier=self.heures_par_millier.data,
            accord_cadre=self.accord_cadre.data or "",
        )


class FormulaireClause(Formulaire):
    """A new version of the hours."""

    heures_prevues = ChampHeures("Nouvel objectif, en heures", [OBLIGATOIRE], render_kw=DECIMAL)
    a_partir_du = DateField("À partir du", [Optional()])
    motif = StringField("Avenant", [Optional()], description="Numéro, date, document : exigé après la notification.")
    lien_objet = StringField("Lien de la clause avec l'objet du marché", [Optional()])
    montant = ChampDecimal("Montant HT, en euros", [Optional()], render_kw=DECIMAL)
    part = ChampDecimal("Part de main d'œuvre, en %", [Optional()], render_kw=DECIMAL)
    taux = ChampDecimal("Taux d'effort, en %", [Optional()], render_kw=DECIMAL)
    cout = ChampDecimal("Coût horaire chargé, en euros", [Optional()], render_kw=DECIMAL)
    version = HiddenField()

    def calcul(self) -> tuple[Decimal, Decimal, Decimal, Decimal] | None:
        """Amount, labour share, effort rate and hourly cost, shares in ]0;1]; None when one is missing."""
        valeurs = (self.montant.data, self.part.data, self.taux.data, self.cout.data)
        if any(v is None for v in valeurs):
            return None
        montant, part, taux, cout = (Decimal(v) for v in valeurs if v is not None)
        return montant, part / 100, taux / 100, cout


class FormulaireEtat(Formulaire):
    """A move in the life of a marché."""

    etat = SelectField("Nouvel état", [OBLIGATOIRE])
    jour = DateField("Date", [Optional()])
    clausable = SelectField(
        "Conclusion de l'étude", [Optional()], choices=options([("oui", "Clausable"), ("non", "Non clausable")])
    )
    titulaire = ChampSuggestions(
        "Titulaire", [Optional()], source=f"{SUGGESTIONS}?type=entreprise", description="Exigé pour notifier."
    )
    motif = StringField("Pourquoi", [Optional()])
    version = HiddenField()

    def proposer(self, etats: tuple[EtatMarche, ...], *, titulaire: bool) -> None:
        """Offer only the moves that the rules allow, and only the fields that one of them may need."""
        self.etat.choices = options((e, LIBELLES[e].capitalize()) for e in etats)
        exigeants = [LIBELLES[e] for e in etats if e in MOTIF_OBLIGATOIRE]
        if exigeants:
            self.motif.description = f"Exigé pour : {', '.join(exigeants)}."
        if EtatMarche.ETUDIE not in etats:
            del self.clausable
        if EtatMarche.NOTIFIE not in etats or titulaire:
            del self.titulaire

    def donnee(self, nom: str) -> str:
        """What was typed in a field that may not be there."""
        return str(self._fields[nom].data or "") if nom in self._fields else ""


class FormulaireArret(Formulaire):
    """A stop of the works."""

    debut = DateField("Arrêt le", [OBLIGATOIRE])
    fin = DateField("Dernier jour d'arrêt", [Optional()], description="Vide tant que la reprise n'est pas connue.")
    motif = StringField("Pourquoi", [Optional(), Length(max=200)])


class FormulaireReprise(Formulaire):
    """The end of a stop."""

    fin = DateField("Dernier jour d'arrêt", [OBLIGATOIRE])


class FormulaireIntervenant(Formulaire):
    """A firm beside the titulaire."""

    organisation = ChampSuggestions("Entreprise ou structure", [OBLIGATOIRE], source=f"{SUGGESTIONS}?type=entreprise")
    role = SelectField("Rôle", choices=options((r, libelle.capitalize()) for r, libelle in LIBELLES_ROLES.items()))
    parent_id = SelectField("Travaille pour", [Optional()])
    part = IntegerField("Part de l'objectif, en %", [Optional()], render_kw={"type": "text", "inputmode": "numeric"})

    def proposer(self, fiche: FicheMarche) -> None:
        """Offer the firms already there as the ones a sous-traitant works for."""
        self.parent_id.choices = options([("", "Le titulaire"), *((i.id, i.nom) for i in fiche.intervenants)])

    def role_choisi(self) -> RoleIntervenant:
        """The role as the services take it."""
        return RoleIntervenant(self.role.data)


class FormulaireOperation(Formulaire):
    """An opération."""

    intitule = StringField("Intitulé de l'opération", [OBLIGATOIRE, Length(max=200)])
    acheteur = ChampSuggestions("Acheteur", [OBLIGATOIRE], source=f"{SUGGESTIONS}?type=acheteur")
    commune = ChampSuggestions("Commune", [Optional()], source="/suggestions/communes")


AVANCER = (EtatMarche.PROGRAMME, EtatMarche.EN_CONSULTATION, EtatMarche.INFRUCTUEUX, EtatMarche.SANS_SUITE)


class FormulaireAvancer(Formulaire):
    """Lots of an opération that go on together."""

    etat = SelectField("Ils passent à", [OBLIGATOIRE], choices=options((e, LIBELLES[e].capitalize()) for e in AVANCER))
    jour = DateField("Date", [Optional()])
    motif = StringField("Pourquoi", [Optional(), Length(max=200)])


class FormulaireRelance(Formulaire):
    """A call."""

    interlocuteur = StringField("Qui avez-vous joint ?", [OBLIGATOIRE, Length(max=200)])
    note = StringField("En une ligne", [OBLIGATOIRE])
    prochaine_date = DateField("À rappeler le", [Optional()])


class FormulaireReport(Formulaire):
    """An alerte put to sleep."""

    jusqu_au = DateField("Me le redire le", [OBLIGATOIRE])
    motif = StringField("Pourquoi", [OBLIGATOIRE, Length(max=200)])


def valeurs_de(fiche: FicheMarche) -> dict[str, Any]:
    """Fields of the form for a marché already there."""
    return {
        "intitule": fiche.intitule,
        "acheteur": f"{fiche.acheteur.nom} ({fiche.acheteur.ref})",
        "secteur": fiche.secteur,
        "titulaire": f"{fiche.titulaire.nom} ({fiche.titulaire.ref})" if fiche.titulaire else "",
        "commune": fiche.commune or "",
        "date_debut": fiche.date_debut,
        "date_fin": fiche.date_fin,
        "nature": fiche.nature.value,
        "montant_ht": fiche.montant_ht,
        "montant_ttc": fiche.montant_ttc,
        "gestionnaire": fiche.gestionnaire,
        "metier": f"{fiche.metier} ({fiche.code_rome})" if fiche.metier else "",
        "operation": f"{fiche.operation} ({fiche.operation_ref})" if fiche.operation_ref else "",
        "numero_lot": fiche.numero_lot or "",
        "date_notification": fiche.date_notification,
        "procedure": fiche.procedure,
        "cpv": fiche.cpv or "",
        "objet": fiche.objet,
        "version": str(fiche.version),
    }

"""Forms of a person's file, the same for a référent and for a facilitateur who follows somebody herself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.marches.services.saisie import lire_commune_saisie
from marketplace.personnes.models import OuiNonAVerifier
from marketplace.personnes.queries import FichePersonne
from marketplace.personnes.rules.eligibilite import EMETTEURS, AvisMotive
from marketplace.personnes.rules.parcours import ecrire_experience, lire_competences, lire_experiences
from marketplace.personnes.rules.pieces import LIBELLES_CATEGORIES, PIECES
from marketplace.personnes.rules.saisie import CACES, LIMITES, MODES, NIVEAUX, PERMIS, SEXES, ProfilSaisi
from marketplace.personnes.services import CANAUX
from marketplace.web.socle.formulaires import ChampHeures, ChampSuggestions, Formulaire, options, sans_nir

OBLIGATOIRE = InputRequired("Remplissez ce champ.")
CANAUX_PROPOSES = [(c.value, libelle) for c, libelle in CANAUX.items() if c.value not in {"employeur", "lien"}]


def cases(libelle: str, choix: list[tuple[str, str]], **reste: Any) -> SelectMultipleField:
    """A group of check boxes."""
    return SelectMultipleField(
        libelle, [Optional()], choices=options(choix), option_widget=CheckboxInput(), widget=ListWidget(), **reste
    )


class FormulairePersonne(Formulaire):
    """The first five answers: past jobs, commune, ways of travelling, availability, phone."""

    prenom = StringField("Prénom", [OBLIGATOIRE, Length(max=100), sans_nir], render_kw={"autocomplete": "off"})
    nom = StringField("Nom", [OBLIGATOIRE, Length(max=100), sans_nir], render_kw={"autocomplete": "off"})
    experiences = TextAreaField(
        "Métiers déjà exercés",
        [Optional(), sans_nir],
        description="Un par ligne, avec ses mots. La durée aide : « ménage chez des gens, 2 ans ».",
        render_kw={"rows": 3},
    )
    commune = ChampSuggestions("Commune de résidence", [Optional()], source="/suggestions/communes")
    modes = cases("Moyens de transport", list(MODES.items()))
    disponible_le = DateField(
        "Disponible à partir du", [Optional("Écrivez une date.")], description="Vide : dès maintenant."
    )
    heures_max = ChampHeures(
        "Heures par semaine, au plus",
        [Optional()],
        default=Decimal(35),
        render_kw={"type": "text", "inputmode": "decimal"},
    )
    telephone = TelField("Téléphone", [Optional(), sans_nir], render_kw={"autocomplete": "off"})
    date_naissance = DateField(
        "Date de naissance",
        [Optional("Écrivez une date.")],
        description="Évite d'enregistrer deux fois la même personne. Jamais montrée à un employeur.",
    )
    information_canal = RadioField(
        "Information donnée sur ses droits et sur le classement",
        choices=options([("", "Pas encore"), *CANAUX_PROPOSES]),
        default="",
        description="Sans elle, la personne n'est ni classée ni proposée.",
    )
    autre_personne = BooleanField("C'est une autre personne : l'enregistrer quand même")

    def saisie(self, s: Session, territoire_id: int) -> ProfilSaisi:
        """The typed values. Raises RegleViolee for an unknown commune."""
        return ProfilSaisi(
            prenom=self.prenom.data or "",
            nom=self.nom.data or "",
            date_naissance=self.date_naissance.data,
            telephone=self.telephone.data or "",
            code_insee=lire_commune_saisie(s, territoire_id, self.commune.data or ""),
            modes=tuple(self.modes.data or ()),
            heures_max=self.heures_max.data or Decimal(35),
            disponible_le=self.disponible_le.data,
            experiences=lire_experiences(self.experiences.data or ""),
        )


class FormulaireProfil(Formulaire):
    """The whole profile, filled with the person beside."""

    prenom = StringField("Prénom", [OBLIGATOIRE, Length(max=100), sans_nir])
    nom = StringField("Nom", [OBLIGATOIRE, Length(max=100), sans_nir])
    date_naissance = DateField(
        "Date de naissance", [Optional("Écrivez une date.")], description="Jamais montrée à un employeur."
    )
    sexe = SelectField(
        "Sexe",
        choices=options([("", "Non précisé"), *SEXES.items()]),
        description="Pour les bilans seulement : ne compte jamais dans un classement.",
    )
    niveau = SelectField(
        "Niveau de formation",
        choices=options([("", "Non précisé"), *NIVEAUX.items()]),
        default="",
        description="Pour les bilans seulement : ne compte jamais dans un classement.",
    )
    telephone = TelField("Téléphone", [Optional(), sans_nir])
    courriel = EmailField("Courriel", [Optional(), Length(max=200), sans_nir])
    commune = ChampSuggestions("Commune", [Optional()], source="/suggestions/communes")
    modes = cases("Moyens de transport", list(MODES.items()))
    trajet_max_minutes = IntegerField(
        "Trajet accepté, en minutes",
        [OBLIGATOIRE, NumberRange(0, 240, "De 0 à 240 minutes.")],
        description="Aller simple, porte à porte.",
    )
    permis = cases("Permis obtenus", [(p, f"Permis {p}") for p in PERMIS])
    caces = cases("CACES en cours de validité", [(c, c) for c in CACES])
    disponible_le = DateField("Disponible à partir du", [Optional("Écrivez une date.")])
    heures_min = ChampHeures("Heures par semaine, au moins", [Optional()])
    heures_max = ChampHeures("Heures par semaine, au plus", [OBLIGATOIRE])
    nuit = BooleanField("Accepte le travail de nuit")
    weekend = BooleanField("Accepte le week-end")
    limites = cases(
        "À éviter, à sa demande",
        list(LIMITES.items()),
        description="Choisi par la personne. N'écrivez rien sur sa santé.",
    )
    experiences = TextAreaField(
        "Métiers déjà exercés",
        [Optional(), sans_nir],
        description="Un par ligne, avec la durée : « maçonne, 2 ans ».",
        render_kw={"rows": 5},
    )
    competences = TextAreaField(
        "Savoir-faire",
        [Optional(), sans_nir],
        description="Un savoir-faire par ligne, avec ses mots.",
        render_kw={"rows": 5},
    )
    version = HiddenField()

    def saisie(self, s: Session, territoire_id: int) -> ProfilSaisi:
        """The typed values. Raises RegleViolee for an unknown commune."""
        return ProfilSaisi(
            prenom=self.prenom.data or "",
            nom=self.nom.data or "",
            date_naissance=self.date_naissance.data,
            sexe=self.sexe.data or None,
            niveau=self.niveau.data or None,
            telephone=self.telephone.data or "",
            courriel=self.courriel.data or "",
            code_insee=lire_commune_saisie(s, territoire_id, self.commune.data or ""),
            modes=tuple(self.modes.data or ()),
            trajet_max_minutes=self.trajet_max_minutes.data or 0,
            permis=tuple(self.permis.data or ()),
            caces=tuple(self.caces.data or ()),
            disponible_le=self.disponible_le.data,
            heures_min=self.heures_min.data or Decimal(0),
            heures_max=self.heures_max.data or Decimal(0),
            nuit=bool(self.nuit.data),
            weekend=bool(self.weekend.data),
            limites=tuple(self.limites.data or ()),
            experiences=lire_experiences(self.experiences.data or ""),
            competences=lire_competences(self.competences.data or ""),
        )


def valeurs_du_profil(fiche: FichePersonne) -> dict[str, Any]:
    """What the profile form shows of a file."""
    champs = (
        "prenom nom date_naissance telephone courriel trajet_max_minutes disponible_le heures_min heures_max "
        "nuit weekend version"
    )
    valeurs: dict[str, Any] = {nom: getattr(fiche, nom) for nom in champs.split()}
    valeurs |= {nom: list(getattr(fiche, nom)) for nom in ("modes", "permis", "caces", "limites")}
    valeurs["sexe"] = fiche.sexe or ""
    valeurs["niveau"] = fiche.niveau or ""
    valeurs["commune"] = fiche.commune or ""
    valeurs["experiences"] = "\n".join(ecrire_experience(e.intitule, e.mois) for e in fiche.experiences)
    valeurs["competences"] = "\n".join(fiche.competences)
    return valeurs


class FormulaireSituation(Formulaire):
    """A category and the proof that was shown."""

    categorie = SelectField(
        "Situation", [OBLIGATOIRE], choices=options([("", "Choisissez"), *LIBELLES_CATEGORIES.items()])
    )
    depuis = DateField(
        "Depuis le",
        [Optional("Écrivez une date.")],
        description="Inscription, sortie d'école, début du droit : utile quand la durée compte.",
    )
    jusqu_au = DateField(
        "Jusqu'au", [Optional("Écrivez une date.")], description="Pour une décision ou un titre qui a une fin."
    )
    preuve_type = SelectField(
        "Justificatif que vous avez vu",
        choices=options([("", "Aucun pour l'instant"), *PIECES.items()]),
        description="Nommé et daté, jamais déposé ici.",
    )
    preuve_le = DateField("Date écrite sur le justificatif", [Optional("Écrivez une date.")])
    avis_organisme = SelectField(
        "Service qui donne l'avis",
        choices=options([("", "Choisissez"), *EMETTEURS.items()]),
        validate_choice=False,  # the rule of opinions checks it, and says so
    )
    avis_auteur = StringField("Auteur de l'avis", [Optional(), Length(max=200), sans_nir])
    avis_texte = TextAreaField(
        "Raisons de l'avis",
        [Optional(), Length(max=1000), sans_nir],
        description="Pourquoi cette personne compte. N'écrivez rien sur sa santé.",
        render_kw={"rows": 3},
    )

    def avis(self) -> AvisMotive | None:
        """The reasoned opinion, where the category stands on one (R46)."""
        if self.categorie.data != "avis_motive":
            return None
        return AvisMotive(
            self.avis_auteur.data or "", self.avis_organisme.data or "", self.preuve_le.data, self.avis_texte.data or ""
        )


class FormulaireQuartier(Formulaire):
    """Whether the person lives in a quartier prioritaire."""

    qpv = RadioField(
        "Habite un quartier prioritaire",
        choices=options(
            [
                (OuiNonAVerifier.OUI.value, "Oui"),
                (OuiNonAVerifier.NON.value, "Non"),
                (OuiNonAVerifier.A_VERIFIER.value, "À vérifier"),
            ]
        ),
    )
    source = StringField(
        "D'où vient la réponse",
        [Optional(), Length(max=200), sans_nir],
        description="Par exemple : adresse vérifiée sur sig.ville.gouv.fr.",
    )
    le = DateField("Vérifié le", [Optional("Écrivez une date.")], description="Vide : aujourd'hui.")


class FormulaireSuivi(Formulaire):
    """Another référent, beside or instead."""

    referent = SelectField("Référent", [OBLIGATOIRE], choices=[])
    sens = RadioField(
        "Que voulez-vous faire ?",
        choices=options(
            [
                ("ajouter", "Ajouter ce référent, en gardant le suivi actuel"),
                ("conseiller", "L'ajouter comme conseiller emploi"),
                ("transmettre", "Lui transmettre le suivi : l'accès actuel se ferme aujourd'hui"),
            ]
        ),
        default="ajouter",
        description="Un conseiller emploi complète le parcours et propose des offres. "
        "Il lit la situation par oui ou non seulement.",
    )


class FormulaireInformation(Formulaire):
    """How the person was told."""

    information_canal = RadioField(
        "Comment l'information a-t-elle été donnée ?", choices=options(CANAUX_PROPOSES), default="entretien"
    )

"""The forms between a ranking and its propositions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from marketplace.contexte import PARIS
from marketplace.erreurs import RegleViolee
from marketplace.propositions.choix import MOTIFS_CHOIX
from marketplace.propositions.services import CANAUX_ACCORD, LIGNES_MAX, Apercu
from marketplace.web.socle.formulaires import Formulaire, options, sans_nir
from marketplace.web.socle.propositions import CANAUX, ChampMoment

DUREES = {20: "20 minutes", 30: "30 minutes", 45: "45 minutes", 60: "1 heure"}
CANAL_MANQUANT = "Dites comment la personne a donné son accord pour cette offre."
MOTIFS = options([("", "Choisissez"), *MOTIFS_CHOIX.items()])
EN_TOTAUX = "Cette raison ne se lit que dans des totaux."


def a_l_ecran(creneau: datetime | None) -> datetime | None:
    """An instant as a date and time field shows it."""
    return None if creneau is None else creneau.astimezone(PARIS).replace(tzinfo=None)


class FormulaireProposer(Formulaire):
    """One person for one offre: her agreement, a slot already filled in, a word."""

    accord_canal = RadioField(
        "Comment a-t-elle donné son accord pour cette offre ?",
        [InputRequired(CANAL_MANQUANT)],
        choices=options((c.value, CANAUX[c.value]) for c in CANAUX_ACCORD),
    )
    accord_le = DateField("Le", [Optional()], description="Le jour où elle a dit oui. Aujourd'hui sinon.")
    creneau = ChampMoment(
        "Rendez-vous proposé à l'employeur",
        [Optional()],
        description="Gardez ce jour, changez-le, ou videz la case s'il n'y a pas encore de rendez-vous.",
    )
    lieu = StringField(
        "Lieu du rendez-vous", [Optional(), Length(max=200)], description="Si ce n'est pas l'adresse de l'employeur."
    )
    mot = TextAreaField(
        "Un mot pour l'employeur",
        [Optional(), Length(max=2000), sans_nir],
        description="Ce qu'elle sait faire, ce qui la motive. Rien sur sa situation.",
    )
    motif_choix = SelectField("Pourquoi elle ?", [Optional()], choices=MOTIFS, description=EN_TOTAUX)


class FormulaireLigne(Form):
    """One line among several."""

    offre = HiddenField()
    personne = HiddenField()
    retenue = BooleanField("Proposer", default=True)
    accord_canal = SelectField(
        "Accord donné",
        [Optional()],
        choices=options([("", "Choisissez"), *((c.value, CANAUX[c.value]) for c in CANAUX_ACCORD)]),
    )
    accord_le = DateField("Le", [Optional()])
    creneau = ChampMoment("Rendez-vous", [Optional()])
    lieu = StringField("Lieu", [Optional(), Length(max=200)])
    mot = TextAreaField("Un mot pour l'employeur", [Optional(), Length(max=2000), sans_nir])
    motif_choix = SelectField("Pourquoi elle ?", [Optional()], choices=MOTIFS, description=EN_TOTAUX)


class FormulairePlusieurs(Formulaire):
    """Several lines, and what may fill them all: a first slot, its length, a place."""

    premier = ChampMoment("Premier rendez-vous", [Optional()])
    duree = SelectField("Durée de chacun", choices=options(DUREES.items()), coerce=int, default=30)
    lieu_commun = StringField("Lieu, le même pour tous", [Optional(), Length(max=200)])
    lignes = FieldList(FormField(FormulaireLigne), max_entries=LIGNES_MAX)

    def poser(self, erreurs: Mapping[int, RegleViolee]) -> None:
        """Show each refusal in its own line, next to its field."""
        for numero, erreur in erreurs.items():
            ligne = self.lignes[numero].form
            champ: Any = ligne._fields.get(erreur.champ or "", ligne.retenue)
            champ.errors = [*champ.errors, erreur.message]

    def erreurs_resumees(self) -> list[tuple[str, str]]:
        """(field id, message) of every error, the lines' included."""
        propres = [("", str(m)) for m in self.form_errors]
        for champ in (self.premier, self.duree, self.lieu_commun):
            propres += [(champ.id, str(m)) for m in champ.errors]
        return propres + [(champ.id, str(m)) for ligne in self.lignes for champ in ligne.form for m in champ.errors]


def lignes_initiales(vus: Iterable[Apercu]) -> list[dict[str, Any]]:
    """What the lines of `FormulairePlusieurs` start with."""
    return [
        {
            "offre": vu.offre.ref,
            "personne": vu.personne_ref,
            "retenue": True,
            "accord_canal": "",
            "creneau": a_l_ecran(vu.creneau),
            "motif_choix": "",
        }
        for vu in vus
    ]

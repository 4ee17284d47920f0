"""What an employer answers to a proposition, signed in or by the link of a mail."""

from __future__ import annotations

from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.propositions.rules import MOTIFS, Transition
from marketplace.web.socle.formulaires import Formulaire, options
from marketplace.web.socle.propositions import ChampMoment

FAITS = {
    Transition.ETUDIER: "C'est noté : vous étudiez cette proposition.",
    Transition.RENCONTRER: "Rencontre notée. Son référent est prévenu.",
    Transition.PRE_EMBAUCHER: "C'est noté : une immersion est en vue. Son référent est prévenu.",
    Transition.ACCEPTER: "Proposition acceptée. Son référent est prévenu.",
    Transition.DECLINER: "C'est noté. Seul un résumé sans nom garde la raison.",
    Transition.METTRE_AU_VIVIER: "C'est noté : vous la gardez pour plus tard.",
}


class FormulaireRencontre(Formulaire):
    """When and where."""

    creneau = ChampMoment("Jour et heure", [InputRequired("Choisissez le jour et l'heure de la rencontre.")])
    lieu = StringField("Lieu", [Optional(), Length(max=200)])
    version = HiddenField()


class FormulaireRefus(Formulaire):
    """Why not, by code: read in aggregates only."""

    motif = SelectField(
        "Pourquoi ?",
        [InputRequired("Choisissez une raison dans la liste.")],
        choices=options([("", "Choisissez"), *MOTIFS.items()]),
        description="Cette raison ne se lit que dans des totaux, sans nom.",
    )
    version = HiddenField()

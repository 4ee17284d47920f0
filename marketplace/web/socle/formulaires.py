"""What every form shares: French messages, decimals as people type them, communes and métiers by their name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DecimalField, Field, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.i18n import get_translations
from wtforms.validators import ValidationError

from marketplace.erreurs import RegleViolee
from marketplace.valeurs import lire_decimal, lire_heures

PHRASES = {
    "Not a valid choice.": "Choisissez une réponse de la liste.",
    "Not a valid date value.": "Cette date n'existe pas : vérifiez le jour, le mois et l'année.",
    "Not a valid datetime value.": "Cette date ou cette heure n'existe pas : vérifiez-les.",
    "Not a valid time value.": "Cette heure n'existe pas : écrivez-la comme 07:30.",
    "Not a valid integer value.": "Écrivez un nombre entier, en chiffres.",
    "Not a valid decimal value.": "Écrivez un nombre, en chiffres.",
    "Field cannot be longer than %(max)d characters.": "%(max)d caractères au plus : raccourcissez ce texte.",
}
"""What the ready-made checks say, then what to do; the others keep the French of WTForms."""


class _EnFrancais:
    """The messages of the ready-made checks. Flask-WTF, without flask-babel set up, would leave them in English."""

    def __init__(self) -> None:
        self._autres = get_translations(["fr"])

    def gettext(self, texte: str) -> str:
        """A message."""
        return PHRASES.get(texte) or str(self._autres.gettext(texte))

    def ngettext(self, un: str, plusieurs: str, n: int) -> str:
        """A message that depends on a number."""
        return PHRASES.get(plusieurs) or str(self._autres.ngettext(un, plusieurs, n))


_EN_FRANCAIS = _EnFrancais()


class Formulaire(FlaskForm):
    """Base of the forms: French, CSRF on, rule errors shown next to their field."""

    class Meta(FlaskForm.Meta):
        """French messages of WTForms."""

        locales = ("fr",)

        def get_translations(self, form: Any) -> Any:
            """The French ones, whatever the browser asks for."""
            return _EN_FRANCAIS

    def poser_erreur(self, erreur: RegleViolee) -> None:
        """Show a rule's refusal next to its field, or at the top of the form when it names none."""
        champ: Any = self._fields.get(erreur.champ or "")
        if champ is not None:
            champ.errors = [*champ.errors, erreur.message]
        else:
            self.form_errors: list[str] = [*self.form_errors, erreur.message]

    def erreurs_resumees(self) -> list[tuple[str, str]]:
        """(field id, message) of every error, for the summary at the top of the page."""
        lignes = [("", str(m)) for m in self.form_errors]
        for nom, messages in self.errors.items():
            if nom:
                lignes += [(self._fields[nom].id, str(m)) for m in messages]
        return lignes


class ChampDecimal(DecimalField):
    """A decimal number as the French type it."""

    lire = staticmethod(lire_decimal)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read what was typed; an error keeps the text."""
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            self.data = self.lire(valuelist[0])
        except RegleViolee as erreur:
            self.data = None
            raise ValueError(erreur.message) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        return format(Decimal(self.data).normalize(), "f").replace(".", ",")


class ChampHeures(ChampDecimal):
    """Hours: « 7,5 », « 7.5 », « 7h30 »."""

    lire = staticmethod(lire_heures)


class ChampSuggestions(StringField):
    """A text field helped by a list that opens as one types; it works as plain text without JavaScript.

    `source` is the path that answers with suggestions as JSON: [{"valeur", "libelle"}].
    """

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        kwargs.setdefault("render_kw", {})
        kwargs["render_kw"] |= {"data-suggestions": source, "autocomplete": "off"}
        super().__init__(*args, **kwargs)


def options(paires: Iterable[tuple[Any, str]]) -> list[SelectChoice]:
    """Choices of a SelectField from (value, label) pairs."""
    return [SelectChoice(str(valeur), libelle) for valeur, libelle in paires]


def sans_nir(_: Any, champ: Field) -> None:
    """Validator: refuses a social security number in a free text (R106)."""
    from marketplace.personnes.rules.proteges import contient_nir

    if champ.data and contient_nir(str(champ.data)):
        raise ValidationError("Ne saisissez pas de numéro de sécurité sociale : retirez-le.")

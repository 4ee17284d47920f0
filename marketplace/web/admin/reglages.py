"""The dated settings of the territory: what is in force, since when, why; a new value never rewrites the past."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from wtforms import DateField, Field, SelectField, SelectMultipleField, StringField, TextAreaField, widgets
from wtforms.validators import InputRequired, Length

from marketplace.comptes import services
from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.personnes.rules.pieces import LIBELLES_CATEGORIES
from marketplace.territoire.parametres import PAR_CLE, Parametre
from marketplace.territoire.queries import ReglageEnVigueur, reglages_en_vigueur
from marketplace.valeurs import lire_decimal
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.filtres import nombre
from marketplace.web.socle.formulaires import Formulaire, options

bp = Blueprint("admin_reglages", __name__, url_prefix="/admin/reglages")


MOTS = {
    "demi_superieur": "au plus proche",
    "plancher": "vers le bas",
    "mensuel": "chaque mois",
    "trimestriel": "chaque trimestre",
    "fin": "à la fin du contrat",
}


def _mot(code: str) -> str:
    return LIBELLES_CATEGORIES.get(code) or MOTS.get(code) or code.replace("_", " ")


def texte_de(p: Parametre, valeur: Any) -> str:
    """A value as the page says it."""
    if valeur is None:
        return "non fixé"
    if p.nature == "oui_non":
        return "oui" if valeur else "non"
    if p.nature == "table":
        return " ; ".join(f"{_mot(nom)} : {nombre(v)}" for nom, v in valeur.items())
    if p.nature == "liste":
        return (" ; " if p.choix else ", ").join(_mot(str(v)) for v in valeur)
    if p.nature == "choix":
        return _mot(str(valeur))
    return f"{nombre(valeur)} {p.unite}".strip()


def texte_a_saisir(p: Parametre, valeur: Any) -> Any:
    """A value as the form offers it."""
    if valeur is None:
        return ""
    if p.nature == "oui_non":
        return "oui" if valeur else "non"
    if p.nature == "table":
        return "\n".join(f"{nom} = {str(v).replace('.', ',')}" for nom, v in valeur.items())
    if p.nature == "liste":
        return [str(v) for v in valeur] if p.choix else ", ".join(map(str, valeur))
    return str(valeur).replace(".", ",") if isinstance(valeur, Decimal) else str(valeur)


def lire_saisie(p: Parametre, saisie: Any) -> Any:
    """What the form holds, in the shape the settings read. Raises RegleViolee."""
    if p.nature == "oui_non":
        return saisie == "oui"
    if p.nature == "choix" or (p.nature == "liste" and p.choix):
        return saisie
    if not str(saisie).strip():
        return None
    if p.nature == "liste":
        return [str(lire_decimal(m, champ="valeur")) for m in str(saisie).replace(";", ",").split(",") if m.strip()]
    if p.nature == "table":
        return _lire_table(str(saisie))
    return str(lire_decimal(str(saisie), champ="valeur"))


def _lire_table(saisie: str) -> Mapping[str, str]:
    lignes = {}
    for ligne in filter(str.strip, saisie.splitlines()):
        nom, egal, valeur = ligne.rpartition("=")
        if not egal or not nom.strip():
            raise RegleViolee(f"« {ligne.strip()} » : écrivez un nom, le signe =, puis un nombre.", champ="valeur")
        lignes[nom.strip()] = str(lire_decimal(valeur, champ="valeur"))
    return lignes


def _champ(p: Parametre) -> Field:
    bornes = f"Entre {nombre(p.mini)} et {nombre(p.maxi)} {p.unite}".strip() + "." if p.mini is not None else p.unite
    if p.nature == "oui_non":
        return SelectField("Nouvelle valeur", choices=options([("oui", "oui"), ("non", "non")]))
    if p.nature == "choix":
        return SelectField("Nouvelle valeur", choices=options((c, _mot(c)) for c in p.choix))
    if p.nature == "liste" and p.choix:
        return SelectMultipleField(
            "Nouvelle valeur",
            choices=options((c, _mot(c)) for c in p.choix),
            widget=widgets.ListWidget(prefix_label=False),
            option_widget=widgets.CheckboxInput(),
        )
    if p.nature == "liste":
        return StringField("Nouvelle valeur", description=f"Des nombres séparés par des virgules. {bornes}".strip())
    if p.nature == "table":
        return TextAreaField(
            "Nouvelle valeur", description="Une ligne par nom : « nom = nombre ».", render_kw={"rows": "12"}
        )
    obligatoire = [] if p.vide_permis else [InputRequired("Donnez une valeur.")]
    return StringField("Nouvelle valeur", obligatoire, description=bornes, render_kw={"inputmode": "decimal"})


def _formulaire(p: Parametre, **valeurs: Any) -> Formulaire:
    class FormulaireReglage(Formulaire):
        """A dated value and where it comes from."""

        valeur = _champ(p)
        a_partir_du = DateField("À partir du", [InputRequired("Donnez une date.")])
        source = StringField(
            "Source",
            [InputRequired("Dites d'où vient cette valeur."), Length(max=500)],
            description="Délibération, convention, décision : ce qui permettra de l'expliquer plus tard.",
        )

    return FormulaireReglage(**valeurs)


@bp.get("/")
@reserve_a(Role.ADMINISTRATEUR)
def liste() -> Any:
    """Every setting in force today."""
    ctx = contexte()
    with ctx.lecture() as s:
        reglages = reglages_en_vigueur(s, acteur().territoire_id, ctx.aujourdhui())
    return render_template("admin/reglages.html", reglages=reglages, texte_de=texte_de)


def _en_vigueur(cle: str) -> ReglageEnVigueur:
    ctx = contexte()
    if cle not in PAR_CLE:
        abort(404)
    with ctx.lecture() as s:
        tous = reglages_en_vigueur(s, acteur().territoire_id, ctx.aujourdhui())
    return next(r for r in tous if r.parametre.cle == cle)


def _page(reglage: ReglageEnVigueur, form: Formulaire, code: int = 200) -> Any:
    return render_template("admin/reglage.html", reglage=reglage, form=form, texte_de=texte_de), code


@bp.get("/<cle>")
@reserve_a(Role.ADMINISTRATEUR)
def reglage(cle: str) -> Any:
    """One setting, and the form of its next value."""
    actuel = _en_vigueur(cle)
    p = actuel.parametre
    jour: date = contexte().aujourdhui()
    return _page(actuel, _formulaire(p, valeur=texte_a_saisir(p, actuel.valeur), a_partir_du=jour))


@bp.post("/<cle>")
@reserve_a(Role.ADMINISTRATEUR)
def poser(cle: str) -> Any:
    """A dated value added."""
    actuel = _en_vigueur(cle)
    form: Any = _formulaire(actuel.parametre)
    if not form.validate():
        return _page(actuel, form, 422)
    try:
        services.poser_reglage(
            contexte(),
            acteur(),
            cle=cle,
            valeur=lire_saisie(actuel.parametre, form.valeur.data),
            a_partir_du=form.a_partir_du.data,
            source=form.source.data,
        )
    except RegleViolee as erreur:
        # The rule names the setting; on this page there is only one.
        form.poser_erreur(RegleViolee(erreur.message, champ="valeur" if erreur.champ == cle else erreur.champ))
        return _page(actuel, form, 422)
    flash(f"« {actuel.parametre.libelle} » changera à cette date ; le passé reste tel quel.")
    return redirect(url_for(".liste"))

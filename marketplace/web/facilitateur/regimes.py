"""The legal regime: one marché, the register of derogations, the yearly indicators."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from wtforms import BooleanField, DateField, HiddenField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Optional

from marketplace.comptes.roles import Role
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.marches.queries import fiche_marche
from marketplace.marches.queries.regimes import (
    LIBELLES_ACHETEUR,
    LIBELLES_DEROGATION,
    LIBELLES_RESERVATION,
    indicateurs,
    regime_du_marche,
    registre_des_derogations,
)
from marketplace.marches.rules.considerations import Levier
from marketplace.marches.rules.regime import Derogation, Regime, Reservation, TypeAcheteur
from marketplace.marches.services.regimes import SaisieRegime, decider_regime
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import ChampDecimal, Formulaire, options

bp = Blueprint("facilitateur_regimes", __name__, url_prefix="/facilitateur")


COLONNES = (
    "annee",
    "acheteur",
    "marches_notifies",
    "avec_consideration",
    "part_sociale",
    "dont_clause",
    "dont_critere",
    "dont_reserves",
    "dont_objet_insertion",
    "montant_ht_avec_consideration",
    "heures_prevues",
    "montant_ht_structures",
    "part_analysee",
    "derogations",
)


class FormulaireRegime(Formulaire):
    """What is asked to know what the law asks."""

    type_acheteur = SelectField("Qui achète", [InputRequired()], choices=options(LIBELLES_ACHETEUR.items()))
    valeur_estimee_ht = ChampDecimal(
        "Valeur estimée HT, en euros", [Optional()], render_kw={"type": "text", "inputmode": "decimal"}
    )
    consultation_le = DateField("Consultation engagée ou avis envoyé le", [Optional()])
    defense_securite = BooleanField("Marché de défense ou de sécurité")
    condition = BooleanField("Une condition d'exécution sociale (heures d'insertion ou autre)")
    critere = BooleanField("Un critère d'attribution social")
    objet = BooleanField("L'insertion est l'objet du marché")
    reservation = SelectField(
        "Réservé à", [Optional()], choices=options([("", "Personne"), *LIBELLES_RESERVATION.items()])
    )
    part_publics = ChampDecimal(
        "Travailleurs concernés chez le titulaire, en %",
        [Optional()],
        render_kw={"type": "text", "inputmode": "decimal"},
        description="Pour un marché réservé : 50 % au moins (R2113-7).",
    )
    derogation = SelectField(
        "Dérogation", [Optional()], choices=options([("", "Aucune"), *LIBELLES_DEROGATION.items()])
    )
    motivation = TextAreaField(
        "Motivation de la dérogation", [Optional()], description="Exigée pour une dérogation : elle va au registre."
    )
    version = HiddenField()

    def saisie(self) -> SaisieRegime:
        """What was typed, as the service takes it."""
        coches = {
            Levier.CONDITION_EXECUTION: self.condition.data,
            Levier.CRITERE_ATTRIBUTION: self.critere.data,
            Levier.OBJET_INSERTION: self.objet.data,
        }
        return SaisieRegime(
            TypeAcheteur(self.type_acheteur.data),
            self.valeur_estimee_ht.data,
            self.consultation_le.data,
            bool(self.defense_securite.data),
            tuple(levier for levier, coche in coches.items() if coche),
            Reservation(self.reservation.data) if self.reservation.data else None,
            Derogation(self.derogation.data) if self.derogation.data else None,
            self.motivation.data or "",
            None if self.part_publics.data is None else Decimal(self.part_publics.data) / 100,
        )


def _page(ref: str, form: FormulaireRegime | None = None, code: int = 200) -> Any:
    with contexte().lecture() as s:
        m = fiche_marche(s, acteur(), ref)
        vu = regime_du_marche(s, m.id, m.nature)
    if form is None:
        valeurs: dict[str, Any] = {
            "type_acheteur": TypeAcheteur.AUTRE_POUVOIR.value,
            "valeur_estimee_ht": m.montant_ht,
            "version": str(m.version),
        }
        if vu is not None:
            valeurs |= {
                "type_acheteur": vu.type_acheteur.value,
                "valeur_estimee_ht": vu.valeur_estimee_ht,
                "consultation_le": vu.consultation_le,
                "defense_securite": vu.defense_securite,
                "condition": Levier.CONDITION_EXECUTION in vu.leviers,
                "critere": Levier.CRITERE_ATTRIBUTION in vu.leviers,
                "objet": Levier.OBJET_INSERTION in vu.leviers,
                "reservation": vu.reservation.value if vu.reservation else "",
                "part_publics": None if vu.part_publics is None else vu.part_publics * 100,
                "derogation": vu.derogation.value if vu.derogation else "",
                "motivation": vu.motivation,
            }
        form = FormulaireRegime(formdata=None, data=valeurs)
    return render_template("facilitateur/regime.html", form=form, m=m, vu=vu), code


@bp.get("/marches/<ref>/regime")
@reserve_a(Role.FACILITATEUR)
def regime(ref: str) -> Any:
    """What the law asks of a marché, and what was decided."""
    return _page(ref)


@bp.post("/marches/<ref>/regime")
@reserve_a(Role.FACILITATEUR)
def decider(ref: str) -> Any:
    """Record the decision."""
    form = FormulaireRegime()
    if not form.validate_on_submit():
        return _page(ref, form, 422)
    version = int(form.version.data) if str(form.version.data).isdigit() else 0
    try:
        decision = decider_regime(contexte(), acteur(), ref, form.saisie(), version=version)
    except ModifieEntreTemps as erreur:
        form.poser_erreur(erreur)
        return _page(ref, form, 409)
    except RegleViolee as erreur:
        champs = {"considerations": "derogation"}
        form.poser_erreur(RegleViolee(erreur.message, champ=champs.get(erreur.champ or "", erreur.champ)))
        return _page(ref, form, 422)
    dire = {
        Regime.OBLIGATOIRE: "Ce marché doit porter une condition sociale : c'est noté.",
        Regime.FACULTATIF: "Ce marché peut porter une condition sociale, sans obligation : c'est noté.",
        None: "C'est noté. Donnez la valeur et la date de consultation pour connaître l'obligation.",
    }
    flash(dire[decision.regime])
    for avertissement in decision.avertissements:
        flash(avertissement, "warning")
    return redirect(url_for("facilitateur_marches.fiche", ref=ref))


@bp.get("/derogations")
@reserve_a(Role.FACILITATEUR)
def derogations() -> Any:
    """The register."""
    with contexte().lecture() as s:
        lignes = registre_des_derogations(s, acteur().territoire_id)
    return render_template("facilitateur/derogations.html", lignes=lignes)


def _annee() -> int:
    brut = request.args.get("annee", "")
    cette_annee = contexte().aujourdhui().year
    return int(brut) if brut.isdigit() and 2000 <= int(brut) <= cette_annee + 1 else cette_annee


@bp.get("/indicateurs")
@reserve_a(Role.FACILITATEUR)
def indicateurs_annuels() -> Any:
    """Share of contracts with a social consideration, share analysed, by buyer."""
    annee, ctx = _annee(), contexte()
    with ctx.lecture() as s:
        lignes = indicateurs(s, acteur().territoire_id, annee)
    annees = range(ctx.aujourdhui().year, ctx.aujourdhui().year - 6, -1)
    return render_template("facilitateur/indicateurs.html", lignes=lignes, annee=annee, annees=annees)


@bp.get("/indicateurs.csv")
@reserve_a(Role.FACILITATEUR)
def indicateurs_csv() -> Response:
    """The same, for a SPASER report."""
    annee = _annee()
    with contexte().lecture() as s:
        lignes = indicateurs(s, acteur().territoire_id, annee)
    sortie = io.StringIO()
    ecrivain = csv.writer(sortie, delimiter=";", lineterminator="\r\n")
    ecrivain.writerow(COLONNES)
    for li in lignes:
        valeurs = (
            li.sociale.pourcentage,
            li.montant_avec_consideration,
            li.heures_prevues,
            li.montant_structures,
            li.analysee.pourcentage,
        )
        part, montant, heures, structures, analysee = (str(v).replace(".", ",") for v in valeurs)
        nom = li.acheteur or "Ensemble"
        # A name that a spreadsheet would take for a formula is quoted.
        nom = f"'{nom}" if nom[0] in "=+-@" else nom
        leviers = (li.clauses, li.criteres, li.reserves, li.insertions)
        debut = (annee, nom, li.notifies, li.avec_consideration, part)
        ecrivain.writerow([*debut, *leviers, montant, heures, structures, analysee, li.derogations])
    reponse = Response("\ufeff" + sortie.getvalue(), mimetype="text/csv")
    reponse.headers["Content-Disposition"] = f'attachment; filename="indicateurs-{annee}.csv"'
    return reponse

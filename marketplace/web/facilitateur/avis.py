"""A notice pasted or uploaded: what it says, highlighted; a person confirms; the marchés « à étudier » are made."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_wtf.file import FileField
from wtforms import FieldList, Form, FormField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.comptes.roles import Role
from marketplace.erreurs import FichierRefuse, RegleViolee
from marketplace.marches.avis import AvisLu, Genre, lire_avis
from marketplace.marches.avis.fichiers import FORMATS, LONGUEUR_MAX, texte_du_fichier
from marketplace.marches.avis.valeurs import LIBELLES_GENRE
from marketplace.marches.queries.regimes import LIBELLES_RESERVATION
from marketplace.marches.rules.regime import NatureMarche, Reservation
from marketplace.marches.secteurs import SECTEURS
from marketplace.marches.services.avis import AvisConfirme, LotConfirme, creer_marches_de_l_avis
from marketplace.valeurs import cle
from marketplace.web.facilitateur.formulaires_marches import NATURES
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import ChampHeures, ChampSuggestions, Formulaire, options

bp = Blueprint("facilitateur_avis", __name__, url_prefix="/avis")

LOTS_MAX = 60
OUI_NON = (("oui", "Oui"), ("non", "Non"))


class FormulaireAvis(Formulaire):
    """The text, pasted or in a file."""

    texte = TextAreaField(
        "Texte de l'avis ou du CCAP",
        [Optional(), Length(max=LONGUEUR_MAX)],
        description="Collez l'avis entier, ou l'extrait qui parle d'insertion.",
        render_kw={"rows": "10"},
    )
    fichier = FileField("Ou un fichier", [Optional()], description=f"Fichier {FORMATS}.")


class FormulaireLot(Form):
    """One lot of the notice."""

    class Meta:
        """French messages; the form around carries the token."""

        locales = ("fr",)

    numero = StringField("Lot", [Optional(), Length(max=20)])
    intitule = StringField("Intitulé du lot", [Optional(), Length(max=200)])
    heures = ChampHeures("Heures", [Optional()], render_kw={"type": "text", "inputmode": "decimal"})


class FormulaireConfirmation(Formulaire):
    """What was read, to be confirmed or corrected, and the marché it makes."""

    clause = SelectField("L'exécution porte une condition sociale", choices=options(OUI_NON))
    genre = SelectField("Ce que dit surtout l'avis", choices=options(LIBELLES_GENRE.items()))
    reservation = SelectField(
        "Réservé à", [Optional()], choices=options([("", "Personne"), *LIBELLES_RESERVATION.items()])
    )
    intitule = StringField("Intitulé", [InputRequired("Donnez un intitulé."), Length(max=200)])
    acheteur = ChampSuggestions(
        "Acheteur", [Optional()], source="/facilitateur/organisations/suggestions?type=acheteur"
    )
    secteur = SelectField(
        "Secteur",
        [InputRequired("Choisissez un secteur.")],
        choices=options([("", "Choisissez"), *((x, x) for x in SECTEURS)]),
    )
    nature = SelectField("Nature", choices=options(NATURES.items()))
    commune = ChampSuggestions("Commune", [Optional()], source="/suggestions/communes")
    lots = FieldList(FormField(FormulaireLot), min_entries=1, max_entries=LOTS_MAX)
    texte = HiddenField()
    extrait = HiddenField()
    taux = HiddenField()


def reservation_lue(avis: AvisLu) -> Reservation | None:
    """For whom the notice seems reserved; to be confirmed."""
    if not avis.reserve:
        return None
    plat = f" {cle(avis.texte)} "
    handicap = any(
        mot in plat
        for mot in (" esat ", "entreprises adaptees", "entreprise adaptee", "handicap", "aide par le travail")
    )
    insertion = any(mot in plat for mot in ("insertion par l activite", "structures d insertion", "siae", "2113 13"))
    if "penitentiaire" in plat:
        return Reservation.PENITENTIAIRE
    if "economie sociale et solidaire" in plat and not handicap and not insertion:
        return Reservation.ESS
    if handicap and insertion:
        return Reservation.HANDICAP_ET_INSERTION
    return Reservation.HANDICAP if handicap else Reservation.INSERTION


def morceaux(avis: AvisLu) -> list[tuple[str, str]]:
    """The text in pieces: plain, « extrait » (the sentence that decides), « heures » or « taux »."""
    marques = [""] * len(avis.texte)
    for nom, empans in (
        ("extrait", [(avis.debut, avis.fin)]),
        ("taux", [(t.debut, t.fin) for t in avis.taux]),
        ("heures", [(h.debut, h.fin) for h in avis.heures]),
    ):
        for debut, fin in empans:
            marques[debut:fin] = [nom] * (min(fin, len(marques)) - debut)
    return [
        ("".join(avis.texte[i] for i in rangs), nom)
        for nom, groupe in groupby(range(len(marques)), marques.__getitem__)
        for rangs in [list(groupe)]
    ]


def _preremplir(avis: AvisLu) -> FormulaireConfirmation:
    lots = [{"numero": h.lot, "intitule": "", "heures": h.heures} for h in avis.heures]
    return FormulaireConfirmation(
        formdata=None,
        clause="oui" if avis.clause else "non",
        genre=avis.genre.value,
        reservation=reservation_lue(avis) or "",
        lots=[*lots, {}][:LOTS_MAX],
        texte=avis.texte,
        extrait=avis.extrait,
        taux=" ; ".join(t.texte for t in avis.taux),
        acheteur=acteur().organisation_nom if acteur().role is Role.ACHETEUR else "",
        nature=NatureMarche.TRAVAUX.value,
    )


def _page(form: FormulaireAvis, code: int = 200) -> Any:
    return render_template("facilitateur/avis.html", form=form), code


def _lecture(avis: AvisLu, form: FormulaireConfirmation, code: int = 200) -> Any:
    page = render_template(
        "facilitateur/avis_lu.html",
        avis=avis,
        morceaux=morceaux(avis),
        form=form,
        libelle=LIBELLES_GENRE[avis.genre],
        reserve_a=None if (pour := reservation_lue(avis)) is None else LIBELLES_RESERVATION[pour],
    )
    return page, code


@bp.get("")
@reserve_a(Role.FACILITATEUR, Role.ACHETEUR)
def saisir() -> Any:
    """Paste or upload."""
    return _page(FormulaireAvis(formdata=None))


@bp.post("")
@reserve_a(Role.FACILITATEUR, Role.ACHETEUR)
def lire() -> Any:
    """What the notice says. Nothing is written."""
    form = FormulaireAvis()
    if not form.validate_on_submit():
        return _page(form, 422)
    texte = (form.texte.data or "").strip()
    if form.fichier.data:
        try:
            texte = texte_du_fichier(form.fichier.data.filename or "", form.fichier.data.read())
        except FichierRefuse as refus:
            form.poser_erreur(RegleViolee(refus.message, champ="fichier"))
            return _page(form, 422)
    if not texte:
        form.poser_erreur(RegleViolee("Collez un texte, ou choisissez un fichier.", champ="texte"))
        return _page(form, 422)
    avis = lire_avis(texte)
    return _lecture(avis, _preremplir(avis))


def _lots(form: FormulaireConfirmation) -> tuple[LotConfirme, ...]:
    """The lots kept; an empty line is not one, and a notice without any is one marché."""
    lus = []
    for champ in form.lots:
        ligne = champ.form
        if ligne.numero.data or ligne.intitule.data or ligne.heures.data is not None:
            heures = None if ligne.heures.data is None else Decimal(ligne.heures.data)
            lus.append(LotConfirme((ligne.numero.data or "").strip(), (ligne.intitule.data or "").strip(), heures))
    return tuple(lus) or (LotConfirme("", "", None),)


@bp.post("/marches")
@reserve_a(Role.FACILITATEUR, Role.ACHETEUR)
def creer() -> Any:
    """Make the marchés « à étudier » from what the person confirmed."""
    ctx, moi = contexte(), acteur()
    form = FormulaireConfirmation()
    avis = lire_avis((form.texte.data or "")[:LONGUEUR_MAX])
    if not form.validate_on_submit():
        return _lecture(avis, form, 422)
    confirme = AvisConfirme(
        intitule=form.intitule.data or "",
        acheteur=moi.organisation_nom if moi.role is Role.ACHETEUR else form.acheteur.data or "",
        secteur=form.secteur.data or "",
        nature=NatureMarche(form.nature.data),
        commune=form.commune.data or "",
        clause=form.clause.data == "oui",
        genre=Genre(form.genre.data),
        reservation=Reservation(form.reservation.data) if form.reservation.data else None,
        extrait=form.extrait.data or "",
        taux=form.taux.data or "",
        lots=_lots(form),
    )
    try:
        refs = creer_marches_de_l_avis(ctx, moi, confirme)
    except RegleViolee as refus:
        form.poser_erreur(RegleViolee(refus.message, champ=None if refus.champ == "lots" else refus.champ))
        return _lecture(avis, form, 422)
    nombre = len(refs)
    flash(f"{nombre} marchés à étudier enregistrés." if nombre > 1 else "Marché à étudier enregistré.")
    if moi.role is Role.ACHETEUR:
        return redirect("/acheteur/marches?etat=preparation")
    if nombre == 1:
        return redirect(url_for("facilitateur_marches.fiche", ref=refs[0]))
    return redirect(url_for("facilitateur_marches.liste", q=form.intitule.data))

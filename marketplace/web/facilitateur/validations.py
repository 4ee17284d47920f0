"""People to validate: forty answers on a page, one by one with the proof just seen, proofs asked by link or letter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import segno
from flask import Response, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from wtforms import DateField, HiddenField, SelectField, StringField
from wtforms.validators import Length, Optional

from marketplace.comptes.roles import Role
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.personnes import services
from marketplace.personnes.models import VoiePreuve
from marketplace.personnes.queries import ValidationATraiter
from marketplace.personnes.rules.pieces import LIBELLES_CATEGORIES, PIECES
from marketplace.personnes.rules.proteges import avertir
from marketplace.web.facilitateur.personnes import bp
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.filtres import pluriel
from marketplace.web.socle.formulaires import options, sans_nir
from marketplace.web.socle.formulaires_personnes import FormulaireSituation

CONTRATS = {
    "cdd": "CDD, intérim ou autre",
    "cdi": "CDI",
    "professionnalisation": "Contrat de professionnalisation",
    "apprentissage": "Apprentissage",
}
VOIES = {
    VoiePreuve.COURRIEL: "Un lien par courriel, à son adresse",
    VoiePreuve.SMS: "Un texte à copier dans un SMS",
    VoiePreuve.COURRIER: "Une lettre à imprimer",
    VoiePreuve.REFERENT: "Un message à la personne qui l'accompagne",
}
CHOIX = {
    "oui": "Oui",
    "non": "Non",
    "preuve": "Demander le justificatif",
    "plus_tard": "Plus tard",
}


class FormulaireReponse(FormulaireSituation):
    """The answer to one question, with the proof just seen if there is one."""

    categorie = SelectField("Situation prouvée", choices=options([("", "Déjà notée"), *LIBELLES_CATEGORIES.items()]))
    preuve_type = SelectField("Justificatif vu", choices=options([("", "Choisissez"), *PIECES.items()]))
    type_contrat = SelectField("Contrat prévu", choices=options(list(CONTRATS.items())))
    fin_contrat = DateField(
        "Fin du contrat",
        [Optional("Écrivez une date.")],
        description="Pour une alternance : la fenêtre dure autant que le contrat.",
    )
    note = StringField(
        "Note pour l'équipe", [Optional(), Length(max=500), sans_nir], description="L'employeur ne la lit pas."
    )
    version = HiddenField()

    def preuve(self) -> services.PreuveVue | None:
        """The proof just seen, if one was chosen."""
        if not self.categorie.data:
            return None
        return services.PreuveVue(
            self.categorie.data,
            self.preuve_type.data or "",
            self.preuve_le.data,
            self.depuis.data,
            self.jusqu_au.data,
            self.avis(),
        )


@bp.get("/a-valider")
@reserve_a(Role.FACILITATEUR)
def a_valider() -> Any:
    """The whole queue: one answer per line, one button."""
    return _page_du_lot({}, {}, 200)


def _page_du_lot(saisies: Mapping[str, Mapping[str, str]], refus: Mapping[str, str], code: int) -> Any:
    file = services.lire_validations(contexte(), acteur())
    return render_template(
        "facilitateur/a_valider.html",
        file=file,
        saisies=saisies,
        refus=refus,
        choix=CHOIX,
        contrats=CONTRATS,
        categories=LIBELLES_CATEGORIES,
        pieces=PIECES,
        a_remettre=sum(1 for v in file if v.demande and v.demande.voie in {"sms", "courrier"} and not v.annoncee),
    ), code


def _date_iso(texte: str) -> date | None:
    try:
        return date.fromisoformat(texte)
    except ValueError:
        return None


def _saisie(ref: str) -> dict[str, str]:
    champs = ("reponse", "version", "contrat", "categorie", "piece", "date")
    return {champ: request.form.get(f"{champ}-{ref}", "") for champ in champs}


def _voulue(ref: str, saisie: Mapping[str, str]) -> services.ReponseVoulue:
    preuve = None
    if saisie["categorie"] and saisie["reponse"] == "oui":
        preuve = services.PreuveVue(saisie["categorie"], saisie["piece"], _date_iso(saisie["date"]))
    return services.ReponseVoulue(
        ref,
        services.Choix(saisie["reponse"]),
        preuve,
        saisie["contrat"] if saisie["contrat"] in CONTRATS else "cdd",
        int(saisie["version"]) if saisie["version"].isdigit() and len(saisie["version"]) < 10 else None,
    )


@bp.post("/a-valider")
@reserve_a(Role.FACILITATEUR)
def valider_en_lot() -> Any:
    """Give every answer chosen; those that cannot be given stay on the page as typed, each with its reason."""
    saisies = {ref: _saisie(ref) for ref in dict.fromkeys(request.form.getlist("ref"))}
    voulues = [_voulue(ref, saisie) for ref, saisie in saisies.items() if saisie["reponse"] in set(services.Choix)]
    if not voulues:
        flash("Choisissez au moins une réponse.", "warning")
        return redirect(url_for(".a_valider"))
    lot = services.repondre_en_lot(contexte(), acteur(), voulues)
    if lot.repondues:
        flash(f"{pluriel(len(lot.repondues), 'réponse envoyée', 'réponses envoyées')}.")
    if lot.demandees:
        flash(f"{pluriel(len(lot.demandees), 'justificatif demandé', 'justificatifs demandés')}.")
    if lot.laissees:
        flash(
            f"{pluriel(len(lot.laissees), 'réponse reste', 'réponses restent')} à donner : voyez pourquoi.", "warning"
        )
        return _page_du_lot(saisies, dict(lot.laissees), 422)
    return redirect(url_for(".a_valider"))


def _trouver(ref: str) -> ValidationATraiter:
    file = services.lire_validations(contexte(), acteur(), ref)
    if not file:
        raise Introuvable()
    return file[0]


def _page_d_une(v: ValidationATraiter, form: FormulaireReponse, code: int = 200) -> Any:
    return render_template(
        "facilitateur/repondre_validation.html", v=v, form=form, voies=[(k.value, t) for k, t in VOIES.items()]
    ), code


@bp.get("/a-valider/<ref>")
@reserve_a(Role.FACILITATEUR)
def repondre(ref: str) -> Any:
    """One question, with what was seen, what the person announced and what the answer would open."""
    validation = _trouver(ref)
    valeurs: dict[str, Any] = {"version": validation.version}
    if validation.demande is not None and validation.annoncee:
        d = validation.demande
        valeurs |= {"categorie": d.categorie, "preuve_type": d.preuve_type, "preuve_le": d.preuve_le}
    return _page_d_une(validation, FormulaireReponse(formdata=None, **valeurs))


@bp.post("/a-valider/<ref>")
@reserve_a(Role.FACILITATEUR)
def enregistrer_reponse(ref: str) -> Any:
    """Answer yes or no."""
    form, oui = FormulaireReponse(), request.form.get("reponse") == "oui"
    code = 422
    if form.validate_on_submit():
        try:
            services.repondre_validation(
                contexte(),
                acteur(),
                ref,
                oui=oui,
                preuve=form.preuve() if oui else None,
                type_contrat=form.type_contrat.data or "cdd",
                fin_contrat=form.fin_contrat.data,
                note=form.note.data or "",
                version=int(form.version.data) if str(form.version.data).isdigit() else 0,
            )
        except ModifieEntreTemps as erreur:
            form.poser_erreur(erreur)
            code = 409
        except RegleViolee as erreur:
            form.poser_erreur(erreur)
        else:
            if avis := avertir(f"{form.note.data or ''} {form.avis_texte.data or ''}"):
                flash(avis, "warning")
            flash("Personne validée." if oui else "Réponse envoyée : non.")
            return redirect(url_for(".a_valider"))
    return _page_d_une(_trouver(ref), form, code)


@bp.post("/a-valider/<ref>/justificatif")
@reserve_a(Role.FACILITATEUR)
def demander_justificatif(ref: str) -> Any:
    """Ask the person, by the chosen way."""
    try:
        numero = services.demander_preuve(contexte(), acteur(), ref, voie=request.form.get("voie", ""))
    except RegleViolee as refus:
        flash(refus.message, "danger")
        return redirect(url_for(".repondre", ref=ref))
    if request.form.get("voie") in {"sms", "courrier"}:
        flash("Le lien est prêt : remettez-le à la personne.")
        return redirect(url_for(".a_remettre", demande=numero))
    flash("Justificatif demandé : le message part.")
    return redirect(url_for(".a_valider"))


def _choisies() -> list[int]:
    return [int(n) for n in request.args.getlist("demande") if n.isdigit() and len(n) < 12]


@bp.get("/justificatifs")
@reserve_a(Role.FACILITATEUR)
def a_remettre() -> Any:
    """Words to hand over, for those no mail reaches: a text message to copy, a letter to print."""
    textes = services.lire_remise(contexte(), acteur(), _choisies())
    return render_template("facilitateur/justificatifs.html", textes=textes)


@bp.get("/justificatifs/lettres")
@reserve_a(Role.FACILITATEUR)
def lettres() -> Any:
    """The letters, one a page, each with its code and the drawing that a phone reads."""
    textes = services.lire_remise(contexte(), acteur(), _choisies())
    dessins = {t.demande_id: _dessin(t.lien) for t in textes}
    return render_template(
        "facilitateur/lettres.html",
        textes=textes,
        dessins=dessins,
        entree=f"{contexte().config.adresse_publique}/document",
    )


def _dessin(lien: str) -> Markup:
    svg = segno.make(lien, error="m").svg_inline(scale=4, border=2, title="Adresse à photographier")
    return Markup(svg)  # noqa: S704 - made by segno from our own address


@bp.get("/justificatifs/<int:demande_id>/fichier")
@reserve_a(Role.FACILITATEUR)
def fichier(demande_id: int) -> Any:
    """The file a person sent, where the territory takes files."""
    contenu, type_mime = services.lire_fichier_de_preuve(contexte(), acteur(), demande_id)
    reponse = Response(contenu, mimetype=type_mime)
    extension = type_mime.rpartition("/")[2]
    reponse.headers["Content-Disposition"] = f'attachment; filename="justificatif-{demande_id}.{extension}"'
    return reponse

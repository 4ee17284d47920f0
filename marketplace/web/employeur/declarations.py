"""The hours of a month, a quarter or a marché: one grid already filled, typed on a keyboard, signed by a name."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length

from marketplace.comptes.roles import Role
from marketplace.erreurs import ModifieEntreTemps, RegleViolee
from marketplace.heures.acces import etablissements
from marketplace.heures.libelles import ETATS_EMPLOYEUR, ETATS_LIGNE
from marketplace.heures.queries import Grille, Periode, a_confirmer, declarations_de, par_signature
from marketplace.heures.rules.pieces import LIBELLES_PIECE
from marketplace.heures.saisie import PREFIXES, SaisieRefusee
from marketplace.heures.services.confirmation import confirmer, contester
from marketplace.heures.services.declarations import reprendre
from marketplace.heures.services.lectures import lire_periode
from marketplace.heures.services.periode import Depart, MoisSigne, declarer_periode, garder_periode
from marketplace.heures.services.pieces import lire_pieces
from marketplace.marches.rules.consignes import ModePieces
from marketplace.valeurs import dernier_du_mois, lire_heures, somme
from marketplace.web.socle.acces import acteur, aussi_par_lien, contexte, reserve_a
from marketplace.web.socle.formulaires import Formulaire, sans_nir
from marketplace.web.socle.listes import numero_de_page
from marketplace.web.socle.propositions import version_de

bp = Blueprint("employeur_declarations", __name__, url_prefix="/employeur/declarations")

PAR_PAGE = 25
DRAPEAUX = frozenset({"signataire", "aucune_heure", "derniere", "dernier_jour", "equipe"})


class FormulaireContestation(Formulaire):
    """Why the titulaire disagrees."""

    motif = TextAreaField(
        "Qu'est-ce qui ne va pas ?",
        [InputRequired("Dites ce qui ne va pas."), Length(max=500), sans_nir],
        description="Par exemple : 20 h de trop en octobre, cette personne a quitté le chantier le 12.",
        render_kw={"rows": 3},
    )
    version = HiddenField()


@bp.get("")
@aussi_par_lien
@reserve_a(Role.EMPLOYEUR)
def liste() -> Any:
    """Every declaration of the firm's establishments: what waits, then the rest. `?premiere=1`, from the link of a
    mail, goes straight to the only one that waits.
    """
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        etabs = etablissements(s, moi.organisation_id)
        declarations = declarations_de(s, etabs, ctx.aujourdhui(), marches=moi.marches)
        # A delegate declares; confirming what others declare stays with the titulaire's own users.
        confirmables = a_confirmer(s, moi.organisation_id, ctx.aujourdhui()) if moi.par_lien is None else ()
    attendues = par_signature([d for d in declarations if d.a_repondre])
    if request.args.get("premiere") == "1" and len(attendues) == 1:
        une = attendues[0]
        return redirect(
            url_for(".saisir", ref=une.marche_ref, mois=f"{une.mois:%Y-%m}", etablissement=une.employeur_ref)
        )
    signees = [d for d in declarations if not d.a_repondre]
    page, pages = numero_de_page(), max(1, -(-len(signees) // PAR_PAGE))
    return render_template(
        "employeur/declarations.html",
        attendues=attendues,
        confirmables=confirmables,
        autres=signees[(page - 1) * PAR_PAGE : page * PAR_PAGE],
        page=page,
        pages=pages,
        etats=ETATS_EMPLOYEUR,
        plusieurs=len({d.employeur_ref for d in declarations}) > 1,
    )


@bp.post("/<int:declaration_id>/confirmer")
@reserve_a(Role.EMPLOYEUR)
def confirmer_heures(declaration_id: int) -> Any:
    """The titulaire agrees with hours declared by a firm that lends or subcontracts."""
    confirmer(contexte(), acteur(), declaration_id, version=request.form.get("version", type=int))
    flash("Heures confirmées.")
    return redirect(url_for(".liste"))


@bp.get("/<int:declaration_id>/contester")
@reserve_a(Role.EMPLOYEUR)
def contestation(declaration_id: int) -> Any:
    """What is wrong, in a few words."""
    return _contester(declaration_id, FormulaireContestation(formdata=None))


@bp.post("/<int:declaration_id>/contester")
@reserve_a(Role.EMPLOYEUR)
def contester_heures(declaration_id: int) -> Any:
    """Say it; the facilitateur decides."""
    form = FormulaireContestation()
    if not form.validate_on_submit():
        return _contester(declaration_id, form, 422)
    contester(contexte(), acteur(), declaration_id, motif=form.motif.data or "", version=version_de(form))
    flash("C'est noté : votre facilitateur tranche.")
    return redirect(url_for(".liste"))


def _contester(declaration_id: int, form: FormulaireContestation, code: int = 200) -> Any:
    ctx, moi = contexte(), acteur()
    with ctx.lecture() as s:
        visees = [d for d in a_confirmer(s, moi.organisation_id, ctx.aujourdhui()) if d.id == declaration_id]
    if not visees:
        abort(404)
    if request.method == "GET":
        form.version.data = str(visees[0].version)
    return render_template("employeur/contester.html", d=visees[0], form=form), code


def _mois(texte: str) -> date:
    try:
        return date.fromisoformat(f"{texte}-01")
    except ValueError:
        abort(404)


def _charger(ref: str, mois: str, *, copier: bool = False) -> Periode:
    """The grid; the names it shows are recorded as read."""
    return lire_periode(
        contexte(),
        acteur(),
        ref,
        _mois(mois),
        copier=copier,
        detail=request.args.get("detail") == "1",
        etablissement=request.args.get("etablissement", "")[:30],
    )


def _ici(vue: Periode, **plus: Any) -> dict[str, Any]:
    """What keeps the address of this page: its establishment and its way of typing."""
    parametres = {"ref": vue.une.marche_ref, "mois": f"{vue.une.mois:%Y-%m}"}
    if vue.une.employeur_id != acteur().organisation_id:
        parametres["etablissement"] = vue.une.employeur_ref
    if request.args.get("detail") == "1":
        parametres["detail"] = "1"
    return parametres | plus


@bp.get("/<ref>/<mois>")
@aussi_par_lien
@reserve_a(Role.EMPLOYEUR)
def saisir(ref: str, mois: str) -> Any:
    """The grid of a month. `?copier=1` fills it from the month before."""
    copier = request.args.get("copier") == "1"
    vue = _charger(ref, mois, copier=copier)
    return _page(vue, copiee=copier)


def _page(
    vue: Periode,
    code: int = 200,
    *,
    typee: dict[str, str] | None = None,
    erreurs: dict[str, str] | None = None,
    conflit: str = "",
    copiee: bool = False,
    partis: tuple[str, ...] = (),
) -> Any:
    """The grid, with what was typed and the reason next to each field."""
    gabarit = "employeur/declarer.html" if vue.modifiable else "employeur/declaration.html"
    page = render_template(
        gabarit,
        p=vue,
        g=vue.une,
        totaux={g.mois: _totaux(vue, g, typee) for g in vue.grilles},
        typee=typee,
        erreurs=erreurs or {},
        conflit=conflit,
        copiee=copiee,
        partis=partis,
        dernier_jour=dernier_du_mois(vue.une.mois),
        ici=_ici(vue),
        pieces=lire_pieces(contexte(), acteur(), vue.une.id),
        libelles_piece=LIBELLES_PIECE,
        etats=ETATS_EMPLOYEUR,
        etats_ligne=ETATS_LIGNE,
        csrf=generate_csrf(),
    )
    return page, code


def _totaux(vue: Periode, grille: Grille, typee: dict[str, str] | None) -> tuple[Decimal, Decimal]:
    """Hours worked and trained of a month as it stands; what cannot be read counts for nothing yet."""

    def total(champ: str, garde: str) -> Decimal:
        texte = garde if typee is None else typee.get(champ, "")
        try:
            return lire_heures(texte) if texte.strip() else Decimal(0)
        except RegleViolee:
            return Decimal(0)

    return (
        somme(total(x.champ_h, x.texte_h) for x in grille.lignes),
        somme(total(x.champ_f, x.texte_f) for x in grille.lignes),
    )


def _typee() -> dict[str, str]:
    """The fields of the grid, as typed."""
    return {
        nom: texte[:40] if nom[:2] in PREFIXES else texte[:200]
        for nom, texte in request.form.items()
        if nom[:2] in PREFIXES or nom in DRAPEAUX
    }


def _mois_signes(vue: Periode) -> list[MoisSigne]:
    """The months of the page as it was shown: « version » is « id:version », one a month."""
    lus = {}
    for texte in request.form.getlist("version"):
        id_, _, version = texte.rpartition(":")
        if version.isdigit() and (id_.isdigit() or (not id_ and len(vue.grilles) == 1)):
            lus[int(id_) if id_ else vue.une.id] = int(version)
    return [MoisSigne(g.id, lus.get(g.id, 0)) for g in vue.grilles]


def _depart() -> Depart:
    """Who left, and when. Raises SaisieRefusee for a date that is none."""
    texte = request.form.get("dernier_jour", "").strip()
    try:
        jour = date.fromisoformat(texte) if texte else None
    except ValueError:
        raise SaisieRefusee({"dernier_jour": "Cette date n'existe pas : vérifiez-la."}) from None
    return Depart(tuple(request.form.getlist("parti")), jour)


@bp.post("/<ref>/<mois>")
@aussi_par_lien
@reserve_a(Role.EMPLOYEUR)
def envoyer(ref: str, mois: str) -> Any:
    """Sign, or keep as a draft: whichever button was pressed."""
    ctx, moi = contexte(), acteur()
    vue = _charger(ref, mois)
    typee = _typee()
    partis = tuple(request.form.getlist("parti"))
    try:
        if request.form.get("acte") == "brouillon":
            garder_periode(ctx, moi, _mois_signes(vue), typee)
            flash("Gardé. Vous pourrez reprendre et signer plus tard.")
            return redirect(url_for(".saisir", **_ici(vue)))
        declarer_periode(
            ctx,
            moi,
            _mois_signes(vue),
            typee,
            signataire=typee.get("signataire", ""),
            aucune_heure=bool(typee.get("aucune_heure")),
            derniere=bool(typee.get("derniere")),
            depart=_depart(),
        )
    except SaisieRefusee as refus:
        return _page(vue, 422, typee=typee, erreurs=refus.erreurs, partis=partis)
    except ModifieEntreTemps as erreur:
        return _page(_charger(ref, mois), 409, typee=typee, conflit=erreur.message, partis=partis)
    except RegleViolee as erreur:
        return _page(_charger(ref, mois), 422, typee=typee, erreurs={"": erreur.message}, partis=partis)
    flash("Heures déclarées et signées. Votre facilitateur les valide.")
    pieces = lire_pieces(ctx, moi, vue.une.id)
    if pieces.mode is ModePieces.FICHIER and pieces.attendue:
        return redirect(url_for(".saisir", **_ici(vue), _anchor="pieces"))
    return redirect(url_for(".liste"))


@bp.post("/<ref>/<mois>/reprendre")
@aussi_par_lien
@reserve_a(Role.EMPLOYEUR)
def reprendre_saisie(ref: str, mois: str) -> Any:
    """Open again a declaration nobody answered yet."""
    ctx, moi = contexte(), acteur()
    vue = _charger(ref, mois)
    reprendre(ctx, moi, vue.une.id, version=request.form.get("version", type=int))
    flash("Vous pouvez corriger vos heures, puis signer de nouveau.")
    return redirect(url_for(".saisir", **_ici(vue)))

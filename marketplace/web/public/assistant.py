"""« Quelle modalité d'achat ? »: a few questions, the answers with their rule, the next step. Nothing is stored."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, render_template, request, url_for
from wtforms import RadioField, SelectField
from wtforms.validators import Optional

from marketplace.erreurs import RegleViolee
from marketplace.marches.queries.regimes import LIBELLES_ACHETEUR
from marketplace.marches.rules.modalites_achat import Besoin, Conseil, Reponse, Suite, conseiller
from marketplace.marches.rules.regime import NatureMarche, TypeAcheteur
from marketplace.web.public.calculette import lire_territoire
from marketplace.web.socle.acces import contexte, public
from marketplace.web.socle.formulaires import ChampDecimal, Formulaire, options

bp = Blueprint("public_assistant", __name__)

NATURES = {
    NatureMarche.TRAVAUX: "Des travaux",
    NatureMarche.SERVICES: "Des services",
    NatureMarche.FOURNITURES: "Des fournitures",
    NatureMarche.CONCESSION: "Une concession, une délégation de service public",
}
REPONSES = {Reponse.OUI: "Oui", Reponse.NON: "Non", Reponse.NE_SAIT_PAS: "Je ne sais pas"}
OUI_NON = {Reponse.NON: "Non", Reponse.OUI: "Oui"}
DECIMAL = {"type": "text", "inputmode": "decimal"}


def _question(texte: str, aide: str = "", reponses: dict[Reponse, str] = REPONSES) -> RadioField:
    defaut = Reponse.NE_SAIT_PAS if Reponse.NE_SAIT_PAS in reponses else Reponse.NON
    return RadioField(texte, [Optional()], choices=options(reponses.items()), default=defaut.value, description=aide)


class FormulaireAssistant(Formulaire):
    """The questions. Read from the address, so that an answer can be shared and printed."""

    class Meta(Formulaire.Meta):
        """Nothing is written: no token."""

        csrf = False

    acheteur = SelectField(
        "Qui achète ?", choices=options(LIBELLES_ACHETEUR.items()), default=TypeAcheteur.AUTRE_POUVOIR.value
    )
    nature = SelectField("Qu'achetez-vous ?", choices=options(NATURES.items()))
    montant = ChampDecimal("Montant estimé HT, en euros", [Optional()], render_kw=DECIMAL)
    duree = ChampDecimal("Durée, en mois", [Optional()], render_kw=DECIMAL)
    main_oeuvre = _question("Ce travail demande-t-il de la main-d'œuvre ?", "Chantier, entretien, service rendu…")
    structures = _question(
        "Une structure d'insertion ou du handicap peut-elle le faire elle-même ?",
        "Espaces verts, nettoyage, restauration, petits travaux, tri, blanchisserie…",
    )
    lots = _question("Pouvez-vous faire plusieurs lots ?")
    insertion = _question("Achetez-vous d'abord un service d'insertion ?", "", OUI_NON)
    sante = _question("Est-ce un service de santé, social ou culturel ?", "", OUI_NON)


def _besoin(form: FormulaireAssistant) -> Besoin:
    if form.montant.data is None:
        raise RegleViolee("Donnez un montant, même approché.", champ="montant")
    duree = form.duree.data
    if duree is not None and (duree != duree.to_integral_value() or duree > 600):
        raise RegleViolee("Donnez une durée en mois entiers.", champ="duree")
    return Besoin(
        TypeAcheteur(form.acheteur.data),
        NatureMarche(form.nature.data),
        Decimal(form.montant.data),
        contexte().aujourdhui(),
        duree_mois=None if duree is None else int(duree),
        main_oeuvre=Reponse(form.main_oeuvre.data),
        structures=Reponse(form.structures.data),
        objet_insertion=Reponse(form.insertion.data),
        sante_social_culture=Reponse(form.sante.data),
        lots=Reponse(form.lots.data),
    )


def _suite(conseil: Conseil, montant: Decimal) -> tuple[str, str]:
    """Words and address of the next step."""
    if conseil.suite is Suite.STRUCTURES:
        return "Voir les structures de l'annuaire", url_for("public_catalogue.structures")
    if conseil.suite is Suite.CALCULETTE:
        return "Calculer les heures", url_for("public_calculette.calculette", montant=format(montant, "f"))
    return "En parler à un facilitateur", url_for("public_pages.contact")


@bp.get("/quelle-modalite-d-achat")
@public
def assistant() -> Any:
    """The questions, and the answers once they are given."""
    territoire, r = lire_territoire()
    demande = bool(request.args)
    form = FormulaireAssistant(request.args if demande else None)
    conseils: list[tuple[Conseil, tuple[str, str]]] = []
    code = 200
    if demande:
        try:
            if not form.validate():
                raise RegleViolee("Relisez vos réponses.")
            besoin = _besoin(form)
            lus = conseiller(besoin, plancher_mois=r.plancher_mois)
            conseils = [(c, _suite(c, besoin.montant_ht)) for c in lus]
        except RegleViolee as refus:
            form.poser_erreur(refus)
            code = 422
    return render_template("public/assistant.html", form=form, conseils=conseils, territoire=territoire), code

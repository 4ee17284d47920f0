"""The lists kept apart from the clause's: criteria of the IAE with the PASS, criteria of the GEIQ."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms import DateField, SelectField, StringField
from wtforms.validators import Length, Optional

from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.personnes import services
from marketplace.personnes.models import Dispositif
from marketplace.personnes.queries import FichePersonne
from marketplace.personnes.rules.criteres import CRITERES_GEIQ, CRITERES_IAE, STRUCTURES_EXAMINEES
from marketplace.personnes.rules.pass_iae import MotifProlongation, Prolongation, prolonger
from marketplace.personnes.rules.releves import SOURCES, ReleveLu
from marketplace.web.socle.acces import acteur, contexte
from marketplace.web.socle.dossiers.commun import accord, agir, lire
from marketplace.web.socle.formulaires import Formulaire, options

MOTIFS = {
    MotifProlongation.SENIOR: "50 ans et plus",
    MotifProlongation.RQTH: "Reconnaissance de travailleur handicapé",
    MotifProlongation.DIFFICULTES: "Difficultés particulières (AI et ACI seulement)",
    MotifProlongation.FORMATION: "Terminer une formation",
    MotifProlongation.CDI_INCLUSION: "CDI d'inclusion, 57 ans et plus",
}


class FormulairePass(Formulaire):
    """The PASS as read on the national platform."""

    numero = StringField("Numéro", [Optional(), Length(max=20)], render_kw={"autocomplete": "off"})
    debut = DateField("Début lu", [Optional("Écrivez une date.")])
    fin = DateField("Fin lue", [Optional("Écrivez une date.")], description="Celle de la plateforme, telle quelle.")
    releve_le = DateField("Relevé le", [Optional("Écrivez une date.")])
    source = SelectField("D'où viennent ces dates", choices=options(list(SOURCES.items())))

    def releve(self) -> ReleveLu:
        """What was typed."""
        return ReleveLu(
            self.numero.data or "", self.debut.data, self.fin.data, self.releve_le.data, self.source.data or ""
        )


class FormulaireArret(Formulaire):
    """A stop of the path since the reading."""

    debut = DateField("Début de l'arrêt", [Optional("Écrivez une date.")])
    fin = DateField("Fin de l'arrêt", [Optional("Écrivez une date.")])


def _lire_ouverte(ref: str) -> FichePersonne:
    """The file, where her situation is open to this hat; else the page is not there (CASF L133-5)."""
    fiche = lire(ref).fiche
    if fiche.parcours is None:
        raise Introuvable()
    return fiche


def _page_iae(
    fiche: FichePersonne,
    *,
    form: FormulairePass | None = None,
    arret_saisi: FormulaireArret | None = None,
    refus: str = "",
    code: int = 200,
) -> Any:
    simulation, refus_simulation = _simuler(fiche)
    return render_template(
        "socle/personnes/iae.html",
        p=fiche,
        form=form or FormulairePass(formdata=None, releve_le=contexte().aujourdhui(), prefix="pass"),
        arret=arret_saisi or FormulaireArret(formdata=None, prefix="arret"),
        refus=refus,
        motifs=[(m.value, libelle) for m, libelle in MOTIFS.items()],
        structures=STRUCTURES_EXAMINEES,
        simulation=simulation,
        refus_simulation=refus_simulation,
    ), code


def _simuler(fiche: FichePersonne) -> tuple[Prolongation | None, str]:
    """What R70 would allow, from the address of the page: shown to be checked, kept nowhere."""
    lu = fiche.parcours.pass_iae if fiche.parcours else None
    motif, mois, structure = (request.args.get(nom, "") for nom in ("motif", "mois", "structure"))
    if lu is None or motif not in set(MotifProlongation) or structure not in STRUCTURES_EXAMINEES:
        return None, ""
    if not (mois.isdigit() and len(mois) < 3):
        return None, "Écrivez un nombre de mois."
    try:
        return prolonger(
            lu.debut, lu.fin, MotifProlongation(motif), int(mois), type_structure=structure, age=fiche.age
        ), ""
    except RegleViolee as erreur:
        return None, erreur.message


def _criteres_saisis(catalogue: Mapping[str, object]) -> dict[str, date | None]:
    """Ticked criteria and the dates of their proofs. Raises RegleViolee for a date that is not one."""
    saisis: dict[str, date | None] = {}
    for code in request.form.getlist("critere"):
        if code not in catalogue:
            raise RegleViolee("Choisissez les critères dans la liste.")
        texte = request.form.get(f"date-{code}", "").strip()
        try:
            saisis[code] = date.fromisoformat(texte) if texte else None
        except ValueError:
            raise RegleViolee("Une des dates n'en est pas une : vérifiez-les.") from None
    return saisis


def _poser(ref: str, dispositif: Dispositif, catalogue: Mapping[str, object]) -> str:
    """Store what was ticked; the refusal to show, empty when it worked."""
    try:
        services.poser_criteres(
            contexte(), acteur(), ref, dispositif, _criteres_saisis(catalogue), accord_proposition=accord(ref)
        )
    except RegleViolee as erreur:
        return erreur.message
    flash("Critères notés.")
    return ""


def parcours_iae(ref: str) -> Any:
    """Criteria of the IAE, what they open by kind of structure, and the PASS."""
    if request.method == "POST":
        refus = _poser(ref, Dispositif.IAE, CRITERES_IAE)
        if not refus:
            return redirect(url_for(".parcours_iae", ref=ref))
        return _page_iae(_lire_ouverte(ref), refus=refus, code=422)
    return _page_iae(_lire_ouverte(ref))


def criteres_geiq(ref: str) -> Any:
    """Criteria of the GEIQ and the State's aid they open."""
    refus = ""
    if request.method == "POST":
        refus = _poser(ref, Dispositif.GEIQ, CRITERES_GEIQ)
        if not refus:
            return redirect(url_for(".criteres_geiq", ref=ref))
    return render_template("socle/personnes/geiq.html", p=_lire_ouverte(ref), refus=refus), 422 if refus else 200


def releve(ref: str) -> Any:
    """Keep the dates read on the platform."""
    form = FormulairePass(prefix="pass")
    code = agir(
        form, lambda: services.noter_pass(contexte(), acteur(), ref, form.releve(), accord_proposition=accord(ref))
    )
    if code:
        return _page_iae(_lire_ouverte(ref), form=form, code=code)
    flash("Dates du PASS notées, telles que la plateforme les donne.")
    return redirect(url_for(".parcours_iae", ref=ref))


def arret(ref: str) -> Any:
    """Write a stop since the reading."""
    form = FormulaireArret(prefix="arret")
    code = agir(
        form,
        lambda: services.noter_suspension(
            contexte(), acteur(), ref, debut=form.debut.data, fin=form.fin.data, accord_proposition=accord(ref)
        ),
    )
    if code:
        return _page_iae(_lire_ouverte(ref), arret_saisi=form, code=code)
    flash("Arrêt noté. La nouvelle fin est à vérifier sur la plateforme.")
    return redirect(url_for(".parcours_iae", ref=ref))


def retirer_arret(ref: str, suspension_id: int) -> Any:
    """Erase a stop."""
    services.retirer_suspension(contexte(), acteur(), ref, suspension_id, accord_proposition=accord(ref))
    flash("Arrêt retiré.")
    return redirect(url_for(".parcours_iae", ref=ref))

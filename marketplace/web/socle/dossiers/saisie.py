"""Writing a file: five answers, the whole profile, what past jobs mean, skills."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from marketplace.erreurs import RegleViolee
from marketplace.metiers.queries import competences_coeur
from marketplace.personnes import services
from marketplace.personnes.queries import FichePersonne
from marketplace.personnes.queries.fiches import ExperienceVue
from marketplace.personnes.rules.bases import BASES
from marketplace.personnes.rules.parcours import lire_competences
from marketplace.personnes.rules.saisie import CACES, PERMIS, CompetenceSaisie
from marketplace.personnes.rules.suivis import ROLES
from marketplace.propositions.besoins import bases_des_metiers
from marketplace.web.socle.acces import acteur, contexte
from marketplace.web.socle.dossiers.commun import (
    agir,
    lire,
    prevenir_mots,
)
from marketplace.web.socle.filtres import pluriel
from marketplace.web.socle.formulaires import options
from marketplace.web.socle.formulaires_personnes import (
    FormulairePersonne,
    FormulaireProfil,
    valeurs_du_profil,
)

JE_NE_SAIS_PAS = ""
COMPETENCES_PROPOSEES = 4
SUR = 0.6
"""Likeness from which the first compétence is ticked in advance. Convention of the product."""


def nouvelle() -> Any:
    """Register a person from five answers; her file shows her offres at once, and what her jobs mean to confirm."""
    form = FormulairePersonne()
    if request.method == "GET":
        return _page_nouvelle(form)
    ctx, moi = contexte(), acteur()
    if request.form.get("demander"):
        return _demander(form, request.form["demander"])
    refs: list[str] = []

    def acte() -> None:
        with ctx.lecture() as s:
            saisie = form.saisie(s, moi.territoire_id)
        canal = form.information_canal.data
        information = services.Information(ctx.aujourdhui(), canal) if canal else None
        refs.append(
            services.enregistrer_personne(
                ctx, moi, saisie, information=information, autre_personne=bool(form.autre_personne.data)
            )
        )

    code = agir(form, acte)
    if code:
        return _page_nouvelle(form), code
    prevenir_mots(form.experiences.data or "")
    flash(f"{form.prenom.data} {form.nom.data} est dans votre liste.")
    return redirect(url_for(".fiche", ref=refs[0]))


def _page_nouvelle(form: FormulairePersonne) -> str:
    doublon = bool(form.autre_personne.errors or form.autre_personne.data)
    return render_template("socle/personnes/nouvelle.html", form=form, doublon=doublon, roles_suivi=tuple(ROLES))


def _demander(form: FormulairePersonne, role: str) -> Any:
    """Ask to follow somebody already known, from what was typed of her."""
    code = agir(
        form,
        lambda: services.demander_suivi(
            contexte(),
            acteur(),
            prenom=form.prenom.data or "",
            nom=form.nom.data or "",
            date_naissance=form.date_naissance.data,
            role=role,
        ),
    )
    if code:
        return _page_nouvelle(form), code
    flash("Demande envoyée. La fiche s'ouvrira dans votre liste dès que le facilitateur aura répondu.")
    return redirect(url_for(".liste"))


def _formulaire_profil(fiche: FichePersonne) -> FormulaireProfil:
    form = FormulaireProfil() if request.method == "POST" else FormulaireProfil(data=valeurs_du_profil(fiche))
    # What an import or another version wrote stays a choice: saving never drops it in silence.
    form.permis.choices = options((p, f"Permis {p}") for p in dict.fromkeys((*PERMIS, *fiche.permis)))
    form.caces.choices = options((c, c) for c in dict.fromkeys((*CACES, *fiche.caces)))
    return form


def modifier(ref: str) -> Any:
    """Correct the profile with the person beside."""
    fiche = lire(ref).fiche
    form = _formulaire_profil(fiche)
    if request.method == "GET":
        return render_template("socle/personnes/modifier.html", form=form, p=fiche)
    ctx, moi = contexte(), acteur()

    def acte() -> None:
        with ctx.lecture() as s:
            saisie = form.saisie(s, moi.territoire_id)
        lue = int(form.version.data) if str(form.version.data).isdigit() else 0
        services.modifier_personne(ctx, moi, ref, saisie, version=lue)

    code = agir(form, acte)
    if code:
        return render_template("socle/personnes/modifier.html", form=form, p=fiche, conflit=code == 409), code
    prevenir_mots(form.experiences.data or "", form.competences.data or "")
    flash("Fiche mise à jour.")
    apres = lire(ref).fiche
    if any(e.code_rome is None for e in apres.experiences):
        return redirect(url_for(".metiers", ref=ref))
    return redirect(url_for(".fiche", ref=ref))


def suggestions_de_metiers(experiences: Sequence[ExperienceVue]) -> dict[int, Any]:
    """Five ROME titles for each past job, or the question its wording raises."""
    ranker = contexte().ranker
    return {e.id: ranker.metiers(e.intitule, 5) for e in experiences}


def metiers(ref: str) -> Any:
    """For each past job, five ROME titles to choose from, another one typed, or « je ne sais pas »."""
    ctx, moi = contexte(), acteur()
    fiche = lire(ref).fiche
    toutes = request.args.get("toutes") == "1"
    a_dire = [e for e in fiche.experiences if toutes or e.code_rome is None]
    propositions = suggestions_de_metiers(a_dire)
    erreurs: dict[int, str] = {}
    if request.method == "POST":
        choix = _choix_de_metiers([e.id for e in a_dire], erreurs)
        if not erreurs:
            services.confirmer_metiers(ctx, moi, ref, choix)
            flash("Métiers notés.")
            if request.form.get("retour") == "fiche":
                return redirect(url_for(".fiche", ref=ref, _anchor="offres"))
            return redirect(url_for(".competences", ref=ref))
    page = render_template(
        "socle/personnes/metiers.html",
        p=fiche,
        a_dire=a_dire,
        propositions=propositions,
        erreurs=erreurs,
        saisi=request.form,
    )
    return (page, 422) if erreurs else page


def _choix_de_metiers(numeros: list[int], erreurs: dict[int, str]) -> dict[int, str | None]:
    from marketplace.marches.services.saisie import lire_metier_saisi

    choix: dict[int, str | None] = {}
    for numero in numeros:
        valeur = request.form.get(f"metier-{numero}", JE_NE_SAIS_PAS)
        if valeur == "autre":
            try:
                with contexte().lecture() as s:
                    choix[numero] = lire_metier_saisi(s, request.form.get(f"autre-{numero}", ""))
            except RegleViolee as refus:
                erreurs[numero] = refus.message
        else:
            choix[numero] = valeur or None
    return choix


def competences(ref: str) -> Any:
    """What she can do: main skills of her trades to tick, and her own words."""
    ctx, moi = contexte(), acteur()
    fiche = lire(ref).fiche
    codes = list(dict.fromkeys(e.code_rome for e in fiche.experiences if e.code_rome))
    with ctx.lecture() as s:
        listes = [(e.metier, competences_coeur(s, e.code_rome)) for e in _par_metier(fiche)]
        demandees = bases_des_metiers(s, moi.territoire_id, codes)
    notees = {b.code: b.acquise for b in fiche.bases}
    bases = {code: (BASES[code].libelle, notees.get(code)) for code in BASES if code in demandees or code in notees}
    libelles = {c.libelle: c.code_ogr for _, coeur in listes for c in coeur}
    erreur = ""
    if request.method == "POST":
        cochees = [CompetenceSaisie(li, libelles[li]) for li in request.form.getlist("rome") if li in libelles]
        try:
            services.poser_competences(
                ctx, moi, ref, [*cochees, *lire_competences(request.form.get("competences", ""))]
            )
            services.noter_bases(ctx, moi, ref, _bases_dites(bases))
        except RegleViolee as refus:
            if not refus.champ:
                raise
            erreur = refus.message
        else:
            prevenir_mots(request.form.get("competences", ""))
            flash("Compétences notées.")
            dites = set(lire_competences(request.form.get("competences", "")))
            nouvelles = {c.libelle for c in dites} - set(fiche.competences)
            return redirect(url_for(".preciser" if nouvelles else ".fiche", ref=ref))
    cochees_avant = set(request.form.getlist("rome")) if erreur else set(fiche.competences)
    libres = "\n".join(c for c in fiche.competences if c not in libelles)
    page = render_template(
        "socle/personnes/competences.html",
        p=fiche,
        listes=listes,
        bases=bases,
        cochees=cochees_avant,
        libres=request.form.get("competences", libres),
        erreur=erreur,
    )
    return (page, 422) if erreur else page


def _bases_dites(codes: Iterable[str]) -> dict[str, bool | None]:
    dites = {code: request.form.get(f"base-{code}") for code in codes}
    return {code: {"oui": True, "non": False}.get(dit) for code, dit in dites.items() if dit is not None}


def preciser(ref: str) -> Any:
    """For each skill in her words, a few compétences of ROME to choose from, or « je ne sais pas »."""
    ctx, moi = contexte(), acteur()
    fiche = lire(ref).fiche
    proposees = {
        c: trouvees
        for c in fiche.competences_dites
        if c.code_ogr is None and (trouvees := ctx.ranker.competences(c.libelle, COMPETENCES_PROPOSEES))
    }
    if request.method == "POST":
        choix = {
            c.id: valeur or None for c in proposees if (valeur := request.form.get(f"competence-{c.id}")) is not None
        }
        try:
            nombre = services.confirmer_competences(ctx, moi, ref, choix)
        except RegleViolee as refus:
            flash(refus.message, "warning")
            return redirect(url_for(".preciser", ref=ref))
        flash(f"{pluriel(nombre, 'compétence confirmée', 'compétences confirmées')}.")
        return redirect(url_for(".fiche", ref=ref))
    if not proposees:
        return redirect(url_for(".fiche", ref=ref))
    return render_template("socle/personnes/preciser.html", p=fiche, proposees=proposees, sur=SUR)


def _par_metier(fiche: FichePersonne) -> list[Any]:
    vus: dict[str, Any] = {}
    for e in fiche.experiences:
        if e.code_rome:
            vus.setdefault(e.code_rome, e)
    return list(vus.values())

"""The pages of one person's file. A référent and a facilitateur get the same ones, each behind her own door.

`installer(bp, role)` hangs them on the audience's blueprint; what each may do is decided by the acts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.heures.queries.personne import contrats_de_la_personne
from marketplace.metiers.queries import competences_coeur
from marketplace.personnes import services
from marketplace.personnes.models import OuiNonAVerifier
from marketplace.personnes.queries import FichePersonne, FiltresPersonnes, ListePersonnes, referents_du_territoire
from marketplace.personnes.queries.listes import ETATS
from marketplace.personnes.rules.parcours import lire_competences
from marketplace.personnes.rules.proteges import avertir
from marketplace.personnes.rules.saisie import CACES, PERMIS, CompetenceSaisie
from marketplace.personnes.services.lectures import DossierLu
from marketplace.propositions.accords import a_donne_un_accord
from marketplace.propositions.queries import propositions
from marketplace.propositions.services import classer_offres
from marketplace.propositions.services.droits_de_la_personne import (
    effacer_personne,
    en_clair,
    lire_donnees,
    retirer_personne,
)
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.formulaires import Formulaire, options
from marketplace.web.socle.formulaires_personnes import (
    CANAUX_PROPOSES,
    FormulaireInformation,
    FormulairePersonne,
    FormulaireProfil,
    FormulaireQuartier,
    FormulaireSituation,
    FormulaireSuivi,
    valeurs_du_profil,
)

ACCOMPAGNEMENT = "Accompagnement"
VERIFICATION = "Suivi des clauses"
JE_NE_SAIS_PAS = ""
OFFRES_MONTREES = 3
CANAUX_TOUS = [(c.value, libelle) for c, libelle in services.CANAUX.items()]


def finalite() -> str:
    """Why this hat reads the file, as the person will read it."""
    return VERIFICATION if acteur().role is Role.FACILITATEUR else ACCOMPAGNEMENT


def accord(ref: str) -> bool:
    """Whether the person agreed to a proposition: it opens her statuses to a facilitateur."""
    if acteur().role is not Role.FACILITATEUR:
        return True
    with contexte().lecture() as s:
        return a_donne_un_accord(s, acteur().territoire_id, ref)


def lire(ref: str) -> DossierLu:
    """The file, noted as read."""
    return services.lire_fiche(contexte(), acteur(), ref, finalite(), accord_proposition=accord(ref))


def agir(form: Formulaire, acte: Callable[[], Any]) -> int:
    """Run an act from a form; 0 when it worked, else the HTTP code of the page to show again as typed."""
    if not form.validate_on_submit():
        return 422
    try:
        acte()
    except ModifieEntreTemps as erreur:
        form.poser_erreur(erreur)
        return 409
    except Introuvable:
        raise
    except RegleViolee as erreur:
        form.poser_erreur(erreur)
        return 422
    return 0


def _prevenir_mots(*textes: str) -> None:
    """Warn about words on health, family, origin… without refusing them (R107)."""
    if avis := avertir(" ".join(textes)):
        flash(avis, "warning")


def nouvelle() -> Any:
    """Register a person from five answers, then say what her jobs mean."""
    form = FormulairePersonne()
    if request.method == "GET":
        return render_template("socle/personnes/nouvelle.html", form=form, doublon=False)
    ctx, moi = contexte(), acteur()
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
        doublon = bool(form.autre_personne.errors or form.autre_personne.data)
        return render_template("socle/personnes/nouvelle.html", form=form, doublon=doublon), code
    _prevenir_mots(form.experiences.data or "")
    flash(f"{form.prenom.data} {form.nom.data} est dans votre liste.")
    if (form.experiences.data or "").strip():
        return redirect(url_for(".metiers", ref=refs[0]))
    return redirect(url_for(".fiche", ref=refs[0]))


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
    _prevenir_mots(form.experiences.data or "", form.competences.data or "")
    flash("Fiche mise à jour.")
    apres = lire(ref).fiche
    if any(e.code_rome is None for e in apres.experiences):
        return redirect(url_for(".metiers", ref=ref))
    return redirect(url_for(".fiche", ref=ref))


def metiers(ref: str) -> Any:
    """For each past job, five ROME titles to choose from, another one typed, or « je ne sais pas »."""
    ctx, moi = contexte(), acteur()
    fiche = lire(ref).fiche
    toutes = request.args.get("toutes") == "1"
    a_dire = [e for e in fiche.experiences if toutes or e.code_rome is None]
    propositions = {e.id: ctx.ranker.metiers(e.intitule, 5) for e in a_dire}
    erreurs: dict[int, str] = {}
    if request.method == "POST":
        choix = _choix_de_metiers([e.id for e in a_dire], erreurs)
        if not erreurs:
            services.confirmer_metiers(ctx, moi, ref, choix)
            flash("Métiers notés.")
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
    libelles = {c.libelle: c.code_ogr for _, coeur in listes for c in coeur}
    erreur = ""
    if request.method == "POST":
        cochees = [CompetenceSaisie(li, libelles[li]) for li in request.form.getlist("rome") if li in libelles]
        try:
            services.poser_competences(
                ctx, moi, ref, [*cochees, *lire_competences(request.form.get("competences", ""))]
            )
        except RegleViolee as refus:
            if not refus.champ:
                raise
            erreur = refus.message
        else:
            _prevenir_mots(request.form.get("competences", ""))
            flash("Compétences notées.")
            return redirect(url_for(".fiche", ref=ref))
    cochees_avant = set(request.form.getlist("rome")) if erreur else set(fiche.competences)
    libres = "\n".join(c for c in fiche.competences if c not in libelles)
    page = render_template(
        "socle/personnes/competences.html",
        p=fiche,
        listes=listes,
        codes=codes,
        cochees=cochees_avant,
        libres=request.form.get("competences", libres),
        erreur=erreur,
    )
    return (page, 422) if erreur else page


def _par_metier(fiche: FichePersonne) -> list[Any]:
    vus: dict[str, Any] = {}
    for e in fiche.experiences:
        if e.code_rome:
            vus.setdefault(e.code_rome, e)
    return list(vus.values())


def situation(ref: str) -> Any:
    """The statuses of the person and their proofs; the quartier."""
    ctx, moi = contexte(), acteur()
    fiche = lire(ref).fiche
    form, quartier = FormulaireSituation(), FormulaireQuartier(qpv=fiche.qpv.value, source=fiche.qpv_source)
    code = 200
    if request.method == "POST":
        code = agir(
            form,
            lambda: services.ajouter_statut(
                ctx,
                moi,
                ref,
                categorie=form.categorie.data,
                depuis=form.depuis.data,
                jusqu_au=form.jusqu_au.data,
                preuve_type=form.preuve_type.data or "",
                preuve_le=form.preuve_le.data,
                accord_proposition=accord(ref),
            ),
        )
        if not code:
            flash("Situation notée.")
            return redirect(url_for(".situation", ref=ref))
    return render_template("socle/personnes/situation.html", form=form, quartier=quartier, p=fiche), code


def retirer_situation(ref: str, statut_id: int) -> Any:
    """Erase a category written by mistake."""
    services.retirer_statut(contexte(), acteur(), ref, statut_id, accord_proposition=accord(ref))
    flash("Situation retirée de la fiche.")
    return redirect(url_for(".situation", ref=ref))


def quartier(ref: str) -> Any:
    """Say whether she lives in a quartier prioritaire."""
    form = FormulaireQuartier()
    code = agir(
        form,
        lambda: services.noter_qpv(
            contexte(), acteur(), ref, OuiNonAVerifier(form.qpv.data), source=form.source.data or ""
        ),
    )
    if code:
        fiche = lire(ref).fiche
        page = render_template(
            "socle/personnes/situation.html", form=FormulaireSituation(formdata=None), quartier=form, p=fiche
        )
        return page, code
    flash("Quartier noté.")
    return redirect(url_for(".situation", ref=ref))


def informer(ref: str) -> Any:
    """Keep that she was told of her rights and of the ranking."""
    form = FormulaireInformation()
    code = agir(form, lambda: services.informer(contexte(), acteur(), ref, canal=form.information_canal.data or ""))
    if code:
        flash("Dites comment la personne a été informée.", "danger")
    else:
        flash("Information notée.")
    return redirect(url_for(".fiche", ref=ref))


def contact(ref: str) -> Any:
    """Note a contact of today."""
    services.noter_contact(contexte(), acteur(), ref)
    flash("Contact noté.")
    return redirect((request.form.get("retour") == "liste" and url_for(".liste")) or url_for(".fiche", ref=ref))


def retirer(ref: str) -> Any:
    """Take her out of every list, at her request."""
    retirer_personne(contexte(), acteur(), ref)
    flash("C'est fait : plus aucune liste ne la montre.")
    return redirect(url_for(".fiche", ref=ref))


def remettre(ref: str) -> Any:
    """Put her back, told anew."""
    form = FormulaireInformation()
    code = agir(form, lambda: services.remettre(contexte(), acteur(), ref, canal=form.information_canal.data or ""))
    if code:
        flash("Dites comment la personne a été informée.", "danger")
    else:
        flash("C'est fait : des offres peuvent de nouveau lui être proposées.")
    return redirect(url_for(".fiche", ref=ref))


def suivi(ref: str) -> Any:
    """Give another référent, beside or instead."""
    ctx, moi = contexte(), acteur()
    fiche = lire(ref).fiche
    form = FormulaireSuivi()
    deja = {r.utilisateur_id for r in fiche.referents}
    with ctx.lecture() as s:
        possibles = referents_du_territoire(s, moi.territoire_id, ctx.aujourdhui())
    form.referent.choices = options(
        [
            ("", "Choisissez"),
            *((str(r.utilisateur_id), r.libelle) for r in possibles if r.utilisateur_id not in deja),
        ]
    )
    if request.method == "GET":
        return render_template("socle/personnes/suivi.html", form=form, p=fiche)

    def acte() -> None:
        acte_voulu = services.suivre if form.sens.data == "ajouter" else services.transferer
        acte_voulu(ctx, moi, ref, int(form.referent.data))

    code = agir(form, acte)
    if code:
        return render_template("socle/personnes/suivi.html", form=form, p=fiche), code
    if form.sens.data == "transmettre" and moi.role is Role.REFERENT:
        flash("Suivi transmis : la fiche ne vous est plus ouverte.")
        return redirect(url_for(".liste"))
    flash("Suivi mis à jour.")
    return redirect(url_for(".fiche", ref=ref))


def cesser(ref: str) -> Any:
    """Stop following her."""
    services.cesser_suivi(contexte(), acteur(), ref)
    flash("Fin de suivi notée : la fiche ne vous est plus ouverte.")
    return redirect(url_for(".liste"))


def fiche_de_competences(ref: str) -> Any:
    """One positive page for a recruiter: no status, no obstacle, no benefit (N16)."""
    return render_template("socle/personnes/fiche_de_competences.html", p=lire(ref).fiche)


def hors_de_portee(ref: str) -> Any:
    """Offres that an aid would bring within reach of her."""
    fiche = lire(ref).fiche
    try:
        classement = classer_offres(contexte(), acteur(), ref)
    except RegleViolee as refus:
        flash(refus.message, "warning")
        return redirect(url_for(".fiche", ref=ref))
    point = f"{acteur().role.value}_offres.fiche"
    return render_template("socle/personnes/hors_de_portee.html", p=fiche, classement=classement, point_offre=point)


def donnees(ref: str) -> Any:
    """Everything held on her, to read together or to print."""
    lues = lire_donnees(contexte(), acteur(), ref, accord_proposition=accord(ref))
    return render_template("socle/personnes/donnees.html", d=lues, p=lues.fiche, canaux_tous=CANAUX_TOUS)


def copie(ref: str) -> Any:
    """The same, as a JSON file to hand over."""
    lues = lire_donnees(contexte(), acteur(), ref, accord_proposition=accord(ref), export=True)
    reponse = Response(json.dumps(en_clair(lues), ensure_ascii=False, indent=2), mimetype="application/json")
    reponse.headers["Content-Disposition"] = f'attachment; filename="donnees-{ref}.json"'
    return reponse


def effacer(ref: str) -> Any:
    """Erase who she is, at her request."""
    if request.form.get("confirme") != "oui":
        flash("Cochez la case pour confirmer l'effacement.", "warning")
        return redirect(url_for(".donnees", ref=ref))
    try:
        effacer_personne(contexte(), acteur(), ref)
    except Introuvable:
        raise
    except RegleViolee as refus:
        flash(refus.message, "warning")
        return redirect(url_for(".donnees", ref=ref))
    flash("La fiche est effacée. Les heures déjà comptées restent comptées, sans nom.")
    return redirect(url_for(".liste"))


PAGES: tuple[tuple[str, str, tuple[str, ...], Callable[..., Any]], ...] = (
    ("/nouvelle", "nouvelle", ("GET", "POST"), nouvelle),
    ("/<ref>/modifier", "modifier", ("GET", "POST"), modifier),
    ("/<ref>/metiers", "metiers", ("GET", "POST"), metiers),
    ("/<ref>/competences", "competences", ("GET", "POST"), competences),
    ("/<ref>/situation", "situation", ("GET", "POST"), situation),
    ("/<ref>/situation/<int:statut_id>/retirer", "retirer_situation", ("POST",), retirer_situation),
    ("/<ref>/quartier", "quartier", ("POST",), quartier),
    ("/<ref>/informer", "informer", ("POST",), informer),
    ("/<ref>/contact", "contact", ("POST",), contact),
    ("/<ref>/retirer", "retirer", ("POST",), retirer),
    ("/<ref>/remettre", "remettre", ("POST",), remettre),
    ("/<ref>/suivi", "suivi", ("GET", "POST"), suivi),
    ("/<ref>/cesser", "cesser", ("POST",), cesser),
    ("/<ref>/fiche-de-competences", "fiche_de_competences", ("GET",), fiche_de_competences),
    ("/<ref>/hors-de-portee", "hors_de_portee", ("GET",), hors_de_portee),
    ("/<ref>/donnees", "donnees", ("GET",), donnees),
    ("/<ref>/donnees.json", "copie", ("GET",), copie),
    ("/<ref>/effacer", "effacer", ("POST",), effacer),
)


def installer(bp: Blueprint, role: Role) -> None:
    """Hang every page of a file on this audience's blueprint, behind its door."""
    for chemin, nom, methodes, vue in PAGES:
        bp.add_url_rule(chemin, nom, reserve_a(role)(vue), methods=list(methodes))


def page_de_liste(args: Mapping[str, str]) -> dict[str, Any]:
    """What the page of a list of people shows, from its address. Nobody for an organisation not yet verified."""
    ctx, moi = contexte(), acteur()
    filtres = FiltresPersonnes(
        texte=args.get("q", "")[:100],
        etat=args.get("etat", "") if args.get("etat", "") in ETATS else "",
        page=int(args["page"]) if args.get("page", "").isdigit() and len(args["page"]) < 6 else 1,
        tri="nom" if args.get("tri") == "nom" else "contact",
    )
    vide = ListePersonnes((), 0, 1, 1)
    liste = services.lire_liste(ctx, moi, filtres, f"{finalite()}, liste") if moi.organisation_verifiee else vide
    sans_referent = moi.role is Role.FACILITATEUR
    return {
        "liste": liste,
        "filtres": filtres,
        "etats": [(code, libelle) for code, libelle in ETATS.items() if sans_referent or code != "sans_referent"],
        "parametres": {"q": filtres.texte, "etat": filtres.etat, "tri": filtres.tri},
        "avec_referents": sans_referent,
    }


def page_de_fiche(ref: str) -> dict[str, Any]:
    """What the page of one person shows: her file, her best offres, her propositions, her contrats."""
    ctx, moi = contexte(), acteur()
    dossier = lire(ref)
    p = dossier.fiche
    classement = classer_offres(ctx, moi, ref, limit=OFFRES_MONTREES) if p.informee and not p.retiree_le else None
    jour = ctx.aujourdhui()
    with ctx.lecture() as s:
        suites = propositions(s, moi, jour, groupe="toutes", personne_ref=ref).lignes
        contrats = contrats_de_la_personne(s, p.id, jour)
    return {
        "p": p,
        "dossier": dossier,
        "classement": classement,
        "propositions": suites,
        "contrats": contrats,
        "canaux": CANAUX_PROPOSES,
        "canaux_tous": CANAUX_TOUS,
        "point_proposer": f"{moi.role.value}_offres.proposer",
        "point_offre": f"{moi.role.value}_offres.fiche",
    }

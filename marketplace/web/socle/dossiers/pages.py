"""Reading: the list, the file, the skills sheet, what an aid would open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, url_for

from marketplace.comptes.roles import Role
from marketplace.erreurs import RegleViolee
from marketplace.heures.queries.experiences import experiences_a_ajouter
from marketplace.heures.queries.personne import contrats_de_la_personne
from marketplace.personnes import services
from marketplace.personnes.queries import FiltresPersonnes, ListePersonnes
from marketplace.personnes.queries.listes import ETATS
from marketplace.personnes.rules.etapes import Etape
from marketplace.propositions.queries import propositions
from marketplace.propositions.services import classer_offres
from marketplace.propositions.signalements.queries import signalements_de
from marketplace.web.socle.acces import acteur, contexte
from marketplace.web.socle.dossiers.commun import (
    CANAUX_TOUS,
    finalite,
    lire,
)
from marketplace.web.socle.dossiers.saisie import suggestions_de_metiers
from marketplace.web.socle.formulaires_personnes import (
    CANAUX_PROPOSES,
)

OFFRES_MONTREES = 3
DU_TERRITOIRE = frozenset({"sans_referent", "miennes"})
"""Filters that mean nothing inside one caseload."""


def page_de_liste(args: Mapping[str, str]) -> dict[str, Any]:
    """What the page of a list of people shows, from its address. Nobody for an organisation not yet verified."""
    ctx, moi = contexte(), acteur()
    facilitateur = moi.role is Role.FACILITATEUR
    filtres = FiltresPersonnes(
        referent_id=moi.referent_id if args.get("etat") == "miennes" else None,
        texte=args.get("q", "")[:100],
        etat=args.get("etat", "") if args.get("etat", "") in ETATS else "",
        page=int(args["page"]) if args.get("page", "").isdigit() and len(args["page"]) < 6 else 1,
        tri="nom" if args.get("tri") == "nom" else "contact",
    )
    vide = ListePersonnes((), 0, 1, 1)
    liste = services.lire_liste(ctx, moi, filtres, f"{finalite()}, liste") if moi.organisation_verifiee else vide
    return {
        "liste": liste,
        "filtres": filtres,
        "etats": [(code, libelle) for code, libelle in ETATS.items() if facilitateur or code not in DU_TERRITOIRE],
        "parametres": {"q": filtres.texte, "etat": filtres.etat, "tri": filtres.tri},
        "avec_referents": facilitateur,
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
        a_ajouter = experiences_a_ajouter(s, p.id, jour) if not p.retiree_le else ()
        signalements = signalements_de(s, p.id, jour)
    a_confirmer = [e for e in p.experiences if e.code_rome is None]
    return {
        "p": p,
        "a_confirmer": a_confirmer,
        "suggestions": suggestions_de_metiers(a_confirmer) if p.etape is Etape.CONFIRMER else {},
        "dossier": dossier,
        "classement": classement,
        "propositions": suites,
        "contrats": contrats,
        "experiences_a_ajouter": a_ajouter,
        "signalements": signalements,
        "point_signaler": f"{moi.role.value}_signalements.nouveau",
        "canaux": CANAUX_PROPOSES,
        "canaux_tous": CANAUX_TOUS,
        "point_proposer": f"{moi.role.value}_offres.proposer",
        "point_offre": f"{moi.role.value}_offres.fiche",
    }


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

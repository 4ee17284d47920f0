"""Reading the names of people at work is an act: allowed by the hat, noted with its purpose (N2, R10, R111)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable
from marketplace.heures.acces import etablissements
from marketplace.heures.queries import (
    Periode,
    contrat_vu,
    contrats_listes,
    declaration_vue,
    embauche_possible,
    employeurs_possibles,
    marches_ouverts,
    periode,
    salaries_de,
)
from marketplace.heures.queries.contrats import ContratVu, EmbauchePossible, PageContrats
from marketplace.heures.queries.declaration import DeclarationVue
from marketplace.heures.queries.employeur import SalarieVu
from marketplace.journal.services import noter_lectures


def _organisation(acteur: Acteur) -> Portee:
    """Reach of what belongs to the actor's own organisation; unverified, it reads nobody."""
    organisations = {acteur.organisation_id} if acteur.organisation_id is not None else set()
    return Portee(acteur.territoire_id, frozenset(organisations))


def lire_periode(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    mois: date,
    *,
    copier: bool = False,
    detail: bool = False,
    etablissement: str = "",
) -> Periode:
    """What the firm signs with that month on a marché, for one of its establishments. Raises Introuvable."""
    exiger(acteur, Action.DECLARER_HEURES, _organisation(acteur))
    with ctx.transaction() as s:
        vue = periode(
            s,
            etablissements(s, acteur.organisation_id),
            ref,
            mois,
            ctx.aujourdhui(),
            copier=copier,
            detail=detail,
            etablissement=etablissement,
            marches=acteur.marches,
            prefere=acteur.organisation_id,
        )
        personnes = [x.personne_id for x in vue.contrats]
        noter_lectures(s, ctx.horloge(), acteur, personnes, f"heures {mois:%Y-%m} du marché {ref}")
    return vue


def lire_salaries(ctx: Contexte, acteur: Acteur, ref: str | None = None) -> tuple[SalarieVu, ...]:
    """The employer's contrats, or one of them. Raises Introuvable when there is none of that reference."""
    exiger(acteur, Action.DECLARER_HEURES, _organisation(acteur))
    with ctx.transaction() as s:
        salaries = salaries_de(s, acteur.organisation_id, ctx.aujourdhui(), ref=ref)
        if ref is not None and not salaries:
            raise Introuvable()
        finalite = "liste de mes salariés" if ref is None else f"contrat {ref}"
        noter_lectures(s, ctx.horloge(), acteur, (x.personne_id for x in salaries), finalite)
    return salaries


def lire_declaration(ctx: Contexte, acteur: Acteur, declaration_id: int) -> DeclarationVue:
    """One declaration line by line, for the facilitateur. Raises Introuvable outside the territory."""
    exiger(acteur, Action.VALIDER_HEURES, Portee(acteur.territoire_id))
    with ctx.transaction() as s:
        d = declaration_vue(s, acteur.territoire_id, declaration_id, ctx.aujourdhui())
        personnes = [x.personne_id for x in d.lignes]
        noter_lectures(s, ctx.horloge(), acteur, personnes, f"déclaration {d.id} à valider")
    return d


def lire_contrats(ctx: Contexte, acteur: Acteur, *, vue: str, texte: str, page: int) -> PageContrats:
    """A page of the territory's contrats, for the facilitateur."""
    exiger(acteur, Action.VALIDER_HEURES, Portee(acteur.territoire_id))
    with ctx.transaction() as s:
        lue = contrats_listes(s, acteur.territoire_id, ctx.aujourdhui(), vue=vue, texte=texte, page=page)
        noter_lectures(s, ctx.horloge(), acteur, (x.personne_id for x in lue.lignes), "liste des contrats")
    return lue


def lire_contrat(ctx: Contexte, acteur: Acteur, ref: str) -> ContratVu:
    """One contrat month by month, for the facilitateur. Raises Introuvable outside the territory."""
    exiger(acteur, Action.VALIDER_HEURES, Portee(acteur.territoire_id))
    with ctx.transaction() as s:
        c = contrat_vu(s, acteur.territoire_id, ref)
        noter_lectures(s, ctx.horloge(), acteur, [c.personne_id], f"contrat {ref}")
    return c


@dataclass(frozen=True, slots=True)
class Embauche:
    """What the form of a new contrat needs: who, the marchés that take hours, the employers by name."""

    qui: EmbauchePossible
    marches: tuple[tuple[str, str], ...]
    employeurs: dict[str, str]


def lire_embauche(ctx: Contexte, acteur: Acteur, validation_ref: str) -> Embauche:
    """The « oui » a contrat starts from. An employer reads its own only. Raises Introuvable."""
    exiger(acteur, Action.EMBAUCHER, _organisation(acteur))
    with ctx.transaction() as s:
        qui = embauche_possible(s, acteur.territoire_id, validation_ref)
        if acteur.role is Role.EMPLOYEUR and qui.employeur_id != acteur.organisation_id:
            raise Introuvable()
        marches = marches_ouverts(s, acteur.territoire_id, employeur_id=qui.employeur_id)
        if acteur.role is Role.FACILITATEUR and not marches:
            marches = marches_ouverts(s, acteur.territoire_id)
        choisir = acteur.role is Role.FACILITATEUR and qui.employeur_id is None
        employeurs = {nom: ref for ref, nom in employeurs_possibles(s, acteur.territoire_id)} if choisir else {}
        noter_lectures(s, ctx.horloge(), acteur, [qui.personne_id], "nouveau contrat")
    return Embauche(qui, marches, employeurs)

"""Named views: the filters of a list that a user keeps under a name. They are hers alone, whatever her hat."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.recherche.models import VueEnregistree

NOM_AU_PLUS = 60
FILTRES_AU_PLUS = 1500
VUES_AU_PLUS = 20

LISTES = {
    "marches": "Marchés clausés en cours",
    "offres": "Offres ouvertes",
    "structures": "Structures",
    "registre": "Marchés du registre",
}
"""The lists that keep views: their code, and how they are called."""

IGNORES = frozenset({"page", "tout"})


@dataclass(frozen=True, slots=True)
class VueLue:
    """A view as a page shows it. `filtres`: the part of the address after « ? »."""

    id: int
    liste: str
    nom: str
    filtres: str
    par_defaut: bool


def filtres_lus(adresse: str) -> str:
    """The filters of an address, in one order, without what is not a filter."""
    return urlencode(sorted((k, v) for k, v in parse_qsl(adresse) if k not in IGNORES))


def vues_de(s: Session, utilisateur_id: int | None, liste: str | None = None) -> tuple[VueLue, ...]:
    """The views of a user, on one list or on all, by name."""
    requete = (
        select(VueEnregistree)
        .where(VueEnregistree.utilisateur_id == utilisateur_id)
        .order_by(VueEnregistree.liste, func.lower(VueEnregistree.nom), VueEnregistree.id)
    )
    if liste is not None:
        requete = requete.where(VueEnregistree.liste == liste)
    return tuple(VueLue(v.id, v.liste, v.nom, v.filtres, v.par_defaut) for v in s.scalars(requete))


def _nom(s: Session, acteur: Acteur, liste: str, nom: str, sauf: int | None = None) -> str:
    """The name, checked. Raises RegleViolee when it is empty, too long or already given on that list."""
    lu = " ".join(nom.split())
    if not lu:
        raise RegleViolee("Donnez un nom à cette vue, par exemple « Béziers, à relancer ».", champ="nom")
    if len(lu) > NOM_AU_PLUS:
        raise RegleViolee(f"Un nom de vue tient en {NOM_AU_PLUS} caractères : raccourcissez-le.", champ="nom")
    deja = {v.nom.lower(): v.id for v in vues_de(s, acteur.utilisateur_id, liste)}
    if deja.get(lu.lower(), sauf) != sauf:
        raise RegleViolee(f"Vous avez déjà une vue « {lu} » : choisissez un autre nom.", champ="nom")
    return lu


def _la_mienne(s: Session, acteur: Acteur, vue_id: int) -> VueEnregistree:
    vue = s.get(VueEnregistree, vue_id)
    if vue is None or vue.utilisateur_id != acteur.utilisateur_id:
        raise Introuvable()
    return vue


def enregistrer_vue(ctx: Contexte, acteur: Acteur, liste: str, nom: str, filtres: str) -> int:
    """Keep the filters of a list under a name; its id. Raises RegleViolee when the name or the list will not do."""
    with ctx.transaction() as s:
        if liste not in LISTES:
            raise Introuvable()
        lus = filtres_lus(filtres)
        if len(lus) > FILTRES_AU_PLUS:
            raise RegleViolee("Ces filtres sont trop longs pour être gardés : retirez-en.")
        if len(vues_de(s, acteur.utilisateur_id, liste)) >= VUES_AU_PLUS:
            raise RegleViolee(f"Vous avez déjà {VUES_AU_PLUS} vues sur cette liste : supprimez-en une.")
        vue = VueEnregistree(
            utilisateur_id=acteur.utilisateur_id,
            liste=liste,
            nom=_nom(s, acteur, liste, nom),
            filtres=lus,
            cree_le=ctx.horloge(),
        )
        s.add(vue)
        s.flush()
        return vue.id


def renommer_vue(ctx: Contexte, acteur: Acteur, vue_id: int, nom: str) -> None:
    """Give one's view another name."""
    with ctx.transaction() as s:
        vue = _la_mienne(s, acteur, vue_id)
        vue.nom = _nom(s, acteur, vue.liste, nom, sauf=vue.id)


def supprimer_vue(ctx: Contexte, acteur: Acteur, vue_id: int) -> None:
    """Forget one's view."""
    with ctx.transaction() as s:
        s.delete(_la_mienne(s, acteur, vue_id))


def ouvrir_par_defaut(ctx: Contexte, acteur: Acteur, vue_id: int, oui: bool) -> None:
    """Make one's view the one its list opens with, instead of any other; or no longer."""
    with ctx.transaction() as s:
        vue = _la_mienne(s, acteur, vue_id)
        s.execute(
            update(VueEnregistree)
            .where(VueEnregistree.utilisateur_id == acteur.utilisateur_id, VueEnregistree.liste == vue.liste)
            .values(par_defaut=False)
            .execution_options(synchronize_session=False)
        )
        s.refresh(vue)
        vue.par_defaut = oui

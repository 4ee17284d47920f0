"""The form of a marché: ordinary, accord-cadre, marché subséquent, direct purchase; and its second counter (R18)."""

from __future__ import annotations

import re
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.journal.services import journaliser
from marketplace.marches.models import Composante, CompteurNpnru, FormeMarche, Marche
from marketplace.marches.portee import charger_marche
from marketplace.marches.rules.dimensionnement import ReglagesDimensionnement, objectif_anru
from marketplace.marches.rules.formes import (
    FORMES_DU_GENRE,
    LIBELLES_FORME,
    LIBELLES_GENRE,
    Forme,
    GenreComposante,
    verifier_achat_direct,
)
from marketplace.marches.rules.npnru import LIBELLES_VOLET, VoletNpnru
from marketplace.marches.services.saisie import toucher
from marketplace.territoire.reglages import reglages_au


def forme_de(s: Session, marche_id: int) -> Forme | None:
    """The form of a marché; None for an ordinary one."""
    return s.scalar(select(FormeMarche.forme).where(FormeMarche.marche_id == marche_id))


def fixer_forme(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    forme: Forme | None,
    *,
    heures_par_millier: Decimal | None = None,
    accord_cadre: str = "",
) -> None:
    """Say what kind of contract a marché is, with its ratio or its accord-cadre; None makes it ordinary again.

    Raises RegleViolee: parts of the contract that the new form does not have, no such accord-cadre, an amount over
    the threshold of a direct purchase, a ratio out of bounds.
    """
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        ecrire_forme(s, ctx, acteur, marche, forme, heures_par_millier=heures_par_millier, accord_cadre=accord_cadre)
        toucher(ctx, marche)
        resume = f"a dit la forme du contrat : {LIBELLES_FORME[forme] if forme else 'marché ordinaire'}"
        if heures_par_millier is not None and forme is Forme.BONS_DE_COMMANDE:
            resume += f", {format(heures_par_millier.normalize(), 'f').replace('.', ',')} h pour 1 000 € HT"
        journaliser(s, ctx.horloge(), acteur, "fixer_forme", marche, resume)


def ecrire_forme(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    marche: Marche,
    forme: Forme | None,
    *,
    heures_par_millier: Decimal | None = None,
    accord_cadre: str = "",
) -> None:
    """The same inside the caller's transaction, without its line in the journal."""
    _verifier_composantes(s, marche, forme)
    if forme is Forme.ACHAT_DIRECT:
        verifier_achat_direct(marche.montant_ht, marche.date_notification or ctx.aujourdhui())
    if heures_par_millier is not None and not 0 < heures_par_millier <= 1000:
        raise RegleViolee("Ce ratio va de 0 à 1 000 heures pour 1 000 € HT.", champ="heures_par_millier")
    cadre = _lire_accord_cadre(s, acteur, accord_cadre, marche) if forme is Forme.MARCHE_SUBSEQUENT else None
    ligne = s.get(FormeMarche, marche.id)
    if forme is None:
        if ligne is not None:
            s.delete(ligne)
        return
    if ligne is None:
        ligne = FormeMarche(marche_id=marche.id)
        s.add(ligne)
    ligne.forme, ligne.accord_cadre_id = forme, None if cadre is None else cadre.id
    ligne.heures_par_millier = heures_par_millier if forme is Forme.BONS_DE_COMMANDE else None


def _verifier_composantes(s: Session, marche: Marche, forme: Forme | None) -> None:
    """A form that would leave parts behind is refused: they would count without a contract to hold them."""
    genres = s.scalars(select(Composante.genre).where(Composante.marche_id == marche.id).distinct())
    for genre in genres:
        if genre is not GenreComposante.TRANSFERT and forme not in FORMES_DU_GENRE[genre]:
            raise RegleViolee(
                f"Ce marché porte une {LIBELLES_GENRE[genre]} : retirez-la avant de changer sa forme."
                if genre is not GenreComposante.BON_DE_COMMANDE
                else "Ce marché porte des bons de commande : retirez-les avant de changer sa forme.",
                champ="forme",
            )
    if forme is not Forme.MARCHES_SUBSEQUENTS and s.scalar(
        select(FormeMarche.marche_id).where(FormeMarche.accord_cadre_id == marche.id).limit(1)
    ):
        raise RegleViolee("Des marchés subséquents dépendent de lui : sa forme ne change plus.", champ="forme")


def _lire_accord_cadre(s: Session, acteur: Acteur, texte: str, marche: Marche) -> Marche:
    """The accord-cadre named by its reference or its whole title. Raises RegleViolee next to its field."""
    texte = texte.strip()
    if not texte:
        raise RegleViolee("Dites de quel accord-cadre vient ce marché subséquent.", champ="accord_cadre")
    entre = re.search(r"(M-\d+)", texte.upper())
    requete = (
        select(Marche)
        .join(FormeMarche, FormeMarche.marche_id == Marche.id)
        .where(Marche.territoire_id == acteur.territoire_id, FormeMarche.forme == Forme.MARCHES_SUBSEQUENTS)
        .where(Marche.ref == entre.group(1) if entre else Marche.intitule == texte)
        .order_by(Marche.id)
    )
    trouve = s.scalars(requete).first()
    if trouve is None or trouve.id == marche.id:
        raise RegleViolee(f"« {texte} » n'est pas un accord-cadre à marchés subséquents.", champ="accord_cadre")
    return trouve


def fixer_compteur_npnru(
    ctx: Contexte, acteur: Acteur, ref: str, volet: VoletNpnru | None, heures_travaillees: Decimal = Decimal(0)
) -> None:
    """Open, change or (`volet` None) close the second counter of a marché: hours of inhabitants of a QPV (R18, T7).

    `heures_travaillees`: all the hours the marché takes. Raises RegleViolee when they are not positive.
    """
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        if volet is None:
            s.execute(delete(CompteurNpnru).where(CompteurNpnru.marche_id == marche.id))
            resume = "a retiré le second compteur (habitants de quartiers prioritaires)"
        else:
            if heures_travaillees <= 0:
                raise RegleViolee("Donnez toutes les heures travaillées du marché.", champ="heures_travaillees")
            r = reglages_au(s, marche.territoire_id, ctx.aujourdhui())
            arrondi = ReglagesDimensionnement(arrondi_pas=r.arrondi_pas, arrondi_mode=r.arrondi_mode)
            heures = objectif_anru(heures_travaillees, volet.value, arrondi)
            compteur = s.get(CompteurNpnru, marche.id)
            if compteur is None:
                compteur = CompteurNpnru(marche_id=marche.id)
                s.add(compteur)
            compteur.volet, compteur.heures_travaillees, compteur.heures = volet, heures_travaillees, heures
            compteur.fixe_le, compteur.auteur_id = ctx.aujourdhui(), acteur.utilisateur_id
            nombre = format(heures.normalize(), "f").replace(".", ",")
            resume = f"a fixé le second compteur ({LIBELLES_VOLET[volet]}) à {nombre} h pour les habitants de quartiers"
        toucher(ctx, marche)
        journaliser(s, ctx.horloge(), acteur, "fixer_compteur_npnru", marche, resume)

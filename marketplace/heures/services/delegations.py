"""Acts of a firm on those who declare in its name: name a delegate, take it back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.acces import Declarant
from marketplace.heures.destinataires import emettre_lien
from marketplace.heures.models import Contrat, Delegation
from marketplace.heures.services.liens import revoquer_liens
from marketplace.journal.services import journaliser, poster
from marketplace.marches.models import Marche
from marketplace.territoire.reglages import reglages_au

_ADRESSE = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]{2,}")


def _organisation(s: Session, acteur: Acteur) -> Organisation:
    """The firm the actor speaks for. Raises Introuvable out of reach, and for somebody who came by a link."""
    if acteur.organisation_id is None:
        raise Introuvable()
    exiger(acteur, Action.NOMMER_DELEGUE, Portee(acteur.territoire_id, frozenset({acteur.organisation_id})))
    return s.get_one(Organisation, acteur.organisation_id)


def nommer_delegue(
    ctx: Contexte,
    acteur: Acteur,
    *,
    courriel: str,
    nom: str,
    fonction: str = "",
    marches: Sequence[str] = (),
    jusqu_au: date | None = None,
) -> None:
    """Let somebody declare for the firm, on some marchés (their references) or on all, and mail the link.

    Naming the same address again replaces what it had. Raises RegleViolee with its field.
    """
    adresse = courriel.strip().lower()
    if not _ADRESSE.fullmatch(adresse):
        raise RegleViolee("Cette adresse n'est pas complète : écrivez par exemple nom@entreprise.fr.", champ="courriel")
    if not nom.strip():
        raise RegleViolee("Écrivez le nom de cette personne.", champ="nom")
    jour = ctx.aujourdhui()
    if jusqu_au is not None and jusqu_au < jour:
        raise RegleViolee("Cette date est passée : laissez vide, ou choisissez une date à venir.", champ="jusqu_au")
    with ctx.transaction() as s:
        organisation = _organisation(s, acteur)
        ids: Sequence[int | None] = _marches(s, organisation, marches) if marches else [None]
        _retirer(s, ctx, organisation.id, adresse)
        nouvelles = [
            Delegation(
                territoire_id=organisation.territoire_id,
                organisation_id=organisation.id,
                marche_id=marche_id,
                courriel=adresse,
                nom=nom.strip(),
                fonction=fonction.strip(),
                depuis=jour,
                jusqu_au=jusqu_au,
                auteur_id=acteur.utilisateur_id,
                cree_le=ctx.horloge(),
            )
            for marche_id in ids
        ]
        s.add_all(nouvelles)
        s.flush()
        jours = reglages_au(s, organisation.territoire_id, jour).liens_jours
        declarant = Declarant(organisation.id, adresse, nom.strip())
        lien = emettre_lien(s, ctx, declarant, organisation.territoire_id, jours)
        poster(
            s,
            ctx.horloge(),
            cle=f"declaration-delegue:{nouvelles[0].id}",
            destinataire=adresse,
            sujet=f"{organisation.nom} vous confie ses déclarations d'heures"[:200],
            corps=(
                f"Bonjour,\n\n{organisation.nom} vous demande de déclarer ses heures d'insertion.\n"
                "Pas de compte, pas de mot de passe : ce lien, puis un code envoyé à cette adresse.\n"
                f"{lien}\n\nCe lien sert {jours} jours. Vous en recevrez un à chaque déclaration à faire.\n"
            ),
        )
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "nommer_delegue",
            nouvelles[0],
            f"{organisation.nom} confie ses déclarations à {nom.strip()}",
            marches=list(marches) or "tous",
        )


def _marches(s: Session, organisation: Organisation, refs: Sequence[str]) -> list[int]:
    connus = s.scalars(
        select(Marche.id)
        .join(Contrat, Contrat.marche_id == Marche.id)
        .where(Marche.ref.in_(set(refs)), Contrat.employeur_id == organisation.id)
        .distinct()
    ).all()
    if len(connus) != len(set(refs)):
        raise RegleViolee("Choisissez les marchés dans la liste.", champ="marches")
    return sorted(connus)


def _retirer(s: Session, ctx: Contexte, organisation_id: int, courriel: str) -> int:
    retirees = s.scalars(
        update(Delegation)
        .where(
            Delegation.organisation_id == organisation_id,
            Delegation.courriel == courriel,
            Delegation.revoquee_le.is_(None),
        )
        .values(revoquee_le=ctx.horloge())
        .returning(Delegation.id)
    ).all()
    if retirees:
        revoquer_liens(s, ctx, organisation_id, courriel)
    return len(retirees)


def fermer_les_liens(ctx: Contexte, acteur: Acteur) -> int:
    """Close every link sent for the firm so far, whoever got it, and the sessions they opened; how many."""
    with ctx.transaction() as s:
        organisation = _organisation(s, acteur)
        fermes = revoquer_liens(s, ctx, organisation.id)
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "fermer_liens",
            organisation,
            f"{organisation.nom} ferme ses liens de déclaration",
            liens=fermes,
        )
        return fermes


def retirer_delegue(ctx: Contexte, acteur: Acteur, delegation_id: int) -> None:
    """Take a delegate back, all marchés at once: its links and its open session stop at once."""
    with ctx.transaction() as s:
        organisation = _organisation(s, acteur)
        delegation = s.scalar(
            select(Delegation).where(
                Delegation.id == delegation_id,
                Delegation.organisation_id == organisation.id,
                Delegation.revoquee_le.is_(None),
            )
        )
        if delegation is None:
            raise Introuvable()
        _retirer(s, ctx, organisation.id, delegation.courriel)
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "retirer_delegue",
            delegation,
            f"{organisation.nom} ne confie plus ses déclarations à {delegation.nom}",
        )

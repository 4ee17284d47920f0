"""Acts on the report: freeze it when it is published, name its rows, set an exceptional opération apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.bilans.faits import charger_faits
from marketplace.bilans.models import BilanArrete, CorrespondanceBilan, DimensionBilan, OperationExceptionnelle
from marketplace.bilans.perimetre import Perimetre, perimetre_de_json
from marketplace.bilans.photo import calculer
from marketplace.bilans.presentation import slug
from marketplace.bilans.queries import empreinte_registre
from marketplace.bilans.rules.periode import Periode
from marketplace.bilans.rules.tableaux import heures
from marketplace.bilans.vue import en_dict
from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.marches.models import Operation

LONGUEUR_LIBELLE = 80


def arreter(
    ctx: Contexte, acteur: Acteur, perimetre: Perimetre, periode: Periode, libelle: str, *, note: str = ""
) -> str:
    """Freeze the report of a period as it stands: what is published can no longer move. Returns its reference.

    Raises RegleViolee when the period is not over, or when there is nothing to report.
    """
    exiger(acteur, Action.PUBLIER_BILAN, Portee(perimetre.territoire_id))
    if periode.fin >= ctx.aujourdhui():
        raise RegleViolee("La période n'est pas finie : arrêtez le bilan après son dernier jour.", champ="annee")
    with ctx.transaction() as s:
        vu = calculer(s, perimetre, periode, libelle)
        empreinte = empreinte_registre(s, perimetre)
        arrete = BilanArrete(
            ref="?",
            territoire_id=perimetre.territoire_id,
            debut=periode.debut,
            fin=periode.fin,
            perimetre=perimetre.en_json(),
            empreinte=empreinte,
            contenu=en_dict(vu),
            faits=_faits(s, perimetre, periode),
            note=note.strip(),
            arrete_le=ctx.horloge(),
            arrete_par_id=acteur.utilisateur_id,
        )
        s.add(arrete)
        s.flush()
        arrete.ref = f"B-{arrete.id:06d}"
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "arreter_bilan",
            arrete,
            f"a arrêté le bilan {periode.libelle}",
            empreinte=empreinte,
        )
        return arrete.ref


def _faits(s: Session, perimetre: Perimetre, periode: Periode) -> list[list[int]]:
    """[contrat, marché, person, hundredths] of the period: enough to tell later what came after."""
    f = charger_faits(s, perimetre, (periode,))
    return [
        [int(c), int(m), int(p), int(h)] for c, m, p, h in zip(f.contrat, f.marche, f.personne, f.heures, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Regularisation:
    """Hours of a closed period that changed since it was frozen: what was published, what stands now."""

    marche_ref: str
    marche: str
    contrat_ref: str
    publiees: Decimal
    actuelles: Decimal

    @property
    def ecart(self) -> Decimal:
        """What to add to the published figure; negative when hours were taken back."""
        return self.actuelles - self.publiees


def regularisations(s: Session, arrete: BilanArrete) -> tuple[Regularisation, ...]:
    """What moved in the period since the report was frozen, by contrat and marché; empty when nothing did."""
    perimetre = perimetre_de_json(arrete.perimetre)
    f = charger_faits(s, perimetre, (Periode(arrete.debut, arrete.fin),))
    avant: dict[tuple[int, int, int], int] = {}
    for contrat, marche, personne, centiemes in arrete.faits:
        cle = (contrat, marche, personne)
        avant[cle] = avant.get(cle, 0) + centiemes
    apres: dict[tuple[int, int, int], int] = {}
    for c, m, p, h in zip(f.contrat.tolist(), f.marche.tolist(), f.personne.tolist(), f.heures.tolist(), strict=True):
        apres[c, m, p] = apres.get((c, m, p), 0) + h
    lignes = []
    for cle in sorted(avant.keys() | apres.keys()):
        publiees, actuelles = avant.get(cle, 0), apres.get(cle, 0)
        if publiees == actuelles:
            continue
        contrat, marche, _ = cle
        m_lu = f.marches.get(marche)
        c_lu = f.contrats.get(contrat)
        lignes.append(
            Regularisation(
                m_lu.ref if m_lu else "",
                m_lu.intitule if m_lu else "Marché sorti du périmètre",
                c_lu.ref if c_lu else "",
                heures(publiees),
                heures(actuelles),
            )
        )
    return tuple(lignes)


def charger_arrete(s: Session, acteur: Acteur, ref: str) -> BilanArrete:
    """A frozen report of the caller's territory. Raises Introuvable otherwise."""
    arrete = s.scalar(
        select(BilanArrete).where(BilanArrete.ref == ref, BilanArrete.territoire_id == acteur.territoire_id)
    )
    if arrete is None:
        raise Introuvable()
    exiger(acteur, Action.PUBLIER_BILAN, Portee(arrete.territoire_id))
    return arrete


def nommer(
    ctx: Contexte,
    acteur: Acteur,
    dimension: DimensionBilan,
    valeur: str,
    libelle: str,
    a_partir_du: date,
    *,
    principal: bool = False,
    source: str = "",
) -> None:
    """From a day on, show a value of the ledger under this row. The reports of before keep theirs.

    Raises RegleViolee for an empty name, an unknown buyer, or a row already named from that day.
    """
    exiger(acteur, Action.PUBLIER_BILAN, Portee(acteur.territoire_id))
    nom = " ".join(libelle.split())
    if not nom or len(nom) > LONGUEUR_LIBELLE:
        raise RegleViolee(f"Donnez un nom de {LONGUEUR_LIBELLE} lettres au plus.", champ="libelle")
    with ctx.transaction() as s:
        if dimension is DimensionBilan.ACHETEUR:
            connu = s.scalar(
                select(Organisation.id).where(
                    Organisation.ref == valeur, Organisation.territoire_id == acteur.territoire_id
                )
            )
            if connu is None:
                raise RegleViolee("Choisissez un acheteur de la liste.", champ="valeur")
        meme = s.scalar(
            select(CorrespondanceBilan).where(
                CorrespondanceBilan.territoire_id == acteur.territoire_id,
                CorrespondanceBilan.dimension == dimension,
                CorrespondanceBilan.valeur == valeur,
                CorrespondanceBilan.a_partir_du == a_partir_du,
            )
        )
        if meme is not None:
            raise RegleViolee(
                "Cette ligne a déjà un nom à partir de ce jour : choisissez une autre date.", champ="jour"
            )
        ligne = CorrespondanceBilan(
            territoire_id=acteur.territoire_id,
            dimension=dimension,
            valeur=valeur,
            libelle=nom,
            principal=principal and dimension is DimensionBilan.ACHETEUR,
            a_partir_du=a_partir_du,
            source=source.strip(),
            auteur_id=acteur.utilisateur_id,
            cree_le=ctx.horloge(),
        )
        s.add(ligne)
        s.flush()
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "nommer_ligne_bilan",
            ligne,
            f"a nommé « {nom} » une ligne du bilan",
            valeur=valeur,
        )


def signaler_exceptionnelle(ctx: Contexte, acteur: Acteur, ref: str, libelle: str, motif: str) -> None:
    """Name an opération so large that it hides the rest; it has its own row and may be set aside (N41).

    Raises RegleViolee without a name and a reason, Introuvable for an opération out of reach.
    """
    exiger(acteur, Action.PUBLIER_BILAN, Portee(acteur.territoire_id))
    nom = " ".join(libelle.split())
    if not nom or len(nom) > LONGUEUR_LIBELLE:
        raise RegleViolee(f"Donnez un nom de {LONGUEUR_LIBELLE} lettres au plus.", champ="libelle")
    if not motif.strip():
        raise RegleViolee("Dites pourquoi cette opération est à part, en une ligne.", champ="motif")
    with ctx.transaction() as s:
        operation = s.scalar(
            select(Operation).where(Operation.ref == ref, Operation.territoire_id == acteur.territoire_id)
        )
        if operation is None:
            raise Introuvable()
        ligne = s.scalar(select(OperationExceptionnelle).where(OperationExceptionnelle.operation_id == operation.id))
        if ligne is None:
            ligne = OperationExceptionnelle(operation_id=operation.id, cree_le=ctx.horloge())
            s.add(ligne)
        ligne.code, ligne.libelle, ligne.motif = slug(nom)[:40], nom, motif.strip()
        ligne.auteur_id = acteur.utilisateur_id
        s.flush()
        journaliser(
            s, ctx.horloge(), acteur, "signaler_exceptionnelle", ligne, f"a mis à part l'opération {operation.ref}"
        )


def ne_plus_signaler(ctx: Contexte, acteur: Acteur, ref: str) -> None:
    """An opération is like the others again; what was frozen keeps its rows. Raises Introuvable when it was not."""
    exiger(acteur, Action.PUBLIER_BILAN, Portee(acteur.territoire_id))
    with ctx.transaction() as s:
        ligne = s.scalar(
            select(OperationExceptionnelle)
            .join(Operation, Operation.id == OperationExceptionnelle.operation_id)
            .where(Operation.ref == ref, Operation.territoire_id == acteur.territoire_id)
        )
        if ligne is None:
            raise Introuvable()
        journaliser(s, ctx.horloge(), acteur, "ne_plus_signaler", ligne, f"a remis l'opération {ref} avec les autres")
        s.delete(ligne)

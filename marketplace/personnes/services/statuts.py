"""Acts on the statuses of a person: a category with its proof named, dated, seen by whom. Never a file (R107)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.personnes.models import AvisMotive as AvisMotiveEcrit
from marketplace.personnes.models import OuiNonAVerifier, Personne, Statut, Validation
from marketplace.personnes.portee import est_son_referent, personne_du_perimetre
from marketplace.personnes.rules.eligibilite import AvisMotive, Categorie, verifier_avis
from marketplace.personnes.rules.pieces import PIECES
from marketplace.personnes.rules.proteges import refuser_nir
from marketplace.personnes.services.preuves import clore_demandes
from marketplace.personnes.services.vivier import noter_changement


def statuts_ouverts(s: Session, acteur: Acteur, personne: Personne, jour: date, *, accord_proposition: bool) -> bool:
    """Whether this hat may read the categories of this person (matrix M; CASF L133-5).

    A référent reads those of her caseload, a facilitateur those of her own vivier. Everybody else (facilitateur,
    also when acting for a référent; co-référent) reads them once the person agreed to a validation or a
    proposition (`accord_proposition`, known above this room); before that, a yes or a no.
    """
    if accord_proposition or est_son_referent(s, acteur, personne.id, jour):
        return True
    return a_une_validation(s, personne.id)


def a_une_validation(s: Session, personne_id: int) -> bool:
    """Whether a validation of this person was ever asked: she was told of it then."""
    return s.scalar(select(Validation.id).where(Validation.personne_id == personne_id).limit(1)) is not None


def controler_statut(
    categorie: str, depuis: date | None, jusqu_au: date | None, preuve_type: str, preuve_le: date | None, jour: date
) -> None:
    """Raises RegleViolee, with the field, on the first thing that cannot be kept."""
    if categorie not in set(Categorie):
        raise RegleViolee("Choisissez une situation dans la liste.", champ="categorie")
    if depuis is not None and depuis > jour:
        raise RegleViolee("Cette date est dans le futur.", champ="depuis")
    if depuis is not None and jusqu_au is not None and jusqu_au < depuis:
        raise RegleViolee("La fin est avant le début.", champ="jusqu_au")
    if preuve_type and preuve_type not in PIECES:
        raise RegleViolee("Choisissez un justificatif dans la liste.", champ="preuve_type")
    if preuve_type and preuve_le is None:
        raise RegleViolee("Donnez la date écrite sur le justificatif.", champ="preuve_le")
    if preuve_le is not None and not preuve_type:
        raise RegleViolee("Dites quel justificatif vous avez vu.", champ="preuve_type")
    if preuve_le is not None and preuve_le > jour:
        raise RegleViolee("La date du justificatif est dans le futur.", champ="preuve_le")


def inscrire_statut(
    s: Session,
    acteur: Acteur,
    personne: Personne,
    jour: date,
    *,
    categorie: str,
    depuis: date | None,
    jusqu_au: date | None,
    preuve_type: str,
    preuve_le: date | None,
    avis: AvisMotive | None = None,
) -> Statut:
    """Add a category, or renew the proof of the one already there, inside the caller's transaction.

    « Autre situation » is proven by a reasoned opinion alone: who gives it, for which service, when and why (R46).
    """
    controler_statut(categorie, depuis, jusqu_au, preuve_type, preuve_le, jour)
    if categorie == Categorie.AVIS_MOTIVE and preuve_type:
        avis = _avis_controle(avis, preuve_le, jour)
    statut = s.scalar(select(Statut).where(Statut.personne_id == personne.id, Statut.categorie == categorie))
    if statut is None:
        statut = Statut(personne_id=personne.id, categorie=categorie)
        s.add(statut)
    statut.depuis = depuis or statut.depuis
    statut.jusqu_au = jusqu_au or statut.jusqu_au
    if preuve_type:
        statut.preuve_type, statut.preuve_le = preuve_type, preuve_le
        statut.vue_par_id, statut.vue_le = acteur.utilisateur_id, jour
    s.flush()
    if categorie == Categorie.AVIS_MOTIVE and avis is not None and preuve_type:
        _garder_avis(s, statut, avis)
    return statut


def _avis_controle(avis: AvisMotive | None, preuve_le: date | None, jour: date) -> AvisMotive:
    if avis is None:
        raise RegleViolee("Écrivez les raisons de l'avis.", champ="avis_texte")
    try:
        verifier_avis(replace(avis, date_avis=preuve_le), jour)
    except RegleViolee as refus:
        champ = "preuve_le" if refus.champ == "date_avis" else f"avis_{refus.champ}"
        raise RegleViolee(refus.message, champ=champ) from None
    refuser_nir(avis.auteur, champ="avis_auteur")
    refuser_nir(avis.texte, champ="avis_texte")
    return replace(avis, date_avis=preuve_le)


def _garder_avis(s: Session, statut: Statut, avis: AvisMotive) -> None:
    if avis.date_avis is None:
        raise ValueError("an opinion is checked before it is kept")
    s.execute(delete(AvisMotiveEcrit).where(AvisMotiveEcrit.statut_id == statut.id))
    s.add(
        AvisMotiveEcrit(
            statut_id=statut.id,
            auteur=avis.auteur.strip(),
            organisme=avis.organisme,
            rendu_le=avis.date_avis,
            texte=avis.texte.strip(),
        )
    )
    s.flush()


def ajouter_statut(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    *,
    categorie: str,
    depuis: date | None = None,
    jusqu_au: date | None = None,
    preuve_type: str = "",
    preuve_le: date | None = None,
    avis: AvisMotive | None = None,
    accord_proposition: bool = False,
) -> None:
    """Write a category of the person, with the proof that was shown, if it was.

    Raises Introuvable, RegleViolee (field named).
    """
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.VOIR_STATUT, ref, jour)
        if not statuts_ouverts(s, acteur, personne, jour, accord_proposition=accord_proposition):
            raise Introuvable()
        inscrire_statut(
            s,
            acteur,
            personne,
            jour,
            categorie=categorie,
            depuis=depuis,
            jusqu_au=jusqu_au,
            preuve_type=preuve_type,
            preuve_le=preuve_le,
            avis=avis,
        )
        if preuve_type:
            clore_demandes(s, acteur, personne.id, quand, vue=True)
        noter_changement(s, quand, personne.id)
        # The category itself stays out of the journal, which more people read than the file (R112).
        journaliser(s, quand, acteur, "ajouter_statut", personne, "Situation mise à jour")


def retirer_statut(
    ctx: Contexte, acteur: Acteur, ref: str, statut_id: int, *, accord_proposition: bool = False
) -> None:
    """Erase a category written by mistake. Photographs taken at validations stay (R34)."""
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.VOIR_STATUT, ref, jour)
        if not statuts_ouverts(s, acteur, personne, jour, accord_proposition=accord_proposition):
            raise Introuvable()
        statut = s.scalar(select(Statut).where(Statut.id == statut_id, Statut.personne_id == personne.id))
        if statut is None:
            raise Introuvable()
        s.execute(delete(AvisMotiveEcrit).where(AvisMotiveEcrit.statut_id == statut.id))
        s.delete(statut)
        noter_changement(s, quand, personne.id)
        journaliser(s, quand, acteur, "retirer_statut", personne, "Situation retirée de la fiche")


def noter_qpv(
    ctx: Contexte,
    acteur: Acteur,
    ref: str,
    reponse: OuiNonAVerifier,
    *,
    source: str = "",
    le: date | None = None,
    accord_proposition: bool = False,
) -> None:
    """Say whether the person lives in a quartier prioritaire, where the answer comes from and of which day (R49).

    Raises Introuvable where her situation is closed, RegleViolee (a yes or a no without its source, a day to come).
    """
    quand, jour = ctx.horloge(), ctx.aujourdhui()
    refuser_nir(source, champ="source")
    if reponse is not OuiNonAVerifier.A_VERIFIER and not source.strip():
        raise RegleViolee("Dites d'où vient la réponse.", champ="source")
    if le is not None and le > jour:
        raise RegleViolee("Cette date est dans le futur.", champ="le")
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.SUIVRE_PERSONNE, ref, jour)
        if not statuts_ouverts(s, acteur, personne, jour, accord_proposition=accord_proposition):
            raise Introuvable()
        personne.qpv, personne.qpv_le, personne.qpv_source = reponse, le or jour, source.strip()
        journaliser(s, quand, acteur, "noter_qpv", personne, "Quartier prioritaire : réponse notée")

"""The titulaire's word on hours that another firm declares on its marché; its silence never blocks."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur, Role, systeme
from marketplace.contexte import PARIS, Contexte
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.heures.models import Declaration, EtatDeclaration
from marketplace.heures.rules import declaration as regles
from marketplace.heures.rules.phrases import de_mois_en_texte
from marketplace.journal.services import journaliser
from marketplace.marches.models import Marche
from marketplace.territoire.models import Territoire
from marketplace.territoire.reglages import reglages_au


def _charger(s: Session, acteur: Acteur, declaration_id: int, version: int | None) -> Declaration:
    """The declaration somebody else signed on a marché this firm holds. Raises Introuvable otherwise."""
    trouve = s.execute(
        select(Declaration, Marche.titulaire_id)
        .join(Marche, Marche.id == Declaration.marche_id)
        .where(Declaration.id == declaration_id, Declaration.territoire_id == acteur.territoire_id)
        .with_for_update(of=Declaration)
    ).first()
    if trouve is None:
        raise Introuvable()
    declaration, titulaire_id = trouve
    if titulaire_id is None or titulaire_id == declaration.employeur_id:
        raise Introuvable()
    exiger(acteur, Action.DECLARER_HEURES, Portee(declaration.territoire_id, frozenset({titulaire_id})))
    if version is not None and declaration.version != version:
        raise ModifieEntreTemps()
    return declaration


def _appliquer(declaration: Declaration, acte: str, partie: regles.Partie, motif: str = "") -> None:
    etat = regles.appliquer(acte, regles.EtatDeclaration(declaration.etat.value), partie, motif=motif)
    declaration.etat = EtatDeclaration(etat.value)


def _partie(acteur: Acteur) -> regles.Partie:
    return regles.Partie.FACILITATEUR if acteur.role is Role.FACILITATEUR else regles.Partie.TITULAIRE


def confirmer(ctx: Contexte, acteur: Acteur, declaration_id: int, *, version: int | None = None) -> None:
    """The titulaire says that these hours were worked on its marché."""
    with ctx.transaction() as s:
        declaration = _charger(s, acteur, declaration_id, version)
        _appliquer(declaration, "confirmer", _partie(acteur))
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "confirmer_heures",
            declaration,
            f"Heures {de_mois_en_texte(declaration.mois)} confirmées par le titulaire",
        )


def contester(ctx: Contexte, acteur: Acteur, declaration_id: int, *, motif: str, version: int | None = None) -> None:
    """The titulaire says what is wrong; the facilitateur decides, with a written reason if she validates."""
    with ctx.transaction() as s:
        declaration = _charger(s, acteur, declaration_id, version)
        if not motif.strip():
            raise RegleViolee("Dites ce qui ne va pas.", champ="motif")
        _appliquer(declaration, "contester", _partie(acteur), motif)
        declaration.motif_correction = f"Le titulaire conteste : {motif.strip()}"
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "contester_heures",
            declaration,
            f"Heures {de_mois_en_texte(declaration.mois)} contestées par le titulaire : {motif.strip()}",
        )


def constater_silences(ctx: Contexte, le: date, *, dry_run: bool = False) -> dict[str, int]:
    """Every night: what a titulaire left without an answer for the territory's delay is « non contestée »."""
    resume = {"vus": 0, "faits": 0}
    with ctx.lecture() as s:
        territoires = s.scalars(select(Territoire.id).order_by(Territoire.id)).all()
    for territoire_id in territoires:
        with ctx.transaction() as s:
            delai = reglages_au(s, territoire_id, le).silence_titulaire_jours
            limite = datetime.combine(le - timedelta(days=delai) + timedelta(days=1), time(), PARIS)
            muettes = s.scalars(
                select(Declaration)
                .join(Marche, Marche.id == Declaration.marche_id)
                .where(
                    Declaration.territoire_id == territoire_id,
                    Declaration.etat == EtatDeclaration.DECLAREE,
                    Declaration.signee_le < limite,
                    Marche.titulaire_id.is_not(None),
                    Marche.titulaire_id != Declaration.employeur_id,
                )
                .order_by(Declaration.id)
            ).all()
            resume["vus"] += len(muettes)
            if dry_run:
                continue
            for declaration in muettes:
                _appliquer(declaration, "constater_silence", regles.Partie.HORLOGE)
                journaliser(
                    s,
                    ctx.horloge(),
                    systeme(territoire_id),
                    "constater_silence",
                    declaration,
                    f"Heures {de_mois_en_texte(declaration.mois)} sans réponse du titulaire après {delai} jours",
                )
            resume["faits"] += len(muettes)
    return resume

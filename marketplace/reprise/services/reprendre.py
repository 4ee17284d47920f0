"""Look at a workbook without writing anything, then take it over in one transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.heures.models import Reprise
from marketplace.heures.rules.phrases import heures_en_texte
from marketplace.journal.services import journaliser
from marketplace.marches.services.saisie import ref_provisoire
from marketplace.reprise.examen import Examen, examiner_classeur
from marketplace.reprise.models import CorrespondanceReprise
from marketplace.reprise.reponses import Reponses
from marketplace.reprise.rules.rapprochement import CREER, Sorte
from marketplace.reprise.services.ecriture import Ecriture
from marketplace.territoire.models import Territoire
from marketplace.valeurs import cle

REFUS_GARDES = 500


def _exiger(acteur: Acteur) -> None:
    portee = Portee(acteur.territoire_id)
    exiger(acteur, Action.GERER_MARCHE, portee)
    exiger(acteur, Action.VALIDER_PERSONNE, portee)


def examiner(
    ctx: Contexte,
    acteur: Acteur,
    contenu: bytes,
    nom: str,
    reponses: Reponses | None = None,
    *,
    accepter: bool = False,
) -> Examen:
    """What a workbook holds and what taking it over would do, with the answers proposed when `accepter`.

    Writes nothing. Raises Interdit, FichierRefuse.
    """
    _exiger(acteur)
    with ctx.lecture() as s:
        return examiner_classeur(ctx, s, acteur, contenu, nom, reponses or Reponses(), accepter=accepter)


def reprendre(
    ctx: Contexte, acteur: Acteur, contenu: bytes, nom: str, reponses: Reponses | None = None
) -> tuple[str | None, Examen]:
    """Write every good row in one transaction; the reference of the takeover, None when nothing was new.

    Refused rows are told, never half-written. Values still waiting for a decision refuse the rows that hold them.
    Raises Interdit, FichierRefuse.
    """
    _exiger(acteur)
    with ctx.transaction() as s:
        # The first write takes the territory: two takeovers at once go one after the other, and see each other.
        s.execute(
            update(Territoire).where(Territoire.id == acteur.territoire_id).values(nom=Territoire.nom),
            execution_options={"synchronize_session": False},
        )
        examen = examiner_classeur(ctx, s, acteur, contenu, nom, reponses or Reponses())
        if examen.plan.vide:
            return None, examen
        reprise = Reprise(
            ref=ref_provisoire(),
            territoire_id=acteur.territoire_id,
            fichier=examen.fichier,
            empreinte=examen.empreinte,
            faite_le=ctx.horloge(),
            auteur_id=acteur.utilisateur_id,
            auteur_nom=acteur.nom,
            correspondance=examen.reponses.en_dict() | {"solde_au": examen.solde_au.isoformat()},
            totaux=_resumer(examen),
        )
        s.add(reprise)
        s.flush()
        reprise.ref = f"REP-{reprise.id:06d}"
        ecriture = Ecriture(s, ctx, acteur, reprise, examen.plan)
        ecriture.tout()
        _retenir(ctx, s, acteur, examen, ecriture.refs)
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "reprendre_classeur",
            reprise,
            f"a repris le classeur « {examen.fichier} » : {len(examen.plan.nouveaux)} marchés, "
            f"{len(examen.plan.a_inscrire)} personnes, {heures_en_texte(examen.plan.heures)}",
            refuses=len(examen.refuses),
        )
        return reprise.ref, examen


def _resumer(examen: Examen) -> dict[str, Any]:
    """What the page of the takeover shows later, without any name."""
    plan = examen.plan
    return {
        "marches": len(plan.nouveaux),
        "marches_connus": len(plan.marches) - len(plan.nouveaux),
        "personnes": len(plan.a_inscrire),
        "lignes": len(plan.lignes),
        "heures": str(plan.heures),
        "reponses": sum(len(v) for v in examen.reponses.valeurs.values()),
        "totaux": [
            {
                "libelle": t.libelle,
                "annonce": None if t.annonce is None else str(t.annonce),
                "lu": str(t.lu),
                "apres": str(t.apres),
                "heures": t.heures,
            }
            for t in examen.totaux
        ],
        "nombre_refus": len(examen.refuses),
        "refuses": [{"ligne": r.ligne, "id": r.id, "motif": r.motif} for r in examen.refuses[:REFUS_GARDES]],
        "avertissements": list(plan.avertissements[:REFUS_GARDES]),
    }


def _retenir(ctx: Contexte, s: Session, acteur: Acteur, examen: Examen, refs: dict[str, str]) -> None:
    """Remember for the territory what was answered, and how new names were spelt: next time nobody is asked."""
    existantes = s.scalars(
        select(CorrespondanceReprise).where(CorrespondanceReprise.territoire_id == acteur.territoire_id)
    )
    connues = {(c.champ, c.cle): c for c in existantes}
    for champ, faits in examen.valeurs.rapprochements.items():
        repondues = examen.reponses.valeurs.get(champ, {})
        for r in faits:
            clef = cle(r.valeur)[:200]
            dite = clef in repondues and r.sorte is Sorte.RETENUE
            apprise = r.cible.startswith(CREER) or r.sorte is Sorte.PROCHE
            cible = refs.get(f"{champ}:{r.cible}", refs.get(r.cible, r.cible))
            if (dite or apprise) and not cible.startswith(CREER) and (champ, clef) not in connues:
                _ecrire(ctx, s, acteur, champ, clef, r.valeur, cible)
            elif dite and connues.get((champ, clef)) is not None and not cible.startswith(CREER):
                connues[champ, clef].cible = cible
                connues[champ, clef].maj_le = ctx.horloge()
    for genre, colonnes in examen.reponses.colonnes.items():
        for entete, champ in colonnes.items():
            connue = connues.get((f"colonne.{genre}", entete[:200]))
            if connue is None:
                _ecrire(ctx, s, acteur, f"colonne.{genre}", entete[:200], entete, champ)
            else:
                connue.cible = champ
    s.flush()


def _ecrire(ctx: Contexte, s: Session, acteur: Acteur, champ: str, clef: str, valeur: str, cible: str) -> None:
    if len(cible) > 200:
        raise RegleViolee("Ce nom est trop long pour être retenu.")
    s.add(
        CorrespondanceReprise(
            territoire_id=acteur.territoire_id,
            champ=champ,
            cle=clef,
            valeur=valeur,
            cible=cible,
            auteur_id=acteur.utilisateur_id,
            maj_le=ctx.horloge(),
        )
    )

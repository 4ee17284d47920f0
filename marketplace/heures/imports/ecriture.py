"""Writing what a file gave into the declarations: what each was before is kept, so that it can be given back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.heures.imports.gardees import fusionner, periodes_gardees, sommes
from marketplace.heures.imports.lignes import Periode
from marketplace.heures.imports.resultat import Groupe, Resultat, Sort
from marketplace.heures.models import (
    Declaration,
    DeclarationRemplie,
    EtatDeclaration,
    FichierHeures,
    LigneFichierHeures,
)
from marketplace.heures.services.declarations import etat_apres, signer
from marketplace.journal.services import journaliser
from marketplace.valeurs import somme

EDITABLES = frozenset({EtatDeclaration.A_FAIRE, EtatDeclaration.BROUILLON, EtatDeclaration.A_CORRIGER})


@dataclass(slots=True)
class Prete:
    """One month of one marché, ready to be written. `declaration` is None when its hours wait for its opening."""

    groupe: Groupe
    declaration: Declaration | None
    avant: dict[str, str]
    saisie: dict[str, str]
    periodes: dict[int, list[Periode]]


def ecrire(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    employeur_id: int,
    resultat: Resultat,
    pretes: list[Prete],
    signataire: str,
) -> None:
    """Fill, or fill and sign. A file that changes nothing leaves nothing."""
    a_signer = bool(signataire.strip())
    utiles = [
        p
        for p in pretes
        if p.groupe.sort is not Sort.INCHANGE
        or (a_signer and p.declaration is not None and p.declaration.etat in EDITABLES)
    ]
    utiles = [p for p in utiles if p.groupe.sort is not Sort.GARDER or _apporte(s, p)]
    if not utiles:
        return
    lecture = resultat.lecture
    fichier = FichierHeures(
        territoire_id=acteur.territoire_id,
        employeur_id=employeur_id,
        ecrit_le=ctx.horloge(),
        ecrit_par_id=acteur.utilisateur_id,
        source=acteur.source,
        lues=lecture.lus,
        retenues=lecture.retenues,
        ecartees=lecture.ecartees,
        heures=somme(p.groupe.travaillees for p in utiles),
        formation=somme(p.groupe.formation for p in utiles),
        signe=a_signer,
    )
    s.add(fichier)
    s.flush()
    for prete in utiles:
        _garder_les_periodes(s, fichier, prete)
        if prete.declaration is not None:
            _remplir(s, ctx, acteur, fichier, prete.declaration, prete, signataire)
    resultat.fichier_id = fichier.id
    journaliser(
        s,
        ctx.horloge(),
        acteur,
        "importer_heures",
        fichier,
        "Fichier d'heures déposé",
        declarations=sum(1 for p in utiles if p.declaration is not None),
        heures=str(fichier.heures + fichier.formation),
        ecartees=lecture.ecartees,
    )


def _apporte(s: Session, prete: Prete) -> bool:
    """Whether hours that wait for an opening are not those already kept."""
    mois = prete.groupe.mois
    gardees = periodes_gardees(s, prete.periodes, {mois})
    return any(
        sommes(fusionner(gardees.get((c, mois), ()), ())) != sommes(fusionner(gardees.get((c, mois), ()), p))
        for c, p in prete.periodes.items()
    )


def _garder_les_periodes(s: Session, fichier: FichierHeures, prete: Prete) -> None:
    s.add_all(
        LigneFichierHeures(
            fichier_id=fichier.id,
            contrat_id=contrat_id,
            mois=prete.groupe.mois,
            du=p.du,
            au=p.au,
            travaillees=p.travaillees,
            formation=p.formation,
        )
        for contrat_id, periodes in prete.periodes.items()
        for p in periodes
    )


def _remplir(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    fichier: FichierHeures,
    declaration: Declaration,
    prete: Prete,
    signataire: str,
) -> None:
    avant = DeclarationRemplie(
        fichier_id=fichier.id,
        declaration_id=declaration.id,
        etat_avant=declaration.etat,
        brouillon_avant=dict(declaration.brouillon) or prete.avant,
        brouillon_apres=prete.saisie,
        motif_avant=declaration.motif_correction,
    )
    s.add(avant)
    if declaration.etat is EtatDeclaration.DECLAREE:
        declaration.etat = etat_apres(declaration, "reprendre", acteur)
    if signataire.strip():
        signer(s, ctx, acteur, declaration, prete.saisie, signataire=signataire)
        return
    if declaration.etat is EtatDeclaration.A_FAIRE:
        declaration.etat = etat_apres(declaration, "commencer", acteur)
    declaration.brouillon = prete.saisie

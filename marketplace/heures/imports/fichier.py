"""Taking an employer's file in: all of ours or nothing, and nothing of anybody else's."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import LigneRefusee
from marketplace.heures.imports.lecture import (
    ContratConnu,
    Correspondance,
    Lecture,
    MarcheConnu,
    lire_lignes_du_fichier,
)
from marketplace.heures.imports.tableau import lire_tableau
from marketplace.heures.models import Contrat, Declaration, EtatDeclaration
from marketplace.heures.queries.grilles import texte_heures
from marketplace.heures.saisie import ContratDuMois, SaisieRefusee, champ_formation, champ_travaillees, lire_lignes
from marketplace.heures.services.declarations import contrats_du_mois, lignes_en_vigueur, signer
from marketplace.journal.services import journaliser
from marketplace.marches.models import Intervenant, Marche
from marketplace.personnes.models import Personne
from marketplace.territoire.reglages import reglages_au
from marketplace.valeurs import somme

EDITABLES = frozenset({EtatDeclaration.A_FAIRE, EtatDeclaration.BROUILLON, EtatDeclaration.A_CORRIGER})


@dataclass(slots=True)
class Resultat:
    """What a file gave. `applique` is False after a dry run, a refusal or while a choice is missing."""

    applique: bool = False
    lus: int = 0
    retenues: int = 0
    ecartees: int = 0
    declarations: int = 0
    heures: Decimal = Decimal(0)
    formation: Decimal = Decimal(0)
    par_mois: dict[str, Decimal] = field(default_factory=dict)
    colonnes: dict[str, str] = field(default_factory=dict)
    colonnes_ecartees: list[str] = field(default_factory=list)
    a_decider: dict[str, int] = field(default_factory=dict)
    refuses: list[LigneRefusee] = field(default_factory=list)

    @property
    def complet(self) -> bool:
        """Whether nothing is left to correct or to decide."""
        return not self.refuses and not self.a_decider

    def en_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "applique": self.applique,
            "lus": self.lus,
            "retenues": self.retenues,
            "ecartees": self.ecartees,
            "declarations": self.declarations,
            "heures": str(self.heures),
            "formation": str(self.formation),
            "par_mois": {m: str(h) for m, h in self.par_mois.items()},
            "colonnes": self.colonnes,
            "colonnes_ecartees": self.colonnes_ecartees,
            "a_decider": [{"chantier": c, "lignes": n} for c, n in self.a_decider.items()],
            "refuses": [{"ligne": r.ligne, "id": r.id, "motif": r.motif} for r in self.refuses],
        }


def importer_heures(
    ctx: Contexte,
    acteur: Acteur,
    employeur_id: int,
    contenu: bytes,
    correspondance: Correspondance,
    *,
    signataire: str = "",
    dry_run: bool = False,
) -> Resultat:
    """Fill (and sign, when `signataire` is given) the employer's open declarations from its own file.

    Strict: one wrong line of ours, or one chantier nobody decided about, and nothing is written. Lines of other
    clients, set aside by an explicit choice, are never stored. Raises FichierRefuse when the file is unreadable.
    """
    tableau = lire_tableau(contenu, correspondance.colonnes)
    with ctx.transaction() as s:
        exiger(acteur, Action.DECLARER_HEURES, Portee(acteur.territoire_id, frozenset({employeur_id})))
        marches = _marches(s, employeur_id)
        contrats = _contrats(s, employeur_id)
        lecture = lire_lignes_du_fichier(tableau.lignes, marches, contrats, correspondance)
        resultat = Resultat(
            lus=lecture.lus,
            retenues=lecture.retenues,
            ecartees=lecture.ecartees,
            colonnes=dict(tableau.colonnes),
            colonnes_ecartees=list(tableau.ecartees),
            a_decider=lecture.a_decider,
            refuses=lecture.refuses,
        )
        groupes = _grouper(lecture, {c.ref: c.marche_ref for c in contrats})
        pretes = _declarations(s, ctx, employeur_id, groupes, lecture, resultat)
        for (_, mois), par_contrat in groupes.items():
            travaillees = somme(h for h, _ in par_contrat.values())
            resultat.heures += travaillees
            resultat.formation += somme(f for _, f in par_contrat.values())
            resultat.par_mois[f"{mois:%Y-%m}"] = resultat.par_mois.get(f"{mois:%Y-%m}", Decimal(0)) + travaillees
        resultat.declarations = len(pretes)
        if dry_run or not resultat.complet:
            return resultat
        for declaration, saisie in pretes:
            _ecrire(s, ctx, acteur, declaration, saisie, signataire)
        resultat.applique = True
        return resultat


def _marches(s: Session, employeur_id: int) -> list[MarcheConnu]:
    """Marchés of the employer, with their title, their buyer's and their titulaire's name as possible words.

    A name shared by several marchés names none of them.
    """
    acheteur, titulaire = Organisation.__table__.alias("acheteur"), Organisation.__table__.alias("titulaire")
    intervient = (
        select(Intervenant.id)
        .where(Intervenant.marche_id == Marche.id, Intervenant.organisation_id == employeur_id)
        .exists()
    )
    au_travail = select(Contrat.id).where(Contrat.marche_id == Marche.id, Contrat.employeur_id == employeur_id).exists()
    lignes = s.execute(
        select(Marche.ref, Marche.intitule, acheteur.c.nom, titulaire.c.nom)
        .join(acheteur, acheteur.c.id == Marche.acheteur_id)
        .outerjoin(titulaire, titulaire.c.id == Marche.titulaire_id)
        .where(or_(Marche.titulaire_id == employeur_id, intervient, au_travail))
        .order_by(Marche.ref)
    ).all()
    partages: defaultdict[str, int] = defaultdict(int)
    for _, _, nom_acheteur, nom_titulaire in lignes:
        for nom in {nom_acheteur, nom_titulaire}:
            partages[nom or ""] += 1
    return [
        MarcheConnu(ref, (intitule, *(n for n in (nom_acheteur, nom_titulaire) if n and partages[n] == 1)))
        for ref, intitule, nom_acheteur, nom_titulaire in lignes
    ]


def _contrats(s: Session, employeur_id: int) -> list[ContratConnu]:
    lignes = s.execute(
        select(Contrat.ref, Personne.prenom, Personne.nom, Marche.ref, Contrat.debut, Contrat.fin)
        .join(Personne, Personne.id == Contrat.personne_id)
        .join(Marche, Marche.id == Contrat.marche_id)
        .where(Contrat.employeur_id == employeur_id)
        .order_by(Contrat.id)
    )
    return [ContratConnu(ref, f"{prenom} {nom}", marche, debut, fin) for ref, prenom, nom, marche, debut, fin in lignes]


Groupes = dict[tuple[str, date], dict[str, tuple[Decimal, Decimal]]]


def _grouper(lecture: Lecture, marches: dict[str, str]) -> Groupes:
    """(marché, month) → contrat → (worked, training)."""
    groupes: defaultdict[tuple[str, date], dict[str, tuple[Decimal, Decimal]]] = defaultdict(dict)
    for (contrat_ref, mois), heures in sorted(lecture.heures.items(), key=lambda x: (x[0][1], x[0][0])):
        groupes[marches[contrat_ref], mois][contrat_ref] = heures
    return dict(groupes)


def _declarations(
    s: Session, ctx: Contexte, employeur_id: int, groupes: Groupes, lecture: Lecture, resultat: Resultat
) -> list[tuple[Declaration, dict[str, str]]]:
    """The open declarations to fill, with what to type in each; what cannot be taken joins the refusals."""
    existantes = {
        (ref, d.mois): d
        for d, ref in s.execute(
            select(Declaration, Marche.ref)
            .join(Marche, Marche.id == Declaration.marche_id)
            .where(Declaration.employeur_id == employeur_id)
        )
    }
    pretes = []
    for (marche_ref, mois), heures in groupes.items():
        declaration = existantes.get((marche_ref, mois))
        saisie = {champ_travaillees(ref): texte_heures(h) for ref, (h, _) in heures.items()}
        saisie |= {champ_formation(ref): texte_heures(f) for ref, (_, f) in heures.items() if f}
        motif = ""
        if declaration is None:
            motif = f"Les heures de {mois:%m/%Y} ne sont pas encore à déclarer sur le marché {marche_ref}."
        elif declaration.etat not in EDITABLES:
            motif = f"Les heures de {mois:%m/%Y} du marché {marche_ref} sont déjà signées."
        if motif:
            premiere = min(lecture.lignes_de[ref, mois] for ref in heures)
            resultat.refuses.append(LigneRefusee(premiere, marche_ref, motif))
            continue
        if declaration is None:
            continue
        saisie = {**_deja_ecrit(s, declaration), **saisie}
        contrats = contrats_du_mois(s, declaration)
        reglages = reglages_au(s, declaration.territoire_id, ctx.aujourdhui())
        try:
            lire_lignes(contrats, saisie, mois, reglages)
        except SaisieRefusee as refus:
            resultat.refuses += _refus_par_contrat(refus, contrats, lecture, mois)
            continue
        pretes.append((declaration, saisie))
    resultat.refuses.sort(key=lambda r: r.ligne)
    return pretes


def _deja_ecrit(s: Session, declaration: Declaration) -> dict[str, str]:
    """What the declaration holds already, typed or signed: a file never wipes the people it does not name."""
    refs = {c.id: c.ref for c in contrats_du_mois(s, declaration)}
    saisie: dict[str, str] = {}
    for contrat_id, ligne in lignes_en_vigueur(s, declaration.id).items():
        if contrat_id in refs:
            saisie[champ_travaillees(refs[contrat_id])] = texte_heures(ligne.travaillees)
            saisie[champ_formation(refs[contrat_id])] = texte_heures(ligne.formation)
    return saisie | {c: t for c, t in declaration.brouillon.items() if c[:2] in {"h-", "f-"}}


def _refus_par_contrat(
    refus: SaisieRefusee, contrats: list[ContratDuMois], lecture: Lecture, mois: date
) -> list[LigneRefusee]:
    connus = {c.ref for c in contrats}
    lignes = []
    for champ, message in refus.erreurs.items():
        ref = champ[2:]
        numero = lecture.lignes_de.get((ref, mois), 0)
        lignes.append(LigneRefusee(numero, ref if ref in connus else "", message))
    return lignes


def _ecrire(
    s: Session, ctx: Contexte, acteur: Acteur, declaration: Declaration, saisie: dict[str, str], signataire: str
) -> None:
    if signataire.strip():
        signer(s, ctx, acteur, declaration, saisie, signataire=signataire)
        return
    if declaration.etat is EtatDeclaration.A_FAIRE:
        declaration.etat = EtatDeclaration.BROUILLON
    declaration.brouillon = {champ: texte for champ, texte in saisie.items() if texte}
    journaliser(
        s,
        ctx.horloge(),
        acteur,
        "importer_heures",
        declaration,
        f"Heures de {declaration.mois:%m/%Y} remplies depuis un fichier",
        contrats=sum(1 for champ in saisie if champ.startswith("h-")),
    )

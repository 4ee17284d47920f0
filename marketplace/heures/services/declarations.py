"""Acts of the employer on the month's declaration: open, keep a draft, sign, take back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.heures import alertes
from marketplace.heures.acces import etablissements
from marketplace.heures.destinataires import prevenir_employeurs
from marketplace.heures.models import Contrat, Declaration, EtatDeclaration, LigneHeures
from marketplace.heures.ouverture import MoisAOuvrir, actifs_au_mois, mois_a_ouvrir, ouvrir
from marketplace.heures.registre import ajouter_lignes
from marketplace.heures.rules import declaration as regles
from marketplace.heures.rules.equipe import EN_EQUIPE
from marketplace.heures.rules.phrases import de_mois_en_texte, de_periode_en_texte, jour_en_texte
from marketplace.heures.saisie import ContratDuMois, LigneSaisie, SaisieRefusee, est_vide, lire_equipe, lire_lignes
from marketplace.journal.services import journaliser
from marketplace.territoire.models import Territoire
from marketplace.territoire.reglages import reglages_au
from marketplace.valeurs import ajouter_mois, premier_du_mois

ZERO = Decimal("0.00")
MOTIF_EQUIPE = "Total de l'équipe, réparti selon le temps de travail de chacun"


def ouvrir_declarations(ctx: Contexte, jour: date, *, dry_run: bool = False) -> dict[str, int]:
    """Open, in every territory, the declarations whose period is over, and tell those who declare.

    By the rhythm of each marché: the month before, the quarter that ended, or all at its end. Idempotent: what exists
    is left alone. One mail per employer and month (unique key), without any name.
    Returns {"vus", "faits", "courriels"}: months found, declarations opened, mails written.
    """
    mois = ajouter_mois(premier_du_mois(jour), -1)
    resume = {"vus": 0, "faits": 0, "courriels": 0}
    with ctx.lecture() as s:
        territoires = s.scalars(select(Territoire.id).order_by(Territoire.id)).all()
    for territoire_id in territoires:
        with ctx.transaction() as s:
            dus = mois_a_ouvrir(s, territoire_id, jour)
            resume["vus"] += len(dus)
            if dry_run:
                continue
            resume["faits"] += ouvrir(s, ctx, territoire_id, dus)
            par_employeur: defaultdict[int, list[MoisAOuvrir]] = defaultdict(list)
            for du in dus:
                par_employeur[du.employeur_id].append(du)
            for employeur_id, siens in par_employeur.items():
                dit = de_periode_en_texte([du.mois for du in siens])
                limite = min(du.echeance for du in siens)
                resume["courriels"] += prevenir_employeurs(
                    s,
                    ctx,
                    [employeur_id],
                    cle=f"declaration-ouverte:{mois:%Y-%m}",
                    sujet=f"Vos heures {dit} sont à déclarer",
                    corps=(
                        f"Bonjour,\n\nLes heures {dit} sont à déclarer avant le {jour_en_texte(limite)}.\n"
                        "La page est déjà remplie : il reste les heures à écrire."
                    ),
                    marches={employeur_id: {du.marche_id for du in siens}},
                )
    return resume


def charger_declaration(
    s: Session, acteur: Acteur, action: Action, declaration_id: int, version: int | None = None
) -> Declaration:
    """The declaration of that id, for this act. Raises Introuvable out of reach, ModifieEntreTemps when the
    page it was read from is older than what is stored.
    """
    declaration = s.scalar(
        select(Declaration)
        .where(Declaration.id == declaration_id, Declaration.territoire_id == acteur.territoire_id)
        .with_for_update()
    )
    if declaration is None:
        raise Introuvable()
    exiger(acteur, action, Portee(declaration.territoire_id, etablissements(s, declaration.employeur_id)))
    if acteur.marches is not None and declaration.marche_id not in acteur.marches:
        raise Introuvable()
    if version is not None and declaration.version != version:
        raise ModifieEntreTemps()
    return declaration


def partie_de(acteur: Acteur) -> regles.Partie:
    """The party an actor stands for in the table of transitions."""
    return regles.Partie.FACILITATEUR if acteur.role is Role.FACILITATEUR else regles.Partie.EMPLOYEUR


def etat_apres(declaration: Declaration, acte: str, acteur: Acteur, *, motif: str = "") -> EtatDeclaration:
    """Where the table of transitions leads. Raises RegleViolee when it forbids the act."""
    etat = regles.appliquer(acte, regles.EtatDeclaration(declaration.etat.value), partie_de(acteur), motif=motif)
    return EtatDeclaration(etat.value)


def contrats_du_mois(s: Session, declaration: Declaration) -> list[ContratDuMois]:
    """The contrats a declaration covers, in the order of the grid."""
    requete = (
        select(Contrat.id, Contrat.ref, Contrat.debut, Contrat.fin, Contrat.heures_hebdo)
        .where(
            Contrat.employeur_id == declaration.employeur_id,
            Contrat.marche_id == declaration.marche_id,
            *actifs_au_mois(declaration.mois),
        )
        .order_by(Contrat.id)
    )
    return [ContratDuMois(*ligne) for ligne in s.execute(requete)]


def lignes_en_vigueur(s: Session, declaration_id: int) -> dict[int, LigneHeures]:
    """The lines of a declaration that no other one corrects, by contrat."""
    suite = aliased(LigneHeures)
    requete = (
        select(LigneHeures)
        .where(
            LigneHeures.declaration_id == declaration_id,
            ~select(suite.id).where(suite.corrige_id == LigneHeures.id).exists(),
        )
        .order_by(LigneHeures.id)
    )
    return {ligne.contrat_id: ligne for ligne in s.scalars(requete)}


def enregistrer_brouillon(
    ctx: Contexte,
    acteur: Acteur,
    declaration_id: int,
    saisie: Mapping[str, str],
    *,
    version: int | None = None,
) -> None:
    """Keep what was typed, as typed: nothing is read nor refused yet."""
    with ctx.transaction() as s:
        declaration = charger_declaration(s, acteur, Action.DECLARER_HEURES, declaration_id, version)
        garder_brouillon(declaration, acteur, saisie)


def garder_brouillon(declaration: Declaration, acteur: Acteur, saisie: Mapping[str, str]) -> None:
    """`enregistrer_brouillon` on a declaration already loaded and allowed."""
    if declaration.etat is EtatDeclaration.A_FAIRE:
        declaration.etat = etat_apres(declaration, "commencer", acteur)
    elif declaration.etat not in {EtatDeclaration.BROUILLON, EtatDeclaration.A_CORRIGER}:
        raise RegleViolee("Cette déclaration est signée : elle ne se modifie plus ici.")
    declaration.brouillon = {champ: texte for champ, texte in saisie.items() if texte.strip()}


def declarer(
    ctx: Contexte,
    acteur: Acteur,
    declaration_id: int,
    saisie: Mapping[str, str],
    *,
    signataire: str,
    aucune_heure: bool = False,
    version: int | None = None,
) -> None:
    """Sign the hours of the month: one line per contrat that worked, appended to the ledger.

    Signing again after a request for correction appends a line for each number that changed; the former ones
    stay. Raises SaisieRefusee with every field that is wrong.
    """
    with ctx.transaction() as s:
        declaration = charger_declaration(s, acteur, Action.DECLARER_HEURES, declaration_id, version)
        signer(s, ctx, acteur, declaration, saisie, signataire=signataire, aucune_heure=aucune_heure)


def signer(
    s: Session,
    ctx: Contexte,
    acteur: Acteur,
    declaration: Declaration,
    saisie: Mapping[str, str],
    *,
    signataire: str,
    aucune_heure: bool = False,
    derniere: bool = False,
) -> None:
    """`declarer` inside the caller's transaction, on a declaration already loaded and allowed.

    `derniere`: the firm's part of the marché is over, nothing opens nor is recalled after that month.
    """
    etat = etat_apres(declaration, "signer", acteur)
    lues = _lire(s, ctx, declaration, saisie, signataire, aucune_heure)
    equipe = bool(saisie.get("equipe")) and not aucune_heure
    anciennes = lignes_en_vigueur(s, declaration.id)
    ajouter_lignes(s, _lignes_nouvelles(ctx, acteur, declaration, lues, anciennes, MOTIF_EQUIPE if equipe else ""))
    declaration.etat = etat
    declaration.aucune_heure = aucune_heure
    declaration.derniere = derniere
    declaration.brouillon = {}
    declaration.signee_le = ctx.horloge()
    declaration.signataire = signataire.strip()
    declaration.source = acteur.source
    declaration.motif_correction = ""
    total = sum((ligne.travaillees + ligne.formation for ligne in lues), ZERO)
    journaliser(
        s,
        ctx.horloge(),
        acteur,
        "declarer",
        declaration,
        f"Heures {de_mois_en_texte(declaration.mois)} déclarées par {signataire.strip()}",
        total=str(total),
        contrats=len(lues),
        derniere=derniere,
        par_lien=acteur.par_lien,
    )
    alertes.reconcilier_marches(s, ctx.horloge(), declaration.territoire_id, [declaration.marche_id], ctx.aujourdhui())


def _lire(
    s: Session,
    ctx: Contexte,
    declaration: Declaration,
    saisie: Mapping[str, str],
    signataire: str,
    aucune_heure: bool,
) -> list[LigneSaisie]:
    contrats = contrats_du_mois(s, declaration)
    erreurs: dict[str, str] = {}
    lues: list[LigneSaisie] = []
    try:
        if aucune_heure:
            lues = [LigneSaisie(c.id, ZERO, ZERO) for c in contrats]
            if not est_vide(saisie):
                erreurs["aucune_heure"] = "Vous cochez « aucune heure » mais des heures sont écrites : choisissez."
        else:
            reglages = reglages_au(s, declaration.territoire_id, ctx.aujourdhui())
            if saisie.get("equipe"):
                if s.get_one(Organisation, declaration.employeur_id).type not in EN_EQUIPE:
                    raise RegleViolee("Écrivez les heures de chaque personne.")
                en_equipe = {
                    ligne.contrat_id: ligne for ligne in lire_equipe(contrats, saisie, declaration.mois, reglages)
                }
                lues = [en_equipe.get(c.id, LigneSaisie(c.id, ZERO, ZERO)) for c in contrats]
            else:
                lues = lire_lignes(contrats, saisie, declaration.mois, reglages)
            if not any(ligne.travaillees + ligne.formation for ligne in lues):
                erreurs["aucune_heure"] = "Écrivez les heures, ou cochez « Aucune heure ce mois-ci »."
    except SaisieRefusee as refus:
        erreurs |= refus.erreurs
    if not signataire.strip():
        erreurs["signataire"] = "Écrivez votre nom pour signer."
    if erreurs:
        raise SaisieRefusee(erreurs)
    return lues


def _lignes_nouvelles(
    ctx: Contexte,
    acteur: Acteur,
    declaration: Declaration,
    lues: list[LigneSaisie],
    anciennes: Mapping[int, LigneHeures],
    precision: str,
) -> list[LigneHeures]:
    """The lines to append: those that say something new. A number that did not change keeps its line."""
    redite = "Nouvelle déclaration de l'employeur"
    nouvelles = []
    for lue in lues:
        ancienne = anciennes.get(lue.contrat_id)
        if ancienne is None:
            inutile = lue.travaillees == 0 and lue.formation == 0
        else:
            inutile = (lue.travaillees, lue.formation) == (ancienne.travaillees, ancienne.formation)
        if inutile:
            continue
        nouvelles.append(
            LigneHeures(
                declaration_id=declaration.id,
                contrat_id=lue.contrat_id,
                marche_id=declaration.marche_id,
                mois=declaration.mois,
                travaillees=lue.travaillees,
                formation=lue.formation,
                corrige_id=ancienne.id if ancienne else None,
                motif=". ".join(m for m in (redite if ancienne else "", precision) if m),
                auteur_id=acteur.utilisateur_id,
                cree_le=ctx.horloge(),
            )
        )
    return nouvelles


def reprendre(ctx: Contexte, acteur: Acteur, declaration_id: int, *, version: int | None = None) -> None:
    """Take a signed declaration back before anybody answered it, to type it again."""
    with ctx.transaction() as s:
        declaration = charger_declaration(s, acteur, Action.DECLARER_HEURES, declaration_id, version)
        declaration.etat = etat_apres(declaration, "reprendre", acteur)
        journaliser(
            s,
            ctx.horloge(),
            acteur,
            "reprendre_declaration",
            declaration,
            f"Déclaration {de_mois_en_texte(declaration.mois)} reprise avant validation",
        )

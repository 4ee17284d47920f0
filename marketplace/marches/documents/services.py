"""The acts on documents: a model deposited or given up, a document made for a marché, and made again identically."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.marches.documents.champs import Faits, exemple, valeurs
from marketplace.marches.documents.modeles import GENRES, modele_par_defaut
from marketplace.marches.documents.mots import CHAMPS
from marketplace.marches.documents.remplissage import empreinte, ouvrir, remplir, verifier
from marketplace.marches.models import DocumentProduit, GenreDocument, Marche, ModeleDocument, TypeAcheteur
from marketplace.marches.portee import charger_marche
from marketplace.marches.queries.fiche import FicheMarche, fiche_marche
from marketplace.marches.queries.regimes import regime_du_marche
from marketplace.marches.rules.calculs import entrees_gardees
from marketplace.marches.rules.dimensionnement import ReglagesDimensionnement, etudier_faisabilite
from marketplace.marches.rules.regime import Regime
from marketplace.territoire.models import Territoire
from marketplace.territoire.reglages import Reglages, reglages_au
from marketplace.valeurs import cle


@dataclass(frozen=True, slots=True)
class Fichier:
    """A file to hand over."""

    nom: str
    contenu: bytes


def modele_depose(s: Session, territoire_id: int, genre: GenreDocument) -> ModeleDocument | None:
    """The territory's own model in use; None when it uses the product's."""
    return s.scalars(
        select(ModeleDocument)
        .where(
            ModeleDocument.territoire_id == territoire_id,
            ModeleDocument.genre == genre,
            ModeleDocument.depose.is_(True),
            ModeleDocument.abandonne_le.is_(None),
        )
        .order_by(ModeleDocument.numero.desc())
        .limit(1)
    ).first()


def _ajouter(
    s: Session, ctx: Contexte, acteur: Acteur, genre: GenreDocument, contenu: bytes, *, nom: str, depose: bool
) -> ModeleDocument:
    dernier = s.scalar(
        select(func.max(ModeleDocument.numero)).where(
            ModeleDocument.territoire_id == acteur.territoire_id, ModeleDocument.genre == genre
        )
    )
    modele = ModeleDocument(
        territoire_id=acteur.territoire_id,
        genre=genre,
        numero=(dernier or 0) + 1,
        depose=depose,
        nom_fichier=nom[:200],
        contenu=contenu,
        empreinte=empreinte(contenu),
        auteur_id=acteur.utilisateur_id,
        auteur_nom=acteur.nom if depose else "La Place des clauses",
        cree_le=ctx.horloge(),
    )
    s.add(modele)
    s.flush()
    return modele


def _modele_en_usage(s: Session, ctx: Contexte, acteur: Acteur, genre: GenreDocument) -> ModeleDocument:
    """The model to use now; the product's one is kept the first time, so that an update never rewrites a paper."""
    depose = modele_depose(s, acteur.territoire_id, genre)
    if depose is not None:
        return depose
    contenu = modele_par_defaut(genre)
    connu = s.scalars(
        select(ModeleDocument).where(
            ModeleDocument.territoire_id == acteur.territoire_id,
            ModeleDocument.genre == genre,
            ModeleDocument.depose.is_(False),
            ModeleDocument.empreinte == empreinte(contenu),
        )
    ).first()
    nom = f"{GENRES[genre].fichier}.docx"
    return connu or _ajouter(s, ctx, acteur, genre, contenu, nom=nom, depose=False)


def deposer_modele(ctx: Contexte, acteur: Acteur, genre: GenreDocument, nom: str, contenu: bytes) -> tuple[str, ...]:
    """Keep a new version of a model of the territory; the fields it uses.

    Raises FichierRefuse when the file is no Word document or holds an unknown field: nothing is kept.
    """
    with ctx.transaction() as s:
        exiger(acteur, Action.REGLER_TERRITOIRE, Portee(acteur.territoire_id))
        champs = verifier(ouvrir(contenu), CHAMPS)
        modele = _ajouter(s, ctx, acteur, genre, contenu, nom=nom or "modele.docx", depose=True)
        resume = f"a déposé la version {modele.numero} du modèle « {GENRES[genre].libelle} »"
        journaliser(s, ctx.horloge(), acteur, "deposer_modele", modele, resume, champs=list(champs))
        return champs


def revenir_au_modele_du_produit(ctx: Contexte, acteur: Acteur, genre: GenreDocument) -> None:
    """Give up the territory's own model. Papers already made keep the version they were made from."""
    with ctx.transaction() as s:
        exiger(acteur, Action.REGLER_TERRITOIRE, Portee(acteur.territoire_id))
        deposes = s.scalars(
            select(ModeleDocument).where(
                ModeleDocument.territoire_id == acteur.territoire_id,
                ModeleDocument.genre == genre,
                ModeleDocument.depose.is_(True),
                ModeleDocument.abandonne_le.is_(None),
            )
        ).all()
        if not deposes:
            raise RegleViolee("Le territoire utilise déjà le modèle du produit.")
        for modele in deposes:
            modele.abandonne_le = ctx.horloge()
        resume = f"est revenu au modèle du produit pour « {GENRES[genre].libelle} »"
        journaliser(s, ctx.horloge(), acteur, "revenir_au_modele", deposes[-1], resume)


def essayer_modele(ctx: Contexte, acteur: Acteur, genre: GenreDocument, contenu: bytes | None = None) -> Fichier:
    """The model in use, or the one given, filled with a fictitious marché. Raises FichierRefuse. Nothing is kept."""
    exiger(acteur, Action.REGLER_TERRITOIRE, Portee(acteur.territoire_id))
    with ctx.lecture() as s:
        territoire = s.get_one(Territoire, acteur.territoire_id)
        reglages = reglages_au(s, acteur.territoire_id, ctx.aujourdhui())
        if contenu is None:
            depose = modele_depose(s, acteur.territoire_id, genre)
            contenu = depose.contenu if depose else modele_par_defaut(genre)
        lues = exemple(reglages, territoire.nom, ctx.aujourdhui())
    fait = remplir(contenu, lues, titre=f"{GENRES[genre].libelle} (essai)")
    return Fichier(f"{GENRES[genre].fichier}-essai.docx", fait)


def faits_du_marche(s: Session, acteur: Acteur, m: FicheMarche, jour: date, reglages: Reglages) -> Faits:
    """What the papers say of a marché. Raises RegleViolee when no hours were fixed."""
    if m.clause is None:
        raise RegleViolee("Fixez d'abord l'objectif d'heures : les documents en partent.")
    territoire = s.get_one(Territoire, m.territoire_id)
    vu = regime_du_marche(s, m.id, m.nature)
    return Faits(
        territoire=territoire.nom,
        facilitateur=territoire.contact_nom,
        facilitateur_contact=", ".join(filter(None, (territoire.contact_telephone, territoire.contact_courriel))),
        auteur=acteur.nom,
        jour=jour,
        heures=m.clause.heures_prevues,
        calcul=dict(m.clause.calcul),
        publics=m.clause.publics or reglages.categories_actives,
        reglages=reglages,
        acheteur=m.acheteur.nom,
        marche=m.intitule + (f" (lot {m.numero_lot})" if m.numero_lot and m.numero_lot not in m.intitule else ""),
        reference=m.ref,
        objet=m.objet,
        nature=m.nature,
        commune=m.commune or "",
        procedure=m.procedure,
        montant_ht=m.montant_ht,
        duree_mois=duree_en_mois(m),
        lien_objet=m.clause.lien_objet,
        leviers=vu.leviers if vu else (),
        reservation=vu.reservation if vu else None,
        obligatoire=vu is not None and vu.regime is Regime.OBLIGATOIRE,
        prive=vu is not None and vu.type_acheteur is TypeAcheteur.PRIVE,
        faisabilite=_faisabilite(m, reglages),
    )


def duree_en_mois(m: FicheMarche) -> int | None:
    """Months the marché lasts, from its dates, else from the sizing; None when neither says."""
    if m.date_debut and m.date_fin:
        jours = (m.date_fin - m.date_debut).days + 1
        return max(1, round(jours / 30.44))
    _, entrees = entrees_gardees(m.clause.calcul if m.clause else {})
    duree = entrees.get("duree", "").strip()
    return int(duree) if duree.isdigit() and 0 < int(duree) <= 600 else None


def _faisabilite(m: FicheMarche, r: Reglages) -> tuple[str, ...]:
    """What was looked at when the hours were fixed: kept with them, or worked out from the duration."""
    calcul = m.clause.calcul if m.clause else {}
    garde = calcul.get("faisabilite")
    if isinstance(garde, list) and garde:
        return tuple(str(ligne) for ligne in garde)
    duree = duree_en_mois(m)
    if duree is None or m.clause is None:
        return ()
    bornes = ReglagesDimensionnement(
        plancher_heures=r.plancher_heures, plancher_mois=r.plancher_mois, heures_par_etp=r.heures_par_etp
    )
    etude = etudier_faisabilite(m.clause.heures_prevues, duree, None, bornes)
    return (f"{etude.phrase} sur {duree} mois.", *etude.reserves)


def produire_document(ctx: Contexte, acteur: Acteur, ref: str, genre: GenreDocument) -> int:
    """Make a paper for a marché from its hours in force, and keep what it was made from; its id.

    Raises Introuvable outside the territory, RegleViolee when no hours were fixed.
    """
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
        m = fiche_marche(s, acteur, ref)
        reglages = reglages_au(s, marche.territoire_id, ctx.aujourdhui())
        lues = valeurs(faits_du_marche(s, acteur, m, ctx.aujourdhui(), reglages))
        modele = _modele_en_usage(s, ctx, acteur, genre)
        fait = remplir(modele.contenu, lues, titre=_titre(genre, m.intitule))
        document = DocumentProduit(
            territoire_id=marche.territoire_id,
            marche_id=marche.id,
            modele_id=modele.id,
            genre=genre,
            clause_numero=m.clause.numero if m.clause else 0,
            champs=dict(lues) | {"titre": _titre(genre, m.intitule)},
            empreinte=empreinte(fait),
            auteur_id=acteur.utilisateur_id,
            auteur_nom=acteur.nom,
            cree_le=ctx.horloge(),
        )
        s.add(document)
        s.flush()
        resume = f"a fait le document « {GENRES[genre].libelle} » (modèle version {modele.numero})"
        journaliser(s, ctx.horloge(), acteur, "produire_document", marche, resume, document=document.id)
        return document.id


def _titre(genre: GenreDocument, intitule: str) -> str:
    return f"{GENRES[genre].libelle} : {intitule}"[:240]


def refaire_document(s: Session, acteur: Acteur, ref: str, document_id: int) -> Fichier:
    """A paper already made, again, from the model and the values of that day. Raises Introuvable."""
    marche = charger_marche(s, acteur, Action.GERER_MARCHE, ref)
    document = s.get(DocumentProduit, document_id)
    if document is None or document.marche_id != marche.id:
        raise Introuvable()
    modele = s.get_one(ModeleDocument, document.modele_id)
    champs: dict[str, Any] = dict(document.champs)
    titre = champs.pop("titre")
    return Fichier(_nom(document.genre, marche), remplir(modele.contenu, champs, titre=titre))


def _nom(genre: GenreDocument, marche: Marche) -> str:
    mots = "-".join(cle(marche.intitule).split())[:60].strip("-")
    return f"{GENRES[genre].fichier}-{mots or marche.ref.lower()}.docx"


def contenu_du_modele(s: Session, acteur: Acteur, modele_id: int) -> Fichier:
    """A version of a model of the territory, as it was deposited. Raises Introuvable."""
    exiger(acteur, Action.REGLER_TERRITOIRE, Portee(acteur.territoire_id))
    modele = s.get(ModeleDocument, modele_id)
    if modele is None or modele.territoire_id != acteur.territoire_id:
        raise Introuvable()
    return Fichier(f"{GENRES[modele.genre].fichier}-version-{modele.numero}.docx", modele.contenu)

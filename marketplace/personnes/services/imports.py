"""A caseload arrives as a file: every line read and told, then the good ones written in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import FichierRefuse, LigneRefusee, RegleViolee
from marketplace.journal.services import journaliser
from marketplace.marches.services.saisie import lire_commune_saisie
from marketplace.personnes.models import Personne, Suivi
from marketplace.personnes.portee import exiger_pour_les_siens, suivi_en_cours
from marketplace.personnes.rules.fichier import COLONNES, LIBELLES, OBLIGATOIRES, lire_saisie
from marketplace.personnes.rules.identite import empreinte
from marketplace.personnes.rules.proteges import colonnes_de_nir, contient_nir, refuser_nir
from marketplace.personnes.rules.saisie import ProfilSaisi, controler_profil
from marketplace.personnes.services.demandes_suivi import inscrire_demandes_suivi
from marketplace.personnes.services.profil import Information, inscrire_personnes
from marketplace.tableur import Tableau, lire_tableau, reconnaitre_colonnes
from marketplace.territoire.models import Commune
from marketplace.valeurs import cle


@dataclass(frozen=True, slots=True)
class BilanImport:
    """What a file holds, line by line: good, already in the caseload, refused; and what became of its columns.

    `connues`: refused lines of somebody the territory knows; `demandees`: how many of them were asked for.
    """

    lignes: int
    bonnes: int
    deja: int
    refusees: tuple[LigneRefusee, ...]
    colonnes: tuple[tuple[str, str], ...]
    ignorees: tuple[str, ...]
    retirees: tuple[str, ...]
    connues: int = 0
    demandees: int = 0
    ecrites: bool = False


@dataclass(slots=True)
class _Examen:
    """A file read against the base, before anything is written."""

    bilan: BilanImport
    saisies: list[ProfilSaisi]
    connues: list[int]

    @property
    def codes(self) -> set[str]:
        """Codes of the communes named."""
        return {s.code_insee for s in self.saisies if s.code_insee}


def examiner_fichier(ctx: Contexte, acteur: Acteur, contenu: bytes, nom: str) -> BilanImport:
    """Read a file and say what importing it would do; nothing is written. Raises FichierRefuse for the whole."""
    _exiger(acteur)
    with ctx.lecture() as s:
        return _examiner(ctx, s, acteur, contenu, nom).bilan


def importer_fichier(
    ctx: Contexte,
    acteur: Acteur,
    contenu: bytes,
    nom: str,
    *,
    information: Information | None = None,
    demander_suivis: bool = False,
) -> BilanImport:
    """Write the good lines in one transaction, in the caseload of the actor; the others are told.

    `demander_suivis`: ask the facilitateur to follow those the territory knows already. The same file sent again
    writes nothing twice. Raises FichierRefuse for the whole.
    """
    _exiger(acteur)
    with ctx.transaction() as s:
        examen = _examiner(ctx, s, acteur, contenu, nom)
        prises = set(s.scalars(select(Personne.ref)))
        # Held here so that the session keeps them: each line then finds its commune without asking the base.
        communes = list(s.scalars(select(Commune).where(Commune.code_insee.in_(examen.codes))))
        personnes = inscrire_personnes(ctx, s, acteur, examen.saisies, information, refs_prises=prises)
        demandees = inscrire_demandes_suivi(ctx, s, acteur, examen.connues) if demander_suivis else 0
        b = examen.bilan
        if personnes:
            journaliser(
                s,
                ctx.horloge(),
                acteur,
                "importer_personnes",
                s.get_one(Organisation, acteur.organisation_id),
                f"Fichier importé : {b.bonnes} personnes, {len(communes)} communes, {len(b.refusees)} lignes refusées",
                refs=[p.ref for p in personnes],
            )
        return replace(b, demandees=demandees, ecrites=True)


def _exiger(acteur: Acteur) -> None:
    exiger_pour_les_siens(acteur, Action.SUIVRE_PERSONNE)


def _examiner(ctx: Contexte, s: Session, acteur: Acteur, contenu: bytes, nom: str) -> _Examen:
    if contient_nir(nom):
        raise FichierRefuse("Le nom du fichier contient un numéro de sécurité sociale : renommez-le.")
    tableau = lire_tableau(contenu, nom)
    interdites = set(colonnes_de_nir(tableau.entetes, [ligne.cellules for ligne in tableau.lignes]))
    entetes = [("" if i in interdites else e) for i, e in enumerate(tableau.entetes)]
    colonnes = reconnaitre_colonnes(entetes, COLONNES)
    manquantes = [LIBELLES[c] for c in OBLIGATOIRES if c not in colonnes]
    if manquantes:
        raise FichierRefuse(
            f"Colonne introuvable : {', '.join(manquantes)}. La première ligne doit nommer les colonnes."
        )
    lecteur = _Lecteur(ctx, s, acteur)
    refusees: list[LigneRefusee] = []
    saisies: list[ProfilSaisi] = []
    deja = 0
    for ligne in tableau.lignes:
        cellules = {c: ligne.cellules[i] for c, i in colonnes.items() if i < len(ligne.cellules)}
        if not any(cellules.values()):
            continue
        try:
            saisie = lecteur.lire(cellules)
        except RegleViolee as refus:
            qui = f"{cellules.get('prenom', '')} {cellules.get('nom', '')}".strip()
            if contient_nir(qui):
                qui = ""
            champ = LIBELLES.get(refus.champ or "", "")
            refusees.append(LigneRefusee(ligne.numero, qui, f"{champ} : {refus.message}" if champ else refus.message))
            continue
        if saisie is None:
            deja += 1
        else:
            saisies.append(saisie)
    bilan = _bilan(tableau, colonnes, interdites, saisies, deja, refusees)
    return _Examen(replace(bilan, connues=len(lecteur.connues)), saisies, lecteur.connues)


def _bilan(
    tableau: Tableau,
    colonnes: dict[str, int],
    interdites: set[int],
    saisies: list[ProfilSaisi],
    deja: int,
    refusees: list[LigneRefusee],
) -> BilanImport:
    prises = set(colonnes.values()) | interdites
    return BilanImport(
        lignes=len(saisies) + deja + len(refusees),
        bonnes=len(saisies),
        deja=deja,
        refusees=tuple(refusees),
        colonnes=tuple((tableau.entetes[i], LIBELLES[c]) for c, i in sorted(colonnes.items(), key=lambda x: x[1])),
        ignorees=tuple(e for i, e in enumerate(tableau.entetes) if e and i not in prises),
        retirees=tuple(tableau.entetes[i] or f"colonne {i + 1}" for i in sorted(interdites)),
    )


class _Lecteur:
    """Reads lines against the caseload and the territory, with a constant number of queries for people."""

    def __init__(self, ctx: Contexte, s: Session, acteur: Acteur) -> None:
        self.ctx, self.s, self.acteur = ctx, s, acteur
        self.jour = ctx.aujourdhui()
        self.communes: dict[str, str | RegleViolee | None] = {}
        du_territoire = s.execute(
            select(Personne.id, Personne.empreinte, Personne.cle).where(
                Personne.territoire_id == acteur.territoire_id, Personne.anonymisee_le.is_(None)
            )
        ).all()
        siennes = set(
            s.scalars(
                select(Suivi.personne_id).where(Suivi.referent_id == acteur.referent_id, suivi_en_cours(self.jour))
            )
        )
        self.marques = {marque: numero for numero, marque, _ in du_territoire if marque and numero not in siennes}
        self.connues: list[int] = []
        self.siennes = {marque for numero, marque, _ in du_territoire if marque and numero in siennes}
        self.noms = {nom for numero, _, nom in du_territoire if numero in siennes}
        self.vues: set[str] = set()

    def lire(self, cellules: dict[str, str]) -> ProfilSaisi | None:
        """The profile of a line, None when the person is already in this caseload. Raises RegleViolee."""
        for champ, cellule in cellules.items():
            refuser_nir(cellule, champ=champ)
        saisie = lire_saisie(cellules, self._commune(cellules.get("commune", "")))
        controler_profil(saisie, self.jour)
        marque = empreinte(self.ctx.config.cle_secrete, saisie.prenom, saisie.nom, saisie.date_naissance)
        nom = cle(f"{saisie.nom} {saisie.prenom}")
        if marque in self.siennes or (marque is None and nom in self.noms):
            return None
        if marque is not None and marque in self.marques:
            self.connues.append(self.marques[marque])
            raise RegleViolee(
                "Une personne de même nom, née le même jour, est déjà enregistrée sur ce territoire : "
                "demandez à la suivre en cochant la case."
            )
        identite = marque or nom
        if identite in self.vues:
            raise RegleViolee("Cette personne est déjà plus haut dans le fichier.")
        self.vues.add(identite)
        return saisie

    def _commune(self, texte: str) -> str | None:
        texte = texte.strip()
        if texte not in self.communes:
            try:
                self.communes[texte] = lire_commune_saisie(self.s, self.acteur.territoire_id, texte)
            except RegleViolee as refus:
                self.communes[texte] = refus
        lue = self.communes[texte]
        if isinstance(lue, RegleViolee):
            raise lue
        return lue

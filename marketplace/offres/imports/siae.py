"""Import of structures and of their posts, idempotent: one transaction writes everything that is readable."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import LigneRefusee
from marketplace.journal.services import journaliser
from marketplace.metiers.models import Metier
from marketplace.offres.imports.fiche_siae import FichePoste, FicheStructure, lire_fichiers
from marketplace.offres.models import EtatOffre, Offre, OffreExterne
from marketplace.territoire.models import Commune, Territoire
from marketplace.valeurs import cle

SOURCE = "emplois_inclusion"
PREREQUIS_INCONNU = "À demander à la structure"


@dataclass(slots=True)
class CompteOffres:
    """What became of the posts."""

    lus: int = 0
    crees: int = 0
    mis_a_jour: int = 0
    inchanges: int = 0
    fermes: int = 0


@dataclass(slots=True)
class ResultatSiae:
    """What an import did to structures, and to their posts in `offres`."""

    lus: int = 0
    crees: int = 0
    mis_a_jour: int = 0
    inchanges: int = 0
    fermes: int = 0
    pistes: int = 0
    offres: CompteOffres = field(default_factory=CompteOffres)
    refuses: list[LigneRefusee] = field(default_factory=list)
    signales: list[LigneRefusee] = field(default_factory=list)

    def en_dict(self) -> dict[str, Any]:
        """For the command line."""
        return asdict(self)


class _EssaiABlanc(Exception):
    """Leaves the transaction without writing."""


def importer_siae(
    ctx: Contexte, acteur: Acteur, contenus: Sequence[tuple[str, bytes]], *, dry_run: bool = False
) -> ResultatSiae:
    """Bring structures and posts level with these files; the same files twice change nothing the second time.

    A post closes when it says so, or when a complete set no longer holds it for a structure of that set. A CSV,
    which carries no post, closes none. A wrong SIRET is kept and flagged in `signales`.
    Raises FichierRefuse for a file that cannot be read, Interdit for anyone but a facilitateur or administrator.
    """
    exiger(acteur, Action.IMPORTER_MARCHES, Portee(acteur.territoire_id))
    lecture = lire_fichiers(contenus)
    resultat = ResultatSiae(lus=len(lecture.structures) + len(lecture.refuses), refuses=list(lecture.refuses))
    try:
        with ctx.transaction() as s:
            _Import(s, ctx, acteur, resultat).ecrire(lecture.structures, lecture.complete)
            if dry_run:
                raise _EssaiABlanc
    except _EssaiABlanc:
        pass
    return resultat


Cle = tuple[str, TypeOrganisation]


class _Import:
    """One import: what the base knows is read once, in a constant number of queries."""

    def __init__(self, s: Session, ctx: Contexte, acteur: Acteur, resultat: ResultatSiae) -> None:
        self.s, self.ctx, self.acteur, self.resultat = s, ctx, acteur, resultat
        self.lues: set[Cle] = set()  # a firm given twice in one file keeps its first line
        self.connues: dict[Cle, Organisation] = {}
        for o in s.scalars(select(Organisation).where(Organisation.territoire_id == acteur.territoire_id)):
            self.connues.setdefault(self._cle(o.siret, o.cle, o.code_insee, o.type), o)
        self.postes: dict[str, tuple[OffreExterne, Offre]] = {
            externe.identifiant: (externe, offre)
            for externe, offre in s.execute(
                select(OffreExterne, Offre)
                .join(Offre, Offre.id == OffreExterne.offre_id)
                .where(OffreExterne.territoire_id == acteur.territoire_id, OffreExterne.source == SOURCE)
            )
        }
        self.communes: dict[tuple[str, str], str] = {}
        self.codes: set[str] = set()
        for code, nom_cle, postaux in s.execute(select(Commune.code_insee, Commune.cle, Commune.codes_postaux)):
            self.codes.add(code)
            for postal in postaux.split():
                self.communes[postal, nom_cle] = code
        self.metiers = set(s.scalars(select(Metier.code_rome)))

    @staticmethod
    def _cle(siret: str | None, nom_cle: str, code_insee: str | None, type_: TypeOrganisation) -> Cle:
        return (siret or f"{nom_cle}|{code_insee or ''}", type_)

    def ecrire(self, structures: Sequence[FicheStructure], complete: bool) -> None:
        vues: set[int] = set()
        postes_vus: set[str] = set()
        for fiche in structures:
            if not fiche.siret_valide:
                motif = "SIRET absent." if fiche.siret is None else "SIRET dont la clé est fausse : gardé, à vérifier."
                self.resultat.signales.append(LigneRefusee(fiche.ligne, fiche.siret or fiche.nom, motif))
            for motif in fiche.postes_illisibles:
                self.resultat.signales.append(LigneRefusee(fiche.ligne, fiche.siret or fiche.nom, motif))
            organisation = self._structure(fiche)
            if fiche.postes is None:
                continue
            vues.add(organisation.id)
            for poste in fiche.postes:
                postes_vus.add(poste.identifiant)
                self._poste(fiche, organisation, poste)
        if complete:
            for identifiant, (externe, offre) in self.postes.items():
                if identifiant not in postes_vus and offre.organisation_id in vues:
                    self._fermer(externe, offre)
        self.resultat.fermes = self.resultat.offres.fermes
        r = self.resultat
        if structures:
            territoire = self.s.get_one(Territoire, self.acteur.territoire_id)
            journaliser(
                self.s,
                self.ctx.horloge(),
                self.acteur,
                "importer_siae",
                territoire,
                f"Structures importées : {r.crees} nouvelles, {r.mis_a_jour} mises à jour ; "
                f"offres : {r.offres.crees} nouvelles, {r.offres.fermes} closes.",
            )

    def _commune(self, fiche_code: str | None, postal: str, ville: str) -> str | None:
        if fiche_code in self.codes:
            return fiche_code
        nom = cle(ville)
        return self.communes.get((postal, nom)) or self.communes.get(
            (postal, nom.replace("st ", "saint ").replace("ste ", "sainte "))
        )

    def _structure(self, f: FicheStructure) -> Organisation:
        code_insee = self._commune(f.code_insee, f.code_postal, f.ville)
        valeurs: dict[str, Any] = {
            "nom": f.nom,
            "cle": cle(f.nom)[:200],
            "siret_valide": f.siret_valide,
            "adresse": " ".join(x for x in (f.adresse, f.code_postal, f.ville) if x)[:200],
            "code_insee": code_insee,
            "telephone": f.telephone,
            "courriel": f.courriel,
            "site": f.site,
            "activites": f.activites,
            "lat": f.lat,
            "lon": f.lon,
        }
        cle_ = self._cle(f.siret, cle(f.nom)[:200], code_insee, f.type)
        connue = self.connues.get(cle_)
        if connue is None:
            connue = Organisation(
                ref=f"ORG-{secrets.token_hex(8)}",
                territoire_id=self.acteur.territoire_id,
                type=f.type,
                siret=f.siret,
                source=f.source,
                source_le=f.maj,
                cree_le=self.ctx.horloge(),
                **valeurs,
            )
            self.s.add(connue)
            self.s.flush()
            connue.ref = f"ORG-{connue.id:06d}"
            self.connues[cle_] = connue
            self.lues.add(cle_)
            self.resultat.crees += 1
            return connue
        # an older file never overwrites, and a file that says nothing never empties what is known
        plus_vieux = connue.source_le is not None and (f.maj is None or f.maj < connue.source_le)
        changes = {
            champ: valeur
            for champ, valeur in valeurs.items()
            if valeur not in (None, "") and getattr(connue, champ) != valeur
        }
        if plus_vieux or not changes or cle_ in self.lues:
            self.lues.add(cle_)
            self.resultat.inchanges += 1
            return connue
        self.lues.add(cle_)
        for champ, valeur in changes.items():
            setattr(connue, champ, valeur)
        connue.source, connue.source_le = f.source, f.maj
        self.resultat.mis_a_jour += 1
        return connue

    def _poste(self, f: FicheStructure, organisation: Organisation, p: FichePoste) -> None:
        comptes = self.resultat.offres
        comptes.lus += 1
        connu = self.postes.get(p.identifiant)
        if connu is not None and connu[0].empreinte == p.empreinte:
            comptes.inchanges += 1
            return
        if connu is None and not p.ouvert:
            comptes.inchanges += 1
            return
        code_insee = self._commune(p.code_insee, f.code_postal, p.commune or f.ville) or organisation.code_insee
        if code_insee is None:
            self.resultat.signales.append(
                LigneRefusee(f.ligne, p.identifiant, "Poste sans commune reconnue : laissé de côté.")
            )
            return
        if p.code_rome is not None and p.code_rome not in self.metiers:
            motif = f"Métier {p.code_rome} inconnu : poste gardé, métier à reconnaître."
            self.resultat.signales.append(LigneRefusee(f.ligne, p.identifiant, motif))
        valeurs: dict[str, Any] = {
            "organisation_id": organisation.id,
            "intitule": p.intitule,
            "cle": cle(f"{p.intitule} {p.commune or f.ville} {p.description}"),
            "code_rome": p.code_rome if p.code_rome in self.metiers else None,
            "description": p.description,
            "code_insee": code_insee,
            "type_contrat": p.contrat,
            "places": p.places,
            "prerequis": p.profil or PREREQUIS_INCONNU,
        }
        maintenant = self.ctx.horloge()
        if connu is None:
            offre = Offre(
                ref=f"O-{secrets.token_hex(8)}",
                territoire_id=self.acteur.territoire_id,
                heures_hebdo=None,
                debut=self.ctx.aujourdhui(),
                etat=EtatOffre.PUBLIEE,
                publiee_le=maintenant,
                confirmee_le=maintenant,
                cree_le=maintenant,
                **valeurs,
            )
            self.s.add(offre)
            self.s.flush()
            offre.ref = f"O-{offre.id:06d}"
            externe = OffreExterne(
                territoire_id=self.acteur.territoire_id,
                source=SOURCE,
                identifiant=p.identifiant,
                offre_id=offre.id,
                empreinte=p.empreinte,
                vue_le=maintenant,
            )
            self.s.add(externe)
            self.postes[p.identifiant] = (externe, offre)
            comptes.crees += 1
            return
        externe, offre = connu
        externe.empreinte, externe.vue_le = p.empreinte, maintenant
        if not p.ouvert:
            self._fermer(externe, offre)
            return
        for champ, valeur in valeurs.items():
            setattr(offre, champ, valeur)
        if offre.etat is EtatOffre.FERMEE:
            offre.etat, offre.fermee_le, offre.publiee_le = EtatOffre.PUBLIEE, None, maintenant
        offre.confirmee_le = maintenant
        comptes.mis_a_jour += 1

    def _fermer(self, externe: OffreExterne, offre: Offre) -> None:
        if offre.etat is not EtatOffre.PUBLIEE:
            return
        offre.etat, offre.fermee_le = EtatOffre.FERMEE, self.ctx.horloge()
        externe.empreinte = ""  # seen again one day, it opens again
        self.resultat.offres.fermes += 1

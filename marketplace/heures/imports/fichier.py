"""Taking an employer's file in: all of ours or nothing, and nothing of anybody else's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action, Portee, exiger
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.heures.acces import etablissements
from marketplace.heures.imports.annuaire import Annuaire, ContratConnu, MarcheConnu
from marketplace.heures.imports.constats import LigneFausse
from marketplace.heures.imports.correspondance import LAISSER, REPRENDRE, Correspondance
from marketplace.heures.imports.ecriture import EDITABLES, Prete, ecrire
from marketplace.heures.imports.gardees import fusionner, periodes_gardees, sommes
from marketplace.heures.imports.lecture import Lecteur
from marketplace.heures.imports.lignes import Periode
from marketplace.heures.imports.memoire import retenir, se_souvenir
from marketplace.heures.imports.resultat import Groupe, HeuresDePersonne, Resultat, Sort
from marketplace.heures.imports.tableau import Grille, interpreter, lire_grille
from marketplace.heures.models import (
    Contrat,
    Declaration,
    EtatDeclaration,
)
from marketplace.heures.rules.declaration import fin_de_periode
from marketplace.heures.rules.phrases import mois_en_texte
from marketplace.heures.saisie import SaisieRefusee, champ_formation, champ_travaillees, lire_lignes, texte_heures
from marketplace.heures.services.declarations import contrats_du_mois, lignes_en_vigueur
from marketplace.journal.services import noter_lectures
from marketplace.marches.models import Intervenant, Marche
from marketplace.marches.queries.consignes import LectureConsignes
from marketplace.personnes.models import Personne
from marketplace.territoire.reglages import reglages_au
from marketplace.valeurs import lire_heures, somme

ZERO = Decimal("0.00")


def importer_heures(
    ctx: Contexte,
    acteur: Acteur,
    employeur_id: int,
    contenu: bytes | Grille,
    correspondance: Correspondance,
    *,
    signataire: str = "",
    dry_run: bool = False,
) -> Resultat:
    """Fill (and sign, when `signataire` is given) the employer's open declarations from its own file.

    Strict: one wrong line of ours, or one word nobody decided about, and nothing is written. Lines of other clients,
    set aside by an explicit choice, are never stored. `contenu`: the file, or its cells once read. Raises FichierRefuse
    when the file is unreadable.
    """
    grille = lire_grille(contenu) if isinstance(contenu, bytes) else contenu
    with ctx.transaction() as s:
        exiger(acteur, Action.DECLARER_HEURES, Portee(acteur.territoire_id, frozenset({employeur_id})))
        imports = _Import(s, ctx, acteur, employeur_id, se_souvenir(s, employeur_id).avec(correspondance))
        tableau = interpreter(grille, imports.choix.colonnes, imports.annuaire.connu)
        lecture = Lecteur(tableau, imports.annuaire, ctx.aujourdhui()).lire()
        resultat = Resultat(tableau, lecture, imports.annuaire, fausses=list(lecture.fausses))
        if tableau.manques:
            return resultat
        pretes = imports.preparer(resultat)
        if dry_run or not resultat.complet:
            return resultat
        ecrire(s, ctx, acteur, employeur_id, resultat, pretes, signataire)
        retenir(s, ctx, employeur_id, imports.choix, tableau, lecture)
        resultat.applique = True
        return resultat


class _Import:
    """One file of one employer, inside one transaction."""

    def __init__(self, s: Session, ctx: Contexte, acteur: Acteur, employeur_id: int, choix: Correspondance) -> None:
        self.s, self.ctx, self.acteur, self.employeur_id, self.choix = s, ctx, acteur, employeur_id, choix
        self.firme = etablissements(s, employeur_id) or frozenset({employeur_id})
        self.contrats = self._contrats()
        marches = self._marches()
        self.intitules = {m.ref: m.intitule for m in marches}
        connus = [ContratConnu(c.ref, nom, ref, c.debut, c.fin, c.personne_id) for c, nom, ref in self.contrats]
        self.annuaire = Annuaire(marches, connus, choix)
        self.ids = {c.ref: c.id for c, _, _ in self.contrats}
        self.noms = {c.ref: nom for c, nom, _ in self.contrats}
        self.marche_de = {c.ref: c.marche_id for c, _, _ in self.contrats}
        self.refs_marches = {c.marche_id: ref for c, _, ref in self.contrats}
        self.employeur_de = {c.ref: c.employeur_id for c, _, _ in self.contrats}

    def _contrats(self) -> list[tuple[Contrat, str, str]]:
        requete = (
            select(Contrat, Personne.prenom, Personne.nom, Marche.ref)
            .join(Personne, Personne.id == Contrat.personne_id)
            .join(Marche, Marche.id == Contrat.marche_id)
            .where(Contrat.employeur_id.in_(self.firme))
            .order_by(Contrat.id)
        )
        if self.acteur.marches is not None:
            requete = requete.where(Contrat.marche_id.in_(self.acteur.marches))
        return [(c, f"{prenom} {nom}", ref) for c, prenom, nom, ref in self.s.execute(requete)]

    def _marches(self) -> list[MarcheConnu]:
        """Marchés of the firm, with their title, their buyer's and their titulaire's name as possible words."""
        acheteur, titulaire = Organisation.__table__.alias("acheteur"), Organisation.__table__.alias("titulaire")
        intervient = (
            select(Intervenant.id)
            .where(Intervenant.marche_id == Marche.id, Intervenant.organisation_id.in_(self.firme))
            .exists()
        )
        au_travail = (
            select(Contrat.id).where(Contrat.marche_id == Marche.id, Contrat.employeur_id.in_(self.firme)).exists()
        )
        requete = (
            select(Marche.ref, Marche.intitule, acheteur.c.nom, titulaire.c.nom)
            .join(acheteur, acheteur.c.id == Marche.acheteur_id)
            .outerjoin(titulaire, titulaire.c.id == Marche.titulaire_id)
            .where(or_(Marche.titulaire_id.in_(self.firme), intervient, au_travail))
            .order_by(Marche.ref)
        )
        if self.acteur.marches is not None:
            requete = requete.where(Marche.id.in_(self.acteur.marches))
        return [
            MarcheConnu(ref, (intitule, *(n for n in (nom_acheteur, nom_titulaire) if n)))
            for ref, intitule, nom_acheteur, nom_titulaire in self.s.execute(requete)
        ]

    # --- what the file makes of each month

    def preparer(self, resultat: Resultat) -> list[Prete]:
        """The months ready to be written; what cannot be taken joins the wrong lines."""
        par_mois: defaultdict[tuple[int, int, date], dict[str, list[Periode]]] = defaultdict(dict)
        for (ref, mois), periodes in resultat.lecture.heures.items():
            par_mois[self.employeur_de[ref], self.marche_de[ref] or 0, mois][ref] = periodes
        self._noter_les_noms_lus(resultat)
        anciennes = periodes_gardees(self.s, self.ids.values(), {m for _, _, m in par_mois})
        declarations = {
            (d.employeur_id, d.marche_id, d.mois): d
            for d in self.s.scalars(select(Declaration).where(Declaration.employeur_id.in_(self.firme)))
        }
        pretes = []
        for cle_mois in sorted(par_mois, key=lambda c: (c[2], self.refs_marches[c[1]], c[0])):
            prete = self._un_mois(resultat, cle_mois, par_mois[cle_mois], anciennes, declarations.get(cle_mois))
            resultat.groupes.append(prete.groupe)
            if prete.groupe.sort not in {Sort.LAISSER, Sort.REFUSER}:
                pretes.append(prete)
        self._compter_ce_qui_reste(resultat)
        resultat.fausses.sort(key=lambda f: f.numero)
        return pretes

    def _noter_les_noms_lus(self, resultat: Resultat) -> None:
        """The people the file names, and all those among whom somebody has to choose (N2)."""
        nommees = {ref for ref, _ in resultat.lecture.heures}
        proposees = {a.marche_ref for a in resultat.personnes_a_decider}
        lues = [c.personne_id for c, _, marche in self.contrats if c.ref in nommees or marche in proposees]
        noter_lectures(self.s, self.ctx.horloge(), self.acteur, lues, "heures déposées dans un fichier")

    def _un_mois(
        self,
        resultat: Resultat,
        cle_mois: tuple[int, int, date],
        par_contrat: dict[str, list[Periode]],
        anciennes: Mapping[tuple[int, date], list[list[Periode]]],
        declaration: Declaration | None,
    ) -> Prete:
        _, marche_id, mois = cle_mois
        ref_marche = self.refs_marches[marche_id]
        entieres = {ref: fusionner(anciennes.get((self.ids[ref], mois), ()), p) for ref, p in par_contrat.items()}
        deja = {} if declaration is None else self._deja_ecrit(declaration)
        personnes = tuple(
            HeuresDePersonne(ref, self.noms[ref], _lire_deja(deja, ref), *sommes(entieres[ref]))
            for ref in sorted(par_contrat, key=lambda r: self.noms[r])
        )
        saisie = dict(deja)
        for p in personnes:
            saisie[champ_travaillees(p.contrat_ref)] = texte_heures(p.travaillees)
            saisie[champ_formation(p.contrat_ref)] = texte_heures(p.formation)
        saisie = {c: t for c, t in saisie.items() if t}
        lignes = sorted({p.ligne for periodes in par_contrat.values() for p in periodes})
        sort, motif = self._sort(cle_mois, declaration, meme=saisie == {c: t for c, t in deja.items() if t})
        if sort is Sort.REFUSER:
            resultat.fausses.append(LigneFausse(lignes[0], ref_marche, motif, mois=f"{mois:%Y-%m}"))
        elif declaration is not None and sort in {Sort.REMPLIR, Sort.REPRENDRE}:
            resultat.fausses += self._verifier(declaration, saisie, par_contrat, resultat.lecture.cellules)
        reprenable = declaration is not None and declaration.etat is EtatDeclaration.DECLAREE
        groupe = Groupe(ref_marche, self.intitules.get(ref_marche, ref_marche), mois, sort, personnes, reprenable)
        return Prete(groupe, declaration, deja, saisie, {self.ids[r]: p for r, p in par_contrat.items()})

    def _sort(
        self, cle_mois: tuple[int, int, date], declaration: Declaration | None, *, meme: bool
    ) -> tuple[Sort, str]:
        """What becomes of a month, and why when it is refused."""
        _, marche_id, mois = cle_mois
        dit, choisi = mois_en_texte(mois), self.choix.mois.get(f"{mois:%Y-%m}")
        refus = ""
        if declaration is None:
            if self._s_ouvrira(marche_id, mois):
                return Sort.GARDER, ""
            refus = f"Aucune déclaration n'attend pour {dit} sur ce marché : laissez ce mois de côté."
        elif declaration.etat in EDITABLES:
            return (Sort.INCHANGE if meme and declaration.etat is EtatDeclaration.BROUILLON else Sort.REMPLIR), ""
        elif meme:
            return Sort.INCHANGE, ""
        elif declaration.etat is EtatDeclaration.DECLAREE:
            if choisi == REPRENDRE:
                return Sort.REPRENDRE, ""
            refus = f"Les heures de {dit} sont déjà signées : reprenez-les, ou laissez ce mois tel quel."
        else:
            refus = (
                f"Les heures de {dit} sont déjà signées, et quelqu'un y a répondu : "
                "laissez ce mois tel quel, et demandez une correction à votre facilitateur."
            )
        return (Sort.LAISSER, "") if choisi == LAISSER else (Sort.REFUSER, refus)

    def _s_ouvrira(self, marche_id: int, mois: date) -> bool:
        """Whether the declaration of a month opens later, by the rhythm of its marché (R53)."""
        marche = self.s.get_one(Marche, marche_id)
        rythme = LectureConsignes(self.s, marche.territoire_id, [marche.id]).au(marche.id, mois).rythme
        return fin_de_periode(mois, rythme, marche.date_fin) >= self.ctx.aujourdhui()

    def _deja_ecrit(self, declaration: Declaration) -> dict[str, str]:
        """What the declaration holds already, typed or signed: a file never wipes the people it does not name."""
        refs = {c.id: c.ref for c in contrats_du_mois(self.s, declaration)}
        saisie: dict[str, str] = {}
        for contrat_id, ligne in lignes_en_vigueur(self.s, declaration.id).items():
            if contrat_id in refs:
                saisie[champ_travaillees(refs[contrat_id])] = texte_heures(ligne.travaillees)
                saisie[champ_formation(refs[contrat_id])] = texte_heures(ligne.formation)
        champs = {champ(ref) for ref in refs.values() for champ in (champ_travaillees, champ_formation)}
        return saisie | {c: t for c, t in declaration.brouillon.items() if c in champs}

    def _verifier(
        self,
        declaration: Declaration,
        saisie: Mapping[str, str],
        par_contrat: Mapping[str, list[Periode]],
        cellules: Mapping[int, tuple[tuple[str, str], ...]],
    ) -> list[LigneFausse]:
        """The limits of a month, as when it is typed (R42); every row that makes the sum is told."""
        reglages = reglages_au(self.s, declaration.territoire_id, self.ctx.aujourdhui())
        try:
            lire_lignes(contrats_du_mois(self.s, declaration), saisie, declaration.mois, reglages)
        except SaisieRefusee as refus:
            fausses = []
            for champ, message in refus.erreurs.items():
                ref = champ[2:]
                nom = self.noms.get(ref, "")
                if ref not in par_contrat:
                    fausses.append(LigneFausse(0, nom or "ligne", f"Déjà écrit à la main : {message}"))
                    continue
                numeros = sorted({p.ligne for p in par_contrat[ref]})
                fausses += [LigneFausse(n, nom, message, cellules.get(n, ())) for n in numeros]
            return fausses
        return []

    def _compter_ce_qui_reste(self, resultat: Resultat) -> None:
        """Months left as they are leave the totals of what is kept."""
        for groupe in resultat.groupes:
            if groupe.sort is Sort.LAISSER and (totaux := resultat.lecture.par_marche.get(groupe.marche_ref)):
                for p in groupe.personnes:
                    lues = resultat.lecture.heures[p.contrat_ref, groupe.mois]
                    travaillees, formation = sommes(lues)
                    totaux.retenues -= travaillees
                    totaux.formation -= formation
                    totaux.ecartees += travaillees + formation


def _lire_deja(deja: Mapping[str, str], ref: str) -> Decimal | None:
    """Hours written already, worked and training; None when there are none, or when what is typed is no number."""
    textes = [deja.get(champ, "") for champ in (champ_travaillees(ref), champ_formation(ref))]
    try:
        return somme(lire_heures(t) for t in textes if t) if any(textes) else None
    except RegleViolee:
        return None

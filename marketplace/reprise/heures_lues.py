"""Rows of people and hours of marchés made into lines to write, each hour once, and people recognised."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from marketplace.erreurs import LigneRefusee, RegleViolee
from marketplace.heures.models import Modalite
from marketplace.heures.rules.phrases import heures_en_texte
from marketplace.personnes.rules.fichier import lire_saisie
from marketplace.personnes.rules.identite import empreinte
from marketplace.personnes.rules.proteges import contient_nir
from marketplace.personnes.rules.saisie import ProfilSaisi, controler_profil
from marketplace.reprise.connus import ClefLigne, Connus, nom_en_cle
from marketplace.reprise.marches_lus import Repertoire
from marketplace.reprise.plan import ClefPrevue, LignePrevue, MarchePrevu, PersonnePrevue, Plan
from marketplace.reprise.rules.cellules import Mois
from marketplace.reprise.rules.listes import TYPES_PAR_MODALITE, decouper
from marketplace.reprise.rules.rapprochement import Rapprochement
from marketplace.reprise.rules.source import Enregistrement
from marketplace.reprise.valeurs_lues import Valeurs
from marketplace.valeurs import cle, premier_du_mois

ZERO = Decimal(0)
TOLERANCE = Decimal("0.05")
"""Two totals of the same hours may differ by the roundings of a spreadsheet."""
_PROFIL = ("nom", "prenom", "sexe", "telephone", "courriel")
_QPV = {"oui": "oui", "o": "oui", "x": "oui", "1": "oui", "vrai": "oui", "non": "non", "n": "non", "0": "non"}


class Heures:
    """Builds the lines of a plan, row by row."""

    def __init__(
        self, plan: Plan, valeurs: Valeurs, connus: Connus, *, solde_au: date, jour: date, cle_secrete: str
    ) -> None:
        self.plan, self.valeurs, self.connus = plan, valeurs, connus
        self.solde_au, self.jour, self.cle_secrete = solde_au, jour, cle_secrete
        self.repertoire = Repertoire(plan, valeurs, connus)
        self.des_personnes = ZERO
        self.du_marche: defaultdict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        par_id = {m.existant: m.cle for m in plan.marches.values() if m.existant is not None}
        for clef, heures in connus.heures.items():
            if clef.marche_id in par_id:
                self.du_marche[par_id[clef.marche_id]].append((clef.mois, heures))

    # --- people

    def rapprocher_marches(self, rangees: Sequence[Enregistrement], retenues: dict[str, str]) -> None:
        """The names of marchés that no marché bears exactly, matched or asked once each."""
        noms = Counter(self.repertoire.nom(e) for e in rangees if not self.repertoire.trouver(e))
        faits: Iterable[Rapprochement] = (
            self.repertoire.rapprocher(nom, nombre, retenues) for nom, nombre in noms.most_common() if nom
        )
        self.valeurs.poser("marche", tuple(faits))

    def prendre_personnes(self, rangees: Sequence[Enregistrement]) -> None:
        """Register the people of the rows and their hours; a row that cannot be read whole is refused."""
        for e in rangees:
            try:
                self._prendre(e)
            except RegleViolee as refus:
                self.plan.refuses.append(LigneRefusee(e.ligne, e.feuille or "fichier", refus.message))

    def _prendre(self, e: Enregistrement) -> None:
        for champ, groupe in (("employeur", "entreprise"), ("modalite", "modalite")):
            if self.valeurs.a_decider(groupe, e.texte(champ)):
                raise RegleViolee(f"« {e.texte(champ)} » attend une décision : dites ce que c'est.")
        marche = self._marche(e) if e.faites or self.repertoire.nom(e) else ""
        if marche in self.plan.refusees and marche not in self.plan.marches:
            raise RegleViolee(
                f"Son marché est refusé à la ligne {self.plan.refusees[marche].ligne} : corrigez-le d'abord."
            )
        prevu = self.plan.marches.get(marche)
        periodes = [(self._periode(e, m, prevu), h) for m, h in e.faites]
        personne = self._personne(e, max((p.jusque for p, _ in periodes), default=None))
        modalite = self.valeurs.cible("modalite", e.texte("modalite"))
        employeur = self.valeurs.cible("entreprise", e.texte("employeur"))
        if modalite and employeur.startswith("+") and Modalite(modalite) in TYPES_PAR_MODALITE:
            self.plan.types.setdefault(employeur, TYPES_PAR_MODALITE[Modalite(modalite)].value)
        for periode, heures in periodes:
            clef = ClefPrevue(
                marche=marche,
                personne=personne.cle,
                employeur=employeur,
                modalite=Modalite(modalite) if modalite else None,
                depuis=None if periode.depuis == periode.jusque else periode.depuis,
                mois=periode.jusque,
            )
            self._ajouter(clef, heures, e, self.valeurs.cible("metier", e.texte("metier")))
            self.des_personnes += heures

    def _marche(self, e: Enregistrement) -> str:
        exact = self.repertoire.trouver(e)
        if exact:
            return exact
        nom = self.repertoire.nom(e)
        trouve = self.valeurs.de("marche", nom)
        if trouve is None:
            raise RegleViolee("Cette ligne ne dit pas de quel marché sont ses heures.")
        if self.valeurs.a_decider("marche", nom):
            raise RegleViolee(f"« {nom} » attend une décision : dites de quel marché il s'agit.")
        if not trouve.cible:
            raise RegleViolee(f"« {nom} » est écarté : ces heures ne sont d'aucun marché repris.")
        return trouve.cible

    def _periode(self, e: Enregistrement, mois: Mois | None, marche: MarchePrevu | None) -> Mois:
        """The months of a number of hours: its column's, the contract's, else the marché's up to the workbook's day."""
        limite = premier_du_mois(self.solde_au)
        if mois is not None and mois.depuis == mois.jusque:
            return mois
        bornes = mois or Mois(date.min, limite)
        debut = e.dates.get("date_debut") or (marche.debut or marche.notification if marche else None)
        fin = e.dates.get("date_fin")
        jusque = min(bornes.jusque, premier_du_mois(fin) if fin else bornes.jusque)
        if jusque < bornes.depuis:
            jusque = bornes.jusque
        depuis = max(bornes.depuis, premier_du_mois(debut)) if debut else bornes.depuis
        return Mois(depuis if date.min < depuis <= jusque else jusque, jusque)

    def _personne(self, e: Enregistrement, dernier: date | None) -> PersonnePrevue:
        textes = {c: e.texte(c) for c in _PROFIL}
        if any(contient_nir(t) for t in textes.values()):
            raise RegleViolee("Cette ligne contient un numéro de sécurité sociale : retirez-le.")
        lue = lire_saisie(textes, self.valeurs.cible("commune", e.texte("commune")) or None)
        profil = ProfilSaisi(
            prenom=lue.prenom or "–",
            nom=lue.nom,
            date_naissance=e.dates.get("date_naissance"),
            sexe=lue.sexe,
            telephone=lue.telephone,
            courriel=lue.courriel,
            code_insee=lue.code_insee,
        )
        controler_profil(profil, self.jour)
        nom = nom_en_cle(lue.nom, lue.prenom)
        marque = empreinte(self.cle_secrete, lue.prenom, lue.nom, profil.date_naissance)
        clef = f"{nom}|{profil.date_naissance or ''}"
        personne = self.plan.personnes.get(clef) or self._meme_nom(nom, profil.date_naissance)
        if personne is None:
            existante = self.connus.personnes_par_empreinte.get(marque or "")
            connues = self.connus.personnes_par_nom.get(nom, [])
            if existante is None and marque is None and len(connues) == 1:
                existante = connues[0]
            personne = PersonnePrevue(clef, existante, profil, e.ligne)
            self.plan.personnes[clef] = personne
        personne.qpv = _QPV.get(cle(e.texte("qpv")), personne.qpv)
        trouvees = [self.valeurs.cible("categorie", m) for m in decouper(e.texte("categorie"))]
        personne.categories = tuple(dict.fromkeys([*personne.categories, *(c for c in trouvees if c)]))
        if dernier is not None:
            personne.dernier_mois = max(personne.dernier_mois or dernier, dernier)
        return personne

    def _meme_nom(self, nom: str, naissance: date | None) -> PersonnePrevue | None:
        """A row without a birth date is the person of that name met before, when there is only one."""
        if naissance is not None:
            return None
        memes = [p for c, p in self.plan.personnes.items() if c.startswith(f"{nom}|")]
        return memes[0] if len(memes) == 1 else None

    # --- lines

    def _ajouter(self, clef: ClefPrevue, heures: Decimal, e: Enregistrement, metier: str) -> None:
        """Add hours under their key; those written by a takeover before are recognised, never twice."""
        if clef in self.plan.lignes:
            self.plan.lignes[clef].heures += heures
        else:
            self.plan.lignes[clef] = LignePrevue(heures, metier, _source(e), e.ligne, e.feuille)
        self.du_marche[clef.marche].append((clef.mois, heures))

    def prendre_soldes(self) -> None:
        """The hours a marché's own row says, less those its people have: months first, then years, then the total."""
        for m in self.plan.marches.values():
            faites = sorted(m.source.faites, key=lambda f: (_duree(f[0]), f[0] or Mois(date.min, date.min)))
            for mois, heures in faites:
                periode = self._periode(m.source, mois, m) if mois is None or mois.depuis != mois.jusque else mois
                du, au = (mois.depuis, mois.jusque) if mois else (date.min, premier_du_mois(self.solde_au))
                deja = sum((h for quand, h in self.du_marche[m.cle] if du <= quand <= au), ZERO)
                reste = heures - deja
                if reste < -TOLERANCE:
                    self.plan.avertissements.append(
                        f"{m.source.feuille or 'Fichier'}, ligne {m.source.ligne} : ce marché annonce "
                        f"{heures_en_texte(heures)}, ses lignes en font {heures_en_texte(deja)}. Les lignes comptent."
                    )
                elif reste > TOLERANCE:
                    depuis = None if periode.depuis == periode.jusque else periode.depuis
                    clef = ClefPrevue(m.cle, "", "", None, depuis, periode.jusque)
                    self._ajouter(clef, reste, m.source, m.metier)

    def ecarter_le_deja_repris(self) -> None:
        """Take out of the plan the lines a takeover already wrote; a different number for the same key is refused.

        Before `prendre_soldes`, which reads what each marché has.
        """
        for clef, ligne in list(self.plan.lignes.items()):
            connue = self._clef_connue(clef)
            if connue is None or connue not in self.connus.heures:
                continue
            deja = self.connus.heures[connue]
            del self.plan.lignes[clef]
            self.du_marche[clef.marche].append((clef.mois, -ligne.heures))
            if abs(deja - ligne.heures) > TOLERANCE:
                self.des_personnes -= ligne.heures
                self.plan.refuses.append(
                    LigneRefusee(
                        ligne.ligne,
                        ligne.feuille or "fichier",
                        f"Déjà repris avec {heures_en_texte(deja)} ; le classeur dit {heures_en_texte(ligne.heures)}. "
                        "Annulez d'abord la reprise précédente.",
                    )
                )

    def apres(self, m: MarchePrevu) -> Decimal:
        """Hours of a marché once written, over the months its row speaks of."""
        periodes = [p for p, _ in m.source.faites]
        fin = premier_du_mois(self.solde_au)
        couvre = [(p.depuis, p.jusque) if p else (date.min, fin) for p in periodes]
        return sum((h for quand, h in self.du_marche[m.cle] if any(du <= quand <= au for du, au in couvre)), ZERO)

    def _clef_connue(self, clef: ClefPrevue) -> ClefLigne | None:
        """The same key with the ids of the base; None when one of its objects is new."""
        prevu = self.plan.marches.get(clef.marche)
        marche_id = prevu.existant if prevu else int(clef.marche.removeprefix("="))
        personne = self.plan.personnes.get(clef.personne)
        personne_id = personne.existante if personne else None
        if marche_id is None or (clef.personne and personne_id is None):
            return None
        return ClefLigne(marche_id, personne_id, clef.employeur, clef.modalite, clef.depuis, clef.mois)


def _duree(mois: Mois | None) -> int:
    """Months first, years next, running totals last."""
    return 2 if mois is None else 0 if mois.depuis == mois.jusque else 1


def _source(e: Enregistrement) -> str:
    feuille = f"feuille « {e.feuille} », " if e.feuille else ""
    return f"{feuille}ligne {e.ligne}"

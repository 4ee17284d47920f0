"""From rows to hours by contrat and period: whose chantier, whose name, which days, worked or not. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from marketplace.erreurs import RegleViolee
from marketplace.heures.imports.annuaire import Annuaire, ContratConnu, Lieu, lieu_de
from marketplace.heures.imports.colonnes import LIEUX
from marketplace.heures.imports.constats import CORRIGIBLES, ZERO, ADecider, Lecture, LigneDeTotal, LigneFausse, Totaux
from marketplace.heures.imports.correspondance import COMPTER, SELON_CONTRAT, TOUT_LE_RESTE
from marketplace.heures.imports.formats import lire_duree, ressemble_a_des_minutes
from marketplace.heures.imports.lignes import (
    bornes_de,
    est_un_total,
    heures_de,
    nom_de,
    partagees,
    periodes_de,
)
from marketplace.heures.imports.rubriques import COMPTEES, Nature, reconnaitre_rubrique
from marketplace.heures.imports.tableau import LigneLue, Tableau
from marketplace.valeurs import cle, premier_du_mois

PERSONNE = "personne:"
"""How a remembered choice names a person rather than one of her contrats."""


class _EnDouble(RegleViolee):
    """The same row twice."""


class _MiseDeCote(Exception):
    """The person of this row is not ours, by choice."""


class _EnAttente(Exception):
    """Somebody has to say who the person of this row is."""


class Lecteur:
    """Reads the rows of one file, once."""

    def __init__(self, tableau: Tableau, annuaire: Annuaire, jour: date) -> None:
        self.tableau, self.annuaire, self.jour = tableau, annuaire, jour
        self.choix = annuaire.choix
        self.lecture = Lecture()
        self._vues: set[tuple[tuple[str, str], ...]] = set()
        self._lieux: dict[str, tuple[str | None, str]] = {}
        self._natures: dict[str, Nature | None] = {}
        self._mots: dict[str, dict[str, None]] = {}
        self._entete_heures = cle(tableau.colonnes.get("heures", ""))
        self._minutes = bool(self.choix.minutes)
        self._rubriques = {cle(texte): Nature(nature) for texte, nature in self.choix.rubriques.items()}

    def lire(self) -> Lecture:
        """Read every row. A row of a lieu set aside is counted and forgotten; any other wrong row is told."""
        lignes = self._remplir(self.tableau.lignes)
        if self.choix.minutes is None:
            self.lecture.minutes_douteuses = ressemble_a_des_minutes([x.cellules.get("heures", "") for x in lignes])
        for ligne in lignes:
            lieu = lieu_de(ligne.cellules)
            self._mots.setdefault(lieu.cle, {}).update(dict.fromkeys(lieu.mots))
        somme = depuis = ZERO
        for ligne in lignes:
            if self._est_un_entete(ligne):
                continue
            lues = self._heures_lisibles(ligne)
            if est_un_total(ligne):
                if lues:
                    proche = min((somme, depuis), key=lambda s: abs(s - lues))
                    self.lecture.totaux.append(LigneDeTotal(ligne.numero, lues, proche))
                depuis = ZERO
                continue
            self.lecture.lus += 1
            somme, depuis = somme + lues, depuis + lues
            self._une_ligne(ligne, lues)
        self._proposer_par_les_personnes()
        self.lecture.fausses.sort(key=lambda f: f.numero)
        return self.lecture

    def _remplir(self, lignes: Sequence[LigneLue]) -> Sequence[LigneLue]:
        """Merged cells: when a client or a name is written once for several rows, the rows under it take it."""
        pleines = [x for x in lignes if not est_un_total(x)]
        a_remplir = []
        for groupe in (LIEUX, ("matricule", "nom", "prenom")):
            roles = [r for r in groupe if r in self.tableau.colonnes]
            vides = sum(1 for x in pleines if not any(x.cellules.get(r) for r in roles))
            if roles and vides > 0.2 * len(pleines):
                a_remplir.append(roles)
        if not a_remplir:
            return lignes
        self.lecture.fusionnees = True
        resultat: list[LigneLue] = []
        courant: dict[str, str] = {}
        for ligne in lignes:
            cellules = dict(ligne.cellules)
            if not est_un_total(ligne):
                for roles in a_remplir:
                    if any(cellules.get(r) for r in roles):
                        courant |= {r: cellules.get(r, "") for r in roles}
                    else:
                        cellules |= {r: courant[r] for r in roles if courant.get(r)}
            resultat.append(LigneLue(ligne.numero, cellules))
        return resultat

    def _est_un_entete(self, ligne: LigneLue) -> bool:
        """The header written again at the top of a page."""
        heures = ligne.cellules.get("heures", "")
        return bool(heures) and cle(heures) == self._entete_heures

    def _heures_lisibles(self, ligne: LigneLue) -> Decimal:
        """Hours of a row for the sums, nothing when they cannot be read, nor for a bonus, which is no hour."""
        if self._nature_de(ligne.cellules.get("rubrique", "")) is Nature.SANS_HEURES:
            return ZERO
        try:
            travaillees, formation = heures_de(ligne.cellules, self.tableau.colonnes, minutes=self._minutes)
        except RegleViolee:
            return ZERO
        return travaillees + formation

    # --- one row

    def _une_ligne(self, ligne: LigneLue, lues: Decimal) -> None:
        lieu = lieu_de(ligne.cellules)
        marche_ref = self._marche(lieu, ligne)
        if not marche_ref:
            return
        totaux = self.lecture.par_marche.setdefault(marche_ref, Totaux())
        totaux.fichier += lues
        correction = self.choix.lignes.get(str(ligne.numero), {})
        if correction is None:
            self._mettre_de_cote(totaux, lues)
            return
        cellules = {r: t for r, t in {**ligne.cellules, **correction}.items() if r != "double"}
        try:
            self._prendre(LigneLue(ligne.numero, cellules), marche_ref, totaux, correction.get("double") == COMPTER)
        except _MiseDeCote:
            self._mettre_de_cote(totaux, lues)
        except _EnAttente:
            return
        except RegleViolee as refus:
            self._refuser(LigneLue(ligne.numero, cellules), refus)

    def _mettre_de_cote(self, totaux: Totaux, lues: Decimal) -> None:
        self.lecture.ecartees += 1
        totaux.ecartees += lues

    def _corrigibles(self, ligne: LigneLue) -> tuple[tuple[str, str], ...]:
        return tuple((r, ligne.cellules.get(r, "")) for r in CORRIGIBLES if r in self.tableau.colonnes)

    def _refuser(self, ligne: LigneLue, refus: RegleViolee) -> None:
        self.lecture.fausses.append(
            LigneFausse(
                ligne.numero,
                " ".join(t for t in (ligne.cellules.get("matricule", ""), nom_de(ligne.cellules)) if t) or "ligne",
                refus.message,
                self._corrigibles(ligne),
                isinstance(refus, _EnDouble),
            )
        )

    def _marche(self, lieu: Lieu, ligne: LigneLue) -> str:
        """The marché of a row; empty when its lieu is set aside, or waits for a decision."""
        if lieu.cle not in self._lieux:
            # One code, several spellings of its name: any of them may be the one we know.
            self._lieux[lieu.cle] = self._designer(Lieu(lieu.cle, lieu.texte, tuple(self._mots[lieu.cle])))
        ref, propose = self._lieux[lieu.cle]
        lecture = self.lecture
        if ref:
            lecture.lieux_reconnus.setdefault(lieu.cle, (lieu.texte, ref))
            return ref
        nomme = self.annuaire.contrats_nommes(nom_de(ligne.cellules), 100)
        if ref is None:
            lecture.ecartees += 1
            lecture.lieux_ecartes.setdefault(lieu.cle, ADecider(lieu.cle, lieu.texte)).lignes += 1
            lecture.connues_ailleurs |= {k.nom for k in nomme}
            return ""
        attente = lecture.clients.setdefault(
            lieu.cle, ADecider(lieu.cle, lieu.texte or "(aucun client écrit)", proposition=propose)
        )
        attente.lignes += 1
        attente.connues += bool(nomme)
        attente.marches.update({k.marche_ref for k in nomme})
        return ""

    def _proposer_par_les_personnes(self) -> None:
        """A client whose lines mostly name people of one of our marchés is probably that marché."""
        for attente in self.lecture.clients.values():
            if not attente.proposition and attente.marches:
                (ref, voix), *autres = attente.marches.most_common(2)
                if 2 * voix > attente.lignes and not (autres and autres[0][1] == voix):
                    attente.proposition = ref

    def _designer(self, lieu: Lieu) -> tuple[str | None, str]:
        """(marché, None when set aside, empty when to decide; what to propose)."""
        choisi, ref = self.annuaire.marche_choisi(lieu)
        if choisi:
            return ref, ""
        if reconnu := self.annuaire.marche_reconnu(lieu):
            return reconnu, ""
        if self.annuaire.ecarte_d_office(lieu):
            return None, ""
        return "", self.annuaire.marche_propose(lieu)

    def _prendre(self, ligne: LigneLue, marche_ref: str, totaux: Totaux, double: bool) -> None:
        if self._choisie(ligne) == (True, None):
            self._ecarter_personne(ligne)
        nature = self._nature(ligne)
        travaillees, formation = heures_de(ligne.cellules, self.tableau.colonnes, minutes=self._minutes)
        if nature is Nature.FORMATION:
            travaillees, formation = ZERO, travaillees + formation
        elif nature not in COMPTEES:
            self._ne_pas_compter(nature, travaillees + formation, totaux)
            return
        for role, texte in ligne.cellules.items():
            if role.startswith("abs") and role[3:].isdigit():
                entete = self.tableau.absences[int(role[3:])]
                duree = lire_duree(texte, minutes=self._minutes)
                totaux.fichier += duree
                self._ne_pas_compter(reconnaitre_rubrique(entete) or Nature.ABSENCE, duree, totaux)
        if not travaillees + formation:
            self.lecture.sans_heures += not partagees(ligne.cellules, "abs")
            return
        signature = tuple(sorted(ligne.cellules.items()))
        if signature in self._vues and not double:
            raise _EnDouble("Cette ligne est en double : une heure ne compte qu'une fois.")
        self._vues.add(signature)
        du, au = bornes_de(ligne.cellules, self.jour)
        if du > self.jour:
            raise RegleViolee("Ces jours ne sont pas encore passés : vérifiez les dates.")
        siens = self._contrats(ligne, marche_ref, du, au)
        if len(siens) == 1 and premier_du_mois(du) != premier_du_mois(au):
            # A week that starts before the contrat: its hours were worked within the contrat.
            du, au = max(du, siens[0].debut), min(au, siens[0].fin or au)
        periodes, a_cheval = periodes_de(ligne, travaillees, formation, du, au, minutes=self._minutes)
        contrats = [_un_seul([k for k in siens if k.couvre(p.du, p.au)]) for p in periodes]
        self.lecture.retenues += 1
        self.lecture.cellules[ligne.numero] = self._corrigibles(ligne)
        self.lecture.a_cheval += bool(a_cheval)
        self.lecture.a_cheval_ouvres += a_cheval == "ouvres"
        for periode, contrat in zip(periodes, contrats, strict=True):
            self.lecture.heures.setdefault((contrat.ref, premier_du_mois(periode.du)), []).append(periode)
            self.lecture.designees[cle(_repere(ligne))] = contrat.personne_id
            personne = self.lecture.par_personne.setdefault(contrat.nom, Totaux())
            personne.fichier += periode.travaillees + periode.formation
            for t in (totaux, personne):
                t.retenues += periode.travaillees
                t.formation += periode.formation

    def _ne_pas_compter(self, nature: Nature, heures: Decimal, totaux: Totaux) -> None:
        if nature is not Nature.SANS_HEURES and heures:
            self.lecture.non_comptees[nature] = self.lecture.non_comptees.get(nature, ZERO) + heures
            totaux.non_comptees += heures
        elif nature is Nature.SANS_HEURES:
            self.lecture.sans_heures += 1

    def _nature_de(self, texte: str) -> Nature | None:
        if texte not in self._natures:
            self._natures[texte] = self._rubriques.get(cle(texte)) or reconnaitre_rubrique(texte)
        return self._natures[texte]

    def _nature(self, ligne: LigneLue) -> Nature:
        """What the hours of a row are. Raises _EnAttente for a code nobody knows."""
        texte = ligne.cellules.get("rubrique", "")
        nature = self._nature_de(texte)
        if nature is None:
            attente = self.lecture.rubriques.setdefault(cle(texte), ADecider(cle(texte), texte))
            attente.lignes += 1
            raise _EnAttente
        return nature

    # --- whose hours

    def _choisie(self, ligne: LigneLue) -> tuple[bool, str | None]:
        return self.annuaire.contrat_choisi((ligne.cellules.get("matricule", ""), nom_de(ligne.cellules)))

    def _contrats(self, ligne: LigneLue, marche_ref: str, du: date, au: date) -> list[ContratConnu]:
        """The contrats these hours may belong to, all of one person. Raises RegleViolee, _EnAttente or _MiseDeCote."""
        du_marche = [k for k in self.annuaire.contrats if marche_ref in {k.marche_ref, SELON_CONTRAT}]
        choisi, cible = self._choisie(ligne)
        if choisi and cible and not cible.startswith(PERSONNE):
            trouves = [k for k in du_marche if k.ref == cible and k.couvre(du, au)]
            if not trouves:
                raise RegleViolee(f"Le contrat {cible} n'est pas de ce marché, ou ne couvre pas ces jours.")
            return trouves
        nom = nom_de(ligne.cellules)
        if choisi and cible:
            personnes = {int(cible.removeprefix(PERSONNE))}
        else:
            personnes = {k.personne_id for k in self.annuaire.contrats_nommes(nom)}
        siens = [k for k in du_marche if k.personne_id in personnes]
        if not siens and not choisi:
            self._demander_qui(ligne, marche_ref, nom)
        possibles = [k for k in siens if k.couvre(du, au)]
        if len({k.personne_id for k in possibles}) > 1:
            self._demander_qui(ligne, marche_ref, nom)
        if not possibles:
            raise RegleViolee(
                "Cette personne n'a pas de contrat sur ce marché ces jours-là : ses heures ne peuvent pas compter."
                + _dates_connues(siens)
            )
        return possibles

    def _ecarter_personne(self, ligne: LigneLue) -> None:
        texte = _designation(ligne)
        self.lecture.personnes_ecartees[texte] = self.lecture.personnes_ecartees.get(texte, 0) + 1
        raise _MiseDeCote

    def _demander_qui(self, ligne: LigneLue, marche_ref: str, nom: str) -> None:
        """Ask, once for each person, unless all those nobody knows are set aside."""
        propose = self.annuaire.contrat_propose(nom, marche_ref)
        if TOUT_LE_RESTE in self.choix.personnes or (self.choix.autres_personnes and not propose):
            self._ecarter_personne(ligne)
        repere = _repere(ligne)
        attente = self.lecture.personnes.setdefault(
            cle(repere), ADecider(cle(repere), _designation(ligne), proposition=propose, marche_ref=marche_ref)
        )
        attente.lignes += 1
        raise _EnAttente


def _dates_connues(contrats: Sequence[ContratConnu]) -> str:
    """What to do when somebody worked out of her contrat: nothing is prolonged behind anybody's back."""
    if not contrats:
        return ""
    dernier = max(contrats, key=lambda k: k.debut)
    fin = f" au {dernier.fin:%d/%m/%Y}" if dernier.fin else ""
    return (
        f" Son contrat va du {dernier.debut:%d/%m/%Y}{fin} : s'il continue, ajoutez d'abord la mission "
        "ou le contrat dans « Mes salariés », puis relisez ce fichier."
    )


def _un_seul(contrats: list[ContratConnu]) -> ContratConnu:
    if not contrats:
        raise RegleViolee("Une partie de ces jours est hors du contrat : découpez la ligne à ses dates.")
    if len(contrats) > 1:
        raise RegleViolee("Deux contrats de cette personne couvrent ces jours : découpez la ligne à leurs dates.")
    return contrats[0]


def _repere(ligne: LigneLue) -> str:
    """What names a person from one month to the next: the matricule, else the name."""
    return ligne.cellules.get("matricule", "") or nom_de(ligne.cellules)


def _designation(ligne: LigneLue) -> str:
    return " ".join(t for t in (ligne.cellules.get("matricule", ""), nom_de(ligne.cellules)) if t) or "(sans nom)"

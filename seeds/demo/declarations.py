"""Twelve months of declared hours: lines chained by the ledger, credited by the rules, in every state."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from marketplace.heures.calcul import calculer
from marketplace.heures.models import Contrat, Declaration, EtatDeclaration, LigneHeures
from marketplace.heures.registre import contenu
from marketplace.heures.rules.chaine import ORIGINE, empreinte
from marketplace.heures.saisie import champ_formation, champ_travaillees, periode_du_mois
from marketplace.heures.services.validation import decision
from marketplace.marches.models import Marche
from marketplace.marches.rules.etats import EtatMarche
from marketplace.valeurs import ajouter_mois, dernier_du_mois, mois_entre
from seeds.demo.atelier import Atelier
from seeds.demo.besoins import Besoin, dernier_mois
from seeds.demo.comptes import TITULAIRE_DEMO

E = EtatDeclaration
SIGNEES = frozenset({E.DECLAREE, E.CONFIRMEE, E.NON_CONTESTEE, E.CONTESTEE, E.VALIDEE, E.A_CORRIGER})
ETATS_DU_TITULAIRE_DEMO = (E.A_FAIRE, E.A_FAIRE, E.BROUILLON, E.DECLAREE)
QUART = Decimal("0.25")


@dataclass(slots=True)
class _Mois:
    """Hours of one contrat in one month, before they are declared."""

    contrat: Contrat
    mois: date
    pleines: float
    travaillees: Decimal = Decimal(0)
    formation: Decimal = Decimal(0)


def _prevus(a: Atelier, contrats: list[Contrat]) -> list[_Mois]:
    """The months worked by these contrats, each with what the contract holds."""
    limite = dernier_du_mois(dernier_mois(a))
    lignes = []
    for contrat in contrats:
        fin = min(contrat.fin or limite, limite)
        for mois in mois_entre(contrat.debut, fin):
            debut, dernier = periode_du_mois(mois, contrat.debut, fin)
            part = ((dernier - debut).days + 1) / dernier_du_mois(mois).day
            lignes.append(_Mois(contrat, mois, float(contrat.heures_hebdo) * 52 / 12 * part))
    return lignes


def _heures(a: Atelier, besoin: Besoin, contrats: list[Contrat]) -> list[_Mois]:
    """Hours of each month, so that the whole comes near what the marché should show."""
    lignes = _prevus(a, contrats)
    presences = [a.rng.uniform(0.88, 1.0) for _ in lignes]
    total = sum(li.pleines * p for li, p in zip(lignes, presences, strict=True))
    echelle = min(1.0, max(0.35, float(besoin.heures) / total)) if total else 1.0
    for ligne, presence in zip(lignes, presences, strict=True):
        heures = Decimal(round(ligne.pleines * presence * echelle * 4)) * QUART
        if ligne.contrat.type_contrat == "professionnalisation":
            ligne.formation = (heures * Decimal("0.18")).quantize(Decimal(1))
        ligne.travaillees = heures - ligne.formation
    return [ligne for ligne in lignes if ligne.travaillees > 0]


def _signee_le(a: Atelier, mois: date) -> date:
    """Most sign before the 10th; one in nine is late."""
    jour = a.rng.randint(1, 9) if a.rng.random() < 0.89 else a.rng.randint(11, 24)
    return ajouter_mois(mois, 1) + timedelta(days=jour - 1)


def _etat(a: Atelier, mois: date, signee: date, validee: date, prete: bool, profil: str) -> EtatDeclaration:
    """The state of a declaration on the day of the demonstration."""
    recul = (dernier_mois(a).year - mois.year) * 12 + dernier_mois(a).month - mois.month
    if recul >= 2:
        return E.VALIDEE
    if recul == 1:
        return a.parmi((E.VALIDEE, E.DECLAREE, E.A_CORRIGER, E.A_FAIRE), (93, 3, 2, 2))
    if signee > a.le:
        return E.BROUILLON if a.rng.random() < 0.2 else E.A_FAIRE
    poids = (72, 14, 3, 8) if profil == "temps" else (46, 32, 3, 14)
    etat = a.parmi((E.VALIDEE, E.DECLAREE, E.A_CORRIGER, E.A_FAIRE), poids)
    if etat is E.VALIDEE and validee > a.jour(1):
        etat = E.DECLAREE
    if etat is E.DECLAREE and prete and a.rng.random() < 0.75:
        etat = a.parmi((E.CONFIRMEE, E.NON_CONTESTEE, E.CONTESTEE), (62, 30, 8))
    return etat


def semer_heures(a: Atelier, besoins: list[Besoin]) -> None:
    """Declarations, lines and decisions of every month since each marché started."""
    par_marche: defaultdict[int, list[Contrat]] = defaultdict(list)
    for contrat in a.contrats:
        par_marche[contrat.marche_id or 0].append(contrat)
    groupes: defaultdict[tuple[date, int, int], list[_Mois]] = defaultdict(list)
    marches = {m.id: m for m in a.marches}
    for besoin in besoins:
        for ligne in _heures(a, besoin, par_marche[besoin.marche.id]):
            groupes[ligne.mois, besoin.marche.id, ligne.contrat.employeur_id].append(ligne)
    a_la_main = iter(ETATS_DU_TITULAIRE_DEMO)
    demo = a.firmes[TITULAIRE_DEMO].id
    declarations: list[tuple[Declaration, list[_Mois]]] = []
    for (mois, marche_id, employeur_id), lignes in sorted(groupes.items(), key=lambda g: g[0]):
        marche = marches[marche_id]
        voulu = next(a_la_main, None) if employeur_id == demo and mois == dernier_mois(a) else None
        declarations.append((_declaration(a, marche, employeur_id, mois, voulu), lignes))
    a.garder(d for d, _ in declarations)
    ecrites = _ecrire_lignes(a, declarations)
    _decider(a, [d for d, _ in declarations if d.etat is E.VALIDEE], ecrites)


def _declaration(
    a: Atelier, marche: Marche, employeur_id: int, mois: date, voulu: EtatDeclaration | None
) -> Declaration:
    signee = _signee_le(a, mois)
    validee = min(signee + timedelta(days=a.rng.randint(2, 11)), max(signee, a.jour(1)))
    prete = employeur_id != marche.titulaire_id
    profil = a.profils.get(marche.id, "temps") if marche.etat is EtatMarche.EN_COURS else "temps"
    etat = voulu or _etat(a, mois, signee, validee, prete, profil)
    signee = min(signee, a.jour(1))
    qui = a.equipe.contacts[employeur_id]
    declaration = Declaration(
        territoire_id=a.territoire_id,
        employeur_id=employeur_id,
        marche_id=marche.id,
        mois=mois,
        etat=etat,
        ouverte_le=a.instant(ajouter_mois(mois, 1), 6),
    )
    if etat in SIGNEES:
        declaration.signee_le = a.instant(signee)
        declaration.signataire = f"{qui.prenom} {qui.nom}"
    if etat is E.A_CORRIGER:
        declaration.motif_correction = "Les heures semblent fausses : plus que la durée du contrat"
    if etat is E.CONTESTEE:
        declaration.motif_correction = "Le titulaire conteste : une semaine de trop, le chantier était fermé"
    if etat is E.VALIDEE:
        assert declaration.signee_le is not None
        declaration.validee_le = max(a.instant(max(validee, signee)), declaration.signee_le)
        declaration.validee_par_id = marche.facilitateur_id
    return declaration


def _ecrire_lignes(a: Atelier, declarations: list[tuple[Declaration, list[_Mois]]]) -> dict[int, list[LigneHeures]]:
    """The lines of signed declarations, chained marché by marché in the order they were signed."""
    signees = []
    for declaration, mois in declarations:
        if declaration.etat is E.BROUILLON:
            moitie = mois[: max(1, len(mois) // 2)]
            declaration.brouillon = {champ_travaillees(m.contrat.ref): _texte(m.travaillees) for m in moitie} | {
                champ_formation(m.contrat.ref): _texte(m.formation) for m in moitie if m.formation
            }
        elif declaration.signee_le is not None:
            signees.append((declaration.signee_le, declaration.id, declaration, mois))
    fins: dict[int, str] = {}
    lignes: list[LigneHeures] = []
    for signee_le, _, declaration, mois in sorted(signees, key=lambda x: x[:2]):
        for m in mois:
            ligne = _ligne(a, declaration, m, signee_le)
            ligne.empreinte_precedente = fins.get(ligne.marche_id, ORIGINE)
            ligne.empreinte = fins[ligne.marche_id] = empreinte(ligne.empreinte_precedente, contenu(ligne))
            lignes.append(ligne)
    a.garder(lignes)
    par_declaration: defaultdict[int, list[LigneHeures]] = defaultdict(list)
    for ligne in lignes:
        par_declaration[ligne.declaration_id].append(ligne)
    return par_declaration


def _texte(heures: Decimal) -> str:
    return f"{heures.normalize():f}".replace(".", ",")


def _ligne(a: Atelier, declaration: Declaration, m: _Mois, quand: datetime) -> LigneHeures:
    return LigneHeures(
        declaration_id=declaration.id,
        contrat_id=m.contrat.id,
        marche_id=declaration.marche_id,
        mois=m.mois,
        travaillees=m.travaillees,
        formation=m.formation,
        motif="",
        auteur_id=a.equipe.contacts[declaration.employeur_id].id,
        cree_le=quand,
    )


def _decider(a: Atelier, validees: list[Declaration], ecrites: dict[int, list[LigneHeures]]) -> None:
    """What the rules say of the lines of validated declarations, as `valider` stores it."""
    par_id = {d.id: d for d in validees}
    lignes = [ligne for d in validees for ligne in ecrites[d.id]]
    calculees = calculer(a.s, lignes, a.reglages, a.le)
    decisions = []
    for ligne in lignes:
        declaration = par_id[ligne.declaration_id]
        prise = decision(a.ctx, calculees[ligne.id], declaration.validee_par_id)
        prise.quand = declaration.validee_le or a.maintenant
        decisions.append(prise)
    a.garder(decisions)

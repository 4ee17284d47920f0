"""Who works on which marché, through whom: contrats and the validations they rest on."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.heures.models import Contrat, Modalite
from marketplace.heures.reglages import pour_fenetre
from marketplace.heures.rules.contrats import duree_au_moins, duree_au_plus
from marketplace.marches.models import Intervenant, Marche, RoleIntervenant
from marketplace.marches.rules.etats import EtatMarche
from marketplace.personnes.models import EtatValidation, Personne, Validation
from marketplace.personnes.rules.fenetre import ouvrir_fenetre
from marketplace.territoire.queries import distance_km
from marketplace.valeurs import ajouter_mois, dernier_du_mois
from seeds.demo.atelier import Atelier
from seeds.demo.besoins import Besoin, besoins, dernier_mois, places
from seeds.demo.comptes import ETTI_DEMO, TITULAIRE_DEMO

UN_JOUR = timedelta(days=1)
VOIES = (
    ("direct", 50),
    (ETTI_DEMO, 20),
    ("Tremplin Intérim Exemple", 9),
    ("Coup de Main Exemple", 5),
    ("Ensemble Exemple", 4),
    ("GEIQ Exemple BTP", 8),
    ("Entreprise d'Insertion Exemple", 4),
)
SECTEURS_DU_GEIQ = ("Bâtiment", "Travaux publics")
VOIES_SERVICES = (("direct", 60), (ETTI_DEMO, 20), ("Tremplin Intérim Exemple", 10), ("Coup de Main Exemple", 10))
VOIES_PAR_SECTEUR = {
    "Espaces verts": (("direct", 45), ("Chantier Vert Exemple", 22), ("Ateliers Adaptés Exemple", 13), (ETTI_DEMO, 20)),
    "Propreté": (("direct", 62), ("Coup de Main Exemple", 14), ("Ensemble Exemple", 12), (ETTI_DEMO, 12)),
    "Travaux publics numériques": (("direct", 90), (ETTI_DEMO, 10)),
}
MODALITES = {
    TypeOrganisation.ENTREPRISE: Modalite.EMBAUCHE_DIRECTE,
    TypeOrganisation.ETTI: Modalite.MAD_ETTI,
    TypeOrganisation.AI: Modalite.MAD_AI,
    TypeOrganisation.GEIQ: Modalite.MAD_GEIQ,
    TypeOrganisation.EI: Modalite.SOUS_TRAITANCE,
    TypeOrganisation.ACI: Modalite.SOUS_TRAITANCE,
    TypeOrganisation.EA: Modalite.MAD_EA_ESAT,
}
CONTRATS = {
    TypeOrganisation.ETTI: "mission",
    TypeOrganisation.AI: "cdd_usage",
    TypeOrganisation.GEIQ: "professionnalisation",
    TypeOrganisation.EI: "cddi",
    TypeOrganisation.ACI: "cddi",
    TypeOrganisation.EA: "cdd",
}
ALTERNANCE_MAX = 12
"""Months of a contrat de professionnalisation (R77)."""
MOIS_MINIMUM = {"cddi": 4, "professionnalisation": 6}
"""Shorter, the law refuses them (R72, R77): the titulaire then hires directly."""

DUREES = {
    TypeOrganisation.GEIQ: (7, 12),
    TypeOrganisation.EI: (4, 8),
    TypeOrganisation.ACI: (4, 9),
    TypeOrganisation.AI: (2, 4),
    TypeOrganisation.ETTI: (2, 6),
}
DUREE_ORDINAIRE = (2, 7)
CATEGORIE_DE_STRUCTURE = {
    TypeOrganisation.GEIQ: "geiq",
    TypeOrganisation.EA: "ea_eatt",
}


def _employeur(a: Atelier, marche: Marche) -> Organisation:
    voies = VOIES_PAR_SECTEUR.get(marche.secteur, VOIES if marche.secteur in SECTEURS_DU_GEIQ else VOIES_SERVICES)
    nom = a.parmi([v for v, _ in voies], [p for _, p in voies])
    titulaire = _titulaire(a, marche)
    if titulaire.nom == TITULAIRE_DEMO and a.rng.random() < 0.6:
        return titulaire
    return titulaire if nom == "direct" else a.structures[nom]


def _titulaire(a: Atelier, marche: Marche) -> Organisation:
    return next(o for o in a.firmes.values() if o.id == marche.titulaire_id)


def _type_de_contrat(a: Atelier, employeur: Organisation, debut: date, fin: date, dernier: bool) -> str:
    if employeur.type is not TypeOrganisation.ENTREPRISE:
        return CONTRATS[employeur.type]
    if dernier and a.rng.random() < 0.14:
        return "cdi"
    alternance = duree_au_moins(debut, fin, 6) and duree_au_plus(debut, fin, 12)
    return "professionnalisation" if alternance and a.rng.random() < 0.12 else "cdd"


def _choisir(a: Atelier, marche: Marche, debut: date, fin: date) -> Personne | None:
    """Somebody of the trade or near it, who lives not too far and is free; None when nobody is."""
    code = marche.code_rome or ""
    lieu = a.lieux[marche.code_insee or "34172"]
    candidats, poids = [], []
    for personne in a.personnes:
        if not a.categories[personne.id] or not personne.information_le or not a.libre(personne.id, debut, fin):
            continue
        codes = a.codes[personne.id]
        pertinence = 1.0 if code in codes else 0.25 if any(c[:3] == code[:3] for c in codes) else 0.004
        chez = a.lieux[personne.code_insee or "34172"]
        km = distance_km(lieu.lat, lieu.lon, chez.lat, chez.lon)
        portee = 28 if "voiture" in personne.modes else 13
        candidats.append(personne)
        poids.append(pertinence * 2.0 ** (-km / portee) * (0.45 if personne.id in a.occupees else 1.0))
    return a.parmi(candidats, poids) if candidats else None


def _motif_fin(a: Atelier) -> str:
    motifs = ("fin_de_contrat", "fin_de_chantier", "demission", "embauche_durable", "abandon", "rupture_essai")
    return a.parmi(motifs, (58, 16, 8, 11, 4, 3))


def _bornes(a: Atelier, marche: Marche, premier: date, dernier: date, suite: int | None) -> tuple[date, date]:
    """First and last day of a contrat over these months, inside the marché.

    `suite`: it goes on after them, for that many months in all at least.
    """
    assert marche.date_debut is not None
    assert marche.date_fin is not None
    debut = max(marche.date_debut, premier + timedelta(days=a.rng.choice((0, 0, 0, 2, 6))))
    fin = dernier_du_mois(dernier)
    if suite is not None:
        fin = max(ajouter_mois(fin, a.rng.randint(1, 5)), ajouter_mois(debut, suite))
    return debut, min(fin, marche.date_fin)


def semer_contrats(a: Atelier) -> list[Besoin]:
    """Contrats of every marché that has started, their validations, and the structures they bring in."""
    connu = dernier_mois(a)
    tous = besoins(a)
    for besoin in tous:
        marche = besoin.marche
        vivant = marche.etat in {EtatMarche.EN_COURS, EtatMarche.SUSPENDU}
        for premier, dernier in places(a, besoin):
            courant = premier
            while courant <= dernier:
                employeur = _employeur(a, marche)
                duree = a.rng.randint(*DUREES.get(employeur.type, DUREE_ORDINAIRE))
                fin_mois = min(ajouter_mois(courant, duree - 1), dernier)
                minimum = MOIS_MINIMUM.get(CONTRATS.get(employeur.type, "cdd"), 0)
                continu = vivant and fin_mois == connu and (minimum > 0 or a.rng.random() < 0.8)
                debut, fin = _bornes(a, marche, courant, fin_mois, minimum if continu else None)
                if minimum and not duree_au_moins(debut, fin, minimum):
                    employeur = _titulaire(a, marche)
                if employeur.type is TypeOrganisation.GEIQ:
                    fin = min(fin, ajouter_mois(debut, ALTERNANCE_MAX) - timedelta(days=1))
                if debut < fin and (personne := _choisir(a, marche, debut, fin)) is not None:
                    _contrat(a, marche, employeur, personne, debut, fin, continu)
                courant = ajouter_mois(fin_mois, 1)
    a.numeroter(list(a.validations.values()), "V")
    for contrat in a.contrats:
        validation = a.validations.get(contrat.personne_id)
        if validation is not None and _couvre(validation, contrat.debut):
            contrat.validation_id = validation.id
    a.numeroter(a.contrats, "CT")
    _situer(a)
    return tous


def _couvre(validation: Validation, jour: date) -> bool:
    assert validation.fenetre_debut is not None
    assert validation.fenetre_fin is not None
    return validation.fenetre_debut <= jour <= validation.fenetre_fin


def _contrat(
    a: Atelier, marche: Marche, employeur: Organisation, personne: Personne, debut: date, fin: date, continu: bool
) -> None:
    type_contrat = _type_de_contrat(a, employeur, debut, fin, continu)
    statuts = list(a.categories[personne.id])
    if employeur.type is not TypeOrganisation.ENTREPRISE:
        statuts.append(CATEGORIE_DE_STRUCTURE.get(employeur.type, "iae"))
    if employeur.type is TypeOrganisation.ENTREPRISE or a.rng.random() < 0.5:
        _valider(a, marche, employeur, personne, debut, type_contrat, fin)
    hebdo = Decimal(a.parmi((35, 35, 30, 28, 26, 24), (45, 15, 14, 10, 10, 6)))
    if employeur.type is TypeOrganisation.AI:
        hebdo = Decimal(24)
    fini = not continu and fin < a.le
    poste = a.metiers[marche.code_rome].offres[0] if marche.code_rome in a.metiers else "Agent polyvalent"
    a.contrats.append(
        Contrat(
            territoire_id=a.territoire_id,
            personne_id=personne.id,
            employeur_id=employeur.id,
            marche_id=marche.id,
            modalite=MODALITES[employeur.type],
            type_contrat=type_contrat,
            poste=poste,
            code_rome=marche.code_rome,
            debut=debut,
            fin=None if type_contrat == "cdi" else fin,
            motif_fin=_motif_fin(a) if fini else None,
            heures_hebdo=hebdo,
            statuts=statuts,
            qpv=personne.qpv.value,
            code_insee=personne.code_insee,
            niveau=personne.niveau,
            prescripteur_id=a.suivis[personne.id][1].id if personne.id in a.suivis else None,
            cree_le=a.instant(min(debut, a.jour(1))),
        )
    )
    occupee_jusqu_au = date(9999, 1, 1) if type_contrat == "cdi" else fin
    a.occupees.setdefault(personne.id, []).append((debut, occupee_jusqu_au))
    if continu:
        personne.disponible_le = None if type_contrat == "cdi" else fin + UN_JOUR


def _valider(
    a: Atelier,
    marche: Marche,
    employeur: Organisation,
    personne: Personne,
    debut: date,
    type_contrat: str,
    fin: date,
) -> None:
    """A « oui » that covers the first day, unless one already runs. One in twelve comes a few days late (R35)."""
    ancienne = a.validations.get(personne.id)
    if ancienne is not None and _couvre(ancienne, debut):
        return
    if ancienne is not None and ancienne.fenetre_debut is not None and ancienne.fenetre_debut <= debut:
        return
    fenetre = ouvrir_fenetre(debut, "cdi" if type_contrat == "cdi" else "cdd", pour_fenetre(a.reglages))
    tardive = a.rng.random() < 0.08
    reponse = min(debut + timedelta(days=a.rng.randint(2, 15) if tardive else -a.rng.randint(1, 4)), a.jour(1))
    if ancienne is not None:
        # contrats are not made in the order of time: an earlier one moves the question and its window
        ancienne.fenetre_debut, ancienne.fenetre_fin = fenetre.debut, fenetre.fin
        ancienne.demandee_le, ancienne.repondue_le = a.instant(reponse - timedelta(days=3), 9), a.instant(reponse, 11)
        ancienne.debut_prevu = debut
        return
    qui = a.rng.choice(a.equipe.facilitateurs)
    a.validations[personne.id] = Validation(
        territoire_id=a.territoire_id,
        personne_id=personne.id,
        demandeur_id=employeur.id if personne.id not in a.suivis else None,
        marche_id=marche.id,
        poste=marche.intitule[:80],
        debut_prevu=debut,
        etat=EtatValidation.OUI,
        demandee_le=a.instant(reponse - timedelta(days=a.rng.randint(1, 9)), 9),
        repondue_le=a.instant(reponse, 11),
        repondue_par_id=qui.id,
        fenetre_debut=fenetre.debut,
        fenetre_fin=fenetre.fin,
        categories=list(a.categories[personne.id]),
    )


def _situer(a: Atelier) -> None:
    """The structures that lend or subcontract stand on the marchés they work for."""
    par_marche = {m.id: m for m in a.marches}
    couples = {}
    for contrat in a.contrats:
        marche = par_marche[contrat.marche_id or 0]
        if contrat.employeur_id != marche.titulaire_id:
            role = (
                RoleIntervenant.SOUS_TRAITANT
                if contrat.modalite is Modalite.SOUS_TRAITANCE
                else RoleIntervenant.MISE_A_DISPOSITION
            )
            couples[marche.id, contrat.employeur_id] = role
    a.garder(Intervenant(marche_id=m, organisation_id=o, role=role) for (m, o), role in couples.items())

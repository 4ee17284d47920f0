"""Openings: those of fictitious employers, linked to their marchés, and examples for the real structures."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.marches.models import Marche
from marketplace.marches.rules.etats import EtatMarche
from marketplace.offres.models import CompetenceOffre, EtatOffre, Offre, TypeContrat
from marketplace.valeurs import cle
from seeds.demo.atelier import Atelier, MetierDemo
from seeds.demo.comptes import ETTI_DEMO, TITULAIRE_DEMO

REELLES_VOULUES = 44
MOTS_D_ACTIVITE = (
    ("espaces verts", "A1203"),
    ("berges", "A1202"),
    ("paysag", "A1203"),
    ("nettoyage", "K2205"),
    ("nettoiement", "K2205"),
    ("propreté", "K2205"),
    ("bâtiment", "F1704"),
    ("déconstruction", "F1704"),
    ("maçonnerie", "F1703"),
    ("menuiserie", "I1203"),
    ("restauration", "G1602"),
    ("boulangerie", "D1102"),
    ("viticulture", "A1401"),
    ("culture", "A1402"),
    ("agriculture", "A1402"),
    ("agroalimentaire", "H3302"),
    ("transformation", "H3302"),
    ("conditionnement", "H3302"),
    ("recyclage", "K2304"),
    ("récupération", "K2304"),
    ("ressourcerie", "K2304"),
    ("collecte", "K2303"),
    ("friperie", "K2304"),
    ("matelas", "H3302"),
    ("domicile", "K1302"),
    ("service à la personne", "K1304"),
    ("véhicule", "N4105"),
    ("lavage", "K2204"),
    ("tourisme", "K2205"),
    ("multiactivité", "I1203"),
    ("intérim", "N1105"),
    ("temporaire", "N1105"),
    ("bâtiment et travaux publics", "F1703"),
    ("hôtellerie", "K2205"),
    ("mise à disposition", "N1105"),
    ("aide par le travail", "H3302"),
    ("action sociale", "A1203"),
)
CONTRATS = {
    TypeOrganisation.EI: TypeContrat.CDDI,
    TypeOrganisation.ACI: TypeContrat.CDDI,
    TypeOrganisation.ETTI: TypeContrat.MISSION,
    TypeOrganisation.AI: TypeContrat.CDD_USAGE,
    TypeOrganisation.GEIQ: TypeContrat.PROFESSIONNALISATION,
    TypeOrganisation.EA: TypeContrat.CDD,
    TypeOrganisation.ESAT: TypeContrat.CONTRAT_ESAT,
}
PREMIERES_HEURES = {"Propreté": (5, 6, 17), "Déchets": (5,), "Restauration": (7, 9), "Bâtiment": (7, 8)}
PREREQUIS = (
    "aucun",
    "aucun, nous formons",
    "débutant accepté",
    "envie d'apprendre le métier",
    "savoir lire une consigne",
)
CONDITIONS = {
    "Bâtiment": "Travail dehors et en hauteur par moments, port de charges, équipements fournis.",
    "Travaux publics": "Travail dehors, bruit, équipements fournis.",
    "Espaces verts": "Travail dehors en équipe de six, par tous les temps.",
    "Propreté": "Horaires coupés, station debout, produits fournis.",
    "Restauration": "Station debout, chaleur, tenue fournie.",
}
DESCRIPTIONS = (
    "Vous rejoignez une équipe encadrée. On vous montre, puis vous faites.",
    "Poste ouvert aux personnes en parcours d'insertion. Accompagnement tout au long du contrat.",
    "poste a pourvoir rapidement, on forme sur place, ambiance équipe",
    "Chantier de plusieurs mois, possibilité de suite si tout va bien.",
    "Nous cherchons quelqu'un de régulier. Visite du chantier possible avant de dire oui.",
)
PLAFOND_TITRE = 3
PLEIN = Decimal(35)


def _metier_de(a: Atelier, activites: str) -> MetierDemo:
    texte = activites.lower()
    for mot, code in MOTS_D_ACTIVITE:
        if mot in texte:
            return a.metiers[code]
    return a.rng.choice([a.metiers[c] for c in ("K2205", "A1203", "H3302", "N1103", "G1602")])


def _contrat(a: Atelier, type_: TypeOrganisation) -> TypeContrat:
    if type_ is TypeOrganisation.ENTREPRISE:
        return a.parmi((TypeContrat.CDD, TypeContrat.CDI, TypeContrat.PROFESSIONNALISATION), (78, 14, 8))
    return CONTRATS[type_]


def _duree(a: Atelier, contrat: TypeContrat) -> int | None:
    if contrat in {TypeContrat.CDI, TypeContrat.CONTRAT_ESAT}:
        return None
    if contrat is TypeContrat.PROFESSIONNALISATION:
        return a.rng.choice((9, 12))
    return a.rng.choice((4, 6, 6, 8, 12)) if contrat is TypeContrat.CDDI else a.rng.choice((2, 3, 4, 6, 9))


def _offre(
    a: Atelier,
    organisation: Organisation,
    metier: MetierDemo,
    code_insee: str,
    *,
    etat: EtatOffre,
    publiee: date,
    confirmee: date,
    debut: date,
    marche: Marche | None = None,
    places: int | None = None,
) -> Offre:
    r = a.rng
    contrat = _contrat(a, organisation.type)
    hebdo = {TypeContrat.CDDI: (26, 24, 28, 20), TypeContrat.CDD_USAGE: (12, 18, 24)}.get(contrat, (35, 35, 35, 30, 28))
    heure = r.choice(PREMIERES_HEURES.get(metier.secteur, (8, 8, 9)))
    intitule = r.choice(metier.offres)
    confirme = r.random() < 0.86
    return Offre(
        territoire_id=a.territoire_id,
        organisation_id=organisation.id,
        marche_id=marche.id if marche else None,
        intitule=intitule,
        cle=cle(f"{intitule} {organisation.nom} {a.lieux[code_insee].nom}"),
        code_rome=metier.code_rome if confirme else None,
        description=r.choice(DESCRIPTIONS),
        code_insee=code_insee,
        heures_hebdo=Decimal(r.choice(hebdo)),
        heure_debut=time(heure, r.choice((0, 30))) if r.random() < 0.8 else None,
        type_contrat=contrat,
        debut=debut,
        duree_mois=_duree(a, contrat),
        places=places or a.parmi((1, 2, 3, 4), (62, 24, 9, 5)),
        permis=list(metier.permis) if r.random() < 0.6 else [],
        caces=list(metier.caces) if r.random() < 0.6 else [],
        nuit=heure < 6 and r.random() < 0.5,
        weekend=metier.secteur in {"Restauration", "Gardiennage"} or r.random() < 0.1,
        prerequis=r.choice(PREREQUIS),
        conditions=CONDITIONS.get(metier.secteur, "Tenue fournie, équipe encadrée."),
        etat=etat,
        publiee_le=None if etat is EtatOffre.BROUILLON else a.instant(publiee),
        confirmee_le=None if etat is EtatOffre.BROUILLON else a.instant(confirmee),
        exemple=True,
        cree_le=a.instant(publiee, 8),
    )


def _des_reelles(a: Atelier) -> list[Offre]:
    """Examples under the name of real structures: fresh, so that nothing ever looks neglected by them."""
    situees = [o for o in a.reelles if o.code_insee in a.lieux]
    offres = []
    for organisation in sorted(a.rng.sample(situees, REELLES_VOULUES), key=lambda o: o.id):
        metier = _metier_de(a, f"{organisation.activites} {organisation.nom}")
        publiee = a.jour(a.rng.randint(1, 6))
        offres.append(
            _offre(
                a,
                organisation,
                metier,
                organisation.code_insee or "34172",
                etat=EtatOffre.PUBLIEE,
                publiee=publiee,
                confirmee=publiee,
                debut=a.jour(-a.rng.randint(10, 60)),
            )
        )
    return offres


def _des_fictives(a: Atelier) -> list[Offre]:
    """Openings of fictitious employers: on their marchés for titulaires and those who lend, apart for others."""
    r = a.rng
    vivants = [
        m
        for m in a.marches
        if m.etat in {EtatMarche.EN_COURS, EtatMarche.NOTIFIE} and m.titulaire_id and m.code_rome in a.metiers
    ]
    demo = [m for m in vivants if m.titulaire_id == a.firmes[TITULAIRE_DEMO].id]
    en_retard = [m for m in vivants if a.profils.get(m.id) in {"retard", "surveiller"} and m not in demo]
    choisis = demo[:PLAFOND_TITRE] + r.sample(en_retard, 14) + r.sample([m for m in vivants if m not in en_retard], 12)
    titulaires = {o.id: o for o in a.firmes.values()}
    offres = []
    for marche in dict.fromkeys(choisis):
        organisation = titulaires[marche.titulaire_id or 0]
        if organisation.nom != TITULAIRE_DEMO and r.random() < 0.25:
            geiq = ("GEIQ Exemple BTP",) if marche.secteur in {"Bâtiment", "Travaux publics"} else ()
            organisation = a.structures[r.choice((ETTI_DEMO, "Tremplin Intérim Exemple", *geiq))]
        offre = _fraiche(a, organisation, a.metiers[marche.code_rome or ""], marche.code_insee or "34172", marche)
        if organisation.nom == TITULAIRE_DEMO:
            # what a visitor opens first: an ordinary full-time week that many can answer
            offre.code_rome, offre.heures_hebdo, offre.weekend, offre.heure_debut = marche.code_rome, PLEIN, False, None
        offres.append(offre)
    for nom in a.structures:
        for _ in range(2 if nom == ETTI_DEMO else 1):
            organisation = a.structures[nom]
            metier = _metier_de(a, organisation.activites)
            offres.append(_fraiche(a, organisation, metier, organisation.code_insee or "34172", None))
    for firme in r.sample([o for o in a.firmes.values() if o.nom != TITULAIRE_DEMO], 8):
        metier = r.choice([m for m in a.metiers.values() if m.secteur == firme.activites] or list(a.metiers.values()))
        offres.append(_fraiche(a, firme, metier, firme.code_insee or "34172", None))
    return offres


def _fraiche(
    a: Atelier, organisation: Organisation, metier: MetierDemo, code_insee: str, marche: Marche | None
) -> Offre:
    """A live opening, confirmed lately; a few wait for « toujours d'actualité ? »."""
    age = int(a.rng.triangular(1, 40, 7))
    confirmee = min(age, a.rng.randint(1, 6) if a.rng.random() < 0.85 else a.rng.randint(8, 18))
    debut = a.jour(-a.rng.randint(5, 45))
    if marche is not None and marche.date_debut is not None:
        debut = max(debut, marche.date_debut)
    return _offre(
        a,
        organisation,
        metier,
        code_insee,
        etat=EtatOffre.PUBLIEE,
        publiee=a.jour(age),
        confirmee=a.jour(confirmee),
        debut=debut,
        marche=marche,
    )


def _brouillons(a: Atelier) -> list[Offre]:
    firmes = [a.firmes[TITULAIRE_DEMO], *a.rng.sample(list(a.firmes.values())[1:], 4)]
    hier = a.jour(1)
    return [
        _offre(
            a,
            firme,
            _metier_de(a, firme.activites),
            firme.code_insee or "34172",
            etat=EtatOffre.BROUILLON,
            publiee=hier,
            confirmee=hier,
            debut=a.jour(-30),
        )
        for firme in firmes
    ]


def _pourvues(a: Atelier) -> list[Offre]:
    """Past openings behind some of the contrats: filled, and closed the day of the last hire."""
    groupes: dict[tuple[int, int], list[date]] = {}
    marches = {m.id: m for m in a.marches}
    employeurs = {o.id: o for o in (*a.firmes.values(), *a.structures.values())}
    for contrat in a.contrats:
        if contrat.personne_id in a.suivis and contrat.marche_id is not None:
            groupes.setdefault((contrat.employeur_id, contrat.marche_id), []).append(contrat.debut)
    offres = []
    for (employeur_id, marche_id), debuts in sorted(groupes.items()):
        marche = marches[marche_id]
        if marche.code_rome not in a.metiers or a.rng.random() < 0.45:
            continue
        premier, dernier = min(debuts), max(debuts)
        offre = _offre(
            a,
            employeurs[employeur_id],
            a.metiers[marche.code_rome],
            marche.code_insee or "34172",
            etat=EtatOffre.POURVUE,
            publiee=premier - timedelta(days=a.rng.randint(16, 40)),
            confirmee=premier - timedelta(days=a.rng.randint(8, 14)),
            debut=premier,
            marche=marche,
            places=min(len(debuts), 50),
        )
        offre.fermee_le = a.instant(min(dernier, a.jour(1)))
        offres.append(offre)
    return offres


def semer_offres(a: Atelier) -> None:
    """Every opening with the skills it asks for."""
    a.offres = [*_des_fictives(a), *_des_reelles(a), *_brouillons(a), *_pourvues(a)]
    a.numeroter(a.offres, "O")
    lignes: list[CompetenceOffre] = []
    par_code = {m.offres: m for m in a.metiers.values()}
    titres = {titre: metier for offres, metier in par_code.items() for titre in offres}
    for offre in a.offres:
        metier = titres[offre.intitule]
        for n, mot in enumerate(a.rng.sample(metier.competences, min(len(metier.competences), a.rng.randint(0, 3)))):
            lignes.append(CompetenceOffre(offre_id=offre.id, libelle=mot, requise=n == 0))
    a.garder(lignes)

"""What is dated around some contracts of the demonstration: parts, orders, avenants, a transfer, interventions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from marketplace.comptes.models import Organisation
from marketplace.marches.models import (
    Avenant,
    Clause,
    Composante,
    CompteurNpnru,
    EtapeFaite,
    Etude,
    FormeMarche,
    InterventionPrevue,
    Marche,
    Transfert,
)
from marketplace.marches.rules.avenants import EffetHeures
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.formes import CauseTransfert, Forme, GenreComposante
from marketplace.marches.rules.npnru import VoletNpnru
from marketplace.valeurs import ajouter_mois, arrondir
from seeds.demo.atelier import Atelier
from seeds.demo.comptes import TITULAIRE_DEMO

PHASES = ((1, 20, "Installation"), (2, 50, "Gros du chantier"), (2, 30, ""))
"""People, percent of the hours and a word, for each third of a marché."""


def semer_engagements(a: Atelier) -> None:
    """A few of each, so that nobody meets an empty page."""
    vivants = [m for m in a.marches if m.etat is EtatMarche.EN_COURS and m.date_debut and m.date_fin and m.titulaire_id]
    services = [m for m in vivants if m.nature.value == "services"]
    travaux = [m for m in vivants if m.nature.value == "travaux" and a.clauses[m.id].numero == 1]
    lignes: list[object] = [*_accord_cadre(a, services[0]), *_reconduction(a, services[1]), *_tranche(a, travaux[0])]
    for marche in travaux[1:4]:
        lignes += _interventions(a, marche)
    lignes += _versions_signees(a)
    lignes += _etudes(a)
    lignes += _premieres_semaines(a)
    habitat = next((m for m in travaux if "résidence" in m.intitule.lower()), travaux[4])
    lignes.append(
        CompteurNpnru(
            marche_id=habitat.id,
            volet=VoletNpnru.TRAVAUX,
            heures_travaillees=Decimal(9000),
            heures=Decimal(450),
            fixe_le=a.jour(60),
            auteur_id=habitat.facilitateur_id,
        )
    )
    a.garder(lignes)
    a.garder(_transfert(a))


def _accord_cadre(a: Atelier, marche: Marche) -> list[object]:
    """An accord-cadre whose orders make the target: about what its clause had estimated."""
    estimee = a.clauses[marche.id].heures_prevues
    ratio = arrondir(estimee * 1000 / (marche.montant_ht or Decimal(1_000_000)), Decimal("0.01"))
    lignes: list[object] = [FormeMarche(marche_id=marche.id, forme=Forme.BONS_DE_COMMANDE, heures_par_millier=ratio)]
    for rang in range(1, 5):
        montant = arrondir(estimee / 5 / ratio * 1000, Decimal(500))
        jour = min(ajouter_mois(marche.date_debut or a.jour(200), 2 * rang - 1), a.jour(3))
        bon = _part(a, marche, GenreComposante.BON_DE_COMMANDE, f"BC-{rang}", arrondir(montant * ratio / 1000))
        lignes.append(bon)
        bon.montant_ht, bon.compte_le, bon.code_insee = montant, jour, marche.code_insee
    return lignes


def _reconduction(a: Atelier, marche: Marche) -> list[object]:
    """A year that may be renewed after the present one."""
    fin = marche.date_fin or a.jour(-200)
    periode = _part(a, marche, GenreComposante.RECONDUCTION, "2", a.clauses[marche.id].heures_prevues)
    periode.libelle, periode.debut = "Deuxième période", fin + timedelta(days=1)
    periode.fin = ajouter_mois(fin, 12)
    return [periode]


def _tranche(a: Atelier, marche: Marche) -> list[object]:
    """Two optional tranches, one firmed up."""
    base = a.clauses[marche.id].heures_prevues
    ferme = _part(a, marche, GenreComposante.TRANCHE, "1", arrondir(base / 10))
    ferme.libelle, ferme.compte_le = "Aménagement de la cour", a.jour(25)
    attente = _part(a, marche, GenreComposante.TRANCHE, "2", arrondir(base / 5))
    attente.libelle = "Extension de la cantine"
    return [ferme, attente]


def _part(a: Atelier, marche: Marche, genre: GenreComposante, numero: str, heures: Decimal) -> Composante:
    return Composante(
        marche_id=marche.id,
        genre=genre,
        numero=numero,
        heures=heures,
        auteur_id=marche.facilitateur_id,
        cree_le=a.instant(a.jour(30)),
    )


def _interventions(a: Atelier, marche: Marche) -> list[object]:
    """When masons, then finishers are expected."""
    debut, fin = marche.date_debut, marche.date_fin
    if debut is None or fin is None:
        return []
    tiers = (fin - debut) / 3
    heures = a.clauses[marche.id].heures_prevues
    return [
        InterventionPrevue(
            marche_id=marche.id,
            debut=debut + tiers * rang,
            fin=min(debut + tiers * (rang + 1) - timedelta(days=1), fin),
            code_rome=marche.code_rome,
            personnes=personnes,
            heures=arrondir(heures * Decimal(part) / 100),
            note=note,
            auteur_id=marche.facilitateur_id,
            cree_le=a.instant(a.jour(20)),
        )
        for rang, (personnes, part, note) in enumerate(
            ((1, 20, "Installation"), (2, 50, "Gros du chantier"), (2, 30, ""))
        )
    ]


def _versions_signees(a: Atelier) -> list[object]:
    """The avenant behind each version of a clause that replaced another one."""
    marches = {m.id: m for m in a.marches}
    lignes: list[object] = []
    for clause in a.clauses.values():
        if clause.numero != 2:
            continue
        marche = marches[clause.marche_id]
        avant = arrondir(clause.heures_prevues / Decimal("1.15"))
        lignes.append(
            Avenant(
                marche_id=marche.id,
                numero=1,
                signe_le=clause.a_partir_du,
                document="avenant-1.pdf",
                objet="Travaux supplémentaires",
                effet=EffetHeures.PRORATA,
                montant_avant=marche.montant_ht,
                montant_apres=arrondir((marche.montant_ht or Decimal(0)) * Decimal("1.15")),
                heures_avant=avant,
                heures_apres=clause.heures_prevues,
                fin_avant=marche.date_fin,
                clause_numero=2,
                auteur_id=marche.facilitateur_id,
                cree_le=clause.cree_le,
            )
        )
        marche.montant_ht = arrondir((marche.montant_ht or Decimal(0)) * Decimal("1.15"))
    return lignes


def _etudes(a: Atelier) -> list[object]:
    """What the studies of the demonstration concluded."""
    return [
        Etude(
            marche_id=m.id,
            clausable=rang != 0,
            motif="Lot trop court pour recruter" if rang == 0 else "Main-d'œuvre à apprendre, durée suffisante",
            decidee_le=a.jour(12),
            auteur_id=m.facilitateur_id,
        )
        for rang, m in enumerate(x for x in a.marches if x.etat is EtatMarche.ETUDIE)
    ]


def _premieres_semaines(a: Atelier) -> list[object]:
    """Most marchés in progress had their first weeks followed; a few wait for the modality."""
    recents = [m for m in a.marches if m.date_notification and a.jour(90) <= m.date_notification <= a.jour(15)]
    return [
        EtapeFaite(
            marche_id=m.id,
            code=code,
            faite_le=min((m.date_notification or a.jour(30)) + timedelta(days=10), a.jour(1)),
            note=note,
            auteur_id=m.facilitateur_id,
            auteur_nom="Lison Garrigue",
            cree_le=a.instant(a.jour(5)),
        )
        for rang, m in enumerate(recents)
        if rang % 3
        for code, note in (("titulaire_contacte", ""), ("modalite_annoncee", "Embauche directe et intérim d'insertion"))
    ]


def _transfert(a: Atelier) -> list[object]:
    """The marché of the demonstration that was transferred goes on with another firm."""
    ancien = next((m for m in a.marches if m.etat is EtatMarche.TRANSFERE and m.titulaire_id), None)
    if ancien is None:
        return []
    repreneur: Organisation = next(
        o for nom, o in a.firmes.items() if o.id != ancien.titulaire_id and nom != TITULAIRE_DEMO
    )
    jour, clause = a.jour(35), a.clauses[ancien.id]
    reste = arrondir(clause.heures_prevues * Decimal("0.6"))
    suite = Marche(
        territoire_id=ancien.territoire_id,
        operation_id=ancien.operation_id,
        numero_lot=ancien.numero_lot,
        intitule=ancien.intitule,
        cle=ancien.cle,
        objet=ancien.objet,
        acheteur_id=ancien.acheteur_id,
        titulaire_id=repreneur.id,
        facilitateur_id=ancien.facilitateur_id,
        gestionnaire=ancien.gestionnaire,
        secteur=ancien.secteur,
        code_rome=ancien.code_rome,
        cpv=ancien.cpv,
        nature=ancien.nature,
        procedure=ancien.procedure,
        code_insee=ancien.code_insee,
        etat=EtatMarche.EN_COURS,
        date_notification=jour,
        date_debut=jour,
        date_fin=ajouter_mois(jour, 10),
        fictif=True,
        maj_le=a.instant(jour),
        cree_le=a.instant(jour),
    )
    a.numeroter([suite], "M")
    motif = f"Reste transféré de {ancien.ref} le {jour:%d/%m/%Y}"
    sortie = _part(a, ancien, GenreComposante.TRANSFERT, "Transfert sortant", -reste)
    sortie.compte_le, sortie.libelle = jour, f"Passe à {suite.ref}"
    return [
        Clause(
            marche_id=suite.id,
            numero=1,
            heures_prevues=reste,
            lien_objet=clause.lien_objet,
            a_partir_du=jour,
            motif=motif,
            auteur_id=ancien.facilitateur_id,
            cree_le=a.instant(jour),
        ),
        sortie,
        Transfert(
            marche_id=ancien.id,
            vers_id=suite.id,
            jour=jour,
            cause=CauseTransfert.LIQUIDATION,
            document="Jugement du tribunal (exemple)",
            heures=reste,
            auteur_id=ancien.facilitateur_id,
            cree_le=a.instant(jour),
        ),
    ]

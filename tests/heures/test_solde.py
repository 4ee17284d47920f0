from datetime import date, timedelta
from decimal import Decimal

import pytest

from marketplace.comptes.models import TypeOrganisation
from marketplace.heures.models import DecisionLigne, EtatDeclaration, EtatLigne, LigneHeures, Moment, PointDeSuivi
from marketplace.heures.rules.solde import GenrePoint, Restant, points, solde_proche
from marketplace.heures.solde import points_avant_solde
from marketplace.marches.models import EtatMarche, GenreDepot
from marketplace.marches.rules.depots import SaisieDepot
from marketplace.marches.services import deposer, prendre_en_compte

JOUR = date(2026, 11, 22)
G = GenrePoint


@pytest.mark.parametrize(
    ("etat", "fin", "attendu"),
    [
        (EtatMarche.TERMINE, None, True),
        (EtatMarche.EN_COURS, JOUR + timedelta(days=30), True),
        (EtatMarche.EN_COURS, JOUR + timedelta(days=31), False),
        (EtatMarche.SUSPENDU, JOUR - timedelta(days=400), True),
        (EtatMarche.EN_COURS, None, False),
        (EtatMarche.SOLDE, JOUR, False),
        (EtatMarche.RESILIE, JOUR, False),
        (EtatMarche.EN_CONSULTATION, JOUR, False),
    ],
)
def test_le_point_se_fait_un_mois_avant_la_fin_et_jusqu_au_solde(etat, fin, attendu):
    assert solde_proche(etat, fin, JOUR) is attendu


def test_rien_a_regler_ne_dit_rien():
    assert points(Restant(), pour_tiers=False) == ()


def test_un_tiers_ne_lit_pas_pourquoi_une_ligne_attend():
    r = Restant(lignes_eligibilite=1, heures_eligibilite=Decimal(7), lignes_piece=2, heures_piece=Decimal("3.5"))
    (point,) = points(r, pour_tiers=True)
    assert point.genre is G.A_VERIFIER
    assert point.texte.replace("\u202f", " ").replace("\xa0", " ") == "10,5 h attendent une vérification."
    assert [p.genre for p in points(r, pour_tiers=False)] == [G.ELIGIBILITE, G.PIECES]


@pytest.mark.parametrize(
    ("depots", "avenants", "texte"),
    [
        (1, 1, "Un avenant déposé n'est pas pris en compte."),
        (1, 0, "Un dépôt de l'acheteur n'est pas pris en compte."),
        (3, 1, "3 dépôts de l'acheteur dont un avenant ne sont pas pris en compte."),
        (3, 2, "3 dépôts de l'acheteur dont 2 avenants ne sont pas pris en compte."),
        (2, 2, "2 avenants déposés ne sont pas pris en compte."),
    ],
)
def test_les_depots_se_disent_en_une_phrase(depots, avenants, texte):
    (point,) = points(Restant(depots=depots, avenants=avenants), pour_tiers=True)
    assert point.texte == texte


def test_tout_ce_qui_reste_a_regler_se_lit_dans_le_registre_puis_disparait(ctx, fabrique):
    ville = fabrique.organisation(TypeOrganisation.ACHETEUR)
    titulaire = fabrique.organisation()
    marche = fabrique.marche(100, titulaire=titulaire, acheteur_id=ville.id, etat=EtatMarche.TERMINE)
    jour = fabrique.jour
    contrat = fabrique.contrat(fabrique.personne(), titulaire, marche)
    instant = ctx.horloge()
    signee = {"signee_le": instant}
    contestee = fabrique.declaration(titulaire, marche, date(2026, 1, 1), etat=EtatDeclaration.CONTESTEE, **signee)
    a_valider = fabrique.declaration(titulaire, marche, date(2026, 2, 1), etat=EtatDeclaration.DECLAREE, **signee)
    for mois in (3, 4):
        fabrique.declaration(titulaire, marche, date(2026, mois, 1))
    for rang, etat in enumerate((EtatLigne.ATTENTE_ELIGIBILITE, EtatLigne.ATTENTE_PIECE)):
        ligne = fabrique.garder(
            LigneHeures(
                declaration_id=a_valider.id,
                contrat_id=contrat.id,
                marche_id=marche.id,
                mois=date(2026, 2, 1),
                travaillees=Decimal(10 + rang),
                formation=Decimal("0.50"),
                cree_le=instant,
                empreinte_precedente=str(rang),
                empreinte=f"x{rang}",
            )
        )
        fabrique.garder(
            DecisionLigne(ligne_id=ligne.id, etat=etat, creditees=Decimal(0), valorisees=Decimal(0), quand=instant)
        )
    for mois, echeance in ((1, jour), (3, jour + timedelta(days=1))):
        fabrique.garder(
            PointDeSuivi(
                territoire_id=marche.territoire_id,
                contrat_id=contrat.id,
                moment=Moment.EN_POSTE,
                mois=mois,
                echeance=echeance,
            )
        )
    acheteur = fabrique.acteur(fabrique.acheteur(organisation=ville))
    depot = deposer(ctx, acheteur, marche.ref, SaisieDepot(GenreDepot.AVENANT, jour, Decimal(1), numero=1))

    def lire(**kw):
        with ctx.lecture() as s:
            return points_avant_solde(s, marche.id, jour, **kw)

    lus = {p.genre: p for p in lire()}
    assert list(lus) == [
        G.A_DECLARER,
        G.CONTESTEES,
        G.A_VALIDER,
        G.ELIGIBILITE,
        G.PIECES,
        G.MANQUE,
        G.DEPOTS,
        G.SUIVI,
    ]
    assert lus[G.A_DECLARER].texte == "2 déclarations attendent leur employeur."
    assert lus[G.CONTESTEES].cible == contestee.id
    assert lus[G.A_VALIDER].cible == a_valider.id
    assert lus[G.ELIGIBILITE].texte.startswith("10,5")
    assert lus[G.PIECES].texte.startswith("11,5")
    assert "100" in lus[G.MANQUE].texte
    assert lus[G.SUIVI].texte == "Une question de suivi est sans réponse."
    assert {p.genre for p in lire(pour_tiers=True)}.isdisjoint({G.ELIGIBILITE, G.PIECES})
    prendre_en_compte(ctx, fabrique.acteur(fabrique.facilitateur()), marche.ref, depot)
    assert G.DEPOTS not in {p.genre for p in lire()}

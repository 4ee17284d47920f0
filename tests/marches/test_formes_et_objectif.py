"""What a marché owes: tranches, periods, orders, several holders, marchés subséquents."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from marketplace.comptes.models import TypeOrganisation
from marketplace.erreurs import RegleViolee
from marketplace.heures.avancement import avancements
from marketplace.marches.models import Marche, RoleIntervenant
from marketplace.marches.queries import (
    fiche_operation,
    marches_du_territoire,
    objectifs,
    operations_du_territoire,
    portefeuille,
)
from marketplace.marches.queries.liste import FiltresMarches
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.formes import Forme, GenreComposante
from marketplace.marches.services import (
    SaisieComposante,
    ajouter_composante,
    ajouter_intervenant,
    creer_operation,
    fixer_forme,
    modifier_composante,
    retirer_composante,
)
from marketplace.marches.taches import suivre_registre
from tests.marches.registre import dossier, du, journal, ouvertes

G = GenreComposante


def test_une_tranche_optionnelle_ne_compte_qu_affermie(ctx, fabrique, facilitateur):
    marche = fabrique.marche(500)
    saisie = SaisieComposante(libelle="Extension", heures=Decimal(200))
    tranche = ajouter_composante(ctx, facilitateur, marche.ref, G.TRANCHE, saisie)
    assert du(ctx, marche) == 500
    jour = fabrique.jour - timedelta(days=10)
    affermie = SaisieComposante("1", "Extension", heures=Decimal(200), compte_le=jour)
    modifier_composante(ctx, facilitateur, marche.ref, tranche, affermie)
    assert du(ctx, marche) == 700
    assert du(ctx, marche, jour - timedelta(days=1)) == 500
    retirer_composante(ctx, facilitateur, marche.ref, tranche)
    assert du(ctx, marche) == 500
    assert [r.split(" : ")[0] for r in journal(ctx, marche)] == ["a noté", "a corrigé", "a retiré"]


def test_une_periode_reconduite_compte_une_fois_et_prolonge_le_marche(ctx, fabrique, facilitateur):
    marche = fabrique.marche(600, date_fin=fabrique.jour + timedelta(days=20))
    debut = fabrique.jour + timedelta(days=21)
    fin = debut + timedelta(days=364)
    saisie = SaisieComposante("2", "Deuxième année", debut, fin, heures=Decimal(600))
    periode = ajouter_composante(ctx, facilitateur, marche.ref, G.RECONDUCTION, saisie)
    assert du(ctx, marche) == 600
    suivre_registre(ctx, ctx.aujourdhui())
    assert "reconduction_a_decider" in ouvertes(ctx, marche)
    reconduite = SaisieComposante("2", "Deuxième année", debut, fin, heures=Decimal(600), compte_le=fabrique.jour)
    for _ in range(2):
        modifier_composante(ctx, facilitateur, marche.ref, periode, reconduite)
    assert du(ctx, marche) == 1200
    assert "reconduction_a_decider" not in ouvertes(ctx, marche)
    with ctx.lecture() as s:
        assert s.get_one(Marche, marche.id).date_fin == fin
        assert avancements(s, [marche.id], ctx.aujourdhui())[marche.id].objectif == 1200
    with pytest.raises(RegleViolee, match="recoupe"):
        ajouter_composante(ctx, facilitateur, marche.ref, G.RECONDUCTION, SaisieComposante("3", debut=debut, fin=fin))


def test_un_accord_cadre_doit_ce_que_ses_bons_demandent(ctx, fabrique, facilitateur):
    marche = fabrique.marche(900, montant_ht=None)
    fixer_forme(ctx, facilitateur, marche.ref, Forme.BONS_DE_COMMANDE, heures_par_millier=Decimal("1.2"))
    assert du(ctx, marche) == 0
    bon = SaisieComposante("BC-1", montant_ht=Decimal(412_500), compte_le=fabrique.jour, lieu="Lunel")
    ajouter_composante(ctx, facilitateur, marche.ref, G.BON_DE_COMMANDE, bon)
    assert du(ctx, marche) == 495
    suivant = SaisieComposante("BC-2", montant_ht=Decimal(10_000), compte_le=fabrique.jour)
    ajouter_composante(ctx, facilitateur, marche.ref, G.BON_DE_COMMANDE, suivant)
    tape = SaisieComposante("BC-3", montant_ht=Decimal(10_000), heures=Decimal(20), compte_le=fabrique.jour)
    ajouter_composante(ctx, facilitateur, marche.ref, G.BON_DE_COMMANDE, tape)
    assert du(ctx, marche) == 527
    vu = dossier(ctx, facilitateur, marche.ref)
    assert vu.montant_commande == 432_500
    assert vu.composantes[0].lieu == "Lunel"
    with pytest.raises(RegleViolee, match="bons de commande"):
        fixer_forme(ctx, facilitateur, marche.ref, None)


@pytest.mark.parametrize(
    ("genre", "saisie", "champ"),
    [
        (G.BON_DE_COMMANDE, SaisieComposante(montant_ht=Decimal(10)), "compte_le"),
        (G.BON_DE_COMMANDE, SaisieComposante(compte_le=date(2026, 11, 1)), "montant_ht"),
        (G.BON_DE_COMMANDE, SaisieComposante(montant_ht=Decimal(-1), compte_le=date(2026, 11, 1)), "montant_ht"),
        (G.BON_DE_COMMANDE, SaisieComposante(heures=Decimal(-1), compte_le=date(2026, 11, 1)), "heures"),
        (G.BON_DE_COMMANDE, SaisieComposante(heures=Decimal(1), compte_le=date(2027, 1, 1)), "compte_le"),
        (G.BON_DE_COMMANDE, SaisieComposante(heures=Decimal(1), compte_le=date(2020, 1, 1)), "compte_le"),
        (G.BON_DE_COMMANDE, SaisieComposante(heures=Decimal(1), compte_le=date(2026, 11, 1), lieu="Oz"), "lieu"),
        (
            G.BON_DE_COMMANDE,
            SaisieComposante(heures=Decimal(1), compte_le=date(2026, 11, 1), titulaire="X"),
            "titulaire",
        ),
        (G.RECONDUCTION, SaisieComposante(debut=date(2027, 2, 1), fin=date(2027, 1, 1), heures=Decimal(1)), "fin"),
        (G.RECONDUCTION, SaisieComposante(debut=date(2027, 2, 1)), "heures"),
        (G.TRANCHE, SaisieComposante(heures=Decimal(1)), None),
    ],
)
def test_un_engagement_mal_saisi_est_refuse_a_son_champ(ctx, fabrique, facilitateur, genre, saisie, champ):
    marche = fabrique.marche()
    fixer_forme(ctx, facilitateur, marche.ref, Forme.BONS_DE_COMMANDE, heures_par_millier=Decimal(2))
    with pytest.raises(RegleViolee) as refus:
        ajouter_composante(ctx, facilitateur, marche.ref, genre, saisie)
    assert refus.value.champ == champ


def test_un_bon_ne_s_emet_pas_avant_la_notification_et_son_numero_est_unique(ctx, fabrique, facilitateur):
    marche = fabrique.marche(etat=EtatMarche.PROGRAMME, date_notification=None)
    fixer_forme(ctx, facilitateur, marche.ref, Forme.BONS_DE_COMMANDE)
    bon = SaisieComposante("A1", heures=Decimal(10), compte_le=fabrique.jour)
    with pytest.raises(RegleViolee, match="notifié"):
        ajouter_composante(ctx, facilitateur, marche.ref, G.BON_DE_COMMANDE, bon)
    autre = fabrique.marche()
    fixer_forme(ctx, facilitateur, autre.ref, Forme.BONS_DE_COMMANDE)
    with pytest.raises(RegleViolee) as refus:
        ajouter_composante(
            ctx,
            facilitateur,
            autre.ref,
            G.BON_DE_COMMANDE,
            SaisieComposante(montant_ht=Decimal(9), compte_le=fabrique.jour),
        )
    assert refus.value.champ == "heures"
    ajouter_composante(ctx, facilitateur, autre.ref, G.BON_DE_COMMANDE, bon)
    with pytest.raises(RegleViolee, match="déjà pris"):
        ajouter_composante(ctx, facilitateur, autre.ref, G.BON_DE_COMMANDE, bon)


def test_plusieurs_titulaires_tiennent_un_accord_cadre_et_recoivent_des_bons(ctx, fabrique, facilitateur):
    marche = fabrique.marche()
    second = fabrique.organisation(nom="Second titulaire exemple")
    with pytest.raises(RegleViolee, match="accord-cadre"):
        ajouter_intervenant(ctx, facilitateur, marche.ref, second.ref, RoleIntervenant.TITULAIRE)
    fixer_forme(ctx, facilitateur, marche.ref, Forme.BONS_DE_COMMANDE)
    ajouter_intervenant(ctx, facilitateur, marche.ref, second.ref, RoleIntervenant.TITULAIRE)
    bon = SaisieComposante(heures=Decimal(30), compte_le=fabrique.jour, titulaire=second.nom)
    ajouter_composante(ctx, facilitateur, marche.ref, G.BON_DE_COMMANDE, bon)
    assert dossier(ctx, facilitateur, marche.ref).composantes[0].titulaire == second.nom


def test_les_marches_subsequents_comptent_pour_eux_et_l_accord_cadre_pour_rien(ctx, fabrique, facilitateur):
    cadre, enfant = fabrique.marche(1000), fabrique.marche(240)
    with pytest.raises(RegleViolee, match="accord-cadre") as refus:
        fixer_forme(ctx, facilitateur, enfant.ref, Forme.MARCHE_SUBSEQUENT, accord_cadre=cadre.ref)
    assert refus.value.champ == "accord_cadre"
    fixer_forme(ctx, facilitateur, cadre.ref, Forme.MARCHES_SUBSEQUENTS)
    fixer_forme(ctx, facilitateur, enfant.ref, Forme.MARCHE_SUBSEQUENT, accord_cadre=cadre.ref)
    vu = dossier(ctx, facilitateur, cadre.ref)
    assert [(m.ref, m.objectif) for m in vu.subsequents] == [(enfant.ref, 240)]
    assert vu.heures_subsequents == 240
    assert (du(ctx, cadre), du(ctx, enfant)) == (0, 240)
    assert dossier(ctx, facilitateur, enfant.ref).accord_cadre[0] == cadre.ref
    with pytest.raises(RegleViolee, match="subséquents dépendent"):
        fixer_forme(ctx, facilitateur, cadre.ref, None)


def test_l_objectif_d_une_operation_somme_ses_marches_partout_pareil(ctx, fabrique, facilitateur):
    ville = fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Ville exemple")
    ref = creer_operation(ctx, facilitateur, intitule="École exemple", acheteur=ville.ref)
    with ctx.lecture() as s:
        operation_id = fiche_operation(s, facilitateur, ref).id
    lots = [fabrique.marche(h, acheteur_id=ville.id, operation_id=operation_id) for h in (833, 0, 240)]
    tranche = SaisieComposante(heures=Decimal(27), compte_le=fabrique.jour)
    with ctx.lecture() as s:
        assert fiche_operation(s, facilitateur, ref).heures_prevues == 1073
    ajouter_composante(ctx, facilitateur, lots[0].ref, G.TRANCHE, tranche)
    with ctx.lecture() as s:
        territoire = facilitateur.territoire_id
        dus = objectifs(s, [m.id for m in lots], ctx.aujourdhui())
        liste = marches_du_territoire(s, territoire, FiltresMarches(tri="heures"))
        assert sum(dus.values()) == 1100
        assert [li.heures_prevues for li in liste.lignes] == [860, 240, 0]
        assert fiche_operation(s, facilitateur, ref).heures_prevues == 1100
        assert [o.heures_prevues for o in operations_du_territoire(s, territoire)] == [1100]
        assert sum(p.heures_prevues for p in portefeuille(s, territoire)) == 1100

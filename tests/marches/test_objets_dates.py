"""Forms, parts, avenants, transfers, interventions, second counter and steps of a marché."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from marketplace.comptes.models import TypeOrganisation
from marketplace.erreurs import Interdit, Introuvable, RegleViolee
from marketplace.heures.avancement import avancements
from marketplace.journal.models import Alerte, Evenement
from marketplace.marches.models import Clause, CompteurNpnru, Etude, Marche, RoleIntervenant
from marketplace.marches.queries import (
    dossier_marche,
    fiche_marche,
    fiche_operation,
    interventions_prevues,
    marches_du_territoire,
    objectifs,
    operations_du_territoire,
    portefeuille,
    rotation_du_marche,
)
from marketplace.marches.queries.liste import FiltresMarches
from marketplace.marches.rules.avenants import EffetHeures
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.formes import CauseTransfert, Forme, GenreComposante
from marketplace.marches.rules.npnru import VoletNpnru
from marketplace.marches.rules.regime import Reservation, TypeAcheteur
from marketplace.marches.services import (
    SaisieAvenant,
    SaisieComposante,
    SaisieIntervention,
    SaisieTransfert,
    ajouter_composante,
    ajouter_intervenant,
    changer_etat,
    cocher_etape,
    creer_operation,
    decocher_etape,
    fixer_clause,
    fixer_compteur_npnru,
    fixer_forme,
    modifier_composante,
    ordonner_demarrage,
    prevoir_intervention,
    retirer_avenant,
    retirer_composante,
    retirer_intervention,
    signer_avenant,
    supprimer_marche,
    transferer_marche,
)
from marketplace.marches.services.regimes import SaisieRegime, decider_regime
from marketplace.marches.taches import suivre_registre

G = GenreComposante
D1 = Decimal(1)


@pytest.fixture
def facilitateur(fabrique):
    fabrique.territoire()
    return fabrique.acteur(fabrique.facilitateur())


def du(ctx, marche, jour=None):
    with ctx.lecture() as s:
        return objectifs(s, [marche.id], jour or ctx.aujourdhui()).get(marche.id)


def dossier(ctx, acteur, ref):
    with ctx.lecture() as s:
        return dossier_marche(s, fiche_marche(s, acteur, ref), ctx.aujourdhui())


def journal(ctx, marche):
    with ctx.lecture() as s:
        return list(
            s.scalars(
                select(Evenement.resume)
                .where(Evenement.objet_type == "marche", Evenement.objet_id == marche.id)
                .order_by(Evenement.id)
            )
        )


def ouvertes(ctx, marche):
    with ctx.lecture() as s:
        return set(s.scalars(select(Alerte.type).where(Alerte.objet_id == marche.id, Alerte.fermee_le.is_(None))))


# --- the target ------------------------------------------------------------------------------------------------


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


# --- avenants --------------------------------------------------------------------------------------------------


def test_un_avenant_au_prorata_suit_le_montant_et_garde_l_ancien_objectif(ctx, fabrique, facilitateur):
    marche = fabrique.marche(800, montant_ht=Decimal(1_000_000))
    saisie = SaisieAvenant(
        fabrique.jour, "avenant1.pdf", EffetHeures.PRORATA, "Travaux en plus", Decimal(1_150_000), fin_apres=None
    )
    assert signer_avenant(ctx, facilitateur, marche.ref, saisie) == ""
    assert du(ctx, marche) == 920
    assert du(ctx, marche, fabrique.jour - timedelta(days=1)) == 800
    vu = dossier(ctx, facilitateur, marche.ref).avenants[0]
    assert (vu.heures_avant, vu.heures_apres, vu.montant_avant) == (800, 920, 1_000_000)
    retirer_avenant(ctx, facilitateur, marche.ref, vu.id)
    assert du(ctx, marche) == 800
    with ctx.lecture() as s:
        assert s.get_one(Marche, marche.id).montant_ht == 1_000_000
        assert len(s.scalars(select(Clause).where(Clause.marche_id == marche.id)).all()) == 3
    assert dossier(ctx, facilitateur, marche.ref).avenants == ()


def test_un_avenant_muet_laisse_l_objectif_et_alerte(ctx, fabrique, facilitateur):
    marche = fabrique.marche(800, montant_ht=Decimal(1_000_000))
    fin = fabrique.jour + timedelta(days=300)
    muet = SaisieAvenant(fabrique.jour, "avenant1.pdf", montant_apres=Decimal(1_150_000), fin_apres=fin)
    assert "l'objectif reste le même" in signer_avenant(ctx, facilitateur, marche.ref, muet)
    assert du(ctx, marche) == 800
    assert "avenant_sans_heures" in ouvertes(ctx, marche)
    with ctx.lecture() as s:
        assert s.get_one(Marche, marche.id).date_fin == fin
    fixe = SaisieAvenant(fabrique.jour, "avenant2.pdf", EffetHeures.FIXE, heures=Decimal(900))
    signer_avenant(ctx, facilitateur, marche.ref, fixe)
    assert du(ctx, marche) == 900
    assert "avenant_sans_heures" not in ouvertes(ctx, marche)
    premier = dossier(ctx, facilitateur, marche.ref).avenants[1]
    with pytest.raises(RegleViolee, match="dernier avenant"):
        retirer_avenant(ctx, facilitateur, marche.ref, premier.id)


def test_un_objectif_change_depuis_bloque_le_retrait_de_l_avenant(ctx, fabrique, facilitateur):
    marche = fabrique.marche(800)
    signer_avenant(
        ctx, facilitateur, marche.ref, SaisieAvenant(fabrique.jour, "a.pdf", EffetHeures.FIXE, heures=Decimal(900))
    )
    fixer_clause(ctx, facilitateur, marche.ref, Decimal(950), motif="Erreur de frappe")
    with pytest.raises(RegleViolee, match="a changé depuis"):
        retirer_avenant(ctx, facilitateur, marche.ref, dossier(ctx, facilitateur, marche.ref).avenants[0].id)


@pytest.mark.parametrize(
    ("champs", "champ"),
    [
        ({"document": " "}, "document"),
        ({"signe_le": date(2027, 1, 1)}, "signe_le"),
        ({"signe_le": date(2020, 1, 1)}, "signe_le"),
        ({"effet": EffetHeures.PRORATA}, "montant_apres"),
        ({"effet": EffetHeures.FIXE}, "heures"),
        ({"fin_apres": date(2020, 1, 1)}, "fin_apres"),
        ({}, "objet"),
    ],
)
def test_un_avenant_mal_saisi_est_refuse_a_son_champ(ctx, fabrique, facilitateur, champs, champ):
    marche = fabrique.marche()
    valeurs = {"signe_le": fabrique.jour, "document": "a.pdf"} | champs
    with pytest.raises(RegleViolee) as refus:
        signer_avenant(ctx, facilitateur, marche.ref, SaisieAvenant(**valeurs))
    assert refus.value.champ == champ


def test_un_marche_pas_encore_notifie_n_a_pas_d_avenant(ctx, fabrique, facilitateur):
    marche = fabrique.marche(etat=EtatMarche.PROGRAMME, date_notification=None)
    with pytest.raises(RegleViolee, match="notifié"):
        signer_avenant(ctx, facilitateur, marche.ref, SaisieAvenant(fabrique.jour, "a.pdf", objet="x"))


# --- transfers -------------------------------------------------------------------------------------------------


def test_un_transfert_passe_le_reste_et_laisse_les_heures_faites(ctx, fabrique, facilitateur):
    marche = fabrique.marche(1000)
    tranche = ajouter_composante(ctx, facilitateur, marche.ref, G.TRANCHE, SaisieComposante(heures=Decimal(200)))
    assert tranche
    saisie = SaisieTransfert("Repreneur Exemple", fabrique.jour, CauseTransfert.LIQUIDATION, "jugement.pdf")
    ref = transferer_marche(ctx, facilitateur, marche.ref, saisie, validees=Decimal(380))
    with ctx.lecture() as s:
        suivant = s.scalar(select(Marche).where(Marche.ref == ref))
        assert s.get_one(Marche, marche.id).etat is EtatMarche.TRANSFERE
    assert (du(ctx, marche), du(ctx, suivant)) == (380, 620)
    assert dossier(ctx, facilitateur, marche.ref).transferts[0].autre_ref == ref
    apres = dossier(ctx, facilitateur, ref)
    assert apres.transferts[0].autre_ref == marche.ref
    assert [c.heures for c in apres.composantes] == [200]
    with pytest.raises(RegleViolee, match="transfert"):
        supprimer_marche(ctx, facilitateur, marche.ref)
    with pytest.raises(RegleViolee, match="transféré"):
        transferer_marche(ctx, facilitateur, marche.ref, saisie, validees=Decimal(380))


def test_un_accord_cadre_transfere_garde_son_reste_et_son_ratio(ctx, fabrique, facilitateur):
    marche = fabrique.marche()
    fixer_forme(ctx, facilitateur, marche.ref, Forme.BONS_DE_COMMANDE, heures_par_millier=Decimal(2))
    bon = SaisieComposante(montant_ht=Decimal(100_000), compte_le=fabrique.jour)
    ajouter_composante(ctx, facilitateur, marche.ref, G.BON_DE_COMMANDE, bon)
    saisie = SaisieTransfert("Repreneur Exemple", fabrique.jour, CauseTransfert.CESSION)
    ref = transferer_marche(ctx, facilitateur, marche.ref, saisie, validees=Decimal(50))
    with ctx.lecture() as s:
        suivant = s.scalar(select(Marche).where(Marche.ref == ref))
    assert (du(ctx, marche), du(ctx, suivant)) == (50, 150)
    assert dossier(ctx, facilitateur, ref).heures_par_millier == 2


def test_un_transfert_demande_un_autre_titulaire_et_passe_par_son_acte(ctx, fabrique, facilitateur):
    titulaire = fabrique.organisation()
    marche = fabrique.marche(titulaire=titulaire)
    for nom, motif in (("", "nouveau titulaire"), (titulaire.ref, "déjà le titulaire")):
        with pytest.raises(RegleViolee, match=motif) as refus:
            saisie = SaisieTransfert(nom, fabrique.jour, CauseTransfert.CESSION)
            transferer_marche(ctx, facilitateur, marche.ref, saisie, validees=Decimal(0))
        assert refus.value.champ == "titulaire"
    with pytest.raises(RegleViolee, match="Transférer ce marché"):
        changer_etat(ctx, facilitateur, marche.ref, EtatMarche.TRANSFERE, motif="Cession")


# --- study, interventions, order to start, steps -----------------------------------------------------------------


def test_un_besoin_juge_non_clausable_ne_se_programme_pas(ctx, fabrique, facilitateur):
    marche = fabrique.marche(0, etat=EtatMarche.A_ETUDIER, date_notification=None)
    with pytest.raises(RegleViolee) as refus:
        changer_etat(ctx, facilitateur, marche.ref, EtatMarche.ETUDIE, clausable=False)
    assert refus.value.champ == "motif"
    changer_etat(ctx, facilitateur, marche.ref, EtatMarche.ETUDIE, clausable=False, motif="Trop court")
    with ctx.lecture() as s:
        assert (s.get_one(Etude, marche.id).clausable, s.get_one(Etude, marche.id).motif) == (False, "Trop court")
    with pytest.raises(RegleViolee, match="non clausable"):
        changer_etat(ctx, facilitateur, marche.ref, EtatMarche.PROGRAMME)
    changer_etat(ctx, facilitateur, marche.ref, EtatMarche.A_ETUDIER)
    changer_etat(ctx, facilitateur, marche.ref, EtatMarche.ETUDIE, clausable=True, motif="Marché prolongé")
    changer_etat(ctx, facilitateur, marche.ref, EtatMarche.PROGRAMME)


def test_la_notification_prend_le_nom_du_titulaire(ctx, fabrique, facilitateur):
    marche = fabrique.marche(etat=EtatMarche.EN_CONSULTATION, date_notification=None, titulaire_id=None)
    with pytest.raises(RegleViolee) as refus:
        changer_etat(ctx, facilitateur, marche.ref, EtatMarche.NOTIFIE)
    assert refus.value.champ == "titulaire"
    changer_etat(ctx, facilitateur, marche.ref, EtatMarche.NOTIFIE, titulaire="Gros Œuvre Exemple")
    with ctx.lecture() as s:
        assert fiche_marche(s, facilitateur, marche.ref).titulaire.nom == "Gros Œuvre Exemple"


def test_les_interventions_prevues_dessinent_la_courbe(ctx, fabrique, facilitateur):
    marche = fabrique.marche(1000)
    debut, fin = marche.date_debut, marche.date_fin
    with ctx.lecture() as s:
        avant = avancements(s, [marche.id], ctx.aujourdhui())[marche.id].pourcentage_attendu
    tard = SaisieIntervention(fin - timedelta(days=60), fin, 2, Decimal(900), "F1703")
    prevoir_intervention(ctx, facilitateur, marche.ref, tard)
    prevoir_intervention(ctx, facilitateur, marche.ref, SaisieIntervention(debut, debut + timedelta(days=6)))
    with ctx.lecture() as s:
        prevues = interventions_prevues(s, [marche.id])[marche.id]
        apres = avancements(s, [marche.id], ctx.aujourdhui())[marche.id].pourcentage_attendu
    assert [(i.personnes, i.heures) for i in prevues] == [(1, 35), (2, 900)]
    assert apres == Decimal("3.74") < avant
    vues = dossier(ctx, facilitateur, marche.ref).interventions
    retirer_intervention(ctx, facilitateur, marche.ref, vues[0].id)
    assert len(dossier(ctx, facilitateur, marche.ref).interventions) == 1
    with pytest.raises(Introuvable):
        retirer_intervention(ctx, facilitateur, marche.ref, vues[0].id)
    with pytest.raises(RegleViolee) as refus:
        prevoir_intervention(ctx, facilitateur, marche.ref, SaisieIntervention(debut, fin + timedelta(days=1)))
    assert refus.value.champ == "fin"


def test_l_ordre_de_demarrage_date_le_debut_et_met_en_cours(ctx, fabrique, facilitateur):
    jour = fabrique.jour - timedelta(days=3)
    marche = fabrique.marche(etat=EtatMarche.NOTIFIE, date_notification=jour, date_debut=jour)
    with pytest.raises(RegleViolee) as refus:
        ordonner_demarrage(ctx, facilitateur, marche.ref, jour - timedelta(days=1))
    assert refus.value.champ == "jour"
    ordonner_demarrage(ctx, facilitateur, marche.ref, jour, fabrique.jour)
    with ctx.lecture() as s:
        lu = s.get_one(Marche, marche.id)
        assert (lu.etat, lu.ordre_demarrage_le, lu.date_debut) == (EtatMarche.EN_COURS, jour, fabrique.jour)


def test_la_modalite_se_coche_et_son_alerte_se_ferme(ctx, fabrique, facilitateur):
    jour = fabrique.jour - timedelta(days=40)
    marche = fabrique.marche(date_notification=jour, date_debut=jour)
    suivre_registre(ctx, ctx.aujourdhui())
    assert {"modalite_a_annoncer", "titulaire_a_contacter"} <= ouvertes(ctx, marche)
    retard = {p.etape.code for p in dossier(ctx, facilitateur, marche.ref).etapes if p.en_retard}
    assert retard == {"titulaire_contacte", "modalite_annoncee", "correspondant_nomme"}
    cocher_etape(ctx, facilitateur, marche.ref, "modalite_annoncee", note="Embauche directe et AI")
    cocher_etape(ctx, facilitateur, marche.ref, "titulaire_contacte")
    assert not {"modalite_a_annoncer", "titulaire_a_contacter"} & ouvertes(ctx, marche)
    decocher_etape(ctx, facilitateur, marche.ref, "modalite_annoncee")
    assert "modalite_a_annoncer" in ouvertes(ctx, marche)
    with pytest.raises(RegleViolee):
        cocher_etape(ctx, facilitateur, marche.ref, "bilan_envoye", fabrique.jour + timedelta(days=1))
    with pytest.raises(Introuvable):
        cocher_etape(ctx, facilitateur, marche.ref, "inconnue")


def test_le_second_compteur_npnru_est_a_part_de_l_objectif(ctx, fabrique, facilitateur):
    marche = fabrique.marche(1500)
    fixer_compteur_npnru(ctx, facilitateur, marche.ref, VoletNpnru.TRAVAUX, Decimal(20_000))
    assert dossier(ctx, facilitateur, marche.ref).compteur.heures == 1000
    assert du(ctx, marche) == 1500
    fixer_compteur_npnru(ctx, facilitateur, marche.ref, VoletNpnru.GESTION_URBAINE, Decimal(3000))
    assert dossier(ctx, facilitateur, marche.ref).compteur.heures == 300
    with pytest.raises(RegleViolee):
        fixer_compteur_npnru(ctx, facilitateur, marche.ref, VoletNpnru.TRAVAUX, Decimal(0))
    fixer_compteur_npnru(ctx, facilitateur, marche.ref, None)
    with ctx.lecture() as s:
        assert s.get(CompteurNpnru, marche.id) is None


# --- direct purchases and reserved marchés -----------------------------------------------------------------------


def test_un_meme_fournisseur_servi_trois_fois_se_signale(ctx, fabrique, facilitateur):
    ville = fabrique.organisation(TypeOrganisation.ACHETEUR)
    ei = fabrique.organisation(TypeOrganisation.EI, nom="Brigade verte exemple")
    fabrique.organisation(TypeOrganisation.ACI)
    achats = []
    for rang in range(3):
        jour = fabrique.jour - timedelta(days=90 - 30 * rang)
        achats.append(
            fabrique.marche(
                0,
                titulaire=ei,
                acheteur_id=ville.id,
                montant_ht=Decimal(15_000),
                date_notification=jour,
                date_debut=jour,
                secteur="Espaces verts",
            )
        )
        fixer_forme(ctx, facilitateur, achats[-1].ref, Forme.ACHAT_DIRECT)
    with ctx.lecture() as s:
        premier, deuxieme, dernier = (rotation_du_marche(s, m.id, ctx.aujourdhui()) for m in achats)
    assert premier.avertissements == deuxieme.avertissements == ()
    assert (dernier.achats, dernier.total_ht) == (3, 45_000)
    assert "3e fois de suite" in dernier.avertissements[0]
    assert "45\u202f000" in dernier.avertissements[1]


def test_un_achat_direct_reste_sous_son_seuil(ctx, fabrique, facilitateur):
    for montant, passe in ((Decimal("39999.99"), True), (Decimal(40_000), False), (None, False)):
        marche = fabrique.marche(montant_ht=montant)
        if passe:
            fixer_forme(ctx, facilitateur, marche.ref, Forme.ACHAT_DIRECT)
        else:
            with pytest.raises(RegleViolee) as refus:
                fixer_forme(ctx, facilitateur, marche.ref, Forme.ACHAT_DIRECT)
            assert refus.value.champ == "montant_ht"


def test_le_titulaire_d_un_marche_reserve_se_verifie_et_peut_devoir_des_heures(ctx, fabrique, facilitateur):
    ei, geiq = fabrique.organisation(TypeOrganisation.EI), fabrique.organisation(TypeOrganisation.GEIQ)
    marche = fabrique.marche(300, titulaire=ei)
    saisie = SaisieRegime(TypeAcheteur.AUTRE_POUVOIR, reservation=Reservation.INSERTION, part_publics=Decimal("0.5"))
    assert decider_regime(ctx, facilitateur, marche.ref, saisie).avertissements == ()
    assert du(ctx, marche) == 300
    assert dossier(ctx, facilitateur, marche.ref).reserve == ()
    with ctx.transaction() as s:
        s.get_one(Marche, marche.id).titulaire_id = geiq.id
    assert "L2113-13" in dossier(ctx, facilitateur, marche.ref).reserve[0]
    trop_peu = SaisieRegime(TypeAcheteur.AUTRE_POUVOIR, reservation=Reservation.INSERTION, part_publics=Decimal("0.48"))
    with pytest.raises(RegleViolee) as refus:
        decider_regime(ctx, facilitateur, marche.ref, trop_peu)
    assert refus.value.champ == "part_publics"


def test_un_acheteur_ne_touche_a_rien_de_tout_cela(ctx, fabrique):
    affectation = fabrique.acheteur()
    acheteur = fabrique.acteur(affectation)
    marche = fabrique.marche(acheteur_id=affectation.organisation_id)
    avenant = SaisieAvenant(fabrique.jour, "a.pdf", objet="x")
    transfert = SaisieTransfert("X", fabrique.jour, CauseTransfert.CESSION)
    intervention = SaisieIntervention(marche.date_debut, marche.date_fin)
    actes = [
        lambda: fixer_forme(ctx, acheteur, marche.ref, Forme.BONS_DE_COMMANDE),
        lambda: ajouter_composante(ctx, acheteur, marche.ref, G.TRANCHE, SaisieComposante(heures=Decimal(1))),
        lambda: signer_avenant(ctx, acheteur, marche.ref, avenant),
        lambda: transferer_marche(ctx, acheteur, marche.ref, transfert, validees=Decimal(0)),
        lambda: prevoir_intervention(ctx, acheteur, marche.ref, intervention),
        lambda: cocher_etape(ctx, acheteur, marche.ref, "besoin_vu"),
        lambda: ordonner_demarrage(ctx, acheteur, marche.ref, fabrique.jour),
        lambda: fixer_compteur_npnru(ctx, acheteur, marche.ref, VoletNpnru.TRAVAUX, Decimal(10)),
    ]
    for acte in actes:
        with pytest.raises((Interdit, Introuvable)):
            acte()


# --- bad input --------------------------------------------------------------------------------------------------


def test_un_siret_dont_la_cle_est_fausse_est_refuse_a_son_champ(ctx, fabrique, facilitateur):
    marche = fabrique.marche()
    with pytest.raises(RegleViolee, match="SIRET") as refus:
        ajouter_intervenant(ctx, facilitateur, marche.ref, "123 456 789 01234", RoleIntervenant.COTRAITANT)
    assert refus.value.champ == "organisation"
    saisie = SaisieTransfert("12345678901234", fabrique.jour, CauseTransfert.CESSION)
    with pytest.raises(RegleViolee, match="SIRET") as refus:
        transferer_marche(ctx, facilitateur, marche.ref, saisie, validees=Decimal(0))
    assert refus.value.champ == "titulaire"


def test_les_parts_se_verifient_dans_tout_l_arbre_des_sous_traitants(ctx, fabrique, facilitateur):
    marche = fabrique.marche()
    role = RoleIntervenant.SOUS_TRAITANT
    ajouter_intervenant(ctx, facilitateur, marche.ref, "Premier exemple", role, part=Decimal("0.6"))
    with ctx.lecture() as s:
        premier = fiche_marche(s, facilitateur, marche.ref).intervenants[0].id
    ajouter_intervenant(
        ctx, facilitateur, marche.ref, "Rang deux exemple", role, parent_id=premier, part=Decimal("0.4")
    )
    with pytest.raises(RegleViolee, match=r"Premier exemple dépasseraient sa part \(60 %\)") as refus:
        ajouter_intervenant(ctx, facilitateur, marche.ref, "Trop exemple", role, parent_id=premier, part=Decimal("0.3"))
    assert refus.value.champ == "part"
    with pytest.raises(RegleViolee, match="100 %"):
        ajouter_intervenant(ctx, facilitateur, marche.ref, "Autre exemple", role, part=Decimal("0.5"))
    for part in (Decimal(0), Decimal("1.01")):
        with pytest.raises(RegleViolee, match="1 à 100"):
            ajouter_intervenant(ctx, facilitateur, marche.ref, "Autre exemple", role, part=part)


def test_un_marche_sans_heures_se_supprime_avec_tout_ce_qui_l_entoure(ctx, fabrique, facilitateur):
    marche = fabrique.marche()
    ajouter_composante(ctx, facilitateur, marche.ref, G.TRANCHE, SaisieComposante(heures=D1))
    prevoir_intervention(ctx, facilitateur, marche.ref, SaisieIntervention(marche.date_debut, marche.date_fin))
    cocher_etape(ctx, facilitateur, marche.ref, "besoin_vu")
    fixer_compteur_npnru(ctx, facilitateur, marche.ref, VoletNpnru.TRAVAUX, Decimal(100))
    signer_avenant(ctx, facilitateur, marche.ref, SaisieAvenant(fabrique.jour, "a.pdf", objet="x"))
    supprimer_marche(ctx, facilitateur, marche.ref)
    with ctx.lecture() as s:
        assert s.get(Marche, marche.id) is None


def test_un_marche_qui_porte_un_contrat_ne_se_supprime_pas(ctx, fabrique, facilitateur):
    marche = fabrique.marche()
    fabrique.contrat(fabrique.personne(), fabrique.organisation(), marche)
    with pytest.raises(RegleViolee, match="ne peut pas être supprimé"):
        supprimer_marche(ctx, facilitateur, marche.ref)

"""From the study to the steps: interventions, order to start, second counter."""

from datetime import timedelta
from decimal import Decimal

import pytest

from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.avancement import avancements
from marketplace.marches.models import CompteurNpnru, Etude, Marche
from marketplace.marches.queries import (
    fiche_marche,
    interventions_prevues,
)
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.npnru import VoletNpnru
from marketplace.marches.services import (
    SaisieIntervention,
    changer_etat,
    cocher_etape,
    decocher_etape,
    fixer_compteur_npnru,
    ordonner_demarrage,
    prevoir_intervention,
    retirer_intervention,
)
from marketplace.marches.taches import suivre_registre
from tests.marches.registre import dossier, du, ouvertes


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

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from marketplace.comptes.models import TypeOrganisation
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.journal.models import Evenement
from marketplace.marches.models import Marche, RegimeMarche
from marketplace.marches.queries.regimes import indicateurs, regime_du_marche, registre_des_derogations
from marketplace.marches.rules.considerations import Levier
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.regime import Derogation, NatureMarche, Regime, Reservation, TypeAcheteur
from marketplace.marches.services.regimes import SaisieRegime, decider_regime

AU_DESSUS = {
    "type_acheteur": TypeAcheteur.AUTRE_POUVOIR,
    "valeur_estimee_ht": Decimal(216_000),
    "consultation_le": date(2026, 8, 22),
}


@pytest.fixture
def facilitateur(fabrique):
    fabrique.territoire()
    return fabrique.acteur(fabrique.facilitateur())


def services(fabrique, heures=0, **champs):
    return fabrique.marche(heures, nature=NatureMarche.SERVICES, **champs)


def test_au_dessus_du_seuil_il_faut_une_condition_ou_une_derogation_motivee(ctx, fabrique, facilitateur):
    marche = services(fabrique)
    with pytest.raises(RegleViolee, match="condition sociale, ou une dérogation"):
        decider_regime(ctx, facilitateur, marche.ref, SaisieRegime(**AU_DESSUS))
    with pytest.raises(RegleViolee) as refus:
        decider_regime(ctx, facilitateur, marche.ref, SaisieRegime(**AU_DESSUS, derogation=Derogation.SANS_LIEN))
    assert refus.value.champ == "motivation"
    saisie = SaisieRegime(**AU_DESSUS, derogation=Derogation.TRAVAUX_COURTS, motivation="trois mois")
    with pytest.raises(RegleViolee, match="travaux"):
        decider_regime(ctx, facilitateur, marche.ref, saisie)
    with ctx.lecture() as s:
        assert s.scalar(select(RegimeMarche)) is None
    saisie = SaisieRegime(**AU_DESSUS, derogation=Derogation.SANS_LIEN, motivation="Licences logicielles")
    assert decider_regime(ctx, facilitateur, marche.ref, saisie).regime is Regime.OBLIGATOIRE
    with ctx.lecture() as s:
        registre = registre_des_derogations(s, marche.territoire_id)
        trace = s.scalar(select(Evenement).where(Evenement.action == "decider_regime"))
    assert [(d.ref, d.motivation) for d in registre] == [(marche.ref, "Licences logicielles")]
    assert trace.details["motivation"] == "Licences logicielles"


def test_des_heures_d_insertion_sont_une_condition_sociale(ctx, fabrique, facilitateur):
    marche = services(fabrique, 500)
    assert decider_regime(ctx, facilitateur, marche.ref, SaisieRegime(**AU_DESSUS)).regime is Regime.OBLIGATOIRE


@pytest.mark.parametrize(
    ("champs", "regime"),
    [
        ({"valeur_estimee_ht": Decimal("215999.99")}, Regime.FACULTATIF),
        ({"consultation_le": date(2026, 8, 21)}, Regime.FACULTATIF),
        ({"defense_securite": True}, Regime.FACULTATIF),
        ({"consultation_le": None}, None),
    ],
)
def test_sous_le_seuil_ou_avant_la_date_rien_n_est_obligatoire(ctx, fabrique, facilitateur, champs, regime):
    marche = services(fabrique)
    assert decider_regime(ctx, facilitateur, marche.ref, SaisieRegime(**AU_DESSUS | champs)).regime is regime
    with ctx.lecture() as s:
        assert regime_du_marche(s, marche.id, marche.nature).regime is regime


def test_reserver_un_marche_previent_quand_le_titulaire_ne_convient_pas(ctx, fabrique, facilitateur):
    geiq = fabrique.organisation(TypeOrganisation.GEIQ)
    marche = services(fabrique, titulaire=geiq)
    saisie = SaisieRegime(**AU_DESSUS, reservation=Reservation.INSERTION)
    decision = decider_regime(ctx, facilitateur, marche.ref, saisie)
    assert any("L2113-13" in a for a in decision.avertissements)
    with pytest.raises(RegleViolee) as refus:
        decider_regime(ctx, facilitateur, marche.ref, SaisieRegime(**AU_DESSUS, leviers=[Levier.MARCHE_RESERVE]))
    assert refus.value.champ == "reservation"


def test_le_regime_se_decide_dans_son_perimetre_et_sur_la_derniere_version(ctx, fabrique, facilitateur):
    marche = services(fabrique, 500)
    with pytest.raises(Introuvable):
        decider_regime(ctx, fabrique.acteur(fabrique.employeur()), marche.ref, SaisieRegime(**AU_DESSUS))
    decider_regime(ctx, facilitateur, marche.ref, SaisieRegime(**AU_DESSUS), version=marche.version)
    with pytest.raises(ModifieEntreTemps):
        decider_regime(ctx, facilitateur, marche.ref, SaisieRegime(**AU_DESSUS), version=marche.version)


def test_les_indicateurs_comptent_les_marches_notifies_de_l_annee(ctx, fabrique, facilitateur):
    ville = fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Ville exemple")
    ei = fabrique.organisation(TypeOrganisation.EI)
    cette_annee = {"acheteur_id": ville.id, "date_notification": date(2026, 3, 1)}
    fabrique.marche(500, titulaire=ei, montant_ht=Decimal(100_000), **cette_annee)
    for _ in range(2):
        fabrique.marche(0, **cette_annee)
    fabrique.marche(700, acheteur_id=ville.id, date_notification=date(2025, 3, 1))
    fabrique.marche(0, acheteur_id=ville.id, date_notification=None, etat=EtatMarche.A_ETUDIER)
    with ctx.lecture() as s:
        tout, par_ville = indicateurs(s, ville.territoire_id, 2026)
    assert (tout.acheteur, par_ville.acheteur) == ("", "Ville exemple")
    assert (tout.notifies, tout.avec_consideration, tout.heures_prevues) == (3, 1, 500)
    assert (tout.sociale.pourcentage, tout.sociale.atteint) == (Decimal("33.3"), True)
    assert tout.montant_structures == 100_000
    assert (tout.analysee.nombre, tout.analysee.total) == (3, 4)
    assert (tout.clauses, tout.criteres, tout.reserves, tout.insertions, tout.derogations) == (1, 0, 0, 0, 0)


def test_deux_acheteurs_du_meme_nom_ne_se_melangent_pas(ctx, fabrique):
    villes = [fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Ville exemple") for _ in range(2)]
    for ville in villes:
        fabrique.marche(10, acheteur_id=ville.id, date_notification=date(2026, 3, 1))
    with ctx.lecture() as s:
        lignes = indicateurs(s, villes[0].territoire_id, 2026)
    assert [(li.acheteur, li.notifies) for li in lignes] == [("", 2), ("Ville exemple", 1), ("Ville exemple", 1)]


def test_les_pages_du_regime(ctx, fabrique, connecter):
    marche = services(fabrique)
    navigateur = connecter(fabrique.facilitateur())
    adresse = f"/facilitateur/marches/{marche.ref}/regime"
    assert navigateur.get(adresse).status_code == 200
    champs = {
        "type_acheteur": "autre_pouvoir_adjudicateur",
        "valeur_estimee_ht": "300 000",
        "consultation_le": "2026-09-01",
        "motivation": "Solution en stock",
        "version": str(marche.version),
    }
    refus = navigateur.post(adresse, data=champs)
    assert refus.status_code == 422
    assert "Solution en stock" in refus.text
    fait = navigateur.post(adresse, data=champs | {"derogation": "solution_immediatement_disponible"})
    assert fait.status_code == 302
    assert "Solution en stock" in navigateur.get("/facilitateur/derogations").text
    assert "obligatoire" in navigateur.get(adresse).text
    assert "Indicateurs 2026" in navigateur.get("/facilitateur/indicateurs").text
    export = navigateur.get("/facilitateur/indicateurs.csv?annee=2026")
    assert "Ensemble;1;0" in export.text
    perime = navigateur.post(adresse, data=champs | {"derogation": "solution_immediatement_disponible"})
    assert perime.status_code == 409
    for autre in (fabrique.employeur(), fabrique.acheteur()):
        assert connecter(autre).get(adresse).status_code == 404
        assert connecter(autre).get("/facilitateur/derogations").status_code == 404
    with ctx.lecture() as s:
        assert s.scalar(select(Marche.version)) > marche.version

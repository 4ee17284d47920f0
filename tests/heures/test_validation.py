from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from marketplace.comptes.models import TypeOrganisation
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.heures.models import EtatDeclaration, EtatLigne, LigneHeures, Modalite
from marketplace.heures.queries import avancements, verifier_chaine
from marketplace.heures.services.corrections import ajouter_ligne, corriger_ligne, crediter_malgre_tout
from marketplace.heures.services.validation import demander_correction, recalculer_attentes, valider
from marketplace.heures.taches import suivre_clauses
from marketplace.journal.models import Alerte, Courriel, Evenement
from marketplace.marches.models import Arret
from marketplace.personnes.models import EtatValidation, Validation
from marketplace.territoire.models import Reglage
from tests.heures.conftest import OCTOBRE, SEPTEMBRE, Chantier

D = Decimal


def regler(chantier: Chantier, cle: str, valeur: object) -> None:
    chantier.fabrique.garder(
        Reglage(
            territoire_id=chantier.marche.territoire_id,
            cle=cle,
            valeur=valeur,
            a_partir_du=date(2026, 1, 1),
            source="essai",
            cree_le=chantier.ctx.horloge(),
        )
    )


def test_seules_les_heures_validees_font_avancer_la_clause(chantier: Chantier) -> None:
    a, b, c = chantier.salarie(), chantier.salarie(), chantier.salarie()
    v = chantier.declarer({a: "60"}, OCTOBRE)
    chantier.declarer({a: "50"}, SEPTEMBRE)
    bilan = chantier.valider(v)
    assert (bilan.declarations, bilan.creditees, bilan.refusees) == (1, D(60), D(0))
    avancement = chantier.avancement()
    assert (avancement.validees, avancement.declarees) == (D(60), D(50))
    assert dict(avancement.par_mois)[OCTOBRE] == D(60)
    assert chantier.lire(v).etat is EtatDeclaration.VALIDEE
    assert {b.id, c.id}.isdisjoint(x.contrat_id for x in chantier.lignes())


def test_une_declaration_validee_ne_se_modifie_plus(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    id_ = chantier.declarer({contrat: "60"})
    chantier.valider(id_)
    with pytest.raises(RegleViolee, match="ne se modifie plus"):
        chantier.declarer({contrat: "70"}, declaration=chantier.lire(id_))


def test_le_second_facilitateur_apprend_qui_a_valide(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    id_ = chantier.declarer({contrat: "60"})
    version = chantier.lire(id_).version
    chantier.valider(id_)
    collegue = chantier.fabrique.acteur(chantier.fabrique.facilitateur())
    with pytest.raises(ModifieEntreTemps, match="validée par Camille"):
        valider(chantier.ctx, collegue, [id_], versions={id_: version})
    assert len(chantier.decisions(en_vigueur=False)) == 1


def test_un_lot_est_valide_en_entier_ou_pas_du_tout(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    bonne = chantier.declarer({contrat: "60"}, OCTOBRE)
    autre = chantier.declaration(SEPTEMBRE)
    with pytest.raises(RegleViolee):
        chantier.valider(bonne, autre.id)
    assert chantier.lire(bonne).etat is EtatDeclaration.DECLAREE


def test_seul_un_facilitateur_du_territoire_valide(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    id_ = chantier.declarer({contrat: "60"})
    for acteur in (chantier.employeur, replace(chantier.facilitateur, territoire_id=999)):
        with pytest.raises(Introuvable):
            valider(chantier.ctx, acteur, [id_])


def test_t10_la_fenetre_de_24_mois_finit_la_veille_au_jour_pres(chantier: Chantier) -> None:
    contrat = chantier.salarie(fenetre_fin=date(2026, 10, 14))
    id_ = chantier.declarer({contrat: "110"})
    chantier.valider(id_)
    (decision,) = chantier.decisions()
    # 22 working days in October 2026, 10 of them up to the 14th.
    assert decision.creditees == D("50.00")
    assert decision.code == "hors_fenetre"
    assert "60" in decision.explication
    assert "14 octobre 2026" in decision.explication


def test_t11_et_t10_se_lisent_dans_la_regle() -> None:
    from marketplace.personnes.rules.fenetre import fin_de_fenetre

    assert fin_de_fenetre(date(2026, 3, 15), 24) == date(2028, 3, 14)
    assert fin_de_fenetre(date(2028, 2, 29), 12) == date(2029, 2, 27)


def test_t12_une_ai_depasse_480_heures(chantier: Chantier) -> None:
    ai = chantier.structure(TypeOrganisation.AI)
    acteur = chantier.acteur_de(ai)
    contrat = chantier.salarie(
        employeur=ai,
        modalite=Modalite.MAD_AI,
        type_contrat="cdd_usage",
        debut=date(2026, 6, 1),
        repondue_le=datetime(2026, 5, 25, tzinfo=UTC),
    )
    for mois, heures in ((6, "160"), (7, "160"), (8, "150")):
        id_ = chantier.declarer({contrat: heures}, date(2026, mois, 1), acteur=acteur, employeur=ai)
        chantier.valider(id_)
    id_ = chantier.declarer({contrat: "16"}, SEPTEMBRE, acteur=acteur, employeur=ai)
    chantier.valider(id_)
    derniere = chantier.decisions()[-1]
    assert (derniere.creditees, derniere.code) == (D(10), "plafond_ai")
    assert "6\u00a0h" in derniere.explication
    assert chantier.avancement().validees == D(480)


def test_t20_les_heures_valorisees_comptent_pour_la_clause_pas_pour_l_export(chantier: Chantier) -> None:
    regler(chantier, "coef_valorisation", "1.20")
    contrat = chantier.salarie()
    chantier.valider(chantier.declarer({contrat: "100"}))
    avancement = chantier.avancement()
    assert (avancement.validees, avancement.reelles) == (D(120), D(100))


def test_la_formation_ne_depasse_pas_sa_part_de_la_clause(chantier: Chantier) -> None:
    regler(chantier, "plafond_formation", "0.1")
    contrat = chantier.salarie()
    chantier.valider(chantier.declarer({contrat: ("20", "80")}, SEPTEMBRE))
    chantier.valider(chantier.declarer({contrat: ("20", "80")}, OCTOBRE))
    assert [(d.creditees, d.formation) for d in chantier.decisions()] == [(D(100), D(80)), (D(40), D(20))]
    assert chantier.avancement().formation == D(100)


def test_pendant_un_arret_de_chantier_les_heures_ne_comptent_pas(chantier: Chantier) -> None:
    chantier.fabrique.garder(Arret(marche_id=chantier.marche.id, debut=date(2026, 10, 1), fin=date(2026, 10, 31)))
    contrat = chantier.salarie()
    chantier.valider(chantier.declarer({contrat: "100"}))
    (decision,) = chantier.decisions()
    assert (decision.etat, decision.creditees, decision.code) == (EtatLigne.ECARTEE, D(0), "hors_marche")


def test_validee_trop_tard_les_heures_d_avant_ne_comptent_pas(chantier: Chantier) -> None:
    tard = chantier.salarie(repondue_le=datetime(2026, 10, 16, 8, tzinfo=UTC))
    a_temps = chantier.salarie(repondue_le=datetime(2026, 9, 30, 8, tzinfo=UTC))
    chantier.valider(chantier.declarer({tard: "110", a_temps: "110"}))
    assert [(d.creditees, d.code) for d in chantier.decisions()] == [(D(55), "non_valide"), (D(110), None)]


def test_les_salaries_d_une_etti_comptent_sur_son_attestation(chantier: Chantier) -> None:
    etti = chantier.structure(TypeOrganisation.ETTI)
    personne = chantier.fabrique.personne()
    contrat = chantier.fabrique.contrat(
        personne,
        etti,
        chantier.marche,
        debut=SEPTEMBRE,
        fin=date(2026, 12, 31),
        modalite=Modalite.MAD_ETTI,
        type_contrat="mission",
    )
    with chantier.ctx.transaction() as s:
        s.execute(update(type(contrat)).where(type(contrat).id == contrat.id).values(validation_id=None))
        s.execute(update(Validation).values(etat=EtatValidation.ANNULEE))
    acteur = chantier.acteur_de(etti)
    chantier.valider(chantier.declarer({contrat: "70"}, acteur=acteur, employeur=etti))
    assert chantier.avancement().validees == D(70)


def test_les_heures_en_attente_d_une_reponse_comptent_des_qu_elle_arrive(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    with chantier.ctx.transaction() as s:
        s.execute(update(Validation).values(etat=EtatValidation.ANNULEE))
    id_ = chantier.declarer({contrat: "70"})
    chantier.valider(id_)
    (decision,) = chantier.decisions()
    assert (decision.etat, decision.creditees) == (EtatLigne.ATTENTE_ELIGIBILITE, D(0))
    assert recalculer_attentes(chantier.ctx, chantier.facilitateur, id_) == 0
    with chantier.ctx.transaction() as s:
        s.execute(update(Validation).values(etat=EtatValidation.OUI))
    assert suivre_clauses(chantier.ctx, chantier.ctx.aujourdhui())["recalculees"] == 1
    assert chantier.avancement().validees == D(70)
    assert len(chantier.decisions(en_vigueur=False)) == 2


def test_l_employeur_apprend_que_des_heures_ne_comptent_pas_sans_detail_personnel(chantier: Chantier) -> None:
    contrat = chantier.salarie(fenetre_fin=date(2026, 10, 14))
    chantier.valider(chantier.declarer({contrat: "110"}))
    with chantier.ctx.lecture() as s:
        courriel = s.scalars(select(Courriel)).one()
    assert "certaines ne comptent pas" in courriel.sujet
    assert "Samira" not in courriel.corps
    assert "Exemple-" not in courriel.corps


def test_une_correction_demandee_garde_les_deux_versions(chantier: Chantier) -> None:
    a, b = chantier.salarie(), chantier.salarie()
    id_ = chantier.declarer({a: "100", b: "50"})
    demander_correction(chantier.ctx, chantier.facilitateur, id_, motif="heures_invraisemblables")
    declaration = chantier.lire(id_)
    assert (declaration.etat, declaration.motif_correction) == (
        EtatDeclaration.A_CORRIGER,
        "Les heures semblent fausses",
    )
    chantier.declarer({a: "90", b: "50"}, declaration=declaration)
    lignes = chantier.lignes()
    assert [(x.travaillees, x.corrige_id) for x in lignes] == [
        (D(100), None),
        (D(50), None),
        (D(90), lignes[0].id),
    ]
    chantier.valider(id_)
    assert chantier.avancement().validees == D(140)


def test_une_demande_de_correction_a_toujours_une_raison(chantier: Chantier) -> None:
    id_ = chantier.declarer({chantier.salarie(): "100"})
    for motif, precision in (("", ""), ("inconnu", ""), ("autre", " ")):
        with pytest.raises(RegleViolee) as refus:
            demander_correction(chantier.ctx, chantier.facilitateur, id_, motif=motif, precision=precision)
        assert refus.value.champ in {"motif", "precision"}


def test_corriger_ajoute_une_ligne_et_n_efface_rien(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    chantier.valider(chantier.declarer({contrat: "100"}))
    (ligne,) = chantier.lignes()
    with pytest.raises(RegleViolee, match="raison"):
        corriger_ligne(chantier.ctx, chantier.facilitateur, ligne.id, travaillees=D(80), motif=" ")
    corriger_ligne(chantier.ctx, chantier.facilitateur, ligne.id, travaillees=D(80), motif="Relevé d'heures relu")
    ancienne, nouvelle = chantier.lignes()
    assert (ancienne.travaillees, nouvelle.travaillees, nouvelle.corrige_id) == (D(100), D(80), ancienne.id)
    assert nouvelle.motif == "Relevé d'heures relu"
    assert chantier.avancement().validees == D(80)
    assert [(d.ligne_id, d.en_vigueur) for d in chantier.decisions(en_vigueur=False)] == [
        (ancienne.id, False),
        (nouvelle.id, True),
    ]
    with pytest.raises(ModifieEntreTemps):
        corriger_ligne(chantier.ctx, chantier.facilitateur, ancienne.id, travaillees=D(70), motif="encore")
    with chantier.ctx.lecture() as s:
        assert "corriger_heures" in set(s.scalars(select(Evenement.action)))


def test_une_ligne_oubliee_s_ajoute_apres_la_validation(chantier: Chantier) -> None:
    present, oublie = chantier.salarie(), chantier.salarie()
    id_ = chantier.declarer({present: "100"})
    chantier.valider(id_)
    ajouter_ligne(chantier.ctx, chantier.facilitateur, id_, oublie.ref, travaillees=D(40), motif="Oubli de l'employeur")
    assert chantier.avancement().validees == D(140)
    with pytest.raises(RegleViolee, match="déjà une ligne"):
        ajouter_ligne(chantier.ctx, chantier.facilitateur, id_, oublie.ref, travaillees=D(40), motif="encore")


def test_crediter_malgre_tout_demande_une_raison_et_reste_a_part(chantier: Chantier) -> None:
    contrat = chantier.salarie(fenetre_fin=date(2026, 10, 14))
    chantier.valider(chantier.declarer({contrat: "110"}))
    (ligne,) = chantier.lignes()
    acte = {"ctx": chantier.ctx, "acteur": chantier.facilitateur, "ligne_id": ligne.id}
    with pytest.raises(RegleViolee, match="pourquoi"):
        crediter_malgre_tout(**acte, heures=D(10), motif="")
    with pytest.raises(RegleViolee, match="au plus 60"):
        crediter_malgre_tout(**acte, heures=D(61), motif="accord écrit")
    crediter_malgre_tout(**acte, heures=D(40), motif="Prolongation accordée le 12 octobre")
    with pytest.raises(RegleViolee, match="au plus 20"):
        crediter_malgre_tout(**acte, heures=D(21), motif="encore")
    crediter_malgre_tout(**acte, heures=D(20), motif="Prolongation accordée le 12 octobre")
    avancement = chantier.avancement()
    assert (avancement.validees, avancement.malgre_tout) == (D(110), D(60))
    assert len(chantier.decisions(en_vigueur=False)) == 3


def test_une_ligne_modifiee_en_base_casse_la_chaine_et_se_designe(chantier: Chantier) -> None:
    a, b, c = chantier.salarie(), chantier.salarie(), chantier.salarie()
    chantier.declarer({a: "10", b: "20", c: "30"})
    with chantier.ctx.lecture() as s:
        assert verifier_chaine(s) == []
    cible = chantier.lignes()[1]
    with chantier.ctx.transaction() as s:
        s.execute(update(LigneHeures).where(LigneHeures.id == cible.id).values(travaillees=D("20.01")))
    with chantier.ctx.lecture() as s:
        (phrase,) = verifier_chaine(s)
    assert f"Ligne d'heures {cible.id} du marché {chantier.marche.ref}" in phrase


def test_valider_ferme_l_alerte_du_marche_dans_le_meme_acte(chantier: Chantier) -> None:
    contrats = [chantier.salarie() for _ in range(4)]
    suivre_clauses(chantier.ctx, chantier.ctx.aujourdhui())
    with chantier.ctx.lecture() as s:
        ouvertes = {a.type for a in s.scalars(select(Alerte).where(Alerte.fermee_le.is_(None)))}
    assert ouvertes == {"avancement", "aucune_heure"}
    for mois in (SEPTEMBRE, OCTOBRE):
        chantier.valider(chantier.declarer(dict.fromkeys(contrats, "140"), mois))
    with chantier.ctx.lecture() as s:
        assert s.scalars(select(Alerte).where(Alerte.fermee_le.is_(None), Alerte.gravite != "info")).all() == []


def test_le_suivi_de_nuit_ne_s_arrete_pas_sur_un_marche_casse(
    chantier: Chantier, monkeypatch: pytest.MonkeyPatch
) -> None:
    casse = chantier.fabrique.marche()
    from marketplace.heures import alertes

    vraie = alertes.trier

    def piege(s, territoire_id, marches, jour):
        if casse.id in marches:
            raise ValueError("heures illisibles")
        return vraie(s, territoire_id, marches, jour)

    monkeypatch.setattr(alertes, "trier", piege)
    resume = suivre_clauses(chantier.ctx, chantier.ctx.aujourdhui())
    assert (resume["vus"], resume["ouvertes"]) == (2, 2)
    assert resume["refuses"] == [{"marche": casse.id, "motif": "heures illisibles"}]


def test_une_declaration_en_retard_alerte_et_se_ferme_a_la_signature_suivie(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    declaration = chantier.declaration()
    suivre_clauses(chantier.ctx, chantier.ctx.aujourdhui())

    def retards() -> list[Alerte]:
        with chantier.ctx.lecture() as s:
            return list(
                s.scalars(select(Alerte).where(Alerte.type == "declaration_en_retard", Alerte.fermee_le.is_(None)))
            )

    (alerte,) = retards()
    assert "Bâti Exemple n'a pas déclaré les heures d'octobre 2026" in alerte.message
    assert alerte.proprietaire_id == chantier.facilitateur.utilisateur_id
    chantier.declarer({contrat: "100"}, declaration=declaration)
    assert retards() == []


def test_l_avancement_se_calcule_en_un_nombre_constant_de_requetes(chantier: Chantier) -> None:
    from sqlalchemy import event

    def compter(nombre: int) -> int:
        ids = [chantier.fabrique.marche(titulaire=chantier.titulaire).id for _ in range(nombre)]
        moteur = chantier.ctx.sessions.kw["bind"]
        vues = []
        ecoute = lambda *a: vues.append(a[2])  # noqa: E731
        event.listen(moteur, "before_cursor_execute", ecoute)
        with chantier.ctx.lecture() as s:
            assert len(avancements(s, ids, chantier.ctx.aujourdhui())) == nombre
        event.remove(moteur, "before_cursor_execute", ecoute)
        return len(vues)

    assert compter(1) == compter(25) == 11

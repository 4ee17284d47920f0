from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.erreurs import Interdit, Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.journal.models import Evenement, Relance
from marketplace.marches.models import Arret, Clause, Intervenant, Marche, RoleIntervenant
from marketplace.marches.queries import clause_en_vigueur, fiche_marche
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.regime import NatureMarche
from marketplace.marches.services import (
    SaisieClause,
    SaisieMarche,
    ajouter_intervenant,
    changer_etat,
    creer_marche,
    creer_operation,
    fixer_clause,
    modifier_marche,
    noter_arret,
    noter_relance,
    reprendre_apres_arret,
    retirer_intervenant,
    supprimer_marche,
    terminer_relance,
)


@pytest.fixture
def facilitateur(fabrique):
    fabrique.territoire()
    return fabrique.acteur(fabrique.facilitateur())


@pytest.fixture
def acheteur(fabrique):
    return fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Ville de Lunel")


def saisie(**champs):
    valeurs = {
        "intitule": "Gros œuvre, école exemple",
        "acheteur": "ville de lunel",
        "secteur": "Bâtiment",
        "nature": NatureMarche.TRAVAUX,
    }
    return SaisieMarche(**(valeurs | champs))


def version_de(ctx, ref):
    with ctx.lecture() as s:
        return s.scalar(select(Marche.version).where(Marche.ref == ref))


def test_un_marche_s_enregistre_avec_sa_clause_et_laisse_une_ligne_au_journal(ctx, facilitateur, acheteur):
    ref = creer_marche(
        ctx,
        facilitateur,
        saisie(
            titulaire="Maçonnerie du Vidourle (exemple)",
            commune="Lunel (34)",
            metier="F1703",
            montant_ht=Decimal(750000),
            date_notification=date(2026, 9, 1),
            date_debut=date(2026, 10, 1),
            date_fin=date(2027, 9, 30),
        ),
        etat=EtatMarche.NOTIFIE,
        clause=SaisieClause(Decimal(833)),
    )
    with ctx.lecture() as s:
        fiche = fiche_marche(s, facilitateur, ref)
        assert fiche.acheteur.nom == "Ville de Lunel"
        assert fiche.commune == "Lunel"
        assert fiche.code_rome == "F1703"
        assert fiche.clause.heures_prevues == 833
        assert fiche.facilitateur_id == facilitateur.utilisateur_id
        evenement = s.scalar(select(Evenement).where(Evenement.action == "creer_marche"))
        assert evenement.acteur_nom == facilitateur.nom
        nouvelle = s.scalar(select(Organisation).where(Organisation.id == fiche.titulaire.id))
        assert nouvelle.verifiee_le is None


def test_un_titulaire_deja_connu_n_est_pas_ecrit_deux_fois(ctx, fabrique, facilitateur, acheteur):
    fabrique.organisation(nom="Étanchéité du Lez (exemple)")
    for _ in range(2):
        creer_marche(ctx, facilitateur, saisie(titulaire="ETANCHEITE DU LEZ (EXEMPLE)"))
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).where(Organisation.nom.contains("tanchéité"))) == 1


@pytest.mark.parametrize(
    ("champs", "champ"),
    [
        ({"intitule": "  "}, "intitule"),
        ({"acheteur": "Mairie inconnue"}, "acheteur"),
        ({"acheteur": ""}, "acheteur"),
        ({"secteur": ""}, "secteur"),
        ({"montant_ht": Decimal(-1)}, "montant_ht"),
        ({"commune": "Atlantide"}, "commune"),
        ({"metier": "dompteur de puces"}, "metier"),
        ({"cpv": "12"}, "cpv"),
        ({"operation": "OP-999999"}, "operation"),
        ({"date_debut": date(2027, 1, 2), "date_fin": date(2027, 1, 1)}, "date_fin"),
        ({"date_notification": date(2027, 1, 2), "date_debut": date(2027, 1, 1)}, "date_debut"),
        ({"titulaire": "12345678901234"}, "titulaire"),
    ],
)
def test_une_saisie_fausse_est_refusee_a_cote_de_son_champ(ctx, facilitateur, acheteur, champs, champ):
    with pytest.raises(RegleViolee) as refus:
        creer_marche(ctx, facilitateur, saisie(**champs))
    assert refus.value.champ == champ
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(Marche)) == 0


def test_un_marche_notifie_a_un_titulaire(ctx, facilitateur, acheteur):
    with pytest.raises(RegleViolee) as refus:
        creer_marche(ctx, facilitateur, saisie(), etat=EtatMarche.NOTIFIE)
    assert refus.value.champ == "titulaire"


def test_seul_un_facilitateur_du_territoire_tient_le_registre(ctx, fabrique, facilitateur, acheteur):
    ref = creer_marche(ctx, facilitateur, saisie())
    autre = fabrique.territoire("gard", nom="Gard", departements=["30"])
    chez_lui = fabrique.organisation(TypeOrganisation.OPCS, territoire_id=autre.id)
    voisin = fabrique.acteur(fabrique.facilitateur(organisation=chez_lui))
    employeur = fabrique.acteur(fabrique.employeur())
    with pytest.raises(Interdit):
        creer_marche(ctx, employeur, saisie())
    for intrus in (voisin, employeur):
        with pytest.raises(Introuvable):
            fixer_clause(ctx, intrus, ref, Decimal(10))
        with pytest.raises(Introuvable):
            supprimer_marche(ctx, intrus, ref)
        with ctx.lecture() as s, pytest.raises(Introuvable):
            fiche_marche(s, intrus, ref)


def test_l_acheteur_et_le_titulaire_voient_leur_marche_et_pas_celui_des_autres(ctx, fabrique):
    titulaire = fabrique.organisation()
    marche = fabrique.marche(titulaire=titulaire)
    employeur = fabrique.acteur(fabrique.employeur(titulaire))
    with ctx.lecture() as s:
        assert fiche_marche(s, employeur, marche.ref).ref == marche.ref
        with pytest.raises(Introuvable):
            fiche_marche(s, fabrique.acteur(fabrique.employeur()), marche.ref)
        with pytest.raises(Introuvable):
            fiche_marche(s, fabrique.acteur(fabrique.acheteur()), marche.ref)


def test_deux_corrections_en_meme_temps_la_seconde_est_prevenue(ctx, facilitateur, acheteur):
    ref = creer_marche(ctx, facilitateur, saisie())
    vue = version_de(ctx, ref)
    modifier_marche(ctx, facilitateur, ref, saisie(secteur="Propreté"), version=vue)
    with pytest.raises(ModifieEntreTemps):
        modifier_marche(ctx, facilitateur, ref, saisie(secteur="Espaces verts"), version=vue)
    with ctx.lecture() as s:
        assert s.scalar(select(Marche.secteur).where(Marche.ref == ref)) == "Propreté"


def test_une_correction_garde_l_ancienne_valeur_au_journal(ctx, facilitateur, acheteur):
    ref = creer_marche(ctx, facilitateur, saisie(montant_ht=Decimal(100000)))
    modifier_marche(ctx, facilitateur, ref, saisie(montant_ht=Decimal(120000)), version=version_de(ctx, ref))
    with ctx.lecture() as s:
        trace = s.scalar(select(Evenement).where(Evenement.action == "modifier_marche"))
    assert Decimal(trace.details["changements"]["montant_ht"][0]) == 100000
    assert Decimal(trace.details["changements"]["montant_ht"][1]) == 120000
    assert trace.resume == "a corrigé : montant HT"


def test_changer_l_objectif_garde_l_ancienne_version(ctx, fabrique, facilitateur):
    marche = fabrique.marche(800)
    fixer_clause(ctx, facilitateur, marche.ref, Decimal(920), motif="Avenant n° 1 du 3 novembre")
    with ctx.lecture() as s:
        fiche = fiche_marche(s, facilitateur, marche.ref)
        assert [v.heures_prevues for v in fiche.versions] == [920, 800]
        assert fiche.versions[1].remplacee_le == ctx.aujourdhui()
        assert clause_en_vigueur(s, marche.id, ctx.aujourdhui()).heures_prevues == 920
        hier = ctx.aujourdhui() - timedelta(days=1)
        assert clause_en_vigueur(s, marche.id, hier).heures_prevues == 800


def test_apres_la_notification_l_objectif_ne_change_que_par_avenant(ctx, fabrique, facilitateur):
    marche = fabrique.marche(800)
    with pytest.raises(RegleViolee) as refus:
        fixer_clause(ctx, facilitateur, marche.ref, Decimal(700))
    assert refus.value.champ == "motif"
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(Clause)) == 1


def test_un_marche_ne_va_en_consultation_qu_avec_le_lien_a_son_objet(ctx, facilitateur, acheteur):
    ref = creer_marche(ctx, facilitateur, saisie(), clause=SaisieClause(Decimal(500)))
    changer_etat(ctx, facilitateur, ref, EtatMarche.PROGRAMME)
    with pytest.raises(RegleViolee, match="lien"):
        changer_etat(ctx, facilitateur, ref, EtatMarche.EN_CONSULTATION)
    fixer_clause(ctx, facilitateur, ref, Decimal(500), lien_objet="Travaux de main-d'œuvre")
    changer_etat(ctx, facilitateur, ref, EtatMarche.EN_CONSULTATION)


def test_un_marche_ne_saute_pas_d_etape(ctx, facilitateur, acheteur):
    ref = creer_marche(ctx, facilitateur, saisie())
    with pytest.raises(RegleViolee):
        changer_etat(ctx, facilitateur, ref, EtatMarche.SOLDE)


def test_ecarter_un_marche_demande_une_raison(ctx, facilitateur, acheteur):
    ref = creer_marche(ctx, facilitateur, saisie())
    with pytest.raises(RegleViolee) as refus:
        changer_etat(ctx, facilitateur, ref, EtatMarche.ETUDIE)
    assert refus.value.champ == "motif"
    changer_etat(ctx, facilitateur, ref, EtatMarche.ETUDIE, motif="Non clausable : fourniture seule")


def test_suspendre_ouvre_un_arret_et_reprendre_le_ferme(ctx, fabrique, horloge, facilitateur):
    marche = fabrique.marche()
    changer_etat(ctx, facilitateur, marche.ref, EtatMarche.SUSPENDU, motif="Découverte archéologique")
    horloge.avancer(days=10)
    changer_etat(ctx, facilitateur, marche.ref, EtatMarche.EN_COURS)
    with ctx.lecture() as s:
        arret = s.scalars(select(Arret)).one()
    assert arret.fin - arret.debut == timedelta(days=10)


def test_un_arret_note_ne_recoupe_pas_un_autre(ctx, fabrique, facilitateur):
    marche = fabrique.marche()
    debut = marche.date_debut
    noter_arret(ctx, facilitateur, marche.ref, debut + timedelta(days=10), debut + timedelta(days=20))
    with pytest.raises(RegleViolee, match="recoupent"):
        noter_arret(ctx, facilitateur, marche.ref, debut + timedelta(days=20))
    noter_arret(ctx, facilitateur, marche.ref, debut + timedelta(days=21))
    reprendre_apres_arret(ctx, facilitateur, marche.ref, debut + timedelta(days=30))
    with pytest.raises(RegleViolee, match="Aucun arrêt"):
        reprendre_apres_arret(ctx, facilitateur, marche.ref, debut + timedelta(days=31))


def test_les_parts_des_intervenants_ne_depassent_pas_l_objectif(ctx, fabrique, facilitateur):
    marche = fabrique.marche()
    role = RoleIntervenant.COTRAITANT
    ajouter_intervenant(ctx, facilitateur, marche.ref, "Alpha (exemple)", role, part=Decimal("0.7"))
    with pytest.raises(RegleViolee) as refus:
        ajouter_intervenant(ctx, facilitateur, marche.ref, "Beta (exemple)", role, part=Decimal("0.4"))
    assert refus.value.champ == "part"
    with pytest.raises(RegleViolee, match="déjà"):
        ajouter_intervenant(ctx, facilitateur, marche.ref, "alpha (exemple)", role)


def test_un_donneur_d_ordre_ne_part_pas_avant_ses_sous_traitants(ctx, fabrique, facilitateur):
    marche = fabrique.marche()
    ajouter_intervenant(ctx, facilitateur, marche.ref, "Alpha (exemple)", RoleIntervenant.SOUS_TRAITANT)
    with ctx.lecture() as s:
        parent = s.scalars(select(Intervenant.id)).one()
    ajouter_intervenant(
        ctx, facilitateur, marche.ref, "Beta (exemple)", RoleIntervenant.SOUS_TRAITANT, parent_id=parent
    )
    with ctx.lecture() as s:
        assert [i.profondeur for i in fiche_marche(s, facilitateur, marche.ref).intervenants] == [0, 1]
    with pytest.raises(RegleViolee):
        retirer_intervenant(ctx, facilitateur, marche.ref, parent)


def test_un_marche_qui_porte_des_contrats_ne_se_supprime_pas(ctx, fabrique, facilitateur):
    employeur = fabrique.organisation()
    marche = fabrique.marche(titulaire=employeur)
    fabrique.contrat(fabrique.personne(), employeur, marche)
    with pytest.raises(RegleViolee, match="supprimé"):
        supprimer_marche(ctx, facilitateur, marche.ref)
    with ctx.lecture() as s:
        assert s.get(Marche, marche.id) is not None
        assert s.scalar(select(func.count()).select_from(Clause)) == 1


def test_un_marche_vide_se_supprime(ctx, fabrique, facilitateur):
    marche = fabrique.marche()
    ajouter_intervenant(ctx, facilitateur, marche.ref, "Alpha (exemple)", RoleIntervenant.COTRAITANT)
    supprimer_marche(ctx, facilitateur, marche.ref)
    with ctx.lecture() as s:
        assert s.get(Marche, marche.id) is None


def test_une_relance_en_appelle_une_autre_puis_se_regle(ctx, fabrique, facilitateur):
    marche = fabrique.marche()
    demain = ctx.aujourdhui() + timedelta(days=1)
    noter_relance(
        ctx,
        facilitateur,
        "marche",
        marche.ref,
        interlocuteur="Le conducteur de travaux",
        note="Rappeler pour l'embauche",
        prochaine_date=demain,
    )
    noter_relance(
        ctx,
        facilitateur,
        "marche",
        marche.ref,
        interlocuteur="Le conducteur de travaux",
        note="Embauche le 1er",
        prochaine_date=demain,
    )
    with ctx.lecture() as s:
        premiere, seconde = s.scalars(select(Relance).order_by(Relance.id)).all()
        assert premiere.faite_le is not None
        assert seconde.faite_le is None
        assert seconde.objet_libelle == marche.intitule
    terminer_relance(ctx, facilitateur, seconde.id)
    with ctx.lecture() as s:
        assert s.get(Relance, seconde.id).faite_le is not None


def test_une_relance_dit_qui_quoi_et_ne_part_pas_dans_le_passe(ctx, fabrique, facilitateur):
    marche = fabrique.marche()
    hier = ctx.aujourdhui() - timedelta(days=1)
    cas = [
        ({"interlocuteur": " ", "note": "x"}, "interlocuteur"),
        ({"interlocuteur": "A", "note": " "}, "note"),
        ({"interlocuteur": "A", "note": "x", "prochaine_date": hier}, "prochaine_date"),
    ]
    for champs, champ in cas:
        with pytest.raises(RegleViolee) as refus:
            noter_relance(ctx, facilitateur, "marche", marche.ref, **champs)
        assert refus.value.champ == champ
    with pytest.raises(Introuvable):
        noter_relance(ctx, facilitateur, "utilisateur", "1", interlocuteur="A", note="x")
    employeur = fabrique.acteur(fabrique.employeur())
    with pytest.raises(Interdit):
        noter_relance(ctx, employeur, "marche", marche.ref, interlocuteur="A", note="x")


def test_une_operation_additionne_ses_marches(ctx, facilitateur, acheteur):
    from marketplace.marches.queries import fiche_operation

    ref = creer_operation(ctx, facilitateur, intitule="Collège exemple", acheteur="Ville de Lunel")
    for lot, heures in (("1", 833), ("2", 240)):
        creer_marche(
            ctx,
            facilitateur,
            saisie(operation=ref, numero_lot=lot),
            clause=SaisieClause(Decimal(heures)),
        )
    with ctx.lecture() as s:
        fiche = fiche_operation(s, facilitateur, ref)
    assert len(fiche.marches) == 2
    assert fiche.heures_prevues == 1073

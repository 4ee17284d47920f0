"""What the demonstration promises to whoever opens it."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from marketplace.comptes.models import Affectation, Organisation, TypeOrganisation, Utilisateur
from marketplace.comptes.roles import Role
from marketplace.contexte import Contexte
from marketplace.heures.avancement import avancements
from marketplace.heures.models import Contrat, DecisionLigne, Declaration, EtatDeclaration, LigneHeures
from marketplace.heures.rules.declaration import EtatDeclaration as EtatRegle
from marketplace.heures.rules.declaration import echeance, en_retard
from marketplace.marches.models import Clause, Intervenant, Marche, Operation
from marketplace.marches.rules.etats import EtatMarche
from marketplace.offres.models import CompetenceOffre, EtatOffre, Offre
from marketplace.personnes.models import (
    BasePersonne,
    DemandeSuivi,
    EtatValidation,
    Experience,
    MobilitePersonne,
    OuiNonAVerifier,
    Personne,
    RoleSuivi,
    Statut,
    Suivi,
    Validation,
)
from marketplace.propositions.models import EtatProposition, Proposition, SouhaitRencontre, TransitionProposition
from marketplace.valeurs import ajouter_mois, dernier_du_mois, siret_valide
from seeds.demo import MOT_DE_PASSE_DEMO, SECRET_TOTP_DEMO, comptes_de_demonstration
from seeds.demo.comptes import TITULAIRE_DEMO
from seeds.demo.rattachements import SAVOIRS
from tests.donnees import LE

DERNIER_MOIS = date(2026, 10, 1)


def test_plus_de_120_marches_dans_toutes_les_phases(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        etats = Counter(s.scalars(select(Marche.etat)))
    assert sum(etats.values()) >= 120
    assert set(etats) == set(EtatMarche)
    assert etats[EtatMarche.EN_COURS] >= 60


def test_des_marches_en_avance_a_l_heure_en_retard_et_a_leur_terme(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        vivants = s.scalars(select(Marche.id).where(Marche.etat == EtatMarche.EN_COURS)).all()
        suivis = Counter(a.etat for a in avancements(s, vivants, LE).values())
        finis = s.scalars(select(Marche.id).where(Marche.etat.in_((EtatMarche.TERMINE, EtatMarche.SOLDE)))).all()
        termines = Counter(a.etat for a in avancements(s, finis, LE).values())
    assert suivis["en_avance"] >= 8
    assert suivis["dans_les_temps"] >= 20
    assert suivis["a_surveiller"] >= 5
    assert suivis["en_retard"] >= 8
    assert suivis["en_retard"] < suivis["dans_les_temps"]
    assert set(termines) == {"termine"}


def test_des_operations_de_plusieurs_lots_des_intervenants_et_des_avenants(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        lots = Counter(s.scalars(select(Marche.operation_id).where(Marche.operation_id.is_not(None))))
        assert s.scalar(select(func.count()).select_from(Operation)) == len(lots)
        assert max(lots.values()) >= 8
        assert min(lots.values()) >= 2
        assert {i.role.value for i in s.scalars(select(Intervenant))} == {
            "cotraitant",
            "sous_traitant",
            "mise_a_disposition",
        }
        remplacees = s.scalars(select(Clause).where(Clause.remplacee_le.is_not(None))).all()
        assert len(remplacees) >= 5
        assert {c.numero for c in remplacees} == {1}


def test_quatre_vingts_offres_publiees_toutes_marquees_exemple(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        offres = s.scalars(select(Offre)).all()
        competences = set(s.scalars(select(CompetenceOffre.offre_id)))
    publiees = [o for o in offres if o.etat is EtatOffre.PUBLIEE]
    assert len(publiees) >= 80
    assert all(o.exemple for o in offres)
    assert 0 < sum(o.code_rome is None for o in publiees) < len(publiees) / 4
    assert len({o.intitule for o in publiees}) >= 40
    assert len({o.code_insee for o in publiees}) >= 12
    assert len(competences) > len(offres) / 2


def test_six_cents_personnes_dont_un_tiers_au_rsa(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        personnes = s.scalars(select(Personne)).all()
        rsa = len(set(s.scalars(select(Statut.personne_id).where(Statut.categorie == "rsa"))))
    assert len(personnes) == 600
    assert rsa == 200
    assert all(p.fictive for p in personnes)
    assert len({(p.prenom, p.nom) for p in personnes}) == 600
    assert sum("voiture" in p.modes for p in personnes) == round(600 * 0.43)
    assert len({p.code_insee for p in personnes}) >= 60
    assert {p.qpv for p in personnes} == set(OuiNonAVerifier)
    assert 10 <= sum(p.information_le is None for p in personnes) <= 60
    assert 5 <= sum(p.retiree_le is not None for p in personnes) <= 20
    assert len({p.trajet_max_minutes for p in personnes}) >= 5
    assert len({(p.heures_min, p.heures_max) for p in personnes}) >= 5


def test_des_parcours_meles_dits_avec_leurs_mots(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        lignes = s.execute(select(Experience.personne_id, Experience.intitule, Experience.code_rome)).all()
    par_personne: dict[int, set[str | None]] = {}
    for personne_id, _, code in lignes:
        par_personne.setdefault(personne_id, set()).add(code)
    assert len(par_personne) == 600
    assert sum(len(codes - {None}) > 1 for codes in par_personne.values()) > 80
    assert sum(code is None for _, _, code in lignes) > len(lignes) / 4
    assert {"menage", "maçon", "espaces verts"} <= {intitule for _, intitule, _ in lignes}


def test_plusieurs_referents_dans_plusieurs_services(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        suivis = s.execute(select(Suivi.personne_id, Suivi.referent_id, Suivi.organisation_id)).all()
        demo = s.scalar(select(Utilisateur.id).where(Utilisateur.courriel == "referent@demo.invalid"))
    assert len({r for _, r, _ in suivis}) >= 12
    assert len({o for _, _, o in suivis}) >= 6
    assert 450 < len({p for p, _, _ in suivis}) < 600
    assert 15 <= sum(r == demo for _, r, _ in suivis) <= 80


def test_un_co_referent_une_demande_de_suivi_et_des_savoirs_demandes(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        for courriel in ("referent@demo.invalid", "plie@demo.invalid"):
            compte = s.scalars(select(Utilisateur.id).where(Utilisateur.courriel == courriel)).one()
            roles = Counter(s.scalars(select(Suivi.role).where(Suivi.referent_id == compte, Suivi.jusqu_au.is_(None))))
            assert roles[RoleSuivi.CONSEILLER_EMPLOI] == 1
            assert s.scalars(select(DemandeSuivi.etat).where(DemandeSuivi.demandeur_id == compte)).all() == [
                "a_traiter"
            ]
        assert set(s.scalars(select(BasePersonne.acquise))) == {True, False}
        assert s.scalars(select(Offre.id).where(Offre.prerequis == SAVOIRS)).one()
        assert len(s.scalars(select(MobilitePersonne.id)).all()) == 3


def test_rien_de_ce_qui_est_en_retard_ne_touche_une_structure_reelle(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        reelles = set(
            s.scalars(
                select(Organisation.id).where(
                    Organisation.fictive.is_(False), Organisation.type != TypeOrganisation.ACHETEUR
                )
            )
        )
        assert len(reelles) >= 80
        attaches = [
            *s.scalars(select(Marche.titulaire_id)),
            *s.scalars(select(Intervenant.organisation_id)),
            *s.scalars(select(Contrat.employeur_id)),
            *s.scalars(select(Declaration.employeur_id)),
            *s.scalars(select(Validation.demandeur_id)),
            *s.scalars(select(Affectation.organisation_id)),
            *s.scalars(select(Offre.organisation_id).join(Proposition, Proposition.offre_id == Offre.id)),
            *s.scalars(select(Offre.organisation_id).join(SouhaitRencontre, SouhaitRencontre.offre_id == Offre.id)),
        ]
        assert reelles.isdisjoint(attaches)
        assert set(s.scalars(select(Marche.fictif))) == {True}
        offres = s.scalars(select(Offre).where(Offre.organisation_id.in_(reelles))).all()
        assert len(offres) >= 30
        for offre in offres:
            assert offre.exemple
            assert offre.confirmee_le is not None
            assert (LE - offre.confirmee_le.date()).days < 7


def test_une_organisation_reelle_a_sa_source_et_sa_date(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        organisations = s.scalars(select(Organisation)).all()
    for o in organisations:
        assert o.source
        assert o.source_le is not None
        if o.fictive:
            assert "exemple" in o.nom.lower()
            assert o.siret is None or o.siret.startswith("0034")
        else:
            assert o.telephone == ""
            assert o.courriel == ""
    fictifs = [o.siret for o in organisations if o.fictive and o.siret]
    assert len(set(fictifs)) == len(fictifs) >= 40
    assert all(siret_valide(siret) for siret in fictifs)


def test_les_structures_nommees_par_le_plan_departemental_sont_dans_l_annuaire(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        types = Counter(
            s.scalars(
                select(Organisation.type).where(
                    Organisation.fictive.is_(False), Organisation.type != TypeOrganisation.ACHETEUR
                )
            )
        )
        noms = set(s.scalars(select(Organisation.nom).where(Organisation.fictive.is_(False))))
        sirets = s.scalars(select(Organisation.siret).where(Organisation.siret.is_not(None))).all()
    assert set(types) >= {TypeOrganisation(t) for t in ("ei", "etti", "ai", "aci", "geiq", "esat")}
    assert types[TypeOrganisation.ESAT] == 20
    assert {"Ati'vert", "Pil'Emploi", "La Feuille d'Érable de l'Hérault", "GEIQ OC AGRI", "MRBC"} <= noms
    assert len(set(sirets)) == len(sirets)


def test_douze_mois_d_heures_validees(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        mois = set(
            s.scalars(
                select(LigneHeures.mois)
                .join(DecisionLigne, DecisionLigne.ligne_id == LigneHeures.id)
                .where(DecisionLigne.creditees > 0)
            )
        )
        total = s.scalar(select(func.sum(DecisionLigne.creditees)))
    assert {ajouter_mois(DERNIER_MOIS, -n) for n in range(12)} <= mois
    assert max(mois) == DERNIER_MOIS
    assert total is not None
    assert Decimal(40_000) < total < Decimal(200_000)


def test_le_dernier_mois_laisse_du_travail_a_chacun(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        declarations = s.scalars(select(Declaration)).all()
        etats = Counter(d.etat for d in declarations if d.mois == DERNIER_MOIS)
        attendues = [d for d in declarations if _en_retard(d)]
        demo = s.scalar(select(Organisation.id).where(Organisation.nom == TITULAIRE_DEMO))
        a_declarer = [
            d
            for d in declarations
            if d.employeur_id == demo and d.etat in {EtatDeclaration.A_FAIRE, EtatDeclaration.BROUILLON}
        ]
        siens = s.scalars(
            select(Marche.id).where(Marche.titulaire_id == demo, Marche.etat == EtatMarche.EN_COURS)
        ).all()
        brouillons = s.scalars(select(Declaration).where(Declaration.etat == EtatDeclaration.BROUILLON)).all()
    assert etats[EtatDeclaration.VALIDEE] >= 20
    assert etats[EtatDeclaration.DECLAREE] >= 5
    assert etats[EtatDeclaration.CONFIRMEE] + etats[EtatDeclaration.NON_CONTESTEE] >= 2
    assert etats[EtatDeclaration.A_FAIRE] >= 3
    assert len(attendues) >= 3
    assert len(siens) == 4
    assert len(a_declarer) >= 2
    assert all(d.brouillon for d in brouillons)


def _en_retard(d: Declaration) -> bool:
    return en_retard(EtatRegle(d.etat.value), echeance(dernier_du_mois(d.mois), 10), LE)


def test_des_propositions_dans_tous_les_etats_avec_leur_chemin(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        propositions = s.scalars(select(Proposition)).all()
        pas = s.scalars(select(TransitionProposition).order_by(TransitionProposition.id)).all()
    assert {p.etat for p in propositions} == set(EtatProposition)
    chemins: dict[int, list[TransitionProposition]] = {}
    for un in pas:
        chemins.setdefault(un.proposition_id, []).append(un)
    for p in propositions:
        chemin = chemins[p.id]
        assert chemin[0].de is None
        assert chemin[-1].vers == p.etat.value
        assert [c.de for c in chemin[1:]] == [c.vers for c in chemin[:-1]]
        assert [c.quand for c in chemin] == sorted(c.quand for c in chemin)


def test_des_validations_dans_tous_les_etats(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        etats = Counter(s.scalars(select(Validation.etat)))
    assert set(etats) == set(EtatValidation)
    assert etats[EtatValidation.A_TRAITER] >= 10


@pytest.mark.parametrize("role", list(Role))
def test_un_compte_au_moins_par_role(ctx_demo: Contexte, role: Role) -> None:
    with ctx_demo.lecture() as s:
        requete = (
            select(Utilisateur.courriel)
            .join(Affectation, Affectation.utilisateur_id == Utilisateur.id)
            .where(Affectation.role == role, Utilisateur.mot_de_passe.is_not(None))
        )
        assert set(s.scalars(requete)) <= {courriel for _, courriel, _, _ in comptes_de_demonstration()}
        assert s.scalars(requete).first()


def test_les_comptes_annonces_ouvrent_avec_leur_mot_de_passe_et_leur_code(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        for _, courriel, mot_de_passe, _ in comptes_de_demonstration():
            compte = s.scalar(select(Utilisateur).where(Utilisateur.courriel == courriel))
            assert compte is not None
            assert compte.demonstration
            assert mot_de_passe == MOT_DE_PASSE_DEMO
            assert PasswordHasher().verify(compte.mot_de_passe or "", mot_de_passe)
            chapeaux = set(s.scalars(select(Affectation.role).where(Affectation.utilisateur_id == compte.id)))
            if chapeaux & {Role.FACILITATEUR, Role.ADMINISTRATEUR}:
                assert compte.totp_secret == SECRET_TOTP_DEMO
                assert len(pyotp.TOTP(compte.totp_secret).at(0)) == 6
            else:
                assert compte.totp_secret is None
            if courriel == "plie@demo.invalid":
                assert chapeaux == {Role.REFERENT, Role.FACILITATEUR}
        autres = s.scalars(select(Utilisateur).where(Utilisateur.mot_de_passe.is_(None))).all()
        assert autres
        assert all(u.demonstration for u in autres)


def test_les_personnes_embauchees_ne_travaillent_pas_a_deux_endroits(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        contrats = s.execute(select(Contrat.personne_id, Contrat.debut, Contrat.fin).order_by(Contrat.debut)).all()
    derniers: dict[int, date] = {}
    for personne_id, debut, fin in contrats:
        assert debut > derniers.get(personne_id, date.min)
        derniers[personne_id] = fin or date.max
    assert len(contrats) >= 150
    assert len({p for p, _, _ in contrats}) >= 120
    assert any(fin is None or fin >= LE + timedelta(days=1) for _, _, fin in contrats)

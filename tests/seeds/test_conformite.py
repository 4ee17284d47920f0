"""The demonstration writes what the acts would have written: every rule that guards them holds on its rows."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Date, func, select

from marketplace.comptes.models import Organisation
from marketplace.contexte import Contexte
from marketplace.db import Instant
from marketplace.heures import calcul
from marketplace.heures.models import Contrat, DecisionLigne, Declaration, EtatDeclaration, LigneHeures, Modalite
from marketplace.heures.registre import verifier_chaine
from marketplace.heures.rules.contrats import Contrat as ContratRegle
from marketplace.heures.rules.contrats import Gravite, MotifFin, ReglagesContrats, examiner
from marketplace.heures.rules.modalites import Modalite as ModaliteRegle
from marketplace.heures.rules.modalites import TypeStructure, couple_admis
from marketplace.marches.models import Clause, Marche
from marketplace.marches.rules.etats import EtatMarche, verifier_dates
from marketplace.offres.libelles import SANS_TERME, contrats_possibles
from marketplace.offres.models import EtatOffre, Offre, OffreExterne
from marketplace.offres.rules import ContenuOffre, exiger_publiable, perimee
from marketplace.personnes.models import EtatValidation, Personne, Statut, Validation
from marketplace.personnes.queries.eligibilite import decider, regles_eligibilite
from marketplace.personnes.rules.eligibilite import Decision
from marketplace.personnes.rules.saisie import ProfilSaisi, controler_profil
from marketplace.personnes.services.statuts import controler_statut
from marketplace.propositions.models import Proposition, TransitionProposition
from marketplace.propositions.rules import MOTIFS, TRANSITIONS
from marketplace.tables import metadata
from marketplace.territoire.reglages import reglages_au
from marketplace.valeurs import cle
from tests.donnees import LE, MAINTENANT

A_VENIR = {("proposition", "creneau"), ("demande_preuve", "expire_le")}
"""Instants that may lie after the day of the demonstration: a meeting agreed, the end of a link."""

PASSES = {("organisation", "source_le"), ("statut", "preuve_le"), ("personne", "information_le")}


def test_la_chaine_des_heures_tient(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        assert verifier_chaine(s) == []


def test_les_decisions_sont_celles_des_regles(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        territoire_id = s.scalars(select(Declaration.territoire_id)).first() or 0
        lignes = s.scalars(
            select(LigneHeures)
            .join(Declaration, Declaration.id == LigneHeures.declaration_id)
            .where(Declaration.etat == EtatDeclaration.VALIDEE)
            .order_by(LigneHeures.id)
        ).all()
        calculees = calcul.calculer(s, lignes, reglages_au(s, territoire_id, LE), LE)
        decisions = {d.ligne_id: d for d in s.scalars(select(DecisionLigne))}
    assert set(decisions) == {ligne.id for ligne in lignes}
    for ligne in lignes:
        credit, prise = calculees[ligne.id].credit, decisions[ligne.id]
        assert (prise.creditees, prise.valorisees) == (credit.reelles, credit.valorisees)
        assert prise.etat.value == credit.statut.value
        assert prise.en_vigueur
    refusees = sum(1 for d in decisions.values() if d.code)
    assert 0 < refusees < len(decisions) / 12


def test_une_declaration_signee_a_ses_lignes_et_une_autre_n_en_a_pas(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        avec_lignes = set(s.scalars(select(LigneHeures.declaration_id)))
        for d in s.scalars(select(Declaration)):
            assert (d.id in avec_lignes) is (d.signee_le is not None)
            assert (d.validee_le is not None) is (d.etat is EtatDeclaration.VALIDEE)
            if d.signee_le is not None:
                assert d.signataire
                assert d.signee_le.date() > d.mois
            if d.validee_le is not None and d.signee_le is not None:
                assert d.validee_le >= d.signee_le


def test_chaque_contrat_respecte_le_droit_du_travail_et_la_matrice(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        lignes = s.execute(
            select(Contrat, Organisation.type, Marche)
            .join(Organisation, Organisation.id == Contrat.employeur_id)
            .join(Marche, Marche.id == Contrat.marche_id)
        ).all()
        validations = {v.id: v for v in s.scalars(select(Validation))}
    assert {c.modalite for c, _, _ in lignes} >= {
        Modalite.EMBAUCHE_DIRECTE,
        Modalite.MAD_ETTI,
        Modalite.MAD_AI,
        Modalite.MAD_GEIQ,
        Modalite.SOUS_TRAITANCE,
    }
    for contrat, type_, marche in lignes:
        assert couple_admis(TypeStructure(type_.value), ModaliteRegle(contrat.modalite.value))
        assert marche.date_debut <= contrat.debut <= (contrat.fin or contrat.debut)
        constats = examiner(
            ContratRegle(contrat.type_contrat, type_.value, contrat.debut, contrat.fin, contrat.heures_hebdo),
            ReglagesContrats(),
        )
        assert [c.phrase for c in constats if c.gravite is Gravite.ERREUR] == [], contrat.ref
        assert contrat.motif_fin is None or contrat.motif_fin in set(MotifFin)
        assert contrat.statuts
        if contrat.modalite is Modalite.EMBAUCHE_DIRECTE:
            validation = validations[contrat.validation_id or 0]
            assert validation.etat is EtatValidation.OUI
            assert validation.fenetre_debut is not None
            assert validation.fenetre_fin is not None
            assert validation.fenetre_debut <= contrat.debut <= validation.fenetre_fin


def test_chaque_offre_publiee_pourrait_etre_publiee_et_vit_encore(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        lignes = s.execute(
            select(Offre, Organisation.type)
            .join(Organisation, Organisation.id == Offre.organisation_id)
            # Those of the national platform come as they are: neither hours nor first day.
            .where(Offre.id.not_in(select(OffreExterne.offre_id)))
        ).all()
    for o, type_ in lignes:
        contenu = ContenuOffre(
            o.intitule,
            o.code_insee,
            o.heures_hebdo,
            o.type_contrat.value,
            o.type_contrat in SANS_TERME,
            o.debut,
            o.duree_mois,
            o.places,
            o.prerequis,
        )
        exiger_publiable(contenu, min(o.debut, LE))
        assert o.type_contrat in contrats_possibles(type_)
        if o.etat is EtatOffre.PUBLIEE:
            assert o.debut > LE
            assert o.publiee_le is not None
            assert perimee(o.confirmee_le.date() if o.confirmee_le else None, o.publiee_le.date(), o.debut, LE) is None
        assert (o.fermee_le is not None) is (o.etat is EtatOffre.POURVUE)


def test_chaque_marche_a_des_dates_en_ordre_une_clause_et_un_lien_avec_l_objet(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        en_vigueur = defaultdict(list)
        for c in s.scalars(select(Clause).where(Clause.remplacee_le.is_(None))):
            en_vigueur[c.marche_id].append(c)
        for m in s.scalars(select(Marche)):
            verifier_dates(m.date_notification, m.date_debut, m.date_fin)
            assert len(en_vigueur[m.id]) == (0 if m.etat is EtatMarche.ETUDIE else 1)
            assert all(c.heures_prevues > 0 and c.lien_objet for c in en_vigueur[m.id])
            if m.etat in {EtatMarche.NOTIFIE, EtatMarche.EN_COURS}:
                assert m.titulaire_id is not None
                assert m.date_notification is not None
                assert m.date_notification <= LE


def test_chaque_personne_pourrait_avoir_ete_saisie(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        for p in s.scalars(select(Personne)):
            controler_profil(
                ProfilSaisi(
                    prenom=p.prenom,
                    nom=p.nom,
                    date_naissance=p.date_naissance,
                    sexe=p.sexe,
                    telephone=p.telephone,
                    modes=tuple(p.modes),
                    trajet_max_minutes=p.trajet_max_minutes,
                    permis=tuple(p.permis),
                    caces=tuple(p.caces),
                    heures_min=p.heures_min,
                    heures_max=p.heures_max,
                    disponible_le=p.disponible_le,
                    limites=tuple(p.limites),
                ),
                LE,
            )
            assert p.cle == cle(f"{p.nom} {p.prenom}")
            assert p.telephone.startswith("06 39 98")
            assert not p.courriel or p.courriel.endswith(".invalid")
        for st in s.scalars(select(Statut)):
            controler_statut(st.categorie, st.depuis, st.jusqu_au, st.preuve_type or "", st.preuve_le, LE)


def test_beaucoup_sont_eligibles_et_quelques_uns_attendent_une_preuve(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        territoire_id = s.scalars(select(Personne.territoire_id)).first() or 0
        regles = regles_eligibilite(reglages_au(s, territoire_id, LE))
        statuts = defaultdict(list)
        for st in s.scalars(select(Statut)):
            statuts[st.personne_id].append(st)
        decisions = [decider(statuts[p.id], p.date_naissance, LE, regles).decision for p in s.scalars(select(Personne))]
    assert decisions.count(Decision.ELIGIBLE) >= 250
    assert decisions.count(Decision.EN_ATTENTE) >= 20
    assert decisions.count(Decision.NON_ELIGIBLE) >= 5


def test_chaque_pas_d_une_proposition_est_permis(ctx_demo: Contexte) -> None:
    permis = {(de.value, t.vers.value) for t in TRANSITIONS.values() for de in t.depuis}
    with ctx_demo.lecture() as s:
        for pas in s.scalars(select(TransitionProposition).where(TransitionProposition.de.is_not(None))):
            assert (pas.de, pas.vers) in permis
        for p in s.scalars(select(Proposition)):
            assert p.accord_le <= p.proposee_le.date() <= p.echeance_le
            assert (p.motif in MOTIFS) is (p.etat.value == "declinee")


def test_aucun_fait_n_est_date_apres_le_jour_de_la_demonstration(ctx_demo: Contexte) -> None:
    with ctx_demo.lecture() as s:
        for table in metadata.sorted_tables:
            for colonne in table.columns:
                if not isinstance(colonne.type, Instant) or (table.name, colonne.name) in A_VENIR:
                    continue
                dernier: datetime | None = s.scalar(select(func.max(colonne)))
                assert dernier is None or dernier <= MAINTENANT, (table.name, colonne.name)
        for nom, champ in PASSES:
            colonne = metadata.tables[nom].c[champ]
            assert isinstance(colonne.type, Date)
            plus_tard: Any = s.scalar(select(func.max(colonne)))
            assert plus_tard <= LE

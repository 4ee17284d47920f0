"""The reference cases of the rules, by their number: what a facilitateur may check one by one."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from marketplace.cli import main
from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.comptes.roles import Acteur
from marketplace.erreurs import RegleViolee
from marketplace.heures.models import Contrat, DecisionLigne, LigneHeures, Modalite
from marketplace.heures.rules.contrats import Contrat as ContratTravail
from marketplace.heures.rules.contrats import Gravite, ReglagesContrats, controler_formation, examiner
from marketplace.heures.rules.credit import crediter
from marketplace.heures.rules.ligne import Cadre, CompteurAI, Compteurs, Ligne, Periode, ReglagesCredit
from marketplace.heures.rules.penalite import ClausePenalite, MotifNeutralisation, Neutralisation, simuler
from marketplace.heures.rules.repartition import verifier_repartition
from marketplace.personnes.rules.eligibilite import Categorie, ReglagesEligibilite, preuve_valable
from marketplace.personnes.rules.eligibilite import Statut as StatutLu
from marketplace.personnes.rules.fenetre import Fenetre, ReglagesFenetre, ouvrir_fenetre
from marketplace.personnes.rules.proteges import contient_nir
from tests.heures.conftest import OCTOBRE, Chantier
from tests.heures.conftest import chantier as chantier  # noqa: PLC0414
from tests.heures.test_proprietes_registre import vider
from tests.heures.test_validation import regler

D = Decimal
LIGNE = Ligne("l1", 1, "p1", "c1", date(2026, 10, 1), date(2026, 10, 31), D(16))
CADRE = Cadre(
    contrat=Periode(date(2026, 1, 1)),
    marche=Periode(date(2026, 1, 1), date(2027, 12, 31)),
    objectif=D(1000),
    fenetre=Fenetre(date(2026, 1, 1), date(2027, 12, 31)),
)
CDDI = ContratTravail("cddi", "ei", date(2026, 1, 1), date(2026, 6, 30), D(26))


def test_t9_151_67_h_ne_font_pas_100_et_60() -> None:
    with pytest.raises(RegleViolee, match=r"8,33.*de trop"):
        verifier_repartition(D("151.67"), {"A": D(100), "B": D(60)}, accords=("A", "B"))


def test_t10_une_fenetre_de_24_mois_ouverte_le_15_mars_2026_finit_le_14_mars_2028() -> None:
    fenetre = ouvrir_fenetre(date(2026, 3, 15), "cdd", ReglagesFenetre())
    assert fenetre.fin == date(2028, 3, 14)
    apres = replace(LIGNE, debut=date(2028, 3, 15), fin=date(2028, 3, 15), travaillees=D(7))
    cadre = replace(CADRE, marche=Periode(date(2026, 1, 1)), fenetre=fenetre)
    credit, _ = crediter(apres, cadre, Compteurs(), ReglagesCredit())
    assert credit.reelles == 0
    assert "14 mars 2028" in credit.motifs[0].phrase


def test_t11_douze_mois_depuis_un_29_fevrier_finissent_le_27_fevrier() -> None:
    fenetre = ouvrir_fenetre(date(2028, 2, 29), "cdd", ReglagesFenetre(mois_cdd=12))
    assert fenetre.fin == date(2029, 2, 27)


def test_t12_une_ai_a_470_h_en_credite_10_sur_16() -> None:
    ligne = replace(LIGNE, type_structure="ai")
    compteurs = Compteurs(ai={"p1": CompteurAI(date(2026, 1, 5), D(470))})
    credit, suite = crediter(ligne, CADRE, compteurs, ReglagesCredit())
    assert (credit.reelles, credit.refusees) == (D(10), D(6))
    assert suite.ai["p1"].heures == D(480)
    averti, _ = crediter(ligne, CADRE, compteurs, ReglagesCredit(ai_refuse=False))
    assert (averti.reelles, len(averti.avertissements)) == (D(16), 1)


@pytest.mark.parametrize(
    ("contrat", "gravite"),
    [
        (replace(CDDI, fin=date(2026, 3, 31)), Gravite.ERREUR),
        (replace(CDDI, cumul_mois=20), Gravite.ERREUR),
        (replace(CDDI, heures_semaine=D(18)), Gravite.AVERTISSEMENT),
    ],
)
def test_t16_cddi_de_3_mois_de_26_mois_sans_motif_de_18_h(contrat: ContratTravail, gravite: Gravite) -> None:
    assert [c.gravite for c in examiner(contrat, ReglagesContrats())] == [gravite]


def test_t17_un_contrat_pro_de_910_h_demande_150_h_de_formation() -> None:
    (constat,) = controler_formation(D(910), D(140), ReglagesContrats())
    assert constat.gravite is Gravite.AVERTISSEMENT
    assert "150" in constat.phrase
    assert controler_formation(D(910), D(150), ReglagesContrats()) == ()


def test_t19_223_h_manquantes_a_40_euros() -> None:
    jour = date(2026, 11, 21)
    clause = ClausePenalite(montant_horaire=D(40))
    neutralisees = (Neutralisation(MotifNeutralisation.FORCE_MAJEURE, D(33), jour),)
    assert simuler(D(833), D(610), clause, jour).montant == D(8920)
    assert simuler(D(833), D(610), clause, jour, neutralisations=neutralisees).montant == D(7600)
    plafonnee = replace(clause, plafond=D("0.05") * 120_000)
    assert simuler(D(833), D(610), plafonnee, jour, neutralisations=neutralisees).montant == D(6000)


def test_t20_100_h_a_1_20_font_120_pour_la_clause_et_100_a_l_export() -> None:
    credit, _ = crediter(
        replace(LIGNE, travaillees=D(100)), CADRE, Compteurs(), ReglagesCredit(coef_valorisation=D("1.20"))
    )
    assert (credit.valorisees, credit.reelles) == (D(120), D(100))


def test_t24_un_nir_ecrit_dans_une_raison_est_refuse(chantier: Chantier, connecter) -> None:
    nir = "1 85 05 78 006 084 91"
    assert contient_nir(f"Son numéro est {nir}.")
    contrat = chantier.salarie()
    chantier.valider(chantier.declarer({contrat: "100"}))
    client = connecter(chantier.chapeau_facilitateur)
    ligne = chantier.lignes()[0]
    reponse = client.post(
        f"/facilitateur/heures/{ligne.declaration_id}/lignes/{ligne.id}/corriger",
        data={"travaillees": "90", "motif": f"Voir {nir}"},
    )
    assert reponse.status_code == 422
    assert len(chantier.lignes()) == 1


def test_t28_l_employeur_ne_voit_ni_categorie_ni_preuve_ni_naissance(chantier: Chantier, connecter) -> None:
    personne = chantier.fabrique.personne(categorie="rsa", date_naissance=date(1991, 4, 17))
    contrat = chantier.salarie(personne=personne)
    client = connecter(chantier.chapeau_employeur)
    for adresse in (f"/employeur/salaries/{contrat.ref}", "/employeur/salaries"):
        texte = client.get(adresse).text
        assert personne.nom in texte
        for mot in ("RSA", "attestation_rsa", "1991", "17 avril", "QPV", "handicap"):
            assert mot not in texte


@pytest.mark.parametrize(("preuve", "acceptee"), [(date(2026, 8, 20), False), (date(2026, 8, 21), True)])
def test_t30_une_preuve_de_moins_de_trois_mois_a_l_embauche(preuve: date, acceptee: bool) -> None:
    statut = StatutLu(Categorie.RSA, preuve_le=preuve)
    assert preuve_valable(statut, date(2026, 11, 20), ReglagesEligibilite()) is acceptee


# --- properties that stand beside those of the ledger
# -----------------------------------------------------------------------------------------------------


@given(formations=st.lists(st.integers(5, 60), min_size=3, max_size=4), graine=st.integers(0, 1000))
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_l_ordre_d_arrivee_ne_change_pas_qui_depasse_le_plafond_de_formation(
    chantier: Chantier, equipes: list[tuple[Contrat, Organisation, Acteur]], formations: list[int], graine: int
) -> None:
    resultats = []
    rangs = list(range(len(formations)))
    for ordre in (rangs, random.Random(graine).sample(rangs, len(rangs))):
        vider(chantier)
        ids = []
        for rang in ordre:
            contrat, employeur, acteur = equipes[rang]
            saisie = {contrat: ("40", str(formations[rang]))}
            ids.append(chantier.declarer(saisie, OCTOBRE, employeur=employeur, acteur=acteur))
        chantier.valider(*ids)
        resultats.append(par_contrat(chantier))
    assert resultats[0] == resultats[1]
    assert sum(resultats[0].values()) == 40 * len(formations) + min(50, sum(formations))


@pytest.fixture
def equipes(chantier: Chantier) -> list[tuple[Contrat, Organisation, Acteur]]:
    """Four EI on the same marché, one person each, where training is capped at 50 h."""
    regler(chantier, "plafond_formation", "0.05")
    structures = [chantier.fabrique.organisation(TypeOrganisation.EI, nom=f"EI Exemple {i}") for i in range(4)]
    return [
        (
            chantier.salarie(employeur=o, modalite=Modalite.SOUS_TRAITANCE, type_contrat="cddi"),
            o,
            chantier.acteur_de(o),
        )
        for o in structures
    ]


def par_contrat(chantier: Chantier) -> dict[int, Decimal]:
    with chantier.ctx.lecture() as s:
        requete = (
            select(LigneHeures.contrat_id, DecisionLigne.creditees)
            .join(DecisionLigne, DecisionLigne.ligne_id == LigneHeures.id)
            .where(DecisionLigne.en_vigueur)
        )
        return {ligne.contrat_id: ligne.creditees for ligne in s.execute(requete)}


def test_marketplace_check_nomme_la_ligne_changee(
    chantier: Chantier, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chantier.valider(chantier.declarer({chantier.salarie(): "100"}))
    monkeypatch.setenv("DATABASE_URL", chantier.ctx.config.database_url)
    (ligne,) = chantier.lignes()
    with chantier.ctx.transaction() as s:
        s.execute(update(LigneHeures).where(LigneHeures.id == ligne.id).values(travaillees=D("100.01")))
    assert main(["check"]) != 0
    dit = capsys.readouterr()
    assert f"Ligne d'heures {ligne.id} du marché {chantier.marche.ref}" in dit.out + dit.err

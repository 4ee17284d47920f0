"""What may be accepted out of the common rule: the cap of an AI lifted, a way of working out of the matrix."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.erreurs import Interdit, RegleViolee
from marketplace.heures.models import Contrat, Declaration, Modalite
from marketplace.heures.queries.missions import missions_du_contrat
from marketplace.heures.rules.derogations import plafond_leve, verifier_levee
from marketplace.heures.rules.ligne import Periode
from marketplace.heures.services.contrats import embaucher_validee
from marketplace.heures.services.derogations import noter_levee_plafond, retirer_levee_plafond
from marketplace.personnes.models import EtatValidation, Validation
from tests.heures.conftest import SEPTEMBRE, Chantier

D = Decimal
ARRETE = "Arrêté du 3 février 2026"


@pytest.fixture
def ai(chantier: Chantier) -> Organisation:
    return chantier.structure(TypeOrganisation.AI)


def a_470_heures(chantier: Chantier, ai: Organisation) -> Contrat:
    """Somebody lent by the AI who already did 470 h in companies."""
    contrat = chantier.salarie(
        employeur=ai,
        modalite=Modalite.MAD_AI,
        type_contrat="cdd_usage",
        debut=date(2026, 6, 1),
        repondue_le=datetime(2026, 5, 25, tzinfo=UTC),
    )
    for mois, heures in ((6, "160"), (7, "160"), (8, "150")):
        chantier.valider(
            chantier.declarer({contrat: heures}, date(2026, mois, 1), acteur=chantier.acteur_de(ai), employeur=ai)
        )
    return contrat


def seize_heures_de_plus(chantier: Chantier, ai: Organisation, contrat: Contrat) -> Decimal:
    chantier.valider(chantier.declarer({contrat: "16"}, SEPTEMBRE, acteur=chantier.acteur_de(ai), employeur=ai))
    return chantier.decisions()[-1].creditees


@pytest.mark.parametrize(
    ("debut", "fin", "comptees"),
    [
        (date(2026, 9, 1), date(2029, 8, 31), "16"),
        (date(2026, 9, 2), date(2029, 9, 1), "10"),
        (date(2026, 1, 1), date(2026, 9, 29), "10"),
    ],
)
def test_le_prefet_leve_le_plafond_pour_les_mois_entiers_de_sa_decision(
    chantier: Chantier, ai: Organisation, debut: date, fin: date, comptees: str
) -> None:
    noter_levee_plafond(chantier.ctx, chantier.facilitateur, ai.ref, debut=debut, fin=fin, motif=ARRETE)
    assert seize_heures_de_plus(chantier, ai, a_470_heures(chantier, ai)) == D(comptees)


def test_la_levee_d_une_ai_ne_vaut_pas_pour_une_autre(chantier: Chantier, ai: Organisation) -> None:
    autre = chantier.structure(TypeOrganisation.AI)
    dates = {"debut": date(2026, 9, 1), "fin": date(2027, 8, 31)}
    noter_levee_plafond(chantier.ctx, chantier.facilitateur, autre.ref, **dates, motif=ARRETE)
    assert seize_heures_de_plus(chantier, ai, a_470_heures(chantier, ai)) == D(10)


def test_le_compteur_dit_que_le_plafond_est_leve(chantier: Chantier, ai: Organisation) -> None:
    contrat = a_470_heures(chantier, ai)
    jour = chantier.ctx.aujourdhui()
    fin = date(jour.year + 1, 6, 30)
    noter_levee_plafond(chantier.ctx, chantier.facilitateur, ai.ref, debut=jour, fin=fin, motif=ARRETE)
    with chantier.ctx.lecture() as s:
        vue = missions_du_contrat(s, contrat.territoire_id, contrat.ref, jour)
    assert vue is not None
    assert "le préfet a levé le plafond jusqu'au 30" in vue.compteurs[0].phrase
    assert not vue.compteurs[0].depasse


@pytest.mark.parametrize(
    ("debut", "fin", "motif", "champ"),
    [
        (date(2026, 9, 1), date(2026, 8, 31), ARRETE, "fin"),
        (date(2026, 9, 1), date(2029, 9, 1), ARRETE, "fin"),
        (date(2026, 9, 1), date(2027, 8, 31), "  ", "motif"),
        (date(2026, 5, 1), date(2026, 6, 15), ARRETE, "debut"),
    ],
)
def test_une_levee_fausse_dit_son_champ(debut: date, fin: date, motif: str, champ: str) -> None:
    with pytest.raises(RegleViolee) as refus:
        verifier_levee(debut, fin, motif, [Periode(date(2026, 6, 15), date(2026, 7, 31))])
    assert refus.value.champ == champ


def test_une_periode_a_cheval_sur_la_levee_reste_sous_le_plafond() -> None:
    levees = [Periode(date(2026, 6, 15), date(2026, 12, 31))]
    assert plafond_leve(date(2026, 7, 1), date(2026, 7, 31), levees)
    assert not plafond_leve(date(2026, 6, 1), date(2026, 6, 30), levees)
    assert not plafond_leve(date(2026, 12, 31), date(2027, 1, 1), levees)


def test_la_levee_est_au_facilitateur_et_ne_concerne_que_les_ai(chantier: Chantier, ai: Organisation) -> None:
    dates = {"debut": date(2026, 9, 1), "fin": date(2027, 8, 31)}
    with pytest.raises(Interdit):
        noter_levee_plafond(chantier.ctx, chantier.acteur_de(ai), ai.ref, **dates, motif=ARRETE)
    etti = chantier.structure(TypeOrganisation.ETTI)
    with pytest.raises(RegleViolee, match="associations intermédiaires"):
        noter_levee_plafond(chantier.ctx, chantier.facilitateur, etti.ref, **dates, motif=ARRETE)
    with pytest.raises(Interdit):
        retirer_levee_plafond(chantier.ctx, chantier.acteur_de(ai), ai.ref, 1)


# --- structure × modality (R26)


def embaucher(chantier: Chantier, employeur: Organisation, motif: str) -> str:
    validation = chantier.fabrique.validation(
        chantier.fabrique.personne(),
        marche_id=chantier.marche.id,
        fenetre_debut=SEPTEMBRE,
        fenetre_fin=date(2028, 8, 31),
        repondue_le=datetime(2026, 8, 20, tzinfo=UTC),
    )
    return embaucher_validee(
        chantier.ctx,
        chantier.facilitateur,
        validation.ref,
        employeur_ref=employeur.ref,
        modalite=Modalite.SOUS_TRAITANCE,
        type_contrat="cdd",
        poste="Jardinier",
        debut=SEPTEMBRE,
        fin=date(2027, 2, 28),
        heures_hebdo=D(35),
        derogation_modalite=motif,
    )


def test_un_couple_hors_matrice_se_signe_avec_l_accord_ecrit_du_facilitateur(chantier: Chantier) -> None:
    geiq = chantier.structure(TypeOrganisation.GEIQ)
    with pytest.raises(RegleViolee) as refus:
        embaucher(chantier, geiq, "")
    assert refus.value.champ == "modalite"
    ref = embaucher(chantier, geiq, "Le GEIQ tient ce lot avec l'accord de l'acheteur")
    with chantier.ctx.lecture() as s:
        contrat = s.scalars(select(Contrat).where(Contrat.ref == ref)).one()
        ouverte = s.scalars(
            select(Declaration).where(Declaration.employeur_id == geiq.id).order_by(Declaration.mois)
        ).first()
    assert contrat.derogation_modalite.startswith("Le GEIQ tient ce lot")
    acteur = chantier.acteur_de(geiq)
    chantier.valider(chantier.declarer({contrat: "100"}, acteur=acteur, declaration=ouverte))
    assert chantier.decisions()[-1].creditees == D(100)


def test_un_couple_hors_matrice_sans_accord_ne_compte_pas_meme_deja_ecrit(chantier: Chantier) -> None:
    geiq = chantier.structure(TypeOrganisation.GEIQ)
    contrat = chantier.salarie(employeur=geiq, modalite=Modalite.SOUS_TRAITANCE)
    chantier.valider(chantier.declarer({contrat: "100"}, SEPTEMBRE, acteur=chantier.acteur_de(geiq), employeur=geiq))
    decision = chantier.decisions()[-1]
    assert (decision.creditees, decision.code) == (D(0), "modalite")
    assert "ne peut pas intervenir de cette façon" in decision.explication


@pytest.mark.parametrize(
    ("structure", "modalite", "type_contrat", "comptees"),
    [
        (TypeOrganisation.EI, Modalite.SOUS_TRAITANCE, "cddi", "10"),
        (TypeOrganisation.ACI, Modalite.COTRAITANCE, "cddi", "10"),
        (TypeOrganisation.ETTI, Modalite.MAD_ETTI, "mission", "10"),
        (TypeOrganisation.AI, Modalite.MAD_AI, "cdd_usage", "10"),
        (TypeOrganisation.GEIQ, Modalite.MAD_GEIQ, "professionnalisation", "10"),
        (TypeOrganisation.EA, Modalite.MAD_EA_ESAT, "cdd_tremplin", "10"),
        (TypeOrganisation.EATT, Modalite.MAD_EATT, "mission", "10"),
        (TypeOrganisation.ESAT, Modalite.SOUS_TRAITANCE, "contrat_esat", "10"),
        (TypeOrganisation.REGIE, Modalite.SOUS_TRAITANCE, "cddi", "10"),
        (TypeOrganisation.EITI, Modalite.SOUS_TRAITANCE, "cdd", "0"),
        (TypeOrganisation.SEP, Modalite.SOUS_TRAITANCE, "cdd", "0"),
        (TypeOrganisation.ETT, Modalite.ETT, "mission", "0"),
    ],
)
def test_l_attestation_de_la_structure_suffit_ou_non_jusqu_aux_heures_comptees(
    chantier: Chantier, structure: TypeOrganisation, modalite: Modalite, type_contrat: str, comptees: str
) -> None:
    """R26, R37, R39: nobody answered anything for this person; only the kind of structure speaks."""
    employeur = chantier.structure(structure)
    contrat = chantier.fabrique.contrat(
        chantier.fabrique.personne(),
        employeur,
        chantier.marche,
        debut=SEPTEMBRE,
        fin=date(2027, 2, 28),
        modalite=modalite,
        type_contrat=type_contrat,
    )
    with chantier.ctx.transaction() as s:
        s.execute(update(Contrat).where(Contrat.id == contrat.id).values(validation_id=None))
        s.execute(update(Validation).values(etat=EtatValidation.ANNULEE))
    id_ = chantier.declarer({contrat: "10"}, SEPTEMBRE, acteur=chantier.acteur_de(employeur), employeur=employeur)
    chantier.valider(id_)
    assert chantier.decisions()[-1].creditees == D(comptees)

"""An opération entered at once with its lots, and lots that go on together."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from marketplace.comptes.models import TypeOrganisation
from marketplace.erreurs import Interdit, Introuvable, RegleViolee
from marketplace.marches.models import Marche, Operation
from marketplace.marches.queries import fiche_marche, fiche_operation
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.lots import Lot, part_du_lot, reporter, titre_du_marche
from marketplace.marches.services import SaisieOperation, avancer_les_lots, creer_operation_avec_lots

D = Decimal


@pytest.fixture
def facilitateur(fabrique):
    fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Ville de Lunel")
    return fabrique.acteur(fabrique.facilitateur())


def saisie(**champs):
    valeurs = {"intitule": "École exemple", "acheteur": "Ville de Lunel", "secteur": "Bâtiment", "commune": "Lunel"}
    return SaisieOperation(**(valeurs | champs))


def test_une_ligne_reprend_ce_que_la_precedente_a_dit() -> None:
    depart = Lot(secteur="Bâtiment", commune="Lunel", debut=date(2027, 1, 1), fin=date(2027, 12, 31))
    lignes = [
        Lot("Gros œuvre", montant_ht=D(10), titulaire="Maçons"),
        Lot(),
        Lot("Jardins", "Espaces verts", commune="Sète"),
        Lot("Arrosage", fin=date(2028, 6, 30)),
    ]
    premier, vide, jardins, arrosage = reporter(lignes, depart)
    assert (premier.secteur, premier.commune, premier.fin) == ("Bâtiment", "Lunel", date(2027, 12, 31))
    assert vide.vide
    assert (jardins.secteur, jardins.debut, jardins.titulaire) == ("Espaces verts", date(2027, 1, 1), "")
    assert (arrosage.secteur, arrosage.commune, arrosage.montant_ht) == ("Espaces verts", "Sète", None)
    assert arrosage.fin == date(2028, 6, 30)


def test_la_part_de_main_d_oeuvre_vient_du_corps_d_etat_puis_du_secteur() -> None:
    parts = {"Peinture": D("0.7"), "Gros œuvre": D("0.475"), "Bâtiment": D("0.5")}
    assert part_du_lot("Peinture et finitions", "Bâtiment", parts) == D("0.7")
    assert part_du_lot("gros oeuvre", "Bâtiment", parts) == D("0.475")
    assert part_du_lot("Serrurerie", "Bâtiment", parts) == D("0.5")
    with pytest.raises(RegleViolee):
        part_du_lot("Taxi", "Transport", parts)


def test_un_marche_se_lit_sans_son_operation() -> None:
    assert titre_du_marche("Gros œuvre", "Collège Alco") == "Gros œuvre, collège Alco"
    assert titre_du_marche("VRD", "RD 612, entretien") == "VRD, RD 612, entretien"
    assert titre_du_marche("Peinture, école exemple", "École exemple") == "Peinture, école exemple"


def test_trois_lots_entrent_d_un_coup_avec_leurs_heures(ctx, facilitateur):
    lots = [
        Lot("Gros œuvre", montant_ht=D(1_000_000)),
        Lot("Peinture", montant_ht=D(200_000), heures=D(240)),
        Lot(),
        Lot("Ascenseur"),
    ]
    ref, nombre = creer_operation_avec_lots(ctx, facilitateur, saisie(taux=D("0.05"), cout=D(38)), lots)
    assert nombre == 3
    with ctx.lecture() as s:
        o = fiche_operation(s, facilitateur, ref)
        assert {m.intitule: m.heures_prevues for m in o.marches} == {
            "Gros œuvre, école exemple": D(625),
            "Peinture, école exemple": D(240),
            "Ascenseur, école exemple": None,
        }
        assert o.heures_prevues == 865
        gros = next(m for m in o.marches if m.intitule.startswith("Gros"))
        fiche = fiche_marche(s, facilitateur, gros.ref)
    assert fiche.clause.calcul["part_main_oeuvre"] == "0.475"
    assert (fiche.numero_lot, fiche.commune, fiche.etat) == ("1", "Lunel", EtatMarche.A_ETUDIER)


@pytest.mark.parametrize(
    ("commun", "lot", "champ"),
    [
        ({"acheteur": "Inconnu"}, Lot("A", heures=D(1)), "acheteur"),
        ({"commune": "Ozpolis"}, Lot("A", heures=D(1)), "commune"),
        ({}, Lot(montant_ht=D(10)), "lots-1-intitule"),
        ({}, Lot("A", montant_ht=D(-10)), "lots-1-montant_ht"),
        ({}, Lot("A", "Transport", montant_ht=D(10)), "lots-1-heures"),
        ({"secteur": ""}, Lot("A", heures=D(10)), "lots-1-secteur"),
        ({}, Lot("A", heures=D(-1)), "lots-1-heures"),
        ({}, Lot("A", heures=D(1), debut=date(2027, 2, 1), fin=date(2027, 1, 1)), "lots-1-fin"),
        ({}, Lot("A", heures=D(1), commune="Ozpolis"), "lots-1-commune"),
        ({"etat": EtatMarche.NOTIFIE}, Lot("A", heures=D(1)), "lots-1-titulaire"),
        ({"taux": D("1.2")}, Lot("A", montant_ht=D(10)), "taux"),
        ({"cout": D(5)}, Lot("A", montant_ht=D(10)), "cout"),
    ],
)
def test_une_case_fausse_refuse_tout_et_dit_laquelle(ctx, facilitateur, commun, lot, champ):
    with pytest.raises(RegleViolee) as refus:
        creer_operation_avec_lots(ctx, facilitateur, saisie(**commun), [Lot(), lot])
    assert refus.value.champ == champ
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(Operation)) == 0


def test_la_consultation_fait_avancer_les_lots_ensemble_ou_pas_du_tout(ctx, facilitateur, fabrique):
    lots = [Lot("Gros œuvre", heures=D(500)), Lot("Ascenseur"), Lot("Peinture", heures=D(100))]
    commun = saisie(etat=EtatMarche.PROGRAMME, lien_objet="Travaux de main-d'œuvre")
    ref, _ = creer_operation_avec_lots(ctx, facilitateur, commun, lots)
    with ctx.lecture() as s:
        refs = [m.ref for m in fiche_operation(s, facilitateur, ref).marches]
    autre = fabrique.marche(etat=EtatMarche.PROGRAMME, date_notification=None)
    with pytest.raises(RegleViolee, match="n'est plus dans"):
        avancer_les_lots(ctx, facilitateur, ref, [*refs, autre.ref], EtatMarche.EN_CONSULTATION)
    with pytest.raises(RegleViolee, match="au moins un"):
        avancer_les_lots(ctx, facilitateur, ref, [], EtatMarche.EN_CONSULTATION)
    assert avancer_les_lots(ctx, facilitateur, ref, refs[:2], EtatMarche.EN_CONSULTATION) == 2
    with pytest.raises(RegleViolee) as refus:
        avancer_les_lots(ctx, facilitateur, ref, refs, EtatMarche.INFRUCTUEUX, motif="Aucune offre")
    assert refus.value.champ == "etat"
    with ctx.lecture() as s:
        etats = sorted(s.scalars(select(Marche.etat).where(Marche.ref.in_(refs))))
    assert etats == [EtatMarche.EN_CONSULTATION, EtatMarche.EN_CONSULTATION, EtatMarche.PROGRAMME]


def test_seul_le_facilitateur_enregistre_une_operation(ctx, fabrique, facilitateur):
    with pytest.raises((Interdit, Introuvable)):
        creer_operation_avec_lots(ctx, fabrique.acteur(fabrique.acheteur()), saisie(), [Lot("A", heures=D(1))])

"""Direct purchases, reserved marchés, what is refused at entry, what may be deleted."""

from datetime import timedelta
from decimal import Decimal

import pytest

from marketplace.comptes.models import TypeOrganisation
from marketplace.erreurs import Interdit, Introuvable, RegleViolee
from marketplace.marches.models import Marche, RoleIntervenant
from marketplace.marches.queries import (
    fiche_marche,
    rotation_du_marche,
)
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
    cocher_etape,
    fixer_compteur_npnru,
    fixer_forme,
    ordonner_demarrage,
    prevoir_intervention,
    signer_avenant,
    supprimer_marche,
    transferer_marche,
)
from marketplace.marches.services.regimes import SaisieRegime, decider_regime
from tests.marches.registre import dossier, du

G = GenreComposante
D1 = Decimal(1)


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

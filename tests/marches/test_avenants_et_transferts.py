"""A marché that changes: avenants, another titulaire."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from marketplace.erreurs import RegleViolee
from marketplace.marches.models import Clause, Marche
from marketplace.marches.rules.avenants import EffetHeures
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.formes import CauseTransfert, Forme, GenreComposante
from marketplace.marches.services import (
    SaisieAvenant,
    SaisieComposante,
    SaisieTransfert,
    ajouter_composante,
    changer_etat,
    fixer_clause,
    fixer_forme,
    retirer_avenant,
    signer_avenant,
    supprimer_marche,
    transferer_marche,
)
from tests.marches.registre import dossier, du, ouvertes

G = GenreComposante


def test_un_avenant_au_prorata_suit_le_montant_et_garde_l_ancien_objectif(ctx, fabrique, facilitateur):
    marche = fabrique.marche(800, montant_ht=Decimal(1_000_000))
    saisie = SaisieAvenant(
        fabrique.jour, "avenant1.pdf", EffetHeures.PRORATA, "Travaux en plus", Decimal(1_150_000), fin_apres=None
    )
    assert signer_avenant(ctx, facilitateur, marche.ref, saisie) == ""
    assert du(ctx, marche) == 920
    assert du(ctx, marche, fabrique.jour - timedelta(days=1)) == 800
    vu = dossier(ctx, facilitateur, marche.ref).avenants[0]
    assert (vu.heures_avant, vu.heures_apres, vu.montant_avant) == (800, 920, 1_000_000)
    retirer_avenant(ctx, facilitateur, marche.ref, vu.id)
    assert du(ctx, marche) == 800
    with ctx.lecture() as s:
        assert s.get_one(Marche, marche.id).montant_ht == 1_000_000
        assert len(s.scalars(select(Clause).where(Clause.marche_id == marche.id)).all()) == 3
    assert dossier(ctx, facilitateur, marche.ref).avenants == ()


def test_un_avenant_muet_laisse_l_objectif_et_alerte(ctx, fabrique, facilitateur):
    marche = fabrique.marche(800, montant_ht=Decimal(1_000_000))
    fin = fabrique.jour + timedelta(days=300)
    muet = SaisieAvenant(fabrique.jour, "avenant1.pdf", montant_apres=Decimal(1_150_000), fin_apres=fin)
    assert "l'objectif reste le même" in signer_avenant(ctx, facilitateur, marche.ref, muet)
    assert du(ctx, marche) == 800
    assert "avenant_sans_heures" in ouvertes(ctx, marche)
    with ctx.lecture() as s:
        assert s.get_one(Marche, marche.id).date_fin == fin
    fixe = SaisieAvenant(fabrique.jour, "avenant2.pdf", EffetHeures.FIXE, heures=Decimal(900))
    signer_avenant(ctx, facilitateur, marche.ref, fixe)
    assert du(ctx, marche) == 900
    assert "avenant_sans_heures" not in ouvertes(ctx, marche)
    premier = dossier(ctx, facilitateur, marche.ref).avenants[1]
    with pytest.raises(RegleViolee, match="dernier avenant"):
        retirer_avenant(ctx, facilitateur, marche.ref, premier.id)


def test_un_objectif_change_depuis_bloque_le_retrait_de_l_avenant(ctx, fabrique, facilitateur):
    marche = fabrique.marche(800)
    signer_avenant(
        ctx, facilitateur, marche.ref, SaisieAvenant(fabrique.jour, "a.pdf", EffetHeures.FIXE, heures=Decimal(900))
    )
    fixer_clause(ctx, facilitateur, marche.ref, Decimal(950), motif="Erreur de frappe")
    with pytest.raises(RegleViolee, match="a changé depuis"):
        retirer_avenant(ctx, facilitateur, marche.ref, dossier(ctx, facilitateur, marche.ref).avenants[0].id)


@pytest.mark.parametrize(
    ("champs", "champ"),
    [
        ({"document": " "}, "document"),
        ({"signe_le": date(2027, 1, 1)}, "signe_le"),
        ({"signe_le": date(2020, 1, 1)}, "signe_le"),
        ({"effet": EffetHeures.PRORATA}, "montant_apres"),
        ({"effet": EffetHeures.FIXE}, "heures"),
        ({"fin_apres": date(2020, 1, 1)}, "fin_apres"),
        ({}, "objet"),
    ],
)
def test_un_avenant_mal_saisi_est_refuse_a_son_champ(ctx, fabrique, facilitateur, champs, champ):
    marche = fabrique.marche()
    valeurs = {"signe_le": fabrique.jour, "document": "a.pdf"} | champs
    with pytest.raises(RegleViolee) as refus:
        signer_avenant(ctx, facilitateur, marche.ref, SaisieAvenant(**valeurs))
    assert refus.value.champ == champ


def test_un_marche_pas_encore_notifie_n_a_pas_d_avenant(ctx, fabrique, facilitateur):
    marche = fabrique.marche(etat=EtatMarche.PROGRAMME, date_notification=None)
    with pytest.raises(RegleViolee, match="notifié"):
        signer_avenant(ctx, facilitateur, marche.ref, SaisieAvenant(fabrique.jour, "a.pdf", objet="x"))


def test_un_transfert_passe_le_reste_et_laisse_les_heures_faites(ctx, fabrique, facilitateur):
    marche = fabrique.marche(1000)
    tranche = ajouter_composante(ctx, facilitateur, marche.ref, G.TRANCHE, SaisieComposante(heures=Decimal(200)))
    assert tranche
    saisie = SaisieTransfert("Repreneur Exemple", fabrique.jour, CauseTransfert.LIQUIDATION, "jugement.pdf")
    ref = transferer_marche(ctx, facilitateur, marche.ref, saisie, validees=Decimal(380))
    with ctx.lecture() as s:
        suivant = s.scalar(select(Marche).where(Marche.ref == ref))
        assert s.get_one(Marche, marche.id).etat is EtatMarche.TRANSFERE
    assert (du(ctx, marche), du(ctx, suivant)) == (380, 620)
    assert dossier(ctx, facilitateur, marche.ref).transferts[0].autre_ref == ref
    apres = dossier(ctx, facilitateur, ref)
    assert apres.transferts[0].autre_ref == marche.ref
    assert [c.heures for c in apres.composantes] == [200]
    with pytest.raises(RegleViolee, match="transfert"):
        supprimer_marche(ctx, facilitateur, marche.ref)
    with pytest.raises(RegleViolee, match="transféré"):
        transferer_marche(ctx, facilitateur, marche.ref, saisie, validees=Decimal(380))


def test_un_accord_cadre_transfere_garde_son_reste_et_son_ratio(ctx, fabrique, facilitateur):
    marche = fabrique.marche()
    fixer_forme(ctx, facilitateur, marche.ref, Forme.BONS_DE_COMMANDE, heures_par_millier=Decimal(2))
    bon = SaisieComposante(montant_ht=Decimal(100_000), compte_le=fabrique.jour)
    ajouter_composante(ctx, facilitateur, marche.ref, G.BON_DE_COMMANDE, bon)
    saisie = SaisieTransfert("Repreneur Exemple", fabrique.jour, CauseTransfert.CESSION)
    ref = transferer_marche(ctx, facilitateur, marche.ref, saisie, validees=Decimal(50))
    with ctx.lecture() as s:
        suivant = s.scalar(select(Marche).where(Marche.ref == ref))
    assert (du(ctx, marche), du(ctx, suivant)) == (50, 150)
    assert dossier(ctx, facilitateur, ref).heures_par_millier == 2


def test_un_transfert_demande_un_autre_titulaire_et_passe_par_son_acte(ctx, fabrique, facilitateur):
    titulaire = fabrique.organisation()
    marche = fabrique.marche(titulaire=titulaire)
    for nom, motif in (("", "nouveau titulaire"), (titulaire.ref, "déjà le titulaire")):
        with pytest.raises(RegleViolee, match=motif) as refus:
            saisie = SaisieTransfert(nom, fabrique.jour, CauseTransfert.CESSION)
            transferer_marche(ctx, facilitateur, marche.ref, saisie, validees=Decimal(0))
        assert refus.value.champ == "titulaire"
    with pytest.raises(RegleViolee, match="Transférer ce marché"):
        changer_etat(ctx, facilitateur, marche.ref, EtatMarche.TRANSFERE, motif="Cession")

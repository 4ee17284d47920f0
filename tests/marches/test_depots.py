from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from marketplace.comptes.models import TypeOrganisation
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.models import Evenement, Notification
from marketplace.marches.models import Clause, DecisionPenalite, DepotAcheteur, GenreDepot, Intervenant, Marche
from marketplace.marches.models import RoleIntervenant as Role
from marketplace.marches.queries import depots_du_marche
from marketplace.marches.rules.depots import SaisieDepot
from marketplace.marches.services import deposer, prendre_en_compte, retirer_depot, supprimer_marche


@pytest.fixture
def ville(fabrique):
    return fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Ville exemple")


@pytest.fixture
def acheteur(fabrique, ville):
    return fabrique.acteur(fabrique.acheteur(organisation=ville))


@pytest.fixture
def facilitateur(fabrique):
    return fabrique.acteur(fabrique.facilitateur())


@pytest.fixture
def marche(fabrique, ville, facilitateur):
    return fabrique.marche(acheteur_id=ville.id, facilitateur_id=facilitateur.utilisateur_id)


def avenant(ctx, **champs):
    valeurs = {"genre": GenreDepot.AVENANT, "jour": ctx.aujourdhui(), "numero": 1, "montant": Decimal(90000)}
    return SaisieDepot(**(valeurs | champs))


def lire(ctx, marche):
    with ctx.lecture() as s:
        return depots_du_marche(s, marche.id)


def test_un_depot_previent_le_facilitateur_et_ne_change_rien_au_registre(ctx, marche, acheteur, facilitateur):
    with ctx.lecture() as s:
        avant = s.execute(select(Marche.montant_ht, Marche.version, Marche.maj_le)).one()
        heures = s.scalar(select(func.sum(Clause.heures_prevues)))
    numero = deposer(ctx, acheteur, marche.ref, avenant(ctx, heures=Decimal(1)))
    with ctx.lecture() as s:
        assert s.execute(select(Marche.montant_ht, Marche.version, Marche.maj_le)).one() == avant
        assert s.scalar(select(func.sum(Clause.heures_prevues))) == heures
        message = s.scalars(select(Notification)).one()
        assert message.utilisateur_id == facilitateur.utilisateur_id
        assert message.lien == f"/facilitateur/marches/{marche.ref}#depots"
        trace = s.scalars(select(Evenement).where(Evenement.action == "deposer_au_marche")).one()
        assert "avenant n° 1" in trace.resume
    assert [(d.id, d.attend, d.auteur) for d in lire(ctx, marche)] == [(numero, True, acheteur.nom)]


def test_sans_facilitateur_designe_tous_ceux_du_territoire_sont_prevenus(ctx, fabrique, ville, acheteur, facilitateur):
    autre = fabrique.acteur(fabrique.facilitateur())
    marche = fabrique.marche(acheteur_id=ville.id, facilitateur_id=None)
    deposer(ctx, acheteur, marche.ref, avenant(ctx))
    with ctx.lecture() as s:
        assert set(s.scalars(select(Notification.utilisateur_id))) == {
            facilitateur.utilisateur_id,
            autre.utilisateur_id,
        }


def test_seul_l_acheteur_du_marche_depose(ctx, fabrique, marche, ville, acheteur, facilitateur):
    voisin = fabrique.organisation(TypeOrganisation.ACHETEUR)
    fabrique.garder(Intervenant(marche_id=marche.id, organisation_id=voisin.id, role=Role.COTRAITANT))
    numero = deposer(ctx, acheteur, marche.ref, avenant(ctx))
    for intrus in (
        fabrique.acteur(fabrique.acheteur(organisation=voisin)),
        fabrique.acteur(fabrique.employeur(ville)),
        facilitateur,
        replace(acheteur, territoire_id=acheteur.territoire_id + 1),
    ):
        with pytest.raises(Introuvable):
            deposer(ctx, intrus, marche.ref, avenant(ctx, numero=2))
        with pytest.raises(Introuvable):
            retirer_depot(ctx, intrus, marche.ref, numero)
    with pytest.raises(Introuvable):
        prendre_en_compte(ctx, acheteur, marche.ref, numero)
    assert len(lire(ctx, marche)) == 1


def test_le_depot_pris_en_compte_previent_l_acheteur_et_ne_se_retire_plus(ctx, marche, acheteur, facilitateur):
    penalite = SaisieDepot(
        GenreDepot.PENALITE,
        ctx.aujourdhui(),
        Decimal("1200.50"),
        decision=DecisionPenalite.MAINTENUE,
        motif="Aucune recherche de candidat",
    )
    numero = deposer(ctx, acheteur, marche.ref, penalite)
    prendre_en_compte(ctx, facilitateur, marche.ref, numero)
    prendre_en_compte(ctx, facilitateur, marche.ref, numero)
    (vu,) = lire(ctx, marche)
    assert (vu.montant, vu.decision, vu.attend) == (Decimal("1200.50"), DecisionPenalite.MAINTENUE, False)
    with ctx.lecture() as s:
        requete = select(func.count()).where(Notification.utilisateur_id == acheteur.utilisateur_id)
        assert s.scalar(requete) == 1
        assert s.scalar(select(func.count()).where(Evenement.action == "prendre_en_compte")) == 1
        assert not s.scalars(select(Evenement.resume).where(Evenement.resume.contains("1200"))).all()
    with pytest.raises(RegleViolee, match="déjà pris en compte"):
        retirer_depot(ctx, acheteur, marche.ref, numero)


def test_un_depot_en_attente_se_retire_et_se_refait(ctx, marche, acheteur):
    numero = deposer(ctx, acheteur, marche.ref, avenant(ctx))
    with pytest.raises(RegleViolee, match="déjà déposé") as refus:
        deposer(ctx, acheteur, marche.ref, avenant(ctx))
    assert refus.value.champ == "numero"
    retirer_depot(ctx, acheteur, marche.ref, numero)
    deposer(ctx, acheteur, marche.ref, avenant(ctx))
    with pytest.raises(Introuvable):
        retirer_depot(ctx, acheteur, marche.ref, 999_999)


def test_une_seule_attribution_attend_a_la_fois(ctx, marche, acheteur, facilitateur):
    saisie = SaisieDepot(
        GenreDepot.ATTRIBUTION, ctx.aujourdhui(), Decimal(1), titulaire="Exemple", siret="73282932000074"
    )
    numero = deposer(ctx, acheteur, marche.ref, saisie)
    with pytest.raises(RegleViolee, match="attend déjà"):
        deposer(ctx, acheteur, marche.ref, saisie)
    prendre_en_compte(ctx, facilitateur, marche.ref, numero)
    deposer(ctx, acheteur, marche.ref, replace(saisie, montant=Decimal(2)))
    assert [d.attend for d in lire(ctx, marche)] == [True, False]


def test_une_date_a_venir_ne_laisse_rien(ctx, marche, acheteur, facilitateur):
    with pytest.raises(RegleViolee):
        deposer(ctx, acheteur, marche.ref, avenant(ctx, jour=ctx.aujourdhui() + timedelta(days=1)))
    with ctx.lecture() as s:
        assert s.scalar(select(func.count(DepotAcheteur.id))) == 0
        assert s.scalar(select(func.count(Notification.id))) == 0


def test_un_marche_qui_porte_un_depot_ne_se_supprime_pas(ctx, marche, acheteur, facilitateur):
    deposer(ctx, acheteur, marche.ref, avenant(ctx))
    with pytest.raises(RegleViolee, match="dépôt de l'acheteur"):
        supprimer_marche(ctx, facilitateur, marche.ref)

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.journal.models import Alerte
from marketplace.marches.alertes import DEMARRAGE_A_NOTER, MARCHE_A_CLORE, TITULAIRE_A_CONTACTER
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.services import changer_etat, noter_relance
from marketplace.marches.taches import suivre_registre
from marketplace.territoire.models import Reglage


@pytest.fixture
def facilitateur(fabrique):
    return fabrique.acteur(fabrique.facilitateur())


def ouvertes(ctx, marche):
    with ctx.lecture() as s:
        return set(s.scalars(select(Alerte.type).where(Alerte.objet_id == marche.id, Alerte.fermee_le.is_(None))))


def notifie(fabrique, il_y_a, **champs):
    jour = fabrique.jour - timedelta(days=il_y_a)
    valeurs = {"date_notification": jour, "date_debut": jour, "date_fin": fabrique.jour + timedelta(days=300)}
    return fabrique.marche(**valeurs | champs)


def test_un_titulaire_que_personne_n_a_appele_apres_deux_semaines_alerte_puis_se_tait(ctx, fabrique, facilitateur):
    marche = notifie(fabrique, 20)
    recent, ancien = notifie(fabrique, 5), notifie(fabrique, 200)
    suivre_registre(ctx, ctx.aujourdhui())
    assert TITULAIRE_A_CONTACTER in ouvertes(ctx, marche)
    assert TITULAIRE_A_CONTACTER not in ouvertes(ctx, recent) | ouvertes(ctx, ancien)
    noter_relance(ctx, facilitateur, "marche", marche.ref, interlocuteur="le gérant", note="Modalité : embauche")
    assert TITULAIRE_A_CONTACTER not in ouvertes(ctx, marche)


def test_un_demarrage_se_note(ctx, fabrique, facilitateur):
    marche = notifie(fabrique, 8, etat=EtatMarche.NOTIFIE)
    suivre_registre(ctx, ctx.aujourdhui())
    assert ouvertes(ctx, marche) == {DEMARRAGE_A_NOTER}
    changer_etat(ctx, facilitateur, marche.ref, EtatMarche.EN_COURS)
    assert ouvertes(ctx, marche) == set()


def test_un_marche_fini_se_clot_et_un_marche_clos_ne_se_rappelle_plus(ctx, fabrique, facilitateur):
    marche = notifie(fabrique, 400, date_fin=fabrique.jour - timedelta(days=16))
    suivre_registre(ctx, ctx.aujourdhui())
    assert ouvertes(ctx, marche) == {MARCHE_A_CLORE}
    changer_etat(ctx, facilitateur, marche.ref, EtatMarche.TERMINE)
    assert ouvertes(ctx, marche) == set()


def test_repasser_la_tache_ne_double_rien_et_l_essai_n_ecrit_rien(ctx, fabrique):
    notifie(fabrique, 20)
    assert suivre_registre(ctx, ctx.aujourdhui(), dry_run=True)["dues"] == 1
    with ctx.lecture() as s:
        assert s.scalar(select(Alerte)) is None
    assert suivre_registre(ctx, ctx.aujourdhui())["ouvertes"] == 1
    second = suivre_registre(ctx, ctx.aujourdhui())
    assert (second["ouvertes"], second["maintenues"], second["fermees"]) == (0, 1, 0)


def test_le_delai_du_premier_appel_est_celui_du_territoire(ctx, fabrique):
    marche = notifie(fabrique, 10)
    suivre_registre(ctx, ctx.aujourdhui())
    assert TITULAIRE_A_CONTACTER not in ouvertes(ctx, marche)
    with ctx.transaction() as s:
        s.add(
            Reglage(
                territoire_id=marche.territoire_id,
                cle="contact_jours",
                valeur=7,
                a_partir_du=fabrique.jour,
                source="essai",
                auteur_id=None,
                cree_le=ctx.horloge(),
            )
        )
    suivre_registre(ctx, ctx.aujourdhui())
    assert TITULAIRE_A_CONTACTER in ouvertes(ctx, marche)

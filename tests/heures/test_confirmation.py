from datetime import date, timedelta

import pytest

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.comptes.roles import Acteur
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.heures.models import EtatDeclaration, Modalite
from marketplace.heures.queries import a_confirmer, a_valider
from marketplace.heures.services.confirmation import confirmer, contester
from marketplace.heures.services.validation import valider
from marketplace.heures.taches import constater_silences
from tests.heures.conftest import OCTOBRE, Chantier


@pytest.fixture
def etti(chantier: Chantier) -> Organisation:
    return chantier.structure(TypeOrganisation.ETTI)


@pytest.fixture
def interim(chantier: Chantier, etti: Organisation) -> Acteur:
    return chantier.acteur_de(etti)


def pretees(chantier: Chantier, etti: Organisation, interim: Acteur) -> int:
    contrat = chantier.salarie(employeur=etti, modalite=Modalite.MAD_ETTI, type_contrat="mission")
    return chantier.declarer({contrat: "120"}, OCTOBRE, acteur=interim, employeur=etti)


def test_le_titulaire_confirme_des_totaux_sans_nom(chantier: Chantier, etti: Organisation, interim: Acteur) -> None:
    id_ = pretees(chantier, etti, interim)
    with chantier.ctx.lecture() as s:
        (attendue,) = a_confirmer(s, chantier.titulaire.id, chantier.ctx.aujourdhui())
    assert (attendue.id, attendue.employeur, attendue.personnes, attendue.heures) == (id_, etti.nom, 1, 120)
    assert attendue.repondre_avant == chantier.ctx.aujourdhui() + timedelta(days=7)
    assert not hasattr(attendue, "noms")
    confirmer(chantier.ctx, chantier.employeur, id_, version=attendue.version)
    assert chantier.lire(id_).etat is EtatDeclaration.CONFIRMEE
    with pytest.raises(ModifieEntreTemps):
        contester(chantier.ctx, chantier.employeur, id_, motif="trop tard", version=attendue.version)


def test_seul_le_titulaire_repond_et_jamais_sur_ses_propres_heures(
    chantier: Chantier, etti: Organisation, interim: Acteur
) -> None:
    id_ = pretees(chantier, etti, interim)
    for acteur in (interim, chantier.acteur_de(chantier.fabrique.organisation())):
        with pytest.raises(Introuvable):
            confirmer(chantier.ctx, acteur, id_)
    a_lui = chantier.declarer({chantier.salarie(): "10"})
    with pytest.raises(Introuvable):
        confirmer(chantier.ctx, chantier.employeur, a_lui)


def test_une_contestation_a_une_raison_et_le_facilitateur_tranche_par_ecrit(
    chantier: Chantier, etti: Organisation, interim: Acteur
) -> None:
    id_ = pretees(chantier, etti, interim)
    with pytest.raises(RegleViolee):
        contester(chantier.ctx, chantier.employeur, id_, motif=" ")
    contester(chantier.ctx, chantier.employeur, id_, motif="20 h de trop")
    assert chantier.lire(id_).motif_correction == "Le titulaire conteste : 20 h de trop"
    with pytest.raises(RegleViolee, match="pourquoi vous validez"):
        chantier.valider(id_)
    valider(chantier.ctx, chantier.facilitateur, [id_], motif="Relevé signé du chef de chantier")
    assert chantier.avancement().validees == 120


def test_le_silence_de_sept_jours_est_non_conteste_et_ne_bloque_rien(
    chantier: Chantier, etti: Organisation, interim: Acteur
) -> None:
    id_ = pretees(chantier, etti, interim)
    directe = chantier.declarer({chantier.salarie(): "10"})
    jour = chantier.ctx.aujourdhui()
    assert constater_silences(chantier.ctx, jour + timedelta(days=6))["faits"] == 0
    assert constater_silences(chantier.ctx, jour + timedelta(days=7), dry_run=True) == {"vus": 1, "faits": 0}
    assert constater_silences(chantier.ctx, jour + timedelta(days=7))["faits"] == 1
    assert constater_silences(chantier.ctx, jour + timedelta(days=8))["vus"] == 0
    assert chantier.lire(id_).etat is EtatDeclaration.NON_CONTESTEE
    assert chantier.lire(directe).etat is EtatDeclaration.DECLAREE


def test_tant_que_le_titulaire_peut_repondre_le_lot_d_un_clic_ne_la_prend_pas(
    chantier: Chantier, etti: Organisation, interim: Acteur
) -> None:
    id_ = pretees(chantier, etti, interim)
    directe = chantier.declarer({chantier.salarie(): "10"})
    territoire = chantier.marche.territoire_id
    with chantier.ctx.lecture() as s:
        attente = a_valider(s, territoire, date(2026, 11, 21))
    assert [d.id for d in attente.propres] == [directe]
    assert [(d.id, d.titulaire_jusqu_au) for d in attente.chez_le_titulaire] == [
        (id_, chantier.ctx.aujourdhui() + timedelta(days=6))
    ]
    assert attente.nombre == 2
    with chantier.ctx.lecture() as s:
        # Past the delay it is clean, even before the night notes the silence.
        assert len(a_valider(s, territoire, chantier.ctx.aujourdhui() + timedelta(days=7)).propres) == 2
    confirmer(chantier.ctx, chantier.employeur, id_)
    with chantier.ctx.lecture() as s:
        assert len(a_valider(s, territoire, date(2026, 11, 21)).propres) == 2

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.comptes.models import Affectation
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.personnes import services
from marketplace.personnes.models import ChangementVivier, MobilitePersonne, Personne
from marketplace.personnes.rules.mobilite import MobiliteSaisie, controler_mobilite
from tests.fabrique import Fabrique

JOUR = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("saisie", "permis", "champ"),
    [
        (MobiliteSaisie("volant"), [], "permis_etat"),
        (MobiliteSaisie("aucun"), ["B"], "permis_etat"),
        (MobiliteSaisie("en_cours"), [], "permis_le"),
        (MobiliteSaisie("obtenu"), [], "permis_le"),
        (MobiliteSaisie("obtenu", JOUR + timedelta(days=1)), [], "permis_le"),
        (MobiliteSaisie("en_cours", date(2035, 1, 1)), [], "permis_le"),
        (MobiliteSaisie("aucun", aides=("cheval",)), [], "aides"),
        (MobiliteSaisie("aucun", creneaux=("minuit",)), [], "creneaux"),
    ],
)
def test_chaque_refus_dit_son_champ(saisie: MobiliteSaisie, permis: list[str], champ: str) -> None:
    with pytest.raises(RegleViolee) as refus:
        controler_mobilite(saisie, permis, JOUR)
    assert refus.value.champ == champ


def test_un_permis_obtenu_entre_dans_le_profil_et_le_classement(ctx: Contexte, fabrique: Fabrique) -> None:
    referente = fabrique.referent()
    personne = fabrique.personne(referente, permis=[])
    acteur = fabrique.acteur(referente)
    services.noter_mobilite(
        ctx, acteur, personne.ref, MobiliteSaisie("en_cours", JOUR + timedelta(days=60), aides=("permis",))
    )
    fiche = services.lire_fiche(ctx, acteur, personne.ref, "essai").fiche
    assert fiche.mobilite is not None
    assert (fiche.mobilite.permis_libelle, fiche.mobilite.aides_libelles) == ("Permis en cours", ("Aide au permis",))
    assert fiche.permis == ()
    services.noter_mobilite(ctx, acteur, personne.ref, MobiliteSaisie("obtenu", JOUR, vehicule=True))
    with ctx.lecture() as s:
        assert s.get_one(Personne, personne.id).permis == ["B"]
        assert len(s.scalars(select(MobilitePersonne)).all()) == 1
        assert len(s.scalars(select(ChangementVivier)).all()) == 2


def test_la_page_garde_ce_qui_est_tape_et_enregistre(
    ctx: Contexte, fabrique: Fabrique, connecter: Callable[[Affectation], FlaskClient]
) -> None:
    referente = fabrique.referent()
    personne = fabrique.personne(referente, permis=[])
    page, adresse = connecter(referente), f"/referent/personnes/{personne.ref}/mobilite"
    assert "Permis B" in page.get(adresse).get_data(as_text=True)
    donnees: dict[str, Any] = {"permis_etat": "en_cours", "creneaux": ["9h_16h30", "mercredi"]}
    refus = page.post(adresse, data=donnees)
    assert refus.status_code == 422
    assert 'value="mercredi"' in refus.get_data(as_text=True)
    assert page.post(adresse, data=donnees | {"permis_le": "2027-02-01"}).status_code == 302
    with ctx.lecture() as s:
        assert s.scalars(select(MobilitePersonne.creneaux)).one() == ["9h_16h30", "mercredi"]
    autre = connecter(fabrique.referent())
    assert autre.post(adresse, data=donnees).status_code == 404

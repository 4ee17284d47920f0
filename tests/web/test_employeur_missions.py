"""The employer's page of missions: two fields for a new one, one for a prolongation."""

from __future__ import annotations

from datetime import date

from marketplace.comptes.models import TypeOrganisation
from marketplace.heures.models import Mission, Modalite
from tests.heures.conftest import Chantier
from tests.heures.conftest import chantier as chantier  # noqa: PLC0414


def test_une_etti_ajoute_et_prolonge_une_mission(chantier: Chantier, connecter) -> None:
    etti = chantier.structure(TypeOrganisation.ETTI)
    chapeau = chantier.fabrique.employeur(etti)
    contrat = chantier.salarie(
        employeur=etti, modalite=Modalite.MAD_ETTI, type_contrat="mission", fin=date(2026, 9, 30)
    )
    mission = chantier.fabrique.garder(
        Mission(contrat_id=contrat.id, debut=contrat.debut, fin=contrat.fin, cree_le=chantier.ctx.horloge())
    )
    client = connecter(chapeau)
    fiche = client.get(f"/employeur/salaries/{contrat.ref}").text
    assert "1 mission" in fiche
    assert "heures de parcours" not in fiche.lower() or "300" in fiche
    adresse = f"/employeur/salaries/{contrat.ref}/missions"
    assert "Ajouter une mission" in client.get(adresse).text
    refus = client.post(adresse, data={"debut": "2026-09-20", "fin": "2026-10-09"})
    assert refus.status_code == 422
    assert "court déjà" in refus.text
    assert 'value="2026-10-09"' in refus.text
    fait = client.post(adresse, data={"debut": "2026-10-05", "fin": "2026-10-09", "numero": "26-12"})
    assert fait.status_code == 302
    assert "26-12" in client.get(adresse).text
    retard = client.post(f"{adresse}/{mission.id}/prolonger", data={"fin": "2026-10-06"})
    assert retard.status_code == 422
    loin = client.post(adresse, data={"debut": "2027-01-11", "fin": "2027-01-15"}, follow_redirects=True)
    assert "nouveau contrat" in loin.text


def test_une_embauche_directe_n_a_pas_de_page_de_missions(chantier: Chantier, connecter) -> None:
    contrat = chantier.salarie()
    client = connecter(chantier.chapeau_employeur)
    assert client.get(f"/employeur/salaries/{contrat.ref}/missions").status_code == 404
    assert "Missions" not in client.get(f"/employeur/salaries/{contrat.ref}").text

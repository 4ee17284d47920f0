"""The page where a facilitateur notes that the préfet lifted the 480 h of an AI."""

from __future__ import annotations

from marketplace.comptes.models import TypeOrganisation
from tests.heures.conftest import Chantier
from tests.heures.conftest import chantier as chantier  # noqa: PLC0414


def test_le_facilitateur_note_puis_retire_une_levee(connecter, chantier: Chantier) -> None:
    ai = chantier.structure(TypeOrganisation.AI)
    client = connecter(chantier.chapeau_facilitateur)
    adresse = f"/facilitateur/organisations/{ai.ref}/plafond"
    assert adresse in client.get(f"/facilitateur/organisations/{ai.ref}").text
    champs = {"debut": "2026-09-01", "fin": "2029-09-01", "motif": "Arrêté du 3 février 2026"}
    refus = client.post(adresse, data=champs)
    assert refus.status_code == 422
    assert "trois ans au plus, ici jusqu'au 31 août 2029" in refus.text.replace("&#39;", "'")
    suite = client.post(adresse, data=champs | {"fin": "2029-08-31"}, follow_redirects=True)
    assert "« Arrêté du 3 février 2026 »" in suite.text
    assert "(en cours)" in suite.text
    retirer = suite.text.split(f'action="{adresse}/')[1].split('"')[0]
    apres = client.post(f"{adresse}/{retirer}", follow_redirects=True)
    assert "« Arrêté du 3 février 2026 »" not in apres.text


def test_le_plafond_n_existe_que_pour_une_ai(connecter, chantier: Chantier) -> None:
    etti = chantier.structure(TypeOrganisation.ETTI)
    client = connecter(chantier.chapeau_facilitateur)
    assert client.get(f"/facilitateur/organisations/{etti.ref}/plafond").status_code == 404
    assert "/plafond" not in client.get(f"/facilitateur/organisations/{etti.ref}").text

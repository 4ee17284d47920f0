"""What a facilitateur accepts out of the common rule: the 480 h of an AI lifted, an unusual way of working."""

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


def test_une_facon_inhabituelle_s_accepte_par_ecrit_et_se_relit(connecter, chantier: Chantier) -> None:
    geiq = chantier.structure(TypeOrganisation.GEIQ)
    validation = chantier.fabrique.validation(
        chantier.fabrique.personne(), marche_id=chantier.marche.id, demandeur_id=geiq.id
    )
    client = connecter(chantier.chapeau_facilitateur)
    adresse = f"/facilitateur/contrats/nouveau/{validation.ref}"
    assert "(avec votre accord écrit)" in client.get(adresse).text
    champs = {
        "poste": "Jardinier",
        "marche": chantier.marche.ref,
        "type_contrat": "cdd",
        "modalite": "sous_traitance",
        "debut": "2026-11-02",
        "fin": "2027-01-31",
        "heures_hebdo": "35",
    }
    assert client.post(adresse, data=champs).status_code == 422
    accord = "Le GEIQ tient ce lot, accord de l'acheteur du 12 octobre"
    fiche = client.post(adresse, data=champs | {"derogation_modalite": accord}, follow_redirects=True)
    assert "Façon inhabituelle, acceptée par écrit" in fiche.text
    assert "accord de l&#39;acheteur du 12 octobre" in fiche.text


def test_un_employeur_ne_s_accorde_pas_une_facon_inhabituelle(connecter, chantier: Chantier) -> None:
    geiq = chantier.structure(TypeOrganisation.GEIQ)
    validation = chantier.fabrique.validation(
        chantier.fabrique.personne(), marche_id=chantier.marche.id, demandeur_id=geiq.id
    )
    client = connecter(chantier.fabrique.employeur(geiq))
    page = client.get(f"/employeur/salaries/nouveau/{validation.ref}").text
    assert "accord" not in page.split("<main")[1].split("De quelle façon")[1].split("Premier jour")[0]
    reponse = client.post(
        f"/employeur/salaries/nouveau/{validation.ref}",
        data={
            "poste": "Jardinier",
            "marche": chantier.marche.ref,
            "type_contrat": "cdd",
            "modalite": "sous_traitance",
            "debut": "2026-11-02",
            "fin": "2027-01-31",
            "heures_hebdo": "35",
            "derogation_modalite": "Je me l'accorde",
        },
    )
    assert reponse.status_code == 422

"""The facilitateur's pages on hours: anomalies first, the clean ones in one click, line by line, contrats."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from marketplace.comptes.models import TypeOrganisation
from marketplace.heures.models import EtatDeclaration
from tests.heures.conftest import OCTOBRE, SEPTEMBRE, Chantier
from tests.heures.conftest import chantier as chantier  # noqa: PLC0414


@pytest.fixture
def facilitateur(chantier: Chantier, connecter) -> FlaskClient:
    return connecter(chantier.chapeau_facilitateur)


def page(client: FlaskClient, adresse: str) -> str:
    reponse = client.get(adresse)
    assert reponse.status_code == 200, adresse
    return reponse.text


def test_les_anomalies_viennent_avant_et_le_reste_se_valide_d_un_clic(
    chantier: Chantier, facilitateur: FlaskClient
) -> None:
    bon = chantier.salarie()
    court = chantier.salarie(fenetre_fin=date(2026, 10, 14))
    chantier.declarer({bon: "100"}, SEPTEMBRE)
    chantier.declarer({bon: "100", court: "110"}, OCTOBRE)
    texte = page(facilitateur, "/facilitateur/heures")
    assert "2 déclarations à valider" in texte
    assert texte.index("À regarder d'abord") < texte.index("Sans anomalie")
    assert "en dehors de la période de validation" in texte
    lot = [x.split('"')[0] for x in texte.split('name="declaration" value="')[1:]]
    assert len(lot) == 1
    reponse = facilitateur.post("/facilitateur/heures/valider", data={"declaration": lot}, follow_redirects=True)
    assert "1 déclaration validée : 100\u202fh comptées." in reponse.text
    assert "1 déclaration à valider" in reponse.text
    assert chantier.avancement().validees == Decimal(100)


def test_une_anomalie_se_lit_ligne_par_ligne_et_se_valide(chantier: Chantier, facilitateur: FlaskClient) -> None:
    bon, court = chantier.salarie(), chantier.salarie(fenetre_fin=date(2026, 10, 14))
    id_ = chantier.declarer({bon: "100", court: "110"})
    texte = page(facilitateur, f"/facilitateur/heures/{id_}")
    assert "Toutes les heures comptent" in texte
    assert "60\u00a0h en dehors de la période de validation" in texte
    version = chantier.lire(id_).version
    reponse = facilitateur.post(f"/facilitateur/heures/{id_}/valider", data={"version": version}, follow_redirects=True)
    assert "150\u202fh comptées, 60\u202fh non comptées." in reponse.text
    encore = facilitateur.post(f"/facilitateur/heures/{id_}/valider", data={"version": version})
    assert encore.status_code == 409
    assert "validée par Camille" in encore.text


def test_corriger_et_compter_malgre_tout_depuis_la_page(chantier: Chantier, facilitateur: FlaskClient) -> None:
    court = chantier.salarie(fenetre_fin=date(2026, 10, 14))
    id_ = chantier.declarer({court: "110"})
    chantier.valider(id_)
    (ligne,) = chantier.lignes()
    base = f"/facilitateur/heures/{id_}"
    assert "Compter ces heures" in page(facilitateur, f"{base}?ligne={ligne.id}&acte=malgre-tout")
    refus = facilitateur.post(f"{base}/lignes/{ligne.id}/malgre-tout", data={"heures": "70", "motif": "accord"})
    assert refus.status_code == 422
    assert "au plus 60" in refus.text
    assert "accord" in refus.text
    ok = facilitateur.post(
        f"{base}/lignes/{ligne.id}/malgre-tout",
        data={"heures": "60", "motif": "Prolongation accordée"},
        follow_redirects=True,
    )
    assert "60\u202fh comptées malgré la règle" in ok.text
    assert 'value="110"' in page(facilitateur, f"{base}?ligne={ligne.id}&acte=corriger")
    sans = facilitateur.post(f"{base}/lignes/{ligne.id}/corriger", data={"travaillees": "90", "motif": ""})
    assert sans.status_code == 422
    ok = facilitateur.post(
        f"{base}/lignes/{ligne.id}/corriger",
        data={"travaillees": "88", "motif": "Relevé relu"},
        follow_redirects=True,
    )
    assert "Lignes remplacées" in ok.text
    assert "Relevé relu" in ok.text
    assert chantier.avancement().validees == Decimal(40)


def test_demander_une_correction_depuis_la_page(chantier: Chantier, facilitateur: FlaskClient) -> None:
    id_ = chantier.declarer({chantier.salarie(): "100"})
    base = f"/facilitateur/heures/{id_}"
    version = chantier.lire(id_).version
    refus = facilitateur.post(f"{base}/correction", data={"motif": "", "version": version})
    assert refus.status_code == 422
    assert "Choisissez la raison" in refus.text
    ok = facilitateur.post(f"{base}/correction", data={"motif": "personne_manquante", "version": version})
    assert ok.status_code == 302
    assert chantier.lire(id_).etat is EtatDeclaration.A_CORRIGER


def test_une_personne_oubliee_s_ajoute(chantier: Chantier, facilitateur: FlaskClient) -> None:
    present, oublie = chantier.salarie(), chantier.salarie()
    id_ = chantier.declarer({present: "100"})
    chantier.valider(id_)
    assert "Ajouter une personne oubliée" in page(facilitateur, f"/facilitateur/heures/{id_}")
    reponse = facilitateur.post(
        f"/facilitateur/heures/{id_}/lignes",
        data={"contrat": oublie.ref, "travaillees": "40", "formation": "", "motif": "Oubli"},
    )
    assert reponse.status_code == 302
    assert chantier.avancement().validees == Decimal(140)


def test_les_listes_disent_qui_est_en_retard(chantier: Chantier, facilitateur: FlaskClient) -> None:
    chantier.salarie()
    chantier.declaration()
    texte = page(facilitateur, "/facilitateur/heures/attendues?q=bati")
    assert "11 jours de retard" in texte
    assert "Bâti Exemple" in texte
    assert "0 déclaration" in page(facilitateur, "/facilitateur/heures/attendues?q=inconnu")
    assert "Rien à valider aujourd'hui" in page(facilitateur, "/facilitateur/heures?miens=1")


def test_un_contrat_se_lit_mois_par_mois_et_se_termine(chantier: Chantier, facilitateur: FlaskClient) -> None:
    contrat = chantier.salarie()
    chantier.valider(chantier.declarer({contrat: "100"}))
    assert contrat.ref in page(facilitateur, "/facilitateur/contrats?q=bati")
    texte = page(facilitateur, f"/facilitateur/contrats/{contrat.ref}")
    assert "Octobre 2026" in texte
    assert "100\u202fh" in texte
    reponse = facilitateur.post(
        f"/facilitateur/contrats/{contrat.ref}/fin",
        data={"fin": "2026-11-15", "motif_fin": "embauche_durable"},
        follow_redirects=True,
    )
    assert "(embauche durable)" in reponse.text


def test_le_facilitateur_ecrit_un_contrat_pour_une_personne_validee(
    chantier: Chantier, facilitateur: FlaskClient
) -> None:
    etti = chantier.fabrique.organisation(TypeOrganisation.ETTI, nom="Intérim Exemple")
    validation = chantier.fabrique.validation(chantier.fabrique.personne(), marche_id=chantier.marche.id)
    adresse = f"/facilitateur/contrats/nouveau/{validation.ref}"
    assert "Employeur" in page(facilitateur, adresse)
    champs = {
        "employeur": "Intérim Exemple",
        "poste": "Manœuvre",
        "marche": chantier.marche.ref,
        "type_contrat": "mission",
        "modalite": "mad_etti",
        "debut": "2026-10-26",
        "fin": "2027-01-31",
        "heures_hebdo": "35",
    }
    refus = facilitateur.post(adresse, data=champs | {"employeur": "Inconnue"})
    assert refus.status_code == 422
    assert "annuaire : choisissez-le dans la liste" in refus.text
    refus = facilitateur.post(adresse, data=champs | {"modalite": "embauche_directe"})
    assert refus.status_code == 422
    assert "ne peut pas intervenir de cette façon" in refus.text
    assert "Votre accord pour une façon inhabituelle" in refus.text
    reponse = facilitateur.post(adresse, data=champs, follow_redirects=True)
    assert "Contrat enregistré." in reponse.text
    # October is over: its declaration opens at once for the structure.
    assert "Intérim Exemple" in page(facilitateur, "/facilitateur/heures/attendues")
    assert etti.nom in page(facilitateur, f"/facilitateur/marches/{chantier.marche.ref}")


def test_un_autre_territoire_ou_une_autre_casquette_ne_voit_rien(chantier: Chantier, connecter) -> None:
    contrat = chantier.salarie()
    id_ = chantier.declarer({contrat: "100"})
    ailleurs = chantier.fabrique.territoire("gard", nom="Gard")
    opcs = chantier.fabrique.organisation(TypeOrganisation.OPCS, territoire_id=ailleurs.id)
    etranger = connecter(chantier.fabrique.facilitateur(organisation=opcs))
    for adresse in (f"/facilitateur/heures/{id_}", f"/facilitateur/contrats/{contrat.ref}"):
        assert etranger.get(adresse).status_code == 404
    assert etranger.post(f"/facilitateur/heures/{id_}/valider", data={"version": 1}).status_code == 404
    employeur = connecter(chantier.chapeau_employeur)
    for adresse in ("/facilitateur/heures", f"/facilitateur/heures/{id_}", "/facilitateur/contrats"):
        assert employeur.get(adresse).status_code == 404

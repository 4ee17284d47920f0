"""The pages that share hours between marchés and move validated ones."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from marketplace.comptes.models import TypeOrganisation
from tests.heures.conftest import Chantier
from tests.heures.conftest import chantier as chantier  # noqa: PLC0414

CLE = {
    "a_partir_du": "2026-10-01",
    "motif": "Un contrat plus long",
    "parts-0-accord_par": "M. Exemple",
    "parts-0-accord_le": "2026-09-01",
    "parts-1-accord_par": "Mme Exemple",
    "parts-1-accord_le": "2026-09-02",
}


def test_le_facilitateur_partage_les_heures_d_un_contrat(connecter, chantier: Chantier) -> None:
    autre = chantier.fabrique.marche(titulaire=chantier.titulaire, intitule="Peinture du collège")
    contrat = chantier.salarie()
    client = connecter(chantier.chapeau_facilitateur)
    adresse = f"/facilitateur/contrats/{contrat.ref}/partage"
    page = client.get(adresse).get_data(as_text=True)
    assert "Partager les heures entre marchés" in page
    marches = {"parts-0-marche": chantier.marche.ref, "parts-1-marche": autre.ref}
    refus = client.post(adresse, data={**CLE, **marches, "parts-0-part": "60", "parts-1-part": "50"})
    texte = refus.get_data(as_text=True)
    assert refus.status_code == 422
    assert "110" in texte
    assert "Mme Exemple" in texte
    fait = client.post(adresse, data={**CLE, **marches, "parts-0-part": "62,5", "parts-1-part": "37,5"})
    assert fait.status_code == 302
    chantier.valider(chantier.declarer({contrat: "80"}))
    fiche = client.get(f"/facilitateur/contrats/{contrat.ref}").get_data(as_text=True)
    assert "pour Peinture du collège" in fiche
    assert chantier.avancement(autre).validees == Decimal(30)
    assert "62,5" in client.get(adresse).get_data(as_text=True)


def test_le_facilitateur_reaffecte_des_heures_validees(connecter, chantier: Chantier) -> None:
    autre = chantier.fabrique.marche(titulaire=chantier.titulaire, intitule="Peinture du collège")
    contrat = chantier.salarie()
    chantier.valider(chantier.declarer({contrat: "80"}))
    client = connecter(chantier.chapeau_facilitateur)
    ligne = chantier.lignes()[0].id
    fiche = client.get(f"/facilitateur/contrats/{contrat.ref}").get_data(as_text=True)
    adresse = f"/facilitateur/heures/lignes/{ligne}/reaffecter"
    assert adresse in fiche
    assert "Peinture du collège" in client.get(adresse).get_data(as_text=True)
    saisie = {
        "marche": autre.ref,
        "travaillees": "90",
        "accord_de": "M. Exemple",
        "accord_de_le": "2026-11-02",
        "accord_vers": "Mme Exemple",
        "accord_vers_le": "2026-11-03",
        "motif": "Objectif dépassé",
    }
    refus = client.post(adresse, data=saisie)
    assert refus.status_code == 422
    assert "pas en déplacer plus" in refus.get_data(as_text=True)
    assert client.post(adresse, data={**saisie, "travaillees": "20"}).status_code == 302
    assert (chantier.avancement().validees, chantier.avancement(autre).validees) == (Decimal(60), Decimal(20))
    encore = client.post(adresse, data={**saisie, "travaillees": "20"})
    assert encore.status_code == 409


def test_un_autre_territoire_ne_reaffecte_pas(connecter, chantier: Chantier) -> None:
    chantier.valider(chantier.declarer({chantier.salarie(): "80"}, date(2026, 10, 1)))
    ailleurs = chantier.fabrique.territoire("isere")
    facilite = chantier.fabrique.organisation(TypeOrganisation.OPCS, territoire_id=ailleurs.id)
    client = connecter(chantier.fabrique.facilitateur(organisation=facilite))
    assert client.get(f"/facilitateur/heures/lignes/{chantier.lignes()[0].id}/reaffecter").status_code == 404

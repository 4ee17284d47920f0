"""The page that brings structures level with the national platform: checked, then written, by whom may."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from sqlalchemy import func, select

from marketplace.comptes.models import Organisation
from marketplace.offres.models import Offre

ADRESSE = "/importer-structures"
PAGES = sorted((Path(__file__).parents[1] / "offres" / "donnees").glob("siae_page*.json"))


def envoi(bouton, *fichiers):
    contenus = [
        (io.BytesIO(f.read_bytes() if isinstance(f, Path) else f), f"page{i}.json") for i, f in enumerate(fichiers)
    ]
    return {"fichiers": contenus, bouton: "oui"}


def compter(ctx):
    with ctx.lecture() as s:
        offres = s.scalar(select(func.count()).select_from(Offre))
        return s.scalar(select(func.count(Organisation.id)).where(Organisation.source != "")), offres


@pytest.mark.parametrize("chapeau", ["facilitateur", "administrateur"])
def test_toutes_les_pages_ensemble_se_verifient_puis_s_importent(ctx, fabrique, connecter, chapeau):
    page = connecter(getattr(fabrique, chapeau)())
    essai = page.post(ADRESSE, data=envoi("verifier", *PAGES)).get_data(as_text=True)
    assert "Essai à blanc" in essai
    assert compter(ctx) == (0, 0)
    fait = page.post(ADRESSE, data=envoi("importer", *PAGES)).get_data(as_text=True)
    assert "Import fait" in fait
    assert "SIRET dont la clé est fausse" in fait
    assert compter(ctx) == (3, 3)
    with ctx.lecture() as s:
        ref = s.scalar(select(Organisation.ref).where(Organisation.siret == "12345678901234"))
    fiche = f"/facilitateur/organisations/{ref}" if chapeau == "facilitateur" else f"/admin/organisations/{ref}"
    assert "à vérifier : sa clé est fausse" in page.get(fiche).get_data(as_text=True)
    encore = page.post(ADRESSE, data=envoi("importer", *PAGES)).get_data(as_text=True)
    assert "<dt>Inchangées</dt><dd>3</dd>" in encore
    assert compter(ctx) == (3, 3)


@pytest.mark.parametrize(
    ("fichiers", "dit"), [((), "Choisissez un fichier"), ((b"{",), "JSON lisible"), ((b"",), "vide")]
)
def test_un_fichier_absent_ou_illisible_se_dit_et_rien_ne_bouge(ctx, fabrique, connecter, fichiers, dit):
    page = connecter(fabrique.facilitateur())
    reponse = page.post(ADRESSE, data=envoi("importer", *fichiers))
    assert reponse.status_code == 422
    assert dit in reponse.get_data(as_text=True)
    assert compter(ctx) == (0, 0)


@pytest.mark.parametrize("chapeau", ["employeur", "referent", "acheteur"])
def test_les_autres_n_importent_pas(ctx, fabrique, connecter, chapeau):
    page = connecter(getattr(fabrique, chapeau)())
    assert page.get(ADRESSE).status_code == 404
    assert page.post(ADRESSE, data=envoi("importer", *PAGES)).status_code == 404
    assert compter(ctx) == (0, 0)

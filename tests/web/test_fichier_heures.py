"""The pages of an employer's file: decided once, written, undone. Everything works without JavaScript."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.comptes.models import Affectation
from marketplace.heures.models import Declaration, EtatDeclaration
from marketplace.heures.services.declarations import ouvrir_declarations
from tests.conftest import Horloge
from tests.heures.conftest import Chantier
from tests.heures.conftest import chantier as chantier  # noqa: PLC0414
from tests.heures.etti import Etti, retrouves
from tests.heures.etti import etti as etti  # noqa: PLC0414

ICI = "/employeur/fichier-d-heures"
Connecter = Callable[[Affectation], FlaskClient]


@pytest.fixture
def client(connecter: Connecter, etti: Etti) -> FlaskClient:
    return connecter(etti.chapeau)


def envoyer(client: FlaskClient, contenu: bytes | str, nom: str = "paie.xlsx") -> tuple[str, str]:
    """(address of the file, page that waits)."""
    octets = contenu.encode() if isinstance(contenu, str) else contenu
    reponse = client.post(ICI, data={"fichier": (io.BytesIO(octets), nom)}, follow_redirects=True)
    assert reponse.status_code == 200, unescape(reponse.text)[-2000:]
    return reponse.request.path, unescape(reponse.text)


def poster(client: FlaskClient, adresse: str, donnees: dict[str, str], code: int = 200) -> str:
    reponse = client.post(adresse, data=donnees, follow_redirects=True)
    assert reponse.status_code == code
    return unescape(reponse.text)


def champ_de(page: str, texte: str) -> str:
    """Name of the select of the row that shows this text."""
    ligne = next(x for x in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if texte in x)
    return re.search(r'<select[^>]* name="([^"]+)"', ligne).group(1)  # type: ignore[union-attr]


def test_un_fichier_d_etti_se_depose_puis_revient_en_deux_clics(
    chantier: Chantier, etti: Etti, client: FlaskClient, horloge: Horloge
) -> None:
    ctx, premiere = chantier.ctx, etti.premiere()
    depot, page = envoyer(client, premiere.contenu)
    assert "36 clients à reconnaître" in page
    assert "Que contiennent ces colonnes" not in page
    garde = "".join(f.read_text("utf-8") for f in (ctx.config.dossier_var / "depots").iterdir())
    assert [n for n in premiere.etrangers if n.startswith("2 ") and n in garde] == []
    assert "paie.xlsx</strong> attend la suite" in unescape(client.get(ICI).text)
    choix = {
        champ_de(page, "C004"): etti.marches[4].ref,
        champ_de(page, "C005"): etti.marches[5].ref,
        champ_de(page, "Hres de nuit"): "travail",
        "autres_clients": "1",
    }
    page = poster(client, f"{depot}/correspondances", choix)
    assert "2 personnes à reconnaître" in page
    assert "Demander la validation" in page
    decisions = {champ_de(page, "M00 "): etti.contrats[0].ref, "autres_personnes": "1"}
    page = poster(client, f"{depot}/correspondances", decisions)
    restantes = {champ_de(page, "Hres de nuit"): "travail"} if "Hres de nuit" in page else {}
    if restantes:
        page = poster(client, f"{depot}/correspondances", restantes)
    assert len(choix) + len(decisions) + len(restantes) < 15
    assert "Tout est reconnu" in page
    assert "N° Sécu" in page
    page = poster(client, f"{depot}/ecrire", {})
    assert "12 déclarations remplies" in page
    assert not any((ctx.config.dossier_var / "depots").iterdir())
    assert retrouves(ctx, premiere.etrangers) == []

    horloge.avancer(days=14)
    client = rouvrir(client, ctx.horloge().timestamp())
    ouvrir_declarations(ctx, ctx.aujourdhui())
    seconde = etti.seconde()
    depot, page = envoyer(client, seconde.contenu)  # first click
    assert "Tout est reconnu" in page
    assert "comme la dernière fois" in page
    assert "6 déclarations remplies" in poster(client, f"{depot}/ecrire", {})  # second click
    assert retrouves(ctx, seconde.etrangers) == []


def rouvrir(client: FlaskClient, instant: float) -> FlaskClient:
    with client.session_transaction() as session:
        session["vu"] = session["debut"] = int(instant)
    return client


def csv(*lignes: str) -> str:
    return "\n".join(("Client;Matricule;Nom;Prénom;Mois;Heures", *lignes))


def test_une_ligne_fausse_se_corrige_sur_la_page_ou_se_met_de_cote(
    chantier: Chantier, etti: Etti, client: FlaskClient
) -> None:
    fichier = csv(
        "Bâti Alizé;M01;Salarie01 Exemple;Inès;10/2026;cent",
        "Bâti Alizé;M02;Salarie02 Exemple;Inès;10/2026;80",
        "Bâti Alizé;M03;Salarie03 Exemple;Inès;10/2026;-4",
    )
    depot, page = envoyer(client, fichier, "paie.csv")
    assert "2 lignes à corriger" in page
    assert "n'est pas un nombre d'heures" in page
    assert "Remplir" not in page
    # Writing all the same is refused: nothing is written.
    assert "2 lignes à corriger" in poster(client, f"{depot}/ecrire", {})
    page = poster(client, f"{depot}/lignes", {"ligne:2:heures": "7 h trente", "ligne:4:sort": "ecarter"})
    assert "1 ligne à corriger" in page
    assert 'value="7 h trente"' in page
    page = poster(client, f"{depot}/lignes", {"ligne:2:heures": "100"})
    assert "Tout est reconnu" in page
    page = poster(client, f"{depot}/ecrire", {"signer": "1", "signataire": ""}, 422)
    assert "Écrivez votre nom pour signer." in page
    assert "1 déclaration signée" in poster(client, f"{depot}/ecrire", {"signer": "1", "signataire": "Paie Exemple"})
    with chantier.ctx.lecture() as s:
        declaree = s.scalars(select(Declaration).where(Declaration.etat == EtatDeclaration.DECLAREE)).one()
        assert declaree.signataire == "Paie Exemple"


def test_un_depot_s_annule_tant_que_rien_n_est_valide(chantier: Chantier, etti: Etti, client: FlaskClient) -> None:
    depot, _ = envoyer(client, csv("Bâti Alizé;M01;Salarie01 Exemple;Inès;10/2026;100"), "paie.csv")
    poster(client, f"{depot}/ecrire", {})
    page = unescape(client.get(ICI).text)
    adresse = re.search(r'action="([^"]+/annuler)"', page).group(1)  # type: ignore[union-attr]
    assert "comme avant" in poster(client, adresse, {})
    with chantier.ctx.lecture() as s:
        assert {(d.etat, len(d.brouillon)) for d in s.scalars(select(Declaration))} == {(EtatDeclaration.A_FAIRE, 0)}
    assert "déjà annulé" in poster(client, adresse, {}, 422)


def test_une_colonne_introuvable_se_choisit_dans_une_liste(etti: Etti, client: FlaskClient) -> None:
    fichier = "Donneur;Qui;Quand;Combien\nBâti Alizé;Salarie01 Exemple Inès;10/2026;Truc\n"
    depot, page = envoyer(client, fichier, "paie.csv")
    assert "Il manque : les heures" in page
    assert "d'après les valeurs" in page
    page = poster(client, f"{depot}/colonnes", {"colonne:heures": "Combien"})
    assert "« Truc » n'est pas un nombre d'heures" in page


@pytest.mark.parametrize(
    ("contenu", "phrase"),
    [
        (b"", "vide"),
        (b"PK\x03\x04coupe", "abîmé"),
        (b"%PDF-1.7 x", "PDF"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 20, "ancien format"),
    ],
)
def test_un_fichier_illisible_dit_quoi_faire(client: FlaskClient, contenu: bytes, phrase: str) -> None:
    reponse = client.post(ICI, data={"fichier": (io.BytesIO(contenu), "paie.xlsx")})
    assert reponse.status_code == 422
    assert phrase in unescape(reponse.text)


def test_un_fichier_trop_lourd_est_refuse_avec_une_phrase(client: FlaskClient) -> None:
    reponse = client.post(
        ICI,
        input_stream=io.BytesIO(b""),
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": "200000000"},
    )
    assert reponse.status_code == 413
    assert "20 Mo" in unescape(reponse.text)


def test_le_fichier_d_un_autre_ou_perime_se_renvoie(
    chantier: Chantier, etti: Etti, client: FlaskClient, connecter: Connecter, horloge: Horloge
) -> None:
    depot, _ = envoyer(client, csv("Bâti Alizé;M01;Salarie01 Exemple;Inès;10/2026;100"), "paie.csv")
    autre = connecter(chantier.chapeau_employeur)
    assert "envoyez-le de nouveau" in unescape(autre.get(depot, follow_redirects=True).text)
    horloge.avancer(hours=13)
    client = rouvrir(client, chantier.ctx.horloge().timestamp())
    assert "envoyez-le de nouveau" in unescape(client.get(depot, follow_redirects=True).text)


def test_le_facilitateur_depose_pour_le_compte_de_l_employeur(
    chantier: Chantier, etti: Etti, connecter: Connecter
) -> None:
    client = connecter(chantier.chapeau_facilitateur)
    with client.session_transaction() as session:
        session["pour"] = {
            "nom": "ETTI",
            "source": "courriel",
            "organisation": etti.organisation.id,
            "affectation": None,
        }
    depot, page = envoyer(client, csv("Bâti Alizé;M01;Salarie01 Exemple;Inès;10/2026;100"), "paie.csv")
    assert "Tout est reconnu" in page
    assert "1 déclaration remplie" in poster(client, f"{depot}/ecrire", {})


def test_l_exemple_de_la_demonstration_se_depose(
    chantier: Chantier, etti: Etti, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get(f"{ICI}/exemple.xlsx").status_code == 404
    monkeypatch.setattr(chantier.ctx, "config", replace(chantier.ctx.config, mode_demo=True))
    exemple = client.get(f"{ICI}/exemple.xlsx")
    assert exemple.status_code == 200
    depot, page = envoyer(client, exemple.data)
    assert "4 clients à reconnaître" in page
    assert "Tout est reconnu" in poster(client, f"{depot}/correspondances", {"autres_clients": "1"})


def test_effacer_le_fichier_n_ecrit_rien(chantier: Chantier, etti: Etti, client: FlaskClient) -> None:
    depot, _ = envoyer(client, csv("Bâti Alizé;M01;Salarie01 Exemple;Inès;10/2026;100"), "paie.csv")
    assert "rien n'a été écrit" in poster(client, f"{depot}/abandonner", {})
    dossier: Path = chantier.ctx.config.dossier_var / "depots"
    assert not any(dossier.iterdir())

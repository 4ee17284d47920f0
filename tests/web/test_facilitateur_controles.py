"""The pages of controls and pieces, by role."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from io import BytesIO

from flask.testing import FlaskClient

from marketplace.heures.models import EtatLigne
from marketplace.marches.models import ConsigneDeclaration
from marketplace.marches.rules.consignes import ModePieces, Rythme
from tests.conftest import Horloge
from tests.heures.conftest import Chantier
from tests.heures.conftest import chantier as chantier  # noqa: PLC0414
from tests.heures.test_pieces import GPS, jpeg


def lire(client: FlaskClient, adresse: str, code: int = 200) -> str:
    reponse = client.get(adresse)
    assert reponse.status_code == code, adresse
    return unescape(reponse.text)


def test_un_controle_se_tire_s_imprime_et_s_ecrit(chantier: Chantier, connecter, horloge: Horloge) -> None:
    contrats = [chantier.salarie() for _ in range(4)]
    chantier.valider(chantier.declarer(dict.fromkeys(contrats, "70")))
    horloge.avancer(minutes=1)
    client = connecter(chantier.chapeau_facilitateur)
    assert "Aucun contrôle" in lire(client, "/facilitateur/heures/controles")
    envoi = {"debut": "2026-10-01", "fin": "2026-10-01", "taille": "2", "graine": "graine-exemple"}
    page = client.post("/facilitateur/heures/controles", data=envoi).headers["Location"]
    texte = lire(client, page)
    assert "graine-exemple" in texte
    assert "2 lignes sur 4" in texte
    assert "le tirage donne les mêmes lignes" in texte
    refus = client.post(f"{page}/1", data={"resultat": "ecart", "constatees": "soixante", "constat": "x"})
    assert refus.status_code == 422
    assert 'value="soixante"' in refus.text
    assert client.post(f"{page}/1", data={"resultat": "conforme"}).status_code == 302
    ecrit = client.post(f"{page}/2", data={"resultat": "ecart", "constatees": "60h30", "constat": "Feuille"})
    assert ecrit.status_code == 302
    assert "130,5\u202fh retenues sur 140" in lire(client, page)
    assert client.post("/facilitateur/heures/controles", data=envoi | {"taille": "0"}).status_code == 422
    autre = connecter(chantier.fabrique.employeur())
    lire(autre, page, 404)


def test_une_photo_se_joint_se_regarde_et_libere_les_heures(chantier: Chantier, connecter) -> None:
    chantier.fabrique.garder(
        ConsigneDeclaration(
            marche_id=chantier.marche.id,
            a_partir_du=date(2026, 1, 1),
            pieces=ModePieces.FICHIER,
            cree_le=chantier.ctx.horloge(),
        )
    )
    a = chantier.salarie()
    declaration = chantier.declaration()
    employeur, facilitateur = connecter(chantier.chapeau_employeur), connecter(chantier.chapeau_facilitateur)
    grille = f"/employeur/declarations/{chantier.marche.ref}/2026-10"
    assert "vous la joindrez juste après" in lire(employeur, grille)
    signee = employeur.post(grille, data={f"h-{a.ref}": "70", "signataire": "D. Exemple", "version": "1"})
    assert signee.headers["Location"].endswith(f"{grille}#pieces")
    assert "Jamais de fiche de paie" in lire(employeur, grille)
    depot = re.search(r'action="(/employeur/pieces/\d+)"', lire(employeur, grille))[1]
    for nom, contenu, phrase in (
        ("bulletin de paie.jpg", jpeg(), "fiche de paie"),
        ("x.txt", b"bonjour", "ni une photo"),
        ("photo.jpg", jpeg(), "Pièce reçue"),
    ):
        envoi = {"type": "releve", "fichier": (BytesIO(contenu), nom), "suite": grille}
        reponse = employeur.post(depot, data=envoi, follow_redirects=True)
        assert phrase in unescape(reponse.text)
    chantier.valider(declaration.id)
    assert [d.etat for d in chantier.decisions()] == [EtatLigne.ATTENTE_PIECE]
    page = f"/facilitateur/heures/{declaration.id}"
    texte = lire(facilitateur, page)
    fichier = facilitateur.get(re.search(rf'href="({page}/pieces/\d+)"', texte)[1])
    assert fichier.headers["Content-Disposition"].startswith("attachment")
    assert GPS not in fichier.data
    accepter = re.search(rf'action="({page}/pieces/\d+/accepter)"', texte)[1]
    assert "1 ligne compte maintenant" in unescape(facilitateur.post(accepter, follow_redirects=True).text)
    assert "Vu par" in lire(employeur, grille)


def test_un_trimestre_se_lit_sur_une_page_et_se_signe_une_fois(chantier: Chantier, connecter) -> None:
    a = chantier.salarie(debut=date(2026, 8, 10))
    for mois in (8, 9):
        chantier.declaration(date(2026, mois, 1), rythme=Rythme.TRIMESTRIEL, echeance=date(2026, 10, 10))
    employeur = connecter(chantier.chapeau_employeur)
    assert "Déclarer août à septembre</strong> : 1 personne" in lire(employeur, "/employeur")
    liste = lire(employeur, "/employeur/declarations")
    assert "Août à septembre 2026" in liste
    assert liste.count("Déclarer<span") == 1
    grille = f"/employeur/declarations/{chantier.marche.ref}/2026-08"
    texte = lire(employeur, grille)
    versions = re.findall(r'name="version" value="(\d+:\d+)"', texte)
    assert len(versions) == 2
    assert f'name="h-202608-{a.ref}"' in texte
    envoi = {"version": versions, f"h-202608-{a.ref}": "70", f"h-202609-{a.ref}": "300", "signataire": "D. Exemple"}
    refus = employeur.post(grille, data=envoi)
    assert refus.status_code == 422
    assert f'id="h-202609-{a.ref}-erreur"' in refus.text
    assert 'value="70"' in refus.text
    assert employeur.post(grille, data=envoi | {f"h-202609-{a.ref}": "120"}).status_code == 302
    assert sorted(x.travaillees for x in chantier.lignes()) == [70, 120]

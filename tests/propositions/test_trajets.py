"""Real journeys of a territory: tried, used by every ranking at once, withdrawn; the page and the command."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest

from marketplace.cli import main, trajets
from marketplace.comptes.roles import systeme
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.models import Evenement
from marketplace.matching.trajets import Trajets
from marketplace.propositions.classement import mettre_a_jour
from marketplace.propositions.trajets import (
    lire_trajets,
    releves_du_territoire,
    retirer_trajets,
    utiliser_trajets,
)
from tests.matching.gtfs import MONTPELLIER, SETE, gtfs, reperes


@pytest.fixture
def admin(fabrique):
    fabrique.territoire()
    return fabrique.acteur(fabrique.administrateur())


@pytest.fixture(autouse=True)
def moteur_rendu(moteur) -> Iterator[None]:
    yield
    moteur.recevoir_trajets([])


@pytest.fixture
def horaires(moteur):
    return gtfs(moteur.trajets.communes)


def en_voiture(ctx, admin, mode="voiture"):
    with ctx.lecture() as s:
        return mettre_a_jour(ctx, s, admin.territoire_id).trajet(SETE, MONTPELLIER, mode)


def test_un_essai_ne_change_rien_puis_sert_puis_se_retire(ctx, admin, horaires) -> None:
    avant = en_voiture(ctx, admin, "transports")
    lu = lire_trajets(ctx, admin, nom="gtfs.zip", contenu=horaires, source="Réseau exemple, ODbL")
    assert lu.releve_id is not None
    assert en_voiture(ctx, admin, "transports") == avant
    utiliser_trajets(ctx, admin, lu.releve_id)
    pendant = en_voiture(ctx, admin, "transports")
    assert pendant is not None
    assert pendant != avant
    with ctx.lecture() as s:
        assert [(r.numero, r.etat) for r in releves_du_territoire(s, admin.territoire_id)] == [(1, "Utilisé")]
    retirer_trajets(ctx, admin, lu.releve_id)
    assert en_voiture(ctx, admin, "transports") == avant
    with ctx.lecture() as s:
        assert [r.etat for r in releves_du_territoire(s, admin.territoire_id)] == ["Retiré"]
        actes = [e.action for e in s.query(Evenement).order_by(Evenement.id) if "trajets" in e.action]
    assert actes == ["lire_trajets", "utiliser_trajets", "retirer_trajets"]


def test_retirer_la_derniere_version_rend_la_precedente(ctx, admin, moteur) -> None:
    base = Trajets(moteur.trajets.communes)
    estime, vus = base.minutes(SETE, MONTPELLIER, "voiture"), []
    for facteur in (1.3, 1.8):

        def minutes(a: str, b: str, f: float = facteur) -> float:
            return round((base.minutes(a, b, "voiture") or 0) * f, 1)

        texte = reperes(base.communes, minutes, nombre=40)
        lu = lire_trajets(ctx, admin, nom="routes.csv", contenu=texte.encode(), source="Calcul exemple")
        utiliser_trajets(ctx, admin, lu.releve_id)
        vus.append(en_voiture(ctx, admin))
    assert estime < vus[0] < vus[1]
    with ctx.lecture() as s:
        derniere, premiere = releves_du_territoire(s, admin.territoire_id)
    assert (derniere.etat, premiere.etat) == ("Utilisé", "Remplacé")
    retirer_trajets(ctx, admin, derniere.id)
    assert en_voiture(ctx, admin) == vus[0]


def test_un_fichier_deja_la_sans_source_ou_d_un_autre_territoire_est_refuse(ctx, admin, fabrique, horaires) -> None:
    with pytest.raises(RegleViolee, match="licence"):
        lire_trajets(ctx, admin, nom="gtfs.zip", contenu=horaires, source=" ")
    lu = lire_trajets(ctx, admin, nom="gtfs.zip", contenu=horaires, source="Réseau exemple")
    with pytest.raises(RegleViolee, match="déjà là"):
        lire_trajets(ctx, admin, nom="autre.zip", contenu=horaires, source="Réseau exemple")
    with pytest.raises(Introuvable):
        utiliser_trajets(ctx, fabrique.acteur(fabrique.facilitateur()), lu.releve_id)
    ailleurs = fabrique.territoire(code="ailleurs", nom="Ailleurs")
    with pytest.raises(Introuvable):
        utiliser_trajets(ctx, systeme(ailleurs.id), lu.releve_id)


def test_l_administrateur_lit_utilise_et_retire_depuis_la_page(ctx, fabrique, connecter, horaires) -> None:
    fabrique.territoire()
    client = connecter(fabrique.administrateur())
    assert "tous les trajets sont estimés" in client.get("/admin/trajets/").text

    def deposer(contenu: bytes, nom: str):
        donnees = {"fichier": (io.BytesIO(contenu), nom), "source": "Réseau exemple, ODbL"}
        return client.post("/admin/trajets/", data=donnees, follow_redirects=True)

    page = deposer(b"depart,arrivee,minutes\n34172,34032,vite\n", "routes.csv")
    assert page.status_code == 422
    assert "routes.csv, ligne 2 : « vite » n&#39;est pas un temps en minutes" in page.text
    page = deposer(horaires, "gtfs.zip")
    assert "2 courses" in page.text
    assert "À l&#39;essai" in page.text
    with ctx.lecture() as s:
        releve = releves_du_territoire(s, fabrique.territoire().id)[0]
    assert "Utilisé" in client.post(f"/admin/trajets/{releve.id}/utiliser", follow_redirects=True).text
    page = client.post(f"/admin/trajets/{releve.id}/utiliser", follow_redirects=True)
    assert "a déjà servi" in page.text
    assert "Retiré" in client.post(f"/admin/trajets/{releve.id}/retirer", follow_redirects=True).text


def test_la_commande_essaie_importe_et_retire(ctx, admin, horaires, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(trajets, "creer_contexte", lambda: ctx)
    fichier = tmp_path / "gtfs.zip"
    fichier.write_bytes(horaires)
    commande = ["import", "trajets", str(fichier), "--source", "Réseau exemple", "--json"]
    assert main([*commande, "--dry-run"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] is None
    assert main(commande) == 0
    objet = json.loads(capsys.readouterr().out)
    assert objet["resume"]["courses"] == 2
    assert en_voiture(ctx, admin, "transports") is not None
    assert main(["import", "retirer-trajets", str(objet["id"])]) == 0
    fichier.write_bytes(b"bonjour")
    assert main([*commande, "--dry-run"]) == 1
    assert "Titres attendus" in capsys.readouterr().out

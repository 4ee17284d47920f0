import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.comptes.models import Affectation
from marketplace.contexte import Contexte
from marketplace.journal.models import LecturePersonne
from marketplace.personnes import services
from marketplace.personnes.models import EtatValidation, Personne, Suivi, Validation
from marketplace.propositions.models import EtatProposition, Proposition
from tests.fabrique import Fabrique
from tests.web.temoins import MoteurTemoin

SECRETS = ("Allocataire du RSA", "attestation de la caf")


@pytest.fixture
def ctx(ctx: Contexte) -> Contexte:
    ctx.obtenir_ranker = MoteurTemoin  # type: ignore[assignment,return-value]
    return ctx


@pytest.fixture
def facilitatrice(fabrique: Fabrique) -> Affectation:
    return fabrique.facilitateur()


@pytest.fixture
def page(connecter: Callable[[Affectation], FlaskClient], facilitatrice: Affectation) -> FlaskClient:
    return connecter(facilitatrice)


@pytest.fixture
def demande(ctx: Contexte, fabrique: Fabrique) -> Callable[..., str]:
    """`demande(prenom="Leïla")`: an employer asked for a validation."""
    entreprise = fabrique.organisation(nom="Maçonnerie exemple")
    employeur = fabrique.acteur(fabrique.employeur(entreprise))
    marche = fabrique.marche(titulaire=entreprise)

    def demander(**champs: Any) -> str:
        valeurs: dict[str, Any] = {
            "prenom": "Karim",
            "nom": "Exemple",
            "date_naissance": date(1988, 4, 12),
            "poste": "Maçon",
            "debut": ctx.aujourdhui() + timedelta(days=5),
            "marche_ref": marche.ref,
            "personne_informee": True,
        }
        return services.demander_validation(ctx, employeur, **(valeurs | champs))

    return demander


def texte(reponse: Any) -> str:
    return unescape(str(reponse.get_data(as_text=True)))


def lire_version(ctx: Contexte) -> str:
    with ctx.lecture() as s:
        return str(s.scalars(select(Validation.version)).one())


def proposer(fabrique: Fabrique, ctx: Contexte, personne: Personne) -> None:
    jour = ctx.aujourdhui()
    fabrique.garder(
        Proposition(
            ref="PR-000001",
            territoire_id=personne.territoire_id,
            offre_id=fabrique.offre().id,
            personne_id=personne.id,
            etat=EtatProposition.PROPOSEE,
            accord_le=jour,
            accord_canal="entretien",
            proposee_le=ctx.horloge(),
            echeance_le=jour + timedelta(days=15),
        )
    )


def test_le_vivier_montre_les_noms_et_oui_ou_non(page: FlaskClient, fabrique: Fabrique) -> None:
    fabrique.personne(fabrique.referent(), nom="Durand-Exemple")
    html = texte(page.get("/facilitateur/personnes"))
    assert "Durand-Exemple" in html
    assert not any(secret.lower() in html.lower() for secret in SECRETS)


def test_un_autre_territoire_reste_ferme(page: FlaskClient, fabrique: Fabrique) -> None:
    fabrique.territoire()
    ailleurs = fabrique.territoire("gard", nom="Gard", departements=["30"])
    personne = fabrique.personne(territoire_id=ailleurs.id, nom="Ailleurs")
    assert "Ailleurs" not in texte(page.get("/facilitateur/personnes"))
    assert page.get(f"/facilitateur/personnes/{personne.ref}").status_code == 404


def test_la_situation_s_ouvre_apres_une_validation_ou_une_proposition(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique
) -> None:
    fermee, validee, proposee = (fabrique.personne(fabrique.referent()) for _ in range(3))
    fabrique.validation(validee)
    proposer(fabrique, ctx, proposee)
    for personne, ouverte in ((fermee, False), (validee, True), (proposee, True)):
        for chemin in ("", "/situation"):
            html = texte(page.get(f"/facilitateur/personnes/{personne.ref}{chemin}"))
            assert ("Allocataire du RSA" in html) is ouverte, chemin
    refus = page.post(f"/facilitateur/personnes/{fermee.ref}/situation", data={"categorie": "aah", "preuve_type": ""})
    assert refus.status_code == 404


def test_chaque_lecture_du_facilitateur_est_notee(ctx: Contexte, page: FlaskClient, fabrique: Fabrique) -> None:
    personne = fabrique.personne(fabrique.referent())
    page.get(f"/facilitateur/personnes/{personne.ref}")
    with ctx.lecture() as s:
        finalites = set(s.scalars(select(LecturePersonne.finalite).where(LecturePersonne.role == "facilitateur")))
    assert "Suivi des clauses" in finalites


def test_le_facilitateur_peut_avoir_son_propre_vivier(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, facilitatrice: Affectation
) -> None:
    fabrique.territoire()
    page.post(
        "/facilitateur/personnes/nouvelle",
        data={"prenom": "Nadia", "nom": "Exemple", "heures_max": "35", "information_canal": "entretien"},
    )
    with ctx.lecture() as s:
        assert s.scalars(select(Suivi.referent_id)).all() == [facilitatrice.utilisateur_id]


def test_une_personne_sans_referent_se_confie(ctx: Contexte, page: FlaskClient, fabrique: Fabrique) -> None:
    referente = fabrique.referent()
    personne = fabrique.personne()
    assert personne.nom in texte(page.get("/facilitateur/personnes?etat=sans_referent"))
    page.post(
        f"/facilitateur/personnes/{personne.ref}/suivi",
        data={"referent": str(referente.utilisateur_id), "sens": "transmettre"},
    )
    assert "0 personne" in texte(page.get("/facilitateur/personnes?etat=sans_referent"))


def test_la_file_des_validations_en_un_clic(
    ctx: Contexte, page: FlaskClient, demande: Callable[..., str], fabrique: Fabrique, facilitatrice: Affectation
) -> None:
    prete, restante = demande(), demande(prenom="Leïla")
    with ctx.lecture() as s:
        ref = s.scalars(
            select(Personne.ref).join(Validation, Validation.personne_id == Personne.id).where(Validation.ref == prete)
        ).one()
    services.ajouter_statut(
        ctx,
        fabrique.acteur(facilitatrice),
        ref,
        categorie="rsa",
        preuve_type="attestation_rsa",
        preuve_le=ctx.aujourdhui(),
    )
    html = texte(page.get("/facilitateur/personnes/a-valider"))
    assert "2 personnes à valider" in html
    assert f'value="{prete}"' in html
    assert re.search(rf'id="oui-{prete}" value="oui" checked', html)
    assert re.search(rf'id="plus_tard-{restante}" value="plus_tard" checked', html)
    lignes = {"ref": [prete, restante], f"reponse-{prete}": "oui", f"reponse-{restante}": "plus_tard"}
    suite = page.post("/facilitateur/personnes/a-valider", data=lignes, follow_redirects=True)
    assert "1 réponse envoyée" in texte(suite)
    with ctx.lecture() as s:
        etats = {v.ref: v.etat for v in s.scalars(select(Validation))}
    assert etats == {prete: EtatValidation.OUI, restante: EtatValidation.A_TRAITER}


def test_repondre_oui_avec_le_justificatif_vu(ctx: Contexte, page: FlaskClient, demande: Callable[..., str]) -> None:
    ref = demande()
    adresse = f"/facilitateur/personnes/a-valider/{ref}"
    assert "12 avril 1988" in texte(page.get(adresse))
    donnees = {
        "version": lire_version(ctx),
        "categorie": "rsa",
        "preuve_type": "attestation_rsa",
        "preuve_le": (ctx.aujourdhui() - timedelta(days=200)).isoformat(),
        "type_contrat": "cdd",
        "reponse": "oui",
    }
    refus = page.post(adresse, data=donnees)
    assert refus.status_code == 422
    assert "moins de 3 mois" in texte(refus)
    suite = page.post(adresse, data=donnees | {"preuve_le": ctx.aujourdhui().isoformat()})
    assert suite.location.endswith("/a-valider")
    with ctx.lecture() as s:
        assert s.scalars(select(Validation.fenetre_fin)).one() == date(2028, 11, 25)
    assert page.get(adresse).status_code == 404


def test_une_note_de_l_equipe_ne_prend_pas_de_numero_et_previent(
    ctx: Contexte, page: FlaskClient, demande: Callable[..., str]
) -> None:
    ref = demande()
    adresse = f"/facilitateur/personnes/a-valider/{ref}"
    base = {"categorie": "", "preuve_type": "", "type_contrat": "cdd", "version": lire_version(ctx), "reponse": "non"}
    refus = page.post(adresse, data=base | {"note": "185057800608436"})
    assert refus.status_code == 422
    assert "sécurité sociale" in texte(refus)
    suite = page.post(adresse, data=base | {"note": "elle est enceinte"}, follow_redirects=True)
    assert "Attention" in texte(suite)


def test_seul_le_facilitateur_ouvre_ces_pages(
    fabrique: Fabrique, client: FlaskClient, connecter: Callable[[Affectation], FlaskClient]
) -> None:
    fabrique.territoire()
    for adresse in ("/facilitateur/personnes", "/facilitateur/personnes/a-valider", "/facilitateur/personnes/nouvelle"):
        assert client.get(adresse).status_code == 302
        for affectation in (fabrique.employeur(), fabrique.referent(), fabrique.acheteur()):
            assert connecter(affectation).get(adresse).status_code == 404


def test_les_fiches_en_double_se_comparent_et_se_reunissent(page: FlaskClient, fabrique: Fabrique) -> None:
    champs = {"prenom": "Nadia", "nom": "Exemple", "empreinte": "e" * 64}
    une, autre = (fabrique.personne(fabrique.referent(), **champs) for _ in range(2))
    html = texte(page.get("/facilitateur/personnes/doublons"))
    assert f"Garder {une.ref}, effacer {autre.ref}" in html
    suite = page.post(
        "/facilitateur/personnes/doublons/reunir", data={"ref": une.ref, "autre": autre.ref}, follow_redirects=True
    )
    assert "Fiches réunies" in texte(suite)
    assert "Aucune fiche en double" in texte(suite)
    rien = page.post("/facilitateur/personnes/doublons/distinguer", data={"ref": une.ref, "autre": autre.ref})
    assert rien.status_code == 404

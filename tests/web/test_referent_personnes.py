import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.comptes.models import Affectation, Organisation
from marketplace.contexte import Contexte
from marketplace.journal.models import LecturePersonne, Notification
from marketplace.matching import Suggestion, Suggestions
from marketplace.personnes.models import CompetencePersonne, Experience, Personne, Statut, Suivi
from tests.fabrique import Fabrique

NIR = "1 85 05 78 006 084 36"


@dataclass
class MoteurTemoin:
    """Answers wordings without reading the reference tables; ranks nothing."""

    version: str = "temoin"

    def metiers(self, texte: str, limit: int = 5) -> Suggestions:
        if "truc" in texte:
            return Suggestions((), True, "Quel travail faisiez-vous ?")
        return Suggestions(
            (Suggestion("F1703", "Maçon / Maçonne", 0.9), Suggestion("K2204", "Agent de propreté", 0.1)), False
        )

    def rank_postes(self, profil: Any, postes: Any, *, parmi: Any = None, limit: int = 10) -> Any:
        from marketplace.matching import ClassementPostes, HorsDePortee, LigneClassee, Raison

        lignes = tuple(
            LigneClassee(
                p.ref,
                n,
                0.8,
                "très proche",
                20,
                "voiture",
                (Raison("metier", "2 ans de maçonnerie", 0.8, "plus"),),
                (),
                False,
            )
            for n, p in enumerate(postes, 1)
            if p.heures_hebdo < 40
        )
        hors = tuple(
            HorsDePortee(p.ref, "Permis C demandé", "Aide au financement du permis", 0.5, 30)
            for p in postes
            if p.heures_hebdo >= 40
        )
        return ClassementPostes(profil.ref, lignes, hors, {}, self.version, len(lignes))


@pytest.fixture
def ctx(ctx: Contexte) -> Contexte:
    ctx.obtenir_ranker = MoteurTemoin  # type: ignore[assignment,return-value]
    return ctx


@pytest.fixture
def referente(fabrique: Fabrique) -> Affectation:
    return fabrique.referent()


@pytest.fixture
def page(connecter: Callable[[Affectation], FlaskClient], referente: Affectation) -> FlaskClient:
    return connecter(referente)


def texte(reponse: Any) -> str:
    return unescape(str(reponse.get_data(as_text=True)))


def test_la_liste_ne_montre_que_sa_file_active(page: FlaskClient, fabrique: Fabrique, referente: Affectation) -> None:
    sienne = fabrique.personne(referente, nom="Sienne")
    autre = fabrique.personne(fabrique.referent(), nom="Autre")
    html = texte(page.get("/referent/personnes"))
    assert "Sienne" in html
    assert "Autre" not in html
    assert page.get(f"/referent/personnes/{sienne.ref}").status_code == 200
    assert page.get(f"/referent/personnes/{autre.ref}").status_code == 404


CHEMINS = (
    "",
    "/modifier",
    "/metiers",
    "/competences",
    "/situation",
    "/suivi",
    "/fiche-de-competences",
    "/hors-de-portee",
    "/donnees",
    "/donnees.json",
)


@pytest.mark.parametrize("chemin", CHEMINS)
def test_aucune_page_d_une_personne_d_un_autre_ne_s_ouvre(page: FlaskClient, fabrique: Fabrique, chemin: str) -> None:
    autre = fabrique.personne(fabrique.referent())
    assert page.get(f"/referent/personnes/{autre.ref}{chemin}").status_code == 404
    assert page.get(f"/referent/personnes/P-ABSENT{chemin}").status_code == 404


@pytest.mark.parametrize("chemin", CHEMINS)
def test_chaque_page_d_une_personne_s_affiche_et_se_note(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, referente: Affectation, chemin: str
) -> None:
    fabrique.offre()
    fabrique.offre(heures_hebdo=42)
    personne = fabrique.personne(referente)
    assert page.get(f"/referent/personnes/{personne.ref}{chemin}").status_code == 200
    with ctx.lecture() as s:
        lectures = list(s.scalars(select(LecturePersonne)))
    assert {lecture.personne_id for lecture in lectures} == {personne.id}
    assert all(lecture.finalite and lecture.nommee for lecture in lectures)


ACTES = ("informer", "contact", "retirer", "remettre", "quartier", "cesser", "situation/1/retirer", "effacer")


@pytest.mark.parametrize("acte", ACTES)
def test_aucun_acte_ne_touche_une_personne_d_un_autre(page: FlaskClient, fabrique: Fabrique, acte: str) -> None:
    autre = fabrique.personne(fabrique.referent())
    reponse = page.post(
        f"/referent/personnes/{autre.ref}/{acte}",
        data={"information_canal": "entretien", "qpv": "oui", "confirme": "oui"},
    )
    assert reponse.status_code == 404


def test_une_premiere_fiche_tient_en_cinq_reponses(ctx: Contexte, page: FlaskClient, fabrique: Fabrique) -> None:
    fabrique.territoire()
    reponse = page.post(
        "/referent/personnes/nouvelle",
        data={
            "prenom": "Nadia",
            "nom": "Exemple",
            "experiences": "ménage chez des gens, 2 ans\nmaçonne",
            "commune": "Lunel",
            "modes": ["transports", "velo"],
            "heures_max": "24",
            "telephone": "0612345678",
            "information_canal": "entretien",
        },
    )
    with ctx.lecture() as s:
        personne = s.scalars(select(Personne)).one()
        experiences = list(s.scalars(select(Experience).order_by(Experience.id)))
    assert reponse.status_code == 302
    assert reponse.location.endswith(f"/referent/personnes/{personne.ref}/metiers")
    assert (personne.code_insee, personne.modes, personne.telephone) == (
        "34145",
        ["transports", "velo"],
        "06 12 34 56 78",
    )
    assert [(e.intitule, e.mois) for e in experiences] == [("ménage chez des gens", 24), ("maçonne", None)]
    page_metiers = texte(page.get(reponse.location))
    assert "Maçon / Maçonne" in page_metiers
    assert "Je ne sais pas" in page_metiers
    suite = page.post(
        reponse.location, data={f"metier-{experiences[0].id}": "K2204", f"metier-{experiences[1].id}": ""}
    )
    assert suite.location.endswith("/competences")
    with ctx.lecture() as s:
        assert list(s.scalars(select(Experience.code_rome).order_by(Experience.id))) == ["K2204", None]


def test_un_autre_metier_se_tape_ou_se_refuse(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, referente: Affectation
) -> None:
    personne = fabrique.personne(referente, code_rome=None)
    with ctx.lecture() as s:
        numero = s.scalars(select(Experience.id)).one()
    adresse = f"/referent/personnes/{personne.ref}/metiers"
    refus = page.post(adresse, data={f"metier-{numero}": "autre", f"autre-{numero}": "dresseur de licornes"})
    assert refus.status_code == 422
    assert "dresseur de licornes" in texte(refus)
    assert "pas un métier connu" in texte(refus)
    page.post(adresse, data={f"metier-{numero}": "autre", f"autre-{numero}": "Agent / Agente de propreté de locaux"})
    with ctx.lecture() as s:
        assert s.scalars(select(Experience.code_rome)).one() == "K2204"


def test_une_erreur_garde_tout_ce_qui_est_tape(page: FlaskClient, fabrique: Fabrique) -> None:
    fabrique.territoire()
    reponse = page.post(
        "/referent/personnes/nouvelle",
        data={
            "prenom": "Nadia",
            "nom": "Exemple",
            "experiences": "serveuse",
            "commune": "Nulle-Part",
            "modes": ["velo"],
        },
    )
    html = texte(reponse)
    assert reponse.status_code == 422
    for morceau in ("Nadia", "serveuse", "Nulle-Part", 'href="#commune"', 'aria-invalid="true"'):
        assert morceau in html


@pytest.mark.parametrize("champ", ["prenom", "nom", "experiences", "telephone"])
def test_un_numero_de_securite_sociale_ne_passe_aucun_champ(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, champ: str
) -> None:
    fabrique.territoire()
    donnees = {"prenom": "Nadia", "nom": "Exemple", "experiences": "serveuse"} | {champ: NIR}
    reponse = page.post("/referent/personnes/nouvelle", data=donnees)
    assert reponse.status_code == 422
    assert "sécurité sociale" in texte(reponse)
    with ctx.lecture() as s:
        assert s.scalar(select(Personne.id)) is None


def test_un_doublon_se_confirme_par_une_case(ctx: Contexte, page: FlaskClient, fabrique: Fabrique) -> None:
    fabrique.territoire()
    donnees = {"prenom": "Nadia", "nom": "Exemple", "date_naissance": "1990-02-03", "heures_max": "35"}
    assert page.post("/referent/personnes/nouvelle", data=donnees).status_code == 302
    seconde = page.post("/referent/personnes/nouvelle", data=donnees)
    assert seconde.status_code == 422
    assert "C'est une autre personne" in texte(seconde)
    assert page.post("/referent/personnes/nouvelle", data=donnees | {"autre_personne": "y"}).status_code == 302


def test_des_mots_sensibles_sont_signales_sans_etre_refuses(page: FlaskClient, fabrique: Fabrique) -> None:
    fabrique.territoire()
    reponse = page.post(
        "/referent/personnes/nouvelle",
        data={"prenom": "Nadia", "nom": "Exemple", "experiences": "aide-soignante, arrêt maladie", "heures_max": "35"},
        follow_redirects=True,
    )
    assert "Attention" in texte(reponse)
    assert "maladie" in texte(reponse)


def test_la_fiche_dit_la_prochaine_etape_et_les_meilleures_offres(
    page: FlaskClient, fabrique: Fabrique, referente: Affectation
) -> None:
    offre = fabrique.offre(intitule="Coffreur du lundi")
    personne = fabrique.personne(referente)
    html = texte(page.get(f"/referent/personnes/{personne.ref}"))
    assert "Tout est prêt : proposez une offre" in html
    assert "Coffreur du lundi" in html
    assert "2 ans de maçonnerie" in html
    assert f"/referent/offres/{offre.ref}/proposer/{personne.ref}" in html


def test_rien_n_est_classe_pour_une_personne_non_informee(
    page: FlaskClient, fabrique: Fabrique, referente: Affectation
) -> None:
    fabrique.offre(intitule="Coffreur du lundi")
    personne = fabrique.personne(referente, information_le=None, information_version="")
    adresse = f"/referent/personnes/{personne.ref}"
    html = texte(page.get(adresse))
    assert "Expliquez d'abord le classement" in html
    assert "Coffreur du lundi" not in html
    page.post(f"{adresse}/informer", data={"information_canal": "entretien"})
    assert "Coffreur du lundi" in texte(page.get(adresse))


def test_ce_qu_une_aide_ouvrirait(page: FlaskClient, fabrique: Fabrique, referente: Affectation) -> None:
    fabrique.offre(intitule="Chauffeur de toupie", heures_hebdo=42)
    personne = fabrique.personne(referente)
    html = texte(page.get(f"/referent/personnes/{personne.ref}/hors-de-portee"))
    assert "Aide au financement du permis" in html
    assert "Chauffeur de toupie" in html


def test_la_fiche_de_competences_ne_porte_ni_situation_ni_frein(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, referente: Affectation
) -> None:
    personne = fabrique.personne(referente, telephone="06 12 34 56 78", limites=["charges"])
    fabrique.garder(CompetencePersonne(personne_id=personne.id, libelle="Monter un mur"))
    html = texte(page.get(f"/referent/personnes/{personne.ref}/fiche-de-competences"))
    corps = html.split("<article")[1].split("</article>")[0].lower()
    for present in ("maçon", "monter un mur", "permis b", "06 12 34 56 78"):
        assert present in corps
    for absent in ("rsa", "1990", "charges", "quartier", "situation", "allocataire", "clause", "éviter"):
        assert absent not in corps


def test_une_situation_se_note_avec_son_justificatif(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, referente: Affectation
) -> None:
    personne = fabrique.personne(referente, categorie=None)
    adresse = f"/referent/personnes/{personne.ref}/situation"
    refus = page.post(adresse, data={"categorie": "rsa", "preuve_type": "attestation_rsa"})
    assert refus.status_code == 422
    assert "Donnez la date écrite sur le justificatif" in texte(refus)
    page.post(
        adresse,
        data={"categorie": "rsa", "preuve_type": "attestation_rsa", "preuve_le": ctx.aujourdhui().isoformat()},
    )
    assert "✓ Oui" in texte(page.get(adresse))
    with ctx.lecture() as s:
        numero = s.scalars(select(Statut.id)).one()
    page.post(f"{adresse}/{numero}/retirer")
    with ctx.lecture() as s:
        assert s.scalar(select(Statut.id)) is None
    page.post(f"/referent/personnes/{personne.ref}/quartier", data={"qpv": "oui", "source": "adresse vérifiée"})
    with ctx.lecture() as s:
        assert s.get_one(Personne, personne.id).qpv.value == "oui"


def test_corriger_la_fiche_puis_apprendre_qu_un_autre_l_a_fait(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, referente: Affectation
) -> None:
    personne = fabrique.personne(referente, caces=["R482-A"])
    adresse = f"/referent/personnes/{personne.ref}/modifier"
    assert "R482-A" in texte(page.get(adresse))
    donnees = {
        "prenom": "Samira",
        "nom": "Exemple",
        "sexe": "F",
        "commune": "Béziers",
        "trajet_max_minutes": "30",
        "heures_min": "0",
        "heures_max": "7h30",
        "experiences": "maçon, 2 ans",
        "caces": ["R482-A"],
        "version": "1",
    }
    assert page.post(adresse, data=donnees).location.endswith(personne.ref)
    with ctx.lecture() as s:
        lue = s.get_one(Personne, personne.id)
    assert (lue.code_insee, str(lue.heures_max), lue.caces) == ("34032", "7.50", ["R482-A"])
    conflit = page.post(adresse, data=donnees | {"nom": "Nouveau-Nom"})
    assert conflit.status_code == 409
    assert "Nouveau-Nom" in texte(conflit)


def test_se_retirer_puis_revenir(page: FlaskClient, fabrique: Fabrique, referente: Affectation) -> None:
    fabrique.offre(intitule="Coffreur du lundi")
    personne = fabrique.personne(referente)
    adresse = f"/referent/personnes/{personne.ref}"
    page.post(f"{adresse}/retirer")
    html = texte(page.get(adresse))
    assert "Ne souhaite plus rien recevoir" in html
    assert "Coffreur du lundi" not in html
    page.post(f"{adresse}/remettre", data={"information_canal": "entretien"})
    assert "Coffreur du lundi" in texte(page.get(adresse))


def test_transmettre_le_suivi_ferme_la_fiche(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, referente: Affectation, connecter: Callable[..., FlaskClient]
) -> None:
    personne, autre = fabrique.personne(referente), fabrique.referent()
    reponse = page.post(
        f"/referent/personnes/{personne.ref}/suivi",
        data={"referent": str(autre.utilisateur_id), "sens": "transmettre"},
    )
    assert reponse.location.endswith("/referent/personnes")
    assert page.get(f"/referent/personnes/{personne.ref}").status_code == 404
    assert connecter(autre).get(f"/referent/personnes/{personne.ref}").status_code == 200
    with ctx.lecture() as s:
        assert s.scalars(select(Suivi.jusqu_au).order_by(Suivi.id)).all() == [ctx.aujourdhui(), None]


def test_une_organisation_non_verifiee_ne_voit_aucun_nom(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, referente: Affectation
) -> None:
    personne = fabrique.personne(referente, nom="Introuvable-Nom")
    with ctx.transaction() as s:
        s.get_one(Organisation, referente.organisation_id).verifiee_le = None
    for adresse in ("/referent/", "/referent/personnes"):
        html = texte(page.get(adresse))
        assert "pas encore vérifiée" in html
        assert "Introuvable-Nom" not in html
    assert page.get(f"/referent/personnes/{personne.ref}").status_code == 404


def test_l_accueil_dit_ce_qui_attend(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, referente: Affectation
) -> None:
    assert "Rien n'attend de vous" in texte(page.get("/referent/"))
    jour = ctx.aujourdhui()
    ancienne = fabrique.personne(referente, nom="Ancienne", dernier_contact_le=jour - timedelta(days=50))
    fabrique.personne(referente, information_le=None, information_version="")
    entreprise = fabrique.organisation(nom="Maçonnerie exemple")
    fabrique.contrat(ancienne, entreprise, fabrique.marche(titulaire=entreprise), fin=jour + timedelta(days=30))
    html = texte(page.get("/referent/"))
    assert "Ancienne" in html
    assert "il y a 50 jours" in html
    assert "1 personne</strong> à informer" in html
    assert "chez Maçonnerie exemple" in html


def test_les_messages_lus_se_rangent(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, referente: Affectation
) -> None:
    autre = fabrique.referent()
    for affectation in (referente, autre):
        fabrique.garder(
            Notification(
                utilisateur_id=affectation.utilisateur_id,
                cle="n",
                texte="3 nouvelles offres pour vos personnes",
                lien="/referent/offres",
                creee_le=ctx.horloge(),
            )
        )
    assert "3 nouvelles offres" in texte(page.get("/referent/"))
    with ctx.lecture() as s:
        numeros = list(s.scalars(select(Notification.id)))
    page.post("/referent/messages-lus", data={"id": numeros})
    assert "3 nouvelles offres" not in texte(page.get("/referent/"))
    with ctx.lecture() as s:
        restantes = s.scalars(select(Notification.utilisateur_id).where(Notification.lue_le.is_(None))).all()
    assert restantes == [autre.utilisateur_id]


def test_un_visiteur_est_envoye_se_connecter(client: FlaskClient, fabrique: Fabrique) -> None:
    reponse = client.get("/referent/personnes")
    assert reponse.status_code == 302
    assert "connexion" in reponse.location


def test_ce_qui_est_ecrit_se_lit_se_copie_et_s_efface(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, referente: Affectation
) -> None:
    personne = fabrique.personne(referente)
    adresse = f"/referent/personnes/{personne.ref}"
    html = texte(page.get(f"{adresse}/donnees"))
    assert "Allocataire du RSA" in html
    assert "Référent, " in html
    copie = page.get(f"{adresse}/donnees.json")
    assert copie.headers["Content-Disposition"] == f'attachment; filename="donnees-{personne.ref}.json"'
    assert copie.get_json()["fiche"]["prenom"] == "Samira"
    assert page.post(f"{adresse}/effacer").location.endswith("/donnees")
    assert page.get(adresse).status_code == 200
    assert page.post(f"{adresse}/effacer", data={"confirme": "oui"}).location.endswith("/referent/personnes")
    assert page.get(adresse).status_code == 404


def envoyer(page: FlaskClient, contenu: bytes, nom: str = "file.csv") -> Any:
    return page.post(
        "/referent/personnes/importer",
        data={"fichier": (io.BytesIO(contenu), nom)},
        content_type="multipart/form-data",
    )


def test_un_fichier_se_verifie_puis_s_importe_et_tous_s_informent(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique
) -> None:
    fabrique.territoire()
    verifie = envoyer(page, b"Nom;Prenom;Ville\nExemple;Nadia;Lunel\nExemple;;Lunel\nCorrect;Paul;Nulle-Part\n")
    html = texte(verifie)
    assert "Enregistrer 1 personne" in html
    assert "Donnez le prénom" in html
    assert "Nulle-Part" in html
    jeton = re.search(r'name="jeton" value="([^"]+)"', html)
    assert jeton is not None
    with ctx.lecture() as s:
        assert s.scalar(select(Personne.id)) is None
    donnees = {"jeton": jeton[1], "nom": "file.csv", "information_canal": ""}
    suite = page.post("/referent/personnes/importer/ecrire", data=donnees)
    assert suite.location.endswith("/a-informer")
    with ctx.lecture() as s:
        personne = s.scalars(select(Personne)).one()
    assert "Exemple Nadia" in texte(page.get(suite.location))
    page.post(suite.location, data={"ref": personne.ref, "information_canal": "courrier"})
    with ctx.lecture() as s:
        assert s.get_one(Personne, personne.id).information_canal == "courrier"
    seconde_fois = page.post("/referent/personnes/importer/ecrire", data=donnees, follow_redirects=True)
    assert "envoyez-le de nouveau" in texte(seconde_fois)
    with ctx.lecture() as s:
        assert len(s.scalars(select(Personne.id)).all()) == 1


def test_le_fichier_d_une_autre_ne_se_reprend_pas(
    page: FlaskClient, fabrique: Fabrique, connecter: Callable[[Affectation], FlaskClient]
) -> None:
    fabrique.territoire()
    html = texte(envoyer(page, b"Nom;Prenom\nExemple;Nadia\n"))
    jeton = re.search(r'name="jeton" value="([^"]+)"', html)
    assert jeton is not None
    autre = connecter(fabrique.referent())
    for essai in (jeton[1], "../../etc/passwd", "x" * 30):
        suite = autre.post("/referent/personnes/importer/ecrire", data={"jeton": essai}, follow_redirects=True)
        assert "envoyez-le de nouveau" in texte(suite)


def test_un_fichier_illisible_se_dit_a_cote_du_champ(page: FlaskClient, fabrique: Fabrique) -> None:
    fabrique.territoire()
    for contenu, mot in ((b"", "vide"), (b"a;b\n1;2\n", "Colonne introuvable"), (b"PK\x03\x04x", "abîmé")):
        reponse = envoyer(page, contenu)
        assert reponse.status_code == 422
        assert mot in texte(reponse)
    assert page.post("/referent/personnes/importer").status_code == 422


def test_aucune_page_du_referent_ne_parle_de_refus_ni_d_absence(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, referente: Affectation
) -> None:
    fabrique.offre()
    personne = fabrique.personne(referente)
    adresses = [f"/referent/personnes/{personne.ref}{chemin}" for chemin in CHEMINS]
    adresses += ["/referent/", "/referent/personnes", "/referent/personnes/nouvelle", "/referent/personnes/a-informer"]
    pages = [texte(page.get(adresse)) for adresse in (*adresses, "/referent/personnes/importer")]
    pages.append(texte(envoyer(page, b"Nom;Prenom\nExemple;\n")))
    for html in pages:
        visible = re.sub(r"<script.*?</script>|<[^>]+>", " ", html, flags=re.DOTALL).lower()
        assert "refus" not in visible
        assert "absent" not in visible

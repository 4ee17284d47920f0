from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.comptes.models import Affectation
from marketplace.contexte import Contexte
from marketplace.journal.models import LecturePersonne
from marketplace.metiers.models import Competence
from marketplace.personnes.models import CompetencePersonne, Experience, Personne, Statut
from tests.fabrique import Fabrique
from tests.web.temoins import CHEMINS, MoteurTemoin, texte

NIR = "1 85 05 78 006 084 36"


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


def test_la_liste_ne_montre_que_sa_file_active(page: FlaskClient, fabrique: Fabrique, referente: Affectation) -> None:
    sienne = fabrique.personne(referente, nom="Sienne")
    autre = fabrique.personne(fabrique.referent(), nom="Autre")
    html = texte(page.get("/referent/personnes"))
    assert "Sienne" in html
    assert "Autre" not in html
    assert page.get(f"/referent/personnes/{sienne.ref}").status_code == 200
    assert page.get(f"/referent/personnes/{autre.ref}").status_code == 404


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


ACTES = (
    "informer",
    "contact",
    "retirer",
    "remettre",
    "quartier",
    "cesser",
    "situation/1/retirer",
    "effacer",
    "iae/pass",
    "suite",
)


@pytest.mark.parametrize("acte", ACTES)
def test_aucun_acte_ne_touche_une_personne_d_un_autre(page: FlaskClient, fabrique: Fabrique, acte: str) -> None:
    autre = fabrique.personne(fabrique.referent())
    reponse = page.post(
        f"/referent/personnes/{autre.ref}/{acte}",
        data={"information_canal": "entretien", "qpv": "oui", "confirme": "oui"},
    )
    assert reponse.status_code == 404


def test_une_premiere_fiche_tient_en_cinq_reponses(ctx: Contexte, page: FlaskClient, fabrique: Fabrique) -> None:
    offre = fabrique.offre()
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
    assert reponse.location.endswith(f"/referent/personnes/{personne.ref}")
    assert (personne.code_insee, personne.modes, personne.telephone) == (
        "34145",
        ["transports", "velo"],
        "06 12 34 56 78",
    )
    assert [(e.intitule, e.mois) for e in experiences] == [("ménage chez des gens", 24), ("maçonne", None)]
    fiche = texte(page.get(reponse.location))
    assert "Maçon / Maçonne" in fiche
    assert "Je ne sais pas" in fiche
    assert offre.intitule in fiche, "the ranking is there at once"
    choix = {f"metier-{experiences[0].id}": "K2204", f"metier-{experiences[1].id}": ""}
    suite = page.post(f"{reponse.location}/metiers", data=choix | {"retour": "fiche"})
    assert suite.location.endswith(f"{personne.ref}#offres")
    assert page.post(f"{reponse.location}/metiers", data=choix).location.endswith("/competences")
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


def test_un_savoir_faire_dit_avec_ses_mots_se_precise_ou_se_garde(
    ctx: Contexte, page: FlaskClient, fabrique: Fabrique, referente: Affectation
) -> None:
    personne = fabrique.personne(referente)
    with ctx.transaction() as s:
        s.add(Competence(code_ogr="900001", libelle="Réaliser des travaux de maçonnerie", type="savoir-faire"))
    adresse = f"/referent/personnes/{personne.ref}"
    suite = page.post(f"{adresse}/competences", data={"competences": "monter un mur\nparler"})
    assert suite.location.endswith("/competences/preciser")
    html = texte(page.get(suite.location))
    assert "« monter un mur »" in html
    assert "Je ne sais pas" in html
    assert "« parler »" not in html
    with ctx.lecture() as s:
        numero = s.scalars(select(CompetencePersonne.id).where(CompetencePersonne.libelle == "monter un mur")).one()
    page.post(suite.location, data={f"competence-{numero}": "900001"})
    with ctx.lecture() as s:
        assert s.get_one(CompetencePersonne, numero).code_ogr == "900001"
    assert page.get(suite.location).location.endswith(adresse)
    assert page.post(f"{adresse}/competences", data={"competences": "monter un mur"}).location.endswith(adresse)

"""Sizing pages, papers of a clause, models of the territory, purchase wizard: what each person gets."""

import io

import docx
import pytest
from sqlalchemy import func, select

from marketplace.marches.documents.remplissage import texte_de
from marketplace.marches.models import Clause, DocumentProduit, ModeleDocument

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
QUATRE = {"mode": "marche", "montant": "1 000 000", "part": "50", "taux": "5", "cout": "30", "duree": "6"}


def word(texte: str) -> bytes:
    doc = docx.Document()
    doc.add_paragraph(texte)
    sortie = io.BytesIO()
    doc.save(sortie)
    return sortie.getvalue()


def test_la_note_se_telecharge_de_la_calculette_sans_compte_et_rien_n_est_garde(ctx, fabrique, client) -> None:
    fabrique.territoire()
    page = client.get("/calculette", query_string=QUATRE)
    assert "Télécharger la note de calibrage" in page.text
    note = client.get("/calculette/note-de-calibrage.docx", query_string=QUATRE)
    assert note.mimetype == WORD
    texte = texte_de(note.data)
    assert "833" in texte
    assert "1\u202f000\u202f000\u00a0€ × 50\u00a0% × 5\u00a0% ÷ 30\u00a0€" in texte
    assert "Il faut 2 personnes" in texte
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(ModeleDocument)) == 0
        assert s.scalar(select(func.count()).select_from(DocumentProduit)) == 0


def test_une_note_impossible_renvoie_a_la_calculette_qui_dit_pourquoi(fabrique, client) -> None:
    fabrique.territoire()
    page = client.get(
        "/calculette/note-de-calibrage.docx", query_string=QUATRE | {"part": "150"}, follow_redirects=True
    )
    assert page.status_code == 422
    assert "0 à 100 %" in page.text


@pytest.mark.parametrize(
    ("adresse", "attendu"),
    [
        ("mode=tranches&montant=1000000&part=50&taux=5&cout=30&tranche1=500000", "Tranche optionnelle 1"),
        ("mode=groupement&heures=833&part1=60&membre2=Dupont&part2=40", "499,8"),
        ("mode=inconnu", "Un marché ou un lot"),
        ("montant=1000&part=50&taux=5&cout=30&duree=2,5", "mois entiers"),
    ],
)
def test_la_calculette_connait_les_autres_cas(client, adresse: str, attendu: str) -> None:
    assert attendu in client.get(f"/calculette?{adresse}").text


def test_dimensionner_fixe_l_objectif_avec_son_calcul_et_sa_faisabilite(ctx, fabrique, connecter) -> None:
    marche = fabrique.marche(500, etat="programme")
    navigateur = connecter(fabrique.facilitateur())
    adresse = f"/facilitateur/marches/{marche.ref}/dimensionner"
    page = navigateur.get(adresse, query_string=QUATRE)
    assert page.status_code == 200
    assert "833\u202fh" in page.text
    assert "Personne à portée pour ce métier, il en faut 2" in page.text
    assert "Fixer cet objectif" in page.text
    envoi = QUATRE | {
        "version": str(marche.version),
        "lien_objet": "travaux de main-d'œuvre",
        "publics": ["rsa", "qpv"],
    }
    reponse = navigateur.post(adresse, data=envoi)
    assert reponse.status_code == 302
    assert reponse.headers["Location"].endswith("/documents")
    with ctx.lecture() as s:
        clause = s.scalars(select(Clause).where(Clause.marche_id == marche.id, Clause.remplacee_le.is_(None))).one()
        assert clause.heures_prevues == 833
        assert clause.publics == ["rsa", "qpv"]
        assert clause.calcul["cas"] == "marche"
        assert clause.calcul["entrees"]["montant"] == "1 000 000"
        assert clause.calcul["version"]
        assert "il en faut 2" in clause.calcul["faisabilite"][0]
    # What was kept comes back.
    assert 'value="1 000 000"' in navigateur.get(adresse).text
    perime = navigateur.post(adresse, data=envoi | {"montant": "2000000"})
    assert perime.status_code == 409
    assert 'value="2000000"' in perime.text


def test_apres_la_notification_l_avenant_est_exige(fabrique, connecter) -> None:
    marche = fabrique.marche(500)
    navigateur = connecter(fabrique.facilitateur())
    envoi = QUATRE | {"version": str(marche.version)}
    refus = navigateur.post(f"/facilitateur/marches/{marche.ref}/dimensionner", data=envoi)
    assert refus.status_code == 422
    assert "avenant" in refus.text
    faux = navigateur.post(f"/facilitateur/marches/{marche.ref}/dimensionner", data=envoi | {"part": "900"})
    assert faux.status_code == 422
    partage = navigateur.get(
        f"/facilitateur/marches/{marche.ref}/dimensionner?mode=groupement&heures=500&part1=50&part2=50"
    )
    assert "Fixer cet objectif" not in partage.text


def test_les_quatre_documents_se_telechargent_et_se_refont(ctx, fabrique, connecter) -> None:
    marche = fabrique.marche(833)
    navigateur = connecter(fabrique.facilitateur())
    adresse = f"/facilitateur/marches/{marche.ref}/documents"
    page = navigateur.get(adresse)
    assert "à compléter" in page.text
    for genre in ("note_calibrage", "article_ccap", "paragraphe_reglement", "annexe_acte_engagement"):
        fait = navigateur.post(f"{adresse}/{genre}")
        assert fait.mimetype == WORD
        assert "833" in texte_de(fait.data)
    assert navigateur.post(f"{adresse}/autre").status_code == 404
    with ctx.lecture() as s:
        premier = s.scalars(select(DocumentProduit.id).order_by(DocumentProduit.id)).first()
    refait = navigateur.get(f"{adresse}/{premier}.docx")
    assert "833" in texte_de(refait.data)
    assert "Documents déjà faits" in navigateur.get(adresse).text


def test_l_administrateur_essaie_depose_et_abandonne_un_modele(ctx, fabrique, connecter) -> None:
    navigateur = connecter(fabrique.administrateur())
    page = navigateur.get("/admin/modeles/")
    assert "{{ heures }}" in page.text
    for suite in ("essai.docx", "produit.docx"):
        assert navigateur.get(f"/admin/modeles/article_ccap/{suite}").mimetype == WORD

    def envoyer(contenu: bytes, bouton: str):
        return navigateur.post(
            "/admin/modeles/",
            data={"genre": "article_ccap", "fichier": (io.BytesIO(contenu), "le-mien.docx"), bouton: "1"},
            content_type="multipart/form-data",
        )

    refus = envoyer(word("{{ heurs }}"), "deposer")
    assert refus.status_code == 422
    assert "« heurs »" in refus.text
    assert envoyer(b"image", "deposer").status_code == 422
    essai = envoyer(word("Objectif {{ heures }}"), "essayer")
    assert "Objectif 833" in texte_de(essai.data)
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(ModeleDocument)) == 0
    assert envoyer(word("Objectif {{ heures }}"), "deposer").status_code == 302
    page = navigateur.get("/admin/modeles/")
    assert "le-mien.docx" in page.text
    with ctx.lecture() as s:
        depose = s.scalars(select(ModeleDocument.id)).one()
    assert navigateur.get(f"/admin/modeles/versions/{depose}.docx").mimetype == WORD
    assert navigateur.post("/admin/modeles/article_ccap/revenir").status_code == 302
    assert "Celui du produit" in navigateur.get("/admin/modeles/").text


def test_l_assistant_repond_avec_la_regle_sans_compte_ni_javascript(fabrique, client) -> None:
    fabrique.territoire()
    questions = client.get("/quelle-modalite-d-achat")
    assert questions.status_code == 200
    assert "Montant estimé" in questions.text
    reponse = client.get(
        "/quelle-modalite-d-achat?acheteur=autre_pouvoir_adjudicateur&nature=services&montant=30000"
        "&main_oeuvre=oui&structures=oui&lots=non&insertion=non&sante=non"
    )
    assert reponse.status_code == 200
    assert "R. 2122-8" in reponse.text
    assert "L. 2113-12" in reponse.text
    assert "clauses@exemple.invalid" in reponse.text
    assert "/calculette?montant=30000" in reponse.text


@pytest.mark.parametrize(
    ("adresse", "mot"),
    [
        ("montant=", "même approché"),
        ("montant=abc", "pas un nombre"),
        ("montant=1000&duree=1,5", "mois entiers"),
        ("montant=1000&acheteur=personne", "point"),
    ],
)
def test_l_assistant_garde_les_reponses_et_dit_ce_qui_manque(fabrique, client, adresse: str, mot: str) -> None:
    fabrique.territoire()
    debut = "" if "acheteur" in adresse else "acheteur=etat&"
    page = client.get(f"/quelle-modalite-d-achat?{debut}nature=travaux&main_oeuvre=oui&{adresse}")
    assert page.status_code == 422
    assert mot in page.text

import io

import pypdf

from marketplace.bilans.exports.dossier import donnees_pdf
from marketplace.contexte import Contexte
from marketplace.propositions.services.droits_de_la_personne import lire_donnees
from tests.fabrique import Fabrique


def lu(pdf: bytes) -> str:
    return " ".join(" ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def test_la_copie_en_pdf_dit_tout_ce_que_la_page_dit(ctx: Contexte, fabrique: Fabrique) -> None:
    referente = fabrique.referent()
    personne = fabrique.personne(referente, prenom="Nadia", nom="Exemple", telephone="06 12 34 56 78")
    donnees = lire_donnees(ctx, fabrique.acteur(referente), personne.ref)
    texte = lu(donnees_pdf(donnees, "Hérault"))
    for mot in ("Nadia Exemple", "06 12 34 56 78", "maçon", "Allocataire du RSA", "Exercice des droits", "sanction"):
        assert mot in texte, mot


def test_la_copie_du_facilitateur_ne_porte_pas_une_situation_fermee(ctx: Contexte, fabrique: Fabrique) -> None:
    personne = fabrique.personne(fabrique.referent())
    donnees = lire_donnees(ctx, fabrique.acteur(fabrique.facilitateur()), personne.ref)
    texte = lu(donnees_pdf(donnees, "Hérault"))
    assert "Allocataire" not in texte
    assert "qu'à la personne qui vous suit" in texte


def test_un_texte_long_ou_avec_un_dessin_ne_casse_rien(ctx: Contexte, fabrique: Fabrique) -> None:
    referente = fabrique.referent()
    personne = fabrique.personne(referente, prenom="Zoé 🙂 #let", nom="É" * 180)
    donnees = lire_donnees(ctx, fabrique.acteur(referente), personne.ref)
    assert donnees_pdf(donnees, "Hérault")[:4] == b"%PDF"

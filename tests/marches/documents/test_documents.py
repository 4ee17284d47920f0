"""Models and papers of a clause: fields, refusals, versions, and papers made again identically."""

import io
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal

import docx
import pytest
from docx.oxml.ns import qn
from sqlalchemy import delete, func, select

from marketplace.erreurs import FichierRefuse, Introuvable, RegleViolee
from marketplace.marches.documents.champs import Faits, exemple, manquants, valeurs
from marketplace.marches.documents.modeles import GENRES, modele_par_defaut
from marketplace.marches.documents.mots import CHAMPS
from marketplace.marches.documents.remplissage import champs_de, empreinte, ouvrir, remplir, texte_de, verifier
from marketplace.marches.documents.services import (
    contenu_du_modele,
    deposer_modele,
    essayer_modele,
    modele_depose,
    produire_document,
    refaire_document,
    revenir_au_modele_du_produit,
)
from marketplace.marches.models import Clause, DocumentProduit, GenreDocument, ModeleDocument, NatureMarche, Reservation
from marketplace.marches.rules.calculs import Cas, calculer
from marketplace.marches.rules.considerations import Levier
from marketplace.marches.rules.dimensionnement import ReglagesDimensionnement
from marketplace.marches.services import fixer_clause, supprimer_marche
from marketplace.territoire.reglages import DEFAUTS

LE = date(2026, 11, 21)
R = ReglagesDimensionnement()
QUATRE = {"montant": "1000000", "part": "50", "taux": "5", "cout": "30"}


def word(*paragraphes: str, coupe: bool = False) -> bytes:
    """A small Word file; `coupe` splits each paragraph into runs of three letters, as Word likes to do."""
    doc = docx.Document()
    for texte in paragraphes:
        p = doc.add_paragraph()
        for debut in range(0, len(texte), 3 if coupe else len(texte) or 1):
            p.add_run(texte[debut : debut + 3] if coupe else texte)
    sortie = io.BytesIO()
    doc.save(sortie)
    return sortie.getvalue()


def lues(**plus):
    return exemple(DEFAUTS, "Hérault", LE) | plus


@pytest.mark.parametrize("genre", list(GenreDocument))
def test_chaque_modele_du_produit_se_remplit_en_entier(genre: GenreDocument) -> None:
    modele = modele_par_defaut(genre)
    assert set(verifier(ouvrir(modele), CHAMPS)) <= set(CHAMPS)
    fait = remplir(modele, lues(), titre="Essai")
    texte = texte_de(fait)
    assert "{{" not in texte
    assert "833" in texte
    assert remplir(modele, lues(), titre="Essai") == fait


@pytest.mark.parametrize("genre", list(GenreDocument))
def test_chaque_document_est_accessible(genre: GenreDocument) -> None:
    doc = ouvrir(remplir(modele_par_defaut(genre), lues(), titre="Titre du document"))
    assert doc.core_properties.title == "Titre du document"
    assert doc.core_properties.language == "fr-FR"
    assert {langue.get(qn("w:val")) for langue in doc.styles.element.iter(qn("w:lang"))} == {"fr-FR"}
    assert doc.paragraphs[0].style.name == "Title"
    for tableau in doc.tables:
        assert tableau.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_le_ccap_dit_les_publics_les_modalites_le_controle_les_penalites_et_le_contact() -> None:
    reglages = replace(DEFAUTS, penalite_unitaire=Decimal(40), penalite_plafond=Decimal("0.05"))
    texte = texte_de(remplir(modele_par_defaut(GenreDocument.CCAP), exemple(reglages, "Hérault", LE), titre="x"))
    for mot in (
        "L. 2112-2",
        "bénéficiaires du revenu de solidarité active",
        "embauche directe",
        "mise à disposition",
        "sous-traitance",
        "choisit librement",
        "déclare les heures chaque mois",
        "mise en demeure",
        "40\u00a0euros par heure",
        "5\u00a0% du montant HT",
        "04 00 00 00 00",
        "Une heure n'est comptée qu'une fois",
        "24\u00a0mois",
    ):
        assert mot in texte, mot


def faits(**plus) -> Faits:
    base = {
        "territoire": "Hérault",
        "facilitateur": "Équipe",
        "facilitateur_contact": "04",
        "auteur": "Camille Exemple",
        "jour": LE,
        "heures": Decimal(833),
        "calcul": calculer(Cas.MARCHE, QUATRE, LE, R).garder(),
        "publics": ("rsa", "qpv"),
        "reglages": DEFAUTS,
    }
    return Faits(**(base | plus))


@pytest.mark.parametrize(
    ("plus", "champ", "attendu"),
    [
        ({}, "engagement", "au moins 833\u00a0heures d'insertion"),
        ({}, "fondement", "de l'article L. 2112-2 du code"),
        ({"obligatoire": True}, "fondement", "L. 2112-2 et L. 2112-2-1"),
        ({"nature": NatureMarche.CONCESSION, "obligatoire": True}, "fondement", "L. 3114-2 et L. 3114-2-1"),
        ({"prive": True}, "fondement", "acheteur privé"),
        ({"leviers": (Levier.CRITERE_ATTRIBUTION,)}, "critere", "elle est notée"),
        ({}, "critere", "pas un critère"),
        ({"reservation": Reservation.HANDICAP_ET_INSERTION}, "reservation", "L. 2113-12 et L. 2113-13"),
        ({"reservation": Reservation.ESS}, "reservation", "L. 2113-15"),
        ({}, "penalite", "[à compléter]"),
        ({}, "publics", "solidarité active"),
        ({}, "montant", "[à compléter]"),
    ],
)
def test_chaque_champ_dit_le_droit_du_cas(plus: dict, champ: str, attendu: str) -> None:
    valeur = valeurs(faits(**plus))[champ]
    assert attendu in (valeur if isinstance(valeur, str) else " ".join(valeur))


def test_l_engagement_suit_le_cas_calcule() -> None:
    bons = calculer(Cas.BONS, {"montant": "412500", "part": "60", "taux": "7", "cout": "35"}, LE, R)
    lus = valeurs(faits(heures=bons.heures, calcul=bons.garder()))
    assert "1,2\u00a0heure d'insertion pour 1\u202f000\u00a0€ HT commandés" in lus["engagement"]
    assert "495" in lus["engagement"]
    tranches = calculer(Cas.TRANCHES, QUATRE | {"tranche1": "500000"}, LE, R)
    lus = valeurs(faits(calcul=tranches.garder()))
    assert any("Tranche optionnelle 1 : 417\u00a0heures" in ligne for ligne in lus["precisions"])
    anru = calculer(Cas.ANRU, {"heures": "20000", "volet": "travaux"}, LE, R)
    assert valeurs(faits(calcul=anru.garder()))["publics"] == [
        "habitants d'un quartier prioritaire de la politique de la ville, éloignés de l'emploi"
    ]
    sans = valeurs(faits(calcul={}))
    assert "sans calcul" in sans["formule"]
    assert sans["donnee"] == []


def test_ce_qui_manque_se_dit_avant() -> None:
    lus = valeurs(faits())
    assert CHAMPS["penalite"] in manquants(lus, list(lus))
    assert CHAMPS["heures"] not in manquants(lus, list(lus))


def test_un_champ_coupe_par_word_est_rempli_quand_meme() -> None:
    modele = word("Avant {{ heures }} et {{ acheteur }} après", coupe=True)
    assert champs_de(ouvrir(modele)) == ("heures", "acheteur")
    assert "Avant 833 et Commune d'Exempleville (fictive) après" in texte_de(remplir(modele, lues(), titre="x"))


def test_une_liste_repete_son_paragraphe_et_vide_disparait() -> None:
    modele = word("Début", "- {{ publics }}", "Fin")
    assert texte_de(remplir(modele, lues(publics=["un", "deux"]), titre="x")).split("\n")[:4] == [
        "Début",
        "- un",
        "- deux",
        "Fin",
    ]
    assert "-" not in texte_de(remplir(modele, lues(publics=[]), titre="x"))


def test_une_valeur_ne_peut_pas_abimer_le_document() -> None:
    texte = texte_de(remplir(word("{{ acheteur }}"), lues(acheteur="<w:p> & {{ heures }}"), titre="x"))
    assert "<w:p> & {{ heures }}" in texte
    assert valeurs(faits(acheteur="A\x07B\nC"))["acheteur"] == "AB C"


@pytest.mark.parametrize(
    ("contenu", "mot"),
    [
        (b"pas un fichier Word", "lisible"),
        (b"PK\x03\x04abime", "lisible"),
        (word("{{ inconnu }}"), "inconnu"),
        (word("{{ heures }} puis {{ }}"), "vide"),
        (word("{{ heures"), "mal écrit"),
        (b"\0" * (5 * 1024 * 1024 + 1), "5 Mo"),
    ],
)
def test_un_modele_faux_est_refuse_avec_la_raison(ctx, fabrique, contenu: bytes, mot: str) -> None:
    moi = fabrique.acteur(fabrique.administrateur())
    with pytest.raises(FichierRefuse) as refus:
        deposer_modele(ctx, moi, GenreDocument.NOTE, "x.docx", contenu)
    assert mot in refus.value.message
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(ModeleDocument)) == 0


def test_un_modele_a_macros_est_refuse(ctx, fabrique) -> None:
    sortie = io.BytesIO(word("{{ heures }}"))
    with zipfile.ZipFile(sortie, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"x")
    with pytest.raises(FichierRefuse, match="macros"):
        essayer_modele(ctx, fabrique.acteur(fabrique.administrateur()), GenreDocument.NOTE, sortie.getvalue())


def test_un_nouveau_modele_ne_change_pas_un_document_deja_fait(ctx, fabrique) -> None:
    marche = fabrique.marche(833)
    facilitateur = fabrique.acteur(fabrique.facilitateur())
    admin = fabrique.acteur(fabrique.administrateur())
    premier = produire_document(ctx, facilitateur, marche.ref, GenreDocument.CCAP)
    with ctx.lecture() as s:
        avant = refaire_document(s, facilitateur, marche.ref, premier)
        assert empreinte(avant.contenu) == s.get_one(DocumentProduit, premier).empreinte
    deposer_modele(ctx, admin, GenreDocument.CCAP, "le-mien.docx", word("À nos couleurs : {{ heures }} h"))
    fixer_clause(ctx, facilitateur, marche.ref, Decimal(900), motif="avenant 1")
    second = produire_document(ctx, facilitateur, marche.ref, GenreDocument.CCAP)
    with ctx.lecture() as s:
        assert refaire_document(s, facilitateur, marche.ref, premier) == avant
        assert "À nos couleurs : 900 h" in texte_de(refaire_document(s, facilitateur, marche.ref, second).contenu)
    revenir_au_modele_du_produit(ctx, admin, GenreDocument.CCAP)
    troisieme = produire_document(ctx, facilitateur, marche.ref, GenreDocument.CCAP)
    with ctx.lecture() as s:
        assert "Pénalités" in texte_de(refaire_document(s, facilitateur, marche.ref, troisieme).contenu)
        assert modele_depose(s, marche.territoire_id, GenreDocument.CCAP) is None
        # Three papers, two models: the product's one is kept once.
        assert s.scalar(select(func.count()).select_from(ModeleDocument)) == 2
    with pytest.raises(RegleViolee):
        revenir_au_modele_du_produit(ctx, admin, GenreDocument.CCAP)


def test_un_document_part_d_un_objectif(ctx, fabrique) -> None:
    marche = fabrique.marche(833)
    with ctx.transaction() as s:
        s.execute(delete(Clause).where(Clause.marche_id == marche.id))
    with pytest.raises(RegleViolee, match="objectif"):
        produire_document(ctx, fabrique.acteur(fabrique.facilitateur()), marche.ref, GenreDocument.NOTE)


def test_les_documents_restent_dans_leur_territoire_et_leur_role(ctx, fabrique) -> None:
    marche = fabrique.marche(833)
    fait = produire_document(ctx, fabrique.acteur(fabrique.facilitateur()), marche.ref, GenreDocument.NOTE)
    autre = fabrique.territoire("gard", nom="Gard")
    etranger = replace(fabrique.acteur(fabrique.facilitateur()), territoire_id=autre.id)
    employeur = fabrique.acteur(fabrique.employeur())
    with ctx.lecture() as s:
        for acteur in (etranger, employeur):
            with pytest.raises(Introuvable):
                refaire_document(s, acteur, marche.ref, fait)
            with pytest.raises(Introuvable):
                contenu_du_modele(s, acteur, 1)
        with pytest.raises(Introuvable):
            refaire_document(s, fabrique.acteur(fabrique.facilitateur()), fabrique.marche(10).ref, fait)
    with pytest.raises(Introuvable):
        deposer_modele(ctx, fabrique.acteur(fabrique.facilitateur()), GenreDocument.NOTE, "x", word("x"))


def test_un_marche_saisi_par_erreur_part_avec_ses_documents(ctx, fabrique) -> None:
    marche = fabrique.marche(833)
    moi = fabrique.acteur(fabrique.facilitateur())
    produire_document(ctx, moi, marche.ref, GenreDocument.NOTE)
    supprimer_marche(ctx, moi, marche.ref)
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(DocumentProduit)) == 0


def test_les_quatre_documents_ont_un_nom_et_un_modele() -> None:
    assert set(GENRES) == set(GenreDocument)

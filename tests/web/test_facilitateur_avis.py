"""A notice read on a page, corrected, and made into marchés « à étudier »."""

import html
import io

import docx
import pytest
from sqlalchemy import func, select

from marketplace.comptes.models import TypeOrganisation
from marketplace.erreurs import FichierRefuse
from marketplace.marches.avis import Genre, lire_avis
from marketplace.marches.avis.fichiers import texte_du_fichier
from marketplace.marches.avis.valeurs import LIBELLES_GENRE
from marketplace.marches.models import Clause, Marche, Operation, RegimeMarche
from marketplace.web.facilitateur.avis import morceaux

TEXTE = (
    "Construction d'un collège. Une clause sociale d'insertion est obligatoire : le titulaire réserve des heures à "
    "des personnes éloignées de l'emploi. Lot 1 : 350 heures d'insertion. Lot 2 : 120 heures d'insertion. "
    "Visite du site de 9 h à 12 h."
)


def envoi(**plus):
    base = {
        "clause": "oui",
        "genre": "insertion",
        "reservation": "",
        "intitule": "Construction d'un collège",
        "secteur": "Bâtiment",
        "nature": "travaux",
        "commune": "Lunel",
        "texte": TEXTE,
        "extrait": "Lot 1 : 350 heures d'insertion.",
        "lots-0-numero": "1",
        "lots-0-heures": "350",
        "lots-1-numero": "2",
        "lots-1-heures": "120",
        "lots-2-numero": "",
    }
    return base | plus


def test_un_avis_colle_dit_la_clause_les_heures_par_lot_et_la_phrase(fabrique, connecter) -> None:
    fabrique.territoire()
    navigateur = connecter(fabrique.facilitateur())
    page = navigateur.post("/avis", data={"texte": TEXTE})
    assert page.status_code == 200
    assert "porte une condition sociale" in page.text
    assert "350\u202fh (lot 1)" in page.text
    assert "<mark>" in page.text
    assert 'value="350"' in page.text
    assert LIBELLES_GENRE[Genre.INSERTION] in html.unescape(page.text)


def test_les_morceaux_refont_le_texte(fabrique) -> None:
    avis = lire_avis(TEXTE)
    lus = morceaux(avis)
    assert "".join(texte for texte, _ in lus) == avis.texte
    assert ("350 heures", "heures") in lus


def test_l_avis_confirme_donne_ses_marches_a_etudier_groupes(ctx, fabrique, connecter) -> None:
    fabrique.territoire()
    acheteur = fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Commune exemple")
    navigateur = connecter(fabrique.facilitateur())
    reponse = navigateur.post("/avis/marches", data=envoi(acheteur=f"Commune exemple ({acheteur.ref})"))
    assert reponse.status_code == 302
    with ctx.lecture() as s:
        marches = s.scalars(select(Marche).order_by(Marche.numero_lot)).all()
        assert [(m.numero_lot, m.etat.value, m.acheteur_id) for m in marches] == [
            ("1", "a_etudier", acheteur.id),
            ("2", "a_etudier", acheteur.id),
        ]
        assert s.scalar(select(func.count()).select_from(Operation)) == 1
        clauses = s.scalars(select(Clause).order_by(Clause.id)).all()
        assert [c.heures_prevues for c in clauses] == [350, 120]
        assert clauses[0].calcul["extrait"].startswith("Lot 1")
        assert [r.leviers for r in s.scalars(select(RegimeMarche))] == [["condition_execution"]] * 2
    assert navigateur.get(f"/facilitateur/marches/{marches[0].ref}/documents").status_code == 200


@pytest.mark.parametrize(
    ("plus", "mot"),
    [
        ({"acheteur": ""}, "qui achète"),
        ({"intitule": ""}, "intitulé"),
        ({"secteur": ""}, "secteur"),
        ({"clause": "non"}, "retirez les heures"),
        ({"lots-1-numero": "1"}, "même numéro"),
        ({"lots-1-heures": "beaucoup"}, "nombre"),
        ({"commune": "Nulle-Part"}, "Aucune commune"),
    ],
)
def test_une_confirmation_fausse_n_ecrit_rien_et_garde_tout(ctx, fabrique, connecter, plus: dict, mot: str) -> None:
    fabrique.territoire()
    fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Commune exemple")
    navigateur = connecter(fabrique.facilitateur())
    page = navigateur.post("/avis/marches", data=envoi(**({"acheteur": "Commune exemple"} | plus)))
    assert page.status_code == 422
    assert mot in page.text
    assert 'value="350"' in page.text
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(Marche)) == 0
        assert s.scalar(select(func.count()).select_from(Operation)) == 0


def test_un_avis_reserve_sans_heures_donne_un_marche_et_son_levier(ctx, fabrique, connecter) -> None:
    fabrique.territoire()
    fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Commune exemple")
    navigateur = connecter(fabrique.facilitateur())
    texte = "Le lot est réservé à des entreprises adaptées ou à des ESAT (article L. 2113-12)."
    page = navigateur.post("/avis", data={"texte": texte})
    assert '<option selected value="handicap">' in page.text
    champs = {k: v for k, v in envoi(acheteur="Commune exemple").items() if not k.startswith("lots")}
    reponse = navigateur.post(
        "/avis/marches",
        data=champs
        | {"texte": texte, "clause": "non", "genre": "reserve", "reservation": "handicap", "lots-0-numero": ""},
    )
    assert reponse.status_code == 302
    with ctx.lecture() as s:
        regime = s.scalars(select(RegimeMarche)).one()
        assert (regime.leviers, regime.reservation.value) == (["marche_reserve"], "handicap")
        assert s.scalar(select(func.count()).select_from(Clause)) == 0


def test_un_acheteur_n_enregistre_que_pour_lui(ctx, fabrique, connecter) -> None:
    fabrique.territoire()
    autre = fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Autre commune")
    chapeau = fabrique.acheteur()
    navigateur = connecter(chapeau)
    assert navigateur.post("/avis", data={"texte": TEXTE}).status_code == 200
    assert navigateur.post("/avis/marches", data=envoi(acheteur=autre.ref)).status_code == 302
    with ctx.lecture() as s:
        assert set(s.scalars(select(Marche.acheteur_id))) == {chapeau.organisation_id}


def _word() -> bytes:
    document, sortie = docx.Document(), io.BytesIO()
    document.add_paragraph(TEXTE)
    document.save(sortie)
    return sortie.getvalue()


@pytest.mark.parametrize(
    ("nom", "contenu"),
    [
        ("avis.txt", TEXTE.encode()),
        ("avis.txt", TEXTE.encode("cp1252")),
        ("avis.csv", TEXTE.encode("utf-16")),
        ("avis.html", f"<html><head><title>x</title></head><body><p>{TEXTE}</p><script>1</script></body>".encode()),
        ("ccap.docx", _word()),
    ],
)
def test_un_fichier_se_lit_comme_un_texte_colle(nom: str, contenu: bytes) -> None:
    assert texte_du_fichier(nom, contenu) == TEXTE


@pytest.mark.parametrize(
    ("nom", "contenu", "mot"),
    [
        ("avis.pdf", b"%PDF-1.7", "collez-le"),
        ("avis.txt", b"a\0b", "ne se lit pas"),
        ("avis.txt", b"   ", "aucun texte"),
        ("ccap.docx", b"abime", "lisible"),
    ],
)
def test_un_fichier_illisible_dit_quoi_faire(fabrique, connecter, nom: str, contenu: bytes, mot: str) -> None:
    with pytest.raises(FichierRefuse, match=mot):
        texte_du_fichier(nom, contenu)
    navigateur = connecter(fabrique.facilitateur())
    page = navigateur.post("/avis", data={"fichier": (io.BytesIO(contenu), nom)}, content_type="multipart/form-data")
    assert page.status_code == 422
    assert navigateur.post("/avis", data={}).status_code == 422

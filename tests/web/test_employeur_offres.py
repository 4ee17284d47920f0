"""An employer's offre: few fields, nothing typed lost, nobody else's reached."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import select

from marketplace.metiers.models import Competence, MetierCompetence
from marketplace.offres.models import CompetenceOffre, EtatOffre, Offre, OffreExterne

pytestmark = pytest.mark.usefixtures("vrai_moteur")


@pytest.fixture
def maison(fabrique):
    return fabrique.organisation(nom="Bâti exemple")


@pytest.fixture
def page(fabrique, connecter, maison):
    return connecter(fabrique.employeur(maison))


@pytest.fixture
def competences(fabrique, page):
    """Three core compétences for two métiers."""
    for code in ("11", "12", "13"):
        fabrique.garder(Competence(code_ogr=code, libelle=f"Savoir faire {code}", type="savoir_faire"))
        for rome in ("F1703", "K2204"):
            fabrique.garder(MetierCompetence(code_rome=rome, code_ogr=code, coeur=True))
    return ("11", "12", "13")


def saisie(fabrique, **champs):
    return {
        "intitule": "Maçon",
        "commune": "Montpellier",
        "heures_hebdo": "35",
        "type_contrat": "cdd",
        "debut": (fabrique.jour + timedelta(days=20)).isoformat(),
        "duree_mois": "4",
        "places": "1",
        "prerequis": "aucun",
    } | champs


def offres(ctx):
    with ctx.lecture() as s:
        return s.scalars(select(Offre).order_by(Offre.id)).all()


class Questions(HTMLParser):
    """Questions one sees in the main part of a page: a field, or a group of boxes; what is folded does not show."""

    def __init__(self, html):
        super().__init__()
        self.trouvees, self.profondeur, self.groupe, self.dedans = [], 0, None, False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "main":
            self.dedans = True
        if tag == "details" and ("open" not in a or self.profondeur):
            self.profondeur += 1
        if tag == "fieldset":
            self.groupe = a.get("id") or str(self.getpos())
        if not self.dedans or self.profondeur or tag not in {"input", "select", "textarea"}:
            return
        if a.get("type") not in {"hidden", "submit", "button"}:
            nom = self.groupe or a["name"]
            if nom not in self.trouvees:
                self.trouvees.append(nom)

    def handle_endtag(self, tag):
        if tag == "details" and self.profondeur:
            self.profondeur -= 1
        if tag == "fieldset":
            self.groupe = None
        if tag == "main":
            self.dedans = False


def test_huit_questions_au_plus_avant_la_publication_le_metier_compris(fabrique, page, ctx):
    premiere = Questions(page.get("/employeur/offres/nouvelle").get_data(as_text=True)).trouvees
    assert len(premiere) == 7, premiere
    suite = page.post("/employeur/offres/nouvelle", data=saisie(fabrique), follow_redirects=True)
    seconde = Questions(suite.get_data(as_text=True)).trouvees
    # the métier, then its core skills: boxes to tick, none of them asked for
    assert seconde[0] == "metiers"
    assert len(premiere) + len(seconde) - 1 <= 8, seconde


def test_rien_a_deplier_pour_publier_et_deux_envois_suffisent(fabrique, page, ctx):
    suite = page.post("/employeur/offres/nouvelle", data=saisie(fabrique))
    reponse = page.post(suite.headers["Location"], data={"code_rome": "F1703", "action": "publier"})
    assert "/classement" in reponse.headers["Location"]
    assert offres(ctx)[0].etat is EtatOffre.PUBLIEE


def test_le_metier_choisi_dans_la_liste_est_deja_coche_avec_ses_competences(fabrique, page, competences):
    envoi = saisie(fabrique, intitule="Agent de propreté", code_rome="K2204")
    suite = page.post("/employeur/offres/nouvelle", data=envoi)
    assert "choix=K2204" in suite.headers["Location"]
    html = page.get(suite.headers["Location"]).get_data(as_text=True)
    assert 'value="K2204" checked' in html
    assert html.count('name="competences"') == len(competences)


def test_un_mot_vague_recoit_une_question_et_aucun_metier_coche(fabrique, page):
    html = page.post(
        "/employeur/offres/nouvelle", data=saisie(fabrique, intitule="polyvalent"), follow_redirects=True
    ).get_data(as_text=True)
    assert "Quel travail" in html
    assert 'name="code_rome"' not in html or " checked" not in html


def test_les_competences_cochees_restent_a_l_offre(fabrique, page, ctx, competences):
    suite = page.post("/employeur/offres/nouvelle", data=saisie(fabrique)).headers["Location"]
    coches = {"code_rome": "F1703", "competences": ["11", "13", "inventee"], "action": "publier"}
    page.post(suite, data=coches)
    with ctx.lecture() as s:
        assert list(s.scalars(select(CompetenceOffre.code_ogr).order_by(CompetenceOffre.code_ogr))) == ["11", "13"]


def test_liee_a_une_clause_elle_dit_ses_heures_avant_d_etre_publiee(fabrique, page, maison):
    marche = fabrique.marche(titulaire=maison)
    form = page.get(f"/employeur/offres/nouvelle?marche={marche.ref}").get_data(as_text=True)
    assert "<details open>" in form  # the marché already chosen is seen, not folded
    html = page.post(
        "/employeur/offres/nouvelle", data=saisie(fabrique, marche_ref=marche.ref), follow_redirects=True
    ).get_data(as_text=True)
    assert "Elle apporterait environ <strong>" in html
    assert "Publier l" in html


def test_un_permis_demande_appelle_la_question_est_il_vraiment_necessaire(fabrique, page):
    html = page.post(
        "/employeur/offres/nouvelle", data=saisie(fabrique, permis="B", caces="R482-A"), follow_redirects=True
    ).get_data(as_text=True)
    assert "Vous demandez le permis B, le CACES R482-A : vraiment nécessaire ?" in html
    html = page.post("/employeur/offres/nouvelle", data=saisie(fabrique), follow_redirects=True).get_data(as_text=True)
    assert "vraiment nécessaire ?" not in html


LONG = "é" * 10_000


@pytest.mark.parametrize(
    ("champ", "valeur", "dit"),
    [
        ("debut", "2020-01-01", "est passé"),
        ("debut", "31/02/2026", "Cette date n"),
        ("places", "0", "De 1 à 50"),
        ("places", "deux", "nombre entier"),
        ("heures_hebdo", "80", "48 h par semaine au plus"),
        ("heures_hebdo", "beaucoup", "heures"),
        ("commune", "Trifouilly", "Aucune commune"),
        ("commune", "", "Choisissez la commune"),
        ("prerequis", "", "aucun"),
        ("prerequis", LONG, "4000 caractères au plus"),
        ("intitule", LONG, "200 caractères au plus"),
        ("description", "1 85 05 78 006 084 91 travaille", "sécurité sociale"),
        ("type_contrat", "cddi", "Choisissez une réponse de la liste"),
        ("duree_mois", "", "durée"),
        ("heure_debut", "25:99", "Cette heure n"),
    ],
)
def test_ce_qui_ne_va_pas_se_dit_a_cote_du_champ_et_rien_de_tape_n_est_perdu(fabrique, page, ctx, champ, valeur, dit):
    envoi = saisie(fabrique, conditions="Dehors, par tous les temps") | {champ: valeur}
    reponse = page.post("/employeur/offres/nouvelle", data=envoi)
    html = reponse.get_data(as_text=True)
    assert reponse.status_code == 422
    assert dit in html.lower() or dit in html
    assert 'aria-invalid="true"' in html
    for nom, tape in envoi.items():
        if nom not in {"type_contrat", champ} or champ != "type_contrat":
            assert tape in html, nom
    assert offres(ctx) == []


def test_un_double_envoi_ne_fait_qu_un_brouillon(fabrique, page, ctx, horloge):
    for _ in range(2):
        page.post("/employeur/offres/nouvelle", data=saisie(fabrique))
    assert len(offres(ctx)) == 1
    page.post("/employeur/offres/nouvelle", data=saisie(fabrique, duree_mois="5"))
    horloge.avancer(minutes=11)
    page.post("/employeur/offres/nouvelle", data=saisie(fabrique))
    assert len(offres(ctx)) == 3


def test_l_offre_d_un_autre_employeur_n_existe_pas(fabrique, connecter, page, ctx):
    page.post("/employeur/offres/nouvelle", data=saisie(fabrique))
    ref = offres(ctx)[0].ref
    voisin = connecter(fabrique.employeur())
    for suite in ("", "/metier", "/modifier", "/classement"):
        assert voisin.get(f"/employeur/offres/{ref}{suite}").status_code == 404
    for suite in ("/metier", "/modifier", "/confirmer", "/fermer", "/rencontrer"):
        assert voisin.post(f"/employeur/offres/{ref}{suite}", data=saisie(fabrique)).status_code == 404
    assert offres(ctx)[0].etat is EtatOffre.BROUILLON


def test_chaque_semaine_la_liste_demande_si_l_offre_est_d_actualite(fabrique, page, maison, ctx, horloge):
    offre = fabrique.offre(maison, publiee_le=ctx.horloge(), confirmee_le=ctx.horloge())
    assert "Toujours d'actualité" not in page.get("/employeur/offres").get_data(as_text=True)
    with ctx.transaction() as s:
        s.get_one(Offre, offre.id).confirmee_le = ctx.horloge() - timedelta(days=7)
    assert "Toujours d'actualité" in page.get("/employeur/offres").get_data(as_text=True)
    page.post(f"/employeur/offres/{offre.ref}/confirmer", data={"retour": "liste"})
    assert "Toujours d'actualité" not in page.get("/employeur/offres").get_data(as_text=True)


def test_un_poste_de_la_plateforme_nationale_se_change_la_bas(fabrique, page, maison, ctx):
    offre = fabrique.offre(maison)
    fabrique.garder(
        OffreExterne(
            territoire_id=offre.territoire_id,
            source="emplois_inclusion",
            identifiant="77",
            offre_id=offre.id,
            empreinte="",
            vue_le=ctx.horloge(),
        )
    )
    html = page.get(f"/employeur/offres/{offre.ref}").get_data(as_text=True)
    assert "/company/job_description/77/card" in html
    assert ">Modifier<" not in html
    refus = page.post(f"/employeur/offres/{offre.ref}/modifier", data=saisie(fabrique, version=str(offre.version)))
    assert refus.status_code == 422
    assert "changez-le là-bas" in refus.get_data(as_text=True)

import pytest
from sqlalchemy import select

from marketplace.marches.models import Clause, Marche
from marketplace.territoire.models import Reglage


def test_la_calculette_donne_les_heures_et_la_formule_sans_compte(fabrique, client):
    fabrique.territoire()
    page = client.get("/calculette?montant=1+000+000&part=50&taux=5&cout=30&duree=10")
    assert page.status_code == 200
    assert "833\u202fh" in page.text
    assert "833,33\u202fh" in page.text
    assert "÷ 30" in page.text
    assert "0,62" in page.text


def test_le_corps_d_etat_propose_sa_part_et_le_territoire_ses_valeurs(ctx, fabrique, client):
    territoire = fabrique.territoire()
    fabrique.garder(
        Reglage(
            territoire_id=territoire.id,
            cle="cout_horaire",
            valeur="25",
            a_partir_du=ctx.aujourdhui(),
            source="essai",
            cree_le=ctx.horloge(),
        )
    )
    page = client.get("/calculette?montant=100000&corps=Peinture&taux=5").text
    assert "140\u202fh" in page


@pytest.mark.parametrize(
    ("adresse", "attendu"),
    [
        ("mode=bons&montant=412500&part=60&taux=7&cout=35", "495"),
        ("mode=reprise&heures=10000&repris=80&taux=10", "200"),
        ("mode=anru&heures=20000&volet=travaux", "1\u202f000"),
        ("mode=anru&heures=3000&volet=gestion_urbaine", "300"),
        ("mode=avenant&heures=800&montant=1000000&nouveau=1150000", "920"),
    ],
)
def test_les_autres_cas_suivent_les_regles(client, adresse, attendu):
    page = client.get(f"/calculette?{adresse}")
    assert page.status_code == 200
    assert f"<dd>{attendu}\u202fh</dd>" in page.text


@pytest.mark.parametrize(
    ("adresse", "mot"),
    [
        ("montant=-1&part=50&taux=5&cout=30", "positif"),
        ("montant=1000&part=150&taux=5&cout=30", "100 %"),
        ("montant=1000&part=50&taux=5&cout=3", "SMIC"),
        ("montant=mille&part=50&taux=5&cout=30", "pas un nombre"),
        ("montant=1000&taux=5&cout=30", "Remplissez"),
        ("montant=1000&part=50&taux=5&cout=30&duree=0", "au moins un mois"),
        ("mode=avenant&heures=800&montant=0&nouveau=5", "avant et après"),
    ],
)
def test_une_saisie_fausse_reste_a_cote_de_son_champ(client, adresse, mot):
    page = client.get(f"/calculette?{adresse}")
    assert page.status_code == 422
    assert mot in page.text
    assert 'value="' in page.text


def test_le_calcul_reste_avec_l_objectif(ctx, fabrique, connecter):
    marche = fabrique.marche(800)
    navigateur = connecter(fabrique.facilitateur())
    adresse = f"/facilitateur/marches/{marche.ref}/objectif"
    entrees = {"montant": "1 000 000", "part": "50", "taux": "5", "cout": "30", "version": str(marche.version)}
    apercu = navigateur.post(adresse, data=entrees | {"calculer": "1"})
    assert apercu.status_code == 200
    assert 'value="833"' in apercu.text
    with ctx.lecture() as s:
        assert s.scalar(select(Clause.heures_prevues).where(Clause.remplacee_le.is_(None))) == 800
    faux = navigateur.post(adresse, data=entrees | {"calculer": "1", "part": "150"})
    assert faux.status_code == 422
    fait = navigateur.post(adresse, data=entrees | {"heures_prevues": "833", "motif": "Avenant 2"})
    assert fait.status_code == 302
    with ctx.lecture() as s:
        clause = s.scalars(select(Clause).where(Clause.remplacee_le.is_(None))).one()
        assert s.scalar(select(Marche.version)) == marche.version + 1
    assert clause.calcul["exact"] == "833.33"
    assert clause.calcul["part_main_oeuvre"] == "0.5"
    assert clause.calcul["version"] == "2026-1"
    assert 'value="50"' in navigateur.get(adresse).text


def test_le_facilitateur_part_du_calcul_pour_creer_un_marche(fabrique, connecter):
    fabrique.territoire()
    page = connecter(fabrique.facilitateur()).get("/facilitateur/marches/nouveau?heures=833&montant=1000000").text
    assert 'value="833"' in page
    assert 'value="1000000"' in page

"""« Nouvelle opération » : its lots as rows, without losing anything typed."""

import pytest
from sqlalchemy import select

from marketplace.comptes.models import TypeOrganisation
from marketplace.marches.models import Operation
from marketplace.marches.services import creer_operation


@pytest.fixture
def page(fabrique, connecter):
    fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Ville exemple")
    return connecter(fabrique.facilitateur())


def champs(**plus):
    valeurs = {
        "intitule": "École exemple",
        "acheteur": "Ville exemple",
        "secteur": "Bâtiment",
        "nature": "travaux",
        "etat": "a_etudier",
        "taux": "5",
        "cout": "38",
        "lots-0-intitule": "Gros œuvre",
        "lots-0-secteur": "",
        "lots-0-montant_ht": "1 000 000",
        "lots-1-intitule": "Peinture",
        "lots-1-secteur": "",
        "lots-1-heures": "240",
    }
    return valeurs | plus


def test_une_operation_et_ses_lots_s_enregistrent_d_un_coup(page):
    texte = page.post("/facilitateur/operations/nouvelle", data=champs(), follow_redirects=True).text
    assert "avec 2 lots" in texte
    assert "Gros œuvre, école exemple" in texte
    assert "865" in texte


def test_une_case_fausse_garde_tout_ce_qui_est_ecrit(page):
    faux = champs(**{"lots-1-heures": "-3", "lots-2-intitule": "Sols", "lots-2-secteur": "", "lots-2-montant_ht": "x"})
    reponse = page.post("/facilitateur/operations/nouvelle", data=faux)
    assert reponse.status_code == 422
    assert 'id="lots-2-montant_ht-erreur"' in reponse.text
    assert 'value="1 000 000"' in reponse.text
    reponse = page.post("/facilitateur/operations/nouvelle", data=faux | {"lots-2-montant_ht": ""})
    assert reponse.status_code == 422
    assert 'id="lots-1-heures-erreur"' in reponse.text
    assert 'href="#lots-1-heures"' in reponse.text
    assert 'value="Sols"' in reponse.text


def test_sans_script_un_bouton_ajoute_des_lignes_et_garde_les_autres(page):
    reponse = page.post("/facilitateur/operations/nouvelle", data=champs(ajouter="1"))
    assert reponse.status_code == 200
    assert 'name="lots-5-intitule"' in reponse.text
    assert 'value="Gros œuvre"' in reponse.text


def test_les_lots_coches_avancent_ensemble_et_un_refus_les_garde_coches(page):
    texte = page.post("/facilitateur/operations/nouvelle", data=champs(), follow_redirects=True).text
    adresse = texte.split('action="')[1].split('"')[0] if "/avancer" in texte.split('action="')[1] else None
    adresse = adresse or next(m.split('"')[0] for m in texte.split('action="') if "/avancer" in m.split('"')[0])
    refs = [m.split('"')[0] for m in texte.split('name="marches" value="')[1:]]
    assert len(refs) == 2
    refus = page.post(adresse, data={"marches": refs[:1], "etat": "en_consultation"})
    assert refus.status_code == 422
    assert "ne passe pas" in refus.text
    assert refus.text.count(" checked") == 1
    suite = page.post(adresse, data={"marches": refs, "etat": "programme"}, follow_redirects=True)
    assert "2 lots sont maintenant « programmé »" in suite.text


def test_les_lots_d_une_operation_se_suivent_dans_l_ordre(ctx, fabrique, connecter):
    moi = fabrique.facilitateur()
    acheteur = fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Ville exemple")
    ref = creer_operation(ctx, fabrique.acteur(moi), intitule="École exemple", acheteur="Ville exemple")
    with ctx.lecture() as s:
        operation_id = s.scalar(select(Operation.id).where(Operation.ref == ref))
    for lot in ("10", "2", "1"):
        fabrique.marche(
            100, acheteur_id=acheteur.id, operation_id=operation_id, numero_lot=lot, intitule=f"Corps {lot} bis"
        )
    texte = connecter(moi).get(f"/facilitateur/operations/{ref}").text
    rangs = [texte.index(f"Corps {lot} bis") for lot in ("1", "2", "10")]
    assert rangs == sorted(rangs)

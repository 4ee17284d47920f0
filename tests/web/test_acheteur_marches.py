from marketplace.comptes.models import TypeOrganisation


def test_l_acheteur_lit_l_avancement_de_ses_marches_sans_aucun_nom(fabrique, connecter):
    ville = fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Ville exemple")
    titulaire = fabrique.organisation()
    marche = fabrique.marche(acheteur_id=ville.id, titulaire=titulaire)
    personne = fabrique.personne()
    fabrique.contrat(personne, titulaire, marche)
    autre = fabrique.marche()
    navigateur = connecter(fabrique.acheteur(organisation=ville))
    liste = navigateur.get("/acheteur/marches").text
    assert marche.intitule in liste
    assert autre.intitule not in liste
    fiche = navigateur.get(f"/acheteur/marches/{marche.ref}").text
    assert "d'ici au" in fiche or "d&#39;ici au" in fiche
    assert personne.nom not in fiche
    assert personne.ref not in fiche
    assert navigateur.get(f"/acheteur/marches/{autre.ref}").status_code == 404
    assert navigateur.get("/acheteur/marches?etat=clos").status_code == 200


def test_l_employeur_lit_ce_qu_il_doit_et_ce_qui_reste(fabrique, connecter):
    titulaire = fabrique.organisation()
    marche = fabrique.marche(1200, titulaire=titulaire)
    structure = fabrique.organisation(TypeOrganisation.EI, nom="Chantier exemple")
    autre = fabrique.marche()
    navigateur = connecter(fabrique.employeur(titulaire))
    liste = navigateur.get("/employeur/marches").text
    assert marche.intitule in liste
    assert "1\u202f200" in liste
    assert autre.intitule not in liste
    fiche = navigateur.get(f"/employeur/marches/{marche.ref}").text
    assert "Trois façons de faire les heures" in fiche
    assert structure.nom in fiche
    assert navigateur.get(f"/employeur/marches/{autre.ref}").status_code == 404


def test_ces_pages_ne_s_ouvrent_pas_aux_autres(fabrique, connecter, client):
    marche = fabrique.marche()
    for adresse in ("/acheteur/marches", f"/acheteur/marches/{marche.ref}"):
        assert client.get(adresse).status_code == 302
        assert connecter(fabrique.employeur()).get(adresse).status_code == 404
    for adresse in ("/employeur/marches", f"/employeur/marches/{marche.ref}"):
        assert client.get(adresse).status_code == 302
        assert connecter(fabrique.referent()).get(adresse).status_code == 404

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, select

from marketplace.comptes.models import TypeOrganisation
from marketplace.journal.models import Gravite, LecturePersonne, Relance
from marketplace.journal.services import AlerteDue, reconcilier_alertes
from marketplace.marches.models import Marche
from marketplace.marches.queries import FiltresMarches, fiche_marche, marches_du_territoire
from marketplace.marches.rules.etats import EtatMarche

ADRESSES = [
    "/facilitateur/aujourd-hui",
    "/facilitateur/marches",
    "/facilitateur/marches/nouveau",
    "/facilitateur/operations",
    "/facilitateur/operations/nouvelle",
    "/facilitateur/organisations",
    "/facilitateur/organisations/nouvelle",
    "/facilitateur/organisations/suggestions?q=ville&type=acheteur",
]


@pytest.fixture
def requetes(ctx):
    ordres = []
    event.listen(ctx.sessions.kw["bind"], "before_cursor_execute", lambda *a: ordres.append(a[2]))
    return ordres


@pytest.mark.parametrize("adresse", ADRESSES)
def test_les_pages_du_registre_ne_s_ouvrent_qu_au_facilitateur(fabrique, client, connecter, adresse):
    fabrique.territoire()
    assert connecter(fabrique.facilitateur()).get(adresse).status_code == 200
    assert client.get(adresse).status_code == 302
    for affectation in (fabrique.employeur(), fabrique.referent(), fabrique.acheteur()):
        assert connecter(affectation).get(adresse).status_code == 404


def test_rien_n_attend_est_dit_simplement(fabrique, connecter):
    page = connecter(fabrique.facilitateur()).get("/facilitateur/aujourd-hui").text
    assert "Rien n&#39;attend de vous aujourd&#39;hui." in page or "Rien n'attend de vous aujourd'hui." in page


def test_aujourd_hui_montre_ce_qui_attend(ctx, fabrique, connecter):
    facilitateur = fabrique.facilitateur()
    marche = fabrique.marche(intitule="Peinture du collège exemple")
    with ctx.transaction() as s:
        s.add(
            Relance(
                territoire_id=marche.territoire_id,
                objet_type="marche",
                objet_id=marche.id,
                objet_ref=marche.ref,
                objet_libelle=marche.intitule,
                quand=ctx.horloge(),
                auteur_id=facilitateur.utilisateur_id,
                auteur_nom="Camille",
                interlocuteur="la cheffe de chantier",
                note="Demander la première embauche",
                prochaine_date=ctx.aujourdhui(),
            )
        )
        alerte = AlerteDue(
            cle="essai:1",
            territoire_id=marche.territoire_id,
            type="essai",
            objet_type="marche",
            objet_id=marche.id,
            objet_ref=marche.ref,
            gravite=Gravite.ROUGE,
            message="Il manque 312 h.",
            action="Voir le marché",
            lien=f"/facilitateur/marches/{marche.ref}",
        )
        reconcilier_alertes(s, ctx.horloge(), marche.territoire_id, [alerte], ["essai"])
    navigateur = connecter(facilitateur)
    page = navigateur.get("/facilitateur/aujourd-hui").text
    assert "la cheffe de chantier" in page
    assert "Il manque 312 h." in page
    assert "attend de vous" not in page
    with ctx.lecture() as s:
        relance = s.scalars(select(Relance)).one()
    assert navigateur.post(f"/facilitateur/relances/{relance.id}/terminer").status_code == 302
    assert "la cheffe de chantier" not in navigateur.get("/facilitateur/aujourd-hui").text


def test_un_marche_s_enregistre_depuis_la_page(ctx, fabrique, connecter):
    fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Ville de Lunel")
    facilitateur = fabrique.facilitateur()
    reponse = connecter(facilitateur).post(
        "/facilitateur/marches/nouveau",
        data={
            "intitule": "Gros œuvre, école exemple",
            "acheteur": "Ville de Lunel",
            "secteur": "Bâtiment",
            "nature": "travaux",
            "etat": "en_cours",
            "titulaire": "Maçonnerie du Vidourle (exemple)",
            "heures_prevues": "1 234,5",
            "date_debut": "2026-10-01",
            "date_fin": "2027-09-30",
            "commune": "Lunel (34)",
        },
    )
    assert reponse.status_code == 302
    ref = reponse.headers["Location"].rsplit("/", 1)[-1]
    with ctx.lecture() as s:
        fiche = fiche_marche(s, fabrique.acteur(facilitateur), ref)
    assert fiche.clause.heures_prevues == Decimal("1234.5")
    assert fiche.etat is EtatMarche.EN_COURS


def test_une_erreur_garde_tout_ce_qui_est_saisi(fabrique, connecter):
    fabrique.territoire()
    reponse = connecter(fabrique.facilitateur()).post(
        "/facilitateur/marches/nouveau",
        data={
            "intitule": "Peinture des écoles",
            "acheteur": "Mairie inconnue",
            "secteur": "Bâtiment",
            "nature": "travaux",
            "etat": "a_etudier",
            "heures_prevues": "sept",
        },
    )
    assert reponse.status_code == 422
    assert "Peinture des écoles" in reponse.text
    assert "Mairie inconnue" in reponse.text
    assert 'value="sept"' in reponse.text
    assert 'href="#heures_prevues"' in reponse.text


def test_le_second_a_corriger_lit_modifie_entre_temps_et_garde_sa_saisie(ctx, fabrique, connecter):
    acheteur = fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Ville de Lunel")
    marche = fabrique.marche(acheteur_id=acheteur.id)
    navigateur = connecter(fabrique.facilitateur())
    with ctx.lecture() as s:
        titulaire = fiche_marche(s, fabrique.acteur(fabrique.facilitateur()), marche.ref).titulaire.nom
    champs = {
        "intitule": "Premier intitulé",
        "acheteur": "Ville de Lunel",
        "titulaire": titulaire,
        "secteur": "Bâtiment",
        "nature": "travaux",
        "version": str(marche.version),
    }
    adresse = f"/facilitateur/marches/{marche.ref}/modifier"
    assert navigateur.post(adresse, data=champs).status_code == 302
    reponse = navigateur.post(adresse, data=champs | {"intitule": "Second intitulé"})
    assert reponse.status_code == 409
    assert "Second intitulé" in reponse.text
    assert "entre-temps" in reponse.text
    with ctx.lecture() as s:
        assert s.scalar(select(Marche.intitule).where(Marche.id == marche.id)) == "Premier intitulé"


def test_l_objectif_l_etat_l_arret_et_les_intervenants_se_changent_depuis_la_fiche(ctx, fabrique, connecter):
    marche = fabrique.marche(800)
    navigateur = connecter(fabrique.facilitateur())
    base = f"/facilitateur/marches/{marche.ref}"
    for page in ("", "/modifier", "/objectif", "/etat", "/arret", "/intervenants/nouveau", "/supprimer"):
        assert navigateur.get(base + page).status_code == 200, page

    def version():
        with ctx.lecture() as s:
            return str(s.scalar(select(Marche.version).where(Marche.id == marche.id)))

    refus = navigateur.post(base + "/objectif", data={"heures_prevues": "920", "version": version()})
    assert refus.status_code == 422
    assert "avenant" in refus.text
    fait = navigateur.post(
        base + "/objectif", data={"heures_prevues": "920", "motif": "Avenant 1", "version": version()}
    )
    assert fait.status_code == 302
    fait = navigateur.post(base + "/etat", data={"etat": "suspendu", "motif": "Intempéries", "version": version()})
    assert fait.status_code == 302
    assert "Noter la reprise" in navigateur.get(base + "/arret").text
    assert navigateur.post(base + "/arret", data={"fin": ctx.aujourdhui().isoformat()}).status_code == 302
    fait = navigateur.post(
        base + "/intervenants/nouveau",
        data={"organisation": "Enduits du Lez (exemple)", "role": "sous_traitant", "part": "30"},
    )
    assert fait.status_code == 302
    page = navigateur.get(base).text
    assert "Enduits du Lez (exemple)" in page
    assert "Avenant 1" in page
    assert "Intempéries" in page


def test_la_fiche_d_un_marche_note_qui_a_lu_les_personnes(ctx, fabrique, connecter):
    employeur = fabrique.organisation()
    marche = fabrique.marche(titulaire=employeur)
    personne = fabrique.personne()
    fabrique.contrat(personne, employeur, marche)
    page = connecter(fabrique.facilitateur()).get(f"/facilitateur/marches/{marche.ref}").text
    assert personne.nom in page
    with ctx.lecture() as s:
        lecture = s.scalars(select(LecturePersonne)).one()
    assert lecture.personne_id == personne.id


def test_une_relance_se_note_depuis_une_ligne_et_revient_a_la_liste(ctx, fabrique, connecter):
    marche = fabrique.marche()
    navigateur = connecter(fabrique.facilitateur())
    liste = navigateur.get("/facilitateur/marches").text
    assert f"/facilitateur/relances/marche/{marche.ref}" in liste
    demain = (ctx.aujourdhui() + timedelta(days=1)).isoformat()
    reponse = navigateur.post(
        f"/facilitateur/relances/marche/{marche.ref}",
        data={
            "interlocuteur": "le gérant",
            "note": "Rappeler",
            "prochaine_date": demain,
            "suite": "/facilitateur/marches?etat=tous",
        },
    )
    assert reponse.headers["Location"] == "/facilitateur/marches?etat=tous"
    ailleurs = navigateur.post(
        f"/facilitateur/relances/marche/{marche.ref}",
        data={"interlocuteur": "le gérant", "note": "Vu", "suite": "https://exemple.invalid/"},
    )
    assert ailleurs.headers["Location"] == "/facilitateur/aujourd-hui"
    assert navigateur.get("/facilitateur/relances/marche/M-999999").status_code == 404


def test_un_marche_d_un_autre_territoire_n_existe_pas(fabrique, connecter):
    marche = fabrique.marche()
    gard = fabrique.territoire("gard", nom="Gard", departements=["30"])
    equipe = fabrique.organisation(TypeOrganisation.OPCS, territoire_id=gard.id)
    navigateur = connecter(fabrique.facilitateur(organisation=equipe))
    for suite in ("", "/modifier", "/objectif", "/etat", "/arret", "/supprimer"):
        assert navigateur.get(f"/facilitateur/marches/{marche.ref}{suite}").status_code == 404
    assert navigateur.post(f"/facilitateur/marches/{marche.ref}/supprimer").status_code == 404
    assert marche.ref not in navigateur.get("/facilitateur/marches?etat=tous").text


def test_la_liste_des_marches_ne_demande_pas_plus_a_la_base_quand_elle_grandit(fabrique, connecter, requetes):
    navigateur = connecter(fabrique.facilitateur())

    def compter(adresse):
        del requetes[:]
        assert navigateur.get(adresse).status_code == 200
        return len(requetes)

    for _ in range(2):
        fabrique.marche()
    avant = [compter("/facilitateur/marches"), compter("/facilitateur/aujourd-hui")]
    for _ in range(12):
        fabrique.marche()
    assert [compter("/facilitateur/marches"), compter("/facilitateur/aujourd-hui")] == avant


def test_les_filtres_restent_dans_l_adresse(ctx, fabrique, connecter):
    fabrique.marche(intitule="Peinture à Lunel", code_insee="34145")
    fabrique.marche(intitule="Toiture à Béziers", code_insee="34032")
    navigateur = connecter(fabrique.facilitateur())
    page = navigateur.get("/facilitateur/marches?commune=Lunel&rayon=10&tri=intitule").text
    assert "Peinture à Lunel" in page
    assert "Toiture à Béziers" not in page
    assert "à moins de 10 km de Lunel" in page
    assert "Aucune commune ne s" in navigateur.get("/facilitateur/marches?commune=zzzzzz").text
    with ctx.lecture() as s:
        assert marches_du_territoire(s, fabrique.territoire().id, FiltresMarches()).total == 2


def test_une_operation_s_ouvre_puis_recoit_ses_lots(fabrique, connecter):
    fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Ville de Lunel")
    navigateur = connecter(fabrique.facilitateur())
    reponse = navigateur.post(
        "/facilitateur/operations/nouvelle", data={"intitule": "École exemple", "acheteur": "Ville de Lunel"}
    )
    adresse = reponse.headers["Location"]
    page = navigateur.get(adresse).text
    assert "Ajouter un lot" in page
    assert navigateur.get(adresse + "/modifier").status_code == 200
    assert "École exemple" in navigateur.get("/facilitateur/operations?q=ecole").text
    ref = adresse.rsplit("/", 1)[-1]
    suite = navigateur.post(
        "/facilitateur/marches/nouveau",
        data={
            "intitule": "Lot peinture",
            "acheteur": "Ville de Lunel",
            "secteur": "Bâtiment",
            "nature": "travaux",
            "etat": "a_etudier",
            "operation": f"École exemple ({ref})",
            "heures_prevues": "240",
            "suivant": "1",
        },
    )
    assert "/nouveau?" in suite.headers["Location"]
    assert "240" in navigateur.get(adresse).text


def test_une_organisation_se_trouve_par_son_activite_et_sa_distance(fabrique, connecter):
    fabrique.organisation(
        TypeOrganisation.ACI, nom="Régie verte (exemple)", activites="espaces verts", code_insee="34145"
    )
    fabrique.organisation(TypeOrganisation.ETTI, nom="Intérim (exemple)", code_insee="34032")
    navigateur = connecter(fabrique.facilitateur())
    page = navigateur.get(
        "/facilitateur/organisations?q=espaces+verts&famille=structures&commune=Montpellier&rayon=50"
    ).text
    assert "Régie verte (exemple)" in page
    assert "Intérim (exemple)" not in page
    page = navigateur.get("/facilitateur/organisations?q=regie").text
    assert "Régie verte (exemple)" in page


def test_la_fiche_d_une_organisation_propose_d_agir_pour_elle(fabrique, connecter):
    o = fabrique.organisation(nom="Maçonnerie (exemple)", verifiee_le=None)
    fabrique.marche(titulaire=o)
    navigateur = connecter(fabrique.facilitateur())
    page = navigateur.get(f"/facilitateur/organisations/{o.ref}").text
    assert "Agir pour Maçonnerie (exemple)" in page
    assert "Vérifier Maçonnerie (exemple)" in page
    assert navigateur.post(f"/facilitateur/organisations/{o.ref}/verifier").status_code == 302
    assert "Vérifier Maçonnerie" not in navigateur.get(f"/facilitateur/organisations/{o.ref}").text

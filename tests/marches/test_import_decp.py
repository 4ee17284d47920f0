import copy
import io
import json
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.comptes.roles import systeme
from marketplace.erreurs import FichierRefuse, Interdit, Introuvable, RegleViolee
from marketplace.marches.imports.decp import importer_decp
from marketplace.marches.imports.fiche_decp import enregistrements, lire_fiche
from marketplace.marches.models import EtatPiste, Marche, MarcheDecp, VersionDecp
from marketplace.marches.queries import fiche_marche, portefeuille
from marketplace.marches.queries.pistes import pistes_a_qualifier
from marketplace.marches.services import supprimer_marche
from marketplace.marches.services.pistes import ecarter_piste, prendre_piste

DONNEES = Path(__file__).parent / "donnees"
OFFICIELS = (DONNEES / "decp_exemples_officiels.json").read_bytes()
REELS = (DONNEES / "decp_marches_reels.json").read_bytes()
ACHETEUR = "21350238800019"
TITULAIRE = "81223113200026"

BASE = {
    "id": "2026-17",
    "acheteur": {"id": ACHETEUR},
    "nature": "Marché",
    "objet": "Réfection des cours d'école",
    "codeCPV": "45233140-2",
    "lieuExecution": {"code": "34145", "typeCode": "Code commune"},
    "dureeMois": 12,
    "dateNotification": "2026-09-01",
    "datePublicationDonnees": "2026-09-15",
    "montant": 250000.5,
    "titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": TITULAIRE}}],
    "considerationsSociales": {"considerationSociale": ["Clause sociale"]},
    "modifications": [],
}


def fiche(**champs):
    return copy.deepcopy(BASE) | champs


def fichier(*fiches, encodage="utf-8"):
    ascii_seulement = any("ccag" in f for f in fiches)
    return json.dumps(list(fiches), ensure_ascii=ascii_seulement).encode(encodage)


@pytest.fixture
def acteur(fabrique):
    fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Ville exemple", siret=ACHETEUR)
    return fabrique.acteur(fabrique.facilitateur())


def comptes(r):
    return (r.lus, r.crees, r.mis_a_jour, r.inchanges, r.pistes, len(r.refuses))


def test_les_exemples_officiels_et_les_marches_reels_sont_importes_ou_refuses_avec_une_raison(ctx, acteur):
    officiels = importer_decp(ctx, acteur, OFFICIELS)
    assert officiels.lus == 20
    assert officiels.crees + officiels.mis_a_jour + officiels.inchanges + len(officiels.refuses) == 20
    motifs = Counter(r.motif.split("(")[0] for r in officiels.refuses)
    assert motifs == {"Le SIRET de l'acheteur ": 7}
    reels = importer_decp(ctx, acteur, REELS)
    assert (reels.lus, len(reels.refuses)) == (27, 0)
    assert (reels.crees, reels.mis_a_jour, reels.inchanges) == (19, 7, 1)
    with ctx.lecture() as s:
        montants = list(s.scalars(select(MarcheDecp.montant)))
        assert max(m for m in montants if m is not None) < 10**9


def test_importer_deux_fois_le_meme_fichier_ne_change_rien(ctx, acteur):
    for contenu in (OFFICIELS, REELS):
        premier = importer_decp(ctx, acteur, contenu)
        second = importer_decp(ctx, acteur, contenu)
        assert (second.crees, second.mis_a_jour, second.pistes) == (0, 0, 0)
        assert second.inchanges + len(second.refuses) == premier.lus


def test_une_version_plus_recente_met_a_jour_et_garde_l_ancienne(ctx, acteur):
    importer_decp(ctx, acteur, fichier(fiche()))
    modifie = fiche(
        modifications=[
            {"modification": {"id": 2, "montant": 300000, "dateNotificationModification": "2026-12-01"}},
            {
                "modification": {
                    "id": 1,
                    "montant": 280000,
                    "dureeMois": 18,
                    "dateNotificationModification": "2026-11-01",
                    "datePublicationDonneesModification": "2026-11-10",
                }
            },
        ]
    )
    assert comptes(importer_decp(ctx, acteur, fichier(modifie))) == (1, 0, 1, 0, 0, 0)
    assert comptes(importer_decp(ctx, acteur, fichier(fiche()))) == (1, 0, 0, 1, 0, 0)
    with ctx.lecture() as s:
        stocke = s.scalars(select(MarcheDecp)).one()
        assert (stocke.montant, stocke.duree_mois, stocke.modifications) == (300000, 18, 2)
        assert s.scalar(select(func.count()).select_from(VersionDecp)) == 2


def test_une_version_plus_ancienne_n_ecrase_pas_la_recente(ctx, acteur):
    importer_decp(ctx, acteur, fichier(fiche(datePublicationDonnees="2026-10-01", montant=2)))
    assert comptes(importer_decp(ctx, acteur, fichier(fiche(montant=1)))) == (1, 0, 0, 1, 0, 0)
    with ctx.lecture() as s:
        assert s.scalars(select(MarcheDecp.montant)).one() == 2


@pytest.mark.parametrize(
    ("champs", "mot"),
    [
        ({"acheteur": {"id": "21350238800018"}}, "clé"),
        ({"acheteur": {"id": "123"}}, "14 chiffres"),
        ({"acheteur": None}, "acheteur manque"),
        ({"id": ""}, "identifiant"),
        ({"objet": " "}, "objet"),
        ({"montant": -5}, "montant"),
        ({"montant": 1e17}, "montant"),
        ({"montant": "beaucoup"}, "montant"),
        ({"dateNotification": "01/09/2026"}, "date"),
        ({"dateNotification": "0026-09-01"}, "date"),
        ({"dureeMois": 5000}, "durée"),
        (
            {"considerationsSociales": {"considerationSociale": ["Clause sociale", "Pas de considération sociale"]}},
            "aucune autre",
        ),
        ({"considerationsSociales": {"considerationSociale": [1]}}, "illisibles"),
        ({"considerationsSociales": ["Bonne action"]}, "considération"),
        ({"ccag": "\ud800"}, "illisibles"),
    ],
)
def test_un_enregistrement_faux_est_refuse_avec_son_numero_et_sa_raison(ctx, acteur, champs, mot):
    resultat = importer_decp(ctx, acteur, fichier(fiche(), fiche(**champs)))
    assert comptes(resultat)[:2] == (2, 1)
    assert resultat.refuses[0].ligne == 2
    assert mot in resultat.refuses[0].motif


@pytest.mark.parametrize(
    "champs",
    [
        {"titulaires": [{"titulaire": "typeIdentifiant"}, {"titulaire": "id"}]},
        {"titulaires": [{"id": TITULAIRE, "typeIdentifiant": "SIRET", "denominationSociale": "Exemple"}]},
        {"titulaires": None, "montant": "NC", "dureeMois": "12", "lieuExecution": "34"},
        {"considerationsSociales": "Sans objet", "datePublicationDonnees": "test", "modifications": None},
        {"considerationsSociales": {"considerationSociale": "CritÃ¨re social"}, "objet": "Ã‰cole"},
        {"tauxAvance": float("nan"), "origineUE": float("inf")},
        {"montant": 1e17, "modifications": [{"modification": {"id": 1, "montant": 22540}}]},
    ],
)
def test_les_fautes_des_fichiers_reels_sont_supportees(ctx, acteur, champs):
    assert comptes(importer_decp(ctx, acteur, fichier(fiche(**champs))))[1] == 1


def test_l_enveloppe_officielle_la_version_1_et_un_enregistrement_seul_se_lisent():
    un = json.dumps(fiche()).encode()
    concession = {
        "id": "C1",
        "autoriteConcedante": {"id": ACHETEUR},
        "nature": "Concession de service",
        "objet": "Restauration scolaire",
        "dureeMois": 48,
        "dateSignature": "2026-06-06",
        "valeurGlobale": 300000,
        "concessionnaires": [{"concessionnaire": {"id": TITULAIRE, "typeIdentifiant": "SIRET"}}],
        "considerationsSociales": {"considerationSociale": ["Concession réservée"]},
    }
    officiel = json.dumps({"marches": {"marche": [fiche()], "contrat-concession": [concession]}}).encode()
    assert len(enregistrements(un)) == 1
    assert len(enregistrements(json.dumps({"marches": [fiche()]}).encode())) == 1
    assert len(enregistrements(json.dumps([{"source": "x", "fichier": "y", "marche": fiche()}]).encode())) == 1
    lues = [lire_fiche(e) for e in enregistrements(officiel)]
    assert lues[1].montant == Decimal(300000)
    assert lues[1].notifie_le == date(2026, 6, 6)
    assert lues[1].titulaires[0].id == TITULAIRE


@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_l_encodage_du_fichier_est_reconnu(ctx, acteur, encodage):
    importer_decp(ctx, acteur, fichier(fiche(objet="Réfection d'été"), encodage=encodage))
    with ctx.lecture() as s:
        assert s.scalars(select(MarcheDecp.objet)).one() == "Réfection d'été"


@pytest.mark.parametrize("contenu", [b'[{"id": "1", "acheteur"', b"", b"\x89PNG\r\n", b"[]", b'"texte"', b"{}", b"["])
def test_un_fichier_illisible_est_refuse_en_entier(ctx, acteur, contenu):
    with pytest.raises(FichierRefuse):
        importer_decp(ctx, acteur, contenu)


def test_un_essai_a_blanc_compte_et_n_ecrit_rien(ctx, acteur):
    assert comptes(importer_decp(ctx, acteur, fichier(fiche()), dry_run=True)) == (1, 1, 0, 0, 1, 0)
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(MarcheDecp)) == 0
        assert s.scalar(select(func.count()).select_from(VersionDecp)) == 0


def test_strict_refuse_tout_a_la_premiere_erreur(ctx, acteur):
    with pytest.raises(FichierRefuse) as refus:
        importer_decp(ctx, acteur, fichier(fiche(), fiche(id="")), strict=True)
    assert refus.value.lignes[0].ligne == 2
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(MarcheDecp)) == 0


def test_une_clause_sociale_d_un_acheteur_suivi_devient_une_piste_qui_ne_compte_nulle_part(ctx, acteur, client):
    autre = fiche(id="autre", acheteur={"id": "21030042200016"})
    sans = fiche(id="sans", considerationsSociales={"considerationSociale": ["Pas de considération sociale"]})
    muet = fiche(id="muet")
    del muet["considerationsSociales"]
    resultat = importer_decp(ctx, acteur, fichier(fiche(), autre, sans, muet))
    assert resultat.pistes == 1
    with ctx.lecture() as s:
        assert [p.identifiant for p in pistes_a_qualifier(s, acteur.territoire_id).lignes] == ["2026-17"]
        assert portefeuille(s, acteur.territoire_id) == ()
        assert s.scalar(select(func.count()).select_from(Marche)) == 0
    assert "cours d" not in client.get("/marches").text


def test_un_autre_etablissement_du_meme_acheteur_est_reconnu(ctx, fabrique):
    fabrique.organisation(TypeOrganisation.ACHETEUR, siret="21350238800027")
    acteur = fabrique.acteur(fabrique.facilitateur())
    assert importer_decp(ctx, acteur, fichier(fiche())).pistes == 1


def piste(ctx):
    with ctx.lecture() as s:
        return s.scalars(select(MarcheDecp)).one()


def test_prendre_une_piste_l_inscrit_au_registre_sans_heures(ctx, acteur, client):
    importer_decp(ctx, acteur, fichier(fiche()))
    ref = prendre_piste(ctx, acteur, piste(ctx).id)
    with ctx.lecture() as s:
        m = fiche_marche(s, acteur, ref)
        assert m.acheteur.nom == "Ville exemple"
        assert m.montant_ht == Decimal("250000.50")
        assert (m.date_debut, m.date_fin) == (date(2026, 9, 1), date(2027, 8, 31))
        assert m.secteur == "Travaux publics"
        assert m.clause is None
        titulaire = s.scalars(select(Organisation).where(Organisation.id == m.titulaire.id)).one()
        assert (titulaire.siret, titulaire.verifiee_le) == (TITULAIRE, None)
    assert ref not in client.get("/marches").text
    assert piste(ctx).piste is EtatPiste.PRISE
    with pytest.raises(RegleViolee, match="déjà"):
        prendre_piste(ctx, acteur, piste(ctx).id)
    assert importer_decp(ctx, acteur, fichier(fiche(datePublicationDonnees="2026-12-01"))).pistes == 0


def test_supprimer_un_marche_pris_rend_sa_piste(ctx, acteur):
    importer_decp(ctx, acteur, fichier(fiche()))
    supprimer_marche(ctx, acteur, prendre_piste(ctx, acteur, piste(ctx).id))
    assert piste(ctx).piste is EtatPiste.A_QUALIFIER


def test_ecarter_une_piste_demande_une_raison(ctx, acteur):
    importer_decp(ctx, acteur, fichier(fiche()))
    with pytest.raises(RegleViolee):
        ecarter_piste(ctx, acteur, piste(ctx).id, " ")
    ecarter_piste(ctx, acteur, piste(ctx).id, "Clause de formation seulement")
    assert piste(ctx).piste is EtatPiste.ECARTEE


def test_seuls_un_facilitateur_et_un_administrateur_importent(ctx, fabrique, acteur):
    importer_decp(ctx, systeme(acteur.territoire_id), fichier(fiche()))
    with pytest.raises(Interdit):
        importer_decp(ctx, fabrique.acteur(fabrique.employeur()), fichier(fiche()))
    voisin = replace(acteur, territoire_id=acteur.territoire_id + 1)
    with pytest.raises(Introuvable):
        prendre_piste(ctx, voisin, piste(ctx).id)


def test_l_import_depuis_la_page_verifie_puis_importe(ctx, fabrique, connecter):
    fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Ville exemple", siret=ACHETEUR)
    navigateur = connecter(fabrique.facilitateur())

    def envoyer(bouton, contenu):
        return navigateur.post(
            "/facilitateur/marches-publies/importer",
            data={"fichier": (io.BytesIO(contenu), "decp.json"), bouton: "oui"},
            content_type="multipart/form-data",
        )

    assert navigateur.get("/facilitateur/marches-publies/importer").status_code == 200
    contenu = fichier(fiche(), fiche(id="faux", montant=-1))
    page = envoyer("verifier", contenu).text
    assert "Essai à blanc" in page
    assert "Le montant (-1 €) est impossible." in page
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(MarcheDecp)) == 0
    assert "Import fait" in envoyer("importer", contenu).text
    casse = envoyer("importer", b'[{"id"')
    assert casse.status_code == 422
    assert "peut-être coupé" in casse.text
    liste = navigateur.get("/facilitateur/marches-publies").text
    assert "Réfection des cours d&#39;école" in liste
    suite = navigateur.post(f"/facilitateur/marches-publies/{piste(ctx).id}/prendre")
    assert suite.headers["Location"].endswith("/objectif")

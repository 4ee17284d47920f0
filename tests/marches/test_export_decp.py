"""Our marchés in DECP form: what is known goes out, what is not is said, and our own import reads it back."""

import json
from decimal import Decimal

import pytest

from marketplace.comptes.models import TypeOrganisation
from marketplace.comptes.roles import systeme
from marketplace.erreurs import Introuvable
from marketplace.marches.exports.decp import exporter_decp, obligatoires
from marketplace.marches.imports.decp import importer_decp
from marketplace.marches.imports.fiche_decp import enregistrements, lire_fiche
from marketplace.marches.models import MarcheDecp, NatureMarche, RegimeMarche, Reservation, TypeAcheteur
from marketplace.marches.rules.considerations import Levier
from marketplace.marches.services.pistes import prendre_piste
from marketplace.valeurs import siret_valide


def siret(debut: str) -> str:
    """Fourteen digits whose key holds, from the first thirteen."""
    return next(f"{debut}{fin}" for fin in range(10) if siret_valide(f"{debut}{fin}"))


@pytest.fixture
def monde(ctx, fabrique):
    """A buyer and a titulaire with their SIRET, and a function that makes a marché of theirs."""
    acheteur = fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Commune exemple", siret=siret("2000000000001"))
    titulaire = fabrique.organisation(nom="Entreprise exemple", siret=siret("3000000000001"))

    def marche(heures: int, **champs):
        return fabrique.marche(heures, titulaire=titulaire, **({"acheteur_id": acheteur.id} | champs))

    return acheteur, titulaire, marche


def regime(ctx, fabrique, marche, *leviers: Levier, reservation: Reservation | None = None) -> None:
    fabrique.garder(
        RegimeMarche(
            marche_id=marche.id,
            type_acheteur=TypeAcheteur.AUTRE_POUVOIR,
            leviers=[levier.value for levier in leviers],
            reservation=reservation,
            decide_le=ctx.aujourdhui(),
        )
    )


def exporter(ctx, fabrique, **plus):
    with ctx.lecture() as s:
        return exporter_decp(s, fabrique.acteur(fabrique.facilitateur()), ctx.aujourdhui(), **plus)


def test_ce_qui_sort_est_relu_par_notre_import(ctx, fabrique, monde) -> None:
    acheteur, titulaire, marche = monde
    clause = marche(800, cpv="45210000", procedure="Procédure adaptée")
    reserve = marche(0)
    regime(ctx, fabrique, reserve, Levier.CRITERE_ATTRIBUTION, reservation=Reservation.INSERTION)
    aucune = marche(0)
    regime(ctx, fabrique, aucune)
    concession = marche(300, nature=NatureMarche.CONCESSION)
    export = exporter(ctx, fabrique)
    assert export.exportes == 4
    fiches = {f.identifiant: f for f in map(lire_fiche, enregistrements(export.octets()))}
    assert fiches[clause.ref].considerations == ("Clause sociale",)
    assert fiches[reserve.ref].considerations == ("Critère social", "Marché réservé")
    assert fiches[aucune.ref].considerations == ("Pas de considération sociale",)
    lue = fiches[clause.ref]
    assert (lue.acheteur_siret, lue.cpv, lue.lieu, lue.montant) == (
        acheteur.siret,
        "45210000",
        "34172",
        Decimal(500_000),
    )
    assert lue.notifie_le == clause.date_notification
    assert lue.duree_mois == 12
    assert [t.id for t in lue.titulaires] == [titulaire.siret]
    assert fiches[concession.ref].montant == Decimal(500_000)
    resultat = importer_decp(ctx, fabrique.acteur(fabrique.facilitateur()), export.octets())
    assert (resultat.lus, resultat.crees, resultat.refuses) == (4, 4, ())
    assert importer_decp(ctx, fabrique.acteur(fabrique.facilitateur()), export.octets()).inchanges == 4


def test_rien_n_est_invente_et_ce_qui_manque_est_nomme(ctx, fabrique, monde) -> None:
    _, _, marche = monde
    marche(800)
    export = exporter(ctx, fabrique)
    fiche = export.contenu["marches"]["marche"][0]
    manquants = export.incomplets[0].details
    assert set(obligatoires(concession=False)) == set(manquants) | (set(fiche) & set(obligatoires(concession=False)))
    assert {"typesPrix", "offresRecues", "codeCPV"} <= set(manquants)
    assert "typesPrix" not in fiche


def test_un_marche_non_etudie_ou_sans_siret_reste_dehors_avec_sa_raison(ctx, fabrique, monde) -> None:
    _, _, marche = monde
    marche(0)
    sans_siret = fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Sans numéro")
    marche(100, acheteur_id=sans_siret.id)
    marche(100, date_notification=None, etat="en_consultation")
    export = exporter(ctx, fabrique)
    assert export.exportes == 0
    motifs = " ".join(li.details[0] for li in export.ecartes)
    assert len(export.ecartes) == 2
    assert "étudié" in motifs
    assert "SIRET" in motifs


def test_un_marche_deja_publie_garde_sa_fiche(ctx, fabrique, monde) -> None:
    acheteur, titulaire, _ = monde
    fiche = {
        "id": "2026A1",
        "acheteur": {"id": acheteur.siret},
        "nature": "Marché",
        "objet": "Entretien des parcs",
        "codeCPV": "77310000",
        "montant": 90000,
        "dureeMois": 12,
        "dateNotification": "2026-03-02",
        "datePublicationDonnees": "2026-03-10",
        "offresRecues": 4,
        "titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": titulaire.siret}}],
        "considerationsSociales": {"considerationSociale": ["Clause sociale"]},
    }
    moi = fabrique.acteur(fabrique.facilitateur())
    importer_decp(ctx, moi, json.dumps({"marches": {"marche": [fiche]}}).encode())
    with ctx.lecture() as s:
        piste = s.query(MarcheDecp).one()
    ref = prendre_piste(ctx, moi, piste.id)
    with ctx.transaction() as s:
        from marketplace.marches.models import Marche

        m = s.query(Marche).filter_by(ref=ref).one()
        s.merge(
            RegimeMarche(
                marche_id=m.id,
                type_acheteur=TypeAcheteur.AUTRE_POUVOIR,
                leviers=[Levier.CONDITION_EXECUTION.value],
                decide_le=ctx.aujourdhui(),
            )
        )
    export = exporter(ctx, fabrique)
    assert export.contenu["marches"]["marche"] == [fiche]
    assert export.incomplets == ()
    assert importer_decp(ctx, moi, export.octets()).inchanges == 1


def test_l_annee_et_l_acheteur_filtrent(ctx, fabrique, monde) -> None:
    acheteur, _, marche = monde
    gardee = marche(100)
    annee = gardee.date_notification.year
    assert exporter(ctx, fabrique, annee=annee).exportes == 1
    assert exporter(ctx, fabrique, annee=annee - 3).exportes == 0
    assert exporter(ctx, fabrique, acheteur_siret=acheteur.siret).exportes == 1
    assert exporter(ctx, fabrique, acheteur_siret="00000000000000").exportes == 0


def test_seul_un_facilitateur_exporte(ctx, fabrique, monde) -> None:
    with ctx.lecture() as s:
        with pytest.raises(Introuvable):
            exporter_decp(s, fabrique.acteur(fabrique.acheteur()), ctx.aujourdhui())
        assert exporter_decp(s, systeme(fabrique.territoire().id), ctx.aujourdhui()).exportes == 0


def test_la_page_et_le_fichier_disent_la_meme_chose(fabrique, connecter, monde) -> None:
    _, _, marche = monde
    marche(100)
    marche(0)
    navigateur = connecter(fabrique.facilitateur())
    page = navigateur.get("/facilitateur/marches-publies/exporter").text
    assert "1 marché dans le fichier" in page
    assert "Laissés de côté" in page
    fichier = navigateur.get("/facilitateur/marches-publies/exporter.json")
    assert len(enregistrements(fichier.data)) == 1
    assert "attachment" in fichier.headers["Content-Disposition"]

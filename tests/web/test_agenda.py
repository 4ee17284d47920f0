"""The calendar of deadlines: a secret address that can be cut, and nothing in it that names a person."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from marketplace.comptes.models import Affectation, TypeOrganisation, Utilisateur
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.models import EtatDeclaration
from marketplace.journal.models import Relance
from marketplace.marches.models import Composante
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.rules.formes import GenreComposante
from marketplace.recherche.agenda import creer_lien, lien_en_vigueur, lire_agenda, revoquer_lien
from marketplace.recherche.models import LienAgenda
from marketplace.valeurs import premier_du_mois


def titres(ctx, jeton):
    agenda = Calendar.from_ical(lire_agenda(ctx, jeton))
    return {(str(e["summary"]), e["dtstart"].dt) for e in agenda.walk("VEVENT")}


def lien(ctx, fabrique, affectation):
    return creer_lien(ctx, fabrique.acteur(affectation), affectation.id)


def test_le_facilitateur_suit_ses_marches_ses_appels_et_les_reconductions(ctx, fabrique):
    affectation, autre = fabrique.facilitateur(), fabrique.facilitateur()
    jour = ctx.aujourdhui()
    mien = fabrique.marche(facilitateur_id=affectation.utilisateur_id, date_fin=jour + timedelta(days=40))
    fabrique.marche(facilitateur_id=autre.utilisateur_id, intitule="À un autre")
    fabrique.marche(intitule="Clos", etat=EtatMarche.SOLDE)
    fabrique.garder(
        Relance(
            territoire_id=mien.territoire_id,
            objet_type="marche",
            objet_id=mien.id,
            objet_ref=mien.ref,
            objet_libelle=mien.intitule,
            quand=ctx.horloge(),
            auteur_id=affectation.utilisateur_id,
            auteur_nom="Camille",
            interlocuteur="Dominique Exemple",
            note="Rappeler Dominique",
            prochaine_date=jour + timedelta(days=3),
        )
    )
    fabrique.garder(
        Composante(
            marche_id=mien.id,
            genre=GenreComposante.RECONDUCTION,
            numero="1",
            debut=jour + timedelta(days=90),
            heures=100,
            cree_le=ctx.horloge(),
        )
    )
    jeton = lien(ctx, fabrique, affectation)
    assert titres(ctx, jeton) == {
        (f"Fin du marché {mien.ref}", jour + timedelta(days=40)),
        (f"Rappeler, marché {mien.ref}", jour + timedelta(days=3)),
        (f"Reconduction 1 à décider, marché {mien.ref}", jour + timedelta(days=90)),
    }
    assert b"Dominique" not in lire_agenda(ctx, jeton)


def test_l_employeur_suit_ses_declarations_et_l_acheteur_ses_marches(ctx, fabrique):
    titulaire, acheteur = fabrique.organisation(), fabrique.organisation(TypeOrganisation.ACHETEUR)
    jour = ctx.aujourdhui()
    marche = fabrique.marche(titulaire=titulaire, acheteur_id=acheteur.id, etat=EtatMarche.NOTIFIE)
    fabrique.marche(intitule="D'un autre")
    mois = premier_du_mois(jour - timedelta(days=40))
    fabrique.declaration(titulaire, marche, mois)
    fabrique.declaration(
        titulaire,
        marche,
        premier_du_mois(jour),
        etat=EtatDeclaration.DECLAREE,
        signee_le=ctx.horloge(),
    )
    employeur = titres(ctx, lien(ctx, fabrique, fabrique.employeur(titulaire)))
    assert {t for t, _ in employeur} == {
        f"Fin du marché {marche.ref}",
        f"Démarrage prévu du marché {marche.ref}",
        f"Heures de {mois:%m/%Y} à déclarer, marché {marche.ref}",
    } - ({f"Démarrage prévu du marché {marche.ref}"} if marche.date_debut < jour - timedelta(days=62) else set())
    vus = titres(ctx, lien(ctx, fabrique, fabrique.acheteur(organisation=acheteur)))
    assert (f"Fin du marché {marche.ref}", marche.date_fin) in vus
    assert not any("déclarer" in t for t, _ in vus)


def test_l_adresse_n_est_gardee_que_par_son_empreinte_et_se_coupe(ctx, fabrique):
    affectation = fabrique.facilitateur()
    moi = fabrique.acteur(affectation)
    premier = lien(ctx, fabrique, affectation)
    with ctx.lecture() as s:
        assert premier not in s.scalars(select(LienAgenda.empreinte)).all()
    second = lien(ctx, fabrique, affectation)
    with pytest.raises(Introuvable):
        lire_agenda(ctx, premier)
    assert lire_agenda(ctx, second).startswith(b"BEGIN:VCALENDAR")
    with ctx.lecture() as s:
        assert lien_en_vigueur(s, affectation.id).lu_le == ctx.horloge()
    revoquer_lien(ctx, moi, affectation.id)
    with pytest.raises(Introuvable):
        lire_agenda(ctx, second)
    with ctx.lecture() as s:
        assert lien_en_vigueur(s, affectation.id) is None


def test_un_compte_desactive_ou_un_role_fini_ne_donne_plus_d_agenda(ctx, fabrique, horloge):
    affectation, autre = fabrique.facilitateur(), fabrique.facilitateur()
    jetons = [lien(ctx, fabrique, a) for a in (affectation, autre)]
    with ctx.transaction() as s:
        s.get_one(Utilisateur, affectation.utilisateur_id).desactive_le = ctx.horloge()
        s.get_one(Affectation, autre.id).jusqu_au = ctx.aujourdhui()
    horloge.avancer(days=2)
    for jeton in (*jetons, "inconnu"):
        with pytest.raises(Introuvable):
            lire_agenda(ctx, jeton)


def test_nul_ne_cree_d_agenda_pour_un_autre_ni_sous_un_role_sans_echeances(ctx, fabrique):
    moi, autre, referent = fabrique.facilitateur(), fabrique.facilitateur(), fabrique.referent()
    with pytest.raises(Introuvable):
        creer_lien(ctx, fabrique.acteur(moi), autre.id)
    with pytest.raises(RegleViolee, match="Revenez"):
        creer_lien(ctx, fabrique.acteur(moi, pour_le_compte_de=3), moi.id)
    with pytest.raises(RegleViolee, match="rôle"):
        creer_lien(ctx, fabrique.acteur(referent), referent.id)


def test_la_page_montre_l_adresse_une_fois_et_l_agenda_se_lit_sans_mot_de_passe(fabrique, connecter, client):
    fabrique.marche()
    navigateur = connecter(fabrique.facilitateur())
    assert "Créer mon adresse" in navigateur.get("/s-abonner").text
    page = navigateur.post("/mon-agenda")
    assert page.headers["Cache-Control"] == "no-store"
    adresse = re.search(r'value="http[^"]*(/agenda/[\w-]+\.ics)"', page.text)[1]
    assert adresse not in navigateur.get("/s-abonner").text
    reponse = client.get(adresse)
    assert reponse.status_code == 200
    assert reponse.mimetype == "text/calendar"
    assert "Fin du marché" in reponse.text
    navigateur.post("/mon-agenda/coupure")
    assert client.get(adresse).status_code == 404
    assert "Connectez-vous" in client.get("/s-abonner").text
    assert "facilitateurs, les employeurs et les acheteurs" in connecter(fabrique.referent()).get("/s-abonner").text

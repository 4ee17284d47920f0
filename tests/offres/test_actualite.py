"""« Toujours d'actualité ? » : asked each week, answered from the mail in one click, closed when nobody answers."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.journal.models import Courriel, Evenement
from marketplace.offres.liens import jeton_d_actualite
from marketplace.offres.models import EtatOffre, Offre
from marketplace.propositions.taches import fermer_offres, relancer_offres


@pytest.fixture
def offre(ctx, fabrique, horloge):
    """An offre of an employer who has an account, published eight days ago."""
    ouverte = fabrique.offre(fabrique.organisation(nom="Bâti exemple"), intitule="Maçon")
    with ctx.transaction() as s:
        lue = s.get_one(Offre, ouverte.id)
        lue.publiee_le = lue.confirmee_le = ctx.horloge() - timedelta(days=8)
    return ouverte


@pytest.fixture
def membre(fabrique, offre, ctx):
    from marketplace.comptes.models import Organisation

    with ctx.lecture() as s:
        organisation = s.get_one(Organisation, offre.organisation_id)
    return fabrique.employeur(organisation)


def lien_du_courriel(ctx):
    with ctx.lecture() as s:
        corps = s.scalars(select(Courriel.corps)).one()
    trouve = re.search(r"/offre-actuelle/\S+", corps)
    assert trouve
    return trouve.group()


def etat(ctx, offre):
    with ctx.lecture() as s:
        lue = s.get_one(Offre, offre.id)
        return lue.etat, lue.confirmee_le


def test_le_lien_du_courriel_garde_l_offre_en_un_clic_sans_se_connecter(ctx, client, offre, membre):
    assert relancer_offres(ctx, ctx.aujourdhui())["faits"] == 1
    lien = lien_du_courriel(ctx)
    avant = etat(ctx, offre)
    page = client.get(lien).get_data(as_text=True)
    assert "Maçon" in page
    assert "garder l&#39;offre ouverte" in page
    assert etat(ctx, offre) == avant  # a mail reader that opens links answers nothing
    assert client.post(lien, data={"reponse": "oui"}, follow_redirects=True).status_code == 200
    assert etat(ctx, offre) == (EtatOffre.PUBLIEE, ctx.horloge())
    with ctx.lecture() as s:
        evenement = s.scalars(select(Evenement).where(Evenement.action == "confirmer_offre")).one()
    assert evenement.acteur_id == membre.utilisateur_id


@pytest.mark.parametrize(("reponse", "attendu"), [("pourvue", EtatOffre.POURVUE), ("fermee", EtatOffre.FERMEE)])
def test_le_meme_lien_dit_le_poste_pourvu_ou_ferme(ctx, client, offre, membre, reponse, attendu):
    relancer_offres(ctx, ctx.aujourdhui())
    lien = lien_du_courriel(ctx)
    page = client.post(lien, data={"reponse": reponse}, follow_redirects=True).get_data(as_text=True)
    assert "n'est plus ouverte" in page
    assert etat(ctx, offre)[0] is attendu
    client.post(lien, data={"reponse": "oui"})
    assert etat(ctx, offre)[0] is attendu


def test_un_lien_change_vieux_ou_dont_le_porteur_est_parti_n_ouvre_rien(ctx, client, offre, membre, horloge):
    relancer_offres(ctx, ctx.aujourdhui())
    lien = lien_du_courriel(ctx)
    autre = re.sub(r"/(\d+)-", lambda m: f"/{int(m.group(1)) + 1}-", lien)
    for faux in (autre, lien[:-1], "/offre-actuelle/é-1-2-3", "/offre-actuelle/9-9-99999999-x"):
        assert client.post(faux, data={"reponse": "fermee"}).status_code == 410
    horloge.avancer(days=29)
    assert client.get(lien).status_code == 410
    cle, jour = ctx.config.cle_secrete, ctx.aujourdhui()
    inconnu = jeton_d_actualite(cle, offre.id, membre.utilisateur_id + 1, jour)
    assert client.get(f"/offre-actuelle/{inconnu}").status_code == 410
    assert etat(ctx, offre)[0] is EtatOffre.PUBLIEE


def test_sans_reponse_l_offre_se_ferme_seule_et_une_seule_fois(ctx, offre, membre, horloge):
    assert fermer_offres(ctx, ctx.aujourdhui())["faits"] == 0
    horloge.avancer(days=21)
    assert fermer_offres(ctx, ctx.aujourdhui())["faits"] == 1
    assert etat(ctx, offre)[0] is EtatOffre.FERMEE
    assert fermer_offres(ctx, ctx.aujourdhui())["faits"] == 0

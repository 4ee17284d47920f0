"""Feasibility of a clause: people in reach for a trade, as a count and never a name."""

from datetime import timedelta

import pytest

from marketplace.erreurs import Introuvable
from marketplace.propositions.faisabilite import vivier_du_metier


def compter(ctx, fabrique, **plus):
    moi = fabrique.acteur(fabrique.facilitateur())
    demande = {"code_rome": "F1703", "metier": "Maçon / Maçonne", "code_insee": "34172", "debut": ctx.aujourdhui()}
    with ctx.lecture() as s:
        return vivier_du_metier(ctx, s, moi, **(demande | plus))


def test_on_compte_les_personnes_eligibles_informees_et_proches_du_metier(ctx, fabrique) -> None:
    assert compter(ctx, fabrique).eligibles == 0
    for _ in range(3):
        fabrique.personne()
    fabrique.personne(categorie=None)
    fabrique.personne(information_le=None)
    fabrique.personne(code_rome="K2204")
    vivier = compter(ctx, fabrique)
    assert vivier.eligibles == 4
    assert vivier.proches >= 3
    assert compter(ctx, fabrique, code_rome="K2204", metier="Agent de propreté").proches >= 1


def test_une_personne_au_travail_ne_compte_qu_a_la_fin_de_son_contrat(ctx, fabrique) -> None:
    personne = fabrique.personne()
    contrat = fabrique.contrat(personne, fabrique.organisation(), fabrique.marche())
    assert compter(ctx, fabrique).proches == 0
    assert contrat.fin is not None
    assert compter(ctx, fabrique, debut=contrat.fin + timedelta(days=1)).proches == 1


def test_seul_un_facilitateur_etudie_la_faisabilite(ctx, fabrique) -> None:
    with ctx.lecture() as s, pytest.raises(Introuvable):
        vivier_du_metier(
            ctx,
            s,
            fabrique.acteur(fabrique.referent()),
            code_rome="F1703",
            metier="Maçon",
            code_insee=None,
            debut=ctx.aujourdhui(),
        )


def test_la_page_dit_combien_sont_a_portee_et_combien_il_en_faut(ctx, fabrique, connecter) -> None:
    for _ in range(4):
        fabrique.personne(nom="Secret")
    marche = fabrique.marche(500, etat="programme")
    page = connecter(fabrique.facilitateur()).get(
        f"/facilitateur/marches/{marche.ref}/dimensionner?mode=marche&montant=1000000&part=50&taux=5&cout=30&duree=6"
    )
    assert "4 personnes à portée, il en faut 2" in page.text
    assert "Secret" not in page.text

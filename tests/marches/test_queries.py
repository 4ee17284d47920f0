from datetime import timedelta

import pytest
from sqlalchemy import event

from marketplace.marches.queries import (
    FiltresMarches,
    marches_de_l_organisation,
    marches_du_territoire,
    portefeuille,
    semaine_a_venir,
)
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.services import noter_relance


@pytest.fixture
def compter(ctx):
    moteur = ctx.sessions.kw["bind"]
    ordres = []
    event.listen(moteur, "before_cursor_execute", lambda *a: ordres.append(a[2]))
    return ordres


def test_la_liste_prend_le_meme_nombre_de_requetes_pour_3_et_30_marches(ctx, fabrique, compter):
    for _ in range(3):
        fabrique.marche()
    territoire = fabrique.territoire().id
    with ctx.lecture() as s:
        del compter[:]
        marches_du_territoire(s, territoire, FiltresMarches())
        peu = len(compter)
    for _ in range(27):
        fabrique.marche()
    with ctx.lecture() as s:
        del compter[:]
        page = marches_du_territoire(s, territoire, FiltresMarches())
        beaucoup = len(compter)
    assert peu == beaucoup == 4
    assert (len(page.lignes), page.total, page.pages) == (25, 30, 2)


def test_les_filtres_se_combinent(ctx, fabrique):
    a = fabrique.marche(intitule="Peinture de l'école de Sète", secteur="Bâtiment")
    b = fabrique.marche(intitule="Nettoyage des bureaux", secteur="Propreté", etat=EtatMarche.TERMINE)
    territoire = a.territoire_id
    with ctx.lecture() as s:

        def refs(**filtres):
            return {li.ref for li in marches_du_territoire(s, territoire, FiltresMarches(**filtres)).lignes}

        assert refs(texte="SETE peinture") == {a.ref}
        assert refs(texte=b.ref) == {b.ref}
        assert refs(etats=(EtatMarche.EN_COURS,)) == {a.ref}
        assert refs(secteur="Propreté") == {b.ref}
        assert refs(communes=()) == set()
        assert refs(communes=("34172",)) == {a.ref, b.ref}
        assert refs(fin_avant=a.date_fin - timedelta(days=1)) == set()


def test_une_organisation_ne_voit_que_ses_marches(ctx, fabrique):
    titulaire = fabrique.organisation()
    mien = fabrique.marche(titulaire=titulaire)
    fabrique.marche()
    with ctx.lecture() as s:
        page = marches_de_l_organisation(s, mien.territoire_id, titulaire.id, FiltresMarches())
    assert [li.ref for li in page.lignes] == [mien.ref]


def test_le_portefeuille_compte_par_etat(ctx, fabrique):
    fabrique.marche(100)
    fabrique.marche(250)
    fabrique.marche(70, etat=EtatMarche.TERMINE)
    with ctx.lecture() as s:
        lignes = portefeuille(s, fabrique.territoire().id)
    assert [(li.libelle, li.nombre, li.heures_prevues) for li in lignes] == [
        ("en cours", 2, 350),
        ("terminé", 1, 70),
    ]


def test_la_semaine_a_venir_dit_les_fins_et_les_rappels(ctx, fabrique):
    jour = ctx.aujourdhui()
    marche = fabrique.marche(date_fin=jour + timedelta(days=3))
    fabrique.marche(date_fin=jour + timedelta(days=30))
    facilitateur = fabrique.acteur(fabrique.facilitateur())
    noter_relance(
        ctx,
        facilitateur,
        "marche",
        marche.ref,
        interlocuteur="le chef de chantier",
        note="Point",
        prochaine_date=jour + timedelta(days=2),
    )
    with ctx.lecture() as s:
        echeances = semaine_a_venir(s, marche.territoire_id, jour)
    assert [e.quoi for e in echeances] == ["Rappeler le chef de chantier", "Fin du marché"]

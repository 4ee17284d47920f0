"""Publishing, changing, confirming and closing an offre."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from marketplace.comptes.models import TypeOrganisation
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.journal.models import Evenement
from marketplace.offres import queries
from marketplace.offres.models import CompetenceOffre, EtatOffre, Offre, TypeContrat
from marketplace.offres.services import (
    CompetenceVoulue,
    SaisieOffre,
    confirmer,
    fermer,
    modifier,
    pourvoir,
    publier,
    publier_brouillon,
    rediger,
)


@pytest.fixture
def saisie(fabrique):
    fabrique.territoire()
    return SaisieOffre(
        intitule="Maçon",
        code_insee="34172",
        heures_hebdo=Decimal(35),
        type_contrat=TypeContrat.CDD,
        debut=fabrique.jour + timedelta(days=20),
        duree_mois=6,
        places=1,
        prerequis="aucun",
    )


@pytest.fixture
def employeur(fabrique):
    return fabrique.acteur(fabrique.employeur())


def lire(ctx, ref):
    with ctx.lecture() as s:
        return s.scalar(select(Offre).where(Offre.ref == ref))


def test_une_offre_publiee_se_lit_sur_sa_fiche_et_dans_le_journal(ctx, saisie, employeur):
    ref = publier(
        ctx,
        employeur,
        replace(saisie, permis=("b", "B"), caces=(" R482-A ", "")),
        code_rome="F1703",
        competences=[CompetenceVoulue("Monter un mur"), CompetenceVoulue("monter un mur"), CompetenceVoulue(" ")],
    )
    with ctx.lecture() as s:
        vue = queries.offre(s, employeur.territoire_id, ref)
        actions = s.scalars(select(Evenement.action).where(Evenement.objet_ref == ref)).all()
    assert vue.ouverte
    assert vue.metier == "Maçon / Maçonne"
    assert vue.permis == ("B",)
    assert vue.caces == ("R482-A",)
    assert [c.libelle for c in vue.competences] == ["Monter un mur"]
    assert list(actions) == ["publier_offre"]


@pytest.mark.parametrize(
    ("champ", "valeur", "attendu"),
    [
        ("intitule", " ", "intitule"),
        ("code_insee", None, "commune"),
        ("code_insee", "99999", "commune"),
        ("heures_hebdo", None, "heures_hebdo"),
        ("heures_hebdo", Decimal(0), "heures_hebdo"),
        ("heures_hebdo", Decimal(60), "heures_hebdo"),
        ("type_contrat", None, "type_contrat"),
        ("type_contrat", TypeContrat.CDDI, "type_contrat"),
        ("debut", None, "debut"),
        ("duree_mois", None, "duree_mois"),
        ("places", 0, "places"),
        ("prerequis", "  ", "prerequis"),
        ("marche_ref", "M-999999", "marche_ref"),
    ],
)
def test_ce_qui_manque_empeche_la_publication_et_se_dit_a_cote_du_champ(ctx, saisie, employeur, champ, valeur, attendu):
    with pytest.raises(RegleViolee) as refus:
        publier(ctx, employeur, replace(saisie, **{champ: valeur}))
    assert refus.value.champ == attendu
    with ctx.lecture() as s:
        assert s.scalars(select(Offre)).all() == []


def test_un_cdi_se_publie_sans_duree(ctx, saisie, employeur):
    ref = publier(ctx, employeur, replace(saisie, type_contrat=TypeContrat.CDI, duree_mois=None))
    assert lire(ctx, ref).duree_mois is None


def test_le_contrat_depend_de_la_structure(ctx, saisie, fabrique):
    etti = fabrique.acteur(fabrique.employeur(fabrique.organisation(TypeOrganisation.ETTI)))
    with pytest.raises(RegleViolee):
        publier(ctx, etti, saisie)
    assert publier(ctx, etti, replace(saisie, type_contrat=TypeContrat.MISSION))


def test_liee_a_un_marche_elle_dit_les_heures_qu_elle_apporterait(ctx, saisie, employeur, fabrique):
    with ctx.lecture() as s:
        from marketplace.comptes.models import Organisation

        organisation = s.get_one(Organisation, employeur.organisation_id)
    marche = fabrique.marche(titulaire=organisation, date_fin=saisie.debut + timedelta(days=90))
    ref = publier(ctx, employeur, replace(saisie, marche_ref=marche.ref))
    with ctx.lecture() as s:
        vue = queries.offre(s, employeur.territoire_id, ref)
    assert vue.marche_ref == marche.ref
    assert vue.heures_prevues == Decimal("454.00")  # 91 days of a 35-hour week, until the marché ends


def test_un_brouillon_n_est_vu_que_de_son_auteur_et_se_publie_une_fois(ctx, saisie, employeur):
    ref = rediger(ctx, employeur, saisie)
    with ctx.lecture() as s:
        assert queries.offres_ouvertes(s, employeur.territoire_id).total == 0
    publier_brouillon(ctx, employeur, ref, code_rome="F1703", competences=[CompetenceVoulue("Monter un mur")])
    publier_brouillon(ctx, employeur, ref, code_rome="K2204")
    assert lire(ctx, ref).code_rome == "F1703"
    with ctx.lecture() as s:
        assert queries.offres_ouvertes(s, employeur.territoire_id).total == 1
        assert len(s.scalars(select(CompetenceOffre)).all()) == 1
        poste = queries.postes_de_classement(s, employeur.territoire_id)[0]
    assert poste.competences_requises == ("Monter un mur",)


def test_deux_personnes_modifient_la_meme_offre_la_seconde_relit(ctx, saisie, employeur):
    ref = publier(ctx, employeur, saisie, code_rome="F1703")
    version = lire(ctx, ref).version
    modifier(ctx, employeur, ref, replace(saisie, places=2), code_rome="F1703", version=version)
    with pytest.raises(ModifieEntreTemps):
        modifier(ctx, employeur, ref, replace(saisie, places=3), code_rome="F1703", version=version)
    assert lire(ctx, ref).places == 2


def test_une_offre_deja_commencee_se_modifie_encore(ctx, saisie, employeur, horloge):
    ref = publier(ctx, employeur, saisie, code_rome="F1703")
    horloge.avancer(days=25)
    modifier(ctx, employeur, ref, replace(saisie, places=2), code_rome="F1703")
    assert lire(ctx, ref).places == 2
    with pytest.raises(RegleViolee) as refus:
        modifier(ctx, employeur, ref, replace(saisie, debut=saisie.debut + timedelta(days=1)), code_rome="F1703")
    assert refus.value.champ == "debut"


def test_confirmer_fermer_et_pourvoir_ne_font_rien_deux_fois(ctx, saisie, employeur, horloge):
    ref = publier(ctx, employeur, saisie)
    horloge.avancer(days=7)
    confirmer(ctx, employeur, ref)
    confirmer(ctx, employeur, ref)
    assert lire(ctx, ref).confirmee_le == ctx.horloge()
    pourvoir(ctx, employeur, ref)
    fermer(ctx, employeur, ref)
    assert lire(ctx, ref).etat is EtatOffre.POURVUE
    with pytest.raises(RegleViolee):
        confirmer(ctx, employeur, ref)
    with ctx.lecture() as s:
        actions = s.scalars(select(Evenement.action).order_by(Evenement.id)).all()
    assert list(actions) == ["publier_offre", "confirmer_offre", "pourvoir_offre"]


def test_l_offre_d_un_autre_n_existe_pas(ctx, saisie, employeur, fabrique):
    ref = publier(ctx, employeur, saisie)
    voisin = fabrique.acteur(fabrique.employeur())
    for acte in (confirmer, fermer, pourvoir):
        with pytest.raises(Introuvable):
            acte(ctx, voisin, ref)
    with pytest.raises(Introuvable):
        modifier(ctx, voisin, ref, saisie, code_rome=None)
    referent = fabrique.acteur(fabrique.referent())
    with pytest.raises(Introuvable):
        publier(ctx, referent, saisie)


def test_la_facilitatrice_publie_pour_le_compte_d_un_employeur_et_cela_se_voit(ctx, saisie, employeur, fabrique):
    from marketplace.comptes.roles import Source

    facilitatrice = fabrique.acteur(fabrique.facilitateur())
    pour = replace(
        employeur,
        utilisateur_id=facilitatrice.utilisateur_id,
        nom=facilitatrice.nom,
        pour_le_compte_de=employeur.organisation_id,
        source=Source.TELEPHONE,
    )
    ref = publier(ctx, pour, saisie)
    with ctx.lecture() as s:
        evenement = s.scalars(select(Evenement).where(Evenement.objet_ref == ref)).one()
    assert evenement.acteur_nom == facilitatrice.nom
    assert evenement.pour_le_compte_de_id == employeur.organisation_id
    assert evenement.source == "telephone"


def test_les_offres_se_filtrent(ctx, saisie, employeur, fabrique):
    publier(ctx, employeur, saisie, code_rome="F1703")
    publier(ctx, employeur, replace(saisie, intitule="Agent de propreté", code_insee="34145"), code_rome="K2204")
    with ctx.lecture() as s:
        for filtres, attendu in (
            (queries.FiltresOffres(), 2),
            (queries.FiltresOffres(texte="proprete"), 1),
            (queries.FiltresOffres(texte="lunel"), 1),
            (queries.FiltresOffres(code_rome="F1703"), 1),
            (queries.FiltresOffres(code_insee="34145"), 1),
            (queries.FiltresOffres(liee_a_un_marche=True), 0),
            (queries.FiltresOffres(etats=(EtatOffre.FERMEE,)), 0),
        ):
            assert queries.offres(s, employeur.territoire_id, filtres).total == attendu

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.personnes import services
from marketplace.personnes.models import (
    AvisMotive,
    CritereParcours,
    Dispositif,
    OuiNonAVerifier,
    PassIAE,
    Personne,
    Statut,
    SuspensionPass,
)
from marketplace.personnes.queries.parcours import ParcoursVu
from marketplace.personnes.rules import eligibilite
from marketplace.personnes.rules.criteres import CRITERES_GEIQ, CRITERES_IAE
from marketplace.personnes.rules.geiq import ANNEXE_1, ANNEXE_2_NIVEAU_1, ANNEXE_2_NIVEAU_2, HORS_ANNEXE
from marketplace.personnes.rules.iae import NIVEAU_1, NIVEAU_2
from marketplace.personnes.rules.releves import ReleveLu
from tests.fabrique import Fabrique


@pytest.fixture
def referente(fabrique: Fabrique) -> Acteur:
    return fabrique.acteur(fabrique.referent())


@pytest.fixture
def personne(fabrique: Fabrique, referente: Acteur, ctx: Contexte) -> Personne:
    p = fabrique.personne(categorie=None)
    services.suivre(ctx, fabrique.acteur(fabrique.facilitateur()), p.ref, referente.utilisateur_id or 0)
    return p


def lire(ctx: Contexte, acteur: Acteur, ref: str) -> ParcoursVu:
    parcours = services.lire_fiche(ctx, acteur, ref, "essai").fiche.parcours
    assert parcours is not None
    return parcours


def releve(ctx: Contexte, **champs: Any) -> ReleveLu:
    valeurs: dict[str, Any] = {
        "numero": "99999 1234567",
        "debut": date(2026, 1, 1),
        "fin": date(2027, 12, 31),
        "releve_le": ctx.aujourdhui(),
        "source": "plateforme",
    }
    return ReleveLu(**(valeurs | champs))


def test_les_listes_montrees_sont_celles_des_regles() -> None:
    assert set(CRITERES_IAE) == NIVEAU_1 | NIVEAU_2
    assert set(CRITERES_GEIQ) == ANNEXE_1 | ANNEXE_2_NIVEAU_1 | ANNEXE_2_NIVEAU_2 | HORS_ANNEXE


def test_les_criteres_de_l_iae_ne_touchent_ni_la_clause_ni_les_geiq(
    ctx: Contexte, referente: Acteur, personne: Personne
) -> None:
    jour = ctx.aujourdhui()
    services.poser_criteres(ctx, referente, personne.ref, Dispositif.IAE, {"DELD": jour, "PI": None})
    vu = lire(ctx, referente, personne.ref)
    assert {r.structure: (r.eligible, r.avec_preuves, r.manquants) for r in vu.reponses_iae} == {
        "Association intermédiaire": (False, True, 0),
        "Intérim d'insertion": (False, True, 0),
        "Entreprise d'insertion": (False, False, 1),
        "Chantier d'insertion": (False, False, 1),
    }
    assert vu.aide_geiq is None
    with ctx.lecture() as s:
        assert s.scalar(select(Statut.id)) is None
    assert services.lire_fiche(ctx, referente, personne.ref, "essai").fiche.eligibilite.reponse == "à compléter"


def test_un_critere_decoche_disparait_et_une_preuve_gardee_garde_son_voyeur(
    ctx: Contexte, fabrique: Fabrique, referente: Acteur, personne: Personne
) -> None:
    jour = ctx.aujourdhui()
    services.poser_criteres(ctx, referente, personne.ref, Dispositif.GEIQ, {"RSA": jour, "QPV": None})
    autre = fabrique.acteur(fabrique.referent())
    services.suivre(ctx, fabrique.acteur(fabrique.facilitateur()), personne.ref, autre.utilisateur_id or 0)
    services.poser_criteres(ctx, autre, personne.ref, Dispositif.GEIQ, {"RSA": jour})
    with ctx.lecture() as s:
        critere = s.scalars(select(CritereParcours)).one()
    assert (critere.code, critere.vue_par_id) == ("RSA", referente.utilisateur_id)


def test_les_criteres_contradictoires_ou_futurs_sont_refuses(
    ctx: Contexte, referente: Acteur, personne: Personne
) -> None:
    for dispositif, criteres in (
        (Dispositif.GEIQ, {"JEUNE": None, "SENIOR": None}),
        (Dispositif.IAE, {"MINIMA": None}),
        (Dispositif.IAE, {"RSA": ctx.aujourdhui() + timedelta(days=1)}),
    ):
        with pytest.raises(RegleViolee):
            services.poser_criteres(ctx, referente, personne.ref, dispositif, criteres)
    with ctx.lecture() as s:
        assert s.scalar(select(CritereParcours.id)) is None


def test_une_attestation_de_trois_mois_ne_prouve_plus_un_critere(
    ctx: Contexte, referente: Acteur, personne: Personne
) -> None:
    for preuve_le, bonne in ((date(2026, 8, 21), False), (date(2026, 8, 22), True)):
        services.poser_criteres(ctx, referente, personne.ref, Dispositif.IAE, {"RSA": preuve_le})
        (rsa,) = [c for c in lire(ctx, referente, personne.ref).iae if c.code == "RSA"]
        assert rsa.bonne is bonne


def test_une_suspension_se_montre_a_verifier_et_ne_change_pas_la_date_de_la_plateforme(
    ctx: Contexte, referente: Acteur, personne: Personne
) -> None:
    """T15."""
    services.noter_pass(ctx, referente, personne.ref, releve(ctx))
    services.noter_suspension(ctx, referente, personne.ref, debut=date(2026, 6, 1), fin=date(2026, 8, 30))
    lu = lire(ctx, referente, personne.ref).pass_iae
    assert lu is not None
    assert lu.fin == date(2027, 12, 31)
    assert lu.fin_a_verifier is not None
    assert lu.fin_a_verifier.jour == date(2028, 3, 31)
    assert "à vérifier" in lu.fin_a_verifier.mention
    with ctx.lecture() as s:
        assert s.scalars(select(PassIAE.fin)).one() == date(2027, 12, 31)


def test_un_nouveau_releve_garde_l_ancien_et_repart_sans_arret(
    ctx: Contexte, referente: Acteur, personne: Personne
) -> None:
    services.noter_pass(ctx, referente, personne.ref, releve(ctx, releve_le=ctx.aujourdhui() - timedelta(days=30)))
    services.noter_suspension(ctx, referente, personne.ref, debut=date(2026, 6, 1), fin=date(2026, 8, 30))
    services.noter_pass(ctx, referente, personne.ref, releve(ctx, fin=date(2028, 3, 31)))
    lu = lire(ctx, referente, personne.ref).pass_iae
    assert lu is not None
    assert (lu.fin, lu.fin_a_verifier, len(lu.anciens)) == (date(2028, 3, 31), None, 1)


@pytest.mark.parametrize(
    ("champs", "champ"),
    [
        ({"numero": "12"}, "numero"),
        ({"debut": None}, "debut"),
        ({"fin": date(2025, 1, 1)}, "fin"),
        ({"releve_le": date(2030, 1, 1)}, "releve_le"),
        ({"source": "oreille"}, "source"),
    ],
)
def test_un_releve_faux_est_refuse(
    ctx: Contexte, referente: Acteur, personne: Personne, champs: dict[str, Any], champ: str
) -> None:
    with pytest.raises(RegleViolee) as refus:
        services.noter_pass(ctx, referente, personne.ref, releve(ctx, **champs))
    assert refus.value.champ == champ


def test_un_arret_de_quinze_jours_ou_hors_du_pass_est_refuse(
    ctx: Contexte, referente: Acteur, personne: Personne
) -> None:
    with pytest.raises(RegleViolee):
        services.noter_suspension(ctx, referente, personne.ref, debut=date(2026, 6, 1), fin=date(2026, 7, 1))
    services.noter_pass(ctx, referente, personne.ref, releve(ctx))
    for debut, fin in (
        (date(2026, 6, 1), date(2026, 6, 15)),
        (date(2025, 6, 1), date(2025, 7, 15)),
        (date(2026, 6, 1), None),
    ):
        with pytest.raises(RegleViolee):
            services.noter_suspension(ctx, referente, personne.ref, debut=debut, fin=fin)
    with ctx.lecture() as s:
        assert s.scalar(select(SuspensionPass.id)) is None


def test_le_facilitateur_ne_lit_ni_pass_ni_criteres_ni_quartier_avant_une_validation(
    ctx: Contexte, fabrique: Fabrique, referente: Acteur, personne: Personne
) -> None:
    services.noter_pass(ctx, referente, personne.ref, releve(ctx))
    services.noter_qpv(ctx, referente, personne.ref, OuiNonAVerifier.OUI, source="adresse vérifiée")
    facilitatrice = fabrique.acteur(fabrique.facilitateur())
    fiche = services.lire_fiche(ctx, facilitatrice, personne.ref, "essai").fiche
    assert (fiche.parcours, fiche.qpv, fiche.qpv_source) == (None, None, "")
    for acte in (
        lambda: services.noter_pass(ctx, facilitatrice, personne.ref, releve(ctx)),
        lambda: services.poser_criteres(ctx, facilitatrice, personne.ref, Dispositif.IAE, {"RSA": None}),
        lambda: services.noter_qpv(ctx, facilitatrice, personne.ref, OuiNonAVerifier.NON, source="carte"),
    ):
        with pytest.raises(Introuvable):
            acte()
    fabrique.validation(personne)
    fiche = services.lire_fiche(ctx, facilitatrice, personne.ref, "essai").fiche
    assert fiche.parcours is not None
    assert fiche.qpv is OuiNonAVerifier.OUI


def test_un_quartier_porte_sa_source_et_sa_date(ctx: Contexte, referente: Acteur, personne: Personne) -> None:
    with pytest.raises(RegleViolee) as refus:
        services.noter_qpv(ctx, referente, personne.ref, OuiNonAVerifier.OUI)
    assert refus.value.champ == "source"
    le = ctx.aujourdhui() - timedelta(days=4)
    services.noter_qpv(ctx, referente, personne.ref, OuiNonAVerifier.OUI, source="carte nationale", le=le)
    fiche = services.lire_fiche(ctx, referente, personne.ref, "essai").fiche
    assert (fiche.qpv, fiche.qpv_le, fiche.qpv_source) == (OuiNonAVerifier.OUI, le, "carte nationale")
    services.noter_qpv(ctx, referente, personne.ref, OuiNonAVerifier.A_VERIFIER)


def avis(**champs: str) -> eligibilite.AvisMotive:
    valeurs = {"auteur": "Conseillère exemple", "organisme": "mission_locale", "texte": "Sans emploi depuis l'école."}
    return eligibilite.AvisMotive(date_avis=None, **(valeurs | champs))


def test_une_situation_hors_liste_demande_un_avis_entier(ctx: Contexte, referente: Acteur, personne: Personne) -> None:
    def noter(a: eligibilite.AvisMotive | None, le: date | None = None) -> None:
        services.ajouter_statut(
            ctx,
            referente,
            personne.ref,
            categorie="avis_motive",
            preuve_type="avis_motive",
            preuve_le=le or ctx.aujourdhui(),
            avis=a,
        )

    for incomplet, champ in (
        (None, "avis_texte"),
        (avis(texte=" "), "avis_texte"),
        (avis(auteur=""), "avis_auteur"),
        (avis(organisme="boulanger"), "avis_organisme"),
        (avis(texte="Son numéro : 1 85 05 78 006 084 36"), "avis_texte"),
    ):
        with pytest.raises(RegleViolee) as refus:
            noter(incomplet)
        assert refus.value.champ == champ
    with ctx.lecture() as s:
        assert s.scalar(select(Statut.id)) is None
    noter(avis())
    noter(avis(texte="Raison revue."))
    with ctx.lecture() as s:
        assert s.scalars(select(AvisMotive.texte)).one() == "Raison revue."
    (statut,) = services.lire_fiche(ctx, referente, personne.ref, "essai").fiche.eligibilite.statuts or ()
    assert statut.compte
    assert statut.avis is not None
    assert statut.avis.organisme == "Mission locale"
    services.retirer_statut(ctx, referente, personne.ref, statut.id)
    with ctx.lecture() as s:
        assert s.scalar(select(AvisMotive.id)) is None

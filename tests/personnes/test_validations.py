from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from marketplace.comptes.roles import Acteur, Source
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.journal.models import Courriel, Notification
from marketplace.marches.models import Clause, EtatMarche
from marketplace.personnes import queries, services
from marketplace.personnes.models import EtatValidation, Personne, Statut, Suivi, Validation
from marketplace.personnes.rules.identite import empreinte
from tests.conftest import Horloge
from tests.fabrique import Fabrique

MOTS_INTERDITS = ("rsa", "ass", "aah", "qpv", "handicap", "bénéficiaire", "allocataire")


class Scene:
    """An employer with a marché of its own, and a facilitatrice."""

    def __init__(self, ctx: Contexte, fabrique: Fabrique) -> None:
        self.ctx, self.fabrique = ctx, fabrique
        self.entreprise = fabrique.organisation()
        self.employeur_affectation = fabrique.employeur(self.entreprise)
        self.employeur = fabrique.acteur(self.employeur_affectation)
        self.facilitatrice = fabrique.acteur(fabrique.facilitateur())
        self.marche = fabrique.marche(titulaire=self.entreprise)

    def demander(self, acteur: Acteur | None = None, **champs: Any) -> str:
        valeurs: dict[str, Any] = {
            "prenom": "Karim",
            "nom": "Exemple",
            "date_naissance": date(1988, 4, 12),
            "poste": "Maçon",
            "debut": self.ctx.aujourdhui() + timedelta(days=5),
            "marche_ref": self.marche.ref,
            "personne_informee": True,
        }
        return services.demander_validation(self.ctx, acteur or self.employeur, **(valeurs | champs))

    def preuve(self, **champs: Any) -> services.PreuveVue:
        valeurs: dict[str, Any] = {
            "categorie": "rsa",
            "preuve_type": "attestation_rsa",
            "preuve_le": self.ctx.aujourdhui() - timedelta(days=3),
        }
        return services.PreuveVue(**(valeurs | champs))

    def validation(self, ref: str) -> Validation:
        with self.ctx.lecture() as s:
            return s.scalars(select(Validation).where(Validation.ref == ref)).one()

    def vue_employeur(self) -> queries.ValidationEmployeur:
        with self.ctx.lecture() as s:
            (vue,) = queries.validations_de_l_employeur(s, self.entreprise.id)
        return vue


@pytest.fixture
def scene(ctx: Contexte, fabrique: Fabrique) -> Scene:
    return Scene(ctx, fabrique)


def test_une_demande_cree_une_personne_sans_referent_ni_classement(ctx: Contexte, scene: Scene) -> None:
    ref = scene.demander()
    with ctx.lecture() as s:
        personne = s.scalars(select(Personne)).one()
        assert s.scalar(select(Suivi.id)) is None
        assert queries.profils_de_classement(s, personne.territoire_id) == []
        assert s.scalar(select(Notification.texte)) == "Une personne est à valider."
    assert personne.information_canal == "employeur"
    assert ref.startswith("V-")
    assert scene.vue_employeur().reponse == "en attente"


def test_un_oui_avec_preuve_ouvre_la_fenetre_du_territoire(scene: Scene) -> None:
    ref = scene.demander()
    services.repondre_validation(scene.ctx, scene.facilitatrice, ref, oui=True, preuve=scene.preuve())
    validation = scene.validation(ref)
    assert validation.fenetre_debut == date(2026, 11, 26)
    assert validation.fenetre_fin == date(2028, 11, 25)
    assert validation.categories == ["rsa"]
    vue = scene.vue_employeur()
    assert (vue.reponse, vue.jusqu_au) == ("oui", date(2028, 11, 25))


def test_un_cdi_ouvre_trente_six_mois(scene: Scene) -> None:
    ref = scene.demander()
    services.repondre_validation(
        scene.ctx, scene.facilitatrice, ref, oui=True, preuve=scene.preuve(), type_contrat="cdi"
    )
    assert scene.validation(ref).fenetre_fin == date(2029, 11, 25)


def test_un_oui_sans_preuve_valable_est_refuse(scene: Scene) -> None:
    ref = scene.demander()
    with pytest.raises(RegleViolee):
        services.repondre_validation(scene.ctx, scene.facilitatrice, ref, oui=True)
    vieille = scene.preuve(preuve_le=scene.ctx.aujourdhui() - timedelta(days=120))
    with pytest.raises(RegleViolee) as refus:
        services.repondre_validation(scene.ctx, scene.facilitatrice, ref, oui=True, preuve=vieille)
    assert "moins de 3 mois" in refus.value.message
    assert scene.validation(ref).etat is EtatValidation.A_TRAITER


def test_un_non_ne_dit_rien_d_autre_a_l_employeur(scene: Scene) -> None:
    ref = scene.demander()
    services.repondre_validation(scene.ctx, scene.facilitatrice, ref, oui=False, note="Aucun justificatif reçu")
    vue = scene.vue_employeur()
    assert (vue.reponse, vue.jusqu_au) == ("non", None)
    assert "justificatif" not in str(vue).lower()


def test_ce_que_lit_l_employeur_ne_porte_ni_situation_ni_naissance(scene: Scene) -> None:
    ref = scene.demander()
    services.repondre_validation(scene.ctx, scene.facilitatrice, ref, oui=True, preuve=scene.preuve())
    vue = scene.vue_employeur()
    champs = set(type(vue).__slots__)
    assert not champs & {"date_naissance", "age", "categories", "note", "statuts", "personne_ref"}
    texte = " ".join(str(getattr(vue, c)) for c in champs - {"demandee_le"}).lower().split()
    assert not set(texte) & set(MOTS_INTERDITS)
    assert "1988" not in " ".join(texte)


def test_le_courriel_de_reponse_ne_nomme_personne(ctx: Contexte, scene: Scene) -> None:
    ref = scene.demander()
    services.repondre_validation(ctx, scene.facilitatrice, ref, oui=True, preuve=scene.preuve())
    with ctx.lecture() as s:
        courriel = s.scalars(select(Courriel)).one()
    for mot in ("Karim", "Exemple", ref, *MOTS_INTERDITS):
        assert mot.lower() not in f"{courriel.sujet} {courriel.corps}".lower().split()


def test_une_reponse_ne_se_donne_qu_une_fois(scene: Scene) -> None:
    ref = scene.demander()
    version = scene.validation(ref).version
    services.repondre_validation(scene.ctx, scene.facilitatrice, ref, oui=False)
    with pytest.raises(ModifieEntreTemps):
        services.repondre_validation(scene.ctx, scene.facilitatrice, ref, oui=False, version=version)
    with pytest.raises(RegleViolee):
        services.repondre_validation(scene.ctx, scene.facilitatrice, ref, oui=True, preuve=scene.preuve())


@pytest.mark.parametrize(
    ("champ", "valeur"),
    [
        ("prenom", ""),
        ("nom", "1 85 05 78 006 084 36"),
        ("date_naissance", None),
        ("date_naissance", date(2027, 1, 1)),
        ("poste", " "),
        ("debut", None),
        ("debut", date(2024, 1, 1)),
        ("debut", date(2029, 1, 1)),
        ("personne_informee", False),
    ],
)
def test_une_demande_incomplete_dit_quel_champ_reprendre(scene: Scene, champ: str, valeur: Any) -> None:
    with pytest.raises(RegleViolee) as refus:
        scene.demander(**{champ: valeur})
    assert refus.value.champ == champ


def test_le_numero_de_securite_sociale_est_refuse_dans_le_poste(scene: Scene) -> None:
    with pytest.raises(RegleViolee) as refus:
        scene.demander(poste="maçon 185057800608436")
    assert refus.value.champ == "poste"


def test_on_ne_demande_que_pour_un_de_ses_marches_ouverts(scene: Scene, fabrique: Fabrique) -> None:
    d_un_autre = fabrique.marche()
    fini = fabrique.marche(titulaire=scene.entreprise, etat=EtatMarche.SOLDE)
    for marche in (d_un_autre, fini):
        with pytest.raises(RegleViolee) as refus:
            scene.demander(marche_ref=marche.ref)
        assert refus.value.champ == "marche"
    with scene.ctx.lecture() as s:
        ouverts = queries.marches_ouverts(s, scene.marche.territoire_id, scene.entreprise.id)
    assert [m.ref for m in ouverts] == [scene.marche.ref]


def test_seul_un_facilitateur_repond(scene: Scene, fabrique: Fabrique) -> None:
    ref = scene.demander()
    for acteur in (scene.employeur, fabrique.acteur(fabrique.referent()), fabrique.acteur(fabrique.acheteur())):
        with pytest.raises(Introuvable):
            services.repondre_validation(scene.ctx, acteur, ref, oui=False)


def test_une_organisation_non_verifiee_ne_demande_rien(scene: Scene) -> None:
    from dataclasses import replace

    with pytest.raises(Introuvable):
        scene.demander(replace(scene.employeur, organisation_verifiee=False))


def test_une_personne_deja_connue_est_reconnue_en_silence(scene: Scene, fabrique: Fabrique) -> None:
    connue = fabrique.personne(
        fabrique.referent(),
        prenom="Karim",
        nom="Exemple",
        date_naissance=date(1988, 4, 12),
        empreinte=empreinte(scene.ctx.config.cle_secrete, "Karim", "Exemple", date(1988, 4, 12)),
    )
    scene.demander(nom="EXEMPLE", prenom="karim")
    with scene.ctx.lecture() as s:
        assert [p.id for p in s.scalars(select(Personne))] == [connue.id]
        assert s.scalar(select(Validation.personne_id)) == connue.id


def test_la_meme_question_posee_deux_fois_reste_une_question(scene: Scene) -> None:
    assert scene.demander() == scene.demander(poste="Coffreur")
    assert scene.vue_employeur().poste == "Coffreur"


def test_dans_la_fenetre_un_nouveau_marche_ne_demande_pas_de_nouvelle_preuve(
    scene: Scene, fabrique: Fabrique, horloge: Horloge
) -> None:
    ref = scene.demander()
    services.repondre_validation(scene.ctx, scene.facilitatrice, ref, oui=True, preuve=scene.preuve())
    horloge.avancer(days=200)
    second = fabrique.marche(titulaire=scene.entreprise)
    suivante = scene.demander(marche_ref=second.ref, debut=scene.ctx.aujourdhui())
    services.repondre_validation(scene.ctx, scene.facilitatrice, suivante, oui=True)
    premiere, seconde = scene.validation(ref), scene.validation(suivante)
    assert (seconde.fenetre_debut, seconde.fenetre_fin) == (premiere.fenetre_debut, premiere.fenetre_fin)
    assert seconde.categories == ["rsa"]


def test_apres_la_fenetre_il_faut_une_coupure(scene: Scene, horloge: Horloge) -> None:
    ref = scene.demander()
    services.repondre_validation(scene.ctx, scene.facilitatrice, ref, oui=True, preuve=scene.preuve())
    horloge.avancer(days=750)
    suivante = scene.demander(debut=scene.ctx.aujourdhui())
    with pytest.raises(RegleViolee) as refus:
        services.repondre_validation(scene.ctx, scene.facilitatrice, suivante, oui=True, preuve=scene.preuve())
    assert "26/05/2029" in refus.value.message


def test_une_clause_reservee_a_un_public_ne_prend_pas_les_autres(scene: Scene) -> None:
    with scene.ctx.transaction() as s:
        clause = s.scalars(select(Clause).where(Clause.marche_id == scene.marche.id)).one()
        clause.publics = ["qpv"]
    ref = scene.demander()
    with pytest.raises(RegleViolee):
        services.repondre_validation(scene.ctx, scene.facilitatrice, ref, oui=True, preuve=scene.preuve())


def test_le_lot_prend_les_demandes_en_ordre_et_laisse_les_autres(scene: Scene) -> None:
    prete, sans_preuve = scene.demander(), scene.demander(prenom="Leïla")
    services.ajouter_statut(
        scene.ctx,
        scene.facilitatrice,
        _ref_personne(scene, prete),
        categorie="rsa",
        preuve_type="attestation_rsa",
        preuve_le=scene.ctx.aujourdhui(),
    )
    file = services.lire_validations(scene.ctx, scene.facilitatrice)
    assert [(v.ref, v.prete) for v in file] == [(prete, True), (sans_preuve, False)]
    lot = services.repondre_en_lot(
        scene.ctx, scene.facilitatrice, [services.ReponseVoulue(prete), services.ReponseVoulue(sans_preuve)]
    )
    assert lot.repondues == (prete,)
    assert [ref for ref, _ in lot.laissees] == [sans_preuve]
    assert scene.validation(sans_preuve).etat is EtatValidation.A_TRAITER


def _ref_personne(scene: Scene, ref: str) -> str:
    with scene.ctx.lecture() as s:
        personne = s.get_one(Personne, scene.validation(ref).personne_id)
    return personne.ref


def test_le_facilitateur_ne_voit_la_situation_qu_apres_un_accord(
    ctx: Contexte, fabrique: Fabrique, scene: Scene
) -> None:
    referente = fabrique.referent()
    personne = fabrique.personne(referente)

    def statuts(acteur: Acteur, **options: bool) -> Any:
        return services.lire_fiche(ctx, acteur, personne.ref, "vivier", **options).fiche.eligibilite

    assert statuts(fabrique.acteur(referente)).statuts[0].libelle == "Allocataire du RSA"
    vue = statuts(scene.facilitatrice)
    assert vue.statuts is None
    assert vue.oui
    with pytest.raises(Introuvable):
        services.ajouter_statut(ctx, scene.facilitatrice, personne.ref, categorie="aah")
    assert statuts(scene.facilitatrice, accord_proposition=True).statuts
    fabrique.validation(personne)
    assert statuts(scene.facilitatrice).statuts


def test_la_photographie_ne_bouge_plus_quand_la_situation_change(scene: Scene, ctx: Contexte) -> None:
    ref = scene.demander()
    services.repondre_validation(ctx, scene.facilitatrice, ref, oui=True, preuve=scene.preuve())
    personne = _ref_personne(scene, ref)
    with ctx.lecture() as s:
        statut = s.scalars(select(Statut)).one()
    services.retirer_statut(ctx, scene.facilitatrice, personne, statut.id)
    assert scene.validation(ref).categories == ["rsa"]
    assert scene.vue_employeur().reponse == "oui"


def test_une_preuve_est_un_type_et_une_date_jamais_un_fichier(ctx: Contexte, fabrique: Fabrique) -> None:
    affectation = fabrique.referent()
    acteur, jour = fabrique.acteur(affectation), ctx.aujourdhui()
    personne = fabrique.personne(affectation, categorie=None)
    refus = {
        "categorie": {"categorie": "riche"},
        "preuve_le": {"categorie": "rsa", "preuve_type": "attestation_rsa"},
        "preuve_type": {"categorie": "rsa", "preuve_le": jour},
        "depuis": {"categorie": "rsa", "depuis": jour + timedelta(days=1)},
        "jusqu_au": {"categorie": "th", "depuis": jour, "jusqu_au": jour - timedelta(days=1)},
    }
    for champ, valeurs in refus.items():
        with pytest.raises(RegleViolee) as erreur:
            services.ajouter_statut(ctx, acteur, personne.ref, **valeurs)  # type: ignore[arg-type]
        assert erreur.value.champ == champ
    services.ajouter_statut(ctx, acteur, personne.ref, categorie="rsa", preuve_type="attestation_rsa", preuve_le=jour)
    (statut,) = services.lire_fiche(ctx, acteur, personne.ref, "accompagnement").fiche.eligibilite.statuts or ()
    assert (statut.piece, statut.preuve_le, statut.vue_par) == (
        "Attestation de la CAF ou de la MSA",
        jour,
        acteur.nom,
    )
    with ctx.lecture() as s:
        assert queries.ids_eligibles(s, personne.territoire_id, jour) == {personne.id}


def test_une_demande_se_reprend_tant_qu_elle_attend(scene: Scene, fabrique: Fabrique) -> None:
    ref = scene.demander()
    with pytest.raises(Introuvable):
        services.annuler_validation(scene.ctx, fabrique.acteur(fabrique.employeur()), ref)
    services.annuler_validation(scene.ctx, scene.employeur, ref)
    assert scene.vue_employeur().reponse == "annulée"
    with pytest.raises(RegleViolee):
        services.annuler_validation(scene.ctx, scene.employeur, ref)


def test_une_demande_pour_le_compte_de_garde_sa_source(scene: Scene) -> None:
    from dataclasses import replace

    assert scene.facilitatrice.utilisateur_id is not None
    pour = replace(
        scene.employeur,
        utilisateur_id=scene.facilitatrice.utilisateur_id,
        pour_le_compte_de=scene.entreprise.id,
        source=Source.TELEPHONE,
    )
    assert scene.validation(scene.demander(pour)).source == "telephone"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    prenom=st.text(st.characters(categories=["L"]), min_size=1, max_size=12),
    nom=st.text(st.characters(categories=["L"]), min_size=1, max_size=12),
    naissance=st.dates(date(1940, 1, 1), date(2010, 1, 1)),
)
def test_l_empreinte_ignore_la_casse_et_l_ordre_mais_pas_la_cle(prenom: str, nom: str, naissance: date) -> None:
    reference = empreinte("cle", prenom, nom, naissance)
    assert reference == empreinte("cle", f" {prenom} ", nom, naissance)
    assert reference == empreinte("cle", nom, prenom, naissance)
    assert reference != empreinte("autre", prenom, nom, naissance)
    assert reference != empreinte("cle", prenom, nom, naissance + timedelta(days=1))
    assert empreinte("cle", prenom, nom, None) is None

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.journal.models import Evenement, LecturePersonne
from marketplace.personnes import queries, services
from marketplace.personnes.models import ChangementVivier, Experience, Personne
from marketplace.personnes.rules.saisie import CompetenceSaisie, ExperienceSaisie, ProfilSaisi
from marketplace.propositions.services.droits_de_la_personne import retirer_personne
from marketplace.territoire.models import CommuneAncienne
from tests.conftest import Horloge
from tests.fabrique import Fabrique

NIR = "1 85 05 78 006 084 36"


def saisie(**champs: Any) -> ProfilSaisi:
    valeurs: dict[str, Any] = {
        "prenom": "Nadia",
        "nom": "Exemple",
        "date_naissance": date(1991, 3, 2),
        "telephone": "06 12 34 56 78",
        "code_insee": "34172",
        "modes": ("transports",),
        "experiences": (ExperienceSaisie("maçonne", "F1703", 24),),
        "competences": (CompetenceSaisie("Poser des briques"),),
    }
    return ProfilSaisi(**(valeurs | champs))


@pytest.fixture
def referente(fabrique: Fabrique) -> Acteur:
    return fabrique.acteur(fabrique.referent())


def enregistrer(ctx: Contexte, acteur: Acteur, **champs: Any) -> str:
    information = services.Information(ctx.aujourdhui(), "entretien")
    return services.enregistrer_personne(ctx, acteur, saisie(**champs), information=information)


def profils(ctx: Contexte, acteur: Acteur) -> list[str]:
    with ctx.lecture() as s:
        return [p.ref for p in queries.profils_de_classement(s, acteur.territoire_id)]


def test_une_personne_enregistree_et_informee_entre_au_classement(ctx: Contexte, referente: Acteur) -> None:
    ref = enregistrer(ctx, referente)
    with ctx.lecture() as s:
        (profil,) = queries.profils_de_classement(s, referente.territoire_id)
        (experience,) = s.scalars(select(Experience))
        changements = list(s.scalars(select(ChangementVivier.personne_id)))
    assert profil.ref == ref
    assert profil.modes == {"transports"}
    assert experience.code_rome == "F1703"
    assert changements == [profil.id]


def test_personne_n_est_classe_avant_d_etre_informe(ctx: Contexte, referente: Acteur) -> None:
    ref = services.enregistrer_personne(ctx, referente, saisie())
    assert profils(ctx, referente) == []
    services.informer(ctx, referente, ref, canal="entretien")
    assert profils(ctx, referente) == [ref]


def test_l_information_porte_date_version_et_canal(ctx: Contexte, referente: Acteur) -> None:
    ref = services.enregistrer_personne(ctx, referente, saisie())
    with pytest.raises(RegleViolee) as refus:
        services.informer(ctx, referente, ref, canal="pigeon")
    assert refus.value.champ == "information_canal"
    with pytest.raises(RegleViolee):
        services.informer(ctx, referente, ref, canal="courrier", le=ctx.aujourdhui() + timedelta(days=1))
    services.informer(ctx, referente, ref, canal="courrier")
    fiche = services.lire_fiche(ctx, referente, ref, "accompagnement").fiche
    assert (fiche.information_le, fiche.information_canal, fiche.information_version) == (
        ctx.aujourdhui(),
        "courrier",
        "1",
    )


def test_le_retrait_vide_les_listes_aussitot(ctx: Contexte, referente: Acteur) -> None:
    ref = enregistrer(ctx, referente)
    with ctx.lecture() as s:
        avant, _ = queries.changements_depuis(s, 0)
    retirer_personne(ctx, referente, ref)
    assert profils(ctx, referente) == []
    with ctx.lecture() as s:
        dernier, touchees = queries.changements_depuis(s, avant)
        numero = s.scalar(select(Personne.id).where(Personne.ref == ref))
    assert dernier > avant
    assert touchees == {numero}
    services.remettre(ctx, referente, ref, canal="entretien")
    assert profils(ctx, referente) == [ref]


CHAMPS_TEXTE: list[tuple[str, Any]] = [
    ("prenom", NIR),
    ("nom", f"Exemple {NIR}"),
    ("telephone", NIR),
    ("courriel", f"{NIR}@exemple.invalid"),
    ("experiences", (ExperienceSaisie(f"maçon {NIR}"),)),
    ("competences", (CompetenceSaisie(f"pose {NIR}"),)),
]


@pytest.mark.parametrize(("champ", "valeur"), CHAMPS_TEXTE)
def test_un_numero_de_securite_sociale_est_refuse_partout(
    ctx: Contexte, referente: Acteur, champ: str, valeur: Any
) -> None:
    with pytest.raises(RegleViolee) as refus:
        services.enregistrer_personne(ctx, referente, saisie(**{champ: valeur}))
    assert refus.value.champ == champ
    with ctx.lecture() as s:
        assert s.scalar(select(Personne.id)) is None


def test_une_naissance_dans_le_futur_est_refusee(ctx: Contexte, referente: Acteur) -> None:
    with pytest.raises(RegleViolee) as refus:
        enregistrer(ctx, referente, date_naissance=ctx.aujourdhui() + timedelta(days=1))
    assert refus.value.champ == "date_naissance"


def test_une_ancienne_commune_devient_l_actuelle(ctx: Contexte, fabrique: Fabrique, referente: Acteur) -> None:
    fabrique.garder(CommuneAncienne(code_ancien="34999", nom="Ancienne", code_insee="34145"))
    ref = enregistrer(ctx, referente, code_insee="34999")
    assert services.lire_fiche(ctx, referente, ref, "accompagnement").fiche.commune == "Lunel"
    with pytest.raises(RegleViolee) as refus:
        enregistrer(ctx, referente, nom="Autre", code_insee="99999")
    assert refus.value.champ == "commune"


def test_un_doublon_est_signale_sans_dire_qui_suit_la_personne(ctx: Contexte, fabrique: Fabrique) -> None:
    premiere = fabrique.acteur(fabrique.referent())
    seconde = fabrique.acteur(fabrique.referent())
    enregistrer(ctx, premiere)
    with pytest.raises(services.DoublonPossible) as refus:
        enregistrer(ctx, seconde, prenom="NADIA", nom="exemple")
    assert premiere.nom not in refus.value.message
    assert premiere.organisation_nom not in refus.value.message
    with pytest.raises(services.DoublonPossible):
        enregistrer(ctx, seconde, prenom="Exemple", nom="Nadia")
    services.enregistrer_personne(ctx, seconde, saisie(), autre_personne=True)
    enregistrer(ctx, seconde, date_naissance=date(1991, 3, 3))


def test_un_metier_se_confirme_ou_reste_inconnu(ctx: Contexte, referente: Acteur) -> None:
    ref = enregistrer(ctx, referente, experiences=(ExperienceSaisie("je faisais les murs"),))
    (experience,) = services.lire_fiche(ctx, referente, ref, "accompagnement").fiche.experiences
    assert experience.code_rome is None
    with pytest.raises(RegleViolee):
        services.confirmer_metiers(ctx, referente, ref, {experience.id: "Z9999"})
    with pytest.raises(RegleViolee):
        services.confirmer_metiers(ctx, referente, ref, {experience.id + 1: "F1703"})
    assert services.confirmer_metiers(ctx, referente, ref, {experience.id: "F1703"}) == 1
    assert services.confirmer_metiers(ctx, referente, ref, {experience.id: None}) == 0


def test_un_metier_confirme_survit_a_une_correction_de_la_fiche(ctx: Contexte, referente: Acteur) -> None:
    ref = enregistrer(ctx, referente)
    services.modifier_personne(
        ctx, referente, ref, saisie(experiences=(ExperienceSaisie("Maçonne", None, 30), ExperienceSaisie("serveuse")))
    )
    experiences = services.lire_fiche(ctx, referente, ref, "accompagnement").fiche.experiences
    assert [(e.intitule, e.code_rome, e.mois) for e in experiences] == [
        ("Maçonne", "F1703", 30),
        ("serveuse", None, None),
    ]


def test_deux_corrections_en_meme_temps_la_seconde_est_prevenue(ctx: Contexte, referente: Acteur) -> None:
    ref = enregistrer(ctx, referente)
    version = services.lire_fiche(ctx, referente, ref, "accompagnement").fiche.version
    services.modifier_personne(ctx, referente, ref, saisie(telephone="0612345679"), version=version)
    with pytest.raises(ModifieEntreTemps):
        services.modifier_personne(ctx, referente, ref, saisie(telephone="0612345670"), version=version)


@pytest.mark.parametrize(
    ("champ", "valeur"),
    [
        ("prenom", " "),
        ("nom", ""),
        ("telephone", "abc"),
        ("modes", ("fusee",)),
        ("permis", ("Z",)),
        ("limites", ("dos fragile",)),
        ("heures_max", Decimal(60)),
        ("heures_min", Decimal(-1)),
        ("trajet_max_minutes", 500),
        ("sexe", "X"),
        ("disponible_le", date(2040, 1, 1)),
    ],
)
def test_une_valeur_impossible_est_refusee_avec_son_champ(
    ctx: Contexte, referente: Acteur, champ: str, valeur: Any
) -> None:
    with pytest.raises(RegleViolee) as refus:
        enregistrer(ctx, referente, **{champ: valeur})
    assert refus.value.champ == champ


def test_un_referent_ne_voit_que_sa_file_active(ctx: Contexte, fabrique: Fabrique) -> None:
    sienne, autre = fabrique.referent(), fabrique.referent()
    personne = fabrique.personne(sienne)
    assert services.lire_fiche(ctx, fabrique.acteur(sienne), personne.ref, "accompagnement").fiche.id == personne.id
    with pytest.raises(Introuvable):
        services.lire_fiche(ctx, fabrique.acteur(autre), personne.ref, "accompagnement")
    assert services.lire_liste(ctx, fabrique.acteur(autre), queries.FiltresPersonnes(), "liste").total == 0


def test_un_suivi_transmis_ferme_l_acces_le_jour_meme(ctx: Contexte, fabrique: Fabrique) -> None:
    ancienne, nouvelle = fabrique.referent(), fabrique.referent()
    personne = fabrique.personne(ancienne)
    services.transferer(ctx, fabrique.acteur(ancienne), personne.ref, nouvelle.utilisateur_id)
    with pytest.raises(Introuvable):
        services.lire_fiche(ctx, fabrique.acteur(ancienne), personne.ref, "accompagnement")
    fiche = services.lire_fiche(ctx, fabrique.acteur(nouvelle), personne.ref, "accompagnement").fiche
    assert [r.utilisateur_id for r in fiche.referents] == [nouvelle.utilisateur_id]


def test_un_co_referent_s_ajoute_sans_fermer_l_autre(ctx: Contexte, fabrique: Fabrique) -> None:
    premiere, seconde = fabrique.referent(), fabrique.referent()
    personne = fabrique.personne(premiere)
    services.suivre(ctx, fabrique.acteur(premiere), personne.ref, seconde.utilisateur_id)
    for affectation in (premiere, seconde):
        services.lire_fiche(ctx, fabrique.acteur(affectation), personne.ref, "accompagnement")
    with pytest.raises(RegleViolee):
        services.suivre(ctx, fabrique.acteur(premiere), personne.ref, seconde.utilisateur_id)


def test_on_ne_transmet_qu_a_un_referent_du_territoire(ctx: Contexte, fabrique: Fabrique) -> None:
    affectation = fabrique.referent()
    personne = fabrique.personne(affectation)
    employeur = fabrique.employeur()
    with pytest.raises(RegleViolee) as refus:
        services.transferer(ctx, fabrique.acteur(affectation), personne.ref, employeur.utilisateur_id)
    assert refus.value.champ == "referent"


def test_la_fin_de_suivi_ferme_la_fiche(ctx: Contexte, fabrique: Fabrique) -> None:
    affectation = fabrique.referent()
    personne = fabrique.personne(affectation)
    services.cesser_suivi(ctx, fabrique.acteur(affectation), personne.ref)
    with pytest.raises(Introuvable):
        services.noter_contact(ctx, fabrique.acteur(affectation), personne.ref)


def test_une_organisation_non_verifiee_ne_voit_personne(ctx: Contexte, fabrique: Fabrique) -> None:
    affectation = fabrique.referent()
    personne = fabrique.personne(affectation)
    acteur = replace(fabrique.acteur(affectation), organisation_verifiee=False)
    with pytest.raises(Introuvable):
        services.lire_fiche(ctx, acteur, personne.ref, "accompagnement")
    with pytest.raises(Introuvable):
        services.lire_liste(ctx, acteur, queries.FiltresPersonnes(), "liste")
    with pytest.raises(Introuvable):
        services.enregistrer_personne(ctx, acteur, saisie())


def test_chaque_lecture_d_une_personne_nommee_est_au_journal(ctx: Contexte, fabrique: Fabrique) -> None:
    affectation = fabrique.referent()
    personne = fabrique.personne(affectation)
    facilitatrice = fabrique.acteur(fabrique.facilitateur())
    services.lire_fiche(ctx, fabrique.acteur(affectation), personne.ref, "accompagnement")
    services.lire_liste(ctx, facilitatrice, queries.FiltresPersonnes(), "vivier")
    with ctx.lecture() as s:
        lues = s.execute(select(LecturePersonne.personne_id, LecturePersonne.role, LecturePersonne.finalite)).all()
        vues = queries.lectures_de(s, personne.id)
    assert [tuple(ligne) for ligne in lues] == [
        (personne.id, "referent", "accompagnement"),
        (personne.id, "facilitateur", "vivier"),
    ]
    assert {(v.fonction, v.finalite) for v in vues} == {("Référent", "accompagnement"), ("Facilitateur", "vivier")}


def test_le_journal_ne_dit_rien_de_la_situation(ctx: Contexte, fabrique: Fabrique) -> None:
    affectation = fabrique.referent()
    personne = fabrique.personne(affectation, categorie=None)
    services.ajouter_statut(ctx, fabrique.acteur(affectation), personne.ref, categorie="rsa")
    with ctx.lecture() as s:
        for evenement in s.scalars(select(Evenement)):
            assert "rsa" not in f"{evenement.resume} {evenement.details}".lower()


def test_la_plus_longtemps_sans_nouvelles_vient_en_premier(ctx: Contexte, fabrique: Fabrique, horloge: Horloge) -> None:
    affectation = fabrique.referent()
    jour = ctx.aujourdhui()
    recente = fabrique.personne(affectation, dernier_contact_le=jour - timedelta(days=2))
    ancienne = fabrique.personne(affectation, dernier_contact_le=jour - timedelta(days=90))
    acteur = fabrique.acteur(affectation)
    page = services.lire_liste(ctx, acteur, queries.FiltresPersonnes(), "liste")
    assert [ligne.ref for ligne in page.lignes] == [ancienne.ref, recente.ref]
    services.noter_contact(ctx, acteur, ancienne.ref)
    page = services.lire_liste(ctx, acteur, queries.FiltresPersonnes(etat="sans_nouvelles"), "liste")
    assert page.total == 0


def test_les_filtres_de_la_liste(ctx: Contexte, fabrique: Fabrique, referente: Acteur) -> None:
    affectation = fabrique.referent()
    prete = fabrique.personne(affectation, nom="Durand-Exemple")
    a_informer = fabrique.personne(affectation, information_le=None, information_version="")
    sans_preuve = fabrique.personne(affectation, categorie=None)
    retiree = fabrique.personne(affectation, retiree_le=ctx.horloge())
    acteur = fabrique.acteur(affectation)

    def refs(**filtres: Any) -> set[str]:
        page = services.lire_liste(ctx, acteur, queries.FiltresPersonnes(**filtres), "liste")
        return {ligne.ref for ligne in page.lignes}

    assert refs() == {prete.ref, a_informer.ref, sans_preuve.ref, retiree.ref}
    assert refs(etat="pretes") == {prete.ref}
    assert refs(etat="a_informer") == {a_informer.ref}
    assert refs(etat="justificatif") == {sans_preuve.ref}
    assert refs(etat="retirees") == {retiree.ref}
    assert refs(texte="durand samira") == {prete.ref}
    assert refs(texte="personne d'autre") == set()


def test_le_nombre_de_requetes_d_une_liste_ne_depend_pas_du_nombre_de_personnes(
    ctx: Contexte, fabrique: Fabrique, compter: Callable[[], list[str]]
) -> None:
    affectation = fabrique.referent()
    acteur = fabrique.acteur(affectation)
    mesures = []
    for _ in range(2):
        for _ in range(4):
            fabrique.personne(affectation)
        ordres = compter()
        with ctx.lecture() as s:
            queries.liste_personnes(
                s, acteur.territoire_id, queries.FiltresPersonnes(referent_id=acteur.referent_id), ctx.aujourdhui()
            )
        mesures.append(len(ordres))
    assert mesures[0] == mesures[1]

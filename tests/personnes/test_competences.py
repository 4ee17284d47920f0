import pytest
from sqlalchemy import select

from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.metiers.models import Competence
from marketplace.personnes import queries, services
from marketplace.personnes.models import CompetencePersonne, Personne
from marketplace.personnes.rules.saisie import CompetenceSaisie, ProfilSaisi
from tests.fabrique import Fabrique

MUR = "Réaliser des travaux de maçonnerie"


@pytest.fixture
def referente(fabrique: Fabrique) -> Acteur:
    return fabrique.acteur(fabrique.referent())


@pytest.fixture
def personne(ctx: Contexte, fabrique: Fabrique, referente: Acteur) -> Personne:
    with ctx.transaction() as s:
        if s.get(Competence, "900001") is None:
            s.add(Competence(code_ogr="900001", libelle=MUR, type="savoir-faire"))
    information = services.Information(ctx.aujourdhui(), "entretien")
    saisie = ProfilSaisi(
        prenom="Nadia",
        nom="Exemple",
        competences=(CompetenceSaisie("monter un mur"), CompetenceSaisie("parler aux clients")),
    )
    ref = services.enregistrer_personne(ctx, referente, saisie, information=information)
    with ctx.lecture() as s:
        return s.scalars(select(Personne).where(Personne.ref == ref)).one()


def numeros(ctx: Contexte) -> list[int]:
    with ctx.lecture() as s:
        return list(s.scalars(select(CompetencePersonne.id).order_by(CompetencePersonne.id)))


def classees(ctx: Contexte, acteur: Acteur) -> tuple[str, ...]:
    with ctx.lecture() as s:
        (profil,) = queries.profils_de_classement(s, acteur.territoire_id)
    return profil.competences


def test_ses_mots_restent_et_le_classement_lit_la_competence(
    ctx: Contexte, referente: Acteur, personne: Personne
) -> None:
    mur, clients = numeros(ctx)
    assert services.confirmer_competences(ctx, referente, personne.ref, {mur: "900001", clients: None}) == 1
    assert services.lire_fiche(ctx, referente, personne.ref, "essai").fiche.competences == (
        "monter un mur",
        "parler aux clients",
    )
    assert classees(ctx, referente) == (MUR, "parler aux clients")


def test_corriger_la_fiche_ne_perd_pas_une_competence_confirmee(
    ctx: Contexte, referente: Acteur, personne: Personne
) -> None:
    services.confirmer_competences(ctx, referente, personne.ref, {numeros(ctx)[0]: "900001"})
    services.modifier_personne(
        ctx,
        referente,
        personne.ref,
        ProfilSaisi(prenom="Nadia", nom="Exemple", competences=(CompetenceSaisie("Monter un mur"),)),
    )
    assert classees(ctx, referente) == (MUR,)


def test_une_competence_inconnue_ou_d_une_autre_se_refuse(
    ctx: Contexte, fabrique: Fabrique, referente: Acteur, personne: Personne
) -> None:
    with pytest.raises(RegleViolee, match="n'existe pas"):
        services.confirmer_competences(ctx, referente, personne.ref, {numeros(ctx)[0]: "000000"})
    with pytest.raises(RegleViolee, match="n'est plus"):
        services.confirmer_competences(ctx, referente, personne.ref, {987654: None})
    with pytest.raises(Introuvable):
        services.confirmer_competences(ctx, fabrique.acteur(fabrique.referent()), personne.ref, {})

"""A facilitateur wears the hat of the one acted for, and nothing more."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from marketplace.comptes import services
from marketplace.comptes.models import Affectation, TypeOrganisation
from marketplace.comptes.roles import Role, Source
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.models import Evenement
from tests.fabrique import Fabrique


def session(ctx: Contexte, hat: Affectation, **pour: Any) -> dict[str, Any]:
    jeton, _ = services.ouvrir(ctx, hat.utilisateur_id)
    return {"jeton": jeton, "affectation": hat.id} | ({"pour": pour} if pour else {})


def test_le_facilitateur_porte_le_role_de_l_employeur(ctx: Contexte, fabrique: Fabrique) -> None:
    hat, employeur = fabrique.facilitateur(), fabrique.organisation()
    pour = services.agir_pour(ctx, fabrique.acteur(hat), source="telephone", organisation_ref=employeur.ref)
    acteur = services.acteur_de_session(
        ctx, session(ctx, hat, source="telephone", organisation=pour.organisation_id, affectation=None)
    )
    assert acteur is not None
    assert (acteur.role, acteur.organisation_id, acteur.pour_le_compte_de) == (
        Role.EMPLOYEUR,
        employeur.id,
        employeur.id,
    )
    assert (acteur.utilisateur_id, acteur.source) == (hat.utilisateur_id, Source.TELEPHONE)
    with ctx.lecture() as s:
        acte = s.scalars(select(Evenement).where(Evenement.action == "agir_pour")).one()
    assert (acte.pour_le_compte_de_id, acte.source, acte.acteur_id) == (
        employeur.id,
        "telephone",
        hat.utilisateur_id,
    )


def test_le_facilitateur_porte_le_role_du_referent(ctx: Contexte, fabrique: Fabrique) -> None:
    hat, referent = fabrique.facilitateur(), fabrique.referent()
    pour = services.agir_pour(ctx, fabrique.acteur(hat), source="papier", affectation_id=referent.id)
    acteur = services.acteur_de_session(
        ctx, session(ctx, hat, source="papier", organisation=None, affectation=pour.affectation_id)
    )
    assert acteur is not None
    assert (acteur.role, acteur.referent_id) == (Role.REFERENT, referent.utilisateur_id)


def test_l_acheteur_aussi(ctx: Contexte, fabrique: Fabrique) -> None:
    acheteur = fabrique.organisation(TypeOrganisation.ACHETEUR)
    hat = fabrique.facilitateur()
    services.agir_pour(ctx, fabrique.acteur(hat), source="courriel", organisation_ref=acheteur.ref)
    acteur = services.acteur_de_session(ctx, session(ctx, hat, source="courriel", organisation=acheteur.id))
    assert acteur is not None
    assert acteur.role is Role.ACHETEUR


@pytest.mark.parametrize("type_", [TypeOrganisation.OPCS, TypeOrganisation.PRESCRIPTEUR])
def test_ni_une_equipe_ni_un_service_entier(ctx: Contexte, fabrique: Fabrique, type_: TypeOrganisation) -> None:
    acteur = fabrique.acteur(fabrique.facilitateur())
    with pytest.raises(RegleViolee):
        services.agir_pour(ctx, acteur, source="papier", organisation_ref=fabrique.organisation(type_).ref)


def test_pas_hors_de_son_territoire(ctx: Contexte, fabrique: Fabrique) -> None:
    ailleurs = fabrique.organisation(territoire_id=fabrique.territoire("gard", nom="Gard").id)
    referent = fabrique.affectation(
        Role.REFERENT,
        fabrique.organisation(TypeOrganisation.PRESCRIPTEUR, territoire_id=ailleurs.territoire_id),
    )
    hat = fabrique.facilitateur()
    acteur = fabrique.acteur(hat)
    with pytest.raises(Introuvable):
        services.agir_pour(ctx, acteur, source="papier", organisation_ref=ailleurs.ref)
    with pytest.raises(Introuvable):
        services.agir_pour(ctx, acteur, source="papier", affectation_id=referent.id)
    for force in ({"organisation": ailleurs.id}, {"affectation": referent.id}):
        relu = services.acteur_de_session(ctx, session(ctx, hat, source="papier", **force))
        assert relu is not None
        assert (relu.role, relu.pour_le_compte_de) == (Role.FACILITATEUR, None)


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.FACILITATEUR])
def test_personne_d_autre_n_agit_pour_quelqu_un(ctx: Contexte, fabrique: Fabrique, role: Role) -> None:
    hat, employeur = fabrique.affectation(role), fabrique.organisation()
    with pytest.raises(Introuvable):
        services.agir_pour(ctx, fabrique.acteur(hat), source="papier", organisation_ref=employeur.ref)
    relu = services.acteur_de_session(ctx, session(ctx, hat, source="papier", organisation=employeur.id))
    assert relu is not None
    assert (relu.role, relu.pour_le_compte_de) == (role, None)


@pytest.mark.parametrize("source", ["", "pigeon"])
def test_la_source_se_dit(ctx: Contexte, fabrique: Fabrique, source: str) -> None:
    acteur = fabrique.acteur(fabrique.facilitateur())
    with pytest.raises(RegleViolee) as refus:
        services.agir_pour(ctx, acteur, source=source, organisation_ref=fabrique.organisation().ref)
    assert refus.value.champ == "source"


def test_on_n_agit_pas_pour_un_role_d_employeur_par_son_affectation(ctx: Contexte, fabrique: Fabrique) -> None:
    """Only a référent is acted for as a person; an employer is acted for as an organisation."""
    acteur = fabrique.acteur(fabrique.facilitateur())
    with pytest.raises(Introuvable):
        services.agir_pour(ctx, acteur, source="papier", affectation_id=fabrique.employeur().id)


def test_une_organisation_non_verifiee_reste_sans_personnes(ctx: Contexte, fabrique: Fabrique) -> None:
    hat, employeur = fabrique.facilitateur(), fabrique.organisation(verifiee_le=None)
    relu = services.acteur_de_session(ctx, session(ctx, hat, source="papier", organisation=employeur.id))
    assert relu is not None
    assert not relu.organisation_verifiee


def test_une_equipe_non_verifiee_n_agit_pour_personne(ctx: Contexte, fabrique: Fabrique) -> None:
    equipe = fabrique.organisation(TypeOrganisation.OPCS, verifiee_le=None)
    hat, employeur = fabrique.affectation(Role.FACILITATEUR, equipe), fabrique.organisation()
    with pytest.raises(Introuvable):
        services.agir_pour(ctx, fabrique.acteur(hat), source="papier", organisation_ref=employeur.ref)

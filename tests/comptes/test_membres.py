"""Invitations, one-time links, hats, deactivation, organisations."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marketplace.comptes import mots_de_passe, queries, services
from marketplace.comptes.models import Affectation, TypeOrganisation, Utilisateur
from marketplace.comptes.roles import Acteur, Role
from marketplace.comptes.services import Etape
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.models import Courriel, Evenement
from tests.conftest import Horloge
from tests.fabrique import Fabrique

BON = "Grue#Verte82Xy!"
AUTRE = "Pelle&Bleue39Kz?"


@pytest.fixture
def admin(fabrique: Fabrique) -> Acteur:
    return fabrique.acteur(fabrique.administrateur())


def jeton_du(lien: str | None) -> str:
    assert lien is not None
    return lien.rpartition("/")[2]


def inviter(ctx: Contexte, admin: Acteur, ref: str, courriel: str = "nouvelle@exemple.invalid") -> str | None:
    return services.inviter(
        ctx,
        admin,
        courriel=courriel,
        prenom="Nora",
        nom="Exemple",
        role=Role.EMPLOYEUR,
        organisation_ref=ref,
    )


def test_une_invitation_ouvre_un_compte_une_seule_fois(ctx: Contexte, fabrique: Fabrique, admin: Acteur) -> None:
    lien = inviter(ctx, admin, fabrique.organisation().ref)
    services.poser_mot_de_passe(ctx, jeton_du(lien), BON)
    assert services.connecter(ctx, "nouvelle@exemple.invalid", BON).etape is Etape.OUVRIR
    with pytest.raises(RegleViolee, match="déjà servi"):
        services.poser_mot_de_passe(ctx, jeton_du(lien), AUTRE)
    assert services.connecter(ctx, "nouvelle@exemple.invalid", BON).etape is Etape.OUVRIR


def test_un_mot_de_passe_refuse_ne_depense_pas_le_lien(ctx: Contexte, fabrique: Fabrique, admin: Acteur) -> None:
    lien = inviter(ctx, admin, fabrique.organisation().ref)
    with pytest.raises(RegleViolee, match="14"):
        services.poser_mot_de_passe(ctx, jeton_du(lien), "court")
    services.poser_mot_de_passe(ctx, jeton_du(lien), BON)


def test_un_lien_a_une_duree(ctx: Contexte, fabrique: Fabrique, admin: Acteur, horloge: Horloge) -> None:
    lien = inviter(ctx, admin, fabrique.organisation().ref)
    horloge.avancer(days=7, seconds=1)
    with pytest.raises(RegleViolee):
        services.titulaire_du_jeton(ctx, jeton_du(lien))
    with pytest.raises(RegleViolee):
        services.poser_mot_de_passe(ctx, jeton_du(lien), BON)


def test_renvoyer_une_invitation_perime_la_precedente(ctx: Contexte, fabrique: Fabrique, admin: Acteur) -> None:
    premier = inviter(ctx, admin, fabrique.organisation().ref)
    with ctx.lecture() as s:
        nouvelle = s.scalars(select(Utilisateur).where(Utilisateur.courriel == "nouvelle@exemple.invalid")).one()
    second = services.renvoyer_invitation(ctx, admin, nouvelle.id)
    with pytest.raises(RegleViolee):
        services.poser_mot_de_passe(ctx, jeton_du(premier), BON)
    services.poser_mot_de_passe(ctx, jeton_du(second), BON)


def test_le_jeton_n_est_garde_que_par_son_empreinte(ctx: Contexte, fabrique: Fabrique, admin: Acteur) -> None:
    from marketplace.comptes.models import Jeton

    lien = inviter(ctx, admin, fabrique.organisation().ref)
    with ctx.lecture() as s:
        assert jeton_du(lien) not in s.scalars(select(Jeton.empreinte)).all()


def test_l_oubli_ne_dit_rien_et_n_ecrit_qu_a_qui_a_un_compte(ctx: Contexte, fabrique: Fabrique) -> None:
    connue = fabrique.affectation(
        Role.EMPLOYEUR, utilisateur=fabrique.utilisateur(mot_de_passe=mots_de_passe.hacher(BON))
    )
    demo = fabrique.utilisateur(demonstration=True)
    parti = fabrique.utilisateur(desactive_le=ctx.horloge())
    with ctx.lecture() as s:
        courriel = s.get_one(Utilisateur, connue.utilisateur_id).courriel
    for adresse in (courriel, "inconnu@exemple.invalid", demo.courriel, parti.courriel):
        services.demander_nouveau_mot_de_passe(ctx, adresse)
    with ctx.lecture() as s:
        messages = s.scalars(select(Courriel)).all()
    assert [m.destinataire for m in messages] == [courriel]
    assert "Exemple" not in messages[0].corps
    lien = next(ligne for ligne in messages[0].corps.splitlines() if "/mot-de-passe/" in ligne)
    services.poser_mot_de_passe(ctx, jeton_du(lien), AUTRE)
    with pytest.raises(RegleViolee):
        services.poser_mot_de_passe(ctx, jeton_du(lien), BON)
    with pytest.raises(RegleViolee):
        services.connecter(ctx, courriel, BON)
    assert services.connecter(ctx, courriel, AUTRE)


def test_changer_de_mot_de_passe_ferme_les_autres_sessions(ctx: Contexte, fabrique: Fabrique) -> None:
    hat = fabrique.affectation(Role.EMPLOYEUR, utilisateur=fabrique.utilisateur(mot_de_passe=mots_de_passe.hacher(BON)))
    ancien, _ = services.ouvrir(ctx, hat.utilisateur_id)
    with pytest.raises(RegleViolee) as refus:
        services.changer_mot_de_passe(ctx, hat.utilisateur_id, "faux", AUTRE)
    assert refus.value.champ == "ancien"
    nouveau = services.changer_mot_de_passe(ctx, hat.utilisateur_id, BON, AUTRE)
    assert services.acteur_de_session(ctx, {"jeton": ancien, "affectation": hat.id}) is None
    assert services.acteur_de_session(ctx, {"jeton": nouveau, "affectation": hat.id}) is not None


def test_qui_a_deja_un_compte_recoit_un_role_de_plus_sans_lien(
    ctx: Contexte, fabrique: Fabrique, admin: Acteur
) -> None:
    hat = fabrique.referent(utilisateur=fabrique.utilisateur(mot_de_passe=mots_de_passe.hacher(BON)))
    with ctx.lecture() as s:
        courriel = s.get_one(Utilisateur, hat.utilisateur_id).courriel
    employeur = fabrique.organisation()
    assert inviter(ctx, admin, employeur.ref, courriel) is None
    with ctx.lecture() as s:
        tenus = queries.affectations(s, hat.utilisateur_id, ctx.aujourdhui())
    assert {a.role for a in tenus} == {Role.REFERENT, Role.EMPLOYEUR}
    with pytest.raises(RegleViolee, match="déjà ce rôle"):
        inviter(ctx, admin, employeur.ref, courriel)


@pytest.mark.parametrize(
    ("role", "type_"),
    [
        (Role.FACILITATEUR, TypeOrganisation.ENTREPRISE),
        (Role.EMPLOYEUR, TypeOrganisation.ACHETEUR),
        (Role.ACHETEUR, TypeOrganisation.GEIQ),
        (Role.REFERENT, TypeOrganisation.ACHETEUR),
    ],
)
def test_un_role_va_avec_son_organisation(
    ctx: Contexte, fabrique: Fabrique, admin: Acteur, role: Role, type_: TypeOrganisation
) -> None:
    with pytest.raises(RegleViolee) as refus:
        services.inviter(
            ctx,
            admin,
            courriel="x@exemple.invalid",
            prenom="X",
            nom="Y",
            role=role,
            organisation_ref=fabrique.organisation(type_).ref,
        )
    assert refus.value.champ == "role"


def test_on_n_invite_pas_dans_un_autre_territoire(ctx: Contexte, fabrique: Fabrique, admin: Acteur) -> None:
    ailleurs = fabrique.organisation(territoire_id=fabrique.territoire("gard", nom="Gard").id)
    with pytest.raises(Introuvable):
        inviter(ctx, admin, ailleurs.ref)


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.ADMINISTRATEUR])
def test_seul_un_administrateur_gere_les_membres(ctx: Contexte, fabrique: Fabrique, role: Role) -> None:
    acteur = fabrique.acteur(fabrique.affectation(role))
    cible = fabrique.employeur()
    with pytest.raises(Introuvable):
        inviter(ctx, acteur, fabrique.organisation().ref)
    for acte in (services.desactiver, services.reactiver, services.reinitialiser_second_facteur):
        with pytest.raises(Introuvable):
            acte(ctx, acteur, cible.utilisateur_id)
    with pytest.raises(Introuvable):
        services.terminer_affectation(ctx, acteur, cible.id)


def test_un_compte_desactive_est_deconnecte_aussitot(ctx: Contexte, fabrique: Fabrique, admin: Acteur) -> None:
    hat = fabrique.employeur(utilisateur=fabrique.utilisateur(mot_de_passe=mots_de_passe.hacher(BON)))
    jeton, _ = services.ouvrir(ctx, hat.utilisateur_id)
    session = {"jeton": jeton, "affectation": hat.id}
    services.desactiver(ctx, admin, hat.utilisateur_id)
    assert services.acteur_de_session(ctx, session) is None
    services.reactiver(ctx, admin, hat.utilisateur_id)
    assert services.acteur_de_session(ctx, session) is None
    assert services.ouvrir(ctx, hat.utilisateur_id)[1] == [hat.id]


def test_on_ne_se_desactive_pas_soi_meme(ctx: Contexte, admin: Acteur) -> None:
    assert admin.utilisateur_id is not None
    with pytest.raises(RegleViolee, match="propre compte"):
        services.desactiver(ctx, admin, admin.utilisateur_id)


def test_qui_travaille_aussi_ailleurs_n_est_pas_desactive_d_ici(
    ctx: Contexte, fabrique: Fabrique, admin: Acteur
) -> None:
    hat = fabrique.employeur()
    ailleurs = fabrique.organisation(territoire_id=fabrique.territoire("gard", nom="Gard").id)
    with ctx.lecture() as s:
        utilisateur = s.get_one(Utilisateur, hat.utilisateur_id)
    fabrique.affectation(Role.EMPLOYEUR, ailleurs, utilisateur)
    with pytest.raises(RegleViolee, match="autre territoire"):
        services.desactiver(ctx, admin, hat.utilisateur_id)


def test_un_membre_d_ailleurs_est_introuvable(ctx: Contexte, fabrique: Fabrique, admin: Acteur) -> None:
    ailleurs = fabrique.organisation(territoire_id=fabrique.territoire("gard", nom="Gard").id)
    hat = fabrique.affectation(Role.EMPLOYEUR, ailleurs)
    with pytest.raises(Introuvable):
        services.desactiver(ctx, admin, hat.utilisateur_id)
    with pytest.raises(Introuvable):
        services.terminer_affectation(ctx, admin, hat.id)


def test_un_role_termine_ne_se_porte_plus(ctx: Contexte, fabrique: Fabrique, admin: Acteur) -> None:
    hat = fabrique.employeur()
    jeton, _ = services.ouvrir(ctx, hat.utilisateur_id)
    services.terminer_affectation(ctx, admin, hat.id)
    assert services.acteur_de_session(ctx, {"jeton": jeton, "affectation": hat.id}) is None
    with ctx.lecture() as s:
        assert s.get_one(Affectation, hat.id).jusqu_au == ctx.aujourdhui() - timedelta(days=1)


def test_un_second_facteur_efface_est_redemande(ctx: Contexte, fabrique: Fabrique, admin: Acteur) -> None:
    hat = fabrique.facilitateur(
        utilisateur=fabrique.utilisateur(mot_de_passe=mots_de_passe.hacher(BON), totp_secret="JBSWY3DPEHPK3PXP")
    )
    services.reinitialiser_second_facteur(ctx, admin, hat.utilisateur_id)
    with ctx.lecture() as s:
        courriel = s.get_one(Utilisateur, hat.utilisateur_id).courriel
    assert services.connecter(ctx, courriel, BON).etape is Etape.ENROLER


def test_une_organisation_se_cree_non_verifiee_puis_se_verifie(
    ctx: Contexte, fabrique: Fabrique, admin: Acteur
) -> None:
    fabrique.territoire()
    ref = services.creer_organisation(
        ctx, admin, type_=TypeOrganisation.GEIQ, nom="GEIQ Exemple", siret="732 829 320 00074", code_insee="34145"
    )
    with ctx.lecture() as s:
        organisation = queries.organisation(s, admin.territoire_id, ref)
    assert organisation is not None
    assert (organisation.verifiee_le, organisation.siret, organisation.commune) == (None, "73282932000074", "Lunel")
    services.verifier_organisation(ctx, admin, ref)
    with ctx.lecture() as s:
        assert queries.organisation(s, admin.territoire_id, ref).verifiee_le == ctx.horloge()  # type: ignore[union-attr]
        actions = s.scalars(select(Evenement.action).order_by(Evenement.id)).all()
    assert actions[-2:] == ["creer_organisation", "verifier_organisation"]
    services.verifier_organisation(ctx, admin, ref, verifiee=False)
    with ctx.lecture() as s:
        assert queries.organisation(s, admin.territoire_id, ref).verifiee_le is None  # type: ignore[union-attr]


def test_un_siret_ne_s_inscrit_pas_deux_fois(ctx: Contexte, fabrique: Fabrique, admin: Acteur) -> None:
    services.creer_organisation(ctx, admin, type_=TypeOrganisation.GEIQ, nom="Une", siret="73282932000074")
    with pytest.raises(RegleViolee, match="déjà celui de Une"):
        services.creer_organisation(ctx, admin, type_=TypeOrganisation.GEIQ, nom="Deux", siret="73282932000074")


def test_un_siret_faux_n_inscrit_rien(ctx: Contexte, admin: Acteur) -> None:
    with pytest.raises(RegleViolee) as refus:
        services.creer_organisation(ctx, admin, type_=TypeOrganisation.EI, nom="Fantôme", siret="73282932000075")
    assert refus.value.champ == "siret"
    with ctx.lecture() as s:
        assert queries.organisations(s, admin.territoire_id, texte="Fantôme").total == 0


def test_un_facilitateur_inscrit_un_employeur_pas_une_equipe(ctx: Contexte, fabrique: Fabrique) -> None:
    acteur = fabrique.acteur(fabrique.facilitateur())
    ref = services.creer_organisation(ctx, acteur, type_=TypeOrganisation.ENTREPRISE, nom="Maçons Exemple")
    services.verifier_organisation(ctx, acteur, ref)
    for type_ in (TypeOrganisation.OPCS, TypeOrganisation.PRESCRIPTEUR):
        with pytest.raises(Introuvable):
            services.creer_organisation(ctx, acteur, type_=type_, nom="Autre")


@pytest.mark.parametrize("role", [Role.EMPLOYEUR, Role.REFERENT, Role.ACHETEUR])
def test_les_autres_n_inscrivent_pas_d_organisation(ctx: Contexte, fabrique: Fabrique, role: Role) -> None:
    acteur = fabrique.acteur(fabrique.affectation(role))
    with pytest.raises(Introuvable):
        services.creer_organisation(ctx, acteur, type_=TypeOrganisation.ENTREPRISE, nom="X")


def test_le_nombre_de_requetes_des_membres_ne_depend_pas_du_nombre(
    ctx: Contexte, fabrique: Fabrique, admin: Acteur
) -> None:
    from sqlalchemy import event

    def compter() -> int:
        vues: list[str] = []
        moteur = ctx.sessions.kw["bind"]

        def noter(*args: object) -> None:
            vues.append(str(args[2]))

        event.listen(moteur, "before_cursor_execute", noter)
        with ctx.lecture() as s:
            queries.membres(s, admin.territoire_id, ctx.aujourdhui())
        event.remove(moteur, "before_cursor_execute", noter)
        return len(vues)

    avant = compter()
    for _ in range(5):
        fabrique.employeur()
    assert compter() == avant
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(Utilisateur)) == 6

"""Signing in: failures, waits, second factor, demonstration accounts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from marketplace.comptes import mots_de_passe, services
from marketplace.comptes.models import Utilisateur
from marketplace.comptes.roles import Role
from marketplace.comptes.services import Etape
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from tests.conftest import HACHEUR_DU_PRODUIT, Horloge
from tests.fabrique import Fabrique

BON = "Grue#Verte82Xy!"
EMPREINTE = mots_de_passe.hacher(BON)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def membre(fabrique: Fabrique, role: Role = Role.EMPLOYEUR, **champs: object) -> Utilisateur:
    utilisateur = fabrique.utilisateur(**({"mot_de_passe": EMPREINTE} | champs))
    fabrique.affectation(role, utilisateur=utilisateur)
    return utilisateur


def rater(ctx: Contexte, courriel: str) -> str:
    with pytest.raises(RegleViolee) as refus:
        services.connecter(ctx, courriel, "pas le bon mot de passe")
    return refus.value.message


def test_les_mots_de_passe_se_gardent_en_argon2id_et_coutent_cher_a_deviner() -> None:
    """The product's own settings, at or above what OWASP asks (19 MiB, two passes); the other tests use a quick one."""
    empreinte = HACHEUR_DU_PRODUIT.hash(BON)
    assert empreinte.startswith("$argon2id$")
    assert HACHEUR_DU_PRODUIT.memory_cost >= 19_456
    assert HACHEUR_DU_PRODUIT.time_cost >= 2
    assert mots_de_passe.verifier(empreinte, BON)
    assert not mots_de_passe.verifier(empreinte, BON.lower())
    assert mots_de_passe.a_rehacher(empreinte), "a hash of other settings is made again at the next sign-in"


def test_le_bon_mot_de_passe_ouvre(ctx: Contexte, fabrique: Fabrique) -> None:
    utilisateur = membre(fabrique)
    identifie = services.connecter(ctx, f"  {utilisateur.courriel.upper()} ", BON)
    assert (identifie.utilisateur_id, identifie.etape) == (utilisateur.id, Etape.OUVRIR)


def test_le_refus_ne_dit_pas_si_le_compte_existe(ctx: Contexte, fabrique: Fabrique) -> None:
    desactive = membre(fabrique, desactive_le=ctx.horloge())
    sans_mot_de_passe = membre(fabrique, mot_de_passe=None)
    connu = membre(fabrique)
    messages = {rater(ctx, c) for c in (connu.courriel, "inconnu@exemple.invalid", sans_mot_de_passe.courriel)}
    with pytest.raises(RegleViolee) as refus:
        services.connecter(ctx, desactive.courriel, BON)
    assert len(messages | {refus.value.message}) == 1


@pytest.mark.parametrize("connu", [True, False])
def test_le_sixieme_echec_en_quinze_minutes_fait_attendre(
    ctx: Contexte, fabrique: Fabrique, horloge: Horloge, connu: bool
) -> None:
    """T29, the same for an address nobody has."""
    courriel = membre(fabrique).courriel if connu else "inconnu@exemple.invalid"
    for _ in range(6):
        assert "inconnus" in rater(ctx, courriel)
    assert "Trop d'essais" in rater(ctx, courriel)
    if connu:
        with pytest.raises(RegleViolee, match="Trop d'essais"):
            services.connecter(ctx, courriel, BON)
        horloge.avancer(seconds=61)
        assert services.connecter(ctx, courriel, BON).etape is Etape.OUVRIR


def test_l_attente_double_a_chaque_nouvel_echec(ctx: Contexte, fabrique: Fabrique, horloge: Horloge) -> None:
    utilisateur = membre(fabrique)
    for _ in range(6):
        rater(ctx, utilisateur.courriel)
    horloge.avancer(seconds=61)
    rater(ctx, utilisateur.courriel)
    horloge.avancer(seconds=61)
    assert "Trop d'essais" in rater(ctx, utilisateur.courriel)
    horloge.avancer(seconds=60)
    assert services.connecter(ctx, utilisateur.courriel, BON).etape is Etape.OUVRIR


def test_cinq_echecs_puis_quinze_minutes_ne_font_pas_attendre(
    ctx: Contexte, fabrique: Fabrique, horloge: Horloge
) -> None:
    utilisateur = membre(fabrique)
    for _ in range(5):
        rater(ctx, utilisateur.courriel)
    horloge.avancer(minutes=16)
    rater(ctx, utilisateur.courriel)
    assert services.connecter(ctx, utilisateur.courriel, BON).etape is Etape.OUVRIR


def test_les_echecs_survivent_au_redemarrage(ctx: Contexte, fabrique: Fabrique) -> None:
    """What is counted is in the base: another process sees it, and the administrator too."""
    utilisateur = membre(fabrique)
    for _ in range(6):
        rater(ctx, utilisateur.courriel)
    with ctx.lecture() as s:
        relu = s.get_one(Utilisateur, utilisateur.id)
        assert (relu.essais_rates, relu.bloque_jusqu_a is not None) == (6, True)


def test_un_facilitateur_sans_second_facteur_doit_en_poser_un(ctx: Contexte, fabrique: Fabrique) -> None:
    utilisateur = membre(fabrique, Role.FACILITATEUR)
    assert services.connecter(ctx, utilisateur.courriel, BON).etape is Etape.ENROLER
    services.enroler(ctx, utilisateur.id, SECRET, mots_de_passe.code_utilisable(SECRET, ctx.horloge(), None) or "")
    assert services.connecter(ctx, utilisateur.courriel, BON).etape is Etape.CODE


def test_enroler_demande_un_premier_code_juste(ctx: Contexte, fabrique: Fabrique) -> None:
    utilisateur = membre(fabrique, Role.ADMINISTRATEUR)
    with pytest.raises(RegleViolee, match="ne correspond pas"):
        services.enroler(ctx, utilisateur.id, SECRET, "000000")
    with ctx.lecture() as s:
        assert s.get_one(Utilisateur, utilisateur.id).totp_secret is None


def test_remplacer_son_second_facteur_redemande_le_mot_de_passe(ctx: Contexte, fabrique: Fabrique) -> None:
    utilisateur = membre(fabrique, totp_secret=SECRET)
    autre = mots_de_passe.nouveau_secret()
    code = mots_de_passe.code_utilisable(autre, ctx.horloge(), None) or ""
    for tape in (None, "faux"):
        with pytest.raises(RegleViolee, match="mot de passe"):
            services.enroler(ctx, utilisateur.id, autre, code, mot_de_passe=tape)
    services.enroler(ctx, utilisateur.id, autre, code, mot_de_passe=BON)
    with ctx.lecture() as s:
        assert s.get_one(Utilisateur, utilisateur.id).totp_secret == autre


def test_un_code_ne_sert_qu_une_fois(ctx: Contexte, fabrique: Fabrique, horloge: Horloge) -> None:
    utilisateur = membre(fabrique, totp_secret=SECRET)
    code = mots_de_passe.code_utilisable(SECRET, ctx.horloge(), None) or ""
    services.accepter_code(ctx, utilisateur.id, code)
    with pytest.raises(RegleViolee, match="déjà servi"):
        services.accepter_code(ctx, utilisateur.id, code)
    horloge.avancer(seconds=30)
    with pytest.raises(RegleViolee, match="déjà servi"):
        services.accepter_code(ctx, utilisateur.id, code)
    with ctx.lecture() as s:
        dernier = s.scalar(select(Utilisateur.totp_dernier_pas).where(Utilisateur.id == utilisateur.id))
    services.accepter_code(ctx, utilisateur.id, mots_de_passe.code_utilisable(SECRET, ctx.horloge(), dernier) or "")


def test_un_code_vieux_de_deux_minutes_est_refuse(ctx: Contexte, fabrique: Fabrique, horloge: Horloge) -> None:
    utilisateur = membre(fabrique, totp_secret=SECRET)
    code = mots_de_passe.code_utilisable(SECRET, ctx.horloge(), None) or ""
    horloge.avancer(minutes=2)
    with pytest.raises(RegleViolee):
        services.accepter_code(ctx, utilisateur.id, code)


def test_les_codes_faux_font_attendre_aussi(ctx: Contexte, fabrique: Fabrique) -> None:
    utilisateur = membre(fabrique, totp_secret=SECRET)
    for _ in range(6):
        with pytest.raises(RegleViolee, match="ne convient pas"):
            services.accepter_code(ctx, utilisateur.id, "000000")
    with pytest.raises(RegleViolee, match="Trop d'essais"):
        services.accepter_code(ctx, utilisateur.id, mots_de_passe.code_utilisable(SECRET, ctx.horloge(), None) or "")


def test_un_compte_de_demonstration_ne_s_ouvre_qu_en_demonstration(ctx: Contexte, fabrique: Fabrique) -> None:
    utilisateur = membre(fabrique, demonstration=True)
    with pytest.raises(RegleViolee, match="inconnus"):
        services.connecter(ctx, utilisateur.courriel, BON)
    with pytest.raises(Introuvable):
        services.entrer_en_demonstration(ctx, utilisateur.id)
    with pytest.raises(Introuvable):
        services.ouvrir(ctx, utilisateur.id)
    assert services.acteur_de_session(ctx, {"jeton": utilisateur.jeton_session, "affectation": 1}) is None
    ctx.config = replace(ctx.config, mode_demo=True)
    assert services.connecter(ctx, utilisateur.courriel, BON).etape is Etape.OUVRIR
    assert services.entrer_en_demonstration(ctx, utilisateur.id).etape is Etape.OUVRIR


def test_un_vrai_compte_n_entre_jamais_sans_mot_de_passe(ctx: Contexte, fabrique: Fabrique) -> None:
    utilisateur = membre(fabrique)
    ctx.config = replace(ctx.config, mode_demo=True)
    with pytest.raises(Introuvable):
        services.entrer_en_demonstration(ctx, utilisateur.id)


def test_sans_role_on_n_entre_pas(ctx: Contexte, fabrique: Fabrique) -> None:
    utilisateur = fabrique.utilisateur(mot_de_passe=EMPREINTE)
    with pytest.raises(RegleViolee, match="plus de rôle"):
        services.ouvrir(ctx, utilisateur.id)


def test_se_deconnecter_perime_le_jeton(ctx: Contexte, fabrique: Fabrique) -> None:
    utilisateur = membre(fabrique)
    jeton, hats = services.ouvrir(ctx, utilisateur.id)
    session = {"jeton": jeton, "affectation": hats[0]}
    assert services.acteur_de_session(ctx, session) is not None
    services.fermer_sessions(ctx, utilisateur.id)
    assert services.acteur_de_session(ctx, session) is None

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.models import Courriel, Evenement, LecturePersonne, Notification
from marketplace.personnes import queries, services
from marketplace.personnes.models import DemandePreuve, Personne, Remise, Statut, VoiePreuve
from marketplace.personnes.rules import preuves as regles
from marketplace.territoire.models import Reglage
from tests.conftest import Horloge
from tests.fabrique import Fabrique
from tests.personnes.test_validations import MOTS_INTERDITS, Scene

JPEG = (
    b"\xff\xd8"
    b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xe1\x00\x16Exif\x00\x00GPS:43.61,3.87"
    b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00pixels\xff\xd9"
)


@pytest.fixture
def scene(ctx: Contexte, fabrique: Fabrique) -> Scene:
    return Scene(ctx, fabrique)


@pytest.fixture
def demander(scene: Scene) -> Callable[..., tuple[str, services.ARemettre]]:
    """`demander()`: reference of a validation, and the words to hand over."""

    def faire(voie: str = "sms", **champs: Any) -> tuple[str, services.ARemettre]:
        ref = scene.demander(**champs)
        numero = services.demander_preuve(scene.ctx, scene.facilitatrice, ref, voie=voie)
        (textes,) = services.lire_remise(scene.ctx, scene.facilitatrice, [numero])
        return ref, textes

    return faire


def annoncer(scene: Scene, mot: str, **champs: Any) -> None:
    valeurs: dict[str, Any] = {
        "preuve_type": "attestation_rsa",
        "preuve_le": scene.ctx.aujourdhui() - timedelta(days=3),
        "remise": "facilitateur",
        "telephone": "06 12 34 56 78",
    }
    services.annoncer_preuve(scene.ctx, mot, **(valeurs | champs))


def demande_en_base(ctx: Contexte) -> DemandePreuve:
    with ctx.lecture() as s:
        return s.scalars(select(DemandePreuve).order_by(DemandePreuve.id.desc())).first()  # type: ignore[return-value]


def test_le_lien_ne_sert_qu_une_fois_et_la_base_ne_le_garde_pas(
    ctx: Contexte, scene: Scene, demander: Callable[..., tuple[str, services.ARemettre]]
) -> None:
    _, textes = demander()
    demande = demande_en_base(ctx)
    assert textes.jeton not in (demande.empreinte, demande.grain)
    assert demande.empreinte == regles.empreinte_du_jeton(textes.jeton.lower().replace("-", " "))
    assert services.lire_demande(ctx, textes.jeton).remises[0][0] == "facilitateur"
    annoncer(scene, textes.jeton)
    for essai in (lambda: annoncer(scene, textes.jeton), lambda: services.lire_demande(ctx, textes.jeton)):
        with pytest.raises(RegleViolee) as refus:
            essai()
        assert refus.value.message == services.PERIME


def test_un_lien_perime_ou_remplace_ne_s_ouvre_plus(
    ctx: Contexte, scene: Scene, horloge: Horloge, demander: Callable[..., tuple[str, services.ARemettre]]
) -> None:
    ref, premier = demander()
    numero = services.demander_preuve(ctx, scene.facilitatrice, ref, voie="courrier")
    (second,) = services.lire_remise(ctx, scene.facilitatrice, [numero])
    with pytest.raises(RegleViolee):
        services.lire_demande(ctx, premier.jeton)
    assert services.lire_demande(ctx, second.jeton)
    horloge.avancer(days=22)
    with pytest.raises(RegleViolee):
        services.lire_demande(ctx, second.jeton)
    assert services.lire_remise(ctx, scene.facilitatrice, [numero]) == ()


def test_les_mots_remis_ne_disent_ni_le_nom_ni_la_situation(
    demander: Callable[..., tuple[str, services.ARemettre]],
) -> None:
    _, textes = demander()
    message = regles.courriel_du_lien(textes.lien, "12/12/2026", textes.contact)
    for texte in (textes.sms, message.sujet, message.corps, regles.message_au_referent().corps):
        mots = re.findall(r"\w+", texte.lower())
        assert not set(mots) & {*MOTS_INTERDITS, "karim", "rqth", "chômage", "quartier"}
    assert len(textes.sms) <= 306


def test_ce_que_la_personne_annonce_ne_compte_qu_une_fois_vu(
    ctx: Contexte, scene: Scene, demander: Callable[..., tuple[str, services.ARemettre]]
) -> None:
    ref, textes = demander()
    annoncer(scene, textes.jeton)
    (vue,) = services.lire_validations(ctx, scene.facilitatrice, ref)
    assert not vue.prete
    assert vue.demande is not None
    assert (vue.demande.categorie, vue.demande.preuve_type) == ("rsa", "attestation_rsa")
    with ctx.lecture() as s:
        assert s.scalar(select(Statut.id)) is None
        assert s.scalars(select(Personne.telephone)).one() == "06 12 34 56 78"
        textes_lus = s.scalars(select(Notification.texte)).all()
    assert "Une personne a répondu : son justificatif est à voir." in textes_lus
    services.repondre_validation(ctx, scene.facilitatrice, ref, oui=True, preuve=scene.preuve())
    demande = demande_en_base(ctx)
    assert demande.vue_par_id == scene.facilitatrice.utilisateur_id
    assert demande.vue_le == ctx.aujourdhui()
    with ctx.lecture() as s:
        statut = s.scalars(select(Statut)).one()
    assert (statut.vue_par_id, statut.preuve_type) == (scene.facilitatrice.utilisateur_id, "attestation_rsa")


@pytest.mark.parametrize(
    ("champ", "valeur"),
    [
        ("preuve_type", "inventee"),
        ("preuve_le", None),
        ("remise", "pigeon"),
        ("remise", "fichier"),
        ("telephone", "abc"),
    ],
)
def test_une_reponse_mal_remplie_laisse_le_lien_bon(
    ctx: Contexte,
    scene: Scene,
    demander: Callable[..., tuple[str, services.ARemettre]],
    champ: str,
    valeur: Any,
) -> None:
    _, textes = demander()
    with pytest.raises(RegleViolee) as refus:
        annoncer(scene, textes.jeton, **{champ: valeur})
    assert refus.value.champ == champ
    assert services.lire_demande(ctx, textes.jeton)


def test_une_date_future_est_refusee(scene: Scene, demander: Callable[..., tuple[str, services.ARemettre]]) -> None:
    _, textes = demander()
    with pytest.raises(RegleViolee) as refus:
        annoncer(scene, textes.jeton, preuve_le=scene.ctx.aujourdhui() + timedelta(days=1))
    assert refus.value.champ == "preuve_le"


def test_le_courriel_part_a_la_personne_et_les_referents_sont_prevenus_sans_nom(
    ctx: Contexte, fabrique: Fabrique, scene: Scene
) -> None:
    referente = fabrique.referent()
    personne = fabrique.personne(
        referente, categorie=None, prenom="Karim", nom="Exemple", courriel="karim@exemple.invalid"
    )
    with ctx.transaction() as s:
        from marketplace.personnes.rules.identite import empreinte

        s.get_one(Personne, personne.id).empreinte = empreinte(
            ctx.config.cle_secrete, "Karim", "Exemple", scene_naissance()
        )
    scene.demander()
    demande = demande_en_base(ctx)
    assert demande.voie is VoiePreuve.COURRIEL
    with ctx.lecture() as s:
        courriels = {c.cle.partition(":")[0]: c for c in s.scalars(select(Courriel))}
        notifies = set(s.scalars(select(Notification.utilisateur_id).where(Notification.cle.like("preuve-%"))))
    assert courriels["preuve"].destinataire == "karim@exemple.invalid"
    assert "/document/" in courriels["preuve"].corps
    assert notifies == {referente.utilisateur_id}
    au_referent = courriels[f"preuve-{demande.id}"]
    assert "karim" not in f"{au_referent.sujet} {au_referent.corps}".lower()
    assert personne.ref not in au_referent.corps


def scene_naissance() -> Any:
    from datetime import date

    return date(1988, 4, 12)


def test_le_justificatif_note_par_le_referent_clot_la_demande_et_la_file_est_prete(
    ctx: Contexte, fabrique: Fabrique, scene: Scene, demander: Callable[..., tuple[str, services.ARemettre]]
) -> None:
    ref, textes = demander()
    referente = fabrique.referent()
    with ctx.lecture() as s:
        personne = s.scalars(select(Personne)).one()
    services.suivre(ctx, scene.facilitatrice, personne.ref, referente.utilisateur_id)
    services.ajouter_statut(
        ctx,
        fabrique.acteur(referente),
        personne.ref,
        categorie="rsa",
        preuve_type="attestation_rsa",
        preuve_le=ctx.aujourdhui(),
    )
    assert demande_en_base(ctx).vue_par_id == referente.utilisateur_id
    with pytest.raises(RegleViolee):
        services.lire_demande(ctx, textes.jeton)
    (vue,) = services.lire_validations(ctx, scene.facilitatrice, ref)
    assert vue.prete


def test_une_voie_sans_personne_au_bout_est_refusee(scene: Scene) -> None:
    ref = scene.demander()
    for voie in ("courriel", "referent", "pigeon"):
        with pytest.raises(RegleViolee) as refus:
            services.demander_preuve(scene.ctx, scene.facilitatrice, ref, voie=voie)
        assert refus.value.champ == "voie"


def test_l_employeur_ne_demande_ni_ne_lit_aucun_lien(scene: Scene) -> None:
    from marketplace.erreurs import Interdit

    ref = scene.demander()
    with pytest.raises((Interdit, Introuvable)):
        services.demander_preuve(scene.ctx, scene.employeur, ref)
    with pytest.raises((Interdit, Introuvable)):
        services.lire_remise(scene.ctx, scene.employeur)


def test_chaque_lien_remis_est_une_lecture_et_le_journal_ne_dit_pas_la_piece(
    ctx: Contexte, scene: Scene, demander: Callable[..., tuple[str, services.ARemettre]]
) -> None:
    _, textes = demander()
    annoncer(scene, textes.jeton)
    with ctx.lecture() as s:
        finalites = set(s.scalars(select(LecturePersonne.finalite)))
        ecrits = [(e.resume, str(e.details)) for e in s.scalars(select(Evenement))]
    assert "Demande de justificatif" in finalites
    assert not any("rsa" in f"{resume} {details}".lower() for resume, details in ecrits)


def admettre_les_fichiers(fabrique: Fabrique) -> None:
    territoire = fabrique.territoire()
    fabrique.garder(
        Reglage(
            territoire_id=territoire.id,
            cle="preuves_fichiers",
            valeur=True,
            a_partir_du=fabrique.jour - timedelta(days=1),
            source="choix du territoire",
            cree_le=fabrique.ctx.horloge(),
        )
    )


def test_un_fichier_n_est_pris_que_la_ou_le_territoire_le_choisit(
    ctx: Contexte, fabrique: Fabrique, scene: Scene, demander: Callable[..., tuple[str, services.ARemettre]]
) -> None:
    _, textes = demander()
    assert not services.lire_demande(ctx, textes.jeton).fichiers
    admettre_les_fichiers(fabrique)
    assert services.lire_demande(ctx, textes.jeton).fichiers
    with pytest.raises(RegleViolee) as refus:
        annoncer(scene, textes.jeton, remise="fichier", fichier=b"MZ un programme")
    assert refus.value.champ == "fichier"
    annoncer(scene, textes.jeton, remise="fichier", fichier=JPEG)
    demande = demande_en_base(ctx)
    assert demande.remise is Remise.FICHIER
    contenu, type_mime = services.lire_fichier_de_preuve(ctx, scene.facilitatrice, demande.id)
    assert type_mime == "image/jpeg"
    assert b"pixels" in contenu
    assert b"GPS" not in contenu
    ailleurs = fabrique.territoire("ailleurs")
    autre = fabrique.acteur(fabrique.facilitateur(), territoire_id=ailleurs.id)
    with pytest.raises(Introuvable):
        services.lire_fichier_de_preuve(ctx, autre, demande.id)


def test_la_file_se_lit_en_un_nombre_constant_de_requetes(ctx: Contexte, scene: Scene) -> None:
    from sqlalchemy import event

    def compter() -> int:
        vues: list[str] = []
        with ctx.lecture() as s:
            moteur = s.get_bind()
            ecoute = lambda *a: vues.append(a[2])  # noqa: E731
            event.listen(moteur, "before_cursor_execute", ecoute)
            queries.validations_a_traiter(s, scene.marche.territoire_id, ctx.aujourdhui())
            event.remove(moteur, "before_cursor_execute", ecoute)
        return len(vues)

    scene.demander()
    une = compter()
    for numero in range(6):
        scene.demander(prenom=f"Leïla{'abcdef'[numero]}")
    assert compter() == une

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.comptes.models import Affectation, Organisation
from marketplace.contexte import Contexte
from marketplace.erreurs import Interdit, Introuvable, RegleViolee
from marketplace.heures.models import Contrat, PointDeSuivi
from marketplace.heures.queries.fins import fins_a_preparer
from marketplace.heures.queries.situations import situations
from marketplace.heures.services.fins import lire_fins, noter_suite
from marketplace.heures.services.situations import (
    SITUATION_ATTENDUE,
    demander_situations,
    lire_questions,
    repondre_situation,
)
from marketplace.journal.models import Alerte, Evenement, LecturePersonne, Notification
from marketplace.personnes.models import PassIAE, RoleSuivi, Statut, Suivi
from marketplace.personnes.taches import suivre_personnes
from marketplace.valeurs import ajouter_mois
from tests.conftest import Horloge
from tests.fabrique import Fabrique
from tests.web.test_employeur_validations import MOTS_INTERDITS, texte


class Scene:
    """A salarié hired three months ago, her référent, her employer, a facilitatrice."""

    def __init__(self, ctx: Contexte, fabrique: Fabrique) -> None:
        self.ctx, self.fabrique = ctx, fabrique
        self.entreprise: Organisation = fabrique.organisation(nom="Maçonnerie exemple")
        self.employeur = fabrique.employeur(self.entreprise)
        self.referent = fabrique.referent()
        self.facilitateur = fabrique.facilitateur()
        self.personne = fabrique.personne(self.referent, prenom="Leïla")
        self.marche = fabrique.marche(titulaire=self.entreprise)

    def contrat(self, **champs: Any) -> Contrat:
        valeurs: dict[str, Any] = {"debut": ajouter_mois(self.ctx.aujourdhui(), -3), "fin": None}
        return self.fabrique.contrat(self.personne, self.entreprise, self.marche, **(valeurs | champs))

    def points(self) -> list[PointDeSuivi]:
        with self.ctx.lecture() as s:
            return list(s.scalars(select(PointDeSuivi).order_by(PointDeSuivi.echeance)))

    def passer(self) -> dict[str, Any]:
        return demander_situations(self.ctx, self.ctx.aujourdhui())


@pytest.fixture
def scene(ctx: Contexte, fabrique: Fabrique) -> Scene:
    return Scene(ctx, fabrique)


def test_la_tache_pose_chaque_question_une_fois_et_rattrape_les_nuits_manquees(scene: Scene, horloge: Horloge) -> None:
    scene.contrat()
    assert demander_situations(scene.ctx, scene.ctx.aujourdhui(), dry_run=True)["posees"] == 2
    assert scene.points() == []
    assert scene.passer()["posees"] == 2
    assert scene.passer() == {"posees": 0, "retirees": 0, "alertes": 1}
    horloge.avancer(days=100)
    assert scene.passer()["posees"] == 1
    assert [(p.moment.value, p.mois) for p in scene.points()] == [("en_poste", 1), ("en_poste", 3), ("en_poste", 6)]


def test_le_referent_et_l_employeur_sont_prevenus_une_fois_sans_nom(ctx: Contexte, scene: Scene) -> None:
    scene.contrat()
    scene.passer()
    scene.passer()
    with ctx.lecture() as s:
        recues = s.execute(select(Notification.utilisateur_id, Notification.texte)).all()
    assert sorted(n for n, _ in recues) == sorted([scene.employeur.utilisateur_id, scene.referent.utilisateur_id])
    assert not any("Leïla" in t for _, t in recues)


def test_une_reponse_est_datee_nommee_et_ferme_son_alerte(ctx: Contexte, scene: Scene) -> None:
    scene.contrat()
    scene.passer()
    premier, second = scene.points()
    referente = scene.fabrique.acteur(scene.referent)
    assert [q.id for q in lire_questions(ctx, referente)] == [premier.id, second.id]
    with ctx.lecture() as s:
        assert s.scalar(select(Alerte.fermee_le).where(Alerte.type == SITUATION_ATTENDUE)) is None
    repondre_situation(ctx, referente, premier.id, "en_poste")
    with ctx.lecture() as s:
        assert s.scalars(select(Alerte.fermee_le).where(Alerte.type == SITUATION_ATTENDUE)).one() is not None
        (lue, attendue) = situations(s, scene.marche.territoire_id, date(2026, 1, 1), ctx.aujourdhui())
        assert scene.personne.id in set(s.scalars(select(LecturePersonne.personne_id)))
    assert (lue.situation, lue.source, lue.constatee_le) == ("en_poste", "referent", ctx.aujourdhui())
    assert lue.definition
    assert (attendue.situation, attendue.mois) == (None, 3)


def test_l_employeur_repond_de_ce_qu_il_voit_et_rien_d_autre(ctx: Contexte, scene: Scene) -> None:
    scene.contrat(debut=ajouter_mois(scene.ctx.aujourdhui(), -9), fin=ajouter_mois(scene.ctx.aujourdhui(), -4))
    scene.passer()
    employeur = scene.fabrique.acteur(scene.employeur)
    vues = {(q.moment, q.mois): q.id for q in lire_questions(ctx, employeur)}
    assert ("apres_la_fin", 0) in vues
    assert ("apres_la_fin", 3) not in vues
    tout = {(p.moment.value, p.mois): p.id for p in scene.points()}
    with pytest.raises(Introuvable):
        repondre_situation(ctx, employeur, tout["apres_la_fin", 3], "cdi")
    with pytest.raises(RegleViolee):
        repondre_situation(ctx, employeur, vues["apres_la_fin", 0], "chomage")
    repondre_situation(ctx, employeur, vues["apres_la_fin", 0], "cdd:moins_de_6")
    with pytest.raises(RegleViolee):
        repondre_situation(ctx, employeur, vues["apres_la_fin", 0], "cdi")
    repondre_situation(ctx, scene.fabrique.acteur(scene.facilitateur), vues["apres_la_fin", 0], "cdi")
    with ctx.lecture() as s:
        point = s.get_one(PointDeSuivi, vues["apres_la_fin", 0])
    assert (point.situation, point.duree, point.source) == ("cdi", None, "facilitateur")


def test_un_autre_employeur_ou_un_autre_referent_ne_voit_rien(ctx: Contexte, scene: Scene) -> None:
    scene.contrat()
    scene.passer()
    point = scene.points()[0]
    for autre in (scene.fabrique.employeur(), scene.fabrique.referent()):
        acteur = scene.fabrique.acteur(autre)
        assert lire_questions(ctx, acteur) == ()
        with pytest.raises((Introuvable, Interdit)):
            repondre_situation(ctx, acteur, point.id, "en_poste")


def test_une_fin_corrigee_reprend_les_questions_sans_reponse(ctx: Contexte, scene: Scene) -> None:
    contrat = scene.contrat(fin=ctx.aujourdhui())
    scene.passer()
    assert ("apres_la_fin", 0) in {(p.moment.value, p.mois) for p in scene.points()}
    with ctx.transaction() as s:
        s.get_one(Contrat, contrat.id).fin = ajouter_mois(ctx.aujourdhui(), 2)
    assert scene.passer()["retirees"] == 1
    assert {p.moment.value for p in scene.points()} == {"en_poste"}


def test_les_fins_se_preparent_et_une_suite_les_sort_de_la_liste(ctx: Contexte, scene: Scene) -> None:
    jour = ctx.aujourdhui()
    validation = scene.fabrique.validation(
        scene.personne, fenetre_debut=jour - timedelta(days=200), fenetre_fin=jour + timedelta(days=40)
    )
    scene.contrat(fin=jour + timedelta(days=20), validation=validation)
    scene.fabrique.garder(
        PassIAE(
            personne_id=scene.personne.id,
            numero="",
            debut=jour - timedelta(days=600),
            fin=jour + timedelta(days=60),
            releve_le=jour,
            source="plateforme",
            note_le=ctx.horloge(),
        )
    )
    suivre_personnes(ctx, jour)
    referente = scene.fabrique.acteur(scene.referent)
    assert [f.objet for f in lire_fins(ctx, referente)] == ["contrat", "fenetre", "pass"]
    for fin in lire_fins(ctx, referente):
        noter_suite(ctx, referente, fin.personne_ref, objet=fin.objet, echeance=fin.echeance, decision="comite_suivi")
    assert lire_fins(ctx, referente) == ()
    with ctx.lecture() as s:
        (alerte,) = s.scalars(select(Alerte).where(Alerte.type == "fin_de_parcours"))
        assert "Leïla" not in alerte.message
    assert alerte.fermee_le is not None
    assert suivre_personnes(ctx, jour)["ouvertes"] == 0


def test_un_justificatif_qui_vieillit_se_montre_au_referent_seul(ctx: Contexte, scene: Scene) -> None:
    with ctx.lecture() as s:
        sienne = frozenset({scene.personne.id})
        fins = fins_a_preparer(
            s, scene.marche.territoire_id, ctx.aujourdhui(), personne_ids=sienne, situation_lue=sienne
        )
        assert [(f.objet, f.echeance) for f in fins] == [("preuve", date(2027, 2, 5))]
        assert fins_a_preparer(s, scene.marche.territoire_id, ctx.aujourdhui()) == ()
    with ctx.transaction() as s:
        s.scalars(select(Statut)).one().preuve_le = None
    assert lire_fins(ctx, scene.fabrique.acteur(scene.referent)) == ()


def test_le_pass_d_une_personne_jamais_validee_ne_se_montre_pas_au_facilitateur(ctx: Contexte, scene: Scene) -> None:
    jour = ctx.aujourdhui()
    scene.fabrique.garder(
        PassIAE(
            personne_id=scene.personne.id,
            debut=jour - timedelta(days=600),
            fin=jour + timedelta(days=60),
            releve_le=jour,
            source="plateforme",
            note_le=ctx.horloge(),
        )
    )
    facilitatrice = scene.fabrique.acteur(scene.facilitateur)
    assert lire_fins(ctx, facilitatrice) == ()
    referente = scene.fabrique.acteur(scene.referent)
    assert [f.objet for f in lire_fins(ctx, referente)] == ["pass", "preuve"]
    # Neither does a facilitateur acting for her référent, nor a co-référent.
    pour_elle = replace(
        referente,
        utilisateur_id=facilitatrice.utilisateur_id,
        pour_le_compte_de=referente.organisation_id,
        pour_referent_id=referente.utilisateur_id,
    )
    assert lire_fins(ctx, pour_elle) == ()
    with ctx.transaction() as s:
        s.scalars(select(Suivi).where(Suivi.personne_id == scene.personne.id)).one().role = RoleSuivi.CONSEILLER_EMPLOI
    assert lire_fins(ctx, referente) == ()
    scene.fabrique.validation(scene.personne)
    assert [f.objet for f in lire_fins(ctx, facilitatrice)] == ["pass"]


def test_une_suite_fausse_est_refusee(ctx: Contexte, scene: Scene) -> None:
    referente = scene.fabrique.acteur(scene.referent)
    bonne: dict[str, Any] = {"objet": "pass", "echeance": ctx.aujourdhui(), "decision": "rien"}
    for champs in (
        {"objet": "lune"},
        {"echeance": None},
        {"decision": "dormir"},
        {"prevue_le": ctx.aujourdhui() - timedelta(days=1)},
    ):
        with pytest.raises(RegleViolee):
            noter_suite(ctx, referente, scene.personne.ref, **(bonne | champs))


def test_les_accueils_montrent_les_questions_et_un_clic_y_repond(
    ctx: Contexte, scene: Scene, connecter: Callable[[Affectation], FlaskClient]
) -> None:
    scene.contrat(fin=ctx.aujourdhui() + timedelta(days=30))
    scene.passer()
    premier, second = scene.points()
    page = connecter(scene.employeur)
    assert "2 questions sur vos salariés" in texte(page.get("/employeur"))
    lue = texte(page.get("/employeur/situations"))
    assert "Leïla" in lue
    assert not MOTS_INTERDITS.search(lue)
    suite = page.post(f"/employeur/situations/{premier.id}", data={"situation": "en_poste"}, follow_redirects=True)
    assert "Merci, c'est noté" in texte(suite)
    referente = connecter(scene.referent)
    accueil = texte(referente.get("/referent/"))
    assert "3 mois après l'embauche" in accueil
    assert "fin de contrat chez Maçonnerie exemple" in accueil
    suite = referente.post(
        f"/referent/personnes/situations/{second.id}",
        data={"situation": "appui", "retour": "accueil"},
        follow_redirects=True,
    )
    assert "Situation notée" in texte(suite)
    assert scene.points()[1].situation == "appui"
    facilitatrice = connecter(scene.facilitateur)
    assert "1 fin à préparer" in " ".join(texte(facilitatrice.get("/facilitateur/aujourd-hui")).split())
    refus = facilitatrice.post(
        f"/facilitateur/personnes/{scene.personne.ref}/suite",
        data={"objet": "contrat", "echeance": (ctx.aujourdhui() + timedelta(days=30)).isoformat(), "decision": "lune"},
    )
    assert refus.status_code == 422
    suite = facilitatrice.post(
        f"/facilitateur/personnes/{scene.personne.ref}/suite",
        data={
            "objet": "contrat",
            "echeance": (ctx.aujourdhui() + timedelta(days=30)).isoformat(),
            "decision": "comite_suivi",
        },
        follow_redirects=True,
    )
    assert "Suite notée" in texte(suite)
    with ctx.lecture() as s:
        assert "Suite prévue : comité de suivi" in s.scalars(select(Evenement.resume)).all()

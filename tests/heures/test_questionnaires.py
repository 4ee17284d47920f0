"""The questionnaire of the end: handed over once, answered without a name, read by five at least (N18)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from marketplace.comptes.models import Organisation
from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.models import Contrat, QuestionnaireFin, ReponseFin
from marketplace.heures.queries.questionnaires import opinions
from marketplace.heures.rules.questionnaire import (
    LONGUEUR,
    MINIMUM,
    code_montre,
    contrats_a_interroger,
    lot_montrable,
)
from marketplace.heures.services.questionnaires import (
    QuestionnaireOuvert,
    ReponseLue,
    effacer_reponse,
    lire_opinion,
    lire_questionnaires,
    ouvrir_questionnaire,
    preparer_questionnaires,
    remettre_questionnaire,
    repondre_questionnaire,
)
from marketplace.journal.models import Courriel, Evenement, LecturePersonne, Notification
from marketplace.propositions.services.droits_de_la_personne import effacer_personne, lire_donnees
from tests.conftest import Horloge
from tests.fabrique import Fabrique
from tests.web.test_employeur_validations import MOTS_INTERDITS, texte

JOUR = date(2026, 11, 21)


class Scene:
    """Contrats that end, a référent who follows, an employer, a facilitatrice."""

    def __init__(self, ctx: Contexte, fabrique: Fabrique) -> None:
        self.ctx, self.fabrique = ctx, fabrique
        self.entreprise: Organisation = fabrique.organisation(nom="Chantier exemple")
        self.employeur = fabrique.employeur(self.entreprise)
        self.referent = fabrique.referent()
        self.facilitateur = fabrique.facilitateur()
        self.elle, self.chef, self.suivie = (
            fabrique.acteur(a) for a in (self.facilitateur, self.employeur, self.referent)
        )
        self.marche = fabrique.marche(titulaire=self.entreprise)

    def contrat(self, *, fin: date | None = JOUR - timedelta(days=2), **champs: Any) -> Contrat:
        personne = self.fabrique.personne(self.referent, **champs)
        return self.fabrique.contrat(personne, self.entreprise, self.marche, debut=JOUR - timedelta(days=120), fin=fin)

    def passer(self) -> dict[str, Any]:
        return preparer_questionnaires(self.ctx, self.ctx.aujourdhui())

    def codes(self) -> list[str]:
        """A fresh code for each sheet that waits."""
        return [
            remettre_questionnaire(self.ctx, self.suivie, q.id).code for q in lire_questionnaires(self.ctx, self.suivie)
        ]


@pytest.fixture
def scene(ctx: Contexte, fabrique: Fabrique) -> Scene:
    return Scene(ctx, fabrique)


@pytest.mark.parametrize(
    ("fins", "attendus"),
    [
        ([(1, 7, date(2026, 6, 1), date(2026, 11, 20))], {1}),
        ([(1, 7, date(2026, 6, 1), None)], set()),
        ([(1, 7, date(2026, 6, 1), date(2026, 11, 22))], set()),
        ([(1, 7, date(2026, 1, 1), date(2026, 9, 21))], set()),  # two months ago: nobody expects it any more
        ([(1, 7, date(2026, 6, 1), date(2026, 11, 1)), (2, 7, date(2026, 11, 20), None)], set()),
        ([(1, 7, date(2026, 6, 1), date(2026, 11, 1)), (2, 8, date(2026, 11, 2), None)], {1}),
        ([(1, 7, date(2026, 6, 1), date(2026, 11, 1)), (2, 7, date(2026, 1, 1), date(2026, 11, 1))], {2}),
    ],
)
def test_on_interroge_sur_un_contrat_fini_que_rien_ne_continue(fins: Any, attendus: set[int]) -> None:
    assert contrats_a_interroger(fins, JOUR) == attendus


@settings(max_examples=40)
@given(
    avant=st.lists(st.integers(1, 10), max_size=30),
    ensuite=st.lists(st.integers(9, 10), max_size=9),
)
def test_une_reponse_de_plus_ne_change_jamais_un_chiffre_seule(avant: list[int], ensuite: list[int]) -> None:
    """Whatever comes in later months, what was shown moves by whole lots, or not at all."""
    lues = [(date(2026, m, 1), f"{n:03d}") for n, m in enumerate(avant)]
    montrees = lot_montrable(lues, date(2026, 9, 15))
    assert len(montrees) % MINIMUM == 0
    plus_tard = lues + [(date(2026, m, 1), f"x{n:03d}") for n, m in enumerate(ensuite)]
    apres = lot_montrable(plus_tard, date(2026, 11, 15))
    assert apres[: len(montrees)] == montrees
    assert (len(apres) - len(montrees)) % MINIMUM == 0


def test_la_tache_prepare_une_fois_et_reprend_ce_qui_continue(scene: Scene, ctx: Contexte) -> None:
    contrat = scene.contrat()
    scene.contrat(fin=None)
    assert preparer_questionnaires(ctx, JOUR, dry_run=True)["prepares"] == 1
    assert lire_questionnaires(ctx, scene.suivie) == ()
    assert scene.passer()["prepares"] == 1
    assert scene.passer() == {"prepares": 0, "courriels": 0, "repris": 0, "fermes": 0, "mots_effaces": 0}
    with ctx.lecture() as s:
        notice = s.scalars(select(Notification)).one()
        assert notice.utilisateur_id == scene.referent.utilisateur_id
        assert notice.lien == "/referent/personnes/questionnaires"
    with ctx.transaction() as s:
        s.get_one(Contrat, contrat.id).fin = JOUR + timedelta(days=90)
    assert scene.passer()["repris"] == 1
    assert lire_questionnaires(ctx, scene.suivie) == ()


def test_le_courriel_ne_part_qu_a_qui_a_une_adresse_et_ne_dit_rien(scene: Scene, ctx: Contexte) -> None:
    scene.contrat(prenom="Sans adresse")
    scene.contrat(prenom="Amandine", courriel="amandine@exemple.fr")
    assert scene.passer()["courriels"] == 1
    assert scene.passer()["courriels"] == 0
    with ctx.lecture() as s:
        courriel = s.scalars(select(Courriel)).one()
    assert courriel.destinataire == "amandine@exemple.fr"
    assert "Amandine" not in courriel.sujet + courriel.corps
    assert "Chantier exemple" not in courriel.sujet + courriel.corps
    code = re.search(r"/votre-avis/(\w+)", courriel.corps)
    assert code
    assert len(code[1]) == LONGUEUR
    assert isinstance(ouvrir_questionnaire(ctx, code[1]), QuestionnaireOuvert)


def test_la_reponse_ne_connait_ni_la_personne_ni_le_contrat(scene: Scene, ctx: Contexte) -> None:
    contrat = scene.contrat(prenom="Leïla", nom="Exemple")
    scene.passer()
    (code,) = scene.codes()
    repondre_questionnaire(ctx, code_montre(code).lower(), {"respect": "plutot_non"}, "Un vestiaire")
    repondre_questionnaire(ctx, code, {"respect": "oui"}, "Deux fois")
    with ctx.lecture() as s:
        reponse, fiche = s.scalars(select(ReponseFin)).one(), s.scalars(select(QuestionnaireFin)).one()
        assert (reponse.notes, reponse.mots, reponse.mois) == (
            {"respect": "plutot_non"},
            "Un vestiaire",
            date(2026, 11, 1),
        )
        assert (fiche.repondu, fiche.empreinte) == (True, None)
        assert not {c.name for c in ReponseFin.__table__.columns} & {"personne_id", "contrat_id", "id"}
        # Neither the journal nor what is read of her says anything of the answer.
        ecrits = [e.resume + json.dumps(e.details) for e in s.scalars(select(Evenement))]
    assert not any("non" in e.lower() or "vestiaire" in e for e in ecrits)
    lue = ouvrir_questionnaire(ctx, code)
    assert isinstance(lue, ReponseLue)
    assert lue.mots == "Un vestiaire"
    with ctx.lecture() as s:
        ref = s.get_one(Contrat, contrat.id).personne_id
        assert s.scalar(select(LecturePersonne.id).where(LecturePersonne.personne_id == ref))
    assert lire_questionnaires(ctx, scene.suivie) == ()


def test_un_code_remplace_ferme_ou_invente_n_ouvre_rien(scene: Scene, ctx: Contexte, horloge: Horloge) -> None:
    scene.contrat()
    scene.passer()
    ancien, nouveau = scene.codes()[0], scene.codes()[0]
    for code in (ancien, "", "ABCDE-FGHJK"):
        with pytest.raises(RegleViolee, match="n'ouvre rien"):
            ouvrir_questionnaire(ctx, code)
    assert isinstance(ouvrir_questionnaire(ctx, nouveau), QuestionnaireOuvert)
    horloge.avancer(days=91)
    with pytest.raises(RegleViolee, match="n'ouvre rien"):
        repondre_questionnaire(ctx, nouveau, {"respect": "oui"})
    assert scene.passer()["fermes"] == 1


@pytest.mark.parametrize(
    ("notes", "mots", "champ"),
    [
        ({}, "", "accueil"),
        ({"respect": "bof"}, "", "respect"),
        ({"respect": "oui"}, "mon numéro 1 85 05 34 172 123 45", "mots"),
        ({"respect": "oui"}, "x" * 501, "mots"),
        ({"respect": "oui"}, "Moi, Leïla, j'ai aimé", "mots"),
    ],
)
def test_une_mauvaise_reponse_est_refusee_a_son_champ(
    scene: Scene, ctx: Contexte, notes: dict[str, str], mots: str, champ: str
) -> None:
    scene.contrat(prenom="Leïla")
    scene.passer()
    (code,) = scene.codes()
    with pytest.raises(RegleViolee) as refus:
        repondre_questionnaire(ctx, code, notes, mots)
    assert refus.value.champ == champ
    assert isinstance(ouvrir_questionnaire(ctx, code), QuestionnaireOuvert)


def test_seul_qui_suit_la_personne_lui_remet_sa_fiche(scene: Scene, ctx: Contexte, fabrique: Fabrique) -> None:
    scene.contrat()
    scene.passer()
    numero = lire_questionnaires(ctx, scene.elle)[0].id
    ailleurs = fabrique.acteur(fabrique.referent())
    assert lire_questionnaires(ctx, ailleurs) == ()
    for acteur in (ailleurs, scene.chef):
        with pytest.raises(Introuvable):
            remettre_questionnaire(ctx, acteur, numero)


def test_rien_ne_se_lit_sous_cinq_reponses_ni_dans_le_mois(scene: Scene, ctx: Contexte, horloge: Horloge) -> None:
    for _ in range(MINIMUM):
        scene.contrat()
    scene.passer()
    codes = scene.codes()
    for code in codes[:-1]:
        repondre_questionnaire(ctx, code, {"respect": "oui"}, "Rien à dire")
    horloge.avancer(days=20)
    assert lire_opinion(ctx, scene.chef).decompte is None
    repondre_questionnaire(ctx, codes[-1], {"respect": "non"}, "Plus tard")
    assert lire_opinion(ctx, scene.chef).decompte is None
    horloge.avancer(days=31)
    decompte = lire_opinion(ctx, scene.chef).decompte
    assert decompte
    assert decompte.par_question["respect"] == {"oui": 4, "plutot_oui": 0, "plutot_non": 0, "non": 1, "sans_avis": 0}
    assert decompte.par_question["suite"]["sans_avis"] == 5
    with ctx.lecture() as s:
        tout = opinions(s, scene.facilitateur.territoire_id, ctx.aujourdhui())
    assert [x.groupe for x in tout.structures] == ["Chantier exemple"]
    assert len(tout.marches) == 1
    assert tout.mots == (("Plus tard", 1), ("Rien à dire", 4))


def test_la_personne_efface_sa_reponse_et_sa_fiche_effacee_n_en_dit_plus_rien(scene: Scene, ctx: Contexte) -> None:
    contrat = scene.contrat()
    scene.passer()
    (code,) = scene.codes()
    with ctx.lecture() as s:
        ref = lire_questionnaires(ctx, scene.suivie)[0].personne_ref
    assert [q.repondu for q in lire_donnees(ctx, scene.suivie, ref).questionnaires] == [False]
    repondre_questionnaire(ctx, code, {"respect": "oui"})
    assert [q.repondu for q in lire_donnees(ctx, scene.suivie, ref).questionnaires] == [True]
    effacer_reponse(ctx, code)
    with pytest.raises(RegleViolee):
        effacer_reponse(ctx, code)
    effacer_personne(ctx, scene.suivie, ref)
    with ctx.lecture() as s:
        assert s.scalar(select(QuestionnaireFin.id).where(QuestionnaireFin.contrat_id == contrat.id)) is None
    assert scene.passer()["prepares"] == 0


def test_une_personne_effacee_entre_temps_n_a_plus_de_fiche_a_remettre(scene: Scene, ctx: Contexte) -> None:
    scene.contrat(courriel="p@exemple.fr")
    scene.passer()
    (attendu,) = lire_questionnaires(ctx, scene.suivie)
    effacer_personne(ctx, scene.suivie, attendu.personne_ref)
    with pytest.raises(Introuvable):
        remettre_questionnaire(ctx, scene.suivie, attendu.id)


def test_les_mots_de_deux_ans_s_effacent_pas_les_chiffres(scene: Scene, ctx: Contexte, horloge: Horloge) -> None:
    scene.contrat()
    scene.passer()
    repondre_questionnaire(ctx, scene.codes()[0], {"respect": "oui"}, "Un mot")
    horloge.avancer(days=800)
    assert scene.passer()["mots_effaces"] == 1
    with ctx.lecture() as s:
        reponse = s.scalars(select(ReponseFin)).one()
    assert (reponse.mots, reponse.notes) == ("", {"respect": "oui"})


def test_du_papier_a_la_reponse_relue(scene: Scene, client: FlaskClient, connecter: Callable[..., FlaskClient]) -> None:
    scene.contrat(prenom="Leïla")
    scene.passer()
    chez_elle = connecter(scene.referent)
    page = chez_elle.get("/referent/personnes/questionnaires").text
    assert "Leïla" in page
    numero = re.search(r"/questionnaires/(\d+)", page)
    assert numero
    papier = chez_elle.post(f"/referent/personnes/questionnaires/{numero[1]}")
    code = re.search(r"<strong>(\w{5}-\w{5})</strong>", papier.text)
    assert code
    ouvert = client.post("/votre-avis", data={"code": code[1].lower()})
    assert ouvert.status_code == 302
    adresse = ouvert.headers["Location"]
    assert "Leïla" not in client.get(adresse).text
    prudence = client.post(adresse, data={"respect": "oui", "mots": "Ma maladie n'a pas aidé"})
    assert prudence.status_code == 422
    assert "Envoyer quand même" in prudence.text
    assert "Ma maladie" in prudence.text
    client.post(adresse, data={"respect": "oui", "mots": "Ma maladie n'a pas aidé", "relu": "oui"})
    relue = client.get(adresse).text
    assert "Vos réponses sont enregistrées" in relue
    assert "Ma maladie" in relue
    assert client.post(f"{adresse}/effacer").status_code == 302
    assert client.get(adresse).status_code == 410
    assert client.post("/votre-avis", data={"code": "FAUX"}).status_code == 422


def test_les_pages_des_chiffres_ne_nomment_personne(
    scene: Scene, ctx: Contexte, connecter: Callable[..., FlaskClient], horloge: Horloge
) -> None:
    for _ in range(MINIMUM):
        scene.contrat(prenom="Leïla")
    scene.passer()
    for code in scene.codes():
        repondre_questionnaire(ctx, code, {"suite": "plutot_non"}, "Des gants à ma taille")
    horloge.avancer(days=15)
    page = connecter(scene.facilitateur).get("/facilitateur/personnes/opinions").text
    assert "5 réponses" in page
    assert "Des gants à ma taille" in page
    assert "Leïla" not in page
    reponse = connecter(scene.employeur).get("/employeur/situations/avis")
    assert "5 réponses" in reponse.text
    assert "gants" not in reponse.text
    assert not MOTS_INTERDITS.search(texte(reponse))

"""A path opened to the facilitateur of another territory: read only, until a day, and written on the person's page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.comptes.models import Organisation, Utilisateur
from marketplace.contexte import Contexte
from marketplace.erreurs import Interdit, Introuvable, RegleViolee
from marketplace.heures.models import PartageParcours
from marketplace.heures.services.parcours import (
    arreter_partage,
    lire_parcours_partage,
    lire_partages,
    partager_parcours,
)
from marketplace.journal.models import Evenement, LecturePersonne, Notification
from marketplace.personnes.models import Personne
from marketplace.propositions.services.droits_de_la_personne import (
    effacer_personne,
    lire_donnees,
    retirer_personne,
)
from tests.conftest import Horloge
from tests.fabrique import Fabrique

JOUR = date(2026, 11, 21)


class Scene:
    """A person of one territory, her facilitatrice, and a facilitateur of the next one."""

    def __init__(self, ctx: Contexte, fabrique: Fabrique) -> None:
        self.ctx, self.fabrique = ctx, fabrique
        self.chez_elle = fabrique.facilitateur()
        self.elle = fabrique.acteur(self.chez_elle)
        gard = fabrique.territoire("gard", nom="Gard", departements=["30"])
        self.organisation_voisine: Organisation = fabrique.organisation(territoire_id=gard.id)
        self.chez_le_voisin = fabrique.facilitateur(organisation=self.organisation_voisine)
        self.voisin = fabrique.acteur(self.chez_le_voisin)
        self.autre_voisin = fabrique.acteur(fabrique.facilitateur(organisation=self.organisation_voisine))
        self.referent = fabrique.acteur(chapeau := fabrique.referent())
        self.personne = fabrique.personne(chapeau, prenom="Leïla", nom="Exemple")
        with ctx.lecture() as s:
            self.adresse = s.get_one(Utilisateur, self.chez_le_voisin.utilisateur_id).courriel

    def partager(self, **champs: Any) -> int:
        """Open her path; the number of the share."""
        valeurs: dict[str, Any] = {
            "courriel": f" {self.adresse.upper()}",
            "finalite": "marche_voisin",
            "accord_le": JOUR,
            "accord_canal": "entretien",
            "jusqu_au": JOUR + timedelta(days=60),
        }
        partager_parcours(self.ctx, self.elle, self.personne.ref, **(valeurs | champs))
        with self.ctx.lecture() as s:
            return max(s.scalars(select(PartageParcours.id)))


@pytest.fixture
def scene(ctx: Contexte, fabrique: Fabrique) -> Scene:
    return Scene(ctx, fabrique)


def test_le_voisin_lit_le_parcours_sans_les_statuts_et_c_est_ecrit_partout(scene: Scene, ctx: Contexte) -> None:
    entreprise = scene.fabrique.organisation(nom="Chantier exemple")
    scene.fabrique.contrat(scene.personne, entreprise, scene.fabrique.marche(titulaire=entreprise))
    numero = scene.partager()
    lu = lire_parcours_partage(ctx, scene.voisin, numero)
    assert lu.fiche.prenom == "Leïla"
    assert lu.fiche.eligibilite.statuts is None
    assert lu.fiche.qpv is None
    assert [(c.employeur, c.modalite) for c in lu.contrats] == [("Chantier exemple", "Embauche directe")]
    donnees = lire_donnees(ctx, scene.referent, scene.personne.ref)
    assert [(p.beneficiaire_territoire, p.ouvert) for p in donnees.partages] == [("Gard", True)]
    assert scene.organisation_voisine.nom in {x.organisation for x in donnees.lectures}
    assert any("Parcours partagé avec" in f.resume for f in donnees.historique)
    with ctx.lecture() as s:
        message = s.scalars(select(Notification).where(Notification.cle.like("parcours-%"))).one()
    assert message.utilisateur_id == scene.voisin.utilisateur_id
    assert "Leïla" not in message.texte


def test_sans_partage_ou_pour_un_autre_c_est_introuvable(scene: Scene, ctx: Contexte) -> None:
    numero = scene.partager()
    for acteur in (scene.autre_voisin, scene.elle):
        with pytest.raises(Introuvable):
            lire_parcours_partage(ctx, acteur, numero)
    for autre in (scene.referent, scene.fabrique.acteur(scene.fabrique.employeur())):
        with pytest.raises(Interdit):
            lire_parcours_partage(ctx, autre, numero)
        with pytest.raises(Interdit):
            partager_parcours(
                ctx,
                autre,
                scene.personne.ref,
                courriel=scene.adresse,
                finalite="comite",
                accord_le=JOUR,
                accord_canal="entretien",
                jusqu_au=JOUR,
            )
    with pytest.raises(Introuvable):
        arreter_partage(ctx, scene.voisin, numero)
    assert lire_partages(ctx, scene.autre_voisin).recus == ()


@pytest.mark.parametrize("fermeture", ["terme", "arret", "retrait", "effacement", "renouvele"])
def test_le_partage_se_ferme_le_jour_dit_ou_des_qu_on_le_veut(
    scene: Scene, ctx: Contexte, horloge: Horloge, fermeture: str
) -> None:
    numero = scene.partager()
    assert [x.id for x in lire_partages(ctx, scene.voisin).recus] == [numero]
    if fermeture == "terme":
        horloge.avancer(days=60)
        assert lire_partages(ctx, scene.voisin).recus
        horloge.avancer(days=1)
    elif fermeture == "arret":
        arreter_partage(ctx, scene.elle, numero)
        arreter_partage(ctx, scene.elle, numero)
    elif fermeture == "retrait":
        retirer_personne(ctx, scene.referent, scene.personne.ref)
    elif fermeture == "effacement":
        effacer_personne(ctx, scene.referent, scene.personne.ref)
    else:
        scene.partager(jusqu_au=JOUR + timedelta(days=300))
        assert len(lire_partages(ctx, scene.voisin).recus) == 1
    with pytest.raises(Introuvable):
        lire_parcours_partage(ctx, scene.voisin, numero)
    if fermeture == "arret":
        with ctx.lecture() as s:
            actes = list(s.scalars(select(Evenement.action).where(Evenement.action == "arreter_partage")))
        assert len(actes) == 1
    if fermeture == "effacement":
        with ctx.lecture() as s:
            assert s.scalars(select(PartageParcours)).all() == []


@pytest.mark.parametrize(
    ("champs", "champ"),
    [
        ({"courriel": "inconnu@exemple.fr"}, "courriel"),
        ({"finalite": "curiosite"}, "finalite"),
        ({"accord_le": None}, "accord_le"),
        ({"accord_le": JOUR + timedelta(days=1)}, "accord_le"),
        ({"accord_canal": "pigeon"}, "accord_canal"),
        ({"jusqu_au": None}, "jusqu_au"),
        ({"jusqu_au": JOUR - timedelta(days=1)}, "jusqu_au"),
        ({"jusqu_au": JOUR + timedelta(days=366)}, "jusqu_au"),
    ],
)
def test_un_partage_mal_dit_est_refuse_a_son_champ(scene: Scene, champs: dict[str, Any], champ: str) -> None:
    with pytest.raises(RegleViolee) as refus:
        scene.partager(**champs)
    assert refus.value.champ == champ


def test_ni_un_collegue_ni_une_personne_non_informee_ne_se_partagent(scene: Scene, ctx: Contexte) -> None:
    with ctx.lecture() as s:
        chez_elle = s.get_one(Utilisateur, scene.chez_elle.utilisateur_id).courriel
    with pytest.raises(RegleViolee, match="voit déjà"):
        scene.partager(courriel=chez_elle)
    with ctx.transaction() as s:
        s.get_one(Personne, scene.personne.id).information_le = None
    with pytest.raises(RegleViolee, match="Informez d'abord"):
        scene.partager()


def test_de_la_fiche_a_la_lecture_chez_le_voisin(
    scene: Scene, ctx: Contexte, connecter: Callable[..., FlaskClient]
) -> None:
    navigateur = connecter(scene.chez_elle)
    adresse = f"/facilitateur/parcours/partager/{scene.personne.ref}"
    assert adresse in navigateur.get(f"/facilitateur/personnes/{scene.personne.ref}").text
    saisie = {
        "courriel": scene.adresse,
        "finalite": "comite",
        "accord_le": JOUR.isoformat(),
        "accord_canal": "telephone",
        "jusqu_au": "2026-10-01",
    }
    refus = navigateur.post(adresse, data=saisie)
    assert refus.status_code == 422
    assert scene.adresse in refus.text
    assert navigateur.post(adresse, data=saisie | {"jusqu_au": "2026-12-31"}).status_code == 302
    assert navigateur.post(adresse, data=saisie | {"jusqu_au": "2026-12-31"}).status_code == 302
    voisin = connecter(scene.chez_le_voisin)
    liste = voisin.get("/facilitateur/parcours").text
    assert liste.count("Leïla Exemple") == 1
    with ctx.lecture() as s:
        numero = max(s.scalars(select(PartageParcours.id)))
        avant = len(s.scalars(select(LecturePersonne)).all())
    page = voisin.get(f"/facilitateur/parcours/{numero}").text
    assert "Leïla" in page
    assert "RSA" not in page
    with ctx.lecture() as s:
        assert len(s.scalars(select(LecturePersonne)).all()) == avant + 1
    assert voisin.get(f"/facilitateur/personnes/{scene.personne.ref}").status_code == 404
    assert navigateur.post(f"/facilitateur/parcours/{numero}/arreter").status_code == 302
    assert voisin.get(f"/facilitateur/parcours/{numero}").status_code == 404

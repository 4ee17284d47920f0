"""Several processes, one database: each engine applies what the acts of the others wrote before it ranks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.matching import Poste, Ranker
from marketplace.personnes import services
from marketplace.personnes.models import ChangementVivier, Personne
from marketplace.personnes.rules.mobilite import MobiliteSaisie
from marketplace.personnes.rules.saisie import CompetenceSaisie, ExperienceSaisie, ProfilSaisi
from marketplace.propositions.classement import mettre_a_jour
from marketplace.propositions.services.droits_de_la_personne import retirer_personne
from tests.fabrique import Fabrique

MACON = Poste(ref="o1", intitule="Maçon", code_rome="F1703", competences_requises=("Poser des briques",))


def saisie(prenom: str, metier: str = "maçon", **champs: Any) -> ProfilSaisi:
    valeurs: dict[str, Any] = {
        "prenom": prenom,
        "nom": "Exemple",
        "date_naissance": date(1991, 3, 2),
        "telephone": "06 12 34 56 78",
        "code_insee": "34172",
        "modes": ("voiture",),
        "experiences": (ExperienceSaisie(metier, None, 24),),
    }
    return ProfilSaisi(**(valeurs | champs))


class Processus:
    """One process: its engine, the common base."""

    def __init__(self, ctx: Contexte, moteur: Ranker, acteur: Acteur) -> None:
        self.ctx, self.moteur, self.acteur = replace(ctx, obtenir_ranker=lambda: moteur), moteur, acteur

    def enregistrer(self, prenom: str, metier: str = "maçon") -> str:
        information = services.Information(self.ctx.aujourdhui(), "entretien")
        return services.enregistrer_personne(self.ctx, self.acteur, saisie(prenom, metier), information=information)

    def classer(self) -> Any:
        with self.ctx.lecture() as s:
            return mettre_a_jour(self.ctx, s, self.acteur.territoire_id).rank(MACON, limit=50)

    def refs(self) -> list[str]:
        return [x.ref for x in self.classer().lignes]


@pytest.fixture
def processus(ctx: Contexte, fabrique: Fabrique, moteur: Ranker) -> Callable[[], Processus]:
    acteur = fabrique.acteur(fabrique.referent())
    return lambda: Processus(ctx, moteur.jumeau(), acteur)


def _mobilite(p: Processus, ref: str) -> object:
    return services.noter_mobilite(p.ctx, p.acteur, ref, MobiliteSaisie("obtenu", p.ctx.aujourdhui(), vehicule=True))


def _competences(p: Processus, ref: str) -> object:
    return services.poser_competences(p.ctx, p.acteur, ref, [CompetenceSaisie("Poser des briques")])


def _metier(p: Processus, ref: str) -> object:
    fiche = services.lire_fiche(p.ctx, p.acteur, ref, "essai").fiche
    return services.confirmer_metiers(p.ctx, p.acteur, ref, {fiche.experiences[0].id: "A1203"})


def _retrait(p: Processus, ref: str) -> object:
    return retirer_personne(p.ctx, p.acteur, ref)


def _arrivee(p: Processus, ref: str) -> object:
    return p.enregistrer("Nouvelle")


@pytest.mark.parametrize("acte", [_mobilite, _competences, _metier, _retrait, _arrivee])
def test_l_acte_d_un_processus_se_voit_dans_le_classement_de_l_autre(
    processus: Callable[[], Processus], acte: Callable[[Processus, str], object]
) -> None:
    web, planificateur = processus(), processus()
    refs = {web.enregistrer("Nadia"), web.enregistrer("Samira", "coffreuse"), web.enregistrer("Ali", "boulanger")}
    assert set(planificateur.refs()) == refs == set(web.refs())
    acte(web, min(refs))
    vu = planificateur.classer()
    assert vu == web.classer()
    assert vu == processus().classer()  # one that starts now reads everybody from the base
    assert {x.ref for x in vu.lignes} != refs or acte not in (_retrait, _arrivee)


def test_un_acte_annule_ne_laisse_rien_aux_autres(processus: Callable[[], Processus]) -> None:
    web, autre = processus(), processus()
    ref = web.enregistrer("Nadia")
    avant = autre.classer()
    with pytest.raises(RuntimeError, match="panne"), web.ctx.transaction() as s:
        personne = s.scalars(select(Personne).where(Personne.ref == ref)).one()
        personne.permis = ["B", "C"]
        s.add(ChangementVivier(personne_id=personne.id, quand=web.ctx.horloge()))
        raise RuntimeError("panne")
    assert autre.classer() == avant


def test_un_changement_paru_apres_un_plus_recent_est_applique_aussi(processus: Callable[[], Processus]) -> None:
    web, autre = processus(), processus()
    premier, second = web.enregistrer("Nadia"), web.enregistrer("Samira", "boulanger")
    assert autre.refs() == [premier, second]
    with web.ctx.transaction() as s:  # two acts at once: the one with the lower number is seen last
        avant = s.scalar(select(func.max(ChangementVivier.id))) or 0
        ids = {p.ref: p.id for p in s.scalars(select(Personne))}
        s.add(ChangementVivier(id=avant + 100, personne_id=ids[premier], quand=web.ctx.horloge()))
    autre.classer()
    retirer_personne(web.ctx, web.acteur, second)
    with web.ctx.transaction() as s:
        siens = ChangementVivier.personne_id == ids[second]
        s.execute(delete(ChangementVivier).where(siens, ChangementVivier.id > avant))
        s.add(ChangementVivier(id=avant + 50, personne_id=ids[second], quand=web.ctx.horloge()))
    assert autre.refs() == [premier]

"""Properties of the ledger, on random hours: nothing counted twice, nothing lost, everything rebuilt."""

from __future__ import annotations

import contextlib
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.comptes.roles import Acteur
from marketplace.erreurs import RegleViolee
from marketplace.heures.models import (
    Contrat,
    DecisionLigne,
    Declaration,
    EtatDeclaration,
    EtatLigne,
    LigneHeures,
    Modalite,
)
from marketplace.heures.queries import verifier_chaine
from marketplace.heures.registre import contenu
from marketplace.heures.rules.chaine import ORIGINE, empreinte
from marketplace.heures.services.corrections import corriger_ligne, crediter_malgre_tout
from marketplace.marches.models import Marche
from marketplace.personnes.models import Personne
from tests.heures.conftest import Chantier

MOIS = (date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1))
D = Decimal
heures = st.integers(0, 880).map(lambda n: D(n) / 4)
formation = st.integers(0, 120).map(lambda n: D(n) / 4)
saisies = st.lists(st.tuples(heures, formation), min_size=9, max_size=9)
reglages_lents = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass
class Equipe:
    """Three contrats, the first one carried by an AI that declares for itself."""

    contrats: list[Contrat]
    ai: Organisation
    acteur_ai: Acteur


@pytest.fixture
def equipe(chantier: Chantier) -> Equipe:
    """Three people: an AI's one who nears its cap, one whose window ends in mid-October, an ordinary one."""
    ai = chantier.structure(TypeOrganisation.AI)
    tot = datetime(2026, 5, 25, tzinfo=UTC)
    debut = date(2026, 8, 1)
    contrats = [
        chantier.salarie(
            employeur=ai, modalite=Modalite.MAD_AI, type_contrat="cdd_usage", debut=debut, repondue_le=tot
        ),
        chantier.salarie(debut=debut, fenetre_fin=date(2026, 10, 14), repondue_le=tot),
        chantier.salarie(debut=debut, repondue_le=tot),
    ]
    return Equipe(contrats, ai, chantier.acteur_de(ai))


def vider(chantier: Chantier) -> None:
    with chantier.ctx.transaction() as s:
        s.execute(update(LigneHeures).values(corrige_id=None))
        for table in (DecisionLigne, LigneHeures, Declaration):
            s.execute(delete(table))


def texte(valeur: Decimal) -> str:
    return f"{valeur:f}"


def declarer_tout(
    chantier: Chantier,
    equipe: Equipe,
    tirage: list[tuple[Decimal, Decimal]],
    ordre: Callable[[list], None] | None = None,
) -> list[int]:
    """Declare the three months of the three people; the ids of the declarations, none validated."""
    premier, deuxieme, troisieme = equipe.contrats
    travaux: list[tuple[date, bool, dict[Contrat, tuple[Decimal, Decimal]]]] = []
    for i, mois in enumerate(MOIS):
        a, b, c = tirage[3 * i : 3 * i + 3]
        travaux.append((mois, True, {premier: a}))
        travaux.append((mois, False, {deuxieme: b, troisieme: c}))
    if ordre is not None:
        ordre(travaux)
    ids = []
    for mois, par_l_ai, lignes in travaux:
        saisie = {c: (texte(min(h, D(220) - f)), texte(f)) for c, (h, f) in lignes.items()}
        if not any(h + f for h, f in lignes.values()):
            continue
        champs = {"employeur": equipe.ai, "acteur": equipe.acteur_ai} if par_l_ai else {}
        ids.append(chantier.declarer(saisie, mois, **champs))
    return ids


def credits_par_personne_et_mois(chantier: Chantier) -> dict[tuple[int, date], tuple[Decimal, Decimal]]:
    """(credited, worked + trained) of the lines that stand, by person and month."""
    resultat: defaultdict[tuple[int, date], list[Decimal]] = defaultdict(lambda: [D(0), D(0)])
    with chantier.ctx.lecture() as s:
        lignes = s.execute(
            select(LigneHeures, Contrat.personne_id).join(Contrat, Contrat.id == LigneHeures.contrat_id)
        ).all()
        corrigees = {ligne.corrige_id for ligne, _ in lignes}
        for ligne, personne_id in lignes:
            if ligne.id not in corrigees:
                resultat[personne_id, ligne.mois][1] += ligne.travaillees + ligne.formation
        decisions = s.execute(
            select(DecisionLigne.creditees, LigneHeures.mois, Contrat.personne_id)
            .join(LigneHeures, LigneHeures.id == DecisionLigne.ligne_id)
            .join(Contrat, Contrat.id == LigneHeures.contrat_id)
            .where(DecisionLigne.en_vigueur)
        )
        for creditees, mois, personne_id in decisions:
            resultat[personne_id, mois][0] += creditees
    return {cle: (a, b) for cle, (a, b) in resultat.items()}


@given(tirage=saisies)
@reglages_lents
def test_on_ne_compte_jamais_plus_que_ce_qui_est_travaille_et_forme(
    chantier: Chantier, equipe: Equipe, tirage: list[tuple[Decimal, Decimal]]
) -> None:
    vider(chantier)
    for id_ in declarer_tout(chantier, equipe, tirage):
        chantier.valider(id_)
    for decision in chantier.decisions():
        if decision.creditees == 0 or decision.etat is not EtatLigne.COMPTEE:
            continue
        with chantier.ctx.lecture() as s:
            ligne = s.get_one(LigneHeures, decision.ligne_id)
        reste = ligne.travaillees + ligne.formation - decision.creditees
        if reste > 0:
            crediter_malgre_tout(chantier.ctx, chantier.facilitateur, ligne.id, heures=reste, motif="Accord écrit")
    for creditees, faites in credits_par_personne_et_mois(chantier).values():
        assert creditees <= faites


@given(tirage=saisies, graine=st.integers(0, 1000))
@reglages_lents
def test_l_ordre_d_arrivee_avant_validation_ne_change_pas_les_heures_comptees(
    chantier: Chantier, equipe: Equipe, tirage: list[tuple[Decimal, Decimal]], graine: int
) -> None:
    resultats = []
    for ordre in (None, random.Random(graine).shuffle):
        vider(chantier)
        ids = declarer_tout(chantier, equipe, tirage, ordre)
        if ids:
            chantier.valider(*ids)
        resultats.append(credits_par_personne_et_mois(chantier))
    assert resultats[0] == resultats[1]


@given(tirage=saisies, nouvelles=st.lists(st.tuples(st.integers(0, 8), heures), min_size=1, max_size=6))
@reglages_lents
def test_corriger_ne_perd_jamais_l_histoire_et_tout_se_recalcule_en_la_rejouant(
    chantier: Chantier,
    equipe: Equipe,
    tirage: list[tuple[Decimal, Decimal]],
    nouvelles: list[tuple[int, Decimal]],
) -> None:
    vider(chantier)
    for id_ in declarer_tout(chantier, equipe, tirage):
        chantier.valider(id_)
    for rang, valeur in nouvelles:
        avant = {x.id: (x.travaillees, x.formation, x.empreinte) for x in chantier.lignes()}
        vues = {d.id for d in chantier.decisions(en_vigueur=False)}
        if not avant:
            continue
        cible = sorted(avant)[rang % len(avant)]
        with contextlib.suppress(RegleViolee):
            corriger_ligne(chantier.ctx, chantier.facilitateur, cible, travaillees=valeur, motif="Relevé relu")
        apres = {x.id: (x.travaillees, x.formation, x.empreinte) for x in chantier.lignes()}
        assert avant.items() <= apres.items()
        assert vues <= {d.id for d in chantier.decisions(en_vigueur=False)}
    assert rejouer(chantier) == chantier.avancement().validees
    with chantier.ctx.lecture() as s:
        assert verifier_chaine(s) == []
    for creditees, faites in credits_par_personne_et_mois(chantier).values():
        assert creditees <= faites


def rejouer(chantier: Chantier) -> Decimal:
    """The total rebuilt from the stored lines and decisions read in order, with no SQL sum."""
    with chantier.ctx.lecture() as s:
        lignes = s.scalars(select(LigneHeures).order_by(LigneHeures.id)).all()
        decisions = s.scalars(select(DecisionLigne).order_by(DecisionLigne.id)).all()
        etats = {d.id: d.etat for d in s.scalars(select(Declaration))}
    remplacees: set[int] = set()
    trace = ORIGINE
    for ligne in lignes:
        assert ligne.empreinte == empreinte(trace, contenu(ligne))
        trace = ligne.empreinte
        if ligne.corrige_id:
            remplacees.add(ligne.corrige_id)
    par_ligne: dict[tuple[int, bool], Decimal] = {}
    for decision in decisions:
        compte = decision.valorisees if decision.etat is EtatLigne.COMPTEE else D(0)
        par_ligne[decision.ligne_id, decision.malgre_tout] = compte
    validees = {x.id for x in lignes if etats[x.declaration_id] is EtatDeclaration.VALIDEE} - remplacees
    return sum((v for (ligne_id, _), v in par_ligne.items() if ligne_id in validees), D(0))


def test_une_ligne_retiree_ou_ajoutee_se_voit_dans_la_chaine(chantier: Chantier, equipe: Equipe) -> None:
    declarer_tout(chantier, equipe, [(D(10), D(0))] * 9)
    lignes = chantier.lignes()
    with chantier.ctx.transaction() as s:
        s.execute(delete(LigneHeures).where(LigneHeures.id == lignes[2].id))
    with chantier.ctx.lecture() as s:
        (phrase,) = verifier_chaine(s)
    assert f"Ligne d'heures {lignes[3].id} " in phrase
    assert "retirée" in phrase


def test_deux_lignes_ne_s_accrochent_pas_au_meme_maillon(chantier: Chantier, equipe: Equipe) -> None:
    from sqlalchemy.exc import IntegrityError

    declarer_tout(chantier, equipe, [(D(10), D(0))] * 9)
    premiere, deuxieme = chantier.lignes()[:2]
    copie = LigneHeures(
        declaration_id=deuxieme.declaration_id,
        contrat_id=deuxieme.contrat_id,
        marche_id=deuxieme.marche_id,
        mois=deuxieme.mois,
        travaillees=D(1),
        formation=D(0),
        cree_le=chantier.ctx.horloge(),
        empreinte_precedente=premiere.empreinte,
        empreinte="f" * 64,
    )
    with pytest.raises(IntegrityError), chantier.ctx.transaction() as s:
        s.add(copie)
    with chantier.ctx.lecture() as s:
        assert s.get(Marche, chantier.marche.id) is not None
        assert s.get(Personne, equipe.contrats[0].personne_id) is not None

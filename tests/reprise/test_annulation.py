"""Thirty days to undo a takeover, except where somebody worked since."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.erreurs import Interdit, Introuvable, RegleViolee
from marketplace.heures.models import EtatDeclaration, LigneReprise, Reprise
from marketplace.marches.models import Marche
from marketplace.marches.services.clauses import fixer_clause
from marketplace.personnes.models import Personne
from marketplace.reprise.services import annuler_reprise
from tests.conftest import Horloge
from tests.reprise.conftest import ENTETES, Bureau, classeur, marches

DEUX = (
    ["BRL", "Canal", "1", "Gros œuvre", "Bâti Sorgue", 500, 120],
    ["BRL", "Canal", "2", "Peinture", "Peintures du Larzac", 300, 60],
)


def test_annuler_retire_tout_ce_que_la_reprise_a_fait(bureau: Bureau) -> None:
    gens = [
        ["Nom", "Prénom", "Opération", "Lot", "Structure", "Heures"],
        ["Exemple", "Alina", "Canal", "1", "ADAPT", 80],
    ]
    ref, _ = bureau.prendre(classeur(Suivi=[ENTETES, *DEUX], Gens=gens))
    bilan = annuler_reprise(bureau.ctx, bureau.acteur, ref or "")
    assert (bilan.marches, bilan.personnes, bilan.restent) == (2, 1, [])
    assert [bureau.compter(t) for t in (Marche, Personne)] == [0, 0]
    assert {o.type for o in bureau.tous(Organisation)} == {TypeOrganisation.OPCS}
    lignes = bureau.tous(LigneReprise)
    assert all(li.annulee for li in lignes)
    assert all(li.marche_id is None and li.personne_id is None for li in lignes)
    assert bureau.tous(Reprise)[0].annulee_par == bureau.acteur.nom
    seconde, _ = bureau.prendre(classeur(Suivi=[ENTETES, *DEUX], Gens=gens))
    assert seconde != ref
    assert (bureau.compter(Marche), bureau.heures) == (2, 180)


def test_un_marche_ou_quelqu_un_a_travaille_reste_avec_ses_heures(bureau: Bureau) -> None:
    ref, _ = bureau.prendre(marches(*DEUX))
    premier = bureau.tous(Marche)[0]
    fixer_clause(bureau.ctx, bureau.acteur, premier.ref, Decimal(800), motif="avenant 1")
    bilan = annuler_reprise(bureau.ctx, bureau.acteur, ref or "")
    ((reste, motif),) = bilan.restent
    assert (bilan.marches, reste) == (1, premier.ref)
    assert "a travaillé depuis" in motif
    assert [m.ref for m in bureau.tous(Marche)] == [premier.ref]
    assert bureau.heures == 120


def test_un_marche_dont_des_heures_sont_validees_reste(bureau: Bureau) -> None:
    ref, _ = bureau.prendre(marches(*DEUX))
    premier = bureau.tous(Marche)[0]
    titulaire = next(o for o in bureau.tous(Organisation) if o.id == premier.titulaire_id)
    bureau.fabrique.declaration(
        titulaire,
        premier,
        date(2026, 10, 1),
        etat=EtatDeclaration.VALIDEE,
        signee_le=datetime(2026, 11, 21, 9, tzinfo=UTC),
        validee_le=datetime(2026, 11, 21, 10, tzinfo=UTC),
    )
    bilan = annuler_reprise(bureau.ctx, bureau.acteur, ref or "")
    assert bilan.restent == [(premier.ref, "Des heures y ont été validées depuis.")]
    assert bureau.heures == 120


def test_un_marche_qui_porte_une_declaration_reste_et_le_reste_part(bureau: Bureau) -> None:
    ref, _ = bureau.prendre(marches(*DEUX))
    premier = bureau.tous(Marche)[0]
    titulaire = next(o for o in bureau.tous(Organisation) if o.id == premier.titulaire_id)
    bureau.fabrique.declaration(titulaire, premier, date(2026, 10, 1))
    bilan = annuler_reprise(bureau.ctx, bureau.acteur, ref or "")
    assert [r for r, _ in bilan.restent] == [premier.ref]
    assert (bilan.marches, bureau.heures) == (1, 120)


def test_une_reprise_ne_s_annule_ni_deux_fois_ni_apres_trente_jours(bureau: Bureau, horloge: Horloge) -> None:
    ref, _ = bureau.prendre(marches(DEUX[0]))
    autre, _ = bureau.prendre(marches(DEUX[1]))
    annuler_reprise(bureau.ctx, bureau.acteur, ref or "")
    with pytest.raises(RegleViolee, match="déjà annulée"):
        annuler_reprise(bureau.ctx, bureau.acteur, ref or "")
    horloge.avancer(days=31)
    with pytest.raises(RegleViolee, match="30 jours"):
        annuler_reprise(bureau.ctx, bureau.acteur, autre or "")


def test_un_autre_territoire_n_annule_rien(bureau: Bureau) -> None:
    ref, _ = bureau.prendre(marches(*DEUX))
    ailleurs = bureau.fabrique.territoire("ailleurs", nom="Ailleurs", departements=["30"])
    opcs = bureau.fabrique.organisation(TypeOrganisation.OPCS, territoire_id=ailleurs.id)
    etranger = bureau.fabrique.acteur(bureau.fabrique.facilitateur(organisation=opcs))
    with pytest.raises(Introuvable):
        annuler_reprise(bureau.ctx, etranger, ref or "")
    with pytest.raises(Interdit):
        annuler_reprise(bureau.ctx, bureau.fabrique.acteur(bureau.fabrique.referent()), ref or "")
    assert bureau.compter(Marche) == 2

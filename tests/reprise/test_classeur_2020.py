"""The workbook of 311 marchés and 377 people of 2020, taken over, taken again, followed by the next year's, undone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from marketplace.comptes.models import Organisation
from marketplace.heures.models import LigneReprise, Modalite
from marketplace.heures.queries import avancements
from marketplace.marches.models import Marche, Operation
from marketplace.personnes.models import Personne
from marketplace.reprise.models import CorrespondanceReprise, ObjetRepris
from marketplace.reprise.services import annuler_reprise, examiner, reprendre
from tests.reprise.classeur import FIGURES, classeur, exemple
from tests.reprise.conftest import Bureau, repondre

D = Decimal
PREMIERE_FOIS = 60
SECONDE_FOIS = 2


def test_le_classeur_de_2020_est_repris_avec_peu_de_questions_et_ses_totaux(bureau: Bureau) -> None:
    """Show 5: fewer than 60 decisions the first time, at most 2 the second, totals equal to the source."""
    e2020 = exemple()
    chiffres = FIGURES["totaux"]
    assert (len(e2020.marches), len(e2020.personnes), e2020.heures) == (
        chiffres["marches"], chiffres["salaries"], D(chiffres["heures"])
    )  # fmt: skip
    contenu = classeur(e2020)
    examen = examiner(bureau.ctx, bureau.acteur, contenu, "suivi 2020.xlsx")
    assert 0 < len(examen.decisions) < PREMIERE_FOIS
    assert len(examen.retirees) == 2
    assert bureau.compter(Marche) == 0

    ref, pris = reprendre(bureau.ctx, bureau.acteur, contenu, "suivi 2020.xlsx", repondre(examen))
    assert ref is not None
    assert not pris.refuses
    assert not pris.plan.avertissements
    assert all(t.egal for t in pris.totaux)
    annonces = {t.libelle: t.annonce for t in pris.totaux}
    assert annonces["Marchés"] == chiffres["marches"]
    assert annonces["Heures faites, feuille des marchés"] == chiffres["heures"]
    assert annonces["Personnes"] == chiffres["salaries"]
    assert (bureau.compter(Marche), bureau.compter(Personne), bureau.heures) == (311, 377, D(126348))
    assert bureau.compter(Operation) == chiffres["operations"]
    _les_heures_sont_celles_publiees(bureau)

    rien, _ = reprendre(bureau.ctx, bureau.acteur, contenu, "suivi 2020.xlsx")
    assert rien is None
    assert (bureau.compter(Marche), bureau.compter(Personne), bureau.heures) == (311, 377, D(126348))

    e2021 = exemple(2021, D("0.5"))
    suite = classeur(e2021)
    examen = examiner(bureau.ctx, bureau.acteur, suite, "suivi 2021.xlsx")
    assert len(examen.decisions) <= SECONDE_FOIS
    ref_2021, pris = reprendre(bureau.ctx, bureau.acteur, suite, "suivi 2021.xlsx", repondre(examen))
    assert ref_2021 is not None
    assert not pris.refuses
    assert all(t.egal for t in pris.totaux)
    assert (bureau.compter(Marche), bureau.compter(Personne)) == (311, 377)
    assert bureau.heures == D(126348) + e2021.heures

    assert annuler_reprise(bureau.ctx, bureau.acteur, ref_2021).restent == []
    assert (bureau.compter(Marche), bureau.heures) == (311, D(126348))
    bilan = annuler_reprise(bureau.ctx, bureau.acteur, ref)
    assert (bilan.marches, bilan.personnes, bilan.restent) == (311, 377, [])
    assert [bureau.compter(t) for t in (Marche, Operation, Personne, ObjetRepris)] == [0, 0, 0, 0]
    assert bureau.compter(Organisation) == 1
    assert bureau.heures == 0
    with bureau.ctx.lecture() as s:
        assert s.scalar(select(func.count()).where(CorrespondanceReprise.cible.startswith("ORG-"))) == 0


def _les_heures_sont_celles_publiees(bureau: Bureau) -> None:
    with bureau.ctx.lecture() as s:
        par_modalite = dict(
            s.execute(
                select(LigneReprise.modalite, func.sum(LigneReprise.heures)).group_by(LigneReprise.modalite)
            ).all()
        )
        ids = list(s.scalars(select(Marche.id)))
        progres = avancements(s, ids, bureau.ctx.aujourdhui())
    publiees = {m["modalite"]: D(m["heures"]) for m in FIGURES["par_modalite"]}
    assert par_modalite[Modalite.EMBAUCHE_DIRECTE] == publiees["Embauche Directe"]
    assert par_modalite[Modalite.MAD_ETTI] == publiees["ETTI"]
    assert par_modalite[Modalite.MAD_AI] == publiees["AI"]
    assert par_modalite[Modalite.MAD_GEIQ] == publiees["GEIQ"]
    assert sum(a.validees for a in progres.values()) == sum(a.reprises for a in progres.values()) == D(126348)
    assert {a.reprises_au for a in progres.values()} == {date(2020, 12, 1)}

"""Show 3: the payroll of an ETTI, 2 000 lines, 40 clients of which 6 are ours. Nothing of the others is kept."""

from __future__ import annotations

import logging
import time
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text

from marketplace.contexte import Contexte
from marketplace.heures.imports.correspondance import Correspondance, lire_correspondance
from marketplace.heures.imports.fichier import importer_heures
from marketplace.heures.imports.resultat import Resultat, Sort
from marketplace.heures.models import CorrespondanceHeures, Declaration, EtatDeclaration
from marketplace.heures.services.declarations import ouvrir_declarations
from tests.conftest import Horloge
from tests.heures.conftest import Chantier
from tests.heures.etti import Etti, retrouves
from tests.heures.etti import etti as etti  # noqa: PLC0414

D = Decimal


def deposer(ctx: Contexte, etti: Etti, contenu: bytes, choix: Correspondance | None = None, **options: Any) -> Resultat:
    return importer_heures(ctx, etti.acteur, etti.organisation.id, contenu, choix or Correspondance(), **options)


def choix_de(etti: Etti) -> Correspondance:
    """What is decided the first time: seven choices."""
    return lire_correspondance(
        {
            "chantiers": {"C004": etti.marches[4].ref, "C005": etti.marches[5].ref, "*": None},
            "personnes": {"M00": etti.contrats[0].ref, "*": None},
            "rubriques": {"Hres de nuit": "travail"},
        }
    )


def test_la_premiere_fois_moins_de_quinze_choix_puis_rien(
    chantier: Chantier, etti: Etti, horloge: Horloge, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ctx, premiere = chantier.ctx, etti.premiere()
    assert premiere.lignes == 2000
    r = deposer(ctx, etti, premiere.contenu, dry_run=True)
    assert r.colonnes_ecartees == ["N° Sécu"]
    assert len(r.a_decider) == 36
    assert not r.tableau.manques
    choix = choix_de(etti)
    decisions = len(choix.chantiers) + len(choix.personnes) + len(choix.rubriques)
    assert decisions < 15
    r = deposer(ctx, etti, premiere.contenu, choix)
    assert (r.applique, r.fausses) == (True, [])
    assert r.heures == sum(premiere.travaillees[s] for s in premiere.travaillees if s != "ZQ9999")
    assert [t for t in r.lecture.totaux if not t.juste] == []
    assert len(r.lecture.totaux) > 30
    assert retrouves(ctx, premiere.etrangers) == []

    horloge.avancer(days=14)
    ouvrir_declarations(ctx, ctx.aujourdhui())
    seconde = etti.seconde()
    r = deposer(ctx, etti, seconde.contenu)
    assert (r.applique, r.complet) == (True, True)
    assert {g.mois: g.sort for g in r.groupes} == {
        date(2026, 11, 1): Sort.REMPLIR,
        date(2026, 12, 1): Sort.GARDER,
    }
    assert r.heures == sum(seconde.travaillees[s] for s in seconde.travaillees if s != "ZQ9999")
    assert retrouves(ctx, [*seconde.etrangers, "Tiersnom9999", "ZQ9999"]) == []
    assert [mot for mot in seconde.etrangers if mot in caplog.text] == []


def test_la_memoire_ne_garde_que_les_notres(chantier: Chantier, etti: Etti) -> None:
    deposer(chantier.ctx, etti, etti.premiere().contenu, choix_de(etti))
    with chantier.ctx.lecture() as s:
        retenues = [(c.sorte.value, c.texte) for c in s.scalars(select(CorrespondanceHeures))]
    assert {t for sorte, t in retenues if sorte == "chantier"} == {f"c00{i}" for i in range(6)}
    assert len([t for sorte, t in retenues if sorte == "personne"]) == 24
    assert {t for sorte, t in retenues if sorte == "regle"} == {"autres_clients", "autres_personnes"}


def test_le_meme_fichier_deux_fois_ne_change_rien(chantier: Chantier, etti: Etti) -> None:
    ctx, contenu = chantier.ctx, etti.premiere().contenu
    deposer(ctx, etti, contenu, choix_de(etti))
    with ctx.lecture() as s:
        avant = [
            (d.id, d.etat, d.version, d.brouillon) for d in s.scalars(select(Declaration).order_by(Declaration.id))
        ]
    r = deposer(ctx, etti, contenu)
    assert (r.applique, r.change, r.fichier_id) == (True, False, None)
    with ctx.lecture() as s:
        apres = [
            (d.id, d.etat, d.version, d.brouillon) for d in s.scalars(select(Declaration).order_by(Declaration.id))
        ]
        assert apres == avant
        assert s.scalar(text("SELECT count(*) FROM fichier_heures")) == 1


def test_deux_mille_lignes_se_lisent_en_quelques_secondes(chantier: Chantier, etti: Etti) -> None:
    contenu = etti.premiere().contenu
    debut = time.perf_counter()
    deposer(chantier.ctx, etti, contenu, choix_de(etti))
    assert time.perf_counter() - debut < 20  # a loaded machine; 2 s alone


def test_les_semaines_de_decembre_attendent_puis_remplissent_la_declaration(
    chantier: Chantier, etti: Etti, horloge: Horloge
) -> None:
    ctx = chantier.ctx
    deposer(ctx, etti, etti.premiere().contenu, choix_de(etti))
    horloge.avancer(days=14)
    ouvrir_declarations(ctx, ctx.aujourdhui())
    r = deposer(ctx, etti, etti.seconde().contenu)
    gardees = sum((g.travaillees for g in r.groupes if g.sort is Sort.GARDER), D(0))
    assert gardees > 0
    horloge.avancer(days=31)
    ouvrir_declarations(ctx, ctx.aujourdhui())
    with ctx.lecture() as s:
        decembre = s.scalars(select(Declaration).where(Declaration.mois == date(2026, 12, 1))).all()
        assert {d.etat for d in decembre} == {EtatDeclaration.BROUILLON}
        ecrites = [D(t.replace(",", ".")) for d in decembre for c, t in d.brouillon.items() if c.startswith("h-")]
    assert sum(ecrites) == gardees

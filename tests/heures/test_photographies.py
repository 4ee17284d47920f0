"""The monthly photograph of a clause: taken once, never rewritten, shown as its history."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from marketplace.heures.models import LigneHeures, Photographie
from marketplace.heures.photographies import photographier, photographies_du_marche
from marketplace.heures.services.corrections import corriger_ligne
from tests.heures.conftest import OCTOBRE, Chantier
from tests.heures.conftest import chantier as chantier  # noqa: PLC0414

D = Decimal
PREMIER = date(2026, 11, 1)


def photos(chantier: Chantier) -> list[Photographie]:
    with chantier.ctx.lecture() as s:
        return list(s.scalars(select(Photographie).order_by(Photographie.mois)))


def test_le_premier_du_mois_chaque_clause_est_photographiee_une_fois(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    chantier.valider(chantier.declarer({contrat: "120"}))
    assert photographier(chantier.ctx, PREMIER) == {"vus": 1, "prises": 1, "deja": 0}
    assert photographier(chantier.ctx, PREMIER) == {"vus": 1, "prises": 0, "deja": 1}
    (photo,) = photos(chantier)
    assert (photo.mois, photo.jour, photo.objectif, photo.validees) == (
        OCTOBRE,
        date(2026, 10, 31),
        D(1000),
        D(120),
    )
    with chantier.ctx.lecture() as s:
        assert photo.empreinte == s.scalar(select(LigneHeures.empreinte))


def test_une_photographie_prise_ne_change_plus(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    chantier.valider(chantier.declarer({contrat: "120"}))
    photographier(chantier.ctx, PREMIER)
    corriger_ligne(
        chantier.ctx, chantier.facilitateur, chantier.lignes()[0].id, travaillees=D(80), motif="Relevé d'heures"
    )
    photographier(chantier.ctx, PREMIER)
    photographier(chantier.ctx, date(2026, 12, 1))
    assert [(p.mois, p.validees) for p in photos(chantier)] == [(OCTOBRE, D(120)), (date(2026, 11, 1), D(80))]
    avant, apres = photos(chantier)
    assert avant.empreinte != apres.empreinte


def test_a_blanc_rien_n_est_ecrit(chantier: Chantier) -> None:
    assert photographier(chantier.ctx, PREMIER, dry_run=True)["prises"] == 0
    assert photos(chantier) == []


def test_la_tache_est_dans_la_table_et_rattrape_un_mois_manque() -> None:
    from marketplace.scheduler.jobs import tache

    photographies = tache("photographies")
    assert photographies is not None
    assert not photographies.regroupe


def test_la_page_du_marche_montre_l_historique(chantier: Chantier, connecter) -> None:
    contrat = chantier.salarie()
    photographier(chantier.ctx, PREMIER)
    client = connecter(chantier.chapeau_facilitateur)
    adresse = f"/facilitateur/marches/{chantier.marche.ref}"
    assert "mois après mois" not in client.get(adresse).text
    chantier.valider(chantier.declarer({contrat: "120"}))
    photographier(chantier.ctx, date(2026, 12, 1))
    page = client.get(adresse).text
    assert "Ce que disait le suivi, mois après mois" in page
    assert "octobre 2026 à novembre 2026 :" in page
    with chantier.ctx.lecture() as s:
        assert [p.validees for p in photographies_du_marche(s, chantier.marche.id)] == [D(0), D(120)]

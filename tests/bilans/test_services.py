"""Freezing a report, what came after, its named rows, and its photograph."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import URL

from marketplace.bilans.detail import lignes_de_la_cellule
from marketplace.bilans.models import BilanArrete, DimensionBilan, PhotoBilan
from marketplace.bilans.perimetre import Perimetre, lire_perimetre, perimetre_permis
from marketplace.bilans.photo import bilan_vu, calculer
from marketplace.bilans.queries import bilan
from marketplace.bilans.rules.periode import annee
from marketplace.bilans.services import arreter, ne_plus_signaler, nommer, regularisations, signaler_exceptionnelle
from marketplace.bilans.vue import de_dict, en_dict
from marketplace.comptes.models import Affectation, Organisation, Utilisateur
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.erreurs import Interdit, Introuvable, RegleViolee
from marketplace.heures.models import DecisionLigne, LigneHeures, LigneReprise
from marketplace.marches.models import Operation
from marketplace.territoire.models import Territoire
from tests.donnees import contexte_de, copier_base

A2020 = annee(2020)


@pytest.fixture
def ctx_neuf(serveur: URL | None, base_2020: str, tmp_path: Path) -> Iterator[Contexte]:
    """The year 2020 replayed, to write in."""
    ctx = contexte_de(copier_base(serveur, base_2020, tmp_path), tmp_path)
    yield ctx
    ctx.sessions.kw["bind"].dispose()


def acteur_de(ctx: Contexte, role: Role = Role.FACILITATEUR, organisation_id: int | None = None) -> Acteur:
    with ctx.lecture() as s:
        a = s.scalars(select(Affectation).where(Affectation.role == Role.FACILITATEUR)).first()
        assert a is not None
        return Acteur(s.get_one(Utilisateur, a.utilisateur_id).id, "Agathe", role, organisation_id, a.territoire_id)


def test_un_bilan_arrete_ne_bouge_plus_et_la_suite_est_une_regularisation(ctx_neuf: Contexte) -> None:
    moi = acteur_de(ctx_neuf)
    perimetre = Perimetre(moi.territoire_id)
    ref = arreter(ctx_neuf, moi, perimetre, A2020, "Tout le territoire", note="comité du 4 février")
    with ctx_neuf.transaction() as s:
        decision, ligne = s.execute(
            select(DecisionLigne, LigneHeures)
            .join(LigneHeures, LigneHeures.id == DecisionLigne.ligne_id)
            .order_by(LigneHeures.id)
            .limit(1)
        ).one()
        decision.en_vigueur = False
        avant = decision.creditees
        s.add(
            DecisionLigne(
                ligne_id=ligne.id,
                etat=decision.etat,
                creditees=avant + 5,
                valorisees=avant + 5,
                quand=datetime(2021, 3, 1, tzinfo=UTC),
            )
        )
    with ctx_neuf.lecture() as s:
        arrete = s.scalars(select(BilanArrete).where(BilanArrete.ref == ref)).one()
        (ecart,) = regularisations(s, arrete)
        assert ecart.ecart == Decimal(5)
        assert ecart.marche_ref.startswith("M-")
        publie = de_dict(arrete.contenu)
        courant = calculer(s, perimetre, A2020, "Tout le territoire")
    heures = [next(li for li in v.tableaux[0].lignes if li.cle == "heures").cases[0] for v in (publie, courant)]
    assert heures == [Decimal("126348.20"), Decimal("126353.20")]


def test_une_periode_en_cours_ne_s_arrete_pas(ctx_neuf: Contexte) -> None:
    moi = acteur_de(ctx_neuf)
    with pytest.raises(RegleViolee, match="pas finie"):
        arreter(ctx_neuf, moi, Perimetre(moi.territoire_id), annee(2026), "Tout")
    with ctx_neuf.lecture() as s:
        assert s.scalar(select(func.count(BilanArrete.id))) == 0


def test_la_photo_du_bilan_est_le_bilan_et_se_refait_quand_le_registre_bouge(ctx_neuf: Contexte) -> None:
    moi = acteur_de(ctx_neuf)
    perimetre = Perimetre(moi.territoire_id)
    premier = bilan_vu(ctx_neuf, perimetre, A2020, "Tout")
    servi = bilan_vu(ctx_neuf, perimetre, A2020, "Tout")
    with ctx_neuf.lecture() as s:
        refait = calculer(s, perimetre, A2020, "Tout")
        assert s.scalar(select(func.count(PhotoBilan.id))) == 1
    assert premier == servi == refait
    assert de_dict(en_dict(refait)) == refait
    with ctx_neuf.lecture() as s:
        nommee = s.scalars(select(Operation.ref).order_by(Operation.id)).first()
    assert nommee is not None
    signaler_exceptionnelle(ctx_neuf, moi, nommee, "Opération à part", "trop grosse")
    apres = bilan_vu(ctx_neuf, perimetre, A2020, "Tout")
    acheteurs = apres.tableau("acheteur")
    assert acheteurs is not None
    assert "Opération à part" in {li.libelle for li in acheteurs.lignes}
    ne_plus_signaler(ctx_neuf, moi, nommee)
    assert bilan_vu(ctx_neuf, perimetre, A2020, "Tout") == refait
    with pytest.raises(Introuvable):
        ne_plus_signaler(ctx_neuf, moi, nommee)


def test_un_nom_de_ligne_vaut_a_partir_de_sa_date(ctx_neuf: Contexte) -> None:
    moi = acteur_de(ctx_neuf)
    with ctx_neuf.lecture() as s:
        ref = s.scalars(select(Organisation.ref).where(Organisation.nom == "BRL (exemple)")).one()
    nommer(ctx_neuf, moi, DimensionBilan.ACHETEUR, ref, "Réseau hydraulique", date(2021, 1, 1))
    with ctx_neuf.lecture() as s:
        lignes = bilan(s, Perimetre(moi.territoire_id), A2020).tableaux["acheteur"]
        ensuite = bilan(s, Perimetre(moi.territoire_id), annee(2021)).tableaux["acheteur"]
    assert lignes.ligne("BRL") is not None
    assert ensuite.ligne("BRL") is None
    assert ensuite.ligne("Réseau hydraulique") is not None
    with pytest.raises(RegleViolee) as refus:
        nommer(ctx_neuf, moi, DimensionBilan.ACHETEUR, ref, "Autre nom", date(2021, 1, 1))
    assert refus.value.champ == "jour"
    with pytest.raises(RegleViolee):
        nommer(ctx_neuf, moi, DimensionBilan.ACHETEUR, "ORG-999999", "Inconnu", date(2021, 1, 1))


def test_les_lignes_d_une_case_font_la_case(ctx_2020: Contexte) -> None:
    with ctx_2020.lecture() as s:
        territoire = s.scalars(select(Territoire)).one()
        perimetre = Perimetre(territoire.id)
        complet = bilan(s, perimetre, A2020)
        for code in ("acheteur", "statut", "age", "modalite", "qpv", "taille"):
            for ligne in complet.tableaux[code].lignes:
                if not ligne.valeur("heures"):
                    continue
                lignes = lignes_de_la_cellule(s, perimetre, A2020, code, ligne.libelle)
                assert sum(li.heures for li in lignes) == ligne.valeur("heures"), (code, ligne.libelle)
        assert lignes_de_la_cellule(s, perimetre, A2020, "age", "150 ans") == ()
        suivis = lignes_de_la_cellule(s, perimetre, A2020, "acheteur", "CD34")
        assert len({li.marche_ref for li in suivis}) == 127
        with pytest.raises(RegleViolee):
            lignes_de_la_cellule(s, perimetre, A2020, "nom", "Dupont")


def test_les_heures_reprises_n_ont_ni_contrat_ni_modalite_obligatoires(ctx_2020: Contexte) -> None:
    with ctx_2020.lecture() as s:
        sans = s.scalar(select(func.count(LigneReprise.id)).where(LigneReprise.modalite.is_(None)))
        territoire = s.scalars(select(Territoire)).one()
        t2019 = bilan(s, Perimetre(territoire.id), annee(2019))
    assert sans
    assert sans > 1
    ligne = t2019.tableaux["modalite"].ligne("Non renseigné")
    assert ligne is not None
    assert t2019.totaux[0].reprises == t2019.totaux[0].heures == Decimal(127287)


def test_un_perimetre_se_lit_et_se_refuse(ctx_2020: Contexte) -> None:
    with ctx_2020.lecture() as s:
        territoire = s.scalars(select(Territoire)).one()
        ref = s.scalars(select(Organisation.ref).where(Organisation.nom == "Hérault Energie (exemple)")).one()
        p = lire_perimetre(s, territoire.id, f"acheteur:{ref},sans-exceptionnelles")
        assert bilan(s, p, A2020).totaux[0].marches == 21
        for texte in ("acheteur:ORG-999999", "n'importe quoi", "marche:"):
            with pytest.raises(RegleViolee, match="inconnu"):
                lire_perimetre(s, territoire.id, texte)


def test_un_acheteur_ne_compte_que_ses_marches(ctx_2020: Contexte) -> None:
    with ctx_2020.lecture() as s:
        organisations = {o.nom: o.id for o in s.execute(select(Organisation.nom, Organisation.id))}
    acheteur = acteur_de(ctx_2020, Role.ACHETEUR, organisations["BRL (exemple)"])
    permis = perimetre_permis(acheteur, Perimetre(acheteur.territoire_id))
    assert permis.acheteurs == (organisations["BRL (exemple)"],)
    with pytest.raises(Interdit):
        perimetre_permis(acheteur, Perimetre(acheteur.territoire_id, acheteurs=(organisations["CD34 (exemple)"],)))
    with pytest.raises(Interdit):
        perimetre_permis(acteur_de(ctx_2020, Role.REFERENT), Perimetre(acheteur.territoire_id))
    with pytest.raises(Interdit):
        perimetre_permis(acteur_de(ctx_2020), Perimetre(acheteur.territoire_id + 1))

"""Hours shared between marchés, and hours moved from one to another: one hour once, totals and chain proven."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.models import Contrat, DecisionLigne, LigneHeures, Reaffectation
from marketplace.heures.queries import verifier_chaine
from marketplace.heures.queries.partage import cles_du_contrat, reaffectations_du_marche
from marketplace.heures.rules.repartition import allouer, verifier_cle
from marketplace.heures.services.corrections import corriger_ligne
from marketplace.heures.services.partage import PartDemandee, definir_cle
from marketplace.heures.services.reaffectation import Accord, reaffecter
from marketplace.journal.models import Evenement
from marketplace.marches.models import Marche
from tests.heures.conftest import OCTOBRE, Chantier

D = Decimal
LE = date(2026, 9, 1)


def parts(*couples: tuple[Marche, str], accord: str = "Mme Exemple, ville de Lunel") -> list[PartDemandee]:
    return [PartDemandee(m.ref, D(part), accord, LE) for m, part in couples]


def partager(chantier: Chantier, contrat: Contrat, demandees: Sequence[PartDemandee], mois: date = OCTOBRE) -> None:
    definir_cle(
        chantier.ctx,
        chantier.facilitateur,
        contrat.ref,
        a_partir_du=mois,
        parts=demandees,
        motif="Un contrat plus long pour la personne",
    )


def test_les_heures_declarees_une_fois_se_partagent_par_la_cle(chantier: Chantier) -> None:
    autre = chantier.fabrique.marche(titulaire=chantier.titulaire)
    contrat = chantier.salarie()
    partager(chantier, contrat, parts((chantier.marche, "0.6"), (autre, "0.4")))
    chantier.valider(chantier.declarer({contrat: ("100,01", "10")}))
    assert chantier.avancement().validees == D("66.01")
    assert chantier.avancement(autre).validees == D("44.00")
    with chantier.ctx.lecture() as s:
        assert verifier_chaine(s) == []
        motifs = s.scalars(select(LigneHeures.motif).order_by(LigneHeures.id)).all()
    assert motifs == [
        "",
        "Heures partagées : 60 % pour ce marché.",
        f"Heures partagées : 40 % pour « {autre.intitule} ».",
    ]


def test_les_alertes_de_chaque_marche_servi_se_ferment_a_la_validation(chantier: Chantier) -> None:
    from marketplace.heures.taches import suivre_clauses
    from marketplace.journal.models import Alerte

    autre = chantier.fabrique.marche(titulaire=chantier.titulaire, heures=100)
    contrat = chantier.salarie()
    suivre_clauses(chantier.ctx, chantier.ctx.aujourdhui())
    partager(chantier, contrat, parts((chantier.marche, "0.5"), (autre, "0.5")))
    chantier.valider(chantier.declarer({contrat: "140"}))
    with chantier.ctx.lecture() as s:
        requete = select(Alerte.type).where(Alerte.objet_id == autre.id, Alerte.fermee_le.is_(None))
        assert "aucune_heure" not in s.scalars(requete).all()


def test_un_mois_avant_la_cle_n_est_pas_partage_et_une_cle_vide_l_arrete(chantier: Chantier) -> None:
    autre = chantier.fabrique.marche(titulaire=chantier.titulaire)
    contrat = chantier.salarie()
    partager(chantier, contrat, parts((chantier.marche, "0.5"), (autre, "0.5")), date(2026, 9, 1))
    partager(chantier, contrat, [], OCTOBRE)
    for mois in (date(2026, 9, 1), OCTOBRE):
        chantier.valider(chantier.declarer({contrat: "100"}, mois))
    assert chantier.avancement().validees == D(150)
    assert chantier.avancement(autre).validees == D(50)
    with chantier.ctx.lecture() as s:
        cles = cles_du_contrat(s, contrat.ref, contrat.territoire_id, chantier.ctx.aujourdhui())
    assert [(c.a_partir_du, len(c.parts), c.en_vigueur) for c in cles] == [
        (OCTOBRE, 0, True),
        (date(2026, 9, 1), 2, False),
    ]


@pytest.mark.parametrize(
    ("part_a", "part_b", "message"),
    [("0.6", "0.5", "110"), ("0.6", "0.3", "90"), ("1.2", "-0.2", "de 0 à 100"), ("1", "0", "de 0 à 100")],
)
def test_une_cle_fait_cent_pour_cent(chantier: Chantier, part_a: str, part_b: str, message: str) -> None:
    autre = chantier.fabrique.marche(titulaire=chantier.titulaire)
    contrat = chantier.salarie()
    with pytest.raises(RegleViolee, match=message):
        partager(chantier, contrat, parts((chantier.marche, part_a), (autre, part_b)))


def test_une_cle_demande_deux_marches_distincts() -> None:
    with pytest.raises(RegleViolee, match="au moins deux"):
        verifier_cle({"M-1": D(1)})


def test_une_cle_sans_l_accord_d_un_acheteur_est_refusee(chantier: Chantier) -> None:
    autre = chantier.fabrique.marche(titulaire=chantier.titulaire)
    contrat = chantier.salarie()
    with pytest.raises(RegleViolee, match="accord de l'acheteur"):
        partager(chantier, contrat, parts((chantier.marche, "0.5"), (autre, "0.5"), accord=" "))


def test_une_cle_ne_touche_pas_un_mois_deja_valide(chantier: Chantier) -> None:
    autre = chantier.fabrique.marche(titulaire=chantier.titulaire)
    contrat = chantier.salarie()
    chantier.valider(chantier.declarer({contrat: "100"}))
    with pytest.raises(RegleViolee, match="déjà validées"):
        partager(chantier, contrat, parts((chantier.marche, "0.5"), (autre, "0.5")))


def test_un_marche_ou_l_employeur_n_intervient_pas_est_refuse(chantier: Chantier) -> None:
    ailleurs = chantier.fabrique.marche(titulaire=chantier.fabrique.organisation(nom="Autre Exemple"))
    contrat = chantier.salarie()
    with pytest.raises(RegleViolee, match="n'intervient pas"):
        partager(chantier, contrat, parts((chantier.marche, "0.5"), (ailleurs, "0.5")))


def test_l_employeur_ne_definit_pas_la_cle(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    with pytest.raises(Introuvable):
        definir_cle(chantier.ctx, chantier.employeur, contrat.ref, a_partir_du=OCTOBRE, parts=[], motif="essai")


@given(
    heures=st.integers(0, 30_000).map(lambda n: D(n) / 100),
    poids=st.lists(st.integers(1, 1000), min_size=2, max_size=5),
)
@settings(max_examples=60, deadline=None)
def test_le_partage_donne_chaque_heure_une_fois(heures: Decimal, poids: list[int]) -> None:
    cle = {i: (D(p) / sum(poids)).quantize(D("0.000001")) for i, p in enumerate(poids)}
    cle[0] += 1 - sum(cle.values())
    allouees = allouer(heures, cle)
    assert sum(allouees.values()) == heures
    assert all(abs(allouees[m] - heures * part) < D("0.01") for m, part in cle.items())
    assert allouees == allouer(heures, dict(reversed(cle.items())))


# --- moved hours
# -----------------------------------------------------------------------------------------------------


def deplacer(chantier: Chantier, ligne_id: int, vers: Marche, heures: str, **champs: object) -> int:
    valeurs: dict[str, object] = {
        "travaillees": D(heures),
        "accord_de": Accord("M. Exemple, conseil départemental", LE),
        "accord_vers": Accord("Mme Exemple, ville de Lunel", LE),
        "motif": "Le premier marché a dépassé son objectif",
    }
    return reaffecter(chantier.ctx, chantier.facilitateur, ligne_id, vers.ref, **(valeurs | champs))  # type: ignore[arg-type]


def test_des_heures_reaffectees_changent_de_marche_sans_se_perdre(chantier: Chantier) -> None:
    autre = chantier.fabrique.marche(titulaire=chantier.titulaire)
    contrat = chantier.salarie()
    chantier.valider(chantier.declarer({contrat: ("100", "20")}))
    (ligne,) = chantier.lignes()
    deplacer(chantier, ligne.id, autre, "30", formation=D(5))
    assert chantier.avancement().validees == D(85)
    assert chantier.avancement(autre).validees == D(35)
    with chantier.ctx.lecture() as s:
        assert verifier_chaine(s) == []
        (faite,) = s.scalars(select(Reaffectation)).all()
        assert (faite.accord_de_le, faite.accord_vers_par) == (LE, "Mme Exemple, ville de Lunel")
        (partie,) = reaffectations_du_marche(s, chantier.marche.id)
        (venue,) = reaffectations_du_marche(s, autre.id)
        journal = s.scalars(select(Evenement).where(Evenement.action == "reaffecter_heures")).all()
    assert (partie.recues, partie.heures, venue.recues, venue.autre_ref) == (False, D(35), True, chantier.marche.ref)
    assert {e.objet_id for e in journal} == {chantier.marche.id, autre.id}
    assert len(chantier.lignes()) == 3
    assert len(chantier.decisions(en_vigueur=False)) == 3


def test_une_ligne_reaffectee_se_corrige_sur_son_marche(chantier: Chantier) -> None:
    autre = chantier.fabrique.marche(titulaire=chantier.titulaire)
    contrat = chantier.salarie()
    chantier.valider(chantier.declarer({contrat: "100"}))
    deplacer(chantier, chantier.lignes()[0].id, autre, "30")
    recue = chantier.lignes()[-1]
    corriger_ligne(chantier.ctx, chantier.facilitateur, recue.id, travaillees=D(25), motif="Erreur de report")
    assert chantier.avancement().validees == D(70)
    assert chantier.avancement(autre).validees == D(25)
    with chantier.ctx.lecture() as s:
        assert verifier_chaine(s) == []


@pytest.mark.parametrize(
    ("heures", "champs", "message"),
    [
        ("101", {}, "pas en déplacer plus"),
        ("0", {}, "Indiquez les heures"),
        ("10", {"motif": " "}, "raison"),
        ("10", {"accord_vers": Accord("", LE)}, "accord de l'acheteur"),
        ("10", {"accord_de": Accord("M. Exemple", date(2026, 12, 1))}, "à venir"),
    ],
)
def test_une_reaffectation_incomplete_est_refusee(
    chantier: Chantier, heures: str, champs: dict[str, object], message: str
) -> None:
    autre = chantier.fabrique.marche(titulaire=chantier.titulaire)
    contrat = chantier.salarie()
    chantier.valider(chantier.declarer({contrat: "100"}))
    with pytest.raises(RegleViolee, match=message):
        deplacer(chantier, chantier.lignes()[0].id, autre, heures, **champs)
    assert len(chantier.lignes()) == 1


def test_des_heures_ne_passent_qu_entre_marches_du_meme_titulaire(chantier: Chantier) -> None:
    ailleurs = chantier.fabrique.marche(titulaire=chantier.fabrique.organisation(nom="Autre Exemple"))
    contrat = chantier.salarie()
    chantier.valider(chantier.declarer({contrat: "100"}))
    with pytest.raises(RegleViolee, match="même titulaire"):
        deplacer(chantier, chantier.lignes()[0].id, ailleurs, "10")


def test_une_ligne_non_validee_ne_se_reaffecte_pas(chantier: Chantier) -> None:
    autre = chantier.fabrique.marche(titulaire=chantier.titulaire)
    chantier.declarer({chantier.salarie(): "100"})
    with pytest.raises(RegleViolee, match="n'est pas validée"):
        deplacer(chantier, chantier.lignes()[0].id, autre, "10")


def test_ce_que_recoit_l_autre_marche_suit_ses_dates(chantier: Chantier) -> None:
    autre = chantier.fabrique.marche(titulaire=chantier.titulaire, date_debut=date(2026, 11, 1), date_notification=None)
    contrat = chantier.salarie()
    chantier.valider(chantier.declarer({contrat: "100"}))
    deplacer(chantier, chantier.lignes()[0].id, autre, "30")
    with chantier.ctx.lecture() as s:
        recue = s.scalars(select(DecisionLigne).order_by(DecisionLigne.id.desc())).first()
    assert recue is not None
    assert (recue.creditees, recue.code) == (D(0), "hors_marche")

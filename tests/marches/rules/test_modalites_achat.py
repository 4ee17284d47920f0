"""The purchase wizard, by table: answers → ways of buying, each with its article."""

from datetime import date
from decimal import Decimal

import pytest

from marketplace.erreurs import RegleViolee
from marketplace.marches.rules.modalites_achat import Besoin, Reponse, Voie, conseiller
from marketplace.marches.rules.regime import NatureMarche, TypeAcheteur

V, N, A = Voie, NatureMarche, TypeAcheteur
OUI, NON, NSP = Reponse.OUI, Reponse.NON, Reponse.NE_SAIT_PAS
LE = date(2026, 11, 21)
COLL = A.AUTRE_POUVOIR


def besoin(montant: str, nature: NatureMarche = N.SERVICES, acheteur: TypeAcheteur = COLL, **plus) -> Besoin:
    valeurs = {"main_oeuvre": OUI, "structures": NON, "le": LE} | plus
    return Besoin(acheteur, nature, Decimal(montant), **valeurs)


@pytest.mark.parametrize(
    ("demande", "voies"),
    [
        (besoin("39999.99", structures=OUI), [V.ACHAT_DIRECT, V.MARCHE_RESERVE, V.CLAUSE, V.CRITERE]),
        (besoin("40000", structures=OUI), [V.MARCHE_RESERVE, V.CLAUSE, V.CRITERE]),
        (besoin("10000"), [V.CLAUSE, V.CRITERE]),
        (besoin("10000", main_oeuvre=NON), [V.SANS_CLAUSE]),
        (besoin("100000", duree_mois=1), [V.SANS_CLAUSE]),
        (besoin("100000", duree_mois=2), [V.CLAUSE, V.CRITERE]),
        (besoin("215999.99", main_oeuvre=NON), [V.SANS_CLAUSE]),
        (besoin("216000", main_oeuvre=NON), [V.DEROGATION]),
        (besoin("216000", main_oeuvre=NON, le=date(2026, 8, 21)), [V.SANS_CLAUSE]),
        (besoin("216000", main_oeuvre=NON, defense_securite=True), [V.SANS_CLAUSE]),
        (besoin("5000000", N.TRAVAUX, main_oeuvre=NON), [V.SANS_CLAUSE]),
        (besoin("6000000", N.TRAVAUX, main_oeuvre=NON), [V.DEROGATION]),
        (besoin("6000000", N.TRAVAUX), [V.CLAUSE, V.CRITERE]),
        (besoin("100000", sante_social_culture=OUI), [V.RESERVE_ESS, V.CLAUSE, V.CRITERE]),
        (besoin("100000", objet_insertion=OUI), [V.MARCHE_INSERTION, V.CLAUSE, V.CRITERE]),
        (besoin("30000", N.CONCESSION, structures=OUI), [V.MARCHE_RESERVE, V.CLAUSE, V.CRITERE]),
        (besoin("9000000", acheteur=A.PRIVE, structures=OUI), [V.CLAUSE]),
        (besoin("1000", acheteur=A.PRIVE, main_oeuvre=NON), [V.SANS_CLAUSE]),
        (besoin("1000", structures=NSP, main_oeuvre=NSP), [V.ACHAT_DIRECT, V.MARCHE_RESERVE, V.CLAUSE, V.CRITERE]),
    ],
)
def test_chaque_besoin_recoit_les_voies_qui_lui_vont(demande: Besoin, voies: list[Voie]) -> None:
    assert [c.voie for c in conseiller(demande)] == voies


@pytest.mark.parametrize(
    ("demande", "voie", "article"),
    [
        (besoin("10000", structures=OUI), V.ACHAT_DIRECT, "R. 2122-8"),
        (besoin("100000", structures=OUI), V.MARCHE_RESERVE, "L. 2113-12"),
        (besoin("100000", N.CONCESSION, structures=OUI), V.MARCHE_RESERVE, "L. 3113-1"),
        (besoin("100000"), V.CLAUSE, "L. 2112-2"),
        (besoin("216000"), V.CLAUSE, "L. 2112-2-1"),
        (besoin("6000000", N.CONCESSION), V.CLAUSE, "L. 3114-2-1"),
        (besoin("100000"), V.CRITERE, "R. 2152-7"),
        (besoin("100000", sante_social_culture=OUI), V.RESERVE_ESS, "L. 2113-15"),
        (besoin("216000", main_oeuvre=NON), V.DEROGATION, "L. 2112-2-1"),
    ],
)
def test_chaque_reponse_nomme_sa_regle(demande: Besoin, voie: Voie, article: str) -> None:
    conseil = next(c for c in conseiller(demande) if c.voie is voie)
    # « articles L. 2112-2 et L. 2112-2-1 », « L. 2112-2 et L. 2112-2-1 »: the exact number, not the start of another.
    assert article in conseil.article.replace(",", " ").replace("articles ", "")
    assert conseil.pourquoi
    assert conseil.regle
    assert conseil.attention


def test_la_derogation_de_six_mois_ne_vaut_que_pour_des_travaux() -> None:
    travaux = conseiller(besoin("6000000", N.TRAVAUX, main_oeuvre=NON))[0]
    services = conseiller(besoin("6000000", main_oeuvre=NON))[0]
    assert "six mois" in travaux.regle
    assert "six mois" not in services.regle


@pytest.mark.parametrize(("plus", "champ"), [({"montant": "0"}, "montant"), ({"duree_mois": 0}, "duree")])
def test_une_reponse_absurde_est_refusee_a_son_champ(plus: dict, champ: str) -> None:
    montant = plus.pop("montant", "1000")
    with pytest.raises(RegleViolee) as refus:
        conseiller(besoin(montant, **plus))
    assert refus.value.champ == champ

"""The control afterwards: a draw that comes out again, findings that become correction lines, nothing rewritten."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.heures.models import Controle, EtatDeclaration, LigneControle
from marketplace.heures.queries import verifier_chaine
from marketplace.heures.queries.controles import controle_vu, controles_du_territoire
from marketplace.heures.rules.declaration import TRANSITIONS, Partie
from marketplace.heures.rules.declaration import EtatDeclaration as E
from marketplace.heures.services.controles import relever, tirer_controle
from marketplace.heures.services.corrections import corriger_ligne
from marketplace.heures.services.validation import valider
from marketplace.journal.models import Courriel
from tests.conftest import Horloge
from tests.heures.conftest import OCTOBRE, SEPTEMBRE, Chantier

D = Decimal


@pytest.fixture
def validees(chantier: Chantier, horloge: Horloge) -> list[int]:
    """Six validated lines of October and one of September, a little earlier."""
    contrats = [chantier.salarie() for _ in range(6)]
    octobre = chantier.declarer({c: str(70 + i) for i, c in enumerate(contrats)})
    septembre = chantier.declarer({contrats[0]: "50"}, SEPTEMBRE)
    chantier.valider(octobre, septembre)
    horloge.avancer(minutes=5)
    return [x.id for x in chantier.lignes() if x.mois == OCTOBRE]


def tirer(chantier: Chantier, **champs) -> str:
    valeurs = {"debut": OCTOBRE, "fin": OCTOBRE, "taille": 3, "graine": "2026-11"} | champs
    return tirer_controle(chantier.ctx, chantier.facilitateur, **valeurs)


def vu(chantier: Chantier, ref: str):
    with chantier.ctx.lecture() as s:
        return controle_vu(s, chantier.marche.territoire_id, ref)


def test_un_tirage_garde_sa_graine_et_se_refait(chantier: Chantier, validees: list[int]) -> None:
    a, b = vu(chantier, tirer(chantier)), vu(chantier, tirer(chantier))
    assert [x.ligne_id for x in a.lignes] == [x.ligne_id for x in b.lignes]
    assert (a.graine, a.methode, a.taille, a.population, a.verifie) == ("2026-11", "sha256-1", 3, 6, True)
    assert {x.ligne_id for x in a.lignes} <= set(validees)
    sans_graine = vu(chantier, tirer(chantier, graine=" "))
    assert sans_graine.graine.startswith("2026-11-21-")
    assert vu(chantier, tirer(chantier, taille=50)).taille == 6
    assert vu(chantier, tirer(chantier, debut=SEPTEMBRE)).population == 7


def test_ce_qui_change_apres_le_tirage_ne_change_pas_le_tirage(
    chantier: Chantier, validees: list[int], horloge: Horloge
) -> None:
    ref = tirer(chantier)
    horloge.avancer(days=1)
    for id_ in validees[:3]:
        corriger_ligne(chantier.ctx, chantier.facilitateur, id_, travaillees=D(10), motif="erreur")
    chantier.valider(chantier.declarer({chantier.salarie(debut=OCTOBRE): "30"}, date(2026, 11, 1)))
    assert vu(chantier, ref).verifie
    with chantier.ctx.transaction() as s:
        s.scalars(select(Controle).where(Controle.ref == ref)).one().graine = "autre"
    assert not vu(chantier, ref).verifie


def test_un_ecart_devient_une_ligne_de_correction_et_l_employeur_le_sait(
    chantier: Chantier, validees: list[int]
) -> None:
    ref = tirer(chantier)
    avant = chantier.avancement().validees
    premiere, deuxieme, troisieme = vu(chantier, ref).lignes
    assert not relever(chantier.ctx, chantier.facilitateur, ref, 1, resultat="conforme")
    assert relever(
        chantier.ctx, chantier.facilitateur, ref, 2, resultat="ecart", constatees=D(60), constat="Feuille signée : 60 h"
    )
    assert relever(chantier.ctx, chantier.facilitateur, ref, 3, resultat="non_justifiee", constat="Aucune feuille")
    assert chantier.avancement().validees == avant - (deuxieme.declarees - 60) - troisieme.declarees
    c = vu(chantier, ref)
    assert c.releves == 3
    assert c.retenues == premiere.declarees + 60
    assert [x.corrigee for x in c.lignes] == [False, True, True]
    corrections = [x for x in chantier.lignes() if x.corrige_id in {deuxieme.ligne_id, troisieme.ligne_id}]
    assert all(x.motif.startswith(f"Contrôle {ref} : ") for x in corrections)
    with chantier.ctx.lecture() as s:
        assert verifier_chaine(s) == []
        (liste,) = controles_du_territoire(s, chantier.marche.territoire_id)
        courriels = s.scalars(select(Courriel).where(Courriel.cle.startswith("declaration-controle"))).all()
    assert (liste.releves, liste.ecarts) == (3, 2)
    assert len(courriels) == 2
    assert "Feuille" not in courriels[0].corps


def test_un_constat_s_ecrit_une_fois_avec_ses_mots(chantier: Chantier, validees: list[int]) -> None:
    ref = tirer(chantier)
    for champs, phrase in (
        ({"resultat": "ecart", "constatees": D(60)}, "constaté"),
        ({"resultat": "ecart", "constat": "x"}, "heures trouvées"),
        ({"resultat": "x"}, "liste"),
    ):
        with pytest.raises(RegleViolee, match=phrase):
            relever(chantier.ctx, chantier.facilitateur, ref, 1, **champs)
    relever(chantier.ctx, chantier.facilitateur, ref, 1, resultat="conforme")
    with pytest.raises(RegleViolee, match="déjà écrit"):
        relever(chantier.ctx, chantier.facilitateur, ref, 1, resultat="non_justifiee", constat="x")


def test_une_ligne_corrigee_entre_temps_se_controle_sur_ce_qui_reste(
    chantier: Chantier, validees: list[int], horloge: Horloge
) -> None:
    ref = tirer(chantier)
    tiree = vu(chantier, ref).lignes[0]
    horloge.avancer(days=1)
    nouvelle = corriger_ligne(chantier.ctx, chantier.facilitateur, tiree.ligne_id, travaillees=D(40), motif="erreur")
    relever(chantier.ctx, chantier.facilitateur, ref, 1, resultat="ecart", constatees=D(35), constat="35 h")
    with chantier.ctx.lecture() as s:
        trace = s.scalars(select(LigneControle).where(LigneControle.rang == 1)).one()
    derniere = chantier.lignes()[-1]
    assert (derniere.corrige_id, derniere.travaillees, trace.correction_id) == (nouvelle, D(35), derniere.id)


def test_le_controle_est_au_facilitateur_du_territoire(chantier: Chantier, validees: list[int]) -> None:
    ref = tirer(chantier)
    for acte in (
        lambda: tirer_controle(chantier.ctx, chantier.employeur, debut=OCTOBRE, fin=OCTOBRE, taille=1),
        lambda: relever(chantier.ctx, chantier.employeur, ref, 1, resultat="conforme"),
        lambda: relever(chantier.ctx, chantier.facilitateur, ref, 9, resultat="conforme"),
    ):
        with pytest.raises(Introuvable):
            acte()


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"fin": SEPTEMBRE}, "échangez"),
        ({"taille": 0}, "entre 1"),
        ({"taille": 201}, "entre 1"),
        ({"debut": date(2025, 1, 1), "fin": date(2025, 1, 1)}, "Aucune ligne"),
        ({"graine": "x" * 65}, "trop longue"),
    ],
)
def test_un_tirage_impossible_dit_pourquoi(chantier: Chantier, validees: list[int], champs: dict, phrase: str) -> None:
    with pytest.raises(RegleViolee, match=phrase):
        tirer(chantier, **champs)


def test_deux_personnes_valident_en_meme_temps_une_gagne_l_autre_est_prevenue(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    id_ = chantier.declarer({contrat: "100"})
    version = chantier.lire(id_).version
    collegue = chantier.fabrique.acteur(chantier.fabrique.facilitateur())
    depart, issues = threading.Barrier(2), []

    def essayer(acteur) -> None:
        depart.wait()
        try:
            valider(chantier.ctx, acteur, [id_], versions={id_: version})
            issues.append("gagne")
        except ModifieEntreTemps as erreur:
            issues.append(erreur.message)

    fils = [threading.Thread(target=essayer, args=(a,)) for a in (chantier.facilitateur, collegue)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert sorted(i == "gagne" for i in issues) == [False, True]
    assert chantier.lire(id_).etat is EtatDeclaration.VALIDEE
    assert len(chantier.decisions()) == 1
    with pytest.raises(ModifieEntreTemps, match="vient d'être validée par"):
        valider(chantier.ctx, collegue, [id_], versions={id_: version})


def test_la_table_des_etats_d_une_declaration_est_celle_de_la_commande() -> None:
    """à faire → brouillon → déclarée → confirmée | contestée | non contestée → validée | à corriger → déclarée."""
    fleches = {(depuis, t.vers) for t in TRANSITIONS.values() for depuis in t.depuis}
    demandees = {
        (E.A_FAIRE, E.BROUILLON),
        (E.A_FAIRE, E.DECLAREE),
        (E.BROUILLON, E.DECLAREE),
        (E.A_CORRIGER, E.DECLAREE),
        *((E.DECLAREE, vers) for vers in (E.CONFIRMEE, E.CONTESTEE, E.NON_CONTESTEE)),
        *(
            (depuis, vers)
            for depuis in (E.DECLAREE, E.CONFIRMEE, E.CONTESTEE, E.NON_CONTESTEE)
            for vers in (E.VALIDEE, E.A_CORRIGER)
        ),
    }
    assert demandees <= fleches
    # More than asked: taken back before any answer, and a titulaire who changes its mind or answers late.
    assert fleches - demandees == {
        (E.DECLAREE, E.BROUILLON),
        (E.CONTESTEE, E.CONFIRMEE),
        (E.NON_CONTESTEE, E.CONTESTEE),
    }
    assert not any(depuis is E.VALIDEE for depuis, _ in fleches)
    assert TRANSITIONS["valider"].par == {Partie.FACILITATEUR}

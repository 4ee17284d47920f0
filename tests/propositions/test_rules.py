from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.erreurs import RegleViolee
from marketplace.propositions import models
from marketplace.propositions.rules import (
    LIBELLES_EMPLOYEUR,
    LIBELLES_PROPOSANT,
    MOTIFS,
    TRANSITIONS,
    Conditions,
    EtatProposition,
    Partie,
    Transition,
    echeance,
    en_retard,
    exiger_embauchable,
    exiger_motif,
    exiger_proposable,
    possibles,
    suivant,
)

LE = date(2026, 11, 21)
REUNIES = Conditions(informee=True, eligible=True, accord_le=LE, accord_canal="entretien")
MANQUES = [
    replace(REUNIES, informee=False),
    replace(REUNIES, eligible=False),
    replace(REUNIES, accord_le=None),
    replace(REUNIES, accord_canal=" "),
    replace(REUNIES, accord_le=LE + timedelta(days=1)),
]


def test_les_etats_des_regles_sont_ceux_de_la_base() -> None:
    assert {e.value for e in EtatProposition} == {e.value for e in models.EtatProposition}


@given(st.lists(st.tuples(st.sampled_from(Transition), st.sampled_from(Partie)), max_size=15))
def test_la_table_des_propositions_est_close(actes: list[tuple[Transition, Partie]]) -> None:
    etat = EtatProposition.PROPOSEE
    for transition, partie in actes:
        try:
            apres = suivant(etat, transition, partie)
        except RegleViolee:
            assert transition not in possibles(etat, partie)
            continue
        assert transition in possibles(etat, partie)
        assert apres == TRANSITIONS[transition].vers
        etat = apres


@given(
    st.lists(st.tuples(st.sampled_from(Transition), st.sampled_from(Partie)), max_size=15),
    st.builds(
        Conditions,
        informee=st.booleans(),
        eligible=st.booleans(),
        accord_le=st.none() | st.just(LE),
        accord_canal=st.sampled_from(["", "entretien"]),
    ),
)
def test_aucun_chemin_ne_mene_a_l_embauche_sans_eligibilite_information_et_accord(
    actes: list[tuple[Transition, Partie]], conditions: Conditions
) -> None:
    try:
        exiger_proposable(conditions, offre_ouverte=True, jour=LE)
        etat = EtatProposition.PROPOSEE
        for transition, partie in actes:
            if transition not in possibles(etat, partie):
                continue
            if transition == Transition.EMBAUCHER:
                exiger_embauchable(etat, conditions, jour=LE)
            etat = suivant(etat, transition, partie)
    except RegleViolee:
        return
    assert conditions == REUNIES


@pytest.mark.parametrize("manque", MANQUES)
def test_il_manque_une_condition_rien_ne_se_propose_ni_ne_s_embauche(manque: Conditions) -> None:
    with pytest.raises(RegleViolee):
        exiger_proposable(manque, offre_ouverte=True, jour=LE)
    with pytest.raises(RegleViolee):
        exiger_embauchable(EtatProposition.ACCEPTEE, manque, jour=LE)


def test_une_offre_fermee_ne_recoit_plus_de_proposition() -> None:
    exiger_proposable(REUNIES, offre_ouverte=True, jour=LE)
    with pytest.raises(RegleViolee, match="plus ouverte"):
        exiger_proposable(REUNIES, offre_ouverte=False, jour=LE)


@pytest.mark.parametrize("etat", [e for e in EtatProposition if e is not EtatProposition.ACCEPTEE])
def test_on_n_embauche_que_depuis_une_proposition_acceptee(etat: EtatProposition) -> None:
    with pytest.raises(RegleViolee):
        exiger_embauchable(etat, REUNIES, jour=LE)


def test_l_embauche_a_une_seule_entree_et_aucune_sortie() -> None:
    entrees = [t for t, p in TRANSITIONS.items() if p.vers == EtatProposition.EMBAUCHEE]
    assert entrees == [Transition.EMBAUCHER]
    assert all(possibles(EtatProposition.EMBAUCHEE, partie) == () for partie in Partie)


def test_le_proposant_n_accepte_pas_et_l_employeur_ne_retire_pas() -> None:
    for etat in EtatProposition:
        assert Transition.ACCEPTER not in possibles(etat, Partie.PROPOSANT)
        assert Transition.ANNULER not in possibles(etat, Partie.EMPLOYEUR)


def test_le_delai_de_reponse_s_arrete_de_lui_meme() -> None:
    limite = echeance(LE, 15)
    assert limite == date(2026, 12, 6)
    assert not en_retard(EtatProposition.PROPOSEE, limite, limite)
    assert en_retard(EtatProposition.ETUDE, limite, limite + timedelta(days=1))
    assert not en_retard(EtatProposition.RENCONTRE, limite, limite + timedelta(days=1))


def test_une_reponse_negative_porte_une_raison_de_la_liste() -> None:
    assert exiger_motif("mobilite") == "mobilite"
    for inconnue in (None, "", "pas_motive"):
        with pytest.raises(RegleViolee):
            exiger_motif(inconnue)


def test_un_referent_ne_lit_ni_raison_ni_absence_ni_refus() -> None:
    assert set(LIBELLES_PROPOSANT) == set(LIBELLES_EMPLOYEUR) == set(EtatProposition)
    for libelle in LIBELLES_PROPOSANT.values():
        assert "refus" not in libelle.lower()
        assert "absen" not in libelle.lower()
        assert libelle not in MOTIFS.values()

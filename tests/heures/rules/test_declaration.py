from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.erreurs import RegleViolee
from marketplace.heures.rules.declaration import (
    TRANSITIONS,
    TRANSITIONS_LIGNE,
    EtatDeclaration,
    Partie,
    Rythme,
    actes_possibles,
    appliquer,
    changer_statut_ligne,
    echeance,
    en_retard,
    entre_dans_les_totaux,
    periodes,
    relances_dues,
    silence_acquis,
)
from marketplace.heures.rules.ligne import EtatLigne

E = EtatDeclaration
S = EtatLigne


def test_le_chemin_ordinaire_va_jusqu_a_la_validation() -> None:
    etat = E.A_FAIRE
    for acte, partie in [
        ("commencer", Partie.EMPLOYEUR),
        ("signer", Partie.EMPLOYEUR),
        ("confirmer", Partie.TITULAIRE),
        ("valider", Partie.FACILITATEUR),
    ]:
        etat = appliquer(acte, etat, partie)
    assert etat is E.VALIDEE


def test_une_declaration_a_corriger_revient_declaree() -> None:
    etat = appliquer("demander_correction", E.DECLAREE, Partie.FACILITATEUR, motif="dates_contrat")
    assert etat is E.A_CORRIGER
    assert appliquer("signer", etat, Partie.EMPLOYEUR) is E.DECLAREE


@pytest.mark.parametrize("acte", sorted(TRANSITIONS))
@pytest.mark.parametrize("partie", list(Partie))
def test_une_declaration_validee_ne_se_modifie_plus(acte: str, partie: Partie) -> None:
    with pytest.raises(RegleViolee, match="ne se modifie plus"):
        appliquer(acte, E.VALIDEE, partie, motif="Erreur")
    assert actes_possibles(E.VALIDEE, partie) == ()


def test_seul_le_facilitateur_valide() -> None:
    assert [p for p in Partie if "valider" in actes_possibles(E.DECLAREE, p)] == [Partie.FACILITATEUR]


def test_le_titulaire_repond_avant_la_validation_d_un_preteur() -> None:
    with pytest.raises(RegleViolee, match="titulaire"):
        appliquer("valider", E.DECLAREE, Partie.FACILITATEUR, confirmation_attendue=True)
    etat = appliquer("constater_silence", E.DECLAREE, Partie.HORLOGE)
    assert appliquer("valider", etat, Partie.FACILITATEUR, confirmation_attendue=True) is E.VALIDEE


def test_une_contestation_se_tranche_par_ecrit() -> None:
    with pytest.raises(RegleViolee, match="ne va pas"):
        appliquer("contester", E.DECLAREE, Partie.TITULAIRE)
    etat = appliquer("contester", E.DECLAREE, Partie.TITULAIRE, motif="Absent ce mois")
    with pytest.raises(RegleViolee, match="conteste"):
        appliquer("valider", etat, Partie.FACILITATEUR)
    assert appliquer("valider", etat, Partie.FACILITATEUR, motif="Relevé signé vu") is E.VALIDEE


def test_un_acte_inconnu_ou_hors_de_sa_place_est_refuse() -> None:
    with pytest.raises(RegleViolee, match="n'existe pas"):
        appliquer("detruire", E.DECLAREE, Partie.FACILITATEUR)
    with pytest.raises(RegleViolee, match="étape"):
        appliquer("valider", E.BROUILLON, Partie.FACILITATEUR)
    with pytest.raises(RegleViolee, match="revient pas"):
        appliquer("signer", E.BROUILLON, Partie.TITULAIRE)


@given(st.lists(st.tuples(st.sampled_from(sorted(TRANSITIONS)), st.sampled_from(list(Partie))), max_size=12))
def test_la_table_des_declarations_est_close(actes: list[tuple[str, Partie]]) -> None:
    etat = E.A_FAIRE
    for acte, partie in actes:
        try:
            suivant = appliquer(acte, etat, partie, motif="Motif")
        except RegleViolee:
            assert acte not in actes_possibles(etat, partie)
            continue
        assert acte in actes_possibles(etat, partie)
        assert isinstance(suivant, EtatDeclaration)
        etat = suivant


def test_tout_etat_s_atteint_et_mene_a_la_validation() -> None:
    suites = {e: {t.vers for t in TRANSITIONS.values() if e in t.depuis} for e in E}
    atteints, front = {E.A_FAIRE}, [E.A_FAIRE]
    while front:
        for suivant in suites[front.pop()] - atteints:
            atteints.add(suivant)
            front.append(suivant)
    assert atteints == set(E)
    assert [e for e in E if not suites[e]] == [E.VALIDEE]


@pytest.mark.parametrize(
    ("declaree", "aujourdhui", "acquis"),
    [(date(2026, 4, 8), date(2026, 4, 14), False), (date(2026, 4, 8), date(2026, 4, 15), True)],
)
def test_sept_jours_de_silence_valent_non_contestation(declaree: date, aujourdhui: date, acquis: bool) -> None:
    assert silence_acquis(declaree, aujourdhui) is acquis


def test_une_ligne_ecartee_ne_revient_qu_avec_un_motif_ecrit() -> None:
    with pytest.raises(RegleViolee, match="pourquoi"):
        changer_statut_ligne(S.ECARTEE, S.COMPTEE, declaration_validee=False)
    assert changer_statut_ligne(S.ECARTEE, S.COMPTEE, declaration_validee=True, motif="Accord") is S.COMPTEE


def test_une_ligne_comptee_et_validee_se_corrige_par_une_nouvelle_ligne() -> None:
    with pytest.raises(RegleViolee, match="nouvelle ligne"):
        changer_statut_ligne(S.COMPTEE, S.ECARTEE, declaration_validee=True)
    assert changer_statut_ligne(S.COMPTEE, S.ECARTEE, declaration_validee=False) is S.ECARTEE


def test_une_ligne_en_attente_finit_toujours_par_pouvoir_etre_comptee() -> None:
    assert set(TRANSITIONS_LIGNE) == set(S)
    for statut, suites in TRANSITIONS_LIGNE.items():
        assert statut is S.COMPTEE or S.COMPTEE in suites
    with pytest.raises(RegleViolee, match="pas possible"):
        changer_statut_ligne(S.ECARTEE, S.ATTENTE_PIECE, declaration_validee=False)


def test_seules_les_lignes_comptees_et_validees_font_le_total() -> None:
    comptes = {(e, s) for e in E for s in S if entre_dans_les_totaux(e, s)}
    assert comptes == {(E.VALIDEE, S.COMPTEE)}


@pytest.mark.parametrize(
    ("fin", "jour", "attendue"),
    [
        (date(2026, 3, 31), 10, date(2026, 4, 10)),
        (date(2026, 12, 31), 10, date(2027, 1, 10)),
        (date(2026, 1, 31), 31, date(2026, 2, 28)),
        (date(2026, 6, 17), 10, date(2026, 7, 10)),
    ],
)
def test_les_heures_se_declarent_avant_le_10_du_mois_suivant(fin: date, jour: int, attendue: date) -> None:
    assert echeance(fin, jour) == attendue


def test_le_jour_d_echeance_lui_meme_est_a_l_heure() -> None:
    limite = date(2026, 4, 10)
    assert not en_retard(E.A_FAIRE, limite, limite)
    assert en_retard(E.BROUILLON, limite, date(2026, 4, 11))
    assert not en_retard(E.DECLAREE, limite, date(2026, 5, 1))


def test_les_relances_partent_a_5_15_et_30_jours_et_s_arretent_seules() -> None:
    limite = date(2026, 4, 10)
    assert relances_dues(E.A_FAIRE, limite, date(2026, 4, 14)) == ()
    assert relances_dues(E.A_FAIRE, limite, date(2026, 4, 15)) == (5,)
    assert relances_dues(E.A_FAIRE, limite, date(2026, 5, 10)) == (5, 15, 30)
    assert relances_dues(E.DECLAREE, limite, date(2026, 5, 10)) == ()


def test_les_periodes_suivent_le_rythme_du_marche() -> None:
    debut, fin = date(2026, 2, 15), date(2026, 7, 3)
    mois = periodes(debut, fin, Rythme.MENSUEL)
    assert [p.debut.month for p in mois] == [2, 3, 4, 5, 6, 7]
    assert mois[0].fin == date(2026, 2, 28)
    trimestres = periodes(debut, fin, Rythme.TRIMESTRIEL)
    assert [(p.debut, p.fin) for p in trimestres] == [
        (date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 7, 1), date(2026, 9, 30)),
    ]
    assert [(p.debut, p.fin) for p in periodes(debut, fin, Rythme.FIN)] == [(debut, fin)]


def test_un_jour_d_echeance_impossible_est_refuse() -> None:
    with pytest.raises(RegleViolee):
        echeance(date(2026, 3, 31), 32)


def test_un_etat_relu_de_la_base_se_compare_par_sa_valeur() -> None:
    from marketplace.heures import models

    relu = models.EtatDeclaration.VALIDEE
    assert entre_dans_les_totaux(relu, models.EtatLigne.COMPTEE)
    with pytest.raises(RegleViolee, match="ne se modifie plus"):
        appliquer("signer", relu, Partie.EMPLOYEUR)
    assert appliquer("valider", models.EtatDeclaration.CONFIRMEE, Partie.FACILITATEUR) == E.VALIDEE


def test_les_etats_des_regles_sont_ceux_de_la_base() -> None:
    from marketplace.heures import models
    from marketplace.heures.rules.modalites import Modalite

    assert [e.value for e in models.EtatDeclaration] == [e.value for e in E]
    assert {e.value for e in models.EtatLigne} == {s.value for s in S}
    assert {m.value for m in models.Modalite} == {m.value for m in Modalite}

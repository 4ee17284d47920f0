from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from marketplace.comptes.roles import Role, Source
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.heures.models import Declaration, EtatDeclaration
from marketplace.heures.saisie import SaisieRefusee
from marketplace.heures.services.declarations import declarer, enregistrer_brouillon, reprendre
from marketplace.heures.taches import ouvrir_declarations, relancer_declarations
from marketplace.journal.models import Courriel
from marketplace.marches.models import EtatMarche
from tests.heures.conftest import OCTOBRE, SEPTEMBRE, Chantier

D = Decimal


def test_le_1er_du_mois_ouvre_une_declaration_par_employeur_et_marche(chantier: Chantier) -> None:
    chantier.salarie()
    chantier.salarie()
    resume = ouvrir_declarations(chantier.ctx, date(2026, 11, 1))
    assert (resume["vus"], resume["faits"], resume["courriels"]) == (1, 1, 1)
    with chantier.ctx.lecture() as s:
        ouverte = s.scalars(select(Declaration)).one()
        courriel = s.scalars(select(Courriel)).one()
    assert (ouverte.mois, ouverte.etat) == (OCTOBRE, EtatDeclaration.A_FAIRE)
    assert courriel.sujet == "Vos heures d'octobre 2026 sont à déclarer"
    assert "Exemple-" not in courriel.corps
    assert ouvrir_declarations(chantier.ctx, date(2026, 11, 1))["faits"] == 0


def test_un_essai_a_blanc_n_ouvre_rien(chantier: Chantier) -> None:
    chantier.salarie()
    resume = ouvrir_declarations(chantier.ctx, date(2026, 11, 1), dry_run=True)
    assert (resume["vus"], resume["faits"]) == (1, 0)
    with chantier.ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(Declaration)) == 0


@pytest.mark.parametrize(
    "champs",
    [
        {"debut": date(2026, 11, 2)},
        {"debut": date(2026, 7, 1), "fin": date(2026, 9, 30)},
        {"marche_id": None},
    ],
)
def test_un_contrat_hors_du_mois_ou_hors_clause_n_ouvre_rien(chantier: Chantier, champs: dict) -> None:
    chantier.salarie(**champs)
    assert ouvrir_declarations(chantier.ctx, date(2026, 11, 1))["vus"] == 0


def test_un_marche_solde_ne_demande_plus_d_heures(chantier: Chantier) -> None:
    marche = chantier.fabrique.marche(titulaire=chantier.titulaire, etat=EtatMarche.SOLDE)
    chantier.salarie(marche=marche)
    assert ouvrir_declarations(chantier.ctx, date(2026, 11, 1))["vus"] == 0


def test_les_heures_se_declarent_comme_on_les_ecrit(chantier: Chantier) -> None:
    a, b, c = chantier.salarie(), chantier.salarie(), chantier.salarie()
    id_ = chantier.declarer({a: "7,5", b: ("120h30", "14"), c: ""})
    lignes = chantier.lignes()
    assert [(x.contrat_id, x.travaillees, x.formation) for x in lignes] == [
        (a.id, D("7.50"), D("0.00")),
        (b.id, D("120.50"), D("14.00")),
    ]
    declaration = chantier.lire(id_)
    assert declaration.etat is EtatDeclaration.DECLAREE
    assert declaration.signataire == "Dominique Exemple"
    assert chantier.avancement().declarees == D("142.00")
    assert chantier.avancement().validees == 0


@pytest.mark.parametrize(
    ("texte", "phrase"),
    [
        ("-3", "négatif"),
        ("sept", "n'est pas un nombre"),
        ("7,555", "Deux chiffres"),
        ("221", "un mois ne dépasse pas"),
        ("1E9", "un mois ne dépasse pas"),
    ],
)
def test_une_saisie_fausse_est_refusee_a_cote_de_son_champ(chantier: Chantier, texte: str, phrase: str) -> None:
    bon, faux = chantier.salarie(), chantier.salarie()
    with pytest.raises(SaisieRefusee) as refus:
        chantier.declarer({bon: "100", faux: texte})
    assert list(refus.value.erreurs) == [f"h-{faux.ref}"]
    assert phrase in refus.value.erreurs[f"h-{faux.ref}"]
    assert chantier.lignes() == []


def test_un_contrat_de_trois_jours_ne_porte_pas_un_mois_d_heures(chantier: Chantier) -> None:
    contrat = chantier.salarie(debut=date(2026, 10, 29))
    with pytest.raises(SaisieRefusee, match="que du 29 octobre au 31 octobre 2026"):
        chantier.declarer({contrat: "151,67"})


def test_signer_demande_un_nom_et_des_heures_ou_aucune_heure(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    declaration = chantier.declaration()
    with pytest.raises(SaisieRefusee) as refus:
        declarer(chantier.ctx, chantier.employeur, declaration.id, {}, signataire=" ")
    assert set(refus.value.erreurs) == {"aucune_heure", "signataire"}
    with pytest.raises(SaisieRefusee, match="choisissez"):
        declarer(
            chantier.ctx,
            chantier.employeur,
            declaration.id,
            {f"h-{contrat.ref}": "7"},
            signataire="D. Exemple",
            aucune_heure=True,
        )
    declarer(chantier.ctx, chantier.employeur, declaration.id, {}, signataire="D. Exemple", aucune_heure=True)
    assert chantier.lire(declaration.id).aucune_heure
    assert chantier.lignes() == []


def test_le_brouillon_garde_tout_meme_ce_qui_est_faux(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    declaration = chantier.declaration()
    enregistrer_brouillon(
        chantier.ctx, chantier.employeur, declaration.id, {f"h-{contrat.ref}": "douze", "signataire": "D."}
    )
    lue = chantier.lire(declaration.id)
    assert lue.etat is EtatDeclaration.BROUILLON
    assert lue.brouillon == {f"h-{contrat.ref}": "douze", "signataire": "D."}


def test_une_page_ancienne_ne_signe_pas_par_dessus_une_autre(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    declaration = chantier.declaration()
    enregistrer_brouillon(chantier.ctx, chantier.employeur, declaration.id, {"x": "1"}, version=1)
    with pytest.raises(ModifieEntreTemps):
        declarer(
            chantier.ctx,
            chantier.employeur,
            declaration.id,
            {f"h-{contrat.ref}": "7"},
            signataire="D.",
            version=1,
        )


def test_une_declaration_signee_ne_se_resigne_pas_mais_se_reprend(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    id_ = chantier.declarer({contrat: "100"})
    with pytest.raises(RegleViolee, match="pas possible à cette étape"):
        chantier.declarer({contrat: "90"}, declaration=chantier.lire(id_))
    reprendre(chantier.ctx, chantier.employeur, id_)
    assert chantier.avancement().declarees == 0
    chantier.declarer({contrat: "90"}, declaration=chantier.lire(id_))
    lignes = chantier.lignes()
    assert [(x.travaillees, x.corrige_id) for x in lignes] == [(D(100), None), (D(90), lignes[0].id)]
    assert chantier.avancement().declarees == D(90)


def test_pour_le_compte_d_un_employeur_la_source_est_gardee(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    acteur = replace(
        chantier.facilitateur,
        role=Role.EMPLOYEUR,
        organisation_id=chantier.titulaire.id,
        pour_le_compte_de=chantier.titulaire.id,
        source=Source.PAPIER,
    )
    id_ = chantier.declarer({contrat: "80"}, acteur=acteur)
    assert chantier.lire(id_).source == "papier"


def test_un_employeur_ne_declare_pas_pour_un_autre(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    autre = chantier.acteur_de(chantier.fabrique.organisation())
    with pytest.raises(Introuvable):
        chantier.declarer({contrat: "10"}, acteur=autre)
    referent = chantier.fabrique.acteur(chantier.fabrique.referent())
    with pytest.raises(Introuvable):
        chantier.declarer({contrat: "10"}, SEPTEMBRE, acteur=referent)


def test_une_organisation_pas_verifiee_ne_declare_rien(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    with pytest.raises(Introuvable):
        chantier.declarer({contrat: "10"}, acteur=replace(chantier.employeur, organisation_verifiee=False))


def test_les_rappels_partent_a_5_15_et_30_jours_une_seule_fois(chantier: Chantier) -> None:
    chantier.salarie()
    chantier.declaration()
    partis = {}
    for jour in (14, 15, 16, 24, 25, 26):
        partis[jour] = relancer_declarations(chantier.ctx, date(2026, 11, jour))["faits"]
    assert partis == {14: 0, 15: 1, 16: 0, 24: 0, 25: 1, 26: 0}
    assert relancer_declarations(chantier.ctx, date(2026, 12, 10))["faits"] == 1
    assert relancer_declarations(chantier.ctx, date(2027, 1, 10))["faits"] == 0


def test_apres_une_panne_un_seul_rappel_part(chantier: Chantier) -> None:
    chantier.salarie()
    chantier.declaration()
    assert relancer_declarations(chantier.ctx, date(2026, 12, 20))["faits"] == 1


def test_une_declaration_signee_n_est_plus_relancee(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    chantier.declarer({contrat: "10"})
    assert relancer_declarations(chantier.ctx, date(2026, 12, 20)) == {"vus": 0, "faits": 0}

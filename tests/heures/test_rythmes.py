"""A declaration opens, is recalled and is late by the rhythm of its marché; a change never rewrites the past."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.comptes.models import TypeOrganisation
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.models import Declaration, EtatDeclaration
from marketplace.heures.saisie import SaisieRefusee
from marketplace.heures.services.periode import Depart, MoisSigne, declarer_periode
from marketplace.heures.taches import ouvrir_declarations, relancer_declarations
from marketplace.journal.models import Courriel
from marketplace.marches.models import ConsigneDeclaration, EtatMarche, Marche
from marketplace.marches.queries.consignes import LectureConsignes
from marketplace.marches.rules.consignes import ModePieces, Rythme
from marketplace.marches.services.consignes import regler_declarations
from tests.heures.conftest import OCTOBRE, SEPTEMBRE, Chantier

D = Decimal
AOUT, JUILLET, DECEMBRE = date(2026, 8, 1), date(2026, 7, 1), date(2026, 12, 1)


def consigne(chantier: Chantier, rythme: Rythme, marche: Marche | None = None, depuis: date = date(2026, 1, 1)) -> None:
    chantier.fabrique.garder(
        ConsigneDeclaration(
            marche_id=(marche or chantier.marche).id,
            a_partir_du=depuis,
            rythme=rythme,
            cree_le=chantier.ctx.horloge(),
        )
    )


def declarations(chantier: Chantier) -> list[Declaration]:
    with chantier.ctx.lecture() as s:
        return list(s.scalars(select(Declaration).order_by(Declaration.mois)))


def signer(chantier: Chantier, typee: dict[str, str], **champs: Any) -> None:
    mois = [MoisSigne(d.id, d.version) for d in declarations(chantier)]
    declarer_periode(chantier.ctx, chantier.employeur, mois, typee, signataire="D. Exemple", **champs)


def test_un_marche_trimestriel_ouvre_ses_trois_mois_apres_le_trimestre(chantier: Chantier) -> None:
    consigne(chantier, Rythme.TRIMESTRIEL)
    chantier.salarie(debut=JUILLET)
    for jour in (date(2026, 8, 1), date(2026, 9, 1)):
        assert ouvrir_declarations(chantier.ctx, jour)["vus"] == 0
    assert ouvrir_declarations(chantier.ctx, date(2026, 10, 1))["faits"] == 3
    ouvertes = declarations(chantier)
    assert [d.mois for d in ouvertes] == [JUILLET, AOUT, SEPTEMBRE]
    assert {d.echeance for d in ouvertes} == {date(2026, 10, 10)}
    with chantier.ctx.lecture() as s:
        courriel = s.scalars(select(Courriel)).one()
    assert courriel.sujet == "Vos heures de juillet à septembre 2026 sont à déclarer"
    assert ouvrir_declarations(chantier.ctx, date(2026, 10, 1))["faits"] == 0


def test_les_rappels_d_un_trimestre_suivent_sa_date_et_ne_font_qu_un_courriel(chantier: Chantier) -> None:
    consigne(chantier, Rythme.TRIMESTRIEL)
    chantier.salarie(debut=JUILLET)
    ouvrir_declarations(chantier.ctx, date(2026, 10, 1))
    partis = {j: relancer_declarations(chantier.ctx, date(2026, 10, j))["faits"] for j in (10, 14, 15, 16, 25)}
    assert partis == {10: 0, 14: 0, 15: 1, 16: 0, 25: 1}


def test_un_marche_a_la_fin_n_ouvre_tout_qu_une_fois_fini(chantier: Chantier) -> None:
    marche = chantier.fabrique.marche(
        titulaire=chantier.titulaire, date_debut=JUILLET, date_notification=JUILLET, date_fin=date(2026, 10, 20)
    )
    consigne(chantier, Rythme.FIN, marche)
    chantier.salarie(marche=marche, debut=date(2026, 8, 15))
    assert ouvrir_declarations(chantier.ctx, date(2026, 10, 1))["vus"] == 0
    assert ouvrir_declarations(chantier.ctx, date(2026, 11, 1))["faits"] == 3
    ouvertes = declarations(chantier)
    assert [d.mois for d in ouvertes] == [AOUT, SEPTEMBRE, OCTOBRE]
    assert {d.echeance for d in ouvertes} == {date(2026, 11, 10)}


def test_un_marche_a_la_fin_termine_avant_l_heure_ouvre_au_mois_suivant(chantier: Chantier) -> None:
    marche = chantier.fabrique.marche(titulaire=chantier.titulaire, etat=EtatMarche.TERMINE)
    consigne(chantier, Rythme.FIN, marche)
    chantier.salarie(marche=marche, fin=date(2026, 9, 30))
    assert ouvrir_declarations(chantier.ctx, date(2026, 11, 1))["faits"] == 1


def test_changer_le_rythme_ne_touche_pas_ce_qui_est_ouvert(chantier: Chantier) -> None:
    chantier.salarie(debut=JUILLET)
    ouvrir_declarations(chantier.ctx, date(2026, 11, 1))
    acteur = chantier.facilitateur
    regler_declarations(
        chantier.ctx, acteur, chantier.marche.ref, rythme="trimestriel", pieces="vue", a_partir_du=date(2026, 11, 21)
    )
    (octobre,) = declarations(chantier)
    assert (octobre.rythme, octobre.echeance) == (Rythme.MENSUEL, date(2026, 11, 10))
    with chantier.ctx.lecture() as s:
        lues = LectureConsignes(s, chantier.marche.territoire_id, [chantier.marche.id])
        assert lues.au(chantier.marche.id, OCTOBRE).rythme is Rythme.MENSUEL
        assert lues.au(chantier.marche.id, OCTOBRE).pieces is ModePieces.AUCUNE
        assert lues.au(chantier.marche.id, DECEMBRE).rythme is Rythme.TRIMESTRIEL
        assert lues.au(chantier.marche.id, DECEMBRE).pieces is ModePieces.VUE
    assert ouvrir_declarations(chantier.ctx, date(2026, 12, 1))["faits"] == 0
    assert ouvrir_declarations(chantier.ctx, date(2027, 1, 1))["faits"] == 2


def test_un_mois_passe_garde_sa_regle(chantier: Chantier) -> None:
    with pytest.raises(RegleViolee, match="mois passé"):
        regler_declarations(
            chantier.ctx, chantier.facilitateur, chantier.marche.ref, rythme="fin", pieces="", a_partir_du=OCTOBRE
        )
    with pytest.raises(Introuvable):
        regler_declarations(
            chantier.ctx, chantier.employeur, chantier.marche.ref, rythme="fin", pieces="", a_partir_du=DECEMBRE
        )


def test_trois_mois_se_signent_d_une_seule_fois(chantier: Chantier) -> None:
    consigne(chantier, Rythme.TRIMESTRIEL)
    a = chantier.salarie(debut=JUILLET)
    ouvrir_declarations(chantier.ctx, date(2026, 10, 1))
    signer(chantier, {f"h-202607-{a.ref}": "100", f"h-202609-{a.ref}": "120"})
    assert [(x.mois, x.travaillees) for x in chantier.lignes()] == [(JUILLET, D(100)), (SEPTEMBRE, D(120))]
    assert [(d.etat, d.aucune_heure) for d in declarations(chantier)] == [
        (EtatDeclaration.DECLAREE, False),
        (EtatDeclaration.DECLAREE, True),
        (EtatDeclaration.DECLAREE, False),
    ]


def test_une_erreur_dans_un_mois_n_en_signe_aucun(chantier: Chantier) -> None:
    consigne(chantier, Rythme.TRIMESTRIEL)
    a = chantier.salarie(debut=JUILLET)
    ouvrir_declarations(chantier.ctx, date(2026, 10, 1))
    with pytest.raises(SaisieRefusee) as refus:
        signer(chantier, {f"h-202607-{a.ref}": "100", f"h-202609-{a.ref}": "300"})
    assert set(refus.value.erreurs) == {f"h-202609-{a.ref}"}
    assert chantier.lignes() == []


def test_la_derniere_declaration_arrete_les_ouvertures_jusqu_a_une_nouvelle_embauche(chantier: Chantier) -> None:
    a = chantier.salarie()
    chantier.declaration()
    signer(chantier, {f"h-{a.ref}": "70"}, derniere=True)
    assert ouvrir_declarations(chantier.ctx, date(2026, 12, 1))["vus"] == 0
    chantier.salarie(debut=date(2026, 12, 7))
    assert ouvrir_declarations(chantier.ctx, date(2027, 1, 1))["faits"] == 1


def test_la_derniere_declaration_est_la_plus_recente(chantier: Chantier) -> None:
    a = chantier.salarie()
    septembre = chantier.declaration(SEPTEMBRE)
    chantier.declaration(OCTOBRE)
    with pytest.raises(SaisieRefusee, match="octobre 2026"):
        declarer_periode(
            chantier.ctx,
            chantier.employeur,
            [MoisSigne(septembre.id, 1)],
            {f"h-{a.ref}": "70"},
            signataire="D.",
            derniere=True,
        )


def test_un_depart_finit_le_contrat_avec_la_declaration(chantier: Chantier) -> None:
    a, b = chantier.salarie(), chantier.salarie()
    chantier.declaration()
    with pytest.raises(SaisieRefusee, match="entre le"):
        signer(chantier, {f"h-{a.ref}": "70"}, depart=Depart((a.ref,), date(2026, 9, 12)))
    signer(chantier, {f"h-{a.ref}": "70", f"h-{b.ref}": "9"}, depart=Depart((a.ref,), date(2026, 10, 12)))
    with chantier.ctx.lecture() as s:
        assert s.get_one(type(a), a.id).fin == date(2026, 10, 12)
        assert s.get_one(type(b), b.id).fin == b.fin


def test_une_equipe_donne_un_seul_nombre_et_chacun_a_sa_part(chantier: Chantier) -> None:
    aci = chantier.structure(TypeOrganisation.ACI)
    a, b, c = (chantier.salarie(employeur=aci, heures_hebdo=D(h)) for h in (26, 26, 13))
    declaration = chantier.declaration(employeur=aci)
    saisie = {"equipe": "1", f"p-{a.ref}": "1", f"p-{c.ref}": "1", "h-equipe": "100", "f-equipe": "10"}
    declarer_periode(
        chantier.ctx, chantier.acteur_de(aci), [MoisSigne(declaration.id, 1)], saisie, signataire="L'encadrant"
    )
    parts = {x.contrat_id: (x.travaillees, x.formation) for x in chantier.lignes()}
    assert parts == {a.id: (D("66.67"), D("6.67")), c.id: (D("33.33"), D("3.33"))}
    assert b.id not in parts
    assert "réparti" in chantier.lignes()[0].motif


def test_une_entreprise_ne_declare_pas_en_equipe(chantier: Chantier) -> None:
    a = chantier.salarie()
    chantier.declaration()
    with pytest.raises(RegleViolee, match="chaque personne"):
        signer(chantier, {"equipe": "1", f"p-{a.ref}": "1", "h-equipe": "100"})


def test_une_equipe_trop_petite_pour_ses_heures_est_refusee(chantier: Chantier) -> None:
    aci = chantier.structure(TypeOrganisation.ACI)
    a = chantier.salarie(employeur=aci)
    declaration = chantier.declaration(employeur=aci)
    for saisie, phrase in (({f"p-{a.ref}": "1", "h-equipe": "900"}, "plus que"), ({"h-equipe": "90"}, "qui était là")):
        with pytest.raises(SaisieRefusee, match=phrase):
            declarer_periode(
                chantier.ctx,
                chantier.acteur_de(aci),
                [MoisSigne(declaration.id, 1)],
                {"equipe": "1", **saisie},
                signataire="E.",
            )

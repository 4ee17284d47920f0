from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.comptes.roles import Role, Source
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.inscription import inscrire_contrat
from marketplace.heures.models import Contrat, Declaration, Modalite
from marketplace.heures.services.contrats import embaucher_validee, finir_contrat
from marketplace.journal.models import Evenement
from marketplace.marches.models import Intervenant, RoleIntervenant
from marketplace.marches.rules.etats import EtatMarche
from marketplace.personnes.models import ChangementVivier, EtatValidation, Personne
from tests.heures.conftest import Chantier

D = Decimal


def inscrire(chantier: Chantier, personne: Personne, **champs: Any) -> Contrat:
    acteur = champs.pop("acteur", chantier.facilitateur)
    valeurs: dict[str, Any] = {
        "personne_id": personne.id,
        "employeur_id": chantier.titulaire.id,
        "marche_id": chantier.marche.id,
        "modalite": Modalite.EMBAUCHE_DIRECTE,
        "type_contrat": "cdd",
        "poste": "Maçon",
        "debut": date(2026, 11, 23),
        "fin": date(2027, 4, 30),
        "heures_hebdo": D(35),
    }
    with chantier.ctx.transaction() as s:
        return inscrire_contrat(s, chantier.ctx, acteur, **(valeurs | champs))


@pytest.fixture
def validee(chantier: Chantier) -> Personne:
    personne = chantier.fabrique.personne()
    chantier.fabrique.validation(personne)
    return personne


def test_une_personne_validee_s_embauche_et_ses_categories_sont_photographiees(
    chantier: Chantier, validee: Personne
) -> None:
    contrat = inscrire(chantier, validee)
    assert contrat.ref == f"CT-{contrat.id:06d}"
    assert contrat.validation_id is not None
    assert contrat.statuts
    with chantier.ctx.lecture() as s:
        assert s.scalars(select(ChangementVivier.personne_id)).all() == [validee.id]
        assert "embaucher" in s.scalars(select(Evenement.action)).all()


def test_sans_validation_pas_d_embauche_directe(chantier: Chantier) -> None:
    with pytest.raises(RegleViolee, match="demandez sa validation avant l'embauche") as refus:
        inscrire(chantier, chantier.fabrique.personne())
    assert refus.value.champ == "debut"


@pytest.mark.parametrize("etat", [EtatValidation.A_TRAITER, EtatValidation.NON, EtatValidation.ANNULEE])
def test_une_reponse_autre_que_oui_ne_suffit_pas(chantier: Chantier, etat: EtatValidation) -> None:
    personne = chantier.fabrique.personne()
    chantier.fabrique.validation(personne, etat=etat)
    with pytest.raises(RegleViolee, match="validation"):
        inscrire(chantier, personne)


def test_hors_de_la_fenetre_pas_d_embauche(chantier: Chantier, validee: Personne) -> None:
    with pytest.raises(RegleViolee, match="validation"):
        inscrire(chantier, validee, debut=date(2026, 10, 1))


def test_dans_la_fenetre_un_nouveau_marche_ne_demande_pas_de_nouvelle_validation(
    chantier: Chantier, validee: Personne
) -> None:
    premier = inscrire(chantier, validee)
    autre = chantier.fabrique.marche(titulaire=chantier.titulaire)
    second = inscrire(chantier, validee, marche_id=autre.id)
    assert second.validation_id == premier.validation_id


def test_une_personne_pas_informee_ou_retiree_ne_s_embauche_pas(chantier: Chantier) -> None:
    for champs in ({"information_le": None}, {"retiree_le": chantier.ctx.horloge()}):
        personne = chantier.fabrique.personne(**champs)
        chantier.fabrique.validation(personne)
        with pytest.raises(RegleViolee) as refus:
            inscrire(chantier, personne)
        assert refus.value.champ == "personne"


@pytest.mark.parametrize(
    ("champs", "champ"),
    [
        ({"fin": date(2026, 1, 1)}, "fin"),
        ({"heures_hebdo": D(0)}, "heures_hebdo"),
        ({"heures_hebdo": D(49)}, "heures_hebdo"),
        ({"type_contrat": "benevolat"}, "type_contrat"),
        ({"type_contrat": "cddi"}, "type_contrat"),
        ({"modalite": Modalite.MAD_ETTI}, "modalite"),
        ({"debut": date(2027, 9, 1), "fin": None}, "debut"),
        ({"debut": date(2025, 1, 1)}, "debut"),
        ({"type_contrat": "apprentissage"}, "type_contrat"),
    ],
)
def test_chaque_regle_du_contrat_parle_a_son_champ(chantier: Chantier, champs: dict[str, Any], champ: str) -> None:
    personne = chantier.fabrique.personne()
    chantier.fabrique.validation(personne, fenetre_debut=date(2024, 1, 1), fenetre_fin=date(2029, 1, 1))
    with pytest.raises(RegleViolee) as refus:
        inscrire(chantier, personne, **champs)
    assert refus.value.champ == champ
    with chantier.ctx.lecture() as s:
        assert s.scalar(select(Contrat.id)) is None


def test_une_entreprise_etrangere_au_marche_doit_d_abord_y_entrer(chantier: Chantier, validee: Personne) -> None:
    sous_traitante = chantier.fabrique.organisation()
    with pytest.raises(RegleViolee, match="sous-traitante"):
        inscrire(chantier, validee, employeur_id=sous_traitante.id)
    chantier.fabrique.garder(
        Intervenant(
            marche_id=chantier.marche.id,
            organisation_id=sous_traitante.id,
            role=RoleIntervenant.SOUS_TRAITANT,
        )
    )
    assert inscrire(chantier, validee, employeur_id=sous_traitante.id).ref


def test_une_etti_entre_sur_le_marche_avec_son_premier_contrat_sans_validation(chantier: Chantier) -> None:
    etti = chantier.structure(TypeOrganisation.ETTI)
    personne = chantier.fabrique.personne(categorie="rsa")
    contrat = inscrire(chantier, personne, employeur_id=etti.id, modalite=Modalite.MAD_ETTI, type_contrat="mission")
    assert contrat.validation_id is None
    assert contrat.statuts == ["rsa"]
    with chantier.ctx.lecture() as s:
        entree = s.scalars(select(Intervenant)).one()
    assert (entree.organisation_id, entree.role) == (etti.id, RoleIntervenant.MISE_A_DISPOSITION)


def test_deux_contrats_au_meme_endroit_au_meme_moment_sont_refuses(chantier: Chantier, validee: Personne) -> None:
    premier = inscrire(chantier, validee)
    with pytest.raises(RegleViolee, match=premier.ref):
        inscrire(chantier, validee, debut=date(2027, 3, 1), fin=None)
    assert inscrire(chantier, validee, debut=date(2027, 5, 1), fin=date(2027, 5, 20)).ref


def test_un_marche_qui_n_est_pas_en_cours_ne_prend_personne(chantier: Chantier, validee: Personne) -> None:
    solde = chantier.fabrique.marche(titulaire=chantier.titulaire, etat=EtatMarche.SOLDE)
    with pytest.raises(RegleViolee, match="pas en cours"):
        inscrire(chantier, validee, marche_id=solde.id)


def test_un_contrat_ecrit_tard_ouvre_ses_mois_passes(chantier: Chantier) -> None:
    personne = chantier.fabrique.personne()
    chantier.fabrique.validation(personne, fenetre_debut=date(2026, 8, 1))
    inscrire(chantier, personne, debut=date(2026, 8, 17))
    with chantier.ctx.lecture() as s:
        mois = s.scalars(select(Declaration.mois).order_by(Declaration.mois)).all()
    assert mois == [date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)]


def test_un_employeur_n_embauche_que_pour_lui_et_un_referent_jamais(chantier: Chantier, validee: Personne) -> None:
    autre = chantier.acteur_de(chantier.fabrique.organisation())
    referent = chantier.fabrique.acteur(chantier.fabrique.referent())
    non_verifie = replace(chantier.employeur, organisation_verifiee=False)
    for acteur in (autre, referent, non_verifie):
        with pytest.raises(Introuvable):
            inscrire(chantier, validee, acteur=acteur)
    assert inscrire(chantier, validee, acteur=chantier.employeur).ref


def embaucher(chantier: Chantier, ref: str, **champs: Any) -> str:
    valeurs: dict[str, Any] = {
        "modalite": Modalite.EMBAUCHE_DIRECTE,
        "type_contrat": "cdd",
        "poste": "",
        "debut": date(2026, 11, 23),
        "fin": date(2027, 4, 30),
        "heures_hebdo": D(35),
    }
    acteur = champs.pop("acteur", chantier.employeur)
    return embaucher_validee(chantier.ctx, acteur, ref, **(valeurs | champs))


def test_un_oui_suffit_pour_embaucher_sans_proposition(chantier: Chantier) -> None:
    validation = chantier.fabrique.validation(
        chantier.fabrique.personne(),
        demandeur_id=chantier.titulaire.id,
        marche_id=chantier.marche.id,
        poste="Coffreur",
    )
    ref = embaucher(chantier, validation.ref)
    with chantier.ctx.lecture() as s:
        contrat = s.scalars(select(Contrat).where(Contrat.ref == ref)).one()
    assert (contrat.poste, contrat.marche_id, contrat.proposition_id) == (
        "Coffreur",
        chantier.marche.id,
        None,
    )


def test_le_oui_d_un_autre_employeur_n_existe_pas(chantier: Chantier) -> None:
    validation = chantier.fabrique.validation(
        chantier.fabrique.personne(), demandeur_id=chantier.titulaire.id, marche_id=chantier.marche.id
    )
    autre = chantier.acteur_de(chantier.fabrique.organisation())
    with pytest.raises(Introuvable):
        embaucher(chantier, validation.ref, acteur=autre)
    with pytest.raises(Introuvable):
        embaucher(chantier, validation.ref, acteur=autre, employeur_ref=chantier.titulaire.ref)


def test_le_facilitateur_choisit_l_employeur_quand_personne_n_a_demande(chantier: Chantier) -> None:
    validation = chantier.fabrique.validation(chantier.fabrique.personne(), marche_id=chantier.marche.id)
    with pytest.raises(RegleViolee) as refus:
        embaucher(chantier, validation.ref, acteur=chantier.facilitateur)
    assert refus.value.champ == "employeur"
    assert embaucher(chantier, validation.ref, acteur=chantier.facilitateur, employeur_ref=chantier.titulaire.ref)


def test_pour_le_compte_de_l_employeur_l_embauche_porte_la_source_au_journal(chantier: Chantier) -> None:
    validation = chantier.fabrique.validation(
        chantier.fabrique.personne(), demandeur_id=chantier.titulaire.id, marche_id=chantier.marche.id
    )
    acteur = replace(
        chantier.facilitateur,
        role=Role.EMPLOYEUR,
        organisation_id=chantier.titulaire.id,
        pour_le_compte_de=chantier.titulaire.id,
        source=Source.TELEPHONE,
    )
    embaucher(chantier, validation.ref, acteur=acteur)
    with chantier.ctx.lecture() as s:
        fait = s.scalars(select(Evenement).where(Evenement.action == "embaucher")).one()
    assert (fait.pour_le_compte_de_id, fait.source) == (chantier.titulaire.id, "telephone")


def test_la_fin_d_un_contrat_a_une_raison_et_n_efface_pas_des_heures(chantier: Chantier) -> None:
    contrat = chantier.salarie()
    chantier.declarer({contrat: "100"})
    acte = {"ctx": chantier.ctx, "acteur": chantier.employeur, "ref": contrat.ref}
    with pytest.raises(RegleViolee) as refus:
        finir_contrat(**acte, fin=date(2026, 11, 1), motif="")
    assert refus.value.champ == "motif_fin"
    with pytest.raises(RegleViolee, match="déjà déclarées"):
        finir_contrat(**acte, fin=date(2026, 9, 30), motif="demission")
    with pytest.raises(RegleViolee, match="avant de commencer"):
        finir_contrat(**acte, fin=date(2026, 8, 1), motif="demission")
    finir_contrat(**acte, fin=date(2026, 10, 31), motif="demission")
    with chantier.ctx.lecture() as s:
        fini = s.get_one(Contrat, contrat.id)
        assert s.get_one(Organisation, fini.employeur_id).nom == "Bâti Exemple"
    assert (fini.fin, fini.motif_fin) == (date(2026, 10, 31), "demission")

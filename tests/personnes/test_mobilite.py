from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.comptes.models import Affectation
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.personnes import services
from marketplace.personnes.models import ChangementVivier, MobilitePersonne, Personne
from marketplace.personnes.rules.bases import bases_demandees
from marketplace.personnes.rules.mobilite import MobiliteSaisie, controler_mobilite, ecrire_horaire, lire_horaire
from tests.fabrique import Fabrique

JOUR = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("saisie", "permis", "champ"),
    [
        (MobiliteSaisie("volant"), [], "permis_etat"),
        (MobiliteSaisie("aucun"), ["B"], "permis_etat"),
        (MobiliteSaisie("en_cours"), [], "permis_le"),
        (MobiliteSaisie("obtenu"), [], "permis_le"),
        (MobiliteSaisie("obtenu", JOUR + timedelta(days=1)), [], "permis_le"),
        (MobiliteSaisie("en_cours", date(2035, 1, 1)), [], "permis_le"),
        (MobiliteSaisie("aucun", aides=("cheval",)), [], "aides"),
        (MobiliteSaisie("aucun", creneaux=("minuit",)), [], "creneaux"),
        (MobiliteSaisie("aucun", jours=("lundredi",)), [], "jours"),
        (MobiliteSaisie("aucun", horaires={"cheval": "06:00-20:00"}), [], "horaires"),
    ],
)
def test_chaque_refus_dit_son_champ(saisie: MobiliteSaisie, permis: list[str], champ: str) -> None:
    with pytest.raises(RegleViolee) as refus:
        controler_mobilite(saisie, permis, JOUR)
    assert refus.value.champ == champ


def test_un_permis_obtenu_entre_dans_le_profil_et_le_classement(ctx: Contexte, fabrique: Fabrique) -> None:
    referente = fabrique.referent()
    personne = fabrique.personne(referente, permis=[])
    acteur = fabrique.acteur(referente)
    services.noter_mobilite(
        ctx, acteur, personne.ref, MobiliteSaisie("en_cours", JOUR + timedelta(days=60), aides=("permis",))
    )
    fiche = services.lire_fiche(ctx, acteur, personne.ref, "essai").fiche
    assert fiche.mobilite is not None
    assert (fiche.mobilite.permis_libelle, fiche.mobilite.aides_libelles) == ("Permis en cours", ("Aide au permis",))
    assert fiche.permis == ()
    services.noter_mobilite(ctx, acteur, personne.ref, MobiliteSaisie("obtenu", JOUR, vehicule=True))
    with ctx.lecture() as s:
        assert s.get_one(Personne, personne.id).permis == ["B"]
        assert len(s.scalars(select(MobilitePersonne)).all()) == 1
        assert len(s.scalars(select(ChangementVivier)).all()) == 2


def test_la_page_garde_ce_qui_est_tape_et_enregistre(
    ctx: Contexte, fabrique: Fabrique, connecter: Callable[[Affectation], FlaskClient]
) -> None:
    referente = fabrique.referent()
    personne = fabrique.personne(referente, permis=[])
    page, adresse = connecter(referente), f"/referent/personnes/{personne.ref}/mobilite"
    assert "Permis B" in page.get(adresse).get_data(as_text=True)
    donnees: dict[str, Any] = {"permis_etat": "en_cours", "creneaux": ["9h_16h30", "mercredi"]}
    refus = page.post(adresse, data=donnees)
    assert refus.status_code == 422
    assert 'value="mercredi"' in refus.get_data(as_text=True)
    assert page.post(adresse, data=donnees | {"permis_le": "2027-02-01"}).status_code == 302
    with ctx.lecture() as s:
        assert s.scalars(select(MobilitePersonne.creneaux)).one() == ["9h_16h30", "mercredi"]
    autre = connecter(fabrique.referent())
    assert autre.post(adresse, data=donnees).status_code == 404


@pytest.mark.parametrize(
    ("de", "a", "lu"),
    [
        ("6h30", "20h", "06:30-20:00"),
        ("06:30", "20:00", "06:30-20:00"),
        (" 22 h ", "5H15", "22:00-05:15"),
        ("", "", ""),
    ],
)
def test_les_heures_d_un_trajet_se_lisent_comme_on_les_ecrit(de: str, a: str, lu: str) -> None:
    assert lire_horaire(de, a) == lu


@pytest.mark.parametrize(("de", "a"), [("6h30", ""), ("", "20h"), ("tôt", "tard"), ("25h", "26h"), ("8h", "8h")])
def test_une_heure_illisible_ou_seule_est_dite(de: str, a: str) -> None:
    with pytest.raises(RegleViolee) as refus:
        lire_horaire(de, a)
    assert refus.value.champ == "horaires"


def test_les_heures_se_disent_en_toutes_lettres() -> None:
    assert ecrire_horaire("06:30-20:00") == "de 6 h 30 à 20 h"


def test_jours_et_heures_de_chaque_trajet_se_notent_et_rien_de_tape_ne_se_perd(
    fabrique: Fabrique, connecter: Callable[[Affectation], FlaskClient]
) -> None:
    referente = fabrique.referent()
    personne = fabrique.personne(referente, modes=["transports", "marche"])
    page, adresse = connecter(referente), f"/referent/personnes/{personne.ref}/mobilite"
    saisie = {"permis_etat": "aucun", "jours": ["lundi", "mardi"], "de-transports": "6h30", "a-transports": "vingt"}
    refus = page.post(adresse, data=saisie | {"permis_etat": "obtenu", "permis_le": "2020-01-01"})
    assert refus.status_code == 422
    html = refus.get_data(as_text=True)
    assert "« vingt »" in html
    assert 'value="vingt"' in html
    assert page.post(
        adresse, data=saisie | {"permis_etat": "obtenu", "permis_le": "2020-01-01", "a-transports": "20h"}
    ).location.endswith(personne.ref)
    fiche = page.get(f"/referent/personnes/{personne.ref}").get_data(as_text=True)
    assert "En transports en commun, de 6 h 30 à 20 h" in fiche
    assert "lundi, mardi" in fiche
    assert 'name="de-voiture"' not in page.get(adresse).get_data(as_text=True)


@pytest.mark.parametrize(
    ("texte", "codes"),
    [
        ("Renseigner un client, encaisser le montant d'une vente", ("francais", "calculer")),
        ("Lire un plan", ("lire_ecrire",)),
        ("Anglais courant souhaité", ("anglais",)),
        ("Poser des briques", ()),
    ],
)
def test_une_langue_ou_un_savoir_de_base_n_est_demande_que_si_un_poste_en_a_besoin(
    texte: str, codes: tuple[str, ...]
) -> None:
    assert bases_demandees([texte]) == codes


def test_une_base_demandee_par_une_offre_se_note_et_seul_le_positif_sort(
    ctx: Contexte, fabrique: Fabrique, connecter: Callable[[Affectation], FlaskClient]
) -> None:
    referente = fabrique.referent()
    personne = fabrique.personne(referente)
    page, adresse = connecter(referente), f"/referent/personnes/{personne.ref}"
    assert "Parler anglais" not in page.get(f"{adresse}/competences").get_data(as_text=True)
    fabrique.offre(prerequis="Anglais et espagnol parlés", code_rome="F1703")
    assert "Parler anglais" in page.get(f"{adresse}/competences").get_data(as_text=True)
    page.post(f"{adresse}/competences", data={"base-anglais": "oui", "base-espagnol": "non"})
    fiche = services.lire_fiche(ctx, fabrique.acteur(referente), personne.ref, "essai").fiche
    assert [(b.code, b.acquise) for b in fiche.bases] == [("anglais", True), ("espagnol", False)]
    feuille = page.get(f"{adresse}/fiche-de-competences").get_data(as_text=True)
    assert "Parler anglais" in feuille
    assert "espagnol" not in feuille
    page.post(f"{adresse}/competences", data={"base-anglais": ""})
    fiche = services.lire_fiche(ctx, fabrique.acteur(referente), personne.ref, "essai").fiche
    assert [b.code for b in fiche.bases] == ["espagnol"]
    with pytest.raises(RegleViolee):
        services.noter_bases(ctx, fabrique.acteur(referente), personne.ref, {"latin": True})

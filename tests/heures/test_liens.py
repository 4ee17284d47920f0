"""The link of a mail: a short code, one firm, nothing else; taken back, too old or used up, it opens nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import func, select, update

from marketplace.comptes.droits import Action, Portee, autorise
from marketplace.comptes.models import Affectation, Organisation, TypeOrganisation
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.acces import etablissements
from marketplace.heures.models import Delegation, EtatDeclaration, LienDeclaration
from marketplace.heures.queries import declarations_de
from marketplace.heures.services.declarations import declarer
from marketplace.heures.services.delegations import fermer_les_liens, nommer_delegue, retirer_delegue
from marketplace.heures.services.liens import acteur_du_lien, demander_code, fermer_lien, lire_lien, ouvrir_par_code
from marketplace.heures.taches import ouvrir_declarations
from marketplace.journal.models import Courriel, Evenement
from tests.conftest import Horloge, MessagerTemoin
from tests.heures.conftest import OCTOBRE, SEPTEMBRE, Chantier

ADRESSE = "compta@exemple.invalid"


def lien_du_dernier_courriel(chantier: Chantier, adresse: str | None = None) -> str:
    """The link of the last mail in the outbox, as its reader clicks it."""
    with chantier.ctx.lecture() as s:
        requete = select(Courriel).where(Courriel.corps.contains("/declarer/")).order_by(Courriel.id.desc())
        if adresse:
            requete = requete.where(Courriel.destinataire == adresse)
        corps = s.scalars(requete).first().corps
    return re.search(r"/declarer/(\S+)", corps)[1]


def code_recu(messager: MessagerTemoin) -> str:
    return re.search(r"Votre code : (\d{6})", messager.envoyes[-1]["corps"])[1]


@pytest.fixture
def lien(chantier: Chantier) -> str:
    """The link of the mail that opened October."""
    chantier.salarie(debut=OCTOBRE)
    ouvrir_declarations(chantier.ctx, date(2026, 11, 1))
    return lien_du_dernier_courriel(chantier)


@pytest.fixture
def nommer(chantier: Chantier) -> Callable[..., str]:
    """Names a delegate; its link."""

    def agir(**champs) -> str:
        valeurs = {"courriel": ADRESSE, "nom": "Compta Exemple"} | champs
        nommer_delegue(chantier.ctx, chantier.employeur, **valeurs)
        return lien_du_dernier_courriel(chantier, valeurs["courriel"])

    return agir


def test_le_courriel_porte_un_lien_et_la_base_n_en_garde_que_l_empreinte(chantier: Chantier, lien: str) -> None:
    with chantier.ctx.lecture() as s:
        garde = s.scalars(select(LienDeclaration)).one()
    assert lien not in (garde.empreinte, garde.code_empreinte)
    assert lire_lien(chantier.ctx, lien).organisation == "Bâti Exemple"
    assert "@exemple.invalid" in lire_lien(chantier.ctx, lien).adresse
    assert garde.courriel not in lire_lien(chantier.ctx, lien).adresse


def test_le_code_part_tout_de_suite_a_la_meme_adresse_et_ouvre_une_fois(
    chantier: Chantier, lien: str, messager: MessagerTemoin
) -> None:
    assert demander_code(chantier.ctx, lien) is None
    with chantier.ctx.lecture() as s:
        garde = s.scalars(select(LienDeclaration)).one()
    assert messager.envoyes[-1]["destinataire"] == garde.courriel
    code = code_recu(messager)
    assert code not in (garde.code_empreinte or "")
    secret = ouvrir_par_code(chantier.ctx, lien, f" {code[:3]} {code[3:]} ")
    acteur = acteur_du_lien(chantier.ctx, secret)
    assert acteur is not None
    assert (acteur.organisation_id, acteur.par_lien, acteur.marches) == (chantier.titulaire.id, garde.id, None)
    with pytest.raises(RegleViolee, match="Demandez d'abord"):
        ouvrir_par_code(chantier.ctx, lien, code)


def test_cinq_essais_puis_meme_le_bon_code_n_ouvre_plus(
    chantier: Chantier, lien: str, messager: MessagerTemoin
) -> None:
    demander_code(chantier.ctx, lien)
    code = code_recu(messager)
    faux = f"{(int(code) + 1) % 10**6:06d}"
    for reste in ("4 essais", "3 essais", "2 essais", "1 essai"):
        with pytest.raises(RegleViolee, match=reste):
            ouvrir_par_code(chantier.ctx, lien, faux)
    for tape in (faux, code):
        with pytest.raises(RegleViolee, match="Trop d'essais"):
            ouvrir_par_code(chantier.ctx, lien, tape)
    with chantier.ctx.lecture() as s:
        assert s.scalar(select(func.count()).where(Evenement.action == "code_refuse")) == 6


def test_un_code_de_dix_minutes_et_un_lien_de_trente_jours_se_periment(
    chantier: Chantier, lien: str, messager: MessagerTemoin, horloge: Horloge
) -> None:
    demander_code(chantier.ctx, lien)
    horloge.avancer(minutes=10)
    with pytest.raises(RegleViolee, match="dix minutes"):
        ouvrir_par_code(chantier.ctx, lien, code_recu(messager))
    horloge.avancer(days=30)
    for acte in (lambda: lire_lien(chantier.ctx, lien), lambda: demander_code(chantier.ctx, lien)):
        with pytest.raises(RegleViolee, match="n'est plus valable"):
            acte()


def test_pas_plus_de_cinq_codes_par_heure(chantier: Chantier, lien: str, horloge: Horloge) -> None:
    for _ in range(5):
        demander_code(chantier.ctx, lien)
    with pytest.raises(RegleViolee, match="Trop de codes"):
        demander_code(chantier.ctx, lien)
    horloge.avancer(hours=1, seconds=1)
    demander_code(chantier.ctx, lien)


def test_un_lien_invente_n_ouvre_rien(chantier: Chantier, lien: str) -> None:
    with pytest.raises(RegleViolee, match="n'est plus valable"):
        lire_lien(chantier.ctx, lien[:-1] + ("A" if lien[-1] != "A" else "B"))
    assert acteur_du_lien(chantier.ctx, "invente") is None


def test_la_session_d_un_lien_dure_deux_heures_et_se_ferme(
    chantier: Chantier, lien: str, messager: MessagerTemoin, horloge: Horloge
) -> None:
    demander_code(chantier.ctx, lien)
    secret = ouvrir_par_code(chantier.ctx, lien, code_recu(messager))
    horloge.avancer(hours=1, minutes=59)
    assert acteur_du_lien(chantier.ctx, secret) is not None
    horloge.avancer(minutes=1)
    assert acteur_du_lien(chantier.ctx, secret) is None
    demander_code(chantier.ctx, lien)
    secret = ouvrir_par_code(chantier.ctx, lien, code_recu(messager))
    fermer_lien(chantier.ctx, secret)
    assert acteur_du_lien(chantier.ctx, secret) is None


def test_qui_quitte_l_entreprise_n_ouvre_plus_rien(chantier: Chantier, lien: str, messager: MessagerTemoin) -> None:
    demander_code(chantier.ctx, lien)
    secret = ouvrir_par_code(chantier.ctx, lien, code_recu(messager))
    with chantier.ctx.transaction() as s:
        s.execute(
            update(Affectation)
            .where(Affectation.organisation_id == chantier.titulaire.id)
            .values(jusqu_au=date(2026, 11, 20))
        )
    assert acteur_du_lien(chantier.ctx, secret) is None


@pytest.mark.parametrize("action", list(Action))
def test_un_lien_ne_permet_que_de_declarer(
    chantier: Chantier, lien: str, messager: MessagerTemoin, action: Action
) -> None:
    demander_code(chantier.ctx, lien)
    acteur = acteur_du_lien(chantier.ctx, ouvrir_par_code(chantier.ctx, lien, code_recu(messager)))
    portee = Portee(acteur.territoire_id, frozenset({chantier.titulaire.id}), frozenset({acteur.utilisateur_id}))
    assert autorise(acteur, action, portee) == (action is Action.DECLARER_HEURES)


def test_un_delegue_declare_les_marches_confies_et_pas_les_autres(
    chantier: Chantier, nommer: Callable[..., str], messager: MessagerTemoin
) -> None:
    autre = chantier.fabrique.marche(titulaire=chantier.titulaire)
    a, b = chantier.salarie(), chantier.salarie(marche=autre)
    confiee, pas_confiee = chantier.declaration(), chantier.declaration(marche=autre)
    lien = nommer(marches=[chantier.marche.ref], fonction="comptable")
    demander_code(chantier.ctx, lien)
    acteur = acteur_du_lien(chantier.ctx, ouvrir_par_code(chantier.ctx, lien, code_recu(messager)))
    assert (acteur.nom, acteur.marches) == ("Compta Exemple", frozenset({chantier.marche.id}))
    with pytest.raises(Introuvable):
        declarer(chantier.ctx, acteur, pas_confiee.id, {f"h-{b.ref}": "7"}, signataire="C.")
    declarer(chantier.ctx, acteur, confiee.id, {f"h-{a.ref}": "7"}, signataire="Compta Exemple")
    assert chantier.lire(confiee.id).etat is EtatDeclaration.DECLAREE
    with pytest.raises(Introuvable):
        nommer_delegue(chantier.ctx, acteur, courriel="x@exemple.invalid", nom="X")


def test_un_delegue_recoit_les_rappels_de_ses_marches_seulement(chantier: Chantier, nommer: Callable[..., str]) -> None:
    autre = chantier.fabrique.marche(titulaire=chantier.titulaire)
    chantier.salarie(debut=OCTOBRE)
    chantier.salarie(marche=autre, debut=SEPTEMBRE, fin=date(2026, 9, 30))
    nommer(marches=[autre.ref])
    nommer(marches=[chantier.marche.ref], courriel="chef@exemple.invalid", nom="Chef Exemple")
    assert ouvrir_declarations(chantier.ctx, date(2026, 11, 1))["courriels"] == 2
    with chantier.ctx.lecture() as s:
        vers = set(s.scalars(select(Courriel.destinataire).where(Courriel.cle.startswith("declaration-ouverte"))))
        corps = s.scalars(select(Courriel.corps)).all()
    assert "chef@exemple.invalid" in vers
    assert ADRESSE not in vers
    assert not any("Exemple-" in c for c in corps)


def test_retirer_un_delegue_ferme_ses_liens_et_sa_session(
    chantier: Chantier, nommer: Callable[..., str], messager: MessagerTemoin
) -> None:
    chantier.salarie()
    lien = nommer()
    demander_code(chantier.ctx, lien)
    secret = ouvrir_par_code(chantier.ctx, lien, code_recu(messager))
    with chantier.ctx.lecture() as s:
        delegation = s.scalars(select(Delegation)).one()
    etranger = chantier.acteur_de(chantier.fabrique.organisation())
    with pytest.raises(Introuvable):
        retirer_delegue(chantier.ctx, etranger, delegation.id)
    retirer_delegue(chantier.ctx, chantier.employeur, delegation.id)
    assert acteur_du_lien(chantier.ctx, secret) is None
    with pytest.raises(RegleViolee):
        lire_lien(chantier.ctx, lien)


def test_l_entreprise_ferme_tous_ses_liens_et_les_siens_seulement(chantier: Chantier, lien: str) -> None:
    autre = chantier.fabrique.organisation(courriel="autre@exemple.invalid")
    chantier.salarie(employeur=autre)
    ouvrir_declarations(chantier.ctx, date(2026, 11, 1))
    ailleurs = lien_du_dernier_courriel(chantier, "autre@exemple.invalid")
    assert fermer_les_liens(chantier.ctx, chantier.employeur) == 1
    with pytest.raises(RegleViolee):
        lire_lien(chantier.ctx, lien)
    assert lire_lien(chantier.ctx, ailleurs).organisation == autre.nom


def test_une_delegation_finit_a_sa_date(chantier: Chantier, nommer: Callable[..., str], horloge: Horloge) -> None:
    lien = nommer(jusqu_au=date(2026, 11, 25))
    horloge.avancer(days=4)
    lire_lien(chantier.ctx, lien)
    horloge.avancer(days=1)
    with pytest.raises(RegleViolee):
        lire_lien(chantier.ctx, lien)


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"courriel": "compta"}, "adresse"),
        ({"courriel": "a@b.fr, c@d.fr"}, "adresse"),
        ({"nom": " "}, "nom"),
        ({"marches": ["M-000000"]}, "liste"),
        ({"jusqu_au": date(2026, 11, 20)}, "passée"),
    ],
)
def test_un_delegue_se_nomme_comme_il_faut(
    chantier: Chantier, nommer: Callable[..., str], champs: dict, phrase: str
) -> None:
    with pytest.raises(RegleViolee, match=phrase):
        nommer(**champs)


def test_les_etablissements_d_une_entreprise_se_declarent_ensemble(chantier: Chantier) -> None:
    siege = chantier.titulaire
    with chantier.ctx.transaction() as s:
        s.execute(update(Organisation).where(Organisation.id == siege.id).values(siret="73282932000074"))
    agence = chantier.fabrique.organisation(siret="73282932000082")
    pas_verifiee = chantier.fabrique.organisation(siret="73282932000090", verifiee_le=None)
    chantier.fabrique.organisation(TypeOrganisation.EI, siret="55210055400013")
    a = chantier.salarie(employeur=agence)
    declaration = chantier.declaration(employeur=agence)
    with chantier.ctx.lecture() as s:
        ids = etablissements(s, siege.id)
        assert ids == {siege.id, agence.id}
        assert etablissements(s, pas_verifiee.id) == {pas_verifiee.id}
        assert [d.employeur for d in declarations_de(s, ids, chantier.ctx.aujourdhui())] == [agence.nom]
    declarer(chantier.ctx, chantier.employeur, declaration.id, {f"h-{a.ref}": "70"}, signataire="D.")
    assert chantier.lire(declaration.id).etat is EtatDeclaration.DECLAREE


def test_sans_compte_l_adresse_de_l_entreprise_recoit_le_lien(chantier: Chantier) -> None:
    seule = chantier.fabrique.organisation(courriel="Contact@Exemple.invalid")
    chantier.salarie(employeur=seule)
    assert ouvrir_declarations(chantier.ctx, date(2026, 11, 1))["courriels"] == 1
    lien = lien_du_dernier_courriel(chantier, "contact@exemple.invalid")
    assert lire_lien(chantier.ctx, lien).organisation == seule.nom

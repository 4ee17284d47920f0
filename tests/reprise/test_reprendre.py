"""What a takeover writes, refuses and leaves alone, on small workbooks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.erreurs import Interdit
from marketplace.heures.models import LigneReprise
from marketplace.heures.queries import avancements
from marketplace.heures.queries.personne import heures_de_la_personne
from marketplace.journal.models import Evenement
from marketplace.marches.models import Clause, EtatMarche, Marche
from marketplace.personnes.models import Personne, Statut, Suivi
from marketplace.reprise.services import examiner
from tests.reprise.conftest import Bureau, classeur, marches

D = Decimal
LIGNE = ["BRL", "Canal", "1", "Gros œuvre", "Bâti Sorgue", 500, 120]
PERSONNES = ["Nom", "Prénom", "Né le", "Opération", "Lot", "Structure", "Modalité", "Statut", "Heures réalisées"]


def test_un_marche_entre_avec_sa_clause_et_un_solde_date(bureau: Bureau) -> None:
    bureau.prendre(marches(LIGNE, entetes=["Maître d'ouvrage", "Opération", "Lot", "Intitulé", "Titulaire",
                                           "Heures prévues", "Heures réalisées au 30/06/2026"]))  # fmt: skip
    (marche,) = bureau.tous(Marche)
    (clause,) = bureau.tous(Clause)
    (ligne,) = bureau.tous(LigneReprise)
    assert (marche.intitule, marche.numero_lot, marche.etat) == ("Gros œuvre", "1", EtatMarche.EN_COURS)
    assert marche.facilitateur_id == bureau.acteur.utilisateur_id
    assert clause.heures_prevues == 500
    assert (ligne.heures, ligne.mois, ligne.personne_id) == (120, date(2026, 6, 1), None)
    assert ligne.source == "feuille « Suivi », ligne 2"
    noms = {o.nom: o.type for o in bureau.tous(Organisation)}
    assert noms["BRL"] is TypeOrganisation.ACHETEUR
    assert noms["Bâti Sorgue"] is TypeOrganisation.ENTREPRISE


def test_les_heures_reprises_comptent_comme_validees_sur_leur_propre_ligne(bureau: Bureau) -> None:
    bureau.prendre(marches(LIGNE))
    with bureau.ctx.lecture() as s:
        (a,) = avancements(s, list(s.scalars(select(Marche.id))), bureau.ctx.aujourdhui()).values()
    assert (a.objectif, a.validees, a.reelles, a.reprises, a.reste) == (500, 120, 120, 120, 380)


def test_les_heures_mois_par_mois_gardent_leur_mois(bureau: Bureau) -> None:
    entetes = ["Acheteur", "Intitulé", "Titulaire", "Heures prévues", "janv-26", "févr-26", "mars-26"]
    bureau.prendre(marches(["BRL", "Digue", "Bâti Sorgue", 100, "10,5", "", 20], entetes=entetes))
    lignes = [(li.mois.month, li.depuis, li.heures) for li in bureau.tous(LigneReprise)]
    assert lignes == [(1, None, D("10.50")), (3, None, D(20))]


def test_un_solde_annuel_se_repartit_dans_la_courbe_sans_rien_perdre(bureau: Bureau) -> None:
    entetes = ["Acheteur", "Intitulé", "Titulaire", "Démarrage", "Fin", "Heures prévues", "Heures réalisées 2025"]
    ligne = ["BRL", "Digue", "Bâti Sorgue", "01/07/2025", "30/06/2027", 600, 100]
    bureau.prendre(marches(ligne, entetes=entetes))
    (repris,) = bureau.tous(LigneReprise)
    assert (repris.depuis, repris.mois) == (date(2025, 7, 1), date(2025, 12, 1))
    with bureau.ctx.lecture() as s:
        (a,) = avancements(s, list(s.scalars(select(Marche.id))), bureau.ctx.aujourdhui()).values()
    assert dict(a.par_mois)[date(2025, 7, 1)] == D("16.67")
    assert sum(h for _, h in a.par_mois) == a.validees == 100


def test_les_heures_des_personnes_ne_sont_pas_comptees_deux_fois(bureau: Bureau) -> None:
    """The marché says 120 h; its people have 80 of them: 40 are left as a solde."""
    gens = [["Exemple", "Alina", "12/05/1990", "Canal", "1", "Pil'emploi", "ETTI", "RSA / DELD", 80]]
    contenu = classeur(Suivi=[ENTETES_MARCHES, LIGNE], Gens=[PERSONNES, *gens])
    _, e = bureau.prendre(contenu)
    assert bureau.heures == 120
    assert sorted(li.heures for li in bureau.tous(LigneReprise)) == [40, 80]
    assert {t.libelle: t.apres for t in e.totaux}["Heures faites, feuille des marchés"] == 120
    (personne,) = bureau.tous(Personne)
    assert {x.categorie for x in bureau.tous(Statut)} == {"rsa", "deld"}
    with bureau.ctx.lecture() as s:
        assert [m.comptees for m in heures_de_la_personne(s, personne.id)] == [80]
    structure = next(o for o in bureau.tous(Organisation) if o.nom == "Pil'emploi")
    assert structure.type is TypeOrganisation.ETTI


ENTETES_MARCHES = [
    "Maître d'ouvrage",
    "Opération",
    "Lot",
    "Intitulé",
    "Titulaire",
    "Heures prévues",
    "Heures réalisées",
]


def test_une_personne_reprise_reste_a_informer_et_n_a_pas_de_referent(bureau: Bureau) -> None:
    gens = [["Exemple", "Alina", "12/05/90", "Canal", "1", "Pil'emploi", "ETTI", "RSA", 80]]
    entetes = [*PERSONNES[:-1], "Heures réalisées 2025"]
    bureau.prendre(classeur(Suivi=[ENTETES_MARCHES, LIGNE], Gens=[entetes, *gens]))
    (personne,) = bureau.tous(Personne)
    assert personne.date_naissance == date(1990, 5, 12)
    assert personne.information_le is None
    assert bureau.compter(Suivi) == 0
    assert personne.dernier_contact_le == date(2025, 12, 31)


def test_les_numeros_de_securite_sociale_et_la_sante_ne_sont_jamais_lus(bureau: Bureau) -> None:
    entetes = [*PERSONNES, "N° SS", "RQTH", "Note"]
    gens = [["Exemple", "Alina", "12/05/1990", "Canal", "1", "", "", "", 80, "290053417210012", "oui", "ok"]]
    contenu = classeur(Suivi=[ENTETES_MARCHES, LIGNE], Gens=[entetes, *gens])
    e = bureau.lire(contenu)
    assert [r.split(" (")[0] for r in e.retirees] == ["N° SS", "RQTH"]
    bureau.prendre(contenu)
    with bureau.ctx.lecture() as s:
        textes = str([vars(x) for t in (Personne, LigneReprise, Evenement) for x in s.scalars(select(t))])
    assert "29005341" not in textes


def test_reprendre_le_meme_fichier_ne_change_rien(bureau: Bureau) -> None:
    gens = [["Exemple", "Alina", "12/05/1990", "Canal", "1", "Pil'emploi", "ETTI", "RSA", 80]]
    contenu = classeur(Suivi=[ENTETES_MARCHES, LIGNE], Gens=[PERSONNES, *gens])
    premiere, _ = bureau.prendre(contenu)
    avant = [bureau.compter(t) for t in (Marche, Personne, LigneReprise, Organisation, Evenement)]
    seconde, e = bureau.prendre(contenu)
    assert premiere
    assert seconde is None
    assert e.deja_repris == premiere
    assert not e.refuses
    assert [bureau.compter(t) for t in (Marche, Personne, LigneReprise, Organisation, Evenement)] == avant


def test_un_total_qui_a_grandi_ajoute_la_difference(bureau: Bureau) -> None:
    bureau.prendre(marches(LIGNE))
    bureau.prendre(marches([*LIGNE[:6], 150]))
    assert [li.heures for li in bureau.tous(LigneReprise)] == [120, 30]
    assert bureau.compter(Marche) == 1


def test_un_marche_deja_saisi_n_est_pas_double_ni_reecrit(bureau: Bureau) -> None:
    acheteur = bureau.fabrique.organisation(TypeOrganisation.ACHETEUR, nom="BRL")
    bureau.fabrique.marche(700, acheteur_id=acheteur.id, intitule="Gros œuvre", numero_lot="1")
    _, e = bureau.prendre(marches(["BRL", "", "1", "Gros œuvre", "Bâti Sorgue", 500, 120]))
    assert e.plan.nouveaux == []
    assert [c.heures_prevues for c in bureau.tous(Clause)] == [700]
    assert bureau.heures == 120


def test_une_meme_personne_avec_des_heures_differentes_est_refusee(bureau: Bureau) -> None:
    def gens(heures: int) -> bytes:
        ligne = ["Exemple", "Alina", "12/05/1990", "Canal", "1", "Pil'emploi", "ETTI", "", heures]
        return classeur(Suivi=[ENTETES_MARCHES, LIGNE], Gens=[PERSONNES, ligne])

    bureau.prendre(gens(80))
    _, e = bureau.prendre(gens(90))
    (refus,) = e.refuses
    assert (refus.ligne, refus.id) == (2, "Gens")
    assert "Déjà repris avec 80" in refus.motif
    assert bureau.heures == 120


@pytest.mark.parametrize(
    ("ligne", "motif"),
    [
        (["BRL", "Canal", "2", "Peinture", "Bâti Sorgue", "beaucoup", 0], "n'est pas un nombre d'heures"),
        (["BRL", "Canal", "2", "Peinture", "Bâti Sorgue", 100, "-12"], "ne peut pas être négatif"),
        (["", "", "2", "Peinture", "Bâti Sorgue", 100, 0], "pas d'acheteur"),
        (["BRL", "Canal", "1", "Gros œuvre", "Bâti Sorgue", 100, 0], "déjà à la ligne 3"),
    ],
)
def test_une_ligne_fausse_est_refusee_avec_son_numero_et_le_reste_est_ecrit(
    bureau: Bureau, ligne: list[object], motif: str
) -> None:
    bonne = ["Région", *LIGNE[1:]] if "acheteur" in motif else LIGNE
    rangees = (
        [ligne, bonne] if "acheteur" in motif else [["Autre", "Digue", "9", "Sols", "Bâti Sorgue", 5, 1], bonne, ligne]
    )
    _, e = bureau.prendre(marches(*rangees))
    (refus,) = e.refuses
    assert motif in refus.motif
    assert refus.ligne == (2 if "acheteur" in motif else 4)
    assert bureau.compter(Marche) == len(rangees) - 1


def test_des_dates_dans_le_desordre_et_un_siret_faux_sont_refuses(bureau: Bureau) -> None:
    entetes = ["Acheteur", "Intitulé", "Titulaire", "SIRET", "Début", "Fin", "Heures prévues"]
    _, e = bureau.prendre(
        marches(
            ["BRL", "Digue", "Bâti Sorgue", "", "01/06/2026", "01/01/2026", 10],
            ["BRL", "Quai", "Bâti Sorgue", "12345678901234", "", "", 10],
            ["BRL", "Port", "Bâti Sorgue", "", "31/02/2026", "", 10],
            ["BRL", "Phare", "Bâti Sorgue", "", "à définir", "", 10],
            entetes=entetes,
        )
    )
    assert [r.ligne for r in e.refuses] == [2, 3, 4]
    assert [m.intitule for m in bureau.tous(Marche)] == ["Phare"]


def test_une_valeur_qui_attend_une_decision_refuse_ses_lignes_puis_la_reponse_les_prend(bureau: Bureau) -> None:
    entetes = [*ENTETES_MARCHES, "État"]
    contenu = marches(
        [*LIGNE, "zorglub"], ["BRL", "Canal", "2", "Sols", "Bâti Sorgue", 50, 0, "en cours"], entetes=entetes
    )
    _, e = bureau.prendre(contenu)
    assert [(d.champ, d.valeur) for d in e.decisions] == [("etat", "zorglub")]
    assert [m.intitule for m in bureau.tous(Marche)] == ["Sols"]
    _, e = bureau.prendre(contenu, valeurs={"etat": {"zorglub": "suspendu"}})
    assert not e.decisions
    assert not e.refuses
    assert [m.etat for m in bureau.tous(Marche)] == [EtatMarche.EN_COURS, EtatMarche.SUSPENDU]
    assert not bureau.lire(contenu).decisions


def test_un_total_qui_ne_fait_pas_ses_lignes_est_dit(bureau: Bureau) -> None:
    e = bureau.lire(marches(LIGNE, ["Sous-total BRL", "", "", "", "", 500, 130], ["TOTAL", "", "", "", "", 500, 130]))
    total = next(t for t in e.totaux if t.libelle.startswith("Heures faites"))
    assert (total.annonce, total.apres, total.ecart) == (130, 120, 10)
    assert "Sous-total BRL" in e.plan.avertissements[0]
    assert "ligne 3" in e.plan.avertissements[0]


def test_des_personnes_qui_ont_plus_d_heures_que_leur_marche_sont_signalees(bureau: Bureau) -> None:
    gens = [["Exemple", "Alina", "12/05/1990", "Canal", "1", "", "", "", 200]]
    _, e = bureau.prendre(classeur(Suivi=[ENTETES_MARCHES, LIGNE], Gens=[PERSONNES, *gens]))
    assert "annonce 120" in e.plan.avertissements[0]
    assert bureau.heures == 200


def test_un_autre_territoire_ne_voit_ni_les_noms_ni_la_reprise(bureau: Bureau) -> None:
    bureau.prendre(marches(LIGNE))
    ailleurs = bureau.fabrique.territoire("ailleurs", nom="Ailleurs", departements=["30"])
    chapeau = bureau.fabrique.facilitateur(
        organisation=bureau.fabrique.organisation(TypeOrganisation.OPCS, territoire_id=ailleurs.id)
    )
    e = examiner(bureau.ctx, bureau.fabrique.acteur(chapeau), marches(LIGNE), "suivi.xlsx")
    assert len(e.plan.nouveaux) == 1
    assert not e.deja_repris
    assert {r.sorte.value for r in e.valeurs.rapprochements["acheteur"]} == {"nouvelle"}


def test_seul_un_facilitateur_verifie_reprend_un_classeur(bureau: Bureau) -> None:
    for chapeau in (bureau.fabrique.employeur(), bureau.fabrique.referent(), bureau.fabrique.acheteur()):
        with pytest.raises(Interdit):
            examiner(bureau.ctx, bureau.fabrique.acteur(chapeau), marches(LIGNE), "suivi.xlsx")
    non_verifie = bureau.fabrique.acteur(bureau.chapeau, organisation_verifiee=False)
    with pytest.raises(Interdit):
        examiner(bureau.ctx, non_verifie, marches(LIGNE), "suivi.xlsx")


def test_le_journal_garde_la_reprise_et_chaque_marche(bureau: Bureau) -> None:
    ref, _ = bureau.prendre(marches(LIGNE))
    actes = [(e.action, e.objet_ref) for e in bureau.tous(Evenement)]
    assert ("reprendre_classeur", ref) in actes
    assert ("reprendre_marche", bureau.tous(Marche)[0].ref) in actes

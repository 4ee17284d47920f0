"""What a file does to the declarations: worked hours only, weeks in two files, months signed, undo."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.imports.annulation import annuler_fichier, fichiers_deposes
from marketplace.heures.imports.correspondance import lire_correspondance
from marketplace.heures.imports.fichier import importer_heures
from marketplace.heures.imports.gardees import fusionner
from marketplace.heures.imports.lignes import Periode
from marketplace.heures.imports.resultat import Resultat, Sort
from marketplace.heures.imports.rubriques import Nature
from marketplace.heures.models import Contrat, CorrespondanceHeures, Declaration, EtatDeclaration, Modalite
from marketplace.heures.services.declarations import enregistrer_brouillon
from marketplace.propositions.services.droits_de_la_personne import effacer
from tests.heures.conftest import OCTOBRE, SEPTEMBRE, Chantier

D = Decimal


@pytest.fixture
def etti(chantier: Chantier) -> Organisation:
    return chantier.structure(TypeOrganisation.ETTI)


@pytest.fixture
def ines(chantier: Chantier, etti: Organisation) -> Contrat:
    return chantier.salarie(
        employeur=etti,
        modalite=Modalite.MAD_ETTI,
        type_contrat="mission",
        personne=chantier.fabrique.personne(prenom="Inès", nom="Garance"),
    )


def importer(chantier: Chantier, etti: Organisation, entete: str, *lignes: str, **options: Any) -> Resultat:
    choix = lire_correspondance(options.pop("choix", {}))
    contenu = "\n".join((entete, *lignes)).encode()
    return importer_heures(chantier.ctx, chantier.acteur_de(etti), etti.id, contenu, choix, **options)


SEMAINES = "Client;Nom;Du;Au;Heures"


def semaine(du: str, au: str, heures: str, nom: str = "Garance Inès") -> str:
    return f"Bâti Exemple;{nom};{du};{au};{heures}"


def brouillon(chantier: Chantier, declaration: Declaration, contrat: Contrat) -> str:
    return str(chantier.lire(declaration.id).brouillon.get(f"h-{contrat.ref}", ""))


def test_les_absences_ne_comptent_jamais_et_c_est_dit(chantier: Chantier, etti: Organisation, ines: Contrat) -> None:
    chantier.declaration(employeur=etti)
    r = importer(
        chantier,
        etti,
        "Client;Nom;Mois;Rubrique;Quantité;Maladie",
        "Bâti Exemple;Garance Inès;10/2026;Heures normales;100;7",
        "Bâti Exemple;Garance Inès;10/2026;Congés payés;14;",
        "Bâti Exemple;Garance Inès;10/2026;Formation;7;",
        "Bâti Exemple;Garance Inès;10/2026;Prime panier;12;",
    )
    assert (r.heures, r.formation) == (D(100), D(7))
    assert r.lecture.non_comptees == {Nature.CONGES: D(14), Nature.MALADIE: D(7)}
    totaux = r.lecture.par_marche[chantier.marche.ref]
    assert totaux.fichier == totaux.retenues + totaux.formation + totaux.non_comptees + totaux.ecartees == D(128)


def test_une_semaine_a_cheval_suit_ses_jours_quand_ils_sont_ecrits(
    chantier: Chantier, etti: Organisation, ines: Contrat
) -> None:
    for mois in (SEPTEMBRE, OCTOBRE):
        chantier.declaration(mois, employeur=etti)
    entete = "Client;Nom;Semaine du;Lundi;Mardi;Mercredi;Jeudi;Vendredi;Total heures"
    r = importer(chantier, etti, entete, "Bâti Exemple;Garance Inès;28/09/2026;10;;;7h30;;17,5")
    assert r.par_mois == {"2026-09": D(10), "2026-10": D("7.50")}
    assert (r.lecture.a_cheval, r.lecture.a_cheval_ouvres) == (1, 0)
    faux = importer(chantier, etti, entete, "Bâti Exemple;Garance Inès;28/09/2026;10;;;7h30;;18")
    assert "Les jours font 17,5" in faux.refuses[0].motif


def test_une_semaine_commencee_avant_le_contrat_reste_dans_le_contrat(chantier: Chantier, etti: Organisation) -> None:
    personne = chantier.fabrique.personne(prenom="Ali", nom="Thuya")
    chantier.salarie(employeur=etti, personne=personne, debut=OCTOBRE, modalite=Modalite.MAD_ETTI)
    chantier.declaration(employeur=etti)
    r = importer(chantier, etti, SEMAINES, semaine("28/09/2026", "04/10/2026", "14", "Thuya Ali"))
    assert (r.applique, r.par_mois) == (True, {"2026-10": D(14)})


def test_les_semaines_d_un_mois_arrivent_en_deux_fichiers(
    chantier: Chantier, etti: Organisation, ines: Contrat
) -> None:
    octobre = chantier.declaration(employeur=etti)
    importer(chantier, etti, SEMAINES, semaine("05/10/2026", "11/10/2026", "35"))
    importer(chantier, etti, SEMAINES, semaine("12/10/2026", "18/10/2026", "28"))
    assert brouillon(chantier, octobre, ines) == "63"
    # The same week again replaces itself.
    importer(chantier, etti, SEMAINES, semaine("12/10/2026", "18/10/2026", "30"))
    assert brouillon(chantier, octobre, ines) == "65"


def test_un_fichier_remplace_les_jours_dont_il_parle_et_laisse_les_autres() -> None:
    def p(du: int, au: int, heures: int) -> Periode:
        return Periode(date(2026, 10, du), date(2026, 10, au), D(heures), D(0))

    assert fusionner([[p(5, 11, 35)], [p(12, 18, 28)]], [p(12, 18, 30)]) == [p(5, 11, 35), p(12, 18, 30)]
    assert fusionner([[p(5, 11, 35), p(12, 18, 28)]], [p(1, 31, 140)]) == [p(1, 31, 140)]


def test_25_heures_en_un_jour_sont_refusees(chantier: Chantier, etti: Organisation, ines: Contrat) -> None:
    chantier.declaration(employeur=etti)
    r = importer(chantier, etti, "Client;Nom;Date;Heures", "Bâti Exemple;Garance Inès;05/10/2026;25")
    assert "25 h en un jour" in r.refuses[0].motif.replace("\u00a0", " ")


def test_les_cellules_fusionnees_reprennent_le_client_du_dessus(
    chantier: Chantier, etti: Organisation, ines: Contrat
) -> None:
    chantier.declaration(employeur=etti)
    r = importer(
        chantier, etti, SEMAINES, semaine("05/10/2026", "11/10/2026", "35"), ";Garance Inès;12/10/2026;18/10/2026;28"
    )
    assert (r.heures, r.lecture.fusionnees) == (D(63), True)


def test_un_mois_signe_se_laisse_ou_se_reprend_par_un_choix(
    chantier: Chantier, etti: Organisation, ines: Contrat
) -> None:
    octobre = chantier.declaration(employeur=etti)
    ligne = semaine("05/10/2026", "11/10/2026", "35")
    importer(chantier, etti, SEMAINES, ligne, signataire="Paie Exemple")
    assert chantier.lire(octobre.id).etat is EtatDeclaration.DECLAREE
    assert importer(chantier, etti, SEMAINES, ligne).groupes[0].sort is Sort.INCHANGE
    autre = semaine("12/10/2026", "18/10/2026", "28")
    r = importer(chantier, etti, SEMAINES, autre)
    assert (r.applique, r.fausses[0].mois) == (False, "2026-10")
    assert importer(chantier, etti, SEMAINES, autre, choix={"mois": {"2026-10": "laisser"}}).heures == 0
    r = importer(chantier, etti, SEMAINES, autre, choix={"mois": {"2026-10": "reprendre"}})
    assert (r.applique, brouillon(chantier, octobre, ines)) == (True, "63")
    assert chantier.lire(octobre.id).etat is EtatDeclaration.BROUILLON


def test_annuler_un_fichier_signe_rend_la_main_sans_toucher_au_registre(
    chantier: Chantier, etti: Organisation, ines: Contrat
) -> None:
    octobre = chantier.declaration(employeur=etti)
    r = importer(chantier, etti, SEMAINES, semaine("05/10/2026", "11/10/2026", "35"), signataire="Paie Exemple")
    annuler_fichier(chantier.ctx, chantier.acteur_de(etti), r.fichier_id or 0)
    apres = chantier.lire(octobre.id)
    assert (apres.etat, apres.brouillon) == (EtatDeclaration.BROUILLON, {f"h-{ines.ref}": ""})
    assert len(chantier.lignes()) == 1
    # The undone file no longer adds its week.
    importer(chantier, etti, SEMAINES, semaine("12/10/2026", "18/10/2026", "28"))
    assert brouillon(chantier, octobre, ines) == "28"


def test_annuler_garde_ce_qui_a_ete_tape_depuis(chantier: Chantier, etti: Organisation, ines: Contrat) -> None:
    zoe = chantier.salarie(employeur=etti, personne=chantier.fabrique.personne(prenom="Zoé", nom="Thym"))
    octobre = chantier.declaration(employeur=etti)
    moi = chantier.acteur_de(etti)
    enregistrer_brouillon(chantier.ctx, moi, octobre.id, {f"h-{ines.ref}": "10"})
    r = importer(chantier, etti, SEMAINES, semaine("05/10/2026", "11/10/2026", "35"))
    assert brouillon(chantier, octobre, ines) == "35"
    enregistrer_brouillon(chantier.ctx, moi, octobre.id, {f"h-{ines.ref}": "35", f"h-{zoe.ref}": "20"})
    annuler_fichier(chantier.ctx, moi, r.fichier_id or 0)
    assert chantier.lire(octobre.id).brouillon == {f"h-{ines.ref}": "10", f"h-{zoe.ref}": "20"}


def test_un_fichier_ne_s_annule_plus_une_fois_valide_ni_recouvert(
    chantier: Chantier, etti: Organisation, ines: Contrat
) -> None:
    octobre = chantier.declaration(employeur=etti)
    moi = chantier.acteur_de(etti)
    premier = importer(chantier, etti, SEMAINES, semaine("05/10/2026", "11/10/2026", "35"))
    second = importer(chantier, etti, SEMAINES, semaine("12/10/2026", "18/10/2026", "28"), signataire="Paie")
    with pytest.raises(RegleViolee, match="plus récent"):
        annuler_fichier(chantier.ctx, moi, premier.fichier_id or 0)
    with pytest.raises(Introuvable):
        annuler_fichier(chantier.ctx, chantier.employeur, second.fichier_id or 0)
    with chantier.ctx.transaction() as s:
        s.get_one(Declaration, octobre.id).etat = EtatDeclaration.VALIDEE
    with pytest.raises(RegleViolee, match="reçu une réponse"):
        annuler_fichier(chantier.ctx, moi, second.fichier_id or 0)
    with chantier.ctx.lecture() as s:
        assert [f.annulable for f in fichiers_deposes(s, etti.id)] == [False, False]


def test_une_personne_inconnue_se_demande(chantier: Chantier, etti: Organisation, ines: Contrat) -> None:
    chantier.declaration(employeur=etti)
    r = importer(chantier, etti, SEMAINES, semaine("05/10/2026", "11/10/2026", "35", "Nouveau Venu"))
    assert (r.applique, [a.texte for a in r.personnes_a_decider]) == (False, ["Nouveau Venu"])
    choix = {"personnes": {"Nouveau Venu": None}}
    r = importer(chantier, etti, SEMAINES, semaine("05/10/2026", "11/10/2026", "35", "Nouveau Venu"), choix=choix)
    assert (r.applique, r.heures) == (True, 0)
    with chantier.ctx.lecture() as s:
        assert "nouveau" not in str(s.execute(select(CorrespondanceHeures.texte)).all())


def test_un_lot_n_est_pas_pris_pour_un_autre(chantier: Chantier, etti: Organisation, ines: Contrat) -> None:
    with chantier.ctx.transaction() as s:
        s.merge(chantier.marche).intitule = "Gros œuvre du collège des Exemples (lot 2)"
    chantier.declaration(employeur=etti)
    ligne = "Gros oeuvre du collège des Exemples (lot 3);Garance Inès;05/10/2026;11/10/2026;35"
    r = importer(chantier, etti, SEMAINES, ligne)
    assert list(r.a_decider) == ["Gros oeuvre du collège des Exemples (lot 3)"]


def test_effacer_une_personne_efface_le_nom_que_lui_donnait_la_paie(
    chantier: Chantier, etti: Organisation, ines: Contrat
) -> None:
    chantier.declaration(employeur=etti)
    importer(chantier, etti, SEMAINES, semaine("05/10/2026", "11/10/2026", "35"))
    with chantier.ctx.transaction() as s:
        assert s.scalars(select(CorrespondanceHeures.personne_id)).all().count(ines.personne_id) == 1
        s.get_one(Contrat, ines.id).fin = date(2026, 11, 1)
        s.flush()
        effacer(chantier.ctx, s, chantier.facilitateur, chantier.personne(ines), "effacer", "essai")
    with chantier.ctx.lecture() as s:
        assert s.scalars(select(CorrespondanceHeures.personne_id)).all().count(ines.personne_id) == 0

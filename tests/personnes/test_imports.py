import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from marketplace.comptes.models import Affectation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.erreurs import FichierRefuse, Introuvable, RegleViolee
from marketplace.personnes import services
from marketplace.personnes.models import DemandeSuivi, Experience, Personne, Suivi
from marketplace.personnes.rules.fichier import lire_modes, lire_permis
from marketplace.personnes.rules.identite import empreinte
from marketplace.tableur import lire_tableau, reconnaitre_colonnes
from tests.fabrique import Fabrique

ENTETE = "Nom;Prénom;Date de naissance;Tél. portable;Ville;Métier;Mobilité;Permis;N° Sécurité sociale;Observations\n"


def csv(*lignes: str, entete: str = ENTETE) -> bytes:
    return (entete + "\n".join(lignes)).encode()


def classeur(*lignes: list[Any]) -> bytes:
    livre = openpyxl.Workbook()
    feuille = livre.active
    assert feuille is not None
    for ligne in lignes:
        feuille.append(ligne)
    sortie = io.BytesIO()
    livre.save(sortie)
    return sortie.getvalue()


@pytest.fixture
def referente(fabrique: Fabrique) -> Acteur:
    fabrique.territoire()
    return fabrique.acteur(fabrique.referent())


def personnes(ctx: Contexte) -> list[Personne]:
    with ctx.lecture() as s:
        return list(s.scalars(select(Personne).order_by(Personne.id)))


BONNE = (
    "Exemple;Nadia;12/04/1988;612345678;Lunel;ménage, 2 ans | serveuse;bus et vélo;oui;285047800608436;elle est douce"
)


def test_un_fichier_se_lit_sans_rien_ecrire(ctx: Contexte, referente: Acteur) -> None:
    bilan = services.examiner_fichier(ctx, referente, csv(BONNE), "file.csv")
    assert (bilan.lignes, bilan.bonnes, bilan.refusees, bilan.ecrites) == (1, 1, (), False)
    assert bilan.retirees == ("N° Sécurité sociale",)
    assert bilan.ignorees == ("Observations",)
    assert personnes(ctx) == []


def test_un_fichier_s_importe_dans_sa_file_active(ctx: Contexte, referente: Acteur) -> None:
    bilan = services.importer_fichier(ctx, referente, csv(BONNE), "file.csv")
    (personne,) = personnes(ctx)
    assert bilan.ecrites
    assert (personne.nom, personne.prenom, personne.date_naissance) == ("Exemple", "Nadia", date(1988, 4, 12))
    assert (personne.telephone, personne.code_insee, personne.permis) == ("06 12 34 56 78", "34145", ["B"])
    assert personne.modes == ["transports", "velo"]
    assert personne.information_le is None
    with ctx.lecture() as s:
        assert [(e.intitule, e.mois) for e in s.scalars(select(Experience).order_by(Experience.id))] == [
            ("ménage", 24),
            ("serveuse", None),
        ]
        assert s.scalars(select(Suivi.referent_id)).one() == referente.referent_id


def test_les_lignes_fausses_sont_dites_une_par_une_et_les_autres_ecrites(
    ctx: Contexte, fabrique: Fabrique, referente: Acteur
) -> None:
    fabrique.personne(
        fabrique.referent(),
        empreinte=empreinte(ctx.config.cle_secrete, "Karim", "Ailleurs", date(1990, 1, 1)),
    )
    fichier = csv(
        BONNE,
        "Sans-Prénom;;;;;;;;;",
        "Futur;Ali;12/04/2090;;;;;;;",
        "Illisible;Zoé;le 12 avril;;;;;;;",
        "Nulle;Part;;;Nulle-Part;;;;;",
        "Ailleurs;Karim;01/01/1990;;;;;;;",
        "Exemple;Nadia;12/04/1988;;;;;;;",
        "Correct;Paul;1990-02-03;;34172;;;;;",
        ";;;;;;;;;",
    )
    bilan = services.importer_fichier(ctx, referente, fichier, "file.csv")
    motifs = {r.ligne: r.motif for r in bilan.refusees}
    assert set(motifs) == {3, 4, 5, 6, 7, 8}
    assert "prénom" in motifs[3]
    assert "futur" in motifs[4]
    assert "Date de naissance" in motifs[5]
    assert "Nulle-Part" in motifs[6]
    assert "déjà enregistrée" in motifs[7]
    assert "plus haut" in motifs[8]
    assert bilan.bonnes == 2


def test_le_meme_fichier_deux_fois_n_ecrit_rien_deux_fois(ctx: Contexte, referente: Acteur) -> None:
    fichier = csv(BONNE, "Sans-Date;Ali;;;;;;;;")
    services.importer_fichier(ctx, referente, fichier, "file.csv")
    second = services.importer_fichier(ctx, referente, fichier, "file.csv")
    assert (second.bonnes, second.deja) == (0, 2)
    assert len(personnes(ctx)) == 2


def test_cinq_mille_lignes_dont_quarante_fausses(ctx: Contexte, referente: Acteur) -> None:
    lignes = [
        f"Exemple{i};Nadia;{'99/99/1999' if i % 125 == 0 else '12/04/1988'};;Lunel;maçon, 2 ans;bus;;;"
        for i in range(5000)
    ]
    bilan = services.importer_fichier(ctx, referente, csv(*lignes), "file.csv")
    assert (bilan.lignes, bilan.bonnes, len(bilan.refusees)) == (5000, 4960, 40)
    assert bilan.refusees[0].ligne == 2
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(Personne)) == 4960


def test_un_classeur_avec_titre_et_dates(ctx: Contexte, referente: Acteur) -> None:
    fichier = classeur(
        ["Ma file active"],
        [],
        ["Nom de famille", "Prenom", "Né le", "Ville"],
        ["Exemple", "Nadia", date(1988, 4, 12), "Béziers"],
    )
    bilan = services.importer_fichier(ctx, referente, fichier, "file.xlsx")
    assert bilan.bonnes == 1
    (personne,) = personnes(ctx)
    assert (personne.date_naissance, personne.code_insee) == (date(1988, 4, 12), "34032")


def test_l_information_de_tous_en_une_fois(ctx: Contexte, referente: Acteur) -> None:
    services.importer_fichier(ctx, referente, csv(BONNE, "Correct;Paul;;;;;;;;"), "file.csv")
    refs = [p.ref for p in personnes(ctx)]
    assert services.informer_plusieurs(ctx, referente, refs, canal="courrier") == 2
    assert {p.information_canal for p in personnes(ctx)} == {"courrier"}


def test_une_seule_reference_d_un_autre_refuse_le_lot(ctx: Contexte, fabrique: Fabrique, referente: Acteur) -> None:
    services.importer_fichier(ctx, referente, csv(BONNE), "file.csv")
    autre = fabrique.personne(fabrique.referent(), information_le=None)
    refs = [p.ref for p in personnes(ctx)]
    assert autre.ref in refs
    with pytest.raises(Introuvable):
        services.informer_plusieurs(ctx, referente, refs, canal="courrier")
    assert all(p.information_le is None for p in personnes(ctx))


@pytest.mark.parametrize(
    ("contenu", "nom", "mot"),
    [
        (b"", "vide.csv", "vide"),
        (b"PK\x03\x04rien", "faux.xlsx", "abîmé"),
        (b"\x00\x01\x02", "image.png", "XLSX ou en CSV"),
        (b"a;b\n1;2\n", "autre.csv", "Prénom"),
        (b"Nom;Prenom\nA;B\n", "185057800608436.csv", "sécurité sociale"),
    ],
)
def test_un_fichier_illisible_est_refuse_en_entier(
    ctx: Contexte, referente: Acteur, contenu: bytes, nom: str, mot: str
) -> None:
    with pytest.raises(FichierRefuse) as refus:
        services.examiner_fichier(ctx, referente, contenu, nom)
    assert mot in refus.value.message


def test_un_employeur_n_importe_personne(ctx: Contexte, fabrique: Fabrique) -> None:
    for affectation in (fabrique.employeur(), fabrique.acheteur()):
        with pytest.raises(Introuvable):
            services.importer_fichier(ctx, fabrique.acteur(affectation), csv(BONNE), "file.csv")


def test_les_encodages_de_windows_se_lisent() -> None:
    tableau = lire_tableau("Prénom;Nom\nZoé;Été\n".encode("cp1252"), "a.csv")
    assert tableau.entetes == ("Prénom", "Nom")
    assert tableau.lignes[0].cellules == ("Zoé", "Été")
    assert lire_tableau("Prénom\tNom\nZoé\tÉté\n".encode("utf-8-sig"), "a.csv").entetes == ("Prénom", "Nom")


def test_une_colonne_se_reconnait_a_peu_pres() -> None:
    synonymes = {"prenom": ("prenom",), "nom": ("nom",), "telephone": ("telephone",)}
    trouvees = reconnaitre_colonnes(("Prénoms ", "NOM", "telephonne"), synonymes)
    assert trouvees == {"prenom": 0, "nom": 1, "telephone": 2}


def test_les_deplacements_et_les_permis_en_toutes_lettres() -> None:
    assert lire_modes("Voiture perso") == ("voiture",)
    assert lire_modes("à pied, tram") == ("transports", "marche")
    assert lire_modes("sans véhicule") == ("marche",)
    assert lire_permis("permis B et C") == ("B", "C")
    assert lire_permis("en cours") == ()


def test_un_numero_egare_dans_une_case_ne_coute_que_sa_ligne(ctx: Contexte, referente: Acteur) -> None:
    fichier = csv(
        "Exemple;Nadia;;;Lunel;maçon;;;;",
        "Exemple;Zoé;;;Lunel;285047800608436;;;;",
        "285047800608436;Ali;;;;maçon;;;;",
        "Exemple;Paul;;;1 85 05 78 006 084 36;maçon;;;;",
    )
    bilan = services.importer_fichier(ctx, referente, fichier, "file.csv")
    assert bilan.bonnes == 1
    assert [r.ligne for r in bilan.refusees] == [3, 4, 5]
    assert all("sécurité sociale" in r.motif for r in bilan.refusees)
    assert "285047800608436" not in str(bilan)
    assert "084 36" not in str(bilan)


def test_les_personnes_deja_connues_se_demandent_en_une_case(
    ctx: Contexte, fabrique: Fabrique, referente: Acteur
) -> None:
    connue = fabrique.personne(
        fabrique.referent(), empreinte=empreinte(ctx.config.cle_secrete, "Karim", "Ailleurs", date(1990, 1, 1))
    )
    fichier = csv("Ailleurs;Karim;01/01/1990;;;;;;;")
    assert services.examiner_fichier(ctx, referente, fichier, "file.csv").connues == 1
    assert services.importer_fichier(ctx, referente, fichier, "file.csv").demandees == 0
    assert services.importer_fichier(ctx, referente, fichier, "file.csv", demander_suivis=True).demandees == 1
    assert services.importer_fichier(ctx, referente, fichier, "file.csv", demander_suivis=True).demandees == 0
    with ctx.lecture() as s:
        assert s.scalars(select(DemandeSuivi.personne_id)).all() == [connue.id]


def test_toute_la_file_active_s_informe_a_une_date_et_celle_d_un_autre_reste(
    ctx: Contexte, fabrique: Fabrique, referente: Acteur
) -> None:
    autre = fabrique.personne(fabrique.referent(), information_le=None)
    services.importer_fichier(ctx, referente, csv(BONNE, "Correct;Paul;;;;;;;;"), "file.csv")
    veille = ctx.aujourdhui() - timedelta(days=1)
    with pytest.raises(RegleViolee):
        services.informer_tous(ctx, referente, canal="courrier", le=ctx.aujourdhui() + timedelta(days=1))
    assert services.informer_tous(ctx, referente, canal="courrier", le=veille) == 2
    assert services.informer_tous(ctx, referente, canal="courrier") == 0
    dates = {p.id: p.information_le for p in personnes(ctx)}
    assert dates.pop(autre.id) is None
    assert set(dates.values()) == {veille}


def test_la_page_dit_chaque_ligne_laissee_et_un_second_envoi_n_ecrit_rien(
    ctx: Contexte, fabrique: Fabrique, connecter: Callable[[Affectation], FlaskClient]
) -> None:
    affectation = fabrique.referent()
    page = connecter(affectation)
    fichier = csv(BONNE, "Futur;Ali;12/04/2090;;;;;;;")
    examen = page.post("/referent/personnes/importer", data={"fichier": (io.BytesIO(fichier), "file.csv")})
    jeton = re.search(r'name="jeton" value="([^"]+)"', examen.get_data(as_text=True))
    assert jeton is not None
    envoi = {"jeton": jeton[1], "nom": "file.csv", "information_canal": ""}
    suite = page.post("/referent/personnes/importer/ecrire", data=envoi)
    html = page.get(suite.location).get_data(as_text=True)
    assert "1 personne enregistrée" in html
    assert "Futur" in html
    assert "dans le futur" in html
    assert "/a-informer" in html
    assert connecter(fabrique.referent()).get(suite.location).status_code == 404
    assert page.post("/referent/personnes/importer/ecrire", data=envoi).location.endswith("/importer")
    assert len(personnes(ctx)) == 1
    refus = page.post("/referent/personnes/a-informer", data={"qui": "toutes", "information_le": "2090-01-01"})
    assert refus.status_code == 422
    page.post(
        "/referent/personnes/a-informer",
        data={"qui": "toutes", "information_canal": "courrier", "information_le": "2026-11-02"},
    )
    assert [p.information_le for p in personnes(ctx)] == [date(2026, 11, 2)]

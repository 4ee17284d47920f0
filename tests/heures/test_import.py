"""An employer's own file: all of ours or nothing, and nothing of anybody else's in the database."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.erreurs import FichierRefuse, Introuvable, RegleViolee
from marketplace.heures.imports.correspondance import Correspondance, lire_correspondance
from marketplace.heures.imports.fichier import importer_heures
from marketplace.heures.imports.formats import lire_duree, lire_mois, repartir
from marketplace.heures.imports.resultat import Resultat
from marketplace.heures.imports.tableau import lire_tableau
from marketplace.heures.models import Contrat, EtatDeclaration, Modalite
from tests.heures.conftest import OCTOBRE, SEPTEMBRE, Chantier

D = Decimal
TOUT_HORS_CLAUSE = {"*": None}


@pytest.fixture
def etti(chantier: Chantier) -> Organisation:
    return chantier.structure(TypeOrganisation.ETTI)


@pytest.fixture
def interimaires(chantier: Chantier, etti: Organisation) -> list[Contrat]:
    return [
        chantier.salarie(
            employeur=etti,
            modalite=Modalite.MAD_ETTI,
            type_contrat="mission",
            personne=chantier.fabrique.personne(prenom=prenom, nom=nom),
        )
        for prenom, nom in (("Inès", "Garance"), ("Élie", "Du Thym"))
    ]


def importer(chantier: Chantier, etti: Organisation, contenu: bytes | str, **options: Any) -> Resultat:
    correspondance = options.pop("correspondance", {})
    return importer_heures(
        chantier.ctx,
        options.pop("acteur", None) or chantier.acteur_de(etti),
        etti.id,
        contenu.encode() if isinstance(contenu, str) else contenu,
        lire_correspondance(correspondance),
        **options,
    )


def csv(chantier: Chantier, *lignes: str) -> str:
    return "\n".join(("Client;Nom;Prénom;Mois;Heures;Formation", *lignes))


def test_un_fichier_simple_remplit_la_declaration_sans_la_signer(
    chantier: Chantier, etti: Organisation, interimaires: list[Contrat]
) -> None:
    declaration = chantier.declaration(employeur=etti)
    fichier = csv(
        chantier,
        "Bâti Exemple;GARANCE;Inès;octobre 2026;112,5;7",
        "Bâti Exemple;Du Thym;Elie;10/2026;80h30;",
    )
    r = importer(chantier, etti, fichier)
    assert (r.applique, r.lecture.lus, r.lecture.retenues, r.lecture.ecartees, r.declarations) == (True, 2, 2, 0, 1)
    assert (r.heures, r.formation, r.par_mois) == (D("193.00"), D(7), {"2026-10": D("193.00")})
    assert chantier.lire(declaration.id).etat is EtatDeclaration.BROUILLON
    ines, elie = (c.ref for c in interimaires)
    assert chantier.lire(declaration.id).brouillon == {f"h-{ines}": "112,5", f"f-{ines}": "7", f"h-{elie}": "80,5"}


def test_avec_un_signataire_les_heures_sont_declarees_en_une_fois(
    chantier: Chantier, etti: Organisation, interimaires: list[Contrat]
) -> None:
    for mois in (SEPTEMBRE, OCTOBRE):
        chantier.declaration(mois, employeur=etti)
    fichier = csv(
        chantier,
        "Bâti Exemple;Garance;Inès;09/2026;100;",
        "Bâti Exemple;Garance;Inès;10/2026;120;",
    )
    r = importer(chantier, etti, fichier, signataire="Paie Exemple")
    assert (r.applique, r.declarations) == (True, 2)
    assert chantier.avancement().declarees == D(220)


def test_un_essai_a_blanc_donne_les_totaux_et_n_ecrit_rien(
    chantier: Chantier, etti: Organisation, interimaires: list[Contrat]
) -> None:
    declaration = chantier.declaration(employeur=etti)
    r = importer(chantier, etti, csv(chantier, "Bâti Exemple;Garance;Inès;10/2026;100;"), dry_run=True)
    assert (r.applique, r.complet, r.heures) == (False, True, D(100))
    assert chantier.lire(declaration.id).etat is EtatDeclaration.A_FAIRE


@pytest.mark.parametrize(
    ("ligne", "motif"),
    [
        ("Bâti Exemple;Garance;Inès;10/2026;-5;", "négatif"),
        ("Bâti Exemple;Garance;Inès;10/2026;cent;", "n'est pas un nombre"),
        ("Bâti Exemple;Garance;Inès;octembre;10;", "n'est pas une date"),
        ("Bâti Exemple;Garance;Inès;10/2026;300;", "un mois ne dépasse pas"),
        ("Bâti Exemple;Garance;Inès;08/2026;10;", "n'a pas de contrat"),
        ("Bâti Exemple;Garance;Inès;08/2026;10;", "ajoutez d'abord la mission ou le contrat"),
        ("Bâti Exemple;Garance;Inès;09/2026;10;", "Aucune déclaration n'attend pour septembre 2026"),
        ("Bâti Exemple;Garance;Inès;12/2026;10;", "pas encore passés"),
        ("Bâti Exemple;Du Thym;Élie;10/2026;50;", "en double"),
    ],
)
def test_une_seule_ligne_fausse_refuse_tout_et_dit_laquelle(
    chantier: Chantier, etti: Organisation, interimaires: list[Contrat], ligne: str, motif: str
) -> None:
    declaration = chantier.declaration(employeur=etti)
    r = importer(chantier, etti, csv(chantier, "Bâti Exemple;Du Thym;Élie;10/2026;50;", ligne))
    assert not r.applique
    assert [(x.ligne, motif in x.motif) for x in r.refuses] == [(3, True)]
    assert chantier.lire(declaration.id).brouillon == {}


def test_des_heures_deja_signees_ne_se_remplacent_pas(
    chantier: Chantier, etti: Organisation, interimaires: list[Contrat]
) -> None:
    chantier.declarer({interimaires[0]: "100"}, acteur=chantier.acteur_de(etti), employeur=etti)
    r = importer(chantier, etti, csv(chantier, "Bâti Exemple;Garance;Inès;10/2026;90;"))
    assert "déjà signées" in r.refuses[0].motif


def test_un_fichier_n_efface_pas_les_personnes_qu_il_ne_nomme_pas(
    chantier: Chantier, etti: Organisation, interimaires: list[Contrat]
) -> None:
    chantier.declaration(employeur=etti)
    importer(chantier, etti, csv(chantier, "Bâti Exemple;Garance;Inès;10/2026;90;"))
    importer(chantier, etti, csv(chantier, "Bâti Exemple;Du Thym;Élie;10/2026;40;"), signataire="Paie")
    assert chantier.avancement().declarees == D(130)


def test_un_chantier_inconnu_demande_un_choix_et_le_choix_se_retient(
    chantier: Chantier, etti: Organisation, interimaires: list[Contrat]
) -> None:
    chantier.declaration(employeur=etti)
    fichier = csv(
        chantier, "CH-117;Garance;Inès;10/2026;90;", "Villa Dupont;Martin;Léa;10/2026;35;", "Villa Dupont;X;Y;;;"
    )
    r = importer(chantier, etti, fichier)
    assert not r.applique
    assert r.a_decider == {"CH-117": 1, "Villa Dupont": 2}
    choix = {"chantiers": {"ch-117": chantier.marche.ref, "Villa Dupont": None}}
    r = importer(chantier, etti, fichier, correspondance=choix)
    assert (r.applique, r.lecture.retenues, r.lecture.ecartees) == (True, 1, 2)


def test_le_matricule_retenu_designe_le_contrat(
    chantier: Chantier, etti: Organisation, interimaires: list[Contrat]
) -> None:
    chantier.declaration(employeur=etti)
    fichier = f"Chantier;Matricule;Période;Nb heures\n{chantier.marche.ref};0042;2026-10;77,25\n"
    premier = importer(chantier, etti, fichier)
    assert (premier.applique, [p.texte for p in premier.personnes_a_decider]) == (False, ["0042"])
    choix = {"personnes": {"0042": interimaires[1].ref}}
    assert importer(chantier, etti, fichier, correspondance=choix).heures == D("77.25")
    # The next file needs no mapping: the matricule is remembered.
    assert importer(chantier, etti, fichier.replace("77,25", "78")).heures == D(78)


def test_un_employeur_n_importe_pas_pour_un_autre(
    chantier: Chantier, etti: Organisation, interimaires: list[Contrat]
) -> None:
    with pytest.raises(Introuvable):
        importer(chantier, etti, csv(chantier, "x;y;z;10/2026;1;"), acteur=chantier.employeur)


@pytest.mark.parametrize(
    ("contenu", "motif"),
    [
        (b"PK\x03\x04tronque", "abîmé"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "ni un classeur"),
        (b"", "vide"),
    ],
)
def test_un_fichier_illisible_est_refuse_en_entier(contenu: bytes, motif: str) -> None:
    with pytest.raises(FichierRefuse, match=motif):
        lire_tableau(contenu)


def test_une_colonne_introuvable_se_demande() -> None:
    tableau = lire_tableau("Nom;Âge\nDupont;4".encode("cp1252"))
    assert tableau.manques == ("les heures", "le chantier ou le client", "le mois, ou les dates")


def test_les_colonnes_se_reconnaissent_dans_un_export_latin_1() -> None:
    contenu = "Période;Chantier ;Salarié;Nb. Heures\noctobre 2026;A;B;7,5\n".encode("cp1252")
    tableau = lire_tableau(contenu)
    assert dict(tableau.colonnes) == {
        "mois": "Période",
        "chantier": "Chantier",
        "nom": "Salarié",
        "heures": "Nb. Heures",
    }
    assert tableau.lignes[0].numero == 2
    assert lire_tableau(b"A;B;C;D\n1;2;10/2026;4", {"chantier": "A", "nom": "B", "mois": "C", "heures": "D"}).lignes


@pytest.mark.parametrize(
    ("texte", "mois"),
    [
        ("octobre 2026", OCTOBRE),
        ("Oct. 2026", OCTOBRE),
        ("10/2026", OCTOBRE),
        ("2026-10", OCTOBRE),
        ("202610", OCTOBRE),
        ("31/10/2026", OCTOBRE),
        ("2026-10-31", OCTOBRE),
        ("Août 2026", date(2026, 8, 1)),
    ],
)
def test_le_mois_se_lit_comme_on_l_ecrit(texte: str, mois: date) -> None:
    assert lire_mois(texte) == mois


def test_les_heures_d_une_semaine_a_cheval_se_partagent_par_jour_ouvre() -> None:
    assert repartir(D(35), date(2026, 9, 28), date(2026, 10, 4)) == {SEPTEMBRE: D("21.00"), OCTOBRE: D("14.00")}
    assert lire_duree("151.666666") == D("151.67")


def test_une_correspondance_mal_formee_se_dit() -> None:
    with pytest.raises(RegleViolee, match="chantiers"):
        lire_correspondance({"chantiers": ["M-000001"]})
    assert lire_correspondance({}) == Correspondance()


def test_la_commande_importe_ou_dit_ce_qui_manque(
    chantier: Chantier,
    etti: Organisation,
    interimaires: list[Contrat],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from marketplace import cli
    from marketplace.cli import heures as commande

    monkeypatch.setattr(commande, "creer_contexte", lambda: chantier.ctx)
    siret = "55208131766522"
    with chantier.ctx.transaction() as s:
        s.get_one(Organisation, etti.id).siret = siret
    chantier.declaration(employeur=etti)
    fichier = tmp_path / "paie.csv"
    fichier.write_text(csv(chantier, "CH-117;Garance;Inès;10/2026;90;"), encoding="cp1252")
    base = ["import", "heures", str(fichier), "--employeur", siret, "--json"]
    assert cli.main(base) == 1
    assert json.loads(capsys.readouterr().out)["a_decider"] == [{"chantier": "CH-117", "lignes": 1}]
    mapping = tmp_path / "choix.json"
    mapping.write_text(json.dumps({"chantiers": {"CH-117": chantier.marche.ref}}), encoding="utf-8")
    assert cli.main([*base, "--mapping", str(mapping), "--dry-run"]) == 0
    assert cli.main([*base, "--mapping", str(mapping)]) == 0
    sortie = capsys.readouterr().out
    assert json.loads(sortie[sortie.rindex('{\n "applique"') :])["heures"] == "90.00"
    assert cli.main(["import", "heures", str(fichier), "--employeur", "123"]) == 1
    assert cli.main(["import", "heures", str(tmp_path / "absent.csv"), "--employeur", siret]) == 1
    assert "Impossible de lire" in capsys.readouterr().err

import gzip
import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select

from marketplace.contexte import Contexte
from marketplace.erreurs import ErreurExploitation
from marketplace.metiers.models import Appellation, Competence, Cpv, Metier, MetierCompetence, Mobilite, Naf
from marketplace.referentiel import ReferentielCharge, charger_lots
from marketplace.territoire.chargement import LOTS, VOISINES
from marketplace.territoire.models import Commune, CommuneVoisine, ContourCommune, TypeZone, Zone
from seeds.referentiels import DOSSIER, NOMS_DES_LOTS, charger_referentiels


def _nombre(ctx: Contexte, table: type, *conditions: object) -> int:
    with ctx.lecture() as s:
        return s.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


@pytest.mark.parametrize(
    ("table", "attendu"),
    [
        (Commune, 34_969),
        (ContourCommune, 341),
        (Metier, 1_584),
        (Appellation, 13_120),
        (Competence, 33_671),
        (MetierCompetence, 90_556),
        (Mobilite, 14_912),
        (Cpv, 9_454),
        (Naf, 1_707),
    ],
)
def test_chaque_referentiel_est_charge_en_entier(ctx_reference: Contexte, table: type, attendu: int) -> None:
    assert _nombre(ctx_reference, table) == attendu


def test_les_deux_generations_de_qpv_et_les_trois_sdi_sont_la(ctx_reference: Contexte) -> None:
    assert _nombre(ctx_reference, Zone, Zone.type == TypeZone.QPV_2015) == 22
    assert _nombre(ctx_reference, Zone, Zone.type == TypeZone.QPV_2024) == 21
    assert _nombre(ctx_reference, Zone, Zone.type == TypeZone.SDI) == 3


def test_recharger_n_ecrit_rien(ctx_reference_neuf: Contexte) -> None:
    etat = select(ReferentielCharge.nom, ReferentielCharge.empreinte, ReferentielCharge.charge_le)
    with ctx_reference_neuf.lecture() as s:
        avant = s.execute(etat.order_by(ReferentielCharge.nom)).all()
    assert charger_referentiels(ctx_reference_neuf) == dict.fromkeys(NOMS_DES_LOTS, 0)
    with ctx_reference_neuf.lecture() as s:
        assert s.execute(etat.order_by(ReferentielCharge.nom)).all() == avant


def test_un_fichier_change_est_repris_seul(ctx_reference_neuf: Contexte, tmp_path: Path) -> None:
    dossier = tmp_path / "ref"
    shutil.copytree(DOSSIER, dossier, ignore=shutil.ignore_patterns("__pycache__"))
    lignes = (dossier / VOISINES).read_text(encoding="utf-8").splitlines()
    perdue, corrigee = lignes[1].split(","), lignes[2].split(",")
    corrigee[3] = "99.5"
    (dossier / VOISINES).write_text("\n".join([lignes[0], ",".join(corrigee), *lignes[3:]]), encoding="utf-8")
    vus: list[tuple[str, int, int]] = []
    ecrites = charger_referentiels(ctx_reference_neuf, lambda *a: vus.append(a), dossier=dossier)
    assert {nom: n for nom, n in ecrites.items() if n} == {"communes voisines": 1_050}
    assert vus[-1] == ("communes voisines", 1_050, 1_050)
    with ctx_reference_neuf.lecture() as s:
        assert s.get(CommuneVoisine, tuple(perdue[:2])) is None
        assert s.get_one(CommuneVoisine, tuple(corrigee[:2])).distance_km == 99.5


def _une_base_vide(ctx: Contexte) -> bool:
    return _nombre(ctx, Commune) == 0 and _nombre(ctx, ReferentielCharge) == 0


@pytest.mark.parametrize("degat", ["manquant", "tronque", "colonne", "double"])
def test_un_fichier_abime_ne_laisse_rien_a_moitie(ctx: Contexte, tmp_path: Path, degat: str) -> None:
    dossier = tmp_path / "ref"
    shutil.copytree(DOSSIER, dossier, ignore=shutil.ignore_patterns("__pycache__"))
    fichier = dossier / "qpv_2024_herault.csv"
    texte = fichier.read_text(encoding="utf-8")
    if degat == "manquant":
        fichier.unlink()
    elif degat == "tronque":
        communes = dossier / "communes_france.csv.gz"
        communes.write_bytes(communes.read_bytes()[:5000])
    elif degat == "colonne":
        fichier.write_text(texte.replace("nom_qp", "nom"), encoding="utf-8")
    else:
        fichier.write_text(texte + texte.splitlines()[1] + "\n", encoding="utf-8")
    with pytest.raises(ErreurExploitation, match=r"récupérez-le|porte deux fois"):
        charger_lots(ctx, LOTS, dossier)
    assert _une_base_vide(ctx)


def test_la_page_sources_nomme_chaque_fichier_livre() -> None:
    from marketplace.territoire.queries import sources

    livres = {f.name for f in DOSSIER.iterdir() if f.suffix in {".gz", ".csv", ".json"}} - {"SOURCES.csv"}
    assert {s.fichier for s in sources()} == livres
    assert all(s.producteur and s.licence and s.date for s in sources())


def test_les_fichiers_compresses_se_relisent() -> None:
    for fichier in DOSSIER.glob("*.gz"):
        assert gzip.decompress(fichier.read_bytes())

"""Pieces only where they are asked: hours wait for them, count once they are seen. Never a payslip."""

from __future__ import annotations

import struct
import zlib
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.models import Declaration, EtatLigne, PieceHeures
from marketplace.heures.rules.pieces import TAILLE_MAX, preparer_piece, refuser_fiche_de_paie
from marketplace.heures.services.pieces import (
    accepter_piece,
    deposer_piece,
    effacer_pieces,
    lire_pieces,
    noter_piece_vue,
    ouvrir_piece,
    refuser_piece,
)
from marketplace.journal.models import Courriel
from marketplace.marches.models import ConsigneDeclaration
from marketplace.marches.rules.consignes import ModePieces, Rythme
from tests.conftest import Horloge
from tests.heures.conftest import Chantier

GPS = b"Exif\x00\x00GPS 43.6 3.87"


def segment(marqueur: int, contenu: bytes) -> bytes:
    return bytes([0xFF, marqueur]) + struct.pack(">H", len(contenu) + 2) + contenu


def jpeg() -> bytes:
    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\x00\x01\x01")
        + segment(0xE1, GPS)
        + segment(0xFE, b"commentaire")
        + segment(0xDB, b"\x00" * 65)
        + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
        + b"image\xff\x00suite"
        + b"\xff\xd9"
        + b"apres la fin"
    )


def morceau(nom: bytes, contenu: bytes) -> bytes:
    return struct.pack(">I", len(contenu)) + nom + contenu + struct.pack(">I", zlib.crc32(nom + contenu))


def png() -> bytes:
    return (
        b"\x89PNG\r\n\x1a\n"
        + morceau(b"IHDR", b"\x00" * 13)
        + morceau(b"eXIf", GPS)
        + morceau(b"tEXt", b"Author\x00Exemple")
        + morceau(b"IDAT", b"\x78\x9c")
        + morceau(b"IEND", b"")
    )


PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"


@pytest.mark.parametrize(("contenu", "format_"), [(jpeg(), "jpg"), (png(), "png"), (PDF, "pdf")])
def test_une_photo_ou_un_pdf_se_reconnait_a_son_contenu(contenu: bytes, format_: str) -> None:
    trouve, garde = preparer_piece(contenu)
    assert trouve == format_
    assert GPS not in garde
    assert b"commentaire" not in garde
    assert preparer_piece(garde) == (format_, garde)


def test_l_image_elle_meme_reste_entiere() -> None:
    garde = preparer_piece(jpeg())[1]
    assert garde.endswith(b"image\xff\x00suite\xff\xd9")
    assert segment(0xDB, b"\x00" * 65) in garde
    assert morceau(b"IDAT", b"\x78\x9c") in preparer_piece(png())[1]


@pytest.mark.parametrize(
    "contenu",
    [
        b"",
        b"GIF89a",
        b"MZ\x90",
        b"<svg onload=x>",
        b"%PDF-1.7 sans fin",
        jpeg()[:40],
        b"\xff\xd8\xff\xe1\xff\xff",
        png()[:-4],
        png().replace(b"\x78\x9c", b"\x00\x00"),
        PDF + b"x" * TAILLE_MAX + b"%%EOF",
    ],
)
def test_un_autre_fichier_est_refuse(contenu: bytes) -> None:
    with pytest.raises(RegleViolee):
        preparer_piece(contenu)


@pytest.mark.parametrize("nom", ["Bulletin de paie oct.pdf", "FICHE_DE_PAYE.jpg", "bulletin-salaire.pdf", "paie10.pdf"])
def test_une_fiche_de_paie_est_refusee_a_son_nom(nom: str) -> None:
    with pytest.raises(RegleViolee, match="fiche de paie"):
        refuser_fiche_de_paie(nom)


def demander(chantier: Chantier, mode: ModePieces, rythme: Rythme | None = None) -> None:
    chantier.fabrique.garder(
        ConsigneDeclaration(
            marche_id=chantier.marche.id,
            a_partir_du=date(2026, 7, 1),
            pieces=mode,
            rythme=rythme,
            cree_le=chantier.ctx.horloge(),
        )
    )


def pieces(chantier: Chantier) -> list[PieceHeures]:
    with chantier.ctx.lecture() as s:
        return list(s.scalars(select(PieceHeures).order_by(PieceHeures.id)))


def deposer(chantier: Chantier, id_: int, **champs) -> None:
    acteur = champs.pop("acteur", chantier.employeur)
    valeurs = {"type_": "releve", "nom": "photo.jpg", "contenu": jpeg()} | champs
    deposer_piece(chantier.ctx, acteur, id_, **valeurs)


def test_sans_piece_les_heures_validees_attendent_puis_comptent_quand_on_l_a_vue(chantier: Chantier) -> None:
    demander(chantier, ModePieces.VUE)
    a = chantier.salarie()
    id_ = chantier.declarer({a: "100"})
    chantier.valider(id_)
    (decision,) = chantier.decisions()
    assert decision.etat is EtatLigne.ATTENTE_PIECE
    assert "relevé d'heures signé" in decision.explication
    assert chantier.avancement().validees == 0
    with pytest.raises(Introuvable):
        noter_piece_vue(chantier.ctx, chantier.employeur, id_, type_="releve")
    assert noter_piece_vue(chantier.ctx, chantier.facilitateur, id_, type_="releve", precision="feuille 3") == 1
    assert chantier.avancement().validees == 100
    (vue,) = pieces(chantier)
    assert (vue.fichier, vue.vue_par_id) == (None, chantier.facilitateur.utilisateur_id)


def test_sans_demande_rien_n_attend(chantier: Chantier) -> None:
    a = chantier.salarie()
    id_ = chantier.declarer({a: "100"})
    chantier.valider(id_)
    assert chantier.avancement().validees == 100
    with pytest.raises(RegleViolee, match="ne demande pas"):
        deposer(chantier, id_)
    assert list((chantier.ctx.config.dossier_var / "pieces").iterdir()) == []


def test_une_photo_deposee_est_regardee_puis_les_heures_comptent(chantier: Chantier) -> None:
    demander(chantier, ModePieces.FICHIER)
    a = chantier.salarie()
    id_ = chantier.declarer({a: "100"})
    deposer(chantier, id_)
    chantier.valider(id_)
    assert chantier.avancement().validees == 0
    (piece,) = pieces(chantier)
    contenu, mime, nom = ouvrir_piece(chantier.ctx, chantier.facilitateur, piece.id)
    assert (GPS in contenu, mime, nom) == (False, "image/jpeg", f"piece-{piece.id}.jpg")
    etranger = chantier.acteur_de(chantier.fabrique.organisation())
    for acte in (
        lambda: ouvrir_piece(chantier.ctx, etranger, piece.id),
        lambda: deposer(chantier, id_, acteur=etranger),
        lambda: accepter_piece(chantier.ctx, chantier.employeur, piece.id),
        lambda: lire_pieces(chantier.ctx, etranger, id_),
    ):
        with pytest.raises(Introuvable):
            acte()
    assert accepter_piece(chantier.ctx, chantier.facilitateur, piece.id) == 1
    assert chantier.avancement().validees == 100
    with pytest.raises(RegleViolee, match="déjà"):
        refuser_piece(chantier.ctx, chantier.facilitateur, piece.id, motif="floue")


def test_une_photo_refusee_se_renvoie(chantier: Chantier) -> None:
    demander(chantier, ModePieces.FICHIER)
    a = chantier.salarie()
    id_ = chantier.declarer({a: "100"})
    deposer(chantier, id_)
    with pytest.raises(RegleViolee, match="pourquoi"):
        refuser_piece(chantier.ctx, chantier.facilitateur, pieces(chantier)[0].id, motif=" ")
    refuser_piece(chantier.ctx, chantier.facilitateur, pieces(chantier)[0].id, motif="Photo floue")
    assert lire_pieces(chantier.ctx, chantier.employeur, id_).attendue
    with chantier.ctx.lecture() as s:
        courriel = s.scalars(select(Courriel).where(Courriel.cle.startswith("declaration-piece"))).one()
    assert "floue" not in courriel.corps
    deposer(chantier, id_)
    assert not lire_pieces(chantier.ctx, chantier.employeur, id_).attendue


def test_la_piece_d_un_trimestre_vaut_pour_ses_trois_mois(chantier: Chantier) -> None:
    demander(chantier, ModePieces.VUE, Rythme.TRIMESTRIEL)
    a = chantier.salarie(debut=date(2026, 8, 1))
    ids = [
        chantier.declarer({a: "50"}, mois, rythme=Rythme.TRIMESTRIEL) for mois in (date(2026, 8, 1), date(2026, 9, 1))
    ]
    chantier.valider(*ids)
    assert noter_piece_vue(chantier.ctx, chantier.facilitateur, ids[0], type_="releve") == 2
    assert chantier.avancement().validees == 100


def test_les_fichiers_s_effacent_a_leur_terme_et_la_trace_reste(chantier: Chantier, horloge: Horloge) -> None:
    demander(chantier, ModePieces.FICHIER)
    a = chantier.salarie()
    id_ = chantier.declarer({a: "100"})
    deposer(chantier, id_)
    jour = chantier.ctx.aujourdhui()
    assert effacer_pieces(chantier.ctx, jour + timedelta(days=300))["faits"] == 0
    assert effacer_pieces(chantier.ctx, jour + timedelta(days=400), dry_run=True)["vus"] == 1
    assert effacer_pieces(chantier.ctx, jour + timedelta(days=400))["faits"] == 1
    (piece,) = pieces(chantier)
    assert (piece.fichier, piece.depose_par) == (None, chantier.employeur.nom)
    with pytest.raises(Introuvable):
        ouvrir_piece(chantier.ctx, chantier.facilitateur, piece.id)
    horloge.avancer(days=400)
    assert effacer_pieces(chantier.ctx, chantier.ctx.aujourdhui())["orphelins"] == 1
    assert list((chantier.ctx.config.dossier_var / "pieces").iterdir()) == []
    with chantier.ctx.lecture() as s:
        assert s.get_one(Declaration, id_).signataire

"""What is found follows every act at once, whatever the process that answers, on both engines."""

from __future__ import annotations

import sys
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import delete, insert, update

from marketplace.comptes.models import Organisation, TypeOrganisation
from marketplace.heures import restes
from marketplace.heures.restes import objectifs_et_validees
from marketplace.marches.models import Marche
from marketplace.marches.rules.etats import EtatMarche
from marketplace.marches.services import changer_etat
from marketplace.offres.models import EtatOffre
from marketplace.recherche import fonds as module
from marketplace.recherche.fonds import Fonds
from marketplace.recherche.marches import FiltresMarches, marches_par_commune, marches_publics, marches_vivants
from marketplace.recherche.models import ChangementRecherche, Genre
from marketplace.recherche.offres import FiltresOffresPubliques, offres_publiques
from marketplace.recherche.structures import FiltresStructures, structures_publiques
from marketplace.recherche.taches import entretenir_recherche


def trouves(ctx, territoire, texte="", **filtres):
    with ctx.lecture() as s:
        page = marches_publics(s, territoire, FiltresMarches(texte, **filtres), ctx.aujourdhui(), facettes=True)
    return {m.intitule for m in page.lignes}, page


def test_un_marche_cree_modifie_ou_clos_se_cherche_aussitot(ctx, fabrique):
    territoire = fabrique.territoire().id
    assert trouves(ctx, territoire)[0] == set()
    marche = fabrique.marche(500, intitule="Toiture du gymnase")
    assert trouves(ctx, territoire, "gymnase")[0] == {"Toiture du gymnase"}
    with ctx.transaction() as s:
        lu = s.get_one(Marche, marche.id)
        lu.intitule, lu.cle = "Façade de la mairie", "facade de la mairie"
    assert trouves(ctx, territoire, "gymnase")[0] == set()
    assert trouves(ctx, territoire, "mairie")[0] == {"Façade de la mairie"}
    changer_etat(ctx, fabrique.acteur(fabrique.facilitateur()), marche.ref, EtatMarche.RESILIE, motif="Liquidation")
    assert trouves(ctx, territoire)[1].total == 0


def test_une_ecriture_annulee_ne_change_rien(ctx, fabrique):
    territoire = fabrique.territoire().id
    fabrique.marche(intitule="Toiture")
    assert trouves(ctx, territoire)[1].total == 1
    with ctx.sessions() as s:
        s.get_one(Organisation, fabrique.organisation(TypeOrganisation.EI).id).nom = "Autre"
        s.flush()
        s.rollback()
    assert trouves(ctx, territoire)[1].total == 1


def test_une_ecriture_en_nombre_fait_tout_relire(ctx, fabrique):
    territoire = fabrique.territoire().id
    fabrique.marche(intitule="Toiture")
    fabrique.marche(intitule="Peinture")
    assert trouves(ctx, territoire)[1].total == 2
    with ctx.transaction() as s:
        s.execute(update(Marche).where(Marche.cle == "toiture").values(secteur="Propreté"))
    assert trouves(ctx, territoire, secteur="Propreté")[0] == {"Toiture"}
    with ctx.transaction() as s:
        s.execute(update(Organisation).values(cle="ville de lunel"))
    assert trouves(ctx, territoire, "lunel")[1].total == 2


def test_une_note_arrivee_apres_une_plus_haute_est_lue_quand_meme(ctx, fabrique):
    territoire, jour = fabrique.territoire().id, ctx.aujourdhui()
    marche = fabrique.marche(intitule="Toiture")
    tenu = Fonds(territoire)
    with ctx.lecture() as s:
        tenu.rafraichir(s, jour)
    with ctx.transaction() as s:
        s.execute(update(Marche).values(cle="facade"))
        s.execute(delete(ChangementRecherche).where(ChangementRecherche.genre == Genre.TOUT))
        s.execute(insert(ChangementRecherche).values(id=tenu.numero + 3, genre=Genre.OFFRE, objet_id=1))
    with ctx.lecture() as s:
        tenu.rafraichir(s, jour)
    manque = tenu.numero - 1
    assert manque in tenu.trous
    assert "toiture" in tenu.marches.lexique()
    with ctx.transaction() as s:
        s.execute(insert(ChangementRecherche).values(id=manque, genre=Genre.MARCHE, objet_id=marche.id))
    with ctx.lecture() as s:
        tenu.rafraichir(s, jour)
    assert "facade" in tenu.marches.lexique()
    assert "toiture" not in tenu.marches.lexique()
    assert manque not in tenu.trous


def test_des_notes_balayees_avant_d_etre_lues_font_tout_relire(ctx, fabrique, monkeypatch):
    territoire, jour = fabrique.territoire().id, ctx.aujourdhui()
    tenu = Fonds(territoire)
    with ctx.lecture() as s:
        tenu.rafraichir(s, jour)
    fabrique.marche(intitule="Toiture")
    fabrique.marche(intitule="Peinture")
    monkeypatch.setattr("marketplace.recherche.taches.GARDEES", 1)
    essai = entretenir_recherche(ctx, jour, dry_run=True)
    fait = entretenir_recherche(ctx, jour)
    assert essai == fait
    assert fait["notes_balayees"] > 0
    assert entretenir_recherche(ctx, jour) == {"notes_balayees": 0}
    with ctx.lecture() as s:
        tenu.rafraichir(s, jour)
    assert len(tenu.marches) == 2


def test_un_nouveau_jour_relit_tout(ctx, fabrique, horloge):
    territoire = fabrique.territoire().id
    fabrique.marche(intitule="Toiture")
    assert trouves(ctx, territoire)[1].total == 1
    horloge.avancer(days=1)
    assert trouves(ctx, territoire)[1].total == 1


def test_un_index_trop_lourd_est_refait(ctx, fabrique, monkeypatch):
    monkeypatch.setattr(module, "LOURD", 3)
    territoire = fabrique.territoire().id
    marche = fabrique.marche(intitule="Toiture")
    for n in range(8):
        with ctx.transaction() as s:
            s.get_one(Marche, marche.id).cle = f"toiture {n}"
        assert trouves(ctx, territoire, f"toiture {n}")[1].total == 1
    assert module._bases[ctx.sessions.kw["bind"]].territoires[territoire].marches.poids_mort <= 4


def test_les_facettes_comptent_et_la_carte_dit_la_meme_chose(ctx, fabrique):
    territoire = fabrique.territoire().id
    acheteur = fabrique.organisation(TypeOrganisation.ACHETEUR, nom="Ville exemple")
    fabrique.marche(300, intitule="Toiture", code_insee="34145", acheteur_id=acheteur.id)
    fabrique.marche(200, intitule="Peinture", code_insee="34145")
    fabrique.marche(100, intitule="Ménage", code_insee="34032", secteur="Propreté", code_rome="K2204")
    _, page = trouves(ctx, territoire)
    comptes = {f.parametre: {v.libelle: v.nombre for v in f.valeurs} for f in page.facettes}
    assert comptes["secteur"] == {"Bâtiment": 2, "Propreté": 1}
    assert comptes["code_rome"] == {"Maçon / Maçonne": 2, "Agent / Agente de propreté de locaux": 1}
    assert comptes["acheteur"]["Ville exemple"] == 1
    assert trouves(ctx, territoire, acheteur=str(acheteur.id))[0] == {"Toiture"}
    with ctx.lecture() as s:
        lieux = marches_par_commune(s, territoire, FiltresMarches(), ctx.aujourdhui())
        vivants = marches_vivants(s, territoire, ctx.aujourdhui())
    assert [(li.commune, li.marches, li.heures_prevues) for li in lieux] == [
        ("Lunel", 2, Decimal(500)),
        ("Béziers", 1, Decimal(100)),
    ]
    assert (vivants.nombre, vivants.heures_prevues) == (3, Decimal(600))


def test_une_offre_fermee_ne_se_trouve_plus_et_sa_structure_ne_recrute_plus(ctx, fabrique):
    territoire = fabrique.territoire().id
    aci = fabrique.organisation(TypeOrganisation.ACI, nom="Jardins exemple", activites="Espaces verts, élagage")
    offre = fabrique.offre(aci, intitule="Ouvrier des espaces verts", heures_hebdo=Decimal(26))

    def lire():
        with ctx.lecture() as s:
            offres = offres_publiques(s, territoire, FiltresOffresPubliques(temps="grand"), ctx.aujourdhui())
            structures = structures_publiques(
                s,
                territoire,
                FiltresStructures(recrute=True, activite="Espaces verts et environnement"),
                ctx.aujourdhui(),
            )
        return offres.total, [(f.nom, f.places) for f in structures.lignes]

    assert lire() == (1, [("Jardins exemple", offre.places)])
    with ctx.transaction() as s:
        s.get_one(type(offre), offre.id).etat = EtatOffre.FERMEE
    assert lire() == (0, [])


def test_la_fin_et_les_heures_filtrent(ctx, fabrique):
    territoire, jour = fabrique.territoire().id, ctx.aujourdhui()
    fabrique.marche(900, intitule="Long", date_fin=jour + timedelta(days=400))
    fabrique.marche(50, intitule="Sans fin", date_fin=None)
    fabrique.marche(900, intitule="Court", date_fin=jour + timedelta(days=30))
    loin = jour + timedelta(days=300)
    assert trouves(ctx, territoire, encore_le=loin)[0] == {"Long", "Sans fin"}
    assert trouves(ctx, territoire, encore_le=loin, heures_min=Decimal(100))[0] == {"Long"}


def test_les_restes_se_lisent_pareil_par_plages_et_un_a_un(ctx, fabrique, monkeypatch):
    marches = [fabrique.marche(100 + n) for n in range(12)]
    voulus = [m.id for m in marches[::2]]
    attendu = {m.id: (Decimal(100 + 2 * rang), Decimal(0)) for rang, m in enumerate(marches[::2])}
    with ctx.lecture() as s:
        un_a_un = objectifs_et_validees(s, voulus, ctx.aujourdhui())
        monkeypatch.setattr(restes, "DENSE", 2)
        monkeypatch.setattr(restes, "LOT", 5)
        monkeypatch.setattr(sys.modules["marketplace.marches.queries.objectifs"], "DENSE", 2)
        assert objectifs_et_validees(s, voulus, ctx.aujourdhui()) == un_a_un == attendu
        assert objectifs_et_validees(s, [], ctx.aujourdhui()) == {}

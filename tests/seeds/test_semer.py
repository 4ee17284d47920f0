"""Seeding itself: the same day makes the same base, nothing is half-written, a second one is refused."""

import hashlib
import re
from datetime import date

import pytest
from sqlalchemy import func, select

from marketplace.comptes.models import Organisation
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee
from marketplace.heures.avancement import avancements
from marketplace.heures.models import Declaration, EtatDeclaration
from marketplace.marches.models import Marche
from marketplace.marches.rules.etats import EtatMarche
from marketplace.offres.models import EtatOffre, Offre, OffreExterne
from marketplace.personnes.models import Personne
from marketplace.tables import metadata
from marketplace.territoire.models import Territoire
from seeds.demo import DEMONSTRATIONS
from seeds.demo.herault import semer
from seeds.demo.structures import nom_lisible, siret_fictif
from seeds.referentiels import LOTS
from tests.donnees import LE

SECRETS = {"jeton_session", "mot_de_passe"}
"""Drawn anew each time, on purpose."""

REFERENTIELS = {lot.table.__tablename__ for lot in LOTS} | {"referentiel_charge"}


def empreinte(ctx: Contexte) -> str:
    """Hash of every row but the reference tables and the secrets."""
    somme = hashlib.sha256()
    with ctx.lecture() as s:
        for table in metadata.sorted_tables:
            if table.name in REFERENTIELS:
                continue
            colonnes = [c for c in table.columns if c.name not in SECRETS]
            for ligne in s.execute(select(*colonnes).order_by(*table.primary_key.columns)):
                somme.update(f"{table.name}{tuple(ligne)}\n".encode())
    return somme.hexdigest()


def test_le_meme_jour_et_la_meme_graine_font_la_meme_demonstration(
    ctx_demo: Contexte, ctx_reference_neuf: Contexte
) -> None:
    semer(ctx_reference_neuf, LE)
    assert empreinte(ctx_reference_neuf) == empreinte(ctx_demo)


@pytest.mark.sans_base  # what the seeding draws from the day: no engine has a part in it
@pytest.mark.parametrize("le", [date(2027, 1, 5), date(2028, 2, 29)])
def test_la_demonstration_est_vivante_quel_que_soit_le_jour(ctx_reference_neuf: Contexte, le: date) -> None:
    faits = semer(ctx_reference_neuf, le)
    assert faits["marchés"] >= 120
    assert faits["offres"] >= 80
    assert faits["personnes"] == 600
    with ctx_reference_neuf.lecture() as s:
        vivants = s.scalars(select(Marche.id).where(Marche.etat == EtatMarche.EN_COURS)).all()
        etats = {a.etat for a in avancements(s, vivants, le).values()}
        assert etats >= {"en_avance", "dans_les_temps", "a_surveiller", "en_retard"}
        a_faire = select(func.count()).where(Declaration.etat == EtatDeclaration.A_FAIRE)
        assert s.scalar(a_faire)
        ecrites_ici = Offre.id.not_in(select(OffreExterne.offre_id))
        debuts = s.scalars(select(Offre.debut).where(Offre.etat == EtatOffre.PUBLIEE, ecrites_ici)).all()
        assert min(debuts) > le


def test_une_seconde_demonstration_est_refusee_et_la_premiere_reste(ctx_demo_neuf: Contexte) -> None:
    avant = empreinte(ctx_demo_neuf)
    with pytest.raises(RegleViolee, match="déjà la démonstration"):
        semer(ctx_demo_neuf, date(2027, 1, 1))
    assert empreinte(ctx_demo_neuf) == avant


def test_sans_referentiels_rien_ne_se_seme(ctx: Contexte) -> None:
    with pytest.raises(RegleViolee, match="--referentiels"):
        semer(ctx, LE)
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(Territoire)) == 0


def test_un_vrai_territoire_du_meme_code_n_est_pas_touche(ctx_reference_neuf: Contexte) -> None:
    ctx = ctx_reference_neuf
    with ctx.transaction() as s:
        s.add(Territoire(code="herault", nom="Hérault", departements=["34"], cree_le=ctx.horloge()))
    with pytest.raises(RegleViolee, match="existe déjà"):
        semer(ctx, LE)
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(Organisation)) == 0


def noms_des_personnes(ctx: Contexte) -> list[tuple[str, str]]:
    with ctx.lecture() as s:
        return [(prenom, nom) for prenom, nom in s.execute(select(Personne.prenom, Personne.nom).order_by(Personne.id))]


def test_une_demonstration_d_une_autre_graine_est_autre_et_se_pose_a_cote_d_un_vrai_territoire(
    ctx_demo: Contexte, ctx_reference_neuf: Contexte
) -> None:
    ctx = ctx_reference_neuf
    with ctx.transaction() as s:
        gard = Territoire(code="gard", nom="Gard", departements=["30"], cree_le=ctx.horloge())
        s.add(gard)
        s.flush()
        s.add(
            Organisation(
                ref="ORG-000001",
                territoire_id=gard.id,
                type="acheteur",
                nom="Commune du Gard",
                cle="commune du gard",
                cree_le=ctx.horloge(),
            )
        )
    semer(ctx, LE, graine=35)
    assert noms_des_personnes(ctx) != noms_des_personnes(ctx_demo)
    with ctx.lecture() as s:
        refs = s.scalars(select(Organisation.ref)).all()
    assert len(set(refs)) == len(refs) > 100
    assert all(re.fullmatch(r"ORG-\d{6}", ref) for ref in refs)


def test_les_sirets_inventes_sont_hors_de_toute_attribution() -> None:
    assert len({siret_fictif(n) for n in range(1, 200)}) == 199
    assert all(siret_fictif(n).startswith("0034") for n in range(1, 200))


def test_les_noms_du_registre_se_lisent() -> None:
    assert nom_lisible("ESAT LES ATELIERS DU GARRIC") == "ESAT les Ateliers du Garric"
    assert nom_lisible("LA FEUILLE D ERABLE") == "La Feuille d Erable"


def test_la_demonstration_de_l_herault_se_demande_par_son_nom() -> None:
    assert DEMONSTRATIONS["herault"] is semer

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from marketplace.contexte import Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.journal.models import Alerte, Gravite
from marketplace.personnes.models import EtatValidation, Personne, Suivi
from marketplace.personnes.queries.doublons import doublons
from marketplace.personnes.taches import suivre_personnes
from marketplace.propositions.services.doublons import distinguer_fiches, lire_doublons, reunir_fiches
from tests.conftest import Horloge
from tests.fabrique import Fabrique


def paire(fabrique: Fabrique) -> tuple[Personne, Personne]:
    champs = {"prenom": "Nadia", "nom": "Exemple", "empreinte": "e" * 64}
    return fabrique.personne(fabrique.referent(), **champs), fabrique.personne(fabrique.referent(), **champs)


def test_deux_fiches_de_meme_empreinte_se_voient_cote_a_cote(ctx: Contexte, fabrique: Fabrique) -> None:
    une, autre = paire(fabrique)
    fabrique.personne(fabrique.referent())
    (groupe,) = lire_doublons(ctx, fabrique.acteur(fabrique.facilitateur()))
    assert [f.ref for f in groupe] == [une.ref, autre.ref]
    for affectation in (fabrique.referent(), fabrique.employeur(), fabrique.administrateur()):
        with pytest.raises(Introuvable):
            lire_doublons(ctx, fabrique.acteur(affectation))


def test_reunir_garde_une_fiche_et_ses_deux_referents(ctx: Contexte, fabrique: Fabrique) -> None:
    une, autre = paire(fabrique)
    reunir_fiches(ctx, fabrique.acteur(fabrique.facilitateur()), une.ref, autre.ref)
    with ctx.lecture() as s:
        suivis = s.scalars(select(Suivi).where(Suivi.personne_id == une.id)).all()
        assert len([x for x in suivis if x.jusqu_au is None]) == 2
        assert s.get_one(Personne, autre.id).anonymisee_le is not None
        assert doublons(s, une.territoire_id, ctx.aujourdhui()) == ()


def test_une_fiche_qui_porte_une_suite_ne_s_efface_pas(ctx: Contexte, fabrique: Fabrique) -> None:
    une, autre = paire(fabrique)
    fabrique.validation(autre)
    facilitatrice = fabrique.acteur(fabrique.facilitateur())
    with pytest.raises(RegleViolee):
        reunir_fiches(ctx, facilitatrice, une.ref, autre.ref)
    reunir_fiches(ctx, facilitatrice, autre.ref, une.ref)


def test_deux_personnes_distinctes_ne_sont_plus_signalees(ctx: Contexte, fabrique: Fabrique) -> None:
    une, autre = paire(fabrique)
    facilitatrice = fabrique.acteur(fabrique.facilitateur())
    distinguer_fiches(ctx, facilitatrice, une.ref, autre.ref)
    assert lire_doublons(ctx, facilitatrice) == ()
    with pytest.raises(RegleViolee):
        reunir_fiches(ctx, facilitatrice, une.ref, autre.ref)


def test_la_nuit_ouvre_et_ferme_les_alertes_sur_les_personnes(
    ctx: Contexte, fabrique: Fabrique, horloge: Horloge
) -> None:
    paire(fabrique)
    attendue = fabrique.validation(
        fabrique.personne(),
        etat=EtatValidation.A_TRAITER,
        repondue_le=None,
        demandee_le=ctx.horloge() - timedelta(days=4),
        debut_prevu=date(2027, 1, 4),
    )
    assert suivre_personnes(ctx, ctx.aujourdhui(), dry_run=True)["dues"] == 2
    with ctx.lecture() as s:
        assert s.scalar(select(Alerte.id)) is None
    assert suivre_personnes(ctx, ctx.aujourdhui())["ouvertes"] == 2
    with ctx.lecture() as s:
        alertes = {a.objet_ref: a for a in s.scalars(select(Alerte))}
    assert alertes[attendue.ref].gravite is Gravite.ORANGE
    assert not any("Nadia" in a.message for a in alertes.values())
    horloge.avancer(days=5)
    assert suivre_personnes(ctx, ctx.aujourdhui()) == {
        "dues": 2,
        "ouvertes": 0,
        "maintenues": 2,
        "fermees": 0,
        "fichiers": 0,
    }
    with ctx.transaction() as s:
        assert {a.gravite for a in s.scalars(select(Alerte))} == {Gravite.ROUGE, Gravite.INFO}
        s.get_one(type(attendue), attendue.id).etat = EtatValidation.NON
    assert suivre_personnes(ctx, ctx.aujourdhui())["fermees"] == 1

"""The outbox: unique by key, sent at least once, later after a failure."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.contexte import Contexte
from marketplace.journal.envoi import ESSAIS_MAX, envoyer_courriels
from marketplace.journal.models import Courriel
from marketplace.journal.services import poster
from tests.conftest import Horloge, MessagerTemoin


def deposer(ctx: Contexte, cle: str = "relance:1") -> bool:
    with ctx.transaction() as s:
        return poster(
            s, ctx.horloge(), cle=cle, destinataire="a@exemple.invalid", sujet="Heures à déclarer", corps="Bonjour"
        )


def test_le_meme_message_ne_part_qu_une_fois(ctx: Contexte, messager: MessagerTemoin) -> None:
    assert deposer(ctx)
    assert not deposer(ctx)
    assert envoyer_courriels(ctx, ctx.aujourdhui()) == {"a_envoyer": 1, "envoyes": 1, "reportes": 0}
    assert envoyer_courriels(ctx, ctx.aujourdhui())["a_envoyer"] == 0
    assert [m["sujet"] for m in messager.envoyes] == ["Heures à déclarer"]


def test_un_message_de_l_acte_annule_ne_part_pas(ctx: Contexte, messager: MessagerTemoin) -> None:
    try:
        with ctx.transaction() as s:
            poster(s, ctx.horloge(), cle="x", destinataire="a@exemple.invalid", sujet="s", corps="c")
            raise RuntimeError("acte annulé")
    except RuntimeError:
        pass
    envoyer_courriels(ctx, ctx.aujourdhui())
    assert messager.envoyes == []


def test_un_relais_en_panne_reporte_de_plus_en_plus_loin_puis_renonce(
    ctx: Contexte, horloge: Horloge, messager: MessagerTemoin
) -> None:
    deposer(ctx)
    messager.panne = True
    assert envoyer_courriels(ctx, ctx.aujourdhui())["reportes"] == 1
    assert envoyer_courriels(ctx, ctx.aujourdhui())["a_envoyer"] == 0
    for _ in range(ESSAIS_MAX + 2):
        horloge.avancer(days=2)
        envoyer_courriels(ctx, ctx.aujourdhui())
    with ctx.lecture() as s:
        courriel = s.scalars(select(Courriel)).one()
    assert courriel.essais == ESSAIS_MAX
    assert courriel.derniere_erreur == "OSError : relais absent"


def test_un_essai_a_blanc_n_envoie_rien(ctx: Contexte, messager: MessagerTemoin) -> None:
    deposer(ctx)
    assert envoyer_courriels(ctx, ctx.aujourdhui(), dry_run=True)["a_envoyer"] == 1
    assert messager.envoyes == []

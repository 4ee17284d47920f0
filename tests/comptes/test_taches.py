"""What opened an account is forgotten in time."""

from __future__ import annotations

from sqlalchemy import func, select, update

from marketplace.comptes import services
from marketplace.comptes.models import CompteurDebit, Jeton
from marketplace.comptes.taches import LIEN_EFFACE, effacer_acces
from marketplace.contexte import Contexte
from marketplace.journal.models import Courriel
from tests.conftest import Horloge
from tests.fabrique import Fabrique


def test_liens_compteurs_et_courriels_s_effacent_en_leur_temps(
    ctx: Contexte, fabrique: Fabrique, horloge: Horloge
) -> None:
    courriel = fabrique.utilisateur().courriel
    services.demander_nouveau_mot_de_passe(ctx, courriel)
    services.demander_nouveau_mot_de_passe(ctx, courriel)
    with ctx.transaction() as s:
        s.add(CompteurDebit(cle="LIMITER/essai", nombre=3, expire_le=horloge().timestamp() + 60))
        premier = s.scalars(select(Courriel.id).order_by(Courriel.id)).first()
        s.execute(update(Courriel).where(Courriel.id == premier).values(envoye_le=horloge()))
    assert effacer_acces(ctx, ctx.aujourdhui(), dry_run=True) == {"jetons": 0, "compteurs": 0, "courriels": 1}
    effacer_acces(ctx, ctx.aujourdhui())
    with ctx.lecture() as s:
        corps = s.scalars(select(Courriel.corps).order_by(Courriel.id)).all()
    assert corps[0] == LIEN_EFFACE
    assert "/mot-de-passe/" in corps[1], "not sent yet: its link stays"
    horloge.avancer(days=31)
    assert effacer_acces(ctx, ctx.aujourdhui()) == {"jetons": 2, "compteurs": 1, "courriels": 0}
    with ctx.lecture() as s:
        assert s.scalar(select(func.count()).select_from(Jeton)) == 0
    assert effacer_acces(ctx, ctx.aujourdhui()) == {"jetons": 0, "compteurs": 0, "courriels": 0}

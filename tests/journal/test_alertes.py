"""Alertes open once, close by themselves, and come back when the fact does."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.contexte import Contexte
from marketplace.journal.models import Alerte, Gravite
from marketplace.journal.services import AlerteDue, reconcilier_alertes


def due(marche: int, message: str = "En retard") -> AlerteDue:
    return AlerteDue(
        cle=f"retard:{marche}",
        territoire_id=1,
        type="retard",
        objet_type="marche",
        objet_id=marche,
        objet_ref=f"M-{marche}",
        gravite=Gravite.ORANGE,
        message=message,
        action="Appeler le titulaire",
        lien=f"/facilitateur/marches/M-{marche}",
    )


def reconcilier(ctx: Contexte, *dues: AlerteDue, objets: list[tuple[str, int]] | None = None) -> dict[str, int]:
    with ctx.transaction() as s:
        return reconcilier_alertes(s, ctx.horloge(), 1, dues, ["retard"], objets)


def ouvertes(ctx: Contexte) -> list[str]:
    with ctx.lecture() as s:
        return list(s.scalars(select(Alerte.cle).where(Alerte.fermee_le.is_(None)).order_by(Alerte.cle)))


def test_une_alerte_ne_s_ouvre_qu_une_fois_et_suit_son_message(ctx: Contexte) -> None:
    assert reconcilier(ctx, due(1)) == {"ouvertes": 1, "maintenues": 0, "fermees": 0}
    assert reconcilier(ctx, due(1, "Très en retard"))["maintenues"] == 1
    with ctx.lecture() as s:
        assert s.scalars(select(Alerte.message)).all() == ["Très en retard"]


def test_elle_se_ferme_quand_le_fait_cesse_et_se_rouvre_s_il_revient(ctx: Contexte) -> None:
    reconcilier(ctx, due(1))
    assert reconcilier(ctx)["fermees"] == 1
    assert ouvertes(ctx) == []
    assert reconcilier(ctx, due(1))["ouvertes"] == 1


def test_un_acte_sur_un_marche_ne_ferme_pas_les_alertes_des_autres(ctx: Contexte) -> None:
    reconcilier(ctx, due(1), due(2))
    reconcilier(ctx, objets=[("marche", 1)])
    assert ouvertes(ctx) == ["retard:2"]

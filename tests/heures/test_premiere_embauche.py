from datetime import timedelta

from sqlalchemy import select

from marketplace.heures.taches import suivre_clauses
from marketplace.journal.models import Alerte
from marketplace.marches.services import cocher_etape


def ouvertes(ctx, marche):
    with ctx.lecture() as s:
        return set(s.scalars(select(Alerte.type).where(Alerte.objet_id == marche.id, Alerte.fermee_le.is_(None))))


def test_deux_mois_sans_embauche_alertent_jusqu_au_premier_contrat(ctx, fabrique):
    def notifie(il_y_a, heures=500):
        jour = fabrique.jour - timedelta(days=il_y_a)
        return fabrique.marche(heures, date_notification=jour, date_debut=fabrique.jour)

    attendu, recent, sans_clause, dit, embauche = notifie(65), notifie(40), notifie(65, 0), notifie(65), notifie(65)
    fabrique.contrat(fabrique.personne(), fabrique.organisation(), embauche)
    cocher_etape(ctx, fabrique.acteur(fabrique.facilitateur()), dit.ref, "premiere_embauche")
    suivre_clauses(ctx, ctx.aujourdhui())
    assert "premiere_embauche" in ouvertes(ctx, attendu)
    for marche in (recent, sans_clause, dit, embauche):
        assert "premiere_embauche" not in ouvertes(ctx, marche)
    fabrique.contrat(fabrique.personne(), fabrique.organisation(), attendu)
    suivre_clauses(ctx, ctx.aujourdhui())
    assert "premiere_embauche" not in ouvertes(ctx, attendu)

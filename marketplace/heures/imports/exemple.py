"""A fictitious payroll drawn from an employer's own contrats, to try the deposit on the demonstration."""

from __future__ import annotations

import io
from datetime import timedelta

from sqlalchemy import select

from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.heures.imports.ecriture import EDITABLES
from marketplace.heures.models import Contrat, Declaration
from marketplace.journal.services import noter_lectures
from marketplace.marches.models import Marche
from marketplace.personnes.models import Personne
from marketplace.valeurs import dernier_du_mois

AUTRES = ("Menuiserie Inventée", "Entrepôts Imaginaires", "Vergers de Papier", "Hôtel des Exemples")
ENTETES = ("Client", "Matricule", "Nom", "Prénom", "Semaine du", "Au", "Rubrique", "Nb heures")


def fichier_d_exemple(ctx: Contexte, acteur: Acteur) -> io.BytesIO:
    """A workbook of the last month to declare: our clients under the name of their titulaire, and four that are not."""
    from xlsxwriter import Workbook

    tampon = io.BytesIO()
    classeur = Workbook(tampon, {"in_memory": True})
    feuille = classeur.add_worksheet("Relevés")
    feuille.write_row(0, 0, ["Relevés d'heures : exemple fictif"])
    feuille.write_row(2, 0, ENTETES)
    rang = 3
    for ligne in _lignes(ctx, acteur):
        feuille.write_row(rang, 0, ligne)
        rang += 1
    classeur.close()
    tampon.seek(0)
    return tampon


def _lignes(ctx: Contexte, acteur: Acteur) -> list[list[str]]:
    titulaire = Organisation.__table__.alias("titulaire")
    with ctx.transaction() as s:
        mois = s.scalar(
            select(Declaration.mois)
            .where(Declaration.employeur_id == acteur.organisation_id, Declaration.etat.in_(EDITABLES))
            .order_by(Declaration.mois.desc())
            .limit(1)
        )
        if mois is None:
            return []
        requete = (
            select(Contrat, Personne, titulaire.c.nom)
            .join(Declaration, (Declaration.marche_id == Contrat.marche_id) & (Declaration.mois == mois))
            .join(Personne, Personne.id == Contrat.personne_id)
            .join(Marche, Marche.id == Contrat.marche_id)
            .join(titulaire, titulaire.c.id == Marche.titulaire_id)
            .where(
                Contrat.employeur_id == acteur.organisation_id,
                Declaration.employeur_id == acteur.organisation_id,
                Declaration.etat.in_(EDITABLES),
                Contrat.debut <= dernier_du_mois(mois),
                (Contrat.fin.is_(None)) | (Contrat.fin >= mois),
            )
            .order_by(Contrat.id)
        )
        contrats = s.execute(requete).all()
        noter_lectures(s, ctx.horloge(), acteur, [p.id for _, p, _ in contrats], "fichier d'exemple")
    lignes: list[list[str]] = []
    lundi = mois - timedelta(days=mois.weekday())
    while lundi <= dernier_du_mois(mois):
        semaine = (f"{max(lundi, mois):%d/%m/%Y}", f"{lundi + timedelta(days=6):%d/%m/%Y}", "Heures normales")
        for contrat, personne, client in contrats:
            if contrat.debut <= lundi + timedelta(days=6) and (contrat.fin is None or contrat.fin >= lundi):
                lignes.append([client, f"M{contrat.id:04d}", personne.nom.upper(), personne.prenom, *semaine, "28,00"])
        for n, client in enumerate(AUTRES):
            lignes.append([client, f"M9{n:03d}", "INVENTÉ", f"Personne {n}", *semaine, "35,00"])
        lundi += timedelta(days=7)
    return lignes

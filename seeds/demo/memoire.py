"""What the team remembers: calls noted with their next date, and the last acts in the journal."""

from __future__ import annotations

from marketplace.heures.models import Declaration, EtatDeclaration
from marketplace.heures.rules.phrases import de_mois_en_texte
from marketplace.journal.models import Evenement, Relance
from marketplace.marches.rules.etats import EtatMarche
from seeds.demo.atelier import Atelier

NOTES = (
    ("le conducteur de travaux", "Embauche prévue le mois prochain, rappeler."),
    ("la responsable des ressources humaines", "Cherche un peintre, proposer deux noms."),
    ("le gérant", "Ne connaît pas l'intérim d'insertion, lui envoyer les trois structures."),
    ("le chef de chantier", "Démarrage retardé de trois semaines."),
    ("l'assistante", "Attend la feuille d'heures, promet une réponse vendredi."),
    ("le conducteur de travaux", "Content de la personne embauchée, pense prolonger."),
    ("le gérant", "Demande un point avec l'acheteur."),
)


def semer_relances(a: Atelier) -> None:
    """Calls on marchés: some due today or before, some later, some done with."""
    vivants = [m for m in a.marches if m.etat in {EtatMarche.EN_COURS, EtatMarche.NOTIFIE}]
    lignes = []
    for n, marche in enumerate(a.rng.sample(vivants, 28)):
        qui, note = NOTES[n % len(NOTES)]
        auteur = a.equipe.facilitateurs[n % 2 if n < 16 else n % len(a.equipe.facilitateurs)]
        prochaine = a.jour((0, 2, 1, -3, -7, -12)[n % 6]) if n % 7 else None
        faite = prochaine is not None and n % 9 == 0
        lignes.append(
            Relance(
                territoire_id=a.territoire_id,
                objet_type="marche",
                objet_id=marche.id,
                objet_ref=marche.ref,
                objet_libelle=marche.intitule,
                quand=a.instant(a.jour(a.rng.randint(3, 40))),
                auteur_id=auteur.id,
                auteur_nom=f"{auteur.prenom} {auteur.nom}",
                interlocuteur=qui,
                note=note,
                prochaine_date=prochaine,
                faite_le=a.instant(a.jour(1)) if faite else None,
            )
        )
    a.garder(lignes)


def semer_journal(a: Atelier, declarations: list[Declaration]) -> None:
    """The last two months of the journal: declarations signed and validated, people answered."""
    depuis = a.instant(a.jour(60), 0)
    noms = {u.id: f"{u.prenom} {u.nom}" for u in (*a.equipe.facilitateurs, *a.equipe.contacts.values())}
    lignes: list[Evenement] = []
    for d in declarations:
        mois = de_mois_en_texte(d.mois)
        if d.signee_le is not None and d.signee_le >= depuis:
            contact = a.equipe.contacts[d.employeur_id]
            lignes.append(
                Evenement(
                    quand=d.signee_le,
                    acteur_id=contact.id,
                    acteur_nom=noms[contact.id],
                    role="employeur",
                    organisation_id=d.employeur_id,
                    action="declarer",
                    objet_type="declaration",
                    objet_id=d.id,
                    resume=f"Heures {mois} déclarées par {d.signataire}",
                )
            )
        if d.etat is EtatDeclaration.VALIDEE and d.validee_le is not None and d.validee_le >= depuis:
            lignes.append(
                Evenement(
                    quand=d.validee_le,
                    acteur_id=d.validee_par_id,
                    acteur_nom=noms.get(d.validee_par_id or 0, ""),
                    role="facilitateur",
                    action="valider_heures",
                    objet_type="declaration",
                    objet_id=d.id,
                    resume=f"Heures {mois} validées",
                )
            )
    lignes.sort(key=lambda e: e.quand)
    a.garder(lignes)

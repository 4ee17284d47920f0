"""Questions asked of the facilitateur about people: does she count, and the answers that were no."""

from __future__ import annotations

from datetime import timedelta

from marketplace.comptes.models import TypeOrganisation
from marketplace.marches.rules.etats import EtatMarche
from marketplace.personnes.models import EtatValidation, Validation
from marketplace.propositions.models import Proposition
from seeds.demo.atelier import Atelier


def demander_pour_les_acceptees(a: Atelier, acceptees: list[Proposition]) -> None:
    """Accepting somebody asks for her validation at once, where the employer needs one and none covers the start."""
    offres = {o.id: o for o in a.offres}
    firmes = {o.id for o in a.firmes.values()}
    demandes = []
    for proposition in acceptees:
        offre = offres[proposition.offre_id]
        if offre.organisation_id not in firmes or proposition.personne_id in a.validations:
            continue
        demande = Validation(
            territoire_id=a.territoire_id,
            personne_id=proposition.personne_id,
            demandeur_id=offre.organisation_id,
            marche_id=offre.marche_id,
            poste=offre.intitule,
            debut_prevu=offre.debut,
            etat=EtatValidation.A_TRAITER,
            demandee_le=proposition.repondue_le or a.maintenant,
        )
        demandes.append(demande)
        a.validations[proposition.personne_id] = demande
    a.numeroter(demandes, "V")


def semer_demandes(a: Atelier) -> None:
    """Questions still asked of the facilitateur, and the answers that were no."""
    libres = [
        p for p in a.personnes if p.id not in a.validations and p.id not in a.occupees and p.information_le is not None
    ]
    marches = [m for m in a.marches if m.etat is EtatMarche.EN_COURS and m.titulaire_id]
    employeurs = {o.id: o for o in a.firmes.values()}
    etats = [EtatValidation.A_TRAITER] * 14 + [EtatValidation.NON] * 7 + [EtatValidation.ANNULEE] * 2
    demandes = []
    for etat, personne in zip(etats, a.rng.sample(libres, len(etats)), strict=True):
        marche = a.rng.choice(marches)
        attend = etat is EtatValidation.A_TRAITER
        demandee = a.jour(a.rng.randint(1, 9) if attend else a.rng.randint(15, 200))
        repondue = demandee + timedelta(days=a.rng.randint(1, 6))
        firme = employeurs[marche.titulaire_id or 0]
        assert firme.type is TypeOrganisation.ENTREPRISE
        demandes.append(
            Validation(
                territoire_id=a.territoire_id,
                personne_id=personne.id,
                demandeur_id=firme.id,
                marche_id=marche.id,
                poste=a.metiers[marche.code_rome].offres[0] if marche.code_rome in a.metiers else "Agent",
                debut_prevu=a.jour(-a.rng.randint(3, 20)) if attend else repondue + timedelta(days=8),
                etat=etat,
                demandee_le=a.instant(demandee),
                repondue_le=None if attend else a.instant(repondue),
                repondue_par_id=None if attend else a.rng.choice(a.equipe.facilitateurs).id,
                note="Aucune situation prouvée à ce jour." if etat is EtatValidation.NON else "",
            )
        )
    a.numeroter(demandes, "V")
    for demande in demandes:
        a.validations.setdefault(demande.personne_id, demande)

"""What follows a hire: situations already told, a few still to tell; PASS read on the platform; proofs awaited."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from marketplace.heures.models import Contrat, Moment, PointDeSuivi
from marketplace.heures.rules.situations import AVEC_DUREE, DEFINITION, Emploi, points_dus
from marketplace.personnes.models import DemandePreuve, EtatValidation, PassIAE, Remise, VoiePreuve
from marketplace.personnes.rules.fenetre import STRUCTURES_IAE
from marketplace.personnes.rules.preuves import empreinte_du_jeton, jeton
from seeds.demo.atelier import Atelier

JOURS_SANS_REPONSE = 30
"""Questions of the last days still wait: the home of each hat shows a few."""
EN_POSTE = ("en_poste",) * 8 + ("appui", "parti")
APRES = ("cdi", "cdd", "cdd", "mission", "formation_qualifiante", "embauche_autre_siae", "chomage", "sans_nouvelle")


def semer_suites(a: Atelier) -> None:
    """Its own dice: nothing of what is drawn after it moves."""
    de = Random(f"suites:{a.le.isoformat()}")
    _situations(a, de)
    _pass(a, de)
    _justificatifs(a, de)


def _situations(a: Atelier, de: Random) -> None:
    par_personne: dict[int, list[Contrat]] = {}
    for contrat in a.contrats:
        par_personne.setdefault(contrat.personne_id, []).append(contrat)
    points = []
    for contrats in par_personne.values():
        emplois = [Emploi(c.id, c.personne_id, c.employeur_id, c.debut, c.fin) for c in contrats]
        dus = points_dus(
            emplois, a.le, a.reglages.suivis_embauche_mois, a.reglages.suivis_sortie_mois, anciennete=False
        )
        for p in dus:
            point = PointDeSuivi(
                territoire_id=a.territoire_id,
                contrat_id=p.contrat_id,
                moment=Moment(p.moment),
                mois=p.mois,
                echeance=p.echeance,
            )
            if (a.le - p.echeance).days > JOURS_SANS_REPONSE:
                _repondre(a, de, point)
            points.append(point)
    a.garder(points)


def _repondre(a: Atelier, de: Random, point: PointDeSuivi) -> None:
    le = min(a.le, point.echeance + timedelta(days=de.randint(1, 10)))
    point.situation = de.choice(EN_POSTE if point.moment is Moment.EN_POSTE else APRES)
    if point.situation in AVEC_DUREE:
        point.duree = de.choice(("plus_de_6", "moins_de_6"))
    point.constatee_le, point.repondu_le = le, a.instant(le, 9)
    point.source, point.definition = de.choice(("referent", "employeur", "facilitateur")), DEFINITION


def _pass(a: Atelier, de: Random) -> None:
    """People of an IAE structure, with the dates their référent read; a few end within three months."""
    iae = {o.id for o in (*a.structures.values(), *a.reelles) if o.type.value in STRUCTURES_IAE}
    suivies = sorted({c.personne_id for c in a.contrats if c.employeur_id in iae and (not c.fin or c.fin >= a.le)})
    lus = []
    for personne_id in suivies:
        fin = a.le + timedelta(days=de.randint(20, 640))
        lus.append(
            PassIAE(
                personne_id=personne_id,
                numero=f"99999{de.randint(1_000_000, 9_999_999)}",
                debut=fin - timedelta(days=729),
                fin=fin,
                releve_le=a.jour(de.randint(5, 120)),
                source="plateforme",
                note_le=a.maintenant,
            )
        )
    a.garder(lus)


def _justificatifs(a: Atelier, de: Random) -> None:
    """Half of the questions asked of the facilitateur wait for a proof; some people already said which."""
    attendues = [v for v in a.validations.values() if v.etat is EtatValidation.A_TRAITER]
    demandes = []
    for rang, validation in enumerate(sorted(attendues, key=lambda v: v.id)[::2]):
        grain = f"{de.getrandbits(128):032x}"
        repondue = rang % 3 == 0
        demandee = a.jour(2)
        demandes.append(
            DemandePreuve(
                territoire_id=a.territoire_id,
                personne_id=validation.personne_id,
                validation_id=validation.id,
                grain=grain,
                empreinte=empreinte_du_jeton(jeton(a.ctx.config.cle_secrete, grain)),
                voie=VoiePreuve.SMS if rang % 2 else VoiePreuve.REFERENT,
                creee_le=a.instant(demandee, 10),
                creee_par_id=a.equipe.facilitateurs[0].id,
                expire_le=a.instant(demandee, 10) + timedelta(days=a.reglages.lien_preuve_jours),
                repondue_le=a.instant(a.jour(1), 14) if repondue else None,
                preuve_type="avis_situation_ft" if repondue else None,
                preuve_le=a.jour(20) if repondue else None,
                remise=(Remise.REFERENT if rang % 2 else Remise.FACILITATEUR) if repondue else None,
            )
        )
    a.garder(demandes)

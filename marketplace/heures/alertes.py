"""The alertes of hours that are due on a day (R57, formats §5.5). Each has an owner and one next action.

All of them are about a marché, even when a declaration or a contrat is the fact: they are read together there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.heures.avancement import Avancement, Mesure, avancement_de, entrees, lots, parmi
from marketplace.heures.models import Contrat, Declaration, EtatDeclaration
from marketplace.heures.rules.avancement import EtatAvancement
from marketplace.heures.rules.phrases import de_mois_en_texte, heures_en_texte, jour_en_texte
from marketplace.heures.veille import trier
from marketplace.journal.models import Gravite
from marketplace.journal.services import AlerteDue, reconcilier_alertes
from marketplace.marches.alertes import alerte_de_marche
from marketplace.marches.models import ETATS_OUVERTS_AUX_HEURES, EtapeFaite, Marche
from marketplace.marches.queries.delais import delais_demarrage
from marketplace.marches.queries.objectifs import objectifs
from marketplace.marches.rules.etapes import JOURS_OUBLIES
from marketplace.marches.rules.etats import EtatMarche
from marketplace.personnes.models import Validation
from marketplace.valeurs import arrondir

AVANCEMENT = "avancement"
AUCUNE_HEURE = "aucune_heure"
FIN_MARCHE = "fin_marche"
OBJECTIF_DEPASSE = "objectif_depasse"
DECLARATION_EN_RETARD = "declaration_en_retard"
FIN_FENETRE = "fin_fenetre"
FIN_CONTRAT = "fin_contrat"
PREMIERE_EMBAUCHE = "premiere_embauche"
TYPES = (
    AVANCEMENT,
    AUCUNE_HEURE,
    FIN_MARCHE,
    OBJECTIF_DEPASSE,
    DECLARATION_EN_RETARD,
    FIN_FENETRE,
    FIN_CONTRAT,
    PREMIERE_EMBAUCHE,
)

PART_SANS_HEURE = 25
"""Percent of the marché's length without any hour that alerts (formats §5.5)."""
JOURS_FIN_MARCHE = 60
JOURS_FIN_FENETRE = 60
JOURS_FIN_CONTRAT = 30
MORCEAU = 1000
"""Scattered marchés computed in one round of queries: their ids are bound one by one."""
ETATS_SUIVIS = tuple(ETATS_OUVERTS_AUX_HEURES | {EtatMarche.TERMINE})


def dues(s: Session, territoire_id: int, jour: date, *, marche_ids: Collection[int] | None = None) -> list[AlerteDue]:
    """Every alerte of hours due in a territory, or for some of its marchés only.

    A constant number of queries, whatever the number of marchés (per ten thousand).
    """
    requete = select(
        Marche.id,
        Marche.ref,
        Marche.intitule,
        Marche.etat,
        Marche.facilitateur_id,
        Marche.date_notification,
        Marche.date_debut,
        Marche.date_fin,
    ).where(Marche.territoire_id == territoire_id, Marche.etat.in_(ETATS_SUIVIS))
    if marche_ids is not None:
        requete = requete.where(parmi(Marche.id, marche_ids))
    voulus = None if marche_ids is None else set(marche_ids)
    lus = s.execute(requete.order_by(Marche.id))
    marches = {m.id: m for m in lus if voulus is None or m.id in voulus}
    if not marches:
        return []
    trouvees: list[AlerteDue] = []
    territoires: dict[int, Mesure] = {}
    for lot in lots(marches):
        tri = trier(s, territoire_id, {id_: marches[id_] for id_ in lot}, jour)
        for id_, exces in tri.depassements.items():
            if marches[id_].etat in ETATS_OUVERTS_AUX_HEURES:
                trouvees.append(_depassement(marches[id_], exces, territoire_id))
        for debut in range(0, len(tri.a_calculer), MORCEAU):
            for entree in entrees(s, tri.a_calculer[debut : debut + MORCEAU], jour, territoires):
                marche = marches[entree.marche.id]
                trouvees += _du_marche(marche, avancement_de(entree, jour), territoire_id, jour)
    trouvees += _declarations_en_retard(s, territoire_id, jour, marches)
    trouvees += _fins(s, territoire_id, jour, marches)
    trouvees += _sans_embauche(s, territoire_id, jour, marches)
    return trouvees


def _sans_embauche(s: Session, territoire_id: int, jour: date, marches: dict[int, Any]) -> Iterator[AlerteDue]:
    """Marchés awarded some weeks ago where nobody was hired, on paper or in words. Four queries at most."""
    delai = delais_demarrage(s, territoire_id, jour).embauche
    plus_ancien, plus_recent = jour - timedelta(days=JOURS_OUBLIES), jour - timedelta(days=delai)
    recents = [
        m.id
        for m in marches.values()
        if m.etat in ETATS_OUVERTS_AUX_HEURES
        and m.date_notification is not None
        and plus_ancien <= m.date_notification <= plus_recent
    ]
    if not recents:
        return
    contrats = s.scalars(select(Contrat.marche_id).where(parmi(Contrat.marche_id, recents)).distinct())
    dites = select(EtapeFaite.marche_id).where(
        parmi(EtapeFaite.marche_id, recents), EtapeFaite.code == PREMIERE_EMBAUCHE
    )
    faits = {*contrats, *s.scalars(dites)}
    dus = objectifs(s, recents, jour)
    for marche_id in recents:
        if dus.get(marche_id) and marche_id not in faits:
            marche = marches[marche_id]
            yield _alerte(
                marche,
                territoire_id,
                PREMIERE_EMBAUCHE,
                gravite=Gravite.ORANGE,
                message=f"notifié il y a {(jour - marche.date_notification).days} jours, personne n'est embauché.",
                action="Combler l'écart",
                suite="/ecart",
            )


def reconcilier_marches(
    s: Session, quand: datetime, territoire_id: int, marche_ids: Sequence[int], jour: date
) -> dict[str, int]:
    """Open, refresh and close every alerte of hours of these marchés, in the caller's transaction."""
    return reconcilier_alertes(
        s,
        quand,
        territoire_id,
        dues(s, territoire_id, jour, marche_ids=marche_ids),
        TYPES,
        [("marche", marche_id) for marche_id in marche_ids],
    )


def _alerte(
    marche: Any,
    territoire_id: int,
    type_: str,
    *,
    gravite: Gravite,
    message: str,
    action: str,
    suite: str = "",
    contrat: Any = None,
) -> AlerteDue:
    """An alerte on a marché, or on one of its contrats: the key and the link are then the contrat's."""
    return alerte_de_marche(
        marche,
        territoire_id,
        type_,
        gravite=gravite,
        message=f"{marche.intitule} : {message}",
        action=action,
        lien=f"/facilitateur/contrats/{contrat.ref}" if contrat else f"/facilitateur/marches/{marche.ref}{suite}",
        sur_id=contrat.id if contrat else None,
    )


def _du_marche(marche: Any, a: Avancement, territoire_id: int, jour: date) -> Iterator[AlerteDue]:
    if a.debut is None or a.fin is None or not a.objectif:
        return
    ouvert = marche.etat in ETATS_OUVERTS_AUX_HEURES
    if ouvert and a.validees > a.objectif:
        yield _depassement(marche, a.validees - a.objectif, territoire_id)
    if a.etat in {EtatAvancement.EN_RETARD, EtatAvancement.A_SURVEILLER}:
        rouge = a.etat == EtatAvancement.EN_RETARD
        yield _alerte(
            marche,
            territoire_id,
            AVANCEMENT,
            gravite=Gravite.ROUGE if rouge else Gravite.ORANGE,
            message=f"{a.raison} {a.phrase}",
            action="Combler l'écart",
            suite="/ecart",
        )
    if a.reste > 0 and ouvert:
        ecoule = (jour - a.debut).days * 100
        if not a.validees and not a.declarees and ecoule >= PART_SANS_HEURE * ((a.fin - a.debut).days + 1):
            yield _alerte(
                marche,
                territoire_id,
                AUCUNE_HEURE,
                gravite=Gravite.ORANGE,
                message=f"aucune heure depuis le début, le {jour_en_texte(a.debut)}.",
                action="Appeler le titulaire",
            )
        if jour <= a.fin <= jour + timedelta(days=JOURS_FIN_MARCHE):
            yield _alerte(
                marche,
                territoire_id,
                FIN_MARCHE,
                gravite=Gravite.ORANGE,
                message=f"fin le {jour_en_texte(a.fin)}, il manque {heures_en_texte(arrondir(a.reste))}.",
                action="Faire le point avant la fin",
            )


def _depassement(marche: Any, exces: Decimal, territoire_id: int) -> AlerteDue:
    return _alerte(
        marche,
        territoire_id,
        OBJECTIF_DEPASSE,
        gravite=Gravite.INFO,
        message=f"objectif dépassé de {heures_en_texte(arrondir(exces))}.",
        action="Proposer de partager les heures",
    )


def _declarations_en_retard(s: Session, territoire_id: int, jour: date, marches: dict[int, Any]) -> Iterator[AlerteDue]:
    requete = (
        select(Declaration.id, Declaration.marche_id, Declaration.mois, Declaration.echeance, Organisation.nom)
        .join(Organisation, Organisation.id == Declaration.employeur_id)
        .where(
            Declaration.territoire_id == territoire_id,
            Declaration.etat.in_((EtatDeclaration.A_FAIRE, EtatDeclaration.BROUILLON, EtatDeclaration.A_CORRIGER)),
            Declaration.echeance < jour,
            parmi(Declaration.marche_id, marches),
        )
        .order_by(Declaration.mois, Declaration.id)
    )
    for id_, marche_id, mois, limite, nom in s.execute(requete):
        marche = marches.get(marche_id)
        if marche is None:
            continue
        retard = (jour - limite).days
        yield alerte_de_marche(
            marche,
            territoire_id,
            DECLARATION_EN_RETARD,
            gravite=Gravite.ROUGE if retard > 30 else Gravite.ORANGE,
            message=(
                f"{nom} n'a pas déclaré les heures {de_mois_en_texte(mois)} "
                f"({marche.intitule}), attendues le {jour_en_texte(limite)}."
            ),
            action="Relancer l'employeur",
            lien=f"/facilitateur/heures/{id_}",
            sur_id=id_,
        )


def _fins(s: Session, territoire_id: int, jour: date, marches: dict[int, Any]) -> Iterator[AlerteDue]:
    """Contrats that end soon, and those whose person's window ends before them: her hours will stop counting."""
    fin_fenetre, fin_contrat = jour + timedelta(days=JOURS_FIN_FENETRE), jour + timedelta(days=JOURS_FIN_CONTRAT)
    requete = (
        select(Contrat.id, Contrat.ref, Contrat.marche_id, Contrat.fin, Contrat.motif_fin, Validation.fenetre_fin)
        .outerjoin(Validation, Validation.id == Contrat.validation_id)
        .where(
            Contrat.territoire_id == territoire_id,
            parmi(Contrat.marche_id, marches),
            or_(Contrat.fin.between(jour, fin_contrat), Validation.fenetre_fin.between(jour, fin_fenetre)),
        )
        .order_by(Contrat.id)
    )
    for contrat in s.execute(requete):
        marche = marches.get(contrat.marche_id)
        if marche is None:
            continue
        fin, fenetre = contrat.fin, contrat.fenetre_fin
        if fenetre is not None and jour <= fenetre <= fin_fenetre and (fin is None or fin > fenetre):
            yield _alerte(
                marche,
                territoire_id,
                FIN_FENETRE,
                contrat=contrat,
                gravite=Gravite.ORANGE,
                message=f"les heures du contrat {contrat.ref} ne compteront plus après le {jour_en_texte(fenetre)}.",
                action="Préparer la suite du parcours",
            )
        if fin is not None and contrat.motif_fin is None and jour <= fin <= fin_contrat:
            yield _alerte(
                marche,
                territoire_id,
                FIN_CONTRAT,
                contrat=contrat,
                gravite=Gravite.INFO,
                message=f"le contrat {contrat.ref} finit le {jour_en_texte(fin)}.",
                action="Demander la suite à l'employeur",
            )

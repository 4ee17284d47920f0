"""Everything held on one person as a tagged PDF, to hand over (R110)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from marketplace.bilans.exports.pdf import composer
from marketplace.personnes.queries import FichePersonne
from marketplace.personnes.rules.saisie import NIVEAUX, SEXES
from marketplace.personnes.services import CANAUX
from marketplace.propositions.services.droits_de_la_personne import DonneesDePersonne

PHRASES = (
    "Tout peut être corrigé, contesté ou effacé : il suffit de le demander à la personne qui vous suit.",
    "Le classement rapproche vos métiers, vos savoir-faire et vos trajets des offres.",
    "Il ignore l'âge, le sexe, l'adresse et la situation. Rien ici ne sert à une sanction.",
)


def donnees_pdf(d: DonneesDePersonne, territoire: str) -> bytes:
    """The same content as her page, on paper."""
    return composer(
        "dossier.typ",
        {
            "titre": f"Ce qui est écrit sur {d.fiche.nom_complet}",
            "territoire": territoire,
            "arrete": f"État au {_jour(d.arrete_le)}",
            "tableaux": [
                _tableau("Vous", ["Ce qui est écrit", "Valeur"], _identite(d.fiche)),
                _tableau("Vos heures dans une clause", ["Situation", "Justificatif vu"], _situation(d.fiche)),
                _tableau(
                    "Vos contrats",
                    ["Poste", "Employeur", "Période", "Heures comptées"],
                    [
                        [c.poste or "Contrat", c.employeur, _periode(c.debut, c.fin), _heures(c.heures)]
                        for c in d.contrats
                    ],
                ),
                _tableau(
                    "Vos heures, mois par mois",
                    ["Mois", "Employeur", "Déclarées", "Comptées"],
                    [[f"{m.mois:%m/%Y}", m.employeur, _heures(m.declarees), _heures(m.comptees)] for m in d.heures],
                ),
                _tableau(
                    "Ce qui a été proposé",
                    ["Offre", "Le", "Votre accord", "Où cela en est"],
                    [[x.offre, _jour(x.proposee_le.date()), _jour(x.accord_le), x.etat] for x in d.propositions],
                ),
                _tableau(
                    "Qui a lu",
                    ["Le", "Fonction", "Organisme", "Pourquoi"],
                    [[_jour(x.jour), x.fonction, x.organisation, x.finalite] for x in d.lectures],
                ),
            ],
            "phrases": PHRASES,
        },
    )


def _tableau(titre: str, entetes: list[str], lignes: list[list[str]]) -> dict[str, Any]:
    return {"titre": titre, "entetes": entetes, "lignes": lignes}


def _jour(jour: date | None) -> str:
    return f"{jour:%d/%m/%Y}" if jour else "–"


def _periode(debut: date, fin: date | None) -> str:
    return f"du {_jour(debut)} au {_jour(fin)}" if fin else f"depuis le {_jour(debut)}"


def _heures(heures: Decimal) -> str:
    return f"{heures:.2f} h".replace(".", ",")


def _identite(p: FichePersonne) -> list[list[str]]:
    mobilite = p.mobilite
    ailleurs = (
        (*mobilite.horaires_libelles, *mobilite.jours_libelles, *mobilite.creneaux_libelles, *mobilite.aides_libelles)
        if mobilite
        else ()
    )
    canal = next((libelle for code, libelle in CANAUX.items() if code.value == p.information_canal), "")
    lignes = [
        ("Nom", p.nom_complet),
        ("Date de naissance", _jour(p.date_naissance)),
        ("Sexe", SEXES.get(p.sexe or "", "Non précisé")),
        ("Niveau de formation", NIVEAUX.get(p.niveau or "", "Non précisé")),
        ("Téléphone", p.telephone),
        ("Courriel", p.courriel),
        ("Commune", p.commune or ""),
        ("Trajets", f"{', '.join(p.modes_libelles)} ; {p.trajet_max_minutes} min au plus"),
        ("Permis et CACES", ", ".join((*p.permis, *p.caces))),
        ("Permis B, aides, jours et horaires", ", ".join((mobilite.permis_libelle, *ailleurs)) if mobilite else ""),
        ("Heures par semaine", f"{_heures(p.heures_min)} à {_heures(p.heures_max)}"),
        ("Disponible à partir du", _jour(p.disponible_le)),
        ("À éviter", ", ".join(p.limites_libelles)),
        ("Métiers", " ; ".join(f"{e.intitule} {e.duree}".strip() for e in p.experiences)),
        ("Savoir-faire", " ; ".join(p.competences)),
        (
            "Langues et savoirs de base",
            " ; ".join(f"{b.libelle} : {'oui' if b.acquise else 'à travailler'}" for b in p.bases),
        ),
        (
            "Suivi par",
            " ; ".join(f"{r.nom}, {r.organisation}, {_periode(r.depuis, r.jusqu_au)}" for r in p.referents + p.anciens),
        ),
        ("Information reçue", f"le {_jour(p.information_le)}, {canal.lower()}" if p.information_le else "Pas encore"),
    ]
    return [[libelle, valeur or "–"] for libelle, valeur in lignes]


def _situation(p: FichePersonne) -> list[list[str]]:
    """Her statuses, where the reader may read them; else the sentence alone."""
    lignes = [[p.eligibilite.phrase, ""]]
    if p.eligibilite.statuts is None:
        return [*lignes, ["Le détail n'est ouvert qu'à la personne qui vous suit.", ""]]
    lignes += [
        [x.libelle, f"{x.piece} du {_jour(x.preuve_le)}" if x.preuve_le else "Pas encore vu"]
        for x in p.eligibilite.statuts
    ]
    if p.qpv is not None:
        lignes.append([f"Quartier prioritaire : {p.qpv.value.replace('_', ' ')}", p.qpv_source])
    if p.parcours is not None:
        lignes += [[c.libelle, "Critère noté"] for c in (*p.parcours.iae, *p.parcours.geiq) if c.retenu]
        if p.parcours.pass_iae is not None:
            lignes.append(["PASS IAE", _periode(p.parcours.pass_iae.debut, p.parcours.pass_iae.fin)])
    return lignes

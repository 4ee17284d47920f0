"""Papers that leave the product: hours of a person, realisation of a marché, completion (R61), one-page fiche.

Each is a tagged PDF with a code by which anyone may check what it states. A paper about a marché names nobody.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.bilans.exports.pdf import composer
from marketplace.bilans.faits import charger_faits
from marketplace.bilans.models import Attestation, TypeAttestation
from marketplace.bilans.perimetre import Perimetre
from marketplace.bilans.rules.definitions import MODALITES, NON_RENSEIGNE
from marketplace.bilans.rules.periode import Periode
from marketplace.bilans.rules.registre import Faits
from marketplace.bilans.rules.tableaux import heures
from marketplace.bilans.vue import ecrire_nombre
from marketplace.comptes.droits import Action
from marketplace.comptes.models import Organisation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import PARIS, Contexte
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.heures.models import Contrat, Moment, PointDeSuivi
from marketplace.heures.queries import avancements
from marketplace.heures.rules.situations import SITUATIONS
from marketplace.heures.solde import points_avant_solde
from marketplace.journal.services import journaliser, noter_lectures
from marketplace.marches.models import Marche, Operation
from marketplace.marches.portee import charger_marche
from marketplace.marches.rules.etats import LIBELLES, EtatMarche
from marketplace.personnes.portee import personne_du_perimetre
from marketplace.territoire.models import Territoire
from marketplace.territoire.reglages import reglages_au

TOUJOURS = Periode(date(2000, 1, 1), date(2099, 12, 31))
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No letter that reads like a digit."""
FINIS = frozenset({EtatMarche.TERMINE, EtatMarche.SOLDE, EtatMarche.RESILIE, EtatMarche.TRANSFERE})
TITRES: Mapping[TypeAttestation, str] = {
    TypeAttestation.HEURES: "Attestation d'heures",
    TypeAttestation.REALISATION: "Attestation de réalisation de la clause sociale",
    TypeAttestation.ACHEVEMENT: "Certificat d'achèvement de la clause sociale",
    TypeAttestation.FICHE_BILAN: "Fiche bilan de la clause sociale",
}
CENTIEME = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class PapierVu:
    """What a code answers: the kind of paper, when, by which territory, and what it states. Nobody is named."""

    code: str
    titre: str
    territoire: str
    delivre_le: datetime
    lignes: tuple[tuple[str, str], ...]


def _h(valeur: Decimal) -> str:
    return f"{ecrire_nombre(valeur, CENTIEME)} h"


def papier_du_marche(ctx: Contexte, acteur: Acteur, genre: TypeAttestation, ref: str) -> tuple[str, bytes]:
    """Make and keep a paper on a marché of the caller's perimeter: its code and its PDF.

    Raises Introuvable when the marché is out of reach; RegleViolee when it carries no clause, or when completion is
    asked for a clause neither done nor at its end (R61).
    """
    with ctx.transaction() as s:
        marche = charger_marche(s, acteur, Action.VOIR_MARCHE, ref)
        contenu = _contenu_du_marche(s, ctx, marche, genre)
        papier = _garder(ctx, s, acteur, genre, contenu, marche_id=marche.id)
        journaliser(s, ctx.horloge(), acteur, "delivrer_papier", marche, f"a délivré : {TITRES[genre]} {papier.code}")
        territoire = s.get_one(Territoire, marche.territoire_id).nom
        return papier.code, _pdf(papier, territoire, contenu)


def _contenu_du_marche(s: Session, ctx: Contexte, marche: Marche, genre: TypeAttestation) -> dict[str, Any]:
    a = avancements(s, [marche.id], ctx.aujourdhui())[marche.id]
    if not a.objectif:
        raise RegleViolee("Ce marché ne porte pas d'objectif d'heures : il n'y a rien à attester.")
    faite = a.validees >= a.objectif
    if genre is TypeAttestation.ACHEVEMENT and not faite and marche.etat not in FINIS:
        raise RegleViolee(
            f"L'objectif n'est pas atteint ({_h(a.validees)} sur {_h(a.objectif)}) et le marché n'est pas fini : "
            "délivrez plutôt une attestation de réalisation."
        )
    f = charger_faits(s, Perimetre(marche.territoire_id, marches=(marche.id,)), (TOUJOURS,))
    noms = {
        o.id: o.nom
        for o in s.execute(
            select(Organisation.id, Organisation.nom).where(
                Organisation.id.in_((marche.acheteur_id, marche.titulaire_id))
            )
        )
    }
    lignes = [
        ("Marché", f"{marche.intitule} ({marche.ref})"),
        ("Acheteur", noms.get(marche.acheteur_id, "")),
        ("Titulaire", noms.get(marche.titulaire_id or 0, "Pas encore")),
        ("État", LIBELLES[marche.etat]),
        ("Objectif", _h(a.objectif)),
        ("Heures validées, comptées pour l'objectif", _h(a.validees)),
        ("dont heures réelles", _h(a.reelles)),
        ("dont formation", _h(a.formation)),
        ("Réalisation", f"{ecrire_nombre(a.validees * 100 / a.objectif, Decimal('0.1'))} %"),
        ("Personnes", str(len({p for p in f.personne.tolist() if p}))),
        ("Contrats", str(len({c for c in f.contrat.tolist() if c}))),
    ]
    if a.malgre_tout:
        lignes.insert(7, ("dont comptées malgré une règle, avec un motif écrit", _h(a.malgre_tout)))
    if marche.date_debut and marche.date_fin:
        lignes.insert(3, ("Durée", f"du {marche.date_debut:%d/%m/%Y} au {marche.date_fin:%d/%m/%Y}"))
    tableaux = [_par_modalite(f)]
    if genre in {TypeAttestation.ACHEVEMENT, TypeAttestation.FICHE_BILAN}:
        suites = _suites(s, f, reglages_au(s, marche.territoire_id, ctx.aujourdhui()).petit_effectif)
        if suites:
            tableaux.append(suites)
    phrases = [a.phrase]
    if genre is TypeAttestation.FICHE_BILAN:
        restent = points_avant_solde(s, marche.id, ctx.aujourdhui(), pour_tiers=True)
        if restent is not None:
            phrases += [f"Avant le solde : {p.texte}" for p in restent] or ["Avant le solde : rien ne manque."]
    return {"lignes": lignes, "tableaux": tableaux, "phrases": phrases}


def _par_modalite(f: Faits) -> dict[str, Any]:
    totaux: dict[str, int] = {}
    for modalite, h in zip(f.modalite, f.heures.tolist(), strict=True):
        nom = MODALITES.get(modalite or "", NON_RENSEIGNE)
        totaux[nom] = totaux.get(nom, 0) + h
    rangees = sorted(totaux.items(), key=lambda v: -v[1])
    return {
        "titre": "Par modalité",
        "entetes": ["Modalité", "Heures réelles"],
        "lignes": [[nom, _h(heures(h))] for nom, h in rangees],
    }


def _suites(s: Session, f: Faits, seuil: int) -> dict[str, Any] | None:
    """What became of people after their contrat, in numbers, when enough is known to name nobody (R98)."""
    contrats = {c for c in f.contrat.tolist() if c}
    reponses = [
        situation
        for situation in s.scalars(
            select(PointDeSuivi.situation).where(
                PointDeSuivi.contrat_id.in_(contrats),
                PointDeSuivi.moment == Moment.APRES_LA_FIN,
                PointDeSuivi.mois == 0,
                PointDeSuivi.situation.is_not(None),
            )
        )
        if situation
    ]
    if len(reponses) < seuil:
        return None
    noms = sorted({SITUATIONS.get(r, r) for r in reponses})
    compte = {n: sum(SITUATIONS.get(r, r) == n for r in reponses) for n in noms}
    petits = {n for n, v in compte.items() if v < seuil}
    grands = [[n, str(v)] for n, v in compte.items() if n not in petits]
    reste = sum(compte[n] for n in petits)
    if petits:
        grands.append(["Autres situations", str(reste) if reste >= seuil else f"moins de {seuil}"])
    return {"titre": "À la fin du contrat", "entetes": ["Situation", "Personnes"], "lignes": grands}


def papier_d_operation(ctx: Contexte, acteur: Acteur, ref: str) -> tuple[str, bytes]:
    """The one-page fiche of an opération: its marchés, hours due and done. Raises Introuvable out of reach."""
    with ctx.transaction() as s:
        operation = s.scalar(
            select(Operation).where(Operation.ref == ref, Operation.territoire_id == acteur.territoire_id)
        )
        if operation is None:
            raise Introuvable()
        marches = [
            charger_marche(s, acteur, Action.VOIR_MARCHE, m.ref)
            for m in s.scalars(select(Marche).where(Marche.operation_id == operation.id).order_by(Marche.id))
        ]
        if not marches:
            raise RegleViolee("Cette opération n'a pas encore de marché.")
        progres = avancements(s, [m.id for m in marches], ctx.aujourdhui())
        f = charger_faits(s, Perimetre(operation.territoire_id, operations=(operation.id,)), (TOUJOURS,))
        objectif = sum((p.objectif for p in progres.values()), Decimal(0))
        validees = sum((p.validees for p in progres.values()), Decimal(0))
        contenu = {
            "lignes": [
                ("Opération", f"{operation.intitule} ({operation.ref})"),
                ("Marchés", str(len(marches))),
                ("Objectif", _h(objectif)),
                ("Heures validées", _h(validees)),
                ("Réalisation", f"{ecrire_nombre(validees * 100 / objectif, Decimal('0.1'))} %" if objectif else "–"),
                ("Personnes", str(len({p for p in f.personne.tolist() if p}))),
            ],
            "tableaux": [
                {
                    "titre": "Marché par marché",
                    "entetes": ["Marché", "Objectif", "Validées"],
                    "lignes": [[m.intitule, _h(progres[m.id].objectif), _h(progres[m.id].validees)] for m in marches],
                },
                _par_modalite(f),
            ],
            "phrases": [],
        }
        genre = TypeAttestation.FICHE_BILAN
        papier = _garder(ctx, s, acteur, genre, contenu)
        journaliser(
            s, ctx.horloge(), acteur, "delivrer_papier", operation, f"a délivré : {TITRES[genre]} {papier.code}"
        )
        territoire = s.get_one(Territoire, operation.territoire_id).nom
        return papier.code, _pdf(papier, territoire, contenu)


def attestation_d_heures(ctx: Contexte, acteur: Acteur, ref: str) -> tuple[str, bytes]:
    """The hours of a person, contrat by contrat, on a paper that is hers: its code and its PDF.

    What is kept names nobody. Raises Introuvable when she is out of reach, RegleViolee without any validated hour.
    """
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.VOIR_PERSONNE, ref, ctx.aujourdhui())
        marches = tuple(
            m for m in s.scalars(select(Contrat.marche_id).where(Contrat.personne_id == personne.id).distinct()) if m
        )
        if not marches:
            raise RegleViolee("Aucune heure validée n'est encore comptée pour cette personne.")
        tout = charger_faits(s, Perimetre(acteur.territoire_id, marches=marches), (TOUJOURS,))
        rangees = [
            (tout.contrats[c], tout.marches.get(m), h)
            for c, m, p, h in zip(
                tout.contrat.tolist(), tout.marche.tolist(), tout.personne.tolist(), tout.heures.tolist(), strict=True
            )
            if p == personne.id and c
        ]
        if not rangees:
            raise RegleViolee("Aucune heure validée n'est encore comptée pour cette personne.")
        total = heures(sum(h for _, _, h in rangees))
        totaux = [("Heures validées", _h(total)), ("Contrats", str(len({c.id for c, _, _ in rangees})))]
        contenu: dict[str, Any] = {
            "lignes": totaux,
            "tableaux": [
                {
                    "titre": "Contrat par contrat",
                    "entetes": ["Employeur", "Marché", "Depuis le", "Heures validées"],
                    "lignes": [
                        [
                            tout.organisations[c.employeur_id].nom if c.employeur_id in tout.organisations else "",
                            m.intitule if m else "",
                            f"{c.debut:%d/%m/%Y}",
                            _h(heures(h)),
                        ]
                        for c, m, h in sorted(rangees, key=lambda x: (x[0].debut, x[0].id))
                    ],
                }
            ],
            "phrases": [],
        }
        papier = _garder(ctx, s, acteur, TypeAttestation.HEURES, contenu, personne_id=personne.id)
        noter_lectures(s, ctx.horloge(), acteur, [personne.id], "remettre une attestation d'heures")
        journaliser(
            s, ctx.horloge(), acteur, "delivrer_papier", personne, f"a remis une attestation d'heures {papier.code}"
        )
        territoire = s.get_one(Territoire, acteur.territoire_id).nom
        nomme = {**contenu, "lignes": [("Personne", f"{personne.prenom} {personne.nom}"), *totaux]}
        return papier.code, _pdf(papier, territoire, nomme)


def _garder(
    ctx: Contexte,
    s: Session,
    acteur: Acteur,
    genre: TypeAttestation,
    contenu: dict[str, Any],
    *,
    marche_id: int | None = None,
    personne_id: int | None = None,
) -> Attestation:
    brut = json.dumps(contenu, ensure_ascii=False, sort_keys=True)
    papier = Attestation(
        code="-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3)),
        territoire_id=acteur.territoire_id,
        type=genre,
        marche_id=marche_id,
        personne_id=personne_id,
        contenu=json.loads(brut),
        empreinte=hashlib.sha256(brut.encode()).hexdigest(),
        auteur_id=acteur.utilisateur_id,
        cree_le=ctx.horloge(),
    )
    s.add(papier)
    s.flush()
    return papier


def _pdf(papier: Attestation, territoire: str, contenu: dict[str, Any]) -> bytes:
    quand = papier.cree_le.astimezone(PARIS)
    return composer(
        "attestation.typ",
        {
            "titre": TITRES[papier.type],
            "territoire": territoire,
            "code": papier.code,
            "delivre": f"Délivré le {quand:%d/%m/%Y}",
            **contenu,
        },
    )


def relire(s: Session, code: str) -> PapierVu | None:
    """What a paper states, by its code; None for a code nobody issued. The contrats of a person are not shown."""
    propre = "".join(c for c in code.upper() if c in ALPHABET)
    papier = s.scalar(select(Attestation).where(Attestation.code == "-".join(propre[i : i + 4] for i in (0, 4, 8))))
    if papier is None:
        return None
    return PapierVu(
        papier.code,
        TITRES[papier.type],
        s.get_one(Territoire, papier.territoire_id).nom,
        papier.cree_le,
        tuple((nom, valeur) for nom, valeur in papier.contenu["lignes"]),
    )

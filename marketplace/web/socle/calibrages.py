"""What the calculator and the ledger share: the fields of each kind of calculation, and the territory's values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marketplace.marches.rules.calculs import (
    AVEC_FORMULE,
    MEMBRES,
    TRANCHES,
    VOLETS,
    Cas,
    nombre_simple,
)
from marketplace.marches.rules.dimensionnement import Calibrage, ReglagesDimensionnement
from marketplace.territoire.queries import Reglages

CENT = Decimal(100)


@dataclass(frozen=True, slots=True)
class ChampCalcul:
    """One field of a sizing. `genre`: nombre, texte, case or choix."""

    cle: str
    libelle: str
    aide: str = ""
    genre: str = "nombre"
    facultatif: bool = False


_FORMULE = (
    ChampCalcul("part", "Part de main d'œuvre, en %", "Vide : celle du corps d'état choisi."),
    ChampCalcul("taux", "Taux d'effort, en %"),
    ChampCalcul("cout", "Coût horaire chargé, en euros"),
)
_DUREE = ChampCalcul("duree", "Durée, en mois", "Pour savoir combien de personnes il faut.", facultatif=True)

CHAMPS: Mapping[Cas, tuple[ChampCalcul, ...]] = {
    Cas.MARCHE: (ChampCalcul("montant", "Montant HT", "En euros."), *_FORMULE, _DUREE),
    Cas.BONS: (
        ChampCalcul("montant", "Montant commandé HT", "En euros : les commandes passées, ou celles que vous prévoyez."),
        *_FORMULE,
        _DUREE,
    ),
    Cas.TRANCHES: (
        ChampCalcul("montant", "Montant HT de la tranche ferme", "En euros."),
        *_FORMULE,
        *(
            champ
            for rang in range(1, TRANCHES + 1)
            for champ in (
                ChampCalcul(f"tranche{rang}", f"Montant HT de la tranche optionnelle {rang}", facultatif=True),
                ChampCalcul(f"affermie{rang}", f"La tranche optionnelle {rang} est affermie", genre="case"),
            )
        ),
        _DUREE,
    ),
    Cas.REPRISE: (
        ChampCalcul("heures", "Heures de travail du marché", "Par an, ou sur la durée."),
        ChampCalcul("repris", "Part de ces heures faites par le personnel repris, en %"),
        ChampCalcul("taux", "Taux d'effort, en %"),
        _DUREE,
    ),
    Cas.ANRU: (
        ChampCalcul("heures", "Heures de travail de l'opération"),
        ChampCalcul("volet", "Volet", genre="choix"),
    ),
    Cas.GROUPEMENT: (
        ChampCalcul("heures", "Objectif du marché, en heures"),
        *(
            champ
            for rang in range(1, MEMBRES + 1)
            for champ in (
                ChampCalcul(
                    f"membre{rang}",
                    "Mandataire" if rang == 1 else f"Cotraitant {rang}",
                    genre="texte",
                    facultatif=True,
                ),
                ChampCalcul(f"part{rang}", f"Sa part de l'objectif, en % ({rang})", facultatif=rang > 1),
            )
        ),
    ),
    Cas.AVENANT: (
        ChampCalcul("heures", "Objectif actuel, en heures"),
        ChampCalcul("montant", "Montant avant l'avenant, HT"),
        ChampCalcul("nouveau", "Montant après l'avenant, HT"),
    ),
}


def pour_dimensionnement(r: Reglages) -> ReglagesDimensionnement:
    """Rounding and floors of a territory."""
    return ReglagesDimensionnement(
        arrondi_pas=r.arrondi_pas,
        arrondi_mode=r.arrondi_mode,
        plancher_heures=r.plancher_heures,
        plancher_mois=r.plancher_mois,
        heures_par_etp=r.heures_par_etp,
    )


def cas_choisi(texte: str | None) -> Cas:
    """The kind of calculation named in the address; a marché when it names none."""
    return Cas(texte) if texte in set(Cas) else Cas.MARCHE


def valeurs_du_territoire(r: Reglages, cas: Cas, corps: str) -> dict[str, str]:
    """What the territory proposes for this kind of calculation and this trade."""
    if cas not in AVEC_FORMULE:
        return {"taux": str(r.taux_effort[0])} if cas is Cas.REPRISE else {}
    cout = (r.couts_par_corps or {}).get(corps, r.cout_horaire)
    valeurs = {"taux": str(r.taux_effort[0]), "cout": nombre_simple(cout)}
    part = r.parts_main_oeuvre.get(corps)
    return valeurs if part is None else valeurs | {"part": nombre_simple(part * CENT)}


def textes_lus(args: Mapping[str, str], cas: Cas, defauts: Mapping[str, str]) -> dict[str, str]:
    """What was typed for this kind of calculation, completed by what is proposed."""
    typees = {c.cle: args.get(c.cle, "").strip()[:80] for c in CHAMPS[cas]}
    return {**defauts, **{cle: texte for cle, texte in typees.items() if texte}}


def contexte_de_saisie(r: Reglages, cas: Cas, textes: Mapping[str, str], corps: str) -> dict[str, Any]:
    """What the template of the fields needs."""
    return {
        "cas": cas,
        "champs_calcul": CHAMPS[cas],
        "textes": textes,
        "corps": corps,
        "reglages": r,
        "volets": VOLETS,
        "avec_corps": cas in AVEC_FORMULE,
    }


def calcul_garde(c: Calibrage) -> dict[str, Any]:
    """Inputs, result and version of the formula, as kept with a clause: decimals as text, none loses a digit."""
    parts = {"part": c.part_main_oeuvre, "taux": c.taux_effort}
    entrees = {nom: nombre_simple(v * CENT) for nom, v in parts.items()}
    entrees |= {"montant": nombre_simple(c.montant_ht), "cout": nombre_simple(c.cout_horaire)}
    return {
        "cas": Cas.MARCHE.value,
        "entrees": entrees,
        "montant_ht": str(c.montant_ht),
        "part_main_oeuvre": str(c.part_main_oeuvre),
        "taux_effort": str(c.taux_effort),
        "cout_horaire": str(c.cout_horaire),
        "exact": str(c.exact),
        "heures": str(c.heures),
        "version": c.version,
    }

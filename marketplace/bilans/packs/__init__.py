"""What each partner receives, cut from the same ledger: AVE, ANRU, SPASER, committees, and the hours to come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from marketplace.bilans.packs.a_venir import pack_a_venir
from marketplace.bilans.packs.anru import pack_anru
from marketplace.bilans.packs.ave import pack_ave
from marketplace.bilans.packs.comite import pack_comite
from marketplace.bilans.packs.spaser import pack_spaser
from marketplace.bilans.packs.suites import pack_suites
from marketplace.bilans.perimetre import Perimetre
from marketplace.bilans.rules.periode import Periode
from marketplace.bilans.vue import BilanVu
from marketplace.erreurs import RegleViolee

Fabrique = Callable[[Session, Perimetre, Periode, date], BilanVu]


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack: its name, who it is for, and how it is made."""

    code: str
    libelle: str
    pour: str
    fabrique: Fabrique


PACKS: Mapping[str, Pack] = {
    p.code: p
    for p in (
        Pack("comite", "Comité", "comités et élus : aucun petit effectif, aucun nom", pack_comite),
        Pack("ave", "Consolidation nationale", "Alliance Villes Emploi : indicateurs d'une année civile", pack_ave),
        Pack("anru", "Renouvellement urbain", "ANRU et porteurs de projet : second compteur des habitants", pack_anru),
        Pack("spaser", "SPASER", "acheteurs : part des marchés avec une considération sociale", pack_spaser),
        Pack(
            "suites",
            "Situations après le contrat",
            "financeurs et partenaires : ce que les personnes sont devenues",
            pack_suites,
        ),
        Pack("a-venir", "Heures à venir", "GEIQ, ETTI, organismes de formation : douze mois à venir", pack_a_venir),
    )
}


def fabriquer(s: Session, code: str, perimetre: Perimetre, periode: Periode, jour: date) -> BilanVu:
    """The pack of that code. Raises RegleViolee for an unknown one, or when there is nothing to say."""
    if code not in PACKS:
        raise RegleViolee(f"Le dossier « {code} » n'existe pas : choisissez parmi {', '.join(PACKS)}.", champ="pack")
    return PACKS[code].fabrique(s, perimetre, periode, jour)

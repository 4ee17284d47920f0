"""The demonstration of the Hérault: real structures and buyers, everything else fictitious, dated from a day."""

from __future__ import annotations

from datetime import date, datetime, time
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.comptes.models import Organisation
from marketplace.contexte import PARIS, Contexte
from marketplace.erreurs import RegleViolee
from marketplace.heures.models import Contrat, Declaration, LigneHeures
from marketplace.marches.models import Marche
from marketplace.metiers.models import Appellation, Competence, MetierCompetence, Mobilite
from marketplace.offres.models import EtatOffre, Offre
from marketplace.personnes.models import Personne, Validation
from marketplace.propositions.models import Proposition
from marketplace.referentiel import referentiels_charges
from marketplace.territoire.models import Commune, Reglage, Territoire
from marketplace.territoire.reglages import reglages_au
from seeds.demo.annonces import semer_offres
from seeds.demo.atelier import Atelier, Lieu, MetierDemo, lire_table, sdi_des_communes
from seeds.demo.comptes import semer_comptes, telephone_fictif
from seeds.demo.controle import semer_controle
from seeds.demo.decisions import semer_decisions
from seeds.demo.declarations import semer_heures
from seeds.demo.demandes import semer_demandes
from seeds.demo.depots import semer_depots
from seeds.demo.echanges import semer_propositions
from seeds.demo.embauches import semer_contrats
from seeds.demo.engagements import semer_engagements
from seeds.demo.historiques import semer_historiques
from seeds.demo.memoire import semer_journal, semer_relances
from seeds.demo.opinions import semer_opinions
from seeds.demo.rattachements import semer_rattachements
from seeds.demo.registre import semer_registre
from seeds.demo.signalements import semer_signalements
from seeds.demo.structures import semer_structures
from seeds.demo.suites import semer_suites
from seeds.demo.vivier import retirer_quelques_personnes, semer_vivier
from seeds.demo.vues import semer_vues
from seeds.referentiels import NOMS_DES_LOTS

NOM = "herault"
DEPARTEMENT = "34"
GRAINE = 34


def semer(ctx: Contexte, le: date, graine: int = GRAINE) -> dict[str, Any]:
    """Build the demonstration as of the day `le`, in one transaction; what was made, by kind.

    The same day and the same seed make the same demonstration. Raises RegleViolee when the reference data is
    missing or when this base already holds a demonstration: nothing is then written.
    """
    with ctx.transaction() as s:
        _exiger_place_libre(s)
        a = _ouvrir_atelier(s, ctx, le, graine)
        semer_structures(a)
        semer_comptes(a)
        semer_registre(a)
        semer_engagements(a)
        semer_vivier(a)
        besoins = semer_contrats(a)
        semer_heures(a, besoins)
        semer_historiques(s, a)
        semer_controle(a)
        semer_offres(a)
        semer_propositions(a)
        semer_demandes(a)
        semer_suites(a)
        semer_opinions(a)
        semer_decisions(a)
        retirer_quelques_personnes(a)
        semer_signalements(a)
        semer_rattachements(a)
        semer_relances(a)
        semer_depots(a)
        semer_vues(a)
        semer_journal(a, list(s.scalars(select(Declaration).order_by(Declaration.id))))
        return _comptes(s, a.territoire_id)


def _exiger_place_libre(s: Session) -> None:
    deja = s.scalar(select(Territoire.nom).where(Territoire.demonstration.is_not(None)))
    if deja is not None:
        raise RegleViolee(
            f"Cette base contient déjà la démonstration « {deja} » : pour une autre, choisissez une base vide."
        )
    if not referentiels_charges(s, NOMS_DES_LOTS):
        raise RegleViolee("Les données de référence manquent : lancez d'abord « marketplace seed --referentiels ».")
    if s.scalar(select(Territoire.id).where(Territoire.code == NOM)) is not None:
        raise RegleViolee(f"Le territoire « {NOM} » existe déjà : choisissez une base vide pour la démonstration.")


def _ouvrir_atelier(s: Session, ctx: Contexte, le: date, graine: int) -> Atelier:
    ouverture = datetime.combine(date(le.year - 2, 1, 1), time(9), PARIS)
    territoire = Territoire(
        code=NOM,
        nom="Hérault (démonstration)",
        departements=[DEPARTEMENT],
        contact_nom="L'équipe des facilitateurs (exemple)",
        contact_courriel="clauses@exemple.invalid",
        contact_telephone=telephone_fictif(3434),
        demonstration=NOM,
        cree_le=ouverture,
    )
    s.add(territoire)
    s.flush()
    s.add(
        Reglage(
            territoire_id=territoire.id,
            cle="heures_par_etp",
            valeur="1607",
            a_partir_du=ouverture.date(),
            source="bilans 2017 à 2020 du Département : 1 607 h par équivalent temps plein",
            cree_le=ouverture,
        )
    )
    s.flush()
    sdi = sdi_des_communes(s)
    lieux = {
        c.code_insee: Lieu(c.code_insee, c.nom, c.population or 1, sdi[c.code_insee], c.lat or 0.0, c.lon or 0.0)
        for c in s.scalars(select(Commune).where(Commune.code_departement == DEPARTEMENT).order_by(Commune.code_insee))
    }
    metiers = _metiers()
    proches = _proches(s, set(metiers))
    connus = set(metiers) | {c for liste in proches.values() for c in liste}
    return Atelier(
        s=s,
        ctx=ctx,
        le=le,
        rng=Random(f"{NOM}:{graine}:{le.isoformat()}"),
        territoire_id=territoire.id,
        reglages=reglages_au(s, territoire.id, le),
        lieux=lieux,
        metiers=metiers,
        proches=proches,
        appellations=_appellations(s, connus),
        coeurs=_coeurs(s, set(metiers)),
    )


def _metiers() -> dict[str, MetierDemo]:
    def mots(texte: str) -> tuple[str, ...]:
        return tuple(m for m in texte.split("|") if m)

    return {
        r["code_rome"]: MetierDemo(
            r["code_rome"],
            r["secteur"],
            int(r["poids"]),
            mots(r["libelles"]),
            mots(r["competences"]),
            mots(r["offres"]),
            mots(r["permis"]),
            mots(r["caces"]),
        )
        for r in lire_table("metiers.csv")
    }


def _proches(s: Session, codes: set[str]) -> dict[str, tuple[str, ...]]:
    """Near trades of ROME, nearest first."""
    lignes = s.execute(
        select(Mobilite.code_rome, Mobilite.code_rome_cible)
        .where(Mobilite.code_rome.in_(codes))
        .order_by(Mobilite.code_rome, Mobilite.rang)
    )
    proches: dict[str, list[str]] = {}
    for code, cible in lignes:
        proches.setdefault(code, []).append(cible)
    return {code: tuple(liste) for code, liste in proches.items()}


def _appellations(s: Session, codes: set[str]) -> dict[str, str]:
    requete = select(Appellation.code_rome, Appellation.libelle_court).where(
        Appellation.code_rome.in_(codes), Appellation.principale.is_(True)
    )
    return {ligne.code_rome: ligne.libelle_court for ligne in s.execute(requete.order_by(Appellation.code_rome))}


def _coeurs(s: Session, codes: set[str]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Core know-how of each trade."""
    lignes = s.execute(
        select(MetierCompetence.code_rome, Competence.code_ogr, Competence.libelle)
        .join(Competence, Competence.code_ogr == MetierCompetence.code_ogr)
        .where(
            MetierCompetence.code_rome.in_(codes),
            MetierCompetence.coeur.is_(True),
            Competence.type == "savoir_faire",
        )
        .order_by(MetierCompetence.code_rome, Competence.code_ogr)
    )
    coeurs: dict[str, list[tuple[str, str]]] = {}
    for code, ogr, libelle in lignes:
        coeurs.setdefault(code, []).append((ogr, libelle))
    return {code: tuple(liste) for code, liste in coeurs.items()}


def _comptes(s: Session, territoire_id: int) -> dict[str, Any]:
    def nombre(table: Any) -> int:
        return s.scalar(select(func.count()).select_from(table).where(table.territoire_id == territoire_id)) or 0

    return {
        "organisations": nombre(Organisation),
        "marchés": nombre(Marche),
        "offres": s.scalar(select(func.count()).select_from(Offre).where(Offre.etat == EtatOffre.PUBLIEE)) or 0,
        "personnes": nombre(Personne),
        "validations": nombre(Validation),
        "propositions": nombre(Proposition),
        "contrats": nombre(Contrat),
        "déclarations": nombre(Declaration),
        "lignes d'heures": s.scalar(select(func.count()).select_from(LigneHeures)) or 0,
    }

"""Acts on signalements: prepare one, keep it, note what came of it, recognise the contrat it led to."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.comptes.droits import Action
from marketplace.comptes.models import Organisation
from marketplace.comptes.queries import LIBELLES_TYPES
from marketplace.comptes.roles import Acteur
from marketplace.contexte import PARIS, Contexte
from marketplace.erreurs import Introuvable, ModifieEntreTemps, RegleViolee
from marketplace.heures.models import Contrat
from marketplace.journal.services import journaliser, noter_lectures
from marketplace.offres.externes import PRESENTES
from marketplace.offres.models import EtatOffre, Offre, OffreExterne
from marketplace.offres.queries import charger_offre
from marketplace.personnes.models import Personne
from marketplace.personnes.portee import personne_du_perimetre
from marketplace.personnes.queries.classement import profils_de_classement
from marketplace.personnes.queries.fiches import FichePersonne, fiche
from marketplace.personnes.rules.information import Canal
from marketplace.propositions.models import Proposition
from marketplace.propositions.rules import OUVERTS as PROPOSITIONS_OUVERTES
from marketplace.propositions.signalements import queries, rules
from marketplace.propositions.signalements.models import Signalement
from marketplace.propositions.signalements.queries import PageSignalements, SignalementVu
from marketplace.propositions.signalements.rules import ResultatSignalement
from marketplace.territoire.models import Commune

CANAUX_ACCORD = (Canal.ENTRETIEN, Canal.TELEPHONE, Canal.COURRIEL, Canal.COURRIER)


@dataclass(frozen=True, slots=True)
class Preparation:
    """What is shown before telling of a person: where to apply, what to copy there, and what prevents it."""

    personne: FichePersonne
    organisation: str
    organisation_ref: str
    organisation_type: str
    commune: str
    offre_ref: str | None
    offre: str | None
    adresse: str
    champs: tuple[tuple[str, str], ...]
    empechement: str | None
    en_cours: str | None


@dataclass(frozen=True, slots=True)
class _Cible:
    organisation: Organisation
    commune: Commune | None
    offre: Offre | None
    externe: OffreExterne | None


def _cible(s: Session, acteur: Acteur, organisation_ref: str | None, offre_ref: str | None) -> _Cible:
    """The structure told to, and its post if one is named. Raises Introuvable when they are not there, or not one."""
    offre = externe = None
    if offre_ref:
        offre = charger_offre(s, acteur.territoire_id, offre_ref)
        externe = s.scalar(select(OffreExterne).where(OffreExterne.offre_id == offre.id))
        organisation = s.get_one(Organisation, offre.organisation_id)
        if organisation_ref and organisation.ref != organisation_ref:
            raise Introuvable()
    else:
        trouvee = s.scalar(
            select(Organisation).where(
                Organisation.ref == (organisation_ref or ""), Organisation.territoire_id == acteur.territoire_id
            )
        )
        if trouvee is None:
            raise Introuvable()
        organisation = trouvee
    commune = s.get(Commune, organisation.code_insee) if organisation.code_insee else None
    return _Cible(organisation, commune, offre, externe)


def _situation(s: Session, personne: Personne, cible: _Cible, jour: date) -> rules.Situation:
    proposee = s.scalar(
        select(Proposition.ref)
        .join(Offre, Offre.id == Proposition.offre_id)
        .where(
            Proposition.personne_id == personne.id,
            Offre.organisation_id == cible.organisation.id,
            Proposition.etat.in_(list(PROPOSITIONS_OUVERTES)),
        )
        .limit(1)
    )
    contrat = s.scalar(
        select(Contrat.id)
        .where(
            Contrat.personne_id == personne.id,
            Contrat.employeur_id == cible.organisation.id,
            Contrat.debut <= jour,
            (Contrat.fin.is_(None)) | (Contrat.fin >= jour),
        )
        .limit(1)
    )
    return rules.Situation(
        informee=bool(profils_de_classement(s, personne.territoire_id, [personne.id])),
        structure_presente=cible.organisation.type in PRESENTES and (cible.offre is None or cible.externe is not None),
        poste_ouvert=cible.offre is None or cible.offre.etat is EtatOffre.PUBLIEE,
        deja_proposee=proposee,
        en_contrat=contrat is not None,
    )


def champs_a_copier(p: FichePersonne, objet: str | None) -> tuple[tuple[str, str], ...]:
    """What the platform asks of an application, in its order; the message is positive, and says nothing else (N16)."""
    metiers = ", ".join(f"{e.intitule} ({e.duree})" if e.duree else e.intitule for e in p.experiences)
    phrases = [f"Bonjour, je vous signale {p.prenom} {p.nom}{f' pour « {objet} »' if objet else ''}."]
    if metiers:
        phrases.append(f"Métiers exercés : {metiers}.")
    if p.competences:
        phrases.append(f"Savoir-faire : {', '.join(p.competences)}.")
    if p.permis or p.caces:
        phrases.append(f"Permis et CACES : {', '.join((*p.permis, *p.caces))}.")
    phrases.append(f"Disponible dès le {p.disponible_le:%d/%m/%Y}." if p.disponible_le else "Disponible tout de suite.")
    valeurs = (
        ("Prénom", p.prenom),
        ("Nom", p.nom),
        ("Date de naissance", f"{p.date_naissance:%d/%m/%Y}" if p.date_naissance else ""),
        ("Téléphone", p.telephone),
        ("Courriel", p.courriel),
        ("Commune", p.commune or ""),
        ("Message pour la structure", " ".join(phrases)),
    )
    return tuple((nom, valeur) for nom, valeur in valeurs if valeur)


def preparer(
    ctx: Contexte,
    acteur: Acteur,
    personne_ref: str,
    *,
    organisation_ref: str | None = None,
    offre_ref: str | None = None,
) -> Preparation:
    """A person of the caller's perimeter before a structure; the reading is noted. Raises Introuvable."""
    jour = ctx.aujourdhui()
    with ctx.transaction() as s:
        personne = personne_du_perimetre(s, acteur, Action.PROPOSER, personne_ref, jour)
        cible = _cible(s, acteur, organisation_ref, offre_ref)
        empechement = None
        try:
            canaux = frozenset(str(c) for c in CANAUX_ACCORD)
            premier = str(CANAUX_ACCORD[0])
            rules.exiger_signalable(_situation(s, personne, cible, jour), jour, premier, canaux, jour)
        except RegleViolee as refus:
            empechement = refus.message
        ouvert = queries.signalement_ouvert(s, personne.id, cible.organisation.id)
        noter_lectures(s, ctx.horloge(), acteur, [personne.id], f"Avant un signalement à {cible.organisation.nom}")
        lue = fiche(s, personne, jour, statuts_ouverts=False)
        return Preparation(
            personne=lue,
            organisation=cible.organisation.nom,
            organisation_ref=cible.organisation.ref,
            organisation_type=LIBELLES_TYPES[cible.organisation.type],
            commune="" if cible.commune is None else cible.commune.nom,
            offre_ref=None if cible.offre is None else cible.offre.ref,
            offre=None if cible.offre is None else cible.offre.intitule,
            adresse=queries.adresse_nationale(cible.organisation, cible.commune, cible.externe),
            champs=champs_a_copier(lue, None if cible.offre is None else cible.offre.intitule),
            empechement=empechement,
            en_cours=None if ouvert is None else ouvert.ref,
        )


def signaler(
    ctx: Contexte,
    acteur: Acteur,
    personne_ref: str,
    *,
    accord_canal: str,
    accord_le: date | None = None,
    organisation_ref: str | None = None,
    offre_ref: str | None = None,
) -> str:
    """Keep that a person's application was made on the national platform, with her agreement. Returns its reference.

    Needs a person informed, of the caller's perimeter (R109); never two at once for one structure: the one that runs
    is the answer, here or by a proposition. Raises RegleViolee next to the field, Introuvable.
    """
    accord = accord_le or ctx.aujourdhui()
    try:
        return _signaler(ctx, acteur, personne_ref, organisation_ref, offre_ref, accord, accord_canal)
    except IntegrityError:
        # two clicks at the same instant: the other one won, what it wrote is found the second time
        try:
            return _signaler(ctx, acteur, personne_ref, organisation_ref, offre_ref, accord, accord_canal)
        except IntegrityError:
            raise ModifieEntreTemps() from None


def _signaler(
    ctx: Contexte,
    acteur: Acteur,
    personne_ref: str,
    organisation_ref: str | None,
    offre_ref: str | None,
    accord_le: date,
    accord_canal: str,
) -> str:
    with ctx.transaction() as s:
        jour = ctx.aujourdhui()
        personne = personne_du_perimetre(s, acteur, Action.PROPOSER, personne_ref, jour)
        cible = _cible(s, acteur, organisation_ref, offre_ref)
        ouvert = queries.signalement_ouvert(s, personne.id, cible.organisation.id)
        if ouvert is not None:
            return ouvert.ref
        situation = _situation(s, personne, cible, jour)
        rules.exiger_signalable(situation, accord_le, accord_canal, frozenset(str(c) for c in CANAUX_ACCORD), jour)
        nouveau = Signalement(
            ref=f"S-{secrets.token_hex(8)}",
            territoire_id=acteur.territoire_id,
            personne_id=personne.id,
            organisation_id=cible.organisation.id,
            offre_id=None if cible.offre is None else cible.offre.id,
            auteur_id=acteur.utilisateur_id,
            accord_le=accord_le,
            accord_canal=accord_canal,
            source=acteur.source,
            signale_le=ctx.horloge(),
            resultat=ResultatSignalement.A_SUIVRE,
        )
        s.add(nouveau)
        s.flush()
        nouveau.ref = f"S-{nouveau.id:06d}"
        personne.dernier_contact_le = max(personne.dernier_contact_le or accord_le, accord_le)
        consigner(s, ctx, acteur, "signaler", personne, nouveau, f"Signalée à {cible.organisation.nom}")
        noter_lectures(s, ctx.horloge(), acteur, [personne.id], f"Signalement à {cible.organisation.nom}")
        return nouveau.ref


def consigner(
    s: Session, ctx: Contexte, acteur: Acteur, action: str, personne: Personne, x: Signalement, resume: str
) -> None:
    """One line in the history of the person: it names the structure, never a reason."""
    journaliser(s, ctx.horloge(), acteur, action, personne, resume, signalement=x.ref)


def noter_resultat(
    ctx: Contexte, acteur: Acteur, ref: str, resultat: str, *, le: date | None = None, version: int | None = None
) -> None:
    """Write what came of a signalement. The same answer twice does nothing.

    Raises RegleViolee next to the field, ModifieEntreTemps for an old `version`, Introuvable.
    """
    jour = ctx.aujourdhui()
    with ctx.transaction() as s:
        x = s.scalar(
            select(Signalement).where(Signalement.ref == ref, Signalement.territoire_id == acteur.territoire_id)
        )
        if x is None:
            raise Introuvable()
        personne_ref = s.scalar(select(Personne.ref).where(Personne.id == x.personne_id)) or ""
        personne = personne_du_perimetre(s, acteur, Action.PROPOSER, personne_ref, jour)
        le = le or jour
        if x.resultat.value == resultat and x.resultat_le == le:
            return
        if version is not None and x.version != version:
            raise ModifieEntreTemps()
        signale_le = x.signale_le.astimezone(PARIS).date()
        vers = rules.exiger_resultat(x.resultat, resultat, le, signale_le, jour, contrat=x.contrat_id is not None)
        x.resultat, x.resultat_le = vers, None if vers is ResultatSignalement.A_SUIVRE else le
        organisation = s.get_one(Organisation, x.organisation_id)
        resume = f"Signalement à {organisation.nom} : {rules.LIBELLES[vers].lower()}"
        consigner(s, ctx, acteur, "noter_resultat_signalement", personne, x, resume)


def lire_signalements(
    ctx: Contexte, acteur: Acteur, *, groupe: str = "en_cours", personne_ref: str = "", page: int = 1
) -> PageSignalements:
    """A page of this hat's signalements; each name shown is noted. Raises Introuvable for the other hats."""
    with ctx.transaction() as s:
        lue = queries.signalements(s, acteur, ctx.aujourdhui(), groupe=groupe, personne_ref=personne_ref, page=page)
        noter_lectures(s, ctx.horloge(), acteur, [x.personne_id for x in lue.lignes], "Suivi des signalements")
        return lue


def lire_signalement(ctx: Contexte, acteur: Acteur, ref: str) -> tuple[SignalementVu, tuple[tuple[str, str], ...]]:
    """One signalement and what to copy on the platform; the reading is noted. Raises Introuvable."""
    jour = ctx.aujourdhui()
    with ctx.transaction() as s:
        vu = queries.signalement(s, acteur, ref, jour)
        noter_lectures(s, ctx.horloge(), acteur, [vu.personne_id], f"Signalement à {vu.organisation}")
        lue = fiche(s, s.get_one(Personne, vu.personne_id), jour, statuts_ouverts=False)
        return vu, champs_a_copier(lue, vu.offre)

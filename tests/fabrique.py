"""Makes the rows a test needs. Everyone here is fictitious. Each method commits and returns the stored row."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import select

from marketplace.comptes.models import Affectation, Organisation, TypeOrganisation, Utilisateur
from marketplace.comptes.roles import Acteur, Role
from marketplace.contexte import Contexte
from marketplace.heures.models import Contrat, Declaration, Modalite
from marketplace.marches.models import Clause, EtatMarche, Marche, NatureMarche
from marketplace.metiers.models import Metier
from marketplace.offres.models import EtatOffre, Offre, TypeContrat
from marketplace.personnes.models import (
    EtatValidation,
    Experience,
    OuiNonAVerifier,
    Personne,
    Statut,
    Suivi,
    Validation,
)
from marketplace.territoire.models import Commune, Territoire
from marketplace.valeurs import ajouter_mois, cle

T = TypeVar("T")

COMMUNES = (
    ("34172", "Montpellier", 307101, 43.6109, 3.8761),
    ("34032", "Béziers", 80341, 43.3475, 3.2190),
    ("34145", "Lunel", 26400, 43.6745, 4.1353),
    ("34301", "Sète", 44558, 43.4050, 3.6934),
    ("34142", "Lodève", 7500, 43.7318, 3.3186),
)
METIERS = (
    ("F1703", "Maçon / Maçonne"),
    ("A1203", "Ouvrier / Ouvrière des espaces verts"),
    ("K2204", "Agent / Agente de propreté de locaux"),
)


class Fabrique:
    """Rows with plausible defaults, in one territory unless told otherwise."""

    def __init__(self, ctx: Contexte) -> None:
        self.ctx = ctx
        self._n = itertools.count(900_001)  # far from the ids that services make references from
        self._territoire: Territoire | None = None
        self._organisations: dict[TypeOrganisation, Organisation] = {}

    @property
    def jour(self) -> date:
        """Today."""
        return self.ctx.aujourdhui()

    def garder(self, objet: T) -> T:
        """Store one row in its own transaction."""
        with self.ctx.transaction() as s:
            s.add(objet)
        return objet

    def territoire(self, code: str = "herault", **champs: Any) -> Territoire:
        """The territory (made once by code), with a few communes and métiers."""
        if self._territoire is not None and code == "herault" and not champs:
            return self._territoire
        with self.ctx.transaction() as s:
            if s.scalar(select(Commune.code_insee).limit(1)) is None:
                s.add_all(
                    Commune(
                        code_insee=c,
                        nom=n,
                        cle=cle(n),
                        code_departement="34",
                        codes_postaux=c,
                        population=p,
                        lat=la,
                        lon=lo,
                    )
                    for c, n, p, la, lo in COMMUNES
                )
                s.add_all(
                    Metier(
                        code_rome=c,
                        libelle=li,
                        cle=cle(li),
                        grand_domaine="Domaine",
                        domaine="Domaine",
                        code_rome_parent=c,
                    )
                    for c, li in METIERS
                )
            valeurs = {
                "nom": "Hérault",
                "departements": ["34"],
                "contact_nom": "Équipe des facilitateurs",
                "contact_courriel": "clauses@exemple.invalid",
                "contact_telephone": "04 00 00 00 00",
                "cree_le": self.ctx.horloge(),
            }
            territoire = Territoire(code=code, **(valeurs | champs))
            s.add(territoire)
        if code == "herault":
            self._territoire = territoire
        return territoire

    def organisation(self, type_: TypeOrganisation = TypeOrganisation.ENTREPRISE, **champs: Any) -> Organisation:
        """A verified organisation."""
        n = next(self._n)
        nom = champs.pop("nom", f"Organisation exemple {n}")
        valeurs = {
            "ref": f"ORG-{n:06d}",
            "territoire_id": champs.pop("territoire_id", None) or self.territoire().id,
            "type": type_,
            "nom": nom,
            "cle": cle(nom),
            "code_insee": "34172",
            "verifiee_le": self.ctx.horloge(),
            "fictive": True,
            "cree_le": self.ctx.horloge(),
        }
        return self.garder(Organisation(**(valeurs | champs)))

    def utilisateur(self, **champs: Any) -> Utilisateur:
        """A user without a hat."""
        n = next(self._n)
        valeurs = {
            "courriel": f"agent{n}@exemple.invalid",
            "prenom": "Camille",
            "nom": f"Exemple{n}",
            "jeton_session": f"jeton-{n}-{'x' * 20}",
            "cree_le": self.ctx.horloge(),
        }
        return self.garder(Utilisateur(**(valeurs | champs)))

    def affectation(
        self, role: Role, organisation: Organisation | None = None, utilisateur: Utilisateur | None = None
    ) -> Affectation:
        """A hat, on a new user and organisation unless given."""
        types = {
            Role.FACILITATEUR: TypeOrganisation.OPCS,
            Role.EMPLOYEUR: TypeOrganisation.ENTREPRISE,
            Role.REFERENT: TypeOrganisation.PRESCRIPTEUR,
            Role.ACHETEUR: TypeOrganisation.ACHETEUR,
            Role.ADMINISTRATEUR: TypeOrganisation.OPCS,
        }
        organisation = organisation or self.organisation(types[role])
        utilisateur = utilisateur or self.utilisateur()
        return self.garder(
            Affectation(
                utilisateur_id=utilisateur.id,
                role=role,
                organisation_id=organisation.id,
                territoire_id=organisation.territoire_id,
                depuis=self.jour - timedelta(days=30),
            )
        )

    def facilitateur(self, **kw: Any) -> Affectation:
        """A facilitateur's hat."""
        return self.affectation(Role.FACILITATEUR, **kw)

    def employeur(self, organisation: Organisation | None = None, **kw: Any) -> Affectation:
        """An employer's hat."""
        return self.affectation(Role.EMPLOYEUR, organisation, **kw)

    def referent(self, **kw: Any) -> Affectation:
        """A référent's hat."""
        return self.affectation(Role.REFERENT, **kw)

    def acheteur(self, **kw: Any) -> Affectation:
        """A buyer's hat."""
        return self.affectation(Role.ACHETEUR, **kw)

    def administrateur(self, **kw: Any) -> Affectation:
        """An administrator's hat."""
        return self.affectation(Role.ADMINISTRATEUR, **kw)

    def acteur(self, affectation: Affectation, **champs: Any) -> Acteur:
        """The actor who wears this hat."""
        with self.ctx.lecture() as s:
            utilisateur = s.get_one(Utilisateur, affectation.utilisateur_id)
            organisation = s.get_one(Organisation, affectation.organisation_id)
        valeurs = {
            "utilisateur_id": utilisateur.id,
            "nom": f"{utilisateur.prenom} {utilisateur.nom}",
            "role": affectation.role,
            "organisation_id": organisation.id,
            "territoire_id": affectation.territoire_id,
            "organisation_verifiee": organisation.verifiee_le is not None,
            "organisation_nom": organisation.nom,
        }
        return Acteur(**(valeurs | champs))

    def marche(self, heures: Decimal | int = 1000, titulaire: Organisation | None = None, **champs: Any) -> Marche:
        """A marché in progress since six months, for a year, with a clause of `heures`."""
        n = next(self._n)
        intitule = champs.pop("intitule", f"Gros œuvre, collège exemple (lot {n})")
        debut = champs.pop("date_debut", ajouter_mois(self.jour, -6))
        valeurs = {
            "ref": f"M-{n:06d}",
            "territoire_id": self.territoire().id,
            "intitule": intitule,
            "cle": cle(intitule),
            "acheteur_id": champs.pop("acheteur_id", None) or self.organisation(TypeOrganisation.ACHETEUR).id,
            "titulaire_id": (titulaire or self.organisation()).id,
            "secteur": "Bâtiment",
            "code_rome": "F1703",
            "nature": NatureMarche.TRAVAUX,
            "montant_ht": Decimal("500000.00"),
            "code_insee": "34172",
            "etat": EtatMarche.EN_COURS,
            "date_notification": debut,
            "date_debut": debut,
            "date_fin": ajouter_mois(debut, 12),
            "fictif": True,
            "maj_le": self.ctx.horloge(),
            "cree_le": self.ctx.horloge(),
        }
        with self.ctx.transaction() as s:
            marche = Marche(**(valeurs | champs))
            s.add(marche)
            s.flush()
            s.add(
                Clause(
                    marche_id=marche.id,
                    numero=1,
                    heures_prevues=Decimal(heures),
                    lien_objet="Travaux de main-d'œuvre",
                    a_partir_du=debut,
                    cree_le=self.ctx.horloge(),
                )
            )
        return marche

    def personne(self, referent: Affectation | None = None, categorie: str | None = "rsa", **champs: Any) -> Personne:
        """An informed mason of Montpellier with a car, followed by `referent`, with one proven category."""
        n = next(self._n)
        metier = champs.pop("code_rome", "F1703")
        prenom, nom = champs.pop("prenom", "Samira"), champs.pop("nom", f"Exemple-{n}")
        valeurs = {
            "ref": f"P-{n:06d}",
            "territoire_id": self.territoire().id,
            "prenom": prenom,
            "nom": nom,
            "cle": cle(f"{nom} {prenom}"),
            "date_naissance": date(1990, 5, 17),
            "sexe": "F",
            "code_insee": "34172",
            "qpv": OuiNonAVerifier.NON,
            "modes": ["voiture", "transports", "marche"],
            "permis": ["B"],
            "heures_min": Decimal(20),
            "heures_max": Decimal(39),
            "information_le": self.jour - timedelta(days=20),
            "information_version": "1",
            "information_canal": "entretien",
            "dernier_contact_le": self.jour - timedelta(days=10),
            "fictive": True,
            "cree_le": self.ctx.horloge(),
        }
        with self.ctx.transaction() as s:
            personne = Personne(**(valeurs | champs))
            s.add(personne)
            s.flush()
            s.add(Experience(personne_id=personne.id, intitule="maçon", code_rome=metier, mois=24))
            if referent is not None:
                s.add(
                    Suivi(
                        personne_id=personne.id,
                        referent_id=referent.utilisateur_id,
                        organisation_id=referent.organisation_id,
                        depuis=self.jour - timedelta(days=60),
                    )
                )
            if categorie:
                s.add(
                    Statut(
                        personne_id=personne.id,
                        categorie=categorie,
                        depuis=self.jour - timedelta(days=400),
                        preuve_type="attestation_rsa",
                        preuve_le=self.jour - timedelta(days=15),
                        vue_le=self.jour - timedelta(days=10),
                    )
                )
        return personne

    def validation(self, personne: Personne, **champs: Any) -> Validation:
        """A « oui » of 24 months from a month ago."""
        n = next(self._n)
        debut = ajouter_mois(self.jour, -1)
        valeurs = {
            "ref": f"V-{n:06d}",
            "territoire_id": personne.territoire_id,
            "personne_id": personne.id,
            "etat": EtatValidation.OUI,
            "demandee_le": self.ctx.horloge(),
            "repondue_le": self.ctx.horloge(),
            "fenetre_debut": debut,
            "fenetre_fin": ajouter_mois(debut, 24) - timedelta(days=1),
            "categories": ["rsa"],
        }
        return self.garder(Validation(**(valeurs | champs)))

    def offre(self, organisation: Organisation | None = None, marche: Marche | None = None, **champs: Any) -> Offre:
        """A published offre of mason at Montpellier, 35 hours a week, starting in three weeks."""
        n = next(self._n)
        intitule = champs.pop("intitule", "Maçon")
        valeurs = {
            "ref": f"O-{n:06d}",
            "territoire_id": self.territoire().id,
            "organisation_id": (organisation or self.organisation()).id,
            "marche_id": marche.id if marche else None,
            "intitule": intitule,
            "cle": cle(intitule),
            "code_rome": "F1703",
            "code_insee": "34172",
            "heures_hebdo": Decimal(35),
            "type_contrat": TypeContrat.CDD,
            "debut": self.jour + timedelta(days=21),
            "duree_mois": 6,
            "places": 1,
            "prerequis": "aucun",
            "conditions": "Travail en extérieur",
            "etat": EtatOffre.PUBLIEE,
            "publiee_le": self.ctx.horloge(),
            "confirmee_le": self.ctx.horloge(),
            "cree_le": self.ctx.horloge(),
        }
        return self.garder(Offre(**(valeurs | champs)))

    def contrat(self, personne: Personne, employeur: Organisation, marche: Marche, **champs: Any) -> Contrat:
        """A direct contrat of 35 hours a week for six months, started a month ago, with its validation."""
        n = next(self._n)
        debut = champs.pop("debut", ajouter_mois(self.jour, -1))
        validation = champs.pop("validation", None) or self.validation(personne)
        valeurs = {
            "ref": f"CT-{n:06d}",
            "territoire_id": marche.territoire_id,
            "personne_id": personne.id,
            "employeur_id": employeur.id,
            "marche_id": marche.id,
            "validation_id": validation.id,
            "modalite": Modalite.EMBAUCHE_DIRECTE,
            "type_contrat": "cdd",
            "poste": "Maçon",
            "code_rome": "F1703",
            "debut": debut,
            "fin": ajouter_mois(debut, 6),
            "heures_hebdo": Decimal(35),
            "statuts": ["rsa"],
            "cree_le": self.ctx.horloge(),
        }
        return self.garder(Contrat(**(valeurs | champs)))

    def declaration(self, employeur: Organisation, marche: Marche, mois: date, **champs: Any) -> Declaration:
        """A declaration still to do."""
        valeurs = {
            "territoire_id": marche.territoire_id,
            "employeur_id": employeur.id,
            "marche_id": marche.id,
            "mois": mois,
            "ouverte_le": self.ctx.horloge(),
        }
        return self.garder(Declaration(**(valeurs | champs)))

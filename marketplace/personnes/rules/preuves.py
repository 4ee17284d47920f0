"""The proof asked by a one-time link: what a link is, what the person may answer, the words she receives.

No message carries her name, a category or the name of a proof: it may be read over her shoulder.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from marketplace.erreurs import RegleViolee
from marketplace.personnes.rules.eligibilite import Categorie
from marketplace.personnes.rules.pieces import PIECES

CONSERVATION_FICHIER_MOIS = 24
"""R108: the file of a proof goes after 24 months; type, date and who saw it stay."""

CATEGORIE_SUGGEREE: Mapping[str, Categorie] = {
    "attestation_rsa": Categorie.RSA,
    "avis_situation_ft": Categorie.DELD,
    "rqth_boeth": Categorie.TH,
    "justif_domicile": Categorie.QPV,
    "attest_plie_ml": Categorie.PLIE,
    "titre_sejour": Categorie.REFUGIE_PROTECTION,
    "attest_spip_pjj": Categorie.JUSTICE,
    "pass_iae": Categorie.IAE,
    "contrat_travail": Categorie.SUITE_PARCOURS,
}
"""What a kind of proof most often proves: proposed to the facilitateur, who decides. The rest says nothing alone."""

REMISES: Mapping[str, str] = {
    "facilitateur": "Je l'ai, je le montre au facilitateur (rendez-vous ou visio)",
    "referent": "Je l'ai, je le montre à la personne qui m'accompagne",
    "courrier": "Je l'envoie par la poste au facilitateur",
    "fichier": "J'envoie une photo ou un PDF ici",
}

_LETTRES = re.compile(r"[^A-Z2-7]")


def jeton(cle_secrete: str, grain: str) -> str:
    """The word of a link: 80 bits in four groups, easy to copy from a letter. Nothing but the key makes it again."""
    marque = hmac.new(cle_secrete.encode(), f"preuve:{grain}".encode(), hashlib.sha256).digest()
    brut = base64.b32encode(marque[:10]).decode("ascii")
    return "-".join(brut[i : i + 4] for i in range(0, 16, 4))


def empreinte_du_jeton(clair: str) -> str:
    """What the database holds of a link, however it was typed: case, spaces and hyphens do not count."""
    return hashlib.sha256(_LETTRES.sub("", clair.upper()).encode()).hexdigest()


def voie_par_defaut(*, courriel: bool, referent: bool, telephone: bool) -> str:
    """The first way that reaches the person without paper: her address, her référent, her phone, else a letter."""
    voies = (("courriel", courriel), ("referent", referent), ("sms", telephone))
    return next((voie for voie, possible in voies if possible), "courrier")


def controler_annonce(
    preuve_type: str, preuve_le: date | None, remise: str, jour: date, *, fichiers_admis: bool, fichier: bool
) -> None:
    """Check what the person answers. Raises RegleViolee with the field."""
    if preuve_type not in PIECES:
        raise RegleViolee("Choisissez un justificatif dans la liste.", champ="preuve_type")
    if preuve_le is None:
        raise RegleViolee("Écrivez la date qui est sur le justificatif.", champ="preuve_le")
    if preuve_le > jour:
        raise RegleViolee("Cette date est dans le futur : vérifiez-la.", champ="preuve_le")
    if remise not in remises_possibles(fichiers_admis=fichiers_admis):
        raise RegleViolee("Dites comment vous le montrez.", champ="remise")
    if (remise == "fichier") != fichier:
        phrase = "Choisissez le fichier à envoyer." if remise == "fichier" else "Choisissez « photo ou PDF »."
        raise RegleViolee(phrase, champ="fichier" if remise == "fichier" else "remise")


def remises_possibles(*, fichiers_admis: bool) -> Collection[str]:
    """Ways of handing over: a file only where the territory chose files (R134)."""
    return [code for code in REMISES if fichiers_admis or code != "fichier"]


@dataclass(frozen=True, slots=True)
class Message:
    """Words for the person."""

    sujet: str
    corps: str


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach the facilitateurs of a territory."""

    nom: str
    telephone: str = ""
    courriel: str = ""

    @property
    def en_ligne(self) -> str:
        """« Équipe des clauses, 04 67 00 00 00 »."""
        return ", ".join(morceau for morceau in (self.nom, self.telephone, self.courriel) if morceau)


def courriel_du_lien(lien: str, jusqu_au: str, contact: Contact) -> Message:
    """The mail: a link, who asks, until when. No name, no status."""
    return Message(
        "Un document à montrer pour votre embauche",
        "Bonjour,\n\n"
        "Un employeur veut vous embaucher sur un marché public. Le facilitateur a besoin de voir un document.\n"
        "Vous le montrez au facilitateur, jamais à l'employeur. Cela prend une minute :\n"
        f"{lien}\n\n"
        f"Ce lien sert une fois, jusqu'au {jusqu_au}.\n"
        f"Une question ? {contact.en_ligne}\n\nLa Place des clauses",
    )


def sms_du_lien(lien: str, jusqu_au: str, contact: Contact) -> str:
    """The text message, to copy: short enough for two messages of a phone."""
    qui = contact.telephone or contact.nom
    return (
        f"Bonjour, pour votre embauche le facilitateur doit voir un document. Répondez ici avant le {jusqu_au} : "
        f"{lien} Ne le donnez pas à l'employeur. Question : {qui}"
    )


def message_au_referent() -> Message:
    """The mail to a référent: it names nobody."""
    return Message(
        "Un document est attendu pour une personne que vous suivez",
        "Une embauche attend un document pour une personne que vous suivez.\n"
        "Si vous l'avez vu, notez-le sur sa fiche : le facilitateur pourra répondre.\n"
        "Pour savoir qui :",
    )

"""Contrats, declarations and the append-only ledger of hours. Totals are computed, never stored."""

from __future__ import annotations

from marketplace.heures.models.contrat import Contrat
from marketplace.heures.models.controle import Controle, LigneControle
from marketplace.heures.models.declaration import Declaration
from marketplace.heures.models.delegation import Delegation, LienDeclaration
from marketplace.heures.models.derogation import LeveePlafond
from marketplace.heures.models.fichier import (
    CorrespondanceHeures,
    DeclarationRemplie,
    FichierHeures,
    LigneFichierHeures,
    SorteCorrespondance,
)
from marketplace.heures.models.ligne import DecisionLigne, LigneHeures
from marketplace.heures.models.mission import Mission
from marketplace.heures.models.parcours import PartageParcours
from marketplace.heures.models.partage import ClePartage, PartCle, Reaffectation
from marketplace.heures.models.photographie import Photographie
from marketplace.heures.models.piece import PieceHeures
from marketplace.heures.models.questionnaire import QuestionnaireFin, ReponseFin
from marketplace.heures.models.reprise import LigneReprise, Reprise
from marketplace.heures.models.situation import Moment, PointDeSuivi
from marketplace.heures.rules.controle import ResultatControle
from marketplace.heures.rules.declaration import EtatDeclaration
from marketplace.heures.rules.ligne import EtatLigne
from marketplace.heures.rules.modalites import Modalite
from marketplace.heures.rules.pieces import TypePiece

__all__ = [
    "ClePartage",
    "Contrat",
    "Controle",
    "CorrespondanceHeures",
    "DecisionLigne",
    "Declaration",
    "DeclarationRemplie",
    "Delegation",
    "EtatDeclaration",
    "EtatLigne",
    "FichierHeures",
    "LeveePlafond",
    "LienDeclaration",
    "LigneControle",
    "LigneFichierHeures",
    "LigneHeures",
    "LigneReprise",
    "Mission",
    "Modalite",
    "Moment",
    "PartCle",
    "PartageParcours",
    "Photographie",
    "PieceHeures",
    "PointDeSuivi",
    "QuestionnaireFin",
    "Reaffectation",
    "ReponseFin",
    "Reprise",
    "ResultatControle",
    "SorteCorrespondance",
    "TypePiece",
]

"""What every file carries, so that it can be made again and compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marketplace.contexte import PARIS


@dataclass(frozen=True, slots=True)
class Cachet:
    """Filters, date and print of the ledger of a file; `arrete` is the reference of the frozen report it shows."""

    territoire: str
    periode: str
    perimetre: str
    debut: str
    fin: str
    filtre: str
    etabli_le: datetime
    empreinte: str
    arrete: str = ""

    def lignes(self) -> tuple[tuple[str, str], ...]:
        """Heading and value of each, in the order they are read."""
        quand = self.etabli_le.astimezone(PARIS)
        lignes = [
            ("Territoire", self.territoire),
            ("Période", f"du {_jour(self.debut)} au {_jour(self.fin)}"),
            ("Périmètre", self.perimetre),
            ("Établi le", f"{quand:%d/%m/%Y} à {quand:%H} h {quand:%M}"),
            ("Empreinte du registre", self.empreinte),
        ]
        if self.arrete:
            lignes.append(("Bilan arrêté", self.arrete))
        lignes.append(("Pour le refaire", self.commande()))
        return tuple(lignes)

    def commande(self) -> str:
        """The command that makes the same file again; the print says whether the ledger has moved since."""
        return f'marketplace bilan --debut {self.debut} --fin {self.fin} --perimetre "{self.filtre}" --json'


def _jour(iso: str) -> str:
    annee, mois, jour = iso.split("-")
    return f"{jour}/{mois}/{annee}"

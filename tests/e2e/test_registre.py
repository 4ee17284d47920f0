"""An opération of three marchés with their clauses: fewer keystrokes and clicks than in a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import select

from marketplace.contexte import Contexte
from marketplace.marches.models import Clause, Marche, Operation
from tests.e2e.conftest import TELEPHONE, Poste

OPERATION, ACHETEUR, COMMUNE, SECTEUR = (
    "Collège des Arbousiers",
    "Conseil départemental de l'Hérault",
    "Lunel",
    "Bâtiment",
)
DEBUT, FIN = "01/03/2027", "30/06/2028"
LOTS = (("Gros œuvre", 1_200_000), ("Menuiseries intérieures", 300_000), ("Peinture", 180_000))


class Compteur:
    """What the hands do: one for each key pressed, one for each click."""

    def __init__(self, page: Page) -> None:
        self.page, self.gestes = page, 0

    def ecrire(self, texte: str) -> None:
        """Type a text, key by key."""
        self.page.keyboard.type(texte)
        self.gestes += len(texte)

    def touche(self, nom: str, fois: int = 1) -> None:
        """Press a key."""
        for _ in range(fois):
            self.page.keyboard.press(nom)
            self.gestes += 1

    def cliquer(self, nom: str) -> None:
        """Click a link."""
        self.page.get_by_role("link", name=nom, exact=True).click()
        self.gestes += 1

    def choisir(self, debut: str, entier: str) -> None:
        """Type the start of a name and take the first suggestion."""
        self.ecrire(debut)
        expect(self.page.get_by_role("option", name=entier).first).to_be_visible()
        self.touche("ArrowDown")
        self.touche("Enter")


def gestes_d_un_tableur(heures: list[int]) -> int:
    """The same three rows in a spreadsheet: the characters of every cell, and one key to leave each.

    Columns: opération, buyer, commune, sector, nature, state, lot, title, amount, start, end, hours. The hours are
    counted as if somebody had them ready; the sheet computes nothing here, and nothing is copied down.
    """
    total = 0
    for rang, ((titre, montant), prevues) in enumerate(zip(LOTS, heures, strict=True), start=1):
        cellules = (
            OPERATION,
            ACHETEUR,
            COMMUNE,
            SECTEUR,
            "Travaux",
            "à étudier",
            str(rang),
            titre,
            str(montant),
            DEBUT,
            FIN,
            str(prevues),
        )
        total += sum(len(c) + 1 for c in cellules)
    return total


def test_une_operation_de_trois_marches_demande_moins_de_gestes_qu_un_tableur(
    asseoir: Callable[..., Poste], place: Contexte
) -> None:
    poste = asseoir()
    poste.se_connecter("facilitateur@demo.invalid")
    page = poste.aller("/facilitateur/operations")
    mains = Compteur(page)
    mains.cliquer("Nouvelle opération")
    expect(page.get_by_label("Intitulé de l'opération")).to_be_focused()
    mains.ecrire(OPERATION)
    mains.touche("Tab")
    mains.choisir("Conseil dé", ACHETEUR)
    mains.touche("Tab")
    mains.choisir("Lun", COMMUNE)
    mains.touche("Tab")
    jour_d_abord = _le_jour_vient_d_abord(page)
    for jour in (DEBUT, FIN):
        j, m, a = jour.split("/")
        mains.ecrire(f"{j}{m}{a}" if jour_d_abord else f"{m}{j}{a}")
        mains.touche("Tab", 2)
    mains.touche("Tab")
    for rang, (titre, montant) in enumerate(LOTS):
        expect(page.locator(f"#lots-{rang}-intitule")).to_be_focused()
        mains.ecrire(titre)
        mains.touche("Tab", 2)
        mains.ecrire(str(montant))
        if rang < len(LOTS) - 1:
            _vers_le_lot_suivant(mains, rang + 1)
    poste.montrer("nouvelle-operation")
    mains.touche("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(OPERATION)
    with place.lecture() as s:
        lignes = s.execute(
            select(Marche, Clause.heures_prevues)
            .join(Operation, Operation.id == Marche.operation_id)
            .join(Clause, Clause.marche_id == Marche.id)
            .where(Operation.intitule == OPERATION)
            .order_by(Marche.id)
        ).all()
    assert [m.montant_ht for m, _ in lignes] == [montant for _, montant in LOTS]
    assert all(heures > 0 for _, heures in lignes)
    assert {(m.secteur, f"{m.date_debut:%d/%m/%Y}", f"{m.date_fin:%d/%m/%Y}") for m, _ in lignes} == {
        (SECTEUR, DEBUT, FIN)
    }
    assert {m.code_insee for m, _ in lignes} == {"34145"}
    tableur = gestes_d_un_tableur([int(heures) for _, heures in lignes])
    print(f"\nTrois marchés et leurs clauses : {mains.gestes} gestes ici, {tableur} dans un tableur")
    assert mains.gestes < tableur
    poste.montrer("operation")


def _le_jour_vient_d_abord(page: Page) -> bool:
    """The order in which this browser asks the parts of a date: its own, whatever the language of the page."""
    page.keyboard.type("01022027")
    essai = page.locator("#debut").input_value()
    page.locator("#debut").fill("")
    page.locator("#commune").focus()
    page.keyboard.press("Tab")
    return essai == "2027-02-01"


def _vers_le_lot_suivant(mains: Compteur, rang: int) -> None:
    """Tab to the first cell of the next row, each press counted."""
    for _ in range(16):
        mains.touche("Tab")
        if mains.page.evaluate("document.activeElement.id") == f"lots-{rang}-intitule":
            return


def test_une_operation_s_enregistre_sans_script_et_au_telephone(asseoir: Callable[..., Poste]) -> None:
    poste = asseoir(taille=TELEPHONE, javascript=False)
    poste.se_connecter("facilitateur@demo.invalid")
    page = poste.aller("/facilitateur/operations/nouvelle")
    page.get_by_label("Intitulé de l'opération").fill("Crèche exemple")
    page.get_by_label("Acheteur").fill(ACHETEUR)
    page.get_by_role("button", name="Ajouter des lots").click()
    expect(page.locator("#lots-5-intitule")).to_have_count(1)
    expect(page.get_by_label("Intitulé de l'opération")).to_have_value("Crèche exemple")
    page.locator("#lots-5-intitule").fill("Peinture")
    page.locator("#lots-5-heures").fill("120")
    page.get_by_role("button", name="Enregistrer l'opération et ses lots").click()
    expect(page.get_by_role("link", name="Peinture, crèche exemple")).to_be_visible()

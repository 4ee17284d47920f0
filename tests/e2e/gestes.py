"""One way to write a journey, three ways to make it: a finger on a phone, the keyboard alone, no JavaScript."""

from __future__ import annotations

import enum
import re
from datetime import date

from playwright.sync_api import Error, Locator, expect

from tests.e2e.conftest import BUREAU, TELEPHONE, Poste

TABULATIONS_AU_PLUS = 400


class Maniere(enum.StrEnum):
    """How the person works."""

    TELEPHONE = "telephone"
    CLAVIER = "clavier"
    SANS_SCRIPT = "sans_script"

    @property
    def reglages(self) -> dict[str, object]:
        """What `asseoir` takes."""
        return {
            "taille": TELEPHONE if self is Maniere.TELEPHONE else BUREAU,
            "javascript": self is not Maniere.SANS_SCRIPT,
        }


class Gestes:
    """Does what a person does, and counts: keys, clicks (or Enter, or Space), fields filled."""

    def __init__(self, poste: Poste, maniere: Maniere) -> None:
        self.poste, self.page = poste, poste.page
        self.clavier, self.scripts = maniere is Maniere.CLAVIER, maniere is not Maniere.SANS_SCRIPT
        self.touches = self.clics = self.champs = 0

    def _touche(self, touche: str) -> None:
        self.page.keyboard.press(touche)
        self.touches += 1

    def _gagner(self, cible: Locator) -> None:
        """Reach an element by Tab, then the arrows inside a group of radio buttons: never by the mouse."""
        groupe = cible.get_attribute("name") if cible.get_attribute("type") == "radio" else None
        for _ in range(TABULATIONS_AU_PLUS):
            if _actif(cible):
                return
            dans_le_groupe = groupe and self.page.evaluate("document.activeElement.name") == groupe
            self._touche("ArrowDown" if dans_le_groupe else "Tab")
        raise AssertionError(f"{self.page.url} : {cible} ne s'atteint pas au clavier")

    def remplir(self, nom: str | re.Pattern[str], texte: str) -> None:
        """Type in a field found by its label."""
        champ = self.page.get_by_label(nom).first
        self.champs += 1
        if not self.clavier:
            champ.fill(texte)
            self.touches += len(texte)
            self._fermer_la_liste(champ, texte)
            return
        self._gagner(champ)
        if champ.input_value():
            self._touche("Control+a")
        self.page.keyboard.type(texte)
        self.touches += len(texte)

    def _fermer_la_liste(self, champ: Locator, texte: str) -> None:
        """The list that opens as one types covers what follows: touch the answer, or leave the field."""
        if not self.scripts or champ.get_attribute("data-suggestions") is None:
            return
        reponse = self.page.get_by_role("option", name=re.compile(rf"^{re.escape(texte)}")).first
        try:
            reponse.click(timeout=3_000)
            self.clics += 1
        except Error:
            champ.blur()

    def dater(self, nom: str | re.Pattern[str], jour: date) -> None:
        """Give a day."""
        champ = self.page.get_by_label(nom).first
        self.champs += 1
        if self.clavier:
            self._gagner(champ)
            # The order of the day and the month is the machine's, not the page's: the other one is tried second.
            for ordre in ("%d%m%Y", "%m%d%Y"):
                self.page.keyboard.type(jour.strftime(ordre))
                if champ.input_value() == jour.isoformat():
                    break
                for _ in range(2):
                    self.page.keyboard.press("ArrowLeft")
            self.touches += 8
        else:
            champ.fill(jour.isoformat())
            self.touches += 8
        assert champ.input_value() == jour.isoformat()

    def choisir(self, nom: str | re.Pattern[str], valeur: str) -> None:
        """Pick an answer of a list."""
        liste = self.page.get_by_label(nom).first
        self.champs += 1
        if not self.clavier:
            liste.select_option(valeur)
            self.clics += 1
            return
        self._gagner(liste)
        for _ in range(liste.locator("option").count()):
            if liste.input_value() == valeur:
                return
            self._touche("ArrowDown")
        assert liste.input_value() == valeur

    def cocher(self, case: Locator) -> None:
        """Tick a box or a radio button; nothing to do when it is."""
        if self.clavier:
            self._gagner(case)
            if not case.is_checked():
                self._touche("Space")
                self.clics += 1
        elif not case.is_checked():
            case.check()
            self.clics += 1
        expect(case).to_be_checked()

    def presser(self, cible: Locator) -> None:
        """A button or a link that leads to another page."""
        self.clics += 1
        if self.clavier:
            self._gagner(cible)
        with self.page.expect_navigation():
            if self.clavier:
                self._touche("Enter")
            else:
                cible.click()
        self.poste.tenir_dans_l_ecran()

    def champs_visibles(self) -> list[str]:
        """What the page asks before it can be sent: the names of its fields that are not folded away."""
        champs = self.page.locator("main form :is(input, select, textarea):visible:not([type=hidden])")
        return sorted({c.get_attribute("name") or "" for c in champs.all()})


def _actif(cible: Locator) -> bool:
    return bool(cible.evaluate("e => e === document.activeElement"))

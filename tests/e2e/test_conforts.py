"""The comforts of place.js, and the same pages without it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from playwright.sync_api import expect

from marketplace.contexte import Contexte
from tests.e2e.conftest import TELEPHONE, Poste

NOUVELLE = "/admin/organisations/nouvelle"
ADMIN = "admin@demo.invalid"


def avancer(place: Contexte, poste: Poste, minutes: int) -> None:
    """Time passes for the server and for the page."""
    horloge: Any = place.horloge
    horloge._ecart += timedelta(minutes=minutes)
    poste.page.clock.fast_forward(minutes * 60_000)


def test_la_commune_se_choisit_au_clavier(asseoir: Callable[..., Poste]) -> None:
    poste = asseoir()
    poste.se_connecter(ADMIN)
    page = poste.aller(NOUVELLE)
    champ = page.get_by_role("combobox", name="Commune")
    propositions = page.locator("[role=listbox] [role=option]")
    champ.press_sequentially("beziers")
    expect(propositions.first).to_have_text("Béziers (34)")
    poste.verifier()
    champ.press("ArrowDown")
    expect(propositions.first).to_have_attribute("aria-selected", "true")
    champ.press("Enter")
    expect(champ).to_have_value("Béziers (34)")
    expect(champ).to_have_attribute("aria-expanded", "false")
    champ.fill("lun")
    expect(propositions.first).to_be_visible()
    champ.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    assert page.url.endswith(NOUVELLE)


def test_sans_javascript_la_commune_se_tape_et_le_menu_s_ouvre(asseoir: Callable[..., Poste]) -> None:
    poste = asseoir(taille=TELEPHONE, javascript=False)
    poste.se_connecter(ADMIN)
    page = poste.page
    expect(page.get_by_role("link", name="Organisations")).to_be_hidden()
    page.locator("summary", has_text="Menu").click()
    page.get_by_role("link", name="Organisations").click()
    page.get_by_role("link", name="Inscrire une organisation").click()
    page.get_by_label("Nom").fill("Jardins sans script (exemple)")
    page.get_by_label("Commune").fill("Lunel (34)")
    page.get_by_role("button", name="Inscrire l'organisation").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Jardins sans script (exemple)")
    expect(page.get_by_text("Lunel", exact=True)).to_be_visible()


def test_un_brouillon_survit_a_la_page_et_part_avec_l_envoi(asseoir: Callable[..., Poste]) -> None:
    poste = asseoir()
    poste.se_connecter(ADMIN)
    page = poste.aller(NOUVELLE)
    page.get_by_label("Nom").fill("Atelier du Brouillon (exemple)")
    page.wait_for_timeout(1500)  # a draft is written a moment after the last key
    page = poste.aller("/admin/journal/")
    page = poste.aller(NOUVELLE)
    expect(page.get_by_label("Nom")).to_have_value("Atelier du Brouillon (exemple)")
    expect(page.get_by_text("Votre brouillon est repris.")).to_be_visible()
    poste.verifier()
    page.get_by_role("button", name="Inscrire l'organisation").click()
    expect(page.get_by_text("L'organisation est inscrite.")).to_be_visible()
    page = poste.aller(NOUVELLE)
    expect(page.get_by_label("Nom")).to_have_value("")


def test_se_deconnecter_efface_les_brouillons(asseoir: Callable[..., Poste]) -> None:
    poste = asseoir()
    poste.se_connecter(ADMIN)
    page = poste.aller(NOUVELLE)
    page.get_by_label("Nom").fill("À oublier")
    page.wait_for_timeout(1500)  # a draft is written a moment after the last key
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_text("Vous êtes déconnecté.")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_la_fin_de_session_s_annonce_et_ne_perd_rien(asseoir: Callable[..., Poste], place: Contexte) -> None:
    poste = asseoir()
    poste.page.clock.install()
    poste.se_connecter(ADMIN)
    page = poste.aller(NOUVELLE)
    page.get_by_label("Nom").fill("Écrit avant la fin (exemple)")
    avancer(place, poste, 29)
    expect(page.get_by_text("Votre session se ferme dans deux minutes.")).to_be_visible()
    poste.verifier()
    page.get_by_role("button", name="Rester connecté").click()
    expect(page.get_by_text("Votre session se ferme dans deux minutes.")).to_be_hidden()
    avancer(place, poste, 31)
    expect(page.get_by_text("Votre session est fermée.")).to_be_visible()
    with page.context.expect_page() as onglet:
        page.get_by_role("link", name="Se reconnecter").click()
    autre = onglet.value
    autre.locator(f"li:has-text('{ADMIN}') button").click()
    expect(autre.get_by_role("button", name="Se déconnecter")).to_be_visible()
    autre.close()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_text("Votre session est fermée.")).to_be_hidden()
    page.get_by_role("button", name="Inscrire l'organisation").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Écrit avant la fin (exemple)")


def test_un_second_clic_ne_fait_rien_deux_fois(asseoir: Callable[..., Poste]) -> None:
    poste = asseoir()
    poste.se_connecter(ADMIN)
    page = poste.aller(NOUVELLE)
    page.get_by_label("Nom").fill("Double clic (exemple)")
    page.get_by_role("button", name="Inscrire l'organisation").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Double clic (exemple)")
    page = poste.aller("/admin/organisations/?q=double+clic")
    expect(page.get_by_text("1 organisation", exact=True)).to_be_visible()

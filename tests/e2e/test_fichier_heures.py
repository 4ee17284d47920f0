"""A payroll of 2 000 lines dropped in a browser: decided once, then two clicks; with and without JavaScript."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import select

from marketplace.comptes.models import Affectation, Organisation, Utilisateur
from marketplace.contexte import Contexte
from marketplace.heures.models import Modalite
from marketplace.heures.services.declarations import ouvrir_declarations
from marketplace.marches.models import Marche
from marketplace.territoire.models import Territoire
from tests.e2e.conftest import TELEPHONE, Poste
from tests.fabrique import Fabrique
from tests.heures.paie import Client, Salarie, paie

ETTI = "siae@demo.invalid"
SEPTEMBRE, OCTOBRE = date(2026, 9, 1), date(2026, 10, 1)
NOMS = ("Alizé", "Belvédère", "Cigale", "Dauphin", "Écluse", "Falaise")


def preparer(place: Contexte) -> tuple[list[Client], list[Marche]]:
    """Six more marchés for the ETTI of the demonstration, and how its payroll names them."""
    fabrique = Fabrique(place)
    fabrique._n = itertools.count(960_001)
    with place.lecture() as s:
        fabrique._territoire = s.scalars(select(Territoire)).one()
        etti = s.scalars(
            select(Organisation)
            .join(Affectation, Affectation.organisation_id == Organisation.id)
            .join(Utilisateur, Utilisateur.id == Affectation.utilisateur_id)
            .where(Utilisateur.courriel == ETTI)
        ).one()
    clients, marches = [], []
    for i, nom in enumerate(NOMS):
        titulaire = fabrique.organisation(nom=f"Bâti {nom} Exemple")
        marche = fabrique.marche(titulaire=titulaire, intitule=f"Chantier {nom} (exemple)", date_debut=date(2026, 6, 1))
        salaries = [Salarie(f"M{i}{j}", f"{nom}{'abcd'[j]}", "Exemple") for j in range(4)]
        for salarie in salaries:
            personne = fabrique.personne(prenom=salarie.prenom, nom=salarie.nom)
            validation = fabrique.validation(personne, fenetre_debut=SEPTEMBRE)
            fabrique.contrat(
                personne,
                etti,
                marche,
                debut=SEPTEMBRE,
                fin=date(2027, 4, 30),
                validation=validation,
                modalite=Modalite.MAD_ETTI,
                type_contrat="mission",
            )
        for mois in (SEPTEMBRE, OCTOBRE):
            fabrique.declaration(etti, marche, mois)
        noms = (f"BÂTI {nom.upper()} EXEMPLE", f"Bati {nom} Exemple SAS") if i < 4 else (f"AGENCE TRAVAUX {i}",)
        clients.append(Client(f"C{i:03d}", noms, salaries))
        marches.append(marche)
    return clients, marches


class Main:
    """Clicks, chooses and counts what was decided."""

    def __init__(self, page: Page) -> None:
        self.page, self.gestes = page, 0

    def cliquer(self, nom: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=nom).click()
        self.gestes += 1

    def cocher(self, champ: str) -> None:
        """Tick a box."""
        self.page.locator(f"#{champ}").check()
        self.gestes += 1

    def choisir(self, ligne: str, valeur: str) -> None:
        """Choose in the list of a row."""
        self.page.locator(f"tr:has-text('{ligne}') select").first.select_option(valeur)
        self.gestes += 1


def deposer(poste: Poste, contenu: bytes, nom: str) -> Page:
    """Open the page by the button of the declarations, choose the file."""
    page = poste.aller("/employeur/declarations")
    page.get_by_role("link", name="Déposer un fichier de paie").click()
    fichier = Path(tempfile.mkdtemp()) / nom
    fichier.write_bytes(contenu)
    page.get_by_label("Fichier", exact=True).set_input_files(fichier)
    return page


def test_chaque_etape_est_saine_sur_un_telephone(place: Contexte, asseoir: Callable[..., Poste]) -> None:
    poste = asseoir(taille=TELEPHONE)
    poste.se_connecter(ETTI)
    contenu = "Donneur;Qui;Quand;Combien\nInconnue SARL;Personne Inventée;10/2026;sept\n".encode()
    page = deposer(poste, contenu, "paie.csv")
    page.get_by_role("button", name="Lire ce fichier").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Que contiennent ces colonnes")
    poste.montrer("fichier-360-colonnes")
    for champ, titre in (("client", "Donneur"), ("nom", "Qui"), ("heures", "Combien"), ("mois", "Quand")):
        page.locator(f"#colonne-{champ}").select_option(titre)
    page.get_by_role("button", name="Continuer avec ces colonnes").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Clients et personnes")
    poste.montrer("fichier-360-correspondances")
    premier = page.locator("#client-p1")
    premier.select_option(premier.locator("option").nth(2).get_attribute("value"))
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 ligne à corriger")
    poste.montrer("fichier-360-lignes")
    page.get_by_label("Heures", exact=True).fill("7")
    page.get_by_role("button", name="Vérifier de nouveau").click()
    expect(page.get_by_role("heading", level=2).first).to_contain_text("1 personne à reconnaître")
    poste.montrer("fichier-360-personnes")
    page.get_by_role("button", name="Effacer ce fichier, ne rien écrire").click()
    expect(page.get_by_text("rien n'a été écrit")).to_be_visible()


def test_un_fichier_de_paie_se_decide_une_fois_puis_revient_en_deux_clics(
    place: Contexte, asseoir: Callable[..., Poste]
) -> None:
    clients, marches = preparer(place)
    premiere = paie(clients, date(2026, 9, 28), 5)
    poste = asseoir(javascript=False)
    poste.se_connecter(ETTI)
    page = deposer(poste, premiere.contenu, "octobre.xlsx")
    poste.photographier("fichier-1280-0-choisir")
    main = Main(page)
    main.cliquer("Lire ce fichier")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Clients et personnes")
    poste.photographier("fichier-1280-1-correspondances")
    # Two clients under a name nobody knows: proposed, because the people are ours.
    for code, marche in (("C004", marches[4]), ("C005", marches[5])):
        expect(page.locator(f"tr:has-text('{code}') select")).to_have_value(marche.ref)
        main.gestes += 1
    main.choisir("Hres de nuit", "travail")
    main.cocher("autres_clients")
    main.cliquer("Continuer")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tout est reconnu")
    poste.photographier("fichier-1280-2-verifier")
    main.cliquer("Remplir 12 déclarations")
    expect(page.get_by_text("12 déclarations remplies")).to_be_visible()
    assert main.gestes < 15

    place.horloge.aller_au(date(2026, 12, 7))  # type: ignore[attr-defined]
    ouvrir_declarations(place, place.aujourdhui())
    seconde = paie(clients, date(2026, 11, 2), 5, graine=8)
    poste = asseoir(taille=TELEPHONE)
    poste.se_connecter(ETTI)
    page = deposer(poste, seconde.contenu, "novembre.xlsx")
    poste.verifier()
    main = Main(page)
    main.cliquer("Lire ce fichier")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tout est reconnu")
    poste.verifier()
    poste.photographier("fichier-360-verifier")
    main.cliquer("Remplir 6 déclarations")
    expect(page.get_by_text("6 déclarations remplies")).to_be_visible()
    assert main.gestes == 2

    page.get_by_role("link", name="Déposer un fichier de paie").click()
    poste.verifier()
    poste.photographier("fichier-360-deposes")
    page.get_by_role("button", name="Annuler ce dépôt").first.click()
    expect(page.get_by_text("comme avant")).to_be_visible()

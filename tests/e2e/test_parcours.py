"""The main job, end to end, as the people who do it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from playwright.sync_api import Page, expect
from sqlalchemy import select

from marketplace.comptes.models import Organisation
from marketplace.contexte import Contexte
from marketplace.heures.alertes import DECLARATION_EN_RETARD
from marketplace.heures.models import Contrat, Declaration, EtatDeclaration
from marketplace.heures.queries import avancements
from marketplace.journal.models import Alerte, Evenement
from marketplace.marches.models import Marche
from marketplace.offres.models import Offre
from marketplace.propositions.models import Proposition
from marketplace.scheduler.process import executer_dues
from marketplace.valeurs import ajouter_mois, premier_du_mois
from marketplace.web.socle.filtres import mois as nom_du_mois
from tests.e2e.conftest import TELEPHONE, Poste

EMPLOYEUR, REFERENT, FACILITATEUR = (
    "employeur@demo.invalid",
    "referent@demo.invalid",
    "facilitateur@demo.invalid",
)


def prochain_lundi(place: Contexte) -> date:
    """The Monday that comes: when the people of these journeys start."""
    jour = place.aujourdhui()
    return jour + timedelta(days=7 - jour.weekday())


def attendre_le_retard(place: Contexte, debut: date) -> None:
    """Jump to when the declaration of the first month is late, and let the night jobs run."""
    place.horloge.aller_au(ajouter_mois(premier_du_mois(debut), 1).replace(day=14))  # type: ignore[attr-defined]
    executer_dues(place)


def choisir_marche(page: Page, champ: str) -> str:
    """Pick the first real marché of a list; its reference."""
    liste = page.get_by_label(champ)
    ref = liste.locator("option").nth(1).get_attribute("value") or ""
    liste.select_option(ref)
    return ref


def marche_de(place: Contexte, ref: str) -> Marche:
    with place.lecture() as s:
        return s.scalars(select(Marche).where(Marche.ref == ref)).one()


def heures_validees(place: Contexte, marche: Marche) -> Decimal:
    with place.lecture() as s:
        return avancements(s, [marche.id], place.aujourdhui())[marche.id].validees


def titulaire_en_retard(place: Contexte, marche: Marche) -> bool:
    """Whether an alerte says that the titulaire of this marché owes hours; other firms on it may owe theirs."""
    with place.lecture() as s:
        nom = s.get_one(Organisation, marche.titulaire_id).nom
        messages = s.scalars(
            select(Alerte.message).where(
                Alerte.type == DECLARATION_EN_RETARD, Alerte.objet_id == marche.id, Alerte.fermee_le.is_(None)
            )
        )
        return any(m.startswith(nom) for m in messages)


def publier_offre(poste: Poste, debut: date) -> tuple[str, str]:
    """Post an offre of mason for one of the firm's marchés; the references of the offre and of the marché."""
    page = poste.aller("/employeur/offres/nouvelle")
    page.get_by_label("Quel poste ?").fill("maçon")
    page.get_by_label("Dans quelle commune ?").fill("Montpellier")
    page.get_by_label("Heures par semaine").fill("28")
    page.get_by_label("Type de contrat").select_option("cdd")
    page.get_by_label("Premier jour de travail").fill(debut.isoformat())
    page.get_by_label("Durée, en mois").fill("4")
    page.get_by_label("Ce qu'il faut savoir").fill("aucun")
    page.get_by_text("Plus de précisions").click()
    marche = choisir_marche(page, "Pour quel marché ?")
    poste.montrer("offre-saisie")
    page.get_by_role("button", name="Continuer : le métier").click()
    poste.montrer("offre-metier")
    page.get_by_role("button", name="Publier l'offre").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Qui pourrait venir")
    poste.montrer("offre-publiee")
    trouve = re.search(r"O-\d+", page.url)
    assert trouve
    return trouve.group(), marche


def proposition_sur(place: Contexte, offre: str) -> str:
    """The reference of the only proposition made for this offre."""
    with place.lecture() as s:
        requete = select(Proposition.ref).join(Offre, Offre.id == Proposition.offre_id).where(Offre.ref == offre)
        return s.scalars(requete).one()


def valider_la_personne(poste: Poste, nom: str) -> None:
    """The facilitateur answers yes on the person waiting under this name, with the proof she just saw."""
    page = poste.aller("/facilitateur/personnes/a-valider")
    page.get_by_role("link", name=re.compile(nom)).first.click()
    if page.get_by_text("Aucun justificatif vu").count():
        page.get_by_label("Situation prouvée").select_option("rsa")
        page.get_by_label("Justificatif vu").select_option("attestation_rsa")
        page.get_by_label("Date écrite sur le justificatif").fill("2026-11-10")
        page.get_by_label("Depuis le").fill("2025-01-15")
    poste.montrer("personne-a-valider")
    page.get_by_role("button", name=re.compile("^Valider ")).click()
    expect(page.get_by_role("status").first).to_be_visible()


def valider_les_heures(poste: Poste, place: Contexte, marche: Marche, libelle_mois: str) -> None:
    """The facilitateur validates what this marché's employer declared for the month."""
    with place.lecture() as s:
        titulaire = s.get_one(Organisation, marche.titulaire_id).nom
    page = poste.aller("/facilitateur/heures")
    poste.montrer("heures-a-valider")
    lien = page.locator("a").filter(has_text=re.compile(rf"Regarder.*{libelle_mois}.*{re.escape(marche.intitule)}"))
    if lien.count():
        lien.first.click()
    else:
        page.get_by_role("row").filter(has_text=marche.intitule).filter(has_text=libelle_mois).get_by_role(
            "link", name=titulaire
        ).first.click()
    poste.montrer("declaration-a-valider")
    page.get_by_role("button", name="Valider ces heures").click()
    expect(page.get_by_role("status").first).to_be_visible()


def mois_a_declarer(place: Contexte, marche: Marche) -> list[date]:
    """The months this marché's titulaire still owes, oldest first."""
    with place.lecture() as s:
        requete = (
            select(Declaration.mois)
            .where(
                Declaration.marche_id == marche.id,
                Declaration.employeur_id == marche.titulaire_id,
                Declaration.etat.in_([EtatDeclaration.A_FAIRE, EtatDeclaration.BROUILLON]),
            )
            .order_by(Declaration.mois)
        )
        return list(s.scalars(requete))


def declarer(poste: Poste, marche_ref: str, mois: date, nom: str, heures: str) -> None:
    """The employer fills and signs a month: `heures` for this person, ten hours for each of the others."""
    page = poste.aller(f"/employeur/declarations/{marche_ref}/{mois:%Y-%m}")
    for champ in page.locator("input.saisie-heures[name^='h-']").all():
        champ.fill(heures if nom in (champ.get_attribute("aria-label") or "") else "10")
    page.get_by_label("Votre nom").fill("Marin Calcaire")
    poste.montrer("declaration-saisie")
    page.get_by_role("button", name="Signer les heures").click()
    expect(page.get_by_role("status").first).to_be_visible()


def test_de_l_offre_aux_heures_validees_a_trois(place: Contexte, asseoir: Callable[..., Poste]) -> None:
    employeur, referent, facilitateur = asseoir(), asseoir(taille=TELEPHONE), asseoir()
    employeur.se_connecter(EMPLOYEUR)
    debut = prochain_lundi(place)
    offre, marche_ref = publier_offre(employeur, debut)
    marche = marche_de(place, marche_ref)

    page = employeur.aller(f"/employeur/offres/{offre}/classement")
    cartes = page.locator("ol.panneaux > li")
    assert 1 <= cartes.count() <= 10
    assert all(carte.locator("ul.raisons > li").count() >= 1 for carte in cartes.all())
    employeur.montrer("classement-sans-nom")

    referent.se_connecter(REFERENT)
    page = referent.aller(f"/referent/offres/{offre}")
    referent.montrer("personnes-classees")
    page.get_by_role("link", name=re.compile("^Proposer ")).first.click()
    page.get_by_role("radio").first.check()
    referent.montrer("proposer")
    page.get_by_role("button", name=re.compile("à ce poste$")).click()
    expect(page.get_by_role("status").first).to_be_visible()
    referent.montrer("proposition-du-referent")

    proposition = proposition_sur(place, offre)
    page = employeur.aller(f"/employeur/propositions/{proposition}")
    employeur.montrer("proposition-de-l-employeur")
    nom = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name=re.compile("^Accepter et embaucher")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Embaucher")
    facilitateur.se_connecter(FACILITATEUR)
    if page.get_by_text("Votre facilitateur doit encore valider").count():
        valider_la_personne(facilitateur, nom)

    page = employeur.aller(f"/employeur/propositions/{proposition}/embaucher")
    page.get_by_label("Premier jour").fill(debut.isoformat())
    employeur.montrer("embauche")
    page.get_by_role("button", name=re.compile("^Embaucher ")).click()
    expect(page.get_by_role("status").first).to_be_visible()
    with place.lecture() as s:
        contrat = s.scalars(select(Contrat).order_by(Contrat.id.desc())).first()
        assert contrat is not None
        assert contrat.marche_id == marche.id

    attendre_le_retard(place, debut)
    assert titulaire_en_retard(place, marche)
    avant = heures_validees(place, marche)
    employeur.se_connecter(EMPLOYEUR)
    facilitateur.se_connecter(FACILITATEUR)
    dus = mois_a_declarer(place, marche)
    assert premier_du_mois(debut) in dus
    for mois in dus:
        declarer(employeur, marche_ref, mois, nom, "42")
        valider_les_heures(facilitateur, place, marche, nom_du_mois(mois))
    assert heures_validees(place, marche) >= avant + 42
    assert not titulaire_en_retard(place, marche)
    facilitateur.aller(f"/facilitateur/marches/{marche_ref}")
    facilitateur.montrer("marche-apres-validation")


def test_l_employeur_fait_valider_une_personne_qu_il_a_trouvee(place: Contexte, asseoir: Callable[..., Poste]) -> None:
    employeur, facilitateur = asseoir(taille=TELEPHONE), asseoir()
    employeur.se_connecter(EMPLOYEUR)
    page = employeur.aller("/employeur/validations/nouvelle")
    page.get_by_label("Prénom").fill("Nadège")
    page.get_by_label("Nom", exact=True).fill("Fictive-Parcours")
    page.get_by_label("Date de naissance").fill("1988-04-02")
    marche_ref = choisir_marche(page, "Marché")
    page.get_by_label("Poste").fill("maçon")
    debut = place.aujourdhui().isoformat()
    page.get_by_label("Début prévu").fill(debut)
    page.get_by_label("La personne est d'accord").check()
    employeur.montrer("validation-demandee")
    page.get_by_role("button", name="Demander la validation").click()
    employeur.montrer("validations-de-l-employeur")

    facilitateur.se_connecter(FACILITATEUR)
    valider_la_personne(facilitateur, "Fictive-Parcours")

    page = employeur.aller("/employeur/validations")
    expect(page.get_by_role("row").filter(has_text="Fictive-Parcours")).to_contain_text(
        re.compile("oui", re.IGNORECASE)
    )
    employeur.montrer("validation-oui")
    page.get_by_role("row").filter(has_text="Fictive-Parcours").get_by_role(
        "link", name=re.compile("contrat|embauch", re.IGNORECASE)
    ).click()
    page.get_by_label("Type de contrat").select_option("cdd")
    page.get_by_label("Dernier jour").fill(ajouter_mois(place.aujourdhui(), 4).isoformat())
    page.get_by_label("Heures par semaine").fill("24")
    employeur.montrer("contrat-direct")
    page.get_by_role("button", name="Enregistrer le contrat").click()
    expect(page.get_by_role("status").first).to_be_visible()
    with place.lecture() as s:
        contrat = s.scalars(select(Contrat).order_by(Contrat.id.desc())).first()
    assert contrat is not None
    assert contrat.proposition_id is None
    assert contrat.marche_id == marche_de(place, marche_ref).id


def agir_pour(poste: Poste, firme: Organisation) -> None:
    """The facilitateur takes the place of a firm that called."""
    page = poste.aller(f"/facilitateur/organisations/{firme.ref}")
    page.get_by_label("Reçu par").first.select_option("telephone")
    page.get_by_role("button", name=f"Agir pour {firme.nom}").first.click()
    expect(page.get_by_text("Vous agissez pour le compte de")).to_be_visible()


def revenir(poste: Poste) -> None:
    """Back to her own hat."""
    poste.page.get_by_role("button", name="Revenir à mon rôle").click()
    expect(poste.page.get_by_text("Vous agissez pour le compte de")).to_have_count(0)


def test_le_facilitateur_fait_tout_seul_pour_le_compte_des_autres(
    place: Contexte, asseoir: Callable[..., Poste]
) -> None:
    poste = asseoir()
    poste.se_connecter(FACILITATEUR)
    debut = prochain_lundi(place)
    with place.lecture() as s:
        firme = s.scalars(select(Organisation).where(Organisation.nom == "Bâtisseurs Exemple")).one()
    agir_pour(poste, firme)
    poste.montrer("pour-le-compte-de")
    offre, marche_ref = publier_offre(poste, debut)
    revenir(poste)

    page = poste.aller(f"/facilitateur/offres/{offre}")
    page.get_by_role("link", name=re.compile("^Proposer ")).first.click()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name=re.compile("à ce poste$")).click()
    expect(page.get_by_role("status").first).to_be_visible()
    poste.montrer("proposition-du-facilitateur")
    proposition = proposition_sur(place, offre)

    agir_pour(poste, firme)
    page = poste.aller(f"/employeur/propositions/{proposition}")
    nom = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name=re.compile("^Accepter et embaucher")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Embaucher")
    a_valider = page.get_by_text("Votre facilitateur doit encore valider").count() > 0
    revenir(poste)
    if a_valider:
        valider_la_personne(poste, nom)
    agir_pour(poste, firme)
    page = poste.aller(f"/employeur/propositions/{proposition}/embaucher")
    page.get_by_role("button", name=re.compile("^Embaucher ")).click()
    expect(page.get_by_role("status").first).to_be_visible()

    attendre_le_retard(place, debut)
    marche = marche_de(place, marche_ref)
    avant = heures_validees(place, marche)
    poste.se_connecter(FACILITATEUR)
    dus = mois_a_declarer(place, marche)
    agir_pour(poste, firme)
    for mois in dus:
        declarer(poste, marche_ref, mois, nom, "40")
    revenir(poste)
    for mois in dus:
        valider_les_heures(poste, place, marche, nom_du_mois(mois))
    assert heures_validees(place, marche) >= avant + 40

    with place.lecture() as s:
        faits = s.scalars(select(Evenement).where(Evenement.pour_le_compte_de_id == firme.id)).all()
        signees = s.scalars(
            select(Declaration.source).where(Declaration.marche_id == marche.id, Declaration.mois.in_(dus))
        ).all()
    assert {"publier_offre", "accepter_proposition"} <= {e.action for e in faits}
    assert {e.source for e in faits} == {"telephone"}
    assert set(signees) == {"telephone"}

"""The home of a facilitateur: one line for each marché, people apart, and the last call on each row of the list."""

from marketplace.journal.models import Gravite
from marketplace.journal.services import AlerteDue, reconcilier_alertes
from marketplace.marches.queries import FiltresMarches, alertes_du_jour, marches_du_territoire
from marketplace.marches.services import noter_relance


def due(marche, type_, gravite, objet="marche", message=""):
    return AlerteDue(
        cle=f"{type_}:{objet}:{marche.id}",
        territoire_id=marche.territoire_id,
        type=type_,
        objet_type=objet,
        objet_id=marche.id,
        objet_ref=marche.ref,
        gravite=gravite,
        message=message or f"{marche.intitule} : {type_} en retard.",
        action="Agir",
        lien="/facilitateur/marches",
        proprietaire_id=None,
    )


def test_ce_qui_se_repete_se_groupe_par_marche_et_les_personnes_sont_a_part(ctx, fabrique):
    calme, presse = fabrique.marche(intitule="Peinture exemple"), fabrique.marche(intitule="Sols exemple")
    alertes = [
        due(calme, "declaration", Gravite.ORANGE),
        due(presse, "contrat", Gravite.INFO),
        due(presse, "avancement", Gravite.ROUGE),
        due(presse, "etape", Gravite.ORANGE, objet="personne", message="Une preuve expire."),
    ]
    with ctx.transaction() as s:
        reconcilier_alertes(s, ctx.horloge(), calme.territoire_id, alertes, tuple(a.type for a in alertes))
    with ctx.lecture() as s:
        vues = alertes_du_jour(s, calme.territoire_id, ctx.aujourdhui(), limite=5)
    assert [(g.intitule, [a.message for a in g.alertes]) for g in vues.marches] == [
        ("Sols exemple", ["Avancement en retard.", "Contrat en retard."]),
        ("Peinture exemple", ["Declaration en retard."]),
    ]
    assert vues.marches[0].gravite is Gravite.ROUGE
    assert [a.message for a in vues.personnes] == ["Une preuve expire."]
    assert (vues.marches_en_tout, vues.personnes_en_tout, vues.total) == (2, 1, 3)


def test_chaque_marche_montre_son_dernier_appel_et_le_prochain(ctx, fabrique):
    facilitateur = fabrique.acteur(fabrique.facilitateur())
    marche, autre = fabrique.marche(), fabrique.marche()
    for note in ("Premier contact", "Attend la notification"):
        noter_relance(
            ctx,
            facilitateur,
            "marche",
            marche.ref,
            interlocuteur="la gérante",
            note=note,
            prochaine_date=ctx.aujourdhui(),
        )
    with ctx.lecture() as s:
        lignes = {li.id: li for li in marches_du_territoire(s, marche.territoire_id, FiltresMarches()).lignes}
    assert lignes[marche.id].derniere_note == "la gérante : Attend la notification"
    assert lignes[marche.id].prochaine_relance == ctx.aujourdhui()
    assert (lignes[autre.id].dernier_appel, lignes[autre.id].derniere_note) == (None, "")


def test_l_accueil_ne_met_pas_une_personne_parmi_les_marches(ctx, fabrique, connecter):
    marche = fabrique.marche(intitule="Sols exemple")
    alertes = [
        due(marche, "avancement", Gravite.ROUGE),
        due(marche, "preuve", Gravite.ORANGE, objet="personne", message="Une preuve expire."),
    ]
    with ctx.transaction() as s:
        reconcilier_alertes(s, ctx.horloge(), marche.territoire_id, alertes, tuple(a.type for a in alertes))
    page = connecter(fabrique.facilitateur()).get("/facilitateur/aujourd-hui").text
    glissent = page.index("Marchés qui glissent")
    personnes = page.index("Personnes et propositions à suivre")
    assert glissent < page.index("Avancement en retard.") < personnes < page.index("Une preuve expire.")

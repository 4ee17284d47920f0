"""Licence, vehicle, aids and hours: one short page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms import BooleanField, DateField, HiddenField, RadioField
from wtforms.validators import Optional

from marketplace.personnes import services
from marketplace.personnes.queries import FichePersonne
from marketplace.personnes.rules.mobilite import AIDES, CRENEAUX, ETATS_PERMIS, JOURS, MobiliteSaisie, lire_horaire
from marketplace.personnes.rules.saisie import MODES
from marketplace.web.socle.acces import acteur, contexte
from marketplace.web.socle.dossiers.commun import agir, lire
from marketplace.web.socle.formulaires import Formulaire, options
from marketplace.web.socle.formulaires_personnes import cases


class FormulaireMobilite(Formulaire):
    """Five answers."""

    permis_etat = RadioField("Permis B", choices=options(list(ETATS_PERMIS.items())), default="aucun")
    permis_le = DateField(
        "Date du permis",
        [Optional("Écrivez une date.")],
        description="Obtenu : depuis quand. En cours : la date prévue.",
    )
    vehicule = BooleanField("A un véhicule pour aller travailler")
    aides = cases("Aides en cours", list(AIDES.items()))
    jours = cases("Jours possibles", list(JOURS.items()), description="Rien de coché : pas encore dit.")
    creneaux = cases(
        "Horaires possibles",
        list(CRENEAUX.items()),
        description="À demander à qui a des contraintes, sans écrire pourquoi. Rien de coché : pas encore dit.",
    )

    horaires = HiddenField()

    def saisie(self, modes: Sequence[str]) -> MobiliteSaisie:
        """What was typed. Raises RegleViolee for what is no hour."""
        return MobiliteSaisie(
            self.permis_etat.data or "",
            self.permis_le.data,
            bool(self.vehicule.data),
            tuple(self.aides.data or ()),
            tuple(self.creneaux.data or ()),
            tuple(self.jours.data or ()),
            {
                mode: lire_horaire(request.form.get(f"de-{mode}", ""), request.form.get(f"a-{mode}", ""))
                for mode in modes
            },
        )


def _page(fiche: FichePersonne, form: FormulaireMobilite) -> str:
    """The page, with the hours as typed, else as written."""
    ecrits = fiche.mobilite.horaires if fiche.mobilite else {}
    horaires = {}
    for mode in fiche.modes:
        de, _, a = ecrits.get(mode, "").partition("-")
        horaires[mode] = (MODES[mode], request.form.get(f"de-{mode}", de), request.form.get(f"a-{mode}", a))
    return render_template("socle/personnes/mobilite.html", p=fiche, form=form, horaires=horaires)


def mobilite(ref: str) -> Any:
    """How she gets about."""
    fiche = lire(ref).fiche
    if request.method == "GET":
        m = fiche.mobilite
        valeurs: dict[str, Any] = {"permis_etat": "obtenu" if "B" in fiche.permis else "aucun"}
        if m is not None:
            valeurs = {
                "permis_etat": m.permis_etat,
                "permis_le": m.permis_le,
                "vehicule": m.vehicule,
                "aides": list(m.aides),
                "creneaux": list(m.creneaux),
                "jours": list(m.jours),
            }
        form = FormulaireMobilite(formdata=None, **valeurs)
        return _page(fiche, form)
    form = FormulaireMobilite()
    code = agir(form, lambda: services.noter_mobilite(contexte(), acteur(), ref, form.saisie(fiche.modes)))
    if code:
        return _page(fiche, form), code
    flash("Mobilité notée.")
    return redirect(url_for(".fiche", ref=ref))

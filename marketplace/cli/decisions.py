"""train decisions: learn a layer from the decisions of a territory; a human examines it in the product."""

from __future__ import annotations

import argparse

from marketplace.app import creer_contexte
from marketplace.cli.sortie import dire, imprimer_json
from marketplace.erreurs import RegleViolee
from marketplace.propositions.decisions.queries import couche
from marketplace.propositions.decisions.services import apprendre_pour_l_exploitant
from marketplace.propositions.equite.models import RapportEquite
from marketplace.propositions.equite.queries import vue
from marketplace.territoire.queries import territoires


def train_decisions(args: argparse.Namespace) -> int:
    """Learn, then say what was learned and where to decide of it. Raises RegleViolee under the minimum."""
    ctx = creer_contexte()
    with ctx.lecture() as s:
        tous = territoires(s)
    choisis = [t for t in tous if args.territoire in (None, t.code)]
    if not choisis:
        raise RegleViolee(f"Aucun territoire ne porte le code « {args.territoire} ».")
    if len(choisis) > 1:
        raise RegleViolee("Dites de quel territoire : --territoire CODE.")
    fait = apprendre_pour_l_exploitant(ctx, choisis[0].id)
    with ctx.lecture() as s:
        lue = couche(s, choisis[0].id, fait.ref)
        ligne = s.get(RapportEquite, lue.rapport_id) if lue.rapport_id else None
        rapport = vue(ligne) if ligne else None
    if args.json:
        imprimer_json(
            {
                "couche": lue.ref,
                "nouvelle": fait.nouvelle,
                "etat": lue.etat.value,
                "decisions": lue.nombre,
                "donnees": lue.donnees,
                "poids": lue.poids,
                "mesures": lue.mesures,
                "version_modele": lue.version_modele,
                "equite": {"alerte": rapport.alerte, "groupes": len(rapport.ecarts)} if rapport else None,
            }
        )
        return 0
    m = lue.mesures
    dire(f"{lue.ref} : {lue.nombre} décisions, état « {lue.etat_libelle} ».")
    dire(f"Erreur de prévision {m['perte']:.3f}, {m['perte_a_la_main']:.3f} avec les poids à la main.")
    dire("Elle ne compte pas encore : un administrateur lit son rapport d'équité, page « Classement ».")
    return 0

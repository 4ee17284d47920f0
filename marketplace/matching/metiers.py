"""Free wordings to ROME: which trade a title names, which trades a skill speaks of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from marketplace.matching.referentiels import Rome
from marketplace.matching.texte import NB_TRAITS, formes, plier, traits
from marketplace.matching.valeurs import Suggestion, SuggestionCompetence, Suggestions

TEMPERATURE_VOISINS = 0.06
VOISINS = 40
QUESTION = "Quel travail faisiez-vous, ou aimeriez-vous faire ? Par exemple : ménage, cuisine, maçonnerie."


def matrice_traits(textes: Sequence[str]) -> sparse.csr_matrix:
    """One row of hashed features a text."""
    pointeurs, indices, valeurs = [0], [], []
    for texte in textes:
        i, v = traits(texte)
        indices.append(i)
        valeurs.append(v)
        pointeurs.append(pointeurs[-1] + len(i))
    vide_i, vide_v = np.empty(0, np.int32), np.empty(0, np.float32)
    return sparse.csr_matrix(
        (
            np.concatenate(valeurs) if valeurs else vide_v,
            np.concatenate(indices) if indices else vide_i,
            np.array(pointeurs, np.int64),
        ),
        shape=(len(textes), NB_TRAITS),
    )


def _normer(matrice: sparse.csr_matrix) -> sparse.csr_matrix:
    normes = np.sqrt(np.asarray(matrice.multiply(matrice).sum(axis=1)).ravel())
    diagonale = sparse.diags(1.0 / np.maximum(normes, 1e-9)).astype(np.float32)
    return (diagonale @ matrice).tocsr()


class Voisins:
    """Nearest official labels by weighted n-grams."""

    def __init__(self, textes: Sequence[str]) -> None:
        brut = matrice_traits(textes)
        presence = np.asarray((brut > 0).sum(axis=0)).ravel()
        self.idf = np.log((1.0 + len(textes)) / (1.0 + presence)).astype(np.float32) + 0.2
        self.matrice = _normer((brut @ sparse.diags(self.idf)).astype(np.float32).tocsr())

    def similarites(self, textes: Sequence[str]) -> NDArray[np.float32]:
        """Cosine of each text with each label (dense rows: keep the batch small)."""
        q = _normer((matrice_traits(textes) @ sparse.diags(self.idf)).astype(np.float32).tocsr())
        resultat: NDArray[np.float32] = (self.matrice @ q.T.toarray()).T.astype(np.float32)
        return resultat


class Lecteur:
    """Reads wordings into beliefs over the trades of a Rome."""

    def __init__(self, rome: Rome) -> None:
        self.rome = rome
        textes, codes, appellation = [], [], []
        for numero, (long, _court, code, _principale, _rare) in enumerate(rome.appellations):
            textes.append(formes(long)[0])
            codes.append(code)
            appellation.append(numero)
        for code, libelle in enumerate(rome.libelles):
            textes.append(formes(libelle)[0])
            codes.append(code)
            appellation.append(-1)
        self.codes_labels = np.array(codes, np.int32)
        self.appellation_labels = np.array(appellation, np.int32)
        self.voisins = Voisins(textes)
        poids = np.where(rome.lien_coeur > 0, 1.5, 1.0).astype(np.float32)
        degre = np.bincount(rome.lien_competence, minlength=len(rome.competence_ogr)) + 1e-9
        poids = (poids / degre[rome.lien_competence] ** 0.75).astype(np.float32)
        self.competence_metier = sparse.csr_matrix(
            (poids, (rome.lien_competence, rome.lien_metier)), shape=(len(rome.competence_ogr), rome.nombre)
        )
        self._voisins_competences: Voisins | None = None
        self.prior = np.full(rome.nombre, 1.0 / rome.nombre)

    @property
    def voisins_competences(self) -> Voisins:
        if self._voisins_competences is None:
            self._voisins_competences = Voisins(self.rome.competence_libelle)
        return self._voisins_competences

    def croyances(self, textes: Sequence[str], competence: bool = False) -> NDArray[np.float32]:
        """Belief over the trades for each wording: rows sum to 1, or to 0 where nothing is readable."""
        if competence:
            return self._croyances_competences(textes)
        resultat = np.zeros((len(textes), self.rome.nombre), np.float32)
        for debut in range(0, len(textes), 64):
            lot = textes[debut : debut + 64]
            sim = self.voisins.similarites(lot)
            for k, texte in enumerate(lot):
                if not plier(texte):
                    continue
                s = sim[k]
                meilleurs = np.argpartition(-s, VOISINS)[:VOISINS]
                meilleurs = meilleurs[s[meilleurs] > 0.12]
                if len(meilleurs) == 0:
                    continue
                codes = self.codes_labels[meilleurs]
                par_code = np.zeros(self.rome.nombre, np.float32)
                np.maximum.at(par_code, codes, s[meilleurs])
                presents = np.flatnonzero(par_code)
                e = np.exp((par_code[presents] - par_code.max()) / TEMPERATURE_VOISINS)
                resultat[debut + k, presents] = e / e.sum()
        return resultat

    def _croyances_competences(self, textes: Sequence[str]) -> NDArray[np.float32]:
        resultat = np.zeros((len(textes), self.rome.nombre), np.float32)
        for debut in range(0, len(textes), 64):
            lot = textes[debut : debut + 64]
            sim = self.voisins_competences.similarites(lot)
            for k in range(len(lot)):
                s = sim[k]
                meilleurs = np.argpartition(-s, 12)[:12]
                meilleurs = meilleurs[s[meilleurs] > 0.3]
                if len(meilleurs) == 0:
                    continue
                poids = np.exp((s[meilleurs] - s[meilleurs].max()) / 0.08).astype(np.float32)
                ligne = np.asarray(
                    (sparse.csr_matrix(poids) @ self.competence_metier[meilleurs]).todense()
                ).ravel()
                if ligne.sum() > 0:
                    resultat[debut + k] = ligne / ligne.sum()
        return resultat

    # -- suggestions ---------------------------------------------------------------------------------

    def suggerer(self, texte: str, limit: int = 5) -> Suggestions:
        """Distinct trades, best first, each under the appellation nearest to the words."""
        if not plier(texte):
            return Suggestions((), True, QUESTION)
        croyance = self.croyances([texte])[0]
        sim = self.voisins.similarites([texte])[0]
        ordre = np.lexsort((np.arange(len(croyance)), -croyance))[: max(0, limit)]
        suggestions = []
        for code in ordre:
            if croyance[code] <= 0:
                break
            rangs = np.flatnonzero((self.codes_labels == code) & (self.appellation_labels >= 0))
            if len(rangs) == 0:
                continue
            choisi = self.appellation_labels[rangs[int(np.argmax(sim[rangs]))]]
            libelle = self.rome.appellations[choisi][0]
            suggestions.append(Suggestion(self.rome.codes[code], libelle, round(float(croyance[code]), 4)))
        vague = not suggestions
        return Suggestions(tuple(suggestions), vague, QUESTION if vague else None)

    def suggerer_competences(self, texte: str, limit: int = 5) -> tuple[SuggestionCompetence, ...]:
        """Nearest compétence labels."""
        if not plier(texte):
            return ()
        sim = self.voisins_competences.similarites([texte])[0]
        ordre = np.lexsort((np.arange(len(sim)), -sim))[: max(0, limit)]
        return tuple(
            SuggestionCompetence(
                self.rome.competence_ogr[i],
                self.rome.competence_libelle[i],
                round(float(min(1.0, sim[i])), 4),
            )
            for i in ordre
            if sim[i] > 0.15
        )

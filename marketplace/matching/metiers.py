"""Free wordings to ROME: which trade a title names, which trades a skill speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from marketplace.matching.clarte import Orthographe, clair, geste
from marketplace.matching.referentiels import Rome
from marketplace.matching.texte import NB_TRAITS, cle, formes, plier, traits
from marketplace.matching.valeurs import Suggestion, SuggestionCompetence, Suggestions

TEMPERATURE_VOISINS = 0.06
VOISINS = 40
SIMILARITE_OFFICIELLE, FORCE_OFFICIELLE = 0.80, 40.0  # nearly an official label: spelling decides
MOTS_OFFICIELS = 4  # shorter wordings are somebody's own, not an official label
PART_CLAIR = 0.5  # belief given to the clearer wording, the rest to the words as typed
PART_RICHE = 0.5  # in a ranking: what the lexicon and the clearer wording say, beside the words as typed alone
EXACT = 3.0  # log-odds of a wording written as such in the lexicon
CODES_FAMILIERS = (1.0, 0.92, 0.86, 0.82)  # the first trade of a lexicon line, then the others
PART_GESTE, PART_METIERS = 0.95, 0.15  # everyday words made official; trades the words speak of
MOTS_CONNUS = 0.6  # likeness from which a label answers by itself
GENRES_COMPETENCES = {"savoir_faire": 1.0, "savoir_etre": 0.9, "savoir": 0.85}
DIPLOMES = ("cap ", "bep ", "bac ", "diplome", "certificat", "titre pro", "licence ", "master ")
PART_DIPLOME = 0.6  # a diploma is no answer to what somebody can do, unless it is said
Familier = tuple[tuple[str, ...], str]
SEUIL_VAGUE = 0.30
QUESTION = "Quel travail, plus précisément ? Par exemple : ménage, cuisine, maçonnerie."


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
    """Nearest official labels by weighted n-grams; n-grams met everywhere are left out for speed."""

    def __init__(self, textes: Sequence[str], frequence_max: float = 0.04) -> None:
        brut = matrice_traits(textes)
        presence = np.bincount(brut.indices, minlength=NB_TRAITS)
        self.idf = (np.log((1.0 + len(textes)) / (1.0 + presence)) + 0.2).astype(np.float32)
        self.idf[presence > frequence_max * len(textes)] *= 0.5
        self.nombre = len(textes)
        plein = self._peser(brut)
        rares = plein.copy()
        rares.data[presence[rares.indices] > frequence_max * len(textes)] = 0.0
        rares.eliminate_zeros()
        self.matrice = plein
        self._transposee = rares.T.tocsr()

    def _peser(self, brut: sparse.csr_matrix) -> sparse.csr_matrix:
        brut = brut.copy()
        brut.data = (brut.data * self.idf[brut.indices]).astype(np.float32)
        return _normer(brut)

    def proches(self, textes: Sequence[str]) -> sparse.csr_matrix:
        """Cosine of each text with each label that shares a rare n-gram with it, sparse."""
        q = self._peser(matrice_traits(textes))
        return (q @ self._transposee).tocsr()

    def similarites(self, texte: str) -> NDArray[np.float32]:
        """Full cosine of one text with every label."""
        q = self._peser(matrice_traits([texte]))
        dense = np.zeros(NB_TRAITS, np.float32)
        dense[q.indices] = q.data
        resultat: NDArray[np.float32] = (self.matrice @ dense).astype(np.float32)
        return resultat


class Familiers:
    """The hand-written wordings: which are near, and which is the very one."""

    def __init__(self, rome: Rome, paires: Sequence[Familier]) -> None:
        connues = [([rome.rang[c] for c in codes if c in rome.rang], texte) for codes, texte in paires]
        connues = [(codes[: len(CODES_FAMILIERS)], texte) for codes, texte in connues if codes]
        self.nombre = rome.nombre
        self.exacts: dict[str, dict[int, float]] = {}
        for codes, texte in connues:
            poids = self.exacts.setdefault(cle(texte), {})
            for code, part in zip(codes, CODES_FAMILIERS, strict=False):
                poids[code] = max(part, poids.get(code, 0.0))
        textes = [
            (texte, code, part) for codes, texte in connues for code, part in zip(codes, CODES_FAMILIERS, strict=False)
        ]
        self.codes = np.array([code for _, code, _ in textes], np.int32)
        self.parts = np.array([part for _, _, part in textes], np.float32)
        self.voisins = Voisins([texte for texte, _, _ in textes])

    def similarites(self, textes: Sequence[str]) -> NDArray[np.float32]:
        """Best weighted cosine with a familiar wording of each trade."""
        resultat = np.zeros((len(textes), self.nombre), np.float32)
        if len(self.codes):
            au_mieux(resultat, self.voisins.proches(textes), self.codes, self.parts)
        return resultat

    def appuis(self, textes: Sequence[str]) -> list[tuple[int, int, float]]:
        """(row, trade, weight) of the texts that are a lexicon wording, word order and gender aside."""
        return [(i, c, p) for i, t in enumerate(textes) for c, p in self.exacts.get(cle(t), {}).items()]


def au_mieux(
    resultat: NDArray[np.float32], sim: sparse.csr_matrix, codes: NDArray[np.int32],
    parts: NDArray[np.float32] | None = None,
) -> None:  # fmt: skip
    """Keep in `resultat` (texts x trades) the best of `sim` (texts x wordings) over the wordings of a trade."""
    lignes = np.repeat(np.arange(sim.shape[0]), np.diff(sim.indptr))
    valeurs = sim.data if parts is None else sim.data * parts[sim.indices]
    np.maximum.at(resultat.ravel(), lignes * resultat.shape[1] + codes[sim.indices], valeurs)


class Reseau:
    """Two-layer reader of wordings, from the arrays of a trained MLPClassifier: weights in, beliefs out."""

    def __init__(self, entree: NDArray[np.float32], biais: NDArray[np.float32], sortie: NDArray[np.float32],
                 biais_sortie: NDArray[np.float32]) -> None:  # fmt: skip
        self.entree, self.biais = entree, biais
        self.sortie, self.biais_sortie = sortie, biais_sortie

    @classmethod
    def depuis(cls, tableaux: Mapping[str, NDArray[Any]]) -> Reseau:
        """From the quantised arrays of an artefact."""
        entree = tableaux["entree"].astype(np.float32) * tableaux["echelle"][:, None]
        return cls(entree, tableaux["biais"], tableaux["sortie"].astype(np.float32), tableaux["biais_sortie"])

    def lire(self, textes: Sequence[str], competence: bool = False) -> NDArray[np.float32]:
        """Softmax over the trades, then the vague class; skills carry a mark of their own."""
        cache = matrice_traits(textes) @ self.entree + self.biais
        if competence:
            cache += self.entree[NB_TRAITS - 1]
        cache = np.maximum(cache, 0.0)
        z = cache @ self.sortie + self.biais_sortie
        z -= z.max(axis=1, keepdims=True)
        np.exp(z, out=z)
        z /= z.sum(axis=1, keepdims=True)
        resultat: NDArray[np.float32] = z.astype(np.float32, copy=False)
        return resultat


def _parts(z: NDArray[np.float32]) -> NDArray[np.float32]:
    """Softmax of each row, in place."""
    z -= z.max(axis=1, keepdims=True)
    np.exp(z, out=z)
    z /= z.sum(axis=1, keepdims=True)
    return z


class Lecteur:
    """Reads wordings into beliefs over the trades of a Rome."""

    def __init__(self, rome: Rome, reseau: Reseau, prior: NDArray[np.float64],
                 familiers: Sequence[Familier] = (), vagues: Sequence[str] = ()) -> None:  # fmt: skip
        self.rome = rome
        self.reseau = reseau
        self.part_reseau, self.part_voisins, self.part_voisins2 = 1.0, 4.0, 5.0
        self.part_familiers, self.part_familiers2 = 2.0, 4.0
        labels = [(code, formes(long)[0], k) for k, (long, _c, code, _p, _r) in enumerate(rome.appellations)]
        labels += [(code, formes(libelle)[0], -1) for code, libelle in enumerate(rome.libelles)]
        labels.sort(key=lambda x: x[0])
        textes = [x[1] for x in labels]
        self.codes_labels = np.array([x[0] for x in labels], np.int32)
        self.appellation_labels = np.array([x[2] for x in labels], np.int32)
        self._debuts = np.searchsorted(self.codes_labels, np.arange(rome.nombre))  # each trade has its own label
        self.voisins = Voisins(textes)
        poids = np.where(rome.lien_coeur > 0, 1.5, 1.0).astype(np.float32)
        degre = np.bincount(rome.lien_competence, minlength=len(rome.competence_ogr)) + 1e-9
        poids = (poids / degre[rome.lien_competence] ** 0.75).astype(np.float32)
        self.competence_metier = sparse.csr_matrix(
            (poids, (rome.lien_competence, rome.lien_metier)), shape=(len(rome.competence_ogr), rome.nombre)
        )
        self._voisins_competences: Voisins | None = None
        self._genres_competences = np.array(
            [
                PART_DIPLOME if plier(libelle).startswith(DIPLOMES) else GENRES_COMPETENCES.get(genre, 0.9)
                for libelle, genre in zip(rome.competence_libelle, rome.competence_type, strict=True)
            ],
            np.float32,
        )
        self.familiers = Familiers(rome, familiers)
        self.orthographe = Orthographe(
            [*textes, *(x for _, x in familiers), *vagues, *rome.competence_libelle],
            [*textes, *(x for _, x in familiers)],
        )
        self.cles_connues = {cle(t) for t in textes} | set(self.familiers.exacts)
        self.cles_vagues = {cle(x) for x in vagues}
        self.cles_connues -= self.cles_vagues
        seuls = {x for x in self.cles_connues if " " not in x}
        self.mots_generiques = {m for x in self.cles_vagues for m in x.split()} - seuls
        self.prior = prior

    @property
    def voisins_competences(self) -> Voisins:
        """Nearest compétence labels, built at first use."""
        if self._voisins_competences is None:
            self._voisins_competences = Voisins(self.rome.competence_libelle)
        return self._voisins_competences

    def croyances(self, textes: Sequence[str], competence: bool = False) -> NDArray[np.float32]:
        """Belief over the trades for each wording: rows sum to 1, or to 0 where nothing is readable."""
        if competence:
            lu = self.reseau.lire(textes, competence)
            croyances = lu[:, :-1] + lu[:, -1:] * self.prior.astype(np.float32)
        else:
            riches, _, simples = self._croire(textes)
            croyances = PART_RICHE * riches + (1 - PART_RICHE) * simples
        croyances[[not plier(t) for t in textes]] = 0.0
        return croyances

    def _croire(self, textes: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Belief of each title as typed and made clearer, lexicon included; the share of the network that says it
        names nothing; and the belief as typed, without the lexicon.
        """
        similarite = self._similarite_codes(textes)
        siens = similarite.max(axis=1, initial=0.0) < SIMILARITE_OFFICIELLE  # an official label is clear as it is
        clairs = [clair(t, self.orthographe) if sien else "" for t, sien in zip(textes, siens, strict=True)]
        refaire = [i for i, (t, c) in enumerate(zip(textes, clairs, strict=True)) if c and c != plier(t)]
        seconds = [clairs[i] for i in refaire]
        tous = [*textes, *seconds]
        lu = self.reseau.lire(tous)
        croyances = lu[:, :-1] + lu[:, -1:] * self.prior.astype(np.float32)
        if seconds:
            similarite = np.concatenate([similarite, self._similarite_codes(seconds)])
        simples, croyances = self._melanger(croyances, similarite, tous)
        sorties, vagues = croyances[: len(textes)], lu[: len(textes), -1]
        if refaire:
            clairs_lus = slice(len(textes), None)
            sorties[refaire] = (1 - PART_CLAIR) * sorties[refaire] + PART_CLAIR * croyances[clairs_lus]
            vagues[refaire] = (1 - PART_CLAIR) * vagues[refaire] + PART_CLAIR * lu[clairs_lus, -1]
        return sorties, vagues, simples[: len(textes)]

    def _similarite_codes(self, textes: Sequence[str]) -> NDArray[np.float32]:
        """Best cosine with a label of each trade."""
        resultat = np.zeros((len(textes), self.rome.nombre), np.float32)
        au_mieux(resultat, self.voisins.proches(textes), self.codes_labels)
        return resultat

    def _melanger(
        self, reseau: NDArray[np.float32], similarite: NDArray[np.float32], textes: Sequence[str]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Log-linear mixture of the network's belief and of the likeness with labels: official, then familiar too."""
        z = (
            self.part_reseau * np.log(reseau + 1e-6)
            + self.part_voisins * similarite
            + self.part_voisins2 * similarite**4
        )
        familier = self.familiers.similarites(textes)
        avec = z + self.part_familiers * familier + self.part_familiers2 * familier**4
        for ligne, code, poids in self.familiers.appuis(textes):
            avec[ligne, code] += EXACT * poids
        return _parts(z), _parts(avec)

    # -- suggestions ---------------------------------------------------------------------------------

    def suggerer(self, texte: str, limit: int = 5) -> Suggestions:
        """Distinct trades, best first, each under the appellation nearest to the words."""
        if not plier(texte):
            return Suggestions((), True, QUESTION)
        lu = formes(texte)[0] if " / " in texte else texte
        sim = self.voisins.similarites(lu)
        if lu != texte:
            sim = np.maximum(sim, self.voisins.similarites(formes(texte)[-1]))
        par_code = np.maximum.reduceat(sim, self._debuts)
        croyances, vagues, _ = self._croire([lu])
        croyance = croyances[0]
        proche = float(par_code.max())
        if proche > SIMILARITE_OFFICIELLE and (lu != texte or len(plier(texte).split()) >= MOTS_OFFICIELS):
            appui = np.where(par_code > SIMILARITE_OFFICIELLE, ((par_code - proche) * FORCE_OFFICIELLE), -np.inf)
            officiel = np.exp(appui) * (0.3 + croyance)
            croyance = 0.05 * croyance + 0.95 * officiel / officiel.sum()
        ordre = np.lexsort((np.arange(len(croyance)), -croyance))[: max(0, limit)]
        suggestions = []
        for code in ordre:
            fin = self._debuts[code + 1] if code + 1 < self.rome.nombre else len(self.codes_labels)
            rangs = np.arange(self._debuts[code], fin)
            rangs = rangs[self.appellation_labels[rangs] >= 0]
            if len(rangs) == 0:
                continue
            choisi = self.appellation_labels[rangs[int(np.argmax(sim[rangs]))]]
            libelle = self.rome.appellations[choisi][0]
            suggestions.append(Suggestion(self.rome.codes[code], libelle, round(float(croyance[code]), 4)))
        vague = not suggestions or self._vague(texte, float(vagues[0]), float(croyance.max()), proche)
        return Suggestions(tuple(suggestions), vague, QUESTION if vague else None)

    def _vague(self, texte: str, vague: float, croyance: float, proche: float) -> bool:
        """Whether the wording names no trade: generic words only, or the network says so, or nothing is sure."""
        cle_texte = cle(texte)
        if cle_texte in self.cles_connues:
            return False
        mots = set(cle_texte.split())
        if not mots or mots <= self.mots_generiques or cle_texte in self.cles_vagues:
            return True
        return vague > SEUIL_VAGUE or (croyance < 0.12 and proche < 0.30)

    def suggerer_competences(self, texte: str, limit: int = 5) -> tuple[SuggestionCompetence, ...]:
        """Compétences nearest to someone's own words: likeness of the words, helped by the trades they speak of."""
        plie = plier(texte)
        if not plie:
            return ()
        sim = self.voisins_competences.similarites(texte)
        dit = geste(texte, self.orthographe)
        if dit != plie:
            sim = np.maximum(sim, PART_GESTE * self.voisins_competences.similarites(dit))
        croyance = self.croyances([texte], competence=True)[0] + self.croyances([texte])[0]
        metiers = self.competence_metier @ croyance
        metiers = metiers / max(float(metiers.max()), 1e-9)
        part = PART_METIERS + max(0.0, MOTS_CONNUS - float(sim.max()))  # words of no label: the trade answers
        total = sim * self._genres_competences + part * metiers
        proche = (sim > 0.15) | (metiers > 0.5)
        ordre = np.lexsort((np.arange(len(total)), -total))[: max(0, limit)]
        return tuple(
            SuggestionCompetence(
                self.rome.competence_ogr[i], self.rome.competence_libelle[i], round(float(min(1.0, total[i])), 4)
            )
            for i in ordre
            if proche[i]
        )

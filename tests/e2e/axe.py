"""What axe finds wrong on a page. Its longest rule, contrast, reads each appearance of the site once a run.

Four fifths of the time went to the contrast of thousands of cells, header links and badges that look alike. The rule
decides on what is computed here: the colour, size and weight of a text, and every background, opacity, shadow and
position from it up to the root. Two texts equal in all of that have one contrast; the second is not asked again.
All other rules read every page whole.
"""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

REGLES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]

_LIRE = """
async ([regles, vues]) => {
  const connues = new Set(vues), fonds = new Map();
  const fond = (element) => {
    if (element === null) return "";
    if (!fonds.has(element)) {
      const s = getComputedStyle(element);
      const sien = [s.backgroundColor, s.backgroundImage, s.opacity, s.filter, s.mixBlendMode, s.position];
      const haut = fond(element.parentElement), ici = sien.join();
      const rien = ici === "rgba(0, 0, 0, 0),none,1,none,normal,static";
      fonds.set(element, rien ? haut : ici + ">" + haut);
    }
    return fonds.get(element);
  };
  const ecrit = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) || "placeholder" in e;
  const nouvelles = new Map();
  for (const element of document.body.querySelectorAll("*")) {
    if (!ecrit(element) || !element.checkVisibility()) continue;
    const s = getComputedStyle(element);
    const texte = [s.color, s.fontSize, s.fontWeight, s.textShadow, element.disabled === true];
    const apparence = texte.join() + fond(element);
    if (!connues.has(apparence) && !nouvelles.has(apparence)) nouvelles.set(apparence, element);
  }
  const resultTypes = ["violations"];
  const faites = await axe.run(document, {
    runOnly: { type: "tag", values: regles }, resultTypes, rules: { "color-contrast": { enabled: false } },
  });
  let fautes = faites.violations;
  if (nouvelles.size) {
    const contraste = { runOnly: { type: "rule", values: ["color-contrast"] }, resultTypes };
    fautes = fautes.concat((await axe.run({ include: [...nouvelles.values()] }, contraste)).violations);
  }
  return [fautes.map((f) => [f.id, f.nodes.slice(0, 3).map((n) => n.target.join(" "))]), [...nouvelles.keys()]];
}
"""

_APPARENCES_LUES: set[str] = set()


def fautes(page: Page) -> list[str]:
    """The rules broken on this page, with the first places of each."""
    page.evaluate(AXE_SCRIPT)
    trouvees, nouvelles = page.evaluate(_LIRE, [REGLES, sorted(_APPARENCES_LUES)])
    if not trouvees:
        _APPARENCES_LUES.update(nouvelles)
    return [f"{page.url} : {regle} : {ou}" for regle, ou in trouvees]

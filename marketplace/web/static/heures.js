// The grid of the month: totals follow what is typed. Without this module the server computes them when saving.

const grille = document.querySelector(".grille-heures");

function lire(texte) {
  const brut = texte.replace(/[\s\u00a0\u202f]/g, "").toLowerCase();
  if (!brut) return 0;
  const minutes = brut.match(/^(\d{1,4})[h:]([0-5]?\d)?$/);
  if (minutes) return Number(minutes[1]) + Number(minutes[2] || 0) / 60;
  const nombre = Number(brut.replace(/h$/, "").replace(",", "."));
  return Number.isFinite(nombre) && nombre >= 0 ? nombre : NaN;
}

function totaliser() {
  for (const cellule of grille.querySelectorAll("[data-total]")) {
    let total = 0;
    for (const champ of grille.querySelectorAll(`input[name^="${cellule.dataset.total}"]`)) total += lire(champ.value) || 0;
    cellule.textContent = `${total.toLocaleString("fr-FR", { maximumFractionDigits: 2 })}\u202fh`;
  }
}

if (grille) {
  grille.addEventListener("input", totaliser);
  totaliser();
}

// Comforts over pages that work without it: suggestions, drafts, session notice, double submits, print.

const corps = document.body;
const utilisateur = corps.dataset.utilisateur || "visiteur";

function element(nom, attributs = {}, texte = "") {
  const e = document.createElement(nom);
  for (const [cle, valeur] of Object.entries(attributs)) e.setAttribute(cle, valeur);
  e.textContent = texte;
  return e;
}

// --- Suggestions: the ARIA combobox with a list popup; without an answer it stays a text field.
let rang = 0;
function proposer(champ) {
  const id = `suggestions-${++rang}`;
  const boite = element("div", { class: "suggestions" });
  const liste = element("ul", { class: "suggestions-liste", id, role: "listbox", "aria-label": "Suggestions" });
  const etat = element("div", { class: "visually-hidden", role: "status" });
  const aide = element("p", { class: "form-text mb-0" }); // a vague wording is answered by a question
  aide.hidden = true;
  champ.before(boite);
  boite.append(champ, liste, aide, etat);
  liste.hidden = true;
  for (const [cle, valeur] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", id]]) champ.setAttribute(cle, valeur);
  let minuteur, demande, courant = -1;

  const options = () => [...liste.children];
  function fermer() {
    liste.hidden = true;
    courant = -1;
    champ.setAttribute("aria-expanded", "false");
    champ.removeAttribute("aria-activedescendant");
  }
  function designer(n) {
    courant = n;
    options().forEach((o, i) => o.setAttribute("aria-selected", String(i === n)));
    if (n < 0) return champ.removeAttribute("aria-activedescendant");
    champ.setAttribute("aria-activedescendant", options()[n].id);
    options()[n].scrollIntoView({ block: "nearest" });
  }
  const cible = champ.dataset.suggestionsCible && document.getElementById(champ.dataset.suggestionsCible);
  function prendre(option) {
    champ.value = option.dataset.libelle;
    if (cible) cible.value = option.dataset.valeur;
    fermer();
    champ.dispatchEvent(new Event("change", { bubbles: true }));
  }
  async function chercher() {
    const q = champ.value.trim();
    demande?.abort();
    if (q.length < 2) return fermer();
    demande = new AbortController();
    try {
      const adresse = new URL(champ.dataset.suggestions, location.href);
      adresse.searchParams.set("q", q);
      const reponse = await fetch(adresse, { signal: demande.signal, headers: { Accept: "application/json" } });
      if (!reponse.ok) return fermer();
      const reponses = await reponse.json();
      const question = reponses.find((ligne) => ligne.question)?.question ?? "";
      const lignes = reponses.filter((ligne) => !ligne.question);
      aide.textContent = question;
      aide.hidden = !question;
      liste.replaceChildren(...lignes.map((ligne, i) => {
        const o = element("li", { role: "option", id: `${id}-${i}`, "aria-selected": "false" }, ligne.libelle);
        o.dataset.valeur = ligne.valeur;
        o.dataset.libelle = ligne.libelle;
        return o;
      }));
      courant = -1;
      liste.hidden = !lignes.length || document.activeElement !== champ;
      champ.setAttribute("aria-expanded", String(!liste.hidden));
      champ.removeAttribute("aria-activedescendant");
      etat.textContent = lignes.length ? `${lignes.length} suggestion${lignes.length > 1 ? "s" : ""}` : question || "Aucune suggestion";
    } catch {
      fermer();
    }
  }
  champ.addEventListener("input", () => {
    if (cible) cible.value = ""; // other words: what was picked no longer holds
    clearTimeout(minuteur);
    minuteur = setTimeout(chercher, 150);
  });
  champ.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && !liste.hidden) { e.preventDefault(); fermer(); }
    if (liste.hidden) return;
    const n = options().length;
    if (e.key === "ArrowDown") { e.preventDefault(); designer((courant + 1) % n); }
    if (e.key === "ArrowUp") { e.preventDefault(); designer((courant - 1 + n) % n); }
    if (e.key === "Enter" && courant >= 0) { e.preventDefault(); prendre(options()[courant]); }
    if (e.key === "Tab") fermer();
  });
  liste.addEventListener("mousedown", (e) => {
    e.preventDefault();
    const option = e.target.closest("[role=option]");
    if (option) prendre(option);
  });
  champ.addEventListener("blur", fermer);
}
document.querySelectorAll("input[data-suggestions]").forEach(proposer);

// --- Drafts: kept in this browser only, dropped once sent, after 12 hours, or on signing out.
const PREFIXE = "brouillon:";
const DUREE = 12 * 3600 * 1000;
function brouillons() {
  try { return Object.keys(localStorage).filter((c) => c.startsWith(PREFIXE)); } catch { return []; }
}
function lire(cle) {
  try { return JSON.parse(localStorage.getItem(cle)); } catch { return null; }
}
const reussi = document.querySelector("[data-reussite]") !== null;
for (const cle of brouillons()) {
  const b = lire(cle);
  if (!b || Date.now() - b.quand > DUREE || (b.envoye && reussi)) localStorage.removeItem(cle);
}
function sauvables(formulaire) {
  return [...formulaire.elements].filter((c) => c.name && !["hidden", "password", "file", "submit", "button"].includes(c.type));
}
function contenu(formulaire) {
  return sauvables(formulaire).map((c) => [c.name, c.value, ["checkbox", "radio"].includes(c.type) ? c.checked : null]);
}
function brouillon(formulaire) {
  const cle = `${PREFIXE}${utilisateur}:${formulaire.dataset.brouillon || location.pathname}`;
  const initial = JSON.stringify(contenu(formulaire));
  const note = element("p", { class: "avis-brouillon form-text", role: "status" });
  note.hidden = true;
  formulaire.prepend(note);
  function ecrire(envoye) {
    const valeurs = contenu(formulaire);
    try {
      if (JSON.stringify(valeurs) === initial && !envoye) localStorage.removeItem(cle);
      else localStorage.setItem(cle, JSON.stringify({ quand: Date.now(), envoye, valeurs }));
    } catch { /* a full or closed store: the form works without its draft */ }
  }
  const garde = lire(cle);
  if (garde && !formulaire.querySelector("[aria-invalid=true]") && JSON.stringify(garde.valeurs) !== initial) {
    const champs = sauvables(formulaire);
    garde.valeurs.forEach(([nom, valeur, coche], i) => {
      const champ = champs[i]?.name === nom ? champs[i] : champs.find((c) => c.name === nom && (coche === null || c.value === valeur));
      if (!champ) return;
      if (coche === null) champ.value = valeur; else champ.checked = coche;
    });
    const effacer = element("button", { type: "button", class: "btn btn-link btn-sm" }, "Effacer le brouillon");
    effacer.addEventListener("click", () => { localStorage.removeItem(cle); formulaire.reset(); note.hidden = true; });
    note.append("Votre brouillon est repris. ", effacer);
    note.hidden = false;
  }
  let minuteur;
  formulaire.addEventListener("input", () => {
    clearTimeout(minuteur);
    minuteur = setTimeout(() => ecrire(false), 400);
  });
  formulaire.addEventListener("submit", () => { clearTimeout(minuteur); ecrire(true); });
}
document.querySelectorAll("form[data-brouillon]").forEach(brouillon);
document.querySelectorAll("form[data-deconnexion]").forEach((f) => f.addEventListener("submit", () => {
  brouillons().forEach((cle) => localStorage.removeItem(cle));
}));

// --- Session: announced before it closes; what is typed stays on the page, and can be sent after signing in again.
const minutes = Number(corps.dataset.sessionMinutes || 0);
if (minutes) {
  const avis = element("div", { class: "avis alert alert-warning", role: "alert" });
  avis.hidden = true;
  corps.append(avis);
  let fin = Date.now() + minutes * 60000, minuteur, etape = "";
  const adresse = corps.dataset.session;
  function afficher(texte, ...boutons) {
    avis.replaceChildren(element("p", {}, texte), ...boutons);
    avis.hidden = false;
  }
  async function rafraichir() {
    try {
      const reponse = await fetch(adresse, { headers: { Accept: "application/json" } });
      const etat = await reponse.json();
      if (!etat.ouverte) return false;
      document.querySelectorAll("input[name=csrf_token]").forEach((c) => { c.value = etat.csrf; });
      fin = Date.now() + etat.reste * 1000;
      etape = "";
      avis.hidden = true;
      return true;
    } catch {
      return false;
    }
  }
  function verifier() {
    const reste = fin - Date.now();
    if (reste <= 0 && etape !== "fermee") {
      etape = "fermee";
      const lien = element("a", { class: "btn btn-primary", href: corps.dataset.connexion, target: "_blank", rel: "noopener" }, "Se reconnecter (nouvel onglet)");
      afficher("Votre session est fermée. Ce que vous avez écrit reste ici : reconnectez-vous, puis revenez sur cette page.", lien);
    } else if (reste > 0 && reste < 120000 && etape === "") {
      etape = "bientot";
      const bouton = element("button", { type: "button", class: "btn btn-primary" }, "Rester connecté");
      bouton.addEventListener("click", rafraichir);
      afficher("Votre session se ferme dans deux minutes. Rien n'est perdu.", bouton);
    }
  }
  minuteur = setInterval(verifier, 5000);
  window.addEventListener("pagehide", () => clearInterval(minuteur));
  window.addEventListener("pageshow", () => { clearInterval(minuteur); minuteur = setInterval(verifier, 5000); verifier(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && etape === "fermee") rafraichir(); else verifier(); });
}

// --- A second click does nothing twice.
document.addEventListener("submit", (e) => {
  const formulaire = e.target;
  if (formulaire.method !== "post") return;
  if (formulaire.dataset.envoi) return e.preventDefault();
  formulaire.dataset.envoi = "1";
  formulaire.querySelectorAll("button[type=submit], button:not([type])").forEach((b) => b.setAttribute("aria-disabled", "true"));
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-envoi]").forEach((f) => {
  delete f.dataset.envoi;
  f.querySelectorAll("[aria-disabled]").forEach((b) => b.removeAttribute("aria-disabled"));
}));

// --- A filter list that changes at once when asked to.
document.querySelectorAll("form[data-immediat]").forEach((f) => f.addEventListener("change", () => f.requestSubmit()));

// --- Errors: the summary takes the focus. Print: every table behind a « Voir » opens.
document.getElementById("erreurs")?.focus();
window.addEventListener("beforeprint", () => document.querySelectorAll("main details:not([open])").forEach((d) => { d.dataset.ferme = "1"; d.open = true; }));
window.addEventListener("afterprint", () => document.querySelectorAll("details[data-ferme]").forEach((d) => { d.open = false; delete d.dataset.ferme; }));
document.querySelectorAll("button[data-imprimer]").forEach((b) => { b.hidden = false; b.addEventListener("click", () => window.print()); });

// --- Rows: one more without leaving the page; the button alone does it when there is no script.
document.querySelectorAll("button[data-ajouter-ligne]").forEach((bouton) => bouton.addEventListener("click", (e) => {
  const lignes = bouton.form.querySelector("table[data-lignes] tbody");
  const rang = lignes.rows.length;
  if (rang >= 60) return;
  e.preventDefault();
  const copie = lignes.rows[rang - 1].cloneNode(true);
  copie.querySelectorAll(".invalid-feedback").forEach((p) => p.remove());
  copie.querySelectorAll("input, select").forEach((champ) => {
    champ.name = champ.name.replace(/-\d+-/, `-${rang}-`);
    champ.id = champ.id.replace(/-\d+-/, `-${rang}-`);
    champ.value = "";
    champ.classList.remove("is-invalid");
    ["aria-invalid", "aria-describedby"].forEach((a) => champ.removeAttribute(a));
  });
  copie.querySelectorAll("label").forEach((l) => {
    l.htmlFor = l.htmlFor.replace(/-\d+-/, `-${rang}-`);
    l.textContent = l.textContent.replace(/\d+$/, String(rang + 1));
  });
  lignes.append(copie);
  copie.querySelector("input").focus();
}));

// --- Copy: a button beside each field meant for another site; without this script the field is simply selected.
for (const champ of document.querySelectorAll("[data-copier]")) {
  const nom = document.querySelector(`label[for="${champ.id}"]`)?.textContent ?? "";
  const bouton = element("button", { type: "button", class: "btn btn-outline-primary btn-sm mt-1" }, "Copier");
  const etat = element("span", { role: "status", class: "ms-2 small" });
  bouton.append(element("span", { class: "visually-hidden" }, ` ${nom}`));
  champ.after(bouton, etat);
  bouton.addEventListener("click", async () => {
    champ.select();
    try {
      await navigator.clipboard.writeText(champ.value);
      etat.textContent = "Copié";
    } catch {
      etat.textContent = "Sélectionné : copiez avec Ctrl + C";
    }
  });
}

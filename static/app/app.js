"use strict";
// Progressive enhancement only: every page works without this file.
document.documentElement.classList.add("js");
const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];
const post = (url, body) => fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token(), Accept: "application/json" } });

// "/" focuses search. WCAG 2.1.4: single-key shortcuts can be switched off in the profile.
document.addEventListener("keydown", (event) => {
  if (document.body.dataset.shortcuts === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const field = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (field) { event.preventDefault(); field.focus(); }
});

// Error summary: move focus to it, once.
document.querySelector("[data-autofocus]")?.focus();
const say = (text) => { document.getElementById("melding").textContent = text; };
document.addEventListener("htmx:responseError", () => say(document.documentElement.lang === "nl" ? "Dit is niet gelukt. Controleer de verbinding en probeer het opnieuw." : "This did not work. Check the connection and try again."));

// Drafts: what is typed is kept on the server shortly after, and tried again when the connection failed.
for (const form of document.querySelectorAll("form[data-draft]")) {
  let timer; let asked = false; let sending = false; let typed = 0; let tries = 0;
  const keep = async () => {
    if (asked) return;
    const mark = typed;
    try {
      const answer = await post(form.dataset.draft, new FormData(form));
      if (answer.redirected || answer.status === 401) return; // signed out: the session dialog says so
      if (answer.status >= 500) throw new Error(answer.status);
      const words = form.querySelector(".app-draft__words");
      if (answer.ok && answer.status !== 204 && words) words.textContent = await answer.text();
      const discard = form.querySelector(".app-discard");
      if (answer.ok && discard) discard.hidden = false;
      if (mark === typed) sending = false;
      tries = 0;
    } catch { if (++tries < 20) timer = setTimeout(keep, 5000); }
  };
  form.addEventListener("input", () => { sending = true; typed += 1; tries = 0; clearTimeout(timer); timer = setTimeout(keep, 800); });
  form.addEventListener("submit", () => { asked = true; clearTimeout(timer); });
  // Leaving within that moment: hand it over to the browser to finish.
  addEventListener("pagehide", () => { if (sending && !asked) { const data = new FormData(form); data.set("csrfmiddlewaretoken", token()); navigator.sendBeacon(form.dataset.draft, data); } });
}

// Characters that nothing can keep and nobody sees, such as come along from a document, are left out of what is sent.
const kept = (value) => (typeof value === "string" ? value.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "") : value);
document.addEventListener("formdata", ({ formData }) => {
  const fields = [...formData];
  if (fields.every(([, value]) => kept(value) === value)) return;
  for (const name of new Set(formData.keys())) formData.delete(name);
  for (const [name, value] of fields) formData.append(name, kept(value));
});

// The session: a warning before its end; after idling the page is covered, and a passkey opens it where it was.
const dialog = document.getElementById("sessie");
if (dialog) {
  const { session, sessionWarn } = document.body.dataset;
  const show = (state) => {
    for (const part of dialog.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
    document.body.classList.toggle("app-locked", state === "locked");
    if (state && !dialog.open) dialog.showModal();
    if (!state && dialog.open) dialog.close();
  };
  let told = false;
  const look = async () => {
    let left;
    try { const answer = await fetch(session, { headers: { Accept: "application/json" } }); left = answer.ok && !answer.redirected ? await answer.json() : { idle: 0, absolute: 0 }; } catch { return setTimeout(look, 15000); }
    const state = left.idle <= 0 || left.absolute <= 0 ? "locked" : left.idle <= sessionWarn ? "warn" : left.absolute <= 300 && !told ? "absolute" : "";
    if (state === "absolute") told = true;
    if (state || !dialog.querySelector("[data-when=absolute]:not([hidden])")) show(state);
    const next = Math.min(left.idle > sessionWarn ? left.idle - sessionWarn : left.idle, left.absolute);
    setTimeout(look, Math.max(2, Math.min(next, 60)) * 1000 + 500);
  };
  dialog.addEventListener("cancel", (event) => { if (document.body.classList.contains("app-locked")) event.preventDefault(); });
  dialog.addEventListener("click", async (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act;
    const error = dialog.querySelector("[data-error]");
    error.textContent = "";
    if (act === "prolong") { await post(dialog.dataset.prolong); show(""); }
    if (act === "close") show("");
    if (act === "reopen") {
      try {
        const { request_options: options } = await (await fetch(dialog.dataset.reopen, { headers: { Accept: "application/json" } })).json();
        if (!options) { location.href = dialog.querySelector("a[data-when=locked]").href; return; }
        const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey);
        const credential = await navigator.credentials.get({ publicKey });
        const body = new FormData();
        body.set("credential", JSON.stringify(credential.toJSON()));
        const answer = await post(dialog.dataset.reopen, body);
        if (answer.ok) show(""); else error.textContent = (await answer.json()).error;
      } catch (problem) { error.textContent = document.documentElement.lang === "nl" ? "De passkey is niet gebruikt. Probeer het opnieuw of log opnieuw in." : "The passkey was not used. Try again or sign in again."; }
    }
  });
  look();
}

// Print: open the tables under charts, close them again afterwards.
let closed = [];
addEventListener("beforeprint", () => { closed = [...document.querySelectorAll("details:not([open])")]; closed.forEach((part) => { part.open = true; }); });
addEventListener("afterprint", () => { closed.forEach((part) => { part.open = false; }); });

// A letter is written as it will look; the form sends the text of it, and without this file the text is shown as it is.
// Of that text only the elements it names are shown, without attributes: a draft holds what was typed before the server cleaned it.
const ofLetter = (node, tags) => {
  if (node.nodeType === Node.TEXT_NODE) return [node.data];
  if (node.nodeType !== Node.ELEMENT_NODE || ["SCRIPT", "STYLE"].includes(node.tagName)) return [];
  const inside = [...node.childNodes].flatMap((child) => ofLetter(child, tags));
  if (!tags.includes(node.localName)) return inside;
  const element = document.createElement(node.localName);
  element.append(...inside);
  return [element];
};
for (const area of document.querySelectorAll("textarea[data-rich]")) {
  const page = document.createElement("div");
  page.contentEditable = "true"; page.className = "app-letter app-letter--edited";
  const typed = new DOMParser().parseFromString(area.value, "text/html").body;  // nothing in it runs or loads anything
  page.append(...[...typed.childNodes].flatMap((node) => ofLetter(node, [...area.dataset.rich.split(" "), "div"])));
  page.setAttribute("role", "textbox"); page.setAttribute("aria-multiline", "true"); page.setAttribute("aria-labelledby", `${area.id}_label`);
  const label = document.querySelector(`label[for="${CSS.escape(area.id)}"]`); if (label) { label.id = `${area.id}_label`; label.addEventListener("click", () => page.focus()); }
  page.addEventListener("input", () => { area.value = page.innerHTML; area.dispatchEvent(new Event("input", { bubbles: true })); });
  area.after(page); area.hidden = true;
}
// On the screen of a meeting the arrows turn the page.
document.addEventListener("keydown", (event) => {
  if (document.body.dataset.shortcuts === "off" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  document.querySelector(`[data-go="${CSS.escape(event.key)}"]`)?.click();
});
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());

// Tick all boxes of a name, or none when all are ticked.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-tick-all]");
  if (!button) return;
  const boxes = [...button.form.elements].filter((box) => box.name === button.dataset.tickAll);
  const all = boxes.every((box) => box.checked);
  for (const box of boxes) box.checked = !all;
});

// Who may read a record begins as the kind of data says, until somebody chooses.
for (const starts of document.querySelectorAll("[data-starts]")) {
  const form = starts.closest("form"); const by = JSON.parse(starts.dataset.starts); let chosen = false;
  form.addEventListener("change", (event) => {
    if (event.target.name === "visibility") chosen = true;
    if (!starts.dataset.from.split(" ").includes(event.target.name) || chosen) return;
    const radio = form.querySelector(`[name="visibility"][value="${by[event.target.value]}"]`);
    if (radio) radio.checked = true;
  }, true); // before the line "visible to: ..." is asked for
}

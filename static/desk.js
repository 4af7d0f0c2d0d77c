// The review desk: one key decides, the next item is there at once, and no decision is ever lost.
// Without this file every decision is an ordinary form. What is kept in the browser are ids and verdicts, never values.

const root = document.documentElement;
const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const say = (text) => { $("#live").textContent = text; };
const toast = (text) => document.dispatchEvent(new CustomEvent("toast", { detail: { text } }));
const desk = () => $("#desk");
const form = () => $("form[data-desk]");
const words = () => $("#outbox").dataset;
const typing = (element) => element.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
const parse = (html) => new DOMParser().parseFromString(html, "text/html");
const token = () => document.cookie.match(/(?:^|; )touchstone_csrf=([^;]+)/)?.[1] ?? "";

// ---- asking the server ----------------------------------------------------------------------------------------
async function ask(url, body, options = {}) {
  const headers = { "HX-Request": "true", "X-CSRFToken": token() };
  return fetch(url, { method: body ? "POST" : "GET", body, headers, redirect: "manual", ...options });
}

// ---- outbox: what was decided and is not yet known to be saved ------------------------------------------------
const KEY = "touchstone.outbox";
let outbox = read();
let sending = false;
let failures = 0;
let retry = 0;

function read() {
  try { return JSON.parse(sessionStorage.getItem(KEY)) ?? []; } catch { return []; }
}

function keep() {
  try { if (outbox.length) sessionStorage.setItem(KEY, JSON.stringify(outbox)); else sessionStorage.removeItem(KEY); } catch { /* full or forbidden: memory still holds them */ }
  tell();
}

function tell(reason) {
  const banner = $("#outbox");
  banner.hidden = !(outbox.length && (failures || reason));
  if (!banner.hidden) $("span", banner).textContent = (outbox.length === 1 ? words().one : words().many.replace("%n", outbox.length)) + (reason ? ` ${reason}` : "");
}

async function pump() {
  clearTimeout(retry);
  if (sending || !outbox.length) return;
  sending = true;
  const entry = outbox[0];
  let answer;
  const body = new URLSearchParams({ ...entry.body, q: form()?.elements.q?.value ?? "" });
  try { answer = await ask(entry.url, body, { keepalive: true, signal: AbortSignal.timeout(20000) }); } catch { answer = null; }
  sending = false;
  if (!answer || answer.status >= 500 || answer.status === 429) return later();
  if (answer.type === "opaqueredirect" || answer.status === 401) return later(words().signin);
  failures = 0;
  outbox.shift();
  keep();
  await settle(entry, answer);
  pump();
}

function later(reason) {
  failures += 1;
  tell(reason);
  retry = setTimeout(pump, Math.min(1000 * 2 ** (failures - 1), 15000));
}

async function settle(entry, answer) {
  if (answer.ok) return took(entry, answer);
  const html = await answer.text();
  forget(entry.item);
  const fresh = parse(html).querySelector("#desk");
  if (fresh && desk()) { hold(); show(fresh, words().moved); } else toast(answer.status === 409 ? words().moved : words().refused);
}

function took(entry, answer) {
  const told = JSON.parse(answer.headers.get("HX-Trigger") ?? "{}").decided;
  const done = history_.find((one) => one.item === entry.item && one.id === entry.body.decision_id);
  if (done) Object.assign(done, { saved: true, undo: told?.undo ?? "" });
  if (told?.sentence && done === history_.at(-1)) last(told.sentence, told.undo);
}

// ---- decisions made in this tab, newest last ------------------------------------------------------------------
const history_ = [];

function forget(item) {
  const at = history_.findLastIndex((one) => one.item === item);
  if (at >= 0) history_.splice(at, 1);
}

function last(sentence, undo) {
  const place = $("#last");
  if (!place) return;
  const made = $("#last-template").content.cloneNode(true);
  $(".cut", made).textContent = $("button", made).title = sentence;
  const button = $("button", made);
  if (undo) button.formAction = undo; else button.hidden = !history_.length;
  place.querySelectorAll(":scope > .cut, :scope > [data-undo]").forEach((old) => old.remove());
  place.prepend(made);
}

// A newcomer's first merge: from now on the hints lead to where it arrives.
function arriving(article, verdict) {
  const hints = $("#hints");
  if (!hints || verdict !== "merge") return;
  $("[data-before]", hints).hidden = true;
  $("[data-after]", hints).hidden = false;
  const link = $("a", hints);
  if (article.dataset.survivor) link.href = link.dataset.record.replace("CODE", article.dataset.survivor);
}

async function undo(button) {
  const done = history_.pop();
  const waiting = done && outbox.findIndex((entry, place) => entry.body.decision_id === done.id && !(sending && place === 0));
  if (done && waiting >= 0) {
    outbox.splice(waiting, 1);
    keep();
    hold();
    return show(done.article, words().undone);
  }
  while (sending) await new Promise((resolve) => setTimeout(resolve, 20));
  const url = done?.undo || button.formAction;
  const body = new URLSearchParams({ undo_id: uuid(), q: form()?.elements.q?.value ?? "" });
  let answer;
  try { answer = await ask(url, body); } catch { answer = null; }
  if (!answer || answer.status >= 500) { if (done) history_.push(done); return toast(words().offline); }
  const fresh = parse(await answer.text()).querySelector("#desk");
  if (!answer.ok || !fresh) return toast(answer.ok ? words().undone : words().refused);
  hold();
  show(fresh, words().undone);
}

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// ---- what comes next ------------------------------------------------------------------------------------------
let ready = [];
let fetching = null;

const taken = () => [...new Set([desk()?.dataset.item, ...ready.map((one) => one.dataset.item), ...outbox.map((entry) => entry.item)])].filter(Boolean);

function fill() {
  if (fetching || !desk()?.dataset.next) return fetching;
  const from = ready.at(-1)?.dataset.item ?? desk().dataset.item;
  const wanted = 2 - ready.filter((one) => one.dataset.item).length;
  if (wanted < 1 || ready.some((one) => !one.dataset.item)) return null;
  const url = new URL(desk().dataset.next, location.href);
  url.searchParams.set("after", from ?? "");
  url.searchParams.set("n", wanted);
  url.searchParams.set("not", taken().join(","));
  fetching = ask(url).then(async (answer) => {
    if (!answer.ok) return;
    const known = new Set(taken());
    for (const template of parse(await answer.text()).querySelectorAll("template")) {
      const article = template.content.querySelector("#desk");
      if (article && !known.has(article.dataset.item)) ready.push(document.importNode(article, true));
    }
  }).catch(() => {}).finally(() => { fetching = null; });
  return fetching;
}

function hold() {
  if (desk()?.dataset.item) ready.unshift(desk());
  ready = ready.slice(0, 3);
}

async function next() {
  if (!ready.length) { desk().setAttribute("aria-busy", "true"); await (fill() ?? Promise.resolve()); }
  const article = ready.shift();
  if (article) return show(article);
  location.assign(desk().dataset.up);
}

function show(article, said) {
  article.removeAttribute("aria-busy");
  desk().replaceWith(article);
  document.title = `${article.dataset.title} · Touchstone`;
  history.replaceState(history.state, "", article.dataset.url);
  remember();
  scrollTo(0, 0);
  $(article.querySelector("[data-autofocus]") ? "[data-autofocus]" : "h1", article)?.focus({ preventScroll: true });
  say([said, article.dataset.place].filter(Boolean).join(" "));
  afterPaint(() => {
    window.htmx?.process(article);
    channel?.postMessage({ item: article.dataset.item });
    fill();
    lease();
  });
}

// ---- deciding -------------------------------------------------------------------------------------------------
let asked = "";

function decide(button, began) {
  const need = button.dataset.needs || (button.value === "merge" && $("input[name^='own:']", form()) ? "reason" : "");
  if (need && !filled(need)) return want(need, button);
  const body = Object.fromEntries(new FormData(form(), button));
  const text = Object.keys(body).some((name) => (name.startsWith("own:") || ["question", "reason", "own_value"].includes(name)) && body[name]);
  for (const name of Object.keys(body)) if (name.startsWith("own:") || body[name] === "" || name === "csrfmiddlewaretoken" || ["undo_id", "q"].includes(name)) if (!text) delete body[name];
  if (text) return send(button, body);
  const article = desk();
  const entry = { item: article.dataset.item, url: article.dataset.decide, body };
  outbox.push(entry);
  keep();
  history_.push({ item: entry.item, id: body.decision_id, article, saved: false });
  if (history_.length > 10) history_.shift();
  const said = `${button.dataset.done || button.dataset.label}.`;
  next().then(() => { last(`${article.dataset.title}: ${said}`); arriving(article, body.verdict); say(`${said} ${desk()?.dataset.place ?? ""}`); painted(began); });
}

// Everything that can wait until the next item is on the screen waits.
function afterPaint(act) {
  const port = new MessageChannel();
  port.port1.onmessage = act;
  requestAnimationFrame(() => port.port2.postMessage(0));
}

function painted(began) {
  afterPaint(() => { performance.measure("touchstone:decision", { start: began, end: performance.now() }); pump(); });
}

// Typed words are personal: they are never put aside, so such a decision waits for its answer and stays on screen until then.
async function send(button, body) {
  desk().setAttribute("aria-busy", "true");
  button.disabled = true;
  let answer;
  try { answer = await ask(desk().dataset.decide, new URLSearchParams(body)); } catch { answer = null; }
  desk().removeAttribute("aria-busy");
  button.disabled = false;
  if (!answer || answer.status >= 500 || answer.type === "opaqueredirect") return toast(answer?.type === "opaqueredirect" ? words().signin : words().offline);
  if (!answer.ok) { const fresh = parse(await answer.text()).querySelector("#desk"); return fresh ? show(fresh, words().moved) : toast(words().refused); }
  const told = JSON.parse(answer.headers.get("HX-Trigger") ?? "{}").decided;
  const article = desk();
  history_.push({ item: article.dataset.item, id: body.decision_id, article, saved: true, undo: told?.undo ?? "" });
  await next();
  arriving(article, body.verdict);
  if (told) last(told.sentence, told.undo);
}

function take(path, value) {
  const row = $(`tr[data-path="${CSS.escape(path)}"]`, desk());
  $$("input[name^='own:'], input[value=own]", row).forEach((old) => old.remove());
  if (!value) $("[data-rule]", row).checked = true;
  else {
    const rule = $("[data-rule]", row);
    const pick = Object.assign(document.createElement("input"), { type: "radio", name: rule.name, value: "own", checked: true, className: "hide" });
    pick.setAttribute("aria-label", row.querySelector("th").textContent);
    $(".c-result", row).append(Object.assign(document.createElement("input"), { type: "hidden", name: `own:${path}`, value }), pick);
  }
  changed();
}

const filled = (need) => need === "groups" ? $("input[name^=place-][value=second]:checked") : form().elements[need]?.value.trim();

function want(need, button) {
  if (need === "groups") return toast(words().groups);
  asked = button.value;
  $("#words").open = true;
  form().elements[need].focus();
}

// ---- trying things: members in and out, values taken --------------------------------------------------------------
let waiting = 0;
let preview = null;

function changed() {
  $$("tr[data-path]", desk()).forEach((row) => row.classList.toggle("mine", Boolean($("input[type=radio]:checked", row)?.value)));
  clearTimeout(waiting);
  waiting = setTimeout(recompute, 40);
}

async function recompute() {
  preview?.abort();
  preview = new AbortController();
  const article = desk();
  try {
    const answer = await ask(article.dataset.preview, new URLSearchParams(new FormData(form())), { signal: preview.signal });
    if (article !== desk()) return;
    const found = parse(await answer.text());
    for (const part of $$("[id]", found.body)) document.getElementById(part.id)?.replaceWith(part);
  } catch (fault) { if (fault.name !== "AbortError") toast(words().offline); }
}

function place(number, wanted) {
  const boxes = $$(`th[data-column="${number}"] .place input`, desk());
  if (!boxes.length) return false;
  const at = boxes.find((box) => box.checked);
  const to = boxes.find((box) => box.value === (at.value === wanted ? "in" : wanted));
  to.checked = true;
  $$(`[data-column="${number}"]`, desk()).forEach((cell) => { cell.classList.remove("in", "out", "second"); cell.classList.add(to.value); });
  changed();
  return true;
}

const grid = () => $$("tr[data-path]", desk()).filter((row) => row.getClientRects().length).map((row) => $$("td:not(.c-result) .take input", row));

function move(key) {
  const cells = grid().filter((row) => row.length);
  if (!cells.length) return;
  const row = cells.findIndex((line) => line.includes(document.activeElement));
  const column = row < 0 ? 0 : cells[row].indexOf(document.activeElement);
  const down = { ArrowDown: 1, ArrowUp: -1 }[key] ?? 0;
  const right = { ArrowRight: 1, ArrowLeft: -1 }[key] ?? 0;
  const line = cells[row < 0 ? 0 : Math.max(0, Math.min(cells.length - 1, row + down))];
  line[row < 0 ? 0 : Math.max(0, Math.min(line.length - 1, column + right))].focus();
}

function own() {
  const row = document.activeElement.closest?.("tr[data-path]") ?? $("tr[data-path]", desk());
  $("#words").open = true;
  $("#own-path").value = row.dataset.path;
  $("#own-value").focus();
}

function reset() {
  $$("[data-rule], .place input[value=in]", desk()).forEach((box) => { box.checked = true; });
  $$("input[name^='own:'], input[value=own]", desk()).forEach((input) => input.remove());
  $$("[data-column]", desk()).forEach((cell) => { cell.classList.remove("out", "second"); cell.classList.add("in"); });
  changed();
}

function propose() {
  const groups = JSON.parse(desk().dataset.groups || "[]");
  groups.forEach((keys, at) => keys.forEach((key) => { const box = $(`input[name="place-${CSS.escape(key)}"][value="${at ? "second" : "in"}"]`); if (box && !box.checked) place(box.closest("th").dataset.column, at ? "second" : "in"); }));
}

const KEYS = {
  i: own, r: reset, p: propose,
  d: () => { desk().dataset.diff = desk().dataset.diff === "off" ? "on" : "off"; },
  " ": () => $("#verb-skip")?.click(),
};

function onKey(event) {
  if (!desk() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && !event.key.startsWith("Arrow")) return;
  if (event.key === "Enter" && event.target.matches?.(".words .input")) return enter(event);
  if (root.dataset.keys === "off" || typing(event.target) || $("dialog[open]")) return;
  if (event.key === "Enter" && event.target.matches?.(".take input")) { event.preventDefault(); event.target.checked = true; return changed(); }
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  if (digit) { if (place(digit, event.shiftKey ? "second" : "out")) event.preventDefault(); return; }
  if (event.key.startsWith("Arrow")) { if (event.target.matches?.(".place input")) return; event.preventDefault(); return move(event.key); }
  if (event.key === " " && event.target.closest?.("a, button, summary, input, label")) return;
  const act = event.shiftKey ? null : KEYS[event.key];
  if (act) { event.preventDefault(); act(); }
}

function enter(event) {
  event.preventDefault();
  if (event.target.id === "own-value") {
    take($("#own-path").value, event.target.value.trim());
    event.target.value = "";
    return form().elements.reason.focus();
  }
  if (asked) { const verdict = asked; asked = ""; $(`#verb-${verdict}`).click(); }
}

// ---- presence ---------------------------------------------------------------------------------------------------
async function lease() {
  if (document.hidden || !desk()?.dataset.lease) return;
  const item = desk().dataset.item;
  try {
    const answer = await ask(desk().dataset.lease, new URLSearchParams());
    if (answer.ok && desk().dataset.item === item) $("#presence").innerHTML = await answer.text();
  } catch { /* a courtesy: nobody waits for it */ }
}

const channel = "BroadcastChannel" in window ? new BroadcastChannel("touchstone-review") : null;
channel?.addEventListener("message", (event) => { ready = ready.filter((one) => one.dataset.item !== event.data.item); });

function remember() {
  const open = /(?:^|; )ts_bits=on/.test(document.cookie);
  const weights = $("details.weights", desk());
  if (weights) weights.open = open;
}

// ---- wiring -----------------------------------------------------------------------------------------------------
let began = 0;
for (const name of ["keydown", "pointerdown"]) document.addEventListener(name, (event) => { began = event.timeStamp; }, true);
document.addEventListener("keydown", onKey);
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-desk]") || !desk()?.dataset.decide) return;
  const button = event.submitter;
  if (button?.matches("[data-undo]")) { event.preventDefault(); return undo(button); }
  if (!button?.value) { event.preventDefault(); return; }
  event.preventDefault();
  decide(button, began || performance.now());
});
document.addEventListener("change", (event) => {
  const target = event.target;
  if (target.matches(".place input")) { const column = target.closest("th").dataset.column; $$(`[data-column="${column}"]`, desk()).forEach((cell) => { cell.classList.remove("in", "out", "second"); cell.classList.add(target.value); }); return changed(); }
  if (target.matches(".take input")) changed();
});
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("details.weights")) document.cookie = `ts_bits=${event.target.open ? "on" : "off"};path=/;max-age=31536000;samesite=lax`;
}, true);
$("#outbox button")?.addEventListener("click", () => pump());
addEventListener("online", () => pump());
// One that is on its way arrives, and the next page of this tab asks again; only what cannot be sent holds the page.
addEventListener("beforeunload", (event) => { if (failures || outbox.length > 1) event.preventDefault(); });
document.addEventListener("visibilitychange", lease);

tell();
pump();
if (desk()) { setTimeout(fill, 150); setTimeout(lease, 300); setInterval(lease, 30000); }

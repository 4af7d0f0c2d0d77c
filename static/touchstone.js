// Keys, palette, rows, drawer, copying, toasts, theme. Every page works without this file; it only makes pages faster.

const root = document.documentElement;
const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const shown = (element) => element && element.getClientRects().length > 0;
const say = (text) => { $("#live").textContent = text; };
const remember = (name, value) => { document.cookie = `ts_${name}=${value};path=/;max-age=31536000;samesite=lax`; };

// ---- keys -----------------------------------------------------------------------------------------------------
const EDITABLE = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
let pending = "";
let pendingTimer = 0;

function keyTarget(keys) {
  return $$("[data-key]").find((element) => element.dataset.key === keys && (shown(element) || element.closest(".nav")));
}

function activate(element) {
  if (element.matches("input")) { element.focus(); element.select(); } else element.click();
}

const ROW_KEYS = {
  j: () => step(1), k: () => step(-1),
  x: () => $("input[name=row]", currentRow() ?? undefined)?.click(),
  o: () => inspect(currentRow()),
  ".": () => $("details.menu > summary", currentRow() ?? undefined)?.click(),
  u: () => $("[data-up]")?.click(),
  z: () => $("#toasts form button")?.click(),
};

function onKey(event) {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return openPalette();
  }
  if (event.key === "Escape") return escape(event);
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || root.dataset.keys === "off") return;
  if (event.target.closest?.(EDITABLE) || $("dialog[open]")) return;
  const repeats = event.repeat && event.key !== "j" && event.key !== "k";
  if (repeats) return;
  const sequence = pending ? `${pending} ${event.key}` : event.key;
  pending = "";
  clearTimeout(pendingTimer);
  const target = keyTarget(sequence);
  if (target) { event.preventDefault(); return activate(target); }
  if (sequence === "g") { pending = "g"; pendingTimer = setTimeout(() => { pending = ""; }, 1200); return; }
  const act = ROW_KEYS[sequence];
  if (act) { event.preventDefault(); act(); }
}

function escape(event) {
  if ($("dialog[open]")) return;
  const menu = $("details.menu[open]");
  if (menu) { menu.open = false; return $("summary", menu).focus(); }
  if (event.target.matches?.("[role=combobox]") && event.target.getAttribute("aria-expanded") === "true") return shutOptions(event.target);
  if (root.dataset.menu) { delete root.dataset.menu; return $("[data-nav-toggle]").focus(); }
  if ($("#drawer")?.childElementCount) return shutDrawer();
  if (event.target.closest?.(EDITABLE)) event.target.blur();
}

// ---- rows and the drawer --------------------------------------------------------------------------------------
const rows = () => $$("[data-rows] > tr");
const currentRow = () => $("[data-rows] > tr.at");

function select(row) {
  $$("tr.at").forEach((other) => other.classList.remove("at"));
  row?.classList.add("at");
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const next = all[Math.min(all.length - 1, Math.max(0, all.indexOf(currentRow()) + by))];
  select(next);
  ($("th a, a", next) ?? next).focus();
  next.scrollIntoView({ block: "nearest" });
  if ($("#drawer")?.childElementCount && next.dataset.drawer) inspect(next, false);
}

function withOpen(value) {
  const url = new URL(location.href);
  if (value) url.searchParams.set("open", value); else url.searchParams.delete("open");
  history.replaceState(history.state, "", url);
}

async function inspect(row, move = true) {
  if (!row?.dataset.drawer) return;
  select(row);
  await htmx.ajax("GET", row.dataset.drawer, { target: "#drawer", swap: "innerHTML" });
  withOpen(row.dataset.row);
  if (move) $("#drawer [data-focus]")?.focus();
}

function shutDrawer() {
  $("#drawer").replaceChildren();
  withOpen("");
  ($("th a, a", currentRow() ?? undefined) ?? $("#main")).focus();
}

// ---- palette --------------------------------------------------------------------------------------------------
let commands = [];

function openPalette() {
  const dialog = $("#palette");
  if (!dialog || dialog.open) return;
  commands = $$("[data-key], [data-command]").filter((e) => !e.closest("dialog") && !e.matches("input")).map((element) => ({
    element, keys: element.dataset.key ?? "", text: (element.dataset.label ?? element.textContent).trim(),
  })).filter((command) => command.text);
  dialog.showModal();
  const input = $("input", dialog);
  input.value = "";
  listCommands("");
  input.focus();
}

function listCommands(text) {
  const list = $("#palette-list");
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = commands.filter((c) => words.every((word) => c.text.toLowerCase().includes(word)));
  const options = found.map((command) => option(command.text, command.keys, () => activate(command.element)));
  if (text.trim()) options.push(option(`${list.dataset.search} “${text.trim()}”`, "", () => { location.href = `${list.dataset.url}?q=${encodeURIComponent(text.trim())}`; }));
  list.replaceChildren(...options);
  mark($("#palette input"), options[0]);
}

function option(text, keys, act) {
  const element = Object.assign(document.createElement("div"), { className: "menu-item", id: `option-${Math.random().toString(36).slice(2)}` });
  element.setAttribute("role", "option");
  element.append(text);
  if (keys) element.append(Object.assign(document.createElement("kbd"), { textContent: keys }));
  element.addEventListener("click", () => { $("#palette").close(); act(); });
  return element;
}

// ---- comboboxes (search, palette, fields) ---------------------------------------------------------------------
const optionsOf = (input) => $$("[role=option]", document.getElementById(input.getAttribute("aria-controls"))).filter((o) => !o.hidden);

function mark(input, chosen) {
  optionsOf(input).forEach((o) => o.setAttribute("aria-selected", String(o === chosen)));
  if (chosen) { input.setAttribute("aria-activedescendant", chosen.id); chosen.scrollIntoView({ block: "nearest" }); }
  else input.removeAttribute("aria-activedescendant");
}

function shutOptions(input) {
  input.setAttribute("aria-expanded", "false");
  mark(input, null);
  const list = document.getElementById(input.getAttribute("aria-controls"));
  if (!list.closest("dialog")) list.hidden = true;
}

function showOptions(input) {
  const any = optionsOf(input).length > 0;
  document.getElementById(input.getAttribute("aria-controls")).hidden = !any;
  input.setAttribute("aria-expanded", String(any));
}

function onComboKey(event) {
  const input = event.target;
  const all = optionsOf(input);
  const at = all.findIndex((o) => o.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    showOptions(input);
    mark(input, all.at((at + (event.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1)) % all.length));
  } else if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    all[at].click();
  }
}

function filterOptions(input) {
  const text = input.value.toLowerCase();
  $$("[role=option]", document.getElementById(input.getAttribute("aria-controls"))).forEach((o) => { o.hidden = !o.textContent.toLowerCase().includes(text); });
  showOptions(input);
}

// ---- small acts -----------------------------------------------------------------------------------------------
async function copy(button) {
  const text = button.dataset.copy;
  try { await navigator.clipboard.writeText(text); } catch {
    const area = Object.assign(document.createElement("textarea"), { value: text, className: "hide" });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  const use = $("use", button);
  const before = use.getAttribute("href");
  use.setAttribute("href", before.replace(/#.*/, "#check"));
  setTimeout(() => use.setAttribute("href", before), 1200);
  say(button.getAttribute("aria-label"));
}

export function toast(text, undo) {
  const made = $("#toast-template").content.cloneNode(true);
  $("span", made).textContent = text;
  const element = made.firstElementChild;
  if (undo) {
    const button = Object.assign(document.createElement("button"), { textContent: undo.label ?? "Undo", type: "button" });
    button.addEventListener("click", () => { htmx.ajax("POST", undo.url, { swap: "none" }); element.remove(); });
    element.insertBefore(button, element.lastElementChild);
  }
  $("#toasts").append(made);
  leave(element);
}

const leave = (element) => setTimeout(() => element.matches(":hover, :focus-within") ? leave(element) : element.remove(), 8000);

function toggleNavigation() {
  if (matchMedia("(max-width: 959px)").matches) {
    if (root.dataset.menu) delete root.dataset.menu;
    else { root.dataset.menu = "open"; $(".nav a")?.focus(); }
    return;
  }
  const narrow = root.dataset.nav !== "narrow";
  if (narrow) root.dataset.nav = "narrow"; else delete root.dataset.nav;
  remember("nav", narrow ? "narrow" : "wide");
}

function prefer(form, button) {
  const { name, value } = button;
  if (value === "system" || value === "default" || value === "on") delete root.dataset[name]; else root.dataset[name] = value;
  remember(name, value);
  $$(`button[name=${name}]`).forEach((b) => b.setAttribute("aria-pressed", String(b.value === value)));
}

function countPicked() {
  const bar = $(".bulk");
  if (!bar) return;
  const picked = $$("input[name=row]:checked").length;
  bar.hidden = !picked;
  $("[data-picked]", bar).textContent = picked;
  const all = $("[data-pick-all]");
  all.checked = picked > 0 && picked === $$("input[name=row]").length;
  all.indeterminate = picked > 0 && !all.checked;
}

function announceProgress(bar) {
  if (!bar.max || !bar.hasAttribute("value")) return;
  const quarter = Math.floor((bar.value / bar.max) * 4);
  const key = bar.getAttribute("aria-label");
  if (announced.get(key) !== quarter && quarter > 0) say(`${key}: ${quarter * 25} %`);
  announced.set(key, quarter);
}
const announced = new Map();

const CLICKS = [
  ["[data-nav-toggle]", () => toggleNavigation()],
  ["[data-open]", (e) => { const dialog = document.getElementById(e.dataset.open); dialog.showModal(); $("[tabindex='-1']", dialog)?.focus(); }],
  ["dialog [data-shut]", (e) => e.closest("dialog").close()],
  [".drawer [data-shut]", () => shutDrawer()],
  ["[data-copy]", (e) => copy(e)],
  ["[data-dismiss]", (e) => e.closest(".toast").remove()],
  ["[data-preferences] button[name]", (e) => prefer(e.form, e)],
  ["[data-show]", (e) => { const input = document.getElementById(e.dataset.show); const open = input.type === "password"; input.type = open ? "text" : "password"; e.setAttribute("aria-pressed", String(open)); }],
  ["[data-print]", () => print()],
];

document.addEventListener("click", (event) => {
  $$("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  for (const [selector, act] of CLICKS) {
    const element = event.target.closest(selector);
    if (element) { event.preventDefault(); return act(element); }
  }
  const chosen = event.target.closest("[data-combo] [role=option]");
  if (chosen) {
    const input = $("input", chosen.closest("[data-combo]"));
    input.value = chosen.dataset.value ?? chosen.textContent;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    shutOptions(input);
  }
  if (event.target === $("dialog[open]")) event.target.close();
  if (root.dataset.menu && !event.target.closest(".nav, [data-nav-toggle]")) delete root.dataset.menu;
});
document.addEventListener("keydown", (event) => {
  if (event.target.matches?.("[role=combobox]")) onComboKey(event);
  if (!event.defaultPrevented) onKey(event);
});
document.addEventListener("input", (event) => {
  if (event.target.closest("#palette")) listCommands(event.target.value);
  else if (event.target.matches("[data-combo] input:not([hx-get])")) filterOptions(event.target);
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-pick-all]")) $$("input[name=row]").forEach((box) => { box.checked = event.target.checked; });
  if (event.target.matches("[data-pick-all], input[name=row]")) countPicked();
});
document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("[data-rows] > tr");
  if (row) select(row);
  if (event.target.matches?.("[data-combo] input")) showOptions(event.target);
});
document.addEventListener("focusout", (event) => {
  const input = event.target;
  if (input.matches?.("[role=combobox]") && !input.closest("dialog")) setTimeout(() => { if (document.activeElement !== input) shutOptions(input); }, 150);
});

// ---- htmx -----------------------------------------------------------------------------------------------------
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") return;
  const { parameters } = event.detail;
  for (const key of Object.keys(parameters)) if (parameters[key] === "") delete parameters[key];
});
document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.detail.target;
  if (target?.id === "search-hits") { showOptions($("#search")); return mark($("#search"), optionsOf($("#search"))[0]); }
  target?.querySelector?.("[role=alert][data-focus]")?.focus();
});
document.addEventListener("htmx:load", (event) => {
  $$("progress[data-announce]", event.detail.elt.parentElement ?? document).forEach(announceProgress);
});
document.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value, event.detail.undo));
document.addEventListener("htmx:sendError", () => toast(document.body.dataset.offline ?? "The server did not answer. Nothing was changed; try again."));

// Decisions that could not be saved on the desk are sent from whatever page comes next.
try { if (sessionStorage.getItem("touchstone.outbox") && !$("#desk")) import($("#outbox").dataset.desk); } catch { /* forbidden: then nothing was kept */ }

$$("#toasts > .toast").forEach(leave);
$("[data-autofocus]")?.focus();
const opened = new URL(location.href).searchParams.get("open");
if (opened) select(document.getElementById(`row-${opened}`));

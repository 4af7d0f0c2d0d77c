// What axe need not look at. The contrast of a text follows from how it and all that it stands in are drawn, and from
// what else is drawn at its place: that is its look, and one text of each look stands for all of them, on whatever
// screen it is met first. Where a look is plain colours upon each other and clearly apart, axe's own arithmetic says
// so at once; the others are marked, and axe looks at them as it would at all. So are targets that are small or close to
// others, and what no key may scroll.

const DRAWN = [
  "color", "backgroundColor", "backgroundImage", "opacity", "filter", "mixBlendMode", "visibility", "position", "overflow",
  "clip", "clipPath", "fontSize", "fontWeight", "fontStyle", "textShadow", "textDecorationLine", "webkitTextStrokeWidth",
];
const ASKED = "a[href], input, select, textarea, button";
const TARGETS = ":is(a[href], button, input, select, textarea, summary, [tabindex]):not([tabindex='-1'])";
const [ENOUGH, LEAST] = [4.5, 24];
const { Color, flattenColors, getContrast } = axe.commons.color;
const letters = (node) => (node.nodeType === Node.TEXT_NODE ? node.data.trim().length : 0);
const meet = (one, other) =>
  one.left < other.right - 1 && other.left < one.right - 1 && one.top < other.bottom - 1 && other.top < one.bottom - 1;
const inside = (one, other) =>
  one.left >= other.left && one.right <= other.right && one.top >= other.top && one.bottom <= other.bottom;
const apart = (one, other) => !one.contains(other) && !other.contains(one);

const colours = new Map();
function colour(text) {
  if (!colours.has(text)) colours.set(text, new Color().parseString(text));
  return colours.get(text);
}

function digest(text) {
  let [one, other] = [0x9e3779b9, 0x85ebca6b];
  for (let at = 0; at < text.length; at++) {
    one = Math.imul(one ^ text.charCodeAt(at), 0x01000193);
    other = Math.imul(other ^ text.charCodeAt(at), 0x5bd1e995) ^ (other >>> 15);
  }
  return (one >>> 0).toString(36) + (other >>> 0).toString(36);
}

// What a text in this element stands before: a colour, or null where that is not plain to see.
function ground(style, below) {
  const own = colour(style.backgroundColor);
  const flat = style.backgroundImage === "none" && style.opacity === "1" && style.filter === "none";
  if (!flat || style.mixBlendMode !== "normal") return null;
  if (own.alpha === 1) return own;
  return own.alpha && below ? flattenColors(own, below) : below;
}

const isDrawn = (element, { display }) => display !== "none" && (display === "contents" || element.checkVisibility());

function everyDrawn() {
  const found = [];
  const walk = (element, above, below) => {
    const style = getComputedStyle(element);
    if (!isDrawn(element, style)) return;
    const text = [...element.childNodes].reduce((sum, node) => sum + letters(node), 0);
    const own = [element.tagName, element.getAttribute("class"), element.matches(":disabled, [aria-disabled=true]"), text > 1];
    const look = digest([above, ...own, ...DRAWN.map((name) => style[name])].join());
    const [before, hides] = [ground(style, below), style.backgroundImage !== "none" || colour(style.backgroundColor).alpha > 0];
    found.push({ element, style, look, text, before, hides, place: element.getBoundingClientRect() });
    for (const child of element.children) walk(child, look, before);
  };
  walk(document.documentElement, "", null);
  return found;
}

function clearlyApart({ style, before, beside }) {
  if (!before || beside.length || style.textShadow !== "none" || parseFloat(style.webkitTextStrokeWidth)) return false;
  return getContrast(before, flattenColors(colour(style.color), before)) >= ENOUGH;
}

function amongWords(element) {
  let block = element;
  while (getComputedStyle(block).display === "inline") block = block.parentElement;
  const linked = [...block.querySelectorAll("a[href]")].reduce((sum, link) => sum + link.textContent.length, 0);
  return block !== element && block.textContent.trim().length > linked;
}

// Only a link among words that are none has to differ from them.
const hasToDiffer = ({ element, style }) =>
  element.matches("a[href]") && style.textDecorationLine !== "underline" && amongWords(element);

const looksOf = new WeakMap();
window.lookOf = (element) => looksOf.get(element);

// Marks what axe has to look at of the looks that are not `known`: of each the shortest text, as it is cut off last.
// Returns all that are new.
function markLooks(known) {
  document.querySelectorAll("[data-look]").forEach((element) => element.removeAttribute("data-look"));
  const every = everyDrawn(), chosen = new Map();
  const hiding = every.filter(({ hides }) => hides);
  for (const one of every) {
    if (!one.text && !one.element.matches(ASKED)) continue;
    one.beside = hiding.filter((other) => meet(one.place, other.place) && apart(one.element, other.element));
    const there = one.beside.map((other) => `${other.look} ${inside(one.place, other.place)}`);
    const look = there.length ? digest([one.look, ...there].join()) : one.look;
    looksOf.set(one.element, look);
    if (!known.has(look) && !(chosen.get(look)?.text <= one.text)) chosen.set(look, one);
  }
  chosen.forEach((one, look) => { if (!clearlyApart(one) || hasToDiffer(one)) one.element.dataset.look = look; });
  return [...chosen.keys()];
}

const large = ({ width, height }) => width >= LEAST && height >= LEAST;
const middle = ({ left, right, top, bottom }) => [(left + right) / 2, (top + bottom) / 2];

// A circle of the least size around its middle meets no other target, and no such circle of another small one.
function hasRoom({ element, place }, targets) {
  const [x, y] = middle(place);
  return targets.every((other) => {
    if (!apart(element, other.element)) return true;
    const [besideX, besideY] = middle(other.place);
    const across = Math.max(other.place.left - x, 0, x - other.place.right);
    const far = Math.hypot(across, Math.max(other.place.top - y, 0, y - other.place.bottom));
    return far >= LEAST / 2 && (large(other.place) || Math.hypot(besideX - x, besideY - y) >= LEAST);
  });
}

// Marks what may be too small or too close, and what may not be scrolled by keys; says whether there is any.
function markSizes() {
  const every = [...document.querySelectorAll("*")].filter((element) => isDrawn(element, getComputedStyle(element)));
  const targets = every.filter((element) => element.matches(TARGETS) && getComputedStyle(element).clipPath === "none")
    .map((element) => ({ element, place: element.getBoundingClientRect() }));
  for (const target of targets) {
    const { element, place } = target;
    const free = large(place) && !targets.some((other) => meet(place, other.place) && apart(element, other.element));
    element.toggleAttribute("data-tight", !free && !hasRoom(target, targets) && !amongWords(element));
  }
  for (const element of every) {
    const { clientWidth, clientHeight, scrollWidth, scrollHeight } = element;
    const scrolls = /auto|scroll/.test(getComputedStyle(element).overflow) && (scrollWidth > clientWidth || scrollHeight > clientHeight);
    element.toggleAttribute("data-scrolls", scrolls && !element.matches(TARGETS) && !element.querySelector(TARGETS));
  }
  return document.querySelector("[data-tight], [data-scrolls]") !== null;
}

// What axe finds wrong, by the rules `only` or by all, and the looks that were looked at.
window.lookAt = async (only, known) => {
  const looks = !only.length || only.includes("color-contrast") ? markLooks(new Set(known.split(" "))) : [];
  const sizes = only.includes("target-size") && markSizes();
  if (only.length && !sizes && !document.querySelector("[data-look]")) return [[], looks.join(" ")];
  const found = await axe.run(document, { resultTypes: ["violations"], ...(only.length && { runOnly: only }) });
  const faults = found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, html }) => `${id}: ${target} ${html.slice(0, 160)}`));
  return [faults, looks.join(" ")];
};

axe.configure({ rules: [
  { id: "color-contrast", selector: "[data-look]" },
  { id: "link-in-text-block", selector: "a[href][data-look]" },
  { id: "target-size", selector: "[data-tight]" },
  { id: "scrollable-region-focusable", selector: "[data-scrolls]:not(select, textarea)" },
] });

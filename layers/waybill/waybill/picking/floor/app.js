// The picker's page: signs in with the node's key, takes a wave, counts scans, and sends what it has counted whenever there is a connection.
import { all, begun, current, leftOf, renewed, scan, sent, unsent } from "/floor/walk.js";

const store = {
  get: (name) => JSON.parse(localStorage.getItem(`floor.${name}`) ?? "null"),
  set: (name, value) => (value === null ? localStorage.removeItem(`floor.${name}`) : localStorage.setItem(`floor.${name}`, JSON.stringify(value))),
};
const main = document.getElementById("main");
const said = document.getElementById("said");
const line = document.getElementById("line");
const where = document.getElementById("where");
let walk = store.get("walk");
let sending = false;
let wait = 1000;

const device = () => {
  if (!store.get("device")) store.set("device", `phone-${[...crypto.getRandomValues(new Uint8Array(9))].map((n) => n.toString(36)).join("")}`);
  return store.get("device");
};

class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function api(method, path, body, headers = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: { "x-api-key": store.get("key"), "content-type": "application/json", ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(15000),
    });
  } catch {
    throw new Refused(0, "There is no connection. What you pick is kept here and sent later.");
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, told.detail ?? told.title ?? `the server answered ${answer.status}`);
  return told;
}

// ── what one sees ──
function el(tag, given = {}, ...children) {
  const { on = {}, ...attributes } = given;
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== false) made.setAttribute(name, value === true ? "" : value);
  for (const [name, handler] of Object.entries(on)) made.addEventListener(name, handler);
  made.append(...children.filter((child) => child !== null));
  return made;
}
const button = (text, handler, kind = "", more = {}) => el("button", { type: "button", class: kind, on: { click: handler }, ...more }, text);
const show = (...children) => main.replaceChildren(...children);

function say(text, bad = false) {
  said.textContent = text;
  said.hidden = !text;
  said.className = bad ? "bad" : "";
  void said.offsetWidth;
  said.classList.add("again");
  if (!text || !navigator.userActivation?.hasBeenActive) return;
  navigator.vibrate?.(bad ? [120, 60, 120] : 30);
  beep(bad);
}

let sound;
function beep(bad) {
  sound ??= new AudioContext();
  const tone = sound.createOscillator();
  const volume = sound.createGain();
  volume.gain.value = 0.08;
  tone.frequency.value = bad ? 180 : 880;
  tone.connect(volume).connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + (bad ? 0.35 : 0.08));
}

function connection(state, text) {
  line.dataset.state = state;
  line.textContent = text;
}

const attempt = (deed) => async (event) => {
  event?.preventDefault();
  try {
    await deed();
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem;
    if (problem.status === 401 || problem.status === 403) return signIn(problem.message);
    say(problem.message, true);
  }
};

function signIn(problem = "") {
  where.textContent = "Picking";
  const key = el("input", { id: "key", type: "password", autocomplete: "off", required: true });
  const name = el("input", { id: "name", autocomplete: "name", required: true, maxlength: "40", value: store.get("name") ?? "" });
  const node = el("input", { id: "node", autocomplete: "off", placeholder: "only for staff keys", value: store.get("node") ?? "" });
  const enter = attempt(async () => {
    store.set("key", key.value.trim());
    store.set("name", name.value.trim());
    store.set("node", node.value.trim() || null);
    await waves();
    say("");
  });
  show(
    el("form", { on: { submit: enter } }, el("h1", {}, "Who picks?"), el("label", { for: "name" }, "Your name"), name, el("label", { for: "key" }, "The node's API key"), key,
      el("label", { for: "node" }, "Node"), node, el("div", { class: "row" }, el("button", { class: "go" }, "Start"))),
  );
  if (problem) say(problem, true);
  (store.get("name") ? key : name).focus();
}

const nodeQuery = () => (store.get("node") ? `?node=${encodeURIComponent(store.get("node"))}` : "");

async function waves() {
  say("");
  where.textContent = "Waves";
  const { items } = await api("GET", `/v1/waves${nodeQuery()}`);
  const card = (wave) => button("", attempt(() => take(wave, false)), "card", { "aria-label": `wave of ${wave.fulfilment_orders.length} orders` });
  show(
    el("h1", {}, items.length ? "Take a wave" : "No wave is open"),
    ...items.map((wave) => {
      const made = card(wave);
      made.append(el("b", {}, `${wave.fulfilment_orders.length} orders · ${wave.picked} of ${wave.units} picked`), el("small", {}, wave.picker ? `${wave.picker} has it` : `planned ${wave.since.slice(11, 16)} UTC`));
      return made;
    }),
    el("h1", {}, "Or begin a new one"),
    el("div", { class: "row" }, button("10 oldest", attempt(() => plan({ most: 10 })), "go"), button("20 due first", attempt(() => plan({ most: 20, by: "due" }))), button("Singles", attempt(() => plan({ most: 50, single: true })))),
    el("div", { class: "row" }, button("Look again", attempt(waves)), button("Sign out", signOut)),
  );
}

function signOut() {
  for (const name of ["key", "walk"]) store.set(name, null);
  walk = null;
  signIn();
}

async function plan(rule) {
  const key = store.get("planning") ?? crypto.randomUUID();
  store.set("planning", key); // a lost answer must not plan a second wave
  try {
    const wave = await api("POST", "/v1/waves", { ...(store.get("node") ? { node: store.get("node") } : {}), rule }, { "idempotency-key": key });
    store.set("planning", null);
    await take(wave, false);
  } catch (problem) {
    if (problem.status) store.set("planning", null);
    throw problem;
  }
}

async function take(wave, over) {
  try {
    walk = begun(await api("POST", `/v1/waves/${wave.id}/take`, { device: device(), picker: store.get("name") ?? "", over }));
  } catch (problem) {
    if (problem.status !== 409 || over || !wave.picker) throw problem;
    return show(el("h1", {}, problem.message), el("div", { class: "row" }, button("Take it over", attempt(() => take(wave, true)), "risk"), button("Leave it", attempt(waves))));
  }
  keep();
  say("");
  picking();
}

const keep = () => store.set("walk", walk);

function picking() {
  const at = current(walk);
  const units = walk.stops.flatMap((stop) => stop.takes);
  const total = units.reduce((sum, take) => sum + take.quantity, 0);
  const done = units.reduce((sum, take) => sum + take.picked, 0);
  where.textContent = `${done} of ${total}`;
  const bar = el("div", { class: "bar", role: "progressbar", "aria-valuenow": done, "aria-valuemax": total }, el("i"));
  bar.firstChild.style.width = `${total ? (100 * done) / total : 100}%`;
  if (at < 0) return finished(bar);
  const stop = walk.stops[at];
  const field = el("input", { id: "scan", autocomplete: "off", autocapitalize: "characters", enterkeyhint: "done", inputmode: "none", placeholder: "Scan the goods", "aria-label": "scan or type a code" });
  field.addEventListener("pointerdown", () => field.setAttribute("inputmode", "text"));
  const entered = (event) => {
    event.preventDefault();
    tell(scan(walk, field.value));
  };
  show(
    bar,
    el("section", { class: "stop", "aria-label": "where you stand" },
      el("div", { class: "bin" }, stop.bin || "no bin"), el("div", { class: "what" }, stop.title), el("div", { class: "sku" }, stop.sku),
      el("ul", { class: "slots" }, ...stop.takes.map((take) => el("li", { class: take.picked === take.quantity ? "done" : "" }, `slot ${take.slot}`, el("b", {}, `${take.picked}/${take.quantity}`))))),
    el("form", { on: { submit: entered } }, field),
    el("div", { class: "row" }, button(`All ${leftOf(stop)} by hand`, () => tell(all(walk)), "go"), button("Not enough here", () => short(stop))),
    el("ol", { class: "next" }, ...walk.stops.map((each, index) => row(each, index))),
    el("div", { class: "row" }, button("End the walk", attempt(leave), "risk")),
  );
  field.focus({ preventScroll: true });
}

function row(stop, index) {
  const go = () => {
    walk.at = index;
    keep();
    picking();
  };
  const left = leftOf(stop);
  return el("li", { class: left ? "" : "done", on: left ? { click: go } : {} }, el("span", {}, `${stop.bin || "–"} · ${stop.title}`), el("b", {}, left ? `${left}` : "✓"));
}

function tell(outcome) {
  keep();
  picking();
  if (!outcome) return;
  say(outcome.says, outcome.kind === "bad");
  if (outcome.kind === "good") send();
}

function finished(bar) {
  show(bar, el("h1", {}, "Everything is in the cart"), el("p", { class: "soft" }, unsentNow() ? "Some of it is still to be sent: keep this page open until it says so." : "Bring it to packing."),
    el("div", { class: "row" }, button("Next wave", attempt(leave), "go")));
}

const unsentNow = () => walk && unsent(walk).length;

async function leave() {
  await send();
  if (unsentNow()) throw new Refused(0, "Not everything is sent yet: wait for a connection.");
  await api("POST", `/v1/waves/${walk.wave}/leave`, {}).catch((problem) => {
    if (problem.status !== 409) throw problem;
  });
  walk = null;
  keep();
  await waves();
}

function short(stop) {
  const open = stop.takes.filter((take) => take.picked < take.quantity);
  const missing = el("input", { type: "number", min: "1", max: `${leftOf(stop)}`, value: `${leftOf(stop)}`, inputmode: "numeric", id: "missing" });
  const reason = el("select", { id: "reason" }, el("option", { value: "NOT_IN_STOCK" }, "They are not there"), el("option", { value: "DAMAGED" }, "They are damaged"));
  const told = attempt(async () => {
    await send();
    let left = Number(missing.value);
    for (const take of [...open].reverse()) {
      const quantity = Math.min(left, take.quantity - take.picked);
      if (quantity > 0) await api("POST", `/v1/waves/${walk.wave}/short`, { device: device(), fulfilment_order: take.fulfilment_order, line: take.line, there: take.quantity - quantity, reason: reason.value });
      left -= quantity;
    }
    await renew();
    say("Noted: the rest goes another way. Go on with what is here.");
  });
  show(el("h1", {}, `${stop.title}: how many are missing?`), el("form", { on: { submit: told } }, el("label", { for: "missing" }, "Missing"), missing, el("label", { for: "reason" }, "Why"), reason,
    el("div", { class: "row" }, el("button", { class: "risk" }, "Report"), button("Back", picking))));
}

async function renew() {
  const wave = await api("GET", `/v1/waves/${walk.wave}`);
  walk = renewed(walk, wave);
  keep();
  picking();
}

// ── what is sent ──
async function send() {
  if (!walk || sending) return;
  const picks = unsent(walk).slice(0, 200);
  if (!picks.length) return connection("good", "online");
  sending = true;
  connection("waiting", `${picks.length} to send`);
  try {
    const answer = await api("POST", `/v1/waves/${walk.wave}/picks`, { device: device(), picks });
    sent(walk, picks);
    wait = 1000;
    connection("good", "online");
    if (answer.refused.length) await refused(answer.refused);
    keep();
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem;
    if (problem.status === 409) await lost(problem.message);
    else if (problem.status === 401 || problem.status === 403) signIn(problem.message);
    else later(picks.length);
  } finally {
    sending = false;
  }
  if (walk && unsent(walk).length && line.dataset.state === "good") await send();
  if (walk && current(walk) < 0) picking();
}

function later(count) {
  connection("bad", `offline · ${count} kept`);
  setTimeout(send, wait);
  wait = Math.min(wait * 2, 30000);
}

async function refused(those) {
  for (const each of those) delete walk.unsent[`${each.fulfilment_order}|${each.line}`];
  await renew();
  say(those.map((each) => each.problem).join(" · "), true);
}

/** Somebody else has the wave: what is counted here is theirs no more to say. */
async function lost(message) {
  walk = null;
  keep();
  show(el("h1", {}, message), el("div", { class: "row" }, button("To the waves", attempt(waves), "go")));
  say(message, true);
}

// A scanner types fast and ends with Enter, wherever the focus is.
document.addEventListener("keydown", (event) => {
  const field = document.getElementById("scan");
  if (field && document.activeElement !== field && event.key.length === 1 && !event.ctrlKey && !event.metaKey && document.activeElement?.tagName !== "BUTTON") field.focus();
});
addEventListener("online", () => send());
addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
navigator.serviceWorker?.register("/floor/kept.js", { scope: "/floor" }).catch(() => {});

if (!store.get("key")) signIn();
else if (walk) {
  picking();
  send().then(() => attempt(renew)());
} else attempt(waves)();

// What a walk is, and what a scan does to it. Nothing here speaks to the network or the page.

const GTIN = /^[0-9]{8,14}$/;
const CARRIED = /^(?:\](?:C1|d2|Q3|e0))?01([0-9]{14})/;

/** A code as it is compared; the same rule as picking/model/codes.py. */
export function normal(code) {
  let text = code.trim();
  const carried = CARRIED.exec(text);
  if (carried) text = carried[1];
  return GTIN.test(text) ? text.replace(/^0+/, "").padStart(8, "0") : text.toUpperCase();
}

export const leftOf = (stop) => stop.takes.reduce((sum, take) => sum + take.quantity - take.picked, 0);
export const keyOf = (take) => `${take.fulfilment_order}|${take.line}`;

/** The stop at which one stands: the one that was chosen, else the first at which something is left. */
export function current(walk) {
  const chosen = walk.stops[walk.at];
  if (chosen && leftOf(chosen)) return walk.at;
  return walk.stops.findIndex((stop) => leftOf(stop) > 0);
}

/** One unit scanned. Answers {kind: "good" | "bad" | "place", says, slot?}; a good one is counted in the walk and stands in `unsent`. */
export function scan(walk, raw) {
  const code = normal(raw);
  const here = current(walk);
  if (!code) return null;
  const matching = walk.stops.map((stop, index) => ({ stop, index })).filter(({ stop }) => stop.codes.includes(code));
  if (!matching.length) return placed(walk, code, here, raw);
  const open = matching.find(({ index }) => index === here && leftOf(walk.stops[index])) ?? matching.find(({ stop }) => leftOf(stop));
  if (!open) return { kind: "bad", says: `You have all of ${matching[0].stop.title}: put this one back` };
  const take = open.stop.takes.find((each) => each.picked < each.quantity);
  walk.at = open.index;
  count(walk, take, take.picked + 1);
  const elsewhere = open.index !== here ? " (not the next stop, but right)" : "";
  return { kind: "good", says: `${open.stop.title} → slot ${take.slot}${elsewhere}`, slot: take.slot };
}

/** Everything that is left at the current stop, by hand. */
export function all(walk) {
  const here = walk.stops[current(walk)];
  if (!here) return null;
  for (const take of here.takes) if (take.picked < take.quantity) count(walk, take, take.quantity);
  return { kind: "good", says: `${here.title}: all in the cart` };
}

/** What is still to be sent, as POST /v1/waves/{id}/picks takes it. */
export function unsent(walk) {
  return Object.entries(walk.unsent).map(([key, picked]) => {
    const [fulfilment_order, line] = key.split("|");
    return { fulfilment_order, line, picked };
  });
}

/** The server has noted these: what was counted since is still unsent. */
export function sent(walk, picks) {
  for (const pick of picks) if (walk.unsent[keyOf(pick)] === pick.picked) delete walk.unsent[keyOf(pick)];
}

/** The wave as the server has it now; what it does not know yet stays counted. */
export function renewed(walk, wave) {
  const known = { ...walk, wave: wave.id, stops: wave.stops };
  for (const stop of known.stops) for (const take of stop.takes) take.picked = Math.max(take.picked, Math.min(known.unsent[keyOf(take)] ?? 0, take.quantity));
  return known;
}

export const begun = (wave) => ({ wave: wave.id, stops: wave.stops, at: -1, unsent: {} });

function placed(walk, code, here, raw) {
  const stop = walk.stops[here];
  if (stop && stop.bin && normal(stop.bin) === code) return { kind: "place", says: `Right: this is ${stop.bin}` };
  const other = walk.stops.find((each) => each.bin && normal(each.bin) === code);
  if (other) return { kind: "bad", says: `This is ${other.bin}; go to ${stop?.bin || "the next stop"}` };
  return { kind: "bad", says: `${raw.trim().slice(0, 40)} is not in this wave: put it back` };
}

function count(walk, take, picked) {
  take.picked = picked;
  walk.unsent[keyOf(take)] = picked;
}

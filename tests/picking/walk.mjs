// Plays scans on a walk as the page does: reads {wave, scans} from stdin, answers what was said and what is to be sent.
import { all, begun, current, leftOf, renewed, scan, sent, unsent } from "../../layers/waybill/waybill/picking/floor/walk.js";

let raw = "";
for await (const chunk of process.stdin) raw += chunk;
const { wave, steps } = JSON.parse(raw);
let walk = begun(structuredClone(wave));
const said = steps.map((step) => {
  if (step.scan !== undefined) return scan(walk, step.scan);
  if (step.all) return all(walk);
  if (step.go !== undefined) return void (walk.at = step.go);
  if (step.sent) return void sent(walk, step.sent);
  if (step.renew) return void (walk = renewed(walk, structuredClone(step.renew)));
  throw new Error(`what is ${JSON.stringify(step)}?`);
});
const here = current(walk);
console.log(JSON.stringify({ said, unsent: unsent(walk), at: here < 0 ? null : walk.stops[here].sku, left: walk.stops.map(leftOf) }));

// ZPL on stdin, each label as base64 PNG on a line of stdout. Arguments: dots per millimetre.
import { ready } from "zpl-renderer-js";

const { api } = await ready;
let zpl = "";
for await (const piece of process.stdin.setEncoding("utf8")) zpl += piece;
const labels = await api.zplToBase64MultipleAsync(zpl, 101.6, 152.4, Number(process.argv[2]));
process.stdout.write(labels.join("\n") + "\n", () => process.exit(0));

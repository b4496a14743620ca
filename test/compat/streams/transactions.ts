/** Transactions of random requests, and keys that are watched by the connection that changes them. */

import type { Gen } from "./gen.ts";
import { request, transaction } from "./requests.ts";
import type { Draw, GroupRow, Op, Request } from "./spec.ts";

function queue(gen: Gen, draw: Draw): Request[] {
  return Array.from({ length: gen.below(7) }, () => draw("queued"));
}

/** Of some of their changes redis-server says nothing to those who watch; see `differences.ts`. */
const SILENT = new Set(["PFDEBUG", "BITFIELD"]);

function watchable(draw: Draw): Request {
  const change = draw("alone");
  return SILENT.has(change.argv[0].toString().toUpperCase()) ? watchable(draw) : change;
}

/** Watches all arguments of a request, whichever of them are keys, before it is sent. */
function watched(gen: Gen, draw: Draw): Op {
  const change = watchable(draw);
  const names = change.argv.slice(1);
  const watch =
    names.length > 0
      ? { ...request([]), argv: [Buffer.from("WATCH"), ...names] }
      : request(["WATCH", gen.key()]);
  return [watch, change];
}

export const TRANSACTION_GROUPS: GroupRow[] = [
  { name: "a transaction", weight: 6, op: (g, draw) => transaction(queue(g, draw)) },
  {
    name: "a transaction that is discarded",
    weight: 1,
    op: (g, draw) => [...transaction(queue(g, draw)).slice(0, -1), request(["DISCARD"])],
  },
  {
    name: "a watched key that its own client may change",
    weight: 6,
    op: (g, draw) => [...watched(g, draw), ...transaction([draw("queued")])],
  },
  {
    name: "a watched key that is let go",
    weight: 1,
    op: (g, draw) => [...watched(g, draw), request(["UNWATCH"]), ...transaction([draw("queued")])],
  },
  {
    name: "requests out of place",
    weight: 1,
    op: (g, draw) => {
      // One of them may end the transaction, so none of the others may wait.
      const [multi, ...rest] = transaction(queue(g, () => draw("either")));
      const nested = request(g.pick([["MULTI"], ["WATCH", g.key()], ["NOSUCH"], ["GET"], ["EXEC", "x"]]));
      return g.pick([[request(["EXEC"])], [request(["DISCARD"])], [multi, nested, ...rest]]);
    },
  },
];

/** What the functions of sorted sets work with, once for each keyspace; valid within one command. */

import { PackedView } from "../memory/packed.ts";
import { ZsetAhead } from "./zset-ahead.ts";
import { ZsetCursor } from "./zset-cursor.ts";
import { ZsetRange } from "./zset-range.ts";

/** What a look for a member has found. */
export class MemberPlace {
  /** The member that was looked for. */
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  /** Its score; NaN when it is not there. */
  score = Number.NaN;
  /** Where it is: a position in a packed set, a record in a linked one; −1 when it is not there. */
  at = -1;
  /** Its hash, if the set is linked. */
  hash = 0;
}

export class ZsetScratch {
  readonly place = new MemberPlace();
  /** A member that is compared, or visited by a scan. */
  readonly member = new PackedView();
  readonly cursor = new ZsetCursor();
  readonly range = new ZsetRange();
  readonly ahead = new ZsetAhead();
}

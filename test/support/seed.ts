/**
 * The seed for random tests: a number from OPENKV_SEED when it is set, otherwise a fresh one. It is printed
 * each time it is used, so that a failure can be repeated exactly.
 *
 * @param label says in the output which test uses it.
 * @returns an integer from 0 to 2^31 − 1.
 * @throws when OPENKV_SEED is set to something else.
 */
export function testSeed(label: string): number {
  const given = process.env.OPENKV_SEED;
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 31) {
    throw new Error(`OPENKV_SEED must be an integer from 0 to ${2 ** 31 - 1}, not "${given}"`);
  }
  console.log(`${label}: seed ${seed} (repeat with OPENKV_SEED=${seed})`);
  return seed;
}

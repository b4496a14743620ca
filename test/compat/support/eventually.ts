/**
 * Asks again and again until the answer is yes. For what another process does in its own time: expiring a
 * key, noticing that a connection ended. Throws when that does not happen for `timeoutMs`.
 */
export async function eventually(ask: () => Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await ask())) {
    if (performance.now() > deadline) throw new Error(`still not so after ${timeoutMs} ms: ${ask}`);
    await Bun.sleep(10);
  }
}

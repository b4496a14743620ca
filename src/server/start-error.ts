/** Why the server does not start, said to the person who starts it: one line, what is wrong and what to do. */
export class StartError extends Error {
  override name = "StartError";
}

/** Entry of the program: starts the command line, nothing else. */
import { main } from "./cli/main.ts";

void main(process.argv.slice(2));

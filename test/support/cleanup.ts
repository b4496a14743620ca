/**
 * Loaded before every test file (bunfig.toml): stops the servers and removes the directories that tests
 * left behind, whatever became of the tests.
 */
import { afterAll } from "bun:test";
import { releaseEverything } from "./resources.ts";

afterAll(releaseEverything);

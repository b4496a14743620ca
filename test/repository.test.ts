/** Promises of the repository itself: what a stranger gets who clones it. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { readCounts, readFailures, summaryLine } from "../scripts/test-counts.ts";

const PROJECT = join(import.meta.dir, "..");
const read = (path: string): string => readFileSync(join(PROJECT, path), "utf8");
const manifest = JSON.parse(read("package.json"));

/** Files a person would read, in the folders of the project: sources, scripts, tests, settings. */
function textFiles(...folders: string[]): string[] {
  const inside = folders.flatMap((folder) => [
    ...new Bun.Glob(`${folder}/**/*`).scanSync({ cwd: PROJECT, dot: true }),
  ]);
  const onTop = readdirSync(PROJECT).filter((name) => statSync(join(PROJECT, name)).isFile());
  return [...inside, ...onTop].filter((path) => !/\.(?:log|bin|png|wasm)$/.test(path)).sort();
}

describe("package.json", () => {
  test("names exact versions only", () => {
    const all = { ...manifest.dependencies, ...manifest.devDependencies };
    const loose = Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)));
    expect(loose).toEqual([]);
  });

  test("pins the Bun that runs these tests, and its types", () => {
    expect(manifest.devDependencies.bun).toBe(Bun.version);
    expect(manifest.devDependencies["bun-types"]).toBe(Bun.version);
  });

  test("names scripts that exist", () => {
    const commands: string[] = Object.values(manifest.scripts);
    const paths = commands.flatMap((command) => command.match(/(?:\.\/)?scripts\/[\w./-]+/g) ?? []);
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path) => !existsSync(join(PROJECT, path)))).toEqual([]);
  });
});

describe("the repository", () => {
  test("has one lock file, Bun's, with a checksum for each package", () => {
    const others = ["package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lockb", "npm-shrinkwrap.json"];
    expect(others.filter((name) => existsSync(join(PROJECT, name)))).toEqual([]);
    const packages = read("bun.lock").match(/^ {4}"[^"]+": \[.*$/gm) ?? [];
    expect(packages.length).toBeGreaterThan(20);
    expect(packages.filter((line) => !/"sha512-[\w+/]{86}=="\],$/.test(line))).toEqual([]);
  });

  test("locks the versions that package.json names", () => {
    const lock = read("bun.lock");
    const all: Record<string, string> = { ...manifest.dependencies, ...manifest.devDependencies };
    const absent = Object.entries(all).filter(([name, version]) => !lock.includes(`["${name}@${version}"`));
    expect(absent).toEqual([]);
  });

  test("names no package registry's host: the user's own settings decide where packages come from", () => {
    const host = new RegExp(`${["registry", "npmjs"].join("\\.")}|${["yarnpkg", "com"].join("\\.")}`);
    const naming = textFiles("src", "test", "scripts", ".ci").filter((path) => host.test(read(path)));
    expect(naming).toEqual([]);
  });

  test("has commands that can be executed from a fresh clone", () => {
    for (const path of ["scripts/start", "scripts/test", ".ci/run"]) {
      expect(`${path} ${statSync(join(PROJECT, path)).mode & 0o111 ? "can" : "cannot"} be executed`).toBe(
        `${path} can be executed`,
      );
    }
  });

  test("names both commands and the licence in its README", () => {
    const readme = read("README.md");
    for (const needle of ["./scripts/start", "./scripts/test", "LICENSE", "CHANGELOG.md"]) {
      expect(readme).toContain(needle);
    }
    expect(read("LICENSE")).toContain("MIT License");
  });

  test("has no test that keeps others from running", () => {
    const only = new RegExp(`\\b(?:test|describe|it)\\.${"only"}\\(`);
    const files = textFiles("test").filter((path) => path.endsWith(".test.ts"));
    expect(files.filter((path) => only.test(read(path)))).toEqual([]);
  });

  test("has no unfinished business in its sources", () => {
    const marker = new RegExp(
      `\\b(?:${["TODO", "FIXME", "XXX"].join("|")})\\b|@ts-(?:ignore|nocheck)|\\bas any\\b`,
    );
    const sources = textFiles("src").filter((path) => path.startsWith("src/"));
    expect(sources.filter((path) => marker.test(read(path)))).toEqual([]);
  });
});

describe("the count that the test command ends with", () => {
  const run = (lines: string[]): string => lines.join("\n");

  test("is Bun's own count", () => {
    expect(readCounts(run([" 12 pass", " 0 fail", " 40 expect() calls"]), 0)).toEqual({
      passed: 12,
      failed: 0,
      skipped: 0,
    });
  });

  test("leaves out the hooks of skipped groups, which Bun counts as skipped tests", () => {
    const output = run([
      "(skip) group > (unnamed)",
      "(skip) group > one",
      "",
      "2 tests skipped:",
      "(skip) group > (unnamed)",
      "(skip) group > one",
      "",
      " 3 pass",
      " 2 skip",
      " 0 fail",
    ]);
    expect(readCounts(output, 0)).toEqual({ passed: 3, failed: 0, skipped: 1 });
  });

  test("never reads a failed run as a success", () => {
    expect(readCounts("No tests found!", 1).failed).toBe(1);
    expect(readCounts(run([" 5 pass", " 2 fail", " 1 error"]), 1).failed).toBe(2);
  });

  test("comes after what failed tests have printed, and nothing else", () => {
    const output = run([
      "test/a.test.ts:",
      "seed 1",
      "(pass) a > one [1.00ms]",
      "seed 2",
      "error: expect(received).toBe(expected)",
      "(fail) a > two [1.00ms]",
      "(pass) a > three",
      "",
      "1 tests failed:",
      "(fail) a > two [1.00ms]",
      "",
      " 2 pass",
      " 1 fail",
    ]);
    expect(readFailures(output)).toEqual([
      "seed 2\nerror: expect(received).toBe(expected)\n(fail) a > two [1.00ms]",
    ]);
    const long = Array.from({ length: 1000 }, (_, i) => `line ${i}`);
    expect(readFailures(run([...long, "(fail) b"]))[0]?.split("\n")[0]).toBe("line 941");
  });

  test("mentions skipped tests only when there are some", () => {
    expect(summaryLine({ passed: 3, failed: 1, skipped: 0 })).toBe("3 passed, 1 failed");
    expect(summaryLine({ passed: 3, failed: 0, skipped: 2 })).toBe("3 passed, 0 failed, 2 skipped");
  });
});

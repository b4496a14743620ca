/**
 * The architecture as a test: who may import whom, which layers must not reach the outside world, and where
 * the clock, randomness and sockets may be used.
 */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const PROJECT = join(import.meta.dir, "..");

/** Folder of src → the folders it may import from, besides itself. "main" is src/main.ts. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  base: [],
  protocol: ["base"],
  memory: ["base"],
  store: ["memory", "base"],
  commands: ["protocol", "store", "base"],
  persistence: ["protocol", "store", "base"],
  replication: ["persistence", "protocol", "store", "base"],
  server: ["replication", "persistence", "commands", "store", "memory", "protocol", "base"],
  client: ["protocol", "base"],
  cli: ["server", "client", "persistence", "base"],
  main: ["cli"],
};

/** Layers that get time and randomness as arguments, so that equal inputs give equal results. */
const DETERMINISTIC = ["base", "memory", "protocol", "store", "commands", "persistence", "replication"];

/** Layers that open no file, socket or process. */
const SEALED = ["base", "memory", "protocol", "store", "commands"];

/** Layers a client's socket may not be written from, the one module that may, and what stands in for a socket. */
const NO_SOCKET_WRITES = [...DETERMINISTIC, "server"];
const SOCKET_WRITERS = ["src/server/output-queue.ts:", "src/server/polled-socket.ts:"];

/** The modules that may call functions of the C library, which check nothing: no other one has to do with addresses. */
const CALLERS_OF_C = ["src/base/bytes.ts", "src/base/libc.ts", "src/server/epoll.ts", "src/server/libc.ts"];

/** Packages of package.json's dependencies, and the only folder that may use them. */
const RUNTIME_DEPENDENCIES = ["citty", "consola"];

const OUTSIDE_WORLD =
  /^(?:node:)?(?:fs|net|tls|dgram|http|https|http2|dns|child_process|cluster|worker_threads)(?:\/|$)/;

interface SourceFile {
  /** Path relative to the project. */
  path: string;
  folder: string;
  text: string;
}

function sources(): SourceFile[] {
  const paths = [...new Bun.Glob("src/**/*.ts").scanSync(PROJECT)].sort();
  return paths.map((path) => {
    const parts = path.split("/");
    const folder = parts.length === 2 ? (parts[1] ?? "").replace(/\.ts$/, "") : (parts[1] ?? "");
    return { path, folder, text: readFileSync(join(PROJECT, path), "utf8") };
  });
}

/** Every module a text names: imports of values and of types, re-exports, side effects, `import()`, `require()`. */
function importsOf(text: string): string[] {
  const code = withoutComments(text);
  const patterns = [
    /\b(?:import|export)\b[^;"'`]*?\bfrom\s*["']([^"']+)["']/g,
    /\bimport\s*["']([^"']+)["']/g,
    /\b(?:import|require)\s*\(\s*["'`]([^"'`]+)["'`]/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? ""));
}

/** The text with each comment blanked. Strings, templates and regular expressions are stepped over. */
function withoutComments(text: string): string {
  const token =
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<=[(,=:[!&|?{};]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\//g;
  return text.replace(token, (found) =>
    found.startsWith("//") || found.startsWith("/*") ? " ".repeat(found.length) : found,
  );
}

/** The folder of src a relative import leads to, or the path itself when it leads out of src. */
function targetOf(file: SourceFile, specifier: string): string {
  const path = relative(PROJECT, join(PROJECT, dirname(file.path), specifier));
  const [top, folder = ""] = path.split("/");
  return top === "src" ? folder.replace(/\.ts$/, "") : path;
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith(".");
}

function isBuiltIn(specifier: string): boolean {
  return /^(?:bun|bun:.+|node:.+)$/.test(specifier);
}

/** Lines that show what is wrong; a passing rule has none. */
function violations(check: (file: SourceFile, specifier: string) => boolean): string[] {
  return sources().flatMap((file) =>
    importsOf(file.text)
      .filter((specifier) => check(file, specifier))
      .map((specifier) => `${file.path} imports ${specifier}`),
  );
}

function matches(folders: readonly string[], pattern: RegExp): string[] {
  return sources()
    .filter((file) => folders.includes(file.folder))
    .flatMap((file) => {
      const lines = withoutComments(file.text).split("\n");
      return lines.flatMap((line, index) =>
        pattern.test(line) ? [`${file.path}:${index + 1}: ${line.trim()}`] : [],
      );
    });
}

describe("the source tree", () => {
  test("has only the folders of the layer table", () => {
    const unknown = sources().filter((file) => !(file.folder in MAY_IMPORT));
    expect(unknown.map((file) => file.path)).toEqual([]);
  });

  test("imports between folders as the layer table allows", () => {
    const wrong = violations((file, specifier) => {
      const target = targetOf(file, specifier);
      if (!isRelative(specifier) || target === "package.json") return false;
      return target !== file.folder && !(MAY_IMPORT[file.folder] ?? []).includes(target);
    });
    expect(wrong).toEqual([]);
  });

  test("reads package.json, for the version, only from the layers on top", () => {
    const wrong = violations(
      (file, specifier) =>
        targetOf(file, specifier) === "package.json" && !["main", "cli", "server"].includes(file.folder),
    );
    expect(wrong).toEqual([]);
  });

  test("uses the runtime dependencies in cli alone, and no other package", () => {
    const wrong = violations((file, specifier) => {
      if (isRelative(specifier) || isBuiltIn(specifier)) return false;
      return file.folder !== "cli" || !RUNTIME_DEPENDENCIES.includes(specifier);
    });
    expect(wrong).toEqual([]);
  });

  test("names in the runtime dependencies of package.json just those two", async () => {
    const manifest = await Bun.file(join(PROJECT, "package.json")).json();
    expect(Object.keys(manifest.dependencies).sort()).toEqual(RUNTIME_DEPENDENCIES);
  });

  test("opens no file, socket or process from a sealed layer", () => {
    const imports = violations(
      (file, specifier) => SEALED.includes(file.folder) && OUTSIDE_WORLD.test(specifier),
    );
    const calls = matches(SEALED, /\bBun\.(?:file|write|listen|connect|udpSocket|serve|spawn|spawnSync)\(/);
    expect([...imports, ...calls]).toEqual([]);
  });

  test("calls the C library from a few modules only", () => {
    const wrong = violations(
      (file, specifier) => specifier === "bun:ffi" && !CALLERS_OF_C.includes(file.path),
    );
    expect(wrong).toEqual([]);
  });

  test("imports every relative module with its .ts or .json ending, and each exists", () => {
    const wrong = violations((file, specifier) => {
      if (!isRelative(specifier)) return false;
      return !/\.(?:ts|json)$/.test(specifier) || !existsSync(join(PROJECT, dirname(file.path), specifier));
    });
    expect(wrong).toEqual([]);
  });

  test("reads no clock and no random source below the server", () => {
    const impure =
      /\b(?:Date\.now|Math\.random|performance\.now|process\.hrtime|Bun\.nanoseconds|crypto\.getRandomValues|randomBytes|randomUUID)\b|\bnew Date\(\)/;
    expect(matches(DETERMINISTIC, impure)).toEqual([]);
  });

  test("sets no timer below the server", () => {
    expect(matches(DETERMINISTIC, /\b(?:setTimeout|setInterval|setImmediate|Bun\.sleep)\b/)).toEqual([]);
  });

  test("writes to client sockets in one module only", () => {
    const writes = matches(NO_SOCKET_WRITES, /\bsocket\b[!?]?\.(?:write|\$write|end)\([^)]/i);
    expect(writes.filter((line) => !SOCKET_WRITERS.some((file) => line.startsWith(file)))).toEqual([]);
  });
});

describe("the import scanner", () => {
  test("finds every form of import", () => {
    const text = [
      'import a from "./a.ts";',
      'import type { B } from "./b.ts";',
      "import {\n  c,\n  type D,\n} from './c.ts';",
      'import * as e from "./e.ts";',
      'export { f } from "./f.ts";',
      'export * from "./g.ts";',
      'export type { H } from "./h.ts";',
      'import "./i.ts";',
      'const j = await import("./j.ts");',
      'type K = typeof import("./k.ts");',
      'const l = require("./l.ts");',
    ].join("\n");
    const found = importsOf(text).sort();
    expect(found).toEqual([..."abcefghijkl"].map((name) => `./${name}.ts`));
  });

  test("does not take comments for code, nor the inside of strings for comments", () => {
    const text = [
      '// import x from "./x.ts";',
      '/* import y from "./y.ts"; */',
      'const url = "a//b"; import z from "./z.ts";',
      "const slashes = /[/*]\\/\\*/; // Date.now()",
    ].join("\n");
    expect(importsOf(text)).toEqual(["./z.ts"]);
    expect(withoutComments(text)).not.toContain("Date.now");
    expect(withoutComments(text)).toContain("/[/*]\\/\\*/");
  });
});

/**
 * Builds the one binary: `bun run build [--target bun-linux-arm64] [--outfile dist/openkv]`.
 *
 * The binary reads no bunfig.toml, .env, tsconfig.json or package.json from the directory it is started in:
 * a server must not run code or take settings from wherever somebody happens to stand. The binary is not
 * stripped afterwards, because the program is appended to it and would be lost.
 */
import { mkdirSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { version } from "../package.json";

const PROJECT = join(import.meta.dir, "..");

const { values } = parseArgs({
  options: {
    target: { type: "string" },
    outfile: { type: "string", default: join(PROJECT, "dist/openkv") },
  },
});

const outfile = resolve(values.outfile);
mkdirSync(dirname(outfile), { recursive: true });
let result: Bun.BuildOutput;
try {
  result = await Bun.build({
    entrypoints: [join(PROJECT, "src/main.ts")],
    target: "bun",
    format: "esm",
    minify: true,
    bytecode: true,
    throw: false,
    compile: {
      outfile,
      autoloadBunfig: false,
      autoloadDotenv: false,
      autoloadTsconfig: false,
      autoloadPackageJson: false,
      ...(values.target === undefined ? {} : { target: values.target as Bun.Build.CompileTarget }),
    },
  });
} catch (error) {
  console.error(`build: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
if (!result.success) {
  for (const message of result.logs) console.error(message);
  process.exit(1);
}
const built = result.outputs[0]?.path ?? outfile;
const megabytes = (statSync(built).size / 1e6).toFixed(1);
console.log(
  `${relative(process.cwd(), built)}: openkv ${version}, ${megabytes} MB, ${values.target ?? "this machine"}`,
);

// Builds the page into dist/: one script, one style sheet, names with a hash of their contents.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const settings = { bundle: true, minify: true, target: "es2022", logLevel: "warning" };

async function buildPage() {
  rmSync("dist", { recursive: true, force: true });
  mkdirSync("dist", { recursive: true });
  const name = async (entry, extension, options) => {
    const result = await build({ ...settings, ...options, entryPoints: [entry], write: false });
    const contents = result.outputFiles[0].contents;
    const hash = createHash("sha256").update(contents).digest("hex").slice(0, 10);
    writeFileSync(`dist/app-${hash}.${extension}`, contents);
    return `app-${hash}.${extension}`;
  };
  const script = await name("src/main.tsx", "js", {
    jsx: "automatic",
    jsxImportSource: "preact",
    format: "esm",
  });
  const style = await name("src/style.css", "css", {});
  writeFileSync("dist/favicon.svg", readFileSync("src/favicon.svg"));
  const page = readFileSync("src/index.html", "utf8")
    .replace("SCRIPT", `/assets/${script}`)
    .replace("STYLE", `/assets/${style}`);
  writeFileSync("dist/index.html", page);
}

async function buildTests() {
  rmSync("build-tests", { recursive: true, force: true });
  const entryPoints = readdirSync("test")
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => `test/${file}`);
  await build({
    ...settings,
    minify: false,
    entryPoints,
    outdir: "build-tests",
    outExtension: { ".js": ".mjs" },
    format: "esm",
    platform: "node",
  });
}

await (process.argv.includes("--tests") ? buildTests() : buildPage());

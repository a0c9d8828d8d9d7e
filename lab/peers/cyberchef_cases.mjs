// CyberChef's own test cases, for `cyberchef_parity.py --upstream`: those that use only the operations named on
// standard input (a JSON list), one a line: {"name", "recipe" (JSON), "input_b64"}. The cases stay in the package.
import { readdirSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";

const modules = resolve(process.env.CYBERCHEF_MODULES ?? "node_modules");
const tests = resolve(modules, "cyberchef/tests");
const ours = new Set(JSON.parse(readFileSync(0, "utf-8")));
const load = (path) => import(pathToFileURL(resolve(tests, path)));
const register = (await load("lib/TestRegister.mjs")).default;
const console_log = console.log;
console.log = () => {};
for (const name of readdirSync(resolve(tests, "operations/tests"))) {
    // A file whose own imports this machine cannot satisfy has its cases left out, and is named.
    await load(`operations/tests/${name}`).catch((error) => process.stderr.write(`${name}: ${error}\n`));
}
console.log = console_log;
for (const { name, input, recipeConfig } of register.tests) {
    if (!Array.isArray(recipeConfig) || !recipeConfig.every((step) => ours.has(step.op))) continue;
    // What the page sees is bytes; a string is one as it is saved, Latin-1 or else UTF-8.
    const latin1 = typeof input === "string" && [...input].every((next) => next.codePointAt(0) < 256);
    const bytes = typeof input === "string" ? Buffer.from(input, latin1 && /[\x80-\xff]/.test(input) ? "latin1" : "utf-8") : Buffer.from(input ?? []);
    process.stdout.write(JSON.stringify({ name, recipe: JSON.stringify(recipeConfig), input_b64: bytes.toString("base64") }) + "\n");
}
process.stdout.write("", () => process.exit(0));

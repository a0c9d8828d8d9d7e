// The oracle of the recipe engine: CyberChef's browser core, fed with NDJSON.
//   in   {"recipe": "<Chef text, JSON or #recipe=…>", "input_b64": "…"}
//   out  {"output_b64": "…"}  or  {"error": "…", "step": n}  (step 0: the recipe itself)
// With `--bench <seconds>` the first line is baked again and again, and its rate printed.
//
// Setting up (Node 24 or newer; CyberChef's own install step needs tools this does not):
//   npm i cyberchef@11.5.0 --ignore-scripts && npm i terser --ignore-scripts
//   node node_modules/cyberchef/src/core/config/scripts/fixCryptoApiImports.mjs
//   CYBERCHEF_MODULES=…/node_modules node cyberchef_oracle.mjs < pairs.ndjson
import { createInterface } from "node:readline";
import { createRequire, registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";

const modules = resolve(process.env.CYBERCHEF_MODULES ?? "node_modules");
const load = (path) => import(pathToFileURL(resolve(modules, path)));
// The page is built with the package `url`; in Node the name means Node's own module.
const packageUrl = pathToFileURL(resolve(modules, "url/url.js")).href;
registerHooks({
    resolve: (name, context, next) =>
        name === "url" && context.parentURL?.includes("/cyberchef/src/core/") ? next(packageUrl, context) : next(name, context),
});
process.removeAllListeners("warning");
process.on("warning", () => {});
await load("cyberchef/src/node/index.mjs");
const log = createRequire(resolve(modules, "x.js"))("loglevel");
log.setLevel("silent", false);
const Chef = (await load("cyberchef/src/core/Chef.mjs")).default;
const Utils = (await load("cyberchef/src/core/Utils.mjs")).default;
// In Node a list of files has no bytes; in the browser they follow one another.
const DishListFile = (await load("cyberchef/src/core/dishTypes/DishListFile.mjs")).default;
DishListFile.toArrayBuffer = function () {
    this.value = new Uint8Array(Buffer.concat(this.value.map((file) => Buffer.from(file.data)))).buffer;
};
// Nor can it show what is in them.
Utils.readFile = (file) => Uint8Array.from(file.data);
const config = (await import(pathToFileURL(resolve(modules, "cyberchef/src/core/config/OperationConfig.json")), {
    with: { type: "json" },
})).default;

// The page shows every argument with its default before the recipe's own are filled in; the core does not.
function withDefaults(recipe) {
    return recipe.map((step) => {
        const args = [...(step.args ?? [])];
        for (let i = args.length; i < config[step.op].args.length; i++) {
            args.push(defaultOf(config[step.op].args[i]));
        }
        return { ...step, args };
    });
}

function defaultOf(arg) {
    const at = arg.defaultIndex ?? 0;
    if (arg.type === "toggleString") return { option: arg.toggleValues[0], string: arg.value };
    if (arg.type.startsWith("editableOption")) return arg.value[at].value;
    if (arg.type === "populateOption") return arg.value[at].name;
    if (arg.type === "argSelector") return arg.value[at].name;
    // A heading of the menu cannot be chosen.
    const heading = (value) => typeof value === "string" && /^\[\/?[a-z0-9 -()^]+\]$/i.test(value);
    if (Array.isArray(arg.value) && heading(arg.value[at])) return arg.value.find((value) => !heading(value));
    return Array.isArray(arg.value) ? arg.value[at] : arg.value;
}

function read(text) {
    const recipe = /^[#?]/.test(text) ? Utils.parseURIParams(text).recipe : text;
    return withDefaults(Utils.parseRecipeConfig(recipe));
}

async function bake(recipe, input) {
    const buffer = new Uint8Array(input).buffer;
    return await new Chef().bake(buffer, recipe, {});
}

async function answer({ recipe: text, input_b64: input }) {
    let recipe;
    try {
        recipe = read(text);
    } catch (error) {
        return { error: String(error), step: 0 };
    }
    try {
        const result = await bake(recipe, Buffer.from(input, "base64"));
        if (result.error) return { error: result.error.displayStr, step: (result.progress ?? -1) + 1 };
        const stopped = result.progress < recipe.length && !recipe[result.progress]?.breakpoint;
        // Presented for the page it is a string; saved, it is Latin-1 or else UTF-8. Links to copies in memory differ.
        const presented = typeof result.result === "string";
        const places = new Map();
        const place = (link) => `blob:${places.get(link) ?? places.set(link, places.size).get(link)}`;
        const text = presented ? result.result.replace(/blob:nodedata:[0-9a-f-]+/g, place) : "";
        const output = Buffer.from(presented ? Utils.strToArrayBuffer(text) : result.result);
        // An error that an operation expects comes out as the output; only the progress tells.
        if (stopped) return { error: output.toString(), step: result.progress + 1 };
        return { output_b64: output.toString("base64") };
    } catch (error) {
        return { error: String(error), step: 0 };
    }
}

const bench = process.argv.indexOf("--bench");
for await (const line of createInterface({ input: process.stdin })) {
    if (!line) continue;
    const pair = JSON.parse(line);
    if (bench < 0) {
        console.log(JSON.stringify(await answer(pair)));
        continue;
    }
    const recipe = read(pair.recipe);
    const input = Buffer.from(pair.input_b64, "base64");
    for (let i = 0; i < 300; i++) await bake(recipe, input);
    const seconds = Number(process.argv[bench + 1] ?? 5);
    const before = process.cpuUsage();
    let baked = 0;
    let spent = 0;
    while (spent < seconds) {
        for (let i = 0; i < 20; i++, baked++) await bake(recipe, input);
        const used = process.cpuUsage(before);
        spent = (used.user + used.system) / 1e6;
    }
    console.log(JSON.stringify({ baked, cpu_seconds: spent, per_cpu_second: Math.round(baked / spent) }));
    break;
}
// Exit only once all is written; CyberChef leaves timers behind that would keep the process.
process.stdout.write("", () => process.exit(0));

// The other side of hinomi-wasm: hands bytes over and back. Everything is JSON in UTF-8.
//
// The protocol is that of wasm-minimal-protocol: a function gets the lengths of its arguments, asks for their bytes,
// and hands its result over; it returns 0, or 1 when the result is words for what went wrong.

const WRITE = new TextEncoder();
const READ = new TextDecoder();

/** One watch. `source` is a `WebAssembly.Module`, the bytes of one, or a `Response`. */
export async function load(source) {
  let given = [];
  let got = "";
  let memory;
  const imports = {
    typst_env: {
      wasm_minimal_protocol_write_args_to_buffer(at) {
        for (const bytes of given) {
          new Uint8Array(memory.buffer, at, bytes.length).set(bytes);
          at += bytes.length;
        }
      },
      wasm_minimal_protocol_send_result_to_host(at, length) {
        got = READ.decode(new Uint8Array(memory.buffer, at, length));
      },
    },
  };
  const made =
    source instanceof WebAssembly.Module
      ? { instance: await WebAssembly.instantiate(source, imports) }
      : source instanceof ArrayBuffer || ArrayBuffer.isView(source)
        ? await WebAssembly.instantiate(source, imports)
        : await WebAssembly.instantiateStreaming(source, imports);
  const exports = made.instance.exports;
  memory = exports.memory;
  const call = (name, ...texts) => {
    given = texts.map((text) => WRITE.encode(text));
    got = "";
    const code = exports[name](...given.map((bytes) => bytes.length));
    given = [];
    if (code !== 0) throw new Error(got);
    return got;
  };
  const json = (value) => JSON.stringify(value);
  return {
    /** Starts with settings, and with the text of `snapshot` or "": `{problems, lost?}`. */
    start: (config, state = "") => JSON.parse(call("start", json(config), state)),
    /** Changes the settings: `{problems}`. */
    configure: (config) => JSON.parse(call("configure", json(config))),
    /** Takes an array of events: `{changed, unread}`. */
    take: (events) => JSON.parse(call("take", events.map(json).join("\n"))),
    /** Everything that is held: `{sightings, visits, rule_hits, cut}`. */
    report: () => JSON.parse(call("report")),
    /** Forgets what was seen before a time, in milliseconds since 1970. */
    forget: (before) => void call("forget", json(Math.trunc(before))),
    /** The state as text. */
    snapshot: () => call("snapshot"),
    /** Bytes of memory the module holds. */
    bytes: () => memory.buffer.byteLength,
  };
}

// Address spaces, as far as the shell itself must know them: to ask for a call's place in time, and to block.
//
// The findings come from the core, which has the whole table.

/** Is this address, as the browser writes it, one of the visitor's own machine or network? */
export function addressIsLocal(written: string): boolean {
  const address = written.replace(/^\[|\]$/g, "").toLowerCase();
  if (address.includes(":")) return sixIsLocal(address);
  const parts = address.split(".").map(Number);
  const [first = -1, second = -1] = parts;
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return false;
  if (first === 172) return second >= 16 && second < 32;
  if (first === 192) return second === 168;
  if (first === 169) return second === 254;
  if (first === 100) return second >= 64 && second < 128;
  if (first === 198) return second === 18 || second === 19;
  return first === 0 || first === 10 || first === 127;
}

/** The same for a host, which may be a name that needs no DNS. */
export function hostIsLocal(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  return /(?:^|\.)(?:localhost|local|internal|home\.arpa)$/.test(name) || addressIsLocal(host);
}

export function hostIsLiteral(host: string): boolean {
  return host.startsWith("[") || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}

function sixIsLocal(address: string): boolean {
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
  if (mapped) return addressIsLocal(dotted(parseInt(mapped[1] ?? "", 16), parseInt(mapped[2] ?? "", 16)));
  const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  if (plain) return addressIsLocal(plain[1] ?? "");
  return /^(?:::1?$|f[cd]|fe[89a-f])/.test(address);
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

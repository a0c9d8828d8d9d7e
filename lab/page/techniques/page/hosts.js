// The same fetch, to every way of writing an address that leads inside.
"use strict";

techniques["host-localhost"] = () => {
  /*@host-localhost*/fetch("http://localhost:9000/hit/host-localhost", { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["host-localhost-dot"] = () => {
  /*@host-localhost-dot*/fetch("http://localhost.:9000/hit/host-localhost-dot", { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["host-below-localhost"] = () => {
  /*@host-below-localhost*/fetch("http://a.localhost:9000/hit/host-below-localhost", { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["host-decimal"] = () => {
  /*@host-decimal*/fetch("http://2130706433:9000/hit/host-decimal", { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["host-hex"] = () => {
  /*@host-hex*/fetch("http://0x7f000001:9000/hit/host-hex", { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["host-octal"] = () => {
  /*@host-octal*/fetch("http://0177.0.0.1:9000/hit/host-octal", { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["host-short"] = () => {
  /*@host-short*/fetch("http://127.1:9000/hit/host-short", { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["host-zero"] = () => {
  /*@host-zero*/fetch("http://0.0.0.0:9000/hit/host-zero", { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["host-v6"] = () => {
  /*@host-v6*/fetch("http://[::1]:9000/hit/host-v6", { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["host-mapped"] = () => {
  /*@host-mapped*/fetch("http://[::ffff:127.0.0.1]:9000/hit/host-mapped", { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["host-odd-spelling"] = () => {
  /*@host-odd-spelling*/fetch(" hT\ttp:\\\\127.0.0.1:9000/hit/host-odd-spelling", { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["host-user-info"] = () => {
  const image = new Image();
  /*@host-user-info*/image.src = "http://cdn.example@127.0.0.1:9000/hit/host-user-info"/*@*/;
};

techniques["host-lan"] = () => {
  /*@host-lan*/fetch("https://192.168.77.1:9443/hit/host-lan", { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["host-lan-v6"] = () => {
  /*@host-lan-v6*/fetch("https://[fd00:77::1]:9443/hit/host-lan-v6", { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["name-loopback"] = () => {
  /*@name-loopback*/fetch("https://inside.example:9443/hit/name-loopback", { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["name-lan"] = () => {
  /*@name-lan*/fetch("https://inside-lan.example:9443/hit/name-lan", { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["name-loopback-img"] = () => {
  const image = new Image();
  /*@name-loopback-img*/image.src = "https://inside.example:9443/hit/name-loopback-img"/*@*/;
};

techniques["closed-port"] = (t) => {
  /*@closed-port*/fetch(t.closed + "closed-port", { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["name-closed-port"] = () => {
  /*@name-closed-port*/fetch("https://inside.example:9999/hit/name-closed-port", { mode: "no-cors" })/*@*/.catch(() => {});
};

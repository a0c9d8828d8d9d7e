// Requests that a script asks for by name. The marks tell the lab where the call stands; see positions.mjs.
"use strict";

techniques["fetch"] = (t) => {
  /*@fetch*/fetch(t.http + "fetch")/*@*/.catch(() => {});
};

techniques["fetch-no-cors"] = (t) => {
  /*@fetch-no-cors*/fetch(t.http + "fetch-no-cors", { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["fetch-request-object"] = (t) => {
  const request = new Request(t.http + "fetch-request-object", { mode: "no-cors" });
  /*@fetch-request-object*/fetch(request)/*@*/.catch(() => {});
};

techniques["fetch-url-object"] = (t) => {
  /*@fetch-url-object*/fetch(new URL(t.http + "fetch-url-object"), { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["fetch-after-timer"] = (t) => {
  setTimeout(() => {
    /*@fetch-after-timer*/fetch(t.http + "fetch-after-timer", { mode: "no-cors" })/*@*/.catch(() => {});
  }, 20);
};

techniques["fetch-after-await"] = async (t) => {
  await Promise.resolve();
  await /*@fetch-after-await*/fetch(t.http + "fetch-after-await", { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["xhr"] = (t) => {
  const request = new XMLHttpRequest();
  /*@xhr*/request.open("GET", t.http + "xhr")/*@*/;
  request.send();
};

techniques["event-source"] = (t) => {
  /*@event-source*/new EventSource(t.http + "event-source.sse")/*@*/;
};

techniques["websocket"] = (t) => {
  /*@websocket*/new WebSocket(t.ws + "websocket")/*@*/;
};

techniques["webtransport"] = () => {
  /*@webtransport*/new WebTransport("https://127.0.0.1:9443/hit/webtransport")/*@*/.ready.catch(() => {});
};

techniques["beacon"] = (t) => {
  /*@beacon*/navigator.sendBeacon(t.http + "beacon", "x")/*@*/;
};

techniques["fetch-later"] = (t) => {
  /*@fetch-later*/fetchLater(t.https + "fetch-later", { activateAfter: 0 })/*@*/;
};

techniques["worker-blob"] = () => {
  const body = 'fetch("http://127.0.0.1:9000/hit/worker-blob", { mode: "no-cors" })';
  new Worker(URL.createObjectURL(new Blob([body], { type: "text/javascript" })));
};

techniques["worker-fetch"] = (t) => {
  new Worker(t.site + "/techniques/page/worker.js?fetch");
};

techniques["worker-websocket"] = (t) => {
  new Worker(t.site + "/techniques/page/worker.js?websocket");
};

techniques["worker-import"] = (t) => {
  new Worker(t.site + "/techniques/page/worker.js?import");
};

techniques["shared-worker"] = (t) => {
  new SharedWorker(t.site + "/techniques/page/worker.js?shared");
};

techniques["service-worker"] = async (t) => {
  await navigator.serviceWorker.register(t.site + "/techniques/page/service.js");
};

techniques["dynamic-import"] = (t) => {
  import(t.http + "dynamic-import.js").catch(() => {});
};

techniques["redirect-fetch"] = (t) => {
  /*@redirect-fetch*/fetch(t.site + "/redirect/1/redirect-fetch", { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["redirect-chain-img"] = (t) => {
  const image = new Image();
  /*@redirect-chain-img*/image.src = t.site + "/redirect/3/redirect-chain-img"/*@*/;
};

techniques["evaluated"] = (t) => {
  const run = new Function("t", 'fetch(t.http + "evaluated", { mode: "no-cors" }).catch(() => {})');
  /*@evaluated*/run(t)/*@*/;
};

techniques["clean-frame"] = (t) => {
  const frame = show(make("iframe"));
  /*@clean-frame*/frame.contentWindow.fetch(t.http + "clean-frame", { mode: "no-cors" })/*@*/.catch(() => {});
};

techniques["scan"] = () => {
  for (let port = 5900; port < 5914; port += 1) {
    /*@scan*/fetch("http://127.0.0.1:" + port + "/hit/scan", { mode: "no-cors" })/*@*/.catch(() => {});
  }
};

techniques["cross-protocol"] = () => {
  const open = { method: "POST", mode: "no-cors", body: "HELO lab" };
  /*@cross-protocol*/fetch("http://127.0.0.1:5910/hit/cross-protocol", open)/*@*/.catch(() => {});
};

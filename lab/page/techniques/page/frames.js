// Frames, forms, windows and navigations, and what the browser fetches ahead of one.
"use strict";

techniques["iframe-src"] = (t) => {
  const frame = document.createElement("iframe");
  /*@iframe-src*/frame.src = t.http + "iframe-src"/*@*/;
  show(frame);
};

techniques["iframe-location"] = (t) => {
  const frame = show(document.createElement("iframe"));
  frame.contentWindow.location = t.http + "iframe-location";
};

techniques["sandboxed-iframe"] = (t) => {
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-scripts";
  const body = '<script>fetch("' + t.http + 'sandboxed-iframe", { mode: "no-cors" })<' + "/script>";
  /*@sandboxed-iframe*/frame.srcdoc = body/*@*/;
  show(frame);
};

techniques["srcdoc-img"] = (t) => {
  const frame = document.createElement("iframe");
  /*@srcdoc-img*/frame.srcdoc = '<img src="' + t.http + 'srcdoc-img">'/*@*/;
  show(frame);
};

techniques["form-get"] = (t) => {
  const sink = show(make("iframe", { name: "sink" }));
  const form = show(make("form", { method: "get", target: sink.name }));
  /*@form-get|a*/form.action = t.http + "form-get"/*@*/;
  /*@form-get*/form.submit()/*@*/;
};

techniques["form-post-text"] = (t) => {
  const sink = show(make("iframe", { name: "sink" }));
  const form = show(make("form", { method: "post", enctype: "text/plain", target: sink.name }));
  form.append(make("input", { name: "HELO", value: "lab" }));
  /*@form-post-text|a*/form.action = t.http + "form-post-text"/*@*/;
  /*@form-post-text*/form.submit()/*@*/;
};

techniques["form-request-submit"] = (t) => {
  const sink = show(make("iframe", { name: "sink" }));
  const form = show(make("form", { method: "post", target: sink.name }));
  /*@form-request-submit|a*/form.action = t.http + "form-request-submit"/*@*/;
  /*@form-request-submit*/form.requestSubmit()/*@*/;
};

techniques["anchor-ping"] = (t) => {
  const anchor = show(make("a", { href: "#here", textContent: "x" }));
  /*@anchor-ping|a*/anchor.ping = t.http + "anchor-ping"/*@*/;
  /*@anchor-ping*/anchor.click()/*@*/;
};

techniques["anchor-click"] = (t) => {
  const sink = show(make("iframe", { name: "sink" }));
  const anchor = show(make("a", { target: sink.name, textContent: "x" }));
  /*@anchor-click|a*/anchor.href = t.http + "anchor-click"/*@*/;
  /*@anchor-click*/anchor.click()/*@*/;
};

techniques["window-open"] = (t) => {
  /*@window-open*/window.open(t.http + "window-open")/*@*/;
};

techniques["top-location"] = (t) => {
  /*@top-location*/location.href = t.http + "top-location"/*@*/;
};

techniques["top-location-assign"] = (t) => {
  /*@top-location-assign*/location.assign(t.http + "top-location-assign")/*@*/;
};

techniques["speculation-prefetch"] = (t) => {
  const rules = { prefetch: [{ source: "list", urls: [t.http + "speculation-prefetch"], eagerness: "immediate" }] };
  const script = make("script", { type: "speculationrules" });
  /*@speculation-prefetch*/script.textContent = JSON.stringify(rules)/*@*/;
  document.head.append(script);
};

techniques["speculation-prerender"] = (t) => {
  const rules = { prerender: [{ source: "list", urls: [t.http + "speculation-prerender"], eagerness: "immediate" }] };
  const script = make("script", { type: "speculationrules" });
  /*@speculation-prerender*/script.textContent = JSON.stringify(rules)/*@*/;
  document.head.append(script);
};

// Requests that an element makes once a script has told it where to look.
"use strict";

techniques["img-src"] = (t) => {
  const image = new Image();
  /*@img-src*/image.src = t.http + "img-src"/*@*/;
};

techniques["img-set-attribute"] = (t) => {
  const image = document.createElement("img");
  /*@img-set-attribute*/image.setAttribute("src", t.http + "img-set-attribute")/*@*/;
};

techniques["img-srcset"] = (t) => {
  const image = document.createElement("img");
  /*@img-srcset*/image.srcset = t.http + "img-srcset 1x"/*@*/;
  show(image);
};

techniques["picture-source"] = (t) => {
  const source = document.createElement("source");
  /*@picture-source*/source.srcset = t.http + "picture-source"/*@*/;
  const picture = document.createElement("picture");
  picture.append(source, document.createElement("img"));
  show(picture);
};

techniques["input-image"] = (t) => {
  const input = make("input", { type: "image" });
  /*@input-image*/input.src = t.http + "input-image"/*@*/;
  show(input);
};

techniques["script-src"] = (t) => {
  const script = document.createElement("script");
  /*@script-src*/script.src = t.http + "script-src.js"/*@*/;
  show(script);
};

techniques["module-script"] = (t) => {
  const script = make("script", { type: "module" });
  /*@module-script*/script.src = t.http + "module-script.js"/*@*/;
  show(script);
};

techniques["link-stylesheet"] = (t) => {
  const link = make("link", { rel: "stylesheet" });
  /*@link-stylesheet*/link.href = t.http + "link-stylesheet.css"/*@*/;
  document.head.append(link);
};

techniques["link-preload"] = (t) => {
  const link = make("link", { rel: "preload", as: "image" });
  /*@link-preload*/link.href = t.http + "link-preload"/*@*/;
  document.head.append(link);
};

techniques["link-prefetch"] = (t) => {
  const link = make("link", { rel: "prefetch" });
  /*@link-prefetch*/link.href = t.http + "link-prefetch"/*@*/;
  document.head.append(link);
};

techniques["link-icon"] = (t) => {
  const link = make("link", { rel: "icon" });
  /*@link-icon*/link.href = t.http + "link-icon"/*@*/;
  document.head.append(link);
};

techniques["css-style-property"] = (t) => {
  const box = show(make("div", { textContent: "x" }));
  /*@css-style-property*/box.style.backgroundImage = "url(" + t.http + "css-style-property)"/*@*/;
};

techniques["css-set-property"] = (t) => {
  const box = show(make("div", { textContent: "x" }));
  /*@css-set-property*/box.style.setProperty("background-image", "url(" + t.http + "css-set-property)")/*@*/;
};

techniques["css-insert-rule"] = (t) => {
  const style = document.createElement("style");
  document.head.append(style);
  /*@css-insert-rule*/style.sheet.insertRule("body { background: url(" + t.http + "css-insert-rule) }")/*@*/;
};

techniques["css-import"] = (t) => {
  const style = document.createElement("style");
  /*@css-import*/style.textContent = "@import url(" + t.http + "css-import.css);"/*@*/;
  document.head.append(style);
};

techniques["css-sheet"] = (t) => {
  document.head.append(make("link", { rel: "stylesheet", href: t.site + "/techniques/page/sheet.css" }));
};

techniques["font-face"] = (t) => {
  const font = /*@font-face*/new FontFace("lab", "url(" + t.http + "font-face)")/*@*/;
  font.load().catch(() => {});
};

techniques["video-src"] = (t) => {
  const video = document.createElement("video");
  /*@video-src*/video.src = t.http + "video-src"/*@*/;
  show(video).load();
};

techniques["audio-constructor"] = (t) => {
  /*@audio-constructor*/new Audio(t.http + "audio-constructor")/*@*/.load();
};

techniques["video-poster"] = (t) => {
  const video = show(document.createElement("video"));
  /*@video-poster*/video.poster = t.http + "video-poster"/*@*/;
};

techniques["svg-image-href"] = (t) => {
  const image = document.createElementNS("http://www.w3.org/2000/svg", "image");
  /*@svg-image-href*/image.setAttribute("href", t.http + "svg-image-href")/*@*/;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.append(image);
  show(svg);
};

techniques["svg-image-base-val"] = (t) => {
  const image = document.createElementNS("http://www.w3.org/2000/svg", "image");
  /*@svg-image-base-val*/image.href.baseVal = t.http + "svg-image-base-val"/*@*/;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.append(image);
  show(svg);
};

techniques["object-data"] = (t) => {
  const object = document.createElement("object");
  /*@object-data*/object.data = t.http + "object-data"/*@*/;
  show(object);
};

techniques["embed-src"] = (t) => {
  const embed = make("embed", { type: "text/html" });
  /*@embed-src*/embed.src = t.http + "embed-src"/*@*/;
  show(embed);
};

techniques["inner-html"] = (t) => {
  const box = show(document.createElement("div"));
  /*@inner-html*/box.innerHTML = '<img src="' + t.http + 'inner-html">'/*@*/;
};

techniques["insert-adjacent-html"] = (t) => {
  /*@insert-adjacent-html*/document.body.insertAdjacentHTML("beforeend", '<img src="' + t.http + 'insert-adjacent-html">')/*@*/;
};

techniques["document-write"] = (t) => {
  /*@document-write*/document.write('<img src="' + t.http + 'document-write">')/*@*/;
};

techniques["contextual-fragment"] = (t) => {
  const range = document.createRange();
  show(/*@contextual-fragment*/range.createContextualFragment('<img src="' + t.http + 'contextual-fragment">')/*@*/);
};

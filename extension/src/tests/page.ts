// The few things of a page that the hooks' pure parts take hold of when they are loaded.

class PageNode {
  get baseURI(): string {
    return "https://shop.example/a/b";
  }
}

Object.assign(globalThis, { navigator: { userAgent: "lab" }, Node: PageNode, window: globalThis, document: new PageNode() });

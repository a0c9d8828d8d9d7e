// Hold HTML pages against axe-core in a real browser: light and dark, desk and phone.
//
//   npm install axe-core@4 playwright-core   (in a folder outside the repository)
//   NODE_PATH=… node axe_check.mjs CHROMIUM PAGE.html [PAGE.html …]
//
// Counted besides violations: what the page's own policy reports, requests beyond the page itself, dialogs, and
// whether the page is wider than the screen. Exit 1 when any of these is not nought.
import { createRequire } from 'module';
import { readFileSync } from 'fs';
const require = createRequire(process.cwd() + '/');
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const [executablePath, ...pages] = process.argv.slice(2);
if (!executablePath || pages.length === 0) {
  console.error('usage: axe_check.mjs CHROMIUM PAGE.html …');
  process.exit(2);
}
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
});
let bad = 0;
for (const file of pages) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1366, 390]) {
      const viewport = { width, height: 900 };
      const plain = await browser.newContext({ colorScheme, viewport });
      const page = await plain.newPage();
      let requests = -1, messages = 0, dialogs = 0;
      page.on('request', () => requests++);
      page.on('console', () => messages++);
      page.on('dialog', (dialog) => { dialogs++; dialog.dismiss(); });
      await page.goto('file://' + file);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      // axe itself is a script, so it runs in a context that does not keep the page's policy.
      const open = await browser.newContext({ colorScheme, viewport, bypassCSP: true });
      const again = await open.newPage();
      await again.goto('file://' + file);
      await again.evaluate(axe);
      const result = await again.evaluate((values) => axe.run(document, { runOnly: values }), RULES);
      const figures = { violations: result.violations.length, requests, messages, dialogs, overflow };
      console.log(file, colorScheme, width, JSON.stringify(figures), `passes ${result.passes.length}`);
      for (const violation of result.violations) {
        console.log('  ', violation.id, violation.nodes.length, violation.nodes[0].html.slice(0, 160));
      }
      bad += Object.values(figures).filter((figure) => figure > 0).length;
      await plain.close();
      await open.close();
    }
  }
}
await browser.close();
process.exit(bad ? 1 : 0);

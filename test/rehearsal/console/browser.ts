import { expect } from '@jest/globals';
import axe from 'axe-core';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { executable } from '../../../sandbox/executable.ts';
import { eventually } from '../../support/eventually.ts';

/** Where pictures of the states are put, to be looked at. Without it none are taken: they take a quarter of the time. */
const { CONSOLE_PICTURES: PICTURES } = process.env;

const executablePath = executable('chromium', 'CHROMIUM_BIN');

/** What to add to the title of tests that this machine cannot run; null when it can. */
export const withoutBrowser = executablePath === null ? ' (needs chromium: CHROMIUM_BIN, or one on the PATH)' : null;

export function startBrowser(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run']; // prettier-ignore
  return chromium.launch({ ...(executablePath === null ? {} : { executablePath }), args });
}

const isNamed = (text: string, name: string | RegExp): boolean =>
  typeof name === 'string' ? text === name : name.test(text);

/** Somebody in front of the page, and everything that the page must not do meanwhile. */
export class Visit {
  /** Violations of the policy, errors and warnings of the console, requests to another origin. */
  readonly complaints: string[] = [];
  readonly page: Page;
  private readonly context: BrowserContext;
  private readonly url: string;

  private constructor(page: Page, context: BrowserContext, url: string) {
    this.page = page;
    this.context = context;
    this.url = url;
  }

  /** @param url of the service @param fragment the address within the page @param prepare before the page is opened */
  static async begin(
    browser: Browser,
    url: string,
    fragment = '',
    headers: Record<string, string> = {},
    prepare: (page: Page) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<Visit> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      extraHTTPHeaders: headers,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    const visit = new Visit(page, context, url);
    await visit.listen();
    await prepare(page);
    await page.goto(`${url}/console${fragment}`);
    return visit;
  }

  private async listen(): Promise<void> {
    const { page, complaints, url } = this;
    page.on('console', (message) => {
      // The browser itself writes a line for each answer with 4xx or 5xx, and for each failed connection.
      const isOfTheNetwork = message.text().startsWith('Failed to load resource');
      if (['error', 'warning'].includes(message.type()) && !isOfTheNetwork) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(url)) complaints.push(`request to ${request.url()}`);
    });
    await page.exposeFunction('reportViolation', (text: string) => complaints.push(text));
    await page.addInitScript(`
      addEventListener('securitypolicyviolation', (event) => {
        reportViolation(event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample);
      });`);
  }

  /** Waits for the page's own word for where it is. */
  async reaches(state: string): Promise<void> {
    await this.page.locator(`[data-state="${state}"]`).first().waitFor();
  }

  /** Goes on with Tab until the control of that name has the focus. */
  async tabTo(name: string | RegExp): Promise<void> {
    for (let times = 0; times < 120; times += 1) {
      if (isNamed(await this.focused(), name)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not reach ${String(name)}`);
  }

  /** Waits until the control or heading of that name has the focus. */
  async focuses(name: string | RegExp): Promise<void> {
    await eventually(`the focus is on ${String(name)}`, async () => isNamed(await this.focused(), name));
  }

  /** The accessible name of the focused element. */
  private focused(): Promise<string> {
    return this.page.evaluate(`(() => {
      const it = document.activeElement;
      const label = it.labels?.[0]?.textContent ?? it.getAttribute('aria-label');
      return (label ?? it.textContent ?? '').replace(/\\s+/g, ' ').trim();
    })()`);
  }

  /** With keys alone, as all that follows. */
  async press(name: string | RegExp): Promise<void> {
    await this.tabTo(name);
    await this.page.keyboard.press('Enter');
  }

  async find(text: string): Promise<void> {
    await this.page.locator('#find').waitFor();
    // From within a field the key would be a letter.
    await this.page.evaluate('document.activeElement.blur()');
    await this.page.keyboard.press('/');
    await this.page.keyboard.type(text);
    await this.page.keyboard.press('Enter');
  }

  async signIn(key: string): Promise<void> {
    await this.reaches('signed_out');
    await this.tabTo(/^(Key|Token)$/);
    await this.page.keyboard.type(key);
    await this.page.keyboard.press('Enter');
    await this.page.locator('#find').waitFor();
  }

  text(selector: string): Promise<string> {
    return this.page.locator(selector).first().innerText();
  }

  /** Checks the page in both colour schemes and five sizes. Finds accessibility violations and elements wider than the page. */
  async expectGood(name: string): Promise<void> {
    await this.page.emulateMedia({ reducedMotion: 'reduce' });
    for (const colorScheme of ['light', 'dark'] as const) {
      await this.page.emulateMedia({ colorScheme });
      expect({ name, colorScheme, violations: await this.inaccessible() }).toEqual({ name, colorScheme, violations: [] });
      await this.takePicture(`${name}-${colorScheme}`);
    }
    for (const [width, height] of [[320, 640], [600, 900], [769, 900], [1000, 900], [3840, 2160]] as const) {
      await this.page.setViewportSize({ width, height });
      const most: number = await this.page.evaluate('document.documentElement.scrollWidth');
      const [covered, broken] = await Promise.all([this.covered(), this.broken()]);
      expect({ name, width, most, covered, broken }).toEqual({ name, width, most: width, covered: [], broken: [] });
      await this.takePicture(`${name}-${width}`, width < 1000);
    }
    await this.page.setViewportSize({ width: 1280, height: 900 });
    expect(this.complaints).toEqual([]);
  }

  private async takePicture(name: string, fullPage = true): Promise<void> {
    if (PICTURES === undefined) return;
    mkdirSync(PICTURES, { recursive: true });
    await this.page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage });
  }

  /** Controls in the head of the page whose middle another element hides. */
  private covered(): Promise<readonly string[]> {
    return this.page.evaluate(`(() => {
      scrollTo(0, 0);
      if (document.querySelector('dialog[open]')) return [];
      return [...document.querySelectorAll('.top :is(a, button, input, select, summary)')].filter((control) => {
        const { left, top, width, height } = control.getBoundingClientRect();
        return width > 0 && !control.contains(document.elementFromPoint(left + width / 2, top + height / 2));
      }).map((control) => control.outerHTML);
    })()`);
  }

  /** Controls whose words are broken: that have more lines than words. */
  private broken(): Promise<readonly string[]> {
    return this.page.evaluate(`[...document.querySelectorAll('.brand, button, label, summary')].filter((control) => {
      const range = document.createRange();
      range.selectNodeContents(control);
      const lines = new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom)));
      return lines.size > Math.max(1, control.textContent.trim().split(/\\s+/).length);
    }).map((control) => control.outerHTML)`);
  }

  private async inaccessible(): Promise<readonly string[]> {
    await this.page.evaluate(axe.source);
    const found: { id: string; nodes: { html: string; failureSummary: string }[] }[] = await this.page.evaluate(
      'axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then(({ violations }) => violations)',
    );
    return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
  }

  async end(): Promise<void> {
    expect(this.complaints).toEqual([]);
    await this.context.close();
  }
} // prettier-ignore

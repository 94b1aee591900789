// `<offhook-phone>` in somebody else's page, under a content policy as strict as ours: the example, as its reader would serve it.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Chromium, hasChromium } from '../peers/chromium.ts';
import { Offhook } from '../peers/offhook.ts';
import { World } from '../peers/world.ts';

const example = fileURLToPath(new URL('../../examples/embedding/', import.meta.url));
const built = fileURLToPath(new URL('../../packages/offhook/web/', import.meta.url));
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

test.runIf(hasChromium)(
  'The phone in a page of others registers, calls and tells of it by typed events, and breaks no rule of a strict content policy (P22)',
  async () => {
    await using world = new World();
    const port = await world.ports.take();
    const origin = `http://127.0.0.1:${port}`;
    const [server, chromium] = await Promise.all([
      Offhook.start(world, ['--origin', origin]),
      Chromium.start(world),
    ]);
    await serve(world, port, server);
    const { page, errors, printed } = await chromium.page(`${origin}/`);
    await page.evaluate(collect);

    const phone = page.locator('offhook-phone');
    await phone.getByRole('status').filter({ hasText: 'Ready' }).waitFor({ timeout: 20_000 });
    expect(await page.locator('#state').textContent()).toBe('ready');

    await page.getByRole('button', { name: 'Call us' }).click();
    await phone.getByRole('timer').waitFor({ timeout: 20_000 });
    expect(await page.locator('#state').textContent()).toBe('Echo: up');
    // Its styles are its own, also for the buttons that the page has styled.
    const red = 'rgb(220, 20, 60)';
    expect(await page.locator('#call').evaluate(colourOf)).toBe(red);
    expect(await phone.getByRole('button', { name: 'Mute' }).evaluate(colourOf)).not.toBe(red);

    await page.evaluate(hangUp);
    await world.until('the end', async () =>
      (await page.locator('#state').innerText()).endsWith(': over'),
    );
    expect(await page.evaluate(collected)).toEqual([]);
    expect(printed.filter((line) => /refused|violates/i.test(line))).toEqual([]);
    expect(errors).toEqual([]);
  },
);

/** The example's folder, what is built of the phone beside it, and the part of its server that knows who is logged in. */
async function serve(world: World, port: number, { httpPort }: Offhook): Promise<void> {
  const api = `http://127.0.0.1:${httpPort}`;
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ws://127.0.0.1:${httpPort}`,
    "img-src 'self'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const name = request.url === '/' ? '/index.html' : (request.url ?? '/');
    const headers = { 'content-security-policy': policy, 'x-content-type-options': 'nosniff' };
    if (name === '/phone-configuration') {
      const body = await (await fetch(`${api}/api/phone`)).text();
      response.writeHead(200, { ...headers, 'content-type': 'application/json' }).end(body);
      return;
    }
    const type = types[path.extname(name)] ?? 'application/octet-stream';
    for (const folder of [example, built]) {
      try {
        const file = readFileSync(path.join(folder, path.normalize(name)));
        response.writeHead(200, { ...headers, 'content-type': type }).end(file);
        return;
      } catch {
        // In the other folder, or in none.
      }
    }
    response.writeHead(404, headers).end();
  };
  const listening = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => {
    listening.listen(port, '127.0.0.1', resolve);
  });
  world.own({
    close: () =>
      new Promise<void>((resolve) => {
        listening.close(() => resolve());
        listening.closeAllConnections();
      }),
  });
}

function colourOf(element: unknown): string {
  const page = globalThis as unknown as {
    getComputedStyle(of: unknown): { readonly color: string };
  };
  return page.getComputedStyle(element).color;
}

function hangUp(): Promise<void> {
  const { document } = globalThis as unknown as {
    readonly document: { querySelector(name: string): { hangUp(): Promise<void> } };
  };
  return document.querySelector('offhook-phone').hangUp();
}

/** From now on, every rule of the policy that is broken is kept. */
function collect(): void {
  const { document } = globalThis as unknown as {
    readonly document: {
      addEventListener(
        type: string,
        listener: (event: {
          readonly violatedDirective: string;
          readonly blockedURI: string;
        }) => void,
      ): void;
    };
  };
  const broken: string[] = [];
  Reflect.set(globalThis, 'broken', broken);
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    broken.push(`${violatedDirective} ${blockedURI}`),
  );
}

function collected(): unknown {
  return Reflect.get(globalThis, 'broken');
}

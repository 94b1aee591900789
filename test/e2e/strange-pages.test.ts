// Pages of other sites in a real browser, at this very machine, where the phone needs no login: they learn and reach nothing.
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { Chromium, hasChromium, TestPage } from '../peers/chromium.ts';
import { Offhook } from '../peers/offhook.ts';
import { World } from '../peers/world.ts';

test.runIf(hasChromium)(
  'A name that turns into our address, and a page of another port, get no phone, no token and no WebSocket (A32, A34)',
  async () => {
    await using world = new World(90_000);
    const server = await Offhook.start(world);
    const { httpPort } = server;
    const elsewhere = await emptySite(world);
    const chromium = await Chromium.start(world, {
      // What a rebinding name server does in the middle of a visit.
      more: ['--host-resolver-rules=MAP rebound.example 127.0.0.1'],
    });
    const context = await chromium.context();
    const { page } = await TestPage.open(context, elsewhere);
    const reached = (host: string): Promise<Reached> => reach(page, `${host}:${httpPort}`);
    // The port of another server on this machine is another site.
    expect(await reached('127.0.0.1')).toEqual({ fetched: 'failed', socket: 'failed' });
    await page.goto(elsewhere.replace('127.0.0.1', 'rebound.example'));
    expect(await reached('rebound.example')).toEqual({ fetched: 'failed', socket: 'failed' });
    const rebound = await page.goto(`http://rebound.example:${httpPort}/`);
    expect(rebound?.status()).toBe(421);
    expect(await reached('rebound.example')).toEqual({ fetched: '421', socket: 'failed' });
    // And the server's own page does.
    await page.goto(`http://127.0.0.1:${httpPort}/`);
    expect(await reached('127.0.0.1')).toEqual({ fetched: '200', socket: 'open' });
  },
  90_000,
);

interface Reached {
  readonly fetched: string;
  readonly socket: string;
}

/** What a page gets of the server at `host`. */
function reach(page: Page, host: string): Promise<Reached> {
  return page.evaluate(async (at) => {
    const fetched = fetch(`http://${at}/api/phone`).then(
      ({ status }) => String(status),
      () => 'failed',
    );
    const socket = new WebSocket(`ws://${at}/`, 'sip');
    const opened = new Promise<string>((resolve) => {
      socket.addEventListener('open', () => resolve('open'));
      socket.addEventListener('error', () => resolve('failed'));
    });
    const result = { fetched: await fetched, socket: await opened };
    socket.close();
    return result;
  }, host);
}

/** Another site on this machine, with an empty page. */
async function emptySite(world: World): Promise<string> {
  const site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>elsewhere</title>');
  });
  await new Promise<void>((resolve) => {
    site.listen(0, '127.0.0.1', resolve);
  });
  world.own({
    close: () => {
      site.closeAllConnections();
      site.close();
    },
  });
  const address = site.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
}

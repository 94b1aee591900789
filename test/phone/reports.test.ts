// What the phone tells the server of its calls: in batches, of calls alone, without secrets, and never so that a call suffers.
import { expect, test } from 'vitest';
import { ServerRefusal } from '../../packages/web/src/model/ports.ts';
import { parseTapLine } from '../../packages/sip/src/trace/index.ts';
import type { FakeStore } from './fake-browser.ts';
import { inPhoneWorld } from './world.ts';

test('P24: what the phone saw of its own call is sent to the server, in order and in few batches', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    await world.elapse(10_000);
    // The registration is nobody's call.
    expect(opened.page.server.reports).toEqual([]);
    const bob = await world.call(opened);
    await bob.ringBack();
    await bob.answer();
    await world.elapse(10_000);
    const { reports } = opened.page.server;
    expect(reports.length).toBeGreaterThan(0);
    expect(reports.length).toBeLessThanOrEqual(6);
    const told = reports
      .join('')
      .trim()
      .split('\n')
      .map((line) => {
        const read = parseTapLine(line);
        expect(read.ok).toBe(true);
        return read.ok ? read.value : undefined;
      });
    const first = told.flatMap((one) => (one?.kind === 'message' ? one.text.split('\r\n')[0] : []));
    expect(first[0]).toMatch(/^INVITE /);
    expect(first.some((line) => line?.startsWith('SIP/2.0 200 '))).toBe(true);
    expect(first.filter((line) => line?.startsWith('REGISTER'))).toEqual([]);
    const times = told.map((one) => one?.at ?? 0);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  }));

test('P24: no secret is in what the phone tells: tokens, nonces, ICE passwords', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const bob = await world.call(opened);
    await bob.answer();
    await world.elapse(5_000);
    const text = opened.page.server.reports.join('');
    expect(text).not.toBe('');
    expect(text).not.toMatch(/token-\d|Bearer [^*\\]/);
  }));

test('P24: a server that takes no reports is asked less and less, and the phone goes on as if nothing were', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    let asked = 0;
    const { server } = opened.page;
    server.report = () => {
      asked += 1;
      return Promise.reject(new ServerRefusal(404, 'NO_TRACES', 'No traces'));
    };
    for (let call = 0; call < 20; call += 1) {
      const bob = await world.call(opened);
      await bob.answer();
      bob.call.hangUp();
      await world.elapse(20);
      bob.respond(bob.take('BYE'), 200);
      await world.elapse(10_000);
    }
    expect(asked).toBeGreaterThan(1);
    expect(asked).toBeLessThan(9);
    expect(opened.phone.history.entries.value).toHaveLength(20);
    expect(opened.phone.banner.value).toBeUndefined();
  }));

test('P24: what could not be sent while the server was away is sent when it is back', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const { server } = opened.page;
    const report = server.report.bind(server);
    server.report = () => Promise.reject(new TypeError('Failed to fetch'));
    const bob = await world.call(opened);
    await bob.answer();
    await world.elapse(5_000);
    expect(server.reports).toEqual([]);
    server.report = report;
    await world.elapse(20_000);
    expect(server.reports.join('')).toContain('INVITE ');
  }));

test('W6: a call that nobody reacts to has the number of its fault in the history, and keeps it over a reload', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    await world.call(opened);
    await world.elapse(60_000);
    const [entry] = opened.phone.history.entries.value;
    expect(entry).toMatchObject({ how: 'failed', fault: 1 });
    const store = opened.page.tables;
    await world.close(opened);
    const again = await world.open({ store: store as FakeStore });
    expect(again.phone.history.entries.value[0]?.fault).toBe(1);
  }));

test('W6: a call as it should be has no fault in the history', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const bob = await world.talk(opened);
    await world.elapse(5_000);
    await bob.hangUp();
    await world.elapse(10_000);
    expect(opened.phone.history.entries.value).toMatchObject([{ how: 'answered' }]);
    expect(opened.phone.history.entries.value[0]?.fault).toBeUndefined();
  }));

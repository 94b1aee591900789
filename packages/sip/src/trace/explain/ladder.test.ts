// Ladders of the sample calls against files that a person has read.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Observation } from '../../base/tap.ts';
import * as samples from '../sample/calls.ts';
import { audioSdp, CallWriter, party, request, response } from '../sample/call-writer.ts';
import { chain } from '../sample/chain.ts';
import { ladder } from './ladder.ts';
import { cells } from './show.ts';

const golden = fileURLToPath(new URL('../golden/', import.meta.url));
const calls = Object.entries(samples).filter(([name]) => name !== 'Pair');

function fileOf(name: string): string {
  return `${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.txt`;
}

describe('the whole ladder', () => {
  test.each(calls)('of %s is as in its golden file', async (name, make) => {
    await expect(ladder(make())).toMatchFileSnapshot(`${golden}${fileOf(name)}`);
  });

  test('has a golden file for each sample and no other', () => {
    const files = readdirSync(golden).filter((file) => !file.startsWith('look-'));
    expect(files.toSorted()).toEqual(calls.map(([name]) => fileOf(name)).toSorted());
  });

  test('with box drawing is as in its golden file', async () => {
    await expect(ladder(samples.lossyCall(), { unicode: true })).toMatchFileSnapshot(
      `${golden}look-unicode.txt`,
    );
  });

  test('tells every step, timer and request line when asked for all', async () => {
    await expect(ladder(samples.basicCall(), { verbosity: 'full' })).toMatchFileSnapshot(
      `${golden}look-full.txt`,
    );
  });

  test('tells arrows and media alone when asked to be brief', async () => {
    await expect(ladder(samples.holdAndResume(), { verbosity: 'brief' })).toMatchFileSnapshot(
      `${golden}look-brief.txt`,
    );
  });

  test('is the same for the same observations', () => {
    expect(ladder(samples.proxiedCall())).toBe(ladder(samples.proxiedCall()));
  });

  test.each(calls)('of %s fits into 100 cells and is plain ASCII', (_name, make) => {
    for (const line of ladder(make()).split('\n')) {
      expect(cells(line)).toBeLessThanOrEqual(100);
      expect(line).toMatch(/^[\x20-\x7e]*$/);
    }
  });

  test('has colours only when asked', () => {
    expect(ladder(samples.basicCall(), { unicode: true })).not.toContain('\u001B');
    const coloured = ladder(samples.basicCall(), { colour: true });
    expect(coloured).toContain('\u001B[36mT1\u001B[0m');
    // The same picture once the colours are taken off.
    // Colours are control characters
    expect(coloured.replaceAll(/\u001B\[[\d;]*m/g, '')).toBe(
      ladder(samples.basicCall(), { unicode: true }),
    );
  });

  test('tells one call after the other, however they are mixed', () => {
    const mixed = [...samples.basicCall(), ...samples.busyCall(), ...samples.lonelyMessage()].sort(
      (a, b) => a.at - b.at,
    );
    const text = ladder(mixed);
    expect(text.match(/^== call \d, /gm)).toEqual(['== call 1, ', '== call 2, ', '== call 3, ']);
    expect(text).toContain('call 2: refused: 486 Busy Here | 1 transaction, 1 dialog, 1 session');
    expect(text).toContain('call 3: delivered (200 OK) | 1 transaction, no dialogs, no sessions');
  });

  test('Text from the network cannot steer a terminal (A14)', () => {
    const text = ladder(hostileCall(), { unicode: true });
    // That there are none is what is tested
    expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/);
    expect(text).toContain('\\u{1b}[31m');
    expect(text).toContain('\\u{202e}');
    for (const line of text.split('\n')) expect([line, cells(line) <= 100]).toEqual([line, true]);
  });

  test('shows passwords in request lines as stars', () => {
    const writer = new CallWriter();
    const alice = party('alice', '10.0.0.1:5060');
    const options = request({
      method: 'OPTIONS',
      uri: 'sip:bob:hunter2@10.0.0.2',
      via: ['SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKp'],
      from: '<sip:alice:hunter2@10.0.0.1>;tag=1',
      to: '<sip:bob@10.0.0.2>',
      callId: 'password',
      cseq: 1,
    });
    writer.hop(options, { at: 0, from: alice, to: party('bob', '10.0.0.2:5060', false) });
    const text = ladder(writer.observations, { verbosity: 'full' });
    expect(text).toContain('OPTIONS sip:bob:*******@10.0.0.2 SIP/2.0');
    expect(text).not.toContain('hunter2');
  });

  test('draws a column for each of five parties', () => {
    const text = ladder(chain(5));
    const [, names = '', addresses = ''] = text.split('\n');
    expect(names.trim().split(/ +/)).toEqual(['p1', 'p2', 'p3', 'p4', 'p5']);
    expect(addresses.trim().split(/ +/)).toHaveLength(5);
    expect(text.match(/- MESSAGE -+>/g)).toHaveLength(4);
  });
});

/** A call whose every text tries to write elsewhere on the screen. */
function hostileCall(): readonly Observation[] {
  const writer = new CallWriter();
  const evil = '\u001B[31m\u00E2\u0080\u00AEroot\u009B2J\u0007';
  const alice = party('alice', '10.0.0.1:5060');
  const eve = party(`eve${evil}`, '10.0.0.9:5060');
  const invite = request({
    method: 'INVITE',
    uri: 'sip:bob@10.0.0.1',
    via: ['SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKevil'],
    from: `"${evil}" <sip:eve@10.0.0.9>;tag=1`,
    to: '<sip:bob@10.0.0.1>',
    callId: 'evil',
    cseq: 1,
    headers: [['User-Agent', evil.repeat(2000).slice(0, 7000)]],
    sdp: audioSdp('10.0.0.9', 4000, 'sendrecv').replace('m=audio', 'a=tool:x\r\nm=audio'),
  });
  writer.hop(invite, { at: 0, from: eve, to: alice });
  const busy = response(invite, 486, 'b')
    .toText()
    .replace('Busy Here', `${evil} ${'long '.repeat(40)}`);
  writer.observations.push({
    v: 1,
    kind: 'message',
    at: writer.observations[0]?.at ?? 0,
    endpoint: 'alice',
    direction: 'out',
    protocol: 'UDP',
    flow: evil,
    local: alice.address,
    remote: eve.address,
    text: busy,
  });
  writer.observations.push({
    v: 1,
    kind: 'dropped',
    at: (writer.observations[0]?.at ?? 0) + 10,
    endpoint: 'alice',
    flow: evil,
    remote: eve.address,
    reason: 'The first line is malformed',
    text: `${evil}\u202e\r\n${evil}`,
  });
  return writer.observations;
}

// Calls over TLS and WSS, recorded by tshark and read with the key log of their server: each message that tshark finds with it, we find.
import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import '@offhook/sip/node';
import { CaptureReader, KeyLog } from '@offhook/sip/trace';
import { expect, test } from 'vitest';
import { hasOpenssl } from '../../packages/sip/src/node/certificates.test-kit.ts';
import { Baresip } from '../peers/baresip.ts';
import { Capture, mayCapture } from '../peers/capture.ts';
import { Offhook, offhook } from '../peers/offhook.ts';
import { installed } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { World } from '../peers/world.ts';

/** `FRAME CALL-ID CSEQ METHOD-OR-STATUS` of each message, as our reader finds them. */
function ownLines(file: string, keys: KeyLog): readonly string[] {
  const reader = new CaptureReader({ keys });
  const items = [...reader.push(readFileSync(file)), ...reader.end()];
  return items.flatMap((item) => {
    if (item.kind !== 'observation' || item.observation.kind !== 'message') return [];
    const { text } = item.observation;
    const [, status, method] = /^(?:SIP\/2\.0 (\d+)|(\w+))/.exec(text) ?? [];
    const value = (name: string): string =>
      new RegExp(`^(?:${name}):\\s*(.*?)\\s*$`, 'im').exec(text)?.[1] ?? '';
    return [`${item.frame} ${value('Call-ID|i')} ${value('CSeq')} ${status ?? method}`];
  });
}

/** The same as tshark finds it with this preference; messages in one frame are one row of it. SIP is told on `sipPorts`, the others are TLS. */
function tsharkLines(
  file: string,
  preference: string,
  ports: readonly number[],
  sipPorts: readonly number[],
): readonly string[] {
  const fields = ['frame.number', 'sip.Call-ID', 'sip.CSeq', 'sip.Status-Code', 'sip.Method'];
  const text = execFileSync(
    'tshark',
    [
      ...['-n', '-r', file, '-o', preference, '-Y', 'sip', '-T', 'fields'],
      ...ports.flatMap((port) => ['-d', `tcp.port==${port},tls`]),
      ...sipPorts.flatMap((port) => ['-d', `tls.port==${port},sip`]),
      ...fields.flatMap((field) => ['-e', field]),
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  return text
    .split('\n')
    .filter(Boolean)
    .flatMap((row) => {
      const [frame = '', ...columns] = row.split('\t');
      const [ids = [], cseqs = [], statuses = [], methods = []] = columns.map((column) =>
        column === '' ? [] : column.split(','),
      );
      // Of several messages in a frame, statuses and methods have lost their places; there the first fields are enough.
      return ids.map((id, at) => {
        const what = ids.length === 1 ? (statuses[0] ?? methods[0]) : '';
        return `${frame} ${id} ${cseqs[at]} ${what}`;
      });
    });
}

test.runIf(hasOpenssl && installed('tshark', 'baresip') && mayCapture())(
  'calls over TLS 1.3, TLS 1.2 and WSS are read from a capture as tshark reads them, and explain tells them with --keys',
  async () => {
    await using world = new World(110_000);
    const keyFile = path.join(world.folder, 'keys.log');
    const server = await Offhook.start(world, ['--quiet'], {
      NODE_OPTIONS: `--tls-keylog=${keyFile}`,
    });
    const ports = [server.tlsPort, server.httpsPort];
    const capture = await Capture.start(world, `tcp and ${world.ports.filter}`, []);
    const phone = await Baresip.start(world, {
      ...{ user: 'alice', server: `127.0.0.1:${server.tlsPort}`, transport: 'tls', hertz: 1000 },
      ...{ password: await server.user('alice'), ca: server.certificateFile },
    });
    await phone.registered();
    await phone.tell('dial', `sip:echo@127.0.0.1:${server.tlsPort}`);
    await phone.sees('CALL_ESTABLISHED');
    await phone.tell('hangup');
    await phone.sees('CALL_CLOSED');
    const tls = [`sip:echo@127.0.0.1:${server.tlsPort}`, '--transport', 'tls'];
    const wss = [server.aor('echo'), '--server', `wss://127.0.0.1:${server.httpsPort}/`];
    for (const [way, version] of [
      [tls, '1.2'],
      [wss, '1.2'],
      [wss, '1.3'],
    ] as const) {
      const words = ['call', ...way, '--seconds', '1', '--ca', server.certificateFile];
      const call = offhook(world, words, { NODE_OPTIONS: `--tls-max-v${version}` });
      expect(await call.finished(30_000), call.tail()).toBe(0);
    }
    await capture.stop();

    const keys = new KeyLog(readFileSync(keyFile));
    const own = ownLines(capture.file, keys);
    expect(own.filter((line) => line.endsWith(' INVITE'))).toHaveLength(4);
    expect(own.filter((line) => line.endsWith(' BYE'))).toHaveLength(4);
    const preference = `tls.keylog_file:${keyFile}`;
    const theirs = tsharkLines(capture.file, preference, ports, [server.tlsPort]);
    const alike = (lines: readonly string[]): readonly string[] =>
      lines.map((line) => line.split(' ').slice(0, 4).join(' ')).toSorted();
    expect(alike(own)).toEqual(alike(theirs));

    const words = ['explain', capture.file, '--keys', keyFile, '--json'];
    const explained = offhook(world, words);
    expect(await explained.finished(30_000), explained.tail()).toBe(0);
    const calls = explained.output.split('\n').filter((line) => line.includes('"event":"call"'));
    expect(calls.filter((line) => line.includes('"method":"INVITE"'))).toHaveLength(4);
    const blind = offhook(world, ['explain', capture.file]);
    expect(await blind.finished(30_000), blind.tail()).toBe(0);
    expect(blind.output).toContain('Add the key log');
  },
  120_000,
);

test.runIf(installed('tshark'))(
  'connections of older kinds are read with their key log, and with the private key of their server, as tshark reads them',
  async () => {
    await using world = new World();
    const golden = (name: string): Buffer =>
      readFileSync(new URL(`../../packages/sip/src/trace/capture/golden/${name}`, import.meta.url));
    const place = (name: string, bytes: string | Uint8Array): string => {
      const file = path.join(world.folder, name);
      writeFileSync(file, bytes, { mode: 0o600 });
      return file;
    };
    const file = place('old.pcapng', gunzipSync(golden('tls-old.pcapng.gz')));
    const log = place('keys.log', golden('tls-old-keys.log'));
    const key = createPrivateKey({ key: golden('tls-old-key.bin'), type: 'pkcs8', format: 'der' });
    const pem = place('server.key', key.export({ type: 'pkcs8', format: 'pem' }));
    const own = ownLines(file, new KeyLog(readFileSync(log)));
    const items = new CaptureReader({ keys: new KeyLog(readFileSync(log)) }).push(
      readFileSync(file),
    );
    const servers = items.flatMap((item) =>
      item.kind === 'observation' && item.observation.kind === 'message'
        ? [Math.min(item.observation.local.port, item.observation.remote.port)]
        : [],
    );
    const ports = [...new Set(servers)];
    expect(own).toHaveLength(90);
    expect(own).toEqual(tsharkLines(file, `tls.keylog_file:${log}`, ports, ports));
    const byKey = ownLines(file, new KeyLog(readFileSync(pem)));
    expect(byKey).toHaveLength(60);
    expect(byKey).toEqual(tsharkLines(file, `uat:rsa_keys:"${pem}",""`, ports, ports));
  },
);

test.runIf(installed('tshark', 'sipp') && mayCapture())(
  'a call that tshark records on two interfaces at once is one call without repeats, over IPv4 and IPv6',
  async () => {
    await using world = new World();
    for (const host of ['127.0.0.1', '::1']) {
      // More than one, since a phone of another test may ask at this port for what was there before.
      const callee = await Sipp.start(world, { scenario: 'uas', calls: 100, host });
      const capture = await Capture.start(
        world,
        `udp port ${callee.port}`,
        [callee.port],
        ['lo', 'any'],
      );
      const at = host.includes(':') ? `[${host}]` : host;
      const target = `${at}:${callee.port}`;
      const caller = await Sipp.start(world, { scenario: 'uac', target, calls: 1, host });
      expect(await caller.finished()).toMatchObject({ status: 0, succeeded: 1 });
      await capture.stop();
      const own = ownLines(capture.file, new KeyLog());
      // SIPp's own: a phone of another test may call here as well.
      const id = own.find((line) => / 1-\d+@\S+ 1 INVITE INVITE$/.test(line))?.split(' ')[1] ?? '';
      expect(capture.fields(`sip.Call-ID == "${id}"`, ['frame.number'])).toHaveLength(12);
      expect(own.filter((line) => line.includes(id))).toHaveLength(6);
    }
  },
);

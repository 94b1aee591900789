// Two hundred calls of all kinds at once, told by our own tap: what we count is what tshark counts in the capture that we write of them (M11).
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { impairedUdp } from '@offhook/sip/testing/node';
import { expect, test } from 'vitest';
import { tone, writeMulaw } from '../peers/audio.ts';
import { Baresip } from '../peers/baresip.ts';
import { Capture, mayCapture } from '../peers/capture.ts';
import { Offhook, offhook } from '../peers/offhook.ts';
import { PagePhone } from '../peers/page-phone.ts';
import { installed } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { pause, World } from '../peers/world.ts';

const mix = { lossy: 80, tcp: 60, tls: 20, wss: 20, baresip: 12, browser: 8 };

/** What `offhook explain --json` says of a call. */
interface Told {
  readonly event: string;
  readonly method: string;
  readonly messages: number;
  readonly resent: number;
  readonly dialogs: number;
  readonly streams: readonly { readonly packets: number; readonly lost: number }[];
}

test.runIf(installed('sipp', 'baresip', 'tshark', 'chromium', 'openssl') && mayCapture())(
  'messages, repeats, dialogs, RTP packets and losses of 200 mixed calls are those that tshark counts (M11)',
  async () => {
    await using world = new World(280_000);
    const server = await Offhook.start(world);
    // Version 2 in the first bits is RTP and RTCP: no messages, which others on this machine may send meanwhile.
    const media = await Capture.start(world, 'udp[8] & 0xc0 = 0x80', []);
    await Promise.all([
      lossy(world, server),
      sippOverTcp(world, server),
      ownCalls(world, server, mix.tls, [
        '--transport',
        'tls',
        '--server',
        `127.0.0.1:${server.tlsPort}`,
      ]),
      ownCalls(world, server, mix.wss, ['--server', `wss://127.0.0.1:${server.httpsPort}/`]),
      fromBaresip(world, server),
      fromBrowser(world, server),
    ]);
    // Until the last repeats are over.
    await pause(5_000);
    await media.stop();

    const records = path.join(world.folder, 'records.jsonl');
    const written = path.join(world.folder, 'written.pcap');
    writeFileSync(
      records,
      server.events
        .filter(({ event }) => event === 'observation')
        .map((event) => `${JSON.stringify(event)}\n`)
        .join(''),
    );
    const explain = offhook(world, [
      ...['explain', records, media.file, '--json', '--no-ladder', '--pcap', written],
    ]);
    expect(await explain.finished(60_000), explain.tail()).toBe(0);
    const calls = explain.output
      .split('\n')
      .filter((line) => line.startsWith('{"event":"call"'))
      .map((line) => JSON.parse(line) as Told);
    const invites = calls.filter(({ method }) => method === 'INVITE');
    expect(invites.length).toBe(Object.values(mix).reduce((sum, count) => sum + count));

    const ours = {
      messages: sum(calls, ({ messages }) => messages),
      resent: sum(calls, ({ resent }) => resent),
      dialogs: sum(calls, ({ dialogs }) => dialogs),
      packets: sum(calls, ({ streams }) => sum(streams, ({ packets }) => packets)),
      lost: sum(calls, ({ streams }) => sum(streams, ({ lost }) => lost)),
    };
    expect(ours.resent).toBeGreaterThan(20);
    expect(ours.packets).toBeGreaterThan(10_000);
    expect(countedByTshark(written)).toEqual(ours);
  },
  290_000,
);

async function lossy(world: World, server: Offhook): Promise<void> {
  const target = { host: server.host, port: server.port };
  const loss = { toTarget: { loss: 0.15 }, toClient: { loss: 0.15 } };
  const port = await world.ports.take();
  const line = world.own(await impairedUdp({ target, seed: 5, local: { port }, ...loss }));
  const sound = path.join(world.folder, 'sound.ul');
  writeMulaw(sound, tone(1_000, 3));
  const uac = await Sipp.start(world, {
    scenario: 'uac-plays',
    target: `127.0.0.1:${line.local.port}`,
    uri: server.aor('echo'),
    calls: mix.lossy,
    rate: 4,
    hold: 1_500,
    values: { SOUND: sound },
    more: ['-max_invite_retrans', '6', '-max_non_invite_retrans', '10'],
  });
  await uac.finished(200_000);
}

async function sippOverTcp(world: World, server: Offhook): Promise<void> {
  const uac = await Sipp.start(world, {
    scenario: 'uac',
    target: `127.0.0.1:${server.port}`,
    uri: server.aor('echo'),
    transport: 'tcp',
    calls: mix.tcp,
    rate: 4,
    hold: 500,
  });
  expect((await uac.finished(200_000)).succeeded).toBe(mix.tcp);
}

/** Two at a time. */
async function ownCalls(
  world: World,
  server: Offhook,
  count: number,
  way: readonly string[],
): Promise<void> {
  const more = ['--ca', server.certificateFile, '--play', 'tone:1000', '--seconds', '1', '--json'];
  for (let done = 0; done < count; done += 2) {
    await Promise.all(
      Array.from({ length: 2 }, async () => {
        const call = offhook(world, ['call', server.aor('echo'), ...way, ...more]);
        expect(await call.finished(90_000), call.tail()).toBe(0);
      }),
    );
  }
}

async function fromBaresip(world: World, server: Offhook): Promise<void> {
  const password = await server.user('alice');
  const phone = await Baresip.start(world, { user: 'alice', server: server.address, password });
  await phone.registered();
  for (let call = 1; call <= mix.baresip; call += 1) {
    await phone.tell('dial', server.aor('echo'));
    await phone.sees('CALL_ESTABLISHED', 20_000, call);
    await pause(1_000);
    await phone.tell('hangup');
    await phone.sees('CALL_CLOSED', 20_000, call);
  }
}

async function fromBrowser(world: World, server: Offhook): Promise<void> {
  const phone = await PagePhone.start(world, server, { hertz: 1_000 });
  for (let call = 0; call < mix.browser; call += 1) {
    await phone.dial(server.aor('echo'));
    await phone.isUp();
    await pause(1_000);
    await phone.press('Hang up');
    await phone.isOver();
  }
}

/** The same, by tshark alone. A dialog is a Call-ID with two tags that a 1xx or 2xx to INVITE or SUBSCRIBE, or a NOTIFY, made. */
function countedByTshark(file: string): Readonly<Record<string, number>> {
  const read = (more: readonly string[]): string =>
    execFileSync('tshark', ['-n', '-r', file, '-o', 'rtp.heuristic_rtp:TRUE', ...more], {
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const separated = ['-T', 'fields', '-E', 'separator=/t', '-E', 'occurrence=f'];
  const names = [
    ...['sip.Call-ID', 'sip.from.tag', 'sip.to.tag', 'sip.CSeq', 'sip.CSeq.method'],
    ...['sip.Status-Code', 'sip.resend', 'sip.Via.branch', 'ip.src', 'ip.dst'],
    ...['udp.srcport', 'udp.dstport'],
  ];
  const messages = read(['-Y', 'sip', ...separated, ...names.flatMap((name) => ['-e', name])])
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
  const dialogs = new Set(
    messages.flatMap(([callId = '', from = '', to = '', , method = '', status = '']) => {
      const isEarlyOrUp = Number(status) > 100 && Number(status) < 300;
      const makes =
        method === 'NOTIFY' || ((method === 'INVITE' || method === 'SUBSCRIBE') && isEarlyOrUp);
      return makes && from !== '' && to !== '' ? [callId, ...[from, to].toSorted()].join(' ') : [];
    }),
  );
  const row =
    /^\s*[\d.]+\s+[\d.]+\s+\S+\s+\d+\s+\S+\s+\d+\s+0x[0-9A-F]+\s+\S.*?\s(\d+)\s+(-?\d+)\s+\(/gim;
  const streams = [...read(['-q', '-z', 'rtp,streams']).matchAll(row)];
  const again = repeats(messages);
  const flagged = messages.filter(([, , , , , , resend]) => resend === '1' || resend === 'True');
  // tshark flags over UDP alone, and keeps one state a direction: no repeated 1xx, and no ACK that comes again after BYE.
  const missed = again.filter(
    ([, , , , method = '', status = '', resend, , , , udpPort]) =>
      udpPort !== '' &&
      resend !== '1' &&
      resend !== 'True' &&
      method !== 'ACK' &&
      !status.startsWith('1'),
  );
  expect(missed).toEqual([]);
  for (const message of flagged) expect(again).toContain(message);
  return {
    messages: messages.length,
    resent: again.length,
    dialogs: dialogs.size,
    packets: sum(streams, ([, packets]) => Number(packets)),
    lost: sum(streams, ([, , lost]) => Number(lost)),
  };
}

/** Those of which tshark shows the same in everything that identifies a message on its hop. */
function repeats(messages: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const seen = new Set<string>();
  return messages.filter(([callId, from, to, cseq, method, status, , ...hop]) => {
    const key = JSON.stringify([callId, from, to, cseq, method, status, hop]);
    const isAgain = seen.has(key);
    seen.add(key);
    return isAgain;
  });
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

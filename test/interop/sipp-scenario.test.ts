// A scenario made of a capture plays the fault again: stock SIPp on both sides, and against our own stack (W3).
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { CaptureReader, TraceBook, toSippScenario } from '@offhook/sip/trace';
import type { CallDocument } from '@offhook/sip/trace';
import { mayCapture } from '../peers/capture.ts';
import { Offhook, offhook } from '../peers/offhook.ts';
import { installed, Program } from '../peers/program.ts';
import { Ports } from '../peers/ports.ts';
import { pause, World } from '../peers/world.ts';

const faults = fileURLToPath(new URL('../../packages/offhook/faults/', import.meta.url));
const possible = installed('sipp', 'tshark') && mayCapture();

/** A call of one capture, and how it is played. */
interface Replay {
  readonly file: string;
  readonly fault: number;
  /** How many times as fast as it was. */
  readonly faster?: number;
  /** The two parties that are played, when there are more. */
  readonly between?: readonly [number, number];
}

function bookOf(bytes: Uint8Array, name: string, faster = 1): TraceBook {
  const reader = new CaptureReader({ name });
  const book = new TraceBook();
  let begin: number | undefined;
  for (const item of [...reader.push(bytes), ...reader.end()]) {
    if (item.kind !== 'observation' || faster === 1) {
      book.add(item);
      continue;
    }
    const { observation } = item;
    begin ??= observation.at;
    const at = begin + (observation.at - begin) / faster;
    book.add({ ...item, observation: { ...observation, at } });
  }
  return book;
}

function documentOf(file: string, faster?: number): CallDocument | undefined {
  const bytes = new Uint8Array(gunzipSync(readFileSync(path.join(faults, `${file}.pcap.gz`))));
  const book = bookOf(bytes, file, faster);
  // Its number is that of the fault.
  const call = book.calls.find(({ id }) =>
    book.explanation(id)?.findings.some(({ fault }) => fault === Number(file.slice(0, 2))),
  );
  return book.document((call ?? book.calls[0])?.id ?? '');
}

/** Writes what plays each party of a capture. */
function scenariosOf(
  world: World,
  { file, faster, between }: Omit<Replay, 'fault'>,
): Map<'uac' | 'uas', string> {
  const document = documentOf(file, faster);
  const folder = path.join(world.folder, file);
  mkdirSync(folder);
  const roles = new Map<'uac' | 'uas', string>();
  for (const { id } of document?.parties ?? []) {
    if (between !== undefined && !between.includes(id)) continue;
    const scenario = document === undefined ? undefined : toSippScenario(document, id);
    for (const { name, text } of scenario?.files ?? []) {
      writeFileSync(path.join(folder, name), text);
      chmodSync(path.join(folder, name), 0o755);
    }
    if (scenario !== undefined) roles.set(scenario.role, path.join(folder, `${scenario.role}.sh`));
  }
  return roles;
}

function play(
  world: World,
  command: string | undefined,
  {
    port,
    media,
    target,
  }: { readonly port: number; readonly media: number; readonly target?: string },
): Program {
  if (command === undefined) throw new Error('This capture has no such side');
  const env = {
    ...{ TERM: 'dumb', PORT: String(port), MEDIA_PORT: String(media) },
    ...{ SIP_USER: 'alice', SIP_PASSWORD: 'wrong' },
    ...(target === undefined ? {} : { TARGET: target }),
  };
  return new Program(world, command, [], { env, patience: 500 });
}

/** Whether somebody has this port, for UDP or for TCP. To try it would keep it from the one who is to have it. */
function isTaken(port: number): boolean {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  return ['udp', 'tcp'].some((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .some((line) => line.slice(0, 24).includes(local)),
  );
}

/** Captures what happens meanwhile, and gives what is said of each call by a port of its caller. */
async function captured(
  world: World,
  act: () => Promise<void>,
): Promise<(port: number) => readonly (number | undefined)[]> {
  const file = path.join(world.folder, 'played.pcap');
  const tshark = new Program(world, 'tshark', [
    '-i',
    'lo',
    '-w',
    file,
    '-q',
    '-f',
    world.ports.filter,
  ]);
  await tshark.prints(/Capturing on/);
  await pause(500);
  await act();
  await pause(500);
  tshark.signal('SIGINT');
  await tshark.finished(10_000);
  const book = bookOf(new Uint8Array(readFileSync(file)), 'played.pcap');
  return (port) => {
    const call = book.calls.find(({ id }) =>
      book
        .document(id)
        ?.messages.some((one) => one.source.port === port || one.destination.port === port),
    );
    const explanation = call === undefined ? undefined : book.explanation(call.id);
    return (
      explanation?.findings
        .filter(({ severity }) => severity === 'fault')
        .map(({ fault }) => fault) ?? []
    );
  };
}

const both: readonly Replay[] = [
  // A 200 that is repeated for half a minute.
  { file: '10-ack-not-taken-baresip-offhook', fault: 10, faster: 6 },
  { file: '10-ack-not-taken-kamailio-tcp', fault: 10, faster: 6, between: [3, 4] },
  { file: '16-glare-kamailio', fault: 16, between: [1, 2] },
  { file: '16-glare-offhook', fault: 16 },
  { file: '16-glare-sipp', fault: 16 },
  { file: '19-two-answers-baresip', fault: 19 },
  { file: '19-two-answers-both-kept', fault: 19, between: [1, 2] },
  { file: '19-two-answers-sipp', fault: 19 },
  { file: '20-early-media-no-answer-sipp-480', fault: 20 },
  { file: '22-bye-wrong-tag-sipp-baresip', fault: 22 },
  { file: '22-bye-wrong-tag-sipp-offhook-tcp', fault: 22 },
  { file: '23-transfer-failed-sipp-tcp', fault: 23 },
  { file: '14-illegal-hold-answer-sipp-sendonly', fault: 14 },
  { file: '12-one-way-direction-sipp-offers-recvonly', fault: 12 },
  { file: '15-resume-cseq-sipp-baresip', fault: 15 },
  { file: '15-resume-cseq-sipp-tcp', fault: 15 },
  { file: '36-same-call-id-sipp', fault: 36 },
  { file: '06-refused-declined-kamailio-tcp', fault: 6, between: [1, 2] },
  { file: '21-cancel-crossed-sipp', fault: 21 },
  { file: '03-wrong-password-sipp-register', fault: 3 },
  { file: '04-stale-nonce-sipp-register', fault: 4 },
  { file: '05-forbidden-source-sipp-trunk', fault: 5 },
  { file: '06-refused-sipp-486', fault: 6 },
  { file: '07-no-common-codec-sipp-tcp', fault: 7 },
  { file: '18-session-interval-too-small-sipp-offhook', fault: 18 },
  { file: '30-loop-kamailio-tcp', fault: 30, between: [1, 2] },
  { file: '30-loop-kamailio-two', fault: 30, between: [1, 2] },
  { file: '31-oversize-sipp-513', fault: 31 },
  { file: '33-extension-required-sipp-tcp', fault: 33 },
];

/** Faults that lie where SIPp does not reach, and what the command says of it. */
const beyond: readonly (readonly [file: string, says: string])[] = [
  ['11-private-address-baresip', 'the media'],
  ['13-one-way-nat-sipp-port', 'the media'],
  ['25-dtmf-no-marker', 'the media'],
  ['26-ice-failed-baresip', 'ICE and DTLS'],
  ['27-dtls-openssl-fingerprint', 'ICE and DTLS'],
  ['28-websocket-dropped-page', 'WebSocket'],
  ['29-registration-expired-sipp', 'the registrations'],
  ['32-tcp-keep-alive-sipp-offhook', 'keep-alives'],
  ['35-poor-media-loss', 'the media'],
];

test.runIf(possible)(
  'both sides of a capture are played by SIPp, and the same fault is found again',
  async () => {
    await using world = new World(100_000);
    // One after the other: two that ask at once would get the same port.
    const ports = new Map<Replay, readonly number[]>();
    // SIPp takes the port of its media, and the second after that.
    const media = Array.from({ length: 3 }, () => world.own(new Ports()));
    for (const [index, replay] of both.entries()) {
      const block = media[index % media.length] ?? world.ports;
      const sip = await world.ports.take();
      ports.set(replay, [sip, sip + 1, await block.take(4), await block.take(4)]);
    }
    const faultsAt = await captured(world, async () => {
      await Promise.all(
        both.map(async (replay, index) => {
          const roles = scenariosOf(world, replay);
          const [uac = 0, uas = 0, near = 0, far = 0] = ports.get(replay) ?? [];
          // Not all at once: each SIPp keeps time by itself.
          await pause(300 * index);
          const answering = play(world, roles.get('uas'), { port: uas, media: far });
          await world.until('SIPp to listen', () => isTaken(uas), 30_000);
          const target = `127.0.0.1:${uas}`;
          const asking = play(world, roles.get('uac'), { port: uac, media: near, target });
          await asking.finished(60_000);
          await answering.finished(60_000);
        }),
      );
    });
    for (const replay of both)
      expect([replay.file, faultsAt(ports.get(replay)?.[0] ?? 0)]).toEqual([
        replay.file,
        expect.arrayContaining([replay.fault]),
      ]);
  },
  110_000,
);

test.runIf(possible)(
  'SIPp plays one side of a capture to our own stack, and the same fault is found again',
  async () => {
    await using world = new World(100_000);
    const server = await Offhook.start(world);
    // One after the other: two that ask at once would get the same port.
    const places = new Map<number, { readonly port: number; readonly media: number }>();
    for (const fault of [6, 14, 20, 22])
      places.set(fault, { port: await world.ports.take(), media: await world.ports.take(4) });
    const called = async (file: string, fault: number, more: readonly string[] = []) => {
      const place = places.get(fault) ?? { port: 0, media: 0 };
      const answering = play(world, scenariosOf(world, { file }).get('uas'), place);
      await world.until('SIPp to listen', () => isTaken(place.port), 30_000);
      const transport = file.includes('-tcp') || fault === 14 ? ';transport=tcp' : '';
      const uri = `sip:bob@127.0.0.1:${place.port}${transport}`;
      await offhook(world, ['call', uri, '--json', '--seconds', '4', ...more]).finished(40_000);
      answering.signal('SIGTERM');
    };
    const faultsAt = await captured(world, async () => {
      const caller = scenariosOf(world, { file: '22-bye-wrong-tag-sipp-offhook-tcp' }).get('uac');
      const place = places.get(22) ?? { port: 0, media: 0 };
      const asking = play(world, caller, { ...place, target: server.address });
      await Promise.all([
        asking.finished(60_000),
        called('06-refused-sipp-486', 6),
        called('14-illegal-hold-answer-offhook-inactive', 14, ['--hold']),
        called('20-early-media-no-answer-sipp-480', 20),
      ]);
    });
    for (const [fault, { port }] of places)
      expect([fault, faultsAt(port)]).toEqual([fault, expect.arrayContaining([fault])]);
  },
  110_000,
);

test.each(beyond)('the command for %s tells what is not played: %s', (file, says) => {
  const document = documentOf(file);
  const commands = (document?.parties ?? []).flatMap(({ id }) =>
    document === undefined ? [] : (toSippScenario(document, id)?.files[1]?.text ?? []),
  );
  expect(commands.join('\n')).toContain(`# Not played: ${says}`);
});

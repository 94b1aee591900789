// Chromium and a desk phone joined by the embedded engine: shared codecs bit for bit, others made into each other, SRTP, delay (M8); music (P7).
import path from 'node:path';
import { expect, test } from 'vitest';
import { isRtcp } from '../../packages/sip/src/rtp/index.ts';
import { fromMulaw, listen, loudSeconds, tone, writeWav } from '../peers/audio.ts';
import { Baresip } from '../peers/baresip.ts';
import { Capture, mayCapture } from '../peers/capture.ts';
import { Chromium, hasChromium, hears } from '../peers/chromium.ts';
import type { TestPage } from '../peers/chromium.ts';
import { Offhook } from '../peers/offhook.ts';
import { servePage } from '../peers/page-server.ts';
import { installed } from '../peers/program.ts';
import { pause, World } from '../peers/world.ts';

const hertz = 1_000;
const here = hasChromium && installed('baresip');
/** As baresip names them. */
const names = { PCMU: 'PCMU/8000/1', G722: 'G722/16000/1', opus: 'opus/48000/2' } as const;
type Name = keyof typeof names;

interface Call {
  readonly page: TestPage;
  readonly phone: Baresip;
  readonly server: Offhook;
}

/** A page with these codecs, or all of its own, and a phone with that one. */
async function registered(
  world: World,
  {
    page: ours,
    phone: theirs,
    encrypted = false,
  }: { page?: readonly Name[]; phone: Name; encrypted?: boolean },
): Promise<Call> {
  const microphone = path.join(world.folder, 'tone.wav');
  writeWav(microphone, tone(hertz, 2, 48_000));
  const url = await servePage(world, 'phone.ts');
  const [server, chromium] = await Promise.all([
    Offhook.start(world, ['--origin', new URL(url).origin]),
    Chromium.start(world, { microphone }),
  ]);
  const page = await chromium.page(url);
  await page.run('register', {
    url: `ws://127.0.0.1:${server.httpPort}/`,
    aor: server.aor('alice'),
    password: await server.user('alice'),
    codecs: ours,
  });
  const phone = await Baresip.desk(world, server, {
    user: 'desk',
    ...{ hertz, codecs: [names[theirs]] },
    ...(encrypted ? { encryption: 'srtp-mand' as const } : {}),
  });
  return { page, phone, server };
}

/** The page calls the phone, or is called by it, and both hear the other's tone; then the page hangs up. */
async function talk(
  world: World,
  { page, phone, server }: Call,
  caller: 'page' | 'phone' = 'page',
): Promise<void> {
  if (caller === 'page') await page.run('call', server.aor('desk'));
  else await Promise.all([phone.tell('dial', server.aor('alice')), page.run('accept')]);
  await hears(world, page, hertz);
  // What the phone records last is what counts, so it has to record something.
  await pause(2_500);
  expect(Math.abs((await page.run<number>('heard', 1)) - hertz)).toBeLessThan(5);
  expect(await page.run('statistics')).toMatchObject({ lostPackets: 0 });
  await page.run('hangUp');
  await phone.sees('CALL_CLOSED');
  const heard = await phone.heard();
  expect(loudSeconds(heard)).toBeGreaterThan(1);
  const end = heard.samples.length / heard.rate;
  expect(Math.abs(listen(heard, end - 1.3, 0.8).hertz - hertz)).toBeLessThan(5);
  expect(page.errors).toEqual([]);
}

/** A packet of RTP on the wire, whose payload is readable where it is not encrypted. */
interface Seen {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly payload: string;
}

/** All packets of RTP in a capture, in their order. */
function packetsIn(capture: Capture): readonly Seen[] {
  const fields = ['frame.time_epoch', 'udp.srcport', 'udp.dstport', 'udp.payload'];
  return capture.fields('udp.length > 20', fields).flatMap(([at, from, to, bytes = '']) => {
    const octets = Buffer.from(bytes.replaceAll(':', ''), 'hex');
    const isRtp = (octets[0] ?? 0) >> 6 === 2 && !isRtcp(octets);
    const payload = octets.subarray(12).toString('hex');
    return isRtp ? [{ at: Number(at), from: Number(from), to: Number(to), payload }] : [];
  });
}

/**
 * Milliseconds from a packet of the phone to the one that went to the page for it, in rising order. The encrypted ones are
 * longer by a tag and keep the order, so that they are found by their lengths and by coming next.
 */
function delaysOf(
  fromPhone: readonly Seen[],
  packets: readonly Seen[],
  received: readonly string[],
): readonly number[] {
  const heard = new Set(received);
  const into = fromPhone.filter(({ payload }) => heard.has(payload));
  const port = into[0]?.to;
  const out = packets.filter(
    ({ from, to }) =>
      from !== port && !fromPhone.some((each) => each.from === from || each.from === to),
  );
  const delays: number[] = [];
  let next = 0;
  for (const { at, payload } of into) {
    const found = out.findIndex(
      (each, index) =>
        index >= next && each.at >= at && each.payload.length === payload.length + 20,
    );
    const match = out[found];
    if (match === undefined) continue;
    next = found + 1;
    delays.push(1000 * (match.at - at));
  }
  return delays.toSorted((a, b) => a - b);
}

/** How many of `inner` stand in `outer` in one row, beginning anywhere. */
function longestRow(inner: readonly string[], outer: readonly string[]): number {
  let longest = 0;
  for (let start = 0; start < outer.length; start += 1) {
    for (const from of [0, 1, 2, 3, 4, 5, 10, 25, 50]) {
      let row = 0;
      while (inner[from + row] !== undefined && inner[from + row] === outer[start + row]) row += 1;
      longest = Math.max(longest, row);
    }
  }
  return longest;
}

test.runIf(here && mayCapture()).each([{ codec: 'PCMU' }, { codec: 'opus' }] as const)(
  'M8: Chromium and baresip share $codec: every payload arrives as it was sent, nothing is lost',
  async ({ codec }) => {
    await using world = new World();
    const call = await registered(world, { page: [codec], phone: codec });
    const capture = await Capture.start(world, 'udp', [call.server.port]);
    await talk(world, call);
    await capture.stop();
    const { sent, received } = await call.page.run<{ sent: string[]; received: string[] }>(
      'encodedAudio',
    );
    const packets = packetsIn(capture);
    const fromPhone = packets.filter(({ from }) => call.phone.owns(from));
    const toPhone = packets.filter(({ to }) => call.phone.owns(to));
    expect(
      longestRow(
        received,
        fromPhone.map(({ payload }) => payload),
      ),
    ).toBeGreaterThan(100);
    expect(
      longestRow(
        toPhone.map(({ payload }) => payload),
        sent,
      ),
    ).toBeGreaterThan(100);
    const delays = delaysOf(fromPhone, packets, received);
    expect(delays.length).toBeGreaterThan(100);
    // The bound is that of a quiet machine, p95 20 ms, with room for what runs beside it.
    expect(delays[Math.floor(delays.length * 0.5)]).toBeLessThan(20);
  },
  90_000,
);

test.runIf(here).each([
  { page: 'opus', phone: 'PCMU' },
  { page: 'opus', phone: 'G722' },
] as const)(
  'M8: a page that has only $page talks with a desk phone that has only $phone',
  async ({ page, phone }) => {
    await using world = new World();
    await talk(world, await registered(world, { page: [page], phone }));
  },
  90_000,
);

test.runIf(here)(
  'M8: a desk phone whose SRTP has its keys in the SDP calls a page, whose keys are of DTLS',
  async () => {
    await using world = new World();
    const call = await registered(world, { phone: 'PCMU', encrypted: true });
    await talk(world, call, 'phone');
  },
  90_000,
);

test.runIf(here && mayCapture())(
  'P7: who is held by a page hears music, and the page again afterwards',
  async () => {
    await using world = new World();
    const { page, phone, server } = await registered(world, { phone: 'PCMU' });
    const capture = await Capture.start(world, 'udp', [server.port]);
    await page.run('call', server.aor('desk'));
    await hears(world, page, hertz);
    await pause(1_000);
    await page.run('hold');
    expect(await page.run('streams')).toMatchObject([{ direction: 'sendonly' }]);
    await pause(3_000);
    await page.run('resume');
    await hears(world, page, hertz);
    await pause(1_500);
    await page.run('hangUp');
    await phone.sees('CALL_CLOSED');
    await capture.stop();
    const toPhone = packetsIn(capture).filter(({ to }) => phone.owns(to));
    const heard = fromMulaw(Buffer.from(toPhone.map(({ payload }) => payload).join(''), 'hex'));
    const quarters = Array.from({ length: Math.floor(heard.samples.length / 2_000) }, (_, part) =>
      listen(heard, part / 4, 0.25),
    );
    const isTone = (part: { readonly hertz: number } | undefined): boolean =>
      part !== undefined && Math.abs(part.hertz - hertz) < 10;
    const first = quarters.findIndex(isTone);
    const held = quarters.findIndex((part, at) => at > first && !isTone(part));
    const back = quarters.findIndex((part, at) => at > held + 6 && isTone(part));
    // The tone, then at least two seconds of something else that is no silence, then the tone.
    expect(first).toBeGreaterThanOrEqual(0);
    expect(back - held).toBeGreaterThanOrEqual(8);
    const music = quarters.slice(held + 1, back - 1);
    expect(music.filter(({ level }) => level > 0.005).length).toBeGreaterThanOrEqual(6);
    expect(new Set(music.map((part) => Math.round(part.hertz / 20))).size).toBeGreaterThan(2);
    expect(page.errors).toEqual([]);
  },
  90_000,
);

import { test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { parseSdp } from '../../sdp/parse.ts';
import type { Negotiator } from '../../sdp/negotiator.ts';
import { VirtualClock, settle } from '../../testing/virtual-clock.ts';
import { VirtualNetwork } from '../../testing/virtual-network.ts';
import { seededRandom } from '../../testing/seeded-random.ts';
import { UserAgent } from '../../ua/user-agent.ts';
import { ladder, LadderPrinter } from './ladder.ts';
import { audioSdp } from '../sample/call-writer.ts';
void systemClock;
function media(port: number): Negotiator {
  let version = 0;
  const sdp = (d: string) => { version += 1; const r = parseSdp(audioSdp('10.0.0.1', port, d, version)); if (!r.ok) throw new Error(r.error.text); return r.value; };
  return {
    async createOffer(wish) { return sdp(wish.direction); },
    async createAnswer(offer, wish) { const d = offer.media[0]!.direction; return sdp(d === 'sendonly' ? 'recvonly' : wish.direction); },
    async applyAnswer() {},
    rollback() {}, streams: [], async close() {},
  };
}
test('live', async () => {
  const clock = new VirtualClock();
  const random = seededRandom(7);
  const lossy = process.env['LOSS'] ? Number(process.env['LOSS']) : 0;
  const network = new VirtualNetwork({ clock, random, latency: Number(process.env['LAT'] ?? 1), loss: lossy });
  const seen: any[] = [];
  const printer = new LadderPrinter({ unicode: true, colour: process.env['C'] === '1', verbosity: (process.env['V'] ?? 'normal') as 'normal' });
  const out: string[] = [];
  const tap = { observe(o: any) { seen.push(o); out.push(...printer.add(o)); } };
  const make = (user: string, host: string, port: number, server?: string) => new UserAgent({
    account: { aor: `sip:${user}@${host}` }, transports: [network.transport('UDP', host, 5060)], media: { open: () => media(port) },
    log: { debug() {}, info() {}, warn(m: string, f: any) { console.log('WARN', m, f); }, error(m: string, f: any) { console.log('ERR', m, f); } }, name: user, clock, random, tap, ...(server ? { server } : {}),
  });
  const alice = make('alice', '10.0.0.1', 4000);
  const bob = make('bob', '10.0.0.2', 4002);
  await alice.start(); await bob.start();
  void (async () => {
    for await (const incoming of bob.incoming) {
      incoming.ring();
      await new Promise<void>((r) => clock.after(1500, () => r()));
      if (process.env['REJECT']) { (incoming as any).reject(486); continue; }
      const call = await incoming.accept();
      void call;
    }
  })();
  const out1 = alice.call('sip:bob@10.0.0.2', process.env['ABORT'] ? { signal: AbortSignal.timeout(1) } : {});
  void (async () => { try {
    const call = await out1.answered;
    await new Promise<void>((r) => clock.after(3000, () => r()));
    await call.hold();
    await new Promise<void>((r) => clock.after(3000, () => r()));
    await call.resume();
    await new Promise<void>((r) => clock.after(3000, () => r()));
    await call.hangUp();
  } catch (e) { console.log('ended', String(e)); } })();
  for (let i = 0; i < 4000; i += 1) { await clock.elapse(20); }
  out.push(...printer.finish());
  console.log('LIVE\n' + out.join('\n'));
  if (process.env['W']) console.log('WHOLE\n' + ladder(seen, { unicode: false, verbosity: (process.env['V'] ?? 'normal') as 'normal' }));
  if (process.env['RAW']) for (const o of seen) console.log((o.at % 1e6).toFixed(1), o.endpoint, o.kind, o.id ?? '', o.event ?? '', o.before ?? '', o.after ?? '', o.kind === 'message' ? o.direction + ' ' + o.text.split('\r\n')[0] + ' ' + o.transaction : '', (o.actions ?? []).join(';'));
}, 60000);
import { vi } from 'vitest';
vi.mock('../../dialog/create.ts', async (orig) => { const m: any = await orig(); const e: any = await import('../../message/edit.ts'); return { ...m, seedAtClient: (q: any, r: any, t: any) => m.seedAtClient(q.has('Via') ? q : q.with(e.prependHeader('Via', r.rows('Via')[0])), r, t) }; });

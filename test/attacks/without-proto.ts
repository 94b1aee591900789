// Reads every torture message and plays a whole call; run by node with --disable-proto=throw, where any use of `__proto__` throws.
import { readdirSync, readFileSync } from 'node:fs';
import { latin1, UserAgent } from '@offhook/sip';
import * as door from '@offhook/sip/message';
import { parseSdp } from '@offhook/sip/sdp';
import { seededRandom, SilentMedia, VirtualClock, VirtualNetwork } from '@offhook/sip/testing';
import { formatTapLine, ladder, parseTapLine } from '@offhook/sip/trace';
import type { Observation } from '@offhook/sip';

let read = 0;
for (const folder of ['rfc4475', 'rfc5118', 'rfc5118/fixed']) {
  const at = new URL(`../vectors/${folder}/`, import.meta.url);
  for (const file of readdirSync(at).filter((name) => name.endsWith('.dat'))) {
    const bytes = new Uint8Array(readFileSync(new URL(file, at)));
    const parsed = door.parseMessage(bytes);
    read += 1;
    if (!parsed.ok) continue;
    for (const field of Object.values<unknown>(door)) {
      if (isField(field)) parsed.value.read(field);
    }
    parseSdp(latin1(parsed.value.body));
  }
}

const clock = new VirtualClock();
const network = new VirtualNetwork({ clock, random: seededRandom(1) });
const observed: Observation[] = [];
const [alice, bob] = ['10.0.0.1', '10.0.0.2'].map((host) => {
  const random = seededRandom(2);
  return new UserAgent({
    account: { aor: `sip:__proto__@${host}` },
    transports: [network.transport('UDP', host, 5060)],
    media: new SilentMedia({ random, host }),
    tap: { observe: (one) => void observed.push(one) },
    random,
    clock,
  });
});
if (alice === undefined || bob === undefined) throw new Error('Two agents were made');
await bob.start();
void (async () => {
  for await (const call of bob.incoming) void call.accept();
})();
const headers = [
  ['__proto__', 'x'],
  ['constructor', 'y'],
] as const;
const outgoing = alice.call('sip:__proto__@10.0.0.2;__proto__=1;toString', { headers });
await clock.elapse(100);
const call = await outgoing.answered;
void call.hangUp();
await clock.elapse(100);
for (const one of observed) parseTapLine(formatTapLine(one));
process.stdout.write(
  `${read} messages, ${ladder(observed).split('\n').length > 10 ? 'a call' : ''}\n`,
);

function isField(value: unknown): value is door.HeaderField<unknown> {
  return typeof value === 'object' && value !== null && 'parse' in value && 'format' in value;
}

// The torture messages of RFC 4475 and RFC 5118, one test each: what a user agent server does with them.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { silentCodecs } from '../../packages/sip/src/testing/silent-media.ts';
import { firstLine, World } from './world.ts';

interface Verdict {
  readonly name: string;
  readonly file: string;
  readonly section: string;
  readonly verdict: 'accept' | 'problem' | 'drop';
  readonly status?: number;
}

/** A call that comes up: our user hears of it, it rings, and is answered. */
const call = ['180', '200'];
/** REGISTER and MESSAGE exist, but not at a user agent. */
const notServed = ['405'];

/**
 * What is answered to the messages that the parser takes; the others get the status of their verdict, or nothing. The
 * user agent serves the user named here, that of the Request-URI.
 */
const outcomes: Readonly<
  Record<
    string,
    { readonly answers: readonly string[]; readonly user?: string; readonly host?: string }
  >
> = {
  // A To tag of a dialog that is not here.
  wsinv: { answers: ['481'], user: 'vivekg' },
  intmeth: { answers: ['501'] },
  esc01: { answers: call, user: 'sips%3Auser%40example.com' },
  escnull: { answers: notServed },
  esc02: { answers: ['501'] },
  lwsdisp: { answers: ['200'] },
  longreq: { answers: call },
  dblreq: { answers: notServed },
  // The whole of `user;par=u%40example.net` is the user, and that is not ours.
  semiuri: { answers: ['404'] },
  transports: { answers: ['200'] },
  mpart01: { answers: notServed },
  unreason: { answers: [] },
  noreason: { answers: [] },
  baddate: { answers: call },
  regbadct: { answers: notServed },
  badbranch: { answers: ['200'] },
  unkscm: { answers: ['416'] },
  novelsc: { answers: ['416'] },
  unksm2: { answers: notServed },
  bext01: { answers: ['420'] },
  invut: { answers: ['415'] },
  regaut01: { answers: notServed },
  bcast: { answers: [] },
  zeromf: { answers: ['200'] },
  cparam01: { answers: notServed },
  cparam02: { answers: notServed },
  regescrt: { answers: notServed },
  sdp01: { answers: ['406'] },
  inv2543: { answers: call, user: 'UserB' },
  'ipv6-good': { answers: notServed },
  'port-ambiguous': { answers: notServed },
  'port-unambiguous': { answers: notServed },
  'via-received-param-with-delim': { answers: ['481'] },
  'via-received-param-no-delim': { answers: ['200'] },
  'ipv6-in-sdp': { answers: call, host: '2001:db8::2' },
  'mult-ip-in-header': { answers: ['481'] },
  'mult-ip-in-sdp': { answers: call },
  'ipv4-mapped-ipv6': { answers: call, host: '2001:db8::2' },
  'ipv6-bug-abnf-3-colons': { answers: ['200'] },
  'ipv6-correct-abnf-2-colons': { answers: ['200'] },
};

for (const rfc of ['4475', '5118']) {
  describe(`RFC ${rfc} at a user agent server`, () => {
    const folder = new URL(`../vectors/rfc${rfc}/`, import.meta.url);
    const verdicts = JSON.parse(
      readFileSync(new URL('verdicts.json', folder), 'utf8'),
    ) as Verdict[];
    for (const { name, file, section, verdict, status } of verdicts) {
      const refused = verdict === 'problem' ? [String(status)] : [];
      const outcome =
        verdict === 'accept' ? outcomes[name.replace(/ .*$/, '')] : { answers: refused };
      const words =
        outcome === undefined ? 'forgotten' : outcome.answers.join(' and ') || 'nothing';
      test(`RFC ${rfc} §${section}: ${name} gets ${words} (C029)`, async () => {
        expect(
          await answersTo(new Uint8Array(readFileSync(new URL(file, folder))), outcome),
        ).toEqual(outcome?.answers);
      });
    }
  });
}

async function answersTo(
  bytes: Uint8Array,
  { user = 'user', host = '10.0.0.2' }: { readonly user?: string; readonly host?: string } = {},
): Promise<readonly string[]> {
  const world = new World();
  const ours = { host, port: 5060 };
  const { ua } = await world.agent('torture', host, {
    account: { aor: `sip:${user}@example.com` },
    // The calls of RFC 5118 speak G.726.
    silent: { codecs: [...silentCodecs, { name: 'G726-32', clockRate: 8000, payloadType: 2 }] },
  });
  const peer = await world.peer(host.replace(/2$/, '9'));
  void (async () => {
    for await (const incoming of ua.incoming) {
      incoming.ring();
      await incoming.accept();
    }
  })();
  peer.sendRaw(bytes, ours);
  await world.elapse(450);
  const answers = peer.log.map(({ text }) => firstLine(text).slice(8, 11));
  // A call without ACK ends by itself, and by a BYE to somewhere else.
  await world.elapse(70_000);
  await world.end();
  return answers;
}

// Pieces that several sample calls begin with.
import { answered, audio } from '../document.test-kit.ts';
import type { Talk } from '../document.test-kit.ts';

/** Credentials with this count of their nonce, as traces keep them. */
export function digest(count: string): string {
  return `Digest username="alice", realm="example.com", nonce="****", uri="sip:example.com", response="****", qop=auth, nc=${count}, cnonce="****"`;
}

/** A challenge; `more` is written behind it. */
export function challenge(name = 'WWW-Authenticate', more = ''): readonly [string, string] {
  return [name, `Digest realm="example.com", nonce="****", qop="auth"${more}`];
}

/** A call that alice has put on hold. */
export function hold(talk: Talk): ReturnType<typeof answered> {
  const ok = answered(talk);
  const request = talk.send(5000, 'alice>bob', 'INVITE', {
    within: ok,
    sdp: audio({ direction: 'sendonly', version: 2 }),
  });
  const held = talk.answer(5030, request, 200, {
    sdp: audio({ port: 42_000, version: 2, direction: 'recvonly' }),
  });
  talk.ack(5040, held);
  return ok;
}

/** A call that two phones answer behind a proxy. */
export function forked(talk: Talk): {
  readonly one: ReturnType<Talk['back']>;
  readonly two: ReturnType<Talk['back']>;
} {
  const invite = talk.send(0, 'alice>proxy', 'INVITE', { sdp: audio() });
  const [first, second] = [talk.pass(5, invite, 'proxy>bob'), talk.pass(6, invite, 'proxy>carol')];
  const one = talk.back(
    2001,
    talk.answer(2000, first, 200, { sdp: audio({ port: 42_000 }) }),
    'proxy>alice',
  );
  const two = talk.back(
    2005,
    talk.answer(2004, second, 200, { sdp: audio({ port: 42_002 }) }),
    'proxy>alice',
  );
  return { one, two };
}

/** What alice tells bob of a transfer. */
export function notice(
  talk: Talk,
  at: number,
  ok: ReturnType<typeof answered>,
  text: string,
  state: string,
): void {
  const notify = talk.send(at, 'alice>bob', 'NOTIFY', {
    within: ok,
    headers: [
      ['Event', 'refer'],
      ['Subscription-State', state],
    ],
    body: ['message/sipfrag;version=2.0', text],
  });
  talk.answer(at + 10, notify, 200);
}

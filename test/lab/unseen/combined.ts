// Third round: two faults in one capture, in one call or in two, which have nothing to do with each other.
import { pause } from '../../peers/world.ts';
import { answersOn, Leg } from '../leg.ts';
import { plays } from '../player.ts';
import type { Family } from '../recipe.ts';
import { g723, keys, pcma, pcmu } from '../scenario.ts';
import { ends, keysRefused, made, overSix, refers, wrongBye } from './acts.ts';
import type { Act, How } from './acts.ts';
import { challenged, refuses, six, talk, up } from './setting.ts';

function between(
  variant: string,
  [fault, ...besides]: readonly [number, ...(readonly number[])],
  says: string,
  act: Act,
  how: How = {},
): Family {
  const recipe = made(`and-${variant}`, says, act, { besides, ...how });
  return { fault, rule: rules[fault] ?? '', recipes: [recipe] };
}

const rules: Readonly<Record<number, string>> = {
  1: 'no-answer',
  2: 'request-timeout',
  3: 'wrong-password',
  4: 'stale-nonce',
  5: 'forbidden-source',
  8: 'ack-lost',
  10: 'ack-not-taken',
  11: 'private-address',
  12: 'one-way-direction',
  14: 'illegal-hold-answer',
  15: 'resume-cseq',
  16: 'glare',
  18: 'session-interval-too-small',
  19: 'two-answers',
  20: 'early-media-no-answer',
  21: 'cancel-crossed',
  22: 'bye-wrong-tag',
  23: 'transfer-failed',
  25: 'dtmf',
  30: 'loop',
  33: 'extension-required',
  34: 'update-unanswered',
  35: 'poor-media',
  36: 'same-call-id',
};

const lossy = { isLost: (packet: number): boolean => packet % 7 === 3 } as const;

/** These families. */
export const combined: readonly Family[] = [
  between(
    'busy',
    [3, 6],
    'A phone cannot register, because its password is wrong, and its call without registration finds Bob busy.',
    async (_, alice, bob) => {
      await challenged(alice, bob, ['401 Unauthorized', '401 Unauthorized', '401 Unauthorized']);
      await refuses(alice, bob, '486 Busy Here');
    },
    { device: { transport: 'TCP' } },
  ),
  between(
    'keys-refused',
    [1, 25],
    'A first call finds nobody at all; in a second one keys by INFO are refused.',
    async (lab, alice, bob) => {
      lab.command('ip6tables', '-A', 'INPUT', '-d', six.nobody, '-j', 'DROP');
      lab.addresses(six.nobody);
      const silent = new Leg(alice, 'alice', `sip:bob@[${six.nobody}]`);
      alice.repeats(silent.request('INVITE', { body: silent.sdp() }));
      const [leg, other] = await up(alice, bob);
      await keysRefused(leg, other);
      await ends(leg, other);
      await pause(31_000);
    },
    overSix,
  ),
  between(
    'wrong-tag',
    [11, 22],
    "Alice's SDP has a private address, and her BYE a To tag of her own making.",
    async (lab, alice, bob) => {
      const [leg] = await up(alice, bob, { address: '192.168.7.31' });
      await Promise.all([
        plays(lab, {
          from: { host: bob.host, port: 42_000 },
          to: { host: '192.168.7.31', port: 40_000 },
          seconds: 3,
          ssrc: 0x0b0b0001,
        }),
        plays(lab, {
          from: { host: alice.host, port: 33_100 },
          to: { host: bob.host, port: 42_000 },
          seconds: 3,
          ssrc: 0x0a11ce01,
        }),
      ]);
      await wrongBye(leg, bob);
    },
  ),
  between(
    'transfer-failed',
    [35, 23],
    'One packet in seven of Alice gets lost, and her transfer of the call ends in 486.',
    async (lab, alice, bob) => {
      const [leg, other] = await up(alice, bob);
      await talk(lab, alice, bob, 4, { one: lossy });
      await refers(leg, other, 'SIP/2.0 100 Trying', 'SIP/2.0 486 Busy Here');
      await ends(leg, other);
    },
  ),
  between(
    'transfer-silent',
    [16, 24],
    'Two changes meet and neither is tried again; a transfer later is accepted and nothing more is told.',
    async (_, alice, bob) => {
      const [leg, other] = await up(alice, bob);
      await pause(600);
      leg.request('INVITE', { body: leg.sdp({ version: 2, direction: 'sendonly' }) });
      other.request('INVITE', { body: other.sdp({ port: 42_000, version: 2, codecs: [pcma] }) });
      leg.responds(await alice.sees('INVITE'), '491 Request Pending');
      other.responds(await bob.sees('INVITE'), '491 Request Pending');
      leg.acksRefusal(await alice.sees('491'));
      other.acksRefusal(await bob.sees('491'));
      await pause(5_000);
      await refers(leg, other);
      await pause(15_000);
      await ends(leg, other);
    },
    overSix,
  ),
  between(
    'keys-by-info',
    [12, 25],
    "Bob's answer lets him only listen, and the keys that Alice sends by INFO are refused.",
    async (lab, alice, bob) => {
      const [leg, other] = await up(alice, bob, {}, { direction: 'recvonly' });
      const talking = talk(lab, alice, bob, 3, { other: null });
      await keysRefused(leg, other);
      await talking;
      await ends(leg, other);
    },
    { device: { transport: 'TCP', compact: true } },
  ),
  between(
    'forbidden',
    [20, 5],
    'One call ends after an announcement without an answer; the next one is not let in.',
    async (lab, alice, bob) => {
      const leg = new Leg(alice, 'alice', `sip:900@${bob.at}`);
      leg.request('INVITE', { body: leg.sdp() });
      const invite = await bob.sees('INVITE');
      const other = Leg.of(bob, '900', invite);
      other.responds(invite, '183 Session Progress', other.sdp({ port: 42_000 }));
      await talk(lab, alice, bob, 3, { one: null });
      other.responds(invite, '480 Temporarily Unavailable');
      leg.acksRefusal(await alice.sees('480'));
      await pause(1_000);
      await refuses(alice, bob, '403 Forbidden');
    },
    { also: [6] },
  ),
  between(
    'message-unanswered',
    [4, 2],
    'A phone takes no fresh nonce for its registration, and its text to somebody is never answered.',
    async (_, alice, bob) => {
      await challenged(alice, bob, ['401 Unauthorized', '401 Unauthorized'], ', stale=true');
      const text = new Leg(alice, 'alice', `sip:carol@${bob.at}`);
      const again = text.request('MESSAGE', {
        headers: ['Content-Type: text/plain'],
        body: 'Hello',
      });
      alice.repeats(again, 4_000);
      await pause(33_000);
    },
    overSix,
  ),
  between(
    'loss',
    [8, 35],
    'The ACK never comes, and one packet in seven of Alice gets lost until Bob gives the call up.',
    async (lab, alice, bob) => {
      const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      leg.request('INVITE', { body: leg.sdp() });
      const invite = await bob.sees('INVITE');
      const other = Leg.of(bob, 'bob', invite);
      const body = other.sdp({ port: 42_000 });
      bob.repeats(() => other.responds(invite, '200 OK', body), 4_000);
      await talk(lab, alice, bob, 4, { one: lossy });
      await pause(28_000);
      other.request('BYE');
      alice.responds(await alice.sees('BYE'), '200 OK');
    },
    { filter: 'udp', seconds: 70 },
  ),
  between(
    'bye-refused',
    [15, 22],
    'Alice resumes with the CSeq of her hold, is refused with 500, and hangs up with a wrong tag.',
    async (_, alice, bob) => {
      const [leg, other] = await up(alice, bob);
      leg.request('INVITE', { cseq: 20, body: leg.sdp({ version: 2, direction: 'sendonly' }) });
      other.responds(
        await bob.sees('INVITE'),
        '200 OK',
        other.sdp({ port: 42_000, version: 2, direction: 'recvonly' }),
      );
      await alice.sees('200 INVITE');
      leg.request('ACK');
      await pause(900);
      leg.request('INVITE', { cseq: 20, body: leg.sdp({ version: 3 }) });
      other.responds(await bob.sees('INVITE'), '500 Server Internal Error');
      leg.acksRefusal(await alice.sees('500'));
      await pause(900);
      await wrongBye(leg, bob);
    },
    { device: { transport: 'TCP' } },
  ),
  between(
    'not-found',
    [30, 6],
    'One number goes in a circle until 483, the other one does not exist.',
    async (_, alice, bob) => {
      await refuses(alice, bob, '483 Too Many Hops');
      await refuses(alice, bob, '404 Not Found');
    },
    overSix,
  ),
  between(
    'hold-answered-sendrecv',
    [33, 14],
    'A call with a required extension is refused with 420; the next one comes about, and its hold is answered with sendrecv.',
    async (_, alice, bob) => {
      await refuses(
        alice,
        bob,
        '420 Bad Extension',
        ['Unsupported: privacy'],
        ['Require: privacy'],
      );
      const [leg, other] = await up(alice, bob);
      leg.request('INVITE', { body: leg.sdp({ version: 2, direction: 'sendonly' }) });
      other.responds(await bob.sees('INVITE'), '200 OK', other.sdp({ port: 42_000, version: 2 }));
      await alice.sees('200 INVITE');
      leg.request('ACK');
      await pause(1_000);
      await ends(leg, other);
    },
  ),
  between(
    'silence',
    [18, 35],
    'The first call fails for its session interval; in the second one Bob sends nothing but digital silence.',
    async (lab, alice, bob) => {
      await refuses(
        alice,
        bob,
        '422 Session Interval Too Small',
        ['Min-SE: 600'],
        ['Supported: timer', 'Session-Expires: 120'],
      );
      await pause(2_000);
      const [leg, other] = await up(alice, bob);
      await talk(lab, alice, bob, 4, { other: { silent: true } });
      await ends(leg, other);
    },
  ),
  between(
    'options-unanswered',
    [19, 2],
    'Two answers come and the second is never acknowledged; a ping to another server gets no answer.',
    async (lab, alice, bob) => {
      lab.command('ip6tables', '-A', 'INPUT', '-d', six.nobody, '-j', 'DROP');
      lab.addresses(six.nobody);
      const ping = new Leg(alice, 'ping', `sip:[${six.nobody}]`);
      alice.repeats(ping.request('OPTIONS'), 4_000);
      const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      leg.request('INVITE', { body: leg.sdp() });
      const invite = await bob.sees('INVITE');
      const [one, other] = [Leg.of(bob, 'bob', invite), Leg.of(bob, 'bob2', invite)];
      one.responds(invite, '200 OK', one.sdp({ port: 42_000 }));
      leg.learns(await alice.sees('200'));
      leg.request('ACK');
      const body = other.sdp({ port: 42_010 });
      bob.repeats(() => other.responds(invite, '200 OK', body), 4_000, 12_000);
      await pause(13_000);
      await ends(leg, one);
      await pause(20_000);
    },
    overSix,
  ),
  between(
    'one-way-by-direction',
    [21, 12],
    'A CANCEL crosses the answer, and the call is hung up at once; in the next one Bob may only speak.',
    async (lab, alice, bob) => {
      const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      leg.request('INVITE', { body: leg.sdp() });
      const invite = await bob.sees('INVITE');
      const other = Leg.of(bob, 'bob', invite);
      other.responds(invite, '180 Ringing');
      await pause(800);
      leg.cancels();
      other.responds(invite, '200 OK', other.sdp({ port: 42_000 }));
      bob.responds(await bob.sees('CANCEL'), '481 Call/Transaction Does Not Exist', {
        tag: other.tag,
      });
      leg.learns(await alice.sees('200'));
      leg.request('ACK');
      await ends(leg, other);
      await pause(1_500);
      const [next, last] = await up(alice, bob, {}, { direction: 'sendonly' });
      await talk(lab, alice, bob, 3, { one: null });
      await ends(next, last);
    },
  ),
  between(
    'no-common-codec',
    [14, 7],
    "In one call hold is answered illegally, in the next one Alice's only codec is refused.",
    async (_, alice, bob) => {
      const [leg, other] = await up(alice, bob);
      leg.request('INVITE', { body: leg.sdp({ version: 2, direction: 'inactive' }) });
      other.responds(
        await bob.sees('INVITE'),
        '200 OK',
        other.sdp({ port: 42_000, version: 2, direction: 'sendonly' }),
      );
      await alice.sees('200 INVITE');
      leg.request('ACK');
      await pause(1_000);
      await ends(leg, other);
      await refuses(alice, bob, '488 Not Acceptable Here', [], [], { codecs: [g723] });
    },
    { device: { transport: 'TCP', compact: true } },
  ),
  between(
    'keys-of-another-type',
    [35, 25],
    'Bob is late by five seconds, and Alice presses keys as payload type 96, which nobody agreed on.',
    async (lab, alice, bob) => {
      const codecs = [pcmu, keys];
      const [leg, other] = await up(alice, bob, { codecs }, { codecs });
      await talk(lab, alice, bob, 8, {
        one: { keys: '12', keyType: 96 },
        other: { seconds: 3, after: 5_000 },
      });
      await ends(leg, other);
    },
  ),
  between(
    'wrong-tag-of-callee',
    [23, 22],
    'A transfer ends in 404, and Bob hangs up with a tag of another call.',
    async (_, alice, bob) => {
      const [leg, other] = await up(alice, bob);
      await refers(leg, other, 'SIP/2.0 404 Not Found');
      await wrongBye(other, alice);
    },
    overSix,
  ),
  between(
    'wrong-password',
    [5, 3],
    'A call is not let in, and the registration that is tried then has a wrong password.',
    async (_, alice, bob) => {
      await refuses(alice, bob, '403 Forbidden');
      await challenged(alice, bob, ['401 Unauthorized', '401 Unauthorized', '401 Unauthorized']);
    },
    { device: { v6: true } },
  ),
  between(
    'silence-of-callee',
    [10, 35],
    'Alice acknowledges every 200, Bob goes on repeating his and hangs up, and all he had sent was silence.',
    async (lab, alice, bob) => {
      const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      leg.request('INVITE', { body: leg.sdp() });
      const invite = await bob.sees('INVITE');
      const other = Leg.of(bob, 'bob', invite);
      const body = other.sdp({ port: 42_000 });
      bob.repeats(() => other.responds(invite, '200 OK', body), 4_000);
      const talking = talk(lab, alice, bob, 4, { other: { silent: true } });
      leg.learns(await alice.sees('200'));
      const again = leg.request('ACK');
      for (let number = 0; number < 9; number += 1) {
        await alice.sees('200');
        again();
      }
      await talking;
      await pause(1_500);
      other.request('BYE');
      alice.responds(await alice.sees('BYE'), '200 OK');
    },
    { seconds: 70 },
  ),
  between(
    'held-for-good',
    [34, 12],
    'An UPDATE is never answered; in the call after it Bob only listens, though Alice offers both ways.',
    async (lab, alice, bob) => {
      const [leg, other] = await up(alice, bob);
      alice.repeats(leg.request('UPDATE', { body: leg.sdp({ version: 2 }) }), 4_000);
      await pause(33_000);
      await ends(leg, other);
      const [next, last] = await up(alice, bob, {}, { direction: 'recvonly' });
      await talk(lab, alice, bob, 3, { other: null });
      await ends(next, last);
    },
    { also: [2], seconds: 80 },
  ),
  between(
    'refused-keys',
    [36, 25],
    "Two calls have one Call-ID, and Bob's phone does not know the BYE that mixes their tags; keys by INFO were refused before.",
    async (_, alice, bob) => {
      const [leg, other] = await up(alice, bob);
      await keysRefused(leg, other);
      const second = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      second.callId = leg.callId;
      const [last] = await Promise.all([
        answersOn(bob, 'bob', (one) => one.sdp({ port: 42_010 })),
        second.calls(second.sdp({ port: 40_010 })),
      ]);
      await pause(800);
      second.request('BYE', { to: leg.remote });
      bob.responds(await bob.sees('BYE'), '481 Call/Transaction Does Not Exist');
      await alice.sees('481');
      await ends(second, last);
    },
    { also: [22], device: { v6: true, compact: true } },
  ),
];

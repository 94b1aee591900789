// Third round: two faults in one capture, in one call or in two, which have nothing to do with each other.
import { pause } from '../../peers/world.ts';
import { Device, fresh } from '../device.ts';
import type { DeviceOptions } from '../device.ts';
import { address } from '../lab.ts';
import type { Lab } from '../lab.ts';
import { answersOn, Leg } from '../leg.ts';
import { plays } from '../player.ts';
import type { Family, Recipe } from '../recipe.ts';
import { g723, keys, pcma, pcmu } from '../scenario.ts';
import { challenged, notices, refuses, six, talk, pair, up } from './setting.ts';

type Act = (lab: Lab, alice: Device, bob: Device) => Promise<void>;

function between(
  variant: string,
  [fault, ...besides]: readonly [number, ...(readonly number[])],
  says: string,
  act: Act,
  more: Partial<Recipe> & {
    readonly device?: Partial<DeviceOptions> & { readonly v6?: boolean };
  } = {},
): Family {
  const { device = {}, ...others } = more;
  return {
    fault,
    rule: rules[fault] ?? '',
    recipes: [
      {
        variant: `and-${variant}`,
        programs: ['device', 'device'],
        transport: device.transport ?? 'UDP',
        says,
        besides,
        async run(lab) {
          const [alice, bob] = await pair(lab, device);
          await act(lab, alice, bob);
          await pause(400);
        },
        proof: { sip: [4, 200] },
        ...others,
      },
    ],
  };
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

const six1 = { device: { v6: true, compact: true } } as const;
const lossy = { isLost: (packet: number): boolean => packet % 7 === 3 } as const;

/** Hangs up with tags that are none of the call; the other side says 481. */
async function wrongBye(leg: Leg, bob: Device): Promise<void> {
  leg.request('BYE', { to: leg.remote.replace(/tag=.*/, `tag=${fresh('none')}`) });
  bob.responds(await bob.sees('BYE'), '481 Call/Transaction Does Not Exist');
  await leg.device.sees('481');
}

/** Two keys by INFO, which the other side does not take. */
async function keysRefused(leg: Leg, other: Leg): Promise<void> {
  for (const key of ['7', '7']) {
    leg.request('INFO', {
      headers: ['Content-Type: application/dtmf-relay'],
      body: `Signal=${key}\nDuration=200`,
    });
    other.responds(await other.device.sees('INFO'), '415 Unsupported Media Type');
    await leg.device.sees('415');
    await pause(500);
  }
}

/** A transfer that is accepted; what is told of it follows, or nothing. */
async function refers(leg: Leg, other: Leg, ...told: readonly string[]): Promise<void> {
  leg.request('REFER', { headers: ['Refer-To: <sip:carol@example.com>'] });
  other.responds(await other.device.sees('REFER'), '202 Accepted');
  await leg.device.sees('202');
  await notices(leg, other, told);
}

async function ends(leg: Leg, other: Leg): Promise<void> {
  await Promise.all([other.isHungUp(), leg.hangsUp()]);
}

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
    six1,
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
    six1,
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
    six1,
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
    six1,
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
    six1,
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
    six1,
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

function healthy(
  variant: string,
  says: string,
  act: Act,
  more: Parameters<typeof between>[4] = {},
): Recipe {
  const { device = {}, ...others } = more;
  return {
    variant,
    programs: ['device', 'device'],
    transport: device.transport ?? 'UDP',
    says,
    async run(lab) {
      const [alice, bob] = await pair(lab, device);
      await act(lab, alice, bob);
      await pause(400);
    },
    proof: { sip: [4, 200] },
    ...others,
  };
}

/** Calls that meet several obstacles, and get over all of them. */
export const combinedHealthy: readonly Recipe[] = [
  healthy(
    'interval-then-glare',
    'A session interval is too small and made larger; then two changes meet, and both are made one after the other.',
    async (_, alice, bob) => {
      const first = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      first.request('INVITE', {
        body: first.sdp(),
        headers: ['Supported: timer', 'Session-Expires: 90'],
      });
      bob.responds(await bob.sees('INVITE'), '422 Session Interval Too Small', {
        tag: fresh('i'),
        headers: ['Min-SE: 300'],
      });
      first.acksRefusal(await alice.sees('422'));
      const timer = ['Supported: timer', 'Session-Expires: 300', 'Min-SE: 300'];
      const [other] = await Promise.all([
        answersOn(bob, 'bob'),
        first.calls(first.sdp(), { headers: timer }),
      ]);
      await pause(700);
      first.request('UPDATE', { body: first.sdp({ version: 2 }) });
      other.request('UPDATE', { body: other.sdp({ port: 42_000, version: 2 }) });
      first.responds(await alice.sees('UPDATE'), '491 Request Pending');
      other.responds(await bob.sees('UPDATE'), '491 Request Pending');
      await pause(2_300);
      first.request('UPDATE', { body: first.sdp({ version: 2 }) });
      other.responds(await bob.sees('UPDATE'), '200 OK', other.sdp({ port: 42_000 }));
      await alice.sees('200 UPDATE');
      other.request('UPDATE', { body: other.sdp({ port: 42_000, version: 2 }) });
      first.responds(await alice.sees('UPDATE'), '200 OK', first.sdp({ version: 2 }));
      await bob.sees('200 UPDATE');
      await pause(500);
      await ends(first, other);
    },
    six1,
  ),
  healthy(
    'extension-dropped',
    'A call that requires an extension is refused with 420, and made again without it.',
    async (lab, alice, bob) => {
      const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      leg.request('INVITE', { body: leg.sdp(), headers: ['Require: resource-priority'] });
      bob.responds(await bob.sees('INVITE'), '420 Bad Extension', {
        tag: fresh('e'),
        headers: ['Unsupported: resource-priority'],
      });
      leg.acksRefusal(await alice.sees('420'));
      const [other] = await Promise.all([answersOn(bob, 'bob'), leg.calls(leg.sdp())]);
      await talk(lab, alice, bob, 2);
      await ends(leg, other);
    },
    { device: { transport: 'TCP' } },
  ),
  healthy(
    'codec-then-agreed',
    'The first offer has no codec that Bob has, 488; the second one has.',
    async (lab, alice, bob) => {
      const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      leg.request('INVITE', { body: leg.sdp({ codecs: [g723] }) });
      bob.responds(await bob.sees('INVITE'), '488 Not Acceptable Here', { tag: fresh('n') });
      leg.acksRefusal(await alice.sees('488'));
      const [other] = await Promise.all([
        answersOn(bob, 'bob'),
        leg.calls(leg.sdp({ codecs: [pcmu, g723] })),
      ]);
      await talk(lab, alice, bob, 2);
      await ends(leg, other);
    },
  ),
  healthy(
    'second-trunk',
    'The first trunk has no free line, 503; the same call goes to the second trunk, and comes about.',
    async (lab, alice, bob) => {
      const trunk = await Device.open(lab, { host: address.carol, agent: 'SBC' });
      const leg = new Leg(alice, 'alice', `sip:+49301234@${trunk.at}`);
      leg.request('INVITE', { body: leg.sdp() });
      trunk.responds(await trunk.sees('INVITE'), '503 Service Unavailable', {
        tag: fresh('t'),
        headers: ['Retry-After: 30'],
      });
      leg.acksRefusal(await alice.sees('503'));
      leg.target = `sip:+49301234@${bob.at}`;
      leg.peer = { host: bob.host, port: bob.port };
      const [other] = await Promise.all([answersOn(bob, 'gw'), leg.calls(leg.sdp())]);
      await talk(lab, alice, bob, 2);
      await ends(leg, other);
    },
  ),
  healthy(
    'hold-on-both-sides',
    'Alice holds, Bob holds as well, and each resumes for himself.',
    async (lab, alice, bob) => {
      const [leg, other] = await up(alice, bob);
      await talk(lab, alice, bob, 1.2);
      const change = async (
        by: Leg,
        to: Leg,
        version: number,
        offer: string,
        answer: string,
      ): Promise<void> => {
        const port = (one: Leg): number => (one === leg ? 40_000 : 42_000);
        by.request('INVITE', { body: by.sdp({ port: port(by), version, direction: offer }) });
        const body = to.sdp({ port: port(to), version, direction: answer });
        to.responds(await to.device.sees('INVITE'), '200 OK', body);
        await by.device.sees('200 INVITE');
        by.request('ACK');
        await to.device.sees('ACK');
        await pause(1_800);
      };
      await change(leg, other, 2, 'sendonly', 'recvonly');
      await change(other, leg, 3, 'inactive', 'inactive');
      await change(leg, other, 4, 'recvonly', 'sendonly');
      await change(other, leg, 5, 'sendrecv', 'sendrecv');
      await talk(lab, alice, bob, 1.2);
      await ends(leg, other);
    },
  ),
  healthy(
    'two-calls-one-held',
    'Alice takes a second call while the first is on hold, and goes back to the first.',
    async (lab, alice, bob) => {
      const carol = await Device.open(lab, { host: address.carol });
      const [leg, other] = await up(alice, bob);
      await talk(lab, alice, bob, 1.2);
      const turn = async (version: number, mine: string, his: string): Promise<void> => {
        leg.request('INVITE', { body: leg.sdp({ version, direction: mine }) });
        const body = other.sdp({ port: 42_000, version, direction: his });
        other.responds(await bob.sees('INVITE'), '200 OK', body);
        await alice.sees('200 INVITE');
        leg.request('ACK');
      };
      await turn(2, 'sendonly', 'recvonly');
      const second = new Leg(carol, 'carol', `sip:alice@${alice.at}`);
      const [taken] = await Promise.all([
        answersOn(alice, 'alice', (one) => one.sdp({ port: 40_010 })),
        second.calls(second.sdp({ port: 44_000 })),
      ]);
      await Promise.all([
        plays(lab, {
          from: { host: carol.host, port: 44_000 },
          to: { host: alice.host, port: 40_010 },
          seconds: 2,
          ssrc: 0x0ca70101,
        }),
        plays(lab, {
          from: { host: alice.host, port: 40_010 },
          to: { host: carol.host, port: 44_000 },
          seconds: 2,
          ssrc: 0x0a11ce02,
        }),
      ]);
      await ends(taken, second);
      await turn(3, 'sendrecv', 'sendrecv');
      await talk(lab, alice, bob, 1.2);
      await ends(leg, other);
    },
  ),
  healthy(
    'busy-lamp',
    'A lamp is watched: SUBSCRIBE, notifications while a call comes and goes, and the end of the subscription.',
    async (_, alice, bob) => {
      const lamp = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      lamp.request('SUBSCRIBE', { headers: ['Event: dialog', 'Expires: 600'] });
      const asked = await bob.sees('SUBSCRIBE');
      const notifier = Leg.of(bob, 'bob', asked);
      notifier.responds(asked, '200 OK', '', ['Expires: 600']);
      lamp.learns(await alice.sees('200 SUBSCRIBE'));
      for (const state of [
        'active;expires=600',
        'active;expires=598',
        'terminated;reason=timeout',
      ]) {
        notifier.request('NOTIFY', {
          headers: [
            'Event: dialog',
            `Subscription-State: ${state}`,
            'Content-Type: application/dialog-info+xml',
          ],
          body: '<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="1" state="full" entity="sip:bob@example.com"/>',
        });
        lamp.responds(await alice.sees('NOTIFY'), '200 OK');
        await bob.sees('200 NOTIFY');
        await pause(500);
      }
    },
    six1,
  ),
  healthy(
    'reliable-ringing-then-busy-no-more',
    'Bob rings reliably twice, Alice acknowledges both by PRACK, and he answers by phone while another call of hers is cancelled.',
    async (lab, alice, bob) => {
      const other = new Leg(alice, 'alice', `sip:carol@${bob.at}`);
      other.request('INVITE', { body: other.sdp() });
      const first = await bob.sees('INVITE');
      bob.responds(first, '180 Ringing', { tag: 'carolrings', contact: `<sip:carol@${bob.at}>` });
      await alice.sees('180');
      await pause(700);
      other.cancels();
      bob.responds(await bob.sees('CANCEL'), '200 OK', { tag: 'carolrings' });
      bob.responds(first, '487 Request Terminated', { tag: 'carolrings' });
      other.acksRefusal(await alice.sees('487'));
      await bob.sees('ACK');
      const leg = new Leg(alice, 'alice', `sip:bob@${bob.at}`);
      leg.request('INVITE', { body: leg.sdp(), headers: ['Supported: 100rel'] });
      const invite = await bob.sees('INVITE');
      const callee = Leg.of(bob, 'bob', invite);
      for (const number of [41, 42]) {
        callee.responds(invite, '180 Ringing', '', ['Require: 100rel', `RSeq: ${number}`]);
        leg.learns(await alice.sees('180'));
        leg.request('PRACK', { headers: [`RAck: ${number} 1 INVITE`] });
        callee.responds(await bob.sees('PRACK'), '200 OK');
        await alice.sees('200 PRACK');
        await pause(600);
      }
      callee.responds(invite, '200 OK', callee.sdp({ port: 42_000 }));
      await alice.sees('200 INVITE');
      leg.request('ACK', { cseq: 1 });
      leg.cseq = 3;
      await talk(lab, alice, bob, 2);
      await ends(leg, callee);
    },
  ),
];

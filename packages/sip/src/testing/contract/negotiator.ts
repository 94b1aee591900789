// What every Negotiator must do, ours and anyone's: a suite for any test framework with `describe` and `test` (RFC 3264).
import type { SessionDescription } from '../../sdp/description.ts';
import { NoCommonMedia } from '../../sdp/negotiator.ts';
import type { AgreedStream, Direction, Negotiator } from '../../sdp/negotiator.ts';
import { parseSdp } from '../../sdp/parse.ts';
import { formatSdp } from '../../sdp/serialize.ts';
import { equal } from './framework.ts';
import type { TestFunctions } from './framework.ts';

/** Two negotiators that have PCMU in common, made anew for each test; each offers one audio line. */
export interface NegotiatorWorld {
  readonly left: Negotiator;
  readonly right: Negotiator;
  /** How many ports, sessions or the like the two still hold. */
  held(): number | Promise<number>;
  /** Called at the end of each test, after both negotiators were closed. */
  close(): Promise<void>;
}

/** Declares the suite. `open` makes a fresh world. */
export function negotiatorContract(
  name: string,
  open: () => Promise<NegotiatorWorld>,
  framework: TestFunctions,
): void {
  const { describe, test } = framework;
  const check = (title: string, body: (world: NegotiatorWorld) => Promise<void>): void => {
    test(title, async () => {
      const world = await open();
      try {
        await body(world);
      } finally {
        await Promise.allSettled([world.left.close(), world.right.close()]);
        await world.close();
      }
    });
  };

  describe(`${name} keeps the contract of a negotiator`, () => {
    check('RFC 3264 §5, §6: an offer is answered, and both ends agree on one stream', agrees);
    check('RFC 3264 §8: either end may make the next offer', agreesBothWays);
    check(
      'RFC 3264 §8.3.1: a later offer keeps its port, so there is no old one to hear (C139)',
      keepsPort,
    );
    check(
      'RFC 3264 §8: the version rises by one when the description changed, and only then',
      countsVersions,
    );
    check('RFC 3264 §8.4: hold and resume are offered and answered in both directions', holds);
    check('RFC 3264 §6.1: a hold of the answering end is in its answer', holdsInAnswer);
    check(
      'RFC 3264 §6: lines that are not taken stay in the answer and in later offers',
      keepsLines,
    );
    check('An offer that cannot be taken changes nothing', refusesOffer);
    check('An answer that cannot be taken changes nothing', refusesAnswer);
    check('An offer that was refused is rolled back', rollsOfferBack);
    check('An answer that came to nothing is rolled back', rollsAnswerBack);
    check('An early answer is rolled back when its offer is refused in the end', rollsEarlyBack);
    check('A rollback takes back no more than the last offer', rollsOneBack);
    check('One offer may be answered anew, by another fork', answersAgain);
    check('An answer without an offer is refused', refusesStrayAnswer);
    check('close frees everything, twice as well as once, and nothing works after it', closes);
    check('close frees what is still being made', closesAtWork);
  });
}

const talk = { direction: 'sendrecv' } as const;
const hold = { direction: 'sendonly' } as const;

/** What goes over the wire is text. */
function received(description: SessionDescription): SessionDescription {
  const parsed = parseSdp(formatSdp(description));
  if (!parsed.ok) throw new Error(`A description cannot be read: ${parsed.error.text}`);
  return parsed.value;
}

/** One whole exchange; gives what both ends said. */
async function exchange(
  from: Negotiator,
  to: Negotiator,
  direction: Direction = 'sendrecv',
  answering: Direction = 'sendrecv',
): Promise<{ readonly offer: SessionDescription; readonly answer: SessionDescription }> {
  const offer = received(await from.createOffer({ direction }));
  const answer = received(await to.createAnswer(offer, { direction: answering }));
  await from.applyAnswer(answer);
  return { offer, answer };
}

async function keepsPort({ left, right }: NegotiatorWorld): Promise<void> {
  const first = await exchange(left, right);
  const second = await exchange(left, right, 'sendonly');
  const third = await exchange(right, left);
  const portOf = ({ media }: SessionDescription): number | undefined => media[0]?.port;
  equal(portOf(second.offer), portOf(first.offer), 'The port of a later offer');
  equal(portOf(third.answer), portOf(first.offer), 'The port of a later answer');
  equal(portOf(third.offer), portOf(first.answer), 'The port of the other end');
}

/** The audio line as it stands. */
function audio(negotiator: Negotiator): AgreedStream {
  const found = negotiator.streams.find(({ media }) => media === 'audio');
  if (found === undefined) throw new Error('There is no audio stream');
  return found;
}

/** All that a rollback must bring back. */
function shown(negotiator: Negotiator): string {
  return JSON.stringify(
    negotiator.streams.map(({ media, codec, direction, local, remote }) => ({
      media,
      codec,
      direction,
      local,
      remote,
    })),
  );
}

/** Another peer's description: one audio line. */
function foreign({ payload = '0', port = 30_000 } = {}): SessionDescription {
  const text = [
    'v=0',
    'o=- 7 1 IN IP4 127.0.0.9',
    's=-',
    'c=IN IP4 127.0.0.9',
    't=0 0',
    `m=audio ${port} RTP/AVP ${payload}`,
    ...(payload === '96' ? ['a=rtpmap:96 none-of-ours/8000'] : []),
    '',
  ];
  const parsed = parseSdp(text.join('\r\n'));
  if (!parsed.ok) throw new Error(parsed.error.text);
  return parsed.value;
}

async function rejects(act: () => Promise<unknown>, what: string): Promise<unknown> {
  try {
    await act();
  } catch (error) {
    return error;
  }
  throw new Error(`${what} was not refused`);
}

async function refusesMedia(act: () => Promise<unknown>, what: string): Promise<void> {
  const error = await rejects(act, what);
  if (!(error instanceof NoCommonMedia))
    throw new Error(`${what} was refused with another error than NoCommonMedia: ${String(error)}`);
}

async function agrees({ left, right }: NegotiatorWorld): Promise<void> {
  equal(left.streams.length + right.streams.length, 0, 'The streams before the first answer');
  const { offer, answer } = await exchange(left, right);
  equal(answer.media.length, offer.media.length, 'The lines of the answer');
  const [here, there] = [audio(left), audio(right)];
  equal(here.codec, 'PCMU', 'The codec');
  equal(there.codec, 'PCMU', 'The codec there');
  equal(here.direction + there.direction, 'sendrecvsendrecv', 'The directions');
  for (const [local, remote, what] of [
    [here.local, there.remote, 'What left receives on'],
    [there.local, here.remote, 'What right receives on'],
  ] as const) {
    equal(`${remote?.host} ${remote?.port}`, `${local?.host} ${local?.port}`, what);
    equal((local?.port ?? 0) > 0, true, `${what} has a port`);
  }
}

async function agreesBothWays({ left, right }: NegotiatorWorld): Promise<void> {
  await exchange(left, right);
  const before = `${shown(left)}${shown(right)}`;
  await exchange(right, left);
  await exchange(left, right);
  equal(`${shown(left)}${shown(right)}`, before, 'The streams after offers that change nothing');
}

async function countsVersions({ left, right }: NegotiatorWorld): Promise<void> {
  const first = await exchange(left, right);
  const same = await exchange(left, right);
  const held = await exchange(left, right, 'sendonly');
  const resumed = await exchange(right, left);
  const version = ({ origin }: SessionDescription): bigint => BigInt(origin.sessionVersion);
  const rose = (later: SessionDescription, earlier: SessionDescription): string =>
    String(version(later) - version(earlier));
  equal(rose(same.offer, first.offer), '0', 'What an offer that is the same adds');
  equal(rose(same.answer, first.answer), '0', 'What an answer that is the same adds');
  equal(rose(held.offer, same.offer), '1', 'What a hold adds');
  equal(rose(held.answer, same.answer), '1', 'What the answer to a hold adds');
  equal(rose(resumed.answer, held.offer), '1', 'What the answer that resumes adds');
  equal(rose(resumed.offer, held.answer), '1', 'What the offer that resumes adds');
  const identity = ({ origin }: SessionDescription): string =>
    `${origin.username} ${origin.sessionId} ${origin.netType} ${origin.addressType} ${origin.address}`;
  equal(identity(held.offer), identity(first.offer), 'The rest of the origin');
  equal(identity(resumed.offer), identity(first.answer), 'The rest of the origin there');
}

async function holds({ left, right }: NegotiatorWorld): Promise<void> {
  await exchange(left, right);
  await exchange(left, right, 'sendonly');
  equal(audio(left).direction, 'sendonly', 'The direction of who holds');
  equal(audio(right).direction, 'recvonly', 'The direction of who is held');
  // The one who is held asks for what it had, and stays held.
  await exchange(right, left, 'sendrecv', 'sendonly');
  equal(audio(left).direction, 'sendonly', 'The direction of who still holds');
  equal(audio(right).direction, 'recvonly', 'The direction of who is still held');
  await exchange(left, right, 'sendonly', 'sendonly');
  equal(audio(left).direction, 'inactive', 'The direction when both hold');
  await exchange(left, right);
  equal(audio(left).direction, 'sendrecv', 'The direction after it');
  equal(audio(right).direction, 'sendrecv', 'The direction there');
}

async function holdsInAnswer({ left, right }: NegotiatorWorld): Promise<void> {
  await exchange(left, right, 'sendrecv', 'sendonly');
  equal(audio(left).direction, 'recvonly', 'The direction of who offered');
  equal(audio(right).direction, 'sendonly', 'The direction of who answered');
}

async function keepsLines({ left }: NegotiatorWorld): Promise<void> {
  const text = formatSdp(foreign()).replace('m=audio', 'm=video 4000 RTP/AVP 31\r\nm=audio');
  const parsed = parseSdp(text);
  if (!parsed.ok) throw new Error(parsed.error.text);
  const lines = (said: SessionDescription): string =>
    said.media.map(({ media, port }) => (port === 0 ? `no ${media}` : media)).join();
  equal(
    lines(received(await left.createAnswer(parsed.value, talk))),
    'no video,audio',
    'The answer',
  );
  equal(left.streams.map(({ codec }) => codec ?? 'none').join(), 'none,PCMU', 'The streams');
  equal(lines(received(await left.createOffer(talk))), 'no video,audio', 'The next offer');
}

async function refusesOffer({ left, right }: NegotiatorWorld): Promise<void> {
  await refusesMedia(() => right.createAnswer(foreign({ payload: '96' }), talk), 'The first offer');
  equal(right.streams.length, 0, 'The streams after it');
  await exchange(left, right);
  await exchange(right, left, 'sendonly');
  const before = shown(right);
  await refusesMedia(() => right.createAnswer(foreign({ payload: '96' }), talk), 'A later offer');
  equal(shown(right), before, 'The streams after it');
  right.rollback();
  equal(shown(right), before, 'The streams after it was rolled back');
  await exchange(left, right);
}

async function refusesAnswer({ left, right }: NegotiatorWorld): Promise<void> {
  await left.createOffer(talk);
  await refusesMedia(() => left.applyAnswer(foreign({ payload: '96' })), 'The first answer');
  equal(left.streams.length, 0, 'The streams after it');
  left.rollback();
  await exchange(left, right);
  const before = shown(left);
  await left.createOffer(hold);
  await refusesMedia(() => left.applyAnswer(foreign({ payload: '96' })), 'A later answer');
  equal(shown(left), before, 'The streams after it');
  left.rollback();
  equal(shown(left), before, 'The streams after it was rolled back');
}

async function rollsOfferBack({ left, right }: NegotiatorWorld): Promise<void> {
  await left.createOffer(talk);
  left.rollback();
  equal(left.streams.length, 0, 'The streams after the first offer was refused');
  await exchange(left, right);
  const before = shown(left);
  const refused = await left.createOffer(hold);
  left.rollback();
  equal(shown(left), before, 'The streams after a hold was refused');
  left.rollback();
  equal(shown(left), before, 'The streams after a rollback too many');
  const { offer } = await exchange(left, right);
  // RFC 3264 §8: the peer may have seen the one that it refused; two that differ have two versions.
  const differs = formatSdp(offer) !== formatSdp(refused);
  const versions = [offer, refused].map(({ origin }) => origin.sessionVersion);
  equal(differs && versions[0] === versions[1], false, 'One version for two descriptions');
}

async function rollsAnswerBack({ left, right }: NegotiatorWorld): Promise<void> {
  await exchange(left, right);
  const before = shown(right);
  await right.createAnswer(foreign({ port: 31_000 }), talk);
  equal(audio(right).remote?.port, 31_000, 'The port in force');
  right.rollback();
  equal(shown(right), before, 'The streams after the rollback');
}

async function rollsEarlyBack({ left, right }: NegotiatorWorld): Promise<void> {
  await exchange(left, right);
  const before = shown(left);
  await left.createOffer(hold);
  await left.applyAnswer(foreign({ port: 31_000 }));
  equal(audio(left).remote?.port, 31_000, 'The port in force');
  left.rollback();
  equal(shown(left), before, 'The streams after the rollback');
}

async function rollsOneBack({ left, right }: NegotiatorWorld): Promise<void> {
  await exchange(left, right);
  await exchange(right, left, 'sendonly');
  const before = shown(left);
  await left.createOffer(talk);
  left.rollback();
  equal(shown(left), before, 'The streams after a rollback');
  left.rollback();
  equal(shown(left), before, 'The streams after a rollback without an offer');
}

async function answersAgain({ left }: NegotiatorWorld): Promise<void> {
  await left.createOffer(talk);
  await left.applyAnswer(foreign({ port: 31_000 }));
  await left.applyAnswer(foreign({ port: 32_000 }));
  equal(audio(left).remote?.port, 32_000, 'The port in force');
}

async function refusesStrayAnswer({ left, right }: NegotiatorWorld): Promise<void> {
  await rejects(() => left.applyAnswer(foreign()), 'An answer before any offer');
  await exchange(left, right);
  await left.createOffer(hold);
  left.rollback();
  await rejects(() => left.applyAnswer(foreign()), 'An answer to an offer that was rolled back');
}

async function closes(world: NegotiatorWorld): Promise<void> {
  const { left, right } = world;
  await exchange(left, right);
  equal((await world.held()) > 0, true, 'Something is held during a call');
  await Promise.all([left.close(), right.close()]);
  await left.close();
  equal(await world.held(), 0, 'What is held after close');
  await rejects(() => left.createOffer(talk), 'An offer after close');
  await rejects(() => left.createAnswer(foreign(), talk), 'An answer after close');
  left.rollback();
  equal(await world.held(), 0, 'What is held in the end');
}

async function closesAtWork(world: NegotiatorWorld): Promise<void> {
  const offer = world.left.createOffer(talk);
  const answer = world.right.createAnswer(foreign(), talk);
  await Promise.all([world.left.close(), world.right.close()]);
  await Promise.allSettled([offer, answer]);
  equal(await world.held(), 0, 'What is held after close');
}

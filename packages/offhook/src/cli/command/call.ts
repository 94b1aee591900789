// `offhook call`: a call from the command line, with its story.
import { Option } from 'commander';
import type { Command } from 'commander';
import { sipUriOf } from '@offhook/sip';
import type { Call, OutgoingCall, SessionEnd, UserAgent } from '@offhook/sip';
import type { CodecName } from '../../media/codec/codec.ts';
import { rtp } from '../../media/rtp-negotiator.ts';
import type { RtpSession, SrtpPolicy } from '../../media/rtp-negotiator.ts';
import { codecNames, dtmfKeys, replacesValue, secondsNumber } from '../argument.ts';
import { clientFor, withClientOptions } from '../client.ts';
import type { ClientOptions } from '../client.ts';
import { output, shown } from '../output.ts';
import type { Output } from '../output.ts';
import { delay, stopped } from '../signal.ts';
import { checkRecordable, playableOf } from '../sound-file.ts';
import type { Sound } from '../sound-file.ts';
import { tellStory } from '../story.ts';

interface CallOptions extends ClientOptions {
  readonly play?: string;
  readonly record?: string;
  readonly seconds?: number;
  readonly dtmf?: string;
  readonly hold?: boolean;
  readonly transfer?: string;
  readonly after?: number;
  readonly consult?: boolean;
  readonly replace?: string;
  readonly codec?: readonly CodecName[];
  readonly srtp?: SrtpPolicy;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Adds the command. */
export function addCall(program: Command): void {
  withClientOptions(program.command('call <uri>').description('call an address'))
    .option('--play <what>', 'FILE.wav, or tone:HZ (default: silence)')
    .option('--record <file>', 'write what is heard to this WAV file')
    .option(
      '--seconds <n>',
      'hang up after so many seconds (default: when the peer does, or Ctrl+C)',
      secondsNumber,
    )
    .option('--dtmf <keys>', 'press these keys once the call is up', dtmfKeys)
    .option('--hold', 'hold the call for two seconds, then take it up again')
    .option('--transfer <uri>', 'hand the peer over to this address, and say what became of it')
    .option('--after <n>', 'transfer after so many seconds (default: 2)', secondsNumber)
    .option('--consult', 'call the address of --transfer first, and hand over the answered call')
    .option(
      '--replace <call>',
      'take the place of a call that the peer has: CALL-ID;to-tag=TAG;from-tag=TAG, its tag first',
      replacesValue,
    )
    .option(
      '--codec <names>',
      'offer these codecs, best first: PCMU, PCMA, G722, opus (default: PCMU,PCMA)',
      codecNames,
    )
    .addOption(
      new Option('--srtp [policy]', 'encrypt the media: required unless said (default: off)')
        .choices(['off', 'optional', 'required'])
        .preset('required'),
    )
    .option('--quiet', 'do not print the messages')
    .option('--verbose', 'print everything: timers, strays')
    .action(call);
}

async function call(uri: string, options: CallOptions): Promise<void> {
  if (options.transfer !== undefined) sipUriOf(options.transfer);
  // What cannot work is said before anybody's phone rings.
  const sound = await playableOf(options.play);
  if (options.record !== undefined) await checkRecordable(options.record);
  const client = await clientFor(uri, options);
  const out = output(options.json ?? false);
  const story = tellStory(
    out,
    options.quiet === true ? 'none' : options.verbose === true ? 'full' : 'normal',
  );
  const media = rtp({ host: client.host, codecs: options.codec, srtp: options.srtp });
  const ua = client.agent(media, story.tap);
  const abort = new AbortController();
  const interrupted = stopped().then(() => abort.abort());
  let told: (() => void) | undefined;
  const words: string[] = [];
  try {
    const headers = options.replace === undefined ? [] : ([['Replaces', options.replace]] as const);
    const outgoing = ua.call(uri, { signal: abort.signal, headers });
    out.event('calling', { uri, callId: outgoing.callId });
    warnOfOpenKeys(options.srtp, client.transport, out);
    void tellProgress(outgoing, out);
    const record = recorder(outgoing, options.record, out);
    const answered = await outgoing.answered;
    const { callId, localTag, remoteTag } = answered.dialog.id;
    out.event('answered', { callId, localTag, remoteTag, streams: answered.streams });
    await record();
    answered.media.on('silent', () =>
      tellProblem(out, 'Nothing of the peer was heard for a minute'),
    );
    play(answered, sound, out);
    await live(answered, options, { interrupted, out, ua, later: (said) => words.push(said) });
    const [end, statistics] = await hangUp(answered);
    const { by, cause, status, reason } = end;
    told = () =>
      out.event('ended', { by, cause, status, reason, statistics }, summary(end, statistics));
  } finally {
    await ua.close();
    await media.close();
    // The ladder comes first, so that the last words are the last.
    story.finish();
    for (const said of words) out.say(said);
    told?.();
  }
}

// RFC 4568 §8.3: the keys are in the messages, so the media is no safer than they are.
function warnOfOpenKeys(srtp: SrtpPolicy | undefined, transport: string, out: Output): void {
  if (srtp === undefined || srtp === 'off' || /^(?:tls|wss)$/.test(transport)) return;
  const message = `The keys of the media travel readably over ${transport}: who sees the messages can listen`;
  out.event('problem', { message }, `Note: ${message}`);
}

async function tellProgress({ progress }: OutgoingCall<RtpSession>, out: Output): Promise<void> {
  for await (const { status, reason, fork } of progress)
    out.event('progress', { status, reason, fork });
}

/** Records from the first sound on, which may come before the answer; what is returned does so at once, if it was not done. */
function recorder(
  { media }: OutgoingCall<RtpSession>,
  path: string | undefined,
  out: Output,
): () => Promise<void> {
  if (path === undefined) return () => Promise.resolve();
  let recording: Promise<void> | undefined;
  const record = (): Promise<void> => (recording ??= media.record(path));
  media.on('firstPacket', () => {
    record().catch((error: unknown) => tellProblem(out, error));
  });
  return record;
}

function play(answered: Call<RtpSession>, sound: Sound | undefined, out: Output): void {
  if (sound === undefined) return;
  answered.media.play(sound).catch((error: unknown) => tellProblem(out, error));
}

interface Surroundings {
  readonly interrupted: Promise<void>;
  readonly out: Output;
  readonly ua: UserAgent<RtpSession>;
  /** Takes words that are said once the ladder is drawn. */
  readonly later: (words: string) => void;
}

/** What the user asked to be done in the call, until somebody ends it. */
async function live(
  answered: Call<RtpSession>,
  options: CallOptions,
  surroundings: Surroundings,
): Promise<void> {
  const { interrupted, out } = surroundings;
  let isOver = false;
  const over = Promise.race([answered.ended, interrupted]).then(() => (isOver = true));
  const limit = options.seconds === undefined ? over : delay(options.seconds * 1000, over);
  const work = async (): Promise<void> => {
    if (options.dtmf !== undefined) {
      await delay(500, over);
      if (!isOver) await pressKeys(answered, options.dtmf, out);
    }
    if (options.hold === true) {
      await delay(1000, over);
      if (!isOver) await answered.hold();
      if (!isOver) out.event('held', { streams: answered.streams });
      await delay(2000, over);
      if (!isOver) await answered.resume();
      if (!isOver) out.event('resumed', { streams: answered.streams });
    }
    if (options.transfer !== undefined) {
      await delay((options.after ?? 2) * 1000, over);
      if (!isOver) await handOver(answered, options.transfer, { ...surroundings, options });
    }
  };
  // A peer that hangs up in the middle of a hold ends the call, and that is no failure.
  const asked = work().catch((error: unknown) => {
    if (!isOver) throw error;
  });
  await Promise.race([over, Promise.all([asked, limit])]);
}

// The promise settles with the outcome, so that a transfer that failed is a failure of the command.
async function handOver(
  answered: Call<RtpSession>,
  target: string,
  { options, out, ua, later }: Surroundings & { readonly options: CallOptions },
): Promise<void> {
  const consulted = options.consult === true ? await ua.call(target).answered : undefined;
  out.event('transferring', { target, consulted: consulted?.dialog.id.callId });
  const { status, reason } = await answered.transfer(consulted ?? target, {
    onProgress: (told) => out.event('transfer', { status: told.status, reason: told.reason }),
  });
  out.event('transferred', { status, reason });
  later(`The peer is handed over: ${status} ${shown(reason)}.`);
}

// A peer that acts on a key before it is released, by holding us say, cuts the rest short: the call goes on.
async function pressKeys(answered: Call<RtpSession>, keys: string, out: Output): Promise<void> {
  try {
    await answered.media.dtmf(keys);
    // How many, not which: they may be somebody's secret number.
    out.event('pressed', { keys: keys.length });
  } catch (error) {
    tellProblem(out, error);
  }
}

function tellProblem(out: Output, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  out.event('problem', { message }, `Problem: ${shown(message)}`);
}

type Statistics = Awaited<ReturnType<RtpSession['statistics']>>;

async function hangUp(
  answered: Call<RtpSession>,
): Promise<readonly [SessionEnd, Statistics | undefined]> {
  // The media ends with the call, so its figures are asked for before.
  const statistics = await answered.media.statistics().catch(() => undefined);
  return [await answered.hangUp(), statistics];
}

function summary({ by, cause }: SessionEnd, statistics: Statistics | undefined): string {
  const who =
    by === 'local' ? 'we hung up' : by === 'remote' ? 'the peer hung up' : `the network: ${cause}`;
  if (statistics === undefined) return `The call is over: ${who}.`;
  return `The call is over: ${who}. Sent ${statistics.sentPackets} packets, received ${statistics.receivedPackets}, lost ${statistics.lostPackets}, jitter ${statistics.jitterMilliseconds.toFixed(1)} ms.`;
}

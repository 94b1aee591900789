// `offhook call`: a call from the command line, with its story.
import type { Command } from 'commander';
import type { Call, SessionEnd } from '@offhook/sip';
import { rtp } from '../../media/rtp-negotiator.ts';
import type { RtpSession } from '../../media/rtp-negotiator.ts';
import { dtmfKeys, secondsNumber } from '../argument.ts';
import { clientFor, withClientOptions } from '../client.ts';
import type { ClientOptions } from '../client.ts';
import { exitStatus, Failure } from '../failure.ts';
import { output } from '../output.ts';
import type { Output } from '../output.ts';
import { delay, stopped } from '../signal.ts';
import { tellStory } from '../story.ts';

interface CallOptions extends ClientOptions {
  readonly play?: string;
  readonly record?: string;
  readonly seconds?: number;
  readonly dtmf?: string;
  readonly hold?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Adds the command. */
export function addCall(program: Command): void {
  withClientOptions(program.command('call <uri>').description('call an address'))
    .option('--play <what>', 'FILE.wav, or tone:HZ (default: silence)')
    .option('--record <file>', 'write what is heard to this WAV file')
    .option('--seconds <n>', 'hang up after so many seconds (default: when the peer does, or Ctrl+C)', secondsNumber)
    .option('--dtmf <keys>', 'press these keys once the call is up', dtmfKeys)
    .option('--hold', 'hold the call for two seconds, then take it up again')
    .option('--quiet', 'do not print the messages')
    .option('--verbose', 'print everything: timers, strays')
    .action(call);
}

async function call(uri: string, options: CallOptions): Promise<void> {
  const out = output(options.json ?? false);
  const story = tellStory(out, options.quiet === true ? 'none' : options.verbose === true ? 'full' : 'normal');
  const playable = playableOf(options.play);
  const client = clientFor(uri, options);
  const media = rtp({ host: client.host });
  const ua = client.agent(media, story.tap);
  const abort = new AbortController();
  const interrupted = stopped().then(() => abort.abort());
  try {
    const outgoing = ua.call(uri, { signal: abort.signal });
    out.event('calling', { uri, callId: outgoing.callId });
    void tellProgress(outgoing.progress, out);
    const answered = await outgoing.answered;
    const { callId, localTag, remoteTag } = answered.dialog.id;
    out.event('answered', { callId, localTag, remoteTag, streams: answered.streams });
    if (options.record !== undefined) await answered.media.record(options.record);
    if (playable !== undefined) void answered.media.play(playable).catch((error: unknown) => tellProblem(out, error));
    await live(answered, options, interrupted, out);
    const [end, statistics] = await hangUp(answered);
    out.event('ended', { by: end.by, cause: end.cause, status: end.status, reason: end.reason, statistics }, summary(end, statistics));
  } finally {
    await ua.close();
    await media.close();
    story.finish();
  }
}

async function tellProgress(progress: AsyncIterable<{ status: number; reason: string; fork: string }>, out: Output): Promise<void> {
  for await (const { status, reason, fork } of progress) out.event('progress', { status, reason, fork });
}

/** What the user asked to be done in the call, until somebody ends it. */
async function live(answered: Call<RtpSession>, options: CallOptions, interrupted: Promise<void>, out: Output): Promise<void> {
  const over = Promise.race([answered.ended, interrupted]);
  const work = async (): Promise<void> => {
    if (options.dtmf !== undefined) {
      await delay(500);
      await pressKeys(answered, options.dtmf, out);
    }
    if (options.hold === true) {
      await delay(1000);
      await answered.hold();
      out.event('held', { streams: answered.streams });
      await delay(2000);
      await answered.resume();
      out.event('resumed', { streams: answered.streams });
    }
  };
  const limit = options.seconds === undefined ? new Promise<never>(() => undefined) : delay(options.seconds * 1000);
  await Promise.race([over, Promise.all([work(), Promise.race([limit, over])])]);
}

// A peer that acts on a key before it is released, by holding us say, cuts the rest short: the call goes on.
async function pressKeys(answered: Call<RtpSession>, keys: string, out: Output): Promise<void> {
  try {
    await answered.media.dtmf(keys);
    out.event('dtmf sent', { keys });
  } catch (error) {
    tellProblem(out, error);
  }
}

function tellProblem(out: Output, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  out.event('problem', { message }, `Problem: ${message}`);
}

type Statistics = Awaited<ReturnType<RtpSession['statistics']>>;

async function hangUp(answered: Call<RtpSession>): Promise<readonly [SessionEnd, Statistics | undefined]> {
  // The media ends with the call, so its figures are asked for before.
  const statistics = await answered.media.statistics().catch(() => undefined);
  return [await answered.hangUp(), statistics];
}

function summary({ by, cause }: SessionEnd, statistics: Statistics | undefined): string {
  const who = by === 'local' ? 'we hung up' : by === 'remote' ? 'the peer hung up' : `the network: ${cause}`;
  if (statistics === undefined) return `The call is over: ${who}.`;
  return `The call is over: ${who}. Sent ${statistics.sentPackets} packets, received ${statistics.receivedPackets}, lost ${statistics.lostPackets}, jitter ${statistics.jitterMilliseconds.toFixed(1)} ms.`;
}

function playableOf(play: string | undefined): { kind: 'tone'; hertz: number } | { kind: 'file'; path: string } | undefined {
  if (play === undefined) return undefined;
  const tone = /^tone:(\d{1,5})$/.exec(play);
  if (tone === null) return { kind: 'file', path: play };
  const hertz = Number(tone[1]);
  if (hertz < 20 || hertz > 3900) {
    throw new Failure('A tone has 20 to 3900 Hz', { code: 'OFFHOOK_USAGE', status: exitStatus.usage, next: '--play tone:1000' });
  }
  return { kind: 'tone', hertz };
}

// The load of a soak: phones that register, call each other and echo, and write messages, each over a line that may be spoiled.
import { SipError, UserAgent } from '@offhook/sip';
import type { Random, Transport } from '@offhook/sip';
import { SilentMedia } from '@offhook/sip/testing';
import type { SilentSession } from '@offhook/sip/testing';
import type { NamedLine } from './faults.ts';

/** What the load came to so far. */
export interface LoadCounts {
  calls: number;
  succeeded: number;
  /** Calls that failed while one of their lines was spoiled, or shortly after: how, and how often. */
  readonly excused: Map<string, number>;
  /** Calls that the server refused with 503 because it had too much to do, and those that its Retry-After kept back. */
  refused: number;
  /** When the server last refused. */
  refusedAt: number;
  /** The longest time after the end of a fault at which a call still failed of it, in milliseconds. */
  slowest: number;
  messages: number;
  delivered: number;
  /** Failures without an excuse, as they were told. */
  readonly failures: string[];
}

/** One phone of the load. */
export interface LoadPhone {
  readonly name: string;
  readonly ua: UserAgent<SilentSession>;
  readonly line: NamedLine;
}

/** How long after a fault what fails is still its fault: a timer of 32 s may be under way, and a registration to be mended. */
const aftermath = 45_000;

/** A registered phone that takes every call. */
export async function phone(options: {
  readonly name: string;
  readonly domain: string;
  readonly server: string;
  readonly transport: Transport;
  readonly line: NamedLine;
  readonly random: Random;
}): Promise<LoadPhone> {
  const { name, domain, server, transport, line, random } = options;
  const ua = new UserAgent<SilentSession>({
    account: { aor: `sip:${name}@${domain}`, password: `pw-${name}` },
    server,
    transports: [transport],
    media: { open: () => new SilentMedia({ random, host: '127.0.0.1' }).open() },
    expiresSeconds: 60,
  });
  await ua.register();
  void takeAll(ua);
  return { name, ua, line };
}

async function takeAll(ua: UserAgent<SilentSession>): Promise<void> {
  void readAll(ua);
  for await (const call of ua.incoming) {
    call.ring();
    call.accept().catch(() => undefined);
  }
}

async function readAll({ messages }: UserAgent<SilentSession>): Promise<void> {
  for await (const { text } of messages) if (text === '') throw new Error('It said nothing');
}

/** One call from beginning to end; its outcome goes into the counts. */
export async function oneCall(
  caller: LoadPhone,
  target: { readonly uri: string; readonly line: NamedLine | undefined },
  hold: number,
  counts: LoadCounts,
): Promise<void> {
  const started = performance.now();
  counts.calls += 1;
  try {
    const call = await caller.ua.call(target.uri).answered;
    await Promise.race([pause(hold), call.ended]);
    await call.hangUp();
    const { by, cause } = await call.ended;
    if (by === 'local' && cause === 'bye') counts.succeeded += 1;
    else fail(`ended by ${by}, ${cause}`);
  } catch (error) {
    fail(error instanceof SipError ? `${error.code} ${error.status ?? ''}` : String(error));
  }

  function fail(why: string): void {
    const now = performance.now();
    if (why === 'SIP_REJECTED 503') counts.refusedAt = now;
    if (why.endsWith(' 503') && now - counts.refusedAt < rest) {
      counts.refused += 1;
      return;
    }
    const lines = [caller.line, target.line].filter((line) => line !== undefined);
    const isExcused = lines.some(({ spoiled }) => spoiled.over + aftermath > started);
    if (isExcused) {
      counts.excused.set(why, (counts.excused.get(why) ?? 0) + 1);
      const since = Math.min(...lines.map(({ spoiled }) => started - spoiled.over).filter((time) => time > -aftermath)); // prettier-ignore
      if (Number.isFinite(since)) counts.slowest = Math.max(counts.slowest, since);
    } else counts.failures.push(`${caller.name} to ${target.uri}: ${why}`);
  }
}

/** How long a client may be told to leave a busy server alone, in milliseconds. */
const rest = 32_000;

/** One message; kept for later is delivered too. */
export async function oneMessage(from: LoadPhone, uri: string, counts: LoadCounts): Promise<void> {
  counts.messages += 1;
  try {
    await from.ua.message(uri, 'A message of the soak');
    counts.delivered += 1;
  } catch {
    // A message may be lost with its line; calls are what is held against us.
  }
}

/** Real time passing. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

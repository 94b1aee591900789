// RFC 3261 appendix A table 4, with RFC 6026 §8.11, RFC 4320 §4.1 and RFC 3261 §9.1: how long each timer runs.
import type { InviteClientTimer } from './invite-client.figure.ts';
import type { InviteServerTimer } from './invite-server.figure.ts';
import type { NonInviteClientTimer } from './non-invite-client.figure.ts';
import type { NonInviteServerTimer } from './non-invite-server.figure.ts';

/** The three times from which every timer is computed, in milliseconds. */
export interface TransactionSettings {
  /** T1, the estimate of a round trip (RFC 3261 §17.1.1.1). */
  readonly t1: number;
  /** T2, the longest interval between repeats (RFC 3261 §17.1.2.2). */
  readonly t2: number;
  /** T4, how long a message remains in the network (RFC 3261 §17.1.2.2). */
  readonly t4: number;
}

/** The defaults of RFC 3261 appendix A: 500 ms, 4 s and 5 s. */
export const defaultSettings: TransactionSettings = { t1: 500, t2: 4000, t4: 5000 };

/** A timer's length in milliseconds after `resets` resets; undefined when it never runs, 0 when it fires at once. */
export type TimerLength = (
  settings: TransactionSettings,
  resets: number,
  state: string,
) => number | undefined;

/** For each timer of a figure its length on an unreliable and on a reliable transport. */
export type TimerTable<TimerName extends string> = {
  readonly [Name in TimerName]: readonly [unreliable: TimerLength, reliable: TimerLength];
};

const never: TimerLength = () => undefined;
const zero: TimerLength = () => 0;
const t4: TimerLength = (settings) => settings.t4;
const sixtyFourT1: TimerLength = (settings) => 64 * settings.t1;
const doubling: TimerLength = (settings, resets) => settings.t1 * 2 ** resets;

/** RFC 3261 §17.2.1: T1, then doubling up to T2. */
const doublingToT2: TimerLength = (settings, resets) =>
  resets === 0 ? settings.t1 : Math.min(settings.t1 * 2 ** resets, settings.t2);

/** RFC 3261 §17.1.2.2: the same while Trying; T2 each time it is reset in Proceeding. */
const requestRepeat: TimerLength = (settings, resets, state) =>
  state === 'Proceeding' && resets > 0 ? settings.t2 : doublingToT2(settings, resets, state);

/** RFC 3261 §17.1.1.2: at least 32 s, since the server's T1 is not known. */
const waitForResponses: TimerLength = (settings) => Math.max(32_000, 64 * settings.t1);

/** RFC 3261 §17.2.1: the TU has 200 ms for an answer of its own. */
const silence: TimerLength = () => 200;

/** RFC 4320 §4.1: when the client's Timer E is reset to T2; 3.5 s with the default settings. */
const untilRepeatsAreSlow: TimerLength = (settings) => {
  let elapsed = 0;
  for (let interval = settings.t1; interval < settings.t2; interval *= 2) elapsed += interval;
  return elapsed;
};

// prettier-ignore
/** The timers of the INVITE client transaction (RFC 3261 §17.1.1.2, §9.1, RFC 6026 §8.11). */
export const inviteClientTimers: TimerTable<InviteClientTimer> = {
  A:      [doubling,         never],
  B:      [sixtyFourT1,      sixtyFourT1],
  D:      [waitForResponses, zero],
  M:      [sixtyFourT1,      sixtyFourT1],
  cancel: [sixtyFourT1,      sixtyFourT1],
};

// prettier-ignore
/** The timers of the non-INVITE client transaction (RFC 3261 §17.1.2.2). */
export const nonInviteClientTimers: TimerTable<NonInviteClientTimer> = {
  E: [requestRepeat, never],
  F: [sixtyFourT1,   sixtyFourT1],
  K: [t4,            zero],
};

// prettier-ignore
/** The timers of the INVITE server transaction (RFC 3261 §17.2.1, RFC 6026 §8.11). */
export const inviteServerTimers: TimerTable<InviteServerTimer> = {
  '100': [silence,      silence],
  G:     [doublingToT2, never],
  H:     [sixtyFourT1,  sixtyFourT1],
  I:     [t4,           zero],
  L:     [sixtyFourT1,  sixtyFourT1],
};

// prettier-ignore
/** The timers of the non-INVITE server transaction (RFC 3261 §17.2.2, RFC 4320 §4.1). */
export const nonInviteServerTimers: TimerTable<NonInviteServerTimer> = {
  '100': [untilRepeatsAreSlow, untilRepeatsAreSlow],
  J:     [sixtyFourT1,         zero],
};

/**
 * A repeated request is answered at most once in this many milliseconds. Departs from RFC 3261 §17.2.1 and §17.2.2: each
 * repeat would be answered, and a storm of them doubled; no client repeats this fast.
 */
export const repeatAnswersApart = 100;

/** The length function that a machine takes, for one figure's table on one kind of transport. */
export function lengths<TimerName extends string>(
  table: TimerTable<TimerName>,
  reliable: boolean,
  settings: TransactionSettings,
): (timer: TimerName, resets: number, state: string) => number | undefined {
  return (timer, resets, state) => table[timer][reliable ? 1 : 0](settings, resets, state);
}

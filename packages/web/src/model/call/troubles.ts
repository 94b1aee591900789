// What a failure of the protocol, the media or the browser means to a person.
import { SipError } from '@offhook/sip';
import type { SessionEnd } from '@offhook/sip';
import { meaningOfStatus } from '../../words/status.ts';
import { trouble } from '../../words/trouble.ts';
import type { Trouble, TroubleName } from '../../words/trouble.ts';
import type { DeviceRefusal } from '../ports.ts';

/** Why a call was not answered, a wish not granted, a message not sent; undefined when we took it back ourselves. */
export function troubleOf(
  error: unknown,
  who: string,
  { rang = false }: { readonly rang?: boolean } = {},
): Trouble | undefined {
  const refusal = deviceRefusal(error);
  if (refusal !== undefined) return trouble(deviceTroubles[refusal]);
  if (!(error instanceof SipError)) return trouble('unknown', { who });
  if (error.code === 'SIP_CANCELLED') return undefined;
  const { status, response } = error;
  const said = response?.reason;
  return trouble(nameOf(error, rang), { who, status, said });
}

/** Why an answered call ended, when nobody hung up. */
export function troubleOfEnd(
  { cause, status, reason }: SessionEnd,
  who: string,
): Trouble | undefined {
  const name = ends[cause];
  return name === undefined ? undefined : trouble(name, { who, status, said: reason });
}

/** Why the microphone could not be had, wherever in the chain of causes it says so. */
export function deviceRefusal(error: unknown): DeviceRefusal | undefined {
  let cause = error;
  for (let depth = 0; depth < 8 && cause instanceof Error; depth += 1) {
    const refusal = refusalIn(cause);
    if (refusal !== undefined) return refusal;
    cause = cause.cause;
  }
  return undefined;
}

// `DeviceError` is ours, `MediaRefused` the media engine's: both say it in the same words.
function refusalIn(error: Error): DeviceRefusal | undefined {
  if ('refusal' in error) return allRefusals.find((one) => one === error.refusal);
  return Object.hasOwn(refusals, error.name) ? refusals[error.name] : undefined;
}

const allRefusals: readonly DeviceRefusal[] = ['denied', 'missing', 'busy', 'insecure'];

/** The sentence for each refusal of a device. */
export const deviceTroubles: Readonly<Record<DeviceRefusal, TroubleName>> = {
  denied: 'microphone denied',
  missing: 'microphone absent',
  busy: 'microphone taken',
  insecure: 'microphone needs https',
};

// The names that browsers give their errors (Media Capture and Streams §10.2).
const refusals: Readonly<Record<string, DeviceRefusal>> = {
  NotAllowedError: 'denied',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotReadableError: 'busy',
  AbortError: 'busy',
  SecurityError: 'insecure',
};

const ends: Readonly<Partial<Record<SessionEnd['cause'], TroubleName>>> = {
  timeout: 'call lost',
  unreachable: 'call lost',
  'no ack': 'never confirmed',
  media: 'no common media',
  expired: 'call lost',
  'too long': 'call too long',
  closed: 'call lost',
};

function nameOf(error: SipError, rang: boolean): TroubleName {
  switch (error.code) {
    case 'SIP_REJECTED':
      return meaningAfterRinging(error.status ?? 500, rang);
    case 'SIP_TIMEOUT':
      return rang ? 'no answer' : 'request lost';
    case 'SIP_TRANSPORT':
    case 'SIP_UNRESOLVED':
    case 'SIP_CERTIFICATE':
      return 'server unreachable';
    case 'SIP_NO_COMMON_CODEC':
      return 'no common media';
    case 'SIP_AUTH':
      return 'login refused';
    case 'SIP_PARSE_URI':
      return 'not an address';
    case 'SIP_LIMIT':
      return 'overloaded';
    case 'SIP_CLOSED':
      return 'connection lost';
    case 'SIP_TOO_LARGE':
      return 'too large';
    case 'SIP_CANCELLED':
      return 'cancelled';
    case 'SIP_STATE':
    case 'SIP_PARSE':
    case 'SIP_PARSE_HEADER':
    case 'SIP_VERSION':
      return 'unknown';
  }
}

// What rang and then is told to be unavailable, or times out somewhere on the way, was not answered.
function meaningAfterRinging(status: number, rang: boolean): TroubleName {
  return rang && (status === 408 || status === 480) ? 'no answer' : meaningOfStatus(status);
}

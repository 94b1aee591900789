// What can go wrong, and the one thing to do about each: names for the sentences that the translations say.

/** What a person can do about a trouble, with one press. */
export type TroubleAction =
  | 'call again'
  | 'check the number'
  | 'send a message'
  | 'allow the microphone'
  | 'check the audio'
  | 'try again'
  | 'reload'
  | 'use it here'
  | 'explain'
  | 'close';

/** The name of what went wrong. */
export type TroubleName =
  | 'busy'
  | 'declined'
  | 'no answer'
  | 'not reachable'
  | 'not found'
  | 'gone'
  | 'ambiguous'
  | 'not an address'
  | 'number incomplete'
  | 'not allowed'
  | 'not wanted'
  | 'anonymous refused'
  | 'no common media'
  | 'not understood'
  | 'too large'
  | 'too many hops'
  | 'loop'
  | 'moved'
  | 'payment needed'
  | 'encryption needed'
  | 'wrong place'
  | 'too brief'
  | 'other side failed'
  | 'overloaded'
  | 'server failed'
  | 'server silent'
  | 'request lost'
  | 'cancelled'
  | 'call lost'
  | 'call too long'
  | 'never confirmed'
  | 'login refused'
  | 'login expired'
  | 'link used'
  | 'not permitted here'
  | 'no way for audio'
  | 'audio lost'
  | 'encryption failed'
  | 'microphone denied'
  | 'microphone absent'
  | 'microphone taken'
  | 'microphone needs https'
  | 'camera denied'
  | 'video refused'
  | 'screen not shared'
  | 'speaker failed'
  | 'offline'
  | 'server unreachable'
  | 'connection lost'
  | 'other tab'
  | 'hold failed'
  | 'resume failed'
  | 'transfer failed'
  | 'transfer not taken'
  | 'transfer unknown'
  | 'join failed'
  | 'recording failed'
  | 'keys not sent'
  | 'message not sent'
  | 'messages not taken'
  | 'storage full'
  | 'file unreadable'
  | 'unknown';

/** Each trouble and its action. */
export const troubleActions: Readonly<Record<TroubleName, TroubleAction>> = {
  // The other party said no.
  busy: 'call again',
  declined: 'send a message',
  'no answer': 'call again',
  'not reachable': 'send a message',
  'not found': 'check the number',
  gone: 'check the number',
  ambiguous: 'check the number',
  'not an address': 'check the number',
  'number incomplete': 'check the number',
  'not allowed': 'explain',
  'not wanted': 'close',
  'anonymous refused': 'explain',
  'no common media': 'explain',
  'not understood': 'explain',
  'too large': 'explain',
  'too many hops': 'explain',
  loop: 'explain',
  moved: 'check the number',
  'payment needed': 'explain',
  'encryption needed': 'explain',
  'wrong place': 'explain',
  'too brief': 'try again',
  'other side failed': 'call again',
  overloaded: 'try again',
  'server failed': 'try again',
  'server silent': 'try again',
  'request lost': 'call again',
  cancelled: 'call again',
  'call lost': 'call again',
  'call too long': 'call again',
  'never confirmed': 'call again',
  // Who we are.
  'login refused': 'reload',
  'login expired': 'reload',
  'link used': 'close',
  'not permitted here': 'reload',
  // The way of the media.
  'no way for audio': 'explain',
  'audio lost': 'try again',
  'encryption failed': 'explain',
  // The microphone.
  'microphone denied': 'allow the microphone',
  'microphone absent': 'check the audio',
  'microphone taken': 'check the audio',
  'microphone needs https': 'explain',
  'camera denied': 'allow the microphone',
  'video refused': 'close',
  'screen not shared': 'close',
  'speaker failed': 'check the audio',
  // The connection.
  offline: 'try again',
  'server unreachable': 'try again',
  'connection lost': 'try again',
  'other tab': 'use it here',
  // What was asked of a call.
  'hold failed': 'try again',
  'resume failed': 'try again',
  'transfer failed': 'try again',
  'transfer not taken': 'try again',
  'transfer unknown': 'explain',
  'join failed': 'try again',
  'recording failed': 'close',
  'keys not sent': 'try again',
  'message not sent': 'try again',
  'messages not taken': 'call again',
  'storage full': 'close',
  'file unreadable': 'close',
  unknown: 'explain',
};

/** Something that went wrong, ready to be said. */
export interface Trouble {
  readonly name: TroubleName;
  readonly action: TroubleAction;
  /** Who it was about, as it is shown. */
  readonly who?: string | undefined;
  /** What it came of, where that is a trouble of its own: why a transfer failed. */
  readonly because?: TroubleName | undefined;
  /** The status code behind it, for details only. */
  readonly status?: number | undefined;
  /** What the other side said in its own words, for details only. */
  readonly said?: string | undefined;
}

/** A trouble by its name, with the one action that goes with it. */
export function trouble(name: TroubleName, more: Omit<Trouble, 'name' | 'action'> = {}): Trouble {
  return { name, action: troubleActions[name], ...more };
}

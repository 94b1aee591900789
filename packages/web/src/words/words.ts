// What the phone says, as one typed object a language: labels are texts, sentences with gaps are functions.
import type { Trouble, TroubleAction, TroubleName } from './trouble.ts';

/** Which way a language is written. */
export type WritingDirection = 'ltr' | 'rtl';

/** The gaps of a trouble's sentence. */
export interface TroubleGaps {
  /** Who it was about; a general word when nobody is known. */
  readonly who: string;
  /** The whole sentence of what it came of; empty when that is not known. */
  readonly why: string;
}

/** All that the phone says in one language. */
export interface Words {
  /** BCP 47. */
  readonly language: string;
  /** The language's own name for itself. */
  readonly name: string;
  readonly direction: WritingDirection;
  readonly labels: Readonly<Record<Label, string>>;
  readonly sentences: Sentences;
  /** One sentence for each trouble. */
  readonly troubles: Readonly<Record<TroubleName, (gaps: TroubleGaps) => string>>;
  readonly actions: Readonly<Record<TroubleAction, string>>;
  /** Who is meant when nobody is known: `the other side`. */
  readonly somebody: string;
  /** How to allow the microphone, for each browser. */
  readonly permission: Readonly<Record<'chrome' | 'firefox' | 'safari' | 'edge' | 'other', string>>;
  /** What the network around the page is like. */
  readonly network: Readonly<Record<NetworkFinding | 'looking', string>>;
}

/** What a look at the network found. */
export type NetworkFinding =
  | 'nobody asked'
  | 'own address'
  | 'friendly nat'
  | 'symmetric nat'
  | 'unknown nat'
  | 'no udp'
  | 'relay'
  | 'no relay';

/** Sentences with gaps. */
export interface Sentences {
  readonly ready: (name: string) => string;
  /** Under which address and port others see the page. */
  readonly seenAs: (address: string) => string;
  readonly calling: (who: string) => string;
  readonly ringingThere: (who: string) => string;
  readonly ringingHere: (who: string) => string;
  readonly upWith: (who: string) => string;
  readonly callEnded: (duration: string) => string;
  readonly heldByThem: (who: string) => string;
  readonly waiting: (who: string) => string;
  readonly transferAsked: (who: string) => string;
  readonly transferRinging: (who: string) => string;
  readonly transferred: (who: string) => string;
  readonly consulting: (who: string) => string;
  readonly retryIn: (seconds: number) => string;
  readonly missedCalls: (count: number) => string;
  readonly unreadMessages: (count: number) => string;
  readonly voicemails: (fresh: number, old: number) => string;
  readonly imported: (added: number, changed: number, skipped: number) => string;
  readonly kept: (who: string) => string;
  readonly lampBusy: (who: string) => string;
  readonly lampRinging: (who: string) => string;
  readonly lampAvailable: (who: string) => string;
  readonly lampAway: (who: string) => string;
  readonly quality: Readonly<
    Record<
      'good' | 'delay' | 'jitter' | 'loss' | 'heavy loss' | 'nothing comes' | 'measuring',
      string
    >
  >;
  readonly bars: (bars: number) => string;
  readonly statusDetail: (status: number) => string;
}

/** The labels of buttons, fields, screens and states. */
export type Label =
  | 'phone'
  | 'dial'
  | 'history'
  | 'contacts'
  | 'chats'
  | 'settings'
  | 'audio check'
  | 'number or name'
  | 'call'
  | 'erase'
  | 'last number'
  | 'answer'
  | 'answer and hold'
  | 'decline'
  | 'hang up'
  | 'cancel'
  | 'close'
  | 'back'
  | 'mute'
  | 'unmute'
  | 'muted'
  | 'talking while muted'
  | 'hold'
  | 'resume'
  | 'holding'
  | 'held'
  | 'resuming'
  | 'swap'
  | 'keypad'
  | 'volume'
  | 'microphone'
  | 'speaker'
  | 'ringer'
  | 'camera'
  | 'share screen'
  | 'stop sharing'
  | 'transfer'
  | 'transfer now'
  | 'ask first'
  | 'complete transfer'
  | 'come back'
  | 'join'
  | 'split'
  | 'leave together'
  | 'record'
  | 'stop recording'
  | 'recording'
  | 'recording saved'
  | 'explain'
  | 'guided'
  | 'guided hint'
  | 'quality'
  | 'round trip'
  | 'jitter'
  | 'loss'
  | 'concealed'
  | 'codec'
  | 'relayed'
  | 'incoming call'
  | 'outgoing call'
  | 'missed call'
  | 'declined call'
  | 'cancelled call'
  | 'failed call'
  | 'answered elsewhere'
  | 'answering'
  | 'ending'
  | 'mending'
  | 'joined'
  | 'search'
  | 'all'
  | 'missed'
  | 'clear history'
  | 'no calls yet'
  | 'nothing found'
  | 'delete'
  | 'edit'
  | 'save'
  | 'add contact'
  | 'import contacts'
  | 'export contacts'
  | 'contact name'
  | 'contact address'
  | 'contact note'
  | 'show lamp'
  | 'directory'
  | 'no contacts yet'
  | 'new message'
  | 'write a message'
  | 'send'
  | 'send again'
  | 'waiting for the network'
  | 'sending'
  | 'delivered'
  | 'kept for later'
  | 'not sent'
  | 'no messages yet'
  | 'voicemail'
  | 'theme'
  | 'theme system'
  | 'theme light'
  | 'theme dark'
  | 'language'
  | 'language of the browser'
  | 'default device'
  | 'volume of the ringer'
  | 'do not disturb'
  | 'notifications'
  | 'ring while closed'
  | 'test the speaker'
  | 'test the ringer'
  | 'check the network'
  | 'allow the microphone'
  | 'speak now'
  | 'click to hear it ring'
  | 'use it here'
  | 'phone in another tab'
  | 'starting'
  | 'connecting'
  | 'ready'
  | 'not connected'
  | 'not registered'
  | 'you'
  | 'today'
  | 'yesterday'
  | 'unknown caller'
  | 'add call'
  | 'no story'
  | 'open viewer'
  | 'open links';

/** The sentence of a trouble in these words. */
export function sentenceOf(words: Words, trouble: Trouble): string {
  const { name, because, who = words.somebody } = trouble;
  const why = because === undefined ? '' : words.troubles[because]({ who, why: '' });
  return words.troubles[name]({ who, why });
}

// The types of `<offhook-phone>`, complete in themselves: they are handed out beside `phone.js` as `phone.d.ts`.

/** What an `offhook-call` event tells of a call, each time that it goes on. */
export interface OffhookCallDetail {
  readonly id: string;
  readonly direction: 'outgoing' | 'incoming';
  /** As it is dialled again, such as `sip:bob@example.com`. */
  readonly address: string;
  readonly name: string;
  readonly phase:
    | 'calling'
    | 'ringing there'
    | 'ringing here'
    | 'answering'
    | 'up'
    | 'mending'
    | 'ending'
    | 'over';
  /** How it ended, once it is over: `answered`, `missed`, `declined`, `cancelled`, `failed`, `elsewhere` or `transferred`. */
  readonly how: string | undefined;
}

/** The events of the element; they bubble. */
export interface OffhookPhoneEvents {
  /** The phone is there and can be called upon. */
  readonly 'offhook-ready': CustomEvent<undefined>;
  /** It is registered, or is not any more. */
  readonly 'offhook-registered': CustomEvent<{ readonly registered: boolean }>;
  readonly 'offhook-call': CustomEvent<OffhookCallDetail>;
}

/** What `GET /api/phone` of an Offhook server tells, and what a page may tell in its place. */
export interface OffhookConfiguration {
  readonly aor: string;
  readonly displayName: string;
  readonly domain: string;
  /** Short-lived: it is asked for again before it expires. */
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly tokenExpiresAt: number;
  readonly webSocket: string;
  readonly iceServers: readonly {
    readonly urls: string | readonly string[];
    readonly username?: string;
    readonly credential?: string;
  }[];
  readonly directory: readonly {
    readonly uri: string;
    readonly name: string;
    readonly says?: string;
  }[];
  readonly product: string;
}

/** The phone as an element. Its attribute `server` says where the telephone system is; without it, where the script came from. */
export interface OffhookPhoneElement extends HTMLElement {
  /** Asked for the account in place of the server, by pages that log their users in themselves; to be set before `phone.js` runs. */
  configuration: (() => Promise<OffhookConfiguration>) | undefined;
  /** Calls a number, an address or a name; resolves with the call's id, or undefined when that can't be called. */
  call(target: string): Promise<string | undefined>;
  /** Answers the call that rings here; the first one unless an id is given. */
  answer(id?: string): Promise<void>;
  /** Ends a call, or refuses it while it rings here; the current one unless an id is given. */
  hangUp(id?: string): Promise<void>;
  addEventListener<Name extends keyof OffhookPhoneEvents>(
    type: Name,
    listener: (event: OffhookPhoneEvents[Name]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'offhook-phone': OffhookPhoneElement;
  }
}

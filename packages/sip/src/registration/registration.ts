// The registration of one address of record: one binding, or with outbound one for each flow (RFC 3261 §10.2, RFC 5626 §4.2).
import { Emitter } from '../base/emitter.ts';
import type { SipError } from '../message/errors.ts';
import type { Uri } from '../message/uri.ts';
import type { Flow } from '../transport/port.ts';
import { FlowRegistration } from './flow-registration.ts';
import type { FlowUser } from './flow-registration.ts';
import type { Granted, Gruus, RegisteredBinding } from './granted.ts';
import type { RegistrationOptions } from './options.ts';
import type { RegistrationState } from './registration.figure.ts';

/** How one flow stands. */
export interface FlowState {
  /** Undefined for a binding without outbound. */
  readonly regId: number | undefined;
  /** The server to which it leads, when one was said. */
  readonly server: Uri | undefined;
  readonly state: RegistrationState;
  /** Why it does not stand. */
  readonly error?: SipError | undefined;
}

/** What a registration tells as it goes on. */
export interface RegistrationEvents {
  /** The registrar has a binding of ours, for so many seconds. */
  registered: { readonly expiresSeconds: number };
  /** No binding stands any more; it is tried again. */
  lost: SipError;
  /** The registrar will not have us, or we took our wish back (SIP_CANCELLED); nothing more is tried. */
  refused: SipError;
  /** The bindings were taken away at our wish. */
  ended: undefined;
  /** One flow of several changed. */
  flow: FlowState;
}

/** The best of these is the state of the whole. */
const ranks: readonly RegistrationState[] = [
  'Registered',
  'Refreshing',
  'Registering',
  'Waiting',
  'Returning',
  'Leaving',
  'Unregistering',
  'Unregistered',
];

/** One address of record at its registrar. */
export class Registration {
  readonly events: Emitter<RegistrationEvents>;
  readonly #options: RegistrationOptions;
  readonly #flows: readonly FlowRegistration[];

  /** Calls `listener` at each `registered`, `lost`, `refused`, `flow` or `ended`; returns what stops it. */
  on<Name extends keyof RegistrationEvents>(
    event: Name,
    listener: (value: RegistrationEvents[Name]) => void,
  ): () => void {
    return this.events.on(event, listener);
  }

  constructor(options: RegistrationOptions) {
    const { endpoint, nextHops, instance } = options;
    this.#options = options;
    this.events = new Emitter(endpoint.log);
    const hops = instance === undefined ? nextHops.slice(0, 1) : nextHops;
    this.#flows = hops.map((nextHop, index) => {
      // RFC 5626 §4.2.1: the same numbers each time, so that what an earlier life left behind is replaced.
      const regId = instance === undefined ? undefined : index + 1;
      const flow: FlowRegistration = new FlowRegistration({
        registration: options,
        regId,
        nextHop,
        user: this.#userOf(() => flow),
      });
      return flow;
    });
  }

  /** How the best of its flows stands. */
  get state(): RegistrationState {
    const states = this.#flows.map(({ state }) => state);
    return ranks.find((state) => states.includes(state)) ?? 'Unregistered';
  }

  /** How each flow stands. */
  get flows(): readonly FlowState[] {
    return this.#flows.map((flow) => stateOf(flow));
  }

  /** All bindings of the address of record, ours and those of other phones, as the registrar listed them last. */
  get bindings(): readonly RegisteredBinding[] {
    return this.#standing?.granted?.bindings ?? [];
  }

  /** Globally routable URIs of this user agent (RFC 5627), while the registration stands and the registrar made some. */
  get gruus(): Gruus | undefined {
    return this.#standing?.granted?.gruus;
  }

  /** Route values for requests outside dialogs (RFC 3608 §5). */
  get serviceRoute(): readonly string[] {
    return this.#standing?.granted?.serviceRoute ?? [];
  }

  /** Where requests outside dialogs go first: over the first flow that stands (RFC 5626 §4.3). */
  get nextHop(): Uri | undefined {
    return (this.#standing ?? this.#flows[0])?.nextHop;
  }

  /** Asks for the bindings, or refreshes them now. */
  register(): void {
    this.#options.endpoint.run(() => {
      for (const flow of this.#flows) flow.register();
    });
  }

  /** Takes the bindings away, each once the REGISTER that is under way is answered. */
  unregister(): void {
    this.#options.endpoint.run(() => {
      for (const flow of this.#flows) flow.unregister();
    });
  }

  /** A flow broke; a binding on it counts as lost, unless the registrar may connect to us: `reachable`. */
  flowLost(broken: Flow, reachable: boolean): void {
    for (const flow of this.#flows) flow.flowLost(broken, reachable);
  }

  /** Stops at once, without a word to the registrar. */
  stop(): void {
    for (const flow of this.#flows) flow.stop();
    this.events.emit('ended', undefined);
  }

  get #standing(): FlowRegistration | undefined {
    return this.#flows.find(({ stands }) => stands);
  }

  #userOf(own: () => FlowRegistration): FlowUser {
    const others = (): readonly FlowRegistration[] => this.#flows.filter((flow) => flow !== own());
    const areIdle = (): boolean => others().every(({ state }) => state === 'Unregistered');
    const tell = (error?: SipError): void => {
      if (this.#flows.length > 1) this.events.emit('flow', { ...stateOf(own()), error });
    };
    return {
      registered: ({ expiresSeconds }: Granted) => {
        tell();
        this.events.emit('registered', { expiresSeconds });
      },
      lost: (error) => {
        tell(error);
        const hope = others().some(({ stands, state }) => stands || state === 'Registering');
        if (!hope) this.events.emit('lost', error);
      },
      refused: (error) => {
        tell(error);
        if (areIdle() || error.code === 'SIP_CANCELLED') this.events.emit('refused', error);
      },
      ended: () => {
        tell();
        if (areIdle()) this.events.emit('ended', undefined);
      },
      otherStands: () => others().some(({ failed }) => !failed),
    };
  }
}

function stateOf({ regId, nextHop, state }: FlowRegistration): FlowState {
  return { regId, server: nextHop, state };
}

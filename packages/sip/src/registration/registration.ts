// Keeps a binding at a registrar: registers, refreshes in time, tries again, and takes it away at the end (RFC 3261 §10.2).
import { Emitter } from '../base/emitter.ts';
import { Machine } from '../base/machine.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { outsideRequest } from '../endpoint/request.ts';
import { sendWithAuth } from '../endpoint/with-auth.ts';
import type { Authentication, SentWithAuth } from '../endpoint/with-auth.ts';
import type { HeaderInit } from '../message/build.ts';
import { SipError } from '../message/errors.ts';
import { minExpires } from '../message/header/min-expires.ts';
import { retryAfter } from '../message/header/retry-after.ts';
import type { Response } from '../message/message.ts';
import type { Uri } from '../message/uri.ts';
import type { Flow } from '../transport/port.ts';
import { grantedBy, refreshAfter, retryWithin } from './interval.ts';
import { observeRegistration } from './observe.ts';
import { registrationFigure } from './registration.figure.ts';
import type {
  RegistrationAction,
  RegistrationEvent,
  RegistrationState,
} from './registration.figure.ts';

/** What a registration tells as it goes on. */
export interface RegistrationEvents {
  /** The registrar has the binding, for so many seconds. */
  registered: { readonly expiresSeconds: number };
  /** The binding may be gone; it is tried again. */
  lost: SipError;
  /** The registrar will not have us, or we took our wish back (SIP_CANCELLED); nothing more is tried. */
  refused: SipError;
  /** The binding was taken away at our wish. */
  ended: undefined;
}

/** What a registration is made of. */
export interface RegistrationOptions {
  readonly endpoint: Endpoint;
  /** The address of record, and From and To without a tag. */
  readonly aor: string;
  readonly party: string;
  /** Request-URI: the registrar's domain (RFC 3261 §10.2). */
  readonly registrar: Uri;
  readonly nextHop: Uri | undefined;
  readonly authentication: Authentication | undefined;
  /** The address to be bound when the REGISTER leaves on `flow`, as a Contact URI. */
  readonly contactUri: (flow: Flow) => string;
  /** What is asked for, in seconds. */
  readonly expiresSeconds: number;
  readonly headers: readonly HeaderInit[];
}

interface Subject {
  readonly response?: Response;
  readonly error?: SipError;
}

/** How often in a row a registrar may ask for a longer interval. */
const longerLimit = 3;

/** One binding of one address of record. */
export class Registration {
  readonly events: Emitter<RegistrationEvents>;
  readonly #options: RegistrationOptions;
  readonly #machine: Machine<
    RegistrationState,
    RegistrationEvent,
    RegistrationAction,
    'refresh' | 'retry',
    Subject
  >;
  readonly #callId: string;
  readonly #fromTag: string;
  #cseq = 0;
  #asked: number;
  #longer = 0;
  #granted = 0;
  #failures = 0;
  /** Seconds that the registrar wants to be left alone (RFC 3261 §20.33). */
  #patience = 0;
  #sent: SentWithAuth | undefined;
  #contact = '';

  constructor(options: RegistrationOptions) {
    const { endpoint } = options;
    this.#options = options;
    this.#asked = options.expiresSeconds;
    this.#callId = endpoint.random.token(128);
    this.#fromTag = endpoint.random.token();
    this.events = new Emitter(endpoint.log);
    this.#machine = new Machine({
      figure: registrationFigure,
      start: 'Unregistered',
      clock: endpoint.clock,
      length: (timer) => this.#length(timer),
      perform: (action, subject) => endpoint.guard(() => this.#perform(action, subject ?? {})),
      observe: (taken) =>
        observeRegistration(endpoint, this.#callId, options.aor, taken, this.#machine.timers),
      run: (event) => endpoint.run(event),
    });
  }

  get state(): RegistrationState {
    return this.#machine.state;
  }

  /** Asks for the binding, or refreshes it now. */
  register(): void {
    this.#options.endpoint.run(() => this.#machine.on('register'));
  }

  /** Takes the binding away, once the REGISTER that is under way is answered. */
  unregister(): void {
    this.#options.endpoint.run(() => this.#machine.on('unregister'));
  }

  /** A flow broke; when it is the one under the binding, the binding counts as lost. */
  flowLost(flow: Flow): void {
    if (flow.id !== this.#sent?.flow?.id) return;
    this.#machine.on('flow lost', { error: new SipError('SIP_TRANSPORT', { status: 503 }) });
  }

  /** Stops at once, without a word to the registrar. */
  stop(): void {
    this.#machine.stop();
    this.events.emit('ended', undefined);
  }

  #length(timer: 'refresh' | 'retry'): number {
    switch (timer) {
      case 'refresh':
        return refreshAfter(this.#granted);
      case 'retry': {
        const { random } = this.#options.endpoint;
        const wait = retryWithin(this.#failures) * (0.5 + random.fraction() / 2);
        return Math.max(wait, this.#patience * 1000);
      }
    }
  }

  #perform(action: RegistrationAction, { response, error }: Subject): void {
    switch (action) {
      case 'send REGISTER':
        this.#send(this.#asked);
        break;
      case 'send removal':
        this.#send(0);
        break;
      case 'ask for longer':
        this.#longer += 1;
        this.#asked = Math.max(this.#asked, response?.get(minExpires) ?? this.#asked * 2);
        break;
      case 'inform of registration':
        this.#failures = 0;
        this.#patience = 0;
        this.#longer = 0;
        this.#granted = grantedBy(response, this.#contact, this.#asked);
        this.events.emit('registered', { expiresSeconds: this.#granted });
        break;
      case 'inform of refusal':
        this.events.emit('refused', problemOf(response, error));
        break;
      case 'inform of withdrawal':
        this.events.emit('refused', new SipError('SIP_CANCELLED'));
        break;
      case 'count failure':
        this.#failures += 1;
        this.#patience = Math.min(response?.get(retryAfter)?.seconds ?? 0, 3600);
        break;
      case 'inform of loss':
        this.events.emit('lost', problemOf(response, error));
        break;
      case 'inform of end':
        this.#failures = 0;
        this.events.emit('ended', undefined);
        break;
    }
  }

  #send(expiresSeconds: number): void {
    const { endpoint, registrar, party, nextHop, authentication, contactUri, headers } =
      this.#options;
    this.#cseq += 1;
    // RFC 3261 §10.2.4: one Call-ID for all, and CSeq rises by one.
    const register = outsideRequest(
      {
        method: 'REGISTER',
        uri: registrar,
        from: party,
        fromTag: this.#fromTag,
        to: party,
        callId: this.#callId,
        cseq: this.#cseq,
        headers: [['Expires', String(expiresSeconds)], ...headers],
      },
      endpoint.random,
    );
    const contact = (flow: Flow): string => {
      this.#contact = contactUri(flow);
      return `<${this.#contact}>;expires=${expiresSeconds}`;
    };
    const nextCseq = (): number => (this.#cseq += 1);
    this.#sent = sendWithAuth(
      endpoint,
      register,
      { nextHop, authentication, contact, nextCseq },
      {
        response: (response) => this.#answered(response),
        failed: (_status, error) => this.#machine.on('unavailable', { error }),
      },
    );
  }

  #answered(response: Response): void {
    const { status } = response;
    if (status < 200) return;
    if (status < 300) this.#machine.on('2xx', { response });
    else if (status === 423 && this.#longer < longerLimit) this.#machine.on('423', { response });
    else if ((status >= 500 && status < 600) || status === 408 || status === 430) {
      this.#machine.on('unavailable', { response });
    } else this.#machine.on('refused', { response });
  }
}

function problemOf(response: Response | undefined, error: SipError | undefined): SipError {
  if (error !== undefined) return error;
  if (response === undefined) return new SipError('SIP_TRANSPORT', { status: 503 });
  const { status, reason } = response;
  const code = status === 401 || status === 403 || status === 407 ? 'SIP_AUTH' : 'SIP_REJECTED';
  const message = `The registrar refused: ${status} ${reason}`.trim();
  return new SipError(code, { status, response, message });
}

// Keeps a binding at a registrar: registers, refreshes in time, tries again, and takes it away at the end (RFC 3261 §10.2).
import { Emitter } from '../base/emitter.ts';
import { Machine } from '../base/machine.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { outsideRequest } from '../endpoint/request.ts';
import { sendWithAuth } from '../endpoint/with-auth.ts';
import type { Authentication } from '../endpoint/with-auth.ts';
import type { HeaderInit } from '../message/build.ts';
import { SipError } from '../message/errors.ts';
import { contact } from '../message/header/contact.ts';
import { expires } from '../message/header/expires.ts';
import { minExpires } from '../message/header/min-expires.ts';
import type { Response } from '../message/message.ts';
import { sameUri } from '../message/same-uri.ts';
import { parseUri } from '../message/uri.ts';
import type { Uri } from '../message/uri.ts';
import { registrationFigure } from './registration.figure.ts';
import type { RegistrationAction, RegistrationEvent, RegistrationState } from './registration.figure.ts';

/** What a registration tells as it goes on. */
export interface RegistrationEvents {
  /** The registrar has the binding, for so many seconds. */
  registered: { readonly expiresSeconds: number };
  /** The binding may be gone; it is tried again. */
  lost: SipError;
  /** The registrar will not have us; nothing more is tried. */
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
  /** The address to be bound, as a Contact URI. */
  readonly contactUri: () => string;
  /** What is asked for, in seconds. */
  readonly expiresSeconds: number;
  readonly headers: readonly HeaderInit[];
}

interface Subject {
  readonly response?: Response;
  readonly error?: SipError;
}

/** RFC 5626 §4.5: waits double from this up to the cap, of which a random part from a half to the whole is taken. */
const baseMilliseconds = 30_000;
const capMilliseconds = 1_800_000;

/** One binding of one address of record. */
export class Registration {
  readonly events: Emitter<RegistrationEvents>;
  readonly #options: RegistrationOptions;
  readonly #machine: Machine<RegistrationState, RegistrationEvent, RegistrationAction, 'refresh' | 'retry', Subject>;
  readonly #callId: string;
  #cseq = 0;
  #asked: number;
  #granted = 0;
  #failures = 0;

  constructor(options: RegistrationOptions) {
    const { endpoint } = options;
    this.#options = options;
    this.#asked = options.expiresSeconds;
    this.#callId = endpoint.random.token(128);
    this.events = new Emitter(endpoint.log);
    this.#machine = new Machine({
      figure: registrationFigure,
      start: 'Unregistered',
      clock: endpoint.clock,
      length: (timer) => this.#length(timer),
      perform: (action, subject) => this.#perform(action, subject ?? {}),
      observe: (taken) => this.#observe(taken),
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

  /** Takes the binding away. */
  unregister(): void {
    this.#options.endpoint.run(() => this.#machine.on('unregister'));
  }

  /** The connection under the binding broke. */
  flowLost(): void {
    this.#machine.on('flow lost', { error: new SipError('SIP_TRANSPORT', { status: 503 }) });
  }

  /** Stops at once, without a word to the registrar. */
  stop(): void {
    this.#machine.stop();
  }

  #length(timer: 'refresh' | 'retry'): number {
    if (timer === 'retry') {
      const wait = Math.min(capMilliseconds, baseMilliseconds * 2 ** Math.max(this.#failures - 1, 0));
      return wait * (0.5 + this.#options.endpoint.random.fraction() / 2);
    }
    // Early enough for a few resends, and never later than nine tenths of a short binding.
    return Math.max(Math.min(this.#granted - 32, this.#granted * 0.9), this.#granted / 2, 1) * 1000;
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
        this.#asked = Math.max(this.#asked, response?.get(minExpires) ?? this.#asked * 2);
        break;
      case 'inform of registration':
        this.#failures = 0;
        this.#granted = response === undefined ? this.#asked : this.#grantedBy(response);
        this.events.emit('registered', { expiresSeconds: this.#granted });
        break;
      case 'inform of refusal':
        this.events.emit('refused', problemOf(response, error));
        break;
      case 'inform of loss':
        this.#failures += 1;
        this.events.emit('lost', problemOf(response, error));
        break;
      case 'inform of end':
        this.events.emit('ended', undefined);
        break;
    }
  }

  #send(expiresSeconds: number): void {
    const { endpoint, registrar, party, nextHop, authentication, contactUri, headers } = this.#options;
    this.#cseq += 1;
    const removal = expiresSeconds === 0;
    const register = outsideRequest(
      {
        method: 'REGISTER',
        uri: registrar,
        from: party,
        to: party,
        callId: this.#callId,
        cseq: this.#cseq,
        headers: [['Contact', `<${contactUri()}>;expires=${expiresSeconds}`], ['Expires', String(expiresSeconds)], ...headers],
      },
      endpoint.random,
    );
    const nextCseq = (): number => (this.#cseq += 1);
    sendWithAuth(
      endpoint,
      register,
      { nextHop, authentication, nextCseq },
      {
        response: (response) => this.#answered(response, removal),
        failed: (_status, error) => this.#takeIfCurrent(removal, 'unavailable', { error }),
      },
    );
  }

  #answered(response: Response, removal: boolean): void {
    const { status } = response;
    if (status < 200) return;
    if (status < 300) this.#takeIfCurrent(removal, '2xx', { response });
    else if (status === 423) this.#takeIfCurrent(removal, '423', { response });
    else if (status >= 500 || status === 408 || status === 430) this.#takeIfCurrent(removal, 'unavailable', { response });
    else this.#takeIfCurrent(removal, 'refused', { response });
  }

  // A late answer to a REGISTER from before the removal must not count as the removal's.
  #takeIfCurrent(removal: boolean, event: RegistrationEvent, subject: Subject): void {
    if (removal === (this.state === 'Unregistering')) this.#machine.on(event, subject);
  }

  // RFC 3261 §10.2.4: the registrar may grant less or more than was asked; it says so in our Contact of the 200.
  #grantedBy(response: Response): number {
    const ours = parseUri(this.#options.contactUri());
    for (const value of response.get(contact) ?? []) {
      if (value === '*' || !ours.ok || !sameUri(value.uri, ours.value)) continue;
      if (value.expires !== undefined) return value.expires;
    }
    return response.get(expires) ?? this.#asked;
  }

  #observe(taken: { event: string; before: string; after: string; actions: readonly string[]; stray: boolean }): void {
    const { tap, clock, name } = this.#options.endpoint;
    if (tap === undefined) return;
    const at = clock.wall();
    const shift = at - clock.now();
    tap.observe({
      v: 1,
      kind: 'registration',
      at,
      endpoint: name,
      id: this.#callId,
      aor: this.#options.aor,
      event: taken.event,
      before: taken.before,
      after: taken.after,
      actions: taken.actions,
      timers: this.#machine.timers.map((timer) => ({ name: timer.name, due: timer.due + shift })),
      stray: taken.stray ? true : undefined,
    });
  }
}

function problemOf(response: Response | undefined, error: SipError | undefined): SipError {
  if (error !== undefined) return error;
  if (response === undefined) return new SipError('SIP_TRANSPORT', { status: 503 });
  const { status, reason } = response;
  const code = status === 401 || status === 403 || status === 407 ? 'SIP_AUTH' : 'SIP_REJECTED';
  return new SipError(code, { status, response, message: `The registrar refused: ${status} ${reason}`.trim() });
}

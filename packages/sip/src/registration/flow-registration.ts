// Keeps one binding at a registrar, on one flow: registers, refreshes in time, tries again, and takes it away at the end
// (RFC 3261 §10.2, RFC 5626 §4.2).
import { Machine } from '../base/machine.ts';
import { outsideRequest } from '../endpoint/request.ts';
import { sendWithAuth } from '../endpoint/with-auth.ts';
import type { SentWithAuth } from '../endpoint/with-auth.ts';
import type { HeaderInit } from '../message/build.ts';
import { SipError } from '../message/errors.ts';
import { minExpires } from '../message/header/min-expires.ts';
import { retryAfter } from '../message/header/retry-after.ts';
import { serviceRoute } from '../message/header/service-route.ts';
import type { Request, Response } from '../message/message.ts';
import type { Uri } from '../message/uri.ts';
import type { Flow } from '../transport/port.ts';
import { grantedIn } from './granted.ts';
import type { Granted } from './granted.ts';
import { refreshAfter, retryWithin } from './interval.ts';
import type { Failed } from './interval.ts';
import { observeRegistration } from './observe.ts';
import type { RegistrationOptions } from './options.ts';
import { registrationFigure } from './registration.figure.ts';
import type {
  RegistrationAction,
  RegistrationEvent,
  RegistrationState,
} from './registration.figure.ts';

/** What happens to one flow, as its registration is told. */
export interface FlowUser {
  registered(granted: Granted): void;
  lost(error: SipError): void;
  refused(error: SipError): void;
  ended(): void;
  /** True when another flow of the same registration has not failed (RFC 5626 §4.5). */
  otherStands(): boolean;
}

/** Which flow it is. */
export interface FlowOptions {
  readonly registration: RegistrationOptions;
  /** Undefined for a registration without outbound. */
  readonly regId: number | undefined;
  /** The server to which the flow leads; where the registrar's name leads unless said. */
  readonly nextHop: Uri | undefined;
  readonly user: FlowUser;
}

interface Subject {
  readonly response?: Response;
  readonly error?: SipError;
  readonly way?: Failed['way'];
}

/** A flow without keep-alives that is gone sooner than this is not replaced at once, in milliseconds: a server may close each connection. */
const leastLife = 10_000;

/** How often in a row a registrar may ask for a longer interval. */
const longerLimit = 3;

/** One flow and its binding. */
export class FlowRegistration {
  readonly #options: FlowOptions;
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
  #granted: Granted | undefined;
  #failures = 0;
  /** What the last failure was, where no registrar had a part in it. */
  #lostWay: Failed['way'];
  /** Seconds that the registrar wants to be left alone (RFC 3261 §20.33). */
  #patience = 0;
  #sent: SentWithAuth | undefined;
  #contact = '';
  /** Undefined without outbound, or once the first hop turned out not to carry it. */
  #regId: number | undefined;
  /** RFC 5626 §4.5: from when on the flow counts as one that works, by the clock's `now()`: once a keep-alive was answered, where any are sent. */
  #worksFrom: number | undefined;
  #stopKeeping: (() => void) | undefined;

  constructor(options: FlowOptions) {
    const { endpoint, aor, expiresSeconds } = options.registration;
    this.#options = options;
    this.#regId = options.regId;
    this.#asked = expiresSeconds;
    this.#callId = endpoint.random.token(128);
    this.#fromTag = endpoint.random.token();
    this.#machine = new Machine({
      figure: registrationFigure,
      start: 'Unregistered',
      clock: endpoint.clock,
      length: (timer) => this.#length(timer),
      perform: (action, subject) => endpoint.guard(() => this.#perform(action, subject ?? {})),
      observe: (taken) =>
        observeRegistration(endpoint, this.#callId, aor, taken, this.#machine.timers),
      run: (event) => endpoint.run(event),
    });
  }

  get state(): RegistrationState {
    return this.#machine.state;
  }

  /** `reg-id` of the flow (RFC 5626 §4.2.1); undefined for a binding without one. */
  get regId(): number | undefined {
    return this.#regId;
  }

  /** The server to which the flow leads. */
  get nextHop(): Uri | undefined {
    return this.#options.nextHop;
  }

  /** What the registrar said last; undefined while the binding does not stand. */
  get granted(): Granted | undefined {
    return this.stands ? this.#granted : undefined;
  }

  /** True while the registrar has the binding, as far as we know. */
  get stands(): boolean {
    return this.state === 'Registered' || this.state === 'Refreshing';
  }

  /** True while it does not stand and was tried in vain. */
  get failed(): boolean {
    return !this.stands && (this.#failures > 0 || this.state === 'Unregistered');
  }

  register(): void {
    this.#machine.on('register');
  }

  unregister(): void {
    this.#machine.on('unregister');
  }

  /** A flow broke; it may be the one under the binding, which outlives it when it is to an address, and that is `reachable`. */
  flowLost(flow: Flow, reachable: boolean): void {
    if (reachable && this.#granted?.outbound !== true) return;
    if (flow.id === this.#sent?.flow?.id)
      this.#idleFlowGone(new SipError('SIP_TRANSPORT', { status: 503 }), 'broke');
  }

  /** Stops at once, without a word to the registrar. */
  stop(): void {
    this.#keepNoMore();
    this.#machine.stop();
  }

  #length(timer: 'refresh' | 'retry'): number {
    switch (timer) {
      case 'refresh':
        return refreshAfter(this.#granted?.expiresSeconds ?? 0);
      case 'retry': {
        const { endpoint, inCall } = this.#options.registration;
        const { random } = endpoint;
        const most = retryWithin({
          failures: this.#failures,
          otherStands: this.#options.user.otherStands(),
          inCall: inCall(),
          way: this.#lostWay,
        });
        return Math.max(most * (0.5 + random.fraction() / 2), this.#patience * 1000);
      }
    }
  }

  #perform(action: RegistrationAction, { response, error, way }: Subject): void {
    const { user } = this.#options;
    switch (action) {
      case 'send REGISTER':
        this.#send(this.#asked);
        break;
      case 'send removal':
        this.#keepNoMore();
        this.#send(0);
        break;
      case 'ask for longer':
        this.#longer += 1;
        this.#asked = Math.max(this.#asked, response?.get(minExpires) ?? this.#asked * 2);
        break;
      case 'do without outbound':
        this.#regId = undefined;
        break;
      case 'inform of registration':
        if (response !== undefined) this.#registered(response);
        break;
      case 'inform of refusal':
        this.#keepNoMore();
        user.refused(problemOf(response, error));
        break;
      case 'inform of withdrawal':
        user.refused(new SipError('SIP_CANCELLED'));
        break;
      case 'count failure':
        this.#leftOff();
        this.#failures += 1;
        this.#lostWay = way;
        this.#patience = Math.min(response?.get(retryAfter)?.seconds ?? 0, 3600);
        break;
      case 'inform of loss':
        this.#keepNoMore();
        this.#leftOff();
        user.lost(problemOf(response, error));
        break;
      case 'inform of end':
        this.#keepNoMore();
        this.#failures = 0;
        user.ended();
        break;
    }
  }

  #registered(response: Response): void {
    this.#patience = 0;
    this.#longer = 0;
    const granted = grantedIn(response, {
      contactUri: this.#contact,
      instance: this.#instance,
      regId: this.#regId,
      asked: this.#asked,
    });
    this.#granted = granted;
    this.#keepAlive(granted);
    // RFC 5626 §4.5: where keep-alives are in use, only their first answer shows that the flow works.
    if (granted.keepAlive === undefined) this.#works(leastLife);
    this.#options.user.registered(granted);
  }

  #works(after = 0): void {
    this.#worksFrom ??= this.#options.registration.endpoint.clock.now() + after;
  }

  get #worked(): boolean {
    const { clock } = this.#options.registration.endpoint;
    return this.#worksFrom !== undefined && clock.now() >= this.#worksFrom;
  }

  // The failures before a flow that worked do not count any more.
  #leftOff(): void {
    if (this.#worked) this.#failures = 0;
    this.#worksFrom = undefined;
  }

  // RFC 6223 §4.2.2: agreed anew with each REGISTER.
  #keepAlive({ keepAlive, mapped }: Granted): void {
    this.#keepNoMore();
    const flow = this.#sent?.flow;
    if (keepAlive === undefined || flow === undefined) return;
    this.#stopKeeping = this.#options.registration.endpoint.keepAlive(flow, {
      seconds: keepAlive.seconds,
      mapped: flow.reliable ? undefined : mapped,
      user: {
        alive: () => this.#works(),
        failed: (reason) => {
          const error = new SipError('SIP_TRANSPORT', { status: 503, message: reason });
          // Closed first, or the next REGISTER would go the same way.
          flow.close();
          this.#idleFlowGone(error, undefined);
        },
      },
    });
  }

  #keepNoMore(): void {
    this.#stopKeeping?.();
    this.#stopKeeping = undefined;
  }

  // While a refresh is under way, it will tell: it moves the binding to where we are seen now, or cannot be sent.
  #idleFlowGone(error: SipError, way: Failed['way']): void {
    if (this.state === 'Registered') this.#flowGone(error, way);
  }

  #flowGone(error: SipError, way: Failed['way']): void {
    this.#machine.on(this.#worked ? 'flow lost' : 'flow failed', { error, way });
  }

  get #instance(): string | undefined {
    return this.#regId === undefined ? undefined : this.#options.registration.instance;
  }

  #send(expiresSeconds: number): void {
    const { endpoint, authentication, contactUri } = this.#options.registration;
    const contact = (flow: Flow): string => {
      this.#contact = contactUri(flow, this.#regId !== undefined);
      return `<${this.#contact}>${this.#flowParameters()};expires=${expiresSeconds}`;
    };
    const nextCseq = (): number => (this.#cseq += 1);
    const failed = (status: number, error: SipError): void => {
      // A refresh that cannot be sent shows that the flow is gone; silence may have other causes.
      if (this.state === 'Refreshing' && status === 503) this.#flowGone(error, 'broke');
      else this.#machine.on('unavailable', { error, way: this.#wayOf(status) });
    };
    this.#sent = sendWithAuth(
      endpoint,
      this.#request(expiresSeconds),
      { ...this.#way(), keep: true, authentication, contact, nextCseq },
      { response: (response) => this.#answered(response), failed },
    );
  }

  // A first registration has RFC 5626's patience: nothing shows that anybody is there.
  #wayOf(status: number): Failed['way'] {
    return status === 503 && this.#granted !== undefined ? 'never opened' : undefined;
  }

  // RFC 5626 §4.2.2: what refreshes or removes a binding goes over the flow that it is of.
  #way(): { readonly flow: Flow } | { readonly nextHop: Uri | undefined } {
    const flow = this.#sent?.flow;
    const bound = this.state === 'Refreshing' || this.state === 'Unregistering';
    return this.#granted?.outbound === true && bound && flow?.open === true
      ? { flow }
      : { nextHop: this.#options.nextHop };
  }

  #request(expiresSeconds: number): Request {
    const { endpoint, registrar, party, headers } = this.#options.registration;
    this.#cseq += 1;
    // RFC 3261 §10.2.4: one Call-ID for all, and CSeq rises by one.
    return outsideRequest(
      {
        method: 'REGISTER',
        uri: registrar,
        from: party,
        fromTag: this.#fromTag,
        to: party,
        callId: this.#callId,
        cseq: this.#cseq,
        headers: [['Expires', String(expiresSeconds)], ...this.#supported(), ...headers],
      },
      endpoint.random,
    );
  }

  // RFC 5626 §4.2.1, RFC 3327 §5.1, RFC 5627 §4.2.
  #supported(): readonly HeaderInit[] {
    return this.#regId === undefined ? [] : [['Supported', 'path, outbound, gruu']];
  }

  #flowParameters(): string {
    const instance = this.#instance;
    return instance === undefined ? '' : `;+sip.instance="<${instance}>";reg-id=${this.#regId}`;
  }

  #answered(response: Response): void {
    const { status } = response;
    if (status < 200) return;
    if (status < 300) {
      this.#learnRoute(response);
      this.#machine.on('2xx', { response });
    } else if (status === 423 && this.#longer < longerLimit) this.#machine.on('423', { response });
    else if (status === 439 && this.#regId !== undefined) this.#machine.on('439', { response });
    else if ((status >= 500 && status < 600) || status === 408 || status === 430) {
      this.#machine.on('unavailable', { response });
    } else this.#machine.on('refused', { response });
  }

  // Who our registrar names is asked first from now on, and may ask who we are.
  #learnRoute(response: Response): void {
    const [first] = response.get(serviceRoute) ?? [];
    if (first !== undefined) this.#options.registration.authentication?.home.named(first.uri);
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

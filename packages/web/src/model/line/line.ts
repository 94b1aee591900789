// The line to the server: who we are, the user agent that registers us, and what is said while it does not stand.
import { Machine, SipError, UserAgent } from '@offhook/sip';
import type { DialogId, OutgoingCall, Tap, TransferRequest } from '@offhook/sip';
import { computed, signal } from '@preact/signals-core';
import type { ReadonlySignal, Signal } from '@preact/signals-core';
import { trouble } from '../../words/trouble.ts';
import type { Trouble } from '../../words/trouble.ts';
import type { Banner, LineState } from '../phone.ts';
import { ServerRefusal } from '../ports.ts';
import type { Page, PhoneConfiguration, PhoneMedia } from '../ports.ts';
import { phoneLineFigure } from './phone-line.figure.ts';
import type { PhoneLineAction, PhoneLineEvent, PhoneLineState } from './phone-line.figure.ts';
import { accountOf, serverUri } from './account.ts';

/** What the line tells the rest of the phone. */
export interface LineListener {
  /** A user agent is there, and will register; its calls and messages are to be read. */
  opened(agent: UserAgent<PhoneMedia>, configuration: PhoneConfiguration): void;
  /** The registration stands, for the first time or again. */
  ready(): void;
  /** It does not stand any more. */
  lost(): void;
  referred(transfer: TransferRequest<PhoneMedia>): void;
  /** Calls stand on the user agent. */
  busy(): boolean;
}

/** What a line is made of. */
export interface LineOptions {
  readonly page: Page;
  readonly tap: Tap;
  readonly listener: LineListener;
  /** `urn:uuid:…` of this browser (RFC 5626 §4.1). */
  readonly instance: string;
  /** The token of a provisioning link, once. */
  readonly join?: string | undefined;
}

const shown: Readonly<Record<PhoneLineState, LineState>> = {
  Starting: 'starting',
  Elsewhere: 'other tab',
  Asking: 'starting',
  Unreachable: 'away',
  Registering: 'registering',
  Ready: 'ready',
  Away: 'away',
  Refused: 'refused',
  Closed: 'closed',
};

/** The first pause before the server is asked again, and the longest, in milliseconds. */
const firstPause = 1000;
const longestPause = 30_000;

/** The line. */
export class Line {
  readonly state: Signal<LineState> = signal('starting');
  readonly banner: ReadonlySignal<Banner | undefined>;
  readonly configuration: Signal<PhoneConfiguration | undefined> = signal(undefined);
  readonly #banner: Signal<Banner | undefined> = signal(undefined);
  readonly #online: Signal<boolean>;
  readonly #options: LineOptions;
  readonly #machine: Machine<PhoneLineState, PhoneLineEvent, PhoneLineAction, 'retry', unknown>;
  readonly #offNetwork: () => void;
  #agent: UserAgent<PhoneMedia> | undefined;
  /** Ours no more, but for the calls that stand on it until another tab has taken them. */
  #former: UserAgent<PhoneMedia> | undefined;
  #join: string | undefined;
  #attempts = 0;

  constructor(options: LineOptions) {
    const { page } = options;
    this.#options = options;
    this.#join = options.join;
    this.#online = signal(page.network.online);
    this.banner = computed(() => {
      const own = this.#banner.value;
      const offline = !this.#online.value && own?.trouble.name !== 'other tab';
      return offline ? { trouble: trouble('offline'), retryAt: undefined } : own;
    });
    this.#machine = new Machine({
      figure: phoneLineFigure,
      start: 'Starting',
      clock: page.clock,
      length: (timer) => (timer === 'retry' ? this.#pause() : undefined),
      perform: (action, why) => this.#perform(action, why),
      observe: ({ after, stray }) => {
        if (!stray) this.#show(after);
      },
    });
    this.#offNetwork = page.network.onChange(() => this.#networkChanged());
  }

  get ready(): boolean {
    return this.#machine.state === 'Ready';
  }

  get agent(): UserAgent<PhoneMedia> | undefined {
    return this.#agent;
  }

  /** This tab has the phone now. */
  own(): void {
    this.#machine.on('own');
  }

  /** Another tab has it now. */
  lose(): void {
    this.#machine.on('lost to another tab');
  }

  tryAgain(): void {
    this.#machine.on('try again');
  }

  /** Calls `address`, in place of a call of ours if there was one; throws a SipError when there is no line, or it is no address. */
  invite(address: string, replaces?: DialogId): OutgoingCall<PhoneMedia> {
    if (this.#agent === undefined) throw new SipError('SIP_TRANSPORT', { status: 503 });
    return this.#agent.call(address, { replaces });
  }

  /**
   * A push woke us: the registrar waits for our REGISTER (RFC 8599 §4.1.3). The connection of a page that slept may be dead
   * without knowing it; one that carries calls is not.
   */
  woken(): void {
    if (this.#options.listener.busy()) this.refresh();
    else this.#machine.on('network');
  }

  /** The registrar is told anew who we are, and how we are woken. */
  refresh(): void {
    this.#agent?.registration?.register();
  }

  /** A call is over: a user agent that was kept for it alone is not needed any more. */
  callEnded(): void {
    if (this.#former === undefined || this.#options.listener.busy()) return;
    void this.#former.close();
    this.#former = undefined;
  }

  async close(): Promise<void> {
    this.#offNetwork();
    const agent = this.#agent;
    this.#agent = undefined;
    this.#machine.on('close');
    await Promise.all([agent?.close(), this.#former?.close()]);
  }

  #perform(action: PhoneLineAction, why: unknown): void {
    switch (action) {
      case 'ask':
        this.#attempts += 1;
        void this.#ask();
        break;
      case 'register':
        this.#attempts = 0;
        this.#open();
        break;
      case 'reconnect':
        this.#agent?.reconnect();
        break;
      case 'be ready':
        this.#options.listener.ready();
        break;
      case 'leave':
        this.#leave();
        break;
      case 'say why':
        this.#options.listener.lost();
        this.#banner.value = { trouble: this.#why(why), retryAt: undefined };
        break;
    }
  }

  // Another tab has the binding now, which has our instance's name: to take ours away would take theirs (RFC 5626 §4.1).
  #leave(): void {
    this.#options.listener.lost();
    this.#agent?.registration?.stop();
    this.#former = this.#agent;
    this.#agent = undefined;
    this.callEnded();
  }

  async #ask(): Promise<void> {
    const { server } = this.#options.page;
    try {
      const join = this.#join;
      this.#join = undefined;
      if (join !== undefined) await server.join(join);
      this.configuration.value = await server.configuration();
      this.#machine.on('told');
    } catch (error) {
      this.#machine.on(error instanceof ServerRefusal ? 'turned away' : 'not reached', error);
    }
  }

  #open(): void {
    const { page, tap, listener, instance } = this.#options;
    const configuration = this.configuration.value;
    if (configuration === undefined) return;
    const agent = new UserAgent<PhoneMedia>({
      account: accountOf(configuration, page, (fresh) => {
        this.configuration.value = fresh;
      }),
      transports: [page.transport(configuration)],
      media: page.media(configuration),
      server: serverUri(configuration.webSocket),
      outbound: { instance },
      product: configuration.product,
      push: () => page.push?.contactParameters,
      transfers: (transfer) => listener.referred(transfer),
      clock: page.clock,
      random: page.random,
      log: page.log,
      tap,
    });
    this.#agent = agent;
    listener.opened(agent, configuration);
    agent.register().catch(() => undefined);
    const { registration } = agent;
    if (registration === undefined) void agent.start().then(() => this.#listen(agent));
    else this.#listen(agent);
  }

  // The registration is made once the transports are started.
  #listen(agent: UserAgent<PhoneMedia>): void {
    const { registration } = agent;
    if (registration === undefined) return;
    const tell = (event: PhoneLineEvent, why?: unknown): void => {
      if (this.#agent === agent) this.#machine.on(event, why);
    };
    registration.on('registered', () => tell('registered'));
    registration.on('lost', (error) => tell('lost', error));
    registration.on('refused', (error) => {
      if (error.code !== 'SIP_CANCELLED') tell('turned away', error);
    });
  }

  #show(state: PhoneLineState): void {
    this.state.value = shown[state];
    if (state === 'Ready' || state === 'Closed') this.#banner.value = undefined;
    if (state === 'Elsewhere')
      this.#banner.value = { trouble: trouble('other tab'), retryAt: undefined };
    const [retry] = this.#machine.timers;
    const banner = this.#banner.value;
    if (state !== 'Unreachable' || retry === undefined || banner === undefined) return;
    const { clock } = this.#options.page;
    this.#banner.value = { ...banner, retryAt: clock.wall() + retry.due - clock.now() };
  }

  #pause(): number {
    const { random } = this.#options.page;
    const most = Math.min(firstPause * 2 ** Math.min(this.#attempts - 1, 10), longestPause);
    return most * (0.5 + random.fraction() / 2);
  }

  #why(error: unknown): Trouble {
    if (error instanceof ServerRefusal) return refusal(error);
    if (!(error instanceof SipError)) return trouble('server unreachable');
    const { code, status, response } = error;
    if (code === 'SIP_AUTH' || status === 401 || status === 403 || status === 407)
      return trouble('login refused', { status, said: response?.reason });
    if (code === 'SIP_TIMEOUT') return trouble('server silent', { status });
    if (response !== undefined) return trouble('server failed', { status, said: response.reason });
    return trouble('connection lost');
  }

  #networkChanged(): void {
    const { network } = this.#options.page;
    this.#online.value = network.online;
    if (network.online) this.#machine.on('network');
  }
}

function refusal({ status, code, message }: ServerRefusal): Trouble {
  const more = { status, said: message };
  if (/JOIN|LINK/.test(code)) return trouble('link used', more);
  if (status === 401) return trouble('login expired', more);
  if (status === 403) return trouble('not permitted here', more);
  return trouble(status === 503 || status === 429 ? 'overloaded' : 'server failed', more);
}

// Publishes a state of ours, keeps it fresh and takes it away: entity tags and all (RFC 3903 §4).
import { own } from '../base/bytes.ts';
import { Emitter } from '../base/emitter.ts';
import { Machine } from '../base/machine.ts';
import { outsideRequest } from '../endpoint/request.ts';
import type { AgentSurroundings } from '../endpoint/usage.ts';
import { sendWithRetry } from '../endpoint/with-retry.ts';
import { headerText } from '../message/build.ts';
import type { HeaderInit } from '../message/build.ts';
import { SipError } from '../message/errors.ts';
import { expires } from '../message/header/expires.ts';
import { minExpires } from '../message/header/min-expires.ts';
import { retryAfter } from '../message/header/retry-after.ts';
import { sipEtag } from '../message/header/sip-etag.ts';
import type { Response } from '../message/message.ts';
import type { Uri } from '../message/uri.ts';
import { endOfRefusal } from './end.ts';
import { refreshMilliseconds, toMilliseconds } from './interval.ts';
import type { NotifierContent } from './notifier.ts';
import { observeSubscription } from './observe.ts';
import { publicationFigure } from './publication.figure.ts';
import type {
  PublicationAction,
  PublicationEvent,
  PublicationState,
} from './publication.figure.ts';

/** What a publication tells as it goes on. */
export interface PublicationEvents {
  /** The server has our state, for so many seconds. */
  published: { readonly expiresSeconds: number };
  /** The server will not have it. */
  refused: SipError;
  /** It is over: taken away, refused, or left. */
  ended: undefined;
}

/** What a publication is made of. */
export interface PublicationOptions {
  readonly id: string;
  readonly surroundings: AgentSurroundings;
  /** The event package, such as `presence` or `dialog`. */
  readonly event: string;
  readonly target: Uri;
  /** From and To values without tags. */
  readonly from: string;
  readonly to: string;
  readonly expiresSeconds: number;
  readonly content: NotifierContent;
}

interface Subject {
  readonly response?: Response;
}

/** How often in a row a server may ask for a longer interval, or forget what it has. */
const againLimit = 3;

/** One state of ours at a server. */
export class Publication {
  readonly events: Emitter<PublicationEvents>;
  readonly #options: PublicationOptions;
  readonly #machine: Machine<
    PublicationState,
    PublicationEvent,
    PublicationAction,
    'refresh' | 'retry',
    Subject
  >;
  readonly #callId: string;
  readonly #fromTag: string;
  #cseq = 0;
  #content: NotifierContent;
  /** True when the content changed after it was sent. */
  #changed = false;
  #tag: string | undefined;
  #asked: number;
  #granted = 0;
  #again = 0;
  #failures = 0;
  #patience = 0;

  constructor(options: PublicationOptions) {
    const { endpoint } = options.surroundings;
    headerText([
      ['Event', options.event],
      ['Content-Type', options.content.contentType],
    ]);
    this.#options = options;
    this.#content = options.content;
    this.#asked = options.expiresSeconds;
    this.#callId = endpoint.random.token(128);
    this.#fromTag = endpoint.random.token();
    this.events = new Emitter(endpoint.log);
    this.#machine = new Machine({
      figure: publicationFigure,
      start: 'Unpublished',
      clock: endpoint.clock,
      length: (timer) => this.#length(timer),
      perform: (action, subject) => endpoint.guard(() => this.#perform(action, subject ?? {})),
      observe: (taken) =>
        observeSubscription(
          endpoint,
          {
            id: options.id,
            role: 'publisher',
            event: options.event,
            callId: this.#callId,
            dialog: undefined,
          },
          taken,
          this.#machine.timers,
        ),
      run: (event) => endpoint.run(event),
    });
  }

  get state(): PublicationState {
    return this.#machine.state;
  }

  /** Publishes what it was made with. */
  start(): void {
    this.#options.surroundings.endpoint.run(() => this.#machine.on('publish'));
  }

  /** Publishes another state in its place. Throws a TypeError for a malformed type. */
  update(content: NotifierContent): void {
    headerText([['Content-Type', content.contentType]]);
    this.#options.surroundings.endpoint.run(() => {
      this.#content = content;
      this.#changed = true;
      // Before the start there is nothing to change yet, and afterwards no more.
      if (this.state !== 'Unpublished' && this.state !== 'Ended') this.#machine.on('publish');
    });
  }

  /** Takes it away; `ended` follows. */
  remove(): void {
    this.#options.surroundings.endpoint.run(() => this.#machine.on('remove'));
  }

  /** Leaves it to expire, without a word. */
  drop(): void {
    this.#options.surroundings.endpoint.run(() => this.#machine.on('drop'));
  }

  #length(timer: 'refresh' | 'retry'): number {
    if (timer === 'refresh') return Math.max(refreshMilliseconds(this.#granted), 1000);
    const { random } = this.#options.surroundings.endpoint;
    const backOff = Math.min(30 * 2 ** Math.min(this.#failures - 1, 6), 1800);
    return toMilliseconds(Math.max(backOff * (0.5 + random.fraction() / 2), this.#patience));
  }

  #perform(action: PublicationAction, { response }: Subject): void {
    switch (action) {
      case 'send state':
        this.#changed = false;
        this.#send(this.#asked, this.#content);
        break;
      case 'send refresh':
        this.#send(this.#asked, undefined);
        break;
      case 'send removal':
        this.#send(0, undefined);
        break;
      case 'forget tag':
        this.#tag = undefined;
        break;
      case 'ask for longer':
        this.#asked = Math.max(this.#asked, response?.get(minExpires) ?? this.#asked * 2);
        break;
      case 'take up wish':
        if (this.#changed) this.#machine.on('publish');
        break;
      case 'count failure':
        this.#failures += 1;
        this.#patience = Math.min(response?.get(retryAfter)?.seconds ?? 0, 3600);
        break;
      case 'inform of publication':
        this.#again = 0;
        this.#failures = 0;
        this.#patience = 0;
        this.events.emit('published', { expiresSeconds: this.#granted });
        break;
      case 'inform of refusal':
        this.events.emit('refused', refusal(response));
        this.events.emit('ended', undefined);
        break;
      case 'inform of end':
        this.events.emit('ended', undefined);
        break;
    }
  }

  #send(seconds: number, content: NotifierContent | undefined): void {
    const { surroundings, event, target, from, to } = this.#options;
    const { endpoint, authentication, nextHop, routes, followsRedirects } = surroundings;
    this.#cseq += 1;
    // RFC 3903 §4.1: the state itself only where it is new; else its tag says which one is meant.
    const headers: readonly HeaderInit[] = [
      ['Event', event],
      ['Expires', String(seconds)],
      ...(this.#tag === undefined ? [] : [['SIP-If-Match', this.#tag] as const]),
      ...surroundings.headers,
      ...(content === undefined ? [] : [['Content-Type', content.contentType] as const]),
    ];
    const publish = outsideRequest(
      {
        method: 'PUBLISH',
        uri: target,
        from,
        fromTag: this.#fromTag,
        to,
        callId: this.#callId,
        cseq: this.#cseq,
        routes,
        headers,
        body: content?.body,
      },
      endpoint.random,
    );
    const nextCseq = (): number => (this.#cseq += 1);
    sendWithRetry(
      endpoint,
      publish,
      { authentication, nextHop, followsRedirects, nextCseq },
      {
        response: (response) => this.#answered(response),
        failed: () => this.#machine.on('unavailable', {}),
      },
    );
  }

  #answered(response: Response): void {
    const { status } = response;
    if (status < 200) return;
    if (status < 300) {
      const tag = response.get(sipEtag);
      this.#tag = tag === undefined ? undefined : own(tag);
      this.#granted = response.get(expires) ?? this.#asked;
      this.#machine.on('2xx', { response });
    } else if ((status === 412 || status === 423) && this.#again < againLimit) {
      this.#again += 1;
      this.#machine.on(status === 412 ? '412' : '423', { response });
    } else if (status >= 500 && status < 600) this.#machine.on('unavailable', { response });
    else this.#machine.on('refused', { response });
  }
}

function refusal(response: Response | undefined): SipError {
  return (response && endOfRefusal(response).error) ?? new SipError('SIP_REJECTED');
}

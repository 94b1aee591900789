// The registrar: takes REGISTER requests of authenticated users, step by step as RFC 3261 §10.3 numbers them.
import type { Clock, Flow, Logger } from '@offhook/sip';
import { createResponse, isSipUri, path, quote, requireField, sameUri } from '@offhook/sip/message';
import type { HeaderInit, Request, Response, Uri } from '@offhook/sip/message';
import { canonicalAor } from '../location/aor.ts';
import type { Aor, DomainOf } from '../location/aor.ts';
import type { Gruus, GruuScheme } from '../location/gruu.ts';
import type { Binding, LocationStore } from '../location/store.ts';
import { sipDate } from './date.ts';
import { defaultLimits } from './limits.ts';
import type { RegistrarLimits } from './limits.ts';
import { isFirstHop, knows } from './outbound.ts';
import { notePush, pushRow, pushWish } from './push.ts';
import type { PushRegistry } from './push.ts';
import { updateOf } from './update.ts';
import type { Refusal } from './update.ts';

/** What a registrar needs. */
export interface RegistrarOptions {
  readonly location: LocationStore;
  readonly domainOf: DomainOf;
  readonly gruus: Gruus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits?: Partial<RegistrarLimits> | undefined;
  /** Where users send their requests, as the value of Service-Route (RFC 3608 §6.3); nowhere special unless said. */
  readonly serviceRoute?: string | undefined;
  /** Keeps where phones are woken (RFC 8599); without it nothing is said of push. */
  readonly push?: PushRegistry | undefined;
}

/** Who sent a REGISTER, as authentication found out, and on which flow it came. */
export interface RegisterContext {
  /** The authenticated user. */
  readonly user: string;
  /** The realm that the user was found in; any domain of ours when absent. */
  readonly realm?: string | undefined;
  readonly flow: Flow;
  /** The transaction's To tag; one made from the request when absent. */
  readonly toTag?: string | undefined;
  /** Authentication-Info of a 200: that this server knows the password too (RFC 7616 §3.5). */
  readonly confirmation?: string | undefined;
}

/** The same once it is judged. */
interface Judged extends RegisterContext {
  /** The phone is to be woken by us (RFC 8599). */
  readonly isWoken: boolean;
}

// What the registrar itself understands; a Require of anything else is refused.
const extensions: readonly string[] = ['path', 'outbound', 'gruu'];

/**
 * Answers REGISTER requests. Those of one address-of-record are applied whole and in the order of their coming; a 200 is
 * given only after the change is stored. Its responses carry no Record-Route, and never a 6xx (RFC 3261 §10.3).
 */
export class Registrar {
  readonly #location: LocationStore;
  readonly #domainOf: DomainOf;
  readonly #gruus: Gruus;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #limits: RegistrarLimits;
  readonly #serviceRoute: readonly HeaderInit[];
  readonly #push: PushRegistry | undefined;
  /** Of each address-of-record that is being changed: how many requests there are, and what becomes of the last. */
  readonly #lines = new Map<string, { waiting: number; last: Promise<Response> | undefined }>();

  constructor(options: RegistrarOptions) {
    const { location, domainOf, gruus, clock, log, limits, serviceRoute, push } = options;
    this.#push = push;
    this.#location = location;
    this.#domainOf = domainOf;
    this.#gruus = gruus;
    this.#clock = clock;
    this.#log = log;
    this.#limits = { ...defaultLimits, ...limits };
    this.#serviceRoute = serviceRoute === undefined ? [] : [['Service-Route', serviceRoute]];
  }

  /** The response to a REGISTER; never rejects. */
  async register(request: Request, context: RegisterContext): Promise<Response> {
    const refuse = (refusal: Refusal): Response => this.#refusal(request, context, refusal);
    // Item 1: the core hands over only what is for us, so a foreign domain here is an address that we do not have.
    if (this.#hostDomain(request.uri) === undefined) return refuse({ status: 404 });
    // Item 2.
    const extension = unsupportedExtension(request);
    if (extension !== undefined) return refuse(extension);
    // Item 3, authentication, is done before: `context.user` is its result.
    // Items 4 and 5 are judged together, since whose the address is shows only in its canonical form.
    const aor = canonicalAor(request.to.uri, this.#domainOf);
    if (aor === undefined) return refuse({ status: 404 });
    if (!this.#mayChange(aor, request, context)) return refuse({ status: 403 });
    const wish = this.#push === undefined ? undefined : pushWish(request);
    if (wish !== undefined && wish !== 'ours') return refuse(wish);
    const judged = { ...context, isWoken: wish === 'ours' };
    const work = (): Promise<Response> => this.#apply(aor, request, judged);
    return await this.#inTurn(aor.text, work, refuse);
  }

  /** How many addresses-of-record are being changed. */
  get busy(): number {
    return this.#lines.size;
  }

  /** RFC 3261 §10.3 item 4: a user changes the address of the same name, and says so in From too. */
  #mayChange(aor: Aor, request: Request, { user, realm }: RegisterContext): boolean {
    if (aor.user !== user) return false;
    if (realm !== undefined && realm.toLowerCase() !== aor.domain) return false;
    return canonicalAor(request.from.uri, this.#domainOf)?.text === aor.text;
  }

  async #apply(aor: Aor, request: Request, context: Judged): Promise<Response> {
    const { flow, isWoken } = context;
    const current = this.#location.bindings(aor.text);
    // Items 6 and 7.
    const update = updateOf({
      request,
      flow,
      current,
      clock: this.#clock,
      limits: this.#limits,
      isLoop: (uri) => this.#leadsBack(uri, aor, request),
      newSeries: () => (knows(request, 'gruu') ? this.#gruus.newSeries() : undefined),
    });
    if (update.kind === 'refusal') return this.#refusal(request, context, update.refusal);
    try {
      await this.#location.change(aor.text, update.change);
      const { change } = update;
      const wall = (due: number): number => this.#clock.wall() + due - this.#clock.now();
      if (this.#push !== undefined)
        await notePush(this.#push, aor, { change, before: current, isOurs: isWoken, wall });
    } catch (error) {
      this.#log.warn('A registration could not be stored', { aor: aor.text, error: String(error) });
      const retry = ['Retry-After', String(this.#limits.retryAfterSeconds)] as const;
      return this.#refusal(request, context, { status: 500, headers: [retry] });
    }
    // The connection may have ended while its bindings were being stored (RFC 5626 §7).
    if (!flow.open && flow.protocol !== 'UDP') this.#location.flowClosed(flow.id);
    // Item 8.
    const pushed = isWoken && this.#push !== undefined ? [pushRow(this.#push)] : [];
    const outbound = update.outbound ? this.#outboundRows(request, flow) : [];
    return this.#listing(aor, request, context, [...outbound, ...pushed]);
  }

  /** RFC 5627 §5.1: a contact that is the address-of-record itself, or one of its GRUUs, would be called for ever. */
  #leadsBack(uri: Uri, aor: Aor, { to }: Request): boolean {
    const gruu = this.#gruus.read(uri, this.#domainOf);
    if (gruu === 'plain') return sameUri(uri, to.uri);
    return gruu !== 'unknown' && gruu.aor.text === aor.text;
  }

  #listing(
    aor: Aor,
    request: Request,
    context: RegisterContext,
    more: readonly HeaderInit[],
  ): Response {
    const now = this.#clock.now();
    const gruus = knows(request, 'gruu') ? schemeOf(request.to.uri) : undefined;
    const contacts = this.#location
      .bindings(aor.text)
      .map(
        (binding) =>
          [
            'Contact',
            contactText(binding, now, this.#gruuParameters(aor, binding, gruus)),
          ] as const,
      );
    // RFC 3327 §5.3: the Path that was stored goes back.
    const stored = request.has('Path') && request.has('Contact') ? (request.get(path) ?? []) : [];
    const paths = path.format(stored).map((value) => ['Path', value] as const);
    return createResponse(request, 200, {
      ...tagOf(context),
      headers: [
        ...paths,
        ...contacts,
        ...more,
        ...this.#serviceRoute,
        ...confirmationRow(context),
        ['Date', sipDate(this.#clock.wall())],
      ],
    });
  }

  // RFC 5626 §6: how often a flow is kept alive is ours to say only when it ends here. On UDP nothing is said: the client
  // then asks every 24 to 29 s, which NAT boxes need (§4.4.2).
  #outboundRows(request: Request, { protocol }: Flow): readonly HeaderInit[] {
    const rows: HeaderInit[] = [['Require', 'outbound']];
    if (isFirstHop(request) && protocol !== 'UDP')
      rows.push(['Flow-Timer', String(this.#limits.flowTimerSeconds)]);
    return rows;
  }

  /** RFC 5627 §5.2: `pub-gruu` and `temp-gruu` for a client that knows them. */
  #gruuParameters(
    aor: Aor,
    { instance, gruuSeries }: Binding,
    scheme: GruuScheme | undefined,
  ): readonly string[] {
    if (scheme === undefined || instance === undefined) return [];
    const lasting = this.#gruus.publicOf(aor, instance, scheme);
    if (lasting === undefined) return [];
    const found = [`pub-gruu=${quote(lasting)}`];
    if (gruuSeries !== undefined)
      found.push(`temp-gruu=${quote(this.#gruus.temporaryOf(aor, gruuSeries, scheme))}`);
    return found;
  }

  /** Runs `work` after the requests for the same address that came before. */
  async #inTurn(
    aor: string,
    work: () => Promise<Response>,
    refuse: (refusal: Refusal) => Response,
  ): Promise<Response> {
    const line = this.#lines.get(aor) ?? { waiting: 0, last: undefined };
    if (line.waiting >= this.#limits.waitingPerAor) {
      return refuse({
        status: 500,
        headers: [['Retry-After', String(this.#limits.retryAfterSeconds)]],
      });
    }
    this.#lines.set(aor, line);
    line.waiting += 1;
    const response = line.last === undefined ? work() : line.last.then(work, work);
    line.last = response;
    try {
      return await response;
    } catch (error) {
      this.#log.error('A REGISTER failed', { aor, error: String(error) });
      return refuse({ status: 500 });
    } finally {
      line.waiting -= 1;
      if (line.waiting === 0) this.#lines.delete(aor);
    }
  }

  #refusal(
    request: Request,
    context: RegisterContext,
    { status, reason, headers }: Refusal,
  ): Response {
    return createResponse(request, status, {
      ...tagOf(context),
      ...(reason === undefined ? {} : { reason }),
      ...(headers === undefined ? {} : { headers }),
    });
  }

  #hostDomain(uri: Uri): string | undefined {
    return isSipUri(uri) ? this.#domainOf(uri.host) : undefined;
  }
}

function confirmationRow({ confirmation }: RegisterContext): readonly HeaderInit[] {
  return confirmation === undefined ? [] : [['Authentication-Info', confirmation]];
}

function tagOf({ toTag }: RegisterContext): { toTag?: string } {
  return toTag === undefined ? {} : { toTag };
}

/** RFC 3261 §8.2.2.3 for Require; RFC 3327 §5.3 for a Path that the client does not know of. */
function unsupportedExtension(request: Request): Refusal | undefined {
  const required = request.read(requireField);
  if (!required.ok) return { status: 400, reason: 'Malformed Require' };
  const unknown = (required.value ?? []).filter((tag) => !extensions.includes(tag.toLowerCase()));
  if (unknown.length > 0) return { status: 420, headers: [['Unsupported', unknown.join(', ')]] };
  if (!request.has('Path')) return undefined;
  if (!request.read(path).ok || /[\r\n\0]/.test(request.rows('Path').join()))
    return { status: 400, reason: 'Malformed Path' };
  return knows(request, 'path') ? undefined : { status: 420, headers: [['Unsupported', 'path']] };
}

/** One binding as it stands in the 200, with what is left of it in whole seconds, rounded up. */
function contactText(binding: Binding, now: number, gruus: readonly string[]): string {
  const remaining = Math.max(1, Math.ceil((binding.due - now) / 1000));
  const parts = [`<${binding.contact}>`];
  if (binding.q !== undefined) parts.push(`q=${binding.q}`);
  parts.push(`expires=${remaining}`);
  if (binding.instance !== undefined) parts.push(`+sip.instance=${binding.instance}`);
  if (binding.regId !== undefined) parts.push(`reg-id=${binding.regId}`);
  parts.push(...gruus);
  return parts.join(';');
}

function schemeOf(uri: Uri): GruuScheme | undefined {
  return isSipUri(uri) ? uri.scheme : undefined;
}

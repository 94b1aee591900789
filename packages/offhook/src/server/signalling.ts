// Everything between the sockets and the users: the endpoint with the core on it, and what the core sends requests to.
import { Endpoint } from '@offhook/sip';
import type { Address, Clock, Logger, Random, Tap, Transport } from '@offhook/sip';
import { nodeResolver } from '@offhook/sip/node';
import type { Uri } from '@offhook/sip/message';
import type { BridgeEngine } from '../media/bridge.ts';
import { isBehindNat, isOurs } from './core/addresses.ts';
import { busynessMeter } from './core/busyness.ts';
import { addressOf } from './core/callee.ts';
import { serverCore } from './core/core.ts';
import type { CoreOptions, ServerCore } from './core/core.ts';
import { LiveFlows } from './core/flows.ts';
import { behindGate } from './core/gate.ts';
import { HeldCalls } from './core/held-calls.ts';
import { Overload } from './core/overload.ts';
import { mayReach } from './core/reach.ts';
import { keepAliveLimits, UnprovedRate } from './core/unproved-rate.ts';
import { Gateway } from './gateway/gateway.ts';
import type { MediaPolicy } from './gateway/media-policy.ts';
import type { CallStore } from './gateway/snapshot.ts';
import { canonicalAor, lookupKey } from './location/aor.ts';
import { Mailbox } from './mailbox/mailbox.ts';
import type { MessageStore } from './mailbox/store.ts';
import { Proxy } from './proxy/proxy.ts';
import { sipDate } from './registrar/date.ts';

/** What signalling is made of. */
export interface SignallingParts extends Pick<
  CoreOptions,
  | 'authority'
  | 'domainOf'
  | 'gruus'
  | 'isDraining'
  | 'isPublic'
  | 'location'
  | 'registrar'
  | 'users'
  | 'wake'
> {
  readonly messages: MessageStore;
  /** Joins the media of calls between parties unlike. */
  readonly bridge: BridgeEngine;
  readonly mediaPolicy: MediaPolicy | undefined;
  /** Where bridged calls are written down, so that they outlive a crash. */
  readonly bridgedCalls: CallStore;
  /** Signs the routes that we put into dialogs. */
  readonly sign: (callId: string) => string;
  readonly nameServers: readonly string[] | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly tap: Tap;
}

/** Signalling on its sockets. */
export interface Signalling {
  readonly endpoint: Endpoint;
  readonly proxy: Proxy;
  readonly gateway: Gateway;
  readonly core: ServerCore;
  readonly mailbox: Mailbox;
  readonly overload: Overload;
  /** Ends it, the sockets last. */
  close(): Promise<void>;
}

/** Puts signalling on `transports`; its endpoint is not started yet. */
export function signalling(parts: SignallingParts, transports: readonly Transport[]): Signalling {
  const { location, registrar, domainOf, nameServers, clock, random, log, tap } = parts;
  const rate = new UnprovedRate({ clock });
  const keepAlives = new UnprovedRate({ clock, limits: keepAliveLimits });
  let ports: ReadonlySet<number> | undefined;
  const ours = (uri: Uri): boolean => {
    const bound = ports ?? new Set(transports.flatMap(({ local }) => local?.port ?? []));
    // The first messages come before the last socket is bound.
    if (transports.every(({ local }) => local !== undefined)) ports = bound;
    return isOurs(uri, domainOf, bound);
  };
  // What leads back to us is looked up here, and never sent.
  const reach = (target: Address, source: Address): boolean =>
    mayReach(target, source) && !ours({ scheme: 'sip', ...target, parameters: new Map() });
  const udp = transports.find(({ protocol }) => protocol === 'UDP');
  const mailbox: Mailbox = new Mailbox({
    store: parts.messages,
    clock,
    random,
    log,
    run: (event) => endpoint.run(event),
    forward: (message, upstream, aor) => core.forwardMessage(message, upstream, aor),
    aorOf: ({ uri }) => canonicalAor(uri, domainOf)?.text,
    dateOf: sipDate,
  });
  const held = new HeldCalls({ clock, log, run: (event) => endpoint.run(event) });
  const overload = new Overload({
    clock,
    busyness: busynessMeter(udp),
    unfinished: () => endpoint.unfinishedCount,
  });
  const core: ServerCore = serverCore({
    endpoint: () => endpoint,
    mailbox: () => mailbox,
    proxy: () => proxy,
    gateway: () => gateway,
    registrar,
    location,
    users: parts.users,
    authority: parts.authority,
    rate,
    overload,
    flows: new LiveFlows(),
    domainOf,
    gruus: parts.gruus,
    isOurs: ours,
    mayReach: reach,
    isPublic: parts.isPublic,
    isDraining: parts.isDraining,
    held: () => held,
    wake: parts.wake,
    udpFlow: (binding) => (isBehindNat(binding) ? udp?.flowTo(binding.source) : undefined),
    log,
  });
  const gate = {
    rate,
    keepAlives,
    endpoint: () => endpoint,
    answers: core.stateless.bind(core),
  };
  const gated = transports.map((transport) => behindGate(transport, gate));
  const endpoint: Endpoint = new Endpoint(
    {
      name: 'server',
      transports: gated,
      clock,
      random,
      log,
      tap,
      resolver: nodeResolver({ servers: nameServers }),
    },
    core,
  );
  const lookedUp = (uri: Uri): string => lookupKey(uri, domainOf);
  const proxy = new Proxy({
    endpoint,
    clock,
    random,
    isOurs: ours,
    lookedUp,
    mayReach: reach,
    sign: parts.sign,
  });
  const gateway = new Gateway({
    endpoint,
    engine: parts.bridge,
    calls: parts.bridgedCalls,
    mediaPolicy: parts.mediaPolicy,
    mayReach: reach,
    addressOf: (uri) => {
      const port = transports.find(({ protocol }) => protocol === 'UDP')?.local?.port;
      return addressOf(uri, { location, isOurs: ours, port });
    },
  });
  const close = async (): Promise<void> => {
    held.close();
    mailbox.close();
    proxy.close();
    await endpoint.close();
  };
  return { endpoint, proxy, gateway, core, mailbox, overload, close };
}

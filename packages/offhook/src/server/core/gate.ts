// What stands before the endpoint: requests from outside that have proved nothing are answered here without being
// remembered, or not heard at all (RFC 3261 §26.1.5; reflection and floods).
import type { Endpoint, Flow, FlowListener, Transport } from '@offhook/sip';
import { formatVia, parseMessage, replaceFirst } from '@offhook/sip/message';
import type { Request, Response } from '@offhook/sip/message';
import { isFromHere } from './addresses.ts';
import type { UnprovedRate } from './unproved-rate.ts';

/** What a gate needs. */
export interface GateOptions {
  readonly rate: UnprovedRate;
  /** How many STUN requests a source may send by UDP; apart, since who forges an address could use up the other for its owner. */
  readonly keepAlives: UnprovedRate;
  readonly endpoint: () => Endpoint;
  /**
   * The answers to a request that has no credentials, the best first, when it can be answered without a transaction;
   * undefined for one that the core has to see.
   */
  readonly answers: (request: Request, flow: Flow) => readonly Response[] | undefined;
}

/** `transport` with the gate in front of whoever listens to it. */
export function behindGate(transport: Transport, gate: GateOptions): Transport {
  return {
    protocol: transport.protocol,
    get local() {
      return transport.local;
    },
    listen: (listener: FlowListener) =>
      transport.listen({
        received: (bytes, flow) => {
          if (isFromHere(flow) || mayPass(bytes, flow, gate)) listener.received(bytes, flow);
        },
        keepAlive: (bytes, flow) => {
          if (flow.reliable || gate.keepAlives.take(flow.remote.host))
            listener.keepAlive(bytes, flow);
        },
        framingLost: (bytes, reason, flow) => listener.framingLost(bytes, reason, flow),
        opened: (flow) => listener.opened(flow),
        closed: (flow, error) => listener.closed(flow, error),
      }),
    flowTo: (remote) => transport.flowTo(remote),
    close: () => transport.close(),
  };
}

// A response must not be larger than its request by more than half, or we are of use for floods at a forged address.
const largestGrowth = 1.5;

// Responses cost nothing that was not there before, ACK and CANCEL are for what is known already.
const freeStarts = ['SIP/2.0 ', 'ACK ', 'CANCEL '].map((start) => Buffer.from(start, 'latin1'));

function mayPass(bytes: Uint8Array, flow: Flow, gate: GateOptions): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (freeStarts.some((start) => text.subarray(0, start.length).equals(start))) return true;
  if (!gate.rate.take(flow.remote.host)) return false;
  // The address of a connection cannot be forged.
  if (flow.reliable) return true;
  const parsed = parseMessage(bytes);
  if (!parsed.ok || parsed.value.kind !== 'request') return true;
  const request = stamped(parsed.value, flow);
  const answers = gate.answers(request, flow);
  if (answers === undefined) return true;
  const answer = answers.find((one) => one.toBytes().length <= largestGrowth * bytes.length);
  gate.endpoint().run(() => tell(gate.endpoint(), request, flow, answer));
  return false;
}

function tell(
  endpoint: Endpoint,
  request: Request,
  flow: Flow,
  answer: Response | undefined,
): void {
  const { tap, clock, name } = endpoint;
  const { id, protocol, local, remote } = flow;
  tap?.observe({
    v: 1,
    kind: 'message',
    at: clock.wall(),
    endpoint: name,
    direction: 'in',
    protocol,
    flow: id,
    local,
    remote,
    text: request.toText(),
  });
  if (answer !== undefined) endpoint.sendResponse(answer, flow);
}

/** RFC 3261 §18.2.1, RFC 3581 §4: `received`, and `rport` where it is asked for. */
function stamped(request: Request, { remote }: Flow): Request {
  const { topVia } = request;
  const asksPort = topVia.rport === true;
  const parameters = new Map(topVia.parameters).set('received', remote.host);
  if (asksPort) parameters.set('rport', String(remote.port));
  const rport = asksPort ? { rport: remote.port } : {};
  return request.with(
    replaceFirst('Via', formatVia({ ...topVia, parameters, received: remote.host, ...rport })),
  );
}

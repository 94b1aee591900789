// A thread of bridges: it owns the sockets, ICE, DTLS and SRTP of many parties, and passes their packets on.
import { parentPort } from 'node:worker_threads';
import { systemClock } from '@offhook/sip';
import type { StreamReport } from '@offhook/sip/sdp';
import { Heartbeat } from '../heartbeat.ts';
import {
  monotonicEpoch,
  monotonicNow,
  randomFraction,
  randomHex,
  randomNumber,
} from '../machine-time.ts';
import { PacketRing } from '../packet-ring.ts';
import { PortTurns } from '../port-pair.ts';
import { recordError } from '../worker-messages.ts';
import type { BrokenEvent, FromWorker, Request } from '../worker-messages.ts';
import type { BridgeEvent, LegCommand } from './bridge-messages.ts';
import { newCertificate } from './dtls/certificate.ts';
import type { Certificate } from './dtls/certificate.ts';
import type { Leg, LegOptions, LegPlace } from './leg.ts';
import { PartyLine } from './party-line.ts';
import { RtpLeg } from './rtp-leg.ts';
import { ServedLeg } from './served-leg.ts';
import { WebRtcLeg } from './webrtc-leg.ts';

const legs = new Map<number, ServedLeg>();
const turns = new PortTurns();
const ring = new PacketRing(256);
const heart = new Heartbeat(1, (ticks, _skipped, now) => {
  if (ticks > 0) for (const leg of legs.values()) leg.beat(now);
  return legs.size > 0;
});
let certificate: Certificate | undefined;

parentPort?.on('message', (request: Request<LegCommand>) => {
  perform(request).then(
    (value) => tell({ kind: 'done', request: request.request, value }),
    (error: unknown) =>
      tell({ kind: 'failed', request: request.request, error: recordError(error) }),
  );
});

async function perform({
  stream: id,
  command,
}: Request<LegCommand>): Promise<LegPlace | readonly StreamReport[] | undefined> {
  if (command.verb === 'open') {
    const leg = legs.get(id) ?? new ServedLeg(newLeg(id, command), (event) => tellOf(id, event));
    legs.set(id, leg);
    heart.start();
    return leg.open(command.media);
  }
  const leg = legs.get(id);
  if (leg === undefined) throw new Error('There is no such party');
  switch (command.verb) {
    case 'agree':
      leg.agree(command.agreement, monotonicNow());
      return undefined;
    case 'restart':
      leg.restart(command.on);
      return leg.open([]);
    case 'join': {
      const other = legs.get(command.other);
      if (other !== undefined) leg.join(other);
      return undefined;
    }
    case 'press':
      leg.press(command.key);
      return undefined;
    case 'statistics':
      return leg.statistics();
    case 'close': {
      legs.delete(id);
      const counted = leg.statistics();
      await leg.close(monotonicNow());
      return counted;
    }
  }
}

function newLeg(id: number, command: LegCommand & { readonly verb: 'open' }): Leg {
  const { kind, host, advertised, ports } = command;
  const cname = randomHex(12);
  const options: LegOptions = {
    host,
    advertised,
    turn: turns.of(host, ports, randomFraction),
    ring,
    line: (media, ways) =>
      new PartyLine({
        media,
        ...ways,
        ssrc: randomNumber(32),
        // RFC 4568 §6.4: from the lower half, so that lost first packets leave no doubt about a wrap.
        sequence: randomNumber(15),
        timestamp: randomNumber(32),
        cname,
        fraction: randomFraction,
        epoch: monotonicEpoch,
        ring,
        key: (key) => tellOf(id, { name: 'key', key }),
        isBrowser: kind === 'webrtc',
        failed: (reason) => tellOf(id, { name: 'broken', reason }),
      }),
    tell: (event) => tellOf(id, event),
  };
  if (kind === 'rtp') return new RtpLeg(options);
  certificate ??= newCertificate(systemClock.wall());
  return new WebRtcLeg({ ...options, certificate, clock: systemClock });
}

function tellOf(stream: number, event: BridgeEvent | BrokenEvent): void {
  tell({ kind: 'event', stream, event });
}

function tell(message: FromWorker<BridgeEvent>): void {
  parentPort?.postMessage(message);
}

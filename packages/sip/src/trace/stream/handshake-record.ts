// The DTLS handshake between two addresses, as both sides' flights show it (RFC 5764 §4, RFC 6347 §4.2).
import type { ObservedAddress } from '../../base/tap.ts';
import type { CapturedDatagram } from '../capture/captured.ts';
import { addressText } from '../correlate/parties.ts';
import { DtlsSide } from './handshake.ts';
import type { DtlsSign } from './handshake.ts';
import type { PathFact } from './path-table.ts';
import { addressKey } from './place.ts';

/** So many first flights without an answer tell that there will be none. */
const hopeless = 3;
/** How many alerts of a pair are told. */
const mostAlerts = 4;

// RFC 5246 §7.2, those that people meet.
const alertNames: ReadonlyMap<number, string> = new Map([
  [0, 'close_notify'],
  [10, 'unexpected_message'],
  [20, 'bad_record_mac'],
  [40, 'handshake_failure'],
  [42, 'bad_certificate'],
  [43, 'unsupported_certificate'],
  [44, 'certificate_revoked'],
  [45, 'certificate_expired'],
  [46, 'certificate_unknown'],
  [47, 'illegal_parameter'],
  [48, 'unknown_ca'],
  [50, 'decode_error'],
  [51, 'decrypt_error'],
  [70, 'protocol_version'],
  [71, 'insufficient_security'],
  [80, 'internal_error'],
  [90, 'user_canceled'],
  [116, 'certificate_required'],
]);

interface Side {
  readonly source: ObservedAddress;
  readonly destination: ObservedAddress;
  readonly reader: DtlsSide;
  hellos: number;
  answers: boolean;
  protects: boolean;
  lastHello: { readonly frame: number; readonly at: number };
}

/** Everything about the handshake of one pair. */
export class HandshakeRecord {
  readonly #sides = new Map<string, Side>();
  readonly #facts: PathFact[] = [];
  readonly #told = new Set<string>();
  #alerts = 0;

  /** Takes a datagram of DTLS. */
  add(datagram: CapturedDatagram): void {
    const { source, destination, frame, at } = datagram;
    const key = addressKey(source);
    let side = this.#sides.get(key);
    if (side === undefined) {
      side = {
        ...{ source, destination, reader: new DtlsSide() },
        ...{ hellos: 0, answers: false, protects: false, lastHello: { frame, at } },
      };
      this.#sides.set(key, side);
    }
    for (const sign of side.reader.read(datagram.bytes)) this.#take(sign, side, datagram);
  }

  /** What is known of it. */
  facts(): readonly PathFact[] {
    const sides = [...this.#sides.values()];
    const silent = sides
      .filter(({ hellos }) => hellos >= hopeless && !sides.some(({ answers }) => answers))
      .map(({ source, destination, hellos, lastHello }): PathFact => ({
        ...{ ...lastHello, topic: 'dtls', event: 'unanswered', source, destination },
        text: `${hellos} ClientHellos from ${addressText(source)} to ${addressText(destination)} got no answer`,
      }));
    return [...this.#facts, ...silent];
  }

  #take(sign: DtlsSign, side: Side, { frame, at, source, destination }: CapturedDatagram): void {
    const who = addressText(source);
    const where = { frame, at, source, destination };
    switch (sign.kind) {
      case 'client hello':
        side.hellos += 1;
        side.lastHello = { frame, at };
        this.#once('hello', `${who} begins the handshake as client`, where);
        if ([...this.#sides.values()].every(({ hellos }) => hellos > 0) && this.#sides.size > 1)
          this.#once('two clients', 'both sides begin the handshake as client', where);
        return;
      case 'server hello':
        side.answers = true;
        this.#once('answered', `${who} answers the handshake as server`, where);
        return;
      case 'certificate':
        this.#once('certificate', certificateText(who, sign.fingerprint), where);
        return;
      case 'media keys':
        return;
      case 'protected handshake':
        side.protects = true;
        if ([...this.#sides.values()].filter(({ protects }) => protects).length > 1)
          this.#once('finished', 'both sides finished the handshake', where);
        return;
      case 'alert':
        this.#alert(sign, where);
    }
  }

  #alert(
    { fatal, description }: Extract<DtlsSign, { kind: 'alert' }>,
    where: Omit<PathFact, 'topic' | 'event' | 'text'>,
  ): void {
    this.#alerts += 1;
    if (this.#alerts > mostAlerts || where.source === undefined) return;
    const who = addressText(where.source);
    const name =
      description === undefined
        ? 'an encrypted alert'
        : `the ${fatal ? 'fatal alert' : 'warning'} ${alertNames.get(description) ?? description}`;
    this.#facts.push({ ...where, topic: 'dtls', event: 'alert', text: `${who} sent ${name}` });
  }

  #once(event: string, text: string, where: Omit<PathFact, 'topic' | 'event' | 'text'>): void {
    const key = `${event} ${where.source === undefined ? '' : addressKey(where.source)}`;
    if (this.#told.has(key) || (event === 'finished' && this.#told.has('finished'))) return;
    this.#told.add(key);
    if (event === 'finished') this.#told.add('finished');
    this.#facts.push({ ...where, topic: 'dtls', event, text });
  }
}

const certificateWords = 'shows a certificate with the fingerprint sha-256';

function certificateText(who: string, fingerprint: string): string {
  return `${who} ${certificateWords} ${fingerprint}`;
}

/** The fingerprint that the text of a `certificate` fact holds, as in an SDP: `sha-256 4A:…`; undefined when it has none. */
export function fingerprintIn(text: string): string | undefined {
  const at = text.indexOf(certificateWords);
  return at < 0 ? undefined : `sha-256 ${text.slice(at + certificateWords.length + 1)}`;
}

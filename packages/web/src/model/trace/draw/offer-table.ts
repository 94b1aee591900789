// An offer, its answer and what they agree on, as the rows of a table; what RFC 3264 forbids is marked.
import type { LineDocument, NegotiatedLine } from '@offhook/sip/trace';

/** One row. */
export interface OfferRow {
  readonly name: string;
  readonly offered: string;
  readonly answered: string | undefined;
  readonly agreed: string | undefined;
  /** It is not as it was before the offer. */
  readonly changed: boolean;
  /** Why the answer is not allowed, with its section. */
  readonly illegal: string | undefined;
}

type Direction = LineDocument['direction'];

/** What may answer what (RFC 3264 §6.1). */
const allowed: Readonly<Record<Direction, readonly Direction[]>> = {
  sendrecv: ['sendrecv', 'sendonly', 'recvonly', 'inactive'],
  sendonly: ['recvonly', 'inactive'],
  recvonly: ['sendonly', 'inactive'],
  inactive: ['inactive'],
};

/** The rows of a media line; those that neither side writes are left out. */
export function offerRows({ offered, answered, changed }: NegotiatedLine): readonly OfferRow[] {
  const row = (
    name: string,
    tell: (line: LineDocument) => string,
    agreed?: string,
    illegal?: string,
  ): OfferRow => ({
    name,
    offered: tell(offered),
    answered: answered === undefined ? undefined : tell(answered),
    agreed,
    changed: changed.includes(name),
    illegal,
  });
  const isRefused = answered?.port === 0;
  const rows = [
    row(
      'port',
      ({ port }) => (port === 0 ? '0 (off)' : String(port)),
      isRefused ? 'refused' : undefined,
    ),
    row('address', ({ address }) => address ?? ''),
    row(
      'protocol',
      ({ protocol }) => protocol,
      sameText(offered.protocol, answered?.protocol),
      protocolFault(offered, answered),
    ),
    row(
      'direction',
      ({ direction }) => direction,
      agreedDirection(offered, answered),
      directionFault(offered, answered),
    ),
    row('codecs', codecsText, agreedCodecs(offered, answered), codecFault(offered, answered)),
    row('ptime', ({ ptime }) => (ptime === undefined ? '' : `${ptime} ms`)),
    row(
      'encryption',
      ({ encryption }) => encryption ?? '',
      agreedEncryption(offered, answered),
      encryptionFault(offered, answered),
    ),
    row(
      'setup',
      ({ setup }) => setup ?? '',
      agreedSetup(offered, answered),
      setupFault(offered, answered),
    ),
    row('fingerprint', ({ fingerprint }) => fingerprint ?? ''),
    row('ice', ({ iceUfrag, candidates }) =>
      iceUfrag === undefined ? '' : `${iceUfrag}, ${candidates.length} candidates`,
    ),
    row('rtcpMux', ({ rtcpMux }) => (rtcpMux ? 'yes' : ''), bothMux(offered, answered)),
  ];
  return rows.filter(
    (one) => one.offered !== '' || (one.answered ?? '') !== '' || one.illegal !== undefined,
  );
}

function codecsText({ codecs }: LineDocument): string {
  return codecs
    .map(({ payloadType, name, clockRate, channels }) => {
      const rate = clockRate === 8000 ? '' : `/${clockRate}`;
      return `${payloadType} ${name}${rate}${channels === undefined || channels === 1 ? '' : `/${channels}`}`;
    })
    .join('\n');
}

function isOff(answered: LineDocument | undefined): boolean {
  return answered === undefined || answered.port === 0;
}

function sameText(one: string, other: string | undefined): string | undefined {
  return one === other ? one : undefined;
}

function protocolFault(
  offered: LineDocument,
  answered: LineDocument | undefined,
): string | undefined {
  return answered === undefined || answered.port === 0 || answered.protocol === offered.protocol
    ? undefined
    : 'The answer must keep the protocol of the line (RFC 3264 §6)';
}

function agreedDirection(
  offered: LineDocument,
  answered: LineDocument | undefined,
): string | undefined {
  if (answered === undefined || answered.port === 0) return undefined;
  const forth = sends(offered.direction) && receives(answered.direction);
  const back = sends(answered.direction) && receives(offered.direction);
  if (forth && back) return 'both ways';
  if (forth) return 'offerer sends';
  return back ? 'answerer sends' : 'nobody sends';
}

function directionFault(
  offered: LineDocument,
  answered: LineDocument | undefined,
): string | undefined {
  if (answered === undefined || answered.port === 0 || offered.port === 0) return undefined;
  const may = allowed[offered.direction];
  return may.includes(answered.direction)
    ? undefined
    : `${offered.direction} may be answered by ${may.join(' or ')} only (RFC 3264 §6.1)`;
}

function agreedCodecs(
  offered: LineDocument,
  answered: LineDocument | undefined,
): string | undefined {
  if (answered === undefined || isOff(answered)) return undefined;
  const names = answered.codecs
    .filter(({ name, clockRate }) => offered.codecs.some((one) => isSame(one, { name, clockRate })))
    .map(({ name }) => name);
  return names.length === 0 ? 'none' : names.join(', ');
}

function codecFault(offered: LineDocument, answered: LineDocument | undefined): string | undefined {
  if (answered === undefined || isOff(answered) || answered.codecs.length === 0) return undefined;
  const isKnown = answered.codecs.some((one) => offered.codecs.some((other) => isSame(one, other)));
  return isKnown ? undefined : 'No codec of the answer is in the offer (RFC 3264 §6.1)';
}

function isSame(
  one: { readonly name: string; readonly clockRate: number },
  other: { readonly name: string; readonly clockRate: number },
): boolean {
  return one.name.toLowerCase() === other.name.toLowerCase() && one.clockRate === other.clockRate;
}

function agreedEncryption(
  offered: LineDocument,
  answered: LineDocument | undefined,
): string | undefined {
  if (answered === undefined || isOff(answered)) return undefined;
  return offered.encryption === answered.encryption ? (offered.encryption ?? 'none') : undefined;
}

function encryptionFault(
  offered: LineDocument,
  answered: LineDocument | undefined,
): string | undefined {
  if (answered === undefined || isOff(answered) || offered.encryption === answered.encryption)
    return undefined;
  return offered.encryption === undefined
    ? 'The answer encrypts what was offered in the clear'
    : `The answer lacks ${offered.encryption}`;
}

function agreedSetup(
  offered: LineDocument,
  answered: LineDocument | undefined,
): string | undefined {
  if (answered?.setup === undefined || offered.setup === undefined) return undefined;
  return answered.setup === 'active' ? 'answerer connects' : 'offerer connects';
}

function setupFault(offered: LineDocument, answered: LineDocument | undefined): string | undefined {
  const [one, other] = [offered.setup, answered?.setup];
  if (one === undefined || other === undefined) return undefined;
  const clash = other === 'actpass' || (one === other && one !== 'holdconn');
  return clash ? `${one} may not be answered by ${other} (RFC 5763 §5)` : undefined;
}

function bothMux(offered: LineDocument, answered: LineDocument | undefined): string | undefined {
  return offered.rtcpMux && answered?.rtcpMux === true ? 'one port' : undefined;
}

function sends(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'sendonly';
}

function receives(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'recvonly';
}

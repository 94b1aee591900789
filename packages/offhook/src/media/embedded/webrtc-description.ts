// What a description for a browser has besides codecs and directions: ICE, DTLS, bundle, and the names of streams (RFC 9429).
import {
  connectionTo,
  formatCandidate,
  groupsOf,
  iceCredentials,
  isMulticast,
  isUnspecified,
  parseCandidate,
  parseFingerprint,
  parseSetup,
} from '@offhook/sip/sdp';
import type {
  Attribute,
  Candidate,
  MediaDescription,
  SessionDescription,
  Terms,
} from '@offhook/sip/sdp';
import { isIP } from 'node:net';
import { isStrongHash } from './dtls/certificate.ts';
import type { LocalWebRtcSide } from './leg.ts';
import type { LineMedia, WebRtcSide } from './leg-agreement.ts';

/** What is told of our side. */
export interface LocalTerms {
  readonly side: LocalWebRtcSide;
  /** Who begins with DTLS (RFC 5763 §5): `actpass` in offers. */
  readonly setup: 'actpass' | 'active' | 'passive';
  /** The names of the lines in their order (RFC 5888 §4). */
  readonly mids: readonly string[];
  /** The source of each line, and the name that all have in common. */
  readonly ssrcs: Readonly<Partial<Record<LineMedia, number>>>;
  readonly cname: string;
}

/** Adds to a description of ours what a browser needs. */
export function finishForBrowser(local: LocalTerms): NonNullable<Terms['finish']> {
  return (parts) => {
    const living = parts.media.flatMap(({ port }, line) =>
      port === 0 ? [] : [local.mids[line] ?? String(line)],
    );
    const media = parts.media.map((each, line) => {
      const mid: Attribute = { name: 'mid', value: local.mids[line] ?? String(line) };
      if (each.port === 0) return { ...each, attributes: [...each.attributes, mid] };
      const own = ownAttributes(each.media === 'video' ? 'video' : 'audio', local);
      const feedback = each.media === 'video' ? feedbackOf(each.formats) : [];
      return { ...each, attributes: [...each.attributes, mid, ...own, ...feedback] };
    });
    const attributes: Attribute[] = [
      { name: 'group', value: ['BUNDLE', ...living].join(' ') },
      { name: 'msid-semantic', value: 'WMS *' },
      { name: 'ice-options', value: 'ice2' },
    ];
    return { ...parts, attributes, media };
  };
}

/** What a browser told of itself; undefined when ICE or the fingerprint is missing, or no fingerprint can be relied upon. */
export function readBrowserSide(
  description: SessionDescription,
  line: MediaDescription,
  dtlsRole: 'client' | 'server',
): WebRtcSide | undefined {
  const ice = iceCredentials(line, description);
  const fingerprints = fingerprintsOf(description, line);
  if (ice === undefined || fingerprints.length === 0) return undefined;
  return { ice, fingerprints, dtlsRole, candidates: candidatesOf(line) };
}

/** Who begins, as the peer's line says. */
export function setupOf(
  description: SessionDescription,
  line: MediaDescription,
): ReturnType<typeof parseSetup> {
  const value = line.attribute('setup') ?? description.attribute('setup');
  return value === undefined ? undefined : parseSetup(value);
}

/** Whether two lines of a description share one transport, or there is only one. */
export function isBundled(
  description: SessionDescription,
  a: MediaDescription,
  b: MediaDescription,
): boolean {
  const [first, second] = [a.attribute('mid'), b.attribute('mid')];
  if (first === undefined || second === undefined) return false;
  return groupsOf(description).some(
    ({ semantics, mids }) =>
      semantics === 'BUNDLE' && mids.includes(first) && mids.includes(second),
  );
}

function ownAttributes(
  media: LineMedia,
  { side, setup, ssrcs, cname }: LocalTerms,
): readonly Attribute[] {
  const { ice, candidates, fingerprint } = side;
  const ssrc = ssrcs[media];
  return [
    { name: 'ice-ufrag', value: ice.ufrag },
    { name: 'ice-pwd', value: ice.password },
    { name: 'fingerprint', value: `sha-256 ${fingerprint}` },
    { name: 'setup', value: setup },
    { name: 'msid', value: `${cname} ${media}` },
    ...(ssrc === undefined ? [] : [{ name: 'ssrc', value: `${ssrc} cname:${cname}` }]),
    ...candidates.map((each) => ({ name: 'candidate', value: formatCandidate(each) })),
    { name: 'end-of-candidates' },
  ];
}

// RFC 4585 §4.2, RFC 5104: what is passed on to whoever sends the pictures.
function feedbackOf(formats: readonly string[]): readonly Attribute[] {
  return formats.flatMap((format) =>
    ['nack', 'nack pli', 'ccm fir'].map((kind) => ({
      name: 'rtcp-fb',
      value: `${format} ${kind}`,
    })),
  );
}

// RFC 8122 §5: of hashes that can be relied upon; SHA-1 and MD5 cannot.
function fingerprintsOf(
  description: SessionDescription,
  line: MediaDescription,
): WebRtcSide['fingerprints'] {
  const said = (attributes: readonly Attribute[]): WebRtcSide['fingerprints'] =>
    attributes.flatMap(({ name, value }) => {
      const found =
        name === 'fingerprint' && value !== undefined ? parseFingerprint(value) : undefined;
      return found !== undefined && isStrongHash(found.hash) ? [found] : [];
    });
  const own =
    line.attribute('fingerprint') === undefined ? description.attributes : line.attributes;
  return said(own).slice(0, 8);
}

/** More of a peer's candidates than these are not looked at. */
const mostCandidates = 40;

// Names such as ….local are passed over: who is behind one is heard of by its own checks.
function candidatesOf(line: MediaDescription): WebRtcSide['candidates'] {
  return line.attributes
    .flatMap(({ name, value }) => {
      const found: Candidate | undefined =
        name === 'candidate' && value !== undefined ? parseCandidate(value) : undefined;
      if (found === undefined || found.component !== 1 || found.transport.toLowerCase() !== 'udp')
        return [];
      const place = connectionTo(found.address);
      const isOne = isIP(found.address) !== 0 && !isUnspecified(place) && !isMulticast(place);
      const usable = isOne && found.port > 0 && found.priority < 2 ** 31;
      return usable ? [{ host: found.address, port: found.port, priority: found.priority }] : [];
    })
    .slice(0, mostCandidates);
}

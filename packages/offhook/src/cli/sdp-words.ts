// What each line of a session description says, in words (RFC 8866 §5, §6).

/** The meaning of one SDP line; empty when it needs none. */
export function describeSdpLine(line: string): string {
  const type = line.slice(0, 1);
  const value = line.slice(2);
  switch (type) {
    case 'v':
      return 'version of the format';
    case 'o':
      return origin(value);
    case 's':
      return 'name of the session';
    case 'c':
      return `media goes to ${value.split(' ')[2] ?? 'nowhere'}`;
    case 't':
      return value === '0 0' ? 'no fixed time' : 'start and end';
    case 'b':
      return 'bandwidth';
    case 'm':
      return media(value);
    case 'a':
      return attribute(value);
    default:
      return '';
  }
}

function origin(value: string): string {
  const [user = '', session = '', version = '', , , address = ''] = value.split(' ');
  return `made by ${user} at ${address}: session ${session}, version ${version}`;
}

function media(value: string): string {
  const [kind = '', port = '', protocol = '', ...formats] = value.split(' ');
  if (port === '0') return `${kind}: refused`;
  return `${kind} on port ${port} over ${protocol}, formats ${formats.join(' ')} in order of liking`;
}

function attribute(value: string): string {
  const colon = value.indexOf(':');
  const name = colon < 0 ? value : value.slice(0, colon);
  const rest = colon < 0 ? '' : value.slice(colon + 1);
  switch (name) {
    case 'rtpmap': {
      const [format = '', codec = ''] = rest.split(' ');
      return `format ${format} is ${codec}`;
    }
    case 'fmtp':
      return 'parameters of a format';
    case 'ptime':
      return `${rest} ms of sound in a packet`;
    case 'sendrecv':
      return 'sends and receives';
    case 'sendonly':
      return 'sends only: holds the peer';
    case 'recvonly':
      return 'receives only: is held';
    case 'inactive':
      return 'neither sends nor receives';
    case 'rtcp':
      return `RTCP goes to port ${rest.split(' ')[0] ?? ''}`;
    default:
      return '';
  }
}

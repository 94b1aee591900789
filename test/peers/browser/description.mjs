// What a browser's SIP library would ask WebRTC for, as a fixed description: PCMU to a port where nobody listens.
/** The description with this direction; each one is a version of its own. */
export function description(direction = 'sendrecv') {
  version += 1;
  return [
    'v=0',
    `o=- 1 ${version} IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    'm=audio 9 RTP/AVP 0',
    'a=rtpmap:0 PCMU/8000',
    `a=${direction}`,
    '',
  ].join('\r\n');
}

let version = 0;

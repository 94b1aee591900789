// What a browser's SIP library would ask WebRTC for, as a fixed description: PCMU, with ICE that finds nobody.
/** The description with this direction; each one is a version of its own. */
export function description(direction = 'sendrecv') {
  version += 1;
  return [
    'v=0',
    `o=- 1 ${version} IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'a=group:BUNDLE 0',
    'm=audio 9 UDP/TLS/RTP/SAVPF 0',
    'a=mid:0',
    'a=rtcp-mux',
    'a=setup:active',
    'a=ice-ufrag:nobody',
    'a=ice-pwd:nobodyIsHereToAnswerIt00',
    `a=fingerprint:sha-256 ${'AB:'.repeat(31)}AB`,
    'a=rtpmap:0 PCMU/8000',
    `a=${direction}`,
    '',
  ].join('\r\n');
}

let version = 0;

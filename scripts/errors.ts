// Makes docs/errors.md from the one table of error codes.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { errorTable } from '@offhook/sip/message';
import type { SipErrorCode } from '@offhook/sip/message';
import { root } from '../test/house/sources.ts';

/** When each code comes, and what to do then. A code without a line here does not compile. */
const advice: Readonly<Record<SipErrorCode, string>> = {
  SIP_PARSE: 'The start line or the frame is not SIP. `offhook parse` says where.',
  SIP_PARSE_URI: 'An address of yours is no URI: `sip:bob@example.com` is one.',
  SIP_PARSE_HEADER:
    'A header that is needed is missing, doubled or malformed. `offhook parse` says which.',
  SIP_TOO_LARGE: 'A message, header or body is over its limit.',
  SIP_VERSION: 'The peer speaks another protocol, or another version of this one.',
  SIP_STATE: 'The call or the user agent is over, or not there yet.',
  SIP_TIMEOUT: 'Check address, port and transport, and that the peer is running.',
  SIP_TRANSPORT:
    'The connection failed or was refused: check that the peer listens on this transport.',
  SIP_REJECTED: 'Look at `status`: it is the peer’s own answer, with its `response`.',
  SIP_CANCELLED: 'You gave up, or the caller did, before there was an answer.',
  SIP_NO_COMMON_CODEC: 'Allow a codec that the other side has.',
  SIP_UNRESOLVED: 'DNS knows no address for the host: check its name.',
  SIP_AUTH: 'Check user name and password; they were refused.',
  SIP_CLOSED: 'The user agent was closed while this was under way.',
  SIP_LIMIT: 'Too much is going on at once; try later.',
  SIP_CERTIFICATE: 'Read what is said after it: the file, the key, or the date is wrong.',
};

/** The whole of docs/errors.md. */
export function errorsPage(): string {
  const rows = Object.entries(errorTable).map(([code, { status, text }]) => {
    const what = Object.entries(advice).find(([name]) => name === code)?.[1] ?? '';
    return `| \`${code}\` | ${status ?? ''} | ${text} | ${what} |`;
  });
  return [
    '# Errors',
    '',
    'Made by `npm run generate` from `packages/sip/src/message/errors.ts`. Match on `code`, never on the text. `status` is the one that was sent or',
    'received, or the one in this table. What comes from the network is never thrown: these reject promises, or are thrown at once for wrong use.',
    '',
    '| code | status | what it says | when, and what to do |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(path.join(root, 'docs/errors.md'), errorsPage());
}

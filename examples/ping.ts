// Asks a server whether it is there and what it can do: `node ping.ts HOST:PORT`.
import { SipError, UserAgent } from '@offhook/sip';
import { udp } from '@offhook/sip/node';
import { rtp } from 'offhook/media';

const [server = '127.0.0.1:5060'] = process.argv.slice(2);
await using ua = new UserAgent({
  account: { aor: `sip:ping@${server}` },
  transports: [udp({ host: '127.0.0.1' })],
  media: rtp({ host: '127.0.0.1' }),
});

try {
  const started = performance.now();
  const response = await ua.options(`sip:${server}`);
  const milliseconds = (performance.now() - started).toFixed(1);
  console.log(`${response.status} ${response.reason} in ${milliseconds} ms`);
  console.log(`Allow: ${response.rows('Allow').join(', ')}`);
} catch (error) {
  if (!(error instanceof SipError)) throw error;
  // SIP_TIMEOUT after 32 s of silence, SIP_TRANSPORT at once where nobody listens.
  console.log(`${error.code}: ${error.message}`);
  process.exitCode = 3;
}

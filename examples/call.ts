// Registers, calls echo, plays a tone for two seconds, hangs up, and says what came of it: `node call.ts HOST:PORT USER PASSWORD`.
import { UserAgent } from '@offhook/sip';
import { udp } from '@offhook/sip/node';
import { rtp } from 'offhook/media';

const [server = '127.0.0.1:5060', user = 'alice', password = 'secret'] = process.argv.slice(2);
const media = rtp({ host: '127.0.0.1' });
const ua = new UserAgent({
  account: { aor: `sip:${user}@${server}`, password },
  transports: [udp({ host: '127.0.0.1' })],
  media,
});

const { expiresSeconds } = await ua.register();
console.log(`registered for ${expiresSeconds} s`);

const outgoing = ua.call(`sip:echo@${server}`);
const call = await outgoing.answered;
const { callId, localTag, remoteTag } = call.dialog.id;
console.log(`up: dialog ${callId} ${localTag} ${remoteTag}, ${call.streams[0]?.codec}`);

await call.media.play({ kind: 'tone', hertz: 1_000, milliseconds: 2_000 });
const { receivedPackets } = await call.media.statistics();
const { by, cause } = await call.hangUp();
console.log(`ended by ${by}: ${cause}; ${receivedPackets} packets came back`);

await ua.close();
await media.close();

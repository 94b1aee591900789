// Registers, sends a message to oneself through the server, and prints what comes: `node message.ts HOST:PORT USER PASSWORD`.
import { UserAgent } from '@offhook/sip';
import { udp } from '@offhook/sip/node';
import { rtp } from 'offhook/media';

const [server = '127.0.0.1:5060', user = 'alice', password = 'secret'] = process.argv.slice(2);
await using ua = new UserAgent({
  account: { aor: `sip:${user}@${server}`, password },
  transports: [udp({ host: '127.0.0.1' })],
  media: rtp({ host: '127.0.0.1' }),
});

// Asking for messages is what makes a user agent take them, so this comes before anybody can send one.
const messages = ua.messages[Symbol.asyncIterator]();
await ua.register();

const { status } = await ua.message(`sip:${user}@${server}`, 'Grüße an mich selbst');
console.log(`taken with ${status}`);

const { value } = await messages.next();
console.log(`a message: ${value?.text}`);

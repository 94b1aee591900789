// One user agent tells its mood to whoever watches, another watches it: `node subscribe.ts`. Needs no server.
import { UserAgent } from '@offhook/sip';
import { udp } from '@offhook/sip/node';
import { rtp } from 'offhook/media';

const media = rtp({ host: '127.0.0.1' });
const agent = (name: string): UserAgent =>
  new UserAgent({
    account: { aor: `sip:${name}@127.0.0.1` },
    transports: [udp({ host: '127.0.0.1' })],
    media,
  });
const alice = agent('alice');
await using bob = agent('bob');

// Alice offers the event, and tells each watcher at once and whenever it changes.
let mood = 'sleepy';
const tell = new Set<() => void>();
alice.onSubscription('mood', { types: ['text/plain'] }, (watcher) => {
  const now = (): void => watcher.notify(mood, 'text/plain');
  now();
  tell.add(now);
  void watcher.ended.then(() => tell.delete(now));
});
await alice.start();
const { local } = alice.endpoint.transports[0] ?? {};

const watching = bob.subscribe(`sip:alice@127.0.0.1:${local?.port}`, {
  event: 'mood',
  accept: ['text/plain'],
});
for await (const { text } of watching.notifications) {
  console.log(`alice is ${text}`);
  if (text === 'awake') break;
  mood = 'awake';
  for (const one of tell) one();
}
await watching.close();
await alice.close();
await media.close();

// Calls bob, and hands him over to echo: `node transfer.ts`. Needs no server; bob and echo are user agents of this program.
import { UserAgent } from '@offhook/sip';
import { udp } from '@offhook/sip/node';
import { rtp } from 'offhook/media';

const media = rtp({ host: '127.0.0.1' });
async function agent(name: string): Promise<{ readonly ua: UserAgent; readonly uri: string }> {
  const ua = new UserAgent({
    account: { aor: `sip:${name}@127.0.0.1` },
    transports: [udp({ host: '127.0.0.1' })],
    media,
    // Whom we are in a call with may send us elsewhere.
    transfers: 'follow',
  });
  await ua.start();
  void answerAll(name, ua);
  return { ua, uri: `sip:${name}@127.0.0.1:${ua.endpoint.transports[0]?.local?.port}` };
}

async function answerAll(name: string, ua: UserAgent): Promise<void> {
  for await (const incoming of ua.incoming) {
    console.log(`${name} is called`);
    await incoming.accept();
  }
}

const [alice, bob, echo] = await Promise.all([agent('alice'), agent('bob'), agent('echo')]);
const call = await alice.ua.call(bob.uri).answered;
const { status } = await call.transfer(echo.uri, {
  onProgress: (progress) => console.log(`the new call is at ${progress.status}`),
});
console.log(`bob talks to echo: ${status}; our call: ${(await call.ended).cause}`);

await Promise.all([alice, bob, echo].map(({ ua }) => ua.close()));
await media.close();

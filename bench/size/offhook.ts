// What a page needs of Offhook to register and to call.
import { UserAgent } from '@offhook/sip';
import { webRtc, webSocket } from '@offhook/sip/browser';

Object.assign(globalThis, {
  async call(url: string, aor: string, password: string, target: string) {
    const agent = new UserAgent({
      account: { aor, password },
      transports: [webSocket(url)],
      media: webRtc(),
      outbound: {},
    });
    await agent.register();
    return await agent.call(target).answered;
  },
});

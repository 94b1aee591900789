// What a page needs of SIP.js to register and to call.
import { Inviter, Registerer, UserAgent } from 'sip.js';

Object.assign(globalThis, {
  async call(server: string, aor: string, authorizationPassword: string, target: string) {
    const [uri, callee] = [UserAgent.makeURI(aor), UserAgent.makeURI(target)];
    if (uri === undefined || callee === undefined) throw new TypeError('No address');
    const agent = new UserAgent({ uri, authorizationPassword, transportOptions: { server } });
    await agent.start();
    await new Registerer(agent).register();
    const inviter = new Inviter(agent, callee);
    await inviter.invite();
    return inviter;
  },
});

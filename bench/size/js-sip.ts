// What a page needs of JsSIP to register and to call.
import JsSIP from 'jssip';

Object.assign(globalThis, {
  call(url: string, uri: string, password: string, target: string) {
    const agent = new JsSIP.UA({ sockets: [new JsSIP.WebSocketInterface(url)], uri, password });
    agent.on('registered', () => agent.call(target));
    agent.start();
  },
});

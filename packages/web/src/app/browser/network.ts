// Whether the machine is on a network, and when that changes under the page.
import { checkNetwork } from '@offhook/sip/browser';
import type { NetworkPort } from '../../model/ports.ts';
import { iceServer } from './ice-server.ts';

/** What the browser tells of the network. */
export function browserNetwork(): NetworkPort {
  return {
    look: (servers) => checkNetwork({ iceServers: servers.map(iceServer) }),
    get online() {
      return navigator.onLine;
    },
    onChange: (listener) => {
      const ending = new AbortController();
      const { signal } = ending;
      addEventListener('online', listener, { signal });
      addEventListener('offline', listener, { signal });
      // Another network without a moment of none: only some browsers tell.
      connection()?.addEventListener('change', listener, { signal });
      return () => ending.abort();
    },
  };
}

function connection(): EventTarget | undefined {
  const found: unknown = Reflect.get(navigator, 'connection');
  return found instanceof EventTarget ? found : undefined;
}

// The workers of the page: the service worker, and how the address of any of them is given to the browser.

/** Registers it; undefined where the browser has none, or refuses. */
export async function serviceWorker(base: URL): Promise<ServiceWorkerRegistration | undefined> {
  if (!('serviceWorker' in navigator)) return undefined;
  try {
    await navigator.serviceWorker.register(trustedScript(new URL('service-worker.js', base)));
    return await navigator.serviceWorker.ready;
  } catch {
    return undefined;
  }
}

/** What of trusted types is used; not every browser has them. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { readonly createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string };
}

/** The address of a worker of ours, as browsers want it: all other code stands in what was built. */
export function trustedScript(url: URL): string {
  const types = Reflect.get(globalThis, 'trustedTypes') as TrustedTypes | undefined;
  const policy = types?.createPolicy('offhook-worker', { createScriptURL: (text) => text });
  return policy?.createScriptURL(url.href) ?? url.href;
}

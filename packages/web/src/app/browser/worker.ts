// The service worker of the page.

/** Registers it; undefined where the browser has none, or refuses. */
export async function serviceWorker(base: URL): Promise<ServiceWorkerRegistration | undefined> {
  if (!('serviceWorker' in navigator)) return undefined;
  try {
    await navigator.serviceWorker.register(trusted(new URL('service-worker.js', base)));
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

// The only address of code that this page ever makes up: everything else stands in what was built.
function trusted(url: URL): string {
  const types = Reflect.get(globalThis, 'trustedTypes') as TrustedTypes | undefined;
  const policy = types?.createPolicy('offhook-service-worker', {
    createScriptURL: (text) => text,
  });
  return policy?.createScriptURL(url.href) ?? url.href;
}

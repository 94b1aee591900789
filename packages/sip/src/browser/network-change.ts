// Whether this machine is on a network, and whether it is another one than before, as far as a browser tells.

/**
 * Calls `listener` when the network is back, or is another one; returns what stops it. Give it `ua.reconnect`.
 *
 * @example
 * onNetworkChange(() => ua.reconnect());
 */
export function onNetworkChange(listener: () => void): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  addEventListener('online', listener, { signal });
  // Not every browser tells of another network.
  const way: unknown = Reflect.get(navigator, 'connection');
  if (way instanceof EventTarget) way.addEventListener('change', listener, { signal });
  return () => listening.abort();
}

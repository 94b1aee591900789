// What the browser lets a page do, as far as it tells.

/** True when the page may use such a device without its user being asked; false also where a browser does not say. */
export async function isAllowed(device: 'microphone' | 'camera'): Promise<boolean> {
  return (await permissionOf(device)) === 'granted';
}

/** Whether the page may use such a device; `prompt` where a browser does not say. */
export async function permissionOf(
  device: 'microphone' | 'camera',
): Promise<'granted' | 'denied' | 'prompt'> {
  try {
    return (await navigator.permissions.query({ name: device })).state;
  } catch {
    return 'prompt';
  }
}

// How long is waited for addresses of our own before a description leaves (RFC 8829 §3.5.1): a dead STUN server delays no call.
import type { Clock } from '../base/clock.ts';

/** Resolves when every address of the description in place is known, or after so many milliseconds. */
export async function gathered(
  connection: RTCPeerConnection,
  clock: Clock,
  milliseconds: number,
): Promise<void> {
  if (isComplete(connection)) return;
  await new Promise<void>((resolve) => {
    const settle = (): void => {
      late.cancel();
      connection.removeEventListener('icegatheringstatechange', look);
      resolve();
    };
    const look = (): void => {
      if (isComplete(connection)) settle();
    };
    const late = clock.after(milliseconds, settle);
    connection.addEventListener('icegatheringstatechange', look);
  });
}

// After an ICE restart the state is that of the addresses before it until the new search begins.
function isComplete({ iceGatheringState, localDescription }: RTCPeerConnection): boolean {
  return iceGatheringState === 'complete' && /^a=candidate:/m.test(localDescription?.sdp ?? '');
}

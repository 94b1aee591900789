// Gathers addresses as for a call, without making one, and tells what they say of the network.
import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { networkReport } from './network-report.ts';
import type { FoundCandidate, NetworkReport } from './network-report.ts';

/** How the network is looked at. */
export interface NetworkCheckOptions {
  readonly iceServers: readonly RTCIceServer[];
  /** What is not found by then is missing; 10 000 unless said, after which a browser gives a silent server up. */
  readonly milliseconds?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** Looks; never rejects. */
export async function checkNetwork(options: NetworkCheckOptions): Promise<NetworkReport> {
  const { iceServers, milliseconds = 10_000, clock = systemClock } = options;
  const urls = [...new Set(iceServers.flatMap((server) => server.urls))];
  const connection = new RTCPeerConnection({ iceServers: [...iceServers] });
  const candidates: FoundCandidate[] = [];
  const failed = new Set<string>();
  const heard = new Set<string>();
  try {
    await new Promise<void>((resolve) => {
      const late = clock.after(milliseconds, () => {
        for (const url of urls) if (!heard.has(url)) failed.add(url);
        resolve();
      });
      connection.onicecandidateerror = ({ url }) => void failed.add(url);
      connection.onicecandidate = ({ candidate }) => {
        const found = candidate === null ? undefined : foundIn(candidate);
        // Newer than TypeScript's library, and not in every browser.
        if (candidate !== null && 'url' in candidate) heard.add(String(candidate.url));
        if (found !== undefined) candidates.push(found);
        if (candidate !== null) return;
        late.cancel();
        resolve();
      };
      // Any line gathers; one of data needs no microphone.
      connection.createDataChannel('');
      connection.setLocalDescription().catch(resolve);
    });
  } finally {
    connection.close();
  }
  const turn = urls.filter((url) => /^turns?:/i.test(url)).length;
  return networkReport({
    candidates,
    asked: { stun: urls.length - turn, turn },
    failed: [...failed],
  });
}

function foundIn(candidate: RTCIceCandidate): FoundCandidate | undefined {
  const { type, protocol, address, port, relatedAddress, relatedPort } = candidate;
  if (type === null || protocol === null || address === null || port === null) return undefined;
  return {
    ...{ type, protocol, address, port },
    relatedAddress: relatedAddress ?? undefined,
    relatedPort: relatedPort ?? undefined,
  };
}

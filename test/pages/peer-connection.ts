// A page with one peer connection that is handed its descriptions as text, and tells what it hears.
import { listener, peakNow } from './listening.ts';

Object.assign(globalThis, { open, offer, answer, accept, state, hears, counted, press, close });

let connection = new RTCPeerConnection();
let media: MediaStream | undefined;
let sound: AnalyserNode | undefined;

/** Makes the connection with the microphone on it. */
async function open(configuration: RTCConfiguration = {}): Promise<void> {
  connection = new RTCPeerConnection(configuration);
  connection.ontrack = ({ track }) => hear(track);
  media = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  for (const track of media.getTracks()) connection.addTrack(track, media);
}

/** The next offer with all candidates; `codecs` leaves only these in it. */
async function offer(options: {
  readonly iceRestart?: boolean;
  readonly codecs?: readonly string[];
}): Promise<string> {
  const { codecs } = options;
  const known = RTCRtpReceiver.getCapabilities('audio')?.codecs ?? [];
  if (codecs !== undefined)
    for (const each of connection.getTransceivers())
      each.setCodecPreferences(known.filter(({ mimeType }) => codecs.includes(mimeType)));
  await connection.setLocalDescription(
    await connection.createOffer({ iceRestart: options.iceRestart ?? false }),
  );
  return await gathered();
}

/** The answer to an offer, with all candidates. */
async function answer(sdp: string): Promise<string> {
  await connection.setRemoteDescription({ type: 'offer', sdp });
  await connection.setLocalDescription();
  return await gathered();
}

/** Takes the answer to the last offer. */
async function accept(sdp: string): Promise<void> {
  await connection.setRemoteDescription({ type: 'answer', sdp });
}

/** `connected` and so on. */
function state(): RTCPeerConnectionState {
  return connection.connectionState;
}

/** The strongest frequency that is heard now, in hertz; 0 for silence. */
function hears(): number {
  return sound === undefined ? 0 : peakNow(sound, -70);
}

/** What the connection counted of audio, and the kinds of the two candidates in use. */
async function counted(): Promise<Record<string, unknown>> {
  const reports = new Map<string, Record<string, unknown>>();
  for (const report of (await connection.getStats()).values())
    reports.set(String(report.id), report);
  const all = [...reports.values()];
  const inbound = all.find(({ type }) => type === 'inbound-rtp');
  const transport = all.find(({ type }) => type === 'transport');
  const pair = reports.get(String(transport?.['selectedCandidatePairId']));
  return {
    received: inbound?.['packetsReceived'],
    lost: inbound?.['packetsLost'],
    sent: all.find(({ type }) => type === 'outbound-rtp')?.['packetsSent'],
    codec: reports.get(String(inbound?.['codecId']))?.['mimeType'],
    local: reports.get(String(pair?.['localCandidateId']))?.['candidateType'],
    remote: reports.get(String(pair?.['remoteCandidateId']))?.['candidateType'],
  };
}

/** Presses keys (RFC 4733). */
function press(keys: string): void {
  connection.getSenders()[0]?.dtmf?.insertDTMF(keys, 100, 70);
}

/** Ends it. */
function close(): void {
  connection.close();
  for (const track of media?.getTracks() ?? []) track.stop();
}

async function gathered(): Promise<string> {
  while (connection.iceGatheringState !== 'complete')
    await new Promise((resolve) => setTimeout(resolve, 10));
  return connection.localDescription?.sdp ?? '';
}

function hear(track: MediaStreamTrack): void {
  const stream = new MediaStream([track]);
  // Without an element that plays it, Chromium decodes nothing.
  const element = new Audio();
  element.srcObject = stream;
  void element.play();
  sound = listener(new AudioContext(), [stream]);
}

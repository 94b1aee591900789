// A browser as one party of a bridge: it offers, answers, holds, restarts ICE and adds pictures, and tells how it goes.
Object.assign(globalThis, {
  relayOnly,
  offer,
  reoffer,
  takeAnswer,
  answerTo,
  hold,
  restartIce,
  addVideo,
  removeVideo,
  statistics,
  states,
});

let connection: RTCPeerConnection | undefined;

/** Nothing goes but through this TURN server. */
function relayOnly(urls: string, username: string, credential: string): void {
  const iceServers = [{ urls, username, credential }];
  connection = made(new RTCPeerConnection({ iceServers, iceTransportPolicy: 'relay' }));
}

function peer(): RTCPeerConnection {
  connection ??= made(new RTCPeerConnection());
  return connection;
}

function made(created: RTCPeerConnection): RTCPeerConnection {
  created.ontrack = ({ track }) => {
    const element = document.createElement(track.kind === 'video' ? 'video' : 'audio');
    element.srcObject = new MediaStream([track]);
    element.autoplay = true;
    document.body.append(element);
  };
  return created;
}

/** The first offer, with a microphone and these codecs only. */
async function offer(codecs: readonly string[]): Promise<string> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const [track] = stream.getAudioTracks();
  if (track === undefined) throw new Error('There is no microphone');
  prefer(peer().addTransceiver(track, { streams: [stream] }), codecs);
  return reoffer();
}

/** An offer of what is wanted now. */
async function reoffer(): Promise<string> {
  await peer().setLocalDescription();
  await gathered();
  return peer().localDescription?.sdp ?? '';
}

async function takeAnswer(sdp: string): Promise<void> {
  await peer().setRemoteDescription({ type: 'answer', sdp });
}

/** Answers an offer with the microphone, and with the camera where it has a line for pictures. */
async function answerTo(sdp: string): Promise<string> {
  await peer().setRemoteDescription({ type: 'offer', sdp });
  for (const transceiver of peer().getTransceivers()) {
    if (transceiver.sender.track !== null || transceiver.currentDirection === 'stopped') continue;
    const kind = transceiver.receiver.track.kind;
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: kind === 'audio',
      video: kind === 'video',
    });
    const [track] = stream.getTracks();
    if (track !== undefined) await transceiver.sender.replaceTrack(track);
    if (transceiver.direction === 'recvonly') transceiver.direction = 'sendrecv';
  }
  await peer().setLocalDescription();
  await gathered();
  return peer().localDescription?.sdp ?? '';
}

/** Wants this direction of the sound. */
function hold(direction: RTCRtpTransceiverDirection): void {
  const [audio] = peer().getTransceivers();
  if (audio !== undefined) audio.direction = direction;
}

function restartIce(): void {
  peer().restartIce();
}

async function addVideo(codecs: readonly string[]): Promise<void> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: true });
  const [track] = stream.getVideoTracks();
  if (track === undefined) throw new Error('There is no camera');
  prefer(peer().addTransceiver(track, { streams: [stream] }), codecs);
}

function removeVideo(): void {
  for (const transceiver of peer().getTransceivers())
    if (transceiver.receiver.track.kind === 'video') transceiver.stop();
}

function states(): readonly string[] {
  return [peer().iceConnectionState, peer().connectionState, peer().signalingState];
}

/** What was sent and heard, by kind. */
async function statistics(): Promise<Record<string, Record<string, unknown>>> {
  const found: Record<string, Record<string, unknown>> = {};
  (await peer().getStats()).forEach((report: Record<string, unknown>) => {
    if (
      report['type'] === 'inbound-rtp' ||
      report['type'] === 'remote-inbound-rtp' ||
      report['type'] === 'outbound-rtp'
    )
      found[`${String(report['type'])} ${String(report['kind'])}`] = report;
    if (report['type'] === 'transport') found['transport'] = report;
  });
  return found;
}

function prefer(transceiver: RTCRtpTransceiver, codecs: readonly string[]): void {
  const kind = transceiver.receiver.track.kind;
  const known = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
  const wanted = codecs.flatMap((name) =>
    known.filter(({ mimeType }) => mimeType.toLowerCase() === `${kind}/${name}`.toLowerCase()),
  );
  transceiver.setCodecPreferences(wanted);
}

async function gathered(): Promise<void> {
  const waited = performance.now();
  while (peer().iceGatheringState !== 'complete' && performance.now() - waited < 2000)
    await new Promise((resolve) => setTimeout(resolve, 10));
}

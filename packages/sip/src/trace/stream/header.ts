// The RTP header of a captured datagram, also of one that the capture cut (RFC 3550 §5.1).
import { rtpHeaderLength, RtpView } from '../../rtp/packet.ts';
import type { CapturedDatagram } from '../capture/captured.ts';

const none = new Uint8Array(0);

/** Reads packet after packet in place. */
export class CapturedRtp {
  readonly view: RtpView = new RtpView();
  /** What the capture has of the payload: empty when it cut the packet. */
  payload: Uint8Array = none;

  /** False when it is no RTP packet. */
  read({ bytes, length }: CapturedDatagram): boolean {
    const cut = length > bytes.length;
    if (!cut) {
      if (!this.view.read(bytes)) return false;
      this.payload = bytes.subarray(this.view.payloadStart, this.view.payloadEnd);
      return true;
    }
    // Where the end is missing neither padding nor a long extension can be read, but the first twelve octets can.
    const header = bytes.slice(0, rtpHeaderLength);
    header[0] = (header[0] ?? 0) & 0xc0;
    this.payload = none;
    return this.view.read(header);
  }
}

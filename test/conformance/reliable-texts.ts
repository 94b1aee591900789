// What reliable provisional responses are written with.

/** Where our agent is. */
export const ours = { host: '10.0.0.1', port: 5060 };
/** Rows of a response with a session description. */
export const described = ['Contact: <sip:peer@10.0.0.9>', 'Content-Type: application/sdp'];
/** Rows that make a response reliable. */
export const reliably = (number: number): string[] => ['Require: 100rel', `RSeq: ${number}`];

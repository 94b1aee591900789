// Writes scenarios for SIPp: who sends what, step by step, right or wrong on purpose.

/** One step of a scenario, as SIPp's XML. */
export type Step = string;

/** What may differ in a message. Headers are whole lines. */
export interface MessageParts {
  readonly headers?: readonly string[];
  /** A session description, or another body with its Content-Type among the headers. */
  readonly body?: string;
  readonly sdp?: string;
  /** Repeats it over UDP until something comes back; requests do, unless said otherwise. */
  readonly repeat?: boolean;
}

/** What may differ in a request besides. */
export interface RequestParts extends MessageParts {
  readonly cseq?: number;
  readonly uri?: string;
  /** `;tag=…` or nothing; that of the peer unless said. */
  readonly toTag?: string;
  readonly fromTag?: string;
  readonly to?: string;
  readonly branch?: string;
  readonly callId?: string;
  readonly contact?: string;
  readonly via?: string;
  readonly routes?: boolean;
}

/** What may differ in a response to an INVITE. */
export interface ResponseParts extends MessageParts {
  readonly tag?: string;
  readonly contact?: string;
  readonly recordRoute?: boolean;
}

/** The whole file. */
export function scenario(name: string, ...steps: readonly (Step | readonly Step[])[]): string {
  const text = steps.flat().join('\n');
  const variables = [
    ...new Set([...text.matchAll(/assign_to="(\w+)"/g)].map(([, found]) => found)),
  ];
  const reference =
    variables.length === 0 ? '' : `<Reference variables="${variables.join(',')}"/>\n`;
  return `<?xml version="1.0" encoding="ISO-8859-1" ?>
<!DOCTYPE scenario SYSTEM "sipp.dtd">
<scenario name="${name}">
${text}
${reference}</scenario>
`;
}

/** Waits for a response of this status, or for one that may come. */
export function gets(
  status: number,
  more: { readonly maybe?: boolean; readonly auth?: boolean } = {},
): Step {
  const maybe = more.maybe === true ? ' optional="true"' : '';
  const auth = more.auth === true ? ' auth="true"' : '';
  return `<recv response="${status}"${maybe}${auth} rrs="true"/>`;
}

/** The provisional responses that may come before a final one. */
export const progress: readonly Step[] = [100, 180, 183].map((status) =>
  gets(status, { maybe: true }),
);

/** Waits for a request while this response may come again and again. */
export function takesAmong(method: string, status: number): readonly Step[] {
  return [
    `<label id="${method}"/>`,
    `<recv response="${status}" optional="true" next="${method}"/>`,
    `<recv request="${method}"/>`,
  ];
}

/** Waits for a request. */
export function takes(method: string, more: { readonly maybe?: boolean } = {}): Step {
  return `<recv request="${method}"${more.maybe === true ? ' optional="true"' : ''}/>`;
}

/** Lets time pass. */
export function waits(milliseconds: number): Step {
  return `<pause milliseconds="${milliseconds}"/>`;
}

/** What is sent from now on goes to this address, wherever the other side is. */
export function goesTo(host: string): Step {
  return `<nop><action><setdest host="${host}" port="5060" protocol="[transport]"/></action></nop>`;
}

/** A command of SIPp's `exec`, such as `play_pcap_audio="/a/b.pcap"`. */
export function executes(command: string): Step {
  return `<nop><action><exec ${command}/></action></nop>`;
}

/** Plays a tone from here on; it lies in SIPp's folder as bare u-law. */
export const speaks: Step = executes('rtp_stream="tone.ul,-1,0"');

/** Answers the request that came last. */
export function replies(status: string, parts: ResponseParts = {}): Step {
  const tag = parts.tag === undefined ? '' : `;tag=${parts.tag}`;
  return sends(
    [
      `SIP/2.0 ${status}`,
      '[last_Via:]',
      ...(parts.recordRoute === true ? ['[last_Record-Route:]'] : []),
      '[last_From:]',
      `[last_To:]${tag}`,
      '[last_Call-ID:]',
      '[last_CSeq:]',
    ],
    parts,
    false,
  );
}

/** A session description for audio. */
export interface SdpParts {
  readonly version?: number;
  readonly session?: number;
  /** The `m=` line's formats with their maps. */
  readonly codecs?: readonly (readonly [type: number, map: string])[];
  readonly direction?: string;
  readonly address?: string;
  readonly port?: number | string;
  readonly more?: readonly string[];
}

/** PCMU. */
export const pcmu = [0, 'PCMU/8000'] as const;
/** PCMA. */
export const pcma = [8, 'PCMA/8000'] as const;
/** G.723.1, which nobody here has. */
export const g723 = [4, 'G723/8000'] as const;
/** Keys in the media (RFC 4733). */
export const keys = [101, 'telephone-event/8000'] as const;

/** The text of a session description with one audio line. */
export function sdp(parts: SdpParts = {}): string {
  const { version = 1, session = 20_261, codecs = [pcmu], direction = 'sendrecv' } = parts;
  const { address = '[media_ip]', port = '[media_port]', more = [] } = parts;
  return [
    'v=0',
    `o=- ${session} ${version} IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    `m=audio ${port} RTP/AVP ${codecs.map(([type]) => type).join(' ')}`,
    ...codecs.map(([type, map]) => `a=rtpmap:${type} ${map}`),
    ...more,
    `a=${direction}`,
  ].join('\n');
}

/** The side that sends the first request. */
export class Caller {
  readonly #uri: string;
  readonly #from: string;
  readonly #user: string;

  /** `from` as `"Alice" <sip:alice@…>`. */
  constructor(from: string, uri: string) {
    this.#from = from;
    this.#uri = uri;
    this.#user = /sip:([^@>]+)@/.exec(from)?.[1] ?? 'caller';
  }

  /** Any request, in the dialog unless it says otherwise. */
  request(method: string, parts: RequestParts = {}): Step {
    const { cseq = 1, uri = '[next_url]', toTag = '[peer_tag_param]' } = parts;
    const { fromTag = '[pid]a[call_number]', callId = '[call_id]', routes = true } = parts;
    const { to = `<${this.#uri}>` } = parts;
    return sends(
      [
        `${method} ${uri} SIP/2.0`,
        `Via: SIP/2.0/[transport] ${parts.via ?? '[local_ip]:[local_port]'};rport;branch=${parts.branch ?? branch(method, cseq)}`,
        'Max-Forwards: 70',
        ...(routes ? ['[routes]'] : []),
        `From: ${this.#from};tag=${fromTag}`,
        `To: ${to}${toTag}`,
        `Call-ID: ${callId}`,
        `CSeq: ${cseq} ${method}`,
        `Contact: ${parts.contact ?? `<sip:${this.#user}@[local_ip]:[local_port];transport=[transport]>`}`,
        'User-Agent: SIPp',
      ],
      parts,
      parts.repeat ?? method !== 'ACK',
    );
  }

  /** The first request of a call, or any outside a dialog. */
  opens(method: string, parts: RequestParts = {}): Step {
    return this.request(method, { uri: this.#uri, toTag: '', routes: false, ...parts });
  }

  invites(parts: RequestParts = {}): Step {
    return this.opens('INVITE', { sdp: sdp(), ...parts });
  }

  /** To a 2xx. */
  acks(parts: RequestParts = {}): Step {
    return this.request('ACK', parts);
  }

  /** To a refusal: in the INVITE's transaction. */
  acksRefusal(parts: RequestParts = {}): Step {
    const { cseq = 1 } = parts;
    return this.request('ACK', {
      uri: this.#uri,
      branch: branch('INVITE', cseq),
      routes: false,
      ...parts,
    });
  }

  cancels(parts: RequestParts = {}): Step {
    const { cseq = 1 } = parts;
    return this.opens('CANCEL', { branch: branch('INVITE', cseq), ...parts });
  }

  byes(parts: RequestParts = {}): Step {
    return this.request('BYE', { cseq: 2, ...parts });
  }

  /** A call up to its ACK. */
  calls(parts: RequestParts = {}): readonly Step[] {
    return [this.invites(parts), ...progress, gets(200), this.acks()];
  }

  /** BYE and its answer. */
  hangsUp(parts: RequestParts = {}): readonly Step[] {
    return [this.byes(parts), gets(200)];
  }
}

/** The side that is called. */
export class Callee {
  readonly #user: string;

  constructor(user: string) {
    this.#user = user;
  }

  /** Waits for the INVITE that opens the call. */
  invited(): Step {
    return `<recv request="INVITE" rrs="true"><action>
${keepVias}
${keep('CSeq', 'cseq')}
${keep('To', 'to')}
${keep('From', 'from')}
</action></recv>`;
  }

  /** Waits for an INVITE in the call. */
  reinvited(): Step {
    return `<recv request="INVITE"><action>
${keepVias}
${keep('CSeq', 'cseq')}
</action></recv>`;
  }

  /** Responds to the latest INVITE. */
  responds(status: string, parts: ResponseParts = {}): Step {
    const { tag = '[pid]b[call_number]' } = parts;
    return sends(
      [
        `SIP/2.0 ${status}`,
        '[$via]',
        ...(parts.recordRoute === true ? ['[last_Record-Route:]'] : []),
        'From:[$from]',
        `To:[$to]${status.startsWith('100') ? '' : `;tag=${tag}`}`,
        '[last_Call-ID:]',
        'CSeq:[$cseq]',
        `Contact: ${parts.contact ?? `<sip:${this.#user}@[local_ip]:[local_port];transport=[transport]>`}`,
        'Server: SIPp',
      ],
      parts,
      false,
    );
  }

  rings(parts: ResponseParts = {}): Step {
    return this.responds('180 Ringing', parts);
  }

  answers(parts: ResponseParts = {}): Step {
    return this.responds('200 OK', { sdp: sdp({ session: 20_262 }), repeat: true, ...parts });
  }

  /** Any request in the dialog. */
  request(method: string, parts: RequestParts = {}): Step {
    const { cseq = 1, uri = '[next_url]', fromTag = '[pid]b[call_number]' } = parts;
    return sends(
      [
        `${method} ${uri} SIP/2.0`,
        `Via: SIP/2.0/[transport] [local_ip]:[local_port];rport;branch=${parts.branch ?? branch(`b${method}`, cseq)}`,
        'Max-Forwards: 70',
        ...(parts.routes === true ? ['[routes]'] : []),
        `From:[$to];tag=${fromTag}`,
        parts.to === undefined ? 'To:[$from]' : `To: ${parts.to}`,
        `Call-ID: [call_id]`,
        `CSeq: ${cseq} ${method}`,
        `Contact: ${parts.contact ?? `<sip:${this.#user}@[local_ip]:[local_port];transport=[transport]>`}`,
        'User-Agent: SIPp',
      ],
      parts,
      parts.repeat ?? method !== 'ACK',
    );
  }

  /** To a 2xx of the caller. */
  acks(parts: RequestParts = {}): Step {
    return this.request('ACK', parts);
  }

  byes(parts: RequestParts = {}): Step {
    return this.request('BYE', parts);
  }

  /** A call up to the ACK. */
  takesCall(parts: ResponseParts = {}): readonly Step[] {
    return [this.invited(), this.rings(), waits(400), this.answers(parts), takes('ACK')];
  }

  /** Waits for BYE, and answers it. */
  isHungUp(): readonly Step[] {
    return [takes('BYE'), replies('200 OK'), waits(200)];
  }
}

function branch(method: string, cseq: number): string {
  return `z9hG4bK-[pid]-[call_number]-${method}${cseq}`;
}

// All of them: behind a proxy there are several.
const keepVias =
  '<ereg regexp="Via: [^[:cntrl:]]*([[:space:]]+Via: [^[:cntrl:]]*)*" search_in="msg" assign_to="via"/>';

function keep(header: string, variable: string): string {
  return `<ereg regexp=".*" search_in="hdr" header="${header}:" assign_to="${variable}"/>`;
}

function sends(lines: readonly string[], parts: MessageParts, repeated: boolean): Step {
  const repeat = (parts.repeat ?? repeated) ? ' retrans="500"' : '';
  const body = parts.sdp ?? parts.body ?? '';
  const length = body === '' ? 'Content-Length: 0' : 'Content-Length: [len]';
  const type = parts.sdp === undefined ? [] : ['Content-Type: application/sdp'];
  const head = [...lines, ...(parts.headers ?? []), ...type, length];
  return `<send${repeat}><![CDATA[\n${head.join('\n')}\n\n${body}\n]]></send>`;
}

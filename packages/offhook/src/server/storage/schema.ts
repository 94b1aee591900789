// The tables as types; `migrations.ts` makes them. Only text, integer, real and blob columns, which every database has.

/** Users with their HA1s, sealed with the key file. */
export interface UserTable {
  realm: string;
  name: string;
  ha1_md5: string;
  ha1_sha256: string;
  /** Null for a user whose password is older than this column. */
  ha1_sha512_256: string | null;
  /** Milliseconds since 1970. */
  created: number;
  changed: number;
}

/** Bindings of the location service (RFC 3261 §10). */
export interface BindingTable {
  aor: string;
  /** What it is told apart by: reg-id and instance, or the contact. */
  key: string;
  contact: string;
  q: number | null;
  /** Milliseconds since 1970. */
  expires: number;
  call_id: string;
  cseq: number;
  flow: string;
  /** 1 when the flow is a connection, which does not outlive the process. */
  connection: number;
  protocol: string;
  source_host: string;
  source_port: number;
  user_agent: string | null;
  /** The Path values in order, as a JSON array of texts. */
  path: string;
  instance: string | null;
  reg_id: number | null;
  gruu_series: string | null;
  /** Rises with each write, so that a late removal hits only what it was meant for. */
  revision: number;
}

/** Messages that wait for users who are away (RFC 3428 §7). */
export interface MessageTable {
  /** Rises in the order of their coming. */
  id: number;
  aor: string;
  call_id: string;
  from_tag: string;
  cseq: number;
  /** Milliseconds since 1970, like `due`. */
  received: number;
  due: number;
  request: Uint8Array;
}

/** Links that give a browser somebody's phone, each once. */
export interface PageLinkTable {
  /** Of the secret in the link; the secret itself is nowhere. */
  hash: string;
  realm: string;
  name: string;
  /** Milliseconds since 1970. */
  expires: number;
}

/** Browsers that are somebody's phone. */
export interface PageSessionTable {
  /** Of the secret in the cookie. */
  hash: string;
  realm: string;
  name: string;
  /** Milliseconds since 1970, like `expires`. */
  created: number;
  expires: number;
}

/** Push subscriptions of browsers (RFC 8030). */
export interface PushTable {
  realm: string;
  name: string;
  endpoint: string;
  /** The browser's keys (RFC 8291 §2.1); null for a subscription that a REGISTER told of. */
  p256dh: string | null;
  auth: string | null;
  /** Hash of the session of the browser; empty for one that needed no login. */
  session: string;
  /** Milliseconds since 1970, like `expires`. */
  created: number;
  /** Null for one that lasts until it is taken back. */
  expires: number | null;
}

/** Calls that the gateway joins, as far as it takes to go on with them after a crash. */
export interface BridgedCallTable {
  id: string;
  /** Both dialogs, as JSON. */
  legs: string;
}

/** All tables. */
export interface Schema {
  user: UserTable;
  binding: BindingTable;
  message: MessageTable;
  page_link: PageLinkTable;
  page_session: PageSessionTable;
  push: PushTable;
  bridged_call: BridgedCallTable;
}

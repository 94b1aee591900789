// The port to DNS that locating needs; edges implement it (`nodeResolver`), tests with a table.

/** One SRV record (RFC 2782). */
export interface ServiceRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

/** One NAPTR record (RFC 3403). */
export interface PointerRecord {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly service: string;
  readonly regexp: string;
  readonly replacement: string;
}

/** Asks DNS. Empty means that there is no such record; a rejection, that it could not be found out. */
export interface Resolver {
  a(name: string): Promise<readonly string[]>;
  aaaa(name: string): Promise<readonly string[]>;
  srv(name: string): Promise<readonly ServiceRecord[]>;
  naptr(name: string): Promise<readonly PointerRecord[]>;
}

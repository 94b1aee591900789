// What a capture of the Fault Lab is made from: a label, the programs that run, and what tshark must find in it afterwards.
import type { Lab } from './lab.ts';

/** How often tshark must find a display filter: exactly, or from one number to another. */
export type Count = number | readonly [least: number, most: number];

/** How one capture is made. */
export interface Recipe {
  /** The last part of the file's name. */
  readonly variant: string;
  /** The programs that talk, the caller first. */
  readonly programs: readonly string[];
  readonly transport: string;
  /** The truth about the capture in one sentence. */
  readonly says: string;
  /** Other faults that are truly there as well. */
  readonly also?: readonly number[];
  /** Faults that are there by themselves besides, in another call or at another time: each has to be named. */
  readonly besides?: readonly number[];
  /** Addresses of this machine beside those of `address`. */
  readonly hosts?: readonly string[];
  /** What is captured, in pcap's language, unless it is UDP, ICMP and the usual TCP ports of SIP. */
  readonly filter?: string;
  /** Leaves out the TCP connections by which a browser loads its page. */
  readonly withoutPages?: boolean;
  /** UDP and TCP ports of SIP beside 5060. */
  readonly sipPorts?: readonly number[];
  /** Seconds that it may take; 60 unless said. */
  readonly seconds?: number;
  run(lab: Lab): Promise<void>;
  /** Display filters of tshark, and how many frames each must find. */
  readonly proof: Readonly<Record<string, Count>>;
}

/** All captures of one fault, or of one kind of healthy call. */
export interface Family {
  /** Number in the catalogue; null for healthy calls. */
  readonly fault: number | null;
  /** The name of the rule that must find it; `healthy` for healthy calls. */
  readonly rule: string;
  /** In which round it was made, when not in the first: each was scored before the rules were mended by it. */
  readonly round?: number;
  readonly recipes: readonly Recipe[];
}

/** What labels.json says about a file. */
export interface Label {
  readonly file: string;
  readonly fault: number | null;
  readonly rule: string;
  readonly programs: readonly string[];
  readonly transport: string;
  readonly says: string;
  readonly also?: readonly number[];
  readonly besides?: readonly number[];
  readonly round?: number;
}

/** The name of a recipe's file without its ending. */
export function fileName({ fault, rule }: Family, { variant }: Recipe): string {
  return fault === null
    ? `${rule}-${variant}`
    : `${String(fault).padStart(2, '0')}-${rule}-${variant}`;
}

/** What is written about a recipe's file. */
export function label(family: Family, recipe: Recipe): Label {
  const { programs, transport, says, also, besides } = recipe;
  return {
    file: `${fileName(family, recipe)}.pcap.gz`,
    fault: family.fault,
    rule: family.rule,
    programs,
    transport,
    says,
    ...(also === undefined ? {} : { also }),
    ...(besides === undefined ? {} : { besides }),
    ...(family.round === undefined ? {} : { round: family.round }),
  };
}

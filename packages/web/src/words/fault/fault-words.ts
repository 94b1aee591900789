// What a fault of the catalogue means to people who have never heard of SIP: what happened, and what they can do. No jargon.

/** A fault in plain words: two sentences or three. */
export interface PlainWords {
  readonly happened: string;
  readonly todo: string;
}

/** By the number of the fault, 1 to 36. */
export type FaultWords = Readonly<Record<number, PlainWords>>;

// How much of everything is kept, so that no flood of calls, of viewers or of one call's messages fills memory or disk.

/** Octets of lines that one leg keeps: its beginning and its end; what lies between goes when there is more. */
export const legLimit: { readonly head: number; readonly tail: number } = {
  head: 2_000_000,
  tail: 2_000_000,
};

/** The same for what is no call: a phone registers under one Call-ID for weeks, and its last hour tells all. */
export const exchangeLimit: { readonly head: number; readonly tail: number } = {
  head: 0,
  tail: 128_000,
};

/** How long lines wait for more of their leg before they are written, in milliseconds. */
export const gatherMilliseconds = 1_000;

/** Characters of lines of one leg that are written at once, and of all legs together. */
export const gatherCharacters: { readonly leg: number; readonly all: number } = {
  leg: 64_000,
  all: 8_000_000,
};

/** Legs that are known in memory; the others are found again in the database. */
export const legsKnown = 20_000;

/** Legs that one call may have. */
export const legsOfCall = 16;

/** Characters of a call that are read together. */
export const charactersOfCall = 16_000_000;

/** Share of the size that may be held by what is no call, such as registrations, and by calls that only HEP agents tell of. */
export const exchangeShare = 0.2;

/** Calls in one answer to a search. */
export const callsFound = 200;

/** Viewers of what happens now: in all, and of one user. */
export const viewers: { readonly all: number; readonly ofUser: number } = { all: 32, ofUser: 4 };

/** Characters that wait for a viewer who does not read; what comes then is told as a gap. */
export const viewerBacklog = 1_000_000;

/** Characters on their way to the thread that keeps traces; from the half of them on no new call is traced, beyond them nothing, and both is told. */
export const onTheWay = 16_000_000;

/** Observations that go to the thread together, and how long they wait for each other, in milliseconds. */
export const batch: { readonly most: number; readonly milliseconds: number } = {
  most: 500,
  milliseconds: 50,
};

/** Octets of the disk that traces leave free: registrations are written there too. */
export const diskReserve = 20_000_000;

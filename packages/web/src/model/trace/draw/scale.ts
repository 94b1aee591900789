// The time axis of a call: linear, with long pauses shortened. One scale for the lanes, the ladder's marks and the graphs.

/** A pause that is drawn shorter than it was. */
export interface TimeBreak {
  readonly from: number;
  readonly to: number;
}

/** Times to places and back; a place is a share of the axis from 0 to 1. */
export interface TimeScale {
  readonly from: number;
  readonly to: number;
  readonly breaks: readonly TimeBreak[];
  place(time: number): number;
  time(place: number): number;
}

/** Shorter pauses are never shortened, in milliseconds. */
const shortestPause = 1_000;
/** A pause stands out when it is so many times as long as the next shorter one. */
const standsOut = 4;
/** Steps of one moment are this close, in milliseconds; they say nothing on the pace of a call. */
const oneMoment = 20;
const mostBreaks = 12;
/** What all breaks of an axis take of it, at most. */
const shareOfBreaks = 0.6;
/** What one break takes of it, at most. */
const shareOfOne = 0.2;

/** The scale from `from` to `to` of a call in which something happened at `moments`. */
export function timeScale(moments: readonly number[], from: number, to: number): TimeScale {
  const end = Math.max(to, from + 1);
  const inside = moments.filter((moment) => moment > from && moment < end);
  const stops = [...new Set([from, ...inside, end])].toSorted((a, b) => a - b);
  // Where nothing happened there is nothing that a pause would lie between.
  const limit = inside.length === 0 ? Infinity : pauseLimit(gapsOf(stops));
  const breaks: TimeBreak[] = [];
  for (const [at, stop] of stops.entries()) {
    const next = stops[at + 1];
    if (next !== undefined && next - stop > limit) breaks.push({ from: stop, to: next });
  }
  return scaleOf(from, end, breaks);
}

function gapsOf(stops: readonly number[]): readonly number[] {
  return stops.flatMap((stop, at) => {
    const next = stops[at + 1];
    return next === undefined ? [] : [next - stop];
  });
}

/** Gaps longer than this are pauses: above the widest jump between two gaps that follow each other by length. */
function pauseLimit(gaps: readonly number[]): number {
  const sorted = [oneMoment, ...gaps.filter((gap) => gap > oneMoment).toSorted((a, b) => a - b)];
  let limit = Infinity;
  let widest = standsOut;
  for (const [at, gap] of sorted.entries()) {
    const next = sorted[at + 1];
    if (next === undefined || next < shortestPause || sorted.length - at - 1 > mostBreaks) continue;
    if (next / gap >= widest) {
      widest = next / gap;
      limit = gap;
    }
  }
  return limit;
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly length: number;
}

function scaleOf(from: number, to: number, breaks: readonly TimeBreak[]): TimeScale {
  const pieces: Piece[] = [];
  const paused = breaks.reduce((sum, pause) => sum + pause.to - pause.from, 0);
  // A pause that is twice as long is not drawn twice as long, but longer.
  const shortestOne = Math.min(...breaks.map((pause) => pause.to - pause.from));
  const weights = breaks.map((pause) => 1 + Math.log2((pause.to - pause.from) / shortestOne) / 2);
  const weight = weights.reduce((sum, one) => sum + one, 0);
  const shortened = Math.min(shareOfBreaks, shareOfOne * breaks.length);
  const linear = (1 - shortened) / Math.max(to - from - paused, Number.MIN_VALUE);
  let time = from;
  let start = 0;
  const add = (until: number, length: number): void => {
    if (until > time) pieces.push({ from: time, to: until, start, length });
    start += until > time ? length : 0;
    time = until;
  };
  for (const [at, pause] of breaks.entries()) {
    add(pause.from, (pause.from - time) * linear);
    add(pause.to, ((weights[at] ?? 1) / weight) * shortened);
  }
  add(to, (to - time) * linear);
  const whole = Math.max(start, Number.MIN_VALUE);
  return {
    from,
    to,
    breaks,
    place: (moment) => {
      const piece = pieces.find((one) => moment <= one.to) ?? pieces.at(-1);
      if (piece === undefined) return 0;
      const share = (moment - piece.from) / (piece.to - piece.from);
      return (piece.start + share * piece.length) / whole;
    },
    time: (place) => {
      const wanted = place * whole;
      const piece = pieces.find((one) => wanted <= one.start + one.length) ?? pieces.at(-1);
      if (piece === undefined) return from;
      return piece.from + ((wanted - piece.start) / piece.length) * (piece.to - piece.from);
    },
  };
}

/** A mark of the axis. */
export interface TimeTick {
  readonly at: number;
  /** Milliseconds since `zero`. */
  readonly since: number;
  /** As it is written, with as many digits as its neighbours need. */
  readonly text: string;
}

/** Marks at round times since `zero`, at least `apart` (a share of the axis) from each other, none in a shortened pause. */
export function timeTicks(scale: TimeScale, zero: number, apart: number): readonly TimeTick[] {
  const step = tickStep(scale, apart);
  const ticks: TimeTick[] = [];
  const isPaused = (time: number): boolean =>
    scale.breaks.some((pause) => time > pause.from && time < pause.to);
  let last = -Infinity;
  const edges = [scale.from, ...scale.breaks.map((pause) => pause.to)];
  for (const edge of edges) {
    const end = scale.breaks.find((pause) => pause.from >= edge)?.from ?? scale.to;
    const first = Math.ceil((edge - zero) / step) * step;
    for (let since = first; zero + since <= end && ticks.length < 200; since += step) {
      const place = scale.place(zero + since);
      if (place - last < apart || isPaused(zero + since)) continue;
      ticks.push({ at: zero + since, since, text: tickText(since, step) });
      last = place;
    }
  }
  return ticks;
}

function tickText(since: number, step: number): string {
  if (since === 0) return '0';
  if (step < 1 || (Math.abs(since) < 1_000 && step < 1_000))
    return `${since.toFixed(digitsOf(step))} ms`;
  if (Math.abs(since) >= 60_000 && step >= 1_000) {
    const seconds = Math.round(since / 1_000);
    return `${Math.trunc(seconds / 60)}:${String(Math.abs(seconds % 60)).padStart(2, '0')} min`;
  }
  return `${(since / 1_000).toFixed(digitsOf(step / 1_000))} s`;
}

/** Digits behind the point that tell steps of `step` from each other. */
function digitsOf(step: number): number {
  return Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
}

function tickStep(scale: TimeScale, apart: number): number {
  const paused = scale.breaks.reduce((sum, pause) => sum + pause.to - pause.from, 0);
  const each = scale.breaks.reduce(
    (sum, pause) => sum + scale.place(pause.to) - scale.place(pause.from),
    0,
  );
  const rate = (scale.to - scale.from - paused) / Math.max(1 - each, 0.01);
  const wanted = Math.max(rate * apart, 0.001);
  const power = 10 ** Math.floor(Math.log10(wanted));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= wanted) ?? 10);
}

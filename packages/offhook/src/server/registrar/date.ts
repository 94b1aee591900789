// The date as SIP writes it (RFC 3261 §20.17).

const form = new Intl.DateTimeFormat('en-US', {
  timeZone: 'UTC',
  hourCycle: 'h23',
  weekday: 'short',
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

let lastSecond = -1;
let lastText = '';

/** Milliseconds since 1970 as `Sat, 13 Nov 2010 23:29:00 GMT`. */
export function sipDate(wall: number): string {
  const second = Math.floor(wall / 1000);
  if (second === lastSecond) return lastText;
  const parts = new Map(form.formatToParts(wall).map(({ type, value }) => [type, value]));
  const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? '';
  lastSecond = second;
  lastText =
    `${part('weekday')}, ${part('day')} ${part('month')} ${part('year')} ` +
    `${part('hour')}:${part('minute')}:${part('second')} GMT`;
  return lastText;
}

// Dates of text logs as milliseconds since 1970, without the platform's clock.

const form = /^(\d{4})[-/](\d\d)[-/](\d\d)[ \tT](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?$/;

/** `2026-01-31 12:00:00.123456`, taken as UTC, in milliseconds since 1970; undefined when it is no date. */
export function utcMilliseconds(text: string): number | undefined {
  const found = form.exec(text);
  if (found === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1, 7)
    .map(Number);
  const fraction = Number(`0.${found[7] ?? '0'}`);
  return (
    (((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000 + fraction * 1000
  );
}

/** Days since 1970-01-01 in the Gregorian calendar: years are counted from March, so that the leap day is the last. */
function days(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const fromMarch = (month + 9) % 12;
  const leaps = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return shifted * 365 + leaps + Math.floor((fromMarch * 153 + 2) / 5) + day - 1 - 719_468;
}

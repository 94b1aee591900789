// Times of day for the terminal.

/** `18:05:09.120` of the local time zone. */
export function clockTime(at: number): string {
  const date = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  });
  return date.format(at);
}

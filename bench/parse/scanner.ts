// A bound, not a parser: where the lines begin, and seven slices. No folding, no compact names, no checks.

/** A scan of messages; it uses one array again and again. */
export function scanner(): (bytes: Buffer) => readonly (string | undefined)[] {
  const at = new Int32Array(512);
  return (bytes) => {
    const text = bytes.toString('latin1');
    const rows = { via: -1, from: -1, to: -1, callId: -1, cseq: -1, contact: -1 };
    let count = 0;
    for (let start = text.indexOf('\r\n') + 2; ;) {
      const end = text.indexOf('\r\n', start);
      if (end <= start) break;
      const colon = text.indexOf(':', start);
      at[count] = colon + 2;
      at[count + 1] = end;
      const length = colon - start;
      const first = text.charCodeAt(start) | 32;
      if (length === 3 && first === 118) {
        if (rows.via < 0) rows.via = count;
      } else if (length === 4 && first === 102) rows.from = count;
      else if (length === 2 && first === 116) rows.to = count;
      else if (length === 4 && first === 99) rows.cseq = count;
      else if (length === 7 && first === 99) {
        if ((text.charCodeAt(start + 1) | 32) === 97) rows.callId = count;
        else if ((text.charCodeAt(start + 2) | 32) === 110) rows.contact = count;
      }
      count += 2;
      start = end + 2;
    }
    const value = (row: number): string | undefined =>
      row < 0 ? undefined : text.slice(at[row], at[row + 1]);
    const parameter = (row: number, name: string): string | undefined =>
      parameterIn(text, name, at[row] ?? 0, at[row + 1] ?? 0);
    return [
      text.slice(0, text.indexOf(' ')),
      parameter(rows.via, 'branch='),
      parameter(rows.from, 'tag='),
      parameter(rows.to, 'tag='),
      value(rows.callId),
      value(rows.cseq),
      value(rows.contact),
    ];
  };
}

function parameterIn(text: string, name: string, from: number, to: number): string | undefined {
  const found = text.indexOf(name, from);
  if (found < 0 || found >= to) return undefined;
  let end = found + name.length;
  for (; end < to; end += 1) {
    const code = text.charCodeAt(end);
    if (code === 59 || code === 62 || code === 44) break;
  }
  return text.slice(found + name.length, end);
}

// Ladders as golden files: the names that chance gave are replaced, so that one more draw elsewhere changes no file.

/** `ladder` with each tag and Call-ID as the number of its first appearance, in its old length. */
export function withoutChance(ladder: string): string {
  const numbers = new Map<string, number>();
  return ladder.replaceAll(/(?<=Call-ID )[a-z0-9]+|[a-z0-9]{6,}(?=\.\.)/g, (drawn) => {
    const number = numbers.get(drawn) ?? numbers.size + 1;
    numbers.set(drawn, number);
    return `id${number}`.padEnd(drawn.length, '-');
  });
}

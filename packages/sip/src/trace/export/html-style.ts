// The looks of an exported page: light and dark, on screen and on paper, without a script and without anything from elsewhere.

/** Columns beyond this share one place; such calls are read better elsewhere. */
export const mostColumns = 12;

const base = `
:root { color-scheme: light dark; --ink: light-dark(#1d2733, #e6ebf0); --soft: light-dark(#5b6875, #9aa7b4);
  --paper: light-dark(#fff, #14191f); --card: light-dark(#f4f6f8, #1d242c); --line: light-dark(#d5dce3, #333d47);
  --t: light-dark(#1f5fbf, #7fb2ff); --d: light-dark(#8a4b00, #f0b068); --s: light-dark(#0d6b4f, #5fd3ac);
  --good: light-dark(#17693b, #6fd596); --bad: light-dark(#b3261e, #ff8f85); --wait: light-dark(#7a5a00, #e2c15c); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 80rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.35rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; }
.soft { color: var(--soft); }
.verdict { background: var(--card); border-left: .3rem solid var(--good); padding: .75rem 1rem; margin: 1rem 0; }
.verdict.fault { border-color: var(--bad); }
.verdict dt { font-weight: 600; }
.verdict dd { margin: 0 0 .4rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
.wide { overflow-x: auto; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }
th { font-weight: 600; }
.row { display: grid; grid-template-columns: 4.5rem 5.5rem minmax(20rem, 1fr) 11rem; align-items: center; column-gap: .5rem; }
.ladder { font-size: .85rem; overflow-x: auto; }
.ladder > * { min-width: 46rem; }
.lane { display: grid; align-self: stretch; align-items: center; min-height: 2.1rem; position: relative; }
.heads .lane { align-items: end; padding-bottom: .3rem; }
.head { text-align: center; overflow-wrap: anywhere; padding: 0 .2rem; }
.head b { display: block; }
.life { position: absolute; inset: 0; display: grid; pointer-events: none; }
.life i { justify-self: center; border-left: 1px solid var(--line); }
.arrow { position: relative; text-align: center; border-bottom: 2px solid currentColor; padding: 0 .9rem .1rem; margin: 0;
  white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.arrow::after { content: ''; position: absolute; bottom: -1px; width: 0; height: 0; border: 5px solid transparent; transform: translateY(50%); }
.arrow { overflow: visible; }
.right::after { right: 0; border-left: 8px solid currentColor; border-right: 0; }
.left::after { left: 0; border-right: 8px solid currentColor; border-left: 0; }
.lost::after { content: '\\2715'; border: 0; width: auto; height: auto; font-size: .9rem; transform: translateY(60%); }
.again { border-bottom-style: dashed; }
.self { border-bottom-style: dotted; }
.label { background: var(--paper); position: relative; z-index: 1; padding: 0 .3rem; }
.request { color: var(--ink); } .provisional { color: var(--wait); } .success { color: var(--good); }
.redirect { color: var(--wait); } .failure { color: var(--bad); }
.chip { display: inline-block; border: 1px solid currentColor; border-radius: .7rem; padding: 0 .45rem; margin-right: .2rem;
  font-size: .75rem; }
.chip.T { color: var(--t); } .chip.D { color: var(--d); } .chip.S { color: var(--s); }
.step { color: var(--soft); text-align: center; font-size: .8rem; z-index: 1; background: var(--paper); justify-self: center; }
details { border-bottom: 1px solid transparent; }
summary { cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary:hover { background: var(--card); }
summary:focus-visible { outline: 2px solid var(--t); }
details[open] { border-color: var(--line); }
pre { background: var(--card); padding: .75rem; overflow-x: auto; font: .8rem/1.45 ui-monospace, monospace;
  white-space: pre-wrap; overflow-wrap: anywhere; margin: .25rem 0; }
ul { margin: .25rem 0; padding-left: 1.2rem; }
.num { text-align: right; font-variant-numeric: tabular-nums; color: var(--soft); }
@media (max-width: 40rem) {
  body { padding: 1rem; }
  .row { grid-template-columns: 2rem 4.2rem minmax(15rem, 1fr) 11rem; column-gap: .3rem; }
  .ladder > * { min-width: 34rem; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 11px; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .verdict, details, tr { break-inside: avoid; }
  pre { font-size: 9px; }
}
`;

/** The style sheet for a ladder of so many columns. */
export function styleOf(columns: number): string {
  const rules = [
    base,
    `.lane, .life { grid-template-columns: repeat(${columns}, minmax(0, 1fr)); }`,
  ];
  // An arrow begins and ends in the middle of a column: each is two columns of half the width.
  rules.push(`.lane { grid-template-columns: repeat(${2 * columns}, minmax(0, 1fr)); }`);
  for (let from = 1; from <= columns; from += 1) {
    rules.push(`.c${from} { grid-row: 1; grid-column: ${2 * from - 1} / span 2; }`);
    for (let to = from + 1; to <= columns; to += 1)
      rules.push(`.a${from}-${to} { grid-row: 1; grid-column: ${2 * from} / ${2 * to}; }`);
  }
  return rules.join('\n');
}

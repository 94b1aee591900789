// What the bundler makes of a style sheet: a side effect on the page, or its text.
declare module '*.css';
declare module '*.css?inline' {
  const text: string;
  export { text as default };
}

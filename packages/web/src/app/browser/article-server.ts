// The guided call over HTTP.
import type { ArticleServer, ArticleState } from '../../model/trace/article.ts';

/** The guided call of the server at `base`. */
export function articleServerAt(base: URL): ArticleServer {
  const url = new URL('api/article', base);
  const ask = async (more: RequestInit): Promise<ArticleState> => {
    const response = await fetch(url, {
      cache: 'no-store',
      credentials: 'same-origin',
      ...more,
    });
    if (!response.ok) throw new TypeError(`The server answered ${response.status}`);
    // The page and its server are of one version: what the server says has this shape.
    return (await response.json()) as ArticleState;
  };
  return {
    state: () => ask({}),
    ask: (wish) =>
      ask({
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(wish),
      }),
  };
}

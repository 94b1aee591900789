// What is loaded to explain a call in the phone: the explainer and the drawings. A piece of its own.
import draw from '../view/trace/draw/style/draw.css?inline';
import own from '../view/explain/explained.css?inline';
import { Explained } from '../view/explain/explained.tsx';
import type { ExplainingViews } from '../view/world.ts';
export { explainer } from '../model/trace/explainer.ts';

/** The views. */
export const views: ExplainingViews = { Explained, styles: `${draw}\n${own}` };

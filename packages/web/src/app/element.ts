// `<offhook-phone>`: the phone as an element of other people's pages, with its styles to itself.
import { h, render } from 'preact';
import styles from '../view/style/phone.css?inline';

/** The phone as an element. */
export class OffhookPhone extends HTMLElement {
  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    // Sheets that a script makes are outside of style-src; a style element would be refused.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
    render(h('main', { class: 'phone' }, h('h1', {}, 'Offhook')), root);
  }
}

customElements.define('offhook-phone', OffhookPhone);

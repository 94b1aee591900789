// The page that the server gives out: the phone fills it.
import { h, render } from 'preact';
import '../view/style/phone.css';

const place = document.getElementById('phone');
if (place !== null) render(h('main', { class: 'phone' }, h('h1', {}, 'Offhook')), place);

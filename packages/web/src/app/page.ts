// The page that the server gives out: the phone fills it.
import { h, render } from 'preact';
import { PhoneView } from '../view/phone-view.tsx';
import '../view/style/phone.css';

const place = document.getElementById('phone');
if (place !== null) render(h(PhoneView, {}), place);

// The page around the phone: it says who the phone is, calls with it, and shows what becomes of the call.
const phone = document.querySelector('offhook-phone');
const state = document.querySelector('#state');

// Your own server knows who is logged in, and gives what `GET /api/phone` of Offhook gives: an address, a short-lived token, …
phone.configuration = async () => {
  const response = await fetch('phone-configuration');
  return await response.json();
};
phone.addEventListener('offhook-registered', ({ detail }) => {
  state.textContent = detail.registered ? 'ready' : 'not connected';
});
phone.addEventListener('offhook-call', ({ detail }) => {
  state.textContent = `${detail.name}: ${detail.phase}`;
});
document.querySelector('#call').addEventListener('click', () => phone.call('echo'));

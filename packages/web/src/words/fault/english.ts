// Faults in plain English.
import type { FaultWords } from './fault-words.ts';

export const faultEnglish: FaultWords = {
  1: {
    happened: 'The other side never reacted to the call, as if it were switched off.',
    todo: 'Check the number and try again later. If it stays like this, the other phone or its network is down.',
  },
  2: {
    happened: 'The server was asked for something several times and never answered.',
    todo: 'Check your network and try again. If it stays like this, the telephone server is down.',
  },
  3: {
    happened: 'The server did not accept the password of this phone.',
    todo: 'Enter the name and the password of the phone again, or ask who runs your telephone system.',
  },
  4: {
    happened:
      'The sign-in of this phone had grown too old, and it was not renewed as it should be.',
    todo: 'Start the phone again. If it comes back, tell who runs your telephone system.',
  },
  5: {
    happened: 'The server does not take calls from this place.',
    todo: 'Ask who runs your telephone system to allow calls from your network.',
  },
  6: {
    happened: 'The person could not be reached: busy, away, not willing, or the number is wrong.',
    todo: 'Check the number, call again later, or send a message.',
  },
  7: {
    happened: 'The two phones have no way of sending sound in common.',
    todo: 'Allow more kinds of sound (codecs) in the settings of one of the phones, or use another phone.',
  },
  8: {
    happened:
      'The call was answered, but the confirmation got lost on the way, so it was cut off after half a minute.',
    todo: 'Call again. If it happens every time, a router or firewall between the phones loses messages.',
  },
  9: {
    happened:
      'The call was answered, but the confirmation was sent to the wrong place, so it was cut off.',
    todo: 'This must be mended in the settings of the phones or the telephone system; show them this page.',
  },
  10: {
    happened: 'The phone that answered did not notice the confirmation and went on asking for it.',
    todo: 'If the call was cut off, tell who runs your telephone system; else there is nothing to do.',
  },
  11: {
    happened:
      'There was no sound: a phone named an address that is only known in its own home or office.',
    todo: 'Switch on help with routers (STUN, NAT) in the settings of that phone, or ask who runs it.',
  },
  12: {
    happened: 'Only one side could be heard: one phone had been told to only send or only listen.',
    todo: 'Take the call off hold on both phones. If nobody put it on hold, call again.',
  },
  13: {
    happened:
      'Only one side could be heard: the sound of the other one was stopped by a router on its way.',
    todo: 'Call again over another network. If it stays like this, the router needs another setting.',
  },
  14: {
    happened:
      'Putting the call on hold went wrong: the other phone gave an answer that does not fit.',
    todo: 'Take the call back and try again. If it stays like this, the other phone needs an update.',
  },
  15: {
    happened: 'The call was put on hold and could not be taken back.',
    todo: 'Hang up and call again. One of the phones needs an update.',
  },
  16: {
    happened:
      'Both phones wanted to change the call at the same moment and got in each other’s way.',
    todo: 'Wait a moment and try again; that helps nearly always.',
  },
  17: {
    happened: 'The call was cut off since a regular sign of life did not come.',
    todo: 'Call again. If calls always end after the same time, tell who runs your telephone system.',
  },
  18: {
    happened: 'The two sides did not agree on how often to check that the call is still alive.',
    todo: 'Tell who runs your telephone system: the time for these checks must be longer.',
  },
  19: {
    happened: 'Two phones answered the same call, so one of them was hung up at once.',
    todo: 'There is nothing to do. If it is a nuisance, let fewer phones ring at once.',
  },
  20: {
    happened: 'A tone or an announcement was heard, but nobody really answered.',
    todo: 'Try again later, or check the number.',
  },
  21: {
    happened: 'The call was cancelled just as it was being answered.',
    todo: 'Call again if you still want to talk.',
  },
  22: {
    happened:
      'Hanging up did not arrive as it should: the other side may believe the call goes on.',
    todo: 'Hang up on the other phone too. If it comes back, one of the phones needs an update.',
  },
  23: {
    happened: 'The call was to be passed on, but the third person could not be reached.',
    todo: 'Take the call back, and try again or try another number.',
  },
  24: {
    happened: 'The call was to be passed on, and nobody told how that ended.',
    todo: 'Ask the third person whether the call arrived.',
  },
  25: {
    happened: 'Keys that were pressed did not arrive, or not all of them.',
    todo: 'Press the keys slowly. If it stays like this, change how the phone sends keys (DTMF) in its settings.',
  },
  26: {
    happened: 'No way was found for the sound: most likely a firewall is in between.',
    todo: 'Try another network. At work, ask to have calls let through.',
  },
  27: {
    happened: 'The sound could not be encrypted, since the keys of the two sides do not fit.',
    todo: 'Call again. If it stays like this, tell who runs your telephone system.',
  },
  28: {
    happened: 'The connection of the browser to the server broke during the call.',
    todo: 'Check your network and reload the page.',
  },
  29: {
    happened:
      'The sign-in of the phone ran out while it was ringing, so the call no longer found it.',
    todo: 'Call again. If it comes back, the phone should sign in more often.',
  },
  30: {
    happened: 'The call was sent in a circle until it was given up.',
    todo: 'Check call forwarding: two phones probably forward to each other.',
  },
  31: {
    happened: 'A message was too large for the network and did not arrive whole.',
    todo: 'Let the phone use TCP or TLS in place of UDP, or allow fewer kinds of sound.',
  },
  32: {
    happened:
      'A router closed the connection while it was quiet, so what came later did not arrive.',
    todo: 'Have the phone send a sign of life more often (keep-alive), or ask who runs it.',
  },
  33: {
    happened: 'One side insisted on something that the other one does not know.',
    todo: 'Switch reliable ringing (100rel) from required to optional in the settings, or update the phone.',
  },
  34: {
    happened: 'A change during the call was asked for and never answered.',
    todo: 'Hang up and call again. If it stays like this, the other phone or a router in between is at fault.',
  },
  35: {
    happened: 'The sound was bad: parts of it were lost or came too late.',
    todo: 'Move closer to the Wi-Fi or use a cable, and stop large downloads.',
  },
  36: {
    happened: 'Two different calls had the same name, so they could be mixed up.',
    todo: 'Call again. If it comes back, one of the phones or systems needs an update.',
  },
};

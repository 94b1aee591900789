// The guided call in German.
import type { ArticleWords } from './article-words.ts';

/** German. */
export const articleGerman: ArticleWords = {
  title: 'Den Artikel anrufen',
  lead: 'Ein echter Anruf auf diesem Rechner. Sehen Sie zu, wie Transaktion, Dialog und Sitzung kommen und gehen.',
  verbs: {
    call: 'Bob anrufen',
    lose: '40 % der Pakete verlieren',
    fork: 'Verzweigen',
    hold: 'Halten',
    resume: 'Fortsetzen',
    'break hold': 'Halten stören',
    'hang up': 'Auflegen',
    calm: 'Leitung beruhigen',
    rebind: 'NAT neu zuordnen',
    kill: 'Leitung 5 s kappen',
  },
  look: {
    call: 'INVITE eröffnet eine Transaktion. Die 180 mit ihrem Tag macht einen Dialog, zuerst einen frühen; die 200 bestätigt ihn. Angebot und Antwort darin machen die Sitzung.',
    lose: 'Timer A sendet das INVITE nach 0,5 s, 1 s und 2 s noch einmal, immer in derselben Transaktion. Der Anruf kommt trotzdem zustande.',
    fork: 'Ein INVITE lässt zwei Telefone klingeln: eine Transaktion, zwei Dialoge. Einer wird bestätigt, der andere endet früh.',
    hold: 'Ein re-INVITE im selben Dialog bietet sendonly an, die Antwort ist recvonly: Die Sitzung wird gehalten, sonst ändert sich nichts.',
    resume: 'Derselbe Weg zurück: sendrecv wird angeboten und beantwortet.',
    'break hold':
      'Bob antwortet auf sendonly mit sendonly, was RFC 3264 nicht erlaubt: Beide sprechen, keiner hört. Das Urteil nennt Nachricht, Regel und Seite.',
    'hang up': 'BYE ist eine eigene Transaktion. Sie beendet den Dialog und mit ihm die Sitzung.',
    calm: 'Die Leitung ist wieder gut.',
    rebind:
      'Als wäre der NAT-Router aus- und eingeschaltet worden: Alice erscheint jetzt an einem anderen Port.',
    kill: 'Fünf Sekunden lang kommt nichts durch. Sehen Sie, was danach noch einmal gesendet wird.',
  },
  begin: 'Drücken Sie „Bob anrufen“.',
  chaos: 'Chaos',
  messageLoss: 'Verlorene Nachrichten',
  mediaLoss: 'Verlorener Ton',
  mediaJitter: 'Ton verspätet um bis zu',
  phases: { idle: 'Kein Anruf', calling: 'Ruft an', talking: 'Im Gespräch', held: 'Gehalten' },
  cut: 'Die Leitung ist gekappt',
  lost: 'Der Server antwortet nicht. Drücken Sie gleich noch einmal.',
  trouble: (said) => `Das ging nicht: ${said}`,
  percent: (share) => `${Math.round(share * 100)} %`,
  milliseconds: (count) => `${count} ms`,
};

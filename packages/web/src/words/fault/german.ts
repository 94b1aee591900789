// Faults in plain German.
import type { FaultWords } from './fault-words.ts';

export const faultGerman: FaultWords = {
  1: {
    happened: 'Die andere Seite hat auf den Anruf nie reagiert, als wäre sie ausgeschaltet.',
    todo: 'Prüfen Sie die Nummer und versuchen Sie es später noch einmal. Bleibt es so, ist das andere Telefon oder sein Netz ausgefallen.',
  },
  2: {
    happened: 'Der Server wurde mehrmals um etwas gebeten und hat nie geantwortet.',
    todo: 'Prüfen Sie Ihr Netz und versuchen Sie es noch einmal. Bleibt es so, ist der Telefonserver ausgefallen.',
  },
  3: {
    happened: 'Der Server hat das Passwort dieses Telefons nicht angenommen.',
    todo: 'Geben Sie Namen und Passwort des Telefons neu ein, oder fragen Sie, wer Ihre Telefonanlage betreut.',
  },
  4: {
    happened:
      'Die Anmeldung dieses Telefons war zu alt und wurde nicht erneuert, wie es sich gehört.',
    todo: 'Starten Sie das Telefon neu. Kommt es wieder vor, sagen Sie es dem, der Ihre Telefonanlage betreut.',
  },
  5: {
    happened: 'Der Server nimmt von diesem Ort aus keine Anrufe an.',
    todo: 'Bitten Sie den, der Ihre Telefonanlage betreut, Anrufe aus Ihrem Netz zu erlauben.',
  },
  6: {
    happened:
      'Die Person war nicht zu erreichen: besetzt, nicht da, nicht bereit, oder die Nummer stimmt nicht.',
    todo: 'Prüfen Sie die Nummer, rufen Sie später an oder schreiben Sie eine Nachricht.',
  },
  7: {
    happened: 'Die beiden Telefone haben keine gemeinsame Art, Ton zu übertragen.',
    todo: 'Erlauben Sie in einem der Telefone mehr Tonarten (Codecs), oder nehmen Sie ein anderes Telefon.',
  },
  8: {
    happened:
      'Der Anruf wurde angenommen, aber die Bestätigung ging unterwegs verloren; nach einer halben Minute brach er ab.',
    todo: 'Rufen Sie noch einmal an. Geschieht es jedes Mal, verliert ein Router oder eine Firewall dazwischen Nachrichten.',
  },
  9: {
    happened:
      'Der Anruf wurde angenommen, aber die Bestätigung ging an die falsche Stelle; darum brach er ab.',
    todo: 'Das muss in den Einstellungen der Telefone oder der Anlage behoben werden; zeigen Sie dort diese Seite.',
  },
  10: {
    happened:
      'Das Telefon, das abnahm, hat die Bestätigung nicht bemerkt und weiter danach gefragt.',
    todo: 'Brach der Anruf ab, sagen Sie es dem, der Ihre Anlage betreut; sonst ist nichts zu tun.',
  },
  11: {
    happened:
      'Es gab keinen Ton: Ein Telefon nannte eine Adresse, die nur in seinem eigenen Haus gilt.',
    todo: 'Schalten Sie in diesem Telefon die Hilfe für Router (STUN, NAT) ein, oder fragen Sie, wer es betreut.',
  },
  12: {
    happened: 'Nur eine Seite war zu hören: Ein Telefon sollte nur senden oder nur empfangen.',
    todo: 'Holen Sie den Anruf an beiden Telefonen aus dem Halten zurück. Hat niemand gehalten, rufen Sie neu an.',
  },
  13: {
    happened:
      'Nur eine Seite war zu hören: Ein Router hat den Ton der anderen unterwegs aufgehalten.',
    todo: 'Rufen Sie über ein anderes Netz an. Bleibt es so, braucht der Router eine andere Einstellung.',
  },
  14: {
    happened: 'Das Halten ging schief: Das andere Telefon gab eine Antwort, die nicht passt.',
    todo: 'Holen Sie den Anruf zurück und versuchen Sie es noch einmal. Bleibt es so, braucht das andere Telefon ein Update.',
  },
  15: {
    happened: 'Der Anruf wurde gehalten und ließ sich nicht mehr zurückholen.',
    todo: 'Legen Sie auf und rufen Sie neu an. Eines der Telefone braucht ein Update.',
  },
  16: {
    happened:
      'Beide Telefone wollten den Anruf im selben Augenblick ändern und kamen sich in die Quere.',
    todo: 'Warten Sie kurz und versuchen Sie es noch einmal; das hilft fast immer.',
  },
  17: {
    happened: 'Der Anruf brach ab, weil ein regelmäßiges Lebenszeichen ausblieb.',
    todo: 'Rufen Sie neu an. Enden Anrufe immer nach derselben Zeit, sagen Sie es dem, der Ihre Anlage betreut.',
  },
  18: {
    happened:
      'Die beiden Seiten wurden sich nicht einig, wie oft geprüft wird, ob der Anruf noch besteht.',
    todo: 'Sagen Sie es dem, der Ihre Anlage betreut: Die Zeit für diese Prüfung muss länger sein.',
  },
  19: {
    happened: 'Zwei Telefone haben denselben Anruf angenommen; bei einem wurde gleich aufgelegt.',
    todo: 'Es ist nichts zu tun. Stört es, lassen Sie weniger Telefone zugleich klingeln.',
  },
  20: {
    happened: 'Ein Ton oder eine Ansage war zu hören, aber niemand hat wirklich abgenommen.',
    todo: 'Versuchen Sie es später, oder prüfen Sie die Nummer.',
  },
  21: {
    happened: 'Der Anruf wurde gerade in dem Augenblick abgebrochen, als jemand abnahm.',
    todo: 'Rufen Sie noch einmal an, wenn Sie noch sprechen möchten.',
  },
  22: {
    happened:
      'Das Auflegen kam nicht richtig an: Die andere Seite glaubt vielleicht, der Anruf gehe weiter.',
    todo: 'Legen Sie auch am anderen Telefon auf. Kommt es wieder vor, braucht eines der Telefone ein Update.',
  },
  23: {
    happened:
      'Der Anruf sollte weitergegeben werden, aber die dritte Person war nicht zu erreichen.',
    todo: 'Holen Sie den Anruf zurück und versuchen Sie es noch einmal oder mit einer anderen Nummer.',
  },
  24: {
    happened: 'Der Anruf sollte weitergegeben werden, und niemand hat gesagt, wie das ausging.',
    todo: 'Fragen Sie die dritte Person, ob der Anruf angekommen ist.',
  },
  25: {
    happened: 'Gedrückte Tasten kamen nicht an, oder nicht alle.',
    todo: 'Drücken Sie die Tasten langsam. Bleibt es so, stellen Sie um, wie das Telefon Tasten sendet (DTMF).',
  },
  26: {
    happened: 'Für den Ton fand sich kein Weg: Wahrscheinlich steht eine Firewall dazwischen.',
    todo: 'Versuchen Sie ein anderes Netz. Bitten Sie am Arbeitsplatz darum, Anrufe durchzulassen.',
  },
  27: {
    happened: 'Der Ton ließ sich nicht verschlüsseln, weil die Schlüssel nicht zusammenpassen.',
    todo: 'Rufen Sie noch einmal an. Bleibt es so, sagen Sie es dem, der Ihre Anlage betreut.',
  },
  28: {
    happened: 'Die Verbindung des Browsers zum Server brach während des Anrufs ab.',
    todo: 'Prüfen Sie Ihr Netz und laden Sie die Seite neu.',
  },
  29: {
    happened:
      'Die Anmeldung des Telefons lief ab, während es klingelte; der Anruf fand es nicht mehr.',
    todo: 'Rufen Sie noch einmal an. Kommt es wieder vor, sollte sich das Telefon öfter anmelden.',
  },
  30: {
    happened: 'Der Anruf wurde im Kreis geschickt, bis er aufgegeben wurde.',
    todo: 'Prüfen Sie die Rufumleitung: Wahrscheinlich leiten zwei Telefone aufeinander um.',
  },
  31: {
    happened: 'Eine Nachricht war zu groß für das Netz und kam nicht ganz an.',
    todo: 'Lassen Sie das Telefon TCP oder TLS statt UDP benutzen, oder erlauben Sie weniger Tonarten.',
  },
  32: {
    happened:
      'Ein Router hat die Verbindung geschlossen, während sie ruhte; was später kam, kam nicht an.',
    todo: 'Lassen Sie das Telefon öfter ein Lebenszeichen senden (Keep-alive), oder fragen Sie, wer es betreut.',
  },
  33: {
    happened: 'Eine Seite bestand auf etwas, das die andere nicht kennt.',
    todo: 'Stellen Sie bestätigtes Klingeln (100rel) von „nötig“ auf „möglich“, oder aktualisieren Sie das Telefon.',
  },
  34: {
    happened: 'Während des Anrufs wurde um eine Änderung gebeten, und es kam nie eine Antwort.',
    todo: 'Legen Sie auf und rufen Sie neu an. Bleibt es so, liegt es am anderen Telefon oder an einem Router dazwischen.',
  },
  35: {
    happened: 'Der Ton war schlecht: Teile davon gingen verloren oder kamen zu spät.',
    todo: 'Gehen Sie näher an das WLAN oder nehmen Sie ein Kabel, und halten Sie große Downloads an.',
  },
  36: {
    happened: 'Zwei verschiedene Anrufe trugen denselben Namen und konnten verwechselt werden.',
    todo: 'Rufen Sie neu an. Kommt es wieder vor, braucht eines der Telefone oder eine der Anlagen ein Update.',
  },
};

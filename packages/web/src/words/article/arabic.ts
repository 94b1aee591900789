// The guided call in Arabic.
import type { ArticleWords } from './article-words.ts';

/** Arabic. */
export const articleArabic: ArticleWords = {
  title: 'اتصل بالمقال',
  lead: 'مكالمة حقيقية على هذا الحاسوب. شاهد المعاملة والحوار والجلسة وهي تبدأ وتنتهي.',
  verbs: {
    call: 'اتصل ببوب',
    lose: 'افقد 40٪ من الحزم',
    fork: 'تفرّع',
    hold: 'تعليق',
    resume: 'استئناف',
    'break hold': 'أفسد التعليق',
    'hang up': 'إنهاء المكالمة',
    calm: 'هدّئ الخط',
    rebind: 'غيّر منفذ NAT',
    kill: 'اقطع الخط 5 ثوانٍ',
  },
  look: {
    call: 'يفتح INVITE معاملة. والرد 180 مع وسمه ينشئ حوارًا مبكرًا، ثم يؤكده الرد 200. والعرض والجواب فيهما يصنعان الجلسة.',
    lose: 'يعيد المؤقت A إرسال INVITE بعد 0.5 ثانية ثم ثانية ثم ثانيتين، في المعاملة نفسها. ومع ذلك تنجح المكالمة.',
    fork: 'طلب INVITE واحد يرنّ له هاتفان: معاملة واحدة وحواران. يُؤكَّد أحدهما وينتهي الآخر مبكرًا.',
    hold: 'طلب re-INVITE في الحوار نفسه يعرض sendonly والجواب recvonly: الجلسة معلّقة ولم يتغير شيء آخر.',
    resume: 'الطريق نفسه عائدًا: يُعرض sendrecv ويُجاب به.',
    'break hold':
      'يجيب بوب عن sendonly بـ sendonly، وهو ما لا يسمح به RFC 3264: كلاهما يتكلم ولا أحد يسمع. ويسمّي الحكم الرسالة والقاعدة والطرف.',
    'hang up': 'BYE معاملة مستقلة. تنهي الحوار ومعه الجلسة.',
    calm: 'عاد الخط سليمًا.',
    rebind: 'كأن جهاز NAT أُطفئ ثم شُغّل: تظهر أليس الآن على منفذ آخر.',
    kill: 'لا يمر شيء لخمس ثوانٍ. راقب ما يُعاد إرساله بعدها.',
  },
  begin: 'اضغط «اتصل ببوب».',
  chaos: 'فوضى',
  messageLoss: 'رسائل مفقودة',
  mediaLoss: 'صوت مفقود',
  mediaJitter: 'تأخر الصوت حتى',
  phases: { idle: 'لا مكالمة', calling: 'يتصل', talking: 'يتحدث', held: 'معلّقة' },
  cut: 'الخط مقطوع',
  trouble: (said) => `لم ينجح ذلك: ${said}`,
  percent: (share) => `${Math.round(share * 100)}٪`,
  milliseconds: (count) => `${count} م.ث`,
};

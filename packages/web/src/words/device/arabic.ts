// The screen of devices in Arabic.
import type { DeviceWords } from './device-words.ts';

/** Arabic. */
export const deviceArabic: DeviceWords = {
  title: 'الأجهزة',
  search: 'بحث: مستخدم أو جهاز أو عنوان',
  nothingYet: 'لم يسجّل أي جهاز بعد. يظهر الجهاز التالي هنا فورًا.',
  nothingFound: 'لا يوجد جهاز مطابق.',
  asking: 'لحظة …',
  columns: {
    state: 'الحالة',
    user: 'المستخدم',
    device: 'الجهاز',
    address: 'العنوان',
    transport: 'النقل',
    latency: 'زمن الرد',
    heard: 'آخر سماع',
  },
  events: {
    registered: 'سُجّل',
    refreshed: 'جُدّد',
    expired: 'انتهى: لم يُجدَّد في الوقت',
    removed: 'ألغى تسجيله',
    closed: 'اختفى: أُغلق اتصاله',
  },
  standings: {
    registered: 'مسجّل',
    expired: 'منتهٍ',
    removed: 'أُلغي',
    closed: 'اختفى',
  },
  faults: {
    'not reached': 'لا يمكن الوصول إلى الخادم الآن؛ تُعاد المحاولة.',
    'not allowed': 'لا يعرض الخادم أجهزته لهذه الصفحة.',
    'not there': 'لا يحتفظ الخادم بسجل للأجهزة.',
  },
  facts: {
    aor: 'عنوان SIP',
    contact: 'جهة الاتصال',
    instance: 'المعرّف',
    address: 'يسجّل من',
    transport: 'النقل',
    'good until': 'صالح حتى',
  },
  log: 'ما حدث',
  latency: 'زمن الرد',
  notMeasured: 'لم يُقَس شيء بعد: لم يُسأل الجهاز عمّا يجيب عنه فورًا.',
  figures: { last: 'الآن', least: 'الأقصر', mean: 'المتوسط', most: 'الأطول' },
  gone: 'لم يعد يُعرف شيء عن هذا الجهاز.',
  close: 'إغلاق',
  unnamed: 'جهاز بلا اسم',
  count: (shown, all) => (shown === all ? counted(all) : `${shown} من ${counted(all)}`),
  callsOf: (user) => `مكالمات ${user}`,
  times: (count) => `× ${count}`,
  until: (time) => `حتى ${time}`,
  graph: (least, most, count) => `زمن الرد: من ${least} إلى ${most}، قياسات: ${count}`,
};

// One, two, a few, many: the noun changes with its number.
function counted(count: number): string {
  if (count === 1) return 'جهاز واحد';
  if (count === 2) return 'جهازان';
  const rest = count % 100;
  return rest >= 3 && rest <= 10 ? `${count} أجهزة` : `${count} جهازًا`;
}

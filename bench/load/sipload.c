// SIP load generator over UDP: one process with batched system calls, so light that one core of it loads any
// server. Prints one JSON object. RFC 3261 retransmissions (T1 500 ms) and time-outs (32 s) are done and
// counted.
//
//   sipload -m options  -h H -p P                      OPTIONS sip:H:P
//   sipload -m register -h H -p P -U users [-a pass]   REGISTER of users u0000000… in turn; with -a by digest
//   (401, 200) sipload -m call     -h H -p P                      INVITE 180 200 ACK BYE 200, where H:P is
//   the called phone sipload -m call     -h H -p P -u port              the same through H:P; the called
//   phone is here, on 127.0.0.1:port
//
//   -w n     closed loop: so many at once (64)       -r n   open loop: so many begun each second
//   -d s     seconds measured (5)                    -W s   seconds before that (1)
//   -n n     end after so many                       -l p   own port
//   -D name  domain (127.0.0.1)                      -t uri user@host:port to call
//   -a pass  password of every user; calls are then made by u0000000 and answer a 407
//   -P pids  whose CPU time is measured, with commas
#include "bench.h"
#include <ctype.h>
#include <openssl/evp.h>
#define MAXSLOT 262144
#define QN 512
#define MB 64
enum { OPTIONS, REGISTER, CALL };
typedef struct {
  uint32_t gen;
  uint8_t st;
  uint8_t retr;
  uint8_t authed;
  uint64_t t0, tnext;
  uint32_t user;
  char *nonce, *realm, *qop;
  char rtag[64];
  char contact[128];
  char route[700];
} slot_t;
static slot_t *S;
static int *freel, nfree, hiw;
static int fdA, fdB = -1, mode, W = 64, uasport, lport;
static double rate;
static const char *host = "127.0.0.1", *domain, *pass, *target;
static char caller[160] = "caller@127.0.0.1";
static int port = 5060;
static uint32_t users = 1000, userseq;
static struct sockaddr_in dst;
static uint64_t done, failed, retx, ok, chal, started, dups, nostart, late;
static uint64_t tnow;
static const char *SDP =
    "v=0\r\no=user1 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio "
    "6000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 "
    "telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n";
// ---- output queue (per socket)
typedef struct {
  int fd, n;
  struct mmsghdr m[QN];
  struct iovec iv[QN];
  struct sockaddr_in a[QN];
  char b[QN][4096];
} q_t;
static q_t QA, QB;
static void flush(q_t *q) {
  int o = 0;
  while (o < q->n) {
    int s = sendmmsg(q->fd, q->m + o, q->n - o, 0);
    if (s <= 0) {
      if (errno == EAGAIN) {
        struct pollfd p = {q->fd, POLLOUT, 0};
        poll(&p, 1, 1);
        continue;
      }
      if (errno == ECONNREFUSED) continue;
      break;
    }
    o += s;
  }
  q->n = 0;
}
static char *qbuf(q_t *q) {
  if (q->n == QN) flush(q);
  return q->b[q->n];
}
static void qsend(q_t *q, int len, struct sockaddr_in *to) {
  int i = q->n++;
  q->a[i] = *to;
  q->iv[i] = (struct iovec){q->b[i], len};
  memset(&q->m[i].msg_hdr, 0, sizeof(struct msghdr));
  q->m[i].msg_hdr.msg_iov = &q->iv[i];
  q->m[i].msg_hdr.msg_iovlen = 1;
  q->m[i].msg_hdr.msg_name = &q->a[i];
  q->m[i].msg_hdr.msg_namelen = sizeof q->a[i];
}
static void md5hex(const char *s, char *out) {
  unsigned char d[16];
  unsigned l;
  EVP_Digest(s, strlen(s), d, &l, EVP_md5(), NULL);
  for (int i = 0; i < 16; i++)
    sprintf(out + 2 * i, "%02x", d[i]);
}
// The credentials row for `method` and `uri`; nothing while there is no challenge.
static int credentials(char *b, slot_t *s, const char *method, const char *uri) {
  char a[512], h1[33], h2[33], r[33], t[768], user[16];
  if (!s->authed) return 0;
  sprintf(user, "u%07u", s->user);
  snprintf(a, sizeof a, "%s:%s:%s", user, s->realm, pass);
  md5hex(a, h1);
  snprintf(a, sizeof a, "%s:%s", method, uri);
  md5hex(a, h2);
  if (s->qop) snprintf(t, sizeof t, "%s:%s:00000001:abcdef01:auth:%s", h1, s->nonce, h2);
  else snprintf(t, sizeof t, "%s:%s:%s", h1, s->nonce, h2);
  md5hex(t, r);
  return sprintf(b,
                 "%s: Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\", response=\"%s\", "
                 "algorithm=MD5%s\r\n",
                 mode == REGISTER ? "Authorization" : "Proxy-Authorization", user, s->realm, s->nonce, uri, r,
                 s->qop ? ", qop=auth, nc=00000001, cnonce=\"abcdef01\"" : "");
}
// st: 1 first request sent; 2 (call) BYE sent
static void send_req(int i, int retransmit) {
  slot_t *s = &S[i];
  char *b = qbuf(&QA);
  int n = 0;
  if (mode == OPTIONS)
    n = sprintf(
        b,
        "OPTIONS sip:%s:%d SIP/2.0\r\nVia: SIP/2.0/UDP "
        "127.0.0.1:%d;branch=z9hG4bK%x.%x.o;rport\r\nMax-Forwards: 70\r\nFrom: "
        "<sip:bench@127.0.0.1>;tag=f%x\r\nTo: <sip:%s:%d>\r\nCall-ID: %d-%u@b\r\nCSeq: 1 OPTIONS\r\nContact: "
        "<sip:bench@127.0.0.1:%d>\r\nAccept: application/sdp\r\nContent-Length: 0\r\n\r\n",
        host, port, lport, i, s->gen, s->gen, host, port, i, s->gen, lport);
  else if (mode == REGISTER) {
    n = sprintf(b,
                "REGISTER sip:%s SIP/2.0\r\nVia: SIP/2.0/UDP "
                "127.0.0.1:%d;branch=z9hG4bK%x.%x.r%d;rport\r\nMax-Forwards: 70\r\nFrom: "
                "<sip:u%07u@%s>;tag=f%x\r\nTo: <sip:u%07u@%s>\r\nCall-ID: %d-%u@b\r\nCSeq: %d "
                "REGISTER\r\nContact: <sip:u%07u@127.0.0.1:%d>\r\nExpires: 3600\r\n",
                domain, lport, i, s->gen, s->authed, s->user, domain, s->gen, s->user, domain, i, s->gen,
                1 + s->authed, s->user, lport);
    char uri[128];
    snprintf(uri, sizeof uri, "sip:%s", domain);
    n += credentials(b + n, s, "REGISTER", uri);
    n += sprintf(b + n, "Content-Length: 0\r\n\r\n");
  } else if (s->st == 1) {
    char uri[160];
    snprintf(uri, sizeof uri, "sip:%s", target);
    n = sprintf(b,
                "INVITE %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%x.%x.i%d;rport\r\n"
                "Max-Forwards: 70\r\nFrom: <sip:%s>;tag=f%x\r\nTo: <sip:%s>\r\nCall-ID: %d-%u@b\r\n"
                "CSeq: %d INVITE\r\nContact: <sip:caller@127.0.0.1:%d>\r\n",
                uri, lport, i, s->gen, s->authed, caller, s->gen, target, i, s->gen, 1 + s->authed, lport);
    n += credentials(b + n, s, "INVITE", uri);
    n += sprintf(b + n, "Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", (int)strlen(SDP),
                 SDP);
  } else
    n = sprintf(b,
                "BYE %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%x.%x.b;rport\r\n"
                "Max-Forwards: 70\r\n%sFrom: <sip:%s>;tag=f%x\r\nTo: <sip:%s>;tag=%s\r\nCall-ID: %d-%u@b\r\n"
                "CSeq: %d BYE\r\nContent-Length: 0\r\n\r\n",
                s->contact, lport, i, s->gen, s->route, caller, s->gen, target, s->rtag, i, s->gen,
                2 + s->authed);
  qsend(&QA, n, &dst);
  if (retransmit) {
    retx++;
    s->retr++;
    uint64_t iv = 500000ull << (s->retr > 3 ? 3 : s->retr);
    s->tnext = tnow + iv;
  } else {
    s->retr = 0;
    s->tnext = tnow + 500000;
  }
}
static void send_ack(int i) {
  slot_t *s = &S[i];
  char *b = qbuf(&QA);
  int n = sprintf(
      b,
      "ACK %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%x.%x.a;rport\r\n"
      "Max-Forwards: 70\r\n%sFrom: <sip:%s>;tag=f%x\r\nTo: <sip:%s>;tag=%s\r\nCall-ID: %d-%u@b\r\n"
      "CSeq: %d ACK\r\nContent-Length: 0\r\n\r\n",
      s->contact, lport, i, s->gen, s->route, caller, s->gen, target, s->rtag, i, s->gen, 1 + s->authed);
  qsend(&QA, n, &dst);
}
static void send_ack_non2xx(int i, int authed, const char *to, int tolen) {
  slot_t *s = &S[i];
  char *b = qbuf(&QA);
  int n = sprintf(b,
                  "ACK sip:%s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%x.%x.i%d;rport\r\n"
                  "Max-Forwards: 70\r\nFrom: <sip:%s>;tag=f%x\r\nTo: %.*s\r\nCall-ID: %d-%u@b\r\n"
                  "CSeq: %d ACK\r\nContent-Length: 0\r\n\r\n",
                  target, lport, i, s->gen, authed, caller, s->gen, tolen, to, i, s->gen, 1 + authed);
  qsend(&QA, n, &dst);
}
static void start_one(void) {
  if (!nfree) {
    nostart++;
    return;
  }
  int i = freel[--nfree];
  if (i >= hiw) hiw = i + 1;
  slot_t *s = &S[i];
  s->gen++;
  s->st = 1;
  s->authed = 0;
  s->t0 = tnow;
  s->user = userseq++ % users;
  started++;
  send_req(i, 0);
}
static void finish(int i, int good) {
  slot_t *s = &S[i];
  s->st = 0;
  freel[nfree++] = i;
  done++;
  if (good) ok++;
  else failed++;
}
static char *param(const char *v, int len, const char *name) { // name="value" or name=value in a header value
  int nl = strlen(name);
  for (int i = 0; i + nl + 1 < len; i++)
    if (!strncasecmp(v + i, name, nl) && v[i + nl] == '=' && (i == 0 || !isalnum((unsigned char)v[i - 1]))) {
      const char *p = v + i + nl + 1, *e;
      if (*p == '"') {
        p++;
        e = memchr(p, '"', v + len - p);
      } else {
        e = p;
        while (e < v + len && *e != ',' && *e != ';')
          e++;
      }
      if (!e) return NULL;
      return strndup(p, e - p);
    }
  return NULL;
}
// header iteration: name (resolved compact form) and value
typedef struct {
  const char *n, *v;
  int nl, vl;
} hd_t;
static int hdrs(char *b, int len, hd_t *h, int max) {
  char *p = memchr(b, '\n', len), *e = b + len;
  int k = 0;
  if (!p) return 0;
  p++;
  while (p < e && *p != '\r' && *p != '\n' && k < max) {
    char *nl = memchr(p, '\n', e - p);
    if (!nl) nl = e;
    char *le = nl;
    if (le > p && le[-1] == '\r') le--;
    char *c = memchr(p, ':', le - p);
    if (c) {
      h[k].n = p;
      char *q = c;
      while (q > p && (q[-1] == ' ' || q[-1] == '\t'))
        q--;
      h[k].nl = q - p;
      c++;
      while (c < le && (*c == ' ' || *c == '\t'))
        c++;
      h[k].v = c;
      h[k].vl = le - c;
      k++;
    }
    p = nl + 1;
  }
  return k;
}
static int is(hd_t *h, const char *name, char compact) {
  return (h->nl == (int)strlen(name) && !strncasecmp(h->n, name, h->nl)) ||
         (compact && h->nl == 1 && (h->n[0] | 32) == compact);
}
static void answer_challenge(int i, hd_t *auth) {
  slot_t *s = &S[i];
  chal++;
  free(s->nonce);
  free(s->realm);
  free(s->qop);
  s->nonce = param(auth->v, auth->vl, "nonce");
  s->realm = param(auth->v, auth->vl, "realm");
  s->qop = param(auth->v, auth->vl, "qop");
  s->authed = 1;
  send_req(i, 0);
}
static void on_resp(char *b, int len) {
  if (len < 12) return;
  int code = atoi(b + 8);
  hd_t h[64];
  int k = hdrs(b, len, h, 64);
  int i = -1, number = 0;
  uint32_t gen = 0;
  char meth = 0;
  hd_t *to = 0, *ct = 0, *auth = 0;
  for (int j = 0; j < k; j++) {
    if (is(&h[j], "Call-ID", 'i')) sscanf(h[j].v, "%d-%u", &i, &gen);
    else if (is(&h[j], "CSeq", 0)) {
      const char *p = h[j].v;
      number = atoi(p);
      while (isdigit((unsigned char)*p))
        p++;
      while (*p == ' ')
        p++;
      meth = *p;
    } else if (is(&h[j], "To", 't')) to = &h[j];
    else if (is(&h[j], "Contact", 'm')) ct = &h[j];
    else if (is(&h[j], "WWW-Authenticate", 0) || is(&h[j], "Proxy-Authenticate", 0)) {
      char *algorithm =
          param(h[j].v, h[j].vl, "algorithm"); // of several challenges the one that we can answer
      if (!algorithm || !strcasecmp(algorithm, "MD5")) auth = &h[j];
      free(algorithm);
    }
  }
  if (i < 0 || i >= MAXSLOT || !S[i].st || S[i].gen != gen) {
    dups++;
    if (mode == CALL && meth == 'I' && code >= 200 && code < 300 && i >= 0 && i < MAXSLOT && S[i].gen == gen)
      send_ack(i);
    return;
  }
  slot_t *s = &S[i];
  if (s->authed && number == 1) { // a repeat of the challenge
    dups++;
    if (mode == CALL && meth == 'I' && code >= 300 && to) send_ack_non2xx(i, 0, to->v, to->vl);
    return;
  }
  if (code < 200) {
    if (mode == CALL && s->st == 1) s->tnext = tnow + 32000000;
    return;
  }
  if (mode != CALL) {
    if (code == 401 && mode == REGISTER && pass && auth && !s->authed) {
      answer_challenge(i, auth);
      return;
    }
    hist_add(tnow - s->t0);
    finish(i, code < 300);
    return;
  }
  if (meth == 'I') {
    if (s->st != 1) {
      dups++;
      if (code < 300) send_ack(i);
      return;
    }
    if (code >= 300) {
      if (to) send_ack_non2xx(i, s->authed, to->v, to->vl);
      if (code == 407 && pass && auth && !s->authed) {
        answer_challenge(i, auth);
        return;
      }
      finish(i, 0);
      return;
    }
    hist_add(tnow - s->t0);
    s->rtag[0] = 0;
    if (to) {
      char *t = param(to->v, to->vl, "tag");
      if (t) {
        snprintf(s->rtag, sizeof s->rtag, "%s", t);
        free(t);
      }
    }
    snprintf(s->contact, sizeof s->contact, "sip:%s", target);
    if (ct) {
      const char *lt = memchr(ct->v, '<', ct->vl);
      if (lt) {
        const char *gt = memchr(lt, '>', ct->v + ct->vl - lt);
        if (gt) snprintf(s->contact, sizeof s->contact, "%.*s", (int)(gt - lt - 1), lt + 1);
      } else {
        const char *sc = memchr(ct->v, ';', ct->vl);
        snprintf(s->contact, sizeof s->contact, "%.*s", (int)(sc ? sc - ct->v : ct->vl), ct->v);
      }
    }
    int n = 0;
    s->route[0] = 0;
    for (int j = k - 1; j >= 0; j--)
      if (is(&h[j], "Record-Route", 0)) { // a comma list inside one line: take it reversed too
        const char *st[16];
        int ln[16], m = 0;
        const char *p = h[j].v, *e = p + h[j].vl;
        while (p < e && m < 16) {
          const char *gt = memchr(p, '>', e - p);
          if (!gt) gt = e - 1;
          const char *cm = memchr(gt, ',', e - gt);
          if (!cm) cm = e;
          st[m] = p;
          ln[m++] = cm - p;
          p = cm + 1;
          while (p < e && *p == ' ')
            p++;
        }
        for (int x = m - 1; x >= 0; x--)
          if (n < 500) n += snprintf(s->route + n, sizeof s->route - n, "Route: %.*s\r\n", ln[x], st[x]);
      }
    send_ack(i);
    s->st = 2;
    send_req(i, 0);
  } else if (meth == 'B' && s->st == 2) finish(i, code < 300);
  else dups++;
}
static void uas_req(char *b, int len, struct sockaddr_in *from, q_t *q) {
  hd_t h[64];
  int k = hdrs(b, len, h, 64);
  char m = b[0];
  if (m == 'A') return;
  struct sockaddr_in to = *from; // answer to the source (rport)
  int loops = m == 'I' ? 2 : 1;
  for (int l = 0; l < loops; l++) {
    char *o = qbuf(q);
    int n = (m == 'I' && l == 0) ? sprintf(o, "SIP/2.0 180 Ringing\r\n") : sprintf(o, "SIP/2.0 200 OK\r\n");
    for (int j = 0; j < k; j++) {
      if (is(&h[j], "Via", 'v') || (m == 'I' && is(&h[j], "Record-Route", 0)) || is(&h[j], "From", 'f') ||
          is(&h[j], "Call-ID", 'i') || is(&h[j], "CSeq", 0))
        n += sprintf(o + n, "%.*s: %.*s\r\n", h[j].nl, h[j].n, h[j].vl, h[j].v);
      else if (is(&h[j], "To", 't')) {
        char *t = param(h[j].v, h[j].vl, "tag");
        n += sprintf(o + n, "To: %.*s%s\r\n", h[j].vl, h[j].v, t ? "" : ";tag=uas1");
        free(t);
      }
    }
    if (m == 'I') n += sprintf(o + n, "Contact: <sip:bench@127.0.0.1:%d>\r\n", uasport);
    if (m == 'I' && l == 1)
      n += sprintf(o + n, "Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", (int)strlen(SDP),
                   SDP);
    else n += sprintf(o + n, "Content-Length: 0\r\n\r\n");
    qsend(q, n, &to);
  }
}
int main(int c, char **v) {
  double dur = 5, warm = 1;
  uint64_t maxn = 0;
  int o;
  while ((o = getopt(c, v, "m:h:p:l:u:w:r:d:W:n:U:a:P:D:t:")) > 0)
    switch (o) {
    case 'm':
      mode = !strcmp(optarg, "options") ? OPTIONS : !strcmp(optarg, "register") ? REGISTER : CALL;
      break;
    case 'h':
      host = optarg;
      break;
    case 'p':
      port = atoi(optarg);
      break;
    case 'l':
      lport = atoi(optarg);
      break;
    case 'u':
      uasport = atoi(optarg);
      break;
    case 'w':
      W = atoi(optarg);
      break;
    case 'r':
      rate = atof(optarg);
      break;
    case 'd':
      dur = atof(optarg);
      break;
    case 'W':
      warm = atof(optarg);
      break;
    case 'n':
      maxn = atoll(optarg);
      break;
    case 'U':
      users = atoi(optarg);
      break;
    case 'a':
      pass = optarg;
      break;
    case 'P':
      parse_pids(optarg);
      break;
    case 'D':
      domain = optarg;
      break;
    case 't':
      target = optarg;
      break;
    default:
      return 2;
    }
  if (!domain) domain = "127.0.0.1";
  dst = mkaddr(host, port);
  if (!target) {
    char *t = malloc(128);
    if (uasport) snprintf(t, 128, "bench@127.0.0.1:%d", uasport);
    else snprintf(t, 128, "bench@%s:%d", host, port);
    target = t;
  }
  if (pass) snprintf(caller, sizeof caller, "u0000000@%s", domain);
  if (mode == CALL) users = 1;
  fdA = udp_sock("127.0.0.1", lport);
  struct sockaddr_in la;
  socklen_t ll = sizeof la;
  getsockname(fdA, (void *)&la, &ll);
  lport = ntohs(la.sin_port);
  QA.fd = fdA;
  if (uasport) {
    fdB = udp_sock("127.0.0.1", uasport);
    QB.fd = fdB;
  }
  S = calloc(MAXSLOT, sizeof *S);
  freel = malloc(sizeof(int) * MAXSLOT);
  int nslot = rate ? (MAXSLOT) : W;
  if (nslot > MAXSLOT) nslot = MAXSLOT;
  for (int i = nslot - 1; i >= 0; i--)
    freel[nfree++] = i;
  int base = nfree;
  uint32_t g0 = (uint32_t)(now_us() & 0xffffff) << 4;
  for (int i = 0; i < nslot; i++)
    S[i].gen = g0;
  static char rb[MB][8192];
  struct mmsghdr r[MB];
  struct iovec ri[MB];
  struct sockaddr_in ra[MB];
  tnow = now_us();
  uint64_t t0 = tnow, tw = t0 + warm * 1e6, te = tw + dur * 1e6, last = t0, lastsweep = t0;
  double credit = 0;
  int measuring = 0, draining = 0;
  snap_t s0 = {0}, s1 = {0};
  uint64_t ok0 = 0, retx0 = 0, fail0 = 0, d0 = 0;
  uint64_t ok1 = 0, retx1 = 0, fail1 = 0;
  struct pollfd pf[2] = {{fdA, POLLIN, 0}, {fdB, POLLIN, 0}};
  for (;;) {
    tnow = now_us();
    int did = 0;
    if (!measuring && tnow >= tw) {
      measuring = 1;
      s0 = snap();
      ok0 = ok;
      retx0 = retx;
      fail0 = failed;
      d0 = dups;
      memset(g_hist, 0, sizeof g_hist);
      g_hn = 0;
    }
    if (!draining && (tnow >= te || (maxn && done >= maxn))) {
      draining = 1;
      s1 = snap();
      ok1 = ok;
      retx1 = retx;
      fail1 = failed;
      if (!measuring) {
        s0 = s1;
        s0.t = t0;
      }
      te = tnow;
    }
    if (draining && (nfree == base || tnow > te + 1500000)) break;
    if (!draining) {
      if (rate) {
        credit += (tnow - last) * rate / 1e6;
        last = tnow;
        if (credit > rate * 0.05 + 1) {
          late += credit - (rate * 0.05 + 1);
          credit = rate * 0.05 + 1;
        }
        while (credit >= 1) {
          start_one();
          credit -= 1;
          did = 1;
          if (maxn && started >= maxn) break;
        }
      } else
        while (nfree && (!maxn || started < maxn)) {
          start_one();
          did = 1;
          if (QA.n >= QN - 4) break;
        }
    }
    for (int f = 0; f < 2; f++) {
      int fd = f ? fdB : fdA;
      if (fd < 0) continue;
      for (int i = 0; i < MB; i++) {
        ri[i] = (struct iovec){rb[i], 8191};
        r[i].msg_hdr = (struct msghdr){
            .msg_iov = &ri[i], .msg_iovlen = 1, .msg_name = &ra[i], .msg_namelen = sizeof ra[i]};
      }
      int g = recvmmsg(fd, r, MB, MSG_DONTWAIT, NULL);
      if (g <= 0) continue;
      did = 1;
      for (int i = 0; i < g; i++) {
        int len = r[i].msg_len;
        rb[i][len] = 0;
        if (!memcmp(rb[i], "SIP/2.0", 7)) {
          if (f == 0) on_resp(rb[i], len);
        } else uas_req(rb[i], len, &ra[i], f ? &QB : &QA);
      }
    }
    if (QA.n) flush(&QA);
    if (fdB >= 0 && QB.n) flush(&QB);
    if (tnow - lastsweep > 20000) {
      lastsweep = tnow;
      for (int i = 0; i < hiw; i++)
        if (S[i].st && tnow >= S[i].tnext) {
          if (tnow - S[i].t0 > 32000000) {
            finish(i, 0);
            continue;
          }
          send_req(i, 1);
        }
      if (QA.n) flush(&QA);
    }
    if (!did) {
      struct timespec ts = {0, rate ? 200000 : 1000000};
      ppoll(pf, fdB >= 0 ? 2 : 1, &ts, NULL);
    }
  }
  double w = (s1.t - s0.t) / 1e6;
  int unfinished = base - nfree;
  printf(
      "{\"perSecond\":%.0f,\"done\":%lu,\"failed\":%lu,\"repeats\":%lu,\"unexpected\":%lu,\"unfinished\":%d,"
      "\"late\":%lu,\"p50\":%.2f,\"p99\":%.2f,\"challenges\":%lu",
      (ok1 - ok0) / w, ok1 - ok0, fail1 - fail0, retx1 - retx0, dups - d0, unfinished, late + nostart,
      hist_p(.5), hist_p(.99), chal);
  print_sut(stdout, s0, s1, ok1 - ok0);
  printf("}\n");
  return 0;
}

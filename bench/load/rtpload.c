// Load of media: calls of two telephones that send a packet each 20 ms through a relay, and how long each packet takes.
// rtpload -f MAP [-d seconds] [-W seconds before them] [-P pids]; a line of the map is a call:
// the ports of the telephones at 127.0.0.2 and 127.0.0.3, and the relay's towards them at 127.0.0.1. -n: with no relay between them.
#include "bench.h"
#include <sys/epoll.h>
#include <sys/resource.h>

#define MOST 40000
#define SIZE 172
static int fd[MOST];
static uint16_t seq[MOST];

int main(int c, char **v) {
  const char *map = "";
  int o, direct = 0;
  double dur = 4, warm = 2;
  while ((o = getopt(c, v, "f:d:W:P:n")) > 0) switch (o) {
      case 'f': map = optarg; break;
      case 'd': dur = atof(optarg); break;
      case 'W': warm = atof(optarg); break;
      case 'P': parse_pids(optarg); break;
      case 'n': direct = 1; break;
      default: return 2;
    }
  struct rlimit rl = {200000, 200000};
  setrlimit(RLIMIT_NOFILE, &rl);
  FILE *f = fopen(map, "r");
  int local[2], relay[2], n = 0, ep = epoll_create1(0);
  while (f && fscanf(f, "%d %d %d %d", &local[0], &local[1], &relay[0], &relay[1]) == 4 && n < MOST - 2)
    for (int i = 0; i < 2; i++) {
      fd[n] = udp_sock(i ? "127.0.0.3" : "127.0.0.2", local[i]);
      struct sockaddr_in to = mkaddr(direct ? (i ? "127.0.0.2" : "127.0.0.3") : "127.0.0.1", relay[i]);
      connect(fd[n], (void *)&to, sizeof to);
      struct epoll_event e = {.events = EPOLLIN, .data.u32 = n};
      epoll_ctl(ep, EPOLL_CTL_ADD, fd[n], &e);
      n++;
    }
  if (!n) {
    fprintf(stderr, "there is no call in %s\n", map);
    return 1;
  }
  uint64_t t0 = now_us(), from = t0 + warm * 1e6, until = from + dur * 1e6;
  uint64_t tx = 0, rx = 0, tx0 = 0, rx0 = 0, late = 0, k = 0;
  snap_t s0 = {0};
  int counting = 0;
  unsigned char p[2048], q[2048];
  memset(p, 0xd5, sizeof p);
  struct epoll_event ev[512];
  // Packet k of all is due at t0 + k * step: the sends are spread evenly over the 20 ms.
  double step = 20000.0 / n;
  for (;;) {
    uint64_t now = now_us();
    if (!counting && now >= from) {
      counting = 1;
      s0 = snap();
      tx0 = tx;
      rx0 = rx;
      g_hn = 0;
      memset(g_hist, 0, sizeof g_hist);
      late = 0;
    }
    if (now >= until) break;
    int burst = 0;
    while (t0 + (uint64_t)(k * step) <= now && burst < 256) {
      int i = k % n;
      k++;
      seq[i]++;
      p[0] = 0x80;
      p[1] = 0;
      p[2] = seq[i] >> 8;
      p[3] = seq[i];
      uint32_t ts = htonl((uint32_t)seq[i] * 160), ss = htonl(0x1000 + i);
      memcpy(p + 4, &ts, 4);
      memcpy(p + 8, &ss, 4);
      uint64_t sent = now_us();
      memcpy(p + 12, &sent, 8);
      if (send(fd[i], p, SIZE, 0) == SIZE) tx++;
      burst++;
    }
    if (burst == 256 && now - t0 > (uint64_t)(k * step) + 20000) late++;
    int g = epoll_wait(ep, ev, 512, burst ? 0 : 1);
    now = now_us();
    for (int j = 0; j < g; j++) {
      int l = recv(fd[ev[j].data.u32], q, sizeof q, 0);
      // RTCP of the relay is no packet of ours.
      if (l <= 0 || (q[1] >= 192 && q[1] <= 223)) continue;
      rx++;
      uint64_t sent;
      memcpy(&sent, q + 12, 8);
      if (counting && l == SIZE) hist_add(now > sent ? now - sent : 0);
    }
  }
  snap_t s1 = snap();
  double w = (s1.t - s0.t) / 1e6;
  long dt = tx - tx0, dr = rx - rx0;
  printf("{\"perSecond\":%.0f,\"done\":%ld,\"failed\":%ld,\"late\":%lu,\"p50\":%.2f,\"p95\":%.2f,\"p99\":%.2f", dr / w, dr,
         dt > dr ? dt - dr : 0, late, hist_p(.5), hist_p(.95), hist_p(.99));
  print_sut(stdout, s0, s1, dr);
  printf("}\n");
  return 0;
}

// What the load generator counts with: the clock, the CPU time of the system under test, and a histogram.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static inline uint64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000ull + t.tv_nsec / 1000;
}

// ---- CPU of the system under test (pids in -P a,b,c), whole process groups of threads, in clock ticks
#define MAXPID 32
static int g_pids[MAXPID], g_npid;
static void parse_pids(const char *s) {
  char *d = strdup(s), *p = strtok(d, ",");
  while (p && g_npid < MAXPID) {
    g_pids[g_npid++] = atoi(p);
    p = strtok(NULL, ",");
  }
  free(d);
}
static void proc_cpu(double *user, double *sys, long *rss_kb) {
  *user = *sys = 0;
  *rss_kb = 0;
  long hz = sysconf(_SC_CLK_TCK);
  for (int i = 0; i < g_npid; i++) {
    char fn[64], buf[2048];
    snprintf(fn, sizeof fn, "/proc/%d/stat", g_pids[i]);
    FILE *f = fopen(fn, "r");
    if (!f) continue;
    size_t n = fread(buf, 1, sizeof buf - 1, f);
    buf[n] = 0;
    fclose(f);
    char *p = strrchr(buf, ')');
    if (!p) continue;
    unsigned long ut = 0, st = 0;
    long rss = 0;
    sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %*d %*d %*u %*u %ld",
           &ut, &st, &rss);
    *user += (double)ut / hz;
    *sys += (double)st / hz;
    *rss_kb += rss * 4;
  }
}
// busy seconds of each CPU from /proc/stat (cpu0, cpu1), to see load that is not ours
static void cores_busy(double *b, double *steal, int n) {
  FILE *f = fopen("/proc/stat", "r");
  char l[512];
  long hz = sysconf(_SC_CLK_TCK);
  for (int i = 0; i < n; i++) {
    b[i] = 0;
    steal[i] = 0;
  }
  while (f && fgets(l, sizeof l, f)) {
    int c;
    unsigned long u, ni, s, id, io, irq, sirq, st;
    if (sscanf(l, "cpu%d %lu %lu %lu %lu %lu %lu %lu %lu", &c, &u, &ni, &s, &id, &io, &irq, &sirq, &st) ==
            9 &&
        c >= 0 && c < n) {
      b[c] = (double)(u + ni + s + irq + sirq) / hz;
      steal[c] = (double)st / hz;
    }
  }
  if (f) fclose(f);
}
typedef struct {
  uint64_t t;
  double u, s;
  long rss;
  double busy[2], steal[2];
} snap_t;
static snap_t snap(void) {
  snap_t x;
  x.t = now_us();
  proc_cpu(&x.u, &x.s, &x.rss);
  cores_busy(x.busy, x.steal, 2);
  return x;
}
// The rest of the JSON object: microseconds of CPU for each operation, memory, and how busy the cores were.
static void print_sut(FILE *o, snap_t a, snap_t b, double ops) {
  double w = (b.t - a.t) / 1e6, cu = b.u - a.u, cs = b.s - a.s;
  fprintf(o, ",\"user\":%.3f,\"system\":%.3f,\"cpu\":%.3f,\"cpuShare\":%.3f,\"rssMegabytes\":%.1f",
          ops ? cu * 1e6 / ops : 0, ops ? cs * 1e6 / ops : 0, ops ? (cu + cs) * 1e6 / ops : 0, (cu + cs) / w,
          b.rss / 1024.0);
  fprintf(o, ",\"core0\":%.3f,\"core1\":%.3f,\"steal\":%.3f", (b.busy[0] - a.busy[0]) / w,
          (b.busy[1] - a.busy[1]) / w, (b.steal[0] - a.steal[0] + b.steal[1] - a.steal[1]) / w / 2);
}
// ---- latency histogram, 10 us buckets up to 5 s
#define HB 500000
static uint32_t g_hist[HB + 1];
static uint64_t g_hn;
static inline void hist_add(uint64_t us) {
  uint64_t b = us / 10;
  if (b > HB) b = HB;
  g_hist[b]++;
  g_hn++;
}
static double hist_p(double p) {
  uint64_t want = (uint64_t)(g_hn * p), c = 0;
  for (int i = 0; i <= HB; i++) {
    c += g_hist[i];
    if (c > want) return i * 0.01;
  }
  return 0;
}

static struct sockaddr_in mkaddr(const char *h, int port) {
  struct sockaddr_in a;
  memset(&a, 0, sizeof a);
  a.sin_family = AF_INET;
  a.sin_port = htons(port);
  inet_pton(AF_INET, h, &a.sin_addr);
  return a;
}
static int udp_sock(const char *h, int port) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  int v = 4 << 20;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &v, sizeof v);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &v, sizeof v);
  struct sockaddr_in a = mkaddr(h, port);
  if (bind(fd, (void *)&a, sizeof a)) {
    perror("bind");
    exit(1);
  }
  return fd;
}

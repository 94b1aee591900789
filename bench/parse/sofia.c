// Parses one message with sofia-sip for some seconds and prints the CPU time of each time as JSON. Usage: sofia FILE SECONDS
// msg_make and sip_object: the headers that it knows are parsed at once, so the seven fields cost nothing more.
#include <sofia-sip/msg.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double cpu_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
  static char bytes[65536];
  if (count < 3) return 2;
  FILE *file = fopen(arguments[1], "r");
  if (!file) return 2;
  size_t length = fread(bytes, 1, sizeof bytes - 1, file);
  double seconds = atof(arguments[2]), begun = cpu_seconds(), taken;
  const msg_mclass_t *class = sip_default_mclass();
  long done = 0;
  do {
    for (int i = 0; i < 200; i++) {
      msg_t *message = msg_make(class, 0, bytes, length);
      sip_t *sip = sip_object(message);
      if (!sip || !sip->sip_via || !sip->sip_call_id) return 1;
      msg_destroy(message);
    }
    done += 200;
    taken = cpu_seconds() - begun;
  } while (taken < seconds);
  printf("{\"cpu\":%.4f,\"done\":%ld}\n", taken * 1e6 / done, done);
}

"""Two threads of a service hand one byte to and fro through pipes: a switch for each."""
from lab import Lab

PROGRAM = r'''
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <unistd.h>
static int there[2], back[2];
static void *echo(void *unused) { char byte; (void)unused; while (read(there[0], &byte, 1) == 1) if (write(back[1], &byte, 1) != 1) break; return 0; }
int main(void) {
  pthread_t thread; char byte = 'x'; cpu_set_t one;
  CPU_ZERO(&one); CPU_SET(0, &one); sched_setaffinity(0, sizeof one, &one);
  if (pipe(there) || pipe(back) || pthread_create(&thread, 0, echo, 0)) return 1;
  for (;;) if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1) return 1;
}
'''

with Lab() as lab:
    service = lab.c(PROGRAM)
    lab.ready(pid=service.pid, comm=service.name)

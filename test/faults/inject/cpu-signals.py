"""One process of a service sends signals to another without a pause."""
from lab import Lab

PROGRAM = r'''
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>
static void ignore(int number) { (void)number; }
int main(void) {
  signal(SIGUSR1, ignore);
  pid_t parent = getpid();
  if (fork() == 0) for (;;) if (kill(parent, SIGUSR1)) return 1;
  for (;;) pause();
}
'''

with Lab() as lab:
    service = lab.c(PROGRAM)
    lab.ready(pid=service.pid, comm=service.name)

"""A service asks for events with a timeout of zero, for ever, instead of waiting for them."""
from lab import Lab

PROGRAM = r'''
#include <poll.h>
#include <unistd.h>
int main(void) {
  int ends[2];
  if (pipe(ends)) return 1;
  struct pollfd waiting = { ends[0], POLLIN, 0 };
  for (;;) if (poll(&waiting, 1, 0) != 0) return 1;
}
'''

with Lab() as lab:
    service = lab.c(PROGRAM)
    lab.ready(pid=service.pid, comm=service.name)

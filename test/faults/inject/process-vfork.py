"""A service starts its helpers with vfork(), and the helper hangs before its exec: the service stands in uninterruptible sleep meanwhile."""
from lab import Lab, status

PROGRAM = r'''
#define _GNU_SOURCE
#include <unistd.h>
int main(void) {
  for (;;) if (vfork() == 0) { for (;;) pause(); }
}
'''

with Lab() as lab:
    service = lab.c(PROGRAM)
    lab.wait_until(lambda: status(service.pid, 'State').startswith('D'), 'a task in uninterruptible sleep')
    lab.ready(pid=service.pid, comm=service.name)

"""A service arms a timer for every 40 microseconds and wakes for each of them."""
from lab import Lab

PROGRAM = r'''
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <unistd.h>
int main(void) {
  struct itimerspec often = {{0, 40000}, {0, 40000}};
  uint64_t expired;
  int timer = timerfd_create(CLOCK_MONOTONIC, 0);
  prctl(PR_SET_TIMERSLACK, 1UL);
  timerfd_settime(timer, 0, &often, 0);
  while (read(timer, &expired, sizeof expired) == sizeof expired) ;
}
'''

with Lab() as lab:
    service = lab.c(PROGRAM)
    lab.ready(pid=service.pid, comm=service.name)

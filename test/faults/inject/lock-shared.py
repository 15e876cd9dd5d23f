"""The workers of a service share one mutex in shared memory, and whoever has it sleeps under it: eight do the work of one."""
import os

from lab import Lab, read

PROGRAM = r'''
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>
int main(void) {
  pthread_mutex_t *stock = mmap(0, sizeof *stock, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pthread_mutexattr_t shared;
  pthread_mutexattr_init(&shared);
  pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(stock, &shared);
  int workers = 0;
  while (workers < 8 && fork() != 0) workers++;
  if (workers == 8) pause();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (;;) {
    usleep(2000); /* work of its own */
    pthread_mutex_lock(stock);
    usleep(20000); /* a slow call, under the lock */
    pthread_mutex_unlock(stock);
  }
}
'''


def waiting(service):
    """Its workers that stand in futex; it waits for them and takes no part."""
    for pid in map(int, filter(str.isdigit, os.listdir('/proc'))):
        try:
            if pid != service and os.getpgid(pid) == service and 'futex' in read(f'/proc/{pid}/wchan'):
                yield pid
        except OSError:
            pass


with Lab() as lab:
    service = lab.c(PROGRAM)
    queue = []

    def long():
        queue[:] = waiting(service.pid)
        return len(queue) >= 5

    lab.wait_until(long, 'a queue at the lock')
    lab.ready(pid=queue[0], comm=service.name)

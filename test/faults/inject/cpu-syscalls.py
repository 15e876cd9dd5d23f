"""A service writes one byte at a time: a million system calls a second for no work."""
from lab import Lab

PROGRAM = r'''
#include <fcntl.h>
#include <unistd.h>
int main(void) { int fd = open("/dev/null", O_WRONLY); for (;;) if (write(fd, "x", 1) != 1) return 1; }
'''

with Lab() as lab:
    service = lab.c(PROGRAM)
    lab.ready(pid=service.pid, comm=service.name)

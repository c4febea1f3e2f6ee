#include "tools/common/program.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

void program_start(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd < 0) {
        abort(); // no /dev/null, or no descriptor left: nothing can work
    }
    close(fd);
    signal(SIGCHLD, SIG_DFL);
}

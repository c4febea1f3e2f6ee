#include "tools/common/program.h"

#include "tools/common/lost_file.h"
#include "tools/common/report.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void program_start(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd < 0) {
        report_say(program_invocation_short_name, "cannot open /dev/null: %s", strerror(errno));
        exit(EXIT_FAILED); // nothing can work without
    }
    close(fd);
    signal(SIGCHLD, SIG_DFL);
    signal(SIGXFSZ, SIG_IGN); // past `ulimit -f` writing fails, and says so
    lost_file_install();
}

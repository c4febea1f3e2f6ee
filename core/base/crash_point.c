#include "core/base/crash_point.h"

#ifdef TRIPTYCH_CRASH_POINTS

#include "core/base/text.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

void crash_point(const char *name)
{
    static int passed;
    const char *wanted = getenv("TRIPTYCH_TEST_CRASH");
    size_t length = strlen(name);
    int count = 1;
    if (!wanted || strncmp(wanted, name, length) != 0) {
        return;
    }
    if (wanted[length] == ':' ? !text_to_int(wanted + length + 1, 1, 1000000, &count)
                              : wanted[length] != 0) {
        return;
    }
    if (++passed == count) {
        raise(SIGKILL);
    }
}

#else

// ISO C wants something in every file.
typedef int crash_points_are_not_compiled_in;

#endif

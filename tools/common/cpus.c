#include "tools/common/cpus.h"

#include <sched.h>

int cpus_available(int limit)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) < 0) {
        return 1; // more CPUs than the set can tell: the user says how many
    }
    int count = CPU_COUNT(&set);
    return count < limit ? count : limit;
}

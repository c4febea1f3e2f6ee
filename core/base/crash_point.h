#ifndef BASE_CRASH_POINT_H
#define BASE_CRASH_POINT_H

/* A named place where tests kill the process, to see that it can be killed
 * there. Compiled in by -Dcrash_points=true only; in any other build it is
 * nothing.
 *
 * TRIPTYCH_TEST_CRASH=NAME kills (SIGKILL) at the first passing of NAME,
 * NAME:4 at the fourth. Main thread only. */
#ifdef TRIPTYCH_CRASH_POINTS
void crash_point(const char *name);
#else
static inline void crash_point(const char *name)
{
    (void)name;
}
#endif

#endif

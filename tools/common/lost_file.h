#ifndef TOOLS_LOST_FILE_H
#define TOOLS_LOST_FILE_H

/* A mapped file that becomes shorter, or unreadable, while it is in use (see
 * core/base/mapping.h): say so and end with EXIT_FAILED, instead of dying of
 * SIGBUS. The end is immediate, in whatever thread found out: nothing is
 * written any more, and what was being written stays PATH.partial, which the
 * next run replaces or takes up. Any other SIGBUS is left as it is.
 *
 * Children put the default back (core/base/child.h): one that dies of SIGBUS is
 * a reader that crashed. */
void lost_file_install(void);

#endif

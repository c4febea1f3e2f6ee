#ifndef TOOLS_SAME_FILE_H
#define TOOLS_SAME_FILE_H

#include "core/base/error.h"

#include <stdbool.h>

/* Do two names lead to one file, to one that exists, or to one that is still to be
 * written: the same last word in the same folder? */
bool same_file(const char *a, const char *b);

/* ERR_USAGE where `output` is the file `input`, which --force would destroy:
 * "-o pack.h5: that is the pack; another name is needed". `option` is as it is typed,
 * `what` says what the input is. */
int same_file_refuse(const char *option, const char *output, const char *input,
                     const char *what, struct error *err) MUST_CHECK;

#endif

#ifndef LIBRARY_GIVE_MESSAGE_H
#define LIBRARY_GIVE_MESSAGE_H

#include "core/base/error.h"

#include <stddef.h>
#include <stdio.h>

/* Hand an error's text to a caller of the library: cut to `size` bytes, the NUL among
 * them; nowhere if message is NULL or size 0. Returns -1, what the library fails with. */
static inline int give_message(char *message, size_t size, const struct error *err)
{
    if (message && size > 0) {
        snprintf(message, size, "%s", err->text);
    }
    return -1;
}

#endif

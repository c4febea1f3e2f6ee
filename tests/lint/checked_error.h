#ifndef LINT_CHECKED_ERROR_H
#define LINT_CHECKED_ERROR_H

#include "../../core/base/error.h" // no -I: the library's example has none

/* For static checkers alone, which see one source at a time and do not know what
 * core/base/error.c makes of its arguments: whoever reports an error returns a
 * negative code. They would go on from failures as if all were well. Never compiled
 * into anything. */

#define error_set(err, code, ...) ((void)(error_set)(err, code, __VA_ARGS__), (code))
#define error_errno(err, number, ...) ((void)(error_errno)(err, number, __VA_ARGS__), ERR_IO)
#define error_nomem(err, what) ((void)(error_nomem)(err, what), ERR_NOMEM)

#endif

#ifndef TEST_CHILD_FIXTURE_H
#define TEST_CHILD_FIXTURE_H

#include "core/base/child.h"

#include <stddef.h>

/* Calls of child_call() with what tests have in common. All fail the running
 * test when something is not as it must be. */

typedef int (*child_function)(struct child_buffer *out, void *context, struct error *err);

/* A call named "some.file": no descriptor, 4096 bytes of result, 20 s. */
struct child_call plain_call(child_function run);

/* A file in TMPDIR that holds this text and has no name any more. The caller closes it. */
int nameless_file(const char *text);

/* Make a call that must fail with this code and leave its outputs alone. */
struct error fail_call(const struct child_call *call, int code);

/* The same of a plain call, whose message must contain `why`. */
void assert_fails(child_function run, int code, const char *why);

/* Make a call that must succeed; the caller frees the result. */
void *good_call(const struct child_call *call, size_t *ret_size);

#endif

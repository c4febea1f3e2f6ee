#ifndef TEST_PACK_FIXTURE_H
#define TEST_PACK_FIXTURE_H

#include "formats/pack.h"

#include <stdbool.h>
#include <stddef.h>

/* A little pack for tests: 6 clips of 2 samples of 3 frames, 8x6 pixels, 3
 * classes, 2 splits; clip 3 is unlabelled, clip 4 failed, clip 5 repeated. */

enum { FIXTURE_CLIPS = 6, FIXTURE_K = 2, FIXTURE_T = 3, FIXTURE_H = 6, FIXTURE_W = 8 };
enum { FIXTURE_SLOT = FIXTURE_T * FIXTURE_H * FIXTURE_W * 3, FIXTURE_FAILED = 4 };

struct pack_plan fixture_plan(void);

/* What clip `index` gave; the arrays are static, until the next call. */
struct pack_result fixture_result(size_t index);

/* Write it, the clips put in this order (NULL: 0, 1, ...). Asserts success. */
void fixture_write(const char *path, const size_t *order);

/* cmocka group set-up and tear-down: a fresh scratch folder to work in. */
int fixture_enter(void **state);
int fixture_leave(void **state);

#endif

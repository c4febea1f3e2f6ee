#ifndef TEST_TREE_FIXTURE_H
#define TEST_TREE_FIXTURE_H

#include "core/base/error.h"

#include <stddef.h>

/* Little trees of files for tests. Each test runs in a fresh, empty working
 * folder: give tree_enter and tree_leave to cmocka. Everything asserts. */

int tree_enter(void **state);
int tree_leave(void **state);

/* Write a file, and the folders above it. */
void tree_put(const char *path, const char *text);

/* The same of bytes. */
void tree_put_bytes(const char *path, const void *data, size_t size);

/* What is in a file of at most 64 MiB; behind it a NUL. The caller frees it. */
char *tree_get(const char *path, size_t *ret_size);

void tree_assert_same(const char *a, const char *b);

/* A folder, and those above it. */
void tree_folder(const char *path);

void tree_link(const char *target, const char *path);

/* The call failed with this code, and its message holds both texts. */
void assert_error(const struct error *err, int code, int expected, const char *text,
                  const char *other);

#endif

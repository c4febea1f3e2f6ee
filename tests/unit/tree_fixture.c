#include "tests/unit/tree_fixture.h"

#include "core/base/io.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char scratch[4096];

int tree_enter(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    int n = snprintf(scratch, sizeof scratch, "%s/tree-XXXXXX", base ? base : "/tmp");
    return n < (int)sizeof scratch && mkdtemp(scratch) && chdir(scratch) == 0 ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

int tree_leave(void **state)
{
    (void)state;
    return chdir("/") == 0 && nftw(scratch, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : -1;
}

// The folders above the last part of a path.
static void make_parents(const char *path)
{
    char parent[4096];
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(parent, sizeof parent, "%.*s", (int)(slash - path), path);
        if (parent[0]) {
            (void)mkdir(parent, 0777); // it may be there
        }
    }
}

void tree_put_bytes(const char *path, const void *data, size_t size)
{
    make_parents(path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

void tree_put(const char *path, const char *text)
{
    tree_put_bytes(path, text, strlen(text));
}

char *tree_get(const char *path, size_t *ret_size)
{
    struct error err = ERROR_INIT;
    char *bytes = NULL;
    if (io_read_file(&bytes, ret_size, path, (size_t)1 << 26, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return bytes;
}

void tree_assert_same(const char *a, const char *b)
{
    size_t size_a, size_b;
    char *bytes_a = tree_get(a, &size_a), *bytes_b = tree_get(b, &size_b);
    for (size_t i = 0; i < size_a && i < size_b; i++) {
        if (bytes_a[i] != bytes_b[i]) {
            fail_msg("%s and %s differ at byte %zu", a, b, i);
        }
    }
    assert_int_equal(size_a, size_b);
    free(bytes_a);
    free(bytes_b);
}

void tree_folder(const char *path)
{
    make_parents(path);
    assert_int_equal(mkdir(path, 0777), 0);
}

void tree_link(const char *target, const char *path)
{
    make_parents(path);
    assert_int_equal(symlink(target, path), 0);
}

void assert_error(const struct error *err, int code, int expected, const char *text,
                  const char *other)
{
    if (code != expected || !strstr(err->text, text) || !strstr(err->text, other)) {
        fail_msg("code %d (expected %d): '%s' should hold '%s' and '%s'", code, expected,
                 err->text, text, other);
    }
    assert_int_equal(err->code, code);
}

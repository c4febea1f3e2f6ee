#include "tests/unit/child_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct child_call plain_call(child_function run)
{
    return (struct child_call){.name = "some.file", .fd = -1, .capacity = 4096,
                               .timeout_ms = 20000, .run = run};
}

int nameless_file(const char *text)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/child-XXXXXX", folder ? folder : "/tmp");
    assert_true(n < (int)sizeof path);
    int fd = mkstemp(path);
    assert_true(fd >= 0 && unlink(path) == 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    return fd;
}

struct error fail_call(const struct child_call *call, int code)
{
    struct sandbox sandbox = sandbox_defaults();
    struct error err = ERROR_INIT;
    char untouched;
    void *data = &untouched;
    size_t size = 77;
    assert_int_equal(child_call(&data, &size, call, &sandbox, &err), code);
    assert_int_equal(err.code, code);
    assert_ptr_equal(data, &untouched);
    assert_int_equal(size, 77);
    return err;
}

void assert_fails(child_function run, int code, const char *why)
{
    struct child_call call = plain_call(run);
    struct error err = fail_call(&call, code);
    if (!strstr(err.text, why)) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
    }
}

void *good_call(const struct child_call *call, size_t *ret_size)
{
    struct sandbox sandbox = sandbox_defaults();
    struct error err = ERROR_INIT;
    void *data = NULL;
    if (child_call(&data, ret_size, call, &sandbox, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return data;
}

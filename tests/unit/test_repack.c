#include "tools/pack/repack.h"

#include "tests/unit/pack_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

// Two packs in turns; `shrink` loses its last bytes when the last clip is asked for.
struct sources {
    struct pack *packs[2];
    const char *shrink; // NULL: neither
    off_t lost;         // bytes
};

static void find(const void *context, size_t clip, const struct pack **ret_pack, size_t *ret_row)
{
    const struct sources *sources = context;
    struct stat status;
    *ret_pack = sources->packs[clip % 2];
    *ret_row = clip * FIXTURE_K;
    if (clip == FIXTURE_CLIPS - 1 && sources->shrink) {
        assert_int_equal(stat(sources->shrink, &status), 0);
        assert_int_equal(truncate(sources->shrink, status.st_size - sources->lost), 0);
    }
}

static struct pack_clip clip_of(const void *context, size_t clip)
{
    const struct sources *sources = context;
    return repack_clip(sources->packs[clip % 2], clip * FIXTURE_K);
}

static int repack(struct sources *sources, struct error *err)
{
    static const char *const names[] = {"a.h5", "b.h5"};
    struct sandbox sandbox = sandbox_defaults();
    sandbox.mode = SANDBOX_AUTO;
    for (int i = 0; i < 2; i++) {
        fixture_write(names[i], NULL);
        assert_int_equal(pack_open(&sources->packs[i], names[i], &sandbox, err), 0);
    }
    struct pack_plan plan = repack_plan(sources->packs[0], FIXTURE_CLIPS);
    plan.clip = clip_of;
    plan.context = sources;
    int code = repack_write(&plan, find, sources, "new.h5", false, SANDBOX_AUTO, err);
    for (int i = 0; i < 2; i++) {
        pack_close(&sources->packs[i]);
        unlink(names[i]);
    }
    return code;
}

static void test_packs_that_stay(void **state)
{
    (void)state;
    struct sources sources = {.shrink = NULL};
    struct error err = ERROR_INIT;
    assert_int_equal(repack(&sources, &err), 0);
    assert_int_equal(access("new.h5", F_OK), 0);
    unlink("new.h5");
}

// By less than a page: nothing raises a signal, zeros are read.
static void test_packs_that_shrink(void **state)
{
    (void)state;
    static const char *const names[] = {"a.h5", "b.h5"};
    for (int i = 0; i < 2; i++) {
        struct sources sources = {.shrink = names[i], .lost = 1};
        struct error err = ERROR_INIT;
        char message[80];
        assert_int_equal(repack(&sources, &err), ERR_IO);
        snprintf(message, sizeof message, "%s: became shorter", names[i]);
        assert_memory_equal(err.text, message, strlen(message));
        assert_int_equal(access("new.h5", F_OK), -1);
        assert_int_equal(access("new.h5.partial", F_OK), -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packs_that_stay),
        cmocka_unit_test(test_packs_that_shrink),
    };
    return cmocka_run_group_tests_name("repack", tests, fixture_enter, fixture_leave);
}

/* Folders that a pack is exported to. */

#include "formats/pack.h"
#include "tests/unit/pack_fixture.h"
#include "tools/pack/export_folder.h"
#include "tools/pack/npy_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

// The pack is mapped; then its file loses `lost` bytes, and it is exported.
static int export_after(off_t lost, struct error *err)
{
    struct sandbox sandbox = sandbox_defaults();
    struct pack *pack;
    struct stat status;
    fixture_write("a.h5", NULL);
    assert_int_equal(pack_open(&pack, "a.h5", &sandbox, err), 0);
    assert_int_equal(stat("a.h5", &status), 0);
    assert_int_equal(truncate("a.h5", status.st_size - lost), 0);
    int code = npy_folder_write("out", pack, err);
    pack_close(&pack);
    unlink("a.h5");
    return code;
}

// By less than a page: nothing raises a signal, zeros are read.
static void test_a_pack_that_shrinks(void **state)
{
    (void)state;
    static const char message[] = "a.h5: became shorter";
    struct error err = ERROR_INIT;
    assert_int_equal(export_after(1, &err), ERR_IO);
    assert_memory_equal(err.text, message, sizeof message - 1);
    assert_int_equal(access("out", F_OK), -1);
    assert_int_equal(access("out.partial", F_OK), -1);
}

static void test_a_pack_that_stays(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    assert_int_equal(export_after(0, &err), 0);
    assert_int_equal(access("out/frames.npy", F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pack_that_shrinks),
        cmocka_unit_test(test_a_pack_that_stays),
    };
    return cmocka_run_group_tests_name("pack_export", tests, fixture_enter, fixture_leave);
}

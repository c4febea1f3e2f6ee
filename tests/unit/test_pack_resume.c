#include "core/base/io.h"
#include "formats/pack.h"
#include "tests/unit/pack_fixture.h"

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

static const char name[] = "r.h5";
static uint64_t stamps[FIXTURE_CLIPS]; // what the sources are like now

static uint64_t stamp_of(const void *context, size_t index)
{
    (void)context;
    return stamps[index];
}

static void must(int code, const struct error *err)
{
    if (code < 0) {
        fail_msg("%s", err->text);
    }
}

static int begin(struct pack_writer **ret, struct pack_kept *kept, const struct pack_plan *plan,
                 bool restart, struct error *err)
{
    struct sandbox sandbox = sandbox_defaults();
    const struct pack_resume resume = {.restart = restart, .stamp = stamp_of,
                                       .sandbox = &sandbox};
    *kept = (struct pack_kept){.clips = 77};
    return pack_begin(ret, kept, name, &resume, plan, err);
}

static void put(struct pack_writer *writer, size_t clip, bool transient)
{
    struct error err = ERROR_INIT;
    struct pack_result result = fixture_result(clip);
    result.stamp = stamps[clip];
    result.transient = transient;
    must(pack_put(writer, clip, &result, &err), &err);
}

// Begin, put clips 2 and the failed one, stop.
static void leave_unfinished(bool transient)
{
    struct error err = ERROR_INIT;
    struct pack_plan plan = fixture_plan();
    struct pack_writer *writer = NULL;
    struct pack_kept kept;
    for (size_t i = 0; i < FIXTURE_CLIPS; i++) {
        stamps[i] = 1000 + i;
    }
    must(begin(&writer, &kept, &plan, false, &err), &err);
    assert_int_equal(kept.clips, 0);
    put(writer, 2, false);
    put(writer, FIXTURE_FAILED, transient);
    pack_suspend(&writer);
    assert_null(writer);
    assert_int_equal(access("r.h5", F_OK), -1);
}

// Put what is missing; the pack must be that of a run without a stop.
static void finish(struct pack_writer *writer)
{
    struct error err = ERROR_INIT;
    struct sandbox sandbox = sandbox_defaults();
    for (size_t i = FIXTURE_CLIPS; i-- > 0;) {
        if (!pack_has(writer, i)) {
            put(writer, i, false);
        }
    }
    must(pack_finish(&writer, &sandbox, &err), &err);
    fixture_write("whole.h5", NULL);
    char *whole, *resumed;
    size_t whole_size, resumed_size;
    must(io_read_file(&whole, &whole_size, "whole.h5", 1 << 24, &err), &err);
    must(io_read_file(&resumed, &resumed_size, name, 1 << 24, &err), &err);
    assert_int_equal(whole_size, resumed_size);
    assert_memory_equal(whole, resumed, whole_size);
    free(whole);
    free(resumed);
    assert_int_equal(access("r.h5.journal", F_OK), -1);
    assert_int_equal(access("r.h5.partial", F_OK), -1);
}

static void test_it_goes_on(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct pack_plan plan = fixture_plan();
    struct pack_writer *writer = NULL;
    struct pack_kept kept;
    leave_unfinished(false);
    must(begin(&writer, &kept, &plan, false, &err), &err);
    assert_int_equal(kept.clips, 2);
    assert_int_equal(kept.failed, 1);
    assert_int_equal(kept.lost, 0);
    assert_false(kept.damaged || kept.finished);
    for (size_t i = 0; i < FIXTURE_CLIPS; i++) {
        assert_int_equal(pack_has(writer, i), i == 2 || i == FIXTURE_FAILED);
    }
    finish(writer);
}

static void test_failed_by_chance_is_tried_again(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct pack_plan plan = fixture_plan();
    struct pack_writer *writer = NULL;
    struct pack_kept kept;
    leave_unfinished(true);
    must(begin(&writer, &kept, &plan, false, &err), &err);
    assert_int_equal(kept.clips, 1);
    assert_int_equal(kept.failed, 0);
    assert_false(pack_has(writer, FIXTURE_FAILED));
    finish(writer);
}

static void test_failed_clip_with_another_file_is_tried_again(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct pack_plan plan = fixture_plan();
    struct pack_writer *writer = NULL;
    struct pack_kept kept;
    leave_unfinished(false);
    stamps[FIXTURE_FAILED]++;
    must(begin(&writer, &kept, &plan, false, &err), &err);
    assert_true(pack_has(writer, 2));
    assert_false(pack_has(writer, FIXTURE_FAILED));
    finish(writer);
}

// Refused, and everything is as it was: the old plan still goes on.
static void expect_refusal(const struct pack_plan *plan, const char *text)
{
    struct error err = ERROR_INIT;
    struct pack_writer *writer = NULL;
    struct pack_kept kept;
    assert_int_equal(begin(&writer, &kept, plan, false, &err), ERR_VALUE);
    assert_null(writer);
    if (!strstr(err.text, text)) {
        fail_msg("'%s' should hold '%s'", err.text, text);
    }
}

static void test_others_are_refused(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct pack_plan plan = fixture_plan(), other = fixture_plan();
    struct pack_writer *writer = NULL;
    struct pack_kept kept;
    leave_unfinished(false);
    struct pack_attribute attributes[3];
    memcpy(attributes, plan.attributes, sizeof attributes);
    attributes[0].integer = 7;
    other.attributes = attributes;
    expect_refusal(&other, "seed 54321, now 7");
    stamps[2]++; // the source of a packed clip
    expect_refusal(&plan, "na\xc3\xafve.avi");
    stamps[2]--;
    must(begin(&writer, &kept, &plan, false, &err), &err);
    assert_int_equal(kept.clips, 2);
    pack_suspend(&writer);
    // Thrown away when asked to.
    stamps[2]++;
    must(begin(&writer, &kept, &plan, true, &err), &err);
    assert_int_equal(kept.clips, 0);
    finish(writer);
}

// A hole of a gigabyte would be read for minutes, one of a terabyte for days.
static void test_endless_journal_is_refused(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct pack_plan plan = fixture_plan();
    struct pack_writer *writer = NULL;
    struct pack_kept kept;
    struct stat status;
    leave_unfinished(false);
    assert_int_equal(stat("r.h5.journal", &status), 0);
    assert_int_equal(truncate("r.h5.journal", (off_t)1 << 40), 0);
    expect_refusal(&plan, "clips; --restart begins anew");
    assert_int_equal(truncate("r.h5.journal", status.st_size + 64 * 500), 0); // a hole that may be
    must(begin(&writer, &kept, &plan, false, &err), &err);
    assert_int_equal(kept.clips, 2);
    finish(writer);
}

static void test_nothing_is_left_of_nothing(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct pack_plan plan = fixture_plan();
    struct pack_writer *writer = NULL;
    struct pack_kept kept;
    must(begin(&writer, &kept, &plan, false, &err), &err);
    assert_int_equal(pack_suspend(&writer), 0);
    assert_int_equal(access("r.h5.journal", F_OK), -1);
    assert_int_equal(access("r.h5.partial", F_OK), -1);
    must(begin(&writer, &kept, &plan, false, &err), &err);
    put(writer, 0, false);
    pack_abandon(&writer);
    assert_int_equal(access("r.h5.journal", F_OK), -1);
    assert_int_equal(access("r.h5.partial", F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_it_goes_on, fixture_enter, fixture_leave),
        cmocka_unit_test_setup_teardown(test_failed_by_chance_is_tried_again, fixture_enter,
                                        fixture_leave),
        cmocka_unit_test_setup_teardown(test_failed_clip_with_another_file_is_tried_again,
                                        fixture_enter, fixture_leave),
        cmocka_unit_test_setup_teardown(test_others_are_refused, fixture_enter, fixture_leave),
        cmocka_unit_test_setup_teardown(test_endless_journal_is_refused, fixture_enter,
                                        fixture_leave),
        cmocka_unit_test_setup_teardown(test_nothing_is_left_of_nothing, fixture_enter,
                                        fixture_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

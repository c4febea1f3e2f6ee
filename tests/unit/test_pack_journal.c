#include "formats/pack_journal.h"
#include "tests/unit/pack_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { RECORDS = 3, RECORD_BYTES = 64 };

// How often each of the first bytes of a file was read; else as the system's pread(),
// whose header has an inline definition of its own.
static unsigned char times_read[4096];

ssize_t count_and_read(int fd, void *data, size_t size, off_t offset) __asm__("pread64");

ssize_t count_and_read(int fd, void *data, size_t size, off_t offset)
{
    for (size_t i = 0; offset >= 0 && i < size; i++) {
        if ((size_t)offset + i < sizeof times_read) {
            times_read[(size_t)offset + i]++;
        }
    }
    return syscall(SYS_pread64, fd, data, size, offset);
}

static const uint64_t split_at[] = {4096, 8192};
static const unsigned char metadata[] = "bytes of no table";

static struct pack_journal_head some_head(void)
{
    struct pack_journal_head head = {
        .identity = "seed\t54321\nclips\tsha256:00\n", .file_size = 123456, .split = split_at,
        .split_count = 2, .metadata = metadata, .metadata_size = sizeof metadata,
    };
    for (int i = 0; i < TABLE_COUNT; i++) {
        head.table[i] = (uint64_t)(i + 1) * 4096;
    }
    return head;
}

static struct pack_record some_record(size_t number)
{
    return (struct pack_record){
        .kind = RECORD_CLIP, .clip = 7 * number, .stamp = 1ULL << 40 | number,
        .content = (uint32_t)(0xC0FFEE00 + number), .status = CLIP_OK,
    };
}

static void must(int code, const struct error *err)
{
    if (code < 0) {
        fail_msg("%s", err->text);
    }
}

static struct pack_journal *open_journal(bool create)
{
    struct error err = ERROR_INIT;
    struct pack_journal *journal = NULL;
    must(pack_journal_open(&journal, "a.h5", create, &err), &err);
    return journal;
}

static void write_journal(void)
{
    struct error err = ERROR_INIT;
    struct pack_journal *journal = open_journal(true);
    struct pack_journal_head head = some_head();
    assert_null(pack_journal_head(journal));
    assert_false(pack_journal_is_damaged(journal));
    must(pack_journal_start(journal, &head, &err), &err);
    for (size_t i = 0; i < RECORDS; i++) {
        struct pack_record record = some_record(i);
        must(pack_journal_add(journal, &record, &err), &err);
    }
    pack_journal_close(&journal);
    assert_null(journal);
}

static void expect_record(const struct pack_journal *journal, size_t index, bool good)
{
    struct error err = ERROR_INIT;
    struct pack_record got = {.clip = 99}, wanted = some_record(index);
    assert_int_equal(pack_journal_read(&got, journal, index, &err), good);
    if (good) {
        assert_int_equal(got.kind, wanted.kind);
        assert_int_equal(got.clip, wanted.clip);
        assert_int_equal(got.stamp, wanted.stamp);
        assert_int_equal(got.content, wanted.content);
        assert_int_equal(got.status, wanted.status);
    } else {
        assert_int_equal(got.clip, 99);
    }
}

static void test_what_was_written_is_read(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct pack_journal *journal = NULL;
    assert_int_equal(pack_journal_open(&journal, "a.h5", false, &err), ERR_IO);
    assert_null(journal);
    write_journal();
    journal = open_journal(false);
    const struct pack_journal_head *head = pack_journal_head(journal);
    struct pack_journal_head wanted = some_head();
    assert_non_null(head);
    assert_string_equal(head->identity, wanted.identity);
    assert_int_equal(head->file_size, wanted.file_size);
    assert_memory_equal(head->table, wanted.table, sizeof wanted.table);
    assert_int_equal(head->split_count, 2);
    assert_memory_equal(head->split, split_at, sizeof split_at);
    assert_int_equal(head->metadata_size, sizeof metadata);
    assert_memory_equal(head->metadata, metadata, sizeof metadata);
    assert_int_equal(pack_journal_count(journal), RECORDS);
    for (size_t i = 0; i < RECORDS; i++) {
        expect_record(journal, i, true);
    }
    pack_journal_remove(&journal);
    assert_int_equal(access("a.h5.journal", F_OK), -1);
}

static void test_a_torn_record_counts_for_nothing(void **state)
{
    (void)state;
    struct stat status;
    write_journal();
    assert_int_equal(stat("a.h5.journal", &status), 0);
    assert_int_equal(truncate("a.h5.journal", status.st_size - 1), 0);
    struct pack_journal *journal = open_journal(false);
    expect_record(journal, 0, true);
    expect_record(journal, 1, true);
    assert_int_equal(pack_journal_count(journal), RECORDS - 1);
    pack_journal_close(&journal);
}

// Turn one bit over, and back.
static void flip(off_t at)
{
    int fd = open("a.h5.journal", O_RDWR);
    unsigned char byte;
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 4;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

static void test_every_changed_byte_is_seen(void **state)
{
    (void)state;
    struct stat status;
    write_journal();
    assert_int_equal(stat("a.h5.journal", &status), 0);
    off_t records = status.st_size - RECORDS * RECORD_BYTES;
    for (off_t at = 0; at < status.st_size; at++) {
        flip(at);
        struct pack_journal *journal = open_journal(false);
        if (at < records) {
            assert_null(pack_journal_head(journal));
            assert_true(pack_journal_is_damaged(journal));
        } else {
            assert_non_null(pack_journal_head(journal));
            for (size_t i = 0; i < RECORDS; i++) {
                expect_record(journal, i, i != (size_t)(at - records) / RECORD_BYTES);
            }
        }
        pack_journal_close(&journal);
        flip(at);
    }
}

static void test_a_record_counts_for_its_head_alone(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct pack_journal_head other = some_head();
    unsigned char old[RECORD_BYTES];
    struct stat status;
    write_journal();
    assert_int_equal(stat("a.h5.journal", &status), 0);
    int fd = open("a.h5.journal", O_RDWR);
    assert_int_equal(pread(fd, old, sizeof old, status.st_size - RECORDS * RECORD_BYTES),
                     sizeof old);
    struct pack_journal *journal = open_journal(false);
    must(pack_journal_clear(journal, &err), &err);
    assert_null(pack_journal_head(journal));
    assert_int_equal(pack_journal_count(journal), 0);
    other.file_size++;
    must(pack_journal_start(journal, &other, &err), &err);
    pack_journal_close(&journal);
    assert_int_equal(fstat(fd, &status), 0);
    assert_int_equal(pwrite(fd, old, sizeof old, status.st_size), sizeof old);
    close(fd);
    journal = open_journal(false);
    assert_non_null(pack_journal_head(journal));
    assert_int_equal(pack_journal_count(journal), 1);
    expect_record(journal, 0, false);
    pack_journal_close(&journal);
}

static char *identity_of(const struct pack_plan *plan)
{
    struct error err = ERROR_INIT;
    char *text = NULL;
    must(pack_identity(&text, plan, &err), &err);
    return text;
}

static void expect_difference(const struct pack_plan *changed, const char *expected)
{
    struct pack_plan plan = fixture_plan();
    char out[256], *old = identity_of(&plan), *now = identity_of(changed);
    assert_string_equal(pack_identity_difference(out, sizeof out, old, now), expected);
    assert_string_equal(pack_identity_difference(out, sizeof out, old, old), "");
    // What does not fit is cut.
    assert_int_equal(strlen(pack_identity_difference(out, 6, old, now)), 5);
    free(old);
    free(now);
}

static struct pack_clip other_group(const void *context, size_t index)
{
    struct pack_clip clip = ((const struct pack_clip *)context)[index];
    clip.group = index == 1 ? "g03" : clip.group;
    return clip;
}

static void test_identity_tells_what_differs(void **state)
{
    (void)state;
    struct pack_plan plan = fixture_plan();
    struct pack_attribute attributes[4];
    memcpy(attributes, plan.attributes, 3 * sizeof *attributes);
    attributes[0].integer = 7;
    plan.attributes = attributes;
    expect_difference(&plan, "seed 54321, now 7");
    attributes[0].integer = 54321;
    attributes[3] = (struct pack_attribute){.name = "more", .type = ATTRIBUTE_TEXT, .text = "x"};
    plan.attribute_count = 4;
    expect_difference(&plan, "new: more");
    plan.attribute_count = 2;
    expect_difference(&plan, "no more note");

    plan = fixture_plan();
    plan.clip = other_group;
    expect_difference(&plan, "other clips");

    static const uint8_t moved[FIXTURE_CLIPS] = {PART_TEST, PART_TEST};
    struct pack_split_plan splits[2] = {plan.splits[0], plan.splits[1]};
    splits[1].parts = moved;
    plan = fixture_plan();
    plan.splits = splits;
    expect_difference(&plan, "other split groups");
}

// Who changes the file while it is opened must not change what was judged already.
static void test_the_head_is_read_once(void **state)
{
    (void)state;
    struct stat status;
    write_journal();
    assert_int_equal(stat("a.h5.journal", &status), 0);
    size_t head = (size_t)status.st_size - RECORDS * RECORD_BYTES;
    assert_in_range(head, 1, sizeof times_read);
    memset(times_read, 0, sizeof times_read);
    struct pack_journal *journal = open_journal(false);
    assert_non_null(pack_journal_head(journal));
    for (size_t i = 0; i < head; i++) {
        assert_int_equal(times_read[i], 1);
    }
    pack_journal_close(&journal);
    unlink("a.h5.journal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_was_written_is_read, fixture_enter,
                                        fixture_leave),
        cmocka_unit_test_setup_teardown(test_a_torn_record_counts_for_nothing, fixture_enter,
                                        fixture_leave),
        cmocka_unit_test_setup_teardown(test_every_changed_byte_is_seen, fixture_enter,
                                        fixture_leave),
        cmocka_unit_test_setup_teardown(test_a_record_counts_for_its_head_alone, fixture_enter,
                                        fixture_leave),
        cmocka_unit_test_setup_teardown(test_the_head_is_read_once, fixture_enter,
                                        fixture_leave),
        cmocka_unit_test(test_identity_tells_what_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

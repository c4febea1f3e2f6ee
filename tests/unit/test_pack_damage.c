/* Packs that were damaged, and files that are made to hurt. */

#include "core/base/io.h"
#include "core/base/text.h"
#include "formats/h5_file.h"
#include "formats/pack.h"
#include "tests/unit/pack_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static const struct sandbox *sandbox(void)
{
    static struct sandbox s;
    s = sandbox_defaults();
    return &s;
}

// What of a pack each test needs: its bytes, and which of them are covered.
static struct {
    char *data;
    size_t size;
    bool *covered; // [size] pixels, and the data of every table
    struct pack *pack;
} good;

static int make_good(void **state)
{
    if (fixture_enter(state) != 0) {
        return -1;
    }
    fixture_write("good.h5", NULL);
    struct error err = ERROR_INIT;
    struct h5_file *file = NULL;
    if (io_read_file(&good.data, &good.size, "good.h5", 1 << 20, &err) < 0
        || pack_open(&good.pack, "good.h5", sandbox(), &err) < 0
        || h5_file_open(&file, "good.h5", sandbox(), NULL, &err) < 0) {
        return -1;
    }
    good.covered = calloc(good.size, sizeof *good.covered);
    for (size_t i = 0; i < h5_file_dataset_count(file); i++) {
        const struct h5_dataset *d = h5_file_dataset(file, i);
        for (size_t b = 0; b < d->bytes; b++) {
            good.covered[d->offset + b] = true;
        }
    }
    h5_file_close(&file);
    return 0;
}

static int drop_good(void **state)
{
    free(good.data);
    free(good.covered);
    pack_close(&good.pack);
    return fixture_leave(state);
}

static bool same_texts(const struct pack_text *a, const struct pack_text *b, size_t rows)
{
    return a->stride == b->stride && memcmp(a->data, b->data, rows * a->stride) == 0;
}

static bool same_names(const struct pack *a, const struct pack *b)
{
    bool same = a->class_count == b->class_count && a->split_count == b->split_count
        && a->attribute_count == b->attribute_count;
    for (int i = 0; same && i < a->class_count; i++) {
        same = strcmp(a->classes[i], b->classes[i]) == 0;
    }
    for (int i = 0; same && i < a->split_count; i++) {
        same = strcmp(a->splits[i].name, b->splits[i].name) == 0
            && memcmp(a->splits[i].parts, b->splits[i].parts, a->data.samples) == 0;
    }
    for (int i = 0; same && i < a->attribute_count; i++) {
        const struct pack_value *x = &a->attributes[i], *y = &b->attributes[i];
        same = strcmp(x->name, y->name) == 0 && x->is_text == y->is_text
            && x->integer == y->integer && (!x->is_text || strcmp(x->text, y->text) == 0);
    }
    return same;
}

// Does a reader get the very same out of both?
static bool same_content(const struct pack *a, const struct pack *b)
{
    size_t rows = a->data.samples, t = (size_t)a->data.frames_per_sample;
    return rows == b->data.samples && t == (size_t)b->data.frames_per_sample
        && a->data.height == b->data.height && a->data.width == b->data.width
        && a->clips == b->clips && a->samples_per_clip == b->samples_per_clip
        && memcmp(a->data.frames, b->data.frames, rows * FIXTURE_SLOT) == 0
        && memcmp(a->data.labels, b->data.labels, rows * sizeof *a->data.labels) == 0
        && memcmp(a->crc32c, b->crc32c, rows * sizeof *a->crc32c) == 0
        && memcmp(a->sample, b->sample, rows * sizeof *a->sample) == 0
        && memcmp(a->status, b->status, rows) == 0
        && memcmp(a->frame_index, b->frame_index, rows * t * sizeof *a->frame_index) == 0
        && memcmp(a->timestamp, b->timestamp, rows * t * sizeof *a->timestamp) == 0
        && memcmp(a->width, b->width, rows * sizeof *a->width) == 0
        && memcmp(a->height, b->height, rows * sizeof *a->height) == 0
        && memcmp(a->frame_count, b->frame_count, rows * sizeof *a->frame_count) == 0
        && memcmp(a->decode_errors, b->decode_errors, rows * sizeof *a->decode_errors) == 0
        && memcmp(a->frame_rate, b->frame_rate, rows * sizeof *a->frame_rate) == 0
        && memcmp(a->bytes, b->bytes, rows * sizeof *a->bytes) == 0
        && same_texts(&a->paths, &b->paths, rows) && same_texts(&a->groups, &b->groups, rows)
        && same_texts(&a->messages, &b->messages, rows) && same_names(a, b);
}

// A reader and `pack verify` on a changed file: is the change reported?
static bool is_reported(const char *path, bool *ret_same)
{
    struct error err = ERROR_INIT;
    struct pack *pack = NULL;
    int code = pack_open(&pack, path, sandbox(), &err);
    if (code < 0) {
        assert_int_equal(code, err.code);
        assert_null(pack);
        assert_non_null(strstr(err.text, path));
        return true;
    }
    size_t bad = 0;
    bool digest_ok = false;
    assert_int_equal(pack_verify(pack, &bad, NULL, 0, &digest_ok, &err), 0);
    *ret_same = same_content(pack, good.pack);
    pack_close(&pack);
    return bad > 0 || !digest_ok;
}

// One bit of one byte after the other. All of them take minutes: by default
// every 13th; TRIPTYCH_TEST_FLIP_STEP=1 (the long tier) leaves none out.
static void test_flips(void **state)
{
    (void)state;
    const char *given = getenv("TRIPTYCH_TEST_FLIP_STEP");
    int step = 13;
    assert_true(!given || text_to_int(given, 1, 1000000, &step));
    int fd = open("flip.h5", O_RDWR | O_CREAT | O_TRUNC, 0666);
    assert_true(fd >= 0);
    assert_int_equal(io_write_at(fd, good.data, good.size, 0, "flip.h5", NULL), 0);
    size_t reported = 0, silent = 0;
    for (size_t at = 0; at < good.size; at += (size_t)step) {
        char byte = (char)(good.data[at] ^ 1 << at / (size_t)step % 8);
        bool same = false;
        assert_int_equal(io_write_at(fd, &byte, 1, at, "flip.h5", NULL), 0);
        if (is_reported("flip.h5", &same)) {
            reported++;
        } else if (good.covered[at] || !same) {
            fail_msg("byte %zu of %zu: a changed bit goes unnoticed", at, good.size);
        } else {
            silent++;
        }
        assert_int_equal(io_write_at(fd, &good.data[at], 1, at, "flip.h5", NULL), 0);
    }
    close(fd);
    // Holes between the tables are many in so small a pack, and mean nothing.
    assert_true(reported > 100 * 13 / (size_t)step / 2);
    print_message("# %zu changed bits reported, %zu mean nothing\n", reported, silent);
}

static void test_truncations(void **state)
{
    (void)state;
    FILE *f = fopen("cut.h5", "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(good.data, 1, good.size, f), good.size);
    assert_int_equal(fclose(f), 0);
    for (size_t size = good.size - 1; size > 200; size -= 197) {
        struct error err = ERROR_INIT;
        struct pack *pack = NULL;
        assert_int_equal(truncate("cut.h5", (off_t)size), 0);
        assert_int_equal(pack_open(&pack, "cut.h5", sandbox(), &err), ERR_FORMAT);
        assert_non_null(strstr(err.text, "truncated"));
    }
}

// The witnesses of libhdf5's known holes: each refused, none taking long.
static void test_hostile_files(void **state)
{
    (void)state;
    const char *root = getenv("TRIPTYCH_TEST_DATA");
    char folder[4096];
    snprintf(folder, sizeof folder, "%s/hdf5-cve", root ? root : "");
    DIR *dir = root ? opendir(folder) : NULL;
    if (!dir) {
        skip();
    }
    int files = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "COPYING") == 0) {
            continue;
        }
        char path[5000];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        struct error err = ERROR_INIT;
        struct h5_limits limits = h5_limits_defaults();
        limits.timeout_ms = 5000;
        struct pack *pack = NULL;
        struct h5_file *file = NULL;
        struct timespec before, after;
        clock_gettime(CLOCK_MONOTONIC, &before);
        int code = pack_open(&pack, path, sandbox(), &err);
        clock_gettime(CLOCK_MONOTONIC, &after);
        if (code >= 0 || after.tv_sec - before.tv_sec > 5) {
            fail_msg("%s: %d after %ld s", path, code, (long)(after.tv_sec - before.tv_sec));
        }
        assert_non_null(strstr(err.text, path));
        // The layer below may find nothing wrong; then all it says must be true.
        if (h5_file_open(&file, path, sandbox(), &limits, NULL) == 0) {
            size_t size;
            const char *mapping = h5_file_mapping(file, &size);
            for (size_t i = 0; i < h5_file_dataset_count(file); i++) {
                const struct h5_dataset *d = h5_file_dataset(file, i);
                assert_true(!d->data || (d->offset <= size && d->bytes <= size - d->offset));
                assert_true(!d->data || (const char *)d->data == mapping + d->offset);
            }
            h5_file_close(&file);
        }
        files++;
    }
    closedir(dir);
    assert_true(files > 0);
}

static uint64_t offset_of(const struct pack *pack, const char *table)
{
    const struct h5_dataset *d = h5_file_find(pack->file, table);
    assert_non_null(d);
    return d->offset;
}

// Somebody copies another pack over one that is in use: the bytes of its tables are any
// then. Labels, statuses and parts lead to other places in memory: they stay checked.
static void test_overwritten(void **state)
{
    (void)state;
    fixture_write("over.h5", NULL);
    struct error err = ERROR_INIT;
    struct pack *pack = NULL;
    assert_int_equal(pack_open(&pack, "over.h5", sandbox(), &err), 0);
    assert_true(same_content(pack, good.pack));
    size_t rows = pack->data.samples;
    char *any = malloc(rows * sizeof(uint16_t));
    assert_non_null(any);
    memset(any, 0xee, rows * sizeof(uint16_t));
    int fd = open("over.h5", O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    char split[300];
    snprintf(split, sizeof split, "/splits/%s", pack->splits[0].name);
    assert_int_equal(io_write_at(fd, any, rows * sizeof(uint16_t), offset_of(pack, "/labels"),
                                 "over.h5", &err), 0);
    assert_int_equal(io_write_at(fd, any, rows, offset_of(pack, "/clips/status"), "over.h5",
                                 &err), 0);
    assert_int_equal(io_write_at(fd, any, rows, offset_of(pack, split), "over.h5", &err), 0);
    close(fd);
    free(any);
    assert_true(same_content(pack, good.pack));
    pack_close(&pack);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flips),
        cmocka_unit_test(test_truncations),
        cmocka_unit_test(test_hostile_files),
        cmocka_unit_test(test_overwritten),
    };
    return cmocka_run_group_tests(tests, make_good, drop_good);
}

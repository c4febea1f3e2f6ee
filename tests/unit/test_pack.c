#include "core/base/crc32c.h"
#include "core/base/io.h"
#include "formats/h5_write.h"
#include "formats/pack.h"
#include "tests/unit/pack_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct pack *open_pack(const char *path)
{
    struct error err = ERROR_INIT;
    struct sandbox sandbox = sandbox_defaults();
    struct pack *pack = NULL;
    if (pack_open(&pack, path, &sandbox, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return pack;
}

static void assert_refused(const char *path, int code, const char *why)
{
    struct error err = ERROR_INIT;
    struct sandbox sandbox = sandbox_defaults();
    struct pack *pack = NULL;
    assert_int_equal(pack_open(&pack, path, &sandbox, &err), code);
    assert_null(pack);
    assert_non_null(strstr(err.text, path));
    if (!strstr(err.text, why)) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
    }
}

static char *slurp(const char *path, size_t *ret_size)
{
    struct error err = ERROR_INIT;
    char *data = NULL;
    assert_int_equal(io_read_file(&data, ret_size, path, (size_t)1 << 26, &err), 0);
    return data;
}

static void spill(const char *path, const void *data, size_t size)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

static void assert_same_file(const char *a, const char *b)
{
    size_t size_a, size_b;
    char *data_a = slurp(a, &size_a), *data_b = slurp(b, &size_b);
    assert_int_equal(size_a, size_b);
    for (size_t i = 0; i < size_a; i++) {
        if (data_a[i] != data_b[i]) {
            fail_msg("%s and %s differ at byte %zu", a, b, i);
        }
    }
    free(data_a);
    free(data_b);
}

static void check_row(const struct pack *pack, size_t row)
{
    size_t clip = row / FIXTURE_K, k = row % FIXTURE_K;
    struct pack_plan plan = fixture_plan();
    struct pack_clip from = plan.clip(plan.context, clip);
    struct pack_result result = fixture_result(clip);
    static const uint8_t zeros[FIXTURE_SLOT];
    const uint8_t *pixels = result.pixels ? result.pixels + k * FIXTURE_SLOT : zeros;
    assert_memory_equal(pack->data.frames + row * FIXTURE_SLOT, pixels, FIXTURE_SLOT);
    assert_int_equal(pack->crc32c[row], crc32c_reference(0, pixels, FIXTURE_SLOT));
    assert_int_equal(pack->data.labels[row], from.label);
    assert_int_equal(pack->sample[row], k);
    assert_int_equal(pack->status[row], result.status);
    assert_string_equal(pack_group(pack, row), from.group);
    assert_int_equal(pack->width[row], result.width);
    assert_int_equal(pack->height[row], result.height);
    assert_int_equal(pack->frame_count[row], result.frame_count);
    assert_int_equal(pack->decode_errors[row], result.decode_errors);
    assert_true(pack->frame_rate[row] == result.frame_rate);
    assert_int_equal(pack->bytes[row], result.bytes);
    for (size_t t = 0; t < FIXTURE_T; t++) {
        size_t in = k * FIXTURE_T + t, at = row * FIXTURE_T + t;
        double seconds = result.timestamp ? result.timestamp[in] : 0;
        assert_int_equal(pack->frame_index[at], result.frame_index ? result.frame_index[in] : 0);
        assert_true(isnan(seconds) ? isnan(pack->timestamp[at]) && !signbit(pack->timestamp[at])
                                   : pack->timestamp[at] == seconds);
    }
    for (int s = 0; s < plan.split_count; s++) {
        const struct pack_column *column = pack_split(pack, plan.splits[s].name);
        assert_non_null(column);
        assert_int_equal(column->parts[row],
                         clip == FIXTURE_FAILED ? PART_NONE : plan.splits[s].parts[clip]);
    }
}

static void test_round_trip(void **state)
{
    (void)state;
    fixture_write("a.h5", NULL);
    assert_int_equal(access("a.h5.partial", F_OK), -1);
    struct pack *pack = open_pack("a.h5");
    assert_int_equal(pack->clips, FIXTURE_CLIPS);
    assert_int_equal(pack->samples_per_clip, FIXTURE_K);
    assert_int_equal(pack->data.samples, FIXTURE_CLIPS * FIXTURE_K);
    assert_int_equal(pack->data.frames_per_sample, FIXTURE_T);
    assert_int_equal(pack->data.height, FIXTURE_H);
    assert_int_equal(pack->data.width, FIXTURE_W);
    assert_int_equal(pack->class_count, 3);
    assert_string_equal(pack->classes[0], "Archery");
    assert_string_equal(pack->classes[2], "TaiChi");
    assert_int_equal(pack->split_count, 2);
    assert_null(pack_split(pack, "tutorial"));
    for (size_t row = 0; row < pack->data.samples; row++) {
        check_row(pack, row);
    }
    assert_string_equal(pack_path(pack, 0), "Archery/v_Archery_g01_c01.avi");
    assert_string_equal(pack_path(pack, 4), "Diving/na\xc3\xafve.avi");
    assert_string_equal(pack_path(pack, 2 * FIXTURE_FAILED), "TaiChi/broken\\xff\\x0a.avi");
    assert_string_equal(pack_message(pack, 2 * FIXTURE_FAILED), "no video\\x0ain it");
    assert_string_equal(pack_message(pack, 0), "");
    assert_int_equal(pack_attribute(pack, "seed")->integer, 54321);
    assert_string_equal(pack_attribute(pack, "fit")->text, "crop");
    assert_string_equal(pack_attribute(pack, "note")->text, "");
    assert_int_equal(pack_attribute(pack, "clips_packed")->integer, FIXTURE_CLIPS - 1);
    assert_int_equal(pack_attribute(pack, "clips_failed")->integer, 1);
    assert_null(pack_attribute(pack, "digest"));
    pack_close(&pack);
    assert_null(pack);
    pack_close(&pack);
}

static void test_places(void **state)
{
    (void)state;
    fixture_write("places.h5", NULL);
    struct pack *pack = open_pack("places.h5");
    const char *base = pack->mapping;
    assert_int_equal(((const char *)pack->data.frames - base) % 4096, 0);
    const void *tables[] = {pack->data.labels, pack->crc32c, pack->sample, pack->status,
                            pack->timestamp, pack->frame_index, pack->bytes, pack->paths.data,
                            pack->splits[0].parts, pack->splits[1].parts};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        assert_int_equal(((const char *)tables[i] - base) % 8, 0);
    }
    pack_close(&pack);
}

static void test_same_bytes(void **state)
{
    (void)state;
    const size_t order[FIXTURE_CLIPS] = {4, 2, 5, 0, 3, 1};
    fixture_write("one.h5", NULL);
    usleep(1200000); // object times are whole seconds
    fixture_write("two.h5", NULL);
    fixture_write("three.h5", order);
    assert_same_file("one.h5", "two.h5");
    assert_same_file("one.h5", "three.h5");
}

static void test_verify(void **state)
{
    (void)state;
    fixture_write("v.h5", NULL);
    struct pack *pack = open_pack("v.h5");
    size_t bad = 99, rows[4] = {0};
    bool digest_ok = false;
    struct error err = ERROR_INIT;
    assert_int_equal(pack_verify(pack, &bad, rows, 4, &digest_ok, &err), 0);
    assert_int_equal(bad, 0);
    assert_true(digest_ok);
    size_t frames = (size_t)((const char *)pack->data.frames - (const char *)pack->mapping);
    size_t path = (size_t)(pack->paths.data - (const char *)pack->mapping);
    pack_close(&pack);

    size_t size;
    char *data = slurp("v.h5", &size);
    data[frames + 3 * FIXTURE_SLOT] ^= 1;
    data[frames + 8 * FIXTURE_SLOT - 1] ^= 4;
    spill("v2.h5", data, size);
    pack = open_pack("v2.h5");
    assert_int_equal(pack_verify(pack, &bad, rows, 1, &digest_ok, &err), 0);
    assert_int_equal(bad, 2);
    assert_int_equal(rows[0], 3);
    assert_int_equal(rows[1], 0);
    assert_true(digest_ok);
    pack_close(&pack);

    data[path] ^= 1;
    spill("v3.h5", data, size);
    pack = open_pack("v3.h5");
    assert_int_equal(pack_verify(pack, &bad, NULL, 0, &digest_ok, &err), 0);
    assert_int_equal(bad, 2);
    assert_false(digest_ok);
    pack_close(&pack);
    free(data);
}

// A pack with one root attribute set to another value.
static void write_altered(const char *path, const char *name, uint64_t value)
{
    struct error err = ERROR_INIT;
    struct h5_writer *h5 = NULL;
    fixture_write(path, NULL);
    assert_int_equal(h5_write_reopen(&h5, path, &err), 0);
    assert_int_equal(h5_write_u64(h5, "/", name, value, &err), 0);
    assert_int_equal(h5_write_close(&h5, &err), 0);
}

static void test_refused_files(void **state)
{
    (void)state;
    fixture_write("good.h5", NULL);
    size_t size;
    char *data = slurp("good.h5", &size);
    assert_refused("absent.h5", ERR_IO, "No such file");
    assert_refused(".", ERR_IO, "directory");
    spill("empty.h5", "", 0);
    assert_refused("empty.h5", ERR_FORMAT, "empty");
    spill("text.h5", "Id,Class\n1,2\n", 13);
    assert_refused("text.h5", ERR_FORMAT, "not an HDF5 file");
    const size_t lengths[] = {8, 9, 40, 95, 96, 500, 2048, size / 2, size - 4096, size - 1};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        spill("short.h5", data, lengths[i]);
        assert_refused("short.h5", ERR_FORMAT, "truncated");
    }
    spill("long.h5", data, size);
    assert_int_equal(truncate("long.h5", (off_t)size + 100), 0);
    struct pack *pack = open_pack("long.h5"); // HDF5 lets bytes follow
    pack_close(&pack);
    free(data);

    write_altered("newer.h5", "version", 2);
    assert_refused("newer.h5", ERR_VERSION, "version 2; this program reads version 1");
    write_altered("half.h5", "complete", 0);
    assert_refused("half.h5", ERR_FORMAT, "incomplete");
    write_altered("k.h5", "samples_per_clip", 3);
    assert_refused("k.h5", ERR_FORMAT, "cannot be 6 clips of 3");
    write_altered("sum.h5", "clips_failed", 2);
    assert_refused("sum.h5", ERR_FORMAT, "clips_failed");

    struct error err = ERROR_INIT;
    struct h5_writer *h5 = NULL;
    assert_int_equal(h5_write_open(&h5, "other.h5", &err), 0);
    assert_int_equal(h5_write_text(h5, "/", "format", "triptych model", &err), 0);
    assert_int_equal(h5_write_close(&h5, &err), 0);
    assert_refused("other.h5", ERR_FORMAT, "no pack");
}

static void assert_no_plan(const struct pack_plan *plan, const char *why)
{
    struct error err = ERROR_INIT;
    struct pack_writer *writer = NULL;
    assert_int_equal(pack_create(&writer, "no.h5", false, plan, &err), ERR_VALUE);
    assert_null(writer);
    if (!strstr(err.text, why)) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
    }
    assert_int_equal(access("no.h5.partial", F_OK), -1);
}

static void test_refused_plans(void **state)
{
    (void)state;
    struct pack_plan plan = fixture_plan();
    plan.clips = 0;
    assert_no_plan(&plan, "without clips");
    plan = fixture_plan();
    plan.clips = (size_t)1 << 31;
    assert_no_plan(&plan, "at most 4294967295 samples");
    plan = fixture_plan();
    plan.width = 16385;
    assert_no_plan(&plan, "16385 pixels of width");
    plan = fixture_plan();
    const char *const twice[] = {"A", "B", "A"};
    plan.classes = twice;
    assert_no_plan(&plan, "two classes are called A");
    const char *const none[] = {"A", "", "C"};
    plan.classes = none;
    assert_no_plan(&plan, "without a name");
    const char *const taken[] = {"A", "unlabelled", "C"};
    plan.classes = taken;
    assert_no_plan(&plan, "unlabelled");
    const char *const dirty[] = {"A", "B\n", "C"};
    plan.classes = dirty;
    assert_no_plan(&plan, "B\\x0a");
    plan = fixture_plan();
    plan.class_count = 2;
    assert_no_plan(&plan, "class 2 of 2");
    plan = fixture_plan();
    const struct pack_attribute own = {.name = "digest", .type = ATTRIBUTE_TEXT, .text = ""};
    plan.attributes = &own;
    plan.attribute_count = 1;
    assert_no_plan(&plan, "digest");
    plan = fixture_plan();
    const uint8_t parts[FIXTURE_CLIPS] = {0, 0, 4};
    const struct pack_split_plan odd[] = {{"a", parts}, {"a/b", parts}};
    plan.splits = odd;
    plan.split_count = 1;
    assert_no_plan(&plan, "clip 2 is in part 4");
    plan.split_count = 2;
    assert_no_plan(&plan, "a/b");
}

// As many classes as an enum's 64 KiB hold, and one too many.
static void test_many_classes(void **state)
{
    (void)state;
    enum { MOST = 3700, EACH = 16 + 2 }; // 15 letters and a NUL, and the value
    static char names[MOST + 1][16];
    static const char *classes[MOST + 1];
    for (int i = 0; i <= MOST; i++) {
        snprintf(names[i], sizeof names[i], "class-%09d", i);
        classes[i] = names[i];
    }
    struct pack_plan plan = fixture_plan();
    plan.classes = classes;
    // 20 bytes of head, and "unlabelled" takes as much as a class.
    plan.class_count = (65520 - 20) / EACH - 1;
    assert_true(plan.class_count < MOST);
    struct error err = ERROR_INIT;
    struct pack_writer *writer = NULL;
    if (pack_create(&writer, "many.h5", true, &plan, &err) < 0) {
        fail_msg("%s", err.text);
    }
    for (size_t i = 0; i < FIXTURE_CLIPS; i++) {
        struct pack_result result = fixture_result(i);
        assert_int_equal(pack_put(writer, i, &result, &err), 0);
    }
    struct sandbox sandbox = sandbox_defaults();
    assert_int_equal(pack_finish(&writer, &sandbox, &err), 0);
    struct pack *pack = open_pack("many.h5");
    assert_int_equal(pack->class_count, plan.class_count);
    assert_string_equal(pack->classes[plan.class_count - 1], names[plan.class_count - 1]);
    pack_close(&pack);

    plan.class_count++;
    char why[64];
    snprintf(why, sizeof why, "%d classes", plan.class_count);
    assert_no_plan(&plan, why);
}

static void test_wrong_use(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct pack_plan plan = fixture_plan();
    struct pack_writer *writer = NULL;
    assert_int_equal(pack_create(&writer, "w.h5", false, &plan, &err), 0);
    struct pack_writer *second = NULL;
    assert_int_equal(pack_create(&second, "w.h5", false, &plan, &err), ERR_EXISTS);
    struct pack_result result = fixture_result(0);
    assert_int_equal(pack_put(writer, FIXTURE_CLIPS, &result, NULL), ERR_VALUE);
    assert_int_equal(pack_put(writer, 0, &result, NULL), 0);
    assert_int_equal(pack_put(writer, 0, &result, NULL), ERR_VALUE);
    result.status = CLIP_PENDING;
    assert_int_equal(pack_put(writer, 1, &result, NULL), ERR_VALUE);
    struct sandbox sandbox = sandbox_defaults();
    err = (struct error)ERROR_INIT;
    assert_int_equal(pack_finish(&writer, &sandbox, &err), ERR_VALUE);
    assert_non_null(strstr(err.text, "5 of 6 clips"));
    assert_null(writer);
    assert_int_equal(access("w.h5", F_OK), -1);
    assert_int_equal(access("w.h5.partial", F_OK), -1);
    pack_abandon(&writer);
}

static void test_no_classes(void **state)
{
    (void)state;
    struct pack_clip clip = {"my.mp4", "", DATASET_UNLABELLED};
    struct pack_plan plan = fixture_plan();
    plan.context = &clip;
    plan.clips = 1;
    plan.class_count = plan.split_count = plan.attribute_count = 0;
    struct error err = ERROR_INIT;
    struct pack_writer *writer = NULL;
    struct sandbox sandbox = sandbox_defaults();
    struct pack_result result = fixture_result(0);
    assert_int_equal(pack_create(&writer, "my.h5", false, &plan, &err), 0);
    assert_int_equal(pack_put(writer, 0, &result, &err), 0);
    assert_int_equal(pack_finish(&writer, &sandbox, &err), 0);
    struct pack *pack = open_pack("my.h5");
    assert_int_equal(pack->class_count, 0);
    assert_int_equal(pack->split_count, 0);
    assert_int_equal(pack->data.labels[1], DATASET_UNLABELLED);
    pack_close(&pack);
}

// h5py, NumPy and h5dump on a pack: the exit status of tests/e2e/pack_h5py.py,
// 77 where no python3 has h5py. What it finds wrong is in witness.txt.
static int ask_witness(const char *path)
{
    static const char *const pythons[] = {"python3", "/usr/bin/python3"};
    const char *root = getenv("TRIPTYCH_SOURCE_ROOT");
    for (size_t i = 0; root && i < sizeof pythons / sizeof pythons[0]; i++) {
        char command[5000];
        snprintf(command, sizeof command, "%s '%s/tests/e2e/pack_h5py.py' %s >witness.txt",
                 pythons[i], root, path);
        int status = system(command);
        assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) != 77 && WEXITSTATUS(status) != 127) {
            return WEXITSTATUS(status);
        }
    }
    return 77;
}

static void test_other_readers(void **state)
{
    (void)state;
    fixture_write("other.h5", NULL);
    int status = ask_witness("other.h5");
    if (status == 77) {
        skip();
    }
    size_t size;
    char *said = slurp("witness.txt", &size);
    if (status != 0) {
        fail_msg("%s", said);
    }
    free(said);
    // A witness that always agrees would be none.
    struct pack *pack = open_pack("other.h5");
    size_t group = (size_t)(pack->groups.data - (const char *)pack->mapping);
    pack_close(&pack);
    char *data = slurp("other.h5", &size);
    data[group] ^= 1;
    spill("other.h5", data, size);
    free(data);
    assert_int_equal(ask_witness("other.h5"), 1);
    said = slurp("witness.txt", &size);
    assert_non_null(strstr(said, "digest"));
    free(said);
}

static void test_parts(void **state)
{
    (void)state;
    for (int p = 0; p < PART_COUNT; p++) {
        assert_int_equal(pack_part_parse(pack_part_name((enum pack_part)p)), p);
    }
    assert_int_equal(pack_part_parse("Train"), PART_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),    cmocka_unit_test(test_places),
        cmocka_unit_test(test_same_bytes),    cmocka_unit_test(test_verify),
        cmocka_unit_test(test_refused_files), cmocka_unit_test(test_refused_plans),
        cmocka_unit_test(test_many_classes),  cmocka_unit_test(test_wrong_use),
        cmocka_unit_test(test_no_classes),    cmocka_unit_test(test_parts),
        cmocka_unit_test(test_other_readers),
    };
    return cmocka_run_group_tests(tests, fixture_enter, fixture_leave);
}

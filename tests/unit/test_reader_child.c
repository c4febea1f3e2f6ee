/* The readers of packs, models, checkpoints and MATLAB labels, whose child misbehaves:
 * it crashes, hangs, eats its memory, lies about its answer. Whatever it does, the file
 * is refused by a message that names it, and nothing is left behind.
 *
 * The linker sends child_call() through here, and the call's work is replaced. */

#include "core/base/child.h"
#include "formats/checkpoint.h"
#include "formats/label_mat.h"
#include "formats/model.h"
#include "formats/pack.h"
#include "tests/unit/tree_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

// ---- what the child does instead of its work, or after it ----

struct misdeed {
    const char *name;
    int (*run)(struct child_buffer *out, void *context, struct error *err);
    int code;        // what the reader answers
    const char *why; // its message holds this
};

static const struct misdeed *misdeed; // NULL: none
static const struct child_call *honest;
static size_t cut, turned; // bytes that are left of the answer; the one that is turned over

static int crash(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context, (void)err;
    signal(SIGSEGV, SIG_DFL); // sanitizers handle it
    raise(SIGSEGV);
    return 0;
}

static int crash_at_the_end(struct child_buffer *out, void *context, struct error *err)
{
    return honest->run(out, context, err) < 0 ? 0 : crash(out, context, err);
}

static int give_up(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context, (void)err;
    signal(SIGABRT, SIG_DFL);
    abort();
}

static int leave(struct child_buffer *out, void *context, struct error *err)
{
    if (honest->run(out, context, err) == 0) {
        _exit(7);
    }
    return 0;
}

static int leave_with_success(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context, (void)err;
    _exit(0);
}

static int hang(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context, (void)err;
    while (nanosleep(&(struct timespec){.tv_sec = 1}, NULL) == 0) {
    }
    return 0;
}

static int work_for_ever(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context, (void)err;
    for (volatile unsigned i = 0;; i++) {
    }
    return 0;
}

#ifndef TRIPTYCH_NO_FILTER // sanitizers need the address space
// As much as there is; then as libraries do that have no answer to a refusal.
static int eat_memory(struct child_buffer *out, void *context, struct error *err)
{
    enum { PIECE = 64 << 20 };
    for (int i = 0; i < 1024; i++) { // 64 GiB, none of it touched
        void *piece = mmap(NULL, PIECE, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (piece == MAP_FAILED) {
            return give_up(out, context, err);
        }
    }
    return error_set(err, ERR_VALUE, "no limit in sight");
}
#endif

static int fail_without_a_word(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context, (void)err;
    return ERR_FORMAT;
}

static int play_tricks(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context;
    return error_set(err, ERR_FORMAT, "\033]0;owned\007\n all is well");
}

static int say_nothing(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context, (void)err;
    return 0;
}

static int say_more_than_there_is(struct child_buffer *out, void *context, struct error *err)
{
    int code = honest->run(out, context, err);
    out->size = out->capacity + 1;
    return code;
}

static int say_one_byte_more(struct child_buffer *out, void *context, struct error *err)
{
    int code = honest->run(out, context, err);
    return code < 0 ? code : child_buffer_add(out, "E", 1, err);
}

// The same over and over, to the last byte of the room.
static int repeat_without_end(struct child_buffer *out, void *context, struct error *err)
{
    int code = honest->run(out, context, err);
    for (size_t at = 0, size = out->size; code == 0 && out->size < out->capacity; at++) {
        out->data[out->size++] = out->data[at % size];
    }
    return code;
}

// All numbers of it are as large as they can be.
static int exaggerate(struct child_buffer *out, void *context, struct error *err)
{
    int code = honest->run(out, context, err);
    memset(out->data, 0xff, out->size);
    return code;
}

static int end_too_soon(struct child_buffer *out, void *context, struct error *err)
{
    int code = honest->run(out, context, err);
    out->size = cut < out->size ? cut : out->size;
    return code;
}

static int turn_a_byte(struct child_buffer *out, void *context, struct error *err)
{
    int code = honest->run(out, context, err);
    if (turned < out->size) {
        out->data[turned] ^= 0xff;
    }
    return code;
}

static const struct misdeed misdeeds[] = {
    {"crashes", crash, ERR_CHILD, "its reader crashed (Segmentation fault)"},
    {"crashes with its answer given", crash_at_the_end, ERR_CHILD, "crashed (Segmentation"},
    {"aborts", give_up, ERR_CHILD, "its reader crashed (Aborted)"},
    {"leaves", leave, ERR_CHILD, "its reader ended early (exit status 7)"},
    {"leaves with success", leave_with_success, ERR_CHILD, "failed without a word"},
    {"hangs", hang, ERR_CHILD, "not read within 0.3 s"},
    {"works for ever", work_for_ever, ERR_CHILD, "not read within 1 s of processor time"},
#ifndef TRIPTYCH_NO_FILTER
    {"eats memory", eat_memory, ERR_CHILD, "its reader crashed (Aborted)"},
#endif
    {"fails without a word", fail_without_a_word, ERR_CHILD, "failed without a word"},
    {"plays tricks", play_tricks, ERR_FORMAT, "\\x1b]0;owned\\x07"},
    {"says nothing", say_nothing, ERR_CHILD, ""},
    {"says more than there is", say_more_than_there_is, ERR_CHILD, "makes no sense"},
    {"says one byte more", say_one_byte_more, ERR_CHILD, ""},
    {"repeats without end", repeat_without_end, ERR_CHILD, ""},
    {"exaggerates", exaggerate, ERR_CHILD, ""},
};

int __real_child_call(void **ret, size_t *ret_size, const struct child_call *call,
                      const struct sandbox *sandbox, struct error *err);
int __wrap_child_call(void **ret, size_t *ret_size, const struct child_call *call,
                      const struct sandbox *sandbox, struct error *err);
int __wrap_child_call(void **ret, size_t *ret_size, const struct child_call *call,
                      const struct sandbox *sandbox, struct error *err)
{
    struct child_call mine = *call;
    struct sandbox filtered = *sandbox;
    honest = call;
    if (misdeed) {
        mine.run = misdeed->run;
    }
    if (misdeed && misdeed->run == hang) {
        mine.timeout_ms = 300;
        filtered.mode = SANDBOX_OFF; // sleeping is not what a parser may do
    } else if (misdeed && misdeed->run == work_for_ever) {
        mine.cpu_seconds = 1;
    } else if (misdeed && misdeed->run == repeat_without_end && mine.capacity > 1 << 20) {
        mine.capacity = 1 << 20; // as endless as 64 MB, and sooner done
    }
    return __real_child_call(ret, ret_size, &mine, &filtered, err);
}

// ---- the readers ----

static int open_pack(const char *path, struct error *err)
{
    struct sandbox sandbox = sandbox_defaults();
    struct pack *pack = NULL;
    int code = pack_open(&pack, path, &sandbox, err);
    assert_int_equal(pack != NULL, code == 0);
    pack_close(&pack);
    return code;
}

static int read_model(const char *path, struct error *err)
{
    struct sandbox sandbox = sandbox_defaults();
    struct model *model = NULL;
    int code = model_read(&model, path, &sandbox, err);
    assert_int_equal(model != NULL, code == 0);
    model_free(&model);
    return code;
}

static int read_checkpoint(const char *path, struct error *err)
{
    struct sandbox sandbox = sandbox_defaults();
    struct checkpoint *checkpoint = NULL;
    struct model *model = NULL;
    int code = checkpoint_read(&checkpoint, &model, path, &sandbox, err);
    assert_int_equal(checkpoint != NULL, code == 0);
    assert_int_equal(model != NULL, code == 0);
    checkpoint_free(&checkpoint);
    model_free(&model);
    return code;
}

static int read_labels(const char *path, struct error *err)
{
    struct sandbox sandbox = sandbox_defaults();
    struct label_vector vector = {.name = "v"};
    int code = label_mat_read(&vector, 1, path, &sandbox, err);
    assert_int_equal(vector.labels != NULL, code == 0);
    free(vector.labels);
    return code;
}

struct reader {
    const char *file; // below tests/compat, or one that make_labels() made
    int (*read)(const char *path, struct error *err);
    size_t answer; // its child's, in bytes, at most
};

static const struct reader readers[] = {
    {"pack-1.h5", open_pack, 8192},
    {"model-2.h5", read_model, 8192},
    {"checkpoint-1.h5", read_checkpoint, 8192},
    {"labels.mat", read_labels, 64},
};
enum { READERS = sizeof readers / sizeof readers[0] };

/* A MATLAB file of version 5 with one variable: v, a row of the doubles 1 and 2. */
static void make_labels(void)
{
    static const uint32_t element[] = {
        14, 64,       // an array of 64 bytes:
        6, 8, 6, 0,   // its class is double
        5, 8, 1, 2,   // 1 x 2
        1, 1, 'v', 0, // its name
        9, 16, 0, 0x3ff00000, 0, 0x40000000,
    };
    unsigned char file[128 + sizeof element];
    memset(file, ' ', 128);
    memcpy(file, "MATLAB 5.0", 10);
    memcpy(file + 124, "\0\1IM", 4);
    memcpy(file + 128, element, sizeof element);
    tree_put_bytes("labels.mat", file, sizeof file);
}

static void find_file(char path[4096], const struct reader *reader)
{
    const char *root = getenv("TRIPTYCH_SOURCE_ROOT");
    assert_non_null(root);
    if (reader->read == read_labels) {
        make_labels();
        snprintf(path, 4096, "%s", reader->file);
    } else {
        snprintf(path, 4096, "%s/tests/compat/%s", root, reader->file);
    }
}

static int open_count(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return count;
}

static void read_well(const struct reader *reader, const char *path)
{
    misdeed = NULL;
    struct error err = ERROR_INIT;
    if (reader->read(path, &err) < 0) {
        fail_msg("%s: %s", path, err.text);
    }
}

static void no_child_is_left(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static bool reads_like_a_pack(const struct reader *reader)
{
    return reader->read == read_model || reader->read == read_checkpoint;
}

static void every_misdeed_is_a_refusal(void **state)
{
    (void)state;
    char path[4096];
    for (size_t r = 0; r < READERS; r++) {
        find_file(path, &readers[r]);
        read_well(&readers[r], path);
        int before = open_count();
        for (size_t i = 0; i < sizeof misdeeds / sizeof misdeeds[0]; i++) {
            misdeed = &misdeeds[i];
            if (misdeed->run == work_for_ever && reads_like_a_pack(&readers[r])) {
                continue; // a second each
            }
            struct error err = ERROR_INIT;
            int code = readers[r].read(path, &err);
            bool named = misdeed->run == play_tricks || strstr(err.text, readers[r].file);
            if (code != misdeed->code || !strstr(err.text, misdeed->why) || !named) {
                fail_msg("%s, the child %s: %d, '%s'", readers[r].file, misdeed->name, code,
                         err.text);
            }
            no_child_is_left();
            assert_int_equal(open_count(), before);
        }
        read_well(&readers[r], path);
    }
}

// An answer that ends anywhere before its end.
static void a_cut_answer_is_a_refusal(void **state)
{
    (void)state;
    static const struct misdeed cutting = {"ends too soon", end_too_soon, ERR_CHILD, ""};
    char path[4096];
    for (size_t r = 0; r < READERS; r++) {
        find_file(path, &readers[r]);
        size_t step = readers[r].answer > 64 ? 97 : 1, refused = 0;
        misdeed = &cutting;
        for (cut = 0; cut < readers[r].answer; cut += step) {
            struct error err = ERROR_INIT;
            int code = readers[r].read(path, &err);
            if (code == 0) { // it is not so long
                break;
            }
            assert_int_equal(code, ERR_CHILD);
            assert_non_null(strstr(err.text, readers[r].file));
            refused++;
        }
        assert_true(refused > 7);
        assert_true(cut < readers[r].answer);
    }
}

// One byte is another: the file is refused, or that byte was in a name or value that
// nobody asked for. Sanitizers see to it that no byte is believed.
static void a_turned_byte_does_no_harm(void **state)
{
    (void)state;
    static const struct misdeed turning = {"turns a byte", turn_a_byte, 0, ""};
    char path[4096];
    for (size_t r = 0; r < READERS; r++) {
        find_file(path, &readers[r]);
        misdeed = &turning;
        size_t step = readers[r].answer > 64 ? 71 : 1;
        int refused = 0;
        for (turned = 0; turned < readers[r].answer / 2; turned += step) {
            struct error err = ERROR_INIT;
            int code = readers[r].read(path, &err);
            refused += code < 0;
            if (code < 0 && !strstr(err.text, readers[r].file)) {
                fail_msg("%s, byte %zu: '%s'", readers[r].file, turned, err.text);
            }
        }
        assert_true(refused > 0);
        read_well(&readers[r], path);
    }
    no_child_is_left();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_misdeed_is_a_refusal, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(a_cut_answer_is_a_refusal, tree_enter, tree_leave),
        cmocka_unit_test_setup_teardown(a_turned_byte_does_no_harm, tree_enter, tree_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

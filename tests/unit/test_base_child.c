/* child_call(): one call in a child. */
#include "tests/unit/child_fixture.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

// ---- results and errors ----

static int answer(struct child_buffer *out, void *context, struct error *err)
{
    int code = child_buffer_add(out, "head ", 5, err);
    return code < 0 ? code : child_buffer_add(out, context, strlen(context) + 1, err);
}

static void result_comes_back(void **state)
{
    (void)state;
    struct child_call call = plain_call(answer);
    char tail[] = "and tail";
    call.context = tail;
    size_t size = 0;
    char *text = good_call(&call, &size);
    assert_int_equal(size, 14);
    assert_string_equal(text, "head and tail");
    free(text);
}

static int say_nothing(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context, (void)err;
    return 0;
}

static void empty_result(void **state)
{
    (void)state;
    struct child_call call = plain_call(say_nothing);
    size_t size = 77;
    void *data = good_call(&call, &size);
    assert_non_null(data);
    assert_int_equal(size, 0);
    free(data);
}

static int complain(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context;
    return error_set(err, ERR_FORMAT, "some.file: bad \033[31m name \xff of 'a\\\\x1b'");
}

static int complain_without_end(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context;
    memset(err->text, 'A', sizeof err->text);
    return ERR_VERSION;
}

static int fail_silently(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context, (void)err;
    return ERR_FORMAT;
}

static int invent_a_code(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context;
    error_set(err, ERR_FORMAT, "words");
    return -12345;
}

static int invent_success(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context;
    error_set(err, ERR_FORMAT, "words");
    return 5;
}

static void errors_come_back(void **state)
{
    (void)state;
    assert_fails(complain, ERR_FORMAT, "some.file: bad \\x1b[31m name \\xff of 'a\\\\x1b'");
    struct child_call endless = plain_call(complain_without_end);
    struct error err = fail_call(&endless, ERR_VERSION);
    assert_true(strlen(err.text) < ERROR_TEXT_SIZE);
    assert_fails(fail_silently, ERR_CHILD, "some.file: its reader failed without a word");
    assert_fails(invent_a_code, ERR_CHILD, "words");
    assert_fails(invent_success, ERR_CHILD, "words");
}

static int add_too_much(struct child_buffer *out, void *context, struct error *err)
{
    (void)context;
    static const char page[1000];
    for (;;) {
        int code = child_buffer_add(out, page, sizeof page, err);
        if (code < 0) {
            return code;
        }
    }
}

static int lie_about_size(struct child_buffer *out, void *context, struct error *err)
{
    (void)err;
    out->size = out->capacity + (context ? SIZE_MAX / 2 : 1);
    return 0;
}

static void result_has_a_limit(void **state)
{
    (void)state;
    assert_fails(add_too_much, ERR_VALUE, "4096");
    assert_fails(lie_about_size, ERR_CHILD, "makes no sense");
    struct child_call call = plain_call(lie_about_size);
    call.context = &call;
    fail_call(&call, ERR_CHILD);

    // To the last byte it fits.
    unsigned char bytes[8];
    struct child_buffer buffer = {bytes, sizeof bytes, 0};
    struct error err = ERROR_INIT;
    assert_int_equal(child_buffer_add(&buffer, "12345678", 8, &err), 0);
    assert_int_equal(child_buffer_add(&buffer, "", 0, &err), 0);
    assert_int_equal(child_buffer_add(&buffer, "9", 1, &err), ERR_VALUE);
    assert_int_equal(buffer.size, 8);
}

// ---- bad ends ----

static int crash(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context, (void)err;
    signal(SIGSEGV, SIG_DFL); // sanitizers handle it
    raise(SIGSEGV);
    return 0;
}

static int give_up(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context, (void)err;
    signal(SIGABRT, SIG_DFL);
    abort();
}

static int leave_early(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)err;
    _exit(context ? 0 : 3);
}

static int sleep_for_ever(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context, (void)err;
    while (nanosleep(&(struct timespec){.tv_sec = 1}, NULL) == 0) {
    }
    return 0;
}

static int pretend_to_end(struct child_buffer *out, void *context, struct error *err)
{
    for (int fd = 3; fd < 64; fd++) {
        close(fd);
    }
    return sleep_for_ever(out, context, err);
}

static void bad_ends(void **state)
{
    (void)state;
    assert_fails(crash, ERR_CHILD, "some.file: its reader crashed (Segmentation fault)");
    assert_fails(give_up, ERR_CHILD, "some.file: its reader crashed (Aborted)");
    assert_fails(leave_early, ERR_CHILD, "some.file: its reader ended early (exit status 3)");
    struct child_call call = plain_call(leave_early);
    call.context = &call; // with status 0, but no verdict
    struct error err = fail_call(&call, ERR_CHILD);
    assert_non_null(strstr(err.text, "without a word"));
}

static void hang_is_cut_short(void **state)
{
    (void)state;
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    struct child_call call = plain_call(sleep_for_ever);
    call.timeout_ms = 200;
    struct error err = fail_call(&call, ERR_CHILD);
    assert_string_equal(err.text, "some.file: not read within 0.2 s");
    assert_fails(pretend_to_end, ERR_CHILD, "some.file: its reader was killed");
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_true(after.tv_sec - before.tv_sec < 15); // below pretend_to_end's own limit
}

static int rest_in_pieces(struct child_buffer *out, void *context, struct error *err)
{
    (void)context;
    for (int i = 0; i < 6; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    return child_buffer_add(out, "x", 1, err);
}

// Make a call as a process group of our own; never returns.
static void call_as_a_group(void)
{
    struct sandbox sandbox = sandbox_defaults();
    struct child_call call = plain_call(rest_in_pieces);
    call.timeout_ms = 1500;
    void *data = NULL;
    size_t size;
    setpgid(0, 0);
    _exit(child_call(&data, &size, &call, &sandbox, NULL) < 0);
}

// Ctrl-Z stops parent and child: that time is not the child's.
static void a_stop_is_no_hang(void **state)
{
    (void)state;
    pid_t group = fork();
    assert_true(group >= 0);
    if (group == 0) {
        call_as_a_group();
    }
    setpgid(group, group); // whoever comes first
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    assert_int_equal(kill(-group, SIGSTOP), 0);
    nanosleep(&(struct timespec){.tv_sec = 1, .tv_nsec = 600000000}, NULL);
    assert_int_equal(kill(-group, SIGCONT), 0);
    int status;
    assert_int_equal(waitpid(group, &status, 0), group);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static int work_for_ever(struct child_buffer *out, void *context, struct error *err)
{
    (void)out, (void)context, (void)err;
    for (volatile unsigned i = 0;; i++) {
    }
    return 0;
}

static int rest_a_while(struct child_buffer *out, void *context, struct error *err)
{
    (void)context;
    nanosleep(&(struct timespec){.tv_sec = 1, .tv_nsec = 500000000}, NULL);
    return child_buffer_add(out, "x", 1, err);
}

// Its limit is on what it works; what it waits, say for a processor, is not held
// against it.
static void work_is_cut_short(void **state)
{
    (void)state;
    struct child_call call = plain_call(work_for_ever);
    call.timeout_ms = 120000; // other programs may have the processors
    call.cpu_seconds = 1;
    struct error err = fail_call(&call, ERR_CHILD);
    assert_string_equal(err.text, "some.file: not read within 1 s of processor time");
    call.run = rest_a_while;
    size_t size;
    free(good_call(&call, &size));
    assert_int_equal(size, 1);
}

static void ignored_sigchld_does_no_harm(void **state)
{
    (void)state;
    void (*old)(int) = signal(SIGCHLD, SIG_IGN); // as some parents leave it
    struct child_call call = plain_call(answer);
    char text[] = "x";
    call.context = text;
    size_t size;
    free(good_call(&call, &size));
    struct child_call bad = plain_call(crash);
    fail_call(&bad, ERR_CHILD);
    signal(SIGCHLD, old);
}

// ---- what a child has ----

static int list_descriptors(struct child_buffer *out, void *context, struct error *err)
{
    (void)context;
    for (int fd = 0; fd < 256; fd++) {
        struct stat status;
        if (fstat(fd, &status) == 0) {
            unsigned char row[2] = {(unsigned char)fd, S_ISCHR(status.st_mode) ? 1 : 0};
            int code = child_buffer_add(out, row, 2, err);
            if (code < 0) {
                return code;
            }
        }
    }
    return 0;
}

static void only_named_descriptors_stay(void **state)
{
    (void)state;
    int fds[20];
    fds[0] = nameless_file("");
    for (int i = 1; i < 20; i++) {
        fds[i] = dup(fds[0]);
    }
    for (int keep = -1; keep < 20; keep += 7) { // none, first, middle
        struct child_call call = plain_call(list_descriptors);
        call.fd = keep < 0 ? -1 : fds[keep];
        size_t size = 0;
        unsigned char *rows = good_call(&call, &size);
        // Three standard streams, the pipe that tells its end, and the one named.
        assert_int_equal(size, 2 * (4 + (keep >= 0)));
        bool found = keep < 0;
        for (size_t i = 0; i < size; i += 2) {
            found = found || rows[i] == fds[keep];
#ifndef TRIPTYCH_NO_FILTER // those builds keep standard error
            assert_true(rows[i] > 2 || rows[i + 1]);
#endif
        }
        assert_true(found);
        free(rows);
    }
    for (int i = 0; i < 20; i++) {
        close(fds[i]);
    }
}

static int prepare_badly(void *context, struct error *err)
{
    (void)context;
    return error_set(err, ERR_VALUE, "not prepared");
}

static void preparation_comes_first(void **state)
{
    (void)state;
    struct child_call call = plain_call(say_nothing);
    call.prepare = prepare_badly;
    struct error err = fail_call(&call, ERR_VALUE);
    assert_string_equal(err.text, "not prepared");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(result_comes_back),
        cmocka_unit_test(empty_result),
        cmocka_unit_test(errors_come_back),
        cmocka_unit_test(result_has_a_limit),
        cmocka_unit_test(bad_ends),
        cmocka_unit_test(hang_is_cut_short),
        cmocka_unit_test(a_stop_is_no_hang),
        cmocka_unit_test(work_is_cut_short),
        cmocka_unit_test(ignored_sigchld_does_no_harm),
        cmocka_unit_test(only_named_descriptors_stay),
        cmocka_unit_test(preparation_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

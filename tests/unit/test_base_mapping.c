/* Mapped files, and what becomes of them when somebody shortens them. */

#include "core/base/io.h"
#include "core/base/mapping.h"
#include "tools/common/lost_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PAGE = 4096, PAGES = 8, SIZE = PAGES * PAGE };

// A file without a name in the file system, of SIZE bytes: page p holds p + 1.
static int make_file(void)
{
    int fd = memfd_create("pages", MFD_CLOEXEC);
    assert_true(fd >= 0);
    for (int p = 0; p < PAGES; p++) {
        char page[PAGE];
        memset(page, p + 1, sizeof page);
        assert_int_equal(write(fd, page, sizeof page), sizeof page);
    }
    return fd;
}

static struct mapping *map(int fd, size_t size, const char *name)
{
    struct error err = ERROR_INIT;
    struct mapping *m = NULL;
    if (mapping_open(&m, fd, size, name, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return m;
}

static void test_finds_the_mapping_of_an_address(void **state)
{
    (void)state;
    int fd = make_file();
    struct mapping *a = map(fd, SIZE, "a"), *b = map(fd, 2 * PAGE - 100, "b\033[2J\xff");
    struct mapping *c = map(fd, PAGE, "c");
    const char *at = mapping_data(a);
    assert_string_equal(mapping_name_at(at), "a");
    assert_string_equal(mapping_name_at(at + SIZE - 1), "a");
    const char *in_b = mapping_data(b);
    assert_int_equal(in_b[PAGE], 2);
    assert_string_equal(mapping_name_at(in_b + PAGE), "b\\x1b[2J\\xff");
    assert_null(mapping_name_at(in_b + 2 * PAGE - 100));
    assert_null(mapping_name_at(&fd));
    assert_null(mapping_name_at(NULL));
    mapping_close(&b);
    assert_null(b);
    assert_null(mapping_name_at(in_b));
    assert_string_equal(mapping_name_at(at), "a");
    assert_string_equal(mapping_name_at(mapping_data(c)), "c");
    mapping_close(&c);
    mapping_close(&a);
    assert_null(mapping_name_at(at));
    mapping_close(&a);
    close(fd);
}

static void test_says_what_cannot_be_mapped(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct mapping *untouched = (struct mapping *)&err, *m = untouched;
    assert_int_equal(mapping_open(&m, -1, PAGE, "no.h5", &err), ERR_IO);
    assert_string_equal(err.text, "no.h5: cannot map: Bad file descriptor");
    assert_ptr_equal(m, untouched);
}

static void test_check_sees_every_byte_that_is_missing(void **state)
{
    (void)state;
    int fd = make_file();
    struct mapping *m = map(fd, SIZE, "some.h5");
    struct error err = ERROR_INIT;
    assert_int_equal(mapping_check(m, &err), 0);
    assert_int_equal(ftruncate(fd, SIZE + 5), 0);
    assert_int_equal(mapping_check(m, &err), 0);
    assert_int_equal(ftruncate(fd, SIZE - 1), 0);
    assert_int_equal(mapping_check(m, &err), ERR_IO);
    assert_string_equal(err.text, "some.h5: became shorter while it was in use: 32767 bytes are "
                        "left of 32768");
    mapping_close(&m);
    close(fd);
}

static void test_writing_from_a_lost_page_names_the_file(void **state)
{
    (void)state;
    int fd = make_file(), to = memfd_create("to", MFD_CLOEXEC);
    struct mapping *m = map(fd, SIZE, "lost.h5");
    struct error err = ERROR_INIT;
    assert_int_equal(ftruncate(fd, PAGE), 0);
    assert_int_equal(io_write_at(to, mapping_data(m), SIZE, 0, "copy.h5", &err), ERR_IO);
    assert_string_equal(err.text, "lost.h5: became shorter, or unreadable, while it was in use");
    err = (struct error)ERROR_INIT;
    assert_int_equal(io_write_at(to, (const void *)16, 8, 0, "copy.h5", &err), ERR_IO);
    assert_string_equal(err.text, "copy.h5: cannot write: Bad address");
    mapping_close(&m);
    close(to);
    close(fd);
}

// ---- in a process that may die ----

static int read_page(const char *at)
{
    return *(const volatile char *)at;
}

struct reader {
    pthread_t thread;
    const char *at;
};

static void *read_in_thread(void *context)
{
    const struct reader *reader = context;
    return read_page(reader->at) ? (void *)(uintptr_t)1 : NULL;
}

static void read_in_threads(const char *at)
{
    struct reader readers[PAGES];
    for (int i = 0; i < PAGES; i++) {
        readers[i].at = at + (size_t)i * PAGE;
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_in_thread, &readers[i]), 0);
    }
    for (int i = 0; i < PAGES; i++) {
        pthread_join(readers[i].thread, NULL);
    }
}

enum deed { READ_LOST, READ_LOST_IN_THREADS, READ_ANOTHER, READ_IN_CHILD };

static void do_deed(enum deed deed)
{
    int fd = make_file(), other = make_file();
    struct mapping *m = map(fd, SIZE, "small\n.h5");
    const char *at = mapping_data(m);
    const char *unknown = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, other, 0);
    lost_file_install();
    if (deed == READ_IN_CHILD) {
        pid_t pid = fork();
        if (pid == 0) {
            read_page(at); // is not mapped there
            _exit(0);
        }
        int status = 0;
        waitpid(pid, &status, 0);
        _exit(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV ? 7 : 8);
    }
    if (ftruncate(fd, 0) < 0 || ftruncate(other, 0) < 0) {
        _exit(9);
    }
    if (deed == READ_LOST) {
        read_page(at + PAGE);
    } else if (deed == READ_LOST_IN_THREADS) {
        read_in_threads(at);
    } else {
        read_page(unknown);
    }
    _exit(0); // the reading must have ended it
}

// Do it in a child; returns how that ended, with its words in `said`.
static int run_deed(enum deed deed, char said[512])
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        signal(SIGSEGV, SIG_DFL); // cmocka and sanitizers have handlers of their own
        do_deed(deed);
    }
    close(ends[1]);
    size_t size = 0;
    ssize_t n;
    while ((n = read(ends[0], said + size, 511 - size)) > 0) {
        size += (size_t)n;
    }
    said[size] = 0;
    close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void test_a_lost_page_ends_it_with_a_message(void **state)
{
    (void)state;
    char said[512];
    char expected[256];
    snprintf(expected, sizeof expected, "%s: small\\x0a.h5: became shorter, or unreadable, while "
             "it was in use\n", program_invocation_short_name);
    int status = run_deed(READ_LOST, said);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    assert_string_equal(said, expected);
}

static void test_many_threads_give_one_message(void **state)
{
    (void)state;
    char said[512], expected[512];
    snprintf(expected, sizeof expected, "%s: small\\x0a.h5: became shorter, or unreadable, while "
             "it was in use\n", program_invocation_short_name);
    for (int round = 0; round < 50; round++) {
        int status = run_deed(READ_LOST_IN_THREADS, said);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 1);
        assert_string_equal(said, expected);
    }
}

static void test_any_other_bus_error_kills(void **state)
{
    (void)state;
    char said[512];
    int status = run_deed(READ_ANOTHER, said);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGBUS);
    assert_string_equal(said, "");
}

static void test_children_do_not_have_the_mapping(void **state)
{
    (void)state;
    char said[512];
    int status = run_deed(READ_IN_CHILD, said);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finds_the_mapping_of_an_address),
        cmocka_unit_test(test_says_what_cannot_be_mapped),
        cmocka_unit_test(test_check_sees_every_byte_that_is_missing),
        cmocka_unit_test(test_writing_from_a_lost_page_names_the_file),
        cmocka_unit_test(test_a_lost_page_ends_it_with_a_message),
        cmocka_unit_test(test_many_threads_give_one_message),
        cmocka_unit_test(test_any_other_bus_error_kills),
        cmocka_unit_test(test_children_do_not_have_the_mapping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
